"""An audit finds each planted fault at its cell, and accuses no sheet that is right."""

import json
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from functools import partial

import pytest
from audited import learner, sheets
from click.testing import CliRunner
from documents import ROOT
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.table import Table
from own_networks import adversarial, coder, gated
from programs import skip_without

import xlnn
from xlnn.auditing.audit import SECONDS, audit
from xlnn.auditing.audit_report import RIGHT, UNSTATED, WRONG, words_of
from xlnn.auditing.audit_report import note as sentence
from xlnn.auditing.clock import Clock
from xlnn.auditing.reading import read as read_book
from xlnn.cli import cli
from xlnn.errors import OptionsError, WorkbookError
from xlnn.registry.templates import names
from xlnn.xlsx.package import inspect

SHEETS = list(sheets())
SOME = 7
"""Every so many sheets are tried by `make test`, all of them by `make test-slow`."""


def cells_of(text, titles):
    found = set()
    for part in filter(None, text.replace(" …", "").split(", ")):
        title, _, cells = part.rpartition("!")
        left, top, right, bottom = range_boundaries(cells)
        found |= {
            f"{title.strip(chr(39)) or titles[0]}!{get_column_letter(column)}{row}"
            for column in range(left, right + 1)
            for row in range(top, bottom + 1)
        }
    return found


def marked(case):
    number, (layout, fault, how) = case
    named = f"{layout} {fault or 'right'} {' '.join(map(str, how.values()))}"
    return pytest.param(
        layout, fault, how, id=named, marks=() if number % SOME == 0 else pytest.mark.slow
    )


def test_sixty_sheets_and_more_have_fifteen_kinds_of_faults_in_half_of_them():
    faults = [fault for _, fault, _ in SHEETS if fault]
    assert len(SHEETS) > 100
    assert 0.4 < len(faults) / len(SHEETS) < 0.75
    assert len(set(faults)) >= 15


@pytest.mark.parametrize(("layout", "fault", "how"), [marked(case) for case in enumerate(SHEETS)])
@pytest.mark.ci
def test_each_fault_is_found_at_its_cell_and_no_right_sheet_is_accused(
    layout, fault, how, tmp_path
):
    made = learner(layout, fault=fault, **how)
    made.book.save(tmp_path / "net.xlsx")
    found = audit(tmp_path / "net.xlsx")
    assert found.judged
    if fault:
        cells = set().union(*(cells_of(f.cells, made.book.sheetnames) for f in found.findings))
        assert cells & made.cells
        assert len(found.findings) <= 3
        assert not found.agrees
    else:
        assert {j.verdict for j in found.judged} == {"right"}
        assert found.agrees


KINDS = {
    ("homework", "one path"): "one_path",
    ("homework", "product"): "operator",
    ("homework", "interchanged"): "interchanged",
    ("homework", "swapped"): "weight",
    ("homework", "next weights"): "step_weights",
    ("homework", "typed"): "typed",
    ("homework", "stale"): "break",
    ("homework", "rate"): "rate",
    ("homework", "climbs"): "climbs",
    ("homework", "start"): "start",
    ("homework", "other input"): "input",
    ("deltas", "no derivative"): "derivative",
    ("deltas", "other unit"): "other_derivative",
    ("deltas", "sign"): "sign",
    ("batch", "mean"): "mean",
    ("batch", "short"): "range",
    ("per image", "sum"): "sum",
    ("per image", "extra derivative"): "twice",
    ("optimised", "other function"): "function",
}
"""What is said of a fault."""


@pytest.mark.parametrize(("layout", "fault"), KINDS)
def test_the_likeliest_fault_is_the_planted_one(layout, fault, tmp_path):
    learner(layout, fault=fault).book.save(tmp_path / "net.xlsx")
    found = audit(tmp_path / "net.xlsx")
    assert found.findings[0].kind == KINDS[layout, fault]


def test_a_copied_slip_is_found_though_a_tolerance_of_a_thousandth_would_pass_it(tmp_path):
    """The derivative of h1 in the place of that of h2, which is almost the same at first."""
    learner("homework", fault="copied").book.save(tmp_path / "net.xlsx")
    found = audit(tmp_path / "net.xlsx")
    (fault,) = found.findings
    assert (fault.kind, fault.names) == ("other_derivative", ("w3", "w4"))
    wrong = [judged for judged in found.judged if judged.verdict == WRONG]
    assert {judged.name for judged in wrong} == {"w3", "w4"}
    off = [abs(judged.stated / judged.slope - 1) for judged in wrong]
    assert 1e-4 < min(off) <= max(off) < 1e-3
    assert max(abs(judged.stated - judged.slope) for judged in wrong) < 1e-6


def test_a_missing_mask_is_named_with_the_cells_that_lack_it(tmp_path):
    made = learner("batch", fault="mask", activation="relu")
    made.book.save(tmp_path / "net.xlsx")
    (found,) = audit(tmp_path / "net.xlsx").findings
    assert found.kind == "mask"
    assert cells_of(found.cells, ["Net"]) <= made.cells
    assert found.names == ("w3", "w4", "b2")


def classes(extra=""):
    """Return softmax with a class in each row, parameters and gradients in one table."""
    book = Workbook()
    sheet = book.active
    for row in (["x", 0.6], [], ["class", "w", "bias", "exp z", "p", "t", "dL/dw", "dL/dbias"]):
        sheet.append(row)
    for r, (name, w, b) in enumerate((("cat", 0.1, 0.05), ("dog", -0.3, 0), ("fox", 0.5, 0.1)), 4):
        delta = f"(E{r}-F{r}){extra.format(r)}"
        sheet.append([
            name, w, b, f"=EXP(B{r}*B$1+C{r})", f"=D{r}/SUM(D$4:D$6)", int(r == 5),
            f"={delta}*B$1", f"={delta}",
        ])  # fmt: skip
    sheet["A8"], sheet["B8"] = "Cross-entropy loss", "=-F4*LN(E4)-F5*LN(E5)-F6*LN(E6)"
    return book


def test_parameters_and_gradients_may_stand_in_one_table(tmp_path):
    classes().save(tmp_path / "net.xlsx")
    assert [j.verdict for j in audit(tmp_path / "net.xlsx").judged] == [RIGHT] * 6
    classes("*E{0}*(1-E{0})").save(tmp_path / "net.xlsx")
    found = audit(tmp_path / "net.xlsx")
    assert [j.verdict for j in found.judged] == [WRONG] * 6
    assert {(f.kind, f.said["cells"]) for f in found.findings} == {
        ("twice", f"E{row}") for row in (4, 5, 6)
    }


def labelled(factor):
    """Return a line through four points that are called A, B, C and D; b is its bias."""
    book = Workbook()
    sheet = book.active
    rows = (
        ["w", 0.4],
        ["b", 0.1],
        ["Loss", "=SUMXMY2(D6:D9,C6:C9)/4"],
        ["dLoss/dw", "=2*SUMPRODUCT(D6:D9-C6:C9,B6:B9)/4"],
        ["dLoss/db", f"={factor}*SUM(D6:D9)/4-{factor}*SUM(C6:C9)/4"],
    )
    for row in rows:
        sheet.append(row)
    for r, (name, x, t) in enumerate((("A", 0.5, 1), ("B", 1.5, 2), ("C", 2.5, 4), ("D", 3, 4)), 6):
        sheet.append([name, x, t, f"=B$1*B{r}+B$2"])
    return book


def test_letters_that_list_rows_name_no_parameters(tmp_path):
    labelled(2).save(tmp_path / "net.xlsx")
    assert [j.verdict for j in audit(tmp_path / "net.xlsx").judged] == [RIGHT] * 2
    labelled(1).save(tmp_path / "net.xlsx")
    found = audit(tmp_path / "net.xlsx")
    assert [j.verdict for j in found.judged] == [RIGHT, WRONG]
    assert [(f.kind, f.cells) for f in found.findings] == [("factor", "B5")]


@pytest.mark.parametrize("factor", [1, 2])
def test_gradients_of_all_rows_may_stand_in_a_row_with_a_cost_of_its_own(tmp_path, factor):
    """Where all are wrong, none of them tells which cost they belong to."""
    book = Workbook()
    sheet = book.active
    sheet.append(["w", 0.4, None, "b", 0.1, None, "Total loss", "=D3+D4+D5"])
    sheet.append(["x", "t", "y", "loss", None, None, "dL/dw", "dL/db"])
    for r, (x, t) in enumerate(((0.5, 1.1), (1.5, 2.3), (2.5, 3.9)), 3):
        sheet.append([x, t, f"=B$1*A{r}+E$1", f"=(C{r}-B{r})^2"])
    sheet["G3"] = f"={2 * factor}*((C3-B3)*A3+(C4-B4)*A4+(C5-B5)*A5)"
    sheet["H3"] = f"={2 * factor}*((C3-B3)+(C4-B4)+(C5-B5))"
    book.save(tmp_path / "net.xlsx")
    found = audit(tmp_path / "net.xlsx")
    assert {judged.cost for judged in found.judged} == {"H1"}
    assert [(f.kind, f.cells) for f in found.findings] == [("factor", "G3:H3")][: factor - 1]


def epochs(factor):
    """Return a tab for each epoch, in Japanese, whose parameters follow from the tab before."""
    book = Workbook()
    for n in range(1, 4):
        sheet = book.active if n == 1 else book.create_sheet()
        sheet.title = f"エポック{n}"
        new = f"=エポック{n - 1}!{{0}}-0.02*エポック{n - 1}!{{1}}"
        rows = (
            ["重み w", new.format("B1", "B4") if n > 1 else 0.4],
            ["バイアス b", new.format("B2", "B5") if n > 1 else 0.1],
            ["損失", "=AVERAGE(D7:D9)"],
            ["w の勾配", f"={factor}*SUMPRODUCT(C7:C9-B7:B9,A7:A9)/3"],
            ["b の勾配", "=2*SUM(C7:C9)/3-2*SUM(B7:B9)/3"],
            ["x", "正解", "予測", "誤差"],
        )
        for row in rows:
            sheet.append(row)
        for r, (x, t) in enumerate(((0.5, 1.1), (1.5, 2.3), (2.5, 3.9)), 7):
            sheet.append([x, t + n, f"=B$1*A{r}+B$2", f"=(C{r}-B{r})^2"])
    return book


def test_a_tab_may_hold_an_epoch_and_a_heading_say_weight_w(tmp_path):
    epochs(2).save(tmp_path / "net.xlsx")
    found = audit(tmp_path / "net.xlsx")
    assert [(j.verdict, j.cost[-2:]) for j in found.judged] == [(RIGHT, "B3")] * 6
    assert "ambiguous" not in {note.kind for note in found.notes}
    epochs(1).save(tmp_path / "net.xlsx")
    (fault,) = audit(tmp_path / "net.xlsx").findings
    assert (fault.kind, fault.cells) == ("factor", "エポック1!B4, エポック2!B4, エポック3!B4")


@pytest.fixture
def net(tmp_path):
    """Save a small sheet: two parameters, a cost, no heading that tells."""
    book = Workbook()
    sheet = book.active
    sheet.title = "My net"
    sheet["A1"], sheet["A2"] = 0.3, -0.2
    sheet["B1"] = "=(A1*2+A2-1)^2"
    sheet["C1"], sheet["C2"] = "=4*(A1*2+A2-1)", "=2*(A1*2+A2+1)"
    path = tmp_path / "net.xlsx"
    book.save(path)
    return path


def test_options_say_what_is_what_in_any_layout(net):
    found = audit(net, cost="My net!B1", parameters="'My net'!A1:A2", gradients="C1:C2")
    assert [j.verdict for j in found.judged] == ["right", "wrong"]
    assert found.judged[1].slope == pytest.approx(-1.2)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"cost": "B1"}, "belong together"),
        ({"cost": "B1", "parameters": "x y"}, "no range of cells"),
        ({"cost": "B1:B2", "parameters": "A1"}, "give one cell"),
        ({"cost": "Else!B1", "parameters": "A1"}, 'no sheet "Else"'),
        ({"cost": "B1", "parameters": "A1:A2", "gradients": "C1:C3"}, "give as many"),
        ({"cost": "B1", "parameters": "A1:A3"}, "holds no number"),
        ({"cost": "C1", "parameters": "B1"}, "depends on none"),
    ],
)
def test_wrong_options_are_refused_in_a_sentence(net, options, said):
    with pytest.raises(OptionsError, match=said):
        audit(net, **options)


def test_slopes_are_given_where_no_gradient_is_stated(tmp_path):
    book = Workbook()
    sheet = book.active
    for row in (["w1", 0.3], ["w2", -0.2], ["Loss", "=(B1*2+B2-1)^2"]):
        sheet.append(row)
    book.save(tmp_path / "solver.xlsx")
    found = audit(tmp_path / "solver.xlsx")
    assert [(j.name, j.verdict) for j in found.judged] == [("w1", UNSTATED), ("w2", UNSTATED)]
    assert found.judged[0].slope == pytest.approx(-2.4)
    assert found.agrees


def test_a_text_may_stand_between_a_parameter_and_the_cost(tmp_path):
    book = Workbook()
    sheet = book.active
    for row in (
        ["w", 0.4],
        ["way", '=IF(B1>0,"up","down")'],
        ["y", '=IF(B2="up",B1*2,B1)'],
        ["Loss", "=(B3-1)^2"],
        ["dLoss/dw", "=2*(B3-1)"],
    ):
        sheet.append(row)
    book.save(tmp_path / "net.xlsx")
    found = audit(tmp_path / "net.xlsx")
    assert [j.verdict for j in found.judged] == [WRONG]
    assert [(f.kind, f.cells) for f in found.findings] == [("derivative", "B5")]


def test_a_kink_is_no_error(tmp_path):
    book = Workbook()
    sheet = book.active
    for row in (["w", 0], ["Loss", "=MAX(0,B1)+B1"], ["dL/dw", "=IF(B1>0,2,1)"]):
        sheet.append(row)
    book.save(tmp_path / "kink.xlsx")
    assert audit(tmp_path / "kink.xlsx").agrees
    sheet["B3"] = 5
    book.save(tmp_path / "kink.xlsx")
    assert not audit(tmp_path / "kink.xlsx").agrees


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
def test_steps_follow_from_the_size_of_the_numbers(tmp_path, size):
    book = Workbook()
    sheet = book.active
    sheet.append(["w", 0.3 / size])
    sheet.append(["x", 1.7 * size])
    sheet.append(["Loss", "=(1/(1+EXP(-B1*B2))-1)^2"])
    sheet.append(["dL/dw", "=2*(1/(1+EXP(-B1*B2))-1)/(2+EXP(B1*B2)+EXP(-B1*B2))*B2"])
    book.save(tmp_path / "net.xlsx")
    (judged,) = audit(tmp_path / "net.xlsx").judged
    assert judged.verdict == "right"
    sheet["B4"] = sheet["B4"].value + "*1.001"
    book.save(tmp_path / "net.xlsx")
    (judged,) = audit(tmp_path / "net.xlsx").judged
    assert judged.verdict == "wrong"


def test_a_rounded_cost_is_not_judged(tmp_path):
    book = Workbook()
    sheet = book.active
    for row in (["w", 0.3], ["Loss", "=ROUND((B1-1)^2,2)"], ["dL/dw", "=2*(B1-1)"]):
        sheet.append(row)
    book.save(tmp_path / "net.xlsx")
    found = audit(tmp_path / "net.xlsx")
    assert [j.verdict for j in found.judged] == ["vague"]


def stored(path, cell, value):
    """Give a cell a stored value, as Excel does."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    name = "xl/worksheets/sheet1.xml"
    text = parts[name].decode()
    start = text.index(f'<c r="{cell}"')
    end = text.index("</c>", start)
    inside = text[start:end].replace("<v />", "").replace("<v></v>", "").replace("<v/>", "")
    parts[name] = (text[:start] + inside + f"<v>{value}</v>" + text[end:]).encode()
    with zipfile.ZipFile(path, "w") as package:
        for each, content in parts.items():
            package.writestr(each, content)


def test_a_sheet_that_the_engine_does_not_reproduce_is_not_judged(tmp_path):
    book = Workbook()
    sheet = book.active
    for row in (["w", 0.3], ["Loss", "=(B1-1)^2"], ["dL/dw", "=2*(B1-1)"]):
        sheet.append(row)
    path = tmp_path / "net.xlsx"
    book.save(path)
    stored(path, "B2", 0.49)
    assert audit(path).agrees
    stored(path, "B3", 7)
    found = audit(path)
    assert not found.judged
    assert [(n.kind, n.said["cells"]) for n in found.notes if n.kind == "unlike"] == [
        ("unlike", "B3")
    ]
    assert not found.agrees


@pytest.fixture
def read_in_part(monkeypatch):
    """Let an audit read some hundred formulas."""
    monkeypatch.setattr("xlnn.auditing.reading.MOST_FORMULAS", 150)
    monkeypatch.setattr("xlnn.auditing.reading.FEW_FORMULAS", 20)


@pytest.mark.parametrize(("fault", "verdicts"), [("", {RIGHT}), ("sign", {RIGHT, WRONG})])
@pytest.mark.usefixtures("read_in_part")
def test_the_first_steps_of_a_large_workbook_are_judged(tmp_path, fault, verdicts):
    learner("homework", fault=fault, steps=20).book.save(tmp_path / "net.xlsx")
    found = audit(tmp_path / "net.xlsx")
    assert {j.verdict for j in found.judged} == verdicts
    assert 16 <= len(found.judged) < 8 * 20
    (note,) = [n for n in found.notes if n.kind == "window"]
    assert note.said["rows"].startswith("Sheet1 1–")


@pytest.mark.usefixtures("read_in_part")
def test_of_a_large_workbook_nothing_is_accused_if_little_is_right(tmp_path):
    """The gradients that fit may depend on rows that were not read."""
    book = regression_sheet([f"-{SLOPE_W[1:]}", f"-{SLOPE_B[1:]}"])
    sheet = book.active
    sheet["B4"], sheet["B5"] = f"={sheet['B4'].value}", f"={sheet['B5'].value}"
    for row in range(20, 220):
        sheet[f"H{row}"] = f"=G{row}+1"
    book.save(tmp_path / "net.xlsx")
    found = audit(tmp_path / "net.xlsx")
    assert [j.verdict for j in found.judged] == ["vague", "vague"]
    assert not found.findings
    assert not found.agrees


@pytest.mark.parametrize("layout", ["batch", "unnamed", "per image"])
@pytest.mark.usefixtures("read_in_part")
def test_what_depends_on_rows_that_were_not_read_is_not_judged(tmp_path, monkeypatch, layout):
    monkeypatch.setattr("xlnn.auditing.reading.MOST_FORMULAS", 30)
    monkeypatch.setattr("xlnn.auditing.reading.FEW_FORMULAS", 5)
    learner(layout).book.save(tmp_path / "net.xlsx")
    found = audit(tmp_path / "net.xlsx")
    assert "window" in {n.kind for n in found.notes}
    assert WRONG not in {j.verdict for j in found.judged}
    assert not found.findings


def of_two_sheets():
    """Return a line whose cost is of two sheets, with a wrong gradient; IronCalc gives #VALUE!."""
    book = Workbook()
    net, data = book.active, book.create_sheet("Data")
    net.title = "Net"
    for row, (x, t) in enumerate(((0.5, 1.1), (1.5, 2.3), (2.5, 3.9)), 1):
        data[f"A{row}"], data[f"B{row}"] = x, t
        net[f"H{row}"] = f"=B$1*Data!A{row}+B$2"
    rows = (
        ["w", 0.4],
        ["b", 0.1],
        ["Loss", "=SUMXMY2(H1:H3,Data!B1:B3)"],
        ["dL/dw", "=2*SUMPRODUCT(H1:H3-Data!B1:B3,Data!A1:A3)"],
        ["dL/db", "=SUMPRODUCT(H1:H3-Data!B1:B3)"],
    )
    for row, (head, value) in enumerate(rows, 1):
        net[f"A{row}"], net[f"B{row}"] = head, value
    return book


@pytest.mark.parametrize("is_stored", [False, True])
@pytest.mark.ci
def test_libreoffice_judges_what_ironcalc_does_not_reproduce(tmp_path, is_stored):
    skip_without("libreoffice")
    path = tmp_path / "net.xlsx"
    of_two_sheets().save(path)
    if is_stored:
        y = {f"H{row}": 0.4 * x + 0.1 for row, x in enumerate((0.5, 1.5, 2.5), 1)}
        for cell, value in {**y, "B3": 11.04, "B4": -19.6, "B5": -5.2}.items():
            stored(path, cell, value)
    found = audit(path)
    assert [j.verdict for j in found.judged] == [RIGHT, WRONG]
    assert [(f.kind, f.cells) for f in found.findings] == [("factor", "Net!B5")]
    said = {n.kind: n.said.get("engine") for n in found.notes}
    used = "engine" if is_stored else "engine_alone"
    assert said["second"] == said[used] == "LibreOffice"


def test_without_libreoffice_what_ironcalc_does_not_reproduce_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("xlnn.auditing.recalculation.second_opinion", lambda *_: None)
    path = tmp_path / "net.xlsx"
    of_two_sheets().save(path)
    found = audit(path)
    assert WRONG not in {j.verdict for j in found.judged}
    assert not found.agrees
    assert [n.said["cells"] for n in found.notes if n.kind == "uncomputed"] == ["Net!B3"]


def test_pasted_values_are_said(tmp_path):
    book = Workbook()
    book.active.append(["w1", "E", "dE/dw1"])
    book.active.append([0.3, 0.1, 0.2])
    book.save(tmp_path / "net.xlsx")
    (found,) = audit(tmp_path / "net.xlsx").findings
    assert (found.kind, found.cells) == ("pasted", "C2")


def test_what_reaches_outside_keeps_its_stored_value_and_is_named(tmp_path):
    book = Workbook()
    sheet = book.active
    rows = (
        ["w", 0.3],
        ["t", '=WEBSERVICE("http://example.org/")'],
        ["Loss", "=(B1-B2)^2"],
        ["dL/dw", "=2*(B1-B2)"],
    )
    for row in rows:
        sheet.append(row)
    path = tmp_path / "net.xlsx"
    book.save(path)
    stored(path, "B2", 1)
    found = audit(path)
    assert [j.verdict for j in found.judged] == ["right"]
    (note,) = [n for n in found.notes if n.kind == "aside"]
    assert note.said == {"cells": "B2", "why": "WEBSERVICE"}


def macro_workbook(tmp_path):
    """Return the path of a sheet with right gradients in a workbook with macros."""
    path = tmp_path / "net.xlsm"
    learner("regression").book.save(tmp_path / "plain.xlsx")
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as plain, zipfile.ZipFile(path, "w") as package:
        for part in plain.namelist():
            text = plain.read(part).decode()
            if part == "[Content_Types].xml":
                text = text.replace(main, "application/vnd.ms-excel.sheet.macroEnabled.main+xml")
            package.writestr(part, text)
        package.writestr("xl/vbaProject.bin", b"macros")
    return path


def test_macros_are_noted_and_not_refused(tmp_path):
    path = macro_workbook(tmp_path)
    before = path.read_bytes()
    found = audit(path)
    assert found.agrees
    assert len(found.judged) == 2
    assert [n.said["what"] for n in found.notes if n.kind == "brings"] == ["macros (VBA)"]
    assert path.read_bytes() == before


def test_a_copy_with_slopes_has_no_macros(tmp_path):
    path = macro_workbook(tmp_path)
    done = CliRunner().invoke(cli, ["audit", str(path), "--write"])
    assert done.exit_code == 0
    with zipfile.ZipFile(tmp_path / "net-slopes.xlsx") as package:
        assert "xl/vbaProject.bin" not in package.namelist()
    contents = inspect(tmp_path / "net-slopes.xlsx", arrays=True, local_names=True, sets_aside=True)
    assert not contents.brings


def test_a_workbook_with_macros_is_never_given_to_an_engine(tmp_path, monkeypatch):
    """An engine gets the formulas alone: the file may vanish once it was read."""
    path = macro_workbook(tmp_path)

    def read(path, check):
        book = read_book(path, check)
        path.unlink()
        return book

    monkeypatch.setattr("xlnn.auditing.audit.read", read)
    assert audit(path).agrees


def test_a_file_that_is_none_gets_a_sentence(tmp_path):
    path = tmp_path / "net.xlsx"
    path.write_bytes(b"no zip")
    with pytest.raises(WorkbookError):
        audit(path)


def test_the_command_reports_a_folder_and_exits_with_1(tmp_path):
    for name, fault in (("right", ""), ("wrong", "sign")):
        learner("regression", fault=fault).book.save(tmp_path / f"{name}.xlsx")
    (tmp_path / "bad.xlsx").write_bytes(b"no zip")
    files = [str(tmp_path / f"{name}.xlsx") for name in ("right", "wrong", "bad")]
    report = tmp_path / "report.xlsx"
    done = CliRunner().invoke(cli, ["audit", *files, "-o", str(report)])
    assert done.exit_code == 1
    assert "2 stated gradients, all right" in done.output
    assert "the sign is wrong (E6)" in done.output
    rows = list(load_workbook(report).active.values)
    assert [row[:4] for row in rows[1:3]] == [(files[0], 2, 2, 0), (files[1], 2, 1, 1)]
    assert rows[3][0] == files[2]
    assert CliRunner().invoke(cli, ["audit", files[0]]).exit_code == 0
    assert CliRunner().invoke(cli, ["audit", files[0], "--cost", "B1"]).exit_code != 0


@pytest.mark.parametrize(("lang", "said"), [("zh", "符号相反"), ("ja", "符号が逆です")])
def test_reasons_speak_other_languages(tmp_path, lang, said):
    learner("regression", fault="sign").book.save(tmp_path / "net.xlsx")
    done = CliRunner().invoke(cli, ["audit", str(tmp_path / "net.xlsx"), "--lang", lang])
    assert said in done.output


def test_json_holds_all(tmp_path):
    learner("regression", fault="sign").book.save(tmp_path / "net.xlsx")
    done = CliRunner().invoke(cli, ["audit", str(tmp_path / "net.xlsx"), "--json"])
    found = json.loads(done.output)
    assert [j["verdict"] for j in found["judged"]].count(WRONG) == 1
    assert found["findings"][0]["kind"] == "sign"
    assert found["agrees"] is False


def test_a_copy_has_the_slopes_beside_the_parameters(tmp_path):
    book = Workbook()
    for row in (["w1", 0.3], ["w2", -0.2], ["Loss", "=(B1*2+B2-1)^2"]):
        book.active.append(row)
    book.save(tmp_path / "solver.xlsx")
    done = CliRunner().invoke(cli, ["audit", str(tmp_path / "solver.xlsx"), "--write"])
    assert done.exit_code == 0
    sheet = load_workbook(tmp_path / "solver-slopes.xlsx").active
    assert [sheet["C1"].value, sheet["C2"].value] == pytest.approx([-2.4, -1.2])
    assert sheet["B3"].value == "=(B1*2+B2-1)^2"
    again = CliRunner().invoke(cli, ["audit", str(tmp_path / "solver.xlsx"), "--write"])
    assert again.exit_code != 0


def test_slopes_become_comments_where_there_is_no_room(tmp_path):
    learner("homework", steps=3).book.save(tmp_path / "net.xlsx")
    done = CliRunner().invoke(cli, ["audit", str(tmp_path / "net.xlsx"), "--write"])
    assert done.exit_code == 0
    sheet = load_workbook(tmp_path / "net-slopes.xlsx").active
    assert sheet["C2"].comment.text.startswith("slope 0.00")


def regression_sheet(gradients, heading="dL/d{}"):
    """Return a line through three points, with these gradients of w and b by their headings."""
    book = Workbook()
    sheet = book.active
    for row in (["w", 0.3], ["b", -0.2], ["L", "=(B1+B2-1)^2+(2*B1+B2-3)^2+(4*B1+B2-3)^2"]):
        sheet.append(row)
    for name, text in zip("wb", gradients, strict=True):
        sheet.append([heading.format(name), text])
    return book


SLOPE_W = "=2*((B1+B2-1)+2*(2*B1+B2-3)+4*(4*B1+B2-3))"
SLOPE_B = "=2*((B1+B2-1)+(2*B1+B2-3)+(4*B1+B2-3))"


def test_gradients_that_fit_nothing_are_not_accused(tmp_path):
    """Where none agrees and no fault explains them, the cost may be another cell."""
    regression_sheet(["=B1*7.3+EXP(B2)", "=B2*5.1+B1"]).save(tmp_path / "net.xlsx")
    found = audit(tmp_path / "net.xlsx")
    assert [j.verdict for j in found.judged] == ["vague", "vague"]
    assert not found.findings
    assert not found.agrees
    (note,) = [n for n in found.notes if n.kind.startswith("doubt")]
    assert (note.kind, note.said) == ("doubt_unfit", {"cells": "B4:B5", "of": "B3"})
    said = CliRunner().invoke(cli, ["audit", str(tmp_path / "net.xlsx")])
    assert said.exit_code == 1
    assert "0 wrong, 2 not judged" in said.output


def test_gradients_of_another_function_of_the_cost_are_not_accused(tmp_path):
    """A sheet may show the root of the mean square, and descend the mean square."""
    book = regression_sheet([SLOPE_W, SLOPE_B])
    book.active["B3"] = f"=SQRT({book.active['B3'].value[1:]})"
    book.save(tmp_path / "net.xlsx")
    found = audit(tmp_path / "net.xlsx")
    assert [j.verdict for j in found.judged] == ["vague", "vague"]
    assert not found.findings


@pytest.mark.parametrize("cut", ["=ROUND({},0)", "=MAX(-3,MIN(3,{}))", "=MEDIAN(-3,{},3)"])
def test_a_gradient_that_is_rounded_or_clipped_is_not_accused(tmp_path, cut):
    regression_sheet([cut.format(SLOPE_W[1:]), SLOPE_B]).save(tmp_path / "net.xlsx")
    found = audit(tmp_path / "net.xlsx")
    assert [j.verdict for j in found.judged] == ["vague", RIGHT]
    regression_sheet([cut.format(f"-{SLOPE_W[1:]}"), SLOPE_B]).save(tmp_path / "net.xlsx")
    if "ROUND" not in cut:
        assert audit(tmp_path / "net.xlsx").judged[0].verdict == WRONG


def test_one_that_fits_is_evidence_against_another(tmp_path):
    regression_sheet([SLOPE_W, "=B2*5.1+B1"]).save(tmp_path / "net.xlsx")
    assert [j.verdict for j in audit(tmp_path / "net.xlsx").judged] == [RIGHT, WRONG]


def test_whoever_names_the_cells_is_believed(tmp_path):
    regression_sheet(["=B1*7.3+EXP(B2)", "=B2*5.1+B1"]).save(tmp_path / "net.xlsx")
    found = audit(tmp_path / "net.xlsx", cost="B3", parameters="B1:B2", gradients="B4:B5")
    assert [j.verdict for j in found.judged] == [WRONG, WRONG]


def test_a_penalty_that_the_cost_leaves_out_is_no_fault(tmp_path):
    book = regression_sheet([f"{SLOPE_W}+0.1*B1", f"{SLOPE_B}+0.1*B2"])
    sheet = book.active
    for row, name in ((6, "v"), (7, "k")):  # two more, since two may agree by chance
        sheet.append([name, 0.4])
        sheet["B3"] = sheet["B3"].value + f"+(B{row}-2)^2"
        sheet[f"C{row}"], sheet[f"D{row}"] = f"dL/d{name}", f"=2*(B{row}-2)+0.1*B{row}"
    book.save(tmp_path / "net.xlsx")
    found = audit(tmp_path / "net.xlsx")
    assert [n.kind for n in found.notes if n.kind.startswith("doubt")] == ["doubt_decay"]
    assert WRONG not in {j.verdict for j in found.judged}


def test_columns_of_tables_are_read_as_cells(tmp_path):
    book = Workbook()
    sheet = book.active
    sheet["A1"], sheet["B1"] = "w", 0.4
    for row in (["x", "t", "y", "E"], [0.5, 1], [1.5, 0], [-0.4, 1]):
        sheet.append(row)
    for row in (3, 4, 5):
        sheet[f"C{row}"] = "=TANH(B$1*Rows[[#This Row],[x]])"
        sheet[f"D{row}"] = "=(Rows[[#This Row],[y]]-Rows[[#This Row],[t]])^2"
    sheet.add_table(Table(displayName="Rows", ref="A2:D5"))
    sheet["G1"], sheet["H1"] = "Total E", "=SUM(Rows[E])"
    sheet["G2"] = "dE/dw"
    sheet["H2"] = "=2*SUMPRODUCT(Rows[y]-Rows[t],1-Rows[y]^2,Rows[x])"
    book.save(tmp_path / "net.xlsx")
    found = audit(tmp_path / "net.xlsx")
    assert [(j.verdict, j.cost) for j in found.judged] == [(RIGHT, "H1")]
    assert found.agrees
    sheet["H2"] = "=SUMPRODUCT(Rows[[#Data],[y]]-Rows[t],1-Rows[y]^2,Rows[x])"
    book.save(tmp_path / "net.xlsx")
    assert [f.kind for f in audit(tmp_path / "net.xlsx").findings] == ["factor"]


def test_two_networks_may_have_a_rate_each(tmp_path):
    book = regression_sheet([SLOPE_W, SLOPE_B])
    sheet = book.active
    for row, name in ((8, "w"), (9, "b")):
        sheet[f"A{row}"], sheet[f"B{row}"] = f"new {name}", f"=B{row - 7}-$E$1*B{row - 4}"
    sheet["D1"], sheet["E1"], sheet["D2"], sheet["E2"] = "η", 0.01, "η2", 0.02
    sheet["A12"], sheet["B12"], sheet["A13"], sheet["B13"] = "v", 1.2, "k", 0.4
    sheet["B3"] = sheet["B3"].value + "+(B12*B13-2)^2"
    sheet["A14"], sheet["B14"] = "dL/dv", "=2*(B12*B13-2)*B13"
    sheet["A15"], sheet["B15"] = "dL/dk", "=2*(B12*B13-2)*B12"
    for row, name in ((16, "v"), (17, "k")):
        sheet[f"A{row}"], sheet[f"B{row}"] = f"new {name}", f"=B{row - 4}-$E$2*B{row - 2}"
    book.save(tmp_path / "net.xlsx")
    found = audit(tmp_path / "net.xlsx")
    assert [j.verdict for j in found.judged] == [RIGHT] * 4
    assert found.agrees
    sheet["B17"] = "=B13-0.05*B15"
    book.save(tmp_path / "net.xlsx")
    assert [f.kind for f in audit(tmp_path / "net.xlsx").findings] == ["rate"]


def own_workbook(made, path, *, named=True):
    """Write a network of a programmer's own; without the names of xlnn if ``named`` is False."""
    model, inputs = made
    xlnn.workbook(model, inputs, path, verify=False)
    if not named:
        book = load_workbook(path)
        for name in [*book.defined_names]:
            del book.defined_names[name]
        book.save(path)
    return path


@pytest.mark.parametrize("named", [True, False])
def test_two_costs_each_have_the_gradients_of_their_own_network(tmp_path, named):
    """An adversarial pair has two costs of all weights, and two rates."""
    found = audit(own_workbook(adversarial(2), tmp_path / "gan.xlsx", named=named))
    assert {judged.verdict for judged in found.judged} == {RIGHT}
    costs = {(each.gradient.partition("!")[2][0], each.cost[:-1]) for each in found.judged}
    generator = {(column, "costs!C") for column in "BCDEFG"}
    assert costs == generator | {(column, "costs!B") for column in "HIJKLMNOPQRS"}
    assert found.agrees


@pytest.mark.parametrize(
    "called", [("Loss", "Loss G"), ("E1", "E2"), ("total loss", "x"), ("判别器损失", "生成器损失")]
)
@pytest.mark.ci
def test_two_costs_may_have_any_headings(tmp_path, called):
    path = own_workbook(adversarial(2), tmp_path / "gan.xlsx", named=False)
    book = load_workbook(path)
    book["costs"]["B3"], book["costs"]["C3"] = called
    book.save(path)
    assert {judged.verdict for judged in audit(path).judged} == {RIGHT}


@pytest.mark.parametrize("named", [True, False])
def test_of_two_costs_a_fault_is_explained_under_the_one_that_it_is_of(tmp_path, named):
    path = own_workbook(adversarial(2, fault="no derivative"), tmp_path / "gan.xlsx", named=named)
    (fault,) = audit(path).findings
    assert (fault.kind, fault.said["cells"]) == ("derivative", "rows!P4:R15")


@pytest.mark.parametrize("named", [True, False])
def test_where_a_gradient_fits_none_of_two_costs_the_audit_says_so(tmp_path, named):
    """What the gradients of one network are is unclear then; those of the other are right."""
    path = own_workbook(adversarial(2, fault="odd"), tmp_path / "gan.xlsx", named=named)
    found = audit(path)
    verdicts = {(j.gradient.partition("!")[2][0] < "H", j.verdict) for j in found.judged}
    assert verdicts == {(True, "vague"), (False, RIGHT)}
    assert not found.findings
    assert not found.agrees
    (note,) = [n for n in found.notes if n.kind.startswith("doubt")]
    assert (note.kind, note.said["cells"]) == ("doubt_tied", "gradients!B4:G5")
    assert note.said["of"] == "costs!B4:C5"


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.ci
def test_the_statement_says_which_of_two_costs_a_gradient_is_of(tmp_path, named):
    """Without it, a gradient that fits neither of them is not judged."""
    model, inputs = adversarial(2, fault="odd")
    path = own_workbook((model, inputs), tmp_path / "gan.xlsx", named=named)
    found = audit(path, model=model)
    verdicts = {(j.gradient.partition("!")[2][0] < "H", j.verdict) for j in found.judged}
    assert verdicts == {(True, WRONG), (False, RIGHT)}
    model, inputs = adversarial(2)
    path = own_workbook((model, inputs), tmp_path / "right.xlsx", named=named)
    assert audit(path, model=model).agrees


def test_gradients_that_are_stated_to_differ_from_the_slope_are_not_judged(tmp_path):
    model, inputs = adversarial(2, fault="odd")
    meant = [replace(q, gradient_of=replace(q.gradient_of, exact=False))
             if q.gradient_of and q.gradient_of.cost == "C_G" else q
             for q in model.quantities]  # fmt: skip
    path = own_workbook((model, inputs), tmp_path / "gan.xlsx")
    found = audit(path, model=xlnn.Model(tuple(meant)))
    assert found.agrees
    assert {each.cost[:-1] for each in found.judged} == {"costs!B"}


def test_an_audit_with_another_model_is_refused(tmp_path):
    path = own_workbook(adversarial(2), tmp_path / "gan.xlsx")
    with pytest.raises(WorkbookError, match="made of another model"):
        audit(path, model=xlnn.Model((xlnn.Quantity("x"),)))


@pytest.mark.parametrize("name", ["xlnn.", "xlnn.run2", "xlnn.dC_dG.run2", "xlnn.&#10;dC_dG"])
def test_odd_names_of_xlnn_do_no_harm(tmp_path, name):
    path = own_workbook(adversarial(2), tmp_path / "gan.xlsx")
    with zipfile.ZipFile(path) as package:
        parts = {part: package.read(part) for part in package.namelist()}
    odd = f'<definedName name="{name}">weights!$A$1:$XFD$9</definedName></definedNames>'
    workbook = parts["xl/workbook.xml"].decode()
    parts["xl/workbook.xml"] = workbook.replace("</definedNames>", odd).encode()
    with zipfile.ZipFile(path, "w") as package:
        for part, content in parts.items():
            package.writestr(part, content)
    assert {judged.verdict for judged in audit(path).judged} == {RIGHT}


def test_whoever_names_one_of_two_costs_is_believed(tmp_path):
    path = own_workbook(adversarial(2, fault="odd"), tmp_path / "gan.xlsx")
    own = {"parameters": "weights!B4:G4", "gradients": "gradients!B4:G4"}
    found = audit(path, cost="costs!C4", **own)
    assert {judged.verdict for judged in found.judged} == {WRONG}


@pytest.mark.parametrize(
    ("network", "fault", "wrong"),
    [
        (partial(gated, 2, 4, 3, 2), "no reset", {"U", "W", "b"}),
        (partial(coder, 2), "no KL", {"M", "m", "S", "s"}),
    ],
)
@pytest.mark.ci
def test_a_gradient_of_an_own_network_is_found_by_its_name(tmp_path, network, fault, wrong):
    found = audit(own_workbook(network(), tmp_path / "right.xlsx"))
    assert {judged.verdict for judged in found.judged} == {RIGHT}
    assert "by the names" in sentence(found.notes[2], words_of("en"))
    found = audit(own_workbook(network(fault=fault), tmp_path / "wrong.xlsx"))
    assert {j.name[0] for j in found.judged if j.verdict == WRONG} == wrong
    assert {judged.cost.partition("!")[0] for judged in found.judged} == {"costs"}
    assert len({judged.cost[:-1] for judged in found.judged}) == 1


def test_another_gradient_of_the_same_parameter_is_not_accused(tmp_path):
    """Two costs of one parameter, under headings that do not say which is whose."""
    book = Workbook()
    sheet = book.active
    sheet.append(["w", "v", "dw", "dv", "dw"])
    sheet.append([0.4, 0.7, "=2*(A2*B2-1)*B2", "=2*(A2*B2-1)*A2", "=2*(A2-3)"])
    sheet.append(["=A2-0.1*C2", "=B2-0.1*D2"])
    sheet["H4"], sheet["I4"] = "Loss", "=(A2*B2-1)^2"
    sheet["H5"], sheet["I5"] = "distance", "=(A2-3)^2"
    book.save(tmp_path / "net.xlsx")
    found = audit(tmp_path / "net.xlsx")
    assert [judged.verdict for judged in found.judged] == [RIGHT, RIGHT, "vague"]
    assert not found.findings  # nor is the step said to use the gradient of w instead of that of w
    assert [n.said for n in found.notes if n.kind == "doubt_shared"] == [
        {"cells": "E2", "of": "I4"}
    ]


class Hours:
    """A clock that is over after so many looks at it."""

    def __init__(self, looks):
        self.looks = looks

    def __call__(self):
        self.looks -= 1
        return 0.0 if self.looks > 0 else 1e9


def test_when_the_time_is_over_what_was_found_is_reported(tmp_path, monkeypatch):
    learner("homework", fault="one path", steps=4).book.save(tmp_path / "net.xlsx")
    whole = {j.gradient: j.slope for j in audit(tmp_path / "net.xlsx").judged}
    stages = set()
    for looks in (2, 3, 5, 17, 33):
        monkeypatch.setattr("xlnn.auditing.audit.Clock", lambda s, n=looks: Clock(s, Hours(n)))
        found = audit(tmp_path / "net.xlsx", seconds=7)
        assert {j.gradient: j.slope for j in found.judged}.items() <= whole.items()
        (late,) = [each for each in found.notes if each.kind == "late"]
        assert late.said["seconds"] == "7"
        assert not found.agrees
        assert not found.error
        stages.add(late.said["stage"])
        for lang in ("en", "zh", "ja"):  # and each stage has its words
            assert all(sentence(each, words_of(lang)) for each in found.notes)
    assert stages == {"reading", "recalculating", "finding", "looking"}


def test_what_was_measured_before_the_time_is_over_is_judged(tmp_path, monkeypatch):
    learner("homework", steps=4).book.save(tmp_path / "net.xlsx")
    monkeypatch.setattr("xlnn.auditing.judging.MOST_AT_ONCE", 1)
    counts = set()
    for looks in range(20, 120, 9):
        monkeypatch.setattr("xlnn.auditing.audit.Clock", lambda s, n=looks: Clock(s, Hours(n)))
        found = audit(tmp_path / "net.xlsx")
        assert {j.verdict for j in found.judged} <= {RIGHT}
        counts.add(len(found.judged))
    assert any(0 < count < 32 for count in counts)


def test_the_time_is_an_option(tmp_path):
    learner("regression").book.save(tmp_path / "net.xlsx")
    command = ["audit", str(tmp_path / "net.xlsx")]
    assert CliRunner().invoke(cli, [*command, "--seconds", "60"]).exit_code == 0
    (option,) = [each for each in cli.commands["audit"].params if each.name == "seconds"]
    assert option.default == SECONDS
    over = CliRunner().invoke(cli, [*command, "--seconds", "1e-9"])
    assert over.exit_code == 1
    assert "stopped after 1e-09 s" in over.output
    assert CliRunner().invoke(cli, [*command, "--seconds", "0"]).exit_code == 2
    for wrong in (0, -1, float("nan"), "5", None):
        with pytest.raises(OptionsError, match="a number greater than 0 is expected"):
            audit(tmp_path / "net.xlsx", seconds=wrong)


ENDLESS = "=_xlfn.LET(_xlpm.f,_xlfn.LAMBDA(_xlpm.g,_xlpm.g(_xlpm.g)),_xlpm.f(_xlpm.f))"


def test_a_formula_without_end_is_the_end_of_its_own_sheet(tmp_path):
    book = regression_sheet([SLOPE_W, SLOPE_B])
    book.create_sheet("Endless")["A1"] = ENDLESS
    book.save(tmp_path / "net.xlsx")
    found = audit(tmp_path / "net.xlsx")
    assert [judged.verdict for judged in found.judged] == [RIGHT] * 2
    assert [n.said["sheets"] for n in found.notes if n.kind == "failed"] == ["Endless"]
    assert not found.agrees


@pytest.mark.parametrize("is_stored", [True, False])
def test_a_formula_without_end_on_the_sheet_itself_is_no_error(tmp_path, is_stored):
    """Where other values are stored, only what leads to costs and gradients is recalculated."""
    book = regression_sheet([SLOPE_W, SLOPE_B])
    book.active["D1"] = ENDLESS
    book.save(tmp_path / "net.xlsx")
    if is_stored:
        for cell, value in (("B3", 11.57), ("B4", -28.2), ("B5", -11), ("D1", 0)):
            stored(tmp_path / "net.xlsx", cell, value)
    found = audit(tmp_path / "net.xlsx")
    failed = [n.said["sheets"] for n in found.notes if n.kind == "failed"]
    assert failed == ([] if is_stored else ["Sheet"])
    assert [judged.verdict for judged in found.judged] == [RIGHT] * (2 * is_stored)
    assert found.agrees == is_stored


@pytest.mark.parametrize(
    ("formula", "why"),
    [('=WEBSERVICE("http://example.org/")', "WEBSERVICE"), ("=COMBIN(5,2)", "COMBIN")],
)
def test_a_file_whose_only_formulas_cannot_be_computed_says_which(tmp_path, formula, why):
    book = Workbook()
    book.active.append(["w", 0.3])
    book.active.append(["dE/dw", formula])
    book.save(tmp_path / "net.xlsx")
    found = audit(tmp_path / "net.xlsx")
    assert not found.findings  # nothing was pasted
    (said,) = found.notes
    assert (said.kind, said.said) == ("none_computed", {"cells": "B2", "why": why})
    assert "no formulas" not in sentence(said, words_of("en"))


def steps_of(rates):
    """Return a line with steps that are taken with some rates."""
    book = regression_sheet([SLOPE_W, SLOPE_B])
    sheet = book.active
    sheet["D1"], sheet["E1"] = "η", 0.01
    for row, (name, rate) in enumerate(zip("wb", rates, strict=True), 8):
        sheet[f"A{row}"], sheet[f"B{row}"] = f"new {name}", f"=B{row - 7}-{rate}*B{row - 4}"
    return book


def test_a_rate_that_differs_by_rounding_is_no_fault(tmp_path):
    steps_of(["$E$1", "$E$1*1.00005"]).save(tmp_path / "net.xlsx")
    assert audit(tmp_path / "net.xlsx").agrees


def test_two_rates_are_shown_with_the_digits_that_differ(tmp_path):
    steps_of(["$E$1", "$E$1*1.0002"]).save(tmp_path / "net.xlsx")
    (fault,) = audit(tmp_path / "net.xlsx").findings
    assert fault.said == {"found": "0.010002", "usual": "0.01"}


SMALLEST = "descent", "first", "regression"
"""Templates that are audited by `make test`; the others take seconds each."""


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=() if n in SMALLEST else pytest.mark.slow) for n in sorted(names())],
)
def test_no_template_is_accused(workbook, name):
    """They are right, as NumPy says: where the audit cannot tell, it has to say so."""
    try:
        path = workbook(name, fewer=True, epochs=2, verify=False).path
    except OptionsError:
        path = workbook(name, fewer=True, verify=False).path
    found = audit(path)
    assert WRONG not in {each.verdict for each in found.judged}
    assert not found.findings
    assert found.agrees or any(note.kind.startswith("doubt") for note in found.notes)


@pytest.mark.parametrize(
    ("cells", "right", "planted", "wrong", "kind", "place"),
    [
        ("Steps!AA6:AD37", r"-Means!\w\$\d+-", "-", {"W", "b"}, "other", "Means!"),
        ("Weights!AB7", "Gradients!V6", "Gradients!W6", set(), "other_gradient", "Weights!AB7"),
        ("Weights!AF8", "Gradients!Z7", "2*Gradients!Z7", set(), "rate", "Weights!AF8"),
    ],
)
@pytest.mark.ci
def test_an_error_in_batch_norm_is_found_beside_the_gradients_meant_to_differ(
    workbook, tmp_path, cells, right, planted, wrong, kind, place
):
    """The gradients of b are rounding alone: no step tells a rate by them."""
    book = load_workbook(workbook("batch-norm", epochs=2, verify=False).path)
    title, _, area = cells.partition("!")
    left, top, last, bottom = range_boundaries(area)
    for row in book[title].iter_rows(top, bottom, left, last):
        for cell in row:
            assert re.search(right, cell.value)
            cell.value = re.sub(right, planted, cell.value)
    book.save(tmp_path / "wrong.xlsx")
    result = audit(tmp_path / "wrong.xlsx")
    assert {judged.name[0] for judged in result.judged if judged.verdict == WRONG} == wrong
    (finding,) = result.findings
    assert (finding.kind, finding.cells[: len(place)]) == (kind, place)
    (meant,) = [note.said["cells"] for note in result.notes if note.kind == "meant"]
    assert meant == "Gradients!AA6:AL7"


@pytest.mark.parametrize(("template", "options"), [("first", {}), ("xor", {"epochs": 3})])
@pytest.mark.slow
def test_steps_and_gradients_on_several_sheets_belong_together(
    workbook, template, options, tmp_path
):
    """A gradient of all rows stands on a line that says nothing of its step, nor of its cost."""
    path = workbook(template, **options).path
    found = audit(path)
    assert len(found.judged) > 50
    assert {each.verdict for each in found.judged} == {RIGHT}
    book = load_workbook(path)
    title, cell, was, now = {
        "first": ("Every epoch", "O4", "K4:K7", "L4:L7"),
        "xor": ("Gradients", "B4", "SUMPRODUCT(", "2*SUMPRODUCT("),
    }[template]
    assert was in book[title][cell].value
    book[title][cell] = book[title][cell].value.replace(was, now)
    book.save(tmp_path / "wrong.xlsx")
    altered = audit(tmp_path / "wrong.xlsx")
    assert f"{title}!{cell}" in {
        each.gradient.replace("'", "") for each in altered.judged if each.verdict == WRONG
    }


def test_the_example_says_what_the_document_shows(tmp_path):
    command = [sys.executable, str(ROOT / "docs/examples/audit.py")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    shown = (ROOT / "docs/audit.md").read_text(encoding="utf-8")
    for line in done.stdout.splitlines():
        assert line.strip() in shown
    assert list(tmp_path.iterdir()) == []
