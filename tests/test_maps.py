"""Embeddings and the autoencoder: the maps show what is alike."""

import numpy as np
import pandas as pd
import pytest

from xlnn import reference
from xlnn.building.plan import planned, source_of_template
from xlnn.errors import XlnnError
from xlnn.options import Options
from xlnn.registry.templates import loaded
from xlnn.workbooks.pages.page import with_inputs
from xlnn.workbooks.spec import Spec
from xlnn.writing.formats import fitted

STEP = 1e-5
"""Of central differences: their error is of the order of its square and of 1e-16 / STEP."""

FAR = 1e-7
"""How far a central difference may be from the gradient, relative to 1 and to the largest."""


def run(name, given=None, **sizes):
    """Compute an experiment from its inputs, some of them given otherwise."""
    experiment = loaded(name)
    sizes = {key: size.usual for key, size in experiment.sizes.items()} | sizes
    model = experiment.layout(Spec(name, name, "en", sizes)).model
    images = experiment.from_template(experiment.template).inputs
    spec = Spec(name, name, "en", sizes)
    inputs = {**experiment.inputs(sizes), **images, **(given or {})}
    inputs = with_inputs(experiment.pages, model, experiment.learns_of(spec), spec, inputs)
    kinds = {True: object, False: float}
    inputs = {
        q.name: np.asarray(inputs[q.name], kinds[q.is_text]).reshape(q.input_lengths)
        for q in model.inputs
    }
    return reference.run(model, inputs | reference.known(model))


def far(found, one, other):
    """Return how far two words are from each other on the map."""
    names = [*found["name_word"]]
    return np.hypot(*(found["V_shown"][names.index(one)] - found["V_shown"][names.index(other)]))


def test_words_with_the_same_neighbours_come_to_the_same_place():
    found = run("embeddings")
    assert far(found, "king", "queen") < 0.1
    assert far(found, "king", "girl") > 1
    assert far(found, "boy", "girl") < 0.1
    assert far(found, "boy", "crown") > 1
    start = run("embeddings", {"shown_words": 0})
    assert far(start, "king", "queen") > 0.2


def test_a_word_that_changes_its_company_changes_its_place():
    tokens = run("embeddings")["token"].copy()
    words = [*run("embeddings")["name_word"]]
    girl, queen = words.index("girl") + 1, words.index("queen") + 1
    moved = run("embeddings", {"token": np.where(tokens == girl, queen, tokens)})
    assert far(moved, "king", "queen") > 1


def test_the_ratings_are_told_and_the_films_fall_into_two_groups():
    found = run("embeddings")
    assert found["rmse"][0] > 1.2
    assert found["rmse"][-1] < 0.4
    halves = found["Q_shown"][:4], found["Q_shown"][4:]
    apart = np.hypot(*(halves[0].mean(axis=0) - halves[1].mean(axis=0)))
    assert apart > 3 * max(half.std(axis=0).max() for half in halves) / 1.5


def test_the_penalty_keeps_the_numbers_small():
    free, usual, strong = (run("embeddings", {"penalty": number}) for number in (0, 0.1, 5))
    sizes = [np.abs(found["P"][-1]).max() for found in (free, usual, strong)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < sizes[0] / 2
    assert free["rmse"][-1] < usual["rmse"][-1] < strong["rmse"][-1]


def test_zeros_and_ones_part_though_nobody_tells_them_apart():
    found = run("autoencoder")
    labels, codes = found["labels"], found["codes"]
    middles = np.array([codes[labels == digit].mean(axis=0) for digit in (0, 1)])
    nearest = np.linalg.norm(codes[:, np.newaxis] - middles, axis=2).argmin(axis=1)
    assert (nearest == labels).mean() > 0.95
    assert found["C_T"][-1] < found["C_T"][0] / 2
    assert found["wrong"][-1] < found["wrong"][0] / 3


def test_most_of_the_pixels_that_are_left_out_come_back():
    found = run("autoencoder", {"noise": 0.3})
    missing = found["noisy"] != found["images"].reshape(64, 12)
    assert missing.mean() > 0.1
    assert (found["a3"][-1][missing] >= 0.5).mean() > 5 / 6


def test_the_pictures_are_those_of_the_decoder():
    found = run("autoencoder", {"point": [0.3, -0.6], "image_chosen": 7, "epoch_chosen": 12})
    picture = found["a3"][11, 6].reshape(4, 3)
    np.testing.assert_array_equal(found["after"], picture)
    W, b = found["W3"][11], found["b3"][11]
    own = 1 / (1 + np.exp(-(W @ [0.3, -0.6] + b))).reshape(4, 3)
    np.testing.assert_allclose(found["image"], own)
    # 0.3 to the right of the middle, and 0.6 below it
    np.testing.assert_allclose(found["plane_6"][4], own)


def test_the_network_may_have_two_more_layers():
    found = run("autoencoder", hidden=4, epochs=10)
    assert found["W2"].shape == (11, 4, 12)
    assert found["W5"].shape == (11, 12, 4)
    assert found["C_T"][-1] < found["C_T"][0] * 0.8
    moved = found["W3"][:1].copy()
    moved[0, 1, 2] += STEP
    more = run("autoencoder", {"W3": moved}, hidden=4, epochs=10)["C_T"][0]
    moved[0, 1, 2] -= 2 * STEP
    less = run("autoencoder", {"W3": moved}, hidden=4, epochs=10)["C_T"][0]
    assert found["dC_dW3"][0, 1, 2] == pytest.approx((more - less) / (2 * STEP), rel=FAR, abs=FAR)


RATINGS = "person,film,rating\nAda,Up,4.5\nBob,Up,2\nAda,Jaws,1\nCy,Jaws,5\n"


def of_data(data, **options):
    """Compute the embeddings of a file or a data frame."""
    plan = planned(source_of_template("embeddings"), Options(data=data, **options))
    return reference.run(plan.layout.model, plan.inputs)


@pytest.fixture
def csv(tmp_path):
    """What writes a CSV."""

    def written(text):
        (tmp_path / "my.csv").write_text(text, encoding="utf-8")
        return tmp_path / "my.csv"

    return written


def test_a_person_brings_ratings_and_pairs_may_be_missing(csv):
    found = of_data(csv(RATINGS))
    assert [*found["name_person"]] == ["Ada", "Bob", "Cy"]
    assert [*found["name_film"]] == ["Up", "Jaws"]
    assert found["person_of"].tolist() == [1, 2, 1, 3]
    assert found["film_of"].tolist() == [1, 1, 2, 2]
    assert found["r"].tolist() == [4.5, 2, 1, 5]
    assert found["told"].shape == (3, 2)
    assert found["rmse"][-1] < found["rmse"][0]


def test_ratings_without_headings_and_those_of_a_data_frame_are_the_same(csv):
    found = of_data(csv(RATINGS))
    headless = of_data(csv(RATINGS.partition("\n")[2]))
    framed = of_data(pd.read_csv(csv(RATINGS)))
    for other in (headless, framed):
        np.testing.assert_array_equal(other["P"], found["P"])


def test_ratings_with_a_decimal_comma_and_empty_rows_are_the_same(csv):
    found = of_data(csv(RATINGS))
    other = of_data(csv("\n;;\n" + RATINGS.replace(",", ";").replace(".", ",") + "\n;;\n"))
    np.testing.assert_array_equal(other["r"], found["r"])
    np.testing.assert_array_equal(other["P"], found["P"])


def test_columns_are_chosen_by_name_in_the_order_of_ratings(csv):
    found, frame = of_data(csv(RATINGS)), pd.read_csv(csv(RATINGS))
    frame.insert(0, "time", range(4))
    dropped = of_data(frame, drop=("time",))
    chosen = of_data(frame[frame.columns[::-1]], columns=("person", "film", "rating"))
    for other in (dropped, chosen):
        np.testing.assert_array_equal(other["P"], found["P"])


def test_a_table_of_ratings_has_a_row_for_each_person_and_a_column_for_each_film(csv):
    found = of_data(csv(",Up,Jaws,Heat\nAda,4.5,1,\nBob,2,,3\nCy,,5,\n"))
    assert [*found["name_person"]] == ["Ada", "Bob", "Cy"]
    assert [*found["name_film"]] == ["Up", "Jaws", "Heat"]
    assert found["person_of"].tolist() == [1, 1, 2, 2, 3]
    assert found["film_of"].tolist() == [1, 2, 1, 3, 2]
    assert found["r"].tolist() == [4.5, 1, 2, 3, 5]


def test_it_is_said_what_was_read(csv):
    plan = planned(source_of_template("embeddings"), Options(data=csv(RATINGS)))
    assert plan.told == ("my.csv was read: people 3, films 2, ratings 4.",)


def test_a_person_brings_sentences_and_the_ratings_stay(csv):
    found, usual = of_data(csv("the,cat,sits\nthe,dog,sits\n")), run("embeddings")
    assert [*found["name_word"]] == ["cat", "dog", "sits", "the"]
    assert found["token"].tolist() == [[4, 1, 3], [4, 2, 3]]
    assert far(found, "cat", "dog") < 0.5 * far(found, "the", "sits")
    np.testing.assert_array_equal(found["rmse"], usual["rmse"])


@pytest.mark.parametrize("factor", [1e-6, 20, 1e3])
@pytest.mark.parametrize("optimizer", ["sgd", "momentum"])
def test_ratings_of_any_size_are_learnt_with_the_usual_rate(csv, factor, optimizer):
    rows = [f"p{u},f{i},{factor * (1 + (u * i) % 5)}" for u in range(20) for i in range(12)]
    found = of_data(csv("\n".join(rows)), optimizer=optimizer)
    assert found["C_ratings"][-1] < found["C_ratings"][0]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,b\nc,d", "my.csv: the number of columns is 2, but three are needed, in this order: pe"),
        ("u,i,r,time\n1,1,5,99\n1,2,3,98", "my.csv: the number of columns is 4, but three are"),
        ("who,Up,Jaws,Heat\nAnn,,,\nBob,,,", "my.csv: the number of columns is 0, but three"),
        ("who,Up,Jaws,Heat\nAnn,5,,\nBob,1,no,2", 'my.csv, line 3: "no" is not a rating'),
        ("a;b;1,234\nc;d;4,5", 'my.csv, line 1: "1,234" is not a rating: write a'),
        ("a,b,nan\nc,d,4", 'my.csv, line 1: "nan" is not a rating'),
        ("a,b,3\nc,d,4\ne,f,x", 'my.csv, line 3: "x" is not a rating'),
        ("a,b,3\nc,d,4\ne,f,nan", 'my.csv, line 3: "nan" is not a rating'),
        ("a,b,3\nc,,4", "my.csv, line 2, column 2 is empty: leave out the row"),
        ("a,b,3\nc,d", "my.csv, line 2: 2 columns were found and 3 expected"),
        ("\n".join(f"a,{n},b{n}" for n in range(60)), "words is 121: a whole number from 1 to 50"),
    ],
)
def test_a_file_that_is_neither_is_refused_in_a_sentence(csv, text, sentence):
    with pytest.raises(XlnnError, match=sentence):
        of_data(csv(text))


def test_ratings_too_large_for_a_cell_are_read_without_a_warning(csv):
    plan = planned(source_of_template("embeddings"), Options(data=csv("a,b,1e308\nc,b,1e308")))
    assert plan.inputs["r"].tolist() == [1e308, 1e308]  # building refuses them by their cells


def test_arrays_are_no_ratings():
    with pytest.raises(XlnnError, match=r"a CSV, an \.xlsx or a data frame"):
        of_data((np.zeros((3, 2)), np.zeros(3)))


@pytest.mark.parametrize("name", ["embeddings", "autoencoder"])
@pytest.mark.parametrize("optimizer", ["momentum", "rmsprop", "adam"])
def test_each_optimizer_lowers_the_cost(name, optimizer):
    plain, found = run(name, optimizer="sgd"), run(name, optimizer=optimizer)
    assert found["C_T"][0] == plain["C_T"][0]
    assert found["C_T"][-1] < 0.75 * plain["C_T"][0]


@pytest.mark.parametrize("name", ["embeddings", "autoencoder", "clusters"])
def test_one_epoch_is_enough(name):
    plan = planned(source_of_template(name), Options(epochs=1))
    found = reference.run(plan.layout.model, plan.inputs)
    assert len(found["C_T"]) == (2 if name == "clusters" else 1)
    told = " ".join(str(each) for quantity, each in found.items() if quantity in TOLD)
    assert "1 epochs" not in told
    assert "nan" not in told


TOLD = {"falls", "learnt", "told"}
"""The sentences of the first pages."""


def test_a_column_is_wide_enough_for_the_names_that_are_typed(csv):
    plan = planned(
        source_of_template("embeddings"), Options(data=csv("A person with a name,Up,3\nB,Jaws,4"))
    )
    sheet = {name: plan.layout.blocks[name] for name in ("name_person", "name_film")}
    drawing = plan.kind.drawings(plan.spec, plan.layout)["films"]
    widths = fitted(drawing, sheet.values(), plan.inputs).widths
    assert widths[sheet["name_person"].column] >= len("A person with a name")
