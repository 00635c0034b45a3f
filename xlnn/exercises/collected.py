"""Collect the submissions in files and folders, and find who handed each in.

Moodle's download has a folder for each student, ``Ada Lovelace_12345_assignsubmission_file_``;
Canvas's files are called ``lovelaceada_LATE_12345_67890_exercise.xlsx``.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

from xlnn.exercises.roster import Student

_MOODLE = re.compile(r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_\w+_?")
_CANVAS = re.compile(r"(?P<name>[^\W_]+)_(?:LATE_)?(?P<id>\d+)_\d+_.+", re.IGNORECASE)


@dataclass(frozen=True)
class HandedIn:
    """A file that was handed in.

    Attributes
    ----------
    path : Path
    label : str
        Its name, with its folder's if several files have the same name.
    name, id : str
        Who handed it in, if a download's file name tells; otherwise empty.
    """

    path: Path
    label: str
    name: str = ""
    id: str = ""


def collected(paths: Iterable[Path], apart: Sequence[Path] = ()) -> list[HandedIn]:
    """Return the files among some paths and in folders, in order and each once.

    Parameters
    ----------
    paths : list of Path
        Files, and folders, whose .xlsx files count, except hidden ones and lock files.
    apart : list of Path
        Files that are not submissions, such as a report.
    """
    files: dict[Path, None] = {}
    out = {path.resolve() for path in apart}
    for path in paths:
        if path.is_dir():
            inside = (f for f in sorted(path.rglob("*.xlsx")) if f.name[:1] not in {".", "~"})
            files |= dict.fromkeys(f for f in inside if f.resolve() not in out)
        else:
            files[path] = None
    names = [path.name for path in files]
    return [
        HandedIn(path, path.name if names.count(path.name) == 1 else _longer(path), *_by(path))
        for path in files
    ]


def _longer(path: Path) -> str:
    return f"{path.parent.name}/{path.name}" if path.parent.name else str(path)


def _by(path: Path) -> tuple[str, str]:
    """Return the name and the id in the file name of a download."""
    if found := _MOODLE.fullmatch(path.parent.name) or _CANVAS.fullmatch(path.name):
        return found["name"], found["id"]
    return "", ""


def letters(name: str) -> str:
    """Return a name's letters and digits in lower case, as systems keep them in file names.

    >>> letters("O'Neil, Ada-B.")
    'oneiladab'
    """
    return "".join(filter(str.isalnum, normalize("NFKC", name).casefold()))


def known_as(student: str, handed: HandedIn, class_list: Sequence[Student]) -> Student:
    """Return the student of a submission, with the id and e-mail from a roster or a download.

    Parameters
    ----------
    student : str
        The student to whom the file was handed out.
    handed : HandedIn
    class_list : list of Student
    """
    for each in class_list:
        if student and each.name.casefold() == student.casefold():
            return Student(each.name, each.id or handed.id, each.email)
    for each in class_list:
        words = sorted(map(letters, each.name.split()))
        if (handed.id and handed.id == each.id) or (
            not student and handed.name and sorted(map(letters, handed.name.split())) == words
        ):
            return each
    return Student(student or handed.name, handed.id)
