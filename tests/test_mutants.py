"""The check catches every planted error and names exactly its cells: a small run of
tests/benchmarks/mutation.py, and what makes that program itself fail."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from mutants import FORMS, KINDS
from planting import (
    FUNCTIONS,
    NETWORKS,
    Planted,
    book_of_digits,
    book_of_network,
    plant,
    plant_many,
    try_out,
    write_planted,
)
from programs import skip_without

from xlnn import engines
from xlnn.checking import comparison
from xlnn.checking.check import check
from xlnn.registry.templates import names
from xlnn.xlsx import forms
from xlnn.xlsx.cells import cells
from xlnn.xlsx.forms import misread

PROGRAM = Path(__file__).parent / "benchmarks" / "mutation.py"


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    folder = tmp_path_factory.mktemp("books")
    return [book_of_network(folder, name, seed=1) for name in NETWORKS] + [
        book_of_digits(folder, epochs=2)
    ]


@pytest.fixture(scope="module")
def network(books):
    """Three outputs, whose labels are words, and two layers."""
    return books[list(NETWORKS).index("2 layers, words")]


@pytest.fixture(scope="module")
def images(books):
    """The book's 64 images."""
    return books[-1]


@pytest.fixture
def tried(tmp_path):
    """Put contents into cells of a sheet, and return what the check says of it."""

    def try_changes(book, sheet, changes, wrong=None, probes=1):
        wrong = frozenset(changes if wrong is None else wrong)
        planted = Planted("by hand", sheet, changes, wrong)
        return try_out(book, planted, tmp_path / "planted.xlsx", "formualizer", probes)

    return try_changes


def cell_of(book, name, index):
    return book.layout.blocks[name].address(index)


@pytest.mark.ci
def test_every_planted_error_is_named_or_listed_exactly(books, tmp_path):
    """One of each kind, in the three smallest workbooks: `make mutation` plants many in all."""
    generator = np.random.default_rng(0)
    outcomes = [
        try_out(books[number], planted, tmp_path / "planted.xlsx", "formualizer", probes=1)
        for number, planted in plant_many(books[:3], len(KINDS), generator)
    ]
    assert [outcome for outcome in outcomes if not outcome.good] == []
    assert {outcome.planted.kind for outcome in outcomes if not outcome.same} == set(KINDS)


@pytest.mark.slow
def test_each_kind_and_each_sheet_gets_its_share(books):
    errors = [
        planted for _, planted in plant_many(books, 12 * len(KINDS), np.random.default_rng(0))
    ]
    assert set(Counter(planted.kind for planted in errors).values()) == {12}
    sheets = Counter(planted.sheet for planted in errors)
    assert set(sheets) == set(books[0].sheets)
    assert min(sheets.values()) > 12 * len(KINDS) / len(books[0].sheets) / 2


def test_every_formula_cell_of_every_sheet_can_be_hit(books):
    for book in books:
        hit = {
            (sheet, *book.layout.blocks[name].address(index))
            for sheet, names in book.computed.items()
            for name in names
            for index in np.ndindex(book.layout.blocks[name].quantity.lengths)
            if not index or index[0] >= book.layout.blocks[name].quantity.given
        }
        assert hit == set(book.formulas)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_applies_and_changes_what_stands_in_its_cells(network, kind):
    generator = np.random.default_rng(3)
    planted = plant(network, kind, "Training", generator)
    many = {"two formulas swapped": 2, "$ lost with a fill-down": 6}
    assert len(planted.changes) == many.get(kind, 1)
    for cell, content in planted.changes.items():
        assert content != network.formulas["Training", *cell]


def test_the_same_generator_plants_the_same_errors(books):
    once, again = (list(plant_many(books, 24, np.random.default_rng(5))) for _ in range(2))
    assert once == again


def test_every_form_that_programs_compute_differently_is_a_kind(network):
    generator = np.random.default_rng(3)
    contents = (plant(network, kind, "Training", generator).changes.values() for kind in FORMS)
    found = {misread(content).form.name for (content,) in contents}
    assert found == {form.name for form in forms.FORMS} - {forms.UNLIKE.name}


@pytest.mark.ci
def test_a_form_that_is_let_pass_fails(network, tmp_path, monkeypatch):
    planted = plant(network, "comparison in SUMPRODUCT", "Training", np.random.default_rng(1))
    outcome = try_out(network, planted, tmp_path / "planted.xlsx", "formualizer", probes=1)
    assert (len(outcome.named), outcome.good) == (1, True)
    monkeypatch.setattr("xlnn.checking.formula_text.misread", lambda _: None)
    outcome = try_out(network, planted, tmp_path / "planted.xlsx", "formualizer", probes=1)
    assert (len(outcome.named), outcome.good) == (1, True)  # by the second engine
    monkeypatch.setattr("xlnn.checking.comparison.Comparison.foreign", {})
    outcome = try_out(network, planted, tmp_path / "planted.xlsx", "formualizer", probes=1)
    assert (len(outcome.listed), outcome.good) == (1, False)


@pytest.mark.parametrize("engine", engines.ENGINES)
@pytest.mark.first(engine=1)
@pytest.mark.slow
def test_ranges_of_unlike_shape_are_named_whatever_the_engine(network, engine, tmp_path):
    skip_without(engine)
    planted = plant(network, "ranges of different shapes", "Training", np.random.default_rng(7))
    write_planted(network, planted, tmp_path / "planted.xlsx")
    (wrong,) = check(tmp_path / "planted.xlsx", engine, probes=0).wrong
    assert wrong.formula in planted.changes.values()
    assert wrong.reason.startswith("it pairs ")


def test_a_dollar_lost_in_the_first_image_spoils_all_others_of_its_epoch(network):
    generator = np.random.default_rng(0)
    planted = plant(network, "$ lost with a fill-down", "Training", generator)
    _, *rest = sorted(planted.changes)
    assert planted.wrong == set(rest)
    assert len({column for _, column in planted.changes}) == 1


def test_only_the_planted_cells_of_the_file_are_changed(network, tmp_path):
    planted = plant(network, "two formulas swapped", "Training", np.random.default_rng(1))
    path = tmp_path / "planted.xlsx"
    write_planted(network, planted, path)
    for title in network.layout.titles.values():
        for cell in cells(path, title):
            before = network.cells[title, cell.row, cell.column]
            if title == planted.sheet and (cell.row, cell.column) in planted.changes:
                assert cell.formula == planted.changes[cell.row, cell.column]
                assert cell.formula != before.formula
            else:
                assert cell == before


@pytest.mark.slow
def test_an_error_that_a_pixel_of_0_hides_is_listed_and_named_by_the_probe(images, tried):
    cell = cell_of(images, "z2", (0, 0, 0))
    altered = {cell: images.formulas["Training", *cell] + "+Images!F4"}
    assert images.cells["Images", 4, 6].value == 0
    outcome = tried(images, "Training", altered, probes=0)
    assert (len(outcome.named), len(outcome.listed), outcome.good) == (0, 1, True)
    outcome = tried(images, "Training", altered)
    assert (len(outcome.named), len(outcome.listed), outcome.good) == (1, 0, True)


@pytest.mark.ci
def test_a_check_with_a_huge_tolerance_names_less(network, tried, monkeypatch):
    cell = cell_of(network, "z2", (0, 0, 0))
    altered = {cell: network.formulas["Training", *cell] + "+0.001"}
    assert tried(network, "Training", altered).named
    monkeypatch.setattr(comparison, "TOLERANCE", 1e9)
    assert not tried(network, "Training", altered).named


@pytest.mark.ci
def test_a_check_that_reads_no_formulas_is_silent_and_fails(network, tried, monkeypatch):
    cell = cell_of(network, "a2", (0, 0, 0))
    altered = {cell: network.formulas["Training", *cell] + "+IF(C4>1000000,1,0)"}
    assert tried(network, "Training", altered).good
    monkeypatch.setattr("xlnn.checking.formula_text.plainly", lambda _: "")
    outcome = tried(network, "Training", altered)
    assert (outcome.caught, outcome.good) == (False, False)


@pytest.mark.slow
def test_a_cell_named_too_many_or_too_few_fails(network, tried):
    one, other = cell_of(network, "a2", (0, 0, 0)), cell_of(network, "a2", (0, 1, 0))
    altered = {one: "=0.5", other: network.formulas["Training", *other]}
    outcome = tried(network, "Training", altered, wrong={one, other})
    assert (outcome.caught, outcome.exact, outcome.good) == (True, False, False)
    altered = {one: "=0.5", other: "=0.5"}
    outcome = tried(network, "Training", altered, wrong={one})
    assert (outcome.caught, outcome.exact, outcome.good) == (True, False, False)


@pytest.mark.slow
def test_a_false_alarm_fails(network, tried):
    cell = cell_of(network, "a2", (0, 0, 0))
    outcome = tried(network, "Training", {cell: "=0.5"}, wrong=())
    assert (outcome.same, outcome.caught, outcome.good) == (True, True, False)


def test_a_refusal_catches_and_names_nothing(network, tried):
    cell = cell_of(network, "a2", (0, 0, 0))
    outcome = tried(network, "Training", {cell: "=NOW()"})
    assert (outcome.caught, outcome.exact, outcome.good) == (True, False, False)
    assert "NOW" in outcome.refusal


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/check.md"])
def test_the_documents_count_the_kinds(page):
    text = " ".join((PROGRAM.parents[2] / page).read_text(encoding="utf-8").split())
    assert f"errors of {len(KINDS)} kinds" in text


def test_no_workbook_of_the_program_is_written_over_another_one():
    assert not {*NETWORKS, *FUNCTIONS} & set(names())


@pytest.mark.slow
def test_the_program_prints_a_row_a_kind():
    command = [sys.executable, PROGRAM, "--errors", "36", "--seed", "1", "--jobs", "1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for kind in KINDS:
        assert kind in done.stdout
