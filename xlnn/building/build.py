"""Build a workbook of a template or of your own model: a file that agrees with NumPy."""

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from numpy.typing import ArrayLike

from xlnn.arguments import path_of
from xlnn.building.destination import OUTPUT, WAYS_OF_PROGRAMS, Destination
from xlnn.building.plan import (
    Source,
    planned,
    source_of_model,
    source_of_onnx,
    source_of_template,
)
from xlnn.building.writing import Built, carried_out
from xlnn.errors import OptionsError, XlnnWarning, blamed
from xlnn.model import Model
from xlnn.options import BUILD, BuildOptions, Options, as_typed, documented
from xlnn.registry.templates import DEFAULT
from xlnn.workbooks.entries import CELLS

if TYPE_CHECKING:
    from xlnn.onnx.compare import Authority


def _warn(note: str) -> None:
    warnings.warn(note, XlnnWarning, stacklevel=3)


def _of_template(template: str | Path | None, asked: Options) -> Source:
    """Return a template as the source, by default the book's first network.

    Raises
    ------
    OptionsError
        No template has that name, or a column is named without data or a template.
    """
    named = [name for name in ("label", "targets") if name in asked]
    if template is None and named:
        raise OptionsError("{option} says how to read data: add --data.", option=as_typed(named[0]))
    return source_of_template(DEFAULT if template is None else str(template))


@documented(BUILD)
def build(
    template: str | Path | None = None,
    output: Path | str | None = None,
    *,
    tell: Callable[[str], None] = lambda _: None,
    note: Callable[[str], None] = _warn,
    **options: Unpack[BuildOptions],
) -> Built:
    """Write the workbook of a template and verify it against NumPy before it appears.

    The options have the same names as those of ``xlnn build``. Several values of ``eta``,
    ``optimizer``, ``l2`` or ``seed`` give that many runs side by side. Where the command line takes
    a file, ``data`` may be arrays (x, labels), a dict of arrays, or a data frame of pandas or
    polars, and ``start`` a dict of arrays.

    Parameters
    ----------
    template : str
        A template's name, or a folder with a ``template.toml``. Without it, a network is chosen
        that fits ``data``; without data, too, it is the book's first.
    output : Path
        By default ``output/NAME.xlsx``; when continuing from a workbook, ``OLD-new.xlsx`` beside
        it.
    tell : function
        Called with a description of each step.
    note : function
        Called with each note on something unexpected, as soon as it is known; by default it warns.
    **options

    Raises
    ------
    XlnnError
        An error that the user can correct. The output file is unchanged.

    Warns
    -----
    XlnnWarning
        Something unexpected was read, left out or chosen, unless ``note`` is given.
    """
    output = None if output is None else path_of(output, "output")
    asked = Options(**options)
    if template is not None:
        path_of(template, "template")
        if other := {"from_workbook", "model"} & asked.keys():
            raise OptionsError(f"A template and {as_typed(*other)} cannot be combined.")
    from_workbook, model = asked.from_workbook, asked.model
    if isinstance(asked.start, str | Path) and Path(asked.start).suffix.lower() == ".onnx":
        from xlnn.onnx.imported import start_from  # noqa: PLC0415 -- see `source_of_onnx`

        start = start_from(Path(asked.start), large=asked.large)
        asked = Options(**{**asked, "start": start})
    authority: Authority | None = None
    usual_name = ""
    if model is not None:
        source, authority = source_of_onnx(Path(model), asked)
    elif from_workbook is not None:
        from xlnn.building.continue_from import source_of_workbook  # noqa: PLC0415 -- see below

        source = source_of_workbook(Path(from_workbook))
    elif template is None and asked.data is not None:
        from xlnn.building.choose_network import choose_network  # noqa: PLC0415 -- see `source_of_onnx`

        with blamed(asked):
            source, usual_name, asked = choose_network(asked)
    else:
        source = _of_template(template, asked)
    plan = planned(source, asked, authority)
    for known in plan.told:
        note(known)
    usual = OUTPUT / f"{usual_name or source.name}.xlsx"
    if from_workbook is not None:
        usual = Path(from_workbook).with_name(f"{Path(from_workbook).stem}-new.xlsx")
    place = Destination(usual if output is None else output, force=asked.force)
    built = carried_out(plan, place, verify=asked.verify, tell=tell)
    for late in built.notes[len(plan.told) :]:
        note(late)
    return built


def workbook(  # noqa: PLR0913 -- the options of the command line, by the same words
    model: Model,
    inputs: Mapping[str, ArrayLike],
    path: Path | str,
    *,
    edition: str = CELLS,
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
    edition : str
        ``cells`` for a formula in each cell, or ``matrices`` for an array formula for all samples
        and units of an epoch, where an equation says it (`xlnn.equation.Equation.block`).
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
    options = Options(large=large, edition=edition)
    plan = planned(source_of_model(model, path.stem, inputs), options)
    return carried_out(plan, Destination(path, force, WAYS_OF_PROGRAMS), verify=verify, tell=tell)
