"""Which rows are given to a model that was trained elsewhere? Inputs, and perhaps labels."""

import os
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from xlnn.data.arrays import from_npz
from xlnn.data.dataset import Dataset, Reading
from xlnn.data.digits import rounded
from xlnn.data.folder import from_folder
from xlnn.data.frames import FrameRows, is_frame
from xlnn.data.lines import Lines
from xlnn.data.memory import array_of, from_memory
from xlnn.data.npz import arrays
from xlnn.data.sheet import SheetRows
from xlnn.data.table import Rows, from_rows
from xlnn.errors import DataError

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")


def inputs_of(data: object, reading: Reading, count: int) -> Dataset:
    """Read rows of so many inputs, whether or not something stands beside them.

    Parameters
    ----------
    data : Path or object
        A CSV, an ``.xlsx``, an ``.npz``, a folder of pictures; or arrays or a data frame.
    reading : Reading
    count : int
        How many inputs there are.

    Raises
    ------
    DataError
        They cannot be read, or have another number of inputs.
    """
    found = _read(data, reading, count)
    if found.x.shape[1] != count:
        name = Path(data).name if isinstance(data, str | os.PathLike) else "data"
        raise DataError(
            f"{name} has {found.x.shape[1]:,} inputs a row, and the model takes {count:,}: leave "
            "out what is no input, or name the label with --label."
        )
    return found


def _read(data: object, reading: Reading, count: int) -> Dataset:
    if not isinstance(data, str | os.PathLike):
        return _held(data, reading, count)
    path = Path(data)
    suffix = path.suffix.lower()
    if path.is_dir():
        return from_folder(path, reading)
    if suffix == ".npz":
        known = arrays(path, ("x", "labels", "y", "t"), reading)
        if set(known) == {"x"}:
            return _alone(known["x"], path.name)
        return from_npz(path, reading)
    return _of_rows((SheetRows if suffix in WORKBOOKS else Lines)(path, reading), reading, count)


def _held(data: object, reading: Reading, count: int) -> Dataset:
    """Read what a program holds."""
    if is_frame(data):
        return _of_rows(FrameRows(data, reading), reading, count)
    if isinstance(data, tuple | dict):
        return from_memory(data, reading)
    return _alone(array_of(data, "data"), "data")


def _of_rows(rows: Rows, reading: Reading, count: int) -> Dataset:
    """Read a table, whose columns are the inputs or one more."""
    first = next(islice(rows, 1), (0, []))[1]
    if len(first) == count and not reading.label and not reading.targets:
        return from_rows(rows, replace(reading, bare=True))
    return from_rows(rows, reading)


def _alone(x: np.ndarray, name: str) -> Dataset:
    """Return inputs with nothing beside them."""
    if x.ndim < 2 or not len(x) or x.dtype.kind not in "biuf":
        raise DataError(f"{name}: numbers with a row for each example were expected.")
    x = x.reshape(len(x), -1).astype(float)
    if not np.isfinite(x).all():
        raise DataError(f"{name} holds a number that is not finite.")
    told = (f"{name}: {len(x):,} rows of {x.shape[1]:,} inputs.",)
    return Dataset(rounded(x), np.empty((len(x), 0)), (), None, told=told)
