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
from xlnn import Axis, Chart, Grid, Quantity, Row, Table, Trace, Weight
from xlnn.equations import attention as eq
from xlnn.equations import units

WORDS = ("big", "small", "cat", "dog", "says", "MEOW", "meow", "WOOF", "woof", ".")
SENTENCES = ((1, 3, 5, 6, 10), (2, 3, 5, 7, 10), (1, 4, 5, 8, 10), (2, 4, 5, 9, 10))
T, D, F, N = 4, 4, 8, len(WORDS)
"""Positions, numbers per position, units of the feed-forward layer, and words."""


class Vocabulary(xlnn.Sentence):
    """All words with their numbers."""

    repeats = True

    def text(self, _: int, v: int) -> str:
        return f"{v + 1} {WORDS[v]}"

    def cell(self, _: int, v: int) -> str:
        return f'="{v + 1} {WORDS[v]}"'


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

SOURCE = "Vaswani et al. 2017, "
NORM = "Ba et al. 2016, (4)"
FORWARD = (
    ("x", "input", eq.LOOK_UP, (T, D), {"s": "read"}, "which word, and where it stands",
     "x = √d E(word) + PE", SOURCE + "3.4, 3.5"),
    ("Q", "query", eq.PROJECT, (T, D), {"W": "Wq"}, "what a position looks for", "Q = x Wqᵀ",
     SOURCE + "(1)"),
    ("K", "key", eq.PROJECT, (T, D), {"W": "Wk"}, "what a position offers", "K = x Wkᵀ",
     SOURCE + "(1)"),
    ("V", "value", eq.PROJECT, (T, D), {"W": "Wv"}, "what it hands on", "V = x Wvᵀ",
     SOURCE + "(1)"),
    ("Z", "score", eq.SCORE, (T, T), {}, "how well a query fits a key", "Z = Q Kᵀ / √d",
     SOURCE + "(1)"),
    ("S", "exp, masked", eq.MASKED, (T, T), {}, "0 for later positions: no word sees the next",
     "S = exp(Z − max Z), 0 if j > i", SOURCE + "3.2.3"),
    ("A", "attention", eq.SHARE, (T, T), {}, "how much each position takes from each",
     "A = S / Σ S", SOURCE + "(1)"),
    ("o", "what is taken", units.Back(("A", "V")), (T, D)),
    ("taken", "output of attention", eq.PROJECT, (T, D), {"W": "Wo", "x": "o"}),
    ("r1", "residual 1", units.SUM, (T, D), {"a": "x", "b": "taken"}, "the input goes on beside it",
     "r₁ = x + A V Woᵀ", SOURCE + "3.1"),
    ("m1", "mean 1", eq.MEAN, (T,), {"r": "r1"}),
    ("s1", "spread 1", eq.SPREAD, (T,), {"r": "r1", "m": "m1"}, "of the numbers of one position: "
     "the variance divides by d, and ε stands inside the root", "s = √(Σ(r − m)²/d + ε)", NORM),
    ("n1", "normalised 1", eq.NORMAL, (T, D), {"r": "r1", "m": "m1", "s": "s1"}),
    ("y1", "layer norm 1", eq.SCALED, (T, D), {"n": "n1", "g": "g1", "b": "b1"}, "with mean b and "
     "spread g, whatever the size of r", "y = g (r − m)/s + b", NORM),
    ("h", "feed-forward", units.DENSE, (T, F), {"W": "W1", "x": "y1", "b": "c1"}, "a dense layer "
     "for each position, of y₁ and not of A", "h = y₁ W₁ᵀ + c₁", SOURCE + "(2)"),
    ("active", "relu", units.RELU, (T, F), {"z": "h"}),
    ("f", "feed-forward, out", units.DENSE, (T, D), {"W": "W2", "x": "active", "b": "c2"}),
    ("r2", "residual 2", units.SUM, (T, D), {"a": "y1", "b": "f"}),
    ("m2", "mean 2", eq.MEAN, (T,), {"r": "r2"}),
    ("s2", "spread 2", eq.SPREAD, (T,), {"r": "r2", "m": "m2"}),
    ("n2", "normalised 2", eq.NORMAL, (T, D), {"r": "r2", "m": "m2", "s": "s2"}),
    ("y2", "layer norm 2", eq.SCALED, (T, D), {"n": "n2", "g": "g2", "b": "b2"}),
    ("l", "scores of words", eq.PROJECT, (T, N), {"W": "U", "x": "y2"}),
    ("expl", "exp", eq.EXP, (T, N), {"z": "l"}),
    ("p", "probabilities", eq.SHARE, (T, N), {"S": "expl"}, "how likely each word is to come next",
     "p = softmax(y₂ Uᵀ)", SOURCE + "3.4"),
)
"""Each forward step: name, title, equation, shape, arguments, meaning, formula and source."""

BACK = (
    ("dl", "error", eq.ERROR, (T, N), {"t": "next"}, "how fast C changes with the scores",
     "p − target"),
    ("dy2", "error of y2", units.Back(("dl", "U")), (T, D)),
    ("dr2", "error of r2", eq.NORMAL_BACK, (T, D), {"dy": "dy2", "g": "g2", "n": "n2", "s": "s2"},
     "mean and spread depend on r as well", "(d − mean d − n mean(n d)) / s, d = g ∂C/∂y"),
    ("dh", "error of h", eq.RELU_BACK, (T, F), {"a": "dr2", "b": "W2"},
     "0 where h is not above 0: the mask is that of h", "(∂C/∂r₂ W₂) · (h > 0)"),
    ("dy1", "error of y1", units.Back(("dh", "W1"), plus="dr2"), (T, D), {},
     "by the residual and by the feed-forward layer", "∂C/∂r₂ + ∂C/∂h W₁"),
    ("dr1", "error of r1", eq.NORMAL_BACK, (T, D), {"dy": "dy1", "g": "g1", "n": "n1", "s": "s1"}),
    ("do", "error of o", units.Back(("dr1", "Wo")), (T, D)),
    ("dZ", "error of the score", eq.SCORE_ERROR, (T, T), {}, "through softmax and √d",
     "Aᵢⱼ ∂C/∂oᵢ · (Vⱼ − oᵢ) / √d"),
    ("dQ", "error of the query", units.Back(("dZ", "K")), (T, D)),
    ("dK", "error of the key", eq.MIX_BACK, (T, D), {"a": "dZ", "b": "Q"}),
    ("dV", "error of the value", eq.MIX_BACK, (T, D), {"a": "A", "b": "do"}),
    ("dx", "error of x", units.Back(("dQ", "Wq"), ("dK", "Wk"), ("dV", "Wv"), plus="dr1"), (T, D),
     {}, "by the residual, Q, K and V"),
)
STEP = "name", "title", "equation", "shape", "uses", "meaning", "written", "source"
SYMBOLS = {"taken": "u{}", "active": "h⁺{}", "expl": "e{}"}


def model(sizes: dict, words: xlnn.Text) -> Iterator[Quantity]:
    """Yield the training, and the same steps for words that users type."""
    epochs = sizes["epochs"]
    epoch, row = Axis("epoch", epochs, "up"), Axis("sentence", sizes["sentences"], family="row")
    state = Axis("epoch", epochs + 1, "up", counts_from=0)
    yield Quantity("eta", title="learning rate η", symbol="η", sheet="talk", role="input",
                   scale=0.02, calms=True, number_format="General")
    data = partial(Quantity, sheet="data", axes=(row,), shape=(T,), role="input",
                   choices=(1, N), number_format="0")
    yield data("read", title="words", symbol="s{}", meaning="the words of a sentence, as numbers")
    yield data("next", title="next word", symbol="t{}", meaning="the word after each of them")
    yield Quantity("PE", title="positional encoding", sheet="data", shape=(T, D),
                   equation=eq.encoding(T, D), source=SOURCE + "3.5", role="forward",
                   meaning="where a word stands; sin and cos of a pair share the exponent 2i/d",
                   written="sin(pos / 10000^(2i/d)), cos(pos / 10000^(2i/d))")
    trained = [*WEIGHTS.trained(epochs, sizes["optimizer"])]
    yield from trained
    each = partial(Quantity, sheet="sentences", axes=(epoch, row))
    forward, back = ([
        each(symbol=symbol(name), role=role, **dict(zip(STEP, (name, *step), strict=False)))
        for name, *step in steps] for role, steps in (("forward", FORWARD), ("backward", BACK)))
    yield from forward
    target = {"t": "next"}
    yield each("C", title="cross-entropy", shape=(T,), equation=eq.COST,
               uses={"z": "l", "u": "expl", **target})
    yield each("hit", title="right", symbol="✓{}", shape=(T,), equation=eq.hit(0.6), uses=target)
    yield from back
    once = partial(Quantity, sheet="weights", axes=(epoch,), equation=eq.TOTAL)
    yield once("C_T", title="total cost", symbol="C_T", uses={"C": "C"},
               meaning="the cost of all positions of all sentences", written="C_T = Σ −ln p(next)")
    yield once("right", title="words predicted", symbol=" ", uses={"C": "hit"}, number_format="0")
    yield from WEIGHTS.gradients(epochs, "gradient, {title}")
    yield from xlnn.choice("epoch", state, words, title="after epoch", sheet="talk")
    used = {each.name: f"{each.name}_used" for each in trained if each.name in WEIGHTS}
    yield from (xlnn.shown(each, "used", name=used[each.name], role="weight")
                for each in trained if each.name in used)
    talk = partial(Quantity, sheet="talk", is_text=True)
    yield Quantity("typed", title="words", symbol="s{}", sheet="talk", shape=(T,), role="input",
                   choices=(1, N), number_format="0")
    for name, title, shape in (("sentence", "words", (1, T)), ("after", "after", (T, 1))):
        yield talk(name, title=title, shape=shape, equation=units.Named(WORDS),
                   uses={"of": "typed"})
    yield talk("vocabulary", title="vocabulary", shape=(1, N), equation=Vocabulary())
    yield from xlnn.again(forward, "{}_typed", sheet="inside", apart={"A": "talk", "p": "talk"},
                          instead={"read": "typed", **used})
    yield talk("likely", title="most likely next", shape=(T, 1), equation=units.Largest(WORDS),
               uses={"p": "p_typed"})
    shown = xlnn.Told([words.sentence(
        "course", "C_T is {C_T_first} in epoch 1 and {C_T_last} in epoch {epochs}. Of {all} next "
        "words, {right_first} are predicted with a probability above 0.6 in epoch 1, and "
        "{right_last} in the last.",
        epochs=epochs, all=T * sizes["sentences"])], digits=3)
    yield talk("course", equation=shown)


def symbol(name: str) -> str:
    """Return the symbol of a step: its name, unless that is a word."""
    return SYMBOLS.get(name, f"∂{name[1:]}{{}}" if name[0] == "d" else f"{name}{{}}")


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
    sizes={"epochs": xlnn.Size(50, most=1000), "sentences": xlnn.Size(4, most=1000),
           },
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
            xlnn.Numbers("eta", ("epoch", "epoch_asked"), positive=["eta"], choices={"epoch": "E"}),
            xlnn.Sentences("course", above=1), xlnn.Space(),
            xlnn.Beside(
                xlnn.Below(xlnn.Space(3), Row("after")),
                xlnn.Below(Row("typed"), Row("sentence"), ink("A_typed")),
                xlnn.Below(xlnn.Space(2), ink("p_typed"), Row("vocabulary")),
                xlnn.Below(xlnn.Space(3), Row("likely")),
            ),
            Chart("Total cost", Trace("C_T")),
            xlnn.Hidden("epoch_used"),
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
    colours={"forward": "forward: from words to probabilities", "backward": "back: errors and "
             "gradients", "weight": "weights", "result": "costs, and what is shown"},
    tries=(
        ("Choose epoch 0 on {talk}, then 10, 20 and the last.", "At first all words are about as "
         "likely. Soon each is followed by the right kind of word; last of all it learns to "
         "shout."),
        ("Type 2 4 5 9, then 2 3 5 7.", "After says comes what the first two words ask for."),
        ("Type 5 5 5 5.", "It answers to what it has never read, too; that says nothing of truth."),
    ),
)
