"""State the quantities of a network, and what they share: axes, names and formats."""

from collections.abc import Callable, Mapping

from xlnn.axis import Axis, Use
from xlnn.equation import Equation
from xlnn.equations.verdict import LABEL_OF
from xlnn.experiments.network.layers import output_of
from xlnn.quantity import Quantity, superscript
from xlnn.workbooks.samples import TEST
from xlnn.workbooks.spec import Spec


def text_of(images: str, rows: str = "", predicts: str = "") -> Callable[[Spec], str]:
    """Return which text a Spec has: about images, about the rows of a table, or without training.

    An empty text is replaced by the one about images or, for a network that only predicts, by the
    one about its data.
    """

    def text(spec: Spec) -> str:
        learns = rows if spec.features and rows else images
        return predicts if predicts and not spec.epochs else learns

    return text


def epochs_of(spec: Spec) -> Axis:
    """Return the axis of the epochs."""
    return Axis("epoch", spec.epochs, "time")


def states_of(spec: Spec) -> Axis:
    """Return the axis of the weights: before the first epoch, and after each."""
    return Axis("state", spec.epochs + 1, "time", counts_from=0)


def samples_of(spec: Spec) -> dict[str, Axis]:
    """Return the axes of the samples that train, and of those held out if any, by prefix."""
    counts = {"": spec.images, TEST: spec.test_samples}
    return {part: Axis("image", count) for part, count in counts.items() if count}


def labels_are_text(spec: Spec) -> bool:
    """Return whether labels are texts: a sheet shows whole numbers as numbers."""
    are_whole = all(label.isdecimal() and str(int(label)) == label for label in spec.labels)
    return spec.is_regression or not are_whole


def at_epoch(spec: Spec, prefix: str) -> dict[str, str]:
    """Return the argument of a look-up in the chosen epoch; nothing without epochs."""
    return {"at": f"{prefix}epoch"} if spec.epochs else {}


def measure_of(spec: Spec) -> str:
    """Return the number format in the units of a regression's targets."""
    return "0.0000" if spec.decimals < 0 else f"{0:.{spec.decimals}f}"


def predicted_of(spec: Spec, prefix: str = "") -> str:
    """Return the name of a regression's predictions, in the units of its targets."""
    return f"{prefix}predicted" if spec.scaled_targets else f"{prefix}a{output_of(spec)}"


def actual_of(spec: Spec, prefix: str = "") -> str:
    """Return the name of a regression's unscaled targets."""
    return f"{prefix}raw_t" if spec.scaled_targets else f"{prefix}t"


def label_of(spec: Spec, kind: str, title: str, of: str, **rows: object) -> Quantity:
    """Return the quantity that names a class."""
    return quantity(
        kind, title, LABEL_OF.of(of), number_format="General", is_text=labels_are_text(spec), **rows
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
    **fields: object,
) -> Quantity:
    """Return a quantity of a layer, with those uses that its equation needs.

    In its symbol, ``^`` stands for the layer.
    """
    roles = equation.roles if equation else ()
    return Quantity(
        f"{prefix}{kind}{layer}", kind, symbol.replace("^", superscript(layer)), shape=shape,
        layer=layer, equation=equation, title=title, number_format=number_format,
        uses={role: use for role, use in (uses or {}).items() if role in roles}, **fields,
    )  # fmt: skip


def copied(
    of: Quantity,
    equation: Equation | None = None,
    uses: Mapping[str, str | Use] | None = None,
    *,
    prefix: str,
    sheet: str,
    **fields: object,
) -> Quantity:
    """Return a copy of a quantity for another sheet, with its title, symbol, role and format."""
    roles = equation.roles if equation else ()
    shared = {"title": of.title, "symbol": of.symbol, "role": of.role, "shape": of.shape}
    shared |= {"number_format": of.number_format, "is_text": of.is_text}
    return Quantity(
        f"{prefix}{of.name}", of.kind, sheet=sheet, layer=of.layer, equation=equation,
        uses={role: use for role, use in (uses or {}).items() if role in roles}, **shared | fields,
    )  # fmt: skip
