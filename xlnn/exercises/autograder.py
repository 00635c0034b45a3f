"""Write the archive with which Gradescope grades an exercise: setup.sh and run_autograder."""

import json
import zipfile
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

import xlnn
from xlnn.atomic_write import check_replaceable, has_mark, marked_zip, replacing
from xlnn.registry.templates import folder as templates

STAMP = (1980, 1, 1, 0, 0, 0)

SETUP = """\
#!/usr/bin/env bash
# Installs what grading needs; after it no network is used.
set -e
root="${AUTOGRADER:-/autograder}"
python=""
for each in python3.14 python3.13 python3.12 python3.11 python3; do
  if command -v "$each" >/dev/null && "$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))'
  then python="$each"; break; fi
done
if [ -z "$python" ]; then
  apt-get update && apt-get install -y python3.12 python3.12-venv ||
    apt-get install -y python3.11 python3.11-venv
  python="$(command -v python3.12 || command -v python3.11)"
fi
if ! "$python" -m venv "$root/venv"; then
  apt-get update
  apt-get install -y "$(basename "$python")-venv"
  "$python" -m venv "$root/venv"
fi
"$root/venv/bin/pip" install -r "$root/source/requirements.txt"
"""

RUN = """\
#!/usr/bin/env bash
root="${AUTOGRADER:-/autograder}"
export PYTHONPATH="$root/source/lib"
exec "$root/venv/bin/python" -m xlnn.exercises.run_autograder "$root"
"""


def write_autograder(path: Path, exercises: Mapping[str, str], *, force: bool = False) -> None:
    """Write the archive.

    Parameters
    ----------
    path : Path
        A path that ends with .zip.
    exercises : dict of str
        The Specs that are handed out, by student, so that a submission with fewer blanks is
        reported.
    force : bool
        Whether to overwrite a file that xlnn did not write.

    Raises
    ------
    OutputError
        It cannot be written, or there is a file that xlnn did not write.
    """
    check_replaceable(path, has_mark, force=force)
    package = Path(xlnn.__file__).parent
    required = metadata.requires("xlnn") or []
    needed = [requirement for requirement in required if "extra ==" not in requirement]
    with replacing(path) as file, marked_zip(file) as archive:
        _put(archive, "setup.sh", SETUP.encode(), executable=True)
        _put(archive, "run_autograder", RUN.encode(), executable=True)
        _put(
            archive,
            "requirements.txt",
            "".join(f"{requirement}\n" for requirement in needed).encode(),
        )
        _put(archive, "handed_out.json", json.dumps(dict(exercises), ensure_ascii=False).encode())
        for source, name in ((package, "lib/xlnn"), (templates(), "lib/xlnn/templates")):
            for file_path in sorted(source.rglob("*")):
                inside = file_path.relative_to(source)
                if file_path.is_file() and not {"__pycache__"} & {*inside.parts}:
                    _put(archive, f"{name}/{inside.as_posix()}", file_path.read_bytes())


def _put(archive: zipfile.ZipFile, name: str, data: bytes, *, executable: bool = False) -> None:
    if name in archive.NameToInfo:  # templates are inside the package when it is installed
        return
    entry = zipfile.ZipInfo(name, STAMP)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = (0o755 if executable else 0o644) << 16
    archive.writestr(entry, data)
