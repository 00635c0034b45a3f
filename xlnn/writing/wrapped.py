"""How high is a row whose texts are wrapped? As high as the longest of them needs.

Programs make rows higher themselves, but not those whose height a sheet sets.
"""

import re
from dataclasses import replace

from xlnn.writing.drawing import Drawing
from xlnn.writing.formats import DIGIT_PIXELS, PIXELS_A_POINT, USUAL_WIDTH
from xlnn.writing.style import Look, wide

EMS = {" ": 0.28, **dict.fromkeys("ijltfr,.:;()|!'", 0.33), **dict.fromkeys("mwMW%", 0.85)}
"""How wide letters of Arial in bold are, of the size of the font; most others are `LETTER`."""

LETTER, CAPITAL, IDEOGRAPH = 0.58, 0.72, 1.0

LEADING = 1.3
"""How high a line is, of the size of its font."""

_PIECES = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]|[^\s\u2e80-\u9fff\uff00-\uffef]+")
"""What is not parted: a word, or a single ideograph or kana."""


def wrapped(drawing: Drawing) -> Drawing:
    """Return a drawing whose rows of a set height have room for their wrapped texts."""
    heights = dict(drawing.heights)
    for row in drawing.heights:
        for column, (text, look) in drawing.cells.get(row, {}).items():
            if look.wrap and isinstance(text, str):
                room = drawing.widths.get(column, USUAL_WIDTH) * DIGIT_PIXELS
                needed = lines(text, look, room) * look.size * LEADING
                heights[row] = max(heights[row], round(needed))
    return replace(drawing, heights=heights)


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
    usual = IDEOGRAPH if wide(sign) == 2 else CAPITAL if sign.isupper() else LETTER
    return EMS.get(sign, usual)
