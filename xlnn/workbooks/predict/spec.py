"""Which network does a workbook predict with? Read and validated, as `network.spec` does it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from math import prod
from typing import Any, ClassVar, Self

from xlnn.equations.layer import LayerKind
from xlnn.errors import DataError
from xlnn.workbooks.network.layer_spec import (
    LARGEST_LAYER,
    LayerSpec,
    check_layers,
    kinds_of,
    layers_of,
)
from xlnn.workbooks.network.spec import AS_MANY, TASKS
from xlnn.workbooks.network.typed import entries, quoted_list
from xlnn.workbooks.spec_text import plain

TOLD = (
    "batch normalization", "folded above", "dropout", "both", "copied", "activation below",
    "linear", "scores",
)  # fmt: skip
"""What may be said of a model: how it was taken, and what it has not."""


@dataclass(frozen=True)
class PredictSpec:
    """Everything about a workbook that is not a number in one of its input cells.

    The names are those of `xlnn.workbooks.network.spec.Spec`, whose lists of quantities and sheets
    are used.

    Attributes
    ----------
    template : str
        The model's name.
    lang : str
    images : int
        Rows, those that are prepared for a person's own included.
    given : int
        Rows that came with the model; the others are 0 until something is typed in.
    shape : tuple of int
        Of a row: (inputs,) of a table, (rows, columns) of a picture.
    labels : tuple of str
        The names of the outputs.
    layers : tuple of LayerSpec
        The layers above the input; the last is the output.
    task : str
        ``classification``, where the largest output decides, or ``regression``.
    features : tuple of str
        The names of the inputs of a table.
    scaled : bool
        Whether the sheet scales the inputs as they are given.
    told : tuple of str
        Of `TOLD`, what is to be said of the model.
    """

    kind: ClassVar[str] = "predict"
    epochs: ClassVar[int] = 0
    test_images: ClassVar[int] = 0
    number_of_runs: ClassVar[int] = 1
    runs: ClassVar[tuple[str, ...]] = ()
    scaled_targets: ClassVar[bool] = False
    decimals: ClassVar[int] = AS_MANY

    template: str
    lang: str
    images: int
    given: int
    shape: tuple[int, ...]
    labels: tuple[str, ...]
    layers: tuple[LayerSpec, ...]
    task: str
    features: tuple[str, ...] = ()
    scaled: bool = False
    told: tuple[str, ...] = ()

    @property
    def is_regression(self) -> bool:
        """Whether it predicts numbers rather than classes."""
        return self.task == "regression"

    @property
    def picture(self) -> tuple[int, ...]:
        """Rows and columns of an input; a table has a row of its features."""
        return self.shape if len(self.shape) > 1 else (1, *self.shape)

    @property
    def inputs(self) -> int:
        """How many numbers a row has."""
        return prod(self.shape)

    @cached_property
    def kinds(self) -> dict[str, LayerKind]:
        """What each layer is over the one below, by its name."""
        return kinds_of(self.shape, self.layers)

    def __post_init__(self) -> None:
        """Refuse what no such network can be.

        Raises
        ------
        DataError
            A number is out of range, a name is unknown or the sizes do not fit.
        """
        if self.images < 1 or not 0 <= self.given <= self.images:
            raise DataError(f"images is {self.images} and given {self.given}: at least 1 row.")
        if len(self.shape) not in {1, 2} or min(self.shape) < 1 or self.inputs > LARGEST_LAYER:
            raise DataError(
                f"shape is {list(self.shape)}: a row is a list of inputs or a picture of rows and "
                f"columns, of at most {LARGEST_LAYER:,} numbers."
            )
        if bool(self.features) != (len(self.shape) == 1) or len(self.features) not in {
            0, self.inputs,
        }:  # fmt: skip
            raise DataError(f"{len(self.features)} features are named for {self.inputs} inputs.")
        if self.task not in TASKS:
            raise DataError(f'There is no task "{self.task}"; choose one of {quoted_list(TASKS)}.')
        if unknown := set(self.told) - set(TOLD):
            raise DataError(f"told: {quoted_list(sorted(unknown))} is unknown.")
        check_layers(self.layers, self.labels)
        _ = self.kinds  # each fits the layer below
        if len(set(self.labels)) < len(self.labels):
            raise DataError(f"A label stands twice in {quoted_list(self.labels)}.")

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values, as TOML has them."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values["layers"] = [layer.to_mapping() for layer in self.layers]
        made: dict[str, Any] = plain(values)
        return made

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Self:
        """Build a Spec from plain values, as TOML gives them.

        Raises
        ------
        DataError
            A value is missing, has the wrong type or is out of range.
        """
        return cls(**entries(cls, values, layers=layers_of))
