"""Place people, films and words in a plane by gradient descent, so that similar ones are near.

Y. Koren, R. Bell, C. Volinsky, Matrix factorization techniques for recommender systems, Computer 42
(2009), equations 4 and 5: a rating is predicted from biases and an inner product. T. Mikolov et
al., Distributed representations of words and phrases and their compositionality (2013), equations 1
and 2: the skip-gram predicts the words around a word, here with the full softmax.
"""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import permutations

import numpy as np

import xlnn
from xlnn import Axis, Chart, Numbers, Page, Quantity, Size, Stated, Table, Trace, Weight, alike
from xlnn.equations import labels
from xlnn.equations import units as eq
from xlnn.terms import Term, Value, largest

PEOPLE = ("Ada", "Ben", "Cem", "Dora", "Eva", "Finn", "Gina", "Hugo", "Ines", "Jan")
FILMS = ("Robot Day", "Star Port", "Red Planet", "Deep Sky", "Two Hearts", "Summer Rain",
         "The Wedding", "Dear Paul")  # fmt: skip
SENTENCES = ("king rules land", "queen rules land", "king wears crown", "queen wears crown",
             "boy plays ball", "girl plays ball", "boy eats apple", "girl eats apple")  # fmt: skip
WORDS = np.array(sorted({*" ".join(SENTENCES).split()}))
RATES = {"sgd": 0.05, "momentum": 0.01, "rmsprop": 0.05, "adam": 0.1}
TERMS = 8
"""The number of terms of a gradient up to which plain steps with these learning rates are small
enough."""

# fmt: off
FACTORS = {
    "P": ("person", "p", "e_P", "e q", "vector of the person", "what a person likes"),
    "bu": ("person", "bᵤ", "e", "e", "bias of the person", "how far above the mean a person rates"),
    "Q": ("film", "q", "e_Q", "e p", "vector of the film", "what a film has"),
    "bi": ("film", "bᵢ", "e", "e", "bias of the film", "how far above the mean a film is rated"),
}
"""Of each parameter: whose it is, its symbol, the terms of its gradient and how they are written,
its title and its meaning."""

PREDICTED = Stated(lambda mean, b, c, p, q: mean + b + c + (p * q).sum(axis=1),
                   "={mean}+{b}+{c}+SUMPRODUCT({p[:]},{q[:]})")
TIMES = Stated(lambda e, v: e[:, np.newaxis] * v, "={e}*{v}")
SUMMED = Stated(  # sums over the ratings of a person or film; the penalty is part of the cost
    lambda which, number, terms, w, penalty: np.array(
        [terms[which == n].sum(axis=0) for n in number]) + penalty * w,
    "=SUMIF({which[rating]},{number},{terms[rating]})+{penalty}*{w}")
COST = Stated(
    lambda e, penalty, P, Q, bu, bi: (
        (e**2).sum() + penalty * sum((w**2).sum() for w in (P, Q, bu, bi))) / 2,
    "=(SUMSQ({e[rating]})"
    "+{penalty}*SUMSQ({P[person][:]},{Q[film][:]},{bu[person]},{bi[film]}))/2")
PAIRS = eq.Choice(  # how often word o occurs in a sentence with this word
    lambda token, number: sum(
        (token[:, [i]] == number).T.astype(float) @ (token[:, [j]] == number)
        for i, j in permutations(range(token.shape[1]), 2)),
    lambda o, token, number: "=" + "+".join(
        f"COUNTIFS({token.over('sentence')[i]},{number[()]},{token.over('sentence')[j]},{o + 1})"
        for i, j in permutations(range(token.shape[0]), 2)))
DELTA = Stated(lambda a, N: N.sum(axis=1, keepdims=True) * a - N, "=SUM({N[:]})*{a}-{N}")
ENTROPY = Stated(  # the sum of -N ln a, in a form that never takes the logarithm of 0
    lambda z, s, N: N.sum(axis=1) * (z.max(axis=1) + np.log(s.sum(axis=1))) - (N * z).sum(axis=1),
    "=SUM({N[:]})*(MAX({z[:]})+LN(SUM({s[:]})))-SUMPRODUCT({N[:]},{z[:]})")
TOLD = Stated(  # the rating that is predicted for each film
    lambda mean, b, c, p, q: mean + b[:, np.newaxis] + c + p @ q.T,
    lambda j, c, q, **known: PREDICTED.cell(
        c=c.at(j, along="film"), q=q.at(j, along="film"), **known))


class Name(xlnn.Sentence):
    """The names along an axis, in another place."""

    repeats = True

    def __init__(self, axis: str) -> None:
        self.axis = axis

    def said(self, *unit: int, names: Term) -> str:
        return f"{names.at(max(unit), along=self.axis)}"


def weights(sizes: dict) -> xlnn.Weights:
    """Return the factors of people and films, and the places of words, with their gradients."""
    d, words, by_name = sizes["hidden"], sizes["words"], {}
    axes = {"person": Axis("person", sizes["people"]), "film": Axis("film", sizes["films"])}
    for w, (of, symbol, terms, written, title, meaning) in FACTORS.items():
        by_name[w] = Weight(
            (d,) if w in "PQ" else (), SUMMED, f"{of}_of", f"n_{of}", terms, w, axes=(axes[of],),
            sheet="factors", symbol=f"{symbol}{{}}", title=title, meaning=meaning, gradient={
                "meaning": "a sum over the ratings that looked it up, and the penalty",
                "written": f"∂C/∂{symbol} = Σ {written} + λ {symbol}"})
    place = partial(Weight, sheet="vectors", uses={"eta": "eta_words"})
    return xlnn.Weights(by_name | {
        "V": place((d,), eq.BACK, "delta", "U", symbol="v{}", title="vector of a word",
                   axes=(Axis("word", words),), meaning="where a word is on the map"),
        "U": place((words, d), eq.slope("word"), "delta", "V", symbol="u{}",
                   title="vector as a neighbour"),
    })


def model(sizes: dict, words: xlnn.Text) -> Iterator[Quantity | xlnn.Copy]:
    """Yield both models, which are independent, and the sum of their costs."""
    state = Axis("epoch", sizes["epochs"] + 1, "up", counts_from=0)
    epoch, network = Axis("epoch", sizes["epochs"], "up"), weights(sizes)
    person, film = Axis("person", sizes["people"]), Axis("film", sizes["films"])
    word = Axis("word", sizes["words"])
    typed = alike(scale=0.1, is_step_size=True)
    yield typed("eta", "learning rate η", symbol="η", meaning="how far a step goes")
    yield typed("penalty", "penalty λ", symbol="λ",
                meaning="keeps vectors and biases small, above all those of few ratings")
    yield typed("eta_words", "learning rate η of the words", symbol="η")
    for page in ("films", "words"):
        yield from xlnn.choice(f"shown_{page}", state, words, title="epoch shown (0: the start)",
                               used=f"used_{page}")
    for axis, title in ((person, "name"), (film, "name"), (word, "word")):
        yield Quantity(f"n_{axis.name}", title=axis.name, symbol="n", axes=(axis,), counts=True)
        yield Quantity(f"name_{axis.name}", title=title, symbol=" ", axes=(axis,), is_text=True)
    rated = alike(sheet="ratings", axes=(Axis("rating", sizes["ratings"]),))
    yield rated("person_of", "person", symbol="u", choices=(1, person.length))
    yield rated("film_of", "film", symbol="i", choices=(1, film.length))
    yield rated("wrong", "not in the lists", symbol="✗", equation=eq.unchosen(
        "rating", person_of=(1, person.length), film_of=(1, film.length)))
    yield rated("r", "rating", scale=2, meaning="what the person gave the film")
    yield Quantity("mean", title="mean of all ratings μ", symbol="μ",
                   equation=eq.mean("rating", count=sizes["ratings"]).of("r"))
    said = alike(sheet="sentences", axes=(Axis("sentence", sizes["sentences"]),), shape=(3,))
    yield said("token", "number of the word", symbol="n{}", choices=(1, word.length))
    yield said("text", "sentence", eq.Listed("word").of("token", "name_word"), symbol=" ")
    yield said("wrong_words", "not in the list", eq.unchosen("sentence", token=(1, word.length)),
               symbol="✗", shape=())
    yield said("N", "pairs", PAIRS.of(number="n_word"), axes=(word,), shape=(word.length,),
               meaning="how often two words stand in one sentence",
               written="N = number of such pairs")
    yield from network.trained(epoch.length, sizes["optimizer"])
    yield from _rated(network, epoch, sizes["ratings"])
    yield from _neighbours(epoch, word)
    yield from network.gradients(epoch.length)
    cost = alike(sheet="gradients", axes=(epoch,))
    yield cost("C_words", "cost of the words", eq.total("word").of("C_word"), symbol="C")
    yield cost("C_T", "both costs", eq.SUM.of("C_ratings", "C_words"), symbol="C_T",
               meaning="the sum of both: neither model sees the other",
               written="C_T = C + C")
    for w, (of, *_) in FACTORS.items():
        yield xlnn.shown(w, f"n_{of}", at={"epoch": "used_films"})
    yield xlnn.shown("V", "n_word", at={"epoch": "used_words"})
    yield from labels.labels("films", "labels", labels.Points(person, "P_shown", "name_person", -1),
                             labels.Points(film, "Q_shown", "name_film"))
    yield from labels.labels("words", "labels", labels.Points(word, "V_shown", "name_word"))
    for axis, shape in ((person, (person.length, 1)), (film, (1, film.length))):
        yield Quantity(f"whose_{axis.name}", f"name_{axis.name}", " ", title="name", shape=shape,
                       equation=Name(axis.name).of(f"name_{axis.name}"))
    yield Quantity("told", title="predicted rating of each film", symbol="r̂{}", axes=(person,),
                   shape=(film.length,), number_format="0.0",
                   equation=TOLD.of("mean", "bu_shown", "bi_shown", "P_shown", "Q_shown"))
    yield Quantity("falls", equation=xlnn.Told(
        {"choose": "The person or the film of a rating is not in the lists: choose a whole number "
         "from 1 to {people} as the person and from 1 to {films} as the film.",
         "falls_once": "The typical error of a rating is {rmse_last} in the only epoch.",
         "falls": "The typical error of a rating is {rmse_first} in epoch 1 and {rmse_last} in "
         "epoch {epochs}."},
        lambda wrong, told: (  # with errors on its page it has no value, either
            largest(wrong.over("rating")) > 0,
            0 * largest(told.over("person")[...]) + Value(epoch.length == 1) > 0), digits=2))
    yield Quantity("learnt", equation=xlnn.Told(
        {"choose_words": "A sentence has a word that is not in the list: choose a whole number "
         "from 1 to {words}.",
         "learnt_once": "The cross-entropy of the words is {C_words_last} in the only epoch.",
         "learnt": "The cross-entropy of the words is {C_words_first} in epoch 1 and "
         "{C_words_last} in epoch {epochs}."},
        lambda wrong_words: (
            largest(wrong_words.over("sentence")) > 0, Value(epoch.length == 1)), digits=1))


def _rated(network: xlnn.Weights, epoch: Axis, ratings: int) -> Iterator[Quantity]:
    step = alike(sheet="steps", axes=(epoch, Axis("rating", ratings)), role="forward")
    for w, (of, symbol, *_) in FACTORS.items():
        yield step(f"{w}_of", f"{symbol} of the {of}", eq.look_up(of).of(w, f"{of}_of"),
                   symbol=network[w].symbol, shape=network[w].shape)
    yield step("found", "predicted", PREDICTED.of("mean", "bu_of", "bi_of", "P_of", "Q_of"),
               symbol="r̂", meaning="the rating that the model predicts",
               written="r̂ = μ + bᵤ + bᵢ + p·q", source="Koren et al. 2009, (4)")
    error = partial(step, role="backward")
    yield error("e", "error", eq.ERROR.of("found", "r"), meaning="how far it is off",
                written="e = r̂ − r")
    product = partial(error, shape=network["P"].shape)
    yield product("e_P", "error times q", TIMES.of("e", "Q_of"), symbol="eq{}")
    yield product("e_Q", "error times p", TIMES.of("e", "P_of"), symbol="ep{}")
    cost = alike(sheet="gradients", axes=(epoch,))
    yield cost("C_ratings", "cost of the ratings", COST, symbol="C",
               meaning="half the squared errors, and the penalty",
               written="C = ½ Σ e² + ½ λ (Σ p² + Σ q² + Σ bᵤ² + Σ bᵢ²)",
               source="Koren et al. 2009, (5)")
    yield cost("rmse", "typical error of a rating", eq.root_mean_square("rating").of("e"),
               symbol="RMSE")


def _neighbours(epoch: Axis, word: Axis) -> Iterator[Quantity]:
    pair = alike(sheet="softmax", axes=(epoch, word), shape=(word.length,), role="forward")
    yield pair("z", "score", eq.PROJECT.of("U", "V"))
    yield pair("s", "exp of the score", eq.EXP)
    yield pair("a", "probability", eq.SHARE.of("s"), source="Mikolov et al. 2013, (2)",
               meaning="how likely each word is beside this one",
               written="a = exp(u·v) / Σ exp(u·v)")
    yield pair("delta", "δ", DELTA, symbol="δ{}", role="backward",
               meaning="how fast C changes with a score", written="δ = a Σ N − N")
    yield pair("C_word", "cross-entropy", ENTROPY, symbol="C", shape=(),
               meaning="how surprising the neighbours are", written="C = −Σ N ln a",
               source="Mikolov et al. 2013, (1)")


def inputs(sizes: dict) -> dict:
    """Return ratings of people with two kinds of taste, sentences, and vectors near 0."""
    people, films, epochs = sizes["people"], sizes["films"], sizes["epochs"]
    u, i = np.indices((people, films))
    likes = np.where(u % 2, -1, 1) * np.where(i < films / 2, 1, -1)
    taste = 3.2 + 1.3 * likes + 0.6 * np.random.default_rng(7).normal(size=likes.shape)
    known = np.resize(np.flatnonzero((3 * u + i) % 5 > 1), sizes["ratings"])
    start = weights(sizes).drawn(sizes["seed"], 0.3, 3)
    return {
        **start, "bu": 0 * start["bu"], "bi": 0 * start["bi"], "penalty": 0.1,
        "eta_words": rate(sizes, 2), "shown_films": epochs, "shown_words": epochs,
        "name_person": np.resize(PEOPLE, people), "name_film": np.resize(FILMS, films),
        "person_of": u.flat[known] + 1, "film_of": i.flat[known] + 1,
        "r": np.clip(np.round(taste), 1, 5).flat[known], "name_word": WORDS,
        "token": 1 + np.searchsorted(WORDS, [sentence.split() for sentence in SENTENCES]),
    }


def from_data(rows: list, where: str) -> tuple:
    """Return the sizes and inputs for ratings, a row or a cell for each, or for sentences."""
    (_, heads), *below = rows
    if len(heads) > 3 and len({who for _, (who, *_) in below}) == len(below) > 1:
        # a row for each person, a column for each film, and nothing where a person has not rated it
        rows = [(place, [who, film, r]) for place, (who, *given) in below
                for film, r in zip(heads[1:], given, strict=True) if r]
    if (count := len(rows[0][1]) if rows else 0) != 3:
        raise xlnn.XlnnError(f"{where}: the number of columns is {count}, but three are needed, in "
                             "this order: person, film and rating, or the three words of a "
                             "sentence (--columns names them).")
    for place, texts in rows:
        if "" in texts:
            raise xlnn.XlnnError(f"{place}, column {texts.index('') + 1} is empty: leave out the "
                                 "row of a rating or sentence that is not known.")
    ratings = [xlnn.number(r) for _, (*_, r) in rows]
    if set(ratings) == {None}:
        token = np.array([texts for _, texts in rows])
        words, often = np.unique(token, return_counts=True)
        return {"words": len(words), "sentences": len(rows)}, lambda sizes: {
            "name_word": words, "token": 1 + np.searchsorted(words, token),
            "eta_words": rate(sizes, min(2, TERMS / (2 * often.max())))}
    first = ratings[0] is None  # a row of headings
    rows, ratings = rows[first:], ratings[first:]
    for (place, (*_, r)), rating in zip(rows, ratings, strict=True):
        if rating is None or not np.isfinite(rating):
            raise xlnn.XlnnError(f'{place}: "{r[:20]}" is not a rating: write a number with a '
                                 "decimal point.")
    who, what, _ = zip(*(texts for _, texts in rows), strict=True)
    people, films = [*dict.fromkeys(who)], [*dict.fromkeys(what)]
    with np.errstate(all="ignore"):  # ratings that are too large are refused later, by their cells
        spread = max(1, np.std(ratings))
    most = max(*Counter(who).values(), *Counter(what).values())
    return {"people": len(people), "films": len(films), "ratings": len(ratings)}, lambda sizes: {
        "name_person": people, "person_of": [1 + people.index(person) for person in who],
        "name_film": films, "film_of": [1 + films.index(film) for film in what],
        "r": ratings, "eta": rate(sizes, min(1, TERMS / (most * spread)))}


def rate(sizes: dict, calm: float) -> float:
    """Return the default learning rate, times a factor where steps are as long as gradients."""
    eta, by_sum = RATES[sizes["optimizer"]], sizes["optimizer"] in {"sgd", "momentum"}
    return float(f"{eta * calm:.2g}") if by_sum else eta


plane = partial(Chart, x="first number", y="second number", size_in_cm=(15, 11))


def named(of: str, axis: str, colour: str, marker: str, side: str = "r") -> tuple[Trace, Trace]:
    """Return the points of an axis, and their names, which are moved apart."""
    return (Trace((of, 1), (of, 0), colour, 0, marker, name=None),
            Trace(f"label_up_{axis}", f"label_across_{axis}", colour, 0, labels=f"label_{axis}",
                  side=side))


BIAS = {"bu_shown": 16, "bi_shown": 16}
"""Widths at which the names of biases take one line."""

EXPERIMENT = xlnn.Experiment(
    "embeddings", model, title="What is like what",
    summary="People, films and words as points of a plane: matrix factorisation with biases, and "
    "skip-gram.",
    sizes={"epochs": Size(30, 1, 500), "hidden": Size(2, 2, 5), "people": Size(10, 1, 500),
           "films": Size(8, 1, 500), "ratings": Size(48, 1, 5_000),
           "words": Size(len(WORDS), 1, 50), "sentences": Size(len(SENTENCES), 1, 500),
           "seed": Size(1, 0, 2**31)},
    rates=RATES, inputs=inputs, from_data=from_data, task=0, reads="rows",
    options_for=["epochs", "hidden", "seed"],
    about=(
        "{people} people have given {films} films {ratings} ratings. Each person and each film "
        "gets {hidden} numbers and a bias; where their arrows agree, the rating is high.",
        "Each rating looks up one person and one film. So the gradient of a person is a sum over "
        "the ratings of that person, SUMIF, and the penalty λ is a part of it, as of the cost.",
        "Words are known by their neighbours: words that stand beside the same words come to the "
        "same place.",
        "Your own ratings or sentences:  xlnn build embeddings --data my.csv  takes a row for each "
        "person and a column for each film; or three columns: person, film and rating, or the "
        "three words of a sentence.",
    ),
    colours={"forward": "look-ups and predictions", "weight": "numbers that are learnt"},
    pages=(
        Page(
            "films", "Films", "Choose an epoch: people and films on one map, and all ratings that "
            "the model predicts.",
            xlnn.Sentences("falls"), xlnn.Space(),
            xlnn.Beside(
                xlnn.Below(
                    Numbers("eta", "penalty", ("shown_films", "shown_films_asked"), "mean",
                            positive=["eta"]),
                    Table("n_person", "name_person", "P_shown", "bu_shown", widths=BIAS),
                    Table("n_film", "name_film", "Q_shown", "bi_shown", widths=BIAS),
                ),
                xlnn.Below(
                    plane("Map of people (●) and films (◆)",
                          *named("Q_shown", "film", "C0561C", "diamond"),
                          *named("P_shown", "person", "1B4F9C", "circle", side="l")),
                    xlnn.Space(),
                    xlnn.Label("predicted rating of each film", of="headings"),
                    xlnn.Beside(xlnn.Space(1, 1), xlnn.Row("whose_film"), apart=0),
                    xlnn.Beside(xlnn.Row("whose_person", align="right"),
                                xlnn.Grid("told", titled=False, height=0), apart=0),
                ),
                Chart("Cost of the ratings", Trace("C_ratings"), size_in_cm=(11.5, 7.2)),
            ),
            xlnn.Hidden("label_person", "label_film"),
        ),
        Page(
            "words", "Words", "Choose an epoch: words that have the same neighbours come to the "
            "same place.",
            xlnn.Sentences("learnt"), xlnn.Space(),
            xlnn.Beside(
                xlnn.Below(
                    Numbers("eta_words", ("shown_words", "shown_words_asked")),
                    Table("n_word", "name_word", "V_shown"),
                ),
                plane("Map of words", *named("V_shown", "word", "1B4F9C", "circle")),
                Chart("Cost of the words", Trace("C_words"), size_in_cm=(11.5, 7.2)),
            ),
            xlnn.Hidden("label_word"),
        ),
        Page("ratings", "Ratings", "Who gave which film how much."),
        Page("sentences", "Sentences", "Sentences of three words, and how often two words stand in "
             "one."),
        Page("steps", "Ratings per epoch", "Each rating looks up a person and a film."),
        Page("softmax", "Words per epoch", "How likely each word is beside each other one."),
        Page("factors", "Factors", "The vectors and biases of people and films after each epoch. "
             "The first rows are the start."),
        Page("vectors", "Vectors", "The vectors of the words after each epoch."),
        Page("labels", "Names in the maps", "Where the names in the maps are: in each pass they "
             "move away from those that they overlap.", is_helper=True, is_hidden=True),
        Page("gradients", "Gradients", "Both costs, and how fast they change with each number."),
    ),
    tries=(
        ("On {words}, step from epoch 0 to the last.", "King and queen come to one place, and so "
         "do boy and girl: they have the same neighbours."),
        ("On {sentences}, let queen play ball: type its number for girl's.", "Now queen is drawn "
         "away from king, towards boy and girl."),
        ("On {films}, set λ to 0, then to 5.", "With 0 the ratings are predicted better, and the "
         "numbers grow. With 5 they stay small, and all predictions are nearer to the mean."),
    ),
)
# fmt: on
