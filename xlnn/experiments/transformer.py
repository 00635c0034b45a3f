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
from xlnn import Axis, Grid, Page, Quantity, Table, Weight, alike
from xlnn.equations import arcs, units
from xlnn.equations import attention as eq
from xlnn.experiments._speech import INSIDE, MORE, TALK, block_weights, spoken
from xlnn.terms import Value, largest

WORDS = ("big", "small", "cat", "dog", "says", "MEOW!", "meow", "WOOF!", "woof", ".")
SENTENCES = ((1, 3, 5, 6, 10), (2, 3, 5, 7, 10), (1, 4, 5, 8, 10), (2, 4, 5, 9, 10))
D, F = 4, 8
"""How many numbers describe a position, and how many units the feed-forward layer has."""


# fmt: off
def weights(N: int) -> xlnn.Weights:
    """Return the weights for a number of words, with their gradients."""
    return xlnn.Weights({
        "E": Weight((N, D), eq.look_up_slope(N), "dx", "s", title="embedding"),
        **block_weights(D, F),
        "U": Weight((N, D), eq.SLOPE, "dl", "y2", title="from y to words"),
    })


def forward(T: int, N: int) -> tuple[Quantity, ...]:
    """Return the steps from words to the probabilities of the next ones."""
    step = alike(sheet="sentences", shape=(T, D), role="forward", has_positions=True)
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
    of_row = alike(sheet="sentences", shape=(T, D), has_positions=True)
    back = partial(of_row, role="backward")
    return (
        of_row("C", "cross-entropy", eq.COST.of("l", "expl", "next"), shape=(T,)),
        of_row("hit", "right", eq.hit(0.6).of(t="next"), symbol="✓{}", shape=(T,)),
        back("dl", "error", eq.ERROR.of(t="next"), symbol="∂l{}", shape=(T, N),
             meaning="how fast C changes with the scores", written="p − target"),
        back("dy2", "error of y2", units.Back(("dl", "U")), symbol="∂y2{}"),
        *eq.block_back(of_row, T, F),
    )


def model(sizes: dict, words: xlnn.Text) -> Iterator[Quantity | xlnn.Copy]:
    """Yield the training, and the same steps for words that users type."""
    epochs, T, N = sizes["epochs"], sizes["positions"], sizes["words"]
    epoch, row = Axis("epoch", epochs, "up"), Axis("sentence", sizes["sentences"], family="row")
    state, word = Axis("epoch", epochs + 1, "up", counts_from=0), Axis("word", N)
    network, steps = weights(N), forward(T, N)
    yield Quantity("eta", title="learning rate η", symbol="η", scale=0.02, is_step_size=True)
    data = alike(sheet="data", axes=(row,), shape=(T,), has_positions=True)
    yield Quantity("n_word", title="number", symbol="n", sheet="data", axes=(word,), counts=True)
    yield Quantity("name_word", title="word", symbol=" ", sheet="data", axes=(word,), is_text=True)
    yield data("read", "words", symbol="s{}", choices=(1, N),
               meaning="the words of a sentence, as numbers")
    yield data("next", "next word", symbol="t{}", choices=(1, N),
               meaning="the word after each of them")
    yield data("text", "in words", units.Listed("word").of("read", "name_word"), symbol=" ")
    yield data("wrong", "not a word", units.unchosen("row", read=(1, N), next=(1, N)), symbol="✗",
               shape=())
    yield eq.position(T, D)
    yield data("s", "words", units.COPY.of("read"), symbol="s{}", sheet="sentences")
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
    yield from spoken(T, N, steps, used)
    yield from arcs.arcs("A_typed", T, "arcs")
    yield Quantity("course", equation=xlnn.Told(
        {"choose": "A cell on the sheet Data is not a word: choose a whole number from 1 to "
         "{words}.",
         "once": "C_T is {C_T_last} in the only epoch. {right_last} of {all} next words are "
         "predicted with a probability above 0.6.",
         "course": "C_T is {C_T_first} in epoch 1 and {C_T_last} in epoch {epochs}. {right_first} "
         "of {all} next words are predicted with a probability above 0.6 in epoch 1, and "
         "{right_last} in the last."},
        lambda wrong, p_typed: (  # no value if there are errors on its page
            largest(wrong.over("row")) > 0, 0 * largest(p_typed[...]) + Value(epochs == 1) > 0),
        digits=3, all=T * sizes["sentences"], right_first=lambda right: right.at(0),
        right_last=lambda right: right.at(-1)))


def inputs(sizes: dict) -> dict:
    """Return the initial inputs: all sentences of the language, and random weights."""
    s = np.resize(SENTENCES, (sizes["sentences"], sizes["positions"] + 1))
    start = weights(sizes["words"]).drawn(sizes["seed"], 0.3)
    names = np.resize(WORDS, sizes["words"])
    return {**start, **of_numbers(s, names, min(2, len(s) - 1)), "epoch": sizes["epochs"]}


def of_numbers(s: np.ndarray, names: np.ndarray, first: int = 0) -> dict:
    """Return the inputs for sentences of numbered words; of one the first half is typed."""
    T = s.shape[1] - 1
    typed = [*names[(s[first, :T // 2] - 1) % len(names)], *[MORE] * (T - T // 2)]
    return {"read": s[:, :-1], "next": s[:, 1:], "name_word": names, "typed": typed}


def from_data(rows: list, where: str) -> tuple[dict, dict]:  # noqa: ARG001 -- each row says where
    """Return the sizes and inputs for sentences of equally many words, one in each row."""
    sentences = [" ".join(texts).split() for _, texts in rows]
    needed = len(sentences[0])
    for (place, _), sentence in zip(rows, sentences, strict=True):
        if len(sentence) != needed:
            raise xlnn.XlnnError(f"{place}: {len(sentence)} words were found, but the first "
                                 f"sentence has {needed}, and all need as many.")
    written = {word.lower(): word for sentence in reversed(sentences) for word in sentence[::-1]}
    known, s = np.unique([[word.lower() for word in sentence] for sentence in sentences],
                         return_inverse=True)
    sizes = {"sentences": len(sentences), "positions": needed - 1, "words": len(known)}
    names = np.array([written[word] for word in known])
    return sizes, of_numbers(1 + s.reshape(len(sentences), -1), names)


EXPERIMENT = xlnn.Experiment(
    "transformer", model, title="A transformer in a sheet",
    summary="A transformer of one block learns a toy language; choose words, and it continues the "
    "sentence.",
    sizes={"epochs": xlnn.Size(50, most=1000), "sentences": xlnn.Size(4, most=1000),
           "positions": xlnn.Size(4, least=2, most=12), "words": xlnn.Size(10, least=2, most=50),
           "seed": xlnn.Size(21, 0, 2**31)},
    rates={"adam": 0.05, "sgd": 0.05, "momentum": 0.02, "rmsprop": 0.02},
    inputs=inputs, from_data=from_data, reads="rows", task=2, options_for=["epochs", "seed"],
    about=(
        "The language: big cat says MEOW! small cat says meow. big dog says WOOF! small dog says "
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
        TALK, INSIDE,
        xlnn.Progress(), xlnn.GradientCheck(),
        Page("data", "Data", "The words, and the sentences as their numbers, with the word after "
             "each. Type others.", xlnn.Beside(
                 Table("n_word", "name_word"),
                 xlnn.Below(Table("read", "next", "text", "wrong"), xlnn.Space(),
                            Grid("PE", digits="0.000", height=0))), xlnn.Hidden("menu")),
        Page("used", "Weights used", "The weights after the epoch that was chosen on Talk."),
        Page("continued", "Word after word", "In each step, a word that was not chosen is the "
             "likeliest one of the step before: the sentence grows by a word.", stays=True),
        Page("arcs", "Arcs", "The points of the arcs on the sheet Talk.", xlnn.Arcs.points(),
                  is_helper=True, is_hidden=True),
        Page("sentences", "Sentences", "One row per epoch and sentence: from the words to the "
                  "cost, and back.", stays=True),
    ),
    colours={"forward": "forward: from words to probabilities"},
    tries=(
        ("Choose epoch 0 on {talk}, then 10, 20 and the last.", "At first all words are about "
         "equally likely. Soon each is followed by the right kind of word; last of all it learns "
         "to shout."),
        ("Choose small and cat as the first two words, then big and cat.", "After says comes what "
         "these two words ask for: attention brings both."),
        ("Choose says four times.", "It answers to what it has never read, too; that does not make "
         "it right."),
    ),
)
