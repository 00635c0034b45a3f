"""The sheet Play: the network at the chosen epoch and image, and the course of its cost."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from xlnn.equations.layer import PARAMETERS, WEIGHTS
from xlnn.equations.lookup import Asked
from xlnn.equations.runs import OfOneRun
from xlnn.experiments.network.layers import is_share
from xlnn.experiments.network.quantities.play import LISTED, PREFIX, SHEET
from xlnn.experiments.network.quantities.stating import text_of
from xlnn.experiments.network.sheets.choosers import choices
from xlnn.experiments.network.sheets.drawing import (
    COLUMNS,
    MORE_COLUMNS,
    ROWS,
    SHARE,
    WIDEST,
    drawn_network,
)
from xlnn.experiments.network.sheets.layers import output_heading
from xlnn.experiments.network.sheets.names import layer_name
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.workbooks.pages.chart_parts import Chart, Trace
from xlnn.workbooks.pages.grid_part import Grid
from xlnn.workbooks.pages.number_parts import Made, Numbers
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.part import UNREAD, Below, Beside, PagePart, Space
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import plain_name
from xlnn.workbooks.pages.table_parts import Units
from xlnn.workbooks.pages.text_parts import Label, Said, Sentences
from xlnn.workbooks.spec import Spec
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import (
    ASKED,
    CAPTION,
    CHOICE,
    NOTE,
    NUMBER,
    PICTURE,
    SECTION,
    SENTENCE,
    Look,
)
from xlnn.writing.text_width import size_in, text_width

WIDEST_IMAGE = 8
"""Columns up to which the image stands beside the network; a wider one stands below it."""

FEW = 3
"""The least number of epochs for which the sheet proposes some of them."""

NEXT = (
    "Type {soon} into the yellow cell beside “epoch”, then {last}: watch the lines (weights) and "
    "the colours (activations) change as training goes on."
)

LEFT = (22, 13, 20)
"""The widths of the columns beside which pictures stand: names, numbers, bars."""

HEADLINE = replace(SENTENCE, bold=True, size=14)
"""How the network's answer looks: smaller where it would not fit."""

PIXEL, ROW = 2.7, 15
"""The width and the height, in points, of a pixel."""

COURSE, HERE = "C0561C", "1F2933"
"""The colours of the cost, and of where it is in the chosen epoch."""

HEAD = replace(SECTION, align="center")
UNSEEN = replace(PICTURE, number_format=UNREAD, border=True)
"""The look of numbers that are colours."""


WEIGHTS_OF = "{layer}: the weights of each unit"
FILTERS = "{layer}: the weights of each filter"


class _Play(Below):
    """The parts below the note, in columns as wide as what is beside the pictures."""

    def draw(self, drawing: Drawing, page: Context[Spec], row: int, column: int) -> None:
        """Draw them, and in the note what to type next."""
        rows, columns = self.size(page.layout.model)
        drawing.heights |= dict.fromkeys(range(2, row + rows), ROW)
        first = column + 1
        right = range(first + len(LEFT) + 1, column + columns)
        drawing.widths |= dict.fromkeys(right, PIXEL)
        names = text_width(*page.spec.labels[:LISTED], *page.spec.features[:LISTED])
        headlines, others = [*_lines(page, "verdict")], [*_lines(page, "truth_text", "diverged")]
        room = max(sum(LEFT), text_width(*others))
        headline = replace(HEADLINE, size=size_in(room, headlines, HEADLINE.size))
        longest = max(text_width(*headlines, size=headline.size), text_width(*others))
        name, number, bar = max(LEFT[0], names), *LEFT[1:]
        bar += max(0, longest - name - number - bar)
        quantities = (q for q in page.layout.model.quantities if q.sheet == SHEET)
        asked = (q.equation.words for q in quantities if isinstance(q.equation, Asked))
        drawing.widths |= {first: name, first + 1: number, first + 2: max(bar, text_width(*asked))}
        super().draw(drawing, page, row, column)
        drawing.whole.clear()  # a page that ended before a picture would cut the chart beside it
        drawing.looks[f"{PREFIX}verdict"] = headline
        drawing.opens &= "map" not in page.layout.titles
        if (last := page.spec.epochs) >= FEW:
            text = page.words.of_itself("headings", NEXT)
            text = text.format(soon=max(2, round(last / 10)), last=last)
            drawing.put(2, column, text, NOTE)


def _lines(page: Context[Spec], *kinds: str) -> Iterator[str]:
    """Yield the lines that some sentences have, with each label and the widest numbers."""
    heading = SHARE if is_share(page.spec) else WIDEST
    numbers = dict.fromkeys(("output", "predicted", "actual"), heading)
    numbers |= dict.fromkeys(("C_T_first", "C_T_last"), WIDEST)
    for name in (PREFIX + kind for kind in kinds if PREFIX + kind in page.layout.blocks):
        sentence = page.layout.model[name].equation
        if isinstance(sentence, OfOneRun):
            sentence = sentence.equation
        words = sentence.words
        for text in [words] if isinstance(words, str) else words.values():
            yield from (text.format(label=label, **numbers) for label in page.spec.labels)


def _parts(model: Model) -> _Play:
    """Return the choices and results, beside them the network, and below it its weights."""
    image, network = [*_image(model)], _Network()
    if image and model[f"{PREFIX}x"].shape[1] <= WIDEST_IMAGE:
        shown = Beside(Below(Space(), *image), network)
    else:
        shown = Below(network, *image)
    pairs = [*_parameters(model)]
    pictures = [_pictures(model, *pair) for pair in pairs]
    last = max(part.size(model)[1] for part in (shown, *pictures))
    layers = (
        Below(Label(partial(_title, pair[0]), look=SECTION, columns=last, above=1), part)
        for pair, part in zip(pairs, pictures, strict=True)
    )
    return _Play(Beside(Space(1, 0), Below(*_left(model)), Below(shown, *layers)))


def _image(model: Model) -> Iterator[PagePart]:
    if f"{PREFIX}x" in model.by_name:
        yield Label(_picture)
        look = {"scale": "ink", "width": PIXEL, "height": ROW, "digits": UNREAD}
        yield Grid(f"{PREFIX}x", titled=False, **look)


def _picture(page: Context[Spec]) -> str:
    """Say what the picture is."""
    trained = "the image, as scaled" if page.spec.scaled else "the image"
    return page.words.of_itself("headings", trained if page.spec.epochs else "the input")


def _left(model: Model) -> Iterator[PagePart]:
    """Yield the choices, what the network answers, and the results of the epoch."""

    def existing(*kinds: str) -> list[str]:
        return [PREFIX + kind for kind in kinds if PREFIX + kind in model.by_name]

    yield Space(0, len(LEFT))
    yield choices(PREFIX, "image", at=1, of={f"{PREFIX}image": "number"})
    if "eta" in model.by_name and model["eta"].sheet == SHEET:
        look = replace(CHOICE, number_format="", border=True)
        yield Numbers(
            "eta",
            positive=["eta"],
            at=1,
            named=lambda quantity, words: f"{plain_name(quantity, words)} {quantity.symbol}",
            looks={"eta": look},
        )
    warnings = existing("diverged")
    yield Sentences(*warnings, bold=0, look=ASKED) if warnings else Space()
    yield Sentences(*existing("verdict", "truth_text"))
    yield Space()
    yield Beside(*_outputs(model, existing("name", "output", "t", "bar")), apart=0)
    for given in existing("given"):
        count = range(model[given].shape[0])
        yield Label(partial(_inputs, shown=len(count)), look=SECTION, columns=len(LEFT), above=1)
        looks = {given: replace(NUMBER, number_format="General")}
        names = (Label(lambda page, at=at: page.spec.features[at]) for at in count)
        numbers = Units("", given, headed=False, looks=looks)
        yield Beside(Below(*names), numbers, apart=0)
    if results := existing("C_T", "recognised"):
        of = Label("of {images}", "headings", numbers={"images": model["C"].axes[-1].length})
        beside = [Space(), of] if len(results) > 1 else []
        looks = {name: _look(model[name]) for name in results}
        yield Space()
        yield Beside(Numbers(*results, at=1, looks=looks), Below(*beside), apart=0)
        course = existing("course") or ["C_T"]
        epochs = model["C_T"].axes[-1].length
        yield Chart(
            "Total cost C_T",
            Trace(*course, colour=COURSE),
            Trace(f"{PREFIX}C_T", f"{PREFIX}epoch_used", HERE, 0, "circle"),
            x="epoch", ends=(0, epochs), ends_up=(0,), size_in_cm=(10.6, 5.6),
        )  # fmt: skip


def _inputs(page: Context[Spec], shown: int) -> str:
    """Say that inputs are listed, and which ones if not all are."""
    return _first(page, page.words.of_itself("headings", "input"), shown, page.spec.inputs)


def _first(page: Context[Spec], what: str, drawn: int, of: int) -> str:
    """Say what is shown, and which part of it if not all."""
    text = page.words.of_itself("headings", "{what}: the first {drawn} of {of}")
    return text.format(what=what, drawn=drawn, of=of) if drawn < of else what


def _outputs(model: Model, names: Sequence[str]) -> Iterator[PagePart]:
    """Yield a column for each of the names of the outputs, their values, and targets or bars."""
    heads: list[Said] = [partial(output_heading, kind) for kind in ("name", "output", "bar")]
    if f"{PREFIX}t" in model.by_name:
        heads[1:] = ["predicted", "actual"]
    for head, look, name in zip(heads, (SECTION, HEAD, HEAD), names, strict=False):
        looks = {name: _look(model[name])}
        numbers = Units("", name, headed=False, looks=looks)
        yield Below(Label(head, "headings", look), numbers)


def _look(quantity: Quantity) -> Look:
    """Return the look of a text or a number in a list."""
    return SENTENCE if quantity.is_text else replace(NUMBER, number_format="")


class _Network(PagePart):
    """The drawing of the network, of which the Guide has a small copy."""

    def size(self, model: Model) -> tuple[int, int]:
        """Return its rows with those above it, and its columns: more with names."""
        return ROWS + 2, COLUMNS + MORE_COLUMNS * (f"{PREFIX}given" in model.by_name)

    def draw(self, drawing: Drawing, page: Context[Spec], row: int, column: int) -> None:
        """Draw it, and what its colours, lines and squares mean."""
        network = drawn_network(page.spec)
        network.draw(drawing, page, row, column)
        drawing.picture = replace(network.picture(page.layout.model), texts=()).chart(page)


def _parameters(model: Model) -> Iterator[tuple[Quantity, Quantity]]:
    """Yield the weights of each layer that are shown, with its biases."""
    shown = [q for q in model.quantities if q.sheet == SHEET and q.kind in PARAMETERS]
    biases = {q.layer: q for q in shown if q.kind not in WEIGHTS}
    return ((q, biases[q.layer]) for q in shown if q.kind in WEIGHTS)


def _pictures(model: Model, weights: Quantity, bias: Quantity) -> PagePart:
    """Return a layer's weights as colours: for each unit a picture, or a row of numbers or maps."""
    units, *inside = weights.shape
    numbers = [str(unit + 1) for unit in range(units)]
    names = [n for n in [f"{PREFIX}name{weights.layer}"] if n in model.by_name]
    if len(inside) == 2:
        return Grid(
            weights.name, captions=() if names else tuple(numbers), width=PIXEL, height=ROW,
            digits=UNREAD, titled=False, under=(bias.name, *names),
        )  # fmt: skip
    heads = _over(model, weights)
    high, wide = inside[1:] or (1, 1)
    look = CAPTION if wide > 1 else replace(CAPTION, align="center")
    apart, parameters = int(wide > 1), [weights.name, bias.name]
    over = Beside(*(Label(head, look=look, columns=wide) for head in heads), apart=apart)
    looks = dict.fromkeys(parameters, UNSEEN)
    beside = looks | dict.fromkeys(names, CAPTION)
    return Beside(
        Below(
            Beside(Space(), over, apart=0),
            Units(
                lambda _: numbers, weights.name, headed=False, coloured=parameters, looks=looks,
                pictures=True,
            ),
        ),
        Below(
            Label(bias.symbol.format(""), look=look),
            Units("", bias.name, *names, headed=False, looks=beside, high=high),
        ),
    )  # fmt: skip


def _over(model: Model, weights: Quantity) -> Sequence[str]:
    """Return the units or maps of the layer below that are weighed, as narrow as a column."""
    _, count, *inside = weights.shape
    layers = [q.layer for q in model.quantities if q.name == f"a{q.layer}"]
    below = ["x", *(f"a{layer}" for layer in layers)][layers.index(weights.layer)]
    names = [model[below].heading((place,)) for place in range(count)]
    if not inside and text_width(*names, size=CAPTION.size) > PIXEL + 1:
        names = [str(place + 1) for place in range(count)]
    return names


def _title(weights: Quantity, page: Context[Spec]) -> str:
    """Return whose weights they are, and how many units of the layer they are of."""
    layer, units = weights.layer, weights.shape[0]
    kind = next(spec.kind for spec in page.spec.layers if spec.name == layer)
    whose = FILTERS if kind == "convolution" else WEIGHTS_OF
    title = page.words.of_itself("headings", whose).format(layer=layer_name(page, layer))
    of = page.layout.model[f"{weights.kind}{layer}"].shape[0]
    return _first(page, title, units, of)


PAGE = Page(
    SHEET, "Play",
    text_of(
        "Type another number into a yellow cell and watch the network change.",
        predicts="Type another number into the yellow cell and watch the network answer.",
    ),
    Made(_parts),
    does=text_of(
        "Choose an epoch and an image, and look at the whole network: lines are weights, colours "
        "are activations.",
        "Choose an epoch and a row, and look at the whole network: lines are weights, colours are "
        "activations.",
        "Choose a row, and look at the whole network: lines are weights, colours are activations.",
    ),
    opens=True,
)  # fmt: skip
