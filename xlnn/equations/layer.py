"""The kinds of layers: their parameters and the quantities they compute, forward and back.

A kind names its parameters, and states the equations of its quantities in the order in which they
are computed. The roles of the equations are the parameters and quantities of the layer, and
``below``, the activations of the layer below. Shapes: units of a dense layer (units,), of a picture
(rows, columns), of maps (maps, rows, columns).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod, sqrt

import numpy as np

from xlnn.equation import Equation
from xlnn.equations import layernorm
from xlnn.equations.activation import ACTIVATIONS
from xlnn.equations.convolution import (
    Argmax,
    AveragePooling,
    AveragePoolingDelta,
    Convolution,
    ConvolutionDelta,
    FilterGradient,
    MaxPooling,
    MaxPoolingDelta,
    places,
)
from xlnn.equations.dense import BIAS_GRADIENT, DENSE, HIDDEN_DELTA, WEIGHT_GRADIENT
from xlnn.equations.lens import ONE_WEIGHT_GRADIENT
from xlnn.equations.sentences import HiddenDeltaSentence, InputSentence, UnitSentence
from xlnn.errors import DataError

Shape = tuple[int, ...]

ONE, NONE = (1, 1), (0, 0, 0, 0)
"""The default step of a filter, and no padding."""

LARGEST_BLOCK = 60
"""The most cells of a max-pooling block: a formula may nest 64 functions."""


@dataclass(frozen=True)
class Parameter:
    """A parameter of a layer, which training adjusts.

    Attributes
    ----------
    title, symbol : str
        The name and the letter that the sheets show.
    tensor : str
        What PyTorch calls it.
    is_weight : bool
        Whether it multiplies the inputs of each unit. Only such a parameter is penalised, shown as
        pictures and paths, and initialised by fan-in.
    start : float or None
        The initial value; None if it is random.
    meaning, of_filters : str
        Its meaning, and its meaning in a network whose layers have filters, if different.
    slope : (str, str)
        The meaning and the formula of its gradient; empty if the Guide does not show them.
    heading : str
        The heading over it and the bias or shift beside it; empty for the bias and the shift.
    """

    title: str
    symbol: str
    tensor: str
    is_weight: bool = False
    start: float | None = None
    meaning: str = ""
    of_filters: str = ""
    slope: tuple[str, str] = ("", "")
    heading: str = ""


PARAMETERS = {
    "W": Parameter(
        "weights", "w", "weight", is_weight=True,
        meaning="how much weight a unit gives each input",
        of_filters="how much weight a filter gives each pixel, or a unit each input",
        slope=("how fast the total cost changes with a weight", "Σ δ a{decay}"),
        heading="weights w",
    ),
    "b": Parameter(
        "biases", "b", "bias", meaning="how easily a unit is activated",
        slope=("how fast the total cost changes with a bias", "Σ δ"),
    ),
    "gain": Parameter(
        "gains", "γ", "weight", start=1.0, meaning="how much a unit scales its normalised value",
        heading="gain γ, shift β",
    ),
    "shift": Parameter(
        "shifts", "β", "bias", start=0.0, meaning="how far a unit shifts it: z = γ x̂ + β"
    ),
}  # fmt: skip
"""The parameters of all kinds of layers, by the beginning of their names: W of W2, gain of gain3.

Differs from Ba et al. 2016, whose letters are g and b: b is that of a dense layer, and beta2 would
be a constant of Adam."""

SINGLE = ("largest", "mean", "variance", "delta_mean", "delta_product")
"""Quantities with one number per sample instead of one per unit."""

WEIGHTS = frozenset(name for name, parameter in PARAMETERS.items() if parameter.is_weight)


def parameter_of(name: str) -> tuple[str, str]:
    """Return the parameter and the layer of an array's name.

    >>> parameter_of("W2"), parameter_of("gainN")
    (('W', '2'), ('gain', 'N'))
    """
    parameter = next(letter for letter in PARAMETERS if name.startswith(letter))
    return parameter, name.removeprefix(parameter)


def probed(name: str, shape: Shape) -> float:
    """Return the size of the random numbers that a probe uses for a parameter."""
    return 1.5 / sqrt(prod(shape[1:])) if name in WEIGHTS else 0.5


def computed(equation: Equation, values: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the NumPy result of an equation of a layer, given the layer's arrays by name."""
    result: np.ndarray = equation.array(**{role: values[role] for role in equation.roles})
    return result


Equations = Mapping[str, Equation]


class LayerKind:
    """A layer over the one below it, with what all kinds of layers share.

    Parameters
    ----------
    below : tuple of int
        The shape of the layer below.
    units : int
        Number of units or filters; 0 where the layer below determines it.
    size, step, padding : tuple of int
        Of filters and blocks, as in `xlnn.experiments.network.layers.LayerSpec`.
    activation : str
        A key of `xlnn.equations.activation.ACTIVATIONS`.

    Attributes
    ----------
    has_units : bool
        Whether a template states the number of units.
    activates : bool
        Whether its a is an activation function of its z; otherwise a has the range of the layer
        below.
    slides : bool
        Whether it looks at maps through a window, which has a size, a step and padding.
    shape : tuple of int
        The shape of its units.
    lower : str
        The name of the layer below.
    parameters : dict
        The shapes of its parameters, by their names in `PARAMETERS`.
    forward : dict
        The quantities it computes, with the activations a last.   Book: 3-2
    noted : dict
        What the backward pass needs from the forward pass, such as the slope of the activation.
    gradients : dict
        The gradient of each parameter, from ``delta``.
    gradient_of_one : Equation
        The gradient of the first parameter for one sample; that of the second is delta.
    backward : dict
        Quantities computed from its delta before delta of the layer below.
    delta_below : Equation
        Delta of the layer below. Its role ``slope`` is a' of that layer; all other roles, also
        those that end in ``_above``, are quantities of this layer.
    sentences : dict
        Sentences that show the equations up to z with numbers; empty if its units are maps.
    sentence_below : class
        The sentence that shows ``delta_below`` with numbers.

    Raises
    ------
    DataError
        The sizes do not fit the layer below; the message follows the layer's name.
    """

    has_units = activates = True
    slides = False

    shape: Shape
    lower = ""
    parameters: Mapping[str, Shape] = {}
    forward: Equations
    gradients: Equations = {}
    gradient_of_one: Equation
    backward: Equations = {}
    delta_below: Equation
    sentences: Mapping[str, type[UnitSentence]] = {}
    sentence_below: type[UnitSentence]

    def __init__(  # noqa: PLR0913, PLR0917 -- what a template says of a layer
        self,
        below: Shape,
        units: int = 0,
        size: Shape = (),
        step: Shape = (),
        padding: Shape = (),
        activation: str = "sigmoid",
    ) -> None:
        self.below, self.units, self.activation = below, units, activation
        self.size, self.step, self.padding = size, step, padding or NONE
        function = ACTIVATIONS[activation]
        self.activated: Equations = {**function.steps, "a": function.value}
        self.noted: Equations = {"slope": function.slope} if function.slope else {}
        self.state()

    @property
    def weights(self) -> list[str]:
        """The names of its parameters that are weights."""
        return [name for name in self.parameters if name in WEIGHTS]

    def state(self) -> None:
        """Set its shape and what depends on sizes, or refuse sizes that do not fit."""
        raise NotImplementedError


class Dense(LayerKind):
    """Every unit sees every unit of the layer below."""

    gradients = {"W": WEIGHT_GRADIENT, "b": BIAS_GRADIENT}
    gradient_of_one, delta_below = ONE_WEIGHT_GRADIENT, HIDDEN_DELTA
    sentences, sentence_below = {"z": InputSentence}, HiddenDeltaSentence

    def state(self) -> None:
        self.shape = (self.units,)
        self.parameters = {"W": (self.units, *self.below), "b": self.shape}
        self.forward = {"z": DENSE.restated("W", "below", "b"), **self.activated}


class Convolutional(LayerKind):
    """Filters that slide over the maps below, one step at a time and without padding.

    With longer steps or with padding, only the forward pass is available.
    """

    slides = True
    gradients = {"W": FilterGradient(), "b": BIAS_GRADIENT}
    gradient_of_one = FilterGradient()

    def state(self) -> None:
        _check_maps(self.below, self.size, "filters")
        step = self.step or ONE
        shape = places(self.below[-2:], self.size, step, self.padding)
        if min(shape) < 1:
            rows, columns = self.below[-2:]
            raise DataError(
                f"has filters of {_times(self.size)} and the maps below it have {rows} × "
                f"{columns}: use smaller filters"
            )
        self.shape = (self.units, *shape)
        self.parameters = {
            "W": (self.units, *self.below[:-2], *self.size),
            "b": (self.units,),
        }
        self.forward = {"z": Convolution(step, self.padding), **self.activated}
        self.delta_below = ConvolutionDelta(self.below)


class LayerNorm(LayerKind):
    """The units below, normalised to mean 0 and variance 1 in each sample, then rescaled."""

    has_units = False
    gradients = {"gain": layernorm.GAIN_GRADIENT, "shift": BIAS_GRADIENT}
    gradient_of_one = layernorm.GAIN_GRADIENT
    backward = {
        "delta_normalised": layernorm.NORMALISED_DELTA,
        "delta_mean": layernorm.DELTA_MEAN,
        "delta_product": layernorm.DeltaProduct(),
    }
    delta_below = layernorm.LAYER_NORM_DELTA
    sentences = {
        "normalised": layernorm.NormalisedSentence,
        "z": layernorm.RescaledSentence,
    }
    sentence_below = layernorm.LayerNormDeltaSentence

    def state(self) -> None:
        if len(self.below) > 1:
            raise DataError("normalises units, and below it are maps: put it above a dense layer")
        self.shape = self.below
        self.parameters = {"gain": self.shape, "shift": self.shape}
        self.forward = {
            "mean": layernorm.UNIT_MEAN,
            "variance": layernorm.UNIT_VARIANCE,
            "normalised": layernorm.NORMALISED,
            "z": layernorm.RESCALED,
            **self.activated,
        }


class _Pooled(LayerKind):
    """What both kinds of pooling share: blocks of the maps below, and no parameters."""

    has_units = activates = False
    slides = True

    def state(self) -> None:
        _check_maps(self.below, self.size, "blocks")
        *maps, rows, columns = self.below
        if not self.step and (rows % self.size[0] or columns % self.size[1]):
            raise DataError(
                f"has blocks of {_times(self.size)}, which do not divide the maps of {rows} × "
                f"{columns} below it"
            )
        shape = places((rows, columns), self.size, self.step or self.size, self.padding)
        if min(shape) < 1:
            raise DataError(f"has blocks of {_times(self.size)}, larger than the maps below it")
        self.shape = (*(maps or (1,)), *shape)  # a picture is one map


class MaxPooled(_Pooled):
    """The largest value of each block of the maps below."""

    def state(self) -> None:
        super().state()
        if prod(self.size) > LARGEST_BLOCK:
            raise DataError(
                f"has blocks of {_times(self.size)}: a formula tells apart {LARGEST_BLOCK} values "
                "at most, so use smaller blocks"
            )
        self.forward = {"a": MaxPooling(self.size, self.step, self.padding)}
        self.noted = {"argmax": Argmax(self.size)}
        self.delta_below = MaxPoolingDelta(self.size)


class AveragePooled(_Pooled):
    """The mean of each block of the maps below."""

    def state(self) -> None:
        super().state()
        self.forward, self.noted = {"a": AveragePooling(self.size, self.step)}, {}
        self.delta_below = AveragePoolingDelta(self.size)


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


def _times(size: Shape) -> str:
    return " × ".join(map(str, size))
