"""Find cells that break the pattern of their column or row."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

from xlnn.auditing.book import Book, number
from xlnn.auditing.dependence import Dependence
from xlnn.auditing.engines import Engine
from xlnn.auditing.pairs import Pair
from xlnn.auditing.slopes import close, load_apart
from xlnn.engines.scenarios import Place
from xlnn.formula import moved

FEWEST, FEWEST_ALIKE = 5, 4
"""The fewest neighbouring cells that can have a pattern, and how many of them must show it."""


def breaks(book: Book) -> dict[Place, Place]:
    """Return cells that break the pattern of their column or row, and a cell that shows it."""
    odd: dict[Place, Place] = {}
    cells = [p for p in book.filled_places if book.is_number(p) or p in book.formulas]
    for line, along in ((1, 2), (2, 1)):
        cells.sort(key=lambda p, line=line, along=along: (p[0], p[line], p[along]))
        run: list[Place] = []
        for cell in [*cells, None]:
            if run and (cell is None or cell[line] != run[-1][line] or cell[0] != run[-1][0]
                        or cell[along] != run[-1][along] + 1):  # fmt: skip
                odd |= _odd_in(book, run)  # those of a column take the place of a row's
                run = []
            run.append(cell)
    return odd


def _odd_in(book: Book, run: Sequence[Place]) -> dict[Place, Place]:
    """Return the few cells of a run without the usual formula, and a cell that has it."""
    patterns = [book.pattern(cell) for cell in run]
    counts = Counter(filter(None, patterns))
    if len(run) < FEWEST or not counts:
        return {}
    usual, count = counts.most_common(1)[0]
    inside = [i for i, pattern in enumerate(patterns) if pattern == usual]
    odd = [i for i in range(inside[0], inside[-1] + 1) if patterns[i] != usual]
    if count < FEWEST_ALIKE or len(odd) > max(1, count // 4):
        return {}
    apart = {after - before for before, after in pairwise(odd)}
    if len(odd) > 2 and len(apart) == 1 and apart != {1}:
        return {}  # the first row of each sequence, or of each image
    return {run[i]: run[inside[0]] for i in odd}


def broken(
    book: Book,
    known: Dependence,
    engine: Engine,
    pairs: Sequence[Pair],
    odd: Mapping[Place, Place],
) -> dict[Place, Place]:
    """Return the odd cells that matter and give another number than their pattern would.

    Parameters
    ----------
    book : Book
    known : Dependence
    engine : Engine
    pairs : sequence of Pair
        Only what leads to their costs, gradients and updates matters.
    odd : mapping
        Cells that break a pattern, and a cell that shows it.
    """
    ends = {p for pair in pairs for p in (pair.cost, pair.gradient, pair.next) if p}
    relevant = book.cone(ends)
    odd = {
        cell: shown for cell, shown in odd.items()
        if not relevant.isdisjoint((cell, shown)) and shown in book.patterns
        if known.reach(shown) and not any(map(known.depends_on_unread, (shown, cell)))
    }  # fmt: skip
    if not odd:
        return {}
    formulas, read = {}, set()
    for cell, shown in odd.items():
        down, right = (to - of for to, of in zip(cell[1:], shown[1:], strict=True))
        formulas[cell] = moved(book.formulas[shown], down, right)
        for reference in book.patterns[shown].references:
            read.update(book.inside(reference.area(cell)))
    copies = load_apart(engine, book, formulas, read)
    (expected,) = engine.rounds([{}], [copies[cell] for cell in formulas])
    return {
        cell: odd[cell] for cell, value in zip(formulas, expected, strict=True)
        if not book.formula(cell) or not close(number(value), book.number(cell), 1e-9)
    }  # fmt: skip
