"""Formulas that decide by a last digit must say so, and where programs differ is reported."""

import json
import re
from fractions import Fraction

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from own_networks import layout_of_model
from programs import skip_without

import xlnn
from xlnn import reference
from xlnn.building.plan import planned, source_of_template
from xlnn.checking.edges import differ, edges
from xlnn.checking.last_digits import Deciders, check_last_digits
from xlnn.checking.report import lines_of
from xlnn.cli import cli
from xlnn.engines import load
from xlnn.errors import DataError
from xlnn.options import Options

VALUES = [0.5, 0.25, 0.3]

KIND = xlnn.Quantity("kind", choices=(1, 3), sheet="Model")

EXAMPLES = {
    "a sum": ("=IF(SUM({v[:]})=1,1,0)", lambda v: 1.0 * (v.sum() == 1)),
    "a quotient": ("=INT({v[0]}/{v[1]})", lambda v: np.floor(v[0] / v[1])),
    "a product": ("=INT({v[0]}*100)", lambda v: np.floor(v[0] * 100)),
    "an equality": ("=IF({v[0]}+{v[1]}={v[2]},1,0)", lambda v: 1.0 * (v[0] + v[1] == v[2])),
    "a difference": ("=1/({v[0]}+{v[1]}-{v[2]})", lambda v: 1 / (v[0] + v[1] - v[2])),
    "a remainder": ("=MOD({v[0]},{v[1]})", lambda v: np.mod(v[0], v[1])),
    "constants": ("=MOD(1,0.1)+0*{v[0]}", lambda v: np.mod(1, 0.1) + 0 * v[0]),
    "not equal": ("=IF({v[0]}*{v[1]}<>{v[2]},1,0)", lambda v: 1.0 * (v[0] * v[1] != v[2])),
    "a condition": ("=IF({v[0]}+{v[1]}-{v[2]},1,0)", lambda v: 1.0 * (v[0] + v[1] - v[2] != 0)),
    "a threshold": ("=IF({v[0]}+{v[1]}>{v[2]},1,0)", lambda v: 1.0 * (v[0] + v[1] > v[2])),
    "a sign": ("=SIGN({v[0]}+{v[1]}-{v[2]})", lambda v: np.sign(v[0] + v[1] - v[2])),
    "cells of a range": ("=SUMPRODUCT(({v[:]}*3=0.3)*1)", lambda v: 1.0 * (v * 3 == 0.3).sum()),
}
"""Formulas on whose last digit programs differ, the first six from a trial of five programs."""

MAY_STAY = {"a difference", "a threshold", "a sign"}
"""Those that need not say that they jump: thresholds and divisors are common, and rarely do."""


def stated(cell, array, **said):
    """Return a model of three numbers and of one that is computed from them."""
    equation = xlnn.Stated(array, cell, **said)
    v = xlnn.Quantity("v", shape=(3,), sheet="Model")
    return xlnn.Model((v, xlnn.Quantity("y", sheet="Model", equation=equation)))


def found(model, **inputs):
    """Return the edges of a model, without a workbook."""
    layout = layout_of_model(model)
    given = {name: np.array(value, float) for name, value in inputs.items()}
    with np.errstate(all="ignore"):
        return edges(Deciders(layout), reference.run(model, given))


@pytest.mark.parametrize("example", sorted(EXAMPLES.keys() - MAY_STAY))
def test_a_statement_that_decides_by_a_last_digit_must_say_that_it_jumps(example, tmp_path):
    cell, array = EXAMPLES[example]
    with pytest.raises(DataError) as refused:
        xlnn.workbook(stated(cell, array), {"v": VALUES}, tmp_path / "y.xlsx", verify=False)
    does = "(takes the .* of a computed number|compares computed numbers for equality)"
    assert re.match(f'The cell of y gives "=.*", in which .* {does}', str(refused.value))
    assert "set discontinuous=True in its equation, or " in str(refused.value)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    "cell",
    [
        "=MATCH({v[0]}+{v[1]},{v[:]},0)",
        "=VLOOKUP({v[0]}+{v[1]},{v[:]},1,FALSE)",
        "=COUNTIF({v[:]},{v[0]}+{v[1]})",
        "=SUMIF({v[:]},{v[0]}*3)",
    ],
)
def test_a_function_that_looks_for_a_computed_number_compares_it(cell):
    with pytest.raises(DataError, match="compares computed numbers for equality"):
        check_last_digits(layout_of_model(stated(cell, lambda v: 0 * v[0])))


@pytest.mark.parametrize("exponent", ["2", "(0-{kind})", "-1"])
def test_a_power_of_a_whole_number_is_whole_where_the_exponent_is_not_negative(exponent):
    array = (lambda v, kind: 0 * v[0] * kind) if "kind" in exponent else (lambda v: 0 * v[0])
    y = xlnn.Stated(array, f"=IF(3*10^{exponent}+0*COUNT({{v[:]}})=0.3,1,0)")
    v = xlnn.Quantity("v", shape=(3,), sheet="Model")
    layout = layout_of_model(xlnn.Model((v, KIND, xlnn.Quantity("y", equation=y))))
    if exponent == "2":
        check_last_digits(layout)
    else:
        with pytest.raises(DataError, match="compares computed numbers for equality"):
            check_last_digits(layout)


def test_the_message_names_the_part_and_what_to_do():
    model = stated("=2*INT({v[0]}*100)+1", lambda v: 2 * np.floor(v[0] * 100) + 1)
    with pytest.raises(DataError) as refused:
        check_last_digits(layout_of_model(model))
    formula = layout_of_model(model).formula("y", ())
    part = formula.removeprefix("=2*").removesuffix("+1")
    assert str(refused.value) == (
        f'The cell of y gives "{formula}", in which {part} takes the whole part of a computed '
        "number, on whose last digit programs differ: set discontinuous=True in its equation, or "
        "round first, as INT(ROUND(…,9)) does."
    )


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_report_shows_an_edge_on_which_programs_differ(example, tmp_path):
    cell, array = EXAMPLES[example]
    model = stated(cell, array, discontinuous=example not in MAY_STAY)
    built = xlnn.workbook(model, {"v": VALUES}, tmp_path / "y.xlsx")
    for report in (built.report, xlnn.check(built.path, model=model)):
        assert report.agrees
        assert report.restated == ()
        (edge,) = report.edges
        assert (edge.cell, edge.quantity) == ("Model!B4", "y")
        assert edge.formula == openpyxl.load_workbook(built.path)["Model"]["B4"].value
        assert edge.values.keys() == {"formualizer", "ironcalc", "NumPy", "exact arithmetic"}
        assert differ(edge.values["formualizer"], edge.values["exact arithmetic"])
        with np.errstate(all="ignore"):
            numpy = array(np.array([edge.inputs.get(f"Model!{at}7", 0.5) for at in "ABC"]))
        assert edge.values["NumPy"] == numpy
        line = next(each for each in lines_of(report) if each.startswith("Model!B4"))
        assert line.startswith(f"Model!B4   {edge.formula} with A7 = ")
        assert " in exact arithmetic" in line or " and exact arithmetic" in line
        assert "all agree with NumPy except on an edge (" in str(report)
        assert report.to_json()["edges"][0]["inputs"] == edge.inputs


GIVEN = {
    "=IF(SUM(A1:D1)=1,1,0)": ([0.7, 0.1, 0.1, 0.1], 1),
    "=INT(A1/B1)": ([0.6, 0.2], 3),
    "=INT(A1*100)": ([0.29], 29),
    "=IF(A1+B1=C1,1,0)": ([0.1, 0.2, 0.3], 1),
    "=1/(A1+B1-C1)": ([0.1, 0.2, 0.3], "#DIV/0!"),
    "=MOD(A1,B1)": ([1, 0.1], 0),
}
"""The same six with the numbers of that trial, and what LibreOffice gives: as if it were exact."""


@pytest.mark.ci
def test_libreoffice_gives_what_the_report_calls_exact_arithmetic(tmp_path):
    skip_without("libreoffice")
    book, wanted = openpyxl.Workbook(), {}
    for number, (formula, (values, exact)) in enumerate(GIVEN.items()):
        sheet = book.create_sheet(f"Given{number}")
        for column, value in enumerate(values, start=1):
            sheet.cell(1, column, value)
        sheet["A2"], wanted[sheet.title] = formula, exact
    for number, (cell, array) in enumerate(EXAMPLES.values()):
        (edge,) = found(stated(cell, array), v=VALUES)
        sheet = book.create_sheet(f"Found{number}")
        for address, value in edge.inputs.items():
            sheet[address.removeprefix("Model!")] = value
        sheet["A2"], wanted[sheet.title] = edge.formula, edge.values["exact arithmetic"]
    book.save(tmp_path / "edges.xlsx")
    with load("libreoffice", tmp_path / "edges.xlsx") as recalculate:
        values = recalculate({})
    assert {title: values[title].at(2, 1) for title in wanted} == wanted


@pytest.mark.ci
def test_gnumeric_differs_from_formualizer_on_such_an_edge(tmp_path):
    skip_without("gnumeric")
    book = openpyxl.Workbook()
    book.active["A1"], book.active["A2"] = 0.29, "=INT(A1*100)"
    book.save(tmp_path / "edge.xlsx")
    got = {}
    for engine in ("gnumeric", "formualizer"):
        with load(engine, tmp_path / "edge.xlsx") as recalculate:
            got[engine] = recalculate({})["Sheet"].at(2, 1)
    assert got == {"gnumeric": 29, "formualizer": 28}


ROW = xlnn.Axis("row", 6)

SAME_EVERYWHERE = {
    "a typed number": "=IF({v[0]}=1,1,0)",
    "two typed numbers": "=IF({v[0]}={v[1]},1,0)",
    "a copy": "=IF(MAX({v[:]})={v[0]},1,0)",
    "rounded numbers": "=IF(ROUND({v[0]}+{v[1]},9)=ROUND({v[2]},9),1,0)",
    "a rounded product": "=INT(ROUND({v[0]}*100,9))",
    "a whole part": "=INT({v[0]})",
    "half of a typed number": "=INT({v[0]}/2)",
    "a remainder of a typed number": "=MOD({v[0]},2)",
    "a choice": "=IF({kind}=2,{v[0]},{v[1]})",
    "a sum of choices": "=IF({kind}+1=3,{v[0]},{v[1]})",
    "a digit": "=MOD(INT(({kind}-1)/2),2)",
    "a count": "=IF(COUNT({v[:]})=3,1,0)",
    "a sum of counts": "=IF((({v[0]}>0)+({v[1]}>0)+0)*1=2,1,0)",
    "its place": "=MATCH(MAX({v[:]}),{v[:]},0)",
    "how many are equal": "=COUNTIF({v[:]},{v[0]})",
    "how many are larger": '=COUNTIF({v[:]},">"&({v[0]}+{v[1]}))',
    "a smaller one": "=IF({v[0]}<{v[1]},1,0)",
    "a rectified sum": "=IF({v[0]}+{v[1]}-{v[2]}>0,{v[0]}+{v[1]}-{v[2]},0)",
    "a hinge": "=MAX(0,1-{v[0]}*{v[1]})",
    "a positive divisor": "=1/(1+EXP(-{v[0]}-{v[1]}))",
    "a sum of squares": "={v[0]}/(1+SUMSQ({v[:]}))",
}
"""Formulas that all programs compute alike, however their inputs are."""


@pytest.mark.parametrize("example", SAME_EVERYWHERE)
def test_what_all_programs_compute_alike_says_nothing_and_has_no_edge(example):
    cell = SAME_EVERYWHERE[example]
    array = (lambda v, kind: 0 * v[0] * kind) if "kind" in cell else (lambda v: 0 * v[0])
    y = xlnn.Quantity("y", sheet="Model", equation=xlnn.Stated(array, cell))
    model = xlnn.Model((xlnn.Quantity("v", shape=(3,), sheet="Model"), KIND, y))
    check_last_digits(layout_of_model(model))
    assert found(model, v=VALUES, kind=2) == ()


def in_two_cells(**said):
    """Return a model whose sum has a cell of its own."""
    total = xlnn.Stated(lambda v: v.sum(), "=SUM({v[:]})")
    whole = xlnn.Stated(lambda s: 1.0 * (s == 1), "=IF({s}=1,1,0)", **said)
    return xlnn.Model((
        xlnn.Quantity("v", shape=(3,), sheet="Model"),
        xlnn.Quantity("s", sheet="Model", equation=total),
        xlnn.Quantity("y", sheet="Model", equation=whole),
    ))  # fmt: skip


def test_a_number_computed_in_another_cell_counts_as_computed():
    with pytest.raises(DataError, match=r"^The cell of y gives .* compares computed numbers"):
        check_last_digits(layout_of_model(in_two_cells()))
    (edge,) = found(in_two_cells(discontinuous=True), v=VALUES)
    assert sum(map(Fraction, map(str, edge.inputs.values()))) == 1
    assert sum(edge.inputs.values()) != 1
    assert (edge.values["NumPy"], edge.values["exact arithmetic"]) == (0, 1)


def test_a_counter_is_whole_and_a_share_that_grows_is_not():
    step = xlnn.Axis("step", 5, "up")

    def model(by):
        grows = xlnn.Stated(lambda before: before + by, f"={{before}}+{by}")
        tenth = xlnn.Stated(lambda n: 1.0 * (n == 3), "=IF({n}=3,1,0)")
        before = {"before": xlnn.previous("n", start=0.0)}
        return xlnn.Model((
            xlnn.Quantity("n", axes=(step,), equation=grows, uses=before),
            xlnn.Quantity("y", axes=(step,), equation=tenth),
        ))  # fmt: skip

    check_last_digits(layout_of_model(model(1)))
    with pytest.raises(DataError, match=r"^The cell of y gives"):
        check_last_digits(layout_of_model(model(0.1)))


def test_a_check_with_the_model_refuses_it_too(tmp_path, monkeypatch):
    model = stated(*EXAMPLES["an equality"])
    with monkeypatch.context() as before:
        before.setattr("xlnn.building.proof.check_last_digits", lambda _: None)
        path = xlnn.workbook(model, {"v": VALUES}, tmp_path / "y.xlsx").path
    with pytest.raises(DataError, match=r"^The cell of y gives .* set discontinuous=True"):
        xlnn.check(path, model=model)


def test_a_restated_formula_is_tried_as_well(tmp_path):
    rounded = xlnn.Stated(
        lambda v: np.floor(np.round(v * 100, 9)), "=INT(ROUND({v}*100,9))", discontinuous=True
    )
    model = xlnn.Model((
        xlnn.Quantity("v", axes=(ROW,), sheet="Model"),
        xlnn.Quantity("y", axes=(ROW,), sheet="Model", equation=rounded),
    ))  # fmt: skip
    values = [0.123, 0.456, 0.789, 0.321, 0.654, 0.987]
    path = xlnn.workbook(model, {"v": values}, tmp_path / "y.xlsx").path
    assert xlnn.check(path, model=model).edges == ()
    book = openpyxl.load_workbook(path)
    cells = [cell for (cell,) in book["Model"]["C4:C9"]]
    assert [cell.value for cell in cells[:2]] == ["=INT(ROUND(B4*100,9))", "=INT(ROUND(B5*100,9))"]
    for cell in cells[:2]:
        cell.value = f"=INT(B{cell.row}*100)"
    book.save(path)
    report = xlnn.check(path, model=model, probes=0)
    assert report.agrees
    assert [each.cell for each in report.restated] == ["Model!C4", "Model!C5"]
    (edge,) = report.edges  # two that differ only in their cells have one
    assert edge.cell == "Model!C4"
    hundredths = round(edge.inputs["Model!B4"] * 100)
    assert edge.values["exact arithmetic"] == edge.values["NumPy"] == hundredths
    assert edge.values["formualizer"] == edge.values["ironcalc"] == hundredths - 1


PARTS = {
    "=IF({}=0,1,0)": lambda x: x == 0,
    "=IF({}<>0,0,1)": lambda x: x == 0,
    "=IF({}>0,1,0)": lambda x: x > 0,
    "=IF(0<={},1,0)": lambda x: x >= 0,
    "=SIGN({})": lambda x: (x > 0) - (x < 0),
    "=INT(10*({}))": lambda x: (10 * x).__floor__(),
    "=MOD({},0.1)": lambda x: x % (x.__class__(1) / 10),
}
"""What may be done with a number, in a formula and in Python."""

decimals = st.integers(1, 99).map(lambda n: Fraction(n, 10))


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(sorted(PARTS)), st.lists(decimals, min_size=3, max_size=3), st.booleans())
def test_each_edge_is_one_in_exact_fractions(part, factors, is_product):
    one, two, three = factors
    terms = f"{{v[0]}}*{float(one)}+{{v[1]}}*{float(two)}-{{v[2]}}*{float(three)}"
    cell = part.format(f"{terms}*{{v[0]}}" if is_product else terms)
    seen = found(stated(cell, lambda v: 0 * v[0], discontinuous=True), v=VALUES)
    for edge in seen:
        a, b, c = (Fraction(str(edge.inputs[f"Model!{at}7"])) for at in "ABC")
        number = a * one + b * two - c * three * (a if is_product else 1)
        assert edge.values["exact arithmetic"] == float(PARTS[part](number))
        assert differ(edge.values["formualizer"], edge.values["exact arithmetic"])


@pytest.mark.parametrize("part", PARTS)
def test_an_edge_is_found_of_each_kind_of_part(part):
    (edge,) = found(stated(part.format("{v[0]}*0.3+{v[1]}-{v[2]}"), lambda v: 0 * v[0]), v=VALUES)
    assert differ(edge.values["formualizer"], edge.values["exact arithmetic"])


def test_inputs_on_an_edge_are_those_that_a_cell_takes():
    share = xlnn.Quantity("share", between=(0.5, 0.9), sheet="Model")
    part = xlnn.Stated(lambda share, kind: np.floor(share * kind * 10), "=INT({share}*{kind}*10)",
                       discontinuous=True)  # fmt: skip
    y = xlnn.Quantity("y", sheet="Model", equation=part)
    for edge in found(xlnn.Model((share, KIND, y)), share=0.5, kind=1):
        first, second = edge.inputs.values()
        assert 0.5 <= first <= 0.9
        assert second in {1, 2, 3}


def test_a_formula_as_deep_as_an_engine_reads_is_judged():
    terms = "+".join(f"{{v[0]}}*{n}" for n in range(1, 250))
    with pytest.raises(DataError, match=r"^The cell of y gives"):
        check_last_digits(layout_of_model(stated(f"=IF({terms}=1,1,0)", lambda v: 0 * v[0])))
    found(stated(f"=IF({terms}=1,1,0)", lambda v: 0 * v[0]), v=VALUES)


ODD = {
    "no argument": "=INT()",
    "a text": '=IF({v[0]}+{v[1]}="a",1,0)',
    "a sum with a text": '=INT({v[0]}*"a")',
    "an error": "=INT(1/({v[0]}-{v[0]}))",
    "a range": "=INT({v[:]}*3)",
    "another function": '=INT({v[0]}*3)&TEXT({v[0]},"0")',
    "a huge power": "=INT((((({v[0]}^64)^64)^64)^64)^64)",
    "squares of squares": f"=INT({'SUMSQ(' * 60}{{v[0]}}{')' * 60})",
    "rounded to very many places": "=1/(ROUND({v[0]}+{v[1]},{v[0]}*10^9)-{v[2]}*3)",
    "a number too large": "=INT(10^308*{v[0]}*1000)",
    "nothing typed": "=INT(0.1*3*10)",
}


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_formula_stops_neither_the_rule_nor_the_search(odd):
    model = stated(ODD[odd], lambda v: 0 * v[0], discontinuous=True)
    for edge in found(model, v=VALUES):
        assert differ(edge.values["NumPy"], edge.values["exact arithmetic"])


QUICK = {
    **dict.fromkeys(("neuron", "costs", "clusters", "sequences", "slopes", "xor-layers")),
    **dict.fromkeys(("first", "xor", "digits", "q-learning", "embeddings", "rnn", "lstm"), 2),
    **dict.fromkeys(("cnn", "iris", "transformer", "diabetes"), 2),
}
"""Templates and their epochs, none where they are as they are."""


@pytest.mark.first(2)
@pytest.mark.parametrize("name", QUICK)
def test_our_own_statements_say_that_they_jump_and_round_before_they_decide(name):
    source = source_of_template(name)
    plan = planned(source, Options(epochs=QUICK[name]))
    check_last_digits(plan.layout)
    assert edges(Deciders(plan.layout), reference.run(plan.layout.model, plan.cells)) == ()


def test_the_command_shows_edges_and_exits_with_0(tmp_path, monkeypatch):
    path = xlnn.build("first", tmp_path / "first.xlsx", epochs=1).path
    edge = found(stated(*EXAMPLES["an equality"]), v=VALUES)
    monkeypatch.setattr("xlnn.checking.check.edges", lambda *_: edge)
    done = CliRunner().invoke(cli, ["check", str(path)])
    assert done.exit_code == 0
    assert "all agree with NumPy except on an edge" in done.output
    assert "1 formula jumps on an edge" in done.output
    done = CliRunner().invoke(cli, ["check", str(path), "--json"])
    assert json.loads(done.output)["edges"][0]["formula"] == edge[0].formula
