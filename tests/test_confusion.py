"""The sheet of classes says what is taken for what, and lists the images that are still wrong."""

import re

import numpy as np
import openpyxl
import pytest
from programs import skip_without
from rewriting import edit

from xlnn.building.build import build
from xlnn.checking.check import check
from xlnn.engines import ENGINES
from xlnn.loading.spec import layout_of, read_spec
from xlnn.loading.values import values
from xlnn.workbooks.pages.confusion import MOST_CLASSES, MOST_LISTED, TITLES
from xlnn.writing.style import QUIET

EPOCHS = 3


@pytest.fixture(scope="module")
def iris_path(tmp_path_factory):
    path = tmp_path_factory.mktemp("iris") / "iris.xlsx"
    build("iris", path, epochs=EPOCHS, verify=False)
    return path


@pytest.fixture(scope="module")
def crowded_path(tmp_path_factory):
    """More classes than the table has, more mistakes than the list has, and one row held out."""
    folder = tmp_path_factory.mktemp("crowded")
    x = np.random.default_rng(5).normal(size=(90, 2))
    labels = [f"class {number % (MOST_CLASSES + 5)}" for number in range(len(x))]
    build("xor", folder / "crowded.xlsx", data=(x, labels), epochs=2, test_share=0.01)
    return folder / "crowded.xlsx"


@pytest.mark.parametrize("epoch", [1, EPOCHS])
@pytest.mark.parametrize("part", ["", "test_"])
@pytest.mark.first(1)
@pytest.mark.slow
def test_the_table_counts_what_was_taken_for_what(iris_path, tmp_path, part, epoch):
    got = chosen(iris_path, tmp_path, epoch)
    truth, answer = got[f"{part}truth"], got[f"{part}answer"][epoch - 1]
    for i in range(3):
        for j in range(3):
            both = (truth == i + 1) & (answer == j + 1)
            assert got[f"confusion_{part}counts"][i, j] == both.sum()
        assert got[f"confusion_{part}total"][i] == (truth == i + 1).sum()
        share = (answer == truth)[truth == i + 1].mean()
        assert got[f"confusion_{part}share"][i] == pytest.approx(share, rel=1e-12)
    assert got[f"confusion_{part}counts"].sum() == len(truth)


@pytest.mark.slow
def test_a_count_is_as_full_of_colour_as_its_share_of_the_class(iris_path):
    sheet = openpyxl.load_workbook(iris_path)["Confusion matrix"]
    (part,) = (p for p in sheet.conditional_formatting if str(p.sqref) == "B11:D13")
    filled = [(r.formula[0], r.dxf.fill.bgColor.rgb) for r in part.rules if r.dxf.fill]
    wrong = {float(re.search(r">([0-9.]+)\*\$E11", f)[1]): c for f, c in filled if "<>B$10" in f}
    light = [sum(bytes.fromhex(colour[-6:])) for _, colour in sorted(wrong.items())]
    assert len(light) >= 3
    assert min(wrong) == 0
    assert light == sorted(light, reverse=True)


@pytest.mark.ci
def test_what_is_counted_from_is_quieter_than_the_counts(iris_path):
    sheet = openpyxl.load_workbook(iris_path)["Confusion matrix"]
    place = layout_of(read_spec(iris_path)).blocks["confusion_place"]
    head, first = (sheet.cell(row, place.column) for row in (place.row - 1, place.row))
    assert head.value == TITLES["place"]
    assert {cell.font.color.rgb[-6:] for cell in (head, first)} == {QUIET}
    assert sheet["B11"].font.color.rgb[-6:] != QUIET


@pytest.mark.parametrize("epoch", [1, EPOCHS])
@pytest.mark.parametrize("part", ["", "test_"])
@pytest.mark.first(2)
@pytest.mark.slow
@pytest.mark.first(1)
def test_the_list_names_the_wrong_images_in_order(iris_path, tmp_path, part, epoch):
    got = chosen(iris_path, tmp_path, epoch)
    truth, answer = got[f"{part}truth"], got[f"{part}answer"][epoch - 1]
    wrong = np.flatnonzero(truth != answer)
    listed = got[f"confusion_{part}image"]
    shown = min(len(wrong), len(listed))
    assert got[f"confusion_{part}wrong"] == len(wrong) > 0
    np.testing.assert_array_equal(listed[:shown], wrong[:shown] + 1)
    assert not listed[shown:].any()
    names = got["labels"]
    labels = [names[int(truth[image]) - 1] for image in wrong[:shown]]
    answers = [names[int(answer[image]) - 1] for image in wrong[:shown]]
    nothing = [""] * (len(listed) - shown)
    assert [*got[f"confusion_{part}listed_label"]] == labels + nothing
    assert [*got[f"confusion_{part}listed_answer"]] == answers + nothing


def chosen(path, folder, epoch):
    """Return the values of a copy in which an epoch is chosen."""
    copy = folder / "copy.xlsx"
    copy.write_bytes(path.read_bytes())
    layout = layout_of(read_spec(copy))
    edit(copy, {layout.cell("confusion_epoch", ()): epoch})
    return values(copy, "formualizer")


@pytest.mark.slow
def test_it_opens_on_the_last_epoch(iris_path):
    assert values(iris_path, "formualizer")["confusion_epoch"] == EPOCHS


@pytest.mark.slow
def test_of_many_classes_and_mistakes_it_says_what_is_left_out(crowded_path):
    got = values(crowded_path, "formualizer")
    assert got["confusion_counts"].shape == (MOST_CLASSES, MOST_CLASSES)
    assert got["confusion_image"].shape == (MOST_LISTED,)
    wrong = int(got["confusion_wrong"])
    assert wrong > MOST_LISTED
    sheet = openpyxl.load_workbook(crowded_path, data_only=True)["Confusion matrix"]
    texts = {cell.value for row in sheet.iter_rows() for cell in row}
    assert (
        f"Classified wrongly: {wrong} of 89 rows. The list shows the first {MOST_LISTED}; "
        f"{wrong - MOST_LISTED} more are not listed."
    ) in texts
    assert f"Of {MOST_CLASSES + 5} classes, the first {MOST_CLASSES}." in texts


@pytest.mark.slow
def test_where_nothing_is_wrong_it_says_so(tmp_path):
    for verify in (False, True):  # without an engine, the sentence is Python's
        build("xor", tmp_path / "xor.xlsx", verify=verify, force=True)
        sheet = openpyxl.load_workbook(tmp_path / "xor.xlsx", data_only=True)["Confusion matrix"]
        assert sheet["A7"].value == "Every row is classified correctly."


@pytest.mark.parametrize("engine", sorted(ENGINES))  # the fastest first
@pytest.mark.first(1)
@pytest.mark.slow
def test_every_engine_agrees_on_the_confusion_of(engine, crowded_path):
    skip_without(engine)
    assert check(crowded_path, engine).agrees


@pytest.mark.slow
def test_a_tie_is_right_either_way(tmp_path):
    # all weights 0: the outputs of a row are equal, and engines choose alike or not
    x = np.random.default_rng(5).normal(size=(12, 2))
    labels = ["a", "b"] * 6
    build("xor", tmp_path / "tie.xlsx", data=(x, labels), hidden=2, epochs=1, test_share=0.2)
    layout = layout_of(read_spec(tmp_path / "tie.xlsx"))
    zeros = {
        layout.cell(name, (0, *unit)): 0
        for name in ("W2", "b2", "W3", "b3")
        for unit in layout.model[name].units
    }
    edit(tmp_path / "tie.xlsx", zeros)
    for engine in ENGINES[:2]:
        assert check(tmp_path / "tie.xlsx", engine).agrees


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("confusion_counts", "=SUMPRODUCT((1=1)*1)"),
        ("confusion_key", "=0"),
        ("confusion_place", "=1"),
        ("confusion_image", "=1"),
        ("confusion_total", "=40"),
        ("confusion_share", "=1"),
        ("confusion_wrong", "=22"),
        ("confusion_listed_label", '="setosa"'),
        ("confusion_mistakes", '="none"'),
    ],
)
@pytest.mark.first(1)
@pytest.mark.slow
def test_an_altered_formula_is_named(iris_path, tmp_path, name, formula):
    copy = tmp_path / "copy.xlsx"
    copy.write_bytes(iris_path.read_bytes())
    layout = layout_of(read_spec(copy))
    block = layout.blocks[name]
    cell = layout.cell(name, (0,) * len(block.quantity.lengths))
    edit(copy, {cell: formula})
    report = check(copy, "formualizer")
    assert not report.agrees
    assert name in {wrong.quantity for wrong in report.wrong}
