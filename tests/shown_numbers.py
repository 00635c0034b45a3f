"""What does a cell show? A number in its format and its column, as Excel would draw it in Arial.

Of the workbook's file alone: nothing here asks how xlnn decides formats and widths.
"""

import re
from dataclasses import dataclass
from math import copysign, floor, inf, log10, nextafter

import openpyxl
from openpyxl.utils import get_column_letter, range_boundaries

EM, DIGIT = 2048, 1139
SIGNS = {".": 569, "-": 682, "−": 1196, "+": 1196, "E": 1366, "%": 1821}
"""Advance widths in Arial, of 2,048 to the em."""

USUAL_WIDTH = 8.43
COLUMN_PIXELS, PADDING = 7, 5
"""A column's width counts digits of Arial 10, seven pixels each; a cell keeps five free."""

HARDLY = 0.05
"""Pixels that hide nothing."""

ADAPTS = "-1E-10"
"""Where there is room for it, a program finds a form for any number in the format General."""


SHARE = '0.000;"−"0.000'
"""Outputs between 0 and 1 are listed with as many decimals each, 0.000 among them."""


@dataclass(frozen=True)
class Shown:
    """A number as a cell shows it."""

    cell: str
    value: float
    number_format: str
    text: str
    pixels: float
    room: float

    @property
    def is_hidden(self):
        """Whether the cell shows ### instead."""
        return self.pixels > self.room + HARDLY

    @property
    def is_misleading(self):
        """Whether it shows 0 although it is not, nor nearly 0 beside other shares."""
        if self.number_format == SHARE:
            return False
        return self.value != 0 and "0" in self.text and not re.search("[1-9]", self.text)


def written(value, number_format):
    """Return a number in a format, or None where the program chooses the form.

    >>> written(-1234.5, '0.00;"−"0.00'), written(2e-7, "0.0E+00"), written(5, ";;;")
    ('−1234.50', '2.0E-07', '')
    >>> written(-2.5, 'General;"−"General'), written(5, "General")
    ('−2.5', None)
    >>> written(0, '"yes";;"no"'), written(1, '"yes";;"no"')
    ('no', 'yes')
    >>> written(0.5, "0"), written(-0.125, "0.00")
    ('1', '-0.13')
    """
    if number_format in {"General", "@"}:
        return None
    if ";" in number_format:
        number_format = _section(value, number_format)
        if number_format.startswith(('"−"0', '"−"General')):
            return f"−{written(abs(value), number_format[3:]) or f'{abs(value):.15g}'}"
        if not number_format or number_format.startswith('"'):
            return number_format.strip('"')
    found = re.fullmatch(r"0(?:\.(0*)(#*))?(E\+00)?(%?)", number_format)
    assert found, f"{number_format} is new here: say how it writes a number"
    decimals = len(found[1] or "")
    if 0 < abs(value) < 2**52:  # programs round halves away from 0, and Python to even digits
        value = nextafter(value, copysign(inf, value))
    if found[2]:
        text = f"{value:.{decimals + len(found[2])}f}"
        return text[: len(text) - len(found[2])] + text[len(text) - len(found[2]) :].rstrip("0")
    if found[4]:
        return f"{100 * value:.{decimals}f}%"
    return f"{value:.{decimals}{'E' if found[3] else 'f'}}"


def _section(value, number_format):
    """Return the part of a format that is for a number: greater than 0, less, or 0 itself."""
    if number_format.startswith("[=0]"):
        nothing, other = number_format.removeprefix("[=0]").split(";")
        return nothing if value == 0 else other
    greater, less, *rest = number_format.split(";")
    nothing = rest[0] if rest else greater
    return nothing if value == 0 else greater if value > 0 else less


def pixels(text, size):
    """Return how wide a number is."""
    return sum(SIGNS.get(sign, DIGIT) for sign in text) / EM * size * 96 / 72


def shown(path):
    """Yield what every cell of a workbook shows that holds a number."""
    workbook = openpyxl.load_workbook(path, data_only=True)
    for sheet in workbook:
        rules, widths = _rules(sheet), _widths(sheet)
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
                    room = widths.get(cell.column, USUAL_WIDTH) * COLUMN_PIXELS - PADDING
                    number_format = _format(cell, rules)
                    text = written(cell.value, number_format)
                    name = f"{sheet.title}!{cell.coordinate}"
                    wide = pixels(ADAPTS if text is None else text, cell.font.sz)
                    yield Shown(name, cell.value, number_format, text or "", wide, room)


def holds(condition, cell, value):
    """Return whether the condition of a rule holds for the value of a cell."""
    condition = re.sub("(?<![<>])=", "==", condition).replace("<>", "!=")
    condition = re.sub("(?<![<>=])==(?!=)", "==", condition)
    return eval(condition, _KNOWN | {cell: value})  # noqa: S307 -- our own


def _format(cell, rules):
    """Return the format of a cell's number: that of the first rule which applies, or its own."""
    for area, first, condition, number_format in rules.get(cell.column, ()):
        if area[1] <= cell.row <= area[3] and holds(condition, first, cell.value):
            return number_format
    return cell.number_format


_KNOWN = {
    "__builtins__": {},
    "ABS": abs,
    "AND": lambda *all_of: all(all_of),
    "IF": lambda holds, yes, no: yes if holds else no,
    "INT": floor,
    "LOG10": log10,
    "MAX": max,
    "ROUND": round,
}


def _rules(sheet):
    """Return the rules that set a number format, by column: area, first cell, condition, format."""
    rules = {}
    for ranges in sheet.conditional_formatting:
        for rule in ranges.rules:
            if rule.dxf is None or rule.dxf.numFmt is None:
                continue
            areas = [range_boundaries(str(area)) for area in str(ranges.sqref).split()]
            first = f"{get_column_letter(areas[0][0])}{areas[0][1]}"
            for area in areas:
                for column in range(area[0], area[2] + 1):
                    one = (area, first, rule.formula[0], rule.dxf.numFmt.formatCode)
                    rules.setdefault(column, []).append(one)
    return rules


def _widths(sheet):
    """Return the width of every column that has one; openpyxl gives those of a group once."""
    widths = {}
    for dimension in sheet.column_dimensions.values():
        for column in range(dimension.min, dimension.max + 1):
            widths[column] = dimension.width
    return widths
