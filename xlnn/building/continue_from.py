"""Start a build from a template, or from the contents of an earlier workbook."""

from pathlib import Path

from xlnn import engines
from xlnn.arguments import path_of
from xlnn.building.plan import source_of_template
from xlnn.building.proof import verifier
from xlnn.engines.reading import Reading
from xlnn.loading.open_file import check_sheets, opened
from xlnn.loading.spec import described
from xlnn.loading.unseen_formulas import file_for_engine
from xlnn.loading.values import check_inputs, read_arrays
from xlnn.reference import inputs_of
from xlnn.workbooks import kind_of
from xlnn.workbooks.kind import Source


def source_of(what: str | Path) -> Source:
    """Return the source for a template's name, its folder or a workbook."""
    path = path_of(what, "what")
    is_workbook = path.suffix.lower() == ".xlsx"
    return source_of_workbook(path) if is_workbook else source_of_template(str(what))


def source_of_workbook(path: Path) -> Source:
    """Return a workbook, with its current settings and inputs, as the source of another."""
    contents = opened(path)
    spec, layout = described(path, contents=contents)
    check_sheets(contents, layout)
    allowance, reading = engines.Allowance.of(contents), Reading.of(contents)
    with (
        file_for_engine(contents) as file,
        engines.load(verifier(layout), file, allowance, reading=reading) as recalculate,
    ):
        values = recalculate({})
    arrays = read_arrays(layout, values)
    records = {quantity.name for quantity in layout.model.quantities if quantity.is_record}
    typed = inputs_of(layout.model, arrays)
    check_inputs(layout, values, {name: typed[name] for name in typed.keys() - records})
    return kind_of(spec).from_workbook(path.name, spec, arrays)
