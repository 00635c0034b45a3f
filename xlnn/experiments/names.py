"""A character model: a transformer of one block learns 30 first names, and types others.

A. Karpathy, makemore (2022), is the model: a name is a row of letters that ends with a full stop,
and the network learns which letter comes next. Differs from A. Vaswani et al., Attention is all you
need, NeurIPS 2017, arXiv:1706.03762: one head and one block, no dropout, and places are learned as
letters are: a letter and its place are one row of zeros with two ones, so the embedding is a
product with weights. The equations of the block are in `xlnn.equations.attention`.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np

import xlnn
from xlnn import Axis, Chart, Page, Quantity, Sentence, Table, Trace, Weight, alike
from xlnn.equations import attention as eq
from xlnn.equations import letters, units
from xlnn.experiments._speech import block_weights
from xlnn.terms import Term, Value, among, either, largest

NAMES = (  # noqa: SIM905 -- as one reads them
    "anna ben carl dora ella emil eva finn hanna ida jan jon karl lea lena leo lina luca maja mara "
    "maria mia mona nina nora ole paul rosa sara tina"
).split()
SIGNS = "." + "".join(sorted({letter for name in NAMES for letter in name}))
"""The full stop that ends a name, and all letters."""

N, T, D, F, TYPED = len(SIGNS), 1 + max(map(len, NAMES)), 4, 8, 6
"""How many signs, places in a name, numbers for a place, units of the feed-forward layer, and names
that the network types."""


class Name(Sentence):
    """The letters before the first full stop, the first one as a capital."""

    repeats = True

    def said(self, *, typed: Term) -> str:
        name = ""
        for place in reversed(range(T)):
            signs = [" ", *(SIGNS[1:] if place else SIGNS[1:].upper())]
            name = either(typed[place] > 1, among(typed[place], signs) + name, "")
        return name


# fmt: off
WEIGHTS = xlnn.Weights({
    "E": Weight((D, N + T), eq.SLOPE, "dx", "sign", title="embedding of letters and places"),
    **block_weights(D, F),
    "U": Weight((N, D), eq.SLOPE, "dl", "y2", title="from y to letters"),
})
step = alike(sheet="training", shape=(T, D), role="forward", has_positions=True)
FORWARD = (
    step("sign", "letter and place", letters.one_hot(N, T).of("read"), symbol="i{}",
         shape=(T, N + T), meaning="a 1 for the letter before, and a 1 for its place",
         written=f"i[s] = i[{N} + k] = 1"),
    step("x", "input", eq.PROJECT.of("E", "sign"), meaning="which letter it is, and where it "
         "stands: both are learned", written="x = i Eᵀ"),
    *eq.block(step, T, F),
    step("l", "scores of letters", eq.PROJECT.of("U", "y2"), shape=(T, N)),
    step("expl", "exp", letters.EXP.of("l"), symbol="e{}", shape=(T, N)),
    step("p", "probabilities", eq.SHARE.of("expl"), shape=(T, N), source=eq.SOURCE + "3.4",
         meaning="how likely each letter is to come next", written="p = softmax(y₂ Uᵀ)"),
)


def model(sizes: dict, words: xlnn.Text) -> Iterator[Quantity | xlnn.Copy]:
    """Yield the training, and the names that the network types."""
    epochs, (sign, *steps) = sizes["epochs"], FORWARD
    epoch, row = Axis("epoch", epochs, "up"), Axis("name", sizes["names"], family="row")
    state = Axis("epoch", epochs + 1, "up", counts_from=0)
    yield Quantity("eta", title="learning rate η", symbol="η", scale=0.02, is_step_size=True)
    data = alike(sheet="data", axes=(row,), shape=(T,), has_positions=True, number_format="0")
    yield data("letters", "letters of a name, as numbers", symbol="t{}", choices=(1, N),
               meaning="1 is the full stop, and a is 2: a name ends with 1")
    yield data("read", "letter before", letters.BEFORE.of("letters"), symbol="s{}",
               meaning="what the network reads: 1 before the first letter",
               written="s₁ = 1, sₖ = tₖ₋₁")
    yield data("name", "name", Name().of("letters"), symbol=" ", shape=(), has_positions=False)
    yield data("wrong", "not a letter", units.unchosen("row", letters=(1, N)), symbol="✗",
               shape=(), has_positions=False)
    yield step("t", "next letter", units.COPY.of("letters"), axes=(row,), shape=(T,),
               number_format="0")
    yield from xlnn.again((sign,), "{}", axes=(row,))
    yield from WEIGHTS.trained(epochs, sizes["optimizer"])
    of_row = partial(step, axes=(epoch, row), role="result")
    back = partial(of_row, role="backward")
    yield from xlnn.again(steps, "{}", axes=(epoch, row))
    yield of_row("C", "cross-entropy", letters.COST.of("l", "expl"), shape=(T,))
    yield back("dl", "error", eq.ERROR, symbol="∂l{}", shape=(T, N), written="p − target",
               meaning="how fast C changes with the scores")
    yield back("dy2", "error of y2", units.Back(("dl", "U")), symbol="∂y2{}",
               written="∂y2 = Σ ∂l U")
    yield from eq.block_back(back, T, F)
    yield Quantity("C_T", title="total cost", sheet="weights", axes=(epoch,), equation=eq.TOTAL,
                   meaning="the cost of all letters of all names", written="C_T = Σ −ln p(next)")
    yield from WEIGHTS.gradients(epochs, "gradient, {title}")
    yield from xlnn.choice("epoch", state, words, title="after epoch")
    used = {name: f"{name}_used" for name in WEIGHTS}
    yield from (xlnn.shown(name, name=used[name], sheet="used") for name in WEIGHTS)
    number, place = Axis("typed", TYPED), Axis("step", T, "up")
    here = alike(sheet="names", axes=(number,), shape=(T,), has_positions=True)
    yield here("chance", "random numbers", symbol="r{}", between=(0.01, 0.99), number_format="0.00",
               meaning="which letter is typed: each has a share of 0 to 1 as large as its p")
    typing = alike(sheet="typing", axes=(number, place), shape=(T,), has_positions=True)
    yield typing("read_typed", "letter before", letters.BEFORE.of(
        xlnn.previous("typed", along="step", start=1.0)), symbol="s{}", number_format="0")
    yield from xlnn.again(FORWARD, "{}_typed", axes=(number, place), sheet="typing",
                          instead={"read": "read_typed", **used})
    yield typing("typed", "letter typed", letters.DRAWN.of("p_typed", "chance"), symbol="t{}")
    yield here("letters_typed", "letters typed, as numbers", units.entry(-1, "step", 1).of("typed"),
               symbol="t{}", number_format="0", reads_as_stated=True)
    yield here("new", "name typed", Name().of("letters_typed"), symbol=" ", shape=(),
               has_positions=False)
    yield Quantity("course", equation=xlnn.Told(
        {"choose": "A cell on the sheet Data is not a letter: choose a whole number from 1 to "
         "{signs}.",
         "once": "C_T is {C_T_last} in the only epoch.",
         "course": "C_T is {C_T_first} in epoch 1 and {C_T_last} in epoch {epochs}."},
        lambda wrong: (largest(wrong.over("row")) > 0, Value(epochs == 1)), digits=3, signs=N))


def inputs(sizes: dict) -> dict:
    """Return the names as numbers, random weights and random numbers."""
    names = np.resize(NAMES, sizes["names"])
    random = np.random.default_rng(sizes["seed"])
    return {
        **WEIGHTS.drawn(random, 0.3), "epoch": sizes["epochs"],
        "letters": [[1 + SIGNS.index(letter) for letter in name.ljust(T, ".")] for name in names],
        "chance": random.uniform(0.01, 0.99, (TYPED, T)).round(2),
    }


EXPERIMENT = xlnn.Experiment(
    "names", model, title="A character model in a sheet",
    summary="A transformer of one block learns 30 names letter by letter, and types new ones.",
    sizes={"epochs": xlnn.Size(3, most=500), "names": xlnn.Size(len(NAMES), most=200),
           "seed": xlnn.Size(3, 0, 2**31)},
    rates={"adam": 0.03, "sgd": 0.01, "momentum": 0.002, "rmsprop": 0.01},
    inputs=inputs, task=1, options_for=["epochs", "seed"],
    about=(
        "{names} names of at most 5 letters. At each place the network learns which letter comes "
        "next, or the full stop that ends a name.",
        "A letter and its place are a row with two ones. Times E it is the sum of two columns, one "
        "for the letter and one for the place: an embedding is a product of matrices.",
        "To type, it reads what it has typed so far. The probabilities share the numbers from 0 to "
        "1 among the letters, and a random number falls into the share of one.",
        "xlnn build names --edition matrices --epochs 100  trains it until it types names: with "
        "one array formula for all names or, where each has its own matrices, one for each.",
    ),
    pages=(
        Page("names", "Names", "Names that the trained weights type. Change a random number, or "
             "choose an earlier epoch.",
             xlnn.Numbers("eta", ("epoch", "epoch_asked")), xlnn.Sentences("course", above=1),
             xlnn.Space(),
             xlnn.Beside(Table("new", "letters_typed", "chance"),
                         Chart("Total cost", Trace("C_T"))),
             does="Choose an epoch and change random numbers: which names does it type?"),
        Page("data", "Data", "The names that it learns, as numbers of letters: 1 ends a name, a is "
             "2. Type others.", Table("name", "letters", "read", "wrong")),
        Page("used", "Weights used", "The weights after the epoch that was chosen on Names."),
        Page("typing", "Letter by letter", "In each step the network reads what is typed so far, "
             "and types one more letter.", stays=True),
        Page("training", "Training", "From the letters to the cost, and back.", stays=True),
    ),
    colours={"forward": "forward: from letters to probabilities"},
    tries=(
        ("Build it with --edition matrices --epochs 100. On {names} choose epoch 0, 10, 30 and the "
         "last.", "At first it types anything. Soon vowels and consonants alternate, and last "
         "of all there are names."),
        ("Set all random numbers of a row to 0.5, and then to 0.1.", "It types the letters in the "
         "middle of the shares, and then those nearer to a."),
    ),
)
