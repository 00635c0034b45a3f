"""Write the report of a class as a workbook, a table or plain values."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean, median
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlnn.atomic_write import check_place, replacing
from xlnn.data.wording import natural
from xlnn.errors import OutputError, OutputNameError, XlnnError
from xlnn.exercises.feedback import commonest, notes, reasons, remarks, total, words_of
from xlnn.exercises.grades import Grade, Grades
from xlnn.registry.text import Text, languages, text
from xlnn.writing.style import wide
from xlnn.xlsx.archive import Archive
from xlnn.xlsx.package import inspect

ENDINGS = (".xlsx", ".csv", ".json")

HEADING = Font(name="Calibri", size=11, bold=True)
"""As other cells, since programs choose a font of their own where none is named."""
WIDEST = 60
LONGEST_TITLE = 31

MADE = "xlnn grade"
"""The creator in an .xlsx report, by which a later report recognises it."""

FIRST, LAST = ("student", "file"), ("by_hand", "comment", "whole", "notes", "remarks")
"""The first and last headings of a report, by which a later one recognises a CSV."""

Row = list[str | float | None]


def check_report(path: Path, files: Sequence[Path] = (), *, force: bool = False) -> None:
    """Refuse a place for a report before anything is graded.

    Parameters
    ----------
    path : Path
    files : list of Path
        The files to grade, which a report must not overwrite.
    force : bool
        Whether to overwrite a file other than an earlier report.

    Raises
    ------
    OutputNameError
        Its extension is wrong, or it is a file to grade.
    OutputError
        It cannot be written, or there is already a file.
    """
    if path.suffix.lower() not in ENDINGS:
        raise OutputNameError(
            f"{path.name}: the name of a report must end in {', '.join(ENDINGS)}."
        )
    if path.exists() and any(file.exists() and path.samefile(file) for file in files):
        raise OutputNameError(f"{path} is one of the files to grade: choose another name with -o.")
    if path.is_file() and not force and not _is_report(path):
        raise OutputError(f"{path} exists: choose another name with -o, or add --force.")
    check_place(path)


def _is_report(path: Path) -> bool:
    """Return whether a file is a report that xlnn wrote."""
    try:
        if path.suffix.lower() == ".json":
            read = json.loads(path.read_text(encoding="utf-8"))
            return isinstance(read, dict) and {"grades", "copies", "seed"} <= read.keys()
        if path.suffix.lower() == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as file:
                head = next(csv.reader(file), [])
            words = [text(lang, "grading") for lang in languages()]
            heads = ([w("report", key) for key in (*FIRST, *LAST)] for w in words)
            return [*head[: len(FIRST)], *head[-len(LAST) :]] in heads
        with Archive(path) as archive:
            return MADE.encode() in b"".join(archive.chunks("docProps/core.xml"))
    except (OSError, ValueError, KeyError, csv.Error, XlnnError):
        return False


def carried_on(path: Path, grades: Grades) -> Grades:
    """Return grades with the points and comments that the teacher typed into an earlier report.

    Parameters
    ----------
    path : Path
        The path of the report; an .xlsx there may be an earlier one.
    grades : Grades
    """
    if path.suffix.lower() != ".xlsx" or not path.is_file() or not _is_report(path):
        return grades
    typed = _typed(path)
    return replace(
        grades,
        grades=tuple(replace(each, **typed.get((each.student, each.file), {})) for each in grades),
    )


def _typed(path: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """Read what the teacher typed into the sheet of the class, by student and file."""
    inspect(path, spares=True)
    book = load_workbook(path, read_only=True)
    rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    book.close()
    found = {}
    for lang in languages():
        words = text(lang, "grading")
        names = [words("report", key) for key in ("student", "file", "by_hand", "comment")]
        head = next((n for n, row in enumerate(rows) if row[:2] == names[:2]), None)
        if head is None or not {*names} <= {*rows[head]}:
            continue
        columns = [rows[head].index(name) for name in names]
        for row in rows[head + 1 :]:
            student, file, points, comment = (row[column] for column in columns)
            is_number = isinstance(points, int | float) and not isinstance(points, bool)
            found[str(student or ""), str(file or "")] = {
                "by_hand": float(points) if is_number else None,
                "comment": str(comment or ""),
            }
    return found


def write_report(path: Path, grades: Grades, lang: str | None = None) -> None:
    """Write a report: .xlsx with a sheet for the class, the questions and each student.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    words = words_of(grades, lang)
    write_as(path, _json(grades), class_rows(grades, words), lambda: _workbook(grades, words))


def write_as(
    path: Path, plain: Iterable[str], rows: Iterable[Row], workbook: Callable[[], Workbook]
) -> None:
    """Write a report as its extension says: parts of JSON, the rows of a CSV, or a workbook.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    with replacing(path) as file:
        if path.suffix.lower() == ".json":
            file.writelines(part.encode() for part in plain)
        elif path.suffix.lower() == ".csv":
            lines = io.StringIO(newline="")
            csv.writer(lines).writerows([_harmless(cell) for cell in row] for row in rows)
            file.write(lines.getvalue().encode("utf-8-sig"))
        else:
            made = io.BytesIO()
            workbook().save(made)
            file.write(made.getvalue())


def _json(grades: Grades) -> Iterator[str]:
    """Yield the text of ``grades.to_json()``, grade by grade, since a class may be large."""
    yield '{"grades": ['
    for number, grade in enumerate(grades):
        yield (",\n" if number else "\n") + json.dumps(grade.to_json(), ensure_ascii=False)
    rest = replace(grades, grades=()).to_json()
    del rest["grades"]
    yield "\n],\n" + json.dumps(rest, ensure_ascii=False)[1:] + "\n"


def _harmless(cell: str | float | None) -> str | float | None:
    """Return a cell that no spreadsheet mistakes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t" and cell else cell


def pseudonymous(grades: Grades) -> Grades:
    """Return grades with numbers instead of names, files, ids and e-mail addresses."""
    new = {grade.file: f"P{n}" for n, grade in enumerate(in_order(grades), start=1)}
    person = {grade.person: new[grade.file] for grade in reversed(in_order(grades))}
    each = tuple(
        replace(
            grade,
            file=new[grade.file],
            student=person[grade.person],
            id="",
            email="",
            error=grade.error.replace(Path(grade.file).name, new[grade.file]),
        )
        for grade in grades
    )
    pairs = tuple(replace(p, files=(new[p.files[0]], new[p.files[1]])) for p in grades.copies)
    return replace(grades, grades=each, copies=pairs, missing=())


def in_order(grades: Grades) -> list[Grade]:
    """Return grades in the order of the students' names, or of files if unknown."""
    return sorted(grades, key=lambda each: (natural(each.student or each.file), natural(each.file)))


def class_rows(grades: Grades, words: Text) -> Iterator[Row]:
    """Yield a heading, a row per student, and those who did not hand in."""
    names = dict.fromkeys(
        (question.quantity, question.symbol) for grade in grades for question in grade.questions
    )
    students = [*grades, *grades.missing]
    known = [key for key in ("id", "email") if any(getattr(each, key) for each in students)]
    head = [*FIRST, *known, "points", "of", "percent"]
    yield [
        *(words("report", key) for key in head),
        *(symbol for _, symbol in names),
        *(words("report", key) for key in LAST),
    ]
    for grade in in_order(grades):
        own = {question.quantity: question.points for question in grade.questions}
        whole = "" if grade.whole is None else words("report", "yes" if grade.whole else "no")
        said = grade.error or " ".join(notes(grade, grades, words))
        marks: Row = [own.get(name, "") for name, _ in names]
        share = 100 * grade.points / grade.of if grade.of else 0.0
        sums: Row = ["", "", ""] if grade.error else [grade.points, grade.of, share]
        who: Row = [grade.student, grade.file, *(getattr(grade, key) for key in known)]
        more = " ".join(remarks(grade, grades, words))
        yield [*who, *sums, *marks, grade.by_hand, grade.comment, whole, said, more]
    for student in sorted(grades.missing, key=lambda each: natural(each.name)):
        who = [student.name, "", *(getattr(student, key) for key in known)]
        rest: Row = [""] * (5 + len(names))
        yield [*who, *rest, "", words("report", "missing_sheet"), ""]


def question_rows(grades: Grades, words: Text) -> Iterator[Row]:
    """Yield a heading, and a row per question: how many were right, and common mistakes."""
    yield [words("report", key) for key in ("question", "answered", "right", "points", "reasons")]
    graded = grades.counted
    names = dict.fromkeys(question.quantity for grade in graded for question in grade.questions)
    for name in names:
        own = [q for grade in graded for q in grade.questions if q.quantity == name]
        title = f"{own[0].symbol}   {own[0].name}"
        right = sum(question.right for question in own)
        yield [title, len(own), right, mean(q.points for q in own), commonest(own, words)]


def student_rows(grade: Grade, grades: Grades, words: Text) -> Iterator[Row]:
    """Yield the student, each question with its points and reasons, and the notes."""
    yield [words("report", "student"), grade.student]
    yield [words("report", "file"), grade.file]
    if grade.error:
        yield [words("report", "error"), grade.error]
        return
    yield [words("report", "points"), total(grade, words)]
    yield []
    yield [words("report", key) for key in ("question", "points", "of", "verdict")]
    for question in grade.questions:
        title = f"{question.symbol}   {question.name}"
        first, *others = [*reasons(question, words)] or [words("reasons", "right")]
        yield [title, question.points, question.of, first]
        for line in others:
            yield ["", "", "", line]
    yield []
    for note in notes(grade, grades, words):
        yield [note]
    if grade.comment:
        yield [grade.comment]


def _workbook(grades: Grades, words: Text) -> Workbook:
    book = Workbook()
    book.properties.creator = MADE
    first = book.active
    first.title = words("report", "class_sheet")
    fill(first, class_rows(grades, words), widest=WIDEST // 2)
    _sum_up(first, grades, words)
    fill(book.create_sheet(words("report", "questions_sheet")), question_rows(grades, words))
    taken = {sheet.title.casefold() for sheet in book}
    for grade in in_order(grades):
        sheet = book.create_sheet(_title(grade, taken))
        fill(sheet, student_rows(grade, grades, words), heading=5)
        sheet.page_setup.fitToHeight = 1
    for sheet in book:
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
    for sheet in book.worksheets[:2]:
        sheet.page_setup.fitToHeight = 0
        sheet.print_title_rows = "1:1"
    first.page_setup.fitToWidth = 2  # the points, followed by remarks
    first.print_title_cols = "A:A"
    return book


def _sum_up(sheet: Worksheet, grades: Grades, words: Text) -> None:
    """Freeze the names, add a filter, and add mean and median below."""
    last, width = sheet.max_row, sheet.max_column
    sheet.auto_filter.ref = f"A1:{get_column_letter(width)}{last}"
    sheet.freeze_panes = "B2"
    counted = {grade.file for grade in grades.counted}
    rows = [n for n, grade in enumerate(in_order(grades), start=2) if grade.file in counted]
    if not rows:
        return
    head = [sheet.cell(1, column).value for column in range(1, width + 1)]
    first = head.index(words("report", "points")) + 1
    skipped = head.index(words("report", "of")) + 1
    beyond = head.index(words("report", "by_hand")) + 1
    for row, (key, of) in enumerate((("mean", mean), ("median", median)), start=last + 2):
        sheet.cell(row, 1, words("report", key)).font = HEADING
        for column in range(first, beyond):
            values = [sheet.cell(r, column).value for r in rows]
            numbers = [value for value in values if isinstance(value, int | float)]
            if numbers and column != skipped:
                cell = sheet.cell(row, column, of(numbers))
                cell.number_format, cell.font = "0.##", HEADING
                cell.alignment = Alignment(horizontal="left")


def fill(sheet: Worksheet, rows: Iterator[Row], heading: int = 1, widest: int = WIDEST) -> None:
    """Write rows of texts and numbers into a sheet, with fitting column widths."""
    widths: dict[int, int] = {}
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column, value)
            if isinstance(value, str):
                cell.data_type = "s"  # a name is not a formula
                long = (wide(value) > widest and len(row) > 1) or number == heading
                cell.alignment = Alignment(wrap_text=long, vertical="top")
                size = wide(value)
            else:
                cell.number_format = "0.##"
                cell.alignment = Alignment(vertical="top", horizontal="left")
                size = 5
            if number == heading:
                cell.font = HEADING
                size = max(map(wide, str(value).split()), default=0)
            if len(row) > 1:
                widths[column] = max(widths.get(column, 6), min(size, widest) + 2)
    for column, width in widths.items():
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = sheet.cell(heading + 1, 1)


def _title(grade: Grade, taken: set[str]) -> str:
    """Return a unique title for a student's sheet that Excel allows."""
    name = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", grade.student or Path(grade.file).stem)
    name = name.strip(" '")[:LONGEST_TITLE] or "–"
    title, number = name, 1
    while title.casefold() in taken or title.casefold() == "history":
        number += 1
        end = f" {number}"
        title = name[: LONGEST_TITLE - len(end)] + end
    taken.add(title.casefold())
    return title
