"""Write a Spec as plain values, and read it, by the fields of its dataclass and their types.

A field may state more than its type: ``Annotated`` with an `Option` says which values are allowed,
and the metadata ``key`` its name in files, ``seldom`` that it is left out where it has its default,
and ``read`` the function that reads it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass, replace
from functools import partial
from typing import Annotated, Any, ClassVar, TypeVar, get_args, get_origin, get_type_hints

import tomli_w

from xlnn.data.messages import listed, short
from xlnn.errors import DataError
from xlnn.option import (
    EDITIONS,
    FLAG,
    NUMBER,
    SIZE,
    TABLE,
    TABLES,
    TEXT,
    TEXTS,
    WHOLE,
    WHOLES,
    WORDS,
    Option,
)

T = TypeVar("T")

LARGEST_NUMBER = 10**9
"""The largest whole number: a thousand times as many epochs or samples as a sheet has rows. Python
refuses to write out numbers of more than some thousand digits."""

TYPES = {
    str: TEXT, int: WHOLE, float: NUMBER, bool: FLAG, tuple[int, int]: SIZE,
    tuple[int, ...]: WHOLES, tuple[str, ...]: TEXTS, tuple[tuple[str, ...], ...]: WORDS,
    Mapping[str, Any]: TABLE,
}  # fmt: skip

FORMAT = 2
"""The version of the Spec sheet."""

CELLS, MATRICES = EDITIONS
"""The edition with a formula for each cell, and that with one for each matrix."""

SELDOM = {"seldom": True}
"""The metadata of a field that is left out where it has its default."""


def one_of(thing: str, names: Iterable[str]) -> Option:
    """Declare a text that is one of some names of things."""
    return Option(TEXT, "", choices=dict.fromkeys(names, ()), thing=thing)


def whole(least: int = 0, most: int = LARGEST_NUMBER) -> Option:
    """Declare a whole number within bounds."""
    return Option(
        WHOLE, "", f"a whole number from {least} to {most:,}", lambda value: least <= value <= most
    )


def some_of(names: Iterable[str]) -> Option:
    """Declare a list of some names."""
    return Option(TEXTS, "", f"a list of {listed(names)}", set(names).issuperset)


@dataclass(frozen=True)
class WorkbookSpec:
    """Everything about a workbook that is not a number in one of its input cells.

    Attributes
    ----------
    kind : str
        A key of `xlnn.workbooks.kind.KINDS`.
    template : str
        The template's name.
    lang : str
        The language of the workbook's texts.
    edition : str
        One of `EDITIONS`.
    """

    kind: ClassVar[str]
    template: str
    lang: str
    edition: Annotated[str, one_of("edition", EDITIONS)] = field(
        default=CELLS, metadata=SELDOM, kw_only=True
    )


def to_values(spec: object) -> Any:  # noqa: ANN401 -- as TOML has it
    """Return plain values for TOML: the entries of a dataclass by their keys.

    >>> to_values({"a": (1, (2,))})
    {'a': [1, [2]]}
    """
    if isinstance(spec, Mapping):
        return {key: to_values(entry) for key, entry in spec.items()}
    if isinstance(spec, list | tuple):
        return [to_values(entry) for entry in spec]
    if not is_dataclass(spec):
        return spec
    return {
        entry.metadata.get("key", entry.name): to_values(value)
        for entry in fields(spec)
        if (value := getattr(spec, entry.name)) != entry.default or "seldom" not in entry.metadata
    }


def to_toml(spec: WorkbookSpec) -> str:
    """Return the text of a workbook's Spec."""
    return tomli_w.dumps({"format": FORMAT, "kind": spec.kind, **to_values(spec)})


def from_values(spec: type[T], values: Mapping[str, Any], where: str = "") -> T:
    """Build a dataclass from plain values, as TOML gives them.

    Parameters
    ----------
    spec : type
        A dataclass.
    values : mapping
    where : str
        What a message names, such as ``Layer 2``, if not the Spec.

    Raises
    ------
    DataError
        An entry is unknown or missing, or has a value that its field does not allow.
    """
    by_key = {entry.metadata.get("key", entry.name): entry for entry in fields(spec)}  # type: ignore[arg-type]
    hints = get_type_hints(spec, include_extras=True)
    known = {key: partial(_read, hints, entry, key) for key, entry in by_key.items()}
    needed = [key for key, entry in by_key.items() if entry.default is MISSING]
    entries = read_entries(known, values, where, needed)
    return spec(**{by_key[key].name: value for key, value in entries.items()})


def read_entries(
    known: Mapping[str, Callable[[Any], Any]],
    values: Mapping[str, Any],
    where: str = "",
    needed: Iterable[str] = (),
) -> dict[str, Any]:
    """Read the entries of a table of TOML, each with the function for its name.

    Raises
    ------
    DataError
        An entry is unknown, is needed and missing, or has a wrong value.
    """
    for key in values:
        if key not in known:
            reason = f"{short(key)} is unknown; known are {listed(known, most=40)}."
            raise DataError(f"{where or 'The Spec'}: {reason}")
    for key in needed:
        if key not in values:
            raise DataError(f"{where or 'The Spec'} does not say its {key}.")
    try:
        return {key: known[key](value) for key, value in values.items()}
    except DataError as error:
        raise DataError(f"{where}: {error}" if where else str(error), *error.options) from error


def _read(hints: Mapping[str, Any], entry: Field[Any], name: str, value: object) -> Any:  # noqa: ANN401
    """Return a plain value as the type of a field has it."""
    hint = hints[entry.name]
    if read := entry.metadata.get("read"):
        return read(value)
    if declared := getattr(hint, "__metadata__", ()):
        return replace(declared[0], name=name).check(value)
    if type(value) is int and abs(value) > LARGEST_NUMBER:
        raise DataError(f"{name} is larger than any workbook: at most {LARGEST_NUMBER:,}.")
    if hint in TYPES:
        return Option(TYPES[hint], "", name=name).check(value)
    part = get_args(hint)[0]
    if get_origin(hint) is not tuple:  # an entry that may be missing
        return from_values(part, Option(TABLE, "", name=name).check(value), name)
    tables = Option(TABLES, "", name=name).check(value)
    return tuple(from_values(part, table, f"{name} {n}") for n, table in enumerate(tables, start=1))
