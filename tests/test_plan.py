"""A template and a person's data and options become one plan, or a sentence says why not."""

import numpy as np
import pandas as pd
import pytest
from networks import from_template, plan, replace
from PIL import Image

import xlnn
from xlnn.errors import DataError, OptionsError
from xlnn.options import Options
from xlnn.registry.templates import copy, template
from xlnn.workbooks import from_toml
from xlnn.workbooks.entries import to_toml

NOUGHT, ONE = [1.0] * 12, [0.0] * 12

ROUNDED = 1e-14
"""Numbers are kept with 15 digits."""


def made(name="digits", **options):
    """Return the plan of a shipped template with some options."""
    return plan(from_template(template(name)), Options(**options))


@pytest.fixture
def csv(tmp_path):
    """Write lines of values into a CSV."""

    def csv(*rows, between=","):
        path = tmp_path / "my.csv"
        lines = [between.join(map(str, row)) + "\n" for row in rows]
        path.write_text("".join(lines), encoding="utf-8")
        return path

    return csv


@pytest.fixture
def houses(csv):
    rows = [[size, 50 - size, 2 * size, size + 3] for size in (1, 2, 4, 3, 5, 6, 7, 8, 9, 10)]
    return csv(["size", "age", "price", "rent"], *rows)


@pytest.fixture
def pictures(tmp_path):
    for label, ink in (("0", NOUGHT), ("1", ONE)):
        (tmp_path / "my" / label).mkdir(parents=True)
        grey = np.reshape(255 - 255 * np.array(ink), (4, 3)).astype(np.uint8)
        Image.fromarray(grey).save(tmp_path / "my" / label / "a.png")
    return tmp_path / "my"


# --- data ------------------------------------------------------------------------------------


def test_the_template_s_order_of_the_labels_is_kept(csv):
    found = made(data=csv(["1", *ONE], ["0", *NOUGHT]))
    assert found.spec.labels == ("0", "1")
    assert found.inputs["t"].tolist() == [[0, 1], [1, 0]]
    assert found.inputs["x"].tolist() == [ONE, NOUGHT]


def test_arrays_and_folders_of_pictures_are_data(tmp_path, pictures):
    np.savez(tmp_path / "my.npz", x=[NOUGHT, ONE], y=[0, 1])
    for path in (tmp_path / "my.npz", pictures):
        found = made(data=path)
        assert found.inputs["x"].tolist() == [NOUGHT, ONE]
        assert found.inputs["t"].tolist() == [[1, 0], [0, 1]]
        assert found.spec.picture == (4, 3)


def test_pictures_of_a_person_keep_their_size_whatever_a_shipped_template_s_have(tmp_path):
    for label in "01":
        Image.fromarray(np.zeros((300, 400), dtype=np.uint8)).save(tmp_path / f"{label}_1.png")
    found = made(data=tmp_path)
    assert found.spec.picture == (24, 32)
    assert "2 pictures of 300 × 400 pixels" in found.told[0]
    assert made(data=tmp_path, picture=(6, 8)).spec.picture == (6, 8)
    known = from_template(template("digits"))
    own = replace(known, data=tmp_path / "own.csv")
    assert plan(own, Options(data=tmp_path)).spec.picture == (4, 3)


def test_the_input_and_output_layers_follow_the_data_and_the_others_stay(csv):
    rows = [[word, *(np.arange(9) + n) / 12] for n, word in enumerate(["狗", "猫", "马", "狗"])]
    found = made(data=csv(*rows, between=";"))
    assert found.spec.picture == (3, 3)
    assert [layer.units for layer in found.spec.layers] == [3, 3]
    assert found.spec.labels == ("狗", "猫", "马")
    assert found.inputs["labels"].tolist() == ["狗", "猫", "马"]
    assert found.inputs["W2"].shape == (1, 3, 9)
    (told,) = found.told  # and nothing of start.json, which the person never saw
    assert told == (
        "my.csv: 4 images of 3 × 3 pixels, labels 狗, 猫 and 马 in the first column (2, 1 and 1)."
    )


def test_a_start_that_fits_other_data_is_kept_without_a_word(csv):
    found = made(data=csv(["0", *NOUGHT], ["1", *ONE]))
    np.testing.assert_array_equal(found.inputs["W2"], made().inputs["W2"])
    assert found.told == (
        "my.csv: 2 images of 4 × 3 pixels, labels 0 and 1 in the first column (1 of each).",
    )
    assert made().told == ()


def test_a_table_names_its_inputs_and_its_label_may_stand_anywhere(csv):
    path = csv(["width", "height", "kind"], [1, 2, "big"], [0.5, 1, "small"])
    found = made("xor", data=path, label="kind")
    assert found.spec.features == ("width", "height")
    assert found.spec.labels == ("big", "small")
    assert made(data=path, table=True, label="kind").spec.features == ("width", "height")


def test_columns_to_predict_make_it_a_regression(houses):
    found = made("xor", data=houses, targets=("price", "rent"))
    assert found.spec.is_regression
    assert found.spec.labels == ("price", "rent")
    assert found.spec.features == ("size", "age")
    assert found.inputs["t"][1].tolist() == [4, 5]


def test_columns_to_predict_leave_no_label_of_the_template(csv):
    """The template iris has a label; what is to be predicted takes its place."""
    known = from_template(template("iris"))
    *below, output = known.sizes["layers"]
    layers = (*below, replace(output, activation="linear"))
    path = csv(["species", "width"], [1, 2], [2, 3], [3, 5])
    found = plan(
        replace(known, sizes={**known.sizes, "layers": layers, "cost": "squared error"}),
        Options(data=path, targets=("width",), test_share=0.0),
    )
    assert found.spec.labels == ("width",)
    assert found.spec.features == ("species",)


def test_a_label_takes_the_place_of_the_template_s_columns_to_predict(csv):
    known = from_template(template("xor"))
    known = replace(known, reading=replace(known.reading, targets=("price",)))
    path = csv(["kind", "size"], ["a", 1], ["b", 2])
    assert plan(known, Options(data=path, label="kind")).spec.labels == ("a", "b")


def test_targets_that_an_output_cannot_reach_are_told(houses):
    told, size, note = made("xor", data=houses, targets=("price",)).told
    assert told == "my.csv: 10 rows of 3 inputs, size, age and rent; to predict: price (2 to 20)."
    assert note.startswith("The targets go from 2 to 20, and outputs of tanh from -1 to 1, so they")
    assert note.endswith("add --scale range, or --scale standard and --output-activation linear.")
    assert size == "The inputs are large (age from 40 to 49): add --scale standard."


def test_a_picture_makes_pictures_of_what_the_template_calls_a_table(csv):
    found = made("xor", data=csv(["a", *NOUGHT], ["b", *ONE]), picture=(2, 6))
    assert found.spec.picture == (2, 6)
    assert found.spec.features == ()


def test_pictures_are_resized_thresholded_and_inverted(pictures):
    found = made(data=pictures, picture=(2, 2), light_ink=True, threshold=0.5)
    assert found.spec.picture == (2, 2)
    assert found.inputs["x"].tolist() == [[0] * 4, [1] * 4]


def test_other_data_are_not_called_the_template_s(csv):
    """The Guide says of the book's own images what they show."""
    assert not made().spec.data
    other = made(data=csv(["0", *NOUGHT], ["1", *ONE]))
    assert (other.spec.template, other.spec.data) == ("digits", "own")


# --- held out and scaled ---------------------------------------------------------------------


def test_a_share_is_held_out_and_the_template_s_share_can_be_undone():
    found = made(test_share=0.25)
    assert (found.spec.images, found.spec.test_samples) == (48, 16)
    assert found.inputs["x"].shape == (48, 12)
    assert found.inputs["test_x"].shape == (16, 12)
    assert found.inputs["test_number"].tolist() == list(range(1, 17))
    assert made("iris", test_share=0.0).spec.test_samples == 0


def test_inputs_are_scaled_by_those_that_are_trained():
    found = made("iris")
    assert found.spec.scaled
    assert "x" not in found.inputs
    raw, tested = found.inputs["raw"], found.inputs["test_raw"]
    assert (len(raw), len(tested)) == (120, 30)
    np.testing.assert_allclose(found.inputs["middle"], raw.mean(axis=0), rtol=ROUNDED)
    np.testing.assert_allclose(found.inputs["factor"], 1 / raw.std(axis=0), rtol=ROUNDED)
    assert not made("iris", scale="none").spec.scaled


def test_a_range_is_brought_to_0_to_1(houses):
    found = made("xor", data=houses, targets=("price",), scale="range")
    scaled = (found.inputs["raw"] - found.inputs["middle"]) * found.inputs["factor"]
    np.testing.assert_allclose(scaled.min(axis=0), 0, atol=ROUNDED)
    np.testing.assert_allclose(scaled.max(axis=0), 1, rtol=ROUNDED)


# --- start and settings ----------------------------------------------------------------------


def test_settings_take_the_place_of_the_template_s():
    found = made(epochs=7, eta=0.5, lang="ja")
    assert (found.spec.epochs, found.spec.lang, float(found.inputs["eta"])) == (7, "ja", 0.5)


def test_a_seed_draws_the_start_as_the_template_spreads_it_or_as_asked():
    first, again, other = (made(seed=seed).inputs["W2"] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert made(seed=1).inputs["b2"].any()
    assert not made(seed=1, spread="fan-in").inputs["b2"].any()
    assert not made(spread="fan-in").inputs["b2"].any()


def test_a_start_of_a_person_takes_the_place_of_the_template_s(tmp_path):
    arrays = {name: made(seed=5).inputs[name][0] for name in ("W2", "b2", "W3", "b3")}
    np.savez(tmp_path / "my.npz", **arrays)
    found = made(start=tmp_path / "my.npz")
    np.testing.assert_array_equal(found.inputs["W3"][0], arrays["W3"])


# --- layers, and what a template of one's own says -----------------------------------------------


def shape(found):
    """Return the units and the activation of each layer."""
    return [(layer.units, layer.activation) for layer in found.spec.layers]


@pytest.mark.parametrize(
    ("template_name", "options", "layers", "cost"),
    [
        ("digits", {"hidden": (5, 3)}, [(5, "sigmoid"), (3, "sigmoid"), (2, "sigmoid")], None),
        ("digits", {"hidden": ()}, [(2, "sigmoid")], None),
        ("digits", {"activation": "tanh"}, [(3, "tanh"), (2, "sigmoid")], None),
        ("digits", {"output_activation": "tanh"}, [(3, "sigmoid"), (2, "tanh")], None),
        ("digits", {"cost": "cross-entropy"}, [(3, "sigmoid"), (2, "sigmoid")], "cross-entropy"),
        ("xor", {"hidden": (4,), "activation": "relu"}, [(4, "relu"), (2, "tanh")], None),
        (
            "digits",
            {"cost": "categorical cross-entropy"},
            [(3, "sigmoid"), (2, "softmax")],
            "categorical cross-entropy",
        ),
        ("cnn", {"hidden": (6,), "epochs": 1}, [(6, "sigmoid"), (3, "sigmoid")], None),
        (
            "cnn",
            {"activation": "relu", "epochs": 1},
            [(3, "relu"), (0, "linear"), (3, "sigmoid")],
            None,
        ),
    ],
)
def test_layers_functions_and_the_cost_change_without_a_folder(
    template_name, options, layers, cost
):
    found = made(template_name, **options)
    assert shape(found) == layers
    assert found.spec.cost == (cost or "squared error")


def test_a_start_of_ours_that_no_longer_fits_other_layers_is_drawn_without_a_word():
    found = made(hidden=(5,))
    assert found.inputs["W2"].shape == (1, 5, 12)
    assert found.told == ()
    assert made(activation="tanh").told == ()


def test_an_output_that_goes_with_the_cost_is_told():
    (note,) = made(cost="categorical cross-entropy").told
    assert note == (
        "The output layer is now softmax instead of sigmoid, which cannot be combined with "
        'the cost "categorical cross-entropy" (--output-activation).'
    )
    message = 'does not go with the output layer\'s "tanh"'
    with pytest.raises(DataError, match=message):
        made(cost="categorical cross-entropy", output_activation="tanh")


@pytest.mark.slow
def test_a_leaky_relu_of_any_slope_is_an_output_of_the_squared_error(tmp_path):
    for name in ("leaky relu", "leaky relu 0.2"):
        built = xlnn.build("xor", tmp_path / "a.xlsx", epochs=2, output_activation=name)
        assert xlnn.check(built.path, engine="formulas").agrees
    with pytest.raises(DataError, match="ask for outputs between 0 and 1"):
        made("xor", cost="cross-entropy", output_activation="leaky relu 0.2")


def test_a_regression_takes_a_linear_output_with_its_cost(houses):
    found = made("iris", data=houses, targets=("price",), cost="squared error", test_share=0.0)
    assert shape(found)[-1] == (1, "linear")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hidden": (0,)}, "Layer 2 has 0 units"),
        ({"hidden": (5,), "activation": "step"}, 'Layer 2: there is no activation "step"'),
        ({"activation": "sinus"}, 'no activation "sinus"'),
        ({"activation": "sinus"}, "relu and linear, or for outputs softmax"),
        ({"eta": float("inf")}, "eta is inf: a finite number greater than 0 is expected"),
        ({"scale": "log"}, "choose none, range or standard"),
        ({"activation": "softmax"}, "softmax is for the output layer"),
        ({"cost": "none"}, 'no cost "none"'),
        ({"hidden": (), "activation": "tanh"}, "--activation is for hidden layers, and there"),
    ],
)
def test_layers_that_cannot_be_are_refused(options, message):
    with pytest.raises(DataError, match=message):
        made(**options)


def test_hidden_layers_of_an_older_workbook_are_numbered_anew():
    known = from_template(template("digits"))
    found = plan(known, Options(hidden=(4, 3)))
    assert [layer.name for layer in found.spec.layers] == ["2", "3", "4"]


@pytest.fixture
def mine(tmp_path):
    """A copy of the template digits, with a function that edits its template.toml."""
    copy("digits", tmp_path / "mine")

    def edited(old, new, **options):
        path = tmp_path / "mine" / "template.toml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        return plan(from_template(template(str(tmp_path / "mine"))), Options(**options))

    return edited


def test_a_template_whose_layers_were_edited_draws_a_start_that_no_longer_fits(mine):
    found = mine("units = 3", "units = 4")
    assert found.inputs["W2"].shape == (1, 4, 12)
    told, note = found.told
    assert told == (
        'images.csv: 64 images of 4 × 3 pixels, labels 0 and 1 in the column "label" (32 of each).'
    )
    assert note.endswith("So the start weights were drawn at random (seed 0, fan-in).")


def test_a_template_whose_images_were_edited_draws_a_start_that_no_longer_fits(mine, tmp_path):
    (tmp_path / "mine" / "images.csv").write_text("0,1,1,1,1\n1,0,0,0,0\n")
    found = mine("picture = [4, 3]", "picture = [2, 2]")
    assert found.spec.picture == (2, 2)
    assert found.told[1].startswith("start.json: W2 has the shape (3, 12); the network has (3, 4)")


def test_a_start_that_is_broken_is_still_refused(mine, tmp_path):
    for content, message in (("{", "not JSON"), ('{"W2": ["x"]}', "W2 is not an array of numb")):
        (tmp_path / "mine" / "start.json").write_text(content)
        with pytest.raises(DataError, match=message):
            mine("units = 3", "units = 3")


def test_a_picture_in_a_template_is_honoured_or_refused(mine):
    assert mine("picture = [4, 3]", "picture = [3, 4]").spec.picture == (3, 4)
    message = r"says picture = \[3, 3\], and the pictures of images\.csv have 4 x 3 pixels: correct"
    with pytest.raises(DataError, match=message):
        mine("picture = [3, 4]", "picture = [3, 3]")


def test_a_picture_in_a_template_of_picture_files_is_their_size(mine, pictures, tmp_path):
    pictures.rename(tmp_path / "mine" / "photos")
    found = mine('file = "images.csv"\npicture = [4, 3]', 'file = "photos"\npicture = [3, 3]')
    assert found.spec.picture == (3, 3)


def test_how_a_template_s_file_is_written_says_nothing_of_other_data(mine, csv):
    says = 'picture = [4, 3]\nencoding = "cp932"\ndecimal = ","\nsheet = "a"'
    found = mine("picture = [4, 3]", says, data=csv(["0", *NOUGHT], ["1", *ONE]))
    assert found.inputs["x"].tolist() == [NOUGHT, ONE]


def test_a_frame_with_a_column_called_name_is_read():
    frame = pd.DataFrame({"name": ["a", "b"], "x": [1, 2]})
    assert made("xor", data=frame, label="name").spec.features == ("x",)


def test_a_template_says_how_its_data_are_read(mine, tmp_path):
    rows = "0,5;;é\n1,5;2;à\n2,5;3;é\n"
    (tmp_path / "mine" / "images.csv").write_bytes(rows.encode("cp1252"))
    mine_says = 'table = true\nencoding = "cp1252"\ndecimal = ","\nmissing = "drop"\nlabel = "3"'
    with pytest.raises(DataError, match=r"has the labels 0 and 1, but .* has à and é"):
        mine("picture = [4, 3]", mine_says)
    found = mine('labels = ["0", "1"]', 'labels = ["é", "à"]')
    assert found.inputs["x"].tolist() == [[1.5, 2], [2.5, 3]]
    assert found.spec.labels == ("é", "à")


# --- what is missing, and what is large ----------------------------------------------------------


def test_what_was_made_of_missing_values_is_kept_in_the_workbook(csv):
    path = csv(["k", "a"], ["x", 1], ["y", ""], ["x", 3], ["y", 2])
    found = made("xor", data=path, missing="mean")
    assert found.spec.missing == "mean"
    assert 'missing = "mean"' in to_toml(found.spec)
    assert found.told[1].endswith("replaced by the mean of the column (--missing mean).")
    assert from_toml(to_toml(found.spec)) == found.spec
    assert "missing" not in to_toml(made().spec)


@pytest.mark.parametrize(
    ("rows", "options", "note"),
    [
        (
            [[0, 255, 0, 9], [1, 3, 200, 0]],
            {"picture": (1, 3)},
            "The pixels go from 0 to 255: the s",
        ),
        (
            [[0, 16, 0, 9], [1, 3, 12, 0]],
            {"picture": (1, 3)},
            "The pixels go from 0 to 16: the s",
        ),
        (
            [["a", 1, 20_000], ["b", 2, 30_000]],
            {"table": True},
            "The inputs are of very different size (x1 from 1 to 2, x2 from 20,000 to 30,000): add",
        ),
        ([["a", 1e-9, 1], ["b", 2e-9, 0]], {"table": True}, "The inputs are of very different"),
        ([[0, 1e-5, 0, 9e-6], [1, 0, 2e-6, 0]], {"picture": (1, 3)}, "The pixels go from 0 to"),
        ([["a", 1e-9, 2e-9], ["b", 2e-9, 0]], {"table": True}, "The inputs are tiny (x1 from "),
        (
            [["a", 2019], ["b", 2020]],
            {"table": True},
            "The inputs are large (x1 from 2,019 to 2,020)",
        ),
        (
            [["a", -1e12], ["b", 0]],
            {"table": True},
            "The inputs are large (x1 from -1 × 10¹² to 0)",
        ),
    ],
)
def test_inputs_of_a_size_to_be_scaled_are_told_with_the_option(csv, rows, options, note):
    found = made("digits" if "picture" in options else "xor", data=csv(*rows), **options)
    assert found.told[-1].startswith(note)
    scaled = made("xor", data=csv(*rows), table=True, scale="standard")
    assert not any("--scale" in told for told in scaled.told)


@pytest.mark.parametrize(
    "rows",
    [
        [["a", 1, 0.5], ["b", 0, -3]],
        [["a", 1, 9_999], ["b", 0, 9_999]],  # a constant column teaches nothing
        [["a", 5, 5], ["b", 5, 5]],
        [["a", 0.01, 0.02], ["b", 0.02, 0]],
    ],
    ids=["of about 1", "constant", "all constant", "small alike"],
)
def test_inputs_of_one_size_are_not_told(csv, rows):
    assert len(made("xor", data=csv(*rows), table=True).told) == 1


# --- refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"start": "a.json", "seed": 1}, "--start and --seed cannot be combined"),
        ({"start": "a.json", "spread": "normal"}, "--start and --spread cannot be combined"),
        ({"label": "a", "targets": ("b",)}, "--label and --target cannot be combined"),
        ({"picture": (1, 2), "table": True}, "--picture and --table cannot be combined"),
    ],
)
def test_options_that_make_each_other_void_are_refused(options, message):
    with pytest.raises(OptionsError, match=message):
        Options(**options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"threshold": 0.5}, r"--threshold is for folders of pictures; my\.csv is not one"),
        ({"light_ink": True}, r"--light-ink is for folders of pictures; my\.csv is not one"),
        ({"sheet": "Data"}, r"--sheet is for \.xlsx files; my\.csv is not one"),
    ],
)
def test_options_that_say_nothing_about_the_data_are_refused(csv, options, message):
    with pytest.raises(OptionsError, match=message):
        made(data=csv(["0", *NOUGHT], ["1", *ONE]), **options)


def test_options_of_tables_say_nothing_about_arrays_and_pictures(tmp_path, pictures):
    np.savez(tmp_path / "my.npz", x=[NOUGHT, ONE], y=[0, 1])
    for path in (tmp_path / "my.npz", pictures):
        for options in ({"encoding": "cp1252"}, {"sheet": "a"}, {"decimal": ","}):
            with pytest.raises(OptionsError, match=r"--(encoding|sheet|decimal) is for .* not one"):
                made(data=path, **options)
    with pytest.raises(OptionsError, match=r"--missing is for .*arrays; my is not one"):
        made(data=pictures, missing="drop")
    with pytest.raises(OptionsError, match=r"--label is for .*data frames; data is not one"):
        made(data=([NOUGHT, ONE], [0, 1]), label="last")


def test_a_folder_or_an_archive_has_no_column(tmp_path, pictures):
    np.savez(tmp_path / "my.npz", x=[NOUGHT, ONE], y=[0, 1])
    for path in (tmp_path / "my.npz", pictures):
        with pytest.raises(OptionsError, match=r"--label is for .*data frames; my"):
            made(data=path, label="kind")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"test_share": 1.5}, r"test_share is 1\.5: a number from 0 to less than 1"),
        ({"test_share": float("nan")}, "test_share is nan: a number"),
        ({"test_share": "half"}, "test_share is 'half'"),
        ({"scale": "log"}, 'no scaling "log"'),
        ({"spread": "wide"}, 'no spread "wide"'),
        ({"epochs": 0}, "epochs is 0"),
        ({"eta": -1}, "eta is -1"),
        ({"eta": float("inf")}, "eta is inf"),
        ({"data": "none.csv"}, r"none\.csv cannot be read"),
        ({"data": "none.csv", "threshold": 0.5}, r"none\.csv cannot be read"),
        ({"start": "none.json"}, r"none\.json cannot be read"),
        ({"picture": (3, 3)}, r"images\.csv: the pictures have 4 x 3 pixels and not 3 x 3"),
        ({"label": "kind"}, 'the column "kind" is not there.* --drop and --columns name columns'),
        ({"targets": ("price",)}, 'the column "price" is not there'),
    ],
)
def test_an_option_that_cannot_be_is_refused(options, message):
    with pytest.raises(DataError, match=message):
        made(**options)


def test_classes_by_softmax_are_no_numbers_to_predict(houses):
    message = 'a regression takes "squared error"'
    with pytest.raises(DataError, match=message):
        made("iris", data=houses, targets=("price",), test_share=0.0)


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        (
            {"targets": ("kind",)},
            ' A target is a number to predict: .* classes, use --label "kind" instead of --target.',
        ),
    ],
)
def test_words_where_numbers_belong_are_refused_with_what_to_do(csv, options, hint):
    path = csv(["a", "b", "kind"], [1, 2, "big"], [2, 3, "small"], [1, 5, "tiny"])
    message = (
        r'line 2, column kind: "big" is not a number\. .* such as 0, 1 or 0\.25\.' + hint + "$"
    )
    with pytest.raises(DataError, match=message):
        made("xor", data=path, **options)


def test_words_that_are_no_categories_are_left_out_with_a_note(csv):
    path = csv(["a", "b", "kind"], [1, 2, "big"], [2, 3, "small"], [1, 5, "tiny"])
    for options in ({"table": True}, {"targets": ("a",)}):
        found = made("xor", data=path, **options)
        assert found.spec.features == ("b",)
        assert "my.csv: left out kind (names or free text); --columns names" in found.told[1]


def test_the_template_s_own_data_must_have_its_labels_and_its_outputs():
    known = from_template(template("digits"))
    other = replace(known, reading=replace(known.reading, labels=("nought", "one")))
    with pytest.raises(DataError, match=r"the labels nought and one, but images\.csv has 0 and 1"):
        plan(other, Options())
    first, second = known.sizes["layers"]
    three = replace(known, sizes={**known.sizes, "layers": (first, replace(second, units=3))})
    with pytest.raises(DataError, match="output layer has 3 units for 2 labels"):
        plan(three, Options())
