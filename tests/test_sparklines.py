"""Each weight and each course of training is a small line in its column's heading."""

import shutil
import zipfile

import pytest
from lxml import etree
from rewriting import replace_inputs
from test_saved_elsewhere import save_with_libreoffice

from xlnn.building.build import build
from xlnn.checking.check import check
from xlnn.linting import lint
from xlnn.loading.spec import layout_of, read_spec
from xlnn.writing.drawing import KIND, X14, XM


def lines(path):
    """Return the range of each sparkline of a workbook, by the sheet's part and its cell."""
    found = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                for one in etree.fromstring(archive.read(name)).iter(f"{{{X14}}}sparkline"):
                    cell = one.findtext(f"{{{XM}}}sqref")
                    found[name, cell] = one.findtext(f"{{{XM}}}f")
    return found


def ranges(path):
    return sorted(lines(path).values())


def test_each_weight_and_each_column_of_progress_has_a_line_over_all_epochs(short_path):
    layout = layout_of(read_spec(short_path))
    told = []
    for name in ("W2", "b2", "W3", "b3", "C_T", "recognised", "gradient_size"):
        quantity = layout.model[name]
        for unit in quantity.units:
            first, last = ((n, *unit) for n in (0, quantity.lengths[0] - 1))
            told.append(f"{layout.cell(name, first)}:{layout.cell(name, last).split('!')[1]}")
    assert ranges(short_path) == sorted(told)
    rows = {cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _, cell in lines(short_path)}
    assert rows == {"2", "4"}, "in the frozen headings"


def test_two_numbers_are_no_course(tmp_path):
    path = build("xor", tmp_path / "o.xlsx", epochs=1, verify=False).path
    assert not lines(path)


@pytest.mark.slow
def test_titles_with_blanks_and_in_other_scripts_are_quoted_as_formulas_have_them(tmp_path):
    path = build("xor", tmp_path / "o.xlsx", epochs=3, lang="zh", verify=False).path
    assert "权重!B4:B7" in ranges(path)
    assert not lint(path)


def test_a_copy_with_other_inputs_keeps_them(short_path, tmp_path):
    copy = shutil.copy(short_path, tmp_path / "copy.xlsx")
    replace_inputs(short_path, copy, {("Play", 6, 3): 0.5, ("Weights", 4, 2): 0.25})
    assert lines(copy) == lines(short_path)


@pytest.mark.ci
def test_libreoffice_keeps_them_and_the_check_agrees(short_path, tmp_path):
    saved = save_with_libreoffice(short_path, tmp_path)
    assert ranges(saved) == ranges(short_path)
    assert check(saved, "formualizer").agrees


def test_the_extension_is_the_last_of_the_sheet_and_named_as_microsoft_does(short_path):
    with zipfile.ZipFile(short_path) as archive:
        parts = [archive.read(name) for name, _ in lines(short_path)]
    root = etree.fromstring(parts[0])
    assert etree.QName(root[-1]).localname == "extLst"
    assert [ext.get("uri") for ext in root[-1]] == [KIND]
