"""Whatever a yellow cell holds, no sentence is an error, and none shows beside a chooser."""

import numpy as np
import pytest

from xlnn.engines.ironcalc import filled
from xlnn.equations.lookup import UsedNumber
from xlnn.grid import CellError
from xlnn.loading.spec import described

ODD = (None, 0, -1, 1e308, 1e-300, "abc", 2.5, 99_999)
"""What is typed or pasted; a date is a number such as the last."""

WORKBOOKS = {
    "first": {}, "neuron": {}, "descent": {}, "regression": {}, "xor": {"epochs": 1},
    "slopes": {}, "similarity": {}, "costs": {}, "activations": {}, "sequences": {},
    "xor-layers": {"epochs": 2}, "digits": {"epochs": 1}, "solver": {}, "cnn": {"epochs": 1},
}  # fmt: skip


EACH_CELL = {
    "first": {}, "xor": {"epochs": 2}, "descent": {}, "neuron": {}, "slopes": {}, "costs": {},
    "similarity": {}, "activations": {}, "regression": {"epochs": 2},
}  # fmt: skip
"""The smallest workbook of each kind, of which every yellow cell is tried."""

AT_ONCE = 4
"""Cells that hold odd values together."""


def readable(layout):
    """Yield the cells of sentences, and of the numbers that stand for what is chosen."""
    for quantity in layout.model.quantities:
        if quantity.equation and (
            quantity.is_text or isinstance(quantity.runs[0].equation, UsedNumber)
        ):
            yield from layout.places(quantity.name).values()


def after(path):
    """Yield an input, what its first cell holds, and which readable cells are then errors."""
    layout, session = described(path)[1], filled(path)
    cells = [*readable(layout)]
    for quantity in layout.model.inputs:
        if quantity.is_record:
            continue
        block = layout.blocks[quantity.name]
        place = layout.titles[block.sheet], block.row, block.column
        before = session.value(place)
        for typed in ODD:
            session.put(place, typed)
            values = session({})
            got = ((title, values[title].at(*at)) for title, *at in cells)
            yield quantity.name, typed, [each for each in got if isinstance(each[1], CellError)]
        session.put(place, before)


def after_several(path, seed):
    """Yield what some yellow cells hold, each once, and which readable cells are then errors."""
    layout, session, chance = described(path)[1], filled(path), np.random.default_rng(seed)
    cells = [*readable(layout)]
    typed_in = [
        place
        for quantity in layout.model.inputs
        if not quantity.is_record
        for place in layout.places(quantity.name).values()
    ]
    order = [typed_in[n] for n in chance.permutation(len(typed_in))]
    for first in range(0, len(order), AT_ONCE):
        held = {place: ODD[chance.integers(len(ODD))] for place in order[first : first + AT_ONCE]}
        before = {place: session.value(place) for place in held}
        for place, typed in held.items():
            session.put(place, typed)
        values = session({})
        got = ((title, values[title].at(*at)) for title, *at in cells)
        yield held, [each for each in got if isinstance(each[1], CellError)]
        for place, value in before.items():
            session.put(place, value)


@pytest.mark.parametrize("template", EACH_CELL)
@pytest.mark.slow
def test_no_sentence_is_an_error_whatever_any_cell_holds(template, workbook):
    made = workbook(template, **EACH_CELL[template])
    assert [held for held, errors in after_several(made.path, seed=1) if errors] == []


@pytest.mark.parametrize("template", WORKBOOKS)
@pytest.mark.first(4)
@pytest.mark.ci
def test_no_sentence_is_an_error_whatever_is_typed(template, workbook):
    made = workbook(template, **WORKBOOKS[template])
    assert [(name, typed) for name, typed, errors in after(made.path) if errors] == []


def test_a_sentence_without_a_value_says_so(workbook):
    layout = described(workbook("first").path)[1]
    (answers,) = (q for q in layout.model.quantities if q.is_sentence)
    assert "number" in answers.otherwise
    assert layout.formula("answers", ()).endswith(f'"{answers.otherwise}")')


def test_an_error_in_a_sentence_is_found(workbook, monkeypatch):
    made = workbook("first").path
    monkeypatch.setattr("test_odd_inputs.ODD", ("abc",))
    monkeypatch.setattr("test_odd_inputs.readable", lambda layout: layout.places("C").values())
    assert any(errors for _, _, errors in after(made))
    assert any(errors for _, errors in after_several(made, seed=1))
