"""The engine of the pages, run by Node, beside NumPy, Excel and the other engines."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from networks import KIND, Spec, convolutional_plans, plans, random_plan
from programs import skip_without_javascript
from test_excel import FORMULAS, agree, write
from test_saved_elsewhere import PROGRAMS

import xlnn
from xlnn import reference
from xlnn.equations.activation import ACTIVATIONS
from xlnn.equations.layer import LAYERS
from xlnn.experiments.network.layers import LayerSpec, network_spec
from xlnn.grid import CellError
from xlnn.web.describe import network_of
from xlnn.xlsx.guard import FUNCTIONS, calls

SCRIPT = Path(__file__).parent / "page_engine.mjs"

TOLERANCE = 1e-9
"""Relative, over whole courses: each step passes on the rounding of the one before."""

OTHER_THAN_EXCEL = {
    "S1!AI2 S1!AI3 S1!AI6": "COUNTIF takes a text TRUE for the truth value",
    "S1!Z188 S1!Z189": "a date or time in quotes is not a number",
    "S1!Z191": "a number below 2.2e-308 is not 0",
    "S1!Z204 S1!Z205 S1!Z206 S1!Z209 S2!G19 S2!G20 S3!G15 S3!G17": "ADDRESS writes A1 only",
    "S1!Z208": "ADDRESS leaves out an empty title",
    "S1!Z245 S1!Z253 S1!Z254 S1!Z255 S1!Z256 S1!Z257 S1!Z258 S1!Z259 S1!Z260 S1!Z261 S1!Z262 "
    "S1!Z263 S1!Z266 S1!Z267 S1!Z270 S1!Z273 S1!Z274 S1!Z275": "TEXT writes no dates and fractions",
    "S122!B2 S26!B6": "the cosine of π/2 is 6.123e-17, as IEEE arithmetic has it",
    "S4!Z2 S4!Z3": "a search through unsorted values stops at the first larger one",
    "S79!Z1": "ROW of a range is the first row",
}
"""The cells with another value than Excel's, and why."""


TEMPLATES = ("first", "xor", "neuron", "slopes", "clusters", "rnn", "descent", "regression")
TEMPLATES += ("costs", "solver", "similarity", "sequences", "activations", "embeddings")
TEMPLATES += ("q-learning", "digits", "lstm", "transformer")


def asked(what, *arguments, text=""):
    skip_without_javascript(SCRIPT, "readers")
    done = subprocess.run(
        ["node", SCRIPT, what, *map(str, arguments)],  # noqa: S607 -- whichever node is there
        input=text,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def stored(path):
    """Yield the formulas' cells with their values as the file stores them: NumPy's."""
    values = openpyxl.load_workbook(path, data_only=True)
    for sheet in openpyxl.load_workbook(path):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    place = cell.coordinate
                    yield f"{sheet.title}!{place}", values[sheet.title][place].value


def alike(got, wanted):
    if isinstance(got, dict):
        return got["error"] == wanted
    if isinstance(wanted, int | float) and not isinstance(wanted, bool):
        return abs(got - wanted) <= TOLERANCE * max(1, abs(wanted))
    return got == (wanted or "")


@pytest.mark.ci
@pytest.mark.first(5)
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_formula_has_numpys_value(workbook, template):
    path = workbook(template, verify=False).path
    got = asked("values", path)
    wrong = [cell for cell, wanted in stored(path) if not alike(got[cell], wanted)]
    # the logarithm of a difference that is nearly 0, which rounding decides
    assert [cell for cell in wrong if not cell.startswith("Tangent!N")] == []
    assert len(got) > 100


@pytest.mark.ci
def test_a_line_whose_cells_lie_apart_has_all_its_numbers(workbook):
    path = workbook("xor", verify=False, edition="matrices", epochs=3).path
    charts = openpyxl.load_workbook(path)["Progress"]._charts  # noqa: SLF001
    line = charts[-1].series[0].yVal.numRef.f
    found = asked("listed", path, line)
    assert line.count("!") == len(found) == 4
    courses = np.moveaxis(xlnn.values(path)["W3"], 0, -1).reshape(-1, 4)
    assert np.isclose(found, courses, rtol=1e-12).all(axis=1).any()


@pytest.mark.ci
@pytest.mark.first(2)
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_workbook_that_another_program_saved_has_the_same_values(workbook, tmp_path, program):
    path = workbook("first", verify=False).path
    own, saved = asked("values", path), asked("values", PROGRAMS[program](path, tmp_path))
    assert own.keys() <= saved.keys()
    assert [cell for cell in own if not alike(saved[cell], own[cell])] == []


@pytest.mark.ci
def test_a_formula_has_excels_value_but_for_the_differences_that_are_listed(tmp_path):
    def is_known(formula):
        return "{" not in formula and all(
            not name or name.upper().removeprefix("_XLFN.") in FUNCTIONS
            for name, _ in calls(formula)
        )

    wanted = {cell for cell, (formula, _) in FORMULAS.items() if is_known(formula)}
    got = asked("values", write(tmp_path / "excel.xlsx", wanted))
    listed = {cell for cells in OTHER_THAN_EXCEL for cell in cells.split()}
    differ = {cell for cell in wanted if not agree(as_value(got[cell]), FORMULAS[cell][1])}
    assert differ == listed
    assert len(wanted) > 1_200


def as_value(got):
    if isinstance(got, dict):
        return CellError(got["error"])
    return float(got) if isinstance(got, int) and not isinstance(got, bool) else got


NOT_OF_THE_TRAINING = {
    *("eta", "mu", "beta", "beta1", "beta2", "epsilon", "l2", "labels", "middle", "factor"),
    *("t_middle", "t_factor", "number", "x", "raw", "t", "raw_t", "truth", "truth_label", "answer"),
    *("label", "right", "recognised", "accuracy", "predicted", "off", "rmse", "mae", "mean_C"),
    *("steps", "correction1", "correction2"),
}  # fmt: skip
"""What the second statement takes from the workbook, or leaves out: data, settings and results."""


def agrees_in_javascript(made):
    """Compare all that a network's training computes in NumPy with its second statement."""
    network = network_of(made.spec, KIND.layout(made.spec))
    arrays = reference.run(made.model, made.inputs)
    given = {name: np.ravel(arrays[name]).tolist() for name in arrays if name in made.inputs}
    given |= {name: np.ravel(arrays[name]).tolist() for name in ("x", "t", "test_x", "test_t")
              if name in arrays}  # fmt: skip
    run = asked("train", text=json.dumps({"network": network, "given": given}))
    stated = {each.name for each in made.model.quantities}
    left_out = {name for name in stated - run.keys() if name.removeprefix("test_") not in
                NOT_OF_THE_TRAINING}  # fmt: skip
    assert left_out == set()
    for name in stated & run.keys():
        values = np.array([v if v is not None else np.nan for v in run[name]])
        assert values.size == arrays[name].size, name
        np.testing.assert_allclose(values, np.ravel(arrays[name]), rtol=1e-9, atol=1e-9)


EACH = settings(max_examples=12, suppress_health_check=[*HealthCheck])


@pytest.mark.ci
@EACH
@given(made=plans())
def test_the_second_statement_of_a_network_of_dense_layers_is_numpys(made):
    agrees_in_javascript(made)


@pytest.mark.ci
@EACH
@given(made=convolutional_plans())
def test_the_second_statement_of_convolution_and_pooling_is_numpys(made):
    agrees_in_javascript(made)


@pytest.mark.ci
@pytest.mark.parametrize("activation", ["linear", "tanh"])
def test_the_second_statement_of_layer_normalisation_is_numpys(activation):
    layers = (
        LayerSpec("2", 4, "sigmoid"),
        LayerSpec("N", 0, activation, "layernorm"),
        LayerSpec("3", 2, "softmax"),
    )
    spec = Spec("test", "en", 3, 5, (1, 3), ("0", "1"), layers, "categorical cross-entropy")
    for optimizer in ("sgd", "adam"):
        agrees_in_javascript(random_plan(spec.sized(optimizer=optimizer), 54))


@pytest.mark.ci
def test_the_second_statement_of_a_network_that_only_predicts_is_numpys():
    layers = (
        LayerSpec("F", 2, "relu", "convolution", (3, 2), (2, 1), (1, 0, 1, 1)),
        LayerSpec("P", 0, "linear", "max pooling", (2, 2), (1, 2), (1, 0, 0, 1)),
        LayerSpec("Q", 0, "linear", "average pooling", (1, 2), (1, 1)),
        LayerSpec("O", 2, "softmax"),
    )
    agrees_in_javascript(random_plan(network_spec((6, 5), ("0", "1"), *layers, images=4), 54))


def test_the_second_statement_knows_every_layer_and_activation():
    text = (Path(xlnn.__file__).parent / "web/js/reference.js").read_text(encoding="utf-8")
    known = {*re.findall(r'=== "([\w ]+)"|^  (\w+): \[', text, re.MULTILINE)}
    known = {name for pair in known for name in pair}
    assert {*ACTIVATIONS, *LAYERS} - {"leaky relu", "average pooling"} <= known


@pytest.mark.ci
def test_a_saved_copy_is_the_workbook_with_the_new_input(workbook, tmp_path):
    path = workbook("first").path
    asked("resaved", path, tmp_path / "same.xlsx")
    assert xlnn.check(tmp_path / "same.xlsx", probes=0).agrees
    asked("resaved", path, tmp_path / "other.xlsx", 1, 5, 2, 0.75)
    report = xlnn.check(tmp_path / "other.xlsx")
    assert report.agrees
    assert xlnn.values(tmp_path / "other.xlsx")["eta"] == 0.75
    kept = openpyxl.load_workbook(tmp_path / "other.xlsx", data_only=True)
    computed = xlnn.values(tmp_path / "other.xlsx")["C_T"][-1]
    assert kept["First"]["K34"].value == pytest.approx(float(computed), rel=1e-12)
    shutil.copy(tmp_path / "other.xlsx", tmp_path / "lint.xlsx")
    assert xlnn.lint(tmp_path / "lint.xlsx") == ()


@pytest.mark.ci
def test_a_saved_copy_keeps_its_array_formulas(workbook, tmp_path):
    path = workbook("digits", edition="matrices", epochs=5, verify=False).path
    asked("resaved", path, tmp_path / "other.xlsx", 1, 6, 3, 0.35)
    assert xlnn.check(tmp_path / "other.xlsx", probes=0).agrees
    arrays = xlnn.values(tmp_path / "other.xlsx")
    kept = openpyxl.load_workbook(tmp_path / "other.xlsx", data_only=True)["Matrices"]
    assert kept["R9"].value == pytest.approx(arrays["z2"][0, 3, 1], rel=1e-12)
    assert arrays["eta"] == 0.35
