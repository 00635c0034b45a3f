"""What is far more than a workbook holds is refused at once, wherever it is asked for."""

import pytest
from click.testing import CliRunner

import xlnn
from xlnn.building import limits
from xlnn.cli import cli
from xlnn.errors import XlnnError
from xlnn.layout import Layout
from xlnn.option import MOST_EPOCHS, MOST_LAYERS, MOST_RUNS
from xlnn.options import BUILD, EXERCISE, MOST_PROBES
from xlnn.registry.templates import copy
from xlnn.xlsx.guard import count_cells_read, ranges

MANY = 5_000
NUMBERS = ",".join(str(number / 1000) for number in range(1, MANY + 1))

TOO_MUCH = {
    "build xor --epochs 1000000000": "1,000,000,000 epochs are too many: a workbook holds at most",
    "exercise xor --epochs 1000000000": "1,000,000,000 epochs are too many: a workbook holds at",
    f"build xor --hidden {','.join('2' * MANY)}": "5,000 hidden layers are too many: a workbook",
    f"build xor --eta {NUMBERS}": "5,000 runs are too many: a workbook compares at most 12",
    f"build xor --l2 {NUMBERS}": "5,000 runs are too many",
    f"build xor --seed {','.join(map(str, range(MANY)))}": "5,000 runs are too many",
    f"build xor --optimizer {','.join(['adam'] * MANY)}": "5,000 runs are too many",
    "check xor.xlsx --probes 1000000000": "1000000000 is not in the range 0<=x<=100",
}


@pytest.fixture
def nothing_is_laid_out(monkeypatch):
    """Fail where the size of a workbook is first found by laying it out, which takes minutes."""

    def laid_out(*_):
        raise AssertionError("it was laid out")

    monkeypatch.setattr(Layout, "__init__", laid_out)
    monkeypatch.setattr(limits, "size", laid_out)


@pytest.mark.usefixtures("nothing_is_laid_out")
@pytest.mark.parametrize("line", TOO_MUCH, ids=lambda line: line[:40])
def test_it_is_refused_before_anything_is_laid_out(tmp_path, monkeypatch, line):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, line.split())
    assert done.exit_code
    assert TOO_MUCH[line] in done.output + str(done.exception)
    assert not [*tmp_path.iterdir()]


@pytest.mark.usefixtures("nothing_is_laid_out")
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"epochs": 10**9}, "1,000,000,000 epochs are too many"),
        ({"layers": 300}, "302 layers are too many: a workbook holds at most 64 and an output"),
    ],
)
def test_a_template_is_refused_as_an_option_is(tmp_path, change, sentence):
    copy("xor", tmp_path / "mine")
    path = tmp_path / "mine" / "template.toml"
    text = path.read_text(encoding="utf-8")
    if "layers" in change:
        layer = "[[layers]]\nunits = 3\n"
        text = text.replace(layer, layer * (change["layers"] + 1))
    else:
        text = text.replace("epochs = 150", f"epochs = {change['epochs']}")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(XlnnError, match=sentence):
        xlnn.build(str(path.parent), output=tmp_path / "mine.xlsx")


@pytest.mark.parametrize(
    ("option", "most", "more"),
    [
        (BUILD["epochs"], MOST_EPOCHS, MOST_EPOCHS + 1),
        (EXERCISE["epochs"], MOST_EPOCHS, MOST_EPOCHS + 1),
        (BUILD["hidden"], (2,) * MOST_LAYERS, (2,) * (MOST_LAYERS + 1)),
        (BUILD["seed"], tuple(range(MOST_RUNS)), tuple(range(MOST_RUNS + 1))),
    ],
)
def test_the_largest_amount_is_taken_and_one_more_is_not(option, most, more):
    assert option.check(most) == most
    with pytest.raises(XlnnError, match="too many"):
        option.check(more)


@pytest.mark.parametrize("probes", [MOST_PROBES + 1, 10**9])
def test_python_refuses_as_many_probes(tmp_path, probes):
    with pytest.raises(XlnnError, match="a whole number from 0 to 100"):
        xlnn.check(tmp_path / "no.xlsx", probes=probes)


@pytest.mark.parametrize(
    ("formula", "cells"),
    [
        ('TEXT(A1,"hh:mm")', 0),
        ('IF(A1>0,"A:XFD ""5:9",SUM(B2:C3))', 4),
        ("SUM('hh:mm'!A1:A9)+SUM('it''s 1:9'!B:B)", 9 + 1_048_576),
        ('SUM(A1:B2)&"x"&SUM(C1:D9)', 22),
    ],
)
def test_a_text_that_looks_like_a_range_reads_no_cells(formula, cells):
    text = formula.encode()
    assert count_cells_read([text], ranges(text)).tolist() == [cells]
