"""Read a class list, name the files of its students, and find who handed in each file.

Moodle's download has a folder for each student, ``Ada Lovelace_12345_assignsubmission_file_``;
Canvas's files are called ``lovelaceada_LATE_12345_67890_exercise.xlsx``.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

from xlnn.data.files import text
from xlnn.data.wording import reason, short
from xlnn.errors import DataError
from xlnn.workbooks.exercise import LONGEST_NAME

HEADINGS = frozenset({
    "name", "names", "student", "students", "full name", "姓名", "名字", "学生", "氏名", "名前",
    "学生名",
})  # fmt: skip
"""Headings of the column of names."""

MOST = 5_000
"""Students; a class that is larger has more than one list."""

LONGEST_FILE = 60
"""Characters of a file's name."""

RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names reserved for devices on Windows."""


@dataclass(frozen=True)
class Student:
    """A student of a class.

    Attributes
    ----------
    name : str
    id : str
        A number or a login in the school's system; empty if unknown.
    email : str
    """

    name: str
    id: str = ""
    email: str = ""


def students(path: Path) -> tuple[Student, ...]:
    """Read a roster: one name per line, or a CSV whose column of names has the heading "name".

    It may have e-mail addresses and ids. The addresses are the column in which each entry has an @.
    The ids are the first other column whose heading says so, or whose entries are unique and each
    have a digit.

    Raises
    ------
    DataError
        The file cannot be read, or a name is missing, too long or repeated.
    """
    lines = text(path, "CSV").split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    separator = next((sign for sign in "\t;," if sign in lines[0]), ",")
    try:
        rows = list(csv.reader(lines, delimiter=separator, strict=True))
    except csv.Error as error:
        raise DataError(f"{path.name} is not a CSV: {reason(error)}.") from error
    column, first = _column(path, rows)
    email, own = _beside(rows, column, first)
    found: dict[str, tuple[Student, int]] = {}
    for number, row in enumerate(rows[first:], start=first + 1):
        name = checked(row[column] if column < len(row) else "", f"{path.name}, line {number:,}")
        student = Student(name, _entry(row, own), _entry(row, email))
        _, line = found.setdefault(name.casefold(), (student, number))
        if line != number:
            raise DataError(
                f'{path.name}, line {number:,}: "{short(name)}" is already in line {line:,}: add '
                "something that tells them apart."
            )
    if not found:
        raise DataError(f"{path.name} holds no names: write one name per line.")
    if len(found) > MOST:
        raise DataError(f"{path.name} names {len(found):,} students: at most {MOST:,} are allowed.")
    return tuple(student for student, _ in found.values())


def _entry(row: Sequence[str], column: int | None) -> str:
    entry = _plain(row[column]) if column is not None and column < len(row) else ""
    return entry if entry.isprintable() and len(entry) <= LONGEST_NAME else ""


def _beside(rows: Sequence[Sequence[str]], names: int, first: int) -> tuple[int | None, int | None]:
    """Return the columns of the e-mail addresses and of the ids, if any."""
    heads = [_plain(cell).casefold() for cell in rows[0]] if first else []
    email = own = None
    for column in range(max(map(len, rows))):
        entries = [_entry(row, column) for row in rows[first:]]
        filled = [entry for entry in entries if entry]
        if column == names or not filled:
            continue
        if all("@" in entry for entry in filled):
            email = column if email is None else email
        elif own is None and len({*filled}) == len(entries):
            is_headed = column < len(heads) and re.search(r"\bid\b|number|学号|番号", heads[column])
            if is_headed or all(re.search(r"\d", entry) for entry in filled):
                own = column
    return email, own


def _column(path: Path, rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """Return the column of the names, and the row of the first."""
    heads = [_plain(cell).casefold() for cell in rows[0]]
    named = [column for column, head in enumerate(heads) if head in HEADINGS]
    if named:
        return named[0], 1
    if max(map(len, rows)) > 1:
        raise DataError(
            f'{path.name} has several columns, but none is headed "name": add that heading, or '
            "write only names, one per line."
        )
    return 0, 0


def checked(name: str, where: str) -> str:
    """Return a name without invisible characters.

    Raises
    ------
    DataError
        It is empty, too long or contains characters that names do not have.
    """
    plain = _plain(name)
    if not plain:
        raise DataError(f"{where}: a name was expected, but there is none.", "student")
    if len(plain) > LONGEST_NAME or not plain.isprintable():
        raise DataError(
            f'{where}: "{short(plain)}" is not a valid name: at most {LONGEST_NAME} printable '
            "characters are allowed.",
            "student",
        )
    return plain


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split())


def file_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return a unique file name for each student that is valid on every system.

    >>> file_names(["李雷", "a/b: c.", "CON", "A_B_ C"])
    ('李雷', 'a_b_ c', '_CON', 'A_B_ C-2')
    """
    taken: set[str] = set()
    made = []
    for name in names:
        plain = re.sub(r"[^\w \-.()]", "_", name)[:LONGEST_FILE].strip(" .") or "_"
        plain = f"_{plain}" if RESERVED.fullmatch(plain) else plain
        free, number = plain, 1
        while free.casefold() in taken:
            number += 1
            free = f"{plain}-{number}"
        taken.add(free.casefold())
        made.append(free)
    return tuple(made)


_MOODLE = re.compile(r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_\w+_?")
_CANVAS = re.compile(r"(?P<name>[^\W_]+)_(?:LATE_)?(?P<id>\d+)_\d+_.+", re.IGNORECASE)


@dataclass(frozen=True)
class HandedIn:
    """A file that was handed in.

    Attributes
    ----------
    path : Path
    label : str
        Its name, with its folder's if that names the student, or several files have the same name.
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
    return [HandedIn(path, _label(path, names), *handed_in_by(path)) for path in files]


def _label(path: Path, names: Sequence[str]) -> str:
    if names.count(path.name) == 1 and not _MOODLE.fullmatch(path.parent.name):
        return path.name
    return f"{path.parent.name}/{path.name}" if path.parent.name else str(path)


def handed_in_by(path: Path) -> tuple[str, str]:
    """Return a student's name and id from the path of a download, or empty texts."""
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

    A file that was handed out to nobody by name belongs to the one whose name it has.

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
    called = re.split(r"[\s_]+", handed.name or handed.path.stem)
    for each in class_list:
        is_called = sorted(map(letters, called)) == sorted(map(letters, each.name.split()))
        if (handed.id and handed.id == each.id) or (not student and is_called):
            return each
    return Student(student or handed.name, handed.id)
