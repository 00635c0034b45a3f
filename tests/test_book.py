"""What the book prints as numbers is what the templates hold, and sections are those it has.

The book: Wakui and Wakui, 《深度学习的数学》. Its long lists are held by digests, which were taken
from a transcript of the book and not from our templates.
"""

import csv
import hashlib
import json
import re
from itertools import chain

import numpy as np
import pytest
from experiments import words_of

from xlnn.experiments.network.kind import KIND
from xlnn.registry.templates import SECTIONS, experiments, folder, loaded, template
from xlnn.registry.text import languages

IMAGES = {
    "digits": ("8534468e3aabf9c0", 64, {"0": 32, "1": 32}),
    "digits-cross-entropy": ("8534468e3aabf9c0", 64, {"0": 32, "1": 32}),
    "cnn": ("0b6592a29f4a28c1", 96, {"1": 32, "2": 32, "3": 32}),
}
"""Appendix A and B: a digest of the labels and pixels, how many images, and how many of each."""

STARTS = {
    "digits": "ff6d9488da437eb7",
    "digits-cross-entropy": "ff6d9488da437eb7",
    "cnn": "25e50ccffcdadbc1",
}
"""4-4 and 5-6: a digest of the start weights to 12 digits, by their names in order."""

PEOPLE = [
    (153.3, 45.5), (164.9, 56.0), (168.1, 55.0), (151.5, 52.8), (157.8, 55.6), (156.7, 50.8),
    (161.1, 56.4),
]  # fmt: skip
"""2-12: height in cm and weight in kg."""


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def table(*parts):
    with folder().joinpath(*parts).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def flat(numbers):
    return [numbers] if isinstance(numbers, float) else [*chain.from_iterable(map(flat, numbers))]


def inputs(name):
    return loaded(name).inputs


@pytest.mark.parametrize("name", IMAGES)
def test_the_images_are_those_of_the_appendices(name):
    expected, count, kinds = IMAGES[name]
    rows = table(name, "images.csv")[1:]
    assert len(rows) == count
    assert {label: sum(row[0] == label for row in rows) for label in kinds} == kinds
    assert digest("\n".join(f"{label} {''.join(pixels)}" for label, *pixels in rows)) == expected


@pytest.mark.parametrize("name", STARTS)
def test_the_start_weights_are_those_of_the_book(name):
    start = json.loads((folder() / name / "start.json").read_text(encoding="utf-8"))
    numbers = " ".join(f"{number:.12g}" for key in sorted(start) for number in flat(start[key]))
    assert digest(numbers) == STARTS[name]


def test_one_start_weight_that_differs_is_found():
    start = json.loads((folder() / "digits" / "start.json").read_text(encoding="utf-8"))
    assert start["W2"][0][0] == pytest.approx(0.49038557898997, abs=1e-14)
    assert start["b3"] == pytest.approx([-1.43803971240614, -1.37933790823328], abs=1e-14)
    start["W2"][0][0] += 1e-10
    numbers = " ".join(f"{number:.12g}" for key in sorted(start) for number in flat(start[key]))
    assert digest(numbers) != STARTS["digits"]


@pytest.mark.parametrize(
    ("name", "eta", "epochs"),
    [("digits", 0.2, 50), ("digits-cross-entropy", 0.2, 50), ("cnn", 0.2, 50)],
)
def test_the_networks_train_with_the_book_s_eta_and_epochs(name, eta, epochs):
    values = template(name).values
    assert (values["eta"], values["epochs"]) == (eta, epochs)


@pytest.mark.parametrize(
    ("name", "targets"),
    [
        ("digits", {0: [1, 0], 1: [0, 1]}),
        ("cnn", {1: [1, 0, 0], 2: [0, 1, 0], 3: [0, 0, 1]}),
    ],
)
def test_the_targets_are_those_of_the_book(name, targets):
    made = KIND.plan(KIND.from_template(template(name)), {})
    labels = [int(row[0]) for row in table(name, "images.csv")[1:]]
    np.testing.assert_array_equal(made.inputs["t"], [targets[label] for label in labels])


def test_the_seven_people_are_those_of_2_12():
    heading, *rows = table("regression", "height-weight.csv")
    assert heading == ["height_cm", "weight_kg"]
    assert [(float(height), float(weight)) for height, weight in rows] == PEOPLE


def test_the_descent_begins_as_that_of_2_11():
    assert template("descent").values["sizes"]["steps"] == 30
    assert {key: inputs("descent")[key] for key in ("x", "y", "eta", "function")} == {
        "x": 3,
        "y": 2,
        "eta": 0.1,
        "function": 1,  # z = x² + y²
    }


def test_the_demons_read_a_picture_of_4_x_3_pixels_which_is_the_first_0():
    pixels = np.array(inputs("neuron")["picture"])
    assert pixels.shape == (4, 3)
    assert "".join(map(str, pixels.ravel())) == "".join(table("digits", "images.csv")[1][1:])


def test_the_demons_like_the_pairs_of_pixels_of_1_5():
    likes = np.array(inputs("neuron")["W2"]).reshape(3, 12)
    pixels = [(np.flatnonzero(weights) + 1).tolist() for weights in likes]
    assert pixels == [[4, 7], [5, 8], [6, 9]]


# --- sections --------------------------------------------------------------------------------

KNOWN = {f"{chapter}-{number}" for chapter, last in SECTIONS.items()
         for number in range(1, last + 1)}  # fmt: skip

WHERE = {
    "neuron": {"x": "1-2", "threshold": "1-2", "sigmoid": "1-3", "liking": "1-5", "W3": "1-6"},
    "activations": {"value": "2-1", "lowest_x": "2-1", "density": "2-1", "w": "2-10"},
    "sequences": {"arithmetic": "2-2", "a": "2-2", "sum": "2-3", "c": "4-3"},
    "similarity": {"inner": "2-4", "AB": "2-5", "hadamard": "2-5", "A_turned": "2-5"},
    "slopes": {"df": "2-6", "sum_rule": "2-6", "dz_dx": "2-7", "factor": "2-7", "chain": "2-8",
               "near": "2-9", "taylor": "2-9"},
    "descent": {"x": "2-11", "dx": "2-10", "inner": "2-10", "eta": "2-10"},
    "regression": {"p": "2-12", "q": "2-12", "C_T": "2-12"},
    "costs": {"C_sq": "3-4", "C_ce": "3-3", "C_T_sq": "3-4", "delta_sq": "4-2"},
}  # fmt: skip
"""What the book's sections are about, read against its table of contents."""


TEXTS = sorted((folder() / "text").rglob("*.toml"))


def sections(text):
    """Return the sections that a text names: with a hyphen in brackets, or alone."""
    # (2-4, 2-5), （4-2、4-3）, "2-11"
    return set(re.findall(r"(?<![\d.\w])([1-9]-\d{1,2})(?![\d.\w-])", text))


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: "-".join(path.parts[-2:]))
def test_every_section_that_a_text_names_is_one_of_the_book(path):
    assert sections(path.read_text(encoding="utf-8")) <= KNOWN


@pytest.mark.parametrize("name", experiments())
def test_every_section_that_an_experiment_names_is_one_of_the_book(name):
    said = sections(str(loaded(name).english.words))
    assert said or not template(name).sections  # of those after the book, some name none
    assert said <= KNOWN


@pytest.mark.parametrize("kind", WHERE)
@pytest.mark.parametrize("lang", languages())
def test_the_guide_names_the_section_in_which_a_symbol_stands(kind, lang):
    symbols = words_of(kind, lang).words["guide"]["symbols"]
    for symbol, section in WHERE[kind].items():
        assert symbols[symbol]["book"] == section


@pytest.mark.parametrize("kind", WHERE)
def test_the_languages_name_the_same_sections(kind):
    english = loaded(kind).english.words
    for lang in set(languages()) - {"en"}:
        words = loaded(kind).all_words(lang).words  # with the translations of pages that it has not
        own = [table[key] for name, table in words.items() for key in table if key in english[name]]
        assert sections(str(own)) == sections(str(english))
