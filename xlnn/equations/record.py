"""Equations of the sheet Check: the run as it was, and which inputs are others now.

A cell that names an input holds its address as text, so that it says where to look.
"""

from types import MappingProxyType
from typing import Self

import numpy as np

from xlnn.address import address
from xlnn.equations.dense import counted, written_call, written_sum
from xlnn.equations.wording import filled
from xlnn.quantity import Cells, Corners, Equation, Sentence

SAME_DIGITS = 12
"""Sums over the images that equal those of the build to so many decimals of their size are the
same: each engine adds in its own order, and what was noted has 15 digits."""

ONE_DIGITS = 8
"""How exactly three sums must fit one changed image before it is named alone."""

POWERS = (0, 1, 2)
"""Of the image's number, in the sums that are noted. Where one image changed by d the sums change
by d, n d and n^2 d, so that n is known, and that it was but one."""

NONE = "–"
"""What stands where no input is named."""


def peak(cells: str) -> str:
    """Return the formula of the largest size in a range.

    >>> peak("A1:A9")
    'MAX(MAX(A1:A9),-MIN(A1:A9))'
    """
    return f"MAX(MAX({cells}),-MIN({cells}))"


class Moved(Equation):
    """Sum over the images of number^k x, now minus at the build; 0 where that is rounding."""

    coarse = True

    def array(self, number: np.ndarray, values: np.ndarray, noted: np.ndarray) -> np.ndarray:
        """Return the differences, shape (powers, units ...)."""
        weights = np.stack([number**power for power in POWERS])
        with np.errstate(over="ignore"):
            now = np.tensordot(weights, values, axes=1)
            now = np.where(np.isfinite(now), now, np.nan)  # which a cell does not hold
        size = np.multiply.outer(weights.sum(axis=1), np.abs(values).max(axis=0)) + np.abs(noted)
        share = (now - noted) / np.where(size == 0, 1, size)
        return np.where(np.round(share, SAME_DIGITS) == 0, 0.0, now - noted)

    def cell(self, power: int, *unit: int, number: Cells, values: Cells, noted: Cells) -> str:
        """Return the formula of one power and pixel."""
        n, x = number.images[()], values.images[unit]
        before = noted[(power, *unit)]
        now = f"SUMPRODUCT({','.join([n] * power + [x])})"
        weights = (f"COUNT({n})", f"SUM({n})", f"SUMSQ({n})")[power]
        share = f"({now}-{before})/({weights}*{peak(x)}+ABS({before}))"
        same = f"IF(ROUND({share},{SAME_DIGITS})=0,0,{now}-{before})"
        return f"=IF({now}={before},0,{same})"


class ImageFound(Equation):
    """Which image has another pixel than at the build: its number; 0 for none.

    One more than there are images where several changed, or one by more than can be added up.
    Negative where a cell holds no number.

    Parameters
    ----------
    images : int
    """

    coarse = jumps = True

    def __init__(self, images: int) -> None:
        self.images = images

    def array(self, number: np.ndarray, values: np.ndarray, moved: np.ndarray) -> np.ndarray:
        """Return the number of an image for each pixel, shape (units ...)."""
        several = self.images + 1
        empty = np.isnan(values)
        one_empty = np.tensordot(number, empty, axes=1)
        d0, d1, d2 = moved
        with np.errstate(all="ignore"):  # d may be 0, or a sum beyond all numbers
            is_one = np.round(d0 / d1 * (d2 / d1), ONE_DIGITS) == 1
            changed = np.where(is_one, np.round(d1 / d0), several)
        missing = empty.sum(axis=0)
        return np.select(
            [missing == 1, missing > 1, (moved == 0).all(axis=0)],
            [-one_empty, -several, 0],
            changed,
        )

    def cell(self, *unit: int, number: Cells, values: Cells, moved: Cells) -> str:
        """Return the formula of one pixel."""
        n, x, images, several = number.images[()], values.images[unit], self.images, self.images + 1
        d0, d1, d2 = (moved[(power, *unit)] for power in POWERS)
        one = f'SUMIF({x},"<1E+300",{n})-SUM({n})' if images > 1 else f"-{n}"
        missing = f"IF(COUNT({x})={images - 1},{one},-{several})"
        is_one = f"ROUND({d0}/{d1}*({d2}/{d1}),{ONE_DIGITS})=1"
        changed = f"IF({is_one},ROUND({d1}/{d0},0),{several})"
        found = f"IFERROR(IF(AND({d0}=0,{d1}=0,{d2}=0),0,{changed}),{several})"
        return f"=IF(COUNT({x})<{images},{missing},{found})"


class Found(Equation):
    """1 where an input is another than at the build, -1 where it holds no number, else 0."""

    coarse = jumps = True

    def array(self, now: np.ndarray, noted: np.ndarray) -> np.ndarray:
        """Return the numbers, of the shape of what was noted."""
        now = now[0] if now.ndim > noted.ndim else now
        return np.where(np.isnan(now), -1.0, np.where(now == noted, 0.0, 1.0))

    def cell(self, *unit: int, now: Cells, noted: Cells) -> str:
        """Return the formula of one input."""
        typed = now.at(0)[unit]
        return f"=IF(COUNT({typed})=0,-1,IF({typed}={noted[unit]},0,1))"


class Counted(Equation):
    """How many inputs were changed, or hold no number; of images, how many pixels or targets.

    Parameters
    ----------
    names : tuple of str
        The roles of what `Found` and `ImageFound` give.
    sign : int
        1 for those that were changed, -1 for those without a number.
    """

    coarse = jumps = True

    def __init__(self, names: tuple[str, ...], sign: int) -> None:
        self.roles = names
        self.sign = sign

    def array(self, **found: np.ndarray) -> np.ndarray:
        """Return the number."""
        return np.asarray(float(sum((each * self.sign > 0).sum() for each in found.values())))

    def cell(self, **found: Cells) -> str:
        """Return the formula."""
        sign = ">" if self.sign > 0 else "<"
        return "=" + written_sum([counted(cells[...], 0, sign) for cells in found.values()])


class Address(Sentence):
    """The address of the first input that was changed, or that holds no number.

    Parameters
    ----------
    pairs : tuple of (str, str, str)
        The role of an input, the role of what was found of it, and how its cells follow each
        other: ``images`` (a column a pixel), ``right``, ``down`` or ``single``.
    images : dict
        How many images there are, by the role of an input that has them.
    sign : int
        1 for those that were changed, -1 for those without a number.
    """

    def __init__(
        self,
        pairs: tuple[tuple[str, str, str], ...],
        images: dict[str, int],
        sign: int,
        corners: Corners = MappingProxyType({}),
    ) -> None:
        self.pairs, self.images, self.sign, self.corners = pairs, images, sign, corners
        self.roles = tuple(dict.fromkeys(role for pair in pairs for role in pair[:2]))

    def placed(self, corners: Corners) -> Self:
        """Return the sentence that knows where the inputs stand."""
        return type(self)(self.pairs, self.images, self.sign, corners)

    def text(self, **arrays: np.ndarray) -> str:
        """Return the text."""
        for given, found, way in self.pairs:
            flags = np.ravel(self.sign * arrays[found])
            most, at = flags.max(), int(flags.argmax())
            if most <= 0:
                continue
            title, row, column = self.corners[given]
            row, column = (row + at, column) if way == "down" else (row, column + at)
            if way == "images":
                last = row + self.images[given] - 1
                if most > self.images[given]:
                    return f"{title}!{address(row, column)}:{address(last, column)}"
                row += int(most) - 1
            return f"{title}!{address(row, column)}"
        return NONE

    def cell(self, **cells: Cells) -> str:
        """Return the formula."""
        text = f'"{NONE}"'
        for given, found, way in reversed(self.pairs):
            flags = cells[found][...]
            most = f"MAX({flags})" if self.sign > 0 else f"MIN({flags})"
            title, row, column = self.corners[given]
            at = f"+MATCH({most},{flags},0)-1" if ":" in flags else ""
            across = f"{column}{at}" if way in {"right", "images"} else f"{column}"
            where = f"ADDRESS({row}{at if way == 'down' else ''},{across},4)"
            if way == "images":
                last = self.images[given]
                one = f"ADDRESS({row - 1}+ABS({most}),{across},4)"
                where = f'{where}&":"&ADDRESS({row + last - 1},{across},4)'
                where = f"IF(ABS({most})>{last},{where},{one})"
            is_it = f"{most}>0" if self.sign > 0 else f"{most}<0"
            text = f'IF({is_it},"{title}!"&{where},{text})'
        return f"={text}"


class LastDistance(Equation):
    """|w - w_NumPy| after the last epoch."""

    def array(self, w: np.ndarray, noted: np.ndarray) -> np.ndarray:
        """Return the distances, of the shape of the weights of one epoch."""
        return np.abs(w[-1] - noted)

    def cell(self, *unit: int, w: Cells, noted: Cells) -> str:
        """Return the formula of one weight."""
        return f"=ABS({w.at(-1)[unit]}-{noted[unit]})"


class Largest(Equation):
    """The largest distance from NumPy's run, each relative to the largest that was noted.

    Parameters
    ----------
    pairs : tuple of (str, str)
        The roles of distances, and of what was noted.
    """

    coarse = True

    def __init__(self, pairs: tuple[tuple[str, str], ...]) -> None:
        self.pairs = pairs
        self.roles = tuple(role for pair in pairs for role in pair)

    def array(self, **arrays: np.ndarray) -> np.ndarray:
        """Return the largest, a number."""
        sizes = {noted: np.abs(arrays[noted]).max() for _, noted in self.pairs}
        return np.max([arrays[far].max() / (sizes[noted] or 1.0) for far, noted in self.pairs])

    def cell(self, **cells: Cells) -> str:
        """Return the formula."""
        shares = []
        for far, noted in self.pairs:
            most, every = f"MAX({cells[far].epochs[...]})", cells[noted].epochs[...]
            shares.append(f"IF({peak(every)}=0,{most},{most}/{peak(every)})")
        return "=" + written_call("MAX", shares)


class State(Sentence):
    """What the sheet Check says.

    Parameters
    ----------
    words : dict
        The sentences by their keys: ``agrees``, ``differs``, and of ``{cell}`` ``changed`` and
        ``emptied``.
    """

    DIGITS = 6
    """To so many decimals a run is NumPy's: rounding grows over the epochs."""

    def __init__(self, words: dict[str, str]) -> None:
        self.words = words

    def text(
        self, *, changes: float, changed: str, empty: float, emptied: str, largest: float
    ) -> str:
        """Return the text."""
        if empty > 0:
            return self.words["emptied"].format(cell=emptied)
        if changes > 0:
            return self.words["changed"].format(cell=changed)
        return self.words["agrees" if largest < 1 / 10**self.DIGITS else "differs"]

    def cell(
        self, changes: Cells, changed: Cells, empty: Cells, emptied: Cells, largest: Cells
    ) -> str:
        """Return the formula; where training diverges, the largest difference is an error."""
        said = {key: filled(self.words[key]) for key in ("agrees", "differs")}
        said["changed"] = filled(self.words["changed"], cell=changed[()])
        said["emptied"] = filled(self.words["emptied"], cell=emptied[()])
        run = f"IF(IFERROR({largest[()]},1)<1/10^{self.DIGITS},{said['agrees']},{said['differs']})"
        run = f"IF({changes[()]}>0,{said['changed']},{run})"
        return f"=IF({empty[()]}>0,{said['emptied']},{run})"
