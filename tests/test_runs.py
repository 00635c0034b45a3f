"""Several runs of an experiment stand side by side, and each is what it would be alone."""

import json

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner

import xlnn
from xlnn import reference
from xlnn.cli import cli
from xlnn.equations import units as eq
from xlnn.errors import OptionsError, XlnnError
from xlnn.loading.spec import described
from xlnn.registry.templates import experiments, loaded

TRAINED = [name for name in sorted(experiments()) if loaded(name).compares]

OPTIONS = {
    "rates": {"eta": (0.02, 0.1)},
    "seeds": {"seed": (1, 2, 3)},
    "optimisers": {"optimizer": ("sgd", "adam"), "eta": (0.01, 0.05)},
    "memories of some": {"optimizer": ("rmsprop", "momentum", "adam"), "eta": (0.01, 0.01, 0.02)},
}
EPOCHS = 3


def alone(options, run):
    """Return the options of one of several runs."""
    return {name: values[run] for name, values in options.items()}


@pytest.mark.parametrize("kind", OPTIONS)
@pytest.mark.parametrize("name", TRAINED)
@pytest.mark.first(1)
@pytest.mark.ci
def test_each_run_has_the_numbers_that_it_has_alone(workbook, name, kind):
    options = OPTIONS[kind]
    both = xlnn.values(workbook(name, epochs=EPOCHS, **options).path)
    _, layout = described(workbook(name, epochs=EPOCHS, **options).path)
    for run in range(len(next(iter(options.values())))):
        one = xlnn.values(workbook(name, epochs=EPOCHS, **alone(options, run)).path)
        compared = 0
        for key, array in one.items():
            each = layout.model[key].each
            found = both[key][run - layout.model[key].begins] if each else both[key]
            if each:
                compared += 1
            elif run:  # what is shown of one run is of the first
                continue
            if key == "diverged":  # a line for each run
                found = found[:1]
            if array.dtype.kind == "f":
                assert found == pytest.approx(array, rel=1e-12, abs=1e-12), key
            else:
                assert (found == array).all(), key
        assert compared > 5


@pytest.fixture(scope="module")
def path(workbook):
    return workbook("rnn", epochs=EPOCHS, eta=(0.02, 0.1)).path


@pytest.mark.parametrize("engine", ["ironcalc", "formulas"])
@pytest.mark.slow
def test_other_engines_agree(path, engine):
    assert xlnn.check(path, engine, probes=2).agrees


@pytest.mark.ci
def test_the_chosen_run_is_shown(path, tmp_path):
    book, copy = openpyxl.load_workbook(path), tmp_path / "second.xlsx"
    _, layout = described(path)
    title, row, column = layout.place("epoch_run", ())
    book[title].cell(row, column).value = 2
    book.save(copy)
    first, second = xlnn.values(path), xlnn.values(copy)
    for run, arrays in enumerate((first, second)):
        chosen = arrays["h"][run, EPOCHS - 1, int(arrays["row"]) - 1]
        assert arrays["h_shown"] == pytest.approx(chosen, rel=1e-12)
    assert str(first["course"]) != str(second["course"])
    assert xlnn.check(copy).agrees


@pytest.mark.parametrize(("typed", "said"), [(3, "from 1 to 2"), (1.5, "from 1 to 2")])
@pytest.mark.ci
def test_a_run_that_is_out_of_range_is_told(path, tmp_path, typed, said):
    book, copy = openpyxl.load_workbook(path), tmp_path / "third.xlsx"
    _, layout = described(path)
    title, row, column = layout.place("epoch_run", ())
    book[title].cell(row, column).value = typed
    book.save(copy)
    assert said in str(xlnn.values(copy, "formulas")["epoch_run_asked"])


def test_compare_has_a_row_for_each_run(path):
    arrays = xlnn.values(path)
    assert arrays["compare_name"].tolist() == ["η = 0.02", "η = 0.1"]
    assert arrays["compare_C_T"] == pytest.approx(arrays["C_T"][:, -1])
    assert arrays["compare_least"] == pytest.approx(arrays["C_T"].min(axis=1))
    assert arrays["compare_best"].tolist() == (arrays["C_T"].argmin(axis=1) + 1).tolist()


@pytest.mark.ci
def test_runs_whose_optimisers_have_their_own_rates_are_named_with_them(workbook):
    built = workbook("rnn", epochs=2, optimizer=("sgd", "adam"), verify=False)
    arrays = xlnn.values(built.path)
    assert arrays["eta"].tolist() == [0.05, 0.1]
    assert arrays["compare_name"].tolist() == ["gradient descent, η = 0.05", "Adam, η = 0.1"]


@pytest.mark.parametrize("lang", ["zh", "ja"])
@pytest.mark.first(1)
@pytest.mark.ci
def test_compare_is_translated(workbook, lang):
    built = workbook("lstm", epochs=2, eta=(0.1, 0.2), lang=lang, verify=False)
    _, layout = described(built.path)
    sheet = openpyxl.load_workbook(built.path)[layout.titles["compare"]]
    texts = [str(cell.value) for row in sheet.iter_rows(max_row=8) for cell in row if cell.value]
    assert not [text for text in texts if "epoch" in text or "total" in text]


@pytest.mark.ci
def test_a_wrong_formula_of_a_further_run_is_named(path, tmp_path):
    book, copy = openpyxl.load_workbook(path), tmp_path / "wrong.xlsx"
    _, layout = described(path)
    title, row, column = layout.place("C_T", (1, 2))
    book[title].cell(row, column).value = "=1+1"
    book.save(copy)
    (wrong,) = xlnn.check(copy).wrong
    assert (wrong.cell, wrong.place) == (layout.cell("C_T", (1, 2)), {"run": 2, "epoch": 3})


@pytest.mark.parametrize("kind", OPTIONS)
@pytest.mark.first(1)
@pytest.mark.ci
def test_a_workbook_of_runs_is_continued_with_its_numbers(workbook, tmp_path, kind):
    path = workbook("rnn", epochs=EPOCHS, **OPTIONS[kind]).path
    again = xlnn.build(from_workbook=path, output=tmp_path / "again.xlsx").path
    before, after = xlnn.values(path), xlnn.values(again)
    assert before.keys() == after.keys()
    for name, array in before.items():
        assert np.array_equal(array, after[name]), name
    longer = xlnn.build(from_workbook=path, output=tmp_path / "more.xlsx", epochs=EPOCHS + 1).path
    assert xlnn.values(longer)["C_T"][:, :EPOCHS] == pytest.approx(before["C_T"])
    assert xlnn.values(longer)["C_T"].shape[1] == EPOCHS + 1


def test_equal_runs_are_one(workbook):
    assert xlnn.values(workbook("rnn", epochs=2, eta=(0.1, 0.1)).path)["C_T"].shape == (2,)


def test_lists_of_unlike_length_are_refused(tmp_path):
    with pytest.raises(OptionsError, match="must have the same length, one entry per run"):
        xlnn.build("rnn", tmp_path / "a.xlsx", eta=(0.1, 0.2), seed=(1, 2, 3))


def test_more_runs_than_a_chart_shows_are_refused(tmp_path):
    with pytest.raises(XlnnError, match="13 runs are too many"):
        xlnn.build("rnn", tmp_path / "a.xlsx", epochs=1, seed=tuple(range(13)))


@pytest.mark.ci
def test_a_run_with_data_of_ones_own(tmp_path):
    data = tmp_path / "bits.csv"
    data.write_text("a,b,t1,t2\n1,-1,1,1\n-1,1,0,1\n1,1,1,0\n")
    done = CliRunner().invoke(
        cli,
        [
            *("build", "rnn", "--data", str(data), "--target", "t1", "--target", "t2"),
            *("--eta", "0.1,0.2", "--epochs", "3", "-o", str(tmp_path / "bits.xlsx")),
        ],
    )
    assert done.exit_code == 0, done.output
    assert xlnn.values(tmp_path / "bits.xlsx")["C_T"].shape == (2, 3)


def test_show_names_the_runs(path):
    said = CliRunner().invoke(cli, ["show", str(path), "--json"])
    assert said.exit_code == 0
    assert "run 2" in json.dumps(json.loads(said.stdout))


def test_what_runs_share_may_stand_between_what_they_do_not():
    def model(sizes, words):  # noqa: ARG001 -- it says nothing
        epoch, row = xlnn.Axis("epoch", sizes["epochs"], "up"), xlnn.Axis("row", 3)
        yield xlnn.Quantity("eta")
        yield xlnn.Quantity("x", axes=(row,), shape=(1,))
        network = xlnn.Weights({"b": xlnn.Weight((1,), eq.bias_slope("row"), "e")})
        yield from network.trained(sizes["epochs"])
        both = xlnn.alike(axes=(epoch, row), shape=(1,))
        yield both("e", equation=xlnn.Stated(lambda b, x: b - x, "={b}-{x}"))
        yield both("shared", equation=xlnn.Stated(lambda x: 2 * x, "=2*{x}"))
        yield from network.gradients(sizes["epochs"])

    inputs = {"x": [[1], [2], [4]], "b": [[0.5]]}
    made = xlnn.Experiment(
        "mean", model, [xlnn.Page("mean", "Mean", "")], sizes={"epochs": xlnn.Size(2)},
        rates={"sgd": 0.1}, inputs=inputs,
    )  # fmt: skip
    plan = made.plan(made.from_template(made.template), {"eta": (0.1, 0.2)})
    run = reference.run(plan.model, plan.inputs)
    assert run["b"][:, 1, 0].tolist() == pytest.approx([0.5 + 0.1 * 5.5, 0.5 + 0.2 * 5.5])
