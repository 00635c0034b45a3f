"""Read arrays ``x`` and ``labels``, ``y`` or ``t``, and the rows of data frames.

Arrays come from an .npz archive or a program, data frames from pandas, polars or a similar library.
"""

import math
from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np

from xlnn.data.classes import check_count, name, one_hot, ordered
from xlnn.data.dataset import (
    MOST_INPUTS,
    MOST_ROWS,
    Dataset,
    ReadOptions,
    data_told,
    labels_told,
    targets_told,
)
from xlnn.data.messages import listed, named_apart, short
from xlnn.data.numbers import LARGEST, rounded
from xlnn.data.pictures import picture_of
from xlnn.data.preprocessing import IncompleteRows, filled
from xlnn.data.rows import Table
from xlnn.errors import DataError, Message

TARGETS = ("labels", "y", "t")

ROLES = {
    **dict.fromkeys(("x", "images", "data", "arr_0"), "x"),
    **dict.fromkeys(("labels", "label"), "labels"),
    **dict.fromkeys(("y", "target", "arr_1"), "y"),
    "t": "t",
    "names": "names",
}
"""What arrays hold, by the names that NumPy, Keras, scikit-learn and others give them."""

HELD_OUT = {"test", "val", "valid"}
"""Words in the names of arrays with further rows, which are not read."""

GREY = (0.299, 0.587, 0.114)
"""The share of red, green and blue in the lightness of a pixel (ITU-R BT.601)."""


def role(name: str) -> str:
    """Return what an array holds, by its name; "" if that is unknown.

    >>> role("x_train"), role("train_images"), role("Y"), role("x_test")
    ('x', 'x', 'y', '')
    """
    return ROLES.get("_".join(word for word in name.lower().split("_") if word != "train"), "")


def from_arrays(where: str, arrays: Mapping[str, np.ndarray], reading: ReadOptions) -> Dataset:
    """Read a data set from arrays.

    Parameters
    ----------
    where : str
        The file, as a message names it.
    arrays : dict of arrays
        ``x``, shape (samples, inputs) or (samples, rows, columns), and one of ``labels`` or ``y``,
        shape (samples,), whole numbers or texts, or ``t``, shape (samples, outputs), numbers; with
        ``t``, ``names`` may name the outputs. A ``y`` with several columns is a ``t``.
    reading : ReadOptions
        With its ``bare``, labels and targets may be missing.

    Raises
    ------
    DataError
        An array is missing, has the wrong shape or contains values that cannot be used.
    """
    arrays, notes = _by_role(where, arrays, reading)
    x = _numbers(where, "x", grey(arrays["x"]), axes=(2, 3), may_miss=True)
    if arrays["x"].ndim > x.ndim and arrays["x"].shape[-1] > 1:
        notes.append(f"{where}: colours were read as grey.")
    key = given = next((target for target in TARGETS if target in arrays), "")
    target = arrays[key] if key else np.empty((len(x), 0))
    if key != "t" and target.shape[1:] == (1,):  # as Keras has the labels of CIFAR
        target = target[:, 0]
    elif key == "y" and target.ndim == 2:  # one-hot, or several numbers to predict
        key = "t"
    if len(x) != len(np.atleast_1d(target)):
        raise DataError(
            f"{where}: x has {len(x):,} rows and {key} {len(np.atleast_1d(target)):,}; both need "
            "one entry for each."
        )
    flat = x.reshape(len(x), -1)
    headings = [str(number) for number in range(1, flat.shape[1] + 1)]
    numbers = range(1, len(x) + 1)
    holed = IncompleteRows(where, "row", numbers, headings, flat, flat[:, :0])
    flat, kept, treated = filled(holed, reading.missing)
    if not reading.bare and (len(flat) > MOST_ROWS or flat.shape[1] > MOST_INPUTS):
        raise DataError(
            f"{where}: x has {len(flat):,} rows of {flat.shape[1]:,} numbers; a sheet has "
            f"{MOST_ROWS:,} rows and {MOST_INPUTS:,} columns."
        )
    x = flat.reshape(-1, *x.shape[1:])
    target = target if kept.all() else target[kept]
    t, labels, is_regression, end = target, (), False, ""
    if key == "t":
        t, labels, is_regression = _outputs(where, target, arrays.get("names"), reading)
    elif key and reading.targets:
        raise DataError(
            f"{where} holds {key}, which are classes; put the numbers to predict into an array t."
        )
    elif key:
        t, labels = one_hot(_classes(where, key, target), reading, where)
    if key:
        end = (
            targets_told(labels, t)
            if is_regression
            else labels_told(labels, t, Message("in {name}", name=given))
        )
    picture, features = _picture(where, x, reading, is_regression=is_regression)
    return Dataset(
        rounded(flat),
        rounded(t),
        labels,
        picture,
        features,
        is_regression,
        (
            Message("{file}: {what}.", file=where, what=data_told(len(x), picture, features, end)),
            *notes,
            *treated,
        ),
        reading.missing if treated else "",
    )


def _by_role(
    where: str, arrays: Mapping[str, np.ndarray], reading: ReadOptions
) -> tuple[dict[str, np.ndarray], list[str]]:
    """Return x and the labels or targets by their roles, and a note about other arrays."""
    known = {name: role(name) for name in arrays}
    others = [name for name in arrays if not known[name]]
    unknown = sorted(name for name in others if HELD_OUT.isdisjoint(name.lower().split("_")))
    if unknown:
        raise DataError(
            f"{where}: {listed(unknown)} {'is' if len(unknown) == 1 else 'are'} not known; x is "
            f"expected, and one of {listed(TARGETS, 'or')}: leave other arrays out."
        )
    roles = [known_role for known_role in known.values() if known_role]
    given = [target for target in roles if target in TARGETS]
    if roles.count("x") != 1 or len(given) > 1 or not (given or reading.bare):
        raise DataError(
            f"{where} holds {listed(arrays) if arrays else 'nothing'}; x is expected, and one "
            f"of {listed(TARGETS, 'or')}."
        )
    if "names" in roles and given not in ([], ["t"]):
        raise DataError(f"{where}: names belongs to t; {given[0]} holds the names itself.")
    notes = [f"{where}: left out {listed(others)}; --test-share holds rows out."] if others else []
    return {known_role: arrays[name] for name, known_role in known.items() if known_role}, notes


def grey(x: np.ndarray) -> np.ndarray:
    """Return pictures without an axis of colours: the lightness of each pixel.

    >>> grey(np.full((1, 2, 2, 3), 7.0)).shape
    (1, 2, 2)
    """
    if x.ndim != 4 or x.shape[-1] not in {1, 3, 4} or x.dtype.kind not in "biuf":
        return x
    return x[..., 0] if x.shape[-1] == 1 else x[..., :3] @ np.array(GREY)


def _numbers(
    where: str, key: str, array: np.ndarray, axes: tuple[int, ...], *, may_miss: bool = False
) -> np.ndarray:
    """Return an array of finite numbers that fit a sheet, or NaN where values may be missing."""
    if array.dtype.kind not in "biuf":
        raise DataError(f"{where}: {key} holds no numbers.")
    if array.ndim not in axes or not array.size:
        raise DataError(
            f"{where}: {key} has the shape {array.shape}; {listed(axes, 'or')} axes with at "
            "least one entry are expected, the first for the images."
        )
    array = array.astype(float)
    fits = np.abs(array) <= LARGEST
    if not (fits | np.isnan(array) if may_miss else fits).all():
        raise DataError(f"{where}: {key} holds a value that is not finite.")
    return array


def _classes(where: str, key: str, array: np.ndarray) -> list[str]:
    """Return the label of each sample as text."""
    if array.ndim != 1:
        raise DataError(
            f"{where}: {key} has the shape {array.shape}; one label for each row of x is expected."
        )
    if array.dtype.kind == "U":
        return [
            name(str(label), f"{where}, {key}, entry {entry}")
            for entry, label in enumerate(array, start=1)
        ]
    if array.dtype == bool:
        return [str(bool(label)) for label in array]
    array = array.astype(float)
    if not ((np.abs(array) < 2**53) & (array == np.trunc(array))).all():
        raise DataError(
            f"{where}: {key} holds numbers that are not whole, so they are not classes; to predict "
            "numbers, name the array t."
        )
    return [str(int(label)) for label in array]


def _outputs(
    where: str, t: np.ndarray, names: np.ndarray | None, reading: ReadOptions
) -> tuple[np.ndarray, tuple[str, ...], bool]:
    """Return t, the names of its columns and whether they are numbers to predict."""
    t = _numbers(where, "t", t.reshape(-1, 1) if t.ndim == 1 else t, axes=(2,))
    outputs = t.shape[1]
    is_regression = bool(
        reading.targets or outputs < 2 or not np.isin(t, (0, 1)).all() or (t.sum(axis=1) != 1).any()
    )
    if names is not None:
        given = _classes(where, "names", names)
        if len(given) != outputs or len(set(given)) != outputs:
            raise DataError(
                f"{where}: names are {listed(given)}; a different one for each of the "
                f"{outputs:,} columns of t is expected."
            )
        labels = tuple(named_apart(given))
    elif is_regression:
        numbered = tuple(f"t{column}" for column in range(1, outputs + 1))
        labels = reading.targets if len(reading.targets) == outputs else numbered
    else:
        labels = tuple(str(column) for column in range(outputs))
    if is_regression:
        return t, labels, True
    check_count(labels, where)
    order = ordered(labels, reading.labels) if set(labels) <= set(reading.labels) else labels
    return t[:, [labels.index(label) for label in order]], order, False


def _picture(
    where: str, x: np.ndarray, reading: ReadOptions, *, is_regression: bool
) -> tuple[tuple[int, int] | None, tuple[str, ...]]:
    """Return the size of a picture, or the names of a table's inputs."""
    if x.ndim == 3 and not reading.table:
        return x.shape[1:], ()
    inputs = x.size // len(x)
    picture = None
    if not is_regression:
        picture = picture_of(x.reshape(len(x), -1), (), reading, where, is_named=True)
    return picture, () if picture else tuple(f"x{column}" for column in range(1, inputs + 1))


def is_frame(data: object) -> bool:
    """Return whether data are columns with names, as data frames have them."""
    return hasattr(data, "columns") and (hasattr(data, "items") or hasattr(data, "get_columns"))


def frame_table(data: Any, options: ReadOptions) -> Table:  # noqa: ANN401 -- of any library
    """Read a data frame as a table: its headings, unless these are numbers, and its rows.

    Raises
    ------
    DataError
        It has too few columns or too many rows, or a value is neither a number nor text.
    """
    has_items = hasattr(data, "items")
    columns = [*(data.items() if has_items else zip(data.columns, data.get_columns(), strict=True))]
    if not 2 <= len(columns) <= MOST_INPUTS:
        raise DataError(
            f"The data frame has {len(columns):,} columns; from 2 to {MOST_INPUTS:,} are expected."
        )
    rows = len(columns[0][1])
    if rows > MOST_ROWS:
        raise DataError(f"The data frame has {rows:,} rows; a sheet has {MOST_ROWS:,}.")
    options.check_count("The data frame", rows, rows * (len(columns) - 1))
    texts = [
        [str(name), *(_text(name, n, value) for n, value in enumerate(column.to_list(), start=1))]
        for name, column in columns
    ]
    given = any(isinstance(name, str) for name, _ in columns)
    numbered = list(enumerate(map(list, zip(*texts, strict=True))))
    return Table("data", "row", numbered[not given :], given=given)


def _text(heading: object, row: int, value: object) -> str:
    """Return a value as a file would write it."""
    if isinstance(value, str):
        return value.strip()
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return ""
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return str(value)
    if isinstance(value, Real):
        number = float(value)
        return "" if math.isnan(number) else f"{number:.15g}"
    raise DataError(
        f'The data frame, row {row:,}, column "{short(heading)}" holds a {type(value).__name__}: '
        "numbers and texts are read."
    )
