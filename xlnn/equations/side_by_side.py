"""Equations for images that are side by side, each a block of cells.

On other sheets the images are rows, and one formula is filled down. Here each image has separate
cells, and the same equation is applied to each.

Shapes: arrays of all images begin with the axis of images: (images, units ...).   Book: 3-5, 5-4.
"""

from typing import Any

import numpy as np

from xlnn.equations.dense import written_call, written_sum
from xlnn.quantity import Cells, Choice, Equation, Stated

EQUAL, UNDECIDED = 9, -1
"""Decimals to which outputs are compared, and the answer if the largest ones are equal."""

SMALL = 5
"""C_T below 1/10^5 counts as 0: each output is within half a hundredth of its target."""


class _Own:
    """The cells of one image, as the equation of a single image sees them."""

    def __init__(self, cells: Cells, image: int) -> None:
        self._cells, self._image = cells, image
        self.shape = cells.shape[1:]

    def __getitem__(self, unit: Any) -> str:  # noqa: ANN401 -- any index of NumPy
        """Return the address of a unit, or the range of several."""
        units = unit if isinstance(unit, tuple) else (unit,)
        return self._cells[(self._image, *units)]


class SideBySide(Equation):
    """The equation of one image, for each of the images side by side.

    Parameters
    ----------
    each : Equation
        Whose ``array`` takes all images at once, and whose ``cell`` one of them.
    own : str
        The roles of arguments that differ from image to image; others, such as weights, are shared.
    """

    def __init__(self, each: Equation, *own: str) -> None:
        self.each, self.own = each, own
        self.roles, self.optional, self.array, self.ties = (
            each.roles, each.optional, each.array, each.ties
        )  # fmt: skip
        self.coarse, self.jumps, self.switches = each.coarse, each.jumps, each.switches

    def cell(self, image: int, *unit: int, **arguments: Cells) -> str:
        seen = {
            role: _Own(cells, image) if role in self.own else cells
            for role, cells in arguments.items()
        }
        return self.each.cell(*unit, **seen)


def target(first: int, outputs: int) -> Stated:
    """Return the equation of the targets, of outputs from a first digit on."""
    return Stated(
        lambda label: (label[:, np.newaxis] == np.arange(first, first + outputs)) * 1.0,
        lambda k, label: f"=IF({label[()]}={first + k},1,0)",
        says="t_k = 1 where the image shows the digit of output k, else 0.   Book: 3-3.",
        coarse=True,
    )


class LargestDigit(Equation):
    """The digit of the largest output; `UNDECIDED` if two are equally large.   Book: 3-3.

    Parameters
    ----------
    first : int
        The digit of the first output.
    """

    coarse = jumps = True

    def __init__(self, first: int) -> None:
        self.first = first

    def array(self, a: np.ndarray) -> np.ndarray:
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
    if a.shape[1] == 1:
        return np.full(len(a), np.inf)
    *_, second, largest = np.sort(a, axis=1).T
    return np.asarray(largest - second)


TOTAL_OF_BLOCKS = Stated(
    lambda C: C.sum(),
    lambda C: "=" + written_call("SUM", [C[image] for image in range(C.shape[0])]),
    says="C_T = sum of C over the images, which are separate blocks.   Book: 3-4.",
)

RECOGNISED_BLOCKS = Choice(
    lambda right: right.sum(),
    lambda right: "=" + written_call("SUM", [right[image] for image in range(right.shape[0])]),
    says="How many images were recognised; the images are separate blocks.",
)


def how_far(images: int) -> Stated:
    """Return the equation of the progress of a solver, with so many images."""
    return Choice(
        lambda C_T, recognised: np.where(recognised < images, 0.0, 1.0 + (C_T < 1 / 10**SMALL)),
        f"=IF({{recognised}}<{images},0,IF({{C_T}}<1/10^{SMALL},2,1))",
        says="The progress of a solver: 0 while images are wrong, then 1, then 2 once C_T is "
        "almost 0.",
    )
