"""Every engine gives the values written down here by hand, for each function that xlnn uses."""

import math
import re
from pathlib import Path

import pytest
from openpyxl import Workbook
from programs import skip_without

from xlnn.engines import ENGINES, load
from xlnn.errors import EngineError
from xlnn.grid import CellError

TOLERANCE = 1e-14  # relative: LibreOffice writes 15 digits, and EXP differs by a last bit

DATA = ((1, 2, "text"), (2, 4, True), (3, 5, None), (4, 4, -0.5), (5, 5, None))
"""The rows of the sheet D."""

EXPECTED = {
    "=SUM(D!A1:A5)": 15,
    "=SUM(D!A1:INDEX(D!A1:A5,3,1))": 6,
    "=SUMPRODUCT(D!A1:A5,D!B1:B5)": 2 + 8 + 15 + 16 + 25,
    "=SUMPRODUCT((D!A1:A5=2)*1,D!B1:B5)": 4,
    "=SUMXMY2(D!A1:A5,D!B1:B5)": 1 + 4 + 4 + 0 + 0,
    "=SUMSQ(D!A1:A3)": 1 + 4 + 9,
    "=SUMIF(D!B1:B5,4,D!A1:A5)": 2 + 4,
    '=SUMIF(D!A1:A5,">3")': 4 + 5,
    "=COUNT(D!A1:B5,D!C4:C5)": 5 + 5 + 1,  # without C2: LibreOffice counts booleans, Excel not
    "=COUNTIF(D!B1:B5,5)": 2,
    '=COUNTIF(D!B1:B5,">"&D!A3)': 4,
    '=COUNTIF(D!C1:C5,"<0")': 1,
    "=COUNTIFS(D!A1:A5,5,D!B1:B5,5)": 1,
    '=COUNTIFS(D!B1:B5,5,D!A1:A5,"<"&D!A5)': 1,
    "=AVERAGE(D!B1:B5)": 4,
    "=MAX(D!B1:B5)": 5,
    "=MIN(D!A1:A5,D!C4)": -0.5,
    "=ABS(D!C4)": 0.5,
    "=SIGN(D!C4)": -1,
    "=EXP(1)": math.e,
    "=1/(1+EXP(-0.5))": 0.6224593312018546,
    "=LN(10)": 2.302585092994046,
    "=SQRT(2)": 1.4142135623730951,
    "=TANH(0.5)": 0.46211715726000976,
    "=ACOS(0.5)": math.pi / 3,
    "=PI()": math.pi,
    "=MOD(-7,3)": 2,
    "=INT(-2.5)": -3,
    "=ROUND(2.5,0)": 3,
    "=ROUND(-1.25,1)": -1.3,
    "=INDEX(D!A1:B5,3,2)": 5,
    "=MATCH(4,D!B1:B5,0)": 2,
    "=MATCH(MAX(D!B1:B5),D!B1:B5,0)": 3,
    "=VLOOKUP(3,D!A1:B5,2,FALSE)": 5,
    '=IF(D!A1>2,"yes","no")': "no",
    "=IF(D!A1<2,7,8)": 7,
    "=AND(D!A1=1,D!A2=2)": True,
    '=CHOOSE(2,"a","b")': "b",
    '=IFERROR(1/0,"none")': "none",
    '=IFERROR(7,"none")': 7,
    "=ISBLANK(D!C3)": True,
    "=ISBLANK(D!A1)": False,
    "=FIXED(3.14159,2,TRUE)": "3.14",
    "=FIXED(1234.5,1,TRUE)": "1234.5",
    '=TEXT(0.5,"0.000")': "0.500",
    '=REPT("ab",3)': "ababab",
    "=SLOPE(D!B1:B5,D!A1:A5)": 6 / 10,
    "=INTERCEPT(D!B1:B5,D!A1:A5)": 4 - 0.6 * 3,
    "=STEYX(D!B1:B5,D!A1:A5)": math.sqrt((6 - 36 / 10) / 3),
    "=RANK(4,D!B1:B5)": 3,
    "=ROW(D!A7)": 7,
    "=ADDRESS(3,28)": "$AB$3",
    "=ADDRESS(2,1,4)": "A2",
    # operators
    "=-2^2": 4,
    "=7/2-0.5*3": 2,
    "=50%": 0.5,
    "=1=2": False,
    "=D!A1<D!A2": True,
    "=D!C2": True,
    "=D!C3": 0,
    # texts
    '="a"&D!A2&"b"': "a2b",
    '="x"&0.5': "x0.5",
    '=D!C1&"!"': "text!",
    '="a<b> & ""q"""': 'a<b> & "q"',
    '="  数字 σ "': "  数字 σ ",
    # errors
    "=1/0": CellError("#DIV/0!"),
    "=1/0+1": CellError("#DIV/0!"),
    "=EXP(710)": CellError("#NUM!"),
    "=ACOS(2)": CellError("#NUM!"),
    "=VLOOKUP(9,D!A1:B5,2,FALSE)": CellError("#N/A"),
    '=MATCH("q",D!B1:B5,0)': CellError("#N/A"),
    "=D!C1+1": CellError("#VALUE!"),
}

SOME_ERROR = ("=LN(-1)", "=SQRT(-1)")
"""#NUM! in Excel; LibreOffice's own error for it becomes #VALUE! in a file."""

FORMULAS = (*EXPECTED, *SOME_ERROR)

UNREAD = dict.fromkeys(("gnumeric", "ironcalc"), ("=SUM(D!A1:INDEX(D!A1:A5,3,1))",))
"""Formulas that an engine cannot read, and says so; no equation of xlnn is written with them."""


FAULTS = {
    "formualizer": {"=0^0": 1, "=1/SUMSQ(1E200)": 0},
    "ironcalc": {"=1/(1+EXP(1000))": 0, "=MAX(EXP(1000),2)": 0},
    "formulas": {"=0^0": 1, "=1/SUMSQ(1E200)": 0},
}
"""Formulas that are #NUM! in Excel, and numbers in an engine."""


@pytest.fixture(scope="module", params=ENGINES)
def engine(request):
    skip_without(request.param)
    return request.param


@pytest.fixture(scope="module")
def grid(engine, tmp_path_factory):
    formulas = (formula for formula in FORMULAS if formula not in UNREAD.get(engine, ()))
    path = write(tmp_path_factory.mktemp("agreement") / "functions.xlsx", formulas)
    return load(engine, path)({})["F"]


def write(path, formulas):
    """Write each formula into its row of the sheet F."""
    workbook = Workbook()
    workbook.active.title = "D"
    for row in DATA:
        workbook["D"].append(row)
    sheet = workbook.create_sheet("F")
    for formula in formulas:
        sheet.cell(FORMULAS.index(formula) + 1, 1, formula)
    workbook.save(path)
    return path


@pytest.mark.parametrize("formula", list(EXPECTED))
def test_the_engine_gives_the_value_computed_by_hand(engine, grid, formula):
    if formula in UNREAD.get(engine, ()):
        return  # which the next test but one shows
    row = FORMULAS.index(formula) + 1
    expected = EXPECTED[formula]
    if isinstance(expected, str | bool):
        got = grid.others.get((row, 1), grid.numbers[row - 1, 0])
        assert got == expected
        assert type(got) is type(expected)
    else:
        assert (row, 1) not in grid.others
        assert grid.numbers[row - 1, 0] == pytest.approx(expected, rel=TOLERANCE, abs=0)


@pytest.mark.parametrize("formula", SOME_ERROR)
def test_the_engine_gives_an_error_outside_the_domain(grid, formula):
    row = FORMULAS.index(formula) + 1
    assert isinstance(grid.others[row, 1], CellError)


@pytest.mark.parametrize(("engine", "formula"), [(e, f) for e in UNREAD for f in UNREAD[e]])
def test_a_formula_that_the_engine_cannot_read_is_named(engine, formula, tmp_path):
    skip_without(engine)
    path = write(tmp_path / "unread.xlsx", [formula])
    with pytest.raises(
        EngineError, match=rf"F!A\d+: \w+ cannot read the formula {re.escape(formula)}"
    ):
        load(engine, path)({})


@pytest.mark.ci
def test_the_cell_of_such_a_formula_is_named_and_not_one_that_it_spoils(tmp_path):
    skip_without("gnumeric")
    book = Workbook()
    book.active.append(["=A2", 3])
    book.active.append(["=B1 - B1 ^ 2"])
    book.save(tmp_path / "spoilt.xlsx")
    with pytest.raises(EngineError, match=r"^Sheet!A2: Gnumeric cannot read the formula =B1 - B1"):
        load("gnumeric", tmp_path / "spoilt.xlsx")({})


@pytest.mark.parametrize("engine", FAULTS)
def test_a_fault_of_an_engine_is_still_there_and_in_the_documents(engine, tmp_path):
    book = Workbook()
    book.active.append(list(FAULTS[engine]))
    book.save(tmp_path / "faults.xlsx")
    got = load(engine, tmp_path / "faults.xlsx")({})["Sheet"].numbers[0].tolist()
    assert got == list(FAULTS[engine].values())
    documents = (Path(__file__).parents[2] / "docs" / "check.md").read_text(encoding="utf-8")
    (line,) = (line for line in documents.splitlines() if line.startswith(f"| `{engine}` |"))
    assert all(formula[1:] in line for formula in FAULTS[engine])
