"""Which network does a workbook train, on what? Read and validated.

A template says it in ``template.toml``; a workbook carries it on its sheet Spec, completed by what
its data added.
"""

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from functools import cached_property
from typing import Any, ClassVar, Self

from xlnn.equations.activation import ACTIVATIONS, REFUSED
from xlnn.equations.cost import COSTS
from xlnn.equations.layer import LAYERS, WITHOUT_WEIGHTS, LayerKind, Shape
from xlnn.equations.optimiser import OPTIMISERS, PLAIN
from xlnn.errors import DataError
from xlnn.workbooks.spec_text import plain

LARGEST_LAYER = 16_384
"""No layer can be wider than a sheet."""

LARGEST_NUMBER = 10**9
"""A thousand times as many epochs or images as a sheet has rows; Python writes out no longer ones
than of some thousand digits."""

AS_MANY = -1
"""Decimals as many as a number takes."""

MOST_DECIMALS = 6
"""A column has room for no more."""

WHERE_OTHER = ("missing", "scaled_targets", "decimals", "optimizer", "regularised")
"""What the sheet Spec names only where it is not as usual."""

TASKS = ("classification", "regression")


@dataclass(frozen=True)
class LayerSpec:
    """A layer of the network.

    Attributes
    ----------
    name : str
        The layer's number or letter in the book's notation; the input is layer 1.
    units : int
        Of a convolution its filters, of a pooling 0: it has as many maps as the layer below.
    activation : str
        A key of `xlnn.equations.activation.ACTIVATIONS`; a pooling is "linear".
    kind : str
        A key of `xlnn.equations.layer.LAYERS`.
    size : tuple of int
        Rows and columns of a filter or of a block.
    """

    name: str
    units: int
    activation: str = "sigmoid"
    kind: str = "dense"
    size: tuple[int, ...] = ()


@dataclass(frozen=True)
class Spec:
    """Everything about a workbook that is not a number in one of its input cells.

    Attributes
    ----------
    template : str
        The template's name.
    lang : str
        The language of the workbook's texts.
    epochs, images : int
    picture : tuple of int
        Rows and columns of an image; a table has a row of its features.
    labels : tuple of str
        The names of the classes, in the order of the outputs; of a regression, those of the
        numbers that it predicts.
    layers : tuple of LayerSpec
        The layers above the input; the last is the output.
    cost : str
        A key of `xlnn.equations.cost.COSTS`.
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

    @property
    def inputs(self) -> int:
        """How many inputs the network has: the pixels of an image."""
        return self.picture[0] * self.picture[1]

    @cached_property
    def kinds(self) -> dict[str, LayerKind]:
        """What each layer is over the one below, by its name."""
        kinds: dict[str, LayerKind] = {}
        below: Shape = (self.inputs,)
        if self.layers[0].kind != "dense" and not self.features:
            below = self.picture
        for layer in self.layers:
            kinds[layer.name] = LAYERS[layer.kind](below, layer.units, layer.size)
            try:
                kinds[layer.name].check()
            except DataError as error:
                raise DataError(f"Layer {layer.name} {error}.") from error
            below = kinds[layer.name].shape
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
        self._check_data()
        if not self.layers:
            raise DataError("The network has no layers: it takes at least an output layer.")
        for layer in self.layers:
            _check_layer(layer)
        names = [layer.name for layer in self.layers]
        if len({name.casefold() for name in names}) < len(names):
            raise DataError(
                f"Two layers have one name; the names are {', '.join(names)}. Capitals make no "
                "difference: the workbook names cells after layers, and Excel takes W_F for w_f."
            )
        self._check_functions()
        _ = self.kinds  # each fits the layer below
        if self.layers[-1].kind != "dense":
            raise DataError(
                f"The output layer {names[-1]} is a {self.layers[-1].kind}: the last layer is "
                "dense, with a unit for each label."
            )
        if len(self.labels) != self.layers[-1].units:
            raise DataError(
                f"The output layer has {self.layers[-1].units} units for {len(self.labels)} "
                "labels: it takes one unit for each label."
            )

    def _check_data(self) -> None:
        """Refuse sizes that no data has."""
        if self.epochs < 1:
            raise DataError(f"epochs is {self.epochs}: training takes at least 1 epoch.")
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
            raise DataError(f'There is no task "{self.task}"; choose one of {_list(TASKS)}.')
        if self.scaled_targets and not self.is_regression:
            raise DataError("The targets of classes are 0 and 1: scaled_targets is of regressions.")
        if not AS_MANY <= self.decimals <= MOST_DECIMALS:
            raise DataError(f"decimals is {self.decimals}: it is from -1 to {MOST_DECIMALS}.")
        if len(set(self.labels)) < len(self.labels):
            raise DataError(f"A label stands twice in {_list(self.labels)}.")

    def _check_functions(self) -> None:
        """Refuse activation functions and costs that do not go together, and say why."""
        for layer in self.layers[:-1]:
            if ACTIVATIONS[layer.activation].only_output:
                raise DataError(
                    f"Layer {layer.name}: {layer.activation} is for the output layer, whose "
                    "values it makes probabilities; choose another one below it."
                )
        if self.optimizer not in OPTIMISERS:
            raise DataError(
                f'There is no optimizer "{self.optimizer}"; choose one of {_list(OPTIMISERS)}.'
            )
        if self.cost not in COSTS:
            raise DataError(f'There is no cost "{self.cost}"; choose one of {_list(COSTS)}.')
        cost, output = COSTS[self.cost], self.layers[-1].activation
        if output not in cost.outputs:
            raise DataError(
                f'The cost "{self.cost}" does not go with the output layer\'s "{output}", since '
                f"{cost.reason}: choose {_or(cost.outputs)} there, or another cost."
            )
        if self.is_regression and not cost.for_numbers:
            raise DataError(
                f'The cost "{self.cost}" is for classes, since {cost.reason}: '
                'a regression takes "squared error".'
            )
        if self.is_regression and not self.features:
            raise DataError(
                "The task is a regression, and no features are named: pictures have classes, so "
                "the task of this workbook is classification."
            )

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values, as TOML has them."""
        values: dict[str, Any] = plain(asdict(self))
        for name in WHERE_OTHER:
            if values[name] == getattr(type(self), name):
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
        known = {field.name: field.default for field in fields(cls)}
        if unknown := set(values) - set(known):
            raise DataError(f"Unknown entries: {_list(sorted(unknown))}.")
        values = {name: value for name, value in known.items() if value is not MISSING} | {**values}
        if missing := set(known) - set(values):
            raise DataError(f"Missing entries: {_list(sorted(missing))}.")
        layers = values["layers"]
        if not isinstance(layers, list) or not all(isinstance(layer, dict) for layer in layers):
            raise DataError("layers is not a list of tables; write each as [[layers]].")
        return cls(
            template=_typed(values, "template", str),
            lang=_typed(values, "lang", str),
            epochs=_typed(values, "epochs", int),
            images=_typed(values, "images", int),
            picture=picture_of(values["picture"]),
            labels=_texts(values, "labels"),
            layers=tuple(_layer(layer, number) for number, layer in enumerate(layers, start=2)),
            cost=_typed(values, "cost", str),
            test_images=_typed(values, "test_images", int),
            features=_texts(values, "features"),
            task=_typed(values, "task", str),
            scaled=_typed(values, "scaled", bool),
            missing=_typed(values, "missing", str),
            scaled_targets=_typed(values, "scaled_targets", bool),
            decimals=_typed(values, "decimals", int),
            optimizer=_typed(values, "optimizer", str),
            regularised=_typed(values, "regularised", bool),
        )


def _check_layer(layer: LayerSpec) -> None:
    if not (layer.name.isalnum() and layer.name.isascii()):
        raise DataError(
            f'A layer is named "{layer.name}": names are letters and digits of ASCII, since the '
            "workbook names cells after layers and Excel does not take every sign there."
        )
    if layer.name == "1":
        raise DataError(
            'A layer is named "1", as the input is: leave the name out, or choose another.'
        )
    if layer.kind not in LAYERS:
        raise DataError(
            f'Layer {layer.name}: there is no kind "{layer.kind}"; choose one of {_list(LAYERS)}.'
        )
    if min(layer.size, default=1) < 1 or len(layer.size) not in {0, 2}:
        raise DataError(f"Layer {layer.name}: size = {list(layer.size)}: write [rows, columns].")
    if layer.kind in WITHOUT_WEIGHTS:
        if layer.units or layer.activation != "linear":
            raise DataError(
                f"Layer {layer.name}: a {layer.kind} has neither units nor an activation of its "
                "own: leave both away."
            )
        return
    if not 1 <= layer.units <= LARGEST_LAYER:
        raise DataError(
            f"Layer {layer.name} has {layer.units:,} units: a layer has 1 to {LARGEST_LAYER:,}."
        )
    if layer.activation in REFUSED:
        raise DataError(
            f"Layer {layer.name}: no network learns with the {layer.activation}, since "
            f"{REFUSED[layer.activation]}; choose one of {_list(ACTIVATIONS)}."
        )
    if layer.activation not in ACTIVATIONS:
        raise DataError(
            f'Layer {layer.name}: there is no activation "{layer.activation}"; '
            f"choose one of {_list(ACTIVATIONS)}."
        )


def _layer(values: Mapping[str, Any], number: int) -> LayerSpec:
    known = {field.name for field in fields(LayerSpec)}
    if unknown := set(values) - known:
        raise DataError(f"Layer {number}: unknown entries: {_list(sorted(unknown))}.")
    usual = {"name": str(number), "kind": "dense", "size": [], "activation": "sigmoid"}
    if values.get("kind") in WITHOUT_WEIGHTS:
        usual |= {"units": 0, "activation": "linear"}
    complete = {**usual, **values}
    if "units" not in complete:
        raise DataError(f"Layer {number} does not say its units.")
    size = complete["size"]
    if not isinstance(size, list | tuple) or not all(type(length) is int for length in size):
        raise DataError(f"Layer {number}: size = {size!r}: write [rows, columns].")
    return LayerSpec(
        name=_typed(complete, "name", str),
        units=_typed(complete, "units", int),
        activation=_typed(complete, "activation", str),
        kind=_typed(complete, "kind", str),
        size=tuple(size),
    )


def picture_of(value: object) -> tuple[int, int]:
    """Read the rows and columns of an image.

    Raises
    ------
    DataError
        The value is no pair of whole numbers.
    """
    match value:
        case [int(rows), int(columns)]:
            return rows, columns
    raise DataError(f"picture = {value}: write [rows, columns].")


def _typed(values: Mapping[str, Any], name: str, kind: type) -> Any:  # noqa: ANN401 -- as asked
    value = values[name]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        wanted = {str: "text", int: "a whole number", bool: "true or false"}[kind]
        raise DataError(f"{name} = {value!r}: {wanted} was expected.")
    if kind is int and abs(value) > LARGEST_NUMBER:
        raise DataError(f"{name} is larger than any workbook: at most {LARGEST_NUMBER:,}.")
    return value


def _texts(values: Mapping[str, Any], name: str) -> tuple[str, ...]:
    if not isinstance(values[name], list | tuple):
        raise DataError(f"{name} = {values[name]!r}: a list of texts was expected.")
    return tuple(_typed({name: text}, name, str) for text in values[name])


def _or(names: tuple[str, ...]) -> str:
    *head, last = (f'"{name}"' for name in names)
    return f"{', '.join(head)} or {last}" if head else last


def _list(names: object) -> str:
    return ", ".join(f'"{name}"' for name in names)
