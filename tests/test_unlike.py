"""Ranges of different shapes that a formula pairs are refused, whatever an engine gives."""

import re
from itertools import product

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import skip_without
from rewriting import edit

import xlnn
from xlnn import engines
from xlnn.cli import cli
from xlnn.errors import DataError
from xlnn.grid import CellError
from xlnn.xlsx.name_substitution import Names
from xlnn.xlsx.range_shapes import unlike

PAIRING = ("SUMPRODUCT", "SUMXMY2", "SLOPE", "INTERCEPT", "STEYX", "CORREL", "COVARIANCE.P")
OPERATORS = ("+", "-", "*", "/", "^", "&", "=", "<>", "<", ">", "<=", ">=")
ROW, COLUMN, SHORT = "A1:C1", "E1:E3", "Data!$F$1:F$2"


@pytest.mark.parametrize("function", PAIRING)
def test_a_function_pairs_ranges_of_one_shape_only(function):
    for one, other in ((ROW, COLUMN), (COLUMN, SHORT), (ROW, "A1"), ("E:E", COLUMN), ("1:1", ROW)):
        for pair in ((one, other), (other, one)):
            found = unlike(f"=1+{function}({','.join(pair)})")
            assert (found.first.text, found.second.text) == pair
    for one, other in ((ROW, "Data!B$9:$D9"), (COLUMN, "X7:X9"), ("A:A", "B:B"), ("A1", "B2")):
        assert unlike(f"={function}({one},{other})") is None


@pytest.mark.parametrize("operator", OPERATORS)
def test_an_operation_repeats_rows_columns_and_cells_of_a_range_and_no_others(operator):
    for one, other in ((ROW, COLUMN), (COLUMN, SHORT), ("A1:B2", "A1:C3"), ("A1:B3", ROW)):
        for left, right in ((one, other), (other, one)):
            assert unlike(f"=SUMPRODUCT({left}{operator}{right})")
            assert unlike(f"=SUMPRODUCT(1*-({left}{operator}{right}),A1)")
    for other in ("A1:C3", ROW, COLUMN, "B9", "2"):
        for left, right in (("A5:C7", other), (other, "A5:C7")):
            assert unlike(f"=SUMPRODUCT({left}{operator}{right},Data!A1:C3)") is None


UNLIKE = [
    "=SUMIF(A1:A3,2,B1:B2)", '=AVERAGEIF(A1:A3,">2",B1:D1)', "=COUNTIFS(A1:A3,1,B1:B2,1)",
    "=SUMIFS(A1:A3,B1:B3,1,C1:C4,1)", "=_xlfn.MAXIFS(A1:A3,B1:B2,1)", "=MMULT(A1:B2,C1:E3)",
    "=FORECAST(4,A1:A3,B1:B2)", "=SUMPRODUCT({1,2},A1:A2)", "=SUMPRODUCT({1,2;3,4}*A1:C1)",
    "=SUMPRODUCT((A1:A3>0)*1,ABS(B1:B2))", "=SUMPRODUCT(ROW(A1:A3)*B1:B2)",
    "=SUMPRODUCT(IF(A1:A3>0,B1:B2,0))", "=SUMPRODUCT(IFERROR(A1:A3,B1:B2))",
    "=SUMPRODUCT(INDEX(A1:C3,0,2),D1:D2)", "=SUMPRODUCT(INDEX(A1:C3,2,),D1:D3)",
    "=SUM(SUMPRODUCT(TRANSPOSE(A1:A3),B1:B3),1)", "=IF(A1>0,1,SUMPRODUCT(A1:A3,B1:B2))",
    "=SUMPRODUCT(A1:A3*COUNTIF(B1:B9,C1:C2))", "=SUMPRODUCT(A1:A3%,-B1:B2)",
    "=SUMPRODUCT(A1:A3*B1:C1)", "=SUMPRODUCT(A1:A3,2)", "=SUMPRODUCT(Data!A1:Data!A3,B1:B2)",
    "=SUMPRODUCT(A1:A3*OFFSET(A1,0,0)*B1:B2)", "=OFFSET(A1,SUMPRODUCT(A1:A3,B1:B2),0)",
    "=SUMPRODUCT(IF(A1>0,A1:A3,B1:B3),C1:C2)",
]  # fmt: skip
LIKE = [
    "=SUMIF(A1:A3,2,B1:B3)", "=SUMIF(A1:A3,2)", "=COUNTIF(A1:A3,B1)", "=COUNTIFS(A1:A3,1,C1:C3,1)",
    "=SUMIFS(A1:A3,B1:B3,1,C1:C3,D1)", "=MMULT(A1:B2,C1:E2)", "=MAX(A1:A3,B1:B2)",
    "=SUM(A1:A3)*SUM(B1:B2)", "=SUMPRODUCT(A1:A3)*SUMSQ(B1:C1)", "=AND(A1:A3>0,B1:B2>0)",
    "=SUM(IF(A1>0,A1:A3,B1:B2))", "=SUM(CHOOSE(A1,A1:A3,B1:B2))", "=INDEX(A1:C3,B1,2)*A1",
    "=MATCH(MAX(A1:A3),B1:B9,0)", "=VLOOKUP(A1,B1:C9,2,FALSE)", "=RANK(A1,B1:B9)",
    "=SUMPRODUCT((A1:A3*B1:C1)*D1:E3)", "=SUMPRODUCT(D1:E3-(A1:A3*B1:C1))", "=1+*2", "=",
    "=SUMPRODUCT(A1:A3,OFFSET(B1,0,0,2))", "=SUMPRODUCT(A1:A3*B1:C1*OFFSET(B1,0,0,3,2))",
    "=SUM((A1:A3,B1:B2))", "=SUM(A1:A3 A2:B2)", "=SUM(B1:INDEX(B1:B9,2))", "=A1#*B1:B3",
    "=SUMPRODUCT(1/COUNTIF(A1:A9,A1:A9))", "=SUMPRODUCT(--(A1:A3=B1),C1:C3)", "=PI()*ROW()",
    "=INDEX(A1:A3*B1:C1,2,1)", "=LET(a,A1:A3,b,B1:B2,SUM(a)*SUM(b))", '="A1:A3*B1:C1"&A1:A3',
    "=MMULT(TRANSPOSE(A1:A3),B1:B3)", "=SUMPRODUCT(A1:A3,INDEX(B1:D3,0,MATCH(1,B1:D1,0)))",
    "=SUMPRODUCT(IF(A1>0,A1:A3,0),B1:B2)", "=SUMPRODUCT(@A1:A3*B1:B2)", "=SUMPRODUCT(A1:B,B1:B2)",
]  # fmt: skip


@pytest.mark.parametrize("formula", UNLIKE)
def test_ranges_of_unlike_shape_are_found_wherever_they_are_paired(formula):
    assert unlike(formula)


@pytest.mark.parametrize("formula", LIKE)
def test_ranges_that_fit_or_are_not_paired_are_none(formula):
    assert unlike(formula) is None


def test_a_name_has_the_shape_of_what_it_stands_for():
    stated = {"xs": "Data!$A$1:$C$1", "also": "=xs", "w": "Data!$E$1:$E$3"}
    names = Names({("", name): text for name, text in stated.items()}, ["Data", "S"])
    pair = unlike(names.plain("=SUMPRODUCT(ALSO,w)", "S"))
    assert str(pair) == "Data!$A$1:$C$1 (1 row of 3) with Data!$E$1:$E$3 (3 rows of 1)"
    assert unlike(names.plain("=SUMPRODUCT(xs,also)", "S")) is None
    assert unlike(names.plain("=SUMPRODUCT(xs,unknown)", "S")) is None


def test_a_deep_formula_is_read_to_its_end():
    assert unlike("=" + "+".join(["SUMPRODUCT(A1:A3,B1:B3)"] * 200 + ["SUMPRODUCT(A1:A3,B1)"]))
    nested = "IF(A1:A3>0," * 60 + "A1:A3" + ",0)" * 60
    assert unlike(f"=SUMPRODUCT({nested})") is None
    assert unlike(f"=SUMPRODUCT({nested},B1:B2)")


@given(st.text(alphabet="=SUMPRODCT(A1:B2),*+-&<>{}%\"'! $;#@", max_size=40))
@settings(max_examples=300)
def test_any_text_has_an_answer(text):
    unlike("=" + text)


lengths = st.integers(1, 3)
shapes = st.tuples(lengths, lengths)
trees = st.recursive(
    shapes,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["+", "<"]), inner, inner),
        st.tuples(st.sampled_from(["SUMPRODUCT", "SUMXMY2"]), inner, inner),
        st.tuples(st.just("ABS"), inner),
    ),
    max_leaves=6,
)


def written(tree):
    """Write a tree of shapes as a formula, each shape as a range of rows 10 to 32."""
    if isinstance(tree[0], int):
        rows, columns = tree
        return f"A{10 * rows}:{'ABC'[columns - 1]}{11 * rows - 1}"
    name, *inner = tree
    if name in ("+", "<"):
        return "({1}{0}{2})".format(name, *map(written, inner))
    return f"{name}({','.join(map(written, inner))})"


def shape_of(tree):
    """Return what NumPy makes of the shapes, and the shapes that it was computed from.

    Raises
    ------
    ValueError
        They do not fit.
    """
    if isinstance(tree[0], int):
        return tree, {tree}
    results = [shape_of(inner) for inner in tree[1:]]
    if tree[0] in ("SUMPRODUCT", "SUMXMY2"):
        ends = [whole(*result) for result in results]
        if len(set(ends)) > 1:
            raise ValueError(ends)
        return (1, 1), {(1, 1)}
    shape = np.broadcast_shapes(*(result for result, _ in results))
    return shape, set().union(*(used for _, used in results))


def whole(shape, used):
    """Return a shape, if one of the ranges has it."""
    if shape not in used:
        raise ValueError(shape)
    return shape


@given(trees)
@settings(max_examples=300)
def test_shapes_fit_where_numpy_broadcasts_them_over_one_of_the_ranges(tree):
    try:
        whole(*shape_of(tree))
        fits = True
    except ValueError:
        fits = False
    assert (unlike(f"={written(tree)}") is None) == fits


@pytest.mark.parametrize("engine", ["formulas", "libreoffice", "gnumeric"])
@pytest.mark.first(engine=1)
def test_functions_of_ranges_of_unlike_shape_are_errors_elsewhere(engine, tmp_path):
    """Gnumeric pairs a row with a column in all but SUMPRODUCT, and so does `formulas`."""
    skip_without(engine)
    shapes = list(product((1, 2, 3), repeat=2))
    formulas = [f"=SUMPRODUCT({written(a)},{written(b)})" for a, b in product(shapes, shapes)]
    book = openpyxl.Workbook()
    for row, column in np.ndindex(33, 3):
        book.active.cell(row + 1, column + 1, 1 + row + column)
    for row, formula in enumerate(formulas, start=34):
        book.active.cell(row, 1, formula)
    book.save(tmp_path / "pairs.xlsx")
    with engines.load(engine, tmp_path / "pairs.xlsx") as recalculate:
        grid = recalculate({})["Sheet"]
    for row, formula in enumerate(formulas, start=34):
        assert isinstance(grid.at(row, 1), CellError) == (unlike(formula) is not None), formula


POINTS = xlnn.Axis("point", 4)
X, W = xlnn.Quantity("x", axes=(POINTS,), shape=(2,)), xlnn.Quantity("w", shape=(3, 1))
INPUTS = {"x": [[1, 2], [3, 4], [5, 6], [7, 8]], "w": [[0.5], [0.25], [2]]}
STATED = {
    "a function": (
        lambda x, w: x.sum(axis=1) * w.sum(),
        lambda x, w: f"=SUMPRODUCT({x[:]},{w[:, 0]})",
        r"it pairs D7:E7 \(1 row of 2\) with A\$6:A\$8 \(3 rows of 1\); use ranges of the same",
    ),
    "an operation": (
        lambda x, w: 3 * x.sum(axis=1) - 2 * w.sum(),
        lambda x, w: f"=SUMPRODUCT({x[:]}-{w[:, 0]})",
        r"it pairs D7:E7 \(1 row of 2\) with A\$6:A\$8 \(3 rows of 1\); use ranges of the same",
    ),
    "a name": (
        lambda x, w: x.sum(axis=1) * w.sum(),
        lambda x, w: f"=SUMPRODUCT({x[:]},xlnn.w)",  # noqa: ARG005 -- it is named
        r"it pairs D7:E7 \(1 row of 2\) with \$A\$6:\$A\$8 \(3 rows of 1\)",
    ),
    "a range where a number belongs": (
        lambda x, w: 2 * x.sum(axis=1) + w[0, 0],
        lambda x, w: f"=SUM({x[:]}*2)+{w[0, 0]}",
        "Excel uses only one cell of D7:E7 here",
    ),
}
"""Statements that agree in formualizer, and not in Excel."""


def own(array, cell):
    """Return a model of x and w, and y that is computed from them."""
    equation = xlnn.Stated(array=array, cell=cell)
    return xlnn.Model((X, W, xlnn.Quantity("y", axes=(POINTS,), equation=equation)))


@pytest.mark.parametrize("verify", [True, False])
@pytest.mark.parametrize("kind", STATED)
def test_a_model_that_pairs_unlike_ranges_is_refused(kind, verify, tmp_path):
    array, cell, sentence = STATED[kind]
    with pytest.raises(DataError, match=f"^The cell of y gives .*: {sentence}"):
        xlnn.workbook(own(array, cell), INPUTS, tmp_path / "y.xlsx", verify=verify)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", STATED)
def test_a_workbook_of_such_a_model_is_refused_by_the_check(kind, tmp_path, monkeypatch):
    array, cell, sentence = STATED[kind]
    model = own(array, cell)
    with monkeypatch.context() as before:
        before.setattr("xlnn.building.proof.check_stated", lambda _: None)
        path = xlnn.workbook(model, INPUTS, tmp_path / "y.xlsx", verify=False).path
    with pytest.raises(DataError, match=f"^The cell of y gives .*: {sentence}"):
        xlnn.check(path, "formualizer", model=model)
    if "pairs" in sentence:
        (problem,) = xlnn.lint(path)
        assert (problem.rule, problem.where) == ("unlike-ranges", "Model!F4")
        assert "1 row of 2" in problem.message


def test_a_model_is_refused_by_the_proof_too(tmp_path, monkeypatch):
    monkeypatch.setattr("xlnn.building.proof.check_stated", lambda _: None)
    array, cell, _ = STATED["an operation"]
    with pytest.raises(xlnn.XlnnError, match=r"was not written.*It pairs D7:E7"):
        xlnn.workbook(own(array, cell), INPUTS, tmp_path / "y.xlsx")


AGREES = {
    "an operation": "=SUMPRODUCT(D4:E4-A$6:A$8)",
    "a function": "=SUMPRODUCT(D4:E4,A$6:A$8)/SUM(A$6:A$8)*3-2*SUM(A$6:A$8)",
    "a name": "=SUMPRODUCT(D4:E4-xlnn.w)",
}


@pytest.mark.parametrize("engine", ["formualizer", "formulas", "libreoffice", "gnumeric"])
@pytest.mark.parametrize("kind", AGREES)
@pytest.mark.first(engine=1)
@pytest.mark.ci
def test_a_formula_that_agrees_by_chance_is_wrong_all_the_same(kind, engine, tmp_path):
    skip_without(engine)
    model = own(
        STATED["an operation"][0],
        lambda x, w: f"=3*SUM({x[:]})-2*SUM({w[:]})",
    )
    path = xlnn.workbook(model, INPUTS, tmp_path / "y.xlsx").path
    (wrong,) = xlnn.check(edit(path, {"Model!F4": AGREES[kind]}), engine, model=model).wrong
    assert wrong.cell == "Model!F4"
    assert re.match(r"it pairs D4:E4 \(1 row of 2\) with .* \(3 rows of 1\)", wrong.reason)


def linted(path, formulas):
    """Return the problems of unlike ranges in a sheet of formulas."""
    book = openpyxl.Workbook()
    for cell, formula in formulas.items():
        book.active[cell] = formula
    book.save(path)
    return [problem for problem in xlnn.lint(path) if problem.rule == "unlike-ranges"]


def test_lint_names_the_first_of_formulas_that_pair_unlike_ranges(tmp_path):
    formulas = {f"C{row}": f"=SUMPRODUCT(A$1:A{row},B$1:B{row})" for row in range(1, 40)}
    formulas |= {f"D{row}": f"=SUMPRODUCT(A$1:A{row},B$1:B9)" for row in range(1, 40)}
    (problem,) = linted(tmp_path / "book.xlsx", formulas)
    assert problem.where == "Sheet!D1"
    assert "A$1:A1 (a single value) with B$1:B9 (9 rows of 1)" in problem.message
    done = CliRunner().invoke(cli, ["lint", str(tmp_path / "book.xlsx")])
    assert done.exit_code == 1
    assert "Sheet!D1   unlike-ranges: It pairs A$1:A1" in done.stdout


@pytest.mark.ci
def test_lint_finds_the_one_of_many_formulas_alike_whose_ranges_are_unlike(tmp_path):
    formulas = {f"C{row}": f"=SUMPRODUCT(A1:A{row},B1:B{row})" for row in range(1, 40)}
    assert linted(tmp_path / "book.xlsx", formulas) == []
    formulas["C20"] = "=SUMPRODUCT(A1:A20,B1:B21)"
    assert [each.where for each in linted(tmp_path / "book.xlsx", formulas)] == ["Sheet!C20"]
