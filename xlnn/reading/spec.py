"""What does a workbook say that it models? Its sheet Spec, and the cells that follow from it."""

from itertools import islice
from pathlib import Path

from xlnn.blocks import FIRST_ROW
from xlnn.errors import DataError, WorkbookError
from xlnn.layout import Layout
from xlnn.quantity import Model
from xlnn.shipped.text import languages, text
from xlnn.workbooks import kind_of
from xlnn.workbooks.kind import Spec
from xlnn.workbooks.own import check_same, layout_of_model
from xlnn.workbooks.spec_text import from_toml
from xlnn.xlsx.cells import cells
from xlnn.xlsx.parts import sheet_parts

LONGEST_SPEC = 10_000
"""Cells of a Spec sheet that are read."""


def read_spec(path: Path) -> Spec:
    """Read the Spec sheet of a workbook that `xlnn.xlsx.package.inspect` has let pass.

    Raises
    ------
    WorkbookError
        The file has no Spec sheet, or not one that xlnn wrote.
    """
    known = {text(lang).sheets["spec"] for lang in languages()}
    title = next((title for title in sheet_parts(path) if title in known), None)
    if title is None:
        raise WorkbookError(
            f"{path.name} has no sheet Spec: it was not made by xlnn, or the sheet was deleted."
        )
    lines = [
        cell.value
        for cell in islice(cells(path, title), LONGEST_SPEC)
        if cell.row >= FIRST_ROW and cell.column == 1 and isinstance(cell.value, str)
    ]
    try:
        return from_toml("\n".join(lines))
    except DataError as error:
        raise WorkbookError(f"{path.name}, sheet {title}: {error}") from error


def layout_of(spec: Spec) -> Layout:
    """Return the cells of everything that a Spec describes."""
    return kind_of(spec).layout(spec)


def described(path: Path, model: Model | None = None) -> tuple[Spec, Layout]:
    """Return the Spec of a workbook that was let pass, and the cells of what it describes.

    Parameters
    ----------
    path : Path
    model : Model
        The model of a workbook that its programmer made of it.

    Raises
    ------
    WorkbookError
        There is no Spec, or the file holds another model.
    """
    spec = read_spec(path)
    try:
        if model is None:
            return spec, layout_of(spec)
        check_same(spec, model)
        return spec, layout_of_model(model)
    except DataError as error:
        raise WorkbookError(f"{path.name}: {error}") from error
