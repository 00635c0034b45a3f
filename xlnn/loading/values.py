"""Recalculate a workbook, and save its quantities as arrays."""

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from xlnn import engines
from xlnn.arguments import path_of
from xlnn.atomic_write import check_replaceable, has_mark, marked_zip, replacing
from xlnn.block import Block
from xlnn.engines import DEFAULT_ENGINE, Allowance
from xlnn.engines.reading import Reading
from xlnn.errors import Message, OutputNameError, WorkbookError
from xlnn.grid import CellError, SheetValues, Values
from xlnn.layout import Layout
from xlnn.loading.open_file import check_sheets, opened
from xlnn.loading.spec import described, is_ours, left_out_of
from xlnn.loading.unseen_formulas import file_for_engine
from xlnn.model import Model
from xlnn.workbooks import kind_of
from xlnn.workbooks.entries import WorkbookSpec
from xlnn.workbooks.kind import misfit
from xlnn.xlsx.cells import all_cells
from xlnn.xlsx.fingerprint import State, state


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
    return recalculated(path_of(path), engine, model).public


class Recalculated(NamedTuple):
    """A recalculated workbook and the values of its quantities."""

    spec: WorkbookSpec
    layout: Layout
    arrays: dict[str, np.ndarray]
    engine: str

    @property
    def public(self) -> dict[str, np.ndarray]:
        """The arrays in their public shapes."""
        return kind_of(self.spec).as_contract(self.layout, self.arrays)


def recalculated(path: Path, engine: str, model: Model | None = None) -> Recalculated:
    """Recalculate a workbook as `values` does, and return its arrays and layout.

    IronCalc takes the place of an engine that does not compute the file's array formulas.
    """
    contents = opened(path, model)
    engine = engines.able(engine, contents.arrays)
    spec, layout = described(path, model, contents)
    check_sheets(contents, layout)
    with (
        file_for_engine(contents) as file,
        engines.load(
            engine,
            file,
            Allowance.of(contents),
            reading=Reading.of(contents),
        ) as recalculate,
    ):
        cells = recalculate({})
    return Recalculated(spec, layout, read_arrays(layout, cells), engine)


def as_built(path: Path) -> tuple[WorkbookSpec, Layout, Values] | None:
    """Read a workbook that is unchanged since xlnn built it, with the values that it stored then.

    Return None for any other workbook: one that was changed or saved by another program, one with
    blanks, one whose equations are not those of xlnn, and one that another version built.

    Raises
    ------
    WorkbookError
        The file is not a workbook of xlnn.
    """
    if state(path) is not State.AS_BUILT or left_out_of(path):
        return None
    spec, layout = described(path)
    if not is_ours(spec, None):
        return None
    extents = {layout.titles[key]: extent for key, extent in layout.extents.items()}
    values = {title: SheetValues(np.full(extent, np.nan)) for title, extent in extents.items()}
    formulas = layout.formula_counts()
    for title, (row, column, formula, value, _) in all_cells(path):
        if title not in values:
            return None
        formulas[title] -= formula is not None
        rows, columns = extents[title]
        if row > rows or column > columns:  # drawn beside the quantities
            continue
        if isinstance(value, float):
            values[title].numbers[row - 1, column - 1] = value
        elif value is not None:
            values[title].others[row, column] = value
    return None if any(formulas.values()) else (spec, layout, values)


def check_saved(path: Path, *, force: bool = False) -> None:
    """Refuse a place where arrays cannot or should not be saved.

    Raises
    ------
    OutputError
        Its folder is missing, its name is not ``.npz``, or xlnn did not write an existing file
        and ``force`` is not set.
    """
    if path.suffix.lower() != ".npz":
        raise OutputNameError(f"{path}: the output holds arrays, so its name must end in .npz.")
    check_replaceable(path, has_mark, force=force)


def save(path: Path, arrays: Mapping[str, np.ndarray], *, force: bool = False) -> None:
    """Save arrays as ``.npz``, atomically: the old file stays until the new one is complete.

    Raises
    ------
    OutputError
        The file cannot be written, or must not be overwritten; see `check_saved`.
    """
    check_saved(path, force=force)
    with replacing(path) as file:
        write_arrays(file, arrays)


def write_arrays(file: BinaryIO, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays as `numpy.savez_compressed`, with the mark of xlnn."""
    with marked_zip(file) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, np.asanyarray(array))


OTHERWISE = {"labels": Message("; for words, build again from data whose labels are words")}
"""What to do, by the kind of quantity, if an input is not a number."""


def read_arrays(layout: Layout, values: Values) -> dict[str, np.ndarray]:
    """Read every quantity out of a recalculated workbook.

    Returns
    -------
    dict of arrays
        By name. NaN where a cell has no number; for texts, None where it has an error or nothing.
    """
    return {name: read_array(layout, block, values) for name, block in layout.blocks.items()}


def read_array(layout: Layout, block: Block, values: Values) -> np.ndarray:
    """Read one quantity out of a recalculated workbook."""
    grid = values[layout.titles[block.sheet]]
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


def as_stored(layout: Layout, values: Values) -> dict[str, np.ndarray]:
    """Read every quantity as the file stores it; an array with other values holds objects."""
    arrays = read_arrays(layout, values)
    for name, array in arrays.items():
        if array.dtype == object or not np.isfinite(array).all():
            block = layout.blocks[name]
            grid = values[layout.titles[block.sheet]]
            objects = arrays[name] = np.empty(array.shape, object)
            for index in np.ndindex(array.shape):
                objects[index] = grid.at(*block.address(index))
    return arrays


def write_values(layout: Layout, arrays: Mapping[str, np.ndarray]) -> Values:
    """Return arrays as the values of a workbook: the reverse of `read_arrays`."""
    texts = [name for name, block in layout.blocks.items() if block.quantity.is_text]
    numbers = {name: arrays[name] for name in layout.blocks if name not in texts}
    sheets = layout.sheets(numbers, empty=np.nan)
    values = {title: SheetValues(sheet) for title, sheet in sheets.items()}
    for name in texts:
        for index, (title, *at) in layout.places(name).items():
            values[title].others[*at,] = arrays[name][index] or ""
    return values


def check_inputs(layout: Layout, values: Values, inputs: Mapping[str, np.ndarray]) -> None:
    """Refuse input cells that do not contain a number.

    Raises
    ------
    WorkbookError
        The message names the first such cell and its contents.
    """
    for name, array in inputs.items():
        block = layout.blocks[name]
        if wrong := misfit(block.quantity, array):
            index, wanted = wrong
            value = values[layout.titles[block.sheet]].at(*block.address(index))
            also = "" if block.quantity.is_text else OTHERWISE.get(block.quantity.kind, "")
            raise WorkbookError(
                "{cell} holds {found}, but it is an input: undo, or type {wanted}{also}.",
                cell=layout.cell(name, index),
                found=_shown(value),
                wanted=wanted,
                also=also,
            )


def _shown(value: object) -> str:
    if value is None:
        return Message("nothing")
    return f"{value:.15g}" if isinstance(value, float) else f'"{value}"'
