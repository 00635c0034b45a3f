"""Draw the cells in which users choose an epoch and a run.

They have drop-down lists instead of scroll bars. A scroll bar is a form control: it needs a VML
drawing and a separate part, LibreOffice loses it on saving, and a file with one is refused before
any engine reads it (`FORBIDDEN` in `xlnn.xlsx.guard`), since such controls can run macros.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from xlnn.equations.lookup import Asked, UsedNumber
from xlnn.quantity import Model, Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.network.quantities.play import NUMBERS, SHEET
from xlnn.workbooks.network.quantities.runs import RUN
from xlnn.workbooks.network.quantities.stack import quantity
from xlnn.workbooks.pages.parts import Made, Numbers

USED, ASKED = "used", "asked"
"""How the kinds end of the number that is used, and of the sentence."""

EPOCH = "epoch"


def companion_name(choice: Quantity, what: str) -> str:
    """Return the name of the quantity beside a choice: `USED` or `ASKED`.

    >>> companion_name(Quantity("lens_window_mapF", layer="F"), USED)
    'lens_window_map_usedF'
    """
    return f"{choice.name.removesuffix(choice.layer)}_{what}{choice.layer}"


def within_range(quantities: Iterable[Quantity], words: Text) -> Iterator[Quantity]:
    """Yield quantities, with choices replaced by the whole number within range."""
    used: dict[str, str] = {}
    for found in quantities:
        if not found.choices:
            uses = {
                role: replace(use, name=used.get(use.name, use.name))
                for role, use in found.uses.items()
            }
            yield replace(found, uses=uses)
            continue
        yield found
        least, most = found.choices
        used[found.name] = companion_name(found, USED)
        ask = Asked(words("validation", "choice", least=least, largest=most))
        for what, equation in ((USED, UsedNumber(least, most)), (ASKED, ask)):
            beside_it = quantity(
                f"{found.kind}_{what}", found.layer, equation=equation,
                uses={"chosen": found.name, "used": used[found.name]},
                # all numbers of Play that are not read there stand on Drawing
                sheet=NUMBERS if what == USED and found.sheet == SHEET else found.sheet,
                number_format="0",
            )  # fmt: skip
            yield replace(beside_it, name=companion_name(found, what))


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
        names = (prefix + kind for kind in (RUN, EPOCH, *others) if prefix + kind in model.by_name)
        companions = [(name, f"{name}_{USED}", f"{name}_{ASKED}") for name in names]
        known = model.by_name
        shown = [
            [name for name in each if name in known and known[name].sheet == known[each[0]].sheet]
            for each in companions
        ]
        return Numbers(
            *map(tuple, shown),
            choices={prefix + EPOCH: "C_T", **(of or {})},
            positive=positive,
            at=at,
        )

    return Made(numbers)
