"""Look up the name, meaning, equation and source of a quantity."""

import inspect
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from xlnn.quantity import Equation, Quantity, Stated
from xlnn.registry.text import Text

_BOOK = re.compile(r"\s*Book: (\d-\d+(?:(?:, | to )\d-\d+)*)")
_NUMBER = re.compile(r"\d-\d+")


@dataclass(frozen=True)
class Meaning:
    """What the words of a workbook say of a quantity; empty where they do not.

    Attributes
    ----------
    name, meaning, equation, book : str
        What it is called, and the line of the Guide.
    """

    name: str
    meaning: str
    equation: str
    book: str


def meaning_of(quantity: Quantity, words: Text, equations: Mapping[str, str]) -> Meaning:
    """Return what the words say of a quantity.

    Parameters
    ----------
    quantity : Quantity
    words : Text
    equations : mapping
        What stands in the Guide's equations for the words in braces.
    """
    known = words.words.get("guide", {}).get("symbols", {}).get(quantity.kind, {})
    name = words.words["quantities"].get(quantity.kind, "")
    if not name:  # what only one sheet has may have its words there
        name = words.words.get(quantity.sheet, {}).get(quantity.kind, "")
    return Meaning(
        name=name if isinstance(name, str) and "{" not in name else "",
        meaning=known.get("meaning", ""),
        equation=known.get("equation", "").format(**equations),
        book=known.get("book", "").format(**equations),
    )


def stated(equation: Equation | None) -> str:
    """Return the line of the book that an equation states in Python; empty where it says none.

    >>> from xlnn.equations.dense import WeightedInput
    >>> stated(WeightedInput())
    'z_j = sum_i w_ji a_i + b_j.'
    """
    if equation is None or isinstance(equation, Stated) or type(equation).__doc__ is None:
        return ""
    first = inspect.cleandoc(type(equation).__doc__ or "").partition("\n\n")[0]
    return _BOOK.split(" ".join(first.split()))[0].strip()


def section(equation: Equation | None) -> str:
    """Return the section that an equation names, or else its module; empty where none does.

    >>> from xlnn.equations.dense import HiddenDelta
    >>> section(HiddenDelta())
    '4-3'
    """
    if equation is None or isinstance(equation, Stated):
        return ""
    kind = type(equation)
    for text in (kind.__doc__, sys.modules[kind.__module__].__doc__):
        if found := _BOOK.search(text or ""):
            return found[1]
    return ""
