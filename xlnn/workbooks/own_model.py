"""The kind "model": a programmer's own quantities, on their own pages or default ones.

A file cannot contain Python: its Spec lists the quantities, and the check is given the model.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import signature
from itertools import combinations, zip_longest
from math import isfinite
from typing import Any, ClassVar, Never, NoReturn

from xlnn.arguments import is_number, is_text, is_whole, wrong
from xlnn.errors import DataError
from xlnn.layout import Layout
from xlnn.quantity import Axis, Constant, Equation, Model, Quantity, Sentence, Use
from xlnn.reference import Arrays
from xlnn.registry.templates import Template
from xlnn.registry.text import Text, text
from xlnn.workbooks import plain
from xlnn.workbooks.kind import WorkbookKind, WorkbookSpec
from xlnn.workbooks.pages.page import Page, said, usual_page
from xlnn.workbooks.pages.sheet import Context, Sheet, draw_spec, drawn, layout_of_sheets
from xlnn.writing.drawing import Drawing

THE_PROGRAMMERS = (
    "This workbook was made from a model in Python, which a file cannot hold: check it with "
    "xlnn.check(path, model=...)."
)

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
TITLE_OF_SHEET = re.compile(r"(?!')[^\[\]:*?/\\\x00-\x1f]{1,31}(?<!')")
TAKEN = frozenset({"spec", "history"})
"""Titles of sheets reserved by xlnn and Excel."""


@dataclass(frozen=True)
class OwnSpec:
    """The description of a model in a workbook, which does not contain the model.

    Attributes
    ----------
    template : str
        The model's name.
    lang : str
    quantities : tuple of (str, str, tuple of int)
        The name, sheet and lengths (axes, then units) of each quantity.
    """

    kind: ClassVar[str] = "model"

    template: str
    lang: str
    quantities: tuple[tuple[str, str, tuple[int, ...]], ...]

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values for TOML."""
        entries = (dict(zip(("name", "sheet", "lengths"), q, strict=True)) for q in self.quantities)
        values: dict[str, Any] = plain(
            {"template": self.template, "lang": self.lang, "quantities": [*entries]}
        )
        return values


class OwnModel(WorkbookKind[OwnSpec, Never]):
    """Workbooks of a programmer's own models."""

    name = OwnSpec.kind

    def from_template(self, template: Template) -> NoReturn:
        """Refuse: a template contains no Python."""
        raise DataError(f"{template.name}: your own model is built from Python: xlnn.workbook.")

    def from_workbook(self, name: str, spec: OwnSpec, arrays: Arrays) -> NoReturn:  # noqa: ARG002
        """Refuse: a workbook contains no Python."""
        raise DataError(f"{name}: {THE_PROGRAMMERS}")

    def recipe(self, origin: Never, options: Mapping[str, Any]) -> NoReturn:  # noqa: ARG002
        """Refuse, as above."""
        raise DataError(THE_PROGRAMMERS)

    def spec(self, values: Mapping[str, Any]) -> OwnSpec:
        """Read the Spec that a workbook keeps."""
        match values:
            case {"template": str(name), "lang": str(lang), "quantities": list(entries)}:
                return OwnSpec(name, lang, tuple(map(_entry, entries)))
        raise DataError("The Spec of a programmer's model names its template, lang and quantities.")

    def layout(self, spec: OwnSpec) -> NoReturn:  # noqa: ARG002
        """Refuse: the model is unknown."""
        raise DataError(THE_PROGRAMMERS)

    def drawings(self, spec: OwnSpec, layout: Layout) -> dict[str, Drawing]:
        """Return what each sheet shows besides its quantities."""
        return drawn(Context(spec, layout, _words(layout.model)), _sheets(layout.model))

    def words(self, spec: OwnSpec, layout: Layout) -> Text:  # noqa: ARG002
        """Return the programmer's names."""
        return _words(layout.model)


KIND = OwnModel()


def spec_of(model: Model, name: str) -> OwnSpec:
    """Return the Spec of a model."""
    entries = tuple((q.name, q.sheet, q.lengths) for q in model.quantities)
    return OwnSpec(name, "en", entries)


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
            named = " of shape ".join(map(str, (there or here)[::2]))
            raise DataError(f"It was made of another model: they differ in {named}.")


def layout_of_model(model: Model) -> Layout:
    """Return the layout of a model that `check_model` has accepted."""
    words = _words(model)
    return layout_of_sheets(model, _sheets(model), words.sheets)


def _entry(entry: object) -> tuple[str, str, tuple[int, ...]]:
    match entry:
        case {"name": str(name), "sheet": str(sheet), "lengths": list(lengths)}:
            return name, sheet, tuple(map(int, lengths))
    raise DataError("A quantity in the Spec has a name, a sheet and lengths.")


def _sheets(model: Model) -> dict[str, Sheet | Page]:
    """Return the sheets of a model, as named by its quantities, with the Spec last."""
    return {page.key: page for page in _pages(model)} | {"spec": Sheet(draw_spec, tab="helper")}


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


def _is_count(value: Any) -> bool:  # noqa: ANN401 -- of whatever a program gives
    return is_whole(value) and value >= 1


def _is_axes(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(each, Axis) for each in value)


def _is_shape(value: object) -> bool:
    return isinstance(value, tuple | list) and all(map(_is_count, value))


def _is_equation(value: object) -> bool:
    if isinstance(value, Sentence):
        return value.is_stated
    return value is None or (
        isinstance(value, Equation)
        and callable(getattr(value, "cell", None))
        and callable(getattr(value, "array", None))
    )


def _is_uses(value: object) -> bool:
    return isinstance(value, Mapping) and all(
        is_text(role) and is_text(use.name if isinstance(use, Use) else use)
        for role, use in value.items()
    )


def _bounds(is_meant: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Return a function that tells whether a value is two numbers, the smaller first."""
    return lambda value: (
        value is None
        or (
            isinstance(value, tuple | list)
            and len(value) == 2
            and all(is_meant(each) and isfinite(each) for each in value)
            and value[0] <= value[1]
        )
    )


PARTS: dict[str, tuple[Callable[[Any], bool], str]] = {
    **dict.fromkeys(("name", "kind", "symbol", "sheet", "number_format"), (is_text, "a text")),
    **dict.fromkeys(("title", "meaning", "written", "source"), (is_text, "a text")),
    "axes": (_is_axes, "a tuple of xlnn.Axis, such as (day,),"),
    "shape": (_is_shape, "a tuple of whole numbers from 1 on, such as (3,),"),
    "equation": (_is_equation, "an instance of xlnn.Equation, which states array and cell,"),
    "uses": (_is_uses, 'a dict of names of quantities, such as {"a": "x"},'),
    "given": (lambda value: is_whole(value) and value >= 0, "a whole number of at least 0"),
    "scale": (lambda value: is_number(value) and 0 < value < float("inf"), "a number above 0"),
    "choices": (_bounds(is_whole), "a pair of whole numbers, the smaller first, such as (1, 3),"),
    "between": (_bounds(is_number), "a pair of numbers, the smaller first, such as (0.0, 1.0),"),
}
"""The allowed values of each attribute of a quantity, and their wording."""

PARTS_OF_AXIS: dict[str, tuple[Callable[[Any], bool], str]] = {
    **dict.fromkeys(("name", "family"), (is_text, "a text")),
    "length": (_is_count, "a whole number of at least 1"),
    "order": (lambda value: value in {"", "up", "down"}, 'one of "", "up" and "down"'),
    **dict.fromkeys(("first", "counts_from"), (is_whole, "a whole number")),
}
"""The same for the attributes of an axis."""


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
    for quantity in model.quantities:
        _check_parts(quantity)
        _check_names(quantity)
        _check_together(quantity)
        _check_arguments(quantity)
    known: set[str] = set()
    for quantity in model.quantities:
        if quantity.name in known:
            raise DataError(f"Two quantities are named {quantity.name}.")
        for role, use in quantity.uses.items():
            _check_use(model, quantity, role, use, known)
        known.add(quantity.name)


def _check_parts(quantity: Quantity) -> None:
    """Refuse an attribute with a value of the wrong kind."""
    for part, (is_meant, wanted) in PARTS.items():
        if not is_meant(value := getattr(quantity, part)):
            raise wrong(f"{part} of {quantity.name}", value, wanted)
    for axis in quantity.axes:
        for part, (is_meant, wanted) in PARTS_OF_AXIS.items():
            if not is_meant(value := getattr(axis, part)):
                name = f"{part} of the axis {axis.name} of {quantity.name}"
                raise wrong(name, value, wanted)


def _check_names(quantity: Quantity) -> None:
    """Refuse a name, a sheet or a symbol that no workbook can hold."""
    name = quantity.name
    if not NAME.fullmatch(name):
        raise DataError(
            f'"{name}" is not a valid name: a quantity is named by letters, digits and _.'
        )
    if not TITLE_OF_SHEET.fullmatch(quantity.sheet) or quantity.sheet.casefold() in TAKEN:
        raise DataError(
            f'{name}: "{quantity.sheet}" cannot be the name of its sheet: 1 to 31 characters, '
            "none of []:*?/\\, and neither Spec nor History, which are taken."
        )
    try:
        quantity.heading((0,) * len(quantity.shape))
    except (IndexError, KeyError, ValueError, AttributeError) as error:
        raise DataError(
            f'{name}: "{quantity.symbol}" cannot be its symbol: {{}} stands for the unit, and '
            "there are no other braces in it."
        ) from error


def _check_together(quantity: Quantity) -> None:
    """Refuse attributes of a quantity that contradict each other."""
    name = quantity.name
    for one, other in combinations(quantity.axes, 2):
        if one.family == other.family:
            raise DataError(
                f"{name} has two axes of the family {one.family}, {one.name} and {other.name}: "
                'give each axis a different name, and the order "up" or "down".'
            )
    if quantity.equation is None and quantity.uses:
        raise DataError(f"{name} uses {next(iter(quantity.uses.values()))}, and has no equation.")
    if quantity.is_record and not (quantity.counts or quantity.given):
        raise DataError(f"{name} is a record of what nobody notes: let it count.")
    if quantity.counts and (quantity.equation or quantity.shape or len(quantity.axes) != 1):
        raise DataError(f"{name} counts: it takes one axis, no shape, no equation.")
    if quantity.equation is None or not quantity.given:
        return
    if not quantity.timed:
        raise DataError(
            f"{name} has a start, given={quantity.given}, and no steps after it: its first axis "
            f"must be ordered, such as {_ordered(quantity)}."
        )
    if quantity.given > quantity.lengths[0]:
        wanted = f"at most the length of its first axis, {quantity.lengths[0]},"
        raise wrong(f"given of {name}", quantity.given, wanted)


def _check_arguments(quantity: Quantity) -> None:
    """Refuse uses that an equation does not take, and a cell with other arguments than the array.

    A cell takes an index for each dimension of the shape, then the arguments by name.
    """
    name, equation = quantity.name, quantity.equation
    if equation is None:
        return
    roles = equation.roles
    if unknown := [role for role in quantity.uses if role not in roles]:
        raise DataError(
            f"{name} has a use for {unknown[0]}, but its equation takes {', '.join(roles)}."
        )
    stated = "said" if isinstance(equation, Sentence) and equation.is_once else "cell"
    parameters = [*signature(getattr(equation, stated)).parameters.values()]
    if any(each.kind is each.VAR_KEYWORD for each in parameters):
        return
    own = [each.name for each in parameters]
    if missing := [role for role in quantity.uses if role not in own]:
        raise DataError(
            f"The cell of {name} does not take {missing[0]}, which its array takes: both take the "
            "same arguments."
        )
    indices = [each for each in parameters if each.name not in roles and each.default is each.empty]
    is_any = any(each.kind is each.VAR_POSITIONAL for each in indices)
    if not is_any and len(indices) != len(quantity.shape):
        wanted = ", ".join((*(f"i{n + 1}" for n in range(len(quantity.shape))), *roles))
        raise DataError(
            f"The {stated} of {name} takes {', '.join(own) or 'nothing'}, but its shape is "
            f"{quantity.shape}: an index for each dimension comes first, as in {stated}({wanted})."
        )


def _check_use(model: Model, quantity: Quantity, role: str, use: Use, known: set[str]) -> None:
    """Refuse an argument that has no value where the quantity is computed."""
    name = quantity.name
    if use.name not in model.by_name:
        raise DataError(
            f"{name} uses {use.name} as {role}, but there is no such quantity: state it before "
            f'{name}, or name another one, as in uses={{"{role}": "x"}}.'
        )
    if use.name not in known and not use.lag:
        raise DataError(f"{name} uses {use.name}, which comes after it: put it before.")
    _check_lengths(quantity, use, model[use.name])
    if not use.lag:
        return
    source, which = model[use.name], "before" if use.lag > 0 else "after"
    if use.along not in {axis.family for axis in source.axes if axis.order}:
        raise DataError(
            f"{name} uses the {use.name} {which}, which has no steps: an axis of {use.name} must "
            f"be ordered, such as {_ordered(source)}."
        )
    if use.start is None and (use.along != quantity.axes[0].family or use.lag > quantity.given):
        raise DataError(
            f"{name} uses the {use.name} {which}, and has no start: say start=0.0, or the name of "
            f"a quantity{', or given=1' if use.along == quantity.axes[0].family else ''}."
        )
    if use.start is not None:
        _check_start(model, quantity, use, known)


def _check_lengths(quantity: Quantity, use: Use, source: Quantity) -> None:
    """Refuse an argument that ends before the quantity along an ordered axis of both."""
    own = {axis.family: axis for axis in quantity.axes if axis.order}
    for axis in source.axes:
        here = own.get(axis.family)
        lag = max(0, use.lag) if axis.family == use.along else 0
        if here and axis.order and 1 < axis.length < here.length - lag:
            raise DataError(
                f"{quantity.name} has {here.length} entries along {here.name}, but {use.name}, "
                f"which it uses, has {axis.length}: give both axes the same length."
            )


def _check_start(model: Model, quantity: Quantity, use: Use, known: set[str]) -> None:
    """Refuse a start that has no value or the wrong shape."""
    name, start, source = quantity.name, str(use.start), model[use.name]
    if start not in known:
        raise DataError(f"{name} starts from {start}: state a quantity of that name before it.")
    if model[start].shape != source.shape:
        raise DataError(
            f"{name} starts from {start} of the shape {model[start].shape}, but {use.name} has the "
            f"shape {source.shape}: they must be alike."
        )
    if use.along in {axis.family for axis in model[start].axes}:
        raise DataError(
            f"{name} starts from {start}, which has the axis along which it starts: leave it out."
        )


def _ordered(quantity: Quantity) -> str:
    """Return the first axis of a quantity as if it were ordered."""
    axis = quantity.axes[0] if quantity.axes else Axis("day", 6)
    return f'xlnn.Axis("{axis.name}", {axis.length}, "up")'
