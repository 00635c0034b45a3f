"""Convert between the values of a workbook and arrays."""

from collections.abc import Mapping

import numpy as np

from xlnn.errors import WorkbookError
from xlnn.grid import CellError, SheetValues, Values
from xlnn.layout import Block, Layout

A_TEXT = "a text (a number is one with ' before it)"
OTHERWISE = {"labels": "; for words, build again from data whose labels are words"}
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


def write_values(layout: Layout, arrays: Mapping[str, np.ndarray]) -> Values:
    """Return arrays as the values of a workbook: the reverse of `read_arrays`."""
    values = {
        title: SheetValues(np.full(layout.extents[key], np.nan), {})
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
    """Return the typed values: inputs, the start of weights, and records."""
    return {
        quantity.name: quantity.typed(arrays[quantity.name])
        for quantity in layout.model.quantities
        if quantity.is_input or quantity.is_record
    }


def check_inputs(layout: Layout, values: Values, inputs: Mapping[str, np.ndarray]) -> None:
    """Refuse input cells that do not contain a number.

    Raises
    ------
    WorkbookError
        The message names the first such cell and its contents.
    """
    for name, array in inputs.items():
        block = layout.blocks[name]
        if block.quantity.is_text:
            bad = np.array([not isinstance(value, str) for value in array.flat])
            bad, wanted = bad.reshape(array.shape), A_TEXT
        elif block.quantity.choices:
            least, most = block.quantity.choices
            bad = ~((array >= least) & (array <= most) & (array == np.round(array)))
            wanted = f"a whole number from {least} to {most}"
        else:
            bad = ~np.isfinite(array)
            wanted = "a number" + OTHERWISE.get(block.quantity.kind, "")
        if bad.any():
            index = tuple(map(int, np.argwhere(bad)[0]))
            found = values[layout.titles[block.sheet]].at(*block.address(index))
            raise WorkbookError(
                f"{layout.cell(name, index)} holds {_shown(found)}, but it is an input: undo, "
                f"or type {wanted}."
            )


def _shown(found: object) -> str:
    if found is None:
        return "nothing"
    return f"{found:.15g}" if isinstance(found, float) else f'"{found}"'
