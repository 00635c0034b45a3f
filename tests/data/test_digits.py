"""Numbers keep 15 digits, and a seed stands for the same draw."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlnn.data.messages import listed
from xlnn.data.numbers import rounded


@given(st.lists(st.floats(-1e300, 1e300, allow_subnormal=False), min_size=1))
def test_rounding_keeps_15_digits_and_is_done_once(numbers):
    once = rounded(numbers)
    assert np.array_equal(once, rounded(once))
    assert np.allclose(once, numbers, rtol=1e-14, atol=0)


def test_a_long_list_is_cut():
    assert listed(range(12)) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 11"
    assert listed(range(1000)).endswith("10, 11 and 988 more")
    assert listed(["a", "b"], "or") == "a or b"


@pytest.mark.parametrize("unit", [1, 1e-3, 1e-6, 1e-7, 1e9])
@pytest.mark.parametrize("order", ["C", "F"])
def test_short_numbers_and_long_ones_are_those_of_15_digits(unit, order):
    random = np.random.default_rng(1)
    whole = random.integers(-(10**12), 10**12, (40, 50))
    for numbers in (whole * unit, np.nextafter(whole * unit, 1), whole / 7 * unit):
        once = rounded(np.array(numbers, order=order))
        assert once.tolist() == [[float(f"{n:.15g}") for n in row] for row in numbers.tolist()]
