"""Rewrite a formula so that `formulas` reads it as a spreadsheet does."""

import re

from openpyxl.formula.tokenizer import Token, Tokenizer

_TWO_SIGNS = re.compile(r'"(?:[^"]|"")*"|([+-]\s*[+-])')
_EXPONENT = re.compile(r'("(?:[^"]|"")*")|(?<![\w.$])([0-9]+\.?[0-9]*[Ee])(?=[0-9])')


def spelt(text: str) -> str:
    """Write a formula as `formulas` knows it: no blanks at its ends, signs where it needs them.

    In a spreadsheet the sign of a number comes before its power: ``a+-b^2`` is a + (-b)². Of two
    signs `formulas` makes one, ``a-b^2``, and takes b² away.

    >>> spelt("a1+-b1^2 "), spelt("-b1^2-SUM(--a1:a2)%"), spelt("2.5E3*a1")
    ('a1+(-b1)^2', '-b1^2-SUM(--a1:a2)%', '2.5E+3*a1')
    """
    text = _EXPONENT.sub(lambda found: found[1] or f"{found[2]}+", text.strip())
    if not any(found[1] for found in _TWO_SIGNS.finditer(text)):
        return text
    tokens = [token for token in Tokenizer(f"={text}").items if token.type != Token.WSPACE]
    written: list[str] = []
    ends: list[int] = []  # where a bracket is closed that was opened before a sign
    for number, token in enumerate(tokens):
        before = tokens[number - 1].type if number else None
        if token.type == Token.OP_PRE and before == Token.OP_IN:
            written.append("(")
            ends.append(_end(tokens, number))
        written.append(token.value)
        written.append(")" * ends.count(number))
    return "".join(written)


def _end(tokens: list[Token], first: int) -> int:
    """Return the last token of the operand whose signs begin with a token."""
    number, depth = first, 0
    while tokens[number].type == Token.OP_PRE:
        number += 1
    while True:
        depth += (tokens[number].subtype == Token.OPEN) - (tokens[number].subtype == Token.CLOSE)
        if depth == 0:
            return number
        number += 1
