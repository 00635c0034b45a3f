"""Numbers keep 15 digits, and a seed stands for the same draw."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from xlnn.data.numbers import rounded
from xlnn.data.wording import listed


@given(st.lists(st.floats(-1e300, 1e300, allow_subnormal=False), min_size=1))
def test_rounding_keeps_15_digits_and_is_done_once(numbers):
    once = rounded(numbers)
    assert np.array_equal(once, rounded(once))
    assert np.allclose(once, numbers, rtol=1e-14, atol=0)


def test_a_long_list_is_cut():
    assert listed(range(12)) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 11"
    assert listed(range(1000)).endswith("10, 11 and 988 more")
    assert listed(["a", "b"], "or") == "a or b"
