"""Addresses: each quantity in its place, one formula a column, nothing beyond Excel's grid."""

import numpy as np
import pytest
from networks import spec

from xlnn.axis import Axis, Use
from xlnn.block import FIRST_ROW, Block
from xlnn.equation import Stated
from xlnn.errors import DataError
from xlnn.explaining.entries import dependants
from xlnn.layout import lay_out
from xlnn.loading.spec import layout_of
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.quantity_cells import QuantityCells


@pytest.fixture
def layout():
    return layout_of(spec([3, 2, 2], images=4, epochs=2))


def test_no_two_quantities_share_a_cell(layout):
    cells = [
        (block.sheet, *block.address(index))
        for block in layout.blocks.values()
        for index in np.ndindex(block.quantity.lengths)
    ]
    assert len(cells) == len(set(cells))


def test_formulas_read_as_the_book_writes_them(layout):
    assert layout.formula("z2", (0, 0, 0)) == (
        "=SUMPRODUCT(Images!B4:D4,Weights!B$4:D$4)+Weights!H$4"
    )
    assert layout.formula("delta2", (1, 2, 0)) == ("=(P10*Weights!J$5+Q10*Weights!L$5)*G10")
    assert layout.formula("dC_dW2", (1, 0, 2)) == "=SUMPRODUCT(Training!R8:R11,Images!D$4:D$7)"
    assert layout.formula("W2", (2, 1, 2)) == "=G5-Play!C$6*Gradients!G5"
    assert layout.formula("C", (0, 3)) == "=SUMSQ(Images!E7-K7,Images!F7-L7)/2"


def test_a_window_shows_a_block_of_the_sheet(layout):
    rows, columns = layout.extents["training"]
    sheet = np.arange(rows * columns, dtype=float).reshape(rows, columns)
    window = layout.blocks["a3"].window(sheet)
    for index in np.ndindex(window.shape):
        row, column = layout.blocks["a3"].address(index)
        assert window[index] == sheet[row - 1, column - 1]


@pytest.mark.parametrize(
    ("sizes", "options", "message"),
    [
        ([2, 2], {"epochs": 1_100, "images": 1_000}, "Training would have 1,100,003 rows"),
        ([5_000, 4, 2], {}, r"would have \d\d,\d{3} columns and Excel has 16,384"),
    ],
)
def test_a_sheet_beyond_the_grid_is_refused_with_what_to_reduce(sizes, options, message):
    with pytest.raises(DataError, match=message):
        layout_of(spec(sizes, **options))


def test_a_formula_beyond_excels_limit_is_refused():
    layout = layout_of(spec([1, 1, 500], images=1, epochs=1))
    with pytest.raises(DataError, match=r"delta2 has \d+,\d{3} characters.*narrower"):
        list(layout.columns("delta2"))


@pytest.fixture
def map_reference():
    """A 2 x 4 x 4 map of an image, seen from a formula of the same epoch and image."""
    rows = (Axis("epoch", 2, "time"), Axis("image", 3))
    steps = ((3, 0), (1, 0), (0, 16), (0, 4), (0, 1))
    maps = Block(Quantity("aF", "a", "", "training", rows, (2, 4, 4)), "training", 4, 3, steps)
    here = Block(Quantity("z", "z", "", "training", rows, ()), "training", 4, 40, steps[:2])
    numbers = {}
    reference = QuantityCells(maps, here, Use("x"), "Training", numbers, entry={})

    def render(text, epoch, image):
        return text.format(*(first + epoch * down + image * on for first, (down, on) in numbers))

    return reference, render


def test_a_window_of_a_map_is_a_range_for_each_row(map_reference):
    """What a convolution needs: one range for each row of its window, over all images too."""
    reference, render = map_reference
    assert render(reference[1, 2, 0:3], epoch=1, image=2) == "AA9:AC9"
    assert render(reference.samples[0, 0, 1:4], epoch=1, image=0) == "D$7:F$9"


def test_a_window_that_is_no_rectangle_of_cells_is_an_error(map_reference):
    reference, _ = map_reference
    with pytest.raises(ValueError, match="not one rectangle"):
        reference[0, 0:2, 0:2]


def test_a_picture_block_is_one_range():
    """What a lens needs: pixels as rows and columns of the sheet."""
    picture = Block(Quantity("p", "x", "", "lens", (), (4, 3)), "lens", 10, 2, ((1, 0), (0, 1)))
    here = Block(Quantity("z", "z", "", "lens", (), ()), "lens", 3, 3, ())
    assert picture.last == (13, 4)
    numbers = {}
    text = QuantityCells(picture, here, Use("x"), "Lens", numbers, entry={})[:, :]
    assert text.format(*(first for first, _ in numbers)) == "B10:D13"


def side_by_side():
    """Return a layout whose points are side by side, two columns apart."""
    axes, double = (Axis("point", 3, first=1),), Stated(lambda x: 2 * x, "=2*{x}")
    total = Stated(lambda x: x.sum(), lambda x: f"=SUM({x.over('point').listed})")
    model = Model(
        (
            Quantity("x", axes=axes, shape=(2,)),
            Quantity("y", axes=axes, shape=(2,), equation=double),
            Quantity("total", equation=total.of("x")),
        )
    )
    places = {"x": (1, ((0, 2), (1, 0))), "y": (4, ((0, 2), (1, 0))), "total": (7, ())}
    blocks = [Block(model[n], "Model", row, 1, steps) for n, (row, steps) in places.items()]
    return lay_out(model, {"Model": "Model"}, blocks)


def test_formulas_side_by_side_read_the_cells_of_their_own_entry():
    layout = side_by_side()
    assert [layout.formula("y", (n, 1)) for n in range(3)] == ["=2*A2", "=2*C2", "=2*E2"]
    assert layout.stated("y")["Model", 4, 5] == "=2*E1"
    assert layout.formula("total", ()) == "=SUM(A1,A2,C1,C2,E1,E2)"
    assert [*layout.blocks["x"].ranges()] == ["A1:A2", "C1:C2", "E1:E2"]
    found = [(q.name, unit, places) for q, unit, places in dependants(layout, "x", (2, 1))]
    assert found == [("y", (1,), [(2,)]), ("total", (), [()])]


def test_the_layout_of_an_entry_has_the_cells_of_that_entry_and_those_of_all():
    layout = side_by_side().at("point", 2)
    assert layout.blocks["x"].address((1,)) == (2, 3)
    assert layout.model["x"].axes == ()
    assert layout.blocks["total"].address(()) == (7, 1)
    assert layout.at("point", 0).blocks.keys() == layout.blocks.keys()
    assert side_by_side().at("point", 0).blocks.keys() == {"total"}


def test_tables_begin_below_their_headings(layout):
    below = [block for name, block in layout.blocks.items() if name != "labels"]  # a heading
    assert all(block.row >= FIRST_ROW for block in below if block.sheet != "drawing")
    assert all(block.row > 1 for block in below)  # where the title is
