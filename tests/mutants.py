"""Which single errors does a person make in a workbook's formulas? The kinds, a function each.

Each takes a place (`planting.Place`: a formula cell and its workbook) and a random generator, and
returns what to put into which cells of the place's sheet: {(row, column): content}. A content that
begins with ``=`` is a formula. None where the kind does not apply to that formula.

A kind touches one cell, except two which by their nature touch more: of two swapped formulas both
are wrong, and a lost ``$`` does no harm before the formula is filled down.
"""

import re
from dataclasses import replace

from cell_references import references, with_reference, without_texts
from openpyxl.formula.translate import Translator
from openpyxl.utils import column_index_from_string, get_column_letter

OPERATORS = "+-*/"
COMPARISONS = ("<>", "<", ">", "<=", ">=")
CONSTANTS = ("+1", "-1", "+0.5", "+0.001", "-0.000001")

_BINARY = re.compile(r"(?<=[\w)])[-+*/=](?=[\w(\-'])")
_RANGE = r"(?:(?:'(?:[^']|'')+'|\w+)!)?\$?[A-Z]+\$?\d+:\$?[A-Z]+\$?\d+"
_PAIR = re.compile(
    rf"\b(?:SUMPRODUCT|SUMXMY2|SLOPE|INTERCEPT|SUMIF)\(({_RANGE}),(?:[^,]*,)?({_RANGE})"
)
_SIGN = re.compile(r"(?<=[(,=])-")


def shifted_row(place, generator):
    """One reference reads the row above or below."""
    return _with_another_reference(place, generator, lambda r: [r.moved(rows=-1), r.moved(rows=1)])


def shifted_column(place, generator):
    """One reference reads the column to the left or to the right."""
    return _with_another_reference(
        place, generator, lambda r: [r.moved(columns=-1), r.moved(columns=1)]
    )


def wrong_sheet(place, generator):
    """One reference reads the same cells of another sheet."""

    def elsewhere(read):
        here = read.sheet or place.sheet
        return [replace(read, sheet=title) for title in place.book.sheets if title != here]

    return _with_another_reference(place, generator, elsewhere)


def range_long(place, generator):
    """One range takes in a cell more, at either end."""
    return _with_another_reference(place, generator, lambda r: _resized(r, 1))


def range_short(place, generator):
    """One range leaves out its first or its last cell."""
    return _with_another_reference(place, generator, lambda r: _resized(r, -1))


def operator(place, generator):
    """One operator becomes another: ``+`` for ``*``, ``>=`` for ``=``."""
    found = list(_BINARY.finditer(without_texts(place.formula), 1))
    if not found:
        return None
    match = _one_of(found, generator)
    others = COMPARISONS if match[0] == "=" else [o for o in OPERATORS if o != match[0]]
    return place.one(_with(place.formula, match, _one_of(others, generator)))


def sign_dropped(place, generator):
    """A minus before a term is left out."""
    found = list(_SIGN.finditer(without_texts(place.formula)))
    return place.one(_with(place.formula, _one_of(found, generator), "")) if found else None


def constant_added(place, generator):
    """A number is added to the result."""
    return place.one(place.formula + _one_of(CONSTANTS, generator))


def value(place, generator):  # noqa: ARG001 -- one signature for all kinds
    """The formula is replaced by the very value that it has."""
    return place.one(place.value)


def dollar_lost(place, generator):
    """The first cell of an epoch loses a ``$`` and is filled down over the rest of its epoch.

    openpyxl's Translator fills down as a spreadsheet does. A ``$`` before one corner of a range
    is lost, or those before both. Columns that a spreadsheet's fill-down does not give (a row of
    Gradients reads 64 rows of Training) are filled down by nobody: the kind does not apply there.
    """
    first, *rest = place.epoch()
    formula = place.book.formulas[place.sheet, *first]
    marked = [r for r in references(formula) if any(c.row_mark for c in r.corners)]
    if (
        not rest
        or not marked
        or _filled(formula, first, rest[0]) != place.book.formulas[place.sheet, *rest[0]]
    ):
        return None
    read = _one_of(marked, generator)
    losses = [(0,), (1,), (0, 1)] if len(read.corners) == 2 else [(0,)]
    lost = _one_of(losses, generator)
    corners = [replace(c, row_mark="") if n in lost else c for n, c in enumerate(read.corners)]
    altered = with_reference(formula, read, replace(read, corners=tuple(corners)))
    return {first: altered} | {cell: _filled(altered, first, cell) for cell in rest}


def swapped(place, generator):
    """Two formulas of a sheet stand in each other's cells: in one column, or anywhere."""
    near = generator.random() < 0.5
    other = place.book.draw(generator, place.sheet, place.quantity if near else None)
    if other.formula == place.formula:
        return None
    return place.one(other.formula) | other.one(place.formula)


def epoch_off(place, generator):
    """One reference reads the epoch before, or the next."""

    def epochs_away(read):
        block = place.book.block_at(read.sheet or place.sheet, *read.area[:2])
        if block is None or not block.quantity.timed:
            return []
        rows = block.steps[0][0]
        moved = [read.moved(rows=-rows), read.moved(rows=rows)]
        return [new for new in moved if new is not None and new.area[0] >= block.row]

    return _with_another_reference(place, generator, epochs_away)


def range_into_blanks(place, generator):
    """One range takes in a line of cells beyond the blocks of its sheet, which are empty now."""

    def into_blanks(read):
        extent = place.book.extent(read.sheet or place.sheet)
        if len(read.corners) == 1 or extent is None:
            return []
        rows, columns = extent
        down, across = rows + 1 - read.area[2], columns + 1 - read.area[3]
        return [read.moved(down, 0, corners=(1,)), read.moved(0, across, corners=(1,))]

    return _with_another_reference(place, generator, into_blanks)


def range_backwards(place, generator):
    """One range begins with its last corner."""

    def backwards(read):
        if len(read.corners) == 1:
            return []
        return [replace(read, corners=tuple(reversed(read.corners)))]

    return _with_another_reference(place, generator, backwards)


def unlike_ranges(place, generator):
    """One of two ranges that a function pairs has a cell more or less, or lies on its side."""
    formula = without_texts(place.formula)
    paired = {span for match in _PAIR.finditer(formula) for span in (match.span(1), match.span(2))}

    def otherwise(read):
        if read.span not in paired:
            return []
        top, left, bottom, right = read.area
        aside = read.moved(right - left + top - bottom, bottom - top + left - right, corners=(1,))
        return [*_resized(read, 1), *_resized(read, -1), aside]

    return _with_another_reference(place, generator, otherwise)


def term_of_nothing(place, generator):
    """A term is added that is 0 now: an empty cell, or a number of the sheet, times 0."""
    read = _one_of(references(place.formula) or [None], generator)
    terms = ["+ZZ999", "+0*ZZ999"]
    if read is not None:
        corner = replace(read, corners=read.corners[:1])
        terms += [f"+0*{corner}", f"*(1+0*{corner})"]
    return place.one(place.formula + _one_of(terms, generator))


def false_condition(place, generator):
    """Another value is taken on a condition that is false now, on a cell of the formula."""
    found = references(place.formula)
    if not found:
        return None
    read = _one_of(found, generator)
    corner = replace(read, corners=read.corners[:1])
    condition = _one_of([f"{corner}>1000000", f"{corner}=0.123456789"], generator)
    return place.one(f"{place.formula}+IF({condition},1,0)")


def guard_dropped(place, generator):  # noqa: ARG001 -- one signature for all kinds
    """What keeps a number within bounds is left out: MIN(700,-z) is -z, EXP(z-max) is EXP(z)."""
    altered = re.sub(r"M(?:AX|IN)\(-?[0-9.]+,([^(),]+)\)", r"\1", place.formula, count=1)
    if altered == place.formula:
        altered = re.sub(r"EXP\(([^()]+)-[^()]+\)", r"EXP(\1)", place.formula, count=1)
    return place.one(altered) if altered != place.formula else None


def coarse_otherwise(place, generator):  # noqa: ARG001 -- the same
    """A class, a look-up or a sentence is said in other words that give the same now."""
    if not place.book.layout.model[place.quantity].is_read_as_stated:
        return None
    is_text = place.book.layout.model[place.quantity].is_text
    return place.one(f'{place.formula}&""' if is_text else f"{place.formula}+0")


FORMS = {
    "comparison in SUMPRODUCT": "*SUMPRODUCT({cell}={cell})",
    "function of a range": "+0*SUMPRODUCT(COS({range}))",
    "operation on a range": "+0*SUM({range}*1)",
    "truth value in MAX": "*MAX({cell}={cell},0)",
    "two signs before a truth value": "*SUM(--({cell}={cell}))",
    "truth value compared": "+IF({cell}={cell}=1,1,0)",
    "text in SUM": '+0*SUM("0",{cell})',
    "cell in place of a range": "*COUNTIF({cell},{cell})",
    "CHOOSE in COUNT": "*COUNT(CHOOSE(1,{cell},0)/1)",
    "INDEX with one position": "+0*INDEX({cell},1)",
    "INDEX of a whole row": "+0*SUM(INDEX({range},1,0))",
    "power of a power": "+0*{cell}^1^2",
    "rank between two numbers": "+0*LARGE({range},1.5)",
    "empty argument": "+0*AVERAGE({cell},,{cell})",
    "computed corner of a range": "+0*SUM({cell}:INDEX({cell},1,1))",
}
"""Terms that change nothing in formualizer, and something in another program: forms that programs
compute differently. They read only cells that the formula reads."""


def read_differently(term):
    """Return the kind that adds a term that programs compute differently."""

    def kind(place, generator):
        found = references(place.formula)
        ranges = [read for read in found if len(read.corners) == 2]
        if not (ranges if "{range}" in term else found):
            return None
        read = _one_of(found, generator)
        cell = replace(read, corners=read.corners[:1])
        area = _one_of(ranges, generator) if ranges else ""
        return place.one(place.formula + term.format(cell=cell, range=area))

    return kind


KINDS = {
    "reference shifted by a row": shifted_row,
    "reference shifted by a column": shifted_column,
    "wrong sheet": wrong_sheet,
    "range one long": range_long,
    "range one short": range_short,
    "operator changed": operator,
    "sign dropped": sign_dropped,
    "constant added": constant_added,
    "formula replaced by its value": value,
    "$ lost with a fill-down": dollar_lost,
    "two formulas swapped": swapped,
    "epoch off by one": epoch_off,
    "range into empty cells": range_into_blanks,
    "range backwards": range_backwards,
    "ranges of different shapes": unlike_ranges,
    "term that is 0 now": term_of_nothing,
    "condition that is false now": false_condition,
    "guard dropped": guard_dropped,
    "coarse formula said otherwise": coarse_otherwise,
    **{name: read_differently(term) for name, term in FORMS.items()},
}


RANGE = re.compile(r"(?<![A-Z!'\w])([A-Z]+)(\d+):([A-Z]+)(\d+)")
"""A range of the same sheet in an array formula."""


def _range_moved(text, generator, *corners):
    """Move corners of one range of an array formula, each by rows and columns."""
    found = [*RANGE.finditer(text)]
    if not found:
        return None
    one = _one_of(found, generator)
    ends = [(column_index_from_string(one[n]), int(one[n + 1])) for n in (1, 3)]
    moved = [
        (max(1, column + right), row + down)
        for (column, row), (down, right) in zip(ends, corners, strict=True)
    ]
    cells = ":".join(f"{get_column_letter(column)}{row}" for column, row in moved)
    return text[: one.start()] + cells + text[one.end() :]


ARRAYS = {
    "a row lower": lambda text, generator: _range_moved(text, generator, (1, 0), (1, 0)),
    "a row higher": lambda text, generator: _range_moved(text, generator, (-1, 0), (-1, 0)),
    "a column to the right": lambda text, generator: _range_moved(text, generator, (0, 1), (0, 1)),
    "a row less": lambda text, generator: _range_moved(text, generator, (0, 0), (-1, 0)),
    "a row more": lambda text, generator: _range_moved(text, generator, (0, 0), (1, 0)),
    "a number more": lambda text, generator: text + _one_of(CONSTANTS, generator),
    "another sign": lambda text, _: text.replace("-", "+", 1),
    "another operator": lambda text, _: text.replace("*", "+", 1),
    "not turned": lambda text, _: re.sub(r"TRANSPOSE\((\w+:\w+)\)", r"\1", text, count=1),
    "turned": lambda text, _: re.sub(r"MMULT\((\w+:\w+),", r"MMULT(TRANSPOSE(\1),", text, count=1),
}
"""Errors in the text of an array formula; None or the same text where a kind does not apply."""

FILLED = {
    "fills a row less": (-1, 0),
    "fills a row more": (1, 0),
    "fills a column less": (0, -1),
}
"""Errors in the range that an array formula fills: how many rows and columns more."""


def filling(area, rows, columns):
    """Return a range with more rows and columns; None if nothing would be left."""
    left, top, right, bottom = RANGE.fullmatch(area).groups()
    across = column_index_from_string(right) + columns
    down = int(bottom) + rows
    if across < column_index_from_string(left) or down < int(top):
        return None
    return f"{left}{top}:{get_column_letter(across)}{down}"


def _with_another_reference(place, generator, others):
    """Put one of the other references that a function offers in the place of one."""
    offered = [
        (read, new)
        for read in references(place.formula)
        for new in others(read)
        if new is not None and str(new) != str(read)
    ]
    if not offered:
        return None
    read = _one_of(list(dict(offered)), generator)
    new = _one_of([new for old, new in offered if old == read], generator)
    return place.one(with_reference(place.formula, read, new))


def _resized(read, more):
    """Return a range with a cell more (1) or less (-1) along its length, at either end."""
    if len(read.corners) == 1:
        return []
    top, left, bottom, right = read.area
    down, across = (1, 0) if bottom - top > right - left else (0, 1)
    return [
        read.moved(-more * down, -more * across, corners=(0,)),
        read.moved(more * down, more * across, corners=(1,)),
    ]


def _filled(formula, first, cell):
    """Fill a formula down from one cell to another, and write each range from its upper corner."""
    start, end = (f"{get_column_letter(column)}{row}" for row, column in (first, cell))
    moved = Translator(formula, start).translate_formula(end)
    for read in reversed(references(moved)):
        upper, lower = read.corners[0], read.corners[-1]
        if upper.row > lower.row:
            corners = (
                replace(upper, row=lower.row, row_mark=lower.row_mark),
                replace(lower, row=upper.row, row_mark=upper.row_mark),
            )
            moved = with_reference(moved, read, replace(read, corners=corners))
    return moved


def _with(formula, match, text):
    return formula[: match.start()] + text + formula[match.end() :]


def _one_of(things, generator):
    return things[int(generator.integers(len(things)))]
