"""Every engine of the edition in matrices gives NumPy's values for the array formulas of blocks."""

import numpy as np
import pytest
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula
from programs import skip_without

from xlnn.engines import load
from xlnn.slices import ELEMENTWISE

X = np.array([[1.5, -2.0], [0.25, 3.0], [-0.5, 1.0]])
W, ROW = np.array([[2.0, -1.0], [0.5, 4.0]]), np.array([[10.0, 20.0]])
COLUMN, SECOND = X[:, :1], X[:, 1:]
TARGET = np.array([[2.0, 1.0, 2.0]])
PLACES = {
    "X": "A1:B3", "W": "D1:E2", "R": "G1:H1", "C": "A1:A3", "D": "B1:B3", "T": "J1:L1",
}  # fmt: skip
"""Where the matrices are; C and D are the columns of X.

IF takes matrices of one size: IronCalc and Gnumeric repeat no column in it.
"""

OF_EACH = {
    "ABS": (np.abs, "X-1"), "COS": (np.cos, "X"), "EXP": (np.exp, "-X"),
    "IF": (lambda x: np.where(x > 0, x, 0), "X>0,X,0"), "INT": (np.floor, "2*X"),
    "LN": (np.log, "X*X"), "SIGN": (np.sign, "X-1"), "SIN": (np.sin, "X"),
    "SQRT": (np.sqrt, "X*X"), "TANH": (np.tanh, "X-1"),
}  # fmt: skip
"""By function, what it is in NumPy, and an argument that is computed; IF has three."""

ARGUMENTS = {
    "X-1": X - 1, "X": X, "-X": -X, "X>0,X,0": X, "2*X": 2 * X, "X*X": X * X,
}  # fmt: skip

PATTERNS = {
    "MMULT(X,TRANSPOSE(W))+R": X @ W.T + ROW,
    "MMULT(X,W)*X": (X @ W) * X,
    "MMULT(TRANSPOSE(X),X)": X.T @ X,
    "MMULT(TRANSPOSE(ROW(X)^0),X)": X.sum(0, keepdims=True),
    "MMULT(X,TRANSPOSE(COLUMN(X)^0))": X.sum(1, keepdims=True),
    "X/MMULT(X*X,TRANSPOSE(COLUMN(X)^0))": X / (X * X).sum(1, keepdims=True),
    "X*C+R": X * COLUMN + ROW,
    "R+0*ROW(X)": ROW + 0 * X,
    "IF((C>=D)*(C>0),C,IF(D>2,2,3))": np.where(
        (COLUMN >= SECOND) & (COLUMN > 0), COLUMN, np.where(SECOND > 2, 2, 3)
    ),
    "-MMULT(X,W)": -X @ W,
    "1/(1+EXP(-IF(X<-700,-700,X)))": 1 / (1 + np.exp(-X)),
    "IF(ROW(X)-ROW(A1)+1>=COLUMN(X)-COLUMN(A1)+1,EXP(X-C),0)": np.exp(X - COLUMN) * np.tri(3, 2),
    "IF(ROW(C)-ROW(A1)+1>=2,D,C)": np.where(np.arange(3)[:, None] >= 1, SECOND, COLUMN),
    "X-IF(TRANSPOSE(T)=COLUMN(X)-COLUMN(A1)+1,1,0)": X - (TARGET.T == [1, 2]),
    "MMULT(IF(TRANSPOSE(T)=TRANSPOSE(ROW(W)-ROW(D1)+1),1,0),W)": W[[1, 0, 1]],
    "MMULT(X,TRANSPOSE(X))/SQRT(4)": X @ X.T / 2,
}
"""Array formulas as blocks state them, and their values."""


def test_each_function_that_blocks_may_call_is_tried():
    """A function that is added to the list needs an example here."""
    assert OF_EACH.keys() == ELEMENTWISE


@pytest.mark.parametrize("engine", ["ironcalc", "formulas", "libreoffice", "gnumeric"])
def test_array_formulas_give_what_numpy_gives(engine, tmp_path):
    """Row by row and column by column; one row or column is repeated."""
    skip_without(engine)
    expected = {f"{name}({of})": call(ARGUMENTS[of]) for name, (call, of) in OF_EACH.items()}
    expected |= PATTERNS
    book = Workbook()
    sheet, found = book.active, {}
    for corner, matrix in (("A1", X), ("D1", W), ("G1", ROW), ("J1", TARGET)):
        first = sheet[corner]
        for (row, column), number in np.ndenumerate(matrix):
            sheet.cell(first.row + row, first.column + column, float(number))
    for number, (text, values) in enumerate(expected.items()):
        top = 6 + 4 * number
        rows, columns = np.shape(values)
        area = f"A{top}:{'ABC'[columns - 1]}{top + rows - 1}"
        formula = "".join(PLACES.get(each, each) if _is_alone(text, n) else each
                          for n, each in enumerate(text))  # fmt: skip
        sheet[f"A{top}"] = ArrayFormula(area, f"={formula}")
        found[text] = top, rows, columns
    path = tmp_path / "arrays.xlsx"
    book.save(path)
    with load(engine, path) as recalculate:
        (grid,) = recalculate({}).values()
    for text, (top, rows, columns) in found.items():
        got = grid.numbers[top - 1 : top - 1 + rows, :columns]
        np.testing.assert_allclose(got, expected[text], rtol=1e-13, atol=1e-13, err_msg=text)


def _is_alone(text, at):
    """Return whether a letter is the name of a matrix, and no part of a function."""
    around = text[max(0, at - 1) : at] + text[at + 1 : at + 2]
    return not any(each.isalnum() for each in around)
