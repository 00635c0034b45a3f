"""A build publishes a whole, proven, reproducible workbook, or nothing."""

import hashlib
import os
import re
import subprocess
import sys

import numpy as np
import openpyxl
import pandas as pd
import pytest
from rewriting import copy

from xlnn import reference
from xlnn.building import proof, writing
from xlnn.building.build import build
from xlnn.building.limits import size
from xlnn.equations.dense import Back
from xlnn.errors import DisagreementError, OutputError, XlnnError
from xlnn.grid import quoted
from xlnn.linting.book import Problem
from xlnn.loading.spec import described
from xlnn.workbooks.pages import sheet as sheets
from xlnn.xlsx import guard
from xlnn.xlsx.package import inspect
from xlnn.xlsx.parts import sheet_parts

CACHED = 1e-12
"""Stored values are an engine's; it sums in another order than NumPy."""


@pytest.mark.slow
def test_every_formula_cell_carries_its_value(digits_path, digits):
    stored = openpyxl.load_workbook(digits_path, data_only=True)
    formulas = openpyxl.load_workbook(digits_path)
    _, layout = described(digits_path)
    texts = {
        layout.cell(quantity.name, index)
        for quantity in layout.model.quantities
        if quantity.is_text
        for index in np.ndindex(*quantity.lengths)
    }  # an empty one is read as None
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    value = stored[sheet.title][cell.coordinate].value
                    empty = f"{quoted(sheet.title)}!{cell.coordinate}" in texts
                    assert isinstance(value, int | float | str) or (empty and value is None)
    run = reference.run(digits.model, digits.inputs)
    frame = pd.read_excel(digits_path, sheet_name="Progress", header=2, engine="openpyxl")
    np.testing.assert_allclose(frame["C_T"], run["C_T"], rtol=0, atol=CACHED)


@pytest.mark.parametrize("verify", [True, False])
@pytest.mark.slow
@pytest.mark.first(1)
def test_stored_values_are_those_of_numpy(tmp_path, digits, verify):
    path = tmp_path / "short.xlsx"
    built = build("digits", path, epochs=2, verify=verify)
    assert (built.report is not None) == verify
    stored = openpyxl.load_workbook(path, data_only=True)["Training"]["C5"].value
    run = reference.run(digits.model, digits.inputs)
    assert stored == pytest.approx(run["z2"][0, 1, 0], abs=CACHED)


def test_a_build_finds_the_place_of_everything_once(tmp_path, monkeypatch):
    """That takes a tenth of a build."""
    found, lay_out = [], sheets.lay_out
    monkeypatch.setattr(sheets, "lay_out", lambda *given: found.append(1) or lay_out(*given))
    build("sequences", tmp_path / "sequences.xlsx", verify=False)
    assert found == [1]


def test_excel_is_told_to_compute_the_workbook_when_it_opens_it(short_book):
    assert short_book.calculation.fullCalcOnLoad


@pytest.mark.slow
def test_the_same_input_gives_the_same_bytes_anywhere(tmp_path):
    digests = set()
    for number, surroundings in enumerate(
        [
            {"TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "1", "USER": "ada"},
            {"TZ": "America/Lima", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2", "USER": "emmy"},
        ]
    ):
        folder = tmp_path / f"folder{number}"
        folder.mkdir()
        command = [sys.executable, "-m", "xlnn", "build", "--epochs", "2", "-o", "digits.xlsx"]
        subprocess.run(command, cwd=folder, env=os.environ | surroundings, check=True, timeout=120)
        digests.add(hashlib.sha256((folder / "digits.xlsx").read_bytes()).hexdigest())
    assert len(digests) == 1


@pytest.mark.slow
def test_another_input_gives_other_bytes(tmp_path):
    """The test above can fail."""
    contents = [
        build("digits", tmp_path / "a.xlsx", epochs=1, eta=eta, verify=False).path.read_bytes()
        for eta in (0.2, 0.3)
    ]
    assert contents[0] != contents[1]


def test_an_engine_is_chosen_by_the_formulas_and_by_the_cells_that_they_read(
    short_path, monkeypatch
):
    _, layout = described(short_path)
    contents = inspect(short_path)
    stated = [text.encode() for title in contents.sheets for *_, text in contents.stated(title)]
    read = sum(int(guard.count_cells_read([text], guard.ranges(text))[0]) for text in stated)
    assert abs(size(layout).reads - read) <= 0.1 * read
    assert proof.verifier(layout) == "formualizer"
    bytes_needed = len(stated) * proof.BYTES_OF_A_FORMULA + read * proof.BYTES_OF_A_READ
    room = bytes_needed / proof.PART
    for free, engine in ((room * 2, "formualizer"), (room / 2, "formulas")):
        monkeypatch.setattr(proof, "free_memory", lambda free=free: int(free))
        assert proof.verifier(layout) == engine
    monkeypatch.setattr(proof, "free_memory", lambda: None)
    assert proof.verifier(layout) == "formualizer"
    monkeypatch.setattr(proof, "FORMULAS_ALWAYS", len(stated) - 1)
    assert proof.verifier(layout) == "formulas"


def test_no_name_of_a_person_or_folder_is_in_the_file(short_book):
    properties = short_book.properties
    assert properties.lastModifiedBy is None
    assert properties.creator in {None, "xlnn", "openpyxl"}


@pytest.mark.slow
def test_a_workbook_that_disagrees_is_not_published(tmp_path, monkeypatch):
    """A mistake in one statement of one equation: nothing is written, the old file stays."""
    path = tmp_path / "digits.xlsx"
    build("digits", path, epochs=1)
    before = path.read_bytes()
    right = Back.cell
    monkeypatch.setattr(Back, "cell", lambda *args, **more: right(*args, **more) + "*1.001")
    with pytest.raises(DisagreementError, match=r"was not written: Training!U4 is"):
        build("digits", path, epochs=2)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_workbook_that_excel_would_repair_is_not_published(tmp_path, monkeypatch):
    problem = Problem("some rule", "Training!A1", "something is wrong.")
    found = lambda path, **_: (inspect(path), (problem,))  # noqa: E731 -- one line
    monkeypatch.setattr(proof, "inspect_and_lint", found)
    with pytest.raises(DisagreementError, match="Training!A1: something is wrong"):
        build("sequences", tmp_path / "sequences.xlsx")
    assert list(tmp_path.iterdir()) == []


PLANTED = {
    "a stored number": (rb"(<f>1/\(1\+EXP[^<]*</f><v>0\.\d)\d", rb"\g<1>9", "does not store"),
    "a start weight": (rb'(<c r="B4"[^>]*t="n"><v>0\.\d)\d', rb"\g<1>7", "Weights!B4 does not"),
    "an operator": (rb"<f>B4-Play!", rb"<f>B4+Play!", "does not agree with NumPy"),
    "a row": (rb"Images!B5:M5,", rb"Images!B6:M6,", "does not agree with NumPy"),
    "a stored text": (rb't="str"><f>[^<]*</f><v>[^<]', rb"\g<0>x", "does not store"),
    "a style": (rb' s="5"', rb' s="5000"', "lint finds a problem"),
}
"""Bytes of a sheet, others in their place, and what the build says."""


@pytest.mark.parametrize("what", PLANTED)
@pytest.mark.first(2)
@pytest.mark.ci
def test_a_wrong_byte_in_the_draft_is_found(what, tmp_path, monkeypatch):
    old, new, message = PLANTED[what]
    write, found = writing.write, []

    def replaced(chunks):
        data = b"".join(chunks)
        if not found and re.search(old, data):
            found.append(what)
            data = re.sub(old, new, data, count=1)
        return [data]

    def planted(path, *given, **more):
        count, copied = write(path, *given, **more), path.with_name("copied.xlsx")
        copy(path, copied, dict.fromkeys(sheet_parts(path).values(), replaced))
        copied.replace(path)
        return count

    monkeypatch.setattr(writing, "write", planted)
    with pytest.raises(DisagreementError, match=message):
        build("digits", tmp_path / "digits.xlsx", epochs=1)
    assert found
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_may_not_be_written_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OutputError, match="is not writable"):
        build("digits", tmp_path / "digits.xlsx", epochs=1)


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="needs a folder that takes no file")  # noqa: PTH112
@pytest.mark.slow
def test_a_folder_that_takes_no_file_is_refused():
    with pytest.raises(OutputError, match="cannot be written"):
        build("digits", "/proc/digits.xlsx", epochs=1)


def test_a_template_of_another_kind_of_name_is_refused(tmp_path):
    for name in ("../digits", "/etc", "", "digits/../digits"):
        with pytest.raises(XlnnError, match="no template"):
            build(name, tmp_path / "a.xlsx")
