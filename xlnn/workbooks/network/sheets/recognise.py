"""The sheet Recognise: a grid to draw on, and what the network recognises."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from openpyxl.worksheet.datavalidation import DataValidation

from xlnn.data.words import typed_as
from xlnn.equations.layer import PARAMETERS, SINGLE, WEIGHTS
from xlnn.equations.lens import PIXEL_SHARE
from xlnn.equations.lookup import COPY, FromWords
from xlnn.equations.verdict import PREDICTED, LargestUnit, Tied
from xlnn.equations.wording import Bar, Name, Prediction, Verdict
from xlnn.grid import address
from xlnn.layout import Block, single_block
from xlnn.quantity import Model, Quantity, superscript
from xlnn.workbooks.network.quantities.lens import ONE, forward_by_bands, shown_shape, weights
from xlnn.workbooks.network.quantities.network import scaled
from xlnn.workbooks.network.quantities.play import NUMBERS
from xlnn.workbooks.network.quantities.stack import Stack, quantity
from xlnn.workbooks.network.sheets.choosers import draw_choices, place_choice
from xlnn.workbooks.network.sheets.names import draw_headings, list_columns, name_look
from xlnn.workbooks.network.sheets.unit_rows import (
    Bands,
    Strip,
    layer_title,
    parameters_of,
    squares,
)
from xlnn.workbooks.network.spec import Spec
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import number_validation, row_validation
from xlnn.writing.drawing import Drawing, cell_range
from xlnn.writing.style import (
    CHOICE,
    INPUT_INK,
    LABEL,
    NOTE,
    NUMBER,
    PICTURE,
    SECTION,
    SENTENCE,
    TITLE,
    Look,
    ink_scale,
    on_ink,
)
from xlnn.writing.text_width import named_over, word_width

SHEET = "recognise"
PREFIX = "draw_"
BEHIND = ("answer", "tied")
"""What stands on Drawing: the sentence says it."""

TOP, LEFT, CELL, NUMBER_WIDTH = 4, 2, 6.9, 12
OUTPUTS = TOP + 4
"""The first row of the outputs: above stands what they come to, below the choice of the epoch."""

LONGEST_LIST = 255
"""Characters of a list that stands in a validation, in Excel."""

FEATURE_WIDTH, FEATURE_HEIGHT = 8.6, 27
FEATURE = replace(LABEL, align="center", wrap=True)

_LOOKS = {
    "verdict": replace(SENTENCE, bold=True, size=14),
    "bar": SENTENCE,
    **dict.fromkeys((*WEIGHTS, "seen"), replace(PICTURE, border=True)),
    "x": PICTURE,
}


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
        yield quantity("seen", shape=shape, equation=PIXEL_SHARE, uses=uses, **shown)
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


def _layers(model: Model) -> list[str]:
    return [q.layer for q in model.quantities if q.sheet == SHEET and q.kind == "a"]


def place(model: Model) -> Iterator[Block]:
    """Place the epoch, the grid, the outputs and verdict, then each layer."""
    if f"{PREFIX}x" not in model.by_name:
        return
    yield from _place_top(model)
    for layer, (row, bands) in _sections(model).items():
        yield from bands.place() if bands else _place_row(model, layer, row)
        for name, at in _singles(model, layer).items() if bands else ():
            yield single_block(model[name], bands.first - 1, bands.columns[-1] + at)


def _sections(model: Model) -> dict[str, tuple[int, Bands | None]]:
    """Return for each layer the row of its heading, and its bands; a row of units has none."""
    row, sections = _first_row(model), {}
    for layer in _layers(model):
        if f"{PREFIX}below{layer}" in model.by_name:
            sections[layer] = (row, None)
            row += 4 + model[f"{PREFIX}z{layer}"].shape[0]
            continue
        lines = 2 * bool(_singles(model, layer))
        strips = _strips(model, layer)
        bands = Bands(model, SHEET, PREFIX, layer, row, LEFT, strips, lines=lines)
        sections[layer] = (row, bands)
        row = bands.next + 1
    return sections


def _strips(model: Model, layer: str) -> tuple[Strip, ...]:
    """Return the strips of a layer's units: weights, their products, and numbers or maps."""
    own = parameters_of(model, layer)
    if len(model[f"{PREFIX}a{layer}"].shape) > 1:
        groups = (own, ("z",), ("a",)) if own else (("a",),)
        return tuple(Strip(tuple(f"{kind}{layer}" for kind in kinds)) for kinds in groups)
    names = [*(f"{kind}{layer}" for kind in own if kind in WEIGHTS), "seen"]
    pictures = (Strip((name,)) for name in names if PREFIX + name in model.by_name)
    return (*pictures, Strip(tuple(_numbers(model, layer)), is_labelled=True))


def _singles(model: Model, layer: str) -> dict[str, int]:
    """Return the names and columns of a layer's quantities with one number per drawing."""
    names = (f"{PREFIX}{kind}{layer}" for kind in SINGLE)
    return {name: 2 * n for n, name in enumerate(filter(model.by_name.__contains__, names))}


def _place_top(model: Model) -> Iterator[Block]:
    rows = model[f"{PREFIX}x"].shape[0]
    if f"{PREFIX}epoch" in model.by_name:
        yield from place_choice(model, f"{PREFIX}epoch", TOP, LEFT + 3)
    row = TOP + 2
    for name in _typed(model):
        yield single_block(model[name], row, LEFT, (0, 1))
        row += 2
    yield single_block(model[PREFIX + _drawn(model)], row, LEFT, (1, 0), (0, 1))
    if f"{PREFIX}raw" in model.by_name:
        yield single_block(model[f"{PREFIX}x"], row + 1 + rows, LEFT, (1, 0), (0, 1))
    listed = _listed(model)
    right = listed["name"]
    for name, column in listed.items():
        yield single_block(model[PREFIX + name], OUTPUTS, column, (1, 0))
    yield single_block(model[f"{PREFIX}verdict"], TOP + 1, right)
    if f"{PREFIX}label" in model.by_name:
        yield single_block(model[f"{PREFIX}label"], TOP + 2, right + 2)


def _listed(model: Model) -> dict[str, int]:
    """Return the columns of the list of outputs, to the right of the grid."""
    names = ("name", "predicted", "output", "bar")
    first = LEFT + max(model[f"{PREFIX}x"].shape[1], 3) + 2
    return list_columns(model, [name for name in names if PREFIX + name in model.by_name], first)


def _first_row(model: Model) -> int:
    """Return the row of the heading of the first layer, below the grid and the outputs."""
    rows, outputs = model[f"{PREFIX}x"].shape[0], model[f"{PREFIX}output"].shape[0]
    if f"{PREFIX}raw" in model.by_name:
        rows += rows + 1
    rows += 2 * len(_typed(model))
    return max(TOP + 2 + rows, OUTPUTS + outputs) + 2


def _place_row(model: Model, layer: str, row: int) -> Iterator[Block]:
    """Place a row for each unit: its weights below its inputs, and its numbers."""
    right = LEFT + 1 + model[f"{PREFIX}below{layer}"].shape[0]
    yield single_block(model[f"{PREFIX}below{layer}"], row + 2, LEFT + 1, (0, 1))
    for kind in WEIGHTS.intersection(parameters_of(model, layer)):
        yield single_block(model[f"{PREFIX}{kind}{layer}"], row + 3, LEFT + 1, (1, 0), (0, 1))
    for column, name in enumerate(_numbers(model, layer), start=right):
        yield single_block(model[PREFIX + name], row + 3, column, (1, 0))
    for name, at in _singles(model, layer).items():
        yield single_block(model[name], row + 2, right + 1 + at)


def _drawn(model: Model) -> str:
    """Return the name of the unscaled inputs, which are drawn or typed."""
    return "raw" if f"{PREFIX}raw" in model.by_name else "x"


def _typed(model: Model) -> list[str]:
    """Return the names of the numbers and words that the inputs are made from."""
    names = (f"{PREFIX}typed_number", f"{PREFIX}typed_word")
    return [*filter(model.by_name.__contains__, names)]


def _numbers(model: Model, layer: str) -> list[str]:
    """Return the names of the numbers of a layer's units."""
    own = (kind for kind in parameters_of(model, layer) if kind not in WEIGHTS)
    names = [f"{kind}{layer}" for kind in (*own, "normalised", "z", "exp", "a")]
    return [name for name in names if PREFIX + name in model.by_name]


def draw(page: Context) -> Drawing:
    """Draw the headings, the validations, and the colours."""
    model, blocks, words = page.layout.model, page.layout.blocks, page.words
    drawing = Drawing(gridlines=False, widths={1: 2}, heights={1: 24})
    grid = blocks[PREFIX + _drawn(model)]
    last = max(block.last[1] for block in page.layout.on(SHEET))
    features = page.spec.features
    width = max(FEATURE_WIDTH, word_width(features, FEATURE.size)) if features else CELL
    drawing.widths |= dict.fromkeys(range(LEFT, last + 4), width)
    drawing.put(1, LEFT, page.layout.titles[SHEET], TITLE)
    drawing.put(2, LEFT, words("notes", SHEET), NOTE)
    if epoch := blocks.get(f"{PREFIX}epoch"):
        drawing.put(epoch.row, LEFT, words("recognise", "epoch"), LABEL)
        drawing.validations.append(row_validation(page, epoch, page.layout.on("weights")[0]))
    _draw_grid(drawing, page, grid)
    _draw_lists(drawing, page)
    drawing.widths |= dict.fromkeys(_number_columns(model), NUMBER_WIDTH)
    if f"{PREFIX}label" in blocks:
        label = blocks[f"{PREFIX}label"]
        drawing.put(label.row, label.column - 2, words("quantities", "label"), LABEL)
    if page.spec.is_regression:
        draw_headings(drawing, page, OUTPUTS - 1, _listed(model))
    _draw_layers(drawing, page)
    for block in page.layout.on(SHEET):
        look = _look(model, block.quantity)
        is_shown = not (block.quantity.is_text or block.quantity.choices)
        if is_shown and drawing.widths[block.column] == width:
            look = replace(look, size=PICTURE.size)  # as narrow as the pictures below
        if block.quantity.is_text and block.quantity.kind in {"name", "label"}:
            look = name_look(page, width)
        drawing.looks[block.quantity.name] = look
    draw_choices(drawing, page, SHEET)
    return drawing


def _number_columns(model: Model) -> Iterator[int]:
    """Yield the columns of numbers to read, unless widening them would stretch a picture."""
    columns = {_listed(model)["output"]}
    for _, bands in _sections(model).values():
        if bands:
            columns |= {
                c for c, s in zip(bands.columns, bands.strips, strict=True) if s.is_labelled
            }
    pictures = (block for block in place(model) if len(block.quantity.shape) > 1)
    yield from columns.difference(*(range(b.column, b.last[1] + 1) for b in pictures))


def _draw_grid(drawing: Drawing, page: Context, grid: Block) -> None:
    """Draw what is around the cells to draw on, or around the features to type in."""
    words, features = page.words, page.spec.features
    scaled = page.layout.blocks[f"{PREFIX}x"]
    if features:
        typed = [page.layout.blocks[name] for name in _typed(page.layout.model)]
        named = [(block, _typed_names(page, block)) for block in typed]
        for block, those in [(grid, features), *named]:
            for position, name in enumerate(those):
                look = named_over(features, FEATURE)
                drawing.put(block.row - 1, block.column + position, name, look)
            drawing.heights[block.row - 1] = FEATURE_HEIGHT
            if block.quantity.is_input and not block.quantity.is_text:
                drawing.validations.append(number_validation(cell_range(block), words))
    else:
        drawing.put(grid.row - 1, LEFT, words("recognise", "grid"), LABEL)
        drawing.heights |= squares(grid, CELL, page.layout.blocks[f"{PREFIX}output"])
        ink = DataValidation(
            type="list", formula1='"0,1"', showErrorMessage=False, showInputMessage=True,
            promptTitle=words("recognise", "grid"), prompt=words("recognise", "prompt"),
        )  # fmt: skip
        ink.add(cell_range(grid))
        drawing.validations.append(ink)
        drawing.colour(scaled, ink_scale(typed=scaled is grid))
        drawing.colour(scaled, *on_ink(address(scaled.row, scaled.column)))
    if scaled is not grid:
        drawing.put(scaled.row - 1, LEFT, words("recognise", "scaled"), LABEL)


def _typed_names(page: Context, block: Block) -> list[str]:
    """Return the headings of the typed numbers or words."""
    if block.quantity.is_text:
        return [heading for heading, *_ in page.spec.words]
    inputs = zip(page.spec.features, from_words(page.spec).inputs, strict=True)
    return [name for name, of in inputs if isinstance(of, int)]


def _draw_lists(drawing: Drawing, page: Context) -> None:
    """Add lists of each column's words; others may be typed."""
    block = page.layout.blocks.get(f"{PREFIX}typed_word")
    for position, (_, *kinds) in enumerate(page.spec.words if block else ()):
        listed = ",".join(kinds)
        if len(listed) <= LONGEST_LIST and not any(set(kind) & {",", '"'} for kind in kinds):
            chosen = DataValidation(type="list", formula1=f'"{listed}"', showErrorMessage=False)
            chosen.add(address(*block.address((position,))))
            drawing.validations.append(chosen)


def _draw_layers(drawing: Drawing, page: Context) -> None:
    model, blocks, words = page.layout.model, page.layout.blocks, page.words
    headings = {kind: words("lens", kind) for kind in WEIGHTS}
    headings |= {"seen": words("recognise", "seen")}
    maps = {kind: words("quantities", kind) for kind in ("z", "a")}
    sections = _sections(model)
    last = max(bands.columns[-1] for _, bands in sections.values() if bands)
    for layer, (row, bands) in sections.items():
        if bands:
            bands.draw(drawing, page, headings if bands.is_dense else headings | maps, last)
        else:
            _draw_row(drawing, page, layer, row)
        for single in (blocks[name] for name in _singles(model, layer)):
            drawing.put(single.row, single.column - 1, single.quantity.symbol, LABEL)


def _draw_row(drawing: Drawing, page: Context, layer: str, row: int) -> None:
    """Draw the headings of a layer whose units are rows."""
    model, blocks = page.layout.model, page.layout.blocks
    below, a = blocks[f"{PREFIX}below{layer}"], blocks[f"{PREFIX}a{layer}"]
    for column in range(LEFT, a.column + 1):
        drawing.put(row, column, "", SECTION)
    drawing.put(row, LEFT, layer_title(page, layer), SECTION)
    for name in _numbers(model, layer):
        block = blocks[PREFIX + name]
        kind, known = block.quantity.kind, block.quantity.symbol.partition(superscript(layer))[0]
        drawing.put(row + 1, block.column, kind if kind == "exp" else known, LABEL)
    drawing.put(row + 2, below.column - 1, "a", LABEL)
    for unit in range(a.quantity.shape[0]):
        symbol = blocks[f"{PREFIX}z{layer}"].quantity.heading((unit,))
        drawing.put(a.row + unit, LEFT, symbol, LABEL)
    for kind in WEIGHTS.intersection(parameters_of(model, layer)):
        drawing.put(row + 1, below.column, PARAMETERS[kind].symbol, LABEL)
        drawing.colour_around_0(blocks[f"{PREFIX}{kind}{layer}"])


def _look(model: Model, quantity: Quantity) -> Look:
    look = _LOOKS.get(quantity.kind)
    if quantity.choices:
        return CHOICE
    if quantity.is_input:
        typed = "@" if quantity.is_text else "General"  # what is typed there stays a word
        look = replace(PICTURE, fill="input", ink=INPUT_INK, number_format=typed, border=True)
        return replace(look, shrink=quantity.is_text)
    if look or len(quantity.shape) == 3:
        return look or replace(PICTURE, border=True)
    if quantity.kind in PARAMETERS and len(model[f"{PREFIX}a{quantity.layer}"].shape) > 1:
        return PICTURE  # below a filter, as its weights are shown
    if f"{PREFIX}below{quantity.layer}" in model.by_name:  # below the pictures, as narrow as they
        return replace(PICTURE, number_format="0.000")
    return replace(NUMBER, number_format=quantity.number_format)
