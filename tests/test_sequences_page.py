"""docs/sequences.md is walked: what it says of sheets and numbers is so when one gets there."""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from xlnn import reference
from xlnn.building.plan import origin_of_template, planned
from xlnn.options import Options

PAGE = (Path(__file__).parent.parent / "docs" / "sequences.md").read_text()
SECTIONS = [" ".join(each.split()) for each in re.split(r"^## ", PAGE, flags=re.MULTILINE)]

LED = {
    "sequences": ["Coupled pair"],
    "rnn": ["Network", "Gradients", "Steps"],
    "lstm": ["Memory", "Weights"],
    "attention": ["Attention", "Sequences", "Data"],
    "transformer": ["Talk", "Inside", "Sentences"],
}
"""Of each template the sheets to which its section leads a reader."""


@cache
def plan_of(name, **options):
    return planned(*origin_of_template(name), Options(lang="en", **options))


def computed(name, **typed):
    """Compute a template as it is built, some inputs typed over."""
    plan = plan_of(name)
    inputs = dict(plan.made.inputs)
    for key, value in typed.items():
        inputs[key] = np.broadcast_to(np.asarray(value, float), inputs[key].shape)
    return reference.run(plan.layout.model, inputs)


def section(name):
    """Return the part of the page from the command that builds a template."""
    return next(each for each in SECTIONS if f"xlnn build {name} " in each[:200])


@pytest.mark.parametrize("name", LED)
def test_the_sheets_to_which_a_reader_is_led_are_there(name):
    assert set(LED[name]) <= {*plan_of(name).layout.titles.values()}
    assert not [sheet for sheet in LED[name] if sheet not in section(name)]


def test_the_gradient_of_U_is_made_of_the_columns_that_are_named():
    layout = plan_of("rnn").layout
    assert layout.cell("dC_dU", (0, 0, 0)) in section("rnn")
    assert layout.formula("dC_dU", (0, 0, 0)) in section("rnn")
    assert layout.cell("h", (0, 0, 0, 0)).startswith("Steps!G")
    assert "h of the same step instead, which begins in column G of Steps" in section("rnn")


def test_the_rnn_learns_and_its_gradient_fades():
    run = computed("rnn")
    assert str(run["course"]) in section("rnn")
    assert (np.diff(np.sign(run["h_shown"][:, 0])) != 0).all()  # of a row of ones
    assert run["x_shown"].min() == 1
    assert run["ratio"] < 0.05
    chart = plan_of("rnn").kind.words(plan_of("rnn").made.spec).words["charts"]
    assert "How far back the gradient reaches" in chart
    assert "How far back the gradient reaches" in section("rnn")


def test_the_lstm_remembers_from_the_epoch_that_is_named():
    run, told = computed("lstm", row=8), section("lstm")
    first = np.flatnonzero(run["right"] < 8).max() + 2
    assert f"all eight rows right from epoch {first} on" in told
    assert run["right_rnn"].max() < 8
    assert run["f_shown"].min() > 0.7
    assert run["share"][0] > 0.5
    assert f"{run['share_rnn'][0] * 1e4:.0f} parts in 10,000" in told


@pytest.mark.ci
def test_the_lstm_has_trouble_without_open_forget_gates():
    assert computed("lstm", bf=0)["right"][-1] < 8


def test_attention_is_masked_and_ends_at_the_capital():
    run = computed("attention")
    assert not run["S"][..., ~np.tri(4, dtype=bool)].any()
    np.testing.assert_allclose(run["A"].sum(-1), 1)
    assert run["right"][-1] == run["hit"][-1].size
    np.testing.assert_allclose(run["PE"][:, 0] ** 2 + run["PE"][:, 1] ** 2, 1)  # of one angle


def test_the_transformer_says_what_is_told():
    run, told = computed("transformer", typed=[1, 4, 5, 8]), section("transformer")
    assert "1 4 5 8" in told
    assert list(run["sentence"].ravel()) == ["big", "dog", "says", "WOOF"]
    assert run["p_typed"][0, 2:4] == pytest.approx([0.5, 0.5], abs=0.05)  # cat, dog
    assert list(run["likely"].ravel()[1:]) == ["says", "WOOF", "."]
    early = [list(computed("transformer", typed=[1, 4, 5, 8], epoch=n)["likely"].ravel())
             for n in (0, 10, 20)]  # fmt: skip
    assert early[0] != early[1] != early[2]
    formula = plan_of("transformer").layout.formula("dC_dE", (0, 0, 0))
    assert formula.count("SUMIF") == 4


def test_adam_has_a_sheet_with_its_corrections():
    plan = plan_of("rnn", optimizer="adam")
    assert "Optimiser" in plan.layout.titles.values()
    assert {"correction1", "correction2"} <= {q.name for q in plan.layout.model.quantities}


@pytest.mark.parametrize("name", ["rnn", "lstm", "attention", "transformer"])
def test_each_guide_says_how_own_sequences_come_in(name):
    plan = plan_of(name)
    about = plan.kind.words(plan.made.spec).words["guide"]["about"]
    assert [line for line in about if f"xlnn build {name} --data" in line]
    assert "each Guide says how" in SECTIONS[-1]
