"""Look up values of the image, epoch or row that a user chose.

Choices count from 1, as INDEX does; the weights after epoch e are those of state e. Whatever a user
types, one whole number within range is looked up (`UsedNumber`).
"""

import re
from collections.abc import Sequence

import numpy as np

from xlnn.axis import Axis
from xlnn.equation import Cells, Choice, Equation, Sentence, Stated
from xlnn.equations.dense import written_sum
from xlnn.terms import Term, among, count, either, function


def flat(unit: tuple[int, ...], shape: tuple[int, ...]) -> int:
    """Return the position of a unit in the row that holds its layer.

    >>> flat((1, 2), (4, 3))
    5
    """
    return int(np.ravel_multi_index(unit, shape)) if shape else 0


def looked_up(cells: str, number: str) -> str:
    """Return the formula that looks up one of several cells; a single cell is returned as it is.

    In a row, INDEX gets the number as that of a column: Gnumeric would take it for that of a row.

    >>> looked_up("A1:A3", "C1"), looked_up("A$1:C$1", "D1"), looked_up("A1", "C1")
    ('=INDEX(A1:A3,C1)', '=INDEX(A$1:C$1,1,D1)', '=A1')
    """
    if ":" not in cells:
        return f"={cells}"
    first, last = (re.sub(r"\D", "", corner.rpartition("!")[2]) for corner in cells.split(":"))
    return f"=INDEX({cells},1,{number})" if first == last else f"=INDEX({cells},{number})"


def entry(array: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Return the entry with a number, or the entries with several, along the first axis, from 1.

    Where INDEX has an error it is NaN, or None among texts.

    >>> entry(np.array([2.0, 4.0]), np.array(2)), entry(np.array([2.0, 4.0]), np.array([1, 3]))
    (array(4.), array([ 2., nan]))
    """
    number = np.asarray(number, dtype=float)
    known = (number >= 1) & (number < len(array) + 1)  # NaN is not; INDEX truncates
    taken = array[np.where(known, number, 1).astype(int) - 1]
    nothing = None if array.dtype == object else np.nan
    return np.where(known.reshape(known.shape + (1,) * (array.ndim - 1)), taken, nothing)


entry_of = function(entry, lambda cells, number: looked_up(cells, number).removeprefix("="))
"""An entry of a sentence's argument, counted from 1."""


def stored(
    unit: tuple[int, ...], shown: tuple[int, ...], shape: tuple[int, ...]
) -> tuple[int, ...]:
    """Return the index in the stored array of a unit that is shown; a picture may be stored flat.

    >>> stored((1, 2), (4, 3), (12,)), stored((0, 1, 2), (2, 4, 3), (2, 12))
    ((5,), (0, 5))
    >>> stored((1, 2), (4, 3), (4, 3))
    (1, 2)
    """
    if len(shown) == len(shape):
        return unit
    ahead = len(shape) - 1
    return (*unit[:ahead], flat(unit[ahead:], shown[ahead:]))


class UsedNumber(Equation):
    """The number that is used: the whole number within range nearest to the chosen one.

    Without a number it is the least.

    Parameters
    ----------
    least, most : int
        The range.
    along : Axis or None
        The axis whose entries it counts, if any.
    """

    reads_as_stated = True
    number_format = "0"

    def __init__(self, least: int, most: int, along: Axis | None = None) -> None:
        self.least, self.most, self.along = least, most, along

    def array(self, chosen: np.ndarray) -> np.ndarray:
        nearest = np.floor(np.clip(chosen, self.least, self.most) + 0.5)
        return np.where(np.isnan(chosen), self.least, nearest)

    def cell(self, *unit: int, chosen: Cells) -> str:
        cell, least, most = chosen[unit], self.least, self.most
        return f"=IF(COUNT({cell})=0,{least},ROUND(MAX({least},MIN({most},{cell})),0))"


def unchosen(along: str = "", **ranges: tuple[int, int]) -> Stated:
    """Return how many cells of some tables hold no whole number of their range.

    Parameters
    ----------
    along : str
        An axis for whose rows they are counted one by one, by default all together.
    **ranges : (int, int)
        The tables, each with its least and its largest number.

    >>> unchosen(word=(1, 9)).array(word=np.array([1, 2.5, np.nan]))
    array(2.)
    """

    def array(**typed: np.ndarray) -> np.ndarray:
        rows = len(next(iter(typed.values()))) if along else 1
        wrong = sum(
            (~np.isin(typed[name], np.arange(least, most + 1))).reshape(rows, -1).sum(1)
            for name, (least, most) in ranges.items()
        )
        return np.asarray(wrong, dtype=float).reshape((rows,) if along else ())

    def cell(**typed: Cells) -> str:
        terms = []
        for name, (least, most) in ranges.items():
            for unit in np.ndindex(typed[name].shape):
                one = typed[name][unit]
                used = f"ROUND(MAX({least},MIN({most},{one})),0)"
                terms.append(f"IF(COUNT({one})=0,1,IF({one}={used},0,1))")
        return f"={written_sum(terms)}"

    return Choice(array, cell).taking(*ranges)


class AskedAll(Sentence):
    """What to type if cells hold no number of their range; otherwise empty."""

    def said(self, *, wrong: Term) -> str:
        return either(wrong > 0, self.words, "")


is_chosen = function(
    lambda chosen, used: float(chosen == used),
    lambda chosen, used: f"COUNT({chosen})*({chosen}={used})=1",
)
"""Whether what was chosen is what is used; an empty cell is not 0."""


class Asked(Sentence):
    """What to type if no number of the range was chosen; otherwise empty."""

    def said(self, *, chosen: Term, used: Term) -> str:
        text = either(chosen == used, "", self.words)
        return either(count(chosen) == 0, self.words, text)


class NameOf(Sentence):
    """The name of what a number chooses; if the number is not a choice, also what to choose.

    Parameters
    ----------
    names : sequence of str
        From 1 on.
    """

    english = {"choose": "Choose a whole number from 1 to {most}. Now using {name}"}

    def __init__(self, names: Sequence[str]) -> None:
        self.names, self.numbers = tuple(names), {"most": len(names)}

    def said(self, *, choice: Term, used: Term) -> str:
        name = among(used, self.names)
        return either(is_chosen(choice, used), name, self.words["choose"].format(name=name))


FLAT = Stated(
    lambda a: a.reshape(1, -1),
    lambda k, a: f"={a[divmod(k, a.shape[1])]}",
    repeats=True,
    says="The pixels of a picture, row by row.",
)


def as_picture(rows: int, columns: int) -> Stated:
    """Return the equation of the pixels of one row, as a picture."""
    return Stated(
        lambda a: a.reshape(rows, columns),
        lambda row, column, a: f"={a[row * columns + column]}",
        repeats=True,
        says="The pixels of a row, in their rows and columns.",
    )


class OfRow(Equation):
    """Values of another sheet; where they have several rows, those of the chosen row.

    Rows are counted from 1 along the quantity's epochs and images.

    Parameters
    ----------
    shape : tuple of int
        The shape in which they are shown, by default that of one number.
    stated : tuple of int
        The shape in which they are stored, if it differs: a picture may be flat.
    units : sequence of tuple of int
        The indices of the values, if they are not the first ones of each dimension.
    row : int
        The row of choice 1: the weights that epoch 1 uses are in row 1, those after it in row 2.
    """

    reads_as_stated = repeats = True
    optional = ("at",)

    def __init__(
        self,
        shape: tuple[int, ...] = (),
        stated: tuple[int, ...] = (),
        *,
        units: Sequence[tuple[int, ...]] = (),
        row: int = 1,
    ) -> None:
        self.shape, self.row = shape, row
        self.units = units or [stored(unit, shape, stated or shape) for unit in np.ndindex(shape)]

    def array(self, of: np.ndarray, at: np.ndarray | None = None) -> np.ndarray:
        """Return the values, of the shape in which they are shown."""
        if at is not None:
            row = of.shape[of.ndim - len(self.units[0]) :]
            of = entry(of.reshape(-1, *row), at + self.row - 1)
        return np.array([of[unit] for unit in self.units]).reshape(self.shape)

    def cell(self, *unit: int, of: Cells, at: Cells | None = None) -> str:
        shift = f"{self.row - 1:+d}" if self.row != 1 else ""
        rows = of.over("time", "epoch", "image").nth(f"{at[()]}{shift}" if at else "1")
        return f"={rows[self.units[flat(unit, self.shape)]]}"


class OfUnit(Equation):
    """The unit, or the units, with the chosen numbers, in the chosen row.

    Rows are counted from 1 along all of the quantity's axes, and its units are in one row.

    Parameters
    ----------
    shape : tuple of int
        The shape of all units.
    *numbers : str
        The roles of the chosen numbers, from 1.
    """

    reads_as_stated = repeats = True

    def __init__(self, shape: tuple[int, ...], *numbers: str) -> None:
        self.shape, self.numbers, self.roles = shape, numbers, ("of", "at", *numbers)

    def array(self, of: np.ndarray, at: np.ndarray, **numbers: np.ndarray) -> np.ndarray:
        """Return the unit, or units; NaN if there is no such one."""
        chosen = entry(of.reshape(-1, *self.shape), at)
        for role in self.numbers:
            chosen = entry(chosen, np.squeeze(numbers[role]))
        return chosen

    def cell(self, *unit: int, of: Cells, at: Cells, **numbers: Cells) -> str:
        entries = [numbers[role][()] for role in self.numbers]
        inside = unit[len(unit) - len(self.shape) + len(entries) :]
        return f"={of.epochs.samples.nth(at[()]).unit(*entries, *inside)}"


class Chosen(Equation):
    """The value of a quantity at one entry of each axis, such as a chosen epoch and row.

    Its arguments are ``of``, the quantity, and for each axis, by its name, the number of the entry
    from 1: a `choice`, or a quantity that counts an axis.

    Parameters
    ----------
    *axes : Axis
        The axes of the quantity, in its order.
    """

    reads_as_stated = repeats = True

    def __init__(self, *axes: Axis) -> None:
        self.axes = axes
        self.roles = ("of", *(axis.name for axis in axes))

    def array(self, of: np.ndarray, **numbers: np.ndarray) -> np.ndarray:
        """Return the entries, a number or a matrix each."""
        position: float | np.ndarray = 0.0
        for axis in self.axes:
            position = position * axis.length + numbers[axis.name] - axis.counts_from
        rows = of.reshape(-1, *of.shape[len(self.axes) :])
        return entry(rows, position + 1)

    def cell(self, *unit: int, of: Cells, **numbers: Cells) -> str:
        position, ahead = "", 0
        for axis in self.axes:
            counted = f"({position}{ahead:+d})" if ahead else position
            position = f"{counted}*{axis.length}+" if position else ""
            position += numbers[axis.name][()]
            ahead = -axis.counts_from
        position += f"{ahead + 1:+d}" if ahead != -1 else ""
        return f"={of.over(*numbers).nth(position)[unit]}"


class ChosenUnits(Chosen):
    """Some units of a quantity at the chosen entries, in a row.

    Parameters
    ----------
    axes : sequence of Axis
        The axes of the quantity, in its order.
    units : sequence of tuple of int
        The index of each unit.
    along : str
        The axis along which each unit has its own entry.
    at : sequence of int
        The entry of each unit along that axis, from 0.
    """

    def __init__(
        self,
        axes: Sequence[Axis],
        units: Sequence[tuple[int, ...]],
        along: str = "",
        at: Sequence[int] = (),
    ) -> None:
        self.axes, self.units = tuple(axes), tuple(units)
        first = {axis.name: axis.counts_from for axis in axes if axis.name == along}
        self.fixed = [{name: n + start for name, start in first.items()} for n in at]
        self.fixed = self.fixed or [{} for _ in units]
        self.roles = ("of", *(axis.name for axis in axes if axis.name not in first))

    def array(self, of: np.ndarray, **numbers: np.ndarray) -> np.ndarray:
        """Return the units."""
        chosen = zip(self.fixed, self.units, strict=True)
        return np.array([super(ChosenUnits, self).array(of, **numbers, **f)[u] for f, u in chosen])

    def cell(self, number: int, of: Cells, **numbers: Cells) -> str:
        fixed = {name: {(): str(n)} for name, n in self.fixed[number].items()}
        return super().cell(*self.units[number], of=of, **numbers, **fixed)


def pictures(some: Axis, shape: tuple[int, int]) -> Stated:
    """Return the equation of some of the images as pictures: (images, rows, columns)."""
    return Stated(
        lambda x: x[some.first : some.first + some.length].reshape(-1, *shape),
        lambda row, column, x: f"={x[stored((row, column), shape, x.shape)]}",
        says="The pixels of some of the images, each in its rows and columns.",
    )


class FromWords(Equation):
    """The inputs of a row that a user typed: its numbers, and 1 or 0 for each of its words.

    Upper and lower case are equal, as with = in a cell.

    Parameters
    ----------
    inputs : sequence of int or (int, str)
        For each input, the position of its number, or the position of a word and the word that
        makes it 1.
    others : tuple of str
        For each word, the value that makes no input 1.
    shape : tuple of int
        The shape of the inputs.
    """

    reads_as_stated = repeats = discontinuous = True
    optional = ("number",)

    def __init__(
        self,
        inputs: Sequence[int | tuple[int, str]],
        others: tuple[str, ...],
        shape: tuple[int, ...],
    ) -> None:
        self.inputs, self.others, self.shape = tuple(inputs), others, shape

    def typed(self, row: np.ndarray) -> tuple[list[float], list[str]]:
        """Return the numbers and words to type for some inputs."""
        numbers, words = [], [*self.others]
        for of, value in zip(self.inputs, row, strict=True):
            if isinstance(of, int):
                numbers.append(float(value))
            elif value:
                words[of[0]] = of[1]
        return numbers, words

    def array(self, word: np.ndarray, number: np.ndarray | None = None) -> np.ndarray:
        """Return the inputs of one row."""
        words = [str(text).lower() for text in word]
        row = [
            number[of] if isinstance(of, int) else float(words[of[0]] == of[1].lower())
            for of in self.inputs
        ]
        return np.array(row, dtype=float).reshape(1, *self.shape)

    def cell(self, *unit: int, word: Cells, number: Cells | None = None) -> str:
        of = self.inputs[unit[-1]]
        if isinstance(of, int):
            return f"={number[of]}"
        kind = of[1].replace('"', '""')
        return f'=IF({word[of[0]]}&""="{kind}",1,0)'
