"""What a workbook has learnt leaves it as a model that gives the sheet's outputs, or not at all."""

import importlib
import json
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from experiments import changed
from networks import Spec, random_plan, replace, write_plan
from rewriting import edit
from test_own_models import example

import xlnn
from xlnn.cli import cli
from xlnn.errors import DisagreementError, OptionsError, OutputError, WorkbookError, XlnnError
from xlnn.experiments.network.layers import LayerSpec, kinds_of
from xlnn.experiments.network.predicting import forward
from xlnn.loading.spec import described
from xlnn.onnx import export_graph, export_trained
from xlnn.onnx.export import TOLERANCES

MAPS = Spec(
    "test", "en", 2, 3, (5, 7), ("0", "1", "2"),
    (
        LayerSpec("F", 3, "leaky relu 0.3", "convolution", (2, 2)),
        LayerSpec("P", 0, "linear", "max pooling", (2, 3)),
        LayerSpec("G", 2, "tanh", "convolution", (2, 1)),
        LayerSpec("Q", 0, "linear", "average pooling", (1, 2)),
        LayerSpec("H", 3, "sigmoid"),
        LayerSpec("O", 3, "softmax"),
    ), "categorical cross-entropy", test_samples=2,
)  # fmt: skip
"""Every kind of layer, and none of them square."""

POOLED_FIRST = replace(
    MAPS, picture=(4, 6),
    layers=(
        LayerSpec("P", 0, "linear", "average pooling", (2, 3)),
        LayerSpec("O", 3, "softmax"),
    ), test_samples=0,
)  # fmt: skip


def slow(name):
    """Return a workbook of which the tests that take long are made."""
    return pytest.param(name, marks=pytest.mark.slow)


PRECISIONS = pytest.mark.parametrize("float64", [False, True], ids=["float32", "float64"])


@pytest.fixture(scope="module")
def paths(tmp_path_factory, short_path):
    """A function that makes a trained workbook of each sort once, by its name."""
    folder = tmp_path_factory.mktemp("trained")
    table = folder / "far.csv"
    random = np.random.default_rng(5)
    x = random.normal(20, 3, (12, 2))
    y = 1e5 + 3e4 * np.sin(x[:, 0]) - 1e4 * x[:, 1]
    rows = [f"{a:.1f},{b:.1f},{c:.1f},7" for (a, b), c in zip(x, y, strict=True)]
    table.write_text("\n".join(["year,height,price,same", *rows]), encoding="utf-8")
    far = {"data": table, "targets": ("price", "same"), "scale": "standard", "verify": False}
    words = folder / "words.csv"
    words.write_text("a,b,kind\n0,1,狐\n1,0,<b>\n1,1,狐\n0,0,<b>\n", encoding="utf-8")
    runs = {"eta": (0.1, 0.5), "seed": (1, 2), "epochs": 3, "verify": False}
    far |= {"output": folder / "a.xlsx", "epochs": 3, "test_share": 0.2}
    runs |= {"output": folder / "b.xlsx", "data": words, "label": "last"}
    made = {
        "dense": lambda: short_path,
        "maps": lambda: write_plan(folder / "maps.xlsx", random_plan(MAPS, 3)),
        "pooled": lambda: write_plan(folder / "pooled.xlsx", random_plan(POOLED_FIRST, 4)),
        "far": lambda: xlnn.build("diabetes", **far).path,
        "runs": lambda: xlnn.build("xor", **runs).path,
    }
    return cache(lambda name: made[name]())


once = cache(export_trained.trained)
"""A workbook of this module is recalculated once for each epoch and run."""


@pytest.fixture(autouse=True)
def each_workbook_is_recalculated_once(monkeypatch):
    monkeypatch.setattr("xlnn.onnx.export.trained", once)


def in_onnx_runtime(path, images):
    """Return what ONNX Runtime makes of images, shape (images, inputs)."""
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    kind = {"tensor(float)": np.float32, "tensor(double)": np.float64}[given.type]
    rows = images.reshape(len(images), *given.shape[1:]).astype(kind)
    return session.run(None, {given.name: rows})[0]


@cache
def computed(path):
    return xlnn.values(path, "formualizer")


def sheet(path, epoch, run=""):
    """Return images as given, and the outputs that the sheet has for them in an epoch."""
    arrays = computed(path)
    sets = ["", "test_"] if "test_number" in arrays else [""]
    given = "raw" if "raw" in arrays else "x"
    output = next(n for n in ("predicted", "aO", "a3") if n in arrays)
    outputs = [arrays[f"{each}{output}"] for each in sets]
    outputs = [each[run] if run != "" else each for each in outputs]
    return (
        np.concatenate([arrays[f"{each}{given}"] for each in sets]),
        np.concatenate([each[epoch - 1] for each in outputs]),
    )


@PRECISIONS
@pytest.mark.parametrize("name", ["maps", "far", *(slow(name) for name in ("dense", "pooled"))])
@pytest.mark.first(1)
@pytest.mark.ci
def test_a_model_gives_the_outputs_of_the_sheet(paths, tmp_path, name, float64):
    # the weights after epoch 1 are those that epoch 2 uses, and shows what they make of the images
    done = xlnn.export(paths(name), tmp_path / "a.onnx", epoch=1, float64=float64)
    images, outputs = sheet(paths(name), epoch=2)
    tolerance = TOLERANCES[np.float64 if float64 else np.float32]
    found = in_onnx_runtime(done.path, images)
    size = np.maximum(1, np.abs(outputs).max(axis=0))
    assert (np.abs(found - outputs) <= tolerance * size).all()
    assert done.images == len(images)
    assert done.max_difference <= tolerance
    assert (done.precision, done.proven_by) == (found.dtype.name, "ONNX Runtime")


@pytest.mark.parametrize("name", ["maps", slow("far")])
@pytest.mark.slow
def test_the_last_epoch_is_proven_by_the_sheet_s_own_formulas(paths, tmp_path, name):
    done = xlnn.export(paths(name), tmp_path / "a.onnx", float64=True)
    arrays = computed(paths(name))
    assert done.epoch == len(arrays["C_T"])
    own = {"W2", "b2", "W3", "b3", *(f"{kind}{layer}" for kind in "Wb" for layer in "FGHO")}
    weights = {key: arrays[key][-1] for key in own & set(arrays)}
    again = changed(paths(name), tmp_path / "again.xlsx", as_start(paths(name), weights))
    images, outputs = sheet(again, epoch=1)
    found = in_onnx_runtime(done.path, images)
    size = np.maximum(1, np.abs(outputs).max(axis=0))
    assert (np.abs(found - outputs) <= TOLERANCES[np.float64] * size).all()


def as_start(path, weights):
    """Return weights in the shapes of the inputs of a sheet."""
    _, layout = described(path)
    shapes = {name: layout.model[name].input_lengths for name in weights}
    return {name: array.reshape(shapes[name]) for name, array in weights.items()}


@pytest.mark.parametrize("ending", ["npz", "safetensors"])
@pytest.mark.parametrize("name", ["dense", "maps", "far"])
@pytest.mark.slow
def test_weights_have_the_names_and_shapes_of_pytorch(paths, tmp_path, name, ending):
    done = xlnn.export(paths(name), tmp_path / f"a.{ending}", float64=True)
    read = np.load if ending == "npz" else pytest.importorskip("safetensors.numpy").load_file
    tensors = dict(read(done.path))
    arrays = computed(paths(name))
    shapes = {key: array.shape for key, array in tensors.items()}
    if name == "dense":
        assert shapes == {
            "layer2.weight": (3, 12), "layer2.bias": (3,),
            "layer3.weight": (2, 3), "layer3.bias": (2,),
        }  # fmt: skip
        np.testing.assert_array_equal(tensors["layer3.weight"], arrays["W3"][-1])
    elif name == "maps":
        assert shapes["layerF.weight"] == (3, 1, 2, 2)  # (out, in, rows, columns)
        assert shapes["layerG.weight"] == (2, 3, 2, 1)
        assert shapes["layerH.weight"] == (3, 2)  # (out, in)
        assert shapes["layerO.bias"] == (3,)
        np.testing.assert_array_equal(tensors["layerG.weight"].ravel(), arrays["WG"][-1].ravel())
    else:
        assert shapes["middle"] == shapes["factor"] == (2,)
        assert shapes["t_middle"] == shapes["t_factor"] == (2,)
    assert {array.dtype for array in tensors.values()} == {np.dtype("float64")}
    assert done.proven_by == "NumPy"


@pytest.mark.parametrize("template", ["xor", "cnn", "diabetes"])
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_network_that_was_exported_is_a_start(template, tmp_path):
    """That of cnn has filters, and diabetes scales inputs and targets."""
    built = xlnn.build(template, tmp_path / "a.xlsx", seed=3, epochs=1, verify=False).path
    xlnn.export(built, tmp_path / "start.npz", epoch=0, float64=True)
    start = tmp_path / "start.npz"
    again = xlnn.build(template, tmp_path / "b.xlsx", start=start, epochs=1, verify=False).path
    before, after = computed(built), computed(again)
    names = [name for name in before if re.fullmatch("[Wb][0-9A-Z]", name)]
    assert names
    for name in names:
        np.testing.assert_allclose(after[name][0], before[name][0], rtol=1e-14)


@pytest.mark.ci
def test_arrays_of_every_epoch_are_no_start_and_the_message_says_how_to_write_one(paths, tmp_path):
    saved = tmp_path / "values.npz"
    np.savez(saved, **xlnn.values(paths("dense"), engine="formualizer"))
    with pytest.raises(XlnnError, match=r"W2 has a row for each epoch.* xlnn export .*--epoch 0"):
        xlnn.build("digits", tmp_path / "a.xlsx", start=saved)


def test_numbers_are_single_unless_asked_for(paths, tmp_path):
    done = xlnn.export(paths("dense"), tmp_path / "a.npz")
    assert done.precision == "float32"
    with np.load(done.path) as saved:
        assert {array.dtype for array in saved.values()} == {np.dtype("float32")}


def test_labels_and_the_rest_are_metadata(paths, tmp_path):
    onnx = pytest.importorskip("onnx")
    xlnn.export(paths("runs"), tmp_path / "a.onnx", run=2, epoch=1)
    model = onnx.load(tmp_path / "a.onnx")
    said = {entry.key: entry.value for entry in model.metadata_props}
    assert json.loads(said["labels"]) == ["狐", "<b>"]
    assert json.loads(said["features"]) == ["a", "b"]
    assert (said["run"], said["epoch"], said["task"]) == ("2", "1", "classification")
    assert model.producer_name == "xlnn"
    xlnn.export(paths("dense"), tmp_path / "b.onnx")
    said = {entry.key: entry.value for entry in onnx.load(tmp_path / "b.onnx").metadata_props}
    assert (said["labels"], said["epoch"]) == ('["0", "1"]', "3")
    assert "features" not in said


def test_tensors_have_the_names_of_their_quantities(paths, tmp_path):
    onnx = pytest.importorskip("onnx")
    graph = onnx.load(xlnn.export(paths("far"), tmp_path / "a.onnx").path).graph
    assert [each.name for each in graph.input] == ["raw"]
    assert [each.name for each in graph.output] == ["predicted"]
    named = {name for node in graph.node for name in node.output}
    assert {"x", "z2", "a2", "z3", "a3"} <= named


@pytest.mark.slow
def test_each_run_is_exported_by_its_number(paths, tmp_path):
    found = []
    for run in (1, 2):
        done = xlnn.export(paths("runs"), tmp_path / "a.onnx", run=run, epoch=1)
        assert done.run == run
        images, outputs = sheet(paths("runs"), epoch=2, run=run - 1)
        found.append(in_onnx_runtime(done.path, images))
        np.testing.assert_allclose(found[-1], outputs, atol=1e-6)
    assert np.abs(found[0] - found[1]).max() > 0.01
    with pytest.raises(OptionsError, match="compares 2 runs: choose one, --run 1 to 2"):
        xlnn.export(paths("runs"), tmp_path / "b.onnx")
    with pytest.raises(OptionsError, match="There is no run 3: the workbook has 2"):
        xlnn.export(paths("runs"), tmp_path / "b.onnx", run=3)


def test_a_changed_workbook_exports_what_it_now_computes(paths, tmp_path):
    other = changed(paths("dense"), tmp_path / "b.xlsx", {"eta": 0.9})
    before, after = tmp_path / "a.npz", tmp_path / "b.npz"
    xlnn.export(paths("dense"), before)
    xlnn.export(other, after)
    with np.load(before) as old, np.load(after) as new:
        assert (old["layer2.weight"] != new["layer2.weight"]).all()
        expected = computed(other)["W2"][-1]
        np.testing.assert_allclose(new["layer2.weight"], expected, rtol=1e-6)


@pytest.mark.ci
def test_the_same_workbook_gives_the_same_bytes(paths, tmp_path):
    for ending in ("onnx", "npz", "safetensors"):
        twice = [xlnn.export(paths("dense"), tmp_path / f"{n}.{ending}").path for n in "ab"]
        assert twice[0].read_bytes() == twice[1].read_bytes()


# --- workbooks that predict, and models that come back ---------------------------------------


MOVING = (
    LayerSpec("2", 3, "relu", "convolution", (3, 2), (2, 1), (1, 0, 2, 1)),
    LayerSpec("3", 0, "linear", "max pooling", (2, 2), (1, 2), (0, 1, 0, 0)),
    LayerSpec("4", 2, "tanh", "convolution", (2, 2)),
    LayerSpec("5", 0, "linear", "average pooling", (1, 2), (2, 1)),
    LayerSpec("6", 2, "leaky relu"),
)
"""Filters and blocks with steps and edges, as models have them that were trained elsewhere."""


@PRECISIONS
@pytest.mark.ci
def test_steps_and_edges_of_a_model_are_exported(generator, float64):
    pytest.importorskip("onnxruntime")
    spec = Spec("m", "en", 0, 4, (8, 9), ("a", "b"), MOVING, "")
    weights = {
        f"{parameter}{name}": generator.normal(size=shape)
        for name, kind in kinds_of(spec).items()
        for parameter, shape in kind.parameters.items()
    }
    found = export_trained.Trained(
        "m.xlsx", spec, None, 1, weights, {}, spec.labels, generator.normal(size=(4, 72)),
        np.zeros((4, 2)), (),
    )  # fmt: skip
    precision = np.float64 if float64 else np.float32
    expected = forward(spec, weights, found.samples)
    export = export_module()
    made = export._written(".onnx", found, precision)  # noqa: SLF001 -- just this file
    outputs = export._outputs(".onnx", made, found, precision)  # noqa: SLF001
    assert np.abs(outputs - expected).max() <= 10 * TOLERANCES[precision]
    assert np.ptp(expected, axis=0).min() > 0.1


@pytest.mark.slow
def test_a_workbook_that_predicts_is_exported_as_it_is_now(tmp_path):
    model = Path(__file__).parent.parent / "docs" / "examples" / "digits_cnn.onnx"
    path = xlnn.build(model=model, output=tmp_path / "a.xlsx", verify=False).path
    other = changed(path, tmp_path / "b.xlsx", {"b4": np.arange(10.0)})
    done = xlnn.export(other, tmp_path / "b.onnx", float64=True)
    assert (done.epoch, done.precision) == (None, "float64")
    arrays = computed(other)
    np.testing.assert_array_equal(arrays["b4"], np.arange(10))
    found = in_onnx_runtime(done.path, arrays["x"])
    np.testing.assert_allclose(found, arrays["a4"], atol=1e-12)
    with pytest.raises(OptionsError, match="predicts and has no epochs: leave --epoch out"):
        xlnn.export(other, tmp_path / "c.onnx", epoch=1)
    assert xlnn.load(other)["W2"].cell(unit=(4, 9)).startswith("Weights!")


@pytest.mark.ci
def test_a_model_that_went_out_comes_in_again(paths, tmp_path):
    xlnn.export(paths("dense"), tmp_path / "a.onnx")
    images, _ = sheet(paths("dense"), epoch=1)
    rows = tmp_path / "rows.csv"
    head = ",".join(f"p{n}" for n in range(12))
    np.savetxt(rows, images[:5], delimiter=",", header=head, comments="", fmt="%g")
    again = xlnn.build(model=tmp_path / "a.onnx", data=rows, output=tmp_path / "a.xlsx").path
    expected = in_onnx_runtime(tmp_path / "a.onnx", images[:5])
    np.testing.assert_allclose(computed(again)["a3"][:5], expected, atol=1e-6)


def export_module():
    return importlib.import_module("xlnn.onnx.export")


# --- what is refused -------------------------------------------------------------------------


def transposed(tensors):
    return tensors | {"layerH.weight": np.ascontiguousarray(tensors["layerH.weight"][:, ::-1])}


def other_maps(tensors):
    return tensors | {"layerG.weight": np.ascontiguousarray(tensors["layerG.weight"][:, ::-1])}


def other_bias(tensors):
    return tensors | {"layerO.bias": tensors["layerO.bias"] + np.array([1e-4, 0, 0], np.float32)}


@pytest.mark.parametrize("error", [transposed, other_maps, other_bias])
@pytest.mark.parametrize("ending", ["onnx", "npz", "safetensors"])
def test_a_planted_error_is_refused_and_nothing_is_written(
    paths, tmp_path, monkeypatch, error, ending
):
    right = export_trained.tensors_of
    module = export_graph if ending == "onnx" else export_module()
    monkeypatch.setattr(module, "tensors_of", lambda *given: error(right(*given)))
    with pytest.raises(DisagreementError, match=r"^The model gives 0\.\d+ where the sheet gives"):
        xlnn.export(paths("maps"), tmp_path / f"a.{ending}", epoch=1)
    assert list(tmp_path.iterdir()) == []


def test_an_activation_without_an_operator_is_refused_in_a_sentence(paths, tmp_path, monkeypatch):
    monkeypatch.delitem(export_graph.ACTIVATIONS, "tanh")
    with pytest.raises(WorkbookError, match="no operator of ONNX is known for the activation tanh"):
        xlnn.export(paths("maps"), tmp_path / "a.onnx")
    assert list(tmp_path.iterdir()) == []
    xlnn.export(paths("maps"), tmp_path / "a.npz")


def test_an_activation_that_is_missing_is_refused(paths, tmp_path, monkeypatch):
    monkeypatch.setitem(export_graph.ACTIVATIONS, "tanh", "Identity")
    with pytest.raises(DisagreementError, match=r"TrainingO?!|row 1, output 1"):
        xlnn.export(paths("maps"), tmp_path / "a.onnx")
    assert list(tmp_path.iterdir()) == []


def test_scaling_that_is_missing_is_refused(paths, tmp_path, monkeypatch):
    right = export_graph.tensors_of

    def unscaled(*given):
        tensors = right(*given)
        return tensors | {"t_middle": np.zeros_like(tensors["t_middle"])}

    monkeypatch.setattr(export_graph, "tensors_of", unscaled)
    with pytest.raises(DisagreementError):
        xlnn.export(paths("far"), tmp_path / "a.onnx")


@pytest.mark.ci
def test_a_formula_that_was_changed_is_no_network_s(paths, tmp_path):
    copy = shutil.copy(paths("dense"), tmp_path / "b.xlsx")
    edit(copy, {"Training!F70": "=0.5"})
    with pytest.raises(DisagreementError, match=r"Training!N70 and beside: .* xlnn check b\.xlsx"):
        xlnn.export(copy, tmp_path / "a.onnx", epoch=1)
    assert not (tmp_path / "a.onnx").exists()


def test_inputs_too_fine_for_seven_digits_ask_for_more(tmp_path):
    data = tmp_path / "fine.csv"
    rows = [f"{16777216 + n},{n % 2}" for n in range(8)]  # of which float32 tells not each
    data.write_text("\n".join(["number,odd", *rows]), encoding="utf-8")
    path = xlnn.build(
        "xor", tmp_path / "a.xlsx", data=data, label="last", scale="range", epochs=1, verify=False
    ).path
    with pytest.raises(DisagreementError, match="sheet gives"):
        xlnn.export(path, tmp_path / "a.onnx")
    assert xlnn.export(path, tmp_path / "a.onnx", float64=True).max_difference < 1e-12


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        (
            {"epoch": 4},
            OptionsError,
            "There is no epoch 4: the workbook has weights after epochs 0",
        ),
        ({"epoch": -1}, OptionsError, "no epoch -1"),
        ({"run": 2}, OptionsError, "There is no run 2: the workbook has 1"),
        ({"output": "a.pt"}, OutputError, "must end in .onnx, .npz or .safetensors"),
        ({"output": "there/a.onnx"}, OutputError, "does not exist"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(paths, tmp_path, options, error, sentence):
    output = tmp_path / options.get("output", "a.onnx")
    rest = {name: value for name, value in options.items() if name != "output"}
    with pytest.raises(error, match=sentence):
        xlnn.export(paths("dense"), output, **rest)
    assert list(tmp_path.iterdir()) == []


def test_kinds_that_train_no_network_are_refused(tmp_path):
    path = xlnn.build("descent", tmp_path / "d.xlsx", verify=False).path
    with pytest.raises(WorkbookError, match=r"^d\.xlsx has no network of layers \("):
        xlnn.export(path, tmp_path / "a.onnx")
    inputs = {"yearly": 0.06, "rate": 443.21, "debt": 10_000}
    path = xlnn.workbook(example("loan"), inputs, tmp_path / "loan.xlsx").path
    with pytest.raises(XlnnError, match="made from a model in Python"):
        xlnn.export(path, tmp_path / "a.onnx")
    assert not (tmp_path / "a.onnx").exists()


@pytest.mark.parametrize("ending", ["onnx", "npz", "safetensors"])
def test_a_file_of_another_program_is_not_replaced_unasked(paths, tmp_path, ending):
    output = tmp_path / f"a.{ending}"
    output.write_bytes(b"precious")
    with pytest.raises(OutputError, match="was not written by xlnn"):
        xlnn.export(paths("dense"), output)
    assert output.read_bytes() == b"precious"
    xlnn.export(paths("dense"), output, force=True)
    xlnn.export(paths("dense"), output)  # it is ours now
    assert output.read_bytes() != b"precious"


@pytest.mark.parametrize(
    ("module", "ending", "sentence"),
    [
        ("onnx", "onnx", r'needs onnx and onnxruntime: pip install "xlnn\[onnx\]"'),
        ("onnxruntime", "onnx", r'needs onnx and onnxruntime: pip install "xlnn\[onnx\]"'),
        ("safetensors", "safetensors", r"needs safetensors: pip install safetensors, or write"),
    ],
)
def test_without_a_package_a_sentence_says_what_to_install(
    paths, tmp_path, monkeypatch, module, ending, sentence
):
    for name in [name for name in sys.modules if name.split(".")[0] == module]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(XlnnError, match=sentence):
        xlnn.export(paths("dense"), tmp_path / f"a.{ending}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.ci
def test_the_command_says_what_was_proven_or_why_not(paths, tmp_path):
    output = tmp_path / "a.onnx"
    command = ["export", str(paths("dense")), "-o", str(output), "--epoch", "2", "--float64"]
    done = CliRunner().invoke(cli, command, catch_exceptions=False)
    line = f"{output}   after epoch 2   float64   64 rows: the sheet's outputs (ONNX Runtime)   "
    assert done.stdout.startswith(line + "max difference ")
    shutil.copy(paths("dense"), tmp_path / "b.xlsx")
    with pytest.raises(OptionsError):
        CliRunner().invoke(
            cli, [*command[:-1], "--epoch", "9"], catch_exceptions=False, standalone_mode=False
        )


def test_weights_are_exported_without_the_package_onnx():
    """Only a model needs it: nothing else imports an extra."""
    without = "import sys; sys.modules['onnx'] = None; import xlnn.onnx.export"
    done = subprocess.run([sys.executable, "-c", without], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
