"""Draw the cells in which users choose an epoch and a run.

They have drop-down lists instead of scroll bars. A scroll bar is a form control: it needs a VML
drawing and a separate part, LibreOffice loses it on saving, and a file with one is refused before
any engine reads it (`FORBIDDEN` in `xlnn.xlsx.guard`), since such controls can run macros.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from xlnn.equations.lookup import UsedNumber
from xlnn.experiments.network.quantities.play import NUMBERS, SHEET
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.learning import with_used
from xlnn.workbooks.pages.number_parts import Made, Numbers
from xlnn.workbooks.runs import EPOCH

USED, ASKED = "used", "asked"
"""The endings of two kinds: the number that is used, and the sentence that asks for one."""


def within_range(quantities: Iterable[Quantity], words: Text) -> Iterator[Quantity]:
    """Yield quantities as `with_used` does; numbers that are used get titles and sheets."""
    chosen: dict[str, Quantity] = {}
    for quantity in with_used(quantities, words, lambda quantity: quantity.choices is not None):
        if quantity.choices:
            chosen[quantity.name] = quantity
        if not isinstance(quantity.equation, UsedNumber):
            yield quantity
            continue
        of = chosen[quantity.uses["chosen"].name]
        what = of.kind.rpartition("_")[2]
        what = of.title.partition(" ")[0] if what == "image" else what
        # all numbers of Play that are not read there stand on Drawing
        sheet = NUMBERS if quantity.sheet == SHEET else quantity.sheet
        yield replace(quantity, title=f"{what} used", sheet=sheet)


def choices(
    prefix: str,
    *others: str,
    at: int = 2,
    of: Mapping[str, str] | None = None,
) -> Made:
    """Return the choice of the epoch; `Numbers` has that of the run above it, if there are several.

    Parameters
    ----------
    prefix : str
        The beginning of the names of the sheet's quantities.
    others : tuple of str
        Further choices and numbers below the epoch.
    at, of
        As ``at`` and ``choices`` of `Numbers`.
    """

    def numbers(model: Model) -> Numbers:
        known = model.by_name
        names = (prefix + kind for kind in (EPOCH, *others) if prefix + kind in known)
        shown = (
            tuple(part for part in (name, f"{name}_{ASKED}") if part in known) for name in names
        )
        of_epoch = {prefix + EPOCH: "C_T", **(of or {})}
        return Numbers(*shown, choices=of_epoch, at=at)

    return Made(numbers)
