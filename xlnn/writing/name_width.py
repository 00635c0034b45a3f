"""Find the width that names from a person's data need, up to a limit.

What is longer still is drawn smaller, by the program (`Look.shrink`) or by the size of its font:
a wide sheet for one long name would be hard to read.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from xlnn.writing.style import Look
from xlnn.writing.text_width import text_width

MOST, MOST_OF_WORD = 30, 14
"""The widths up to which a column follows its names, or the longest word of wrapped ones."""

SMALLEST = 6
"""Points that are still read on a screen."""

_BREAKS = re.compile("[\\s\u2e80-\uffef]+")
"""Where a line may end: at spaces, and at each ideograph or kana."""


def name_width(names: Iterable[str]) -> float:
    """Return the width of a column in which names stand whole, up to a bound.

    >>> round(name_width(["setosa", "versicolor"]), 1), name_width(["m" * 99])
    (9.9, 30)
    """
    return min(MOST, text_width(*names))


def words_of(names: Iterable[str]) -> list[str]:
    """Return the words of names, of which each stands in one line.

    >>> words_of(["mass per litre", "一升中的质量", "pH 値"])
    ['mass', 'per', 'litre', 'pH']
    """
    return [word for name in names for word in _BREAKS.split(name) if word]


def word_width(names: Iterable[str], size: int) -> float:
    """Return the width of columns over which names are wrapped and no word is parted, bounded."""
    return min(MOST_OF_WORD, text_width(*words_of(names), size=size))


def size_in(width: float, texts: Iterable[str], size: int) -> int:
    """Return the size of the font, at most a usual one, at which texts have room in a width.

    >>> size_in(14, ["glucose"], 10), size_in(14, ["Saccharomyces"], 10)
    (10, 9)
    """
    texts = tuple(texts)
    sizes = range(size, SMALLEST, -1)
    return next((each for each in sizes if text_width(*texts, size=each) <= width), SMALLEST)


def named_over(names: Iterable[str], look: Look) -> Look:
    """Return the look of wrapped names over columns of their `word_width`: small enough."""
    return replace(look, size=size_in(MOST_OF_WORD, words_of(names), look.size))
