"""Open or lint a workbook, and check that its sheets are complete."""

from pathlib import Path

from xlnn import linting
from xlnn.arguments import path_of
from xlnn.errors import WorkbookError, XlnnError
from xlnn.layout import Layout
from xlnn.linting import Problem
from xlnn.loading.spec import described, is_in_matrices, swapped
from xlnn.loading.unseen_formulas import check_dependents, outside
from xlnn.model import Model
from xlnn.xlsx import package
from xlnn.xlsx.package import Package
from xlnn.xlsx.parts import sheet_parts


def opened(path: Path, model: Model | None = None) -> Package:
    """Inspect a file as `xlnn.xlsx.package.inspect` does.

    Raises
    ------
    WorkbookError
        The file is unsafe, or a sheet is missing, so that formulas and names refer to nothing.
    """
    try:
        return package.inspect(path, arrays=is_in_matrices(path))
    except WorkbookError as refusal:
        try:
            _, layout = described(path, model)
            cause = missing_sheet(path, tuple(sheet_parts(path)), layout)
        except XlnnError:
            raise refusal from None
        if cause:
            raise cause from None
        arrays = layout.has_arrays
        contents = package.inspect(path, outside(layout), arrays=arrays, local_names=True)
        check_dependents(contents, layout)
        return contents


def check_sheets(contents: Package, layout: Layout) -> None:
    """Refuse a workbook with a missing sheet, or with sheets whose names were swapped.

    Raises
    ------
    WorkbookError
        The message names the missing sheet and its likely new name, or the swapped sheets.
    """
    cause = missing_sheet(contents.path, contents.sheets, layout) or swapped(contents.path, layout)
    if cause:
        raise cause


def missing_sheet(
    path: Path, titles_found: tuple[str, ...], layout: Layout
) -> WorkbookError | None:
    """Return the error that names a sheet that is missing, if one is."""
    titles = tuple(layout.titles.values())
    missing = [title for title in titles if title not in titles_found]
    if not missing:
        return None
    new = [title for title in titles_found if title not in titles]
    return WorkbookError(
        '{file}: the sheet {sheet} is missing (is it "{new:.40}" now?); restore it or its name.'
        if len(new) == len(missing) == 1
        else "{file}: the sheet {sheet} is missing; restore it or its name.",
        file=path.name,
        sheet=missing[0],
        new=next(iter(new), ""),
    )


def lint(path: Path | str) -> tuple[Problem, ...]:
    """Find what would make Excel repair a workbook.

    As `xlnn.linting.lint`, but a user's formulas outside the quantities may call functions on which
    engines differ.

    Parameters
    ----------
    path : Path
        A file from anywhere.

    Returns
    -------
    tuple of Problem
        Empty if nothing was found; at most `xlnn.linting.MAX_PROBLEMS`. Where formulas filled down
        a column share one mistake, the first is reported.

    Raises
    ------
    WorkbookError
        The file is not a workbook, or is unsafe to open.
    """
    path = path_of(path)
    try:
        return linting.lint(path)
    except WorkbookError as refusal:
        try:
            _, layout = described(path)
        except XlnnError:
            raise refusal from None
        return linting.lint(path, outside(layout))
