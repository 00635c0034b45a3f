"""What do the arrays of an .npz archive say? ``x``, and ``labels``, ``y`` or ``t``."""

from pathlib import Path

import numpy as np

from xlnn.data.classes import check_count, name, one_hot, ordered
from xlnn.data.dataset import MOST_IMAGES, MOST_INPUTS, Dataset, Reading
from xlnn.data.digits import LARGEST, rounded
from xlnn.data.npz import arrays
from xlnn.data.size import picture_size
from xlnn.data.wording import listed
from xlnn.errors import DataError

TARGETS = ("labels", "y", "t")


def from_npz(path: Path, reading: Reading) -> Dataset:
    """Read images or rows from arrays.

    Parameters
    ----------
    path : Path
        An archive of ``x``, shape (images, inputs) or (images, rows, columns), and one of
        ``labels`` or ``y``, shape (images,), whole numbers or texts, or
        ``t``, shape (images, outputs), numbers; with ``t``, ``names`` may name the outputs.
    reading : Reading

    Raises
    ------
    DataError
        An array is missing, has the wrong shape or holds what cannot be used.
    """
    found = arrays(path)
    if unknown := sorted(set(found) - {"x", "names", *TARGETS}):
        raise DataError(
            f"{path.name}: {listed(unknown)} is not known; x is expected, and one of "
            f"{listed(TARGETS, 'or')}."
        )
    given = [target for target in TARGETS if target in found]
    if "x" not in found or len(given) != 1:
        raise DataError(
            f"{path.name} holds {listed(found) if found else 'nothing'}; x is expected, and one "
            f"of {listed(TARGETS, 'or')}."
        )
    if "names" in found and given != ["t"]:
        raise DataError(f"{path.name}: names belongs to t; {given[0]} holds the names itself.")
    x = _numbers(path, "x", found["x"], axes=(2, 3))
    target = found[given[0]]
    if len(x) != len(np.atleast_1d(target)):
        raise DataError(
            f"{path.name}: x has {len(x):,} images and {given[0]} "
            f"{len(np.atleast_1d(target)):,}; both need one entry for each image."
        )
    if given == ["t"]:
        t, labels, is_regression = _outputs(path, target, found.get("names"), reading)
    elif reading.targets:
        raise DataError(
            f"{path.name} holds {given[0]}, which are classes; the numbers to predict are "
            "expected in an array t."
        )
    else:
        t, labels = one_hot(_classes(path, given[0], target), reading.labels, path.name)
        is_regression = False
    picture, features = _picture(path, x, reading, is_regression=is_regression)
    return Dataset(
        rounded(x.reshape(len(x), -1)), rounded(t), labels, picture, features, is_regression
    )


def _numbers(path: Path, key: str, array: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """Return an array of finite numbers that fit a sheet."""
    if array.dtype.kind not in "biuf":
        raise DataError(f"{path.name}: {key} holds no numbers.")
    if array.ndim not in axes or not array.size:
        raise DataError(
            f"{path.name}: {key} has the shape {array.shape}; {listed(axes, 'or')} axes with at "
            "least one entry are expected, the first for the images."
        )
    width = array.size // len(array)
    if len(array) > MOST_IMAGES or width > MOST_INPUTS:
        raise DataError(
            f"{path.name}: {key} has {len(array):,} rows of {width:,} numbers; a sheet has "
            f"{MOST_IMAGES:,} rows and {MOST_INPUTS:,} columns."
        )
    array = array.astype(float)
    if not (np.abs(array) <= LARGEST).all():
        raise DataError(f"{path.name}: {key} holds a value that is not finite.")
    return array


def _classes(path: Path, key: str, array: np.ndarray) -> list[str]:
    """Return the label of each image as text."""
    if array.ndim != 1:
        raise DataError(
            f"{path.name}: {key} has the shape {array.shape}; one label for each image is expected."
        )
    if array.dtype.kind == "U":
        return [
            name(str(label), f"{path.name}, {key}, entry {entry}")
            for entry, label in enumerate(array, start=1)
        ]
    array = array.astype(float)
    if not ((np.abs(array) < 2**53) & (array == np.trunc(array))).all():
        raise DataError(
            f"{path.name}: {key} holds numbers that are not whole, so they are no classes; "
            "to predict numbers name the array t."
        )
    return [str(int(label)) for label in array]


def _outputs(
    path: Path, t: np.ndarray, names: np.ndarray | None, reading: Reading
) -> tuple[np.ndarray, tuple[str, ...], bool]:
    """Return t, the names of its columns and whether they are numbers to predict."""
    t = _numbers(path, "t", t.reshape(-1, 1) if t.ndim == 1 else t, axes=(2,))
    outputs = t.shape[1]
    is_regression = bool(
        reading.targets or outputs < 2 or not np.isin(t, (0, 1)).all() or (t.sum(axis=1) != 1).any()
    )
    if names is not None:
        labels = tuple(_classes(path, "names", names))
        if len(labels) != outputs or len(set(labels)) != outputs:
            raise DataError(
                f"{path.name}: names are {listed(labels)}; a different one for each of the "
                f"{outputs:,} columns of t is expected."
            )
    elif is_regression:
        own = tuple(f"t{column}" for column in range(1, outputs + 1))
        labels = reading.targets if len(reading.targets) == outputs else own
    else:
        labels = tuple(str(column) for column in range(outputs))
    if is_regression:
        return t, labels, True
    check_count(labels, path.name)
    order = ordered(labels, reading.labels) if set(labels) <= set(reading.labels) else labels
    return t[:, [labels.index(label) for label in order]], order, False


def _picture(
    path: Path, x: np.ndarray, reading: Reading, *, is_regression: bool
) -> tuple[tuple[int, int] | None, tuple[str, ...]]:
    """Return the size of a picture, or the names of a table's inputs."""
    if x.ndim == 3 and not reading.table:
        return x.shape[1:], ()
    if reading.table or is_regression:
        inputs = x.size // len(x)
        return None, tuple(f"x{column}" for column in range(1, inputs + 1))
    return picture_size(x.shape[1], (), reading.picture, path.name), ()
