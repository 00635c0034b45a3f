"""Two networks play against each other: one makes numbers, the other tells them from the data.

I. Goodfellow et al., Generative adversarial nets, NIPS 2014: the costs are those of section 3, that
of the generator the one that does not saturate; figure 1 is the picture of the densities. Differs
from its algorithm 1: both players step at once, from the same weights, and the numbers drawn are a
table. L. Mescheder, A. Geiger and S. Nowozin, Which training methods for GANs do actually
converge?, ICML 2018: why such steps may turn around the goal for ever.
"""

from collections.abc import Iterator
from functools import partial
from statistics import NormalDist

import xlnn
from xlnn import Axis, Chart, Page, Quantity, Table, Trace, Weight, alike, previous
from xlnn.equations import generative as gen
from xlnn.equations import units as eq
from xlnn.terms import NO_EXPONENT, rounded

# fmt: off
RATES = {
    "sgd": (0.5, 0.03), "momentum": (0.05, 0.003), "rmsprop": (0.05, 0.02), "adam": (0.05, 0.03),
}
"""The learning rates of the discriminator and of the generator, by the optimiser."""

SOURCE = "Goodfellow et al. 2014, 3"

PLACES = 61
"""Points at which densities are drawn."""


def weights(hidden: int) -> xlnn.Weights:
    """Return the weights of both players, with their gradients."""
    slope, bias = eq.slope("row"), eq.bias_slope("row")
    slopes, biases = gen.over_both(slope), gen.over_both(bias)
    judge = partial(Weight, title="weights of the discriminator")
    maker = partial(Weight, title="weights of the generator", cost="C_G", uses={"eta": "eta_G"})
    return xlnn.Weights({
        "W": judge((hidden, 1), slopes, "d_real", "x", "d_made", "made"),
        "b": judge((hidden,), biases, "d_real", "d_made", start=0),
        "V": judge((1, hidden), slopes, "e_real", "h_real", "e_made", "h_made"),
        "c": judge((1,), biases, "e_real", "e_made", start=0),
        "A": maker((1, 1), slope, "back", "noise", start=1),
        "B": maker((1,), bias, "back", start=0),
    }, cost="C_D", source=SOURCE)


def model(sizes: dict, words: xlnn.Text) -> Iterator[Quantity | xlnn.Copy]:
    """Yield the data, both players in all epochs, and what they do in the epoch shown."""
    epoch, row = Axis("epoch", sizes["epochs"], "up"), Axis("row", sizes["rows"])
    rate = alike(symbol="η", scale=0.1, is_step_size=True)
    yield rate("eta", "learning rate η of the discriminator")
    yield rate("eta_G", "learning rate η of the generator")
    yield Quantity("m", title="mean of the data", symbol="m", between=(-1.0, 4.0))
    yield Quantity("s", title="spread of the data", symbol="s", between=(0.3, 1.0))
    for axis in (epoch, row):
        yield from xlnn.choice(axis.name, axis, words, title=f"{axis.name} shown")
    number = alike(axes=(row,), shape=(1,), between=(-2.0, 2.0))
    yield number("drawn", "drawn for the data", symbol="ε", sheet="numbers")
    yield number("noise", "noise", symbol="ζ", sheet="numbers",
                 meaning="what the generator gets: numbers of the normal distribution")
    yield number("x", "data", gen.DRAWN.of("m", "s", "drawn"), symbol="x", written="x = m + s ε",
                 meaning="what the generator is to make more of")
    yield from _training(sizes, epoch, row)
    yield from _shown(sizes)
    yield Quantity("course", equation=xlnn.Told(
        "In epoch {epoch_used} the numbers made have the mean {mean_made_shown} and the spread "
        "{spread_shown}; those of the data are {m} and {spread_data_last}.", digits=2))
    yield Quantity("swings", equation=xlnn.Told({
        "never": "The mean made never passes that of the data. At the end they are {gap} apart.",
        "once": "The mean made passes that of the data once. At the end they are {gap} apart.",
        "often": "The mean made swings: it passes that of the data {passed_last} times. At the end "
        "they are {gap} apart."}, lambda passed: (passed.at(-1) < 1, passed.at(-1) < 2),
        gap=lambda mean_made, m: f"{rounded(abs(mean_made.at(-1) - m), 2)}"))
    yield Quantity("collapses", equation=xlnn.Told({
        "narrow": "The spread made is {spread_last} at the end, less than half of that of the "
        "data: whatever the noise, nearly the same number comes out.",
        "wide": "The spread made is {spread_last} at the end, and the data's {spread_data_last}."},
        lambda spread, spread_data: (2 * spread.at(-1) < spread_data.at(-1),), digits=2))


def _training(sizes: dict, epoch: Axis, row: Axis) -> Iterator[Quantity | xlnn.Copy]:
    players, n, H = weights(sizes["hidden"]), sizes["rows"], sizes["hidden"]
    yield from players.trained(epoch.length, sizes["optimizer"])
    of_row = alike(sheet="steps", axes=(epoch, row), shape=(1,))
    forward, back = partial(of_row, role="forward"), partial(of_row, role="backward")
    yield forward("made", "number made", eq.DENSE.of("A", "noise", "B"), symbol="g",
                  meaning="normally distributed, as the noise is", written="g = A ζ + B")
    hidden = partial(forward, shape=(H,), symbol="h{}")
    for of, x, letter in (("real", "x", "x"), ("made", "made", "g")):
        yield hidden(f"h_{of}", f"hidden units, of {letter}", gen.HIDDEN.of(x=x))
        yield forward(f"z_{of}", f"sum, of {letter}", eq.DENSE.of("V", f"h_{of}", "c"), symbol="z")
        yield forward(f"y_{of}", f"output, of {letter}", eq.SIGMOID.of(f"z_{of}"), symbol="D",
                      meaning=f"how sure the discriminator is that {letter} is of the data",
                      written="D = σ(V h + c),  h = tanh(W x + b)", source=SOURCE)
    for of, answer, letter, judged in (
        ("real", 1, "δ", "real"), ("made", 0, "δ", "made"), ("fooled", 1, "γ", "made")):
        yield back(f"e_{of}", f"error of z, {of}", gen.judged_error(n, answer).of(f"y_{judged}"),
                   symbol=letter, meaning="how fast a player's cost changes with z: of g the "
                   "players pull apart", written="δ = (D − 1) / n, of g D / n;  γ = (D − 1) / n")
        yield back(f"d_{of}", f"error of h, {of}", shape=(H,), symbol=f"{letter}{{}}",
                   equation=eq.Back(("e", "V"), tanh="h").of(f"e_{of}", "V", h=f"h_{judged}"))
    yield back("back", "error of the number made", eq.BACK.of("d_fooled", "W"), symbol="∂C_G/∂g",
               meaning="it comes back through the discriminator, whose weights stay as they are",
               written="∂C_G/∂g = Wᵀ γ")
    once = alike(sheet="weights", axes=(epoch,))
    for cost, title, equation, meaning, written in (
        ("C_D", "cost of the discriminator", gen.JUDGED.of("z_real", "z_made"),
         "it is 2 ln 2 = 1.386 where D is ½ everywhere", "−ln D(x) − ln (1 − D(g))"),
        ("C_G", "cost of the generator", gen.FOOLED.of("z_made"),
         "it has a slope even while D(g) is near 0", "−ln D(g)")):
        yield of_row(f"{cost}_row", title, equation, symbol=cost)
        yield once(cost, title, gen.MEAN_COST.of(f"{cost}_row"), symbol=cost, meaning=meaning,
                   source=SOURCE, written=f"{cost} = mean of {written}")
    yield from players.gradients(epoch.length)
    yield once("mean_made", "mean, made", gen.FIRST.of("B"), symbol="B")
    yield once("spread", "spread, made", gen.SIZE.of("A"), symbol="|A|")
    yield once("mean_data", "mean, data", gen.FIRST.of("m"), symbol="m")
    yield once("spread_data", "spread, data", gen.SIZE.of("s"), symbol="|s|")
    yield once("passed", "how often the mean has passed", gen.PASSED.of(
        previous("passed", along="epoch", start=0.0), "mean_made",
        previous("mean_made", along="epoch", start="m"), "m"), symbol=" ")


def _shown(sizes: dict) -> Iterator[Quantity | xlnn.Copy]:
    row, place = Axis("row", sizes["rows"]), Axis("place", PLACES)
    yield Quantity("n", title="row", axes=(row,), counts=True)
    shown = partial(xlnn.shown, along="n", number_format="0.00")
    yield from map(shown, ("y_real", "made", "y_made"))
    yield from map(xlnn.shown, ("mean_made", "spread", "C_D", "C_G"))
    shown = {w: f"{w}_shown" for w in "WbVc"}
    yield from (xlnn.shown(w, sheet="density") for w in shown)
    at = alike(sheet="density", axes=(place,), shape=(1,))
    yield at("place", "place", symbol="n", counts=True, shape=())
    yield at("g", "number", gen.across(PLACES).of(n="place"), symbol="g")
    yield at("f_data", "density of the data", gen.DENSITY.of("g", "m", "s"), symbol="f",
             number_format=NO_EXPONENT)
    yield at("f_made", "density of the numbers made", symbol="f", number_format=NO_EXPONENT,
             equation=gen.DENSITY.of("g", "mean_made_shown", "spread_shown"))
    yield from xlnn.again(["h_made", "z_made", "y_made"], "{}_place", axes=(place,),
                          sheet="density", instead={"made": "g", **shown})


def inputs(sizes: dict) -> dict:
    """Return the settings, numbers of the normal distribution, and random weights."""
    n, start = sizes["rows"], weights(sizes["hidden"]).drawn(sizes["seed"], 0.8)
    even = [round(NormalDist().inv_cdf((k + 0.5) / n), 2) for k in range(n)]
    return {**start, "eta_G": RATES[sizes["optimizer"]][1], "epoch": sizes["epochs"], "row": 1,
            "m": 3, "s": 0.5, "drawn": even, "noise": even}


chart = partial(Chart, size_in_cm=(13, 7.5))

EXPERIMENT = xlnn.Experiment(
    "gan", model, title="Two networks against each other",
    summary="A generative adversarial network in one dimension: the density of the numbers made "
    "walks to that of the data.",
    sizes={"epochs": xlnn.Size(150, 1, 1000), "rows": xlnn.Size(16, 2, 500),
           "hidden": xlnn.Size(6, 1, 20), "seed": xlnn.Size(13, 0, 2**31)},
    rates={name: rate for name, (rate, _) in RATES.items()},
    inputs=inputs, options_for=["epochs", "hidden", "seed"],
    about=(
        "The generator makes {rows} numbers from noise: A ζ + B. The discriminator, {hidden} tanh "
        "units and a sigmoid, is to tell them from {rows} numbers of the data.",
        "There are two costs. The discriminator's falls if it is right, and the generator's falls "
        "if the discriminator takes its numbers for data.",
        "Neither says how far one has come: each player changes the other's. At the goal C_D is "
        "2 ln 2 = 1.386.",
        "The generator sees no number of the data. All it knows comes back through the "
        "discriminator: ∂C_G/∂g says in which direction a number looks more real.",
        "It does not always arrive. Both step at once, and with long steps they turn around the "
        "goal; or the spread shrinks, and all noise becomes the same number.",
    ),
    colours={"forward": "numbers made, and what the discriminator says"},
    pages=(
        Page(
            "game", "Game", "Step through the epochs: the density of the numbers made walks to "
            "that of the data. Move the data, or change a learning rate.",
            xlnn.Sentences("course", "swings", "collapses"), xlnn.Space(),
            xlnn.Beside(
                xlnn.Below(
                    xlnn.Numbers("eta", "eta_G", "m", "s", ("epoch", "epoch_asked"),
                                 ("row", "row_asked"), "mean_made_shown", "spread_shown",
                                 "C_D_shown", "C_G_shown"),
                    Table("n", "x", "y_real_shown", "made_shown", "y_made_shown",
                          ink=("y_real_shown", "y_made_shown")),
                ),
                xlnn.Below(
                    chart("Densities, and D: how sure it is of data",
                          Trace("f_data", "g", "1B4F9C", name="data"),
                          Trace("f_made", "g", "C0561C", name="made"),
                          Trace("y_made_place", "g", "8A8A8A", width=1, name="D"), x="number"),
                    chart("Mean and spread over the epochs",
                          Trace("mean_made", "", "C0561C", name="mean made"),
                          Trace("spread", "", "5B8C5A", name="spread made"),
                          Trace("mean_data", "", "8A8A8A", name="data"),
                          Trace("spread_data", "", "8A8A8A", name=None)),
                ),
                xlnn.Below(
                    xlnn.Network("noise", "made", "h_made", "y_made", ink=("y_made",),
                                 lines=(("noise", "A", "made"), ("made", "W", "h_made"),
                                        ("h_made", "V", "y_made")),
                                 back={"made": "back", "h_made": "d_fooled"}, width_in_cm=15),
                    chart("Two costs", Trace("C_D", name="C_D"), Trace("C_G", name="C_G")),
                ),
            ),
        ),
        Page("numbers", "Numbers", "What both players get: the data are m + s ε."),
        Page("steps", "Steps", "Forward and back: the numbers of each row in each epoch."),
        Page("density", "Density", "Densities and D at the places of the chart."),
    ),
    tries=(
        ("On {game}, step through the epochs.", "D rises where the data are, and its slope pulls "
         "the numbers made there. At the end D is near ½ where both are."),
        ("Set the η of the generator to 1.", "It jumps past the data, the discriminator turns "
         "around, and it comes back: the mean swings, and the spread shrinks."),
        ("Set the η of the discriminator to 0.05.", "It lags behind: the mean runs past the data."),
    ),
)
