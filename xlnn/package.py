"""What is in this .xlsx file - read as a stream, and refused where it is not safe?

`inspect` looks at every part of a file and refuses what no workbook of xlnn needs; `cells` then
reads a sheet cell by cell. No engine and no openpyxl sees a file that `inspect` has not let pass.
"""

import math
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from xlnn.address import address
from xlnn.archive import Archive
from xlnn.engines import CellError
from xlnn.errors import WorkbookError
from xlnn.guard import Formulas
from xlnn.parts import (
    Workbook,
    check_names,
    check_other_parts,
    check_parts,
    read_workbook,
    shared_strings,
)
from xlnn.sheet_stream import COMPUTED, MAX_BOX, Item, WholeRow, area, stream, stream_rows

if TYPE_CHECKING:
    from openpyxl.formula.translate import Translator

MAX_ALL_TEXT = 1 << 30
"""Characters of all formulas and texts as engines hold them, each written out. Four million
formulas of a hundred characters need 0.4 of it; one long formula shared by a sheet exceeds it."""

MAX_SPREAD = 1_000_000
"""Cells of merged ranges and hyperlinks: openpyxl makes an object for each."""

MAX_KEPT = 500_000
"""Formulas of a sheet whose texts are kept: some 50 MB."""

_BATCH = 2_048  # items checked at once

_Text = TypeVar("_Text")

_KINDS = {
    "array": "an array formula",
    "dataTable": "a data table",
    "shared": "a shared formula that is stated nowhere above, or twice",
}
"""What the types of a formula that cannot be read cell by cell are called."""

_ANEW = "save the file anew in a spreadsheet program"


class Cell(NamedTuple):
    """A cell that is present in a sheet's XML.

    Attributes
    ----------
    row, column : int
        From 1.
    formula : str or None
        With its leading "="; a shared formula is written out for this cell.
    value : float, bool, str, CellError or None
        The constant, or the cached value of a formula, which nobody may trust.
    """

    row: int
    column: int
    formula: str | None
    value: float | bool | str | CellError | None


class FormulaCells(NamedTuple):
    """The formula cells of a sheet, row by row and from left to right.

    Attributes
    ----------
    rows, columns : array of int32, shape (formulas,)
        Where each formula stands, from 1.
    texts : list of str or None
        The formulas without their "="; None where they are too many to be kept, or where some are
        stated by another cell: `Contents.stated` reads those again.
    """

    rows: np.ndarray
    columns: np.ndarray
    texts: list[str] | None = None


@dataclass(frozen=True)
class Contents:
    """What is in a workbook that was let pass.

    Attributes
    ----------
    path : Path
        The file.
    sheets : tuple of str
        The titles of the sheets of cells, in the workbook's order; chart sheets are left out.
    formulas : mapping of str to FormulaCells
        The cells that hold a formula, for every sheet.
    names : mapping of str to str
        The defined names of the whole workbook: ``xlnn.z2`` -> ``Training!$A$2:$C$3201``.
    """

    path: Path
    sheets: tuple[str, ...]
    formulas: Mapping[str, FormulaCells]
    names: Mapping[str, str]

    def stated(self, sheet: str) -> Iterator[tuple[int, int, str]]:
        """Yield the formulas of one sheet: row, column and formula."""
        cells = self.formulas[sheet]
        if cells.texts is None:
            yield from formulas(self.path, sheet)
        else:
            rows, columns = cells.rows.tolist(), cells.columns.tolist()
            for row, column, text in zip(rows, columns, cells.texts, strict=True):
                yield row, column, "=" + text

    @property
    def formula_count(self) -> int:
        """The number of formula cells in all sheets."""
        return sum(len(cells.rows) for cells in self.formulas.values())


def inspect(path: Path) -> Contents:
    """Look at everything in a file, and refuse what is not safe or not a workbook of xlnn.

    Parameters
    ----------
    path : Path
        A file from anywhere.

    Raises
    ------
    WorkbookError
        In one sentence: where, what was found, and what to do.
    """
    with Archive(path) as archive:
        check_parts(archive)
        book = read_workbook(archive)
        formulas = Formulas(book.sheets, archive.refused)
        check_names(archive, book, formulas)
        check_other_parts(archive, book, formulas)
        strings = list(map(len, shared_strings(archive, book.strings)))
        budget = _Budget(archive)
        found = {
            title: _inspect_sheet(_Sheet(archive, title, part), formulas, strings, budget)
            for title, part in book.sheets.items()
        }
    names = {name: text for name, text, more in book.names if "localSheetId" not in more}
    return Contents(path, tuple(book.sheets), found, names)


@dataclass(frozen=True)
class _Sheet:
    """A sheet that is being read."""

    archive: Archive
    title: str
    part: str

    def items(self) -> Iterator[Item]:
        """Read the sheet."""
        return stream(self.archive, self.part, self.title)

    def rows(self) -> Iterator[Item | WholeRow]:
        """Read the sheet, each plain row at once."""
        return stream_rows(self.archive, self.part, self.title)

    def refused(self, row: int, column: int, sentence: str) -> WorkbookError:
        """Return the error that says what is wrong in a cell."""
        return self.archive.refused(f"{self.title}!{address(row, column)} {sentence}")

    def bad_value(self, row: int, column: int, kind: str, text: str) -> WorkbookError:
        """Return the error for a value that does not fit the type of its cell."""
        return self.refused(
            row, column, f'holds "{text:.40}", no finite value of its type "{kind:.12}"; {_ANEW}'
        )


@dataclass
class _Budget:
    """What all sheets of a workbook may claim together."""

    archive: Archive
    box: int = 0
    text: int = 0
    spread: int = 0

    def spend(self, *, box: int = 0, text: int = 0, spread: int = 0) -> None:
        """Count what a sheet claims, and refuse the sheet that claims too much."""
        self.box, self.text, self.spread = self.box + box, self.text + text, self.spread + spread
        for claim, limit, what in (
            (self.box, MAX_BOX, "cells in the rectangles of its sheets"),
            (self.text, MAX_ALL_TEXT, "characters in its cells"),
            (self.spread, MAX_SPREAD, "cells in merged ranges and hyperlinks"),
        ):
            if claim > limit:
                raise self.archive.refused(
                    f"it claims {claim:,} {what}, and xlnn reads up to {limit:,}; build it with "
                    "fewer epochs or images, or remove what is not needed"
                )


def _inspect_sheet(
    sheet: _Sheet, formulas: Formulas, strings: Sequence[int], budget: _Budget
) -> FormulaCells:
    """Check every item of a sheet; return where its formulas are."""
    rows, columns = array("i"), array("i")
    texts: list[str] | None = []
    shared = _SharedFormulas(sheet)
    for batch in _batches(sheet.rows()):
        if isinstance(batch[0], WholeRow):
            stated = _check_rows(sheet, formulas, batch, (rows, columns), strings, budget)
        else:
            stated = _check_items(sheet, formulas, batch, (rows, columns), shared, strings, budget)
        if texts is not None and all(stated) and len(rows) <= MAX_KEPT:
            texts += stated
        else:
            texts = None
    return FormulaCells(
        np.frombuffer(rows, dtype=np.int32) if rows else np.empty(0, np.int32),
        np.frombuffer(columns, dtype=np.int32) if columns else np.empty(0, np.int32),
        texts,
    )


def _batches(source: Iterator[Item | WholeRow]) -> Iterator[list[Item] | list[WholeRow]]:
    """Yield what is read in lists of one kind, each of some `_BATCH` cells."""
    batch: list[Item | WholeRow] = []
    count, kind = 0, tuple
    for item in source:
        if item.__class__ is not kind or count >= _BATCH:
            if batch:
                yield batch
            batch, count, kind = [], 0, item.__class__
        batch.append(item)
        count += len(item.columns) if kind is WholeRow else 1
    if batch:
        yield batch


def _check_rows(  # noqa: PLR0913, PLR0917 -- what is checked, and against what
    sheet: _Sheet,
    formulas: Formulas,
    batch: Sequence[WholeRow],
    places: tuple["array[int]", "array[int]"],
    strings: Sequence[int],
    budget: _Budget,
) -> list[str]:
    """Check plain rows; return their formulas, each of which is stated where it stands."""
    rows, columns = places
    before = len(rows)
    stated: list[str] = []
    numbers: list[str] = []
    others: list[Item] = []
    for row, here, plain in batch:
        kinds, attributes, texts, values = plain.contents()
        own = [text for text in texts if text is not None]
        stated += own
        rows.extend(repeat(row, len(own)))
        columns.extend(
            here
            if len(own) == len(here)
            else [column for column, text in zip(here, texts, strict=True) if text is not None]
        )
        if plain.has_numbers_only:
            numbers += filter(None, values)
        else:
            items = zip(repeat(row), here, kinds, attributes, texts, values)
            others += [item for item in items if item[5]]
    formulas.check(
        stated, lambda n: f"{sheet.title}!{address(rows[before + n], columns[before + n])}"
    )
    budget.spend(text=sum(map(len, stated)))
    if not _are_numbers(numbers):
        items = (zip(repeat(row), here, *plain.contents()) for row, here, plain in batch)
        others = [item for item in chain.from_iterable(items) if item[5]]
    _check_values(sheet, others, strings, budget)
    return stated


def _check_items(  # noqa: PLR0913, PLR0917 -- the same
    sheet: _Sheet,
    formulas: Formulas,
    batch: Sequence[Item],
    places: tuple["array[int]", "array[int]"],
    shared: "_SharedFormulas",
    strings: Sequence[int],
    budget: _Budget,
) -> list[str]:
    """Check other cells and what stands beside them; return the formulas, "" for shared ones."""
    rows, columns = places
    found = [item for item in batch if item[0]]
    if len(found) < len(batch):
        for item in batch:
            if not item[0]:
                _check_aside(sheet, formulas, budget, item)
    computed = [item for item in found if item[3] is not None]
    rows.extend([item[0] for item in computed])
    columns.extend([item[1] for item in computed])
    stated = _check_formulas(sheet, formulas, computed, shared, budget)
    _check_values(sheet, [item for item in found if item[5]], strings, budget)
    return stated


def _check_formulas(
    sheet: _Sheet,
    formulas: Formulas,
    computed: Sequence[Item],
    shared: "_SharedFormulas",
    budget: _Budget,
) -> list[str]:
    """Check the formulas of some cells, each where it is stated; return them, "" for others."""
    stated = []
    for row, column, _, attributes, text, _ in computed:
        # nearly all formulas have a text and no attributes: they need no call
        own = text if text and not attributes else shared.stated(row, column, attributes, text)
        if own is None:
            budget.spend(text=shared.length(attributes))
        stated.append(own or "")
    formulas.check(stated, lambda index: f"{sheet.title}!{address(*computed[index][:2])}")
    budget.spend(text=sum(map(len, stated)))
    return stated


def _check_values(
    sheet: _Sheet, filled: Sequence[Item], strings: Sequence[int], budget: _Budget
) -> None:
    """Check the values of some cells, none of them empty."""
    if not _are_numbers([text for _, _, kind, _, _, text in filled if kind == "n"]):
        for row, column, kind, _, _, text in filled:
            if kind == "n" and number(text) is None:
                raise sheet.bad_value(row, column, kind, text)
    for row, column, kind, _, _, text in filled:
        if kind != "n":
            value = _value(kind, text, strings)
            if value is None:
                raise sheet.bad_value(row, column, kind, text)
            if kind == "s":
                budget.spend(text=value)


def _check_aside(sheet: _Sheet, formulas: Formulas, budget: _Budget, item: Item) -> None:
    """Check what a sheet says beside its cells."""
    _, _, kind, attributes, text, _ = item
    attributes, text = attributes or {}, text or ""
    if kind == "sheetData":
        budget.spend(box=area(text))
    elif kind in COMPUTED:
        formulas.check([text], lambda _: f'{COMPUTED[kind]} of the sheet "{sheet.title}"')
    elif kind == "cfvo" and attributes.get("type") == "formula":
        formulas.check(
            [attributes.get("val", "")], lambda _: f'a colour scale of the sheet "{sheet.title}"'
        )
    elif kind in {"hyperlink", "mergeCell"}:
        # openpyxl visits each cell of these
        budget.spend(spread=area(attributes.get("ref", "")))
    elif kind == "dimension" and area(attributes.get("ref", "")) > MAX_BOX:
        raise sheet.archive.refused(
            f'the sheet "{sheet.title}" claims to fill {attributes["ref"]:.30}, more than '
            f"{MAX_BOX:,} cells; {_ANEW}"
        )


def cells(path: Path, sheet: str) -> Iterator[Cell]:
    """Read the cells of one sheet, row by row and from left to right.

    The sheet is read as a stream: four million cells need no more memory than four.

    Parameters
    ----------
    path : Path
        A workbook that `inspect` has let pass.
    sheet : str
        The title of a sheet.

    Raises
    ------
    WorkbookError
        There is no such sheet, or its XML is not sound.
    """
    with Archive(path) as archive:
        book = read_workbook(archive)
        source = _opened(archive, book, sheet)
        strings = shared_strings(archive, book.strings)
        shared, new = _SharedFormulas(source), tuple.__new__
        for row, column, kind, attributes, formula, text in source.items():
            if not row:
                continue
            if attributes is not None:
                if attributes or not formula:
                    formula = shared.stated(row, column, attributes, formula)  # noqa: PLW2901
                formula = "=" + (formula or shared.moved(row, column, attributes))  # noqa: PLW2901
            value = None
            if text:
                value = number(text) if kind == "n" else _value(kind, text, strings)
                if value is None:
                    raise source.bad_value(row, column, kind, text)
            elif kind in {"str", "inlineStr"}:
                value = text
            yield new(Cell, (row, column, formula, value))


def formulas(path: Path, sheet: str) -> Iterator[tuple[int, int, str]]:
    """Read the formulas of one sheet: row, column and formula, and no value.

    Like `cells`, in less time.
    """
    with Archive(path) as archive:
        source = _opened(archive, read_workbook(archive), sheet)
        shared = _SharedFormulas(source)
        for row, column, _, attributes, formula, _ in source.items():
            if not row or attributes is None:
                continue
            if attributes or not formula:
                stated = shared.stated(row, column, attributes, formula)
                yield row, column, "=" + (stated or shared.moved(row, column, attributes))
            else:
                yield row, column, "=" + formula


def _opened(archive: Archive, book: Workbook, sheet: str) -> _Sheet:
    """Return the sheet of a title, to be read."""
    if sheet not in book.sheets:
        raise archive.refused(
            f'there is no sheet "{sheet:.40}"; there are {", ".join(book.sheets)}'
        )
    return _Sheet(archive, sheet, book.sheets[sheet])


def number(text: str) -> float | None:
    """Return a finite number as programs write them; None if it is something else.

    >>> number("-2.5E-3"), number("1e999"), number("1_000")
    (-0.0025, None, None)
    """
    try:
        value = float(text)
    except ValueError:
        return None
    # float() also reads "1_000" and the digits of other scripts, which engines do not
    return value if math.isfinite(value) and text.isascii() and "_" not in text else None


def _are_numbers(texts: Sequence[str]) -> bool:
    """Say whether `number` reads each of these texts; a hundred at once cost a fifth.

    >>> _are_numbers(["1", "-2.5E-3"]), _are_numbers(["1", "nan"]), _are_numbers(["1_000"])
    (True, False, False)
    """
    joined = "".join(texts)
    try:
        return joined.isascii() and "_" not in joined and all(map(math.isfinite, map(float, texts)))
    except ValueError:
        return False


def _value(kind: str, text: str, strings: Sequence[_Text]) -> bool | str | CellError | _Text | None:
    """Return what a cell that holds no number holds; None if it does not fit its type."""
    match kind:
        case "str" | "inlineStr" | "d":
            return text
        case "s":
            known = text.isascii() and text.isdigit() and int(text[:9]) < len(strings)
            return strings[int(text[:9])] if known and len(text) < 10 else None
        case "b":
            return {"0": False, "1": True, "false": False, "true": True}.get(text)
        case "e":
            return CellError(text)
        case _:
            return None


class _SharedFormulas:
    """The shared formulas of one sheet: stated once, and moved to each further cell."""

    def __init__(self, sheet: _Sheet) -> None:
        self._sheet = sheet
        self._stated: dict[str, tuple[str, int, int]] = {}
        self._translators: dict[str, Translator] = {}

    def stated(
        self, row: int, column: int, attributes: Mapping[str, str], text: str | None
    ) -> str | None:
        """Return the formula that a cell states itself; None if it shares one stated above."""
        kind, index = attributes.get("t", "normal"), attributes.get("si", "")
        if kind == "normal" and text:
            return text
        if kind == "shared" and text and index not in self._stated:
            self._stated[index] = text, row, column
            return text
        if kind == "shared" and not text and index in self._stated:
            return None
        known = _KINDS if text or kind != "normal" else {}
        raise self._refused(row, column, known.get(kind, "a formula without text"))

    def moved(self, row: int, column: int, attributes: Mapping[str, str]) -> str:
        """Return the formula that a cell shares, with its references moved along."""
        from openpyxl.formula.tokenizer import TokenizerError  # noqa: PLC0415 - slow
        from openpyxl.formula.translate import Translator, TranslatorError  # noqa: PLC0415

        index = attributes["si"]
        text, top, left = self._stated[index]
        try:
            if index not in self._translators:
                self._translators[index] = Translator("=" + text, address(top, left))
            translator = self._translators[index]
            return translator.translate_formula(row_delta=row - top, col_delta=column - left)[1:]
        except (TokenizerError, TranslatorError, ValueError, IndexError):
            raise self._refused(row, column, "a shared formula that cannot be moved here") from None

    def length(self, attributes: Mapping[str, str]) -> int:
        """Return how many characters a cell has whose formula is stated above."""
        return len(self._stated[attributes["si"]][0])

    def _refused(self, row: int, column: int, what: str) -> WorkbookError:
        return self._sheet.refused(row, column, f"holds {what}; write a plain formula in each cell")
