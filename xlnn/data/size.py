"""Find the number of rows and columns of a picture that is given as a row of numbers."""

from collections.abc import Iterator, Sequence
from math import isqrt

from xlnn.errors import DataError

STYLES = ("{row}{column}", "{row}_{column}", "{row}x{column}", "r{row}c{column}")
"""How headings name a pixel after a prefix such as p: p11, p1_1, 1x1, r1c1."""


def picture_size(
    inputs: int, headings: Sequence[str], wanted: tuple[int, int] | None, where: str
) -> tuple[int, int]:
    """Return the rows and columns of a picture.

    They are those that are wanted, if they fit; else those that the headings prove; else those of
    a square.

    Parameters
    ----------
    inputs : int
        The pixels of a picture.
    headings : sequence of str
        The headings of the pixels, row by row; () if there are none.
    wanted : tuple of int, or None
    where : str
        The file, as a message names it.

    Raises
    ------
    DataError
        The size cannot be told.

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
    """Return the size whose pixels, row by row, have exactly these headings."""
    if not headings:
        return None
    headings = [heading.lower() for heading in headings]
    for rows, columns in _sizes(len(headings), from_rows=len(headings)):
        for style in STYLES:
            for first in (0, 1):
                if style == STYLES[0] and not first and (rows == 1 or columns == 10):
                    continue  # p00, p01 … p19 may just count
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
    """Yield all sizes of so many pixels, from so many rows down to one."""
    for rows in range(from_rows, 0, -1):
        if pixels % rows == 0:
            yield rows, pixels // rows
