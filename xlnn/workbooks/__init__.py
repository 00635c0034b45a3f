"""Which kinds of workbooks are there?

Each is found by the name that a template and the sheet Spec give it; `xlnn.workbooks.kind` says
what a kind is.
"""

from importlib import import_module
from typing import Any

from xlnn.errors import DataError
from xlnn.workbooks.kind import Spec, WorkbookKind

KINDS = {
    "network": "xlnn.workbooks.network.kind",
    "neuron": "xlnn.workbooks.neuron",
    "activations": "xlnn.workbooks.activations",
    "sequences": "xlnn.workbooks.sequences",
    "similarity": "xlnn.workbooks.similarity",
    "descent": "xlnn.workbooks.descent",
    "regression": "xlnn.workbooks.regression",
    "slopes": "xlnn.workbooks.slopes",
    "costs": "xlnn.workbooks.costs",
    "index": "xlnn.workbooks.index",
    "solver": "xlnn.workbooks.solver.kind",
    "cnn-solver": "xlnn.workbooks.solver.kind:MAPS_KIND",
    "xor-layers": "xlnn.workbooks.xor_layers",
    "model": "xlnn.workbooks.own",
}
"""The module of each kind, imported when it is asked for. The kind is its ``KIND``, or has the name
behind the colon."""


def kind_named(name: object) -> WorkbookKind[Any, Any]:
    """Return a kind by its name.

    Raises
    ------
    DataError
        There is none of that name.
    """
    if not isinstance(name, str) or name not in KINDS:
        raise DataError(f'There is no kind of workbook "{name}"; there are {", ".join(KINDS)}.')
    module, _, variable = KINDS[name].partition(":")
    found: WorkbookKind[Any, Any] = getattr(import_module(module), variable or "KIND")
    return found


def kind_of(spec: Spec) -> WorkbookKind[Any, Any]:
    """Return the kind of a workbook."""
    return kind_named(spec.kind)
