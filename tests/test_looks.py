"""What a person sees: fonts with all signs, titles that are whole, lines that are named."""

import re
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from cut_texts import pixels
from networks import from_template, plan, random_plan, replace, spec, write_plan
from openpyxl.utils import get_column_letter

import xlnn
from xlnn.building.build import build
from xlnn.experiments.network.guide_texts import tries
from xlnn.experiments.network.kind import KIND
from xlnn.grid import address
from xlnn.loading.spec import described, layout_of, read_spec
from xlnn.options import Options
from xlnn.registry.templates import template
from xlnn.registry.text import text
from xlnn.workbooks.pages.part import UNREAD
from xlnn.writing.style import AXIS, EAST_ASIAN, FILLS, FONT, INK, Look, is_east_asian
from xlnn.writing.text_width import lines
from xlnn.writing.workbook import FOOTER

EMU = 9_525
"""Of a pixel."""

MODELS = Path(__file__).parent / "models"
PICTURES = spec([12, 3, 2]).sized(picture=(4, 3), cost="cross-entropy")


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """Return a workbook in each language, and the path of it."""
    folder = tmp_path_factory.mktemp("looks")
    made = {}
    for lang in ("en", "zh", "ja"):
        plan = random_plan(replace(PICTURES, lang=lang), seed=2)
        path = write_plan(folder / f"{lang}.xlsx", plan)
        made[lang] = openpyxl.load_workbook(path), path
    return made


def cells(book):
    return (c for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None)


@pytest.mark.ci
def test_no_rule_gives_a_formula_the_colour_of_what_may_be_changed(books):
    found = 0
    for sheet in books["en"][0]:
        for area in sheet.conditional_formatting:
            fills = {r.dxf.fill.bgColor.rgb for r in area.rules if r.dxf and r.dxf.fill}
            filled = [sheet[str(part)] for part in area.sqref.ranges if fills]
            found += len(filled)
            formulas = any(cell.data_type == "f" for rows in filled for row in rows for cell in row)
            assert not (formulas and f"00{FILLS['input']}" in fills), (sheet.title, area.sqref)
    assert found


@pytest.mark.parametrize("lang", EAST_ASIAN)
def test_texts_have_a_font_of_their_language_and_numbers_have_not(books, lang):
    book, path = books[lang]
    shown = [cell for cell in cells(book) if isinstance(cell.value, str)]
    texts = [c for c in shown if c.data_type == "s" and is_east_asian(c.value)]
    numbers = [c for c in shown if c.data_type == "f" and "SUMPRODUCT" in c.value]
    assert {(c.font.name, c.font.charset) for c in texts} == {EAST_ASIAN[lang]}
    assert {(c.font.name, c.font.charset) for c in numbers} == {(FONT, None)}
    with zipfile.ZipFile(path) as archive:
        theme = archive.read("xl/theme/theme1.xml").decode()
    assert theme.count(f'<a:ea typeface="{EAST_ASIAN[lang][0]}"/>') == 2


def test_an_english_workbook_names_no_other_font_and_charts_take_it_from_the_theme(books):
    book, path = books["en"]
    assert {cell.font.name for cell in cells(book)} == {FONT}
    with zipfile.ZipFile(path) as archive:
        theme = archive.read("xl/theme/theme1.xml").decode()
    assert set(re.findall('<a:latin typeface="([^"]*)"', theme)) == {FONT}


def test_a_title_stands_in_no_column_that_names_the_rows(books):
    sheet = books["en"][0]["Gradients"]
    assert (sheet["A1"].value, sheet["B1"].value) == (None, "Gradients")
    assert sheet.oddFooter.right.text == FOOTER
    note = next(cell for cell in sheet[1][2:] if cell.value)
    assert note.column >= 4, "the title needs two columns"


def test_a_text_that_runs_on_into_empty_columns_is_printed(tmp_path):
    path = build("slopes", tmp_path / "slopes.xlsx", verify=False).path
    sheet = openpyxl.load_workbook(path)["Rules"]
    used = max(cell.column for row in sheet.iter_rows() for cell in row if cell.value is not None)
    last = sheet.print_area.rpartition("$")[0].rpartition("$")[2]
    assert openpyxl.utils.column_index_from_string(last) > used


def test_the_grid_to_draw_on_is_as_yellow_as_all_that_is_to_be_changed(books):
    sheet = books["en"][0]["Recognise"]
    scales = [
        rule.colorScale.color[0].rgb
        for rules in sheet.conditional_formatting._cf_rules.values()  # noqa: SLF001
        for rule in rules
        if rule.colorScale and len(rule.colorScale.color) == 2
    ]
    assert scales == [f"00{FILLS['input']}"]


def test_pictures_on_recognise_are_no_wider_for_what_stands_above_them(books):
    sheet = books["en"][0]["Recognise"]
    assert {sheet.column_dimensions[column].width for column in "ABCDEFGHIJ"} == {6.9}


@pytest.mark.slow
def test_columns_of_maps_on_recognise_are_equally_wide(tmp_path):
    build("cnn", tmp_path / "c.xlsx", epochs=1, verify=False)
    sheet = openpyxl.load_workbook(tmp_path / "c.xlsx")["Recognise"]
    widths = {letter: each.width for letter, each in sheet.column_dimensions.items()}
    assert len(widths) > 12
    assert {width for letter, width in widths.items() if letter != "A"} == {6.9}


def test_the_lens_says_what_the_gradient_of_a_bias_is_in_one_image(books):
    sheet = books["en"][0]["Lens"]
    assert "∂C/∂b = δ" in sheet["A3"].value


def test_lines_of_the_lens_have_room_however_long_they_are(books):
    sheet, (_, path) = books["en"][0]["Lens"], books["en"]
    layout = described(path)[1]
    for name in ("lens_z_text2", "lens_a_text3", "lens_delta_text3"):
        row, column = layout.blocks[name].address((0, 0))
        assert [cell.column for cell in sheet[row] if cell.value is not None] == [column]


@pytest.mark.parametrize("sheet", ["Lens", "Predict"])
@pytest.mark.slow
def test_pictures_of_a_table_are_no_wider_for_the_names_beside_it(tmp_path, sheet):
    build("diabetes", tmp_path / "d.xlsx", epochs=1, verify=False)
    found = openpyxl.load_workbook(tmp_path / "d.xlsx")[sheet]
    parts = [part for part in found.conditional_formatting if any(r.colorScale for r in part.rules)]
    coloured = [area for part in parts for area in part.sqref.ranges]
    columns = {column for area in coloured for column in range(area.min_col, area.max_col + 1)}
    letter = openpyxl.utils.get_column_letter
    assert len(columns) >= 20
    assert {found.column_dimensions[letter(c)].width for c in columns} == {8.6}


@pytest.mark.parametrize("model", ["mlp", "regression"])
@pytest.mark.slow
def test_what_is_listed_beside_the_inputs_of_a_model_is_no_wider_than_a_picture(tmp_path, model):
    pytest.importorskip("onnx")
    path = tmp_path / "m.xlsx"
    xlnn.build(model=MODELS / f"{model}.onnx", output=path)
    book = openpyxl.load_workbook(path)
    heads = {cell.value: cell.column for cell in book["Lens"][5]}
    listed = [c for c in book["Lens"][6] if c.value is not None and c.column >= heads["output a"]]
    widths = book["Lens"].column_dimensions
    assert {widths[cell.column_letter].width for cell in listed} == {widths["B"].width}
    outputs = [row for row in book["Play"].iter_rows(max_col=3) if row[1].value == "output"]
    shown = [book["Play"].cell(row[1].row + 1, 3) for row in outputs]
    assert {cell.number_format for cell in shown} <= {'0.0000;"−"0.0000'}


@pytest.mark.parametrize(("name", "first"), [("Lens", 5), ("Recognise", 7)])
@pytest.mark.ci
def test_what_is_listed_beside_a_picture_has_rows_of_one_height(tmp_path, name, first):
    shown = replace(spec([4, 3, 6]), picture=(2, 2))
    path = write_plan(tmp_path / "many.xlsx", random_plan(shown, seed=3))
    sheet = openpyxl.load_workbook(path)[name]
    listed = [sheet.row_dimensions[row].height for row in range(first, first + 6)]
    assert len(set(listed)) == 1
    assert listed[0] > 30


def test_a_number_is_legible_on_paper_on_grey_and_on_ink(books):
    sheet = books["en"][0]["Recognise"]
    written = {
        rule.formula[0].partition(">")[2].rstrip(")"): rule.dxf.font.color.rgb[-6:]
        for part in sheet.conditional_formatting
        for rule in part.rules
        if rule.dxf and rule.dxf.font
    }
    assert written == {"0.55": "FFFFFF", "0.1": INK}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    path = build("xor", tmp_path_factory.mktemp("s") / "x.xlsx", epochs=1, verify=False).path
    return openpyxl.load_workbook(path), layout_of(read_spec(path))


def test_a_label_is_seen_and_the_number_of_its_class_is_not(small):
    book, layout = small
    kinds = {"truth", "answer", "confusion_answer"}
    counted = [b for b in layout.blocks.values() if b.quantity.kind in kinds]
    assert {layout.titles[block.sheet] for block in counted} == {
        "Data", "Training", "Confusion matrix", "Drawing"
    }  # fmt: skip
    for block in counted:
        sheet = book[layout.titles[block.sheet]]
        column = sheet.column_dimensions[get_column_letter(block.column)]
        assert (column.hidden and column.outlineLevel == 1) or sheet.sheet_state == "hidden"
    labels = [b for b in layout.blocks.values() if b.quantity.kind in {"truth_label", "label"}]
    for block in (b for b in labels if b.sheet != "drawing"):
        sheet = book[layout.titles[block.sheet]]
        assert not sheet.column_dimensions[get_column_letter(block.column)].hidden
    names, weights = (layout.blocks[f"play_{what}"] for what in ("name3", "W3"))
    assert [names.address((0, k))[0] for k in (0, 1)] == [
        weights.address((k, 0))[0] for k in (0, 1)
    ]


def test_what_other_sheets_show_is_hidden_behind_them_and_no_link_leads_there(small):
    book, _ = small
    hidden = [sheet.title for sheet in book if sheet.sheet_state != "visible"]
    assert hidden == ["Map data", "Drawing"] == book.sheetnames[-3:-1]
    assert {sheet.sheet_state for sheet in book} == {"visible", "hidden"}, "a person can unhide it"
    links = [cell.hyperlink.location for cell in cells(book) if cell.hyperlink]
    assert links
    assert not [link for link in links if link.partition("!")[0].strip("'") in hidden]
    check = book["Check"]
    folded = {row for row, each in check.row_dimensions.items() if each.hidden}
    assert folded == {*range(min(folded), check.max_row + 1)}
    assert {check.cell(row, 3).data_type for row in range(8, min(folded) - 2)} == {"f"}
    assert check.row_dimensions[min(folded) - 1].collapsed


@pytest.mark.slow
def test_the_number_of_a_class_does_not_run_into_its_label(workbook):
    path = workbook("iris", epochs=1, verify=False).path
    book = openpyxl.load_workbook(path)
    names = {"Data": ("class", "label"), "Training": ("class found", "label found", "right?")}
    for title, columns in {**names, "Test": names["Training"]}.items():
        heads = {cell.value: cell.column for cell in book[title][2]}
        there = [book[title].cell(4, heads[name]) for name in columns]
        assert {cell.alignment.horizontal for cell in there} == {"center"}, title
    assert book["Data"].cell(4, 2).alignment.horizontal == "general", "of many sizes: by the point"


@pytest.mark.ci
def test_an_input_of_a_table_has_its_name_over_its_symbol_and_over_all_what_they_are(workbook):
    path = workbook("iris", epochs=1, verify=False).path
    sheet = openpyxl.load_workbook(path)["Data"]
    assert [sheet["B2"].value, sheet["C2"].value] == ["inputs as given", None]
    assert sheet["B2"].alignment.horizontal == sheet["C2"].alignment.horizontal
    assert [sheet["B3"].value, sheet["C3"].value] == ["sepal length\nx₁", "sepal width\nx₂"]
    assert sheet["C3"].alignment.wrap_text
    assert sheet.row_dimensions[3].height >= 2 * 10 * 1.2


def test_scales_are_beside_the_data_in_the_middle_and_with_four_decimals(workbook):
    path = workbook("iris", epochs=1, verify=False).path
    book, layout = openpyxl.load_workbook(path), layout_of(read_spec(path))
    assert "Settings" not in book.sheetnames  # eight numbers are no page
    blocks = [layout.blocks[name] for name in ("middle", "factor")]
    assert [block.sheet for block in blocks] == ["images"] * 2
    given = [book["Data"].cell(*block.address((n,))) for block in blocks for n in range(4)]
    assert {c.alignment.horizontal for c in given} == {"center"}
    assert {c.number_format for c in given} == {'0.0000;"−"0.0000'}
    names = [book["Data"].cell(blocks[0].row + n, blocks[0].column - 1).value for n in range(4)]
    assert names == list(read_spec(path).features)


HOLES = """kind,size,weight,shade
a,1.25,3,red
a,1.35,,red
b,2.5,7,
b,,8,blue
b,2.62,7,blue
"""


def marked(path, tmp_path, **options):
    """Return the cells of Data and of Test data with the mark of means, and their numbers."""
    options = {"label": "kind", "missing": "mean", "epochs": 1, "verify": False, **options}
    book = openpyxl.load_workbook(build(None, tmp_path / "o.xlsx", data=path, **options).path)
    found = {}
    for sheet in (book[title] for title in ("Data", "Test data") if title in book.sheetnames):
        rules = [cells for cells, each in sheet.conditional_formatting._cf_rules.items()  # noqa: SLF001
                 if each[0].dxf.font is not None and each[0].dxf.font.i]  # fmt: skip
        cells = [sheet.cell(*at) for each in rules for area in each.cells for at in area.cells]
        said = any("Violet" in str(cell.value) for cell in sheet[1])
        assert said == bool(cells), "the note says what the mark means, where there is one"
        headings = (str(sheet.cell(3, cell.column).value).partition("\n")[0] for cell in cells)
        found |= {
            (sheet.title, name): cell.value for name, cell in zip(headings, cells, strict=True)
        }
    return found


@pytest.mark.ci
def test_a_mean_in_place_of_a_missing_value_is_marked_and_rounded_as_its_column(tmp_path):
    path = tmp_path / "holes.csv"
    path.write_text(HOLES)
    assert marked(path, tmp_path) == {
        ("Data", "size"): 1.93, ("Data", "weight"): 6, ("Data", "shade = red"): 0.5,
    }  # fmt: skip
    assert marked(path, tmp_path, missing="drop") == {}


@pytest.mark.parametrize("of", [PICTURES, spec([2, 2])])
def test_marks_outside_the_table_are_left_out(of):
    tampered = of.sized(imputed=(10**8,) if of.features else (3, 10**8))
    assert not KIND.drawings(tampered, KIND.layout(tampered))["images"].marks


def test_a_held_out_mean_is_marked_among_the_held_out_rows(tmp_path):
    rows = "".join(f"{kind},{n}.5\n" for n in range(20) for kind in "ab")
    path = tmp_path / "holes.csv"
    path.write_text(f"kind,size\n{rows}a,\n" + "b,\n" * 5)
    found = marked(path, tmp_path, test_share=0.5)
    assert {sheet for sheet, _ in found} == {"Data", "Test data"}
    assert set(found.values()) == {10.0}


def test_the_paths_of_weights_are_named_by_their_units(books):
    *_, chart = books["en"][0]["Progress"]._charts  # noqa: SLF001
    names = [series.tx.v if series.tx else None for series in chart.series]
    assert names == ["w³₁", None, None, "w³₂", None, None]
    assert [entry.idx for entry in chart.legend.legendEntry] == [1, 2, 4, 5]
    colours = [series.graphicalProperties.line.solidFill.srgbClr for series in chart.series]
    assert colours[:3] == colours[:1] * 3 != colours[3:]


def test_each_row_of_a_lens_continues_the_steps_of_the_one_above(workbook):
    """Where six steps do not fit beside each other, the fourth begins a line."""
    path = workbook("iris", epochs=1, verify=False).path
    layout = layout_of(read_spec(path))
    kinds = ("z", "dC_dW_one", "dC_dW", "W_after")
    of = {b.quantity.kind: b for b in layout.on("lens") if b.quantity.layer == "2"}
    computed, *gradients = (of[kind] for kind in kinds)
    assert len({block.row for block in gradients}) == 1
    assert gradients[0].row > computed.last[0]
    assert [b.column for b in gradients] == sorted(b.column for b in gradients)


def test_the_numbers_that_are_used_are_not_seen_beside_the_choices(books):
    sheet, layout = books["en"][0]["Lens"], layout_of(read_spec(books["en"][1]))
    for name in ("lens_epoch", "lens_image"):
        used = layout.blocks[f"{name}_used"]
        assert sheet.cell(used.row, used.column).number_format == UNREAD
        assert used.row > layout.blocks["lens_gap"].row


def test_the_rows_beside_a_picture_are_as_high_as_its_own(books):
    sheet, layout = books["en"][0]["Lens"], layout_of(read_spec(books["en"][1]))
    rows = (layout.blocks[f"lens_{name}"].row for name in ("x", "gap"))
    first, last = (sheet.row_dimensions[row].height for row in rows)
    assert first == last


def test_the_legend_of_play_is_a_row_below_the_note(books):
    sheet = books["en"][0]["Play"]
    assert sheet["A2"].value
    assert not any(cell.value for cell in sheet[3])


def test_the_lens_is_read_in_steps_and_keeps_its_choices_in_sight(books):
    sheet = books["en"][0]["Lens"]
    texts = {c.value for row in sheet.iter_rows() for c in row if isinstance(c.value, str)}
    steps = {"1. activation", "2. C", "3. error of the unit", "4. ∂C/∂w, this image"}
    assert steps | {"6. w after the update"} <= texts
    assert sheet.freeze_panes == "A7"
    pixel = sheet.column_dimensions["F"].width * 7 + 5
    assert sheet.row_dimensions[5].height * 96 / 72 == pytest.approx(pixel)


def test_the_guide_says_what_c_is_and_how_indices_are_read(books):
    for lang, (book, _) in books.items():
        sheet = book[text(lang).sheets["guide"]]
        shown = {c.value for row in sheet.iter_rows() for c in row if isinstance(c.value, str)}
        assert "c = −(t ln a + (1 − t) ln(1 − a))" in shown
        assert any("w²₁,₃" in each for each in shown)


def guide(path):
    """Return what the Guide of an English workbook says, a text in all."""
    sheet = openpyxl.load_workbook(path)["Guide"]
    return "\n".join(c.value for row in sheet.iter_rows() for c in row if isinstance(c.value, str))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, True),
        ({"epochs": 4}, False),
        ({"test_share": 0.25}, False),
        ({"hidden": ()}, False),
        ({"hidden": (5,)}, False),
        ({"activation": "tanh"}, False),
    ],
)
def test_what_is_said_of_the_network_of_a_template_is_not_said_of_another(options, said):
    made = plan(from_template(template("digits")), Options(**options))
    looks = [look for _, look in tries(made.spec)]
    assert any("Why does the network learn nothing?" in look for look in looks) is said


@pytest.mark.parametrize(("name", "said"), [("digits", True), ("xor", False), ("iris", False)])
@pytest.mark.slow
def test_formulas_that_the_book_has_not_are_not_said_to_be_those_of_the_book(tmp_path, name, said):
    build(name, tmp_path / "n.xlsx", verify=False, epochs=1)
    assert ("The formulas are the book's" in guide(tmp_path / "n.xlsx")) is said


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.slow
def test_no_heading_is_cut_off_that_is_longer_than_a_line(tmp_path, lang):
    path = tmp_path / "i.xlsx"
    build("iris", path, epochs=3, lang=lang, verify=False)
    words = text(lang).of(["table"])
    layout = layout_of(read_spec(path))
    sheet, row = openpyxl.load_workbook(path)[layout.titles["progress"]], layout.blocks["C_T"].row
    heading = words("headings", "tested", name=words("quantities", "recognised"))
    (cell,) = (cell for cell in sheet[row - 2] if str(cell.value).replace("\n", "") == heading)
    width = sheet.column_dimensions[cell.column_letter].width
    needed = lines(heading, Look(bold=True), width * 7)
    assert needed >= 2
    assert sheet.row_dimensions[row - 2].height >= needed * 12.5


@pytest.mark.slow
def test_scaled_inputs_are_not_said_to_be_given(tmp_path):
    build("iris", tmp_path / "n.xlsx", verify=False, epochs=1)
    assert "x = (input − middle) × factor" in guide(tmp_path / "n.xlsx")
    build("iris", tmp_path / "n.xlsx", verify=False, epochs=1, scale="none", force=True)
    assert "× factor" not in guide(tmp_path / "n.xlsx")


@pytest.mark.slow
def test_both_axes_of_predicted_and_actual_say_what_they_are(tmp_path):
    build("diabetes", tmp_path / "d.xlsx", verify=False, epochs=1)
    (chart,) = openpyxl.load_workbook(tmp_path / "d.xlsx")["Predicted and actual"]._charts  # noqa: SLF001
    titles = [axis.title.tx.rich.p[0].r[0].t for axis in (chart.x_axis, chart.y_axis)]
    assert titles == ["actual", "predicted"]


def test_headings_over_the_outputs_on_lens_have_room_in_other_fonts(books):
    sheet = books["en"][0]["Lens"]
    heads = {cell.value: cell for cell in sheet[5] if isinstance(cell.value, str)}
    fonts = 1.1  # so much wider than Arial
    for name in ("label", "target t"):
        needed = pixels(name, heads[name].font) * fonts
        assert needed < sheet.column_dimensions[heads[name].column_letter].width * 7


@pytest.mark.parametrize("lang", EAST_ASIAN)
@pytest.mark.slow
def test_the_guide_of_a_model_parts_its_layers_as_its_language_does(tmp_path, lang):
    pytest.importorskip("onnx")
    model = MODELS / "digits_cnn_torchscript.onnx"
    xlnn.build(model=model, lang=lang, output=tmp_path / "m.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "m.xlsx")[text(lang).sheets["guide"]]
    said = [c.value for row in sheet.iter_rows() for c in row if isinstance(c.value, str)]
    assert any("；" in each for each in said)
    assert not [each for each in said if "; " in each]


def progress(path):
    """Return the charts of Progress by their titles."""
    sheet = openpyxl.load_workbook(path)["Progress"]
    return {chart.title.tx.rich.p[0].r[0].t: chart for chart in sheet._charts}  # noqa: SLF001


@pytest.mark.slow
def test_the_paths_of_some_weights_are_spread_over_all_and_say_how_many_there_are(tmp_path):
    wide = replace(spec([64, 16, 2], epochs=1), picture=(8, 8))
    path = write_plan(tmp_path / "wide.xlsx", random_plan(wide, seed=5))
    charts = progress(path)
    chart = charts["Weights over the epochs: hidden layer 2, 48 of 1,024"]
    drawn = {series.yVal.numRef.f for series in chart.series}
    layout = layout_of(read_spec(path))
    columns = {layout.blocks["W2"].address((0, *unit))[1]: unit for unit in np.ndindex(16, 64)}
    number = openpyxl.utils.column_index_from_string
    units = [columns[number(reference.split("$")[1])] for reference in drawn]
    assert len(set(units)) == len(chart.series) == 48
    assert {pixel // 8 for _, pixel in units} >= {0, 7}
    assert {j // 4 for j, _ in units} == {0, 1, 2, 3}
    assert "Weights over the epochs: output layer 3" in charts


@pytest.mark.slow
def test_what_is_held_out_has_a_chart_of_its_cost_and_shares_are_per_cent(tmp_path):
    build("digits", tmp_path / "d.xlsx", epochs=2, test_share=0.25, verify=False)
    charts = progress(tmp_path / "d.xlsx")
    assert "Total cost C_T, held out" in charts
    titles = "Share of images recognised", "Total cost C_T"
    formats = [charts[title].y_axis.number_format.formatCode for title in titles]
    assert formats == ["0%", AXIS]


@pytest.mark.slow
def test_an_epoch_that_there_is_not_is_called_none(tmp_path):
    build("digits", tmp_path / "d.xlsx", epochs=2, eta=(0.1, 0.2), verify=False)
    book = openpyxl.load_workbook(tmp_path / "d.xlsx")
    for name in ("Progress", "Compare"):
        formats = {cell.number_format for row in book[name].iter_rows() for cell in row}
        assert '0;;"none"' in formats


@pytest.mark.parametrize(
    ("name", "titles"), [("xor-layers", ("x₁", "x₂")), ("descent", ("x", "y"))]
)
def test_both_axes_of_a_plane_are_named_and_stand_clear_of_the_legend(name, titles, tmp_path):
    build(name, tmp_path / "w.xlsx", verify=False)
    sheets = openpyxl.load_workbook(tmp_path / "w.xlsx").worksheets
    planes = [chart for sheet in sheets for chart in sheet._charts if chart.y_axis.title]  # noqa: SLF001
    assert planes
    for chart in planes:
        axes = (chart.x_axis, chart.y_axis)
        assert tuple(axis.title.tx.rich.p[0].r[0].t for axis in axes) == titles
        place = chart.layout.manualLayout
        below = (1 - place.y - place.h) * chart.anchor.ext.height / EMU
        # numbers and a title; two lines of a legend
        assert below >= 60 + 36 * bool(chart.legend)


def test_numbers_of_images_are_headed_as_names_of_rows(books):
    sheet = books["en"][0]["Images"]
    assert sheet["A2"].value == "image"
    assert sheet["A2"].fill.fgColor.rgb[2:] == FILLS["key"]


@pytest.mark.slow
def test_the_sums_on_check_do_not_run_into_each_other(tmp_path):
    build("diabetes", tmp_path / "w.xlsx", epochs=2, large=True, verify=False)
    sheet = openpyxl.load_workbook(tmp_path / "w.xlsx")["Check"]
    sums = [
        cell
        for row in sheet.iter_rows(min_col=2)
        for cell in row
        if isinstance(cell.value, int | float) and cell.number_format.startswith("0.0000E+00")
    ]
    assert max(cell.value for cell in sums) > 1e5
    for cell in sums:
        needed = pixels(f"{cell.value:.4E}", cell.font)
        assert needed + 10 < sheet.column_dimensions[cell.column_letter].width * 7, cell.coordinate


def test_settings_take_what_their_equations_allow_and_pixels_offer_ink_and_paper():
    adam = replace(PICTURES, optimizer="adam", regularised=True, scaled=True)
    layout = KIND.layout(adam)
    shown = KIND.drawings(adam, layout)["settings"].validations
    found = {str(each.sqref): (each.operator, each.formula1) for each in shown}
    allowed = {
        "beta1": ("between", "0"), "epsilon": ("greaterThan", "0"),
        "l2": ("greaterThanOrEqual", "0"),
    }  # fmt: skip
    for name, bounds in allowed.items():
        block = layout.blocks[name]
        cells = dict.fromkeys(address(*at) for at in ((block.row, block.column), block.last))
        assert found[":".join(cells)] == bounds, name
    (ink,) = (
        each
        for each in KIND.drawings(adam, layout)["recognise"].validations
        if each.formula1 == '"0,1"'
    )
    raw = layout.blocks["draw_raw"]
    assert str(ink.sqref) == f"{address(raw.row, raw.column)}:{address(*raw.last)}"
    assert ink.prompt
    assert not ink.showErrorMessage, "numbers between are grey"
