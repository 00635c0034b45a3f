"""Begin a build from what an earlier workbook holds."""

from pathlib import Path
from typing import Any

from xlnn import engines
from xlnn.building.proof import verifier
from xlnn.loading.arrays import check_inputs, inputs_of, read_arrays
from xlnn.loading.earlier_formats import as_named
from xlnn.loading.open_file import check_sheets, opened
from xlnn.loading.spec import described, is_earlier
from xlnn.loading.unseen_formulas import shown
from xlnn.workbooks import kind_of
from xlnn.workbooks.kind import WorkbookKind


def continued(path: Path) -> tuple[WorkbookKind[Any, Any], object, str]:
    """Return the kind of a workbook, what it holds now, and its template's name."""
    contents = opened(path)
    spec, layout = described(path, contents=contents, earlier=True)
    check_sheets(contents, layout)
    if is_earlier(path):
        layout = as_named(layout, contents.names, path.name)
    allowance = engines.Allowance.of(contents)
    with (
        shown(contents) as file,
        engines.loaded(verifier(layout), file, allowance) as recalculate,
    ):
        values = recalculate({})
    kind = kind_of(spec)
    arrays = read_arrays(layout, values)
    records = {quantity.name for quantity in layout.model.quantities if quantity.is_record}
    typed = inputs_of(layout, arrays)
    check_inputs(layout, values, {name: typed[name] for name in typed.keys() - records})
    return kind, kind.from_workbook(path.name, spec, arrays), spec.template
