"""Refuse quantities that do not form a model, in a sentence that names the first of them.

Whoever states a model may do so in any way: here is what a workbook needs of it.
"""

import re
from collections.abc import Callable, Mapping
from inspect import signature
from itertools import combinations
from math import isfinite
from typing import Any

from xlnn.arguments import is_number, is_text, is_whole, wrong
from xlnn.axis import Axis, Use
from xlnn.equation import Equation, Sentence
from xlnn.errors import DataError
from xlnn.model import Model
from xlnn.quantity import GradientOf, Quantity

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
TITLE_OF_SHEET = re.compile(r"(?!')[^\[\]:*?/\\\x00-\x1f]{1,31}(?<!')")
TAKEN = frozenset({"spec", "history"})
"""Titles of sheets reserved by xlnn and Excel."""


def check_quantities(model: Model) -> None:
    """Refuse quantities that contradict each other or themselves.

    Raises
    ------
    DataError
        The message names the first quantity that does not fit, and why.
    """
    for quantity in model.quantities:
        _check_fields(quantity)
        _check_names(quantity)
        _check_together(quantity)
        _check_arguments(quantity)
    known: set[str] = set()
    sheets: dict[str, str] = {}
    for quantity in model.quantities:
        other = sheets.setdefault(quantity.sheet.casefold(), quantity.sheet)
        if other != quantity.sheet:
            raise DataError(
                f"{quantity.name} is on the sheet {quantity.sheet}, and there is {other}: in names "
                "of sheets, upper and lower case are equal."
            )
        if quantity.name in known:
            raise DataError(f"Two quantities are named {quantity.name}.")
        for role, use in quantity.uses.items():
            _check_use(model, quantity, role, use, known)
        known.add(quantity.name)
        _check_gradient(model, quantity)


def _is_count(value: Any) -> bool:  # noqa: ANN401 -- of whatever a program gives
    return is_whole(value) and value >= 1


def _is_axes(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(axis, Axis) for axis in value)


def _is_shape(value: object) -> bool:
    return isinstance(value, tuple | list) and all(map(_is_count, value))


def _is_equation(value: object) -> bool:
    if isinstance(value, Sentence):
        return callable(getattr(value, "said", None))
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
            and all(is_meant(bound) and isfinite(bound) for bound in value)
            and value[0] <= value[1]
        )
    )


FIELDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    **dict.fromkeys(("name", "kind", "symbol", "sheet", "number_format"), (is_text, "a text")),
    **dict.fromkeys(("title", "meaning", "written", "source"), (is_text, "a text")),
    "axes": (_is_axes, "a tuple of xlnn.Axis, such as (day,),"),
    "shape": (_is_shape, "a tuple of whole numbers from 1 on, such as (3,),"),
    "equation": (
        _is_equation,
        "an instance of xlnn.Equation, which states array and cell, or xlnn.Sentence with said,",
    ),
    "uses": (_is_uses, 'a dict of names of quantities, such as {"a": "x"},'),
    "gradient_of": (
        lambda of: (
            of is None
            or (isinstance(of, GradientOf) and is_text(of.cost) and isinstance(of.exact, bool))
        ),
        'a weight, with cost="C_T" or another name, and exact=True or False,',
    ),
    "given": (lambda value: is_whole(value) and value >= 0, "a whole number of at least 0"),
    "scale": (lambda value: is_number(value) and 0 < value < float("inf"), "a number above 0"),
    "choices": (_bounds(is_whole), "a pair of whole numbers, the smaller first, such as (1, 3),"),
    "between": (_bounds(is_number), "a pair of numbers, the smaller first, such as (0.0, 1.0),"),
}
"""The allowed values of each attribute of a quantity, and their wording."""

FIELDS_OF_AXIS: dict[str, tuple[Callable[[Any], bool], str]] = {
    **dict.fromkeys(("name", "family"), (is_text, "a text")),
    "length": (_is_count, "a whole number of at least 1"),
    "order": (lambda value: value in {"", "up", "down"}, 'one of "", "up" and "down"'),
    **dict.fromkeys(("first", "counts_from"), (is_whole, "a whole number")),
}
"""The same for the attributes of an axis."""


def _check_fields(quantity: Quantity) -> None:
    """Refuse an attribute with a value of the wrong kind."""
    for field, (is_meant, wanted) in FIELDS.items():
        if not is_meant(value := getattr(quantity, field)):
            raise wrong(f"{field} of {quantity.name}", value, wanted)
    for axis in quantity.axes:
        for field, (is_meant, wanted) in FIELDS_OF_AXIS.items():
            if not is_meant(value := getattr(axis, field)):
                name = f"{field} of the axis {axis.name} of {quantity.name}"
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
    stated = "said" if isinstance(equation, Sentence) else "cell"
    parameters = [*signature(getattr(equation, stated)).parameters.values()]
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return
    own = [parameter.name for parameter in parameters]
    if missing := [role for role in quantity.uses if role not in own]:
        raise DataError(
            f"The cell of {name} does not take {missing[0]}, which its array takes: both take the "
            "same arguments."
        )
    indices = [
        parameter
        for parameter in parameters
        if parameter.name not in roles and parameter.default is parameter.empty
    ]
    is_any = any(index.kind is index.VAR_POSITIONAL for index in indices)
    if not is_any and len(indices) != len(quantity.shape):
        wanted = ", ".join((*(f"i{n + 1}" for n in range(len(quantity.shape))), *roles))
        raise DataError(
            f"The {stated} of {name} takes {', '.join(own) or 'nothing'}, but its shape is "
            f"{quantity.shape}: an index for each dimension comes first, as in {stated}({wanted})."
        )


def _check_gradient(model: Model, quantity: Quantity) -> None:
    """Refuse the name of a cost that cannot have the gradient."""
    if quantity.gradient_of is None or not quantity.gradient_of.cost:
        return
    weight, cost = quantity.gradient_of.weight, quantity.gradient_of.cost
    says = f"{quantity.name} is stated as the gradient of the cost {cost}, but"
    if cost not in model.by_name:
        raise DataError(f"{says} there is no such quantity: name a number in each epoch.")
    if not model[cost].is_number_along(quantity.rows[0].family):
        raise DataError(f"{says} {cost} is not one number in each epoch: name a quantity that is.")
    if weight not in model.needed_by(cost):
        raise DataError(f"{says} {cost} does not depend on {weight}: name another cost.")


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
