"""The sheet Map: the plane of two inputs, coloured by the outputs of a network.

The equations are those of training, over the points of a grid, from weights that are looked up.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import count, groupby
from math import isfinite

from xlnn.axis import Axis
from xlnn.equations import plane as eq
from xlnn.equations.activation import ACTIVATIONS
from xlnn.equations.layer import PARAMETERS
from xlnn.equations.sentences import Told
from xlnn.equations.verdict import label_number, reads_as
from xlnn.experiments.network.layers import output_of
from xlnn.experiments.network.quantities.lens import weights
from xlnn.experiments.network.quantities.network import forward, scaled
from xlnn.experiments.network.quantities.stating import copied, labels_are_text, quantity
from xlnn.experiments.network.sheets.choosers import choices
from xlnn.experiments.network.sheets.names import layer_title
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.pages.chart_parts import Plane, Trace
from xlnn.workbooks.pages.grid_part import Grid, Scale
from xlnn.workbooks.pages.number_parts import Made, Numbers
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.part import UNREAD, Below, Beside, Mat, PagePart, Space
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table_parts import Table, Units
from xlnn.workbooks.pages.text_parts import Label
from xlnn.workbooks.spec import Spec
from xlnn.writing.style import CHOICE, SECTION

SHEET, NUMBERS = "map", "plane"
UNITS = "map_seen"
"""The kind of the small pictures."""

PREFIX = "map_"

POINT = Axis("point", eq.SIDE * eq.SIDE)

MOST_UNITS = 40
"""Units of all layers up to which a network is drawn over the plane: each is 900 formulas."""

SHOWN, A_LINE = 9, 3
"""Units of a layer that have a small picture, and how many stand side by side."""

PLACES = tuple(range(0, eq.SIDE, 2))
"""Which rows and columns of the grid a small picture has."""

MOST_IMAGES = 400
"""Images that are drawn on the plane."""

PIXELS = 17
"""The side of a point of the grid."""

LABEL_CHOICE = replace(CHOICE, number_format="", border=True, shrink=True)

OWN, OTHERS, SIZE = "8A3F0B", "123E6B", 6
"""The colours of the data, which must be seen on those of the plane, and their size in points."""


def has_plane(spec: Spec) -> bool:
    """Return whether a network has two inputs, and is small enough to be drawn over their plane."""
    return (
        len(spec.features) == 2
        and all(layer.kind == "dense" for layer in spec.layers)
        and sum(layer.units for layer in spec.layers) <= MOST_UNITS
    )


def quantities(spec: Spec, trained: Model, words: Text) -> Iterator[Quantity]:
    """Yield the quantities of both sheets."""
    output, whole = f"map_a{output_of(spec)}", {"number_format": "0"}
    page = partial(quantity, prefix=PREFIX, sheet=SHEET)
    epoch = page("epoch", "after epoch (0: start)", choices=(0, spec.epochs), **whole)
    yield replace(epoch, kind="map_epoch")
    typed = "@" if labels_are_text(spec) else "General"  # a typed text stays one
    yield page("label_chosen", "output", is_text=labels_are_text(spec), number_format=typed)
    ask = Told(  # unless a label was chosen
        [*[""] * len(spec.labels), words("validation", "label")],
        lambda chosen, labels: [reads_as(chosen, labels[k]) for k in range(labels.shape[0])],
    )
    yield page("label_asked", equation=ask.of(chosen="map_label_chosen"))
    number = label_number(is_text=labels_are_text(spec))
    table = partial(page, sheet=NUMBERS)
    yield table("output", "output", number.of("map_label_chosen"), **whole)
    given = "raw" if spec.scaled else "x"
    ends = {"low": "map_low", "high": "map_high", "values": given}
    for kind, title, sign in (("low", "lower end", -1), ("high", "upper end", 1)):
        yield table(kind, title, eq.edge(sign), ends, (2,))
    for kind, number in (("ends", 0), ("heights", 1)):
        # beside the picture the upper end comes first
        yield page(kind, "", eq.edge_texts(number, upper_first=number == 1), ends, (2,))
    # state 0 is the start, so the weights after epoch e are in row e + 1
    yield from weights(spec, trained, PREFIX, NUMBERS, row=2)
    rows = {"axes": (POINT,), "prefix": PREFIX, "sheet": NUMBERS}
    yield replace(quantity("point", "point", counts=True, **whole, **rows), name="map_number")
    uses = {"number": "map_number", **ends}
    own = {"shape": spec.grid, "axes": (POINT,), "number_format": "0.0000"}
    of_point = partial(copied, trained[given], prefix=PREFIX, sheet=NUMBERS, **own)
    yield of_point(eq.GRID_POINT, uses)
    if spec.scaled:
        yield scaled(spec, spec.grid, **rows)
    yield from forward(spec, slopes=False, **rows)
    of_output = eq.OF_OUTPUT.of(output, "map_output")
    yield page("picture", equation=of_output, shape=(eq.SIDE, eq.SIDE))
    for layer in spec.layers[:-1]:
        shown = range(min(layer.units, SHOWN))
        for line in range(1, 2 + (len(shown) - 1) // A_LINE):
            units = shown[A_LINE * (line - 1) : A_LINE * line]
            seen, shape = eq.of_units(units, PLACES), (len(units), len(PLACES), len(PLACES))
            seen, prefix = seen.of(f"map_a{layer.name}"), f"{PREFIX}line{line}_"
            seen = page("seen", "", seen, shape=shape, layer=layer.name, prefix=prefix)
            yield replace(seen, kind=UNITS)
    yield from _data(spec, ends)


def _data(spec: Spec, ends: dict[str, str]) -> Iterator[Quantity]:
    """Yield the positions of the data in the picture: those of the chosen class, and all others."""
    some = Axis("image", min(spec.images, MOST_IMAGES))
    row = partial(quantity, axes=(some,), prefix=PREFIX, sheet=NUMBERS)
    at = row("at", "on the picture", eq.on_grid(some.length), ends, (2,), symbol="x{}")
    yield at
    kinds = {"own": "up, of the class", "others": "up, of others"}
    for kind, title in () if spec.is_regression else kinds.items():
        height = eq.height_if(own=kind == "own").of("map_at", output="map_output")
        yield row(kind, title, height, number_format="0.0000;", symbol=at.heading((1,)))


def _parts(model: Model) -> Below:
    """Return the choices, the plane coloured by the chosen output, and small pictures of units."""
    epoch, label, asked = (f"{PREFIX}{kind}" for kind in ("epoch", "label_chosen", "label_asked"))
    weights = next(q.name for q in model.quantities if q.given)
    return Below(
        choices(PREFIX, of={epoch: weights}, at=1),
        Numbers((label, asked), choices={label: "labels"}, looks={label: LABEL_CHOICE}, at=1),
        Space(),
        Beside(
            Plane(
                f"{PREFIX}picture",
                *_dots(model),
                ends=(f"{PREFIX}ends", f"{PREFIX}heights"),
                x=lambda page: page.spec.features[0],
                y=lambda page: page.spec.features[1],
                scale=_scale,
                indent=3,
                pixels=PIXELS,
            ),
            Below(*_units(model)),
        ),
    )


def _dots(model: Model) -> list[Trace]:
    """Return the data: those of the chosen class and the others, or all targets."""
    at = f"{PREFIX}at"
    if f"{PREFIX}own" not in model.by_name:
        return [Trace((at, 1), (at, 0), OTHERS, size=SIZE)]
    return [
        Trace(f"{PREFIX}{kind}", (at, 0), colour, size=SIZE, name=name, of="headings")
        for kind, colour, name in (
            ("own", OWN, "data of this label"),
            ("others", OTHERS, "other data"),
        )
    ]


def _units(model: Model) -> Iterator[PagePart]:
    """Yield the small pictures of each layer, below its title."""
    seen = [q for q in model.quantities if q.kind == UNITS]
    widest = max((q.shape[0] for q in seen), default=0) * (len(PLACES) + 1)
    for layer, lines in groupby(seen, lambda q: q.layer):
        symbol, scale = model[f"{PREFIX}a{layer}"].heading, partial(_scale, layer=layer)
        yield Label(partial(_title, layer=layer), look=SECTION, columns=widest + 1)
        pictures = (
            Grid(
                line.name, scale=scale, pixels=PIXELS, digits=UNREAD, titled=False,
                captions=tuple(symbol((first + unit,)) for unit in range(line.shape[0])),
            )
            for first, line in zip(count(0, A_LINE), lines, strict=False)
        )  # fmt: skip
        yield Mat(Below(*pictures, Space(0, widest - 1)))


def _title(page: Context, layer: str) -> str:
    text = page.words.of_itself("headings", "{layer}: the plane by each unit's output")
    return text.format(layer=layer_title(page, layer))


def _scale(page: Context, layer: str = "") -> Scale:
    """Return the range of a hidden layer's values or, of outputs, that of the targets."""
    used = next((spec for spec in page.spec.layers if spec.name == layer), page.spec.layers[-1])
    least, most = ACTIVATIONS[used.activation].reach
    if not layer and not page.spec.is_regression:
        least, most = 0, 1
    return (least, most) if isfinite(least) and isfinite(most) else "around 0"


def _note(spec: Spec) -> str:
    """Return what is coloured, and what to do: the dots of a regression are all of one kind."""
    if spec.is_regression:
        return (
            "The plane of the two inputs, coloured by an output of the network; the dots are the "
            "data. Type 0 as the epoch, then larger numbers."
        )
    return (
        "The plane of the two inputs, coloured by an output of the network. Type 0 as the epoch, "
        "then larger numbers, and watch the border move."
    )


PAGE = Page(
    SHEET, "Map", _note, Made(_parts),
    does="See at a glance how the network classifies every point of the plane, epoch by epoch.",
    opens=True,
)  # fmt: skip


def _points(model: Model) -> Table:
    """Return the points of the grid and what the network computes for each."""
    return Table(*(q.name for q in model.quantities if POINT in q.axes))


def _used(model: Model) -> Below:
    """Return the ends of the plane and the weights of each layer."""
    here = [q for q in model.quantities if q.sheet == NUMBERS]
    weights = (q for q in here if q.kind in PARAMETERS)
    layers = [[q.name for q in of] for _, of in groupby(weights, lambda weight: weight.layer)]
    ends = [f"{PREFIX}low", f"{PREFIX}high"]
    units = (Units("{number}", *names, above=1) for names in (ends, *layers))
    return Below(Numbers(f"{PREFIX}output", at=1), *units)


NUMBERS_PAGE = Page(
    NUMBERS, "Map data", "The grid points of {map}: what the network computes for each with the "
    "weights of the chosen epoch.", Made(_points), Made(_used),
    is_helper=True, gridlines=True, is_hidden=True,
)  # fmt: skip
"""The page of the numbers behind the plane; the data follow the parts."""
