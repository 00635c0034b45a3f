"""A formula of a form that programs compute differently is refused where it is stated, and named
where it was put in; each sentence says what to write instead.

`tests/engines/test_differences.py` has the forms.
"""

import numpy as np
import pytest
from rewriting import edit

import xlnn
from xlnn.errors import DataError
from xlnn.xlsx.forms import misread

V, U = (xlnn.Quantity(name, shape=(4,)) for name in "vu")
INPUTS = {"v": [1, 0, 1, 0], "u": [1, 0, 1, 1]}


def model(array, cell):
    """Return a model of v and u, and y that is computed from them."""
    return xlnn.Model((V, U, xlnn.Quantity("y", equation=xlnn.Stated(array=array, cell=cell))))


STATED = {
    "a comparison in SUMPRODUCT": (
        lambda v, u: (v == u).mean(),
        lambda v, u: f"=SUMPRODUCT({v[:]}={u[:]})/COUNT({v[:]})",
        r"SUMPRODUCT counts the truth value A7:D7=A10:D10 .* write \(A7:D7=A10:D10\)\*1\.$",
    ),
    "a function of a range in SUMPRODUCT": (
        lambda v, u: np.cos(v).sum() + u[0],
        lambda v, u: f"=SUMPRODUCT(COS({v[:]}))+{u[0]}",
        r"COS takes one value, and programs compute it of A7:D7 differently: compute COS of each",
    ),
    "a function of a range": (
        lambda v, u: np.tanh(v).sum() + u[0],
        lambda v, u: f"=SUM(TANH({v[:]}))+{u[0]}",
        r"TANH takes one value, .* compute TANH of each cell in a separate cell \(in a model, a q",
    ),
    "an inequality of three": (
        lambda v, u: float(v[1] < u[0]) + 0 * v[0],
        lambda v, u: f"=IF({v[1]}<{u[0]}<{v[0]}+9,1,1)",
        r"the truth value B7<A10 is compared .* join comparisons with AND, or write \(B7<A10\)\*1",
    ),
    "a row and one position": (
        lambda v, u: v[1] + u[0],
        lambda v, u: f"=INDEX({v[:]},2)+{u[0]}",
        r"INDEX reads one position in A7:D7 .*: write both, the row and the column",
    ),
}
"""Statements that agree with NumPy in formualizer (but TANH), and not in all programs."""


@pytest.mark.parametrize("verify", [True, False])
@pytest.mark.parametrize("name", STATED)
def test_a_model_of_such_a_form_is_refused(name, verify, tmp_path):
    array, cell, sentence = STATED[name]
    with pytest.raises(DataError, match=rf'^The cell of y gives "=.*": {sentence}'):
        xlnn.workbook(model(array, cell), INPUTS, tmp_path / "y.xlsx", verify=verify)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def counted(tmp_path_factory):
    """Return a model that counts equal numbers, and its workbook."""
    made = model(lambda v, u: (v == u).sum(), lambda v, u: f"=SUMPRODUCT(({v[:]}={u[:]})*1)")
    return made, xlnn.workbook(made, INPUTS, tmp_path_factory.mktemp("forms") / "y.xlsx").path


ALTERED = {
    "a comparison": "=SUMPRODUCT(A7:D7=A10:D10)",
    "in brackets": "=SUMPRODUCT((A7:D7=A10:D10))",
    "with two signs": "=SUMPRODUCT(--(A7:D7=A10:D10))",
    "with a range": "=SUMPRODUCT((A7:D7=A10:D10)*1,A10:D10=A10:D10)",
    "of a name": "=SUMPRODUCT(xlnn.v=xlnn.u)",
}


@pytest.mark.parametrize("name", ALTERED)
def test_a_formula_of_such_a_form_is_wrong_though_its_value_is_right(name, counted):
    made, path = counted
    (wrong,) = xlnn.check(edit(path, {"Model!B4": ALTERED[name]}), model=made).wrong
    assert wrong.cell == "Model!B4"
    assert wrong.reason.endswith(")*1")


STEPS = (
    ("=SUM(A1:A3=B1:B3)", "=SUM((A1:A3=B1:B3)*1)", "=SUMPRODUCT((A1:A3=B1:B3)*1)"),
    ("=SUM(A1:A3*2)", "=SUMPRODUCT(A1:A3*2)"),
    ("=SUM(TANH(A1:A3))", "=SUM(B1:B3)"),
    ("=SUMPRODUCT(IF(A1:A3>0,1,0))", "=SUMPRODUCT(B1:B3)"),
    ("=MAX(A1:A3>0)", "=MAX((A1:A3>0)*1)", "=SUMPRODUCT((A1:A3>0)*1)"),
    ("=COUNTIF(A1,1)", "=COUNTIF(A1:A1,1)"),
    ("=INDEX(A1:C1,2)", "=INDEX(A1:C1,1,2)"),
)
"""What a person writes who does what the sentences say, one after the other."""


@pytest.mark.parametrize("steps", STEPS)
def test_the_sentences_lead_to_a_formula_that_is_accepted(steps):
    assert [misread(step) is None for step in steps] == [*(False for _ in steps[1:]), True]


@pytest.mark.parametrize("formula", ["=LN(A1:A3)", "=SUM(LN(A1:A3))", "=SUMPRODUCT(LN(A1:A3))"])
def test_a_function_of_a_range_is_told_the_same_wherever_it_is(formula):
    assert str(misread(formula)) == str(misread("=LN(A1:A3)"))
    assert "SUMPRODUCT" not in str(misread(formula))
