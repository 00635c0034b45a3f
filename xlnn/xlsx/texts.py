"""How does a file hold a text with signs that XML cannot hold, or that look like such an escape?

Excel writes a sign as ``_x``, four hexadecimal digits and ``_``, and reads every text so.
"""

import re

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LOOKS_LIKE_ONE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def escaped(text: str) -> str:
    """Return a text as a file holds it, so that it is read as it is.

    >>> escaped("_x0041_")
    '_x005F_x0041_'
    """
    return _LOOKS_LIKE_ONE.sub("_x005F_", text) if "_x" in text else text


def unescaped(text: str) -> str:
    """Return the text that a file holds.

    >>> unescaped("_x005F_x0041_"), unescaped("_x0041_")
    ('_x0041_', 'A')
    """
    return _ESCAPE.sub(_sign, text) if "_x" in text else text


def _sign(escape: re.Match[str]) -> str:
    """Return the sign of an escape; one that no text may hold is left as it is written."""
    sign = chr(int(escape[1], 16))
    return sign if sign.isprintable() or sign in "\t\n\r" else escape[0]
