"""Read a user's data for an experiment: the sizes and inputs that follow from them."""

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from xlnn.data.dataset import Dataset, ReadOptions
from xlnn.data.load import load, load_rows
from xlnn.data.messages import counted
from xlnn.errors import DataError, OptionsError
from xlnn.options import Options, as_typed
from xlnn.workbooks.kind import Source
from xlnn.workbooks.source_data import check_reading, data_name

Kind = Any
"""An `xlnn.workbooks.experiment.Experiment`, whose module imports this one."""

READING = {
    "targets": ("targets", "drop", "columns", "decimal", "missing", "header_row", "sheet",
                "encoding"),
    "columns": ("drop", "columns", "decimal", "missing", "header_row", "sheet", "encoding"),
    "rows": ("drop", "columns", "header_row", "sheet", "encoding"),
}  # fmt: skip
"""The options that say how data are read, by what an experiment takes of them."""

Given = tuple[
    Mapping[str, Any], Mapping[str, Any] | Callable[[Mapping[str, Any]], Mapping[str, Any]]
]
"""Some sizes and inputs, by name; or the sizes, and a function that returns inputs for sizes."""


def lengths(kind: Kind, data: Dataset, kept: np.ndarray, where: str) -> dict[str, int]:
    """Return the sizes that follow from the rows that train and from the columns of data."""
    learns = kind.learns
    if kind.from_data is not None:
        return kind.check_sizes(kind.from_data(data.some(kept), where)[0], where)
    counts: dict[str, int] = {}
    for name, sizes in learns.sizes.items():
        array = data.x if name == learns.x else data.t
        own = dict(zip(sizes, (int(kept.sum()), array.shape[1]), strict=False))
        several = name == learns.t and len(sizes) == 1 and array.shape[1] > 1
        if several and (data.is_regression or not data.labels):
            raise DataError(
                f"{where}: {counted(data.x.shape[1], 'input')} and "
                f"{counted(array.shape[1], 'target')} were found, but each row needs one "
                "target: name it with --target."
            )
        for size in (size for size in own if counts.get(size, own[size]) != own[size]):
            raise DataError(
                f"{where}: {counted(counts[size], 'input')} and "
                f"{counted(own[size], 'target')} were found, but each input needs one "
                "target: name it with --target."
            )
        counts |= own
    return counts


def with_data(source: Source, asked: Options) -> tuple[Source, tuple[str, ...]]:
    """Return a source with the sizes and inputs that follow from the user's data, and notes.

    Raises
    ------
    XlnnError
        They cannot be read.
    """
    kind, reading = source.kind, asked.reading
    if "data" not in asked or (kind.has_targets and "targets" not in asked):
        if "targets" not in reading and "data" not in asked:
            option = as_typed(next(iter(reading)))
            raise OptionsError(f"{option} says how to read data: add --data.")
        raise OptionsError(
            "--data and --target belong together: your data, and the column to predict."
        )
    (sizes, inputs), notes = read(kind, asked.data, reading)
    own = {kind.sets[name]: value for name, value in asked.items() if name in kind.sets}
    all_sizes = {**source.sizes, **sizes}
    all_sizes |= {name: one_of(own[name]) for name in kind.sizes if name in own}
    rate = {} if callable(inputs) else lower_rate(kind, sizes, all_sizes)
    given = {**rate, **source.inputs, **for_sizes(inputs, kind.checked(all_sizes, source.name))}
    return replace(source, sizes=all_sizes, inputs=given, is_own=True), notes


def inputs_of(kind: Kind, data: Dataset, where: str) -> Mapping[str, Any]:
    """Return the inputs besides x and t that follow from data."""
    if kind.from_data is None or kind.learns is None:
        return {}
    sizes, inputs = kind.from_data(data, where)
    return for_sizes(inputs, sizes)


def lower_rate(kind: Kind, read: Mapping[str, int], sizes: Mapping[str, Any]) -> dict[str, float]:
    """Return a lower learning rate where plain steps are sums over more data than usual."""
    optimizer = sizes.get("optimizer")
    usual = [kind.sizes[name].usual for name in read]
    if None in usual:
        return {}
    more = math.prod(count / size for count, size in zip(read.values(), usual, strict=True))
    if optimizer not in {"sgd", "momentum"} or more <= 1:
        return {}
    return {"eta": float(f"{kind.rates[optimizer] / more:.2g}")}


def read(kind: Kind, source: object, reading: Mapping[str, Any]) -> tuple[Given, tuple[str, ...]]:
    """Return the sizes and inputs that follow from data, and what was read."""
    if kind.from_data is None:
        return ({}, {}), ()
    source = Path(source) if isinstance(source, str | os.PathLike) else source
    where = data_name(source)
    if kind.reads == "rows":
        result = kind.from_data(load_rows(source, ReadOptions(**reading)), where)
        kind.check_sizes(result[0], where)
        sizes = ", ".join(f"{name} {count:,}" for name, count in result[0].items())
        return result, (f"{where} was read: {sizes}.",)
    check_reading(source, reading)
    data = load(source, ReadOptions(table=True, bare=not kind.has_targets, **reading))
    result = kind.from_data(data, where)
    kind.check_sizes(result[0], where)
    return result, data.told


def one_of(value: object) -> object:
    """Return the entry of a list of one, such as units of hidden layers; else the value itself."""
    return value[0] if isinstance(value, tuple) and len(value) == 1 else value


def for_sizes(
    inputs: Mapping[str, Any] | Callable[[Mapping[str, Any]], Mapping[str, Any]],
    sizes: Mapping[str, Any],
) -> Mapping[str, Any]:
    """Return the values of inputs for some sizes, whether or not they depend on the sizes."""
    return inputs(sizes) if callable(inputs) else inputs
