"""Plan a build from a template or a model, data and options."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from xlnn.arguments import wrong
from xlnn.building.limits import check_size, counting_epochs
from xlnn.building.proof import check_formulas
from xlnn.errors import OptionsError, blamed
from xlnn.model import Model
from xlnn.options import BUILD, Options, as_typed
from xlnn.registry.templates import template as named
from xlnn.workbooks import FIRST_KIND, kind_named
from xlnn.workbooks.kind import Authority, Plan, Source
from xlnn.workbooks.own_model import OwnModel, check_model

OF_THE_MODEL = ("hidden", "activation", "start", "seed", "spread")
"""Options that would override properties of the model."""


def planned(source: Source, options: Options, authority: Authority | None = None) -> Plan[Any]:
    """Combine a source and the options into a plan.

    Raises
    ------
    DataError
        They do not fit together.
    """
    _check_taken(source, options)
    kind, large = source.kind, options.large
    with blamed(options):
        made = kind.plan(source, options)
        plan = replace(made, told=(*options.notes, *made.told), authority=authority)
        with counting_epochs(kind, plan.spec, large=large):
            if not kind.is_ours:
                check_formulas(plan.layout)
            check_size(plan.layout, large=large)
    return plan


def _check_taken(source: Source, options: Options) -> None:
    """Refuse options, or several values of one, that a kind of workbook does not have."""
    name, kind = source.name, source.kind
    options.check_taken(name, kind.options)
    for option, value in options.items():
        if BUILD[option].several and isinstance(value, tuple) and not kind.compares:
            typed = as_typed(option)
            raise OptionsError(f"{typed} takes one value here: {name} does not compare runs.")


def source_of_template(name: str) -> Source:
    """Return a template as the source of a workbook."""
    template = named(name)
    return kind_named(template.values.get("kind", FIRST_KIND)).from_template(template)


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
    return Source(OwnModel(model), name, inputs=inputs)


def source_of_onnx(path: Path, options: Options) -> tuple[Source, Authority | None]:
    """Return a trained model as the source of a workbook, and its authority.

    With that authority, ONNX Runtime, the workbook must agree besides NumPy.
    """
    from xlnn.onnx.imported import (  # noqa: PLC0415 -- half of what a build imports
        predicting_with,
        training_from,
    )

    large = options.large
    if "epochs" not in options:
        return predicting_with(path, large=large)
    if "data" not in options:
        raise OptionsError("Training a model further needs data with labels: add --data.")
    if void := [name for name in OF_THE_MODEL if name in options]:
        raise OptionsError(
            f"{as_typed(void[0])} cannot be combined with --model: training continues with the "
            f"layers and weights of {path.name}."
        )
    return training_from(path, large=large), None
