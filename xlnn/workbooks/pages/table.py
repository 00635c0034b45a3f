"""Draw a table: a row for each epoch or sample, a column for each unit."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import product

from openpyxl.worksheet.datavalidation import DataValidation

from xlnn.axis import Axis
from xlnn.block import FIRST_ROW, Block
from xlnn.grid import address, letters, quoted
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.pages.sheet import Context
from xlnn.writing.drawing import Drawing, cell_range, fixed_range
from xlnn.writing.formats import DIGIT_PIXELS, PADDING, USUAL_WIDTH, text_pixels
from xlnn.writing.style import KEY, NOTE, TITLE, heading, wide
from xlnn.writing.text_width import text_width

NARROW, NORMAL, WIDE = 7, 10.5, 13
FEWEST, MOST_COURSES = 3, 2_000
"""The fewest epochs of a course that is drawn, and the most courses that are drawn."""

MOST_SPREAD = 6
"""Columns up to which a heading stands over the middle of them."""

BOLD = 1.15
"""Factor by which a bold title may be wider than as many digits, in any font."""

LONGEST_PROMPT = 255
"""Characters of UTF-16 that Excel shows beside a cell that is selected."""

GROUP_ROW, UNIT_ROW = FIRST_ROW - 2, FIRST_ROW - 1


ONE = "one"
"""The axis of a single row, which a person types or chooses."""

Named = Callable[[Quantity, Text], str]
"""What a quantity is called in a heading."""


def plain_name(quantity: Quantity, words: Text) -> str:
    """Return the name of a quantity: that of its kind."""
    return words("quantities", quantity.kind)


def called(quantity: Quantity, words: Text) -> str:
    """Return the name of a quantity, or its symbol."""
    return plain_name(quantity, words) or quantity.symbol.replace("{}", "")


def beside_symbol(name: str, symbol: str) -> str:
    """Return a name to be shown beside its symbol, without repeating the symbol.

    >>> beside_symbol("learning rate η", "η"), beside_symbol("gradient", "∂z/∂x")
    ('learning rate', 'gradient')
    """
    return name.removesuffix(f" {symbol}") if symbol else name


def add_sparklines(drawing: Drawing, page: Context, blocks: Iterable[Block]) -> None:
    """Draw a sparkline of each column's numbers over the epochs behind its heading.

    Only the first columns of wide tables have one, so that the file stays small.
    """
    drawn = 0
    for block in blocks:
        length = block.quantity.axes[0].length
        if length < FEWEST or block.quantity.is_text:
            continue
        title = quoted(page.layout.titles[block.sheet])
        for position in range(min(len(block.quantity.units), MOST_COURSES - drawn)):
            column = letters(block.column + position)
            cells = f"{title}!{column}{block.row}:{column}{block.row + length - 1}"
            drawing.sparklines[f"{column}{block.row - 2}"] = cells
            drawn += 1


def row_axes(quantities: Iterable[Quantity]) -> tuple[Axis, ...]:
    """Return the axes of a table's rows: epochs, images or both; the only row needs no name."""
    axes = max((quantity.axes for quantity in quantities), key=len)
    return tuple(axis for axis in axes if axis.name != ONE)


def headed(top: int) -> dict[int, float]:
    """Return the heights of the two rows of headings over a table."""
    return {top - 2: 30, top - 1: 18}


def title_line(drawing: Drawing, page: Context, sheet: str, column: int) -> None:
    """Draw a table's title and note, starting at a column.

    The column is the first that is not repeated on each printed page, where the title would be cut.
    """
    title = page.layout.titles[sheet]
    drawing.put(1, column, title, TITLE)
    room = text_pixels("0" * wide(title), TITLE.size) * BOLD
    while room > 0:
        room -= drawing.widths.get(column, USUAL_WIDTH) * DIGIT_PIXELS + PADDING
        column += 1
    drawing.put(1, column, page.words("notes", sheet, **page.titles), NOTE)


def name_rows(  # noqa: PLR0913 -- where they are
    drawing: Drawing,
    axes: tuple[Axis, ...],
    first: int,
    words: Text,
    left: int = 1,
    *,
    headings: int = 2,
) -> None:
    """Name the rows, from a column on: the epoch, the image, or both. State 0 is the start."""
    for column, axis in enumerate(axes, start=left):
        drawing.put(first - headings, column, "", KEY)
        name = words.of_itself("headings", axis.name)
        drawing.put(first - 1, column, name, KEY)
        drawing.widths[column] = max(drawing.widths.get(column, 0), NARROW, text_width(name))
    ranges = (range(axis.counts_from, axis.counts_from + axis.length) for axis in axes)
    for row, index in enumerate(product(*ranges), start=first):
        for column, number in enumerate(index, start=left):
            drawing.put(row, column, number, KEY)


def head(  # noqa: PLR0913 -- what headings may settle
    drawing: Drawing,
    block: Block,
    words: Text,
    named: Named = plain_name,
    *,
    width: bool = True,
    units: Sequence[str] | None = None,
    headings: int = 2,
) -> None:
    """Draw the headings over a block: its name, and the symbol or the name of each unit.

    There is only its name if ``headings`` is 1, or above other cells if ``units`` is empty.
    """
    quantity = block.quantity
    count = len(quantity.units)
    is_spread = 1 < count <= MOST_SPREAD
    spread = {"align": "centerContinuous" if is_spread else "left", "wrap": False}
    share = text_width(named(quantity, words)) / count if is_spread else 0
    for position, unit in enumerate(quantity.units):
        column = block.column + position
        look = heading(quantity.role, first=position == 0, computed=not quantity.is_input)
        if units is None and headings > 1:
            drawing.put(block.row - 1, column, quantity.heading(unit), look)
        elif units:
            across = spread if count > 1 and not any(units[1:]) else {"wrap": False}
            drawing.put(block.row - 1, column, units[position], replace(look, **across))
        text = named(quantity, words) if position == 0 else ""
        above = replace(look, **spread) if count > 1 else look
        drawing.put(block.row - headings, column, text, above)
        if width:
            narrow = quantity.role == "input" and "#" not in quantity.number_format  # of large ones
            usual = NARROW if narrow else NORMAL if count > 1 else WIDE
            drawing.widths[column] = max(drawing.widths.get(column, 0), usual, share)


def type_in(
    drawing: Drawing,
    block: Block,
    words: Text,
    names: Iterable[str] = (),
    *,
    positive: bool = False,
) -> None:
    """Allow only numbers in a block, only positive ones, or only those of a choice.

    ``names`` are the meanings of the numbers of a choice.
    """
    quantity = block.quantity
    if not quantity.is_input or quantity.is_text:
        return
    first, last = (address(*at) for at in ((block.row, block.column), _end(block)))
    cells = first if first == last else f"{first}:{last}"
    if quantity.choices:
        least, most = quantity.choices
        source = ",".join(str(number) for number in range(least, most + 1))
        validation = choice_validation(cells, f'"{source}"', words, most, names, least=least)
        if len(source) > LONGEST_PROMPT:  # as long as a list in a validation may be, too
            validation.type, validation.operator = "whole", "between"
            validation.formula1, validation.formula2 = str(least), str(most)
        drawing.validations.append(validation)
    else:
        bounds = "positive" if positive else "number"
        drawing.validations.append(bounded_validation(cells, words, bounds))


def _end(block: Block) -> tuple[int, int]:
    """Return the last cell of a block that is typed in."""
    return block.address(tuple(length - 1 for length in block.quantity.input_lengths))


BOUNDS = {
    "number": ("between", "-1E+300", "1E+300"),
    "positive": ("greaterThan", "0", None),
    "from_0": ("greaterThanOrEqual", "0", None),
    "share": ("between", "0", "0.999999999"),
}
"""What a cell may take, by the key of its words: how it is compared, and with what."""


def bounded_validation(cells: str, words: Text, bounds: str) -> DataValidation:
    """Return a validation that allows only numbers within one of the `BOUNDS`."""
    operator, least, most = BOUNDS[bounds]
    asked = words("validation", "number_title"), words("validation", bounds)
    return _validation(
        cells, *asked, type="decimal", operator=operator, formula1=least, formula2=most
    )


def _validation(cells: str, title: str, error: str, **allowed: str | None) -> DataValidation:
    """Return a validation with a message for what is not allowed, such as nothing."""
    return DataValidation(
        sqref=cells,
        allow_blank=False,
        showErrorMessage=True,
        errorTitle=title,
        error=error,
        **allowed,
    )


def choice_validation(  # noqa: PLR0913 -- its words, and what there is to choose
    cell: str,
    source: str,
    words: Text,
    largest: int,
    names: Iterable[str] = (),
    *,
    least: int = 1,
) -> DataValidation:
    """Return a validation for choosing a number from a list of numbers in the workbook.

    The meanings of the numbers, from 1, are shown beside the selected cell, as far as Excel has
    room.
    """
    validation = list_validation(cell, source, words, "choice", least=least, largest=largest)
    if listing := "\n".join(f"{number}: {name}" for number, name in enumerate(names, start=1)):
        kept = listing.encode("utf-16-le")[: 2 * LONGEST_PROMPT - 2].decode("utf-16-le", "ignore")
        validation.showInputMessage = True
        validation.prompt = listing if kept == listing else f"{kept}…"
    return validation


def list_validation(
    cell: str, source: str, words: Text, asked: str, **blanks: object
) -> DataValidation:
    """Return a validation that offers a list of values, with a message for other values."""
    title, error = words("validation", "choice_title"), words("validation", asked, **blanks)
    return _validation(cell, title, error, type="list", formula1=source)


def row_validation(page: Context, chosen: Block, rows: Block) -> DataValidation:
    """Return a validation for choosing a row of a table by the column of its names, such as epochs.

    Parameters
    ----------
    page : Context
    chosen : Block
        The cell of the choice.
    rows : Block
        A quantity with those rows; if it has none, its own values are offered.
    """
    if not rows.quantity.axes:
        return offered_validation(page, chosen, rows)
    cell, title = address(chosen.row, chosen.column), quoted(page.layout.titles[rows.sheet])
    least, most = chosen.quantity.choices or (1, rows.quantity.lengths[0])
    if not rows.is_table:  # its rows are apart
        validation = choice_validation(cell, '""', page.words, most, least=least)
        validation.type, validation.operator = "whole", "between"
        validation.formula1, validation.formula2 = str(least), str(most)
        return validation
    column = letters(naming(page, rows)[0])
    source = f"{title}!${column}${rows.row}:${column}${rows.last[0]}"
    return choice_validation(cell, source, page.words, most, least=least)


def offered_validation(page: Context, chosen: Block, offered: Block) -> DataValidation:
    """Return a validation for choosing one of the values of a quantity."""
    cells = cell_range(chosen) if chosen.quantity.shape else address(chosen.row, chosen.column)
    source = f"{quoted(page.layout.titles[offered.sheet])}!{fixed_range(offered)}"
    return list_validation(cells, source, page.words, "label")


def naming(page: Context, rows: Block) -> range:
    """Return the columns that name the rows of a table: those of a quantity's axes."""
    axes = [(axis.name, axis.length) for axis in rows.quantity.axes]
    beside = (
        block
        for block in page.layout.on(rows.sheet)
        if block.row == rows.row and [(a.name, a.length) for a in block.quantity.axes] == axes
    )
    first = min(beside, key=lambda block: block.column)
    begin = first.column if first.quantity.counts else first.column - len(axes)
    return range(begin, begin + len(axes))
