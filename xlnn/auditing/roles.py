"""Find what the cells of a sheet are for: costs, parameters and stated gradients.

What formulas refer to is the strongest sign: a parameter that is the one above minus a product of
two cells shows its gradient and its rate. Headings are the second, defined names the third. Where
nothing else tells, a parameter w of z = Σ w x and its gradient Σ δ x multiply the same cells x.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from xlnn.auditing.book import Book, is_cell
from xlnn.auditing.breaks import breaks
from xlnn.auditing.costs import Costs
from xlnn.auditing.dependence import Dependence
from xlnn.auditing.formula import size
from xlnn.auditing.headings import Headings, Meaning, is_total
from xlnn.auditing.pairs import Pair
from xlnn.auditing.updates import Updates
from xlnn.engines.scenarios import Place

MOST_ROWS_JUDGED = 40
"""Steps of a table that are judged: the first and the last, those that break a pattern, and some
between. All cells of a column are compared by their formulas."""

MOST_COSTS = 4
"""The most cells that are tried as the cost of a gradient: the likeliest ones."""

_LOOKUPS = frozenset({"INDEX", "CHOOSE", "LOOKUP", "HLOOKUP", "VLOOKUP", "XLOOKUP", "FILTER"})

_GRADIENT = Meaning("gradient", "")


@dataclass
class Roles:
    """The roles that were found.

    Attributes
    ----------
    pairs : list of Pair
    ambiguous : list of str
        What could not be decided.
    chosen_by : str
        How pairs were found: ``names``, ``headings``, ``updates``, ``products`` or ``options``.
    total : int
        How many gradients are stated, those included that are not judged.
    meant : tuple of Place
        The gradients that the workbook's model states to differ from the slope.
    """

    pairs: list[Pair] = field(default_factory=list)
    ambiguous: list[str] = field(default_factory=list)
    chosen_by: str = ""
    total: int = 0
    meant: tuple[Place, ...] = ()


class Finder:
    """Finds the roles of cells.

    Parameters
    ----------
    book : Book

    Attributes
    ----------
    known : Dependence
        On which parameters each cell depends.
    stated : tuple of Place
        The gradients by their headings.
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        self.headings = Headings(book)
        self.updates = Updates(self.headings)
        self.known: Dependence | None = None
        self.stated: tuple[Place, ...] = ()

    def set_parameters(self, parameters: set[Place]) -> None:
        """Set the parameters, and find out which of them each cell depends on."""
        self.known = Dependence(self.book, parameters)
        self.reach, self.bits = self.known.reach, self.known.bits

    def find(self) -> Roles:
        """Find the pairs of the workbook."""
        meanings, updates = self.headings.meanings, self.updates
        gradients = {
            place: meaning for place, meaning in meanings.items()
            if meaning.kind == "gradient" and not self._is_shown(place)
        }  # fmt: skip
        self.stated = tuple(gradients)
        taken = {
            gradient: update
            for update in updates.of.values()
            if (gradient := updates.gradient_of(update)) and self.book.is_number(gradient)
            if gradient in gradients or self.book.formula(gradient)
        }
        inline = {
            update.new: update for update in updates.of.values()
            if update.is_inline and updates.rate_of(update) is not None
        }  # fmt: skip
        named = self._parameters({meaning.name for meaning in gradients.values()})
        stated = {g: m for g, m in gradients.items() if named[m.name]}
        roles = Roles(chosen_by="headings" if stated else "updates" if taken or inline else "")
        called = {place for meaning in stated.values() for place in named[meaning.name]}
        for gradient, update in taken.items():
            if update.old not in called:
                stated.setdefault(gradient, _GRADIENT)
        stated = stated or dict.fromkeys(inline, _GRADIENT)
        if not stated:
            return roles
        self.set_parameters(
            called.union(*((update.new, update.old) for update in updates.of.values()))
        )
        costs = Costs(self.headings, self.known, stated)
        roles.total = len(stated)
        for gradient in self.sampled(stated):
            meaning = stated[gradient]
            update = taken.get(gradient) or inline.get(gradient)
            options = named[meaning.name] if meaning.name else [update.old]
            if all(option[0] != gradient[0] for option in options):
                # rows of two sheets need not correspond: the update decides, or what is read
                read = self.reach(gradient)
                reached = [update.old] if update else [p for p in options if self.bits[p] & read]
                options = reached if len(reached) == 1 and reached[0] in options else options
            if pair := self._pair(gradient, meaning, options, costs, roles):
                after = updates.of.get(pair.parameter)
                rate = updates.rate_of(inline[gradient]) if gradient in inline else None
                roles.pairs.append(replace(pair, rate=rate, next=after.new if after else None))
        return roles

    def unstated(self) -> list[Pair]:
        """Return the parameters of a cost by their headings, where no gradient is stated."""
        parameters = {
            p for p, meaning in self.headings.meanings.items()
            if meaning.kind == "parameter" and not self.book.formula(p)
        }  # fmt: skip
        if not parameters:
            return []
        self.set_parameters(parameters)
        meanings = Costs(self.headings, self.known, ()).said
        costs = [cost for cost, meaning in meanings.items() if meaning.kind == "cost"]
        if not costs:
            return []
        cost = max(costs, key=lambda c: (self.reach(c).bit_count(), is_total(meanings[c].name)))
        reached = [p for p in sorted(parameters) if self.bits[p] & self.reach(cost)]
        return [Pair(self.headings.name(p), p, None, cost) for p in reached]

    # Parameters

    def _parameters(self, names: set[str]) -> Mapping[str, list[Place]]:
        """Return the parameters with some names: typed, or computed from each other."""
        named: dict[str, list[Place]] = defaultdict(list)
        for place, meaning in self.headings.meanings.items():
            if meaning.kind not in {"gradient", "cost", "part", "rate"} and meaning.name in names:
                named[meaning.name].append(place)
        parameters = defaultdict(list)
        for name, places in named.items():
            same_name = {*places}
            parameters[name] = [
                p for p in places if self._is_typed(p) or self._goes_on(p, same_name)
            ]
        return parameters

    def _is_typed(self, place: Place) -> bool:
        """Tell whether a cell is typed or computed by an update, or shows such a cell."""
        for _ in range(9):
            if not self.book.formula(place) or place in self.updates.made:
                return True
            terms = self.book.terms(place)
            place = terms[0].alone if len(terms) == 1 else None
            if not is_cell(place):
                return False
        return False

    def _goes_on(self, place: Place, same_name: set[Place]) -> bool:
        """Tell whether a cell adds something to another one of its name, or to a part of it."""
        terms = self.book.terms(place)
        added = (factor.what for term in terms for factor in term.factors)
        return (
            len(terms) > 1
            and not self._is_shown(place)
            and any(cell in same_name for cell in added)
        )

    def _is_shown(self, place: Place) -> bool:
        """Tell whether a cell only shows a number that it looks up."""
        pattern = self.book.pattern(place)
        return pattern is not None and not pattern.functions.isdisjoint(_LOOKUPS)

    # Gradients

    def sampled(self, stated: Iterable[Place]) -> list[Place]:
        """Return the gradients to judge: the ends of a long column, its breaks, and some more."""
        cells = sorted(stated, key=lambda p: (p[0], p[1], p[2]))
        columns = {column: n for n, column in enumerate(dict.fromkeys(p[::2] for p in cells))}
        cells.sort(key=lambda p: columns[p[::2]])
        if len({p[:2] for p in cells}) <= MOST_ROWS_JUDGED:
            return cells
        rows = sorted({p[1] for p in cells})
        chosen = {*rows[:8], *rows[-4:], *rows[:: max(1, len(rows) // 20)]}
        for place in self.breaks:
            chosen |= {place[1] - 1, place[1], place[1] + 1}
        chosen = {*sorted(chosen)[: 3 * MOST_ROWS_JUDGED]}
        return [p for p in cells if p[1] in chosen]

    @cached_property
    def breaks(self) -> dict[Place, Place]:
        """Return cells that break the pattern of their column or row, and a cell that shows it."""
        return breaks(self.book)

    # Pairs

    def _pair(
        self,
        gradient: Place,
        meaning: Meaning,
        options: Sequence[Place],
        costs: Costs,
        roles: Roles,
    ) -> Pair | None:
        """Choose the parameter and the cost of a stated gradient."""
        ranked = costs.likeliest(gradient, meaning.of, options)
        if not ranked or self.known.depends_on_unread(gradient):
            return None
        (best, cost, candidates), *others = ranked
        parameter = self._nearest(gradient, candidates)
        if parameter is None or not self.bits.get(parameter, 0) & self.reach(cost):
            return None
        others = [rated for rated in others if self.reach(rated[1]) & self.bits[parameter]]
        if others and others[0][0] == best:
            roles.ambiguous.append(" and ".join(map(self.book.at, (cost, others[0][1]))))
        more: dict[tuple[str, Meaning], Place] = {}  # of many alike, the likeliest
        for _, other, _ in others:
            more.setdefault((other[0], costs.said[other]), other)
        name = self.headings.name(parameter) or meaning.name
        tried = tuple(more.values())[: MOST_COSTS - 1]
        is_named = bool(meaning.of) and meaning.of == costs.said[cost].name
        is_tied = bool(others) and others[0][0] == best
        is_tied = is_tied or (not is_named and any(self._is_apart(cost, other) for other in tried))
        group = name or f"{parameter[0]} {parameter[2]}"
        return Pair(name, parameter, gradient, cost, others=tried, group=group, is_tied=is_tied)

    def _is_apart(self, cost: Place, other: Place) -> bool:
        """Tell whether two costs are of two kinds, and none is a part of the other."""
        cone, pattern = self.known.cone, self.book.pattern
        is_part = other in cone(cost) or cost in cone(other)
        return not is_part and pattern(cost) != pattern(other)

    def _nearest(self, gradient: Place, candidates: Sequence[Place]) -> Place | None:
        """Choose among parameters of one name: the same row, the same column, the same turn."""
        if len(candidates) == 1:
            return candidates[0]
        blocks, meanings = self.headings.blocks, self.headings.meanings
        mine, theirs = blocks.get(gradient), {blocks.get(p) for p in candidates}
        mine = None if mine in theirs else mine  # in one table
        for at in (1, 2):
            same = [p for p in candidates if p[at] == gradient[at] and p[0] == gradient[0]]
            if len(same) == 1 and not (mine and min(size(mine)) > 1):
                return same[0]
        if mine and len(theirs) == 1 and (block := theirs.pop()):
            at = gradient[1] - mine.top, gradient[2] - mine.left
            for shape, (down, right) in ((size(mine), at), (size(mine)[::-1], at[::-1])):
                if shape == size(block):
                    return self.book.lower[block.sheet], block.top + down, block.left + right
        name = meanings[gradient].name if gradient in meanings else None
        mates = sorted(p for p, m in meanings.items() if m.kind == "gradient" and m.name == name)
        return sorted(candidates)[mates.index(gradient)] if len(mates) == len(candidates) else None
