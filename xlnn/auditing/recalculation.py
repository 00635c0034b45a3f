"""Recalculate a workbook, and compare the values that it stores with those of an engine."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from xlnn.arguments import is_number
from xlnn.auditing.book import Book
from xlnn.auditing.engines import Engine, IronCalc, second_opinion
from xlnn.auditing.notes import Notes
from xlnn.auditing.pairs import Pair
from xlnn.engines.scenarios import Found, Place, Question
from xlnn.errors import EngineError
from xlnn.grid import CellError

REPRODUCED = 1e-6
"""How far a recalculated value may be from the stored one, relatively: rounding grows from step to
step of a training, in a thousand steps to some 1e-9."""


class Recalculation:
    """Recalculates the cells of a workbook.

    Parameters
    ----------
    book : Book
        It gets the recalculated values.
    engine : IronCalc
    notes : Notes

    Attributes
    ----------
    engine : Engine
        LibreOffice from the time when it reproduces more stored values than IronCalc.
    """

    def __init__(self, book: Book, engine: IronCalc, notes: Notes) -> None:
        self.engine: Engine = engine
        self._book, self._notes = book, notes

    def of_sheets(self, titles: Sequence[str]) -> list[Place]:
        """Recalculate the cells of some sheets; return those whose stored values nothing gives.

        If an engine fails, it computes each sheet alone, with all that it reads, so that a formula
        that takes too long costs only the values of its own sheet.
        """
        places = (place for place in self._book.filled_places if place[0] in titles)
        is_whole = len(titles) == len(self._book.titles)
        cells = None if is_whole else self._book.cone(places)
        try:
            return self._of(self._book.sheets(cells))
        except EngineError:
            if len(titles) > 1:
                return [place for title in titles for place in self.of_sheets([title])]
            self._notes.add_failed(titles, self.engine.name)
            return []

    def computable(
        self, pairs: Sequence[Pair], parameters: set[Place]
    ) -> tuple[Sequence[Pair], list[Place]]:
        """Recalculate what leads from the parameters to the costs and gradients of pairs.

        Returns
        -------
        sequence of Pair
            Those of the sheets at which no engine fails.
        list of Place
            The cells whose stored values no engine reproduces.
        """
        try:
            return pairs, self._unlike_between(pairs, parameters)
        except EngineError:
            sheets: dict[str, list[Pair]] = defaultdict(list)
            for pair in pairs:
                sheets[pair.cost[0]].append(pair)
            if len(sheets) == 1:
                self._notes.add_failed(sheets, self.engine.name)
                return [], []
        kept: list[Pair] = []
        unlike: list[Place] = []
        for of_sheet in sheets.values():
            more, cells = self.computable(of_sheet, parameters)
            kept += more
            unlike += cells
        return kept, unlike

    def _unlike_between(self, pairs: Sequence[Pair], parameters: set[Place]) -> list[Place]:
        ends = {p for pair in pairs for p in (pair.cost, pair.gradient) if p}
        cells = self._book.cone(ends, parameters)
        unlike = self._of(self._book.sheets(cells, cells & parameters))
        stored = self._book.stored
        return [p for p in unlike if p not in parameters and stored.get(p) is not None]

    def _of(self, sheets: Question) -> list[Place]:
        """Recalculate some cells; return those whose stored values no engine reproduces.

        If IronCalc does not reproduce them, or cannot compute them, LibreOffice is asked; if it
        does, it computes the slopes as well.
        """
        book, size = self._book, len(sheets.formulas)
        places = [*sheets.formulas, *sheets.beside]
        places += [p for p, first in book.owner.items() if first in sheets.formulas]
        is_first = isinstance(self.engine, IronCalc)
        other = second_opinion(size, self._notes.clock) if is_first else None
        tried: list[tuple[list[Place], Engine, dict[Place, Found]]] = []
        for engine in filter(None, (self.engine, other)):
            try:
                engine.load(sheets)
                (results,) = engine.rounds([{}], places)
            except EngineError:
                if engine is self.engine:
                    raise
                break
            values = book.values | dict(zip(places, results, strict=True))
            tried.append((_unlike(book, places, values), engine, values))
            if not tried[-1][0]:
                break
        unlike, engine, book.values = min(tried, key=lambda attempt: len(attempt[0]))
        if engine is not self.engine:
            self._notes.add("second", cells=self._notes.cells(tried[0][0]), engine=engine.name)
            self.engine = engine
        return unlike


def _unlike(book: Book, places: Iterable[Place], values: Mapping[Place, Found]) -> list[Place]:
    """Return the cells that an engine does not compute as they are stored, where this starts."""
    unlike = {
        place for place in places
        if book.formula(place) and _differ(book.stored.get(place), values.get(place))
    }  # fmt: skip
    return sorted(p for p in unlike if unlike.isdisjoint(set(book.reads(p)) - {p}))


def _differ(stored: Found, computed: Found) -> bool:
    """Tell whether a computed value is not the stored one; where none is stored, it is an error."""
    if stored is None:
        return isinstance(computed, CellError)
    if is_number(stored) and isinstance(computed, float | int):
        return abs(computed - stored) > REPRODUCED * max(abs(computed), abs(stored), 1e-9)
    return is_number(stored) or isinstance(stored, CellError) != isinstance(computed, CellError)
