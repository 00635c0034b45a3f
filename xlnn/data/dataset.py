"""A data set that was read, and the options for reading one."""

from dataclasses import dataclass

import numpy as np

from xlnn.errors import DataError

MOST_INPUTS = 16_384
"""The columns of a sheet: no network can have more inputs."""

MOST_IMAGES = 1_048_576
"""The rows of a sheet."""

LARGE = 1_000_000
"""Numbers above which a person is asked: a million took 50 s and 0.6 GB to build, ten 4.7 GB."""

MOST_NUMBERS = 32_000_000
"""Numbers that are read at all: 256 MB. A workbook of as many cells would open nowhere."""


@dataclass(frozen=True)
class Dataset:
    """The images or rows that a network learns from.

    Attributes
    ----------
    x : array, shape (images, inputs)
        Rounded to 15 digits and not scaled: as the person gave it. Pictures from files are 0 to 1.
    t : array, shape (images, outputs)
        For classes 1 for the class of the image, else 0; for a regression plain numbers.
    labels : tuple of str
        The names of the outputs: of the classes, or of the columns that are predicted.
    picture : tuple of int, or None
        Rows and columns of an image; None for a table that is no picture.
    features : tuple of str
        The names of a table's inputs; () for pictures.
    is_regression : bool
    told : tuple of str
        What was read, as a person is told it, a sentence each; () where nothing was read.
    missing : str
        What was made of missing values, ``drop`` or ``mean``; "" where none were missing.
    words : tuple of tuple of str
        Of each column of words its heading, and the words that it holds.
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
    """How data are to be read: what a template or a person says about them.

    Attributes
    ----------
    picture : tuple of int, or None
        The wanted rows and columns of an image. Numbers that are not as many are not forced into
        it; picture files are resized to it.
    usual : tuple of int, or None
        The size that pictures have if data with as many inputs are pictures.
    labels : tuple of str
        The wanted order of the classes, if the data have no others.
    label : str
        ``first``, which is usual, ``last``, a heading, or a column's number from 1.
    targets : tuple of str
        The columns to predict, which makes it a regression.
    drop, columns : tuple of str
        The columns that are left out, and those that are inputs; () for all but the label.
    header_row : int
        The row of the headings; 0 where they are looked for.
    features : tuple of str
        The inputs of a network that exists: columns of these names are looked for.
    table, threshold, light_ink, sheet, encoding, large
        As the options of a build.
    decimal : str
        By default a point, unless the values prove that it is a comma.
    missing : str
        What to make of missing values: ``drop`` their rows, or take the ``mean`` of the column; by
        default they are refused.
    bare : bool
        Nothing is to be learnt: the label or the targets, if they are named, are left out.
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
        """Refuse more numbers than were asked for, before they are read.

        Parameters
        ----------
        where : str
            The file, as a message names it.
        rows, numbers : int
            How many there are at least, or how many the file claims.

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
