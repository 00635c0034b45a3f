"""Draw the cells in which users choose an epoch and a run.

They have drop-down lists instead of scroll bars. A scroll bar is a form control: it needs a VML
drawing and a separate part, LibreOffice loses it on saving, and a file with one is refused before
any engine reads it (`FORBIDDEN` in `xlnn.xlsx.guard`), since such controls can run macros.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from xlnn.equations.lookup import Asked, UsedNumber
from xlnn.layout import Block, single_block
from xlnn.quantity import Model, Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.network.quantities.play import NUMBERS, SHEET
from xlnn.workbooks.network.quantities.runs import RUN
from xlnn.workbooks.network.quantities.stack import quantity
from xlnn.workbooks.network.sheets import compare
from xlnn.workbooks.network.sheets.several_runs import Draw, Place
from xlnn.workbooks.network.spec import Spec
from xlnn.workbooks.pages.parts import Made, Numbers
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import row_validation
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import ASKED as ASKED_LOOK
from xlnn.writing.style import CHOICE, LABEL, QUIET_NUMBER

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
                uses={"chosen": found.name, "used": used[found.name]}, is_text=what == ASKED,
                # all numbers of Play that are not read there stand on Drawing
                sheet=NUMBERS if what == USED and found.sheet == SHEET else found.sheet,
                number_format="0",
            )  # fmt: skip
            yield replace(beside_it, name=companion_name(found, what))


def place_choice(model: Model, name: str, row: int, column: int) -> Iterator[Block]:
    """Place a number; to the right of a choice, the number that is used, and what to type.

    The number that is used is there unless another sheet has it.
    """
    choice = model[name]
    yield single_block(choice, row, column)
    for what in (USED, ASKED) if choice.choices else ():
        found = model[companion_name(choice, what)]
        if found.sheet == choice.sheet:
            column += 1
            yield single_block(found, row, column)


def draw_choices(drawing: Drawing, page: Context[Any], sheet: str) -> None:
    """Draw the choices of a sheet as they were typed, and what stands beside them."""
    looks = {USED: QUIET_NUMBER, ASKED: ASKED_LOOK}
    for block in page.layout.on(sheet):
        name = block.quantity.name
        if block.quantity.choices and name in drawing.looks:
            drawing.looks[name] = replace(drawing.looks[name], number_format="General")
        elif look := looks.get(block.quantity.kind.rpartition("_")[2]):
            drawing.looks[name] = look


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
        shown = [[name for name in each if name in model.by_name] for each in companions]
        return Numbers(
            *map(tuple, shown),
            choices={prefix + EPOCH: "C_T", **(of or {})},
            positive=positive,
            at=at,
        )

    return Made(numbers)


def placed(place: Place) -> Place:
    """Return the function that places a sheet, and on it the choice of a run."""

    def placing(model: Model) -> Iterator[Block]:
        for block in place(model):
            yield block
            name = block.quantity.name.removesuffix(EPOCH) + RUN
            if block.quantity.kind == EPOCH and name in model.by_name:
                yield from place_choice(model, name, block.row - 1, block.column)

    return placing


def drawn(sheet: str, draw: Draw) -> Draw:
    """Return the function that draws a sheet, and on it the choice of a run."""

    def drawing_of(page: Context[Spec]) -> Drawing:
        drawing = draw(page)
        for block in page.layout.on(sheet):
            if block.quantity.kind == RUN:
                _choice(drawing, page, block)
        return drawing

    return drawing_of


def _choice(drawing: Drawing, page: Context[Spec], block: Block) -> None:
    """Draw what the choice is, above the words of the epoch, and its list."""
    beside = min(column for column in drawing.cells[block.row + 1] if column < block.column)
    drawing.put(block.row, beside, page.words("headings", RUN), LABEL)
    drawing.looks[block.quantity.name] = CHOICE
    runs = page.layout.blocks[f"{compare.PREFIX}name"]
    drawing.validations.append(row_validation(page, block, runs))
