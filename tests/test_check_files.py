"""One check takes several workbooks; what it cannot check keeps it from none of the others."""

import json
import shutil

import pytest
from click.testing import CliRunner
from rewriting import edit

from xlnn.checking import check as checking
from xlnn.cli.main import cli
from xlnn.errors import EngineError

FAST = ("--engine", "formualizer", "--probes", "0")


def run(*arguments):
    return CliRunner().invoke(cli, ["check", *map(str, arguments), *FAST])


@pytest.fixture
def good(short_path, tmp_path):
    return shutil.copy(short_path, tmp_path / "good.xlsx")


@pytest.fixture
def wrong(short_path, tmp_path):
    path = shutil.copy(short_path, tmp_path / "wrong.xlsx")
    return edit(path, {"Training!C5": "=1+1"})


@pytest.fixture
def bad(tmp_path):
    path = tmp_path / "bad.xlsx"
    path.write_text("no workbook")
    return path


@pytest.mark.slow
def test_a_bad_file_keeps_the_check_from_none_of_the_others(good, wrong, bad, tmp_path):
    ran = run(tmp_path / "none.xlsx", good, bad, wrong)
    assert ran.exit_code == 1
    said = ran.stderr.splitlines()
    assert len(said) == 2
    assert said[0].startswith("Error: none.xlsx: there is no such file")
    assert said[1].startswith("Error: bad.xlsx: it is not an .xlsx workbook")
    lines = ran.stdout.splitlines()
    assert lines[0].startswith(f"{good}   ")
    assert any(line.startswith(f"{wrong}   ") and "1 cell wrong" in line for line in lines)


@pytest.mark.slow
def test_good_files_alone_are_exit_code_0(good):
    ran = run(good, good)
    assert ran.exit_code == 0
    assert len(ran.stdout.splitlines()) == 2


@pytest.mark.parametrize("which", ["wrong", "bad"])
@pytest.mark.slow
def test_any_bad_file_is_exit_code_1(good, which, request):
    assert run(request.getfixturevalue(which), good).exit_code == 1


@pytest.mark.slow
def test_json_of_several_files_is_a_list_with_the_errors_in_it(good, wrong, bad):
    ran = run(good, bad, wrong, "--json")
    assert ran.exit_code == 1
    first, second, third = json.loads(ran.stdout)
    assert (first["file"], first["agrees"]) == (str(good), True)
    assert second.keys() == {"file", "error"}
    assert second["file"] == str(bad)
    assert second["error"].startswith("bad.xlsx: it is not an .xlsx workbook")
    assert (third["file"], third["agrees"]) == (str(wrong), False)


def test_json_of_one_bad_file_is_an_object_with_its_error(bad):
    ran = run(bad, "--json")
    assert ran.exit_code == 1
    found = json.loads(ran.stdout)
    assert found.keys() == {"file", "error"}
    assert ran.stderr == f"Error: {found['error']}\n"


def test_json_of_one_bad_file_with_several_engines_is_a_list(bad):
    found = json.loads(run(bad, "--engine", "formulas", "--json").stdout)
    assert [each["file"] for each in found] == [str(bad)]


def test_an_engine_that_fails_keeps_none_of_the_others_from_the_file(good, monkeypatch):
    check = checking.check

    def without_gnumeric(file, engine, *given, **named):
        if engine == "gnumeric":
            raise EngineError("Gnumeric was not found.")
        return check(file, engine, *given, **named)

    monkeypatch.setattr(checking, "check", without_gnumeric)
    ran = run(good, "--engine", "gnumeric", "--json")
    assert ran.exit_code == 1
    failed, checked = json.loads(ran.stdout)
    assert failed["error"] == "Gnumeric was not found."
    assert checked["agrees"]


def test_an_error_that_names_no_file_is_said_of_which(good, wrong, monkeypatch):
    def fail(*_, **__):
        raise EngineError("It took too long.")

    monkeypatch.setattr(checking, "check", fail)
    assert run(good, wrong).stderr.splitlines() == [
        f"Error: {good}: It took too long.",
        f"Error: {wrong}: It took too long.",
    ]


@pytest.mark.parametrize(
    ("error", "said"),
    [(OSError(28, "No space left on device"), "TMPDIR"), (MemoryError(), "not enough memory")],
)
def test_json_says_what_the_system_does_not_allow(good, monkeypatch, error, said):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(checking, "check", fail)
    ran = run(good, "--json")
    assert ran.exit_code == 1
    assert said in json.loads(ran.stdout)["error"]


def test_an_error_of_ours_is_not_hidden(good, monkeypatch):
    def fail(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(checking, "check", fail)
    assert isinstance(run(good).exception, ZeroDivisionError)


@pytest.mark.ci
def test_parts_are_checked_in_processes_and_a_log_is_resumed(good, wrong, tmp_path):
    log = tmp_path / "log.jsonl"
    first = run(good, wrong, "--shard", "1/2", "--log", log)
    assert (first.exit_code, "good.xlsx" in first.output) == (0, True)
    with log.open("a") as file:
        file.write('{"path": "cut')
    both = run(good, wrong, "--jobs", "2", "--log", log)
    assert both.exit_code == 1
    assert "good.xlsx" not in both.output
    assert "Training!C5" in both.output
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(line["path"], line["agrees"]) for line in lines] == [
        (str(good), True), (str(wrong), False),
    ]  # fmt: skip
    assert run(good, wrong, "--log", log).exit_code == 1  # as the log says
    assert run(good, "--shard", "3/2").exit_code == 2
    log.write_text("no log\n")
    assert "is not a log entry" in str(run(good, "--log", log).exception)
