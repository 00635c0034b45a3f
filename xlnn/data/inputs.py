"""Read rows for a trained model: inputs, and labels if there are any."""

import os
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from xlnn.data.csv_lines import Lines
from xlnn.data.dataset import Dataset, ReadOptions
from xlnn.data.folder import from_folder
from xlnn.data.frames import FrameRows, is_frame
from xlnn.data.memory import array_of
from xlnn.data.npz import arrays
from xlnn.data.precision import rounded
from xlnn.data.sheet import SheetRows
from xlnn.data.table import TableRows, from_rows
from xlnn.data.words import bases
from xlnn.errors import DataError

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")


def inputs_of(data: object, reading: ReadOptions, count: int) -> Dataset:
    """Read rows with this many inputs, with or without labels.

    Parameters
    ----------
    data : Path or object
        A CSV, an ``.xlsx``, an ``.npz``, a folder of pictures; or arrays or a data frame.
    reading : ReadOptions
    count : int
        The number of inputs.

    Raises
    ------
    DataError
        The data cannot be read, or have a different number of inputs.
    """
    found = _read(data, reading, count)
    check_count(found, data, count)
    return found


def check_count(found: Dataset, data: object, count: int) -> None:
    """Refuse data whose number of inputs differs from the model's.

    Raises
    ------
    DataError
        The numbers differ.
    """
    if found.x.shape[1] != count:
        name = Path(data).name if isinstance(data, str | os.PathLike) else "data"
        raise DataError(
            f"{name} has {found.x.shape[1]:,} inputs per row, but the model takes {count:,}: leave "
            "out columns that are not inputs, or name the label with --label."
        )


def _read(data: object, reading: ReadOptions, count: int) -> Dataset:
    if not isinstance(data, str | os.PathLike):
        return _held(data, reading, count)
    path = Path(data)
    suffix = path.suffix.lower()
    if path.is_dir():
        return from_folder(path, reading)
    if suffix == ".npz":
        return _alone(_x_of(arrays(path, ("x",), reading), path.name), path.name)
    return _of_rows((SheetRows if suffix in WORKBOOKS else Lines)(path, reading), reading, count)


def _held(data: object, reading: ReadOptions, count: int) -> Dataset:
    """Read data in memory: a data frame, x, (x, labels), or a dict with x."""
    if is_frame(data):
        return _of_rows(FrameRows(data, reading), reading, count)
    if isinstance(data, tuple) and len(data) == 2:
        data = {"x": data[0]}
    if isinstance(data, Mapping):
        data = _x_of(data, "data")
    return _alone(array_of(data, "data"), "data")


def _x_of(found: Mapping[str, object], name: str) -> np.ndarray:
    if "x" not in found:
        raise DataError(f"{name} holds no x: the inputs, one row per example.")
    return array_of(found["x"], "x")


def _of_rows(rows: TableRows, reading: ReadOptions, count: int) -> Dataset:
    """Read a table: the inputs, and perhaps a label or targets, which are left out."""
    first = next(islice(rows, 1), (0, []))[1]
    is_known = reading.features and {*bases(reading.features)} <= {each.strip() for each in first}
    is_labelled = len(first) == count + 1 and not reading.targets and not is_known
    label = reading.label or ("first" if is_labelled else "")
    return from_rows(rows, replace(reading, bare=True, label=label))


def _alone(x: np.ndarray, name: str) -> Dataset:
    """Return inputs without labels."""
    if x.ndim < 2 or not len(x) or x.dtype.kind not in "biuf":
        raise DataError(f"{name}: numbers were expected, one row per example.")
    x = x.reshape(len(x), -1).astype(float)
    if not np.isfinite(x).all():
        raise DataError(f"{name} holds a number that is not finite.")
    told = (f"{name}: {len(x):,} rows of {x.shape[1]:,} inputs.",)
    return Dataset(rounded(x), np.empty((len(x), 0)), (), None, told=told)
