"""Describe a workbook to the script of its page: quantities, their cells and their meaning."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from xlnn.explaining.explanation import meaning_of
from xlnn.explaining.run import course_of
from xlnn.layout import Layout
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks import kind_of
from xlnn.workbooks.entries import WorkbookSpec

FIRST = {
    "network": {
        "layers": [
            {"name": "2", "activation": "sigmoid"},
            {"name": "3", "activation": "sigmoid"},
        ],
        "cost": "squared error",
        "optimizer": "sgd",
        "l2": False,
    },
    "parts": {
        "W2": ("w", 0, 4), "b2": ("b", 0, 2), "W3": ("w", 4, 2), "b3": ("b", 2, 1),
        "z2": ("z", 0, 2), "a2": ("a", 0, 2), "delta2": ("delta", 0, 2),
        "dC_dW2": ("dC_dw", 0, 4), "dC_db2": ("dC_db", 0, 2),
        "dC_dW3": ("dC_dw", 4, 2), "dC_db3": ("dC_db", 2, 1),
    },
}  # fmt: skip
"""The network of the template first, which has one quantity for the weights of both layers: of each
array its quantity, its first unit there, and how many units it has."""

CONSTANTS = ("eta", "mu", "beta", "beta1", "beta2", "epsilon", "l2")
"""The settings of an optimiser."""


def facts(
    spec: WorkbookSpec, layout: Layout, arrays: Mapping[str, np.ndarray], blanks: Collection[str]
) -> dict[str, Any]:
    """Return what the script must know about a workbook beside its cells, as plain values."""
    kind = kind_of(spec)
    words, equations = kind.words(spec, layout), kind.equations(spec)
    quantities = layout.model.quantities
    course = course_of(layout, arrays) or layout.model.by_name.get("C_T")
    return {
        "lang": spec.lang,
        "template": spec.template,
        "quantities": [described(each, layout, words, equations, blanks) for each in quantities],
        "network": network_of(spec, layout),
        "course": course.name if course and len(course.lengths) == 1 else "",
        "labels": list(getattr(spec, "labels", ())),
        "picture": list(getattr(spec, "picture", ())),
        "features": list(getattr(spec, "features", ())),
    }


def described(
    quantity: Quantity, layout: Layout, words: Text, equations: Mapping[str, str],
    blanks: Collection[str],
) -> dict[str, Any]:  # fmt: skip
    """Return a quantity: where its cells are, and what `explain` says about it."""
    block = layout.blocks[quantity.name]
    meaning = meaning_of(quantity, words, equations)
    units = [quantity.heading(unit).strip() for unit in np.ndindex(quantity.shape)]
    return {
        "name": quantity.name,
        "layer": quantity.layer,
        "sheet": layout.titles[block.sheet],
        "row": block.row,
        "column": block.column,
        "steps": [list(step) for step in block.steps],
        "lengths": list(quantity.lengths),
        "axes": [
            [words.of_itself("headings", axis.name), axis.counts_from] for axis in quantity.axes
        ],
        "units": units if len({*units}) > 1 else units[:1],
        "typed": 0 if quantity.is_record else _typed(quantity),
        "blank": quantity.name in blanks,
        "chooses": _chosen_by(quantity),
        "first": quantity.choices[0] if quantity.choices else 1,
        "title": meaning.pop("name") or quantity.title,
        **meaning,
    }


def _typed(quantity: Quantity) -> int:
    """Return how many entries along the first axis are inputs; -1 for all."""
    return -1 if quantity.equation is None else quantity.given


def _chosen_by(quantity: Quantity) -> str:
    """Return whether a cell chooses the ``epoch`` or the ``image`` of its sheet; "" if neither."""
    if quantity.lengths or quantity.equation is not None or not quantity.choices:
        return ""
    is_epoch = quantity.kind.rpartition("_")[2] == "epoch"  # each page has its own
    return "epoch" if is_epoch else "image" * (quantity.kind == "image")


def network_of(spec: WorkbookSpec, layout: Layout) -> dict[str, Any] | None:
    """Return the network that the workbook trains; None if the page cannot check it."""
    if spec.template == "first" and "dC_dw" in layout.model.by_name:
        epochs = layout.model["C_T"].lengths[0]
        parts = {name: list(part) for name, part in FIRST["parts"].items()}
        return {**FIRST["network"], "epochs": epochs, "parts": parts, "settings": ["eta"]}
    layers = getattr(spec, "layers", ())
    is_dense = bool(layers) and all(layer.kind == "dense" for layer in layers)
    if not is_dense or "C_T" not in layout.model.by_name or getattr(spec, "runs", ()):
        return None
    return {
        "layers": [{"name": each.name, "activation": each.activation} for each in layers],
        "cost": spec.cost,  # type: ignore[attr-defined] -- a network's
        "optimizer": spec.optimizer,  # type: ignore[attr-defined]
        "l2": "l2" in layout.model.by_name,
        "epochs": layout.model["C_T"].lengths[0],
        "parts": {},
        "settings": [name for name in CONSTANTS if name in layout.model.by_name],
    }
