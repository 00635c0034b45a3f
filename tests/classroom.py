"""A class of known truth: a download of Moodle's with the accidents that happen in one."""

import csv
import os
import zipfile
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import openpyxl
from click.testing import CliRunner
from submissions import WRONG, blanks, emptied, fill

import xlnn
from xlnn.cli import cli
from xlnn.exercises.submission import exercise_of
from xlnn.loading.spec import spec_text

BLANK = ("dx", "x")
PENALTY = 10
"""Per cent of the two points, for each day."""

LATE = "2 days 3 hours late"


@dataclass
class Pupil:
    """A student, what happened, and the grade that Moodle must get; None for no grade."""

    name: str
    number: int
    accident: str
    grade: float | None


ACCIDENTS = {
    "right": 2.0,
    "blank": 0.0,
    "wrong": 1.25,
    "foreign": None,
    "foreign too": 2.0,
    "renamed": 2.0,
    "late": 2.0 - 3 * PENALTY / 100 * 2,
    "twice": 0.0,
    "macros": 2.0,
    "empty": 1.0,
    "pdf": None,
    "absent": 1.5,
    "absent too": None,
    "deducted": 1.0,
}
"""What happens to a student, and the grade. The teacher types 0.25 for all with the same mistake, 1
where the file is empty, 1.5 for somebody who is absent, and -1 for somebody who is right."""

TYPED = {"empty": 1, "absent": 1.5, "deducted": -1}
FOR_ALL = 0.25


class Classroom:
    """A folder with the download, the class list and the grading worksheet.

    Parameters
    ----------
    folder : Path
    size : int
        Of the class. Every thirtieth student has the name of the one before.
    generator : numpy.random.Generator
    """

    def __init__(self, folder, size, generator):
        self.folder, self.handed = folder, folder / "handed"
        self.report, self.worksheet = folder / "report.xlsx", folder / "worksheet.csv"
        self._full, self._blank, self._wrong = _exercises(folder)
        self.pupils = []
        for number in range(size):
            accident = [*ACCIDENTS][number % len(ACCIDENTS)]
            own = number - 1 if number % 30 == 29 else number
            word = "".join(chr(97 + int(n)) for n in generator.integers(26, size=5)).title()
            name = self.pupils[own].name if own != number else f"{word} No{number}x"
            self.pupils.append(Pupil(name, 7000 + number, accident, ACCIDENTS[accident]))
        self._clock = count(1_600_000_000)
        for number, pupil in enumerate(self.pupils):
            self._hand_in(pupil, self.pupils[(number + 2) % size])
        rows = [
            [
                f"Participant {p.number}",
                p.name,
                f"{p.number}@x.org",
                self._status(p),
                "",
                "2.00",
                "",
            ]
            for p in self.pupils
        ]
        head = ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade",
                "Feedback comments"]  # fmt: skip
        _write(self.worksheet, [head, *rows])
        _write(folder / "names.csv", [["name", "id"], *([p.name, p.number] for p in self.pupils)])

    def _status(self, pupil):
        if pupil.accident.startswith("absent"):
            return "No submission - Assignment is overdue by: 4 days"
        return "Submitted for grading" + (f" - {LATE}" if pupil.accident == "late" else "")

    def _hand_in(self, pupil, other):
        """Put into a student's folder what the accident says."""
        accident, name = pupil.accident, f"{pupil.name}.xlsx"
        if accident == "foreign":
            self._put(pupil, self._blank, f"{other.name}.xlsx", other.name)
        elif accident in {"empty", "pdf"}:
            ending, content = {"empty": ("xlsx", b""), "pdf": ("pdf", b"%PDF-1.7")}[accident]
            place = self._folder(pupil) / f"{pupil.name}.{ending}"
            place.write_bytes(content)
        elif not accident.startswith("absent"):
            if accident == "foreign too":
                self._put(pupil, self._blank, "a.xlsx", other.name)
            source = {"wrong": self._wrong, "blank": self._blank}.get(accident, self._full)
            called = {"renamed": "final (2).xlsx", "macros": "exercise.xlsm"}.get(accident, name)
            self._put(pupil, source, called, pupil.name)
            if accident == "twice":
                self._put(pupil, self._blank, "a second time.xlsx", pupil.name)

    def _folder(self, pupil):
        place = self.handed / f"{pupil.name}_{pupil.number}_assignsubmission_file"
        place.mkdir(parents=True, exist_ok=True)
        return place

    def _put(self, pupil, source, name, made_for):
        place = self._folder(pupil) / name
        personal(source, place, made_for, has_macros=place.suffix == ".xlsm")
        time = next(self._clock)
        os.utime(place, (time, time))

    def graded(self, seed=0):
        """Run the command; return its result."""
        asked = [self.handed, "--roster", self.folder / "names.csv", "-o", self.report,
                 "--late", self.worksheet, "--penalty", PENALTY, "--gradebook", self.worksheet,
                 "--seed", seed, "--feedback", self.folder / "pages"]  # fmt: skip
        return CliRunner().invoke(cli, ["grade", *map(str, asked)])

    def type_points(self):
        """Type points for students, and for all with the same mistake, into the report."""
        wanted = {str(p.number): TYPED[p.accident] for p in self.pupils if p.accident in TYPED}
        book = openpyxl.load_workbook(self.report)
        sheet, groups = book.worksheets[0], book["Groups"]
        head = [cell.value for cell in sheet[1]]
        at, own = head.index("points by hand") + 1, head.index("id")
        for row in sheet.iter_rows(min_row=2):
            if row[own].value in wanted:
                sheet.cell(row[0].row, at).value = wanted.pop(row[own].value)
        assert not wanted, wanted
        titles = [cell.value for cell in groups[1]]
        (row,) = (row for row in groups.iter_rows(min_row=2) if "sign" in str(row[2].value))
        groups.cell(row[0].row, titles.index("points for all") + 1).value = FOR_ALL
        book.save(self.report)

    def shown(self):
        """Return all that a teacher sees: the cells of the report, the worksheet, the pages."""
        book = openpyxl.load_workbook(self.report)
        cells = {sheet.title: [*sheet.values] for sheet in book}
        pages = {path.name: path.read_bytes() for path in (self.folder / "pages").iterdir()}
        return cells, self.worksheet.read_bytes(), pages

    def mistaken(self):
        """Return the students whose grade in the worksheet is not the true one."""
        with self.worksheet.open(newline="", encoding="utf-8") as file:
            got = [row[4] for row in csv.reader(file)][1:]
        return [
            f"{pupil}: {found or 'no grade'}"
            for pupil, found in zip(self.pupils, got, strict=True)
            if (float(found) if found else None) != pupil.grade
        ]


def _exercises(folder):
    """Return an exercise filled in, empty, and with one mistake."""
    path = xlnn.build("descent", folder / "whole.xlsx", verify=False).path
    blank = emptied(path, BLANK, folder / "blank.xlsx", student="Somebody")
    made = []
    for kind in ("full", "wrong"):
        book = openpyxl.load_workbook(blank)
        for (name, _), unit in blanks(path, BLANK).items():
            is_wrong = kind == "wrong" and name == "dx"
            fill(book, unit, WRONG["sign"](unit, ()) if is_wrong else unit.stated)
        made.append(folder / f"{kind}.xlsx")
        book.save(made[-1])
    return made[0], blank, made[1]


def personal(source, target, name, *, has_macros=False):
    """Write a copy of an exercise as it is handed out to another student."""
    own, (_, spec) = exercise_of(source), spec_text(source)
    theirs = replace(own, student=name).marked(spec.partition("[exercise]")[0].splitlines())
    pairs = [
        (f'"{old}"'.encode(), f'"{new}"'.encode())
        for old, new in ((own.student, name), (own.fingerprint, theirs.fingerprint))
    ]
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    if has_macros:
        part = b'<Override PartName="/xl/vbaProject.bin" ContentType="application/vnd.ms-office.'
        pairs += [
            (kind, b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
            (b"</Types>", part + b'vbaProject"/></Types>'),
        ]
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            data = old.read(entry)
            for before, after in pairs:
                data = data.replace(before, after)
            new.writestr(entry, data)
        if has_macros:
            new.writestr("xl/vbaProject.bin", "Sub Cheat()")
    return Path(target)


def _write(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
