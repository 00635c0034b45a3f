"""Start a build from the contents of an earlier workbook."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from openpyxl.utils.cell import coordinate_to_tuple

from xlnn import engines
from xlnn.building.plan import Source
from xlnn.building.proof import verifier
from xlnn.engines.reading import Reading
from xlnn.errors import WorkbookError
from xlnn.layout import Block, Layout, quoted
from xlnn.loading.open_file import check_sheets, opened
from xlnn.loading.spec import described, is_earlier
from xlnn.loading.unseen_formulas import file_for_engine
from xlnn.loading.values import check_inputs, read_arrays
from xlnn.reference import inputs_of
from xlnn.workbooks import kind_of

NAME = "xlnn.{}"
"""The defined name of a quantity's cells."""

CELLS = re.compile(r"(.+?)!(\$[A-Z]+\$[0-9]+)(?::(\$[A-Z]+\$[0-9]+))?(?:,|$)")


def as_named(layout: Layout, names: Mapping[str, str], file: str) -> Layout:
    """Return a layout whose quantities are where a workbook's defined names refer to.

    Quantities without a name, whose cells are not a single range, stay if nothing on their sheet
    moved.

    Parameters
    ----------
    layout : Layout
    names : dict of str
        The defined names, and the cells of each: ``xlnn.eta`` -> ``Descent!$D$4``.
    file : str
        The workbook's name, for messages.

    Raises
    ------
    WorkbookError
        The place of an input is unknown.
    """
    named = {
        name: moved
        for name, block in layout.blocks.items()
        if (moved := _moved(block, layout, names.get(NAME.format(name), "")))
    }
    changed = {block.sheet for name, block in named.items() if block != layout.blocks[name]}
    for name, block in layout.blocks.items():
        if block.quantity.is_input and name not in named and block.sheet in changed:
            raise WorkbookError(
                f"{file}: an earlier version of xlnn made it, and where the input {name} stands in "
                "it is not known: type its numbers into a new workbook."
            )
    return replace(layout, blocks=layout.blocks | named)


def _moved(block: Block, layout: Layout, cells: str) -> Block | None:
    found = CELLS.findall(cells)
    if {sheet for sheet, *_ in found} != {quoted(layout.titles[block.sheet])}:
        return None
    corners = [end for _, *ends in found for end in ends if end]
    first, last = (coordinate_to_tuple(each.replace("$", "")) for each in (corners[0], corners[-1]))
    moved = replace(block, row=first[0], column=first[1])
    return moved if moved.last == last else None


def origin_of_workbook(path: Path) -> Source:
    """Return a workbook, with its current settings and inputs, as the source of another."""
    contents = opened(path)
    spec, layout = described(path, contents=contents, earlier=True)
    check_sheets(contents, layout)
    if is_earlier(path):
        layout = as_named(layout, contents.names, path.name)
    allowance, reading = engines.Allowance.of(contents), Reading.of(contents)
    with (
        file_for_engine(contents) as file,
        engines.load(verifier(layout), file, allowance, reading=reading) as recalculate,
    ):
        values = recalculate({})
    kind = kind_of(spec)
    arrays = read_arrays(layout, values)
    records = {quantity.name for quantity in layout.model.quantities if quantity.is_record}
    typed = inputs_of(layout.model, arrays)
    check_inputs(layout, values, {name: typed[name] for name in typed.keys() - records})
    return Source(kind, kind.from_workbook(path.name, spec, arrays), spec.template)
