"""How is a number written in a sentence? As a person would: 0.327, 12, 9.53 × 10¹¹.

The formula of a number's text. FIXED writes numbers alike in every engine; an exponent is taken
from the logarithm and written with raised digits, so that no format of a locale is asked.
"""

import re

LARGE = 6
"""From 10 to this power on a number with decimals is written with an exponent."""

LARGE_WHOLE = 9
"""The same of numbers without more decimals than they have: steps, counts and whole terms."""

LEAST_DIGITS = 4
"""Decimals of the least of them that is written without an exponent: programs write 0.00001 as they
like."""

ROUNDED_UP = "0.0003"
"""What is added to a logarithm, so that 9.996 is 1.00 × 10¹ and not 10.00: from 10 less 0.07%."""

FARTHEST = 227
"""The logarithm of about 10^99: beyond, to either side, a number stands as programs write it."""

_DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_REFERENCE = re.compile(r"(?:[\w.]+!|'[^']+'!)?[$\w]+")


def fixed(cell: str, digits: int = 3) -> str:
    """Return the formula of a number as text, with so many decimals.

    Parameters
    ----------
    cell : str
        An address, or a formula.
    digits : int
    """
    x = _whole(cell)
    usual = f"({x}=0)+(ABS({x})*10^{digits}>=0.5)*(ABS({x})<10^{LARGE})"
    return f"IF({usual},FIXED({x},{digits},TRUE),{_with_exponent(x)})"


def share(cell: str) -> str:
    """Return the formula of a number between 0 and 1 as text, with three decimals."""
    return f"FIXED({_whole(cell)},3,TRUE)"


def short(cell: str, digits: int = 6) -> str:
    """Return the formula of a number as text, without zeros at its end."""
    x = _whole(cell)
    least = f"ABS({x})*10^{digits}>=0.5" if digits < LEAST_DIGITS else f"ABS({x})>=0.0001"
    usual = f"({x}=0)+({least})*(ABS({x})<10^{LARGE_WHOLE})"
    return f'IF({usual},ROUND({x},{digits})&"",{_with_exponent(x)})'


def significant(cell: str, digits: int = 4) -> str:
    """Return the formula of a number as text, rounded to some digits or to a whole number."""
    x = _whole(cell)
    decimals = f"MAX(0,{digits - 1}-INT(LN(ABS({x})+({x}=0))/LN(10)))"
    usual = f"({x}=0)+(ABS({x})>=0.0001)*(ABS({x})<10^{LARGE_WHOLE})"
    return f'IF({usual},ROUND({x},{decimals})&"",{_with_exponent(x)})'


def factor(cell: str, digits: int = 3) -> str:
    """Return the formula of a number as text, in brackets where it is negative.

    Without digits it is one that is whole as a rule, such as a target, and has them if it is not.
    """
    x = _whole(cell)
    text = fixed(cell, digits) if digits else short(cell, 3)
    return f'IF({x}<0,"(","")&{text}&IF({x}<0,")","")'


def _whole(cell: str) -> str:
    """Return a formula as one operand."""
    return cell if _REFERENCE.fullmatch(cell) else f"({cell})"


def _with_exponent(x: str) -> str:
    """Return the formula of a number as text: two decimals, times a power of ten."""
    power = f"INT(LN(ABS({x}))/LN(10)+{ROUNDED_UP})"
    ones = ",".join(f'"{digit}"' for digit in _DIGITS)
    tens = ones.replace(_DIGITS[0], "", 1)
    raised = f"CHOOSE(1+INT(ABS({power})/10),{tens})&CHOOSE(1+MOD(ABS({power}),10),{ones})"
    text = f'FIXED({x}/10^{power},2,TRUE)&" × 10"&IF(ABS({x})<1,"⁻","")&{raised}'
    return f'IF(ABS(LN(ABS({x})))>{FARTHEST},{x}&"",{text})'
