"""Write the report of a class as a workbook, a table or plain values."""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlnn.atomic_write import check_place, replacing
from xlnn.errors import OutputError, OutputNameError
from xlnn.exercises.grades import Grade, Grades
from xlnn.exercises.sentences import commonest, notes, reason, words_of
from xlnn.registry.text import Text
from xlnn.writing.style import wide

ENDINGS = (".xlsx", ".csv", ".json")

HEADING = Font(bold=True)
WRONG = PatternFill("solid", fgColor="FFF4D6D2")
WIDEST = 70
LONGEST_TITLE = 31

Row = list[str | float]


def check_report(path: Path, files: Sequence[Path] = (), *, force: bool = False) -> None:
    """Refuse a place for a report before anything is graded.

    Parameters
    ----------
    path : Path
    files : list of Path
        What is to be graded: no report replaces it.
    force : bool
        Whether another file may be replaced.

    Raises
    ------
    OutputNameError
        Its name has another ending, or is that of a file to grade.
    OutputError
        Nothing can be written there, or there is a file already.
    """
    if path.suffix.lower() not in ENDINGS:
        raise OutputNameError(
            f"{path.name}: the name of a report must end in {', '.join(ENDINGS)}."
        )
    if path.exists() and any(file.exists() and path.samefile(file) for file in files):
        raise OutputNameError(f"{path} is one of the files to grade: choose another name with -o.")
    if path.is_file() and not force:
        raise OutputError(f"{path} exists: choose another name with -o, or add --force.")
    check_place(path)


def write_report(path: Path, grades: Grades, lang: str | None = None) -> None:
    """Write a report: .xlsx with a sheet for the class, the questions and each student.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    words = words_of(grades, lang)
    with replacing(path) as file:
        if path.suffix.lower() == ".json":
            file.write(json.dumps(grades.to_json(), indent=1, ensure_ascii=False).encode())
        elif path.suffix.lower() == ".csv":
            lines = io.StringIO(newline="")
            rows = ([harmless(cell) for cell in row] for row in class_rows(grades, words))
            csv.writer(lines).writerows(rows)
            file.write(lines.getvalue().encode("utf-8-sig"))
        else:
            made = io.BytesIO()
            _workbook(grades, words).save(made)
            file.write(made.getvalue())


def harmless(cell: str | float) -> str | float:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t" and cell else cell


def class_rows(grades: Grades, words: Text) -> Iterator[Row]:
    """Yield a heading, and a row a student."""
    names = dict.fromkeys(
        (question.quantity, question.symbol) for grade in grades for question in grade.questions
    )
    head = ["student", "file", "points", "of"]
    yield [
        *(words("report", key) for key in head),
        *(symbol for _, symbol in names),
        words("report", "whole"),
        words("report", "notes"),
    ]
    for grade in grades:
        own = {question.quantity: question.points for question in grade.questions}
        whole = "" if grade.whole is None else words("report", "yes" if grade.whole else "no")
        said = grade.error or " ".join(notes(grade, grades, words))
        marks: Row = [own.get(name, "") for name, _ in names]
        if grade.error:
            yield [grade.student, grade.file, "", "", *marks, whole, said]
        else:
            yield [grade.student, grade.file, grade.points, grade.of, *marks, whole, said]


def question_rows(grades: Grades, words: Text) -> Iterator[Row]:
    """Yield a heading, and a row a question: how many were right, and why the others were not."""
    yield [words("report", key) for key in ("question", "answered", "right", "points", "reasons")]
    graded = [grade for grade in grades if not grade.error]
    names = dict.fromkeys(question.quantity for grade in graded for question in grade.questions)
    for name in names:
        own = [q for grade in graded for q in grade.questions if q.quantity == name]
        mean = sum(question.points for question in own) / len(own)
        title = f"{own[0].symbol}   {own[0].name}"
        right = sum(question.right for question in own)
        yield [title, len(own), right, mean, commonest(graded, name, words)]


def student_rows(grade: Grade, grades: Grades, words: Text) -> Iterator[Row]:
    """Yield whose it is, a row a unit with its verdict, and the notes."""
    yield [words("report", "student"), grade.student]
    yield [words("report", "file"), grade.file]
    if grade.error:
        yield [words("report", "error"), grade.error]
        return
    yield [words("report", "points"), grade.points, words("report", "of"), grade.of]
    yield []
    yield [words("report", key) for key in ("question", "unit", "points", "verdict")]
    for question in grade.questions:
        each = question.of / len(question.units)
        for unit in question.units:
            points = each if unit.right else 0.0
            yield [question.name, unit.symbol, points, reason(unit, words)]
    yield []
    for note in notes(grade, grades, words):
        yield [note]


def _workbook(grades: Grades, words: Text) -> Workbook:
    book = Workbook()
    first = book.active
    first.title = words("report", "class_sheet")
    fill(first, class_rows(grades, words))
    fill(book.create_sheet(words("report", "questions_sheet")), question_rows(grades, words))
    taken = {sheet.title.casefold() for sheet in book}
    for grade in grades:
        sheet = book.create_sheet(_title(grade, taken))
        fill(sheet, student_rows(grade, grades, words), heading=5)
    for sheet in book:
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
    return book


def fill(sheet: Worksheet, rows: Iterator[Row], heading: int = 1) -> None:
    """Write rows of texts and numbers into a sheet, each column as wide as it needs to be."""
    widths: dict[int, int] = {}
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column, value)
            if isinstance(value, str):
                cell.data_type = "s"  # a name is no formula
                cell.alignment = Alignment(wrap_text=len(value) > WIDEST, vertical="top")
            else:
                cell.number_format = "0.##"
            if len(row) > 1:
                widths[column] = max(widths.get(column, 8), min(wide(str(value)), WIDEST) + 2)
            if number == heading:
                cell.font = HEADING
    for column, width in widths.items():
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = sheet.cell(heading + 1, 1)


def _title(grade: Grade, taken: set[str]) -> str:
    """Return a title for a student's sheet that no other has and that Excel allows."""
    name = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", grade.student or Path(grade.file).stem)
    name = name.strip(" '")[:LONGEST_TITLE] or "–"
    title, number = name, 1
    while title.casefold() in taken or title.casefold() == "history":
        number += 1
        end = f" {number}"
        title = name[: LONGEST_TITLE - len(end)] + end
    taken.add(title.casefold())
    return title
