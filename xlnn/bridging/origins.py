"""With what does a workbook begin that is built of a model? To predict with, or to train on."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from xlnn.bridging.comparing import Authority, agreeing, check_sheet
from xlnn.bridging.model import TrainedModel, read_model
from xlnn.bridging.stacking import Layer
from xlnn.data.dataset import Reading
from xlnn.equations.layer import LAYERS
from xlnn.errors import DataError
from xlnn.reference import Arrays
from xlnn.workbooks.kind import Recipe
from xlnn.workbooks.network import origin as network
from xlnn.workbooks.network.layer_spec import LayerSpec
from xlnn.workbooks.predict.kind import Origin
from xlnn.workbooks.predict.quantities import predicting
from xlnn.workbooks.predict.spec import TOLD

ETA, OPTIMIZER = 0.001, "adam"
"""How training goes on where nobody says it: by steps of a size that suits any cost."""

SAID = {
    "both": "its one output for two classes is shown as two.",
    "linear": "a layer below the outputs has no activation function. Was one forgotten?",
    "scores": "its outputs have no softmax: they are scores, and the largest decides.",
    "batch normalization": "its batch normalisation is folded into the weights beside it.",
}
"""What a person is told when the workbook is built; the Guide says more."""


@dataclass(frozen=True)
class Predicting:
    """A model to predict with.

    Attributes
    ----------
    model : TrainedModel
    authority : Authority
    """

    model: TrainedModel
    authority: Authority

    @property
    def origin(self) -> Origin:
        """What is known before the rows are."""
        model = self.model
        told = _told(model)
        units = model.layers[-1].shape[0]
        names = list(model.graph.inputs)
        return Origin(
            name=Path(model.graph.name).stem,
            lang="en",
            shape=model.shape,
            layers=tuple(map(_layer_spec, model.names(), model.layers)),
            labels=model.labels or _usual_labels(units, is_classifier=model.is_classifier),
            task="classification" if model.is_classifier else "regression",
            weights=model.weights(),
            features=tuple(names) if len(names) == model.inputs > 1 else (),
            scaling=model.scaling,
            told=tuple(key for key in TOLD if key in told),
            notes=tuple(f"{model.graph.name}: {SAID[key]}" for key in SAID if key in told),
        )

    def agrees(self, recipe: Recipe[Any], run: Arrays) -> str:
        """Say that NumPy's run of a workbook agrees with ONNX Runtime, or refuse it."""
        return agreeing(self.authority, recipe.spec, recipe.inputs, run)

    def check(self, recipe: Recipe[Any], arrays: Arrays) -> None:
        """Refuse a workbook whose cells do not hold what ONNX Runtime says."""
        check_sheet(self.authority, predicting(recipe.spec), arrays)


def predicting_with(path: Path, *, large: bool = False) -> Predicting:
    """Read a model to predict with.

    Raises
    ------
    DataError
        It cannot be read, or no workbook holds it.
    """
    model = read_model(path, large=large)
    _check_picture(model)
    return Predicting(model, Authority(model))


def training_from(path: Path, *, large: bool = False) -> network.Origin:
    """Read a model to train on.

    Raises
    ------
    DataError
        It cannot be read, or is none that learns here.
    """
    model = read_model(path, large=large)
    _check_picture(model)
    specs = map(_layer_spec, model.names(), model.layers)
    layers = [spec.to_mapping() for spec in specs]
    for layer, found in zip(layers, model.layers, strict=True):
        if found.step or found.padding:
            raise DataError(
                f"{path.name}: layer {layer['name']} moves by other steps, or over the edge of its "
                "maps: networks learn with filters that do neither, and with blocks side by side. "
                "It can predict: leave --epochs out."
            )
    is_table = len(model.shape) == 1
    return network.Origin(
        name=Path(model.graph.name).stem,
        lang="en",
        epochs=1,
        eta=ETA,
        cost="",  # which follows from the data
        layers=[{**layer, "size": list(layer["size"])} for layer in layers],
        reading=Reading(
            picture=None if is_table else model.shape,  # type: ignore[arg-type]
            table=is_table,
            labels=model.labels,
        ),
        data=path,
        scaling=model.scaling,
        start=_rows(model.weights()),
        spread="fan-in",
        optimizer=OPTIMIZER,
        inputs=model.inputs,
    )


def start_from(path: Path, *, large: bool = False) -> tuple[np.ndarray, ...]:
    """Return the parameters of each layer of a model, from below, a row for each unit.

    Raises
    ------
    DataError
        It cannot be read, or scales its inputs.
    """
    model = read_model(path, large=large)
    if model.scaling is not None:
        raise DataError(
            f"{path.name} scales its inputs, which start weights do not tell: begin with it "
            "(--model), which takes the scaling over."
        )
    return tuple(_rows(model.weights()).values())


def _rows(weights: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {
        name: array if array.ndim == 1 else array.reshape(len(array), -1)
        for name, array in weights.items()
    }


def _layer_spec(name: str, layer: Layer) -> LayerSpec:
    kind = LAYERS[layer.kind]
    return LayerSpec(
        name=name,
        units=layer.shape[0] if kind.has_units else 0,
        activation=layer.activation if kind.activates else "linear",
        kind=layer.kind,
        size=layer.size,
        step=layer.step,
        padding=layer.padding,
    )


def _told(model: TrainedModel) -> set[str]:
    told = set(model.told)
    if model.is_classifier and model.layers[-1].activation not in {"softmax", "sigmoid"}:
        told.add("scores")
    return told


def _usual_labels(units: int, *, is_classifier: bool) -> tuple[str, ...]:
    """Return the names of outputs that have none: classes count from 0, as programs do."""
    if is_classifier:
        return tuple(map(str, range(units)))
    return ("y",) if units == 1 else tuple(f"y{number}" for number in range(1, units + 1))


def _check_picture(model: TrainedModel) -> None:
    if len(model.shape) > 2:
        maps, rows, columns = model.shape[-3:]
        raise DataError(
            f"{model.graph.name} takes pictures of {maps} maps of {rows} × {columns} (colours?): a "
            "workbook draws pictures of one. Train a model on grey pictures."
        )
