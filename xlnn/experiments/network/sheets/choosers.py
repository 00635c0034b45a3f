"""Draw the cells in which users choose an epoch and a run.

They have drop-down lists instead of scroll bars. A scroll bar is a form control: it needs a VML
drawing and a separate part, LibreOffice loses it on saving, and a file with one is refused before
any engine reads it (`FORBIDDEN` in `xlnn.xlsx.guard`), since such controls can run macros.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from xlnn.equations.lookup import UsedNumber
from xlnn.experiments.network.quantities.play import NUMBERS, SHEET
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.learning import beside_choice
from xlnn.workbooks.pages.number_parts import Made, Numbers
from xlnn.workbooks.runs import RUN

USED, ASKED = "used", "asked"
"""How the kinds end of the number that is used, and of the sentence."""

EPOCH = "epoch"


def within_range(quantities: Iterable[Quantity], words: Text) -> Iterator[Quantity]:
    """Yield quantities, with choices replaced by the whole number within range."""
    used: dict[str, str] = {}
    for found in quantities:
        uses = {
            role: replace(use, name=used.get(use.name, use.name))
            for role, use in found.uses.items()
        }
        yield replace(found, uses=uses)
        for each in beside_choice(found, words) if found.choices else ():
            sheet = each.sheet
            if is_used := isinstance(each.equation, UsedNumber):
                used[found.name] = each.name
                # all numbers of Play that are not read there stand on Drawing
                sheet = NUMBERS if sheet == SHEET else sheet
            title = _title_of_used(found) if is_used else ""
            yield replace(each, symbol="", sheet=sheet, number_format="0", title=title)


def _title_of_used(chosen: Quantity) -> str:
    """Return what the number that is used is called: epoch used, row used."""
    what = chosen.kind.rpartition("_")[2]
    return f"{chosen.title.partition(' ')[0] if what == 'image' else what} used"


def choices(
    prefix: str,
    *others: str,
    at: int = 2,
    of: Mapping[str, str] | None = None,
    positive: Sequence[str] = (),
) -> Made:
    """Return the choice of the epoch and, if there are several, of the run above it.

    Parameters
    ----------
    prefix : str
        With which the names of the sheet's quantities begin.
    others : tuple of str
        Further choices and numbers below the epoch.
    at, of, positive
        As ``at``, ``choices`` and ``positive`` of `Numbers`.
    """

    def numbers(model: Model) -> Numbers:
        known = model.by_name
        names = (prefix + kind for kind in (RUN, EPOCH, *others) if prefix + kind in known)
        shown = (
            tuple(each for each in (name, f"{name}_{ASKED}") if each in known) for name in names
        )
        of_epoch = {prefix + EPOCH: "C_T", **(of or {})}
        return Numbers(*shown, choices=of_epoch, positive=positive, at=at)

    return Made(numbers)
