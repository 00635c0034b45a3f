"""Yield the cells of a sheet: filled-down columns and single cells."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import repeat
from math import prod
from types import EllipsisType

import numpy as np
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from xlnn.layout import Block, FilledColumn, Layout, moving
from xlnn.quantity import Quantity
from xlnn.reference import Arrays
from xlnn.writing.drawing import Drawing
from xlnn.writing.rows import (
    KIND,
    NUMBER,
    OTHER,
    Filled,
    FilledStrip,
    Varying,
    content,
    formula_pattern,
)
from xlnn.writing.style import BLANK, Look, is_east_asian, styled, value
from xlnn.xlsx.texts import cached, markup


class SheetCells:
    """All cells of a sheet, as rows take them.

    Parameters
    ----------
    sheet : WriteOnlyWorksheet
        Whose workbook keeps the styles.
    drawing : Drawing
    inputs, values : dict of arrays
        What is typed in, and what formulas give, where that is to be stored.
    script : str
        In which script the East Asian texts of the workbook are written.
    blank : frozenset of str
        The names of quantities whose formulas are left out.
    """

    def __init__(  # noqa: PLR0913 -- a sheet, and all that stands on it
        self,
        sheet: WriteOnlyWorksheet,
        drawing: Drawing,
        *,
        inputs: Arrays,
        values: Arrays,
        script: str,
        blank: frozenset[str],
    ) -> None:
        self._drawing, self._inputs, self._values = drawing, inputs, values
        self._script, self._blank = script, blank
        self._style = cache(lambda look: styled(sheet, look).style_id)
        self._numbers = cache(moving)

    def drawn(self) -> dict[int, dict[int, str]]:
        """Return the single cells by row and column."""
        return {
            row: {
                column: content(text, self._style_of(look, text))
                for column, (text, look) in cells.items()
            }
            for row, cells in self._drawing.cells.items()
        }

    def strips(self, layout: Layout, block: Block) -> Iterator[FilledStrip]:
        """Yield the cells of a quantity, part by part."""
        for number, part in enumerate(block.parts):
            place = (number,) if block.quantity.each else ()
            yield from self._strips(layout, part, place)

    def _strips(
        self, layout: Layout, block: Block, place: tuple[int, ...]
    ) -> Iterator[FilledStrip]:
        quantity = block.quantity
        columns = layout.columns(quantity.name, *place) if quantity.equation else repeat(None)
        starts = (0,) * len(quantity.axes)
        rows = range(prod(block.lengths))
        looks = {first: self._looks(quantity, first=first) for first in (False, True)}
        is_table = block.is_table
        for unit, column in zip(quantity.units, columns, strict=False):
            row, at = block.address((*starts, *unit))
            filled = self._filled(block, (*place, ..., *unit), column, looks[at == block.column])
            if is_table or not quantity.axes:
                yield from filled.strips(at, row, rows)
                continue
            for number, (down, right) in enumerate(block.places(unit)):
                yield from filled.strips(right, down, range(number, number + 1))

    def _filled(
        self,
        block: Block,
        entries: tuple[int | EllipsisType, ...],
        column: FilledColumn | None,
        looks: tuple[Look, Look],
    ) -> Filled:
        """Return what is filled down for one unit of a part: some entries of the quantity."""
        quantity, (typed_in, computed) = block.quantity, looks
        given = self._inputs.get(quantity.name)
        typed = [] if given is None or not given.size else given[entries].ravel().tolist()
        texts = [content(each, self._style_of(typed_in, each)) for each in typed]
        if quantity.name in self._blank:
            marked = self._style(replace(computed, fill=BLANK))
            return Filled(texts, f'%s" s="{marked}"/>', (), is_blank=True)
        if column is None:
            return Filled(texts, "", ())
        said = "".join(re.findall('"[^"]*"', column.text)) if '"' in column.text else ""
        style = self._style_of(computed, said)
        kind, kinds, value, values = self._value(quantity, entries)
        axes = block.lengths
        if column.starts:  # where a recurrence starts there is another formula
            pattern, _ = formula_pattern(
                FilledColumn((), "={0}", ()), style, kind=kind, value=value
            )
            numbers = ([markup(text.removeprefix("=")) for text in column.down(axes, 0)],)
        else:
            pattern, order = formula_pattern(column, style, kind=kind, value=value)
            numbers = tuple(self._numbers(*column.rows[number], axes) for number in order)
        return Filled(texts, pattern, (*kinds, *numbers, *values))

    def _value(
        self, quantity: Quantity, entries: tuple[int | EllipsisType, ...]
    ) -> tuple[str, Varying, str, Varying]:
        """Return how the types and the values of formulas are written, and what they are."""
        found = self._values.get(quantity.name)
        if found is None:
            return "", (), "", ()
        if found.dtype != object:
            return "", (), NUMBER, (found[entries].ravel(),)
        # an entry of its own is no array
        each = np.ravel(np.asarray(found[entries], dtype=object)).tolist()
        kinds, values = zip(*map(cached, each), strict=True)
        return KIND, (kinds,), OTHER, (values,)

    def _looks(self, quantity: Quantity, *, first: bool) -> tuple[Look, Look]:
        """Return the looks of typed and of computed cells, in the first column or in another."""
        wanted = self._drawing.looks.get(quantity.name)
        if wanted:
            wanted = replace(wanted, first=wanted.first and first)
            return wanted, wanted
        edge = first and bool(quantity.axes)
        given = not quantity.is_record
        return (
            value(quantity.number_format, given=given, first=edge),
            value(quantity.number_format, given=False, first=edge),
        )

    def _style_of(self, look: Look, text: object) -> int:
        is_text = isinstance(text, str) and is_east_asian(text)
        return self._style(replace(look, script=self._script) if is_text else look)
