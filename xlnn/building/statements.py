"""Name the quantity of another programmer whose equation fails."""

from copy import copy
from dataclasses import replace
from functools import partial

import formualizer
import numpy as np

from xlnn.checking.formula_text import check_stated
from xlnn.engines.functions import functions_of
from xlnn.errors import DataError, XlnnError
from xlnn.layout import Layout
from xlnn.quantity import Model, Quantity
from xlnn.xlsx.guard import FUNCTIONS


def check_formulas(layout: Layout) -> None:
    """Refuse results of a programmer's ``cell`` that no workbook can hold.

    Raises
    ------
    DataError
        The message names the quantity.
    """
    for quantity in layout.model.quantities:
        name = quantity.name
        try:
            columns = layout.columns(name) if quantity.equation else ()
        except XlnnError:
            raise
        except Exception as error:  # user code may raise anything
            raise DataError(f"The cell of {name} raises {_said(error)}.") from error
        last = tuple(axis.length - 1 for axis in quantity.axes)
        try:
            formulas = [column.at(last) for column in columns]
        except (IndexError, KeyError, ValueError) as error:
            raise DataError(
                f"The cell of {name} contains braces, which no formula can contain."
            ) from error
        for formula in formulas:
            try:
                formualizer.parse(formula)
            except (formualizer.ParserError, formualizer.TokenizerError, ValueError) as error:
                raise DataError(
                    f'The cell of {name} gives "{formula:.60}", which is not a formula: {error}.'
                ) from error
            if strange := sorted(functions_of(formula) - FUNCTIONS):
                raise DataError(
                    f"The cell of {name} calls {strange[0]:.40}, which is not one of the "
                    f"{len(FUNCTIONS)} functions that all engines compute alike; write it without "
                    "that function."
                )
    check_stated(layout)


def watched(model: Model) -> Model:
    """Return a model whose equations name their quantity if they fail."""
    return Model(tuple(q if q.equation is None else _named(q) for q in model.quantities))


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
        raise DataError(f"The array of {name} raises {_said(error)}.") from error
    kinds, wanted = ("OU", "text") if quantity.is_text else ("biuf", "number")
    wanted = f"an array of {wanted}s of the shape {shape}" if shape else f"a {wanted}"
    try:
        np.broadcast_to(array, shape)
        fits = array.dtype.kind in kinds and array.ravel()[:1].tolist() != [None]
    except ValueError:
        fits = False
    if not fits:
        found = (
            f"{array.dtype.name} of the shape {array.shape}" if array.ndim else repr(array.item())
        )
        raise DataError(f"The array of {name} gives {found:.60}: {wanted} was expected.")
    return array


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".rstrip(".: ")
