"""Turn a programmer's own model into a workbook."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace
from functools import partial
from pathlib import Path

import formualizer
import numpy as np
from numpy.typing import ArrayLike

from xlnn import reference
from xlnn.arguments import path_of, wrong
from xlnn.building.destination import WAYS_OF_PROGRAMS, Destination
from xlnn.building.limits import check_size
from xlnn.building.proof import Advice
from xlnn.building.writing import Built, write_proven
from xlnn.checking.formula_text import check_stated
from xlnn.data.numbers import rounded
from xlnn.engines.functions import functions_of
from xlnn.errors import DataError, XlnnError
from xlnn.layout import Layout
from xlnn.quantity import Model, Quantity
from xlnn.workbooks.own_model import KIND, check_model, layout_of_model, spec_of
from xlnn.xlsx.guard import FUNCTIONS

THEIRS = Advice("Make the array and the cell of {quantity} agree.", "Correct the model.")
"""What to do if a programmer's equations are refused."""


def workbook(  # noqa: PLR0913 -- the options of the command line, by the same words
    model: Model,
    inputs: Mapping[str, ArrayLike],
    path: Path | str,
    *,
    large: bool = False,
    force: bool = False,
    verify: bool = True,
    tell: Callable[[str], None] = lambda _: None,
) -> Built:
    """Write a workbook of your own model and verify it against NumPy before it appears.

    Each quantity is on the sheet that it names, under its symbol; pass the same model to
    `xlnn.check` and `xlnn.values`.

    Parameters
    ----------
    model : Model
    inputs : dict
        A number or an array for each input, by name; for a quantity with a start, the start. They
        are rounded to 15 digits, as stored in a workbook.
    path : Path
        Where to write it, in an existing folder.
    large : bool
        Allow workbooks that most programs take minutes to open.
    force : bool
        Overwrite a file that xlnn did not write, or a workbook that was changed since.
    verify : bool
        Recalculate the workbook and compare it with NumPy before it is published.
    tell : function
        Is told what is being done.

    Raises
    ------
    XlnnError
        Something that the user can mend. The output is as it was before.
    """
    path = path_of(path)
    check_model(model)
    if not isinstance(inputs, Mapping):
        raise wrong("inputs", inputs, "a dict with a number or an array for each input")
    layout = layout_of_model(model)
    arrays = {quantity.name: _given(quantity, inputs) for quantity in model.inputs}
    if unknown := sorted(set(inputs) - set(arrays)):
        raise DataError(
            f"{unknown[0]} is not an input of the model; its inputs are {', '.join(arrays)}."
        )
    place = Destination(path, force, WAYS_OF_PROGRAMS)
    place.check()
    _check_formulas(layout)
    check_stated(layout)
    check_size(layout, large=large)
    arrays |= reference.known(model)
    KIND.check_run(model, reference.run(_watched(model), arrays))
    drawings = KIND.drawings(spec_of(model, path.stem), layout)
    return write_proven(
        place,
        layout,
        drawings,
        arrays,
        title=path.stem,
        verify=verify,
        tell=tell,
        advice=THEIRS,
    )


def _check_formulas(layout: Layout) -> None:
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


def _watched(model: Model) -> Model:
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
    if not np.isfinite(array).all():
        raise DataError(f"{name} holds a number that is not finite.")
    return rounded(array)
