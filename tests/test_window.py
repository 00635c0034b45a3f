"""The Lens writes out one place of a map: its window, its filter, their products and the sum."""

import numpy as np
import openpyxl
import pytest
from networks import random_plan, replace, spec, write_plan
from rewriting import edit

from xlnn.checking.check import check
from xlnn.experiments.network.layers import LayerSpec
from xlnn.experiments.network.sheets.lens import FRAME
from xlnn.loading.spec import layout_of, read_spec
from xlnn.loading.values import values

SAME = 1e-12

TWO = replace(
    spec([1, 2]),
    picture=(6, 5),
    layers=(
        LayerSpec("F", 3, "tanh", "convolution", (3, 2)),
        LayerSpec("P", 0, "linear", "average pooling", (2, 2)),
        LayerSpec("G", 2, "sigmoid", "convolution", (1, 2)),
        LayerSpec("O", 2),
    ),
)
"""A convolution over a picture, and one over maps."""

LEAST = replace(
    spec([1, 2]),
    picture=(3, 3),
    layers=(LayerSpec("F", 1, "tanh", "convolution", (3, 3)), LayerSpec("O", 2)),
)
"""A map of one place, of which there is nothing to choose."""

ONES = replace(
    spec([1, 2]),
    picture=(2, 2),
    layers=(
        LayerSpec("F", 1, "tanh", "convolution", (1, 1)),
        LayerSpec("P", 0, "linear", "max pooling", (2, 2)),
        LayerSpec("G", 1, "tanh", "convolution", (1, 1)),
        LayerSpec("O", 2),
    ),
)
"""A filter of one weight, and a map of one place below another filter."""

RUNS = replace(TWO, runs=("sgd", "adam"), compared=("optimizer",))


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    return write_plan(tmp_path_factory.mktemp("w") / "two.xlsx", random_plan(TWO, seed=3))


def chosen(path, folder, **choices):
    """Return the values of a copy in which something else is chosen."""
    copy = folder / "chosen.xlsx"
    copy.write_bytes(path.read_bytes())
    layout = layout_of(read_spec(copy))
    edit(copy, {layout.cell(f"lens_{name}", ()): value for name, value in choices.items()})
    return values(copy, "formualizer")


@pytest.mark.parametrize(("number", "row", "column"), [(1, 1, 1), (3, 4, 4), (2, 2, 3)])
@pytest.mark.slow
@pytest.mark.first(1)
def test_the_chosen_place_is_that_of_its_map(two, tmp_path, number, row, column):
    place = {"window_mapF": number, "window_rowF": row, "window_columnF": column}
    got = chosen(two, tmp_path, epoch=2, image=3, **place)
    picture = got["x"][2].reshape(6, 5)
    window = picture[row - 1 : row + 2, column - 1 : column + 1]
    np.testing.assert_array_equal(got["lens_windowF"], window.ravel())
    np.testing.assert_array_equal(got["lens_window_WF"], got["WF"][1, number - 1])
    product = got["lens_window_productF"]
    np.testing.assert_allclose(product, window.ravel() * got["WF"][1, number - 1], atol=SAME)
    assert got["lens_window_sumF"] == pytest.approx(product.sum(), abs=SAME)
    z = got["zF"][1, 2].reshape(3, 4, 4)[number - 1, row - 1, column - 1]
    assert got["lens_window_zF"] == pytest.approx(z, abs=SAME)
    assert got["lens_window_thereF"] == z


@pytest.mark.slow
def test_a_window_over_maps_sees_the_same_place_of_each(two, tmp_path):
    place = {"window_mapG": 2, "window_rowG": 2, "window_columnG": 1}
    got = chosen(two, tmp_path, epoch=1, image=1, **place)
    maps = got["aP"][0, 0].reshape(3, 2, 2)
    np.testing.assert_allclose(got["lens_windowG"].reshape(3, 2), maps[:, 1, :], atol=SAME)
    assert got["lens_window_zG"] == pytest.approx(got["zG"][0, 0].reshape(2, 2)[1, 1], abs=SAME)


@pytest.mark.parametrize("network", [TWO, LEAST, ONES, RUNS], ids=["two", "least", "ones", "runs"])
@pytest.mark.first(1)
@pytest.mark.slow
def test_every_place_agrees_with_numpy(network, tmp_path):
    path = write_plan(tmp_path / "net.xlsx", random_plan(network, seed=5))
    assert check(path, "formualizer", probes=2).agrees
    assert check(path, "formulas").agrees


@pytest.mark.parametrize(
    ("name", "index"), [("window_there", ()), ("window", (2, 1)), ("window_product", (0, 1))]
)
@pytest.mark.slow
@pytest.mark.first(1)
def test_an_altered_cell_is_named(two, tmp_path, name, index):
    copy = tmp_path / "altered.xlsx"
    copy.write_bytes(two.read_bytes())
    layout = layout_of(read_spec(copy))
    cell = layout.cell(f"lens_{name}F", index)
    edit(copy, {cell: layout.formula(f"lens_{name}F", index) + "+1"})
    assert cell in {wrong.cell for wrong in check(copy, "formualizer").wrong}


def frames(sheet, sides):
    """Return the ranges with a rule that draws exactly these sides of a frame."""
    return {
        str(part.sqref)
        for part in sheet.conditional_formatting
        for rule in part.rules
        if rule.dxf and rule.dxf.border and drawn(rule.dxf.border) == set(sides)
    }


def drawn(border):
    """Return the sides of a border that are drawn in a frame's colour."""
    sides = {name: getattr(border, name) for name in ("left", "right", "top", "bottom")}
    return {name for name, s in sides.items() if s and s.color and s.color.rgb.endswith(FRAME)}


def test_a_frame_is_closed_by_the_cells_below_it_and_to_its_right(two):
    # LibreOffice draws the line between two cells as the lower or the right one has it
    sheet = openpyxl.load_workbook(two)["Lens"]
    whole = frames(sheet, ["left", "right", "top", "bottom"])
    maps = {cells for cells in whole if cells in frames(sheet, ["left"])}
    assert maps
    assert maps <= frames(sheet, ["top"])


def test_frames_show_the_window_the_filter_and_the_place(two):
    sheet = openpyxl.load_workbook(two)["Lens"]
    framed = frames(sheet, ["left", "right", "top", "bottom"])
    layout = layout_of(read_spec(two))
    for name, index in (("lens_x", (0, 0, 0)), ("lens_WF", (1, 0, 0)), ("lens_zF", (0, 2, 0, 0))):
        first = layout.cell(name, index).partition("!")[2]
        assert any(cells.startswith(f"{first}:") for cells in framed), name
