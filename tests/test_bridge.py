"""A trained model becomes a workbook that predicts what ONNX Runtime predicts."""

import re
import subprocess
import sys
import warnings
from contextlib import suppress

import numpy as np
import onnx
import onnxruntime
import pytest
from click.testing import CliRunner
from onnx_models import MODELS, agreed, graph, numbers
from programs import LIBRARIES
from sklearn.datasets import load_diabetes, load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the converter's own dependencies
    from skl2onnx import to_onnx

import xlnn
from xlnn.cli import cli
from xlnn.errors import DataError, DisagreementError, XlnnError
from xlnn.experiments.network.kind import KIND
from xlnn.loading.spec import described
from xlnn.onnx import onnx_file
from xlnn.onnx.imported import predicting_with
from xlnn.onnx.layers import TrainedModel
from xlnn.workbooks import from_toml
from xlnn.workbooks.entries import to_toml
from xlnn.workbooks.kind import KINDS

pytestmark = pytest.mark.ci

FLOAT32 = 1e-4
"""PyTorch's outputs, some of size 10, beside those of numbers with twice as many digits."""

EXAMPLES = MODELS.parent.parent / "docs" / "examples"
TORCH = sorted(path.stem for path in MODELS.glob("*.onnx"))


def convert(model, x, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the converter's own dependencies
        return to_onnx(model, x, **options).SerializeToString()


def loaded(path):
    """Return the arrays of a file."""
    with np.load(path) as saved:
        return dict(saved)


@pytest.mark.parametrize("name", TORCH)
def test_a_model_that_pytorch_wrote_gives_pytorch_s_own_outputs(name):
    known = loaded(MODELS / f"{name.removesuffix('_torchscript')}.npz")
    said, plan, run = agreed(MODELS / f"{name}.onnx", known["x"])
    assert re.match(
        r"ONNX Runtime [\d.]+ has the same outputs of all \d+ rows, 10 spare rows and 32", said
    )
    output = f"a{plan.spec.layers[-1].name}"
    assert run[output][: len(known["y"])] == pytest.approx(known["y"], abs=FLOAT32)


IRIS, DIABETES = load_iris(return_X_y=True), load_diabetes(return_X_y=True)
TWO = tuple(part[:100] for part in IRIS)
NAMED = IRIS[0], np.array(["setosa", "versicolor", "virginica"])[IRIS[1]]

PIPELINES = {
    "scaled mlp": (make_pipeline(StandardScaler(), MLPClassifier((5,), max_iter=9)), IRIS),
    "tanh mlp of two": (
        make_pipeline(MinMaxScaler(), MLPClassifier((4, 3), activation="tanh", max_iter=9)), TWO,
    ),
    "named mlp": (MLPClassifier((5,), activation="logistic", max_iter=9), NAMED),
    "scaled twice": (
        make_pipeline(MinMaxScaler(), StandardScaler(), MLPClassifier((3,), max_iter=9)), TWO,
    ),
    "logistic": (make_pipeline(StandardScaler(), LogisticRegression()), IRIS),
    "logistic of two": (LogisticRegression(), TWO),
    "named logistic": (LogisticRegression(max_iter=1000), NAMED),
    "mlp regression": (
        make_pipeline(StandardScaler(), MLPRegressor(hidden_layer_sizes=(5,), max_iter=9)),
        DIABETES,
    ),
    "linear": (LinearRegression(), DIABETES),
    "linear of two targets": (
        LinearRegression(), (DIABETES[0], np.c_[DIABETES[1], 5 + DIABETES[1] ** 2]),
    ),
}  # fmt: skip

DOUBLE = ("scaled twice", "logistic of two", "linear of two targets")
"""Those that are written otherwise with numbers of float64."""


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    ("name", "precision"),
    [*((name, np.float32) for name in PIPELINES), *((name, np.float64) for name in DOUBLE)],
)
def test_a_pipeline_of_scikit_learn_predicts_what_it_predicts(name, precision, tmp_path):
    pipeline, (x, y) = PIPELINES[name]
    pipeline.fit(x, y)
    path = tmp_path / "model.onnx"
    path.write_bytes(convert(pipeline, x[:1].astype(precision)))
    _, plan, run = agreed(path, x[::20].astype(precision).astype(float))
    spec = plan.spec
    given = slice(spec.images - spec.spare)
    output = run[f"a{spec.layers[-1].name}"][given]
    if spec.is_regression:
        told = pipeline.predict(x[::20]).reshape(len(output), -1)
        assert output == pytest.approx(told, rel=1e-4)
    else:
        assert output == pytest.approx(pipeline.predict_proba(x[::20]), abs=1e-5)
        assert spec.labels == tuple(map(str, pipeline.classes_))


W, B = numbers(6, 4), numbers(4, seed=1)
SQUARE = numbers(4, 4, seed=9)
F, G = numbers(3, 1, 3, 2, seed=2), numbers(3, seed=3)
LAST = numbers(4, 3, seed=5)
PICTURE = (1, 6, 5)
DENSE = {"W": W, "B": B}
NORM = {"g": numbers(3, seed=6) ** 2 + 0.5, "h": numbers(3), "m": numbers(3)}
NORM |= {"v": numbers(3) ** 2 + 1}
NORMALISED = ["g", "h", "m", "v"]


def behind(*nodes, of="z"):
    """Return filters, some nodes, and a dense layer over all that they give."""
    return [("Conv", ["x", "F", "G"], ["z"], {}), *nodes, ("Flatten", [of], ["f"])]


OPERATORS = {
    "Gemm": ([("Gemm", ["x", "W", "B"], ["y"], {"alpha": 0.5, "beta": 2.0})], (6,), DENSE),
    "Gemm, turned": ([("Gemm", ["x", "W"], ["y"], {"transB": 1})], (4,), {"W": W}),
    "MatMul and Add": ([("MatMul", ["x", "W"], ["z"]), ("Add", ["B", "z"], ["y"])], (6,), DENSE),
    "MatMul, Sub, Div": (
        [("MatMul", ["x", "W"], ["z"]), ("Sub", ["z", "B"], ["a"]), ("Div", ["a", "B"], ["y"])],
        (6,), DENSE,
    ),
    "constant minus it": ([("Gemm", ["x", "W"], ["z"]), ("Sub", ["B", "z"], ["y"])], (6,), DENSE),
    "Relu, LeakyRelu, Sigmoid, Tanh": (
        [("MatMul", ["x", "A"], ["1"]), ("Relu", ["1"], ["2"]),
         ("MatMul", ["2", "A"], ["3"]), ("LeakyRelu", ["3"], ["4"], {"alpha": 0.3}),
         ("MatMul", ["4", "A"], ["5"]), ("Sigmoid", ["5"], ["6"]),
         ("MatMul", ["6", "A"], ["7"]), ("Tanh", ["7"], ["y"])], (4,), {"A": SQUARE},
    ),
    "Softmax": ([("Gemm", ["x", "W"], ["z"]), ("Softmax", ["z"], ["y"])], (6,), {"W": W}),
    "Identity, Dropout, Cast": (
        [("Identity", ["x"], ["1"]), ("Dropout", ["1"], ["2", ""]), ("Gemm", ["2", "W"], ["3"]),
         ("Cast", ["3"], ["y"], {"to": 1})], (6,), {"W": W},
    ),
    "Transpose, Unsqueeze, Squeeze, Reshape": (
        [("Reshape", ["x", "s"], ["1"]), ("Transpose", ["1"], ["2"], {"perm": [0, 2, 1]}),
         ("Unsqueeze", ["2", "i"], ["3"]), ("Squeeze", ["3", "i"], ["4"]),
         ("Reshape", ["4", "t"], ["5"]), ("Gemm", ["5", "W"], ["y"])], (6,),
        {"W": W, "s": np.array([-1, 2, 3]), "i": np.array([1]), "t": np.array([0, -1])},
    ),
    "outputs in another order": (
        [("Gemm", ["x", "W"], ["z"]), ("Gather", ["z", "i"], ["y"], {"axis": 1})], (6,),
        {"W": W, "i": np.array([3, 1, 0])},
    ),
    "weights turned in the graph": (
        [("Transpose", ["V"], ["W"]), ("MatMul", ["x", "W"], ["y"])], (6,), {"V": W.T.copy()},
    ),
    "scaled outputs": (
        [("Gemm", ["x", "W"], ["1"]), ("Sigmoid", ["1"], ["2"]), ("Mul", ["2", "B"], ["y"])],
        (6,), DENSE,
    ),
    "Conv": (behind(of="z"), PICTURE, {}),
    "Conv, step and padding": (
        [("Conv", ["x", "F", "G"], ["z"], {"strides": [2, 1], "pads": [1, 0, 2, 1]}),
         ("Relu", ["z"], ["r"]), ("Flatten", ["r"], ["f"])], PICTURE, {},
    ),
    "Conv, padded alike": (
        [("Conv", ["x", "F"], ["z"], {"auto_pad": "SAME_UPPER", "strides": [2, 2]}),
         ("Flatten", ["z"], ["f"])], PICTURE, {},
    ),
    "MaxPool": (
        behind(("MaxPool", ["z"], ["p"], {"kernel_shape": [2, 2], "strides": [2, 2]}), of="p"),
        PICTURE, {},
    ),
    "MaxPool, overlapping and padded, then Relu": (
        behind(
            ("MaxPool", ["z"], ["p"],
             {"kernel_shape": [3, 2], "strides": [1, 2], "pads": [1, 1, 1, 0]}),
            ("Relu", ["p"], ["r"]), of="r",
        ), PICTURE, {},
    ),
    "MaxPool, an edge left out": (
        behind(("MaxPool", ["z"], ["p"], {"kernel_shape": [3, 3], "strides": [3, 3]}), of="p"),
        PICTURE, {},
    ),
    "AveragePool": (
        behind(
            ("Tanh", ["z"], ["t"]), ("AveragePool", ["t"], ["p"], {"kernel_shape": [2, 2]}),
            of="p",
        ), PICTURE, {},
    ),
    "GlobalAveragePool": (behind(("GlobalAveragePool", ["z"], ["p"]), of="p"), PICTURE, {}),
    "normalised maps": (
        behind(
            ("BatchNormalization", ["z", *NORMALISED], ["n"]), ("Relu", ["n"], ["r"]), of="r"
        ), PICTURE, NORM,
    ),
    "normalised after Relu and pooling": (
        behind(("Relu", ["z"], ["r"]), ("BatchNormalization", ["r", *NORMALISED], ["n"]),
               ("AveragePool", ["n"], ["p"], {"kernel_shape": [2, 2]}), of="p"), PICTURE, NORM,
    ),
    "filters upon filters": (
        [("Conv", ["x", "F", "G"], ["1"]), ("Sigmoid", ["1"], ["2"]),
         ("BatchNormalization", ["2", *NORMALISED], ["3"]),
         ("Conv", ["3", "H"], ["4"]), ("Flatten", ["4"], ["f"])], PICTURE,
        NORM | {"H": numbers(2, 3, 2, 2, seed=8)},
    ),
}  # fmt: skip


def written(path, name, **options):
    """Write one of the models; where maps were flattened, with a dense layer behind."""
    nodes, shape, constants = OPERATORS[name]
    nodes = [(*node, {})[:4] for node in nodes]
    nodes = [(op, given, gives, dict(attributes)) for op, given, gives, attributes in nodes]
    constants = {"F": F, "G": G} | constants
    if nodes[-1][2] == ["f"]:
        inputs = flattened(path, nodes, shape, constants)
        nodes.append(("MatMul", ["f", "L"], ["y"], {}))
        constants |= {"L": numbers(inputs, 4, seed=7)}
    used = {name for _, given, _, _ in nodes for name in given}
    return graph(path, nodes, shape, {n: c for n, c in constants.items() if n in used}, **options)


def flattened(path, nodes, shape, constants):
    """Return how many numbers a row has where it is flattened, as ONNX Runtime says."""
    used = {name for _, given, _, _ in nodes for name in given}
    nodes = [(op, given, gives, dict(attributes)) for op, given, gives, attributes in nodes]
    graph(path, nodes, shape, {n: c for n, c in constants.items() if n in used}, ("f",))
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(None, {"x": np.zeros((1, *shape), np.float32)})[0].shape[1]


@pytest.mark.parametrize("name", OPERATORS)
def test_an_operator_means_what_onnx_runtime_computes(name, tmp_path):
    path = written(tmp_path / "m.onnx", name)
    shape = OPERATORS[name][1]
    agreed(path, numbers(3, *shape, seed=4))


def test_numbers_of_float64_agree_to_twice_as_many_digits(tmp_path):
    path = written(tmp_path / "m.onnx", "Softmax", precision=np.float64)
    said, *_ = agreed(path, numbers(3, 6))
    assert re.search(r"float64 rounds by up to \de-1[3-5]", said)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A workbook of PyTorch's small network with filters, a step and a padding; and its path."""
    path = tmp_path_factory.mktemp("built") / "view.xlsx"
    known = loaded(MODELS / "view.npz")["x"]
    return xlnn.build(model=MODELS / "view.onnx", data=known, output=path)


def test_a_model_becomes_a_workbook_with_its_outputs_in_its_cells(built):
    known = loaded(MODELS / "view.npz")
    values = xlnn.values(built.path)
    assert values["a3"][: len(known["y"])] == pytest.approx(known["y"], abs=FLOAT32)
    assert values["label"][: len(known["y"])].tolist() == known["y"].argmax(axis=1).tolist()
    assert len(values["x"]) == len(known["x"]) + 10  # rows that are free
    assert built.report.agrees
    assert any("ONNX Runtime" in note for note in built.notes)


def test_a_network_that_predicts_is_one_without_epochs(built):
    spec, layout = described(built.path)
    assert (spec.kind, spec.epochs, spec.cost, spec.spare) == ("network", 0, "", 10)
    assert not {"predict"} & {*KINDS, *layout.titles}
    for other, said in {"cost": "mse", "optimizer": "adam", "spare": 99, "told": ("x",)}.items():
        with pytest.raises(DataError, match=r"epochs is 0|spare is 99|told is"):
            from_toml(to_toml(spec.sized(**{other: said})))
    with pytest.raises(XlnnError, match="--epochs is not available for view"):
        xlnn.build(from_workbook=built.path, epochs=3)


@pytest.mark.parametrize("engine", LIBRARIES)
def test_every_formula_agrees_in_each_engine_and_none_is_left_out(built, engine):
    report = xlnn.check(built.path, engine=engine, seed=3)
    assert report.agrees
    assert not report.restated
    assert not report.other_cells


def test_a_workbook_of_a_model_is_explained_shown_and_needs_no_repair(built):
    assert xlnn.show(built.path).kind == "network"
    assert "SUMPRODUCT" in str(xlnn.explain(built.path, "Forward!B4").to_json())
    assert not xlnn.lint(built.path)


@pytest.mark.slow
def test_a_workbook_of_a_model_takes_other_rows_and_another_language(built, tmp_path):
    path, rows = tmp_path / "other.xlsx", numbers(2, 64, seed=8)
    xlnn.build(from_workbook=built.path, data=rows, lang="ja", output=path)
    before, now = xlnn.values(built.path), xlnn.values(path)
    assert now["W2"] == pytest.approx(before["W2"], rel=1e-15)
    assert now["x"][:2] == pytest.approx(rows)
    assert len(now["x"]) == 12


@pytest.mark.parametrize(("name", "lang"), [("regression", "zh"), ("mlp", "ja")])
@pytest.mark.first(1)
def test_other_models_are_proven_as_well(name, lang, tmp_path):
    path = tmp_path / "m.xlsx"
    assert xlnn.build(model=MODELS / f"{name}.onnx", lang=lang, output=path).report.agrees


@pytest.mark.slow
def test_a_network_too_large_to_draw_is_shown_by_its_first_units(tmp_path):
    path = graph(
        tmp_path / "wide.onnx",
        [("Gemm", ["x", "V"], ["1"]), ("Relu", ["1"], ["2"]), ("Gemm", ["2", "L"], ["3"]),
         ("Softmax", ["3"], ["y"])],
        (30,), {"V": numbers(30, 70), "L": numbers(70, 3)},
    )  # fmt: skip
    built = xlnn.build(model=path, data=numbers(3, 30, seed=1), output=tmp_path / "wide.xlsx")
    assert built.report.agrees
    assert xlnn.values(built.path)["lens_a2"].shape == (1, 8)


def transposed(monkeypatch):
    dense = TrainedModel.dense

    def turned(self, seen, W, b):
        return dense(self, seen, W.T if W.shape[0] == W.shape[1] else W, b)

    monkeypatch.setattr(TrainedModel, "dense", turned)


def other_maps(monkeypatch):
    dense = TrainedModel.dense

    def mixed(self, seen, W, b):
        if W.shape[1] == 3 * 4 * 4:  # as if maps were stored last
            W = W.reshape(-1, 4, 4, 3).transpose(0, 3, 1, 2).reshape(W.shape)
        return dense(self, seen, W, b)

    monkeypatch.setattr(TrainedModel, "dense", mixed)


def padded_otherwise(monkeypatch):
    convolution = TrainedModel.convolution

    def moved(self, seen, W, b, step, padding):
        top, left, bottom, right = padding
        return convolution(self, seen, W, b, step, (top - 1, left, bottom + 1, right))

    monkeypatch.setattr(TrainedModel, "convolution", moved)


def without_activation(monkeypatch):
    activate = TrainedModel.activate
    monkeypatch.setattr(
        TrainedModel,
        "activate",
        lambda self, seen, name: seen if name == "relu" else activate(self, seen, name),
    )


PLANTED = {
    "weights transposed": ("square", transposed),
    "maps in another order": ("view", other_maps),
    "a padding off by one": ("view", padded_otherwise),
    "an activation left out": ("view", without_activation),
}


@pytest.mark.parametrize("name", PLANTED)
def test_an_error_in_the_reading_is_found_by_onnx_runtime(name, tmp_path, monkeypatch):
    model, plant = PLANTED[name]
    path = MODELS / f"{model}.onnx"
    if model == "square":
        path = graph(tmp_path / "m.onnx", [("Gemm", ["x", "A"], ["y"])], (4,), {"A": SQUARE})
    agreed(path)
    plant(monkeypatch)
    output = tmp_path / "m.xlsx"
    with pytest.raises(DisagreementError, match="does not agree with ONNX Runtime"):
        xlnn.build(model=path, output=output)
    assert not output.exists()


def test_cells_that_differ_from_onnx_runtime_are_refused_though_numpy_agrees():
    _, found = predicting_with(MODELS / "mlp.onnx")
    _, plan, run = agreed(MODELS / "mlp.onnx")
    found.check(plan, run)
    run["a4"][2, 1] += 1e-4
    with pytest.raises(DisagreementError, match="output 2 of row 3"):
        found.check(plan, run)


def test_what_was_forgotten_in_a_model_is_named(tmp_path):
    path = graph(
        tmp_path / "m.onnx",
        [("MatMul", ["x", "A"], ["1"]), ("MatMul", ["1", "A"], ["y"])], (4,), {"A": SQUARE},
    )  # fmt: skip
    built = xlnn.build(model=path, output=tmp_path / "m.xlsx")
    assert any("no activation function. Is one missing?" in note for note in built.notes)


def changed(path, change):
    model = onnx.load(path)
    change(model)
    path.write_bytes(model.SerializeToString())


def as_external(model):
    tensor = model.graph.initializer[0]
    tensor.data_location = onnx.TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "/etc/passwd"


def as_large(model):
    model.graph.initializer[0].dims[:] = [40_000, 40_000]


SIMPLE = ([("Gemm", ["x", "A"], ["y"])], (4,), {"A": SQUARE})
REFUSED = {
    "an operator that is none of ours": (
        ([("Gemm", ["x", "A"], ["1"]), ("Erf", ["1"], ["y"])], (4,), {"A": SQUARE}), None,
        "the operator Erf is not supported; supported are Gemm",
    ),
    "an operator of somebody's own": (
        ([("Gemm", ["x", "A"], ["1"]), ("Run", ["1"], ["y"], {"domain": "my.ops"})], (4,),
         {"A": SQUARE}), None, 'Run is of "my.ops" and not of ONNX itself',
    ),
    "weights in another file": (SIMPLE, as_external, "its weights are in another file"),
    "weights that are declared and not there": (SIMPLE, as_large, "1,600,000,000 numbers"),
    "a branch": (
        ([("Gemm", ["x", "A"], ["1"]), ("Relu", ["1"], ["2"]), ("Gemm", ["2", "A"], ["3"]),
          ("Add", ["2", "3"], ["y"])], (4,), {"A": SQUARE}), None, "layer follows another",
    ),
    "an activation of the inputs": (
        ([("Relu", ["x"], ["1"]), ("Gemm", ["1", "A"], ["y"])], (4,), {"A": SQUARE}), None,
        "is applied to the inputs",
    ),
    "two activations": (
        ([("Gemm", ["x", "A"], ["1"]), ("Relu", ["1"], ["2"]), ("Tanh", ["2"], ["y"])], (4,),
         {"A": SQUARE}), None, "must follow weights",
    ),
    "softmax in the middle": (
        ([("Gemm", ["x", "A"], ["1"]), ("Softmax", ["1"], ["2"]), ("Gemm", ["2", "A"], ["y"])],
         (4,), {"A": SQUARE}), None, "softmax comes before another layer",
    ),
    "groups of maps": (
        ([("Conv", ["x", "F"], ["1"], {"group": 3}), ("Flatten", ["1"], ["y"])], (3, 4, 4),
         {"F": F}), None, "has 3 groups",
    ),
    "pictures in colours": (
        ([("Conv", ["x", "F"], ["1"]), ("GlobalAveragePool", ["1"], ["2"]),
          ("Flatten", ["2"], ["y"])], (3, 4, 4), {"F": numbers(2, 3, 2, 2)}), None,
        "pictures of 3 maps",
    ),
    "rows that are joined": (
        ([("Reshape", ["x", "s"], ["1"]), ("Gemm", ["1", "A"], ["y"])], (4,),
         {"A": SQUARE, "s": np.array([4, -1])}), None, "Reshape mixes the rows",
    ),
    "rows that become columns": (
        ([("Transpose", ["x"], ["1"], {"perm": [1, 0]}), ("Gemm", ["1", "A"], ["y"])], (4,),
         {"A": SQUARE}), None, "Transpose mixes the rows",
    ),
    "some of the rows": (
        ([("Gather", ["x", "i"], ["1"]), ("Gemm", ["1", "A"], ["y"])], (4,),
         {"A": SQUARE, "i": np.array([1, 0])}), None, "Gather mixes the rows",
    ),
    "weights that are no numbers": (
        ([("Gemm", ["x", "A"], ["y"])], (4,), {"A": SQUARE * np.inf}), None, "not finite",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_stack_of_layers_is_refused_in_a_sentence(name, tmp_path):
    (nodes, *rest), change, said = REFUSED[name]
    path = graph(tmp_path / "m.onnx", [(*n[:3], dict((*n, {})[3])) for n in nodes], *rest)
    if change:
        changed(path, change)
    with pytest.raises(DataError, match=said):
        predicting_with(path)


@pytest.mark.parametrize("content", [b"", b"no model", b"\x08\x08", bytes(200)])
def test_what_is_no_model_is_refused(content, tmp_path):
    path = tmp_path / "m.onnx"
    path.write_bytes(content)
    with pytest.raises(DataError, match="is not an ONNX model"):
        predicting_with(path)


def test_what_onnx_says_of_a_broken_model_is_not_cut_off(tmp_path):
    model = onnx.load(MODELS / "mlp.onnx")
    model.graph.node[0].op_type = "NoOperatorOfOnnxHasANameOfSuchALength"
    path = tmp_path / "m.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(DataError) as refusal:
        predicting_with(path)
    said = str(refusal.value)
    assert "NoOperatorOfOnnxHasANameOfSuchALength" in said
    assert "…" not in said
    assert said.endswith(". Export it again.")


def broken(model, random):
    """Change something in a graph: an attribute, what a node takes, its operator, a shape."""
    node = model.graph.node[random.integers(len(model.graph.node))]
    number = int(random.choice([-5, -1, 0, 1, 3, 100, 2**31, 2**62]))
    match random.integers(5):
        case 0 if node.attribute:
            attribute = node.attribute[random.integers(len(node.attribute))]
            attribute.i = number
            attribute.ints[:] = [number for _ in attribute.ints]
        case 1 if node.attribute:
            del node.attribute[random.integers(len(node.attribute))]
        case 2 if len(node.input) > 1:
            node.input[0] = node.input[1]
        case 3:
            node.op_type = model.graph.node[random.integers(len(model.graph.node))].op_type
        case _:
            lengths = model.graph.input[0].type.tensor_type.shape.dim
            lengths[random.integers(len(lengths))].dim_value = number


@pytest.mark.parametrize("seed", range(20))
def test_a_broken_model_is_refused_or_agrees_with_onnx_runtime(seed, tmp_path):
    random = np.random.default_rng(seed)
    for _ in range(3):
        model = onnx.load(MODELS / f"{random.choice(TORCH)}.onnx")
        broken(model, random)
        path = tmp_path / "m.onnx"
        path.write_bytes(model.SerializeToString())
        with suppress(XlnnError):
            agreed(path)


def test_without_onnx_a_sentence_says_what_to_install(monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(onnx_file, "import_module", missing)
    done = CliRunner().invoke(cli, ["build", "--model", str(MODELS / "mlp.onnx")])
    assert 'pip install "xlnn[onnx]"' in str(done.exception)


def test_a_model_of_another_count_of_inputs_than_the_rows_is_refused(tmp_path):
    with pytest.raises(XlnnError, match="has 7 inputs per row, but the model takes 4"):
        xlnn.build(model=MODELS / "mlp.onnx", data=numbers(2, 7), output=tmp_path / "m.xlsx")


def test_a_model_says_which_options_mean_something_to_it(tmp_path):
    with pytest.raises(XlnnError, match="--eta is not available for mlp"):
        xlnn.build(model=MODELS / "mlp.onnx", eta=0.1, output=tmp_path / "m.xlsx")


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory):
    """A pipeline of scikit-learn that scales, as a file."""
    found = make_pipeline(StandardScaler(), MLPClassifier((3,), max_iter=50, random_state=1))
    path = tmp_path_factory.mktemp("pipeline") / "iris.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it need not have learnt all that there is
        found.fit(*NAMED)
    path.write_bytes(convert(found, IRIS[0][:1].astype(np.float32)))
    return path, found


@pytest.mark.slow
def test_training_goes_on_from_a_model_with_its_scaling_and_labels(pipeline, tmp_path):
    path, found = pipeline
    x, labels = NAMED[0][::10], NAMED[1][::10][::-1].copy()
    built = xlnn.build(
        model=path, data=(x[::-1], labels), epochs=2, output=tmp_path / "on.xlsx", verify=False
    )
    values = xlnn.values(built.path)
    assert values["W2"][0] == pytest.approx(found[-1].coefs_[0].T, rel=1e-6)
    assert values["middle"] == pytest.approx(found[0].mean_, rel=1e-6)
    assert values["labels"].tolist() == ["setosa", "versicolor", "virginica"]
    assert values["a3"][0] == pytest.approx(found.predict_proba(x[::-1]), abs=1e-5)
    assert len(values["C_T"]) == 2


@pytest.mark.slow
def test_training_goes_on_from_filters_and_scores_become_probabilities(tmp_path):
    known = loaded(MODELS / "digits_cnn.npz")
    x, labels = known["x"][:6].reshape(6, 64), np.arange(10)[:6]
    built = xlnn.build(
        model=MODELS / "digits_cnn_torchscript.onnx", data=(x, labels), epochs=1, eta=0.01,
        optimizer="sgd", output=tmp_path / "on.xlsx", verify=False,
    )  # fmt: skip
    values = xlnn.values(built.path)
    assert values["a2"][0] == pytest.approx(np.maximum(0, values["z2"][0]))
    assert values["a4"].sum(axis=-1) == pytest.approx(np.ones((1, 6)))


@pytest.mark.slow
def test_a_model_is_a_start_of_a_template(pipeline, tmp_path):
    nodes = [("Gemm", ["x", "V"], ["1"]), ("Tanh", ["1"], ["2"]), ("Gemm", ["2", "L"], ["3"]),
             ("Tanh", ["3"], ["y"])]  # fmt: skip
    start = numbers(2, 3), numbers(3, 2)
    path = graph(tmp_path / "xor.onnx", nodes, (2,), dict(zip("VL", start, strict=True)))
    built = xlnn.build("xor", epochs=1, start=path, output=tmp_path / "xor.xlsx", verify=False)
    assert xlnn.values(built.path)["W2"][0] == pytest.approx(start[0].T, rel=1e-6)
    with pytest.raises(DataError, match="6 arrays of weights and biases, and the network 4"):
        xlnn.build("xor", start=MODELS / "mlp.onnx", output=tmp_path / "other.xlsx")
    with pytest.raises(DataError, match="scales its inputs"):
        xlnn.build("xor", start=pipeline[0], output=tmp_path / "other.xlsx")


def test_what_goes_forward_only_is_not_trained_on(tmp_path):
    with pytest.raises(DataError, match="has a step or a padding"):
        xlnn.build(model=MODELS / "view.onnx", data=(numbers(3, 64), [1, 2, 3]), epochs=2,
                   output=tmp_path / "m.xlsx")  # fmt: skip
    with pytest.raises(XlnnError, match="add --data"):
        xlnn.build(model=MODELS / "view.onnx", epochs=2, output=tmp_path / "m.xlsx")
    with pytest.raises(XlnnError, match="A template and --model cannot be combined"):
        xlnn.build("iris", model=MODELS / "view.onnx", output=tmp_path / "m.xlsx")


@pytest.mark.slow
def test_the_example_of_a_pipeline_says_what_scikit_learn_says(tmp_path):
    script = EXAMPLES / "sklearn_pipeline.py"
    command = [sys.executable, "-W", "ignore", script]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.endswith("as scikit-learn says: True\n"), done.stderr
    assert (tmp_path / "iris-model.xlsx").exists()


@pytest.mark.slow
def test_the_example_of_pytorch_reads_digits(tmp_path):
    """Its model was written by PyTorch; the workbook is that of 4 rows of the data."""
    known = loaded(MODELS / "digits_cnn.npz")
    rows = known["x"][:4].reshape(4, 64)
    path = tmp_path / "digits.xlsx"
    built = xlnn.build(model=EXAMPLES / "digits_cnn.onnx", data=rows, output=path)
    values = xlnn.values(path)
    assert values["label"][:4].tolist() == [0, 1, 2, 3]
    assert values["a4"][:4] == pytest.approx(known["y"][:4], abs=FLOAT32)
    assert any("scores, and the largest decides" in note for note in built.notes)


ROWS = {
    "inputs alone": ("a,b,c,d\n1,2,3,4\n5,6,7,8\n", {}),
    "a label first": ("kind,a,b,c,d\ncat,1,2,3,4\ncat,5,6,7,8\n", {}),
    "a label elsewhere": ("a,b,kind,c,d\n1,2,cat,3,4\n5,6,cat,7,8\n", {"label": "kind"}),
    "targets": ("a,b,c,d,price\n1,2,3,4,9\n5,6,7,8,9\n", {"targets": "price"}),
    "no headings": ("1;2;3;4\n5;6;7;8\n", {}),
}


@pytest.mark.parametrize("name", ROWS)
def test_rows_are_read_with_or_without_what_stands_beside_them(name, tmp_path):
    written, options = ROWS[name]
    data = tmp_path / "rows.csv"
    data.write_text(written, encoding="utf-8")
    found, _ = predicting_with(MODELS / "mlp.onnx")
    options = {key: (value,) if key == "targets" else value for key, value in options.items()}
    plan = KIND.plan(found, {"data": data, **options})
    assert plan.inputs["x"][:2].tolist() == [[1, 2, 3, 4], [5, 6, 7, 8]]
    assert (plan.spec.images, plan.spec.spare) == (12, 10)
    assert plan.spec.features == tuple("abcd") or "headings" in name


@pytest.mark.slow
def test_what_a_workbook_exports_becomes_a_workbook_again(tmp_path):
    learnt, model, again = (tmp_path / name for name in ("a.xlsx", "a.onnx", "b.xlsx"))
    xlnn.build("xor", epochs=2, output=learnt, verify=False)
    xlnn.export(learnt, model)
    xlnn.build(model=model, data=xlnn.values(learnt)["x"], output=again, verify=False)
    before, now = xlnn.values(learnt), xlnn.values(again)
    assert now["W2"] == pytest.approx(before["W2"][-1], rel=1e-6)
    assert now["labels"].tolist() == before["labels"].tolist()


@pytest.mark.parametrize(("first", "said"), [("label", 'the column "label"'), ("", "the first co")])
def test_a_column_that_is_no_input_is_told_and_names_none(tmp_path, first, said):
    known = loaded(MODELS / "mlp.npz")["x"][:3]
    known = known.reshape(len(known), -1)
    names = [f"x{n}" for n in range(1, known.shape[1] + 1)]
    lines = [[first, *names]] if first else []
    lines += [[str(n % 2), *map(str, row)] for n, row in enumerate(known)]
    (tmp_path / "my.csv").write_text("\n".join(map(",".join, lines)))
    built = xlnn.build(
        model=MODELS / "mlp.onnx",
        data=tmp_path / "my.csv",
        output=tmp_path / "a.xlsx",
        verify=False,
    )
    assert f"no input: {said}" in built.notes[0]
    assert f"{len(names)} inputs, x1, x2" in built.notes[0]
    assert any("of all 3 rows, 10 spare rows and 32 random ones" in note for note in built.notes)
