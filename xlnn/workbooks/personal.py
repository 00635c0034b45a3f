"""Give a student numbers of their own: those of a template, changed a little."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from xlnn.model import Model
from xlnn.options import Options
from xlnn.quantity import Quantity
from xlnn.workbooks.kind import Source
from xlnn.workbooks.planning import plan_of
from xlnn.workbooks.source_data import typed_data

LEAST, MOST = 0.8, 1.25
"""Inputs are multiplied by 0.8 to 1.25: small enough that the sheet's sentences stay true."""

DIGITS = 2, 4
"""The fewest and the most digits of a changed number."""


def is_movable(quantity: Quantity) -> bool:
    """Return whether an input is a real number: not a text, a choice or a count."""
    return not (quantity.is_text or quantity.choices or quantity.number_format == "0")


def moved_inputs(quantity: Quantity, given: object, random: np.random.Generator) -> np.ndarray:
    """Change the values of an input by up to a quarter.

    Zeros and ones stay: they are pixels, targets, or switch a term off.

    >>> moved_inputs(Quantity("x", shape=(4,)), [0, 1, 0.5, -4], np.random.default_rng(0)).tolist()
    [0.0, 1.0, 0.41, -3.2]
    """
    array = np.asarray(given, dtype=float).reshape(quantity.input_lengths)
    # draw for every number, so that unchanged ones do not affect the others
    factors = np.exp(random.uniform(np.log(LEAST), np.log(MOST), array.shape))
    moved = [
        value if value in (0.0, 1.0) else float(f"{value * factor:.{_digits(value)}g}")
        for value, factor in zip(array.ravel(), factors.ravel(), strict=True)
    ]
    return np.array(moved, dtype=float).reshape(array.shape)


def moved(
    model: Model, inputs: Mapping[str, np.ndarray], random: np.random.Generator
) -> dict[str, np.ndarray]:
    """Return the inputs of a model, with real ones changed a little."""
    return {
        q.name: moved_inputs(q, inputs[q.name], random) if is_movable(q) else inputs[q.name]
        for q in model.inputs
    }


def _digits(value: float) -> int:
    """Return the number of digits of a number, within `DIGITS`."""
    written = f"{value:.15e}".partition("e")[0].replace(".", "").lstrip("-").rstrip("0")
    return min(max(len(written), DIGITS[0]), DIGITS[1])


def personal(source: Source, asked: Options, random: np.random.Generator) -> Source:
    """Return a source whose real inputs are changed a little."""
    kind, plan = source.kind, plan_of(source, asked)
    inputs = moved(plan.model, plan.inputs, random)
    if kind.learns is None:
        return replace(source, inputs=inputs)
    names = {kind.learns.x, kind.learns.t}
    own = {name: value for name, value in inputs.items() if name not in names}
    data = typed_data(kind.learns, inputs)
    return replace(source, inputs=own, data=data, held=np.zeros(len(data.x), dtype=bool))
