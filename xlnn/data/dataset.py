"""A data set that was read, and the options for reading one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from xlnn.data.messages import amount, counted, fitted, listed
from xlnn.data.numbers import is_number
from xlnn.errors import DataError, Message

MOST_INPUTS = 16_384
"""The columns of a sheet: no network can have more inputs."""

MOST_ROWS = 1_048_576
"""The rows of a sheet."""

LARGE = 1_000_000
"""Numbers above which --large is required: a million took 50 s and 0.6 GB to build, ten 4.7 GB."""

MOST_NUMBERS = 32_000_000
"""The most numbers that are read: 256 MB, and up to 2.5 GB of texts in a table. No program would
open a workbook with as many cells."""


@dataclass(frozen=True)
class Dataset:
    """A data set that a network learns from.

    Attributes
    ----------
    x : array, shape (samples, inputs)
        The inputs as given, rounded to 15 digits and not scaled. Pictures from files are 0 to 1.
    t : array, shape (samples, outputs)
        For classes 1 for the class of the sample, else 0; for a regression the numbers.
    labels : tuple of str
        The names of the outputs: classes, or predicted columns.
    picture : tuple of int, or None
        Rows and columns of a picture; None if the data are not pictures.
    features : tuple of str
        The names of a table's inputs; () for pictures.
    is_regression : bool
    told : tuple of str
        Sentences about what was read; () if nothing was read.
    missing : str
        How missing values were treated, ``drop`` or ``mean``; "" if none were missing.
    words : tuple of tuple of str
        For each column of words, its heading and its words.
    imputed : array of bool, shape (samples, inputs), or None
        Which inputs were missing and are the mean of their column.
    """

    x: np.ndarray
    t: np.ndarray
    labels: tuple[str, ...]
    picture: tuple[int, int] | None
    features: tuple[str, ...] = ()
    is_regression: bool = False
    told: tuple[str, ...] = ()
    missing: str = ""
    words: tuple[tuple[str, ...], ...] = ()
    imputed: np.ndarray | None = None

    def some(self, rows: np.ndarray) -> Self:
        """Return some of the samples, by their numbers or by whether each is among them."""
        imputed = None if self.imputed is None else self.imputed[rows]
        return replace(self, x=self.x[rows], t=self.t[rows], imputed=imputed)


@dataclass(frozen=True)
class ReadOptions:
    """Options for reading data, from a template or the user.

    Most are options of a build, and `xlnn.options` describes them.

    Attributes
    ----------
    picture : tuple of int, or None
        The wanted rows and columns of a picture. Picture files are resized to it; rows with a
        different number of values ignore it.
    usual : tuple of int, or None
        The size of pictures, for data with that many inputs that turn out to be pictures.
    labels : tuple of str
        The wanted order of the classes, used if it has all classes of the data.
    label : str
        ``first`` (default), ``last``, a heading, or a column's number from 1.
    header_row : int
        The row of the headings; 0 to search for it.
    features : tuple of str
        The inputs of an existing network, whose columns are looked up by name.
    bare : bool
        Whether only inputs are needed; label and targets, if named, are left out.
    """

    picture: tuple[int, int] | None = None
    usual: tuple[int, int] | None = None
    table: bool = False
    drop: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    header_row: int = 0
    features: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    label: str = ""
    targets: tuple[str, ...] = ()
    threshold: float | None = None
    light_ink: bool = False
    sheet: str = ""
    encoding: str = ""
    decimal: str = ""
    missing: str = ""
    bare: bool = False
    large: bool = False

    def check_count(self, where: str, rows: int, numbers: int) -> None:
        """Refuse more numbers than allowed without ``large``, before they are read.

        Parameters
        ----------
        where : str
            The file, as a message names it.
        rows, numbers : int
            The least number there can be, or the number that the file declares.

        Raises
        ------
        DataError
            There are too many; the message says what to reduce.
        """
        if numbers > MOST_NUMBERS:
            raise DataError(
                f"{where} holds {numbers:,} numbers in {rows:,} rows or images; at most "
                f"{MOST_NUMBERS:,} are read: leave some out, or use smaller pictures."
            )
        if numbers > LARGE and not self.large:
            raise DataError(
                f"{where} holds {numbers:,} numbers in {rows:,} rows or images; over {LARGE:,} "
                "make a workbook that takes minutes to build and to open: leave some out, use "
                "smaller pictures, or add --large."
            )


MOST_NAMED = 6
"""The most labels or inputs listed in a line."""

FEW = 20
"""Distinct values up to which a column may be one of labels, without other evidence."""

ROOM, ROOM_OF_INPUTS = 100, 80
"""Characters of the labels or inputs listed in a line: with all else, a line that is not cut."""

ENOUGH = 10
"""Rows from which having that many labels is significant."""


def data_told(rows: int, picture: tuple[int, int] | None, features: Sequence[str], end: str) -> str:
    """Return the number of rows and what they are, images or inputs, in words.

    >>> data_told(24, (5, 5), (), "labels 0 and 1")
    '24 images of 5 × 5 pixels, labels 0 and 1'
    >>> data_told(3, None, ["a", "b"], "to predict: c"), data_told(3, None, ["a"], "")
    ('3 rows of 2 inputs, a and b; to predict: c', '3 rows of 1 input, a')
    """
    if picture:
        known = {"images": counted(rows, "image"), "size": sized(picture)}
        told = Message("{images} of {size} pixels", **known)
    else:
        listings = [listed(features, most=most) for most in range(MOST_NAMED, 0, -1)]
        known = {"rows": counted(rows, "row"), "inputs": counted(len(features), "input")}
        names = next(
            (listing for listing in listings if len(listing) <= ROOM_OF_INPUTS), listings[-1]
        )
        told = Message("{rows} of {inputs}, {names}", **known, names=names)
    mark = Message("{told}, {end}" if picture else "{told}; {end}", told=told, end=end)
    return mark if end else told


def labels_told(labels: Sequence[str], t: np.ndarray, where: str) -> str:
    """Return the labels, where they were found, and how many samples have each, in words.

    >>> labels_told(("0", "1"), np.array([[1, 0], [1, 0], [0, 1]]), "in the first column")
    'labels 0 and 1 in the first column (2 and 1)'
    >>> labels_told(("0", "1"), np.array([[1, 0], [0, 1]]), "in the first column")
    'labels 0 and 1 in the first column (1 of each)'
    """
    counts = t.sum(axis=0).astype(int)
    least, most = (f"{number:,}" for number in (counts.min(), counts.max()))
    per_label = Message(
        "{least} of each" if least == most else "{least} to {most} of each", least=least, most=most
    )
    if len(labels) > 2 * MOST_NAMED:
        return Message(
            "{count} labels, {names}, {where} ({each})",
            count=f"{len(labels):,}",
            names=fitted(labels, ROOM, most=3),
            where=where,
            each=per_label,
        )
    numbers = listed([f"{count:,}" for count in counts]) if least != most else per_label
    known = {"names": fitted(labels, ROOM), "where": where, "numbers": numbers}
    return Message("labels {names} {where} ({numbers})", **known)


def targets_told(targets: Sequence[str], t: np.ndarray) -> str:
    """Return the predicted columns and their ranges, in words.

    >>> targets_told(["price"], np.array([[2.0], [20.5]]))
    'to predict: price (2 to 20.5)'
    """
    spans = zip(targets, t.min(axis=0), t.max(axis=0), strict=True)
    named = [
        Message("{name} ({low} to {high})", name=name, low=amount(low), high=amount(high))
        for name, low, high in spans
    ]
    return Message("to predict: {names}", names=listed(named, most=MOST_NAMED))


def sized(picture: tuple[int, int]) -> str:
    """Return rows and columns as in a sentence.

    >>> sized((4, 3))
    '4 × 3'
    """
    return f"{picture[0]:,} × {picture[1]:,}"


def doubt(names: Sequence[str], x: np.ndarray) -> str:
    """Return a warning if the first column can hardly be the label; otherwise "".

    Parameters
    ----------
    names : sequence of str
        The first column.
    x : array, shape (rows, columns - 1)
        All other columns.

    >>> doubt(["0.5", "0.25"], np.array([[1.0], [2.0]]))[:44]
    '; the first column does not look like the la'
    """
    kinds = len(set(names))
    reason = ""
    if len(names) >= ENOUGH and kinds > len(names) / 2:
        reason = f"with {kinds:,} different values in {len(names):,} rows"
    elif all(is_number(label) for label in names):
        reason = _unlike_labels(np.array([float(label) for label in names]), x)
    if not reason:
        return ""
    return (
        f"; the first column does not look like the label, {reason}: add --label last (or a "
        "heading, or a number), or --target for numbers to predict"
    )


def many_kinds(names: Sequence[str], labels: Sequence[str]) -> str:
    """Return a warning if labels look like numbers to predict; otherwise "".

    >>> many_kinds(["1.5", "2.5", "3.5"] * 10, ["1.5", "2.5", "3.5"])[:27]
    '; are these numbers and no '
    """
    if not all(is_number(label) for label in labels) or len(labels) < 3:
        return ""
    is_broken = any(float(label) % 1 for label in labels)
    if not is_broken and (len(labels) <= FEW or len(labels) <= len(names) / ENOUGH):
        return ""
    return "; are these numbers and no classes? Then use --target instead of --label"


def summing(x: np.ndarray) -> str:
    """Return a warning if the last row is the sum of those above; otherwise "".

    >>> summing(np.array([[1.0, 2.0], [3.0, 5.0], [4.0, 7.0]]))
    '; the last row is the sum of those above: if it is a total, remove it'
    """
    if len(x) < 3 or x.shape[1] < 2 or not x[-1].all() or (x[-1] <= x[:-1].max(axis=0)).any():
        return ""
    if not np.allclose(x[:-1].sum(axis=0), x[-1], rtol=1e-9, atol=0):
        return ""
    return "; the last row is the sum of those above: if it is a total, remove it"


def _unlike_labels(first: np.ndarray, x: np.ndarray) -> str:
    """Return why numbers in the first column look like measurements; otherwise ""."""
    if (first != np.trunc(first)).any():
        return "because its numbers are not whole"
    last, others = x[:, -1], x[:, :-1]
    is_like_others = others.size and others.min() <= first.min() <= first.max() <= others.max()
    if not is_like_others or not 2 <= len(set(last)) <= FEW or (last != np.trunc(last)).any():
        return ""
    if last.max() > others.max() or (_counts_up(last) and not _counts_up(first)):
        return (
            "because its values are like those of the other columns, and the last column has "
            "few different ones"
        )
    return ""


def _counts_up(column: np.ndarray) -> bool:
    """Return whether the values are 0, 1, 2 … or 1, 2, 3 …, like numbered classes."""
    kinds = sorted(set(column))
    return kinds[0] in {0, 1} and np.array_equal(kinds, kinds[0] + np.arange(len(kinds)))
