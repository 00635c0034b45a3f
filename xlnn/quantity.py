"""Quantities: named arrays, each with an equation for NumPy and one for cells.

A quantity is a named array of the book (``z2``, ``delta3``, ``dC_dW2`` ...): its axes, the
quantities it is computed from, and its equation. Everything else in xlnn reads an ordered list of
quantities.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from math import prod
from string import digits
from typing import Any

import numpy as np

from xlnn.axis import EACH, Axis, Use
from xlnn.equation import Applied, EachEquation, Equation, Sentence
from xlnn.errors import DataError


@dataclass(frozen=True)
class GradientOf:
    """Which gradient a quantity is stated to be.

    Attributes
    ----------
    weight : str
    cost : str
        The cost, one number in each epoch; by default ``C_T``.
    exact : bool
        Whether it is meant to be the slope of the cost.
    """

    weight: str
    cost: str = ""
    exact: bool = True


class Derived(str):
    """A default computed from other fields; `replace` computes it again."""

    __slots__ = ()


@dataclass(frozen=True)
class Quantity:
    """A named array and its equation.

    Attributes
    ----------
    name : str
        The name of the array: ``z2``, ``dC_dW3``.
    kind : str
        Its kind regardless of layer: ``z``. The key of its texts in every language. By default the
        name.
    symbol : str
        The book's notation; ``{}`` stands for the unit's index: ``z²{}``. By default the name. In
        ``z^{}``, ``^`` stands for the layer's number at the end of the name, and the kind is the
        name without it.
    sheet : str
        The key of its sheet (``training``). By default, in an experiment that of the page that
        shows it, or of the quantity before it.
    axes : tuple of Axis
        The axes of its rows: epochs, samples, both or neither.
    shape : tuple of int
        The shape of its units: (3,), (3, 12), or () for a single number.
    equation : Equation or None
        None for an input.
    uses : dict
        The arguments of the equation, by role: a `Use`, or a quantity's name. A role that is left
        out is the name of a quantity itself.
    given : int
        How many entries along the first axis are inputs although there is an equation: 1 for the
        weights, whose first row is the start. The same holds in each of several runs.
    number_format : str
        The spreadsheet's number format. By default that of the equation; choices and counts have no
        decimals, and other inputs those that were typed.
    role : str
        Its role for readers, shown by the colour of its heading: input, forward, backward, weight,
        result or key. By default input without an equation, key if it counts rows, or else result.
    layer : str
        The layer's name; empty if it belongs to none.
    is_text : bool
        Whether its values are texts, as those of a `Sentence` are.
    is_record : bool
        Whether its values were noted when the workbook was built: neither input nor formula.
    counts : bool
        For a record: whether it numbers its axis, so that formulas may read the numbers.
    reads_as_stated : bool
        Whether its formulas must read as stated, because nearby cells have nearly the same numbers,
        so that values cannot verify them.
    scale : float
        For an input: the size of the random numbers that a probe uses. Small enough that a network
        neither saturates nor diverges, so that every cell stays sensitive.
    choices : (int, int) or None
        For a selector: the smallest and the largest number that can be chosen.
    between : (float, float) or None
        For an input: the range for probes, if equations have no value outside it, or none that
        reveals errors: a share, a number that keeps a root real.
    is_step_size : bool
        For an input: whether diverging recurrences stay within bounds if it is smaller, like a
        learning rate. Probes make it as small as needed.
    title : str
        Its name for readers: ``learning rate``. Translation files have it in other languages.
    otherwise : str
        For a sentence: what it says where it has no value.
    gradient_of : GradientOf or None
        For the gradient of a weight: which it is, so that it can be compared with the slope.
    has_positions : bool
        Whether the first dimension of its units counts the positions of a sequence: in the edition
        in matrices each position of each sample is a row.
    sliced : str
        What one array formula computes at an entry along its ordered axes (`xlnn.slices`): ``all``
        samples and units, all units of a ``sample``, or all samples of a ``unit``. Empty if each
        entry has a formula.
    meaning, written, source : str
        Its meaning, its equation as people write it, and the source: a section of the book, or a
        paper. With a meaning it has a line in the Guide.
    """

    name: str
    kind: str = ""
    symbol: str = ""
    sheet: str = Derived("Model")
    axes: tuple[Axis, ...] = ()
    shape: tuple[int, ...] = ()
    equation: Equation | None = None
    uses: Mapping[str, Use | str] = field(default_factory=dict)
    given: int = 0
    number_format: str = Derived()
    role: str = Derived()
    layer: str = ""
    is_text: bool = False
    is_record: bool = False
    counts: bool = False
    reads_as_stated: bool = False
    scale: float = 1.0
    choices: tuple[int, int] | None = None
    between: tuple[float, float] | None = None
    is_step_size: bool = False
    title: str = ""
    otherwise: str = ""
    gradient_of: GradientOf | None = None
    has_positions: bool = False
    sliced: str = ""
    meaning: str = ""
    written: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        """Set defaults: the name as kind and symbol, and roles as names of arguments."""
        if isinstance(self.equation, Applied):
            if isinstance(self.uses, Mapping):
                object.__setattr__(self, "uses", {**self.equation.uses, **self.uses})
            object.__setattr__(self, "equation", self.equation.equation)
        object.__setattr__(self, "is_record", self.is_record or self.counts)
        object.__setattr__(self, "is_text", self.is_text or self.is_sentence)
        if isinstance(self.number_format, Derived):
            object.__setattr__(self, "number_format", Derived(self._usual_format))
        if isinstance(self.role, Derived):
            typed = self.equation is None and not self.is_record
            role = "key" if self.counts else "input" if typed else "result"
            object.__setattr__(self, "role", Derived(role))
        if "^{}" in str(self.symbol):
            kind = self.name.rstrip(digits)
            layer = superscript(self.name.removeprefix(kind))
            object.__setattr__(self, "symbol", self.symbol.replace("^{}", f"{layer}{{}}"))
            object.__setattr__(self, "kind", self.kind or kind)
        if not self.kind:
            object.__setattr__(self, "kind", self.name)
            object.__setattr__(self, "symbol", self.symbol or f"{self.name}{{}}")
        # anything else is refused with its model
        if isinstance(self.equation, Equation) and isinstance(self.uses, Mapping):
            needed = (role for role in self.equation.roles if role not in self.equation.optional)
            uses = {role: role for role in needed} | {**self.uses}
            uses = {role: use if isinstance(use, Use) else Use(use) for role, use in uses.items()}
            uses = {role: self._along_one(use) for role, use in uses.items()}
            object.__setattr__(self, "uses", uses)

    @property
    def _usual_format(self) -> str:
        if self.counts or self.choices:
            return "0"
        usual = "0.0000" if self.is_record else "General"
        return getattr(self.equation, "number_format", usual)

    def _along_one(self, use: Use) -> Use:
        """Return an argument with the family of the axis along which its neighbour is read."""
        if not use.lag:
            return use
        known = {axis.name: axis for axis in self.axes if axis.order not in {"", EACH}}
        which = [axis for axis in known.values() if use.along in {"", axis.name, axis.family}]
        call = "previous" if use.lag > 0 else "following"
        if len(which) > 1:
            raise DataError(
                f'{self.name}: {call}("{use.name}") may mean the axis {" or ".join(known)}: '
                f'say which, as in {call}("{use.name}", along="{which[-1].name}").'
            )
        if not which and use.along:
            raise DataError(
                f"{self.name} has no ordered axis {use.along}: give it one, as in "
                f'xlnn.Axis("{use.along}", 5, order="up").'
            )
        if which and which[0].order != ("up" if use.lag > 0 else "down"):
            other = "following" if use.lag > 0 else "previous"
            raise DataError(
                f"{self.name}: the axis {which[0].name} runs {which[0].order}, so its entries may "
                f'use {other}("{use.name}"), and not {call}.'
            )
        return replace(use, along=which[0].family) if which else use

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The names of the quantities it is computed from, including those it starts from."""
        names = (name for use in self.uses.values() for name in (use.name, use.start))
        return tuple(dict.fromkeys(name for name in names if isinstance(name, str)))

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        """The shape of the whole array: axes, then units."""
        return (*(axis.length for axis in self.axes), *self.shape)

    @property
    def computed(self) -> int:
        """The number of computed entries: 0 for an input, all but the start for a sequence."""
        return prod(self.lengths) - prod(self.input_lengths)

    @property
    def formulas(self) -> int:
        """The number of its formulas: one for each computed entry, or for each slice of them."""
        lengths = zip(self.lengths, self.inside, strict=True)
        return self.computed // prod(length for length, is_inside in lengths if is_inside)

    @property
    def inside(self) -> tuple[bool, ...]:
        """Of each dimension of its array, whether one array formula fills it."""
        samples = (self.sliced in {"all", "unit"} and not axis.order for axis in self.axes)
        return (*samples, *(self.sliced in {"all", "sample"} for _ in self.shape))

    @property
    def units(self) -> tuple[tuple[int, ...], ...]:
        """The index of each unit, in the order of the array."""
        return tuple(product(*map(range, self.shape)))

    @cached_property
    def each(self) -> tuple[Axis, ...]:
        """The axis along which its entries are independent, if there is one."""
        return tuple(axis for axis in self.axes[:1] if axis.order == EACH)

    @property
    def begins(self) -> int:
        """The first entry along that axis, within its family."""
        return self.axes[0].first if self.each else 0

    @cached_property
    def runs(self) -> "tuple[Quantity, ...]":
        """The quantity of each run, along the axis ``each``; without that axis, itself."""
        if not self.each:
            return (self,)
        length, one = self.axes[0].length, self.equation
        equations = one.equations if isinstance(one, EachEquation) else (one,) * length
        of_equation = {}
        for equation in equations:
            own = equation.roles if one is not equation and equation else self.uses
            uses = {role: use for role, use in self.uses.items() if role in own}
            of_equation[equation] = replace(self, axes=self.axes[1:], equation=equation, uses=uses)
        return tuple(of_equation[equation] for equation in equations)

    def entries(self, family: str) -> "tuple[Quantity, ...]":
        """Return the quantity at each entry along its first axis, if that has a family."""
        if not self.axes or self.axes[0].family != family:
            return ()
        if self.each:
            return self.runs
        return (replace(self, axes=self.axes[1:]),) * self.axes[0].length

    @property
    def rows(self) -> tuple[Axis, ...]:
        """The axes of one of its runs."""
        return self.axes[len(self.each) :]

    @property
    def samples(self) -> tuple[Axis, ...]:
        """The axes without an order: those of the samples."""
        return tuple(axis for axis in self.axes if not axis.order)

    @property
    def timed(self) -> bool:
        """Whether it is computed entry by entry along its first axis: epoch after epoch."""
        return bool(self.rows) and bool(self.rows[0].order)

    @property
    def at_once(self) -> tuple[int, ...]:
        """The shape of what is computed at once: axes that are not ordered, then units."""
        return (*(axis.length for axis in self.samples), *self.shape)

    @property
    def is_input(self) -> bool:
        """Whether any of its cells is typed in rather than computed."""
        return not self.is_record and (self.equation is None or self.given > 0)

    def is_number_along(self, family: str) -> bool:
        """Return whether it is one number at each entry along an axis, as a cost in each epoch.

        Each of several runs has its own.
        """
        families = [axis.family for axis in self.rows]
        return families == [family] and prod(self.shape) == 1 and not self.is_text

    @property
    def is_sentence(self) -> bool:
        """Whether it is a text for the reader, from which nothing else is computed."""
        return isinstance(self.equation, Sentence)

    @property
    def is_read_as_stated(self) -> bool:
        """Whether its values cannot verify its formulas: `Equation.reads_as_stated`."""
        return self.equation is not None and (self.equation.reads_as_stated or self.reads_as_stated)

    @property
    def input_lengths(self) -> tuple[int, ...]:
        """The shape of the part that is typed in."""
        if self.equation is None:
            return self.lengths
        apart = len(self.each)
        return (*self.lengths[:apart], self.given, *self.lengths[apart + 1 :])

    def is_typed(self, index: tuple[int, ...]) -> bool:
        """Return whether an entry is typed in rather than computed."""
        return self.equation is None or (self.given > 0 and index[len(self.each)] < self.given)

    def typed(self, array: np.ndarray) -> np.ndarray:
        """Return the part of an input quantity's array that is typed in."""
        if self.equation is None:
            return array
        if not self.given:
            return np.empty(0, array.dtype)
        return array[:, : self.given] if self.each else array[: self.given]

    def heading(self, unit: tuple[int, ...]) -> str:
        """Return the unit's symbol in the book's notation, counted from 1.

        >>> Quantity("z2", "z", "z²{}", "training", shape=(3,)).heading((0,))
        'z²₁'
        """
        return self.symbol.format(subscript(unit, self.shape))


def alike(**shared: Any) -> Callable[..., Quantity]:  # noqa: ANN401 -- the fields of a quantity
    """Return a function that states quantities which share fields, such as their axes and role.

    It takes the name, title and equation of one, and what is its own.

    >>> forward = alike(axes=(Axis("row", 4),), shape=(3,), role="forward")
    >>> forward("x", "pixels").title, forward("C", "cost", shape=()).axes[0].length
    ('pixels', 4)
    """

    def state(
        name: str,
        title: str | None = None,
        equation: Equation | None = None,
        **fields: Any,  # noqa: ANN401 -- the same
    ) -> Quantity:
        given = {"title": title, "equation": equation}
        given = {field: value for field, value in given.items() if value is not None}
        return Quantity(name, **{**shared, **given, **fields})

    return state


SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def subscript(unit: Sequence[int], shape: Sequence[int]) -> str:
    """Return an index from 0 as the book's subscript from 1, with commas if needed.

    >>> subscript((0, 2), (3, 9)), subscript((0, 2), (3, 12))
    ('₁₃', '₁,₃')
    """
    separator = "," if any(length > 9 for length in shape) else ""
    return separator.join(str(index + 1).translate(SUBSCRIPTS) for index in unit)


def superscript(layer: str) -> str:
    """Return a layer's name as the book's superscript: 2 as ²."""
    return layer.translate(SUPERSCRIPTS)
