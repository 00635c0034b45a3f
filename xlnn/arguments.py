"""Check the types of arguments, with messages that tell what was expected."""

import os
from numbers import Integral, Real
from pathlib import Path

from xlnn.errors import OptionsError


def is_text(value: object) -> bool:
    """Return whether a value is a text."""
    return isinstance(value, str)


def is_whole(value: object) -> bool:
    """Return whether a value is a whole number of Python or NumPy."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def is_number(value: object) -> bool:
    """Return whether a value is a number."""
    return isinstance(value, Real) and not isinstance(value, bool)


def is_path(value: object) -> bool:
    """Return whether a value names a file or a folder."""
    return isinstance(value, str | os.PathLike)


def path_of(value: object, name: str = "path") -> Path:
    """Return an argument as a path.

    Raises
    ------
    OptionsError
        It is not a path.

    >>> path_of(["a.xlsx", "b.xlsx"])
    Traceback (most recent call last):
        ...
    xlnn.errors.OptionsError: path is ['a.xlsx', 'b.xlsx']: a path is expected.
    """
    if isinstance(value, str | os.PathLike):
        return Path(value)
    raise wrong(name, value, "a path")


def wrong(name: str, value: object, wanted: str) -> OptionsError:
    """Return the error for an argument: its name, its value, and what is expected."""
    shown = repr(value)
    shown = shown if len(shown) <= 40 else f"{shown[:39]}…"
    shown = "".join(character if character.isprintable() else "?" for character in shown)
    known = {"name": name, "shown": shown, "wanted": wanted}
    return OptionsError("{name} is {shown}: {wanted} is expected.", **known)
