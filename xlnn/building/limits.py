"""Refuse workbooks that are too large to open, before anything is written."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from xlnn.data import dataset
from xlnn.errors import DataError, Message, WidthError
from xlnn.layout import Layout
from xlnn.workbooks.entries import WorkbookSpec
from xlnn.workbooks.kind import WorkbookKind
from xlnn.xlsx.guard import count_cells_read, ranges

LARGE = 2_000_000
"""Number of formulas from which a build requires --large: spreadsheet programs take minutes and
gigabytes."""

LARGE_INPUTS = dataset.LARGE
"""Number of inputs from which it does, too, since they cost as much as formulas: 50 µs, 0.6 kB
each."""

BYTES, INPUT_BYTES = 20, 8
"""Bytes of a file per formula with its value (18.9 for iris, 21.6 for xor), and per input (fewer
for one-digit pixels, more for numbers of 15 digits)."""

SECONDS, INPUT_SECONDS = 12e-6, 3e-6
"""Seconds to open the file in LibreOffice 25.2 per formula (10 µs for digits-8x8, 15 for digits)
and per input."""


@dataclass(frozen=True)
class WorkbookSize:
    """The size of a workbook.

    Attributes
    ----------
    formulas, inputs : int
    reads : int
        Cells that all formulas read, counting each formula of a quantity like its last one.
    """

    formulas: int
    inputs: int
    reads: int

    def __str__(self) -> str:
        """Return the size in one line, with estimates for the file."""
        megabytes = (self.formulas * BYTES + self.inputs * INPUT_BYTES) / 1e6
        seconds = self.formulas * SECONDS + self.inputs * INPUT_SECONDS
        return Message(
            "{formulas:,} formulas, {inputs:,} inputs, a file of about {megabytes:,.0f} MB that "
            "takes about {seconds:,.0f} s to open",
            formulas=self.formulas,
            inputs=self.inputs,
            megabytes=megabytes,
            seconds=seconds,
        )


def size(layout: Layout) -> WorkbookSize:
    """Return the size of the workbook of a layout.

    Raises
    ------
    DataError
        A formula would be longer than a cell allows.
    """
    formulas = inputs = read = 0
    for name, block in layout.blocks.items():
        quantity = block.quantity
        inputs += prod(quantity.lengths) - quantity.computed
        if not quantity.computed:
            continue
        formulas += quantity.formulas
        last = tuple(length - 1 for length in quantity.lengths)
        formula = layout.formula(name, last).encode()  # refuses one that is too long
        read += quantity.formulas * int(count_cells_read([formula], ranges(formula))[0])
    return WorkbookSize(formulas, inputs, read)


@contextmanager
def counting_epochs(kind: WorkbookKind[Any], spec: WorkbookSpec, *, large: bool) -> Iterator[None]:
    """Add to the error of a workbook that is too large how many epochs would fit, if any.

    Raises
    ------
    DataError
        The error raised within, or one with that addition.
    """
    try:
        yield
    except WidthError as error:
        if units := _most_units(kind, spec):
            raise WidthError(
                f"{error} At most {units:,} hidden units fit (--hidden {units})."
            ) from error
        if getattr(spec, "layers", ()):
            raise WidthError(
                f"{error} It fits with fewer inputs only (--columns, --drop, smaller pictures)."
            ) from error
        raise
    except DataError as error:
        epochs = getattr(spec, "epochs", 0)
        at_most = _most_epochs(kind, spec, epochs, large=True)
        most = at_most if large else _most_epochs(kind, spec, at_most, large=False)
        if most and at_most >= epochs:
            raise DataError(
                "The workbook would have {size}: use at most {most} epochs, fewer images or units, "
                "or add --large.",
                "epochs",
                size=str(size(kind.layout(spec))),
                most=f"{most:,}",
            ) from error
        if at_most and at_most < epochs:
            less = "" if large else f" with --large{f', and {most:,} without' if most else ''}"
            raise DataError(
                f"{epochs:,} epochs fit no workbook: at most {at_most:,} do{less}.", "epochs"
            ) from error
        raise


def _most_epochs(kind: WorkbookKind[Any], spec: WorkbookSpec, most: int, *, large: bool) -> int:
    """Return how many epochs fit, at most `most`; 0 if not even one does."""

    def fit(epochs: int) -> None:
        check_size(kind.layout(spec.sized(epochs=epochs)), large=large)  # type: ignore[attr-defined]

    return _most(fit, most)


def _most_units(kind: WorkbookKind[Any], spec: WorkbookSpec) -> int:
    """Return how many units each hidden layer may have; 0 if they are not too wide."""
    *hidden, last = getattr(spec, "layers", ()) or (None,)

    def narrowed(layer: Any, units: int) -> Any:  # noqa: ANN401 -- a layer of any kind
        is_wide = layer.kind == "dense" and layer.units > units
        return replace(layer, units=units) if is_wide else layer

    def fit(units: int) -> None:
        narrow = (*(narrowed(layer, units) for layer in hidden), last)
        kind.layout(spec.sized(layers=narrow))  # type: ignore[attr-defined]

    widest = max((layer.units for layer in hidden if layer.kind == "dense"), default=0)
    return _most(fit, widest)


def _most(fit: Callable[[int], None], most: int) -> int:
    """Return the largest number from 1 to `most` for which ``fit`` raises no error, or 0."""

    def is_too_large(number: int) -> bool:
        try:
            fit(number)
        except DataError:
            return True
        return False

    return bisect_left(range(1, most + 1), True, key=is_too_large)  # noqa: FBT003 -- what is looked for


def check_size(layout: Layout, *, large: bool) -> WorkbookSize:
    """Refuse a workbook that is too large for most programs, unless ``large``.

    Raises
    ------
    DataError
        It is too large, or a formula would be too long.
    """
    total = size(layout)
    if (total.formulas > LARGE or total.inputs > LARGE_INPUTS) and not large:
        raise DataError(
            "The workbook would have {size}: use fewer epochs or images, or smaller pictures, or "
            "add --large.",
            size=str(total),
        )
    return total
