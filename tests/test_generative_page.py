"""docs/generative.md is walked: what it says of sheets and numbers is so when one gets there."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from documents import unnamed_sheets
from openpyxl.formula.translate import Translator
from rewriting import edit

from xlnn import reference
from xlnn.building.build import build
from xlnn.building.plan import planned, source_of_template
from xlnn.checking.check import check
from xlnn.equation import Stated
from xlnn.exercises.exercise import exercise
from xlnn.exercises.grading import grade as grade_files
from xlnn.loading.values import values
from xlnn.model import Model
from xlnn.options import Options

DOCS = Path(__file__).parent.parent / "docs"
PAGE = (DOCS / "generative.md").read_text(encoding="utf-8")
TRANSLATIONS = sorted(DOCS.glob("generative.*.md"))
SECTIONS = [" ".join(each.split()) for each in re.split(r"^## ", PAGE, flags=re.MULTILINE)]

LED = {
    "autoencoder": ["Plane"],
    "vae": ["Plane", "Images", "Training"],
    "gan": ["Game"],
    "batch-norm": ["Batch"],
}
"""Of each template the sheets to which its section leads a reader."""


@cache
def plan_of(name, **options):
    return planned(source_of_template(name), Options(lang="en", **options))


def computed(name, **typed):
    """Compute a template as it is built, some inputs typed over."""
    plan = plan_of(name)
    inputs = dict(plan.inputs)
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


@pytest.mark.parametrize("path", TRANSLATIONS, ids=lambda path: path.name)
def test_a_translation_names_the_sheets_as_they_are_titled_there(path):
    assert unnamed_sheets(path, LED) == []


@pytest.mark.parametrize("name", LED)
def test_the_sentences_of_a_first_sheet_are_those_of_the_page(name):
    run, model = computed(name), plan_of(name).layout.model
    page = plan_of(name).kind.pages[0].key
    said = [str(run[q.name]) for q in model.quantities if q.is_sentence and q.sheet == page]
    told = [each for each in said if each and "Choose" not in each]
    assert told
    assert not [each for each in told if each not in section(name)]


def test_the_images_of_the_autoencoder_are_at_the_edge_and_its_middle_is_grey():
    run = computed("autoencoder")
    assert (np.abs(run["codes"]).max(axis=1) > 0.8).mean() > 0.9
    assert (np.hypot(*run["codes"].T) < 0.3).sum() <= 1
    clear = np.abs(run["a3_plane"] - 0.5).mean(axis=1)
    assert clear[24] == clear.min() < 0.15  # a₁ = a₂ = 0 is the middle of 49 places
    zeros, ones = (run["codes"][run["labels"] == label, 1] for label in (0, 1))
    assert zeros.mean() < -0.8
    assert ones.mean() > 0.7
    assert "zeros gather below and ones above" in section("autoencoder")


@pytest.mark.parametrize(("factor", "wrong"), [(0, "93 pixels"), (4, "226 pixels")])
def test_the_weight_of_the_divergence_orders_the_plane(factor, wrong):
    run = computed("vae", factor=factor)
    assert wrong == f"{run['wrong_shown']:.0f} pixels"
    assert wrong in section("vae")
    assert (run["spread"] < computed("vae")["spread"]) == (factor > 1)
    narrow = f"to {run['sigma_mean']:.2f}, and the middles spread by {run['spread']:.2f}"
    assert (narrow in section("vae")) == (factor == 0)


def test_each_epoch_takes_the_noise_a_row_further_down():
    run = computed("vae")
    for epoch in (0, 1, 49):
        np.testing.assert_array_equal(run["drawn"][epoch], np.roll(run["noise"], -epoch, axis=0))


def test_without_the_divergence_in_the_gradient_the_whole_cost_rises():
    plan, told = plan_of("vae"), section("vae")
    right = plan.layout.model["dmiddle"]
    cut = Stated(lambda dc: dc, "={dc}")
    wrong = replace(right, equation=cut, uses={"dc": right.uses["dc"]})
    model = Model(tuple(wrong if q is right else q for q in plan.layout.model.quantities))
    run = reference.run(model, plan.inputs)
    assert f"R falls to {run['R'][-1]:.2f}" in told
    assert f"the middles spread by {run['spread']:.2f}, and the whole cost rises to " in told
    assert f"rises to {run['C_T'][-1]:.2f}" in told
    assert run["C_T"][-1] > run["C_T"][0]


@pytest.mark.ci
@pytest.mark.slow
def test_a_middle_without_the_divergence_changes_the_cost_and_is_named(tmp_path):
    path = build("vae", tmp_path / "vae.xlsx", lang="en", verify=False).path
    edit(path, {"Training!BE6": "=BC6"})
    told = f"the cost in epoch 50 is {values(path, 'formualizer')['C_T'][-1]:.2f} instead of 391.89"
    assert told in section("vae")
    assert [wrong.cell for wrong in check(path, "formualizer", 1).wrong] == ["Training!BE6"]


@pytest.mark.ci
def test_the_exercise_is_solved_by_a_formula_filled_right_and_down(tmp_path):
    (options,) = re.findall("xlnn exercise vae --blank ds --epochs (.) -o ada", PAGE)
    path = tmp_path / "ada.xlsx"
    exercise("vae", path, lang="en", blank="ds", epochs=int(options))
    book = openpyxl.load_workbook(path)
    (first,) = re.findall("(?m)^    (=BC6.*)$", PAGE)
    for column in ("BG", "BH"):
        for row in range(6, 70):
            filled = Translator(first, "BG6").translate_formula(f"{column}{row}")
            book["Training"][f"{column}{row}"] = filled
    book.save(path)
    (grade,) = grade_files([path], seed=1)
    assert grade.points == 1


@pytest.mark.parametrize(("epoch", "cost"), [(1, "1.061"), (40, "0.747"), (100, "1.39")])
def test_the_cost_of_the_discriminator_is_told(epoch, cost):
    shown = computed("gan", epoch=epoch)["C_D_shown"]
    assert f"{cost} in epoch {epoch}" in section("gan")
    assert float(shown) == pytest.approx(float(cost), abs=5e-4)


def test_the_density_walks_to_that_of_the_data():
    means = [float(computed("gan", epoch=n)["mean_made_shown"]) for n in (1, 40, 75, 100)]
    assert means == sorted(means)
    run = computed("gan", epoch=100)
    np.testing.assert_allclose(run["f_made"], run["f_data"], atol=0.12 * run["f_data"].max())
    assert run["y_real_shown"].mean() == pytest.approx(0.5, abs=0.03)
    assert run["y_made_shown"].mean() == pytest.approx(0.5, abs=0.03)
    assert computed("gan", m=-1)["mean_made"][-1] == pytest.approx(-1, abs=0.1)


def test_long_steps_swing_around_the_goal():
    run = computed("gan", eta_G=1)
    passes = np.diff(np.sign(run["mean_made"] - 3)) != 0
    assert passes.sum() == run["passed"][-1]
    assert f"the mean passes that of the data {run['passed'][-1]:.0f} times" in section("gan")
    assert run["spread"][-1] < 0.01
    assert "less than half" in str(run["collapses"])


def test_the_right_network_does_not_notice_where_the_inputs_are():
    costs = [computed("batch-norm", offset=n)["C_T"] for n in (0, 3, 10)]
    np.testing.assert_allclose(costs[1:], costs[:1] * 2, rtol=1e-9)
    others = [computed("batch-norm", offset=n)["C_T_cut"][-1] for n in (3, 10)]
    assert min(others) > 4 * costs[0][-1]


def test_the_bias_that_the_mean_takes_away_wanders_off_in_the_second_network():
    run = computed("batch-norm")
    assert np.abs(run["dC_db"]).max() < 1e-12
    assert np.abs(run["b_cut"][-1]).min() > 0.5


@pytest.mark.parametrize(("epoch", "right"), [(1, 10), (20, 13), (80, 16)])
def test_inference_catches_up_with_the_batches(epoch, right):
    assert computed("batch-norm", epoch=epoch)["right_infer"] == right
    assert "10 rows are right at first, then 13, and 16 in the end" in section("batch-norm")


@pytest.mark.parametrize("name", ["autoencoder", "vae", "batch-norm"])
def test_each_guide_says_how_own_data_come_in(name):
    plan = plan_of(name)
    about = plan.kind.words(plan.spec).words["guide"]["about"]
    assert [line for line in about if f"xlnn build {name} --data" in line]
    assert "their Guides say how" in SECTIONS[-1]
