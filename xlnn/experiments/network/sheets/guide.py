"""Draw the sheet Guide of a network: its settings beside the text."""

from functools import partial

from xlnn.equations.activation import ACTIVATIONS
from xlnn.equations.cost import COSTS
from xlnn.equations.layer import LAYERS, PARAMETERS, WEIGHTS
from xlnn.equations.optimiser import OPTIMISERS
from xlnn.experiments.network.guide_texts import DATA, TOLD, whose
from xlnn.experiments.network.layers import kinds_of
from xlnn.experiments.network.sheets.names import layer_name, layer_title
from xlnn.workbooks.pages.guide import SCALE, draw_guide
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.spec import Spec
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import FILLS

EXAMPLE = 3
"""The input whose weight says how indices are read."""

READING = (
    "How to read the indices: {symbol} is the weight in {layer} from input {input} to unit 1; z, "
    "a, b and δ have only the number of the unit."
)
READING_OF_FILTERS = (
    "How to read the indices: {symbol} is a weight of {layer}: filter 1, row {row}, column "
    "{column}; maps have the filter and the position."
)

STEPS = {
    "sgd": ", gradient descent (4-4)",
    "momentum": "; weights are updated with momentum (Polyak 1964)",
    "rmsprop": "; weights are updated by RMSProp (Tieleman & Hinton 2012)",
    "adam": "; weights are updated by Adam (Kingma & Ba 2015)",
    "l2": "; C_T includes a penalty on large weights",
}
"""What the Guide says of the update by each optimiser, and of the penalty on large weights."""

MISSING = {
    "drop": "Values were missing in the data: rows with missing values were left out.",
    "mean": "Inputs were missing in the data: each was replaced by the mean of its column.",
}
"""What was done about missing values."""


def draw(page: Context[Spec]) -> Drawing:
    """Draw the Guide with the sizes of the network and the equations of its functions."""
    also, said = page.words("joined", "also"), partial(page.words.of_itself, "headings")
    if any(kind.slides for kind in kinds_of(page.spec).values()):
        network = also.join(layer_title(page, layer.name) for layer in page.spec.layers)
    else:
        sizes = (layer.units for layer in page.spec.layers if layer.units)
        network = "-".join(map(str, [page.spec.inputs, *sizes]))
    values = {
        "images": page.spec.images,
        "network": network,
        "epochs": page.spec.epochs,
        "labels": page.words.listed(page.spec.labels),
        "rows": page.spec.grid[0],
        "columns": page.spec.grid[1],
        "inputs": page.spec.inputs,
        "model": page.spec.template,
        "given": page.spec.images - page.spec.spare,
        "spare": page.spec.spare,
        "whose": said(whose(page.spec)),
        "steps": "".join(said(STEPS[name]) for name in _steps(page.spec)),
    }
    more = [TOLD[key] for key in page.spec.told]
    if page.spec.epochs:  # with its own data
        more += DATA.get(page.spec.template, ())
    if page.spec.missing:
        more.append(MISSING[page.spec.missing])
    colours = [*FILLS, *SCALE]
    if not page.spec.epochs:
        colours.remove("backward")
    equations, reading = equations_of(page.spec, also), _reading(page) if page.spec.epochs else ""
    return draw_guide(
        page, values=values, equations=equations, colours=colours, more=map(said, more),
        reading=reading,
    )  # fmt: skip


def _reading(page: Context[Spec]) -> str:
    """Return how the indices of a weight are read, with an example."""
    quantities = page.layout.model.quantities
    weights = [q for q in quantities if q.kind in WEIGHTS and q.given]
    first = next((q for q in weights if len(q.shape) == 2), weights[0])
    index = (0, *(min(EXAMPLE, length) - 1 for length in first.shape[1:]))
    *_, row, column = (number + 1 for number in index)
    text = page.words.of_itself("headings", READING if len(index) == 2 else READING_OF_FILTERS)
    return text.format(
        symbol=first.heading(index), layer=layer_name(page, first.layer),
        input=column, row=row, column=column,
    )  # fmt: skip


def _steps(spec: Spec) -> list[str]:
    """Return what there is to say about steps: the optimisers, and the penalty."""
    return [*dict.fromkeys(spec.runs or (spec.optimizer,)), *(["l2"] if spec.regularised else [])]


def equations_of(spec: Spec, also: str, only: str = "") -> dict[str, str]:
    """Return the equations of the functions that are used; if several, each with its name.

    They are joined by ``also``. If a layer is given, only its activation is included.
    """
    activating = (layer for layer in spec.layers if LAYERS[layer.kind].activates)
    names = dict.fromkeys(layer.activation for layer in activating if only in {"", layer.name})
    names |= {} if names else {spec.layers[-1].activation: None}
    used = {name: ACTIVATIONS[name] for name in names}
    activation = also.join(activation.formula for activation in used.values())
    if not spec.epochs:
        return {"activation": activation}
    cost, optimisers = COSTS[spec.cost], [OPTIMISERS[spec.optimizer]]
    if len(set(spec.runs)) > 1:
        optimisers = [OPTIMISERS[name].directed for name in dict.fromkeys(spec.runs)]
    delta = cost.delta_formula
    if ACTIVATIONS[spec.layers[-1].activation].slope is None:
        delta = delta.removesuffix(" a′(z)").strip("()")
    return {
        "activation": activation,
        "slope": also.join(a.slope_formula for a in used.values() if a.slope_formula),
        "cost": cost.formula,
        "loss": cost.loss_formula,
        "delta": delta,
        **{
            f"step_of_{name}": optimisers[0].step_formula.format(parameter.symbol)
            for name, parameter in PARAMETERS.items()
        },
        "rule": also.join(optimiser.rule for optimiser in optimisers),
        "source": also.join(optimiser.source for optimiser in optimisers),
        "decay": " + λ w" if spec.regularised else "",
        "penalty": " + λ/2 Σ w²" if spec.regularised else "",
    }
