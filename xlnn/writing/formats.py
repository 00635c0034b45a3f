"""Choose number formats that fit the size of the numbers and of their column.

A number that its format would round to 0 is shown with one or two more decimals or, if it is even
smaller, with an exponent. A number too long for its column is shown as a whole number or, if that
is too long, with an exponent. Numbers typed into one column all have the decimals of the most
precise one.

Values change after the build, so conditional formats in the sheet decide, cell by cell. Sections of
a number format would not do: LibreOffice drops the minus sign in sections with conditions.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from math import floor, log10, prod
from types import MappingProxyType

import numpy as np
from openpyxl.formatting.rule import Rule
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat

from xlnn.block import Block
from xlnn.grid import address
from xlnn.reference import Arrays
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import AXIS, Look, signed, value, wide

NOTHING: Arrays = MappingProxyType({})

USUAL_WIDTH = 8.43
"""The default width of a column, in digits of the default font."""

DIGIT_PIXELS, PADDING = 7, 5
"""A column's width counts digits of the usual font, of so many pixels; a cell keeps some free."""

USUAL_HEIGHT = 15
"""The default height of a row, in points."""

EMS = {".": 0.278, "-": 0.584, "+": 0.584, "E": 0.667, "%": 0.889}
"""Widths of signs in ems, in Arial; - stands for −."""

DIGIT_EMS = 0.556
PIXELS_AN_INCH = 96
PIXELS_A_POINT = PIXELS_AN_INCH / 72

GENERAL = "General"
"""The format in which a program writes as many digits as fit."""

WHOLE = "0"

EXPONENTS = ("0.00E+00", "0.0E+00", "0E+00")
"""Formats for numbers near 0 or very large: the most precise that fits is used."""

SHARE = "0.0000%"
"""For a share that is nearly 0; of a million images, one is so much."""

FINER = {"0.00": ("0.000", "0.0000")}
"""For small numbers that do not need an exponent: 0.003 and 0.0002 instead of 3E-03 and 2E-04."""

ALIKE = ("0.0", "0.00", "0.000", "0.0000")
"""For typed numbers of one column, so that their points stand below each other."""

EXACT = 1e-12
"""The relative difference up to which a number equals itself with some decimals."""

NUMBERS = {
    code: number
    for number, code in enumerate((WHOLE, *ALIKE, *EXPONENTS, SHARE, AXIS), start=201)
}  # fmt: skip
"""The formats' numbers in the file; from 164 on they are anyone's."""

ROOMY = "-0E-10"
"""A number that must fit where a program chooses the format."""

LEAST_LABEL, MOST_LABEL = 1e-3, 1e7
"""An axis whose numbers are all smaller, or reach further, has labels with exponents: LibreOffice
writes out General."""

LABELS, MOST_DECIMALS = 10, 4
"""How many labels an axis has, roughly, and how many decimals before the exponent are short."""

MOST_DIGITS = 15
"""Digits that a number has; beyond, an exponent says more."""

_FIXED = re.compile(r"0(?:\.(0+#*))?(%?)")


def text_pixels(text: str, size: int) -> float:
    """Return the width of a number in a font of this size.

    >>> round(text_pixels("-0.5", 10))
    26
    """
    return sum(EMS.get(sign, DIGIT_EMS) for sign in text) * size * PIXELS_A_POINT


def room_pixels(width: float) -> float:
    """Return how much of a column's width is available for a number."""
    return width * DIGIT_PIXELS - PADDING


def column_pixels(drawing: Drawing, column: int) -> float:
    """Return the width of a column, 0 if it is collapsed."""
    if column in drawing.folded_columns:
        return 0
    width = drawing.widths.get(column, USUAL_WIDTH)
    return int(DIGIT_PIXELS * width + PADDING)


def row_pixels(drawing: Drawing, row: int) -> float:
    """Return the height of a row, 0 if it is collapsed."""
    if row in drawing.folded_rows:
        return 0
    return drawing.heights.get(row, USUAL_HEIGHT) * PIXELS_A_POINT


def width_for(text: str, size: int) -> float:
    """Return the width that a column needs for a number."""
    return (text_pixels(text, size) + PADDING) / DIGIT_PIXELS


LONGEST_NAMES = 30
"""The width of a column of names that are typed in, at most."""


def fitted(drawing: Drawing, blocks: Iterable[Block], given: Arrays = NOTHING) -> Drawing:
    """Return a drawing with room for its sheet's numbers, and rules for their formats.

    Parameters
    ----------
    drawing : Drawing
    blocks : iterable of Block
        The sheet's quantities.
    given : dict of arrays
        Values of inputs and of noted quantities.
    """
    blocks = list(blocks)
    numbers = (block for block in blocks if not block.quantity.is_text)
    shown = [
        (block, look.number_format, look.size)
        for block in numbers
        for look in [_look(drawing, block)]
        if block.quantity.choices or not look.shrink
    ]
    widths = dict(drawing.widths)
    for block, number_format, size in shown:
        choices = block.quantity.choices
        texts = [f"0{choices[1]}"] if choices else _least(number_format)
        least = max((width_for(text, size) for text in texts), default=0)
        for column in _columns(block):
            if widths.get(column, USUAL_WIDTH) < least:
                widths[column] = least
    for block in blocks:
        if block.quantity.is_text and block.quantity.axes and block.quantity.name in given:
            names = map(str, given[block.quantity.name].ravel())
            least = min(max(map(_name_width, names)), LONGEST_NAMES)
            widths |= {n: max(widths.get(n, USUAL_WIDTH), least) for n in _columns(block)}
    rules = []
    for block, number_format, size in shown:
        if block.quantity.choices:  # a choice of whole numbers
            continue
        room = room_pixels(min(widths.get(column, USUAL_WIDTH) for column in _columns(block)))
        areas = _areas(block)
        for rule in _rules(number_format, size, room, areas[0].partition(":")[0]):
            rules += [(" ".join(areas), rule)]
        if number_format == GENERAL:
            rules += _general(block, given.get(block.quantity.name), widths, size)
    return replace(drawing, widths=widths, colours=[*drawing.marks, *rules, *drawing.colours])


def _name_width(name: str) -> float:
    """Return the width of a column for an indented name; capitals are wider than digits."""
    return wide(name) + sum(map(str.isupper, name)) / 2 + 2


def axis_format(numbers: np.ndarray) -> str:
    """Return the number format of an axis that programs scale themselves: short labels.

    >>> axis_format(np.array([3e12, 2e13])), axis_format(np.array([-12, 5e3]))
    ('0.0E+00;"−"0.0E+00', 'General;"−"General')
    """
    numbers = numbers[np.isfinite(numbers)]
    size = float(np.abs(numbers).max(initial=0))
    if not size or LEAST_LABEL <= size < MOST_LABEL:
        return AXIS
    apart = float(np.ptp(numbers)) / LABELS or size
    decimals = max(1, floor(log10(size)) - floor(log10(apart)))
    return signed(f"0.{'0' * decimals}E+00") if decimals <= MOST_DECIMALS else AXIS


def _look(drawing: Drawing, block: Block) -> Look:
    """Return the look of a block's numbers."""
    look = drawing.looks.get(block.quantity.name)
    return look or value(block.quantity.number_format, given=False, first=False)


def _least(number_format: str) -> Iterator[str]:
    """Yield numbers that must always fit, whatever is computed."""
    if fixed := _FIXED.fullmatch(number_format):
        yield number_format if fixed[2] else f"-{number_format}"
        yield SHARE if fixed[2] else "-0E-100"
    elif number_format == GENERAL:
        yield ROOMY  # programs then choose a format that fits
    elif "E" in number_format:
        yield f"-{number_format.rsplit(';', maxsplit=1)[-1]}0"


def _rules(number_format: str, size: int, room: float, first: str) -> Iterator[Rule]:
    """Yield the rules for numbers too small or too large for their format.

    Parameters
    ----------
    number_format : str
    size : int
        Of the font.
    room : float
        Pixels.
    first : str
        The top left cell of the range.
    """
    fixed = _FIXED.fullmatch(number_format)
    if not fixed:
        if number_format.endswith("E+00"):
            yield _shown_as(WHOLE, f"{first}=0")
        return
    decimals = len(fixed[1] or "")
    if fixed[2]:
        yield _shown_as(SHARE, f"AND({first}<>0,ABS({first})<0.{'0' * (decimals + 2)}5)")
        return
    code = next((c for c in EXPONENTS if text_pixels(f"-{c}0", size) <= room), EXPONENTS[-1])
    small = f"0.{'0' * (decimals - 1)}1" if decimals else "0.5"
    for more, finer in enumerate(FINER.get(number_format, ()), start=decimals + 1):
        if text_pixels(f"-{finer}", size) > room:
            break
        smaller = f"0.{'0' * more}5"  # 0.0007 is shown as 0.001
        yield _shown_as(finer, f"AND(ABS({first})>={smaller},ABS({first})<{small})")
        small = smaller
    yield _shown_as(code, f"AND({first}<>0,ABS({first})<{small})")
    long, too_long = (_too_long(written, size, room) for written in (number_format, WHOLE))
    if decimals:
        yield _shown_as(WHOLE, f"AND(ABS({first})>={long},ABS({first})<{too_long})")
    yield _shown_as(code, f"ABS({first})>={too_long}")


def _general(
    block: Block, given: np.ndarray | None, widths: Mapping[int, float], size: int
) -> Iterator[tuple[str, Rule]]:
    """Yield rules for numbers as they are typed.

    Numbers typed into a column have the same number of decimals, as long as none has more or is too
    long. Before any other negative number − stands if all of its digits fit; with fewer digits than
    it has only the program's own format shows it, and with its own sign.
    """
    for alike, columns, areas in _alike(block, given):
        room = room_pixels(min(widths.get(column, USUAL_WIDTH) for column in columns))
        first = areas[0].partition(":")[0]
        digits = int((room - text_pixels("-.", size)) / text_pixels("0", size))
        decimals = f"MAX(0,{digits - 1}-INT(LOG10(MAX(1,ABS({first})))))"
        whole = _too_long(WHOLE, size, room)
        fits = f"{first}<0,{first}>-{whole},{first}=ROUND({first},{decimals})"
        if alike:
            few = len(alike) - 2
            rounded = f"ABS(ROUND({first},{few})-{first})<=ABS({first})*{EXACT:.0E}"
            condition = f"AND(ABS({first})<{_too_long(alike, size, room)},{rounded})"
            yield " ".join(areas), _shown_as(alike, condition)
            fits += f",{first}<>ROUND({first},{few})"
        yield " ".join(areas), _shown_as(AXIS, f"AND({fits})")


def _alike(
    block: Block, given: np.ndarray | None
) -> Iterator[tuple[str, Collection[int], list[str]]]:
    """Yield formats, the columns of a block which they suit, and the areas of these.

    The format is "" for columns that are not typed, and for whole numbers or many decimals.
    """
    down = [n for n, (_, right) in enumerate(block.steps) if not right]
    rows = 0 if given is None else prod(given.shape[n] for n in down)
    if given is None or rows < 2 or not block.is_dense or given.shape != block.quantity.lengths:
        yield "", _columns(block), _areas(block)
        return
    columns = np.moveaxis(given, down, range(len(down))).reshape(rows, -1)
    by_format: dict[str, list[int]] = {}
    for at, numbers in enumerate(columns.T, start=block.column):
        by_format.setdefault(_decimals(numbers), []).append(at)
    for number_format, alike in by_format.items():
        runs = [f"{address(block.row, at)}:{address(block.last[0], at)}" for at in alike]
        yield number_format, alike, runs


def _decimals(numbers: np.ndarray) -> str:
    """Return the format with as many decimals as some numbers have; "" if there are many."""
    for decimals, number_format in enumerate(("", *ALIKE)):
        if np.all(np.abs(np.round(numbers, decimals) - numbers) <= EXACT * np.abs(numbers)):
            return number_format
    return ""


@cache
def _too_long(number_format: str, size: int, room: float) -> str:
    """Return the smallest number that does not fit: all nines, rounded up."""
    digits = 1
    while digits < MOST_DIGITS and text_pixels(f"-{'0' * digits}{number_format}", size) <= room:
        digits += 1
    decimals = number_format.partition(".")[2]
    return f"{'9' * digits}.{'9' * len(decimals)}5"


def _shown_as(code: str, condition: str) -> Rule:
    """Return the rule that shows numbers in a format if a condition holds."""
    return Rule(type="expression", dxf=_look_of(code), formula=[condition])


@lru_cache(maxsize=len(NUMBERS))
def _look_of(code: str) -> DifferentialStyle:
    """Return the look of a number format, cached since openpyxl finds identical objects faster."""
    return DifferentialStyle(numFmt=NumberFormat(numFmtId=NUMBERS[code], formatCode=signed(code)))


def _columns(block: Block) -> set[int]:
    """Return the columns in which a block has cells."""
    return {
        column for (_, left), (_, right) in block.rectangles() for column in range(left, right + 1)
    }


def _areas(block: Block) -> list[str]:
    """Return rectangles that make up a block, the one at its top left first."""
    return [f"{address(*first)}:{address(*last)}" for first, last in block.rectangles()]
