"""Tell which functions a formula calls, and which of them no engine of ours computes.

A user's formula may call any function of Excel. formualizer computes most, IronCalc more.
"""

import re
from collections.abc import Iterator
from functools import cache

import formualizer
import ironcalc

from xlnn.xlsx.formula_groups import QUOTED
from xlnn.xlsx.guard import FUNCTIONS

SINGLE = re.compile(r"_xlfn\.SINGLE\(", re.IGNORECASE)
"""How files store the operator @; the engines read only @ itself."""

OF_LAMBDAS = frozenset({"BYCOL", "BYROW", "MAKEARRAY", "MAP", "REDUCE", "SCAN"})
"""Functions that take functions, which formualizer cannot pass on."""

_CALLED = re.compile(r"([A-Za-z_][\w.]*)\(")


def functions_of(formula: str) -> set[str]:
    """Return the functions that a formula calls, in upper case and as Excel shows them.

    >>> sorted(functions_of("=Sum(A1)+_xlfn.MUNIT(2)"))
    ['MUNIT', 'SUM']
    """
    called = _CALLED.findall(QUOTED.sub("", formula))
    return {re.sub(r"^(_XLFN\.)?(_XLWS\.)?", "", name.upper()) for name in called}


def needs_more(formula: str) -> bool:
    """Return whether a formula calls a function that formualizer lacks.

    >>> needs_more("=MMULT(A1:B2,C1:D2)"), needs_more("=SUM(A1:B2)")
    (True, False)
    """
    called = functions_of(SINGLE.sub("@(", formula)) - FUNCTIONS
    return any(name in OF_LAMBDAS or not _is_of_formualizer(name) for name in called)


def unknown(formula: str) -> Iterator[str]:
    """Yield the functions of a formula that no engine computes."""
    for name in sorted(functions_of(SINGLE.sub("@(", formula)) - FUNCTIONS):
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
