"""What does a layer of a kind compute, forward and back? Its parameters and its quantities.

A kind yields its quantities in the order in which they are computed; whatever is made of layers
gives them names and cells and asks no more. Shapes: units of a dense layer (units,), of a picture
(rows, columns), of maps (maps, rows, columns).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import prod, sqrt
from typing import ClassVar

import numpy as np

from xlnn.equations import layernorm
from xlnn.equations.activation import ACTIVATIONS
from xlnn.equations.convolution import (
    Convolution,
    ConvolutionDelta,
    FilterGradient,
    places,
)
from xlnn.equations.dense import BiasGradient, HiddenDelta, WeightedInput, WeightGradient
from xlnn.equations.lens import OneWeightGradient
from xlnn.equations.pooling import (
    Argmax,
    AveragePooling,
    AveragePoolingDelta,
    MaxPooling,
    MaxPoolingDelta,
)
from xlnn.equations.wording import ActivationSentence, HiddenDeltaSentence, InputSentence
from xlnn.errors import DataError
from xlnn.quantity import Equation

Shape = tuple[int, ...]

ONE, NONE = (1, 1), (0, 0, 0, 0)
"""The usual step of a filter, and nothing around the maps."""

LARGEST_BLOCK = 60
"""Cells of a block of max pooling: a formula takes 64 functions within each other."""

BELOW = "below"
"""What a layer sees, as its quantities use it: the activations of the layer below."""


@dataclass(frozen=True)
class Parameter:
    """What a layer learns.

    Attributes
    ----------
    symbol : str
        The letter that the sheets show.
    tensor : str
        What PyTorch calls it.
    is_weight : bool
        Whether each unit has a number for each input that it adds up. Only such a parameter is
        penalised, shown as pictures and paths, and drawn by fan-in.
    start : float or None
        The number that training starts from; None where it is drawn.
    """

    symbol: str
    tensor: str
    is_weight: bool = False
    start: float | None = None


PARAMETERS = {
    "W": Parameter("w", "weight", is_weight=True),
    "b": Parameter("b", "bias"),
    "gain": Parameter("γ", "weight", start=1.0),
    "shift": Parameter("β", "bias", start=0.0),
}
"""The parameters of all kinds of layers, by the name that stands before a layer's: W2, gain3.

Differs from Ba et al. 2016, whose letters are g and b: b is that of a dense layer, and beta2 would
be a constant of Adam."""

WEIGHTS = frozenset(name for name, parameter in PARAMETERS.items() if parameter.is_weight)


def parameter_of(name: str) -> tuple[str, str]:
    """Return the parameter and the layer of an array: no parameter's name begins as another's.

    >>> parameter_of("W2"), parameter_of("gainN")
    (('W', '2'), ('gain', 'N'))
    """
    parameter = next(each for each in PARAMETERS if name.startswith(each))
    return parameter, name.removeprefix(parameter)


def probed(name: str, shape: Shape) -> float:
    """Return the size of the random numbers that a probe puts in the place of a parameter."""
    return 1.5 / sqrt(prod(shape[1:])) if name in WEIGHTS else 0.5


@dataclass(frozen=True)
class LayerQuantity:
    """A quantity of a layer, before it has a name, images and cells.

    Attributes
    ----------
    kind : str
    equation : Equation
    shape : tuple of int
    uses : dict
        By the equation's roles, kinds of the layer's quantities or `BELOW`. A role that is not
        named is a kind. What a layer states of the one below names all that is its own here, and
        its other roles are kinds of the layer below.
    """

    kind: str
    equation: Equation
    shape: Shape = ()
    uses: Mapping[str, str] = field(default_factory=dict)

    def array(self, values: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return its array in NumPy, from those of a layer by their kinds."""
        roles = {role: self.uses.get(role, role) for role in self.equation.roles}
        return self.equation.array(**{r: values[kind] for r, kind in roles.items()})


Symbols = Callable[[str], tuple[str, ...]]
"""Gives the symbol of each unit of a layer, by the kind of a quantity."""


@dataclass(frozen=True)
class LayerKind:
    """A layer over the one below, and what all kinds of layers have.

    Attributes
    ----------
    below : tuple of int
        The shape of the layer below.
    units : int
        Or filters; 0 where the layer below settles it.
    size, step, padding : tuple of int
        Of filters and blocks, as `xlnn.workbooks.network.layer_spec.LayerSpec` has them.
    activation : str
        A key of `xlnn.equations.activation.ACTIVATIONS`.
    """

    below: Shape
    units: int = 0
    size: Shape = ()
    step: Shape = ()
    padding: Shape = ()
    activation: str = "sigmoid"

    has_units: ClassVar[bool] = True
    """Whether a template says how many units it has."""

    activates: ClassVar[bool] = True
    """Whether its a is an activation function of its z; else it lies where that below lies."""

    slides: ClassVar[bool] = False
    """Whether it looks at maps through a window."""

    def check(self) -> None:
        """Refuse sizes that do not fit the layer below; the message follows the layer's name."""

    @property
    def shape(self) -> Shape:
        """The shape of its units."""
        return (self.units,)

    @property
    def parameters(self) -> dict[str, Shape]:
        """The shapes of its parameters, by their names in `PARAMETERS`."""
        return {}

    def forward(self) -> Iterator[LayerQuantity]:
        """Yield what it computes, down to its activations a.   Book: 3-2."""
        activation = ACTIVATIONS[self.activation]
        for kind, equation in activation.steps.items():
            yield LayerQuantity(kind, equation, () if kind == "largest" else self.shape)
        yield LayerQuantity("a", activation.value, self.shape)

    def noted(self) -> Iterator[LayerQuantity]:
        """Yield what it notes on the way forward for the way back."""
        if slope := ACTIVATIONS[self.activation].slope:
            yield LayerQuantity("slope", slope, self.shape)

    def gradients(self) -> Iterator[LayerQuantity]:
        """Yield the gradient of each parameter, from its delta.   Book: 4-2, 4-4."""
        yield from ()

    def gradient_of_one(self) -> LayerQuantity:
        """Return the gradient of its first parameter in one image; that of the second is delta."""
        first = next(self.gradients())
        return replace(first, kind=f"{first.kind}_one")

    def backward(self) -> Iterator[LayerQuantity]:
        """Yield what it computes of its delta before that of the layer below."""
        yield from ()

    def delta_below(self) -> LayerQuantity:
        """Return delta of the layer below.   Book: 4-3."""
        raise NotImplementedError

    def sentences(self, symbols: Symbols) -> Iterator[LayerQuantity]:
        """Yield what it computes forward with the numbers in it, if its units are no maps."""
        function = ACTIVATIONS[self.activation].symbol
        yield LayerQuantity("a_text", ActivationSentence(symbols("a"), function), self.shape)

    def sentence_below(self, symbols: Symbols) -> LayerQuantity:
        """Return delta of the layer below with the numbers in it, if its units are no maps."""
        raise NotImplementedError


@dataclass(frozen=True)
class Dense(LayerKind):
    """Every unit sees every unit of the layer below."""

    def check(self) -> None:
        """Refuse a size, which a dense layer does not have."""
        if self.size:
            raise DataError("is dense and has units, no size")

    @property
    def parameters(self) -> dict[str, Shape]:
        """A weight for each unit and each unit below, and a bias for each unit."""
        return {"W": (self.units, *self.below), "b": (self.units,)}

    def forward(self) -> Iterator[LayerQuantity]:
        """Yield z and a."""
        yield LayerQuantity("z", WeightedInput(), self.shape, {"a": BELOW})
        yield from super().forward()

    def gradients(self) -> Iterator[LayerQuantity]:
        """Yield the gradients of the weights and of the biases."""
        yield LayerQuantity("dC_dW", WeightGradient(), self.parameters["W"], {"a": BELOW})
        yield LayerQuantity("dC_db", BiasGradient(), self.parameters["b"])

    def gradient_of_one(self) -> LayerQuantity:
        """Return the gradient of the weights in one image: a product."""
        return replace(super().gradient_of_one(), equation=OneWeightGradient())

    def delta_below(self) -> LayerQuantity:
        """Return delta of the layer below."""
        uses = {"delta_above": "delta", "W_above": "W"}
        return LayerQuantity("delta", HiddenDelta(), self.below, uses)

    def sentences(self, symbols: Symbols) -> Iterator[LayerQuantity]:
        """Yield z and a with the numbers in them."""
        yield LayerQuantity("z_text", InputSentence(symbols("z")), self.shape, {"a": BELOW})
        yield from super().sentences(symbols)

    def sentence_below(self, symbols: Symbols) -> LayerQuantity:
        """Return delta of the layer below with the numbers in it."""
        sentence = HiddenDeltaSentence(symbols("delta"))
        return replace(self.delta_below(), kind="delta_text", equation=sentence)


@dataclass(frozen=True)
class Convolutional(LayerKind):
    """Filters that slide over the maps below, as a rule one step at a time and not over their edge.

    With longer steps, or with zeros around the maps, they go forward only.
    """

    slides: ClassVar[bool] = True

    def check(self) -> None:
        """Refuse filters that do not fit into the maps below."""
        _check_maps(self.below, self.size, "filters")
        rows, columns = self.below[-2:]
        top, left, bottom, right = self.padding or NONE
        if self.size[0] > rows + top + bottom or self.size[1] > columns + left + right:
            raise DataError(
                f"has filters of {_times(self.size)} and the maps below it have "
                f"{rows} × {columns}: take smaller filters"
            )

    @property
    def shape(self) -> Shape:
        """A map for each filter."""
        return (self.units, *_places(self.below, self.size, self.step or ONE, self.padding))

    @property
    def parameters(self) -> dict[str, Shape]:
        """A filter over each map below, and a bias for each filter."""
        return {"W": (self.units, *self.below[:-2], *self.size), "b": (self.units,)}

    def forward(self) -> Iterator[LayerQuantity]:
        """Yield z and a."""
        convolution = Convolution(self.step or ONE, self.padding or NONE)
        yield LayerQuantity("z", convolution, self.shape, {"a": BELOW})
        yield from super().forward()

    def gradients(self) -> Iterator[LayerQuantity]:
        """Yield the gradients of the filters and of their biases."""
        yield LayerQuantity("dC_dW", FilterGradient(), self.parameters["W"], {"a": BELOW})
        yield LayerQuantity("dC_db", BiasGradient(), self.parameters["b"])

    def delta_below(self) -> LayerQuantity:
        """Return delta of the layer below."""
        uses = {"delta_above": "delta", "W_above": "W"}
        return LayerQuantity("delta", ConvolutionDelta(self.below), self.below, uses)


@dataclass(frozen=True)
class LayerNorm(LayerKind):
    """The units below, of each image with mean 0 and variance 1, then rescaled; see `layernorm`."""

    has_units: ClassVar[bool] = False

    def check(self) -> None:
        """Refuse maps below, and a size."""
        if len(self.below) > 1:
            raise DataError("normalises units, and below it are maps: put it above a dense layer")
        if self.size:
            raise DataError("has as many units as the layer below it, and no size")

    @property
    def shape(self) -> Shape:
        """As many units as the layer below has."""
        return self.below

    @property
    def parameters(self) -> dict[str, Shape]:
        """A gain and a shift for each unit."""
        return {"gain": self.shape, "shift": self.shape}

    def forward(self) -> Iterator[LayerQuantity]:
        """Yield the mean, the variance and the normalised values of an image, z and a."""
        yield LayerQuantity("mean", layernorm.UnitMean())
        yield LayerQuantity("variance", layernorm.UnitVariance())
        yield LayerQuantity("normalised", layernorm.Normalised(), self.shape)
        yield LayerQuantity("z", layernorm.Rescaled(), self.shape)
        yield from super().forward()

    def gradients(self) -> Iterator[LayerQuantity]:
        """Yield the gradients of the gains and of the shifts."""
        yield LayerQuantity("dC_dgain", layernorm.GainGradient(), self.shape)
        yield LayerQuantity("dC_dshift", BiasGradient(), self.shape)

    def backward(self) -> Iterator[LayerQuantity]:
        """Yield how C changes with the normalised values, and what all units share of that."""
        yield LayerQuantity("delta_normalised", layernorm.NormalisedDelta(), self.shape)
        yield LayerQuantity("delta_mean", layernorm.DeltaMean())
        yield LayerQuantity("delta_product", layernorm.DeltaProduct())

    def delta_below(self) -> LayerQuantity:
        """Return delta of the layer below."""
        own = ("delta_normalised", "delta_mean", "delta_product", "normalised", "variance")
        uses = {kind: kind for kind in own}
        return LayerQuantity("delta", layernorm.LayerNormDelta(), self.below, uses)

    def sentences(self, symbols: Symbols) -> Iterator[LayerQuantity]:
        """Yield the normalised values, z and a with the numbers in them."""
        sentence = layernorm.NormalisedSentence(symbols("normalised"))
        yield LayerQuantity("normalised_text", sentence, self.shape, {"a": BELOW})
        yield LayerQuantity("z_text", layernorm.RescaledSentence(symbols("z")), self.shape)
        yield from super().sentences(symbols)

    def sentence_below(self, symbols: Symbols) -> LayerQuantity:
        """Return delta of the layer below with the numbers in it."""
        sentence = layernorm.LayerNormDeltaSentence(symbols("delta"))
        return replace(self.delta_below(), kind="delta_text", equation=sentence)


@dataclass(frozen=True)
class _Pooled(LayerKind):
    """What the poolings share: blocks that divide the maps below, and no parameters."""

    has_units: ClassVar[bool] = False
    activates: ClassVar[bool] = False
    slides: ClassVar[bool] = True

    def check(self) -> None:
        """Refuse blocks that do not fit the maps below; without a step they divide them."""
        if not self.step:
            _check_blocks(self.below, self.size)
            return
        _check_maps(self.below, self.size, "blocks")
        if min(_places(self.below, self.size, self.step, self.padding)) < 1:
            raise DataError(f"has blocks of {_times(self.size)}, larger than the maps below it")

    @property
    def shape(self) -> Shape:
        """A unit for each block; a picture is one map."""
        maps = self.below[:-2] or (1,)
        return (*maps, *_places(self.below, self.size, self.step or self.size, self.padding))

    def noted(self) -> Iterator[LayerQuantity]:
        """Yield nothing: it has no a'."""
        yield from ()


@dataclass(frozen=True)
class MaxPooled(_Pooled):
    """Of each block of the maps below the largest value."""

    def check(self) -> None:
        """Refuse blocks that do not divide the maps below, or that no formula can look through."""
        super().check()
        if self.size[0] * self.size[1] > LARGEST_BLOCK:
            raise DataError(
                f"has blocks of {_times(self.size)}: a formula tells apart {LARGEST_BLOCK} values "
                "at most, so take smaller blocks"
            )

    def forward(self) -> Iterator[LayerQuantity]:
        """Yield the largest values."""
        pooling = MaxPooling(self.size, self.step, self.padding or NONE)
        yield LayerQuantity("a", pooling, self.shape)

    def noted(self) -> Iterator[LayerQuantity]:
        """Yield where the largest values stand."""
        yield LayerQuantity("argmax", Argmax(self.size), self.shape)

    def delta_below(self) -> LayerQuantity:
        """Return delta of the layer below."""
        uses = {"delta_above": "delta", "argmax": "argmax"}
        return LayerQuantity("delta", MaxPoolingDelta(self.size), self.below, uses)


@dataclass(frozen=True)
class AveragePooled(_Pooled):
    """Of each block of the maps below the mean."""

    def forward(self) -> Iterator[LayerQuantity]:
        """Yield the means."""
        yield LayerQuantity("a", AveragePooling(self.size, self.step), self.shape)

    def delta_below(self) -> LayerQuantity:
        """Return delta of the layer below."""
        uses = {"delta_above": "delta"}
        return LayerQuantity("delta", AveragePoolingDelta(self.size), self.below, uses)


LAYERS: dict[str, type[LayerKind]] = {
    "dense": Dense,
    "convolution": Convolutional,
    "max pooling": MaxPooled,
    "average pooling": AveragePooled,
    "layernorm": LayerNorm,
}
"""The kinds of layers by the names that a template gives them."""


def _check_maps(below: Shape, size: Shape, what: str) -> None:
    if len(below) == 1:
        raise DataError(
            f"has {what} and no picture below it: a dense layer or a table has no rows and columns"
        )
    if len(size) != 2:
        raise DataError(f"does not say the size of its {what}: write size = [rows, columns]")


def _check_blocks(below: Shape, size: Shape) -> None:
    _check_maps(below, size, "blocks")
    rows, columns = below[-2:]
    if rows % size[0] or columns % size[1]:
        raise DataError(
            f"has blocks of {_times(size)}, which do not divide the maps of {rows} × {columns} "
            "below it"
        )


def _places(below: Shape, size: Shape, step: Shape, padding: Shape) -> tuple[int, int]:
    """Return how many windows stand below each other, and how many side by side."""
    top, left, bottom, right = padding or NONE
    rows, columns = below[-2:]
    return (
        places(rows, size[0], step[0], top + bottom),
        places(columns, size[1], step[1], left + right),
    )


def _times(size: Shape) -> str:
    return " × ".join(map(str, size))
