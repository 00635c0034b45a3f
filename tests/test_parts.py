"""Parts of a page stand where those before them leave room, and none covers another."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from experiments import built
from openpyxl.utils import column_index_from_string

import xlnn
from xlnn.axis import Axis
from xlnn.block import Block
from xlnn.building.plan import planned, source_of_template
from xlnn.equations.sentences import Bar
from xlnn.errors import XlnnError
from xlnn.experiments.network.kind import Network
from xlnn.grid import address
from xlnn.layout import lay_out
from xlnn.loading.spec import layout_of, read_spec
from xlnn.model import Model
from xlnn.options import Options
from xlnn.quantity import Quantity
from xlnn.registry.templates import names
from xlnn.registry.text import Text, text
from xlnn.workbooks import kind_named
from xlnn.workbooks.pages.chart_parts import Chart, Plane, Trace
from xlnn.workbooks.pages.grid_part import Grid
from xlnn.workbooks.pages.number_parts import Hidden, Made, Numbers, Row, Symbols
from xlnn.workbooks.pages.page import SEEN, Page
from xlnn.workbooks.pages.part import CLEAR, Across, Below, Beside, Mat, Space
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table_parts import Table, Units
from xlnn.workbooks.pages.text_parts import Label, Sentences
from xlnn.writing.charts import range_of
from xlnn.writing.drawing import Drawing, with_ending
from xlnn.writing.formats import DIGIT_PIXELS, PADDING, PIXELS_A_POINT, USUAL_WIDTH
from xlnn.writing.style import FAINT, NEGATIVE, POSITIVE, QUIET, QUIET_NUMBER, WHITE
from xlnn.writing.text_width import MOST, text_width

STEP = Axis("step", 4)


def on(name, **more):
    return Quantity(name, sheet="page", **more)


MODEL = Model(
    (
        *(on(name, role="input") for name in ("a", "b", "c")),
        on("said", is_text=True, role="input"),
        on("W", shape=(2, 3), role="input"),
        on("bias", shape=(2,), role="input"),
        on("pictures", shape=(2, 4, 3), role="input"),
        on("k", axes=(STEP,), counts=True),
        *(on(name, axes=(STEP,), role="input") for name in ("x", "y", "sum_x")),
        on("total_x", role="input"),
        on("v", axes=(STEP,), shape=(2,), role="input"),
        on("names", shape=(3,), is_text=True, role="input"),
        Quantity("plain", "plain", "", "page", shape=(2,), role="input"),
    )
)


TITLES = {"page": "Page"}
NAMES = {quantity.name: f"name of {quantity.name}" for quantity in MODEL.quantities}


def drawn(page, model=MODEL):
    """Return what a page shows of a model."""
    layout = lay_out(model, TITLES, page.place(model))
    words = Text("en", text("en").words | {"quantities": NAMES, "notes": {"page": ""}})
    return page.draw(Context(None, layout, words))


def cells(part):
    """Return the first cell of each quantity of a part that begins in row 4, column 1."""
    return {block.quantity.name: (block.row, block.column) for block in part.blocks(MODEL, 4, 1)}


def test_parts_below_each_other_leave_the_rows_that_each_asks_for():
    part = Below(Numbers("a", "b", at=2), Sentences("said", above=1), Table("x", "y"))
    assert cells(part) == {"a": (4, 3), "b": (5, 3), "said": (7, 1), "x": (11, 2), "y": (11, 3)}
    assert part.size(MODEL) == (2 + 1 + 1 + 1 + 2 + 4, 3)


def test_parts_beside_each_other_are_a_column_apart_or_none():
    grids = [Grid("W"), Grid("W", indent=1)]
    assert Beside(*grids).size(MODEL) == (3, 3 + 1 + 1 + 3)
    assert Beside(*grids, apart=0).size(MODEL) == (3, 3 + 1 + 3)
    assert cells(Beside(Numbers("a"), Grid("W")))["W"] == (5, 6)


def test_parts_beside_each_other_begin_again_below_where_they_would_be_too_wide():
    part = Beside(Grid("W"), Numbers("a", at=0), Row("bias", flat=True), most=5)
    assert cells(part) == {"W": (5, 1), "a": (4, 5), "bias": (4 + 3 + 1, 1)}
    assert part.size(MODEL) == (3 + 1 + 1, 5)
    assert cells(Beside(Grid("W"), Grid("W"), most=1))["W"] == (4 + 3 + 1 + 1, 1)


def test_a_part_without_parts_takes_no_room():
    assert Below().size(MODEL) == (0, 0)
    assert cells(Below(Numbers("a", at=1), Beside(Numbers("b", at=1), Below())))["b"] == (5, 2)


def test_a_table_has_columns_for_its_axes_unless_its_first_column_counts():
    assert cells(Table("x", "v", "y")) == {"x": (6, 2), "v": (6, 3), "y": (6, 5)}
    assert cells(Table("k", "x")) == {"k": (6, 1), "x": (6, 2)}
    assert cells(Table("k", "x", left=1))["k"] == (6, 2)
    assert cells(Table("x", left=0)) == {"x": (6, 1)}


def test_a_table_has_room_for_titles_of_groups_and_for_what_stands_under_it():
    table = Table("x", "y", groups={"x": "key"}, under={"sum": "total"})
    assert cells(table) == {"x": (7, 2), "total_x": (12, 2), "y": (7, 3)}
    assert table.size(MODEL) == (3 + 4 + 2, 3)
    assert Below(Space(2), table, Hidden("a", "b", indent=1)).size(MODEL) == (2 + 1 + 9 + 1, 3)


def test_beside_a_number_another_quantity_may_stand():
    assert cells(Numbers(("a", "said"), "b")) == {"a": (4, 4), "said": (4, 5), "b": (5, 4)}


def test_what_is_beside_a_number_stands_after_all_of_its_units():
    part = Numbers(("W", "said"), "a", at=1)
    assert cells(part) == {"W": (4, 2), "said": (4, 8), "a": (5, 2)}
    (block,) = Numbers("W").blocks(MODEL, 4, 1)
    assert block.address((1, 2)) == (4, 4 + 5)


def test_sentences_of_one_quantity_are_below_each_other():
    part = Below(Sentences("names", "said"), Numbers("a"))
    assert cells(part) == {"names": (4, 1), "said": (7, 1), "a": (8, 4)}
    (block, _) = Sentences("names", "said").blocks(MODEL, 4, 1)
    assert block.last == (6, 1)


def test_a_row_has_a_column_for_each_unit_and_as_many_rows_as_its_matrix():
    assert cells(Row("a", "W", "", "b")) == {"a": (4, 1), "W": (4, 2), "b": (4, 6)}
    assert Row("a", "W", "", "b").size(MODEL) == (2, 1 + 3 + 1 + 1)
    assert Row("a").size(MODEL) == (1, 1)
    assert Symbols("a", "v").size(MODEL) == (1, 1 + 2)
    assert cells(Beside(Label("text", columns=2), Row("a"), apart=0)) == {"a": (4, 3)}


def test_a_part_may_be_made_of_what_the_model_has():
    part = Made(lambda model: Grid("W", indent=len(model["k"].axes)))
    assert cells(Below(Space(), part)) == {"W": (6, 2)}
    assert part.size(MODEL) == (3, 4)


def test_several_pictures_are_side_by_side_below_their_captions():
    pictures = Grid("pictures", captions=("one", "other"))
    assert cells(pictures) == {"pictures": (6, 1)}
    assert pictures.size(MODEL) == (2 + 4, 3 + 1 + 3)
    (block,) = pictures.blocks(MODEL, 4, 1)
    assert block.address((1, 3, 2)) == (9, 7)


def test_a_plane_has_a_legend_the_ends_of_its_sides_and_points_over_its_cells():
    part = Plane("W", Trace("y", "x", name="some"), ends=("bias", "plain"), scale=(0, 4))
    assert part.size(MODEL) == (2 + 2 + 1, 1 + 5)
    assert cells(part) == {"W": (6, 2), "bias": (8, 2), "plain": (6, 1)}
    drawing = drawn(Page("page", "", "", part, Beside(Space(1, 9), Table("x", "y"))))
    legend = [drawing.cells[4][column] for column in range(2, 7)]
    assert [text for text, _ in legend] == ["0", "", "2", "", "4"]
    assert [look.fill for _, look in (legend[0], legend[2], legend[4])] == [
        NEGATIVE, WHITE, POSITIVE,
    ]  # fmt: skip
    assert [drawing.cells[4][column][0] for column in (8, 9)] == ["●", "some"]
    ((anchor, chart),) = drawing.charts
    assert (anchor.to.row, anchor.to.col) == (7, 4)
    assert (chart.x_axis.scaling.max, chart.y_axis.scaling.max) == (3, 2)
    assert drawing.looks["W"].number_format == ";;;"
    assert "$B$6:$D$7" in drawing.colours[0][1].colorScale.cfvo[0].val
    assert not drawn(Page("page", "", "", Plane("W"))).charts


def test_the_cells_of_a_plane_are_squares():
    layout = lay_out(MODEL, TITLES, Page("page", "", "", Plane("W")).place(MODEL))
    drawing, context = Drawing(), Context(None, layout, text("en"))
    Plane("W", pixels=20).draw(drawing, context, 4, 1)
    wide, high = drawing.widths[2] * DIGIT_PIXELS, drawing.heights[6] * PIXELS_A_POINT
    assert (wide, high) == pytest.approx((20, 20))


def test_cells_around_pictures_on_a_mat_are_grey_and_no_quantity_s_cell_is():
    mat = Mat(Grid("pictures", captions=("one", "other"), titled=False))
    assert mat.size(MODEL) == (1 + 4 + 1, 1 + 3 + 1 + 3 + 1)
    assert cells(mat) == {"pictures": (5, 2)}
    drawing = drawn(Page("page", "", "", mat))
    grey = {
        (row, column): text
        for row, several in drawing.cells.items()
        for column, (text, look) in several.items()
        if look.fill == FAINT
    }
    assert len(grey) == 6 * 9 - 2 * 4 * 3
    assert (grey[4, 2], grey[4, 6], grey[5, 5]) == ("one", "other", "")


def test_entries_side_by_side_have_the_rows_of_what_they_share():
    point = Axis("point", 3, first=1, counts_from=5)
    model = Model(
        (
            on("W", shape=(2, 3), role="input"),
            on("x", axes=(point,), role="input", choices=(0, 9)),
            on("z", axes=(point,), shape=(2,), role="input", symbol="z{}"),
        )
    )
    across = Across(
        "point",
        (Label("given", "headings"), Row("", "x")),
        (Grid("W", titled=False, above=1), Units("", "z", headed=False, high=2)),
    )
    page = Page("page", "", "", across)
    blocks = {block.quantity.name: block for block in page.place(model)}
    assert across.left(model) == 3 + 1
    assert blocks["W"].address((0, 0)) == (4 + 1 + 1, 1)
    assert [blocks["x"].address((n,)) for n in range(3)] == [(4, 6), (4, 9), (4, 12)]
    assert [blocks["z"].address((n, 1)) for n in range(3)] == [(9, 5), (9, 8), (9, 11)]
    words = text("en").words | {"quantities": dict.fromkeys("Wxz", ""), "notes": {"page": ""}}
    layout = lay_out(model, TITLES, blocks.values())
    drawing = page.draw(Context(None, layout, Text("en", words)))
    numbers = {at: text for at, (text, _) in drawing.cells[4].items() if at > 1}
    assert numbers == {5: 5, 8: 6, 11: 7}
    assert drawing.freeze == (6, 5)
    typed = {str(each.sqref) for each in drawing.validations}
    assert typed == {"A6:C7", "F4", "I4", "L4", "E6:E9", "H6:H9", "K6:K9"}


def test_a_choice_may_be_one_of_the_values_of_a_quantity_without_rows():
    drawing = drawn(Page("page", "", "", Numbers("said", choices={"said": "W"}), Grid("W")))
    lists = {str(each.sqref): each.formula1 for each in drawing.validations}
    assert lists["D4"] == "Page!$A$6:$C$7"


@pytest.mark.parametrize(("most", "offered"), [(88, "list"), (89, "whole")])
def test_more_choices_than_a_list_holds_are_whole_numbers_within_range(most, offered):
    model = Model((on("k", role="input", choices=(1, most)),))
    layout = lay_out(model, TITLES, Page("page", "", "").place(model))
    words = Text("en", text("en").words | {"quantities": {"k": ""}, "notes": {"page": ""}})
    (found,) = Page("page", "", "").draw(Context(None, layout, words)).validations
    assert (found.type, len(found.formula1) <= 257) == (offered, True)
    if offered == "whole":
        assert (found.operator, found.formula1, found.formula2) == ("between", "1", str(most))


def test_a_workbook_may_open_on_a_page_with_its_first_choice_selected():
    one = on("k", role="input", choices=(1, 4))
    model, page = Model((on("a", role="input"), one)), Page("page", "", "", opens=True)
    layout = lay_out(model, TITLES, page.place(model))
    words = Text("en", text("en").words | {"quantities": NAMES | {"k": ""}, "notes": {"page": ""}})
    drawing = page.draw(Context(None, layout, words))
    assert (drawing.opens, drawing.cursor) == (True, address(*layout.blocks["k"].address(())))
    assert not drawn(Page("page", "", "")).opens


def test_what_is_under_pictures_stands_below_their_middle():
    pictures = Grid("pictures", indent=1, titled=False, under=("bias",))
    assert cells(pictures) == {"pictures": (4, 2), "bias": (8, 3)}
    assert pictures.size(MODEL) == (4 + 1, 1 + 3 + 1 + 3)
    _, block = pictures.blocks(MODEL, 4, 1)
    assert block.last == (8, 7)


def test_a_table_of_units_has_a_row_for_each_and_may_continue():
    table = Below(Units("unit", "W", "bias"), Units("unit", "bias", headed=False))
    assert cells(table.parts[0]) == {"W": (6, 2), "bias": (6, 5)}
    assert table.size(MODEL) == (2 + 2 + 2, 1 + 3 + 1)
    (block,) = Units("unit", "pictures").blocks(MODEL, 4, 1)  # each of 4 × 3, in one row
    assert [block.address(at) for at in ((0, 0, 2), (0, 1, 0), (1, 3, 2))] == [
        (6, 4), (6, 5), (7, 13),
    ]  # fmt: skip


def test_units_may_be_pictures_with_numbers_beside_them_and_names_from_the_page():
    units = Units(lambda page: [page.spec, "{2}"], "pictures", "W", "bias", pictures=True)
    assert cells(units) == {"pictures": (6, 2), "W": (6, 6), "bias": (6, 9)}
    assert units.size(MODEL) == (2 + 4 + 1 + 4, 1 + 3 + 1 + 3 + 1), "a blank column and row between"
    pictures, weights, bias = units.blocks(MODEL, 4, 1)
    assert [pictures.address(at) for at in ((0, 3, 2), (1, 0, 0))] == [(9, 4), (11, 2)]
    assert (weights.address((1, 2)), bias.address((1,))) == ((11, 8), (11, 9))
    drawing, layout = Drawing(), lay_out(MODEL, TITLES, Page("page", "", "", units).place(MODEL))
    words = Text("en", text("en").words | {"quantities": NAMES})
    units.draw(drawing, Context("m" * 99, layout, words), 4, 1)
    assert [drawing.cells[row][1][0] for row in (6, 11)] == ["m" * 99, "{2}"]
    assert drawing.widths[1] == MOST, "a long name is shrunk"
    assert drawing.whole == [(4, 9), (11, 14)]


def test_units_beside_higher_ones_are_in_the_same_rows():
    apart = [
        [each.address((unit, *(0 for _ in each.quantity.shape[1:])))[0] for unit in (0, 1)]
        for high in (1, 4)
        for each in Units("", "W", "bias", headed=False, pictures=True, high=high).blocks(
            MODEL, 4, 1
        )
    ]
    assert apart == [[4, 5], [4, 5], [4, 9], [4, 9]]


def test_maps_of_a_unit_are_side_by_side():
    model = Model((on("maps", shape=(2, 3, 2, 2), role="input"),))
    units = Units("", "maps", headed=False, pictures=True)
    (block,) = units.blocks(model, 4, 1)
    assert block.address((1, 2, 1, 1)) == (4 + 3 + 1, 1 + 2 * 3 + 1)
    assert units.size(model) == (2 + 1 + 2, 3 * 2 + 2)


def test_the_numbers_of_several_runs_are_side_by_side_from_the_first_that_has_one():
    def of_runs(name, first, count):
        return on(name, axes=(Axis("run", count, "each", first=first),), role="input")

    model, part = Model((of_runs("a", 0, 3), of_runs("b", 1, 2))), Numbers("a", "b", at=2)
    a, b = part.blocks(model, 4, 1)
    assert (a.address((2,)), b.address((0,)), b.address((1,))) == ((4, 5), (5, 4), (5, 5))
    assert part.size(model) == (2, 2 + 3)


def test_a_table_of_units_may_take_its_names_and_headings_from_quantities():
    table = Units("", "bias", "W", over={"W": "names"})
    assert cells(table) == {"bias": (6, 1), "W": (6, 2), "names": (5, 2)}
    assert table.size(MODEL) == (2 + 2, 1 + 3)


def test_the_points_of_each_line_of_a_unit_are_below_each_other_before_a_blank_row():
    """Both units have a line of four points in each of three columns."""
    more = {"lines": ["pictures"], "units": {"pictures": lambda _: [*"pqr"]}}
    table = Units(lambda _: ["one", "other"], "bias", "pictures", **more)
    assert table.size(MODEL) == (2 + 2 * (4 + 1), 1 + 1 + 3)
    bias, pictures = table.blocks(MODEL, 4, 1)
    assert [bias.address((n,)) for n in (0, 1)] == [(6, 2), (11, 2)]
    assert [pictures.address(at) for at in ((0, 3, 0), (1, 0, 2))] == [(9, 3), (11, 5)]
    drawing = drawn(Page("page", "", "", table))
    named = {row: drawing.cells[row][1][0] for row in range(6, 16) if row in drawing.cells}
    assert named == {6: "one", 11: "other"}
    assert [drawing.cells[5][column][0] for column in (3, 4, 5)] == ["p", "q", "r"]
    layout = lay_out(MODEL, TITLES, Page("page", "", "", table).place(MODEL))
    trace = Trace(("pictures", ..., ..., 2), ("pictures", ..., ..., 0))
    (line,) = trace.lines(Context(None, layout, Text("en", {})))
    assert line.y == range_of("Page", 5, 6, 14)
    assert line.x == range_of("Page", 3, 6, 14)


def test_a_table_of_units_without_symbols_has_one_row_of_headings():
    assert cells(Units("", "plain")) == {"plain": (5, 1)}
    assert Units("", "plain").size(MODEL) == (1 + 2, 1)
    drawing = drawn(Page("page", "", "", Units("", "plain", repeated=True)))
    assert drawing.cells[4][1][0] == NAMES["plain"]
    assert (drawing.repeat_from, drawing.repeat) == (4, 4)


def test_a_table_without_symbols_has_one_row_of_headings():
    rows = tuple(Quantity(name, name, "", "page", axes=(STEP,), role="input") for name in "pq")
    model = Model(rows)
    table = Table("p", "q", groups={"p": "key"}, folded=True)
    assert table.size(model) == (1 + 1 + 4, 1 + 2)
    layout = lay_out(model, TITLES, table.blocks(model, 4, 1))
    assert [layout.blocks[name].row for name in "pq"] == [6, 6]
    drawing, words = Drawing(), text("en").words | {"quantities": {"p": "one", "q": "other"}}
    table.draw(drawing, Context(None, layout, Text("en", words)), 4, 1)
    assert [drawing.cells[5][column][0] for column in (1, 2, 3)] == ["step", "one", "other"]
    assert drawing.cells[4][2][0] == "key"


def test_blank_columns_part_what_is_beside_them():
    parts = (Below(Space(1, 5), Numbers("a", at=1)), Numbers("b", at=1))
    assert cells(Beside(*parts)) == {"a": (5, 2), "b": (4, 8)}


def test_of_a_flat_row_each_unit_has_a_column():
    row = Row("W", "", "bias", flat=True)
    assert cells(row) == {"W": (4, 1), "bias": (4, 8)}
    assert row.size(MODEL) == Symbols("W", "", "bias").size(MODEL) == (1, 6 + 1 + 2)
    drawing = drawn(Page("page", "", "", Symbols("W", "", "bias")))
    assert [*drawing.cells[4]] == [1, 2, 3, 4, 5, 6, 8, 9]


def test_the_rows_above_the_first_table_may_be_frozen_and_what_names_the_rows():
    table = Table("x", "y", repeated=True)
    page = Page("page", "", "", Numbers("a"), table, stays=True, is_named=True)
    assert (drawn(page).freeze, drawn(page).repeat) == ((8, 2), 7)
    assert drawn(Page("page", "", "", table, is_named=True)).freeze == (1, 2)
    page = Page("page", "", "", Numbers("a"), table)
    assert (drawn(page).freeze, drawn(page).repeat_from, drawn(page).repeat) == (None, 6, 7)


def test_a_bar_is_not_wider_than_its_column():
    bar = Quantity("bar", "bar", "", "page", shape=(2,), equation=Bar(), uses={"a": "plain"})
    model = Model((*MODEL.quantities, bar))
    page = Page("page", "", "", Units("", "plain", "bar", width=3))
    layout = lay_out(model, TITLES, page.place(model))
    words = text("en").words | {"quantities": NAMES | {"bar": ""}, "notes": {"page": ""}}
    drawing = page.draw(Context(None, layout, Text("en", words)))
    assert drawing.widths[layout.blocks["bar"].column] >= text_width(Bar.FULL)


def test_what_is_counted_from_is_folded_and_grey():
    drawing = drawn(Page("page", "", "", Beside(Table("x", "y", folded=True), Numbers("a"))))
    assert drawing.folded_columns == {1, 2, 3}
    assert drawing.looks["x"] == QUIET_NUMBER
    assert {drawing.cells[row][2][1].ink for row in (4, 5)} == {QUIET}


LONG = Quantity("long", "long", "", "page", axes=(Axis("step", 5, "up", counts_from=0),))
LAST = Quantity("last", "last", "", "page")


def ended(*parts, last=2.0):
    """Return the rows and columns that a page folds, and its note."""
    model = Model((LONG, LAST))
    page = Page("page", "", "", *parts, until=("step", "last"))
    layout = lay_out(model, TITLES, page.place(model))
    words = Text(
        "en",
        text("en").words | {"quantities": {"long": "long", "last": "last"}, "notes": {"page": ""}},
    )
    drawing = page.draw(Context(None, layout, words))
    seen = with_ending(drawing, {"last": np.array(last)})
    assert not drawing.folded_rows
    note = seen.cells.get(3, {}).get(1, ("",))[0]
    return seen.folded_rows, seen.folded_columns, note.partition(" nothing")[0]


def test_what_follows_the_last_entry_that_matters_is_folded():
    assert ended(Table("long", above=1)) == ({8, 9}, set(), "After step 2")


@pytest.mark.parametrize("last", [4.0, "#NUM!"])
def test_nothing_is_folded_if_nothing_follows_or_the_last_entry_is_unknown(last):
    assert ended(Table("long", above=1), last=last) == (set(), set(), "")


def test_rows_beside_anything_else_are_not_folded():
    chart = Chart("long", Trace("long"), size_in_cm=(5, 1.5))  # beside the first rows
    assert ended(Beside(Table("long", above=1), chart))[0] == {8, 9}
    chart = Chart("long", Trace("long"))
    assert ended(Beside(Table("long", above=1), chart))[0] == set()


def test_units_may_be_named_in_place_of_symbols():
    table = Table("x", "v", units={"v": lambda _: ("one", "other")}, widths={"x": 30})
    drawing = drawn(Page("page", "", "", table))
    assert [drawing.cells[5][column][0] for column in (2, 3, 4)] == ["x", "one", "other"]
    assert drawing.widths[2] == 30


def test_a_line_may_be_a_column_of_a_matrix():
    page = Page("page", "", "", Chart("title", Trace(("W", ..., 2), ("W", ..., 0))), Grid("W"))
    layout = lay_out(MODEL, TITLES, page.place(MODEL))
    row, column = layout.blocks["W"].row, layout.blocks["W"].column
    (line,) = Trace(("W", ..., 2), ("W", ..., 0)).lines(Context(None, layout, Text("en", {})))
    assert line.y == range_of("Page", column + 2, row, row + 1)
    assert line.x == range_of("Page", column, row, row + 1)
    assert line.marker == "none"


def test_lines_along_an_axis_follow_its_cells_and_are_called_by_cells():
    runs = Axis("run", 2)
    model = Model((on("c", axes=(runs, STEP), role="input"), on("called", axes=(runs,))))
    blocks = (
        Block(model["c"], "page", 4, 3, ((10, 0), (1, 0))),
        Block(model["called"], "page", 4, 9, ((1, 0),)),
    )
    page = Context(None, lay_out(model, TITLES, blocks), Text("en", {}))
    lines = [*Trace("c", each="run", called="called").lines(page)]
    rows = (4, 7), (14, 17)
    assert [line.y for line in lines] == [range_of("Page", 3, *ends) for ends in rows]
    assert [line.x for line in lines] == [range_of("Page", 2, *ends) for ends in rows]
    assert [line.name for line in lines] == [range_of("Page", 9, row, row) for row in (4, 5)]


@pytest.mark.parametrize(
    ("length", "first", "ends"),
    [(4, 1, (1, 4, 1)), (40, 1, (0, 40, 10)), (13, 0, (0, 12, 2)), (40, 5, (5, 44, 13))],
)
def test_many_numbered_rows_are_counted_from_0_in_round_steps(length, first, ends):
    x = on("x", axes=(Axis("step", length, counts_from=first),), role="input")
    page = Page("page", "", "", Table("x"), Chart("title", Trace("x")))
    ((_, chart),) = drawn(page, Model((x,))).charts
    scale = chart.x_axis.scaling
    assert (scale.min, scale.max, chart.x_axis.majorUnit) == ends


def test_an_axis_of_a_chart_may_have_a_first_value_alone():
    for ends_up, last in (((0, 9), 9), ((0,), None)):
        page = Page("page", "", "", Table("x"), Chart("title", Trace("x"), ends_up=ends_up))
        ((_, chart),) = drawn(page).charts
        assert (chart.y_axis.scaling.min, chart.y_axis.scaling.max) == (0, last)


def test_a_choice_has_no_list_where_another_part_has_it():
    one = on("k", role="input", choices=(1, 4))
    with_list, without = (Numbers("k"), Numbers("k", choices={"k": ""}))
    for part, count in ((with_list, 1), (without, 0)):
        layout = lay_out(Model((one,)), TITLES, part.blocks(Model((one,)), 4, 1))
        drawing = Drawing()
        words = Text("en", text("en").words | {"quantities": NAMES})
        part.draw(drawing, Context(None, layout, words), 4, 1)
        assert len(drawing.validations) == count
        assert drawing.looks["k"].bold


def test_the_numbers_of_a_list_are_side_by_side_where_they_have_units():
    (block,) = Numbers("bias").blocks(MODEL, 4, 1)
    assert [block.address((n,)) for n in (0, 1)] == [(4, 4), (4, 5)]


def test_what_is_beside_numbers_leaves_room_for_their_units():
    assert cells(Beside(Numbers("a", "bias"), Grid("W")))["W"] == (5, 7)


def test_a_page_without_parts_has_its_tables_side_by_side_and_wide_ones_last():
    wide = on("wide", axes=(Axis("word", 2),), shape=(SEEN,))
    model = Model((wide, *MODEL.quantities))
    blocks = {b.quantity.name: (b.row, b.column) for b in Page("page", "", "").place(model)}
    assert blocks["x"][0] == blocks["wide"][0]
    assert blocks["x"][1] < blocks["wide"][1]
    page = Page("page", "", "", Table("x"))
    below = {b.quantity.name: (b.row, b.column) for b in page.place(model)}
    assert below["x"][0] < below["wide"][0]


def test_a_chart_takes_rows_by_its_height_and_the_columns_that_it_is_given():
    chart = Chart("title", Trace("y", "x"), size_in_cm=(13, 13))
    assert chart.size(MODEL) == (25, 1)
    beside = Beside(Chart("title", Trace("y")), chart)
    assert beside.size(MODEL) == (25, 1 + 1 + 1)


@pytest.mark.slow
def test_no_quantity_covers_another_on_any_page_of_an_experiment(tmp_path):
    for name in ("descent", "sequences", "costs", "activations", "neuron", "similarity"):
        layout = layout_of(read_spec(built(tmp_path, name, verify=False)))
        taken = {}
        for block in layout.blocks.values():
            for first, last in block.rectangles():
                for row in range(first[0], last[0] + 1):
                    for column in range(first[1], last[1] + 1):
                        where = block.sheet, row, column
                        assert taken.setdefault(where, block.quantity.name) == block.quantity.name


@pytest.mark.parametrize("lang", ["en", "zh", "ja"])
def test_a_chart_lies_beside_what_is_read(lang, tmp_path):
    """Its first column is behind the last one of the table beside it."""
    path = tmp_path / "descent.xlsx"
    xlnn.build("descent", path, lang=lang)
    spec = read_spec(path)
    layout, kind = layout_of(spec), kind_named("descent")
    last = max(block.last[1] for block in layout.on("descent"))
    for chart in kind.drawings(spec, layout)["descent"].charts:
        assert ord(chart[0][0]) - ord("A") + 1 > last


@pytest.mark.parametrize("lang", ["en", "zh", "ja"])
@pytest.mark.parametrize("name", ["tangent", "lagrange"])
def test_a_chart_below_a_list_ends_before_the_table_beside_it(lang, name, tmp_path):
    spec = read_spec(built(tmp_path, "slopes", lang=lang, verify=False))
    layout = layout_of(spec)
    drawing = kind_named("slopes").drawings(spec, layout)[name]
    table = min(block.column for block in layout.on(name) if block.quantity.axes)
    widths = (drawing.widths.get(column, USUAL_WIDTH) for column in range(1, table))
    room = sum(width * DIGIT_PIXELS + PADDING for width in widths)
    assert [anchor[0] for anchor, _ in drawing.charts] == ["A", "A"]
    for _, chart in drawing.charts:
        assert chart.width / 2.54 * 96 < room


def test_a_helper_page_keeps_what_names_its_rows_in_sight(tmp_path):
    spec = read_spec(built(tmp_path, "activations", verify=False))
    layout = layout_of(spec)
    drawings = kind_named("activations").drawings(spec, layout)
    for name, first in (("table", "number"), ("differences", "z_right")):
        block, drawing = layout.blocks[first], drawings[name]
        assert (block.row, drawing.freeze, drawing.repeat) == (4, (4, 2), 3)
        assert drawing.cells[1][2][0] == layout.titles[name]
        assert len(layout.on(name)) == sum(q.sheet == name for q in layout.model.quantities)


def test_a_name_that_no_quantity_has_is_an_error():
    with pytest.raises(XlnnError, match="There is no quantity nothing"):
        cells(Numbers("nothing"))
    assert replace(Grid("W"), indent=2).size(MODEL) == (3, 5)


def test_a_part_takes_no_argument_that_it_does_not_know():
    for part in (Numbers, Table, Chart, Sentences, Hidden, Label, Row, Symbols):
        with pytest.raises(TypeError, match="colored"):
            part("a", colored=["a"])


@pytest.mark.parametrize(
    "name", [n for n in names() if not isinstance(source_of_template(n).kind, Network)]
)
@pytest.mark.ci
def test_each_sheet_of_an_experiment_shows_what_is_said_of_it(name):
    source = source_of_template(name)
    plan = planned(source, Options(lang="en"))
    notes = plan.kind.words(plan.spec, plan.layout).words["notes"]
    for key, drawing in plan.kind.drawings(plan.spec, plan.layout).items():
        if key in notes:
            texts = [str(text) for cells in drawing.cells.values() for text, _ in cells.values()]
            assert notes[key].format(**plan.layout.titles) in texts, key


@pytest.mark.parametrize("width", [4.0, 10.0, 30.0])
def test_charts_side_by_side_are_as_near_to_each_other_as_columns_allow(width):
    charts = [Chart("title", Trace("y"), size_in_cm=(10, 7)) for _ in range(3)]
    page, drawing = Page("page", "", "", Table("y"), Beside(*charts)), Drawing()
    layout = lay_out(MODEL, TITLES, page.place(MODEL))
    words = Text("en", text("en").words | {"quantities": NAMES})
    drawing.widths = dict.fromkeys(range(1, 60), width)
    Beside(*charts).draw(drawing, Context(None, layout, words), 20, 1)
    columns = [int(column_index_from_string(at.rstrip("0123456789"))) for at, _ in drawing.charts]
    pixels, wide = width * DIGIT_PIXELS + PADDING, 10 / 2.54 * 96
    for first, second in pairwise(columns):
        assert wide < (second - first) * pixels < wide + CLEAR + pixels
