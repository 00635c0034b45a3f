"""What does a program ask of a build? The same words as on the command line, in the types of both.

From Python an argument may have any type, and a wrong one is answered as a wrong option is.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from xlnn.arguments import is_number, is_path, is_text, is_whole, wrong
from xlnn.errors import OptionsError

NO_LAYERS = "none"
"""What is asked for where there shall be no hidden layer."""


def asked(arguments: Mapping[str, object]) -> dict[str, object]:
    """Return the arguments of a build as its options have them.

    Parameters
    ----------
    arguments : dict
        By the names of `xlnn.building.build.build`; None where nothing is asked for.

    Raises
    ------
    OptionsError
        One has a wrong type, and the message says which is expected; or a label names a column
        where there are none.

    >>> asked({"picture": "8x8", "targets": "price", "hidden": "5,3", "eta": None})
    {'picture': (8, 8), 'targets': ('price',), 'hidden': (5, 3), 'eta': None}
    """
    found = {
        name: None if value is None else KINDS[name](name, value) if name in KINDS else value
        for name, value in arguments.items()
    }
    if found.get("label") and isinstance(found.get("data"), tuple | list | Mapping):
        raise OptionsError(
            f"label is {arguments['label']!r:.40}: it names a column of a table or a data frame, "
            "and data are arrays: give them as (x, labels), or as a dict of x and labels."
        )
    return found


def picture(value: object) -> tuple[int, int]:
    """Read the rows and columns of an image: (8, 8) or "8x8".

    Raises
    ------
    OptionsError
        It is neither.
    """
    if isinstance(value, str) and (found := re.fullmatch(r"([0-9]{1,5})[x×]([0-9]{1,5})", value)):
        return int(found[1]), int(found[2])
    if not isinstance(value, str) and (sides := _several(value, is_whole)) and len(sides) == 2:
        return int(sides[0]), int(sides[1])
    raise OptionsError(f"{value} is no size of a picture: write rows and columns as 8x8.")


def several(name: str, text: object) -> object:
    """Read an option of which there may be several, as it is typed: "0.1,0.2" as (0.1, 0.2).

    Raises
    ------
    OptionsError
        An entry is none that it takes.
    """
    if not isinstance(text, str):  # a default
        return text
    some = SOME[name]
    parts = [part.strip() for part in text.split(",")]
    try:
        found = tuple(map(some.plain, parts))
    except ValueError:
        found = ()
    if not found or not all(parts):
        raise wrong(name, text, f"{some.wanted}, or several, such as {some.example},")
    return found[0] if len(found) == 1 else found


def _picture(_: str, value: object) -> tuple[int, int]:
    return picture(value)


def _hidden(name: str, value: object) -> tuple[int, ...]:
    units = (value,) if is_whole(value) else _several(value, is_whole)
    if isinstance(value, str):
        parts = [] if value.strip() == NO_LAYERS else value.split(",")
        units = parts if all(re.fullmatch(" *[0-9]{1,6} *", part) for part in parts) else None
    if units is None:
        raise wrong(name, value, f"units of the hidden layers, such as 5,3, or {NO_LAYERS}")
    return tuple(map(int, units))


def _targets(name: str, value: object) -> tuple[str, ...]:
    names = (value,) if isinstance(value, str) else _several(value, is_text)
    if not names:
        raise wrong(name, value, "the name of a column, or several")
    return tuple(names)


def _label(name: str, value: object) -> str:
    if not is_text(value) and not is_whole(value):
        raise wrong(name, value, "the name of a column, or its number")
    return str(value)


def _one(
    is_meant: Callable[[object], bool], wanted: str, plain: Callable[[Any], object] = lambda v: v
) -> Callable[[str, object], object]:
    """Return what lets a value of one kind pass, made plain, and refuses all others."""

    def check(name: str, value: object) -> object:
        if not is_meant(value):
            raise wrong(name, value, wanted)
        return plain(value)

    return check


def _several(value: object, is_meant: Callable[[object], bool]) -> tuple | None:
    """Return the entries of a list or tuple, if all are of one kind."""
    if not isinstance(value, list | tuple) or not all(map(is_meant, value)):
        return None
    return tuple(value)


def _is_start(value: object) -> bool:
    return is_path(value) or isinstance(value, Mapping)


@dataclass(frozen=True)
class _Some:
    """What lets one value pass or several, also in a text with commas, and no others."""

    is_meant: Callable[[object], bool]
    wanted: str
    plain: Callable[[Any], object]
    example: str

    def __call__(self, name: str, value: object) -> object:
        if isinstance(value, str) and "," in value:
            return several(name, value)
        given: tuple | None = (value,) if self.is_meant(value) else _several(value, self.is_meant)
        try:
            found = tuple(map(self.plain, given or ()))
        except ValueError:
            found = ()
        if not found:
            raise wrong(name, value, self.wanted)
        return found[0] if len(found) == 1 else found


def _natural(value: object) -> int:
    """Read a whole number from 0 on."""
    found = int(value)  # type: ignore[call-overload]
    if found < 0:
        raise ValueError
    return found


SOME = {
    "eta": _Some(is_number, "a number", float, "0.1,0.5"),
    "l2": _Some(is_number, "a number", float, "0,0.01"),
    "optimizer": _Some(is_text, "a name", str, "sgd,adam"),
    "seed": _Some(is_whole, "a whole number from 0 on", _natural, "1,2,3"),
}
"""The options of which there may be several, a run for each."""

_text = _one(is_text, "a text")
_whole = _one(is_whole, "a whole number", int)
_number = _one(is_number, "a number", float)
_path = _one(is_path, "a path")
_choice = _one(lambda value: isinstance(value, bool), "True or False")

KINDS: dict[str, Callable[[str, object], object]] = {
    "template": _path, "output": _path, "from_workbook": _path, "model": _path,
    "start": _one(_is_start, "a path or a dict of arrays"),
    "epochs": _whole, "test_share": _number, "threshold": _number,
    "spread": _text, "lang": _text, "scale": _text, "sheet": _text, "encoding": _text,
    "decimal": _text, "missing": _text, "activation": _text, "output_activation": _text,
    "cost": _text, "table": _choice, "solved": _choice,
    "light_ink": _choice, "large": _choice, "force": _choice, "verify": _choice,
    "picture": _picture, "hidden": _hidden, "targets": _targets, "label": _label,
    **SOME,
}  # fmt: skip
"""What each argument may be; data may be anything that `xlnn.data.read` reads."""
