"""What a programmer states wrongly is one sentence, whatever its type."""

import numpy as np
import pytest

import xlnn
from xlnn import Axis, Model, Quantity, Stated, previous
from xlnn.equation import MissingNumberError
from xlnn.equations.number import factor_text, fixed_text, share_text, short_text, significant_text
from xlnn.equations.units import bias_slope
from xlnn.errors import XlnnError

DAY, ROW = Axis("day", 4, "up"), Axis("row", 3)


@pytest.mark.parametrize("form", [short_text, fixed_text, significant_text, factor_text])
@pytest.mark.parametrize("x", [5e-324, -5e-324, np.float64(5e-324), float("inf"), float("nan")])
def test_a_number_that_no_sentence_can_hold_is_missing(form, x):
    with pytest.raises(MissingNumberError, match="too large or too small"):
        form(x)


@pytest.mark.parametrize(
    ("form", "how"), [(fixed_text, ()), (factor_text, ()), (share_text, ()), (short_text, (2,))]
)
def test_a_number_that_overflows_where_it_is_scaled_is_missing(form, how):
    with pytest.raises(MissingNumberError):
        form(1.7e308, *how)


class Said(xlnn.Sentence):
    def __init__(self, form):
        super().__init__()
        self.form = form

    def said(self, *, x):
        return f"It is {self.form(x)}."


@pytest.mark.parametrize("x", [5e-324, 1.7e308])
@pytest.mark.parametrize("form", ["short", "fixed", "factor", "share", "significant"])
@pytest.mark.first(2)
def test_a_sentence_of_an_extreme_number_agrees_with_its_cell(tmp_path, form, x):
    from xlnn.equations import number  # noqa: PLC0415 -- the form by its name

    said = Quantity("s", equation=Said(getattr(number, form)), uses={"x": "x"})
    model = Model((Quantity("x"), said))
    assert xlnn.workbook(model, {"x": x}, tmp_path / "own.xlsx").report.agrees


STARTS = ((1,), [1.0], b"1", float("nan"), float("inf"), {}, 1j)


@pytest.mark.parametrize("start", STARTS, ids=repr)
def test_a_start_that_is_neither_a_number_nor_a_name_is_refused(start):
    with pytest.raises(XlnnError, match=r"start of y is .*: a finite number or the name of a"):
        previous("y", start=start)


@pytest.mark.parametrize("start", ["1", *STARTS], ids=repr)
def test_a_weight_starts_from_a_number(start):
    with pytest.raises(XlnnError, match=r"start of a weight is .*: a finite number is expected"):
        xlnn.Weight((3,), bias_slope("row"), "delta", start=start)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"seed": "1"}, "seed is '1': a whole number of at least 0, or a generator of NumPy"),
        ({"seed": -1}, "seed is -1: a whole number"),
        ({"seed": 1, "scale": "1"}, "scale is '1': a number of at least 0"),
        ({"seed": 1, "digits": 1.5}, "digits is 1.5: a whole number"),
    ],
)
def test_what_weights_are_drawn_with_is_checked(options, sentence):
    weights = xlnn.Weights({"b": xlnn.Weight((3,), bias_slope("row"), "delta")})
    assert weights.drawn(np.random.default_rng(1))["b"].shape == (1, 3)
    with pytest.raises(XlnnError, match=sentence):
        weights.drawn(**options)


@pytest.mark.parametrize(
    ("formula", "sentence"),
    [
        ("={z[rows]}", "z has no axis rows: its axes are row"),
        ("=SUM({z[rows]})", "z has no axis rows: its axes are row"),
        ("={z[-1]}", "z has no axis -1: its axes are row"),
        ("={x[row]}", "x has no axis row: it has none"),
        ("={z.firsts}", "z.firsts"),
    ],
)
def test_a_formula_with_an_axis_that_is_none_is_refused(tmp_path, formula, sentence):
    equation = Stated(lambda z, x: z + x, formula)
    quantities = (
        Quantity("z", axes=(ROW,)),
        Quantity("x"),
        Quantity("w", axes=(ROW,), equation=equation, uses={"z": "z", "x": "x"}),
    )
    with pytest.raises(XlnnError, match=rf"The cell of w raises .*{sentence}"):
        xlnn.workbook(Model(quantities), {"z": [1, 2, 3], "x": 1}, tmp_path / "own.xlsx")


def test_a_formula_takes_an_axis_by_its_name_or_its_family(tmp_path):
    for name in (ROW.name, ROW.family):
        total = Stated(lambda z: z.sum(), f"=SUM({{z[{name}]}})")
        quantities = (
            Quantity("z", axes=(ROW,)),
            Quantity("w", equation=total, uses={"z": "z"}),
        )
        path = tmp_path / "own.xlsx"
        assert xlnn.workbook(Model(quantities), {"z": [1, 2, 3]}, path).report.agrees
