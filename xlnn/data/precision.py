"""Round numbers to the 15 significant digits that a spreadsheet keeps.

openpyxl writes 16 digits, and a spreadsheet keeps 15. Rounding each number once makes NumPy and the
workbook start from exactly the same numbers.
"""

import re

import numpy as np

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")

PLAIN_LINE = re.compile(r"[0-9.eE+-]*")
"""With only these characters, float() accepts exactly what `NUMBER` describes."""

LONGEST = 64
"""Characters of a number in a text; one of 15 digits needs 23."""

LARGEST = 1e300
"""No spreadsheet keeps numbers beyond 1e308, and none can be squared from half of that on."""

_CHUNK = 1 << 16


def rounded(array: object) -> np.ndarray:
    """Round numbers to 15 significant digits.

    >>> float(rounded(0.1 + 0.2))
    0.3
    """
    array = np.asarray(array, dtype=float)
    once = np.empty(array.size)
    flat = array.reshape(-1)
    for first in range(0, array.size, _CHUNK):  # Python's numbers take four times the memory
        part, where = np.unique(flat[first : first + _CHUNK], return_inverse=True)
        once[first : first + _CHUNK] = np.array([float(f"{value:.15g}") for value in part])[where]
    return once.reshape(array.shape)


def is_number(text: str) -> bool:
    """Return whether a text is a plain decimal number.

    >>> is_number("-2.5e3"), is_number("1_000"), is_number("=1+1")
    (True, False, False)
    """
    return len(text) <= LONGEST and NUMBER.fullmatch(text) is not None
