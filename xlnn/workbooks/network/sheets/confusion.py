"""The sheet Confusion: a table of classes, and the list of misclassified samples.

For trained and for held-out samples, in the chosen epoch. Both are counted from a column that has a
row for each sample.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from xlnn.axis import Axis
from xlnn.equations import verdict as eq
from xlnn.equations.lookup import Chosen
from xlnn.equations.sentences import Name, Told, plain
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.network.quantities.stack import TEST, Stack, quantity
from xlnn.workbooks.network.sheets.choosers import choices
from xlnn.workbooks.pages.confusion import Classes
from xlnn.workbooks.pages.number_parts import Made, Numbers
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.part import Below, Beside, Space
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table_parts import Table, Units
from xlnn.workbooks.pages.text_parts import Label, Sentences
from xlnn.writing.style import KEY, NOTE, NUMBER, SECTION, SENTENCE

SHEET = "confusion"
PREFIX = "confusion_"
TITLES = {"": "trained", TEST: "tested"}

MOST_CLASSES = 20
"""Classes that the table has; of more, the first."""

MOST_LISTED = 50
"""Samples that the list has; how many more there are is said."""

ROWS = ("answer", "key", "place")
"""What has a row for each sample."""

LIST = ("image", "listed_label", "listed_answer")
NAME = replace(KEY, wrap=True)


def quantities(stack: Stack, words: Text) -> Iterator[Quantity]:
    """Yield the quantities of the sheet."""
    epochs = (1, stack.spec.epochs)
    yield quantity("epoch", prefix=PREFIX, sheet=SHEET, choices=epochs, number_format="0")
    for part, samples in stack.samples.items():
        yield from _part(stack, samples, part, words)


def _part(stack: Stack, samples: Axis, part: str, words: Text) -> Iterator[Quantity]:
    """Yield the table and the list of the trained or the held-out samples."""
    own, truth, count = f"{PREFIX}{part}", f"{part}truth", samples.length
    classes, places = min(len(stack.spec.labels), MOST_CLASSES), min(count, MOST_LISTED)
    shown = partial(quantity, prefix=own, sheet=SHEET, number_format="0")
    row, of_class = partial(shown, axes=(samples,)), partial(shown, shape=(classes,))
    number, answer = f"{part}number", f"{own}answer"
    found = Chosen(stack.epoch, samples)
    yield row("answer", found.of(f"{part}answer", f"{PREFIX}epoch", number))
    yield row("key", eq.key(count).of(number, truth, answer))
    yield row("place", eq.WRONG_RANK.of(f"{own}key"))
    for kind in ("class_row", "class_column"):
        yield of_class(kind, Name())
    yield shown("counts", eq.counts(classes).of(truth, answer), shape=(classes, classes))
    yield of_class("total", eq.of_class(classes).of(truth))
    share = eq.SHARE_RIGHT.of(f"{own}counts", f"{own}total")
    yield of_class("share", share, number_format="0.0%")
    yield shown("wrong", eq.COUNT_WRONG.of(f"{own}place"))
    mistakes = Told(
        [
            words.open("sentences", f"confusion_{how}", images=count, listed=MOST_LISTED)
            for how in ("none", "many", "some")
        ],
        lambda wrong: (wrong == 0, wrong > MOST_LISTED),
        form=plain, more=lambda wrong: wrong - MOST_LISTED,
    )  # fmt: skip
    yield shown("mistakes", mistakes.of(wrong=f"{own}wrong"))
    listed = eq.wrong_at_rank(places).of(f"{own}place")
    yield shown("image", listed, shape=(places,), number_format="0;;")
    for kind, of in (("listed_label", truth), ("listed_answer", answer)):
        yield shown(kind, eq.LabelInList().of(image=f"{own}image", of=of), shape=(places,))


def _parts(model: Model) -> Below:
    """Return a table and a list for each part, and folded beside the lists what is counted."""
    parts = [part for part in ("", TEST) if f"{PREFIX}{part}counts" in model.by_name]
    counted = Beside(*map(_counted, parts), apart=0)
    shown, known = (model[name].shape[0] for name in (f"{PREFIX}total", "labels"))
    numbers = {"count": known, "shown": shown}
    left_out = Label("classes_left", SHEET, NOTE, numbers=numbers) if shown < known else Space()
    return Below(
        Beside(*(_table(part, shown) for part in parts)),
        Beside(*(Below(left_out, Space(1, shown + 3), _list(part)) for part in parts), counted),
    )


def _table(part: str, shown: int) -> Below:
    """Return the table of classes of training or held-out data, below its sentence."""
    row, column, *numbers = (
        f"{PREFIX}{part}{kind}"
        for kind in ("class_row", "class_column", "counts", "total", "share")
    )
    looks = {row: replace(KEY, shrink=True), column: NAME}
    return Below(
        Label(TITLES[part], "charts", SECTION, columns=shown + 3),
        Sentences(f"{PREFIX}{part}mistakes"),
        Classes("", row, *numbers, over={numbers[0]: column}, looks=looks, above=1),
    )


def _list(part: str) -> Below:
    """Return the list of misclassified samples."""
    image, *labels = (f"{PREFIX}{part}{kind}" for kind in LIST)
    looks = dict.fromkeys(labels, replace(SENTENCE, align="center", shrink=True))
    looks[image] = replace(NUMBER, number_format="0;;")
    return Below(
        Numbers(f"{PREFIX}{part}wrong", at=1),
        Units("", image, *labels, looks=looks, repeated=True),
    )


def _counted(part: str) -> Below:
    """Return the rows of samples from which everything is counted, beside the list."""

    def title(page: Context) -> str:
        return page.words(SHEET, "rows", which=page.words("charts", TITLES[part]))

    rows = (f"{PREFIX}{part}{kind}" for kind in ROWS)
    return Below(Space(2), Label(title), Table(*rows, folded=True, above=0))


PAGE = Page(SHEET, "", "", choices(PREFIX), Space(), Made(_parts), tab="result")
