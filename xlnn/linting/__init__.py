"""Find what would make Excel repair a workbook ("We found a problem with some content").

`xlnn.xlsx.package.inspect` comes first and raises an error for what it refuses: a function off the
list (also one that lacks its ``_xlfn.``), a formula or a text that is too long, cells or rows twice
or out of order, NaN in a cell, references to missing sheets. An unsafe file is examined no further.
Lint then looks for what validators miss.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, count, islice
from pathlib import Path

from xlnn.linting import formulas, names, package_parts, sheets
from xlnn.linting.book import LintedWorkbook, Problem, read_book
from xlnn.linting.nodes import SheetNode
from xlnn.xlsx.archive import Archive
from xlnn.xlsx.package import Package, Place, inspect, never
from xlnn.xlsx.sheet_stream import Item, SheetSource

__all__ = ["RULES", "Problem", "inspect_and_lint", "lint"]

_OF_BOOKS = {
    "relationship": package_parts.relationships,
    "orphan-part": package_parts.orphans,
    "content-type": package_parts.content_types,
    "table-header": package_parts.table_headers,
    "colour": package_parts.colours,
    "sheet-name": names.sheet_names,
    "sheets": names.sheet_list,
    "defined-name": names.defined_names,
    "uncomputed": names.uncomputed,
    "font-order": package_parts.font_order,
    "style-index": package_parts.style_indices,
}
_OF_SHEETS = {
    "element-order": sheets.element_order,
    "column-widths": sheets.column_widths,
    "cell-value": sheets.cell_values,
    "merge": sheets.merges,
    "range": sheets.ranges,
    "validation-text": sheets.validation_texts,
    "hyperlink": sheets.hyperlinks,
}
"""What each rule checks, in the workbook or sheet by sheet."""

RULES = (*_OF_BOOKS, *_OF_SHEETS, *formulas.RULES)
"""The names of all rules."""

MAX_PROBLEMS = 10_000
"""Problems that are listed; nobody reads more, and a file may be built to have millions."""


def lint(path: Path, may_be_left_out: Callable[[Place | str], bool] = never) -> tuple[Problem, ...]:
    """Find what would make Excel repair a workbook.

    Parameters
    ----------
    path : Path
        A file from anywhere.
    may_be_left_out : callable
        As for `xlnn.xlsx.package.inspect`.

    Returns
    -------
    tuple of Problem
        Empty if nothing was found; at most `MAX_PROBLEMS`. Where formulas filled down a column
        share one mistake, the first is reported.

    Raises
    ------
    WorkbookError
        The file is not a workbook, or `inspect` refuses its contents.
    """
    _, problems = inspect_and_lint(path, may_be_left_out)
    return problems


def inspect_and_lint(
    path: Path,
    may_be_left_out: Callable[[Place | str], bool] = never,
    patterns: Iterable[tuple[str, str]] | None = None,
    *,
    arrays: bool = True,
) -> tuple[Package, tuple[Problem, ...]]:
    """Return the results of `xlnn.xlsx.package.inspect` and `lint`, reading each sheet once.

    Parameters
    ----------
    path, may_be_left_out
        As for `lint`.
    patterns : iterable of (str, str)
        As for `xlnn.linting.formulas.formula_problems`.
    arrays : bool
        Whether the file may hold array formulas.

    Raises
    ------
    WorkbookError
        As `lint`.
    """
    read: list[SheetNode] = []
    number = count(1)  # of elements

    def watch(source: SheetSource) -> Callable[[Sequence[Item], Sequence[Item]], None]:
        read.append(SheetNode(source, number))
        return read[-1].take

    contents = inspect(path, may_be_left_out, watch, arrays=arrays)
    with Archive(path) as archive:
        book = read_book(archive, contents, read, number)
        problems = chain(_broken(book), formulas.formula_problems(book, patterns))
        return contents, tuple(islice(problems, MAX_PROBLEMS))


def _broken(book: LintedWorkbook) -> Iterator[Problem]:
    for rule, check in _OF_BOOKS.items():
        yield from (Problem(rule, *finding) for finding in check(book))
    for sheet in book.sheets:
        for rule, check in _OF_SHEETS.items():
            yield from (Problem(rule, *finding) for finding in check(book, sheet))
