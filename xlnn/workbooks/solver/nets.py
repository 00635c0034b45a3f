"""The quantities of a network whose images are side by side.   Book: 3-5, 5-4.

Two networks: the dense one of chapter 3, and the convolutional one of chapter 5.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from xlnn.equations import side_by_side
from xlnn.equations.cost import SQUARED_ERROR
from xlnn.equations.layer import (
    PARAMETERS,
    Convolutional,
    Dense,
    LayerKind,
    MaxPooled,
    parameter_of,
    probed,
)
from xlnn.equations.side_by_side import SideBySide
from xlnn.equations.verdict import RIGHT
from xlnn.equations.wording import Told
from xlnn.quantity import Quantity, superscript
from xlnn.registry.text import Text


@dataclass(frozen=True)
class Net:
    """A network for images of digits.

    Attributes
    ----------
    picture : (int, int)
        Rows and columns of an image.
    first : int
        The digit of the first output.
    layers : dict of LayerKind
        By name, starting with the input; those with weights have sigmoid units.
    """

    picture: tuple[int, int]
    first: int
    layers: Mapping[str, LayerKind]

    @property
    def output(self) -> str:
        """The name of the output layer."""
        return list(self.layers)[-1]

    @property
    def outputs(self) -> int:
        """How many digits it tells apart."""
        return self.layers[self.output].shape[0]

    @property
    def variables(self) -> dict[str, tuple[int, ...]]:
        """The weights and biases, and their shapes, layer by layer."""
        return {
            f"{kind}{name}": shape
            for name, layer in self.layers.items()
            for kind, shape in layer.parameters.items()
        }


DENSE = Net((4, 3), 0, {"2": Dense((4, 3), 3), "3": Dense((3,), 2)})
"""12-3-2 units.   Book: 3-1, 3-5."""

MAPS = Net(
    (6, 6),
    1,
    {
        "F": Convolutional((6, 6), 3, (3, 3)),
        "P": MaxPooled((3, 4, 4), 0, (2, 2)),
        "O": Dense((3, 2, 2), 3),
    },
)
"""Three filters of 3 x 3, max pooling of 2 x 2, three outputs.   Book: 5-2, 5-4."""


def quantities(net: Net, images: int, words: Text) -> Iterator[Quantity]:
    """Yield the weights, and for each image its picture, its units, C and the digit recognised."""
    on: dict[str, Any] = {"sheet": "solver"}
    yield from _variables(net, on)
    each = {**on, "role": "forward"}
    yield Quantity("images", symbol="x{}", shape=(images, *net.picture), role="input",
                   number_format="General", **on)  # fmt: skip
    choices = (net.first, net.first + net.outputs - 1)
    yield Quantity("labels", symbol="", shape=(images,), role="input", number_format="0",
                   choices=choices, **on)  # fmt: skip
    shape = (images, net.outputs)
    target = SideBySide(side_by_side.target(net.first, net.outputs), "label")
    yield Quantity("t", symbol="t", shape=shape, equation=target, uses={"label": "labels"},
                   number_format="0", **each)  # fmt: skip
    below = "images"
    for name, layer in net.layers.items():
        for kind, equation in layer.forward.items():
            own = SideBySide(
                equation, *(role for role in equation.roles if role not in layer.parameters)
            )
            uses = {role: below if role == "below" else f"{role}{name}" for role in equation.roles}
            digits = "0.0" if kind == "z" and len(layer.shape) == 3 else "0.00"
            yield Quantity(f"{kind}{name}", kind, f"{kind}{superscript(name)}", equation=own,
                           shape=(images, *layer.shape), uses=uses, number_format=digits,
                           **each)  # fmt: skip
        below = f"a{name}"
    yield from _results(net, images, words)


def _variables(net: Net, on: Mapping[str, Any]) -> Iterator[Quantity]:
    for name, shape in net.variables.items():
        kind, layer = parameter_of(name)
        symbol = f"{PARAMETERS[kind].symbol}{superscript(layer)}"
        yield Quantity(name, kind, symbol, shape=shape, role="weight", number_format="0.00",
                       scale=probed(kind, shape), **on)  # fmt: skip


def _results(net: Net, images: int, words: Text) -> Iterator[Quantity]:
    """Yield C of each image and of all, which are recognised, and two sentences."""
    on: dict[str, Any] = {"sheet": "solver"}
    a = f"a{net.output}"
    per = {**on, "shape": (images,)}
    cost = SideBySide(SQUARED_ERROR, "t", "a")
    yield Quantity("C", symbol="C", equation=cost, uses={"a": a}, number_format="0.000", **per)
    seen = SideBySide(side_by_side.LargestDigit(net.first), "a")
    yield Quantity("answer", equation=seen, uses={"a": a}, number_format='0;"?";0', **per)
    right = SideBySide(RIGHT, "answer", "truth")
    marks = words("sentences", "marks")
    yield Quantity("right", equation=right, uses={"truth": "labels"}, number_format=marks,
                   **per)  # fmt: skip
    yield Quantity("C_T", symbol="C_T", equation=side_by_side.TOTAL_OF_BLOCKS,
                   number_format="0.00000", **on)  # fmt: skip
    yield Quantity("recognised", equation=side_by_side.RECOGNISED_BLOCKS, number_format="0", **on)
    yield Quantity("C_T_built", symbol="C_T", is_record=True,
                   number_format="0.00000", **on)  # fmt: skip
    yield Quantity("far", equation=side_by_side.how_far(images), number_format="0", **on)
    said = [
        words.open("sentences", key, images=images) for key in ("to_solve", "all_right", "solved")
    ]
    yield Quantity("says", equation=Told(said, "far"), is_text=True, **on)
