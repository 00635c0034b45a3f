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
class QuantityMeaning:
    """The texts of a workbook about a quantity; empty if there are none.

    Attributes
    ----------
    name, meaning, equation, book : str
        Its name, and its line in the Guide.
    """

    name: str
    meaning: str
    equation: str
    book: str


def meaning_of(quantity: Quantity, words: Text, equations: Mapping[str, str]) -> QuantityMeaning:
    """Return the texts about a quantity.

    Parameters
    ----------
    quantity : Quantity
    words : Text
    equations : mapping
        Replacements for the words in braces in the Guide's equations.
    """
    known = words.words.get("guide", {}).get("symbols", {}).get(quantity.kind, {})
    name = words.words["quantities"].get(quantity.kind, "")
    if not name:  # a sheet may have texts for its own quantities
        name = words.words.get(quantity.sheet, {}).get(quantity.kind, "")
    return QuantityMeaning(
        name=name if isinstance(name, str) and "{" not in name else "",
        meaning=known.get("meaning", ""),
        equation=known.get("equation", "").format(**equations),
        book=known.get("book", "").format(**equations),
    )


def equation_text(equation: Equation | None) -> str:
    """Return the equation in the docstring of an `Equation`; empty if there is none.

    >>> from xlnn.equations.dense import WeightedInput
    >>> equation_text(WeightedInput())
    'z_j = sum_i w_ji a_i + b_j.'
    """
    if equation is None or isinstance(equation, Stated) or type(equation).__doc__ is None:
        return ""
    first = inspect.cleandoc(type(equation).__doc__ or "").partition("\n\n")[0]
    return _BOOK.split(" ".join(first.split()))[0].strip()


def section(equation: Equation | None) -> str:
    """Return the book's section in the docstring of an equation or its module; "" if none.

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
