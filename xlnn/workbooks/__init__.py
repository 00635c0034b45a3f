"""List the kinds of workbooks, and write and read the Spec of a workbook as TOML.

Each is found by the name that a template and the sheet Spec give it; `xlnn.workbooks.kind` says
what a kind is. Experiments are kinds, too: see `xlnn.registry.templates`.
"""

from typing import Any

from xlnn.data.files import parse_toml
from xlnn.errors import DataError
from xlnn.workbooks.entries import FORMAT, WorkbookSpec
from xlnn.workbooks.kind import WorkbookKind, kind_named


def kind_of(spec: WorkbookSpec) -> WorkbookKind[Any]:
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
