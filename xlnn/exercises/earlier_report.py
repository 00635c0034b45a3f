"""Read what a teacher typed into an earlier report, and keep it.

Points and comments belong either to a student, who is known by id, e-mail address or name, or to
all answers with the same mistakes. If anything would be lost, the report is not overwritten.
"""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from openpyxl import load_workbook

from xlnn.data.messages import short
from xlnn.errors import OutputError, XlnnError
from xlnn.exercises.collecting import handed_in
from xlnn.exercises.grades import Decision, Grade, Grades
from xlnn.exercises.roster import Student
from xlnn.registry.text import Text, languages, text
from xlnn.xlsx.archive import Archive
from xlnn.xlsx.package import inspect

MADE = "xlnn grade"
"""The creator in an .xlsx report, by which a later report recognises it."""

OF_CLASS = ("student", "file", "by_hand", "comment")
"""Headings of the table of the class."""

Cells = list[list[object]]


def is_report(path: Path) -> bool:
    """Return whether a file is a report that xlnn wrote."""
    try:
        if path.suffix.lower() == ".json":
            read = json.loads(path.read_text(encoding="utf-8"))
            return isinstance(read, dict) and {"grades", "copies", "seed"} <= read.keys()
        if path.suffix.lower() == ".csv":
            return any(_table(_csv(path), OF_CLASS, words) for words in _languages())
        with Archive(path) as archive:
            return MADE.encode() in b"".join(archive.chunks("docProps/core.xml"))
    except (OSError, ValueError, KeyError, csv.Error, XlnnError):
        return False


def carried_on(path: Path, grades: Grades) -> Grades:
    """Return grades with the points and comments that the teacher typed into an earlier report.

    Parameters
    ----------
    path : Path
        The path of the report; there may be an earlier one (.xlsx or .csv).
    grades : Grades

    Raises
    ------
    OutputError
        Something that was typed is not a number, or belongs to nobody among the grades.
    """
    if path.suffix.lower() == ".json" or not path.is_file() or not is_report(path):
        return grades
    sheets = [_csv(path)] if path.suffix.lower() == ".csv" else _sheets(path)
    typed = [row for sheet in sheets for row in _typed(path, sheet)]
    decided = [decision for sheet in sheets for decision in _decided(path, sheet)]
    return _with_typed(_with_decisions(grades, decided), typed)


@dataclass(frozen=True)
class _Typed:
    """What was typed in a row of the class.

    Attributes
    ----------
    where : str
        The row, for messages.
    student, file, id, email : str
    points : float or None
    comment : str
    """

    where: str
    student: str
    file: str
    id: str
    email: str
    points: float | None
    comment: str


def _languages() -> Iterator[Text]:
    return (text(lang, "grading") for lang in languages())


def _csv(path: Path) -> Cells:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [[_unquoted(cell) for cell in row] for row in csv.reader(file)]


def _unquoted(cell: str) -> str:
    """Return a text without the sign that keeps a spreadsheet from reading it as a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in {*"=+-@\t"} else cell


def _sheets(path: Path) -> list[Cells]:
    """Return the cells of the sheets Class and Groups, with the values of formulas."""
    inspect(path, spares=True)
    wanted = {words("report", key) for words in _languages() for key in ("class_sheet", "groups")}
    with closing(load_workbook(path, read_only=True, data_only=True)) as book:
        first = book.worksheets[0]
        sheets = [first, *(sheet for sheet in book.worksheets[1:] if sheet.title in wanted)]
        return [[[*row] for row in sheet.iter_rows(values_only=True)] for sheet in sheets]


def _table(
    cells: Cells, keys: Sequence[str], words: Text
) -> Iterator[tuple[int, Mapping[str, object]]] | None:
    """Return the rows below the row of headings, numbered from 1; None if there is no such row.

    If several columns have the same heading, the first of them counts.
    """
    names = {key: words("report", key) for key in keys}
    for number, row in enumerate(cells, start=1):
        if {*names.values()} <= {*row}:
            at = {key: row.index(name) for key, name in names.items()}
            at |= {k: row.index(n) for k in ("id", "email") if (n := words("report", k)) in row}
            return (
                (
                    below,
                    {key: row_cells[n] if n < len(row_cells) else None for key, n in at.items()},
                )
                for below, row_cells in enumerate(cells[number:], start=number + 1)
            )
    return None


def _typed(path: Path, cells: Cells) -> Iterator[_Typed]:
    """Yield what the teacher typed about students."""
    tables = (_table(cells, OF_CLASS, words) for words in _languages())
    for number, row in next(filter(None, tables), ()):
        where = f"{path.name}, row {number:,}"
        points = _number(row["by_hand"], where)
        comment = _text(row["comment"])
        if points is not None or comment:
            who = (_text(row.get(key)) for key in ("student", "file", "id", "email"))
            yield _Typed(where, *who, points, comment)


def _decided(path: Path, cells: Cells) -> Iterator[Decision]:
    """Yield what the teacher typed for all answers with the same mistakes."""
    keys = ("question", "answer", "reason", "for_all", "comment_for_all", "group")
    tables = (_table(cells, keys, words) for words in _languages())
    for number, row in next(filter(None, tables), ()):
        where = f"{path.name}, sheet of groups, row {number:,}"
        points, comment = _number(row["for_all"], where), _text(row["comment_for_all"])
        if points is None and not comment:
            continue
        if not (group := _text(row["group"])):
            raise OutputError(
                f"{where}: its last column, which says what the points are for, is empty: sort "
                "whole rows only, or choose another name with -o."
            )
        yield Decision(group, points, comment, tuple(_text(row[key]) for key in keys[:3]))


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():  # an id that a program read as a number
        cell = int(cell)
    return "" if cell is None else " ".join(str(cell).split())


def _number(cell: object, where: str) -> float | None:
    """Return typed points; None for an empty cell."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell)
    if not (plain := _text(cell)):
        return None
    try:
        return float(plain.replace(",", ".").replace("−", "-"))
    except ValueError:
        raise OutputError(
            f'{where}: "{short(plain)}" is not a number of points: write a number, and the text '
            "as a comment. The report was left as it is."
        ) from None


def _with_decisions(grades: Grades, decided: Sequence[Decision]) -> Grades:
    """Return grades with points and comments for all answers that have the same mistakes."""
    by_group = {decision.group: decision for decision in decided}
    if not by_group:
        return grades

    def marked(grade: Grade) -> Grade:
        questions = []
        for question in grade.questions:
            decision = by_group.get(question.group)
            if decision and decision.points is not None:
                question = replace(question, points=decision.points, is_decided=True)  # noqa: PLW2901
            questions.append(replace(question, comment=decision.comment) if decision else question)
        return replace(grade, questions=tuple(questions))

    every = tuple(marked(grade) for grade in grades)
    return replace(grades, grades=every, decisions=tuple(by_group.values()))


def _with_typed(grades: Grades, typed: Sequence[_Typed]) -> Grades:
    """Return grades with points and comments for students."""
    last = {grade.person: grade for grade in sorted(grades, key=lambda grade: grade.turn)}
    last |= {grade.person: grade for grade in grades.counted}
    people = [*last.values(), *grades.missing]
    found: dict[int, _Typed] = {}
    for row in typed:
        owner = _owner(row, people, grades)
        if owner is None:
            who = row.student or row.file
            raise OutputError(
                f'{row.where}: the points or the comment for "{short(who)}" would be lost, since '
                "the student is not among the submissions: grade with the same files and --roster, "
                "or choose another name with -o. The report was left as it is."
            )
        other = found.setdefault(id(owner), row)
        if (other.points, other.comment) != (row.points, row.comment):
            raise OutputError(
                f"{row.where}: the points or the comment differ from those for the same student in "
                f"{other.where}: keep one of them. The report was left as it is."
            )

    def given(person: Grade | Student) -> dict[str, object]:
        row = found.get(id(person))
        return {"by_hand": row.points, "comment": row.comment} if row else {}

    return replace(
        grades,
        grades=tuple(
            replace(grade, **given(grade)) if id(grade) in found else grade for grade in grades
        ),
        missing=tuple(
            replace(student, **given(student)) if id(student) in found else student
            for student in grades.missing
        ),
    )


def _owner(
    row: _Typed, people: Sequence[Grade | Student], grades: Grades
) -> Grade | Student | None:
    """Return whom typed points belong to, by id, e-mail address or name, or else by file."""

    def name(person: Grade | Student) -> str:
        return person.name if isinstance(person, Student) else person.student

    def ids(person: Grade | Student) -> set[str]:
        system = handed_in(Path(person.file)).id if isinstance(person, Grade) else ""
        return {person.id, system} - {""}

    may = [
        person for person in people
        if not (row.id and ids(person) and row.id not in ids(person))
        and not (row.email and person.email and row.email.casefold() != person.email.casefold())
    ]  # fmt: skip
    for same in (
        lambda person: row.id in ids(person),
        lambda person: row.email and person.email.casefold() == row.email.casefold(),
        lambda person: row.student and name(person).casefold() == row.student.casefold(),
    ):
        if len(found := [person for person in may if same(person)]) == 1:
            return found[0]
    of_file = [grade.person for grade in grades if not row.student and grade.file == row.file]
    return next((e for e in people if isinstance(e, Grade) and e.person in of_file), None)
