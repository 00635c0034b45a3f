"""Read and validate the Spec of a network: its layers, and how it trains.

A template has it in ``template.toml``; a workbook has it on its sheet Spec, completed from the
data. A network that was trained elsewhere has 0 epochs and no cost: it only predicts.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Annotated, ClassVar, Self

from xlnn.data.messages import listed
from xlnn.equations.activation import ACTIVATIONS, REFUSED
from xlnn.equations.cost import COSTS
from xlnn.equations.layer import LAYERS, LayerKind, Shape
from xlnn.equations.optimiser import PLAIN
from xlnn.errors import DataError
from xlnn.option import MOST_LAYERS, TABLES, WHOLES, Option
from xlnn.options import BUILD
from xlnn.workbooks.entries import SELDOM, WorkbookSpec, from_values, one_of, some_of, whole
from xlnn.workbooks.runs import COMPARED, check_runs

LARGEST_LAYER = 16_384
"""No layer can be wider than a sheet."""


def _numbers(count: int, least: int, written: str) -> Option:
    """Declare so many whole numbers, or none."""
    return Option(
        WHOLES, "", written, lambda v: len(v) in {0, count} and min(v, default=least) >= least
    )


@dataclass(frozen=True)
class LayerSpec:
    """A layer of the network.

    Attributes
    ----------
    name : str
        The layer's number or letter in the book's notation; the input is layer 1.
    units : int
        The number of filters of a convolution; 0 for pooling or layernorm, which have as many maps
        or units as the layer below.
    activation : str
        A key of `xlnn.equations.activation.ACTIVATIONS`; a pooling is "linear".
    kind : str
        A key of `xlnn.equations.layer.LAYERS`.
    size : tuple of int
        Rows and columns of a filter or of a block.
    step : tuple of int
        The step down and to the right, if not the default: 1 for a filter, its size for a block.
    padding : tuple of int
        Rows and columns of zeros around the maps, above, to the left, below and to the right.
    """

    name: str
    units: int
    activation: str = "sigmoid"
    kind: Annotated[str, one_of("kind", LAYERS)] = "dense"
    size: Annotated[tuple[int, ...], _numbers(2, 1, "[rows, columns]")] = ()
    step: Annotated[tuple[int, ...], _numbers(2, 1, "[down, right]")] = field(
        default=(), metadata=SELDOM
    )
    padding: Annotated[tuple[int, ...], _numbers(4, 0, "[top, left, bottom, right]")] = field(
        default=(), metadata=SELDOM
    )


ACTIVATING = ("activation", "output_activation")
"""The options that name activation functions."""


def check_layers(layers: tuple[LayerSpec, ...], labels: tuple[str, ...]) -> None:
    """Refuse sequences of layers that no network can have."""
    if not layers:
        raise DataError("The network has no layers: it needs at least an output layer.")
    if len(layers) > MOST_LAYERS + 1:
        raise DataError(
            f"{len(layers):,} layers are too many: a workbook holds at most {MOST_LAYERS} and an "
            "output layer.",
            "hidden",
        )
    for layer in layers:
        check_layer(layer)
    names = [layer.name for layer in layers]
    if len({name.casefold() for name in names}) < len(names):
        raise DataError(
            f"Two layers have one name; the names are {', '.join(names)}. Upper and lower case "
            "count as equal, because the workbook names cells after layers and Excel treats W_F "
            "and w_f alike."
        )
    *below, last = layers
    for layer in below:
        if ACTIVATIONS[layer.activation].only_output:
            raise DataError(
                f"Layer {layer.name}: {layer.activation} is for the output layer, whose values it "
                "makes probabilities; choose another one below it.",
                "activation",
            )
    if last.kind != "dense":
        raise DataError(
            f"The output layer {last.name} is a {last.kind}: the last layer must be dense, with "
            "one unit per label."
        )
    if len(labels) != last.units:
        raise DataError(
            f"The output layer has {last.units} units for {len(labels)} labels: it needs one unit "
            "per label."
        )


def check_layer(layer: LayerSpec) -> None:
    """Refuse an invalid layer."""
    if not (layer.name.isalnum() and layer.name.isascii()):
        raise DataError(
            f'A layer is named "{layer.name}": names are letters and digits of ASCII, since the '
            "workbook names cells after layers and Excel does not take every sign there."
        )
    if layer.name == "1":
        raise DataError(
            'A layer is named "1", as the input is: leave the name out, or choose another.'
        )
    kind = LAYERS[layer.kind]
    entries = {"units": (kind.has_units, 0), "activation": (kind.activates, "linear")}
    entries |= dict.fromkeys(("size", "step", "padding"), (kind.slides, ()))
    for name, (takes, nothing) in entries.items():
        if not takes and getattr(layer, name) != nothing:
            raise DataError(
                f"Layer {layer.name}: a {layer.kind} layer has no {name} of its own; leave it out."
            )
    if kind.has_units and not 1 <= layer.units <= LARGEST_LAYER:
        raise DataError(
            f"Layer {layer.name} has {layer.units:,} units: a layer has 1 to {LARGEST_LAYER:,}.",
            "hidden",
        )
    if layer.activation in REFUSED:
        raise DataError(
            f"Layer {layer.name}: a network cannot learn with the {layer.activation}, because "
            f"{REFUSED[layer.activation]}; {_choices()}.",
            *ACTIVATING,
        )
    if layer.activation not in ACTIVATIONS:
        raise DataError(
            f'Layer {layer.name}: there is no activation "{layer.activation}"; {_choices()}.',
            *ACTIVATING,
        )


def _choices() -> str:
    """Return words for the activations, and which of them are only for outputs."""
    outputs = [name for name, each in ACTIVATIONS.items() if each.only_output]
    others = [name for name in ACTIVATIONS if name not in outputs]
    return f"choose one of {listed(others)}, or for outputs {listed(outputs)}"


def layers_of(layers: object, outputs: int | None = None) -> tuple[LayerSpec, ...]:
    """Read the layers of a network from plain values.

    Parameters
    ----------
    layers : object
    outputs : int or None
        The units of the last layer, if it does not say them.

    Raises
    ------
    DataError
        They are not a list of tables, or an entry of a table is unknown or has a wrong value.
    """
    tables, found = [*Option(TABLES, "", name="layers").check(layers)], []
    if tables and outputs is not None:
        tables[-1] = {"units": outputs, **tables[-1]}
    for number, layer in enumerate(tables, start=2):
        kind = LAYERS.get(layer.get("kind", "dense"))
        usual = {} if kind is None or kind.has_units else {"units": 0, "activation": "linear"}
        values = {"name": str(number), **usual, **layer}
        found.append(from_values(LayerSpec, values, f"Layer {number}"))
    return tuple(found)


AS_MANY = -1
"""Decimals as many as a number takes."""

MOST_DECIMALS = 6
"""A column has room for no more."""

TASKS = ("classification", "regression")

TOLD = (
    "batch normalization", "folded above", "dropout", "both", "copied", "activation below",
    "linear", "scores",
)  # fmt: skip
"""Notes in the Guide on a model that was trained elsewhere."""


@dataclass(frozen=True)
class Spec(WorkbookSpec):
    """Everything about a workbook that is not a number in one of its input cells.

    Attributes
    ----------
    epochs : int
        0 for a network that predicts and does not train.
    samples : int
        How many images or rows are trained with.
    picture : tuple of int
        Rows and columns of an image; a table has a row of its features.
    labels : tuple of str
        The names of the classes, in the order of the outputs; of a regression, those of the
        numbers that it predicts.
    layers : tuple of LayerSpec
        The layers above the input; the last is the output.
    cost : str
        A key of `xlnn.equations.cost.COSTS`; "" where nothing trains.
    test_samples : int
        How many are held out from training.
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
    optimizer : str
        A key of `xlnn.equations.optimiser.OPTIMISERS`.
    regularised : bool
        Whether the cost includes a penalty on the weights.
    runs : tuple of str
        The optimizer of each run, if the workbook compares runs; otherwise ().
    compared : tuple of str
        The settings in which the runs differ: some of `COMPARED`.
    seeds : tuple of int
        The seed of each run, if they differ in their start.
    spare : int
        How many of the samples are empty rows at the end, for the user's own.
    told : tuple of str
        Keys of `TOLD`: notes on the model that the network comes from.
    words : tuple of tuple of str
        As in `xlnn.data.Dataset`.
    """

    kind: ClassVar[str] = "network"
    epochs: int
    samples: Annotated[int, whole(1)] = field(metadata={"key": "images"})
    picture: tuple[int, int]
    labels: tuple[str, ...]
    layers: tuple[LayerSpec, ...] = field(metadata={"read": layers_of})
    cost: str
    test_samples: Annotated[int, whole()] = field(default=0, metadata={"key": "test_images"})
    features: tuple[str, ...] = ()
    task: Annotated[str, one_of("task", TASKS)] = "classification"
    scaled: bool = False
    missing: str = field(default="", metadata=SELDOM)
    scaled_targets: bool = field(default=False, metadata=SELDOM)
    decimals: Annotated[int, whole(AS_MANY, MOST_DECIMALS)] = field(
        default=AS_MANY, metadata=SELDOM
    )
    optimizer: str = field(default=PLAIN, metadata=SELDOM)
    regularised: bool = field(default=False, metadata=SELDOM)
    runs: tuple[str, ...] = field(default=(), metadata=SELDOM)
    compared: Annotated[tuple[str, ...], some_of(COMPARED)] = field(default=(), metadata=SELDOM)
    seeds: tuple[int, ...] = field(default=(), metadata=SELDOM)
    spare: Annotated[int, whole()] = field(default=0, metadata=SELDOM)
    told: Annotated[tuple[str, ...], some_of(TOLD)] = field(default=(), metadata=SELDOM)
    words: tuple[tuple[str, ...], ...] = field(default=(), metadata=SELDOM)

    @property
    def number_of_runs(self) -> int:
        """The number of runs."""
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
        below: Shape = self.picture if sees_picture else (self.inputs,)
        kinds: dict[str, LayerKind] = {}
        for layer in self.layers:
            sides = (layer.size, layer.step, layer.padding)
            try:
                kind = LAYERS[layer.kind](below, layer.units, *sides, layer.activation)
            except DataError as error:
                raise DataError(f"Layer {layer.name} {error}.") from error
            kinds[layer.name] = kind
            below = kind.shape
        return kinds

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
                    "move one step at a time and not over the edge, and with blocks side by side. "
                    "Without epochs it can predict."
                )
        if self.epochs:
            self._check_functions()
        check_runs(self)
        _ = self.kinds  # each fits the layer below

    def _check_forward(self) -> None:
        """Refuse what only training has, or only a network that does not train."""
        training = self.test_samples, self.scaled_targets, self.regularised, self.runs
        if not self.epochs and (any(training) or self.optimizer != PLAIN):
            raise DataError(
                "epochs is 0, and only training has test_images, scaled_targets, a penalty, runs "
                "or an optimizer."
            )
        if self.spare > (0 if self.epochs else self.samples):
            raise DataError(
                f"spare is {self.spare}: a network that predicts has up to {self.samples} spare "
                "rows, and one that trains has none."
            )

    def _check_data(self) -> None:
        """Refuse sizes that no data has."""
        if min(self.picture) < 1 or self.inputs > LARGEST_LAYER:
            raise DataError(
                f"picture = {list(self.picture)}: an image has at least 1 row and 1 column, "
                f"and at most {LARGEST_LAYER:,} pixels."
            )
        if self.features and len(self.features) != self.inputs:
            raise DataError(f"{len(self.features)} features are named for {self.inputs} inputs.")
        if self.scaled_targets and not self.is_regression:
            raise DataError("The targets of classes are 0 and 1: scaled_targets is of regressions.")
        if len(set(self.labels)) < len(self.labels):
            raise DataError(f"A label occurs twice in {listed(self.labels)}.")

    def _check_functions(self) -> None:
        """Refuse activation functions and costs that do not go together, and say why."""
        cost, output = COSTS[self.cost], self.layers[-1].activation
        if not cost.suits(output):
            raise DataError(
                f'The cost "{self.cost}" does not go with the output layer\'s "{output}", since '
                f"{cost.reason}: choose {listed(cost.outputs, 'or')} there, or another cost.",
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
