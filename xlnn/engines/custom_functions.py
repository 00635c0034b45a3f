"""Give formualizer the functions that it lacks, computed by `formulas`.

A user's formula may call any function of Excel, such as ``MMULT`` for a weighted input. Such a
function is registered in formualizer under its name, and computed by `formulas`.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import formualizer
import numpy as np

from xlnn.engines.formualizer import ERRORS
from xlnn.xlsx.guard import FUNCTIONS

SINGLE = re.compile(r"_xlfn\.SINGLE\(", re.IGNORECASE)
"""How files store the operator @; formualizer reads only @ itself."""

OF_LAMBDAS = frozenset({"BYCOL", "BYROW", "MAKEARRAY", "MAP", "REDUCE", "SCAN"})
"""Functions that take functions, which formualizer cannot pass on."""

_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
"""Texts, and titles of sheets."""

_CALLED = re.compile(r"([A-Za-z_][\w.]*)\(")


def functions_of(formula: str) -> set[str]:
    """Return the functions that a formula calls, in upper case and as Excel shows them.

    >>> sorted(functions_of("=Sum(A1)+_xlfn.MUNIT(2)"))
    ['MUNIT', 'SUM']
    """
    return {_shown(name) for name in _CALLED.findall(_QUOTED.sub("", formula))}


def unknown(formula: str) -> Iterator[str]:
    """Yield the functions of a formula that no engine computes."""
    for name in sorted(functions_of(SINGLE.sub("@(", formula)) - FUNCTIONS):
        if name in OF_LAMBDAS or not (_is_built_in(name) or _of_formulas(name)):
            yield name


def register_functions(book: formualizer.Workbook, formula: str) -> str:
    """Return a formula as formualizer reads it, and register its functions in a workbook."""
    formula = SINGLE.sub("@(", formula)
    for called in set(_CALLED.findall(formula)):
        name = _shown(called)
        if name in FUNCTIONS or name in OF_LAMBDAS or _is_built_in(name):
            continue
        has = {each["name"] for each in book.list_functions()}
        if called.upper() not in has and (found := _of_formulas(name)):
            book.register_function(called, found)
    return formula


def _shown(name: str) -> str:
    return re.sub(r"^(_XLFN\.)?(_XLWS\.)?", "", name.upper())


@cache
def _is_built_in(name: str) -> bool:
    try:
        formualizer.Workbook().register_function(name, lambda *_: None)
    except RuntimeError:
        return True
    return False


@cache
def _of_formulas(name: str) -> Callable[..., Any] | None:
    """Return a function of `formulas` as formualizer calls it; None if it needs references."""
    from formulas.functions import get_functions  # noqa: PLC0415 -- slow, rarely needed

    from xlnn.engines._functions import FastFunction  # noqa: PLC0415

    found = get_functions().get(name)
    if found is None or isinstance(found, dict) or FastFunction.of(found).takes_references:
        return None
    return lambda *arguments: _given_back(found(*map(_handed, arguments)))


def _handed(value: object) -> object:
    """Convert an argument from formualizer to `formulas`."""
    from formulas.tokens.operand import Error  # noqa: PLC0415
    from schedula import EMPTY  # noqa: PLC0415

    if isinstance(value, list):
        handed = np.empty((len(value), len(value[0])), dtype=object)
        handed[:] = [[_handed(each) for each in row] for row in value]
        return handed
    if isinstance(value, dict):
        return Error.errors.get(ERRORS.get(value.get("kind", ""), ""), Error.errors["#VALUE!"])
    return EMPTY if value is None else value


def _given_back(result: object) -> object:
    """Convert a result from `formulas` to formualizer."""
    array = np.atleast_2d(np.asarray(result, dtype=object))
    while array.size == 1 and isinstance(array.flat[0], np.ndarray):  # MUNIT returns nested arrays
        array = np.atleast_2d(array.flat[0])
    rows = [[_plain(value) for value in row] for row in array]
    return rows[0][0] if array.size == 1 else rows


def _plain(value: object) -> object:
    from formulas.tokens.operand import XlError  # noqa: PLC0415

    if isinstance(value, XlError):
        kind = next((kind for kind, said in ERRORS.items() if said == str(value)), "Value")
        return {"type": "Error", "kind": kind}
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int | float | np.number) and np.isfinite(value):
        return float(value)
    return {"type": "Error", "kind": "Num"}
