"""Fill grades and feedback into the CSV that a school's system exports.

Moodle's offline grading worksheet and Canvas's gradebook are read alike: the column of students is
found by its contents, and the column for the grade by its heading. All other cells keep their
bytes, with quotes, line ends, encoding and byte order mark.
"""

import codecs
import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from xlnn.atomic_write import check_place, replacing
from xlnn.data.files import content
from xlnn.data.wording import listed, short
from xlnn.errors import DataError
from xlnn.exercises.feedback import notes, reasons
from xlnn.exercises.grades import Grade, Grades
from xlnn.exercises.roster import Student, letters
from xlnn.registry.text import Text

LARGEST = 50_000_000
"""Bytes of a gradebook; one of a thousand students and a hundred columns has one million."""

GRADE = re.compile(r"grade|score|points|note|bewertung|成绩|分数|評点|得点|点数", re.IGNORECASE)
FEEDBACK = re.compile(r"feedback|comment|反馈|评语|フィードバック|コメント", re.IGNORECASE)
MOST = re.compile(r"maximum|max\b|possible|bestwertung|满分|最大|最高|満点", re.IGNORECASE)
LEFT = re.compile(r"modified|changed|geändert|final|current|unposted|修改|更改|変更", re.IGNORECASE)
"""Words in headings of grades, feedback, the largest grade, and columns to leave alone."""

ASSIGNMENT = re.compile(r".+ \(\d+\)")
"""The heading of an assignment's column in Canvas."""

_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


@dataclass(frozen=True)
class CsvCell:
    """A cell of a CSV.

    Attributes
    ----------
    start, end : int
        Its position in the text, quotes included.
    value : str
    """

    start: int
    end: int
    value: str


@dataclass(frozen=True)
class FilledGradebook:
    """The result of filling a gradebook.

    Attributes
    ----------
    graded : int
        The number of rows that were filled in.
    column : str
        The heading of the column of the grades.
    not_found : tuple of str
        Students who handed in but are not in the gradebook.
    not_handed_in : tuple of str
        Students in the gradebook without a grade here.
    scaled : float or None
        The largest grade of the gradebook, if points were scaled to it.
    """

    graded: int
    column: str
    not_found: tuple[str, ...]
    not_handed_in: tuple[str, ...]
    scaled: float | None


def fill_gradebook(path: Path, grades: Grades, words: Text, column: str = "") -> FilledGradebook:
    """Fill the grades of a class into a gradebook, in place.

    Parameters
    ----------
    path : Path
    grades : Grades
    words : Text
        The texts of the feedback.
    column : str
        The heading of the column of the grades, if it cannot be detected.

    Raises
    ------
    DataError
        It is not a CSV, or its columns cannot be told apart.
    """
    check_place(path)
    mark, encoding, text = _decoded(path, {grade.student for grade in grades})
    rows = [*_rows(text, _separator(text))]
    head = rows[0] if rows else []
    found, lost, owner = _matched(path, rows, grades.counted)
    at = _grade_column(path, [cell.value for cell in head], column)
    comment = next((n for n, c in enumerate(head) if FEEDBACK.search(c.value)), None)
    limits = [n for n, c in enumerate(head) if MOST.search(c.value) and n != at]
    possible = next((row for row in rows[1:4] if any(_is_possible(c.value) for c in row)), None)
    is_comma = any(re.fullmatch(r"\d+,\d{1,2}", cell.value) for row in rows[1:] for cell in row)
    changes: list[tuple[CsvCell, str]] = []
    scaled = None
    for grade, row in found:
        limit = _number(row[limits[0]].value) if limits and limits[0] < len(row) else None
        if limit is None and possible and at < len(possible):
            limit = _number(possible[at].value)
        points = grade.points
        if limit and grade.of and limit != grade.of:
            points, scaled = points * limit / grade.of, limit
        shown = f"{points:.5f}".rstrip("0").rstrip(".")
        changes.append((_there(path, row, at), shown.replace(".", ",") if is_comma else shown))
        if comment is not None:
            changes.append((_there(path, row, comment), feedback(grade, grades, words)))
    separator = _separator(text)
    for cell, value in sorted(changes, key=lambda change: -change[0].start):
        was_quoted = text[cell.start : cell.end].startswith('"')
        text = text[: cell.start] + _written(value, separator, quoted=was_quoted) + text[cell.end :]
    try:
        data = mark + text.encode(encoding)
    except UnicodeEncodeError as error:
        raise DataError(
            f"{path.name} is written in {encoding}, which has no {text[error.start]!r}: save it as "
            "UTF-8 first."
        ) from error
    with replacing(path) as file:
        file.write(data)
    rest = [
        _who(row, owner) for n, row in enumerate(rows[1:], start=1)
        if row is not possible and _who(row, owner) and not any(row is own for _, own in found)
    ]  # fmt: skip
    return FilledGradebook(len(found), head[at].value, lost, tuple(rest), scaled)


def feedback(grade: Grade, grades: Grades, words: Text) -> str:
    """Return the feedback for a student as one text."""
    lines = [words("report", "of_points", points=f"{grade.points:.4g}", of=f"{grade.of:g}")]
    for question in grade.questions:
        said = "; ".join(reasons(question, words))
        mark = f"{question.points:.4g}/{question.of:g}"
        lines.append(f"{question.symbol} {mark}" + (f": {said}" if said else ""))
    return " | ".join([*lines, *notes(grade, grades, words), *filter(None, [grade.comment])])


def _decoded(path: Path, names: AbstractSet[str]) -> tuple[bytes, str, str]:
    """Return a file's byte order mark, encoding and text; the encoding that finds most names."""
    data = content(path, LARGEST)
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return mark, encoding, data[len(mark) :].decode(encoding)
    found = {}
    for encoding in ("utf-8", "cp1252", "gb18030", "cp932", "latin-1"):  # the last reads any byte
        with suppress(UnicodeDecodeError):
            found[encoding] = data.decode(encoding)
    best = max(found, key=lambda encoding: sum(name in found[encoding] for name in names))
    best = "utf-8" if "utf-8" in found else best
    return b"", best, found[best]


def _separator(text: str) -> str:
    line = re.sub(r'"(?:[^"]|"")*"', "", text).partition("\n")[0]
    return max(",;\t", key=line.count)


def _rows(text: str, separator: str) -> Iterator[list[CsvCell]]:
    """Yield the rows of a CSV, with the position of each cell."""
    field = re.compile(rf'"((?:[^"]|"")*)"|[^{separator}\r\n]*')
    row: list[CsvCell] = []
    position = 0
    while position < len(text) or row:
        found = field.match(text, position)
        if found is None:  # an empty cell matches too
            raise AssertionError(text[position:])
        quoted = found[1]
        value = found[0] if quoted is None else quoted.replace('""', '"')
        row.append(CsvCell(*found.span(), value))
        position = found.end()
        if text.startswith(separator, position):
            position += 1
            continue
        yield row
        row = []
        if position < len(text) and text[position] not in "\r\n":
            raise DataError(f"The CSV has a quote in the middle of {short(text[position:])}.")
        position += 2 if text.startswith("\r\n", position) else 1


def _written(value: str, separator: str, *, quoted: bool) -> str:
    plain = " ".join(value.split())
    if quoted or separator in plain or '"' in plain:
        return '"' + plain.replace('"', '""') + '"'
    return plain


def _number(text: str) -> float | None:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def _is_possible(text: str) -> bool:
    return "possible" in text.casefold()


def _there(path: Path, row: Sequence[CsvCell], column: int) -> CsvCell:
    if column < len(row):
        return row[column]
    raise DataError(f'{path.name}: the row of "{short(row[0].value)}" ends before its grade.')


def _matched(
    path: Path, rows: Sequence[Sequence[CsvCell]], grades: Sequence[Grade]
) -> tuple[list[tuple[Grade, Sequence[CsvCell]]], tuple[str, ...], int]:
    """Find the row of each student by the column that has the most of them.

    E-mail addresses take precedence over ids, and ids over names.
    """
    keys = [_keys(Student(each.student, each.id, each.email)) for each in grades]
    width = max(map(len, rows), default=0)
    places: list[dict[str, list[int]]] = [{} for _ in range(width)]
    for number, row in enumerate(rows[1:], start=1):
        for column, cell in enumerate(row):
            for form in _forms(cell.value):
                places[column].setdefault(form, []).append(number)
    found, lost, owners = [], [], []
    taken: set[int] = set()
    for grade, forms in zip(grades, keys, strict=True):
        hits = [
            (column, places[column][form][0])
            for form in forms
            for column in range(width)
            if len(places[column].get(form, ())) == 1
        ]
        if hits and hits[0][1] not in taken:
            owners.append(hits[-1][0])  # names tell more than addresses and ids
            taken.add(hits[0][1])
            found.append((grade, rows[hits[0][1]]))
        else:
            lost.append(grade.student or grade.file)
    if grades and not found:
        raise DataError(
            f"{path.name} has none of the students who handed in: no column holds an e-mail "
            "address, an id or a name of theirs."
        )
    return found, tuple(lost), max({*owners}, key=owners.count, default=0)


def _keys(student: Student) -> list[str]:
    """Return what a student may be found by, the most reliable first."""
    words = sorted(filter(None, map(letters, student.name.split())))
    keys = [student.email.casefold(), student.id.casefold()]
    keys += [student.name.casefold(), " ".join(words) if len(words) > 1 else ""]
    keys += [letters(student.name)]  # 王 小明 is 王小明
    return [key for key in dict.fromkeys(keys) if key]


def _forms(value: str) -> Iterator[str]:
    """Yield forms of a cell to search for: as it is, its number, and its words in any order."""
    plain = " ".join(value.split()).casefold()
    words = sorted(filter(None, map(letters, re.split(r"[\s,]+", plain))))
    number = re.fullmatch(r"\D+ (\d+)", plain)
    several = " ".join(words) if len(words) > 1 else ""
    forms = (plain, number[1] if number else "", several, letters(plain))
    yield from dict.fromkeys(filter(None, forms))


def _who(row: Sequence[CsvCell], column: int) -> str:
    return row[column].value.strip() if column < len(row) else ""


def _grade_column(path: Path, head: Sequence[str], wanted: str) -> int:
    """Return the column of the grades: the one that was named, or the only possible one."""
    if wanted:
        for column, title in enumerate(head):
            if title.strip().casefold() == wanted.strip().casefold():
                return column
        raise DataError(
            f'{path.name} has no column "{wanted}": it has {listed([*filter(None, head)])}.'
        )
    assignments = [n for n, title in enumerate(head) if ASSIGNMENT.fullmatch(title.strip())]
    named = [
        n for n, title in enumerate(head)
        if GRADE.search(title) and not any(each.search(title) for each in (MOST, LEFT, FEEDBACK))
    ]  # fmt: skip
    exact = [n for n in named if GRADE.fullmatch(head[n].strip())]
    for found in (assignments, exact, named):
        if len(found) == 1:
            return found[0]
        if found:
            titles = listed([head[n] for n in found])
            raise DataError(
                f"{path.name} has several columns of grades, {titles}: choose with --column."
            )
    raise DataError(f"{path.name} has no column that is headed as a grade: name it with --column.")
