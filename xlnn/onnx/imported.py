"""Start a workbook from a trained model, to predict or to train further."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from xlnn.data.dataset import Dataset, ReadOptions
from xlnn.data.numbers import rounded
from xlnn.equations.layer import LAYERS
from xlnn.equations.optimiser import PLAIN
from xlnn.errors import DataError
from xlnn.experiments.network.layers import LayerSpec
from xlnn.onnx.compare import Authority
from xlnn.onnx.layers import Layer, TrainedModel
from xlnn.onnx.model import read_model
from xlnn.workbooks import FIRST_KIND, kind_named
from xlnn.workbooks.kind import Source
from xlnn.workbooks.spec import TOLD
from xlnn.workbooks.start_weights import as_rows

ETA, OPTIMIZER = 0.001, "adam"
"""The defaults of further training, with steps that suit any cost."""

SAID = {
    "both": "its one output for two classes is shown as two.",
    "linear": "a layer before the outputs has no activation function. Is one missing?",
    "scores": "its outputs have no softmax: they are scores, and the largest decides.",
    "batch normalization": "its batch normalisation is included in the weights of the neighbouring "
    "layer.",
}
"""Notes when the workbook is built; the Guide has more."""


def predicting_with(path: Path, *, large: bool = False) -> tuple[Source, Authority]:
    """Read a model to predict with; return what is known before the rows are read, and its proof.

    Raises
    ------
    DataError
        It cannot be read, or does not fit a workbook.
    """
    model = read_model(path, large=large)
    base, keys = _source(model), _told(model)
    units, names = model.layers[-1].shape[0], list(model.graph.inputs)
    if not (len(names) == model.inputs > 1):
        names = [f"x{number}" for number in range(1, model.inputs + 1)]
    data = Dataset(
        x=np.empty((0, model.inputs)),
        t=np.empty((0, 0)),
        labels=model.labels or _usual_labels(units, is_classifier=model.is_classifier),
        picture=base.reading.picture,
        features=tuple(names) if base.reading.table else (),
        is_regression=not model.is_classifier,
        told=tuple(f"{path.name}: {SAID[key]}" for key in SAID if key in keys),
    )
    source = replace(
        base,
        data=data,
        scaling=model.scaling and tuple(map(rounded, model.scaling)),
        runs=({"start": {name: rounded(array) for name, array in model.weights().items()}},),
        told=tuple(key for key in TOLD if key in keys),
    )
    return source, Authority(model)


def training_from(path: Path, *, large: bool = False) -> Source:
    """Read a model to train further.

    Raises
    ------
    DataError
        It cannot be read, or cannot be trained here.
    """
    model = read_model(path, large=large)
    source, further = _source(model), {"epochs": 1, "optimizer": OPTIMIZER}
    return replace(
        source, sizes={**source.sizes, **further}, inputs={"eta": ETA}, count=model.inputs,
        notes={"layers": _not_trained(model)},
    )  # fmt: skip


NOT_TRAINED = {
    "batch normalization": "its batch normalisation is included in the weights of the neighbouring "
    "layer",
    "dropout": "its dropout is left out",
}
"""What a model has while it is trained elsewhere, and where it is in a workbook."""


def _not_trained(model: TrainedModel) -> tuple[str, ...]:
    """Return a note if a workbook trains a model without a part of it."""
    sentences = [sentence for key, sentence in NOT_TRAINED.items() if key in model.told]
    which = "them" if len(sentences) > 1 else "it"
    note = f"{model.graph.name}: {' and '.join(sentences)}, so it trains further without {which}."
    return (note,) if sentences else ()


def _source(model: TrainedModel) -> Source:
    """Return what is known of a model, for predicting and for training further."""
    if len(model.shape) > 2:
        maps, rows, columns = model.shape[-3:]
        raise DataError(
            f"{model.graph.name} takes pictures of {maps} maps of {rows} × {columns} (colours?): a "
            "workbook draws pictures of one. Train a model on grey pictures."
        )
    is_table = len(model.shape) == 1
    return Source(
        kind=kind_named(FIRST_KIND),
        name=Path(model.graph.name).stem,
        sizes={
            # the cost follows from the data
            "epochs": 0,
            "images": None,
            "cost": "",
            "optimizer": PLAIN,
            "regularised": False,
            "layers": tuple(_layer_spec(name, la) for name, la in model.named_layers().items()),
        },
        settings={"spread": "fan-in"},
        reading=ReadOptions(
            picture=None if is_table else model.shape,  # type: ignore[arg-type]
            table=is_table,
            labels=model.labels,
        ),
        data=Path(model.graph.name),
        scaling=model.scaling,
        runs=({"start": model.weights()},),
    )


def start_from(path: Path, *, large: bool = False) -> tuple[np.ndarray, ...]:
    """Return the parameters of each layer of a model, bottom to top, a row for each unit.

    Raises
    ------
    DataError
        It cannot be read, or scales its inputs.
    """
    model = read_model(path, large=large)
    if model.scaling is not None:
        raise DataError(
            f"{path.name} scales its inputs, which start weights do not include: use --model, "
            "which keeps the scaling."
        )
    return tuple(array.reshape(as_rows(array.shape)) for array in model.weights().values())


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
    keys = set(model.told)
    if model.is_classifier and model.layers[-1].activation not in {"softmax", "sigmoid"}:
        keys.add("scores")
    return keys


def _usual_labels(units: int, *, is_classifier: bool) -> tuple[str, ...]:
    """Return names for outputs that have none; classes are counted from 0."""
    if is_classifier:
        return tuple(map(str, range(units)))
    return ("y",) if units == 1 else tuple(f"y{number}" for number in range(1, units + 1))
