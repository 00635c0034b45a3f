"""Estimate the width and height of texts and names in cells.

Programs heighten rows with wrapped texts unless the sheet sets their height, and never widen
columns.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from xlnn.writing.drawing import Drawing
from xlnn.writing.formats import DIGIT_PIXELS, PADDING, PIXELS_A_POINT, USUAL_WIDTH
from xlnn.writing.style import Look, is_east_asian, wide

EMS = {
    " ": 0.28,
    **dict.fromkeys("ijltfr,.:;()|!'", 0.33),
    **dict.fromkeys("mwMW%", 0.85),
    **dict.fromkeys("█░", 0.71),
}
"""How wide letters of Arial in bold are, of the size of the font; most others are `LETTER`."""

LETTER, CAPITAL, INDEX, IDEOGRAPH = 0.58, 0.72, 0.36, 1.0

LEADING = 1.3
"""How high a line is, of the size of its font."""

MOST_SIGNS = 7
"""Ideographs and kana of a word that is not parted; longer ones are parted anywhere, as usual."""

_ASIAN, _STOPS = "\u2e80-\u9fff\uff00-\uffef", "、。，；：・"
_HIRAGANA, _KATAKANA = "\u3040-\u309f的", "\u30a0-\u30ff"
_WORDS = (
    f"（[^（）]*）|[{_KATAKANA}]+[{_HIRAGANA}]*[{_STOPS}]*"
    f"|[^\\s（{_KATAKANA}{_HIRAGANA}\\x00-\\u2e7f]+[{_HIRAGANA}]*[{_STOPS}]*"
    f"|[^\\s{_ASIAN}]+|[{_ASIAN}]"
)
"""Units that are not broken: a word, or text in brackets. In Japanese a word is of one script, with
the hiragana behind it; in Chinese 的 is a word's end in the same way."""

_PARTS = f"（?(?:[{_ASIAN}]|[^{_ASIAN}]+?(?:\\s+|(?=[{_ASIAN}]|$)))[）{_STOPS}]*"
"""Where a longer one is parted: at each of its ideographs and kana, and between other words."""


def text_width(*texts: str, size: int = 10) -> float:
    """Return the width of a column that fits the longest of some texts, even in bold.

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
        least = text_width(*(word for word, _ in _words(text))) if look.bold else 0
        if widths.get(column, USUAL_WIDTH) < least:
            widths[column] = least
    cells = {row: dict(here) for row, here in drawing.cells.items()}
    for row, column, text, look in headings:
        room = widths.get(column, USUAL_WIDTH) * DIGIT_PIXELS - PADDING
        rows = parted(text, look, room)
        if look.bold and is_east_asian(text):  # programs break its words anywhere
            cells[row][column] = "\n".join(rows), look
        if row in heights:
            heights[row] = max(heights[row], round(len(rows) * look.size * LEADING))
    return replace(drawing, cells=cells, widths=widths, heights=heights)


def lines(text: str, look: Look, room: float) -> int:
    """Return the number of lines of a wrapped text."""
    return len(parted(text, look, room))


def parted(text: str, look: Look, room: float) -> list[str]:
    """Return the lines of a wrapped text.

    >>> parted("images recognised, held out", Look(), 85)
    ['images', 'recognised,', 'held out']
    >>> parted("动量法（Polyak 1964）", Look(), 85)
    ['动量法', '（Polyak ', '1964）']
    >>> parted("コスト関数（テスト）", Look(), 105), parted("识别正确的图像数", Look(), 85)
    (['コスト関数', '（テスト）'], ['识别正确的', '图像数'])
    """
    em, rows = look.size * PIXELS_A_POINT, [""]
    for line in text.split("\n"):
        for word, gap in _words(line):
            longer = rows[-1] + gap + word
            if rows[-1] and sum(map(_ems, longer)) * em > room:
                rows.append(word)
            else:
                rows[-1] = longer
        rows.append("")
    return rows[:-1]


def _words(text: str) -> Iterator[tuple[str, str]]:
    """Yield each unbreakable piece, and the gap before it."""
    for match in re.finditer(_WORDS, text):
        word, gap = match[0], " " if text[: match.start()].endswith(" ") else ""
        if len(word) <= MOST_SIGNS or not is_east_asian(word):
            yield word, gap
            continue
        first, *more = re.findall(_PARTS, word)
        yield first, gap
        yield from ((part, "") for part in more)


def _ems(sign: str) -> float:
    if sign.isdigit() and not sign.isdecimal():  # above or below the baseline
        return INDEX
    usual = IDEOGRAPH if wide(sign) == 2 else CAPITAL if sign.isupper() else LETTER
    return EMS.get(sign, usual)


MOST, MOST_OF_WORD = 30, 14
"""The widths up to which a column follows its names, or the longest word of wrapped ones.
Longer texts are shrunk, by the program (`Look.shrink`) or with a smaller font: a sheet made wide by
one long name would be hard to read."""

SMALLEST = 6
"""Points that are still read on a screen."""

_BREAKS = "[\\s\u2e80-\uffef]+"
"""Where a line may end: at spaces, and at each ideograph or kana."""


def name_width(names: Iterable[str]) -> float:
    """Return the width of a column that fits names unbroken, up to a limit.

    >>> round(name_width(["setosa", "versicolor"]), 1), name_width(["m" * 99])
    (9.9, 30)
    """
    return min(MOST, text_width(*names))


def words_of(names: Iterable[str]) -> list[str]:
    """Return the words of names, none of which may be broken.

    >>> words_of(["mass per litre", "一升中的质量", "pH 値"])
    ['mass', 'per', 'litre', 'pH']
    """
    return [word for name in names for word in re.split(_BREAKS, name) if word]


def word_width(names: Iterable[str], size: int) -> float:
    """Return the width of columns whose wrapped names break no word, up to a limit."""
    return min(MOST_OF_WORD, text_width(*words_of(names), size=size))


def size_in(width: float, texts: Iterable[str], size: int) -> int:
    """Return the largest font size, up to the given one, at which texts fit a width.

    >>> size_in(14, ["glucose"], 10), size_in(14, ["Saccharomyces"], 10)
    (10, 9)
    """
    texts = tuple(texts)
    sizes = range(size, SMALLEST, -1)
    return next((points for points in sizes if text_width(*texts, size=points) <= width), SMALLEST)


def named_over(names: Iterable[str], look: Look) -> Look:
    """Return the look of wrapped names over columns of their `word_width`, small enough to fit."""
    return replace(look, size=size_in(MOST_OF_WORD, words_of(names), look.size))
