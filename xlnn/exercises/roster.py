"""Read a class list, and name the files of its students."""

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

from xlnn.data.files import text
from xlnn.data.messages import reason, short
from xlnn.errors import DataError
from xlnn.workbooks.exercise import LONGEST_NAME

HEADINGS = frozenset({
    "name", "names", "student", "students", "pupil", "pupils", "full name",
    "姓名", "名字", "学生", "氏名", "名前", "学生名", "生徒", "生徒名",
})  # fmt: skip
"""Headings of the column of names."""

NOBODY = frozenset({"points possible"})
"""What Canvas's gradebook has in the column of names besides students."""

MOST = 5_000
"""The most students; a class that is larger has more than one list."""

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
    by_hand : float or None
        Points that the teacher typed into the report for a student who did not hand in.
    comment : str
        The comment that the teacher typed there.
    """

    name: str
    id: str = ""
    email: str = ""
    by_hand: float | None = None
    comment: str = ""

    @property
    def is_typed(self) -> bool:
        """Whether the teacher typed something."""
        return self.by_hand is not None or bool(self.comment)


def students(path: Path) -> tuple[Student, ...]:
    """Read a roster: one name per line, or a CSV whose column of names has the heading "name".

    It may have e-mail addresses and ids. The addresses are the column in which each entry has an @.
    The ids are the first other column whose heading says so, or whose entries are unique and each
    have a digit.

    Raises
    ------
    DataError
        The file cannot be read, or a name is missing, too long, or repeated without ids that tell
        the students apart.
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
    numbered = [
        (number, row)
        for number, row in enumerate(rows, start=1)
        if _plain("".join(row[column : column + 1])).casefold() not in NOBODY
    ]
    email, id_column = _beside([row for _, row in numbered], column, first)
    found: list[Student] = []
    known: dict[str, dict[str, int]] = {}
    for number, row in numbered[first:]:
        where = f"{path.name}, line {number:,}"
        name = checked(row[column] if column < len(row) else "", where)
        student = Student(name, _entry(row, id_column), _entry(row, email))
        namesakes, told = known.setdefault(name.casefold(), {}), student.id or student.email
        if namesakes and (told in namesakes or "" in {*namesakes, told}):
            line = next(iter(namesakes.values()))
            raise DataError(
                f'{where}: "{short(name)}" is already in line {line:,}: add a column of ids, or '
                "something else that tells them apart."
            )
        namesakes[told] = number
        found.append(student)
    if not found:
        raise DataError(f"{path.name} holds no names: write one name per line.")
    if len(found) > MOST:
        raise DataError(f"{path.name} names {len(found):,} students: at most {MOST:,} are allowed.")
    return tuple(found)


def told_apart(students: Sequence[Student]) -> list[str]:
    """Return the students' names, with the id or address where several have the same name.

    >>> told_apart([Student("Li Wei", "7"), Student("Li Wei", "8"), Student("Ada")])
    ['Li Wei (7)', 'Li Wei (8)', 'Ada']
    """
    times = Counter(student.name.casefold() for student in students)
    return [
        f"{student.name} ({student.id or student.email})"
        if times[student.name.casefold()] > 1
        else student.name
        for student in students
    ]


def _entry(row: Sequence[str], column: int | None) -> str:
    entry = _plain(row[column]) if column is not None and column < len(row) else ""
    return entry if entry.isprintable() and len(entry) <= LONGEST_NAME else ""


def _beside(rows: Sequence[Sequence[str]], names: int, first: int) -> tuple[int | None, int | None]:
    """Return the columns of the e-mail addresses and of the ids, if any."""
    heads = [_plain(cell).casefold() for cell in rows[0]] if first else []
    email = id_column = None
    for column in range(max(map(len, rows))):
        entries = [_entry(row, column) for row in rows[first:]]
        filled = [entry for entry in entries if entry]
        if column == names or not filled:
            continue
        if all("@" in entry for entry in filled):
            email = column if email is None else email
        elif id_column is None and len({*filled}) == len(entries):
            is_headed = column < len(heads) and re.search(r"\bid\b|number|学号|番号", heads[column])
            if is_headed or all(re.search(r"\d", entry) for entry in filled):
                id_column = column
    return email, id_column


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


def letters(name: str) -> str:
    """Return a name's letters and digits in lower case, as systems keep them in file names.

    >>> letters("O'Neil, Ada-B.")
    'oneiladab'
    """
    return "".join(filter(str.isalnum, normalize("NFKC", name).casefold()))
