"""Write the report of a class as a workbook, a table or plain values."""

import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean, median

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlnn.atomic_write import check_place, replacing
from xlnn.data.messages import natural
from xlnn.errors import OutputError, OutputNameError
from xlnn.exercises.earlier_report import MADE, is_report
from xlnn.exercises.feedback import (
    answer,
    common_reasons,
    commonest,
    notes,
    problem,
    reasons,
    remarks,
    shown_file,
    total,
    words_of,
)
from xlnn.exercises.grades import Grade, Grades, QuestionGrade
from xlnn.registry.text import Text
from xlnn.writing.style import FILLS, RULE, wide

ENDINGS = (".xlsx", ".csv", ".json")

HEADING = Font(name="Calibri", size=11, bold=True)
"""The font of other cells, since programs choose their own where none is named."""
WIDEST = 60
LONGEST_TITLE = 31

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
    if path.is_file() and not force and not is_report(path):
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

    def hidden(grade: Grade) -> Grade:
        pseudonym, file = person[grade.person], new[grade.file]
        made_for = pseudonym if grade.made_for else ""
        bare = replace(grade, file=file, student=pseudonym, id="", email="", made_for=made_for)
        if not grade.error_kind:
            return replace(bare, error=grade.error.replace(Path(grade.file).name, file))
        values = dict(grade.error_said) | {"file": file, "student": pseudonym, "other": "–"}
        if reason := values.get("reason"):
            values["reason"] = reason.replace(Path(grade.file).name, file)
        return bare.not_graded(grade.error_kind, **values)

    changed = tuple(map(hidden, grades))
    pairs = tuple(replace(p, files=(new[p.files[0]], new[p.files[1]])) for p in grades.copies)
    return replace(grades, grades=changed, copies=pairs, missing=())


def in_order(grades: Grades) -> list[Grade]:
    """Return grades in the order of the students' names, or of files if unknown."""
    return sorted(
        grades, key=lambda grade: (natural(grade.student or grade.file), natural(grade.file))
    )


def class_rows(grades: Grades, words: Text) -> Iterator[Row]:
    """Yield a heading, a row per file, and those who did not hand in."""
    names = dict.fromkeys(
        (question.quantity, question.symbol) for grade in grades for question in grade.questions
    )
    students = [*grades, *grades.missing]
    known = [key for key in ("id", "email") if any(getattr(student, key) for student in students)]
    lateness = ["late"] if any(grade.late for grade in grades) else []
    head = ["student", "file", *known, "points", "of", "percent", *lateness]
    yield [
        *(words("report", key) for key in head),
        *(symbol for _, symbol in names),
        *(words("report", key) for key in ("by_hand", "comment", "whole", "notes", "remarks")),
    ]
    for grade in in_order(grades):
        points_of = {question.quantity: question.points for question in grade.questions}
        whole = "" if grade.whole is None else words("report", "yes" if grade.whole else "no")
        remark = problem(grade, words) or " ".join(notes(grade, grades, words))
        marks: Row = [points_of.get(name, "") for name, _ in names]
        share = 100 * grade.points / grade.of if grade.of else ""
        sums: Row = [grade.points, grade.of, share]
        if grade.error:
            sums = [grade.points if grade.by_hand is not None else "", "", ""]
        who: Row = [grade.student, shown_file(grade), *(getattr(grade, key) for key in known)]
        late: Row = [grade.late for _ in lateness]
        more = " ".join(remarks(grade, grades, words))
        yield [*who, *sums, *late, *marks, grade.by_hand, grade.comment, whole, remark, more]
    for student in sorted(grades.missing, key=lambda student: natural(student.name)):
        who = [student.name, "", *(getattr(student, key) for key in known)]
        points: float | str = "" if student.by_hand is None else max(0.0, student.by_hand)
        rest: Row = [points, "", "", *("" for _ in (*lateness, *names))]
        typed: Row = [student.by_hand, student.comment]
        yield [*who, *rest, *typed, "", words("report", "missing_sheet"), ""]


def question_rows(grades: Grades, words: Text) -> Iterator[Row]:
    """Yield a heading, and a row per question: how many were right, and common mistakes."""
    yield [words("report", key) for key in ("question", "answered", "right", "points", "reasons")]
    for answers in _by_question(grades).values():
        title = f"{answers[0].symbol}   {answers[0].name}"
        right = sum(question.right for question in answers)
        yield [
            title,
            len(answers),
            right,
            mean(q.points for q in answers),
            commonest(answers, words),
        ]


def _by_question(grades: Grades) -> dict[str, list[QuestionGrade]]:
    """Return the answers that count, by the quantity's name."""
    found: dict[str, list[QuestionGrade]] = {}
    for grade in grades.counted:
        for question in grade.questions:
            found.setdefault(question.quantity, []).append(question)
    return found


def group_rows(grades: Grades, words: Text) -> Iterator[Row]:
    """Yield a heading, and a row for all answers to a question that have the same mistakes.

    The teacher types points and a comment for all of them. A group that is now empty keeps them,
    since somebody may hand in such an answer again.
    """
    keys = ("question", "answer", "reason", "students", "points", "of")
    typed = ("for_all", "comment_for_all", "group")
    yield [words("report", key) for key in (*keys, *typed)]
    decided = {decision.group: decision for decision in grades.decisions}
    for answers in _by_question(grades).values():
        groups: dict[str, list[QuestionGrade]] = {}
        for question in answers:
            if question.group:
                groups.setdefault(question.group, []).append(question)
        for group, alike in sorted(groups.items(), key=lambda group: -len(group[1])):
            decision, first = decided.pop(group, None), alike[0]
            reason = "; ".join(said for said, _ in common_reasons(alike, words))
            about: Row = [f"{first.symbol}   {first.name}", answer(first), reason, len(alike)]
            points = mean(question.points for question in alike)
            marks: Row = [decision.points, decision.comment] if decision else [None, None]
            yield [*about, points, first.of, *marks, group]
    for left in decided.values():
        yield [*left.told, 0, "", "", left.points, left.comment, left.group]


def student_rows(grade: Grade, grades: Grades, words: Text) -> Iterator[Row]:
    """Yield the student, each question with its points and reasons, and the notes."""
    yield [words("report", "student"), grade.student]
    yield [words("report", "file"), shown_file(grade)]
    if grade.error:
        yield [words("report", "error"), problem(grade, words, names_others=False)]
        if grade.comment:
            yield [grade.comment]
        return
    yield [words("report", "points"), total(grade, words)]
    yield []
    yield [words("report", key) for key in ("question", "points", "of", "verdict")]
    for question in grade.questions:
        title = f"{question.symbol}   {question.name}"
        first, *others = [*reasons(question, words)] or [words("reasons", "right")]
        yield [title, question.points, question.of, first]
        for line in (*others, *filter(None, [question.comment])):
            yield ["", "", "", line]
    yield []
    for note in notes(grade, grades, words):
        yield [note]
    if grade.comment:
        yield [grade.comment]


LOST, NOT_GRADED = PatternFill("solid", fgColor="F8D7D2"), PatternFill("solid", fgColor="F1F3F5")
"""Behind points that were lost, and behind the row of a file that is not graded: light in print."""

TYPED = PatternFill("solid", fgColor=FILLS["input"])
"""Behind cells for the teacher to type into."""

LINE = Border(bottom=Side("thin", color=RULE))

LINE_HEIGHT, MOST_LINES = 15, 3
"""Points, and how many lines of a text a row may show: all rows of a sheet are of one height."""


def _workbook(grades: Grades, words: Text) -> Workbook:
    book = Workbook()
    book.properties.creator = MADE
    first = book.active
    first.title = words("report", "class_sheet")
    fill(first, class_rows(grades, words), widest=WIDEST // 2)
    for cell in first[1][-2:]:  # notes, on a page of their own
        first.column_dimensions[cell.column_letter].width = WIDEST
    _mark_class(first, grades, words)
    _even(first)
    _sum_up(first, grades, words)
    questions = book.create_sheet(words("report", "questions_sheet"))
    fill(questions, question_rows(grades, words))
    groups = book.create_sheet(words("report", "groups"))
    fill(groups, group_rows(grades, words), widest=WIDEST * 2 // 3)
    _for_typing(groups, [words("report", key) for key in ("for_all", "comment_for_all")])
    groups.column_dimensions[get_column_letter(groups.max_column)].hidden = True
    for sheet in (questions, groups):
        _even(sheet)
    taken = {sheet.title.casefold() for sheet in book}
    for grade in in_order(grades):
        sheet = book.create_sheet(_title(grade, taken))
        fill(sheet, student_rows(grade, grades, words), heading=5)
        for _, points, of in sheet.iter_rows(min_row=6, max_col=3):
            _mark(points, of.value)
        sheet.page_setup.fitToHeight = 1
    for sheet in book:
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.oddFooter.center.text = "&A   &P / &N"
    for sheet in book.worksheets[:3]:
        sheet.page_setup.fitToHeight = 0
        sheet.print_title_rows = "1:1"
    first.page_setup.fitToWidth = 2  # the points, followed by remarks
    first.print_title_cols = "A:A"
    return book


def _mark_class(sheet: Worksheet, grades: Grades, words: Text) -> None:
    """Colour lost points, files that are not graded, and the cells for the teacher."""
    head = [cell.value for cell in sheet[1]]
    _for_typing(sheet, [words("report", key) for key in ("by_hand", "comment")])
    names = dict.fromkeys(
        (question.quantity, question.symbol) for grade in grades for question in grade.questions
    )
    begins = head.index(words("report", "by_hand")) + 1 - len(names)
    for row, grade in enumerate(in_order(grades), start=2):
        worth = {question.quantity: question.of for question in grade.questions}
        for column, (name, _) in enumerate(names, start=begins):
            _mark(sheet.cell(row, column), worth.get(name))
        if grade.error:
            for cell in sheet[row]:
                if cell.fill.fgColor.rgb != TYPED.fgColor.rgb:
                    cell.fill = NOT_GRADED


def _mark(cell: Cell, of: object) -> None:
    """Colour points that are fewer than they may be."""
    points = cell.value
    if isinstance(of, int | float) and isinstance(points, int | float) and points < of:
        cell.fill = LOST


def _for_typing(sheet: Worksheet, headings: Sequence[str]) -> None:
    """Colour the columns into which the teacher types."""
    for heading in sheet[1]:
        if heading.value in headings:
            for row in range(2, sheet.max_row + 1):
                sheet.cell(row, heading.column).fill = TYPED


def _even(sheet: Worksheet) -> None:
    """Give all rows below the heading the same height, and a line below each."""
    most = 1
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            cell.border = LINE
            width = sheet.column_dimensions[get_column_letter(cell.column)].width
            if isinstance(cell.value, str) and cell.alignment.wrap_text:
                most = max(most, math.ceil(wide(cell.value) / max(1, width - 2)))
    for row in range(2, sheet.max_row + 1):
        sheet.row_dimensions[row].height = LINE_HEIGHT * min(most, MOST_LINES)


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
