"""The page Predict: what the model says of numbers, words or a picture that a person types."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import prod
from typing import Any

import numpy as np
from openpyxl.worksheet.datavalidation import DataValidation

from xlnn.axis import Axis
from xlnn.block import Block
from xlnn.data.words import typed_as
from xlnn.equation import Sentence
from xlnn.equations.elementary import COPY
from xlnn.equations.lookup import FLAT, FromWords, OfRow, as_picture
from xlnn.equations.number import fixed
from xlnn.equations.number import share as share_of
from xlnn.equations.sentences import Bar, Complete, Name, Prediction, Told, plain
from xlnn.equations.verdict import LABEL_OF, PREDICTED, SCALED, LargestUnit, Tied
from xlnn.grid import address
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.terms import largest
from xlnn.workbooks.learning import choice
from xlnn.workbooks.pages.grid_part import Grid
from xlnn.workbooks.pages.number_parts import Hidden, Numbers, Row, used_choices
from xlnn.workbooks.pages.page import Page, Stated
from xlnn.workbooks.pages.part import Below, Beside, PagePart, Space
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import ONE
from xlnn.workbooks.pages.table_parts import Table, Units
from xlnn.workbooks.pages.text_parts import Label, Sentences
from xlnn.workbooks.samples import TEST, Learns, are_text, needed_for, raw_name, replayed
from xlnn.workbooks.spec import Spec
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import INPUT_INK, LABEL, PICTURE, SENTENCE
from xlnn.writing.text_width import named_over, word_width

PREFIX = "draw_"
VERDICT = replace(SENTENCE, size=14)
CELL, FEATURE_WIDTH, FEATURE_HEIGHT = 6.9, 8.6, 27
FEATURE = replace(LABEL, align="center", wrap=True)
GIVEN = replace(PICTURE, border=True, fill="input", ink=INPUT_INK, number_format="General")
WORD = replace(GIVEN, number_format="@", shrink=True)  # what is typed there stays a word

MOST_ACROSS = 16
"""Columns of weights that are side by side."""

LONGEST_LIST = 255
"""Characters of a list that stands in a validation, in Excel."""

GIVEN_KINDS = ("typed_number", "typed_word", "picture")


class Predict(Page):
    """What the model says of a row or picture that a person types, with the weights of any epoch.

    The model's output follows from its input and its weights; `xlnn.Learns.tested` must name what
    it takes from other rows.

    Parameters
    ----------
    key, title, note, does : str
        As for a `Page`.
    grid : function or None
        Returns the rows and columns of the picture that the inputs are, or (), for a Spec; by
        default those of its pictures.
    shares : bool
        Whether outputs are shares between 0 and 1, which are drawn as bars.
    """

    def __init__(  # noqa: PLR0913 -- what a page may settle
        self,
        key: str = "recognise",
        title: Stated = "Predict",
        note: Stated = "Type new inputs into the yellow cells. The model, as it is after the "
        "chosen epoch, says what it makes of them.",
        does: Stated = "Type in your own example and see what the model says.",
        *,
        grid: Callable[[Spec], tuple[int, ...]] | None = None,
        shares: bool = False,
    ) -> None:
        super().__init__(key, title, note, does=does)
        self.grid, self.shares = grid or (lambda spec: spec.picture), shares

    def adds(self, learns: Learns | None) -> tuple[str, ...]:
        """Return the names of the inputs that it may have."""
        x = learns.x if learns else "x"
        return tuple(PREFIX + kind for kind in ("epoch", x, raw_name(x), *GIVEN_KINDS))

    def quantities(
        self, model: Model, learns: Learns | None, spec: Spec, words: Text
    ) -> Iterator[Quantity]:
        """Yield what is typed, the computation of one row again, and the answer in words."""
        if learns is None or learns.output not in model.by_name:
            return
        if any(len(weight.axes) > 1 for weight in _weights_of(model, learns.output)):
            return
        x, output = model[learns.x], model[learns.output]
        rows, epochs = x.axes[0], output.axes[0]
        one = replace(rows, name=ONE, length=1)
        if epochs != rows:
            state = Axis("epoch", epochs.length + 1, "up", counts_from=0)
            yield from choice(f"{PREFIX}epoch", state, words, title="after epoch (0: start)",
                              sheet=self.key)  # fmt: skip
        x = replace(x, axes=(one, *x.axes[1:]), shape=self.typed_shape(x, spec))
        typed = [*self._typed(x, spec)]
        yield from typed
        yield from self.computed(model, learns, spec, one)
        yield from self._answer(model, output, spec, words, typed=_numbers(typed, spec), one=one)

    def typed_shape(self, x: Quantity, spec: Spec) -> tuple[int, ...]:  # noqa: ARG002 -- of pictures
        """Return the shape of the inputs that are typed."""
        return x.shape

    def computed(
        self,
        model: Model,
        learns: Learns,
        spec: Spec,  # noqa: ARG002 -- for other ways
        one: Axis,
    ) -> Iterator[Quantity]:
        """Yield the weights of the chosen epoch, and what follows from them and from the inputs.

        Parameters
        ----------
        model, learns, spec
            As for `quantities`.
        one : Axis
            The axis of the row that is typed.
        """
        output, rows = model[learns.output], model[learns.x].axes[0]
        weights = _weights_of(model, learns.output)
        for weight in weights:  # state 0 is the start, so those after epoch e are in row e + 1
            equation = OfRow(weight.shape, row=2).of(weight.name, f"{PREFIX}epoch_used")
            yield replace(
                weight, name=f"{PREFIX}{weight.name}", axes=(), given=0, sheet=self.key,
                equation=equation, uses={}, choices=None,
            )  # fmt: skip
        names = [learns.x, *(weight.name for weight in weights)]
        instead = {name: f"{PREFIX}{name}" for name in names}
        instead |= {name: f"{PREFIX}{of.removeprefix(TEST)}" for name, of in learns.tested.items()}
        yield from replayed(
            model.quantities, [learns.output], f"{PREFIX}{{}}", instead=instead, sheet=self.key,
            axes={output.axes[0].name: None, rows.name: one},
        )  # fmt: skip

    def _typed(self, x: Quantity, spec: Spec) -> Iterator[Quantity]:
        """Yield what a person types, and the inputs that follow from it."""
        shown = partial(Quantity, sheet=self.key, symbol=" ")
        given = raw_name(x.name) if spec.scaled else x.name
        equation, is_row = None, len(x.axes) == 1
        grid = self.grid(spec) if is_row and len(x.shape) == 1 else ()
        if is_row and spec.words:
            equation = _from_words(spec, x.shape)
            numbers = sum(isinstance(column, int) for column in equation.inputs)
            if numbers:
                yield shown(f"{PREFIX}typed_number", title="numbers", shape=(numbers,))
            yield shown(
                f"{PREFIX}typed_word", title="words", shape=(len(spec.words),), is_text=True
            )
            uses = [f"{PREFIX}typed_word", f"{PREFIX}typed_number"]
            equation = equation.of(*uses[: 1 + bool(numbers)])
        elif grid:
            yield shown(f"{PREFIX}picture", title="draw here", shape=grid)
            equation = FLAT.of(f"{PREFIX}picture")
        kind = ("raw" if spec.scaled else given) if equation else f"{PREFIX}given"
        title = "inputs as given" if spec.scaled or not equation else x.title
        yield shown(
            PREFIX + given, kind=kind, symbol=x.symbol, axes=x.axes, shape=x.shape, title=title,
            equation=equation, number_format="General",
        )  # fmt: skip
        if spec.scaled:
            uses = {"raw": PREFIX + given, "middle": "middle", "factor": "factor"}
            yield replace(x, name=PREFIX + x.name, sheet=self.key, equation=SCALED, uses=uses)

    def _answer(  # noqa: PLR0913 -- what it depends on
        self,
        model: Model,
        output: Quantity,
        spec: Spec,
        words: Text,
        *,
        typed: Quantity | None,
        one: Axis,
    ) -> Iterator[Quantity]:
        """Yield the outputs, and what they mean in words or which number is missing."""
        shown = partial(Quantity, sheet=self.key, symbol=" ", axes=(one,))
        outputs, output_name = f"{PREFIX}{output.name}", f"{PREFIX}output"
        is_classes = "answer" in model.by_name
        named = model.by_name.get("labels")
        is_numbers = spec.is_regression and named is not None and named.shape == output.shape
        if is_classes or is_numbers:
            yield shown(f"{PREFIX}name", title="name", equation=Name(), shape=output.shape)
            yield shown(
                output_name, title="output", equation=COPY.of(outputs), shape=output.shape,
                number_format=str(output.number_format),
            )  # fmt: skip
        if is_numbers:
            more, sentence, uses = _of_numbers(shown, model, output, spec, words)
        elif is_classes:
            more, sentence, uses = self._of_classes(shown, output, spec, words)
        else:
            more, sentence, uses = self._of_others(shown, output, spec, one), Told([""]), {}
        yield from more
        if typed is not None:
            missing = words.sentence("missing", "A number is missing: an empty cell counts as 0.")
            along = tuple(axis.name for axis in typed.axes[1:])
            sentence = Complete(sentence, ("given",), prod(typed.lengths), missing, along)
            uses |= {"given": typed.name}
        if uses:
            yield shown(f"{PREFIX}verdict", equation=sentence, uses=uses)

    def shares_of(self, spec: Spec) -> tuple[bool, bool]:  # noqa: ARG002 -- for what follows from it
        """Return whether outputs are drawn as bars, and whether they are between 0 and 1."""
        return self.shares, self.shares

    def _of_classes(
        self, shown: Callable[..., Quantity], output: Quantity, spec: Spec, words: Text
    ) -> "Answer":
        """Return the class that is found, unless the largest outputs are equal."""
        outputs, (are_bars, are_shares) = f"{PREFIX}output", self.shares_of(spec)
        bar = partial(shown, f"{PREFIX}bar", equation=Bar().of(outputs), shape=output.shape)
        quantities = [bar()] if are_bars else []
        quantities += [
            shown(f"{PREFIX}answer", title="class found", number_format="0",
                  equation=LargestUnit().of(outputs)),
            shown(f"{PREFIX}label", title="label found", is_text=are_text(spec.labels),
                  equation=LABEL_OF.of(f"{PREFIX}answer")),
        ]  # fmt: skip
        several = len(spec.labels) > 1
        uses = {"label": f"{PREFIX}label", "a": outputs}
        if several:
            quantities.append(
                shown(f"{PREFIX}tied", title="largest outputs equal? (1: yes)", number_format="0",
                      equation=Tied().of(outputs))
            )  # fmt: skip
            uses["tied"] = f"{PREFIX}tied"
        return quantities, verdict(words, several=several, are_shares=are_shares), uses

    def _of_others(
        self, shown: Callable[..., Quantity], output: Quantity, spec: Spec, one: Axis
    ) -> Iterator[Quantity]:
        """Yield outputs that are neither classes nor numbers of a table, perhaps as a picture."""
        name = f"{PREFIX}{output.name}"
        grid = self.grid(spec) if len(output.axes) == 2 else ()
        if grid and prod(grid) == prod(output.shape):
            yield replace(
                shown(f"{PREFIX}result", title="what comes out", shape=grid), axes=(),
                equation=as_picture(*grid), uses={"a": name},
            )  # fmt: skip
            return
        yield replace(
            output, name=f"{PREFIX}output", kind=f"{PREFIX}output", title="output", meaning="",
            axes=(one, *output.axes[2:]), equation=COPY, uses={"a": name}, sheet=self.key,
            written="",
        )  # fmt: skip

    def inputs(
        self, model: Model, learns: Learns | None, spec: Spec, given: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the last epoch, and the first row that is not all 0."""
        if learns is None or f"{PREFIX}{learns.x}" not in model.by_name:
            return {}
        name = raw_name(learns.x) if spec.scaled else learns.x
        x = np.asarray(given[name], dtype=float)
        first = next((row for row in x if row.any()), x[-1])
        inputs = {**super().inputs(model, learns, spec, given)}
        if f"{PREFIX}typed_word" in model.by_name:
            numbers, words = _from_words(spec, x.shape[1:]).typed(first.ravel())
            inputs[f"{PREFIX}typed_word"] = np.array(words, dtype=object)
            if numbers:
                inputs[f"{PREFIX}typed_number"] = np.array(numbers)
            return inputs
        typed = f"{PREFIX}picture"
        typed = typed if typed in model.by_name else PREFIX + name
        return inputs | {typed: first.reshape(model[typed].lengths)}

    def made(self, model: Model) -> list[PagePart]:
        """Return the epoch, the inputs beside what the model says, and what it computes."""
        known = model.by_name
        here = [quantity for quantity in model.quantities if quantity.sheet == self.key]
        typed = [q for q in here if q.is_input and not q.choices]
        parts = [_part_of(quantity) for quantity in typed]
        verdicts = [f"{PREFIX}verdict"] if f"{PREFIX}verdict" in known else []
        answers = [Sentences(name, look=VERDICT) for name in verdicts]
        kinds = ("name", "output", "predicted", "bar")
        listed = [PREFIX + kind for kind in kinds if PREFIX + kind in known]
        if listed == [f"{PREFIX}output"]:
            answers.append(Table(*listed))
        elif listed:
            looks = dict.fromkeys(listed[:1], SENTENCE)
            answers.append(Units("", *listed, looks=looks, above=1))
        if f"{PREFIX}result" in known:
            answers.append(Grid(f"{PREFIX}result", scale=_ink, width=CELL, digits="0.00"))
        shown = [] if not answers else [Below(*answers)]
        weights = [_weight(q) for q in here if q.role == "weight" and q.shape]
        kinds = ("answer", "label", "tied")
        hidden = [PREFIX + kind for kind in kinds if PREFIX + kind in known]
        return [
            Numbers((f"{PREFIX}epoch", f"{PREFIX}epoch_asked"), at=2),
            used_choices(model, f"{PREFIX}epoch"),
            Beside(Below(*parts), *shown),
            *([Space(), Beside(*weights, most=MOST_ACROSS)] if weights else []),
            *([Hidden(*hidden)] if hidden else []),
        ]


def _weight(quantity: Quantity) -> Below:
    """Return a weight below its symbol."""
    symbol = Label(quantity.symbol.replace("{}", ""))
    return Below(symbol, Grid(quantity.name, height=0, digits="0.00", titled=False))


def _weights_of(model: Model, output: str) -> list[Quantity]:
    """Return the weights that an output is computed from in one epoch."""
    of_one_epoch = [replace(q, equation=None, uses={}) if q.given else q for q in model.quantities]
    needed = needed_for(of_one_epoch, [output])
    return [quantity for quantity in model.quantities if quantity.given and quantity.name in needed]


def _numbers(typed: Iterable[Quantity], spec: Spec) -> Quantity | None:
    """Return the typed numbers that may not be missing; in a picture, a missing one is paper."""
    given = (quantity for quantity in typed if quantity.is_input and not quantity.is_text)
    return next((quantity for quantity in given if not _is_picture(quantity, spec)), None)


def _is_picture(typed: Quantity, spec: Spec) -> bool:
    return typed.name == f"{PREFIX}picture" or (spec.has_images and len(typed.shape) > 1)


def _ink(page: Context[Spec]) -> str:
    """Return the scale of a picture: ink from 0 to 1, unless its pixels are other numbers."""
    return "around 0" if page.spec.scaled else "ink"


def _part_of(quantity: Quantity) -> PagePart:
    """Return the part in which something is typed: a picture, a table of steps, or a row."""
    if quantity.name == f"{PREFIX}picture":
        return Grid(quantity.name, scale=_ink, width=CELL, digits="General")
    if len(quantity.axes) > 1:
        return Table(quantity.name)
    return _Typed("", quantity.name)


class _Typed(Row):
    """A row of numbers or words that are typed, below the names of their columns."""

    def blocks(self, model: Model, row: int, column: int) -> Iterator[Block]:
        """Yield the cells."""
        yield from super().blocks(model, row + 1, column)

    def draw(self, drawing: Drawing, page: Context[Spec], row: int, column: int) -> None:
        """Draw the names, and offer the words of each column."""
        super().draw(drawing, page, row + 1, column)
        block, spec = page.layout.blocks[self.names[-1]], page.spec
        quantity = block.quantity
        drawing.looks[quantity.name] = WORD if quantity.is_text else GIVEN
        names = typed_names(spec, quantity.name) or [
            quantity.heading(unit) for unit in quantity.units
        ]
        width = max(FEATURE_WIDTH, word_width(names, FEATURE.size))
        for at, name in enumerate(names, start=block.column):
            drawing.put(block.row - 1, at, name, named_over(names, FEATURE))
            drawing.widths[at] = max(drawing.widths.get(at, 0), width)
        drawing.heights[block.row - 1] = FEATURE_HEIGHT
        if quantity.is_text:
            drawing.validations += lists_of_words(spec, block)


Answer = tuple[list[Quantity], Sentence, dict[str, str]]
"""Quantities, the sentence about them, and what it takes."""


def _of_numbers(
    shown: Callable[..., Quantity], model: Model, output: Quantity, spec: Spec, words: Text
) -> Answer:
    """Return the predicted numbers, in the units of the targets."""
    sentence = Prediction(words("joined", "named", what="{label}", name="{predicted}"))
    if not spec.scaled_targets:
        return [], sentence, {"labels": "labels", "predicted": f"{PREFIX}output"}
    scales = {"middle": "t_middle", "factor": "t_factor"}
    predicted = shown(
        f"{PREFIX}predicted", title="predicted", symbol="ŷ{}", shape=output.shape,
        equation=PREDICTED.of(f"{PREFIX}output", **scales),
        number_format=str(model["off"].number_format),
    )  # fmt: skip
    return [predicted], sentence, {"labels": "labels", "predicted": predicted.name}


def verdict(words: Text, *, several: bool, are_shares: bool) -> Told:
    """Return the sentence about the class that is found, or that the largest outputs are equal.

    Parameters
    ----------
    words : Text
    several : bool
        Whether there are several outputs, which may be equal.
    are_shares : bool
        Whether they are between 0 and 1, so that they need no exponent.
    """
    form = share_of if are_shares else fixed
    lines = [
        words.sentence("undecided", "Undecided: the largest outputs are equal ({output})."),
        words.sentence("verdict", "Prediction: {label} ({output})."),
    ]
    return Told(
        lines if several else lines[1:],
        (lambda tied: (tied == 1,)) if several else "",
        form=plain, output=lambda a: form(largest(a[...])),
    )  # fmt: skip


def _from_words(spec: Spec, shape: tuple[int, ...]) -> FromWords:
    """Return how the inputs follow from a row as the user types it."""
    inputs = typed_as(spec.features, spec.words)
    others = (
        next((word for word in column[1:] if (number, word) not in inputs), "–")
        for number, column in enumerate(spec.words)
    )
    return FromWords(inputs, tuple(others), shape)


def typed_names(spec: Spec, name: str) -> Sequence[str]:
    """Return the names of inputs, or of the numbers or words that they are made from."""
    if name.endswith("typed_word"):
        return [heading for heading, *_ in spec.words]
    if name.endswith("typed_number"):
        inputs = zip(spec.features, typed_as(spec.features, spec.words), strict=True)
        return [name for name, of in inputs if isinstance(of, int)]
    return spec.features


def lists_of_words(spec: Spec, block: Block) -> Iterator[DataValidation]:
    """Yield a list of each column's words; others may be typed."""
    for position, (_, *kinds) in enumerate(spec.words):
        listed = ",".join(kinds)
        if len(listed) <= LONGEST_LIST and not any(set(kind) & {",", '"'} for kind in kinds):
            cell = address(*block.address((position,)))
            yield DataValidation(
                type="list", formula1=f'"{listed}"', showErrorMessage=False, sqref=cell
            )
