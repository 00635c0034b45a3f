"""Parts of a page stand where those before them leave room, and none covers another."""

from dataclasses import replace

import pytest
from experiments import built

import xlnn
from xlnn.building.plan import begun, planned
from xlnn.options import Options
from xlnn.quantity import Axis, Model, Quantity
from xlnn.reading.spec import layout_of, read_spec
from xlnn.shipped.templates import names
from xlnn.workbooks import kind_named
from xlnn.workbooks.experiment import Experiment
from xlnn.workbooks.pages.parts import (
    Below,
    Beside,
    Chart,
    Grid,
    Hidden,
    Numbers,
    Sentences,
    Space,
    Table,
    Trace,
)

STEP = Axis("step", 4)


def on(name, **more):
    return Quantity(name, sheet="page", **more)


MODEL = Model(
    (
        *(on(name, role="input") for name in ("a", "b", "c")),
        on("said", is_text=True, role="input"),
        on("W", shape=(2, 3), role="input"),
        on("k", axes=(STEP,), counts=True),
        *(on(name, axes=(STEP,), role="input") for name in ("x", "y", "sum_x")),
        on("total_x", role="input"),
        on("v", axes=(STEP,), shape=(2,), role="input"),
    )
)


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


def test_a_table_has_columns_for_its_axes_unless_its_first_column_counts():
    assert cells(Table("x", "v", "y")) == {"x": (6, 2), "v": (6, 3), "y": (6, 5)}
    assert cells(Table("k", "x")) == {"k": (6, 1), "x": (6, 2)}
    assert cells(Table("k", "x", left=1))["k"] == (6, 2)


def test_a_table_has_room_for_titles_of_groups_and_for_what_stands_under_it():
    table = Table("x", "y", groups={"x": "key"}, under={"sum": "total"})
    assert cells(table) == {"x": (7, 2), "total_x": (12, 2), "y": (7, 3)}
    assert table.size(MODEL) == (3 + 4 + 2, 3)
    assert Below(Space(2), table, Hidden("a", "b", indent=1)).size(MODEL) == (2 + 1 + 9 + 1, 3)


def test_beside_a_number_another_quantity_may_stand():
    assert cells(Numbers(("a", "said"), "b")) == {"a": (4, 4), "said": (4, 5), "b": (5, 4)}


def test_a_chart_takes_rows_by_its_height():
    chart = Chart("title", Trace("y", "x"), size_in_cm=(13, 13))
    assert chart.size(MODEL) == (25, 1)


def test_no_quantity_covers_another_on_any_page_of_an_experiment(tmp_path):
    for name in ("descent", "sequences", "costs", "activations"):
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


def test_a_name_that_no_quantity_has_is_an_error():
    with pytest.raises(KeyError, match="nothing"):
        cells(Numbers("nothing"))
    assert replace(Grid("W"), indent=2).size(MODEL) == (3, 5)


def test_a_part_takes_no_argument_that_it_does_not_know():
    for part in (Numbers, Table, Chart, Sentences, Hidden):
        with pytest.raises(TypeError, match="colored"):
            part("a", colored=["a"])


@pytest.mark.parametrize("name", [n for n in names() if isinstance(begun(n)[0], Experiment)])
def test_each_sheet_of_an_experiment_shows_what_is_said_of_it(name):
    kind, origin, _ = begun(name)
    plan = planned(kind, origin, name, Options(lang="en"))
    notes = kind.words(plan.made.spec, plan.layout).words["notes"]
    for key, drawing in kind.drawings(plan.made.spec, plan.layout).items():
        if key in notes:
            texts = [str(text) for cells in drawing.cells.values() for text, _ in cells.values()]
            assert notes[key].format(**plan.layout.titles) in texts, key
