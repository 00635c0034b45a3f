"""Describe the result of a check in lines of text."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from xlnn.data.wording import counted

if TYPE_CHECKING:
    from xlnn.checking.report import Report, Wrong

SHOWN = 10
"""How many wrong cells are listed; --json lists all."""


def lines_of(report: "Report") -> Iterator[str]:
    """Yield what a check found, line by line."""
    head = f"{report.file}   {counted(report.compared_cells, 'formula')}"
    seed = f"   seed {report.seed}" if report.probes else ""
    if report.agrees:
        yield f"{head}   {proven(report)}   drift {distance(report.drift)}{seed}"
    else:
        yield f"{head}   {counted(len(report.wrong), 'cell')} wrong ({_recalculated(report)}){seed}"
        for wrong in report.wrong[:SHOWN]:
            yield from _describe(wrong)
        if len(report.wrong) > SHOWN:
            yield f"… and {len(report.wrong) - SHOWN:,} more (--json lists all)"
        yield f"{counted(report.consequences, 'dependent cell')} affected"
    if report.restated:
        yield from _restated(report)
    for note in report.notes:
        yield f"Note: {note}"
    if report.left_out:
        yield _left_out(report.left_out)
    if report.other_cells:
        yield f"{counted(report.other_cells, 'formula')} outside the model, not compared"


def _restated(report: "Report") -> Iterator[str]:
    """Yield lines about rewritten formulas."""
    count, points = len(report.restated), report.restated[0].points
    same = "the same value" if count == 1 else "the same values"
    yield f"{counted(count, 'formula')} restated, {same} at {counted(points, 'point')}:"
    for each in report.restated[:SHOWN]:
        yield f"{each.cell}   {each.formula}   expected {each.stated}"
    if count > SHOWN:
        yield f"… and {count - SHOWN:,} more (--json lists all)"


def _describe(wrong: "Wrong") -> list[str]:
    place = [wrong.quantity, *(f"{axis} {number}" for axis, number in wrong.place.items())]
    found = wrong.formula if wrong.formula is not None else "no formula"
    value = "nothing" if wrong.got is None else wrong.got
    # sentences have no other formula, and NumPy may have no number
    expected = "" if wrong.expected is None else f"   expected {wrong.expected}"
    lines = [
        f"{wrong.cell}   {', '.join(place)}",
        f"    value    {value}{expected}",
        f"    formula  {found}",
    ]
    if wrong.expected_formula:
        lines.append(f"    expected {wrong.expected_formula}")
    return lines + ([f"    reason   {wrong.reason}"] if wrong.reason else [])


def _left_out(cells: Mapping[str, str]) -> str:
    from xlnn.loading.unseen_formulas import sentence  # noqa: PLC0415 -- slow, rarely needed

    return sentence(cells)


def proven(report: "Report | None") -> str:
    """Return one line about what was verified."""
    if report is None:
        return "not verified (--no-verify)"
    return (
        f"all agree with NumPy ({_recalculated(report)})   "
        f"max difference {distance(report.max_difference)}"
    )


def _recalculated(report: "Report") -> str:
    """Return words for the engine that recalculated a workbook, and the probes."""
    sets = "" if report.probes == 1 else f"{report.probes:,} sets of "
    also = f", also with {sets}random inputs" if report.probes else ""
    return f"recalculated by {report.engine}{also}"


def distance(number: float) -> str:
    """Format a difference between numbers.

    >>> distance(2.3e-15), distance(0.0)
    ('2e-15', '0')
    """
    return f"{number:.0e}" if number else "0"
