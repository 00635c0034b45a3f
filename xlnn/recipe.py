"""What shall be built? A template or an older workbook, the data and the person's options, in one.

The sizes of the input and of the output layer follow from the data; what lies between them stays.
"""

from dataclasses import dataclass, replace
from math import prod
from pathlib import Path

import numpy as np

from xlnn.data import Dataset, Reading, held_out, read, rounded, scaling
from xlnn.errors import DataError
from xlnn.models.network import network
from xlnn.models.stack import numeric_labels
from xlnn.origin import UNSCALED, Origin
from xlnn.quantity import Model
from xlnn.spec import Spec
from xlnn.start import start_from_file, start_from_seed


@dataclass(frozen=True)
class Options:
    """What a person asks for that differs from the origin; None leaves the origin's.

    Attributes
    ----------
    data : Path
        A CSV, an ``.npz`` or a folder of pictures.
    start : Path
        The start weights, as JSON or ``.npz``.
    seed, spread : int, str
        Draw the start weights instead, and how: `xlnn.start.SPREADS`.
    epochs : int
    eta : float
    lang : str
    test_share : float
        Which part of the data is held out of training.
    scale : str
        ``none``, ``range`` or ``standard``.
    picture : (int, int)
        Rows and columns of an image.
    table : bool
        The data are no pictures.
    label : str
        The heading of the column with the labels.
    targets : tuple of str
        The headings of the columns to predict.
    threshold : float
        Grey of a picture file that becomes 1.
    light_ink : bool
        Picture files show light ink on dark paper.
    """

    data: Path | None = None
    start: Path | None = None
    seed: int | None = None
    spread: str | None = None
    epochs: int | None = None
    eta: float | None = None
    lang: str | None = None
    test_share: float | None = None
    scale: str | None = None
    picture: tuple[int, int] | None = None
    table: bool | None = None
    label: str | None = None
    targets: tuple[str, ...] | None = None
    threshold: float | None = None
    light_ink: bool | None = None


@dataclass(frozen=True)
class Recipe:
    """All that a workbook is built from.

    Attributes
    ----------
    spec : Spec
    model : Model
    inputs : dict of arrays
        The input quantities by name; of the weights, the start: shape (1, units ...).
    notes : tuple of str
        What the person may not expect, a sentence each.
    """

    spec: Spec
    model: Model
    inputs: dict[str, np.ndarray]
    notes: tuple[str, ...] = ()


def recipe(origin: Origin, options: Options) -> Recipe:
    """Join an origin with a person's options.

    Raises
    ------
    DataError
        The template, the data, the start or an option cannot be used.
    """
    data = _data(origin, options)
    held = _held(origin, options, data)
    scaled = _scaled(origin, options, data.x[~held])
    layers = [dict(layer) for layer in origin.layers] if _are_tables(origin.layers) else []
    if layers and layers[-1].get("kind", "dense") == "dense":
        layers[-1]["units"] = len(data.labels)
    spec = Spec.from_mapping(
        {
            "template": origin.name,
            "lang": options.lang or origin.lang,
            "epochs": origin.epochs if options.epochs is None else options.epochs,
            "images": int((~held).sum()),
            "test_images": int(held.sum()),
            "picture": list(data.picture or (1, data.x.shape[1])),
            "features": list(data.features) if data.picture is None else [],
            "labels": list(data.labels),
            "task": "regression" if data.is_regression else "classification",
            "scaled": scaled is not None,
            "layers": layers or origin.layers,
            "cost": origin.cost,
        }
    )
    model = network(spec)
    start, notes = _start(origin, options, model)
    inputs = {
        "eta": _eta(origin.eta if options.eta is None else options.eta),
        "labels": _labels(spec),
        **{name: array[np.newaxis] for name, array in start.items()},
    }
    if scaled:
        inputs |= {"middle": scaled[0], "factor": scaled[1]}
    for prefix, rows in (("", ~held), ("test_", held)):
        if rows.any():
            inputs[f"{prefix}number"] = np.arange(1.0, rows.sum() + 1)
            x = f"{prefix}{'raw' if scaled else 'x'}"
            inputs[x] = data.x[rows].reshape(-1, *model[x].shape)
            inputs[f"{prefix}t"] = data.t[rows]
    return Recipe(spec, model, inputs, notes)


def _data(origin: Origin, options: Options) -> Dataset:
    if options.data is None and isinstance(origin.data, Dataset):
        return origin.data
    given = {
        name: getattr(options, name)
        for name in ("picture", "table", "label", "targets", "threshold", "light_ink")
        if getattr(options, name) is not None
    }
    reading = replace(origin.reading, **given)
    if "picture" in given:
        reading = replace(reading, table=False)
    return read(Path(origin.data if options.data is None else options.data), _consistent(reading))


def _consistent(reading: Reading) -> Reading:
    """Return a reading in which columns to predict leave no picture and no label."""
    if not reading.targets:
        return reading
    return replace(reading, table=True, label="", labels=())


def _held(origin: Origin, options: Options, data: Dataset) -> np.ndarray:
    """Tell which images are held out."""
    if options.test_share is None and options.data is None and origin.held is not None:
        return origin.held
    share = origin.test_share if options.test_share is None else options.test_share
    if isinstance(share, int | float) and share == 0:
        return np.zeros(len(data.x), dtype=bool)
    if not isinstance(share, int | float):
        raise DataError(f"test_share is {share!r}: a number from 0 to 1 was expected.")
    seed = origin.seed if options.seed is None else options.seed
    return held_out(data.t, share, seed, is_regression=data.is_regression)


def _scaled(
    origin: Origin, options: Options, x: np.ndarray
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the middle and the factor of each input, from the images that are trained."""
    settled = origin.scaling
    if options.scale is None and settled is not None and len(settled[0]) == x.shape[1]:
        return settled
    how = options.scale or ("standard" if settled is not None else origin.scale)
    return None if how == UNSCALED else scaling(x, how)


def _are_tables(layers: object) -> bool:
    return isinstance(layers, list) and all(isinstance(layer, dict) for layer in layers)


def _labels(spec: Spec) -> np.ndarray:
    if spec.is_regression or not numeric_labels(spec):
        return np.array(spec.labels, dtype=object)
    return np.array([float(label) for label in spec.labels])


def _eta(value: object) -> np.ndarray:
    if not isinstance(value, int | float) or not np.isfinite(value) or value <= 0:
        raise DataError(f"eta is {value}: the learning rate is a number greater than 0.")
    return rounded(value)


def _start(
    origin: Origin, options: Options, model: Model
) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """Return the start weights, and what is to be said of them."""
    shapes = {q.name: as_rows(q.shape) for q in model.inputs if q.given}
    start, notes = _start_in_rows(origin, options, shapes)
    return {name: array.reshape(model[name].shape) for name, array in start.items()}, notes


def as_rows(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape in which weights are exchanged: a row for each unit or filter."""
    return shape if len(shape) == 1 else (shape[0], prod(shape[1:]))


def _start_in_rows(
    origin: Origin, options: Options, shapes: dict[str, tuple[int, ...]]
) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    seed = origin.seed if options.seed is None else options.seed
    if options.seed is not None or options.spread is not None:
        return start_from_seed(seed, shapes, options.spread or origin.spread), ()
    if options.start is not None:
        return start_from_file(Path(options.start), shapes), ()
    if origin.start is None:
        return start_from_seed(seed, shapes, origin.spread), ()
    drawn = start_from_seed(seed, shapes, "fan-in")
    if not isinstance(origin.start, Path):
        had = {name: array.reshape(as_rows(array.shape)) for name, array in origin.start.items()}
        kept = {name: array for name, array in had.items() if array.shape == shapes.get(name)}
        missing = [name for name in shapes if name not in kept]
        told = f"{', '.join(missing)} changed their sizes: their start was drawn (seed {seed})."
        return drawn | {name: kept[name] for name in shapes if name in kept}, (
            (told,) if missing else ()
        )
    try:
        return start_from_file(origin.start, shapes), ()
    except DataError as error:
        if options.data is None:
            raise
        told = f"{error} So the start weights were drawn (seed {seed}, fan-in)."
        return drawn, (told,)
