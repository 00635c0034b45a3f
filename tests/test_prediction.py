"""A regression is told in the units of its targets, whatever their size; the sheets compute it."""

import numpy as np
import openpyxl
import pytest
from experiments import ENGINES, PROBES, agrees_in, every_kind_of_cell_is_named_when_it_is_wrong
from networks import from_template, plan
from rewriting import edit

from xlnn import reference
from xlnn.building.build import build
from xlnn.checking.check import check
from xlnn.errors import DataError, WorkbookError
from xlnn.experiments.network.progress_notes import check_training, training_notes
from xlnn.grid import address
from xlnn.loading.spec import described
from xlnn.loading.values import values
from xlnn.options import Options
from xlnn.registry.templates import names, template
from xlnn.workbooks.entries import to_values

ROUNDED = 1e-9
"""Of numbers of about 1: the error of an average over rows, computed in another order."""

TARGETS = {
    "prices": lambda a, b: 300_000 + 50_000 * a - 100 * b,
    "tiny": lambda a, b: 1e-6 * (1 + a) - 1e-9 * b,
    "huge": lambda a, b: 1e11 * (3 + a) + 1e7 * b,
    "close together": lambda a, b: 1e11 + a,  # noqa: ARG005 -- of a alone
    "constant": lambda a, b: 5,  # noqa: ARG005 -- of nothing
    "negative": lambda a, b: -40 - 3 * a,  # noqa: ARG005 -- of a alone
}


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Return a table of 14 rows for each of `TARGETS`."""
    place, generator = tmp_path_factory.mktemp("tables"), np.random.default_rng(2)
    rows = [(generator.uniform(-3, 3), generator.uniform(0, 900)) for _ in range(14)]
    for name, target in TARGETS.items():
        lines = [f"{a:.12g},{b:.12g},{target(a, b):.15g},{2 * a:.12g}" for a, b in rows]
        (place / f"{name}.csv").write_text("\n".join(["a,b,y,z", *lines]))
    return place


@pytest.fixture(scope="module")
def prices(tables):
    """Return the workbook of a regression of two targets, some rows held out."""
    options = {"targets": ("y", "z"), "test_share": 0.2, "epochs": 4}
    return predicting(tables, "prices", "two.xlsx", **options)


def predicting(tables, name, file="one.xlsx", **options):
    """Return the workbook of a table, in a file that the next one takes the place of."""
    options = {"targets": ("y",), "epochs": 2, "scale": "standard", "eta": 0.02, **options}
    options = {"output_activation": "linear", **options}
    return build("xor", tables / file, data=tables / f"{name}.csv", force=True, **options).path


def made(tables, name, **options):
    options = {"data": tables / f"{name}.csv", "targets": ("y",), **options}
    return plan(from_template(template("xor")), Options(**options))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.first(engine=1)
@pytest.mark.slow
def test_numpy_agrees_with_every_cell_of(prices, engine):
    agrees_in(engine, prices)


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.first(1)
@pytest.mark.slow
def test_targets_of_any_size_agree_and_are_of_the_size_of_1_to_the_network(tables, name):
    path = predicting(tables, name, test_share=0.2)
    assert check(path, "formualizer", PROBES).agrees
    got = values(path, "formualizer")
    assert np.abs(got["t"]).max() < 10
    middle = "constant" if name == "constant" else "mean"
    expected = got["raw_t"][0] if middle == "constant" else got["raw_t"].mean(axis=0)
    np.testing.assert_allclose(got["t_middle"], expected, rtol=ROUNDED)


@pytest.mark.ci
def test_predictions_and_errors_are_in_the_units_of_the_data(prices):
    got = values(prices, "formualizer")
    for part in ("", "test_"):
        y, predicted = got[f"{part}raw_t"], got[f"{part}predicted"]
        assert y[:, 0].min() > 50_000
        output = got[f"{part}a3"]
        np.testing.assert_allclose(
            predicted, got["t_middle"] + output / got["t_factor"], rtol=ROUNDED
        )
        distance = np.abs(predicted - y)
        np.testing.assert_allclose(got[f"{part}off"], distance, rtol=1e-6, atol=1e-6)
        root = np.sqrt((distance**2).mean(axis=1))
        np.testing.assert_allclose(got[f"{part}rmse"], root, rtol=1e-6)
        np.testing.assert_allclose(got[f"{part}mae"], distance.mean(axis=1), rtol=1e-6)


def test_the_network_learns_what_it_would_of_targets_that_were_scaled_before(tables):
    scaled = made(tables, "prices", scale="standard", output_activation="linear", epochs=5)
    t = (scaled.inputs["raw_t"] - scaled.inputs["t_middle"]) * scaled.inputs["t_factor"]
    plain = made(tables, "prices", output_activation="linear", epochs=5)
    inputs = {**plain.inputs, "t": t}
    middle, factor = scaled.inputs["middle"], scaled.inputs["factor"]
    inputs["x"] = (plain.inputs["x"] - middle) * factor
    one, other = (
        reference.run(model, given)
        for model, given in ((scaled.model, scaled.inputs), (plain.model, inputs))
    )
    np.testing.assert_allclose(one["W2"], other["W2"], rtol=ROUNDED)
    np.testing.assert_allclose(one["C_T"], other["C_T"], rtol=ROUNDED)


def test_sentences_tell_the_prediction_and_the_errors_with_the_names_of_the_targets(prices):
    got = values(prices, "formualizer")
    y, z = got["draw_predicted"][0]
    said = f"y: {y:.0f};  z: {float(f'{z:.4g}'):g}"
    assert str(got["draw_verdict"][0]) == said.replace("-", "−")
    first = got["lens_verdict"][0]
    predicted, actual = got["predicted"][0, 0, 0], got["raw_t"][0, 0]
    assert str(first).startswith(f"y: {predicted:.0f} predicted, {actual:.0f} actual;  z: ")
    line = str(got["errors"][0])
    assert line.startswith(f"y: in the last epoch the mean error is {got['mae'][-1, 0]:.0f} ")
    assert line.endswith(f"is {got['test_mae'][-1, 0]:.0f} ({got['test_rmse'][-1, 0]:.0f}).")


@pytest.mark.parametrize("epoch", [4, 2])
@pytest.mark.first(1)
@pytest.mark.slow
def test_predicted_stands_beside_actual_in_the_chosen_epoch(prices, epoch):
    path, (_, layout) = prices, described(prices)
    if epoch != 4:  # the last is chosen first
        path = prices.with_name("other.xlsx")
        path.write_bytes(prices.read_bytes())
        row, column = layout.blocks["fit_epoch"].address(())
        edit(path, {f"{layout.titles['fit']}!{address(row, column)}": epoch})
    got, parts = values(path, "formualizer"), ("", "test_")
    for part in parts:
        for kind in ("predicted", "off", "rmse", "mae"):
            trained = got[f"{part}{kind}"][epoch - 1]
            np.testing.assert_array_equal(got[f"fit_{part}{kind}"], trained)
        np.testing.assert_array_equal(got[f"fit_{part}actual"], got[f"{part}raw_t"])
    kinds = ("actual", "predicted")
    shown = np.concatenate([got[f"fit_{part}{kind}"] for part in parts for kind in kinds])
    least, most = got["fit_diagonal"].reshape(2, 2)
    np.testing.assert_array_equal(least, shown.min(axis=0))
    np.testing.assert_array_equal(most, shown.max(axis=0))


def test_a_chart_of_each_output_shows_the_line_the_trained_and_those_held_out(prices):
    _, layout = described(prices)
    charts = openpyxl.load_workbook(prices)[layout.titles["fit"]]._charts  # noqa: SLF001 -- no other way
    assert len(charts) == 2
    for unit, chart in enumerate(charts):
        diagonal, *points = chart.series
        assert diagonal.xVal.numRef.f == diagonal.yVal.numRef.f
        for series, part in zip(points, ("fit_", "fit_test_"), strict=True):
            for reference_, kind in ((series.xVal, "actual"), (series.yVal, "predicted")):
                block = layout.blocks[f"{part}{kind}"]
                cells = reference_.numRef.f.split("!")[1].replace("$", "")
                first, last = (openpyxl.utils.cell.coordinate_to_tuple(c) for c in cells.split(":"))
                assert first == (block.row, block.column + unit)
                assert last == (block.last[0], block.column + unit)


@pytest.mark.slow
def test_a_cell_of_each_quantity_is_named_when_it_is_wrong(tables):
    path = predicting(tables, "negative", test_share=0.2)
    every_kind_of_cell_is_named_when_it_is_wrong(path, path.with_name("wrong.xlsx"))


@pytest.mark.slow
def test_a_workbook_is_built_again_with_its_scaling_and_with_other_rows(prices, tables):
    again = build(from_workbook=prices, output=prices.with_name("again.xlsx")).path
    assert described(again)[0].scaled_targets
    one, other = values(prices, "formualizer"), values(again, "formualizer")
    for name in ("raw_t", "t_middle", "t_factor", "predicted", "test_rmse"):
        np.testing.assert_array_equal(one[name], other[name])
    data = tables / "huge.csv"
    new = build(from_workbook=prices, data=data, output=prices.with_name("new.xlsx"), eta=1e-9)
    assert described(new.path)[0].labels == ("y", "z")
    assert (values(new.path, "formualizer")["t_middle"] == one["t_middle"]).all()


@pytest.mark.slow
def test_a_factor_of_0_is_named_and_not_gone_on_from(prices):
    path, (_, layout) = prices.with_name("zero.xlsx"), described(prices)
    path.write_bytes(prices.read_bytes())
    row, column = layout.blocks["t_factor"].address((0,))
    edit(path, {f"{layout.titles['settings']}!{address(row, column)}": 0})
    with pytest.raises(WorkbookError, match=r"zero\.xlsx: a factor of the targets is 0, and"):
        build(from_workbook=path, output=prices.with_name("other.xlsx"))
    found = check(path, "formualizer")
    assert {wrong.reason for wrong in found.wrong} == {
        "a number that it depends on is too large, or is not a number"
    }


@pytest.mark.slow
def test_of_many_outputs_a_large_network_shows_the_first(tmp_path):
    generator, names = np.random.default_rng(4), [f"y{number}" for number in range(12)]
    rows = [[f"{each:.6g}" for each in generator.uniform(0, 900, 14)] for _ in range(9)]
    lines = "\n".join(map(",".join, [["a", "b", *names], *rows]))
    (tmp_path / "many.csv").write_text(lines)
    path = predicting(tmp_path, "many", targets=tuple(names), hidden=(200,), epochs=1)
    got = values(path, "formualizer")
    assert got["lens_predicted"].shape == (1, 8)
    np.testing.assert_array_equal(got["lens_predicted"][0], got["predicted"][0, 0, :8])


@pytest.mark.slow
def test_without_scaling_predictions_are_the_outputs(tables):
    path = predicting(tables, "negative", scale="none", eta=1e-7)
    got = values(path, "formualizer")
    assert not {"predicted", "raw_t", "t_factor", "draw_predicted"} & set(got)
    np.testing.assert_array_equal(got["fit_predicted"], got["a3"][-1])
    np.testing.assert_allclose(got["off"], np.abs(got["a3"] - got["t"]), rtol=ROUNDED)


def test_classes_have_none_of_it():
    for name in names():
        if "kind" in template(name).values:
            continue
        found = plan(from_template(template(name)), Options(epochs=1))
        if not found.spec.is_regression:
            assert not {"rmse", "off", "raw_t"} & set(found.model.by_name)
            assert not {"scaled_targets", "decimals"} & set(to_values(found.spec))


# --- what cannot be learnt -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("prices", {}, "so they cannot be reached: add --scale range, or --scale standard and"),
        ("prices", {"output_activation": "linear"}, "The targets are large (y from "),
        ("tiny", {"output_activation": "linear"}, "The targets are close together (y from -"),
        ("negative", {"output_activation": "relu"}, "outputs of relu from 0 on, so they cannot be"),
        ("prices", {"scale": "standard"}, "The scaled targets go from -"),
        (
            "constant",
            {"scale": "standard"},
            "y is the same in all rows: there is nothing to learn.",
        ),
    ],
)
def test_targets_that_cannot_be_learnt_are_told_with_the_option(tables, name, options, told):
    assert any(told in note for note in made(tables, name, **options).told)


@pytest.mark.parametrize("scale", ["range", "standard"])
@pytest.mark.parametrize("name", [name for name in TARGETS if name != "constant"])
def test_nothing_is_told_of_targets_that_are_scaled(tables, name, scale):
    output = "linear" if scale == "standard" else "sigmoid"
    notes = made(tables, name, scale=scale, output_activation=output).told
    assert len(notes) == 1, notes  # what was read


@pytest.mark.parametrize(
    ("options", "remedy"),
    [
        ({}, "scale inputs and targets with --scale standard."),
        ({"scale": "standard"}, "Use a smaller --eta."),
    ],
)
def test_a_regression_that_diverges_is_refused_with_what_may_help(tables, options, remedy):
    found = made(
        tables, "prices", output_activation="linear", activation="linear", eta=50, epochs=99,
        **options,
    )  # fmt: skip
    with (
        np.errstate(all="ignore"),
        pytest.raises(DataError, match="Training diverges") as refused,
    ):
        check_training(found.model, reference.run(found.model, found.inputs))
    assert str(refused.value).endswith(remedy)


def test_targets_whose_squares_fit_no_cell_are_refused_with_what_to_do(tables):
    rows = [f"{number},{number}e199" for number in range(1, 9)]
    (tables / "huge.csv").write_text("\n".join(["a,y", *rows]))
    found = made(tables, "huge", scale="standard", output_activation="linear")
    with (
        np.errstate(all="ignore"),
        pytest.raises(DataError, match=r"go to 8 × 10¹⁹⁹, whose squares .* divide them by a power"),
    ):
        check_training(found.model, reference.run(found.model, found.inputs))


def test_predictions_no_better_than_the_mean_are_told():
    run = {"C_T": np.array([3.0, 2.0]), "labels": np.array(["y", "z"], dtype=object)}
    run |= {"t": np.array([[0.0, 1.0], [4.0, 1.0]]), "rmse": np.array([[9.0, 9.0], [2.5, 0.1]])}
    (note,) = training_notes(run)
    assert note == (
        "After the last epoch y would be predicted better by the mean of the targets (root mean "
        "square error 2.5, and 2 by the mean): try --scale standard, more --epochs or another "
        "--eta."
    )
    assert training_notes(run | {"rmse": np.array([[9.0, 9.0], [1.9, 0.1]])}) == ()
    scaled = run | {"raw_t": 1e5 * run["t"], "rmse": 1e5 * run["rmse"]}
    assert "error 250,000, and 200,000 by the mean): try more --epochs" in training_notes(scaled)[0]


def test_no_setting_is_advised_where_the_inputs_are_the_same_in_all_rows():
    run = {"C_T": np.array([3.0, 2.0]), "labels": np.array(["y"], dtype=object)}
    run |= {"t": np.array([[0.0], [4.0]]), "rmse": np.array([[9.0], [2.5]])}
    (note,) = training_notes(run | {"x": np.array([[1.0, 2.0], [1.0, 2.0]])})
    assert note == "The inputs are the same in all rows: there is nothing to learn from them."
    (note,) = training_notes(run | {"x": np.array([[1.0, 2.0], [1.0, 3.0]])})
    assert "more --epochs" in note
    assert training_notes(run | {"x": np.ones((2, 2)), "rmse": np.array([[9.0], [1.9]])}) == ()


def test_held_out_predictions_no_better_than_the_mean_are_told():
    run = {"C_T": np.array([3.0, 2.0]), "labels": np.array(["y"], dtype=object)}
    run |= {"t": np.array([[0.0], [4.0]]), "rmse": np.array([[9.0], [0.1]])}
    run |= {"test_t": np.array([[1.0], [3.0]]), "test_rmse": np.array([[9.0], [1.1]])}
    (note,) = training_notes(run)
    assert note == (
        "After the last epoch y of held-out rows would be predicted better by the mean of the "
        "targets (root mean square error 1.1, and 1 by the mean): try a larger --l2, fewer "
        "--hidden units or more rows."
    )
    assert training_notes(run | {"test_rmse": np.array([[9.0], [0.9]])}) == ()
    two = {name: np.stack([run[name]] * 2) for name in ("C_T", "rmse", "test_rmse")}
    assert training_notes(run | two) == (note, f"Run 2: {note}")
