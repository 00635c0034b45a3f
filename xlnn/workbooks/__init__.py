"""List the kinds of workbooks.

Each is found by the name that a template and the sheet Spec give it; `xlnn.workbooks.kind` says
what a kind is. Experiments are kinds, too: see `xlnn.registry.templates`.
"""

from importlib import import_module
from typing import Any

from xlnn.errors import DataError
from xlnn.registry.templates import experiments, loaded
from xlnn.workbooks.kind import WorkbookKind, WorkbookSpec

KINDS = {
    "network": "xlnn.workbooks.network.kind:KIND",
    "index": "xlnn.workbooks.index:KIND",
    "solver": "xlnn.workbooks.solver.kind:KIND",
    "cnn-solver": "xlnn.workbooks.solver.kind:MAPS_KIND",
    "model": "xlnn.workbooks.own_model:KIND",
}
"""The module of each kind that is not an experiment, imported on first use."""


def kind_names() -> tuple[str, ...]:
    """Return the names of all kinds."""
    return (*KINDS, *sorted(experiments()))


def kind_named(name: object) -> WorkbookKind[Any, Any]:
    """Return a kind by its name.

    Raises
    ------
    DataError
        There is no kind with that name.
    """
    if not isinstance(name, str) or name not in kind_names():
        raise DataError(
            f'There is no kind of workbook "{name}"; there are {", ".join(kind_names())}. '
            "For a kind from another package, install that package."
        )
    if name not in KINDS:
        return loaded(name)
    module, _, variable = KINDS[name].partition(":")
    found: WorkbookKind[Any, Any] = getattr(import_module(module), variable)
    return found


def kind_of(spec: WorkbookSpec) -> WorkbookKind[Any, Any]:
    """Return the kind of a workbook."""
    return kind_named(spec.kind)
