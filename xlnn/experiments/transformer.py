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
from xlnn import Axis, Cells, Chart, Grid, Quantity, Row, Stated, Table, Trace
from xlnn.equations import attention as eq
from xlnn.equations import units

WORDS = ("big", "small", "cat", "dog", "says", "MEOW", "meow", "WOOF", "woof", ".")
SENTENCES = ((1, 3, 5, 6, 10), (2, 3, 5, 7, 10), (1, 4, 5, 8, 10), (2, 4, 5, 9, 10))
T, D, F, N = 4, 4, 8, len(WORDS)
"""Positions, numbers per position, units of the feed-forward layer, and words."""

EPSILON, CLOSE = 1e-5, 1e-6
"""The ε of the layer norm, and the smallest difference of unequal probabilities."""

ETA = {"adam": 0.05, "sgd": 0.05, "momentum": 0.02, "rmsprop": 0.02}
"""The default learning rate of each optimiser."""

LOOK_UP = Stated(
    lambda E, s, PE: E[np.clip(s, 1, N).astype(int) - 1] * D**0.5 + PE,
    lambda t, k, E, s, PE: "=CHOOSE({},{})*SQRT({})+{}".format(
        s[t], ",".join(E[v, k] for v in range(N)), D, PE[t, k]
    ),
)
DENSE = Stated(
    lambda W, x, c: x @ W.T + c, lambda t, k, W, x, c: f"=SUMPRODUCT({x[t, :]},{W[k, :]})+{c[k]}"
)
PLUS_MIX = Stated(
    lambda r, a, b: r + a @ b,
    lambda i, k, r, a, b: (
        f"={r[i, k]}+" + "+".join(f"{a[i, j]}*{b[j, k]}" for j in range(a.shape[1]))
    ),
)
MEAN = Stated(lambda r: r.mean(-1), lambda t, r: f"=AVERAGE({r[t, :]})")
SPREAD = Stated(  # divided by d, as the variance of a population is, and not by d - 1
    lambda r, m: np.sqrt(((r - m[..., None]) ** 2).sum(-1) / D + EPSILON),
    lambda t, r, m: "=SQRT(SUMSQ({})/{}+1/{})".format(
        ",".join(f"{r[t, k]}-{m[t]}" for k in range(D)), D, round(1 / EPSILON)
    ),
)
NORMAL = Stated(
    lambda r, m, s: (r - m[..., None]) / s[..., None],
    lambda t, k, r, m, s: f"=({r[t, k]}-{m[t]})/{s[t]}",
)
SCALED = Stated(lambda n, g, b: n * g + b, lambda t, k, n, g, b: f"={n[t, k]}*{g[k]}+{b[k]}")
NORMAL_BACK = Stated(  # with d = ∂C/∂n: (d - mean d - n mean (n d)) / s
    lambda dy, g, n, s: (
        (dy * g - (dy * g).mean(-1)[..., None] - n * (n * dy * g).mean(-1)[..., None])
        / s[..., None]
    ),
    lambda t, k, dy, g, n, s: (
        f"=({dy[t, k]}*{g[k]}-SUMPRODUCT({dy[t, :]},{g[:]})/{D}"
        f"-{n[t, k]}*SUMPRODUCT({n[t, :]},{dy[t, :]},{g[:]})/{D})/{s[t]}"
    ),
)
RELU_BACK = Stated(
    lambda a, b, h: (a @ b) * (np.round(np.clip(h, 0, 1), 12) > 0),
    lambda i, k, a, b, h: (
        f"=IF(ROUND(MIN(1,MAX(0,{h[i, k]})),12)>0,1,0)*("
        + "+".join(f"{a[i, j]}*{b[j, k]}" for j in range(a.shape[1]))
        + ")"
    ),
    coarse=True,
    jumps=True,
)
INPUT_BACK = Stated(
    lambda r, q, Wq, k, Wk, v, Wv: r + q @ Wq + k @ Wk + v @ Wv,
    lambda t, i, r, q, Wq, k, Wk, v, Wv: (
        f"={r[t, i]}+"
        + "+".join(f"{d[t, j]}*{W[j, i]}" for d, W in ((q, Wq), (k, Wk), (v, Wv)) for j in range(D))
    ),
)


GAIN_SLOPE = Stated(
    lambda d, a: (d * a).sum((0, 1)),
    lambda k, d, a: (
        "=" + "+".join(f"SUMPRODUCT({d.over('row')[t, k]},{a.over('row')[t, k]})" for t in range(T))
    ),
)
BIAS_SLOPE = Stated(
    lambda d: d.sum((0, 1)),
    lambda k, d: "=" + "+".join(f"SUM({d.over('row')[t, k]})" for t in range(T)),
)
LOOK_UP_SLOPE = Stated(  # of each word: the sum over all places where it stands
    lambda d, s: np.array([d[s == v].sum(0) for v in range(1, N + 1)]) * D**0.5,
    lambda v, k, d, s: (
        f"=SQRT({D})*("
        + "+".join(f"SUMIF({s.over('row')[t]},{v + 1},{d.over('row')[t, k]})" for t in range(T))
        + ")"
    ),
)


class Next(xlnn.Sentence):
    """The most likely next word at each position, or a dash for a tie."""

    def text(self, t: int, _: int, *, p: np.ndarray) -> str:
        several = (p[t] >= p[t].max() - CLOSE).sum() > 1
        return "–" if several else WORDS[int(p[t].argmax())]

    def cell(self, t: int, _: int, p: Cells) -> str:
        row, words = p[t, :], ",".join(f'"{word}"' for word in WORDS)
        word = f"CHOOSE(MATCH(MAX({row}),{row},0),{words})"
        return f'=IF(COUNTIF({row},">="&(MAX({row})-1/{round(1 / CLOSE)}))>1,"–",{word})'


class Vocabulary(xlnn.Sentence):
    """All words with their numbers."""

    def text(self, _: int, v: int) -> str:
        return f"{v + 1} {WORDS[v]}"

    def cell(self, _: int, v: int) -> str:
        return f'="{v + 1} {WORDS[v]}"'


# fmt: off
WEIGHTS = {
    "E": ((N, D), "embedding", LOOK_UP_SLOPE, {"d": "dx", "s": "read"}),
    "Wq": ((D, D), "queries", eq.SLOPE, {"d": "dQ", "a": "x"}),
    "Wk": ((D, D), "keys", eq.SLOPE, {"d": "dK", "a": "x"}),
    "Wv": ((D, D), "values", eq.SLOPE, {"d": "dV", "a": "x"}),
    "Wo": ((D, D), "output of attention", eq.SLOPE, {"d": "dr1", "a": "o"}),
    "g1": ((D,), "gain 1", GAIN_SLOPE, {"d": "dy1", "a": "n1"}),
    "b1": ((D,), "shift 1", BIAS_SLOPE, {"d": "dy1"}),
    "W1": ((F, D), "feed-forward, in", eq.SLOPE, {"d": "dh", "a": "y1"}),
    "c1": ((F,), "its bias", BIAS_SLOPE, {"d": "dh"}),
    "W2": ((D, F), "feed-forward, out", eq.SLOPE, {"d": "dr2", "a": "active"}),
    "c2": ((D,), "its bias", BIAS_SLOPE, {"d": "dr2"}),
    "g2": ((D,), "gain 2", GAIN_SLOPE, {"d": "dy2", "a": "n2"}),
    "b2": ((D,), "shift 2", BIAS_SLOPE, {"d": "dy2"}),
    "U": ((N, D), "from y to words", eq.SLOPE, {"d": "dl", "a": "y2"}),
}
"""The shape and title of each weight, the equation of its gradient, and the arguments."""

SOURCE = "Vaswani et al. 2017, "
NORM = "Ba et al. 2016, (4)"
FORWARD = (
    ("x", "input", LOOK_UP, (T, D), {"s": "read", "E": "E"}, "which word, and where it stands",
     "x = √d E(word) + PE", SOURCE + "3.4, 3.5"),
    ("Q", "query", eq.PROJECT, (T, D), {"W": "Wq", "x": "x"}, "what a position looks for",
     "Q = x Wqᵀ", SOURCE + "(1)"),
    ("K", "key", eq.PROJECT, (T, D), {"W": "Wk", "x": "x"}, "what a position offers", "K = x Wkᵀ",
     SOURCE + "(1)"),
    ("V", "value", eq.PROJECT, (T, D), {"W": "Wv", "x": "x"}, "what it hands on", "V = x Wvᵀ",
     SOURCE + "(1)"),
    ("Z", "score", eq.SCORE, (T, T), {"Q": "Q", "K": "K"}, "how well a query fits a key",
     "Z = Q Kᵀ / √d", SOURCE + "(1)"),
    ("S", "exp, masked", eq.MASKED, (T, T), {"Z": "Z"},
     "0 for later positions: no word sees the next", "S = exp(Z − max Z), 0 if j > i",
     SOURCE + "3.2.3"),
    ("A", "attention", eq.SHARE, (T, T), {"S": "S"}, "how much each position takes from each",
     "A = S / Σ S", SOURCE + "(1)"),
    ("o", "what is taken", eq.MIX, (T, D), {"a": "A", "b": "V"}, "", "", ""),
    ("taken", "output of attention", eq.PROJECT, (T, D), {"W": "Wo", "x": "o"}, "", "", ""),
    ("r1", "residual 1", units.SUM, (T, D), {"a": "x", "b": "taken"}, "the input goes on beside it",
     "r₁ = x + A V Woᵀ", SOURCE + "3.1"),
    ("m1", "mean 1", MEAN, (T,), {"r": "r1"}, "", "", ""),
    ("s1", "spread 1", SPREAD, (T,), {"r": "r1", "m": "m1"}, "of the numbers of one position: the "
     "variance divides by d, and ε stands inside the root", "s = √(Σ(r − m)²/d + ε)", NORM),
    ("n1", "normalised 1", NORMAL, (T, D), {"r": "r1", "m": "m1", "s": "s1"}, "", "", ""),
    ("y1", "layer norm 1", SCALED, (T, D), {"n": "n1", "g": "g1", "b": "b1"}, "with mean b and "
     "spread g, whatever the size of r", "y = g (r − m)/s + b", NORM),
    ("h", "feed-forward", DENSE, (T, F), {"W": "W1", "x": "y1", "c": "c1"}, "a dense layer for "
     "each position, of y₁ and not of A", "h = y₁ W₁ᵀ + c₁", SOURCE + "(2)"),
    ("active", "relu", units.RELU, (T, F), {"z": "h"}, "", "", ""),
    ("f", "feed-forward, out", DENSE, (T, D), {"W": "W2", "x": "active", "c": "c2"}, "", "", ""),
    ("r2", "residual 2", units.SUM, (T, D), {"a": "y1", "b": "f"}, "", "", ""),
    ("m2", "mean 2", MEAN, (T,), {"r": "r2"}, "", "", ""),
    ("s2", "spread 2", SPREAD, (T,), {"r": "r2", "m": "m2"}, "", "", ""),
    ("n2", "normalised 2", NORMAL, (T, D), {"r": "r2", "m": "m2", "s": "s2"}, "", "", ""),
    ("y2", "layer norm 2", SCALED, (T, D), {"n": "n2", "g": "g2", "b": "b2"}, "", "", ""),
    ("l", "scores of words", eq.PROJECT, (T, N), {"W": "U", "x": "y2"}, "", "", ""),
    ("expl", "exp", eq.EXP, (T, N), {"z": "l"}, "", "", ""),
    ("p", "probabilities", eq.SHARE, (T, N), {"S": "expl"}, "how likely each word is to come next",
     "p = softmax(y₂ Uᵀ)", SOURCE + "3.4"),
)
"""Each forward step: name, title, equation, shape, arguments, meaning, formula and source."""

BACK = (
    ("dl", "error", eq.ERROR, (T, N), {"p": "p", "t": "next"}, "how fast C changes with the scores",
     "p − target"),
    ("dy2", "error of y2", eq.MIX, (T, D), {"a": "dl", "b": "U"}, "", ""),
    ("dr2", "error of r2", NORMAL_BACK, (T, D), {"dy": "dy2", "g": "g2", "n": "n2", "s": "s2"},
     "mean and spread depend on r as well", "(d − mean d − n mean(n d)) / s, d = g ∂C/∂y"),
    ("dh", "error of h", RELU_BACK, (T, F), {"a": "dr2", "b": "W2", "h": "h"},
     "0 where h is not above 0: the mask is that of h", "(∂C/∂r₂ W₂) · (h > 0)"),
    ("dy1", "error of y1", PLUS_MIX, (T, D), {"r": "dr2", "a": "dh", "b": "W1"},
     "by the residual and by the feed-forward layer", "∂C/∂r₂ + ∂C/∂h W₁"),
    ("dr1", "error of r1", NORMAL_BACK, (T, D), {"dy": "dy1", "g": "g1", "n": "n1", "s": "s1"},
     "", ""),
    ("do", "error of o", eq.MIX, (T, D), {"a": "dr1", "b": "Wo"}, "", ""),
    ("dZ", "error of the score", eq.SCORE_ERROR, (T, T), {"A": "A", "do": "do", "V": "V", "o": "o"},
     "through softmax and √d", "Aᵢⱼ ∂C/∂oᵢ · (Vⱼ − oᵢ) / √d"),
    ("dQ", "error of the query", eq.MIX, (T, D), {"a": "dZ", "b": "K"}, "", ""),
    ("dK", "error of the key", eq.MIX_BACK, (T, D), {"a": "dZ", "b": "Q"}, "", ""),
    ("dV", "error of the value", eq.MIX_BACK, (T, D), {"a": "A", "b": "do"}, "", ""),
    ("dx", "error of x", INPUT_BACK, (T, D), {"r": "dr1", "q": "dQ", "Wq": "Wq", "k": "dK",
     "Wk": "Wk", "v": "dV", "Wv": "Wv"}, "by the residual, Q, K and V", ""),
)


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
    yield Quantity("PE", title="positional encoding", symbol="PE{}", sheet="data", shape=(T, D),
                   equation=eq.encoding(T, D), source=SOURCE + "3.5", role="forward",
                   meaning="where a word stands; sin and cos of a pair share the exponent 2i/d",
                   written="sin(pos / 10000^(2i/d)), cos(pos / 10000^(2i/d))")
    parameters = {
        name: Quantity(name, title=title, symbol=f"{name}{{}}", sheet="weights", shape=shape)
        for name, (shape, title, *_) in WEIGHTS.items()}
    yield from xlnn.trained(*parameters.values(), epochs=epochs, optimizer=sizes["optimizer"])
    each = partial(Quantity, sheet="sentences", axes=(epoch, row))
    for name, title, equation, shape, uses, *said in FORWARD:
        yield each(name, title=title, symbol=f"{SYMBOLS.get(name, name)}{{}}", shape=shape,
                   equation=equation, uses=uses, role="forward",
                   **dict(zip(SAID, said, strict=True)))
    target = {"t": "next"}
    yield each("C", title="cross-entropy", symbol="C{}", shape=(T,), equation=eq.COST,
               uses={"z": "l", "u": "expl", **target})
    yield each("hit", title="right", symbol="✓{}", shape=(T,), equation=eq.hit(0.6), uses=target)
    for name, title, equation, shape, uses, *said in BACK:
        yield each(name, title=title, symbol=f"∂{name[1:]}{{}}", shape=shape, equation=equation,
                   uses=uses, role="backward", **dict(zip(SAID, said, strict=False)))
    once = partial(Quantity, sheet="weights", axes=(epoch,), equation=eq.TOTAL)
    yield once("C_T", title="total cost", symbol="C_T", uses={"C": "C"},
               meaning="the cost of all positions of all sentences", written="C_T = Σ −ln p(next)")
    yield once("right", title="words foretold", symbol=" ", uses={"C": "hit"}, number_format="0")
    for name, (_, title, equation, uses) in WEIGHTS.items():
        yield xlnn.gradient(parameters[name], epochs, equation, uses, title=f"gradient, {title}")
    yield from xlnn.choice("epoch", state, words, title="after epoch", sheet="talk")
    used = {"epoch": "epoch_used"}
    for name, (shape, title, *_) in WEIGHTS.items():
        yield Quantity(f"{name}_used", title=title, symbol=f"{name}{{}}", sheet="used", shape=shape,
                       equation=xlnn.Chosen(state), uses={"of": name, **used}, role="weight")
    talk = partial(Quantity, sheet="talk", is_text=True)
    yield Quantity("typed", title="words", symbol="s{}", sheet="talk", shape=(T,), role="input",
                   choices=(1, N), number_format="0")
    for name, title, shape in (("sentence", "words", (1, T)), ("after", "after", (T, 1))):
        yield talk(name, title=title, shape=shape, equation=units.Named(WORDS),
                   uses={"of": "typed"})
    yield talk("vocabulary", title="vocabulary", shape=(1, N), equation=Vocabulary())
    for name, title, equation, shape, uses, *_ in FORWARD:
        mine = {role: use if use == "PE" else "typed" if use == "read" else f"{use}_used"
                if use in WEIGHTS else f"{use}_typed" for role, use in uses.items()}
        place = "talk" if name in {"A", "p"} else "inside"
        yield Quantity(f"{name}_typed", title=title, symbol=f"{SYMBOLS.get(name, name)}{{}}",
                       sheet=place, shape=shape, equation=equation, uses=mine, role="forward")
    yield talk("likely", title="most likely next", shape=(T, 1), equation=Next(),
               uses={"p": "p_typed"})
    shown = xlnn.Told([words.sentence(
        "course", "C_T is {C_T_first} in epoch 1 and {C_T_last} in epoch {epochs}. Of {all} words "
        "{right_first} are foretold at first with a probability above 0.6, and {right_last} at "
        "last.",
        epochs=epochs, all=T * sizes["sentences"])], digits=3)
    yield talk("course", equation=shown)


SYMBOLS = {"taken": "u", "active": "h⁺", "expl": "e"}
SAID = ("meaning", "written", "source")


def inputs(sizes: dict) -> dict:
    """Return the initial inputs: all sentences of the language, and random weights."""
    several = np.resize(np.array(SENTENCES), (sizes["sentences"], T + 1))
    draw = np.random.default_rng(21).normal
    start = {name: draw(size=(1, *shape), scale=0.3).round(2) if len(shape) == 2
             else np.full((1, *shape), float(name in {"g1", "g2"}))
             for name, (shape, *_) in WEIGHTS.items()}
    return {"eta": ETA[sizes["optimizer"]], **xlnn.constants(sizes["optimizer"]), **start,
            "read": several[:, :-1], "next": several[:, 1:], "typed": SENTENCES[2][:-1],
            "epoch": sizes["epochs"]}


def from_data(data: xlnn.Dataset, where: str) -> tuple[dict, dict]:
    """Return the sizes and inputs for a table: the numbers of four words, and of the last."""
    if data.x.shape[1] != T or data.t.shape[1] != 1:
        raise xlnn.XlnnError(f"{where}: four words and, as --target, the fifth are expected.")
    return ({"sentences": len(data.x)},
            {"read": data.x, "next": np.hstack([data.x[:, 1:], data.t])})


def grids(*names: str) -> xlnn.Beside:
    """Return matrices for the typed words, side by side."""
    return xlnn.Beside(*(Grid(f"{name}_typed", digits="0.00", height=0) for name in names))


EXPERIMENT = xlnn.Experiment(
    "transformer", model, title="A transformer in a sheet",
    summary="A transformer of one block learns a toy language; type words, and read how likely "
    "each next word is.",
    sizes={"epochs": xlnn.Size(50, most=1000), "sentences": xlnn.Size(4, most=1000),
           "optimizer": xlnn.OneOf(*ETA)},
    inputs=inputs, from_data=from_data, task=2,
    options_for={"epochs": "epochs", "eta": "eta", "optimizer": "optimizer"},
    about=(
        "The language: big cat says MEOW. small cat says meow. big dog says WOOF. small dog says "
        "woof. The network learns to foretell each next word.",
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
            Row("typed", width=9), Row("sentence"), xlnn.Space(),
            xlnn.Beside(
                xlnn.Below(xlnn.Space(), Row("after")),
                xlnn.Below(Grid("p_typed", scale="ink", digits="0.00"), Row("vocabulary")),
                xlnn.Below(xlnn.Space(), Row("likely")),
            ),
            xlnn.Space(),
            xlnn.Beside(xlnn.Below(xlnn.Space(), xlnn.Space()),
                        Grid("A_typed", scale="ink", digits="0.00")),
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
