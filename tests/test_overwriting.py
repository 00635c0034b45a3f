"""No command overwrites a file that xlnn did not write."""

import zipfile

import click
import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner

from xlnn.cli import cli
from xlnn.exercises.exercise import exercise
from xlnn.loading.values import values

READ = {
    "audit files", "build data", "build from_workbook", "build model", "build start", "check files",
    "check key",
    "explain file", "export file", "grade exercise", "grade files", "grade late", "grade roster",
    "exercise roster", "lint file", "page file", "show file", "values file",
}  # fmt: skip
"""Paths that a command only reads."""

BY_DESIGN = {
    "check log": "adds a line to a log of its own, and refuses another file",
    "grade log": "as check --log",
    "grade gradebook": "fills the grades into a person's file, which is what it is for",
    "new name": "is a folder, which must not exist",
}
"""Paths that a command writes and that no --force overwrites."""

EXERCISE = "exercise first --level 2 --student Ada"
OUTPUTS = {
    "build output": ("build first -o {}", "mine.xlsx"),
    "values output": ("values first.xlsx -o {}", "mine.npz"),
    "page output": ("page first.xlsx -o {}", "mine.html"),
    "export output npz": ("export xor.xlsx -o {}", "mine.npz"),
    "exercise output": (f"{EXERCISE} -o {{}}", "mine.xlsx"),
    "exercise output key": (f"{EXERCISE} --key -o {{}}", "mine.xlsx"),
    "exercise output roster": ("exercise first --level 2 --roster class.txt -o folder", "Ada.xlsx"),
    "exercise autograder": (f"{EXERCISE} -o e.xlsx --autograder {{}}", "mine.zip"),
    "grade output csv": ("grade done.xlsx -o {}", "mine.csv"),
    "grade output json": ("grade done.xlsx -o {}", "mine.json"),
    "grade output xlsx": ("grade done.xlsx -o {}", "mine.xlsx"),
    "grade feedback": ("grade done.xlsx --feedback folder", "Ada.html"),
    "audit output csv": ("audit first.xlsx -o {}", "mine.csv"),
    "audit output json": ("audit first.xlsx -o {}", "mine.json"),
    "audit output xlsx": ("audit first.xlsx -o {}", "mine.xlsx"),
    "audit write": ("audit first.xlsx --write", "first-slopes.xlsx"),
}
"""By what it writes, a command and the name of a person's own file in its place."""

RECOGNISED = OUTPUTS.keys() - {name for name in OUTPUTS if name.startswith("audit")}
"""Outputs that a second run overwrites: an audit's are refused, whoever wrote them."""


def test_every_path_that_a_command_takes_is_listed_here():
    taken = {
        f"{name} {parameter.name}"
        for name, command in cli.commands.items()
        for parameter in command.params
        if isinstance(parameter.type, click.Path)
    }
    written = {" ".join(name.split()[:2]) for name in OUTPUTS} - {"audit write"}
    assert taken == READ | BY_DESIGN.keys() | written
    assert not READ & (BY_DESIGN.keys() | written)


@pytest.fixture
def place(workbook, tmp_path, monkeypatch):
    """Return a folder with what the commands read."""
    monkeypatch.chdir(tmp_path)
    for name in ("first", "xor"):
        (tmp_path / f"{name}.xlsx").symlink_to(workbook(name).path)
    (tmp_path / "class.txt").write_text("Ada\n")
    (tmp_path / "folder").mkdir()
    return tmp_path


def mine(path):
    """Write a person's own file, as like one of xlnn's as possible."""
    match path.suffix:
        case ".npz":
            np.savez(path, layer1=np.ones(3), x=np.ones(3), W2=np.ones(2))
        case ".xlsx":
            book = openpyxl.Workbook()
            book.active.append(("xlnn grade", "Spec"))
            book.save(path)
        case ".zip":
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("run_autograder", "mine")
        case ".csv":
            path.write_text("student,file,points\nAda,ada.xlsx,3\n")
        case ".json":
            path.write_text('{"grades": [], "of": "xlnn"}')
        case ".html":
            path.write_text('<!doctype html><html lang="en"><meta charset="utf-8">My own page')
    return path.read_bytes()


def run(line, path):
    done = CliRunner().invoke(cli, line.format(path).split())
    return done, done.output + str(done.exception or "")


@pytest.mark.parametrize("name", OUTPUTS)
@pytest.mark.first(3)
@pytest.mark.ci
def test_a_file_of_ones_own_is_kept_without_force(place, name):
    line, file = OUTPUTS[name]
    if "done.xlsx" in line:
        exercise("first", place / "done.xlsx", level=2, student="Ada")
    path = place / "folder" / file if "folder" in line else place / file
    before = mine(path)
    done, said = run(line, path)
    assert done.exit_code
    assert file in said
    assert "--force" in said
    assert path.read_bytes() == before
    run(f"{line} --force", path)
    after = path.read_bytes()
    assert after != before
    done, said = run(line, path)
    assert ("--force" in said) == (name not in RECOGNISED), said


def test_arrays_that_were_saved_are_what_numpy_reads(place):
    run(*("values first.xlsx -o {}", place / "saved.npz"))
    with np.load(place / "saved.npz") as read:
        expected = values("first.xlsx")
        assert read.keys() == expected.keys()
        assert all((read[name] == expected[name]).all() for name in read)
    assert run("values first.xlsx -o {}", place / "saved.npz")[0].exit_code == 0
