"""Check whether the notes on the sheet Check fit the inputs of the workbook."""

from collections.abc import Iterator

from xlnn.layout import Layout
from xlnn.reference import Arrays
from xlnn.workbooks import kind_of
from xlnn.workbooks.kind import Spec


def on_records(spec: Spec, layout: Layout, run: Arrays) -> Iterator[str]:
    """Yield a sentence if what was noted of NumPy's run is something else now.

    Parameters
    ----------
    spec : Spec
    layout : Layout
    run : dict of arrays
        NumPy's run of the workbook's inputs, and what its records hold.
    """
    altered = list(kind_of(spec).altered_records(spec, run))
    if altered:
        name, index, expected = altered[0]
        more = f", as {len(altered) - 1:,} more of these notes" if altered[1:] else ""
        yield (
            f"{layout.cell(name, index)} holds {run[name][index]:.15g}, and should note "
            f"{expected:.15g} of NumPy's run of these inputs: the note was overwritten{more}"
        )
