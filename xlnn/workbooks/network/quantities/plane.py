"""The quantities of the sheet Map: a network of two inputs over its plane.

The equations are those of training, over the points of a grid, from weights that are looked up.
"""

from collections.abc import Iterator

from xlnn.equations.plane import (
    SIDE,
    Edge,
    EdgeText,
    GridPoint,
    HeightIf,
    OfOutput,
    OfUnits,
    OnGrid,
)
from xlnn.equations.verdict import AskedLabel, LabelNumber
from xlnn.quantity import Axis, Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.network.quantities.lens import weights
from xlnn.workbooks.network.quantities.network import forward, scaled
from xlnn.workbooks.network.quantities.stack import Stack, quantity
from xlnn.workbooks.network.spec import Spec

SHEET, NUMBERS = "map", "plane"
PREFIX = "map_"

POINT = Axis("point", SIDE * SIDE)

MOST_UNITS = 40
"""Units of all layers up to which a network is drawn over the plane: each is 900 formulas."""

SHOWN, A_LINE = 9, 3
"""Units of a layer that have a small picture, and how many stand side by side."""

PLACES = tuple(range(0, SIDE, 2))
"""Which rows and columns of the grid a small picture has."""

MOST_IMAGES = 400
"""Images that are drawn on the plane."""


def has_plane(spec: Spec) -> bool:
    """Return whether a network has two inputs, and is small enough to be drawn over their plane."""
    return (
        len(spec.features) == 2
        and all(layer.kind == "dense" for layer in spec.layers)
        and sum(layer.units for layer in spec.layers) <= MOST_UNITS
    )


def plane(stack: Stack, words: Text) -> Iterator[Quantity]:
    """Yield the quantities of both sheets."""
    spec, output = stack.spec, stack.output
    page, table = {"prefix": PREFIX, "sheet": SHEET}, {"prefix": PREFIX, "sheet": NUMBERS}
    whole = {"number_format": "0"}
    yield quantity("epoch", choices=(0, spec.epochs), **whole, **page)
    yield quantity("label_chosen", is_text=stack.labels_are_text, number_format="General", **page)
    chosen = {"chosen": "map_label_chosen", "labels": "labels"}
    ask = AskedLabel(words("validation", "label"), len(spec.labels))
    yield quantity("label_asked", equation=ask, uses=chosen, is_text=True, **page)
    number = LabelNumber(len(spec.labels), is_text=stack.labels_are_text)
    yield quantity("output", equation=number, uses=chosen, **whole, **table)
    given = "raw" if spec.scaled else "x"
    ends = {"low": "map_low", "high": "map_high", "values": given}
    for kind, sign in (("low", -1), ("high", 1)):
        yield quantity(kind, shape=(2,), equation=Edge(sign), uses=ends, **table)
    for kind, number in (("ends", 0), ("heights", 1)):
        equation = EdgeText(number, upper_first=number == 1)
        yield quantity(kind, shape=(2,), equation=equation, uses=ends, is_text=True, **page)
    # state 0 is the start, so the weights after epoch e are in row e + 1
    yield from weights(stack, PREFIX, NUMBERS, "map_epoch", row=2)
    rows = {"axes": (POINT,), **table}
    yield quantity("number", counts=True, **whole, **rows)
    uses = {"number": "map_number", **ends}
    grid = {"equation": GridPoint(), "uses": uses, "number_format": "0.0000"}
    yield quantity(given, shape=spec.picture, **grid, **rows)
    if spec.scaled:
        yield scaled(spec.picture, **rows)
    yield from forward(stack, slopes=False, **rows)
    uses = {"a": f"map_a{output}", "output": "map_output"}
    yield quantity("picture", shape=(SIDE, SIDE), equation=OfOutput(), uses=uses, **page)
    for layer in stack.layers[:-1]:
        shown = range(min(layer.units, SHOWN))
        for line in range(1, 2 + (len(shown) - 1) // A_LINE):
            units = shown[A_LINE * (line - 1) : A_LINE * line]
            shape = (len(units), len(PLACES), len(PLACES))
            yield quantity(
                "seen", layer.name, shape=shape, equation=OfUnits(units, PLACES),
                uses={"a": f"map_a{layer.name}"}, prefix=f"{PREFIX}line{line}_", sheet=SHEET,
            )  # fmt: skip
    yield from _points(stack, ends)


def _points(stack: Stack, ends: dict[str, str]) -> Iterator[Quantity]:
    """Yield the positions of the data in the picture: those of the chosen class, and all others."""
    some = Axis("image", min(stack.spec.images, MOST_IMAGES))
    rows = {"axes": (some,), "prefix": PREFIX, "sheet": NUMBERS}
    yield quantity("at", shape=(2,), equation=OnGrid(some.length), uses=ends, **rows)
    if stack.spec.is_regression:
        return
    uses = {"at": "map_at", "truth": "truth", "output": "map_output"}
    for kind in ("own", "others"):
        equation = HeightIf(some.length, own=kind == "own")
        yield quantity(kind, equation=equation, uses=uses, number_format="0.0000;", **rows)
