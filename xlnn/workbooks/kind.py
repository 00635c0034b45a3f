"""The interface of a kind of workbook.

Its template's keys, its inputs, its list of quantities, its sheets, and what they show first.
Whoever builds, checks, reads or continues a workbook knows its kind by this alone.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import numpy as np

from xlnn.errors import DataError
from xlnn.layout import Layout
from xlnn.options import taken_by
from xlnn.quantity import Model
from xlnn.reference import Arrays
from xlnn.registry.templates import Template
from xlnn.registry.text import Text

if TYPE_CHECKING:
    from xlnn.writing.drawing import Drawing


class Spec(Protocol):
    """Everything about a workbook that is not a number in one of its input cells.

    Attributes
    ----------
    kind : str
        A key of `xlnn.workbooks.KINDS`.
    template : str
        The template's name.
    lang : str
        The language of the workbook's texts.
    """

    @property
    def kind(self) -> str: ...  # noqa: D102 -- above
    @property
    def template(self) -> str: ...  # noqa: D102 -- above
    @property
    def lang(self) -> str: ...  # noqa: D102 -- above

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values, as TOML has them; the kind is not among them."""


S = TypeVar("S", bound=Spec)
O = TypeVar("O")  # noqa: E741 -- of Origin


@dataclass(frozen=True)
class Recipe(Generic[S]):
    """All that a workbook is built from.

    Attributes
    ----------
    spec : Spec
    model : Model
        The quantities that follow from the inputs alone.
    inputs : dict of arrays
        The input quantities by name; of those with a start, the start: shape (1, units ...).
    notes : tuple of str
        What the person may not expect, a sentence each.
    """

    spec: S
    model: Model
    inputs: dict[str, np.ndarray]
    notes: tuple[str, ...] = ()


class WorkbookKind(ABC, Generic[S, O]):
    """A kind of workbook; ``O`` is what it calls an origin, which nobody else looks into."""

    name: str
    """Its key in `xlnn.workbooks.KINDS`, by which it goes to another process."""

    @property
    def options(self) -> frozenset[str]:
        """The options of a build that mean something to it."""
        return taken_by(self.name)

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what gives this kind again: its name, since no process can send a function."""
        from xlnn.workbooks import kind_named  # noqa: PLC0415 -- which imports this module

        return kind_named, (self.name,)

    @abstractmethod
    def from_template(self, template: Template) -> O:
        """Read what a template says.

        Raises
        ------
        DataError
            It says too little, or something that is not known.
        """

    @abstractmethod
    def from_workbook(self, name: str, spec: S, arrays: Arrays) -> O:
        """Take up what a workbook holds now, also what a person changed in it.

        Parameters
        ----------
        name : str
            The file's name, for messages.
        spec : Spec
        arrays : dict of arrays
            Every quantity, recalculated; its inputs are sound.
        """

    @abstractmethod
    def recipe(self, origin: O, options: Mapping[str, Any]) -> Recipe[S]:
        """Join an origin with a person's options.

        Raises
        ------
        DataError
            The template, the data or an option cannot be used.
        """

    def personal(
        self,
        origin: O,
        options: Mapping[str, Any],  # noqa: ARG002 -- for those that read data
        random: np.random.Generator,  # noqa: ARG002 -- for those that have numbers
    ) -> O:
        """Return an origin with other numbers of the same sort, for one person of many.

        Parameters
        ----------
        origin : Origin
        options : mapping
            A person's options, as `recipe` has them.
        random : Generator
            From which the numbers follow.

        Raises
        ------
        DataError
            As `recipe` does.
        """
        return origin

    def asked_for(self, spec: S) -> dict[str, Any]:
        """Return the options with which `recipe` gives this Spec again from the same origin."""
        return {"lang": spec.lang}

    @abstractmethod
    def spec(self, values: Mapping[str, Any]) -> S:
        """Read the Spec that a workbook keeps, from the values of its TOML.

        Raises
        ------
        DataError
            They are not what `Spec.to_mapping` gives.
        """

    @abstractmethod
    def layout(self, spec: S) -> Layout:
        """Return the cells of everything that a Spec describes.

        Raises
        ------
        DataError
            It does not fit a spreadsheet.
        """

    @abstractmethod
    def drawings(self, spec: S, layout: Layout) -> "dict[str, Drawing]":
        """Return what each sheet shows besides its quantities, by the sheet's key."""

    @abstractmethod
    def words(self, spec: S, layout: Layout) -> Text:
        """Return the words of a workbook, in the language that the Spec names."""

    def equations(self, spec: S, layer: str = "") -> Mapping[str, str]:  # noqa: ARG002 -- for those with choices
        """Return what stands in the equations of the symbols for the words in braces.

        With a layer's name it is what holds for that layer.
        """
        return {}

    def cells(self, recipe: Recipe[S], layout: Layout, run: Arrays) -> dict[str, np.ndarray]:  # noqa: ARG002 -- for those that look closely
        """Return what all input cells hold when the workbook is opened first.

        Parameters
        ----------
        recipe : Recipe
        layout : Layout
        run : dict of arrays
            NumPy's run of the recipe's model.
        """
        return dict(recipe.inputs)

    def least_formulas(self, spec: S) -> int:  # noqa: ARG002 -- for those that may describe many
        """Return how many formulas a Spec describes at least, without laying them out."""
        return 0

    def check_run(self, model: Model, run: Arrays) -> None:
        """Refuse inputs with which NumPy's run leaves all that a cell holds.

        Raises
        ------
        DataError
            A quantity is no finite number.
        """
        for quantity in model.quantities:
            if not quantity.is_text and not np.isfinite(run[quantity.name]).all():
                symbol = quantity.symbol.replace("{}", "") or quantity.name
                raise DataError(f"{symbol} is not a finite number: use smaller inputs.")

    def run_notes(self, run: Arrays) -> tuple[str, ...]:  # noqa: ARG002 -- for those that say something
        """Say what NumPy's run shows that the person may not expect, a sentence each."""
        return ()

    def altered_records(self, spec: S, run: Arrays) -> Iterator[tuple[str, tuple[int, ...], float]]:  # noqa: ARG002 -- for those that note a run
        """Yield what records hold of a run that is not in NumPy's: a name, an index, its number.

        Only where the inputs are those of which the run was noted.

        Parameters
        ----------
        spec : Spec
        run : dict of arrays
            NumPy's run of a workbook's inputs, and what its records hold.
        """
        return iter(())

    def as_contract(self, layout: Layout, arrays: Arrays) -> dict[str, np.ndarray]:
        """Return a workbook's arrays in the shapes that others rely on."""
        return {
            name: array.astype(str) if layout.model[name].is_text else np.asarray(array)
            for name, array in arrays.items()
        }
