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
from xlnn import Axis, Chart, Equation, Grid, Quantity, Row, Table, Trace, Weight
from xlnn.equations import attention as eq
from xlnn.equations import units

WORDS = ("big", "small", "cat", "dog", "says", "MEOW", "meow", "WOOF", "woof", ".")
SENTENCES = ((1, 3, 5, 6, 10), (2, 3, 5, 7, 10), (1, 4, 5, 8, 10), (2, 4, 5, 9, 10))
T, D, F, N = 4, 4, 8, len(WORDS)
"""Positions, numbers per position, units of the feed-forward layer, and words."""


class Vocabulary(xlnn.Sentence):
    """All words with their numbers."""

    repeats = True

    def said(self, _: int, v: int) -> str:
        return f"{v + 1} {WORDS[v]}"


# fmt: off
WEIGHTS = xlnn.Weights({
    "E": Weight((N, D), eq.look_up_slope(N), "dx", "read", title="embedding"),
    "Wq": Weight((D, D), eq.SLOPE, "dQ", "x", title="queries"),
    "Wk": Weight((D, D), eq.SLOPE, "dK", "x", title="keys"),
    "Wv": Weight((D, D), eq.SLOPE, "dV", "x", title="values"),
    "Wo": Weight((D, D), eq.SLOPE, "dr1", "o", title="output of attention"),
    "g1": Weight((D,), eq.GAIN_SLOPE, "dy1", "n1", title="gain 1", start=1),
    "b1": Weight((D,), eq.BIAS_SLOPE, "dy1", title="shift 1", start=0),
    "W1": Weight((F, D), eq.SLOPE, "dh", "y1", title="feed-forward, in"),
    "c1": Weight((F,), eq.BIAS_SLOPE, "dh", title="its bias", start=0),
    "W2": Weight((D, F), eq.SLOPE, "dr2", "active", title="feed-forward, out"),
    "c2": Weight((D,), eq.BIAS_SLOPE, "dr2", title="its bias", start=0),
    "g2": Weight((D,), eq.GAIN_SLOPE, "dy2", "n2", title="gain 2", start=1),
    "b2": Weight((D,), eq.BIAS_SLOPE, "dy2", title="shift 2", start=0),
    "U": Weight((N, D), eq.SLOPE, "dl", "y2", title="from y to words"),
})

NORM = "Ba et al. 2016, (4)"

step = partial(Quantity, sheet="sentences", shape=(T, D), role="forward")
FORWARD = (
    step("x", title="input", equation=eq.LOOK_UP, uses={"s": "read"}, source=eq.SOURCE + "3.4, 3.5",
         meaning="which word, and where it stands", written="x = √d E(word) + PE"),
    *eq.head(step, T),
    step("taken", title="output of attention", symbol="u{}", equation=eq.PROJECT,
         uses={"W": "Wo", "x": "o"}),
    step("r1", title="residual 1", equation=units.SUM, uses={"a": "x", "b": "taken"},
         meaning="the input goes on beside it", written="r₁ = x + A V Woᵀ",
         source=eq.SOURCE + "3.1"),
    step("m1", title="mean 1", equation=eq.MEAN, shape=(T,), uses={"r": "r1"}),
    step("s1", title="spread 1", equation=eq.SPREAD, shape=(T,), uses={"r": "r1", "m": "m1"},
         meaning="of the numbers of one position: the variance divides by d, and ε stands inside "
         "the root", written="s = √(Σ(r − m)²/d + ε)", source=NORM),
    step("n1", title="normalised 1", equation=eq.NORMAL, uses={"r": "r1", "m": "m1", "s": "s1"}),
    step("y1", title="layer norm 1", equation=eq.SCALED, uses={"n": "n1", "g": "g1", "b": "b1"},
         meaning="with mean b and spread g, whatever the size of r", written="y = g (r − m)/s + b",
         source=NORM),
    step("h", title="feed-forward", equation=units.DENSE, shape=(T, F), source=eq.SOURCE + "(2)",
         uses={"W": "W1", "x": "y1", "b": "c1"}, written="h = y₁ W₁ᵀ + c₁",
         meaning="a dense layer for each position, of y₁ and not of A"),
    step("active", title="relu", symbol="h⁺{}", equation=units.RELU, shape=(T, F), uses={"z": "h"}),
    step("f", title="feed-forward, out", equation=units.DENSE,
         uses={"W": "W2", "x": "active", "b": "c2"}),
    step("r2", title="residual 2", equation=units.SUM, uses={"a": "y1", "b": "f"}),
    step("m2", title="mean 2", equation=eq.MEAN, shape=(T,), uses={"r": "r2"}),
    step("s2", title="spread 2", equation=eq.SPREAD, shape=(T,), uses={"r": "r2", "m": "m2"}),
    step("n2", title="normalised 2", equation=eq.NORMAL, uses={"r": "r2", "m": "m2", "s": "s2"}),
    step("y2", title="layer norm 2", equation=eq.SCALED, uses={"n": "n2", "g": "g2", "b": "b2"}),
    step("l", title="scores of words", equation=eq.PROJECT, shape=(T, N),
         uses={"W": "U", "x": "y2"}),
    step("expl", title="exp", symbol="e{}", equation=eq.EXP, shape=(T, N), uses={"z": "l"}),
    step("p", title="probabilities", equation=eq.SHARE, shape=(T, N), uses={"S": "expl"},
         meaning="how likely each word is to come next", written="p = softmax(y₂ Uᵀ)",
         source=eq.SOURCE + "3.4"),
)


def error(of: str, equation: Equation, **said: object) -> Quantity:
    """Return how fast C changes with a forward step."""
    return step(f"d{of}", **{"title": f"error of {of}", **said}, symbol=f"∂{of}{{}}",
                equation=equation, role="backward")


BACK = (
    step("C", title="cross-entropy", equation=eq.COST, shape=(T,), role="result",
         uses={"z": "l", "u": "expl", "t": "next"}),
    step("hit", title="right", symbol="✓{}", equation=eq.hit(0.6), shape=(T,), role="result",
         uses={"t": "next"}),
    error("l", eq.ERROR, title="error", shape=(T, N), uses={"t": "next"},
          meaning="how fast C changes with the scores", written="p − target"),
    error("y2", units.Back(("dl", "U"))),
    error("r2", eq.NORMAL_BACK, uses={"dy": "dy2", "g": "g2", "n": "n2", "s": "s2"},
          meaning="mean and spread depend on r as well",
          written="(d − mean d − n mean(n d)) / s, d = g ∂C/∂y"),
    error("h", eq.RELU_BACK, shape=(T, F), uses={"a": "dr2", "b": "W2"},
          meaning="0 where h is not above 0: the mask is that of h",
          written="(∂C/∂r₂ W₂) · (h > 0)"),
    error("y1", units.Back(("dh", "W1"), plus="dr2"),
          meaning="by the residual and by the feed-forward layer", written="∂C/∂r₂ + ∂C/∂h W₁"),
    error("r1", eq.NORMAL_BACK, uses={"dy": "dy1", "g": "g1", "n": "n1", "s": "s1"}),
    error("o", units.Back(("dr1", "Wo"))),
    *eq.head_back(step, T),
    error("x", units.Back(("dQ", "Wq"), ("dK", "Wk"), ("dV", "Wv"), plus="dr1"),
          meaning="by the residual, Q, K and V", written="∂C/∂r₁ + ∂Q Wq + ∂K Wk + ∂V Wv"),
)


def model(sizes: dict, words: xlnn.Text) -> Iterator[Quantity | xlnn.Copy]:
    """Yield the training, and the same steps for words that users type."""
    epochs = sizes["epochs"]
    epoch, row = Axis("epoch", epochs, "up"), Axis("sentence", sizes["sentences"], family="row")
    state = Axis("epoch", epochs + 1, "up", counts_from=0)
    yield Quantity("eta", title="learning rate η", symbol="η", scale=0.02, calms=True)
    data = partial(Quantity, axes=(row,), shape=(T,), choices=(1, N))
    yield data("read", title="words", symbol="s{}", meaning="the words of a sentence, as numbers")
    yield data("next", title="next word", symbol="t{}", meaning="the word after each of them")
    yield eq.position(T, D)
    yield from WEIGHTS.trained(epochs, sizes["optimizer"])
    yield from xlnn.again((*FORWARD, *BACK), "{}", axes=(epoch, row))
    once = partial(Quantity, sheet="weights", axes=(epoch,), equation=eq.TOTAL)
    yield once("C_T", title="total cost", uses={"C": "C"}, written="C_T = Σ −ln p(next)",
               meaning="the cost of all positions of all sentences")
    yield once("right", title="words predicted", symbol=" ", uses={"C": "hit"}, number_format="0")
    yield from WEIGHTS.gradients(epochs, "gradient, {title}")
    yield from xlnn.choice("epoch", state, words, title="after epoch")
    used = {name: f"{name}_used" for name in WEIGHTS}
    yield from (xlnn.shown(name, name=used[name], sheet="used") for name in WEIGHTS)
    yield Quantity("typed", title="words", symbol="s{}", shape=(T,), choices=(1, N))
    for name, title, shape in (("sentence", "words", (1, T)), ("after", "after", (T, 1))):
        yield Quantity(name, title=title, shape=shape, equation=units.Named(WORDS),
                       uses={"of": "typed"})
    yield Quantity("vocabulary", title="vocabulary", shape=(1, N), equation=Vocabulary())
    yield from xlnn.again(FORWARD, "{}_typed", sheet="inside", apart={"A": "talk", "p": "talk"},
                          instead={"read": "typed", **used})
    yield Quantity("likely", title="most likely next", shape=(T, 1), equation=units.Largest(WORDS),
                   uses={"p": "p_typed"})
    yield Quantity("course", equation=xlnn.Told(
        "C_T is {C_T_first} in epoch 1 and {C_T_last} in epoch {epochs}. Of {all} next words, "
        "{right_first} are predicted with a probability above 0.6 in epoch 1, and {right_last} in "
        "the last.", digits=3, all=T * sizes["sentences"]))


def inputs(sizes: dict) -> dict:
    """Return the initial inputs: all sentences of the language, and random weights."""
    several = np.resize(np.array(SENTENCES), (sizes["sentences"], T + 1))
    return {**WEIGHTS.drawn(21, 0.3), "read": several[:, :-1], "next": several[:, 1:],
            "typed": SENTENCES[2][:-1], "epoch": sizes["epochs"]}


def from_data(data: xlnn.Dataset, where: str) -> tuple[dict, dict]:
    """Return the sizes and inputs for a table: the numbers of four words, and of the last."""
    if data.x.shape[1] != T or data.t.shape[1] != 1:
        raise xlnn.XlnnError(f"{where}: four words and, as --target, the fifth are expected.")
    return ({"sentences": len(data.x)},
            {"read": data.x, "next": np.hstack([data.x[:, 1:], data.t])})


def grids(*names: str) -> xlnn.Beside:
    """Return matrices for the typed words, side by side."""
    return xlnn.Beside(*(Grid(f"{name}_typed", digits="0.00", height=0) for name in names))


ink = partial(Grid, scale="ink", digits="0.00", width=9)

EXPERIMENT = xlnn.Experiment(
    "transformer", model, title="A transformer in a sheet",
    summary="A transformer of one block learns a toy language; type words, and read how likely "
    "each next word is.",
    sizes={"epochs": xlnn.Size(50, most=1000), "sentences": xlnn.Size(4, most=1000)},
    rates={"adam": 0.05, "sgd": 0.05, "momentum": 0.02, "rmsprop": 0.02},
    inputs=inputs, from_data=from_data, task=2, options_for=["epochs"],
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
        "Your own sentences:  xlnn build transformer --data my.csv --target w5  takes five words "
        "by their numbers.",
    ),
    pages=(
        xlnn.Page(
            "talk", "Talk", "Type four words by their numbers. Each row says what comes next, from "
            "the words up to there. Choose an earlier epoch.",
            xlnn.Numbers("eta", ("epoch", "epoch_asked")),
            xlnn.Sentences("course", above=1), xlnn.Space(),
            xlnn.Beside(
                xlnn.Below(xlnn.Space(3), Row("after")),
                xlnn.Below(Row("typed"), Row("sentence"), ink("A_typed")),
                xlnn.Below(xlnn.Space(2), ink("p_typed"), Row("vocabulary")),
                xlnn.Below(xlnn.Space(3), Row("likely")),
            ),
            Chart("Total cost", Trace("C_T")),
            does="Type words, and read how likely each next word is.",
        ),
        xlnn.Page(
            "inside", "Inside", "Every step of the block for the words on the sheet Talk: a row "
            "for each word.",
            grids("x", "Q", "K", "V"), xlnn.Space(), grids("Z", "S", "o", "taken"), xlnn.Space(),
            grids("r1", "n1", "y1"), xlnn.Space(), grids("h", "active"), xlnn.Space(),
            grids("f", "r2", "n2", "y2"), xlnn.Space(), grids("l"), xlnn.Space(), grids("expl"),
        ),
        xlnn.Page("data", "Data", "The sentences as numbers, and the word after each. Type others.",
                  Table("read", "next"), Grid("PE", digits="0.000")),
        xlnn.Page("used", "Weights used", "The weights after the epoch that was chosen on Talk."),
        xlnn.Page("sentences", "Sentences", "One row per epoch and sentence: from the words to the "
                  "cost, and back.", stays=True),
    ),
    colours={"forward": "forward: from words to probabilities"},
    tries=(
        ("Choose epoch 0 on {talk}, then 10, 20 and the last.", "At first all words are about as "
         "likely. Soon each is followed by the right kind of word; last of all it learns to "
         "shout."),
        ("Type 2 4 5 9, then 2 3 5 7.", "After says comes what the first two words ask for."),
        ("Type 5 5 5 5.", "It answers to what it has never read, too; that says nothing of truth."),
    ),
)
