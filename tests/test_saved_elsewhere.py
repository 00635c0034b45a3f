"""Workbooks that other programs have saved are checked like our own."""

import subprocess
import zipfile

import openpyxl
import pytest
from programs import skip_without
from test_checker import edit

from xlnn.checking.check import check
from xlnn.reading.spec import layout_of, read_spec
from xlnn.reading.values import values

ENGINES = ("formulas", "formualizer")


def save_with_libreoffice(path, folder):
    """Open a workbook in LibreOffice and save it as .xlsx."""
    skip_without("libreoffice")
    command = [
        "soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to",
        "xlsx", "--outdir", f"{folder}/saved", path,
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / "saved" / path.name


@pytest.mark.parametrize("engine", ENGINES)
def test_a_workbook_changed_and_saved_in_libreoffice_is_checked(short_copy, tmp_path, engine):
    edit(short_copy, {"Settings!C4": 0.7, "Images!C6": 0.5})
    saved = save_with_libreoffice(short_copy, tmp_path)
    report = check(saved, engine)
    assert report.agrees, report.wrong[:3]
    assert report.compared_cells == check(short_copy, "formualizer").compared_cells
    assert values(saved, engine)["eta"] == 0.7


def test_an_error_planted_before_libreoffice_saved_it_is_named(short_copy, tmp_path):
    layout = layout_of(read_spec(short_copy))
    cell = layout.cell("delta2", (1, 9, 1))
    edit(short_copy, {cell: layout.formula("delta2", (1, 9, 1)) + "+0.01"})
    (wrong,) = check(save_with_libreoffice(short_copy, tmp_path), "formualizer").wrong
    assert wrong.cell == cell


@pytest.mark.parametrize("engine", ENGINES)
def test_shared_formulas_as_excel_saves_them_are_checked(short_copy, engine):
    """Excel stores a filled-down column once and refers to it from the cells below."""
    rewrite(short_copy, _share_activations)
    workbook = openpyxl.load_workbook(short_copy)
    assert workbook["Training"]["F6"].value == "=" + SIGMOID % 6
    report = check(short_copy, engine)
    assert report.agrees, report.wrong[:3]
    assert report.compared_cells == report.formula_cells > 4_000


SIGMOID = "1/(1+EXP(-MAX(-700,C%d)))"


def _share_activations(content):
    def formula(row):
        return f"<f>{SIGMOID % row}</f>".encode()

    if formula(4) not in content:
        return content
    shared = formula(4).replace(b"<f>", b'<f t="shared" ref="F4:F67" si="0">')
    content = content.replace(formula(4), shared)
    for row in range(5, 68):
        content = content.replace(formula(row), b'<f t="shared" si="0"/>')
    return content


@pytest.mark.parametrize("engine", ENGINES)
def test_a_reordered_zip_is_checked(short_copy, engine):
    with zipfile.ZipFile(short_copy) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(short_copy, "w", zipfile.ZIP_STORED) as archive:
        for name, content in reversed(parts):
            archive.writestr(name, content)
    assert check(short_copy, engine).agrees


def rewrite(path, change):
    with zipfile.ZipFile(path) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, change(content))
