"""Write a layout to its destination and verify it."""

import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from itertools import chain
from math import nan
from pathlib import Path
from typing import Any
from urllib.parse import quote

from xlnn import reference
from xlnn.building.destination import Destination
from xlnn.building.proof import proven, verifier
from xlnn.checking.probe import Work
from xlnn.checking.report import Report
from xlnn.errors import Message, OutputError
from xlnn.loading.values import as_stored, read_arrays
from xlnn.workbooks.kind import Plan
from xlnn.writing.workbook import can_be_stored, write


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
    results : tuple of str
        Sentences on what training came to: how many rows are right, or how large the error is.
    """

    path: Path
    formulas: int
    report: Report | None
    notes: tuple[str, ...] = ()
    results: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Return a summary in one line."""
        return f"Built({str(self.path)!r}, {self.formulas:,} formulas, {self.report!r})"

    def to_json(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        report = None if self.report is None else self.report.to_json()
        own = {"path": str(self.path), "formulas": self.formulas, "results": list(self.results)}
        return own | {"notes": list(self.notes), "report": report}

    def _repr_html_(self) -> str:
        """Show it in a notebook: a link to the workbook, the proof, the results, the notes."""
        link = f'<a href="{quote(self.path.as_posix())}">{escape(str(self.path))}</a>'
        proof = "not verified" if self.report is None else escape(str(self.report).split("\n")[0])
        lines = (*self.results, *self.notes)
        notes = "".join(f"<li>{escape(line)}</li>" for line in lines)
        html = f"<p>{link}: {self.formulas:,} formulas; {proof}</p>"
        return html + (f"<ul>{notes}</ul>" if notes else "")


def carried_out(
    plan: Plan,
    place: Destination,
    *,
    verify: bool = True,
    is_first: bool = True,
    tell: Callable[[str], None] = lambda _: None,
) -> Built:
    """Write a planned workbook, compare it with NumPy, and only then move it to its place.

    Parameters
    ----------
    plan : Plan
    place : Destination
    verify : bool
        If False, the formulas are not verified.
    is_first : bool
        False for the workbooks of a class after the first, which have the same formulas for other
        numbers: lint and the probe leave them out.
    tell : function
        Called with a description of each step.

    Raises
    ------
    DisagreementError
        The workbook does not agree with NumPy, or Excel would repair it.
    OutputError
        There is no space for a draft, or it cannot be moved to its place. A file there is
        unchanged.
    """
    place.check()
    tell(Message("Computing with NumPy"))
    notes, layout, inputs, drawings = plan.notes, plan.layout, plan.cells, dict(plan.drawings)
    with _drafts() as folder:
        (folder / "final").mkdir()
        # with its final name, which error messages show
        draft = final = folder / f"{place.path.stem}.xlsx"

        def written(path: Path, stored: reference.Arrays, blank: Collection[str] = ()) -> int:
            return write(
                path,
                layout,
                drawings,
                inputs,
                lambda done, of: tell(
                    Message("Writing the formulas, {done:,} of {total:,} rows", done=done, total=of)
                ),
                values=stored,
                title=f"xlnn: {plan.spec.template}",
                blank=blank,
            )

        tell(Message("Writing the formulas"))
        run = reference.run(layout.model, inputs)
        formulas = written(draft, run)
        report: Report | None = None
        if verify:
            cells = dict.fromkeys(chain(*map(layout.stated, plan.blank)), nan)
            # always the same probe, so that a build is reproducible; only of the first of a class
            with Work(verifier(layout), draft, probes=int(is_first)) as work:
                without = work.submit(cells) if cells else work.own
                report, values = proven(
                    work, layout, run, tell, is_ours=plan.kind.is_ours, is_first=is_first
                )
                plan.check(partial(read_arrays, plan.layout, values))
                values = without.result()
            report = replace(report, file=str(place.path))
            if cells or not all(map(can_be_stored, run.values())):
                tell(Message("Storing the values"))
                final = folder / "final" / draft.name
                formulas = written(final, as_stored(layout, values), plan.blank)
        tell(Message("Moving the workbook to its place"))
        place.publish(final)
    return Built(place.path, formulas, report, notes, plan.results(run))


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
