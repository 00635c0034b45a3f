"""List the kinds of workbooks, and write and read the Spec of a workbook as TOML.

Each is found by the name that a template and the sheet Spec give it; `xlnn.workbooks.kind` says
what a kind is. Experiments are kinds, too: see `xlnn.registry.templates`.
"""

from pkgutil import resolve_name
from typing import Any

from xlnn.data.files import parse_toml
from xlnn.errors import DataError
from xlnn.registry.templates import experiments, loaded
from xlnn.workbooks.entries import FORMAT, WorkbookSpec
from xlnn.workbooks.kind import WorkbookKind

KINDS = {
    "network": "xlnn.experiments.network.kind:KIND",
    "index": "xlnn.workbooks.index:KIND",
    "solver": "xlnn.experiments.network.solver:KIND",
    "cnn-solver": "xlnn.experiments.network.solver:MAPS_KIND",
    "model": "xlnn.workbooks.own_model:KIND",
}
"""The module of each kind that is not an experiment, imported on first use."""


def kind_named(name: object) -> WorkbookKind[Any, Any]:
    """Return a kind by its name.

    Raises
    ------
    DataError
        There is no kind with that name.
    """
    names = (*KINDS, *sorted(experiments()))
    if name not in names:
        raise DataError(
            f'There is no kind of workbook "{name}"; there are {", ".join(names)}. '
            "For a kind from another package, install that package."
        )
    if name not in KINDS:
        return loaded(name)
    found: WorkbookKind[Any, Any] = resolve_name(KINDS[name])
    return found


def kind_of(spec: WorkbookSpec) -> WorkbookKind[Any, Any]:
    """Return the kind of a workbook."""
    return kind_named(spec.kind)


FIRST_KIND = "network"
"""The kind of workbooks without one: there was only one then."""

EXERCISE = "exercise"
"""The last table of an exercise's text, which does not affect the model;
`xlnn.exercises.submission` reads it."""


def from_toml(text: str) -> WorkbookSpec:
    """Read the text of a workbook's Spec.

    Raises
    ------
    DataError
        The text is not what `to_toml` writes.
    """
    try:
        values = parse_toml(text)
        if values.pop("format") != FORMAT:
            raise DataError("The Spec was written by another version of xlnn.")
        values.pop(EXERCISE, None)
        spec: WorkbookSpec = kind_named(values.pop("kind", FIRST_KIND)).spec(values)
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"The Spec cannot be read: {error}.") from error
    return spec
