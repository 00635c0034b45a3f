"""Map shows what a network of two inputs says of every point of their plane, after any epoch."""

import re
import runpy
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from networks import random_plan, replace, spec, with_functions, write_plan
from programs import QUICKEST_FIRST, skip_without
from rewriting import edit

from xlnn.building.build import build
from xlnn.checking.check import check
from xlnn.engines import ENGINES
from xlnn.equations.network_drawing import NOWHERE
from xlnn.equations.plane import MARGIN, SIDE, edge
from xlnn.experiments.network.sheets.plane import PLACES, has_plane
from xlnn.loading.spec import layout_of, read_spec
from xlnn.loading.values import values
from xlnn.registry.templates import template
from xlnn.registry.text import text
from xlnn.workbooks.pages.table import choice_validation
from xlnn.writing.style import FAINT, TABS

SHAPES = runpy.run_path(str(Path(__file__).parent.parent / "docs" / "shapes.py"))
TABLE = replace(spec([2, 3, 2], images=4), picture=(1, 2), features=("left", "up"))


@pytest.fixture
def xor(tmp_path):
    return build("xor", tmp_path / "xor.xlsx", epochs=4, verify=False).path


def choose(path, **choices):
    layout = layout_of(read_spec(path))
    edit(path, {layout.cell(name, ()): value for name, value in choices.items()})
    return values(path, "formualizer")


@pytest.mark.parametrize(("epoch", "output"), [(0, 1), (3, 2)])
@pytest.mark.first(1)
@pytest.mark.slow
def test_each_point_has_the_output_of_the_network_of_the_chosen_epoch(xor, epoch, output):
    got = choose(xor, map_epoch=epoch, map_label_chosen=output - 1)
    picture = got["map_picture"].reshape(SIDE, SIDE)
    low, high = got["map_low"], got["map_high"]
    np.testing.assert_allclose(low, [-0.1, -0.1], atol=1e-15)
    for row, column in ((0, 0), (3, 17), (20, 20)):
        step = (high - low) / (SIDE - 1)
        x = np.array([low[0] + step[0] * column, high[1] - step[1] * row])
        hidden = np.tanh(got["W2"][epoch] @ x + got["b2"][epoch])
        output_there = np.tanh(got["W3"][epoch] @ hidden + got["b3"][epoch])
        assert picture[row, column] == pytest.approx(output_there[output - 1], abs=1e-12)
        if row % 2 == column % 2 == 0:
            seen = got["map_line1_seen2"].reshape(3, len(PLACES), len(PLACES))
            np.testing.assert_allclose(seen[:, row // 2, column // 2], hidden, atol=1e-12)


@pytest.mark.parametrize("engine", QUICKEST_FIRST)
@pytest.mark.slow
def test_an_output_is_chosen_by_its_label_which_is_no_pattern(tmp_path, engine):
    skip_without(engine)
    lines = "".join(f"{n},{n % 3},{('abc', 'a*', 'TRUE')[n % 3]}\n" for n in range(6))
    data = tmp_path / "my.csv"
    data.write_text(f"u,v,kind\n{lines}")
    options = {"data": data, "label": "kind", "epochs": 1, "hidden": 2, "verify": False}
    path = build("xor", tmp_path / "map.xlsx", **options).path
    layout = layout_of(read_spec(path))
    for typed, output in {"a*": 2, "ABC": 1, "TRUE": 3, "": 1, "b": 1}.items():
        edit(path, {layout.cell("map_label_chosen", ()): typed})
        got = values(path, engine)
        asked = str(got["map_label_asked"])
        assert (got["map_output"], asked != "") == (output, typed in {"", "b"}), typed


@pytest.mark.slow
def test_the_data_lie_on_the_picture_where_their_inputs_are(xor):
    """A point of the grid is a cell; its middle is half a cell from its edge."""
    got = choose(xor, map_label_chosen=0)
    at, low, high = got["map_at"], got["map_low"], got["map_high"]
    np.testing.assert_allclose((at - 0.5) / (SIDE - 1) * (high - low) + low, got["x"], atol=1e-12)
    is_own = got["truth"] == 1
    np.testing.assert_array_equal(got["map_own"] == at[:, 1], is_own)
    np.testing.assert_array_equal(got["map_others"] == NOWHERE, is_own)


def test_the_chart_lies_exactly_over_the_picture_and_is_seen_through(xor):
    block = layout_of(read_spec(xor)).blocks["map_picture"]
    with zipfile.ZipFile(xor) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    (over,) = (text for text in parts.values() if "<xdr:twoCellAnchor" in text)
    first, last = (
        re.search(f"<xdr:{end}><xdr:col>(\\d+)</xdr:col>.*?<xdr:row>(\\d+)</xdr:row>", over)
        for end in ("from", "to")
    )
    assert (int(first[2]) + 1, int(first[1]) + 1) == (block.row, block.column)
    assert (int(last[2]), int(last[1])) == block.last
    (chart,) = (
        text for name, text in parts.items() if "charts/chart" in name and "Map data" in text
    )
    assert f'<c:max val="{SIDE}"/>' in chart
    assert chart.count("<a:noFill/>") >= 2


@pytest.mark.slow
def test_a_point_is_a_square_and_white_pictures_lie_on_a_mat(xor):
    sheet, layout = openpyxl.load_workbook(xor)["Map"], layout_of(read_spec(xor))
    widths = {}
    for found in sheet.column_dimensions.values():
        widths |= dict.fromkeys(range(found.min, found.max + 1), found.width)
    for name in ("map_picture", "map_line1_seen2"):
        block = layout.blocks[name]
        for place in (block.address((0, 0, 0)[-len(block.quantity.shape) :]), block.last):
            across, down = widths[place[1]] * 7, sheet.row_dimensions[place[0]].height * 96 / 72
            assert across == pytest.approx(down)
    around = [(block.row - 1, block.column), (block.row, block.column - 1)]
    around += [(block.last[0] + 1, block.column), (block.row, block.last[1] + 1)]
    assert {sheet.cell(*place).fill.fgColor.rgb[-6:] for place in around} == {FAINT}


def test_columns_of_the_data_are_named_and_wide_enough_for_their_decimals(xor):
    sheet, layout = openpyxl.load_workbook(xor)["Map data"], layout_of(read_spec(xor))
    at = layout.blocks["map_at"]
    columns = [at.column, at.column + 1]
    columns += [layout.blocks[f"map_{name}"].column for name in ("own", "others")]
    names = [sheet.cell(at.row - 1, column).value for column in columns]
    assert names == ["x₁", "x₂", "x₂", "x₂"]
    letters = map(openpyxl.utils.get_column_letter, columns)
    assert min(sheet.column_dimensions[letter].width for letter in letters) >= 10


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.slow
def test_every_engine_agrees(xor, engine):
    skip_without(engine)
    assert check(xor, engine).agrees


@pytest.mark.slow
def test_an_altered_point_is_named(xor):
    layout = layout_of(read_spec(xor))
    cell = layout.cell("map_picture", (4, 5))
    edit(xor, {cell: layout.formula("map_picture", (4, 6))})
    (wrong,) = check(xor, "formualizer").wrong
    assert wrong.cell == cell


@pytest.mark.parametrize(
    ("model", "is_drawn"),
    [
        (TABLE, True),
        (replace(TABLE, scaled=True), True),
        (replace(TABLE, features=()), False),  # a picture of two pixels
        (replace(spec([3, 3, 2]), features=("a", "b", "c")), False),
        (replace(spec([2, 60, 2]), picture=(1, 2), features=("a", "b")), False),
    ],
)
@pytest.mark.first(1)
@pytest.mark.slow
def test_tables_of_two_inputs_have_a_map_and_others_have_none(tmp_path, model, is_drawn):
    assert has_plane(model) == is_drawn
    path = write_plan(tmp_path / "some.xlsx", random_plan(model, seed=2))
    assert ("Map" in openpyxl.load_workbook(path).sheetnames) == is_drawn
    assert check(path, "formualizer").agrees


@pytest.mark.parametrize("size", [1e11, 1.0, 1e-8, 0.0])
@pytest.mark.first(1)
@pytest.mark.slow
def test_data_of_any_size_and_a_constant_column_are_drawn(tmp_path, size):
    made = with_functions(TABLE, ["relu"], "squared error", "linear")
    made = replace(made, task="regression", scaled=True)
    drawn = random_plan(made, seed=4)
    drawn.inputs["raw"][:, 0] *= size
    drawn.inputs["factor"] = np.array([1 / size if size else 1.0, 1.0])
    path = write_plan(tmp_path / "sized.xlsx", drawn)
    assert check(path, "formualizer").agrees
    got = values(path, "formualizer")
    assert (got["map_high"] > got["map_low"]).all()
    assert ((got["map_at"] > 0) & (got["map_at"] < SIDE)).all()


@pytest.mark.parametrize("name", ["circles", "moons", "spirals"])
def test_the_points_of_a_template_are_those_of_its_generator(name, tmp_path):
    for each in SHAPES["SHAPES"]:
        (tmp_path / each).mkdir()
    SHAPES["write"](tmp_path)
    made = (tmp_path / name / f"{name}.csv").read_text()
    assert made == (template(name).path / f"{name}.csv").read_text()


def test_a_network_of_two_inputs_opens_on_its_map_with_a_colour_scale(xor):
    book = openpyxl.load_workbook(xor)
    assert (book.active.title, book.sheetnames[1:3]) == ("Map", ["Map", "Play"])
    (selection,) = book["Map"].sheet_view.selection
    layout = layout_of(read_spec(xor))
    assert f"Map!{selection.activeCell}" == layout.cell("map_epoch", ())
    above = book["Map"][layout.blocks["map_picture"].row - 2]
    legend = [cell for cell in above if cell.value in {"0", "0.5", "1"}]
    assert [cell.value for cell in legend] == ["0", "0.5", "1"]
    assert [cell.fill.fgColor.rgb[2:] for cell in legend] == ["3B78B8", "FFFFFF", "D9793B"]


def test_sheets_that_only_help_come_last_and_tabs_have_their_colours(xor):
    book = openpyxl.load_workbook(xor)
    tabs = [sheet.sheet_properties.tabColor.rgb[2:] for sheet in book]
    helpers = [tab == TABS["helper"] for tab in tabs]
    assert helpers == sorted(helpers)
    assert book.sheetnames[helpers.index(True) :] == ["Map data", "Drawing", "Spec"]
    assert set(tabs) == set(TABS.values())


def test_no_place_out_of_sight_is_written(xor):
    layout, book = layout_of(read_spec(xor)), openpyxl.load_workbook(xor)
    for name in ("map_own", "map_others", "play_dot2"):
        title, cell = layout.cell(name, (0,) * len(layout.model[name].lengths)).split("!")
        title = title.strip("'")
        assert book[title][cell].number_format.endswith(";")


@pytest.mark.parametrize(
    ("names", "prompt"),
    [
        (["a", "b"], "1: a\n2: b"),
        (["a" * 251], "1: " + "a" * 251),
        (["a" * 300], "1: " + "a" * 251 + "…"),
        (["😀" * 200], "1: " + "😀" * 125 + "…"),
    ],
)
def test_what_numbers_stand_for_is_told_as_far_as_excel_has_room(names, prompt):
    validation = choice_validation("C5", '"1,2"', text("en"), 2, names)
    assert validation.prompt == prompt
    assert len(validation.prompt.encode("utf-16-le")) <= 2 * 255


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ([-1.3, 2.4], (-1.8, 2.8)),
        ([0, 1], (-0.2, 1.2)),
        ([2, 12], (0, 14)),
        ([43.2, 58.6], (40, 62)),
        ([0.001, 0.0095], (0, 0.0104)),
        ([7, 7], (6.8, 7.2)),
        ([-2000, -1000], (-2200, -800)),
    ],
)
def test_the_edges_of_the_plane_are_round_numbers_beyond_the_data(values, ends):
    x = np.array(values, dtype=float)[:, np.newaxis]
    found = [edge(sign).array(x)[0] for sign in (-1, 1)]
    assert found == pytest.approx(ends)
    margin = (np.ptp(x) or 1) / MARGIN
    assert found[0] <= x.min() - margin + 1e-9
    assert found[1] >= x.max() + margin - 1e-9
