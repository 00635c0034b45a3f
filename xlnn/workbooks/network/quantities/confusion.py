"""The quantities of the sheet Confusion: the matrix, and the list of wrong images.

For trained and for held-out images, in the chosen epoch: a table of classes, the list of
misclassified images, and the column that both are counted from.
"""

from collections.abc import Iterator

from xlnn.equations import verdict as eq
from xlnn.equations.lookup import OfEpochRows
from xlnn.equations.wording import Name
from xlnn.quantity import Axis, Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.network.quantities.network import TEST
from xlnn.workbooks.network.quantities.stack import Stack, quantity

SHEET = "confusion"
PREFIX = "confusion_"

MOST_CLASSES = 20
"""Classes that the table has; of more, the first."""

MOST_LISTED = 50
"""Images that the list has; how many more there are is said."""


def confusion(stack: Stack, words: Text) -> Iterator[Quantity]:
    """Yield the quantities of the sheet."""
    choices = (1, stack.spec.epochs)
    yield quantity("epoch", prefix=PREFIX, sheet=SHEET, choices=choices, number_format="0")
    yield from _part(stack, stack.image, "", words)
    if stack.spec.test_images:
        yield from _part(stack, stack.test_image, TEST, words)


def _part(stack: Stack, images: Axis, part: str, words: Text) -> Iterator[Quantity]:
    """Yield the table and the list of the trained or the held-out images."""
    prefix, count = f"{PREFIX}{part}", images.length
    classes = min(len(stack.spec.labels), MOST_CLASSES)
    shown = {"prefix": prefix, "sheet": SHEET, "number_format": "0"}
    truth = {"truth": f"{part}truth"}
    uses = {"rows": f"{part}answer", "number": f"{part}number", "epoch": f"{PREFIX}epoch"}
    yield quantity("answer", equation=OfEpochRows(count), uses=uses, axes=(images,), **shown)
    uses = truth | {"answer": f"{prefix}answer"}
    numbered = uses | {"number": f"{part}number"}
    yield quantity("key", equation=eq.Key(count), uses=numbered, axes=(images,), **shown)
    key, place = {"key": f"{prefix}key"}, {"place": f"{prefix}place"}
    yield quantity("place", equation=eq.WrongRank(count), uses=key, axes=(images,), **shown)
    labels = {"labels": "labels"}
    for kind in ("class_row", "class_column"):
        yield quantity(kind, equation=Name(), uses=labels, shape=(classes,), is_text=True, **shown)
    square = (classes, classes)
    yield quantity("counts", equation=eq.Counts(classes), uses=uses, shape=square, **shown)
    yield quantity("total", equation=eq.of_class(classes), uses=truth, shape=(classes,), **shown)
    uses = {"counts": f"{prefix}counts", "total": f"{prefix}total"}
    share = {**shown, "number_format": "0.0%"}
    yield quantity("share", equation=eq.SHARE_RIGHT, uses=uses, shape=(classes,), **share)
    yield quantity("wrong", equation=eq.COUNT_WRONG, uses=place, **shown)
    said = tuple(
        words.open("sentences", f"confusion_{how}", images=count, listed=MOST_LISTED)
        for how in ("none", "some", "many")
    )
    equation = eq.Mistakes(said, MOST_LISTED)
    wrong = {"wrong": f"{prefix}wrong"}
    yield quantity("mistakes", equation=equation, uses=wrong, is_text=True, **shown)
    places = min(count, MOST_LISTED)
    listed = {"shape": (places,), **shown}
    yield quantity(
        "image", equation=eq.WrongAtRank(places), uses=place, **{**listed, "number_format": "0;;"}
    )
    for kind, of in (("listed_label", f"{part}truth"), ("listed_answer", f"{prefix}answer")):
        uses = labels | {"image": f"{prefix}image", "of": of}
        yield quantity(kind, equation=eq.LabelInList(), uses=uses, is_text=True, **listed)
