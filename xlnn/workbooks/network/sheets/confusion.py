"""The sheet Confusion: a table of classes, and the list of misclassified samples.

For trained and for held-out samples, in the chosen epoch. Both are counted from a column that has a
row for each sample.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import PatternFill

from xlnn.axis import Axis
from xlnn.equations import verdict as eq
from xlnn.equations.lookup import Chosen
from xlnn.equations.sentences import Name, Told, plain
from xlnn.grid import address, letters
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.network.quantities.stack import TEST, Stack, quantity
from xlnn.workbooks.network.sheets.choosers import choices
from xlnn.workbooks.pages.number_parts import Made, Numbers
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.part import Below, Beside, Space
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table_parts import Table, Units
from xlnn.workbooks.pages.text_parts import Label, Sentences
from xlnn.writing.drawing import Drawing
from xlnn.writing.formats import DIGIT_PIXELS
from xlnn.writing.style import KEY, NOTE, NUMBER, POSITIVE, SECTION, SENTENCE, tint
from xlnn.writing.text_width import LEADING, lines, name_width

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
COUNT, MOST_COUNT = 7, 24
"""The least and the largest width of a column of counts."""

NAME = replace(KEY, wrap=True)

RIGHT = "3F8F5B"
GRADES = {0.5: 0.55, 0.2: 0.4, 0.05: 0.25, 0: 0.12}
"""How full the colour of a count is, by the share of its class beyond which it is."""


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


class _Classes(Units):
    """The table of classes: what is right in one colour, what is wrong in another."""

    def draw(self, drawing: Drawing, page: Context, row: int, column: int) -> None:
        """Draw it with columns as wide as the classes, and the fuller, the larger the share."""
        counts, total = (page.layout.blocks[name] for name in self.names[1:3])
        labels, names = page.spec.labels, name_width(page.spec.labels)
        across = max(COUNT, min(MOST_COUNT, names))
        columns = range(counts.column, total.column)
        drawing.widths |= {column: max(12, names), **dict.fromkeys(columns, across)}
        super().draw(drawing, page, row, column)
        most = max(lines(label, NAME, across * DIGIT_PIXELS) for label in labels)
        above = counts.row - 1
        drawing.heights[above] = max(30, most * NAME.size * LEADING)
        first, of_class = address(counts.row, counts.column), letters(total.column)
        own, answer = f"${letters(column)}{counts.row}", f"{letters(counts.column)}${above}"
        for sign, colour in (("=", RIGHT), ("<>", POSITIVE)):
            for share, full in GRADES.items():
                graded = f"AND({first}>{share}*${of_class}{counts.row},{own}{sign}{answer})"
                fill = PatternFill("solid", bgColor=tint(colour, full))
                drawing.colour(counts, FormulaRule(formula=[graded], fill=fill))


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
        _Classes("", row, *numbers, over={numbers[0]: column}, looks=looks, above=1),
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
