"""What do the quantities of a network share? Its layers and axes, and what a kind settles."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xlnn.equations.verdict import LabelOf
from xlnn.quantity import Axis, Equation, Quantity, Use, superscript
from xlnn.workbooks.network.spec import Spec


@dataclass(frozen=True)
class Kind:
    """What all quantities of a kind share: symbol (^ is the layer), sheet, number format."""

    symbol: str = ""
    sheet: str = ""
    number_format: str = "0.0000"


KINDS = {
    "eta": Kind("η", "settings", "General"),
    "labels": Kind("", "settings", "General"),
    "number": Kind("", "images", "0"),
    "middle": Kind("", "settings", "General"),
    "factor": Kind("", "settings", "General"),
    "raw": Kind("x{}", "images", "General"),
    "x": Kind("x{}", "images", "General"),
    "t": Kind("t{}", "images", "General"),
    "truth": Kind("", "images", "0"),
    "truth_label": Kind("", "images", "General"),
    "W": Kind("w^{}", "weights"),
    "b": Kind("b^{}", "weights"),
    "z": Kind("z^{}", "training"),
    "largest": Kind("max z^", "training"),
    "exp": Kind("exp^{}", "training"),
    "a": Kind("a^{}", "training"),
    "argmax": Kind("max^{}", "training", "0"),
    "slope": Kind("a′(z^{})", "training"),
    "loss": Kind("c{}", "training"),
    "C": Kind("C", "training"),
    "delta": Kind("δ^{}", "training"),
    "answer": Kind("", "training", "0"),
    "label": Kind("", "training", "General"),
    "right": Kind("", "training", "0"),
    "dC_dW": Kind("∂C_T/∂w^{}", "gradients", "0.00000"),
    "dC_db": Kind("∂C_T/∂b^{}", "gradients", "0.00000"),
    "C_T": Kind("C_T", "progress"),
    "recognised": Kind("", "progress", "0"),
    "accuracy": Kind("", "progress", "0.0%"),
    "mean_C": Kind("", "progress"),
    "gradient_size": Kind("|∇C_T|", "progress"),
}
"""The kinds of quantities that the book names."""


class Stack:
    """A Spec's layers and axes, as the functions that list quantities see them."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.layers = spec.layers
        self.epoch = Axis("epoch", spec.epochs, "time")
        self.state = Axis("state", spec.epochs + 1, "time")
        self.image = Axis("image", spec.images, "image")
        self.test_image = Axis("image", spec.test_images, "image")
        self.names = [layer.name for layer in spec.layers]
        self.output = self.names[-1]
        self.below = dict(zip(self.names, ["1", *self.names], strict=False))
        self.kinds = spec.kinds
        self.shapes = {"1": self.kinds[self.names[0]].below}
        self.shapes |= {name: kind.shape for name, kind in self.kinds.items()}
        self.labels_are_text = spec.is_regression or not numeric_labels(spec)

    @property
    def parameters(self) -> Iterator[tuple[str, str, tuple[int, ...]]]:
        """Kind, layer and shape of all weights and biases, layer by layer."""
        for name, kind in self.kinds.items():
            if kind.weights:
                yield "W", name, kind.weights
                yield "b", name, kind.weights[:1]

    def activation(self, layer: str, prefix: str = "") -> str:
        """Return the name of a layer's activations; those of layer 1 are the pixels."""
        return f"{prefix}x" if layer == "1" else f"{prefix}a{layer}"

    def label(
        self, kind: str, *, axes: tuple[Axis, ...], of: str, prefix: str = "", sheet: str = ""
    ) -> Quantity:
        """Return the quantity that names a class."""
        return quantity(
            kind,
            prefix=prefix,
            sheet=sheet,
            axes=axes,
            equation=LabelOf(),
            uses={"answer": of, "labels": "labels"},
            is_text=self.labels_are_text,
        )


def numeric_labels(spec: Spec) -> bool:
    """Tell whether the labels are whole numbers, so that the sheet shows them as numbers."""
    return all(label.isdecimal() and str(int(label)) == label for label in spec.labels)


def quantity(  # noqa: PLR0913 -- what a kind does not settle
    kind: str,
    layer: str = "",
    *,
    prefix: str = "",
    sheet: str = "",
    axes: tuple[Axis, ...] = (),
    shape: tuple[int, ...] = (),
    equation: Equation | None = None,
    uses: Mapping[str, str | Use] | None = None,
    is_text: bool = False,
    is_record: bool = False,
    given: int = 0,
    scale: float = 1.0,
    choices: tuple[int, int] | None = None,
    number_format: str = "",
) -> Quantity:
    """Return the quantity of a kind in a layer; of the uses offered it takes its equation's."""
    offered = {}
    if equation is not None:
        left_out = {role for role in equation.optional if role not in (uses or {})}
        offered = {role: (uses or {})[role] for role in equation.roles if role not in left_out}
    settled = KINDS.get(kind, Kind())
    return Quantity(
        name=f"{prefix}{kind}{layer}",
        kind=kind,
        symbol=settled.symbol.replace("^", superscript(layer)),
        sheet=sheet or settled.sheet,
        axes=axes,
        shape=shape,
        equation=equation,
        uses={role: use if isinstance(use, Use) else Use(use) for role, use in offered.items()},
        given=given,
        number_format=number_format or settled.number_format,
        layer=layer,
        is_text=is_text,
        is_record=is_record,
        scale=scale,
        choices=choices,
    )
