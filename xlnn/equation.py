"""Equations, each stated twice: for NumPy and for the formula of a cell; and sentences."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property, partial, wraps
from types import EllipsisType
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, Self

import numpy as np

from xlnn.axis import SAMPLES, TIME
from xlnn.errors import DataError
from xlnn.terms import MISSING, Formula, Value, joined

if TYPE_CHECKING:
    from xlnn.axis import Use

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
        return self.over(*SAMPLES)

    images = samples

    @property
    def epochs(self) -> Self:
        """The same units, over all epochs."""
        return self.over(TIME, "epoch")

    def over(self, *axes: str) -> Self:
        """Return the same units, over the whole of the axes with these names or families."""

    @property
    def listed(self) -> str:
        """All units as arguments of SUM or MAX: a range, or single cells."""

    def at(self, index: int, along: str = "") -> Self:
        """Return the same units at one index of an axis, from 0; -1 is the last.

        By default it is the only axis that runs up or down, or the only one at all.
        """

    def nth(self, number: str) -> "Indexed":
        """Return the same units in one row of those over which they are, by its number from 1."""

    def __getitem__(self, unit: Unit | tuple[Unit, ...]) -> str:
        """Return the address of a unit, or the range of several; ``...`` as in NumPy."""


class Indexed(Protocol):
    """Units of which a formula looks up one row among several."""

    def __getitem__(self, unit: Unit | tuple[Unit, ...]) -> str:
        """Return the part of a formula that looks a unit up, or its address if it has one row."""

    def unit(self, *entries: str | int) -> str:
        """Return the same of a unit; its index is in cells, from 1, or is known, from 0."""


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

    reads_as_stated = False
    """Whether its formula must read as ``cell`` states it, since a wrong formula may give the right
    values: a class, a look-up, a sentence."""

    discontinuous = False
    """Whether its values jump when its arguments change a little: a class, a count. An equation of
    your own that compares computed numbers for equality, or takes INT or MOD of them, must say so:
    programs differ in their last digit."""

    repeats = False
    """Whether it shows values of another quantity, which jump if those do."""

    one_hot: tuple[str, ...] = ()
    """Arguments whose rows have a single 1 and otherwise 0, as other equations assume."""

    number_format = "0.0000"
    """How its values are shown, unless their quantity says otherwise."""

    says: str = ""
    """What it is and the section of the book, if its class does not say it."""

    usage: str = ""
    """The shapes of its arguments and of its values, for programmers, and what it is: ``"W (m, n),
    x (row; n) → (row; m): W x"`` is m numbers for each entry along the axis row. The axes come
    first; what it is, is in ``says`` unless it is said here."""

    switches = False
    """Whether it switches units off: then they pass on exactly 0, so values of such a network
    verify little, and all its formulas must read as stated."""

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """The names of the arguments, in the order in which ``array`` takes them."""
        array = getattr(self, "array", None)  # without one it is refused with its model
        return tuple(inspect.signature(array).parameters) if callable(array) else ()

    def __repr__(self) -> str:
        """Return its kind and its arguments."""
        return f"{type(self).__name__}({', '.join(self.roles)})"

    def _document(self) -> None:
        """Let ``help`` show its usage."""
        shapes, is_said, meaning = self.usage.partition(": ")
        vars(self)["__doc__"] = f"{meaning if is_said else self.says}\n\n{shapes}".strip()

    block_of: str = "all"
    """What ``block`` computes at once (`Quantity.sliced`). Of a ``unit`` its index comes first; of
    ``all`` samples it may also compute each one."""

    array: Callable[..., Any]
    """State the equation in NumPy; each equation has arguments of its own."""

    cell: Callable[..., str]
    """State the equation as the formula of one unit's cell."""

    block: Callable[..., str] | None = None
    """State the equation as the array formula of all samples and units at once, from the ranges of
    its arguments (`xlnn.slices.Slice`), and if it needs it from that of the slice itself, ``own``.
    Where ``cell`` reads the same unit of each argument, it follows from that."""

    def of(self, *arguments: "Use | str", **named: "Use | str") -> "Equation":
        """Return it with its arguments, in the order of ``array`` or by name, for a `Quantity`.

        >>> from xlnn.quantity import Quantity
        >>> double = Stated(array=lambda x: 2 * x, cell="=2*{x}")
        >>> Quantity("y", equation=double.of("z")).uses["x"].name
        'z'
        """
        if len(arguments) > len(self.roles):
            taken = ", ".join(self.roles)
            raise DataError(f"{len(arguments)} arguments are given to an equation of {taken}.")
        return Applied(self, dict(zip(self.roles, arguments, strict=False)) | named)

    def taking(self, *roles: str) -> Self:
        """Return it with these arguments, if ``array`` and ``cell`` take any, as ``**of``.

        >>> largest = Stated(lambda **of: np.max(list(of.values())), lambda **of: "=MAX(…)")
        >>> largest.taking("x", "y").roles
        ('x', 'y')
        """
        changed = copy(self)
        vars(changed)["roles"] = roles
        return changed

    def restated(self, *roles: str, **changes: Any) -> "Stated":  # noqa: ANN401 -- the fields of `Stated`
        """Return the same equation with other names for its arguments, or another meaning.

        An equation is stated once, and may be several of the book's.

        >>> line = Stated(array=lambda x, m, n: m * x + n, cell="={m}*{x}+{n}")
        >>> line.restated("z", "gain", "shift", says="y = gain z + shift").roles
        ('z', 'gain', 'shift')
        """
        first = dict(zip(roles, self.roles, strict=True)) if roles else {r: r for r in self.roles}
        own = {role: name for name, role in first.items()}

        @wraps(self.array)
        def array(**of: Any) -> Any:  # noqa: ANN401 -- as its own
            return self.array(**{first[name]: argument for name, argument in of.items()})

        def cell(*unit: int, **of: Cells) -> str:
            return self.cell(*unit, **{first[name]: argument for name, argument in of.items()})

        def block(*unit: int, **of: object) -> str:
            return self.block(*unit, **{first[name]: argument for name, argument in of.items()})

        kept = ("reads_as_stated", "discontinuous", "switches", "repeats", "number_format", "says")
        fields = {name: getattr(self, name) for name in kept}
        for name in ("optional", "one_hot"):
            fields[name] = tuple(own[role] for role in getattr(self, name))
        fields |= {"block": None if self.block is None else block, "block_of": self.block_of}
        return Stated(array, cell, **{**fields, **changes}).taking(*first)

    def ties(self, got: np.ndarray, tolerance: float, **arguments: np.ndarray) -> np.ndarray:  # noqa: ARG002 -- for those that choose
        """Return where a choice in ``got`` is as good as that of ``array``, apart from rounding."""
        return np.zeros(np.shape(got), dtype=bool)


class Applied(Equation):
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

    reads_as_stated = True

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
        changed, texts = copy(self), self.english.items()
        changed.words = {key: sentence(key, text, **self.numbers) for key, text in texts}
        return changed

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """The names of the arguments: the keyword-only ones."""
        return tuple(argument.name for argument in self._arguments)

    @cached_property
    def optional(self) -> tuple[str, ...]:
        """The arguments of ``said`` with a default."""
        return tuple(
            argument.name for argument in self._arguments if argument.default is not argument.empty
        )

    @property
    def _arguments(self) -> list[inspect.Parameter]:
        said = getattr(self, "said", None)  # without one it is refused with its model
        parameters = inspect.signature(said).parameters.values() if said else ()
        return [parameter for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY]

    said: Callable[..., str]
    """State the sentence."""

    def text(self, *unit: int, **known: object) -> str:
        """Return the text of a unit.

        Raises
        ------
        MissingNumberError
            A number in it is missing.
        """
        sentence = self.said(*unit, **{role: Value(value) for role, value in known.items()})
        if MISSING in sentence:
            raise MissingNumberError(f"a number is missing in a {type(self).__name__}")
        return sentence

    def cell(self, *unit: int, **known: Cells) -> str:
        """Return the formula of a unit."""
        sentence = self.said(*unit, **{role: Formula(cells=cells) for role, cells in known.items()})
        return f"={joined(sentence)}"


class EachEquation(Equation):
    """An equation for each entry along an axis of the order ``each``; some may lack a role."""

    def __init__(self, equations: Sequence[Equation]) -> None:
        self.equations = tuple(equations)
        self.roles = tuple(dict.fromkeys(role for equation in equations for role in equation.roles))
        self.optional = tuple(
            dict.fromkeys(role for equation in equations for role in equation.optional)
        )
        self.reads_as_stated, self.discontinuous, self.repeats, self.switches = (
            any(getattr(equation, flag) for equation in equations)
            for flag in ("reads_as_stated", "discontinuous", "repeats", "switches")
        )


class EachSentence(EachEquation, Sentence):
    """A sentence for each entry along such an axis."""


def of_each(equations: Sequence[Equation]) -> Equation:
    """Return an equation for each entry, or the one that all share."""
    first = equations[0]
    if all(equation is first for equation in equations):
        return first
    return (EachSentence if isinstance(first, Sentence) else EachEquation)(equations)


@dataclass(frozen=True, eq=False, repr=False)
class Stated(Equation):
    """An equation given as two functions instead of a class.

    ``cell`` may be the text of a formula instead of a function: ``{x}`` is the cell of x for the
    same unit, or its only one, ``{x[:]}`` all of its units, and ``{x[0]}`` the first; ``{x[row]}``
    is the same over the whole of the axis ``row``, as ``{x[row][0]}``; ``{x.first}`` and
    ``{x.last}`` are at the ends of its axis, and ``{0}`` is the number of the unit, from 1.
    ``block`` may be a text, too: ``{x}`` is the range of all samples and units of x.
    ``reads_as_stated`` and the others have the same meaning as those of an `Equation`. ``says`` is
    what the docstring of a class says: the equation, and the section of the book. What ``help``
    shows of it is its ``usage``.

    >>> double = Stated(array=lambda x: 2 * x, cell="=2*{x}")
    >>> double.roles
    ('x',)
    """

    array: Callable[..., Any]
    cell: Callable[..., str] | str  # type: ignore[assignment]
    reads_as_stated: bool = False
    discontinuous: bool = False
    switches: bool = False
    repeats: bool = False
    optional: tuple[str, ...] = ()
    one_hot: tuple[str, ...] = ()
    number_format: str = "0.0000"
    says: str = ""
    usage: str = ""
    block: Callable[..., str] | str | None = None  # type: ignore[assignment]
    block_of: str = "all"

    def __post_init__(self) -> None:
        """Document it by its usage, and make a function of a formula that is a text."""
        if self.usage:
            self._document()
        if isinstance(self.cell, str):
            object.__setattr__(self, "cell", partial(_filled, self.cell))
        if isinstance(self.block, str):
            object.__setattr__(self, "block", partial(_with_ranges, self.block))


Choice = partial(Stated, reads_as_stated=True, discontinuous=True, number_format="0")
"""An equation whose value is a choice or a count, given as `Stated` is."""


def _with_ranges(formula: str, **ranges: object) -> str:
    """Return the formula of a slice, with the ranges of its arguments."""
    return formula.format(**ranges)


def _filled(formula: str, *unit: int, **known: Cells) -> str:
    """Return the formula of a unit, with the cells of its arguments."""
    cells = {role: _Cell(argument, unit) for role, argument in known.items()}
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
