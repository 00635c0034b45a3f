"""The sheet Images: the table of pixels, and each image as a picture."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from openpyxl.formatting.rule import Rule

from xlnn.axis import Axis
from xlnn.block import Block, single_block
from xlnn.equations.lookup import pictures
from xlnn.equations.sentences import Told, plain
from xlnn.experiments.network.quantities.stating import quantity, text_of
from xlnn.experiments.network.sheets.settings import told_of
from xlnn.grid import address
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.workbooks.pages.grid_part import Grid
from xlnn.workbooks.pages.number_parts import Made
from xlnn.workbooks.pages.page import Page, Stated
from xlnn.workbooks.pages.part import Below, Beside, PagePart, Space
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import GROUP_ROW, NORMAL, UNIT_ROW, plain_name
from xlnn.workbooks.pages.table_parts import Table, Units
from xlnn.workbooks.pages.text_parts import Label
from xlnn.workbooks.samples import TEST
from xlnn.workbooks.spec import Spec
from xlnn.writing.drawing import Drawing
from xlnn.writing.formats import DIGIT_PIXELS
from xlnn.writing.style import INPUT_INK, KEY, NOTE, heading, imputed, value
from xlnn.writing.text_width import LEADING, MOST_OF_WORD, lines, name_width, named_over, text_width

GALLERY = 256
"""Images that are drawn as pictures; all of them are in the table."""

GALLERY_COLUMNS = 36
"""Columns of the sheet that one line of pictures takes."""

CENTRED = ("truth", "truth_label", "answer", "label", "right")

SHEET, TESTED = "images", "test_images"
PIXEL_WIDTH = 2.7
SCALE_WIDTH = 24


def quantities(spec: Spec) -> Iterator[Quantity]:
    """Yield the images as pictures, line by line, each with a label below it."""
    if spec.features or spec.is_regression:
        return
    label = "truth_label" if spec.epochs else "label"
    rows, columns = spec.grid
    across = max(1, GALLERY_COLUMNS // (columns + 1))
    drawn = min(spec.images, GALLERY)
    for line, first in enumerate(range(0, drawn, across), start=1):
        some = Axis("image", min(across, drawn - first), first=first, counts_from=first + 1)
        shown = partial(quantity, prefix=f"line{line}_", sheet=SHEET, axes=(some,))
        shape = (rows, columns)
        caption = Told(["{number}: {label}"], form=plain).of(label=label)
        yield shown("caption", equation=caption)
        drawn_as = pictures(some, shape)
        yield shown("picture", equation=drawn_as, shape=shape, number_format=";;;")


class Examples(Page):
    """A page with a row for each sample: classes are centred, and their numbers collapsed."""

    def __init__(  # noqa: PLR0913 -- what a page may settle
        self,
        key: str,
        title: Stated,
        note: Stated,
        *parts: PagePart,
        does: Stated,
        tab: str = "table",
        gridlines: bool = True,
    ) -> None:
        super().__init__(
            key, title, note, *parts, does=does, is_helper=True, tab=tab, gridlines=gridlines
        )

    def centred(self, spec: Spec) -> tuple[str, ...]:  # noqa: ARG002 -- the same in all
        """Return the kinds of quantities that are centred."""
        return CENTRED

    def draw(self, context: Context[Spec]) -> Drawing:
        """Draw it with columns wide enough for labels: a class would touch the label beside it."""
        drawing, kinds = super().draw(context), self.centred(context.spec)
        for block in context.layout.on(self.key):
            quantity = block.quantity
            if quantity.kind in {"truth", "answer"}:
                drawing.folded_columns.add(block.column)
            if quantity.kind not in kinds:
                continue
            look = value(quantity.number_format, given=quantity.is_input, first=True)
            drawing.looks[quantity.name] = replace(look, align="center", shrink=quantity.is_text)
            if quantity.is_text:
                usual = drawing.widths.get(block.column, 0)
                drawing.widths[block.column] = max(usual, name_width(context.spec.labels))
        return drawing


def _gallery(model: Model) -> PagePart:
    """Return the first images as pictures, line by line, each over its caption."""
    lines = [q.name for q in model.quantities if q.kind == "picture"]
    pictures = (
        Grid(
            name, scale="ink", digits=";;;", width=PIXEL_WIDTH, height=0, titled=False,
            under=(name.replace("picture", "caption"),), above=1 if number else 0,
        )
        for number, name in enumerate(lines)
    )  # fmt: skip
    return Below(Space(), Label(_count, look=NOTE), *pictures)


def _count(page: Context) -> str:
    """Return how many images are drawn, if not all are."""
    is_part = page.spec.images > GALLERY
    text = page.words.of_itself("headings", "The first {count} images as pictures.")
    return text.format(count=GALLERY) if is_part else ""


class _Labelled(Table):
    """The table of the samples; over its targets stand the labels, which may be changed."""

    def blocks(self, model: Model, row: int, column: int) -> Iterator[Block]:
        """Yield the columns, and the labels."""
        for block in super().blocks(model, row, column):
            yield block
            if block.quantity.name == _target(model):
                yield single_block(model["labels"], block.row - 1, block.column, (0, 1))


def _target(model: Model) -> str:
    return "raw_t" if "raw_t" in model.by_name else "t"


def _parts(model: Model) -> Beside:
    here = [quantity for quantity in model.quantities if quantity.sheet == SHEET and quantity.axes]
    table = _Labelled(*(quantity.name for quantity in here if not _is_drawn(quantity)))
    gallery = [_gallery(model)] if any(map(_is_drawn, here)) else []
    scales = [*_scales(model)]
    return Beside(table, *gallery, *([Below(Space(), *scales)] if scales else []))


def _scales(model: Model) -> Iterator[PagePart]:
    """Yield how inputs and targets are scaled, below the sentences that say so."""
    for of in (prefix for prefix in ("", "t_") if f"{prefix}middle" in model.by_name):
        names = [f"{of}middle", f"{of}factor"]
        yield Below(*(Label(partial(told_of, name), look=NOTE) for name in names))
        # in columns so wide that their headings are a line, as high as a row of the table
        yield Units(partial(_scaled, of), *names, width=SCALE_WIDTH)
        yield Space()


def _scaled(of: str, page: Context[Spec]) -> Sequence[str]:
    """Return the names of the inputs or targets that are scaled."""
    x = page.layout.model["x"]
    inputs = page.spec.features or [x.heading(unit) for unit in x.units]
    return page.spec.labels if of else inputs


SPARE = "From row {first} on, the rows are free for your own data: type over the zeros."

IMPUTED = (
    "Violet: missing in the data; the cell holds the mean of its column, rounded as the column is."
)


class _Given(Examples):
    """The samples that train or are held out, with the user's names of inputs and of targets.

    Names are above symbols, and the kind of quantity is above both, as in any table.
    """

    def centred(self, spec: Spec) -> tuple[str, ...]:
        """Return the kinds of quantities that are classes or unscaled pixels."""
        centred = () if spec.is_regression else ("t", *CENTRED)
        return centred if spec.features or spec.scaled else (*centred, "x")

    def draw(self, context: Context[Spec]) -> Drawing:
        """Draw the rows, the names, and in the note which rows are spare."""
        drawing, spec = super().draw(context), context.spec
        if spec.spare:
            place, first = max(drawing.cells[1]), spec.images - spec.spare + 1
            spare = context.words.of_itself("headings", SPARE).format(first=first)
            drawing.put(1, place, f"{drawing.cells[1][place][0]} {spare}", NOTE)
        drawing.marks += self._imputed(drawing, context)
        names = dict.fromkeys(("t", "raw_t"), spec.labels)
        names |= dict.fromkeys(("x", "raw"), spec.features)
        for block in context.layout.on(self.key):
            quantity = block.quantity
            if quantity.kind == "number":
                drawing.looks[quantity.name] = replace(KEY, number_format="0")
            for position, name in enumerate(names.get(quantity.kind, ())):
                self._name(drawing, context, block, position, name)
        return drawing

    def _imputed(self, drawing: Drawing, context: Context[Spec]) -> Iterator[tuple[str, Rule]]:
        """Yield the mark of inputs that were missing, and say in the note what it means."""
        spec, blocks = context.spec, context.layout.blocks
        prefix = "" if self.key == SHEET else TEST
        block = blocks[prefix + ("raw" if spec.scaled else "x")]
        trained = spec.images * spec.inputs
        every = trained + spec.test_samples * spec.inputs
        first, end = (trained, every) if prefix else (0, trained)
        cells = [
            address(*block.address(divmod(number - first, spec.inputs)))
            for number in spec.imputed
            if spec.features and first <= number < end
        ]
        if cells:
            place, note = max(drawing.cells[1]), context.words.of_itself("headings", IMPUTED)
            drawing.put(1, place, f"{drawing.cells[1][place][0]} {note}", NOTE)
            yield " ".join(cells), imputed()

    def _name(
        self, drawing: Drawing, page: Context[Spec], block: Block, position: int, name: str
    ) -> None:
        """Draw the name of an input or a target above its column."""
        quantity, column = block.quantity, block.column + position
        symbol = quantity.heading(quantity.units[position])
        look = heading(quantity.role, first=position == 0, computed=not quantity.is_input)
        if quantity.name == _target(page.layout.model) and self.key == SHEET:
            # the labels stand below
            drawing.looks["labels"] = named_over(page.spec.labels, replace(look, ink=INPUT_INK))
            del drawing.cells[UNIT_ROW][column]
            title = "" if position else plain_name(quantity, page.words)
            drawing.put(GROUP_ROW, column, f"{title}\n{symbol}", look)
        else:
            drawing.put(UNIT_ROW, column, f"{name}\n{symbol}", look)
        drawing.widths[column] = max(NORMAL, min(MOST_OF_WORD, text_width(name)))
        needed = (lines(name, look, drawing.widths[column] * DIGIT_PIXELS) + 1) * look.size
        drawing.heights[UNIT_ROW] = max(drawing.heights[UNIT_ROW], needed * LEADING)


PAGE = _Given(
    SHEET,
    text_of("Images", "Data", "Inputs"),
    text_of(
        "The training images, one per row: the pixels and the target. Change any yellow cell and "
        "everything is recalculated.",
        "The training data, one example per row: the inputs and the target. Change any yellow cell "
        "and everything is recalculated.",
        "The rows to predict. Change any yellow cell and everything is recalculated.",
    ),
    Made(_parts),
    does=text_of(
        "Look at the images. Change a pixel and see the picture change.",
        "Look at the data. Change a number and see how the results change.",
        "Look at the rows. Change a number, or type your own row.",
    ),
    tab="input",
    gridlines=False,
)

TESTED_PAGE = _Given(
    TESTED,
    text_of("Test images", "Test data"),
    text_of(
        "Images that are held out: the network never learns from them. They show how well it "
        "recognises images that it has not seen.",
        "Rows that are held out: the network never learns from them. They show how well it "
        "predicts data that it has not seen.",
    ),
    does=text_of(
        "See the images that the network never learns from.",
        "See the rows that the network never learns from.",
    ),
    tab="input",
    gridlines=False,
)

TRAINING = Examples(
    "training",
    text_of("Training", predicts="Forward"),
    text_of(
        "Forward and back, for every image in every epoch. Each column is one formula, filled "
        "down.",
        "Forward and back, for every row of the data in every epoch. Each column is one formula, "
        "filled down.",
        "Forward, for every row. Each column is one formula, filled down.",
    ),
    does=text_of(
        "The whole calculation: every unit, every image, every epoch.",
        "The whole calculation: every unit, every row, every epoch.",
        "The whole calculation: every unit, every row.",
    ),
)

TEST_PAGE = Examples(
    "test",
    "Test",
    text_of(
        "The images that are held out, with the weights of each epoch: forward only.",
        "The rows that are held out, with the weights of each epoch: forward only.",
    ),
    does=text_of(
        "See how well it recognises images that it has not seen.",
        "See how well it predicts rows that it has not seen.",
    ),
)


def _is_drawn(quantity: Quantity) -> bool:
    return quantity.kind in {"picture", "caption"}
