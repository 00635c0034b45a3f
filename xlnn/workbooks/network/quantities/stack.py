"""What the quantities of a network share: layers, axes and settings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xlnn.equations.activation import ACTIVATIONS
from xlnn.equations.cost import COSTS
from xlnn.equations.layer import PARAMETERS, SINGLE, WEIGHTS
from xlnn.equations.verdict import LABEL_OF
from xlnn.quantity import Axis, Equation, Quantity, Use, superscript
from xlnn.workbooks.network.spec import Spec


@dataclass(frozen=True)
class QuantityKind:
    """What all quantities of a kind share: symbol (^ is the layer), sheet, number format, role."""

    symbol: str = ""
    sheet: str = ""
    number_format: str = "0.0000"
    role: str = "result"


QUANTITY_KINDS = {
    "eta": QuantityKind("η", "settings", "General", role="input"),
    "labels": QuantityKind("", "settings", "General", role="input"),
    "number": QuantityKind("", "images", "0", role="key"),
    "middle": QuantityKind("", "settings", "0.0000", role="input"),
    "factor": QuantityKind("", "settings", "0.0000", role="input"),
    "t_middle": QuantityKind("", "settings", "0.0000", role="input"),
    "t_factor": QuantityKind("", "settings", "0.0000", role="input"),
    "raw": QuantityKind("x{}", "images", "General", role="input"),
    "raw_t": QuantityKind("y{}", "images", "General", role="input"),
    "x": QuantityKind("x{}", "images", "General", role="input"),
    "t": QuantityKind("t{}", "images", "General", role="input"),
    "truth": QuantityKind("", "images", "0"),
    "truth_label": QuantityKind("", "images", "General"),
    "mean": QuantityKind("μ^", "training", role="forward"),
    "variance": QuantityKind("(σ²)^", "training", role="forward"),
    "normalised": QuantityKind("x̂^{}", "training", role="forward"),
    "z": QuantityKind("z^{}", "training", role="forward"),
    "largest": QuantityKind("max z^", "training", role="forward"),
    "exp": QuantityKind("exp^{}", "training", role="forward"),
    "a": QuantityKind("a^{}", "training", role="forward"),
    "argmax": QuantityKind("max^{}", "training", "0", role="forward"),
    "slope": QuantityKind("a′(z^{})", "training", role="forward"),
    "loss": QuantityKind("c{}", "training", role="backward"),
    "C": QuantityKind("C", "training", role="backward"),
    "delta": QuantityKind("δ^{}", "training", role="backward"),
    "answer": QuantityKind("", "training", "0"),
    "label": QuantityKind("", "training", "General"),
    "right": QuantityKind("", "training", "0"),
    "predicted": QuantityKind("ŷ{}", "training"),
    "actual": QuantityKind("y{}", "fit", "General"),
    "off": QuantityKind("|ŷ − y|{}", "training"),
    "delta_normalised": QuantityKind("∂C/∂x̂^{}", "training", role="backward"),
    "delta_mean": QuantityKind("⟨∂C/∂x̂⟩^", "training", role="backward"),
    "delta_product": QuantityKind("⟨x̂ ∂C/∂x̂⟩^", "training", role="backward"),
    "C_T": QuantityKind("C_T", "progress", role="backward"),
    "recognised": QuantityKind("", "progress", "0"),
    "accuracy": QuantityKind("", "progress", "0.0%"),
    "mean_C": QuantityKind("", "progress", role="backward"),
    "rmse": QuantityKind("RMSE{}", "progress"),
    "mae": QuantityKind("MAE{}", "progress"),
    "gradient_size": QuantityKind("|∇C_T|", "progress", role="backward"),
    "l2": QuantityKind("λ", "settings", "General", role="input"),
    "penalty": QuantityKind("λ/2 Σ w²", "progress", role="backward"),
    "mu": QuantityKind("μ", "settings", "General", role="input"),
    "beta": QuantityKind("β", "settings", "General", role="input"),
    "beta1": QuantityKind("β₁", "settings", "General", role="input"),
    "beta2": QuantityKind("β₂", "settings", "General", role="input"),
    "epsilon": QuantityKind("ε", "settings", "General", role="input"),
    "steps": QuantityKind("n", "optimiser", "0"),
    "correction1": QuantityKind("1 − β₁ⁿ", "optimiser"),
    "correction2": QuantityKind("1 − β₂ⁿ", "optimiser"),
    **{
        kind.format(name): QuantityKind(symbol.format(each.symbol), sheet, digits, role=role)
        for name, each in PARAMETERS.items()
        for kind, symbol, sheet, digits, role in (
            ("{}", "{}^{{}}", "weights", "0.0000", "weight"),
            ("{}_after", "→ {}^{{}}", "lens", "0.0000", "weight"),
            ("dC_d{}_one", "∂C/∂{}^{{}}", "lens", "0.0000", "backward"),
            ("dC_d{}", "∂C_T/∂{}^{{}}", "gradients", "0.00000", "backward"),
            ("velocity_{}", "v({}^{{}})", "optimiser", "0.00000", "weight"),
            ("square_{}", "s({}^{{}})", "optimiser", "0.00E+00", "weight"),
            ("moment1_{}", "m({}^{{}})", "optimiser", "0.00000", "weight"),
            ("moment2_{}", "v({}^{{}})", "optimiser", "0.00E+00", "weight"),
            ("direction_{}", "r({}^{{}})", "optimiser", "0.0000", "weight"),
        )
    },
}
"""The kinds of quantities that the book names."""


class Stack:
    """A Spec's layers and axes, for the functions that list quantities."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.layers = spec.layers
        self.epoch = Axis("epoch", spec.epochs, "time")
        self.state = Axis("state", spec.epochs + 1, "time", counts_from=0)
        self.image = Axis("image", spec.samples)
        self.test_image = Axis("image", spec.test_samples)
        self.names = [layer.name for layer in spec.layers]
        self.output = self.names[-1]
        self.below = dict(zip(self.names, ["1", *self.names], strict=False))
        self.kinds = spec.kinds
        self.shapes = {"1": self.kinds[self.names[0]].below}
        self.shapes |= {name: kind.shape for name, kind in self.kinds.items()}
        self.labels_are_text = spec.is_regression or not numeric_labels(spec)

    @property
    def parameters(self) -> Iterator[tuple[str, str, tuple[int, ...]]]:
        """Name, layer and shape of all parameters, layer by layer."""
        for layer, kind in self.kinds.items():
            for name, shape in kind.parameters.items():
                yield name, layer, shape

    def weights(self, layer: str) -> list[str]:
        """Return the names of the parameters of a layer that are weights."""
        return [name for name in self.kinds[layer].parameters if name in WEIGHTS]

    def activation(self, layer: str, prefix: str = "") -> str:
        """Return the name of a layer's activations; those of layer 1 are the pixels."""
        return f"{prefix}x" if layer == "1" else f"{prefix}a{layer}"

    @property
    def learning(self) -> list[str]:
        """The layers that errors reach: those with parameters, and those above them."""
        first = next(n for n, kind in enumerate(self.kinds.values()) if kind.parameters)
        return self.names[first:] if self.spec.epochs else []

    def noted(self, layer: str) -> dict[str, Equation]:
        """Return what a layer keeps in the forward pass for back-propagation."""
        if layer not in self.learning:
            return {}
        asked, found = COSTS[self.spec.cost].delta.roles, self.kinds[layer].noted
        return {kind: found[kind] for kind in found if layer != self.output or kind in asked}

    def shape_of(self, kind: str, layer: str) -> tuple[int, ...]:
        """Return the shape of a quantity of a layer: a sample has one number, or all units."""
        return () if kind in SINGLE else self.shapes[layer]

    def named(
        self, layer: str, prefix: str = "", seen: str = "", weights: str | None = None
    ) -> dict[str, str]:
        """Return the names of a layer's quantities, and of its inputs.

        Parameters
        ----------
        layer, prefix : str
        seen : str
            Its inputs, if not the activations of the layer below.
        weights : str
            The prefix of its parameters, if different.
        """
        kind, of = self.kinds[layer], prefix if weights is None else weights
        own = (*kind.forward, *self.noted(layer), *kind.backward, "delta")
        names = {each: f"{prefix}{each}{layer}" for each in own}
        names |= {each: f"{of}{each}{layer}" for each in kind.parameters}
        return names | {"below": seen or self.activation(self.below[layer], prefix)}

    def named_below(self, layer: str, prefix: str) -> dict[str, str]:
        """Return the names for delta of a layer, which the layer above states."""
        upper = self.names[self.names.index(layer) + 1]
        own, above = self.named(layer, prefix), self.named(upper, prefix)
        known = above | {f"{kind}_above": name for kind, name in above.items()}
        of_layer = {kind: own[kind] for kind in ("slope", "delta") if kind in own}
        return {kind: known[kind] for kind in known.keys() - {"slope"}} | of_layer

    def at_epoch(self, prefix: str) -> dict[str, str]:
        """Return the argument of a look-up in the chosen epoch; nothing without epochs."""
        return {"at": f"{prefix}epoch"} if self.spec.epochs else {}

    @property
    def is_share(self) -> bool:
        """Whether outputs are between 0 and 1, so that they need no exponent."""
        return ACTIVATIONS[self.layers[-1].activation].reach == (0, 1)

    @property
    def has_shares(self) -> bool:
        """Whether outputs are between 0 and 1, or learn to be 0 or 1, so that a bar shows them."""
        return self.spec.epochs > 0 or self.is_share

    @property
    def measure(self) -> str:
        """The number format in the units of a regression's targets."""
        digits = self.spec.decimals
        return "0.0000" if digits < 0 else f"{0:.{digits}f}"

    def predicted(self, prefix: str = "") -> str:
        """Return the name of a regression's predictions, in the units of its targets."""
        return f"{prefix}predicted" if self.spec.scaled_targets else f"{prefix}a{self.output}"

    def actual(self, prefix: str = "") -> str:
        """Return the name of a regression's unscaled targets."""
        return f"{prefix}raw_t" if self.spec.scaled_targets else f"{prefix}t"

    def label(
        self, kind: str, *, axes: tuple[Axis, ...], of: str, prefix: str = "", sheet: str = ""
    ) -> Quantity:
        """Return the quantity that names a class."""
        return quantity(
            kind,
            prefix=prefix,
            sheet=sheet,
            axes=axes,
            equation=LABEL_OF,
            uses={"answer": of, "labels": "labels"},
            is_text=self.labels_are_text,
        )


def numeric_labels(spec: Spec) -> bool:
    """Return whether the labels are whole numbers, so that the sheet shows them as numbers."""
    return all(label.isdecimal() and str(int(label)) == label for label in spec.labels)


def quantity(  # noqa: PLR0913 -- attributes beyond the kind
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
    counts: bool = False,
    given: int = 0,
    scale: float = 1.0,
    choices: tuple[int, int] | None = None,
    between: tuple[float, float] | None = None,
    calms: bool = False,
    number_format: str = "",
) -> Quantity:
    """Return the quantity of a kind in a layer, with those uses that its equation needs."""
    offered = {}
    if equation is not None:
        left_out = {role for role in equation.optional if role not in (uses or {})}
        offered = {role: (uses or {})[role] for role in equation.roles if role not in left_out}
    settled = QUANTITY_KINDS.get(kind, QuantityKind())
    return Quantity(
        name=f"{prefix}{kind}{layer}", kind=kind, layer=layer, role=settled.role,
        symbol=settled.symbol.replace("^", superscript(layer)), sheet=sheet or settled.sheet,
        axes=axes, shape=shape, equation=equation, uses=offered, given=given, is_text=is_text,
        number_format=number_format or settled.number_format, is_record=is_record, counts=counts,
        scale=scale, choices=choices, between=between, calms=calms,
    )  # fmt: skip
