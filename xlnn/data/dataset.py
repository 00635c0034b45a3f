"""What is data once it is read, and what can be said about how to read it?"""

from dataclasses import dataclass

import numpy as np

MOST_INPUTS = 16_384
"""The columns of a sheet: no network can have more inputs."""

MOST_IMAGES = 1_048_576
"""The rows of a sheet."""


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
    """

    x: np.ndarray
    t: np.ndarray
    labels: tuple[str, ...]
    picture: tuple[int, int] | None
    features: tuple[str, ...] = ()
    is_regression: bool = False


@dataclass(frozen=True)
class Reading:
    """How data are to be read: what a template or a person says about them.

    Attributes
    ----------
    picture : tuple of int, or None
        The wanted rows and columns of an image. Numbers that are not as many are not forced into
        it; picture files are resized to it.
    table : bool
        The inputs are no picture.
    labels : tuple of str
        The wanted order of the classes, if the data have no others.
    label : str
        The heading of the column that holds the label; by default it is the first column.
    targets : tuple of str
        The headings of the columns to predict, which makes it a regression.
    threshold : float, or None
        Pictures from files: a grey of at least this becomes 1 and any other 0.
    light_ink : bool
        Pictures from files: the ink is light and the paper dark.
    """

    picture: tuple[int, int] | None = None
    table: bool = False
    labels: tuple[str, ...] = ()
    label: str = ""
    targets: tuple[str, ...] = ()
    threshold: float | None = None
    light_ink: bool = False
