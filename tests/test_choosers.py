"""Whatever is typed where a number is to be chosen, a sheet shows one epoch and one image."""

import re
import shutil

import numpy as np
import openpyxl
import pytest
from programs import QUICKEST_FIRST, skip_without
from rewriting import edit

from xlnn import engines, reference
from xlnn.building.build import build
from xlnn.checking.check import check
from xlnn.loading.spec import layout_of, read_spec
from xlnn.loading.values import read_arrays
from xlnn.reference import inputs_of
from xlnn.registry.text import languages, text

TYPED = (None, 0, 2.5, 99, "abc", -3)
"""What stands in the cells of choices, one after the other."""

SAME = 1e-9


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A workbook with every sheet that looks closely, of two runs, and its layout."""
    path = tmp_path_factory.mktemp("choices") / "xor.xlsx"
    build("xor", path, epochs=2, eta=(0.1, 0.5), verify=False)
    return path, layout_of(read_spec(path))


def choices_of(layout):
    return [quantity for quantity in layout.model.inputs if quantity.choices]


def computed(path, layout, engine):
    return read_arrays(layout, engines.load(engine, path)({}))


def different(got, expected):
    """Return the names of the quantities that differ."""
    return [
        name
        for name, array in expected.items()
        if not (
            (got[name] == array).all()
            if array.dtype == object
            else np.allclose(got[name], array, rtol=SAME, atol=SAME, equal_nan=True)
        )
    ]


@pytest.mark.parametrize("engine", QUICKEST_FIRST)
@pytest.mark.first(1)
@pytest.mark.slow
def test_every_engine_has_what_numpy_has_whatever_is_typed(made, engine, tmp_path):
    skip_without(engine)
    path, layout = made
    copy = shutil.copy(path, tmp_path / "odd.xlsx")
    names = [quantity.name for quantity in choices_of(layout)]
    typed = {name: TYPED[n % len(TYPED)] for n, name in enumerate(names)}
    edit(copy, {layout.cell(name, ()): value for name, value in typed.items()})
    numbers = {
        name: np.asarray(value if isinstance(value, int | float) else np.nan, dtype=float)
        for name, value in typed.items()
    }
    got = computed(copy, layout, engine)
    inputs = inputs_of(layout.model, got) | reference.known(layout.model) | numbers
    expected = reference.run(layout.model, inputs)
    assert not different(got, {**expected, **{name: got[name] for name in names}})
    assert all(got[f"{q.name}_asked"] for q in choices_of(layout) if typed[q.name] != 0)


def test_nothing_but_the_number_that_is_used_is_computed_from_a_choice(made):
    _, layout = made
    chosen = {quantity.name: quantity for quantity in choices_of(layout)}
    assert len(chosen) >= 14
    for quantity in layout.model.quantities:
        for name in {use.name for use in quantity.uses.values()} & chosen.keys():
            assert quantity.name in {f"{name}_used", f"{name}_asked"}


def test_colours_follow_no_choice_but_the_number_that_is_used(made):
    path, layout = made
    chosen = {layout.cell(q.name, ()) for q in choices_of(layout)}
    for sheet in openpyxl.load_workbook(path):
        for part in sheet.conditional_formatting:
            said = " ".join(text for rule in part.rules for text in rule.formula)
            for cell in re.findall(r"\$([A-Z]+)\$([0-9]+)", said):
                assert f"{sheet.title}!{''.join(cell)}" not in chosen


@pytest.mark.slow
def test_a_formula_that_reads_the_choice_is_reported(made, tmp_path):
    path, layout = made
    copy = shutil.copy(path, tmp_path / "altered.xlsx")
    cell, chosen = layout.cell("lens_epoch_used", ()), layout.cell("lens_epoch", ())
    edit(copy, {cell: f"={chosen.partition('!')[2]}"})
    (wrong,) = check(copy, "formualizer").wrong
    assert wrong.cell == cell


def test_an_empty_cell_of_a_typed_row_is_told(made, tmp_path):
    path, layout = made
    copy = shutil.copy(path, tmp_path / "empty.xlsx")
    said = "A number is missing: an empty cell counts as 0."
    assert computed(copy, layout, "formualizer")["draw_verdict"] != said
    edit(copy, {layout.cell("draw_x", (0, 0, 1)): None})
    assert computed(copy, layout, "formualizer")["draw_verdict"] == said


@pytest.mark.parametrize("lang", languages())
def test_what_is_asked_names_the_range_in_every_language(lang):
    asked = text(lang)("validation", "choice", least=1, largest=50)
    assert re.findall(r"\d+", asked) == ["1", "50"]


def test_no_error_and_no_text_is_coloured(made):
    """LibreOffice colours an error like 0; and in a comparison a text is more than a number."""
    path, _ = made
    for sheet in openpyxl.load_workbook(path):
        for part in sheet.conditional_formatting:
            for rule in part.rules:
                if rule.colorScale:
                    values = [each.val for each in rule.colorScale.cfvo if each.type == "formula"]
                    assert all("IFERROR(" in value for value in values)
                elif rule.dxf and rule.dxf.font and ">" in rule.formula[0]:
                    assert rule.formula[0].startswith("COUNT(")


@pytest.mark.parametrize("engine", QUICKEST_FIRST)
@pytest.mark.first(2)
@pytest.mark.slow
@pytest.mark.first(1)
def test_sentences_agree_where_nothing_is_decided_and_training_diverges(engine, tmp_path):
    skip_without(engine)
    path = build("xor", tmp_path / "xor.xlsx", epochs=2, verify=False).path
    layout, typed = layout_of(read_spec(path)), {}
    for name, value in {**dict.fromkeys(("W2", "b2", "W3", "b3"), 0), "t": 0.3, "eta": 1e6}.items():
        for index in np.ndindex(layout.model[name].input_lengths):
            typed[layout.cell(name, index)] = value
    edit(path, typed)
    assert check(path, engine, probes=2).agrees
    said = computed(path, layout, engine)
    assert said["draw_verdict"] == "Undecided: the largest outputs are equal (1.000)."
    assert said["play_truth_text"] == "The targets of this row do not name a single class."
    for name in ("play_diverged", "diverged"):
        assert "diverged" in np.ravel(said[name])[0]
