"""Find on which parameters each cell depends."""

from collections.abc import Mapping
from functools import lru_cache, reduce
from itertools import repeat
from operator import or_

from xlnn.auditing.book import Book
from xlnn.engines.scenarios import Place


class Dependence:
    """On which parameters each cell depends.

    Parameters
    ----------
    book : Book
    parameters : set of Place

    Attributes
    ----------
    bits : dict
        A bit for each parameter.
    unread : int
        The bit of rows that were not read.
    """

    def __init__(self, book: Book, parameters: set[Place]) -> None:
        self.book, self.parameters = book, parameters
        self.bits = {place: 1 << n for n, place in enumerate(sorted(parameters))}
        self.unread = 1 << len(parameters)
        unread = filter(book.reads_unread, book.formulas if book.last else ())
        self._reached, _ = reach_of(book, self.bits, dict.fromkeys(unread, self.unread))
        self.cone = lru_cache(maxsize=2_000)(lambda place: book.cone([place], parameters))
        self.rounded = lru_cache(maxsize=None)(self._rounded)

    def _rounded(self, cost: Place) -> int:
        """Return the bits of the parameters on which a cost depends through rounded cells."""
        rounded = (p for p in self.cone(cost) if p not in self.bits and self.book.rounds(p))
        return reduce(or_, map(self.reach, rounded), 0)

    def reach(self, place: Place) -> int:
        """Return the bits of the parameters on which a cell depends; a parameter has its own."""
        return self._reached.get(place, 0)

    def depends_on_unread(self, place: Place) -> bool:
        """Tell whether a cell depends on rows that were not read."""
        return self.reach(place) >= self.unread


def reach_of(
    book: Book, sources: Mapping[Place, int], marks: Mapping[Place, int] | None = None
) -> tuple[dict[Place, int], dict[Place, int]]:
    """Return the bits of the sources and marked cells on which cells depend, in one pass.

    The search stops at sources, and goes on through marked cells.

    Returns
    -------
    tuple of two dicts
        The bits of each cell, a source having its own; and those of what each formula reads.
    """
    book.check()
    marks = marks or {}
    reached = {**marks, **sources}
    through: dict[Place, int] = {}
    known: dict[int, int] = {}  # many formulas name the same area
    same: dict[int, int] = {}  # numbers of thousands of bits are kept once
    get = reached.get
    for place in book.order:
        bits = marks.get(place, 0)
        for cells in book.inputs(place):
            if len(cells) == 1:
                bits |= get(cells[0], 0)
                continue
            of_area = known.get(id(cells))
            if of_area is None:
                of_area = known[id(cells)] = reduce(or_, map(get, cells, repeat(0)), 0)
            bits |= of_area
        bits = same.setdefault(bits, bits) if bits else 0
        for cell in book.filled_by(place) if place in book.arrays else (place,):
            through[cell] = bits
            if cell not in sources:
                reached[cell] = bits | marks.get(cell, 0)
    return reached, through
