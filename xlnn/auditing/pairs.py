"""Pair parameters with their stated gradients and the costs whose slopes these are."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from xlnn.auditing.audit_report import RIGHT
from xlnn.auditing.book import Book
from xlnn.engines.scenarios import Place
from xlnn.grid import address


@dataclass(frozen=True, eq=False)
class Pair:
    """A parameter, its stated gradient, and the cost whose slope the gradient should be.

    Attributes
    ----------
    name : str
        How the parameter is called.
    parameter, gradient, cost : Place
    next : Place or None
        The parameter after the step that is taken with the gradient.
    rate : float or None
        If no cell holds the gradient: the rate, by which the step is divided to get the gradient.
    others : tuple of Place
        Other cells that may be its cost, the likeliest first.
    group : str
        What its parameter shares with others that have the same cost: a quantity, or a name.
    is_tied : bool
        Whether only the slopes can tell which of these is its cost.
    stated, slope : float
        The gradient as stated, and the measured slope.
    verdict : str
    """

    name: str
    parameter: Place
    gradient: Place | None
    cost: Place
    next: Place | None = None
    rate: float | None = None
    others: tuple[Place, ...] = ()
    group: str = ""
    is_tied: bool = False
    stated: float = np.nan
    slope: float = np.nan
    verdict: str = ""

    @property
    def fits(self) -> bool:
        """Whether the gradient is the slope of the cost, and is not 0."""
        return self.verdict == RIGHT and bool(self.slope)


def costs_of(pairs: Iterable[Pair]) -> list[Place]:
    """Return the costs of some pairs, each once."""
    return list(dict.fromkeys(pair.cost for pair in pairs))


def with_names(pairs: Sequence[Pair], book: Book) -> list[Pair]:
    """Return the pairs with a name of its own for each parameter of a step.

    A parameter without a name is called by its cell; if each step has a row, by that of the first.
    """
    counts = Counter((pair.cost, pair.name) for pair in pairs)
    repeated = {name for (_, name), count in counts.items() if count > 1 and name}
    columns: dict[tuple[str, int], list[Pair]] = defaultdict(list)
    for pair in pairs:
        columns[pair.parameter[::2]].append(pair)
    named = []
    for pair in pairs:
        name, cell = pair.name, book.at(pair.parameter)
        if not name:
            column = columns[pair.parameter[::2]]
            is_chain = len(costs_of(column)) == len(column)
            name = book.at(min(other.parameter for other in column)) if is_chain else cell
        elif name in repeated and name != cell:
            name = f"{name} {address(*pair.parameter[1:])}"
        named.append(replace(pair, name=name))
    return named
