"""Choose a network that fits the data, for a build that names no template."""

import os
import re
from contextlib import suppress
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np

from xlnn.data.dataset import ENOUGH as SIGNIFICANT_ROWS
from xlnn.data.dataset import FEW, MOST_INPUTS, Dataset, ReadOptions
from xlnn.data.dataset import LARGE as LARGE_INPUTS
from xlnn.data.messages import amount, counted, listed, short
from xlnn.data.preprocessing import held_out
from xlnn.data.words import bases
from xlnn.errors import DataError, Message, WidthError
from xlnn.experiments.network.kind import KIND
from xlnn.experiments.network.layers import LayerSpec
from xlnn.options import BUILD, Options, as_typed
from xlnn.workbooks.entries import MATRICES
from xlnn.workbooks.kind import Source
from xlnn.workbooks.source_data import data_of

FORMULAS = 500_000
"""The most cells that formulas of a workbook fill."""

MOST_IN_CELLS = 100_000
"""The most formulas of the edition in cells that is chosen; beyond it is the one in matrices."""

EPOCHS, FEWEST = 50, 25
"""The usual epochs, and the fewest with which Adam learns a table."""

FEWEST_OF_MANY = 10
"""The fewest epochs if there are so many inputs that weights take most of the space."""

UNITS, UNITS_OF_MANY, MANY = 8, 16, 6
"""Hidden units, and their number for more than `MANY` classes."""

LEAST_UNITS = 3
"""The fewest hidden units, even with many inputs."""

WAY, LEAST_ETA, MOST_ETA = 2.5, 0.02, 0.1
"""The learning rate times the epochs, and its limits: fewer steps are longer."""

FURTHEST = 16
"""How far a step of Adam, which moves each weight by about η, moves a weighted input at most."""

BETA1 = 0.8
"""Adam's β₁: with the usual 0.9, the mean of the gradients is late for so few steps."""

L2, ENOUGH = 3.0, 60
"""The penalty on the weights for at least `ENOUGH` rows; less for fewer."""

SHARE, FEWEST_ROWS = 0.2, 30
"""The share that is held out, if there are at least `FEWEST_ROWS`."""

LEAST_ROWS = 20
"""The fewest training rows, if there are that many."""

WANTED_ROWS = (60, 2 * LEAST_ROWS)
"""How many rows are used at least, with fewer hidden units if need be; fewer if they do not fit."""

OF_DATA = frozenset(name for name, option in BUILD.items() if option.reads) | {"data", "test_share"}
"""Options that no longer matter once the network is chosen."""


def choose_network(options: Options) -> tuple[Source, str, Options]:
    """Read the data, and choose a network that fits them.

    Return it with the name of the workbook, without its extension, and the options that still
    apply.

    Softmax and categorical cross-entropy for classes, a linear output and squared error for
    numbers; standardised inputs, one hidden layer of relu units, and Adam, all rows at once. If
    there are more rows than fit, a random sample is used.

    Raises
    ------
    XlnnError
        The data cannot be read.
    """
    name = "table"
    if isinstance(options.data, str | os.PathLike):
        name = Path(options.data).absolute().stem or name
    source = Source(
        kind=KIND,
        name="table",
        sizes={
            "epochs": EPOCHS, "images": None, "layers": (), "optimizer": "adam", "cost": "",
            "regularised": False,
        },
        settings={"scale": "standard", "spread": "fan-in", "seed": 1},
        # a sample is drawn, if there are more than fit
        reading=ReadOptions(large=True, missing="mean"),
        data=Path(),
    )  # fmt: skip
    data = data_of(source, options)
    _check_classes(data, options)
    output = "linear" if data.is_regression else "softmax"
    source = replace(
        source,
        name="table" if data.picture is None else "pictures",
        is_own=True,
        sizes={
            **source.sizes,
            "cost": "squared error" if data.is_regression else "categorical cross-entropy",
        },
        reading=ReadOptions(targets=data.labels if data.is_regression else ()),
    )
    rest = Options(**{name: value for name, value in options.items() if name not in OF_DATA})
    rest.notes = options.notes
    many = len(data.labels) > MANY
    most = min(UNITS_OF_MANY if many else UNITS, (MOST_INPUTS - 1) // data.x.shape[1])
    numbers = range(max(LEAST_UNITS, most), LEAST_UNITS - 1, -1)
    fitting = None
    for wanted, units in product(WANTED_ROWS, numbers):
        layers = LayerSpec("2", units, "relu"), LayerSpec("3", 0, output)
        source = replace(source, sizes={**source.sizes, "layers": layers})
        with suppress(WidthError):  # with the units that are asked for, the plan raises it again
            fitting = _fitting(source, rest, data, options, wanted)
        if fitting is not None or options.hidden is not None:
            break
    if fitting is None:
        fitting = _held(source, data, options, len(data.x), FEWEST_OF_MANY)
    count = 0
    if "edition" not in rest:
        rows, epochs = len(fitting.data.x), fitting.sizes["epochs"]
        with suppress(WidthError):  # as above
            count = _formulas(fitting, rest, data, options, rows, epochs)
        if count > MOST_IN_CELLS:
            rest = Options(**rest, edition=MATRICES)
            rest.notes = options.notes
    return _with_notes(fitting, rest, data, count), name, rest


def _check_classes(data: Dataset, options: Options) -> None:
    """Refuse labels that mostly occur in one row only: they are numbers to predict, or names."""
    if data.is_regression or len(data.labels) <= len(data.x) / 2:
        return
    if len(data.x) < SIGNIFICANT_ROWS:
        return
    if not options.label:
        most = min(FEW, len(data.x) / 2)
        kinds = [len(np.unique(column)) for column in data.x.T]
        named = zip(data.features, kinds, strict=False)  # pictures have no names
        names = bases([name for name, count in named if 1 < count <= most])
        are_own = not all(re.fullmatch("x[0-9]+", name) for name in names)  # not made up
        which = Message(", such as {names}", names=listed(names, "or", most=6)) if are_own else ""
        raise DataError(
            "No label is named, and the first column has {count} different values in {rows} rows: "
            "name a column with few different ones with --label{which}, or predict numbers with "
            "--target.",
            "label",
            count=f"{len(data.labels):,}",
            rows=f"{len(data.x):,}",
            which=which,
        )
    raise DataError(
        "There are {count} different labels in {rows} rows, such as {label}: name another column "
        "with --label, or predict numbers with --target {column}.",
        "label",
        count=f"{len(data.labels):,}",
        rows=f"{len(data.x):,}",
        label=short(data.labels[0]),
        column=short(options.label),
    )


def _fitting(
    source: Source, rest: Options, data: Dataset, options: Options, wanted: int
) -> Source | None:
    """Return the network with as many epochs and rows as fit; None if fewer rows than wanted do."""
    rows = len(data.x)
    if options.large:
        return _held(source, data, options, rows, EPOCHS)
    rows = min(rows, max(LEAST_ROWS, LARGE_INPUTS // data.x.shape[1]))
    asked = options.epochs
    fewest = min(rows, 2 * LEAST_ROWS)
    more = min(rows, 2 * fewest) - fewest
    one, two, one_of_more, two_of_more = (
        _formulas(source, rest, data, options, fewest + also, epochs)
        for also, epochs in ((0, 1), (0, 2), (more, 1), (more, 2))
    )
    # the number is a sum: so many for each row, each epoch, and each row in each epoch
    of_both = (two_of_more - one_of_more - two + one) / max(1, more)
    of_a_row = (one_of_more - one) / max(1, more) - of_both
    of_an_epoch = two - one - fewest * of_both

    def room(epochs: int) -> int:
        left = FORMULAS - one - (epochs - 1) * (two - one)
        return fewest + int(left / (of_a_row + epochs * of_both or 1))

    least = FEWEST if of_an_epoch * FEWEST < FORMULAS / 2 else FEWEST_OF_MANY
    epochs = asked or next((n for n in range(EPOCHS, least, -1) if room(n) >= rows), least)
    if room(epochs) < min(rows, wanted) and options.hidden is None and asked is None:
        return None
    return _held(source, data, options, min(rows, max(fewest, room(epochs))), epochs)


def _formulas(source: Source, rest: Options, data: Dataset, options: Options, *size: int) -> int:
    """Return how many formulas a workbook with that many rows and epochs has."""
    rows, epochs = size
    one = Options(**{**rest, "epochs": epochs})
    spec = KIND.plan(_held(source, data, options, rows, epochs), one).spec
    quantities = KIND.layout(spec).model.quantities
    return sum(quantity.computed for quantity in quantities)


def _held(source: Source, data: Dataset, options: Options, rows: int, epochs: int) -> Source:
    """Draw a sample of the rows, and hold out part of it for testing."""
    seed = options.seed if isinstance(options.seed, int) else source.settings["seed"]
    if rows < len(data.x):
        out = held_out(data.t, 1 - rows / len(data.x), seed, is_regression=data.is_regression)
        data = data.some(~out)
    x, t, share = data.x, data.t, options.test_share
    if share is None:
        has_spare = data.is_regression or t.sum(axis=0).max() > 1
        share = SHARE if len(x) >= FEWEST_ROWS and has_spare else 0
    held = np.zeros(len(x), dtype=bool)
    if share:
        held = held_out(t, share, seed, is_regression=data.is_regression)
    trained = int((~held).sum())
    eta = min(MOST_ETA, max(LEAST_ETA, WAY / epochs), FURTHEST / x.shape[1])
    return replace(
        source,
        sizes={**source.sizes, "epochs": epochs},
        inputs={"eta": float(f"{eta:.2g}"), "beta1": BETA1},
        settings={**source.settings, "l2": float(f"{L2 * min(1.0, trained / ENOUGH):.1g}")},
        data=data,
        held=held,
    )


def _with_notes(source: Source, rest: Options, data: Dataset, count: int) -> Source:
    """Return the network with notes on what was chosen, and how to change it.

    ``count`` is the number of formulas in cells, if the edition was chosen by it.
    """
    drawn = source.data
    assert isinstance(drawn, Dataset)  # noqa: S101 -- it was read
    assert source.held is not None  # noqa: S101 -- it was drawn
    notes: tuple[str, ...] = ()
    if len(drawn.x) < len(data.x):
        some = Message(
            "Of {rows:,} rows {drawn:,} were drawn, for about {most:,} cells to compute; --large "
            "takes all, --seed draws others.",
            rows=len(data.x),
            drawn=len(drawn.x),
            most=FORMULAS,
        )
        notes += (some,)
    if count > MOST_IN_CELLS:
        chosen = Message(
            "The training is in matrices, since cells would take {count:,} formulas; --edition "
            "cells writes these.",
            count=count,
        )
        notes += (chosen,)
    first, second = source.sizes["layers"]
    hidden = first.units if rest.hidden is None else ",".join(map(str, rest.hidden))
    sizes = "-".join(map(str, filter(None, [drawn.x.shape[1], hidden, len(data.labels)])))
    held = int(source.held.sum())
    kinds = [rest.activation or first.activation, rest.output_activation or second.activation]
    used = {**source.sizes, **source.settings, **rest}
    scaled = (
        Message("standardised numbers, ")
        if data.picture is None
        else Message("standardised pixels, ")
    )
    several = isinstance(used["optimizer"], tuple)
    optimizer = source.sizes["optimizer"] if several else used["optimizer"]
    rates = np.atleast_1d(rest.get("eta", source.inputs["eta"]))
    ways = ("hidden", "activation", "optimizer", "eta", "l2", "epochs", "scale", "test_share")
    rows = counted(held, "row")
    note = Message(
        "Chosen: {sizes} units, {kinds}, {cost}, {scaled}{optimizer} with η {rates}, {epochs}, "
        "{held}. Choose otherwise with {ways}.",
        sizes=sizes,
        kinds=listed(kinds),
        cost=Message(used["cost"]),
        scaled=scaled if used["scale"] == source.settings["scale"] else "",
        optimizer=optimizer,
        rates=listed(map(amount, rates)),
        epochs=counted(used["epochs"], "epoch"),
        held=Message("{rows} held out", rows=rows) if held else Message("no row held out"),
        ways=", ".join(map(as_typed, ways)),
    )
    notes += (note,)
    return replace(source, notes={"chosen": notes})
