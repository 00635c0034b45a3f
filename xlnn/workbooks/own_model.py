"""The kind "model": a programmer's own quantities, on their own pages or default ones.

A file cannot contain Python: its Spec lists the quantities, and the check is given the model.
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from xlnn.arguments import wrong
from xlnn.data.numbers import rounded
from xlnn.equation import Constant
from xlnn.errors import DataError
from xlnn.layout import Layout
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.reference import known
from xlnn.registry.text import TITLES, Text, text
from xlnn.workbooks import kind_of
from xlnn.workbooks.entries import CELLS, MATRICES, WorkbookSpec
from xlnn.workbooks.kind import Plan, Source, WorkbookKind, misfit
from xlnn.workbooks.pages import network_drawing
from xlnn.workbooks.pages.page import Page, said, usual_page
from xlnn.workbooks.pages.part import Below
from xlnn.workbooks.personal import moved
from xlnn.workbooks.validation import check_quantities

THE_PROGRAMMERS = (
    "This workbook was made from a model in Python, which a file cannot hold: use Python, as in "
    "xlnn.check(path, model=...)."
)


@dataclass(frozen=True)
class Held:
    """A quantity of a model in a workbook: its lengths are those of its axes, then its units."""

    name: str
    sheet: str
    lengths: tuple[int, ...]


@dataclass(frozen=True)
class OwnSpec(WorkbookSpec):
    """The description of a model in a workbook, which does not contain the model.

    Attributes
    ----------
    template : str
        The model's name.
    quantities : tuple of Held
    """

    kind: ClassVar[str] = "model"
    quantities: tuple[Held, ...]


class OwnModel(WorkbookKind[OwnSpec]):
    """Workbooks of a programmer's own models.

    Parameters
    ----------
    model : Model or None
        The model, if it is known.
    """

    name = OwnSpec.kind
    is_ours = False

    described_by = OwnSpec
    not_built = THE_PROGRAMMERS

    def __init__(self, model: Model | None = None) -> None:
        self._model = model and whole(model)

    @property
    def options(self) -> frozenset[str]:
        """The options of `xlnn.workbook` that are options of a build."""
        return super().options | {"edition"}

    def plan(
        self,
        source: Source,
        options: Mapping[str, Any],
    ) -> Plan[OwnSpec]:
        """Combine the model with the workbook's name and the inputs."""
        model, name, given = self._known, source.name, source.inputs
        inputs = {quantity.name: _given(quantity, given) for quantity in model.inputs}
        if unknown := sorted(set(given) - set(inputs)):
            raise DataError(
                f"{unknown[0]} is not an input of the model; its inputs are {', '.join(inputs)}."
            )
        inputs |= known(model)
        if lost := [q.name for q in model.quantities if q.is_record and q.name not in inputs]:
            raise DataError(f"{lost[0]} is a record of what nobody notes: let it count.")
        lang, edition = options.get("lang", "en"), options.get("edition", CELLS)
        return Plan(self, spec_of(model, name, lang, edition), model, inputs)

    def watched(self, model: Model) -> Model:
        """Return a model whose equations name their quantity if they fail."""
        return Model(tuple(q if q.equation is None else _named(q) for q in model.quantities))

    def personal(
        self,
        source: Source,
        options: Mapping[str, Any],
        random: np.random.Generator,
    ) -> Source:
        """Return a source whose real inputs are changed a little."""
        return replace(source, inputs=moved(self._known, self.plan(source, options).inputs, random))

    @property
    def _known(self) -> Model:
        if self._model is None:
            raise DataError(THE_PROGRAMMERS)
        return self._model

    def stated(self, spec: OwnSpec) -> tuple[Model, Text]:
        """Return the model and its names, if it is known."""
        return self._known, _words(self._known, spec.lang)

    def sheets(self, model: Model) -> dict[str, Page]:
        """Return the sheets of a model, as named by its quantities."""
        return {page.key: page for page in _pages(model)}

    def words(self, spec: OwnSpec, layout: Layout | None = None) -> Text:
        """Return the programmer's names."""
        return _words(layout.model if layout and not self._model else self._known, spec.lang)


KIND = OwnModel()


def kind_with(spec: WorkbookSpec, model: Model | None) -> WorkbookKind[Any]:
    """Return the kind of a workbook, which knows a programmer's model, if there is one."""
    return kind_of(spec) if model is None else OwnModel(model)


def spec_of(model: Model, name: str, lang: str = "en", edition: str = CELLS) -> OwnSpec:
    """Return the Spec of a model."""
    held = tuple(Held(q.name, q.sheet, q.lengths) for q in model.quantities)
    return OwnSpec(name, lang, held, edition=edition)


def check_same(spec: WorkbookSpec, model: Model) -> None:
    """Refuse a model that a workbook was not made from.

    Raises
    ------
    DataError
        The message tells where they differ.
    """
    if not isinstance(spec, OwnSpec):
        raise DataError(f"It was made of the template {spec.template}: check it without a model.")
    made, given = spec.quantities, spec_of(whole(model), spec.template).quantities
    for there, here in zip_longest(made, given):
        if there != here:
            one = there or here
            raise DataError(
                f"It was made of another model: they differ in {one.name} of shape {one.lengths}."
            )


def whole(model: Model) -> Model:
    """Return a model with the quantities that the parts of its pages need."""
    more = [q for page in model.pages for q in Below(*page.parts).quantities(model)]
    new = [q for q in more if q.name not in model.by_name]  # it may be whole
    return replace(model, quantities=(*model.quantities, *new)) if new else model


def _pages(model: Model) -> list[Page]:
    stated = {network_drawing.SHEET: network_drawing.PAGE}
    stated |= {page.key: page for page in model.pages}
    own = (q.sheet for q in model.quantities if not isinstance(q.equation, Constant))
    # a start is on the sheet of what begins with it
    keys = dict.fromkeys((*(page.key for page in model.pages), *own))
    return [stated.get(key) or usual_page(model, key) for key in keys]


def _words(model: Model, lang: str) -> Text:
    """Return the texts of a model's workbook: the programmer's names."""
    known, pages = text(lang), _pages(model)
    words = said(model, pages)
    for key in ("spec", MATRICES):
        words["sheets"][key], words["notes"][key] = known("sheets", key), known("notes", key)
    words["headings"] = {**known.words["headings"], **words["headings"]}
    words["notes"]["spec"] = known("notes", "spec_of_model")
    key = network_drawing.SHEET
    for section in ("sheets", "notes") if network_drawing.PAGE in pages else ():
        words[section][key] = known.of_itself(TITLES, words[section][key])
    return Text(lang, {**known.words, **words})


def check_model(model: Model) -> None:
    """Refuse quantities that do not form a model, or names that no workbook can hold.

    Raises
    ------
    DataError
        The message names the first quantity that does not fit, and why.
    """
    if not isinstance(model, Model):
        raise wrong("model", model, "an xlnn.Model of the quantities")
    if not model.quantities:
        raise DataError("The model has no quantities.")
    if not isinstance(model.pages, tuple | list) or not all(
        isinstance(page, Page) for page in model.pages
    ):
        raise wrong("pages", model.pages, "a tuple of xlnn.Page")
    check_quantities(model)


def _given(quantity: Quantity, inputs: Mapping[str, ArrayLike]) -> np.ndarray:
    """Return the value of an input, in its shape."""
    name = quantity.name
    if name not in inputs:
        raise DataError(f"The input {name} is missing: give it a number or an array.")
    wanted = f"{name} takes numbers of the shape {quantity.input_lengths}"
    try:
        array = np.asarray(inputs[name], dtype=object if quantity.is_text else float)
    except (TypeError, ValueError, OverflowError) as error:
        raise DataError(f"{wanted}: {error}.") from error
    try:
        array = np.broadcast_to(array, quantity.input_lengths)
    except ValueError as error:
        raise DataError(f"{wanted}, but was given the shape {array.shape}.") from error
    if quantity.is_text:
        return array
    if wrong_one := misfit(quantity, array):
        index, wanted = wrong_one
        raise DataError(f"{name} holds {array[index]:g}: {wanted} is expected.")
    return rounded(array)


def _named(quantity: Quantity) -> Quantity:
    equation = copy(quantity.equation)
    vars(equation)["roles"] = quantity.equation.roles
    vars(equation)["array"] = partial(_valued, quantity)
    return replace(quantity, equation=equation)


def _valued(quantity: Quantity, **arguments: np.ndarray) -> np.ndarray:
    """Return the result of a programmer's ``array``.

    Raises
    ------
    DataError
        It fails, or its result does not fit the quantity.
    """
    name, shape = quantity.name, quantity.at_once
    try:
        array = np.asarray(quantity.equation.array(**arguments))
    except Exception as error:  # user code may raise anything
        raise DataError(f"The array of {name} raises {raised(error)}.") from error
    kinds, wanted = ("OU", "text") if quantity.is_text else ("biuf", "number")
    wanted = f"an array of {wanted}s of the shape {shape}" if shape else f"a {wanted}"
    try:
        np.broadcast_to(array, shape)
        fits = array.dtype.kind in kinds and array.ravel()[:1].tolist() != [None]
    except ValueError:
        fits = False
    if not fits:
        shown = (
            f"{array.dtype.name} of the shape {array.shape}" if array.ndim else repr(array.item())
        )
        raise DataError(f"The array of {name} gives {shown:.60}: {wanted} was expected.")
    return array


def raised(error: Exception) -> str:
    """Return the name of an exception, and its message."""
    return f"{type(error).__name__}: {error}".rstrip(".: ")
