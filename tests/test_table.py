"""README's table of templates says what is so: `make table` was run since it last changed."""

import runpy
from pathlib import Path

import pytest
from programs import LIBRARIES

from xlnn.building.build import build
from xlnn.checking.check import check
from xlnn.engines import ENGINES
from xlnn.registry.templates import in_order

TABLE = runpy.run_path(str(Path(__file__).parent.parent / "docs" / "table.py"))
LINES = TABLE["lines"]()

QUICK = ("neuron", "sequences", "similarity", "slopes", "descent", "regression", "costs")
"""Templates that are built and checked in a second."""

TIMES = 30
"""How far a difference may lie from what the table says: it is a last bit or a few, and depends on
the processor and on the versions of NumPy and of the engine."""


def test_the_table_has_every_template_in_the_order_of_the_book():
    assert list(LINES) == [each.name for each in in_order()]


@pytest.mark.parametrize("lang", TABLE["PAGES"])
@pytest.mark.parametrize("template", in_order(), ids=lambda each: each.name)
def test_a_line_says_the_sections_what_is_shown_and_how_many_formulas(template, lang):
    # if this fails: make table, or python docs/table.py NAME
    assert TABLE["lines"](lang)[template.name].startswith(TABLE["known"](template, lang))


@pytest.mark.parametrize("lang", TABLE["PAGES"])
def test_every_language_says_the_same_differences_below_its_own_headings(lang):
    lines = TABLE["lines"](lang)
    assert list(lines) == list(LINES)
    assert TABLE["head"](lang) in TABLE["PAGES"][lang].read_text(encoding="utf-8")
    for name, line in lines.items():
        assert TABLE["differences"](line) == TABLE["differences"](LINES[name])


@pytest.mark.parametrize("template", in_order(), ids=lambda each: each.name)
def test_every_engine_s_difference_is_there_and_below_the_tolerance(template):
    found = TABLE["differences"](LINES[template.name])
    assert {*found} >= {*ENGINES} - {"ironcalc"}  # which takes long for the large ones
    assert all(0 <= number < 1e-12 for number in found.values())


@pytest.mark.parametrize("name", QUICK)
@pytest.mark.parametrize("engine", LIBRARIES)
@pytest.mark.first(3)
def test_the_differences_are_of_the_size_that_a_check_finds(name, engine, tmp_path):
    path = build(name, tmp_path / f"{name}.xlsx", verify=False).path
    found = check(path, engine, seed=TABLE["SEED"]).max_difference
    said = TABLE["differences"](LINES[name])[engine]
    least = 2.0**-53  # half a last bit of 1: less is 0 on another processor
    assert max(said, least) / TIMES <= max(found, least) <= max(said, least) * TIMES


def test_a_stale_line_is_found():
    line = LINES["sequences"]
    template = next(each for each in in_order() if each.name == "sequences")
    assert not line.replace("2-2", "2-1").startswith(TABLE["known"](template))
    assert not line.replace("Recurrences", "Series").startswith(TABLE["known"](template))
    count = f"{TABLE['formulas'](template.name):,}"
    assert count in line
    assert not line.replace(count, "1").startswith(TABLE["known"](template))


def test_an_engine_that_was_not_measured_stays_so(tmp_path):
    pages = TABLE["PAGES"]
    line = LINES["xor"]
    cells = line.strip("|").split("|")
    other = "|".join(["", *cells[:-1], " – ", ""])
    copies = {lang: tmp_path / page.name for lang, page in pages.items()}
    for lang, page in pages.items():
        text = page.read_text(encoding="utf-8")
        copies[lang].write_text(text.replace(TABLE["lines"](lang)["xor"], other), encoding="utf-8")
    table = runpy.run_path(str(Path(__file__).parent.parent / "docs" / "table.py"))
    table["written"].__globals__["PAGES"] = copies
    table["written"]({"iris": dict.fromkeys(ENGINES, 0.0)})
    lines = table["lines"]()
    assert set(table["differences"](lines["xor"])) == {*ENGINES} - {list(ENGINES)[-1]}
    assert set(table["differences"](lines["iris"]).values()) == {0.0}
