"""How does a build flow? From a template and its data to a workbook that agrees with NumPy."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xlnn.building.asked import asked
from xlnn.building.plan import Proof, begun, modelled, planned
from xlnn.errors import OptionsError
from xlnn.shipped.templates import DEFAULT

if TYPE_CHECKING:
    from xlnn.building.writing import Built


def build(  # noqa: PLR0913 -- the options of the command line, by the same words
    template: str = DEFAULT,
    output: Path | str | None = None,
    *,
    from_workbook: Path | str | None = None,
    model: Path | str | None = None,
    data: object = None,
    start: Path | str | Mapping[str, object] | None = None,
    seed: int | Sequence[int] | None = None,
    spread: str | None = None,
    epochs: int | None = None,
    eta: float | Sequence[float] | None = None,
    lang: str | None = None,
    test_share: float | None = None,
    scale: str | None = None,
    picture: tuple[int, int] | str | None = None,
    table: bool | None = None,
    label: str | int | None = None,
    targets: Sequence[str] | str | None = None,
    threshold: float | None = None,
    light_ink: bool | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
    missing: str | None = None,
    hidden: Sequence[int] | str | int | None = None,
    activation: str | None = None,
    output_activation: str | None = None,
    cost: str | None = None,
    optimizer: str | Sequence[str] | None = None,
    l2: float | Sequence[float] | None = None,
    solved: bool | None = None,
    large: bool = False,
    force: bool = False,
    verify: bool = True,
    tell: Callable[[str], None] = lambda _: None,
) -> "Built":
    """Write the workbook of a template, and prove it before it appears.

    Parameters
    ----------
    template : str
        A template's name, or a folder with a ``template.toml``.
    output : Path
        By default ``output/NAME.xlsx``; of an older workbook ``OLD-new.xlsx`` beside it.
    from_workbook : Path
        A workbook to begin with instead of a template: its network, its settings and start, its
        language and, if no others are given, its data. ``--from`` on the command line.
    model : Path
        A trained model in ONNX to begin with instead of a template: a workbook that predicts, and
        whose outputs are those of ONNX Runtime; or with ``epochs`` one that trains on from there.
    data : Path, pair of arrays, dict of arrays or data frame
        A CSV, an ``.xlsx``, an ``.npz`` or a folder of pictures, or what a program holds: arrays
        (x, labels), or a frame of pandas or polars; instead of the template's.
    start : Path or dict of arrays
        Start weights, as JSON, ``.npz`` or ONNX, or by name, instead of the template's.
    seed, spread, epochs, eta, lang, test_share, scale, picture, table, label, targets, threshold
        As in `xlnn.workbooks.network.recipe.Options`, or as the command line has them: "8x8".
    light_ink, sheet, encoding, decimal, missing, hidden, activation, output_activation, cost
        As there.
    optimizer, l2
        As there. Several of these, of ``eta`` or of ``seed`` are as many runs beside each other.
    solved : bool
        Build a workbook for a solver with the weights that SciPy finds.
    large : bool
        Build also what most programs take minutes to open.
    force : bool
        Replace also a file that xlnn did not make, or a workbook that was changed since.
    verify : bool
        Recalculate the workbook and compare it with NumPy before it is published. Without it,
        the values that previews show are NumPy's, and nothing proves the formulas.
    tell : function
        Is told what is being done.

    Raises
    ------
    XlnnError
        Something that the user can mend. The output is as it was before.
    """
    places = {"template": template, "output": output, "from_workbook": from_workbook}
    places["model"] = model
    asked({**places, "force": force, "verify": verify, "large": large})
    given = asked({
        "data": data, "start": start, "seed": seed, "spread": spread, "epochs": epochs, "eta": eta,
        "lang": lang, "test_share": test_share, "scale": scale, "picture": picture, "table": table,
        "label": label, "targets": targets, "threshold": threshold, "light_ink": light_ink,
        "sheet": sheet, "encoding": encoding, "decimal": decimal, "missing": missing,
        "hidden": hidden, "activation": activation, "output_activation": output_activation,
        "cost": cost, "optimizer": optimizer, "l2": l2, "solved": solved,
    })  # fmt: skip
    options = {name: value for name, value in given.items() if value is not None}
    if isinstance(start, str | Path) and Path(start).suffix.lower() == ".onnx":
        from xlnn.bridging.origins import start_from  # noqa: PLC0415 -- see `modelled`

        options["start"] = start_from(Path(start), large=large)
    proof: Proof | None = None
    if model is not None:
        if from_workbook is not None or template != DEFAULT:
            raise OptionsError("A model takes the place of a template and of --from: name one.")
        kind, origin, name, proof = modelled(Path(model), options, large=large)
    elif from_workbook is not None:
        from xlnn.building.continuing import continued  # noqa: PLC0415 -- see below

        kind, origin, name = continued(Path(from_workbook))
    else:
        kind, origin, name = begun(str(template))
    plan = planned(kind, origin, name, options, large=large)
    # what writes, and openpyxl, is imported when there is something to write
    from xlnn.building.carrying import carried_out  # noqa: PLC0415
    from xlnn.building.place import OUTPUT, Place  # noqa: PLC0415

    usual = OUTPUT / f"{name}.xlsx"
    if from_workbook is not None:
        usual = Path(from_workbook).with_name(f"{Path(from_workbook).stem}-new.xlsx")
    place = Place(Path(output) if output is not None else usual, force=force)
    return carried_out(plan, place, verify=verify, tell=tell, proof=proof)
