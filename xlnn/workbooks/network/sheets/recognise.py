"""The sheet Recognise: a grid to draw on, and what the network recognises."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from openpyxl.worksheet.datavalidation import DataValidation

from xlnn.data.words import typed_as
from xlnn.equations.layer import PARAMETERS, SINGLE, WEIGHTS
from xlnn.equations.lens import PIXEL_SHARE
from xlnn.equations.lookup import COPY, FromWords
from xlnn.equations.verdict import PREDICTED, LargestUnit, Tied
from xlnn.equations.wording import Bar, Name, Prediction, Verdict
from xlnn.grid import address
from xlnn.layout import Block
from xlnn.quantity import Model, Quantity
from xlnn.workbooks.network.quantities.lens import ONE, forward_by_bands, shown_shape, weights
from xlnn.workbooks.network.quantities.network import scaled
from xlnn.workbooks.network.quantities.play import NUMBERS
from xlnn.workbooks.network.quantities.stack import Stack, quantity
from xlnn.workbooks.network.sheets.choosers import choices
from xlnn.workbooks.network.sheets.names import BAR, HEAD, MEASURED, name_columns, name_look
from xlnn.workbooks.network.sheets.unit_rows import layer_title, squares
from xlnn.workbooks.network.spec import Spec
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.parts import (
    Below,
    Beside,
    Label,
    Made,
    Numbers,
    PagePart,
    Row,
    Sentences,
    Units,
)
from xlnn.workbooks.pages.sheet import Context
from xlnn.writing.drawing import Drawing, cell_range
from xlnn.writing.style import (
    INPUT_INK,
    KEY,
    LABEL,
    NUMBER,
    PICTURE,
    SECTION,
    SENTENCE,
    Look,
    ink_scale,
    on_ink,
)
from xlnn.writing.text_width import named_over, word_width

SHEET = "recognise"
PREFIX = "draw_"

CELL, FEATURE_WIDTH = 6.9, 8.6
"""The width of all columns, and their least width below names."""

NAMED = 4
"""Columns that the name of a choice takes."""

LONGEST_LIST = 255
"""Characters of a list that stands in a validation, in Excel."""

BORDERED = replace(PICTURE, border=True)
FEATURE, FEATURE_HEIGHT = replace(LABEL, align="center", wrap=True), 27
VERDICT = replace(SENTENCE, size=14)
GIVEN = replace(BORDERED, fill="input", ink=INPUT_INK, number_format="General")
WORD = replace(GIVEN, number_format="@", shrink=True)  # what is typed there stays a word
COMPUTED = replace(PICTURE, number_format="General")
SMALL = replace(NUMBER, size=PICTURE.size, number_format="0.000")
OUTPUT = replace(SMALL, number_format="")
"""A number as narrow as a picture, and one in its own format."""


def quantities(stack: Stack, words: Mapping[str, str]) -> Iterator[Quantity]:
    """Yield the quantities of the sheet Recognise.

    Parameters
    ----------
    stack : Stack
    words : dict
        The ``verdict`` in the workbook's language, with ``{label}`` and ``{output}`` in it, and
        the sentence if the network is ``undecided``, with ``{output}``; for a regression only the
        ``verdict``, with ``{label}`` and ``{predicted}``.
    """
    shown = {"prefix": PREFIX, "sheet": SHEET}
    one = {"axes": (ONE,), **shown}
    if stack.spec.epochs:
        yield quantity("epoch", choices=(0, stack.spec.epochs), number_format="0", **shown)
    given = {"shape": stack.spec.picture, "number_format": "General", **one}
    if stack.spec.words:
        equation = from_words(stack.spec)
        count = sum(isinstance(each, int) for each in equation.inputs)
        uses = {"word": "draw_typed_word"} | ({"number": "draw_typed_number"} if count else {})
        if count:
            yield quantity("typed_number", shape=(count,), number_format="General", **shown)
        yield quantity("typed_word", shape=(len(stack.spec.words),), is_text=True, **shown)
        given |= {"equation": equation, "uses": uses}
    if stack.spec.scaled:
        yield quantity("raw", **given)
        yield scaled(stack.spec.picture, **one)
    else:
        yield quantity("x", **given)
    # state 0 is the start, so the weights after epoch e stand in row e + 1
    yield from weights(stack, PREFIX, SHEET, "draw_epoch", row=2)
    yield from forward_by_bands(stack, slopes=False, **one)
    first = stack.names[0]
    for name in stack.weights(first) if len(stack.shapes[first]) == 1 else ():
        shape = shown_shape(stack, name, first)
        uses = {"a": "draw_x", name: f"draw_{name}{first}"}
        seen = quantity("seen", shape=shape, equation=PIXEL_SHARE, uses=uses, **shown)
        yield replace(seen, layer=first)
    output, shape = {"a": f"draw_a{stack.output}"}, stack.shapes[stack.output]
    outputs = {"shape": shape, **one}
    labels = {"labels": "labels"}
    yield quantity("name", equation=Name(), uses=labels, is_text=True, **outputs)
    yield quantity("output", equation=COPY, uses=output, **outputs)
    if stack.spec.is_regression:
        yield from _prediction(stack, words["verdict"])
        return
    if stack.has_shares:
        yield quantity("bar", equation=Bar(), uses=output, is_text=True, **outputs)
    output = {"a": "draw_output"}
    behind = {**one, "sheet": NUMBERS}
    yield quantity("answer", equation=LargestUnit(), uses=output, **behind)
    yield stack.label("label", axes=(ONE,), of="draw_answer", **shown)
    said = {"label": "draw_label", **output}
    if len(stack.spec.labels) > 1:
        yield quantity("tied", equation=Tied(), uses=output, number_format="0", **behind)
        said["tied"] = "draw_tied"
    verdict = Verdict(words["verdict"], words["undecided"], is_share=stack.is_share)
    yield quantity("verdict", equation=verdict, uses=said, is_text=True, **one)


def from_words(spec: Spec) -> FromWords:
    """Return how the inputs follow from a row as the user types it."""
    inputs = typed_as(spec.features, spec.words)
    others = (
        next((word for word in column[1:] if (number, word) not in inputs), "–")
        for number, column in enumerate(spec.words)
    )
    return FromWords(inputs, tuple(others))


def _prediction(stack: Stack, words: str) -> Iterator[Quantity]:
    """Yield the predictions in the units of the targets, as numbers and as a sentence."""
    shown = {"prefix": PREFIX, "sheet": SHEET, "axes": (ONE,)}
    uses = {"a": "draw_output", "middle": "t_middle", "factor": "t_factor"}
    predicted = "draw_output"
    if stack.spec.scaled_targets:
        predicted, shape = "draw_predicted", stack.shapes[stack.output]
        yield quantity(
            "predicted", equation=PREDICTED, uses=uses, shape=shape,
            number_format=stack.measure, **shown,
        )  # fmt: skip
    uses = {"labels": "labels", "predicted": predicted}
    yield quantity("verdict", equation=Prediction(words), uses=uses, is_text=True, **shown)


class _Narrow(Below):
    """Parts in columns of one width, which no picture is stretched by."""

    def draw(self, drawing: Drawing, page: Context[Spec], row: int, column: int) -> None:
        """Draw them, and names of outputs so small that they fit."""
        width = _width(page.spec.features)
        columns = range(column, column + self.size(page.layout.model)[1])
        drawing.widths |= dict.fromkeys(columns, width)
        super().draw(drawing, page, row, column)
        drawing.looks[f"{PREFIX}name"] = name_look(page, width)


def _width(features: Sequence[str]) -> float:
    return max(FEATURE_WIDTH, word_width(features, FEATURE.size)) if features else CELL


class _Inputs(Row):
    """A row of inputs below their names, or pixels below a line of text."""

    def __init__(self, name: str) -> None:
        super().__init__("", name)
        self.name = name

    def size(self, model: Model) -> tuple[int, int]:
        """Return its rows with the one above, and its columns with the blank one before."""
        rows, columns = super().size(model)
        return rows + 1, columns

    def blocks(self, model: Model, row: int, column: int) -> Iterator[Block]:
        """Yield the cells."""
        yield from super().blocks(model, row + 1, column)

    def draw(self, drawing: Drawing, page: Context[Spec], row: int, column: int) -> None:
        """Draw what is above them, their looks, and what may be typed."""
        super().draw(drawing, page, row + 1, column)
        block, features = page.layout.blocks[self.name], page.spec.features
        of, is_text = block.quantity, block.quantity.is_text
        look = GIVEN if of.is_input else PICTURE if of.kind == "x" else COMPUTED
        drawing.looks[self.name] = WORD if is_text else look
        if of.kind == "x" and f"{PREFIX}raw" in page.layout.blocks:
            drawing.put(row, column, page.words(SHEET, "scaled"), LABEL)
            if not features:
                drawing.colour(block, ink_scale(), *on_ink(address(block.row, block.column)))
        elif features:
            for at, name in enumerate(_typed_names(page.spec, of.kind), start=block.column):
                drawing.put(row, at, name, named_over(features, FEATURE))
            drawing.heights[row] = FEATURE_HEIGHT
            if is_text:
                drawing.validations += _lists(page.spec, block)
        else:
            self._draw_on(drawing, page, block)

    def _draw_on(self, drawing: Drawing, page: Context[Spec], block: Block) -> None:
        """Offer the pixels of ink and of paper; numbers between them may be typed."""
        words = page.words
        drawing.put(block.row - 1, block.column - 1, words(SHEET, "grid"), LABEL)
        drawing.heights |= squares(block, CELL, page.layout.blocks[f"{PREFIX}output"])
        drawing.validations[-1] = DataValidation(
            type="list", formula1='"0,1"', showErrorMessage=False, showInputMessage=True,
            promptTitle=words(SHEET, "grid"), prompt=words(SHEET, "prompt"),
            sqref=cell_range(block),
        )  # fmt: skip
        if block.quantity.kind == "x":
            first = address(block.row, block.column)
            drawing.colour(block, ink_scale(typed=True), *on_ink(first))


def _typed_names(spec: Spec, kind: str) -> Iterable[str]:
    """Return the headings of the inputs, or of the numbers or words that they are made from."""
    if kind == "typed_word":
        return [heading for heading, *_ in spec.words]
    if kind == "typed_number":
        inputs = zip(spec.features, from_words(spec).inputs, strict=True)
        return [name for name, of in inputs if isinstance(of, int)]
    return spec.features


def _lists(spec: Spec, block: Block) -> Iterator[DataValidation]:
    """Yield a list of each column's words; others may be typed."""
    for position, (_, *kinds) in enumerate(spec.words):
        listed = ",".join(kinds)
        if len(listed) <= LONGEST_LIST and not any(set(kind) & {",", '"'} for kind in kinds):
            cell = address(*block.address((position,)))
            yield DataValidation(
                type="list", formula1=f'"{listed}"', showErrorMessage=False, sqref=cell
            )


def _parts(model: Model) -> _Narrow:
    """Return the epoch, the inputs beside what is recognised, and each layer below them."""
    typed = [PREFIX + kind for kind in ("typed_number", "typed_word", "raw", "x")]
    epoch, label, verdict = (f"{PREFIX}{kind}" for kind in ("epoch", "label", "verdict"))
    choice = []
    if epoch in model.by_name:
        states = next(found.name for found in model.quantities if found.sheet == "weights")
        choice.append(choices(PREFIX, at=NAMED, of={epoch: states}))
    layers = [q.layer for q in model.quantities if q.sheet == SHEET and q.kind == "a"]
    units = {layer: _units(model, layer) for layer in layers}
    last = max(part.size(model)[1] for part in units.values())
    found = []
    if label in model.by_name:
        found.append(Numbers(label, at=NAMED - 1, looks=_looks(model, label)))
    return _Narrow(
        *choice,
        Beside(
            Below(*(_Inputs(name) for name in typed if name in model.by_name)),
            Below(Sentences(verdict, look=VERDICT), *found, _outputs(model)),
        ),
        *(
            Below(
                Label(
                    lambda page, layer=layer: layer_title(page, layer),
                    look=SECTION, columns=last, above=1,
                ),
                *_above(model, layer),
                units[layer],
            )
            for layer in layers
        ),
    )  # fmt: skip


def _outputs(model: Model) -> Beside:
    """Return the list of outputs, each a column below its heading."""
    shown = {
        f"{PREFIX}name": ("output_name", name_columns(model)),
        f"{PREFIX}predicted": ("output_predicted", MEASURED),
        f"{PREFIX}output": ("output_a", 1),
        f"{PREFIX}bar": ("output_bar", BAR),
    }
    columns = (
        Below(
            Label(lambda page, key=key: page.words("lens", key), look=HEAD, columns=columns),
            Units("", name, headed=False, looks=_looks(model, name)),
        )
        for name, (key, columns) in shown.items()
        if name in model.by_name
    )
    return Beside(*columns, apart=0)


def _looks(model: Model, name: str) -> dict[str, Look]:
    return {name: SENTENCE if model[name].is_text else OUTPUT}


def _of_layer(model: Model, layer: str) -> dict[str, str]:
    """Return the names of a layer's quantities by their kinds."""
    return {q.kind: q.name for q in model.quantities if q.sheet == SHEET and q.layer == layer}


def _above(model: Model, layer: str) -> Iterator[PagePart]:
    """Yield what a layer has one number of, and the units below it unless its weights do."""
    names = _of_layer(model, layer)
    if single := [names[kind] for kind in SINGLE if kind in names]:
        looks = dict.fromkeys(single, SMALL)
        yield Numbers(*single, at=1, named=lambda each, _: each.symbol, looks=looks)
    if "below" in names and WEIGHTS.isdisjoint(names):
        yield Beside(Label("a"), Row(names["below"], look=SMALL), apart=0)


class _Layer(Units):
    """The units of a layer, of which each sort of picture has its own scale of colours."""

    def draw(self, drawing: Drawing, page: Context[Spec], row: int, column: int) -> None:
        """Draw them under headings that widen no column, and colour the pictures."""
        super().draw(drawing, page, row, column)
        if self.over:
            drawing.put(row + 1, column, "a", KEY)
        for cells in (drawing.cells[row], drawing.cells[row + 1]):
            for at, (text, look) in cells.items():
                cells[at] = text, replace(look, bold=False, size=PICTURE.size)
        for block in (page.layout.blocks[name] for name in self.names):
            if len(block.quantity.shape) > 1:
                drawing.colour_around_0(block)


def _units(model: Model, layer: str) -> _Layer:
    """Return a layer's weights, their products with the inputs, and numbers or maps."""
    names = _of_layer(model, layer)
    kinds = (*sorted(WEIGHTS), "seen", *PARAMETERS, "normalised", "z", "exp", "a")
    shown = [*dict.fromkeys(names[kind] for kind in kinds if kind in names)]
    units = model[names.get("z", names["a"])]
    symbols = [units.heading((unit,)) for unit in range(units.shape[0])]
    over = {names[kind]: names["below"] for kind in WEIGHTS & names.keys() if "below" in names}
    looks = {name: BORDERED if len(model[name].shape) > 1 else SMALL for name in shown}
    looks |= dict.fromkeys(over.values(), SMALL)
    return _Layer(symbols, *shown, over=over, looks=looks, pictures=True)


PAGE = Page(SHEET, "", "", Made(_parts))
