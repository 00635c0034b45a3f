"""Equations of the sheet Check: how far the sheets are from the values noted when built.

A cell without a number, empty or with an error, counts as a difference of 1.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from xlnn.equation import Cells, Equation, Sentence
from xlnn.equations.dense import written_call
from xlnn.terms import Term, either, peak_formula, without

SAME_DIGITS = 12
"""Sums that agree to this many digits are equal: engines add in different orders, and a note has 15
digits."""

AGREE_DIGITS = 6
"""Digits, relative to its largest number, to which an array agrees with NumPy's: rounding errors
grow over the epochs."""


class NoteDistance(Equation):
    """|now - noted|, entry by entry; of weights, before the first epoch or after the last.

    Parameters
    ----------
    state : int or None
        For weights: before the first epoch (0) or after the last (-1).
    """

    def __init__(self, state: int | None = None) -> None:
        self.state = state

    def array(self, now: np.ndarray, noted: np.ndarray) -> np.ndarray:
        now = now if self.state is None else now[self.state]
        return np.where(np.isfinite(now), np.abs(now - noted), 1.0)

    def cell(self, *unit: int, now: Cells, noted: Cells) -> str:
        cell = (now if self.state is None else now.at(self.state))[unit]
        return f"=IF(COUNT({cell})=0,1,ABS({cell}-{noted[unit]}))"


class SumDistance(Equation):
    """|sum_n m_n x_n - noted| for each column x of the data, relative to its size.

    With the marks m_n = 2 + sin n, changes do not cancel: sines of whole numbers are linearly
    independent over the rationals. A change of the sum by less than 1e-12 times the number of rows
    times the largest number goes unseen.
    """

    reads_as_stated = discontinuous = True  # where it is rounded

    def array(self, marks: np.ndarray, values: np.ndarray, noted: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            now = np.tensordot(marks, values, axes=1)
            size = len(marks) * np.abs(values).max(axis=0) + np.abs(noted)
            share = np.abs(now - noted) / np.where(size == 0, 1, size)
        known = np.isfinite(now) & np.isfinite(size)
        return np.where(known, np.round(share, SAME_DIGITS), 1.0)

    def ties(self, got: np.ndarray, tolerance: float, **arguments: np.ndarray) -> np.ndarray:  # noqa: ARG002 -- the last digit is that of the rounding
        """Tell where a share on the edge of rounding was rounded the other way."""
        return np.abs(got - self.array(**arguments)) < 1.5 / 10**SAME_DIGITS

    def cell(self, *unit: int, marks: Cells, values: Cells, noted: Cells) -> str:
        """Return the formula of one column; SUMPRODUCT treats a text as 0, and COUNT detects it."""
        m, x, before = marks.samples[()], values.samples[unit], noted[unit]
        now = f"SUMPRODUCT({m},{x})"
        share = f"ABS({now}-{before})/(COUNT({m})*{peak_formula(x)}+ABS({before}))"
        far = f"IF({now}={before},0,ROUND({share},{SAME_DIGITS}))"
        return f"=IFERROR(IF(COUNT({x})<COUNT({m}),1,{far}),1)"


class LargestDistance(Equation):
    """The largest distance of an array from its note, relative to the largest number noted."""

    reads_as_stated = True
    optional = ("noted",)

    def array(self, distance: np.ndarray, noted: np.ndarray | None = None) -> np.ndarray:
        """Return the largest, a number; without ``noted`` the distances are already relative."""
        size = 1.0 if noted is None else np.abs(noted).max() or 1.0
        share = distance.max() / size
        return share if np.isfinite(share) else np.asarray(1.0)

    def cell(self, distance: Cells, noted: Cells | None = None) -> str:
        largest = f"MAX({distance.epochs[...]})"
        if noted is None:
            return f"={largest}"
        size = peak_formula(noted.epochs[...])
        return f"=IF(SIGN({size})=0,{largest},IFERROR({largest}/{size},1))"


class Case(Equation):
    """0 where the sheets agree with NumPy; 1 where an input differs from its note.

    Otherwise 2, or 3 where rounding errors grow, so that a difference proves nothing.

    Parameters
    ----------
    inputs, results : sequence of str
        The roles of the largest distance of each array.
    """

    reads_as_stated = discontinuous = True

    def __init__(self, inputs: Sequence[str], results: Sequence[str]) -> None:
        self.inputs, self.results = tuple(inputs), tuple(results)
        self.roles = ("grows", *inputs, *results)

    def array(self, grows: np.ndarray, **largest: np.ndarray) -> np.ndarray:
        if max(largest[role] for role in self.inputs) > 0:
            return np.asarray(1.0)
        near = max(largest[role] for role in self.results) <= 1 / 10**AGREE_DIGITS
        return np.asarray(0.0 if near else 3.0 if grows > 0 else 2.0)

    def cell(self, grows: Cells, **largest: Cells) -> str:
        changed, far = (
            written_call("MAX", [largest[role][()] for role in roles])
            for roles in (self.inputs, self.results)
        )
        return f"=IF({changed}>0,1,IF({far}<=1/10^{AGREE_DIGITS},0,IF({grows[()]}>0,3,2)))"


class CheckVerdict(Sentence):
    """The sentence about all arrays on the sheet Check.

    Parameters
    ----------
    words : dict
        ``agrees``; ``changed`` and ``differs``, with ``{what}`` for the names of arrays; and
        ``between``, the separator of names.
    inputs, results : dict
        The names of the arrays, by the role of the largest distance of each.
    """

    KEYS = ("agrees", "changed", "differs")

    def __init__(
        self, words: Mapping[str, str], inputs: Mapping[str, str], results: Mapping[str, str]
    ) -> None:
        self.words, self.inputs, self.results = words, inputs, results
        self.roles = ("case", *inputs, *results)

    def said(self, *, case: Term, **largest: Term) -> str:
        def told(key: str, names: Mapping[str, str], most: float) -> str:
            between = self.words["between"]
            far = [
                either(largest[role] > most, f"{between}{name}", "") for role, name in names.items()
            ]
            return self.words[key].format(what=without("".join(far), len(between)))

        changed = told("changed", self.inputs, 0)
        differs = told("differs", self.results, 1 / 10**AGREE_DIGITS)
        return either(case == 1, changed, either(case == 0, self.words["agrees"], differs))
