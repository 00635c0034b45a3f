"""What the README shows is what the program says."""

import re
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from rewriting import edit

from xlnn.building.build import build
from xlnn.cli import cli
from xlnn.loading.spec import layout_of, read_spec

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def prose(text):
    """Return the lines of a README but those of the table, which has one for each template."""
    return [line for line in text.splitlines() if not line.startswith("| `")]


def without_dependants(text):
    """Return text without the numbers of dependent cells."""
    return re.sub(r"[\d,]+ dependent", "dependent", text)


@pytest.mark.slow
def test_the_wrong_cell_in_each_readme_is_what_check_prints(digits_path, tmp_path):
    """All but how many cells depend on it, which changes with any sheet."""
    path = tmp_path / "digits.xlsx"
    path.write_bytes(digits_path.read_bytes())
    edit(path, {"Training!C5": "=1+1"})
    printed = CliRunner().invoke(cli, ["check", str(path), "--seed", "7"]).stdout
    lines = without_dependants(printed.replace(str(path), "output/digits.xlsx")).splitlines()
    assert len(lines) > 3
    for readme in ROOT.glob("README*.md"):
        text = without_dependants(readme.read_text(encoding="utf-8"))
        assert [line for line in lines if f"    {line}\n" not in text] == []


def test_the_readme_is_short_and_begins_with_the_sheet_play():
    assert len(prose(README)) < 130
    assert README.index("play.png") < README.index("make test") < README.index("lens.png")


@pytest.fixture(scope="module", params=["en", "zh", "ja"])
def read(request, tmp_path_factory):
    """A README's language, its text, and a workbook in that language."""
    path = tmp_path_factory.mktemp("readme") / "digits.xlsx"
    build("digits", path, epochs=2, lang=request.param, verify=False)
    name = "README.md" if request.param == "en" else f"README.{request.param}.md"
    return request.param, (ROOT / name).read_text(encoding="utf-8"), path


@pytest.mark.first(1)
def test_the_sheets_in_a_readme_are_those_of_the_workbook_in_its_language(read):
    _, text, path = read
    table = text.split("![")[3].split("\n\n")[1]
    names = (re.split("[,、]", row.split("|")[1]) for row in table.splitlines()[2:])
    listed = [name.strip() for each in names for name in each]
    assert sorted(listed) == sorted(openpyxl.load_workbook(path).sheetnames)


def test_the_formulas_in_a_readme_are_those_of_the_workbook_in_its_language(read):
    _, text, path = read
    workbook = openpyxl.load_workbook(path)
    layout = layout_of(read_spec(path))
    for name, index in {("z2", (0, 0, 0)), ("delta2", (0, 0, 0)), ("W2", (1, 0, 0))}:
        formula = layout.formula(name, index)
        assert formula in text
        sheet, address = layout.cell(name, index).split("!")
        assert workbook[sheet][address].value == formula
