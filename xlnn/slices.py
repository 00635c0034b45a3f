"""The array formula of a slice of a quantity: all of its samples and units at once.

A slice is what a quantity has at one entry along its ordered axes, such as its numbers in one
epoch. It lies in a rectangle of cells: a row for each sample and a column for each unit or, without
samples, the matrix that it is; a vector is a row. Of a sequence each position is a row. So a text
about one unit, in which every argument is that of the same unit, is the array formula of the slice,
if each cell becomes a rectangle: what has one row or one column is repeated, as in NumPy. Other
equations state their `block`. Where each sample has matrices of its own, as in Q Kᵀ of a sentence,
each has an array formula.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from inspect import signature
from math import prod
from typing import NoReturn, Protocol

from xlnn.axis import Axis
from xlnn.equation import Cells, Unit
from xlnn.formula import functions_of
from xlnn.model import Model
from xlnn.quantity import Quantity

ELEMENTWISE = frozenset(("ABS", "COS", "EXP", "IF", "INT", "LN", "SIGN", "SIN", "SQRT", "TANH"))
"""Functions that every program applies to each entry of a range in an array formula.

IronCalc 0.9.1 does not apply functions of two arguments, such as ROUND, to a computed array."""


class NotOfSliceError(Exception):
    """An equation does not say what a whole slice is."""


class _Same:
    """The index of a unit along one dimension: the same in every argument."""

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension

    def __format__(self, _: str) -> NoReturn:
        raise NotOfSliceError

    def __add__(self, _: object) -> "_Same":
        return self


def matrix_of(quantity: Quantity) -> tuple[int, int]:
    """Return how many rows and columns a slice of a quantity has.

    >>> from xlnn.axis import Axis
    >>> matrix_of(Quantity("z", axes=(Axis("epoch", 5, "up"), Axis("image", 64)), shape=(3,)))
    (64, 3)
    >>> matrix_of(Quantity("W", shape=(3, 12))), matrix_of(Quantity("b", shape=(3,)))
    ((3, 12), (1, 3))
    """
    lengths = [axis.length for axis in quantity.samples]
    if lengths or len(quantity.shape) < 2:
        return prod(lengths), prod(quantity.shape)
    return quantity.shape[0], prod(quantity.shape[1:])


def as_rows(quantity: Quantity, *, whole: bool = True) -> Quantity:
    """Return a quantity whose positions are samples, as they are rows; of one sample if not whole.

    >>> from xlnn.axis import Axis
    >>> a = Quantity("a", axes=(Axis("row", 9),), shape=(4, 3), has_positions=True)
    >>> matrix_of(as_rows(a)), matrix_of(as_rows(a, whole=False))
    ((36, 3), (4, 3))
    """
    axes = quantity.axes if whole else tuple(axis for axis in quantity.axes if axis.order)
    if not quantity.has_positions:
        return quantity if whole else replace(quantity, axes=axes)
    axes = (*axes, Axis("position", quantity.shape[0]))
    return replace(quantity, axes=axes, shape=quantity.shape[1:], has_positions=False)


class Ranges(Protocol):
    """The cells of a slice, and cells beside them that nothing computes."""

    def area(self, fixed: Mapping[str, int]) -> str:
        """Return the range of the slice, at one index of some axes besides."""

    def unit(self, unit: tuple[Unit, ...], fixed: Mapping[str, int]) -> str:
        """Return the range of a unit, or of several."""

    def left(self, fixed: Mapping[str, int]) -> str:
        """Return the cells of the first column in the rows of the slice."""

    def above(self, fixed: Mapping[str, int]) -> str:
        """Return the cells above the columns of the slice."""


@dataclass(frozen=True)
class Slice:
    """A slice of an argument, as the ``block`` of an equation sees it: in a text it is its range.

    Attributes
    ----------
    quantity : Quantity
    ranges : Ranges
    fixed : dict
        The index along axes of which one entry is meant.
    whole : bool
        Whether it has all samples.
    """

    quantity: Quantity
    ranges: Ranges
    fixed: Mapping[str, int] = field(default_factory=dict)
    whole: bool = True

    def __str__(self) -> str:
        """Return its range."""
        return self.ranges.area(self.fixed)

    @cached_property
    def rows(self) -> Quantity:
        """The quantity, with positions among its samples."""
        return as_rows(self.quantity, whole=self.whole)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the units of a row."""
        return self.rows.shape

    def __getitem__(self, unit: Unit | tuple[Unit, ...]) -> str:
        """Return the range of a unit: a column of all samples, and of all their positions."""
        units = unit if isinstance(unit, tuple) else (unit,)
        positions = (slice(None),) if self.quantity.has_positions else ()
        return self.ranges.unit((*positions, *units), self.fixed)

    @property
    def units(self) -> list[str]:
        """The range of each unit."""
        return [self[unit] for unit in self.rows.units]

    @property
    def row_numbers(self) -> str:
        """The numbers of its rows, from 1, as a column."""
        return _numbers("ROW", self.ranges.left(self.fixed))

    @property
    def column_numbers(self) -> str:
        """The numbers of its columns, from 1, as a row."""
        return _numbers("COLUMN", self.ranges.above(self.fixed))

    @property
    def row_sums(self) -> str:
        """The sum of each row, as a column."""
        return self.sum_rows(str(self))

    @property
    def column_sums(self) -> str:
        """The sum of each column, as a row."""
        return self.sum_columns(str(self))

    def sum_rows(self, matrix: str) -> str:
        """Return the sums of the rows of a matrix with as many columns: times a column of ones."""
        if matrix_of(self.rows)[1] == 1:
            return matrix
        return f"MMULT({matrix},TRANSPOSE(COLUMN({self.ranges.above(self.fixed)})^0))"

    def sum_columns(self, matrix: str) -> str:
        """Return the sums of the columns of a matrix with as many rows: a row of ones times it."""
        if matrix_of(self.rows)[0] == 1:
            return matrix
        return f"MMULT(TRANSPOSE(ROW({self.ranges.left(self.fixed)})^0),{matrix})"

    def each(self, *axes: str) -> "list[Slice]":
        """Return the slice at each entry of those of these axes that are ordered."""
        slices = [self]
        for axis in self.quantity.axes:
            if axis.order and {axis.name, axis.family} & {*axes}:
                slices = [one.at(n, axis.name) for one in slices for n in range(axis.length)]
        return slices

    def at(self, index: int, along: str) -> "Slice":
        """Return the slice at one entry of an axis, from 0; -1 is the last."""
        return replace(self, fixed={**self.fixed, along: index})


def _numbers(function: str, cells: str) -> str:
    """Return the numbers of cells in a row or a column, from 1.

    >>> _numbers("ROW", "A4:A9")
    'ROW(A4:A9)-ROW(A4)+1'
    """
    return f"{function}({cells})-{function}({cells.partition(':')[0]})+1"


def of_vectors(*arguments: Slice) -> Slice:
    """Return the first argument.

    Raises
    ------
    NotOfSliceError
        A unit of one is a picture or a matrix.
    """
    if any(len(argument.shape) > 1 for argument in arguments):
        raise NotOfSliceError
    return arguments[0]


def a_column(of: Slice) -> Slice:
    """Return an argument with a number for each row.

    Raises
    ------
    NotOfSliceError
        It has several, such as those of positions side by side.
    """
    if of.shape:
        raise NotOfSliceError
    return of


def product(of: Slice, weights: Slice) -> str:
    """Return each row of a slice times weights.

    Raises
    ------
    NotOfSliceError
        A row holds a matrix, or each of several samples has weights of its own.
    """
    if weights.rows.samples and weights.whole:
        raise NotOfSliceError
    return f"MMULT({of_vectors(of)},{weights})"


def joined(slices: "list[Slice]") -> str:
    """Return the sum of slices, entry by entry."""
    return "+".join(map(str, slices))


MOST_CHOICES = 10
"""Units among which an array formula looks for the largest, in as many comparisons as pairs."""


def first_largest(of: Slice, values: Sequence[str]) -> str:
    """Return, for each row, the value of the first unit that is the largest one.

    MAX of a range would be the largest of all rows.

    Raises
    ------
    NotOfSliceError
        There are more than `MOST_CHOICES` units.
    """
    return largest_of(of_vectors(of).units, values)


def largest_unit(of: Slice) -> str:
    """Return the largest unit of each row, as a column."""
    return first_largest(of, of.units)


def largest_of(units: Sequence[str], values: Sequence[str]) -> str:
    """Return the value of the first of some columns that is the largest, for each row."""
    if len(units) > MOST_CHOICES:
        raise NotOfSliceError
    result = values[-1]
    for n in range(len(units) - 2, -1, -1):
        is_largest = "*".join(f"({units[n]}>={other})" for other in units[n + 1 :])
        result = f"IF({is_largest},{values[n]},{result})"
    return result


def chosen(number: str, values: Sequence[str]) -> str:
    """Return, for each row, the value with a number, from 1."""
    if len(values) > MOST_CHOICES:
        raise NotOfSliceError
    result = values[-1]
    for n in range(len(values) - 1, 0, -1):
        result = f"IF({number}={n},{values[n - 1]},{result})"
    return result


class _OfSameUnit(Cells):
    """An argument whose cell for the same unit becomes the range of its slice."""

    def __init__(self, of: Slice, here: Slice) -> None:
        self.of, self.here = of, here

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the units."""
        return self.of.quantity.shape

    @property
    def axes(self) -> tuple[str, ...]:
        """Refuse what a formula would do along an axis."""
        raise NotOfSliceError

    def at(self, index: int, along: str = "") -> "_OfSameUnit":
        """Return it at one entry of an ordered axis."""
        ordered = [axis.name for axis in self.of.quantity.axes if axis.order]
        if (along or len(ordered) == 1) and {along or ordered[0]} & {*ordered}:
            return _OfSameUnit(self.of.at(index, along or ordered[0]), self.here)
        raise NotOfSliceError

    def over(self, *_: str) -> NoReturn:
        """Refuse: an equation over an axis is not about one unit."""
        raise NotOfSliceError

    @property
    def listed(self) -> NoReturn:
        """Refuse as well."""
        raise NotOfSliceError

    def __getitem__(self, unit: object) -> str:
        """Return the range, if the unit is the same; it may lack the first dimensions."""
        here, of = self.here.quantity, self.of.quantity
        several = unit if isinstance(unit, tuple) else (unit,)
        given = [getattr(index, "dimension", None) for index in several]
        positions = int(of.has_positions and here.has_positions)
        first = len(here.shape) - len(of.shape) + positions
        wanted = [*range(positions), *range(first, len(here.shape))]
        if given != wanted or of.shape != tuple(here.shape[n] for n in wanted):
            raise NotOfSliceError
        if not _is_repeated(self.of.rows, self.here.rows):
            raise NotOfSliceError
        return str(self.of)


def _is_repeated(of: Quantity, here: Quantity) -> bool:
    """Return whether a slice of an argument fits another one, if its only row is repeated."""
    samples, own = map(_samples, (of, here))
    (rows, columns), (all_rows, all_columns) = matrix_of(of), matrix_of(here)
    fits = rows in {1, all_rows} and columns in {1, all_columns}
    return fits and (not samples or samples == own)


class _OfAllSamples(_OfSameUnit):
    """An argument whose cell becomes its column over all samples."""

    def at(self, index: int, along: str = "") -> "_OfAllSamples":
        """Return it at one entry of an ordered axis."""
        return _OfAllSamples(super().at(index, along).of, self.here)

    def __getitem__(self, unit: object) -> str:
        """Return the column of a unit."""
        several = unit if isinstance(unit, tuple) else (unit,)
        samples, own = map(_samples, (self.of.quantity, self.here.quantity))
        if not all(isinstance(index, int) for index in several) or samples not in ([], own):
            raise NotOfSliceError
        if len(several) != len(self.shape):
            raise NotOfSliceError
        return self.of[several]


def _samples(quantity: Quantity) -> list[tuple[str, int, int]]:
    return [(axis.family, axis.first, axis.length) for axis in quantity.samples]


SLICED = ("all", "sample", "unit")
"""What an array formula may compute at once, the largest first (`Quantity.sliced`)."""


def slice_formula(
    own: Slice, slices: Mapping[str, Slice], unit: tuple[int, ...] = ()
) -> str | None:
    """Return the array formula of a slice of a quantity; None if its equation does not say it.

    Parameters
    ----------
    own : Slice
        The slice itself.
    slices : dict of Slice
        The slices of its arguments, by role.
    unit : tuple of int
        The unit, if each has a formula.
    """
    kind, equation = own.quantity.sliced, own.quantity.equation
    if equation is None or equation.block is None or kind not in BLOCKS[equation.block_of]:
        return equation and _following(own, slices, unit)
    itself = {"own": own} if "own" in signature(equation.block).parameters else {}
    with suppress(NotOfSliceError):
        return equation.block(*(unit if kind == "unit" else ()), **slices, **itself)
    return None


BLOCKS = {"all": ("all", "sample"), "sample": ("sample",), "unit": ("unit",)}
"""What the block of an equation computes at once, by its ``block_of``."""


def _following(own: Slice, slices: Mapping[str, Slice], unit: tuple[int, ...]) -> str | None:
    """Return the array formula that follows from the formula of a cell, if one does."""
    here, is_unit = own.quantity, own.quantity.sliced == "unit"
    units = unit if is_unit else tuple(map(_Same, range(len(here.shape))))
    way = _OfAllSamples if is_unit else _OfSameUnit
    try:
        text = here.equation.cell(*units, **{role: way(e, own) for role, e in slices.items()})
    except (NotOfSliceError, TypeError, ValueError, IndexError, AttributeError):
        return None
    if functions_of(text) - ELEMENTWISE - {"TRANSPOSE"}:
        return None
    return text if is_unit else text + _repeating(own, slices.values())


def _repeating(own: Slice, slices: Iterable[Slice]) -> str:
    """Return what repeats a row in all rows, or a column in all columns: not every program does."""
    sizes = [matrix_of(part.rows) for part in slices]
    rows, columns = (max(lengths) for lengths in zip((1, 1), *sizes, strict=True))
    if (rows, columns) == (1, 1):
        return ""
    all_rows, all_columns = matrix_of(own.rows)
    down = f"+0*ROW({own.ranges.left({})})" if rows < all_rows else ""
    return down + (f"+0*COLUMN({own.ranges.above({})})" if columns < all_columns else "")


def sliced(model: Model, quantity: Quantity) -> Iterator[Quantity]:
    """Yield a quantity with each kind of slices that its equation says, the largest first."""
    if quantity.is_sentence:
        return
    starts = [use for use in quantity.uses.values() if isinstance(use.start, str)]
    for kind in SLICED:
        if kind == "sample" and not quantity.has_positions:
            continue
        changed = replace(quantity, sliced=kind)
        filled = zip(changed.lengths, changed.inside, strict=True)
        if prod(length for length, is_inside in filled if is_inside) == 1:
            continue
        units, whole = quantity.units if kind == "unit" else quantity.units[:1], kind != "sample"
        if all(
            slice_formula(
                Slice(run, _Named(), whole=whole),
                {
                    role: Slice(
                        model[str(use.start) if begins and use in starts else use.name],
                        _Named(),
                        whole=whole,
                    )
                    for role, use in run.uses.items()
                },
                units[0],
            )
            for run in changed.runs
            for begins in (False, True)[: 1 + bool(starts)]
        ):
            yield changed


class _Named:
    """Cells that are placed nowhere yet."""

    def area(self, _: Mapping[str, int]) -> str:
        return "A1"

    left = above = area

    def unit(self, unit: tuple[Unit, ...], _: Mapping[str, int]) -> str:
        """Return a name."""
        return f"A{len(unit)}"
