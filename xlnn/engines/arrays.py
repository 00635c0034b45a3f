"""Compute selected formulas with IronCalc, which supports arrays and LAMBDA.

It is called like `xlnn.engines.scenarios`, for formulas that formualizer computes wrongly: it
cannot apply a scalar function to a range inside SUMPRODUCT, and reports a circular reference if
INDEX picks from a column that includes its own cell.
"""

import re
from collections.abc import Mapping
from math import isnan
from pathlib import Path
from typing import Any

from xlnn.engines import Allowance
from xlnn.engines._child import Child
from xlnn.engines.formualizer import CIRCULAR, UNKNOWN
from xlnn.engines.functions import SINGLE
from xlnn.engines.ironcalc import Session
from xlnn.engines.scenarios import NOTHING, Found, Task
from xlnn.grid import CellError, SheetValues

FAILED = frozenset({UNKNOWN, CellError("#N/IMPL!"), CellError("#NAME?")})
"""The error of a formula that an engine cannot read, or whose function it lacks."""

_PREFIX = re.compile(r"_xl(?:fn|ws|pm)\.", re.IGNORECASE)
_TEXTS = re.compile(r"(\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*')")


def is_error(value: Found) -> bool:
    """Return whether a cell is an error, or marked as a formula that was not accepted."""
    return isinstance(value, CellError) or value == UNKNOWN


def beside(path: Path, allowance: Allowance) -> Child:
    """Start a child process that computes formulas of a file with given numbers, within limits."""
    return Child("arrays", path, allowance)


def load(path: Path) -> "_IronCalcScenarios":
    """Start without reading a file."""
    return _IronCalcScenarios(path.name)


class _IronCalcScenarios:
    """Given numbers, with which formulas are evaluated."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, asked: Mapping[str, Any]) -> list[list[Found]]:
        """Evaluate each task with the numbers, as in `xlnn.engines.scenarios`."""
        titles = [*asked["sheets"]]
        book = Session(self._name, titles)
        values: Mapping[str, SheetValues] = asked["values"]
        for title, grid in values.items():
            for row, line in enumerate(grid.numbers.tolist(), start=1):
                for column, number in enumerate(line, start=1):
                    if not isnan(number):
                        book.put((title, row, column), number)
            for place, text in grid.others.items():
                book.put((title, *place), text)
        for place, value in asked["beside"].items():
            book.put(place, value)
        for place, formula in asked["formulas"].items():
            book.state_alone(place, _shown(formula))
        found, before = [], ()
        for task in asked["tasks"]:
            for place in before:
                book.put(place, values.get(place[0], NOTHING).at(*place[1:]))
            found.append(_evaluated(book, task))
            before = (*task.formulas, *task.constants)
        return found


def _evaluated(book: Session, task: Task) -> list[Found]:
    for place, value in task.constants.items():
        book.put(place, value)
    for place, formula in task.formulas.items():
        book.state_alone(place, _shown(formula))
    book.model.evaluate()
    return [_plain(book.value(place)) for place in task.wanted]


def _plain(value: Found) -> Found:
    """Return a value as formualizer does: None for an empty cell."""
    return CIRCULAR if value == CIRCULAR else None if value == "" else value


def _shown(formula: str) -> str:
    """Return a formula as Excel shows it, without prefixes such as ``_xlfn.``."""
    parts = _TEXTS.split(SINGLE.sub("@(", formula))
    return "".join(part if n % 2 else _PREFIX.sub("", part) for n, part in enumerate(parts))
