"""The results of a workbook as an object: quantities by name, with symbols and cells."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from xlnn.arguments import path_of
from xlnn.axis import TIME
from xlnn.data.messages import likely
from xlnn.engines import DEFAULT_ENGINE
from xlnn.errors import OptionsError, XlnnError
from xlnn.experiments.network import predicting
from xlnn.explaining.explanation import meaning_of
from xlnn.explaining.quantity_values import QuantityValues, described, table
from xlnn.layout import Layout
from xlnn.loading.values import Recalculated, recalculated
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.workbooks import kind_of
from xlnn.workbooks.spec import Spec

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_NAMED = 40
"""Quantities that a notebook lists."""


class NoQuantityError(OptionsError, KeyError):
    """A run has no quantity with this name."""


class Run(Mapping[str, QuantityValues]):
    """A workbook's quantities by name; `load` returns one.

    A mapping: ``run["W2"]``, ``"W2" in run``, ``for name in run``, ``len(run)``.

    Attributes
    ----------
    path : Path
    kind, template, lang : str
        As on the sheet Spec.
    arrays : dict of arrays
        The same that `xlnn.values` returns.
    labels : tuple of str
        The classes, or the targets of a regression; () if there is no network.
    layers : tuple
        The layers above the input, each with its ``name``, ``units`` and ``activation``.
    """

    def __init__(self, path: Path, computed: Recalculated, lang: str | None) -> None:
        spec = computed.spec if lang is None else replace(computed.spec, lang=lang)  # type: ignore[type-var]
        kind = kind_of(spec)
        self.path, self.kind, self.template, self.lang = path, spec.kind, spec.template, spec.lang
        self.arrays = kind.as_contract(computed.layout, computed.arrays)
        self._layout, self._raw = computed.layout, computed.arrays
        self._spec = spec
        self.labels: tuple[str, ...] = getattr(spec, "labels", ())
        self.layers: tuple[Any, ...] = getattr(spec, "layers", ())
        self._words = kind.words(spec, computed.layout)
        self._equations = kind.equations(spec)

    def __getitem__(self, name: str) -> QuantityValues:
        """Return a quantity.

        Raises
        ------
        OptionsError
            There is no quantity with this name. The error is also a KeyError.
        """
        if name not in self.arrays:
            hint = likely(str(name), self.arrays)
            raise NoQuantityError(f'There is no quantity "{name:.40}"{hint}')
        quantity = self._layout.model[name]
        meaning = meaning_of(quantity, self._words, self._equations)
        return QuantityValues(self.arrays[name], quantity, self._layout, meaning)

    def __iter__(self) -> Iterator[str]:
        """Yield the names, in the order in which the quantities are computed."""
        return iter(self.arrays)

    def __len__(self) -> int:
        """Return how many quantities there are."""
        return len(self.arrays)

    def predict(self, x: object, *, run: int = 1) -> np.ndarray:
        """Return the predictions of the network after its last epoch, computed with NumPy.

        Parameters
        ----------
        x : array, data frame or path
            The inputs as given to the build: unscaled, and in a data frame with words.
        run : int
            The run, from 1, if there are several.

        Returns
        -------
        array, shape (rows,)
            The label or the number predicted for each row; shape (rows, outputs) if several numbers
            are.

        Raises
        ------
        OptionsError
            The workbook contains no network.
        """
        return predicting.answers(
            self._network, predicting.outputs(self._network, self._raw, x, run)
        )

    def score(self, x: object, y: object, *, run: int = 1) -> float:
        """Return the quality of predictions: the share that is right, or R² for numbers.

        Parameters
        ----------
        x : array, data frame or path
            As in `predict`.
        y : array
            The true label or number of each row.
        run : int
        """
        return predicting.score(self._network, self.predict(x, run=run), y)

    @property
    def _network(self) -> Spec:
        if self._spec.kind != "network":
            raise OptionsError(f"{self.path.name} holds no network that could predict.")
        return self._spec

    def plot(self, name: str = "", axes: "Axes | None" = None) -> "Axes":
        """Draw a course along epochs or steps with matplotlib: a line for each run.

        Parameters
        ----------
        name : str
            A quantity with one number per epoch or step; by default the total cost or, without one,
            the last such quantity.
        axes : matplotlib Axes
            The axes to draw into; by default new ones.

        Returns
        -------
        matplotlib Axes

        Raises
        ------
        XlnnError
            matplotlib is not installed, or the quantity is not one number per epoch or step.
        """
        course = course_of(self._layout, self._raw)
        if not name and course is None:
            raise OptionsError(f"{self.path.name} has no single number along epochs or steps.")
        shown = self[name or course.name]  # type: ignore[union-attr] -- refused above
        quantity = self._layout.model[shown.name]
        if not is_course(quantity):
            raise OptionsError(f"{name} is not one number for each epoch or step: choose another.")
        try:
            from matplotlib import pyplot as plt  # noqa: PLC0415 -- an optional package
        except ImportError as error:
            raise XlnnError("A plot needs matplotlib: pip install matplotlib.") from error
        if axes is None:
            _, axes = plt.subplots()
        (along,) = quantity.rows
        numbers = np.arange(along.length) + along.counts_from
        for run, course_of_run in enumerate(shown.array.reshape(-1, along.length), start=1):
            axes.plot(numbers, course_of_run, label=f"run {run}")
        if quantity.each:
            axes.legend()
        axes.set_xlabel(along.name)
        axes.set_ylabel(shown.symbol or shown.name)
        return axes

    def __repr__(self) -> str:
        """Return a summary in one line."""
        return f"<Run of {self.path.name}: {self.template}, {len(self):,} quantities>"

    def _repr_html_(self) -> str:
        """Return HTML for a notebook: the list of quantities."""
        heads = ["name", "symbol", "what", "shape", "from", "book"]
        rows = []
        for name in [*self][:MOST_NAMED]:
            quantity = self[name]
            shape = " x ".join(map(str, quantity.shape))
            rows.append(
                [name, quantity.symbol, quantity.title, shape, quantity.cell(), quantity.section]
            )
        more = len(self) - len(rows)
        rest = [f"… and {more:,} more: list(run) names them."] if more else []
        return described(repr(self)[1:-1]) + table(heads, rows, MOST_NAMED) + described(*rest)


def load(
    path: Path | str,
    engine: str = DEFAULT_ENGINE,
    *,
    lang: str | None = None,
    model: Model | None = None,
) -> Run:
    """Recalculate a workbook and return its quantities with their symbols and cells.

    Parameters
    ----------
    path : Path
    engine : str
        One of `xlnn.engines.ENGINES`.
    lang : str
        The language of titles and meanings; the workbook's by default.
    model : Model
        The model, if the workbook was made from your own.

    Returns
    -------
    Run
        A mapping of names to `QuantityValues`; its ``arrays`` are what `xlnn.values` returns.

    Raises
    ------
    WorkbookError
        The file is not a workbook of xlnn, or is unsafe to open.

    Examples
    --------
    >>> import xlnn
    >>> run = xlnn.load("output/digits.xlsx")                      # doctest: +SKIP
    >>> run["W2"].symbol, run["W2"].shape, run["W2"].section       # doctest: +SKIP
    ('w²', (51, 3, 12), '4-4')
    >>> round(float(run["C_T"].frame().loc[50, "C_T"]), 6)         # doctest: +SKIP
    0.245232
    """
    path = path_of(path)
    return Run(path, recalculated(path, engine, model), lang)


CHECK = "check"
"""The key of the sheet that tells what was changed."""


def course_of(layout: Layout, arrays: Mapping[str, np.ndarray]) -> Quantity | None:
    """Return C_T; without it, the last cost along epochs or steps; without any, the last number.

    Epochs and steps are the axes along which something is typed in at the start, such as weights.
    The sheet Check is left out.
    """
    quantities = layout.model.quantities
    begun = {axis.family for quantity in quantities if quantity.given for axis in quantity.rows[:1]}
    courses = [
        quantity
        for quantity in quantities
        if is_course(quantity)
        and quantity.equation is not None
        and quantity.sheet != CHECK
        and quantity.rows[0].family in {TIME, *begun}
        and np.isfinite(arrays[quantity.name]).any()
    ]
    costs = [quantity for quantity in courses if quantity.symbol.startswith("C")]
    total = [cost for cost in costs if cost.name == "C_T"]
    return next(reversed(total or costs or courses), None)


def is_course(quantity: Quantity) -> bool:
    """Return whether a quantity is one number in each epoch, step or episode."""
    orders = [axis.order for axis in quantity.rows]
    return orders == ["up"] and not quantity.shape and not quantity.is_text
