"""Layers name their own parameters, and everything else asks them: layer normalisation shows it."""

import ast
import json
import re
import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
import onnx
import pytest
from experiments import ENGINES, PROBES, agrees_in, changed
from networks import Spec, random_plan, replace, spec, write_plan
from onnx_models import agreed, graph, numbers
from rewriting import edit

import xlnn
from xlnn import reference
from xlnn.equations.layer import LAYERS, PARAMETERS, LayerNorm, parameter_of
from xlnn.errors import DataError
from xlnn.experiments.network.layers import LayerSpec, check_layer, kinds_of, layers_of
from xlnn.experiments.network.quantities.network import network
from xlnn.loading.spec import described, layout_of
from xlnn.onnx.imported import predicting_with
from xlnn.registry.templates import copy
from xlnn.workbooks.start_weights import start_from_seed, tensor_name

SOURCE = Path(xlnn.__file__).parent
ROOMS = (
    "experiments/network", "onnx", "explaining",
    "exercises", "building", "cli", "writing", "checking", "data",
)  # fmt: skip
ALONE = "experiments/network/solver.py", "equations/optimiser.py"
MAPPING = "onnx/layers.py"
"""What puts ONNX's weights and biases into layers."""

MEANT_OTHERWISE = {
    ("onnx/operators.py", "shift"),
    ("data/files.py", "shift_jis"),
    ("writing/charts.py", "b"),
}
"""What is added to a number of a graph, an encoding, and the place of a legend."""

NAMES = "|".join(PARAMETERS)
NAMED = re.compile(rf"(?:^|_|dC_d)(?:{NAMES})(?:_|$)")

NORM = Spec(
    "test", "en", 2, 3, (1, 4), ("0", "1", "2"),
    (
        LayerSpec("2", 5, "linear"),
        LayerSpec("3", 0, "tanh", "layernorm"),
        LayerSpec("4", 3),
    ), "squared error",
)  # fmt: skip
FIRST = replace(NORM, layers=(LayerSpec("N", 0, "linear", "layernorm"), LayerSpec("O", 3)))
"""A layer normalisation of the inputs, and nothing below it."""

TWICE = replace(
    NORM,
    layers=(
        LayerSpec("2", 3, "sigmoid"),
        LayerSpec("N", 0, "linear", "layernorm"),
        LayerSpec("M", 0, "sigmoid", "layernorm"),
        LayerSpec("O", 3, "softmax"),
    ),
    cost="categorical cross-entropy",
    optimizer="adam",
    regularised=True,
    features=("a", "b", "c", "d"),
    scaled=True,
)
FILTERS = replace(
    NORM,
    picture=(4, 4),
    layers=(
        LayerSpec("F", 2, "tanh", "convolution", (3, 3)),
        LayerSpec("2", 4, "linear"),
        LayerSpec("N", 0, "relu", "layernorm"),
        LayerSpec("O", 3),
    ),
)
LARGE = replace(NORM, layers=(LayerSpec("2", 260, "linear"), *NORM.layers[1:]))
"""Too large to be drawn whole."""

NETWORKS = {"norm": NORM, "first": FIRST, "twice": TWICE, "filters": FILTERS, "large": LARGE}

H, SLOPE = 1e-5, 1e-7
"""A step of central differences, and how far they are from the slope: h^2, and 1e-16 / h."""

PYTORCH = json.loads(Path(__file__).with_name("pytorch_layernorm.json").read_text("utf-8"))
CLOSE = 1e-10
"""Twenty epochs of sums in another order, each rounded at 1e-16."""


# --- parameters ------------------------------------------------------------------------------


def named_in(path):
    """Return the parameters that a module names in its texts, and where."""
    tree = ast.parse(path.read_text("utf-8"))
    texts = (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str))
    return [
        (text.lineno, text.value) for text in texts if NAMED.search(text.value.partition("\n")[0])
    ]


def test_no_module_outside_of_layers_names_a_parameter():
    modules = [path for room in ROOMS for path in sorted((SOURCE / room).rglob("*.py"))]
    assert len(modules) > 100
    found = {
        (module, text)
        for path in [*modules, *(SOURCE / each for each in ALONE)]
        if (module := path.relative_to(SOURCE).as_posix()) != MAPPING
        for _, text in named_in(path)
        if " " not in text
    }
    assert found == MEANT_OTHERWISE


@pytest.mark.parametrize(
    "line", ['x = "W"', "x = f'b{layer}'", 'x = "dC_dW_one"', "x = {'velocity_gain': 1}"]
)
def test_a_module_that_names_one_is_found(tmp_path, line):
    module = tmp_path / "module.py"
    module.write_text(line, "utf-8")
    assert named_in(module)


def test_no_name_of_a_parameter_begins_as_another():
    for one, other in product(PARAMETERS, PARAMETERS):
        assert one == other or not one.startswith(other)
        assert parameter_of(f"{one}{other}") == (one, other)


def test_every_kind_states_a_gradient_for_each_parameter():
    for kind in (*kinds_of(FILTERS).values(), *kinds_of(TWICE).values()):
        assert [*kind.gradients] == [*kind.parameters]
        assert kind.parameters.keys() <= PARAMETERS.keys()
        assert [*kind.forward][-1] == "a"


@pytest.mark.parametrize("spread", ["normal", "fan-in"])
def test_gains_start_at_1_and_shifts_at_0_however_weights_are_drawn(spread):
    shapes = {"W2": (2, 3), "gain3": (2,), "shift3": (2,)}
    start = start_from_seed(5, shapes, spread)
    assert start["gain3"].tolist() == [1, 1]
    assert start["shift3"].tolist() == [0, 0]
    assert [*map(tensor_name, shapes)] == ["layer2.weight", "layer3.weight", "layer3.bias"]


# --- layer normalisation ---------------------------------------------------------------------


def trained(given, **other):
    """Return NumPy's run of a network."""
    model = network(given)
    return reference.run(model, {**random_plan(given, 3).inputs, **other})


def test_normalised_values_have_mean_0_and_variance_1():
    run = trained(NORM)
    assert np.abs(run["normalised3"].mean(axis=-1)).max() < 1e-15
    shrunk = run["variance3"] / (run["variance3"] + 1e-5)
    assert run["normalised3"].var(axis=-1) == pytest.approx(shrunk)
    assert run["variance3"] == pytest.approx(run["a2"].var(axis=-1))


@pytest.mark.parametrize("name", [name for name in NETWORKS if name != "large"])
def test_gradients_equal_central_differences(name):
    given = replace(NETWORKS[name], epochs=1)
    plan = random_plan(given, 3)
    run = reference.run(plan.model, plan.inputs)
    for quantity in (quantity for quantity in plan.model.inputs if quantity.given):
        start = plan.inputs[quantity.name]
        for unit in np.ndindex(start.shape):
            cost = []
            for sign in (1, -1):
                moved = start.copy()
                moved[unit] += sign * H
                other = reference.run(plan.model, {**plan.inputs, quantity.name: moved})
                cost.append(other["C_T"][0])
            slope = run[f"dC_d{quantity.name}"][unit]
            assert (cost[0] - cost[1]) / (2 * H) == pytest.approx(slope, abs=SLOPE)


def test_twenty_epochs_equal_those_of_PyTorch():
    given = replace(NORM, epochs=20, samples=6)
    labels = {"labels": np.arange(3.0), "number": np.arange(1.0, 7), "eta": PYTORCH["eta"]}
    inputs = {name: np.array(value) for name, value in {**PYTORCH["inputs"], **labels}.items()}
    run = reference.run(network(given), inputs)
    assert np.abs(run["C_T"] - PYTORCH["C_T"]).max() < CLOSE
    assert len(PYTORCH["gradients"]) == 6
    for name, gradients in PYTORCH["gradients"].items():
        assert np.abs(run[f"dC_d{name}"] - gradients).max() < CLOSE, name


def test_the_script_of_these_figures_draws_the_same_numbers():
    script = (
        "import json, pytorch_layernorm as script;"
        "print(json.dumps({name: array.tolist() for name, array in script.inputs().items()}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=Path(__file__).parent, capture_output=True, check=True
    )
    assert json.loads(done.stdout) == PYTORCH["inputs"]


# --- the workbook ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write_plan(tmp_path_factory.mktemp("norm") / "norm.xlsx", random_plan(NORM, 3))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.first(engine=1)
@pytest.mark.slow
def test_every_engine_agrees_at_random_numbers(path, engine):
    assert agrees_in(engine, path).probes == PROBES


@pytest.mark.parametrize("name", ["filters", "twice", "first", "large"])
@pytest.mark.first(name=1)
@pytest.mark.slow
def test_every_stack_agrees(tmp_path, name):
    made = write_plan(tmp_path / f"{name}.xlsx", random_plan(NETWORKS[name], 3))
    assert agrees_in("formualizer", made).probes == PROBES
    assert not xlnn.lint(made)


@pytest.mark.slow
def test_wrong_formulas_of_each_kind_are_named_and_no_other(path, tmp_path):
    layout = layout_of(NORM)
    kinds = [*kinds_of(NORM)["3"].forward, *LayerNorm.backward, "gain", "dC_dgain"]
    altered = {}
    for kind in kinds:
        quantity = layout.model[f"{kind}3"]
        last = tuple(length - 1 for length in quantity.lengths)
        formula = layout.formula(quantity.name, last)
        altered[layout.cell(quantity.name, last)] = formula + "+0.001"
    wrong = tmp_path / "wrong.xlsx"
    wrong.write_bytes(path.read_bytes())
    edit(wrong, altered)
    found = [each.cell for each in xlnn.check(wrong, "formualizer").wrong]
    assert sorted(found) == sorted(altered)


@pytest.mark.ci
def test_lens_and_recognise_show_mean_variance_and_normalised_values(path):
    _, layout = described(path)
    for sheet, prefix in (("lens", "lens_"), ("recognise", "draw_")):
        shown = {block.quantity.name for block in layout.on(sheet)}
        kinds = ("mean", "variance", "normalised", "z", "a", "gain", "shift")
        assert {f"{prefix}{kind}3" for kind in kinds} <= shown
    found = xlnn.values(path)
    (said,) = found["lens_normalised_text3"][:, 0]
    assert said.startswith("x̂³₁ = (")
    assert f"= {found['lens_normalised3'][0, 0]:.3f}" in said
    assert found["lens_delta_text2"][0, 0].count("/ √(") == 1


def test_the_gradient_check_takes_the_slope_of_each_gain_and_shift(path, tmp_path):
    _, layout = described(path)
    names = [q.name for q in layout.model.quantities if q.sheet == "weights"]
    sizes = [int(np.prod(layout.model[name].shape)) for name in names]
    for name in ("gain3", "shift3"):
        chosen = 1 + sum(sizes[: names.index(name)])
        other = changed(path, tmp_path / "o.xlsx", {"slope_chosen": chosen, "slope_h": 1e-4})
        found = xlnn.values(other)
        assert found["slope_numeric"] == pytest.approx(found["slope_backward"], abs=1e-6)
        assert found["slope_backward"] == found[f"dC_d{name}"][0, 0]


TOML = """
[[layers]]
units = 4
activation = "linear"

[[layers]]
name = "N"
kind = "layernorm"
activation = "tanh"

[[layers]]
activation = "softmax"
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """Return a template that trains with layer normalisation, on every sixth iris."""
    folder = tmp_path_factory.mktemp("own") / "own"
    copy("iris", folder)
    said = (folder / "template.toml").read_text("utf-8")
    before = said.partition("[[layers]]")[0].replace("eta = 0.01", "eta = 0.05")
    (folder / "template.toml").write_text(before + TOML, "utf-8")
    heading, *rows = (folder / "iris.csv").read_text("utf-8").splitlines()
    (folder / "iris.csv").write_text("\n".join([heading, *rows[::6]]), "utf-8")
    return folder


@pytest.fixture(scope="module")
def built(template):
    return xlnn.build(template, template / "own.xlsx", epochs=20).path


@pytest.mark.slow
def test_a_template_with_layer_normalisation_builds_and_learns(built):
    found = xlnn.values(built)
    assert found["C_T"][-1] < found["C_T"][0] / 4
    assert found["accuracy"][-1] > 0.9
    assert found["gainN"][0].tolist() == [1] * 4
    assert found["shiftN"][0].tolist() == [0] * 4


@pytest.mark.parametrize("lang", ["zh", "ja"])
@pytest.mark.first(lang=1)
@pytest.mark.slow
def test_it_has_words_in_every_language(template, tmp_path, lang):
    asked = {"epochs": 1, "optimizer": "adam", "l2": 0.1, "lang": lang}
    assert xlnn.build(template, tmp_path / f"{lang}.xlsx", **asked).report.agrees


@pytest.mark.slow
def test_exercises_and_explanations_know_it(template, built, tmp_path):
    path = tmp_path / "exercise.xlsx"
    xlnn.exercise(template, path, blank="normalisedN,delta2,dC_dgainN", epochs=1)
    assert xlnn.grade(path).grades[0].of == 3
    told = xlnn.explain(built, "normalisedN")
    assert told.in_symbols == "(a²₁ − μN) / SQRT((σ²)N + 0.00001)"
    assert told.meaning == "how far a unit below is from the mean, in standard deviations"


@pytest.mark.parametrize("float64", [False, True])
@pytest.mark.slow
@pytest.mark.first(1)
def test_it_is_exported_and_read_again(built, template, tmp_path, float64):
    path = tmp_path / "model.onnx"
    assert xlnn.export(built, path, float64=float64).proven_by == "ONNX Runtime"
    operators = [node.op_type for node in onnx.load(path).graph.node]
    assert ("LayerNormalization" in operators) != float64
    if float64:  # of which ONNX Runtime keeps epsilon with 7 digits
        return
    read, _ = predicting_with(path)
    assert [layer.kind for layer in read.layers] == ["dense", "layernorm", "dense"]
    assert xlnn.build(model=path, output=tmp_path / "predict.xlsx").report.agrees
    xlnn.export(built, tmp_path / "start.npz", float64=True)
    again = xlnn.build(template, tmp_path / "again.xlsx", start=tmp_path / "start.npz", epochs=1)
    first, last = (xlnn.values(each) for each in (again.path, built))
    for name in ("gainN", "shiftN"):
        assert first[name][0] == pytest.approx(last[name][-1], abs=1e-14)


# --- what is refused -------------------------------------------------------------------------


def norm(epsilon=1e-5, **more):
    """Return the nodes of a model with a layer normalisation, and its constants."""
    nodes = [
        ("Gemm", ["x", "W", "b"], ["z"], {"transB": 1}),
        ("LayerNormalization", ["z", "g", "h"], ["n"], {"epsilon": epsilon, **more}),
        ("Relu", ["n"], ["a"]),
        ("Gemm", ["a", "V", "c"], ["y"], {"transB": 1}),
    ]
    shapes = {"W": (5, 4), "b": (5,), "g": (5,), "h": (5,), "V": (3, 5), "c": (3,)}
    return nodes, {name: numbers(*shape, seed=n) for n, (name, shape) in enumerate(shapes.items())}


def test_a_model_with_it_agrees_with_onnx_runtime(tmp_path):
    nodes, constants = norm()
    said, plan, _ = agreed(graph(tmp_path / "m.onnx", nodes, (4,), constants))
    assert "same outputs" in said
    assert plan.spec.layers[1] == LayerSpec("3", 0, "relu", "layernorm")
    assert not plan.spec.told or "linear" not in plan.spec.told


@pytest.mark.parametrize(
    ("how", "precision", "said"),
    [
        ({"epsilon": 1e-3}, np.float32, "has the epsilon 0.001: 0.00001 is taken"),
        ({"axis": 0}, np.float32, "only over the units of a dense layer"),
        ({}, np.float64, "only in float32"),
    ],
)
def test_other_layer_normalisations_are_refused(tmp_path, how, precision, said):
    nodes, constants = norm(**how)
    path = graph(tmp_path / "m.onnx", nodes, (4,), constants, precision=precision)
    with pytest.raises(DataError, match=said):
        predicting_with(path)


def test_over_maps_it_is_refused():
    layers = (FILTERS.layers[0], LayerSpec("N", 0, "linear", "layernorm"), FILTERS.layers[-1])
    with pytest.raises(DataError, match="Layer N normalises units, and below it are maps"):
        replace(FILTERS, layers=layers)


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"units": 3}, "a layernorm layer has no units of its own; leave it out"),
        ({"step": [1, 1]}, "a layernorm layer has no step of its own; leave it out"),
    ],
)
def test_a_layer_says_nothing_that_follows_from_the_one_below(entries, said):
    (layer,) = layers_of([{"kind": "layernorm", **entries}])
    with pytest.raises(DataError, match=said):
        check_layer(layer)


def test_the_last_layer_is_dense():
    assert LAYERS["layernorm"] is LayerNorm
    with pytest.raises(DataError, match="The output layer 3 is a layernorm: the last layer must"):
        replace(spec([4, 3]), layers=NORM.layers[:2])
