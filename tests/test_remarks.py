"""A check says what no comparison judges: stored values, notes of NumPy's run, settings, names."""

import re
import zipfile
from contextlib import suppress

import numpy as np
import openpyxl
import pytest
from programs import LIBRARIES, skip_without
from rewriting import replace_inputs
from storing import store

from xlnn.building.build import build
from xlnn.checking.check import check
from xlnn.checking.comparison import Comparison
from xlnn.checking.stored import stale
from xlnn.engines import load
from xlnn.errors import WorkbookError
from xlnn.grid import address, quoted
from xlnn.loading.open_file import opened
from xlnn.loading.spec import described, layout_of, read_spec
from xlnn.loading.values import read_arrays, values
from xlnn.xlsx.cells import all_cells
from xlnn.xlsx.parts import sheet_parts

pytestmark = pytest.mark.first(built=1)

BUILDS = {
    "xor": {"epochs": 3},
    "iris": {"epochs": 2, "scale": "standard", "optimizer": "adam"},
    "diabetes": {"epochs": 2, "scale": "range"},
    "digits": {"epochs": 2, "eta": "0.1,0.2"},
    "descent": {},
    "costs": {},
}
"""Words, scaled numbers, a regression, several runs, and kinds that are no networks."""


@pytest.fixture(scope="module", params=BUILDS)
def built(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("remarks") / "built.xlsx"
    return build(request.param, path, **BUILDS[request.param]).path


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two runs of the book's network."""
    path = tmp_path_factory.mktemp("remarks") / "runs.xlsx"
    return build("digits", path, **BUILDS["digits"]).path


def falsified(path, target, stored, kind=""):
    """Write other values beside formulas, as no spreadsheet program does: cell -> text.

    Of the same types, or all of the type of a cell that is named.
    """
    parts = sheet_parts(path)
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(target, "w") as copy:
        for part in archive.namelist():
            content = archive.read(part).decode() if part.endswith("xml") else archive.read(part)
            for cell, value in stored.items():
                title, _, place = cell.rpartition("!")
                if parts[title.strip("'").replace("''", "'")] == part:
                    beside = rf'(<c r="{place}"(?: s="[0-9]+")?)([^>]*)(><f>[^<]*</f>)<v>[^<]*</v>'
                    typed = f' t="{kind}"' if kind else r"\g<2>"
                    content, count = re.subn(beside, rf"\g<1>{typed}\g<3><v>{value}</v>", content)
                    assert count == 1, cell
            copy.writestr(part, content)
    return target


def one_of_each(path):
    """Return a cell of each quantity that has an equation, and what is stored in it."""
    layout, got = layout_of(read_spec(path)), {}
    book = openpyxl.load_workbook(path, data_only=True)
    for name, block in layout.blocks.items():
        if block.quantity.equation is not None:
            index = tuple(length - 1 for length in block.quantity.lengths)
            cell = book[layout.titles[block.sheet]].cell(*block.address(index))
            got[layout.cell(name, index)] = cell.value
    return got


# --- stored values ---------------------------------------------------------------------------


@pytest.mark.slow
def test_what_is_stored_when_it_is_built_is_what_is_computed(built):
    assert check(built, "formualizer").notes == ()


@pytest.mark.slow
def test_a_stored_value_that_was_falsified_is_named_in_each_quantity(built):
    """One cell of each quantity in turn, and nothing beside it."""
    contents = opened(built)
    _, layout = described(built, None, contents)
    arrays = read_arrays(layout, load("formualizer", built)({}))
    comparison = Comparison(layout, contents)
    assert stale(comparison, arrays) == []
    tried = 0
    for name, block in layout.blocks.items():
        index = tuple(length - 1 for length in block.quantity.lengths)
        row, column = block.address(index)
        cells = contents.formulas[layout.titles[block.sheet]]
        (at,) = np.nonzero((cells.rows == row) & (cells.columns == column))
        if not at.size:
            continue
        before = cells.stored[at[0]]
        if (row, column) in cells.said:
            said = cells.said.pop((row, column))
            cells.said[row, column] = "all is well"
            assert stale(comparison, arrays) == [layout.cell(name, index)]
            cells.said[row, column] = said
        elif not np.isnan(before):
            cells.stored[at[0]] = before + max(1, abs(before))
            assert stale(comparison, arrays) == [layout.cell(name, index)]
            cells.stored[at[0]] = before
        tried += 1
    assert tried > 10
    assert stale(comparison, arrays) == []


@pytest.mark.slow
def test_a_falsified_file_is_said_to_agree_and_named(built, tmp_path):
    cell, value = next((c, v) for c, v in one_of_each(built).items() if isinstance(v, float))
    path = falsified(built, tmp_path / "false.xlsx", {cell: value + 0.001})
    report = check(path, "formualizer")
    assert report.agrees
    (note,) = report.notes
    assert note.startswith(f"{cell} holds a stored value that is not what its formula gives")


CHAOTIC = {"activation": "relu", "eta": 1.5, "epochs": 200}
"""With these xor's rounding grows beyond all numbers: each engine ends elsewhere."""


@pytest.mark.parametrize("engine", [*LIBRARIES, "libreoffice"])
@pytest.mark.first(engine=1)
@pytest.mark.slow
def test_where_rounding_grows_stored_values_are_those_of_one_run(tmp_path, engine):
    skip_without(engine)
    path = build("xor", tmp_path / "chaotic.xlsx", **CHAOTIC).path
    report = check(path, engine, probes=0)
    assert report.drift > 0.01
    assert report.agrees
    assert report.notes == ()
    got = values(path, engine)
    assert str(got["numpy_state"]).startswith("No input has changed, but these numbers differ")
    assert str(got["numpy_advice"]).startswith("Rounding errors grow so much in this run that ")


@pytest.mark.slow
def test_of_values_that_are_equal_each_program_may_choose(tmp_path):
    path = build("slopes", tmp_path / "slopes.xlsx").path
    for engine in LIBRARIES:
        assert check(path, engine, probes=0).notes == ()


@pytest.mark.parametrize(
    ("kind", "value"),
    [("str", "all is well"), ("e", "#N/A"), ("b", "1"), ("n", "12.5"), ("n", "1E+300")],
)
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_stored_value_of_another_type_is_named(built, tmp_path, kind, value):
    cells = one_of_each(built)
    for type_ in (str, float):
        for cell in [cell for cell, found in cells.items() if isinstance(found, type_)][:1]:
            path = falsified(built, tmp_path / "false.xlsx", {cell: value}, kind)
            (note,) = check(path, "formualizer", probes=0).notes
            assert note.startswith(f"{cell} holds a stored value")


@pytest.mark.slow
def test_stored_values_that_are_gone_are_not_missed(short_copy):
    openpyxl.load_workbook(short_copy).save(short_copy)
    assert check(short_copy, "formualizer").notes == ()


@pytest.mark.slow
def test_what_another_program_rounds_or_writes_otherwise_is_not_said(runs, tmp_path):
    cells = one_of_each(runs)
    near = {c: v * (1 + 1e-9) for c, v in cells.items() if isinstance(v, float) and v % 1}
    texts = {
        f"{quoted(title)}!{address(cell.row, cell.column)}": re.sub(
            r"(\d)\.(\d)", r"\1,\2", cell.value
        )
        for title, cell in all_cells(runs)
        if cell.formula and re.search(r"\d\.\d", str(cell.value)) and isinstance(cell.value, str)
    }
    assert len(texts) > 5
    path = falsified(runs, tmp_path / "german.xlsx", near | texts)
    assert check(path, "formualizer").notes == ()


@pytest.mark.slow
def test_another_class_is_said_and_one_that_is_as_good_is_not(tmp_path, short_copy):
    layout = layout_of(read_spec(short_copy))
    # weights of 0 to the outputs: both are equal, and either is the largest
    zeros = {
        (layout.titles[block.sheet], *block.address((0, *index))): 0.0
        for block in map(layout.blocks.get, ("W3", "b3"))
        for index in np.ndindex(*block.quantity.shape)
    }
    tied = tmp_path / "tied.xlsx"
    replace_inputs(short_copy, tied, zeros)
    store(tied, tmp_path / "anew.xlsx", load("formualizer", tied)({}))
    assert check(tmp_path / "anew.xlsx", "formualizer").notes == ()
    cell = layout.cell("answer", (0, 0))
    other = 3 - values(tied)["answer"][0, 0]
    for path, count in ((tmp_path / "anew.xlsx", 0), (short_copy, 1)):
        false = falsified(path, tmp_path / "false.xlsx", {cell: other})
        notes = check(false, "formualizer").notes
        assert [note.split()[0] for note in notes] == [cell] * count


def test_where_a_formula_is_wrong_it_is_said_and_not_what_follows(short_copy, tmp_path):
    path = tmp_path / "typed.xlsx"
    replace_inputs(short_copy, path, {("Training", 6, 3): 1.0})
    false = falsified(path, tmp_path / "false.xlsx", {"Training!C5": 0.25})
    report = check(false, "formualizer")
    assert [each.cell for each in report.wrong] == ["Training!C6"]
    assert report.notes == ()


# --- what is noted of NumPy's run ------------------------------------------------------------


def noted(path):
    """Return the cells of the records of NumPy's run, by quantity and index."""
    layout = layout_of(read_spec(path))
    found = {}
    for name, block in layout.blocks.items():
        if block.quantity.is_record and re.search("numpy_(C_T|[Wb][23])$", name):
            for index in np.ndindex(*block.quantity.lengths):
                found[name, index] = (layout.titles[block.sheet], *block.address(index))
    return found


@pytest.mark.slow
def test_a_note_of_the_run_that_was_typed_over_is_named(runs, tmp_path):
    cells = noted(runs)
    names = {name for name, _ in cells}
    assert {name for name in names if "C_T" in name} == {"numpy_C_T"}
    for name, run in (("numpy_C_T", 0), ("numpy_W2", 0), ("numpy_C_T", 1), ("numpy_b3", 1)):
        place = [cell for (each, at), cell in cells.items() if (each, at[0]) == (name, run)][-1]
        path = tmp_path / "typed.xlsx"
        replace_inputs(runs, path, {place: 12.5})
        report = check(path, "formualizer", probes=0)
        notes = [note for note in report.notes if "NumPy's run" in note]
        assert report.agrees
        assert len(notes) == 1, name
        assert notes[0].startswith(f"{quoted(place[0])}!{address(*place[1:])} holds 12.5, and ")


@pytest.mark.slow
def test_a_mark_that_was_typed_over_is_named_though_an_input_differs_from_its_note(runs, tmp_path):
    block = layout_of(read_spec(runs)).blocks["numpy_mark"]
    path = tmp_path / "typed.xlsx"
    replace_inputs(runs, path, {("Check", block.row, block.column): 12.5})
    (note,) = (note for note in check(path, "formualizer", probes=0).notes if "NumPy's" in note)
    assert note.startswith(f"Check!{address(block.row, block.column)} holds 12.5, and should note ")


@pytest.mark.slow
def test_many_notes_that_were_typed_over_are_counted(runs, tmp_path):
    path = tmp_path / "typed.xlsx"
    replace_inputs(runs, path, dict.fromkeys(noted(runs).values(), 3.0))
    (note,) = (note for note in check(path, "formualizer", probes=0).notes if "NumPy's" in note)
    assert re.search(r"overwritten, as [\d,]+ more of these notes$", note)


@pytest.mark.parametrize("number", [0.75, 1e308, 1e155])
@pytest.mark.first(1)
@pytest.mark.slow
def test_an_input_that_was_changed_is_no_note_that_was_typed_over(runs, tmp_path, number):
    layout = layout_of(read_spec(runs))
    for name, run in (("x", 0), ("eta", 0), ("W2", 1)):
        block = layout.blocks[name].runs[run]
        path = tmp_path / "changed.xlsx"
        replace_inputs(runs, path, {(layout.titles[block.sheet], block.row, block.column): number})
        notes = ()
        with suppress(WorkbookError):  # it is too large, which is said alone
            notes = check(path, "formualizer", probes=0).notes
        assert not [note for note in notes if "NumPy's run" in note], name
