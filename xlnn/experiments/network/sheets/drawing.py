"""The drawing of the network on Play."""

from collections.abc import Iterator, Sequence
from functools import partial

from xlnn.data.messages import cut
from xlnn.equations.lookup import OfRow
from xlnn.equations.network_drawing import LARGEST_SIZE
from xlnn.equations.number import fixed, share, significant
from xlnn.equations.sentences import Told
from xlnn.experiments.network.quantities.figure import (
    HEIGHT,
    LISTED,
    TOP,
    DrawnLayer,
    Figure,
)
from xlnn.experiments.network.quantities.play import PREFIX, row_of
from xlnn.experiments.network.quantities.stack import Stack
from xlnn.experiments.network.sheets.names import layer_name
from xlnn.quantity import Quantity
from xlnn.workbooks.pages.network_drawing import Connections, Dots, Picture, Texts, stated
from xlnn.workbooks.pages.sheet import Context
from xlnn.writing.style import FAINT, INK, POSITIVE, QUIET, RULE, tint

SQUARE = f"{PREFIX}square_"
"""The prefix of what the pictures of weights are drawn from."""

LONGEST_NAME = 24
"""Characters of an input's name that stand beside it."""

MOST_CAPTIONS = 6
"""Columns up to which there is room for words above each."""


def picture(stack: Stack) -> Picture:
    """Return the drawing: units, the weights beside them, lines and texts."""
    figure = Figure(stack)
    alike = figure.alike.values()  # so that they are below each other
    dots = [[_units(figure, column, each[0]) for column in each] for each in alike]
    return Picture(
        dots + [[_squares(figure, layer)] for layer in figure.pictures],
        [_connections(figure, layer) for layer in stack.names],
        [*_texts(figure)],
        (figure.width, HEIGHT),
    )


def _units(figure: Figure, column: DrawnLayer, first: DrawnLayer) -> Dots:
    """Return the dots of a layer, as large as those of the first that looks alike."""
    layer, shape, stack = column.layer, (len(column.units),), figure.stack
    of, at = stack.activation(layer), "play_image" if layer == "1" else row_of(stack)
    value = OfRow(shape, units=column.units).of(of, at)
    marker, outline = ("square", RULE) if column.is_map else ("circle", QUIET)
    return Dots(
        PREFIX, layer, "",
        stated(f"{PREFIX}value{layer}", "value", "value", value, *shape, layer=layer),
        [*zip(figure.x(layer), figure.y(layer), strict=True)],
        None if column.bounded else LARGEST_SIZE, below_0=column.reach == "around 0",
        marker=marker, points=figure.points(first), outline=outline,
        full=INK if column.reach == "ink" else POSITIVE,
    )  # fmt: skip


def _squares(figure: Figure, layer: str) -> Dots:
    """Return the pictures of the weights beside the units of a layer."""
    pictures = figure.pictures[layer]
    weight = _weight(figure.stack, pictures.weights, layer, SQUARE)
    places = [*zip(*figure.squares(layer), strict=True)]
    return Dots(
        SQUARE, layer, "", weight, places, size="max", marker="square", points=pictures.points,
        outline="", empty=tint(FAINT, 0.5),
    )  # fmt: skip


def _weight(
    stack: Stack, weights: Sequence[tuple[int, ...]], layer: str, prefix: str = PREFIX
) -> Quantity:
    """Return some weights of a layer, in the chosen epoch."""
    shape, (name,) = (len(weights),), stack.weights(layer)
    looked_up = OfRow(shape, units=weights).of(f"{name}{layer}", **stack.at_epoch(PREFIX))
    return stated(f"{prefix}weight{layer}", "weight", "w", looked_up, *shape, layer=layer)


def _connections(figure: Figure, layer: str) -> Connections:
    """Return the connections of a layer, or thin lines from maps to those that look at them."""
    if layer not in figure.dense:
        return Connections(PREFIX, layer, "", None, figure.guides(layer))
    below = figure.stack.below[layer]
    weight = _weight(figure.stack, figure.weights(layer, figure.columns[below].units), layer)
    return Connections(PREFIX, layer, "", weight, figure.lines(layer))


def _texts(figure: Figure) -> Iterator[Texts]:
    """Yield the headings of the columns, the outputs, and the names of inputs."""
    stack, output = figure.stack, figure.stack.output
    texts, columns = partial(Texts, PREFIX, "", ""), figure.columns
    above = [(figure.middles[layer], TOP + 2.0) for layer in columns]

    def captions(page: Context) -> list[str]:
        return [_caption(page, column) for column in columns.values()]

    yield texts("heading", above, captions, side="t", ink=QUIET)
    right = [(x + figure.radius(output), y) for x, y in figure.places(output)][:LISTED]
    said = [_label(stack, unit) for unit in range(len(right))]
    uses = {"a": f"play_value{output}", "predicted": "play_output"}
    heights = f"{PREFIX}up{output}"
    yield texts("label", right, cells=said, uses=uses, heights=heights)
    if names := stack.spec.features[: len(columns["1"].units)]:
        left = [(x - figure.radius("1"), y) for x, y in figure.places("1")][: len(names)]
        said = [cut(name, LONGEST_NAME) for name in names]
        yield texts("name", left, lambda _: said, heights=f"{PREFIX}up1", side="l")


def _label(stack: Stack, unit: int) -> Told:
    """Return the text beside an output: its label and its value or prediction."""
    said = partial(Told, ["{label}  {value}"], label=lambda labels: labels[unit])
    if stack.spec.is_regression:
        return said(value=lambda predicted: significant(predicted[unit]))
    form = share if stack.is_share else fixed
    return said(value=lambda a: form(a[unit]))


def _caption(page: Context, column: DrawnLayer) -> str:
    """Say which layer a column is, and how much of it is drawn."""
    is_input = column.layer not in {layer.name for layer in page.spec.layers}
    name = page.words("play", "input") if is_input else layer_name(page, column.layer)
    if 1 + len(page.spec.layers) > MOST_CAPTIONS:
        name = column.layer
    return in_part(page, name, len(column.units), column.of)


def in_part(page: Context, name: str, drawn: int, of: int) -> str:
    """Return a name, with how much of it is drawn unless it is drawn whole."""
    if drawn == of:
        return name
    part = page.words("play", "part", drawn=drawn, of=of)
    return page.words("joined", "named", what=name, name=part)
