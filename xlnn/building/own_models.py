"""Turn a programmer's own model into a workbook."""

from collections.abc import Callable, Mapping
from pathlib import Path

from numpy.typing import ArrayLike

from xlnn.arguments import path_of, wrong
from xlnn.building.destination import WAYS_OF_PROGRAMS, Destination
from xlnn.building.plan import planned
from xlnn.building.writing import Built, carried_out
from xlnn.options import Options
from xlnn.quantity import Model
from xlnn.workbooks.own_model import OwnModel, check_model


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
    plan = planned(OwnModel(model), (path.stem, inputs), path.stem, Options(large=large))
    return carried_out(plan, Destination(path, force, WAYS_OF_PROGRAMS), verify=verify, tell=tell)
