"""The explanation of a cell."""

from dataclasses import asdict, dataclass
from typing import Any

from xlnn.errors import printed
from xlnn.explaining.cell_text import Value, indented, tree_of

SHOWN = 8
"""Values of a range that are listed, and cells of one that are followed further."""


@dataclass(frozen=True)
class Part:
    """Cells of one quantity that a cell is computed from, or that are computed from it.

    Attributes
    ----------
    quantity, name, symbol : str
        Of several cells the first and the last symbol.
    cells : str
        An address or a range.
    count : int
        Of cells.
    values : tuple
        The first `SHOWN` of them.
    parts : tuple of Part
        What these are computed from, or for.
    """

    quantity: str
    name: str
    symbol: str
    cells: str
    count: int
    values: tuple[Value, ...]
    parts: tuple["Part", ...] = ()


@dataclass(frozen=True)
class Explanation:
    """A cell in words.

    Attributes
    ----------
    file, cell : str
    lang : str
        The language of the words.
    quantity, name, symbol, meaning : str
        ``delta2``, what the workbook calls it, the book's notation with the unit's index, and what
        it means; empty where the workbook does not say.
    layer : str
        Empty where it belongs to none.
    unit : tuple of int
        From 1.
    place : dict
        Epoch, image and the like, as a person counts.
    role : str
        ``input``, ``computed`` or ``noted`` (when the workbook was built).
    equation, book : str
        As the Guide has them: the equation of its quantity, and the section.
    formula, in_symbols, in_numbers : str or None
        The formula that the cell holds, with symbols and with numbers in the place of addresses.
    value, expected : number, text or None
        What it holds, recalculated; what NumPy has for it.
    agrees : bool or None
        Whether `xlnn.check` finds the cell right; None of an input.
    remark : str
        Why it does not, or how the formula is stated where it reads otherwise.
    computed_from, used_for : tuple of Part
    """

    file: str
    cell: str
    lang: str
    quantity: str
    name: str
    symbol: str
    meaning: str
    layer: str
    unit: tuple[int, ...]
    place: dict[str, int]
    role: str
    equation: str
    book: str
    formula: str | None
    in_symbols: str | None
    in_numbers: str | None
    value: Value
    expected: Value
    agrees: bool | None
    remark: str
    computed_from: tuple[Part, ...]
    used_for: tuple[Part, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)

    def __str__(self) -> str:
        """Return what ``xlnn explain`` prints."""
        return printed(indented(tree_of(self)))

    def __repr__(self) -> str:
        """Say which cell it explains."""
        return f"<Explanation of {self.cell}: {self.symbol or self.quantity} = {self.value}>"
