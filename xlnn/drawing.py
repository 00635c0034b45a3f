"""What does a sheet show besides its quantities? Headings, notes, charts, widths.

The modules of ``xlnn.sheets`` fill a `Drawing`; `xlnn.workbook` writes it.
"""

from dataclasses import dataclass, field

from openpyxl.chart._chart import ChartBase
from openpyxl.worksheet.datavalidation import DataValidation

from xlnn.style import PLAIN, Look


@dataclass
class Drawing:
    """Everything on a sheet that is no quantity.

    Attributes
    ----------
    cells : dict
        Texts and numbers with their looks, by row and then by column.
    widths : dict
        The width of columns, by their number.
    heights : dict
        The height of rows.
    freeze : (int, int) or None
        The first row and column that scroll.
    charts : list of (str, chart)
        Charts and the cells at which they stand.
    validations : list of DataValidation
        What may be typed into which cells.
    gridlines : bool
    """

    cells: dict[int, dict[int, tuple[str | int | float, Look]]] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    freeze: tuple[int, int] | None = None
    charts: list[tuple[str, ChartBase]] = field(default_factory=list)
    validations: list[DataValidation] = field(default_factory=list)
    gridlines: bool = True

    def put(self, row: int, column: int, value: str | float, look: Look = PLAIN) -> None:
        """Write a text or a number into a cell."""
        self.cells.setdefault(row, {})[column] = (value, look)
