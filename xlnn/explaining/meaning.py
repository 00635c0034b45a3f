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
    """Return the equation as an `Equation` says it; empty if it does not.

    >>> from xlnn.equations.dense import WEIGHT_GRADIENT, WeightedInput
    >>> equation_text(WeightedInput())
    'z_j = sum_i w_ji a_i + b_j.'
    >>> equation_text(WEIGHT_GRADIENT), section(WEIGHT_GRADIENT)
    ('dC_T/dw_ji = sum over the samples of delta_j a_i.', '4-2')
    """
    first = inspect.cleandoc(_said(equation)).partition("\n\n")[0]
    return _BOOK.split(" ".join(first.split()))[0].strip()


def section(equation: Equation | None) -> str:
    """Return the book's section that an equation or its module names; "" if neither does.

    >>> from xlnn.equations.dense import HiddenDelta
    >>> section(HiddenDelta())
    '4-3'
    """
    if not (said := _said(equation)):
        return ""
    home = equation.array.__module__ if isinstance(equation, Stated) else type(equation).__module__
    for text in (said, sys.modules[home].__doc__):
        if found := _BOOK.search(text or ""):
            return found[1]
    return ""


def _said(equation: Equation | None) -> str:
    """Return what an equation says of itself."""
    if equation is None:
        return ""
    return (equation.says if isinstance(equation, Stated) else type(equation).__doc__) or ""
