"""The kind "network": a stack of layers that learns from data, or was trained elsewhere."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np

from xlnn.data.dataset import Dataset
from xlnn.data.numbers import rounded
from xlnn.equations.cost import COSTS
from xlnn.equations.layer import WEIGHTS
from xlnn.equations.optimiser import PLAIN, REMEMBERED
from xlnn.layout import Layout
from xlnn.model import Model
from xlnn.options import FORWARD, Options
from xlnn.reference import Arrays
from xlnn.registry.templates import template
from xlnn.registry.text import Text, text
from xlnn.workbooks.kind import Recipe, WorkbookKind
from xlnn.workbooks.network import origin, workbook
from xlnn.workbooks.network.origin import Origin, data_of
from xlnn.workbooks.network.progress_notes import check_training, training_notes
from xlnn.workbooks.network.recipe import held_of, recipe
from xlnn.workbooks.network.sheets import check, guide
from xlnn.workbooks.network.sheets.compare import EachRun
from xlnn.workbooks.network.spec import Spec, layers_of
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.sheet import Sheet

TEMPLATES = ("digits", "xor", "cnn")
"""Templates with their own texts."""

TIMELESS = ("xor",)
"""Templates whose texts are true for any number of epochs."""


def words_of(spec: Spec) -> Text:
    """Return the words of a workbook: if nothing trains, those of ``predict`` come last."""
    found = text(spec.lang).of(variants(spec))
    return found if spec.epochs else found.with_own("predict")


def variants(spec: Spec) -> list[str]:
    """Return the tables of texts that apply to a workbook, later ones replacing earlier ones."""
    applies = (
        ("table", spec.features),  # the data are not pictures
        ("regression", spec.is_regression),
        ("maps", any(kind.slides for kind in spec.kinds.values())),
        (spec.template, spec.template in TEMPLATES and _is_plain(spec) and _is_shipped(spec)),
        ("scaled", spec.scaled),
        ("scaled_targets", spec.scaled_targets),
        ("cross_entropy", spec.epochs and COSTS[spec.cost].loss),
        (spec.optimizer, spec.optimizer != PLAIN and len(set(spec.runs)) <= 1),
    )
    return [name for name, does in applies if does]


def _is_plain(spec: Spec) -> bool:
    """Return whether a network has a single run that trains as in the book."""
    return spec.optimizer == PLAIN and not spec.regularised and not spec.runs


def _is_shipped(spec: Spec) -> bool:
    """Return whether a network is that of its template, so that the template's texts apply."""
    shipped = template(spec.template).values
    if spec.test_samples or (spec.epochs != shipped["epochs"] and spec.template not in TIMELESS):
        return False
    layers = layers_of(shipped["layers"], outputs=len(spec.labels))
    return layers == spec.layers and shipped["cost"] == spec.cost


LEAST = 7 / 8
"""The smallest share of the samples that a student gets, so that the network still learns, while a
neighbour's formulas refer to different rows."""

SEEDS = 2**32


def _some(rows: np.ndarray, data: Dataset, random: np.random.Generator) -> np.ndarray:
    """Choose some rows in another order, with at least one of every class."""
    least = int(np.ceil(LEAST * len(rows)))
    count = int(random.integers(least, len(rows) + 1)) if len(rows) else 0
    shuffled = random.permutation(rows)
    if not data.is_regression:  # the first of each class is never left out
        classes = data.t[shuffled].argmax(axis=1) if len(rows) else shuffled
        firsts = np.unique(classes, return_index=True)[1]
        order = np.concatenate([firsts, np.setdiff1d(np.arange(len(rows)), firsts)])
        count = max(count, len(firsts))
        shuffled = random.permutation(shuffled[order.astype(int)][:count])
    return shuffled[:count]


A_LAYER = 4
"""Formulas of a layer at least, besides an activation of each unit for each sample and epoch."""

OF_WEIGHTS = ("{}", "dC_d{}", *(f"{name}_{{}}" for name in REMEMBERED))

IN_ROWS = {"counts", *(kind.format(name) for kind in OF_WEIGHTS for name in WEIGHTS)}
"""Kinds of quantities whose arrays keep two dimensions: the unit, and all that it sees; a class,
and what it is taken for."""


class Network(WorkbookKind[Spec, Origin]):
    """Workbooks with a network."""

    name = Spec.kind
    compares = True
    described_by = Spec

    from_template = staticmethod(origin.from_template)
    from_workbook = staticmethod(origin.from_workbook)

    def recipe(self, origin: Origin, options: Mapping[str, Any]) -> Recipe[Spec]:
        """Combine an origin with options."""
        asked = Options(**options)
        if not origin.trains:
            asked.check_taken(origin.name, FORWARD)
        return recipe(origin, asked)

    def personal(
        self, origin: Origin, options: Mapping[str, Any], random: np.random.Generator
    ) -> Origin:
        """Return an origin with some of its samples in another order, and a different start.

        Held-out samples stay held out, and every class that was trained still has a sample. A
        network that does not train keeps its weights and all of its rows, slightly changed.
        """
        asked = Options(**options)
        data = data_of(origin, asked)
        if not origin.trains:
            x = data.x[random.permutation(len(data.x))]
            moved = rounded(x * random.uniform(0.8, 1.2, x.shape))
            return replace(origin, data=replace(data, x=moved, told=()))
        held = held_of(origin, asked, data)
        trained = _some(np.flatnonzero(~held), data, random)
        tested = _some(np.flatnonzero(held), data, random)
        rows = np.concatenate([trained, tested])
        first, *others = origin.runs
        return replace(
            origin,
            data=replace(data, x=data.x[rows], t=data.t[rows], told=()),
            held=np.arange(len(rows)) >= len(trained),
            runs=({**first, "start": None, "seed": int(random.integers(SEEDS))}, *others),
        )

    def asked_for(self, spec: Spec) -> dict[str, Any]:
        """Return the language and the epochs."""
        return {**super().asked_for(spec), "epochs": spec.epochs}

    def stated(self, spec: Spec) -> tuple[Model, Text]:
        """Return all quantities, and the texts for such a network and such data."""
        words = words_of(spec)
        return workbook.workbook_model(spec, words), words

    def sheets(self, model: Model) -> dict[str, Sheet | Page | EachRun]:
        """Return the sheets."""
        return workbook.sheets_of(model)

    def words(self, spec: Spec, layout: Layout | None = None) -> Text:  # noqa: ARG002
        """Return the texts for such a network and such data."""
        return words_of(spec)

    def equations(self, spec: Spec, layer: str = "") -> Mapping[str, str]:
        """Return the equations of its activations and of its cost, if it trains."""
        return guide.equations_of(spec, words_of(spec)("joined", "also"), layer)

    def cells(self, recipe: Recipe[Spec], layout: Layout, run: Arrays) -> dict[str, np.ndarray]:
        """Return the inputs, the records of NumPy's run, and the initial choices."""
        noted = check.record_values(recipe.spec, run) if recipe.spec.epochs else {}
        chosen = workbook.first_choices(layout.model, recipe.inputs, run)
        return {**recipe.inputs, **noted, **chosen}

    def least_formulas(self, spec: Spec) -> int:
        """Return a lower bound of the number of formulas."""
        units = sum(prod(kind.shape) for kind in spec.kinds.values())
        return A_LAYER * len(spec.layers) + max(1, spec.epochs) * spec.samples * units

    def check_run(self, model: Model, run: Arrays) -> None:
        """Refuse training that overflows, or rows whose outputs are not finite."""
        if "C_T" in run:
            check_training(model, run)
        else:
            super().check_run(model, run)

    def run_notes(self, run: Arrays) -> tuple[str, ...]:
        """Return a sentence if a network got worse."""
        return training_notes(run) if "C_T" in run else ()

    def altered_records(
        self, spec: Spec, run: Arrays
    ) -> Iterator[tuple[str, tuple[int, ...], float]]:
        """Yield notes on the sheet Check that differ from NumPy's run of the same inputs."""
        return check.altered_records(spec, run) if spec.epochs else iter(())

    def as_contract(self, layout: Layout, arrays: Arrays) -> dict[str, np.ndarray]:
        """Return the arrays with a layer's units in one dimension.

        A weight array keeps two: its unit, and all of the unit's inputs.
        """
        exported = {}
        for name, array in super().as_contract(layout, arrays).items():
            quantity = layout.model[name]
            axes = array.shape[: len(quantity.axes)]
            if len(quantity.shape) > 1:
                kept = quantity.shape[:1] if quantity.kind in IN_ROWS else ()
                array = array.reshape((*axes, *kept, -1))  # noqa: PLW2901 -- the same array
            exported[name] = array
        return exported


KIND = Network()
