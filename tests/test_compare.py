"""Runs stand beside each other: each is what it would be alone, and each sheet can show each."""

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner
from experiments import ENGINES, PROBES, agrees_in, changed
from rewriting import edit
from test_check_sheet import CHANGED, DIFFERS, Book

from xlnn.building.build import build
from xlnn.checking.check import check
from xlnn.cli import cli
from xlnn.errors import DataError, OptionsError
from xlnn.experiments.network.sheets.lens import READING
from xlnn.explaining.run import load
from xlnn.grid import fixed
from xlnn.linting import lint
from xlnn.loading.spec import described, layout_of, read_spec
from xlnn.loading.values import values
from xlnn.registry.text import TITLES, languages, text
from xlnn.workbooks.runs import RUN, name_of_run

RATES = (0.1, 0.5, 1.0)
MIXED = {"optimizer": ("sgd", "momentum", "adam", "rmsprop"), "eta": (0.2, 0.1, 0.05, 0.02)}
KINDS = {
    "rates": ("xor", {"eta": RATES}),
    "mixed": ("xor", MIXED | {"l2": (0, 0.01, 0, 0.03)}),
    "seeds": ("iris", {"seed": (1, 2), "optimizer": "adam"}),
    "regression": ("diabetes", {"eta": (0.0002, 0.0001)}),
}


@pytest.fixture(scope="module", params=KINDS)
def several(request, tmp_path_factory):
    """Return the workbook of several runs, and with what it was built."""
    template, options = KINDS[request.param]
    if template in {"diabetes", "iris"}:
        options = options | {"epochs": 2}
    path = tmp_path_factory.mktemp(request.param) / "several.xlsx"
    return build(template, path, **{"epochs": 3} | options).path, template, options


def of(quantity, run):
    """Tell whether a quantity is one that a run has, counted from 0."""
    return any(axis.first <= run < axis.first + axis.length for axis in quantity.each)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    path = tmp_path_factory.mktemp("mixed") / "mixed.xlsx"
    return build("xor", path, epochs=3, **MIXED, l2=(0, 0.01, 0, 0.03)).path


@pytest.mark.slow
def test_a_run_is_named_by_a_tiny_rate(tmp_path):
    path = build("xor", tmp_path / "tiny.xlsx", epochs=1, eta=(1e-5, 0.25)).path
    names = values(path, "formualizer")["compare_name"]
    assert [*names] == ["η = 1 × 10⁻⁵", "η = 0.25"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.slow
@pytest.mark.first(engine=1)
def test_every_engine_agrees_at_random_numbers(mixed, engine):
    assert agrees_in(engine, mixed).probes == PROBES


@pytest.mark.slow
def test_each_run_is_what_it_would_be_alone(several, tmp_path):
    path, template, options = several
    found = values(path, "formualizer")
    count = read_spec(path).number_of_runs
    for run in range(count):
        own = {n: each[run] if isinstance(each, tuple) else each for n, each in options.items()}
        if "seed" in own and read_spec(path).test_samples:
            continue  # the first seed holds the same rows out for all runs
        alone = build(template, tmp_path / f"{run}.xlsx", **{"epochs": 3} | own).path
        for name, array in values(alone, "formualizer").items():
            if name in {"C_T", "W2", "b3", "z3", "dC_dW2", "eta"}:
                assert found[name].shape == (count, *array.shape)
                assert found[name][run] == pytest.approx(array, abs=1e-9), (name, run)


@pytest.mark.slow
def test_other_seeds_are_other_starts_of_the_same_rows(tmp_path):
    path = build("iris", tmp_path / "o.xlsx", seed=(1, 2), epochs=2).path
    found = values(path, "formualizer")
    assert not np.array_equal(found["W2"][0, 0], found["W2"][1, 0])
    assert found["raw"].shape == (120, 4)


@pytest.mark.first(1)
@pytest.mark.slow
def test_nothing_is_found_by_lint(several):
    assert lint(several[0]) == ()


@pytest.mark.slow
def test_the_sheet_check_agrees_for_each_run_and_names_a_run_that_was_altered(mixed):
    book = Book(mixed, "formualizer")
    told = book.told(["numpy_state"])
    assert len(told) == 4
    assert all(each.startswith("The sheets agree with NumPy's run") for each in told), told
    for run in range(4):
        remembered = [
            q.name
            for q in book.layout.model.quantities
            if q.sheet in {"optimiser", "weights", "gradients"} and of(q, run)
        ]
        for name in {remembered[0], remembered[-1], "C_T"}:
            told = book.told(["numpy_state"], {book.key(name, last=True, run=run): 7.5})
            assert [n for n, each in enumerate(told) if each.startswith(DIFFERS)] == [run]


@pytest.mark.slow
def test_another_rate_of_one_run_is_an_input_of_that_run_alone(mixed):
    book = Book(mixed, "formualizer")
    told = book.told(["numpy_state"], {book.key("eta", run=2): 0.07})
    assert told[2] == f"{CHANGED}learning rate η."
    assert all(each.startswith("The sheets agree") for n, each in enumerate(told) if n != 2)
    told = book.told(["numpy_state"], {book.key("x"): 0.5})
    assert all(each.startswith(CHANGED) for each in told)


@pytest.mark.parametrize("run", [1, 2, 3, 4])
@pytest.mark.first(1)
@pytest.mark.slow
def test_the_sheets_that_look_closely_show_the_run_that_is_chosen(mixed, tmp_path, run):
    choices = {"lens_run": run, "draw_run": run, "slope_run": run, "slope_epoch": 2}
    other = changed(mixed, tmp_path / "o.xlsx", choices | {"lens_epoch": 2, "draw_epoch": 3})
    assert check(other, "formualizer").agrees
    found = values(other, "formualizer")
    assert found["lens_W2"].ravel() == pytest.approx(found["W2"][run - 1, 1].ravel())
    assert found["lens_W_after2"].ravel() == pytest.approx(found["W2"][run - 1, 2].ravel())
    assert found["lens_direction_W2"].ravel() == pytest.approx(
        found["direction_W2"][run - 1, 2].ravel()
    )
    assert found["draw_W3"].ravel() == pytest.approx(found["W3"][run - 1, 3].ravel())
    assert float(found["lens_gap"].item()) == pytest.approx(0, abs=1e-12)
    numeric, backward = float(found["slope_numeric"]), float(found["slope_backward"])
    assert numeric == pytest.approx(backward, abs=1e-5)


@pytest.mark.slow
def test_a_run_that_is_not_there_is_refused(mixed, tmp_path):
    layout = layout_of(read_spec(mixed))
    copy = tmp_path / "o.xlsx"
    copy.write_bytes(mixed.read_bytes())
    edit(copy, {layout.cell("lens_run", ()): 5})
    report = CliRunner().invoke(cli, ["check", str(copy), "--engine", "formualizer"])
    assert report.exit_code == 1
    assert "type a whole number from 1 to 4" in report.output


@pytest.mark.first(1)
@pytest.mark.ci
def test_the_sheet_compare_tells_the_best_epoch_and_what_is_recognised(several):
    path, template, _ = several
    found = values(path, "formualizer")
    C_T = found["C_T"]
    assert found["compare_best"] == pytest.approx(C_T.argmin(axis=1) + 1)
    assert found["compare_least"] == pytest.approx(C_T.min(axis=1))
    assert found["compare_C_T_last"] == pytest.approx(C_T[:, -1])
    if template != "diabetes":
        assert found["compare_recognised_last"] == pytest.approx(found["recognised"][:, -1])
    else:
        assert found["compare_rmse_last"] == pytest.approx(found["rmse"][:, -1, 0])


@pytest.mark.slow
def test_the_runs_are_called_by_what_they_differ_in_as_it_is_now(mixed, tmp_path):
    assert list(values(mixed, "formualizer")["compare_name"]) == [
        "gradient descent, η = 0.2, λ = 0",
        "momentum, η = 0.1, λ = 0.01",
        "Adam, η = 0.05, λ = 0",
        "RMSProp, η = 0.02, λ = 0.03",
    ]
    other = changed(mixed, tmp_path / "o.xlsx", {"eta": (0.2, 0.25, 0.05, 0.02)})
    assert values(other, "formualizer")["compare_name"][1] == "momentum, η = 0.25, λ = 0.01"


@pytest.mark.slow
def test_what_only_some_runs_have_is_there_for_those(mixed):
    found, layout = values(mixed, "formualizer"), layout_of(read_spec(mixed))
    assert found["W2"].shape == found["direction_W2"].shape == (4, 4, 3, 2)
    shapes = {"velocity_W2": (1, 4, 3, 2), "moment1_W2": (1, 4, 3, 2), "epsilon": (2,), "mu": (1,)}
    assert {name: found[name].shape for name in shapes} == shapes
    begins = {name: layout.model[name].begins + 1 for name in shapes}
    assert begins == {"velocity_W2": 2, "moment1_W2": 3, "epsilon": 3, "mu": 2}
    for name, column in (("mu", "D"), ("epsilon", "E"), ("eta", "C")):
        first = (0,) * len(layout.model[name].lengths)
        assert layout.cell(name, first).startswith(f"Settings!{column}")
    run = load(mixed, "formualizer")
    assert run["moment1_W2"].cell(run=3, state=1) == layout.cell("moment1_W2", (0, 1, 0, 0))
    with pytest.raises(
        OptionsError, match="There is no run 1: for moment1_W2, run goes from 3 to 3"
    ):
        run["moment1_W2"].cell(run=1)


@pytest.mark.slow
def test_a_run_between_two_that_remember_remembers_and_does_not_use_it(tmp_path):
    options = {"optimizer": ("adam", "sgd", "adam"), "epochs": 2}
    path = build("xor", tmp_path / "o.xlsx", **options).path
    found = values(path, "formualizer")
    assert found["moment1_W2"].shape == (3, 3, 3, 2)
    assert found["direction_W2"][1, 1:] == pytest.approx(found["dC_dW2"][1])
    assert list(found["beta1"]) == [0.9, 0.9, 0.9]


@pytest.mark.ci
def test_the_cells_of_a_further_run_have_names_that_end_in_its_number(mixed):
    names = openpyxl.load_workbook(mixed).defined_names
    layout = layout_of(read_spec(mixed))
    for name, run, part in (("W2", "", 0), ("W2", ".run4", 3), ("moment1_W2", ".run3", 0)):
        block = layout.blocks[name].runs[part]
        ((_, cells),) = names[f"xlnn.{name}{run}"].destinations
        assert cells == f"{fixed(block.row, block.column)}:{fixed(*block.last)}"
    assert "xlnn.moment1_W2" not in names
    assert names["xlnn.eta"].attr_text == "Settings!$C$5"


@pytest.mark.slow
def test_wrong_formulas_of_further_runs_are_named_and_no_other(mixed, tmp_path):
    _, layout = described(mixed)
    altered = {}
    for name, *run in (("moment2_W2", 0), ("C_T", 1), ("W3", 3), ("lens_W2",), ("compare_best", 3)):
        last = (*run, *(length - 1 for length in layout.model[name].lengths[len(run) :]))
        altered[layout.cell(name, last)] = layout.formula(name, last) + "+0.001"
    copy = tmp_path / "copy.xlsx"
    copy.write_bytes(mixed.read_bytes())
    edit(copy, altered)
    named = [wrong.cell for wrong in check(copy, "formualizer").wrong]
    assert sorted(named) == sorted(altered)


@pytest.mark.slow
def test_the_first_run_stands_where_it_stands_alone(tmp_path):
    one = layout_of(read_spec(build("xor", tmp_path / "1.xlsx", epochs=3).path))
    two = layout_of(read_spec(build("xor", tmp_path / "2.xlsx", epochs=3, eta=(0.2, 0.3)).path))
    choosing = {block.sheet for block in two.blocks.values() if block.quantity.kind == RUN}
    for name, block in one.blocks.items():
        other = two.blocks[name]
        # several rates stand side by side on Settings; where a run is chosen, that takes a row
        if name == "eta" or block.sheet in {"drawing", *choosing}:
            continue
        first = other.runs[0]
        assert (block.row, block.column, block.steps) == (first.row, first.column, first.steps)
    assert not any(quantity.each for quantity in one.model.quantities)
    assert "compare" not in one.titles
    rows = [part.row for part in two.blocks["z2"].runs]
    assert rows == [4, 4 + 3 * 4 + 4], "below a blank row, what the run is called, and headings"


@pytest.mark.slow
def test_a_workbook_goes_on_with_its_runs(mixed, tmp_path):
    start = values(mixed, "formualizer")["W2"][:, :1]
    start[3] = 0.5
    other = changed(mixed, tmp_path / "other.xlsx", {"eta": (0.2, 0.25, 0.05, 0.02), "W2": start})
    again = build(from_workbook=other, output=tmp_path / "again.xlsx", epochs=2).path
    found = values(again, "formualizer")
    assert list(found["eta"]) == [0.2, 0.25, 0.05, 0.02]
    assert read_spec(again).runs == MIXED["optimizer"]
    assert (found["W2"][3, 0] == 0.5).all()
    assert not (found["W2"][2, 0] == 0.5).any()


@pytest.mark.slow
def test_runs_that_are_made_alike_are_one(tmp_path):
    path = build("xor", tmp_path / "o.xlsx", epochs=2, eta=RATES).path
    one = build(from_workbook=path, output=tmp_path / "one.xlsx", eta=0.3).path
    assert not read_spec(one).runs
    assert not any(quantity.each for quantity in layout_of(read_spec(one)).model.quantities)


WRONG = {
    ("--eta", "0.1,0.2", "--seed", "1,2,3"): "--seed has 3 and --eta has 2",
    ("--eta", "0.1,x"): "eta is 'x': a finite number greater than 0 is expected",
    ("--eta", "0.1,,0.2"): "eta is '': a finite number greater than 0 is expected",
    ("--eta", "0.1,-1"): "eta is -1: a finite number greater than 0 is expected",
    ("--optimizer", "sgd,lion"): 'There is no optimizer "lion"',
    ("--seed", "1,-2"): "seed is -2: a whole number of at least 0 is expected",
    (
        "--eta",
        ",".join(map(str, range(1, 15))),
    ): "14 runs are too many: a workbook compares at most 12",
}


@pytest.mark.parametrize("options", WRONG)
def test_runs_that_cannot_be_are_refused_in_one_sentence(tmp_path, options):
    command = ["build", "xor", "--epochs", "2", "-o", str(tmp_path / "o.xlsx"), *options]
    result = CliRunner().invoke(cli, command)
    assert result.exit_code in {1, 2}
    assert WRONG[options] in (result.output or str(result.exception))
    assert not (tmp_path / "o.xlsx").exists()


def test_an_experiment_has_one_rate(tmp_path):
    with pytest.raises(OptionsError, match="--eta takes one value here: descent does not compare"):
        build("descent", tmp_path / "o.xlsx", eta=(0.1, 0.2))


@pytest.mark.slow
def test_python_takes_lists_as_the_command_line_does(tmp_path):
    path = build("xor", tmp_path / "o.xlsx", eta=[0.1, 0.2], epochs=2, verify=False).path
    assert read_spec(path).compared == ("eta",)
    with pytest.raises(OptionsError, match="eta is"):
        build("xor", tmp_path / "p.xlsx", eta=[0.1, "x"])


def test_training_that_diverges_names_the_run(tmp_path):
    with pytest.raises(DataError, match="of run 2 becomes infinite or NaN"):
        build("diabetes", tmp_path / "o.xlsx", scale="none", eta=(1e-12, 1e60), epochs=9)


@pytest.mark.first(1)
def test_a_chart_of_counts_ends_with_the_last_image(several):
    path, _, _ = several
    spec = read_spec(path)
    if not spec.is_regression:
        charts = openpyxl.load_workbook(path)["Compare"]._charts  # noqa: SLF001
        ends = [chart.y_axis.scaling.max for chart in charts]
        counts = [spec.images, *([spec.test_samples] if spec.test_samples else [])]
        assert ends == [None, *counts]


@pytest.mark.parametrize("lang", languages())
@pytest.mark.first(1)
@pytest.mark.slow
def test_the_first_run_is_named_where_others_are(lang, tmp_path):
    path = build("digits", tmp_path / "w.xlsx", epochs=2, eta=(0.1, 0.2), lang=lang).path
    words, book = text(lang), openpyxl.load_workbook(path)
    name = name_of_run(1, words)
    for key in ("Training", "Weights", "Gradients"):
        sheet = book[words.of_itself(TITLES, key)]
        assert sheet["A2"].value.replace("\n", "").replace(" ", "") == name.replace(" ", ""), key


@pytest.mark.first(1)
def test_how_to_read_lens_stands_before_the_choices(several):
    cells = openpyxl.load_workbook(several[0])["Lens"]
    assert cells["A3"].value == READING.format(samples="rows")
    assert [cells.cell(row, 1).value for row in (5, 6)] == ["run", "epoch"]


@pytest.mark.ci
def test_the_choice_of_a_run_stands_above_that_of_the_epoch(several):
    layout = layout_of(read_spec(several[0]))
    runs = [block for block in layout.blocks.values() if block.quantity.kind == RUN]
    chosen = [block for block in runs if block.quantity.choices]
    assert len(chosen) > 3
    for block in chosen:
        if epoch := layout.blocks.get(block.quantity.name.replace(RUN, "epoch")):
            assert (block.row + 1, block.column) == (epoch.row, epoch.column)
