"""Several runs beside each other: the same equation for the run that is chosen, or for each.

The arguments that differ from run to run have a role for each: ``W``, ``W_2``, ``W_3``.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from xlnn.equations.number import general_text
from xlnn.quantity import Cells, Equation, Sentence


def role_of(role: str, run: int) -> str:
    """Return the role that an argument has for a run, counted from 0.

    >>> role_of("W", 0), role_of("W", 1)
    ('W', 'W_2')
    """
    return role if run == 0 else f"{role}_{run + 1}"


class _OfRuns(Equation):
    """What both have: an equation, which of its roles differ, and how many runs there are.

    Parameters
    ----------
    equation : Equation
    own : iterable of str
        The roles of which each run has its own argument.
    runs : int
    """

    def __init__(self, equation: Equation, own: Iterable[str], runs: int) -> None:
        self.equation, self.own, self.runs = equation, tuple(own), runs
        self.coarse = True  # a formula of another run may give nearly the same
        self.jumps, self.repeats = equation.jumps, equation.repeats
        self.switches = equation.switches

    def of(self, run: int, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments of a run, by the roles of the equation."""
        others = {role_of(role, n) for role in self.own for n in range(1, self.runs)}
        shared = {role: value for role, value in arguments.items() if role not in others}
        return shared | {role: arguments[role_of(role, run)] for role in self.own}

    def roles_of(self, roles: Iterable[str]) -> tuple[str, ...]:
        """Return the roles of all runs."""
        others = [role_of(role, n) for n in range(1, self.runs) for role in self.own]
        return (*roles, *others)


class OfChosenRun(_OfRuns):
    """An equation of the run that was chosen, counted from 1."""

    def __init__(
        self, equation: Equation, roles: Iterable[str], own: Iterable[str], runs: int
    ) -> None:
        super().__init__(equation, own, runs)
        self.roles = (*self.roles_of(roles), "run")

    def array(self, run: np.ndarray, **arguments: np.ndarray) -> np.ndarray:
        """Return what the equation says of that run; NaN where CHOOSE has an error."""
        is_one = bool(1 <= run < self.runs + 1)
        found = self.equation.array(**self.of(int(run) - 1 if is_one else 0, arguments))
        return found if is_one else np.full(np.shape(found), np.nan)

    def ties(
        self, got: np.ndarray, tolerance: float, *, run: np.ndarray, **arguments: np.ndarray
    ) -> np.ndarray:
        """Tell where a choice of that run is as good."""
        number = int(run) - 1 if 1 <= run < self.runs + 1 else 0
        return self.equation.ties(got, tolerance, **self.of(number, arguments))

    def cell(self, *unit: int, run: Cells, **arguments: Cells) -> str:
        """Return the formula of one unit: that of each run, of which one is taken."""
        stated = [
            self.equation.cell(*unit, **self.of(n, arguments)).removeprefix("=")
            for n in range(self.runs)
        ]
        return f"=CHOOSE({run[()]},{','.join(stated)})"


class SaidOfChosenRun(Sentence):
    """A sentence about the run that was chosen, counted from 1."""

    def __init__(self, choice: OfChosenRun) -> None:
        self.choice = choice
        self.roles, self.repeats = choice.roles, choice.repeats
        self.cell = choice.cell

    def text(self, *unit: int, run: float, **arguments: np.ndarray) -> str:
        """Return the text of that run."""
        if not 1 <= run < self.choice.runs + 1:
            raise ValueError(run)  # CHOOSE has an error
        return self.choice.equation.text(*unit, **self.choice.of(int(run) - 1, arguments))


class SaidOfEachRun(Sentence):
    """A sentence about each run, one below the other.

    Parameters
    ----------
    said : sequence of Sentence
        Run by run, with one set of roles.
    """

    def __init__(self, said: Sequence[Sentence]) -> None:
        self.said = tuple(said)
        self.roles = tuple(role_of(role, n) for n in range(len(said)) for role in said[0].roles)

    def text(self, run: int, **arguments: np.ndarray) -> str:
        """Return the text of a run."""
        return self.said[run].text(**self._of(run, arguments))

    def cell(self, run: int, **arguments: Cells) -> str:
        """Return the formula of a run."""
        return self.said[run].cell(**self._of(run, arguments))

    def _of(self, run: int, arguments: Mapping[str, Any]) -> dict[str, Any]:
        return {role: arguments[role_of(role, run)] for role in self.said[0].roles}


class OfEachRun(_OfRuns):
    """An equation of every run, one below the other."""

    def __init__(
        self, equation: Equation, roles: Iterable[str], own: Iterable[str], runs: int
    ) -> None:
        super().__init__(equation, own, runs)
        self.roles = self.roles_of(roles)

    def array(self, **arguments: np.ndarray) -> np.ndarray:
        """Return what the equation says of each run, shape (runs,)."""
        each = [self.equation.array(**self.of(n, arguments)) for n in range(self.runs)]
        return np.stack([np.asarray(found) for found in each])

    def ties(self, got: np.ndarray, tolerance: float, **arguments: np.ndarray) -> np.ndarray:
        """Tell of which runs a choice is as good."""
        each = [
            self.equation.ties(got[n], tolerance, **self.of(n, arguments)) for n in range(self.runs)
        ]
        return np.stack(each)

    def cell(self, run: int, **arguments: Cells) -> str:
        """Return the formula of a run."""
        return self.equation.cell(**self.of(run, arguments))


class LastOf(Equation):
    """The value of the last epoch, of one unit.

    Parameters
    ----------
    unit : tuple of int
    """

    repeats = True

    def __init__(self, unit: tuple[int, ...] = ()) -> None:
        self.unit = unit

    def array(self, course: np.ndarray) -> np.ndarray:
        """Return the number, of a course of shape (epochs, units ...)."""
        return course[(-1, *self.unit)]

    def cell(self, course: Cells) -> str:
        """Return the formula."""
        return f"={course.at(-1)[self.unit]}"


class LeastOf(Equation):
    """The smallest value of all epochs."""

    def array(self, course: np.ndarray) -> np.ndarray:
        """Return the number, of a course of shape (epochs,)."""
        return course.min()

    def cell(self, course: Cells) -> str:
        """Return the formula."""
        return f"=MIN({course.epochs[()]})"


class SameTexts(Sentence):
    """A text of each run once more, where they are read beside each other.

    Parameters
    ----------
    roles : tuple of str
        The roles of the texts, run by run.
    """

    def __init__(self, roles: tuple[str, ...]) -> None:
        self.roles = roles

    def text(self, run: int, **texts: str) -> str:
        """Return the text of a run."""
        return texts[self.roles[run]]

    def cell(self, run: int, **texts: Cells) -> str:
        """Return the formula of a run."""
        return f"={texts[self.roles[run]][()]}"


class RunNames(Sentence):
    """What each run is called: by that in which the runs differ, as it is now.

    Parameters
    ----------
    words : tuple of str
        What is said of each run in any case; ``{eta}`` and ``{l2}`` stand for its cells.
    roles : tuple of str
        The roles of all cells that are named, of the first run and of the others.
    """

    def __init__(self, words: tuple[str, ...], roles: tuple[str, ...]) -> None:
        self.words, self.roles = words, roles

    def text(self, run: int, **numbers: float) -> str:
        """Return the name of a run."""
        names = [name for name in ("eta", "l2") if f"{{{name}}}" in self.words[run]]
        known = {name: general_text(numbers[role_of(name, run)]) for name in names}
        return self.words[run].format(**known)

    def cell(self, run: int, **cells: Cells) -> str:
        """Return the formula of a run."""
        text = f'"{self.words[run]}"'
        for name in ("eta", "l2"):
            if f"{{{name}}}" in text:
                text = text.replace(f"{{{name}}}", f'"&{cells[role_of(name, run)][()]}&"')
        return "=" + text.removesuffix('&""')
