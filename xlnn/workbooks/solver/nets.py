"""The networks whose weights a solver finds: their quantities, one image beside the other.

Two networks: the dense one of chapter 3, and the convolutional one of chapter 5.   Book: 3-5, 5-4.
"""

from collections.abc import Iterator
from functools import partial

from xlnn.equations import digits
from xlnn.equations.cost import SQUARED_ERROR, TOTAL_COST
from xlnn.equations.layer import PARAMETERS, probed
from xlnn.equations.verdict import RECOGNISED, RIGHT
from xlnn.equations.wording import Told
from xlnn.quantity import Axis, Quantity, superscript
from xlnn.registry.text import Text
from xlnn.workbooks.network.quantities.stack import Stack
from xlnn.workbooks.network.spec import LayerSpec, Spec

DENSE = Spec(
    "digits", "en", 0, 64, (4, 3), ("0", "1"), (LayerSpec("2", 3), LayerSpec("3", 2)), ""
)  # fmt: skip
"""12-3-2 units.   Book: 3-1, 3-5."""

MAPS = Spec(
    "cnn", "en", 0, 96, (6, 6), ("1", "2", "3"),
    (
        LayerSpec("F", 3, "sigmoid", "convolution", (3, 3)),
        LayerSpec("P", 0, "linear", "max pooling", (2, 2)),
        LayerSpec("O", 3),
    ), "",
)  # fmt: skip
"""Three filters of 3 x 3, max pooling of 2 x 2, three outputs.   Book: 5-2, 5-4."""


def variables(net: Spec) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the weights and biases by name, layer by layer."""
    return {f"{kind}{layer}": shape for kind, layer, shape in Stack(net).parameters}


def quantities(net: Spec, images: int, words: Text) -> Iterator[Quantity]:
    """Yield the weights, and for each image its picture, its units, C and the digit recognised."""
    for kind, layer, shape in Stack(net).parameters:
        symbol = f"{PARAMETERS[kind].symbol}{superscript(layer)}"
        yield Quantity(f"{kind}{layer}", kind, symbol, shape=shape, role="weight",
                       number_format="0.00", scale=probed(kind, shape))  # fmt: skip
    each = partial(Quantity, axes=(Axis("image", images),))
    yield each("images", symbol="x{}", shape=net.picture)
    first, last = int(net.labels[0]), int(net.labels[-1])
    yield each("labels", symbol="", choices=(first, last))
    target = digits.target(first, len(net.labels))
    yield each("t", symbol="t", shape=(len(net.labels),), equation=target.of("labels"),
               number_format="0", role="forward")  # fmt: skip
    below = "images"
    for name, layer in net.kinds.items():
        for kind, equation in layer.forward.items():
            uses = {role: below if role == "below" else f"{role}{name}" for role in equation.roles}
            decimals = "0.0" if kind == "z" and len(layer.shape) == 3 else "0.00"
            yield each(f"{kind}{name}", kind, f"{kind}{superscript(name)}", shape=layer.shape,
                       equation=equation, uses=uses, number_format=decimals,
                       role="forward")  # fmt: skip
        below = f"a{name}"
    yield each("C", symbol="C", equation=SQUARED_ERROR.of("t", below), number_format="0.000")
    yield each("answer", equation=digits.LargestDigit(first).of(below),
               number_format='0;"?";0')  # fmt: skip
    marks = words("sentences", "marks")
    yield each("right", equation=RIGHT.of("answer", "labels"), number_format=marks)
    yield Quantity("C_T", symbol="C_T", equation=TOTAL_COST, number_format="0.00000")
    yield Quantity("recognised", equation=RECOGNISED, number_format="0")
    yield Quantity("C_T_built", symbol="C_T", is_record=True, number_format="0.00000")
    yield Quantity("far", equation=digits.how_far(images), number_format="0")
    keys = ("to_solve", "all_right", "solved")
    said = [words.open("sentences", key, images=images) for key in keys]
    yield Quantity("says", equation=Told(said, "far"), is_text=True)
