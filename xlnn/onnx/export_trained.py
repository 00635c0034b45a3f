"""Collect the parameters of an epoch and the outputs that the sheet computes with them.

Stored values are not used: the workbook is recalculated. The sheet does not show outputs with the
weights after the last epoch, so these weights replace the start, and the sheet's formulas compute
the outputs.

The parameters have PyTorch's names and shapes. A layer is an attribute of a module: ``self.layer2 =
nn.Linear(12, 3)`` has ``layer2.weight`` of shape (out, in) and ``layer2.bias``; ``self.layerF =
nn.Conv2d(1, 3, 3)`` has ``layerF.weight`` of shape (out, in, rows, columns).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from xlnn import engines
from xlnn.engines import Allowance, Recalculate
from xlnn.engines.reading import Reading
from xlnn.equations.layer import WEIGHTS, LayerKind, Shape
from xlnn.errors import OptionsError, WorkbookError
from xlnn.experiments.network.layers import (
    kinds_of,
    parameters_of,
    shapes_of,
)
from xlnn.experiments.network.quantities.stating import predicted_of, samples_of
from xlnn.layout import Layout
from xlnn.loading.open_file import check_sheets, opened
from xlnn.loading.spec import described
from xlnn.loading.unseen_formulas import file_for_engine
from xlnn.loading.values import check_inputs, read_arrays
from xlnn.reference import inputs_of
from xlnn.terms import general_text
from xlnn.workbooks.spec import Spec
from xlnn.workbooks.start_weights import SCALING, tensor_name

PRODUCER = "xlnn"

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Trained:
    """A network with the weights of one epoch, and the sheet's outputs with them.

    Attributes
    ----------
    name : str
        The name of the file.
    spec : Spec
        The Spec of the run.
    epoch : int or None
        The epoch of the weights, 0 for the start; None if the workbook has no epochs.
    run : int
        The run, from 1.
    weights : dict of arrays
        By name (``W2``), in the shapes of the sheet.
    scaling : dict of arrays
        Those of `start.SCALING` that exist.
    labels : tuple of str
        The current labels of the outputs on the sheet.
    samples : array, shape (samples, inputs)
        The unscaled inputs; those held out come last.
    outputs : array, shape (samples, outputs)
        The sheet's outputs; for a regression, in the units of its targets.
    cells : tuple of str
        The cell of each sample's first output, if the sheet shows it with these weights; empty
        after the last epoch.
    """

    name: str
    spec: Spec
    epoch: int | None
    run: int
    weights: dict[str, np.ndarray]
    scaling: dict[str, np.ndarray]
    labels: tuple[str, ...]
    samples: np.ndarray
    outputs: np.ndarray
    cells: tuple[str, ...]

    @property
    def unit(self) -> np.ndarray | float:
        """The size of one unit of each output."""
        return 1 / np.abs(self.scaling["t_factor"]) if "t_factor" in self.scaling else 1.0


def properties(trained: Trained) -> dict[str, str | list[str]]:
    """Return the metadata of a file: the labels of its outputs, its run and epoch.

    ``features`` are the names of a table's inputs.
    """
    spec = trained.spec
    known: dict[str, str | list[str]] = {"labels": [*trained.labels], "task": spec.task}
    if spec.features:
        known["features"] = [*spec.features]
    if spec.runs:
        known["run"] = str(trained.run)
    if trained.epoch is not None:
        known["epoch"] = str(trained.epoch)
    return known | {"template": spec.template, "made_by": PRODUCER}


def trained(path: Path, epoch: int | None, run: int | None, engine: str) -> Trained:
    """Recalculate a workbook, and return the trained network of one run.

    Parameters
    ----------
    path : Path
    epoch : int
        The epoch of the weights, 0 for the start; by default the last.
    run : int
        The run, from 1, if the workbook compares several.
    engine : str
        One of `xlnn.engines.ENGINES`.

    Raises
    ------
    WorkbookError
        The file is not the workbook of a network, or a required cell does not contain a number.
    OptionsError
        There is no such epoch or run.
    """
    contents = opened(path)
    spec, layout = described(path, None, contents)
    if spec.kind != "network":
        raise WorkbookError(
            f"{path.name} has no network of layers (its template is {spec.template}): export needs "
            "one that trains, such as digits, or predicts."
        )
    learns = spec.epochs > 0
    after, number = _epoch(spec, epoch), _run(spec, run)
    check_sheets(contents, layout)
    with (
        file_for_engine(contents) as file,
        engines.load(
            engines.able(engine, contents.arrays),
            file,
            Allowance.of(contents),
            reading=Reading.of(contents),
        ) as recalculate,
    ):
        recalculated = recalculate({})
        arrays = read_arrays(layout, recalculated)
        check_inputs(layout, recalculated, inputs_of(layout.model, arrays))
        of_run = spec.of_run(number)
        before = (number,) if spec.runs else ()
        state = (*before, after) if learns else ()
        names = [f"{kind}{layer}" for kind, layer, _ in parameters_of(spec)]
        weights = {name: arrays[name][state] for name in names}
        _check_numbers(path, layout, weights, *state)
        if learns and after == spec.epochs:
            state = (*before, 0)
            arrays = _begun_with(layout, recalculate, state, weights)
    shape = (-1, prod(shapes_of(spec)["1"]))
    given = "raw" if spec.scaled else "x"
    outputs = [arrays[predicted_of(spec, samples)][state] for samples in samples_of(spec)]
    kept = {key: arrays[key] for key in SCALING if key in arrays}
    _check_numbers(path, layout, kept)
    cells = [
        layout.cell(predicted_of(spec, samples), (*state, image, 0))
        for samples, values in zip(samples_of(spec), outputs, strict=True)
        for image in range(len(values))
    ]
    return Trained(
        name=path.name,
        spec=of_run,
        epoch=after if learns else None,
        run=number + 1,
        weights=weights,
        scaling=kept,
        labels=tuple(map(general_text, arrays["labels"].ravel())),
        samples=np.concatenate(
            [arrays[f"{samples}{given}"].reshape(shape) for samples in samples_of(spec)]
        ),
        outputs=np.concatenate(outputs),
        cells=() if learns and after == spec.epochs else tuple(cells),
    )


def _epoch(spec: Spec, epoch: int | None) -> int:
    if not spec.epochs and epoch is not None:
        raise OptionsError("The workbook predicts and has no epochs: leave --epoch out.")
    if epoch is None:
        return spec.epochs
    if not 0 <= epoch <= spec.epochs:
        raise OptionsError(
            f"There is no epoch {epoch}: the workbook has weights after epochs 0 (the start) to "
            f"{spec.epochs}."
        )
    return epoch


def _run(spec: Spec, run: int | None) -> int:
    """Return the index of the run, from 0."""
    if run is None and spec.number_of_runs > 1:
        raise OptionsError(
            f"The workbook compares {spec.number_of_runs} runs: choose one, --run 1 to "
            f"{spec.number_of_runs}."
        )
    if not 1 <= (run or 1) <= spec.number_of_runs:
        raise OptionsError(f"There is no run {run}: the workbook has {spec.number_of_runs}.")
    return (run or 1) - 1


def _begun_with(
    layout: Layout, recalculate: Recalculate, state: tuple[int, ...], weights: Arrays
) -> dict[str, np.ndarray]:
    """Return what the sheet computes if it starts with the weights of a state."""
    start: dict[tuple[str, int, int], Any] = {}
    for name, array in weights.items():
        block = layout.blocks[name]
        title = layout.titles[block.sheet]
        for unit in np.ndindex(array.shape):
            start[title, *block.address((*state, *unit))] = float(array[unit])
    return read_arrays(layout, recalculate(start))


def _check_numbers(path: Path, layout: Layout, arrays: Arrays, *state: int) -> None:
    """Refuse arrays with cells that are not numbers."""
    for name, array in arrays.items():
        lost = np.argwhere(~np.isfinite(array))
        if lost.size:
            cell = layout.cell(name, (*state, *map(int, lost[0])))
            raise WorkbookError(
                f"{path.name}: {cell} does not give a number: run  xlnn check {path.name}  and "
                "correct the cell."
            )


def names_of(kind: LayerKind, layer: str) -> list[str]:
    """Return the names of a layer's parameters."""
    return [tensor_name(f"{parameter}{layer}") for parameter in kind.parameters]


def tensors_of(trained: Trained, precision: type[np.floating]) -> dict[str, np.ndarray]:
    """Return the weights and the scaling of inputs and targets, with PyTorch's names."""
    tensors: dict[str, np.ndarray] = {}
    for name, kind in kinds_of(trained.spec).items():
        for parameter in kind.parameters:
            array = trained.weights[f"{parameter}{name}"]
            if parameter in WEIGHTS:
                sides = (maps(kind.below), *kind.size) if kind.slides else (-1,)
                array = array.reshape(len(array), *sides)
            tensors[tensor_name(f"{parameter}{name}")] = array
    tensors |= trained.scaling
    return {name: np.ascontiguousarray(array, precision) for name, array in tensors.items()}


def maps(below: Shape) -> int:
    """Return how many maps a layer sees; a picture counts as one."""
    return below[0] if len(below) == 3 else 1
