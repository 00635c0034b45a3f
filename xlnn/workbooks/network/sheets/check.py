"""Draw the sheet Check: its statements about the arrays, and the notes below."""

from collections.abc import Iterator
from dataclasses import replace

from xlnn.address import address
from xlnn.equations.check_sheet import NoteDistance
from xlnn.layout import Block, table_blocks
from xlnn.quantity import Model, Quantity
from xlnn.workbooks.network.quantities.check_sheet import PREFIX, SHEET, called
from xlnn.workbooks.network.sheets.names import named
from xlnn.workbooks.pages.sheet import Context, begun
from xlnn.workbooks.pages.table import head, name_rows
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import INDENTED, LABEL, LINK, NOTE, SENTENCE, heading
from xlnn.writing.text_width import text_width

SENTENCES, TABLE = {"state": 4, "advice": 5}, 8
"""The rows of the sentences, and of the first array."""

VALUES = 2
"""The first column beside the names."""

NUMBERS = 15
"""How wide the columns of numbers are."""


def place(model: Model) -> Iterator[Block]:
    """Place the result, a line for each array, and the notes, each with the distances below it."""
    for name, at in SENTENCES.items():
        yield Block(model[PREFIX + name], SHEET, at, VALUES, ())
    row, arrays = TABLE, _arrays(model)
    for _, _, largest, remark in arrays:
        yield from table_blocks([largest, remark], row, VALUES)
        row += 1
    row += 1
    for name in ("grows", "case"):
        row += 1
        yield Block(model[PREFIX + name], SHEET, row, VALUES, ())
    row += 1
    # the sums exist once for all runs: below the quantities of each run
    for note, distance, *_ in sorted(arrays, key=lambda array: "marks" in array[1].uses):
        if not note.axes:
            yield from table_blocks([note], row, VALUES)
            yield from table_blocks([distance], row + 1, VALUES)
            row += 2
    tables = [q for q in model.quantities if q.sheet == SHEET and q.axes]
    yield from table_blocks(sorted(tables, key=lambda q: q.kind == "mark"), row + 3, VALUES)


def _arrays(model: Model) -> list[tuple[Quantity, ...]]:
    """Return the note, distances, largest distance and remark of each array."""
    arrays: list[tuple[Quantity, ...]] = []
    for largest in model.quantities:
        if largest.sheet == SHEET and largest.kind.endswith("_largest"):
            distance = model[largest.uses["distance"].name]
            remark = largest.name.replace("_largest", "_remark")
            note = model[distance.uses["noted"].name]
            arrays.append((note, distance, largest, model[remark]))
    return arrays


def draw(page: Context) -> Drawing:
    """Draw the names of the arrays, which lead to their cells, and those of the notes."""
    layout, words = page.layout, page.words
    rows = {name: block.row for name, block in layout.blocks.items()}
    drawing = begun(page, SHEET)
    drawing.freeze = (1, 2)
    for name in ("state", "grows", "case"):
        drawing.put(rows[PREFIX + name], 1, words("check", name), LABEL)
    drawing.looks[f"{PREFIX}state"] = replace(SENTENCE, bold=True)
    drawing.looks[f"{PREFIX}advice"] = SENTENCE
    arrays = _arrays(layout.model)
    for column, key in enumerate(("array", "largest", "remark"), start=1):
        look = heading("result", first=column == 1, computed=True)
        drawing.put(rows[arrays[0][2].name] - 1, column, words("check", key), look)
    folded = rows[f"{PREFIX}grows"]
    drawing.put(folded - 1, 1, words("check", "notes"), NOTE)
    last = max(block.last[0] for block in layout.on(SHEET))
    drawing.folded_rows |= {*range(folded, last + 1)}
    for note, distance, largest, remark in arrays:
        name, row = called(note, words), rows[largest.name]
        drawing.put(row, 1, name, LINK)
        drawing.links[address(row, 1)] = _cell_of(page, distance)
        drawing.looks[remark.name] = INDENTED
        if not note.axes:
            drawing.put(rows[note.name], 1, words("check", "noted", name=name), LABEL)
            drawing.put(rows[distance.name], 1, words("check", "distance"), LABEL)
    tables = [block for block in layout.on(SHEET) if block.quantity.axes]
    (epochs,) = (block for block in tables if block.quantity.name == f"{PREFIX}C_T")
    name_rows(drawing, epochs.quantity.axes, epochs.row, words)
    for block in tables:
        head(drawing, block, words, named, width=False)
    drawing.widths |= dict.fromkeys(range(VALUES, layout.extents[SHEET][1] + 1), NUMBERS)
    names = (cells[1] for cells in drawing.cells.values() if 1 in cells)
    drawing.widths[1] = text_width(*(text for text, look in names if look in (LABEL, LINK)))
    return drawing


def _cell_of(page: Context, distance: Quantity) -> str:
    """Return the first cell that is compared: of weights after the last epoch, where that is it."""
    name = distance.uses["values" if "values" in distance.uses else "now"].name
    index = [0] * len(page.layout.model[name].lengths)
    if isinstance(distance.equation, NoteDistance) and distance.equation.state == -1:
        index[0] = page.layout.model[name].lengths[0] - 1
    return page.layout.cell(name, tuple(index))
