"""The sheets that look closely show what training computed, and say what they should."""

import numpy as np
import openpyxl
import pytest
from networks import random_plan, spec, write_plan
from programs import QUICKEST_FIRST, skip_without
from rewriting import edit

from xlnn.checking.check import check
from xlnn.equations.network_drawing import LEVELS
from xlnn.errors import WorkbookError
from xlnn.experiments.network.kind import KIND
from xlnn.experiments.network.quantities.lens import LARGEST_DRAWN, drawn_whole
from xlnn.experiments.network.sheets.images import GALLERY
from xlnn.linting import lint
from xlnn.loading.spec import layout_of, read_spec
from xlnn.loading.values import values
from xlnn.workbooks.pages.gradient_check import worth_moving
from xlnn.workbooks.pages.guide import PICTURE_ROWS
from xlnn.writing.formats import DIGIT_PIXELS, PADDING
from xlnn.writing.text_width import text_width
from xlnn.xlsx.package import SPARE_BOX

CENTRAL = 1e-5
"""A central difference with h = 0.001 is off by about h squared."""

SAME = 1e-12


@pytest.fixture
def choose(short_copy):
    """Type into cells of quantities by their names, and recalculate."""
    layout = layout_of(read_spec(short_copy))

    def choose(**choices):
        edit(short_copy, {layout.cell(name, ()): value for name, value in choices.items()})
        return values(short_copy, "formualizer")

    return choose


@pytest.mark.parametrize(("epoch", "image"), [(1, 1), (3, 64), (2, 33)])
@pytest.mark.slow
@pytest.mark.first(1)
def test_the_lens_shows_the_row_of_training_that_was_chosen(choose, epoch, image):
    got = choose(lens_epoch=epoch, lens_image=image)
    for kind in ("z", "a", "slope", "delta"):
        for layer in "23":
            shown, row = got[f"lens_{kind}{layer}"][0], got[f"{kind}{layer}"][epoch - 1, image - 1]
            np.testing.assert_allclose(shown, row, rtol=0, atol=SAME)
    assert got["lens_gap"] <= SAME
    np.testing.assert_array_equal(got["lens_x"][0], got["x"][image - 1])
    np.testing.assert_array_equal(got["lens_W2"], got["W2"][epoch - 1])
    np.testing.assert_array_equal(got["lens_dC_dW3"], got["dC_dW3"][epoch - 1])
    np.testing.assert_array_equal(got["lens_W_after3"], got["W3"][epoch].ravel())


@pytest.mark.slow
def test_the_cost_of_several_outputs_widens_no_page_of_the_lens(workbook):
    sums = {"cost": "mse", "output_activation": "sigmoid"}
    path = workbook("iris", epochs=1, verify=False, **sums).path
    assert openpyxl.load_workbook(path)["Lens"].print_area == "'Lens'!$A$1:$X$68"


@pytest.mark.slow
def test_the_gradients_of_single_images_add_up_to_the_gradient(choose):
    total = sum(choose(lens_epoch=2, lens_image=image)["lens_dC_dW_one3"] for image in range(1, 65))
    gradient = choose(lens_epoch=2)["dC_dW3"][1]
    np.testing.assert_allclose(total, gradient.ravel(), rtol=0, atol=1e-11)


@pytest.mark.slow
def test_the_lens_writes_each_line_with_its_numbers(digits_path):
    workbook = openpyxl.load_workbook(digits_path, data_only=True)
    texts = {cell.value for row in workbook["Lens"].iter_rows() for cell in row}
    assert "δ³₁ = (0.327 − 1) × 0.220 = −0.148" in texts
    assert "a²₁ = σ(−5.465) = 0.004" in texts
    assert "C = ½ ((1 − 0.327)² + (0 − 0.141)²) = 0.237" in texts


@pytest.mark.parametrize("chosen", [1, 37, 38, 47])
@pytest.mark.parametrize("epoch", [1, 3])
@pytest.mark.first(3)
@pytest.mark.slow
@pytest.mark.first(1)
def test_the_gradient_check_finds_the_back_propagated_gradient(choose, chosen, epoch):
    got = choose(slope_chosen=chosen, slope_epoch=epoch)
    gradients = [got[f"dC_d{name}"][epoch - 1].ravel() for name in ("W2", "b2", "W3", "b3")]
    expected = np.concatenate(gradients)[chosen - 1]
    assert got["slope_backward"] == pytest.approx(expected, abs=SAME)
    assert got["slope_numeric"] == pytest.approx(expected, abs=CENTRAL)


@pytest.mark.parametrize(
    ("slopes", "chosen"), [([0, 0, 1e-4, 3], 4), ([0.1, -5, 0, 0], 1), ([0] * 4, 1)]
)
def test_the_gradient_check_opens_on_a_parameter_that_the_cost_heeds(slopes, chosen):
    model = KIND.layout(spec([1, 2])).model
    run = {"dC_dW2": np.reshape(slopes[:2], (1, 2, 1)), "dC_db2": np.array([slopes[2:]])}
    assert worth_moving(model, run) == chosen


@pytest.mark.slow
def test_a_drawing_is_recognised(digits_path):
    """The first image, a 0, stands on the sheet when it is opened first."""
    stored = openpyxl.load_workbook(digits_path, data_only=True)["Recognise"]
    texts = [str(cell.value) for row in stored.iter_rows() for cell in row]
    assert "Prediction: 0 (0.959)." in texts


@pytest.mark.slow
def test_any_epoch_can_be_asked_about_the_drawing(choose):
    got = choose()
    np.testing.assert_array_equal(got["draw_W2"], got["W2"][-1])
    at_start = choose(draw_epoch=0)
    np.testing.assert_array_equal(at_start["draw_W2"], got["W2"][0])


@pytest.mark.slow
def test_each_image_is_drawn_with_its_number_and_label(choose):
    got = choose()
    drawn = np.concatenate([got[name] for name in got if name.endswith("_picture")])
    np.testing.assert_array_equal(drawn, got["x"])
    captions = np.concatenate([got[name] for name in got if name.endswith("_caption")])
    assert captions[0] == "1: 0"
    assert captions[-1] == "64: 1"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("lens_epoch", 4, "a whole number from 1 to 3"),
        ("lens_image", 0, "a whole number from 1 to 64"),
        ("lens_image", 1.5, "a whole number from 1 to 64"),
        ("draw_epoch", -1, "a whole number from 0 to 3"),
        ("slope_chosen", 48, "a whole number from 1 to 47"),
    ],
)
@pytest.mark.first(2)
@pytest.mark.slow
def test_a_choice_out_of_range_is_refused(short_copy, name, value, message):
    layout = layout_of(read_spec(short_copy))
    edit(short_copy, {layout.cell(name, ()): value})
    with pytest.raises(WorkbookError, match=message):
        check(short_copy, "formualizer")


@pytest.mark.slow
def test_training_is_told_in_words(digits_path):
    workbook = openpyxl.load_workbook(digits_path, data_only=True)
    rows = [[cell.value for cell in row] for row in workbook["Progress"].iter_rows()]
    texts = {value for row in rows for value in row}
    filled = [[value for value in row if value is not None] for row in rows]
    told = {row[-2]: row[-1] for row in filled if row[1:]}
    assert told["the first epoch with the smallest total cost"] == 50
    assert told["the first epoch in which every image is recognised"] == 24
    assert "In the last epoch 64 of 64 images are recognised." in texts


@pytest.mark.parametrize("sizes", [[6, 1], [1, 1, 1], [12, 9, 7, 5, 3]])
@pytest.mark.first(1)
@pytest.mark.slow
def test_networks_of_other_shapes_are_drawn_whole(tmp_path, sizes):
    plan = random_plan(spec(sizes, images=2, epochs=1), seed=4)
    path = write_plan(tmp_path / "other.xlsx", plan)
    assert check(path, "formualizer").agrees
    assert "Lens" in openpyxl.load_workbook(path).sheetnames


@pytest.mark.parametrize(
    ("sizes", "whole"),
    [
        ([2, 240, 2], True),
        ([2, 300, 2], False),
        ([1, 170, 1, 170, 1], True),
        ([1, 200, 1, 200, 1], False),
        ([600, 3, 2], True),
    ],
)
def test_the_lens_of_wide_layers_is_a_sheet_that_xlnn_reads(sizes, whole):
    """Wide layers are drawn in part: each unit has rows, and each unit above them a column."""
    wide = spec(sizes, images=1, epochs=1)
    last = np.max([b.last for b in KIND.layout(wide).on("lens")], axis=0)
    assert last.prod() < SPARE_BOX
    assert drawn_whole(wide) == whole


@pytest.mark.slow
def test_a_network_too_large_to_draw_shows_its_first_units_and_says_so(tmp_path):
    large = spec([64, 40, 10], images=2, epochs=2)
    assert not drawn_whole(large)
    assert LARGEST_DRAWN < 64 * 40
    path = write_plan(tmp_path / "large.xlsx", random_plan(large, seed=5))
    assert check(path, "formualizer").agrees
    workbook = openpyxl.load_workbook(path)
    assert {"Recognise", "Gradient check"}.isdisjoint(workbook.sheetnames)
    assert "the first 8 units" in workbook["Lens"]["A4"].value
    got = values(path, "formualizer")
    np.testing.assert_array_equal(got["lens_z2"][0], got["z2"][0, 0, :8])


def test_more_images_than_the_gallery_holds_are_in_the_table(tmp_path):
    many = spec([2, 1], images=GALLERY + 9, epochs=1)
    path = write_plan(tmp_path / "many.xlsx", random_plan(many, seed=6))
    assert check(path, "formualizer").agrees
    got = values(path, "formualizer")
    drawn = sum(len(got[name]) for name in got if name.endswith("_picture"))
    assert drawn == GALLERY
    assert len(got["x"]) == GALLERY + 9


@pytest.mark.slow
def test_every_link_leads_somewhere(short_path, short_book):
    links = [
        cell.hyperlink.location
        for sheet in short_book
        for row in sheet.iter_rows()
        for cell in row
        if cell.hyperlink
    ]
    assert len(links) > 20
    assert not [problem for problem in lint(short_path) if problem.rule == "hyperlink"]


@pytest.mark.parametrize("engine", QUICKEST_FIRST)
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_tiny_h_is_no_disagreement_but_a_wrong_quotient_is(short_copy, engine):
    """C is known to 15 digits at best, and divided by 2h: that is no error of the formula."""
    skip_without(engine)
    layout = layout_of(read_spec(short_copy))
    edit(short_copy, {layout.cell("slope_h", ()): 1e-7})
    assert check(short_copy, engine).agrees
    cell = layout.cell("slope_quotient", (3,))
    edit(short_copy, {cell: layout.formula("slope_quotient", (3,)) + "*1.01"})
    (wrong,) = check(short_copy, engine).wrong
    assert wrong.cell == cell


@pytest.mark.parametrize("lang", ["en", "zh", "ja"])
@pytest.mark.first(1)
def test_no_line_beside_the_picture_of_the_guide_is_wider_than_its_columns(workbook, lang):
    path = workbook("iris", lang=lang, epochs=2, optimizer="adam", l2=1, verify=False).path
    sheet = openpyxl.load_workbook(path).worksheets[0]
    widths = (sheet.column_dimensions[letter].width for letter in "DEFG")
    pixels = sum(DIGIT_PIXELS * width + PADDING for width in widths)
    beside = [sheet[f"D{row}"].value for row in range(2, 2 + PICTURE_ROWS)]
    beside = [line for line in beside if line]
    assert sum("Adam" in line for line in beside) == 1
    assert DIGIT_PIXELS * text_width(*beside) - PADDING <= pixels
    assert "," not in sheet.print_area  # all columns on one page


@pytest.mark.slow
def test_the_guide_lists_no_symbol_that_training_has_not(tmp_path):
    path = write_plan(tmp_path / "sigmoid.xlsx", random_plan(spec([4, 3, 2]), seed=1))
    symbols = [row[1] for row in openpyxl.load_workbook(path)["Guide"].values]
    assert "δ³" in symbols
    assert not [symbol for symbol in symbols if str(symbol).startswith("max")]


def test_each_input_that_the_sheet_check_names_leads_to_its_cells(short_path, short_book):
    layout = layout_of(read_spec(short_path))
    sheet = short_book["Check"]
    links = {c.hyperlink.location: c.value for row in sheet.iter_rows() for c in row if c.hyperlink}
    inputs = [q for q in layout.model.inputs if q.sheet in {"play", "images"}]
    for quantity in inputs:
        if quantity.name != "labels" and not quantity.choices:
            assert layout.cell(quantity.name, (0,) * len(quantity.lengths)) in links
    for name, what in (("W2", "weights w²"), ("b3", "biases b³")):
        last, *unit = layout.model[name].lengths[0] - 1, *(0 for _ in layout.model[name].shape)
        assert links[layout.cell(name, (0, *unit))] == f"{what} (start)"
        assert links[layout.cell(name, (last, *unit))] == what


def test_what_is_worth_trying_is_seen_and_its_answers_stand_at_the_end(short_book):
    sheet = short_book["Guide"]
    lines = [cell.value for cell in sheet["B"] if cell.value]
    titles = ["Things to try", "Where to begin", "Colours", "Symbols", "What to look for"]
    assert [line for line in lines if line in titles] == titles
    tried, looked = (
        [line[:2] for line in lines[lines.index(title) : lines.index(end)] if line[1:3] == ". "]
        for title, end in ((titles[0], titles[1]), (titles[-1], lines[-1]))
    )
    assert tried == looked != []
    (picture,) = sheet._charts  # noqa: SLF001 -- it shows them nowhere else
    assert (picture.anchor._from.row, picture.anchor._from.col) == (1, 1)  # noqa: SLF001
    about = [cell.value for cell in sheet["D"][1:12] if cell.value]
    assert about[0].startswith("A 12-3-2 network")
    assert sheet["B13"].value is None
    assert sheet["B14"].value == titles[0], "so high that it is seen"


def test_the_guide_shows_the_pictures_beside_hidden_units_too(short_book):
    guide, play = (short_book[title] for title in ("Guide", "Play"))
    (picture,) = guide._charts  # noqa: SLF001 -- it shows them nowhere else
    network = max(play._charts, key=lambda chart: len(chart.series))  # noqa: SLF001
    drawn, small = (
        [s.yVal.numRef.f for s in chart.series if s.marker and s.marker.symbol == "square"]
        for chart in (network, picture)
    )
    assert drawn == small
    assert len(drawn) == 2 * LEVELS + 1
