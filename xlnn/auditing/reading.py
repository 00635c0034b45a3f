"""Read a workbook of any author into a `Book`."""

from collections.abc import Callable
from pathlib import Path

from openpyxl.utils import range_boundaries

from xlnn.auditing.book import Book
from xlnn.auditing.formula import Pattern
from xlnn.auditing.tables import Tables
from xlnn.xlsx.cells import all_cells
from xlnn.xlsx.name_substitution import Names
from xlnn.xlsx.package import Package, inspect
from xlnn.xlsx.sheet_stream import area as cells_of

MOST_FORMULAS = 150_000
"""The most formulas that are read. In larger workbooks, only the first rows of each sheet are read:
the first steps of a training."""

FEW_FORMULAS = 20_000
"""The formulas of each sheet that are read in any case."""

CHECKED = 100
"""Rows after which an audit looks at the time while it reads."""

MOST_FILLED = 1_000_000
"""Cells that an array formula may fill; one that fills more counts as a single cell."""


def read(path: Path, check: Callable[[], None] = lambda: None) -> Book:
    """Read a workbook.

    Parameters
    ----------
    path : Path
    check : function
        Is called again and again, and may stop the audit.

    Raises
    ------
    WorkbookError
        It cannot be read, or is not safe to read.
    """
    contents = inspect(
        path, watch=lambda _: lambda *_: check(),
        arrays=True, local_names=True, sets_aside=True, may_hold_macros=True,
    )  # fmt: skip
    book = Book(path, contents.sheets, brings=contents.brings, check=check)
    _read_names(book, contents)
    _read_cells(book, contents)
    for first, cells in contents.arrays.items():
        if first in book.formulas and 0 < cells_of(cells) <= MOST_FILLED:
            left, top, right, bottom = range_boundaries(cells)
            book.arrays[first] = bottom - top + 1, right - left + 1
            for place in book.filled_by(first):
                if place not in book.formulas:
                    book.owner[place] = first
                    if place in book.values:
                        book.stored[place] = book.values[place]
    return book


def _read_names(book: Book, contents: Package) -> None:
    of_book_first = sorted(contents.defined.items(), key=lambda entry: bool(entry[0][0]))
    for (title, name), text in of_book_first:
        place = title or contents.sheets[0], 1, 1
        pattern = Pattern(f"={text.removeprefix('=')}", place)
        if "LAMBDA" in pattern.functions and not pattern.why_aside:
            book.lambdas += ((name, title or None, text),)
        elif pattern.references:
            book.names[name] = tuple(reference.area(place) for reference in pattern.references)


def _read_cells(book: Book, contents: Package) -> None:
    names, last, tables = Names.of(contents), _last_rows(contents), None
    every = all_cells(book.path, last=last)
    for title, (row, column, formula, value, _) in every:
        if row % CHECKED == 0:
            book.check()
        place = title, row, column
        if formula is None:
            if value is not None:
                book.values[place] = value
            continue
        plain = names.plain(formula, title)
        if "[" in plain:
            tables = tables or Tables(book.path)
            plain = tables.plain(plain, title, row)
        pattern = book.shared(plain, place)
        book.values[place] = value
        if pattern.why_aside:
            book.aside[place] = pattern.why_aside
        else:
            book.formulas[place], book.patterns[place] = plain, pattern
            book.stored[place] = value
    book.last = {title.casefold(): row for title, row in last.items()}


def _last_rows(contents: Package) -> dict[str, int]:
    """Return the last row to read of each large sheet of a workbook that is too large."""
    sizes = {title: len(cells.rows) for title, cells in contents.formulas.items()}
    if sum(sizes.values()) <= MOST_FORMULAS:
        return {}
    more = {title: size - FEW_FORMULAS for title, size in sizes.items() if size > FEW_FORMULAS}
    in_any_case = sum(min(size, FEW_FORMULAS) for size in sizes.values())
    share = max(0.0, (MOST_FORMULAS - in_any_case) / sum(more.values()))
    return {
        title: int(contents.formulas[title].rows[FEW_FORMULAS + int(share * size)])
        for title, size in more.items()
    }
