"""Of which run is what a workbook of several runs says? It is named with it."""

from xlnn.explaining.entries import Entries
from xlnn.quantity import Quantity
from xlnn.workbooks.network.quantities.choices import USED, beside
from xlnn.workbooks.network.quantities.runs import RUN, own_names, prefix_of, run_of

COMPARE = "compare"
"""The key of the sheet that sets runs beside each other."""


class Runs:
    """The runs of a workbook that was examined; most have but one."""

    def __init__(self, entries: Entries) -> None:
        quantities = entries.layout.model.quantities
        self._entries = entries
        self._count = 1 + max(run_of(each.name) for each in quantities)
        first = [each for each in quantities if run_of(each.name) == 0]
        self._own = own_names(first) if self._count > 1 else set()
        choices = [each for each in quantities if each.kind == RUN and each.choices]
        self._choices = {each.sheet: beside(each, USED) for each in choices}
        self._choices |= {each.name.partition("_")[0]: beside(each, USED) for each in choices}

    def named(self, quantity: Quantity, said: str) -> str:
        """Return what is said, after the name of its run if there are several."""
        run = self._run_of(quantity)
        if run is None:
            return said
        words = self._entries.words
        return words("joined", "named", what=words("compare", "run", run=run), name=said)

    def _run_of(self, quantity: Quantity) -> int | None:
        """Return the run of a quantity, from 1; that of what looks closely is chosen there."""
        looks = self._choices.get(quantity.sheet) or self._choices.get(quantity.name.split("_")[0])
        if looks:
            chosen = self._entries.value((looks, ()))
            return int(chosen) if isinstance(chosen, float) else None
        run = run_of(quantity.name)
        return run + 1 if run or quantity.name in self._own else None

    def courses(self, course: Quantity) -> dict[str, tuple[float, ...]]:
        """Return the numbers of each run, by its name and by that in which it differs."""
        if self._count == 1:
            return {}
        words, arrays = self._entries.words, self._entries.arrays
        return {
            words(
                "joined", "named", what=words("compare", "run", run=run + 1), name=str(name)
            ): tuple(map(float, arrays[prefix_of(run) + course.name]))
            for run, name in enumerate(arrays[f"{COMPARE}_name"])
        }
