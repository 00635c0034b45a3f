"""What the samples of an experiment are: scaled, named by labels, and some of them held out.

A model states how it learns from the rows that it trains with. The rest follows from that
statement: inputs that the sheet scales, the class of each output, and the results of the held-out
rows with the weights of each epoch.
"""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from xlnn.axis import Axis
from xlnn.data.dataset import ReadOptions
from xlnn.equations import verdict as eq
from xlnn.options import BUILD, Options
from xlnn.quantity import Quantity
from xlnn.workbooks.learning import again
from xlnn.workbooks.spec import Spec

TEST = "test_"
"""How the names and sheets of held-out rows begin."""

FACTOR = (0.1, 3.0)
"""Factors are one over a spread, and functions such as STANDARDIZE take only a positive one."""

EPOCH = "epoch"


RESULTS = ("C_T", "mean_C", "recognised", "accuracy", "right", "predicted", "rmse", "mae")
"""Quantities that may have a value in each epoch."""


@dataclass(frozen=True)
class Learns:
    """What an experiment learns from, by the names of its quantities.

    Attributes
    ----------
    x : str
        The input with the columns of the data; its first axis is that of the rows or images.
    t : str
        The input with the targets; "" if it learns without.
    output : str
        The quantity that learns to equal the targets.
    cost : str
        The cost of a row.
    results : tuple of str
        The quantities of each epoch that held-out rows have as well, if the model has them.
    sizes : dict of tuple of str
        The sizes that the rows and columns of x and t are: ``{"x": ("rows", "steps")}``.
    classes : bool
        Whether its targets may be classes: one output for each label.
    numbers : bool
        Whether its outputs may be any numbers, so that it may predict them.
    tested : dict of str
        What held-out rows use in place of other quantities: ``{"noisy": "test_x"}``.
    table : bool
        Whether data are a table whose columns to learn are named. Else they may be pictures, and
        the first column is the label if none is named.
    picture : (int, int) or None
        Rows and columns to which picture files are resized.
    scales : bool
        Whether its inputs may be any numbers, so that the sheet may scale them.
    """

    x: str = "x"
    t: str = "t"
    output: str = "y"
    cost: str = "C"
    results: tuple[str, ...] = RESULTS
    sizes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    classes: bool = False
    numbers: bool = False
    tested: Mapping[str, str] = field(default_factory=dict)
    table: bool = True
    picture: tuple[int, int] | None = None
    scales: bool = True

    def reading(self, known: ReadOptions, asked: Options) -> ReadOptions:
        """Return how a person's data are to be read."""
        if not self.table:
            return known
        is_folder = isinstance(asked.data, str | os.PathLike) and Path(asked.data).is_dir()
        bare = not self.t and not asked.label
        return replace(
            known, table=not is_folder, picture=self.picture if is_folder else None, bare=bare
        )

    @property
    def options(self) -> tuple[str, ...]:
        """The options of a build that it has."""
        reading = [
            name for name, option in BUILD.items() if option.reads
            and (name != "targets" or self.t) and (name != "label" or self.classes or not self.t)
        ]  # fmt: skip
        return ("data", *(["scale"] if self.scales else []), "test_share", "start", *reading)


def users_of(quantities: Iterable[Quantity], names: Iterable[str]) -> set[str]:
    """Return the names of the quantities that are computed from some, directly or not."""
    quantities, users = tuple(quantities), {*names}
    while more := {q.name for q in quantities if not users.isdisjoint(q.sources)} - users:
        users |= more
    return users - {*names}


def needed_for(
    quantities: Iterable[Quantity], results: Iterable[str], given: Collection[str] = ()
) -> set[str]:
    """Return the names of results and of the quantities behind them, except those given."""
    by_name = {quantity.name: quantity for quantity in quantities}
    needed, waiting = set(), [name for name in results if name in by_name]
    while waiting:
        name = waiting.pop()
        if name not in needed and name not in given and name in by_name:
            needed.add(name)
            waiting += by_name[name].sources
    return needed


def replayed(
    quantities: Sequence[Quantity],
    results: Collection[str],
    named: str,
    *,
    instead: Mapping[str, str],
    axes: Mapping[str, Axis | None] | None = None,
    **fields: object,
) -> Iterator[Quantity]:
    """Yield the computation of some results again, from other numbers.

    What does not depend on these numbers is used as it is, as are the weights of each epoch.

    Parameters
    ----------
    quantities : sequence of Quantity
    results : collection of str
        The names of the quantities to compute again.
    named : str
        The names of the copies, in which ``{}`` is the first name: ``"test_{}"``.
    instead : dict of str
        The other numbers: ``{"x": "test_x"}``.
    axes : dict of Axis or None
        Axes that take the place of others, by their names; with None the copies lack that axis.
    **fields : object
        As in `xlnn.again`.

    >>> from xlnn.equations.units import COPY
    >>> a, b = Quantity("a", equation=COPY.of("x")), Quantity("b", equation=COPY.of("a"))
    >>> [q.name for q in replayed([a, b], ["b"], "test_{}", instead={"x": "test_x"})]
    ['test_a', 'test_b']
    """
    # weights are not copied: they were trained from the first numbers
    quantities = [quantity for quantity in quantities if not quantity.given]
    changed = needed_for(quantities, results, instead) & users_of(quantities, instead)
    copied = [quantity for quantity in quantities if quantity.name in changed]
    for copy in again(copied, named, axes=None, instead=instead, **fields):
        kept = ((axes or {}).get(axis.name, axis) for axis in copy.axes)
        yield replace(copy, axes=tuple(axis for axis in kept if axis is not None))


def completed(stated: Sequence[Quantity], learns: Learns, spec: Spec) -> Iterator[Quantity]:
    """Yield the quantities of a model, scaled, and the results of held-out rows.

    Parameters
    ----------
    stated : sequence of Quantity
        The quantities that it states for the rows that it trains with.
    learns : Learns
    spec : Spec
    """
    quantities = [*_scaled(stated, learns, spec)]
    yield from quantities
    if spec.test_samples:
        yield from _held_out(quantities, learns, spec)


def _scaled(stated: Sequence[Quantity], learns: Learns, spec: Spec) -> Iterator[Quantity]:
    """Yield the quantities, with inputs and targets that are scaled instead of typed."""
    scaled = {learns.x: ""} if spec.scaled else {}
    scaled |= {learns.t: "t_"} if spec.scaled_targets else {}
    for quantity in stated:
        if quantity.name not in scaled:
            yield quantity
            continue
        of = scaled[quantity.name]
        raw = raw_name(quantity.name)
        own = {"axes": quantity.axes[1:], "shape": quantity.shape, "sheet": quantity.sheet}
        what = "target" if of else "input"
        yield Quantity(f"{of}middle", title=f"middle of each {what}", symbol=" ", **own)
        yield Quantity(
            f"{of}factor", title=f"factor of each {what}", symbol=" ", between=FACTOR, **own
        )
        kind, title = ("raw_t", "targets as given") if of else ("raw", "inputs as given")
        yield replace(quantity, name=raw, kind=kind, title=title, meaning="", choices=None)
        yield replace(
            quantity, choices=None, role="forward", number_format="0.0000",
            equation=eq.SCALED, uses={"raw": raw, "middle": f"{of}middle", "factor": f"{of}factor"},
        )  # fmt: skip


def raw_name(name: str) -> str:
    """Return the name of inputs or targets as they were given, where the sheet scales them."""
    return "raw" if name == "x" else f"raw_{name}"


def _held_out(known: Sequence[Quantity], learns: Learns, spec: Spec) -> Iterator[Quantity]:
    """Yield the rows that are held out, and their results with the weights of each epoch."""
    by_name = {quantity.name: quantity for quantity in known}
    rows = by_name[learns.x].axes[0]
    held = replace(rows, length=spec.test_samples)
    raw = (learns.x, learns.t, raw_name(learns.x), raw_name(learns.t), "" if learns.t else "labels")
    given = [name for name in raw if name in by_name and by_name[name].equation is None]
    for name in given:
        yield _of_test(by_name[name], rows, held)
    instead = {name: f"{TEST}{name}" for name in given} | dict(learns.tested)
    for copy in replayed(
        known, learns.results, TEST + "{}", instead=instead, axes={rows.name: held}
    ):
        yield copy if rows.name not in {a.name for a in copy.axes} else _on_test_sheet(copy)


def _of_test(quantity: Quantity, rows: Axis, held: Axis) -> Quantity:
    axes = tuple(held if axis == rows else axis for axis in quantity.axes)
    return _on_test_sheet(replace(quantity, name=f"{TEST}{quantity.name}", axes=axes))


def _on_test_sheet(quantity: Quantity) -> Quantity:
    """Return the quantity on the sheet of held-out rows."""
    return replace(quantity, sheet=f"{TEST}{quantity.sheet}")


def are_text(labels: Iterable[str]) -> bool:
    """Return whether labels are texts: a sheet shows whole numbers as numbers."""
    return not all(label.isdecimal() and str(int(label)) == label for label in labels)


def classes_of(t: Quantity, labels: Sequence[str]) -> Iterator[Quantity]:
    """Yield the labels of the classes, and the class of each row.

    Parameters
    ----------
    t : Quantity
        The targets, one for each label; what is yielded precedes all training, as they do.
    labels : sequence of str
    """
    data, is_text = partial(Quantity, symbol=" ", sheet=t.sheet), are_text(labels)
    yield data(
        "labels",
        title="labels of the classes",
        shape=(len(labels),),
        is_text=is_text,
        number_format="General",
    )
    yield data("truth", title="class", axes=t.axes, equation=eq.ClassOfTargets().of(t.name))
    yield data(
        "truth_label", title="label", axes=t.axes, is_text=is_text, equation=eq.LABEL_OF.of("truth")
    )


def classes_found(
    output: Quantity, labels: Sequence[str], *, sheet: str, tested: bool = False
) -> Iterator[Quantity]:
    """Yield the class that is found for each row, and how many are right in each epoch.

    Parameters
    ----------
    output : Quantity
        The outputs, one for each label.
    labels : sequence of str
    sheet : str
        The sheet of the results of each epoch.
    tested : bool
        Whether some rows are held out, so that shares are compared.
    """
    of_row = partial(Quantity, symbol=" ", axes=output.axes, sheet=output.sheet)
    whole = partial(Quantity, symbol=" ", axes=output.axes[:1], sheet=sheet)
    yield of_row("answer", title="class found", equation=eq.LargestUnit().of(output.name))
    yield of_row(
        "label", title="label found", is_text=are_text(labels), equation=eq.LABEL_OF.of("answer")
    )
    yield of_row("right", title="right?", equation=eq.RIGHT.of("answer", "truth"))
    yield whole("recognised", title="rows classified correctly", equation=eq.RECOGNISED.of("right"))
    if tested:
        yield whole(
            "accuracy", title="accuracy", equation=eq.ACCURACY.of("right"), number_format="0.0%"
        )


def numbers_found(
    output: Quantity, t: Quantity, sizes: Mapping[str, Any], *, sheet: str
) -> Iterator[Quantity]:
    """Yield the names of the numbers that are predicted, the numbers, and their errors.

    Parameters
    ----------
    output, t : Quantity
        The outputs and the targets, with a unit for each number.
    sizes : dict
        What the model gets: the ``labels`` of the outputs, ``scaled_targets``, and the
        ``decimals`` of numbers in the units of the targets.
    sheet : str
        The sheet of the results of each epoch.
    """
    labels, digits = sizes["labels"], sizes["decimals"]
    yield Quantity("labels", title="names of the outputs", symbol=" ", shape=output.shape,
                   sheet=t.sheet, is_text=are_text(labels), number_format="General")  # fmt: skip
    own = {"shape": output.shape, "number_format": "0.0000" if digits < 0 else f"{0:.{digits}f}"}
    of_row = partial(Quantity, axes=output.axes, sheet=output.sheet, **own)
    whole = partial(Quantity, axes=output.axes[:1], sheet=sheet, **own)
    factor = {}
    if sizes["scaled_targets"]:
        factor = {"factor": "t_factor"}
        yield of_row("predicted", symbol="ŷ{}", title="predicted",
                     equation=eq.PREDICTED.of(output.name, middle="t_middle", **factor),
                     written="ŷ = middle + a / factor")  # fmt: skip
    yield of_row("off", symbol="|ŷ − y|{}", title="error",
                 equation=eq.OFF.of(output.name, t.name, **factor))  # fmt: skip
    yield whole("rmse", symbol="RMSE", title="root mean square error",
                equation=eq.ROOT_MEAN_SQUARE.of("off"), written="√(Σ (ŷ − y)² / n)")  # fmt: skip
    yield whole("mae", symbol="MAE", title="mean absolute error",
                equation=eq.MEAN_ABSOLUTE.of("off"), written="Σ |ŷ − y| / n")  # fmt: skip
