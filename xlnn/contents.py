"""What does a workbook of xlnn hold? Its Spec, and its quantities as arrays."""

import zipfile
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

import numpy as np

from xlnn import engines, package
from xlnn.engines import DEFAULT_ENGINE, CellError, Grid, Values
from xlnn.errors import DataError, OutputError, WorkbookError
from xlnn.layout import FIRST_ROW, Block, Layout
from xlnn.output import check_place, replacing
from xlnn.parts import sheet_parts
from xlnn.spec import Spec
from xlnn.text import languages, text

LONGEST_SPEC = 10_000
"""Cells of a Spec sheet that are read."""


def read_spec(path: Path) -> Spec:
    """Read the Spec sheet of a workbook that `xlnn.package.inspect` has let pass.

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
        for cell in islice(package.cells(path, title), LONGEST_SPEC)
        if cell.row >= FIRST_ROW and cell.column == 1 and isinstance(cell.value, str)
    ]
    try:
        return Spec.from_toml("\n".join(lines))
    except DataError as error:
        raise WorkbookError(f"{path.name}, sheet {title}: {error}") from error


def layout_of(spec: Spec) -> Layout:
    """Return the cells of everything that a Spec describes."""
    # slow to import, since the sheets draw with openpyxl: an engine works meanwhile
    from xlnn.sheets import workbook_layout  # noqa: PLC0415

    return workbook_layout(spec, text(spec.lang).of(spec))


def read_arrays(layout: Layout, values: Values) -> dict[str, np.ndarray]:
    """Read every quantity out of a recalculated workbook.

    Returns
    -------
    dict of arrays
        By name. NaN where a cell that should hold a number holds none; None for a text.
    """
    return {
        name: _read(block, values[layout.titles[block.sheet]], layout)
        for name, block in layout.blocks.items()
    }


def _read(block: Block, grid: Grid, layout: Layout) -> np.ndarray:
    if block.quantity.is_text:
        array = np.empty(block.quantity.lengths, dtype=object)
        for index in np.ndindex(array.shape):
            value = grid.others.get(block.address(index))
            array[index] = value if not isinstance(value, CellError) else None
        return array
    rows, columns = layout.extents[block.sheet]
    numbers = grid.numbers
    missing = max(0, rows - numbers.shape[0]), max(0, columns - numbers.shape[1])
    if any(missing):
        numbers = np.pad(numbers, [(0, missing[0]), (0, missing[1])], constant_values=np.nan)
    return np.array(block.window(numbers))


def write_values(layout: Layout, arrays: Mapping[str, np.ndarray]) -> Values:
    """Return arrays as the values of a workbook: the reverse of `read_arrays`."""
    values = {
        title: Grid(np.full(layout.extents[key], np.nan), {})
        for key, title in layout.titles.items()
    }
    for name, block in layout.blocks.items():
        grid, array = values[layout.titles[block.sheet]], arrays[name]
        if block.quantity.is_text:
            for index in np.ndindex(array.shape):
                grid.others[block.address(index)] = array[index] or ""
        else:
            block.window(grid.numbers)[...] = array
    return values


def inputs_of(layout: Layout, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return what is typed in: inputs, of the weights the start, and records."""
    return {
        quantity.name: quantity.typed(arrays[quantity.name])
        for quantity in layout.model.quantities
        if quantity.is_input or quantity.is_record
    }


def check_inputs(layout: Layout, values: Values, inputs: Mapping[str, np.ndarray]) -> None:
    """Refuse input cells that hold no number.

    Raises
    ------
    WorkbookError
        Naming the first such cell and what it holds.
    """
    for name, array in inputs.items():
        block = layout.blocks[name]
        if block.quantity.is_text:
            bad = np.array([not isinstance(value, str) for value in array.flat])
            bad, wanted = bad.reshape(array.shape), "a text"
        elif block.quantity.choices:
            least, most = block.quantity.choices
            bad = ~((array >= least) & (array <= most) & (array == np.round(array)))
            wanted = f"a whole number from {least} to {most}"
        else:
            bad, wanted = ~np.isfinite(array), "a number"
        if bad.any():
            index = tuple(map(int, np.argwhere(bad)[0]))
            found = values[layout.titles[block.sheet]].at(*block.address(index))
            shown = "nothing" if found is None else f'"{found}"'
            raise WorkbookError(
                f"{layout.cell(name, index)} holds {shown}: it is an input, type {wanted}."
            )


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
    package.inspect(path)
    recalculate = engines.load(engine, path)
    layout = layout_of(read_spec(path))
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
