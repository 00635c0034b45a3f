"""Are the entries of a Spec of the types that it takes? Plain values, as TOML gives them."""

from collections.abc import Mapping
from typing import Any

from xlnn.errors import DataError

LARGEST_NUMBER = 10**9
"""A thousand times as many epochs or images as a sheet has rows; Python writes out no longer ones
than of some thousand digits."""


def picture_of(value: object) -> tuple[int, int]:
    """Read the rows and columns of an image.

    Raises
    ------
    DataError
        The value is no pair of whole numbers.
    """
    match value:
        case [int(rows), int(columns)]:
            return rows, columns
    raise DataError(f"picture = {value}: write [rows, columns].")


def typed(values: Mapping[str, Any], name: str, kind: type) -> Any:  # noqa: ANN401 -- as asked
    """Return an entry of a type, or refuse it."""
    value = values[name]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        wanted = {str: "text", int: "a whole number", bool: "true or false"}[kind]
        raise DataError(f"{name} = {value!r}: {wanted} was expected.")
    if kind is int and abs(value) > LARGEST_NUMBER:
        raise DataError(f"{name} is larger than any workbook: at most {LARGEST_NUMBER:,}.")
    return value


def texts(values: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return an entry that is a list of texts."""
    if not isinstance(values[name], list | tuple):
        raise DataError(f"{name} = {values[name]!r}: a list of texts was expected.")
    return tuple(typed({name: text}, name, str) for text in values[name])


def numbers(values: Mapping[str, Any], name: str) -> tuple[int, ...]:
    """Return an entry that is a list of whole numbers."""
    if not isinstance(values[name], list | tuple):
        raise DataError(f"{name} = {values[name]!r}: a list of whole numbers was expected.")
    return tuple(typed({name: number}, name, int) for number in values[name])


def quoted_or(names: tuple[str, ...]) -> str:
    """Say names of which one is to be chosen."""
    *head, last = (f'"{name}"' for name in names)
    return f"{', '.join(head)} or {last}" if head else last


def quoted_list(names: object) -> str:
    """Say names, each in quotes."""
    return ", ".join(f'"{name}"' for name in names)
