"""Read rows from a data frame of pandas, polars or a similar library."""

import math
from collections.abc import Iterator
from numbers import Real
from typing import Any

from xlnn.data.dataset import MOST_INPUTS, MOST_ROWS, ReadOptions
from xlnn.data.wording import short
from xlnn.errors import DataError


def is_frame(data: object) -> bool:
    """Return whether data are columns with names, as data frames have them."""
    return hasattr(data, "columns") and (hasattr(data, "items") or hasattr(data, "get_columns"))


class FrameRows:
    """The rows of a data frame: number and fields of each, as text.

    The first row is the headings, unless the columns' names are numbers.

    Raises
    ------
    DataError
        It has too few columns or no rows, or a value is neither a number nor text.
    """

    row = "row"
    name = "data"
    notes: tuple[str, ...] = ()
    dated: frozenset[int] = frozenset()
    mark = ""

    def __init__(self, data: Any, reading: ReadOptions) -> None:  # noqa: ANN401 -- of any library
        columns = list(data.items() if hasattr(data, "items") else _named(data))
        if not 2 <= len(columns) <= MOST_INPUTS:
            raise DataError(
                f"The data frame has {len(columns):,} columns: a label and at least one value are "
                f"expected, and at most {MOST_INPUTS:,}."
            )
        rows = len(columns[0][1])
        if rows > MOST_ROWS:
            raise DataError(f"The data frame has {rows:,} rows; a sheet has {MOST_ROWS:,}.")
        reading.check_count("The data frame", rows, rows * (len(columns) - 1))
        self.given = any(isinstance(name, str) for name, _ in columns)
        self._headings = [str(name) for name, _ in columns]
        self._columns = [
            [_text(name, row, value) for row, value in enumerate(column.to_list(), start=1)]
            for name, column in columns
        ]

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Read from the first row on."""
        if self.given:
            yield 0, list(self._headings)
        for row, fields in enumerate(zip(*self._columns, strict=True), start=1):
            yield row, list(fields)


def _named(data: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 -- the same
    return zip(data.columns, data.get_columns(), strict=True)


def _text(heading: object, row: int, value: object) -> str:
    """Return a value as a file would write it."""
    if isinstance(value, str):
        return value
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return ""
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return str(value)
    if isinstance(value, Real):
        number = float(value)
        return "" if math.isnan(number) else f"{number:.15g}"
    raise DataError(
        f'The data frame, row {row:,}, column "{short(heading)}" holds a {type(value).__name__}: '
        "numbers and texts are read."
    )
