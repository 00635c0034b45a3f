"""What the README shows is what the program says."""

import re
from pathlib import Path

import openpyxl
from click.testing import CliRunner
from test_checker import edit

from xlnn.cli import cli
from xlnn.reading.spec import layout_of, read_spec

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def test_the_formulas_in_the_readme_are_those_of_the_workbook(digits_path):
    workbook = openpyxl.load_workbook(digits_path)
    layout = layout_of(read_spec(digits_path))
    shown = {("z2", (0, 0, 0)), ("delta2", (0, 0, 0)), ("W2", (1, 0, 0))}
    for name, index in shown:
        formula = layout.formula(name, index)
        assert formula in README
        sheet, address = layout.cell(name, index).split("!")
        assert workbook[sheet][address].value == formula


def test_the_wrong_cell_in_the_readme_is_what_check_prints(digits_path, tmp_path):
    path = tmp_path / "digits.xlsx"
    path.write_bytes(digits_path.read_bytes())
    edit(path, {"Training!C5": "=1+1"})
    printed = CliRunner().invoke(cli, ["check", str(path), "--seed", "7"]).stdout
    for line in printed.replace(str(path), "output/digits.xlsx").splitlines():
        assert f"    {line}\n" in README


def test_every_command_and_option_in_the_readme_exists():
    options = {
        option for command in cli.commands.values() for p in command.params for option in p.opts
    }
    for line in re.findall(r"^    (?:\.venv/bin/)?xlnn (\w+)(.*)$", README, re.MULTILINE):
        name, rest = line
        assert name in cli.commands
        assert set(re.findall(r"--[a-z][a-z0-9-]*", rest.split("#")[0])) <= options


def test_the_sheets_in_the_readme_are_those_of_the_workbook(digits_path):
    table = README.split("| Sheet | It holds |")[1].split("\n\n")[0]
    names = (row.split("|")[1] for row in table.splitlines()[2:])
    listed = [name.strip() for each in names for name in each.split(",")]
    assert sorted(listed) == sorted(openpyxl.load_workbook(digits_path).sheetnames)


def test_the_readme_is_short_and_its_pictures_are_there():
    assert len(README.splitlines()) < 150
    for picture in re.findall(r"!\[[^]]*\]\(([^)]*)\)", README):
        assert (Path(__file__).parent.parent / picture).is_file()
