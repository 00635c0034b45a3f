"""What networks that predict the next word or letter share.

These are the weights of a block, how a network continues a sentence, and the sheets that show it.
In each step the network reads the whole sentence. A word that was not chosen is then the likeliest
one after those before it. What comes after a word depends on no later one, so each step settles
one more word, and after as many steps as words all are.
"""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

import xlnn
from xlnn import Axis, Beside, Chart, Grid, Page, Quantity, Row, Sentence, Trace, Weight, previous
from xlnn.equations import attention, units
from xlnn.terms import Term, either, largest, rounded

MORE = "…"
"""The sign in a cell whose word the network chooses."""

BANDS = 7
"""How many bands of matrices have the words beside their rows."""


def block_weights(D: int, F: int) -> dict[str, Weight]:
    """Return the weights of `xlnn.equations.attention.block`, from x to y2, with their gradients.

    Parameters
    ----------
    D : int
        The numbers of a position.
    F : int
        The units of the feed-forward layer.
    """
    return {
        "Wq": Weight((D, D), attention.SLOPE, "dQ", "x", title="weights of queries"),
        "Wk": Weight((D, D), attention.SLOPE, "dK", "x", title="weights of keys"),
        "Wv": Weight((D, D), attention.SLOPE, "dV", "x", title="weights of values"),
        "Wo": Weight((D, D), attention.SLOPE, "dr1", "o", title="output of attention"),
        "g1": Weight((D,), attention.GAIN_SLOPE, "dy1", "n1", title="gain 1", start=1),
        "b1": Weight((D,), attention.BIAS_SLOPE, "dy1", title="shift 1", start=0),
        "W1": Weight((F, D), attention.SLOPE, "dh", "y1", title="feed-forward, in"),
        "c1": Weight((F,), attention.BIAS_SLOPE, "dh", title="bias 1", start=0),
        "W2": Weight((D, F), attention.SLOPE, "dr2", "active", title="feed-forward, out"),
        "c2": Weight((D,), attention.BIAS_SLOPE, "dr2", title="bias 2", start=0),
        "g2": Weight((D,), attention.GAIN_SLOPE, "dy2", "n2", title="gain 2", start=1),
        "b2": Weight((D,), attention.BIAS_SLOPE, "dy2", title="shift 2", start=0),
    }  # fmt: skip


NUMBERS = units.Choice(  # the first word is never left out
    lambda chosen, before: np.where(chosen > 0, chosen, np.maximum(1, [0, *before[:-1]])),
    lambda t, chosen, before: (
        f"=IF({chosen[t]}>0,{chosen[t]},{f'MAX(1,{before[t - 1]})' if t else 1})"
    ),
)
WRONG = units.Choice(  # a cell that holds neither a word nor the sign; the first one needs a word
    lambda chosen, typed: float(
        sum(n == 0 and (not t or word != MORE) for t, (n, word) in enumerate(zip(chosen, typed)))  # noqa: B905
    ),
    lambda chosen, typed: (
        "="
        + "+".join(
            f'IF({chosen[t]}>0,0,{f"""IF({typed[t]}="{MORE}",0,1)""" if t else 1})'
            for t in range(chosen.shape[0])
        )
    ),
)


class Vocabulary(Sentence):
    """The words that the network knows, and if there is one more, the sign for more.

    Parameters
    ----------
    words : int
        How many it knows.
    """

    repeats = True

    def __init__(self, words: int) -> None:
        self.length = words

    def said(self, *unit: int, names: Term) -> str:
        n = max(unit)
        return MORE if n == self.length else f"{names.at(n, along='word')}"


class Spoken(Sentence):
    """The words of a sentence, and the likeliest one after them."""

    repeats = True

    def said(self, t: int, *, word: Term, likely: Term) -> str:
        return f"{word[t, 0] if t < word.shape[0] else likely[t - 1]}"


class Wanted(Sentence):
    """What to choose if a cell holds no word; otherwise empty."""

    english = {"choose_word": "Choose words from the lists, at least the first one."}

    def said(self, *, wrong: Term) -> str:
        return either(wrong > 0, self.words["choose_word"], "")


# fmt: off
def spoken(
    T: int, N: int, steps: Iterable[Quantity], used: Mapping[str, str]
) -> Iterator[Quantity | xlnn.Copy]:
    """Yield the words that are chosen, how the network continues them, and its last step.

    Parameters
    ----------
    T, N : int
        How many words it reads, and how many it knows.
    steps : iterable of Quantity
        Those of the network from the numbers of words, ``read``, to the probabilities ``p`` (T, N).
    used : dict of str
        What it uses in place of its weights.
    """
    steps, step = tuple(steps), Axis("step", T, "up")
    inside = xlnn.alike(sheet="inside")
    said = xlnn.alike(sheet="continued", axes=(step,), shape=(T,), has_positions=True)
    yield Quantity("typed", title="words that you choose", symbol="s{}", shape=(T,), is_text=True)
    yield inside("chosen", "their numbers", units.number_of("word", N).of("typed", "name_word"),
                 shape=(T,))
    yield inside("typed_wrong", "not a word", WRONG.of("chosen", "typed"))
    yield Quantity("typed_asked", equation=Wanted().of("typed_wrong"))
    yield said("said", "words, by their numbers",
               NUMBERS.of("chosen", previous("come", along="step", start=0.0)), symbol="s{}")
    yield from xlnn.again(steps, "{}_said", axes=(step,), sheet="continued",
                          instead={"read": "said", **used})
    yield said("come", "likeliest next", units.LIKELIEST.of("p_said"), symbol="t{}")
    yield inside("used", "words used, by their numbers", units.entry(-1, "step", 1).of("said"),
                 symbol="s{}", shape=(T,), number_format="0")
    yield from xlnn.again(steps, "{}_typed", sheet="inside", apart={"p": "talk"},
                          instead={"read": "used", **used})
    yield Quantity("likely", title="most likely next", shape=(T,), sheet="talk",
                   equation=units.Largest("word").of("p_typed", "name_word"))
    for band in range(1, BANDS + 1):
        yield inside(f"word_{band}", kind="word", title="words", symbol=" ", shape=(T, 1),
                     equation=units.Listed("word").of("used", "name_word"))
    yield Quantity("sentence", shape=(T + 1,), equation=Spoken().of("word_1"))
    yield Quantity("vocabulary", shape=(N, 1), equation=Vocabulary(N).of("name_word"))
    yield inside("looks", equation=xlnn.Told(
        "The last word takes {own} of what it reads from itself, and the rest from those before.",
        own=lambda A_typed, p_typed: rounded(  # no value if there are errors on its page
            A_typed[T - 1, T - 1] + 0 * largest(p_typed[...]), 2)))
    yield inside("columns", "vocabulary", Vocabulary(N).of("name_word"), shape=(1, N))
    yield Quantity("menu", title="words to choose from", symbol=" ", sheet="data", shape=(N + 1,),
                   equation=Vocabulary(N).of("name_word"))


TWO = '0.00;"−"0.00'
SHARE = "[>=0.005]0%;"
"""Formats without exponents; less than half a percent is left out."""


def grid(name: str, scale: str = "around 0", *, turned: bool = False) -> Grid:
    """Return a matrix for the typed words, without exponents."""
    return Grid(f"{name}_typed", scale=scale, digits=TWO, height=0, turned=turned)


def line(text: str, *parts: Row | xlnn.Arcs) -> Beside:
    """Return a part with a column for each word, after what it is."""
    return Beside(xlnn.Label(text, of="headings", fits=True), *parts, apart=0)


TALK = Page(
    "talk", "Talk", "Choose the first words from the lists. Where … stands the network "
    "goes on: with the word that it finds likeliest. Choose an earlier epoch.",
    xlnn.Numbers("eta", ("epoch", "epoch_asked"), at=2),
    xlnn.Sentences("course", "typed_asked", above=1), xlnn.Space(),
    Beside(
        xlnn.Below(
            line("what each word looks at", xlnn.Arcs("A_typed")),
            line("the sentence", Row("sentence", text_size=14, width=11)),
            line("words that you choose", Row("typed", listed="menu")), xlnn.Space(),
            line("how likely each word is to come next"),
            Beside(Row("vocabulary", align="right"),
                   Grid("p_typed", scale="bars", digits=SHARE, titled=False, turned=True,
                        height=18), apart=0),
            line("most likely next", Row("likely")),
        ),
        Chart("Total cost", Trace("C_T")),
    ),
    does="Choose words, and see how the network goes on.",
)

INSIDE = Page(
    "inside", "Inside", "Every step of the block for the words on the sheet Talk: a row "
    "for each word.",
    xlnn.Sentences("looks"),
    xlnn.Chain("word_1", grid("x"), (grid("Q"), grid("K"), grid("V"))),
    xlnn.Chain("word_2", grid("Z"), grid("S"), grid("A", "ink"), grid("o"), grid("taken")),
    xlnn.Chain("word_3", grid("r1"), (grid("m1", turned=True), grid("s1", turned=True)),
          grid("n1"), grid("y1")),
    xlnn.Chain("word_4", grid("h"), grid("active"), grid("f")),
    xlnn.Chain("word_5", grid("r2"), (grid("m2", turned=True), grid("s2", turned=True)),
          grid("n2"), grid("y2")),
    xlnn.Chain("word_6", grid("l")), xlnn.Chain("word_7", grid("expl")),
    Beside(xlnn.Space(1), Row("columns"), apart=1),
    xlnn.Numbers("chosen", "used"),
)
# fmt: on
