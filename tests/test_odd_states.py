"""Both statements of every sentence say the same in odd states, in every engine."""

import numpy as np
import openpyxl
import pytest
from claims import arrays_of
from experiments import changed
from odd_states import STATES
from programs import skip_without

from xlnn import reference
from xlnn.checking.check import check
from xlnn.checking.comparison import unlike
from xlnn.engines import ENGINES, load
from xlnn.loading.spec import described
from xlnn.loading.values import read_array, read_arrays

ORDER = ("formualizer", *(engine for engine in ENGINES if engine != "formualizer"))


@pytest.fixture(scope="module")
def paths(workbook):
    """Return what builds a template once."""
    return lambda template: workbook(template).path


def cells(layout, inputs):
    """Return inputs by their names as cells of a sheet."""
    found = {}
    for name, given in inputs.items():
        quantity, block = layout.model[name], layout.blocks[name]
        for index, number in np.ndenumerate(np.broadcast_to(given, quantity.input_lengths)):
            found[layout.titles[block.sheet], *block.address(index)] = float(number)
    return found


@pytest.mark.parametrize("engine", ORDER)
@pytest.mark.parametrize("template", STATES)
@pytest.mark.first(1)
@pytest.mark.ci
def test_every_sentence_is_what_python_writes_in_every_state(template, engine, paths):
    skip_without(engine)
    _, layout = described(paths(template))
    recalculate = load(engine, paths(template))
    for state, (inputs, _) in STATES[template].items():
        if any(np.isnan(given).any() for given in inputs.values()):
            continue
        arrays = read_arrays(layout, recalculate(cells(layout, inputs)))
        for quantity in layout.model.quantities:
            if quantity.is_sentence:
                expected = reference.expected(layout.model, quantity, arrays)
                wrong = unlike(layout.model, quantity, arrays, expected)
                assert not wrong.any(), (state, arrays[quantity.name], expected)


@pytest.mark.parametrize("engine", ORDER)
@pytest.mark.parametrize(
    ("template", "inputs"),
    [
        ("regression", {"x": 0, "eta": 0}),
        ("similarity", {"pattern_a": 0, "images": 1}),
        ("costs", {"t": 0.5, "z_chosen": 0, "between": 0}),
        ("sequences", {"r": 0, "coefficients": 0}),
        ("neuron", {"picture": 0, "threshold": 3}),
        ("xor-layers", {"W2": 0, "b2": 0, "W3": 0, "b3": 0}),
        pytest.param("solver", {"W3": 0, "b3": 0}, marks=pytest.mark.slow),
        pytest.param("cnn-solver", {"WO": 0, "bO": 0}, marks=pytest.mark.slow),
    ],
)
@pytest.mark.first(engine=1)
def test_a_workbook_in_an_odd_state_agrees(template, inputs, engine, paths, tmp_path):
    skip_without(engine)
    report = check(changed(paths(template), tmp_path / "odd.xlsx", inputs), engine, 2)
    assert report.agrees, report.wrong[:3]


@pytest.mark.parametrize("engine", ORDER)
@pytest.mark.parametrize("held", [None, "none"])
@pytest.mark.parametrize(
    ("template", "emptied", "sentence"),
    [("regression", "y", "agreement"), ("xor-layers", "shown", "shown_asked")],
)
@pytest.mark.first(engine=1)
@pytest.mark.ci
@pytest.mark.first(2)
def test_a_cell_without_a_number_is_said(
    template, emptied, sentence, held, engine, paths, tmp_path
):
    skip_without(engine)
    _, layout = described(paths(template))
    block = layout.blocks[emptied]
    workbook = openpyxl.load_workbook(paths(template))
    workbook[layout.titles[block.sheet]].cell(
        *block.address((0,) * len(block.quantity.lengths))
    ).value = held
    workbook.save(tmp_path / "emptied.xlsx")
    nothing = np.array(arrays_of(template)[emptied], dtype=float)
    nothing[(0,) * nothing.ndim] = np.nan
    values = load(engine, tmp_path / "emptied.xlsx")({})
    said = read_array(layout, layout.blocks[sentence], values)
    assert str(said) == str(arrays_of(template, {emptied: nothing})[sentence])


@pytest.mark.parametrize(
    "template",
    [
        "rnn",
        "attention",
        "autoencoder",
        "embeddings",
        "transformer",
        "lstm",
        "diabetes",
        "gru",
        "vae",
        "gan",
        "batch-norm",
    ],
)
def test_of_a_single_epoch_no_sentence_names_two(template):
    texts = [str(each) for a in arrays_of(template, epochs=1).values() if a.dtype.kind in "UO"
             for each in np.ravel(a)]  # fmt: skip
    assert any("epoch" in text for text in texts)
    ends = ("epoch 1 and", "first epoch and", "in epoch 1, and")
    assert not [text for text in texts if any(end in text for end in ends)]


@pytest.mark.parametrize("optimizer", ["adam", "sgd", "momentum", "rmsprop"])
@pytest.mark.parametrize("shown", [2, 9, 20])
@pytest.mark.first(2)
def test_what_remains_of_a_huge_error_is_told(optimizer, shown):
    diverged = arrays_of("lstm", {"eta": 1e300, "epoch": shown}, optimizer=optimizer, epochs=20)
    assert diverged["C_T_shown"] > 1e200
    assert np.isfinite(diverged["share"]).all()
    assert "times that at the last step" in str(diverged["arrives"])
