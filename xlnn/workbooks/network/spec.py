"""Read and validate the Spec of a network: its layers, and how it trains.

A template says it in ``template.toml``; a workbook carries it on its sheet Spec, completed by what
its data added. A network that was trained elsewhere has 0 epochs and no cost: it predicts.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Self

from xlnn.equations.cost import COSTS
from xlnn.equations.layer import LAYERS, LayerKind
from xlnn.equations.optimiser import PLAIN
from xlnn.errors import DataError
from xlnn.options import BUILD
from xlnn.workbooks.network.layer_spec import (
    LARGEST_LAYER,
    LayerSpec,
    check_layers,
    entries,
    kinds_of,
    layers_of,
    quoted_list,
    quoted_or,
)
from xlnn.workbooks.spec_text import plain

AS_MANY = -1
"""Decimals as many as a number takes."""

MOST_DECIMALS = 6
"""A column has room for no more."""

WHERE_OTHER = (
    "missing", "scaled_targets", "decimals", "optimizer", "regularised", "runs", "compared",
    "seeds", "spare", "told",
)  # fmt: skip
"""What the sheet Spec names only where it is not as usual."""

COMPARED = tuple(name for name, each in BUILD.items() if each.several)
"""In what runs may differ."""

MOST_RUNS = 12
"""Runs that a workbook compares: lists and charts of more are not read."""

TASKS = ("classification", "regression")

TOLD = (
    "batch normalization", "folded above", "dropout", "both", "copied", "activation below",
    "linear", "scores",
)  # fmt: skip
"""What the Guide may say of a model that was trained elsewhere."""


@dataclass(frozen=True)
class Spec:
    """Everything about a workbook that is not a number in one of its input cells.

    Attributes
    ----------
    template : str
        The template's name.
    lang : str
        The language of the workbook's texts.
    epochs : int
        0 for a network that predicts and does not train.
    images : int
    picture : tuple of int
        Rows and columns of an image; a table has a row of its features.
    labels : tuple of str
        The names of the classes, in the order of the outputs; of a regression, those of the
        numbers that it predicts.
    layers : tuple of LayerSpec
        The layers above the input; the last is the output.
    cost : str
        A key of `xlnn.equations.cost.COSTS`; "" where nothing trains.
    test_images : int
        How many images are held out from training.
    features : tuple of str
        The names of the inputs of a table; pictures have none.
    task : str
        One of `TASKS`.
    scaled : bool
        Whether the sheet scales the inputs as they were given.
    scaled_targets : bool
        The same of the targets of a regression.
    decimals : int
        With how many decimals numbers of the size of the targets are shown; -1 for as many as they
        take.
    missing : str
        What was made of missing values, as in `xlnn.data.Dataset`; "" where none were missing.
    optimizer : str
        A key of `xlnn.equations.optimiser.OPTIMISERS`.
    regularised : bool
        Whether the cost holds a penalty on the weights.
    runs : tuple of str
        Of a workbook that compares runs, the optimizer of each; of one run none.
    compared : tuple of str
        In what the runs differ: some of `COMPARED`.
    seeds : tuple of int
        Where they differ in their start, the seed of each.
    spare : int
        How many of the images are empty rows at the end, prepared for a person's own.
    told : tuple of str
        Of `TOLD`, what is to be said of the model that the network was taken from.
    """

    kind: ClassVar[str] = "network"

    template: str
    lang: str
    epochs: int
    images: int
    picture: tuple[int, int]
    labels: tuple[str, ...]
    layers: tuple[LayerSpec, ...]
    cost: str
    test_images: int = 0
    features: tuple[str, ...] = ()
    task: str = "classification"
    scaled: bool = False
    missing: str = ""
    scaled_targets: bool = False
    decimals: int = AS_MANY
    optimizer: str = PLAIN
    regularised: bool = False
    runs: tuple[str, ...] = ()
    compared: tuple[str, ...] = ()
    seeds: tuple[int, ...] = ()
    spare: int = 0
    told: tuple[str, ...] = ()

    @property
    def number_of_runs(self) -> int:
        """How many runs stand beside each other."""
        return max(1, len(self.runs))

    def of_run(self, run: int) -> Self:
        """Return what a run trains, counted from 0."""
        return replace(self, optimizer=self.runs[run]) if self.runs else self

    @property
    def inputs(self) -> int:
        """How many inputs the network has: the pixels of an image."""
        return self.picture[0] * self.picture[1]

    @cached_property
    def kinds(self) -> dict[str, LayerKind]:
        """What each layer is over the one below, by its name."""
        slides = LAYERS[self.layers[0].kind].slides
        sees_picture = not self.features and (slides or not self.epochs)
        return kinds_of(self.picture if sees_picture else (self.inputs,), self.layers)

    @property
    def is_regression(self) -> bool:
        """Whether it predicts numbers rather than classes."""
        return self.task == "regression"

    def __post_init__(self) -> None:
        """Refuse what no network can be.

        Raises
        ------
        DataError
            A number is out of range, a name is unknown or the sizes do not fit.
        """
        if self.epochs or self.cost:
            for name in ("epochs", "cost", "optimizer"):
                object.__setattr__(self, name, BUILD[name].check(getattr(self, name)))
            object.__setattr__(self, "runs", tuple(map(BUILD["optimizer"].check, self.runs)))
        self._check_forward()
        self._check_data()
        check_layers(self.layers, self.labels)
        for layer in self.layers:
            if self.epochs and (layer.step or layer.padding):
                raise DataError(
                    f"Layer {layer.name} has a step or a padding: networks learn with filters that "
                    "move one step at a time and not over the edge, and with blocks side by side."
                )
        if self.epochs:
            self._check_functions()
        self._check_runs()
        _ = self.kinds  # each fits the layer below

    def _check_forward(self) -> None:
        """Refuse what only training has, or only a network that does not train."""
        training = self.test_images, self.scaled_targets, self.regularised, self.runs
        if not self.epochs and (any(training) or self.optimizer != PLAIN):
            raise DataError(
                "epochs is 0, and only training has test_images, scaled_targets, a penalty, runs "
                "or an optimizer."
            )
        if not 0 <= self.spare <= (0 if self.epochs else self.images):
            raise DataError(
                f"spare is {self.spare}: a network that predicts has up to {self.images} spare "
                "rows, and one that trains has none."
            )
        if unknown := set(self.told) - set(TOLD):
            raise DataError(f"told: {quoted_list(sorted(unknown))} is unknown.")

    def _check_data(self) -> None:
        """Refuse sizes that no data has."""
        if self.images < 1:
            raise DataError("There are no images: training takes at least 1.")
        if self.test_images < 0:
            raise DataError(f"test_images is {self.test_images}: no fewer than 0 can be held out.")
        if min(self.picture) < 1 or self.inputs > LARGEST_LAYER:
            raise DataError(
                f"picture = {list(self.picture)}: an image has at least 1 row and 1 column, "
                f"and at most {LARGEST_LAYER:,} pixels."
            )
        if self.features and len(self.features) != self.inputs:
            raise DataError(f"{len(self.features)} features are named for {self.inputs} inputs.")
        if self.task not in TASKS:
            raise DataError(f'There is no task "{self.task}"; choose one of {quoted_list(TASKS)}.')
        if self.scaled_targets and not self.is_regression:
            raise DataError("The targets of classes are 0 and 1: scaled_targets is of regressions.")
        if not AS_MANY <= self.decimals <= MOST_DECIMALS:
            raise DataError(f"decimals is {self.decimals}: it is from -1 to {MOST_DECIMALS}.")
        if len(set(self.labels)) < len(self.labels):
            raise DataError(f"A label stands twice in {quoted_list(self.labels)}.")

    def _check_functions(self) -> None:
        """Refuse activation functions and costs that do not go together, and say why."""
        cost, output = COSTS[self.cost], self.layers[-1].activation
        if not cost.suits(output):
            raise DataError(
                f'The cost "{self.cost}" does not go with the output layer\'s "{output}", since '
                f"{cost.reason}: choose {quoted_or(cost.outputs)} there, or another cost.",
                "cost",
                "output_activation",
            )
        if self.is_regression and not cost.for_numbers:
            raise DataError(
                f'The cost "{self.cost}" is for classes, since {cost.reason}: '
                'a regression takes "squared error".',
                "cost",
                "targets",
            )
        if self.is_regression and not self.features:
            raise DataError(
                "The task is a regression, and no features are named: pictures have classes, so "
                "the task of this workbook is classification."
            )

    def _check_runs(self) -> None:
        """Refuse runs that cannot stand beside each other."""
        if len(self.runs) > MOST_RUNS:
            raise DataError(
                f"{len(self.runs)} runs are asked for: a workbook compares {MOST_RUNS} at most.",
                *COMPARED,
            )
        if len(self.runs) == 1:
            raise DataError("runs names the optimizer of each of several runs; one has none.")
        if len(self.seeds) not in {0, len(self.runs)} or set(self.compared) - set(COMPARED):
            raise DataError(
                f"seeds has a number for each run, and compared is one of {quoted_list(COMPARED)}."
            )

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values, as TOML has them."""
        values: dict[str, Any] = plain(asdict(self))
        values["layers"] = plain([layer.to_mapping() for layer in self.layers])
        for name in WHERE_OTHER:
            if values[name] == plain(getattr(type(self), name)):
                del values[name]
        return values

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Self:
        """Build a Spec from plain values, as TOML gives them.

        Raises
        ------
        DataError
            A value is missing, has the wrong type or is out of range.
        """
        return cls(**entries(cls, values, layers=layers_of))
