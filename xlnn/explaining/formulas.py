"""Rewrite a formula with symbols or numbers in place of addresses."""

from collections.abc import Callable

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token

from xlnn.checking.references import CellRange, areas

SIGNS = {"*": " × ", "-": " − ", "+": " + ", "/": " / "}
"""Of operators between two terms; with blanks, since a symbol may have several letters."""


def read_aloud(formula: str, here: str, said: Callable[[CellRange], str]) -> str:
    """Return a formula in which each address is something else.

    Parameters
    ----------
    formula : str
    here : str
        The title of its sheet.
    said : function
        What is said for an area.

    >>> read_aloud("=-$A1*SUM(B2:C2)", "Sheet", lambda area: f"<{area.top}>")
    '−<1> × SUM(<2>)'
    """
    tokens = Tokenizer(formula).items
    return "".join(_said(token, here, said) for token in tokens).strip()


def _said(token: Token, here: str, said: Callable[[CellRange], str]) -> str:
    if token.type == Token.OP_IN:
        return SIGNS.get(token.value, f" {token.value} ")
    if token.type == Token.OP_PRE:
        return {"-": "−"}.get(token.value, token.value)
    if token.type == Token.OPERAND and token.subtype == Token.RANGE:
        named = areas(f"={token.value}", here)
        return said(named[0]) if named else token.value
    if token.type == Token.SEP:
        return f"{token.value} "
    return token.value
