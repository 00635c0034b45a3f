"""What does a layer of a kind compute, forward and back? Dense, convolution and pooling.

A kind is asked for its shapes and for its equations; whatever is made of layers asks no more.
Shapes: units of a dense layer (units,), of a picture (rows, columns), of maps
(maps, rows, columns).
"""

from dataclasses import dataclass
from typing import Protocol

from xlnn.equations.convolution import (
    Convolution,
    ConvolutionDelta,
    FilterGradient,
    places,
)
from xlnn.equations.dense import HiddenDelta, WeightedInput, WeightGradient
from xlnn.equations.pooling import (
    Argmax,
    AveragePooling,
    AveragePoolingDelta,
    MaxPooling,
    MaxPoolingDelta,
)
from xlnn.errors import DataError
from xlnn.quantity import Equation

Shape = tuple[int, ...]

ONE, NONE = (1, 1), (0, 0, 0, 0)
"""The usual step of a filter, and nothing around the maps."""

LARGEST_BLOCK = 60
"""Cells of a block of max pooling: a formula takes 64 functions within each other."""


class LayerKind(Protocol):
    """What is asked of a layer, from the shape of the layer below it."""

    below: Shape

    def check(self) -> None:
        """Refuse sizes that do not fit the layer below; the message follows the layer's name."""

    @property
    def shape(self) -> Shape:
        """The shape of its units."""

    @property
    def weights(self) -> Shape:
        """The shape of its weights; () where it has none."""

    @property
    def weighted(self) -> Equation | None:
        """Its z, from ``a``, ``W`` and ``b``; None where it has no weights."""

    @property
    def value(self) -> Equation | None:
        """Its a, from ``below``, where that is not an activation function of z."""

    @property
    def argmax(self) -> Equation | None:
        """What it notes for the way back, from ``below`` and ``a``."""

    @property
    def gradient(self) -> Equation | None:
        """The gradient of its weights, from ``delta`` and ``a``."""

    @property
    def delta_below(self) -> Equation:
        """Delta of the layer below, from ``delta_above`` and what else it asks for."""


@dataclass(frozen=True)
class Dense:
    """Every unit sees every unit of the layer below."""

    below: Shape
    units: int
    size: Shape = ()
    step: Shape = ()
    padding: Shape = ()

    value = argmax = None
    weighted, gradient, delta_below = WeightedInput(), WeightGradient(), HiddenDelta()

    def check(self) -> None:
        """Refuse a size, which a dense layer does not have."""
        if self.size:
            raise DataError("is dense and has units, no size")

    @property
    def shape(self) -> Shape:
        """The shape of its units."""
        return (self.units,)

    @property
    def weights(self) -> Shape:
        """A weight for each unit and each unit below."""
        return (self.units, *self.below)


@dataclass(frozen=True)
class Convolutional:
    """Filters that slide over the maps below, as a rule one step at a time and not over their edge.

    With longer steps, or with zeros around the maps, they go forward only.
    """

    below: Shape
    units: int
    size: Shape
    step: Shape = ()
    padding: Shape = ()

    value = argmax = None
    gradient = FilterGradient()

    @property
    def weighted(self) -> Equation:
        """Its z."""
        return Convolution(self.step or ONE, self.padding or NONE)

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
    def weights(self) -> Shape:
        """A filter over each map below."""
        return (self.units, *self.below[:-2], *self.size)

    @property
    def delta_below(self) -> Equation:
        """Delta of the layer below."""
        return ConvolutionDelta(self.below)


@dataclass(frozen=True)
class _Pooled:
    """What the poolings share: blocks that divide the maps below, and no weights."""

    below: Shape
    units: int
    size: Shape
    step: Shape = ()
    padding: Shape = ()

    weights: Shape = ()
    weighted = gradient = argmax = None

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

    @property
    def value(self) -> Equation:
        """The largest value."""
        return MaxPooling(self.size, self.step, self.padding or NONE)

    @property
    def argmax(self) -> Equation:
        """Where it stands."""
        return Argmax(self.size)

    @property
    def delta_below(self) -> Equation:
        """Delta of the layer below."""
        return MaxPoolingDelta(self.size)


@dataclass(frozen=True)
class AveragePooled(_Pooled):
    """Of each block of the maps below the mean."""

    @property
    def value(self) -> Equation:
        """The mean."""
        return AveragePooling(self.size, self.step)

    @property
    def delta_below(self) -> Equation:
        """Delta of the layer below."""
        return AveragePoolingDelta(self.size)


LAYERS: dict[str, type[LayerKind]] = {
    "dense": Dense,
    "convolution": Convolutional,
    "max pooling": MaxPooled,
    "average pooling": AveragePooled,
}
"""The kinds of layers by the names that a template gives them."""

WITHOUT_WEIGHTS = {"max pooling", "average pooling"}


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
