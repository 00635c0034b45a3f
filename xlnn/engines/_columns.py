"""Run one call of a function of `formulas` for many cells at once.

The arguments of a call and its result are columns, with one value per cell. Each number comes from
`formulas`; nothing is added or multiplied here. A call is run once for all cells where that works,
otherwise for each cell.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from formulas.functions import Array
from formulas.ranges import Ranges

from xlnn.engines._functions import CalledFunction


class UnevenError(Exception):
    """The values of a column differ in shape, so each cell must be computed alone."""


@dataclass(frozen=True)
class OperandValues:
    """The values of one operand, for n cells.

    Attributes
    ----------
    values : array
        Shape (n,), or (n, rows, columns) where each value is an array. float if all are floats,
        else object.
    kind : type or None
        The class of each cell's value in `formulas`: ``np.ndarray`` for the values of a reference,
        `Array` for a result, `Ranges` for a computed reference, None for a plain Python value.
    """

    values: np.ndarray
    kind: type | None

    def each(self) -> Iterable:
        """Yield the value of each cell in the form that `formulas` uses."""
        if self.kind is None or self.kind is Ranges:
            return self.values.tolist()
        if self.values.ndim == 1:
            return [np.asarray(value, object).view(Array) for value in self.values.tolist()]
        # formulas keeps numbers in object arrays, on which it is faster
        return list(self.values.astype(object, copy=False).view(self.kind))


@dataclass(frozen=True)
class ConstantOperand:
    """A value that is the same in every cell."""

    value: object


def run(
    function: CalledFunction, operands: Sequence[OperandValues | ConstantOperand], n: int
) -> OperandValues:
    """Run a call for all cells in the fastest way that gives the results of `formulas`."""
    return _elementwise(function, operands, n) or _cell_by_cell(function, operands, n)


def _elementwise(
    function: CalledFunction, operands: Sequence[OperandValues | ConstantOperand], n: int
) -> OperandValues | None:
    """Run an elementwise call once for all cells; None if that is impossible."""
    if not function.is_elementwise or len(operands) >= _MANY_OPERANDS:
        return None
    values = [o.values if isinstance(o, OperandValues) else o.value for o in operands]
    if any(np.ndim(value) > 1 for value in values):
        values = [
            value[:, None, None] if isinstance(o, OperandValues) and value.ndim == 1 else value
            for o, value in zip(operands, values, strict=True)
        ]
    try:
        shape = np.broadcast_shapes(*map(np.shape, values))
    except ValueError:
        return None
    values = [v.astype(object) if isinstance(v, np.ndarray) else v for v in values]
    results = function.public(*values)
    # one cell that formulas cannot compute makes the whole result a single #VALUE!
    if np.shape(results) != shape or shape[0] != n:
        return None
    return OperandValues(_floats(np.asarray(results), shape), Array)


_MANY_OPERANDS = 32  # beyond this, formulas iterates over the first axis only


def _cell_by_cell(
    function: CalledFunction, operands: Sequence[OperandValues | ConstantOperand], n: int
) -> OperandValues:
    """Run a call once for each cell."""
    each = (o.each() if isinstance(o, OperandValues) else repeat(o.value, n) for o in operands)
    return column([function.public(*arguments) for arguments in zip(*each, strict=True)])


def column(results: list) -> OperandValues:
    """Stack the results of the cells."""
    kinds = {*map(type, results)}
    if Ranges in kinds:
        return OperandValues(_objects(results), Ranges)
    if not any(issubclass(kind, np.ndarray) for kind in kinds):
        return OperandValues(_floats(_objects(results), (len(results),)), None)
    if len(kinds) > 1 or len({result.shape for result in results}) > 1:
        raise UnevenError
    stacked = np.stack([result.view(np.ndarray) for result in results])
    return OperandValues(_floats(stacked, stacked.shape), kinds.pop())


def _objects(values: list) -> np.ndarray:
    """Make an array of objects, even if they are arrays themselves."""
    return np.fromiter(values, dtype=object, count=len(values))


def _floats(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Turn an array of objects into floats if all of them are floats."""
    if {*map(type, values.ravel().tolist())} <= {float, np.float64}:
        return values.astype(float).reshape(shape)
    return values.astype(object).reshape(shape)


def single_values(outcome: OperandValues | ConstantOperand, n: int) -> np.ndarray:
    """Reduce values to one per cell, as `formulas` does."""
    if isinstance(outcome, ConstantOperand):
        return _objects([_single(outcome.value)] * n)
    if outcome.kind is None or outcome.values.size == n:
        return outcome.values.reshape(n)
    return _objects([_single(value) for value in outcome.each()])


def _single(value: object) -> object:
    """Reduce a result to one value, as `formulas` does when it stores it in a cell."""
    return Ranges().push("A1", value).value[0, 0]
