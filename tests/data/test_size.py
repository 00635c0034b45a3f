"""The size of a picture is as wanted, as its headings prove, a square, or asked for."""

import pytest

from xlnn.data.pictures import picture_size
from xlnn.errors import DataError


def headings(style, rows, columns, first=1):
    return [
        style.format(row, column)
        for row in range(first, rows + first)
        for column in range(first, columns + first)
    ]


@pytest.mark.parametrize("style", ["p{}{}", "p{}_{}", "r{}c{}", "R{}C{}", "{}x{}", "pixel_{}_{}"])
@pytest.mark.parametrize("size", [(4, 3), (3, 4), (2, 18), (12, 3), (11, 12)])
@pytest.mark.parametrize("first", [0, 1])
def test_headings_prove_a_size(style, size, first):
    names = headings(style, *size, first)
    assert picture_size(len(names), names, None, "my.csv") == size


def test_a_wanted_size_that_fits_comes_first():
    assert picture_size(12, headings("p{}{}", 4, 3), (3, 4), "my.csv") == (3, 4)
    assert picture_size(16, (), (2, 8), "my.csv") == (2, 8)


def test_a_wanted_size_that_does_not_fit_is_left():
    assert picture_size(12, headings("p{}{}", 4, 3), (5, 5), "my.csv") == (4, 3)
    assert picture_size(9, (), (-9, -1), "my.csv") == (3, 3)


def test_a_square_needs_no_headings():
    assert picture_size(784, (), None, "my.csv") == (28, 28)


@pytest.mark.parametrize(
    "names",
    [
        (),
        [f"p{number}" for number in range(1, 13)],
        [f"p{number:02}" for number in range(12)],
        [*headings("p{}{}", 4, 3)[:-1], "other"],
        ["other", *headings("p{}{}", 4, 3)[1:]],
    ],
)
def test_a_size_that_nothing_tells_is_asked_for(names):
    with pytest.raises(
        DataError, match=r"12 pixels do not make a square.*--picture 3x4, or --table"
    ):
        picture_size(12, names, None, "my.csv")


def test_names_that_count_in_two_digits_prove_nothing():
    names = [f"p{number:02}" for number in range(20)]
    with pytest.raises(DataError, match="--picture 4x5"):
        picture_size(20, names, None, "my.csv")
