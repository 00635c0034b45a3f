"""A comma or a blank in a number is read where its meaning is said or proven, and never guessed."""

import numpy as np
import pytest
from files import csv
from hypothesis import given
from hypothesis import strategies as st

from xlnn.data.dataset import ReadOptions
from xlnn.data.load import load
from xlnn.data.numbers import number
from xlnn.errors import DataError

TABLE = ReadOptions(table=True)


@pytest.mark.parametrize(
    ("one", "two", "numbers", "mark"),
    [
        ("0,5", "1", (0.5, 1), ","),
        ("1.234,5", "7", (1234.5, 7), ","),
        ("1 234,5", "1,234", (1234.5, 1.234), ","),
        ("-1.234.567", "1", (-1234567, 1), ","),
        ("1,234.5", "1", (1234.5, 1), "."),
        ("1,234,567", "1", (1234567, 1), "."),
        ("1,234.5", "1,234", (1234.5, 1234), "."),
        ("1'234", "0.5", (1234, 0.5), "."),
        ("1\u00a0234", "0.5", (1234, 0.5), "."),
        ("1\u202f234,0", "1", (1234, 1), ","),
        ("1,5e3", "1", (1500, 1), ","),
    ],
)
def test_numbers_that_can_be_read_in_one_way_are_read_and_told(tmp_path, one, two, numbers, mark):
    data = load(csv(tmp_path, f"k;a\nx;{one}\ny;{two}\n"), TABLE)
    assert data.x.ravel().tolist() == list(numbers)
    assert data.told[1].startswith("my.csv: numbers were read with a decimal ")
    assert data.told[1].endswith(f"(--decimal {mark}).")
    said = load(csv(tmp_path, f"k;a\nx;{one}\ny;{two}\n"), ReadOptions(table=True, decimal=mark))
    assert said.x.tolist() == data.x.tolist()
    assert len(said.told) == 1


@pytest.mark.parametrize("number", ["1,234", "-12,345", "1,234e2"])
def test_a_number_that_can_be_read_in_two_ways_is_refused_with_both(tmp_path, number):
    content = f"k;a\nx;{number}\ny;7\n"
    with pytest.raises(DataError, match=r"may be .* or .*: add --decimal \. or --decimal , to say"):
        load(csv(tmp_path, content), TABLE)
    comma = load(csv(tmp_path, content), ReadOptions(table=True, decimal=",")).x[0, 0]
    point = load(csv(tmp_path, content), ReadOptions(table=True, decimal=".")).x[0, 0]
    assert point == pytest.approx(1000 * comma)


@pytest.mark.parametrize("number", ["1.234", "-12.345"])
def test_a_point_is_a_decimal_point_unless_another_value_proves_a_comma(tmp_path, number):
    alone = csv(tmp_path, f"k;a\nx;{number}\ny;7\n")
    assert load(alone, TABLE).x[0, 0] == float(number)
    assert load(alone, TABLE).told[1:] == ()
    beside = csv(tmp_path, f"k;a\nx;{number}\ny;0,5\n")
    assert load(beside, TABLE).x[0, 0] == 1000 * float(number)


@pytest.mark.parametrize(
    ("one", "two", "message"),
    [
        ("0,5", "0.5", r'line 3, column a: "0.5" is written differently from the other numbers'),
        ("1,2,3", "1", r'line 2, column a: "1,2,3" is written differently from the other'),
        ("1 2", "1", r'line 2, column a: "1 2" is written differently from the other'),
        ("12,34,56", "1", r"is written differently from the other"),
        ("0,5", "two", r'a has "two" in line 3 \(names or free text\)'),
        ("0,5", "=1", r'line 3, column a: "=1" is not a number.* remove the leading'),
    ],
)
def test_numbers_that_can_be_read_in_no_way_are_refused(tmp_path, one, two, message):
    with pytest.raises(DataError, match=message):
        load(csv(tmp_path, f"k;a\nx;{one}\ny;{two}\n"), TABLE)


def test_what_is_said_of_the_decimal_mark_holds(tmp_path):
    path = csv(tmp_path, "k;a\nx;0,5\ny;1\n")
    with pytest.raises(DataError, match='line 2, column a: "0,5" is not a number'):
        load(path, ReadOptions(table=True, decimal="."))
    with pytest.raises(DataError, match=r'"0\.5" is not a number with a decimal comma'):
        load(csv(tmp_path, "k;a\nx;0.5\ny;1\n"), ReadOptions(table=True, decimal=","))


@given(st.floats(-1e15, 1e15, allow_nan=False))
@pytest.mark.ci
def test_a_number_written_in_either_way_is_the_number(value):
    text = f"{value:,.3f}"
    exact = float(f"{value:.3f}")
    assert number(text, ".") == exact
    other = text.translate(str.maketrans(",.", ".,"))
    assert number(other, ",") == exact


@given(st.text(alphabet="0123456789.,eE+- '", max_size=12))
def test_no_number_is_read_but_those_that_python_reads_without_separators(text):
    if (found := number(text, ".")) is not None:
        plain = text.translate({ord(mark): None for mark in ", '"})
        if plain.endswith("-"):  # as SAP writes a negative number
            plain = f"-{plain[:-1]}"
        assert found == float(plain)
        assert np.isfinite(found)
