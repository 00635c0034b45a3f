"""The quantities of the sheet that compares predictions with targets in one epoch."""

from collections.abc import Iterator

from xlnn.equations.lookup import COPY, OfEpoch, OfEpochRows
from xlnn.equations.verdict import Ends
from xlnn.quantity import Axis, Quantity
from xlnn.workbooks.network.quantities.network import TEST
from xlnn.workbooks.network.quantities.stack import Stack, quantity

SHEET = "fit"
PREFIX = "fit_"


def fit(stack: Stack) -> Iterator[Quantity]:
    """Yield the quantities of the sheet: of a regression, in the units of its targets.

    Each image has a row with its target, its prediction in the chosen epoch, and the error. There
    are also the ends of the line on which all points of the chart would lie without errors.
    """
    yield quantity(
        "epoch", prefix=PREFIX, sheet=SHEET, choices=(1, stack.spec.epochs), number_format="0"
    )
    yield from _rows(stack, stack.image, "")
    parts = [""]
    if stack.spec.test_images:
        yield from _rows(stack, stack.test_image, TEST)
        parts.append(TEST)
    names = tuple(f"{PREFIX}{part}{kind}" for part in parts for kind in ("actual", "predicted"))
    yield quantity(
        "diagonal", prefix=PREFIX, sheet=SHEET, shape=(2, *stack.shapes[stack.output]),
        equation=Ends(names), uses={name: name for name in names}, number_format=stack.measure,
    )  # fmt: skip


def _rows(stack: Stack, images: Axis, part: str) -> Iterator[Quantity]:
    """Yield a row for each image that is trained, or held out, and the errors of all of them."""
    shape = stack.shapes[stack.output]
    shown = {
        "prefix": f"{PREFIX}{part}", "sheet": SHEET, "shape": shape,
        "number_format": stack.measure,
    }  # fmt: skip
    uses = {"a": stack.actual(part)}
    yield quantity("actual", equation=COPY, uses=uses, axes=(images,), **shown)
    for kind, rows in (("predicted", stack.predicted(part)), ("off", f"{part}off")):
        uses = {"rows": rows, "number": f"{part}number", "epoch": f"{PREFIX}epoch"}
        equation = OfEpochRows(images.length)
        yield quantity(kind, equation=equation, uses=uses, axes=(images,), **shown)
    for kind in ("rmse", "mae"):
        uses = {"all_epochs": f"{part}{kind}", "epoch": f"{PREFIX}epoch"}
        yield quantity(kind, equation=OfEpoch(shape), uses=uses, **shown)
