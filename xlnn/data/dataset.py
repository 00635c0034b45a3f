"""A data set that was read, and the options for reading one."""

from dataclasses import dataclass

import numpy as np

from xlnn.errors import DataError

MOST_INPUTS = 16_384
"""The columns of a sheet: no network can have more inputs."""

MOST_ROWS = 1_048_576
"""The rows of a sheet."""

LARGE = 1_000_000
"""Numbers above which --large is required: a million took 50 s and 0.6 GB to build, ten 4.7 GB."""

MOST_NUMBERS = 32_000_000
"""The most numbers that are read: 256 MB. No program would open a workbook with as many cells."""


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


@dataclass(frozen=True)
class ReadOptions:
    """Options for reading data, from a template or the user.

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
    targets : tuple of str
        The columns to predict; then the task is a regression.
    drop, columns : tuple of str
        Columns to leave out, and columns to use as inputs; () for all but the label.
    header_row : int
        The row of the headings; 0 to search for it.
    features : tuple of str
        The inputs of an existing network, whose columns are looked up by name.
    table, threshold, light_ink, sheet, encoding, large
        Like the options of a build.
    decimal : str
        The decimal mark; by default a point, unless the values can only have a comma.
    missing : str
        How to treat missing values: ``drop`` their rows, or use the ``mean`` of the column; by
        default they are refused.
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
