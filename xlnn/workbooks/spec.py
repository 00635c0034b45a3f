"""The Spec of an experiment: all about its workbook that is not a number in an input cell."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import prod
from typing import Annotated, Any, Self

from xlnn.data.messages import listed
from xlnn.errors import DataError
from xlnn.workbooks.entries import SELDOM, WorkbookSpec, one_of, some_of, whole
from xlnn.workbooks.runs import COMPARED, check_runs

LARGEST_PICTURE = 16_384
"""The most pixels of an image: no layer can be wider than a sheet."""

AS_MANY = -1
"""Stands for as many decimals as a number needs."""

MOST_DECIMALS = 6
"""The most decimals for which a column has room."""

TASKS = ("classification", "regression")

TOLD = (
    "batch normalization", "folded above", "dropout", "both", "copied", "activation below",
    "linear", "scores",
)  # fmt: skip
"""Notes in the Guide on a model that was trained elsewhere."""


@dataclass(frozen=True)
class Spec(WorkbookSpec):
    """Everything about an experiment that is not a number in one of its input cells.

    Attributes
    ----------
    sizes : dict
        The whole numbers, names and layers on which its cells depend; each is an attribute, too.
    data : str
        ``own`` if a person's data took the place of its own.
    test_samples : int
        How many rows or images are held out from training.
    picture : tuple of int
        Rows and columns of an image; () if the data are not pictures.
    labels : tuple of str
        The names of the classes, in the order of the outputs; of a regression, those of the
        numbers that it predicts; () if the data name none.
    features : tuple of str
        The names of the inputs of a table; pictures have none.
    task : str
        One of `TASKS`.
    scaled : bool
        Whether the sheet scales the inputs as they were given.
    scaled_targets : bool
        The same of the targets of a regression.
    decimals : int
        The decimals of numbers in the units of the targets; -1 for as many as needed.
    missing : str
        How missing values were treated, as in `xlnn.data.Dataset`; "" if none were missing.
    runs : tuple of str
        The optimizer of each run, if the workbook compares runs; otherwise ().
    compared : tuple of str
        The settings in which the runs differ: some of `COMPARED`.
    seeds : tuple of int
        The seed of each run, if these differ.
    spare : int
        How many of the samples are empty rows at the end, for the user's own.
    told : tuple of str
        Keys of `TOLD`: notes on the model that the network comes from.
    words : tuple of tuple of str
        As in `xlnn.data.Dataset`.
    imputed : tuple of int
        Inputs that were missing and are the mean of their column, by their numbers from 0, row by
        row: those of training samples come before those of held-out ones.
    """

    kind: str
    sizes: Mapping[str, Any] = field(hash=False)
    data: Annotated[str, one_of("data", ["own"])] = field(default="", metadata=SELDOM)
    test_samples: Annotated[int, whole()] = field(default=0, metadata=SELDOM)
    picture: tuple[int, ...] = field(default=(), metadata=SELDOM)
    labels: tuple[str, ...] = field(default=(), metadata=SELDOM)
    features: tuple[str, ...] = field(default=(), metadata=SELDOM)
    task: Annotated[str, one_of("task", TASKS)] = field(default=TASKS[0], metadata=SELDOM)
    scaled: bool = field(default=False, metadata=SELDOM)
    scaled_targets: bool = field(default=False, metadata=SELDOM)
    decimals: Annotated[int, whole(AS_MANY, MOST_DECIMALS)] = field(
        default=AS_MANY, metadata=SELDOM
    )
    missing: str = field(default="", metadata=SELDOM)
    runs: tuple[str, ...] = field(default=(), metadata=SELDOM)
    compared: Annotated[tuple[str, ...], some_of(COMPARED)] = field(default=(), metadata=SELDOM)
    seeds: tuple[int, ...] = field(default=(), metadata=SELDOM)
    spare: Annotated[int, whole()] = field(default=0, metadata=SELDOM)
    told: Annotated[tuple[str, ...], some_of(TOLD)] = field(default=(), metadata=SELDOM)
    words: tuple[tuple[str, ...], ...] = field(default=(), metadata=SELDOM)
    imputed: tuple[int, ...] = field(default=(), metadata=SELDOM)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- a size
        """Return a size by its name."""
        sizes = self.__dict__.get("sizes", {})
        if name not in sizes:
            raise AttributeError(name)
        return sizes[name]

    @property
    def inputs(self) -> int:
        """How many columns the data have: the pixels of an image, or the features."""
        return prod(self.picture) if self.picture else len(self.features)

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of an image; a table has a row of its features."""
        return self.picture or (1, self.inputs)  # type: ignore[return-value]

    @property
    def has_images(self) -> bool:
        """Whether it learns from images rather than from the rows of a table."""
        return bool(self.picture) and not self.features

    @property
    def is_regression(self) -> bool:
        """Whether it predicts numbers rather than classes."""
        return self.task == "regression"

    @property
    def number_of_runs(self) -> int:
        """The number of runs."""
        return max(1, len(self.runs))

    def of_run(self, run: int) -> Self:
        """Return the Spec of a single run, counted from 0."""
        if not self.runs:
            return self
        sizes = {"optimizer": self.runs[run]} if self.runs[run] else {}
        sizes |= {"seed": self.seeds[run]} if self.seeds and "seed" in self.sizes else {}
        return self.sized(**sizes)

    @property
    def alone(self) -> Self:
        """The Spec without the comparison of runs."""
        return self.sized(runs=(), compared=(), seeds=())

    def sized(self, **changes: Any) -> Self:  # noqa: ANN401 -- sizes, or fields
        """Return it with other sizes, or other fields, by their names."""
        sizes = {name: size for name, size in changes.items() if name in self.sizes}
        others = {name: value for name, value in changes.items() if name not in sizes}
        return replace(self, sizes={**self.sizes, **sizes}, **others)

    def __post_init__(self) -> None:
        """Refuse fields that describe no possible data or runs.

        Raises
        ------
        DataError
            A number is out of range, or a name occurs twice.
        """
        if self.picture:
            if len(self.picture) != 2:
                raise DataError(f"picture is {list(self.picture)}: a size in rows and columns.")
            rows, columns = self.picture
            if min(rows, columns) < 1 or rows * columns > LARGEST_PICTURE:
                raise DataError(
                    f"picture = {list(self.picture)}: an image has at least 1 row and 1 column, "
                    f"and at most {LARGEST_PICTURE:,} pixels."
                )
        if self.features and self.picture and len(self.features) != prod(self.picture):
            raise DataError(
                f"{len(self.features)} features are named for {prod(self.picture)} inputs."
            )
        if self.scaled_targets and not self.is_regression:
            raise DataError("The targets of classes are 0 and 1: scaled_targets is of regressions.")
        if len(set(self.labels)) < len(self.labels):
            raise DataError(f"A label occurs twice in {listed(self.labels)}.")
        check_runs(self)
