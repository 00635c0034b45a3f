"""make gallery draws every sheet, under its own name."""

import runpy
from pathlib import Path

import openpyxl
import pytest
from programs import skip_without

from xlnn.registry.templates import in_order

GALLERY = runpy.run_path(str(Path(__file__).parent.parent / "docs" / "gallery.py"))


@pytest.mark.slow
def test_large_data_are_shortened_and_small_ones_are_not(tmp_path):
    known = {template.name: template for template in in_order()}
    sizes = {}
    for name in ("xor", "iris"):
        path = GALLERY["small"](known[name], "ja", tmp_path)
        data = openpyxl.load_workbook(path)["データ"]
        sizes[name] = data.max_row - 3
    assert sizes["xor"] == 4
    assert 20 < sizes["iris"] < GALLERY["ROWS"] + 20


@pytest.mark.slow
def test_there_is_a_picture_of_every_sheet(tmp_path):
    skip_without("libreoffice")
    GALLERY["main"](["descent", "xor", "--lang", "zh", "--into", str(tmp_path), "--dpi", "30"])
    for name in ("descent", "xor"):
        pictures = {path.stem for path in (tmp_path / f"{name}-zh").iterdir()}
        template = next(template for template in in_order() if template.name == name)
        book = openpyxl.load_workbook(GALLERY["small"](template, "zh", tmp_path), read_only=True)
        shown = [sheet.title for sheet in book if sheet.sheet_state == "visible"]
        assert len(shown) > 2
        assert {f"{n:02}-{title}" for n, title in enumerate(shown, start=1)} <= pictures
