"""Models: ordered lists of quantities, each after those it is computed from."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from typing import Any, Self, TypeVar

from xlnn.axis import Use
from xlnn.equation import Constant, Equation
from xlnn.errors import DataError, OptionsError
from xlnn.quantity import Quantity


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
    for item in stated:
        try:
            quantity = item.of(known) if isinstance(item, Copy) else item
        except KeyError as error:
            raise DataError(f"A copy needs the quantity {error} before it.") from error
        known[quantity.name] = quantity
        yield quantity


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

    order = []
    for quantity in quantities:
        if isinstance(quantity.equation, Equation) and isinstance(quantity.uses, Mapping):
            uses = {role: named(quantity, use) for role, use in quantity.uses.items()}
            quantity = quantity if uses == quantity.uses else replace(quantity, uses=uses)  # noqa: PLW2901
        order.append(quantity)
    return (*starts.values(), *order)


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
    def discontinuous(self) -> frozenset[str]:
        """The names of quantities whose values jump: classes, counts, and their dependants."""
        names = {q.name for q in self.quantities if q.equation and q.equation.discontinuous}
        shows = {
            q.name: {use.name for use in q.uses.values()}
            for q in self.quantities
            if q.equation and q.equation.repeats
        }
        # one may show what is computed later, in the entry before
        while more := {name for name, shown in shows.items() if shown & names} - names:
            names |= more
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
