"""Where does each quantity of the network stand on its one sheet?   Book: 3-5, 5-4.

At the left the weights, a picture for each unit; to the right a block of cells for each image: its
picture, and beside the weights of each unit what that unit makes of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from xlnn.blocks import Block, single_block
from xlnn.equations.layer import WEIGHTS as PICTURED
from xlnn.equations.layer import LayerKind, Shape
from xlnn.quantity import Model
from xlnn.workbooks.solver.nets import Net

HEAD = 5
"""The row of the images' numbers; above it, always in sight, the title, C_T, and what it means."""

NAMES, WEIGHTS = 1, 2
"""The columns of what is named, and the first one of the weights."""


@dataclass(frozen=True)
class Places:
    """The rows and columns of a network.

    Attributes
    ----------
    net : Net
    """

    net: Net

    @property
    def across(self) -> int:
        """Columns of the widest weights."""
        return max(_width(layer) for layer in self._weighted.values())

    @property
    def bias(self) -> int:
        """The column of the biases."""
        return WEIGHTS + self.across

    @property
    def first(self) -> int:
        """The first column of the first image."""
        return self.bias + 2

    @property
    def block(self) -> int:
        """Columns of an image: its picture, a map and what pooling makes of it, or z, a and t."""
        pooled = [layer.shape[-1] for layer in self.net.layers.values() if not layer.parameters]
        maps = max((layer.shape[-1] for layer in self._maps), default=0) + sum(pooled)
        return max(self.net.picture[1], maps, 3)

    @property
    def step(self) -> int:
        """Columns from z to a, and from a to t."""
        return self.block // 3

    @property
    def apart(self) -> int:
        """Columns from one image to the next."""
        return self.block + 1

    @property
    def tops(self) -> dict[str, int]:
        """The row of the first unit of each layer; one above it are the headings."""
        row, tops = HEAD + self.net.picture[0] + 3, {}
        for name, layer in self.net.layers.items():
            if not layer.parameters:
                tops[name] = list(tops.values())[-1]  # beside what it pools
                continue
            tops[name] = row
            row += layer.shape[0] * self.down(name) + 2 - (unit_height(layer) > 1)
        return {**tops, "": row}

    def down(self, name: str) -> int:
        """Return how many rows lie from one unit of a layer to the next."""
        height = unit_height(self.net.layers[name])
        return height + (height > 1)

    def map_rows(self, name: str) -> int:
        """Return how many rows a map takes; 0 where the layer has none. Its a is below its z."""
        shape = self.net.layers[name].shape
        return shape[1] if len(shape) == 3 else 0

    @property
    def results(self) -> int:
        """The row of C."""
        return self.tops[""]

    @property
    def last(self) -> int:
        """The last row."""
        return self.results + 4

    @property
    def _weighted(self) -> dict[str, LayerKind]:
        return {name: layer for name, layer in self.net.layers.items() if layer.parameters}

    @property
    def _maps(self) -> list[LayerKind]:
        return [layer for layer in self._weighted.values() if len(layer.shape) == 3]

    def place(self, model: Model) -> Iterator[Block]:
        """Give each quantity its cells."""
        right, down = (0, self.apart), (1, 0)
        yield single_block(model["images"], HEAD + 1, self.first, right, down, (0, 1))
        yield single_block(model["labels"], HEAD, self.first + self.step, right)
        beside = 0, 0, (0, 0)  # the layer before: its row, the column after it, from unit to unit
        for name, layer in self.net.layers.items():
            top, units = self.tops[name], (self.down(name), 0)
            within = (down, (0, 1)) if len(layer.shape) == 3 else ()
            if not layer.parameters:  # to the right of the maps that it pools
                row, column, units = beside
                yield single_block(model[f"a{name}"], row, column, right, units, *within)
                continue
            for kind, shape in layer.parameters.items():
                column = WEIGHTS if kind in PICTURED else self.bias
                yield single_block(model[f"{kind}{name}"], top, column, units, *_inner(shape))
            yield single_block(model[f"z{name}"], top, self.first, right, units, *within)
            row = top + self.map_rows(name)
            column = self.first + (0 if within else self.step)
            yield single_block(model[f"a{name}"], row, column, right, units, *within)
            beside = row, column + layer.shape[-1], units
        output = self.net.output
        column = self.first + 2 * self.step
        yield single_block(model["t"], self.tops[output], column, right, (self.down(output), 0))
        yield single_block(model["C"], self.results, self.first, right)
        yield single_block(model["answer"], self.results + 1, self.first, right)
        yield single_block(model["right"], self.results + 1, self.first + self.step, right)
        yield single_block(model["C_T"], 3, NAMES)
        yield single_block(model["recognised"], 3, WEIGHTS)
        yield single_block(model["says"], 3, self.first)
        yield single_block(model["C_T_built"], self.results + 3, NAMES)
        yield single_block(model["far"], self.results + 4, NAMES)


def _width(layer: LayerKind) -> int:
    """Return how many columns the weights of a unit take."""
    return max(prod(shape[1:]) // _rows(shape) for shape in layer.parameters.values())


def _rows(shape: Shape) -> int:
    """Return how many rows the weights of a unit take."""
    return shape[-2] if len(shape) > 2 else 1


def unit_height(layer: LayerKind) -> int:
    """Return how many rows a unit takes: of its weights, or of its two maps, z and a."""
    maps = 2 * layer.shape[1] if len(layer.shape) == 3 else 1
    return max(maps, *map(_rows, layer.parameters.values()), 1)


def _inner(shape: Shape) -> tuple[tuple[int, int], ...]:
    """Return the steps of the weights of a unit: a row, a picture, or pictures side by side."""
    return ((0, shape[-1]), (1, 0), (0, 1))[4 - len(shape) :]
