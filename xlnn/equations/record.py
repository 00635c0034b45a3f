"""Equations of the sheet Check: the run as it was, and whether the inputs are still the same."""

import numpy as np

from xlnn.quantity import Cells, Equation


class Fingerprint(Equation):
    """Sum over the images of the image's number times a pixel: it changes with any pixel."""

    def array(self, number: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Return a number for each pixel or target, shape (units,)."""
        return np.tensordot(number, values, axes=1)

    def cell(self, *unit: int, number: Cells, values: Cells) -> str:
        """Return the formula of one pixel or target."""
        return f"=SUMPRODUCT({number.images[()]},{values.images[unit]})"


class LastDistance(Equation):
    """|w - w_NumPy| after the last epoch."""

    def array(self, W: np.ndarray, noted: np.ndarray) -> np.ndarray:
        """Return the distances, of the shape of the weights of one epoch."""
        return np.abs(W[-1] - noted)

    def cell(self, *unit: int, W: Cells, noted: Cells) -> str:
        """Return the formula of one weight."""
        return f"=ABS({W.at(-1)[unit]}-{noted[unit]})"


class Changes(Equation):
    """How far all inputs together are from those of the build; 0 if none was changed.

    Parameters
    ----------
    pairs : tuple of (str, str)
        The roles of an input and of its record. An input with epochs is looked at in state 0.
    """

    def __init__(self, pairs: tuple[tuple[str, str], ...]) -> None:
        self.pairs = pairs
        self.roles = tuple(role for pair in pairs for role in pair)

    def array(self, **arguments: np.ndarray) -> np.ndarray:
        """Return the sum of the squared differences, a number."""
        total = 0.0
        for now, noted in self.pairs:
            values = arguments[now]
            values = values[0] if values.ndim > arguments[noted].ndim else values
            total += ((values - arguments[noted]) ** 2).sum()
        return np.asarray(total)

    def cell(self, **arguments: Cells) -> str:
        """Return the formula."""
        terms = (f"SUMXMY2({arguments[a].at(0)[...]},{arguments[b][...]})" for a, b in self.pairs)
        return "=" + "+".join(terms)


class Largest(Equation):
    """The largest of all distances."""

    coarse = True

    def __init__(self, names: tuple[str, ...]) -> None:
        self.roles = names

    def array(self, **distances: np.ndarray) -> np.ndarray:
        """Return the largest, a number."""
        return max(distance.max() for distance in distances.values())

    def cell(self, **distances: Cells) -> str:
        """Return the formula."""
        return f"=MAX({','.join(distance.epochs[...] for distance in distances.values())})"


class State(Equation):
    """What the sheet Check says: it agrees, it differs as expected, or something is wrong.

    Parameters
    ----------
    words : (str, str, str)
        For agreement, for changed inputs, and for a difference that nothing explains.
    """

    coarse = True
    compared = False
    roles = ("changes", "largest")

    def __init__(self, words: tuple[str, str, str]) -> None:
        self.words = words

    def cell(self, changes: Cells, largest: Cells) -> str:
        """Return the formula."""
        agrees, changed, wrong = (f'"{text}"' for text in self.words)
        # a number such as 0.000001 is none of those that Excel saves as they were written
        return f"=IF({changes[()]}>0,{changed},IF(ROUND({largest[()]},6)=0,{agrees},{wrong}))"
