"""A model that trains on keeps what is its own, and says with what it trains."""

import numpy as np
import pytest
from onnx_models import graph, numbers
from test_cli import forked

from xlnn import reference
from xlnn.building.plan import planned, source_of_onnx
from xlnn.errors import DataError, OptionsError
from xlnn.options import Options

HEAD = "kind,a,b,c,d\n"
ROWS = "".join(f"{['cat', 'dog', 'cow'][n % 3]},{n},{n % 5},{n % 7},1\n" for n in range(9))


@pytest.fixture
def mine(tmp_path):
    """Write a model of 4 inputs, 5 relu units and 3 scores, and a table of three classes."""

    def write(end=None, outputs=3):
        nodes = [("Gemm", ["x", "V", "v"], ["1"]), ("Relu", ["1"], ["2"])]
        nodes += [("Gemm", ["2", "L", "l"], ["3" if end else "y"])]
        nodes += [(end, ["3"], ["y"])] if end else []
        constants = {"V": numbers(4, 5), "v": numbers(5), "L": numbers(5, outputs)}
        return graph(tmp_path / "m.onnx", nodes, (4,), constants | {"l": numbers(outputs)})

    (tmp_path / "t.csv").write_text(HEAD + ROWS)
    write()
    return write


def made(path, **asked):
    """Return what a build of a model would write."""
    options = {"data": path.with_name("t.csv"), "epochs": 2, **asked}
    source, proof = source_of_onnx(path, Options(**options))
    assert proof is None
    return planned(source, Options(**options))


def test_a_model_that_ends_in_scores_learns_the_labels_of_a_table_as_probabilities(mine):
    plan = made(mine())
    spec, run = plan.spec, reference.run(plan.model, plan.inputs)
    assert (spec.task, spec.labels) == ("classification", ("cat", "dog", "cow"))
    assert (spec.layers[-1].activation, spec.cost) == ("softmax", "categorical cross-entropy")
    scores = np.maximum(run["x"] @ numbers(4, 5) + numbers(5), 0) @ numbers(5, 3) + numbers(3)
    shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(run["a3"][0], shares, atol=1e-5)
    cost = -np.log(shares[np.arange(9), np.arange(9) % 3]).sum()
    assert run["C_T"][0] == pytest.approx(cost, rel=1e-4)
    assert "m.onnx ends in scores: a softmax turns them into probabilities." in plan.told
    order = "its outputs are assumed to be cat, dog and cow, in this order"
    names = f"m.onnx does not name its labels: {order}."
    assert names in plan.told


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "--cost 'categorical cross-entropy', --optimizer adam and --eta 0.001"),
        ({"targets": ("a",)}, None),
        ({"cost": "categorical cross-entropy", "eta": 0.1}, "--optimizer adam"),
        ({"cost": "squared error", "eta": 0.1, "optimizer": "sgd"}, ""),
    ],
)
def test_what_training_on_takes_by_itself_is_said(mine, asked, said):
    if said is None:  # numbers to predict, of one output
        path = mine(outputs=1)
        numbers_alone = "".join(f"{n},{n},{n % 5},{n % 7},1\n" for n in range(9))
        path.with_name("t.csv").write_text(f"a,b,c,d,e\n{numbers_alone}")
        said = "--cost 'squared error', --optimizer adam and --eta 0.001"
    else:
        path = mine()
    notes = [note for note in made(path, **asked).told if "trains further" in note]
    expected = f"m.onnx trains further with {said} (the defaults)."
    assert notes == ([expected] if said else [])


@pytest.mark.parametrize(
    "asked", [{"seed": 3}, {"spread": "normal"}, {"activation": "tanh"}, {"hidden": (4,)},
              {"start": {"W2": numbers(5, 4)}}],
)  # fmt: skip
def test_options_that_would_take_the_place_of_the_model_are_refused(mine, asked):
    with pytest.raises(
        OptionsError, match=f"^--{next(iter(asked))} cannot be combined with --model"
    ):
        made(mine(), **asked)


def test_data_of_another_count_of_inputs_than_the_model_takes_are_refused(mine):
    path = mine()
    path.with_name("t.csv").write_text("kind,a,b\ncat,1,2\ndog,2,3\ncow,4,5\n")
    with pytest.raises(DataError, match=r"t\.csv has 2 inputs per row, but the model takes 4"):
        made(path)


def test_another_output_than_the_model_s_is_said(mine):
    notes = made(mine("Sigmoid"), output_activation="tanh").told
    assert "The output layer is tanh now, and is sigmoid in m.onnx." in notes
    notes = made(mine("Softmax"), cost="cross-entropy").told
    assert any("The output layer is now sigmoid instead of softmax" in note for note in notes)


def test_outputs_for_other_classes_are_drawn_and_said(mine):
    path = mine()
    path.with_name("t.csv").write_text(HEAD + ROWS.replace("cow", "cat"))
    notes = made(path).told
    assert (
        "These start weights have another size now, so they were drawn at random "
        "(seed 0, fan-in): W3, b3." in notes
    )
    assert not any("does not name its labels" in note for note in notes)


@pytest.mark.slow
def test_the_command_says_it_and_its_exit_code(mine, tmp_path):
    mine()
    build = ["build", "--model", "m.onnx", "--data", "t.csv", "--epochs", 1, "--no-verify"]
    ran = forked(*build, "-o", "a.xlsx", cwd=tmp_path)
    assert ran.returncode == 0
    assert "Note: m.onnx trains further with --cost 'categorical cross-entropy'" in ran.stderr
    assert forked(*build, "-o", "b.xlsx", "--seed", 3, cwd=tmp_path).returncode == 2
    assert not (tmp_path / "b.xlsx").exists()


def normed(n):
    """Return the four constants of a batch normalisation of n units."""
    names = ("scale", "shift", "mean", "variance")
    return {name: np.abs(numbers(n)) + 0.5 for name in names}


BATCH = "its batch normalisation is included in the weights of the neighbouring layer"
DROPOUT = "its dropout is left out"


@pytest.mark.parametrize(
    ("between", "note"),
    [
        ((), None),
        (("BatchNormalization",), f"m.onnx: {BATCH}, so it trains further without it."),
        (("Dropout",), f"m.onnx: {DROPOUT}, so it trains further without it."),
        (
            ("BatchNormalization", "Dropout"),
            f"m.onnx: {BATCH} and {DROPOUT}, so it trains further without them.",
        ),
    ],
)
def test_one_note_says_what_a_model_trains_without(mine, tmp_path, between, note):
    mine()
    nodes, last = [("Gemm", ["x", "V", "v"], ["1"])], "1"
    for number, op in enumerate(between, start=2):
        more = [*normed(5)] if op == "BatchNormalization" else []
        nodes.append((op, [last, *more], [str(number)]))
        last = str(number)
    nodes += [("Relu", [last], ["8"]), ("Gemm", ["8", "L", "l"], ["9"]), ("Softmax", ["9"], ["y"])]
    constants = {"V": numbers(4, 5), "v": numbers(5), "L": numbers(5, 3), "l": numbers(3)}
    path = graph(tmp_path / "m.onnx", nodes, (4,), constants | normed(5))
    said = [each for each in made(path).told if "batch norm" in each or "dropout" in each]
    assert said == ([note] if note else [])
