"""Draw the sheet Guide: what this is, where to begin, what the colours mean."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from string import Formatter
from typing import Any

from xlnn.block import FIRST_ROW
from xlnn.grid import address, quoted
from xlnn.layout import Layout
from xlnn.quantity import Quantity
from xlnn.registry.text import singular
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import beside_symbol
from xlnn.writing.charts import smaller
from xlnn.writing.drawing import Drawing
from xlnn.writing.formats import PIXELS_A_POINT, USUAL_HEIGHT, column_pixels
from xlnn.writing.style import (
    BLANK,
    FILLS,
    INDENTED,
    LABEL,
    LINK,
    NEGATIVE,
    NOTE,
    PLAIN,
    POSITIVE,
    SECTION,
    TITLE,
    WHITE,
    Look,
)
from xlnn.writing.text_width import parted, text_width

TEXT = Look(wrap=True)

COLUMNS = {
    **{name: name for name in ("symbol", "name", "meaning", "equation", "where")},
    "book": "book or paper",
}
"""The columns of the list of symbols, unless a kind of workbook calls one otherwise."""

COLOURS = {
    "input": "input: you can change it",
    "key": "names of rows, headings",
    "forward": "forward: weighted inputs and activations",
    "backward": "back: errors and gradients",
    "weight": "weights and biases",
    "result": "results",
    "negative": "coloured numbers: below 0",
    "zero": "0",
    "positive": "coloured numbers: above 0; the stronger the colour, the further from 0",
}
"""What roles and the ends of the scale mean, unless a kind of workbook says it otherwise."""

OVERWRITTEN = (
    "If you overwrite a formula by mistake, the command  xlnn check FILE  names the cell and its "
    "correct formula."
)

SCALE = {"negative": NEGATIVE, "zero": WHITE, "positive": POSITIVE}
"""What the colours of weights mean, where there are any."""

PICTURE_ROWS, BESIDE, BEYOND = 11, 4, 8
"""The rows of the picture, the column of the lines beside it, and the first column beyond them."""

GAP, A_CM = 8, 96 / 2.54
"""Pixels between the picture and what is around it, and pixels of a centimetre."""


def draw_guide(  # noqa: PLR0913 -- what kinds of workbooks say otherwise
    page: Context[Any],
    *,
    values: Mapping[str, object],
    equations: Mapping[str, str],
    colours: Iterable[str] = (*FILLS, *SCALE),
    more: Iterable[str] = (),
    reading: str = "",
    closing: Iterable[str] = (),
) -> Drawing:
    """Draw the sheet from top to bottom; every place it names is a link.

    Parameters
    ----------
    page : Context
    values : mapping
        Values for the words in braces in the lines about the workbook.
    equations : mapping
        The same for the equations of the symbols.
    colours : iterable of str
        The roles, and ends of the scale of weights, that the workbook has.
    more : iterable of str
        Further lines about the workbook, after the first.
    reading : str
        How the symbols' indices are read.
    closing : iterable of str
        What follows the lines about the workbook.
    """
    guide = page.words.words["guide"]
    widths = {1: 3, 2: 16, 3: 26, 4: 46, 5: 41, 6: 18, 7: 12}
    widths[2] = max(widths[2], text_width(*_numbered(page).values()))
    symbols = {kind: symbol for kind, symbol in guide["symbols"].items() if _first(page, kind)}
    widths[3] = max(widths[3], text_width(*(page.words("quantities", kind) for kind in symbols)))
    sources = (symbol["book"].format(**equations) for symbol in symbols.values())
    shown = _Lines(page, Drawing(gridlines=False, widths=widths, heights={1: 30}))
    widths[7] = text_width(shown.said("columns", "book", COLUMNS), *sources)
    shown.add((2, guide["title"].format(**values), replace(TITLE, size=18)))
    shown.add_exercise()
    about = (singular(line, values).format(**values) for line in guide["about"])
    first, *others = *about, *closing
    shown.add_beside_picture([first, *more, *others])
    tried, titles = _tried(page)
    if tried:
        shown.begin("Things to try")
        shown.add_numbered([trial["do"].format(**titles) for trial in tried], PLAIN)
    shown.add_steps()
    shown.add_procedures()
    shown.add_colours(colours)
    shown.add_symbols(equations)
    if reading:
        shown.add((3, reading, LABEL))
    if tried:
        shown.begin("What to look for")
        shown.add_numbered([trial["look"].format(**titles) for trial in tried], LABEL)
    else:
        shown.row += 1
    shown.row += 1
    for line in guide.get("broken") or [page.words.of_itself("headings", OVERWRITTEN)]:
        shown.add((2, line.format(**titles), PLAIN))
    return shown.drawing


class _Lines:
    """The sheet so far, and the row of its next line."""

    def __init__(self, page: Context[Any], drawing: Drawing) -> None:
        self.page, self.drawing, self.row = page, drawing, 1
        self.guide, self.titles = page.words.words["guide"], page.titles

    def add(self, *cells: tuple[int, str, Look]) -> None:
        """Add a line: columns, their texts and looks."""
        for column, text, look in cells:
            self.drawing.put(self.row, column, text, look)
        self.row += 1

    def add_exercise(self) -> None:
        """Add the text about an exercise, which begins with a link to its sheet."""
        if exercise := self.guide.get("exercise"):
            self.drawing.links[address(self.row, 2)] = exercise["link"]
            self.add((2, exercise["begin"], replace(LINK, bold=True)))
            for line in exercise["lines"]:
                self.add((2, line, NOTE))

    def add_beside_picture(self, lines: Iterable[str]) -> None:
        """Add lines beside a small copy of the picture, if there is one.

        A line that is longer than the columns beside the picture goes on in the next row.
        """
        picture, top, column = self.page.picture, self.row, 2
        if picture is not None:
            column, pixels = BESIDE, partial(column_pixels, self.drawing)
            room, width = (
                sum(map(pixels, columns)) for columns in (range(BESIDE, BEYOND), range(2, BESIDE))
            )
            height = PICTURE_ROWS * USUAL_HEIGHT * PIXELS_A_POINT
            shown = smaller(picture, (width - GAP) / A_CM, (height - GAP) / A_CM)
            self.drawing.charts.append((address(top, 2), shown))
            broken = ((line, parted(line, PLAIN, room)) for line in lines)
            lines = [part for line, parts in broken for part in (parts if parts[1:] else [line])]
        for line in lines:
            self.add((column, line, PLAIN))
        if column == BESIDE:
            self.row = max(self.row, top + PICTURE_ROWS)

    def add_numbered(self, lines: Iterable[str], look: Look) -> None:
        """Add numbered lines."""
        for number, line in enumerate(lines, start=1):
            self.add((2, f"{number}. {line}", look))

    def said(self, section: str, key: str, usual: Mapping[str, str]) -> str:
        """Return what a kind of workbook says in a section of the Guide, or the usual text."""
        own: Mapping[str, str] = self.guide.get(section, {})
        return own.get(key) or self.page.words.of_itself(section, usual[key])

    def begin(self, title: str) -> None:
        """Begin a section after a blank line; the one before it is printed on one page."""
        title = self.page.words.of_itself("headings", title)
        if whole := self.drawing.whole:
            whole.append((whole[-1][0], self.row - 1))
        self.row += 1
        self.drawing.whole.append((self.row, self.row + 2))  # not alone at the end of a page
        self.add((2, title, SECTION), *((column, "", SECTION) for column in range(3, BEYOND)))

    def add_steps(self) -> None:
        """Add the sheets to begin with, and what to do there."""
        self.begin("Where to begin")
        for key, name in _numbered(self.page).items():
            self.drawing.links[address(self.row, 2)] = f"{quoted(self.titles[key])}!A1"
            does = self.guide["steps"][key].format(**self.titles)
            self.add((2, name, LINK), (3, does, PLAIN))

    def add_procedures(self) -> None:
        """Add step-by-step instructions for a program, if the texts have any."""
        for procedure in self.guide.get("procedures", ()):
            self.begin(procedure["title"])
            for line in procedure["lines"]:
                text = line.format(**self.titles, cells=_CellsOf(self.page.layout))
                self.add((2, text, PLAIN))

    def add_colours(self, colours: Iterable[str]) -> None:
        """Add what the colours mean."""
        self.begin("Colours")
        if exercise := self.guide.get("exercise"):
            self.add((2, "", Look(fill=BLANK, border=True)), (3, exercise["blank"], INDENTED))
        for key in colours:
            fill = Look(fill=SCALE.get(key, key), border=True)
            self.add((2, "", fill), (3, self.said("colours", key, COLOURS), INDENTED))

    def add_symbols(self, equations: Mapping[str, str]) -> None:
        """Add the symbols: their names, meanings, equations, and where they are."""
        self.begin("Symbols")
        head, indented = replace(LABEL, bold=True), replace(TEXT, indent=1)
        looks = {"equation": replace(head, indent=1)}
        names = {key: self.said("columns", key, COLUMNS) for key in COLUMNS}
        self.add(
            *((n, name, looks.get(key, head)) for n, (key, name) in enumerate(names.items(), 2))
        )
        for kind, symbol in self.guide["symbols"].items():
            quantity = _first(self.page, kind)
            if quantity is None:
                continue
            block = self.page.layout.blocks[quantity.name]
            title = self.titles[block.sheet]
            where = address(max(block.row - 1, FIRST_ROW - 1), block.column)
            self.drawing.links[address(self.row, 6)] = f"{quoted(title)}!{where}"
            written = symbol.get("symbol", quantity.symbol.replace("{}", ""))
            self.add(
                (2, written, replace(PLAIN, bold=True)),
                (3, beside_symbol(self.page.words("quantities", kind), written), PLAIN),
                (4, symbol["meaning"], TEXT),
                (5, symbol["equation"].format(**equations), indented),
                (6, title, LINK),
                (7, symbol["book"].format(**equations), PLAIN),
            )


def _numbered(page: Context[Any]) -> dict[str, str]:
    """Return the titles of the sheets to begin with, each after its number, by their keys."""
    titles = page.layout.titles
    known = [key for key in page.words.words["guide"]["steps"] if key in titles]
    return {key: f"{number}. {titles[key]}" for number, key in enumerate(known, start=1)}


class _CellsOf:
    """The cells of a quantity, as ``{cells[C_T]}`` asks for them."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def __getitem__(self, names: str) -> str:
        """Return the ranges of one quantity, or of several with ``+`` between their names."""
        return ";".join(
            cells for name in names.split("+") for cells in self._layout.blocks[name].ranges()
        )


def _first(page: Context[Any], kind: str) -> Quantity | None:
    """Return the first quantity of a kind on a sheet of training, and so not on Check."""
    quantities = page.layout.model.quantities
    return next((q for q in quantities if q.kind == kind and q.sheet != "check"), None)


def _tried(page: Context[Any]) -> tuple[list[dict[str, str]], dict[str, str]]:
    """Return the things to try on existing sheets, and the titles that they mention."""
    titles = page.titles
    if rate := page.layout.blocks.get("eta"):
        titles["rate"] = titles[rate.sheet]
    known = set(titles)
    tried = page.words.words["guide"]["experiments"]
    fitting = [trial for trial in tried if known.issuperset(blanks(trial["do"], trial["look"]))]
    return fitting, titles


def blanks(*texts: str) -> list[str]:
    """Return what texts name in braces, such as the keys of sheets."""
    return [name for text in texts for _, name, *_ in Formatter().parse(text) if name]
