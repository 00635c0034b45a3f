"""The digit that an image shows, and the progress of a solver.   Book: 3-3, 3-5.

Shapes: labels (images,), a (images, outputs).
"""

import numpy as np

from xlnn.equation import Cells, Equation, Stated
from xlnn.equations.dense import written_sum

EQUAL, UNDECIDED = 9, -1
"""Decimals to which outputs are compared, and the answer if the largest ones are equal."""

SMALL = 5
"""C_T below 1/10^5 counts as 0: each output is within half a hundredth of its target."""


# fmt: off
def target(first: int, outputs: int) -> Stated:
    """Return t_k = 1 where the image shows the digit of output k, from the first one on, else 0."""
    return Stated(
        lambda label: np.where(label[:, np.newaxis] == first + np.arange(outputs), 1.0, 0.0),
        lambda k, label: f"=IF({label[()]}={first + k},1,0)", reads_as_stated=True,
        says="t_k = 1 where the image shows the digit of output k, else 0. Book: 3-3.")


class LargestDigit(Equation):
    """The digit of the largest output; `UNDECIDED` if two are equally large.   Book: 3-3.

    Unlike `LargestUnit`, it compares cell by cell, since the outputs of a solver's convolutional
    network lie apart, and MATCH searches one rectangle.

    Parameters
    ----------
    first : int
        The digit of the first output.
    """

    reads_as_stated = discontinuous = True

    def __init__(self, first: int) -> None:
        self.first = first

    def array(self, a: np.ndarray) -> np.ndarray:
        """Return a digit for each image."""
        return np.where(_gap(a) <= 1 / 10**EQUAL, UNDECIDED, a.argmax(axis=1) + float(self.first))

    def cell(self, a: Cells) -> str:
        *before, last = range(self.first, self.first + a.shape[0])
        cells = [a[k] for k in range(a.shape[0])]
        largest = f"MAX({','.join(cells)})"
        tests = "".join(
            f"IF({cell}={largest},{digit}," for cell, digit in zip(cells, before, strict=False)
        )
        chosen = f"{tests}{last}{')' * len(before)}"
        as_large = written_sum([f"IF({largest}-{cell}<=1/10^{EQUAL},1,0)" for cell in cells])
        return f"=IF({as_large}>1,{UNDECIDED},{chosen})"

    def ties(self, got: np.ndarray, tolerance: float, a: np.ndarray) -> np.ndarray:
        """Return for which images another digit, or none, is as good."""
        edge = np.abs(_gap(a) - 1 / 10**EQUAL) <= tolerance
        return edge & ((got == UNDECIDED) | (got == a.argmax(axis=1) + self.first))


def _gap(a: np.ndarray) -> np.ndarray:
    """Return the difference of the two largest outputs of each image."""
    *_, second, largest = np.sort(a, axis=1).T
    return np.asarray(largest - second)


def how_far(images: int) -> Stated:
    """Return 0 while images are wrong, then 1, and 2 once C_T is almost 0."""
    return Stated(
        lambda C_T, recognised: np.where(recognised < images, 0.0, 1.0 + (C_T < 1 / 10**SMALL)),
        f"=IF({{recognised}}<{images},0,IF({{C_T}}<1/10^{SMALL},2,1))",
        reads_as_stated=True, discontinuous=True,
        says="The progress of a solver: 0 while images are wrong, then 1, 2 once C_T is almost 0.")
