"""Find the files that were handed in, and read what the school's system writes in their names.

Moodle's download has a folder for each student, ``Ada Lovelace_12345_assignsubmission_file`` (with
one more ``_`` in older versions), or the same text before each file's name. Canvas's files are
called ``lovelaceada_LATE_12345_67890_exercise.xlsx``: the name, a mark if it is late, the numbers
of the student and of the file, and the file's name. Both systems keep a student's number, and later
files have higher ones.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

WORKBOOKS = (".xlsx", ".xlsm")
"""Files that are graded as they are."""

CONVERTED = {".ods": b"PK\x03\x04", ".xls": b"\xd0\xcf\x11\xe0"}
"""Files that LibreOffice converts first, and their first bytes, since it would open others, too."""

TEACHERS = frozenset({".csv", ".db", ".html", ".ini", ".json", ".jsonl", ".md", ".toml", ".txt"})
"""Files in a folder that belong to the teacher or the system, unless their names name a student."""

ANONYMOUS = frozenset({
    "participant", "teilnehmer", "teilnehmerin", "participante", "参与者", "参加者",
})  # fmt: skip
"""What Moodle writes in place of a name if students are anonymous."""

_MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_file(?:_.*)?")
_CANVAS = re.compile(
    r"(?P<name>[^\W_]+)_(?P<late>LATE_)?(?P<id>\d+)_(?P<file>\d+)_.+", re.IGNORECASE
)


@dataclass(frozen=True)
class HandedIn:
    """A file that was handed in.

    Attributes
    ----------
    path : Path
    label : str
        Its name, after its folder's if that names the student or several files have the same name.
    name, id : str
        Who handed it in, if the name of a downloaded file says so; otherwise empty.
    is_anonymous : bool
        Whether it has a number instead of a name.
    is_late : bool
        Whether the file name says that it is late.
    number : int
        Canvas's number of the file; 0 elsewhere.
    """

    path: Path
    label: str
    name: str = ""
    id: str = ""
    is_anonymous: bool = False
    is_late: bool = False
    number: int = 0

    @property
    def is_known(self) -> bool:
        """Whether the system says who handed it in."""
        return bool(self.name or self.id)

    @property
    def when(self) -> tuple[int, int]:
        """A key that is larger for later files: Canvas's number, or the time of the last change."""
        try:
            return self.number, self.path.stat().st_mtime_ns
        except OSError:
            return self.number, 0


def collected(paths: Iterable[Path], apart: Sequence[Path] = ()) -> list[HandedIn]:
    """Return the files among paths and in their folders, in order and without duplicates.

    Parameters
    ----------
    paths : list of Path
        Files and folders. Hidden files, lock files and `TEACHERS` in folders are left out.
    apart : list of Path
        Files that are not submissions, such as a report.
    """
    files: dict[Path, None] = {}
    out = {path.resolve() for path in apart}
    for path in paths:
        if path.is_dir():
            inside = (file for file in sorted(path.rglob("*")) if _may_count(file))
            files |= dict.fromkeys(f for f in inside if f.resolve() not in out)
        else:
            files[path] = None
    names = [path.name for path in files]
    return [handed_in(path, _label(path, names)) for path in files]


def _may_count(file: Path) -> bool:
    """Return whether a file in a folder may be a submission."""
    if file.name[:1] in {".", "~"} or not file.is_file():
        return False
    return file.suffix.lower() not in TEACHERS or handed_in(file).is_known


def _label(path: Path, names: Sequence[str]) -> str:
    if names.count(path.name) == 1 and not _MOODLE.fullmatch(path.parent.name):
        return path.name
    return f"{path.parent.name}/{path.name}" if path.parent.name else str(path)


def handed_in(path: Path, label: str = "") -> HandedIn:
    """Return what the path of a downloaded file says about it."""
    moodle = (_MOODLE.fullmatch(part) for part in (path.name, *reversed(path.parts[:-1])))
    if found := next(filter(None, moodle), None):
        name = normalize("NFC", found["name"])  # macOS takes accents apart
        is_anonymous = "".join(filter(str.isalpha, name)).casefold() in ANONYMOUS
        who = f"{name} {found['id']}" if is_anonymous else name
        return HandedIn(path, label, who, found["id"], is_anonymous)
    if found := _CANVAS.fullmatch(normalize("NFC", path.name)):
        late, number = bool(found["late"]), int(found["file"])
        name = normalize("NFC", found["name"])
        return HandedIn(path, label, name, found["id"], is_late=late, number=number)
    return HandedIn(path, label)
