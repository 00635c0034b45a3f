"""Find what the cells of a sheet are for: costs, parameters, stated gradients, updates.

What formulas refer to is the strongest sign: a parameter that is the one above minus a product of
two cells shows its gradient and its rate. Headings are the second, defined names the third.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from xlnn.auditing.book import Book, Dependence, Shape, area_of, factors, parsed, terms
from xlnn.auditing.costs import Costs
from xlnn.auditing.headings import Labels, Meaning, is_all_gradients, is_total, meaning, old
from xlnn.engines.cellwise import Held, Place

if TYPE_CHECKING:
    import formualizer

MOST_ROWS_JUDGED = 40
"""Steps of a table that are judged: the first and the last, those that break a pattern, and some
between. All cells of a column are compared by their formulas."""

MOST_COSTS = 4
"""Cells that may be the cost of a gradient: the likeliest ones are tried."""

_LOOKUPS = frozenset({"INDEX", "CHOOSE", "LOOKUP", "HLOOKUP", "VLOOKUP", "XLOOKUP", "FILTER"})


@dataclass(frozen=True)
class Pair:
    """A parameter, its stated gradient and the cost of which it is the slope.

    Attributes
    ----------
    name : str
        How the parameter is called.
    parameter, gradient, cost : Place
    next : Place or None
        The parameter after the step that is taken with the gradient.
    rate : float or None
        Where the gradient stands in no cell: the rate by which the step divided is the gradient.
    others : tuple of Place
        What else may be its cost, the likeliest first.
    """

    name: str
    parameter: Place
    gradient: Place | None
    cost: Place
    next: Place | None = None
    rate: float | None = None
    others: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Update:
    """A parameter that is another cell minus a product.

    Attributes
    ----------
    new, old : Place
    moved_by : tuple of Place
        The cells in the product: a gradient, a rate, or what was made of them.
    sign : int
        Of the product; 1 where the step climbs.
    literal : float or None
        A number in the product.
    is_inline : bool
        Whether the gradient is computed in the product itself, and stands in no cell.
    """

    new: Place
    old: Place
    moved_by: tuple[Place, ...]
    sign: int
    literal: float | None = None
    is_inline: bool = False


@dataclass
class Roles:
    """What was found.

    Attributes
    ----------
    pairs : list of Pair
    ambiguous : list of str
        What could not be decided.
    chosen_by : str
        How pairs were found: ``headings``, ``updates``, ``products`` or ``options``.
    total : int
        How many gradients are stated, those included that are not judged.
    """

    pairs: list[Pair] = field(default_factory=list)
    ambiguous: list[str] = field(default_factory=list)
    chosen_by: str = ""
    total: int = 0


class Finder:
    """Finds the roles of cells.

    Parameters
    ----------
    book : Book
    values : mapping
        What each cell holds.
    """

    def __init__(self, book: Book, values: Mapping[Place, Held]) -> None:
        self.book, self.values = book, values
        self.labels = Labels(book, values)
        self.parameters: set[Place] = set()
        self.stated_names: tuple[Place, ...] = ()

    def is_number(self, place: Place) -> bool:
        """Tell whether a cell holds a number."""
        value = self.values.get(place)
        return isinstance(value, float | int) and not isinstance(value, bool)

    @cached_property
    def meanings(self) -> dict[Place, Meaning]:
        """Return what the headings say of each number."""
        return {
            place: found
            for place in self.book.filled_places
            if self.is_number(place) and (found := self._meaning(place)).name
        }

    def _meaning(self, place: Place) -> Meaning:  # noqa: C901, PLR0911 -- the strongest sign first
        labels = self.labels
        for name in labels.defined.get(place, ()):
            found = meaning(name)
            if found.kind:
                return found
        over, beside = labels.above.get(place), labels.left.get(place)
        above, left = meaning(labels.text(over)), meaning(labels.text(beside))
        is_generic = bool(over) and is_all_gradients(labels.text(over))
        if is_generic and left.kind == "parameter":
            return Meaning("gradient", left.name)
        if above.kind == "parameter" and above.name in {"w", "b", "θ"} and left.kind == "parameter":
            return left
        if above.kind == "gradient" and len(above.name) == 1 and left.kind == "parameter":
            return Meaning("gradient", left.name, above.of)
        if beside and not over and left.kind:
            return left
        if over and above.kind != "gradient" and is_all_gradients(labels.group(over)):
            return Meaning("gradient", above.name)
        if left.kind and beside[2] == place[2] - 1 and over and not self._is_below(place, over):
            return left
        if above.kind:
            return above
        if left.kind and self._is_next_to(place, beside):
            return left
        block = labels.blocks.get(place)
        if block and block.height * block.width > 1:
            said = meaning(labels.block_text(block))
            if said.kind:
                return said
        return above if above.name else left

    def _is_below(self, place: Place, heading: Place) -> bool:
        """Tell whether no empty cell stands between a heading and a cell below it."""
        there = self.book.filled[place[0].casefold()]
        return all((r, place[2]) in there for r in range(heading[1] + 1, place[1]))

    def _is_next_to(self, place: Place, heading: Place) -> bool:
        """Tell whether only numbers stand between a heading and a cell, and no gap."""
        there = self.book.filled[place[0].casefold()]
        return all((place[1], c) in there for c in range(heading[2] + 2, place[2]))

    def name(self, place: Place) -> str:
        """Return how a cell is called, or its address."""
        labels = self.labels
        defined = labels.defined.get(place)
        if defined:
            return defined[0]
        for heading in (labels.above.get(place), labels.left.get(place)):
            text = " ".join(labels.text(heading).split())
            if heading and meaning(text).kind in {"parameter", "cost", "part", "rate"}:
                return text
        return ""

    # Updates

    @cached_property
    def every_update(self) -> list[Update]:
        """Return each parameter that is another cell minus a product."""
        found = [update for update in self._differences if self._is_chain(update)]
        new = {update.new for update in found}
        others = self.book.reach(dict.fromkeys(new.union(u.old for u in found), 1))
        # a cell computed from parameters is no parameter, unless a step makes it
        return [u for u in found if u.old in new or not others.through(u.old)]

    @cached_property
    def updates(self) -> dict[Place, Update]:
        """Return the first step that starts from each parameter."""
        found: dict[Place, Update] = {}
        for update in self.every_update:
            found.setdefault(update.old, update)
        return found

    @cached_property
    def _differences(self) -> list[Update]:
        """Return what is a cell plus or minus something, a step or not."""
        may_step: dict[Shape, bool] = {}
        found: list[Update] = []
        for place, shape in self.book.shapes.items():
            if shape not in may_step:
                may_step[shape] = _may_step(parsed(self.book.formulas[place]))
            if may_step[shape]:
                found += self._updates(place)
        return found

    def _updates(self, first: Place) -> Iterator[Update]:
        added = list(terms(parsed(self.book.formulas[first])))
        height, width = self.book.arrays.get(first, (1, 1))
        for down in range(height):
            for right in range(width):
                new = first[0], first[1] + down, first[2] + right
                update = self._update(new, added, (height, width), (down, right))
                if update is None:
                    return
                yield update

    def _update(  # noqa: C901, PLR0912 -- references, numbers and signs
        self,
        new: Place,
        added: Sequence[tuple[int, object]],
        shape: tuple[int, int],
        at: tuple[int, int],
    ) -> Update | None:
        plain = [
            cell for sign, node in added
            if sign > 0 and (cell := self._element(node, new[0], shape, at))
        ]  # fmt: skip
        if not plain:
            return None
        start = plain[0]
        others = [
            (sign, node) for sign, node in added
            if (sign, self._element(node, new[0], shape, at)) != (1, start)
        ]  # fmt: skip
        if not others:
            return None
        moved: list[Place] = []
        literal, signs, is_inline = None, set(), False
        for sign, node in others:
            for factor, is_divisor in factors(node):
                cell = self._element(factor, new[0], shape, at)
                value = factor.get_literal_value()
                if cell:
                    if not is_divisor:
                        moved.append(cell)
                elif isinstance(value, float | int):
                    literal = float(value)
                elif factor.get_operator() == "-" and factor.node_type() == "UnaryOp":
                    sign = -sign  # noqa: PLW2901 -- of the factor as well
                    inner = self._element(factor.children()[0], new[0], shape, at)
                    if inner:
                        moved.append(inner)
                    is_inline |= inner is None
                else:
                    is_inline = True
            signs.add(sign)
        if not moved:
            return None
        if len(moved) == 1 and literal is None and not is_inline:
            product = self._step_of(moved[0])
            if product:
                return Update(new, start, product, max(signs), None, is_inline=True)
        return Update(new, start, tuple(moved), max(signs), literal, is_inline)

    def _step_of(self, place: Place) -> tuple[Place, ...] | None:
        """Return the rate in a cell that holds a whole step, a rate times what no cell holds."""
        text = self.book.formula(place)
        tree = parsed(text) if text else None
        if tree is None or place in self.book.owner or len(list(terms(tree))) != 1:
            return None
        read = self.book.reads(place)
        called = [c for c in read if c in self.labelled_rates]
        others = [c for c in read if c not in called]
        named = any(c in self.meanings and self.meanings[c].kind == "gradient" for c in others)
        return tuple(called) if len(called) == 1 and len(others) > 1 and not named else None

    @cached_property
    def labelled_rates(self) -> frozenset[Place]:
        """Return the cells that are called rates."""
        return frozenset(p for p, m in self.meanings.items() if m.kind == "rate")

    def _element(
        self, node: "formualizer.ASTNode", title: str, shape: tuple[int, int], at: tuple[int, int]
    ) -> Place | None:
        """Return the cell that a reference gives at a place of an array, maybe transposed."""
        down, right = at
        if _is_turned(node):
            (node,), shape, (down, right) = node.children(), shape[::-1], (right, down)
        if node.node_type() != "Reference" or node.get_reference() is None:
            return None
        reference = next(iter(node.walk_refs()), None)
        area = area_of(reference, title)
        if area is None:
            return None
        size = area.bottom - area.top + 1, area.right - area.left + 1
        if size == (1, 1):
            down = right = 0
        elif size != shape:
            return None
        return self.book.filled.get(area.sheet, {}).get((area.top + down, area.left + right))

    def _is_chain(self, update: Update) -> bool:  # noqa: PLR0911 -- a sign each
        """Tell whether a difference leads from a parameter to the next one."""
        new, start = update.new, update.old
        if not self.is_number(start) or not self.is_number(new) or start in update.moved_by:
            return False
        kinds = {self.meanings[cell].kind for cell in update.moved_by if cell in self.meanings}
        says_so = bool(kinds & {"gradient", "rate"})
        if update.sign > 0 and not says_so:
            return False
        own, other = self.meanings.get(new), self.meanings.get(start)
        if own and other and "gradient" in {own.kind, other.kind}:
            return False
        if other and other.kind == "cost" and not says_so:  # a bias may be called c
            return False
        if says_so and (own is None or other is None or old(own.name) == old(other.name)):
            return True
        if says_so and "gradient" in kinds and "rate" in kinds:
            return True
        if new[0] == start[0] and new[2] == start[2] and new[1] > start[1]:
            return True
        if new[0] == start[0] and new[1] == start[1] and new[2] > start[2]:
            after = new[0], new[1], 2 * new[2] - start[2]
            return self.book.pattern(after) == self.book.pattern(new)
        if own and other and own.name and old(own.name) == old(other.name):
            return len(update.moved_by) > 1 or update.literal is not None
        return False

    def gradient_of(self, update: Update) -> Place | None:
        """Return which cell of a product is the gradient: the one that is no rate."""
        if update.is_inline:
            return None
        return self._gradient(update.moved_by, update.old, 3)

    def _gradient(self, cells: Sequence[Place], start: Place, depth: int) -> Place | None:
        said = [c for c in cells if c in self.meanings and self.meanings[c].kind == "gradient"]
        if len(said) == 1:
            return said[0]
        free = [c for c in cells if c not in self.rates]
        moving = [c for c in free if self.book.formula(c)] or free
        if len(moving) != 1:
            return None
        (cell,) = moving
        text = self.book.formula(cell)
        tree = parsed(text) if text and depth else None
        is_mean = any(c[0] == cell[0] and c[2] == cell[2] for c in self.book.reads(cell))
        if (
            tree is not None
            and tree.get_operator() in {"+", "-", "*"}
            and (is_mean or len(cells) == 1)
        ):  # what is subtracted is the product itself, or a mean of gradients over steps
            first = self.book.owner.get(cell, cell)
            shape = self.book.arrays.get(first, (1, 1))
            at = cell[1] - first[1], cell[2] - first[2]
            within = [
                found
                for _, term in terms(tree)
                for factor, _ in factors(term)
                if (found := self._element(factor, cell[0], shape, at))
            ]
            column = [c for c in within if c[2] != cell[2] or c[0] != cell[0]]
            inner = self._gradient([c for c in column if c != start], start, depth - 1)
            if inner and any(c in self.rates for c in within):
                return inner
        return cell

    @cached_property
    def rates(self) -> frozenset[Place]:
        """Return the cells that multiply gradients: called so, or typed in and in many products."""
        called = self.labelled_rates
        counted = Counter(
            cell
            for update in self._differences
            if self.is_number(update.old) and len(update.moved_by) > 1 and update.sign < 0
            for cell in update.moved_by
            if not self.book.formula(cell)
        )
        many = {cell for cell, count in counted.items() if count > 1}
        return frozenset(called | many)

    # Costs, parameters and gradients

    def find(self) -> Roles:  # noqa: C901 -- headings, steps, costs
        """Find the pairs of the workbook."""
        roles = Roles()
        gradients = {
            place: found
            for place, found in self.meanings.items()
            if found.kind == "gradient" and not self.is_shown(place)
        }
        by_update = {
            gradient: update
            for update in self.updates.values()
            if (gradient := self.gradient_of(update)) and self.is_number(gradient)
            if gradient in gradients or self.book.formula(gradient)
        }
        inline = {
            update.new: update
            for update in self.updates.values()
            if update.is_inline and self._rate(update) is not None
        }
        names = {found.name for found in gradients.values()}
        named = defaultdict(list)
        for place, found in self.meanings.items():
            if found.kind not in {"gradient", "cost", "part", "rate"} and found.name in names:
                named[found.name].append(place)
        for name, own in named.items():
            named[name] = self._parameters(own)
        stated = {g: m for g, m in gradients.items() if named[m.name]}
        roles.chosen_by = "headings" if stated else "updates" if by_update else ""
        starts = {u.old for u in self.updates.values()} | {u.new for u in self.updates.values()}
        parameters = starts.union(*(named[m.name] for m in stated.values()))
        said = {place for found in stated.values() for place in named[found.name]}
        for gradient, update in by_update.items():
            if update.old not in said:
                stated.setdefault(gradient, Meaning("gradient", "", ""))
        if not stated:
            stated = {new: Meaning("gradient", "", "") for new in inline}
            roles.chosen_by = "updates" if inline else ""
        self.stated_names = tuple(gradients)
        if not stated:
            return roles
        self.take(parameters)
        for gradient in self._means(by_update) & {g for g, m in stated.items() if not m.name}:
            del stated[gradient]
        costs = self._costs(stated)
        roles.total = len(stated)
        kept = self._sampled(stated)
        for gradient in kept:
            found = stated[gradient]
            update = by_update.get(gradient)
            update = update or inline.get(gradient)
            options = named[found.name] if found.name else [update.old]
            if all(option[0] != gradient[0] for option in options):
                # rows of two sheets say nothing of each other: the step does, or what it reads
                read = self.reach(gradient)
                own = [update.old] if update else [p for p in options if self.bits[p] & read]
                options = own if len(own) == 1 and own[0] in options else options
            pair = self._pair(gradient, found, options, costs, roles)
            if pair:
                after = self.updates.get(pair.parameter)
                if gradient in inline:
                    pair = replace(pair, rate=self._rate(inline[gradient]))
                roles.pairs.append(replace(pair, next=after.new if after else None))
        return roles

    def _means(self, by_update: Mapping[Place, Update]) -> set[Place]:
        """Return what steps take that depends on steps before: means, and no gradients."""
        before = {update.new: update.old for update in self.every_update}
        columns, rows = set(), set()
        for gradient, update in by_update.items():
            if self.reach(gradient) & self.bits.get(before.get(update.old), 0):
                columns.add(gradient[::2])
                rows.add(gradient[:2])
        return {g for g in by_update if g[::2] in columns or g[:2] in rows}

    def take(self, parameters: set[Place]) -> None:
        """Note what the parameters are, and which of them each cell depends on."""
        known = self.known = Dependence(self.book, parameters)
        self.parameters, self.bits = parameters, known.bits
        self.reach, self.cone, self.is_cut = known.reach, known.cone, known.is_cut

    def _costs(self, stated: Iterable[Place]) -> Costs:
        steps = sorted((update.new, update.old) for update in self.every_update)
        return Costs(self.known, self.values, self.meanings, steps, {*stated})

    def is_shown(self, place: Place) -> bool:
        """Tell whether a cell looks up a number among others, to show it again."""
        shape = self.book.pattern(place)
        return shape is not None and not shape.functions.isdisjoint(_LOOKUPS)

    def _parameters(self, places: Sequence[Place]) -> list[Place]:
        """Return those of some cells of one name that are parameters: typed, or from each other."""
        own = set(places)
        return [p for p in places if self._is_typed(p) or self._goes_on(p, own)]

    @cached_property
    def _made(self) -> set[Place]:
        return {update.new for update in self.every_update}

    def _is_typed(self, place: Place) -> bool:
        """Tell whether a cell is typed or made by a step, or shows one that is."""
        for _ in range(9):
            text = self.book.formula(place)
            if text is None or place in self._made:
                return True
            read = self.book.reads(place)
            tree = parsed(text)
            if tree is None or tree.node_type() != "Reference" or len(read) != 1:
                return False
            (place,) = read
        return False

    def _goes_on(self, place: Place, own: set[Place]) -> bool:
        """Tell whether a cell adds something to another one of its name, or to a part of it."""
        tree = parsed(self.book.formula(place) or "")
        if tree is None or self.is_shown(place):
            return False
        added = [[factor for factor, _ in factors(node)] for _, node in terms(tree)]
        first = self.book.owner.get(place, place)
        shape = self.book.arrays.get(first, (1, 1))
        at = place[1] - first[1], place[2] - first[2]
        return len(added) > 1 and any(
            self._element(factor, place[0], shape, at) in own for each in added for factor in each
        )

    def _rate(self, update: Update) -> float | None:
        """Return the rate of a step whose gradient stands in no cell, if it is one number."""
        own = [c for c in update.moved_by if c in self.rates and not self.book.formula(c)]
        text = self.book.formula(update.new) or ""
        is_plain = "SQRT" not in text.upper() and self.book.reads(update.new).count(update.old) == 1
        if len(own) == 1 and update.literal is None and is_plain:
            rate = self.values.get(own[0])
        elif not own and is_plain:
            rate = update.literal
        else:
            return None
        rate = rate if isinstance(rate, float | int) else 0.0
        return float(rate) or None

    def _sampled(self, stated: Mapping[Place, Meaning]) -> list[Place]:
        """Return the gradients to judge: of a long column the ends, what breaks it, and some."""
        columns: dict[tuple[str, int], list[Place]] = defaultdict(list)
        for place in sorted(stated, key=lambda p: (p[0], p[1], p[2])):
            columns[place[0], place[2]].append(place)
        lines = {(title, row) for cells in columns.values() for title, row, _ in cells}
        if len(lines) <= MOST_ROWS_JUDGED:
            return [place for cells in columns.values() for place in cells]
        rows = sorted({row for _, row in lines})
        few = {*rows[:8], *rows[-4:], *rows[:: max(1, len(rows) // 20)]}
        for place in self.breaks:
            few |= {place[1] - 1, place[1], place[1] + 1}
        few &= {*sorted(few)[: 3 * MOST_ROWS_JUDGED]}
        return [place for cells in columns.values() for place in cells if place[1] in few]

    @cached_property
    def breaks(self) -> dict[Place, Place]:
        """Return cells that break the pattern of their column or row, and a cell that shows it."""
        found: dict[Place, Place] = {}
        cells = [p for p in self.book.filled_places if self.is_number(p) or p in self.book.formulas]
        for line, along in ((1, 2), (2, 1)):
            cells.sort(key=lambda p, line=line, along=along: (p[0], p[line], p[along]))
            run: list[Place] = []
            for cell in [*cells, None]:
                if run and (cell is None or cell[line] != run[-1][line] or cell[0] != run[-1][0]
                            or cell[along] != run[-1][along] + 1):  # fmt: skip
                    found |= self._odd_in(run)  # those of a column take the place of a row's
                    run = []
                run.append(cell)
        return found

    def _odd_in(self, run: Sequence[Place]) -> dict[Place, Place]:
        patterns = [self.book.pattern(cell) for cell in run]
        counted = Counter(filter(None, patterns))
        if len(run) < 5 or not counted:
            return {}
        usual, count = counted.most_common(1)[0]
        inside = [i for i, p in enumerate(patterns) if p == usual]
        first, last = inside[0], inside[-1]
        odd = [i for i in range(first, last + 1) if patterns[i] != usual]
        if count < 4 or len(odd) > max(1, count // 4):
            return {}
        apart = {after - before for before, after in pairwise(odd)}
        if len(odd) > 2 and len(apart) == 1 and apart != {1}:
            return {}  # the first row of each sequence, or of each image
        return {run[i]: run[first] for i in odd}

    def _pair(
        self,
        gradient: Place,
        found: Meaning,
        options: Sequence[Place],
        costs: Costs,
        roles: Roles,
    ) -> Pair | None:
        """Choose the parameter and the cost of a stated gradient."""
        ranked = costs.likeliest(gradient, found.of, options)
        if not ranked or self.is_cut(gradient):
            return None
        (best, cost, own), *others = ranked
        if others and others[0][0] == best:
            roles.ambiguous.append(
                f"{self.book.at(cost.place)} and {self.book.at(others[0][1].place)}"
            )
        parameter = self._nearest(gradient, own)
        if parameter is None or not self.bits.get(parameter, 0) & cost.reach:
            return None
        name = self.name(parameter) or found.name
        more: dict[tuple[str, Meaning], Place] = {}  # of many alike, the likeliest
        for _, other, _ in others:
            if other.reach & self.bits[parameter]:
                more.setdefault((other.place[0], other.said), other.place)
        few = tuple(more.values())[: MOST_COSTS - 1]
        return Pair(name, parameter, gradient, cost.place, others=few)

    def _nearest(self, gradient: Place, own: Sequence[Place]) -> Place | None:
        """Choose among parameters of one name: the same row, the same column, the same turn."""
        if len(own) == 1:
            return own[0]
        blocks = self.labels.blocks
        mine, theirs = blocks.get(gradient), {blocks.get(p) for p in own}
        mine = None if mine in theirs else mine  # in one table
        for at in (1, 2):
            same = [p for p in own if p[at] == gradient[at] and p[0] == gradient[0]]
            if len(same) == 1 and not (mine and mine.height > 1 and mine.width > 1):
                return same[0]
        if mine and len(theirs) == 1 and (block := theirs.pop()):
            down, right = gradient[1] - mine.top, gradient[2] - mine.left
            if (mine.height, mine.width) == (block.height, block.width):
                return block.title, block.top + down, block.left + right
            if (mine.width, mine.height) == (block.height, block.width):
                return block.title, block.top + right, block.left + down
        mates = sorted(
            p for p, m in self.meanings.items()
            if m.kind == "gradient" and m.name == self.meanings[gradient].name
        ) if gradient in self.meanings else []  # fmt: skip
        if len(mates) == len(own):
            return sorted(own)[mates.index(gradient)]
        return None

    def unstated(self) -> list[Pair]:
        """Return the parameters of a cost, where no gradient is stated: by their headings."""
        own = {
            p for p, said in self.meanings.items()
            if said.kind == "parameter" and not self.book.formula(p)
        }  # fmt: skip
        if not own:
            return []
        self.take(own)
        costs = [c for c in self._costs(()).every if c.said.kind == "cost"]
        if not costs:
            return []
        cost = max(costs, key=lambda c: (c.reach.bit_count(), is_total(c.said.name), c.depth))
        reached = [p for p in sorted(own) if self.bits[p] & cost.reach]
        return [Pair(self.name(p), p, None, cost.place) for p in reached]


def _may_step(tree: "formualizer.ASTNode") -> bool:
    """Tell whether a formula adds up two or three terms, of which two multiply cells."""
    added = [list(factors(node)) for _, node in terms(tree)]
    multiply = [
        any(f.node_type() in {"Reference", "UnaryOp"} or _is_turned(f) for f, _ in own)
        for own in added
    ]
    return 2 <= len(added) <= 3 and sum(multiply) > 1


def _is_turned(node: "formualizer.ASTNode") -> bool:
    return (node.get_function_name() or "").upper().endswith("TRANSPOSE")
