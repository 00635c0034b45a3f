"""How does a build flow? From a template and its data to a workbook that agrees with NumPy."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from xlnn import engines, reference
from xlnn.building.asked import asked
from xlnn.building.limits import check_least, check_size
from xlnn.building.place import OUTPUT, Place
from xlnn.building.proof import verifier
from xlnn.building.writing import Built, write_proven
from xlnn.errors import OptionsError
from xlnn.grid import Values
from xlnn.layout import Layout
from xlnn.reading.arrays import check_inputs, inputs_of, read_arrays
from xlnn.reading.left_out import shown
from xlnn.reading.opening import check_sheets, opened
from xlnn.reading.spec import described
from xlnn.reference import Arrays
from xlnn.shipped.templates import DEFAULT
from xlnn.shipped.templates import template as named
from xlnn.workbooks import kind_named, kind_of
from xlnn.workbooks.kind import Recipe, WorkbookKind, refuse_options
from xlnn.workbooks.spec_text import FIRST_KIND

__all__ = ["Built", "build"]


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
) -> Built:
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
        usual = OUTPUT / f"{name}.xlsx"
    elif from_workbook is not None:
        kind, origin, name = continued(Path(from_workbook))
        usual = Path(from_workbook).with_name(f"{Path(from_workbook).stem}-new.xlsx")
    else:
        kind, origin, name = begun(str(template))
        usual = OUTPUT / f"{name}.xlsx"
    plan = planned(kind, origin, name, options, large=large)
    place = Place(Path(output) if output is not None else usual, force=force)
    return carried_out(plan, place, large=large, verify=verify, tell=tell, proof=proof)


class Proof(Protocol):
    """Whom a workbook must agree with besides NumPy."""

    def agrees(self, recipe: Recipe[Any], run: Arrays) -> str:
        """Say that NumPy's run agrees, or raise a `DisagreementError`."""

    def check(self, recipe: Recipe[Any], arrays: Arrays) -> None:
        """Raise a `DisagreementError` if the cells of the workbook do not agree."""


@dataclass(frozen=True)
class Plan:
    """What a build will write.

    Attributes
    ----------
    kind : WorkbookKind
    made : Recipe
    layout : Layout
    """

    kind: WorkbookKind[Any, Any]
    made: Recipe[Any]
    layout: Layout


def planned(
    kind: WorkbookKind[Any, Any],
    origin: object,
    name: str,
    options: Mapping[str, Any],
    *,
    large: bool,
) -> Plan:
    """Join what a build begins with and what is asked of it.

    Raises
    ------
    DataError
        They do not go together.
    """
    refuse_options(name, kind.options, options)
    made = kind.recipe(origin, {**options, **({"large": large} if "large" in kind.options else {})})
    check_least(kind.least_formulas(made.spec), large=large)
    return Plan(kind, made, kind.layout(made.spec))


def carried_out(  # noqa: PLR0913 -- the options of a build
    plan: Plan,
    place: Place,
    *,
    large: bool,
    verify: bool,
    tell: Callable[[str], None],
    proof: Proof | None = None,
) -> Built:
    """Write what was planned, and prove it before it appears; see `build`."""
    kind, made, layout = plan.kind, plan.made, plan.layout
    place.check()
    check_size(layout, large=large)
    tell("Computing with NumPy")
    run = reference.run(made.model, made.inputs)
    kind.check_run(made.model, run)
    notes = made.notes + kind.run_notes(run)
    if proof is not None:
        tell("Comparing with ONNX Runtime")
        notes += (proof.agrees(made, run),)

    def seen(values: Values) -> None:
        if proof is not None:
            proof.check(made, read_arrays(layout, values))

    return write_proven(
        place,
        layout,
        kind.drawings(made.spec, layout),
        kind.cells(made, layout, run),
        title=made.spec.template,
        verify=verify,
        notes=notes,
        tell=tell,
        seen=seen,
    )


def begun(name: str) -> tuple[WorkbookKind[Any, Any], object, str]:
    """Return the kind of a template, what it says, and its name."""
    template = named(name)
    kind = kind_named(template.values.get("kind", FIRST_KIND))
    return kind, kind.from_template(template), template.name


def modelled(
    path: Path, options: Mapping[str, Any], *, large: bool
) -> tuple[WorkbookKind[Any, Any], object, str, Proof | None]:
    """Return the kind of a workbook of a model, what it begins with, its name, and its proof."""
    from xlnn.bridging.origins import (  # noqa: PLC0415 -- half of what a build imports
        predicting_with,
        training_from,
    )

    if "epochs" not in options:
        found = predicting_with(path, large=large)
        return kind_named("predict"), found.origin, found.origin.name, found
    if "data" not in options:
        raise OptionsError("To train a model on takes data with labels: add --data.")
    origin = training_from(path, large=large)
    return kind_named(FIRST_KIND), origin, origin.name, None


def continued(path: Path) -> tuple[WorkbookKind[Any, Any], object, str]:
    """Return the kind of a workbook, what it holds now, and its template's name."""
    contents = opened(path)
    spec, layout = described(path, contents=contents)
    check_sheets(contents, layout)
    with shown(contents) as file:
        engine = verifier(layout)
        values = engines.load(engine, file, engines.Allowance.of(contents))({})
    kind = kind_of(spec)
    arrays = read_arrays(layout, values)
    check_inputs(layout, values, inputs_of(layout, arrays))
    return kind, kind.from_workbook(path.name, spec, arrays), spec.template
