"""Predict with the network of a workbook: its outputs for new rows, computed with NumPy."""

from collections.abc import Mapping

import numpy as np

from xlnn.data.classes import as_whole
from xlnn.data.dataset import ReadOptions
from xlnn.data.load import load_inputs
from xlnn.equations.layer import PARAMETERS
from xlnn.errors import OptionsError
from xlnn.reference import known, run
from xlnn.workbooks.network.quantities.network import network
from xlnn.workbooks.network.quantities.stack import Stack
from xlnn.workbooks.network.spec import Spec


def outputs(spec: Spec, arrays: Mapping[str, np.ndarray], x: object, number: int) -> np.ndarray:
    """Return the outputs of a network for new rows, in the units of its targets.

    Parameters
    ----------
    spec : Spec
    arrays : dict of arrays
        The quantities of its workbook; the weights after the last epoch are used.
    x : array, data frame or path
        The inputs as given to the build, shape (rows, inputs).
    number : int
        The run, from 1.

    Returns
    -------
    array, shape (rows, outputs)
    """
    if not 1 <= number <= spec.number_of_runs:
        raise OptionsError(f"There is no run {number}: the workbook has {spec.number_of_runs}.")
    reading = ReadOptions(
        table=bool(spec.features),
        picture=None if spec.features else spec.picture,
        features=spec.features,
        large=True,
    )
    if isinstance(x, list | np.ndarray) and np.ndim(x) == 1:  # a single row
        x = np.reshape(x, (1, -1))
    found = load_inputs(x, reading, spec.inputs).x
    forward = Spec(
        spec.template, spec.lang, 0, len(found), spec.picture, spec.labels, spec.layers, cost="",
        features=spec.features, task=spec.task, scaled=spec.scaled,
    )  # fmt: skip
    model, before = network(forward), (number - 1,) if spec.runs else ()
    state = (*before, -1) if spec.epochs else ()
    inputs = known(model)
    for quantity in model.inputs:
        if quantity.name in {"raw", "x"}:
            inputs[quantity.name] = found.reshape(-1, *quantity.shape)
        elif quantity.kind in PARAMETERS:
            inputs[quantity.name] = arrays[quantity.name][state]
        elif quantity.name not in inputs:
            inputs[quantity.name] = arrays[quantity.name]
    stack = Stack(forward)
    result = run(model, inputs)[stack.activation(stack.output, "")]
    if spec.scaled_targets:
        result = result / arrays["t_factor"] + arrays["t_middle"]
    return result


def answers(spec: Spec, found: np.ndarray) -> np.ndarray:
    """Return the label of each row, or the numbers that are predicted.

    Parameters
    ----------
    spec : Spec
    found : array, shape (rows, outputs)

    Returns
    -------
    array, shape (rows,), or (rows, outputs) where several numbers are predicted
    """
    if spec.is_regression:
        return found[:, 0] if found.shape[1] == 1 else found
    return _as_numbers(spec.labels)[found.argmax(axis=1)]


def score(spec: Spec, predicted: np.ndarray, y: object) -> float:
    """Return the share of right classes, or R² for numbers.

    Raises
    ------
    OptionsError
        The number of values differs from that of the predictions.
    """
    truth = np.asarray(y)
    if spec.is_regression:
        truth = truth.astype(float)
    if len(truth) != len(predicted):
        raise OptionsError(f"y has {len(truth):,} rows, and x has {len(predicted):,}.")
    if not spec.is_regression:
        names = (as_whole([str(each) for each in every]) for every in (truth, predicted))
        return float(np.mean([one == other for one, other in zip(*names, strict=True)]))
    truth = truth.reshape(predicted.shape)
    left = ((truth - predicted) ** 2).sum(axis=0)
    return float(np.mean(1 - left / ((truth - truth.mean(axis=0)) ** 2).sum(axis=0)))


def _as_numbers(labels: tuple[str, ...]) -> np.ndarray:
    """Return labels as an array: of whole numbers if all are such."""
    try:
        return np.array([int(label) for label in labels])
    except ValueError:
        return np.array(labels)
