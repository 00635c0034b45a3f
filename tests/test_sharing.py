"""Several processes share the work on many files, whatever program asks for it."""

import os
import pickle
import signal
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest
from interruptions import LONG, MARK, processes

import xlnn
from xlnn.exercises.grading import grade
from xlnn.exercises.parallel import each_of, shared

GRADING = """
import xlnn
print("begun")
for each in xlnn.grade(["Ada.xlsx", "Bob.xlsx"], workers=2):
    print(each.student, each.points, each.error)
"""

EXERCISING = """
import xlnn
print("begun")
made = xlnn.exercise("descent", "class", blank="dx", roster="names.csv")
print(*[each.path.name for each in made])
"""

ASKED = {
    "a script": ["script.py"],
    "standard input": ["-"],
    "a line": ["-c", GRADING],
}
"""How Python is given a program."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two solutions, a roster, and a program without a guard."""
    folder = tmp_path_factory.mktemp("class")
    for name in ("Ada", "Bob"):
        xlnn.exercise("descent", folder / f"{name}.xlsx", blank="dx,x", student=name, key=True)
    (folder / "names.csv").write_text("Cy\nDee\n")
    (folder / "script.py").write_text(GRADING)
    return folder


def run(arguments, folder, said=""):
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, input=said, capture_output=True, text=True,
        timeout=10 * LONG, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_program_without_a_guard_runs_once_and_has_its_grades(name, folder):
    done = run(ASKED[name], folder, GRADING)
    assert done.stdout.splitlines() == ["begun", "Ada 2.0 ", "Bob 2.0 "]
    assert done.stderr == ""


@pytest.mark.slow
def test_a_program_without_a_guard_has_its_exercises(folder):
    done = run(["-"], folder, EXERCISING)
    assert done.stdout.splitlines() == ["begun", "Cy.xlsx Dee.xlsx"]
    assert done.stderr == ""


@pytest.mark.slow
def test_two_that_share_at_the_same_time_are_in_nobody_s_way(folder):
    files = [folder / "Ada.xlsx", folder / "Bob.xlsx"]
    with ThreadPoolExecutor(2) as pool:
        found = [*pool.map(lambda _: grade(files, workers=2), range(2))]
    assert [[each.points for each in grades] for grades in found] == [[2, 2], [2, 2]]


def dies(code):
    os._exit(code)


def refuses(what):
    raise xlnn.XlnnError(what)


def fails():
    return 1 / 0


def gives_what_cannot_be_sent():
    return lambda: None


@pytest.mark.slow
def test_a_process_that_ends_takes_its_own_work_alone():
    with shared(1) as submit:
        lost, kept = submit(dies, 3), submit(abs, -2)
        with pytest.raises(BrokenExecutor):
            lost.result()
        assert kept.result() == 2


def dies_at(path):
    if path.name == "3":
        os._exit(1)
    return path.name


@pytest.mark.slow
def test_a_file_at_which_a_process_dies_is_reported_and_the_others_have_results():
    paths = [Path(str(number)) for number in range(12)]
    found = dict(each_of(dies_at, paths, 2, failed=lambda path: f"{path} failed"))
    assert found == {path: path.name for path in paths} | {paths[3]: "3 failed"}


def test_what_is_raised_arrives_and_what_is_ours_to_mend_with_its_traceback():
    with shared(1) as submit:
        with pytest.raises(xlnn.XlnnError, match="no such thing") as refused:
            submit(refuses, "no such thing").result()
        with pytest.raises(ZeroDivisionError) as failed:
            submit(fails).result()
        with pytest.raises((AttributeError, pickle.PicklingError), match="pickle"):
            submit(gives_what_cannot_be_sent).result()
    assert not hasattr(refused.value, "__notes__")
    assert "in fails" in failed.value.__notes__[0]


ENDLESS = """
import time
from xlnn.exercises.parallel import shared
with shared(2) as submit:
    working = [submit(time.sleep, 600) for _ in range(4)]
    submit(print)
    print("begun", flush=True)
    for each in working:
        each.result()
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has none of these signals")
@pytest.mark.slow
def test_a_script_that_is_interrupted_leaves_no_process():
    mark = f"sharing:{time.monotonic_ns()}"
    process = subprocess.Popen(
        [sys.executable, "-c", "import signal\nsignal.signal(signal.SIGINT, "
         "signal.default_int_handler)\n" + ENDLESS],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {MARK: mark},
    )  # fmt: skip
    assert process.stdout.readline() == b"begun\n"
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=LONG)
    assert said.endswith(b"KeyboardInterrupt\n")
    assert processes(mark) == ()
