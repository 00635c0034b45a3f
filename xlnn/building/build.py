"""How does a build flow? From a template and its data to a workbook that agrees with NumPy."""

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from xlnn import engines, reference
from xlnn.building.asked import asked
from xlnn.building.limits import check_size
from xlnn.checking.check import Report, compare
from xlnn.checking.probe import probe_inputs
from xlnn.engines import Recalculate
from xlnn.errors import CircularReferenceError, DisagreementError, OutputError, XlnnError
from xlnn.grid import Inputs, Values
from xlnn.layout import Layout
from xlnn.linting import Problem, lint
from xlnn.output import check_place, replacing
from xlnn.reading.arrays import write_values
from xlnn.reading.spec import read_spec
from xlnn.shipped.templates import DEFAULT
from xlnn.shipped.templates import template as named
from xlnn.shipped.text import text
from xlnn.workbooks.network.origin import from_template, from_workbook
from xlnn.workbooks.network.quantities.network import network
from xlnn.workbooks.network.quantities.whole import first_choices, with_records
from xlnn.workbooks.network.recipe import Options, recipe
from xlnn.workbooks.network.sheets import drawings, workbook_layout
from xlnn.workbooks.network.sheets.page import Page
from xlnn.workbooks.network.training import check_training, training_notes
from xlnn.writing.workbook import write
from xlnn.xlsx.cached_values import store
from xlnn.xlsx.package import inspect

VERIFIER = "formualizer"
"""The engine that proves a workbook before it is published; `check` has them all."""

PROBES = 1

OUTPUT = Path("output")
"""The folder of the workbooks that nobody gave another place."""


@dataclass(frozen=True)
class Built:
    """A workbook that was written.

    Attributes
    ----------
    path : Path
    formulas : int
        How many formulas it holds.
    report : Report or None
        What the check before publishing found; None where nothing was verified.
    notes : tuple of str
        What the person may not expect, a sentence each.
    """

    path: Path
    formulas: int
    report: Report | None
    notes: tuple[str, ...] = ()


def build(  # noqa: PLR0913 -- the options of the command line, by the same words
    template: str = DEFAULT,
    output: Path | str | None = None,
    *,
    old: Path | str | None = None,
    data: object = None,
    start: Path | str | Mapping[str, object] | None = None,
    seed: int | None = None,
    spread: str | None = None,
    epochs: int | None = None,
    eta: float | None = None,
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
    old : Path
        A workbook to begin with instead of a template: its network, its settings and start, its
        language and, if no others are given, its data.
    data : Path, pair of arrays, dict of arrays or data frame
        A CSV, an ``.xlsx``, an ``.npz`` or a folder of pictures, or what a program holds: arrays
        (x, labels), or a frame of pandas or polars; instead of the template's.
    start : Path or dict of arrays
        Start weights, as JSON or ``.npz`` or by name, instead of the template's.
    seed, spread, epochs, eta, lang, test_share, scale, picture, table, label, targets, threshold
        As in `xlnn.workbooks.network.recipe.Options`, or as the command line has them: "8x8".
    light_ink, sheet, encoding, decimal, missing, hidden, activation, output_activation, cost
        As there.
    large : bool
        Build also what most programs take minutes to open.
    force : bool
        Replace a file that xlnn did not make.
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
    places = {"template": template, "output": output, "old": old}
    asked({**places, "force": force, "verify": verify})
    options = Options(**asked({
        "data": data, "start": start, "seed": seed, "spread": spread, "epochs": epochs,
        "eta": eta, "lang": lang, "test_share": test_share, "scale": scale, "picture": picture,
        "table": table, "label": label, "targets": targets, "threshold": threshold,
        "light_ink": light_ink, "sheet": sheet, "encoding": encoding, "decimal": decimal,
        "missing": missing, "hidden": hidden, "activation": activation,
        "output_activation": output_activation, "cost": cost, "large": large,
    }))  # fmt: skip
    origin = from_workbook(Path(old)) if old is not None else from_template(named(str(template)))
    made = recipe(origin, options)
    output = Path(output) if output is not None else _usual_output(origin.name, old)
    check_output(output, force=force)
    words = text(made.spec.lang).of(made.spec)
    layout = workbook_layout(made.spec, words)
    check_size(layout, large=large)
    tell("Training with NumPy")
    trained = network(made.spec)
    run = reference.run(trained, made.inputs)
    check_training(trained, run)
    inputs = with_records(made.spec, made.inputs, run) | first_choices(layout.model, made.inputs)
    with tempfile.TemporaryDirectory(prefix="xlnn-") as folder:
        draft, final = Path(folder) / "draft.xlsx", Path(folder) / "final.xlsx"
        tell("Writing the formulas")
        formulas = write(
            draft,
            layout,
            drawings(Page(made.spec, layout, words)),
            inputs,
            lambda done, of: tell(f"Writing the formulas, {done:,} of {of:,} rows"),
        )

        def keep(values: Values) -> None:
            tell("Storing the values")
            store(
                draft,
                final,
                values,
                lambda done: tell(f"Storing the values, {done:,} of {formulas:,}"),
            )

        if verify:
            report = _proven(draft, final, layout, keep, tell)
        else:
            report = None
            keep(write_values(layout, reference.run(layout.model, inputs)))
        tell("Moving the workbook to its place")
        _publish(final, output)
    return Built(output, formulas, report, made.notes + training_notes(run))


def _usual_output(name: str, old: Path | str | None) -> Path:
    """Return where a workbook is written that nobody gave a name: never over the one before."""
    if old is not None:
        return Path(old).with_name(f"{Path(old).stem}-new.xlsx")
    return OUTPUT / f"{name}.xlsx"


def _proven(
    draft: Path,
    final: Path,
    layout: Layout,
    keep: Callable[[Values], None],
    tell: Callable[[str], None],
) -> Report:
    """Store an engine's values in a draft, and compare with NumPy what will be published.

    The engine, which needs no Python, computes the probes while the workbook is looked at.
    """
    tell("Recalculating")
    with _Ahead(engines.load(VERIFIER, draft), layout) as recalculate:
        try:
            values = recalculate({})
        except CircularReferenceError:  # the comparison says which formula closes the circle
            report, _ = compare(inspect(draft), layout, recalculate, VERIFIER, PROBES)
            _refuse_disagreement(report)
            raise
        keep(values)
        tell("Looking for what Excel would repair")
        contents = inspect(final)
        problems = lint(final, contents)
        tell("Comparing with NumPy")
        report, _ = compare(contents, layout, recalculate, VERIFIER, PROBES)
    _refuse_disagreement(report)
    _refuse_problems(problems)
    return report


class _Ahead:
    """An engine that has begun with what it will be asked for."""

    def __init__(self, recalculate: Recalculate, layout: Layout) -> None:
        self._recalculate = recalculate
        self._asked = [{}, *(probe_inputs(layout, number) for number in range(PROBES))]

    def __enter__(self) -> Self:
        """Let the engine begin."""
        self._worker = ThreadPoolExecutor(max_workers=1)
        self._results = [self._worker.submit(self._recalculate, asked) for asked in self._asked]
        return self

    def __call__(self, inputs: Inputs) -> Values:
        """Return what the engine computes from these inputs."""
        return self._results[self._asked.index(inputs)].result()

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        """End the engine's work; whoever stops a build does not wait for it."""
        if error is None:
            self._worker.shutdown()
        else:
            engines.cancel(self._recalculate, self._worker)


def _refuse_disagreement(report: Report) -> None:
    """Refuse a workbook that does not agree with NumPy."""
    if report.agrees and not report.other_cells:
        return
    if not report.wrong:
        raise DisagreementError("The workbook holds formulas that nothing compares: not written.")
    first = report.wrong[0]
    raise DisagreementError(
        f"The workbook does not agree with NumPy and was not written: {first.cell} is {first.got} "
        f"and NumPy has {first.expected}. Please report this with your data."
    )


def _refuse_problems(problems: Sequence[Problem]) -> None:
    """Refuse a workbook that Excel would want to repair."""
    if problems:
        first = problems[0]
        raise DisagreementError(
            f"The workbook was not written, since Excel would repair it: {first.where}: "
            f"{first.message} Please report this with your data."
        )


def check_output(output: Path, *, force: bool) -> None:
    """Refuse an output that cannot be written, or must not be replaced.

    Raises
    ------
    OutputError
        Its folder is missing or not writable, its name is not ``.xlsx``, or it is a file that
        xlnn did not make and ``force`` is not set.
    """
    if output.suffix.lower() != ".xlsx":
        raise OutputError(f"{output}: the output is a workbook, name it .xlsx.")
    if output.parent != OUTPUT or OUTPUT.exists():  # else it is made when all is well
        check_place(output)
    if output.exists() and not force and not _made_by_xlnn(output):
        raise OutputError(
            f"{output} was not made by xlnn: choose another name with -o, or replace it "
            "with --force."
        )


def _made_by_xlnn(path: Path) -> bool:
    try:
        inspect(path)
        read_spec(path)
    except XlnnError:
        return False
    return True


def _publish(draft: Path, output: Path) -> None:
    """Move a finished workbook to its place at once: the old one stays until the new one stands."""
    if output.parent == OUTPUT:
        try:
            OUTPUT.mkdir(exist_ok=True)
        except OSError as error:
            raise OutputError(f"The folder {OUTPUT} cannot be made: {error.strerror}.") from error
    with draft.open("rb") as source, replacing(output) as target:
        shutil.copyfileobj(source, target)
