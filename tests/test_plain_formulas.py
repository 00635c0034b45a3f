"""Formulas are written so plainly that no program misreads them."""

import re
from pathlib import Path

import pytest

from xlnn.building.plan import planned, source_of_onnx, source_of_template
from xlnn.options import Options
from xlnn.registry.templates import names
from xlnn.xlsx.forms import misread

MODEL = Path(__file__).parent / "models" / "mlp.onnx"
STEPS = {"epochs": 2, "l2": 0.01}
BUILDS = [
    *((name, {}) for name in names()),
    *(("xor", {"optimizer": name, **STEPS}) for name in ("momentum", "rmsprop", "adam")),
    *(("xor", {"eta": (0.1, 0.5)}), ("xor", {"activation": "leaky relu"})),
    *(("diabetes", {"scale": "range"}), ("digits", {"test_share": 0.01}), (str(MODEL), {})),
]
"""Templates and options that have among them every equation of a workbook."""

TEXT = re.compile(r'"(?:[^"]|"")*"')
RANGE = re.compile(r"(?:'[^']*'!|[\w.]+!)?\$?[A-Z]{1,3}\$?[0-9]+:\$?[A-Z]{1,3}\$?[0-9]+(?![\w(])")
UNPLAIN = {
    "a range is no whole argument of a function": re.compile(r"(?<![(,])§|§(?![),])"),
    "two signs follow each other": re.compile(r"[-+*/^]\s*[-+]"),
}


def unplain(formula):
    """Return why programs may misread a formula."""
    bare = RANGE.sub("§", TEXT.sub('""', formula))
    return [why for why, pattern in UNPLAIN.items() if pattern.search(bare)]


@pytest.mark.parametrize(
    "formula",
    [
        *("=SUMPRODUCT((A1:A3=1)*1)", "=SUMPRODUCT((A1:A3=1)*(B1:B3=2))", "=SUM(A1:A3*2)"),
        *("=2.718^-(A1)", "=A1--B1", "=A1*-1", "=SUMPRODUCT(A1:A3-Data!$B$1:$B$3)"),
        *("=SUMPRODUCT(-'My data'!A1:A3)", "=A1:A3&B1"),
    ],
)
def test_a_formula_that_programs_misread_is_found(formula):
    assert unplain(formula)


@pytest.mark.parametrize(
    "formula",
    [
        *("=SUM(A1:A3,Data!$B$4:B7)-1", "=SUM(B1:INDEX(B1:B9,3))", "=-A1", "=IF(A1,-1,1)^2"),
        *('=COUNTIF(A1:A3,">"&B1)', '="a1:a3 = --b"&A1', "=SUMPRODUCT('My data'!A1:A3,B1:B3)"),
    ],
)
def test_a_plain_formula_is_not_found(formula):
    assert unplain(formula) == []


@pytest.mark.parametrize(("name", "options"), BUILDS)
def test_every_formula_is_plain(name, options):
    large = name.endswith(".onnx")
    asked = Options(**options, large=True)
    source = source_of_onnx(MODEL, asked)[0] if large else source_of_template(name)
    layout = planned(source, asked).layout
    found = {}
    for quantity in layout.model.quantities:
        if quantity.equation is None:
            continue
        last = tuple(length - 1 for length in quantity.lengths)
        first = (quantity.given, *last[1:]) if quantity.given else (0,) * len(last)
        for index in {first, last}:
            formula = layout.formula(quantity.name, index)
            form = misread(formula)
            why = [*unplain(formula), *([str(form)] if form else [])]
            found |= dict.fromkeys(why, (layout.cell(quantity.name, index), formula))
    assert found == {}
