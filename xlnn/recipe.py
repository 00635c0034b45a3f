"""What shall be built? A template, the data and the options of the person, made one."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from xlnn.data import Dataset, Reading, read, rounded
from xlnn.data.wording import listed, short
from xlnn.errors import DataError
from xlnn.models.network import network
from xlnn.quantity import Model
from xlnn.spec import Spec
from xlnn.start import start_from_file, start_from_seed
from xlnn.templates import Template


@dataclass(frozen=True)
class Options:
    """What a person asks for that differs from the template; None leaves the template's.

    Attributes
    ----------
    data, start : Path
        The images, as CSV, ``.npz`` or a folder of pictures; the start weights, as JSON or
        ``.npz``.
    seed : int
        Draw the start weights instead.
    epochs : int
    eta : float
    lang : str
    """

    data: Path | None = None
    start: Path | None = None
    seed: int | None = None
    epochs: int | None = None
    eta: float | None = None
    lang: str = "en"


@dataclass(frozen=True)
class Recipe:
    """All that a workbook is built from.

    Attributes
    ----------
    spec : Spec
    model : Model
    inputs : dict of arrays
        The input quantities by name; of the weights, the start: shape (1, units ...).
    """

    spec: Spec
    model: Model
    inputs: dict[str, np.ndarray]


def recipe(template: Template, options: Options) -> Recipe:
    """Join a template with a person's options.

    Raises
    ------
    DataError
        The template, the data, the start or an option cannot be used.
    """
    values = dict(template.values)
    try:
        picture = values["data"]["picture"]
        labels = [str(label) for label in values["labels"]]
        file = options.data or template.path / values["data"]["file"]
        images = read(Path(file), Reading(picture=tuple(picture), labels=tuple(labels)))
        _check_images(Path(file).name, images, tuple(labels), int(np.prod(picture)))
        spec = Spec.from_mapping(
            {
                "template": template.name,
                "lang": options.lang,
                "epochs": values["epochs"] if options.epochs is None else options.epochs,
                "images": len(images.x),
                "picture": picture,
                "labels": labels,
                "layers": values["layers"],
                "cost": values["cost"],
            }
        )
        eta = _eta(values["eta"] if options.eta is None else options.eta)
        model = network(spec)
        start = _start(template, values, options, model)
    except KeyError as error:
        raise DataError(f"template.toml of {template.name} does not say {error}.") from error
    names = np.array([int(label) for label in labels] if not model["labels"].is_text else labels)
    return Recipe(
        spec,
        model,
        {
            "eta": eta,
            "labels": names.astype(object if model["labels"].is_text else float),
            "number": np.arange(1.0, len(images.x) + 1),
            "x": images.x,
            "t": images.t,
            **{name: array[np.newaxis] for name, array in start.items()},
        },
    )


def _check_images(name: str, images: Dataset, labels: tuple[str, ...], inputs: int) -> None:
    """Refuse images that the template's network does not fit."""
    if images.x.shape[1] != inputs:
        raise DataError(
            f"{name}: an image has {images.x.shape[1]:,} pixels; this template takes {inputs:,}."
        )
    if images.is_regression:
        raise DataError(f"{name} holds numbers to predict; this template knows {listed(labels)}.")
    if unknown := [label for label in images.labels if label not in labels]:
        raise DataError(
            f'{name}: the label "{short(unknown[0])}" is unknown. '
            f"This template knows {listed(labels)}."
        )
    if missing := [label for label in labels if label not in images.labels]:
        raise DataError(
            f'{name}: no image has the label "{short(missing[0])}". '
            f"This template knows {listed(labels)}."
        )


def _eta(value: object) -> np.ndarray:
    if not isinstance(value, int | float) or not np.isfinite(value) or value <= 0:
        raise DataError(f"eta is {value}: the learning rate is a number greater than 0.")
    return rounded(value)


def _start(
    template: Template, values: Mapping[str, Any], options: Options, model: Model
) -> dict[str, np.ndarray]:
    shapes = {q.name: q.shape for q in model.inputs if q.equation is not None}
    if options.seed is not None:
        return start_from_seed(options.seed, shapes)
    if options.start is not None:
        return start_from_file(Path(options.start), shapes)
    return start_from_file(template.path / values["start"]["file"], shapes)
