"""Collect the notes of an audit: what was taken for what, and what could not be judged."""

from collections.abc import Callable, Iterable

from xlnn.auditing.audit_report import Note
from xlnn.auditing.book import MOST_NAMED, Book
from xlnn.auditing.clock import Clock
from xlnn.engines.scenarios import Place
from xlnn.errors import Message

Tell = Callable[[str], None]


class Notes:
    """The notes of an audit.

    Parameters
    ----------
    book : Book
    clock : Clock
    tell : function
        Is told what is being done.

    Attributes
    ----------
    listed : list of Note
    is_late : bool
        Whether the time is over. The remaining steps are quick and have no limit.
    """

    def __init__(self, book: Book, clock: Clock, tell: Tell) -> None:
        self.clock, self.listed, self.is_late = clock, list[Note](), False
        self._book, self._tell, self._stage = book, tell, ""

    def begin(self, stage: Message) -> None:
        """Tell what is being done from now on."""
        self._stage = stage
        self._tell(stage)

    def add(self, kind: str, **values: str) -> None:
        """Add a note: the key of its sentence, and the values for its braces."""
        self.listed.append(Note(kind, values))

    def add_late(self) -> None:
        """Note once that the time is over, and end the limit."""
        if not self.is_late:
            self.listed.append(late(self.clock, self._stage.partition(" ")[0].casefold()))
        self.is_late, self._book.check = True, lambda: None

    def add_failed(self, titles: Iterable[str], engine: str) -> None:
        """Note the sheets at which an engine failed, or that the time is over."""
        if self.clock.left:
            self.add("failed", sheets=", ".join(titles), engine=engine)
        else:
            self.add_late()

    def cells(self, places: Iterable[Place]) -> str:
        """Return the addresses of some cells: of many, the first few."""
        return self._book.shown(places, MOST_NAMED)


def late(clock: Clock, stage: str) -> Note:
    """Return the note on what was being done when the time was over."""
    return Note("late", {"seconds": f"{clock.seconds:g}", "stage": stage})
