"""The kind "predict": rows, the weights of a model that was trained elsewhere, and its outputs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np

from xlnn.data.dataset import Reading
from xlnn.data.digits import rounded
from xlnn.data.inputs import inputs_of
from xlnn.equations.layer import PARAMETERS, Shape
from xlnn.errors import DataError, OptionsError
from xlnn.layout import Layout
from xlnn.options import Options, as_typed
from xlnn.reference import Arrays
from xlnn.shipped.templates import Template
from xlnn.shipped.text import Text
from xlnn.workbooks.kind import Recipe, WorkbookKind
from xlnn.workbooks.network.kind import KIND as NETWORK
from xlnn.workbooks.network.layer_spec import LayerSpec
from xlnn.workbooks.network.quantities.stack import numeric_labels
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.sheet import drawn, layout_of_sheets
from xlnn.workbooks.predict.quantities import predicting, workbook_model
from xlnn.workbooks.predict.sheets import SHEETS, equations_of, words_of
from xlnn.workbooks.predict.spec import PredictSpec
from xlnn.writing.drawing import Drawing

SPARE = 10
"""Rows that are prepared for a person's own."""


@dataclass(frozen=True)
class Origin:
    """What is known of a model before rows are.

    Attributes
    ----------
    name, lang : str
    shape : tuple of int
        Of a row.
    layers : tuple of LayerSpec
    labels : tuple of str
    task : str
    weights : dict of arrays
    features : tuple of str
        The names of the inputs of a table; () where nobody gave them any.
    scaling : (array, array) or None
        The middle and the factor of each input.
    told : tuple of str
    rows : array or None
        Shape (rows, inputs).
    spare : int
        Rows that are prepared besides.
    notes : tuple of str
        What the person may not expect, a sentence each.
    """

    name: str
    lang: str
    shape: Shape
    layers: tuple[LayerSpec, ...]
    labels: tuple[str, ...]
    task: str
    weights: Mapping[str, np.ndarray]
    features: tuple[str, ...] = ()
    scaling: tuple[np.ndarray, np.ndarray] | None = None
    told: tuple[str, ...] = ()
    rows: np.ndarray | None = None
    spare: int = SPARE
    notes: tuple[str, ...] = ()


class Predict(WorkbookKind[PredictSpec, Origin]):
    """Networks that go forward."""

    name = PredictSpec.kind

    def from_template(self, template: Template) -> Origin:
        """Refuse: a template holds no trained weights."""
        raise DataError(f"{template.name}: what predicts is built of a model: xlnn build --model.")

    def from_workbook(self, name: str, spec: PredictSpec, arrays: Arrays) -> Origin:  # noqa: ARG002 -- nothing in it can be wrong
        """Take up what a workbook holds now."""
        names = (q.name for q in predicting(spec).inputs if q.kind in PARAMETERS)
        rows = arrays["raw" if spec.scaled else "x"]
        labels = (v if isinstance(v, str) else f"{v:.15g}" for v in arrays["labels"])
        return Origin(
            name=spec.template,
            lang=spec.lang,
            shape=spec.shape,
            layers=spec.layers,
            labels=tuple(labels),
            task=spec.task,
            weights={name: rounded(arrays[name]) for name in names},
            features=spec.features,
            scaling=(rounded(arrays["middle"]), rounded(arrays["factor"])) if spec.scaled else None,
            told=spec.told,
            rows=rounded(rows).reshape(len(rows), -1),
            spare=0,
        )

    def recipe(self, origin: Origin, options: Mapping[str, Any]) -> Recipe[PredictSpec]:
        """Join a model with rows."""
        rows, notes, features, spare = origin.rows, origin.notes, origin.features, origin.spare
        count = prod(origin.shape)
        own = Options(**options).reading
        if "data" in options:
            is_table = len(origin.shape) == 1
            reading = Reading(
                table=is_table,
                picture=None if is_table else origin.shape[-2:],
                large=options.get("large", False),
                **own,
            )
            data = inputs_of(options["data"], reading, count)
            rows, notes, spare = data.x, data.told + notes, SPARE
            features = data.features if is_table else ()
        elif own:
            raise OptionsError(f"{as_typed(next(iter(own)))} says how to read rows: add --data.")
        rows = np.empty((0, count)) if rows is None else rows
        if len(origin.shape) == 1 and not features:
            features = tuple(f"x{number}" for number in range(1, count + 1))
        spec = PredictSpec(
            template=origin.name,
            lang=options.get("lang", origin.lang),
            images=len(rows) + spare,
            given=len(rows),
            shape=origin.shape,
            labels=origin.labels,
            layers=origin.layers,
            task=origin.task,
            features=features,
            scaled=origin.scaling is not None,
            told=origin.told,
        )
        return Recipe(spec, predicting(spec), _inputs(spec, origin, rows), notes)

    def personal(
        self,
        origin: Origin,
        options: Mapping[str, Any],  # noqa: ARG002 -- the rows are those of the origin
        random: np.random.Generator,
    ) -> Origin:
        """Return an origin with its rows in another order and a little moved; the model stays."""
        if origin.rows is None:
            return origin
        rows = origin.rows[random.permutation(len(origin.rows))]
        return replace(origin, rows=rounded(rows * random.uniform(0.8, 1.2, rows.shape)))

    def spec(self, values: Mapping[str, Any]) -> PredictSpec:
        """Read the Spec that a workbook keeps."""
        return PredictSpec.from_mapping(values)

    def layout(self, spec: PredictSpec) -> Layout:
        """Return the cells of everything that a Spec describes."""
        words = words_of(spec)
        return layout_of_sheets(workbook_model(spec, words), SHEETS, words.sheets)

    def drawings(self, spec: PredictSpec, layout: Layout) -> dict[str, Drawing]:
        """Return what each sheet shows besides its quantities."""
        return drawn(Page(spec, layout, words_of(spec)), SHEETS)

    def words(self, spec: PredictSpec, layout: Layout) -> Text:  # noqa: ARG002 -- its kind may need it
        """Return the words of such a network and such rows."""
        return words_of(spec)

    def equations(self, spec: PredictSpec) -> Mapping[str, str]:
        """Return the equations of its activations."""
        return equations_of(spec, words_of(spec)("joined", "also"))

    def least_formulas(self, spec: PredictSpec) -> int:
        """Return how many formulas a Spec describes at least: an activation of each unit."""
        return spec.images * sum(prod(kind.shape) for kind in spec.kinds.values())

    def as_contract(self, layout: Layout, arrays: Arrays) -> dict[str, np.ndarray]:
        """Return the arrays as those of a network that learns, without epochs."""
        return NETWORK.as_contract(layout, arrays)

    def cells(
        self,
        recipe: Recipe[PredictSpec],
        layout: Layout,
        run: Arrays,  # noqa: ARG002 -- as it is
    ) -> dict[str, np.ndarray]:
        """Return the inputs, and what is chosen first: the first row, and the last one typed."""
        model, inputs = layout.model, dict(recipe.inputs)
        inputs |= {"lens_image": np.array(1.0), "play_image": np.array(1.0)}
        name = "raw" if recipe.spec.scaled else "x"
        if f"draw_{name}" in model.by_name:
            last = max(0, recipe.spec.given - 1)
            inputs[f"draw_{name}"] = inputs[name][last].reshape(model[f"draw_{name}"].lengths)
        return inputs


def _inputs(spec: PredictSpec, origin: Origin, rows: np.ndarray) -> dict[str, np.ndarray]:
    """Return what all input cells of the network hold."""
    x = np.zeros((spec.images, spec.inputs))
    x[: len(rows)] = rows
    numeric = numeric_labels(spec) and not spec.is_regression
    labels = [float(label) for label in spec.labels] if numeric else list(spec.labels)
    inputs: dict[str, np.ndarray] = {
        "labels": np.array(labels, dtype=float if numeric else object),
        "number": np.arange(1.0, spec.images + 1),
        "raw" if spec.scaled else "x": rounded(x).reshape(spec.images, *spec.shape),
    }
    if origin.scaling is not None:
        inputs |= dict(zip(("middle", "factor"), map(rounded, origin.scaling), strict=True))
    return inputs | {name: rounded(array) for name, array in origin.weights.items()}


KIND = Predict()
