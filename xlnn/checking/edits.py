"""Recognise inserted, deleted and moved rows in a table with many wrong cells.

Which rows of a table are filled, and its formulas, show that a row was inserted, deleted or moved.
Then this is reported once instead of its effect on every cell.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from pathlib import Path

import numpy as np

from xlnn.block import Block
from xlnn.checking.report import Wrong
from xlnn.errors import Message, XlnnError
from xlnn.grid import Values, quoted
from xlnn.layout import Layout
from xlnn.loading.spec import by_heading, described
from xlnn.model import Model
from xlnn.xlsx.cells import Cell, all_cells

MANY = 20
"""The number of wrong cells on a sheet that suggests edited rows rather than edited cells."""

_DIGITS = re.compile("[0-9]+")


def cause(path: Path, model: Model | None = None) -> str | None:
    """Describe what was done to the rows of a workbook that was refused; None if unknown.

    Parameters
    ----------
    path : Path
    model : Model
        The model, if the workbook was made from a programmer's own.
    """
    try:
        _, layout = described(path, model)
        return None if by_heading(path) else happened(path, layout)
    except XlnnError:
        return None  # the refusal is explanation enough


def happened(path: Path, layout: Layout, wrong: Sequence[Wrong] = ()) -> str | None:
    """Describe what was done to the rows of a table; None if nothing is recognised.

    Parameters
    ----------
    path : Path
    layout : Layout
    wrong : sequence of Wrong
        The formulas that are wrong.
    """
    try:
        sheets = {layout.titles[key]: _Sheet(_lowest_tables(layout, key)) for key in layout.titles}
        for title, cell in all_cells(path):
            if title in sheets:
                sheets[title].take(cell)
        edits = (_in_sheet(title, sheet) for title, sheet in sheets.items())
        return next(filter(None, edits), None) or _moved(wrong) or _lost(sheets)
    except XlnnError:
        return None


def appended(layout: Layout, values: Values) -> str | None:
    """Report rows below the training samples, which the network does not read."""
    images = (block for block in layout.blocks.values() if _holds_images(block))
    block = next(images, None)
    if block is None:
        return None
    title, (bottom, right) = layout.titles[block.sheet], block.last
    below = values[title].numbers[bottom:, block.column - 1 : right]
    filled = (~np.isnan(below)).any(axis=1)
    count = sum(1 for _ in takewhile(bool, filled.tolist()))
    if not count:
        return None
    return Message(
        "{sheet}: row {first} below the data is not part of the network; to train with it, build "
        "again with --data"
        if count == 1
        else "{sheet}: rows {first} to {last} below the data is not part of the network; to train "
        "with it, build again with --data",
        sheet=quoted(title),
        first=bottom + 1,
        last=bottom + count,
    )


def _holds_images(block: Block) -> bool:
    """Return whether a block is the table of training samples."""
    quantity = block.quantity
    return (
        quantity.equation is None
        and not quantity.is_record
        and block.is_table
        and [axis.family for axis in quantity.axes] == ["image"]
    )


@dataclass
class _Sheet:
    """The lowest tables of a sheet, and what its cells hold.

    Attributes
    ----------
    tables : list of Block
        The tables that end in the last row of all.
    filled : Counter
        Of each row, how many cells of these tables hold something.
    lost : int
        Formulas that refer to cells that were deleted.
    """

    tables: list[Block]
    filled: Counter[int] = field(default_factory=Counter)
    lost: int = 0

    @cached_property
    def columns(self) -> set[int]:
        """The columns of the tables."""
        return {column for t in self.tables for column in range(t.column, t.last[1] + 1)}

    def take(self, cell: Cell) -> None:
        """Count a cell."""
        if cell.column in self.columns and (cell.formula is not None or cell.value is not None):
            self.filled[cell.row] += 1
        self.lost += "#REF!" in (cell.formula or "")


def _lowest_tables(layout: Layout, key: str) -> list[Block]:
    """Return the tables of a sheet that end in the last row of all."""
    parts = (part for block in layout.on(key) for part in block.runs)
    tables = [part for part in parts if part.is_table and part.quantity.axes]
    last = max((table.last[0] for table in tables), default=0)
    return [table for table in tables if table.last[0] == last]


def _in_sheet(title: str, sheet: _Sheet) -> str | None:
    """Find empty rows inside a table, and filled rows below it."""
    if not sheet.tables:
        return None
    filled, last = sheet.filled, sheet.tables[0].last[0]
    first = max(table.row for table in sheet.tables)
    empty = [row for row in range(first, last + 1) if not filled[row]]
    below = sum(1 for _ in takewhile(lambda row: filled[row], range(last + 1, last + 1 + last)))
    name = quoted(title)
    if not empty:
        return None
    count = len(empty)
    if below == count and empty[-1] - empty[0] == count - 1:
        return Message(
            "a row was inserted above {place}: undo it, or delete what was inserted"
            if count == 1
            else "{count} rows were inserted above {place}: undo it, or delete what was inserted",
            count=f"{count:,}",
            place=f"{name}!{empty[-1] + 1}",
        )
    if empty == list(range(last - count + 1, last + 1)) and count < last - first + 1:
        return Message(
            "a row was deleted from the sheet {sheet}: undo it, or build again without that data"
            if count == 1
            else "{count} rows were deleted from the sheet {sheet}: undo it, or build again "
            "without that data",
            count=f"{count:,}",
            sheet=name,
        )
    return None


def _lost(sheets: Mapping[str, _Sheet]) -> str | None:
    """Find formulas that lost their cells, as after sorting rows that refer to other sheets."""
    for title, sheet in sheets.items():
        if sheet.lost >= MANY:
            return Message(
                "{count} formulas of the sheet {sheet} lost the cells that they refer to, because "
                "rows or columns were sorted, moved or deleted: undo it",
                count=f"{sheet.lost:,}",
                sheet=quoted(title),
            )
    return None


def _moved(wrong: Sequence[Wrong]) -> str | None:
    """Find formulas that would be right in another row."""
    sheets = Counter(
        entry.cell.rpartition("!")[0]
        for entry in wrong
        if entry.formula is not None
        and entry.formula != entry.expected_formula
        and _DIGITS.sub("0", entry.formula) == _DIGITS.sub("0", entry.expected_formula)
    )
    for name, count in sheets.most_common(1):
        if count >= MANY:
            return Message(
                "the rows of the sheet {sheet} were sorted or moved: undo it", sheet=name
            )
    return None
