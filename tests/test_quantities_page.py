"""docs/quantities.md says what every array is: `make quantities` was run since it last changed."""

import runpy
from pathlib import Path

import pytest

from xlnn.registry.templates import in_order

PAGE = runpy.run_path(str(Path(__file__).parent.parent / "docs" / "quantities.py"))
TEXT = PAGE["PAGE"].read_text(encoding="utf-8")


def section(kind):
    return TEXT.split(f"\n## {kind}\n")[1].split("\n## ")[0]


@pytest.fixture(scope="module")
def listed():
    """The keys of all quantities that the page lists, by kind."""
    kinds = {PAGE["kind_named"](template) for template in in_order()}
    return {
        kind: {
            PAGE["key"](held)
            for name, options in PAGE["sources"](kind)
            for held in PAGE["run_of"](name, options).values()
            if f"\n| `{held.name}` |" in section(kind)
        }
        for kind in kinds
    }


@pytest.mark.ci
def test_the_page_is_what_the_lists_of_quantities_say():
    # if this fails: make quantities
    assert PAGE["text"]() == TEXT


@pytest.mark.slow
@pytest.mark.parametrize("template", in_order(), ids=lambda each: each.name)
def test_every_quantity_of_every_template_is_on_it(template, listed):
    known = listed[PAGE["kind_named"](template)]
    options = {"epochs": 2} if template.name == "digits-8x8" else {}
    lost = {
        held.name
        for held in PAGE["run_of"](template.name, options).values()
        if PAGE["key"](held) not in known
    }
    assert lost == set()


def test_each_has_what_it_is_and_its_shape():
    rows = [line.split(" | ") for line in TEXT.splitlines() if line.startswith("| `")]
    assert len(rows) > 700
    assert all(row[2].strip() and row[-1].strip(" |") for row in rows)
    delta = next(row for row in rows if row[0] == "| `delta3`")
    assert delta[1:3] == ["δ³", "error of the unit: how fast C changes with z: the unit's error"]
    assert delta[4:] == ["4-2, 4-3", "Training", "epoch 50, image 64, 2 |"]
