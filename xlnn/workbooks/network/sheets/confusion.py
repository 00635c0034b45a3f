"""The sheet Confusion: a table of classes, and the list of misclassified images.

For trained and for held-out images, in the chosen epoch. Both are counted from a column that has a
row for each image.
"""

from collections.abc import Iterator
from dataclasses import replace

from openpyxl.formatting.rule import FormulaRule, Rule
from openpyxl.styles import PatternFill

from xlnn.equations import verdict as eq
from xlnn.equations.lookup import OfEpochRows
from xlnn.equations.wording import Name
from xlnn.grid import address, letters
from xlnn.layout import Block, table_blocks
from xlnn.quantity import Axis, Model, Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.network.quantities.network import TEST
from xlnn.workbooks.network.quantities.stack import Stack, quantity
from xlnn.workbooks.network.sheets.choosers import draw_choices, draw_epoch_choice, place_choice
from xlnn.workbooks.pages.sheet import Context, titled_drawing
from xlnn.workbooks.pages.table import name_rows
from xlnn.writing.drawing import Drawing, cell_range
from xlnn.writing.formats import DIGIT_PIXELS
from xlnn.writing.style import (
    KEY,
    LABEL,
    NOTE,
    NUMBER,
    POSITIVE,
    QUIET,
    QUIET_NUMBER,
    SECTION,
    SENTENCE,
    heading,
    tint,
)
from xlnn.writing.text_width import LEADING, lines, name_width

SHEET = "confusion"
PREFIX = "confusion_"

MOST_CLASSES = 20
"""Classes that the table has; of more, the first."""

MOST_LISTED = 50
"""Images that the list has; how many more there are is said."""

EPOCH, PART, FIRST = 4, 6, 11
"""The rows of the choice, of what a part is, and the first of its table of classes."""

ROWS = ("answer", "key", "place")
"""What has a row for each image."""

LIST = ("image", "listed_label", "listed_answer")
COUNT, MOST_COUNT, NUMBERS = 7, 24, 10
"""The least and the largest width of a column of counts, and that of other numbers."""

NAME = replace(KEY, wrap=True)
HELPER = replace(heading("key", first=False), ink=QUIET)
"""Over what is counted from, beside the result."""

RIGHT = "3F8F5B"
GRADES = {0.5: 0.55, 0.2: 0.4, 0.05: 0.25, 0: 0.12}
"""How full the colour of a count is, by the share of its class beyond which it is."""


def quantities(stack: Stack, words: Text) -> Iterator[Quantity]:
    """Yield the quantities of the sheet."""
    choices = (1, stack.spec.epochs)
    yield quantity("epoch", prefix=PREFIX, sheet=SHEET, choices=choices, number_format="0")
    yield from _part(stack, stack.image, "", words)
    if stack.spec.test_samples:
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


def _parts(model: Model) -> list[str]:
    """Return the prefixes of the names of training images and of held-out ones."""
    return [part for part in (PREFIX, PREFIX + TEST) if f"{part}counts" in model.by_name]


def _classes(model: Model) -> int:
    return model[f"{PREFIX}total"].shape[0]


def _width(model: Model) -> int:
    """Return how many columns the table of a part takes, and the list below it at least."""
    return max(_classes(model) + 3, len(LIST))


def _columns(model: Model) -> Iterator[tuple[str, int, int]]:
    """Yield each part with its first column, and that of the rows of its images."""
    parts, width = _parts(model), _width(model) + 1
    beside = 1 + len(parts) * width + 1
    for number, part in enumerate(parts):
        yield part, 1 + number * width, beside + number * (len(ROWS) + 2)


def _list(model: Model) -> int:
    """Return the first row of the list."""
    return FIRST + _classes(model) + 4


def place(model: Model) -> Iterator[Block]:
    """Place the epoch, and for each part its table, its list, and a row for each image."""
    yield from place_choice(model, f"{PREFIX}epoch", EPOCH, 3)
    classes, listed = _classes(model), _list(model)
    for part, left, rows in _columns(model):
        below = ((1, 0),)
        yield Block(model[f"{part}mistakes"], SHEET, PART + 1, left, ())
        yield Block(model[f"{part}class_column"], SHEET, FIRST - 1, left + 1, ((0, 1),))
        yield Block(model[f"{part}class_row"], SHEET, FIRST, left, below)
        yield Block(model[f"{part}counts"], SHEET, FIRST, left + 1, ((1, 0), (0, 1)))
        yield Block(model[f"{part}total"], SHEET, FIRST, left + classes + 1, below)
        yield Block(model[f"{part}share"], SHEET, FIRST, left + classes + 2, below)
        yield Block(model[f"{part}wrong"], SHEET, listed - 2, left + 1, ())
        for column, kind in enumerate(LIST, start=left):
            yield Block(model[part + kind], SHEET, listed, column, below)
        yield from table_blocks([model[part + kind] for kind in ROWS], listed, rows + 1)


def draw(page: Context) -> Drawing:
    """Draw the headings, the choice of the epoch, and the colours of what is right and wrong."""
    layout = page.layout
    drawing = titled_drawing(page, SHEET)
    drawing.heights[FIRST - 1] = 30
    drawing.repeat = drawing.repeat_from = _list(layout.model) - 1
    draw_epoch_choice(drawing, page, PREFIX)
    draw_choices(drawing, page, SHEET)
    for part, left, rows in _columns(layout.model):
        _draw_table(drawing, page, part, left)
        _draw_list(drawing, page, part, left)
        _draw_rows(drawing, page, part, rows)
    return drawing


def _draw_table(drawing: Drawing, page: Context, part: str, left: int) -> None:
    """Draw what the part is, the headings of its table, and the colours."""
    words, classes = page.words, _classes(page.layout.model)
    for column in range(left, left + _width(page.layout.model)):
        drawing.put(PART, column, "", SECTION)
    trained = "trained" if part == PREFIX else "tested"
    drawing.put(PART, left, words("charts", trained), SECTION)
    drawing.looks[f"{part}mistakes"] = replace(SENTENCE, bold=True)
    drawing.put(FIRST - 2, left, words("confusion", "corner"), LABEL)
    drawing.put(FIRST - 1, left, "", KEY)
    for column, key in enumerate(("total", "share"), start=left + classes + 1):
        drawing.put(FIRST - 1, column, words("confusion", key), NAME)
        drawing.widths[column] = NUMBERS
        drawing.looks[part + key] = replace(NUMBER, number_format="0.0%" if key == "share" else "0")
    names = name_width(page.spec.labels)
    across = max(COUNT, min(MOST_COUNT, names))
    drawing.widths |= dict.fromkeys(range(left + 1, left + classes + 1), across)
    drawing.widths[left] = max(12, names)
    most = max(lines(label, NAME, across * DIGIT_PIXELS) for label in page.spec.labels)
    drawing.heights[FIRST - 1] = max(drawing.heights[FIRST - 1], most * NAME.size * LEADING)
    drawing.widths[left + _width(page.layout.model)] = 3
    drawing.looks |= {f"{part}class_row": replace(KEY, shrink=True), f"{part}class_column": NAME}
    counts = page.layout.blocks[f"{part}counts"]
    drawing.looks[counts.quantity.name] = replace(NUMBER, number_format="0", border=True)
    cells, first = cell_range(counts), address(FIRST, left + 1)
    own, answer = f"${letters(left)}{FIRST}", f"{letters(left + 1)}${FIRST - 1}"
    total = f"${letters(left + classes + 1)}{FIRST}"
    for sign, colour in (("=", RIGHT), ("<>", POSITIVE)):
        for share, full in GRADES.items():
            graded = f"AND({first}>{share}*{total},{own}{sign}{answer})"
            drawing.colours.append((cells, _filled(graded, tint(colour, full))))
    if len(page.spec.labels) > MOST_CLASSES:
        count = len(page.spec.labels)
        text = words("confusion", "classes_left", count=count, shown=MOST_CLASSES)
        drawing.put(FIRST + classes, left, text, NOTE)


def _filled(condition: str, colour: str) -> Rule:
    """Return a rule that colours the cells for which a condition is true."""
    return FormulaRule(formula=[condition], fill=PatternFill("solid", bgColor=colour))


def _draw_list(drawing: Drawing, page: Context, part: str, left: int) -> None:
    """Draw the headings of the list, and what is counted."""
    words, first = page.words, _list(page.layout.model)
    drawing.put(first - 2, left, words("confusion", "wrong"), LABEL)
    drawing.looks[f"{part}wrong"] = replace(NUMBER, number_format="0")
    headings = (
        words("headings", "image"), words("confusion", "label"), words("confusion", "taken_for"),
    )  # fmt: skip
    for column, text in enumerate(headings, start=left):
        drawing.put(first - 1, column, text, heading("result", first=column == left))
    centred = replace(SENTENCE, align="center", shrink=True)
    drawing.sparse |= {part + kind for kind in LIST}
    drawing.looks[f"{part}image"] = replace(NUMBER, number_format="0;;")
    drawing.looks |= dict.fromkeys((f"{part}listed_label", f"{part}listed_answer"), centred)


def _draw_rows(drawing: Drawing, page: Context, part: str, left: int) -> None:
    """Draw the headings of the rows of images, from which everything is counted."""
    words, first = page.words, _list(page.layout.model)
    trained = words("charts", "trained" if part == PREFIX else "tested")
    drawing.put(first - 3, left, words("confusion", "rows", which=trained), LABEL)
    axes = page.layout.model[f"{part}answer"].axes
    name_rows(drawing, axes, first, words, left)
    for column, kind in enumerate(ROWS, start=left + 1):
        drawing.put(first - 1, column, words("confusion", kind), HELPER)
        drawing.widths[column] = NUMBERS
        drawing.looks[part + kind] = QUIET_NUMBER
    drawing.folded_columns |= {*range(left, left + len(ROWS) + 1)}
