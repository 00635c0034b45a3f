"""The number that a sheet uses where a person chooses one.

The cell of a choice may hold anything. Beside it stand the number that is used, from which all else
is computed, and a sentence for whoever typed another one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from xlnn.equations.lookup import Asked, UsedNumber
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.network.quantities.play import NUMBERS, SHEET
from xlnn.workbooks.network.quantities.stack import quantity

USED, ASKED = "used", "asked"
"""How the kinds end of the number that is used, and of the sentence."""


def beside(choice: Quantity, what: str) -> str:
    """Return the name of what stands beside a choice: `USED` or `ASKED`.

    >>> beside(Quantity("lens_window_mapF", layer="F"), USED)
    'lens_window_map_usedF'
    """
    return f"{choice.name.removesuffix(choice.layer)}_{what}{choice.layer}"


def within_range(quantities: Iterable[Quantity], words: Text) -> Iterator[Quantity]:
    """Yield quantities of which those that used a choice use a whole number within its range."""
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
        used[found.name] = beside(found, USED)
        ask = Asked(words("validation", "choice", least=least, largest=most))
        for what, equation in ((USED, UsedNumber(least, most)), (ASKED, ask)):
            beside_it = quantity(
                f"{found.kind}_{what}", found.layer, equation=equation,
                uses={"chosen": found.name, "used": used[found.name]}, is_text=what == ASKED,
                # all numbers of Play that are not read there stand on Drawing
                sheet=NUMBERS if what == USED and found.sheet == SHEET else found.sheet,
                number_format="0",
            )  # fmt: skip
            yield replace(beside_it, name=beside(found, what))
