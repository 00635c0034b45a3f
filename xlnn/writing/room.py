"""How much room does a text need? In Arial, or in a font of Chinese or Japanese.

Programs make rows higher themselves where texts are wrapped, but not those whose height a sheet
sets; and no column wider.
"""

import re
from dataclasses import replace

from xlnn.writing.drawing import Drawing
from xlnn.writing.formats import DIGIT_PIXELS, PADDING, PIXELS_A_POINT, USUAL_WIDTH
from xlnn.writing.style import Look, wide

EMS = {" ": 0.28, **dict.fromkeys("ijltfr,.:;()|!'", 0.33), **dict.fromkeys("mwMW%", 0.85)}
"""How wide letters of Arial in bold are, of the size of the font; most others are `LETTER`."""

LETTER, CAPITAL, INDEX, IDEOGRAPH = 0.58, 0.72, 0.36, 1.0

LEADING = 1.3
"""How high a line is, of the size of its font."""

_PIECES = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]|[^\s\u2e80-\u9fff\uff00-\uffef]+")
"""What is not parted: a word, or a single ideograph or kana."""


def text_width(*texts: str, size: int = 10) -> float:
    """Return the width of a column that has room for the longest of some texts, even in bold.

    >>> round(text_width("w", "weights"), 1)
    8.0
    """
    ems = max((sum(map(_ems, text)) for text in texts), default=0)
    return (ems * size * PIXELS_A_POINT + PADDING) / DIGIT_PIXELS


def wrapped(drawing: Drawing) -> Drawing:
    """Return a drawing whose rows and columns have room for their wrapped headings."""
    widths, heights = dict(drawing.widths), dict(drawing.heights)
    headings = [
        (row, column, text, look)
        for row, cells in drawing.cells.items()
        for column, (text, look) in cells.items()
        if look.wrap and isinstance(text, str)
    ]
    for _, column, text, look in headings:
        least = text_width(*_PIECES.findall(text)) if look.bold else 0
        if widths.get(column, USUAL_WIDTH) < least:
            widths[column] = least
    for row, column, text, look in headings:
        if row in heights:
            room = widths.get(column, USUAL_WIDTH) * DIGIT_PIXELS
            needed = lines(text, look, room) * look.size * LEADING
            heights[row] = max(heights[row], round(needed))
    return replace(drawing, widths=widths, heights=heights)


def lines(text: str, look: Look, room: float) -> int:
    """Return in how many lines a text is wrapped.

    >>> lines("images recognised, held out", Look(), 85)
    3
    >>> lines("识别正确的图像数", Look(), 85)
    2
    """
    em = look.size * PIXELS_A_POINT
    count, used = 1, 0.0
    for piece in _PIECES.finditer(text):
        gap = EMS[" "] * em if text[piece.start() - 1 : piece.start()].isspace() and used else 0
        length = sum(map(_ems, piece[0])) * em
        if used and used + gap + length > room:
            count, used = count + 1, length
        else:
            used += gap + length
    return count


def _ems(sign: str) -> float:
    if sign.isdigit() and not sign.isdecimal():  # above or below the line
        return INDEX
    usual = IDEOGRAPH if wide(sign) == 2 else CAPITAL if sign.isupper() else LETTER
    return EMS.get(sign, usual)
