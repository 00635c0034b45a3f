"""What does a build begin with? A template, or a workbook that xlnn made before."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from xlnn import engines, package
from xlnn.contents import check_inputs, inputs_of, layout_of, read_arrays, read_spec
from xlnn.data import Dataset, Reading
from xlnn.data.wording import listed, short
from xlnn.errors import DataError
from xlnn.spec import LayerSpec, Spec, picture_of
from xlnn.templates import Template

UNSCALED = "none"

READER = "formualizer"
"""The engine that says what an older workbook's cells hold."""


@dataclass(frozen=True)
class Origin:
    """What is known before a person's options are.

    Attributes
    ----------
    name : str
        The template's name.
    lang : str
    epochs, eta : int, float
    cost : str
    layers : list of dict
        As a template writes them; the last one's units follow from the data.
    reading : Reading
        How data are to be read.
    data : Path or Dataset
    test_share : float
        Which part of new data is held out; 0 is none.
    held : array of bool, or None
        Which images of `data` are held out, where that is settled.
    scale : str
        ``none``, or a way that `xlnn.data.scaling` knows.
    scaling : (array, array) or None
        The middle and factor of each input, where they are settled.
    start : Path, dict of arrays, or None
        The start weights; None where they are drawn.
    seed, spread : int, str
        How they are drawn.
    """

    name: str
    lang: str
    epochs: int
    eta: object
    cost: str
    layers: list[dict[str, Any]]
    reading: Reading
    data: Path | Dataset
    test_share: object = 0.0
    held: np.ndarray | None = None
    scale: str = UNSCALED
    scaling: tuple[np.ndarray, np.ndarray] | None = None
    start: Path | Mapping[str, np.ndarray] | None = None
    seed: int = 0
    spread: str = "normal"


KNOWN = {
    "": {"summary", "labels", "cost", "eta", "epochs", "data", "start", "layers"},
    "data": {
        "file", "picture", "table", "label", "targets", "scale", "test_share", "threshold",
        "light_ink",
    },
    "start": {"file", "seed", "spread"},
}  # fmt: skip
"""What a template.toml may say, by its tables."""


def from_template(template: Template) -> Origin:
    """Read what a template says.

    Raises
    ------
    DataError
        It says too little, or something that is not known.
    """
    values = template.values
    data, start = values.get("data"), values.get("start", {})
    for name, table in (("", values), ("data", data), ("start", start)):
        where = f"template.toml of {template.name}" + (f", [{name}]" if name else "")
        if not isinstance(table, dict):
            raise DataError(f"{where} is missing: it says which file holds the data.")
        if unknown := sorted(set(table) - KNOWN[name]):
            raise DataError(
                f"{where}: {short(unknown[0])} is unknown; known are {listed(sorted(KNOWN[name]))}."
            )
    try:
        reading = Reading(
            picture=picture_of(data["picture"]) if "picture" in data else None,
            table=bool(data.get("table", False)),
            labels=tuple(str(label) for label in values.get("labels", ())),
            label=str(data.get("label", "")),
            targets=tuple(str(name) for name in data.get("targets", ())),
            threshold=data.get("threshold"),
            light_ink=bool(data.get("light_ink", False)),
        )
        return Origin(
            name=template.name,
            lang="en",
            epochs=values["epochs"],
            eta=values["eta"],
            cost=values["cost"],
            layers=values["layers"],
            reading=reading,
            data=template.path / str(data["file"]),
            test_share=data.get("test_share", 0.0),
            scale=data.get("scale", UNSCALED),
            start=template.path / str(start["file"]) if "file" in start else None,
            seed=start.get("seed", 0),
            spread=start.get("spread", "normal"),
        )
    except KeyError as error:
        raise DataError(f"template.toml of {template.name} does not say {error}.") from error
    except TypeError as error:
        raise DataError(f"template.toml of {template.name} cannot be used: {error}.") from error


def from_workbook(path: Path) -> Origin:
    """Read what a workbook holds now: also what a person changed in it.

    Raises
    ------
    WorkbookError
        The file is no workbook of xlnn, is not safe to open, or an input holds no number.
    """
    package.inspect(path)
    spec = read_spec(path)
    layout = layout_of(spec)
    values = engines.load(READER, path)({})
    arrays = read_arrays(layout, values)
    check_inputs(layout, values, inputs_of(layout, arrays))
    x, t = (_with_tested(arrays, name) for name in ("raw" if spec.scaled else "x", "t"))
    is_table = bool(spec.features)
    return Origin(
        name=spec.template,
        lang=spec.lang,
        epochs=spec.epochs,
        eta=float(arrays["eta"]),
        cost=spec.cost,
        layers=[_as_written(layer) for layer in spec.layers],
        reading=Reading(
            picture=None if is_table else spec.picture,
            table=is_table,
            labels=spec.labels,
            targets=spec.labels if spec.is_regression else (),
        ),
        data=Dataset(
            x=x,
            t=t,
            labels=_labels(spec, arrays["labels"]),
            picture=None if is_table else spec.picture,
            features=spec.features,
            is_regression=spec.is_regression,
        ),
        test_share=spec.test_images / len(x),
        held=np.arange(len(x)) >= spec.images,
        scaling=(arrays["middle"], arrays["factor"]) if spec.scaled else None,
        start={q.name: arrays[q.name][0] for q in layout.model.inputs if q.given},
        spread="fan-in",
    )


def _with_tested(arrays: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    """Return the images that are trained, and after them those that are held out."""
    tested = f"test_{name}"
    return np.concatenate([arrays[name], arrays[tested]]) if tested in arrays else arrays[name]


def _labels(spec: Spec, now: np.ndarray) -> tuple[str, ...]:
    """Return the labels as the sheet names them now; the Spec knows how numbers are written."""
    written = [value if isinstance(value, str) else f"{value:.15g}" for value in now]
    return tuple(written) if len(set(written)) == len(written) else spec.labels


def _as_written(layer: LayerSpec) -> dict[str, Any]:
    return {**asdict(layer), "size": list(layer.size)}
