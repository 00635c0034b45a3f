"""The values of a quantity of a run, with its meaning and its cells."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import islice, product
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from xlnn.arguments import is_whole, wrong
from xlnn.block import strides
from xlnn.errors import OptionsError, XlnnError
from xlnn.explaining.explanation import equation_text, section
from xlnn.layout import Layout
from xlnn.quantity import Quantity

if TYPE_CHECKING:
    import pandas as pd


MOST_ROWS, MOST_COLUMNS = 10, 12
"""What is shown of a long table."""


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], most: int = MOST_ROWS) -> str:
    """Return a table of texts and numbers.

    >>> table(["a<b"], [[0.123456789]])
    '<table><tr><th>a&lt;b</th></tr><tr><td>0.123457</td></tr></table>'
    """
    shown = [*islice(rows, most + 1)]
    lines = [_line("th", heads), *(_line("td", row) for row in shown[:most])]
    if len(shown) > most:
        lines.append("<tr><td>…</td></tr>")
    return f"<table>{''.join(lines)}</table>"


def described(*lines: str) -> str:
    """Return lines as a paragraph.

    >>> described("W2: weights", "", "w ← w − η ∂C_T/∂w")
    '<p>W2: weights<br>w ← w − η ∂C_T/∂w</p>'
    """
    return f"<p>{'<br>'.join(escape(line) for line in lines if line)}</p>"


def _line(tag: str, cells: Sequence[object]) -> str:
    cells_shown = [escape(_said(cell)) for cell in cells[:MOST_COLUMNS]]
    cells_shown += ["…"] if len(cells) > MOST_COLUMNS else []
    return f"<tr>{''.join(f'<{tag}>{text}</{tag}>' for text in cells_shown)}</tr>"


def _said(cell: object) -> str:
    return f"{cell:.6g}" if isinstance(cell, float | np.floating) else str(cell)


class QuantityValues(NDArrayOperatorsMixin):
    """A quantity of a run: an array with its symbol, its section and its cells.

    It behaves like the array: ``np.abs(run["delta3"])``, ``run["C_T"].mean()``, ``run["W2"] * 2``.

    Attributes
    ----------
    name, kind : str
        ``delta3``, and its kind regardless of layer, ``delta``.
    array : array
        As in `xlnn.values`: axes first (``run`` before the others), then units.
    symbol : str
        The book's notation, without a unit: ``δ³``; empty if there is none.
    title, meaning, equation, section : str
        Its name in the workbook, its meaning, its equation and its section of the book; empty if
        there is none.
    layer, sheet : str
        The layer's name, and the title of its sheet.
    axes : tuple of str
        The names of its axes.

    Examples
    --------
    >>> import xlnn
    >>> run = xlnn.load("output/digits.xlsx")                     # doctest: +SKIP
    >>> run["delta3"].symbol, run["delta3"].section               # doctest: +SKIP
    ('δ³', '4-2, 4-3')
    >>> run["delta3"].cell(epoch=1, image=6, unit=1)              # doctest: +SKIP
    'Training!S9'
    """

    def __init__(
        self, array: np.ndarray, quantity: Quantity, layout: Layout, meaning: Mapping[str, str]
    ) -> None:
        self.array, self.name, self.kind = array, quantity.name, quantity.kind
        self.layer = quantity.layer
        equation = None if quantity.is_sentence else quantity.runs[0].equation
        # a letter is its own symbol
        named = len(quantity.name) == 1 or quantity.symbol != f"{quantity.name}{{}}"
        self.symbol = quantity.symbol.replace("{}", "") if named else ""
        self.title, self.meaning = meaning["name"], meaning["meaning"]
        self.equation = meaning["equation"] or equation_text(equation)
        self.section = meaning["book"].strip("–") or section(equation)
        self.sheet = layout.titles[quantity.sheet]
        self.axes = tuple(axis.name for axis in quantity.axes)
        self._quantity, self._layout = quantity, layout

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the array."""
        return self.array.shape

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:  # noqa: ANN401, FBT001 -- NumPy's signature
        """Return the array."""
        return np.array(self.array, dtype=dtype) if copy else np.asarray(self.array, dtype=dtype)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *given: Any, **how: Any) -> Any:  # noqa: ANN401 -- NumPy's signature
        """Compute with the array."""
        return getattr(ufunc, method)(*map(_plain, given), **how)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- any attribute of an array
        """Return an attribute of the array."""
        if name.startswith("__") or "array" not in self.__dict__:
            raise AttributeError(name)
        return getattr(self.array, name)

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 -- any index of NumPy
        """Return some entries of the array, counted from 0."""
        return self.array[index]

    def __len__(self) -> int:
        """Return the length of the first axis."""
        return len(self.array)

    def cell(self, *, unit: int | tuple[int, ...] = (), **at: int) -> str:
        """Return the cell of an entry, as ``Training!R9``.

        Parameters
        ----------
        unit : int or tuple of int
            The unit, from 1; the first by default.
        **at : int
            The position along each axis, as shown: ``epoch=1, image=6``. State 0 of the weights is
            the start; ``run=2`` selects a run. The first by default.

        Raises
        ------
        OptionsError
            There is no such axis, number or unit.
        """
        place = (unit,) if isinstance(unit, int) else tuple(unit)
        return self._layout.cell(self.name, index_of(self._quantity, at, place))

    def frame(self) -> "pd.DataFrame":
        """Return the array as a data frame of pandas.

        It has a row for each position along the axes, numbered as shown, and a column for each
        unit, named by its symbol. Without axes, it has a row for each unit.

        Raises
        ------
        XlnnError
            pandas is not installed.
        """
        try:
            import pandas as pd  # noqa: PLC0415 -- an optional package
        except ImportError as error:
            raise XlnnError("A data frame needs pandas: pip install pandas.") from error
        rows, names, values = self._table()
        if not self.axes:
            index = pd.Index(names if self._quantity.shape else [self.name], name="unit")
            return pd.DataFrame({self.symbol or self.name: values[0]}, index=index)
        index = pd.MultiIndex.from_tuples(rows, names=self.axes)
        if len(self.axes) == 1:
            index = pd.Index([row[0] for row in rows], name=self.axes[0])
        return pd.DataFrame(values, index=index, columns=names)

    def _table(self) -> tuple[list[tuple[int, ...]], list[str], np.ndarray]:
        """Return the positions along the axes, the units' names, and the values of both."""
        axes = self._quantity.axes
        counted = [range(axis.counts_from, axis.counts_from + axis.length) for axis in axes]
        rows, names = [*product(*counted)], self._unit_names()
        return rows, names, self.array.reshape(len(rows), len(names))

    def _unit_names(self) -> list[str]:
        """Return the symbol of each unit, or its name with the unit's number."""
        quantity = self._quantity
        known = self.symbol or self.name
        if not quantity.shape:
            return [known]
        named = [quantity.heading(unit) for unit in quantity.units]
        if all(named) and len({*named}) == len(named):
            return named
        numbers = (",".join(str(n + 1) for n in unit) for unit in quantity.units)
        return [f"{known} {number}" for number in numbers]

    def __repr__(self) -> str:
        """Return a summary with its first cell."""
        title = ", ".join(filter(None, [self.symbol, self.title]))
        source = f"book {self.section}" if self.section[:1].isdigit() else self.section
        book = f", {source}" if source else ""
        shape = " x ".join(map(str, self.shape)) or "one number"
        return f"<{self.name}: {title or self.kind}, {shape}, from {self.cell()}{book}>"

    def _repr_html_(self) -> str:
        """Return HTML for a notebook: a summary and the first numbers."""
        rows, names, values = self._table()
        heads = [*self.axes, *names] if self.axes else names
        lines = ([*map(str, row), *line] for row, line in zip(rows, values, strict=True))
        return described(repr(self)[1:-1], self.meaning, self.equation) + table(heads, lines)


def _plain(given: Any) -> Any:  # noqa: ANN401 -- any operand of NumPy
    return given.array if isinstance(given, QuantityValues) else given


def index_of(
    quantity: Quantity, at: Mapping[str, int], unit: tuple[int, ...] = ()
) -> tuple[int, ...]:
    """Return the index of an entry; the first along axes that are not given, and of units.

    Parameters
    ----------
    quantity : Quantity
    at : dict
        Positions along axes by their names, as shown.
    unit : tuple of int
        From 1. For units with several dimensions also one number, or the first and one number for
        the rest, as in `xlnn.values`.

    Raises
    ------
    OptionsError
        There is no such axis, number or unit.

    >>> from xlnn.axis import Axis
    >>> epoch = Axis("epoch", 50)
    >>> index_of(Quantity("W", axes=(epoch,), shape=(3, 2, 2)), {"epoch": 7}, (2, 3))
    (6, 1, 1, 0)
    """
    if not isinstance(at, Mapping):
        raise wrong("at", at, 'a dict of numbers along axes, such as {"epoch": 1},')
    names = {axis.name: n for n, axis in enumerate(quantity.axes)}
    names |= {"epoch": names["state"]} if "state" in names else {}  # state 3 is the end of epoch 3
    index = [0] * len(quantity.axes)
    for name, number in at.items():
        if name not in names:
            known = ", ".join(axis.name for axis in quantity.axes) or "none"
            raise OptionsError(f"{quantity.name} has no {name}: its axes are {known}.")
        if not is_whole(number):
            raise wrong(f"{name} of {quantity.name}", number, "a whole number")
        axis = quantity.axes[names[name]]
        index[names[name]] = number - axis.counts_from
        if not 0 <= index[names[name]] < axis.length:
            last = axis.counts_from + axis.length - 1
            raise OptionsError(
                f"There is no {name} {number}: for {quantity.name}, {name} goes from "
                f"{axis.counts_from} to {last}."
            )
    return (*index, *_unit_of(quantity, unit or (1,) * len(quantity.shape)))


def _unit_of(quantity: Quantity, unit: tuple[int, ...]) -> tuple[int, ...]:
    """Return the index of a unit, whose last number may count all remaining dimensions."""
    if not isinstance(unit, tuple | list) or not all(map(is_whole, unit)):
        raise wrong("unit", unit, "a tuple of whole numbers, such as (1, 2),")
    shape = quantity.shape
    if 0 < len(unit) < len(shape):
        shape = (*shape[: len(unit) - 1], prod(shape[len(unit) - 1 :]))
    if len(unit) != len(shape) or not all(
        1 <= place <= length for place, length in zip(unit, shape, strict=True)
    ):
        raise OptionsError(f"{_known(quantity)} no unit {_written(unit)}.")
    number = sum((place - 1) * step for place, step in zip(unit, strides(shape), strict=True))
    return tuple(map(int, np.unravel_index(number, quantity.shape)))


def _known(quantity: Quantity) -> str:
    """Return words for the units of a quantity."""
    if not quantity.shape:
        return f"{quantity.name} is one number and has"
    first, last = (1,) * len(quantity.shape), quantity.shape
    return f"{quantity.name} has units {_written(first)} to {_written(last)}, and"


def _written(unit: tuple[int, ...]) -> str:
    return ",".join(map(str, unit))
