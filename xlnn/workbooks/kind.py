"""The interface of a kind of workbook, its source, from which one is planned, and its plan.

A kind defines its template's keys, its inputs, its list of quantities, its sheets, and what they
show first. All code that builds, checks, reads or continues a workbook uses only this interface.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from math import prod
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import numpy as np

from xlnn import reference
from xlnn.data.dataset import Dataset, ReadOptions
from xlnn.data.messages import listed
from xlnn.errors import DataError, Message
from xlnn.layout import Layout
from xlnn.model import Model
from xlnn.options import BUILD
from xlnn.quantity import Quantity
from xlnn.reference import Arrays, largest_input
from xlnn.registry.templates import Template, experiments, folder, loaded
from xlnn.registry.text import Text
from xlnn.workbooks.entries import MATRICES, WorkbookSpec, from_values
from xlnn.workbooks.pages.matrices import (
    by_slices,
    in_matrices,
    is_in_matrices,
    reads_positions_apart,
    sheets_in_matrices,
    without_positions,
)
from xlnn.workbooks.pages.sheet import Context, Sheet, draw_spec, drawn, layout_of_sheets
from xlnn.workbooks.results import results
from xlnn.writing.drawing import Drawing

SQUARE_OVERFLOWS = 1e154
"""Products of such numbers are infinite inside an equation, and their differences have no value."""

SPEC = {"spec": Sheet(draw_spec, tab="helper")}
"""The last sheet of every workbook."""

KINDS = {
    "network": "xlnn.experiments.network.kind:KIND",
    "index": "xlnn.workbooks.index:KIND",
    "solver": "xlnn.experiments.network.solver:KIND",
    "cnn-solver": "xlnn.experiments.network.solver:MAPS_KIND",
    "model": "xlnn.workbooks.own_model:KIND",
}
"""The module of each kind that is not an experiment, imported on first use."""

S = TypeVar("S", bound=WorkbookSpec)


def misfit(quantity: Quantity, array: np.ndarray) -> tuple[tuple[int, ...], str] | None:
    """Return the index of the first value that an input cell may not hold, and what it may hold.

    Parameters
    ----------
    quantity : Quantity
        An input.
    array : array
        Its values.
    """
    if quantity.is_text:
        fits = np.array([isinstance(value, str) for value in array.flat]).reshape(array.shape)
        wanted = Message("a text (a number is one with ' before it)")
    elif quantity.choices:
        least, most = quantity.choices
        fits = (array >= least) & (array <= most) & (array == np.round(array))
        wanted = Message("a whole number from {least} to {most}", least=least, most=most)
    else:
        fits, wanted = np.isfinite(array), Message("a number")
    return None if fits.all() else (tuple(map(int, np.argwhere(~fits)[0])), wanted)


class WorkbookKind(ABC, Generic[S]):
    """A kind of workbook."""

    name: str
    """Its key in `KINDS`, by which it goes to another process."""

    is_ours = True
    """Whether its equations are those of xlnn."""

    compares = False
    """Whether several values of an option, such as ``eta``, train one run each."""

    described_by: ClassVar[type[Any]]
    """The dataclass of its Specs."""

    not_built: ClassVar[str] = ""
    """Why no template or earlier workbook gives such a workbook; empty if one does."""

    @property
    def options(self) -> frozenset[str]:
        """The options of a build that apply to it."""
        kinds = {self.name, "*"}
        return frozenset(name for name, option in BUILD.items() if kinds & {*option.kinds})

    def from_template(self, template: Template) -> "Source":
        """Read a template.

        Raises
        ------
        DataError
            An entry is missing or unknown.
        """
        raise DataError(f"{template.name}: {self.not_built}")

    def from_workbook(self, name: str, spec: S, arrays: Arrays) -> "Source":  # noqa: ARG002 -- for those that are built
        """Return the current contents of a workbook as a source, including the user's changes.

        Parameters
        ----------
        name : str
            The file's name, for messages.
        spec : Spec
        arrays : dict of arrays
            Every quantity, recalculated; the inputs are valid.
        """
        raise DataError(f"{name}: {self.not_built}")

    def plan(self, source: "Source", options: Mapping[str, Any]) -> "Plan[S]":  # noqa: ARG002 -- for those that are built
        """Combine a source with options.

        Raises
        ------
        DataError
            The template, the data or an option cannot be used.
        """
        raise DataError(self.not_built)

    def personal(
        self,
        source: "Source",
        options: Mapping[str, Any],  # noqa: ARG002 -- for those that read data
        random: np.random.Generator,  # noqa: ARG002 -- for those that have numbers
    ) -> "Source":
        """Return a source with different numbers of the same sort, for one student.

        Parameters
        ----------
        source : Source
        options : mapping
            The options, as in `plan`.
        random : Generator
            The source of the numbers.

        Raises
        ------
        DataError
            As for `plan`.
        """
        return source

    def asked_for(self, spec: S) -> dict[str, Any]:
        """Return the options with which `plan` gives the same Spec again."""
        return {"lang": spec.lang}

    def spec(self, values: Mapping[str, Any]) -> S:
        """Read the Spec that a workbook keeps, from the values of its TOML.

        Raises
        ------
        DataError
            They are not as `xlnn.workbooks.entries.to_values` returns them.
        """
        spec: S = from_values(self.described_by, values)
        return spec

    @abstractmethod
    def stated(self, spec: S) -> tuple[Model, Text]:
        """Return all quantities of a workbook, and its texts in the language of the Spec."""

    @abstractmethod
    def sheets(self, model: Model) -> Mapping[str, Sheet]:
        """Return the sheets by their keys, in the workbook's order, without that of the Spec."""

    def words(self, spec: S, layout: Layout | None = None) -> Text:  # noqa: ARG002 -- the model may have them
        """Return the texts of a workbook, in the language of the Spec."""
        return self.stated(spec)[1]

    def layout(self, spec: S) -> Layout:
        """Return the cells of everything that a Spec describes.

        Raises
        ------
        DataError
            It does not fit a spreadsheet.
        """
        model, words = self.stated(spec)
        if spec.edition == MATRICES:
            model = in_matrices(model, self.sheets(model))
        sheets = self._sheets(model)
        layout = layout_of_sheets(model, sheets, words.sheets)
        if not is_in_matrices(model):
            return layout
        if reads_positions_apart(layout := by_slices(layout, sheets)):
            model = without_positions(model)
            sheets = self._sheets(model)
            layout = by_slices(layout_of_sheets(model, sheets, words.sheets), sheets)
        return layout

    def _sheets(self, model: Model) -> dict[str, Sheet]:
        """Return all sheets in the edition of a model."""
        sheets = {**self.sheets(model), **SPEC}
        return sheets_in_matrices(model, sheets) if is_in_matrices(model) else sheets

    def drawings(self, spec: S, layout: Layout, words: Text | None = None) -> dict[str, Drawing]:
        """Return what each sheet shows besides its quantities, with its texts or with others."""
        page = Context(spec, layout, words or self.words(spec, layout))
        return drawn(page, self._sheets(layout.model))

    def equations(self, spec: S, layer: str = "") -> Mapping[str, str]:  # noqa: ARG002 -- for those with choices
        """Return the replacements for words in braces in the equations of symbols.

        With a layer's name, those for that layer.
        """
        return {}

    def cells(self, plan: "Plan[S]") -> dict[str, np.ndarray]:
        """Return the values of all input cells when the workbook is first opened."""
        return dict(plan.inputs)

    def watched(self, model: Model) -> Model:
        """Return a model whose equations name their quantity if they fail."""
        return model

    def least_formulas(self, spec: S) -> int:  # noqa: ARG002 -- for those that may describe many
        """Return a lower bound of the number of formulas, without laying them out."""
        return 0

    def check_run(self, model: Model, run: Arrays) -> None:
        """Refuse inputs with which NumPy's run overflows.

        Raises
        ------
        DataError
            A quantity is not finite.
        """
        numeric = [quantity for quantity in model.quantities if not quantity.is_text]
        lost = [quantity for quantity in numeric if not np.isfinite(run[quantity.name]).all()]
        if not lost:
            return
        symbol = lost[0].symbol.replace("{}", "") or lost[0].name
        largest, reason = largest_input(model, run), ""
        is_large = largest is not None and abs(largest[2]) >= SQUARE_OVERFLOWS
        if not is_large and not any(np.isinf(run[quantity.name]).any() for quantity in lost):
            raise DataError(
                "{symbol} has no value for these inputs, like the root of a negative number.",
                symbol=symbol,
            )
        if largest is not None and abs(largest[2]) > 1:
            cause, index, value = largest
            name = cause.heading(index[len(cause.axes) :]).strip() or cause.name
            known = {"name": name, "value": f"{value:.15g}"}
            reason = Message(", because {name} = {value} is too large", **known)
        raise DataError(
            "{symbol} is not a finite number{reason}: use smaller inputs.",
            symbol=symbol,
            reason=reason,
        )

    def run_notes(self, run: Arrays) -> tuple[str, ...]:  # noqa: ARG002 -- for those that say something
        """Return sentences about anything unexpected in NumPy's run."""
        return ()

    def altered_records(self, spec: S, run: Arrays) -> Iterator[tuple[str, tuple[int, ...], float]]:  # noqa: ARG002 -- for those that note a run
        """Yield noted values that differ from NumPy's run: a name, an index, NumPy's number.

        Only if the inputs are those of the noted run.

        Parameters
        ----------
        spec : Spec
        run : dict of arrays
            NumPy's run of a workbook's inputs, and the contents of its records.
        """
        return iter(())

    def as_contract(self, layout: Layout, arrays: Arrays) -> dict[str, np.ndarray]:
        """Return a workbook's arrays in their public shapes."""
        return {
            name: array.astype(str) if layout.model[name].is_text else np.asarray(array)
            for name, array in arrays.items()
        }


def kind_named(name: object) -> WorkbookKind[Any]:
    """Return a kind by its name.

    Raises
    ------
    DataError
        There is no kind with that name.
    """
    names = (*KINDS, *sorted(experiments()))
    if name not in names:
        raise DataError(
            f'There is no kind of workbook "{name}"; there are {", ".join(names)}. '
            "For a kind from another package, install that package."
        )
    if name not in KINDS:
        return loaded(name)
    kind: WorkbookKind[Any] = resolve_name(KINDS[name])
    return kind


@dataclass(frozen=True)
class Source:
    """What a workbook is built from, before options are applied: a template, a model or a workbook.

    Attributes
    ----------
    kind : WorkbookKind
    name : str
        The template's name.
    sizes : dict
        The sizes that it states, by name. With 0 epochs nothing trains.
    inputs : dict
        The values of inputs that do not follow from data, by name.
    settings : dict
        Options of a build that it sets and that are neither a size nor an input.
    reading : ReadOptions
        How data are to be read.
    data : Path, Dataset or None
        The data; None for an experiment that has them among its inputs, or none.
    runs : tuple of dict
        What is different in each run: sizes, inputs and settings, among them its ``start``, a file
        or arrays; without one, the start weights are random.
    held : array of bool, or None
        Which samples of `data` are held out, if that is fixed.
    scaling : (array, array) or None
        The middle and factor of each input, if they are fixed.
    target_scaling : (array, array) or None
        The same of the targets of a regression.
    count : int
        The number of inputs of a model to train further; otherwise 0.
    notes : dict of tuple of str
        By option, notes on names of other libraries that a template uses.
    told : tuple of str
        Keys of what the Guide says of a model that was trained elsewhere.
    is_own : bool
        Whether a person's data took the place of those of the template.
    """

    kind: "WorkbookKind[Any]"
    name: str
    sizes: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    reading: ReadOptions = field(default_factory=ReadOptions)
    data: Path | Dataset | None = None
    runs: tuple[Mapping[str, Any], ...] = ({},)
    held: np.ndarray | None = None
    scaling: tuple[np.ndarray, np.ndarray] | None = None
    target_scaling: tuple[np.ndarray, np.ndarray] | None = None
    count: int = 0
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    told: tuple[str, ...] = ()
    is_own: bool = False

    @property
    def is_shipped(self) -> bool:
        """Whether it is a template of xlnn itself, with its own data."""
        return isinstance(self.data, Path) and folder() in self.data.parents

    @property
    def trains(self) -> bool:
        """Whether weights are trained."""
        return bool(self.sizes.get("epochs", 1))

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how to unpickle it: its kind by name, whose functions cannot be pickled."""
        entries = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        return _source, (self.kind.name, {**entries, "kind": None})

    @property
    def is_found_by_name(self) -> bool:
        """Whether another process finds its kind: it does not know a programmer's own model."""
        return kind_named(self.kind.name) is self.kind


def _source(kind: str, entries: Mapping[str, Any]) -> Source:
    return Source(**{**entries, "kind": kind_named(kind)})


class Authority(Protocol):
    """What the outputs of a workbook must agree with besides NumPy."""

    def agrees(self, plan: "Plan[Any]", run: Arrays) -> Message | str:
        """Return a sentence, or refuse NumPy's run of a workbook."""

    def check(self, plan: "Plan[Any]", arrays: Arrays) -> None:
        """Refuse the values of a workbook's own cells."""


@dataclass(frozen=True)
class Plan(Generic[S]):
    """The workbook that a build will write: a source, combined with data and options.

    Attributes
    ----------
    kind : WorkbookKind
    spec : Spec
    model : Model
        The quantities that depend only on the inputs.
    inputs : dict of arrays
        The input quantities by name; for those with a start, the start: shape (1, units ...).
    told : tuple of str
        Sentences about anything unexpected in what was read.
    authority : Authority or None
        What its outputs must agree with besides NumPy.
    blank : tuple of str
        The names of quantities whose formulas are left out, once all have been verified.
    """

    kind: WorkbookKind[S]
    spec: S
    model: Model
    inputs: Mapping[str, np.ndarray]
    told: tuple[Message | str, ...] = ()
    authority: Authority | None = None
    blank: tuple[str, ...] = ()

    @cached_property
    def layout(self) -> Layout:
        """Where everything is."""
        return self.kind.layout(self.spec)

    @cached_property
    def run(self) -> Arrays:
        """NumPy's run.

        Raises
        ------
        DataError
            NumPy cannot compute the workbook from its inputs.
        """
        arrays = reference.run(self.kind.watched(self.model), self.inputs)
        self.kind.check_run(self.model, arrays)
        return arrays

    @cached_property
    def cells(self) -> dict[str, np.ndarray]:
        """The values of its input cells and records."""
        return self.kind.cells(self)

    @property
    def drawings(self) -> Mapping[str, Drawing]:
        """What each sheet shows besides its quantities, by the sheet's key."""
        return self.kind.drawings(self.spec, self.layout)

    @property
    def notes(self) -> tuple[Message | str, ...]:
        """Sentences about anything unexpected, and about what the outputs agree with."""
        notes = self.told + self.kind.run_notes(self.run)
        notes += left_in_cells(self.layout) if self.spec.edition == MATRICES else ()
        return notes + ((self.authority.agrees(self, self.run),) if self.authority else ())

    def results(self, run: Arrays) -> tuple[str, ...]:
        """Return sentences on what training came to in a run of the whole workbook."""
        return results(self.layout.model, run, self.layout.titles)

    def check(self, arrays: Callable[[], Arrays]) -> None:
        """Refuse what an engine computes, before any formulas are left out.

        Raises
        ------
        DisagreementError
            It does not agree with the authority.
        """
        if self.authority:
            self.authority.check(self, arrays())


def left_in_cells(layout: Layout) -> tuple[str, ...]:
    """Return a sentence on what has a formula for each cell in the edition in matrices."""
    if not is_in_matrices(layout.model):
        return (
            Message("This workbook has a formula for each cell: no sheet shows a training alone."),
        )
    left = [
        quantity.name
        for quantity in layout.model.quantities
        if quantity.sheet == MATRICES and quantity.computed and not quantity.sliced
        if prod(quantity.at_once) > 1 and not quantity.is_sentence
    ]
    if not left:
        return ()
    note = Message(
        "A formula for each cell remains of {names}, of which no equation says a matrix.",
        names=listed(left, most=6),
    )
    return (note,)
