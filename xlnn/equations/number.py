"""Numbers in sentences, as a person writes them: 0.327, −12, 9.53 × 10¹¹.

Each form is stated twice: `fixed_formula` gives the formula of the text, `fixed_text` the text that
Python writes. `fixed` combines both, for `xlnn.Sentence.said`; the other forms likewise. The
formulas call only functions that every spreadsheet knows and that mean the same in every language:
FIXED is missing in some, and the codes of TEXT are translated.
"""

from math import floor, log10

import numpy as np

from xlnn.equation import MissingNumberError
from xlnn.formula import tokens
from xlnn.terms import form, round_away

LARGE = 6
"""From 10 to this power on, `fixed` writes an exponent."""

LARGE_WHOLE = 9
"""From 10 to this power on, `short` and `significant` write an exponent."""

LEAST_DIGITS = 4
"""Decimals of the smallest number written without an exponent: programs write 0.00001 in different
ways."""

BELOW = 0.4997
"""What is subtracted from a logarithm before ROUND gives the power: half, to round down, but a
little less, so that 9.996 becomes 1 × 10¹ and not 10 × 10⁰. INT truncates in some engines."""

POINT = "MID(1/2,2,1)"
"""The formula of the decimal mark: a point or a comma, as the reader's language has it."""

ZERO = '"0"'

_SINGLE = [["reference"], ["name"], ["number"]]
"""The tokens of a formula that is one operand."""

_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"


def fixed_formula(cell: str, digits: int = 3) -> str:
    """Return the formula of a number as text, with so many decimals: 0.500.

    Parameters
    ----------
    cell : str
        An address, or a formula.
    digits : int
    """
    x = _whole(cell)
    usual = f"(ABS({x})*10^{digits}>=0.5)*(ABS({x})<10^{LARGE})"
    zeros = "0" * digits
    zero = f'"0"&{POINT}&"{zeros}"' if digits else ZERO
    return f"IF({usual},{_decimals(x, digits)},{_otherwise(x, zero)})"


def fixed_text(x: float, digits: int = 3) -> str:
    """Return a number as `fixed_formula` writes it.

    >>> fixed_text(0.5), fixed_text(-2 / 3), fixed_text(0.00004), fixed_text(0.0)
    ('0.500', '−0.667', '4 × 10⁻⁵', '0.000')
    """
    if _scaled(x, digits) >= 0.5 and abs(x) < 10**LARGE:
        return number_text(_rounded(x, digits), f".{digits}f")
    return _otherwise_text(x, f"{0:.{digits}f}")


def share_formula(cell: str) -> str:
    """Return the formula of a number between 0 and 1 as text, with three decimals."""
    return _decimals(_whole(cell), 3)


def share_text(x: float) -> str:
    """Return a number as `share_formula` writes it.

    >>> share_text(0.9996), share_text(0.0001)
    ('1.000', '0.000')
    """
    return f"{_rounded(x, 3):.3f}"


def short_formula(cell: str, digits: int = 6) -> str:
    """Return the formula of a number as text, without zeros at its end."""
    x = _whole(cell)
    least = f"ABS({x})*10^{digits}>=0.5" if digits < LEAST_DIGITS else f"ABS({x})>=0.0001"
    usual = f"({least})*(ABS({x})<10^{LARGE_WHOLE})"
    return f"IF({usual},{_minus(x)}&ROUND(ABS({x}),{digits}),{_otherwise(x, ZERO)})"


def short_text(x: float, digits: int = 6) -> str:
    """Return a number as `short_formula` writes it.

    >>> short_text(0.25), short_text(-3.0), short_text(1 / 3, 2), short_text(2.5e12)
    ('0.25', '−3', '0.33', '2.5 × 10¹²')
    """
    is_seen = _scaled(x, digits) >= 0.5 if digits < LEAST_DIGITS else abs(x) >= 0.0001
    if is_seen and abs(x) < 10**LARGE_WHOLE:
        return number_text(_rounded(x, digits))
    return _otherwise_text(x, "0")


def significant_formula(cell: str, digits: int = 4) -> str:
    """Return the formula of a number as text, rounded to some digits or to a whole number."""
    x = _whole(cell)
    decimals = f"MAX(0,{digits - 1}-ROUND(LOG10(ABS({x}))-{BELOW},0))"
    usual = f"(ABS({x})>=0.0001)*(ABS({x})<10^{LARGE_WHOLE})"
    return f"IF({usual},{_minus(x)}&ROUND(ABS({x}),{decimals}),{_otherwise(x, ZERO)})"


def significant_text(x: float, digits: int = 4) -> str:
    """Return a number as `significant_formula` writes it.

    >>> significant_text(1234.56), significant_text(0.00123456), significant_text(0.5)
    ('1235', '0.001235', '0.5')
    """
    if 0.0001 <= abs(x) < 10**LARGE_WHOLE:
        return number_text(_rounded(x, max(0, digits - 1 - floor(log10(abs(x)) - BELOW + 0.5))))
    return _otherwise_text(x, "0")


def factor_formula(cell: str, digits: int = 3) -> str:
    """Return the formula of a number as text, in brackets where it is negative.

    With ``digits`` 0, for numbers that are usually whole, such as targets, it has no decimals if it
    is whole, and otherwise up to three.
    """
    x = _whole(cell)
    text = fixed_formula(cell, digits) if digits else short_formula(cell, 3)
    return f'IF(SIGN({x})<0,"(","")&{text}&IF(SIGN({x})<0,")","")'


def factor_text(x: float, digits: int = 3) -> str:
    """Return a number as `factor_formula` writes it.

    >>> factor_text(-0.25), factor_text(1.0, 0)
    ('(−0.250)', '1')
    """
    text = fixed_text(x, digits) if digits else short_text(x, 3)
    return f"({text})" if x < 0 else text


def number_text(x: float, form: str = ".15g") -> str:
    """Return a number as text, with the minus sign that formulas write in texts."""
    return format(x, form).replace("-", "−")


def _minus(x: str) -> str:
    """Return the formula of a number's sign, where it has one."""
    return f'IF(SIGN({x})<0,"−","")'


def _whole(cell: str) -> str:
    """Return a formula as one operand."""
    return cell if [token.lastgroup for token in tokens(cell)] in _SINGLE else f"({cell})"


def _decimals(x: str, digits: int) -> str:
    """Return the formula of a number with so many decimals, including zeros at its end."""
    scaled = f"ROUND(ABS({x})*10^{digits},0)"
    sign = _minus(f"ROUND({x},{digits})")
    if not digits:
        return f"{sign}&{scaled}"
    zeros = "0" * digits
    return f'{sign}&INT({scaled}/10^{digits})&{POINT}&RIGHT("{zeros}"&{scaled},{digits})'


def _otherwise(x: str, zero: str) -> str:
    """Return the formula of a number with two decimals times a power of ten; or of 0."""
    power = f"ROUND(LOG10(ABS({x}))-{BELOW},0)"
    size = f"ABS({power})"
    tens = f'IF({size}>9,{_raised(f"MOD(INT({size}/10),10)")},"")'
    raised = f'IF({size}>99,{_raised(f"INT({size}/100)")},"")&{tens}&{_raised(f"MOD({size},10)")}'
    times = f'" × 10"&IF(ABS({x})<1,"⁻","")&{raised}'
    return f"IF(SIGN({x})=0,{zero},{_minus(x)}&ROUND(ABS({x})/10^{power},2)&{times})"


def _otherwise_text(x: float, zero: str) -> str:
    if x == 0:
        return zero
    power = floor(log10(abs(_held(x))) - BELOW + 0.5)
    raised = ("⁻" if power < 0 else "") + str(abs(power)).translate(_SUPERSCRIPTS)
    with np.errstate(all="ignore"):
        mantissa = np.float64(x) / 10.0**power  # infinite if a cell divides by 0
    return f"{number_text(_rounded(mantissa, 2))} × 10{raised}"


_SUPERSCRIPTS = str.maketrans("0123456789", _RAISED)


def raised_formula(cell: str) -> str:
    """Return the formula of a whole number from 0 to 99 as an exponent."""
    x = _whole(cell)
    return f'IF({x}>9,{_raised(f"INT({x}/10)")},"")&{_raised(f"MOD({x},10)")}'


def raised_text(x: float) -> str:
    """Return a whole number as `raised_formula` writes it.

    >>> raised_text(15.0)
    '¹⁵'
    """
    return f"{x:.0f}".translate(_SUPERSCRIPTS)


def _raised(digit: str) -> str:
    """Return the formula of a raised digit."""
    return f'MID("{_RAISED}",1+{digit},1)'


def _rounded(x: float, digits: int) -> float:
    """Round a number as spreadsheets do.

    Raises
    ------
    MissingNumberError
        No cell can hold the number, or the number scaled for rounding: the cell has an error, and
        so does its sentence.
    """
    with np.errstate(all="ignore"):
        return _held(round_away(x, digits))


def _scaled(x: float, digits: int) -> float:
    """Return the size of a number times a power of ten, as a cell computes it."""
    with np.errstate(all="ignore"):
        return _held(abs(x) * 10**digits)


def _held(x: float) -> float:
    """Return a number if a cell can hold it."""
    if not abs(x) < float("inf"):
        raise MissingNumberError("a number is too large or too small to be written")
    return x


fixed = form(fixed_text, fixed_formula)
"""A number with so many decimals, by default three: 0.500."""

share = form(share_text, share_formula)
"""A number between 0 and 1, with three decimals."""

short = form(short_text, short_formula)
"""A number without zeros at its end, with at most so many decimals, by default six."""

significant = form(significant_text, significant_formula)
"""A number rounded to so many digits, by default four, or to a whole number."""

factor = form(factor_text, factor_formula)
"""A number with so many decimals, in brackets where it is negative."""

raised = form(raised_text, raised_formula)
"""A whole number from 0 to 99 as an exponent."""
