"""Find out why a unit is wrong, among the most common mistakes.

A mistake is recognised by the formula's values in every world (a sign, a factor, a row) and by the
cells that it reads, compared with the stated formula. The first that fits is the reason.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from xlnn.checking.formula_text import plainly
from xlnn.checking.references import CellRange, areas, beyond, range_text, replaced
from xlnn.engines.formualizer import CIRCULAR
from xlnn.engines.functions import unknown
from xlnn.engines.scenarios import Found, Task
from xlnn.exercises.edits import FEWEST, Edit, mended, spoilt, summed_otherwise, turned
from xlnn.exercises.evaluation import NAMES, evaluated_tasks
from xlnn.exercises.judging import TOLERANCE, Index, JudgedQuantity, distance, step_by_step
from xlnn.formula import parsed
from xlnn.grid import CellError
from xlnn.layout import Layout
from xlnn.quantity import Quantity
from xlnn.xlsx.range_shapes import Operand

DIGITS, MOST_DIGITS = 6, 17
"""Digits of a number in a sentence; 17 distinguish any two."""

BY_HAND = frozenset({"by_hand", "engines", "unknown"})
"""Kinds that may not be mistakes: the teacher has to judge them."""

UNKNOWN = frozenset({"other", "error"})
"""Kinds that say what a cell gives, and not why."""

MOST = 12
"""The most units of a quantity that are examined; later ones usually have the same mistake."""

WORLDS = 3
"""Worlds in which an edit is tried; formulas do not agree in that many by chance."""

_COUNTS = frozenset({"ROW", "ROWS", "COLUMN", "COLUMNS"})
"""Functions that do not depend on what their cells hold."""

DELETED = "#REF!"
"""The reference to deleted cells in a formula."""

MOST_CELLS = 2_000
"""The most cells of a formula that are looked up one by one."""

NOTHING = 1e-9
"""A smaller factor is rounding: the number is 0."""

NEAR = 3
"""Up to how many rows or columns a reference counts as shifted, rather than a different cell."""


@dataclass(frozen=True)
class Mistake:
    """Why a unit is wrong.

    Attributes
    ----------
    kind : str
        The key of its sentence: ``empty``, ``partly``, ``typed``, ``error``, ``unknown``,
        ``reads_one``, ``unlike``, ``uncounted``, ``truth``, ``constant``, ``circle``, ``sign``,
        ``factor``, ``offset``, ``anchor``, ``dragged``, ``epoch``, ``row``, ``column``, ``short``,
        ``long``, ``missing``, ``mask``, ``transposed``, ``mean``, ``sum``, ``by_hand``,
        ``engines``, ``no_equals``, ``instead``, ``epochs``, ``these_inputs``, those of
        `xlnn.exercises.edits`, such as ``each_row``, ``other``.
    cell : str
        The first wrong cell.
    said : dict
        The values for the braces of the sentence.
    """

    kind: str
    cell: str
    said: Mapping[str, str] = field(default_factory=dict)


def mistakes(judged: JudgedQuantity) -> dict[Index, Mistake]:
    """Return why units are wrong, for each wrong unit.

    If an edit of the student's formula makes it right in every world, or an edit of the right
    formula gives the student's values in every world, the edit is the reason. Other cells are the
    reason only if the formula is right with them: one that differs from the stated formula not only
    in its cells may have several mistakes.
    """
    wrong = {u: _WrongUnit(judged, u) for u in judged.quantity.units if not judged.right(u)}
    found = {unit: answer.mistake() for unit, answer in wrong.items()}
    doubtful, tries = [], []
    for unit, answer in wrong.items():
        why, value = found[unit], judged.got[0].get(answer.first)
        if "named" in why.said and _form(answer.formula) != _form(answer.stated(answer.first)):
            doubtful.append(unit)
            tries.append((unit, (why.kind, why.said, answer.exchanged(why.said)), True))
        elif why.kind == "missing":
            slopes = [edit for edit in spoilt(answer.of_cell) if edit[0] == "no_slope"]
            tries += [(unit, edit, False) for edit in slopes]
            continue
        elif why.kind == "unlike" and answer.is_matrix:
            tries += [(unit, edit, True) for edit in turned(answer.formula)]
            continue
        elif why.kind != "other" or not isinstance(value, float):
            continue
        if len({unit for unit, *_ in tries}) <= MOST:
            tries += [(unit, edit, mends) for edit, mends in answer.edits()]
    for unit in doubtful:
        found[unit] = wrong[unit].by_outcome()
    answers = _tried(judged, [(wrong[u].first, text, mends) for u, (*_, text), mends in tries])
    reasons: dict[Index, Mistake] = {}
    for (unit, (kind, said, _), is_mended), values in zip(tries, answers, strict=True):
        if wrong[unit].explained(values, is_mended=is_mended):
            reasons.setdefault(unit, Mistake(kind, wrong[unit].cell, said))
    return _of_matrices(wrong, found | reasons)


def _of_matrices(
    wrong: "Mapping[Index, _WrongUnit]", found: Mapping[Index, Mistake]
) -> dict[Index, Mistake]:
    """Return the reasons; a known one replaces unknown ones of other units of the same matrix."""
    known = {
        answer.judged.first_of(answer.first): found[unit]
        for unit, answer in reversed(wrong.items())
        if answer.is_matrix and found[unit].kind not in UNKNOWN
    }
    reasons = {}
    for unit, answer in wrong.items():
        reasons[unit] = found[unit]
        if answer.is_matrix and found[unit].kind in UNKNOWN:
            same = known.get(answer.judged.first_of(answer.first), found[unit])
            reasons[unit] = replace(same, cell=answer.cell)
    return reasons


def _tried(
    judged: JudgedQuantity, formulas: Sequence[tuple[Index, str, bool]]
) -> list[list[Found]]:
    """Return what each formula gives in its cell, in some worlds.

    A formula that mends a student's takes its place: in a matrix, it fills the same cells.
    """
    tasks = [
        Task({judged.first_of(i) if mends else judged.places[i]: text}, {}, (judged.places[i],))
        for i, text, mends in formulas
    ]
    if not tasks:
        return []
    questions = [(world, tasks) for world in judged.worlds[:WORLDS]]
    answers = evaluated_tasks(judged.submitted, questions)
    return [[found[n][0] for found in answers] for n in range(len(tasks))]


def _alike(values: Sequence[Found], others: Sequence[Found]) -> bool:
    """Return whether numbers are equal in every world."""
    for one, other in zip(values, others, strict=True):
        if not (isinstance(one, float) and isinstance(other, float)):
            return False
        if not abs(one - other) <= TOLERANCE * max(1e-6, abs(other)):
            return False
    return True


def _form(formula: str) -> str:
    """Return a formula without its cells."""
    return plainly(replaced(formula, lambda *_: "_"))


def _computes(text: str) -> bool:
    """Return whether a text was meant as a formula: it has a cell or a call."""
    tree = parsed(f"={text}")
    return tree is not None and any(part.function or part.is_bounded for part in tree.walk())


class _WrongUnit:
    """A wrong unit; its first wrong cell that an engine computes is explained."""

    def __init__(self, judged: JudgedQuantity, unit: Index) -> None:
        self.judged, self.layout = judged, judged.submitted.layout
        self.name, self.rows = judged.quantity.name, judged.rows(unit)
        wrong = [index for index in self.rows if judged.wrong[index]]
        self.known = [index for index in wrong if index not in judged.by_hand]
        self.first = min(self.known or wrong, key=self.turn)
        self.cell = self.layout.cell(self.name, self.first)
        self.formula = judged.formulas.get(self.first, "")
        self.titles = self.layout.titles.values()
        self.fault, self.about = judged.faults.get(self.first, ("", ""))
        self.is_matrix = judged.places[self.first] in judged.submitted.matrices

    def turn(self, index: Index) -> tuple[int, ...]:
        """Return when an entry is computed: along some axes the last one comes first."""
        axes = self.judged.quantity.axes
        along = zip(axes, index, strict=False)
        return (*(-n if axis.order == "down" else n for axis, n in along), *index[len(axes) :])

    def says(self, kind: str, **said: str) -> Mistake:
        """Return a mistake in the first cell."""
        return Mistake(kind, self.cell, said)

    def stated(self, index: Index) -> str:
        """Return the stated formula of an entry: an array formula if the student's is one."""
        layout = self.layout if self.is_matrix else self.judged.cellwise
        return layout.formula(self.name, index)

    def edits(self) -> Iterator[tuple[Edit, bool]]:
        """Yield edits, and whether they may mend the formula or else may have spoilt the right one.

        Where the right formula fills a matrix, the formula of a single cell of it is spoilt, too.
        """
        yield from ((edit, True) for edit in mended(self.formula))
        yield from ((edit, False) for edit in spoilt(self.of_cell))
        if self.is_matrix:
            yield from ((edit, True) for edit in turned(self.formula))
            stated = self.stated(self.first)
            yield from ((edit, False) for edit in summed_otherwise(stated))

    @cached_property
    def of_cell(self) -> str:
        """The stated formula of the first wrong cell alone."""
        return self.judged.cellwise.formula(self.name, self.first)

    def areas(self, formula: str) -> list[CellRange] | None:
        """Return the ranges whose values a formula of the quantity reads."""
        tree, read, at = parsed(formula), "", 0
        counts = [part for part in tree.walk() if part.function in _COUNTS] if tree else []
        for part in sorted(counts, key=lambda part: part.start):
            if part.start >= at:  # one inside another is left out with it
                read, at = f"{read}{formula[at : part.start]}1", part.end
        read += formula[at:]
        return areas(read, self.layout.titles[self.layout.blocks[self.name].sheet])

    def exchanged(self, said: Mapping[str, str]) -> str:
        """Return the formula with the cells that belong there instead of those that it names."""

        def mended(sheet: str, cells: str) -> str:
            (named,) = self.areas(f"={sheet}{cells}") or [None]
            is_named = named and range_text(named, self.titles) == said["named"]
            return said["belongs"] if is_named else sheet + cells

        return replaced(self.formula, mended)

    def explained(self, values: Sequence[Found], *, is_mended: bool) -> bool:
        """Return whether an edit is the reason: it is right, or the right formula gives as much."""
        worlds, got = self.judged.worlds[:WORLDS], self.judged.got[:WORLDS]
        is_right = _alike(values, [world.arrays[self.name][self.first] for world in worlds])
        given = [values_of[self.first] for values_of in got]
        varies = len(set(given)) > 1
        return is_right if is_mended else varies and not is_right and _alike(values, given)

    def mistake(self) -> Mistake:  # noqa: PLR0911 -- one a kind
        """Return why it is wrong."""
        judged, rows, first = self.judged, self.rows, self.first
        if not self.known:
            return self.by_hand()
        filled = [index for index in rows if index in judged.formulas or index in judged.typed]
        if not filled:
            return self.says("empty")
        typed = judged.typed.get(first, judged.typed.get(filled[0]))
        if isinstance(typed, str) and _computes(typed):
            return self.says("no_equals", value=typed)
        if not any(index in judged.formulas for index in rows):
            return self.says("typed", value=_written(judged.typed[filled[0]]))
        if not self.formula and first in judged.typed:
            return self.says("typed", value=_written(judged.typed[first]))
        if len(filled) < len(rows) and not self.formula:
            return self.says("partly", filled=str(len(filled)), rows=str(len(rows)))
        if self.fault == "unlike":
            one, other = map(_shaped, self.about)
            return self.by_cells() or self.says("unlike", first=one, second=other)
        if self.fault == "uncounted":
            return self.says("uncounted", function=self.about[0], truth=self.about[1])
        return (
            self.by_form()
            or self.by_mask()
            or self.by_value()
            or self.by_cells()
            or self.by_outcome()
        )

    def by_outcome(self) -> Mistake:
        """Say that only other inputs show it to be wrong, or what it gives instead of what."""
        judged, world = self.judged, self.judged.worlds[0]
        expected, got = world.arrays[self.name], judged.got[0]
        is_right_here = all(distance(got[i], expected[i]) <= TOLERANCE for i in self.rows)
        if world.is_own and is_right_here:
            return self.says("these_inputs")
        for values in judged.got:
            error = values[self.first]
            function = next(unknown(self.formula), "") if error == CellError("#NAME?") else ""
            if function:
                return self.says("unknown", function=function)
            if isinstance(error, CellError):
                return self.says("error", error=str(error))
        return self.says("other", **_beside(judged, self.first))

    def by_hand(self) -> Mistake:
        """Return that no engine computes the formula, or only one, and what others give."""
        if self.fault == "engines":
            return self.says("engines", **self.differing(*self.about))
        function = next(unknown(self.formula), "")
        return self.says("unknown", function=function) if function else self.says("by_hand")

    def differing(self, one: str, other: str) -> dict[str, str]:
        """Return two engines and what they give where the second one's value is wrong."""
        heard, first = self.judged.heard, self.first
        pairs = [
            (one_s[first], other_s[first])
            for one_s, other_s in zip(heard[one], heard[other], strict=True)
        ]
        values = next((pair for pair in pairs if distance(*pair) > TOLERANCE), pairs[0])
        texts = _told_apart(*values)
        return {
            "engine": NAMES[one], "found": texts[0], "other": NAMES[other], "value": texts[1],
        }  # fmt: skip

    def by_form(self) -> Mistake | None:
        """Find mistakes that do not depend on the formula's values."""
        judged, first = self.judged, self.first
        if self.fault == "reads_one":
            return self.says("reads_one", range=self.about)
        if DELETED in self.formula:
            return self.says("error", error=DELETED)
        if not judged.quantity.is_text and any(isinstance(got[first], bool) for got in judged.got):
            return self.says("truth")
        if self.fault == "constant":
            return self.says("constant", value=_written(judged.got[0][first]))
        if self.fault == "circle" or any(got[first] == CIRCULAR for got in judged.got):
            return self.says("circle", cells=self.closing())
        return None

    def by_mask(self) -> Mistake | None:
        """Find a cell that depends on others where the stated one, which is masked, does not."""
        stated = self.stated(self.first)
        if self.areas(stated) == [] and self.areas(self.formula):
            expected = self.judged.worlds[0].arrays[self.name][self.first]
            return self.says("mask", value=_written(expected))
        return None

    def closing(self) -> str:
        """Return the ranges through which the formula depends on its own cell, as far as known."""
        named = [range_text(area, self.titles) for area in self.areas(self.formula) or []]
        place, order = self.judged.places[self.first], self.judged.submitted.order
        ahead = [text for text in named if order.is_ahead(place, f"={text}")]
        return ", ".join(dict.fromkeys(ahead or named))

    def by_value(self) -> Mistake | None:
        """Look for values that are right except for their sign, a factor, or a summand."""
        if self.judged.quantity.is_text:
            return None
        found, expected, sizes = [], [], []
        for got, world in zip(self.judged.got, self.judged.worlds, strict=True):
            stated = step_by_step(self.layout.model, self.judged.quantity, got, world)
            size = float(np.max(np.abs(stated), initial=0.0))
            for index in self.rows:
                value = got[index]
                if isinstance(value, str | bool) or value is None:
                    return None
                found.append(value)
                expected.append(float(stated[index]))
                sizes.append(size)
        counts = {length for q in self.layout.model.quantities for length in q.lengths}
        return _scaled(*map(np.array, (found, expected, sizes)), self.cell, counts)

    def by_cells(self) -> Mistake | None:
        """Compare the cells that the formula reads with those of the stated formula."""
        layout = self.layout
        named, stated = self.areas(self.formula), self.areas(self.stated(self.first))
        if named is None or stated is None:
            return None
        others = [area for area in named if area not in stated]
        unused = [area for area in stated if area not in named and not _covered(area, others)]
        used = [area for area in stated if area not in unused]
        strange = [area for area in named if beyond([area], used)]
        dragged = self.dragged(strange) or self.transposed(named, stated)
        if dragged:
            return dragged
        for area in strange:
            for other in sorted(unused, key=lambda candidate: _far(candidate, area)):
                kind, said = _relation(layout, area, other)
                if kind:
                    return self.says(kind, **self.swapped(area, other), **said)
        for area in strange:
            for other in sorted(
                unused, key=lambda candidate: abs(_cells(candidate) - _cells(area))
            ):
                is_instead = beyond([other], named) and beyond([area], stated)
                names = {_names(layout, area), _names(layout, other)}
                if is_instead and len(names) > 1 and "" not in names:
                    symbols = {"symbol": _symbols(layout, area), "right": _symbols(layout, other)}
                    return self.says("instead", **self.swapped(area, other), **symbols)
        left = beyond(unused, named)
        if left and not beyond(named, stated):
            belongs = range_text(left, self.titles)
            return self.says("missing", symbol=_symbols(layout, left), belongs=belongs)
        return None

    def transposed(self, named: list[CellRange], stated: list[CellRange]) -> Mistake | None:
        """Find a matrix with a column in place of a row, or the other way round."""
        read, right = self.entries(named), self.entries(stated)
        if read == right or read.keys() != right.keys():
            return None
        differing = [name for name in read if read[name] != right[name]]
        for name in differing:
            if not name:
                return None
            axes = len(self.layout.model[name].axes)
            is_matrix = len(self.layout.model[name].shape) == 2
            turned = {(*index[:axes], *index[axes:][::-1]) for index in right[name]}
            if not is_matrix or read[name] != turned:
                return None
        symbols, rights = (
            _ends(self.layout.model[differing[0]], entries[differing[0]])
            for entries in (read, right)
        )
        return self.says("transposed", symbol=symbols, right=rights)

    def entries(self, named: list[CellRange]) -> dict[str, set[Index]]:
        """Return the indices of the cells of some ranges, by quantity."""
        found: dict[str, set[Index]] = {}
        if sum(map(_cells, named)) > MOST_CELLS:
            return found
        for area in named:
            for row in range(area.top, area.bottom + 1):
                for column in range(area.left, area.right + 1):
                    name, index = self.layout.entry(area.sheet, row, column) or ("", (row, column))
                    found.setdefault(name, set()).add(index)
        return found

    def swapped(self, area: CellRange, other: CellRange) -> dict[str, str]:
        """Return an area that the formula names and the one that belongs there."""
        return {"named": range_text(area, self.titles), "belongs": range_text(other, self.titles)}

    def dragged(self, strange: list[CellRange]) -> Mistake | None:
        """Find the cells that moved when the formula was filled down, but should not have."""
        rows, first, block = self.rows, self.first, self.layout.blocks[self.name]
        top = next((index for index in rows if index in self.judged.formulas), first)
        if top == first or self.judged.wrong[top] or not strange:
            return None
        moved = block.address(first)[0] - block.address(top)[0]
        below = rows[rows.index(top) + 1]
        stated, next_one, belonging = (
            self.areas(self.stated(index)) or [] for index in (top, below, first)
        )
        back = {
            area: area._replace(top=area.top - moved, bottom=area.bottom - moved)
            for area in strange
        }
        for counterpart in back.values():
            if counterpart in stated and counterpart in next_one:
                title, _, cells = range_text(counterpart, self.titles).rpartition("!")
                return self.says("anchor", cells=f"{title}!" + re.sub("([0-9]+)", r"$\1", cells))
        for area, counterpart in back.items():
            if counterpart in stated and len(belonging) == len(stated):
                return self.says(
                    "dragged", **self.swapped(area, belonging[stated.index(counterpart)])
                )
        return None


def _shaped(operand: Operand) -> str:
    """Return a range with its shape, for any language."""
    return f"{operand.text} ({operand.rows} × {operand.columns})"


def _beside(judged: JudgedQuantity, first: Index) -> dict[str, str]:
    """Return a cell's value and the right one, in the first world in which they differ."""
    pairs = [
        (got[first], world.arrays[judged.quantity.name][first])
        for got, world in zip(judged.got, judged.worlds, strict=True)
    ]
    furthest = max(pairs, key=lambda pair: distance(*pair))  # differences of tiny numbers are tiny
    found, expected = next((p for p in pairs if distance(*p) > TOLERANCE), furthest)
    return dict(zip(("found", "expected"), _told_apart(found, expected), strict=True))


def _told_apart(one: object, other: object) -> tuple[str, str]:
    """Return two values with as many digits as needed to tell them apart.

    >>> _told_apart(0.4850961, 0.4850962)
    ('0.4850961', '0.4850962')
    """
    texts = "", ""
    for digits in range(DIGITS, MOST_DIGITS + 1):
        texts = _written(one, digits), _written(other, digits)
        if texts[0] != texts[1]:
            break
    return texts


def _scaled(
    found: np.ndarray,
    expected: np.ndarray,
    sizes: np.ndarray,
    cell: str,
    counts: AbstractSet[int] = frozenset(),
) -> Mistake | None:
    """Compare numbers of several worlds, each with its own size.

    A factor that follows from a count, as between a mean and a sum, is named after the count.
    """
    size = float(np.max(np.abs(expected), initial=0.0))
    if not (np.isfinite(found).all() and np.isfinite(expected).all()) or not size:
        return None
    several = float(np.ptp(expected)) > 1e-6 * size
    factor = float(found @ expected / (expected @ expected))
    if several and abs(factor) > NOTHING and _close(found, factor * expected, sizes):
        if abs(factor + 1) < 1e-6:
            return Mistake("sign", cell)
        for count in sorted(count for count in counts if count >= FEWEST):
            said = {"count": str(count), "less": str(count - 1)}
            for kind, usual in _of_counts(count):
                if abs(factor / usual - 1) < 1e-9:
                    return Mistake(kind, cell, said)
        if abs(factor - 1) > 1e-6:
            return Mistake("factor", cell, {"factor": _written(factor)})
    offset = float(np.median(found - expected))  # large numbers lose their last digits
    if (
        several
        and abs(offset) > 1e-9 * float(np.median(np.abs(expected)))  # some worlds diverge
        and _close(found, expected + offset, sizes + abs(offset))
    ):
        return Mistake("offset", cell, {"offset": _written(offset)})
    return None


def _of_counts(count: int) -> Iterator[tuple[str, float]]:
    """Yield the factors by which a mean of so many numbers differs, and what each is called."""
    yield "mean", 1 / count
    yield "sum", float(count)
    yield "less_one", count / (count - 1)
    yield "less_one", (count / (count - 1)) ** 0.5


def _close(found: np.ndarray, expected: np.ndarray, sizes: np.ndarray) -> bool:
    """Return whether numbers are equal relative to their sizes, apart from cancellation."""
    return bool((np.abs(found - expected) <= 1e-7 * np.abs(expected) + 1e-11 * sizes).all())


def _covered(stated: CellRange, named: list[CellRange]) -> bool:
    """Return whether a formula reads all of an area in parts."""
    parts = [area for area in named if not beyond([area], [stated])]
    return not beyond([stated], parts)


def _relation(layout: Layout, area: CellRange, other: CellRange) -> tuple[str, dict[str, str]]:
    """Return how an area lies relative to the right one, and the words for it; "" if elsewhere."""
    first, last, expected = (
        _when(layout, cells.sheet, row, cells.left)
        for cells, row in ((area, area.top), (area, area.bottom), (other, other.top))
    )
    said: dict[str, str] = {}
    if expected and first and first[:2] == expected[:2] and first[2] != expected[2]:
        axis = expected[3]
        numbers = {"epoch": str(first[2]), "right": str(expected[2])}
        said = {"symbol": _symbols(layout, other), "axis": axis, **numbers}
    is_within = other.sheet == area.sheet and not beyond([other], [area])
    is_one_quantity = expected and first and last and first[0] == last[0] == expected[0]
    if is_within and is_one_quantity and len({first[2], last[2], expected[2]}) > 1:
        return "epochs", said | {"axis": expected[3]}
    size, right = ((a.bottom - a.top, a.right - a.left) for a in (area, other))
    down, aside = area.top - other.top, area.left - other.left
    if size == right and said:
        return "epoch", said
    if area.sheet != other.sheet:
        return "", {}
    if size == right:
        is_near = not (down and aside) and abs(down + aside) <= NEAR
        return ("row" if down else "column") if is_near else "", {}
    is_one = abs(size[0] - right[0]) + abs(size[1] - right[1]) == 1
    same_end = (area.bottom, area.right) == (other.bottom, other.right)
    if is_one and ((down, aside) == (0, 0) or same_end) and any(right):  # not of a single cell
        return "short" if size < right else "long", said
    return "", {}


def _when(
    layout: Layout, sheet: str, row: int, column: int
) -> tuple[str, tuple[int, ...], int, str] | None:
    """Return the quantity of a cell, the rest of its index, its epoch, and the axis of epochs."""
    name, index = layout.entry(sheet, row, column) or ("", ())
    if not name or not layout.model[name].timed:
        return None
    at = len(layout.model[name].each)
    axis = layout.model[name].axes[at]
    return name, index[:at] + index[at + 1 :], index[at] + axis.counts_from, axis.name


def _names(layout: Layout, area: CellRange) -> str:
    found = layout.entry(area.sheet, area.top, area.left)
    return found[0] if found else ""


def _symbols(layout: Layout, area: CellRange) -> str:
    """Return the symbols of an area's first and last entry, or its cells if it has no symbols."""
    ends = [
        layout.entry(area.sheet, *corner)
        for corner in ((area.top, area.left), (area.bottom, area.right))
    ]
    every = (layout.model[e[0]].heading(e[1][len(layout.model[e[0]].axes) :]) for e in ends if e)
    said = dict.fromkeys(filter(None, map(str.strip, every)))
    return " … ".join(said) if all(ends) and said else range_text(area, layout.titles.values())


def _ends(quantity: Quantity, entries: AbstractSet[Index]) -> str:
    """Return the symbols of the first and the last of some entries."""
    axes = len(quantity.axes)
    headings = [quantity.heading(index[axes:]).strip() for index in (min(entries), max(entries))]
    return " … ".join(dict.fromkeys(headings))


def _cells(area: CellRange) -> int:
    return (area.bottom - area.top + 1) * (area.right - area.left + 1)


def _far(area: CellRange, other: CellRange) -> int:
    if area.sheet != other.sheet:
        return 10**9
    return abs(area.top - other.top) + abs(area.left - other.left)


def _written(value: object, digits: int = DIGITS) -> str:
    """Return a value as written in a sentence."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float | np.floating):
        return f"{value:.{digits}g}"
    return f"{value}"
