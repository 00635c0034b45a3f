"""Tell of which run something is that a workbook of several runs says."""

from xlnn.explaining.entries import Entries
from xlnn.quantity import Quantity
from xlnn.workbooks.network.quantities.choosers import USED, beside
from xlnn.workbooks.network.quantities.runs import RUN, is_of_one

COMPARE = "compare"
"""The key of the sheet that sets runs beside each other."""


class Runs:
    """The runs of a workbook that was examined; most have but one."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries
        choices = [q for q in entries.layout.model.quantities if q.kind == RUN and q.choices]
        self._choices = {each.sheet: beside(each, USED) for each in choices}
        self._choices |= {each.name.partition("_")[0]: beside(each, USED) for each in choices}

    def named(self, quantity: Quantity, said: str, at: tuple[int, ...] = ()) -> str:
        """Return what is said by an entry, after the name of its run if there are several."""
        run = self._run_of(quantity, at)
        if run is None:
            return said
        words = self._entries.words
        return words("joined", "named", what=words("compare", "run", run=run), name=said)

    def _run_of(self, quantity: Quantity, at: tuple[int, ...]) -> int | None:
        """Return the run of an entry, from 1; that of what looks closely is chosen there."""
        looks = self._choices.get(quantity.sheet) or self._choices.get(quantity.name.split("_")[0])
        if looks:
            chosen = self._entries.value((looks, ()))
            return int(chosen) if isinstance(chosen, float) else None
        for axis in quantity.each:
            return axis.counts_from + at[0]
        return 1 if is_of_one(quantity) else None

    def courses(self, course: Quantity) -> dict[str, tuple[float, ...]]:
        """Return the numbers of each run, by its name and by that in which it differs."""
        array = self._entries.arrays[course.name]
        if not course.each:
            return {"": tuple(map(float, array))}
        names = map(str, self._entries.arrays[f"{COMPARE}_name"])
        return {
            self.named(course, name, (run,)): tuple(map(float, array[run]))
            for run, name in enumerate(names)
        }
