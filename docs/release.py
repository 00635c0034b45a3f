"""Write a release into dist/: wheel, sdist, ready-made workbooks and pages, their checksums.

    make release

The same commit gives the same bytes: the time in them is that of SOURCE_DATE_EPOCH, or else of the
last commit. Nothing in dist/ changes before all of it is there. The workbooks and pages are copied
into output/, where README links to them.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from xlnn.building.build import build
from xlnn.registry.text import languages
from xlnn.web.page import page

ROOT = Path(__file__).parent.parent
READY_MADE = ("digits-*.xlsx", "first-*.html")
"""What output/ has, too."""

EARLIEST = 315_532_800
"""1980-01-01, before which no zip archive has a time."""


def epoch() -> str:
    """Return the time that the files of a release carry, in seconds since 1970."""
    if told := os.environ.get("SOURCE_DATE_EPOCH"):
        return told
    done = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or str(EARLIEST)


def release(folder: Path) -> list[Path]:
    """Write all files of a release into a folder; return them, the checksums last."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder)],
        cwd=ROOT,
        env=os.environ | {"SOURCE_DATE_EPOCH": epoch()},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    for lang in languages():
        build("digits", folder / f"digits-{lang}.xlsx", lang=lang)
        with tempfile.TemporaryDirectory() as other:
            first = build("first", Path(other) / "first.xlsx", lang=lang).path
            page(first, folder / f"first-{lang}.html")
    files = sorted(folder.iterdir())
    sums = folder / "SHA256SUMS"
    sums.write_text(
        "".join(f"{hashlib.sha256(each.read_bytes()).hexdigest()}  {each.name}\n" for each in files)
    )
    return [*files, sums]


def main() -> None:
    """Write dist/, or the folder that is named."""
    target = Path(sys.argv[1]) if sys.argv[1:] else ROOT / "dist"
    with tempfile.TemporaryDirectory() as folder:
        made = release(Path(folder))
        target.mkdir(parents=True, exist_ok=True)
        for pattern in (
            "xlnn-*.whl",
            "xlnn-*.tar.gz",
            "digits-*.xlsx",
            "first-*.html",
            "SHA256SUMS",
        ):
            for old in target.glob(pattern):
                old.unlink()
        for each in made:
            shutil.move(each, target / each.name)
            print(target / each.name)
    if not sys.argv[1:]:
        for each in (path for pattern in READY_MADE for path in target.glob(pattern)):
            shutil.copy(each, ROOT / "output")


if __name__ == "__main__":
    main()
