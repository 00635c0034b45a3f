"""Whatever a yellow cell holds, a sheet computes with it or says that it cannot.

Each rule is tried on every input of a small workbook of each template: an empty cell is 0 in every
formula; nothing is computed from a single number that is text; and a choice that is not one of its
numbers is told. With a learning rate that is far too large no sheet has errors beside sentences of
which none says so. Workbooks with a fault of each kind fail.
"""

import re
import shutil

import pytest
from openpyxl.utils import get_column_letter
from rewriting import edit

from xlnn.engines.ironcalc import filled
from xlnn.grid import CellError
from xlnn.loading.spec import described

SMALL = {
    "first": {"epochs": 2}, "xor": {"epochs": 1}, "clusters": {"epochs": 4},
    "q-learning": {"epochs": 2}, "rnn": {"epochs": 1}, "regression": {"epochs": 2},
    "xor-layers": {"epochs": 1}, "neuron": {}, "slopes": {}, "costs": {}, "descent": {},
    "sequences": {}, "similarity": {}, "activations": {}, "lstm": {"epochs": 2},
    "attention": {"epochs": 1}, "autoencoder": {"epochs": 1}, "embeddings": {"epochs": 1},
    "gru": {"epochs": 1}, "vae": {"epochs": 1}, "gan": {"epochs": 2}, "batch-norm": {"epochs": 1},
    "transformer": {"epochs": 1}, "iris": {"epochs": 1}, "diabetes": {"epochs": 1},
}  # fmt: skip
"""A small workbook of each kind, the quickest first."""

SAYS = re.compile(r"[Cc]hoose|[Tt]ype other|missing|too large|no result|No result|no value")
"""What a sentence says that asks for a number, or has none."""

NUMBERS = (-3.5, 1e9)
"""Two numbers that tell for which cells a number is needed."""

NO_CHOICES = (None, "abc", 2.5, -1, 10**4, 1e300)
"""What is not one of the numbers to choose from."""

HUGE = (1e300, 1e160, 1e20)
"""Learning rates with which training diverges."""

NAMES = {"labels"}
"""Inputs that are shown as they are typed: names, even if they are numbers."""

PAIR = 2
"""The most cells of a single number or point; in tables SUMPRODUCT takes a text for 0."""


class States:
    """A workbook whose yellow cells are changed, and computed anew."""

    def __init__(self, path):
        self.layout, self.session = described(path)[1], filled(path)
        self.quantities = [
            each
            for each in self.layout.model.quantities
            if each.equation and not each.name.startswith("numpy_")  # which compare inputs
        ]
        self.cells = [
            ((each.name, index), title, at)
            for each in self.quantities
            for index, (title, *at) in self.layout.places(each.name).items()
            if not each.is_typed(index)
        ]
        self.before = self.values()

    def inputs(self):
        """Yield each input with the cells that are typed into."""
        for quantity in self.layout.model.inputs:
            if not (quantity.is_record or quantity.is_text or quantity.kind in NAMES):
                places = self.layout.places(quantity.name)
                yield quantity, [places[index] for index in places if quantity.is_typed(index)]

    def values(self):
        """Return the values of all computed cells, by quantity and index."""
        grids = self.session({})
        return {key: grids[title].at(*at) for key, title, at in self.cells}

    def with_all(self, places, held):
        """Return the values while some cells hold something."""
        before = [self.session.value(place) for place in places]
        for place in places:
            self.session.put(place, held)
        values = self.values()
        for place, value in zip(places, before, strict=True):
            self.session.put(place, value)
        return values

    def users(self, quantity):
        """Return the names of computed quantities that depend on an input, without sentences."""
        return {
            each.name
            for each in self.quantities
            if not each.is_text and quantity.name in {use.name for use in each.uses.values()}
        }

    def says(self, values):
        """Tell whether a sentence asks for a number, or has none, and did not before."""
        return any(
            isinstance(value, str) and value != self.before[key] and SAYS.search(value)
            for key, value in values.items()
        )


def differing(one, other):
    """Return the keys of values that differ."""
    return [key for key in one if not alike(one[key], other[key])]


def alike(one, other):
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= 1e-12 * max(1, abs(one), abs(other))
    return one == other


def not_as_0(states):
    """Yield the inputs of which an empty cell counts as something else than 0, unsaid."""
    for quantity, places in states.inputs():
        for which in (places[:1], places) if len(places) > 1 else (places,):
            empty, zero = (states.with_all(which, held) for held in (None, 0))
            different = differing(empty, zero)
            if different and not states.says(empty):
                yield quantity.name, {name for name, _ in different}


def with_text(states):
    """Yield the inputs with which something is computed though they are text, unsaid."""
    for quantity, places in states.inputs():
        users, first = states.users(quantity), places[:1]
        if quantity.choices or quantity.role == "weight" or len(places) > PAIR:
            continue  # unsaid_choices looks at invalid choices
        text = states.with_all(first, "abc")
        if states.says(text):
            continue
        one, other = (states.with_all(first, number) for number in NUMBERS)
        needing = [key for key in differing(one, other) if key[0] in users]
        computed = {name for name, _ in (k for k in needing if not isinstance(text[k], CellError))}
        if computed:
            yield quantity.name, computed


def unsaid_choices(states):
    """Yield the inputs with a number that is not to be chosen, and what it is, unsaid."""
    for quantity, places in states.inputs():
        if quantity.choices in {(), None, (0, 1)}:
            continue  # a target is a number
        for held in NO_CHOICES:
            if not states.says(states.with_all(places[:1], held)):
                yield quantity.name, held


def errors_unsaid(states):
    """Yield the learning rates, what they are, and the sheets that have errors then, unsaid."""
    sheets = {each.name: states.layout.blocks[each.name].sheet for each in states.quantities}
    told = {sheets[each.name] for each in states.quantities if each.is_sentence}
    for quantity, places in states.inputs():
        for held in HUGE if quantity.kind.startswith("eta") else ():
            values = states.with_all(places, held)
            wrong = {sheets[name] for (name, _), v in values.items() if isinstance(v, CellError)}
            says = {
                sheets[name]
                for (name, _), value in values.items()
                if isinstance(value, str) and SAYS.search(value)
            }
            if silent := (wrong & told) - says:
                yield quantity.name, held, silent


@pytest.fixture(params=SMALL)
def states(workbook, request):
    return States(workbook(request.param, **SMALL[request.param], verify=False).path)


@pytest.mark.first(3)
@pytest.mark.ci
def test_an_empty_cell_is_0_in_every_formula_or_is_told(states):
    assert [*not_as_0(states)] == []


@pytest.mark.first(3)
@pytest.mark.ci
def test_nothing_is_computed_with_a_text(states):
    assert [*with_text(states)] == []


@pytest.mark.first(3)
@pytest.mark.ci
def test_a_choice_that_is_none_is_told(states):
    assert [*unsaid_choices(states)] == []


@pytest.mark.first(3)
@pytest.mark.ci
def test_no_error_is_beside_sentences_that_do_not_tell(states):
    assert [*errors_unsaid(states)] == []


def test_an_error_that_no_sentence_tells_is_found(workbook, tmp_path):
    path = shutil.copy(workbook("first", epochs=2, verify=False).path, tmp_path / "first.xlsx")
    layout = described(path)[1]
    (_, row, column) = layout.places("eta")[()]
    edit(path, {layout.cell("now_dC_db", (0,)): f"={get_column_letter(column)}{row}^2"})
    assert {name for name, *_ in errors_unsaid(States(path))} == {"eta"}


def test_each_rule_finds_a_formula_that_breaks_it(workbook, tmp_path):
    path = shutil.copy(workbook("q-learning", epochs=2, verify=False).path, tmp_path / "q.xlsx")
    layout = described(path)[1]
    (title, row, column) = layout.places("epsilon")[()]
    epsilon = f"{title}!{get_column_letter(column)}{row}"
    edit(path, {
        layout.cell("wrong", ()): "=0",
        **{layout.cell("action", each): f"=IF({epsilon}>0.5,1,2)"
           for each in layout.places("action")},
        layout.cell("walked", ()): f"=COUNT({epsilon})",
    })  # fmt: skip
    states = States(path)
    assert ("epsilon", {"walked"}) in not_as_0(states)
    assert ("epsilon", {"action"}) in with_text(states)
    assert ("world", 2.5) in unsaid_choices(states)
