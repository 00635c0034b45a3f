"""The drawing of the network on Play."""

from collections.abc import Mapping
from functools import partial
from itertools import pairwise
from math import inf

from xlnn.data.messages import cut
from xlnn.equations.activation import ACTIVATIONS
from xlnn.equations.number import fixed, share, significant
from xlnn.equations.sentences import Told
from xlnn.experiments.network.layers import (
    activation_of,
    is_share,
    kinds_of,
    names_of,
    output_of,
    shapes_of,
)
from xlnn.experiments.network.quantities.play import LISTED
from xlnn.experiments.network.sheets.names import layer_name
from xlnn.workbooks.pages.network_drawing import POINTS
from xlnn.workbooks.pages.network_layers import Caption
from xlnn.workbooks.pages.network_part import Network
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.spec import Spec
from xlnn.writing.formats import DIGIT_PIXELS, PIXELS_A_POINT
from xlnn.writing.text_width import text_width

WIDTH, HEIGHT, ROWS, COLUMNS = 17, 12.15, 23, 28
"""The size in cm, and the rows and columns of Play that it covers."""

MORE, MORE_COLUMNS = 3.6, 6
"""How much wider the drawing for a table is, for the names of its inputs: in cm and in columns."""

LEFT, NAMES, RIGHT, LABEL_GAP = 7, 39, 31, 4
"""The room at the left, at the left for names, at the right, and around labels, in mm."""

LABEL_SIZE = 9
"""The size of the texts beside units, in points."""

SHARE, WIDEST = "0.000", "1.23 × 10⁻¹²"
"""The widest values beside an output: if outputs are between 0 and 1, and otherwise."""

LONGEST_NAME = 24
"""Characters of an input's name that stand beside it."""

MOST_CAPTIONS = 6
"""Columns up to which there is room for words above each."""

AT = {"epoch": "play_epoch", "state": "play_epoch", "image": "play_image"}


def drawn_network(spec: Spec) -> Network:
    """Return the drawing of a network: pixels or inputs at the left, outputs at the right."""
    features = len(spec.features) > 0
    layers = {name: activation_of(name) for name in ("1", *names_of(spec))}
    kinds = kinds_of(spec)
    weights = {name: f"{weight}{name}" for name, kind in kinds.items() for weight in kind.weights}
    named = {of: name for name, of in (*layers.items(), *weights.items())}
    named |= {f"{layers[low]}_{layers[name]}": name for low, name in pairwise(layers)}
    flat = [name for name in weights if len(shapes_of(spec)[name]) == 1]
    output = layers[output_of(spec)]
    return Network(
        *layers.values(),
        lines=[(layers[low], weights.get(n, ""), layers[n]) for low, n in pairwise(layers)],
        beside=[layers[name] for name in flat if name != output_of(spec)],
        pictures={} if features else {"x": spec.grid},
        ink=() if features or spec.scaled else ("x",),
        reach={of: _reach(spec, name) for name, of in layers.items()},
        labels={output: [_label(spec, unit) for unit in range(len(spec.labels[:LISTED]))],
                **({"x": _inputs} if features else {})},
        captions=_captions(layers),
        at=AT, key="play", named={**named, "label": "", "name": ""},
        width_in_cm=WIDTH + features * MORE, height_in_cm=HEIGHT, above=0,
        room=(NAMES if features else LEFT, max(RIGHT, _room(spec))),
        columns=COLUMNS + features * MORE_COLUMNS,
    )  # fmt: skip


def _captions(layers: Mapping[str, str]) -> dict[str, Caption]:
    """Return the caption of each layer: its name alone if there are many layers."""
    first, *others = layers
    words = {layers[first]: lambda page: page.words.of_itself("headings", "input")}
    if len(layers) > MOST_CAPTIONS:
        return {**words, **{layers[name]: lambda _, name=name: name for name in others}}
    return {**words, **{layers[name]: partial(layer_name, layer=name) for name in others}}


def _reach(spec: Spec, name: str) -> tuple[float, float]:
    """Return the range of a layer's numbers."""
    while name != "1" and not kinds_of(spec)[name].activates:
        name = kinds_of(spec)[name].lower
    if name != "1":
        return ACTIVATIONS[kinds_of(spec)[name].activation].reach
    is_ink = not (spec.features or spec.scaled)
    return (0, inf) if is_ink else (-inf, inf)


def _inputs(page: Context[Spec]) -> list[str]:
    return [cut(name, LONGEST_NAME) for name in page.spec.features]


def _label(spec: Spec, unit: int) -> Told:
    """Return the text beside an output: its label and its value or prediction."""
    said = partial(Told, ["{label}  {value}"], label=lambda labels: labels[unit])
    if spec.is_regression:
        return said(value=lambda play_output: significant(play_output[unit]))
    form = share if is_share(spec) else fixed
    return said(value=lambda v: form(v[unit]))


def _room(spec: Spec) -> float:
    """Return the room that the texts beside the outputs take, in mm."""
    value = SHARE if is_share(spec) else WIDEST
    labels = [f"{label}  {value}" for label in spec.labels]
    pixels = text_width(*labels, size=LABEL_SIZE) * DIGIT_PIXELS
    return LABEL_GAP + pixels / PIXELS_A_POINT / POINTS
