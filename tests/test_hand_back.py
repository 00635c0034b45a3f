"""What a teacher hands back: grades in the school's own file, pages, a report, an archive."""

import csv
import json
import os
import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from submissions import blanks, emptied, fill

import xlnn
from xlnn.cli import cli
from xlnn.errors import XlnnError
from xlnn.exercises import grading
from xlnn.exercises.autograder import write_autograder
from xlnn.exercises.class_report import check_report, pseudonymous, write_report
from xlnn.exercises.collecting import collected
from xlnn.exercises.copies import copies
from xlnn.exercises.earlier_report import carried_on
from xlnn.exercises.feedback import remarks, write_feedback
from xlnn.exercises.gradebook import fill_gradebook
from xlnn.exercises.grades import Grade, Grades, QuestionGrade, UnitGrade
from xlnn.exercises.mistakes import Mistake
from xlnn.exercises.roster import Student, students
from xlnn.registry.text import text

WORDS = text("en", "grading")
grade = partial(grading.grade, seed=0, workers=1)


def made(name, points=1.0, file=None, **more):
    """Make a grade of two points without grading."""
    why = Mistake("sign", "Training!C4")
    units = (UnitGrade("z1", right=True, share=1.0), UnitGrade("z2", right=False, mistake=why))
    question = QuestionGrade("z2", "z²", "weighted input", points, 2.0, units)
    return Grade(file or f"{name}.xlsx", name, questions=(question,), whole=False, **more)


CLASS = Grades(
    (
        made("Ada Lovelace", email="ada@x.org"),
        made("Bob Ünal", 2.0, id="12346"),
        made("Zoë 刘", 0.5),
    ),
    (),
    0,
)

MOODLE = (
    'Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",'
    '"Last modified (submission)","Last modified (grade)","Feedback comments"\r\n'
    '"Participant 12345","A. Lovelace",ada@x.org,"Submitted, late",,2.00,Yes,"Fri, 27",-,\r\n'
    'Participant 12346,"Bob Uenal",bob@x.org,,,2.00,Yes,-,-,""\r\n'
    'Participant 12347,"Eve E",eve@x.org,"say ""hi""",,2.00,Yes,-,-,\r\n'
    'Participant 12348,"刘 Zoë",zoe@x.org,,,2.00,Yes,-,-,'
)
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Sheet 3 (991),Final Score\n"
    "    Points Possible,,,,,4,(read only)\n"
    '"Lovelace, Ada",77,,ada,S1,,12\n'
    '"Ünal, Bob",12346,,bob,S1,,\n'
    '"刘, Zoë",79,,zoe,S1,,\n'
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_worksheet_of_moodle_gets_grades_and_feedback_and_keeps_all_else(encoding, tmp_path):
    path = tmp_path / "moodle.csv"
    path.write_bytes(MOODLE.encode(encoding))
    filled = fill_gradebook(path, CLASS, WORDS)
    assert (filled.graded, filled.column, filled.not_found) == (3, "Grade", ())
    after = path.read_bytes()
    assert after[:3] == MOODLE.encode(encoding)[:3]
    rows = list(csv.reader(after.decode(encoding).splitlines()))
    before = list(csv.reader(MOODLE.splitlines()))
    assert [row[4] for row in rows] == ["Grade", "1", "2", "", "0.5"]
    assert "the sign is wrong" in rows[1][9]
    changed = {(r, c) for r, row in enumerate(rows) for c, v in enumerate(row) if v != before[r][c]}
    assert changed == {(r, c) for r in (1, 2, 4) for c in (4, 9)}
    assert after.decode(encoding).count("\r\n") == len(rows)


def test_a_gradebook_of_canvas_is_scaled_to_its_points(tmp_path):
    path = tmp_path / "canvas.csv"
    path.write_text(CANVAS, encoding="utf-8")
    filled = fill_gradebook(path, CLASS, WORDS)
    assert (filled.graded, filled.scaled) == (3, 4.0)
    expected = CANVAS.replace("S1,,12", "S1,2,12").replace("bob,S1,,", "bob,S1,4,")
    assert path.read_text(encoding="utf-8") == expected.replace("zoe,S1,,", "zoe,S1,1,")


MARKED = (
    made("Ada Lovelace", email="ada@x.org", id="u77"),
    made("王小明", 2.0),
    made("José García"),
)


@pytest.mark.parametrize(
    ("before", "after", "encoding", "column"),
    [
        ('Name;Bewertung;Bestwertung\r\n"Lovelace, Ada";;"4,00"\r\n', "Ada;2;", "utf-8-sig", ""),
        ("编号,全名,成绩,最高成绩,成绩可以被更改\n9,王小明,,2.00,是\n", "王小明,2,", "utf-8", ""),
        ("識別子,フルネーム,評点,最大評点\n1,王 小明,,2\n", "王 小明,2,", "utf-8", ""),
        ("姓名,成绩\n王小明,\nAda Lovelace,\n", "王小明,2\nAda Lovelace,1", "gbk", ""),
        ('A,Part (1),B (2)\n"x\ny, ""q""",,\nada@x.org,9,\n', "ada@x.org,9,1", "utf-8", "B (2)"),
        ("id,grade\nu77,\n2,\n", "u77,1\n2,\n", "ascii", ""),
        ("Name,Grade\nJose\u0301 Garci\u0301a,\n", "a,1\n", "utf-8", ""),
        ("Student\tScore\nADA@X.ORG\t\n", "ORG\t1\n", "utf-16", ""),
    ],
)
def test_exports_as_systems_write_them_are_filled(before, after, encoding, column, tmp_path):
    path = tmp_path / "g.csv"
    path.write_bytes(before.encode(encoding))
    fill_gradebook(path, Grades(MARKED, (), 0), WORDS, column)
    filled = path.read_bytes().decode(encoding)
    assert after in filled
    sign = max(",;\t", key=before.count)
    rows, old = (
        [*csv.reader(text.splitlines(keepends=True), delimiter=sign)] for text in (filled, before)
    )
    pairs = (zip(row, was, strict=True) for row, was in zip(rows, old, strict=True))
    added = [new for pair in pairs for new, cell in pair if new != cell]
    assert set(added) <= {"1", "2"}


def test_who_is_missing_on_either_side_is_listed(tmp_path):
    path = tmp_path / "canvas.csv"
    path.write_text(CANVAS, encoding="utf-8")
    ada, bob, _ = CLASS.grades
    more = replace(CLASS, grades=(replace(ada, id="77"), bob, made("Dan Dare")))
    filled = fill_gradebook(path, more, WORDS)
    assert filled.not_found == ("Dan Dare",)
    assert filled.not_handed_in == ("刘, Zoë",)  # by name, although ids found the others


def test_two_rows_of_one_name_are_not_guessed_between(tmp_path):
    path = tmp_path / "g.csv"
    path.write_text("Name;Grade\nAda Lovelace;\nAda Lovelace;\nBob Ünal;\n", encoding="cp1252")
    filled = fill_gradebook(path, replace(CLASS, grades=CLASS.grades[:2]), WORDS)
    assert filled.not_found == ("Ada Lovelace",)
    assert path.read_bytes() == "Name;Grade\nAda Lovelace;\nAda Lovelace;\nBob Ünal;2\n".encode(
        "cp1252"
    )


@pytest.mark.parametrize(
    ("content", "column", "message"),
    [
        ("Name,Grade\nNobody,\n", "", "none of the students"),
        ("Name,A (1),B (2)\nAda Lovelace,,\n", "", "several columns"),
        ("Name,A\nAda Lovelace,\n", "", "--column"),
        ("Name,A\nAda Lovelace,\n", "C", 'no column "C"'),
        ('Name,Grade\n"Ada" Lovelace,\n', "", "not a CSV"),
    ],
)
def test_a_gradebook_that_cannot_be_filled_stays_as_it_was(content, column, message, tmp_path):
    path = tmp_path / "g.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(XlnnError, match=message):
        fill_gradebook(path, CLASS, WORDS, column)
    assert path.read_text(encoding="utf-8") == content


def test_what_an_encoding_lacks_is_said_and_nothing_is_written(tmp_path):
    path = tmp_path / "g.csv"
    path.write_bytes("Name,Grade,Feedback\nBob Ünal,,\n".encode("cp1252"))
    before = path.read_bytes()
    with pytest.raises(XlnnError, match="UTF-8"):
        fill_gradebook(path, CLASS, text("zh", "grading"))
    assert path.read_bytes() == before


# --- pages, and the report -----------------------------------------------------------------------


def test_a_page_says_points_reasons_and_cells_and_names_nobody_else(tmp_path):
    (tmp_path / "own").mkdir()
    same = replace(CLASS, grades=(replace(CLASS.grades[0], lang="ja"), *CLASS.grades[1:]))
    pages = write_feedback(tmp_path / "own", same)
    assert [page.name for page in pages] == ["Ada Lovelace.html", "Bob Ünal.html", "Zoë 刘.html"]
    ada = pages[0].read_text(encoding="utf-8")
    assert 'lang="ja"' in ada
    assert "符号が逆です" in ada
    assert 'href="Ada%20Lovelace.xlsx#Training%21C4"' in ada
    assert "Bob" not in ada


def test_a_page_holds_no_markup_of_a_student(tmp_path):
    (page,) = write_feedback(tmp_path, Grades((made("<script>alert(1)</script>"),), (), 0))
    assert "<script>" not in page.read_text(encoding="utf-8")


def test_a_regrade_replaces_its_own_report_and_keeps_what_the_teacher_typed(tmp_path):
    path = tmp_path / "r.xlsx"
    write_report(path, CLASS)
    book = openpyxl.load_workbook(path)
    head = [cell.value for cell in book.worksheets[0][1]]
    book.worksheets[0].cell(2, head.index("points by hand") + 1).value = 0.5
    book.worksheets[0].cell(2, head.index("comment") + 1).value = "see me"
    book.save(path)
    check_report(path)
    again = carried_on(path, CLASS)
    assert (again.grades[0].points, again.grades[0].comment) == (1.5, "see me")
    write_report(path, again)
    twice = carried_on(path, CLASS)
    assert twice.grades[0].by_hand == 0.5
    foreign = tmp_path / "f.xlsx"
    openpyxl.Workbook().save(foreign)
    with pytest.raises(XlnnError, match="--force"):
        check_report(foreign)


def test_the_class_is_sorted_as_people_sort_and_summed_up(tmp_path):
    names = ("Ada 10", "Ada 9", "bob")
    grades = Grades(tuple(made(name, n) for n, name in enumerate(names)), (), 0, (Student("Cy"),))
    write_report(tmp_path / "r.xlsx", grades)
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx").worksheets[0]
    column = [cell.value for cell in sheet["A"]]
    assert column == ["student", "Ada 9", "Ada 10", "bob", "Cy", None, "mean", "median"]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref
    points = [cell.value for cell in sheet[1]].index("points") + 1
    assert [sheet.cell(row, points).value for row in (7, 8)] == [1, 1]


def test_a_student_who_handed_in_twice_counts_once(tmp_path):
    damaged = replace(made("Bob", file="b0.xlsx"), questions=(), error="b0.xlsx: damaged.")
    again = made("Ada", 0.0, file="ada (2).xlsx")
    namesake = made("Ada", 0.5, file="other.xlsx", id="7")
    grades = Grades((made("Ada"), again, damaged, made("Bob", 2.0), namesake), (), 0)
    assert [each.points for each in grades.counted] == [1, 2, 0.5]
    assert "1.17 points" in repr(grades)
    for each in (grades, pseudonymous(grades)):
        write_report(tmp_path / "r.xlsx", each)
        book = openpyxl.load_workbook(tmp_path / "r.xlsx")
        rows = [[cell.value for cell in row] for row in book.worksheets[0]]
        points = rows[0].index("points")
        assert [row[points] for row in rows if row[0] in {"mean", "median"}] == [
            pytest.approx(7 / 6), 1,
        ]  # fmt: skip
        assert sum("more than one file" in str(row) for row in rows) == 3
        assert book.worksheets[1]["B2"].value == 3
    path = tmp_path / "g.csv"
    path.write_text("Name,id,Grade\nAda,,\nBob,,\nAda,7,\n")
    filled = fill_gradebook(path, replace(grades, grades=grades.grades[:4]), WORDS)
    assert (filled.graded, filled.not_found) == (1, ("Ada",))  # two rows have this name


def test_a_report_in_json_is_written_grade_by_grade(tmp_path, monkeypatch):
    """All at once took 147 MB for 1,000 solutions."""
    whole, at_once = json.loads(json.dumps(CLASS.to_json())), []
    to_json = Grades.to_json
    monkeypatch.setattr(Grades, "to_json", lambda own: at_once.append(len(own)) or to_json(own))
    write_report(tmp_path / "r.json", CLASS)
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8")) == whole
    assert max(at_once) == 0


def test_pseudonyms_leave_no_name_in_a_report(tmp_path):
    write_report(tmp_path / "r.json", pseudonymous(CLASS))
    said = (tmp_path / "r.json").read_text(encoding="utf-8")
    assert not any(name in said for name in ("Ada", "Bob", "12346", "x.org"))


# --- who handed in -------------------------------------------------------------------------------


def test_downloads_of_moodle_and_canvas_say_who_handed_in(tmp_path):
    moodle = tmp_path / "m" / "Ada Lovelace_12345_assignsubmission_file_"
    other = tmp_path / "m" / "Bob B_12346_assignsubmission_file"
    for folder in (moodle, other):
        folder.mkdir(parents=True)
        (folder / "exercise.xlsx").touch()
    (moodle / "~$exercise.xlsx").touch()
    (tmp_path / "lovelaceada_LATE_77_8812_Ada-1.xlsx").touch()
    found = collected([tmp_path])
    assert {(each.name, each.id) for each in found} == {
        ("Ada Lovelace", "12345"), ("Bob B", "12346"), ("lovelaceada", "77"),
    }  # fmt: skip
    assert len({each.label for each in found}) == 3


@pytest.mark.parametrize(
    ("file", "noted"),
    [
        ("Ada Lovelace_1_assignsubmission_file_/mine.xlsx", False),
        ("Bob B_2_assignsubmission_file_/Ada Lovelace.xlsx", True),
        ("lovelaceada_LATE_77_8812_mine.xlsx", False),
        ("bbob_78_8813_Ada Lovelace.xlsx", True),
        ("mine.xlsx", True),
    ],
)
def test_who_hands_in_the_file_of_another_is_noted(file, noted):
    (given,) = collected([Path("m") / file])
    one = replace(Grade(given.label, given.name or "Ada Lovelace"), made_for="Ada Lovelace")
    said = [*remarks(one, Grades((one,), (), 0), WORDS)]
    assert len(said) == noted
    assert all("handed out to Ada Lovelace" in line for line in said)


def test_a_roster_keeps_ids_and_addresses(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("no;name;mail;group\n007;Ada;a@x;1\n008;Bob;b@x;1\n", encoding="utf-8")
    assert students(path) == (Student("Ada", "007", "a@x"), Student("Bob", "008", "b@x"))


@pytest.fixture(scope="module")
def handed(tmp_path_factory):
    """Two submissions: Ada's is right, Bob's is empty and his Spec asks for less."""
    folder = tmp_path_factory.mktemp("class")
    path = xlnn.build("descent", folder / "full.xlsx", verify=False).path
    (folder / "out").mkdir()
    (folder / "in").mkdir()
    for student in ("Ada", "Bob"):
        out = emptied(path, ("dx", "x"), folder / "out" / f"{student}.xlsx", student=student)
        book = openpyxl.load_workbook(out)
        for (name, _), blank in blanks(path, ("dx", "x")).items():
            if student == "Ada" or name == "x":
                fill(book, blank, blank.stated)
        if student == "Bob":
            for (cell,) in book["Spec"].iter_rows(max_col=1):
                if isinstance(cell.value, str) and cell.value.strip() == '"dx",':
                    cell.value = ""
        book.save(folder / "in" / f"{student}.xlsx")
    return folder


def test_a_spec_that_was_edited_to_ask_for_less_is_noted(handed):
    ada, bob = grade(handed / "in", exercise=handed / "out")
    assert (ada.intact, ada.asked_otherwise) == (True, ())
    assert (bob.intact, bob.asked_otherwise) == (False, ("dx",))
    assert [*remarks(ada, Grades((ada,), (), 0), WORDS)] == []
    assert len([*remarks(bob, Grades((bob,), (), 0), WORDS)]) == 2


def test_a_file_that_was_not_handed_out_is_noted_and_belongs_to_whom_it_is_named_after(
    handed, tmp_path
):
    stray = tmp_path / "Cy_Young.xlsx"
    xlnn.exercise("descent", stray, blank="dx")
    (tmp_path / "r.csv").write_text("id,name\nu1,Ada\nu3,Cy Young\n")
    grades = grade(stray, exercise=handed / "out", roster=tmp_path / "r.csv")
    (only,) = grades
    assert (only.student, only.id) == ("Cy Young", "u3")
    assert [*remarks(only, grades, WORDS)] == [WORDS("notes", "stray")]


def test_a_roster_lists_who_did_not_hand_in(handed, tmp_path):
    (tmp_path / "r.csv").write_text("id,name\nu1,Ada\nu2,Bob\nu3,Cy\n")
    grades = grade(handed / "in", roster=tmp_path / "r.csv")
    assert [each.id for each in grades] == ["u1", "u2"]
    assert grades.missing == (Student("Cy", "u3"),)


def test_a_run_is_resumed_from_its_log_and_parts_are_joined(handed, tmp_path):
    log = tmp_path / "log.jsonl"
    first = grade(handed / "in", log=log, shard=(1, 2))
    assert [each.student for each in first] == ["Ada"]
    with log.open("a") as file:
        file.write('{"path": "cut')
    calls = []
    both = grade(handed / "in", log=log, tell=calls.append)
    assert len(calls) == 1  # the other one alone
    assert both.grades == grade(handed / "in").grades
    assert len(log.read_text().splitlines()) == 3
    with pytest.raises(XlnnError, match="seed"):
        grading.grade(handed / "in", seed=1, log=log)


@pytest.mark.slow
def test_an_executor_gives_the_same_grades(handed):
    with ProcessPoolExecutor(2) as executor:
        found = grade(handed / "in", executor=executor)
    assert found.grades == grade(handed / "in").grades


@pytest.mark.slow
def test_dask_gives_the_same_grades(handed):
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as own,
        distributed.Client(own) as client,
    ):
        found = grade(handed / "in", executor=client.get_executor())
    assert found.grades == grade(handed / "in").grades


def test_the_archive_for_gradescope_grades_in_a_folder_laid_out_so(handed, tmp_path):
    archive = tmp_path / "out.zip"
    write_autograder(archive, {})
    with zipfile.ZipFile(archive) as file:
        modes = {each.filename: each.external_attr >> 16 for each in file.infolist()}
        file.extractall(tmp_path / "source")
    assert modes["run_autograder"] & 0o111
    assert modes["setup.sh"] & 0o111
    bash = shutil.which("bash")
    assert (
        subprocess.run([bash, "-n", tmp_path / "source" / "setup.sh"], check=False).returncode == 0
    )
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    run = tmp_path / "venv" / "bin" / "python"  # what setup.sh has made, without the network
    run.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    run.chmod(0o755)
    (tmp_path / "submission").mkdir()
    shutil.copy(handed / "in" / "Ada.xlsx", tmp_path / "submission")
    done = subprocess.run(
        [bash, tmp_path / "source" / "run_autograder"], check=False, capture_output=True, text=True,
        env={**os.environ, "AUTOGRADER": str(tmp_path)}, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "results" / "results.json").read_text(encoding="utf-8"))
    assert [(each["score"], each["max_score"]) for each in found["tests"]] == [(1, 1), (1, 1)]
    assert {"name", "output", "visibility"} <= found["tests"][0].keys()


def test_a_shard_that_is_none_is_refused():
    done = CliRunner().invoke(cli, ["grade", "x.xlsx", "--shard", "5/4"])
    assert done.exit_code == 2
    assert "3/16" in done.output


def test_the_command_hands_back_all_at_once(handed, tmp_path):
    book = tmp_path / "g.csv"
    book.write_text("Name,Grade\nAda,\nCy,\n")
    asked = ["grade", str(handed / "in"), "--gradebook", str(book), "--seed", "0", "--jobs", "1"]
    done = CliRunner().invoke(cli, [*asked, "--feedback", str(tmp_path / "pages")])
    assert done.exit_code == 0, done.output
    assert book.read_text() == "Name,Grade\nAda,2\nCy,\n"
    assert "not in the gradebook: Bob" in done.output
    assert "no grade for: Cy" in done.output
    assert sorted(Path(tmp_path / "pages").iterdir()) == [
        tmp_path / "pages" / "Ada.html", tmp_path / "pages" / "Bob.html",
    ]  # fmt: skip


def wrong(name, answer):
    unit = UnitGrade("x", right=False, mistake=Mistake("typed", "A1"), answer=answer)
    return Grade(name, name, questions=(QuestionGrade("x", "x", "", 0.0, 1.0, (unit,)),))


@pytest.mark.parametrize(("answer", "pairs"), [("0", 0), ("no idea", 0), ("0.73105857", 10)])
def test_what_many_type_makes_no_pairs_unless_nobody_types_it_by_chance(answer, pairs):
    assert len(copies([wrong(name, answer) for name in "abcde"])) == pairs
