"""Play draws the network that Training computes, at the epoch and for the image chosen."""

import re
import zipfile
from itertools import pairwise, product
from math import ceil

import numpy as np
import openpyxl
import pytest
from cut_texts import pixels
from networks import random_plan, replace, spec, with_functions, write_plan
from openpyxl.styles import Font
from programs import skip_without
from rewriting import edit

from xlnn.building.build import build
from xlnn.checking.check import check
from xlnn.engines import ENGINES
from xlnn.equations.network_drawing import NOWHERE, LineEnds
from xlnn.experiments.network.kind import KIND
from xlnn.experiments.network.layers import LayerSpec
from xlnn.experiments.network.quantities.network import network
from xlnn.experiments.network.quantities.play import play_quantities, worth_seeing
from xlnn.experiments.network.sheets.drawing import ROWS, drawn_network
from xlnn.loading.spec import layout_of, read_spec
from xlnn.loading.values import values
from xlnn.model import Model
from xlnn.registry.text import text
from xlnn.workbooks.pages.chart_parts import SIGNS
from xlnn.workbooks.pages.network_drawing import POINTS, SERIES
from xlnn.workbooks.pages.network_layers import MOST_CONNECTIONS
from xlnn.workbooks.pages.network_side_by_side import LEAST_SQUARE, MOST_SQUARES
from xlnn.xlsx.fingerprint import NAME

SHEETS = {"play", "drawing"}
MOST_OF_DIGITS, MOST_OF_ANY = 2_000, 30_000
"""Formulas of both sheets: of the book's network, and of any."""


def formulas(model_spec):
    """Return how many formulas the sheets Play and Drawing hold."""
    layout = KIND.layout(model_spec)
    here = [block.quantity for key in SHEETS for block in layout.on(key)]
    return sum(int(np.prod(quantity.lengths)) for quantity in here)


@pytest.fixture
def choose(short_copy):
    """Choose an epoch and an image on Play, and recalculate."""
    layout = layout_of(read_spec(short_copy))

    def choose(epoch, image):
        chosen = {layout.cell("play_epoch", ()): epoch, layout.cell("play_image", ()): image}
        edit(short_copy, chosen)
        return values(short_copy, "formualizer")

    return choose


@pytest.mark.parametrize(("epoch", "image"), [(1, 1), (3, 64), (2, 33)])
@pytest.mark.slow
@pytest.mark.first(1)
def test_play_shows_the_epoch_and_the_image_that_were_chosen(choose, epoch, image):
    got = choose(epoch, image)
    np.testing.assert_array_equal(got["play_x"].ravel(), got["x"][image - 1])
    for layer in "23":
        shown = got[f"play_value{layer}"]
        np.testing.assert_array_equal(shown, got[f"a{layer}"][epoch - 1, image - 1])
        np.testing.assert_array_equal(
            got[f"play_weight{layer}"], got[f"W{layer}"][epoch - 1].ravel()
        )
    assert got["play_C_T"][0] == got["C_T"][epoch - 1]
    assert got["play_answer"][0] == got["answer"][epoch - 1, image - 1]
    right = got["right"][epoch - 1, image - 1]
    assert (str(got["play_truth_text"][0]) == "Correct.") == bool(right)


@pytest.mark.slow
def test_each_connection_is_drawn_by_the_series_of_its_weight_alone(choose):
    got = choose(2, 5)
    ends = {
        (kind, layer): got[f"play_line_{kind}{layer}"].reshape(-1, 2, len(SERIES))
        for kind in ("across", "up")
        for layer in "23"
    }
    for layer, below in (("2", "1"), ("3", "2")):
        weights = got[f"play_weight{layer}"].ravel()
        shares = np.abs(weights) / np.abs(weights).max()
        strengths = np.sign(weights) * (1 + (shares > 0.35) + (shares > 0.7))
        start, end = (
            np.stack([ends[kind, layer][:, at] for kind in ("across", "up")]) for at in (0, 1)
        )  # fmt: skip
        is_drawn = (start != end).any(axis=0)
        np.testing.assert_array_equal(is_drawn, strengths[:, np.newaxis] == np.array(SERIES))
        heights = np.tile(got[f"play_up{below}"], len(got[f"play_up{layer}"]))
        np.testing.assert_array_equal(start[1][is_drawn], heights)


@pytest.mark.slow
def test_each_unit_is_drawn_once_at_the_level_of_its_activation(choose):
    got = choose(3, 9)
    for layer in "23":
        levels = np.floor(5 * got[f"a{layer}"][2, 8] + 0.5)
        seen = got[f"play_dot{layer}"].reshape(-1, 6) != NOWHERE
        np.testing.assert_array_equal(seen, levels[:, np.newaxis] == np.arange(6))


@pytest.mark.slow
def test_the_workbook_opens_on_play_before_training_with_what_to_type_next(digits_path):
    """The image is one that is recognised in the end."""
    book = openpyxl.load_workbook(digits_path, data_only=True)
    assert book.active.title == "Play"
    assert [sheet.title for sheet in book if sheet.sheet_view.tabSelected] == ["Play"]
    texts = {cell.value for row in book["Play"].iter_rows() for cell in row}
    assert {"The correct answer is 1.", "Prediction: 0 (0.290)."} <= texts
    assert NAME not in texts
    assert any("Type 5 into the yellow cell" in str(text) for text in texts)
    (selection,) = book["Play"].sheet_view.selection
    assert (selection.activeCell, book["Play"]["C4"].value) == ("C4", 1)


def test_eta_stands_below_what_is_chosen_and_labels_over_their_targets(short_path, short_book):
    layout = layout_of(read_spec(short_path))
    assert [layout.cell(name, ()) for name in ("play_epoch", "play_image", "eta")] == [
        "Play!C4", "Play!C5", "Play!C6",
    ]  # fmt: skip
    first, target = layout.blocks["labels"], layout.blocks["t"]
    assert (first.row, first.column) == (target.row - 1, target.column)
    assert "Settings" not in short_book.sheetnames


def table(inputs, *units):
    return replace(spec([inputs, *units]), features=tuple(f"x{n}" for n in range(inputs)))


def image(rows, columns, *units):
    return replace(spec([rows * columns, *units], images=2, epochs=1), picture=(rows, columns))


TOP = 4
"""The row in which the network begins on Play."""

ANY = {
    "book": image(4, 3, 3, 2),
    "8 x 8": image(8, 8, 16, 10),
    "28 x 28": image(28, 28, 8, 10),
    "banner": image(2, 40, 6, 2),
    "5 inputs": table(5, 3, 2),
    "30 inputs": table(30, 8, 2),
    "200 inputs": table(200, 12, 2),
    "one unit": table(2, 1, 2),
    "two hidden layers": image(8, 8, 16, 12, 2),
    "four hidden layers": table(30, 16, 16, 16, 16, 3),
}


def drawing(made):
    """Return where a network is drawn."""
    quantities = [*network(made).quantities]
    quantities += play_quantities(made, network(made), text("en"))
    return drawn_network(made).layout(Model(tuple(quantities)))


@pytest.mark.parametrize("made", ANY.values(), ids=ANY)
def test_each_hidden_unit_has_its_picture_beside_it(made):
    """The squares of a unit lie between it and its lines, and those of two units do not touch."""
    drawn = drawing(made)
    layers = [*drawn.layers]
    assert list(drawn.pictures) == layers[1:-1] != []
    assert sum(len(drawn.square_places(layer)) for layer in drawn.pictures) <= MOST_SQUARES
    for layer, pictures in drawn.pictures.items():
        assert pictures.points >= LEAST_SQUARE
        places = np.reshape(drawn.square_places(layer), (-1, len(pictures.places), 2))
        x, y = places[..., 0], places[..., 1]
        half, behind = pictures.points / POINTS / 2, drawn.behind(layer)
        assert x.min() - half > drawn.middles[layer] + drawn.radius
        assert x.max() + half < drawn.middles[layer] + behind
        above = layers[layers.index(layer) + 1]
        assert drawn.middles[layer] + behind + 5 < drawn.middles[above]
        units = [drawn.place(layer, entry)[1] for entry in drawn.layers[layer].entries]
        np.testing.assert_allclose((y.max(axis=1) + y.min(axis=1)) / 2, units)
        assert (y[:-1].min(axis=1) - half > y[1:].max(axis=1) + half).all()
        assert len({*zip(x[0], y[0], strict=True)}) == len(pictures.places)


@pytest.mark.parametrize(
    ("made", "drawn", "of", "rows"),
    [(ANY["book"], 12, 12, 4), (ANY["8 x 8"], 64, 64, 8), (ANY["28 x 28"], 121, 784, 11),
     (ANY["5 inputs"], 5, 5, 1), (ANY["30 inputs"], 30, 30, 2), (ANY["200 inputs"], 85, 200, 4)],
)  # fmt: skip
def test_a_picture_shows_all_weights_or_evenly_spread_ones(made, drawn, of, rows):
    pictures = drawing(made).pictures["a2"]
    assert (len(pictures.places), pictures.of) == (drawn, of)
    assert 1 + max(row for row, _ in pictures.places) == rows
    below = [place for unit, place in pictures.indices if unit == 0]
    assert below == sorted({*below})
    assert len(below) == drawn
    assert below[-1] >= of - ceil(of / rows)


def test_the_weights_of_maps_are_maps_side_by_side():
    below = [
        LayerSpec("F", 3, "sigmoid", "convolution", (3, 3)),
        LayerSpec("P", 0, "linear", "max pooling", (2, 2)),
    ]
    made = image(6, 6, 5, 2)
    drawn = drawing(replace(made, layers=(*below, *made.layers)))
    ((_, pictures),) = drawn.pictures.items()
    maps, rows, columns = drawn.layers["aP"].shape
    assert pictures.indices == [*product(range(5), range(maps), range(rows), range(columns))]
    first, second = (pictures.places[n * rows * columns] for n in (0, 1))
    assert (first, second) == ((0, 0), (0, columns + 1))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["8 x 8", "200 inputs"])
def test_each_weight_is_drawn_once_at_the_level_of_its_share(tmp_path, name):
    made = replace(ANY[name], samples=2, epochs=1)
    path = write_plan(tmp_path / "wide.xlsx", random_plan(made, seed=5))
    got, pictures = values(path, "formualizer"), drawing(made).pictures["a2"]
    weights = got["W2"][int(got["play_epoch"]) - 1]
    weights = np.array([weights[place] for place in pictures.indices])
    np.testing.assert_array_equal(got["play_square_weight2"], weights)
    share = weights / np.abs(weights).max()
    level = np.sign(share) * np.floor(5 * np.abs(share) + 0.5)
    seen = got["play_square_dot2"].reshape(-1, 11) != NOWHERE
    np.testing.assert_array_equal(seen, level[:, np.newaxis] == np.arange(-5, 6))
    assert check(path, "formualizer").agrees


@pytest.mark.slow
def test_what_the_squares_are_is_said_above_the_network(tmp_path, short_path):
    assert "The squares beside a unit are its weights." in said_on_play(short_path)
    wide = replace(spec([784, 8, 2], images=2, epochs=1), picture=(28, 28))
    path = write_plan(tmp_path / "wide.xlsx", random_plan(wide, seed=5))
    said = "The squares beside a unit are its weights: hidden layer 2, 121 of 784."
    assert said in said_on_play(path)


def test_a_wide_picture_stands_below_the_network():
    large = replace(spec([784, 2, 2], images=2, epochs=1), picture=(28, 28))
    layout = KIND.layout(large)
    assert layout.blocks["play_x"].row > TOP + ROWS
    overlapping = [
        name for name in ("play_W2", "play_W3") if layout.blocks[name].row < TOP + ROWS + 28
    ]
    assert not overlapping


def test_play_and_lens_open_on_images_that_show_something():
    """The first row of exclusive or is 0, 0."""
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    run = {"C": np.array([[0.1, 0.3, 0.2]]), "right": np.array([[1.0, 1.0, 0.0]])}
    assert worth_seeing({"x": x}, run) == {"play_image": 2, "lens_image": 2}
    assert worth_seeing({"x": x}, {}) == {"play_image": 2, "lens_image": 2}
    assert worth_seeing({"x": x * 0}, run) == {"play_image": 1, "lens_image": 1}
    nothing_right = run | {"right": np.zeros((1, 3))}
    assert worth_seeing({"x": x}, nothing_right) == {"play_image": 3, "lens_image": 2}


def test_the_lists_to_choose_from_hold_every_epoch_and_image(short_book):
    sheet = short_book["Play"]
    lists = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert lists == {"C4": "Progress!$A$6:$A$8", "C5": "Images!$A$4:$A$67", "C6": "0"}


def test_the_rows_between_connections_are_truly_empty(short_path, short_book):
    """An empty text would be drawn as 0, and a line would lead there."""
    sheet = short_book["Drawing"]
    block = layout_of(read_spec(short_path)).blocks["play_line_across2"]
    for number in range(block.quantity.shape[0]):
        row = block.row + 3 * number + 2
        assert sheet.cell(row, block.column).value is None
        assert sheet.cell(row - 1, block.column).value is not None


def test_no_line_begins_at_the_point_before_it():
    """LibreOffice leaves out such a point: of one input only the first line would be drawn."""
    strengths = np.array([1, 2, 1, 1])
    across, up = LineEnds((1,), [0.0] * 4, [50.0] * 4), LineEnds((1,), [5.0] * 4, [1.0, 2, 3, 4])
    each = [lines.array(strengths) for lines in (across, up)]
    points = np.concatenate(each, axis=-1).reshape(-1, 2)
    seen = np.flatnonzero(strengths == 1)
    assert (points[2 * seen[1:]] != points[2 * seen[1:] - 1]).any(axis=1).all()
    assert (points[2 * seen] == [0, 5]).all()


def test_dots_have_no_line_so_no_row_is_between_units(short_path):
    """All units that look alike are one series for each level, below each other."""
    blocks = layout_of(read_spec(short_path)).blocks
    assert blocks["play_dot3"].row == blocks["play_dot2"].last[0] + 1
    with zipfile.ZipFile(short_path) as archive:
        parts = [archive.read(n).decode() for n in archive.namelist() if "charts/chart" in n]
    series = [each for part in parts for each in re.findall("<c:ser>.*?</c:ser>", part)]
    dots = [each for each in series if '<c:symbol val="circle"/>' in each and "'Drawing'" in each]
    assert len(dots) >= 2 * 6
    assert all("<c:spPr><a:ln><a:noFill/>" in each for each in dots)


def test_the_drawing_refers_to_the_cells_of_its_quantities(short_path):
    with zipfile.ZipFile(short_path) as archive:
        parts = [archive.read(n).decode() for n in archive.namelist() if "charts/chart" in n]
    *_, small, drawing = sorted((part for part in parts if "'Drawing'!" in part), key=len)
    assert "<c:dLbls>" not in small, "the Guide shows it without words"
    assert small.count("<c:ser>") == len(SERIES) + 11 + 2 * 6
    layout = layout_of(read_spec(short_path))
    first, last = layout.blocks["play_line_up2"], layout.blocks["play_line_up3"]
    cells = f"'Drawing'!\\$[A-Z]+\\${first.row}:\\$[A-Z]+\\${last.last[0]}<"
    assert len(re.findall(cells, drawing)) == 2 * len(SERIES)
    assert drawing.count("<c:ser>") == len(SERIES) + 11 + 2 * 6 + 2 + 3 + len(SIGNS)
    assert '<c:dispBlanksAs val="gap"' in drawing


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.slow
def test_weights_and_activations_on_the_edge_of_a_level_agree(tmp_path, engine):
    """3 * 0.1 is 0.30000000000000004: its level must not hang on the last digit."""
    skip_without(engine)
    drawn = random_plan(spec([4, 4, 3], images=2), seed=3)
    drawn.inputs["W2"] = np.array([[[0.35, 0.7, 1.0, 0.0], [-0.35, 3 * 0.1, 0.1, -1.0]] * 2])
    drawn.inputs["x"] = np.array([[0.1, 3 * 0.1, 0.5, 1.0], [0.7, 0.9, 0.1 + 0.2, 1.0]])
    path = write_plan(tmp_path / "edges.xlsx", drawn)
    layout = layout_of(read_spec(path))
    edit(path, {layout.cell("play_epoch", ()): 1})
    assert check(path, engine).agrees
    got = values(path, engine)
    np.testing.assert_array_equal(got["play_strength2"][:4], [1, 2, 3, 0])


@pytest.mark.parametrize(
    ("name", "index"), [("play_level3", (0,)), ("play_line_up2", (4, 1, 3)), ("play_dot1", (2, 1))]
)
@pytest.mark.first(1)
@pytest.mark.slow
def test_an_altered_number_of_the_drawing_is_named(short_copy, name, index):
    layout = layout_of(read_spec(short_copy))
    cell = layout.cell(name, index)
    edit(short_copy, {cell: layout.formula(name, index) + "+1"})
    (wrong,) = check(short_copy, "formualizer").wrong
    assert wrong.cell == cell


WIDE = spec([784, 20, 10], images=2, epochs=1)
DEEP = spec([16] * 30 + [2], images=1, epochs=1)


@pytest.mark.ci
def test_no_network_takes_more_than_some_thousand_formulas(digits):
    assert formulas(digits.spec) < MOST_OF_DIGITS
    for large in (WIDE, DEEP, spec([80, 80, 80], images=1, epochs=1)):
        assert formulas(large) < MOST_OF_ANY
        sizes = [len(layer.units) for layer in drawing(large).layers.values()]
        assert sum(a * b for a, b in pairwise(sizes)) <= MOST_CONNECTIONS


def test_the_largest_weight_of_any_number_of_connections_is_that_of_a_range():
    """A function takes 255 arguments; 16 inputs and 16 units have 256 connections."""
    square = spec([16, 16, 2], epochs=1)
    layout = KIND.layout(square)
    first, last = (layout.cell("play_weight2", (n,)).split("!")[1] for n in (0, 255))
    assert layout.formula("play_heaviest2", ()) == f"=MAX(MAX({first}:{last}),-MIN({first}:{last}))"


@pytest.mark.slow
def test_a_deep_network_is_drawn_and_agrees(tmp_path):
    deep = spec([5] + [4] * 20 + [2], images=2, epochs=1)
    path = write_plan(tmp_path / "deep.xlsx", random_plan(deep, seed=2))
    assert check(path, "formualizer").agrees


@pytest.mark.slow
def test_a_layer_that_is_drawn_in_part_says_so(tmp_path, short_path):
    wide = replace(spec([40, 30, 2], epochs=1), picture=(5, 8))
    path = write_plan(tmp_path / "wide.xlsx", random_plan(wide, seed=5))
    for book, said in ((path, {"16 of 40", "16 of 30"}), (short_path, set())):
        with zipfile.ZipFile(book) as archive:
            charts = [archive.read(n).decode() for n in archive.namelist() if "charts/" in n]
        assert {*re.findall(r"(?:input|layer 2), ([0-9]+ of [0-9]+)<", "".join(charts))} == said


@pytest.mark.parametrize("size", [1e11, 1e-8])
@pytest.mark.slow
@pytest.mark.first(1)
def test_numbers_of_any_size_are_drawn(tmp_path, size):
    made = with_functions(spec([2, 3, 1], images=3), ["relu"], "squared error", "linear")
    drawn = random_plan(made, seed=4)
    drawn.inputs["x"] = size * np.abs(drawn.inputs["x"])  # what is below 0 has level 0
    drawn.inputs["eta"] = np.asarray(0.0)
    path = write_plan(tmp_path / "large.xlsx", drawn)
    got = values(path, "formualizer")
    assert np.abs(got["play_level1"]).max() == 5
    assert check(path, "formualizer").agrees


@pytest.mark.slow
def test_maps_are_drawn_as_squares_with_lines_from_map_to_map(tmp_path):
    path = build("cnn", tmp_path / "cnn.xlsx", epochs=1, verify=False).path
    got = values(path, "formualizer")
    epoch, image = int(got["play_epoch"]) - 1, int(got["play_image"]) - 1
    np.testing.assert_array_equal(got["play_valueF"], got["aF"][epoch, image])
    np.testing.assert_array_equal(got["play_valueP"], got["aP"][epoch, image])
    assert got["play_guide_acrossF"].shape == got["play_guide_acrossP"].shape == (6,)


@pytest.mark.slow
def test_the_lines_of_a_map_begin_beside_it_and_none_lies_on_another(tmp_path):
    path = build("cnn", tmp_path / "cnn.xlsx", epochs=1, verify=False).path
    got = values(path, "formualizer")
    across, up = (
        got[f"play_line_{kind}O"].reshape(-1, 2, len(SERIES))[:, 0, 0] for kind in ("across", "up")
    )
    assert across.min() >= got["play_acrossP"].max()
    begins = list(zip(across.tolist(), up.tolist(), strict=True))
    assert len(set(begins)) == got["play_valueP"].size


@pytest.mark.slow
def test_the_pictures_of_a_wide_layer_say_that_they_are_of_its_first_units(tmp_path, short_path):
    wide = replace(spec([64, 16, 2], epochs=1), picture=(8, 8))
    path = write_plan(tmp_path / "wide.xlsx", random_plan(wide, seed=5))
    texts = said_on_play(path)
    assert "hidden layer 2: the weights of each unit: the first 5 of 16" in texts
    assert "output layer 3: the weights of each unit" in texts
    texts = said_on_play(short_path)
    assert "output layer 3: the weights of each unit" in texts
    assert not [text for text in texts if "the first" in str(text)]


@pytest.mark.slow
def test_an_output_is_told_alike_in_the_sentence_the_list_and_the_drawing(tmp_path):
    """Outputs of softmax that are nearly 0 have no exponent."""
    made = with_functions(spec([2, 3, 2]), ["tanh"], "categorical cross-entropy", "softmax")
    drawn = random_plan(made, seed=4)
    drawn.inputs["b3"] = np.array([[9.0, 0.0]])
    drawn.inputs["eta"] = np.asarray(0.0)
    path = write_plan(tmp_path / "sure.xlsx", drawn)
    got, layout = values(path, "formualizer"), layout_of(read_spec(path))
    told = [f"{share:.3f}" for share in got["play_output"]]
    assert set(told) == {"0.000", "1.000"}
    assert [text.split()[-1] for text in got["play_label_text"][0]] == told
    assert max(told) in str(got["play_verdict"][0])
    book = openpyxl.load_workbook(path)
    shown = book["Play"][layout.cell("play_output", (0,)).split("!")[1]]
    assert shown.number_format == '0.000;"−"0.000'
    assert not any(shown.coordinate in part for part in book["Play"].conditional_formatting)


def test_the_word_of_an_input_is_seen_in_the_drawing(tmp_path):
    features = tuple(f"The staff is friendly = {word}" for word in ("agree", "neutral", "disagree"))
    made = replace(spec([3, 2, 2], epochs=1), picture=(1, 3), features=features)
    path = write_plan(tmp_path / "words.xlsx", random_plan(made, seed=4))
    with zipfile.ZipFile(path) as archive:
        drawn = "".join(
            archive.read(part).decode() for part in archive.namelist() if "chart" in part
        )
    assert all(f"= {word}</" in drawn for word in ("agree", "neutral", "disagree"))


@pytest.mark.parametrize(("number", "said"), [(12, "input"), (15, "input: the first 12 of 15")])
def test_a_list_of_inputs_says_which_are_shown_of_how_many(number, said):
    features = tuple(f"x{n}" for n in range(number))
    made = replace(spec([number, 2, 2], epochs=1), picture=(1, number), features=features)
    cells = KIND.drawings(made, KIND.layout(made))["play"].cells
    assert said in [text for row in cells.values() for text, _ in row.values()]


@pytest.mark.parametrize("label", ["0", "versicolor", "a label of as many letters as may stand"])
def test_the_labels_of_the_outputs_have_room_in_the_drawing(label):
    named = replace(spec([4, 3, 2]), labels=(label, "1"))
    drawn = drawing(named)
    room = drawn.size[0] - drawn.middles["a3"] - drawn.radius
    assert room > pixels(f"{label}  0.000", Font(sz=9)) * 25.4 / 96
    assert drawn.middles["a3"] - drawn.middles["a2"] > 2 * drawn.radius


@pytest.mark.slow
def test_columns_of_levels_are_those_that_a_layer_has(tmp_path, short_path):
    """Outputs of tanh lie on either side of 0, pixels and outputs of sigmoid do not."""
    made = with_functions(spec([2, 3, 2]), ["tanh"], "squared error", "sigmoid")
    both = write_plan(tmp_path / "both.xlsx", random_plan(made, seed=4))
    for path, layer, least in ((short_path, "1", 0), (both, "2", -5)):
        block = layout_of(read_spec(path)).blocks[f"play_dot{layer}"]
        row = [cell.value for cell in openpyxl.load_workbook(path)["Drawing"][block.row - 1]]
        levels = [f"{level:+d}" if level else "0" for level in range(least, 6)]
        assert row[block.column - 1 : block.last[1]] == levels


@pytest.mark.slow
def test_weights_are_a_row_a_unit_and_the_columns_are_named(tmp_path):
    path = build("cnn", tmp_path / "cnn.xlsx", epochs=1, verify=False).path
    sheet, blocks = openpyxl.load_workbook(path)["Play"], layout_of(read_spec(path)).blocks
    block = blocks["play_WO"]
    places = [[block.address((unit, place, 0, 0)) for place in range(3)] for unit in range(3)]
    assert all(len({row for row, _ in unit}) == 1 for unit in places)
    named = [blocks["play_nameO"].address((0, unit))[0] for unit in range(3)]
    assert named == [row for (row, _), *_ in places]
    over = [sheet.cell(block.row - 1, column).value for _, column in places[0]]
    assert over == ["aP₁", "aP₂", "aP₃"]


def test_the_weights_of_a_table_are_headed_by_the_units_that_they_weigh(tmp_path):
    table = replace(spec([2, 3, 2], epochs=1), features=("length", "width"))
    path = write_plan(tmp_path / "table.xlsx", random_plan(table, seed=5))
    sheet, blocks = openpyxl.load_workbook(path)["Play"], layout_of(read_spec(path)).blocks
    for name, over in (("W2", ["x₁", "x₂"]), ("W3", ["a²₁", "a²₂", "a²₃"])):
        block = blocks[f"play_{name}"]
        columns = [block.address((0, place))[1] for place in range(len(over))]
        assert [sheet.cell(block.row - 1, column).value for column in columns] == over


@pytest.mark.slow
def test_images_recognised_are_told_with_how_many_there_are(short_path):
    assert "of 64" in said_on_play(short_path)


def said_on_play(path):
    return {cell for row in openpyxl.load_workbook(path)["Play"].values for cell in row}
