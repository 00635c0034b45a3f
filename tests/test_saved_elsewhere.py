"""Workbooks that other programs have saved are checked like our own."""

import subprocess
import zipfile

import ironcalc
import openpyxl
import pytest
from programs import LIBRARIES, skip_without
from rewriting import edit, replace_inputs
from test_readers import run_javascript

from xlnn.checking.check import check
from xlnn.checking.comparison import CIRCULAR
from xlnn.loading.spec import layout_of, read_spec
from xlnn.loading.values import values
from xlnn.xlsx.package import inspect

ENGINES = LIBRARIES


def save_with_gnumeric(path, folder):
    """Open a workbook in Gnumeric and save it as .xlsx."""
    skip_without("gnumeric")
    saved = folder / "saved.xlsx"
    command = ["ssconvert", path, saved]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return saved


def save_with_javascript(library):
    """Return what opens a workbook in a library of JavaScript and saves it."""

    def saving(path, folder):
        saved = folder / "saved.xlsx"
        run_javascript(library, path, saved)
        return saved

    return saving


def save_with_ironcalc(path, folder):
    """Open a workbook in IronCalc, compute it and save it."""
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC")
    model.evaluate()
    model.save_to_xlsx(str(folder / "saved.xlsx"))
    return folder / "saved.xlsx"


def save_with_libreoffice(path, folder):
    """Open a workbook in LibreOffice and save it as .xlsx."""
    skip_without("libreoffice")
    command = [
        "soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to",
        "xlsx", "--outdir", f"{folder}/saved", path,
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / "saved" / path.name


PROGRAMS = {
    "libreoffice": save_with_libreoffice,
    "gnumeric": save_with_gnumeric,
    "sheetjs": save_with_javascript("xlsx"),
    "exceljs": save_with_javascript("exceljs"),
    "ironcalc": save_with_ironcalc,
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.first(1)
def test_a_workbook_changed_and_saved_in_another_program_is_checked(
    short_copy, tmp_path, engine, program
):
    changed = tmp_path / "changed.xlsx"
    replace_inputs(short_copy, changed, {("Play", 6, 3): 0.7, ("Images", 6, 3): 0.5})
    saved = PROGRAMS[program](changed, tmp_path)
    report = check(saved, engine)
    assert report.agrees, report.wrong[:3]
    assert report.compared_cells == check(short_copy, "formualizer").compared_cells
    assert values(saved, engine)["eta"] == 0.7


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.first(1)
@pytest.mark.slow
def test_an_error_planted_before_another_program_saved_it_is_named(short_copy, tmp_path, program):
    layout = layout_of(read_spec(short_copy))
    entry = "delta2", (1, 9, 1)
    right = layout.formula(*entry)[1:].encode()
    rewrite(short_copy, lambda part: part.replace(b"<f>%b<" % right, b"<f>%b+0.01<" % right))
    (wrong,) = check(PROGRAMS[program](short_copy, tmp_path), "formualizer").wrong
    assert wrong.cell == layout.cell(*entry)


@pytest.mark.slow
def test_formulas_that_sheetjs_dropped_are_named(short_copy, tmp_path):
    """It keeps no formula without a stored value, and openpyxl stores none."""
    openpyxl.load_workbook(short_copy).save(short_copy)
    saved = save_with_javascript("xlsx")(short_copy, tmp_path)
    report = check(saved, "formualizer")
    assert report.formula_cells == 0
    assert len(report.wrong) > 4_000
    assert all(wrong.got is None for wrong in report.wrong)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.slow
def test_a_circle_that_gnumeric_may_iterate_is_named(short_copy, tmp_path, engine):
    """Gnumeric switches iteration on in every file."""
    saved = save_with_gnumeric(edit(short_copy, {"Training!C4": "=F4/2+1"}), tmp_path)
    assert inspect(saved).iterates
    (wrong,) = check(saved, engine).wrong
    assert (wrong.cell, wrong.formula, wrong.got) == ("Training!C4", "=F4/2+1", CIRCULAR)


@pytest.mark.parametrize("engine", [*ENGINES, "libreoffice"])
@pytest.mark.first(1)
@pytest.mark.slow
def test_iferror_with_the_prefix_that_spire_writes_is_checked(short_copy, engine):
    skip_without(engine)
    rewrite(short_copy, lambda part: part.replace(b"IFERROR(", b"_xlfn.IFERROR("))
    rows = openpyxl.load_workbook(short_copy)["Progress"].iter_rows(values_only=True)
    assert any(str(value).startswith("=_xlfn.IFERROR(") for row in rows for value in row)
    report = check(short_copy, engine)
    assert report.agrees, report.wrong[:3]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.first(1)
@pytest.mark.slow
def test_shared_formulas_as_excel_saves_them_are_checked(short_copy, engine):
    """Excel stores a filled-down column once and refers to it from the cells below."""
    rewrite(short_copy, _share_activations)
    workbook = openpyxl.load_workbook(short_copy)
    assert workbook["Training"]["F6"].value == "=" + SIGMOID % 6
    report = check(short_copy, engine)
    assert report.agrees, report.wrong[:3]
    assert report.compared_cells > 4_000


SIGMOID = "1/(1+EXP(MIN(700,-C%d)))"


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
@pytest.mark.first(1)
@pytest.mark.slow
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
