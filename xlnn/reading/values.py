"""What does a workbook compute? Its quantities as arrays, recalculated, and saved."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from xlnn import engines
from xlnn.engines import DEFAULT_ENGINE, Allowance
from xlnn.errors import OutputError
from xlnn.layout import Layout
from xlnn.output import check_place, replacing
from xlnn.reading.arrays import read_arrays
from xlnn.reading.spec import read_layout
from xlnn.xlsx import package


def as_contract(layout: Layout, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the arrays in the shapes that others rely on: a layer's units in one dimension.

    A weight array keeps two: its unit, and all that the unit sees.
    """
    exported = {}
    for name, array in arrays.items():
        quantity = layout.blocks[name].quantity
        axes = array.shape[: len(quantity.axes)]
        if len(quantity.shape) > 1:
            kept = quantity.shape[:1] if quantity.kind in {"W", "dC_dW"} else ()
            array = array.reshape((*axes, *kept, -1))  # noqa: PLW2901 -- the same array
        exported[name] = array.astype(str) if quantity.is_text else array
    return exported


def values(path: Path | str, engine: str = DEFAULT_ENGINE) -> dict[str, np.ndarray]:
    """Recalculate a workbook and return its quantities.

    Returns
    -------
    dict of arrays
        ``x`` (images, inputs), ``z2`` (epochs, images, units), ``W2`` (epochs + 1, units,
        inputs), ``C_T`` (epochs,) and so on. Epoch 1 uses the start weights ``W2[0]``.

    Raises
    ------
    WorkbookError
        The file is no workbook of xlnn, or is not safe to open.
    """
    path = Path(path)
    contents = package.inspect(path)
    layout = read_layout(path, contents)
    recalculate = engines.load(engine, path, Allowance.of(contents))
    return as_contract(layout, read_arrays(layout, recalculate({})))


def check_saved(path: Path, *, force: bool = False) -> None:
    """Refuse a place where no arrays should be saved.

    Raises
    ------
    OutputError
        Its folder is missing, its name is not ``.npz``, or it is a file of another kind and
        ``force`` is not set.
    """
    if path.suffix.lower() != ".npz":
        raise OutputError(f"{path}: the output holds arrays, name it .npz.")
    check_place(path)
    if path.exists() and not force and not _holds_arrays(path):
        raise OutputError(
            f"{path} holds no arrays: choose another name with -o, or replace it with --force."
        )


def _holds_arrays(path: Path) -> bool:
    """Tell whether a file is an archive of arrays and of nothing else."""
    try:
        with zipfile.ZipFile(path) as archive:
            return all(name.endswith(".npy") for name in archive.namelist())
    except (OSError, ValueError, zipfile.BadZipFile):
        return False


def save(path: Path, arrays: dict[str, np.ndarray], *, force: bool = False) -> None:
    """Save arrays as ``.npz``, at once: the old file stays until the new one is complete.

    Raises
    ------
    OutputError
        The file cannot be written, or must not be replaced; see `check_saved`.
    """
    check_saved(path, force=force)
    with replacing(path) as file:
        np.savez_compressed(file, **arrays)
