"""Read numbers in text, and round them to the 15 significant digits that a spreadsheet keeps.

``1,234`` may mean 1234 or 1.234. So a comma is only read if the user has said what it means, or if
other values of the same data leave only one meaning.

openpyxl writes 16 digits, and a spreadsheet keeps 15. Rounding each number once makes NumPy and the
workbook start from exactly the same numbers.
"""

import re
from collections.abc import Sequence
from contextlib import suppress

import numpy as np

from xlnn.errors import Message

MARKS = (".", ",")

WORDS_TOO = frozenset({
    "none", "missing", "unknown", "absent", "abs", "fehlt", "无", "未知", "缺考", "缺席",
    "不明", "なし", "欠席",
})  # fmt: skip
"""What means missing among numbers, but is a word among words, in lower case."""

ABSENT = WORDS_TOO | {
    "", "na", "n/a", "n.a.", "nan", "null", "nil", "?", "-", "--", "–", "—", ".", "k.a.", "k. a.",
    "keine angabe", "n/d", "n.d.", "缺失",
    "#n/a", "#div/0!", "#value!", "#num!", "#name?", "#ref!", "#null!",
}  # fmt: skip
"""How missing values are written, in lower case; the last are errors of spreadsheets."""

CODE = re.compile(r"(?<![^ ])(0[0-9]{3,}|[+0][0-9][0-9 ()/-]{6,})(?![^ ])")
"""A postal code, a phone number or an id: digits that are no amount."""

_SPACES = " \u00a0\u2009\u202f'"
"""Separators of thousands in some countries: blanks of all widths, or an apostrophe."""

_GROUPED = {
    mark: re.compile(
        "([+-]?[0-9]{1,3}(?:[%s][0-9]{2,3})*[%s][0-9]{3})((?![0-9]).*)"
        % ((re.escape(other + _SPACES),) * 2)
    )
    for mark, other in (MARKS, MARKS[::-1])
}
"""Separated thousands, in India also hundreds, and what may follow them, by the decimal mark."""

_SIGN = r"[$€£¥₹₩]|(?:EUR|USD|GBP|CHF|JPY|CNY|RMB|[A-Z]{1,3}\$)(?![a-z])"
_SIGNED = re.compile(rf"([+-]?)\s*((?i:{_SIGN}))?\s*([+-]?[0-9.,].*?)\s*(%|(?i:{_SIGN})|元|円)?")
"""A number with a currency before or after it, or in per cent."""

_NEGATIVE = re.compile(r"\((.+)\)|([0-9][0-9.,]+)-")
"""Negative amounts as accountants write them: (50), and 50- as SAP does; 2- is a school grade."""

_LOOKS = re.compile(rf"[+-]?[0-9.,{_SPACES}]*[0-9][0-9.,{_SPACES}]*([eE][+-]?[0-9]+)?")

_WIDE = str.maketrans("０１２３４５６７８９．，＋－−％￥＄’▲△", "0123456789.,+--%¥$'--")
"""Wide characters of East Asia, the typographic minus and apostrophe, and Japan's ▲ for a minus."""

_UNITED = re.compile(r"([+-]?[0-9.].*?)\s*([^\d\s.,+\-–—~/=:()<>'][^\d]{0,19})")
"""A number with a unit."""


def number(text: str, mark: str = "") -> float | None:
    """Read a number; return None if the text is not a number that fits a spreadsheet.

    Thousands may be separated: by the other mark, a blank or an apostrophe.

    Parameters
    ----------
    text : str
    mark : str
        The decimal mark, one of `MARKS`. Without it a plain number is read as Python reads it, and
        another with the mark that makes it one; NaN if both do.

    >>> number(" 0.5 ", "."), number("1e400", "."), number("0,5", "."), number("1.234,5", ",")
    (0.5, None, None, 1234.5)
    >>> number("1.234"), number("3,5"), number("1,234"), number("three")
    (1.234, 3.5, nan, None)
    """
    if not mark:
        with suppress(ValueError):
            return float(text)
        numbers = {number(text, mark) for mark in MARKS} - {None}
        return numbers.pop() if len(numbers) == 1 else np.nan if numbers else None
    text, _, factor = unsigned(text)
    if match := _GROUPED[mark].fullmatch(text):
        text = re.sub(r"[^0-9+-]", "", match[1]) + match[2]
    if mark == ",":
        if "." in text:
            return None
        text = text.replace(",", ".")
    if not is_number(text):
        return None
    value = float(text) * factor
    return value if abs(value) <= LARGEST else None


def unsigned(text: str) -> tuple[str, str, float]:
    """Return a number without signs as text, a currency or %, and the factor of %.

    >>> unsigned("-$ 1,200"), unsigned("12.5 %"), unsigned("(50 €)"), unsigned("50-")
    (('-1,200', '$', 1), ('12.5', '%', 0.01), ('-50', '€', 1), ('-50', '', 1))
    """
    text = text.strip().translate(_WIDE)
    if negative := _NEGATIVE.fullmatch(text):
        text = f"-{negative[1] or negative[2]}"
    if not text or (text[-1] in "0123456789." and text[0] in "0123456789.+-" and "$" not in text):
        return text, "", 1
    if not (match := _SIGNED.fullmatch(text)):
        return text, "", 1
    sign = (match[4] or match[2] or "").upper()
    return match[1] + match[3], sign, 0.01 if sign == "%" else 1


def united(text: str) -> tuple[str, str]:
    """Return a number and its unit as texts; the text and "" if it has no unit.

    >>> united("12 kg"), united("2 years"), united("7"), united("kg")
    (('12', 'kg'), ('2', 'year'), ('7', ''), ('kg', ''))
    """
    match = _UNITED.fullmatch(text.strip().translate(_WIDE))
    if not match or not _LOOKS.fullmatch(match[1]):
        return text, ""
    unit = match[2].rstrip(" .")
    return match[1], unit.removesuffix("s") if len(unit) > 3 else unit


def looks_like_number(text: str) -> bool:
    """Return whether a text was meant as a number, whatever its marks mean.

    >>> [looks_like_number(text) for text in ("1e-3", "€ 1.234,50", "12 %", "2nd", "")]
    [True, True, True, False, False]
    """
    bare = unsigned(text)[0]
    return _LOOKS.fullmatch(bare) is not None


def is_absent(text: str) -> bool:
    """Return whether a text marks a missing value.

    >>> is_absent(" NA "), is_absent("0")
    (True, False)
    """
    return text.strip().lower() in ABSENT


def looks_grouped(text: str) -> bool:
    """Return whether a text could be a number with a decimal comma or separated thousands.

    >>> [looks_grouped(text) for text in ("0,5", "1 234", "1,2,3", "two")]
    [True, True, True, False]
    """
    text = unsigned(text)[0]
    has_marks = text.count(".") > 1 or any(mark in text for mark in "," + _SPACES)
    return has_marks and _LOOKS.fullmatch(text) is not None


def why_no_number(text: str) -> str:
    """Return words on why a text is not a number, and what to do.

    >>> why_no_number("@A1")
    'is not a number. Values are plain numbers: remove the leading "@".'
    """
    if text.startswith(("=", "@")):
        return Message(
            'is not a number. Values are plain numbers: remove the leading "{mark}".', mark=text[0]
        )
    if is_number(text) and abs(float(text)) > LARGEST:
        return Message("is too large for a number: use values near 0 to 1.")
    if is_number(text):
        return Message("is not a number with a decimal comma: write all numbers the same way.")
    is_finite = text.lower().lstrip("+-") not in {"nan", "inf", "infinity"}
    if is_finite:
        return Message("is not a number. Values are plain numbers such as 0, 1 or 0.25.")
    return Message("is not finite. Values are plain numbers such as 0, 1 or 0.25.")


NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")

PLAIN_LINE = re.compile(r"[0-9.eE+ -]*")
"""With only these characters, float() accepts exactly what `NUMBER` describes."""

LONGEST = 64
"""Characters of a number in a text; one of 15 digits needs 23."""

_TOO_LONG = re.compile(f"[^ ]{{{LONGEST + 1}}}")

LARGEST = 1e300
"""No spreadsheet keeps numbers beyond 1e308, and none can be squared from half of that on."""

_CHUNK = 1 << 16


def plain_numbers(texts: Sequence[str]) -> np.ndarray | None:
    """Read plain numbers, five times as fast as one by one; None if a text is not one.

    >>> plain_numbers(["1", "-2.5"]), plain_numbers(["1", "0,5"]), plain_numbers(["01234"])
    (array([ 1. , -2.5]), None, None)
    """
    line = " ".join(texts)
    if not PLAIN_LINE.fullmatch(line) or CODE.search(line) or _TOO_LONG.search(line):
        return None
    try:
        values = np.array(texts, dtype=float)
    except ValueError:
        return None
    return values if (np.abs(values) <= LARGEST).all() else None


def rounded(array: object) -> np.ndarray:
    """Round numbers to 15 significant digits.

    >>> float(rounded(0.1 + 0.2))
    0.3
    """
    array = np.array(array, dtype=float, order="C")
    flat = array.reshape(-1)
    for first in range(0, array.size, _CHUNK):  # Python's numbers take four times the memory
        part = flat[first : first + _CHUNK]
        with np.errstate(over="ignore", invalid="ignore"):
            millionths = np.rint(part * 1e6)  # of up to 15 digits: nothing to round
            long = ~((np.abs(millionths) < 1e15) & (millionths / 1e6 == part))
        kinds, where = np.unique(part[long], return_inverse=True)
        part[long] = np.array([float(f"{value:.15g}") for value in kinds])[where]
    return array


def is_number(text: str) -> bool:
    """Return whether a text is a plain decimal number.

    >>> is_number("-2.5e3"), is_number("1_000"), is_number("=1+1")
    (True, False, False)
    """
    return len(text) <= LONGEST and NUMBER.fullmatch(text) is not None
