"""What does a workbook say for some inputs? NumPy's run of its whole model, without a file."""

from functools import cache

import numpy as np

from xlnn import reference
from xlnn.building.plan import begun, planned


@cache
def _made(template, options):
    kind, origin, name = begun(template)
    plan = planned(kind, origin, name, dict(options), large=True)
    run = reference.run(plan.made.model, plan.made.inputs)
    known = reference.known(plan.layout.model)
    return plan.layout, known | dict(kind.cells(plan.made, plan.layout, run))


def layout_of(template, **options):
    """Return the layout of a template's workbook."""
    return _made(template, tuple(sorted(options.items())))[0]


def arrays_of(template, changed=None, **options):
    """Return every array of a template's workbook, sentences too, with some inputs changed.

    An input that is changed to a single number has it in all its cells.
    """
    layout, inputs = _made(template, tuple(sorted(options.items())))
    for name, value in (changed or {}).items():
        quantity = layout.model[name]
        kind = object if quantity.is_text else float
        array = np.broadcast_to(np.asarray(value, dtype=kind), quantity.input_lengths)
        inputs = inputs | {name: array}
    return reference.run(layout.model, inputs)
