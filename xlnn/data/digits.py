"""Which numbers does a spreadsheet keep, and when is a text one of them?

Every number is rounded once to 15 significant digits: openpyxl writes 16, and a spreadsheet keeps
15, so that NumPy and the workbook begin from exactly the same numbers.
"""

import re

import numpy as np

from xlnn.data.wording import short
from xlnn.errors import DataError

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")

LONGEST = 64
"""Characters of a number in a text; one of 15 digits needs 23."""

LARGEST = 1e300
"""No spreadsheet keeps numbers beyond 1e308, and none can be squared from half of that on."""


def rounded(array: object) -> np.ndarray:
    """Round numbers to 15 significant digits.

    >>> float(rounded(0.1 + 0.2))
    0.3
    """
    array = np.asarray(array, dtype=float)
    return np.array([float(f"{value:.15g}") for value in array.flat]).reshape(array.shape)


def is_number(text: str) -> bool:
    """Tell whether a text is a plain decimal number.

    >>> is_number("-2.5e3"), is_number("1_000"), is_number("=1+1")
    (True, False, False)
    """
    return len(text) <= LONGEST and NUMBER.fullmatch(text) is not None


def number(text: str) -> float | None:
    """Read a plain decimal number; return None if the text is none that a spreadsheet keeps.

    >>> number(" 0.5 "), number("1e400")
    (0.5, None)
    """
    text = text.strip()
    if not is_number(text):
        return None
    value = float(text)
    return value if abs(value) <= LARGEST else None


def refusal(text: str, where: str) -> DataError:
    """Say why a text is no number, and what to do.

    Parameters
    ----------
    text : str
    where : str
        The place, as a message names it.
    """
    text = text.strip()
    where = f'{where}: "{short(text)}"'
    if text.startswith(("=", "@")):
        return DataError(
            f'{where} is not a number. Values are plain numbers: remove the leading "{text[0]}".'
        )
    if text.lower().lstrip("+-") in {"nan", "inf", "infinity"}:
        return DataError(f"{where} is not finite. Values are plain numbers such as 0, 1 or 0.25.")
    if re.fullmatch(r"[+-]?[0-9]+,[0-9]+", text):
        return DataError(f"{where} is not a number. Write a decimal point and no comma.")
    if is_number(text):
        return DataError(f"{where} is too large for a number: use values near 0 to 1.")
    return DataError(f"{where} is not a number. Values are plain numbers such as 0, 1 or 0.25.")


def generator(seed: int) -> np.random.Generator:
    """Return the source of random numbers that a seed stands for.

    Raises
    ------
    DataError
        The seed is negative.
    """
    if seed < 0:
        raise DataError(f"The seed is {seed}: it is a whole number from 0 on.")
    return np.random.default_rng(seed)
