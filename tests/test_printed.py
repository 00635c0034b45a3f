"""A report is true if it agrees, and prints what its command prints, as do show and explain."""

import pytest
from click.testing import CliRunner
from rewriting import edit

import xlnn
from xlnn.cli import cli


def said(*arguments):
    """Return what a command prints."""
    return CliRunner().invoke(cli, list(map(str, arguments))).stdout


@pytest.fixture
def wrong(short_copy):
    return edit(short_copy, {"Training!C5": "=1+1"})


@pytest.mark.slow
def test_a_report_is_true_exactly_if_it_agrees(short_path, wrong):
    assert xlnn.check(short_path, "formualizer")
    assert not xlnn.check(wrong, "formualizer")
    with pytest.raises(AssertionError):
        assert xlnn.check(wrong, "formualizer")


@pytest.mark.slow
def test_reports_of_several_engines_are_true_if_all_of_them_agree(short_path, wrong):
    right = xlnn.check(short_path, "formualizer")
    other = xlnn.check(wrong, "formualizer")
    assert xlnn.Reports((right, right))
    assert not xlnn.Reports((right, other))
    assert (len(xlnn.Reports((right, other))), *xlnn.Reports((right, other))) == (2, right, other)


@pytest.mark.parametrize("which", ["short_path", "wrong"])
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_report_prints_what_check_prints(which, request, capsys):
    path = request.getfixturevalue(which)
    printed = said("check", path, "--engine", "formualizer", "--seed", 3)
    report = xlnn.check(path, "formualizer", seed=3)
    print(report)  # noqa: T201 -- what is tested
    assert capsys.readouterr().out == printed
    both = xlnn.Reports((report, report))
    assert f"{both}\n" == printed * 2
    assert repr(report).startswith(f"Report({str(path)!r}, 'formualizer', ")


@pytest.mark.slow
def test_what_is_in_a_workbook_prints_what_show_prints(short_path, capsys):
    print(xlnn.show(short_path))  # noqa: T201 -- what is tested
    assert capsys.readouterr().out == said("show", short_path)


@pytest.mark.slow
def test_an_explanation_prints_what_explain_prints(short_path, capsys):
    print(xlnn.explain(short_path, "delta3", at={"image": 6}, depth=2))  # noqa: T201 -- the same
    printed = said("explain", short_path, "delta3", "--image", 6, "--depth", 2)
    assert capsys.readouterr().out == printed
    assert "\n    " in printed


@pytest.mark.slow
def test_what_a_file_holds_makes_no_second_line(short_path):
    report = xlnn.check(short_path, "formualizer", probes=0)
    odd = xlnn.Report(**{**vars(report), "notes": ("one\ntwo\x1b[2J",)})
    assert "Note: one?two?[2J" in str(odd).splitlines()
