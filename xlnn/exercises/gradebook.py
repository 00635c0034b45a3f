"""Fill grades and feedback into the CSV that a school's system exports, and read who was late.

Moodle's offline grading worksheet and Canvas's gradebook are read alike: the column of students is
found by its contents, and the column for the grade by its heading. All other cells keep their
values, and the file its encoding, byte order mark, separator and line ends.
"""

import codecs
import csv
import io
import math
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from xlnn.atomic_write import check_place, replacing
from xlnn.data.files import content, likely_encoding
from xlnn.data.messages import listed, reason, short
from xlnn.errors import DataError
from xlnn.exercises.feedback import notes, reasons, total, typed
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

STATUS = re.compile(r"status|state|状态|状態|ステータス|提出", re.IGNORECASE)
"""Words in the heading of the column in which Moodle says how late a submission is."""

LATE = re.compile(r"late\b|verspätet|später|迟|遲|遅", re.IGNORECASE)
"""What Moodle adds to the time by which a submission is late: "2 days 3 hours late"."""

DURATION = re.compile(
    r"(?P<number>\d+)\s*(?:(?P<years>year|jahr|年)|(?P<days>day|tag|天|日)|(?P<hours>hour|stunde|"
    r"小时|小時|時間)|(?P<minutes>min|分)|(?P<seconds>sec|sek|秒))",
    re.IGNORECASE,
)
"""A part of that time, and its unit in days."""

DAYS = {"years": 365, "days": 1, "hours": 1 / 24, "minutes": 1 / 1440, "seconds": 1 / 86400}

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
    table = _Table.of(path)
    rows, head = table.rows, table.rows[0] if table.rows else []
    final = grades.final
    found, lost, owner = _matched(rows, final)
    if final and not found:
        raise DataError(
            f"{path.name} has none of the students who handed in: no column holds an e-mail "
            "address, an id or a name of theirs."
        )
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
        if limit and grade.of and limit != grade.of:  # what the teacher typed counts as typed
            points = max(0.0, grade.earned * limit / grade.of + (grade.by_hand or 0.0))
            scaled = limit
        shown = f"{points:.5f}".rstrip("0").rstrip(".")
        told = {at: shown.replace(".", ",") if is_comma else shown}
        if not grade.of and grade.by_hand is None:  # the teacher typed nothing but a comment
            told = {}
        if comment is not None:
            told[comment] = " ".join(feedback(grade, words).split())
        row = rows[number]
        if max(told, default=0) >= len(row):
            raise DataError(
                f'{path.name}: the row of "{short(rows[number][0])}" ends before its grade.'
            )
        for place, value in told.items():
            row[place] = value
    data = table.written(path)
    with replacing(path) as file:
        file.write(data)
    names = {n: row[owner].strip() for n, row in enumerate(rows) if owner < len(row)}
    rest = tuple(who for n, who in names.items() if who and n not in {0, *found, *possible[:1]})
    return FilledGradebook(len(found), head[at], lost, rest, scaled)


def read_worksheet(path: Path) -> list[list[str]]:
    """Return the rows of Moodle's grading worksheet: its heading, then one per student.

    Raises
    ------
    DataError
        It is not a CSV, or has no column that says whether a submission is late.
    """
    rows = _Table.of(path).rows
    if not any(STATUS.search(title) for title in (rows[0] if rows else [])):
        raise DataError(
            f"{path.name} has no column that is headed Status: name Moodle's grading worksheet."
        )
    return rows


def with_lateness(grades: Grades, worksheet: Sequence[Sequence[str]], penalty: float) -> Grades:
    """Return grades with how late they are, and what is taken off for it.

    Parameters
    ----------
    grades : Grades
        With what is known from the names of files.
    worksheet : sequence of rows
        Moodle's grading worksheet, or nothing. It tells of the last file of each student that can
        be graded, and of the files beside it.
    penalty : float
        Per cent of an exercise's points for each day.
    """
    late = _lateness(worksheet, grades) if worksheet else {}
    in_turn = sorted(grades, key=lambda grade: (not grade.error, grade.turn))
    last = {grade.person: grade for grade in in_turn}
    found = []
    for grade in grades:
        counts, folder = last[grade.person], PurePath(grade.file).parent
        is_with_it = folder.name and folder == PurePath(counts.file).parent
        lateness = late.get(grade.person, "") if grade is counts or is_with_it else ""
        days = max(1, math.ceil(round(days_in(lateness), 6))) if lateness or grade.late else 0
        taken = min(grade.of, grade.of * days * penalty / 100)
        found.append(replace(grade, late=lateness or grade.late, penalty=taken))
    return replace(grades, grades=tuple(found))


def _lateness(rows: Sequence[Sequence[str]], grades: Grades) -> dict[tuple[str, ...], str]:
    """Return how late each student is, by Moodle's worksheet: "2 days 3 hours late"."""
    columns = [n for n, title in enumerate(rows[0]) if STATUS.search(title)]
    who = {grade.person: grade for grade in grades if grade.student}
    found, _, _ = _matched(rows, [*who.values()])
    late = {}
    for number, grade in found.items():
        states = (rows[number][n] for n in columns if n < len(rows[number]))
        parts = (part.strip() for state in states for part in state.split(" - "))
        durations = (part for part in parts if LATE.search(part) and DURATION.search(part))
        late[grade.person] = next(durations, "")
    return late


def days_in(duration: str) -> float:
    """Return the days in a duration as Moodle writes it.

    >>> days_in("2 days 12 hours late"), days_in("迟交 1 天 6 小时"), days_in("LATE")
    (2.5, 1.25, 0.0)
    """
    return math.fsum(
        int(match["number"]) * days
        for match in DURATION.finditer(duration)
        for unit, days in DAYS.items()
        if match[unit]
    )


def feedback(grade: Grade, words: Text) -> str:
    """Return the feedback for a student as one text, in which no other student is named."""
    lines = [total(grade, words)] if grade.of else []
    for question in grade.questions:
        said = "; ".join([*reasons(question, words), *filter(None, [question.comment])])
        mark = f"{question.points:.4g}/{question.of:g}"
        lines.append(f"{question.symbol} {mark}" + (f": {said}" if said else ""))
    alone = Grades((grade,), (), 0)
    return " | ".join([*lines, *notes(grade, alone, words), *typed(grade, words)])


@dataclass(frozen=True)
class _Table:
    """A CSV as it was read.

    Attributes
    ----------
    rows : list of list of str
    mark : bytes
        The byte order mark.
    encoding, separator, end : str
    """

    rows: list[list[str]]
    mark: bytes
    encoding: str
    separator: str
    end: str

    @classmethod
    def of(cls, path: Path) -> "_Table":
        mark, encoding, text = _decoded(path)
        separator = _separator(text)
        end = "\r\n" if "\r\n" in text else "\n"
        try:
            lines = io.StringIO(text, newline="")
            rows = list(csv.reader(lines, delimiter=separator, strict=True))
        except csv.Error as error:
            raise DataError(f"{path.name} is not a CSV: {reason(error)}.") from error
        return cls(rows, mark, encoding, separator, end)

    def written(self, path: Path) -> bytes:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self.separator, lineterminator=self.end).writerows(self.rows)
        try:
            return self.mark + text.getvalue().encode(self.encoding)
        except UnicodeEncodeError as error:
            raise DataError(
                f"{path.name} is written in {self.encoding}, which has no "
                f"{text.getvalue()[error.start]!r}: save it as UTF-8 first."
            ) from error


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


def _number(row: Sequence[str], columns: Sequence[int]) -> float | None:
    """Return the first number in some columns of a row; None without one."""
    with suppress(ValueError, IndexError):
        return float(row[columns[0]].strip().replace(",", "."))
    return None


def _matched(
    rows: Sequence[Sequence[str]], grades: Sequence[Grade]
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
    claims: dict[int, list[tuple[int, int, Grade]]] = {}
    for grade in grades:
        keys = grade.email.casefold(), grade.id.casefold(), *_forms(grade.student)
        hits = [
            (rank, column, places[column][key][0])
            for rank, key in enumerate(keys)
            for column in range(width)
            if len(places[column].get(key, ())) == 1
        ]
        if hits:
            (rank, _, row), (_, column, _) = hits[0], hits[-1]  # names tell more than ids
            claims.setdefault(row, []).append((rank, column, grade))
    found: dict[int, Grade] = {}
    owners = []
    for row, claimed in claims.items():
        best = [claim for claim in claimed if claim[0] == min(rank for rank, _, _ in claimed)]
        if len(best) == 1:  # of several students of one name, the row is nobody's
            owners.append(best[0][1])
            found[row] = best[0][2]
    given = {id(grade) for grade in found.values()}
    lost = [grade.student or grade.file for grade in grades if id(grade) not in given]
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
        if GRADE.search(title) and not any(kind.search(title) for kind in (MOST, LEFT, FEEDBACK))
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
