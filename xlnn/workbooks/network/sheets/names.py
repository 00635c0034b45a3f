"""What are a network's quantities and inputs called in headings?"""

from xlnn.quantity import Quantity
from xlnn.shipped.text import Text
from xlnn.workbooks.network.quantities.network import TEST
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.table import plain_name


def named(quantity: Quantity, words: Text) -> str:
    """Return what a quantity is called, beside that of the images that are trained."""
    name = plain_name(quantity, words)
    is_beside = quantity.sheet in {"progress", "fit", "check"} and TEST in quantity.name
    return words("headings", "tested", name=name) if is_beside else name


def input_names(page: Page) -> tuple[str, ...]:
    """Return what the inputs are called: a table's features, or the symbols of pixels."""
    x = page.layout.model["x"]
    return page.spec.features or tuple(x.heading(unit) for unit in x.units)
