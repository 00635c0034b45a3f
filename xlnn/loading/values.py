"""Recalculate a workbook and save its quantities as arrays."""

import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from xlnn import engines
from xlnn.arguments import path_of
from xlnn.atomic_write import check_place, replacing
from xlnn.engines import DEFAULT_ENGINE, Allowance
from xlnn.errors import OutputError, OutputNameError
from xlnn.layout import Layout
from xlnn.loading.arrays import read_arrays
from xlnn.loading.open_file import check_sheets, opened
from xlnn.loading.spec import described
from xlnn.loading.unseen_formulas import file_for_engine
from xlnn.quantity import Model
from xlnn.workbooks import kind_of
from xlnn.workbooks.kind import WorkbookSpec


def values(
    path: Path | str, engine: str = DEFAULT_ENGINE, *, model: Model | None = None
) -> dict[str, np.ndarray]:
    """Recalculate a workbook and return its quantities.

    Parameters
    ----------
    path : Path
    engine : str
        One of `xlnn.engines.ENGINES`.
    model : Model
        The model, if the workbook was made from your own.

    Returns
    -------
    dict of arrays
        ``x`` (samples, inputs), ``z2`` (epochs, samples, units), ``W2`` (epochs + 1, units,
        inputs), ``C_T`` (epochs,) and so on. Epoch 1 uses the start weights ``W2[0]``.

    Raises
    ------
    WorkbookError
        The file is not a workbook of xlnn, or is unsafe to open.
    """
    computed = recalculated(path_of(path), engine, model)
    return kind_of(computed.spec).as_contract(computed.layout, computed.arrays)


class Recalculated(NamedTuple):
    """A recalculated workbook and the values of its quantities."""

    spec: WorkbookSpec
    layout: Layout
    arrays: dict[str, np.ndarray]


def recalculated(path: Path, engine: str, model: Model | None = None) -> Recalculated:
    """Recalculate a workbook as `values` does, and return its arrays and layout."""
    contents = opened(path, model)
    spec, layout = described(path, model, contents)
    check_sheets(contents, layout)
    with (
        file_for_engine(contents) as file,
        engines.loaded(engine, file, Allowance.of(contents)) as recalculate,
    ):
        found = recalculate({})
    return Recalculated(spec, layout, read_arrays(layout, found))


def check_saved(path: Path, *, force: bool = False) -> None:
    """Refuse a place where arrays cannot or should not be saved.

    Raises
    ------
    OutputError
        Its folder is missing, its name is not ``.npz``, or it is a file of another kind and
        ``force`` is not set.
    """
    if path.suffix.lower() != ".npz":
        raise OutputNameError(f"{path}: the output holds arrays, so its name must end in .npz.")
    check_place(path)
    if path.exists() and not force and not _holds_arrays(path):
        raise OutputError(
            f"{path} does not hold arrays: choose another name with -o, or overwrite it with "
            "--force."
        )


def _holds_arrays(path: Path) -> bool:
    """Return whether a file is an archive of arrays only."""
    try:
        with zipfile.ZipFile(path) as archive:
            return all(name.endswith(".npy") for name in archive.namelist())
    except (OSError, ValueError, zipfile.BadZipFile):
        return False


def save(path: Path, arrays: dict[str, np.ndarray], *, force: bool = False) -> None:
    """Save arrays as ``.npz``, atomically: the old file stays until the new one is complete.

    Raises
    ------
    OutputError
        The file cannot be written, or must not be overwritten; see `check_saved`.
    """
    check_saved(path, force=force)
    with replacing(path) as file:
        np.savez_compressed(file, **arrays)
