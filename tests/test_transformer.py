"""The transformer's sheets: the sentence that continues itself, its bars, arcs and matrices."""

import numpy as np
import pytest

import xlnn
from xlnn import reference
from xlnn.building.plan import planned, source_of_template
from xlnn.equations import arcs
from xlnn.experiments import _speech
from xlnn.options import Options
from xlnn.registry.templates import loaded
from xlnn.workbooks.spec import Spec
from xlnn.writing.charts import Range

MORE = _speech.MORE


@pytest.fixture(scope="module")
def plan():
    return planned(source_of_template("transformer"), Options(epochs=30))


@pytest.fixture(scope="module")
def run_of(plan):
    """Return what the workbook has if these words are chosen."""

    def run(*words, **others):
        inputs = {**plan.inputs, **others}
        if words:
            inputs["typed"] = np.array(words, dtype=object)
        return reference.run(plan.layout.model, inputs)

    return run


def test_the_network_goes_on_where_no_word_is_chosen(run_of):
    assert [*run_of("small", "cat", MORE, MORE)["sentence"]] == [
        "small", "cat", "says", "meow", ".",
    ]  # fmt: skip
    between = run_of("big", MORE, "says", MORE)["sentence"]
    assert [*between[[0, 2]]] == ["big", "says"]
    assert between[1] in {"cat", "dog"}


def test_each_step_settles_one_more_word(run_of):
    run = run_of("small", MORE, MORE, MORE)
    said, used = run["said"], run["used"]
    for step in range(len(said)):
        np.testing.assert_array_equal(said[step, : step + 1], used[: step + 1])
    assert (said[0] != used).any()  # the first step has not yet got them all


def test_its_words_are_the_likeliest_of_what_it_says_to_the_whole_sentence(run_of):
    run = run_of("big", MORE, MORE, MORE)
    np.testing.assert_array_equal(run["used"][1:], 1 + run["p_typed"].argmax(axis=1)[:-1])
    assert [*run["sentence"][1:]] == [*run["likely"]]


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (("big", "cat", MORE, MORE), 0),
        (("BIG", "Cat", MORE, MORE), 0),  # upper and lower case are equal
        ((MORE, "cat", MORE, MORE), 1),
        (("big", "bird", "", MORE), 2),
        (("big", None, MORE, MORE), 1),
    ],
)
def test_what_is_no_word_is_asked_for(run_of, words, wrong):
    run = run_of(*words)
    assert run["typed_wrong"] == wrong
    assert bool(str(run["typed_asked"])) == (wrong > 0)


@pytest.mark.parametrize("name", ["?", "*", "~", "", "c"])
def test_a_word_is_itself_whatever_its_signs_mean_in_a_search(plan, name, run_of):
    names = plan.inputs["name_word"].copy()
    names[4] = name or "."
    typed = names[[0, 4, 1, 2]]
    run = run_of(*typed, name_word=names)
    assert [*run["chosen"]] == [1, 5, 2, 3]


@pytest.mark.ci
def test_the_formulas_find_such_words_too(tmp_path):
    (tmp_path / "my.csv").write_text("? * ~ a\n* ? a ~\n")
    built = xlnn.build("transformer", tmp_path / "my.xlsx", data=tmp_path / "my.csv", epochs=2)
    assert built.report.agrees


def test_words_that_differ_by_case_alone_are_one(tmp_path):
    (tmp_path / "my.csv").write_text("The cat sees the\nthe Cat SEES The\n")
    made = planned(source_of_template("transformer"), Options(data=tmp_path / "my.csv", epochs=1))
    assert [*made.inputs["name_word"]] == ["cat", "sees", "The"]
    assert made.inputs["read"].tolist() == [[3, 1, 2]] * 2


def test_the_strength_of_an_arc_is_that_of_the_attention(run_of):
    run = run_of()
    A, strength = run["A_typed"], run["arc_strength"]
    for (i, j), found in zip(arcs.pairs(len(A)), strength, strict=True):
        assert found == sum(A[i, j] >= bound for bound in arcs.STRENGTHS)
    assert {0, 1, 3} <= {*strength}


def test_an_arc_is_seen_in_the_series_of_its_strength_alone(run_of):
    run = run_of()
    seen = (run["arc_up"] >= 0).all(axis=1)
    assert seen.sum(axis=1).tolist() == np.minimum(run["arc_strength"], 1).tolist()
    assert not (seen ^ (run["arc_up"] > arcs.NOWHERE).any(axis=1)).any()


def test_arcs_begin_and_end_above_their_words(run_of):
    x = run_of()["arc_across"]
    for (i, j), points in zip(arcs.pairs(4), x, strict=True):
        assert points[0] // arcs.WORD == j
        assert points[-1] // arcs.WORD == i


def test_the_arcs_lie_over_the_columns_of_their_words(plan):
    drawings = plan.kind.drawings(plan.spec, plan.layout)
    (anchor, chart), _ = drawings["talk"].charts
    words = plan.layout.blocks["sentence"]
    T = plan.layout.model["A_typed"].shape[0]
    assert (anchor._from.col + 1, anchor.to.col) == (words.column, words.column + T - 1)  # noqa: SLF001 -- openpyxl's
    assert anchor.to.row == words.row - 1
    assert chart.x_axis.scaling.max == T * arcs.WORD
    cells = {each.xVal.numRef.f for each in chart.series}
    assert len(cells) == 1
    assert Range(cells.pop()).startswith("'Arcs'!")


def test_no_number_on_talk_and_inside_has_an_exponent(plan):
    """7E-08 says nothing to a reader: formats of two parts get no rule for tiny numbers."""
    drawings = plan.kind.drawings(plan.spec, plan.layout)
    for sheet, but in (("talk", {"eta", "epoch"}), ("inside", {"chosen", "used"})):
        for block in plan.layout.on(sheet):
            name = block.quantity.name
            if not block.quantity.is_text and name not in but and block.quantity.shape:
                assert ";" in drawings[sheet].looks[name].number_format, name


def test_on_inside_words_stand_beside_each_line_of_matrices_and_arrows_between(plan):
    blocks, model = plan.layout.blocks, plan.layout.model
    drawing = plan.kind.drawings(plan.spec, plan.layout)["inside"]
    words = {blocks[q.name].row for q in model.quantities if q.kind == "word"}
    matrices = [q for q in model.quantities if q.sheet == "inside" and q.name.endswith("_typed")]
    assert {blocks[q.name].row for q in matrices} == words
    for before, after in (("m1", "n1"), ("s1", "n1"), ("m2", "n2"), ("h", "active"), ("S", "A")):
        one, other = blocks[f"{before}_typed"], blocks[f"{after}_typed"]
        assert one.row == other.row
        assert one.column < other.column
    arrows = [text for row in drawing.cells.values() for text, _ in row.values() if text == "→"]
    assert len(arrows) == 13


def test_all_weights_that_are_used_have_one_format(plan):
    drawing = plan.kind.drawings(plan.spec, plan.layout)["used"]
    formats = {drawing.looks[block.quantity.name].number_format for block in plan.layout.on("used")}
    assert len(formats) == 1


def test_the_longest_sentence_and_the_largest_vocabulary_fit():
    experiment = loaded("transformer")
    sizes = {"positions": 12, "words": 50, "epochs": 1, "sentences": 1}
    usual = {key: size.usual for key, size in experiment.sizes.items()}
    spec = Spec("transformer", "transformer", "en", usual | sizes)
    layout = experiment.layout(spec)
    longest = max(
        len(layout.formula(name, (0,) * len(layout.model[name].shape)))
        for name in ("chosen", "used", "sentence")
    )
    assert longest < 8_192
