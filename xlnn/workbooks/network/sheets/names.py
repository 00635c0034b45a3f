"""Name quantities, inputs and layers in headings."""

from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.network.quantities.stack import TEST
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import plain_name


def named(quantity: Quantity, words: Text) -> str:
    """Return the name of a quantity, to be shown beside that of the training samples."""
    name = plain_name(quantity, words)
    is_beside = quantity.sheet in {"progress", "fit", "check"} and TEST in quantity.name
    return words("headings", "tested", name=name) if is_beside else name


def layer_name(page: Context, layer: str, of: str = "play") -> str:
    """Return which layer it is: hidden, output, or another kind."""
    found = next(spec for spec in page.spec.layers if spec.name == layer)
    rows, columns = found.size or (0, 0)
    key = found.kind
    if key == "dense":
        of, key = "layers", "output" if found is page.spec.layers[-1] else key
    return page.words(of, key, layer=layer, units=found.units, rows=rows, columns=columns)


def layer_title(page: Context, layer: str) -> str:
    """Return what a layer is, with the size of filters and blocks."""
    return layer_name(page, layer, "layers")
