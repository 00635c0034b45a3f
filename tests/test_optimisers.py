"""The steps beyond the plain one are PyTorch's, and their cells are proven as all others."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from experiments import ENGINES, PROBES, agrees_in, changed
from networks import from_template, plan
from rewriting import edit, replace_inputs
from test_check_sheet import CHANGED, DIFFERS, Book

from xlnn import reference
from xlnn.building.build import build
from xlnn.checking.check import check
from xlnn.checking.probe import probe_inputs
from xlnn.equations.optimiser import OPTIMISERS
from xlnn.errors import DataError
from xlnn.loading.spec import described, layout_of, read_spec
from xlnn.loading.values import values
from xlnn.options import Options
from xlnn.registry.templates import copy, template
from xlnn.workbooks.entries import to_values

pytestmark = pytest.mark.first(stepped=1)

PYTORCH = json.loads(Path(__file__).with_name("pytorch_steps.json").read_text(encoding="utf-8"))
NAMES = {"momentum": "mu", "alpha": "beta", "eps": "epsilon"}
CLOSE = 1e-10
"""Fifty epochs of sums in another order, each rounded at 1e-16."""


def asked(optimizer, options, l2):
    """Return a plan of the book's network with what a run of PyTorch was given."""
    made = plan(
        from_template(template("digits")),
        Options(optimizer=optimizer, eta=options["lr"], l2=l2),
    )
    given = {NAMES[name]: value for name, value in options.items() if name in NAMES}
    given |= dict(zip(("beta1", "beta2"), options.get("betas", ()), strict=False))
    inputs = made.inputs | {name: np.array(value) for name, value in given.items()}
    return made, inputs


@pytest.mark.parametrize("name", PYTORCH["runs"])
def test_fifty_epochs_equal_those_of_PyTorch(name):
    figures = PYTORCH["runs"][name]
    made, inputs = asked(name.split(",")[0], figures["options"], figures["l2"])
    run = reference.run(made.model, inputs)
    assert run["C_T"] == pytest.approx(figures["C_T"], abs=CLOSE)
    for parameter in ("W2", "b2", "W3", "b3"):
        assert np.abs(run[parameter][-1] - figures[parameter]).max() < CLOSE


# --- the workbook ----------------------------------------------------------------------------

PLAIN_STEP = "sgd"
OTHERS = [name for name in OPTIMISERS if name != PLAIN_STEP]
NEW = re.compile("velocity|square|moment|direction|correction|steps|penalty|[Wb]_")
"""What the quantities are named that an optimiser and a penalty add, or make others."""


@pytest.fixture(scope="module", params=OTHERS[::-1])
def stepped(request, tmp_path_factory):
    """Return a small workbook of each optimiser, penalised."""
    place = tmp_path_factory.mktemp(request.param) / "stepped.xlsx"
    return build("xor", place, optimizer=request.param, l2=0.03, eta=0.1, epochs=3).path


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.first(engine=1)
@pytest.mark.slow
def test_every_engine_agrees_at_random_numbers_also_whole_ones(stepped, engine):
    assert agrees_in(engine, stepped).probes == PROBES


@pytest.mark.slow
def test_no_probe_leaves_a_cell_without_a_number(stepped, tmp_path):
    _, layout = described(stepped)
    for number in range(8):
        replace_inputs(stepped, tmp_path / "probe.xlsx", probe_inputs(layout, 11, number))
        found = values(tmp_path / "probe.xlsx", "formualizer")
        numbers = [q.name for q in layout.model.quantities if not q.is_text]
        assert all(np.isfinite(found[name]).all() for name in numbers)


@pytest.mark.slow
def test_wrong_formulas_of_each_kind_are_named_and_no_other(stepped, tmp_path):
    _, layout = described(stepped)
    named = [q for q in layout.model.quantities if q.equation and NEW.search(q.name)]
    one_of_each = {q.kind: q for q in named if not q.kind.endswith("_b")}
    assert len(one_of_each) > 8
    altered = {}
    for quantity in one_of_each.values():
        last = tuple(length - 1 for length in quantity.lengths)
        formula = layout.formula(quantity.name, last)
        altered[layout.cell(quantity.name, last)] = formula + "+0.001"
    copy = tmp_path / "copy.xlsx"
    copy.write_bytes(stepped.read_bytes())
    edit(copy, altered)
    named = [wrong.cell for wrong in check(copy, "formualizer").wrong]
    assert sorted(named) == sorted(altered)


@pytest.mark.slow
def test_the_sheet_check_sees_what_was_typed_over(stepped):
    book = Book(stepped, "formualizer")
    assert book.says({}).startswith("The sheets agree with NumPy's run")
    other = {book.key("eta"): 0.07, book.key("l2"): 0.01}
    assert book.says(other).startswith(f"{CHANGED}learning rate η, ")
    remembered = [q.name for q in book.layout.model.quantities if q.sheet == "optimiser"]
    for name in [*remembered, "penalty", "C_T", "dC_dW2", "W3"]:
        assert book.says({book.key(name, last=True): 7.5}).startswith(DIFFERS), name


def test_a_start_of_what_is_remembered_is_no_input_and_seen_when_it_is_changed(stepped):
    book = Book(stepped, "formualizer")
    first = next(q.name for q in book.layout.model.quantities if q.sheet == "optimiser" and q.layer)
    assert not book.layout.model[first].is_input
    assert book.says({book.key(first): 0.5}).startswith(DIFFERS)


@pytest.mark.parametrize("moved", ["eta", "l2", "W2"])
@pytest.mark.slow
def test_other_inputs_agree_too(stepped, tmp_path, moved):
    other = changed(stepped, tmp_path / "other.xlsx", {moved: 0})
    assert check(other, "formualizer").agrees


STILL = ("W2", "b2", "W3", "b3", "t")
"""What is 0 in a network that has nothing to learn; tanh of 0 is 0."""


@pytest.mark.slow
def test_a_network_whose_gradients_are_0_stays_as_it_is(tmp_path):
    """The direction is 0 / (sqrt(0) + epsilon)."""
    for name in OTHERS:
        path = build("xor", tmp_path / f"{name}.xlsx", optimizer=name, epochs=3, verify=False).path
        still = changed(
            path, tmp_path / "still.xlsx", dict.fromkeys(("W2", "b2", "W3", "b3", "t"), 0)
        )
        assert check(still, "formualizer").agrees
        assert not np.any(values(still, "formualizer")["W3"])


def test_the_first_step_of_adam_is_eta_whatever_the_gradient_is():
    made, inputs = asked("adam", {"lr": 0.1, "eps": 1e-12}, None)
    run = reference.run(made.model, inputs)
    gradient, step = run["dC_dW2"][0], run["W2"][1] - run["W2"][0]
    assert np.abs(gradient).max() > 1_000 * np.abs(gradient).min()
    assert step == pytest.approx(-0.1 * np.sign(gradient), abs=1e-6)
    assert run["correction1"][1] == pytest.approx(0.1)


@pytest.mark.slow
def test_the_gradient_check_takes_the_slope_of_the_penalty_too(stepped, tmp_path):
    for chosen in (1, 5, 7, 9):
        other = changed(stepped, tmp_path / "o.xlsx", {"slope_chosen": chosen, "slope_epoch": 2})
        found = values(other, "formualizer")
        assert float(found["slope_numeric"]) == pytest.approx(
            float(found["slope_backward"]), abs=1e-5
        )
    assert np.abs(found["plus_penalty"] - found["minus_penalty"]) < 1e-12, "9 is a bias"


def test_biases_are_not_decayed():
    made, inputs = asked("sgd", {"lr": 0.1}, 0.5)
    plain = reference.run(made.model, inputs | {"l2": np.array(0.0)})
    run = reference.run(made.model, inputs)
    for layer in "23":
        assert np.array_equal(run[f"dC_db{layer}"][0], plain[f"dC_db{layer}"][0])
        decay = run[f"dC_dW{layer}"][0] - plain[f"dC_dW{layer}"][0]
        assert decay == pytest.approx(0.5 * inputs[f"W{layer}"][0])


def test_arrays_of_the_weights_keep_two_dimensions(stepped):
    found = values(stepped, "formualizer")
    optimiser = OPTIMISERS[read_spec(stepped).optimizer]
    for name in optimiser.memories:
        assert found[f"{name}_W2"].shape == found["W2"].shape
        assert found[f"{name}_b2"].shape == found["b2"].shape
        assert not found[f"{name}_W2"][0].any()
        assert found[f"{name}_W2"][1:].any()


def test_a_weight_steps_along_the_cell_of_the_same_column(stepped):
    layout = layout_of(read_spec(stepped))
    step = OPTIMISERS[read_spec(stepped).optimizer].step
    for name in ("W2", "b3"):
        weight, led = (layout.blocks[each] for each in (name, f"{step}_{name[0]}{name[1]}"))
        assert weight.column == led.column == layout.blocks[f"dC_d{name}"].column
    formula = layout.formula("W2", (1, 0, 0))
    assert formula == f"=B4-Play!C$6*Optimiser!{layout.cell(f'{step}_W2', (1, 0, 0))[10:]}"


# --- what is asked for -----------------------------------------------------------------------


def test_the_plain_step_adds_no_sheet_no_cell_and_no_line_to_the_spec(short_path):
    spec = read_spec(short_path)
    assert not {"optimizer", "regularised"} & to_values(spec).keys()
    layout = layout_of(spec)
    assert "optimiser" not in layout.titles
    assert "settings" not in layout.titles
    assert layout.formula("W2", (1, 0, 0)) == "=B4-Play!C$6*Gradients!B4"
    assert layout.formula("C_T", (0,)) == "=SUM(Training!R4:R67)"


@pytest.mark.slow
def test_a_workbook_goes_on_with_its_optimiser_and_what_was_changed(stepped, tmp_path):
    constants = OPTIMISERS[read_spec(stepped).optimizer].constants
    given = dict.fromkeys(constants, 0.25) | {"l2": 0.125}
    other = changed(stepped, tmp_path / "other.xlsx", given)
    again = build(from_workbook=other, output=tmp_path / "again.xlsx", epochs=2).path
    found = values(again, "formualizer")
    assert read_spec(again).optimizer == read_spec(stepped).optimizer
    assert {name: float(found[name]) for name in given} == given
    plain = build(from_workbook=other, output=tmp_path / "p.xlsx", optimizer=PLAIN_STEP, l2=0).path
    assert not {"optimizer", "regularised"} & to_values(read_spec(plain)).keys()


@pytest.mark.slow
def test_a_penalty_of_0_in_the_sheet_stays_to_be_changed(stepped, tmp_path):
    other = changed(stepped, tmp_path / "other.xlsx", {"l2": 0})
    again = build(from_workbook=other, output=tmp_path / "again.xlsx", epochs=2).path
    assert read_spec(again).regularised


@pytest.fixture
def mine(tmp_path):
    copy("xor", tmp_path / "mine")
    return tmp_path / "mine"


def told(folder, line):
    path = folder / "template.toml"
    path.write_text(f"{line}\n{path.read_text(encoding='utf-8')}", encoding="utf-8")


@pytest.mark.slow
def test_a_template_names_its_optimiser_and_what_it_takes(mine, tmp_path):
    told(mine, 'optimizer = "adam"\nbeta1 = 0.8\nl2 = 0.01')
    found = values(build(str(mine), tmp_path / "o.xlsx", epochs=2).path, "formualizer")
    assert (float(found["beta1"]), float(found["beta2"]), float(found["l2"])) == (0.8, 0.999, 0.01)


WRONG = {
    'optimizer = "lion"': 'There is no optimizer "lion"',
    'optimizer = "adam"\nmu = 0.9': 'mu is not available for the optimizer "adam"',
    'optimizer = "adam"\nbeta1 = 1': "beta1 is 1: adam takes a number from 0 to less than 1",
    'optimizer = "rmsprop"\nepsilon = 0': "epsilon is 0: rmsprop takes a number greater than 0",
    "l2 = -1": "l2 is -1: a finite number of at least 0 is expected",
    "l2 = nan": "l2 is nan: a finite number",
    'l2 = "much"': "l2 is 'much': a finite number of at least 0 is expected",
    "optimizer = 3": "optimizer is 3: a text is expected",
}


@pytest.mark.parametrize("line", WRONG)
def test_a_template_that_cannot_step_is_refused_in_one_sentence(mine, tmp_path, line):
    told(mine, line)
    with pytest.raises(DataError, match=re.escape(WRONG[line])):
        build(str(mine), tmp_path / "o.xlsx", epochs=2)
    assert not (tmp_path / "o.xlsx").exists()


@pytest.mark.slow
def test_a_share_of_more_than_1_in_the_sheet_is_refused_by_the_next_build(tmp_path):
    path = build("xor", tmp_path / "o.xlsx", optimizer="momentum", epochs=2).path
    other = changed(path, tmp_path / "other.xlsx", {"mu": 1.5})
    with pytest.raises(DataError, match=r"mu is 1\.5: momentum takes a number from 0"):
        build(from_workbook=other)


@pytest.mark.parametrize(("name", "lang"), [("cnn", "zh"), ("iris", "ja")])
@pytest.mark.slow
def test_filters_and_softmax_step_alike(tmp_path, name, lang):
    options = {"optimizer": "adam", "l2": 0.01, "eta": 0.02, "epochs": 2, "lang": lang}
    assert build(name, tmp_path / "o.xlsx", **options).report.agrees
