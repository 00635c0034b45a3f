"""No text is cut off: each has room in its column, or runs on over empty ones."""

import re

import numpy as np
import openpyxl
import pytest
from cut_texts import DIGIT_PIXELS, SPARE, cut_texts, pixels
from networks import NETWORK_TEMPLATES

from xlnn.building.build import build
from xlnn.loading.spec import described
from xlnn.registry.templates import names
from xlnn.registry.text import TITLES, languages, text

SMALL = [name for name in NETWORK_TEMPLATES if name != "digits-8x8"]
MORE = {
    "adam": {"optimizer": "adam", "l2": 0.001},
    "runs": {"optimizer": ("sgd", "momentum", "rmsprop", "adam"), "test_share": 0.25},
    "eta": {"eta": (0.1, 0.2)},
}


@pytest.mark.parametrize("name", [*MORE, *SMALL])
@pytest.mark.parametrize("lang", languages())
@pytest.mark.first(1)
@pytest.mark.slow
def test_no_text_of_a_network_is_cut_off(name, lang, tmp_path):
    path, options = tmp_path / "w.xlsx", MORE.get(name, {})
    build("digits" if name in MORE else name, path, epochs=2, lang=lang, verify=False, **options)
    assert list(cut_texts(path)) == []


@pytest.mark.parametrize(
    "name", ["descent", "neuron", *sorted({*names()} - {*NETWORK_TEMPLATES, "descent", "neuron"})]
)
@pytest.mark.parametrize("lang", languages())
@pytest.mark.first(1)
@pytest.mark.ci
def test_no_text_of_an_experiment_is_cut_off(name, lang, tmp_path):
    build(name, tmp_path / "w.xlsx", lang=lang, verify=False)
    assert list(cut_texts(tmp_path / "w.xlsx")) == []


NAMES = {
    "en": (
        ["mass in micrograms per litre", "population", "temperature_of_the_water"],
        ["Escherichia coli O157:H7", "Saccharomyces cerevisiae"],
    ),
    "zh": (
        ["每升水中的质量（微克）", "个体数", "水温"],
        ["产志贺毒素的大肠埃希菌O157菌株", "酿酒酵母"],
    ),
}


@pytest.mark.parametrize("lang", NAMES)
@pytest.mark.ci
def test_no_long_name_of_ones_own_is_cut_off(lang, tmp_path):
    inputs, labels = NAMES[lang]
    x = np.random.default_rng(4).normal(size=(20, len(inputs))).round(2)
    rows = [[*map(str, row), labels[n % 2]] for n, row in enumerate(x.tolist())]
    (tmp_path / "d.csv").write_text("\n".join(map(",".join, [[*inputs, "label"], *rows])), "utf-8")
    path, data = tmp_path / "w.xlsx", {"data": tmp_path / "d.csv", "label": "label"}
    build("iris", path, **data, scale="standard", test_share=0.2, epochs=2, lang=lang, verify=False)
    titles = described(path)[1].titles
    others = {titles.get("map"), titles["drawing"]}
    assert [cut for cut in cut_texts(path) if cut.sheet not in others] == []


@pytest.mark.parametrize("name", ["iris", "neuron", "cnn", *MORE, "diabetes", "costs"])
@pytest.mark.parametrize("lang", ["ja", "zh"])
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_heading_is_parted_between_words(name, lang, tmp_path):
    options = {"epochs": 2} | MORE.get(name, {}) if name not in {"neuron", "costs"} else {}
    template = "digits" if name in MORE else name
    build(template, tmp_path / "w.xlsx", lang=lang, verify=False, **options)
    headings = [
        (cell.value, cell.font, sheet.column_dimensions[cell.column_letter].width * DIGIT_PIXELS)
        for sheet in openpyxl.load_workbook(tmp_path / "w.xlsx")
        for row in sheet.iter_rows(max_row=30)
        for cell in row
        if isinstance(cell.value, str) and cell.alignment.wrap_text and cell.font.b
    ]
    asian = [each for each in headings if not each[0].isascii()]
    assert asian
    for said, font, room in asian:
        # no program has to part a line, and no word of katakana is parted
        assert max(pixels(line, font) for line in said.split("\n")) <= room * SPARE, said
        assert not re.search("[\u30a1-\u30fc]\n[\u30a1-\u30fc]", said), said


LONG = "a label of as many letters as may stand"
DATA = {
    "two targets": (f"a,b,price,{LONG}", {"targets": ("price", LONG)}),
    "one target": (f"a,b,c,{LONG}", {"targets": (LONG,)}),
    "classes": (f"a,{LONG}s,c,label", {"label": "label", "table": True}),
}


@pytest.mark.parametrize("kind", DATA)
@pytest.mark.parametrize("lang", languages())
@pytest.mark.first(1)
@pytest.mark.slow
def test_no_text_is_cut_off_however_long_labels_are(kind, lang, tmp_path):
    heading, options = DATA[kind]
    last = ("9.5", "8.25", "7.125") if "targets" in options else (LONG, "B", "C")
    rows = [f"{n},{n % 3}.5,{100_000.5 * n},{last[n % 3]}" for n in range(1, 13)]
    (tmp_path / "d.csv").write_text("\n".join([heading, *rows]))
    build(
        "digits",
        data=tmp_path / "d.csv",
        output=tmp_path / "w.xlsx",
        epochs=2,
        lang=lang,
        **options,
    )
    play = text(lang).of_itself(TITLES, "Play")
    assert [cut for cut in cut_texts(tmp_path / "w.xlsx") if cut.sheet == play] == []
    assert openpyxl.load_workbook(tmp_path / "w.xlsx")[play].page_setup.fitToWidth  # one page


@pytest.mark.ci
def test_a_text_that_is_cut_off_is_found(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["a text that is long", "another", "short"])
    book.active["C1"].alignment = openpyxl.styles.Alignment(wrap_text=True)
    book.active.append(["runs on over what is empty"])
    book.active["A4"] = "runs on below a chart, which hides its end"
    book.active.add_chart(openpyxl.chart.ScatterChart(), "C3")
    book.save(tmp_path / "w.xlsx")
    assert [cut.cell for cut in cut_texts(tmp_path / "w.xlsx")] == ["A1", "A4"]
    del book.active["A4"]
    for long, found in ((12, []), (30, ["A1"])):
        book.active["A1"] = "x" * long
        book.active["A1"].alignment = openpyxl.styles.Alignment(shrink_to_fit=True)
        book.save(tmp_path / "w.xlsx")
        assert [cut.cell for cut in cut_texts(tmp_path / "w.xlsx")] == found
