"""Scaled columns have the range or the spread that was asked for."""

import numpy as np
import pytest

from xlnn.data.numbers import rounded
from xlnn.data.preprocessing import scaling

DIGITS = 1e-13
"""Middle and factor are rounded to 15 digits, and so is what they scale."""


@pytest.fixture
def x(generator):
    return rounded(generator.standard_normal((50, 4)) * [1, 1e-200, 1e150, 3] + [0, 0, 0, 700])


def test_range_brings_each_column_to_0_and_1(x):
    middle, factor = scaling(x, "range")
    scaled = (x - middle) * factor
    np.testing.assert_allclose(scaled.min(axis=0), 0, atol=DIGITS)
    np.testing.assert_allclose(scaled.max(axis=0), 1, atol=DIGITS)


def test_standard_brings_each_column_to_mean_0_and_deviation_1(x):
    middle, factor = scaling(x, "standard")
    scaled = (x - middle) * factor
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e3 * DIGITS)
    np.testing.assert_allclose(scaled.std(axis=0), 1, atol=DIGITS)


@pytest.mark.parametrize("how", ["range", "standard"])
def test_a_constant_column_has_the_factor_1(how):
    middle, factor = scaling(np.array([[0.1, 1e-305], [0.1, 0], [0.1, 0]]), how)
    assert middle[0] == pytest.approx(0.1, abs=DIGITS)
    assert factor.tolist() == [1, 1]


@pytest.mark.parametrize("how", ["range", "standard"])
def test_the_largest_numbers_are_scaled_to_finite_ones(how):
    middle, factor = scaling(np.array([[1e300], [-1e300]]), how)
    assert np.isfinite(middle).all()
    assert (factor > 0).all()


@pytest.mark.parametrize("how", ["range", "standard"])
def test_middle_and_factor_are_rounded(x, how):
    for numbers in scaling(x, how):
        assert numbers.shape == (4,)
        assert np.array_equal(numbers, rounded(numbers))
