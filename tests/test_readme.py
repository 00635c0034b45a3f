"""What README and the reference show is what the program says."""

import re
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from rewriting import edit

from xlnn.building.build import build
from xlnn.cli import cli
from xlnn.loading.spec import layout_of, read_spec
from xlnn.registry.text import languages

ROOT = Path(__file__).parent.parent
MOST_WORDS = 600
"""A newcomer reads them all; the reference has the rest."""


def document(name, lang):
    """Return the text of a document in a language."""
    path = ROOT / f"{name}.{lang}.md".replace(".en.", ".")
    return path.read_text(encoding="utf-8")


def without_dependants(text):
    """Return text without the numbers of dependent cells."""
    return re.sub(r"[\d,]+ dependent", "dependent", text)


@pytest.mark.slow
def test_the_wrong_cell_in_each_reference_is_what_check_prints(digits_path, tmp_path):
    """All but how many cells depend on it, which changes with any sheet."""
    path = tmp_path / "digits.xlsx"
    path.write_bytes(digits_path.read_bytes())
    edit(path, {"Training!C5": "=1+1"})
    printed = CliRunner().invoke(cli, ["check", str(path), "--seed", "7"]).stdout
    lines = without_dependants(printed.replace(str(path), "output/digits.xlsx")).splitlines()
    assert len(lines) > 3
    for lang in languages():
        text = without_dependants(document("docs/reference", lang))
        assert [line for line in lines if f"    {line}\n" not in text] == []


def test_the_readme_is_short_and_first_shows_then_is_tried_then_read_on():
    text = document("README", "en")
    assert len(text.split()) < MOST_WORDS
    order = [
        "play.gif",
        "first-en.html",
        "make ",
        "build first",
        "digits.xlsx`",
        "--data",
        "learner.md",
    ]
    assert sorted(order, key=text.index) == order


@pytest.fixture(scope="module", params=["en", "zh", "ja"])
def read(request, tmp_path_factory):
    """The reference in a language, and a workbook in it."""
    path = tmp_path_factory.mktemp("readme") / "digits.xlsx"
    build("digits", path, epochs=2, lang=request.param, verify=False)
    return document("docs/reference", request.param), path


@pytest.mark.first(1)
@pytest.mark.ci
def test_the_sheets_in_a_reference_are_those_of_the_workbook_in_its_language(read):
    text, path = read
    table = text.split("![")[2].split("\n\n")[1]
    names = (re.split("[,、]", row.split("|")[1]) for row in table.splitlines()[2:])
    listed = [name.strip() for each in names for name in each]
    assert sorted(listed) == sorted(openpyxl.load_workbook(path).sheetnames)


@pytest.mark.ci
def test_the_formulas_in_a_reference_are_those_of_the_workbook_in_its_language(read):
    text, path = read
    workbook = openpyxl.load_workbook(path)
    layout = layout_of(read_spec(path))
    for name, index in {("z2", (0, 0, 0)), ("delta2", (0, 0, 0)), ("W2", (1, 0, 0))}:
        formula = layout.formula(name, index)
        assert formula in text
        sheet, address = layout.cell(name, index).split("!")
        assert workbook[sheet][address].value == formula
