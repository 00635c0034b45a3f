"""Combine a template or workbook, the data and the options into what is built.

The sizes of the input and output layers follow from the data; hidden layers stay.

A model file does not tell which cost or optimiser was used.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from math import prod
from pathlib import Path
from shlex import quote
from typing import Any

import numpy as np

from xlnn.data.dataset import LARGE, MOST_NUMBERS, Dataset
from xlnn.data.load import check_count
from xlnn.data.messages import listed
from xlnn.data.numbers import rounded
from xlnn.data.preprocessing import held_out
from xlnn.equations.cost import COSTS
from xlnn.equations.layer import LAYERS, PARAMETERS
from xlnn.equations.optimiser import OPTIMISERS, PLAIN
from xlnn.errors import DataError, OptionsError
from xlnn.model import Model
from xlnn.options import BUILD, Options, as_typed
from xlnn.reference import known
from xlnn.workbooks.kind import Recipe
from xlnn.workbooks.network.origin import UNSCALED, Origin, data_of
from xlnn.workbooks.network.quantities.network import network
from xlnn.workbooks.network.scaling import decimals, scale_note, scalings, target_notes
from xlnn.workbooks.network.spec import AS_MANY, LayerSpec, Spec
from xlnn.workbooks.network.start import MisfitError, as_rows, start_from_seed, start_of
from xlnn.workbooks.runs import COMPARED, are_equal, each_run, together

CATEGORICAL, SQUARED = "categorical cross-entropy", "squared error"

COST_OF = {"softmax": CATEGORICAL, "sigmoid": "cross-entropy"}
"""The cost for an output; for others it is the squared error."""


USUAL = {
    "lang": "en", "test_share": 0.0, "seed": 0, "spread": "normal", "scale": UNSCALED,
    "optimizer": PLAIN, "l2": None, "start": None,
}  # fmt: skip
"""The settings of a network that neither a template nor an option changes."""


def trained_on(origin: Origin, options: Options, data: Dataset) -> tuple[Origin, tuple[str, ...]]:
    """Return the origin of a model with an output and a cost that fit its data, and notes.

    Any other origin is returned unchanged.

    Raises
    ------
    DataError
        The data's number of inputs differs from the model's.
    """
    if not origin.inputs:
        return origin, ()
    assert isinstance(origin.data, Path)  # noqa: S101 -- of the model
    name = origin.data.name
    check_count(data, options.data, origin.inputs)
    *below, output = origin.layers
    had, asked, notes = output.activation, options.output_activation, []
    if had == "linear" and not asked and not data.is_regression:
        if options.cost in {None, CATEGORICAL}:
            asked = "softmax"
            notes.append(f"{name} ends in scores: a softmax turns them into probabilities.")
    elif asked not in {None, had}:
        notes.append(f"The output layer is {asked} now, and is {had} in {name}.")
    is_whole = output.units == len(data.labels)
    if is_whole and not (data.is_regression or origin.reading.labels):
        order = f"its outputs are assumed to be {listed(data.labels)}, in this order"
        notes.append(f"{name} does not name its labels: {order}.")
    cost = options.cost or COST_OF.get(asked or had, SQUARED)
    used = replace(
        origin,
        layers=(*below, replace(output, activation=asked or had)),
        settings={**origin.settings, "cost": cost},
    )
    usual = {name: used.settings[name] for name in ("cost", "optimizer", "eta")}
    left = [key for key in usual if getattr(options, key) is None]
    if left:
        typed = listed(f"{as_typed(key)} {quote(str(usual[key]))}" for key in left)
        notes.append(f"{name} trains further with {typed} (the defaults).")
    return used, tuple(notes)


SPARE = 10
"""Rows of zeros after the rows that a network predicts, for the user's own."""

OTHER_DATA = ", other data"
"""The suffix of a template's name if its data were replaced."""


def recipe(origin: Origin, options: Options) -> Recipe[Spec]:
    """Combine an origin with options.

    Raises
    ------
    DataError
        The template, the data, the start or an option cannot be used.
    """
    data = data_of(origin, options)
    trains = origin.trains
    spare = 0 if trains or (options.data is None and len(data.x)) else SPARE
    if spare:
        x, t = (np.pad(array, ((0, spare), (0, 0))) for array in (data.x, data.t))
        data = replace(data, x=x, t=t)
    origin, trained_notes = trained_on(origin, options, data)
    runs = _runs(origin, options)
    first = runs[0]  # which has all that is the same in each
    is_own = options.data is None and not options.reading
    told = () if is_own and origin.is_shipped else data.told
    name = origin.name
    if trains and not is_own:
        name = f"{name.removesuffix(OTHER_DATA)}{OTHER_DATA}"
    held = held_of(origin, options, data)
    x_scale, t_scale, scale_notes = scalings(origin, options, data, held)
    layers, layer_notes = _layers(origin, options, data, is_own=is_own)
    spec = Spec(
        template=name,
        **{name: first[name] for name in ("lang", "epochs", "cost", "optimizer")},
        samples=int((~held).sum()),
        test_samples=int(held.sum()),
        picture=data.picture or (1, data.x.shape[1]),
        features=data.features if data.picture is None else (),
        words=data.words if data.picture is None else (),
        labels=data.labels,
        layers=layers,
        task="regression" if data.is_regression else "classification",
        scaled=x_scale is not None,
        scaled_targets=t_scale is not None,
        decimals=decimals(data.t[~held]) if data.is_regression else AS_MANY,
        missing=data.missing,
        regularised=any(run["l2"] is not None for run in runs),
        spare=spare,
        told=origin.told,
    )
    found = [_inputs(origin, options, spec, run) for run in runs]
    own = [inputs for inputs, _ in found]
    notes = tuple(dict.fromkeys(chain(*(said for _, said in found))))
    if not are_equal(own):
        compared = tuple(name for name in COMPARED if len({run[name] for run in runs}) > 1)
        seeds = tuple(run["seed"] for run in runs) if "seed" in compared else ()
        optimizers = tuple(run["optimizer"] for run in runs)
        spec = replace(spec, runs=optimizers, compared=compared, seeds=seeds)
    model = network(spec)
    named = chain(*(said for name, said in origin.notes.items() if name not in options))
    notes = (*told, *named, *trained_notes, *layer_notes, *notes, *scale_notes)
    if spec.epochs:
        notes += () if spec.scaled else scale_note(data)
        notes += target_notes(spec, data.t[~held], t_scale)
    kind = object if model["labels"].is_text else float
    inputs = {"labels": np.array(spec.labels, dtype=kind), **known(model)}
    inputs |= together(model, own) if spec.runs else own[0]
    for prefix, scale in (("", x_scale), ("t_", t_scale)):
        if scale is not None:
            inputs |= {f"{prefix}middle": scale[0], f"{prefix}factor": scale[1]}
    for prefix, rows in (("", ~held), ("test_", held)):
        if rows.any():
            x = f"{prefix}{'raw' if spec.scaled else 'x'}"
            inputs[x] = data.x[rows].reshape(-1, *model[x].shape)
            if spec.epochs:
                inputs[f"{prefix}{'raw_t' if spec.scaled_targets else 't'}"] = data.t[rows]
    return Recipe(spec, model, inputs, notes)


def _runs(origin: Origin, options: Options) -> list[dict[str, Any]]:
    """Return all settings of each run.

    Raises
    ------
    OptionsError
        Two lists differ in length.
    """
    asked_of = each_run(options, len(origin.runs))
    known = [*origin.runs, *[origin.runs[0]] * (len(asked_of) - len(origin.runs))]
    runs = []
    for asked, own in zip(asked_of, known, strict=False):
        if asked.get("l2") == 0:
            asked["l2"] = None
        if {"seed", "spread"} & options.keys():
            asked["start"] = None
        runs.append({**USUAL, **origin.settings, **own, **asked})
    return runs


def _inputs(
    origin: Origin, options: Options, spec: Spec, run: Mapping[str, Any]
) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """Return the inputs of a single run, and notes about them.

    They are its start, the learning rate, the penalty and the optimiser's constants, which have
    defaults.

    Raises
    ------
    DataError
        A number is out of the optimiser's range.
    """
    model = network(replace(spec, optimizer=run["optimizer"]))
    start, notes = _start(origin, options, run, model)
    if not spec.epochs:
        return start, notes
    found = {"eta": rounded(BUILD["eta"].check(run["eta"]))}
    if spec.regularised:
        found["l2"] = rounded(BUILD["l2"].check(run["l2"] or 0.0))
    for name, constant in OPTIMISERS[run["optimizer"]].constants.items():
        value = run.get(name, constant.usual)
        if not np.isfinite(value) or not constant.takes(value):
            raise DataError(
                f"{name} is {value}: {run['optimizer']} takes a number {constant.wanted}."
            )
        found[name] = rounded(value)
    return found | {name: array[np.newaxis] for name, array in start.items()}, notes


def _layers(
    origin: Origin, options: Options, data: Dataset, *, is_own: bool
) -> tuple[tuple[LayerSpec, ...], tuple[str, ...]]:
    """Return the layers that are asked for, with outputs that fit data and cost, and notes.

    Raises
    ------
    OptionsError
        There is no hidden layer that could have an activation.
    """
    if not origin.layers:
        return (), ()  # which the Spec refuses
    *below, output = origin.layers
    asked, cost = options.activation, COSTS.get(options.cost or "")
    weighted = [layer for layer in below if LAYERS[layer.kind].activates]
    if options.hidden is not None:
        usual = asked or (weighted[0] if weighted else LayerSpec).activation
        below = [LayerSpec(str(n), units, usual) for n, units in enumerate(options.hidden, start=2)]
        if output.name.isdigit():  # names are numbers in order, which has changed
            output = replace(output, name=str(2 + len(below)))
    elif asked:
        own = {"activation": asked}
        below = [replace(layer, **own) if layer in weighted else layer for layer in below]
    if asked and not below:
        raise OptionsError(
            "--activation is for hidden layers, and there is no hidden layer: add --hidden, or use "
            "--output-activation."
        )
    if not (is_own and output.units):
        output = replace(output, units=len(data.labels))
    had, notes = output.activation, ()
    if options.output_activation:
        output = replace(output, activation=options.output_activation)
    elif cost and not cost.suits(had):
        linear = data.is_regression and "linear" in cost.outputs
        output = replace(output, activation="linear" if linear else cost.outputs[0])
        said = f"The output layer is now {output.activation} instead of {had}, which cannot be"
        notes = (f'{said} combined with the cost "{options.cost}" (--output-activation).',)
    return (*below, output), notes


def held_of(origin: Origin, options: Options, data: Dataset) -> np.ndarray:
    """Tell which samples are held out."""
    if origin.held is not None and not {"test_share", "data"} & options.keys():
        return origin.held
    first = _runs(origin, options)[0]
    if first["test_share"] == 0:
        return np.zeros(len(data.x), dtype=bool)
    return held_out(data.t, first["test_share"], first["seed"], is_regression=data.is_regression)


def _start(
    origin: Origin, options: Options, run: Mapping[str, Any], model: Model
) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """Return the start weights, and notes about them."""
    shapes = {q.name: q.shape for q in model.inputs if q.kind in PARAMETERS}
    _check_weights(sum(map(prod, shapes.values())), large=options.large)
    if options.start is not None:
        return start_of(options.start, shapes), ()
    had, seed = run["start"], run["seed"]
    if had is None:
        return start_from_seed(seed, shapes, run["spread"]), ()
    drawn = start_from_seed(seed, shapes, "fan-in")
    if not isinstance(had, Path):
        kept = {
            name: had[name].reshape(shape)
            for name, shape in shapes.items()
            if name in had and as_rows(had[name].shape) == as_rows(shape)
        }
        missing = [name for name in shapes if name not in kept]
        told = (
            "These start weights have another size now, so they were drawn at random (seed "
            f"{seed}, fan-in): {', '.join(missing)}."
        )
        return drawn | kept, (told,) if missing else ()
    try:
        return start_of(had, shapes), ()
    except MisfitError as error:
        told = f"{error} So the start weights were drawn at random (seed {seed}, fan-in)."
        # in a template of xlnn it is a file that the user never saw
        return drawn, () if origin.is_shipped else (told,)


def _check_weights(weights: int, *, large: bool) -> None:
    """Refuse too many weights, before they are generated."""
    if weights > (MOST_NUMBERS if large else LARGE):
        remedy = "." if large else ", or add --large."
        raise DataError(
            f"The network has {weights:,} weights and biases; over {LARGE:,} make a workbook that "
            f"takes minutes to build and to open: use fewer units or smaller pictures{remedy}"
        )
