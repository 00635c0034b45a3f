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
    "W2": ("w", 0, 4), "b2": ("b", 0, 2), "W3": ("w", 4, 2), "b3": ("b", 2, 1),
    "z2": ("z", 0, 2), "a2": ("a", 0, 2), "delta2": ("delta", 0, 2),
    "dC_dW2": ("dC_dw", 0, 4), "dC_db2": ("dC_db", 0, 2),
    "dC_dW3": ("dC_dw", 4, 2), "dC_db3": ("dC_db", 2, 1),
}  # fmt: skip
"""The arrays of the network in the template first, which has one quantity for the weights of both
layers: for each array the quantity, the first unit there, and the number of units."""

Shape = tuple[int, ...]

CONSTANTS = ("eta", "mu", "beta", "beta1", "beta2", "epsilon", "l2")
"""The settings of an optimiser."""


def facts(
    spec: WorkbookSpec, layout: Layout, arrays: Mapping[str, np.ndarray], blanks: Collection[str]
) -> dict[str, Any]:
    """Return what the script must know about a workbook besides its cells, as plain values."""
    kind = kind_of(spec)
    words, equations = kind.words(spec, layout), kind.equations(spec)
    course = course_of(layout, arrays)
    return {
        "lang": spec.lang,
        "template": spec.template,
        "quantities": [
            described(quantity, layout, words, equations, blanks)
            for quantity in layout.model.quantities
        ],
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
        "run": _run_of(quantity),
        "chooses": _chosen_by(quantity),
        "first": quantity.choices[0] if quantity.choices else 1,
        "title": meaning.pop("name") or quantity.title,
        **meaning,
    }


def _typed(quantity: Quantity) -> int:
    """Return how many entries along the first axis are inputs; -1 for all."""
    return -1 if quantity.equation is None else quantity.given


def _run_of(quantity: Quantity) -> int:
    """Return the first of several runs that has the quantity; -1 if all runs share it."""
    runs = [axis.first for axis in quantity.axes[:1] if axis.name == "run"]
    return runs[0] if runs else -1


def _chosen_by(quantity: Quantity) -> str:
    """Return whether a cell chooses the ``epoch`` or the ``image`` of its sheet; "" if neither."""
    if quantity.lengths or quantity.equation is not None or not quantity.choices:
        return ""
    is_epoch = quantity.kind.rpartition("_")[2] == "epoch"  # each page has its own
    return "epoch" if is_epoch else "image" * (quantity.kind == "image")


def network_of(spec: WorkbookSpec, layout: Layout) -> dict[str, Any] | None:
    """Return the network that the workbook computes; None if the page cannot check it."""
    known = layout.model.by_name
    is_first = spec.template == "first" and "dC_dw" in known
    if is_first:
        layers = [_layer("2", (2,), (2,)), _layer("3", (2,), (1,))]
    elif spec.kind == "network":
        layers, below = [], known["x"].shape
        for layer in spec.layers:  # type: ignore[attr-defined] -- a network's
            shape = known[f"a{layer.name}"].shape
            layers.append(
                _layer(
                    layer.name, below, shape, layer.activation, layer.kind, layer.size,
                    layer.step, layer.padding,
                )
            )  # fmt: skip
            below = shape
    else:
        return None
    samples = {"": known["x"].axes[0].length}
    if "test_x" in known:
        samples["test_"] = known["test_x"].axes[0].length
    return {
        "layers": layers,
        "cost": getattr(spec, "cost", "squared error"),
        "optimizer": getattr(spec, "optimizer", "sgd"),
        "runs": list(getattr(spec, "runs", ())),
        "epochs": known["C_T"].axes[-1].length if "C_T" in known else 0,
        "samples": samples,
        "parts": FIRST if is_first else {},
        "settings": [name for name in CONSTANTS if name in known],
    }


def _layer(  # noqa: PLR0913, PLR0917 -- what the second statement knows of a layer
    name: str,
    below: Shape,
    shape: Shape,
    activation: str = "sigmoid",
    kind: str = "dense",
    size: Shape = (),
    step: Shape = (),
    padding: Shape = (),
) -> dict[str, Any]:
    usual = (1, 1) if kind == "convolution" else size
    return {
        "name": name, "kind": kind, "activation": activation, "below": below, "shape": shape,
        "size": size, "step": step or usual, "padding": padding or (0, 0, 0, 0),
    }  # fmt: skip
