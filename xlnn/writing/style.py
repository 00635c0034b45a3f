"""Colours, fonts, number formats and widths."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from unicodedata import east_asian_width

from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.formatting.rule import ColorScaleRule, DataBarRule, FormulaRule, Rule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.worksheet import Worksheet

FONT = "Arial"
"""Present on Windows and macOS; Linux draws it with Liberation Sans, of the same widths."""

EAST_ASIAN = {"zh": ("Microsoft YaHei", 134), "ja": ("Yu Gothic", 128)}
"""The fonts of Chinese and Japanese texts, on Windows and in Office for macOS, and their character
sets, by which a system without them finds another. Numbers are written in `FONT`."""

INK = "1F2933"
QUIET = "6B7785"
RULE = "C9D1D9"
INPUT_INK = "1B4F9C"

FILLS = {
    "input": "FFF3C4",
    "key": "F1F3F5",
    "forward": "DCE9F7",
    "backward": "FBE3D3",
    "weight": "DDEFE3",
    "result": "E9E4F2",
}
"""One colour for each role, on every sheet. Only input cells may be changed."""


NEGATIVE, POSITIVE = "3B78B8", "D9793B"
"""The ends of the scale of weights: blue below 0, orange above, white at 0."""

TABS = {
    "explore": POSITIVE,
    "input": "F2C94C",
    "table": NEGATIVE,
    "result": "8E6FB8",
    "check": "5B9E6F",
    "helper": "9AA5B1",
}
"""The colours of tabs, by the purpose of a sheet."""

BLANK = "F9DCEB"
"""The colour of blank cells in an exercise."""


@dataclass(frozen=True)
class Look:
    """The look of a cell.

    Attributes
    ----------
    fill : str
        A key of `FILLS`, a colour, or nothing.
    size : int
    underline, bold, italic, wrap : bool
    shrink : bool
        Whether it is shrunk to fit its column.
    ink : str
        The colour of the text.
    align : str
        Horizontal alignment.
    indent : int
        Indentation of a text, in characters.
    number_format : str
    first : bool
        Whether it has a thin line at its left, as the first column of a block.
    border : bool
        Whether it has thin lines all around.
    script : str
        A key of `EAST_ASIAN` if its text has such characters.
    """

    fill: str = ""
    size: int = 10
    underline: bool = False
    bold: bool = False
    italic: bool = False
    wrap: bool = False
    shrink: bool = False
    ink: str = INK
    align: str = "general"
    indent: int = 0
    number_format: str = "General"
    first: bool = False
    border: bool = False
    script: str = ""


PLAIN = Look()
TITLE = Look(size=14, bold=True)
NOTE = Look(ink=QUIET, italic=True)
ASIDE = Look(ink=QUIET, italic=True, indent=1)
"""A remark beside a cell."""
KEY = Look(fill="key", align="center", ink=QUIET)
INDENTED = Look(indent=1)
"""Beside a coloured cell."""
TEXT_LINE = Look(number_format="@")
LABEL = Look(ink=QUIET)
LINK = Look(ink=INPUT_INK, underline=True)
SECTION = Look(fill="key", bold=True)
SENTENCE = Look()
ASKED = Look(ink="B3261E")
"""A request to the user, made conspicuous."""
NUMBER = Look(number_format="0.0000", align="center")
QUIET_NUMBER = Look(number_format="0", align="center", ink=QUIET, shrink=True)
CAPTION = Look(size=8, ink=QUIET)
PICTURE = Look(size=8, align="center", number_format="0.00")

WHITE, DARK, FAINT = "FFFFFF", INK, "E4E9EE"
READ = 0.65
"""How full they are where numbers are read on them."""


def tint(colour: str, share: float, empty: str = WHITE) -> str:
    """Return a colour that is full at 1 and empty at 0.

    >>> tint("000000", 0.5)
    '808080'
    """
    pairs = ((int(empty[at : at + 2], 16), int(colour[at : at + 2], 16)) for at in (0, 2, 4))
    return "".join(f"{round(none + share * (full - none)):02X}" for none, full in pairs)


def ink_scale(*, typed: bool = False) -> Rule:
    """Colour pixels: 0 is white, or yellow if editable; 1 is ink."""
    return ColorScaleRule(
        start_type="num", start_value=0, start_color=FILLS["input"] if typed else WHITE,
        end_type="num", end_value=1, end_color=DARK,
    )  # fmt: skip


def bars_to_1() -> Rule:
    """Draw a bar in each cell, as long as its number from 0 to 1."""
    return DataBarRule(
        start_type="num", start_value=0, end_type="num", end_value=1,
        color=tint(POSITIVE, READ), minLength=0, maxLength=100,
    )  # fmt: skip


def on_ink(first: str) -> tuple[Rule, ...]:
    """Write white on dark pixels, and in ink on grey ones.

    `first` is the first cell of the range. A text is greater than any number, and has no ink.
    """
    return tuple(
        FormulaRule(formula=[f"COUNT({first})*({first}>{share})"], font=Font(color=colour))
        for share, colour in ((0.55, WHITE), (0.1, INK))
    )


def diverging_scale(cells: str, *, is_read: bool = True, typed: bool = False) -> Rule:
    """Colour numbers: white at 0, the full colour at the largest absolute value of some cells.

    The cells are a range with ``$``. The largest value is a formula, so it follows the numbers. If
    they are to be read, the colours are faint. If they are editable, 0 is yellow. LibreOffice
    colours errors like 0.
    """
    share = READ if is_read else 1
    size = f"IFERROR(MAX(MAX({cells}),-MIN({cells}),1E-9),1)"
    return ColorScaleRule(
        start_type="formula", start_value=f"-{size}", start_color=tint(NEGATIVE, share),
        mid_type="num", mid_value=0, mid_color=FILLS["input"] if typed else WHITE,
        end_type="formula", end_value=size, end_color=tint(POSITIVE, share),
    )  # fmt: skip


def two_sided_scale(cells: str, low: float, high: float) -> Rule:
    """Colour numbers between two ends: blue at the lower, white halfway, orange at the upper.

    The cells are a range with ``$``. LibreOffice colours errors like 0, so if there are any, 0 is
    white.
    """
    start, middle, end = (
        f"IFERROR({value:g}+0*SUM({cells}),{otherwise})"
        for value, otherwise in ((low, -1), ((low + high) / 2, 0), (high, 1))
    )
    return ColorScaleRule(
        start_type="formula", start_value=start, start_color=NEGATIVE,
        mid_type="formula", mid_value=middle, mid_color=WHITE,
        end_type="formula", end_value=end, end_color=POSITIVE,
    )  # fmt: skip


def valley_scale() -> Rule:
    """Colour costs: the smallest is dark, the largest white."""
    return ColorScaleRule(
        start_type="min", start_color=NEGATIVE,
        mid_type="percentile", mid_value=25, mid_color="B5CFE7",
        end_type="max", end_color=WHITE,
    )  # fmt: skip


def least_framed(first: str, cells: str) -> Rule:
    """Frame the smallest of some numbers.

    The cells are a range with ``$``, and `first` is the first of them without ``$``.
    """
    line = Side("thin", color=INK)
    frame = Border(left=line, right=line, top=line, bottom=line)
    return FormulaRule(formula=[f"{first}=MIN({cells})"], border=frame, font=Font(bold=True))


def imputed() -> Rule:
    """Mark cells that hold a number in place of a missing one."""
    fill = PatternFill(bgColor=FILLS["result"], fill_type="solid")
    return FormulaRule(formula=["TRUE"], fill=fill, font=Font(italic=True))


def heading(role: str, *, first: bool, computed: bool = False) -> Look:
    """Return the look of a heading above a quantity of a role; only inputs are yellow."""
    fill = "forward" if computed and role == "input" else role
    return Look(fill=fill, bold=True, align="center", wrap=True, first=first)


@cache
def value(number_format: str, *, given: bool, first: bool) -> Look:
    """Return the look of a typed or computed number."""
    look = Look(number_format=number_format, first=first)
    return replace(look, fill="input", ink=INPUT_INK) if given else look


CHOICE = replace(value("0", given=True, first=False), bold=True, align="center")
"""What is chosen from a list: an epoch, an image, a run."""


def wide(text: str) -> int:
    """Return the width of a text, in characters."""
    return len(text) + (not text.isascii() and sum(east_asian_width(s) in "WF" for s in text))


def is_east_asian(text: str) -> bool:
    """Return whether a text has characters that Arial lacks."""
    return not text.isascii() and any(east_asian_width(sign) in "WF" for sign in text)


def script_of(texts: Iterable[str]) -> str:
    """Return the script of the East Asian texts among some: Japanese if there are kana.

    >>> script_of(["w", "重み"]), script_of(["w", "权重"]), script_of(["w"])
    ('ja', 'zh', '')
    """
    script = "".join(text for text in texts if is_east_asian(text))
    if re.search("[\u3041-\u3096\u30a1-\u30fa]", script):
        return "ja"
    return "zh" if script else ""


AXIS = 'General;"−"General'
"""The format in which a program writes short numbers, such as the labels of an axis."""


def signed(number_format: str) -> str:
    """Return a number format that writes − before negative numbers, as formulas in texts do.

    A format with sections of its own stays. General stays too: within a section it no longer fits
    numbers to their column.

    >>> signed("0.00"), signed("0;;"), signed("General")
    ('0.00;"−"0.00', '0;;', 'General')
    """
    has_sign = number_format in {"General", "@"} or ";" in number_format
    return number_format if has_sign else f'{number_format};"−"{number_format}'


def styled(sheet: Worksheet, look: Look) -> Cell:
    """Return a cell with this look, to be reused for many values."""
    cell, (name, charset) = WriteOnlyCell(sheet), EAST_ASIAN.get(look.script, (FONT, None))
    cell.font = Font(
        name=name,
        charset=charset,
        size=look.size,
        bold=look.bold,
        italic=look.italic,
        underline="single" if look.underline else None,
        color=look.ink,
    )
    cell.alignment = Alignment(
        horizontal="left" if look.indent else look.align,
        vertical="center",
        wrap_text=look.wrap or None,
        shrink_to_fit=look.shrink or None,
        indent=look.indent,
    )
    cell.number_format = signed(look.number_format)
    if look.fill:
        cell.fill = PatternFill("solid", fgColor=FILLS.get(look.fill, look.fill))
    line = Side("thin", color=RULE)
    if look.border:
        cell.border = Border(left=line, right=line, top=line, bottom=line)
    elif look.first:
        cell.border = Border(left=line)
    return cell
