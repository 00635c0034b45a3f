"""How does a model of a programmer's own become a workbook?"""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from xlnn import reference
from xlnn.building.limits import check_size
from xlnn.building.place import WAYS_OF_PROGRAMS, Place
from xlnn.building.writing import Built, write_proven
from xlnn.data.digits import rounded
from xlnn.errors import DataError
from xlnn.quantity import Model, Quantity
from xlnn.workbooks.own import KIND, layout_of_model, spec_of


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
    """Write a workbook of a model of your own, and prove it before it appears.

    Each quantity stands on the sheet that it names, under its symbol; `xlnn.check` and
    `xlnn.values` take the same model.

    Parameters
    ----------
    model : Model
    inputs : dict
        A number or an array for each input, by name; of a quantity with a start, the start. They
        are rounded to 15 digits, as a workbook keeps them.
    path : Path
        Where to write it; its folder exists.
    large : bool
        Write also what most programs take minutes to open.
    force : bool
        Replace also a file that xlnn did not make, or a workbook that was changed since.
    verify : bool
        Recalculate the workbook and compare it with NumPy before it is published.
    tell : function
        Is told what is being done.

    Raises
    ------
    XlnnError
        Something that the user can mend. The output is as it was before.
    """
    path = Path(path)
    layout = layout_of_model(model)
    arrays = {quantity.name: _given(quantity, inputs) for quantity in model.inputs}
    if unknown := sorted(set(inputs) - set(arrays)):
        raise DataError(f"{unknown[0]} is no input of the model; it takes {', '.join(arrays)}.")
    place = Place(path, force, WAYS_OF_PROGRAMS)
    place.check()
    check_size(layout, large=large)
    KIND.check_run(model, reference.run(model, arrays))
    drawings = KIND.drawings(spec_of(model, path.stem), layout)
    return write_proven(place, layout, drawings, arrays, title=path.stem, verify=verify, tell=tell)


def _given(quantity: Quantity, inputs: Mapping[str, ArrayLike]) -> np.ndarray:
    """Return what is given for an input, in its shape."""
    name = quantity.name
    if name not in inputs:
        raise DataError(f"The input {name} is missing: give it a number or an array.")
    try:
        array = np.asarray(inputs[name], dtype=object if quantity.is_text else float)
        array = np.broadcast_to(array, quantity.input_lengths)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"{name} takes numbers of the shape {quantity.input_lengths}: {error}."
        ) from error
    if quantity.is_text:
        return array
    if not np.isfinite(array).all():
        raise DataError(f"{name} holds a number that is not finite.")
    return rounded(array)
