"""docs/learner.md is walked: what it says of sheets and numbers is so when a reader gets there."""

import re
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from documents import unnamed_sheets
from experiments import changed

from xlnn import reference
from xlnn.building.build import build
from xlnn.building.plan import planned, source_of_template
from xlnn.experiments.network.quantities.network import network
from xlnn.loading.spec import layout_of, read_spec
from xlnn.loading.values import values
from xlnn.options import Options

DOCS = Path(__file__).parent.parent / "docs"
PAGE = (DOCS / "learner.md").read_text(encoding="utf-8")
TRANSLATIONS = sorted(DOCS.glob("learner.*.md"))
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))

SHEETS = {
    "first": ("0: the first ten minutes", "First"),
    "neuron": ("Chapter 1: a neuron", "Neuron", "Demons"),
    "descent": ("Chapter 2: downhill", "Descent"),
    "costs": ("Chapter 3: an error as a number", "Two costs", "Valley"),
    "digits": ("Chapter 4: the network learns", "Play", "Training", "Gradient check", "Progress",
               "Check"),
    "cnn": ("Chapter 5: filters", "Lens", "Weights"),
}  # fmt: skip
"""Of each template its section, and the sheets to which that leads a reader."""


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    folder = tmp_path_factory.mktemp("learner")
    return build("digits", folder / "digits.xlsx", lang="en", verify=False).path


@pytest.mark.parametrize("template", SHEETS)
def test_the_sheets_that_a_reader_is_led_to_are_there(template):
    title, *sheets = SHEETS[template]
    plan = planned(source_of_template(template), Options(lang="en"))
    assert set(sheets) <= set(plan.layout.titles.values())
    told = " ".join(SECTIONS[title].split())
    assert not [name for name in sheets if name not in told]


@pytest.mark.parametrize("path", TRANSLATIONS, ids=lambda path: path.name)
def test_a_translation_names_the_sheets_as_they_are_titled_there(path):
    led = {template: sheets for template, (_, *sheets) in SHEETS.items()}
    assert unnamed_sheets(path, led) == []


@pytest.mark.ci
def test_the_workbook_of_chapter_4_opens_as_it_is_told(digits):
    book, layout = openpyxl.load_workbook(digits, data_only=True), layout_of(read_spec(digits))
    assert book.active.title == "Play"
    assert book["Play"]["C4"].value == 1
    assert book["Play"]["B9"].value.startswith("The correct answer is")
    assert layout.blocks["eta"].sheet == "play"
    epochs = {int(n) for n in re.findall(r"[0-9]+", SECTIONS[SHEETS["digits"][0]])}
    assert {5, 10, 24, 50} <= epochs
    assert layout.model["play_epoch"].choices == (1, 50)


@pytest.mark.parametrize(("eta", "learns"), [(1, True), (5, False), (20, False)])
@pytest.mark.slow
def test_what_eta_does_in_chapter_4(digits, tmp_path, eta, learns):
    got = values(changed(digits, tmp_path / "eta.xlsx", {"eta": eta}), "formualizer")
    assert (got["C_T"][-1] < 0.1 * got["C_T"][0]) == learns


def test_the_smaller_network_of_chapter_5_learns():
    """Fewer epochs end while the cost is higher than at first."""
    (epochs,) = re.findall("--epochs ([0-9]+)", SECTIONS[SHEETS["cnn"][0]])
    made = planned(source_of_template("cnn"), Options(epochs=int(epochs)))
    cost = np.array(reference.run(network(made.spec), made.inputs)["C_T"])
    assert cost.max() > cost[0]
    assert cost[-1] < cost[0] / 6
