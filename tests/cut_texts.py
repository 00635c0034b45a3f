"""Which texts of a workbook are cut off? Those longer than their columns and empty ones beside.

A chart that lies over empty ones hides what runs on over them.

Of the file alone, with widths of letters of its own: nothing here asks how xlnn measures.
"""

from dataclasses import dataclass
from unicodedata import east_asian_width

import openpyxl
from openpyxl.drawing.spreadsheet_drawing import OneCellAnchor

EMS = {
    " ": 0.278,
    **dict.fromkeys("ijl'|", 0.22),
    **dict.fromkeys("tfr,.:;()!-", 0.3),
    **dict.fromkeys("mwMW%", 0.82),
}
"""How wide letters of Arial are, of the size of the font."""

LETTER, CAPITAL, INDEX, IDEOGRAPH, BOLD = 0.54, 0.67, 0.36, 1.0, 1.07
DIGIT_PIXELS, PIXELS_A_POINT, USUAL_WIDTH, USUAL_HEIGHT = 7, 96 / 72, 8.43, 15
EMU = 9_525
"""Of a pixel: charts are measured in them."""

SPARE = 1.02
"""So much longer a text may be: letters are measured in classes."""

SHRUNK = 0.6
"""How small a text may become that its cell shrinks: 10 points as 6."""

ROWS, BESIDE = 60, 60
"""Rows of a sheet that are looked at, and empty columns over which a text may run."""


@dataclass(frozen=True)
class Cut:
    """A text that is cut off."""

    sheet: str
    cell: str
    text: str
    pixels: int
    room: int


def ems(sign, bold):
    """Return how wide a sign is; ideographs are as wide in bold."""
    if east_asian_width(sign) in "WF":
        return IDEOGRAPH
    usual = CAPITAL if sign.isupper() else LETTER
    if sign.isdigit() and not sign.isdecimal():
        usual = INDEX
    return EMS.get(sign, usual) * (BOLD if bold else 1)


def pixels(text, font):
    """Return how wide a text is."""
    return sum(ems(sign, font.b) for sign in text) * font.sz * PIXELS_A_POINT


def cut_texts(path):
    """Yield the texts that are cut off in the first rows of each sheet."""
    written, stored = (openpyxl.load_workbook(path, data_only=only) for only in (False, True))
    for sheet in written:
        widths = {}
        for dimension in sheet.column_dimensions.values():
            widths |= dict.fromkeys(range(dimension.min, dimension.max + 1), dimension.width)
        hidden = list(_hidden(sheet))
        for row in sheet.iter_rows(max_row=ROWS):
            cells = {cell.column: cell for cell in row if cell.value not in {None, ""}}
            taken = {*cells, *(left for left, rows in hidden if row[0].row in rows)}
            for column, cell in cells.items():
                text = stored[sheet.title].cell(cell.row, column).value
                if isinstance(text, str) and text:
                    longest, room = _measured(sheet, cell, text, taken, widths)
                    if longest > room * SPARE:
                        yield Cut(sheet.title, cell.coordinate, text, round(longest), round(room))


def _hidden(sheet):
    """Yield of each chart that is not seen through its first column, and its rows."""
    for chart in sheet._charts:  # noqa: SLF001 -- it shows them nowhere else
        if not isinstance(chart.anchor, OneCellAnchor):
            continue
        first = last = chart.anchor._from.row + 1  # noqa: SLF001 -- a name of the file format
        pixels = chart.anchor.ext.height / EMU
        while (pixels := pixels - _height(sheet, last)) > 0:
            last += 1
        yield chart.anchor._from.col + 1, range(first, last + 1)  # noqa: SLF001


def _height(sheet, row):
    return (sheet.row_dimensions[row].height or USUAL_HEIGHT) * PIXELS_A_POINT


def _measured(sheet, cell, text, taken, widths):
    """Return how wide a text is, or its longest word where it is wrapped, and how much has room."""

    def width(column):
        return widths.get(column, USUAL_WIDTH) * DIGIT_PIXELS

    column, alignment = cell.column, cell.alignment
    room = width(column)
    if alignment.shrink_to_fit:
        return pixels(text, cell.font) * SHRUNK, room
    if alignment.wrap_text:
        parts = not any(east_asian_width(sign) in "WF" for sign in text)
        return max(
            (pixels(word, cell.font) for word in text.split()), default=0
        ) if parts else 0, room
    if alignment.horizontal == "centerContinuous":
        after = column + 1
        while after not in taken and _is_spread(sheet, cell.row, after):
            room, after = room + width(after), after + 1
        return pixels(text, cell.font), room
    if alignment.horizontal in {"center", "right"}:
        sides = [at for at in (column - 1, column + 1) if at >= 1]
        is_free = not any(at in taken for at in sides)
        return pixels(text, cell.font), room + (sum(map(width, sides)) if is_free else 0)
    for after in range(column + 1, column + BESIDE):
        if after in taken:
            return pixels(text, cell.font), room
        room += width(after)
    return 0, room


def _is_spread(sheet, row, column):
    return sheet.cell(row, column).alignment.horizontal == "centerContinuous"
