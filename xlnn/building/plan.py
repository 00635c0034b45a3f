"""Plan a build from a template or a model, data and options."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from xlnn import reference
from xlnn.arguments import wrong
from xlnn.building.limits import check_size, counting_epochs
from xlnn.building.proof import check_formulas, watched
from xlnn.data.messages import listed
from xlnn.errors import Message, OptionsError, blamed
from xlnn.grid import Values
from xlnn.layout import Layout
from xlnn.loading.values import read_arrays
from xlnn.model import Model
from xlnn.options import BUILD, Options, as_typed
from xlnn.reference import Arrays
from xlnn.registry.templates import template as named
from xlnn.workbooks import FIRST_KIND, kind_named
from xlnn.workbooks.entries import MATRICES
from xlnn.workbooks.kind import Recipe, WorkbookKind
from xlnn.workbooks.own_model import OwnModel, check_model
from xlnn.workbooks.pages.matrices import is_in_matrices
from xlnn.workbooks.results import results
from xlnn.writing.drawing import Drawing

if TYPE_CHECKING:
    from xlnn.onnx.compare import Authority

OF_THE_MODEL = ("hidden", "activation", "start", "seed", "spread")
"""Options that would override properties of the model."""


class Source(NamedTuple):
    """What a workbook is made from, before options are applied.

    Attributes
    ----------
    kind : WorkbookKind
    origin : Origin
        The settings, in the form of the kind.
    name : str
        The template's name.
    """

    kind: WorkbookKind[Any, Any]
    origin: Any
    name: str

    @property
    def is_found_by_name(self) -> bool:
        """Whether another process finds its kind: it does not know a programmer's own model."""
        return kind_named(self.kind.name) is self.kind

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how to unpickle it: its kind by name, whose functions cannot be pickled."""
        return _source, (self.kind.name, self.origin, self.name)


def _source(kind: str, origin: object, name: str) -> Source:
    return Source(kind_named(kind), origin, name)


@dataclass(frozen=True)
class Plan:
    """The workbook that a build will write.

    Attributes
    ----------
    kind : WorkbookKind
    made : Recipe
    authority : Authority or None
        What its outputs must agree with besides NumPy.
    blank : tuple of str
        The names of quantities whose formulas are left out, once all have been verified.
    """

    kind: WorkbookKind[Any, Any]
    made: Recipe[Any]
    authority: "Authority | None" = None
    blank: tuple[str, ...] = ()

    @cached_property
    def layout(self) -> Layout:
        """Where everything is."""
        return self.kind.layout(self.made.spec)

    @cached_property
    def run(self) -> Arrays:
        """NumPy's run.

        Raises
        ------
        DataError
            NumPy cannot compute the workbook from its inputs.
        """
        model = self.made.model if self.kind.is_ours else watched(self.made.model)
        found = reference.run(model, self.made.inputs)
        self.kind.check_run(self.made.model, found)
        return found

    @cached_property
    def cells(self) -> dict[str, np.ndarray]:
        """The values of its input cells and records."""
        return self.kind.cells(self.made, self.layout, self.run)

    @property
    def drawings(self) -> Mapping[str, Drawing]:
        """What each sheet shows besides its quantities, by the sheet's key."""
        return self.kind.drawings(self.made.spec, self.layout)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about anything unexpected, and about what the outputs agree with."""
        notes = self.made.notes + self.kind.run_notes(self.run)
        notes += left_in_cells(self.layout) if self.made.spec.edition == MATRICES else ()
        return notes + ((self.authority.agrees(self.made, self.run),) if self.authority else ())

    def results(self, run: Arrays) -> tuple[str, ...]:
        """Return sentences on what training came to in a run of the whole workbook."""
        return results(self.layout.model, run, self.layout.titles)

    def check(self, values: Values) -> None:
        """Refuse what an engine computes, before any formulas are left out.

        Raises
        ------
        DisagreementError
            It does not agree with the authority.
        """
        if self.authority:
            self.authority.check(self.made, read_arrays(self.layout, values))


def left_in_cells(layout: Layout) -> tuple[str, ...]:
    """Return a sentence on what has a formula for each cell in the edition in matrices."""
    if not is_in_matrices(layout.model):
        return (
            Message("This workbook has a formula for each cell: no sheet shows a training alone."),
        )
    left = [
        quantity.name
        for quantity in layout.model.quantities
        if quantity.sheet == MATRICES and quantity.computed and not quantity.sliced
        if prod(quantity.at_once) > 1 and not quantity.is_sentence
    ]
    if not left:
        return ()
    said = Message(
        "A formula for each cell remains of {names}, of which no equation says a matrix.",
        names=listed(left, most=6),
    )
    return (said,)


def planned(
    kind: WorkbookKind[Any, Any],
    origin: object,
    name: str,
    options: Options,
    authority: "Authority | None" = None,
) -> Plan:
    """Combine a template's settings and the options into a plan.

    Raises
    ------
    DataError
        They do not fit together.
    """
    _check_taken(kind, name, options)
    large = options.large
    with blamed(options):
        made = kind.recipe(origin, options)
        plan = Plan(kind, replace(made, notes=(*options.notes, *made.notes)), authority)
        with counting_epochs(kind, made.spec, large=large):
            if not kind.is_ours:
                check_formulas(plan.layout)
            check_size(plan.layout, large=large)
    return plan


def _check_taken(kind: WorkbookKind[Any, Any], name: str, options: Options) -> None:
    """Refuse options, or several values of one, that a kind of workbook does not have."""
    options.check_taken(name, kind.options)
    for option, value in options.items():
        if BUILD[option].several and isinstance(value, tuple) and not kind.compares:
            typed = as_typed(option)
            raise OptionsError(f"{typed} takes one value here: {name} does not compare runs.")


def origin_of_template(name: str) -> Source:
    """Return a template as the source of a workbook."""
    template = named(name)
    kind = kind_named(template.values.get("kind", FIRST_KIND))
    return Source(kind, kind.from_template(template), template.name)


def source_of_model(model: Model, name: str, inputs: Mapping[str, ArrayLike]) -> Source:
    """Return a programmer's own model as the source of a workbook.

    Raises
    ------
    DataError
        It is not a model.
    """
    check_model(model)
    if not isinstance(inputs, Mapping):
        raise wrong("inputs", inputs, "a dict with a number or an array for each input")
    return Source(OwnModel(model), (name, inputs), name)


def origin_of_model(path: Path, options: Options) -> "tuple[Source, Authority | None]":
    """Return a trained model as the source of a workbook, and its authority.

    With that authority, ONNX Runtime, the workbook must agree besides NumPy.
    """
    from xlnn.onnx.imported import (  # noqa: PLC0415 -- half of what a build imports
        predicting_with,
        training_from,
    )

    large = options.large
    if "epochs" not in options:
        origin, authority = predicting_with(path, large=large)
        return Source(kind_named(FIRST_KIND), origin, origin.name), authority
    if "data" not in options:
        raise OptionsError("Training a model further needs data with labels: add --data.")
    if void := [name for name in OF_THE_MODEL if name in options]:
        raise OptionsError(
            f"{as_typed(void[0])} cannot be combined with --model: training continues with the "
            f"layers and weights of {path.name}."
        )
    origin = training_from(path, large=large)
    return Source(kind_named(FIRST_KIND), origin, origin.name), None
