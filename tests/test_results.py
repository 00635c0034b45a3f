"""A build ends with what training came to, beside the simplest prediction."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

import xlnn
from xlnn.building.build import build
from xlnn.cli import cli
from xlnn.loading.values import values

ROWS = 40


@pytest.fixture
def weather(tmp_path, monkeypatch):
    """A table whose third label says nothing that its numbers tell."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    kinds = np.array(["sun", "rain"])[rng.integers(0, 2, ROWS)]
    lines = [f"{rng.normal(20 if kind == 'sun' else 5):.1f},{kind}" for kind in kinds]
    lines += [f"{rng.normal(5):.1f},drizzle" for _ in range(6)]
    (tmp_path / "w.csv").write_text("\n".join(["temperature,kind", *lines]))
    return tmp_path


@pytest.mark.usefixtures("weather")
@pytest.mark.ci
def test_held_out_classes_are_counted_and_one_that_is_never_right_is_named():
    built = build(
        data="w.csv", label="kind", epochs=10, test_share=0.25, verify=False, note=lambda _: None
    )
    found = values(built.path, "formualizer")
    truth, answer = found["test_truth"], found["test_answer"][-1]
    right = int((truth == answer).sum())
    first, never, where = built.results
    assert first.startswith(f"Of {len(truth)} held-out rows {right} are classified correctly (")
    commonest = np.bincount(found["truth"].astype(int)).argmax()
    by_one = int((truth == commonest).sum())
    label = found["labels"][commonest - 1]
    assert (
        f"{by_one} would be ({by_one / len(truth):.0%}) if the answer were always {label}" in first
    )
    assert never.startswith("Never right among the held-out rows: drizzle (")
    assert where == "See the sheet Progress."


@pytest.mark.ci
def test_an_error_of_numbers_stands_beside_that_of_the_mean(tmp_path):
    x = np.arange(30.0)[:, None] / 10
    y = 3 * x + 100
    built = build(
        data=(x, y), targets=["y"], output=tmp_path / "y.xlsx", epochs=10, test_share=0.2,
        verify=False, note=lambda _: None,
    )  # fmt: skip
    found = values(built.path, "formualizer")
    given, trained = found["test_raw_t"], found["raw_t"]
    by_mean = np.sqrt(((given - trained.mean()) ** 2).mean())
    first, _ = built.results
    assert f"is {found['test_rmse'][-1, 0]:.4g} in the last epoch" in first
    assert f"it would be {by_mean:.4g}." in first


def test_each_run_has_its_lines(tmp_path):
    built = build(
        "iris", tmp_path / "i.xlsx", eta=[0.02, 0.05], epochs=2, verify=False, note=lambda _: None
    )
    for rate in ("η = 0.02", "η = 0.05"):
        assert any(line.startswith(f"{rate}: Of 30 held-out rows ") for line in built.results)


def test_what_judges_nothing_says_nothing(tmp_path):
    assert build("descent", tmp_path / "d.xlsx", verify=False).results == ()


@pytest.mark.usefixtures("weather")
@pytest.mark.ci
def test_the_command_prints_it_before_the_proof_and_json_has_the_same():
    asked = ["build", "--data", "w.csv", "--label", "kind", "--epochs", "4", "--force"]
    done = CliRunner().invoke(cli, asked)
    *lines, path, gradients = done.stdout.splitlines()
    assert lines[0].startswith("Of ")
    assert path.startswith("output/w.xlsx   ")
    assert "agree with central differences" in gradients
    told = json.loads(CliRunner().invoke(cli, [*asked, "--json"]).stdout)
    assert told["results"] == lines
    assert told["report"]["agrees"] is True
    assert told["path"] == "output/w.xlsx"


def test_a_template_that_is_a_table_leads_to_data(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.csv").write_text("x,kind\n1,a\n2,b\n")
    with pytest.raises(xlnn.XlnnError, match=r"not a template but a table: say --data s\.csv"):
        build("s.csv")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("build x.onnx", "x.onnx is not a template but a trained model: say --model x.onnx."),
        ("build folder", "The folder folder has no template.toml"),
        ("build digits --activation sigmod", "is it sigmoid?"),
        ("build digits --hidden 0", "--hidden none leaves hidden layers out"),
        ("train", "xlnn build trains a network"),
        ("predict", "type a row on the sheet Predict"),
    ],
)
def test_a_mistake_leads_to_the_way_out(tmp_path, monkeypatch, typed, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.onnx").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    done = CliRunner().invoke(cli, typed.split())
    assert done.exit_code != 0
    assert said in f"{done.output} {done.exception}"


def test_a_template_in_output_is_found_by_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    build("first", verify=False)
    assert CliRunner().invoke(cli, ["show", "first"]).stdout.startswith("kind")
    assert CliRunner().invoke(cli, ["show", "second"]).exit_code != 0
