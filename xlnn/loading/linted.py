"""Lint a workbook in which a person may have written formulas.

`xlnn.linting` asks it of any file; here formulas of a person's own, beside the quantities, may call
functions that not all engines compute alike.
"""

from pathlib import Path

from xlnn import linting
from xlnn.arguments import path_of
from xlnn.errors import WorkbookError, XlnnError
from xlnn.linting import Problem
from xlnn.loading.spec import described
from xlnn.loading.unseen_formulas import outside


def lint(path: Path | str) -> tuple[Problem, ...]:
    """Find what would make Excel repair a workbook.

    Parameters
    ----------
    path : Path
        A file from anywhere.

    Returns
    -------
    tuple of Problem
        Empty where nothing was found; at most `xlnn.linting.MAX_PROBLEMS`. Of formulas that are
        wrong alike, filled down a column, the first is named.

    Raises
    ------
    WorkbookError
        The file is no workbook, or holds what xlnn opens no file with.
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
