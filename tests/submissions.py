"""Submissions of known truth: right ones, right ones in other words, and each mistake by itself.

A submission is an exercise into which formulas were written as a student would: the stated ones,
changed so that what is wrong with them is known.
"""

import re
from dataclasses import dataclass

import numpy as np
import openpyxl
from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter

from xlnn.grid import quoted
from xlnn.loading.spec import described
from xlnn.registry.text import text
from xlnn.workbooks.exercise import Exercise

CELL = r"\$?[A-Z]{1,3}\$?\d+"
RANGE = re.compile(rf"(?<![\w$!'])((?:'[^']+'|\w+)!)?({CELL})(?::({CELL}))?(?![\w(])")


@dataclass
class Blank:
    """One unit of a quantity that is blank: its cells from top to bottom, and what is stated."""

    quantity: object
    unit: tuple
    indices: list
    places: list
    stated: list
    title: str

    def values(self, arrays):
        """Return what it holds, from top to bottom."""
        return [float(arrays[self.quantity.name][index]) for index in self.indices]


def blanks(path, names, model=None):
    """Return the units of some quantities of a workbook."""
    _, layout = described(path, model)
    found = {}
    for name in names:
        quantity, block = layout.model[name], layout.blocks[name]
        for unit in quantity.units:
            indices = [
                (*index, *unit)
                for index in np.ndindex(*(axis.length for axis in quantity.axes))
                if not (quantity.given and index[0] < quantity.given)
            ]
            found[name, unit] = Blank(
                quantity,
                unit,
                indices,
                [block.address(index) for index in indices],
                [layout.formula(name, index) for index in indices],
                layout.titles[block.sheet],
            )
    return found


def emptied(path, names, copy, student="", seed=0):
    """Write a copy of a workbook in which some quantities are blank, and which says so."""
    workbook = openpyxl.load_workbook(path)
    for blank in blanks(path, names).values():
        for place in blank.places:
            workbook[blank.title].cell(*place).value = None
    spec, _ = described(path)
    sheet = workbook[text(spec.lang).sheets["spec"]]
    end = sheet.max_row + 1
    own = [sheet.cell(row, 1).value or "" for row in range(1, end)]
    own = own[next(n for n, line in enumerate(own) if line.startswith("format")) :]
    lines = Exercise(tuple(names), student, seed, 0).marked(own).to_toml().splitlines()
    for row, line in enumerate(["", *lines], start=end):
        sheet.cell(row, 1).value = line
        sheet.cell(row, 1).data_type = "s"
    workbook.save(copy)
    return copy


def fill(workbook, blank, answers):
    """Write what a student fills in; None leaves a cell empty."""
    for place, answer in zip(blank.places, answers, strict=True):
        workbook[blank.title].cell(*place).value = answer


# --- right answers ---------------------------------------------------------------------------


def stated(blank, values):  # noqa: ARG001 -- some need the values
    return list(blank.stated)


def bracketed(blank, values):  # noqa: ARG001
    return [f"=({text[1:]})*1" for text in blank.stated]


def twice(blank, values):  # noqa: ARG001
    return [f"=(({text[1:]})+({text[1:]}))/2" for text in blank.stated]


def minus(blank, values):  # noqa: ARG001
    return [f"=-(0-({text[1:]}))" for text in blank.stated]


RIGHT = {"stated": stated, "bracketed": bracketed, "twice": twice, "minus": minus}


def on_another_sheet(blank):
    """Return the stated formulas as they read on another sheet."""
    return [
        RANGE.sub(lambda each: each[0] if each[1] else f"{quoted(blank.title)}!{each[0]}", formula)
        for formula in blank.stated
    ]


# --- wrong ones ------------------------------------------------------------------------------


def empty(blank, values):  # noqa: ARG001
    return [None] * len(blank.stated)


def partly(blank, values):  # noqa: ARG001
    half = len(blank.stated) // 2
    return blank.stated[:half] + [None] * (len(blank.stated) - half) if half else None


def typed(blank, values):  # noqa: ARG001
    return list(values)


def sign(blank, values):  # noqa: ARG001
    return [f"=-({text[1:]})" for text in blank.stated]


def factor(blank, values):  # noqa: ARG001
    return [f"=2*({text[1:]})" for text in blank.stated]


def mean(blank, values):  # noqa: ARG001
    """Divide by how many there are of something, as in a mean."""
    counts = [axis.length for axis in blank.quantity.axes if axis.length > 2]
    return [f"=({text[1:]})/{counts[-1]}" for text in blank.stated] if counts else None


def offset(blank, values):  # noqa: ARG001
    return [f"=({text[1:]})+0.5" for text in blank.stated]


def error(blank, values):  # noqa: ARG001
    return [f"=({text[1:]})/0" for text in blank.stated]


def anchor(blank, values):  # noqa: ARG001
    """Fill the first row's formula down without its $."""
    text = blank.stated[0]
    if "$" not in text or len(blank.stated) < 2:
        return None
    return _filled_down(blank, text.replace("$", ""))


def dragged(blank, values):  # noqa: ARG001
    """Fill the first row's formula down over all epochs, with the $ that it has."""
    filled = _filled_down(blank, blank.stated[0])
    return None if filled == list(blank.stated) else filled


def _filled_down(blank, text):
    row, column = blank.places[0]
    formula = Translator(text, f"{get_column_letter(column)}{row}")
    return [
        formula.translate_formula(f"{get_column_letter(column)}{row}")
        for row, column in blank.places
    ]


def _moved(blank, down, aside):
    """Move the first address of each formula."""
    moved = []
    for formula in blank.stated:
        found = next(RANGE.finditer(formula), None)
        if found is None:
            return None
        sheet, first, last = found.groups()
        ends = [_shifted(end, down, aside) for end in (first, last) if end]
        if None in ends:
            return None
        start, end = found.span()
        moved.append(formula[:start] + (sheet or "") + ":".join(ends) + formula[end:])
    return moved


def _shifted(cell, down, aside):
    before, column, mark, row = re.fullmatch(r"(\$?)([A-Z]+)(\$?)(\d+)", cell).groups()
    at = openpyxl.utils.column_index_from_string(column) + aside
    if at < 1 or int(row) + down < 1:
        return None
    return f"{before}{get_column_letter(at)}{mark}{int(row) + down}"


def row(blank, values):  # noqa: ARG001
    return _moved(blank, 1, 0)


def column(blank, values):  # noqa: ARG001
    return _moved(blank, 0, 1)


def short(blank, values):  # noqa: ARG001
    """Let the first range end a cell too early."""
    shorter = []
    for formula in blank.stated:
        found = next((each for each in RANGE.finditer(formula) if each[3]), None)
        if found is None:
            return None
        sheet, first, last = found.groups()
        (_, left, _, top), (_, right, _, bottom) = (
            re.fullmatch(r"(\$?)([A-Z]+)(\$?)(\d+)", end).groups() for end in (first, last)
        )
        number = openpyxl.utils.column_index_from_string
        down, aside = (-1, 0) if int(bottom) > int(top) else (0, -1)
        if int(bottom) == int(top) and number(left) == number(right):
            return None
        start, end = found.span()
        ends = f"{sheet or ''}{first}:{_shifted(last, down, aside)}"
        shorter.append(formula[:start] + ends + formula[end:])
    return shorter


def missing(blank, values):  # noqa: ARG001
    """Leave the last factor out: the slope, say."""
    cut = [re.sub(r"\*[A-Z]+\d+$", "", text) for text in blank.stated]
    return cut if all(a != b for a, b in zip(cut, blank.stated, strict=True)) else None


WRONG = {
    "empty": empty,
    "partly": partly,
    "typed": typed,
    "sign": sign,
    "factor": factor,
    "mean": mean,
    "offset": offset,
    "error": error,
    "anchor": anchor,
    "dragged": dragged,
    "row": row,
    "column": column,
    "short": short,
    "missing": missing,
}
"""Each mistake, by the kind that it should be named; it gives None where it cannot be made."""
