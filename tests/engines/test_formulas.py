"""The engine formulas: whatever its short ways are, the numbers are those of `formulas` itself."""

from functools import cache

import numpy as np
import pytest
from formulas import Parser
from formulas.functions import replace_empty
from formulas.ranges import Ranges
from formulas.tokens.operand import Error
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from openpyxl import Workbook, load_workbook
from schedula import EMPTY

from xlnn.engines import _programs as programs
from xlnn.engines import _store as store
from xlnn.engines import formualizer, formulas
from xlnn.engines._programs import ELEMENTWISE
from xlnn.errors import EngineError, WorkbookError
from xlnn.grid import CellError

DATA = (
    (2.5, 1.0, 0.1, "Zero", False),
    (-1.0, 2.0, 0.7, "one", "#N/A"),
    (0.0, 3.0, 0.7, "12", None),
    ("text", 4.0, 0.2, 710.0, None),
    (True, None, None, None, None),
    (None, None, None, None, None),
    (1e10, None, None, None, None),
)
"""The cells A1:E7 of the tricky formulas: numbers, texts, booleans, an error, empty cells."""

TRICKY = """
=A1+B1|=A6+1|=A6|=A6&"x"|=A6=0|=A6=""|=A4+1|=D3+1|=A5+1|=A5&""|=E2|=E2+1|=E1|=A1:A3|=A1:A3*2
=-2^2|=-A1^2|=(-A1)^2|=2^-A1|=--A1|=A1--B1|=+A1|= A1 + B1|=A1%|=50%*A1|=B1:B1+1|=b1+$B$2+B$3
=A3/A3|=1/A3|=A3^A2|=A7^A7|=EXP(D4)|=EXP(A7)|=EXP(1000)|=SQRT(A2)|=LN(A3)|=LN(A1)|=ACOS(A1)
=SUM(A1:A6)|=SUM(A1:A7)|=SUM(B1:B4)|=SUM(A5,B1)|=SUM(TRUE,1)|=SUM(D3,1)|=SUM(E2,1)|=SUM(B1:C4,A1)
=AVERAGE(A1:A6)|=AVERAGE(A6:A6)|=MAX(A1:A6)|=MAX(B1:C4)|=MAX(A6:A6)|=MIN(B1:C4)|=COUNT(A1:A6)
=COUNTIF(B1:B4,">2")|=COUNTIF(D1:D3,"zero")|=COUNTIF(B1:B4,B2)|=SUMIF(B1:B4,">1",C1:C4)
=MATCH(MAX(C1:C4),C1:C4,0)|=MATCH("ONE",D1:D3,0)|=MATCH(99,B1:B4,0)|=VLOOKUP(2,B1:C4,2,FALSE)
=INDEX(B1:C4,2,2)|=INDEX(B1:B4,3)|=INDEX(B1:C4,3)|=INDEX(B1:B4,9)|=INDEX(A1:A6,6)
=INDEX(A1:A6,6)&"."|=INDEX(A1:A6,6)+1|=ISBLANK(INDEX(A1:A6,6))|=INDEX(B1:B4,A6)|=INDEX(B1:B4,A4)
=INDEX(B1:C4,MATCH(MAX(C1:C4),C1:C4,0),1)*10|=INDEX(B1:C4,B2,B1)|=INDEX((B1:B4)*2,3)
=IF(A1>0,"yes","no")|=IF(A1>0,A1,1/A3)|=IF(A4,1,2)|=IF(A6,1,2)|=IF(E2,1,2)|=IF(A1<0,1)
=IFERROR(1/A3,"none")|=IFERROR(E2,5)|=IFERROR(A1,5)|=IFERROR(SUM(E1:E2),0)|=IF(AND(A1>0,B1>0),1,0)
=AND(A1>0,A2>0)|=OR(A1>0,A2>0)|=NOT(A5)|=NOT(E1)|=CHOOSE(B2,"a","b")|=CHOOSE(B2,A1,B1)
=CHOOSE(9,1,2)|=CHOOSE(A4,1,2)|=REPT("x",B3)|=A4="TEXT"|=A4>D1|=A4<>1|=A1=2.5|=A5=TRUE|=A1>A4
=A1&B1&A4|=FIXED(A1,3,TRUE)&" of "&FIXED(B1,0)|=TEXT(A1,"0.000")|=TEXT(B1,"0%")|="a""b"&A4
="A1+B1"|="=SUM(A1:B2)"&A1|=LEN(A4)|=LEFT(A4,2)|=ADDRESS(ROW(B3),2)|=ROW(B3)|=LOG10(A7)|=#REF!+1
=SUMPRODUCT(B1:B4,C1:C4)|=SUMPRODUCT(A1:A6,B1:B6)|=SUMPRODUCT((B1:B4=2)*1,C1:C4)
=SUMPRODUCT((B1:B4>1)*(C1:C4<0.5))|=SUMPRODUCT(B1:B4,B1:E1)|=SUMPRODUCT(B1:C4,B1:C4)
=SUMPRODUCT(E1:E2,B1:B2)|=SUMXMY2(B1:B4,C1:C4)|=SUMXMY2(B1:B3,C1:C4)|=SUMSQ(B1:B4)|=ABS(A2)
=SIGN(A2)|=MOD(A1,B2)|=MOD(A1,A3)|=INT(A1)|=INT(A2)/B2|=ROUND(A1,0)|=ROUND(C1,2)|=PI()*A1
=TANH(A1)|=SLOPE(B1:B4,C1:C4)|=INTERCEPT(B1:B4,C1:C4)|=STEYX(B1:B4,C1:C4)|=RANK(B2,B1:B4)
=A1>9HUGE|=MAX(A1,9HUGE)|=TRUE|=1|="x"|={1,2;3,4}*A1|=SUM({1,2;3,4})
"""
FORMULAS = TRICKY.strip().replace("\n", "|").replace("HUGE", "0" * 400).split("|")


def block_of(values, area):
    """Give a range of formulas the values of a sheet, as formulas holds them."""
    first, last = int(area["r1"]), int(area["r2"])
    block = np.empty((last - first + 1, area["n2"] - area["n1"] + 1), dtype=object)
    for row, column in np.ndindex(block.shape):
        value = values(area["sheet_id"], first + row, area["n1"] + column)
        block[row, column] = EMPTY if value is None else Error.errors.get(value, value)
    return Ranges().set_value(area, block)


@cache
def compiled(formula):
    return Parser().ast(formula)[1].compile()


def by_formulas(formula, values):
    """Compute a formula by formulas alone: its parser, its graph, its dispatcher."""
    with np.errstate(all="ignore"):
        function = compiled(formula)
        areas = [inputs.ranges[0] for inputs in function.inputs.values()]
        result = replace_empty(function(*(block_of(values, area) for area in areas)))
    return Ranges().push("A1", result).value[0, 0]


def same(got, expected):
    """Compare a value of a grid with one of formulas, and its kind."""
    if isinstance(expected, str | bool | np.bool_):
        kind = bool if isinstance(expected, bool | np.bool_) else str
        return isinstance(got, kind) and kind(got) == kind(
            str(expected) if kind is str else expected
        )
    return isinstance(got, float) and got == expected


@pytest.fixture
def book(tmp_path):
    """Write a workbook from {sheet: {cell: value}} and load it."""

    def write(sheets):
        workbook = Workbook()
        workbook.remove(workbook.active)
        for title, cells in sheets.items():
            sheet = workbook.create_sheet(title)
            for cell, value in cells.items():
                sheet[cell] = value
        workbook.save(tmp_path / "book.xlsx")
        return formulas.load(tmp_path / "book.xlsx")

    return write


@pytest.fixture(scope="module")
def tricky(tmp_path_factory):
    """The tricky formulas, each filled in twice, so that they are computed as columns."""
    workbook = Workbook()
    sheet = workbook.active
    for row in DATA:
        sheet.append(row)
    for row, formula in enumerate(FORMULAS, 1):
        for column in (8, 9):
            sheet.cell(row, column).value = formula
    path = tmp_path_factory.mktemp("tricky") / "tricky.xlsx"
    workbook.save(path)
    return formulas.load(path)({})[sheet.title]


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.ci
def test_a_formula_gives_what_formulas_alone_gives(tricky, formula):
    expected = by_formulas(formula, lambda _, row, column: DATA[row - 1][column - 1])
    row = FORMULAS.index(formula) + 1
    assert same(tricky.at(row, 8), expected)
    assert same(tricky.at(row, 9), expected)


@pytest.mark.slow
def test_the_formulas_of_the_book_give_what_formulas_alone_gives(short_path):
    session = formulas.load(short_path)
    values = session({})
    own = {title.upper(): title for title in values}
    sheets = load_workbook(short_path).worksheets
    for shape in session.shapes:
        for place in (shape.cells[0], shape.cells[-1]):
            number, row, column = session.store.places.cell(place)
            home = sheets[number].title

            def value(title, row, column, home=home):
                return values[own[title.strip("'")] if title else home].at(row, column)

            expected = by_formulas(sheets[number].cell(row, column).value, value)
            assert same(value(None, row, column), expected), session.store.places.name(place)
    book = {"1/(1+EXP(MIN(700,-_s0)))", "SUMPRODUCT(_s0,_s1)"}
    assert {shape.text for shape in session.shapes} >= book


def test_a_failing_cell_spoils_no_other_cell_of_its_column(book):
    left = [2.0, 1e300, "text", 800.0, True, None, -1.0, 0.0]
    cells = {f"A{row}": value for row, value in enumerate(left, 1)}
    for row in range(1, 9):
        cells |= {f"B{row}": f"=A{row}^9", f"C{row}": f"=EXP(A{row})", f"D{row}": f"=1/A{row}"}
        cells |= {f"E{row}": f"=SUM(B{row}:D{row})", f"F{row}": f"=MATCH(A{row},A1:A3,0)*2"}
    grid = book({"S": cells})({})["S"]
    assert [grid.at(row, 2) for row in (1, 2, 3)] == [512, "#VALUE!", "#VALUE!"]
    assert [grid.at(row, 3) for row in (4, 5, 6)] == ["#NUM!", np.e, 1]
    assert [grid.at(row, 4) for row in (1, 6, 8)] == [0.5, "#DIV/0!", "#DIV/0!"]
    assert grid.at(1, 5) == pytest.approx(512 + np.e**2 + 0.5)
    assert [grid.at(row, 6) for row in (1, 2, 3, 4)] == [2, 4, 6, "#N/A"]
    assert isinstance(grid.others[4, 3], CellError)


def test_a_number_that_no_cell_can_hold_is_an_error_value(book):
    """formulas computes (-1)^0.5 as a complex number; a spreadsheet answers #NUM!."""
    assert book({"S": {"A1": -1, "A2": "=A1^0.5"}})({})["S"].others == {(2, 1): CellError("#NUM!")}


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("=SUM(B:B)", 10),
        ("=COUNTIF($B:$B,2)", 1),
        ("=SUM(2:2)", 2.7),
        ("=SUM(B1:C1048576)", 11.7),
        ("=SUM(B4:B1)", 10),
        ("=SUM(C4:B1)", 11.7),
        ("=SUM(B1:INDEX(B1:B4,3))", 6),
        ("=SUM(B1:INDEX(B1:B4,B2))", 3),
        ("=ROW()", 20),
        ("=COLUMN()&ADDRESS(ROW(),COLUMN(),4)", "26Z20"),
        ("=Nowhere!A1+1", "#REF!"),
        ("=SUM('No where'!A1:B2)", "#REF!"),
        ("=SUM(数据!A1:A2)+'数据'!A1", 5),
        ("='it''s 1'!$A$1&\"数据!A1\"", "7数据!A1"),
        ("=SUM(B20:B30)", 0),
        ("=LOG10(100)", 2),
        ("=SUM(S!B1:S!B3)", 6),
    ],
)
def test_every_form_of_reference_is_read(book, formula, expected):
    cells = {f"B{row}": row for row in range(1, 5)}
    cells |= {f"C{row}": value for row, value in enumerate([0.1, 0.7, 0.7, 0.2], 1)}
    recalculate = book(
        {"S": cells | {"Z20": formula}, "数据": {"A1": 2, "A2": 1}, "it's 1": {"A1": 7}}
    )
    got = recalculate({})["S"].at(20, 26)
    assert got == (pytest.approx(expected) if isinstance(expected, float) else expected)


SPELT = {
    "=B1+-C1^2": 9.25,  # a sign comes before its power
    "=B1--C1^2": -3.25,
    "=B1*2+-SUM(C1,1)^2*2": 30.5,
    "=B1+--C1^2": 9.25,
    "=B1-+-C1%^2": 2.999375,
    '=IF(B1+-C1^2>9,"1+-2^2",0)': "1+-2^2",
    "=B1*2E0 ": 6,
    "=B1*1.5E3": 4500,
}
"""Where `formulas` alone reads otherwise than spreadsheets do, or does not read at all."""


@pytest.mark.parametrize("formula", SPELT)
def test_a_formula_means_what_it_means_in_a_spreadsheet(book, formula, tmp_path):
    recalculate = book({"S": {"B1": 3, "C1": 2.5, "A1": formula}})
    assert recalculate({})["S"].at(1, 1) == SPELT[formula]
    path = tmp_path / "same.xlsx"
    workbook = Workbook()
    workbook.active.append([formula, 3, 2.5])
    workbook.save(path)
    assert formualizer.load(path)({})["Sheet"].at(1, 1) == SPELT[formula]


def test_texts_that_differ_in_digits_are_not_confused(book):
    """Formulas are told apart by their text without digits: only row numbers may be left out."""
    cells = {"A1": 5, "A2": 6, "B1": '="1"&A1', "B2": '="2"&A2', "B3": "=A1*10", "B4": "=A2*20"}
    cells |= {"C1": "=A1+1E+5", "C2": "=A2+1E+2", "C3": "=SUM(A1:A1)", "C4": "=SUM(A1:A2)"}
    grid = book({"S": cells})({})["S"]
    assert [grid.at(row, 2) for row in range(1, 5)] == ["15", "26", 50, 120]
    assert [grid.at(row, 3) for row in range(1, 5)] == [100_005, 106, 5, 11]


def test_formulas_are_computed_after_what_they_read(book):
    cells = {f"A{row}": f"=A{row + 1}+SUM(B{row}:B{row + 1})" for row in range(1, 100)}
    cells |= {f"B{row}": f"=A{row + 1}*0+1" for row in range(1, 101)}
    assert book({"S": cells | {"A100": 1}})({})["S"].numbers[0, 0] == 1 + 2 * 99


@pytest.mark.parametrize(
    "cells",
    [
        {"A1": "=B1", "B1": "=SUM(C1:C3)", "C2": "=A1+1", "D1": "=A1"},
        {"A1": "=A1+1"},
        {"A1": "=SUM(A1:A3)", "B1": "=A1", "B2": "=B1"},
    ],
)
def test_a_circle_is_refused_by_the_name_of_a_cell_in_it(book, cells):
    with pytest.raises(WorkbookError, match=r"^S![ABC][12] depends on itself: a circular"):
        book({"S": cells})


@pytest.mark.parametrize(
    ("formula", "complaint"),
    [
        ("=FOO(B1)", "uses FOO, which the engine does not know"),
        ("=1+)", "is not a formula that the engine can read"),
        ("=eta*2", 'uses the name "eta", which is not defined'),
        ("=SUM(Table1[x])", "refers to another workbook or to a table"),
        ("=XYZ1+1", "refers to column XYZ, but a sheet ends at XFD"),
    ],
)
def test_a_formula_that_cannot_be_computed_is_refused_with_its_cell(tmp_path, formula, complaint):
    workbook = Workbook()
    workbook.active["C2"] = formula
    workbook.save(tmp_path / "book.xlsx")
    with pytest.raises(EngineError) as refusal:
        formulas.load(tmp_path / "book.xlsx")
    assert str(refusal.value).startswith(f"Sheet!C2: {formula} {complaint}")


def test_a_range_that_reaches_beyond_what_index_is_given_is_refused(book):
    """formulas takes the cells between for empty, so the sum would be wrong without a word."""
    cells = {"A1": "=SUM(B1:INDEX(B1:B4,1))", "A2": "=SUM(B1:INDEX(B3:B6,1))"}
    recalculate = book({"S": cells | {"B1": 1, "B2": 2, "B3": 3}})
    with pytest.raises(EngineError, match=r"S!A2: .* reaches beyond the cells given to INDEX"):
        recalculate({})


@pytest.mark.parametrize("row", ["0", "1048577"])
def test_a_row_that_no_sheet_has_is_refused(book, row):
    """The first formula is equal but for digits, so the second is not looked at by itself."""
    cells = {"A1": f"=B{10 ** (len(row) - 1)}", "A2": f"=B{row}"}
    with pytest.raises(EngineError, match=f"refers to row {row}; a sheet has rows 1 to 1048576"):
        book({"S": cells})


def test_cells_that_span_too_much_are_refused(book, monkeypatch):
    monkeypatch.setattr(store, "MAX_PLACES", 1_000)
    with pytest.raises(EngineError, match="S: the cells in use span 1001 rows and 2 columns"):
        book({"S": {"A1": 1, "B1001": 1}})


def test_inputs_replace_numbers_texts_and_formulas_until_the_next_call(book):
    recalculate = book({"S": {"A1": 1, "A2": "=A1+1", "A3": "text", "A4": "=A2*10", "A5": True}})
    before = recalculate({})["S"]
    changed = recalculate({("S", 1, 1): 5, ("S", 2, 1): 7, ("S", 3, 1): 9, ("S", 5, 1): 0})["S"]
    assert changed.numbers[:, 0].tolist() == [5, 7, 9, 70, 0]
    assert not changed.others
    assert recalculate({("S", 1, 1): 3.0})["S"].numbers[[0, 1, 3], 0].tolist() == [3, 4, 40]
    after = recalculate({})["S"]
    np.testing.assert_array_equal(after.numbers, before.numbers)
    assert after.others == before.others == {(3, 1): "text", (5, 1): True}


def test_nan_empties_a_cell_until_the_next_call(book):
    cells = {"A1": 1, "A2": "=A1+1", "A3": "=A2*10", "A4": '=IF(A2="","empty","full")'}
    recalculate = book({"S": cells})
    emptied = recalculate({("S", 2, 1): np.nan})["S"]
    assert [emptied.at(row, 1) for row in (1, 2, 3)] == [1, None, 0]
    assert emptied.others == {(4, 1): "empty"}
    assert recalculate({})["S"].others == {(4, 1): "full"}


@pytest.mark.parametrize("cell", [("Nope", 1, 1), ("S", 9, 9), ("S", 0, 1)])
def test_an_input_that_no_cell_takes_is_refused(book, cell):
    with pytest.raises(WorkbookError):
        book({"S": {"A1": 1}})({cell: 1.0})


def test_an_empty_sheet_is_an_empty_grid(book):
    values = book({"S": {}, "T": {"B2": "=S!C3+1"}})({})
    assert values["S"].numbers.size == 0
    assert list(values) == ["S", "T"]
    assert values["T"].numbers[1, 1] == 1


def test_a_formula_filled_down_is_parsed_once(book, monkeypatch):
    parsed = []
    compile_shape = programs.compile_shape
    monkeypatch.setattr(
        formulas, "compile_shape", lambda text: parsed.append(text) or compile_shape(text)
    )
    cells = {f"{column}{row}": row for column in "AC" for row in range(1, 1_101)}
    cells |= {f"B{row}": f"=SUM(A{row},$A$1)*2" for row in range(1, 1_101)}
    cells |= {f"D{row}": f"=SUM(C{row},$A$1)*2" for row in range(1, 1_101)}
    grid = book({"S": cells})({})["S"]
    assert parsed == ["SUM(_s0,_s1)*2"]
    assert grid.numbers[1_099, 3] == 2_202


def test_formulas_with_other_constants_are_parsed_once(book, monkeypatch):
    parsed = []
    parser = programs.Parser

    def parse(_, text):
        parsed.append(text)
        return parser().ast(text)

    programs._parsed.cache_clear()  # noqa: SLF001 -- what other tests have parsed
    monkeypatch.setattr(programs, "Parser", type("Noting", (), {"ast": parse}))
    cells = {"A1": 3, "B1": '=IF(A1>2,"a""b","c")', "B2": '=IF(A1>2.5E+2,"d","e")', "B3": "=1/0"}
    grid = book({"S": cells})({})["S"]
    assert parsed == ["=IF(_s0>_c0,_c1,_c2)", "=_c0/_c1"]
    assert grid.others == {(1, 2): 'a"b', (2, 2): "e", (3, 2): "#DIV/0!"}


@pytest.mark.parametrize("formula", ["=A1&", "=&A1", '=A1&)&"a"', '=(A1&"a"', "=A1&&B1"])
def test_what_joins_nothing_is_no_formula(book, formula):
    with pytest.raises(EngineError, match="is not a formula that the engine can read"):
        book({"S": {"A1": 1, "C1": formula}})({})


@pytest.mark.slow
def test_a_wave_cut_into_pieces_gives_the_same(short_path, monkeypatch):
    whole = formulas.load(short_path)({})
    monkeypatch.setattr(formulas, "_AT_ONCE", 100)
    for title, grid in formulas.load(short_path)({}).items():
        np.testing.assert_array_equal(grid.numbers, whole[title].numbers)
        assert grid.others == whole[title].others


AT_ONCE = [
    *("A1+B1", "A1-B1", "-A1", "+A1", "A1*B1", "A1/B1", "A1^B1", "A1%", "A1&B1", "A1>B1"),
    *("A1>=B1", "A1<B1", "A1<=B1", "A1=B1", "A1<>B1", "ABS(A1)", "ACOS(A1)", "COS(A1)"),
    *("EXP(A1)", "INT(A1)", "LN(A1)", "LOG10(A1)", "SIGN(A1)", "SIN(A1)", "SQRT(A1)", "TANH(A1)"),
    *("MOD(A1,B1)", "ROUND(A1,1)", "REPT(9,B1)", "FIXED(A1,2)", "CHOOSE(B1,A1,B1)"),
    *("IF(A1>B1,A1,B1)", "IFERROR(A1/B1,2)", "ADDRESS(B1,2)", 'TEXT(A1,"0.0")'),
]
"""Each function of `ELEMENTWISE`."""


@pytest.mark.parametrize("formula", AT_ONCE)
def test_a_function_of_single_values_is_called_once_for_a_column(formula, monkeypatch):
    """If this fails after an update of formulas, the engine is right but slow."""
    program = at_once(formula)
    rows = np.array([[0.25, 3.0], [0.5, 1.0], [0.75, 2.0]])
    monkeypatch.setattr(programs, "_cell_by_cell", None)
    got = program.run([rows[:, 0, None, None], rows[:, 1, None, None]], 3, None).tolist()
    for value, row in zip(got, rows.tolist(), strict=True):
        expected = by_formulas(f"={formula}", lambda _, __, column, row=row: row[column - 1])
        assert same(value, expected) or value == expected  # INT returns an int


def test_every_function_that_is_called_once_is_tried():
    called = {call.function for text in AT_ONCE for call in at_once(text).calls}
    assert called >= ELEMENTWISE


def at_once(formula):
    return programs.compile_shape(formula.replace("A1", "_s0").replace("B1", "_s1"))


moderate = st.floats(-30, 30, allow_subnormal=False)


@pytest.mark.parametrize(
    "formula",
    [
        *("A1+B1", "A1-B1", "-A1", "A1*B1", "A1/B1", "A1^B1", "A1%", "EXP(A1*B1)", "SQRT(A1)"),
        *("LN(A1)", "A1>B1", "A1>=B1", "A1<B1", "A1<=B1", "A1=B1", "A1<>B1", "(A1>B1)*A1"),
        *("2*(A1=B1)", "(A1>B1)>(B1<0)", "MAX(-700,A1)", "MIN(700,-A1)", "(A1>B1)&A1"),
        *("IF(A1>B1,A1,0)", "IF(A1>B1,A1>0,B1)", "IF(B1,1,2)&A1", "(A1>B1)>5", "(A1>B1)*(B1>0)"),
        *("-(A1>B1)", "(A1>B1)=TRUE", "IF(A1>2^60,1,2)", "SUM(IF(A1>0,TRUE,2),B1)"),
    ],
)
@given(rows=npst.arrays(float, (3, 2), elements=moderate))
@pytest.mark.first(1)
@pytest.mark.ci
def test_a_column_of_numbers_gives_the_same_bits_as_formulas_alone(formula, rows):
    program = at_once(formula)
    with np.errstate(all="ignore"):
        got = program.run([rows[:, 0, None, None], rows[:, 1, None, None]], 3, None).tolist()
    for value, row in zip(got, rows.tolist(), strict=True):
        expected = by_formulas(f"={formula}", lambda _, __, column, row=row: row[column - 1])
        assert same(value, expected) or value == expected  # a complex number is no float
