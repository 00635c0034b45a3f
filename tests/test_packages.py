"""An experiment of an installed package does all that our own do."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pytest

import xlnn
from xlnn.engines import ENGINES, PROGRAMS
from xlnn.errors import DataError, XlnnError

EXAMPLE = Path(__file__).parent.parent / "docs" / "examples" / "parity"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder into which pip installed the package."""
    folder = tmp_path_factory.mktemp("packages")
    into = ("pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target", folder)
    subprocess.run([sys.executable, "-m", *into, EXAMPLE], check=True)
    return folder


@pytest.fixture(scope="module")
def run(installed, tmp_path_factory):
    """What runs xlnn where the package is installed, and returns what it printed."""
    folder = tmp_path_factory.mktemp("work")

    def running(*words, code=0, cwd=folder, packages=installed):
        done = subprocess.run(
            [sys.executable, "-m", "xlnn", *map(str, words)],
            cwd=cwd, env=os.environ | {"PYTHONPATH": str(packages)}, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    running.folder = folder
    running.built = running("build", "parity", "-o", "parity.xlsx")
    return running


@pytest.mark.ci
def test_it_is_built_by_its_name_and_listed(run):
    assert re.search(r"^parity +- +An Elman network", run("templates"), re.MULTILINE)
    assert "all agree with NumPy" in run.built
    assert re.search(r"^gradients of C_T: \d+ entries of 3 weights agree", run.built, re.MULTILINE)


@pytest.mark.parametrize("engine", [each for each in ENGINES if each not in PROGRAMS])
@pytest.mark.slow
@pytest.mark.first(1)
def test_it_is_checked_without_its_model(run, engine):
    said = json.loads(run("check", "parity.xlsx", "--engine", engine, "--json"))
    assert said["agrees"]


@pytest.mark.slow
def test_a_wrong_formula_in_it_is_named(run):
    workbook = openpyxl.load_workbook(run.folder / "parity.xlsx")
    workbook["Steps"]["K20"] = "=0.5"
    workbook.save(run.folder / "wrong.xlsx")
    assert "Steps!K20" in run("check", "wrong.xlsx", code=1)


@pytest.mark.slow
def test_options_and_a_workbook_of_before_change_it(run):
    run("build", "parity", "--epochs", 3, "--hidden", 2, "--eta", 0.1, "-o", "small.xlsx")
    run("build", "--from", "small.xlsx", "--epochs", 4, "-o", "more.xlsx")
    sizes = run("show", "more.xlsx")
    assert "epochs 4" in sizes
    assert "hidden 2" in sizes
    assert "η = 0.1" in sizes
    refused = run("build", "parity", "--hidden", 1, "-o", "none.xlsx", code=2)
    assert "a whole number from 2 to 20 is expected" in refused


@pytest.mark.slow
def test_it_speaks_the_languages_of_its_files_and_else_english(run):
    run("build", "parity", "--lang", "zh", "--epochs", 2, "-o", "zh.xlsx")
    workbook = openpyxl.load_workbook(run.folder / "zh.xlsx", data_only=True)
    assert workbook.sheetnames[:4] == ["说明", "训练", "数据", "Steps"]
    assert workbook["训练"]["A5"].value.startswith("2 个 epoch 之后，C 从")
    assert workbook["Steps"]["A2"].value == "Forward from the first step, and back from the last."
    lacks = run("templates", "--untranslated")
    assert "parity, zh   sheets.steps" in re.sub(" {3,}", "   ", lacks)
    assert "parity, zh   sheets.training" not in re.sub(" {3,}", "   ", lacks)


def test_its_guide_leads_to_its_pages_and_says_what_is_worth_trying(run):
    guide = openpyxl.load_workbook(run.folder / "parity.xlsx")["Guide"]
    texts = [cell.value for row in guide.iter_rows() for cell in row if cell.value]
    assert texts[0] == "A recurrent network in a sheet"
    assert "1. Training" in texts
    assert "h = tanh(U h₋₁ + W x)" in texts
    assert "1. Set η on Training to 0.5." in texts


def test_its_pages_have_charts(run):
    with zipfile.ZipFile(run.folder / "parity.xlsx") as file:
        assert sum(name.startswith("xl/charts/chart") for name in file.namelist()) == 3


def test_a_cell_is_explained(run):
    said = run("explain", "parity.xlsx", "delta")
    assert "δ = (e V + δ₊₁ U)(1 − h²)" in said
    assert "Werbos 1990" in said


@pytest.mark.slow
def test_an_exercise_of_it_is_graded(run):
    run("exercise", "parity", "--blank", "h", "--epochs", 2, "-o", "ada.xlsx")
    assert "0 / 1" in run("grade", "ada.xlsx")
    run("build", "parity", "--epochs", 2, "-o", "solved.xlsx")
    mine, right = (openpyxl.load_workbook(run.folder / f"{n}.xlsx") for n in ("ada", "solved"))
    for row in right["Steps"].iter_rows():
        for cell in row:
            if mine["Steps"][cell.coordinate].value is None:
                mine["Steps"][cell.coordinate].value = cell.value
    mine.save(run.folder / "ada.xlsx")
    assert "1 / 1" in run("grade", "ada.xlsx")


@pytest.mark.slow
def test_it_can_be_copied_and_edited_as_a_template(run):
    run("new", "mine", "--from", "parity")
    path = run.folder / "mine" / "template.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("eta = 0.05", "eta = 0.02"))
    run("build", "mine", "-o", "mine.xlsx")
    assert "η = 0.02" in run("show", "mine.xlsx")


def test_where_the_package_is_not_its_workbook_is_refused_in_one_sentence(run, tmp_path):
    said = run("check", run.folder / "parity.xlsx", code=1, packages=tmp_path)
    assert 'There is no kind of workbook "parity"' in said
    assert "install that package" in said


def declare(folder, name, module):
    """Write a package with an experiment, as pip installs it."""
    (folder / f"{name}.py").write_text(module)
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    points = f"[xlnn.experiments]\n{name} = {name}:EXPERIMENT\n"
    (info / "entry_points.txt").write_text(points)


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("raise RuntimeError('boom')", "raises RuntimeError('boom')"),
        ("EXPERIMENT = 1", "is not an xlnn.Experiment with the name broken"),
    ],
)
@pytest.mark.slow
def test_a_package_that_is_broken_is_named_and_hinders_nothing_else(run, tmp_path, module, said):
    declare(tmp_path, "broken", module)
    refused = run("build", "broken", "-o", "broken.xlsx", code=1, packages=tmp_path)
    assert said in refused
    assert "Traceback" not in refused
    assert "descent" in run("templates", packages=tmp_path)


def stated(*, say=None, **changed):
    """Build a small experiment with a mistake in its statement."""
    level = xlnn.Quantity(
        "level", axes=(xlnn.Axis("day", 3, "up"),), shape=(2,),
        equation=xlnn.Stated(lambda before, share: before + share, "={before}+{share}"),
        uses={"before": xlnn.previous("level", start=0.0)},
    )  # fmt: skip
    told = xlnn.Quantity("told", equation=xlnn.Told("It is {share}."))
    quantities = (xlnn.Quantity("share"), level, told)
    right = {"inputs": {"share": 0.5}, "pages": (xlnn.Page("here", "Here", ""),)}
    own = xlnn.Experiment("own", lambda *_: say or quantities, **{**right, **changed})
    source = own.from_template(own.template)
    made = own.plan(source, {})
    own.drawings(made.spec, own.layout(made.spec))


def page(part):
    return {"pages": (xlnn.Page("here", "Here", "", part),)}


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        (page(xlnn.Table("lvel")), "There is no quantity lvel"),
        (page(xlnn.Chart("C", xlnn.Trace("lvel"))), "There is no quantity lvel"),
        (page(xlnn.Chart("C", xlnn.Trace("share"))), "share has no axes that a chart could"),
        (page(xlnn.Chart("C", xlnn.Trace(("level", 2)))), r"level has the shape \(2,\), and no"),
        (page(xlnn.Grid("share")), "share is a single number: Numbers show it"),
        (page(xlnn.Sentences("share")), "share is not a sentence: Numbers or a Table show it"),
        ({"about": ["{days} days."]}, "own names days in title or about, which may name nothing"),
        ({"tries": [("On {her}, look.", "")]}, "own names her in tries, which may name .*here"),
        ({"options_for": ["epoch"]}, "own names epoch in options_for"),
        ({"rates": {"sgdd": 0.1}}, "own names sgdd in rates, which may name adam"),
        ({"inputs": {"share": np.zeros((2, 3))}}, "share takes one number: an array of 2 x 3 is"),
        ({"say": (xlnn.Quantity("share"), xlnn.Quantity(
            "twice", equation=xlnn.Stated(lambda shre: shre, "={shre}")))},
         "twice uses shre as shre, but there is no such quantity"),
    ],
)  # fmt: skip
def test_a_mistake_in_an_experiment_is_named(mistake, said):
    with pytest.raises(XlnnError, match=said):
        stated(**mistake)


def test_without_a_mistake_it_is_laid_out():
    stated()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [("/3", "Make the array and the cell of C_T agree"), ("/{e}", "The cell of C_T raises"),
     ("+RAND()", "The cell of C_T calls RAND"), (")", "The cell of C_T gives")],
)  # fmt: skip
@pytest.mark.slow
def test_who_states_a_wrong_equation_is_told_to_correct_it(run, tmp_path, wrong, said):
    module = (EXAMPLE / "parity" / "__init__.py").read_text(encoding="utf-8")
    declare(tmp_path, "parity", module.replace("'step')[0]})/2", f"'step')[0]}}){wrong}"))
    refused = run("build", "parity", "-o", "refused.xlsx", code=1, packages=tmp_path)
    assert said in refused


@pytest.mark.slow
def test_who_states_a_wrong_gradient_is_told_the_slope(run, tmp_path):
    module = (EXAMPLE / "parity" / "__init__.py").read_text(encoding="utf-8")
    declare(tmp_path, "parity", module.replace(', tanh="h"', ""))
    refused = run("build", "parity", "-o", "refused.xlsx", code=1, packages=tmp_path)
    assert re.search(r"dC_dU\[\d, \d\] is .*, but the slope of C_T with respect to U is", refused)
    assert "set exact=False" in refused
    assert not (run.folder / "refused.xlsx").exists()


def test_the_page_for_programmers_quotes_the_package_as_it_is():
    page = (EXAMPLE.parent.parent / "programmer.md").read_text(encoding="utf-8")
    module = (EXAMPLE / "parity" / "__init__.py").read_text(encoding="utf-8")
    project = (EXAMPLE / "pyproject.toml").read_text(encoding="utf-8")
    quoted = re.findall(r"^```(?:py|toml|text)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    other = EXAMPLE.parent / "mlp" / "mlp" / "__init__.py"
    assert len(quoted) == 6
    for block in quoted:
        assert block in module or block in project or block in other.read_text(encoding="utf-8")


def test_a_quantity_that_stands_on_no_page_is_named():
    quantities = (xlnn.Quantity("x", sheet="nowhere"),)
    page = xlnn.Page("here", "Here", "")
    lost = xlnn.Experiment("lost", lambda *_: quantities, (page,), inputs={"x": 1})
    spec = lost.plan(lost.from_template(lost.template), {}).spec
    with pytest.raises(DataError, match="x is on the sheet nowhere, but no page"):
        lost.layout(spec)


@pytest.mark.ci
def test_a_package_of_100_lines_learns_from_a_table_and_compares(tmp_path):
    package = EXAMPLE.parent / "mlp"
    assert len((package / "mlp" / "__init__.py").read_text(encoding="utf-8").splitlines()) <= 100
    into = ("install", "--quiet", "--no-deps", "--no-build-isolation", "--target", tmp_path)
    subprocess.run([sys.executable, "-m", "pip", *into, package], check=True)
    rows = [f"{'ab'[n % 2]},{n},{n % 3 + n % 2}" for n in range(12)]
    (tmp_path / "my.csv").write_text("\n".join(["kind,x,y", *rows]))
    options = "--label kind --scale standard --test-share 0.25 --eta 0.02,0.1 --epochs 3"
    done = subprocess.run(
        [sys.executable, "-m", "xlnn", *["build", "mlp", "--data", "my.csv"], *options.split(),
         "-o", "mine.xlsx"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    titles = openpyxl.load_workbook(tmp_path / "mine.xlsx", read_only=True).sheetnames
    assert {"Compare", "Progress", "Confusion matrix", "Predict", "Gradient check"} <= {*titles}
