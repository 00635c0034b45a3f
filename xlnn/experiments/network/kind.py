"""The experiment "network": a stack of layers that learns from data, or was trained elsewhere.

A model file does not tell which cost or optimiser was used.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from math import prod
from pathlib import Path
from shlex import quote
from typing import Any, ClassVar

import numpy as np

from xlnn.data.dataset import Dataset
from xlnn.data.load import check_count
from xlnn.data.messages import listed
from xlnn.data.numbers import rounded
from xlnn.equations.cost import COSTS
from xlnn.equations.layer import LAYERS, PARAMETERS, WEIGHTS
from xlnn.equations.optimiser import REMEMBERED
from xlnn.errors import DataError, OptionsError
from xlnn.experiments.network import workbook
from xlnn.experiments.network.layers import (
    LAYERS_STATED,
    LayerSpec,
    check_network,
    kinds_of,
)
from xlnn.experiments.network.progress_notes import check_training, training_notes
from xlnn.experiments.network.quantities.network import network
from xlnn.experiments.network.sheets import check, guide
from xlnn.experiments.network.sheets.compare import EachRun
from xlnn.layout import Layout
from xlnn.model import Model
from xlnn.option import FLAG, MOST_EPOCHS, TEXT, Option
from xlnn.options import BUILD, Options, as_typed
from xlnn.quantity import Quantity
from xlnn.reference import Arrays
from xlnn.registry.templates import Template
from xlnn.registry.text import Text, text
from xlnn.workbooks.entries import whole
from xlnn.workbooks.experiment import Experiment
from xlnn.workbooks.kind import Plan, Source
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.sheet import Sheet
from xlnn.workbooks.planning import Request, Samples
from xlnn.workbooks.samples import Learns
from xlnn.workbooks.scaling import scale_note, target_notes
from xlnn.workbooks.source_data import data_of, held_of
from xlnn.workbooks.spec import Spec
from xlnn.workbooks.start_weights import start_from_seed, tensor_name

CATEGORICAL, SQUARED = "categorical cross-entropy", "squared error"

COST_OF = {"softmax": CATEGORICAL, "sigmoid": "cross-entropy"}
"""The cost for an output; for others it is the squared error."""

RATES = {"sgd": 0.2, "momentum": 0.1, "rmsprop": 0.01, "adam": 0.05}
"""The default learning rates; a template states its own."""


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
"""The least number of formulas of a layer, besides the activations of its units."""

OF_WEIGHTS = ("{}", "dC_d{}", *(f"{name}_{{}}" for name in REMEMBERED))

IN_ROWS = {"confusion_counts", *(kind.format(name) for kind in OF_WEIGHTS for name in WEIGHTS)}
"""Kinds of quantities whose arrays keep two dimensions: a unit and its inputs, or a class and the
class that it is taken for."""


class Network(Experiment):
    """Workbooks with a network."""

    usual: ClassVar[Mapping[str, Any]] = {"seed": 0, "spread": "normal"}

    @property
    def sets(self) -> dict[str, str]:
        """The options that set a size or an input; others change its layers or its start."""
        return dict(self.options_for)

    def learns_of(self, spec: Spec) -> Learns:
        """Return what it learns from; the output is that of the last layer."""
        return workbook.learns_of(spec)

    def from_template(self, template: Template) -> Source:
        """Read a template; the units of the last layer follow from the data."""
        source, where = super().from_template(template), f"template.toml of {template.name}"
        if "eta" not in source.inputs:
            raise DataError(f"{where} does not say its eta.")
        if not source.data:
            raise DataError(f"{where}, [data] does not say its file.")
        if source.reading.table and source.reading.picture:
            raise DataError(f"{where}, [data]: a table has no picture; remove one of both.")
        named = [layer.get("activation") for layer in template.values["layers"]]
        notes = chain(*(BUILD["activation"].notes(name) for name in named if name))
        return replace(source, notes={**source.notes, "activation": tuple(notes)})

    def from_workbook(self, name: str, spec: Spec, arrays: Arrays) -> Source:
        """Return a source with the penalty among its settings."""
        source = super().from_workbook(name, spec, arrays)
        if not spec.regularised or spec.runs:
            return source
        (run,), inputs = source.runs, dict(source.inputs)
        return replace(source, inputs=inputs, runs=({**run, "l2": float(inputs.pop("l2"))},))

    def inputs_for(self, sizes: Mapping[str, Any]) -> dict[str, Any]:
        """Return the learning rate and the constants of the optimiser, if it trains."""
        if not sizes["epochs"]:
            return {}
        return super().inputs_for(sizes) | ({"l2": 0.0} if sizes["regularised"] else {})

    def spec(self, values: Mapping[str, Any]) -> Spec:
        """Read the Spec that a workbook keeps."""
        read = super().spec(values)
        check_network(read)
        return read

    def model_of(self, spec: Spec) -> Model:
        """Return the quantities that depend only on what is read."""
        check_network(spec)
        return network(spec)

    def weights(self, model: Model) -> list[Quantity]:
        """Return the parameters of the layers; without training they have no start."""
        return [quantity for quantity in model.inputs if quantity.kind in PARAMETERS]

    def tensors(self, names: Iterable[str]) -> dict[str, str]:
        """Return PyTorch's names for parameters."""
        return {name: tensor_name(name) for name in names}

    def drawn(
        self, _: Spec, shapes: Mapping[str, tuple[int, ...]], run: Mapping[str, Any]
    ) -> dict[str, np.ndarray]:
        """Return random weights."""
        return start_from_seed(run["seed"], shapes, run["spread"])

    def trained_on(
        self, source: Source, asked: Options, data: Dataset | None
    ) -> tuple[Source, tuple[str, ...]]:
        """Return the source of a model with an output and a cost that fit its data, and notes.

        Any other source is returned unchanged.

        Raises
        ------
        DataError
            The data's number of inputs differs from the model's.
        """
        if not source.count or data is None:
            return source, ()
        name = source.data.name if isinstance(source.data, Path) else source.name
        check_count(data, asked.data, source.count)
        *below, output = source.sizes["layers"]
        had, wanted, notes = output.activation, asked.output_activation, []
        if had == "linear" and not wanted and not data.is_regression:
            if asked.cost in {None, CATEGORICAL}:
                wanted = "softmax"
                notes.append(f"{name} ends in scores: a softmax turns them into probabilities.")
        elif wanted not in {None, had}:
            notes.append(f"The output layer is {wanted} now, and is {had} in {name}.")
        is_whole = output.units == len(data.labels)
        if is_whole and not (data.is_regression or source.reading.labels):
            order = f"its outputs are assumed to be {listed(data.labels)}, in this order"
            notes.append(f"{name} does not name its labels: {order}.")
        cost = asked.cost or COST_OF.get(wanted or had, SQUARED)
        layers = (*below, replace(output, activation=wanted or had))
        used = replace(source, sizes={**source.sizes, "layers": layers, "cost": cost})
        usual = {"cost": cost, "optimizer": used.sizes["optimizer"], "eta": used.inputs["eta"]}
        if left := [key for key in usual if getattr(asked, key) is None]:
            typed = listed(f"{as_typed(key)} {quote(str(usual[key]))}" for key in left)
            notes.append(f"{name} trains further with {typed} (the defaults).")
        return used, tuple(notes)

    def adapted(
        self,
        sizes: dict[str, Any],
        request: Request,
        runs: Sequence[Mapping[str, Any]],
    ) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Return the sizes with the layers that are asked for, and notes."""
        asked = request.asked
        assert request.samples is not None  # noqa: S101 -- it learns
        is_own = asked.data is None and not asked.reading
        layers, notes = _layers(sizes["layers"], asked, request.samples.data, is_own=is_own)
        regularised = any(run["l2"] is not None for run in runs)
        return {**sizes, "layers": layers, "regularised": regularised}, notes

    def told_of(self, spec: Spec, samples: Samples) -> tuple[str, ...]:
        """Return notes on inputs and targets that should be scaled differently."""
        if not spec.epochs:
            return ()
        notes = () if spec.scaled else scale_note(samples.data)
        reach = spec.layers[-1].activation
        return notes + target_notes(
            spec, samples.data.t[~samples.held], samples.target_scale, reach
        )

    def personal(
        self, source: Source, options: Mapping[str, Any], random: np.random.Generator
    ) -> Source:
        """Return a source with some of its samples in another order, and a different start.

        Held-out samples stay held out, and every class that was trained still has a sample. A
        network that does not train keeps its weights and all of its rows, slightly changed.
        """
        asked = Options(**options)
        data = data_of(source, asked)
        if not source.trains:
            x = data.x[random.permutation(len(data.x))]
            moved = rounded(x * random.uniform(0.8, 1.2, x.shape))
            return replace(source, data=replace(data, x=moved, told=()))
        held = held_of(source, asked, data)
        trained = _some(np.flatnonzero(~held), data, random)
        tested = _some(np.flatnonzero(held), data, random)
        rows = np.concatenate([trained, tested])
        first, *others = source.runs
        return replace(
            source,
            data=replace(data.some(rows), told=()),
            held=np.arange(len(rows)) >= len(trained),
            runs=({**first, "start": None, "seed": int(random.integers(SEEDS))}, *others),
        )

    def stated(self, spec: Spec) -> tuple[Model, Text]:
        """Return all quantities, and the texts for such a network and such data."""
        words = text(spec.lang)
        model = workbook.workbook_model(spec, words)
        return model, workbook.named(words, model, spec)

    def sheets(self, model: Model) -> dict[str, Sheet | Page | EachRun]:
        """Return the sheets."""
        return workbook.sheets_of(model)

    def words(self, spec: Spec, layout: Layout | None = None) -> Text:
        """Return the texts for such a network and such data."""
        words = text(spec.lang)
        model = layout.model if layout else workbook.workbook_model(spec, words)
        return workbook.named(words, model, spec)

    def equations(self, spec: Spec, layer: str = "") -> Mapping[str, str]:
        """Return the equations of its activations and of its cost, if it trains."""
        return guide.equations_of(spec, text(spec.lang)("joined", "also"), layer)

    def all_words(self, lang: str) -> Text:
        """Return the texts of a language."""
        return text(lang)

    def cells(self, plan: Plan[Spec]) -> dict[str, np.ndarray]:
        """Return the inputs, the records of NumPy's run, and the initial choices."""
        noted = check.record_values(plan.spec, plan.run) if plan.spec.epochs else {}
        chosen = workbook.first_choices(plan.spec, plan.layout.model, plan.inputs, plan.run)
        return {**plan.inputs, **noted, **chosen}

    def least_formulas(self, spec: Spec) -> int:
        """Return a lower bound of the number of formulas."""
        units = sum(prod(kind.shape) for kind in kinds_of(spec).values())
        return A_LAYER * len(spec.layers) + max(1, spec.epochs) * spec.images * units

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


def _layers(
    layers: Sequence[LayerSpec], asked: Options, data: Dataset, *, is_own: bool
) -> tuple[tuple[LayerSpec, ...], tuple[str, ...]]:
    """Return the layers that are asked for, with outputs that fit data and cost, and notes.

    Raises
    ------
    OptionsError
        There is no hidden layer that could have an activation.
    """
    if not layers:
        return (), ()  # which is refused
    *below, output = layers
    activation, cost = asked.activation, COSTS.get(asked.cost or "")
    weighted = [layer for layer in below if LAYERS[layer.kind].activates]
    if asked.hidden is not None:
        usual = activation or (weighted[0] if weighted else LayerSpec).activation
        below = [LayerSpec(str(n), units, usual) for n, units in enumerate(asked.hidden, start=2)]
        if output.name.isdigit():  # names are numbers in order, which has changed
            output = replace(output, name=str(2 + len(below)))
    elif activation:
        own = {"activation": activation}
        below = [replace(layer, **own) if layer in weighted else layer for layer in below]
    if activation and not below:
        raise OptionsError(
            "--activation is for hidden layers, and there is no hidden layer: add --hidden, or use "
            "--output-activation."
        )
    if not (is_own and output.units):
        output = replace(output, units=len(data.labels))
    had, notes = output.activation, ()
    if asked.output_activation:
        output = replace(output, activation=asked.output_activation)
    elif cost and not cost.suits(had):
        linear = data.is_regression and "linear" in cost.outputs
        output = replace(output, activation="linear" if linear else cost.outputs[0])
        note = f"The output layer is now {output.activation} instead of {had}, which cannot be"
        notes = (f'{note} combined with the cost "{asked.cost}" (--output-activation).',)
    return (*below, output), notes


def model(sizes: Mapping[str, Any], words: Text) -> tuple[Quantity, ...]:  # noqa: ARG001 -- see `stated`
    """Return the quantities of the network, which its Spec describes."""
    return network(sizes["spec"]).quantities


KIND = Network(
    "network", model, (),
    sizes={
        "epochs": whole(0, MOST_EPOCHS), "images": whole(1),
        "layers": Option(LAYERS_STATED, ""),
        "cost": Option(TEXT, "", choices={"": (), **BUILD["cost"].choices}, thing="cost"),
        "regularised": Option(FLAG, "", usual=False),
    },
    rates=RATES,
    options_for={"epochs": "epochs", "cost": "cost"},
    learns=workbook.LEARNS,
)  # fmt: skip
