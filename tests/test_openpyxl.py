"""What xlnn uses of openpyxl's internals is there, and the version that may be installed has it."""

import ast
import re
import tomllib
from importlib import import_module
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl.drawing.spreadsheet_drawing import TwoCellAnchor
from openpyxl.worksheet._writer import WorksheetWriter

ROOT = Path(__file__).parent.parent

INTERNAL = {
    "openpyxl.worksheet._write_only:WriteOnlyWorksheet": "the type of a sheet that takes rows",
    "openpyxl.worksheet._writer:WorksheetWriter": "Rows gives it rows as XML",
    "openpyxl.chart._chart:ChartBase": "the type of every chart",
    "openpyxl.compat:safe_string": "writes a number into a cell",
    "openpyxl.utils.indexed_list:IndexedList": "holds the fonts of a workbook",
    "openpyxl.writer.theme:theme_xml": "the theme, whose fonts are replaced",
    "openpyxl.writer.excel:ExcelWriter.write_data": "writes all parts into our zip file",
    "openpyxl.cell:Cell.check_string": "refuses a text that no cell takes",
    "sheet:_writer": "Rows takes its place",
    "sheet:_hyperlinks": "the links that are written after the rows",
    "sheet:row_dimensions": "the heights of the rows that Rows writes",
    "writer:out": "the file that is packed",
    "writer:xf": "the stream to which Rows sends what openpyxl does not know",
    "writer:write_top": "writes what stands above the rows",
    "writer:write_row": "is replaced, and called once",
    "writer:write_tail": "writes what follows the rows",
    "writer:close": "completes the file",
    "writer:cleanup": "is replaced, so that the file stays",
    "workbook:_fonts": "begins with Calibri, which is replaced",
    "workbook:_named_styles": "holds the style Normal, whose font is replaced",
    "anchor:_from": "the cell where a chart begins",
}
"""What is used besides the documented interface, and for what."""


def lacking(names):
    """Return a sentence for each internal that the installed openpyxl does not have."""
    workbook = openpyxl.Workbook(write_only=True)
    workbook._fonts.add(workbook._named_styles["Normal"].font)  # noqa: SLF001 -- they are as they were
    sheet = workbook.create_sheet("a")
    writer = WorksheetWriter(sheet, out=BytesIO())
    found = {"workbook": workbook, "sheet": sheet, "writer": writer, "anchor": TwoCellAnchor()}
    for name in names:
        owner, _, attributes = name.partition(":")
        here = found.get(owner)
        try:
            here = import_module(owner) if here is None else here
            for attribute in attributes.split("."):
                here = getattr(here, attribute)
        except (ImportError, AttributeError):
            yield (
                f"openpyxl {version('openpyxl')} has no {name.replace(':', '.')} any more, which "
                f"xlnn/writing uses: {INTERNAL.get(name, 'a test')}."
            )


def test_each_internal_is_there():
    assert [*lacking(INTERNAL)] == []


@pytest.mark.parametrize("name", ["sheet:_gone", "openpyxl._gone:Name", "openpyxl.cell:Cell._gone"])
def test_one_that_has_gone_is_named(name):
    (sentence,) = lacking([name])
    assert f"has no {name.replace(':', '.')} any more, which xlnn/writing uses" in sentence


@pytest.mark.slow
def test_no_other_internal_is_used():
    """A private module that is imported, and a private name of an object of openpyxl."""
    used = set()
    for path in (ROOT / "xlnn").rglob("*.py"):
        lines = path.read_text(encoding="utf-8").splitlines()
        for node in ast.walk(ast.parse("\n".join(lines))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("openpyxl._"):
                used.add(node.module)
            if isinstance(node, ast.ImportFrom) and re.match(r"openpyxl\..*\._", node.module or ""):
                used |= {f"{node.module}:{each.name}" for each in node.names}
            if isinstance(node, ast.Attribute) and "SLF001" in lines[node.lineno - 1]:
                used |= {node.attr} if path.parent.name == "writing" else set()
    private = {name for name in used if name.startswith("_") or ":" in name}
    named = {*INTERNAL, *(name.partition(":")[2] for name in INTERNAL)}
    assert private - named == {"_compresslevel"}, "that of zipfile"
    assert len(private) > 7


def test_the_versions_that_may_be_installed_are_those_that_were_tested():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (wanted,) = [each for each in project["dependencies"] if each.startswith("openpyxl")]
    assert wanted == "openpyxl>=3.1.5,<3.2"
    least, below = ((3, 1, 5), (3, 2))
    assert least <= tuple(map(int, version("openpyxl").split("."))) < below
