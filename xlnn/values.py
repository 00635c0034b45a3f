"""What does a workbook compute? Every quantity, recalculated, as an array by its name."""

from pathlib import Path

import numpy as np

from xlnn import engines, package
from xlnn.contents import as_contract, layout_of, read_arrays, read_spec
from xlnn.errors import OutputError


def values(path: Path | str, engine: str = "formulas") -> dict[str, np.ndarray]:
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
    package.inspect(path)
    recalculate = engines.load(engine, path)
    layout = layout_of(read_spec(path))
    return as_contract(layout, read_arrays(layout, recalculate({})))


def save(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Save arrays as ``.npz``.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    try:
        with path.open("wb") as file:
            np.savez_compressed(file, **arrays)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}.") from error
