"""Sentences with the numbers in them: the formula's own line, as a person would write it.

Texts are not compared with NumPy but looked at for error values. FIXED writes numbers alike in
every locale and engine.
"""

from xlnn.quantity import Cells, Equation

FACTORS = 6
"""The longest sum that is written out; a longer one is named and not spelled."""


def fixed(cell: str, digits: int = 3) -> str:
    """Return the formula of a number as text."""
    return f"FIXED({cell},{digits},TRUE)"


def factor(cell: str, digits: int = 3) -> str:
    """Return the formula of a number as text, in brackets where it is negative."""
    return f'IF({cell}<0,"("&{fixed(cell, digits)}&")",{fixed(cell, digits)})'


class Sentence(Equation):
    """A text made of a unit's symbols and numbers; NumPy has no statement of it."""

    coarse = True
    compared = False

    def __init__(self, symbols: tuple[str, ...]) -> None:
        self.symbols = symbols


class InputSentence(Sentence):
    """z_j = w_j1 a_1 + ... + b_j, with the numbers."""

    roles = ("a", "W", "b", "z")

    def cell(self, j: int, a: Cells, W: Cells, b: Cells, z: Cells) -> str:
        """Return the formula of unit j."""
        symbol, last = self.symbols[j], factor(b[j])
        if len(a.shape) == 1 and a.shape[0] <= FACTORS:
            terms = (f'{factor(W[j, i])}&" × "&{factor(a[i])}&" + "&' for i in range(a.shape[0]))
            return f'="{symbol} = "&{"".join(terms)}{last}&" = "&{fixed(z[j])}'
        total = f"({z[j]}-{b[j]})"
        return f'="{symbol} = Σwx + b = "&{fixed(total)}&" + "&{last}&" = "&{fixed(z[j])}'


class ActivationSentence(Sentence):
    """a_j = a(z_j), with the numbers."""

    roles = ("z", "a")

    def __init__(self, symbols: tuple[str, ...], function: str) -> None:
        super().__init__(symbols)
        self.function = function

    def cell(self, j: int, z: Cells, a: Cells) -> str:
        """Return the formula of unit j."""
        return f'="{self.symbols[j]} = {self.function}("&{fixed(z[j])}&") = "&{fixed(a[j])}'


class OutputDeltaSentence(Sentence):
    """delta_k = (a_k - t_k) a'(z_k), with the numbers."""

    roles = ("a", "t", "slope", "delta")

    def cell(self, k: int, a: Cells, t: Cells, slope: Cells, delta: Cells) -> str:
        """Return the formula of output k."""
        return (
            f'="{self.symbols[k]} = ("&{fixed(a[k])}&" - "&{factor(t[k], 0)}&") × "'
            f'&{fixed(slope[k])}&" = "&{fixed(delta[k])}'
        )


class HiddenDeltaSentence(Sentence):
    """delta_i = (sum_k delta_k w_ki) a'(z_i), with the numbers."""

    roles = ("delta_above", "W_above", "slope", "delta")

    def cell(self, i: int, delta_above: Cells, W_above: Cells, slope: Cells, delta: Cells) -> str:
        """Return the formula of unit i."""
        symbol, units = self.symbols[i], delta_above.shape[0]
        last = f'") × "&{fixed(slope[i])}&" = "&{fixed(delta[i], 4)}'
        if units <= FACTORS:
            terms = '&" + "&'.join(
                f'{factor(delta_above[k])}&" × "&{factor(W_above[k, i])}' for k in range(units)
            )
            return f'="{symbol} = ("&{terms}&{last}'
        total = f"IF({slope[i]}=0,0,{delta[i]}/{slope[i]})"
        return f'="{symbol} = (Σδw = "&{fixed(total)}&{last}'


class CostSentence(Sentence):
    """C = 1/2 sum (t_k - a_k)^2, with the numbers."""

    roles = ("t", "a", "C")

    def cell(self, t: Cells, a: Cells, C: Cells) -> str:
        """Return the formula."""
        units = a.shape[0]
        if units > FACTORS:
            return f'="C = "&{fixed(C[()])}'
        terms = '&" + "&'.join(
            f'"("&{factor(t[k], 0)}&" - "&{fixed(a[k])}&")²"' for k in range(units)
        )
        return f'="C = ½ ("&{terms}&") = "&{fixed(C[()])}'


class Name(Sentence):
    """The label of an output, as text."""

    roles = ("labels",)

    def cell(self, k: int, labels: Cells) -> str:
        """Return the formula of output k."""
        return f'={labels[k]}&""'


class Bar(Sentence):
    """A bar as long as an output between 0 and 1, in characters."""

    LENGTH = 20
    roles = ("a",)

    def cell(self, k: int, a: Cells) -> str:
        """Return the formula of output k."""
        length = f"MAX(0,MIN({self.LENGTH},ROUND({a[k]}*{self.LENGTH},0)))"
        return f'=REPT("█",{length})&REPT("░",{self.LENGTH}-{length})'


class Verdict(Sentence):
    """Which digit the network sees, and how sure it is."""

    roles = ("label", "a")

    def __init__(self, words: str) -> None:
        super().__init__(())
        self.words = words

    def cell(self, label: Cells, a: Cells) -> str:
        """Return the formula."""
        before, after = self.words.split("{label}")
        middle, after = after.split("{output}")
        return f'="{before}"&{label[()]}&"{middle}"&{fixed(f"MAX({a[...]})")}&"{after}"'


class Story(Sentence):
    """What happened in training: when the cost was smallest, and when all images were right.

    Parameters
    ----------
    words : dict
        ``best``, ``all_right`` with ``{epoch}`` in it, ``never``, and ``end`` with ``{count}``.
    """

    roles = ("best", "all_right", "recognised")

    def __init__(self, words: dict[str, str]) -> None:
        super().__init__(())
        self.words = words

    def cell(self, line: int, best: Cells, all_right: Cells, recognised: Cells) -> str:
        """Return the formula of one line."""
        first = all_right[()]
        if line == 0:
            return "=" + _filled_in(self.words["best"], "{epoch}", best[()])
        if line == 1:
            found = _filled_in(self.words["all_right"], "{epoch}", first)
            return f'=IF({first}=0,"{self.words["never"]}",{found})'
        return "=" + _filled_in(self.words["end"], "{count}", recognised.at(-1)[()])


def _filled_in(words: str, blank: str, cell: str) -> str:
    """Return the formula of a text with a cell's number in it."""
    before, after = words.split(blank)
    return f'"{before}"&{cell}&"{after}"'
