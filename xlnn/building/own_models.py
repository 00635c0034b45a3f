"""Turn a programmer's own model into a workbook."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from xlnn import reference
from xlnn.arguments import path_of, wrong
from xlnn.building.destination import WAYS_OF_PROGRAMS, Destination
from xlnn.building.limits import check_size
from xlnn.building.proof import THEIRS, check_formulas, watched
from xlnn.building.writing import Built, write_proven
from xlnn.data.numbers import rounded
from xlnn.errors import DataError
from xlnn.quantity import Model, Quantity
from xlnn.workbooks.own_model import KIND, check_model, layout_of_model, spec_of


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
    check_formulas(layout)
    check_size(layout, large=large)
    arrays |= reference.known(model)
    if lost := [q.name for q in model.quantities if q.is_record and q.name not in arrays]:
        raise DataError(f"{lost[0]} is a record of what nobody notes: let it count.")
    KIND.check_run(model, reference.run(watched(model), arrays))
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
