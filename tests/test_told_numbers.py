"""A number in a sentence reads as a person would write it, in every engine."""

import re

import pytest
from openpyxl import Workbook
from programs import skip_without

from xlnn.engines import ENGINES, load
from xlnn.equations.number import factor, fixed, short, significant
from xlnn.equations.telling import Told

WRITTEN = {
    0: ("0.000", "0.000", "0"),
    1: ("1.000", "1.000", "1"),
    -0.327: ("-0.327", "(-0.327)", "-0.327"),
    0.1 + 0.2: ("0.300", "0.300", "0.3"),
    -0.0004: ("-4.00 × 10⁻⁴", "(-4.00 × 10⁻⁴)", "-0.0004"),
    0.0006: ("0.001", "0.001", "0.0006"),
    0.0001: ("1.00 × 10⁻⁴", "1.00 × 10⁻⁴", "0.0001"),
    0.00009996: ("1.00 × 10⁻⁴", "1.00 × 10⁻⁴", "1.00 × 10⁻⁴"),
    -1.26e-8: ("-1.26 × 10⁻⁸", "(-1.26 × 10⁻⁸)", "-1.26 × 10⁻⁸"),
    1e-12: ("1.00 × 10⁻¹²", "1.00 × 10⁻¹²", "1.00 × 10⁻¹²"),
    999999.25: ("999999.250", "999999.250", "999999.25"),
    1048576: ("1.05 × 10⁶", "1.05 × 10⁶", "1048576"),
    123456789.125: ("1.23 × 10⁸", "1.23 × 10⁸", "123456789.125"),
    9.98e10: ("9.98 × 10¹⁰", "9.98 × 10¹⁰", "9.98 × 10¹⁰"),
    9.996e10: ("1.00 × 10¹¹", "1.00 × 10¹¹", "1.00 × 10¹¹"),
    1e15: ("1.00 × 10¹⁵", "1.00 × 10¹⁵", "1.00 × 10¹⁵"),
    952751807406.842: ("9.53 × 10¹¹", "9.53 × 10¹¹", "9.53 × 10¹¹"),
    -2.18e23: ("-2.18 × 10²³", "(-2.18 × 10²³)", "-2.18 × 10²³"),
    1e98: ("1.00 × 10⁹⁸", "1.00 × 10⁹⁸", "1.00 × 10⁹⁸"),
}
"""With three decimals, as a factor, and without zeros at the end."""

TARGETS = {0: "0", 1: "1", 0.25: "0.25", -2: "(-2)", 1e-9: "1.00 × 10⁻⁹"}
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
        for column, how in enumerate((fixed, factor, short), start=2):
            sheet.cell(row, column, "=" + how(f"A{row}"))
    for row, number in enumerate(TARGETS, start=1):
        sheet.cell(row, 6, number)
        sheet.cell(row, 7, "=" + factor(f"F{row}", 0))
    workbook.save(tmp_path / "numbers.xlsx")
    values = load(engine, tmp_path / "numbers.xlsx")({})["S"]
    got = [tuple(values.at(row, column) for column in (2, 3, 4)) for row in range(1, len(rows) + 1)]
    assert got == [*WRITTEN.values()]
    assert [values.at(row, 7) for row in range(1, len(TARGETS) + 1)] == [*TARGETS.values()]


@pytest.mark.parametrize("digits", [0, 1, 3, 4, 6])
def test_no_number_is_told_as_0_that_is_none(digits, tmp_path):
    numbers = [sign * 10**power for power in range(-13, 13) for sign in (1.5, -4.9)]
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "S"
    for row, number in enumerate(numbers, start=1):
        sheet.cell(row, 1, number)
        sheet.cell(row, 2, "=" + fixed(f"A{row}", digits))
        sheet.cell(row, 3, "=" + short(f"A{row}", digits))
    workbook.save(tmp_path / "numbers.xlsx")
    values = load("formualizer", tmp_path / "numbers.xlsx")({})["S"]
    for row, number in enumerate(numbers, start=1):
        for column in (2, 3):
            assert _read(values.at(row, column)) == pytest.approx(number, rel=0.34)


SIGNIFICANT = {
    0: "0",
    1234.56: "1235",
    -123456.78: "-123457",
    0.00123456: "0.001235",
    1.5: "1.5",
    952751807406.842: "9.53 × 10¹¹",
    -1.26e-8: "-1.26 × 10⁻⁸",
}


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_writes_four_digits_of_what_a_person_measures(engine, tmp_path):
    skip_without(engine)
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "S"
    for row, number in enumerate(SIGNIFICANT, start=1):
        sheet.cell(row, 1, number)
        sheet.cell(row, 2, "=" + significant(f"A{row}"))
    workbook.save(tmp_path / "numbers.xlsx")
    values = load(engine, tmp_path / "numbers.xlsx")({})["S"]
    assert [values.at(row, 2) for row in range(1, len(SIGNIFICANT) + 1)] == [*SIGNIFICANT.values()]


def _read(text):
    """Return the number that a text says."""
    raised = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    mantissa, _, power = text.partition(" × 10")
    return float(mantissa) * 10 ** int(power.translate(raised) or 0)


def test_a_formula_in_a_sentence_is_one_operand():
    assert "ABS((A1-B1))" in fixed("A1-B1")
    assert "ABS((A1)*(B1))" not in fixed("(A1)*(B1)")
    assert "ABS('My sheet'!A$1)" in fixed("'My sheet'!A$1")


def test_told_numbers_have_one_maker():
    assert re.search(r"× 10", Told(["{x}"]).cell(x=_One()))


class _One:
    """The cells of a single number."""

    shape = ()

    def __getitem__(self, _):
        return "A1"
