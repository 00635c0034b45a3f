"""Which quantities does the sheet Recognise hold? A drawing, and what the network makes of it."""

from collections.abc import Iterator

from xlnn.equations.lens import Seen
from xlnn.equations.verdict import LargestUnit
from xlnn.equations.wording import Bar, Verdict
from xlnn.models.lens import ONE, forward_by_bands, shown_shape, weights
from xlnn.models.stack import Stack, quantity
from xlnn.quantity import Quantity

SHEET = "recognise"
PREFIX = "draw_"


def recognise(stack: Stack, words: str) -> Iterator[Quantity]:
    """Yield the quantities of the sheet Recognise.

    Parameters
    ----------
    stack : Stack
    words : str
        The verdict in the workbook's language, with ``{label}`` and then ``{output}`` in it.
    """
    shown = {"prefix": PREFIX, "sheet": SHEET}
    one = {"axes": (ONE,), **shown}
    yield quantity("epoch", choices=(0, stack.spec.epochs), number_format="0", **shown)
    yield quantity("x", shape=stack.spec.picture, number_format="General", **one)
    # state 0 is the start, so the weights after epoch e stand in row e + 1
    yield from weights(stack, PREFIX, SHEET, "draw_epoch", row=2)
    yield from forward_by_bands(stack, slopes=False, **one)
    first = stack.names[0]
    yield quantity(
        "seen",
        shape=shown_shape(stack, "W", first),
        equation=Seen(),
        uses={"a": "draw_x", "W": f"draw_W{first}"},
        **shown,
    )
    output = {"a": f"draw_a{stack.output}"}
    shape = (stack.units[stack.output],)
    yield quantity("bar", equation=Bar(()), uses=output, shape=shape, is_text=True, **one)
    yield quantity("answer", equation=LargestUnit(), uses=output, **one)
    yield stack.label("label", (ONE,), of="draw_answer", **shown)
    yield quantity(
        "verdict",
        equation=Verdict(words),
        uses={"label": "draw_label", **output},
        is_text=True,
        **one,
    )
