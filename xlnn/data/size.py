"""Find the number of rows and columns of a picture that is given as a row of numbers."""

import re
from collections.abc import Iterator, Sequence
from math import isqrt, prod

import numpy as np

from xlnn.data.dataset import ReadOptions
from xlnn.errors import DataError

STYLES = ("{row}{column}", "{row}_{column}", "{row}x{column}", "r{row}c{column}")
"""Ways to name a pixel after a prefix such as p: p11, p1_1, 1x1, r1c1."""


FULL = 255
"""The brightest pixel that picture files hold."""

_PIXEL = re.compile(r"(p|px|pix|pixel)[ _.-]?[0-9]+([ _.,x-][0-9]+)?|[0-9]+x[0-9]+", re.IGNORECASE)
"""A heading of a pixel without its row and column: p1, pixel17."""

_COUNTED = re.compile(r"[a-z]{0,3}[ _.-]?[0-9]+", re.IGNORECASE)
"""A heading that is only a number."""


def picture_of(
    x: np.ndarray, headings: Sequence[str], reading: ReadOptions, where: str
) -> tuple[int, int] | None:
    """Return the size of a picture, or None if these numbers are a table.

    Headings of pixels mean a picture; other headings, or numbers that pixels cannot have, a table.

    Parameters
    ----------
    x : array, shape (samples, inputs)
    headings : sequence of str
        The headings of the inputs; empty without headings.
    reading : ReadOptions
    where : str
        The file, as a message names it.

    Raises
    ------
    DataError
        It is unclear which; the message asks for the option that decides.

    >>> x = np.array([[0.0, 1, 1, 0]])
    >>> picture_of(x, (), ReadOptions(), "my.csv"), picture_of(x, "abcd", ReadOptions(), "my.csv")
    ((2, 2), None)
    """
    inputs = x.shape[1]
    is_usual = inputs == prod(reading.usual or (0,)) and x.min() >= 0 and x.max() <= 1
    if reading.table or (not (reading.picture or is_usual) and names_a_table(headings)):
        return None
    named = bool(headings) and all(map(_PIXEL.fullmatch, headings))
    if reading.picture or named or _proven(headings):
        wanted = reading.picture or reading.usual
        return picture_size(inputs, headings, wanted, where)
    if inputs < 2 or not _could_be_pixels(x):
        return None
    return picture_size(inputs, headings, reading.usual, where)


def names_a_table(headings: Sequence[str]) -> bool:
    """Return whether headings are words, unlike those of pixels.

    >>> names_a_table(["height", "weight"]), names_a_table(["p11", "p12"]), names_a_table([])
    (True, False, False)
    """
    return (
        bool(headings)
        and not _proven(headings)
        and not all(
            _PIXEL.fullmatch(heading) or _COUNTED.fullmatch(heading) for heading in headings
        )
    )


def _could_be_pixels(x: np.ndarray) -> bool:
    """Return whether numbers are from 0 to 1, or whole ones from 0 to 255 with a 0 among them."""
    least, most = x.min(), x.max()
    if least < 0 or most > FULL:
        return False
    return bool(most <= 1 or (least == 0 and (x == np.trunc(x)).all()))


def picture_size(
    inputs: int, headings: Sequence[str], wanted: tuple[int, int] | None, where: str
) -> tuple[int, int]:
    """Return the rows and columns of a picture.

    They are the wanted ones, if they fit; otherwise those that the headings show; otherwise those
    of a square.

    Parameters
    ----------
    inputs : int
        The number of pixels.
    headings : sequence of str
        The headings of the pixels, row by row; () if there are none.
    wanted : tuple of int, or None
    where : str
        The file, as a message names it.

    Raises
    ------
    DataError
        The size is unknown.

    >>> picture_size(12, (), (4, 3), "my.csv")
    (4, 3)
    >>> picture_size(64, (), (4, 3), "my.csv")
    (8, 8)
    """
    if wanted is not None and min(wanted) >= 1 and wanted[0] * wanted[1] == inputs:
        return wanted
    if (proven := _proven(headings)) is not None:
        return proven
    side = isqrt(inputs)
    if side * side == inputs:
        return side, side
    example = next(_sizes(inputs, from_rows=side))
    raise DataError(
        f"{where}: {inputs:,} pixels do not make a square picture, and there are no headings such "
        "as p11 that tell its size: add --picture ROWSxCOLUMNS, for example --picture "
        f"{example[0]}x{example[1]}, or --table if they are not pixels."
    )


def _proven(headings: Sequence[str]) -> tuple[int, int] | None:
    """Return the size whose pixels have exactly these headings, row by row."""
    if not headings:
        return None
    headings = [heading.lower() for heading in headings]
    for rows, columns in _sizes(len(headings), from_rows=len(headings)):
        for style in STYLES:
            for first in (0, 1):
                if style == STYLES[0] and not first and (rows == 1 or columns == 10):
                    continue  # p00, p01 … p19 may be plain numbering
                last = style.format(row=rows - 1 + first, column=columns - 1 + first)
                prefix = headings[-1].removesuffix(last)
                if prefix == headings[-1] or prefix[-1:].isdigit():
                    continue
                if headings == [
                    prefix + style.format(row=row + first, column=column + first)
                    for row in range(rows)
                    for column in range(columns)
                ]:
                    return rows, columns
    return None


def _sizes(pixels: int, from_rows: int) -> Iterator[tuple[int, int]]:
    """Yield all sizes with that many pixels, in descending order of rows."""
    for rows in range(from_rows, 0, -1):
        if pixels % rows == 0:
            yield rows, pixels // rows
