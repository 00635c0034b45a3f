"""The quantities of one place of a map on the Lens: window, filter and products.

A convolution repeats one small computation at every place; here it is written out once, for the
map and the place that a person chooses.
"""

from collections.abc import Iterator

from xlnn.equations.convolution import OfFilter, OfPlace, PlusBias, Products, SumOfProducts, Window
from xlnn.quantity import Equation, Quantity
from xlnn.workbooks.network.quantities.lens import PREFIX, SHEET
from xlnn.workbooks.network.quantities.stack import Stack, quantity

MAP, PLACE = "window_map", ("window_row", "window_column")
"""The kinds of what is chosen."""


def window(stack: Stack) -> Iterator[Quantity]:
    """Yield the quantities of one place of each convolution."""
    for layer in stack.layers:
        if layer.kind == "convolution":
            yield from _of_layer(stack, layer.name)


def _of_layer(stack: Stack, name: str) -> Iterator[Quantity]:
    filters, *places = stack.shapes[name]
    (weight,), parameters = stack.weights(name), stack.kinds[name].parameters
    _, *size = parameters[weight]
    lengths = dict(zip((MAP, *PLACE), (filters, *places), strict=True))
    for kind, length in lengths.items():
        choices = {"choices": (1, length), "number_format": "0"}
        yield quantity(kind, name, prefix=PREFIX, sheet=SHEET, **choices)
    where = dict(
        zip(("number", "row", "column"), (_own(kind, name) for kind in lengths), strict=True)
    )
    looked_up = {"epoch": f"{PREFIX}epoch", "position": f"{PREFIX}position", **where}
    seen = {"a": stack.activation(stack.below[name], PREFIX), **where}
    yield _shown("window", name, Window(tuple(size[-2:])), seen, tuple(size))
    for kind, (_, *shape) in parameters.items():
        of_all = {"all_epochs": f"{kind}{name}", **looked_up}
        yield _shown(f"window_{kind}", name, OfFilter(), of_all, tuple(shape))
    own = {kind: _own(f"window_{kind}", name) for kind in parameters}
    own |= {"a": _own("window", name), "total": _own("window_sum", name)}
    yield _shown("window_product", name, Products(), own, tuple(size))
    products = {"products": _own("window_product", name)}
    yield _shown("window_sum", name, SumOfProducts(), products)
    yield _shown("window_z", name, PlusBias(), own)
    yield _shown("window_there", name, OfPlace(), {"rows": f"z{name}", **looked_up})


def _own(kind: str, layer: str) -> str:
    return f"{PREFIX}{kind}{layer}"


def _shown(
    kind: str,
    layer: str,
    equation: Equation,
    uses: dict[str, str],
    shape: tuple[int, ...] = (),
) -> Quantity:
    return quantity(
        kind, layer, prefix=PREFIX, sheet=SHEET, shape=shape, equation=equation, uses=uses
    )
