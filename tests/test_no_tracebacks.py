"""Whatever a workbook or template says, it ends in a sentence with the cell and the cause."""

from zipfile import ZipFile

import numpy as np
import openpyxl
import pytest
from networks import replace, spec
from openpyxl.workbook.defined_name import DefinedName
from programs import LIBRARIES
from rewriting import edit, respelled

from xlnn import reference
from xlnn.building.build import build
from xlnn.building.plan import planned, source_of_template
from xlnn.checking.check import check
from xlnn.errors import DataError, DisagreementError, EngineError, WorkbookError, XlnnError
from xlnn.loading.spec import described, layout_of
from xlnn.loading.values import values
from xlnn.options import Options
from xlnn.registry.templates import names, template

ENGINES = LIBRARIES


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("formula", ["=loop+1", "=SUM(C:C)", "=SUM(5:5)", "=SUM(A:F)", "=-loop"])
@pytest.mark.first(2, engine=1)
@pytest.mark.slow
@pytest.mark.first(1)
def test_a_circle_through_a_name_or_a_whole_line_is_named(short_copy, engine, formula):
    book = openpyxl.load_workbook(short_copy)
    book.defined_names["loop"] = DefinedName("loop", attr_text="Training!$C$5")
    book["Training"]["C5"] = formula
    book.save(short_copy)
    (wrong,) = check(short_copy, engine).wrong
    assert wrong.cell == "Training!C5"
    with pytest.raises(WorkbookError, match="depends on itself"):
        values(short_copy, engine)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "formula",
    ["=PI(1)", "=ISBLANK()", "=SUMPRODUCT(Images!B5:M5;Weights!B$4:M$4)", "=EXP()", "=VLOOKUP()"],
)
@pytest.mark.first(2, engine=1)
@pytest.mark.ci
def test_a_formula_that_no_program_reads_is_named_with_its_own_cell(short_copy, engine, formula):
    edit(short_copy, {"Training!C5": formula})
    try:
        cells = [wrong.cell for wrong in check(short_copy, engine).wrong]
    except EngineError as error:
        cells = [str(error).split(": ")[0]]
    assert cells == ["Training!C5"]


PARTS = [
    *("xl/workbook.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels", "_rels/.rels"),
    *("xl/styles.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/sheet5.xml"),
    *("xl/theme/theme1.xml", "docProps/core.xml", "xl/charts/chart1.xml"),
]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.first(part=3)
@pytest.mark.ci
def test_a_part_that_is_missing_or_called_otherwise_is_one_sentence(short_copy, tmp_path, part):
    lost = tmp_path / "lost.xlsx"
    for other in (None, f"{part}.bin"):
        with ZipFile(short_copy) as source, ZipFile(lost, "w") as target:
            assert part in source.namelist()
            for name in source.namelist():
                if name != part or other:
                    target.writestr(other if name == part else name, source.read(name))
        said = "lost.xlsx: it agrees"
        try:
            check(lost, "formualizer")
        except XlnnError as error:
            said = str(error)
        assert said.startswith("lost.xlsx: ")


@pytest.mark.slow
def test_a_renamed_sheet_is_named_by_every_command(short_copy, tmp_path):
    book = openpyxl.load_workbook(short_copy)
    book["Progress"].title = "Fortschritt"
    book.save(short_copy)
    for work in (
        check,
        values,
        lambda path: build(from_workbook=path, output=tmp_path / "new.xlsx"),
    ):
        with pytest.raises(WorkbookError, match=r"the sheet Progress is missing \(is it \"Fort"):
            work(short_copy)


def test_a_deleted_sheet_is_the_cause_and_no_name_is(short_copy):
    book = openpyxl.load_workbook(short_copy)
    del book["Gradients"]
    book.save(short_copy)
    with pytest.raises(WorkbookError, match="the sheet Gradients is missing;"):
        check(short_copy, "formualizer")


@pytest.mark.parametrize("command", [check, values])
@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ('cost = "squared error"', "cost = " + "[" * 5000 + "]" * 5000, "cannot be read"),
        ("epochs = 3", "epochs = 0x" + "f" * 5000, "larger than any workbook"),
        ('name = "2"', 'name = "est"', 'A layer is named "est"'),
        ('name = "2"', 'name = "nswer"', 'A layer is named "nswer"'),
        ('"classification"', '"regression"', "no features are named"),
        ('lang = "en"', 'lang = "zh"', "is missing"),
    ],
)
@pytest.mark.first(4)
def test_a_spec_that_no_build_writes_is_refused(short_copy, command, old, new, found):
    with pytest.raises(XlnnError, match=found):
        command(respelled(short_copy, old, new))


@pytest.mark.parametrize("brackets", ["[" * 5000, "[" * 5000 + "]" * 5000, "{a=" * 3000])
def test_a_template_with_nested_brackets_is_refused(tmp_path, brackets):
    (tmp_path / "template.toml").write_text(f"epochs = {brackets}")
    with pytest.raises(DataError, match="cannot be read"):
        template(str(tmp_path))


@pytest.mark.parametrize("name", ["est", "nswer"])
def test_a_layer_whose_name_makes_another_quantity_is_refused(name):
    base = spec([2, 2, 2])
    layers = replace(base.layers[0], name=name), *base.layers[1:]
    with pytest.raises(DataError, match=f'A layer is named "{name}"'):
        layout_of(replace(base, layers=layers))


@pytest.mark.slow
def test_a_number_that_is_too_large_asks_for_a_smaller_one(short_copy, tmp_path):
    edit(short_copy, {"Images!C5": 1e307})
    with pytest.raises(DisagreementError, match="use smaller numbers") as error:
        build(from_workbook=short_copy, output=tmp_path / "new.xlsx")
    assert "report" not in str(error.value)
    with pytest.raises(WorkbookError, match=r"^Images!C5 is too large"):
        check(short_copy, "formualizer")


HELD = [80.0, -1.0, 0.5, 1e300, -1e300, 1e9, np.nan]
"""What a person may have typed over any number, be it the number of an image or of an epoch."""

EXPERIMENTS = [n for n in names() if template(n).values.get("kind", "network") != "network"]


@pytest.mark.parametrize("name", [*EXPERIMENTS, "xor", "digits"])
@pytest.mark.ci
@pytest.mark.first(4)
def test_each_quantity_has_a_value_or_none_whatever_the_cells_hold(name):
    source = source_of_template(name)
    options = {"epochs": 2} if "epochs" in source.kind.options else {}
    model = (made := planned(source, Options(**options))).model
    run = reference.run(model, made.inputs)
    random = np.random.default_rng(0)
    for quantity in model.quantities:
        if quantity.equation is None or quantity.is_text:
            continue
        for used in {use.name for use in quantity.uses.values()}:
            if run[used].dtype == object or not run[used].size:
                continue
            for held in HELD:
                array = run[used].astype(float)
                array[tuple(random.integers(0, length) for length in array.shape)] = held
                arrays = {**run, used: array}
                with np.errstate(all="ignore"):
                    found = reference.expected(model, quantity, arrays)
                    reference.terms(model, quantity, arrays)
                assert found.shape == quantity.lengths, (quantity.name, used, held)


@pytest.mark.parametrize("number", ["=80", "=1E+300", "=0/0"])
@pytest.mark.slow
def test_a_number_of_no_row_is_named_and_what_is_looked_up_by_it_is_spoilt(tmp_path, number):
    path = build("slopes", tmp_path / "slopes.xlsx").path
    _, layout = described(path)
    cell = layout.cell("finest", tuple(0 for _ in layout.model["finest"].lengths))
    report = check(edit(path, {cell: number}), "formualizer")
    assert [each.cell for each in report.wrong] == [cell]
