"""Read data in memory: arrays or a data frame."""

from collections.abc import Mapping

import numpy as np

from xlnn.data.arrays import from_arrays
from xlnn.data.dataset import Dataset, ReadOptions
from xlnn.data.frames import FrameRows, is_frame
from xlnn.data.npz import KINDS
from xlnn.data.table import from_rows
from xlnn.data.wording import short
from xlnn.errors import DataError


def from_memory(data: object, reading: ReadOptions) -> Dataset:
    """Read arrays ``(x, labels)``, a dict of arrays as an ``.npz`` holds them, or a data frame.

    Parameters
    ----------
    data : tuple, dict or data frame
        The second of a pair is ``labels`` if it contains texts or whole numbers. It is ``t``, the
        numbers to predict, if it contains other numbers, has two axes or ``targets`` is given.
    reading : ReadOptions

    Raises
    ------
    DataError
        It is something else, or cannot be used.
    """
    if is_frame(data):
        return from_rows(FrameRows(data, reading), reading)
    if isinstance(data, tuple | list) and len(data) == 2:
        x, target = (
            array_of(entry, name) for entry, name in zip(data, ("x", "labels"), strict=True)
        )
        found = {"x": x, _key(target, reading): target}
    elif isinstance(data, Mapping) and all(isinstance(name, str) for name in data):
        found = {name: array_of(entry, name) for name, entry in data.items()}
    else:
        raise DataError(
            f"data is a {type(data).__name__}: a path, a pair of arrays (x, labels), a dict of "
            "arrays x and labels or t, or a data frame is expected."
        )
    for name, array in found.items():
        reading.check_count(f"data: {short(name)}", len(np.atleast_1d(array)), array.size)
    return from_arrays("data", found, reading)


def array_of(entry: object, name: str) -> np.ndarray:
    """Return a user's data as an array of numbers or texts.

    Raises
    ------
    DataError
        The entries are neither numbers nor texts.
    """
    try:
        array = np.asarray(entry)
        is_text = array.dtype.kind == "O" and all(isinstance(each, str) for each in array.flat)
        if is_text or array.dtype.kind == "T":  # NumPy's own texts of any length
            array = array.astype(str)
    except Exception as error:  # objects that imitate arrays may fail in any way
        raise DataError(f"{short(name)} is not an array: {short(error)}.") from error
    if array.dtype.kind not in KINDS:
        raise DataError(
            f"{short(name)} holds objects of the kind {short(array.dtype)}; numbers and texts are "
            "read."
        )
    return array


def _key(target: np.ndarray, reading: ReadOptions) -> str:
    """Return the role of the second array of a pair: labels, or numbers to predict."""
    if reading.targets or target.ndim != 1:
        return "t"
    is_measured = target.dtype.kind == "f" and (target != np.trunc(target)).any()
    return "t" if is_measured else "labels"
