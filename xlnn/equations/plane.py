"""Draw a network over the plane of its two inputs, at the points of a grid.

Points are counted from 1, row by row, from the upper left.
"""

from collections.abc import Sequence

import numpy as np

from xlnn.equation import Cells, Choice, Stated
from xlnn.equations.lookup import entry
from xlnn.equations.network_drawing import NOWHERE
from xlnn.equations.number import significant
from xlnn.equations.sentences import Lines, Told

SIDE = 21
"""Points along a side of the grid."""

MARGIN = 10
"""The least margin on each side is the range of the data divided by this."""

PLACES = 9
"""Decimals to which a number is rounded before the next whole number is taken."""


# fmt: off
def edge(sign: int) -> Stated:
    """Return the equation of the edges of the plane: -1 for the lower ones, 1 for the upper.

    Each is at least a tenth of the input's range beyond its least or largest value, at the next
    multiple of a fifth of a power of ten: a round number. Constant data have a range of 1.
    """
    end = "MAX" if sign > 0 else "MIN"

    def array(values: np.ndarray) -> np.ndarray:
        values = values.reshape(len(values), -1)
        span = np.ptp(values, axis=0)
        span = np.where(span == 0, 1.0, span)
        step = 10.0 ** np.floor(np.round(np.log10(span), PLACES)) / 5
        ends = values.max(axis=0) if sign > 0 else values.min(axis=0)
        steps = np.round((ends + sign * span / MARGIN) / step, PLACES)
        return step * (np.ceil(steps) if sign > 0 else np.floor(steps))

    def cell(k: int, values: Cells) -> str:
        given = values.samples[k]
        span = f"IF(MAX({given})=MIN({given}),1,MAX({given})-MIN({given}))"
        step = f"(10^INT(ROUND(LOG10({span}),{PLACES}))/5)"
        steps = f"ROUND(({end}({given}){'-+'[sign > 0]}{span}/{MARGIN})/{step},{PLACES})"
        return f"=0-{step}*INT(0-{steps})" if sign > 0 else f"={step}*INT({steps})"

    return Stated(
        array, cell, discontinuous=True,
        says="An edge of the plane: a round number, at least a tenth of an input's range beyond "
        "its least or largest value.")


GRID_POINT = Stated(
    lambda number, low, high: np.stack([
        low[0] + (high - low)[0] * ((number - 1) % SIDE) / (SIDE - 1),
        high[1] - (high - low)[1] * np.floor((number - 1) / SIDE) / (SIDE - 1),
    ], axis=1)[:, np.newaxis],
    lambda _, k, number, low, high: "={}({}-{})*{}/{}".format(
        (f"{low[k]}+", f"{high[k]}-")[k], high[k], low[k],
        (f"MOD({number[()]}-1,{SIDE})", f"INT(({number[()]}-1)/{SIDE})")[k], SIDE - 1),
    says="The inputs at a point of the grid: the first goes to the right, the second up.")

OF_OUTPUT = Stated(
    lambda a, output: entry(a.T, output).reshape(SIDE, SIDE),
    lambda row, column, a, output: (
        f"=INDEX({a.over('point')[:]},{row * SIDE + column + 1},{output[()]})"),
    says="The chosen output at each point of the grid, as a picture.",
    reads_as_stated=True, repeats=True)


def of_units(units: Sequence[int], places: Sequence[int]) -> Stated:
    """Return the equation of some units over the plane, at some rows and columns of the grid."""
    return Stated(
        lambda a: a.T.reshape(-1, SIDE, SIDE)[list(units)][:, places][:, :, places],
        lambda unit, row, column, a: "=INDEX({},{})".format(
            a.over("point")[units[unit]], places[row] * SIDE + places[column] + 1),
        says="The outputs of some units over the plane, each as a small picture.",
        reads_as_stated=True, repeats=True)


def on_grid(samples: int) -> Stated:
    """Return the equation of the places of the first images; the first cell's middle is at 0.5."""
    return Stated(
        lambda values, low, high: (
            (values[:samples].reshape(samples, -1) - low) / (high - low) * (SIDE - 1) + 0.5),
        lambda k, values, low, high: f"=({values[k]}-{low[k]})/({high[k]}-{low[k]})*{SIDE - 1}+0.5",
        says="The position of an image in the picture, in cells from the left and from below.")


def height_if(*, own: bool) -> Stated:
    """Return the equation of heights in the series of the chosen class, or of all others."""
    one, other = ("{at[1]}", NOWHERE) if own else (NOWHERE, "{at[1]}")
    return Choice(
        lambda at, truth, output: np.where(
            (truth[: len(at)] == output) == own, at[:, 1], float(NOWHERE)),
        f"=IF({{truth}}={{output}},{one},{other})",
        says="The height of an image in the series of the chosen class, or in that of all others.")


def edge_texts(number: int, *, upper_first: bool) -> Lines:
    """Return the two ends of an input, counted from 0, as texts; the lower first unless told."""
    ends = [
        Told(["{end}"], end=lambda low: significant(low[number])),
        Told(["{end}"], end=lambda high: significant(high[number])),
    ]
    return Lines(ends[::-1] if upper_first else ends)
