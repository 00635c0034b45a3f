"""A build from an older workbook keeps its network, its settings and what was changed in it."""

import numpy as np
import openpyxl
import pytest
from networks import some_images
from rewriting import edit

from xlnn.building.build import build
from xlnn.checking.check import check
from xlnn.errors import DataError, OptionsError, WorkbookError
from xlnn.loading.spec import layout_of, read_spec
from xlnn.loading.values import values

NOUGHT, ONE = "1," * 11 + "1", "0," * 11 + "0"


@pytest.fixture(scope="module")
def words_path(tmp_path_factory):
    """A small table of three classes with Chinese names, scaled, three rows held out."""
    place = tmp_path_factory.mktemp("words")
    rows = [f"{5 * n % 13},{n * n},{'狗猫马'[n % 3]}" for n in range(13)]
    (place / "my.csv").write_text("\n".join(["long,wide,kind", *rows]), encoding="utf-8")
    return build(
        "iris", place / "words.xlsx", data=place / "my.csv", label="kind", epochs=2, lang="ja"
    ).path


@pytest.fixture
def words(words_path, tmp_path):
    (tmp_path / "words.xlsx").write_bytes(words_path.read_bytes())
    return tmp_path / "words.xlsx"


def cell(path, name, index=()):
    return layout_of(read_spec(path)).cell(name, index)


def again(path, **options):
    """Build from a workbook, check the new one and return its Spec and values."""
    new = build(from_workbook=path, **options)
    assert check(new.path, "formualizer").agrees
    return read_spec(new.path), values(new.path, "formualizer"), new


@pytest.mark.slow
def test_a_network_that_sees_pictures_goes_on(tmp_path):
    old = build(
        "cnn", tmp_path / "a.xlsx", epochs=1, verify=False, **some_images("cnn", 24, tmp_path)
    )
    new = build(from_workbook=old.path, output=tmp_path / "b.xlsx", verify=False)
    one, other = (values(built.path, "formualizer") for built in (old, new))
    assert (one["x"] == other["x"]).all()
    assert (one["C_T"] == other["C_T"]).all()


@pytest.mark.slow
def test_what_was_changed_in_the_sheet_is_kept(short_copy):
    changes = {
        cell(short_copy, "eta"): "=1/3",
        cell(short_copy, "x", (4, 7)): 0.25,
        cell(short_copy, "t", (5, 0)): 0.5,
        cell(short_copy, "W2", (0, 1, 2)): 0.125,
        cell(short_copy, "b3", (0, 1)): -2,
        cell(short_copy, "labels", (0,)): 7,
    }
    edit(short_copy, changes)
    before, after = values(short_copy, "formualizer"), again(short_copy, epochs=5)[1]
    assert float(after["eta"]) == 0.333333333333333
    assert (after["x"][4, 7], after["t"][5, 0], after["W2"][0, 1, 2]) == (0.25, 0.5, 0.125)
    assert (after["b3"][0, 1], after["labels"][0]) == (-2, 7)
    for name in ("x", "t", "labels"):
        np.testing.assert_array_equal(after[name], before[name])
    for name in ("W2", "b2", "W3", "b3"):
        np.testing.assert_array_equal(after[name][0], before[name][0])
    assert len(after["C_T"]) == 5


@pytest.mark.slow
def test_the_new_workbook_stands_beside_the_old_one_which_stays(short_copy):
    before = short_copy.read_bytes()
    spec, _, new = again(short_copy)
    assert new.path == short_copy.with_name("copy-new.xlsx")
    assert short_copy.read_bytes() == before
    assert spec == read_spec(short_copy)


@pytest.mark.slow
def test_formulas_that_were_overwritten_are_written_anew(short_copy):
    edit(short_copy, {cell(short_copy, "z2", (0, 3, 1)): 5})
    assert not check(short_copy, "formualizer").agrees
    assert again(short_copy)[2].report.agrees


@pytest.mark.slow
def test_language_table_scaling_and_what_is_held_out_are_kept(words):
    spec, after, _ = again(words)
    before = values(words, "formualizer")
    assert spec == read_spec(words)
    assert (spec.lang, spec.scaled, spec.features) == ("ja", True, ("long", "wide"))
    for name in ("raw", "test_raw", "test_t", "middle", "factor"):
        np.testing.assert_array_equal(after[name], before[name])


@pytest.mark.slow
def test_another_language_share_or_scaling_may_be_asked_for(words):
    spec, after, _ = again(words, lang="zh", test_share=0.0, scale="none")
    assert (spec.lang, spec.scaled, spec.test_samples, spec.images) == ("zh", False, 0, 13)
    assert sorted(after["x"][:, 0]) == list(range(13))


@pytest.mark.slow
def test_a_seed_draws_another_start_and_leaves_what_is_held_out(words):
    before, after = values(words, "formualizer"), again(words, seed=9)[1]
    assert not np.array_equal(after["W2"][0], before["W2"][0])
    np.testing.assert_array_equal(after["test_raw"], before["test_raw"])


@pytest.mark.slow
def test_new_data_of_the_same_size_are_trained_from_the_same_start(short_copy, tmp_path):
    edit(short_copy, {cell(short_copy, "W3", (0, 1, 1)): 0.75, cell(short_copy, "eta"): 0.4})
    (tmp_path / "new.csv").write_text(f"1,{ONE}\n0,{NOUGHT}\n")
    spec, after, new = again(short_copy, data=tmp_path / "new.csv")
    assert (spec.images, spec.labels, spec.template) == (2, ("0", "1"), "digits")
    assert (after["W3"][0, 1, 1], float(after["eta"])) == (0.75, 0.4)
    assert not any("drawn" in note for note in new.told)
    assert again(new.path)[0].data == "own"


@pytest.mark.slow
def test_new_data_of_another_size_keep_what_fits_and_say_what_was_drawn(short_copy, tmp_path):
    rows = [f"{label},{','.join('01'[label == kind] for kind in 'aabbccaab')}" for label in "abc"]
    (tmp_path / "new.csv").write_text("\n".join(rows))
    before = values(short_copy, "formualizer")
    spec, after, new = again(short_copy, data=tmp_path / "new.csv")
    assert (spec.picture, spec.labels) == ((3, 3), ("a", "b", "c"))
    assert (
        new.told[1] == "These start weights have another size now, so they were drawn at random "
        "(seed 0, fan-in): W2, W3, b3."
    )
    np.testing.assert_array_equal(after["b2"][0], before["b2"][0])


@pytest.mark.slow
def test_labels_of_new_data_are_ordered_as_in_the_workbook_by_old_names_or_new(words, tmp_path):
    assert read_spec(words).labels == ("狗", "猫", "马")
    edit(words, {cell(words, "labels", (0,)): "犬"})
    for dog in "狗犬":
        lines = [
            "kind,long,wide",
            "马,1,2",
            "马,3,2",
            "猫,5,6",
            "猫,5,7",
            f"{dog},1,2",
            f"{dog},2,2",
        ]
        (tmp_path / "new.csv").write_text("\n".join(lines), encoding="utf-8")
        spec, after, _ = again(words, data=tmp_path / "new.csv")
        assert spec.labels == (dog, "猫", "马")
        assert list(after["labels"]) == [dog, "猫", "马"]
        assert spec.features == ("long", "wide")
        assert spec.test_samples > 0


@pytest.mark.slow
def test_other_inputs_are_scaled_anew_with_a_word(words, tmp_path):
    (tmp_path / "new.csv").write_text("k,a,b,c\n" + "x,1,2,3\ny,2,3,5\n" * 4)
    spec, after, new = again(words, data=tmp_path / "new.csv")
    assert spec.scaled
    assert "The inputs are new, so they are scaled again (--scale standard)." in new.told
    assert after["middle"].shape == (3,)


@pytest.mark.slow
def test_a_regression_predicts_the_same_columns_of_new_data(tmp_path):
    (tmp_path / "old.csv").write_text("a,b,y\n1,2,0.5\n2,1,0.25\n3,1,0.75\n")
    (tmp_path / "new.csv").write_text("y,a,b\n0.5,5,6\n0.25,7,8\n")
    old = build("xor", tmp_path / "old.xlsx", data=tmp_path / "old.csv", targets=["y"], epochs=2)
    spec, after, _ = again(old.path, data=tmp_path / "new.csv")
    assert spec.is_regression
    assert (spec.labels, spec.features) == (("y",), ("a", "b"))
    assert after["t"][:, 0].tolist() == [0.5, 0.25]
    (tmp_path / "new.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match='the column "y" is not there'):
        build(from_workbook=old.path, data=tmp_path / "new.csv")


@pytest.mark.parametrize(
    ("name", "index", "value", "message"),
    [
        ("eta", (), "fast", '"fast", but it is an input: undo, or type a number'),
        ("eta", (), 0, "eta is 0"),
        ("x", (1, 1), None, "holds nothing, but it is an input"),
        ("W2", (0, 0, 0), "=1/0", "it is an input: undo, or type a number"),
        ("labels", (0,), 1, "a label occurs twice in 1 and 1"),
        ("labels", (0,), "cat", "undo, or type a number; for words, build again"),
        ("z2", (0, 0, 0), "=Training!C4", "a circular reference"),
    ],
)
@pytest.mark.first(1)
@pytest.mark.slow
def test_an_input_that_holds_nothing_usable_is_refused(short_copy, name, index, value, message):
    edit(short_copy, {cell(short_copy, name, index): value})
    with pytest.raises((DataError, WorkbookError), match=message):
        build(from_workbook=short_copy)
    assert list(short_copy.parent.iterdir()) == [short_copy]


@pytest.mark.slow
def test_a_number_in_the_place_of_a_word_is_told_how_it_is_typed_as_one(words):
    edit(words, {cell(words, "labels", (0,)): 7})
    with pytest.raises(WorkbookError, match="holds 7, but it is an input: undo, or type a text"):
        check(words, "formualizer")
    edit(words, {cell(words, "labels", (0,)): "7"})
    assert check(words, "formualizer").agrees


@pytest.mark.slow
def test_a_long_label_that_was_typed_is_kept(words):
    edit(words, {cell(words, "labels", (0,)): "a" * 41})
    labels = values(build(from_workbook=words).path, "formualizer")["labels"]
    assert labels[0] == "a" * 41


@pytest.mark.slow
def test_how_to_read_data_is_no_option_without_data(short_copy):
    for options in ({"picture": (6, 2)}, {"table": True}, {"label": "a"}, {"light_ink": True}):
        with pytest.raises(OptionsError, match="says how to read data: add --data"):
            build(from_workbook=short_copy, **options)


@pytest.mark.ci
def test_what_is_no_workbook_of_xlnn_is_refused(tmp_path):
    openpyxl.Workbook().save(tmp_path / "foreign.xlsx")
    for name, message in (
        ("foreign.xlsx", "no sheet Spec"),
        ("none.xlsx", "there is no such file"),
    ):
        with pytest.raises(WorkbookError, match=message):
            build(from_workbook=tmp_path / name)
