"""The experiments after the book learn their tasks, and their gradients are right."""

import ast
import json
import re
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from PIL import Image

import xlnn
from xlnn import reference
from xlnn.building.plan import planned, source_of_template
from xlnn.errors import XlnnError
from xlnn.model import Model
from xlnn.options import Options
from xlnn.reference import known
from xlnn.registry.templates import loaded
from xlnn.workbooks.entries import to_values
from xlnn.workbooks.pages.page import with_inputs
from xlnn.workbooks.spec import Spec

TORCH = json.loads((Path(__file__).parent / "pytorch_experiments.json").read_text(encoding="utf-8"))
TRAINED = [name for name in TORCH if name != "torch"]
NAMES = ["rnn", "lstm", "gru", "attention", "transformer"]
MODULES = [
    *NAMES,
    "names",
    "embeddings",
    "autoencoder",
    "vae",
    "gan",
    "batch_norm",
    "_pictures",
    "_speech",
]
PUBLIC = "xlnn", "xlnn.equations", "xlnn.terms"
"""From where another package imports, too."""

SHARED = "xlnn.experiments", "xlnn.experiments._pictures", "xlnn.experiments._speech"
"""What these modules share: another package may have such a module, too."""

STANDARD = ("collections", "collections.abc", "dataclasses", "functools", "itertools", "math",
            "statistics", "typing")  # fmt: skip

BLOCKS = {
    "arcs",
    "attention",
    "batchnorm",
    "generative",
    "labels",
    "letters",
    "principal",
    "recurrent",
    "units",
}
"""The modules of equations that docs/programmer.md offers."""

EPOCHS = 5
STEP = 1e-5
"""Of central differences: their error is of the order of its square and of 1e-16 / STEP."""

FAR = 1e-7
"""How far a central difference may be from the gradient, relative to 1 and to the largest."""


def stated(name, **sizes):
    """Return the model of an experiment and what its inputs hold at first."""
    experiment = loaded(name)
    sizes = {key: size.usual for key, size in experiment.sizes.items()} | sizes
    model = experiment.layout(Spec(name, name, "en", sizes)).model
    images = experiment.from_template(experiment.template).inputs
    given, kinds = {**experiment.inputs(sizes), **images}, {True: object, False: float}
    spec = Spec(name, name, "en", sizes)
    given = with_inputs(experiment.pages, model, experiment.learns_of(spec), spec, given)
    inputs = {
        q.name: np.asarray(given[q.name], kinds[q.is_text]).reshape(q.input_lengths)
        for q in model.inputs
    }
    return model, inputs | known(model)


@pytest.fixture(scope="module", params=NAMES)
def trained(request):
    """An experiment after all of its epochs."""
    return request.param, reference.run(*stated(request.param))


@pytest.mark.parametrize("name", [*MODULES, "clusters", "q_learning"])
def test_a_module_imports_nothing_that_another_package_could_not(name):
    path = Path(xlnn.__file__).parent / "experiments" / f"{name}.py"
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom):
            found = [node.module]
        else:
            continue
        assert {*found} <= {*STANDARD, "numpy", *PUBLIC, *SHARED}
        if "xlnn" in found and isinstance(node, ast.ImportFrom):
            assert {each.name for each in node.names} <= set(xlnn.__all__)
        if "xlnn.equations" in found:
            assert {each.name for each in node.names} <= BLOCKS


@pytest.mark.parametrize("name", [*TRAINED, "clusters", "q-learning"])
def test_no_symbol_is_an_english_word(name):
    model, _ = stated(name)
    named = [q.name for q in model.quantities if q.axes and q.symbol.removesuffix("{}") == q.name]
    assert not [name for name in named if re.search("[a-z]{3}", name)]


@pytest.mark.parametrize("name", TRAINED)
def test_the_gradients_are_the_central_differences_of_the_cost(name):
    model, inputs = stated(name, epochs=1)
    needed = of_cost(model)
    run = reference.run(needed, inputs)
    generator = np.random.default_rng(0)
    for weight in TORCH[name]["gradients"]:
        of, units = model[f"dC_d{weight}"].gradient_of, list(np.ndindex(run[weight].shape[1:]))
        if not of.exact:
            continue
        for unit in generator.permutation(units)[:12]:
            costs = []
            for sign in (1, -1):
                moved = inputs[weight].copy()
                moved[(0, *unit)] += sign * STEP
                moved_run = reference.run(needed, {**inputs, weight: moved})
                costs.append(moved_run[of.cost or "C_T"][0])
            slope = (costs[0] - costs[1]) / (2 * STEP)
            assert run[f"dC_d{weight}"][(0, *unit)] == pytest.approx(slope, rel=FAR, abs=FAR)


COSTS = "C_T", "C_T_rnn", "C_T_lstm", "C_T_cut", "C_D", "C_G"


def cost_of(run):
    """Return the cost of each epoch; of two networks side by side, the sum of both."""
    return sum(run[name] for name in COSTS if name in run)


def of_cost(model):
    """Return what the cost and the gradients are computed from."""
    waiting = [q.name for q in model.quantities if q.name in COSTS or q.name.startswith("dC_d")]
    needed = set()
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += model[name].sources
    return Model(tuple(q for q in model.quantities if q.name in needed or q.is_input))


@pytest.mark.parametrize("name", TRAINED)
def test_each_epoch_has_the_cost_and_the_gradients_of_pytorch(name):
    run = reference.run(*stated(name, epochs=EPOCHS))
    assert cost_of(run) == pytest.approx(np.array(TORCH[name]["C_T"]), rel=1e-10)
    for weight, gradients in TORCH[name]["gradients"].items():
        assert run[f"dC_d{weight}"] == pytest.approx(np.array(gradients), abs=1e-9)


def test_the_task_is_learnt(trained):
    name, run = trained
    outputs = {"rnn": 64, "lstm": 8, "gru": 8, "attention": 48, "transformer": 12}[name]
    right = run["right" if "right" in run else "recognised"]
    assert right[0] < 0.8 * outputs
    assert right[-1] == outputs
    assert run["C_T"][-1] < run["C_T"][0] / 4


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.first(name=1)
def test_each_optimiser_lowers_the_cost_with_its_own_rate(name):
    for optimizer in ("sgd", "momentum", "rmsprop", "adam"):
        cost = reference.run(*stated(name, optimizer=optimizer))["C_T"]
        assert cost[-1] < 0.8 * cost[0], optimizer


def test_the_elman_network_forgets_what_the_lstm_remembers():
    run = reference.run(*stated("lstm"))
    assert run["recognised"][-1] == 8
    assert run["recognised_rnn"].max() < 8
    assert run["remains"] > 100 * run["remains_rnn"]


def test_at_last_a_position_looks_at_the_last_capital_letter():
    model, inputs = stated("attention")
    A, letters = reference.run(model, inputs)["A"], inputs["letters"]
    places = np.arange(letters.shape[1])
    last = np.maximum.accumulate(np.where(letters > 3, places, 0), axis=1)
    looks = np.take_along_axis(A, last[np.newaxis, ..., np.newaxis], axis=3)[..., 0]
    assert looks[-1].min() > 0.7
    assert looks[0].mean() < 0.6
    assert not A[:, :, *np.triu_indices(len(places), 1)].any()


def test_the_transformer_foretells_all_that_can_be_known():
    model, inputs = stated("transformer")
    run = reference.run(model, inputs)
    p = np.take_along_axis(run["p"][-1], inputs["next"].astype(int)[..., np.newaxis] - 1, axis=2)
    assert p[:, 0] == pytest.approx(0.5, abs=0.05)
    assert p[:, 1:].min() > 0.9
    assert run["C_T"][-1] == pytest.approx(4 * np.log(2), rel=0.03)


@pytest.mark.parametrize("typed", [(1, 4, 5, 8), (2, 3, 5, 7)])
def test_words_that_are_typed_go_the_same_way_as_those_of_training(typed):
    model, inputs = stated("transformer")
    words = inputs["name_word"][np.array(typed) - 1]
    run = reference.run(model, {**inputs, "typed": words, "epoch": np.array(49.0)})
    (row,) = np.flatnonzero((inputs["read"] == typed).all(axis=1))
    assert run["p_typed"] == pytest.approx(run["p"][-1, row], abs=1e-12)


@pytest.mark.parametrize(
    ("text", "targets", "sentence"),
    [
        ("a,b,t,u\n1,-1,1,0\n1,1,1,0.5\n", "tu", "rnn: t is 0.5 in row 2, step 2: a whole number"),
        ("a,b,t,u\n1,-1,1,0\n1,x,1,0\n", "tu", "my.csv"),
        ("a,b,t\n1,-1,1\n", "t", "my.csv: 2 inputs and 1 target were found, but each input needs"),
        ("a,b,t,u\n1,7,1,2\n", "tu", "attention: letters is 7 in row 1, column 2: a whole number"),
    ],
)  # fmt: skip
def test_a_sequence_that_cannot_be_is_refused_where_it_stands(tmp_path, text, targets, sentence):
    (tmp_path / "my.csv").write_text(text)
    name = "rnn" if sentence.startswith("my.csv") else sentence.partition(":")[0]
    with pytest.raises(XlnnError, match=re.escape(sentence)):
        planned(source_of_template(name), Options(data=tmp_path / "my.csv", targets=tuple(targets)))


def of_sentences(path, text, **options):
    path.write_text(text, encoding="utf-8")
    return planned(source_of_template("transformer"), Options(data=path, epochs=60, **options))


def test_a_transformer_learns_the_words_of_sentences_whatever_separates_them(tmp_path):
    text = "cats chase mice\ndogs chase cats\nmice eat cheese\nCats chase mice\n"
    plan = of_sentences(tmp_path / "my.txt", text)
    inputs, run = plan.inputs, reference.run(plan.layout.model, plan.inputs)
    named = inputs["name_word"]
    assert [*named] == ["cats", "chase", "cheese", "dogs", "eat", "mice"]
    assert [*named[inputs["read"][2].astype(int) - 1]] == ["mice", "eat"]
    assert [*run["text"][0]] == ["cats", "chase"]
    assert [*run["likely"]] == ["chase", "mice"]
    assert [*run["menu"]] == [*named, "…"]
    other = of_sentences(tmp_path / "my.csv", text.replace(" ", ";"))
    np.testing.assert_array_equal(other.inputs["next"], inputs["next"])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,b,c\nd,e,f g\n", "my.csv, line 2: 4 words were found, but the first sentence has 3"),
        ("a,b\nc,d\n", "my.csv: positions is 1: a whole number from 2 to 12 is expected"),
        (f"{'a,' * 20}\n", "positions is 19: a whole number from 2 to 12 is expected"),
        ("a,a,a\n", "words is 1: a whole number from 2 to 50"),
    ],
)
def test_sentences_that_do_not_fit_are_refused(tmp_path, text, sentence):
    with pytest.raises(XlnnError, match=sentence):
        of_sentences(tmp_path / "my.csv", text)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "rmsprop", "adam"])
@pytest.mark.first(optimizer=2)
def test_the_default_learning_rate_is_small_enough_for_many_rows(tmp_path, optimizer):
    bits = np.random.default_rng(0).integers(0, 2, (200, 4))
    rows = np.hstack([2 * bits - 1, bits.cumsum(axis=1) % 2])
    np.savetxt(tmp_path / "my.csv", rows, "%d", ",", header="a,b,c,d,e,f,g,h", comments="")
    options = Options(data=tmp_path / "my.csv", targets=tuple("efgh"), optimizer=optimizer)
    plan = planned(source_of_template("rnn"), options)
    cost = reference.run(plan.layout.model, plan.inputs)["C_T"]
    assert cost[-1] < cost[0] / 2


def test_a_learning_rate_that_was_asked_for_is_kept_whatever_the_data(tmp_path):
    (tmp_path / "my.csv").write_text("a,b,t\n" + "1,-1,1\n" * 100)
    options = Options(data=tmp_path / "my.csv", targets=("t",), optimizer="sgd", eta=0.3)
    assert planned(source_of_template("lstm"), options).inputs["eta"] == 0.3


def test_each_row_of_a_table_may_have_one_target(tmp_path):
    (tmp_path / "my.csv").write_text("a,b,t,u\n1,-1,1,0\n1,1,0,0\n-1,1,0,1\n")
    options = {"data": tmp_path / "my.csv", "drop": ("u",)}
    made = planned(source_of_template("lstm"), Options(targets=("t",), **options))
    assert made.spec.sizes | {"rows": 3, "steps": 2} == made.spec.sizes
    assert made.inputs["t"].tolist() == [[1], [0], [0]]
    with pytest.raises(
        XlnnError, match="2 inputs and 2 targets were found, but each row needs one"
    ):
        planned(source_of_template("lstm"), Options(data=options["data"], targets=("t", "u")))


def test_the_guide_tells_nothing_of_the_task_to_whoever_brings_data(tmp_path):
    (tmp_path / "my.csv").write_text("a,b,t,u\n1,-1,1,0\n1,1,1,0\n")
    options = Options(data=tmp_path / "my.csv", targets=("t", "u"), epochs=1)
    shipped, own = (
        planned(source_of_template("rnn"), Options()),
        planned(source_of_template("rnn"), options),
    )
    guides = [plan.kind.words(plan.spec).words["guide"] for plan in (shipped, own)]
    assert guides[0]["about"][1:] == guides[1]["about"]
    assert "odd" in guides[0]["about"][0]
    assert "odd" not in str(guides[1])
    assert guides[0]["experiments"]
    assert not guides[1]["experiments"]
    kept = own.kind.spec(to_values(own.spec))
    assert kept == own.spec
    drawing = own.kind.drawings(kept, own.layout)["guide"]
    texts = [text for row in drawing.cells.values() for text, *_ in row.values()]
    assert "Things to try" not in texts
    assert "What to look for" not in texts


def test_sentences_are_true_where_nothing_reaches_back_and_where_words_tie():
    model, inputs = stated("rnn", epochs=2)
    silent = reference.run(model, {**inputs, "V": inputs["V"] * 0, "eta": np.array(0.0)})
    assert "At the last step the gradient is 0 already" in str(silent["fades"])
    model, inputs = stated("transformer", epochs=2)
    even = reference.run(
        model, {**inputs, "U": inputs["U"] * 0, "epoch": np.array(0.0)}
    )  # fmt: skip
    assert set(even["likely"].ravel()) == {"–"}


def of_images(data, **options):
    return planned(source_of_template("autoencoder"), Options(data=data, **options))


def test_the_images_of_an_autoencoder_are_shown_in_their_rows_and_columns():
    plan = planned(source_of_template("autoencoder"), Options(epochs=1))
    for name in ("before", "seen", "after", "image"):
        assert plan.layout.model[name].shape == (4, 3)


def test_an_autoencoder_takes_pictures_and_tables_of_pixels(tmp_path):
    for label, grey in (("7", 0), ("8", 255)):
        (tmp_path / label).mkdir()
        Image.new("L", (6, 8), grey).save(tmp_path / label / "1.png")
    made = of_images(tmp_path, epochs=1)
    assert made.inputs["labels"].tolist() == [7, 8]
    assert made.inputs["images"].tolist() == [[1] * 12, [0] * 12]
    table = tmp_path / "my.csv"
    table.write_text(f"a{',0.5' * 12}\nb{',1' * 12}\n")
    made = of_images(table, epochs=1)
    assert made.inputs["labels"].tolist() == [1, 2]
    assert made.inputs["images"].tolist() == [[0.5] * 12, [1] * 12]
    assert of_images(table, epochs=1, noise=0.5).inputs["drawn"].shape == (2, 12)


def test_a_threshold_is_for_pictures(tmp_path):
    (tmp_path / "my.csv").write_text("0" + ",1" * 11 + "\n")
    with pytest.raises(XlnnError, match="--threshold is for folders of pictures"):
        of_images(tmp_path / "my.csv", threshold=0.5)


@pytest.mark.ci
def test_where_outputs_are_no_numbers_none_is_called_right(tmp_path):
    built = xlnn.build("lstm", tmp_path / "lstm.xlsx", epochs=1).path
    workbook = openpyxl.load_workbook(built)
    workbook["Memory"]["D4"] = "fast"
    workbook["Data"]["C6"] = "one"
    workbook.save(built)
    assert "No result" in str(xlnn.values(built)["course"])


def typed(path, cells):
    """Type something into cells of a workbook."""
    workbook = openpyxl.load_workbook(path)
    for (sheet, cell), value in cells.items():
        workbook[sheet][cell] = value
    workbook.save(path)
    return path


@pytest.mark.ci
def test_a_word_without_a_number_has_no_name(tmp_path):
    built = xlnn.build("embeddings", tmp_path / "embeddings.xlsx", epochs=1).path
    typed(built, {("Sentences", "B12"): None, ("Sentences", "C13"): 0, ("Sentences", "D13"): 99})
    text = xlnn.values(built)["text"]
    assert [*text[6], *text[7]] == ["–", "eats", "apple", "girl", "–", "–"]


@pytest.mark.ci
def test_numpy_calls_no_output_right_either_that_is_no_number(tmp_path):
    built = xlnn.build("lstm", tmp_path / "lstm.xlsx", epochs=2).path
    report = xlnn.check(typed(built, {("Optimiser", "B4"): 1}), probes=0)
    assert report.agrees


def test_a_grid_of_dots_has_no_headings(tmp_path):
    grid = "S,.,.,G\n.,#,.,P\n.,.,.,.\n.,.,#,.\n"
    (tmp_path / "my.csv").write_text(grid)
    made = planned(source_of_template("q-learning"), Options(data=tmp_path / "my.csv"))
    assert made.inputs["world"].tolist() == [[0, 0, 0, 2], [0, 1, 0, 2], [0] * 4, [0, 0, 1, 0]]


def test_what_a_summary_says_of_the_task_ends_with_a_sentence(tmp_path):
    path = xlnn.build("q-learning", tmp_path / "q.xlsx", epochs=1).path
    title, said = xlnn.show(path).about
    assert title == "A robot learns its way"
    book = openpyxl.load_workbook(path)
    (cell,) = (c for row in book["Guide"] for c in row if str(c.value).startswith(said))
    cell.value = "A robot knows nothing. It is 2.5 moves from a goal. A line ends within"
    book.save(path)
    said = "A robot knows nothing. It is 2.5 moves from a goal."
    assert xlnn.show(path).about == (title, said)


def test_a_step_that_does_not_fit_in_a_cell_is_no_wrong_formula(tmp_path):
    built = xlnn.build("q-learning", tmp_path / "q.xlsx", epochs=4).path
    with pytest.raises(XlnnError, match="World!D6 is too large"):
        xlnn.check(typed(built, {("World", "D6"): 1e300}), probes=0)


@pytest.mark.slow
def test_a_summary_has_sentences_and_an_explanation_names_the_paper(tmp_path):
    path = xlnn.build("transformer", tmp_path / "transformer.xlsx", epochs=1).path
    assert "\n           ." not in str(xlnn.show(path))
    assert "book" not in str(xlnn.explain(path, "K"))
    assert "Vaswani et al. 2017" in str(xlnn.explain(path, "K"))
