"""Find costs that no cell states: those whose slopes are outputs minus targets."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from xlnn.auditing.audit_report import RIGHT
from xlnn.auditing.book import Book
from xlnn.auditing.costs import differences, implied_costs
from xlnn.auditing.engines import Engine
from xlnn.auditing.judging import measured
from xlnn.auditing.notes import Notes
from xlnn.auditing.pairs import Pair
from xlnn.auditing.products import pairs_by_products
from xlnn.auditing.roles import Finder, Roles
from xlnn.engines.scenarios import Place

MOST_STEPS = 40
"""The most steps for which a cost that no cell states is made up."""

Difference = tuple[Place, Place, Place]
"""The cell of a difference, an output and its target."""


@dataclass(frozen=True)
class Implied:
    """Roles with costs that were made up.

    Attributes
    ----------
    finder : Finder
    roles : Roles
        Those of the sheet, if no cost fits.
    costs : frozenset of Place
        The cells to which the formulas of the costs were added.
    """

    finder: Finder
    roles: Roles
    costs: frozenset[Place] = frozenset()


def with_implied_costs(finder: Finder, engine: Engine, roles: Roles, notes: Notes) -> Implied:
    """Make up costs, and keep the kind whose slopes most stated gradients are.

    Gradients are first taken by their headings, with a cost for the parameters of each step; then
    by the cells that they multiply, with one cost.
    """
    book, difference_cells = finder.book, differences(finder.book)
    steps: dict[int, list[Difference]] = defaultdict(list)
    for difference in difference_cells if finder.known else ():
        if reached := finder.reach(difference[1]):
            steps[reached].append(difference)
    for by, groups in (("headings", [*steps.values()]), ("products", [difference_cells])):
        costs: dict[Place, dict[str, str]] = {}
        for group in groups[:MOST_STEPS] if difference_cells else ():
            title = group[0][0][0]
            costs[title, book.bottom(title) + 3 + len(costs), 1] = implied_costs(group)
        if not costs or not all(costs.values()):
            continue
        finder, pairs = _with_pairs(finder, costs, by, difference_cells)
        if best := _best(finder, engine, pairs, costs):
            _state(book, costs, best)
            notes.add(
                "implied", cost=best, cells=notes.cells(cell for cell, _, _ in difference_cells)
            )
            total = max(len(pairs), roles.total)
            roles = replace(roles, pairs=pairs, chosen_by=by, total=total)
            return Implied(finder, roles, frozenset(costs))
        book.put(dict.fromkeys(costs))
        for cell in costs:
            del book.values[cell]
    return Implied(finder, roles)


def _state(book: Book, costs: Mapping[Place, Mapping[str, str]], name: str) -> None:
    """Give the made-up cells the formulas of one kind of cost."""
    book.put({cell: formulas[name] for cell, formulas in costs.items()})


def _with_pairs(
    finder: Finder,
    costs: Mapping[Place, Mapping[str, str]],
    by: str,
    difference_cells: Sequence[Difference],
) -> tuple[Finder, list[Pair]]:
    """Put made-up costs into the workbook, and pair parameters and gradients with them."""
    book = finder.book
    _state(book, costs, next(iter(next(iter(costs.values())))))
    book.values |= dict.fromkeys(costs, 0.0)
    if by == "products":
        forward = book.cone([output for _, output, _ in difference_cells])
        pairs = pairs_by_products(book, forward, next(iter(costs)))
        finder.set_parameters({pair.parameter for pair in pairs})
        return finder, pairs
    finder = Finder(book)
    return finder, [
        replace(pair, cost=cost, others=())
        for pair in finder.find().pairs
        for cost in (pair.cost, *pair.others) if cost in costs
    ]  # fmt: skip


def _best(
    finder: Finder,
    engine: Engine,
    pairs: Sequence[Pair],
    costs: Mapping[Place, Mapping[str, str]],
) -> str:
    """Return the kind of cost whose slopes most gradients are; empty if none fits."""
    right: dict[str, int] = {}
    for name in next(iter(costs.values())) if pairs else ():
        _state(finder.book, costs, name)
        right[name] = sum(pair.verdict == RIGHT for pair in measured(finder, engine, pairs))
        if right[name] == len(pairs):
            break
    best = max(right, key=right.__getitem__, default="")
    return best if right.get(best) else ""
