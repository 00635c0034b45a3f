"""Compare the texts of a quantity with those that Python writes."""

import re

import numpy as np

from xlnn import reference
from xlnn.quantity import Model, Quantity
from xlnn.reference import TOLERANCE, Arrays

DIGITS = 15
"""How many digits of a number a spreadsheet writes."""

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?: × 10⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)?")


def unlike(model: Model, quantity: Quantity, arrays: Arrays, expected: np.ndarray) -> np.ndarray:
    """Tell which texts of a quantity differ from the expected ones.

    In a sentence, a number that lies on the edge of rounding may be written either way: as it is
    written somewhere within the tolerance of the numbers that the sentence is computed from.

    Parameters
    ----------
    model : Model
    quantity : Quantity
        One with texts.
    arrays : dict of arrays
        The values of the quantity and of those that it uses.
    expected : array of str
        What `reference.expected` gives.

    Returns
    -------
    array of bool
        Of the quantity's shape.
    """
    got = arrays[quantity.name]
    wrong = np.array(np.not_equal(got, expected), dtype=bool)
    if not quantity.is_sentence or not wrong.any():
        return wrong
    written = [expected, *reference.nudged(model, quantity, arrays, TOLERANCE)]
    for entry in np.argwhere(wrong):
        index = tuple(entry)
        wrong[index] = not _is_one_of(got[index], [texts[index] for texts in written])
    return wrong


def _is_one_of(text: str | None, written: list[str | None]) -> bool:
    """Tell whether each number of a text, and the words around it, are written so somewhere.

    >>> _is_one_of("0.12 of 3", ["0.12 of 4", "0.13 of 3"]), _is_one_of("0.12 of 3", ["0.13 of 3"])
    (True, False)
    """
    if text is None:
        return False
    words = _NUMBER.sub("#", text)
    alike = [_NUMBER.findall(one) for one in written if one and _NUMBER.sub("#", one) == words]
    return bool(alike) and all(map(_contains, zip(*alike, strict=True), _NUMBER.findall(text)))


def _contains(numbers: tuple[str, ...], number: str) -> bool:
    """Tell whether a number is one of some; a spreadsheet writes 15 digits, and then zeros."""
    if number in numbers or len(number) <= DIGITS:
        return number in numbers
    return any(one[:DIGITS] == number[:DIGITS] and len(one) == len(number) for one in numbers)
