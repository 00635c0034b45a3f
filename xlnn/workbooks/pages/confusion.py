"""The page Confusion matrix: which class is taken for which, and the list of wrong rows.

For the rows that train and for those that are held out, in the chosen epoch. Both are counted from
columns that have a row for each of them.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import PatternFill

from xlnn.equations import verdict as eq
from xlnn.equations.lookup import Chosen
from xlnn.equations.sentences import Name, Told, plain
from xlnn.grid import address, letters
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.learning import choice
from xlnn.workbooks.pages.number_parts import Numbers, used_choices
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.part import Below, Beside, PagePart, Space
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table_parts import Table, Units
from xlnn.workbooks.pages.text_parts import Label, Sentences
from xlnn.workbooks.samples import TEST, Learns
from xlnn.workbooks.spec import Spec
from xlnn.writing.drawing import Drawing
from xlnn.writing.formats import DIGIT_PIXELS
from xlnn.writing.style import KEY, NOTE, NUMBER, POSITIVE, SECTION, SENTENCE, tint
from xlnn.writing.text_width import LEADING, lines, name_width

PREFIX = "confusion_"
SPLITS = {"": "training data", TEST: "held out"}

MOST_CLASSES = 20
"""The most classes in the table; if there are more, it shows the first."""

MOST_LISTED = 50
"""The most rows in the list; a sentence says how many more there are."""

COUNT, MOST_COUNT = 7, 24
"""The least and the largest width of a column of counts."""

LEFT_OUT = "Of {count} classes, the first {shown}."

NAME = replace(KEY, wrap=True)

RIGHT = "3F8F5B"
GRADES = {0.5: 0.55, 0.2: 0.4, 0.05: 0.25, 0: 0.12}
"""How strong the colour of a count is, by the share of its class that it exceeds."""

MISTAKES = {
    "rows": {
        "confusion_none_rows": "Every row is classified correctly.",
        "confusion_many_rows": "Classified wrongly: {wrong} of {images} rows. The list shows the "
        "first {listed}; {more} more are not listed.",
        "confusion_some_rows": "Classified wrongly: {wrong} of {images} rows.",
    },
    "images": {
        "confusion_none_images": "Every image is recognised.",
        "confusion_many_images": "Not recognised: {wrong} of {images}. The list shows the first "
        "{listed}; {more} more are not listed.",
        "confusion_some_images": "Not recognised: {wrong} of {images}.",
    },
}
TITLES = {
    "answer": "class found", "key": "sorting key (0: right)", "place": "position in the list",
    "class_row": "class", "counts": "taken for", "share": "right",
    "wrong": "wrong", "listed_label": "label", "listed_answer": "taken for",
}  # fmt: skip


class Confusion(Page):
    """Which classes are confused: of a model that states `xlnn.classes_of` and `classes_found`.

    Without classes the page is left out.
    """

    def __init__(
        self,
        key: str = "confusion",
        title: str = "Confusion matrix",
        note: str = "Which classes are confused, and what is still wrong. Choose the epoch in the "
        "yellow cell; at first it is the last one.",
        does: str = "See which classes are confused, and what is still wrong.",
    ) -> None:
        super().__init__(key, title, note, does=does, tab="result")

    def adds(self, learns: Learns | None) -> tuple[str, ...]:  # noqa: ARG002 -- for other pages
        """Return the names of the inputs that it may have."""
        return (f"{PREFIX}epoch",)

    def quantities(
        self,
        model: Model,
        learns: Learns | None,  # noqa: ARG002 -- for other pages
        spec: Spec,
        words: Text,
    ) -> Iterator[Quantity]:
        """Yield the choice of the epoch, the table and the list."""
        if not {"answer", "truth"} <= model.by_name.keys():
            return
        epoch = model["answer"].axes[0]
        yield from choice(f"{PREFIX}epoch", epoch, words, title="epoch shown", sheet=self.key)
        for split in SPLITS:
            if f"{split}answer" in model.by_name:
                yield from self._of_split(model, split, spec)

    def _of_split(self, model: Model, split: str, spec: Spec) -> Iterator[Quantity]:
        """Yield the table and the list of the rows that train, or of those that are held out."""
        own, truth = f"{PREFIX}{split}", f"{split}truth"
        epoch, rows = model[f"{split}answer"].axes
        which, count = "images" if spec.has_images else "rows", rows.length
        known = model["labels"].shape[0]
        classes, places = min(known, MOST_CLASSES), min(count, MOST_LISTED)
        called = dict.fromkeys(("image", "number"), which[:-1]) | {"total": which}

        def shown(kind: str, **fields: Any) -> Quantity:  # noqa: ANN401 -- fields of a quantity
            fields = {"symbol": " ", "sheet": self.key, "number_format": "0"} | fields
            title = called.get(kind, TITLES.get(kind, ""))
            fields |= {"title": title, "kind": f"{PREFIX}{called.get(kind, kind)}"}
            return Quantity(f"{own}{kind}", **fields)

        row, of_class = partial(shown, axes=(rows,)), partial(shown, shape=(classes,))
        number, answer = f"{own}number", f"{own}answer"
        yield row("number", counts=True)
        chosen = Chosen(epoch, rows).of(
            f"{split}answer", **{epoch.name: f"{PREFIX}epoch_used", rows.name: number}
        )
        yield row("answer", equation=chosen)
        yield row("key", equation=eq.key(count).of(number, truth, answer))
        yield row("place", equation=eq.WRONG_RANK.of(f"{own}key"))
        for kind in ("class_row", "class_column"):
            yield of_class(kind, equation=Name())
        counts = eq.counts(classes).of(truth, answer)
        yield shown("counts", shape=(classes, classes), equation=counts)
        yield of_class("total", equation=eq.of_class(classes).of(truth))
        share = eq.SHARE_RIGHT.of(f"{own}counts", f"{own}total")
        yield of_class("share", equation=share, number_format="0.0%")
        yield shown("wrong", equation=eq.COUNT_WRONG.of(f"{own}place"))
        mistakes = Told(
            MISTAKES[which], lambda wrong: (wrong == 0, wrong > MOST_LISTED), form=plain,
            more=lambda wrong: wrong - MOST_LISTED, images=count, listed=MOST_LISTED,
        )  # fmt: skip
        yield shown("mistakes", equation=mistakes.of(wrong=f"{own}wrong"))
        listed = eq.wrong_at_rank(places).of(f"{own}place")
        yield shown("image", equation=listed, shape=(places,), number_format="0;;")
        for kind, of in (("listed_label", truth), ("listed_answer", answer)):
            entry = eq.LabelInList().of(image=f"{own}image", of=of)
            yield shown(kind, equation=entry, shape=(places,))

    def made(self, model: Model) -> list[PagePart]:
        """Return a table and a list for each split, and folded beside them what is counted."""
        splits = [split for split in SPLITS if f"{PREFIX}{split}counts" in model.by_name]
        counted = Beside(*map(_counted, splits), apart=0)
        shown, known = (model[name].shape[0] for name in (f"{PREFIX}total", "labels"))
        left_out: PagePart = Space()
        if shown < known:
            numbers = {"count": known, "shown": shown}
            left_out = Label(LEFT_OUT, "headings", NOTE, numbers=numbers)
        lists = (Below(left_out, Space(1, shown + 3), _list(split)) for split in splits)
        return [
            Numbers((f"{PREFIX}epoch", f"{PREFIX}epoch_asked"), at=2),
            used_choices(model, f"{PREFIX}epoch"),
            Beside(*(_table(split, shown) for split in splits)),
            Beside(*lists, counted),
        ]


class Classes(Units):
    """The table of classes: what is right in one colour, what is wrong in another."""

    def draw(self, drawing: Drawing, page: Context, row: int, column: int) -> None:
        """Draw it with columns as wide as the names of classes, and stronger colours for more."""
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


def _table(split: str, shown: int) -> Below:
    """Return the table of classes of training or held-out data, below its sentence."""
    row, column, *numbers = (
        f"{PREFIX}{split}{kind}"
        for kind in ("class_row", "class_column", "counts", "total", "share")
    )
    looks = {row: replace(KEY, shrink=True), column: NAME}
    return Below(
        Label(SPLITS[split], "charts", SECTION, columns=shown + 3),
        Sentences(f"{PREFIX}{split}mistakes"),
        Classes("", row, *numbers, over={numbers[0]: column}, looks=looks, above=1),
    )


def _list(split: str) -> Below:
    """Return the list of misclassified rows."""
    image, *labels = (
        f"{PREFIX}{split}{kind}" for kind in ("image", "listed_label", "listed_answer")
    )
    looks = dict.fromkeys(labels, replace(SENTENCE, align="center", shrink=True))
    looks[image] = replace(NUMBER, number_format="0;;")
    return Below(
        Numbers(f"{PREFIX}{split}wrong", at=1),
        Units("", image, *labels, looks=looks, repeated=True),
    )


def _counted(split: str) -> Below:
    """Return the rows from which everything is counted, beside the list."""

    def title(page: Context) -> str:
        which = page.words.of_itself("charts", SPLITS[split])
        text = page.words.of_itself("headings", "the rows that are counted ({which})")
        return text.format(which=which)

    rows = (f"{PREFIX}{split}{kind}" for kind in ("number", "answer", "key", "place"))
    return Below(Space(2), Label(title), Table(*rows, folded=True, above=0))
