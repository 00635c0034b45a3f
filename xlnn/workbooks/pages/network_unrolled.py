"""The layout of a network that is unrolled in time."""

from collections.abc import Iterator
from functools import cached_property, partial
from math import hypot
from typing import Any

from xlnn.axis import Axis
from xlnn.workbooks.pages.network_drawing import Point, Texts
from xlnn.workbooks.pages.network_layers import Entry, NetworkLayout
from xlnn.workbooks.pages.sheet import Context

STEP, LOWEST, HIGHEST, WIDEST = 22, 78, 86, 320
"""The width of a step at least, the height at least and at most, and the width at most, in mm.
LibreOffice breaks texts into lines in a lower chart."""

LEFT, RIGHT, BOTTOM, ABOVE = 40, 14, 10, 12
"""The room beside the steps for names and texts, below them, and above all."""

BETWEEN = 1.3
"""The room between layers of a step, in rows."""

APART, LARGEST = 10, 3.4
"""The largest distance of units below each other, and their largest radius."""

ACROSS = 2.2
"""The distance of units in a row, in radii."""

LEANING = 0.95
"""How much of a step its layers take, each further to the right than the one below it."""


class Unrolled(NetworkLayout):
    """Steps from left to right, and in each of them the layers from the bottom up."""

    @cached_property
    def _steps(self) -> list[int]:
        return sorted({step for layer in self.layers.values() for step in layer.steps})

    @cached_property
    def _pitch(self) -> float:
        rows = sum(layer.grid[0] for layer in self.layers.values()) + BETWEEN * (
            len(self.layers) - 1
        )
        return min(APART, HIGHEST / rows)

    @cached_property
    def _apart(self) -> float:
        width = max(self.stated.size[0], min(WIDEST, LEFT + RIGHT + STEP * len(self._steps)))
        return (width - LEFT - RIGHT) / len(self._steps)

    @cached_property
    def radius(self) -> float:
        """The radius of a unit."""
        return min(LARGEST, 0.33 * self._pitch, 0.12 * self._apart)

    @cached_property
    def _bottoms(self) -> dict[str, float]:
        """The height of the lowest units of each layer."""
        heights, height = {}, BOTTOM + self._pitch / 2
        for name, layer in self.layers.items():
            heights[name] = height
            height += (layer.grid[0] + BETWEEN) * self._pitch
        return heights

    @cached_property
    def size(self) -> tuple[float, float]:
        """The width and the height."""
        *_, name = self.layers
        top = self._bottoms[name] + self.layers[name].grid[0] * self._pitch
        return LEFT + self._apart * len(self._steps) + RIGHT, max(LOWEST, top + ABOVE)

    def place(self, name: str, entry: Entry) -> Point:
        """Return where a unit is."""
        step, row, *_ = entry
        layer, number = self.layers[name], [*self.layers].index(name)
        leaning = LEANING * ((number + 0.5) / len(self.layers) - 0.5)
        x = LEFT + self._apart * (self._steps.index(step) + 0.5 + leaning)
        height = self._bottoms[name] + (layer.grid[0] - 1 - row) * self._pitch
        columns = self.layers[name].grid[-1]
        return x + ACROSS * self.radius * (entry[-1] - (columns - 1) / 2), height

    def across(self, _: str) -> float:
        """Return how broad a unit is."""
        return 2 * self.radius

    def ends(self, start: tuple[str, Entry], end: tuple[str, Entry]) -> tuple[Point, Point]:
        """Return where a line leaves a unit, and where it reaches another."""
        (x, y), (a, b) = self.place(*start), self.place(*end)
        behind = self.square(*start)[0] + self.radius if start[0] in self.stated.back else x
        begins, reaches = max(x + self.radius, behind), a - self.radius
        if begins < reaches:
            return (begins, y), (reaches, b)
        share = self.radius / max(hypot(a - x, b - y), self.radius)
        right, up = share * (a - x), share * (b - y)
        return (x + right, y + up), (a - right, b - up)

    def square(self, name: str, entry: Entry) -> Point:
        """Return where the error of a unit is: to the right of it."""
        x, y = self.place(name, entry)
        return x + 1.8 * self.radius, y

    def captions(self) -> Iterator[Texts]:
        """Yield the names of the layers at the left, and the numbers of the steps below."""
        names = {}
        for name, layer in self.layers.items():
            middle = self._bottoms[name] + (layer.grid[0] - 1) / 2 * self._pitch
            names[LEFT - 5, middle] = self.called(name)
        names[LEFT - 5, 5.0] = lambda page: page.words.of_itself("headings", self.axis.name)
        yield self.texts("name", names, "l")
        numbers = {
            (LEFT + self._apart * (n + 0.5), 3.0): partial(_number, self.axis, step)
            for n, step in enumerate(self._steps)
        }
        yield self.texts("heading", numbers, "t")


def _number(axis: Axis, step: int, _: Context[Any]) -> str:
    return str(step + axis.counts_from)
