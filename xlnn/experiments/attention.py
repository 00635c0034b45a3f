"""One head of causal self-attention looks back for the most recent capital.

A. Vaswani et al., Attention is all you need, NeurIPS 2017, arXiv:1706.03762. Differs from
the paper: one head and one layer. The loss is the cross-entropy of a softmax (3.4). The equations
are in `xlnn.equations.attention`.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np

import xlnn
from xlnn import Axis, Chart, Grid, Quantity, Row, Stated, Table, Trace, Weight, alike
from xlnn.equations import attention as eq
from xlnn.equations import units
from xlnn.experiments._speech import TWO
from xlnn.terms import Value, largest

LETTERS, D = "abc", 4  # a symbol has D numbers: one for each letter, and whether it is a capital
SYMBOLS = LETTERS + LETTERS.upper()


def _in_matrices(s: object, PE: object, own: object) -> str:
    k = own.column_numbers
    return f"={PE}+({k}<4)*(({s}={k})+({s}={k}+3))+({k}=4)*({s}>3)"


INPUT = Stated(
    lambda s, PE: (
        PE + np.where(np.arange(D) == 3, s[..., None] > 3, (s[..., None] - 1) % 3 == np.arange(D))
    ),
    lambda t, k, s, PE: (
        f"={PE[t, k]}+"
        + (f"IF({s[t]}>3,1,0)" if k == 3 else f"IF({s[t]}={k + 1},1,IF({s[t]}={k + 4},1,0))")
    ),
    reads_as_stated=True,
    block=_in_matrices,
    block_of="sample",
)


# fmt: off
WEIGHTS = xlnn.Weights({
    "Wq": Weight((D, D), eq.SLOPE, "dQ", "x", title="weights of queries"),
    "Wk": Weight((D, D), eq.SLOPE, "dK", "x", title="weights of keys"),
    "Wv": Weight((D, D), eq.SLOPE, "dV", "x", title="weights of values"),
    "Wo": Weight((3, D), eq.SLOPE, "e", "o", title="weights of answers"),
})


def model(sizes: dict, words: xlnn.Text) -> Iterator[Quantity | xlnn.Copy]:
    """Yield the quantities in the order in which they are computed."""
    epochs, T = sizes["epochs"], sizes["positions"]
    epoch, row = Axis("epoch", epochs, "up"), Axis("row", sizes["rows"])
    yield Quantity("eta", title="learning rate η", symbol="η", scale=0.02, is_step_size=True)
    data = alike(axes=(row,), shape=(T,), has_positions=True)
    yield data("letters", title="letter", symbol="s{}",
               choices=(1, 6), meaning="1, 2, 3: a, b, c; 4, 5, 6: A, B, C")
    yield data("t", title="target", choices=(1, 3),
               meaning="the answer at this position: 1, 2, 3 for A, B, C")
    yield Quantity("wrong", title="not a letter", symbol="✗", axes=(row,),
                   equation=units.unchosen("row", letters=(1, 6), t=(1, 3)))
    yield eq.position(T, D)
    of_row = alike(sheet="sequences", axes=(epoch, row), shape=(T, D), role="forward",
                 has_positions=True)
    yield of_row("x", "input", INPUT.of("letters"), axes=(row,),
                 meaning="which letter it is, whether it is a capital, and where it stands",
                 written="x = (a, b, c, capital) + PE")
    yield from WEIGHTS.trained(epochs, sizes["optimizer"])
    yield from eq.head(of_row, T)
    yield of_row("y", "scores of answers", eq.PROJECT.of("Wo", "o"), shape=(T, 3))
    yield of_row("u", "exp", eq.EXP.of("y"), shape=(T, 3))
    yield of_row("p", "probabilities", eq.SHARE.of("u"), shape=(T, 3),
                 meaning="how likely each answer is", written="p = softmax(o Woᵀ)",
                 source=eq.SOURCE + "3.4")
    yield of_row("C", "cross-entropy", eq.COST.of("y"), shape=(T,), role="result")
    yield of_row("hit", "right", eq.hit(0.5), symbol="✓{}", shape=(T,), role="result")
    back = partial(of_row, role="backward")
    yield back("e", "error", eq.ERROR, shape=(T, 3), meaning="how fast C changes with y",
               written="e = p − t")
    yield back("do", "error of o", units.Back(("e", "Wo")), symbol="∂o{}")
    yield from eq.head_back(of_row, T)
    once = alike(sheet="weights", axes=(epoch,), equation=eq.TOTAL)
    yield once("C_T", "total cost", uses={"C": "C"},
               meaning="the cost of all positions of all sequences",
               written="C_T = Σ −ln p(target)")
    yield once("right", "answers that are right", symbol=" ", uses={"C": "hit"}, number_format="0")
    yield from WEIGHTS.gradients(epochs, "gradient, {title}")
    yield from xlnn.choice("epoch", epoch, words, title="epoch shown")
    yield from xlnn.choice("row", row, words, title="sequence shown")
    yield from (xlnn.shown("letters", title="letters"), xlnn.shown("t", title="targets"))
    for name, title, of, shape, symbols in (
        ("down", "position", "letters_shown", (T, 1), SYMBOLS),
        ("across", "position", "letters_shown", (1, T), SYMBOLS),
        ("answer", "target", "t_shown", (T, 1), SYMBOLS[3:]),
    ):
        yield Quantity(name, title=title, shape=shape, equation=units.Named(symbols).of(of=of))
    yield xlnn.shown("A", title="attention: row takes from column", number_format="0.00")
    yield xlnn.shown("p", title="probability of A, B, C", number_format="0.00")
    yield xlnn.shown("right", title="right")
    yield Quantity("course", equation=xlnn.Told(
        {"choose": "A cell on the sheet Data is not a letter: choose a whole number from 1 to 6, "
         "or from 1 to 3 for a target.",
         "once": "In the only epoch, {right_shown} of {all} answers are right: their probability "
         "is above ½. C_T is {C_T_last}.",
         "course": "In epoch {epoch_used}, {right_shown} of {all} answers are right: their "
         "probability is above ½. C_T is {C_T_first} in epoch 1 and {C_T_last} in epoch {epochs}."},
        lambda wrong: (largest(wrong.over("row")) > 0, Value(epochs == 1)),
        digits=3, all=T * sizes["rows"]))


def inputs(sizes: dict) -> dict:
    """Return the initial inputs: random sequences that begin with a capital."""
    rows, T, random = sizes["rows"], sizes["positions"], np.random.default_rng(0)
    s, t = np.zeros((rows, T)), np.zeros((rows, T))
    for n in range(rows):
        letter, capital = random.integers(0, 3, T), random.random(T) < 0.4
        capital[0] = True
        last = np.maximum.accumulate(np.where(capital, np.arange(T), 0))
        s[n], t[n] = letter + 1 + 3 * capital, letter[last] + 1
    start = WEIGHTS.drawn(sizes["seed"])
    return {**start, "letters": s, "t": t, "epoch": sizes["epochs"], "row": 1}


EXPERIMENT = xlnn.Experiment(
    "attention", model, title="Self-attention in a sheet",
    summary="A head of causal self-attention learns to look back at the most recent capital: its "
    "attention matrix at any epoch.",
    sizes={"epochs": xlnn.Size(50, most=1000), "rows": xlnn.Size(12, most=1000),
           "positions": xlnn.Size(4, least=2, most=12), "seed": xlnn.Size(43, 0, 2**31)},
    rates={"adam": 0.2, "sgd": 0.01, "momentum": 0.002, "rmsprop": 0.05},
    inputs=inputs, task=1,
    learns=xlnn.Learns("letters", sizes=dict.fromkeys(("letters", "t"), ("rows", "positions")),
                       scales=False),
    options_for=["epochs", "seed"],
    about=(
        "{rows} sequences of {positions} letters, small or capital. At each position the network "
        "names the most recent capital letter: it has to look back.",
        "Each position asks with a query Q and offers a key K; the softmax of their products says "
        "how much of each value V it takes. That is the matrix A.",
        "Later positions are masked before the softmax (exp of −∞ is 0). A mask after it would "
        "leave rows that do not sum to 1. Scores are divided by √d, not by d.",
        "PE(pos, 2i) and PE(pos, 2i + 1) are the sin and cos of one angle, pos / 10000^(2i/d). "
        "Sheets often give the cos an exponent of its own.",
        "Adam divides its means by 1 − βⁿ, since they begin at 0. Without that the first step "
        "would be about three times as long.",
        "Your own sequences:  xlnn build attention --data my.csv --target t1 --target t2  takes "
        "letters as numbers from 1 to 6, and for each a target from 1 to 3.",
    ),
    pages=(
        xlnn.Page(
            "attention", "Attention", "Where does each position look? The darker, the more it "
            "takes from there. Choose another epoch or sequence.",
            xlnn.Numbers("eta", ("epoch", "epoch_asked"), ("row", "row_asked")),
            xlnn.Sentences("course", above=1),
            xlnn.Network(
                "x", "o", "p", back={"o": "do", "p": "e"}, labels={"x": "down", "p": "answer"},
                lines=(("x", "A", "o"), ("o", "", "p")),
            ), xlnn.Space(),
            xlnn.Beside(
                Row("down", titled=True),
                xlnn.Below(Grid("A_shown", scale="ink", digits=TWO, width=9), Row("across")),
                Grid("p_shown", scale="ink", digits=TWO, width=9),
                Row("answer", titled=True),
            ),
            Chart("Total cost", Trace("C_T")),
            xlnn.Hidden("letters_shown", "t_shown"),
            does="Choose an epoch and a sequence. Where does each position look?",
        ),
        xlnn.Page("data", "Data", "The letters as numbers, 1 to 6 for a, b, c, A, B, C, and the "
                  "answers. Type others.", Table("letters", "t", "wrong"),
                  Grid("PE", digits="0.000", above=1)),
        xlnn.Page("sequences", "Sequences", "One row per epoch and sequence: from the queries to "
                  "the cost, and back.", stays=True),
    ),
    colours={"forward": "forward: from the letters to the answers"},
    tries=(
        ("Choose epoch 1 on {attention}, then the last.", "At first a position looks here and "
         "there. At last it looks at the most recent capital."),
        ("Choose other sequences.", "The same weights look to other places: attention depends on "
         "what stands there."),
        ("On {data}, make the last small letter of a sequence a capital, by adding 3, and change "
         "its target.", "The later positions of that sequence look there instead."),
    ),
)
