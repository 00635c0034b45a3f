"""The kind "model": a programmer's own quantities, on their own pages or default ones.

A file cannot contain Python: its Spec lists the quantities, and the check is given the model.
"""

from dataclasses import dataclass
from itertools import zip_longest
from typing import ClassVar, Never, NoReturn

from xlnn.arguments import wrong
from xlnn.errors import DataError
from xlnn.layout import Layout
from xlnn.quantity import Constant, Model
from xlnn.registry.text import Text, text
from xlnn.workbooks.entries import WorkbookSpec
from xlnn.workbooks.kind import SPEC, WorkbookKind
from xlnn.workbooks.pages.page import Page, said, usual_page
from xlnn.workbooks.pages.sheet import layout_of_sheets
from xlnn.workbooks.statement import check_quantities

THE_PROGRAMMERS = (
    "This workbook was made from a model in Python, which a file cannot hold: check it with "
    "xlnn.check(path, model=...)."
)


@dataclass(frozen=True)
class Held:
    """A quantity of a model in a workbook: its lengths are those of its axes, then its units."""

    name: str
    sheet: str
    lengths: tuple[int, ...]


@dataclass(frozen=True)
class OwnSpec:
    """The description of a model in a workbook, which does not contain the model.

    Attributes
    ----------
    template : str
        The model's name.
    lang : str
    quantities : tuple of Held
    """

    kind: ClassVar[str] = "model"

    template: str
    lang: str
    quantities: tuple[Held, ...]


class OwnModel(WorkbookKind[OwnSpec, Never]):
    """Workbooks of a programmer's own models."""

    name = OwnSpec.kind

    described_by = OwnSpec
    not_built = THE_PROGRAMMERS

    def stated(self, spec: OwnSpec) -> NoReturn:  # noqa: ARG002
        """Refuse: the model is unknown."""
        raise DataError(THE_PROGRAMMERS)

    def sheets(self, model: Model) -> dict[str, Page]:
        """Return the sheets of a model, as named by its quantities."""
        return {page.key: page for page in _pages(model)}

    def words(self, spec: OwnSpec, layout: Layout | None = None) -> Text:
        """Return the programmer's names."""
        return _words(layout.model) if layout else self.stated(spec)


KIND = OwnModel()


def spec_of(model: Model, name: str) -> OwnSpec:
    """Return the Spec of a model."""
    return OwnSpec(name, "en", tuple(Held(q.name, q.sheet, q.lengths) for q in model.quantities))


def check_same(spec: WorkbookSpec, model: Model) -> None:
    """Refuse a model that a workbook was not made from.

    Raises
    ------
    DataError
        The message tells where they differ.
    """
    if not isinstance(spec, OwnSpec):
        raise DataError(f"It was made of the template {spec.template}: check it without a model.")
    made, given = spec.quantities, spec_of(model, spec.template).quantities
    for there, here in zip_longest(made, given):
        if there != here:
            one = there or here
            raise DataError(
                f"It was made of another model: they differ in {one.name} of shape {one.lengths}."
            )


def layout_of_model(model: Model) -> Layout:
    """Return the layout of a model that `check_model` has accepted."""
    return layout_of_sheets(model, {**KIND.sheets(model), **SPEC}, _words(model).sheets)


def _pages(model: Model) -> list[Page]:
    stated = {page.key: page for page in model.pages}
    own = (q.sheet for q in model.quantities if not isinstance(q.equation, Constant))
    keys = dict.fromkeys((*stated, *own))  # a start is on the sheet of what begins with it
    return [stated.get(key) or usual_page(model, key) for key in keys]


def _words(model: Model) -> Text:
    """Return the texts of a model's workbook: the programmer's names."""
    english, pages = text("en"), _pages(model)
    words = said(model, pages)
    words["sheets"]["spec"] = english("sheets", "spec")
    words["notes"]["spec"] = "Which quantities this workbook holds. Its equations are its maker's."
    return Text("en", {**english.words, **words})


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
