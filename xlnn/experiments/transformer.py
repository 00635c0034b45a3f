"""A transformer of one block learns a toy language and predicts the next word.

A. Vaswani et al., Attention is all you need, NeurIPS 2017, arXiv:1706.03762: embeddings times √d
(3.4), positional encoding (3.5), attention (3.2.1, equation 1), residuals each followed by a layer
normalisation (3.1), feed-forward layer (3.3, equation 2). J. L. Ba, J. R. Kiros and G. E. Hinton,
Layer normalization, arXiv:1607.06450, equation 4: the variance is that of the population; ε stands
inside the root. Differs from the paper: one head and one block, no dropout, and an output matrix
U instead of that of the embedding.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np

import xlnn
from xlnn import Axis, Chart, Grid, Quantity, Row, Table, Trace, Weight, alike
from xlnn.equations import attention as eq
from xlnn.equations import units
from xlnn.terms import Value, largest

WORDS = ("big", "small", "cat", "dog", "says", "MEOW", "meow", "WOOF", "woof", ".")
SENTENCES = ((1, 3, 5, 6, 10), (2, 3, 5, 7, 10), (1, 4, 5, 8, 10), (2, 4, 5, 9, 10))
D, F = 4, 8
"""Numbers of a position, and units of the feed-forward layer."""


# fmt: off
def weights(N: int) -> xlnn.Weights:
    """Return the weights for a number of words, with their gradients."""
    return xlnn.Weights({
        "E": Weight((N, D), eq.look_up_slope(N), "dx", "read", title="embedding"),
        "Wq": Weight((D, D), eq.SLOPE, "dQ", "x", title="weights of queries"),
        "Wk": Weight((D, D), eq.SLOPE, "dK", "x", title="weights of keys"),
        "Wv": Weight((D, D), eq.SLOPE, "dV", "x", title="weights of values"),
        "Wo": Weight((D, D), eq.SLOPE, "dr1", "o", title="output of attention"),
        "g1": Weight((D,), eq.GAIN_SLOPE, "dy1", "n1", title="gain 1", start=1),
        "b1": Weight((D,), eq.BIAS_SLOPE, "dy1", title="shift 1", start=0),
        "W1": Weight((F, D), eq.SLOPE, "dh", "y1", title="feed-forward, in"),
        "c1": Weight((F,), eq.BIAS_SLOPE, "dh", title="bias 1", start=0),
        "W2": Weight((D, F), eq.SLOPE, "dr2", "active", title="feed-forward, out"),
        "c2": Weight((D,), eq.BIAS_SLOPE, "dr2", title="bias 2", start=0),
        "g2": Weight((D,), eq.GAIN_SLOPE, "dy2", "n2", title="gain 2", start=1),
        "b2": Weight((D,), eq.BIAS_SLOPE, "dy2", title="shift 2", start=0),
        "U": Weight((N, D), eq.SLOPE, "dl", "y2", title="from y to words"),
    })


def forward(T: int, N: int) -> tuple[Quantity, ...]:
    """Return the steps from words to the probabilities of the next ones."""
    step = alike(sheet="sentences", shape=(T, D), role="forward")
    return (
        step("x", "input", eq.LOOK_UP.of(s="read"), source=eq.SOURCE + "3.4, 3.5",
             meaning="which word, and where it stands", written="x = √d E(word) + PE"),
        *eq.block(step, T, F),
        step("l", "scores of words", eq.PROJECT.of("U", "y2"), shape=(T, N)),
        step("expl", "exp", eq.EXP.of("l"), symbol="e{}", shape=(T, N)),
        step("p", "probabilities", eq.SHARE.of("expl"), shape=(T, N),
             meaning="how likely each word is to come next", written="p = softmax(y₂ Uᵀ)",
             source=eq.SOURCE + "3.4"),
    )


def backward(T: int, N: int) -> tuple[Quantity, ...]:
    """Return the cost, and the errors on the way back."""
    each = alike(sheet="sentences", shape=(T, D))
    back = partial(each, role="backward")
    return (
        each("C", "cross-entropy", eq.COST.of("l", "expl", "next"), shape=(T,)),
        each("hit", "right", eq.hit(0.6).of(t="next"), symbol="✓{}", shape=(T,)),
        back("dl", "error", eq.ERROR.of(t="next"), symbol="∂l{}", shape=(T, N),
             meaning="how fast C changes with the scores", written="p − target"),
        back("dy2", "error of y2", units.Back(("dl", "U")), symbol="∂y2{}"),
        *eq.block_back(each, T, F),
    )


def model(sizes: dict, words: xlnn.Text) -> Iterator[Quantity | xlnn.Copy]:
    """Yield the training, and the same steps for words that users type."""
    epochs, T, N = sizes["epochs"], sizes["positions"], sizes["words"]
    epoch, row = Axis("epoch", epochs, "up"), Axis("sentence", sizes["sentences"], family="row")
    state, word = Axis("epoch", epochs + 1, "up", counts_from=0), Axis("word", N)
    network, steps = weights(N), forward(T, N)
    yield Quantity("eta", title="learning rate η", symbol="η", scale=0.02, is_step_size=True)
    data = alike(sheet="data", axes=(row,), shape=(T,))
    yield Quantity("n_word", title="number", symbol="n", sheet="data", axes=(word,), counts=True)
    yield Quantity("name_word", title="word", symbol=" ", sheet="data", axes=(word,), is_text=True)
    yield data("read", "words", symbol="s{}", choices=(1, N),
               meaning="the words of a sentence, as numbers")
    yield data("next", "next word", symbol="t{}", choices=(1, N),
               meaning="the word after each of them")
    name = units.Listed("word")
    yield data("text", "in words", name.of("read", "name_word"), symbol=" ")
    yield data("wrong", "not a word", units.unchosen("row", read=(1, N), next=(1, N)), symbol="✗",
               shape=())
    yield eq.position(T, D)
    yield from network.trained(epochs, sizes["optimizer"])
    yield from xlnn.again((*steps, *backward(T, N)), "{}", axes=(epoch, row))
    once = alike(sheet="progress", axes=(epoch,))
    yield once("C_T", "total cost", eq.TOTAL, written="C_T = Σ −ln p(next)",
               meaning="the cost of all positions of all sentences")
    yield once("right", "words predicted", eq.TOTAL.of("hit"), symbol=" ", number_format="0")
    yield from network.gradients(epochs, "gradient, {title}")
    yield from xlnn.choice("epoch", state, words, title="after epoch")
    used = {name: f"{name}_used" for name in network}
    yield from (xlnn.shown(name, name=used[name], sheet="used") for name in network)
    yield Quantity("typed", title="words, by their numbers", symbol="s{}", shape=(T,),
                   choices=(1, N))
    yield Quantity("used", title="words used, by their numbers", symbol="s{}", shape=(T,),
                   sheet="inside", equation=units.UsedNumber(1, N).of("typed"))
    yield Quantity("typed_wrong", title="not a word", sheet="inside",
                   equation=units.unchosen(typed=(1, N)))
    asked = words("validation", "choice", least=1, largest=N)
    yield Quantity("typed_asked", equation=units.AskedAll(asked).of("typed_wrong"))
    for title, shape, quantity in (("words", (1, T), "sentence"), ("after", (T, 1), "after")):
        yield Quantity(quantity, title=title, shape=shape, equation=name.of("used", "name_word"))
    yield Quantity("vocabulary", title="vocabulary", shape=(1, N),
                   equation=name.of(names="name_word"))
    yield from xlnn.again(steps, "{}_typed", sheet="inside", apart={"A": "talk", "p": "talk"},
                          instead={"read": "used", **used})
    yield Quantity("likely", title="most likely next", shape=(T, 1),
                   equation=units.Largest("word").of("p_typed", "name_word"))
    yield Quantity("course", equation=xlnn.Told(
        {"choose": "A cell on the sheet Data is not a word: choose a whole number from 1 to "
         "{words}.",
         "once": "C_T is {C_T_last} in the only epoch. {right_last} of {all} next words are "
         "predicted with a probability above 0.6.",
         "course": "C_T is {C_T_first} in epoch 1 and {C_T_last} in epoch {epochs}. {right_first} "
         "of {all} next words are predicted with a probability above 0.6 in epoch 1, and "
         "{right_last} in the last."},
        lambda wrong, p_typed: (  # with errors on its page it has no value, either
            largest(wrong.over("row")) > 0, 0 * largest(p_typed[...]) + Value(epochs == 1) > 0),
        digits=3, all=T * sizes["sentences"], right_first=lambda right: right.at(0),
        right_last=lambda right: right.at(-1)))


def inputs(sizes: dict) -> dict:
    """Return the initial inputs: all sentences of the language, and random weights."""
    s = np.resize(SENTENCES, (sizes["sentences"], sizes["positions"] + 1))
    start = weights(sizes["words"]).drawn(sizes["seed"], 0.3)
    return {**start, **of_numbers(s), "epoch": sizes["epochs"],
            "name_word": np.resize(WORDS, sizes["words"]), "typed": s[min(2, len(s) - 1), :-1]}


def of_numbers(s: np.ndarray) -> dict:
    """Return the inputs for sentences of numbered words."""
    return {"read": s[:, :-1], "next": s[:, 1:], "typed": s[0, :-1]}


def from_data(rows: list, where: str) -> tuple[dict, dict]:  # noqa: ARG001 -- each row says where
    """Return the sizes and inputs for sentences of equally many words, one in each row."""
    sentences = [" ".join(texts).split() for _, texts in rows]
    needed = len(sentences[0])
    for (place, _), sentence in zip(rows, sentences, strict=True):
        if len(sentence) != needed:
            raise xlnn.XlnnError(f"{place}: {len(sentence)} words were found, but the first "
                                 f"sentence has {needed}, and all need as many.")
    names, s = np.unique(sentences, return_inverse=True)
    sizes = {"sentences": len(s), "positions": needed - 1, "words": len(names)}
    return sizes, {**of_numbers(1 + s.reshape(len(sentences), -1)), "name_word": names}


def grids(*names: str) -> xlnn.Beside:
    """Return matrices for the typed words, side by side."""
    return xlnn.Beside(*(Grid(f"{n}_typed", digits="0.00", height=0, above=1) for n in names))


ink = partial(Grid, scale="ink", digits="0.00", width=9)

EXPERIMENT = xlnn.Experiment(
    "transformer", model, title="A transformer in a sheet",
    summary="A transformer of one block learns a toy language; type words, and read how likely "
    "each next word is.",
    sizes={"epochs": xlnn.Size(50, most=1000), "sentences": xlnn.Size(4, most=1000),
           "positions": xlnn.Size(4, least=2, most=12), "words": xlnn.Size(10, least=2, most=50),
           "seed": xlnn.Size(21, 0, 2**31)},
    rates={"adam": 0.05, "sgd": 0.05, "momentum": 0.02, "rmsprop": 0.02},
    inputs=inputs, from_data=from_data, reads="rows", task=2, options_for=["epochs", "seed"],
    about=(
        "The language: big cat says MEOW. small cat says meow. big dog says WOOF. small dog says "
        "woof. The network learns to predict each next word.",
        "What comes after says depends on the first word and on the second: attention has to bring "
        "both. Whether cat or dog comes, nobody can know: they stay at ½.",
        "Layer normalisation takes the variance of a population, which divides by d, and ε inside "
        "the root. STDEV divides by d − 1: another function, with another gradient.",
        "The feed-forward layer takes y₁, the normalised features, and not the attention weights. "
        "Its way back is masked by h > 0.",
        "An embedding is looked up, so its gradient is a sum over all places where the word stands "
        "(SUMIF). Adam divides its means by 1 − βⁿ, since they begin at 0.",
        "Your own sentences:  xlnn build transformer --data my.csv  takes a sentence in each row, "
        "all with the same number of words.",
    ),
    pages=(
        xlnn.Page(
            "talk", "Talk", "Type words by their numbers. Each row says what comes next, from the "
            "words up to there. Choose an earlier epoch.",
            xlnn.Numbers("eta", ("epoch", "epoch_asked"), at=2),
            xlnn.Sentences("course", above=1), xlnn.Space(),
            xlnn.Numbers(("typed", "typed_asked"), at=2),
            xlnn.Beside(
                xlnn.Below(xlnn.Space(), Row("after", titled=True)),
                xlnn.Below(Row("sentence"), ink("A_typed")),
                xlnn.Below(xlnn.Space(), ink("p_typed"), Row("vocabulary")),
                xlnn.Below(xlnn.Space(), Row("likely", titled=True)),
            ),
            Chart("Total cost", Trace("C_T")),
            does="Type words, and read how likely each next word is.",
        ),
        xlnn.Page(
            "inside", "Inside", "Every step of the block for the words on the sheet Talk: a row "
            "for each word.",
            xlnn.Numbers("used", "typed_wrong"),
            grids("x", "Q", "K", "V"), grids("Z", "S", "o", "taken"), grids("r1", "n1", "y1"),
            grids("h", "active"), grids("f", "r2", "n2", "y2"), grids("l"), grids("expl"),
        ),
        xlnn.Progress(), xlnn.GradientCheck(),
        xlnn.Page("data", "Data", "The words, and the sentences as their numbers, with the word "
                  "after each. Type others.",
                  xlnn.Beside(Table("n_word", "name_word"),
                              xlnn.Below(Table("read", "next", "text", "wrong"), xlnn.Space(),
                                         Grid("PE", digits="0.000", height=0)))),
        xlnn.Page("used", "Weights used", "The weights after the epoch that was chosen on Talk."),
        xlnn.Page("sentences", "Sentences", "One row per epoch and sentence: from the words to the "
                  "cost, and back.", stays=True),
    ),
    colours={"forward": "forward: from words to probabilities"},
    tries=(
        ("Choose epoch 0 on {talk}, then 10, 20 and the last.", "At first all words are about "
         "equally likely. Soon each is followed by the right kind of word; last of all it learns "
         "to shout."),
        ("Type 2 4 5 9, then 2 3 5 7.", "After says comes what the first two words ask for."),
        ("Type 5 5 5 5.", "It answers to what it has never read, too; that does not make it "
         "right."),
    ),
)
