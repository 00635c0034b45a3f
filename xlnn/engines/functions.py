"""Tell which functions a formula calls, and which of them no engine of ours computes.

A user's formula may call any function of Excel. formualizer computes most, IronCalc more.
"""

from collections.abc import Iterator
from functools import cache

import formualizer
import ironcalc

from xlnn.formula import Token, functions_of, rewritten
from xlnn.xlsx.guard import FUNCTIONS

_PREFIXES = "_xlfn.", "_xlws.", "_xlpm."
"""What files write before functions newer than the format, and before parameters."""

OF_LAMBDAS = frozenset({"BYCOL", "BYROW", "MAKEARRAY", "MAP", "REDUCE", "SCAN"})
"""Functions that take functions, which formualizer cannot pass on."""


def shown(formula: str) -> str:
    """Return a formula as Excel shows it: without prefixes, and with @ for SINGLE.

    >>> shown('=_xlfn.LET(_xlpm.x,_xlfn.SINGLE(A1),_xlpm.x&"_xlfn.")')
    '=LET(x,@(A1),x&"_xlfn.")'
    """
    return rewritten(formula, _shown) if "_xl" in formula.lower() else formula


def _shown(token: Token) -> str:
    text = token[0]
    if text.upper() == "_XLFN.SINGLE(":
        return "@("
    while (token["call"] or token["name"]) and text.lower().startswith(_PREFIXES):
        text = text[len(_PREFIXES[0]) :]
    return text


def needs_more(formula: str) -> bool:
    """Return whether a formula calls a function that formualizer lacks.

    >>> needs_more("=MMULT(A1:B2,C1:D2)"), needs_more("=SUM(A1:B2)")
    (True, False)
    """
    called = functions_of(shown(formula)) - FUNCTIONS
    return any(name in OF_LAMBDAS or not _is_of_formualizer(name) for name in called)


def unknown(formula: str) -> Iterator[str]:
    """Yield the functions of a formula that no engine computes."""
    for name in sorted(functions_of(shown(formula)) - FUNCTIONS):
        if not _is_of_ironcalc(name):  # it has all those of formualizer
            yield name


@cache
def _is_of_formualizer(name: str) -> bool:
    try:
        formualizer.Workbook().register_function(name, lambda *_: None)
    except RuntimeError:
        return True
    return False


@cache
def _is_of_ironcalc(name: str) -> bool:
    model = ironcalc.create("workbook", "en", "UTC")
    model.set_user_array_formula(0, 1, 1, 1, 1, f"={name}(1)")
    model.evaluate()
    return bool(model.get_cell_value(0, 1, 1) != "#NAME?")
