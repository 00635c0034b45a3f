"""A workbook of an earlier version says how to go on, and its numbers are taken up."""

from pathlib import Path

import pytest
from click.testing import CliRunner

import xlnn
from xlnn.cli import cli
from xlnn.errors import XlnnError

EARLIER = Path(__file__).parent / "earlier"
"""Workbooks of the Spec's format 1; in slopes and sequences a person changed yellow cells."""

BEGINS = "An earlier version of xlnn wrote it, with a different layout: build it again from"


@pytest.mark.parametrize("command", ["check", "show", "values", "explain"])
def test_every_command_says_how_to_go_on(command, tmp_path):
    path = EARLIER / "slopes.xlsx"
    more = {"values": ["-o", str(tmp_path / "a.npz")], "explain": ["x"]}.get(command, [])
    done = CliRunner().invoke(cli, [command, str(path), *more])
    said = f"{done.output}{done.exception}"
    assert f"slopes.xlsx, sheet Spec: {BEGINS}" in said
    assert "xlnn build --from FILE -o NEW.xlsx" in said


@pytest.mark.slow
def test_inputs_that_stand_elsewhere_now_are_taken_up(tmp_path):
    path = tmp_path / "slopes.xlsx"
    built = xlnn.build(from_workbook=EARLIER / "slopes.xlsx", output=path)
    arrays = xlnn.values(path)
    assert built.report.agrees
    assert (arrays["x"], arrays["function"]) == (1.25, 3)


def test_inputs_that_stand_as_before_are_taken_up(tmp_path):
    xlnn.build(from_workbook=EARLIER / "sequences.xlsx", output=tmp_path / "a.xlsx", epochs=12)
    arrays = xlnn.values(tmp_path / "a.xlsx")
    assert arrays["r"] == 0.75
    assert arrays["geometric"][11] == pytest.approx(0.75**11)


def test_where_an_input_stands_is_not_guessed(tmp_path):
    with pytest.raises(XlnnError, match=r"neuron.xlsx: .*where the input W2 stands in it is not"):
        xlnn.build(from_workbook=EARLIER / "neuron.xlsx", output=tmp_path / "a.xlsx")
    assert not (tmp_path / "a.xlsx").exists()
