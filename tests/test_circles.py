"""No formula as the layout states it reads ahead, and one that does is found."""

import shutil

import numpy as np
import pytest
from networks import random_plan, spec, write_plan
from openpyxl.utils import range_boundaries
from programs import LIBRARIES
from rewriting import edit
from test_saved_elsewhere import rewrite

from xlnn.checking.check import check
from xlnn.checking.circles import reading_ahead
from xlnn.engines import load
from xlnn.loading.spec import layout_of
from xlnn.loading.values import read_arrays
from xlnn.reference import inputs_of
from xlnn.xlsx.package import inspect


@pytest.fixture(scope="module", params=[[3, 2], [2, 3, 2, 2]], ids=["1 layer", "3 layers"])
def book(request, tmp_path_factory):
    plan = random_plan(spec(request.param, images=3, epochs=3), seed=4)
    path = write_plan(tmp_path_factory.mktemp("circles") / "book.xlsx", plan)
    return layout_of(plan.spec), inspect(path)


@pytest.mark.ci
def test_no_formula_reads_ahead_as_the_layout_states_it(book):
    layout, contents = book
    stated = {
        (quantity.name, index): layout.formula(quantity.name, index)
        for quantity in layout.model.quantities
        if quantity.equation is not None
        for index in np.ndindex(quantity.lengths)
        if not index or index[0] >= quantity.given
    }
    assert len(stated) == contents.formula_count
    assert reading_ahead(layout, contents, stated) == ()


@pytest.mark.parametrize("name", ["z2", "C_T", "W2", "story"])
def test_a_formula_that_reads_its_own_cell_reads_ahead(book, name):
    layout, contents = book
    quantity = layout.model[name]
    entry = name, tuple(length - 1 for length in quantity.lengths)
    cell = layout.cell(*entry)
    _, address = cell.split("!")
    _, row, *_ = range_boundaries(address)
    for formula in (f"={cell.lower()}", f"=SUM(A1:{address})", f"=SUM({row}:{row})"):
        assert reading_ahead(layout, contents, {entry: formula}) == (entry,), formula
    assert reading_ahead(layout, contents, {entry: "=1+"}) == ()


@pytest.mark.parametrize("engine", LIBRARIES)
@pytest.mark.first(1)
@pytest.mark.slow
def test_circles_in_a_shared_formula_are_named_at_their_cells(short_copy, engine):
    shared = b'<f t="shared" ref="C4:C5" si="0">F4+0</f>'
    edit(short_copy, {"Training!C4": "=F4+0", "Training!C5": "=F5+0"})
    rewrite(
        short_copy,
        lambda sheet: sheet.replace(b"<f>F4+0</f>", shared).replace(
            b"<f>F5+0</f>", b'<f t="shared" si="0"/>'
        ),
    )
    wrong = check(short_copy, engine).wrong
    assert [(each.cell, each.got) for each in wrong] == [
        ("Training!C4", "#CIRC!"),
        ("Training!C5", "#CIRC!"),
    ]


@pytest.mark.ci
def test_a_circle_that_closes_only_at_other_inputs_is_named_at_its_cell(book, tmp_path):
    layout, contents = book
    z2, a2 = layout.cell("z2", (0, 0, 0)), layout.cell("a2", (0, 0, 0))
    x, formula = layout.cell("x", (0, 0)), layout.formula("z2", (0, 0, 0)).removeprefix("=")
    arrays = read_arrays(layout, load("ironcalc", contents.path)({}))
    value = inputs_of(layout.model, arrays)["x"][0, 0]
    path = shutil.copy(contents.path, tmp_path / "book.xlsx")
    edit(path, {z2: f"=IF({x}={value:.17g},{formula},{a2})"})
    report = check(path, "ironcalc", seed=1)
    assert [wrong.cell for wrong in report.wrong] == [z2]
