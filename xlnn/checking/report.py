"""The result of a check."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from xlnn.checking.wording import lines_of
from xlnn.errors import printed


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
        The right formula; empty if the cell should be a number.
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
        The formula in the cell, and the one that xlnn would write.
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
    if isinstance(value, float | np.number):
        return float(value) if np.isfinite(value) else None
    return value
