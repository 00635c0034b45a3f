"""The quantities of a network: any stack of layers, with or without training.

The quantities follow the book's order: the inputs, the weights, forward through the layers, the
cost, back through the layers, the gradients, and the results (4-4). Held-out samples only go
forward, as do all samples of a network without epochs, whose weights are fixed.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from itertools import pairwise
from math import isfinite

from xlnn.axis import Axis
from xlnn.equation import Equation
from xlnn.equations import verdict as eq
from xlnn.equations.activation import ACTIVATIONS
from xlnn.equations.cost import COSTS, TOTAL_COST
from xlnn.equations.layer import PARAMETERS, SINGLE, WEIGHTS, probed
from xlnn.equations.optimiser import OPTIMISERS, PENALTY, Optimiser, with_penalty
from xlnn.equations.surface import GRADIENT_SIZE
from xlnn.experiments.network.layers import (
    activation_of,
    kinds_of,
    learning,
    named,
    named_below,
    noted,
    output_of,
    parameters_of,
    shapes_of,
    slides,
)
from xlnn.experiments.network.quantities.stating import (
    epochs_of,
    label_of,
    labels_are_text,
    measure_of,
    quantity,
    samples_of,
    states_of,
)
from xlnn.model import Model
from xlnn.quantity import GradientOf, Quantity
from xlnn.workbooks.learning import NAMED, stepped
from xlnn.workbooks.runs import of_runs
from xlnn.workbooks.samples import TEST
from xlnn.workbooks.spec import Spec

L2 = "l2"
"""The strength of the penalty on the weights."""

FACTOR = (0.1, 3.0)
"""Factors are one over a spread, and functions such as STANDARDIZE take only a positive one."""


NO_SOURCE, NORMALISED = "–", "Ba 2016"
"""The sources of what no section of the book has, and of layer normalisation."""

OF_CONSTANTS = {
    "mu": "how much of the previous velocity is kept",
    "beta": "how much of the previous mean square is kept",
    "beta1": "how much of the previous mean is kept",
    "beta2": "how much of the previous mean square is kept",
    "epsilon": "keeps the divisor above 0",
}
"""The meanings of an optimiser's constants."""

OF_MEMORIES = {
    "velocity": {"meaning": "the sum of the gradients so far; older ones count less",
                 "written": "v ← μ v + ∂C_T/∂w", "source": "{source}"},
    "square": {"meaning": "the mean square of recent gradients",
               "written": "s ← β s + (1 − β) (∂C_T/∂w)²", "source": "{source}"},
    "moment1": {"meaning": "the running mean of the gradients; older ones count less",
                "written": "m ← β₁ m + (1 − β₁) ∂C_T/∂w", "source": "{source}"},
    "moment2": {"meaning": "the running mean of their squares; older ones count less",
                "written": "v ← β₂ v + (1 − β₂) (∂C_T/∂w)²", "source": "{source}"},
    "direction": {"meaning": "the direction in which weights (and biases) are updated",
                  "written": "{rule}", "source": "{source}"},
    "steps": {"meaning": "grows by 1 with each epoch", "written": "n ← n + 1",
              "source": NO_SOURCE},
    "correction1": {"meaning": "the share of n gradients in m, which starts at 0",
                    "written": "1 − β₁ⁿ", "source": "{source}"},
    "correction2": {"meaning": "the same for v", "written": "1 − β₂ⁿ", "source": "{source}"},
}  # fmt: skip
"""What the Guide says of an optimiser's memories."""

DIGITS = {"steps": "0", "velocity": "0.00000", "square": "0.00E+00", "moment1": "0.00000",
          "moment2": "0.00E+00"}  # fmt: skip
"""Their number formats, if not 0.0000."""


def optimiser_of(spec: Spec) -> Optimiser:
    """Return the optimiser of a network.

    If runs have different ones, each has a direction, so that they can be shown side by side.
    """
    optimiser = OPTIMISERS[spec.optimizer]
    return optimiser.directed if len(set(spec.runs)) > 1 else optimiser


def penalised(spec: Spec) -> list[str]:
    """Return the names of the weights, without the biases."""
    return [f"{kind}{layer}" for kind, layer, _ in parameters_of(spec) if kind in WEIGHTS]


def network(spec: Spec) -> Model:
    """Return the quantities of the network that a Spec describes.

    Names are those of the contract, a kind and a layer: ``x``, ``t``, ``W2``, ``b2``, ``z2``,
    ``a2``, ``slope2``, ``C``, ``delta2``, ``dC_dW2``, ``dC_db2``, ``C_T`` and so on; of samples
    that are held out ``test_x``, ``test_z2``.

    Of several runs, what differs from run to run has the axis ``run`` before its others.

    Book: 4-4.
    """
    return Model(tuple(of_each_run(spec, alone)))


def of_each_run(
    spec: Spec,
    quantities_of: Callable[[Spec], Iterable[Quantity]],
    shared: Collection[str] | None = None,
) -> Iterator[Quantity]:
    """Yield the quantities of all runs of a Spec; runs with one optimizer have the same."""
    if not spec.runs:
        yield from quantities_of(spec)
        return
    alike = {run.optimizer: run for run in map(spec.of_run, range(spec.number_of_runs))}
    quantities = {name: tuple(quantities_of(one)) for name, one in alike.items()}
    yield from of_runs(quantities, spec.runs, shared)


def alone(spec: Spec) -> Iterator[Quantity]:
    """Yield the quantities of one run; without epochs, only those of the forward pass."""
    axes = (epochs_of(spec), samples_of(spec)[""]) if spec.epochs else (samples_of(spec)[""],)
    yield from _settings(spec)
    yield from _data(spec, axes=(samples_of(spec)[""],))
    yield from _trained(spec)
    yield from forward(spec, axes=axes)
    if not spec.epochs:
        yield from () if spec.is_regression else _answers(spec, axes=axes)
        return
    yield from cost(spec, axes=axes)
    yield from backward(spec, axes=axes)
    yield from _gradients(spec)
    yield from _results(spec, samples_of(spec)[""])
    gradients = tuple(f"dC_d{kind}{layer}" for kind, layer, _ in parameters_of(spec))
    size = GRADIENT_SIZE.taking(*gradients)
    yield quantity("gradient_size", "size of the gradient", size, symbol="|∇C_T|",
                   sheet="progress", role="backward", axes=(epochs_of(spec),))  # fmt: skip
    if TEST in samples_of(spec):
        yield from _tested(spec, samples_of(spec)[TEST])


def _settings(spec: Spec) -> Iterator[Quantity]:
    step = {"role": "input", "number_format": "General"}
    if spec.epochs:
        grows = any(
            not isfinite(bound)
            for layer in spec.layers
            for bound in ACTIVATIONS[layer.activation].reach
        )
        yield quantity(
            "eta", "learning rate", symbol="η", sheet="settings" if spec.runs else "play",
            scale=1 / spec.images, is_step_size=grows, **step,
            meaning="how far a step goes", source="2-10",
        )  # fmt: skip
    setting = partial(quantity, sheet="settings", source=NO_SOURCE, **step)
    for name, constant in optimiser_of(spec).constants.items():
        symbol, title = NAMED[name]
        yield setting(
            name, title, symbol=symbol, between=constant.probed, meaning=OF_CONSTANTS[name]
        )
    if spec.regularised:
        yield setting(
            L2, "penalty on the weights", symbol="λ", between=(0.01, 0.5),
            meaning="how strongly large weights are penalised",
        )  # fmt: skip
    labels = "names of the outputs" if spec.is_regression else "labels of the classes"
    yield quantity(
        "labels", labels if spec.epochs else "labels of the outputs", shape=(len(spec.labels),),
        is_text=labels_are_text(spec), sheet="images" if spec.epochs else "settings", **step,
    )  # fmt: skip
    scales = {"": ("input", (spec.inputs,))} if spec.scaled else {}
    scales |= {"t_": ("target", shapes_of(spec)[output_of(spec)])} if spec.scaled_targets else {}
    scale = partial(quantity, sheet="images", role="input")
    for of, (what, shape) in scales.items():
        yield scale(f"{of}middle", f"middle of each {what}", shape=shape)
        yield scale(f"{of}factor", f"factor of each {what}", shape=shape, between=FACTOR)


def _data(spec: Spec, *, sheet: str = "images", **rows: object) -> Iterator[Quantity]:
    prefix, shape = rows.get("prefix", ""), shapes_of(spec)["1"]
    rows = {**rows, "sheet": sheet}
    given = partial(quantity, role="input", number_format="General", **rows)
    row = "row" if spec.features or not spec.epochs else "image"
    yield quantity("number", row, counts=True, number_format="0", **rows)
    if spec.scaled:
        raw = "pixels as given" if row == "image" else "inputs as given"
        yield given("raw", raw, symbol="x{}", shape=shape)
        yield scaled(spec, shape, **rows)
    else:
        yield given("x", shape=shape, **_of_inputs(spec))
    if not spec.epochs:
        return
    shape = shapes_of(spec)[output_of(spec)]
    if spec.scaled_targets:
        yield given(
            "raw_t", "target as given", symbol="y{}", shape=shape,
            meaning="the number to predict, as given", source=NO_SOURCE,
        )  # fmt: skip
        scale = eq.SCALED.of(f"{prefix}raw_t", "t_middle", "t_factor")
        yield quantity("t", equation=scale, shape=shape, role="input", **_of_targets(spec), **rows)
    else:
        yield given("t", shape=shape, **_of_targets(spec))
    if not spec.is_regression:
        truth = eq.ClassOfTargets().of(f"{prefix}t")
        yield quantity("truth", "class", truth, number_format="0", **rows)
        yield label_of(spec, "truth_label", "label", of=f"{prefix}truth", **rows)


def _of_inputs(spec: Spec) -> dict[str, str]:
    """Return the title, symbol and meaning of the inputs."""
    is_picture = not spec.features and spec.epochs > 0
    meaning = "the inputs of a row, as the network receives them"
    if is_picture:
        meaning = "the pixels of an image: 1 is ink"
    if spec.scaled and spec.epochs:
        meaning = "the scaled inputs, as the network receives them"
    scaling = {"written": "x = (input − middle) × factor", "source": NO_SOURCE}
    return {
        "title": "pixels" if is_picture else "inputs", "symbol": "x{}", "meaning": meaning,
        **(scaling if spec.scaled else {"source": "3-1"}),
    }  # fmt: skip


def _of_targets(spec: Spec) -> dict[str, str]:
    """Return the title, symbol and meaning of the targets."""
    if spec.scaled_targets:
        return {
            "title": "target value", "symbol": "t{}",
            "meaning": "the numbers that the outputs should reach, scaled",
            "written": "t = (y − middle) × factor", "source": NO_SOURCE,
        }  # fmt: skip
    if spec.is_regression:
        texts = {"title": "target value", "meaning": "the numbers that the outputs should reach"}
    else:
        row = "row" if spec.features else "image"
        meaning = f"1 for the output unit of the {row}'s class, else 0"
        texts = {"title": "target", "meaning": meaning}
    return {**texts, "symbol": "t{}", "source": "3-3"}


def scaled(spec: Spec, shape: tuple[int, ...], *, prefix: str = "", **rows: object) -> Quantity:
    """Return the inputs of that prefix, scaled, in the shape in which they were given."""
    return quantity(
        "x", equation=eq.SCALED.of(f"{prefix}raw"), shape=shape, prefix=prefix, role="input",
        **_of_inputs(spec), **rows,
    )  # fmt: skip


def parameter(spec: Spec, kind: str, layer: str, shape: tuple[int, ...]) -> Quantity:
    """Return a parameter of a layer, without the step that adjusts it.   Book: 3-1, 4-4."""
    of, trains = PARAMETERS[kind], spec.epochs > 0
    step = f"{of.symbol} ← {of.symbol} − η {{step_of_{kind}}}"
    return quantity(
        kind, of.title, symbol=f"{of.symbol}^{{}}", sheet="weights", shape=shape, layer=layer,
        role="weight", scale=probed(kind, shape),
        meaning=(slides(spec) and of.of_filters) or of.meaning,
        written=step if trains else "given", source="{source}" if trains else NO_SOURCE,
    )  # fmt: skip


def _trained(spec: Spec) -> Iterator[Quantity]:
    """Yield the weights; with epochs, the memories of their gradients come before them."""
    weights = (parameter(spec, kind, layer, shape) for kind, layer, shape in parameters_of(spec))
    if spec.epochs:
        yield from stepped(weights, optimiser_of(spec), states_of(spec), _memory)
    else:
        yield from weights


def _memory(name: str, weight: Quantity | None) -> Quantity:
    """Return a memory of an optimiser: of the gradients of one weight, or shared by all weights."""
    symbol, title = NAMED[name]
    if weight is None:
        return quantity(
            name, title, symbol=symbol, sheet="optimiser", number_format=DIGITS.get(name, "0.0000"),
            **OF_MEMORIES[name],
        )  # fmt: skip
    of = PARAMETERS[weight.kind]
    return quantity(
        f"{name}_{weight.kind}", title.replace("weights", of.title),
        symbol=f"{symbol}({of.symbol}^{{}})", sheet="optimiser", layer=weight.layer, role="weight",
        number_format=DIGITS.get(name, "0.0000"), **(OF_MEMORIES[name] if of.is_weight else {}),
    )  # fmt: skip


def forward(  # noqa: PLR0913 -- whose units and weights they are
    spec: Spec,
    *,
    prefix: str = "",
    slopes: bool = True,
    below: Mapping[str, str] | None = None,
    weights: str | None = None,
    sheet: str = "training",
    **rows: object,
) -> Iterator[Quantity]:
    """Yield what every layer computes, from the pixels of that prefix.   Book: 3-2.

    The weights are those of the same prefix, or of the prefix ``weights``. The units of a layer
    that is a key of ``below`` see the quantity named there. Without ``slopes`` nothing is noted for
    the backward pass.
    """
    for name, layer in kinds_of(spec).items():
        names = named(spec, name, prefix, (below or {}).get(name, ""), weights)
        equations = {**layer.forward, **(noted(spec, name) if slopes else {})}
        own = partial(
            _of_layer, spec, equations, names, layer=name, prefix=prefix, sheet=sheet,
            role="forward", **rows,
        )  # fmt: skip
        yield from own("mean", "mean of the units below", symbol="μ^",
                       meaning="the mean of the inputs to a layer normalisation",
                       written="μ = Σ a / n", source=NORMALISED)  # fmt: skip
        yield from own("variance", "variance of the units below", symbol="(σ²)^",
                       meaning="their variance", written="σ² = Σ (a − μ)² / n",
                       source=NORMALISED)  # fmt: skip
        yield from own("normalised", "normalised value", symbol="x̂^{}",
                       meaning="how far a unit below is from the mean, in standard deviations",
                       written="x̂ = (a − μ) / √(σ² + 0.00001)", source=NORMALISED)  # fmt: skip
        yield from own("z", "weighted input", symbol="z^{}", meaning="the total input of a unit",
                       written="z = Σ w x + b, over a filter's window" if slides(spec) else
                       "z = Σ w a + b", source="5-3" if slides(spec) else "3-2")  # fmt: skip
        yield from own("largest", "largest z", symbol="max z^", written="max z", source=NO_SOURCE,
                       meaning="the largest z of the layer, subtracted so that exp does not "
                       "overflow")  # fmt: skip
        yield from own("exp", "exp(z − max z)", symbol="exp^{}", written="exp(z − max z)",
                       meaning="the share of a unit in softmax, before dividing by the sum",
                       source=NO_SOURCE)  # fmt: skip
        yield from own("a", "activation", symbol="a^{}",
                       meaning="how strongly a unit is activated",
                       written="{activation}; of a block: the largest or the mean" if slides(spec)
                       else "{activation}",
                       source="1-3, 5-3" if slides(spec) else "1-3, 3-2")  # fmt: skip
        yield from own("slope", "slope a′(z)", symbol="a′(z^{})", written="{slope}", source="2-6",
                       meaning="how fast a changes with z")  # fmt: skip
        yield from own("argmax", "position of the largest", symbol="max^{}", number_format="0",
                       meaning="which value of a block is the largest (the first if equal)",
                       written="1, 2 … row by row", source="5-3")  # fmt: skip


def _of_layer(  # noqa: PLR0913 -- what all quantities of a layer share
    spec: Spec,
    equations: Mapping[str, Equation],
    uses: Mapping[str, str],
    kind: str,
    title: str,
    *,
    layer: str,
    **fields: object,
) -> Iterator[Quantity]:
    """Yield a quantity of a layer, if the layer states an equation for it."""
    if kind in equations:
        shape = () if kind in SINGLE else shapes_of(spec)[layer]
        yield quantity(kind, title, equations[kind], uses, shape, layer=layer, **fields)


def cost(
    spec: Spec,
    *,
    prefix: str = "",
    t: str = "t",
    a: str = "",
    sheet: str = "training",
    **rows: object,
) -> Iterator[Quantity]:
    """Yield C of the outputs of that prefix, and before it the cost of each output.   Book: 3-4."""
    name, stated = output_of(spec), COSTS[spec.cost]
    uses = {kind: f"{prefix}{kind}{name}" for kind in ("z", "largest", "exp")}
    uses |= {"t": t, "a": a or f"{prefix}a{name}", "loss": f"{prefix}loss"}
    own = partial(quantity, prefix=prefix, sheet=sheet, role="backward", **rows)
    if stated.loss:
        yield own("loss", "cost of one output", stated.loss, uses, shapes_of(spec)[name],
                  symbol="c{}", meaning="how wrong one output is", written="{loss}",
                  source="3-3")  # fmt: skip
    row = "row" if spec.features else "image"
    yield own("C", "cross-entropy" if stated.loss else "squared error", stated.value, uses,
              symbol="C", meaning=f"how wrong the outputs are for one {row}", written="{cost}",
              source="3-3" if stated.loss else "3-4")  # fmt: skip


def backward(
    spec: Spec,
    *,
    prefix: str = "",
    t: str = "t",
    sheet: str = "training",
    **rows: object,
) -> Iterator[Quantity]:
    """Yield delta of every layer, from the output layer down.   Book: 4-2, 4-3."""
    shared = {"prefix": prefix, "sheet": sheet, "role": "backward", **rows}
    written = "δ = (Σ δ w) a′(z); output layer: {delta}"
    if slides(spec):
        written = "δ = (Σ δ w) a′(z), of a block for its largest; output layer: {delta}"
    delta = partial(
        quantity, "delta", "error of the unit", symbol="δ^{}",
        meaning="how fast C changes with z: the unit's error", written=written,
        source="4-2, 5-5" if slides(spec) else "4-2, 4-3", **shared,
    )  # fmt: skip
    name, uses = output_of(spec), named(spec, output_of(spec), prefix) | {"t": t}
    yield delta(COSTS[spec.cost].delta, uses, shapes_of(spec)[name], layer=name)
    for upper, lower in pairwise(reversed(learning(spec))):
        layer, uses = kinds_of(spec)[upper], named(spec, upper, prefix)
        own = partial(_of_layer, spec, layer.backward, uses, layer=upper, **shared)
        yield from own("delta_normalised", "error of the normalised value", symbol="∂C/∂x̂^{}",
                       meaning="how fast C changes with x̂; ⟨ ⟩ is the mean over the units",
                       written="∂C/∂x̂ = δ γ; below: δ = (∂C/∂x̂ − ⟨∂C/∂x̂⟩ − x̂ ⟨x̂ ∂C/∂x̂⟩) / "
                       "√(σ² + 0.00001) a′(z)", source=NO_SOURCE)  # fmt: skip
        yield from own("delta_mean", "mean of these errors", symbol="⟨∂C/∂x̂⟩^")
        yield from own("delta_product", "mean of these errors × x̂", symbol="⟨x̂ ∂C/∂x̂⟩^")
        uses = named_below(spec, lower, prefix)
        yield delta(layer.delta_below, uses, shapes_of(spec)[lower], layer=lower)


def _gradients(spec: Spec) -> Iterator[Quantity]:
    everywhere = ", over images and places" if slides(spec) else ""
    for kind, layer, shape in parameters_of(spec):
        gradient, of = kinds_of(spec)[layer].gradients[kind], PARAMETERS[kind]
        if kind in WEIGHTS and spec.regularised:
            gradient = with_penalty(gradient)
        meaning, total = of.slope
        yield quantity(
            f"dC_d{kind}", f"gradient of the {of.title}", gradient,
            named(spec, layer) | {"w": f"{kind}{layer}", L2: L2}, shape,
            symbol=f"∂C_T/∂{of.symbol}^{{}}", layer=layer, sheet="gradients", role="backward",
            number_format="0.00000", axes=(epochs_of(spec),), meaning=meaning,
            gradient_of=GradientOf(f"{kind}{layer}"),
            written=f"∂C_T/∂{of.symbol} = {total}{everywhere}",
            source="5-5" if slides(spec) else "4-2",
        )  # fmt: skip


def _results(
    spec: Spec, samples: Axis, prefix: str = "", sheet: str = "training"
) -> Iterator[Quantity]:
    """Yield the results of the outputs, for each sample and then for each epoch."""
    rows = {"axes": (epochs_of(spec), samples), "prefix": prefix, "sheet": sheet}
    whole = partial(quantity, axes=(epochs_of(spec),), prefix=prefix, sheet="progress")
    if spec.is_regression:
        yield from predictions(spec, **rows)
    else:
        yield from _answers(spec, **rows)
        right = eq.RIGHT.of(f"{prefix}answer", f"{prefix}truth")
        yield quantity("right", "right?", right, number_format="0", **rows)
    C = {"C": f"{prefix}C"}
    if spec.regularised and not prefix:  # what is held out is measured, not trained
        yield whole("penalty", "penalty", PENALTY.taking(*penalised(spec), L2),
                    symbol="λ/2 Σ w²", role="backward", written="λ/2 Σ w²", source=NO_SOURCE,
                    meaning="what large weights add to the total cost; biases add "
                    "nothing")  # fmt: skip
        C["penalty"] = "penalty"
    row = "row" if spec.features else "image"
    yield whole("C_T", "total cost", TOTAL_COST, C, symbol="C_T", role="backward",
                meaning=f"how wrong the outputs are for all {row}s", written="C_T = Σ C{penalty}",
                source="3-4")  # fmt: skip
    if not spec.is_regression:
        right = f"{prefix}right"
        count = "rows classified correctly" if spec.features else "images recognised"
        yield whole("recognised", count, eq.RECOGNISED.of(right), number_format="0")
        if spec.test_samples:  # so that the two kinds of samples can be compared
            yield whole("accuracy", "accuracy", eq.ACCURACY.of(right), number_format="0.0%")
        return
    if spec.test_samples:
        yield whole("mean_C", "mean cost", eq.MEAN_COST, C, role="backward")
    own = partial(whole, shape=shapes_of(spec)[output_of(spec)], number_format=measure_of(spec))
    off = f"{prefix}off"
    yield own("rmse", "root mean square error", eq.ROOT_MEAN_SQUARE.of(off), symbol="RMSE{}",
              meaning="the error over all rows; large errors count more",
              written="√(Σ (ŷ − y)² / n)", source=NO_SOURCE)  # fmt: skip
    yield own("mae", "mean absolute error", eq.MEAN_ABSOLUTE.of(off), symbol="MAE{}",
              meaning="the average error of the rows", written="Σ |ŷ − y| / n",
              source=NO_SOURCE)  # fmt: skip


def _answers(
    spec: Spec, *, prefix: str = "", sheet: str = "training", **rows: object
) -> Iterator[Quantity]:
    """Yield the predicted class."""
    output, rows = activation_of(output_of(spec), prefix), {**rows, "sheet": sheet}
    answer = eq.LargestUnit().of(output)
    yield quantity("answer", "class found", answer, prefix=prefix, number_format="0", **rows)
    yield label_of(spec, "label", "label found", of=f"{prefix}answer", prefix=prefix, **rows)


def predictions(
    spec: Spec, *, prefix: str = "", sheet: str = "training", **rows: object
) -> Iterator[Quantity]:
    """Yield the predictions of a regression in the units of its targets, and their errors."""
    a, t = activation_of(output_of(spec), prefix), f"{prefix}t"
    rows |= {"shape": shapes_of(spec)[output_of(spec)], "prefix": prefix, "sheet": sheet}
    scales = {}
    if spec.scaled_targets:
        scales = {"middle": "t_middle", "factor": "t_factor"}
        yield predicted(spec, a, **rows)
    yield quantity("off", "error", eq.OFF, {"a": a, "t": t, **scales}, symbol="|ŷ − y|{}",
                   meaning="the error of the prediction for a row", written="|ŷ − y|",
                   source=NO_SOURCE, number_format=measure_of(spec), **rows)  # fmt: skip


def predicted(spec: Spec, a: str, **rows: object) -> Quantity:
    """Return the outputs of that name in the units of their targets."""
    return quantity("predicted", "predicted", eq.PREDICTED.of(a, "t_middle", "t_factor"),
                    symbol="ŷ{}", meaning="the outputs, converted to the units of y",
                    written="ŷ = middle + a / factor", source=NO_SOURCE,
                    number_format=measure_of(spec), **rows)  # fmt: skip


def _tested(spec: Spec, samples: Axis) -> Iterator[Quantity]:
    """Yield the held-out samples, and the results with each epoch's weights."""
    shared = {"axes": (epochs_of(spec), samples), "prefix": TEST, "sheet": "test"}
    yield from _data(spec, axes=(samples,), prefix=TEST, sheet="test_images")
    yield from forward(spec, slopes=False, weights="", **shared)
    yield from cost(spec, t=f"{TEST}t", **shared)
    yield from _results(spec, samples, TEST, "test")
