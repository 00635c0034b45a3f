"""How are the inputs, and the targets of a regression, scaled? As settled, as asked, or not."""

from dataclasses import dataclass

import numpy as np

from xlnn.data.dataset import Dataset
from xlnn.data.scale import scaling
from xlnn.options import Options
from xlnn.workbooks.network.origin import UNSCALED, Origin
from xlnn.workbooks.network.spec import AS_MANY, MOST_DECIMALS

ANEW = "standard"
"""How numbers are scaled that take the place of others which were."""

Scaling = tuple[np.ndarray, np.ndarray]
"""The middle and the factor of each column: scaled = (given - middle) * factor."""


DIGITS = 4
"""Of the distance of the largest target from the smallest, so many are shown of a prediction."""


@dataclass(frozen=True)
class Scalings:
    """What scales the numbers of a network; None where they stay as they are.

    Attributes
    ----------
    inputs, targets : (array, array) or None
        Shapes (inputs,) and (outputs,).
    notes : tuple of str
        What is scaled otherwise than the origin scaled it.
    """

    inputs: Scaling | None
    targets: Scaling | None
    notes: tuple[str, ...] = ()

    def targets_of(self, t: np.ndarray) -> np.ndarray:
        """Return targets as the network learns them, shape (images, outputs)."""
        if self.targets is None:
            return t
        middle, factor = self.targets
        return (t - middle) * factor


def scalings(origin: Origin, options: Options, data: Dataset, held: np.ndarray) -> Scalings:
    """Return what scales the inputs and the targets, from the images that are trained.

    Parameters
    ----------
    origin : Origin
    options : Options
    data : Dataset
    held : array of bool, shape (images,)
        Which images are held out.
    """
    x, t = data.x[~held], data.t[~held]
    inputs, notes = _scaling(origin.scaling, origin.scale, options.scale, x, "inputs")
    if not data.is_regression:
        return Scalings(inputs, None, notes)
    was_regression = bool(origin.reading.targets)
    how = ANEW if origin.scaling is not None and not was_regression else origin.scale
    targets, others = _scaling(origin.target_scaling, how, options.scale, t, "targets")
    return Scalings(inputs, targets, notes + others)


def _scaling(
    settled: Scaling | None, known: str, asked: str | None, numbers: np.ndarray, name: str
) -> tuple[Scaling | None, tuple[str, ...]]:
    """Return the scaling of some columns, and whether it takes the place of a settled one."""
    if asked is None and settled is not None:
        if len(settled[0]) == numbers.shape[1]:
            return settled, ()
        note = f"The {name} are others, so they are scaled anew (--scale {ANEW})."
        return scaling(numbers, ANEW), (note,)
    how = asked or known
    return (None if how == UNSCALED else scaling(numbers, how)), ()


def decimals(t: np.ndarray) -> int:
    """Return with how many decimals numbers of the size of some targets are shown.

    Parameters
    ----------
    t : array, shape (images, outputs)

    >>> decimals(np.array([[25.0], [346.0]])), decimals(np.array([[1e-6], [3e-6]]))
    (1, -1)
    """
    spread = np.ptp(t, axis=0)
    size = np.where(spread > 0, spread, np.abs(t).max(axis=0))
    if not size.any():
        return AS_MANY
    digits = max(0, DIGITS - 1 - int(np.floor(np.log10(size[size > 0].min()))))
    return digits if digits <= MOST_DECIMALS else AS_MANY
