"""Load data from any source: a file, a folder of pictures, arrays or a data frame."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import compress, count
from pathlib import Path

import numpy as np

from xlnn.data.arrays import frame_table, from_arrays, grey, is_frame, role
from xlnn.data.csv_lines import csv_table
from xlnn.data.dataset import Dataset, ReadOptions
from xlnn.data.folder import from_folder
from xlnn.data.messages import of_system, reason, short
from xlnn.data.npz import KINDS, arrays
from xlnn.data.roles import roles_in
from xlnn.data.rows import Table
from xlnn.data.sheet import sheet_table
from xlnn.data.table import from_table
from xlnn.data.words import bases
from xlnn.errors import DataError

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
"""Extensions of workbooks; those that cannot be read are refused with advice."""


@contextmanager
def _readable() -> Iterator[None]:
    """Say what cannot be read, such as a folder that may not be listed."""
    try:
        yield
    except OSError as error:
        known = {"path": error.filename, "reason": of_system(error)}
        raise DataError("{path} cannot be read: {reason}.", **known) from error


@_readable()
def load(data: object, options: ReadOptions) -> Dataset:
    """Load what a network learns from: inputs, and labels or numbers to predict.

    Parameters
    ----------
    data : Path, tuple, dict or data frame
        A folder of pictures, an ``.npz`` archive, an ``.xlsx`` or a CSV; a data frame; arrays
        ``(x, labels)``; or a dict of arrays as an ``.npz`` holds them. The second of a pair is
        ``labels`` if it contains texts or whole numbers. It is ``t``, the numbers to predict, if it
        contains other numbers, has two axes or ``targets`` is given.
    options : ReadOptions
        Options such as the size of a picture or the names of columns.

    Raises
    ------
    XlnnError
        It cannot be read; the message says where, what was found and what to do.
    """
    if table := _table(data, options):
        table.apart()
        return from_table(table, options)
    if not isinstance(data, str | os.PathLike):
        return from_arrays("data", _arrays(data, options), options)
    path = Path(data)
    if path.is_dir():
        return from_folder(path, options)
    return from_arrays(path.name, arrays(path, role, options), options)


@_readable()
def load_rows(data: object, options: ReadOptions) -> list[tuple[str, list[str]]]:
    """Load the rows of a table as they are: where each stands, and its texts without blanks.

    Parameters
    ----------
    data : Path or data frame
        A CSV, an ``.xlsx`` or a data frame.
    options : ReadOptions
        Its ``columns`` are in the order in which they are named.

    Raises
    ------
    XlnnError
        It is something else, or cannot be read.
    """
    if not (table := _table(data, options)):
        raise DataError("data is not a table of texts: a CSV, an .xlsx or a data frame is needed.")
    width = max(len(fields) for _, fields in table.rows)
    options.check_count(table.name, len(table.rows), len(table.rows) * width)  # some may be short
    left = min(next(compress(count(), fields)) for _, fields in table.rows) if table.title else 0
    rows = [(row, (fields + [""] * (width - len(fields)))[left:]) for row, fields in table.rows]
    if options.columns or options.drop:
        kept = roles_in(replace(table, rows=rows), replace(options, bare=True)).inputs
        rows = [(row, [fields[column] for column in kept]) for row, fields in rows]
    return [(f"{table.name}, {table.row} {row}", fields) for row, fields in rows]


@_readable()
def load_inputs(data: object, options: ReadOptions, count: int) -> Dataset:
    """Load rows with this many inputs, with or without labels, for a trained network.

    Parameters
    ----------
    data : Path, array, tuple, dict or data frame
        As for `load`; labels and targets are left out.
    options : ReadOptions
    count : int
        The number of inputs.

    Raises
    ------
    DataError
        The data cannot be read, or have a different number of inputs.
    """
    options = replace(options, bare=True)
    if table := _table(data, options):
        table.apart()
        first = table.rows[0][1]
        is_known = options.features and {*bases(options.features)} <= {*first}
        is_labelled = len(first) == count + 1 and not options.targets and not is_known
        label = options.label or ("first" if is_labelled else "")
        dataset = from_table(table, replace(options, label=label))
    elif isinstance(data, str | os.PathLike) and Path(data).is_dir():
        dataset = from_folder(Path(data), options)
    else:
        dataset = replace(from_arrays(*_x_alone(data, options), options), features=())
    check_count(dataset, data, count)
    return dataset


def check_count(dataset: Dataset, data: object, count: int) -> None:
    """Refuse data whose number of inputs differs from the model's.

    Raises
    ------
    DataError
        The numbers differ.
    """
    if dataset.x.shape[1] != count:
        name = Path(data).name if isinstance(data, str | os.PathLike) else "data"
        raise DataError(
            "{file} has {inputs} inputs per row, but the model takes {count}: leave out columns "
            "that are not inputs, or name the label with --label.",
            file=name,
            inputs=f"{dataset.x.shape[1]:,}",
            count=f"{count:,}",
        )


def _array(entry: object, name: str) -> np.ndarray:
    """Return a user's data as an array of numbers or texts."""
    try:
        array = np.asarray(entry)
        is_text = array.dtype.kind == "O" and all(isinstance(item, str) for item in array.flat)
        if is_text or array.dtype.kind == "T":  # NumPy's own texts of any length
            array = array.astype(str)
    except Exception as error:  # objects that imitate arrays may fail in any way
        raise DataError(f"{short(name)} is not an array: {reason(error)}.") from error
    if array.dtype.kind not in KINDS:
        raise DataError(
            f"{short(name)} holds objects of the kind {short(array.dtype)}; numbers and texts are "
            "read."
        )
    return array


def _table(data: object, options: ReadOptions) -> Table | None:
    """Return a table; None for pictures and arrays."""
    if is_frame(data):
        return frame_table(data, options)
    if not isinstance(data, str | os.PathLike):
        return None
    path = Path(data)
    suffix = path.suffix.lower()
    if path.is_dir() or suffix == ".npz":
        return None
    return (sheet_table if suffix in WORKBOOKS else csv_table)(path, options)


def _arrays(data: object, options: ReadOptions) -> dict[str, np.ndarray]:
    """Return arrays in memory by their roles."""
    if isinstance(data, tuple | list) and len(data) == 2:
        x, target = map(_array, data, ("x", "labels"))
        by_role = {"x": x, _role(target, options): target}
    elif isinstance(data, Mapping) and all(isinstance(name, str) for name in data):
        by_role = {name: _array(entry, name) for name, entry in data.items()}
    else:
        raise DataError(
            f"data is a {type(data).__name__}: a path, a pair of arrays (x, labels), a dict of "
            "arrays x and labels or t, or a data frame is expected."
        )
    for name, array in by_role.items():
        options.check_count(f"data: {short(name)}", len(np.atleast_1d(array)), array.size)
    return by_role


def _role(target: np.ndarray, options: ReadOptions) -> str:
    """Return the role of the second array of a pair: labels, or numbers to predict."""
    if options.targets or target.ndim != 1:
        return "t"
    is_measured = target.dtype.kind == "f" and (target != np.trunc(target)).any()
    return "t" if is_measured else "labels"


def _x_alone(data: object, options: ReadOptions) -> tuple[str, dict[str, np.ndarray]]:
    """Return the name of data that are arrays, and their inputs."""
    if isinstance(data, str | os.PathLike):
        where, known = Path(data).name, arrays(Path(data), lambda n: role(n) == "x", options)
    elif isinstance(data, Mapping):
        where, known = "data", {str(name): entry for name, entry in data.items()}
    else:
        pair = isinstance(data, tuple) and len(data) == 2
        where, known = "data", {"x": data[0] if pair else data}
    inputs = {name: _array(entry, name) for name, entry in known.items() if role(name) == "x"}
    if len(inputs) != 1:
        raise DataError(f"{where} holds no x: the inputs, one row per example.")
    ((name, x),) = inputs.items()
    return where, {name: x.reshape(len(x), -1) if grey(x).ndim > 3 else x}
