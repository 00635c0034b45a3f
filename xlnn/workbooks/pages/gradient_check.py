"""The page Gradient check: a slope computed in two ways.

The chosen parameter is moved by h to either side, everything up to the cost is computed again, and
the difference quotient is shown next to the back-propagated gradient.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial
from math import prod
from typing import Any

import numpy as np
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import PatternFill

from xlnn.axis import Axis, Use
from xlnn.equations.lens import CHOSEN_GRADIENT, DIFFERENCE_QUOTIENT, DISTANCE, shifted
from xlnn.equations.lookup import OfRow
from xlnn.grid import address, letters
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.learning import choice
from xlnn.workbooks.pages.number_parts import Numbers, Row, Symbols, used_choices
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.part import Below, Beside, PagePart, Space
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import choice_validation
from xlnn.workbooks.pages.table_parts import Table
from xlnn.workbooks.pages.text_parts import Label
from xlnn.workbooks.samples import Learns, replayed, users_of
from xlnn.workbooks.spec import Spec
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import KEY, NUMBER, RULE

PREFIX = "slope_"
SIDES = {"plus_": "+", "minus_": "-"}

GROUPS = {"plus_": "with w + h", "minus_": "with w − h"}
RESULTS = ("numeric", "backward", "distance")
LINES = {
    "w of the epoch": PREFIX,
    "∂C_T/∂w by back-propagation": f"{PREFIX}dC_d",
    "w + h": "plus_",
    "w − h": "minus_",
}
"""The lines of the parameters: how their names begin, by what they are called."""

MOST = 2_000
"""Parameters up to which there is a column for each."""

WIDTH = 10

HEEDED = 0.01
"""A parameter is worth moving if its slope is at least this share of the largest."""


class GradientCheck(Page):
    """Whether gradients are right: of a model whose weights and gradients `xlnn.Weights` states.

    The cost is a sum or a mean of what it is computed from, such as the costs of the rows.

    Parameters
    ----------
    key, title, note, does : str
        As for a `Page`.
    cost : str
        The cost whose slopes the gradients are.
    """

    def __init__(
        self,
        key: str = "gradient_check",
        title: str = "Gradient check",
        note: str = "Is the gradient right? One parameter is moved by h in either direction, the "
        "cost of all data is computed again, and the slope follows from the two costs.",
        does: str = "Do not just trust the gradient: measure the slope yourself.",
        *,
        cost: str = "C_T",
    ) -> None:
        super().__init__(key, title, note, does=does, is_named=True, gridlines=True, tab="check")
        self.cost = cost

    def adds(self, learns: Learns | None) -> tuple[str, ...]:  # noqa: ARG002 -- for other pages
        """Return the names of the inputs that it may have."""
        return (f"{PREFIX}epoch", f"{PREFIX}chosen", f"{PREFIX}h")

    def weights(self, model: Model) -> dict[str, Quantity]:
        """Return the weights that can be moved, each by the name of its gradient."""
        weights = {}
        for quantity in model.quantities:
            of = quantity.gradient_of
            if of is not None and of.exact and (of.cost or "C_T") == self.cost:
                weights[quantity.name] = model[of.weight]
        return {name: weight for name, weight in weights.items() if len(weight.axes) == 1}

    def quantities(
        self,
        model: Model,
        learns: Learns | None,  # noqa: ARG002 -- for other pages
        spec: Spec,  # noqa: ARG002 -- for other pages
        words: Text,
    ) -> Iterator[Quantity]:
        """Yield the choices, the parameters, and the cost with one of them moved."""
        weights = self.weights(model)
        names = [weight.name for weight in weights.values()]
        count = sum(prod(weight.shape) for weight in weights.values())
        if not 0 < count <= MOST:
            return
        shown = partial(Quantity, sheet=self.key)
        epoch = model[self.cost].axes[-1]
        yield from choice(f"{PREFIX}epoch", epoch, words, title="epoch shown", sheet=self.key)
        parameters = Axis("parameter", count)
        yield from choice(f"{PREFIX}chosen", parameters, words, title="parameter number",
                          sheet=self.key)  # fmt: skip
        yield shown(f"{PREFIX}h", title="h", scale=0.01, number_format="General")
        used, chosen = f"{PREFIX}epoch_used", f"{PREFIX}chosen_used"
        for gradient, weight in weights.items():
            for of in (weight, model[gradient]):
                equation = OfRow(of.shape).of(of.name, used)
                yield _copy(of, f"{PREFIX}{of.name}", self.key, equation)
        for side, sign in SIDES.items():
            first = 1
            for weight in weights.values():
                moved = shifted(first, sign).of(f"{PREFIX}{weight.name}", chosen, f"{PREFIX}h")
                yield _copy(weight, f"{side}{weight.name}", self.key, moved)
                first += prod(weight.shape)
        summed = self._summed(model, names)
        for side in SIDES:
            # w + h and w - h differ in one parameter, so a formula of the wrong one may seem right
            yield from replayed(
                model.quantities, summed, f"{side}{{}}", axes={epoch.name: None}, sheet=self.key,
                instead={name: f"{side}{name}" for name in names}, reads_as_stated=True,
            )  # fmt: skip
        quotient, uses = DIFFERENCE_QUOTIENT.of(h=f"{PREFIX}h"), {}
        for name in summed:
            of = model[name]
            uses[name] = f"{PREFIX}{'quotient' if of.axes[1:] else name}"
            own = {"title": "slope of C"} if of.axes[1:] else {"kind": of.kind, "title": of.title}
            yield shown(
                uses[name], symbol="Δ / 2h{}", axes=of.axes[1:], shape=of.shape, role="backward",
                equation=quotient.of(f"plus_{name}", f"minus_{name}"), **own,
            )  # fmt: skip
        total = model[self.cost]
        formula = "(C_T(w+h) − C_T(w−h)) / 2h".replace("C_T", self.cost)
        numeric = f"{PREFIX}numeric"
        if self.cost in summed:
            whole = quotient.of(f"plus_{self.cost}", f"minus_{self.cost}")
            yield Quantity(numeric, symbol=" ", title=formula, sheet=self.key, equation=whole)
        else:
            own = {
                role: replace(use, name=uses.get(use.name, use.name))
                for role, use in total.uses.items()
            }
            yield _copy(total, numeric, self.key, total.equation, own, title=formula, symbol=" ")
        slopes = CHOSEN_GRADIENT.taking(*(f"{PREFIX}{name}" for name in weights), "chosen")
        yield shown(f"{PREFIX}backward", symbol=" ", title="by back-propagation",
                    equation=slopes.of(chosen=chosen))  # fmt: skip
        yield shown(f"{PREFIX}distance", symbol=" ", title="difference", number_format="0.0E+00",
                    equation=DISTANCE.of(f"{PREFIX}numeric", f"{PREFIX}backward"))  # fmt: skip

    def _summed(self, model: Model, weights: list[str]) -> list[str]:
        """Return the terms of the cost that change with weights, or the cost itself.

        Differs from moving C_T as a whole: two sums are large and nearly equal, and their
        difference would keep few digits.
        """
        changed = users_of(model.quantities, weights)
        sources = dict.fromkeys(model[self.cost].sources)
        if not changed.isdisjoint(sources) and not {*weights} & {*sources}:
            return [name for name in sources if name in changed]
        return [self.cost]

    def inputs(
        self,
        model: Model,
        learns: Learns | None,  # noqa: ARG002 -- for other pages
        spec: Spec,  # noqa: ARG002 -- for other pages
        given: Mapping[str, Any],  # noqa: ARG002 -- for other pages
    ) -> dict[str, Any]:
        """Return the first epoch, and a bias: a weight may be of a pixel that is always 0."""
        if f"{PREFIX}chosen" not in model.by_name:
            return {}
        first, chosen = 1, 1
        for weight in self.weights(model).values():
            if len(weight.shape) == 1:
                chosen = first
                break
            first += prod(weight.shape)
        return {f"{PREFIX}epoch": 1, f"{PREFIX}chosen": chosen, f"{PREFIX}h": 0.001}

    def made(self, model: Model) -> list[PagePart]:
        """Return the choices and results, the parameters, and the data with w + h and w − h."""
        choices = f"{PREFIX}epoch", f"{PREFIX}chosen"
        first = [(name, f"{name}_asked") for name in choices]
        results = [f"{PREFIX}{kind}" for kind in ("h", *RESULTS)]
        numbers = Numbers(*first, *results, at=1, choices={f"{PREFIX}chosen": ""},
                          positive=[f"{PREFIX}h"])  # fmt: skip
        hidden = used_choices(model, *choices)
        return [numbers, hidden, Space(), _parameters(model), Space(), *self._tables(model)]

    def _tables(self, model: Model) -> Iterator[Table]:
        """Yield a table for each set of axes, with what there is with w + h and with w − h."""
        here = [
            quantity
            for quantity in model.quantities
            if quantity.sheet == self.key and quantity.axes
        ]
        for axes in dict.fromkeys(quantity.axes for quantity in here):
            own = [quantity.name for quantity in here if quantity.axes == axes]
            groups = {
                next(name for name in own if name.startswith(side)): text
                for side, text in GROUPS.items()
                if any(name.startswith(side) for name in own)
            }
            quotients = [name for name in own if name.startswith(PREFIX)]
            groups |= dict.fromkeys(quotients[:1], "")
            yield Table(*own, groups=groups, width=WIDTH, repeated=len(here) == len(own))


def worth_moving(model: Model, run: Mapping[str, np.ndarray]) -> int:
    """Return the number of the first parameter that affects the cost: a pixel may be always 0.

    Parameters
    ----------
    model : Model
        With the page.
    run : dict of arrays
        The results of training.
    """
    names = [name.removeprefix(PREFIX) for name in model[f"{PREFIX}backward"].sources]
    slopes = [np.abs(run[name][0]).ravel() for name in names if name in run]
    size = np.concatenate(slopes) if slopes else np.ones(1)
    return int((size >= HEEDED * size.max()).argmax()) + 1


def _copy(
    of: Quantity,
    name: str,
    sheet: str,
    equation: Any,  # noqa: ANN401 -- an equation, applied or not
    uses: Mapping[str, Use] | None = None,
    **fields: str,
) -> Quantity:
    """Return a quantity of one epoch with the names of the quantity that it is taken from."""
    title = fields.pop("title", "")
    kind = name if title else of.kind
    return Quantity(
        name, kind, fields.pop("symbol", of.symbol), title=title or of.title, sheet=sheet,
        shape=of.shape, layer=of.layer, equation=equation, uses=uses or {}, role=of.role,
        number_format=str(of.number_format), meaning=of.meaning, written=of.written,
        source=of.source,
    )  # fmt: skip


class ParameterNumbers(PagePart):
    """The numbers of the parameters, from which one is chosen; its column is marked."""

    def __init__(self, count: int) -> None:
        self.count = count

    def size(self, model: Model) -> tuple[int, int]:  # noqa: ARG002 -- a row
        """Return a row of numbers."""
        return 1, self.count

    def draw(self, drawing: Drawing, page: Context, row: int, column: int) -> None:
        """Write the numbers, and offer them."""
        for number in range(1, self.count + 1):
            drawing.put(row, column + number - 1, number, KEY)
        first, last = letters(column), letters(column + self.count - 1)
        blocks = page.layout.blocks
        chosen, used = (blocks[f"{PREFIX}{kind}"] for kind in ("chosen", "chosen_used"))
        cell, source = address(chosen.row, chosen.column), f"${first}${row}:${last}${row}"
        drawing.validations.append(choice_validation(cell, source, page.words, self.count))
        marked = f"{first}${row}=${letters(used.column)}${used.row}"
        rule = FormulaRule(formula=[marked], fill=PatternFill("solid", bgColor=RULE))
        drawing.colours.append((f"{first}{row}:{last}{row + len(LINES) + 1}", rule))


def _parameters(model: Model) -> Below:
    """Return the parameters, each in a column: its number, its symbol, and its values.

    To the right are single terms of the cost, such as a penalty, and their slopes.
    """
    begins = f"{PREFIX}dC_d"
    names = [name.removeprefix(begins) for name in model.by_name if name.startswith(begins)]
    lines = {text: [prefix + name for name in names] for text, prefix in LINES.items()}
    weights, _, plus, minus = lines.values()
    single = []
    for name in _moved_once(model, names):
        single += ["", f"plus_{name}", f"{PREFIX}{name}"]
        minus += ["", f"minus_{name}", ""]
    plus += single
    return Below(
        _titled("number", ParameterNumbers(sum(len(model[name].units) for name in weights))),
        _titled("parameter", Symbols(*weights, *single, coloured=True)),
        *(
            _titled(text, Row(*row, width=WIDTH, flat=True, look=NUMBER))
            for text, row in lines.items()
        ),
    )


def _moved_once(model: Model, weights: Collection[str]) -> Iterator[str]:
    """Yield the names of the single numbers, besides weights, of which there is a slope."""
    for name, moved in model.by_name.items():
        of = name.removeprefix("plus_")
        is_single = of != name and not moved.lengths and of not in weights
        if is_single and f"{PREFIX}{of}" in model.by_name:
            yield of


def _titled(text: str, row: PagePart) -> Beside:
    return Beside(Label(text, "headings", fits=True), row, apart=0)
