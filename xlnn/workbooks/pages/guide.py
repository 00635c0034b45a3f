"""Draw the sheet Guide: what this is, where to begin, what the colours mean."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from string import Formatter
from typing import Any

from xlnn.grid import address
from xlnn.layout import FIRST_ROW, Layout, quoted
from xlnn.quantity import Quantity
from xlnn.registry.text import Text, singular
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import beside_symbol
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import (
    FILLS,
    INDENTED,
    LABEL,
    LINK,
    NEGATIVE,
    PLAIN,
    POSITIVE,
    SECTION,
    TITLE,
    WHITE,
    Look,
)
from xlnn.writing.text_width import text_width

TEXT = Look(wrap=True)
COLUMNS = ("symbol", "name", "meaning", "equation", "where", "book")
SCALE = {"negative": NEGATIVE, "zero": WHITE, "positive": POSITIVE}
"""What the colours of weights mean, where there are any."""


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
    names = (page.words("quantities", kind) for kind in guide["symbols"] if _first(page, kind))
    widths[3] = max(widths[3], text_width(*names))
    drawing = Drawing(gridlines=False, widths=widths, heights={1: 30})
    drawing.put(1, 2, guide["title"].format(**values), replace(TITLE, size=18))
    row = 2
    about = (singular(line, values).format(**values) for line in guide["about"])
    first, *others = *about, *closing
    for line in (first, *more, *others):
        drawing.put(row, 2, line, PLAIN)
        row += 1
    row = _experiments(drawing, page, row + 1)
    row = _steps(drawing, page, row + 1)
    row = _procedures(drawing, page, row)
    row = _legend(drawing, page.words, row + 1, colours)
    row = _symbols(drawing, page, row + 1, equations)
    if reading:
        drawing.put(row, 3, reading, LABEL)
        row += 1
    _answers(drawing, page, row + 1)
    return drawing


def _section(drawing: Drawing, row: int, title: str) -> int:
    for column in range(2, 8):
        drawing.put(row, column, title if column == 2 else "", SECTION)
    drawing.whole.append((row, row + 2))  # not alone at the end of a printed page
    return row + 1


def _steps(drawing: Drawing, page: Context[Any], row: int) -> int:
    guide, titles = page.words.words["guide"], page.layout.titles
    row = _section(drawing, row, guide["steps_title"])
    for key, name in _numbered(page).items():
        drawing.put(row, 2, name, LINK)
        drawing.links[address(row, 2)] = f"{quoted(titles[key])}!A1"
        drawing.put(row, 3, guide["steps"][key].format(**titles), PLAIN)
        row += 1
    return row


def _numbered(page: Context[Any]) -> dict[str, str]:
    """Return the titles of the sheets to begin with, each after its number, by their keys."""
    titles = page.layout.titles
    known = [key for key in page.words.words["guide"]["steps"] if key in titles]
    return {key: f"{number}. {titles[key]}" for number, key in enumerate(known, start=1)}


def _procedures(drawing: Drawing, page: Context[Any], row: int) -> int:
    """Draw step-by-step instructions for a program, if the texts have any."""
    for procedure in page.words.words["guide"].get("procedures", ()):
        row = _section(drawing, row + 1, procedure["title"])
        for line in procedure["lines"]:
            text = line.format(**page.layout.titles, cells=_CellsOf(page.layout))
            drawing.put(row, 2, text, PLAIN)
            row += 1
    return row


class _CellsOf:
    """The cells of a quantity, as ``{cells[C_T]}`` asks for them."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def __getitem__(self, names: str) -> str:
        """Return the ranges of one quantity, or of several with ``+`` between their names."""
        return ";".join(
            ":".join(address(*corner) for corner in dict.fromkeys(corners))
            for name in names.split("+")
            for corners in self._layout.blocks[name].rectangles()
        )


def _legend(drawing: Drawing, words: Text, row: int, colours: Iterable[str]) -> int:
    guide = words.words["guide"]
    row = _section(drawing, row, guide["colours_title"])
    for key in colours:
        drawing.put(row, 2, "", Look(fill=SCALE.get(key, key), border=True))
        drawing.put(row, 3, guide["colours"][key], INDENTED)
        row += 1
    return row


def _symbols(drawing: Drawing, page: Context[Any], row: int, equations: Mapping[str, str]) -> int:
    guide = page.words.words["guide"]
    row = _section(drawing, row, guide["symbols_title"])
    for column, key in enumerate(COLUMNS, start=2):
        look = replace(LABEL, bold=True, indent=int(key == "equation"))
        drawing.put(row, column, guide["columns"][key], look)
    row += 1
    for kind, symbol in guide["symbols"].items():
        quantity = _first(page, kind)
        if quantity is None:
            continue
        block = page.layout.blocks[quantity.name]
        title = page.layout.titles[block.sheet]
        where = address(max(block.row - 1, FIRST_ROW - 1), block.column)
        written = symbol.get("symbol", quantity.symbol.replace("{}", ""))
        drawing.put(row, 2, written, replace(PLAIN, bold=True))
        name = beside_symbol(page.words("quantities", kind), written)
        drawing.put(row, 3, name, PLAIN)
        drawing.put(row, 4, symbol["meaning"], TEXT)
        drawing.put(row, 5, symbol["equation"].format(**equations), replace(TEXT, indent=1))
        drawing.put(row, 6, title, LINK)
        drawing.links[address(row, 6)] = f"{quoted(title)}!{where}"
        drawing.put(row, 7, symbol["book"].format(**equations), PLAIN)
        row += 1
    return row


def _first(page: Context[Any], kind: str) -> Quantity | None:
    """Return the first quantity of a kind on a sheet of training, and so not on Check."""
    quantities = page.layout.model.quantities
    return next((q for q in quantities if q.kind == kind and q.sheet != "check"), None)


def _tried(page: Context[Any]) -> tuple[list[dict[str, str]], dict[str, str]]:
    """Return the things to try on existing sheets, and the titles that they mention."""
    titles = dict(page.layout.titles)
    if rate := page.layout.blocks.get("eta"):
        titles["rate"] = titles[rate.sheet]
    known = set(titles)
    tried = page.words.words["guide"]["experiments"]
    return [each for each in tried if known.issuperset(blanks(each["do"], each["look"]))], titles


def _experiments(drawing: Drawing, page: Context[Any], row: int) -> int:
    """Draw the things to try; what to look for is listed at the end."""
    tried, titles = _tried(page)
    if not tried:
        return row - 1
    row = _section(drawing, row, page.words.words["guide"]["experiments_title"])
    for number, each in enumerate(tried, start=1):
        drawing.put(row, 2, f"{number}. {each['do'].format(**titles)}", PLAIN)
        row += 1
    return row


def _answers(drawing: Drawing, page: Context[Any], row: int) -> None:
    guide, (tried, titles) = page.words.words["guide"], _tried(page)
    row = _section(drawing, row, guide["answers_title"]) if tried else row
    for number, each in enumerate(tried, start=1):
        drawing.put(row, 2, f"{number}. {each['look'].format(**titles)}", LABEL)
        row += 1
    for line in guide.get("broken", guide["overwritten"]):
        row += 1
        drawing.put(row, 2, line.format(**titles), PLAIN)


def blanks(*texts: str) -> list[str]:
    """Return what texts name in braces, such as the keys of sheets."""
    return [name for text in texts for _, name, *_ in Formatter().parse(text) if name]
