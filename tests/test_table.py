"""The reference lists the templates as they are, and docs/check.md how far each is from NumPy."""

import runpy
import shutil
from pathlib import Path

import pytest
from programs import LIBRARIES

from xlnn.building.build import build
from xlnn.checking.check import check
from xlnn.engines import ENGINES
from xlnn.registry.templates import in_order

TABLE = runpy.run_path(str(Path(__file__).parent.parent / "docs" / "table.py"))
PAGES, RULE = TABLE["PAGES"], TABLE["RULE"]
LINES = {lang: TABLE["lines"](page, RULE) for lang, page in PAGES.items()}
DIFFERENCES = TABLE["differences"]()

QUICK = ("neuron", "sequences", "similarity", "slopes", "descent", "regression", "costs")
"""Templates that are built and checked in a second."""

TIMES = 30
"""How far a difference may lie from what the table says: it is a last bit or a few, and depends on
the processor and on the versions of NumPy and of the engine."""


@pytest.mark.parametrize("names", [*LINES.values(), DIFFERENCES])
def test_a_table_has_every_template_in_the_order_of_the_book(names):
    assert list(names) == [each.name for each in in_order()]


@pytest.mark.parametrize("lang", PAGES)
@pytest.mark.parametrize("template", in_order(), ids=lambda each: each.name)
def test_a_line_says_the_sections_what_is_shown_and_how_many_formulas(template, lang):
    # if this fails: python docs/table.py --words
    assert LINES[lang][template.name] == TABLE["line"](template, lang)


@pytest.mark.parametrize("lang", PAGES)
def test_a_table_has_its_headings_in_the_language_of_its_page(lang):
    assert TABLE["head"](lang) in PAGES[lang].read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", PAGES)
def test_a_heading_stands_above_the_templates_of_no_section(lang):
    above, heading, below = PAGES[lang].read_text("utf-8").partition(f"| **{TABLE['AFTER'][lang]}")
    assert heading
    for each in in_order():
        assert f"\n| `{each.name}` |" in (above if each.sections else below)


@pytest.mark.parametrize("template", in_order(), ids=lambda each: each.name)
def test_every_engine_s_difference_is_there_and_below_the_tolerance(template):
    found = DIFFERENCES[template.name]
    assert {*found} >= {*ENGINES} - {"ironcalc"}  # which takes long for the large ones
    assert all(0 <= number < 1e-12 for number in found.values())


@pytest.mark.parametrize("name", QUICK)
@pytest.mark.parametrize("engine", LIBRARIES)
@pytest.mark.first(3)
def test_the_differences_are_of_the_size_that_a_check_finds(name, engine, tmp_path):
    path = build(name, tmp_path / f"{name}.xlsx", verify=False).path
    found = check(path, engine, seed=TABLE["SEED"]).max_difference
    said = DIFFERENCES[name][engine]
    least = 2.0**-53  # half a last bit of 1: less is 0 on another processor
    assert max(said, least) / TIMES <= max(found, least) <= max(said, least) * TIMES


def test_a_stale_line_is_found():
    said = LINES["en"]["sequences"]
    template = next(each for each in in_order() if each.name == "sequences")
    count = f"{TABLE['formulas'](template.name):,}"
    for part, other in (("2-2", "2-1"), ("Recurrences", "Series"), (count, "1")):
        assert said.replace(part, other) not in {said, TABLE["line"](template)}


@pytest.mark.ci
def test_an_engine_that_was_not_measured_stays_so(tmp_path, monkeypatch):
    copies = {lang: Path(shutil.copy(page, tmp_path)) for lang, page in PAGES.items()}
    own = TABLE["written"].__globals__
    monkeypatch.setitem(own, "PAGES", copies)
    monkeypatch.setitem(own, "MEASURED", Path(shutil.copy(TABLE["MEASURED"], tmp_path)))
    *others, last = ENGINES
    TABLE["written"]({"xor": dict.fromkeys(others, 1e-16), "iris": dict.fromkeys(ENGINES, 0.0)})
    TABLE["written"]({"costs": dict.fromkeys(ENGINES, 2e-16)})
    found = TABLE["differences"]()
    assert set(found["xor"]) == {*ENGINES} - {last}
    assert set(found["iris"].values()) == {0.0}
    assert found["moons"] == DIFFERENCES["moons"]
    for lang, copy in copies.items():
        assert copy.read_text("utf-8") == PAGES[lang].read_text("utf-8")
