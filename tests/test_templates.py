"""Each template is proven by every engine and learns; a folder of one's own is read strictly."""

import re
from functools import cache

import numpy as np
import pytest
from cell_references import without_texts
from networks import FEWER_EPOCHS, NETWORK_TEMPLATES, from_template, once_alike, plan
from programs import skip_without

from xlnn import reference
from xlnn.checking.check import check
from xlnn.engines import ENGINES
from xlnn.errors import DataError
from xlnn.linting import lint
from xlnn.options import Options
from xlnn.registry.templates import copy, experiments, folder, in_order, loaded, names, template
from xlnn.xlsx.cells import cells
from xlnn.xlsx.parts import sheet_parts

SMALL = ("neuron", "sequences", "similarity", "regression", "descent")
"""Templates that each engine computes in less than a second or two."""

EACH_TIME = "formualizer", "ironcalc"
"""Engines that agree on every template: the first at each build, the other in test_ironcalc."""

LEARNT = {
    "cnn": (96, None),
    "digits": (64, None),
    "digits-cross-entropy": (64, None),
    "xor": (4, None),
    "circles": (60, None),
    "moons": (58, None),
    "spirals": (60, None),
    "iris": (116, 30),
    "digits-8x8": (757, 183),
}
"""How many are right after the last epoch: of those that are trained, of those held out. Of the
digits of 8 x 8 pixels, of ten kinds, it is half of them after so few epochs."""

PREDICTS = {"diabetes": (53.4, 55.2)}
"""Root mean square errors of a regression after the last epoch: of those that are trained, and of
those held out."""

RIGHT = 0.05
"""Half a unit of the last digit."""


@cache
def trained(name):
    """Return a template's plan and NumPy's run of all its epochs."""
    made = plan(from_template(template(name)), Options())
    return made, reference.run(made.model, made.inputs)


@pytest.fixture(scope="module", params=once_alike(names()))
def built(request, workbook):
    """Return the workbook of a template, made smaller where it would take long."""
    return workbook(request.param, fewer=True, epochs=FEWER_EPOCHS.get(request.param))


@pytest.mark.first(1)
def test_another_engine_than_that_of_the_build_agrees_with_numpy_on(request, built):
    """formualizer has proven each before it appeared; here it is the turn of one of the others."""
    assert built.report.agrees
    assert built.report.engine == "formualizer"
    others = [engine for engine in ENGINES if engine != built.report.engine]
    place = names().index(request.node.callspec.params["built"])
    agrees(built, others[place % len(others)])


@pytest.mark.parametrize("engine", [each for each in ENGINES if each not in EACH_TIME])
@pytest.mark.parametrize("name", SMALL)
def test_every_engine_agrees_with_numpy_on_small(name, engine, workbook):
    agrees(workbook(name, fewer=True, epochs=FEWER_EPOCHS.get(name)), engine)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_agrees_with_numpy_on(built, engine):
    agrees(built, engine)


def agrees(built, engine):
    skip_without(engine)
    report = check(built.path, engine)
    assert report.agrees, report.wrong[:3]
    assert report.other_cells == 0


@pytest.mark.first(2)
def test_excel_finds_nothing_to_repair_in(built):
    """Each build has asked lint already, before a few values were stored otherwise."""
    assert lint(built.path) == ()


NUMBER = re.compile(r"""(?<![\w$.])[0-9]+(?:\.[0-9]+)?(?:[Ee][-+]?[0-9]+)?(?![\w!.])""")


@pytest.mark.parametrize(
    ("formula", "numbers"),
    [("=A1E5*0.5+1E-12", ["0.5", "1E-12"]), ("=B4+10^-12", ["10", "12"]), ('="1E-12"', [])],
)
def test_numbers_in_formulas_are_found(formula, numbers):
    assert NUMBER.findall(without_texts(formula)) == numbers


@pytest.fixture(scope="module")
def formulas(built):
    """Return the formulas of a workbook."""
    path = built.path
    return {cell.formula for title in sheet_parts(path) for cell in cells(path, title)} - {None}


def test_no_formula_holds_a_number_that_programs_save_otherwise(formulas):
    # Excel saves 1E-12 as 9.9999999999999998E-13, others as 0.000000000001, and 15 digits at most
    assert formulas
    for formula in formulas:
        for number in NUMBER.findall(without_texts(formula)):
            assert "E" not in number.upper(), formula
            assert len(number.replace(".", "").strip("0")) <= 15, formula
            assert float(number) == 0 or float(number) >= 1e-4, formula


def test_no_formula_calls_a_function_that_an_engine_does_not_compute_over_two_sheets(formulas):
    for formula in formulas:
        assert "SUMXMY2" not in formula


@pytest.mark.parametrize("name", PREDICTS)
def test_the_network_predicts_better_than_a_mean(name):
    _, run = trained(name)
    for part, error in zip(("", "test_"), PREDICTS[name], strict=True):
        assert run[f"{part}rmse"][-1, 0] == pytest.approx(error, abs=RIGHT)
        assert error < 0.8 * run[f"{part}raw_t"].std()
    assert (np.diff(run["C_T"]) < 0).all()


def test_each_network_template_learns_or_predicts():
    assert {*LEARNT, *PREDICTS} == set(NETWORK_TEMPLATES)


@pytest.mark.parametrize("name", LEARNT)
def test_the_network_learns_from(name):
    made, run = trained(name)
    right, tested = LEARNT[name]
    assert run["recognised"][-1] == right
    assert right > 5 * made.spec.images / len(made.spec.labels) or right > 0.95 * made.spec.images
    assert run["C_T"][-1] < 0.75 * run["C_T"][0]
    if tested is not None:
        assert run["test_recognised"][-1] == tested


def test_each_template_says_what_it_is_in_a_line():
    for name in names():
        assert 20 < len(template(name).summary) < 130
        assert "\n" not in template(name).summary


def test_each_template_says_which_sections_of_the_book_it_shows():
    beyond = {each.name for each in in_order() if not each.sections}
    networks = {*("circles", "diabetes", "digits-8x8", "iris", "moons", "spirals", "xor")}
    sequences = {*("rnn", "lstm", "gru", "attention", "transformer", "names")}
    others = {*("autoencoder", "batch-norm", "clusters", "embeddings", "gan", "q-learning", "vae")}
    assert beyond == networks | sequences | others
    assert [each.sections[0] for each in in_order() if each.sections] == [
        *("1-2", "1-4", "2-1", "2-2", "2-4", "2-6", "2-10", "2-12"),
        *("3-3", "3-5", "4-1", "4-1", "4-4", "5-4", "5-5"),
    ]
    assert {each.name for each in in_order()} == set(names())


@pytest.mark.parametrize("name", ["xor", "descent"])
@pytest.mark.parametrize(
    ("book", "message"),
    [
        ('"2-13"', "book = 2-13: a section of the book was expected"),
        ('"6-1"', "a section of the book was expected"),
        ('"2"', "a section of the book was expected"),
        ('["2-1", "2-01"]', "book = 2-01"),
        ('["2-1", 2]', "book = 2:"),
        ("2.1", "book = 2.1:"),
        ('["2-1", "2-1"]', "a section is listed twice in its book"),
    ],
)
def test_a_section_that_the_book_does_not_have_is_refused(tmp_path, name, book, message):
    copy(name, tmp_path / "mine")
    path = tmp_path / "mine" / "template.toml"
    text = re.sub(r"(?m)^book = (\[[^]]*\]|.*)", "", path.read_text())
    path.write_text(f"book = {book}\n{text}")
    with pytest.raises(DataError, match=message):
        template(str(tmp_path / "mine"))


def test_one_section_may_stand_without_a_list(tmp_path):
    copy("xor", tmp_path / "mine")
    path = tmp_path / "mine" / "template.toml"
    path.write_text(f'book = "2-11"\n{path.read_text()}')
    assert template(str(tmp_path / "mine")).sections == ("2-11",)
    plan(from_template(template(str(tmp_path / "mine"))), Options())


def test_the_sizes_in_the_summaries_are_true():
    for name, (images, layers) in {
        "digits-8x8": (1797, "64-16-10"),
        "iris": (150, "4-5-3"),
        "diabetes": (442, "10-4-1"),
        "xor": (4, "2-3-2"),
        "circles": (60, "2-4-2"),
        "moons": (60, "2-6-2"),
        "spirals": (60, "2-8-2"),
        "digits": (64, "12-3-2"),
    }.items():
        spec = trained(name)[0].spec
        assert spec.images + spec.test_samples == images
        assert layers == "-".join(map(str, [spec.inputs, *(layer.units for layer in spec.layers)]))
        assert layers in template(name).summary


# --- of one's own ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", names())
def test_a_copy_is_what_it_was_copied_from(name, tmp_path):
    copy(name, tmp_path / "mine")
    mine, theirs = template(str(tmp_path / "mine")), template(name)
    assert mine.name == "mine"
    is_folder = theirs.path != folder()
    files = sorted(path.name for path in theirs.path.iterdir()) if is_folder else ["template.toml"]
    assert sorted(path.name for path in mine.path.iterdir()) == files
    if name not in experiments():
        assert mine.values == theirs.values
        return
    kind = loaded(name)  # which says some things itself
    own, other = (kind.plan(kind.from_template(each), {}) for each in (mine, theirs))
    assert own.spec.sizes == other.spec.sizes
    np.testing.assert_equal(own.inputs, other.inputs)


def test_a_copy_replaces_nothing_and_takes_no_template_s_name(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    for name in ("mine", "link"):
        with pytest.raises(DataError, match=f"{name} exists: choose another name"):
            copy("digits", tmp_path / name)
    with pytest.raises(DataError, match="xor is the name of a template"):
        copy("digits", tmp_path / "xor")
    with pytest.raises(DataError, match='"nothing"; choose one of activations, attention,'):
        copy("nothing", tmp_path / "other")
    with pytest.raises(DataError, match='"digit": is it digits'):
        copy("digit", tmp_path / "other")
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be created: Not a directory"):
        copy("xor", tmp_path / "file" / "mine")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "link", "mine"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "eta = 0.2",
            'eta = "0.2"',
            r"toml of mine: eta is '0\.2': a finite number greater than 0 is expected",
        ),
        ("eta = 0.2", "eta = true", "eta is True: a finite number greater than 0 is expected"),
        ("eta = 0.2", "", r"template\.toml of mine does not say its eta"),
        (
            "epochs = 150",
            "epochs = 1.5",
            r"epochs is 1\.5: a whole number of at least 1 is expected",
        ),
        ("epochs = 150", 'epochs = 1\nlabels = "01"', "labels is '01': a list is expected"),
        ("epochs = 150", 'epochs = 1\nlabels = ["0", "0"]', "a label occurs twice"),
        (
            "epochs = 150",
            'epochs = 1\ncolour = "red"',
            "colour is unknown; known are kind, summary, boo",
        ),
        ('cost = "squared error"', 'cost = "hinge"', 'no cost "hinge"'),
        ("[data]", "[date]", "date is unknown"),
        ('file = "xor.csv"', "file = 5", r"of mine, \[data\]: file is 5: a text is expected"),
        ('file = "xor.csv"', 'file = "none.csv"', r"none\.csv cannot be read"),
        ('file = "xor.csv"', "", r"of mine, \[data\] does not say its file"),
        ("table = true", 'table = "yes"', "table is 'yes': True or False is expected"),
        ("table = true", "table = true\npicture = [1, 2]", "a table has no picture"),
        ("table = true", "picture = [4]", r"picture is \[4\]: a size in rows and columns"),
        ("table = true", "table = true\ntargets = []", r"targets is \[\]: the name of a column"),
        ("seed = 3", "seed = 1.5", r"\[start\]: seed is 1\.5: a whole number of at least 0 is"),
        ("seed = 3", "seed = -1", "seed is -1: a whole number of at least 0"),
        ("seed = 3", 'file = "none.json"', r"none\.json cannot be read"),
        ("units = 3", 'units = 3\nname = "1"', 'A layer is named "1", as the input is'),
        ("units = 3", "units = 0", "Layer 2 has 0 units"),
        ("units = 3", "", "Layer 2 does not say its units"),
        ('"tanh"', '"unit step"', "a network cannot learn with the unit step"),
        ('"tanh"', '"softmax"', "Layer 2: softmax is for the output layer"),
        ("# the output", "units = 7 #", "output layer has 7 units for 2 labels"),
        ("eta = 0.2", "eta = ", r"template\.toml cannot be read"),
    ],
)
def test_what_a_template_may_not_say_is_refused_by_name(tmp_path, old, new, message):
    copy("xor", tmp_path / "mine")
    path = tmp_path / "mine" / "template.toml"
    text = path.read_text()
    assert old in text
    new = f"\n{new}" if new.startswith("units = 7") else new
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(DataError, match=message):
        plan(from_template(template(str(tmp_path / "mine"))), Options())


def test_softmax_does_not_go_with_squared_error(tmp_path):
    copy("iris", tmp_path / "mine")
    path = tmp_path / "mine" / "template.toml"
    path.write_text(path.read_text().replace('"categorical cross-entropy"', '"squared error"'))
    with pytest.raises(DataError, match='"squared error" does not go with the output'):
        plan(from_template(template(str(tmp_path / "mine"))), Options())


def test_a_text_that_is_not_utf_8_is_refused(tmp_path):
    copy("xor", tmp_path / "mine")
    (tmp_path / "mine" / "template.toml").write_bytes(b"# \xe9")
    with pytest.raises(
        DataError, match=r"template\.toml is not UTF-8 text: save it as TOML in UTF-8"
    ):
        template(str(tmp_path / "mine"))


@pytest.mark.parametrize(
    ("name", "end"),
    [("digit", ": is it digits"), ("iriss", ": is it iris or first?"), ("qqq", "xor, xor-layers.")],
)
def test_a_template_that_is_not_there_may_be_one_of_nearly_that_name(name, end):
    with pytest.raises(DataError) as refused:
        template(name)
    assert end in str(refused.value)
    shown = re.split("; choose one of |: is it ", str(refused.value))[1]
    assert {*re.findall("[-a-z0-9]+", shown)} - {"or"} <= {*names()}
