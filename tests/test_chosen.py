"""A build without a template chooses a network that fits the data, and says what it chose."""

import numpy as np
import openpyxl
import pandas as pd
import pytest
from rewriting import edit

import xlnn
from xlnn.building.choose_network import FORMULAS, choose_network
from xlnn.building.limits import size
from xlnn.checking.check import check
from xlnn.errors import DataError, OptionsError
from xlnn.experiments.network.kind import KIND
from xlnn.loading.spec import layout_of, read_spec
from xlnn.loading.values import values
from xlnn.options import Options
from xlnn.reference import run
from xlnn.registry.templates import folder


def iris():
    table = pd.read_csv(folder() / "iris" / "iris.csv")
    return table.rename(columns={"species": "kind"})


def numbers(rows, columns=3, seed=1):
    """Return a table whose last column follows from the others."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, columns))
    price = 1000 * (x[:, 0] - 2 * x[:, 1] ** 2) + random.normal(size=rows)
    return pd.DataFrame(x, columns=[f"size {n}" for n in range(columns)]).assign(price=price)


def made(**options):
    source, _, rest = choose_network(Options(**options))
    return KIND.plan(source, rest)


def test_classes_get_softmax_and_categorical_cross_entropy_and_are_learned():
    plan = made(data=iris(), label="kind")
    spec = plan.spec
    assert [layer.activation for layer in spec.layers] == ["relu", "softmax"]
    assert (spec.cost, spec.optimizer) == ("categorical cross-entropy", "adam")
    assert (spec.images, spec.test_samples, spec.scaled) == (120, 30, True)
    assert (plan.inputs["beta1"], plan.inputs["l2"]) == (0.8, 3)
    arrays = run(plan.model, plan.inputs)
    assert arrays["test_recognised"][-1] >= 27
    told = " ".join(plan.told)
    assert "Chosen: 4-8-3 units, relu and softmax, categorical cross-entropy" in told
    assert "30 rows held out. Choose otherwise with --hidden" in told


def test_numbers_get_a_linear_output_and_squared_error_and_are_learned():
    plan = made(data=numbers(200), targets="price")
    spec = plan.spec
    assert [layer.activation for layer in spec.layers] == ["relu", "linear"]
    assert (spec.cost, spec.scaled_targets) == ("squared error", True)
    arrays = run(plan.model, plan.inputs)
    assert arrays["test_rmse"][-1, 0] < 0.6 * arrays["test_raw_t"].std()


@pytest.mark.parametrize(
    ("rows", "columns"), [(5, 2), (60, 3), (400, 3), (20_000, 4), (300, 60), (300, 900)]
)
@pytest.mark.ci
@pytest.mark.first(1)
def test_a_workbook_has_some_500_000_formulas_at_most(rows, columns):
    table = numbers(rows, columns)
    plan = made(data=table, targets="price")
    formulas = size(KIND.layout(plan.spec)).formulas
    assert formulas < 1.02 * FORMULAS
    drawn = plan.spec.images + plan.spec.test_samples
    assert drawn <= rows
    assert any("were drawn" in note for note in plan.told) == (drawn < rows)
    assert formulas > FORMULAS / 2 or plan.spec.epochs == 50


def test_all_rows_train_where_it_is_asked_for():
    plan = made(data=numbers(5000), targets="price", large=True)
    assert plan.spec.images + plan.spec.test_samples == 5000


def test_options_take_the_place_of_what_is_chosen():
    plan = made(
        data=iris(), label="kind", hidden="5,3", activation="tanh", epochs=4, eta=0.01,
        optimizer="momentum", test_share=0.5, l2=0,
    )  # fmt: skip
    spec = plan.spec
    assert [layer.units for layer in spec.layers] == [5, 3, 3]
    assert spec.layers[0].activation == "tanh"
    assert (spec.epochs, spec.optimizer, spec.test_samples) == (4, "momentum", 75)
    assert not spec.regularised
    assert plan.inputs["eta"] == 0.01


def test_a_wide_hidden_layer_is_placed_although_lens_shows_one_strip_a_line():
    plan = made(data=iris(), label="kind", hidden=(50,), epochs=1, test_share=0)
    blocks = xlnn.workbooks.kind_named("network").layout(plan.spec).on("lens")
    cells = [each.address(i) for each in blocks for i in np.ndindex(*each.quantity.lengths)]
    assert len(set(cells)) == len(cells)


def test_pixels_are_standardised_and_told():
    random = np.random.default_rng(1)
    pictures = random.integers(0, 256, (40, 5, 5))
    pictures[:, 0, 0] = 0  # an edge without ink
    plan = made(data=(pictures, np.arange(40) % 2))
    assert plan.spec.picture == (5, 5)
    x = run(plan.model, plan.inputs)["x"].reshape(-1, 25)
    np.testing.assert_allclose(x[:, 1:].std(axis=0), 1, rtol=1e-9)
    assert not x[:, 0].any()
    assert any("standardised pixels" in note for note in plan.told)


@pytest.mark.parametrize(("scale", "told"), [("none", 0), ("range", 0), ("standard", 1)])
def test_only_what_is_standardised_is_called_so(scale, told):
    notes = made(data=numbers(60), targets="price", scale=scale).told
    assert sum("standardised" in note for note in notes) == told


@pytest.mark.ci
def test_pictures_of_many_pixels_are_learned():
    random = np.random.default_rng(1)
    classes = np.arange(300) % 5
    patterns = random.integers(0, 256, (5, 24, 24)) * (random.random((5, 24, 24)) < 0.3)
    pictures = np.clip(patterns[classes] + random.normal(size=(300, 24, 24)) * 60, 0, 255)
    plan = made(data=(pictures.round(), classes))
    assert plan.spec.images < 240
    assert run(plan.model, plan.inputs)["test_accuracy"][-1] > 0.9


@pytest.mark.ci
def test_large_pictures_get_as_many_units_as_the_grid_holds():
    x = np.random.default_rng(1).integers(0, 9, (2, 64, 64)).astype(float)
    source, *_ = choose_network(Options(data=(x, np.arange(2)), epochs=1))
    assert source.sizes["layers"][0].units == 3
    # more are left to the plan, which tells how many fit
    *_, rest = choose_network(Options(data=(x, np.arange(2)), epochs=1, hidden=5))
    assert rest.hidden == (5,)


def test_labels_that_are_all_different_are_refused_with_the_option():
    with pytest.raises(
        OptionsError, match="another column with --label, or predict numbers with --target"
    ):
        xlnn.build(data=numbers(40), label="price")
    with pytest.raises(DataError, match=r"^No label is named, and the first column has 40"):
        xlnn.build(data=numbers(40))


def test_without_a_label_the_columns_that_may_be_one_are_named():
    table = numbers(40).assign(survived=[0, 1] * 20, room=[1, 2, 3, 4] * 10)
    with pytest.raises(DataError, match=r"with --label, such as survived or room, or predict"):
        xlnn.build(data=table)
    with pytest.raises(DataError, match=r"with --label, or predict"):
        xlnn.build(data=numbers(40)[["price"]].assign(x1=[0, 1] * 20))


def test_what_was_not_learned_is_told():
    random = np.random.default_rng(1)
    table = pd.DataFrame({"a": random.normal(size=50), "k": ["yes"] + ["no"] * 49})
    plan = made(data=table, label="k")
    notes = KIND.run_notes(run(plan.model, plan.inputs))
    assert "would be if the answer were always no" in notes[0]
    good = made(data=iris(), label="kind")
    assert KIND.run_notes(run(good.model, good.inputs)) == ()


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    table = iris()[::3].assign(where=(["garden", "wood", "lake"] * 17)[:50])
    path = tmp_path_factory.mktemp("chosen") / "iris.xlsx"
    with pytest.warns(xlnn.XlnnWarning, match="Chosen: 7-4-3 units"):
        return xlnn.build(output=path, data=table, label="kind", hidden=4, epochs=3), table


@pytest.mark.slow
def test_a_build_is_proven_and_shows_itself_in_a_notebook(built):
    found, _ = built
    assert found.report.agrees
    shown = found._repr_html_()
    assert 'iris.xlsx">' in shown
    assert "<li>Chosen: 7-4-3 units" in shown


@pytest.mark.ci
def test_a_run_predicts_and_scores_rows_by_their_words(built):
    found, table = built
    loaded = xlnn.load(found.path)
    assert loaded.labels == ("setosa", "versicolor", "virginica")
    assert [layer.units for layer in loaded.layers] == [4, 3]
    rows = np.concatenate([loaded["raw"], loaded["test_raw"]])
    x = (rows - loaded["middle"]) * loaded["factor"]
    hidden = np.maximum(x @ loaded["W2"][-1].T + loaded["b2"][-1], 0)
    outputs = hidden @ loaded["W3"][-1].T + loaded["b3"][-1]  # of the softmax, the same order
    expected = np.array(loaded.labels)[outputs.argmax(axis=1)]
    assert (loaded.predict(rows) == expected).all()
    assert (loaded.predict(table) == loaded.predict(table.drop(columns="kind"))).all()
    right = (loaded.predict(table) == table["kind"]).mean()
    assert loaded.score(table, table["kind"]) == right
    assert loaded.predict(rows[0]).shape == (1,)
    with pytest.raises(OptionsError, match="There is no run 2"):
        loaded.predict(rows, run=2)


def test_a_quantity_behaves_as_its_array(built):
    costs = xlnn.load(built[0].path)["C_T"]
    assert costs.mean() == costs.array.mean()
    assert (costs * 2 == 2 * costs.array).all()
    assert (costs > 0).all()
    assert np.exp(-costs).shape == costs.shape
    with pytest.raises(AttributeError):
        _ = costs.nothing


@pytest.mark.slow
def test_a_workbook_goes_on_with_the_words_that_it_knows(built, tmp_path):
    found, table = built
    again = xlnn.build(
        from_workbook=found.path, output=tmp_path / "b.xlsx", data=table.iloc[::3], label="kind",
        epochs=1,
    )  # fmt: skip
    assert xlnn.load(again.path)["raw"].shape[1] == 7


def test_a_misspelt_option_is_told_by_the_nearest_name(tmp_path):
    for wrong, right in (("target", "targets"), ("epoch", "epochs")):
        with pytest.raises(TypeError, match=f"'{wrong}': did you mean {right}"):
            xlnn.build("xor", tmp_path / "a.xlsx", **{wrong: 1})


def test_templates_are_listed_with_what_they_are(tmp_path):
    assert "exclusive or" in xlnn.templates()["xor"]
    with pytest.raises(OptionsError, match="holds no network"):
        xlnn.load(xlnn.build("sequences", tmp_path / "s.xlsx", verify=False).path).predict([1])


WORDS = "colour,size,a = b,works,kind\n" + "".join(
    f"{('red', 'blue', 'green')[n % 3]},{n % 5},{n % 2},{('yes,A', 'no,B')[n % 2]}\n"
    for n in range(12)
)


@pytest.mark.ci
def test_a_new_row_is_typed_by_its_words(tmp_path):
    """A heading with an equals sign is no column of words."""
    data = tmp_path / "words.csv"
    data.write_text(WORDS)
    options = {"label": "kind", "epochs": 1, "hidden": 2, "test_share": 0, "verify": False}
    path = xlnn.build(data=data, output=tmp_path / "words.xlsx", **options).path
    layout = layout_of(read_spec(path))
    assert layout.model["draw_raw"].equation.typed(np.array([0, 0, 1, 3, 1, 0])) == (
        [3.0, 1.0], ["red", "no"]
    )  # fmt: skip
    sheet = openpyxl.load_workbook(path)["Predict"]
    for name, headings in {"word": ["colour", "works"], "number": ["size", "a = b"]}.items():
        block = layout.blocks[f"draw_typed_{name}"]
        assert [sheet.cell(block.row - 1, block.column + n).value for n in (0, 1)] == headings
    lists = {v.formula1 for v in sheet.data_validations.dataValidation}
    assert {'"blue,green,red"', '"yes,no"'} <= lists
    typed = {
        layout.cell("draw_typed_word", (0,)): "Blue",
        layout.cell("draw_typed_word", (1,)): "perhaps",
        layout.cell("draw_typed_number", (0,)): 7,
    }
    got = values(edit(path, typed), "formualizer")
    assert got["draw_raw"].ravel()[[0, 1, 2, 3, 5]].tolist() == [1, 0, 0, 7, 0]
    assert check(path, "formualizer").agrees
    again = xlnn.build(from_workbook=path, output=tmp_path / "again.xlsx", verify=False).path
    assert read_spec(again).words == (("colour", "blue", "green", "red"), ("works", "yes", "no"))
