"""Equations of the sheet Check: the run as it was, and which inputs are others now.

A cell that names an input says on which sheet it stands, so that it says where to look.
"""

from collections.abc import Mapping

import numpy as np

from xlnn.equations.dense import written_call, written_sum
from xlnn.equations.wording import filled
from xlnn.quantity import Cells, Equation, Sentence

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

SEVERAL = "…"
"""What stands for the numbers of several images."""


class Moved(Equation):
    """Sum over the images of number^k x, now minus at the build; 0 where that is rounding."""

    coarse = True

    def array(self, number: np.ndarray, values: np.ndarray, noted: np.ndarray) -> np.ndarray:
        """Return the differences, shape (powers, units ...)."""
        weights = np.stack([number**power for power in POWERS])
        now = np.tensordot(weights, values, axes=1)
        squares = np.multiply.outer((weights**2).sum(axis=1), (values**2).sum(axis=0))
        size = np.sqrt(squares) + np.abs(noted)
        share = (now - noted) / np.where(size == 0, 1, size)
        return np.where(np.round(share, SAME_DIGITS) == 0, 0.0, now - noted)

    def cell(self, power: int, *unit: int, number: Cells, values: Cells, noted: Cells) -> str:
        """Return the formula of one power and pixel."""
        n, x = number.images[()], values.images[unit]
        before = noted[(power, *unit)]
        now = f"SUMPRODUCT({','.join([n] * power + [x])})"
        weights = f"SUMPRODUCT({','.join([n] * (2 * power))})" if power else f"COUNT({n})"
        share = f"({now}-{before})/(SQRT({weights}*SUMSQ({x}))+ABS({before}))"
        same = f"IF(ROUND({share},{SAME_DIGITS})=0,0,{now}-{before})"
        return f"=IF({now}={before},0,{same})"


class ImageFound(Equation):
    """Which image has another pixel than at the build: its number; 0 for none.

    One more than there are images where several changed. Negative where a cell holds no number.

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
        known = d0 * d1 != 0
        d0, d1 = np.where(known, d0, 1), np.where(known, d1, 1)
        is_one = known & (np.round(d0 * d2 / (d1 * d1), ONE_DIGITS) == 1)
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
        missing = f'IF(COUNT({x})={images - 1},SUMIF({x},"<1E+300",{n})-SUM({n}),-{several})'
        is_one = f"ROUND({d0}*{d2}/({d1}*{d1}),{ONE_DIGITS})=1"
        changed = f"IF({d0}*{d1}=0,{several},IF({is_one},ROUND({d1}/{d0},0),{several}))"
        same = f"AND({d0}=0,{d1}=0,{d2}=0)"
        return f"=IF(COUNT({x})<{images},{missing},IF({same},0,{changed}))"


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
        return "=" + written_sum([f"SUMPRODUCT(({f[...]}{sign}0)*1)" for f in found.values()])


class FirstFound(Sentence):
    """The first input that was changed, or that holds no number.

    Parameters
    ----------
    names : mapping of (str, int)
        What each input is called, by the role of what `Found` or `ImageFound` gives of it, and its
        images: ``{number}`` in the name stands for the image's. 0 for an input without images.
    sign : int
        1 for those that were changed, -1 for those without a number.
    """

    def __init__(self, names: Mapping[str, tuple[str, int]], sign: int) -> None:
        self.names, self.sign = names, sign
        self.roles = tuple(names)

    def text(self, **found: np.ndarray) -> str:
        """Return the text."""
        for role, (name, images) in self.names.items():
            most = np.max(self.sign * found[role])
            if most > 0:
                return name.format(number=f"{most:.0f}" if most <= images else SEVERAL)
        return NONE

    def cell(self, **found: Cells) -> str:
        """Return the formula."""
        text = f'"{NONE}"'
        for role, (name, images) in reversed(self.names.items()):
            flags = found[role].listed
            most = f"MAX({flags})" if self.sign > 0 else f"-MIN({flags})"
            number = f'IF({most}>{images},"{SEVERAL}",{most})'
            text = f"IF({most}>0,{filled(name, number=number)},{text})"
        return f"={text}"


class LastDistance(Equation):
    """|w - w_NumPy| after the last epoch."""

    def array(self, W: np.ndarray, noted: np.ndarray) -> np.ndarray:
        """Return the distances, of the shape of the weights of one epoch."""
        return np.abs(W[-1] - noted)

    def cell(self, *unit: int, W: Cells, noted: Cells) -> str:
        """Return the formula of one weight."""
        return f"=ABS({W.at(-1)[unit]}-{noted[unit]})"


class Largest(Equation):
    """The largest distance from NumPy's run, each relative to the size of what was noted.

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
        sizes = {noted: np.sqrt((arrays[noted] ** 2).sum()) for _, noted in self.pairs}
        return np.max([arrays[far].max() / (sizes[noted] or 1.0) for far, noted in self.pairs])

    def cell(self, **cells: Cells) -> str:
        """Return the formula."""
        shares = []
        for far, noted in self.pairs:
            size = f"SUMSQ({cells[noted].epochs[...]})"
            shares.append(f"MAX({cells[far].epochs[...]})/SQRT({size}+({size}=0))")
        return "=" + written_call("MAX", shares)


class LargestGap(Equation):
    """The largest of all gaps between what the sheets hold and the same said otherwise."""

    coarse = True

    def __init__(self, names: tuple[str, ...]) -> None:
        self.roles = names

    def array(self, **gaps: np.ndarray) -> np.ndarray:
        """Return the largest, a number."""
        return np.max([gap.max() for gap in gaps.values()])

    def cell(self, **gaps: Cells) -> str:
        """Return the formula."""
        return "=" + written_call("MAX", [gap.epochs[...] for gap in gaps.values()])


class State(Sentence):
    """What the sheet Check says.

    Parameters
    ----------
    words : dict
        The sentences by their keys: ``agrees``, ``wrong``, ``far``, and of ``{cell}`` ``changed``
        and ``emptied``.
    """

    INSIDE_DIGITS, RUN_DIGITS = 8, 6
    """Decimals to which the sheets agree with themselves, and with a run of NumPy's: rounding
    grows over the epochs of a run."""

    def __init__(self, words: dict[str, str]) -> None:
        self.words = words

    def text(  # noqa: PLR0913 -- all that is known
        self,
        *,
        changes: float,
        changed: str,
        empty: float,
        emptied: str,
        largest: float,
        inside: float,
    ) -> str:
        """Return the text."""
        if empty > 0:
            return self.words["emptied"].format(cell=emptied)
        if not np.isfinite(inside):
            inside = float(changes == 0)
        if round(float(inside), self.INSIDE_DIGITS) > 0:
            return self.words["wrong"]
        if changes > 0:
            return self.words["changed"].format(cell=changed)
        is_near = np.isfinite(largest) and round(float(largest), self.RUN_DIGITS) == 0
        return self.words["agrees" if is_near else "far"]

    def cell(  # noqa: PLR0913, PLR0917 -- all that is known
        self,
        changes: Cells,
        changed: Cells,
        empty: Cells,
        emptied: Cells,
        largest: Cells,
        inside: Cells,
    ) -> str:
        """Return the formula."""
        agrees, wrong, away = (f'"{self.words[key]}"' for key in ("agrees", "wrong", "far"))
        # numbers that grew beyond all cells prove nothing where inputs are others
        gap = f"IFERROR(ROUND({inside[()]},{self.INSIDE_DIGITS}),IF({changes[()]}>0,0,1))"
        far = f"IFERROR(ROUND({largest[()]},{self.RUN_DIGITS}),1)"
        run = f"IF({changes[()]}>0,{self._naming('changed', changed)},IF({far}=0,{agrees},{away}))"
        return f"=IF({empty[()]}>0,{self._naming('emptied', emptied)},IF({gap}>0,{wrong},{run}))"

    def _naming(self, key: str, cell: Cells) -> str:
        before, after = self.words[key].split("{cell}")
        return f'"{before}"&{cell[()]}&"{after}"'
