"""Write a layout to its destination and verify it."""

import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html import escape
from itertools import chain
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np

from xlnn import reference
from xlnn.building.destination import Destination
from xlnn.building.plan import Plan
from xlnn.building.proof import POINTS, proven, verifier
from xlnn.checking.probe import Work
from xlnn.checking.report import Report
from xlnn.errors import OutputError
from xlnn.grid import Values
from xlnn.layout import Layout
from xlnn.loading.values import as_stored, read_arrays
from xlnn.writing.drawing import Drawing
from xlnn.writing.workbook import can_be_stored, write

if TYPE_CHECKING:
    from xlnn.onnx.compare import Authority


@dataclass(frozen=True, repr=False)
class Built:
    """A workbook that was written.

    Attributes
    ----------
    path : Path
    formulas : int
        The number of its formulas.
    report : Report or None
        The result of the check before publishing; None if nothing was verified.
    notes : tuple of str
        Sentences about anything unexpected.
    """

    path: Path
    formulas: int
    report: Report | None
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Return a summary in one line."""
        return f"Built({str(self.path)!r}, {self.formulas:,} formulas, {self.report!r})"

    def _repr_html_(self) -> str:
        """Show it in a notebook: a link to the workbook, what was proven, and the notes."""
        link = f'<a href="{quote(self.path.as_posix())}">{escape(str(self.path))}</a>'
        proof = "not verified" if self.report is None else escape(str(self.report).split("\n")[0])
        notes = "".join(f"<li>{escape(note)}</li>" for note in self.notes)
        said = f"<p>{link}: {self.formulas:,} formulas; {proof}</p>"
        return said + (f"<ul>{notes}</ul>" if notes else "")


def write_proven(  # noqa: PLR0913 -- what a workbook is made of, and how
    place: Destination,
    layout: Layout,
    drawings: Mapping[str, Drawing],
    inputs: Mapping[str, np.ndarray],
    *,
    title: str,
    verify: bool = True,
    notes: tuple[str, ...] = (),
    tell: Callable[[str], None] = lambda _: None,
    blank: Collection[str] = (),
    seen: Callable[[Values], None] = lambda _: None,
    is_ours: bool = True,
    is_first: bool = True,
) -> Built:
    """Write a workbook, compare it with NumPy, and only then move it to its place.

    Parameters
    ----------
    place : Destination
        The place, which has been checked.
    layout : Layout
    drawings : dict
        The contents of each sheet besides its quantities, by the sheet's key.
    inputs : dict of arrays
        The values of all input cells.
    title : str
        Its name in the document's properties, after the product's name.
    verify : bool
        If False, the formulas are not verified.
    notes : tuple of str
        Further notes.
    tell : function
        Called with a description of each step.
    blank : collection of str
        The names of quantities whose formulas are left out, once all have been verified.
    seen : function
        Called with all values of the engine before any are left out; may refuse them.
    is_ours : bool
        Whether the equations are those of xlnn, which then are at fault if it does not agree.
    is_first : bool
        False for the workbooks of a class after the first, which have the same formulas for other
        numbers: lint and the probe leave them out.

    Raises
    ------
    DisagreementError
        The workbook does not agree with NumPy, or Excel would repair it.
    OutputError
        There is no space for a draft, or it cannot be moved to its place. A file there is
        unchanged.
    """
    with _drafts() as folder:
        (folder / "final").mkdir()
        # with its final name, which error messages show
        draft = final = folder / f"{place.path.stem}.xlsx"

        def written(path: Path, stored: reference.Arrays, blank: Collection[str] = ()) -> int:
            return write(
                path,
                layout,
                dict(drawings),
                inputs,
                lambda done, of: tell(f"Writing the formulas, {done:,} of {of:,} rows"),
                values=stored,
                title=f"xlnn: {title}",
                blank=blank,
            )

        tell("Writing the formulas")
        run = reference.run(layout.model, inputs)
        formulas = written(draft, run)
        report: Report | None = None
        if verify:
            cells = [*chain(*map(layout.stated, blank))]
            with Work(verifier(layout), draft, POINTS[is_first]) as work:
                without = work.submit(dict.fromkeys(cells, nan)) if blank else work.own
                report, values = proven(work, layout, tell, is_ours=is_ours, is_first=is_first)
                seen(values)
                values = without.result()
            report = replace(report, file=str(place.path))
            if blank or not all(map(can_be_stored, run.values())):
                tell("Storing the values")
                final = folder / "final" / draft.name
                formulas = written(final, as_stored(layout, values), blank)
        tell("Moving the workbook to its place")
        place.publish(final)
    return Built(place.path, formulas, report, notes)


@contextmanager
def _drafts() -> Iterator[Path]:
    """Yield a folder for drafts, and remove it afterwards.

    Raises
    ------
    OutputError
        No such folder can be made, or the disk is full.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="xlnn-") as folder:
            yield Path(folder)
    except OSError as error:
        raise OutputError(
            f"The workbook cannot be written ({error.strerror or error}): free some space, or set "
            "TMPDIR to a writable folder with free space."
        ) from error


def carried_out(
    plan: Plan,
    place: Destination,
    *,
    verify: bool,
    tell: Callable[[str], None],
    authority: "Authority | None" = None,
) -> Built:
    """Write a planned workbook, and verify it before it appears; see `build`."""
    kind, made, layout = plan.kind, plan.made, plan.layout
    place.check()
    tell("Computing with NumPy")
    notes = made.notes + kind.run_notes(plan.run)
    if authority is not None:
        tell("Comparing with ONNX Runtime")
        notes += (authority.agrees(made, plan.run),)

    def seen(values: Values) -> None:
        if authority is not None:
            authority.check(made, read_arrays(layout, values))

    return write_proven(
        place,
        layout,
        kind.drawings(made.spec, layout),
        plan.cells,
        title=made.spec.template,
        verify=verify,
        notes=notes,
        tell=tell,
        seen=seen,
        is_ours=kind.is_ours,
    )
