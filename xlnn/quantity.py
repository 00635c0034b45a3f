"""Quantities: named arrays, each with an equation for NumPy and one for cells.

A quantity is a named array of the book (``z2``, ``delta3``, ``dC_dW2`` ...): its axes, the
quantities it is computed from, and its equation. Everything else in xlnn reads an ordered list of
quantities.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import product
from math import isfinite, prod
from numbers import Real
from string import digits
from types import EllipsisType
from typing import Any, NoReturn, Protocol, Self, TypeVar

import numpy as np

from xlnn.errors import DataError, OptionsError
from xlnn.terms import MISSING, Formula, Value, joined

TIME = "time"
"""The family of epochs and steps of training, and an order that runs up along it."""


@dataclass(frozen=True)
class Axis:
    """An axis along which a quantity repeats.

    Attributes
    ----------
    name : str
        ``epoch``, ``state`` (before the first epoch and after each), ``image`` ...
    length : int
        The number of entries.
    order : {"", "up", "down", "each"}
        Whether quantities are computed entry by entry along it, and in which direction, so that
        they may refer to the entry computed before: `previous` if it runs up, `following` if it
        runs down. If several axes are ordered, the first runs slowest. ``"time"`` is an order that
        runs up, with the family ``time``. Along ``"each"``, the first axis if there are several
        runs, entries do not refer to each other.
    family : str
        Axes of one family count the same thing from the same start, so that index 3 of one belongs
        to index 3 of the other: state 3 has the weights that epoch 3 uses. By default the name, so
        that axes with one name belong together, whichever way they run.
    first : int
        Its first index within the family: 8 for samples 9 to 16.
    counts_from : int
        The number shown for its first index: 0 for the state before the first epoch.
    """

    name: str
    length: int
    order: str = ""
    family: str = ""
    first: int = 0
    counts_from: int = 1

    def __post_init__(self) -> None:
        """Use the name as the family if none is given."""
        if self.order == TIME:
            object.__setattr__(self, "order", "up")
            object.__setattr__(self, "family", self.family or TIME)
        if not self.family:
            object.__setattr__(self, "family", self.name)


EACH = "each"
"""The order of an axis whose entries are computed one by one and are independent."""


Unit = int | slice | EllipsisType
"""An index of a unit along one dimension, as NumPy has it."""


class Cells(Protocol):
    """The cells of another quantity, as an equation's ``cell`` sees them.

    Indexing gives an address, or a range if an index is a slice: ``W[j, :]``; a number without
    units is ``eta[()]``. The row is that of the formula's own epoch and sample; ``samples``,
    ``epochs`` and ``over`` select all of them.
    """

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the units, without epochs and samples."""

    @property
    def name(self) -> str:
        """The name of the quantity."""

    @property
    def axes(self) -> tuple[str, ...]:
        """The names of its axes, and of their families."""

    @property
    def samples(self) -> Self:
        """The same units, over all samples."""
        return self.over("image")

    images = samples

    @property
    def epochs(self) -> Self:
        """The same units, over all epochs."""
        return self.over("time")

    def over(self, *axes: str) -> Self:
        """Return the same units, over the whole of the axes with these names or families."""

    @property
    def listed(self) -> str:
        """All units as arguments of SUM or MAX: a range, or single cells."""

    def at(self, index: int, along: str = "") -> Self:
        """Return the same units at one index of an axis, from 0; -1 is the last.

        By default it is the only axis that runs up or down, or the only one at all.
        """

    def __getitem__(self, unit: Unit | tuple[Unit, ...]) -> str:
        """Return the address of a unit, or the range of several; ``...`` as in NumPy."""


class Equation:
    """An equation, stated twice.

    A subclass defines two functions with the same arguments, which never call each other:

    ``array(self, ...)``
        The NumPy version, for all samples of an epoch at once. Arguments with samples have them as
        their first axis.
    ``cell(self, *unit, ...)``
        The formula of one unit, as text, from the addresses of its arguments (`Cells`).

    A sentence for the reader is a `Sentence`.
    """

    optional: tuple[str, ...] = ()
    """Arguments that may be left out."""

    coarse = False
    """Whether its values are so coarse (a class, a look-up, a sentence) that a wrong formula may
    give the right ones; then the formula must also read as ``cell`` states it."""

    jumps = False
    """Whether its values jump when its arguments change a little: a class, a count. An equation of
    your own that compares computed numbers for equality, or takes INT or MOD of them, must say so:
    programs differ in their last digit."""

    repeats = False
    """Whether it shows values of another quantity, which jump if those do."""

    one_hot: tuple[str, ...] = ()
    """Arguments whose rows have a single 1 and otherwise 0, as other equations assume."""

    number_format = "0.0000"
    """How its values are shown, unless their quantity says otherwise."""

    switches = False
    """Whether it switches units off: then they pass on exactly 0, so values of such a network
    verify little, and all its formulas must read as stated."""

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """The names of the arguments, in the order in which ``array`` takes them."""
        array = getattr(self, "array", None)  # without one it is refused with its model
        return tuple(inspect.signature(array).parameters) if callable(array) else ()

    array: Callable[..., Any]
    """State the equation in NumPy; each equation has arguments of its own."""

    cell: Callable[..., str]
    """State the equation as the formula of one unit's cell."""

    def of(self, *arguments: "Use | str", **named: "Use | str") -> "Equation":
        """Return it with its arguments, in the order of ``array`` or by name, for a `Quantity`.

        >>> double = Stated(array=lambda x: 2 * x, cell="=2*{x}")
        >>> Quantity("y", equation=double.of("z")).uses["x"].name
        'z'
        """
        if len(arguments) > len(self.roles):
            taken = ", ".join(self.roles)
            raise DataError(f"{len(arguments)} arguments are given to an equation of {taken}.")
        return _Applied(self, dict(zip(self.roles, arguments, strict=False)) | named)

    def taking(self, *roles: str) -> Self:
        """Return it with these arguments, if ``array`` and ``cell`` take any, as ``**of``.

        >>> largest = Stated(lambda **of: np.max(list(of.values())), lambda **of: "=MAX(…)")
        >>> largest.taking("x", "y").roles
        ('x', 'y')
        """
        found = copy(self)
        vars(found)["roles"] = roles
        return found

    def ties(self, got: np.ndarray, tolerance: float, **arguments: np.ndarray) -> np.ndarray:  # noqa: ARG002 -- for those that choose
        """Return where a choice in ``got`` is as good as that of ``array``, apart from rounding."""
        return np.zeros(np.shape(got), dtype=bool)


class _Applied(Equation):
    """An equation with its arguments, which `Quantity` takes apart."""

    def __init__(self, equation: Equation, uses: "Mapping[str, Use | str]") -> None:
        self.equation, self.uses, self.roles = equation, uses, equation.roles

    def of(self, *arguments: "Use | str", **named: "Use | str") -> Equation:
        """Return it with further arguments."""
        return self.equation.of(*arguments, **{**self.uses, **named})


class MissingNumberError(ValueError):
    """A sentence has no text, as its cell has an error: a number is missing or too large."""


class Sentence(Equation):
    """A text with numbers in it, stated once, for Python and for a cell.

    A subclass defines one function:

    ``said(self, *unit, ...)``
        The text of one unit. An argument is a `xlnn.terms.Term`: the values of the sentence's own
        row along axes that both have, all values along other axes; or their cells. The forms of
        `xlnn.equations.number` write numbers, and `xlnn.terms.either` chooses a text.

    A number on the edge of rounding may be written either way.

    Parameters
    ----------
    words : dict of str or str
        Its texts in the language of the workbook, by default those of ``english``.
    """

    coarse = True

    def __init__(self, words: Any = None) -> None:  # noqa: ANN401 -- as its ``said`` reads them
        if words is not None:
            self.words = words

    english: Mapping[str, str] = {}
    """Its texts in English, by their keys in translation files; ``said`` takes them from
    ``words``. An experiment fills in its sizes in braces."""

    numbers: Mapping[str, object] = {}
    """Further numbers for braces in its texts."""

    @cached_property
    def words(self) -> Mapping[str, str]:
        """Its texts in the language of the workbook."""
        return self.english

    def said_by(self, sentence: Callable[..., str]) -> Self:
        """Return it in another language: `sentence` translates a text, by its key."""
        said, texts = copy(self), self.english.items()
        said.words = {key: sentence(key, text, **self.numbers) for key, text in texts}
        return said

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """The names of the arguments: the keyword-only ones."""
        return tuple(each.name for each in self._arguments)

    @cached_property
    def optional(self) -> tuple[str, ...]:
        """The arguments of ``said`` with a default."""
        return tuple(each.name for each in self._arguments if each.default is not each.empty)

    @property
    def _arguments(self) -> list[inspect.Parameter]:
        said = getattr(self, "said", None)  # without one it is refused with its model
        parameters = inspect.signature(said).parameters.values() if said else ()
        return [each for each in parameters if each.kind is each.KEYWORD_ONLY]

    said: Callable[..., str]
    """State the sentence."""

    def text(self, *unit: int, **known: object) -> str:
        """Return the text of a unit.

        Raises
        ------
        MissingNumberError
            A number in it is missing.
        """
        said = self.said(*unit, **{role: Value(each) for role, each in known.items()})
        if MISSING in said:
            raise MissingNumberError(f"a number is missing in a {type(self).__name__}")
        return said

    def cell(self, *unit: int, **known: Cells) -> str:
        """Return the formula of a unit."""
        said = self.said(*unit, **{role: Formula(cells=each) for role, each in known.items()})
        return f"={joined(said)}"


class EachEquation(Equation):
    """An equation for each entry along an axis of the order ``each``; some may lack a role."""

    def __init__(self, equations: Sequence[Equation]) -> None:
        self.equations = tuple(equations)
        self.roles = tuple(dict.fromkeys(role for each in equations for role in each.roles))
        self.optional = tuple(dict.fromkeys(role for each in equations for role in each.optional))
        self.coarse, self.jumps, self.repeats, self.switches = (
            any(getattr(each, what) for each in equations)
            for what in ("coarse", "jumps", "repeats", "switches")
        )


class EachSentence(EachEquation, Sentence):
    """A sentence for each entry along such an axis."""


def of_each(equations: Sequence[Equation]) -> Equation:
    """Return an equation for each entry, or the one that all share."""
    first = equations[0]
    if all(each is first for each in equations):
        return first
    return (EachSentence if isinstance(first, Sentence) else EachEquation)(equations)


@dataclass(frozen=True, eq=False)
class Stated(Equation):
    """An equation given as two functions instead of a class.

    ``cell`` may be the text of a formula instead of a function: ``{x}`` is the cell of x for the
    same unit, or its only one, ``{x[:]}`` all of its units, and ``{x[0]}`` the first; ``{x[row]}``
    is the same over the whole of the axis ``row``, as ``{x[row][0]}``; ``{x.first}`` and
    ``{x.last}`` are at the ends of its axis, and ``{0}`` is the number of the unit, from 1.
    ``coarse`` and the others have the same meaning as those of an `Equation`. ``says`` is what the
    docstring of a class says: the equation, and the section of the book.

    >>> double = Stated(array=lambda x: 2 * x, cell="=2*{x}")
    >>> double.roles
    ('x',)
    """

    array: Callable[..., Any]
    cell: Callable[..., str] | str  # type: ignore[assignment]
    coarse: bool = False
    jumps: bool = False
    switches: bool = False
    repeats: bool = False
    optional: tuple[str, ...] = ()
    one_hot: tuple[str, ...] = ()
    number_format: str = "0.0000"
    says: str = ""

    def __post_init__(self) -> None:
        """Make a function of a formula that is a text."""
        if isinstance(self.cell, str):
            object.__setattr__(self, "cell", partial(_filled, self.cell))


Choice = partial(Stated, coarse=True, jumps=True, number_format="0")
"""An equation whose value is a choice or a count, given as `Stated` is."""


def _filled(formula: str, *unit: int, **known: Cells) -> str:
    """Return the formula of a unit, with the cells of its arguments."""
    cells = {role: _Cell(each, unit) for role, each in known.items()}
    try:
        return formula.format(*(index + 1 for index in unit), **cells)
    except KeyError as error:
        raise NameError(
            f"{error.args[0]} is not one of its arguments, {', '.join(known)}"
        ) from error


class _Cell:
    """The cell of an argument for a unit; an index selects other units, or all along an axis."""

    def __init__(self, cells: Cells, unit: tuple[int, ...]) -> None:
        self.cells, self.unit = cells, unit

    first = property(lambda self: _Cell(self.cells.at(0), self.unit))
    last = property(lambda self: _Cell(self.cells.at(-1), self.unit))

    def __getitem__(self, index: int | str) -> "str | _Cell":
        if isinstance(index, int):
            return self.cells[index]
        if index == ":":
            return self.cells[...]
        if index not in (known := self.cells.axes):
            are = f"its axes are {', '.join(known)}" if known else "it has none"
            raise NameError(f"{self.cells.name} has no axis {index}: {are}")
        return _Cell(self.cells.over(index), self.unit)

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{{{self.cells.name}.{name}}} is none of {{…}}, .first and .last")

    def __format__(self, _: str) -> str:
        return self.cells[self.unit[len(self.unit) - len(self.cells.shape) :]]


@dataclass(frozen=True)
class Use:
    """Another quantity as an argument.

    Attributes
    ----------
    name : str
    lag : int
        How many entries earlier it is read: 1 for `previous`, -1 for `following`.
    along : str
        The name or family of that ordered axis; by default the only one.
    start : float, str or None
        The value if there is no such entry: a number, or a quantity without that axis.
    """

    name: str
    lag: int = 0
    along: str = ""
    start: float | str | None = None

    def __post_init__(self) -> None:
        """Refuse a start of a wrong type.

        Raises
        ------
        DataError
            It is neither a number nor a name.
        """
        is_number = isinstance(self.start, Real) and isfinite(self.start)
        if not (self.start is None or isinstance(self.start, str) or is_number):
            raise DataError(
                f"start of {self.name} is {self.start!r:.40}: a finite number or the name of a "
                "quantity is expected."
            )


def previous(name: str, along: str = "", start: float | str | None = None) -> Use:
    """Use the previous value of a quantity, along an axis that runs up.

    Parameters
    ----------
    name : str
    along : str
        The name of the axis; may be omitted if the quantity has one ordered axis.
    start : float or str
        The value before the first entry: a number, or the name of a quantity without that axis.
        Without it the first entries along the first axis are inputs (``given=1``).
    """
    return Use(name, 1, along, start)


def following(name: str, along: str = "", start: float | str | None = None) -> Use:
    """Use the following value of a quantity, along an axis that runs down.

    Parameters
    ----------
    name, along : str
    start : float or str
        The value after the last entry: a number, or the name of a quantity without that axis.
    """
    return Use(name, -1, along, start)


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
    """A field that follows from others, also in a copy in which those differ."""

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
    calms : bool
        For an input: whether diverging recurrences stay within bounds if it is smaller, like a
        learning rate. Probes make it as small as needed.
    title : str
        Its name for readers: ``learning rate``. Translation files have it in other languages.
    otherwise : str
        For a sentence: what it says where it has no value.
    gradient_of : GradientOf or None
        For the gradient of a weight: which it is, so that it can be compared with the slope.
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
    calms: bool = False
    title: str = ""
    otherwise: str = ""
    gradient_of: GradientOf | None = None
    meaning: str = ""
    written: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        """Set defaults: the name as kind and symbol, and roles as names of arguments."""
        if isinstance(self.equation, _Applied):
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

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the quantities it is computed from, including those it starts from."""
        names = (name for use in self.uses.values() for name in (use.name, use.start))
        return tuple(dict.fromkeys(name for name in names if isinstance(name, str)))

    @property
    def lengths(self) -> tuple[int, ...]:
        """The shape of the whole array: axes, then units."""
        return (*(axis.length for axis in self.axes), *self.shape)

    @property
    def computed(self) -> int:
        """The number of computed entries: 0 for an input, all but the start for a sequence."""
        return prod(self.lengths) - prod(self.input_lengths)

    @property
    def units(self) -> tuple[tuple[int, ...], ...]:
        """The index of each unit, in the order of the array."""
        return tuple(product(*map(range, self.shape)))

    @property
    def each(self) -> tuple[Axis, ...]:
        """The axis along which its entries are independent, if there is one."""
        return tuple(axis for axis in self.axes[:1] if axis.order == EACH)

    @property
    def begins(self) -> int:
        """The first entry along that axis, within its family."""
        return self.axes[0].first if self.each else 0

    @cached_property
    def parts(self) -> "tuple[Quantity, ...]":
        """The quantity at each entry along the axis ``each``; without that axis, itself."""
        if not self.each:
            return (self,)
        length, one = self.axes[0].length, self.equation
        equations = one.equations if isinstance(one, EachEquation) else (one,) * length
        parts = {}
        for each in equations:
            own = each.roles if one is not each and each else self.uses
            uses = {role: use for role, use in self.uses.items() if role in own}
            parts[each] = replace(self, axes=self.axes[1:], equation=each, uses=uses)
        return tuple(parts[each] for each in equations)

    def entries(self, family: str) -> "tuple[Quantity, ...]":
        """Return the quantity at each entry along its first axis, if that has a family."""
        if not self.axes or self.axes[0].family != family:
            return ()
        if self.each:
            return self.parts
        return (replace(self, axes=self.axes[1:]),) * self.axes[0].length

    @property
    def rows(self) -> tuple[Axis, ...]:
        """The axes of one of its parts."""
        return self.axes[len(self.each) :]

    @property
    def timed(self) -> bool:
        """Whether it is computed entry by entry along its first axis: epoch after epoch."""
        return bool(self.rows) and bool(self.rows[0].order)

    @property
    def at_once(self) -> tuple[int, ...]:
        """The shape of what is computed at once: axes that are not ordered, then units."""
        return (*(axis.length for axis in self.axes if not axis.order), *self.shape)

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
    def is_coarse(self) -> bool:
        """Whether its values cannot verify its formulas: `Equation.coarse`."""
        return self.equation is not None and (self.equation.coarse or self.reads_as_stated)

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
        **own: Any,  # noqa: ANN401 -- the same
    ) -> Quantity:
        given = {"title": title, "equation": equation}
        given = {field: value for field, value in given.items() if value is not None}
        return Quantity(name, **{**shared, **given, **own})

    return state


@dataclass(frozen=True)
class Copy:
    """A copy of a quantity that precedes it in its model.

    Attributes
    ----------
    of : function
        Returns the copy, given the quantities before it by their names.
    """

    of: Callable[[Mapping[str, Quantity]], Quantity]


def with_copies(stated: Iterable[Quantity | Copy]) -> Iterator[Quantity]:
    """Yield quantities, with copies made of those that precede them.

    Raises
    ------
    DataError
        No quantity of that name precedes a copy.
    """
    known: dict[str, Quantity] = {}
    for each in stated:
        try:
            quantity = each.of(known) if isinstance(each, Copy) else each
        except KeyError as error:
            raise DataError(f"A copy needs the quantity {error} before it.") from error
        known[quantity.name] = quantity
        yield quantity


class Constant(Equation):
    """A constant start before the first entry of a recurrence, or after its last one."""

    roles = ()

    def __init__(self, number: float, shape: tuple[int, ...]) -> None:
        self.number, self.shape = number, shape

    def array(self) -> np.ndarray:
        """Return the number for each unit."""
        return np.full(self.shape, self.number)

    def cell(self, *unit: int) -> str:  # noqa: ARG002 -- all are alike
        """Return the formula of a unit."""
        return f"={self.number:.15g}"


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


def _with_starts(quantities: Sequence[Quantity]) -> tuple[Quantity, ...]:
    """Return quantities, preceded by the starts that are numbers."""
    by_name = {quantity.name: quantity for quantity in quantities}
    starts: dict[tuple[str, float], Quantity] = {}

    def named(quantity: Quantity, use: Use) -> Use:
        if use.start is None or isinstance(use.start, str) or use.name not in by_name:
            return use
        key, shape = (use.name, use.start), by_name[use.name].shape
        if key not in starts:
            several = sum(name == use.name for name, _ in starts)
            name = f"{use.name}_start{several + 1 if several else ''}"
            # the entry before the first one, or after the last one
            mark = "₊" if use.lag < 0 else "₀"
            symbol = by_name[use.name].symbol.replace("{}", "") + mark + "{}"
            equation = Constant(use.start, shape)
            starts[key] = Quantity(
                name, symbol=symbol, sheet=quantity.sheet, shape=shape, equation=equation
            )
        return replace(use, start=starts[key].name)

    found = []
    for quantity in quantities:
        if isinstance(quantity.equation, Equation) and isinstance(quantity.uses, Mapping):
            uses = {role: named(quantity, use) for role, use in quantity.uses.items()}
            quantity = quantity if uses == quantity.uses else replace(quantity, uses=uses)  # noqa: PLW2901
        found.append(quantity)
    return (*starts.values(), *found)


T = TypeVar("T")


class ByName(dict[str, T]):
    """Quantities, or what belongs to them, by name; any other name is refused in a sentence."""

    def __missing__(self, name: str) -> T:
        """Refuse a name."""
        raise DataError(f"There is no quantity {name!s:.80}.")


@dataclass(frozen=True)
class Model:
    """An ordered list of quantities, each after those it is computed from.

    Attributes
    ----------
    quantities : tuple of Quantity
    pages : tuple of xlnn.Page
        Pages for sheets of a programmer's own model; a sheet without one gets tables and charts.
    """

    quantities: tuple[Quantity, ...]
    pages: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        """Add the starts that are numbers, and refuse two quantities with one name.

        The name of a layer may produce another quantity's name.

        Raises
        ------
        DataError
            The message names the layer, or what is not a quantity.
        """
        several = self.quantities
        if not isinstance(several, tuple | list) or {*map(type, several)} - {Quantity, Copy}:
            raise OptionsError(
                f"quantities is {several!r:.40}: a tuple of xlnn.Quantity is expected."
            )
        several = _with_starts(tuple(with_copies(several)))
        object.__setattr__(self, "quantities", several)
        known: dict[str, Quantity] = {}
        for quantity in several:
            other = known.setdefault(str(quantity.name), quantity)
            if other is not quantity:
                layer = quantity.layer or other.layer
                begin = f'A layer is named "{layer:.40}", and with it two' if layer else "Two"
                end = f'"{quantity.name:.40}": choose another name.'
                raise DataError(f"{begin} quantities would be named {end}")

    def without_errors(self, otherwise: str) -> Self:
        """Return the model with sentences that say so where they have no value; – in a table."""
        told = (
            replace(q, otherwise="–" if prod(q.lengths) > 1 else otherwise) if q.is_sentence else q
            for q in self.quantities
        )
        return replace(self, quantities=tuple(told))

    @cached_property
    def by_name(self) -> "ByName[Quantity]":
        """The quantities by name."""
        return ByName((quantity.name, quantity) for quantity in self.quantities)

    def __getitem__(self, name: str) -> Quantity:
        """Return the quantity with this name."""
        return self.by_name[name]

    @cached_property
    def jumping(self) -> frozenset[str]:
        """The names of quantities whose values jump: classes, counts, and their dependants."""
        names: set[str] = set()
        for quantity in self.quantities:
            equation = quantity.equation
            shown = {use.name for use in quantity.uses.values()}
            if equation and (equation.jumps or (equation.repeats and shown & names)):
                names.add(quantity.name)
        return frozenset(names)

    def needed_by(self, *names: str) -> set[str]:
        """Return the names of some quantities and of all that they are computed from."""
        needed: set[str] = set()
        waiting = [*names]
        while waiting:
            name = waiting.pop()
            if name not in needed:
                needed.add(name)
                waiting += self[name].sources
        return needed

    @property
    def inputs(self) -> tuple[Quantity, ...]:
        """The quantities that are typed, entirely or in their first row."""
        return tuple(quantity for quantity in self.quantities if quantity.is_input)
