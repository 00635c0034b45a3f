"""Forms of formulas that programs compute differently: they do, and what to write instead is
computed alike."""

import re
from functools import partial
from itertools import chain, takewhile
from pathlib import Path

import numpy as np
import pytest
from openpyxl import Workbook
from programs import skip_without

from xlnn.engines import ENGINES, load
from xlnn.errors import XlnnError
from xlnn.grid import CellError
from xlnn.xlsx.forms import FORMS, misread

CHECK = Path(__file__).parents[2] / "docs" / "check.md"

TOLERANCE = 1e-9
"""Relative: LibreOffice writes 15 digits, and sums may be in another order."""

DATA = ((1.25, 2, 2.5, 5), (0.5, 1, 0.5, 4), (2, 4, 1.5, 3), (3.5, 3, 3.5, 2), (0.75, 5, 0.75, 1))
"""The rows of the sheet D, from A1 on."""

EXAMPLES = {
    "ranges of different shapes": (("SUMPRODUCT(D!A1:A4,D!A1:D1)", "SUMPRODUCT(D!A1:A4,D!C1:C4)"),),
    "a range where a function takes one value": (
        ("SUMPRODUCT(TANH(D!A1:A2))", "TANH(D!A1)+TANH(D!A2)"),
        ("SUMPRODUCT(LN(D!A1:A5))", "LN(D!A1)+LN(D!A2)"),
        ("SUMPRODUCT(COS(D!A1:A5)*D!B1:B5)", "COS(D!A1)*D!B1"),
        ("SUM(ABS(D!A1:A5))", "SUM(ABS(D!A1),ABS(D!A2))"),
        ("ROUND(D!A1:A5,0)", "ROUND(D!A1,0)"),
        ("SUMPRODUCT(IF(D!A1:A5>1,2,0))", "SUMPRODUCT((D!A1:A5>1)*2)"),
        ("SUMPRODUCT(EXP({1,2}))", "EXP(1)+EXP(2)"),
        ("SUMPRODUCT(COUNTIF(D!A1:A5,D!C1:C5))", "COUNTIF(D!A1:A5,D!C1)"),
    ),
    "a truth value in SUMPRODUCT": (
        ("SUMPRODUCT(D!A1:A5=D!C1:C5)", "SUMPRODUCT((D!A1:A5=D!C1:C5)*1)"),
        ("SUMPRODUCT((D!A1:A5>1))", "SUMPRODUCT((D!A1:A5>1)*1)"),
        ("SUMPRODUCT(+(D!A1:A5>1),D!B1:B5)", "SUMPRODUCT((D!A1:A5>1)*1,D!B1:B5)"),
        ("SUMPRODUCT(D!B1:B5,D!B1:B5=D!B1:B5)", "SUMPRODUCT(D!B1:B5,(D!B1:B5=D!B1:B5)*1)"),
        ("SUMPRODUCT(AND(D!A1>1,D!B1>1))", "SUMPRODUCT(AND(D!A1>1,D!B1>1)*1)"),
        ("SUMPRODUCT(TRUE)", "SUMPRODUCT(TRUE*1)"),
        ("SUMPRODUCT({1,2},{TRUE,TRUE})", "SUMPRODUCT({1,2},{1,1})"),
        ("SUMPRODUCT(IF(D!A1>1,D!A1:A5>1,D!A1:A5))", "SUMPRODUCT(IF(D!A1>1,D!A1:A5,D!B1:B5))"),
    ),
    "a truth value in place of a number or a text": (
        ("SUM(D!A1>1)", "SUM((D!A1>1)*1)"),
        ("COUNT(D!A1>1)", "COUNT((D!A1>1)*1)"),
        ("AVERAGE(D!A1>1,D!A2>1)", "AVERAGE((D!A1>1)*1,(D!A2>1)*1)"),
        ("MAX(D!A1>1,0)", "MAX((D!A1>1)*1,0)"),
        ("MIN(D!A1>1,5)", "MIN((D!A1>1)*1,5)"),
        ("SUMSQ(AND(D!A1>1),2)", "SUMSQ(AND(D!A1>1)*1,2)"),
        ("LARGE(D!B1:B5,D!A1>1)", "LARGE(D!B1:B5,(D!A1>1)*1)"),
        ("COUNTIF(D!B1:B5,D!A1>1)", "COUNTIF(D!B1:B5,(D!A1>1)*1)"),
        ("SUMIF(D!B1:B5,TRUE,D!A1:A5)", "SUMIF(D!B1:B5,TRUE*1,D!A1:A5)"),
        ("MATCH(D!A1>1,D!B1:B5,0)", "MATCH((D!A1>1)*1,D!B1:B5,0)"),
        ("VLOOKUP(D!A1>1,D!B1:C5,2,FALSE)", "VLOOKUP((D!A1>1)*1,D!B1:C5,2,FALSE)"),
        ("CHOOSE(D!A1>1,5,6)", "CHOOSE((D!A1>1)*1,5,6)"),
        ('TEXT(D!A1>1,"0")', 'TEXT((D!A1>1)*1,"0")'),
        ('(D!A1>1)&""', '(D!A1>1)*1&""'),
    ),
    "signs before a truth value": (
        ("SUMPRODUCT(--(D!A1:A5=D!C1:C5))", "SUMPRODUCT((D!A1:A5=D!C1:C5)*1)"),
        ("SUM(--(D!A1>1))", "SUM((D!A1>1)*1)"),
        ("--(D!A1>1)", "(D!A1>1)*1"),
        ("-(D!A1>9)", "0-(D!A1>9)"),
    ),
    "a truth value compared with a number": (
        ("IF(D!A2<D!A1<D!A3,1,0)", "IF(AND(D!A2<D!A1,D!A1<D!A3),1,0)"),
        ("IF(D!A1>D!A2>D!A3,1,0)", "IF((D!A1>D!A2)*1>D!A3,1,0)"),
        ("IF((D!A1>1)=1,1,0)", "IF((D!A1>1)*1=1,1,0)"),
        ("IF(D!A2=D!C2=D!B2,1,0)", "IF((D!A2=D!C2)*1=D!B2,1,0)"),
    ),
    "a text in place of a number": (
        ('SUM("5",D!A1)', "SUM(5,D!A1)"),
        ('MAX("5",D!A1)', "MAX(5,D!A1)"),
        ('COUNT("5",D!A1)', "COUNT(5,D!A1)"),
        ('AVERAGE("5",D!A1)', "AVERAGE(5,D!A1)"),
        ('SUMPRODUCT("5",D!A1)', "SUMPRODUCT(5*D!A1)"),
        ('SUM(TEXT(D!A1,"0"),1)', 'SUM(TEXT(D!A1,"0")*1,1)'),
        ('SUM(IF(D!A1>2,1,""),2)', "SUM(IF(D!A1>2,1,0),2)"),
        ('IF("1",1,0)', "IF(1,1,0)"),
        ('LARGE(D!B1:B5,"2")', "LARGE(D!B1:B5,2)"),
    ),
    "a single cell in place of a range": (
        ("COUNTIF(D!A1,1)", "COUNTIF(D!A1:A1,1)"),
        ("SUMIF(D!A1,1.25,D!B1)", "SUMIF(D!A1:A1,1.25,D!B1:B1)"),
        ("MATCH(1.25,D!A1,0)", "MATCH(1.25,D!A1:A1,0)"),
        ("SUMXMY2(D!A1,D!B1)", "SUMXMY2(D!A1:A1,D!B1:B1)"),
    ),
    "CHOOSE in place of a value to find": (
        ("MATCH(CHOOSE(D!B2,D!A3,D!A4),D!A1:A5,0)", "MATCH(IF(D!B2=1,D!A3,D!A4),D!A1:A5,0)"),
        ("COUNTIF(D!A1:A5,CHOOSE(1,D!A3,2)*1)", "COUNTIF(D!A1:A5,IF(1=1,D!A3,2)*1)"),
        ("COUNT(CHOOSE(1,D!A3,2)/2)", "COUNT(IF(1=1,D!A3,2)/2)"),
    ),
    "INDEX with one position": (
        ("INDEX(D!A1:D1,2)", "INDEX(D!A1:D1,1,2)"),
        ("INDEX(D!A1:D1,MATCH(5,D!A1:D1,0))", "INDEX(D!A1:D1,1,MATCH(5,D!A1:D1,0))"),
        ("INDEX(D!A1:B5,2)", "INDEX(D!A1:B5,2,1)"),
    ),
    "INDEX of a whole row or column": (
        ("SUM(INDEX(D!A1:B5,0,2))", "SUM(D!B1:B5)"),
        ("SUM(INDEX(D!A1:B5,2,))", "SUM(D!A2:B2)"),
    ),
    "a power of a power": (
        ("2^3^2", "(2^3)^2"),
        ("D!B1^-1^2", "(D!B1^(-1))^2"),
        ("SUM(D!A1:A2)^2^D!B5", "(SUM(D!A1:A2)^2)^D!B5"),
    ),
    "LARGE with a rank that is not whole": (
        ("LARGE(D!B1:B5,1.5)", "LARGE(D!B1:B5,ROUND(1.5,0))"),
        ("LARGE(D!B1:B5,COUNT(D!B1:B5)/2)", "LARGE(D!B1:B5,ROUND(COUNT(D!B1:B5)/2,0))"),
    ),
    "an empty argument": (
        ("MAX(,-1)", "MAX(0,-1)"),
        ("AVERAGE(D!A1,,D!B1)", "AVERAGE(D!A1,0,D!B1)"),
        ("MATCH(1,D!B1:B5,)", "MATCH(1,D!B1:B5,0)"),
        ("COUNT(IF(D!A1>1,,2),1)", "COUNT(IF(D!A1>1,0,2),1)"),
    ),
    "a computed range": (
        ("SUM(D!A1:INDEX(D!A1:A5,3,1))", "SUM(D!A1:A3)"),
        ("SUM(D!A1:D!A5)", "SUM(D!A1:A5)"),
        ("SUM((D!A1:A2,D!B1:B2))", "SUM(D!A1:A2,D!B1:B2)"),
        ("SUM(D!A1:A2 D!A2:B2)", "SUM(D!A2)"),
    ),
    "a range in which Excel uses only one cell": (
        ("SUM(D!A1:A5*2)", "SUMPRODUCT(D!A1:A5*2)"),
        ("MAX(D!A1:A5-D!C1:C5)", "MAX(D!A1-D!C1,D!A2-D!C2)"),
    ),
}
"""For each form formulas that have it, and formulas that say the same, or the like, without it."""

ALIKE = (
    *("(D!A1>1)*1", "(D!A1>1)+(D!A2>1)", "(D!A1>1)*-2+1", "1-(D!A1>1)", "(D!A1>1)%", "ABS(D!A1>1)"),
    *("IF(AND(D!A1>1,TRUE),1,0)", "IF((D!A1>1)=(D!B1>1),1,0)", "AND(D!A1:A5)*1", "ROUND(D!A1>1,0)"),
    *("SUMPRODUCT(-(D!A1:A5>1))", "SUMPRODUCT((D!A1:A5>1)*D!B1:B5)", "SUM(-(D!A1>1))"),
    *("SUMPRODUCT((D!A1:A5>1)^2,D!B1:B5)", "SUMPRODUCT(D!A1:A5*MAX(D!B1:B5))", "FIXED(D!A1>1,0)"),
    *("SUMPRODUCT(((D!A1:A5>1)=(D!B1:B5>1))*1)", "IF(ISBLANK(D!A1),1,0)", "INDEX(D!A1:A5,2)"),
    *("INDEX(D!A1:B5,2,2)", "(2^3)^2", "2^(3^2)", "2^2*3^2", "2^SUM(D!A1^2)", "(D!A1+D!B1)^2"),
    *("LARGE(D!B1:B5,2)", "LARGE(D!B1:B5,COUNT(D!B1:B5)-1)", 'IF("a"="A",1,0)', '"5"*1+D!A1'),
    *("SUM(IF(D!A1>1,D!A1:A3,D!B1:B3))", "SUM(CHOOSE(2,D!A1:A5,D!B1:B5))", "MAX({1,2})"),
    *("COUNTIF(D!A1:A5,CHOOSE(1,0.5,2))", 'COUNTIF(D!A1:A5,">"&D!A2)', "MATCH(2,{1,2},0)"),
    *("SUM(D!A1:A1)", "SUMPRODUCT(D!A1,D!B1)", "TANH(D!A1:A1)", "SUMPRODUCT(D!A1:A5%,-D!B1:B5)"),
)
"""Formulas like those, which all engines compute alike."""


def grid_of(engine, formulas, path, cells=None):
    """Return what an engine computes, by formula; None where it cannot read one.

    The formulas are on a sheet of their own, with some cells.
    """
    left, found = list(dict.fromkeys(formulas)), {}
    while True:
        book = Workbook()
        book.active.title = "D"
        for row in DATA:
            book["D"].append(row)
        sheet = book.create_sheet("F")
        for cell, number in (cells or {}).items():
            sheet[cell] = number
        for row, formula in enumerate(left, start=20):
            sheet.cell(row, 9, f"={formula}")
        book.save(path)
        try:
            grid = load(engine, path)({})["F"]
        except XlnnError as error:
            unread = re.search(r"F!I(\d+)", str(error))
            found[left.pop(int(unread[1]) - 20)] = None
            continue
        return found | {formula: grid.at(row, 9) for row, formula in enumerate(left, start=20)}


@pytest.fixture(scope="module")
def values(tmp_path_factory):
    """Return what each engine computes of the formulas, by formula and engine."""
    formulas = [*chain(*chain(*EXAMPLES.values())), *ALIKE]
    path = tmp_path_factory.mktemp("forms") / "forms.xlsx"
    grids = {}
    for engine in ENGINES:
        skip_without(engine)
        grids[engine] = grid_of(engine, formulas, path)
    return {formula: {e: grid[formula] for e, grid in grids.items()} for formula in formulas}


def is_error(value):
    """Return whether a value is an error."""
    return isinstance(value, CellError)


def alike(found):
    """Return whether engines computed the same number or text."""
    first, *others = found.values()
    if isinstance(first, str | bool | None):
        return not is_error(first) and all(
            type(other) is type(first) and other == first for other in others
        )
    return all(
        isinstance(other, float) and abs(other - first) <= TOLERANCE * max(1, abs(first))
        for other in others
    )


def test_every_form_has_examples():
    assert list(EXAMPLES) == [form.name for form in FORMS]


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_form_is_found_in_its_examples_and_not_in_what_to_write_instead(name):
    for formula, instead in EXAMPLES[name]:
        assert misread(f"={formula}").form.name == name
        assert misread(f"={instead}") is None


@pytest.mark.parametrize("formula", ALIKE)
def test_a_formula_that_programs_compute_alike_has_no_form(formula):
    assert misread(f"={formula}") is None


@pytest.mark.ci
@pytest.mark.parametrize("name", EXAMPLES)
def test_programs_compute_the_form_differently_and_the_other_alike(name, values):
    for formula, instead in EXAMPLES[name]:
        assert not alike(values[formula]), f"{formula} is no such form: {values[formula]}"
        assert alike(values[instead]), f"{instead}: {values[instead]}"


@pytest.mark.ci
def test_programs_compute_formulas_without_a_form_alike(values):
    assert [(formula, values[formula]) for formula in ALIKE if not alike(values[formula])] == []


def rows_of(heading):
    """Return the rows of a table of docs/check.md, each as its cells."""
    _, _, table = CHECK.read_text(encoding="utf-8").partition(f"\n| {heading} |")
    lines = takewhile(lambda line: line.startswith("|"), table.splitlines()[2:])
    return [[cell.strip(" `") for cell in line[2:-2].split(" | ")] for line in lines]


def test_the_documents_show_every_form():
    first = {
        name: [text.replace("D!", "") for text in pairs[0]] for name, pairs in EXAMPLES.items()
    }
    assert rows_of("A formula with") == [[name, *pair] for name, pair in first.items()]


@pytest.mark.ci
def test_the_documents_show_what_each_engine_computes_otherwise(tmp_path):
    table = rows_of(" | ".join(("A formula", *(f"`{engine}`" for engine in ENGINES))))
    shown = {formula: dict(zip(ENGINES, values, strict=True)) for formula, *values in table}
    assert shown
    for engine in ENGINES:
        skip_without(engine)
        cells = {"A1": 1.5, "A2": 0, "B1": 3, "B2": 2, "B3": 1}
        found = grid_of(engine, shown, tmp_path / "shown.xlsx", cells)
        for formula, value in found.items():
            text = (
                "refused" if value is None else f"{value:g}" if isinstance(value, float) else value
            )
            assert shown[formula][engine] == text, (formula, engine)
    assert all(len(set(values.values())) > 1 for values in shown.values())
    assert [formula for formula in shown if misread(f"={formula}")] == []


class RandomFormulas:
    """Draws formulas of all forms that the cells of `DATA` allow.

    Numbers are cells, operations, functions of single values and of ranges, powers, look-ups, and
    truth values and texts in places where a number is expected; no number is rounded.
    """

    LINES = (tuple(f"D!{c}1:{c}5" for c in "ABCD"), tuple(f"D!A{r}:D{r}" for r in range(1, 6)))
    CELLS = tuple(f"D!{cell}" for cell in ("A1", "B2", "C3", "D4", "A5"))

    def __init__(self, generator):
        self.generator = generator

    def formula(self):
        """Draw a formula, in which all ranges are columns, or all are rows."""
        self.lines = self.one(*self.LINES)
        return f"={self.number()}"

    def one(self, *options):
        """Draw an option; a function draws a part of a formula."""
        option = options[int(self.generator.integers(len(options)))]
        return option() if callable(option) else option

    def number(self, depth=3):
        """Draw a number."""
        if depth == 0:
            return self.one(*self.CELLS, "2", "0.5", "3")
        each = partial(self.number, depth - 1)
        truth, cells = partial(self.truth, depth - 1), partial(self.range, depth - 1)
        text = partial(self.one, '"5"', '("1"&"2")', 'REPT("1",2)')
        line = partial(self.one, *self.lines)
        some = partial(self.one, each, each, each, truth)
        count = self.generator.integers(1, 3)
        several = (self.one(each, line, truth, cells, text) for _ in range(count))
        template = self.one(
            "{each}{sign}{each}", "({each}{sign}{each})", "{minus}{each}", "({truth})*1",
            "{text}*1", "{single}({any})", "{sum}({several})", "{sum}({several})",
            "IF({truth},{some},{some})", "INDEX({line},1{and_at})", "SUMPRODUCT({cells})",
            "SUMPRODUCT({cells},{cells})", "({each})^2", "2^{each}^2", "({each})%",
            "LARGE({line},{rank})", "COUNTIF({line},{some})", "CHOOSE({at},{some},{each})",
            "IFERROR(MATCH({some},{line},0),0)", "MAX({each},,{each})",
        )  # fmt: skip
        drawn = {
            "each": each, "truth": truth, "text": text, "line": line, "cells": cells, "some": some,
            "any": lambda: self.one(each, each, truth, cells),
            "several": lambda: ",".join(several),
            "sign": lambda: self.one("+", "-", "*", "/"), "minus": lambda: self.one("-", "+", "--"),
            "single": lambda: self.one("ABS", "COS", "SIN", "TANH"),
            "at": lambda: self.one("1", "2"),
            "sum": lambda: self.one("SUM", "MAX", "MIN", "AVERAGE", "COUNT", "SUMSQ"),
            "and_at": lambda: self.one("", ",1", ",0"), "rank": lambda: self.one("1", "2", "1.5"),
        }  # fmt: skip
        return re.sub(r"\{(\w+)\}", lambda found: drawn[found[1]](), template)

    def truth(self, depth=2):
        """Draw a truth value."""
        if depth <= 0:
            return self.one("D!A1>D!B2", "D!A1<D!C3", "D!A1=D!A1", "TRUE")
        number, truth = partial(self.number, depth - 1), partial(self.truth, depth - 1)
        return self.one(
            lambda: f"{number()}>{number()}", lambda: f"AND({truth()},{truth()})",
            lambda: f"({truth()})=({truth()})", lambda: f"{number()}<{number()}<{number()}",
        )  # fmt: skip

    def range(self, depth=2):
        """Draw a range, or a computation with ranges of one shape."""
        if depth <= 0:
            return self.one(*self.lines)
        cells = partial(self.range, depth - 1)
        return self.one(
            cells, lambda: f"({cells()}+{cells()})", lambda: f"({cells()}>{cells()})",
            lambda: f"-{cells()}", lambda: f"--{cells()}", lambda: f"({cells()}=0.5)*1",
            lambda: f"TANH({cells()})", lambda: f"IF(D!A1>1,{cells()},{cells()})",
            lambda: f"{cells()}*{self.number(depth - 1)}",
        )  # fmt: skip


@pytest.mark.ci
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.first(1)
def test_random_formulas_without_a_form_are_computed_alike(seed, tmp_path):
    """What this finds is a new row of the table."""
    drawn = RandomFormulas(np.random.default_rng(seed))
    formulas = {}
    while len(formulas) < 400:
        formula = drawn.formula()
        if len(formula) < 200 and misread(formula) is None:
            formulas[formula[1:]] = {}
    for engine in ENGINES:
        skip_without(engine)
        for formula, value in grid_of(engine, formulas, tmp_path / "random.xlsx").items():
            formulas[formula][engine] = value
    computed = {f: v for f, v in formulas.items() if not all(map(is_error, v.values()))}
    assert len(computed) > 200
    assert {f: values for f, values in computed.items() if not alike(values)} == {}


@pytest.mark.ci
def test_the_random_formulas_have_every_form_but_those_of_two_ranges():
    drawn, found = RandomFormulas(np.random.default_rng(0)), set()
    for _ in range(4_000):
        form = misread(drawn.formula())
        found |= {form and form.form.name}
    missing = {"ranges of different shapes", "a computed range"}
    missing |= {"a single cell in place of a range"}
    assert {form.name for form in FORMS} - found == missing
