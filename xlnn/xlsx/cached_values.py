"""The last pass over an .xlsx: true cached values in each formula cell, and the same bytes always.

A viewer that does not recalculate shows cached values, and openpyxl writes none. formualizer's own
``recalculate_xlsx_file`` does not serve: it takes no values of ours, so that it would store what
nobody compared with NumPy, and it holds the whole package in memory.
"""

import os
import re
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED

import numpy as np

from xlnn.address import address
from xlnn.errors import OutputError, WorkbookError
from xlnn.grid import CellError, Grid, Inputs, Values
from xlnn.xlsx.copying import LEVEL, Cell, Edit, Rewrite, Seal, copy, rewrite_cells, whole
from xlnn.xlsx.filled_rows import NotPlainError, fill_rows
from xlnn.xlsx.fingerprint import PART, properties
from xlnn.xlsx.parts import WORKBOOK, sheet_parts
from xlnn.xlsx.prefixes import unprefix
from xlnn.xlsx.sheet_stream import COLUMNS
from xlnn.xlsx.texts import escaped, markup

NOTHING = Grid(np.empty((0, 0)))

Other = str | bool | CellError

ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""The characters that XML cannot hold."""


def store(source: Path, target: Path, values: Values, sheets: Collection[str] | None = None) -> int:
    """Copy a workbook that xlnn's writer made, with a cached value in each formula cell.

    The same workbook and values give the same bytes. The document's dates become
    SOURCE_DATE_EPOCH, or else 1980-01-01, as the entries of the zip have it. fullCalcOnLoad stays
    as the writer set it, the fingerprint is set, and every other part is copied as it is.

    Parameters
    ----------
    source, target : Path
        Two different files; ``target`` is overwritten.
    values : Values
        A value for each formula cell.
    sheets : collection of str
        The titles of the sheets on which formulas have no value yet; None where none has.

    Returns
    -------
    int
        How many formula cells were given theirs.

    Raises
    ------
    WorkbookError
        A formula cell has no value, or one that no cell can hold, such as infinity.
    """
    count = 0

    def fill(title: str) -> Rewrite:
        cached = _cached(title, values.get(title, NOTHING))

        def rewrite(cell: Cell) -> str | None:
            nonlocal count
            if not cell.formula:
                return None
            count += 1
            return cell.rebuilt(cell.formula, *cached(cell.attributes["r"]))

        return rewrite

    def fill_plain(title: str) -> Edit:
        grid = values.get(title, NOTHING)
        return fill_rows(_only_numbers(grid), _cached(title, grid), add)

    def add(number: int) -> None:
        nonlocal count
        count += number

    titles = sheet_parts(source)
    if sheets is not None:
        titles = {title: part for title, part in titles.items() if title in sheets}
    changes = {"docProps/core.xml": whole(_fix_dates)}
    seal = Seal(PART, properties)
    try:
        edits = {part: fill_plain(title) for title, part in titles.items()}
        copy(source, target, edits | changes, ZIP_DEFLATED, LEVEL, seal)
    except NotPlainError:
        count = 0
        edits = {part: rewrite_cells(fill(title)) for title, part in titles.items()}
        copy(source, target, edits | changes, ZIP_DEFLATED, LEVEL, seal)
    return count


def replace_inputs(source: Path, target: Path, inputs: Inputs) -> None:
    """Copy a workbook, whoever saved it, with numbers put into some cells, for an engine to read.

    Cached values are left as they were, so they are stale. Formulas are written as all engines
    read them, and iteration is switched off, by which an engine would give the cells of a circle
    numbers. The copy is not compressed.

    Raises
    ------
    WorkbookError
        A cell is not in the file, or it holds a formula that is shared with other cells.
    """
    missing = dict(inputs)

    def put(title: str) -> Rewrite:
        places = {address(*key[1:]): key for key in inputs if key[0] == title}

        def rewrite(cell: Cell) -> str | None:
            key = places.get(cell.attributes.get("r", ""))
            if key is None:
                return None
            if "ref" in cell.formula_attributes:
                raise WorkbookError(
                    f"{title}!{address(*key[1:])} is an input, but holds a formula that other cells"
                    " share: type a number into it."
                )
            return cell.rebuilt("", "", f">{float(missing.pop(key))!r}")

        return rewrite

    titles = {sheet for sheet, _, _ in inputs}
    parts = sheet_parts(source)
    edits: dict[str, Edit] = {WORKBOOK: whole(_without_iteration)}
    for title, part in parts.items():
        edits[part] = unprefix
        if title in titles:
            edits[part] = _both(unprefix, rewrite_cells(put(title)))
    copy(source, target, edits, ZIP_STORED)
    for sheet, row, column in missing:
        raise WorkbookError(
            f"{source.name}: the input {sheet}!{address(row, column)} is not in the file."
        )


def _both(first: Edit, second: Edit) -> Edit:
    return lambda chunks: second(first(chunks))


def _without_iteration(workbook: bytes) -> bytes:
    """Remove the setting by which programs settle circular references."""
    if b"iterate" not in workbook:
        return workbook
    from lxml import etree  # noqa: PLC0415 - slow

    # `inspect` has limited its size and its depth
    root = etree.fromstring(workbook, etree.XMLParser(resolve_entities=False, huge_tree=True))
    for settings in root.iter("{*}calcPr"):
        for name in list(settings.attrib):
            if etree.QName(name).localname == "iterate":
                del settings.attrib[name]
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)


def _only_numbers(grid: Grid) -> np.ndarray:
    """Return a sheet's numbers, NaN where it has another value as well."""
    rows, columns = grid.numbers.shape
    inside = [(r - 1, c - 1) for r, c in grid.others if 0 < r <= rows and 0 < c <= columns]
    if all(np.isnan(grid.numbers[place]) for place in inside):
        return grid.numbers
    numbers = grid.numbers.astype(float)
    numbers[tuple(np.array(inside).T)] = np.nan
    return numbers


def _cached(title: str, grid: Grid) -> Callable[[str], tuple[str, str]]:
    """Make the function that turns A1 into its attribute t and what follows ``<v``."""
    others = grid.others
    row_of_numbers: tuple[int, list[float]] = (0, [])

    def cached(place: str) -> tuple[str, str]:
        nonlocal row_of_numbers
        letters = place.rstrip("0123456789")
        row, column = int(place[len(letters) :]), COLUMNS[letters]
        other = others.get((row, column))
        if other is not None:
            return _other(other, f"{title}!{place}")
        if (
            row != row_of_numbers[0]
        ):  # Python's numbers, a row at a time: NumPy's are slow one by one
            row_of_numbers = (
                row,
                grid.numbers[row - 1].tolist() if row <= len(grid.numbers) else [],
            )
        numbers = row_of_numbers[1]
        number = numbers[column - 1] if 0 < column <= len(numbers) else float("nan")
        if not isfinite(number):
            raise WorkbookError(f"{title}!{place}: the formula has no value that a cell can hold.")
        return "", ">" + repr(number).removesuffix(".0")

    return cached


def _other(value: Other, cell: str) -> tuple[str, str]:
    """Write a text, a boolean or an error.

    >>> _other("a < b ", "Guide!A1")
    (' t="str"', ' xml:space="preserve">a &lt; b ')
    """
    if isinstance(value, bool):
        return ' t="b"', f">{int(value)}"
    if ILLEGAL.search(value):
        raise WorkbookError(f"{cell}: the text {value!r} has a character that no cell can hold.")
    if isinstance(value, CellError):
        return ' t="e"', f">{markup(value)}"
    # Excel and its SDK know xml:space on <v>; \r would be read as \n.
    space = ' xml:space="preserve"' if value != value.strip() else ""
    return ' t="str"', f"{space}>{markup(escaped(value))}"


def _fix_dates(core: bytes) -> bytes:
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "315532800")  # 1980-01-01
    try:
        date = datetime.fromtimestamp(int(epoch), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise OutputError(
            f'SOURCE_DATE_EPOCH is "{epoch}"; expected are whole seconds since 1970.'
        ) from error
    text = f"{date:%Y-%m-%dT%H:%M:%SZ}".encode()
    return re.sub(rb"(<dcterms:(?:created|modified)\b[^>]*>)[^<]*", rb"\g<1>" + text, core)
