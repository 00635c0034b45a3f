"""The part Network draws the layers and weights of any experiment at what a person chose."""

import re
import zipfile
from functools import cache
from html import unescape

import numpy as np
import openpyxl
import pytest
from rewriting import edit

import xlnn
from xlnn import Axis, previous
from xlnn.building.build import build
from xlnn.checking.check import check
from xlnn.engines import ENGINES
from xlnn.equations.network_drawing import LEVELS, NOWHERE, UNSEEN
from xlnn.errors import DataError
from xlnn.loading.spec import layout_of, read_spec
from xlnn.loading.values import values
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.templates import loaded
from xlnn.registry.text import text
from xlnn.workbooks.own_model import kind_with, spec_of, whole
from xlnn.workbooks.pages.network_drawing import SERIES
from xlnn.workbooks.pages.network_layers import LEGEND, MOST_CONNECTIONS, MOST_STEPS
from xlnn.workbooks.pages.network_part import Network
from xlnn.workbooks.spec import Spec

DRAWN = ("rnn", "lstm", "gru", "attention", "autoencoder", "vae")


def ends(got, name, key="network"):
    """Return the ends of each line (lines, 2 ends, across and up), and which series draw it."""
    across, up = (
        got[f"{key}_line_{way}_{name}"].reshape(-1, 2, len(SERIES)) for way in ("across", "up")
    )
    both = np.stack([across, up], axis=-1)
    drawn = (both[:, 0] != both[:, 1]).any(axis=-1)
    return both, drawn


def model_of(name, **sizes):
    """Return the model of an experiment with some sizes."""
    experiment = loaded(name)
    sizes = {key: size.usual for key, size in experiment.sizes.items()} | sizes
    return experiment.layout(Spec(name, name, "en", sizes)).model


@cache
def pages(name):
    """Return the parts of an experiment's first page."""
    return loaded(name).pages[0].parts


@pytest.mark.ci
def test_units_and_lines_are_those_of_the_epoch_and_row_that_were_chosen(tmp_path):
    path = build("rnn", tmp_path / "rnn.xlsx", epochs=3, verify=False).path
    layout = layout_of(read_spec(path))
    for epoch, row in ((1, 16), (3, 6)):
        edit(path, {layout.cell("epoch", ()): epoch, layout.cell("row", ()): row})
        got = values(path, "formualizer")
        for layer in "xhy":
            of = got[layer][(epoch - 1, row - 1) if layer != "x" else row - 1]
            np.testing.assert_array_equal(got[f"network_value_{layer}"], of.ravel())
        for layer, error in (("h", "delta"), ("y", "e")):
            of = got[error][epoch - 1, row - 1]
            np.testing.assert_array_equal(got[f"network_back_value_{layer}"], of.ravel())
        for name, steps in (("W", 4), ("U", 3), ("V", 4)):
            of = np.tile(got[name][epoch - 1].ravel(), steps)
            np.testing.assert_array_equal(got[f"network_weight_{name}"], of)
            assert ends(got, name)[1].sum() == np.count_nonzero(of)


def test_an_unrolled_line_leads_from_a_unit_to_one_of_the_next_step(tmp_path):
    path = build("rnn", tmp_path / "rnn.xlsx", epochs=1, verify=False).path
    got = values(path, "formualizer")
    x, y = (got[f"network_{way}_h"].reshape(4, 3) for way in ("across", "up"))
    both, drawn = ends(got, "U")
    for line, (step, to, back) in enumerate(np.ndindex(3, 3, 3)):
        start, end = (both[line, at][drawn[line]].squeeze() for at in (0, 1))
        assert start[1] == y[step, back]
        assert end[1] == y[step + 1, to]
        assert x[step, back] < start[0] < end[0] < x[step + 1, to]


@pytest.mark.ci
def test_the_lines_of_gates_are_as_open_as_the_gates_of_the_step(tmp_path):
    path = build("lstm", tmp_path / "lstm.xlsx", epochs=1, verify=False).path
    got = values(path, "formualizer")
    for gate, steps in (("i", slice(None)), ("f", slice(1, None)), ("o", slice(None))):
        np.testing.assert_array_equal(got[f"network_weight_{gate}"], got[gate][0, 0, steps].ravel())
        assert got[f"network_heaviest_{gate}"] == 1
    strong = np.abs(got["network_strength_f"]) == 3
    np.testing.assert_array_equal(strong, np.round(got["f"][0, 0, 1:].ravel(), 9) > 0.7)
    np.testing.assert_array_equal(got["elman_value_h_rnn"], got["h_rnn"][0, 0].ravel())


@pytest.mark.ci
def test_attention_leads_from_each_row_of_a_matrix_to_each(tmp_path):
    path = build("attention", tmp_path / "attention.xlsx", epochs=1, verify=False).path
    got = values(path, "formualizer")
    np.testing.assert_array_equal(got["network_weight_A"], got["A"][0, 0].ravel())
    np.testing.assert_array_equal(got["network_value_p"], got["p"][0, 0].ravel())
    unseen = got["A"][0, 0].ravel() == 0
    assert unseen.any()
    assert not ends(got, "A")[1][unseen].any()
    with zipfile.ZipFile(path) as archive:
        charts = "".join(archive.read(n).decode() for n in archive.namelist() if "charts/" in n)
    block = layout_of(read_spec(path)).blocks["down"]
    letter = f"$B${block.row}".replace("B", openpyxl.utils.get_column_letter(block.column))
    assert re.search(rf"<c:tx><c:strRef><c:f>'Attention'!{re.escape(letter)}<", charts)


def test_the_layers_of_an_autoencoder_follow_from_its_sizes():
    for hidden, layers in ((0, 3), (4, 5)):
        names = {q.name for q in model_of("autoencoder", hidden=hidden).quantities}
        drawn = [name for name in names if name.startswith("network_value_")]
        assert len(drawn) == layers
        assert {f"network_weight_W{n}" for n in range(2, layers + 1)} <= names


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("rnn", {"hidden": 20, "steps": 16, "rows": 2, "epochs": 1}),
        ("lstm", {"hidden": 7, "steps": 50, "rows": 2, "epochs": 1}),
        ("autoencoder", {"hidden": 12, "pixels": 256, "images": 2, "epochs": 1}),
    ],
)
def test_of_a_large_network_the_first_units_and_the_last_steps_are_drawn(name, sizes):
    model = model_of(name, **sizes)
    lines = [q.shape[0] for q in model.quantities if q.name.startswith("network_weight_")]
    assert 0 < sum(lines) <= MOST_CONNECTIONS
    layers = [q for q in model.quantities if q.name.startswith("network_value_")]
    assert max(q.shape[0] for q in layers) <= MOST_CONNECTIONS
    if "steps" in sizes:
        steps = {entry["step"] for q in layers for entry in q.equation.fixed if entry}
        assert steps == {*range(sizes["steps"] - MOST_STEPS + 1, sizes["steps"] + 1)}


@pytest.mark.parametrize("name", DRAWN)
def test_nothing_is_drawn_outside_the_chart(name):
    model = model_of(name)
    for part in pages(name):
        pictures = [p for p in walked(part, model) if isinstance(p, Network)]
        for network in pictures:
            picture = network.picture(model)
            points = [
                *(point for group in picture.dots for dots in group for point in dots.places),
                *(end for lines in picture.connections for line in lines.ends for end in line),
                *(point for texts in picture.texts for point in texts.places),
            ]
            assert (np.array(points) > 0).all()
            assert (np.array(points) < picture.size).all()
    assert any(q.name.startswith("network_dot_") for q in model.quantities)


def walked(part, model):
    """Yield a part and all that it is made of."""
    yield part
    for inside, _, _ in part.placed(model):
        yield from walked(inside, model)


@pytest.mark.parametrize("name", ["autoencoder", "batch-norm", "gan", "vae"])
def test_the_names_of_layers_beside_each_other_are_above_all_lines(name):
    model = model_of(name)
    (network,) = (
        each for part in pages(name) for each in walked(part, model) if isinstance(each, Network)
    )
    layout = network.layout(model)
    lines = max(
        end[1] for group in layout.picture.connections for line in group.ends for end in line
    )
    (headings,) = layout.captions()
    heights = [point[1] for point in headings.places]
    assert heights.count(max(heights)) == len(network.stated.columns)
    assert max(heights) > lines


def test_the_name_of_a_layer_at_the_foot_of_a_column_is_below_its_units():
    model = model_of("vae")
    (network,) = (part for page in pages("vae") for part in walked(page, model)
                  if isinstance(part, Network))  # fmt: skip
    layout = network.layout(model)
    (headings,) = layout.captions()
    x, y = min(headings.places, key=lambda place: place[1])
    assert x == layout.middles["sigma"]
    text = 4  # mm: it stands above its point
    assert y + text < layout.place("sigma", (0, 1, 0, 0))[1] - layout.radius


def test_units_of_a_layer_do_not_touch():
    for name in DRAWN:
        model = model_of(name)
        for part in pages(name):
            for network in walked(part, model):
                if isinstance(network, Network):
                    for dots in (d for group in network.picture(model).dots for d in group):
                        places = np.array(dots.places)
                        apart = np.hypot(*(places[:, None] - places).transpose(2, 0, 1))
                        np.fill_diagonal(apart, np.inf)
                        assert apart.min() > dots.points * 25.4 / 72 - 0.4, (name, dots.layer)


def test_what_has_no_number_is_not_drawn(tmp_path):
    """A run that overflows; the check agrees that there is nothing to draw."""
    path = build("rnn", tmp_path / "rnn.xlsx", epochs=2, verify=False).path
    layout = layout_of(read_spec(path))
    edit(path, {layout.cell("W", (0, 0, 0)): "oops", layout.cell("x", (15, 0, 0)): 1e308})
    got = values(path, "formualizer")
    assert (got["network_level_h"] == UNSEEN).any()
    lost = got["network_level_h"] == UNSEEN
    assert (got["network_dot_h"][lost] == NOWHERE).all()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.first(engine=1)
@pytest.mark.slow
def test_the_drawing_agrees_in_every_engine(engine, tmp_path):
    path = build("rnn", tmp_path / "rnn.xlsx", epochs=2, verify=False).path
    assert check(path, engine).agrees


@pytest.mark.parametrize(
    ("name", "index"),
    [("network_value_h", (5,)), ("network_line_up_U", (4, 0, 3)), ("network_back_level_h", (2,))],
)
@pytest.mark.first(1)
@pytest.mark.ci
def test_an_altered_number_of_the_drawing_is_named(tmp_path, name, index):
    path = build("rnn", tmp_path / "rnn.xlsx", epochs=2, verify=False).path
    layout = layout_of(read_spec(path))
    cell = layout.cell(name, index)
    edit(path, {cell: layout.formula(name, index) + "+1"})
    assert cell in {wrong.cell for wrong in check(path, "formualizer").wrong}


@pytest.mark.slow
def test_the_chosen_run_is_drawn(tmp_path):
    path = build("rnn", tmp_path / "runs.xlsx", epochs=2, eta=(0.02, 0.3), verify=False).path
    layout = layout_of(read_spec(path))
    for run in (1, 2):
        edit(path, {layout.cell("epoch_run", ()): run, layout.cell("epoch", ()): 2})
        got = values(path, "formualizer")
        of = got["h"][run - 1, 1, int(got["row"]) - 1]
        np.testing.assert_array_equal(got["network_value_h"], of.ravel())
    assert check(path, "formualizer").agrees


def toy(*layers, **said):
    """Return the quantities of a network of three inputs and two units that somebody states."""
    row = Axis("row", 4)
    stated = (
        Quantity("x", axes=(row,), shape=(3,)),
        Quantity("W", shape=(2, 3)),
        Quantity("y", axes=(row,), shape=(2,)),
        Quantity("maps", axes=(row,), shape=(2, 3, 3)),
        Quantity("F", shape=(2, 2, 2)),
        Quantity("cubes", shape=(2, 2, 2, 2)),
        Quantity("gate", axes=(row,), shape=(2,)),
        *xlnn.choice("row", row, text("en"), title="row"),
    )
    return Model((*stated, *Network(*layers, **said).quantities(Model(stated))))


def test_anybody_s_layers_are_drawn_with_their_errors_and_levels():
    model = toy("x", "y", lines=[("x", "W", "y")], back={"y": "y"})
    assert model["network_value_x"].shape == (3,)
    assert model["network_weight_W"].shape == (6,)
    assert model["network_dot_y"].shape == (2, 2 * LEVELS + 1)
    assert model["network_back_dot_y"].shape == (2, 2 * LEVELS + 1)


def test_anybody_s_maps_have_thin_lines_to_maps_and_heavy_ones_from_places():
    """A layer of the same number of maps is reached from the same map, by filters from each."""
    model = toy("maps", lines=[("maps", "", "maps")])
    assert model["network_guide_across_maps_maps"].shape == (2, 2)
    model = toy("maps", lines=[("maps", "F", "maps")])
    assert model["network_guide_across_F"].shape == (4, 2)
    assert model["network_dot_maps"].shape[0] == 2 * 3 * 3


@pytest.mark.parametrize(
    ("layers", "said", "why"),
    [
        (("x", "y"), {"lines": [("y", "W", "x")]}, r"W has the shape \(2, 3\), but leads from 2"),
        (
            ("x", "y"),
            {"lines": [("x", "gate", "y")]},
            r"gate has the shape \(2,\), but leads from 3",
        ),
        (("x", "cubes"), {"lines": []}, r"cubes has the shape \(2, 2, 2, 2\): a layer is a row"),
        (("x", "z"), {"lines": []}, "no quantity z"),
        (("x", "y"), {"lines": [], "back": {"y": "x"}}, r"x has the shape \(3,\), and y another"),
        (("x",), {"lines": [("x", "W", "y")]}, 'no layer "y"'),
        (("x", "y"), {"lines": [], "ink": ["z"]}, 'no layer "z"'),
        (("x", "y"), {"lines": [], "along": "step"}, 'No quantity has the axis "step"'),
    ],
)
def test_what_cannot_be_drawn_is_refused(layers, said, why):
    with pytest.raises(DataError, match=why):
        toy(*layers, **said)


def test_a_network_of_an_own_model_is_drawn_and_agrees(tmp_path):
    row, twice = Axis("row", 4), xlnn.Stated(lambda x: 2 * x, "=2*{x}")
    page = xlnn.Page("Model", "Mine", "", xlnn.Network("x", "y", lines=[("x", "", "y")]))
    quantities = (
        Quantity("x", axes=(row,), shape=(2,)),
        Quantity("y", axes=(row,), shape=(2,), equation=twice),
        *xlnn.choice("row", row, text("en"), title="row"),
    )
    model = Model(quantities, pages=(page,))
    x = np.arange(8).reshape(4, 2) / 8
    built = xlnn.workbook(model, {"x": x, "row": 3}, tmp_path / "own.xlsx")
    assert built.report.agrees
    assert xlnn.check(built.path, model=model).agrees
    got = xlnn.values(built.path, model=model)
    np.testing.assert_array_equal(got["network_value_y"], 2 * x[2])
    assert openpyxl.load_workbook(built.path).sheetnames[:2] == ["Mine", "Drawing"]
    known = spec_of(whole(model), "own", "zh")
    words = kind_with(known, whole(model)).words(known)
    assert (words("sheets", "Model"), words("sheets", "drawing")) == ("Mine", "绘图数据")
    assert words.of_itself("headings", LEGEND) != LEGEND


def test_the_step_before_is_a_layer_that_is_unrolled():
    model = model_of("rnn")
    network = Network("h", lines=[(previous("h"), "U", "h")], along="step", key="other")
    (weights,) = (q for q in network.quantities(model) if q.name.startswith("other_weight"))
    assert weights.shape == (3 * 3 * 3,)


@pytest.mark.parametrize("lang", ["en", "zh", "ja"])
@pytest.mark.first(lang=1)
def test_the_drawing_speaks_the_language_of_the_workbook(lang, tmp_path):
    path = build("rnn", tmp_path / "rnn.xlsx", epochs=1, verify=False, lang=lang).path
    texts = {cell for row in openpyxl.load_workbook(path).worksheets[1].values for cell in row}
    said = {"en": "Blue is below 0", "zh": "蓝色为负", "ja": "青は負"}[lang]
    assert any(str(text).startswith(said) for text in texts)
    with zipfile.ZipFile(path) as archive:
        charts = "".join(archive.read(n).decode() for n in archive.namelist() if "charts/" in n)
    assert {"en": "hidden state h", "zh": "隐藏状态 h", "ja": "隠れ状態 h"}[lang] in unescape(
        charts
    )
