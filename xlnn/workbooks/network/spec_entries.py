"""The entries of a Spec, from plain values as TOML gives them."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Any, get_type_hints

from xlnn.errors import DataError
from xlnn.option import FLAG, SIZE, TEXT, TEXTS, WHOLE, WHOLES, Option

LARGEST_NUMBER = 10**9
"""A thousand times as many epochs or images as a sheet has rows; Python writes out no longer ones
than of some thousand digits."""

TYPES = {
    str: TEXT, int: WHOLE, bool: FLAG, tuple[int, int]: SIZE, tuple[str, ...]: TEXTS,
    tuple[int, ...]: WHOLES,
}  # fmt: skip


def entries(
    spec: type, values: Mapping[str, Any], **own: Callable[[Mapping[str, Any]], object]
) -> dict[str, Any]:
    """Return the entries of a Spec, each of the type that its dataclass states.

    Parameters
    ----------
    spec : type
    values : mapping
    **own : function
        What reads an entry of another type, from all values.

    Raises
    ------
    DataError
        An entry is unknown, is missing or has the wrong type.
    """
    known = {field.name: field.default for field in fields(spec)}
    if unknown := set(values) - set(known):
        raise DataError(f"Unknown entries: {quoted_list(sorted(unknown))}.")
    if missing := {name for name in known if known[name] is MISSING} - set(values):
        raise DataError(f"Missing entries: {quoted_list(sorted(missing))}.")
    hints = get_type_hints(spec)
    found = {name: typed(values, name, hints[name]) for name in values if name not in own}
    return found | {name: read(values) for name, read in own.items()}


def typed(values: Mapping[str, Any], name: str, kind: type) -> Any:  # noqa: ANN401 -- as asked
    """Return an entry of a type, or refuse it."""
    value = values[name]
    if type(value) is int and abs(value) > LARGEST_NUMBER:
        raise DataError(f"{name} is larger than any workbook: at most {LARGEST_NUMBER:,}.")
    return Option(TYPES[kind], "", name=name).check(value)


def quoted_or(names: tuple[str, ...]) -> str:
    """Say names of which one is to be chosen."""
    *head, last = (f'"{name}"' for name in names)
    return f"{', '.join(head)} or {last}" if head else last


def quoted_list(names: object) -> str:
    """Say names, each in quotes."""
    return ", ".join(f'"{name}"' for name in names)
