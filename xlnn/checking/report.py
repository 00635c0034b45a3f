"""The result of a check, and its description in lines of text."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from math import isfinite
from numbers import Real
from typing import Any

from xlnn.data.wording import counted
from xlnn.errors import printed

SHOWN = 10
"""How many wrong cells are listed; --json lists all."""


@dataclass(frozen=True)
class Wrong:
    """A cell whose formula does not compute its quantity.

    Attributes
    ----------
    cell : str
        Sheet and address: ``Training!R7``.
    quantity : str
    epoch, image : int or None
        From 1.
    place : dict of int
        Its position along each axis of its quantity: ``{"epoch": 3, "image": 1}``.
    expected : float, str or None
        NumPy's value, computed from the values that the formula refers to.
    got : float, str or None
        The recalculated value; None for an empty cell.
    formula : str or None
        The formula in the cell; None if it has none.
    expected_formula : str
        The right formula; empty if the cell should be a number, or is to be filled in.
    reason : str or None
        Why the formula is wrong, if its values may not show it.
    """

    cell: str
    quantity: str
    epoch: int | None
    image: int | None
    expected: float | str | None
    got: float | str | bool | None
    formula: str | None
    expected_formula: str
    place: dict[str, int] = field(default_factory=dict)
    reason: str | None = None


@dataclass(frozen=True)
class Restated:
    """A formula that was rewritten and gave the same values at all points tried.

    It refers only to cells of its equation. No number of values can prove that it is equivalent.

    Attributes
    ----------
    cell, quantity : str
    place : dict of int
        As in `Wrong`.
    formula, stated : str
        The formula in the cell, and the one that xlnn would write; empty in an exercise.
    points : int
        The number of points at which its value was compared: the file's inputs and the probes.
    """

    cell: str
    quantity: str
    place: dict[str, int]
    formula: str
    stated: str
    points: int


@dataclass(frozen=True)
class Compared:
    """The comparison of one quantity.

    Attributes
    ----------
    name : str
    cells : int
        How many formula cells were compared.
    max_difference : float
        The largest |got - expected| / max(1, |expected|) of a number, over all probes.
    agrees : bool
    """

    name: str
    cells: int
    max_difference: float
    agrees: bool


@dataclass(frozen=True, repr=False)
class Report:
    """The result of a check by one engine.

    Attributes
    ----------
    file, engine : str
    agrees : bool
    formula_cells : int
        Formulas of xlnn with a number as result.
    text_cells : int
        Formulas of xlnn with a text as result.
    compared_cells : int
        All formulas of xlnn; each is compared.
    other_cells : int
        Formulas that someone added outside the quantities; they are not compared.
    probes : int
    drift : float
        The largest relative difference from the independent NumPy run, except for quantities that
        jump, such as classes, which may change with the last digit of an output.
    consequences : int
        Cells affected by the wrong ones.
    quantities : tuple of Compared
    wrong : tuple of Wrong
        The causes, in the order in which the quantities are computed.
    restated : tuple of Restated
        Rewritten formulas, verified by their values alone.
    seed : int
        The seed of the probes.
    left_out : mapping of str to str
        Cells outside the quantities whose formulas were not computed, with the functions they call.
    notes : tuple of str
        Sentences about edited rows and other findings.
    """

    file: str
    engine: str
    agrees: bool
    formula_cells: int
    text_cells: int
    compared_cells: int
    other_cells: int
    probes: int
    drift: float
    consequences: int
    quantities: tuple[Compared, ...]
    wrong: tuple[Wrong, ...]
    restated: tuple[Restated, ...] = ()
    seed: int = 0
    left_out: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Return a summary in one line."""
        found = "agrees" if self.agrees else f"{len(self.wrong):,} wrong"
        return f"Report({self.file!r}, {self.engine!r}, {found}, {self.compared_cells:,} formulas)"

    def __str__(self) -> str:
        """Return what ``xlnn check`` prints."""
        return printed(lines_of(self))

    def __bool__(self) -> bool:
        """Return whether it agrees."""
        return self.agrees

    def to_json(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return plain(asdict(self))

    @property
    def max_difference(self) -> float:
        """The largest relative difference of any number."""
        return max((quantity.max_difference for quantity in self.quantities), default=0.0)


def without_answers(report: Report, blanks: Collection[str]) -> Report:
    """Return a report without the formulas and the values that belong into an exercise's blanks.

    Parameters
    ----------
    report : Report
    blanks : collection of str
        The quantities that were left out.
    """
    return replace(
        report,
        wrong=tuple(
            replace(wrong, expected=None, expected_formula="", reason=None)
            if wrong.quantity in blanks
            else wrong
            for wrong in report.wrong
        ),
        restated=tuple(
            replace(each, stated="") if each.quantity in blanks else each
            for each in report.restated
        ),
    )


class Reports(tuple[Report, ...]):
    """The results of a check by several engines, in their order."""

    __slots__ = ()

    @property
    def agrees(self) -> bool:
        """Whether all of them agree."""
        return all(report.agrees for report in self)

    def __str__(self) -> str:
        """Return what ``xlnn check`` prints."""
        return "\n".join(map(str, self))

    def __bool__(self) -> bool:
        """Return whether all of them agree."""
        return self.agrees


def plain(value: Any) -> Any:  # noqa: ANN401 -- any value that JSON can hold
    """Return values for JSON; numbers that are not finite become None."""
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, Real) and not isinstance(value, int):
        return float(value) if isfinite(value) else None
    return value


def lines_of(report: Report) -> Iterator[str]:
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


def _restated(report: Report) -> Iterator[str]:
    """Yield lines about rewritten formulas."""
    count, points = len(report.restated), report.restated[0].points
    same = "the same value" if count == 1 else "the same values"
    yield f"{counted(count, 'formula')} restated, {same} at {counted(points, 'point')}:"
    for each in report.restated[:SHOWN]:
        expected = f"   expected {each.stated}" if each.stated else ""
        yield f"{each.cell}   {each.formula}{expected}"
    if count > SHOWN:
        yield f"… and {count - SHOWN:,} more (--json lists all)"


def _describe(wrong: Wrong) -> list[str]:
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


def proven(report: Report | None) -> str:
    """Return one line about what was verified."""
    if report is None:
        return "not verified (--no-verify)"
    return (
        f"all agree with NumPy ({_recalculated(report)})   "
        f"max difference {distance(report.max_difference)}"
    )


def _recalculated(report: Report) -> str:
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
