"""Fill grades and feedback into the CSV that a school's system exports.

Moodle's offline grading worksheet and Canvas's gradebook are read alike: the column of students is
found by its contents, and the column for the grade by its heading. All other cells keep their
bytes, with quotes, line ends, encoding and byte order mark.
"""

import codecs
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from xlnn.atomic_write import check_place, replacing
from xlnn.data.files import content, likely_encoding
from xlnn.data.wording import listed, short
from xlnn.errors import DataError
from xlnn.exercises.feedback import notes, reasons, total
from xlnn.exercises.grades import Grade, Grades
from xlnn.exercises.roster import letters
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
    mark, encoding, text = _decoded(path)
    separator = _separator(text)
    written, ends = _split(text, separator)
    rows = [[_value(cell) for cell in row] for row in written]
    head = rows[0] if rows else []
    found, lost, owner = _matched(path, rows, grades.counted)
    at = _grade_column(path, head, column)
    comment = next((n for n, title in enumerate(head) if FEEDBACK.search(title)), None)
    limits = [n for n, title in enumerate(head) if MOST.search(title) and n != at]
    possible = [n for n, row in enumerate(rows[:4]) if n and "possible" in "".join(row).casefold()]
    is_comma = any(re.fullmatch(r"\d+,\d{1,2}", cell) for row in rows[1:] for cell in row)
    scaled = None
    for number, grade in found.items():
        limit = _number(rows[number], limits)
        if limit is None and possible:
            limit = _number(rows[possible[0]], [at])
        points = grade.points
        if limit and grade.of and limit != grade.of:
            points, scaled = points * limit / grade.of, limit
        shown = f"{points:.5f}".rstrip("0").rstrip(".")
        told = {at: shown.replace(".", ",") if is_comma else shown}
        if comment is not None:
            told[comment] = feedback(grade, grades, words)
        row = written[number]
        if max(told) >= len(row):
            raise DataError(
                f'{path.name}: the row of "{short(rows[number][0])}" ends before its grade.'
            )
        for place, value in told.items():
            row[place] = _written(value, separator, quoted=row[place].startswith('"'))
    text = "".join(separator.join(row) + end for row, end in zip(written, ends, strict=True))
    try:
        data = mark + text.encode(encoding)
    except UnicodeEncodeError as error:
        raise DataError(
            f"{path.name} is written in {encoding}, which has no {text[error.start]!r}: save it as "
            "UTF-8 first."
        ) from error
    with replacing(path) as file:
        file.write(data)
    names = {n: row[owner].strip() for n, row in enumerate(rows) if owner < len(row)}
    rest = tuple(who for n, who in names.items() if who and n not in {0, *found, *possible[:1]})
    return FilledGradebook(len(found), head[at], lost, rest, scaled)


def feedback(grade: Grade, grades: Grades, words: Text) -> str:
    """Return the feedback for a student as one text."""
    lines = [total(grade, words)]
    for question in grade.questions:
        said = "; ".join(reasons(question, words))
        mark = f"{question.points:.4g}/{question.of:g}"
        lines.append(f"{question.symbol} {mark}" + (f": {said}" if said else ""))
    return " | ".join([*lines, *notes(grade, grades, words), *filter(None, [grade.comment])])


def _decoded(path: Path) -> tuple[bytes, str, str]:
    """Return a file's byte order mark, encoding and text."""
    data = content(path, LARGEST)
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return mark, encoding, data[len(mark) :].decode(encoding)
    encoding = likely_encoding(data) or "latin-1"  # which has a character for each byte
    return b"", encoding, data.decode(encoding)


def _separator(text: str) -> str:
    line = re.sub(r'"(?:[^"]|"")*"', "", text).partition("\n")[0]
    return max(",;\t", key=line.count)


def _split(text: str, separator: str) -> tuple[list[list[str]], list[str]]:
    """Return the rows of a CSV, with each cell as it is written, and the end of each line."""
    cell = re.compile(rf'("(?:[^"]|"")*"|(?!")[^{separator}\r\n]*)({separator}|\r\n|\r|\n|\Z)')
    rows: list[list[str]] = []
    ends: list[str] = []
    position, end = 0, "\n"
    while position < len(text) or end == separator:
        if (found := cell.match(text, position)) is None:
            raise DataError(f"The CSV has a quote in the middle of {short(text[position:])}.")
        if end != separator:
            rows.append([])
        position, end = found.end(), found[2]
        rows[-1].append(found[1])
        if end != separator:
            ends.append(end)
    return rows, ends


def _value(cell: str) -> str:
    return cell[1:-1].replace('""', '"') if cell.startswith('"') else cell


def _written(value: str, separator: str, *, quoted: bool) -> str:
    plain = " ".join(value.split())
    if quoted or separator in plain or '"' in plain:
        return '"' + plain.replace('"', '""') + '"'
    return plain


def _number(row: Sequence[str], columns: Sequence[int]) -> float | None:
    """Return the first number in some columns of a row; None without one."""
    with suppress(ValueError, IndexError):
        return float(row[columns[0]].strip().replace(",", "."))
    return None


def _matched(
    path: Path, rows: Sequence[Sequence[str]], grades: Sequence[Grade]
) -> tuple[dict[int, Grade], tuple[str, ...], int]:
    """Find the row of each student, and the column that has the most of them.

    E-mail addresses take precedence over ids, and ids over names.
    """
    width = max(map(len, rows), default=0)
    places: list[dict[str, list[int]]] = [{} for _ in range(width)]
    for number, row in enumerate(rows[1:], start=1):
        for column, cell in enumerate(row):
            numbered = re.fullmatch(r"\D+ (\d+)", cell.strip())  # Participant 12345
            for form in {*_forms(cell), numbered[1] if numbered else ""} - {""}:
                places[column].setdefault(form, []).append(number)
    found: dict[int, Grade] = {}
    lost, owners = [], []
    for grade in grades:
        keys = grade.email.casefold(), grade.id.casefold(), *_forms(grade.student)
        hits = [
            (column, places[column][key][0])
            for key in keys
            for column in range(width)
            if len(places[column].get(key, ())) == 1
        ]
        if hits and hits[0][1] not in found:
            owners.append(hits[-1][0])  # names tell more than addresses and ids
            found[hits[0][1]] = grade
        else:
            lost.append(grade.student or grade.file)
    if grades and not found:
        raise DataError(
            f"{path.name} has none of the students who handed in: no column holds an e-mail "
            "address, an id or a name of theirs."
        )
    return found, tuple(lost), max({*owners}, key=owners.count, default=0)


def _forms(text: str) -> list[str]:
    """Return forms of a text to search for: as it is, its words in any order, and its letters."""
    plain = " ".join(text.split()).casefold()
    words = sorted(filter(None, map(letters, re.split(r"[\s,]+", plain))))
    return [plain, " ".join(words) if len(words) > 1 else "", letters(plain)]  # 王 小明 is 王小明


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
