"""What one sees on the sheets of the experiments after the book, and on their Guides."""

import re

import pytest

from xlnn.building.plan import planned, source_of_template
from xlnn.options import Options
from xlnn.writing.charts import SMALL_PRINT, SMALL_TITLE
from xlnn.writing.style import FILLS, NEGATIVE
from xlnn.writing.text_width import text_width


def drawings(name, lang="en"):
    """Return what each sheet of a template shows besides its quantities, by its key."""
    plan = planned(source_of_template(name), Options(lang=lang))
    return plan.kind.drawings(plan.spec, plan.layout)


def texts(drawing):
    """Return the texts of a sheet, and the looks of its cells."""
    cells = [cell for row in drawing.cells.values() for cell in row.values()]
    return [text for text, _ in cells], [look for _, look in cells]


@pytest.mark.parametrize(("name", "is_coloured"), [("rnn", True), ("regression", False)])
def test_the_guide_says_what_the_colours_of_numbers_mean_where_there_are_any(name, is_coloured):
    said, looks = texts(drawings(name)["guide"])
    assert ("coloured numbers: below 0" in said) == is_coloured
    assert any(look.fill == NEGATIVE for look in looks) == is_coloured
    assert any(look.fill in {"input", FILLS["input"]} for look in looks)
    assert "book or paper" in said


def test_the_small_chart_of_the_guide_says_what_it_shows():
    drawn = drawings("clusters")
    ((_, small),) = drawn["guide"].charts
    (paragraph,) = small.title.tx.rich.p
    assert paragraph.r[0].rPr.sz == SMALL_TITLE
    assert small.legend.txPr.p[0].pPr.defRPr.sz == SMALL_PRINT
    whole = (chart.title.tx.rich.p[0].r for _, chart in drawn["clusters"].charts)
    sizes = {run.t: run.rPr.sz for runs in whole for run in runs}
    assert sizes[paragraph.r[0].t] > SMALL_TITLE


def test_the_guide_shows_the_network_where_it_is_drawn():
    drawn = drawings("lstm")
    ((_, small),), ((_, whole), *_) = (drawn[key].charts for key in ("guide", "memory"))
    assert small.title is whole.title is None, "the page, not the drawing, has a title"
    refs, every = ([each.xVal.numRef.f for each in chart.series] for chart in (small, whole))
    assert len(refs) > 10
    assert refs == [ref for ref in every if ref in refs]


def test_matrices_that_no_part_shows_are_a_row_or_a_column_apart():
    plan = planned(source_of_template("transformer"), Options(epochs=1))
    blocks = [block for block in plan.layout.on("used") if block.quantity.shape]
    assert max(block.column for block in blocks) > 1, "they are side by side"
    taken = {
        (row + down, column + right)
        for block in blocks
        for (row, column), (last_row, last) in [((block.row, block.column), block.last)]
        for down in range(last_row - row + 1)
        for right in range(last - column + 1)
    }
    for block in blocks:
        over = {
            (block.row - down, column)
            for down in (1, 2)
            for column in range(block.column, block.last[1] + 1)
        }
        beside = {(row, block.last[1] + 1) for row in range(block.row, block.last[0] + 1)}
        assert not taken & (over | beside), block.quantity.name


@pytest.mark.parametrize(
    ("name", "page", "titles"),
    [
        ("attention", "attention", {"position", "target"}),
        ("transformer", "talk", {"the sentence", "words that you choose", "most likely next"}),
    ],
)
def test_columns_of_words_have_titles_that_are_whole(name, page, titles):
    drawing = drawings(name)[page]
    found = {text: column for row in drawing.cells.values() for column, (text, _) in row.items()}
    assert titles <= {*found}
    for title in titles:
        assert drawing.widths[found[title]] >= text_width(title), title


@pytest.mark.parametrize("name", ["rnn", "lstm"])
def test_the_number_of_a_unit_is_not_read_as_the_number_of_steps_back(name):
    """h₋₂ would be h of two steps before; it is unit 2 of the step before."""
    plan = planned(source_of_template(name), Options(epochs=1))
    headings = [q.heading(unit) for q in plan.layout.model.quantities for unit in q.units]
    assert any(heading.endswith("₂₋") for heading in headings)
    assert not [heading for heading in headings if re.search("₋[₀-₉]", heading)]


def legend(chart):
    """Return the names of the lines in a chart's legend."""
    left = {entry.idx for entry in chart.legend.legendEntry if entry.delete}
    return [each.tx.v for number, each in enumerate(chart.series) if number not in left]


def test_each_line_of_the_charts_of_clusters_is_named_once():
    drawn = drawings("clusters")
    (_, paths), _ = drawn["clusters"].charts
    assert legend(paths) == ["c₁", "c₂", "c₃"]  # in the colours of their points
    for (_, chart), names in zip(
        drawn["axes"].charts,
        (["points", "ellipse", "axis 1", "axis 2"], ["direction 1", "direction 2"]),
        strict=True,
    ):
        assert legend(chart) == names


@pytest.mark.parametrize("lang", ["en", "zh", "ja"])
def test_axes_of_a_map_are_named_in_words(lang):
    for page in ("films", "words"):
        (_, chart), *_ = drawings("embeddings", lang)[page].charts
        for axis in (chart.x_axis, chart.y_axis):
            assert len(axis.title.tx.rich.p[0].r[0].t) > 1


def test_the_columns_of_q_show_the_arrows_of_their_actions():
    drawn = drawings("q-learning")
    for page, count in (("episodes", 2), ("table", 2), ("arrows", 1)):
        said, _ = texts(drawn[page])
        assert [said.count(f"Q {arrow}") for arrow in "↑→↓←"] == [count] * 4, page


def test_numbers_that_are_names_have_no_colours():
    drawing = drawings("q-learning")["arrows"]
    assert not [rule for _, rule in drawing.colours if rule.colorScale]


def test_a_legend_of_very_many_lines_is_left_out():
    for hidden, is_shown in ((3, True), (20, False)):
        plan = planned(source_of_template("rnn"), Options(epochs=1, hidden=(hidden,)))
        drawn = plan.kind.drawings(plan.spec, plan.layout)["network"]
        (_, chart) = drawn.charts[-1]
        assert bool(chart.legend) == is_shown


def test_the_name_of_a_matrix_is_printed_on_its_page():
    drawing = drawings("rnn")["network"]
    named = {text: row for row, here in drawing.cells.items() for text, _ in here.values()}
    assert any(first == named["U of this epoch"] for first, _ in drawing.whole)
