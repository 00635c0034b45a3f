"""Whether Excel would take one cell of a range is read from a formula's text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import LIBRARIES
from rewriting import edit

from xlnn.checking.check import check
from xlnn.loading.spec import layout_of, read_spec
from xlnn.registry.templates import names, template
from xlnn.workbooks import FIRST_KIND, kind_named
from xlnn.xlsx.forms import misread
from xlnn.xlsx.guard import FUNCTIONS
from xlnn.xlsx.name_substitution import Names
from xlnn.xlsx.range_shapes import intersection

OPERATORS = ("+", "-", "*", "/", "^", "&", "=", "<>", "<", ">", "<=", ">=")
RANGES = ("A1:A3", "$A$1:B$2", "Images!B4:M4", "'My sheet'!A1:B1", "A:A", "$1:$1", "A1:Images!A2")
SCALAR = sorted(
    FUNCTIONS
    - {"SUM", "AVERAGE", "COUNT", "MAX", "MIN", "SUMSQ", "AND", "SUMPRODUCT", "SUMXMY2", "SLOPE"}
    - {"LARGE"}
    - {"FALSE", "INTERCEPT", "STEYX", "COUNTIF", "COUNTIFS", "INDEX", "SUMIF", "PI", "TRUE"}
)


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("span", RANGES)
def test_an_operation_on_a_range_is_an_intersection_outside_sumproduct(operator, span):
    for term in (f"{span}{operator}B1", f"2{operator}{span}", f"{span}{operator}{span}"):
        assert intersection(f"={term}") == span
        assert intersection(f"=1+SUM({term},C1)") == span
        assert intersection(f"=IF(C1>0,MAX({term}),0)") == span
        assert intersection(f"=SUMPRODUCT({term})") is None
        assert intersection(f"=SUMPRODUCT(({term})*1,C1:C3)") is None
        assert intersection(f"=SUMPRODUCT(IF({term},1,0))") == span  # IF chooses once


@pytest.mark.parametrize("name", SCALAR)
@pytest.mark.parametrize("span", RANGES[:3])
def test_a_range_is_an_intersection_where_a_function_takes_one_value(name, span):
    assert intersection(f"={name}({span},1,1)") == span
    assert intersection(f"={name}(A1,1,1)") is None


@pytest.mark.parametrize(
    "formula",
    [
        *("=A1:A3", "=+A1:A3", "=-A1:A3", "=A1:A3%", "=(A1:A3)", "=IF(A1,A1:A3,0)", "=A:A"),
        *("=CHOOSE(1,A1:A3,B1)", "=COUNTIF(A1:A3,B1:B3)", "=INDEX(A1:B3,C1:C2,1)"),
        "=COUNTIFS(A1:A3,1,B1:B3,C1:C3)",
        *("=MATCH(A1:A3,B1:B3,0)", "=INDEX(A1:B3,0,1)", "=INDEX(A1:B3,,1)", "=A1:INDEX(A1:A9,2)"),
        *("={1,2,3}", "=SUM({1,2}*A1)", "=SUMIF(A1:A3,A1:A3,B1:B3)", "=A1:A3 A2:B2", "=ROW(A1:A2)"),
        *("=IFERROR(A1:A3,0)", "=SUM(IFERROR(A1:A3,0))", '="a"&A1:A3', "=SUM(-A1:A3)"),
    ],
)
def test_a_range_where_one_cell_belongs_is_an_intersection(formula):
    assert intersection(formula) is not None


@pytest.mark.parametrize(
    "formula",
    [
        *(
            "=A1",
            "=B4:B4",
            "=SUM(A1:A3,B1,C1:C2)",
            "=SUMXMY2(A1:A3,B1:B3)/2",
            "=SQRT(SUMSQ(A1:A3))",
        ),
        *("=MATCH(MAX(A1:A3),A1:A3,0)", "=INDEX(A1:A3,B1)", "=SUM(A1:INDEX(A1:A9,3))"),
        *("=SUM(INDEX(A1:B3,0,1))", "=SUM(IF(A1>0,A1:A3,B1:B3))", "=AND(A1:A3)", "=SUM({1,2,3})"),
        *("=SUMPRODUCT((A1:A3=2)*1,B1:B3)", "=SUMPRODUCT(EXP(A1:A3))", "=COUNTIF(A1:A3,B1)"),
        "=COUNTIFS(A1:A3,B1,B1:B3,2)",
        *("=SLOPE(A1:A3,B1:B3)", "=RANK(A1,A1:A3)", "=VLOOKUP(A1,A1:B3,2,FALSE)", "=1+", "=PI()"),
        *("=IFERROR(MATCH(64,A1:A3,0),0)", "=SUM((A1,B1:B2))", "=SUM(A1:A3 A2:B2)", "=AND()"),
    ],
)
def test_a_range_where_a_range_belongs_is_none(formula):
    assert intersection(formula) is None


@pytest.mark.parametrize(
    ("stands_for", "is_range"), [("Play!$C$6", False), ("Play!$C$6:$C$9", True)]
)
def test_a_name_is_what_it_stands_for(stands_for, is_range):
    names = Names({("", "rate"): "xlnn.eta", ("", "xlnn.eta"): stands_for}, ["Play", "S"])
    for formula in ("=2*rate", "=EXP(RATE)", "=rate"):
        assert (intersection(names.plain(formula, "S")) is not None) == is_range
    assert intersection(names.plain("=SUM(rate)", "S")) is None


@given(st.text(alphabet="=SUM(A1:B2),*+-&<>{}%\"'! $;", max_size=40))
@settings(max_examples=300)
def test_any_text_has_an_answer(text):
    intersection("=" + text)


@pytest.mark.parametrize("name", names())
@pytest.mark.first(5)
@pytest.mark.ci
def test_no_formula_of_a_template_is_computed_otherwise_by_excel(name):
    kind = kind_named(template(name).values.get("kind", FIRST_KIND))
    options = {"epochs": 2} if "epochs" in kind.options else {}
    made = kind.plan(kind.from_template(template(name)), options)
    assert_excel_computes_all(kind.layout(made.spec))


def assert_excel_computes_all(layout):
    for quantity in layout.model.quantities:
        if quantity.equation is not None:
            for column in layout.columns(quantity.name):
                first = (quantity.given, *(0 for _ in quantity.axes[1:]))[: len(quantity.axes)]
                formula = column.at(first)
                assert misread(formula) is None, formula


ALTERED = {
    "z2": lambda f: "=SUM(" + f[12:].replace(",", "*", 1),
    "C_T": lambda f: f.replace("SUM(", "SUM(0+"),
    "dC_db2": lambda f: f.replace("SUMPRODUCT(", "SUM(1*"),
    "a2": lambda f: f + "+0*SUM(Images!A4:A6*1)",
}


@pytest.mark.parametrize("engine", LIBRARIES)
@pytest.mark.parametrize("name", ALTERED)
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_formula_that_excel_computes_otherwise_is_wrong_though_the_engine_agrees(
    short_copy, name, engine
):
    layout = layout_of(read_spec(short_copy))
    index = tuple(1 for _ in layout.model[name].lengths)
    cell, formula = layout.cell(name, index), layout.formula(name, index)
    altered = ALTERED[name](formula)
    (wrong,) = check(edit(short_copy, {cell: altered}), engine).wrong
    assert (wrong.cell, wrong.formula) == (cell, altered)
    assert "one cell of" in wrong.reason
