"""No student can touch another's grade, and nothing that a teacher typed is lost."""

import csv
import os
import shutil
import subprocess
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from classroom import ACCIDENTS, TYPED, Classroom, personal
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from programs import skip_without
from submissions import blanks, emptied, fill
from test_hand_back import made

import xlnn
from xlnn.cli import cli
from xlnn.errors import XlnnError
from xlnn.exercises import grading
from xlnn.exercises.class_report import write_report
from xlnn.exercises.collecting import collected, handed_in
from xlnn.exercises.earlier_report import carried_on
from xlnn.exercises.feedback import commonest, write_feedback
from xlnn.exercises.gradebook import days_in, feedback, fill_gradebook
from xlnn.exercises.grades import Grade, Grades, QuestionGrade, UnitGrade
from xlnn.exercises.mistakes import Mistake
from xlnn.exercises.owners import same_name, with_owners
from xlnn.exercises.roster import Student, students
from xlnn.registry.text import languages, text

WORDS = text("en", "grading")
grade = partial(grading.grade, seed=0, workers=1)

NAMES = ("Ada Lovelace", "Bob Byron", "Cy Young")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """An exercise of each student, filled in and not: ``files["Ada Lovelace", "full"]``."""
    folder = tmp_path_factory.mktemp("exercises")
    path = xlnn.build("descent", folder / "whole.xlsx", verify=False).path
    units = blanks(path, ("dx", "x"))
    found = {}
    for name in NAMES:
        blank = emptied(path, ("dx", "x"), folder / f"{name}-blank.xlsx", student=name)
        book = openpyxl.load_workbook(blank)
        for unit in units.values():
            fill(book, unit, unit.stated)
        found[name, "blank"], found[name, "full"] = blank, folder / f"{name}-full.xlsx"
        book.save(found[name, "full"])
    return found


def moodle(folder, owner, number, source, name="exercise.xlsx"):
    """Put a file where Moodle's download has it."""
    place = folder / f"{owner}_{number}_assignsubmission_file"
    place.mkdir(parents=True, exist_ok=True)
    return shutil.copy(source, place / name)


def points(grades):
    """Return the points of each student whose file counts."""
    return {each.student: each.points for each in grades.counted}


def run(*arguments):
    return CliRunner().invoke(cli, ["grade", *map(str, arguments), "--seed", "0", "--jobs", "1"])


# --- what the teacher typed ----------------------------------------------------------------------


CLASS = Grades(
    (made("Ada", id="1"), made("Bob", 2.0, id="2"), Grade("x.pdf", "Cy").not_graded("empty",
     file="x.pdf")), (), 0, (Student("Di", "4"),),
)  # fmt: skip


def typed(path, values, sheet=0):
    """Type into a report: values by the first cell of the row and the column's heading."""
    book = openpyxl.load_workbook(path)
    own = book.worksheets[sheet]
    head = [cell.value for cell in own[1]]
    for (row, heading), value in values.items():
        (place,) = [n for n, cell in enumerate(own["A"], start=1) if cell.value == row][:1]
        own.cell(place, head.index(heading) + 1).value = value
    book.save(path)


def regraded(path, grades):
    """Return the grades with what was typed, and write the report again."""
    again = carried_on(path, grades)
    write_report(path, again)
    return again


def test_what_was_typed_counts_for_whoever_it_was_typed_for_in_every_regrade(tmp_path):
    path = tmp_path / "r.xlsx"
    write_report(path, CLASS)
    typed(path, {("Ada", "points by hand"): -1, ("Cy", "points by hand"): 1.5,
                 ("Di", "points by hand"): 2, ("Di", "comment"): "on paper"})  # fmt: skip
    for _ in range(3):
        again = regraded(path, CLASS)
        assert {each.student: each.points for each in again.final} == {
            "Ada": 0, "Bob": 2, "Cy": 1.5, "Di": 2,
        }  # fmt: skip
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(path).worksheets[0]]
    at = rows[0].index("points")
    assert {row[0]: row[at] for row in rows[1:5]} == {"Ada": 0, "Bob": 2, "Cy": 1.5, "Di": 2}
    assert "on paper" in rows[4]


def test_what_was_typed_follows_a_student_whose_file_was_renamed(tmp_path):
    path = tmp_path / "r.xlsx"
    write_report(path, CLASS)
    typed(path, {("Ada", "points by hand"): 0.5})
    renamed = (replace(CLASS.grades[0], file="new.xlsx", student="Ada L."), *CLASS.grades[1:])
    assert carried_on(path, replace(CLASS, grades=renamed)).grades[0].by_hand == 0.5


def test_two_of_one_name_keep_their_own_points(tmp_path):
    path = tmp_path / "r.xlsx"
    both = Grades((made("Li", id="7", file="a.xlsx"), made("Li", id="8", file="b.xlsx")), (), 0)
    write_report(path, both)
    book = openpyxl.load_workbook(path)
    head = [cell.value for cell in book.worksheets[0][1]]
    book.worksheets[0].cell(3, head.index("points by hand") + 1).value = 0.25
    book.save(path)
    swapped = replace(both, grades=(both.grades[1], both.grades[0]))
    assert [each.by_hand for each in carried_on(path, swapped)] == [0.25, None]
    only = replace(both, grades=both.grades[:1])
    with pytest.raises(XlnnError, match="would be lost"):
        carried_on(path, only)


@pytest.mark.parametrize(
    ("value", "message"), [("see me", "not a number of points"), (1, "would be lost")]
)
@pytest.mark.ci
def test_what_cannot_be_kept_is_said_and_the_report_stays(value, message, tmp_path, files):
    report, folder = tmp_path / "r.xlsx", tmp_path / "in"
    for number, name in enumerate(NAMES):
        moodle(folder, name, number, files[name, "full"])
    assert run(folder, "-o", report).exit_code == 0
    typed(report, {("Bob Byron", "points by hand"): value})
    before = report.read_bytes()
    if value == 1:
        shutil.rmtree(folder / "Bob Byron_1_assignsubmission_file")
    done = run(folder, "-o", report, "--feedback", tmp_path / "pages")
    assert isinstance(done.exception, XlnnError)
    assert message in str(done.exception)
    assert report.read_bytes() == before
    assert not (tmp_path / "pages").exists()


@pytest.mark.parametrize("value", ["1,5", "1.5", 1.5])
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_points_are_read_as_people_write_them(value, ending, tmp_path):
    path = tmp_path / f"r.{ending}"
    write_report(path, CLASS)
    if ending == "xlsx":
        typed(path, {("Ada", "points by hand"): value})
    else:
        rows = [*csv.reader(path.read_text(encoding="utf-8-sig").splitlines())]
        rows[1][rows[0].index("points by hand")] = value
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(rows)
    assert carried_on(path, CLASS).grades[0].by_hand == 1.5


def test_a_page_tells_a_student_what_was_typed(tmp_path):
    absent = Student("Di", "4", by_hand=2.0, comment="on paper")
    some = (replace(CLASS.grades[0], by_hand=-0.5), *CLASS.grades[1:])
    marked = replace(CLASS, missing=(absent,), grades=some)
    pages = {
        page.stem: page.read_text(encoding="utf-8") for page in write_feedback(tmp_path, marked)
    }
    assert pages.keys() == {"Ada", "Bob", "Di"}
    assert "points by hand: -0.5" in pages["Ada"]
    assert "on paper" in pages["Di"]
    assert "<table>" not in pages["Di"]


def test_typed_points_are_not_scaled_and_no_grade_is_below_0(tmp_path):
    path = tmp_path / "g.csv"
    path.write_text("Name,Grade,Maximum Grade\nAda,,20\nBob,,20\nCy,,20\nDi,,20\nEve,,20\n")
    ada, bob, cy = CLASS.grades
    marked = (replace(ada, by_hand=-1.0), replace(bob, by_hand=-1.0), replace(cy, by_hand=-1.0))
    absent = (Student("Di", "4", by_hand=3.0), Student("Eve", "5", comment="ill"))
    filled = fill_gradebook(path, replace(CLASS, grades=marked, missing=absent), WORDS)
    assert path.read_text().splitlines()[1:] == [
        "Ada,9,20", "Bob,19,20", "Cy,0,20", "Di,3,20", "Eve,,20",
    ]  # fmt: skip
    assert filled.scaled == 20


# --- who handed in -------------------------------------------------------------------------------


def test_another_student_s_folder_cannot_zero_you(tmp_path, files):
    """Ada hands in Bob's blank exercise, under a name that sorts first; Bob his own, full."""
    moodle(tmp_path, "Ada Lovelace", 11, files["Bob Byron", "blank"], "Bob Byron.xlsx")
    moodle(tmp_path, "Bob Byron", 12, files["Bob Byron", "full"], "Bob Byron.xlsx")
    grades = grade(tmp_path)
    assert points(grades) == {"Bob Byron": 2}
    foreign, bob = grades
    assert foreign.error == (
        "Bob Byron.xlsx was made for Bob Byron, but Ada Lovelace handed it in: it counts for "
        "nobody."
    )
    assert (bob.id, foreign.id, foreign.student) == ("12", "11", "Ada Lovelace")
    assert "Ada" not in feedback(bob, WORDS)
    pages = tmp_path / "pages"
    run(tmp_path, "--feedback", pages, "-o", tmp_path / "r.xlsx")
    assert [page.name for page in pages.iterdir()] == ["Bob Byron.html"]
    assert "Ada" not in (pages / "Bob Byron.html").read_text(encoding="utf-8")
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx")["Ada Lovelace"]
    shown = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    assert "Bob Byron.xlsx was made for another student: it counts for nobody." in shown
    assert not [text for text in shown if "made for Bob" in text]


def owners(handed, roster=()):
    """Return who owns files by their paths, and whether each counts, given whom it was made for."""

    given = {each.path: each for each in collected(map(Path, handed))}
    grades = {path: Grade(path.name, handed[str(path)]) for path in given}
    found = with_owners(grades, given, roster)
    return {str(path): (each.student, each.id, not each.error) for path, each in found.items()}


ADA, BOB = Student("Ada Lovelace", "u1", "ada@x"), Student("Bob Byron", "u2", "bob@x")


@pytest.mark.parametrize(
    ("path", "made_for", "roster", "expected"),
    [
        (
            "Ada Lovelace_1_assignsubmission_file/x.xlsx",
            "Ada Lovelace",
            (),
            ("Ada Lovelace", "1", True),
        ),
        (
            "Ada Lovelace_1_assignsubmission_file_/sub/x.xlsx",
            "Ada Lovelace",
            (ADA,),
            ("Ada Lovelace", "u1", True),
        ),
        (
            "Ada Lovelace_1_assignsubmission_file_x.xlsx",
            "Ada Lovelace",
            (ADA,),
            ("Ada Lovelace", "u1", True),
        ),
        ("lovelaceada_1_22_x.xlsx", "Ada Lovelace", (ADA,), ("Ada Lovelace", "u1", True)),
        ("lovelaceada_late_1_22_x.xlsx", "", (ADA, BOB), ("Ada Lovelace", "u1", True)),
        ("lovelaceada_1_22_x.xlsx", "Bob Byron", (ADA, BOB), ("Ada Lovelace", "u1", False)),
        ("Zed_1_assignsubmission_file/x.xlsx", "Bob Byron", (), ("Zed", "1", False)),
        (
            "A. Lovelace_1_assignsubmission_file/x.xlsx",
            "Ada Lovelace",
            (ADA, BOB),
            ("Ada Lovelace", "u1", True),
        ),
        (
            "Ann Byron_1_assignsubmission_file/x.xlsx",
            "Bob Byron",
            (BOB,),
            ("Ann Byron", "1", False),
        ),
        (
            "José García_1_assignsubmission_file/x.xlsx",
            "Jose Garcia",
            (),
            ("José García", "1", True),
        ),
        ("王小明_1_assignsubmission_file/x.xlsx", "王 小明", (), ("王小明", "1", True)),
        (
            "Participant_123_assignsubmission_file/x.xlsx",
            "Ada Lovelace",
            (),
            ("Participant 123", "123", True),
        ),
        (
            "Participant_9_assignsubmission_file/x.xlsx",
            "Bob Byron",
            (replace(ADA, id="Participant 9"),),
            ("Ada Lovelace", "Participant 9", False),
        ),
        ("Bob Byron.xlsx", "Ada Lovelace", (ADA, BOB), ("Bob Byron", "u2", False)),
        ("Bob Byron.xlsx", "", (ADA, BOB), ("Bob Byron", "u2", True)),
        ("mine.xlsx", "Ada Lovelace", (ADA, BOB), ("Ada Lovelace", "u1", True)),
        ("Bob Byron/mine.xlsx", "Ada Lovelace", (ADA, BOB), ("Bob Byron", "u2", False)),
    ],
)
def test_the_folder_decides_whose_submission_it_is(path, made_for, roster, expected):
    assert owners({path: made_for}, roster) == {path: expected}


WORDS_OF_NAMES = st.text(st.sampled_from("abcdeéüñ王小明李"), min_size=2, max_size=6)


@given(st.lists(WORDS_OF_NAMES, min_size=1, max_size=3), WORDS_OF_NAMES)
def test_a_name_is_known_as_each_system_writes_it(words, other):
    name = " ".join(words)
    canvas = "".join((words[-1], *words[:-1]))
    folder = Path(f"{name}_7_assignsubmission_file", "x.xlsx")
    assert same_name(name, handed_in(folder).name)
    assert same_name(name, handed_in(Path(f"{canvas}_LATE_7_8_x.xlsx")).name)
    assert same_name(name, f"{words[-1]}, {' '.join(words[:-1])}")
    if sorted(other) != sorted(name.replace(" ", "")):
        assert not same_name(name, other)


def test_who_has_a_file_in_a_foreign_folder_alone_has_not_handed_in(tmp_path, files):
    (tmp_path / "r.csv").write_text("name,id\nAda Lovelace,1\nBob Byron,2\n")
    moodle(tmp_path / "in", "Ada Lovelace", 77, files["Bob Byron", "full"])
    grades = grade(tmp_path / "in", roster=tmp_path / "r.csv")
    assert [each.student for each in grades] == ["Ada Lovelace"]
    assert grades.counted == []
    assert [each.name for each in grades.missing] == ["Bob Byron"]


def test_two_of_one_name_have_their_own_exercises_and_grades(tmp_path):
    (tmp_path / "r.csv").write_text("name,id\nLi Wei,u1\nLi Wei,u2\n")
    made = xlnn.exercise(
        "descent", tmp_path / "out", blank="dx", roster=tmp_path / "r.csv", seed=7, key=True
    )
    assert [each.path.name for each in made] == ["Li Wei (u1)-key.xlsx", "Li Wei (u2)-key.xlsx"]
    for number, each in enumerate(made, start=1):
        moodle(tmp_path / "in", "Li Wei", number, each.path)
    grades = grade(tmp_path / "in", roster=tmp_path / "r.csv")
    assert [(each.student, each.id, each.points) for each in grades.counted] == [
        ("Li Wei", "u1", 1), ("Li Wei", "u2", 1),
    ]  # fmt: skip
    assert grades.missing == ()
    (tmp_path / "r.csv").write_text("name,id\nLi Wei,u1\nLi Wei,u1\n")
    with pytest.raises(XlnnError, match="already in line 2"):
        students(tmp_path / "r.csv")


def test_canvas_s_own_gradebook_is_a_roster(tmp_path):
    path = tmp_path / "canvas.csv"
    path.write_text(
        'Student,ID,Login,Sheet 3 (991)\n"    Points Possible",,,4\n"Lovelace, Ada",77,ada,\n'
    )
    assert students(path) == (Student("Lovelace, Ada", "77"),)


def test_the_folder_of_solutions_is_made(tmp_path):
    xlnn.exercise("descent", tmp_path / "new" / "keys" / "a.xlsx", blank="dx", key=True)
    (tmp_path / "r.txt").write_text("Ada\n")
    xlnn.exercise(
        "descent", tmp_path / "other" / "keys", blank="dx", key=True, roster=tmp_path / "r.txt"
    )
    assert (tmp_path / "other" / "keys" / "Ada-key.xlsx").exists()


# --- kinds of files ------------------------------------------------------------------------------


def test_a_workbook_with_macros_is_graded_without_them(tmp_path, files):
    target = tmp_path / "Ada Lovelace.xlsm"
    personal(files["Ada Lovelace", "full"], target, "Ada Lovelace", has_macros=True)
    assert points(grade(tmp_path)) == {"Ada Lovelace": 2}


@pytest.mark.ci
@pytest.mark.parametrize(("ending", "kind"), [("ods", "ods"), ("xls", "xls:MS Excel 97")])
def test_a_workbook_of_libreoffice_is_converted_and_graded(ending, kind, tmp_path, files):
    skip_without("libreoffice")
    source = shutil.copy(files["Ada Lovelace", "full"], tmp_path / "exercise.xlsx")
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
               "--convert-to", kind, "--outdir", tmp_path / "saved", source]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    moodle(tmp_path / "in", "Ada Lovelace", 1, tmp_path / "saved" / f"exercise.{ending}",
           f"mine.{ending}")  # fmt: skip
    (only,) = grade(tmp_path / "in")
    assert (only.error, only.points, only.student) == ("", 2, "Ada Lovelace")
    assert only.file.endswith(f"/mine.{ending}")


def test_without_libreoffice_a_sentence_says_so(tmp_path, monkeypatch):
    (tmp_path / "Ada.ods").write_bytes(b"PK")
    monkeypatch.setattr(type(grading.PROGRAM), "find", lambda _: None)
    (only,) = grade(tmp_path)
    assert "if LibreOffice is installed" in only.error


@pytest.mark.ci
def test_what_libreoffice_cannot_read_is_called_damaged(tmp_path):
    skip_without("libreoffice")
    (tmp_path / "Ada.ods").write_bytes(b"PK\x03\x04" + bytes(range(256)) * 9)
    (only,) = grade(tmp_path)
    assert only.error


KINDS = {
    "essay.pdf": (b"%PDF-1.7", "is not a workbook (.pdf)"),
    "all.zip": (b"PK\x05\x06" + bytes(18), "is not a workbook (.zip)"),
    "exercise.xlsx": (b"", "is empty"),
    "exercise": (b"x", "is not a workbook (?)"),
    "damaged.xlsx": (b"PK\x03\x04 nothing", "zip directory"),
}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("system", ["moodle", "canvas", "none"])
def test_any_other_file_is_named_once_with_its_student(name, system, tmp_path):
    content, message = KINDS[name]
    folder = tmp_path / "in"
    place = {"moodle": f"Ada Lovelace_1_assignsubmission_file/{name}",
             "canvas": f"lovelaceada_1_2_{name}",
             "none": f"Ada Lovelace{Path(name).suffix}"}[system]  # fmt: skip
    (folder / place).parent.mkdir(parents=True)
    (folder / place).write_bytes(content)
    (tmp_path / "r.csv").write_text("name,id\nAda Lovelace,1\nBob,2\n")
    grades = grade(folder, roster=tmp_path / "r.csv")
    (only,) = grades
    assert (only.student, only.id) == ("Ada Lovelace", "1")
    assert [each.name for each in grades.missing] == ["Bob"]
    assert message in only.error
    write_report(tmp_path / "r.xlsx", grades)
    column = [cell.value for cell in openpyxl.load_workbook(tmp_path / "r.xlsx").worksheets[0]["A"]]
    assert column.count("Ada Lovelace") == 1


def test_a_folder_may_hold_the_teacher_s_own_files(tmp_path, files):
    shutil.copy(files["Ada Lovelace", "full"], tmp_path / "Ada.xlsx")
    for name in ("names.csv", "log.jsonl", "notes.txt", ".DS_Store", "~$Ada.xlsx"):
        (tmp_path / name).write_text("x")
    online = tmp_path / "Bob_2_assignsubmission_onlinetext"
    online.mkdir()
    (online / "onlinetext.html").write_text("x")
    assert len(grade(tmp_path)) == 1


@pytest.mark.parametrize("lang", languages())
def test_errors_are_in_the_teacher_s_language(lang, tmp_path):
    (tmp_path / "Ada.xlsx").touch()
    grades = grade(tmp_path)
    write_report(tmp_path / "r.csv", grades, lang)
    said = (tmp_path / "r.csv").read_text(encoding="utf-8-sig")
    assert text(lang, "grading")("errors", "empty", file="Ada.xlsx") in said
    assert ("is empty" in said) == (lang == "en")


@pytest.mark.parametrize("lang", languages())
def test_the_questions_are_named_in_the_teacher_s_language(lang, tmp_path, files):
    report = tmp_path / "r.xlsx"
    assert run(files["Ada Lovelace", "blank"], "-o", report, "--lang", lang).exit_code == 0
    own = grade(files["Ada Lovelace", "blank"], lang=lang).grades[0].questions[0]
    sheet = openpyxl.load_workbook(report).worksheets[1]
    assert sheet["A2"].value == f"{own.symbol}   {own.name}"
    english = grade(files["Ada Lovelace", "blank"]).grades[0].questions[0]
    assert (own.name == english.name) == (lang == "en")


# --- several files, and late ones ----------------------------------------------------------------


@pytest.mark.parametrize(("attempt", "expected"), [("last", 0), ("first", 1), ("best", 2)])
@pytest.mark.ci
def test_of_several_files_the_asked_one_counts(attempt, expected, tmp_path, files):
    """The last by its time, whatever its name: Ada's second file is the best."""
    half = openpyxl.load_workbook(files["Ada Lovelace", "full"])
    for unit in blanks(files["Ada Lovelace", "full"], ("dx",)).values():
        fill(half, unit, [None] * len(unit.stated))
    half.save(tmp_path / "half.xlsx")
    order = {"z.xlsx": tmp_path / "half.xlsx", "m.xlsx": files["Ada Lovelace", "full"],
             "a.xlsx": files["Ada Lovelace", "blank"]}  # fmt: skip
    for time, (name, source) in enumerate(order.items()):
        path = moodle(tmp_path / "in", "Ada Lovelace", 1, source, name)
        os.utime(path, (time, time))
    grades = grade(tmp_path / "in", attempt=attempt)
    assert points(grades) == {"Ada Lovelace": expected}
    assert run(tmp_path / "in", "--attempt", attempt, "-o", tmp_path / "r.xlsx").exit_code == 0
    with pytest.raises(XlnnError, match="last, first or best"):
        grade(tmp_path / "in", attempt="worst")


def test_canvas_s_numbers_say_which_file_is_the_last(tmp_path, files):
    for number, kind in ((900, "full"), (1000, "blank")):
        path = tmp_path / f"lovelaceada_7_{number}_exercise.xlsx"
        shutil.copy(files["Ada Lovelace", kind], path)
        os.utime(path, (5000 - number, 5000 - number))
    assert [each.points for each in grade(tmp_path).counted] == [0]


WORKSHEET = """\
Identifier,Full name,Email address,Status,Grade,Maximum Grade,Feedback comments
Participant 1,Ada Lovelace,a@x,Submitted for grading - 2 days 3 hours late - Graded,,2,
Participant 2,Bob Byron,b@x,Submitted for grading - Extension granted until: 5 May 2026,,2,
Participant 3,Cy Young,c@x,No submission - Assignment is overdue by: 3 days,,2,
"""


def test_how_late_a_submission_is_follows_from_moodle_s_worksheet(tmp_path, files):
    for number, name in enumerate(NAMES[:2], start=1):
        moodle(tmp_path / "in", name, number, files[name, "full"])
    sheet = tmp_path / "worksheet.csv"
    sheet.write_text(WORKSHEET)
    assert points(grade(tmp_path / "in", late=sheet)) == {"Ada Lovelace": 2, "Bob Byron": 2}
    grades = grade(tmp_path / "in", late=sheet, penalty=20)
    assert [(each.late, each.penalty) for each in grades] == [
        ("2 days 3 hours late", pytest.approx(1.2)), ("", 0),
    ]  # fmt: skip
    assert points(grades) == {"Ada Lovelace": pytest.approx(0.8), "Bob Byron": 2}
    done = run(tmp_path / "in", "--late", sheet, "--penalty", "20", "--gradebook", sheet,
               "-o", tmp_path / "r.xlsx")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert [row[4] for row in csv.reader(sheet.read_text().splitlines())] == [
        "Grade",
        "0.8",
        "2",
        "",
    ]
    head, ada = [*openpyxl.load_workbook(tmp_path / "r.xlsx").worksheets[0].values][:2]
    assert dict(zip(head, ada, strict=True))["late"] == "2 days 3 hours late"


@pytest.mark.parametrize("attempt", ["last", "first", "best"])
@pytest.mark.parametrize("beside", ["foreign", "unreadable", "empty", "own"])
def test_no_file_beside_it_makes_a_late_submission_one_in_time(tmp_path, files, beside, attempt):
    moodle(tmp_path / "in", "Ada Lovelace", 1, files["Ada Lovelace", "full"])
    (folder,) = (tmp_path / "in").iterdir()
    other = folder / "zzz.xlsx"
    if beside in {"foreign", "own"}:
        name = "Bob Byron" if beside == "foreign" else "Ada Lovelace"
        shutil.copy(files[name, "full"], other)
    else:
        other.write_text("" if beside == "empty" else "no workbook")
    later = 2 * other.stat().st_mtime
    os.utime(other, (later, later))
    sheet = tmp_path / "worksheet.csv"
    sheet.write_text(WORKSHEET)
    grades = grade(tmp_path / "in", late=sheet, penalty=20, attempt=attempt)
    assert [each.penalty for each in grades.counted if not each.error] == [pytest.approx(1.2)]


def test_a_worksheet_without_states_is_refused_before_anything_is_graded(tmp_path, files):
    (tmp_path / "w.csv").write_text("Name,Grade\nAda Lovelace,\n")
    with pytest.raises(XlnnError, match="headed Status"):
        grade(files["Ada Lovelace", "full"], late=tmp_path / "w.csv", tell=pytest.fail)


def test_canvas_says_that_a_file_is_late(tmp_path, files):
    shutil.copy(files["Ada Lovelace", "full"], tmp_path / "lovelaceada_LATE_7_900_e.xlsx")
    (only,) = grade(tmp_path, penalty=10)
    assert (only.late, only.points) == ("LATE", pytest.approx(1.8))


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("1 day late", 1),
        ("3 hours 30 mins late", 3.5 / 24),
        ("1 Tag 12 Stunden verspätet", 1.5),
        ("迟交 2 天 6 小时", 2.25),
        ("2 日 12 時間 遅く提出", 2.5),
        ("LATE", 0),
        ("1 year 1 day late", 366),
    ],
)
def test_moodle_s_durations_are_read(said, days):
    assert days_in(said) == pytest.approx(days)


# --- groups --------------------------------------------------------------------------------------


def wrong(name, formula, /, kind="sign", **said):
    """Return a grade of four points for one question that is wrong."""
    why = Mistake(kind, "A1", said)
    unit = UnitGrade("z", right=False, mistake=why, answer=f"={formula}", filled=formula)
    question = QuestionGrade("z2", "z²", "weighted input", 1.0, 4.0, (unit,))
    return Grade(f"{name}.xlsx", name, questions=(question,))


ALIKE = Grades((wrong("Ada", "x-y"), wrong("Bob", "x-y"), wrong("Cy", "y")), (), 0)


def test_points_typed_once_hold_for_all_with_the_same_mistake_now_and_later(tmp_path):
    path = tmp_path / "r.xlsx"
    write_report(path, ALIKE)
    sheet = openpyxl.load_workbook(path)["Groups"]
    rows = [[cell.value for cell in row] for row in sheet]
    assert [row[:4] for row in rows[1:]] == [
        ["z²   weighted input", "=x-y", "the sign is wrong", 2],
        ["z²   weighted input", "=y", "the sign is wrong", 1],
    ]
    book = openpyxl.load_workbook(path)
    book["Groups"].cell(2, rows[0].index("points for all") + 1).value = 3
    book["Groups"].cell(2, rows[0].index("comment for all") + 1).value = "nearly"
    book.save(path)
    later = replace(ALIKE, grades=(*ALIKE.grades, wrong("Di", "x-y", kind="other", found="1",
                                                        expected="2")))  # fmt: skip
    again = regraded(path, later)
    assert [each.points for each in again] == [3, 3, 1, 3]
    assert "nearly" in feedback(again.grades[0], WORDS)
    nobody = regraded(path, replace(ALIKE, grades=(wrong("Cy", "y"),)))
    assert [each.points for each in nobody] == [1]
    assert [each.points for each in regraded(path, later)] == [3, 3, 1, 3]


@pytest.mark.parametrize(
    ("one", "other", "are_alike"),
    [
        (("x-y", "sign"), ("x-y", "other"), True),  # another seed, another reason
        (("x-y", "sign"), ("y-x", "sign"), False),
        (("", "typed", ("value", "1")), ("", "typed", ("value", "2")), True),
        (("", "empty"), ("", "typed", ("value", "2")), False),
        (("", "partly", ("filled", "1")), ("", "partly", ("filled", "9")), False),
    ],
)
def test_answers_are_alike_by_their_formulas(one, other, are_alike):
    first, second = (
        wrong("Ada", filled, kind, **dict(said)).questions[0].group
        for filled, kind, *said in (one, other)
    )
    assert (first == second) == are_alike


def test_an_answer_that_the_teacher_decided_is_no_longer_open(tmp_path):
    hand = wrong("Ada", "SIGMOID(x)", kind="by_hand")
    unit = replace(hand.questions[0].units[0], by_hand=True)
    hand = replace(hand, questions=(replace(hand.questions[0], units=(unit,)),))
    assert hand.open == 4
    path = tmp_path / "r.xlsx"
    write_report(path, Grades((hand,), (), 0))
    typed(path, {("z²   weighted input", "points for all"): 4}, sheet=2)
    (only,) = carried_on(path, Grades((hand,), (), 0))
    assert (only.open, only.points) == (0, 4)


def test_groups_whose_rows_lost_what_they_are_for_are_refused(tmp_path):
    path = tmp_path / "r.xlsx"
    write_report(path, ALIKE)
    typed(path, {("z²   weighted input", "points for all"): 4,
                 ("z²   weighted input", "group"): None}, sheet=2)  # fmt: skip
    with pytest.raises(XlnnError, match="last column"):
        carried_on(path, ALIKE)


@pytest.mark.parametrize("lang", languages())
def test_the_commonest_reasons_name_what_is_missing(lang):
    words = text(lang, "grading")
    questions = [
        wrong(name, "x", "missing", symbol="b²₁", belongs="W!A4").questions[0] for name in "abc"
    ]
    questions += [wrong("d", "x", "missing", symbol="b²₂", belongs="W!B4").questions[0]]
    said = commonest(questions, words)
    assert said == words("reasons", "missing", symbol="b²₁", belongs="W!A4") + " (4)"
    typed_in = [wrong(n, "", "typed", value=n).questions[0] for n in "12"]
    assert commonest(typed_in, words) == words("reasons", "typed", value="…") + " (2)"


# --- print ---------------------------------------------------------------------------------------


def test_lost_points_are_coloured_and_rows_are_of_one_height(tmp_path):
    path = tmp_path / "r.xlsx"
    write_report(path, CLASS)
    book = openpyxl.load_workbook(path)
    first = book.worksheets[0]
    head = [cell.value for cell in first[1]]
    column = head.index("z²") + 1
    fills = [first.cell(row, column).fill.fgColor.rgb for row in (2, 3)]
    assert fills[0] != fills[1]  # one of two points, and both
    for sheet in book.worksheets[:3]:
        heights = {sheet.row_dimensions[row].height for row in range(2, sheet.max_row - 2)}
        assert len(heights) <= 1
        assert None not in heights


# --- all at once ---------------------------------------------------------------------------------


@pytest.mark.ci
def test_a_class_with_accidents_comes_out_right_and_a_regrade_changes_nothing(tmp_path):
    """`make grading` does the same with a class of 300."""
    own = Classroom(tmp_path, len(ACCIDENTS) + 4, np.random.default_rng(0))
    first = own.graded()
    assert not isinstance(first.exception, XlnnError), first.exception
    assert {line.split("'")[3] for line in own.mistaken()} == {*TYPED, "wrong"}
    own.type_points()
    own.graded(seed=1)  # other random inputs may give other reasons, but no other groups
    assert own.mistaken() == []
    shown = own.shown()
    own.graded(seed=1)
    assert own.shown() == shown
    names = {pupil.name for pupil in own.pupils}
    with own.worksheet.open(newline="", encoding="utf-8") as file:
        told = [(row[1], row[6]) for row in [*csv.reader(file)][1:]]
    told += [
        (name.removesuffix(".html").removesuffix("-2"), page.decode())
        for name, page in shown[2].items()
    ]
    for owner, said in told:
        assert {name for name in names if name in said} <= {owner}
