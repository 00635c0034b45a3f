"""Images drawn as pictures, and what stands below each."""

import numpy as np

from xlnn.equations.lookup import stored
from xlnn.equations.number import general_text
from xlnn.quantity import Axis, Cells, Equation, Sentence


class Picture(Equation):
    """The pixels of some of the images, each in its rows and columns."""

    def __init__(self, some: Axis, shape: tuple[int, int]) -> None:
        self.some = some
        self.shape = shape

    def array(self, x: np.ndarray) -> np.ndarray:
        """Return the pictures, shape (some images, rows, columns)."""
        first = self.some.first
        return x[first : first + self.some.length].reshape(-1, *self.shape)

    def cell(self, row: int, column: int, x: Cells) -> str:
        return f"={x[stored((row, column), self.shape, x.shape)]}"


class Caption(Sentence):
    """The image's number and its label."""

    def text(self, *, number: float, label: float | str) -> str:
        return f"{general_text(number)}: {general_text(label)}"

    def cell(self, number: Cells, label: Cells) -> str:
        return f'={number[()]}&": "&{label[()]}'
