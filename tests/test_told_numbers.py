"""A number in a sentence reads as a person would write it, in every engine."""

import re

import pytest
from openpyxl import Workbook
from programs import skip_without

from xlnn.engines import ENGINES, load
from xlnn.equations.number import (
    factor_formula,
    factor_text,
    fixed,
    fixed_formula,
    fixed_text,
    share_formula,
    share_text,
    short_formula,
    short_text,
    significant_formula,
    significant_text,
)
from xlnn.equations.sentences import Told
from xlnn.errors import DataError

WRITTEN = {
    0: ("0.000", "0.000", "0"),
    1: ("1.000", "1.000", "1"),
    -0.327: ("−0.327", "(−0.327)", "−0.327"),
    0.1 + 0.2: ("0.300", "0.300", "0.3"),
    -0.0004: ("−4 × 10⁻⁴", "(−4 × 10⁻⁴)", "−0.0004"),
    0.0006: ("0.001", "0.001", "0.0006"),
    0.0001: ("1 × 10⁻⁴", "1 × 10⁻⁴", "0.0001"),
    0.00009996: ("1 × 10⁻⁴", "1 × 10⁻⁴", "1 × 10⁻⁴"),
    -1.26e-8: ("−1.26 × 10⁻⁸", "(−1.26 × 10⁻⁸)", "−1.26 × 10⁻⁸"),
    1e-12: ("1 × 10⁻¹²", "1 × 10⁻¹²", "1 × 10⁻¹²"),
    999999.25: ("999999.250", "999999.250", "999999.25"),
    1048576: ("1.05 × 10⁶", "1.05 × 10⁶", "1048576"),
    123456789.125: ("1.23 × 10⁸", "1.23 × 10⁸", "123456789.125"),
    9.98e10: ("9.98 × 10¹⁰", "9.98 × 10¹⁰", "9.98 × 10¹⁰"),
    9.996e10: ("1 × 10¹¹", "1 × 10¹¹", "1 × 10¹¹"),
    1e15: ("1 × 10¹⁵", "1 × 10¹⁵", "1 × 10¹⁵"),
    952751807406.842: ("9.53 × 10¹¹", "9.53 × 10¹¹", "9.53 × 10¹¹"),
    -2.18e23: ("−2.18 × 10²³", "(−2.18 × 10²³)", "−2.18 × 10²³"),
    1e98: ("1 × 10⁹⁸", "1 × 10⁹⁸", "1 × 10⁹⁸"),
}
"""With three decimals, as a factor, and without zeros at the end."""

TARGETS = {0: "0", 1: "1", 0.25: "0.25", -2: "(−2)", 1e-9: "1 × 10⁻⁹"}
"""As factors without digits."""


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_writes_a_number_in_a_sentence_alike(engine, tmp_path):
    skip_without(engine)
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "S"
    rows = [(number, *texts) for number, texts in WRITTEN.items()]
    for row, (number, *_) in enumerate(rows, start=1):
        sheet.cell(row, 1, number)
        for column, how in enumerate((fixed_formula, factor_formula, short_formula), start=2):
            sheet.cell(row, column, "=" + how(f"A{row}"))
    for row, number in enumerate(TARGETS, start=1):
        sheet.cell(row, 6, number)
        sheet.cell(row, 7, "=" + factor_formula(f"F{row}", 0))
    workbook.save(tmp_path / "numbers.xlsx")
    values = load(engine, tmp_path / "numbers.xlsx")({})["S"]
    got = [tuple(values.at(row, column) for column in (2, 3, 4)) for row in range(1, len(rows) + 1)]
    assert got == [*WRITTEN.values()]
    assert [values.at(row, 7) for row in range(1, len(TARGETS) + 1)] == [*TARGETS.values()]


def test_python_writes_a_number_as_the_formulas_do():
    for number, texts in WRITTEN.items():
        assert (fixed_text(number), factor_text(number), short_text(number)) == texts
    assert {number: factor_text(number, 0) for number in TARGETS} == TARGETS
    assert {number: significant_text(number) for number in SIGNIFICANT} == SIGNIFICANT


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.slow
def test_every_engine_writes_random_numbers_as_python_does(engine, tmp_path, generator):
    skip_without(engine)
    forms = (
        (fixed_formula, fixed_text, 3),
        (fixed_formula, fixed_text, 0),
        (factor_formula, factor_text, 0),
    )
    forms += (
        (short_formula, short_text, 6),
        (short_formula, short_text, 1),
        (significant_formula, significant_text, 4),
    )
    numbers = generator.choice([-1, 1], 60) * 10.0 ** generator.uniform(-20, 20, 60)
    numbers = [float(f"{number:.15g}") for number in (*numbers, 1e250, -3e-250, 0.0)]
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "S"
    for row, number in enumerate(numbers, start=1):
        sheet.cell(row, 1, number)
        for column, (formula, _, digits) in enumerate(forms, start=2):
            sheet.cell(row, column, "=" + formula(f"A{row}", digits))
        sheet.cell(row, 9, abs(number) / (1 + abs(number)))
        sheet.cell(row, 10, "=" + share_formula(f"I{row}"))
    workbook.save(tmp_path / "numbers.xlsx")
    values = load(engine, tmp_path / "numbers.xlsx")({})["S"]
    for row, number in enumerate(numbers, start=1):
        got = [values.at(row, column) for column in range(2, 2 + len(forms))]
        assert got == [text(number, digits) for _, text, digits in forms]
        assert values.at(row, 10) == share_text(abs(number) / (1 + abs(number)))


@pytest.mark.parametrize("digits", [0, 1, 3, 4, 6])
def test_no_number_is_told_as_0_that_is_none(digits, tmp_path):
    numbers = [sign * 10**power for power in range(-13, 13) for sign in (1.5, -4.9)]
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "S"
    for row, number in enumerate(numbers, start=1):
        sheet.cell(row, 1, number)
        sheet.cell(row, 2, "=" + fixed_formula(f"A{row}", digits))
        sheet.cell(row, 3, "=" + short_formula(f"A{row}", digits))
    workbook.save(tmp_path / "numbers.xlsx")
    values = load("formualizer", tmp_path / "numbers.xlsx")({})["S"]
    for row, number in enumerate(numbers, start=1):
        for column in (2, 3):
            assert _read(values.at(row, column)) == pytest.approx(number, rel=0.34)


SIGNIFICANT = {
    0: "0",
    1234.56: "1235",
    -123456.78: "−123457",
    0.00123456: "0.001235",
    1.5: "1.5",
    952751807406.842: "9.53 × 10¹¹",
    -1.26e-8: "−1.26 × 10⁻⁸",
}


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_writes_four_digits_of_what_a_person_measures(engine, tmp_path):
    skip_without(engine)
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "S"
    for row, number in enumerate(SIGNIFICANT, start=1):
        sheet.cell(row, 1, number)
        sheet.cell(row, 2, "=" + significant_formula(f"A{row}"))
    workbook.save(tmp_path / "numbers.xlsx")
    values = load(engine, tmp_path / "numbers.xlsx")({})["S"]
    assert [values.at(row, 2) for row in range(1, len(SIGNIFICANT) + 1)] == [*SIGNIFICANT.values()]


def _read(text):
    """Return the number that a text says."""
    raised = str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")
    mantissa, _, power = text.partition(" × 10")
    return float(mantissa.translate(raised)) * 10 ** int(power.translate(raised) or 0)


def test_a_formula_in_a_sentence_is_one_operand():
    assert "ABS((A1-B1))" in fixed_formula("A1-B1")
    assert "ABS((A1)*(B1))" not in fixed_formula("(A1)*(B1)")
    assert "ABS('My sheet'!A$1)" in fixed_formula("'My sheet'!A$1")


def test_told_numbers_have_one_maker():
    assert re.search(r"× 10", Told(["{x}"]).cell(x=_One()))


TIDE = Told(
    {"high": "High: {x} of {most}.", "low": "Low: {x}, {half} at half time.", "none": "No water."},
    lambda x, limit: (x > limit, x > 0),
    form=fixed,
    half=lambda x: fixed(x / 2, 1),
    most=9,
)


@pytest.mark.parametrize(
    ("x", "said"),
    [(3.0, "High: 3.000000 of 9."), (1.0, "Low: 1.000000, 0.5 at half time."), (0.0, "No water.")],
)
def test_the_first_condition_that_holds_chooses_the_line(x, said):
    told = TIDE.said_by(lambda _, text, **known: text.replace("{most}", f"{known['most']}"))
    assert (TIDE.numbers, told.roles) == ({"most": 9}, ("x", "limit"))
    assert told.text(x=x, limit=2.0) == said


def test_a_sentence_fills_a_blank_of_another_in_its_own_language():
    flows = Told({"ebb": "ebbs", "flood": "floods"}, lambda rise: (rise < 0,))
    told = Told({"tide": "It is {x} m and {flows}."}, flows=flows)
    assert told.roles == ("x", "rise")
    assert told.text(x=1.5, rise=-0.1) == "It is 1.5 m and ebbs."
    said = told.said_by(lambda key, english, **_: f"{key}: {english}")
    assert said.text(x=1.5, rise=0.1) == "tide: It is 1.5 m and flood: floods."
    formula = told.cell(x=_One(), rise=_One())
    assert formula.endswith('&" m and "&IF(A1<0,"ebbs","floods")&"."')


def test_a_case_without_a_condition_for_each_other_line_is_refused():
    told = Told({"a": "A.", "b": "B.", "c": "C."}, lambda x: (x > 0,))
    with pytest.raises(DataError, match=r"3 lines need 2 conditions, .* case returns 1\."):
        told.text(x=1.0)


class _One:
    """The cells of a single number."""

    shape = ()

    def __getitem__(self, _):
        return "A1"
