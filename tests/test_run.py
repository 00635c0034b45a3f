"""A run is an object: every quantity with its array, symbol, section and cells."""

import os
import subprocess
import sys

import numpy as np
import openpyxl
import pytest
from networks import Spec, random_plan, write_plan
from test_own_models import example

import xlnn
from xlnn.errors import OptionsError, XlnnError
from xlnn.experiments.network.layers import LayerSpec
from xlnn.registry.templates import in_order, template

MAPS = Spec(
    "test", "en", 1, 2, (7, 7), ("0", "1"),
    (
        LayerSpec("F", 3, "tanh", "convolution", (2, 2)),
        LayerSpec("P", 0, "linear", "max pooling", (2, 2)),
        LayerSpec("G", 2, "sigmoid", "convolution", (2, 2)),
        LayerSpec("O", 2),
    ), "squared error",
)  # fmt: skip
"""Filters over maps, of 3 maps and 2 x 2."""

DOUBLE = xlnn.Stated(array=lambda x: 2 * x, cell=lambda x: f"=2*{x[()]}")

PROGRAMS = {
    "values": "xlnn.values(path)",
    "load": "xlnn.load(path)",
    "show": "xlnn.show(path)",
    "explain": 'xlnn.explain(path, "C_T")',
    "check": "xlnn.check(path)",
    "build": 'xlnn.build("neuron", path.parent / "neuron.xlsx")',
    "from": 'xlnn.build(output=path.parent / "again.xlsx", from_workbook=path, verify=False)',
    "export": 'xlnn.export(path, path.parent / "short.npz")',
}
"""What a Python program may end with."""

SLOWLY = """
import pathlib, sys, time, xlnn
from xlnn.engines import _child
removes = _child.rmtree
_child.rmtree = lambda *folder, **how: (time.sleep(0.3), removes(*folder, **how))
path = pathlib.Path(sys.argv[1])
{}
time.sleep(0.1)
"""
"""A program that ends while an engine's folder would be removed, if nobody waited for that."""

SORTS = ("network", "runs", "maps", "descent", "regression", "model")


@pytest.fixture(scope="module")
def paths(tmp_path_factory, short_path):
    """One workbook of each sort, by name; a few epochs of each."""
    folder = tmp_path_factory.mktemp("runs")
    inputs = {"yearly": 0.06, "rate": 443.21, "debt": 10_000}
    built = {
        "runs": xlnn.build("xor", folder / "xor.xlsx", epochs=2, eta=(0.1, 0.5), verify=False),
        "descent": xlnn.build("descent", folder / "descent.xlsx", verify=False),
        "regression": xlnn.build("regression", folder / "regression.xlsx", verify=False),
        "model": xlnn.workbook(example("loan"), inputs, folder / "loan.xlsx"),
    }
    maps = write_plan(folder / "maps.xlsx", random_plan(MAPS, 1))
    found = {name: each.path for name, each in built.items()}
    return {"network": short_path, "maps": maps, **found}


@pytest.fixture(scope="module")
def runs(paths):
    models = {"model": example("loan")}
    return {name: xlnn.load(path, model=models.get(name)) for name, path in paths.items()}


@pytest.mark.parametrize("name", SORTS)
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_run_holds_the_arrays_that_values_gives(paths, runs, name):
    model = example("loan") if name == "model" else None
    arrays = xlnn.values(paths[name], "formualizer", model=model)
    assert [*runs[name]] == [*arrays] == [*runs[name].arrays]
    for key, array in arrays.items():
        np.testing.assert_array_equal(np.asarray(runs[name][key]), array)


@pytest.mark.parametrize("name", SORTS)
@pytest.mark.ci
def test_the_first_and_the_last_cell_hold_the_entries_of_the_array(paths, runs, name):
    book = openpyxl.load_workbook(paths[name], data_only=True)
    for quantity in runs[name].values():
        rows, axes = quantity.frame().index, len(quantity.axes)
        for end in (0, -1):
            row = np.atleast_1d(rows[end]) if axes == 1 else rows[end]
            at = {axis: int(n) for axis, n in zip(quantity.axes, row, strict=False)}
            units = tuple(length if end else 1 for length in quantity.shape[axes:])
            sheet, _, address = quantity.cell(unit=units, **at).rpartition("!")
            held = book[sheet.strip("'")][address].value
            entry = quantity[(end,) * len(quantity.shape)]
            wanted = entry if isinstance(entry, str) else pytest.approx(entry, rel=1e-12, abs=1e-12)
            if held is not None:  # what is not verified has no texts, and those maps no values
                assert held == wanted, quantity


def test_a_quantity_has_its_symbol_section_meaning_and_cells(short_path, runs):
    delta = runs["network"]["delta3"]
    assert (delta.symbol, delta.section, delta.layer) == ("δ³", "4-2, 4-3", "3")
    assert (delta.title, delta.sheet) == ("error of the unit", "Training")
    assert delta.meaning.startswith("how fast C changes")
    cell = delta.cell(epoch=1, image=6, unit=1)
    explained = xlnn.explain(short_path, "delta3", at={"epoch": 1, "image": 6})
    assert cell == explained.cell == "Training!S9"
    assert delta[0, 5, 0] == pytest.approx(explained.value, rel=1e-14)
    assert repr(delta) == (
        "<delta3: δ³, error of the unit, 3 x 64 x 2, from Training!S4, book 4-2, 4-3>"
    )
    # where the Guide says nothing, the equation itself does
    assert runs["network"]["gradient_size"].section == "2-10"
    assert runs["descent"]["dx"].section


def test_a_quantity_counts_as_an_array(runs):
    weights = runs["network"]["W2"]
    assert weights.shape == np.abs(weights).shape == (4, 3, 12)
    assert len(weights) == 4
    assert (weights[0] == weights.array[0]).all()
    copied = np.array(weights, dtype=np.float32)
    copied[...] = 0
    assert weights.array.any()


@pytest.mark.ci
def test_the_words_are_those_of_a_language(short_path):
    assert xlnn.load(short_path, lang="ja")["C_T"].title == "コスト関数"
    assert xlnn.load(short_path, lang="zh")["C_T"].title == "代价函数"


def test_weights_are_counted_from_the_start_and_runs_from_one(runs):
    weights = runs["network"]["W2"]
    assert weights.cell(state=0) == weights.cell(epoch=0) == "Weights!B4"
    assert weights.cell(epoch=3, unit=(2, 3)) == "Weights!P7"
    cost = runs["runs"]["C_T"]
    assert (cost.axes, cost.shape) == (("run", "epoch"), (2, 2))
    assert cost.cell(run=1, epoch=2) != cost.cell(run=2, epoch=2)
    assert cost.frame().loc[(2, 2), "C_T"] == cost[1, 1]


def test_a_filter_is_found_by_its_place_or_by_one_number(runs):
    filters = runs["maps"]["WG"]
    assert filters.shape == (2, 2, 12)
    cell = filters.cell(unit=(2, 3, 2, 1))  # filter, map, row, column
    assert cell == filters.cell(unit=(2, 11)) == filters.cell(unit=23)


@pytest.mark.parametrize(
    ("name", "asked", "sentence"),
    [
        ("delta3", {"epoch": 4}, "There is no epoch 4: for delta3, epoch goes from 1 to 3."),
        ("delta3", {"run": 1}, "delta3 has no run: its axes are epoch, image."),
        ("delta3", {"unit": 3}, "delta3 has units 1 to 2, and no unit 3."),
        ("eta", {"unit": 1}, "eta is one number and has no unit 1"),
        ("W2", {"unit": (1, 13)}, "W2 has units 1,1 to 3,12, and no unit 1,13"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(runs, name, asked, sentence):
    with pytest.raises(OptionsError, match=sentence):
        runs["network"][name].cell(**asked)


def test_a_run_and_a_name_that_are_not_there_are_named(runs):
    with pytest.raises(OptionsError, match="There is no run 3: for C_T, run goes from 1 to 2"):
        runs["runs"]["C_T"].cell(run=3)
    with pytest.raises(OptionsError, match='There is no quantity "delta4": is it delta3'):
        runs["network"]["delta4"]
    assert "delta4" not in runs["network"]  # it is a KeyError as well
    assert runs["network"].get("delta4") is None


def test_a_frame_has_the_axes_for_rows_and_the_symbols_for_columns(runs):
    run = runs["network"]
    frame = run["delta3"].frame()
    assert [*frame.columns] == ["δ³₁", "δ³₂"]
    assert frame.index.names == ["epoch", "image"]
    assert frame.loc[(1, 6), "δ³₂"] == run["delta3"][0, 5, 1]
    assert [*run["W2"].frame().index] == [0, 1, 2, 3]
    assert [*run["labels"].frame().index] == ["labels 1", "labels 2"]
    assert run["eta"].frame().to_numpy().tolist() == [[0.2]]
    assert run["story"].frame().map(type).eq(str).all(axis=None)


@pytest.mark.ci
def test_a_notebook_shows_numbers_and_no_markup_of_a_file(tmp_path):
    data = tmp_path / "data.csv"
    data.write_text("<b>a</b>,y\n1,<script>\n2,other\n", encoding="utf-8")
    path = xlnn.build("xor", tmp_path / "a.xlsx", data=data, label="last", epochs=1).path
    run = xlnn.load(path)
    for shown in (run._repr_html_(), *(each._repr_html_() for each in run.values())):
        assert "<script" not in shown
        assert "<b>" not in shown
    assert "&lt;script&gt;" in run["labels"]._repr_html_()
    assert "<td>δ³</td><td>error of the unit</td>" in run._repr_html_()
    assert f"… and {len(run) - 40} more" in run._repr_html_()


def test_a_long_table_is_cut(runs):
    shown = runs["network"]["x"]._repr_html_()
    assert shown.count("<tr>") == 12  # its heads, 10 rows, and the dots
    assert shown.count("<th>") == 13  # 12 columns, and the dots
    assert "…" in shown


@pytest.mark.ci
def test_the_course_is_drawn_with_a_line_for_each_run(runs):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    axes = runs["runs"].plot()
    assert [line.get_label() for line in axes.lines] == ["run 1", "run 2"]
    np.testing.assert_array_equal(axes.lines[1].get_ydata(), runs["runs"]["C_T"][1])
    np.testing.assert_array_equal(axes.lines[1].get_xdata(), [1, 2])
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "C_T")
    descent = runs["descent"].plot("z")
    assert descent.lines[0].get_xdata()[0] == 0
    assert runs["network"].plot("recognised", axes) is axes
    matplotlib.pyplot.close("all")


def test_what_is_no_course_is_not_drawn(runs, tmp_path):
    with pytest.raises(OptionsError, match="W2 is not one number for each epoch"):
        runs["network"].plot("W2")
    model = xlnn.Model((xlnn.Quantity("x"), xlnn.Quantity("y", equation=DOUBLE)))
    with pytest.raises(OptionsError, match="has no single number along epochs or steps"):
        xlnn.load(xlnn.workbook(model, {"x": 1}, tmp_path / "x.xlsx").path, model=model).plot()


@pytest.mark.parametrize(
    ("module", "use"),
    [("pandas", lambda run: run["C_T"].frame()), ("matplotlib", lambda run: run.plot())],
)
def test_without_a_library_a_sentence_says_what_to_install(runs, monkeypatch, module, use):
    for name in [name for name in sys.modules if name.split(".")[0] == module]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(XlnnError, match=f"needs {module}: pip install {module}"):
        use(runs["network"])


@pytest.mark.slow
@pytest.mark.parametrize("name", [each.name for each in in_order() if "kind" in each.values])
def test_every_experiment_is_a_run(name, tmp_path):
    run = xlnn.load(xlnn.build(name, tmp_path / "a.xlsx", verify=False).path)
    assert run.kind == template(name).values["kind"]
    for quantity in run.values():
        assert quantity.frame().size == quantity.array.size
        assert quantity.cell()
        assert quantity._repr_html_().startswith("<p>")
    assert any(quantity.section for quantity in run.values())


def test_a_name_that_is_not_there_is_a_sentence_without_quotes_around_it(runs):
    with pytest.raises(KeyError) as refused:
        runs["network"]["delta33"]
    assert str(refused.value).startswith("There is no quantity")


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
@pytest.mark.first(2)
@pytest.mark.slow
def test_a_program_that_ends_at_once_leaves_nothing_behind(program, short_copy, tmp_path):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    subprocess.run(
        [sys.executable, "-c", SLOWLY.format(program), str(short_copy)],
        env=os.environ | dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(temporary)),
        check=True,
    )
    assert list(temporary.iterdir()) == []
