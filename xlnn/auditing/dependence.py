"""Find on which parameters each cell depends."""

from functools import lru_cache, reduce
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
        self._found, _ = book.reach(self.bits, dict.fromkeys(unread, self.unread))
        self.cone = lru_cache(maxsize=2_000)(lambda place: book.cone([place], parameters))
        self.rounded = lru_cache(maxsize=None)(self._rounded)

    def _rounded(self, cost: Place) -> int:
        """Return the bits of the parameters on which a cost depends through rounded cells."""
        own = (p for p in self.cone(cost) if p not in self.bits and self.book.rounds(p))
        return reduce(or_, map(self.reach, own), 0)

    def reach(self, place: Place) -> int:
        """Return the bits of the parameters on which a cell depends; a parameter has its own."""
        return self._found.get(place, 0)

    def depends_on_unread(self, place: Place) -> bool:
        """Tell whether a cell depends on rows that were not read."""
        return self.reach(place) >= self.unread
