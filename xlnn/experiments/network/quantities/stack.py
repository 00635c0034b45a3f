"""What the quantities of a network share: layers, axes and settings."""

from collections.abc import Iterator, Mapping

from xlnn.axis import Axis, Use
from xlnn.equation import Equation
from xlnn.equations.activation import ACTIVATIONS
from xlnn.equations.cost import COSTS
from xlnn.equations.layer import SINGLE, WEIGHTS
from xlnn.equations.verdict import LABEL_OF
from xlnn.experiments.network.layers import kinds_of
from xlnn.quantity import Quantity, superscript
from xlnn.workbooks.samples import TEST
from xlnn.workbooks.spec import Spec


class Stack:
    """A Spec's layers and axes, for the functions that list quantities."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.layers = spec.layers
        self.epoch = Axis("epoch", spec.epochs, "time")
        self.state = Axis("state", spec.epochs + 1, "time", counts_from=0)
        self.image = Axis("image", spec.images)
        # the samples that train, and those that are held out if there are any, by prefix
        counts = {"": spec.images, TEST: spec.test_samples}
        self.samples = {part: Axis("image", count) for part, count in counts.items() if count}
        self.names = [layer.name for layer in spec.layers]
        self.output = self.names[-1]
        self.below = dict(zip(self.names, ["1", *self.names], strict=False))
        self.kinds = kinds_of(spec)
        self.shapes = {"1": self.kinds[self.names[0]].below}
        self.shapes |= {name: kind.shape for name, kind in self.kinds.items()}
        self.slides = any(kind.slides for kind in self.kinds.values())
        # a sheet shows whole numbers as numbers
        are_whole = all(each.isdecimal() and str(int(each)) == each for each in spec.labels)
        self.labels_are_text = spec.is_regression or not are_whole

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

    def label(self, kind: str, title: str, of: str, **rows: object) -> Quantity:
        """Return the quantity that names a class."""
        digits = "General"
        return quantity(
            kind, title, LABEL_OF.of(of), number_format=digits, is_text=self.labels_are_text, **rows
        )


def quantity(  # noqa: PLR0913 -- what most quantities have
    kind: str,
    title: str = "",
    equation: Equation | None = None,
    uses: Mapping[str, str | Use] | None = None,
    shape: tuple[int, ...] = (),
    *,
    symbol: str = "",
    layer: str = "",
    prefix: str = "",
    number_format: str = "0.0000",
    **own: object,
) -> Quantity:
    """Return a quantity of a layer, with those uses that its equation needs.

    In its symbol ``^`` is the layer.
    """
    roles = equation.roles if equation else ()
    return Quantity(
        f"{prefix}{kind}{layer}", kind, symbol.replace("^", superscript(layer)), shape=shape,
        layer=layer, equation=equation, title=title, number_format=number_format,
        uses={role: use for role, use in (uses or {}).items() if role in roles}, **own,
    )  # fmt: skip


def copied(
    of: Quantity,
    equation: Equation | None = None,
    uses: Mapping[str, str | Use] | None = None,
    *,
    prefix: str,
    sheet: str,
    **own: object,
) -> Quantity:
    """Return what another sheet shows of a quantity: with its title, symbol, role and format."""
    roles = equation.roles if equation else ()
    said = {"title": of.title, "symbol": of.symbol, "role": of.role, "shape": of.shape}
    said |= {"number_format": of.number_format, "is_text": of.is_text}
    return Quantity(
        f"{prefix}{of.name}", of.kind, sheet=sheet, layer=of.layer, equation=equation,
        uses={role: use for role, use in (uses or {}).items() if role in roles}, **said | own,
    )  # fmt: skip
