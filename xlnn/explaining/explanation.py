"""The explanation of a cell."""

from dataclasses import asdict, dataclass
from typing import Any

from xlnn.errors import printed
from xlnn.explaining.cell_text import Value, indented, tree_of

SHOWN = 8
"""The most values listed, and cells followed, of a range."""


@dataclass(frozen=True)
class Part:
    """Cells of one quantity that a cell is computed from, or that are computed from it.

    Attributes
    ----------
    quantity, name, symbol : str
        The symbol; for several cells, the first and the last.
    cells : str
        An address or a range.
    count : int
        The number of cells.
    values : tuple
        The first `SHOWN` values.
    parts : tuple of Part
        The cells that these are computed from, or used for.
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
    """An explanation of a cell.

    Attributes
    ----------
    file, cell : str
    lang : str
        The language of the words.
    quantity, name, symbol, meaning : str
        ``delta2``, its name in the workbook, the book's notation with the unit's index, and its
        meaning; empty if the workbook has none.
    layer : str
        The layer; empty if it belongs to none.
    unit : tuple of int
        From 1.
    place : dict
        Epoch, image and so on, as shown.
    role : str
        ``input``, ``computed`` or ``noted`` (when the workbook was built).
    equation, book : str
        The equation of its quantity and the book's section, as in the Guide.
    formula, in_symbols, in_numbers : str or None
        The cell's formula; the same with symbols, and with numbers, instead of addresses.
    value, expected : number, text or None
        The recalculated value, and NumPy's.
    agrees : bool or None
        Whether `xlnn.check` finds the cell right; None for an input.
    remark : str
        Why it does not, or the stated formula if the cell's reads differently.
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
        """Return plain values for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        """Return what ``xlnn explain`` prints."""
        return printed(indented(tree_of(self)))

    def __repr__(self) -> str:
        """Return a summary in one line."""
        return f"<Explanation of {self.cell}: {self.symbol or self.quantity} = {self.value}>"
