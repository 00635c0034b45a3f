"""Find what would make Excel repair a workbook ("We found a problem with some content").

`xlnn.xlsx.package.inspect` comes first and raises an error for what it refuses: a function off the
list (also one that lacks its ``_xlfn.``), a formula or a text that is too long, cells or rows twice
or out of order, NaN in a cell, references to missing sheets. An unsafe file is examined no further.
Lint then looks for what validators miss.
"""

from collections.abc import Callable, Sequence
from itertools import chain, count, islice
from pathlib import Path

from xlnn.linting.book import RULES, Problem, read_book
from xlnn.linting.formulas import formula_problems
from xlnn.linting.names import name_problems
from xlnn.linting.nodes import SheetNode
from xlnn.linting.package_parts import package_problems, style_problems
from xlnn.linting.sheets import sheet_problems
from xlnn.xlsx.archive import Archive
from xlnn.xlsx.package import Package, inspect, never
from xlnn.xlsx.sheet_stream import Item, SheetSource

__all__ = ["RULES", "Problem", "inspect_and_lint", "lint"]

MAX_PROBLEMS = 10_000
"""Problems that are listed; nobody reads more, and a file may be built to have millions."""


def lint(path: Path, may_be_left_out: Callable[[str], bool] = never) -> tuple[Problem, ...]:
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
    path: Path, may_be_left_out: Callable[[str], bool] = never
) -> tuple[Package, tuple[Problem, ...]]:
    """Return the results of `xlnn.xlsx.package.inspect` and `lint`, reading each sheet once.

    Raises
    ------
    WorkbookError
        As `lint`.
    """
    sheets: list[SheetNode] = []
    number = count(1)  # of elements

    def watch(source: SheetSource) -> Callable[[Sequence[Item], Sequence[Item]], None]:
        sheets.append(SheetNode(source, number))
        return sheets[-1].take

    contents = inspect(path, may_be_left_out, watch)
    with Archive(path) as archive:
        book = read_book(archive, contents, sheets, number)
        found = chain(
            package_problems(book),
            name_problems(book),
            style_problems(book),
            sheet_problems(book),
            formula_problems(book),
        )
        return contents, tuple(islice(found, MAX_PROBLEMS))
