"""Predict with the network of a workbook: its outputs for new rows, computed with NumPy."""

from collections.abc import Mapping

import numpy as np

from xlnn.data.classes import as_whole
from xlnn.data.dataset import ReadOptions
from xlnn.data.load import load_inputs
from xlnn.equations.layer import computed
from xlnn.errors import OptionsError
from xlnn.experiments.network.layers import kinds_of, parameters_of
from xlnn.workbooks.spec import Spec
from xlnn.workbooks.start_weights import SCALING


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
        picture=None if spec.features else spec.grid,
        features=spec.features,
        large=True,
    )
    if isinstance(x, list | np.ndarray) and np.ndim(x) == 1:  # a single row
        x = np.reshape(x, (1, -1))
    rows = load_inputs(x, reading, spec.inputs).x
    state = ((number - 1,) if spec.runs else ()) + ((-1,) if spec.epochs else ())
    names = [f"{kind}{layer}" for kind, layer, _ in parameters_of(spec.of_run(0))]
    weights = {name: arrays[name][state] for name in names}
    return forward(spec, weights | {name: arrays[name] for name in SCALING if name in arrays}, rows)


def forward(spec: Spec, numbers: Mapping[str, np.ndarray], samples: np.ndarray) -> np.ndarray:
    """Return the outputs of a network for samples, computed with its equations in NumPy.

    Parameters
    ----------
    spec : Spec
    numbers : dict of arrays
        The parameters of each layer by name, and the scaling of inputs and targets, if any.
    samples : array, shape (samples, inputs)
        The unscaled inputs.

    Returns
    -------
    array, shape (samples, outputs)
        For a regression, in the units of its targets.
    """
    if "middle" in numbers:
        samples = (samples - numbers["middle"]) * numbers["factor"]
    a = samples.reshape(len(samples), *next(iter(kinds_of(spec).values())).below)
    for name, kind in kinds_of(spec).items():
        shapes = kind.parameters.items()
        values = {kept: numbers[f"{kept}{name}"].reshape(shape) for kept, shape in shapes}
        values["below"] = a
        for quantity, equation in kind.forward.items():
            values[quantity] = computed(equation, values)
        a = values["a"]
    return numbers["t_middle"] + a / numbers["t_factor"] if "t_factor" in numbers else a


def answers(spec: Spec, outputs: np.ndarray) -> np.ndarray:
    """Return the label of each row, or the numbers that are predicted.

    Parameters
    ----------
    spec : Spec
    outputs : array, shape (rows, outputs)

    Returns
    -------
    array, shape (rows,), or (rows, outputs) where several numbers are predicted
    """
    if spec.is_regression:
        return outputs[:, 0] if outputs.shape[1] == 1 else outputs
    return _as_numbers(spec.labels)[outputs.argmax(axis=1)]


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
        names = (as_whole([str(label) for label in every]) for every in (truth, predicted))
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
