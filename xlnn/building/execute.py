"""Carry out a plan: compute with NumPy, write the file and verify it."""

from collections.abc import Callable

from xlnn import reference
from xlnn.building.destination import Destination
from xlnn.building.plan import Plan, Proof
from xlnn.building.writing import Built, write_proven
from xlnn.grid import Values
from xlnn.loading.arrays import read_arrays


def carried_out(
    plan: Plan,
    place: Destination,
    *,
    verify: bool,
    tell: Callable[[str], None],
    proof: Proof | None = None,
) -> Built:
    """Write a planned workbook, and verify it before it appears; see `build`."""
    kind, made, layout = plan.kind, plan.made, plan.layout
    place.check()
    tell("Computing with NumPy")
    run = reference.run(made.model, made.inputs)
    kind.check_run(made.model, run)
    notes = made.notes + kind.run_notes(run)
    if proof is not None:
        tell("Comparing with ONNX Runtime")
        notes += (proof.agrees(made, run),)

    def seen(values: Values) -> None:
        if proof is not None:
            proof.check(made, read_arrays(layout, values))

    return write_proven(
        place,
        layout,
        kind.drawings(made.spec, layout),
        kind.cells(made, layout, run),
        title=made.spec.template,
        verify=verify,
        notes=notes,
        tell=tell,
        seen=seen,
    )
