"""Combine a source, data and options into what a workbook is built from."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from xlnn.data.dataset import LARGE, MOST_NUMBERS, Dataset
from xlnn.data.messages import short
from xlnn.data.numbers import rounded
from xlnn.equations.optimiser import OPTIMISERS
from xlnn.errors import DataError, Message, OptionsError
from xlnn.model import Model
from xlnn.options import FORWARD, Options
from xlnn.quantity import Quantity
from xlnn.reference import known
from xlnn.workbooks.entries import CELLS
from xlnn.workbooks.kind import Plan, Source, misfit
from xlnn.workbooks.own_data import inputs_of, lengths, one_of, with_data
from xlnn.workbooks.pages.page import with_inputs
from xlnn.workbooks.runs import COMPARED, RUN, are_equal, each_run, together
from xlnn.workbooks.samples import TEST, Learns, raw_name
from xlnn.workbooks.scaling import UNSCALED, Scaling, decimals, scalings
from xlnn.workbooks.source_data import data_name, data_of, held_of, typed_data
from xlnn.workbooks.spec import AS_MANY, Spec
from xlnn.workbooks.start_weights import MisfitError, as_rows, start_of
from xlnn.workbooks.validation import check_quantities

USUAL = {
    "lang": "en",
    "test_share": 0.0,
    "scale": UNSCALED,
    "l2": None,
    "start": None,
    "edition": CELLS,
}
"""The settings that neither a template nor an option changes."""

SPARE = 10
"""Rows of zeros after the rows that a network predicts, for the user's own."""

MOST_MARKED = 2_000
"""Inputs in place of missing ones that are marked: each is a line of the sheet Spec."""

Notes = tuple[str, ...]


@dataclass(frozen=True)
class Samples:
    """What an experiment learns from, which of it is held out, and how it is scaled."""

    data: Dataset
    held: np.ndarray
    scale: Scaling | None
    target_scale: Scaling | None
    spare: int = 0

    @property
    def facts(self) -> dict[str, Any]:
        """What a Spec says of them."""
        data, is_table = self.data, self.data.picture is None
        return {
            "test_samples": int(self.held.sum()),
            "picture": data.picture or (() if data.features else (1, data.x.shape[1])),
            "features": data.features if is_table else (),
            "words": data.words if is_table else (),
            "labels": data.labels,
            "task": "regression" if data.is_regression else "classification",
            "scaled": self.scale is not None,
            "scaled_targets": self.target_scale is not None,
            "decimals": decimals(data.t[~self.held]) if data.is_regression else AS_MANY,
            "missing": data.missing,
            "spare": self.spare,
            "imputed": self.imputed,
        }

    @property
    def imputed(self) -> tuple[int, ...]:
        """As `Spec` has it; () if they are too many to be marked."""
        imputed = self.data.imputed
        if imputed is None or not 0 < imputed.sum() <= MOST_MARKED:
            return ()
        held = self.held[: len(imputed)]
        return tuple(np.flatnonzero(np.concatenate([imputed[~held], imputed[held]])).tolist())

    def inputs(self, model: Model, learns: Learns) -> dict[str, np.ndarray]:
        """Return the values of the inputs that are read."""
        arrays: dict[str, np.ndarray] = {}
        for of, scale in (("", self.scale), ("t_", self.target_scale)):
            if scale is not None:
                arrays |= {f"{of}middle": scale[0], f"{of}factor": scale[1]}
        names = {raw_name(learns.x) if self.scale else learns.x: self.data.x}
        names |= {raw_name(learns.t) if self.target_scale else learns.t: self.data.t}
        for prefix, rows in (("", ~self.held), (TEST, self.held)):
            arrays |= {
                prefix + name: array[rows]
                for name, array in names.items()
                if prefix + name in model.by_name
            }
        if learns.t and "labels" in model.by_name and "labels" not in arrays:
            dtype = object if model["labels"].is_text else float
            arrays["labels"] = np.array(self.data.labels, dtype=dtype)
        return arrays

    def kept(self, given: Mapping[str, Any], model: Model, learns: Learns) -> dict[str, Any]:
        """Return inputs; those with an entry for each row have only the rows that train."""
        rows, kept = model[learns.x].axes[0], dict(given)
        for quantity in model.inputs:
            own = quantity.axes[:1] == (rows,) and quantity.name in given
            if own and len(given[quantity.name]) == len(self.held) > rows.length:
                kept[quantity.name] = np.asarray(given[quantity.name])[~self.held]
        return kept


def plan_of(source: Source, asked: Options) -> Plan[Spec]:
    """Combine a source with options.

    Raises
    ------
    DataError
        The template, the data, the start or an option cannot be used.
    """
    if not source.trains:
        asked.check_taken(source.name, FORWARD)
    kind = source.kind
    source, data, notes = _read(source, asked)
    source, samples, said, scaled = _prepared(source, asked, data)
    named = chain(*(said for name, said in source.notes.items() if name not in asked))
    notes = (*notes, *named, *said)
    runs = _runs(source, asked)
    sizes = {**source.sizes, **{name: runs[0][name] for name in kind.sizes if name in runs[0]}}
    if samples is not None:
        sizes |= lengths(kind, samples.data, ~samples.held, data_name(asked.data))
    request = Request(source, asked, samples)
    sizes, said = kind.adapted(sizes, request, runs)
    spec = kind.described_by(
        kind.name, source.name, runs[0]["lang"], kind.checked(sizes, source.name),
        data="own" if source.is_own else "", edition=runs[0]["edition"],
        told=source.told, **(samples.facts if samples else {}),
    )  # fmt: skip
    made = [request.inputs(spec, run) for run in runs]
    own = [inputs for inputs, _ in made]
    notes = (*notes, *said, *dict.fromkeys(chain(*(said for _, said in made))), *scaled)
    if not are_equal(own):
        set_to = [{**spec.sizes, **run, **inputs} for run, inputs in zip(runs, own, strict=True)]
        compared = tuple(n for n in COMPARED if len({str(values.get(n)) for values in set_to}) > 1)
        seeds = tuple(run["seed"] for run in runs) if "seed" in compared else ()
        usual = spec.sizes.get("optimizer", "")
        optimizers = tuple(run.get("optimizer", usual) for run in runs)
        spec = replace(spec, runs=optimizers, compared=compared, seeds=seeds)
    model = kind.model_of(spec)
    inputs = together(model, own) if spec.runs else own[0]
    inputs |= {q.name: np.ones(q.lengths) for q in model.inputs if q.kind == RUN}
    inputs |= known(model)
    if samples is not None:
        notes += kind.told_of(spec, samples)
    return Plan(kind, spec, model, inputs | (kind.noted(inputs) if kind.noted else {}), notes)


def _read(source: Source, asked: Options) -> tuple[Source, Dataset | None, Notes]:
    """Return a source, what it learns from, and what was read."""
    kind = source.kind
    learns, is_own = kind.learns, "data" in asked or bool(asked.reading)
    if learns is None:
        read, notes = with_data(source, asked) if is_own else (source, ())
        return read, None, notes
    if is_own:
        _check_columns(learns, source, asked)
        source = replace(source, reading=learns.reading(source.reading, asked))
    elif source.data is None:
        return source, typed_data(learns, {**kind.inputs_for(source.sizes), **source.inputs}), ()
    data = data_of(source, asked, learns.picture)
    notes = () if source.is_shipped and not is_own else data.told
    if is_own:
        source = replace(source, is_own=True, held=None)
        source = replace(source, inputs={**source.inputs, **kind.rate_for(data, source, asked)})
    return source, data, notes


def _check_columns(learns: Learns, source: Source, asked: Options) -> None:
    """Refuse data without a column to learn, or with one that cannot be learned."""
    if "data" not in asked:
        return  # which the reading refuses
    if learns.t and not (asked.label or asked.targets or not learns.table):
        raise OptionsError(
            Message(
                "--data needs a column to learn: --label names a column of words, --target one of "
                "numbers."
            )
            if learns.classes
            else Message("--data needs a column to learn: --target one of numbers.")
        )
    if asked.label and learns.t and not learns.classes:
        raise OptionsError(
            "{name} learns numbers and no labels: name the columns to learn with --target.",
            name=source.name,
        )


def _prepared(
    source: Source, asked: Options, data: Dataset | None
) -> tuple[Source, Samples | None, Notes, Notes]:
    """Return a source, its samples, and notes on the model and on how they are scaled."""
    if data is None:
        return source, None, (), ()
    spare = 0
    if not source.trains and ("data" in asked or not len(data.x)):
        spare = SPARE
        x, t = (np.pad(array, ((0, spare), (0, 0))) for array in (data.x, data.t))
        data = replace(data, x=x, t=t)
    source, notes = source.kind.trained_on(source, asked, data)
    held = held_of(source, asked, data)
    scale, target_scale, scaled = scalings(source, asked, data, held)
    return source, Samples(data, held, scale, target_scale, spare), notes, scaled


def _runs(source: Source, asked: Options) -> list[dict[str, Any]]:
    """Return all sizes, inputs and settings of each run, by their names.

    Raises
    ------
    OptionsError
        Two lists differ in length.
    """
    kind, runs = source.kind, []
    several = each_run(asked, len(source.runs))
    known = [*source.runs, *[source.runs[0]] * (len(several) - len(source.runs))]
    for one, own in zip(several, known, strict=False):
        options = {kind.sets.get(name, name): one_of(value) for name, value in one.items()}
        if options.get("l2") == 0:
            options["l2"] = None
        if {"seed", "spread"} & options.keys():
            options["start"] = None
        runs.append({**USUAL, **kind.usual, **source.settings, **own, **options})
    return runs


CONSTANTS = frozenset(chain(*(optimiser.constants for optimiser in OPTIMISERS.values())))
"""The constants of optimisers; those of another one do not matter."""

RUN_SIZES = ("optimizer", "seed")
"""The sizes in which runs may differ."""


@dataclass(frozen=True)
class Request:
    """What the inputs of a run follow from.

    Attributes
    ----------
    source : Source
    asked : Options
    samples : Samples or None
    """

    source: Source
    asked: Options
    samples: Samples | None

    def inputs(self, spec: Spec, run: Mapping[str, Any]) -> tuple[dict[str, np.ndarray], Notes]:
        """Return the inputs of a single run, and notes about them."""
        source, asked, samples = self.source, self.asked, self.samples
        kind = source.kind
        spec = spec.sized(
            **{name: run[name] for name in spec.sizes if name in run and name in RUN_SIZES}
        )
        where, model = source.name, kind.model_of(spec)
        check_quantities(model)
        weights = kind.weights(model)
        _check_weights(sum(prod(weight.input_lengths) for weight in weights), large=asked.large)
        start, notes = self._start(weights, spec, run)
        drawn = kind.inputs_for(kind.facts(spec) | spec.sizes)
        usual = {**drawn, **source.inputs}
        if spec.sizes != source.sizes:  # such as random numbers for each row
            other = [name for name in drawn if np.size(drawn[name]) != np.size(usual[name])]
            usual |= {name: drawn[name] for name in other}
        if asked.start is None:
            start = {name: array for name, array in start.items() if name not in source.inputs}
        given = {**usual, **start}
        if samples is not None:
            for name in (kind.learns.x, kind.learns.t):
                given.pop(name, None)
            if "data" in asked or not kind.learns.t:
                beside = inputs_of(kind, samples.data, data_name(asked.data))
                names = {quantity.name for quantity in model.inputs}
                given |= beside
                given |= {
                    TEST + name: np.asarray(own)[samples.held]
                    for name, own in beside.items()
                    if TEST + name in names
                }
            given = samples.kept(given, model, kind.learns) | samples.inputs(model, kind.learns)
        for quantity in model.inputs:
            if quantity.choices and quantity.name in source.inputs and spec.sizes != source.sizes:
                given[quantity.name] = np.clip(source.inputs[quantity.name], *quantity.choices)
        given = with_inputs(kind.pages, model, kind.learns_of(spec), spec, given)
        names = {quantity.name for quantity in model.inputs}
        given = {
            name: value for name, value in given.items() if name in names or name not in CONSTANTS
        }
        given |= {name: value for name, value in run.items() if name in names and value is not None}
        if unknown := [name for name in given if name not in names]:
            raise DataError(
                f"{where}: {short(unknown[0])} is not an input of a {kind.name} workbook."
            )
        _check_constants(run.get("optimizer", spec.sizes.get("optimizer", "")), given)
        arrays = {q.name: given_of(q, given, where, kind.options_of(q.name)) for q in model.inputs}
        return arrays, notes

    def _start(
        self, weights: list[Quantity], spec: Spec, run: Mapping[str, Any]
    ) -> tuple[dict[str, np.ndarray], Notes]:
        """Return the weights that training starts from, and notes about them."""
        kind, asked = self.source.kind, self.asked
        shapes = {weight.name: weight.input_lengths[bool(weight.given) :] for weight in weights}
        if asked.start is not None:
            return start_of(asked.start, shapes, kind.tensors(shapes)), ()
        had, seed = run["start"], run.get("seed")
        if had is None:
            return kind.drawn(spec, shapes, run), ()
        drawn = kind.drawn(spec, shapes, {**run, "spread": "fan-in"})
        from_seed = "" if seed is None else f" (seed {seed}, fan-in)"
        if not isinstance(had, Path):
            kept = {
                name: np.asarray(had[name]).reshape(shape)
                for name, shape in shapes.items()
                if name in had and as_rows(np.shape(had[name])) == as_rows(shape)
            }
            missing = [name for name in shapes if name not in kept]
            note = (
                "These start weights have another size now, so they were drawn at random"
                f"{from_seed}: {', '.join(missing)}."
            )
            return drawn | kept, (note,) if missing else ()
        try:
            return start_of(had, shapes, kind.tensors(shapes)), ()
        except MisfitError as error:
            note = f"{error} So the start weights were drawn at random{from_seed}."
            # in a template of xlnn it is a file that the user never saw
            return drawn, () if self.source.is_shipped else (note,)


def _check_constants(optimizer: str, given: Mapping[str, Any]) -> None:
    """Refuse constants that the optimiser cannot have."""
    for name, constant in OPTIMISERS[optimizer].constants.items() if optimizer else ():
        value = float(given[name])
        if not np.isfinite(value) or not constant.takes(value):
            wanted = f"{optimizer} takes a number {constant.wanted}"
            raise DataError(f"{name} is {value:.15g}: {wanted}.")


def _check_weights(weights: int, *, large: bool) -> None:
    """Refuse too many weights, before they are generated."""
    if weights > (MOST_NUMBERS if large else LARGE):
        remedy = "." if large else ", or add --large."
        raise DataError(
            f"The network has {weights:,} weights and biases; over {LARGE:,} make a workbook that "
            f"takes minutes to build and to open: use fewer units or smaller pictures{remedy}"
        )


def given_of(
    quantity: Quantity, given: Mapping[str, Any], where: str, options: tuple[str, ...]
) -> np.ndarray:
    """Return the value of an input, in its shape.

    Raises
    ------
    DataError
        It is missing, or does not fit.
    """
    name = quantity.name
    if name not in given:
        raise DataError(f"{where}: the input {name} is missing.")
    lengths = quantity.input_lengths
    try:
        array = np.asarray(given[name], dtype=object if quantity.is_text else float)
        array = array.reshape(lengths)
    except (TypeError, ValueError) as error:
        shape = " x ".join(map(str, lengths)) or "one number"
        shown = short(given[name])
        if isinstance(given[name], np.ndarray):
            shown = f"an array of {' x '.join(map(str, given[name].shape))}"
        reason = f"{where}: {name} takes {shape}: {shown} is not."
        raise DataError(reason, *options) from error
    if not quantity.is_text and (wrong := misfit(quantity, array)):
        index, wanted = wrong
        places = [f"{a.name} {n + a.counts_from}" for a, n in zip(quantity.axes, index)]  # noqa: B905 -- units follow
        units = index[len(quantity.axes) :] if len(quantity.units) > 1 else ()
        places += [f"column {n + 1}" for n in units]
        at = f" in {', '.join(places)}" if places else ""
        raise DataError(f"{where}: {name} is {array[index]:g}{at}: {wanted} is expected.", *options)
    return array if quantity.is_text else rounded(array)
