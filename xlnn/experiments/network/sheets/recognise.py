"""The sheet Recognise: a grid to draw on, and each layer on the way to what is recognised."""

from collections.abc import Iterator
from dataclasses import replace

from xlnn.axis import Axis, Use
from xlnn.equations.layer import PARAMETERS, WEIGHTS
from xlnn.equations.lens import PIXEL_SHARE
from xlnn.experiments.network.layers import has_shares, is_share, kinds_of, names_of, shapes_of
from xlnn.experiments.network.quantities.lens import forward_by_bands, shown_shape, weights
from xlnn.experiments.network.quantities.stating import quantity, text_of
from xlnn.experiments.network.sheets.layers import (
    NAMED,
    SMALL,
    Inputs,
    Narrow,
    Section,
    above,
    layers,
    outputs,
    units,
)
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.workbooks.pages.number_parts import Hidden, Numbers, used_choices
from xlnn.workbooks.pages.part import Below, Beside, PagePart
from xlnn.workbooks.pages.predict import PREFIX, VERDICT, Predict
from xlnn.workbooks.pages.text_parts import Sentences
from xlnn.workbooks.samples import Learns
from xlnn.workbooks.spec import Spec
from xlnn.writing.style import SENTENCE

SHEET = "recognise"


class Recognise(Predict):
    """What a stack of layers says of a row or picture, with the way through each layer."""

    def typed_shape(self, x: Quantity, spec: Spec) -> tuple[int, ...]:  # noqa: ARG002 -- of any layer
        """Return the shape of a picture; a row of a table is one, too."""
        return spec.grid

    def shares_of(self, spec: Spec) -> tuple[bool, bool]:
        """Return whether outputs are drawn as bars, and whether they are between 0 and 1."""
        return has_shares(spec), is_share(spec)

    def computed(self, model: Model, learns: Learns, spec: Spec, one: Axis) -> Iterator[Quantity]:  # noqa: ARG002 -- as it is called
        """Yield the weights as pictures, each layer, and how much each pixel contributes."""
        rows = {"axes": (one,), "prefix": PREFIX, "sheet": self.key}
        used = {"at": Use(f"{PREFIX}epoch_used")} if spec.epochs else {}
        # state 0 is the start, so the weights after epoch e stand in row e + 1
        for part in weights(spec, model, PREFIX, self.key, row=2):
            yield replace(part, uses={**part.uses, **used})
        yield from forward_by_bands(spec, slopes=False, **rows)
        first = names_of(spec)[0]
        for name in kinds_of(spec)[first].weights if len(shapes_of(spec)[first]) == 1 else ():
            share = PIXEL_SHARE.of(f"{PREFIX}x", f"{PREFIX}{name}{first}")
            shape = shown_shape(spec, name, first)
            own = {"shape": shape, "prefix": PREFIX, "sheet": self.key}
            seen = quantity("seen", "contributions w × x", share, **own)
            yield replace(seen, layer=first)

    def made(self, model: Model) -> list[PagePart]:
        """Return the epoch, the inputs beside what is recognised, and each layer below them."""
        epoch, label, verdict = (f"{PREFIX}{kind}" for kind in ("epoch", "label", "verdict"))
        choice = []
        if epoch in model.by_name:
            states = [q.name for q in model.quantities if q.given and not q.each]
            listed = {epoch: states[0]} if states else {}
            chosen = Numbers((epoch, f"{epoch}_asked"), choices=listed, at=NAMED + 1)
            choice = [chosen, used_choices(model, epoch)]
        names = layers(model, self.key)
        kinds = (*sorted(WEIGHTS), "seen", *PARAMETERS, "normalised", "z", "exp", "a")
        tables = {layer: units(model, names[layer], *kinds) for layer in names}
        last = max(part.size(model)[1] for part in tables.values())
        parts = []
        if label in model.by_name:
            look = SENTENCE if model[label].is_text else SMALL
            parts.append(Numbers(label, at=NAMED, looks={label: look}))
        typed = ("typed_number", "typed_word", "raw", "x")
        inputs = [Inputs(PREFIX, kind) for kind in typed if PREFIX + kind in model.by_name]
        sentence = Sentences(verdict, look=VERDICT)
        hidden = [PREFIX + kind for kind in ("answer", "tied") if PREFIX + kind in model.by_name]
        return [
            Narrow(
                PREFIX,
                *choice,
                Beside(Below(*inputs), Below(sentence, *parts, outputs(model, PREFIX))),
                *(Section(layer, last, *above(names[layer]), table)
                  for layer, table in tables.items()),
                *([Hidden(*hidden)] if hidden else []),
            )
        ]  # fmt: skip


PAGE = Recognise(
    SHEET,
    text_of("Recognise", "Predict", "Predict"),
    text_of(
        "Draw an image: type 0, 1 or any number between them into the yellow grid. The network, as "
        "it is after the chosen epoch, says what it sees.",
        "Type the inputs of a new example into the yellow cells. The network, as it is after the "
        "chosen epoch, predicts.",
        "Type the inputs of your own row into the yellow cells, and see what the network predicts.",
    ),
    text_of(
        "Draw your own image and see whether the network recognises it.",
        "Type in your own example and see what the network predicts.",
        "Type in your own row and see what the network predicts.",
    ),
)
