"""Sentences about a regression: its line, and whether all methods agree."""

from collections.abc import Mapping

import numpy as np

from xlnn.equations.number import fixed, fixed_text, short, short_text
from xlnn.equations.wording import FACTORS, filled
from xlnn.quantity import Cells, Sentence, subscript


class LineSentence(Sentence):
    """y = p x + q, in the names of the columns and with its numbers."""

    def text(self, *, names: np.ndarray, p: np.ndarray, q: float) -> str:
        """Return the text."""
        k = len(p)
        if k > FACTORS:
            last = subscript((k - 1,), (k,))
            return f"{names[k]} = p₁x₁ + … + p{last}x{last} + q"
        first = f"{names[k]} = {fixed_text(p[0], 4)} × {names[0]}"
        others = [f"{_signed_text(p[i])} × {names[i]}" for i in range(1, k)]
        return "".join([first, *others, _signed_text(q)])

    def cell(self, names: Cells, p: Cells, q: Cells) -> str:
        """Return the formula."""
        k = p.shape[0]
        if k > FACTORS:
            last = subscript((k - 1,), (k,))
            return f'={names[k]}&" = p₁x₁ + … + p{last}x{last} + q"'
        parts = [f'{names[k]}&" = "&{fixed(p[0], 4)}&" × "&{names[0]}']
        parts += [f'{_signed(p[i])}&" × "&{names[i]}' for i in range(1, k)]
        return "=" + "&".join([*parts, _signed(q[()])])


class WaysAgree(Sentence):
    """Whether all ways lead to the same plane.

    Two planes are the same where what they say of the rows differs by no more than the
    hundred thousandth part of the spread of y, or than rounding.

    Parameters
    ----------
    words : dict
        ``agree``, ``late`` and ``away`` of the descent, ``overflow`` where its numbers end;
        and of a single column ``flat``, where the spreadsheet's own function has no value, and
        ``differ``, where it differs. ``{apart}`` is how far the descent is off, ``{first}`` and
        ``{last}`` are its costs.
    rows : int
    """

    roles = ("p", "x_mean", "y", "d_y", "C_T", "C", "apart", "varies", "apart_fitted")
    optional = ("varies", "apart_fitted")

    def __init__(self, words: Mapping[str, str], rows: int) -> None:
        self.words, self.rows = words, rows

    def text(self, *, C_T: float, C: np.ndarray, apart: float, **known: np.ndarray) -> str:
        """Return the text."""
        if not np.isfinite(C_T):
            raise ValueError(C_T)
        first, last = C[0], C[-1]
        if not np.isfinite([apart, last]).all():
            return self.words["overflow"]
        terms = np.abs(known["y"]).max() + np.sqrt(((known["p"] * known["x_mean"]) ** 2).sum())
        near = np.sqrt((known["d_y"] ** 2).sum() / self.rows) / 10**5 + terms / 10**14
        if apart > near:
            key = "late" if last < first - first / 10**9 else "away"
        elif "varies" in known and not known["varies"][0]:
            key = "flat"
        else:
            key = "differ" if known.get("apart_fitted", 0) > near else "agree"
        costs = {"first": short_text(first, 4), "last": short_text(last, 4)}
        return self.words[key].format(apart=short_text(apart), **costs)

    def cell(self, C_T: Cells, C: Cells, apart: Cells, **known: Cells) -> str:
        """Return the formula."""
        first, last, off = C.at(0)[()], C.at(-1)[()], apart[()]
        shown = {"apart": short(off), "first": short(first, 4), "last": short(last, 4)}
        words = {key: filled(line, **shown) for key, line in self.words.items()}
        y, d_y = (known[name].over("row")[()] for name in ("y", "d_y"))
        p, x_mean = known["p"][...], known["x_mean"][...]
        terms = f"(MAX(MAX({y}),-MIN({y}))+SQRT(SUMPRODUCT({p},{p},{x_mean},{x_mean})))"
        near = f"SQRT(SUMSQ({d_y})/{self.rows})/10^5+{terms}/10^14"
        said = words["agree"]
        if "varies" in known:
            said = f"IF(SIGN({known['apart_fitted'][()]}-({near}))>0,{words['differ']},{said})"
            said = f"IF(SIGN({known['varies'][0]})=0,{words['flat']},{said})"
        arrives = f"IF(SIGN({last}-{first}+{first}/10^9)<0,{words['late']},{words['away']})"
        said = f"IF(SIGN({off}-({near}))>0,{arrives},{said})"
        return f"=IF(COUNT({off},{last})+0*{C_T[()]}<2,{words['overflow']},{said})"


class Determined(Sentence):
    """Whether the data determine all coefficients.

    Parameters
    ----------
    words : (str, str)
        That they do, and that a column says nothing that the others do not.
    """

    def __init__(self, words: tuple[str, str]) -> None:
        self.words = words

    def text(self, *, M: np.ndarray) -> str:
        """Return the text."""
        enough, too_few = self.words
        k = len(M)
        return enough if round(float(np.trace(M[:, :k])), 6) == k else too_few

    def cell(self, M: Cells) -> str:
        """Return the formula."""
        k = M.shape[0]
        alone = "+".join(M[i, i] for i in range(k))
        enough, too_few = (filled(line) for line in self.words)
        return f"=IF(ROUND({alone},6)={k},{enough},{too_few})"


class ByHand(Sentence):
    """How much larger C_T is than it need be.

    Parameters
    ----------
    words : (str, str, str)
        That it is larger; that it is as small; and that it is smaller, as it may be where a column
        was left out. ``{C_hand}`` is the cost of the line by hand, ``{C_T}`` that of the normal
        equations, and ``{more}`` what lies between.
    """

    def __init__(self, words: tuple[str, str, str]) -> None:
        self.words = words

    def text(self, *, C_hand: float, C_T: float, y: np.ndarray) -> str:
        """Return the text."""
        larger, same, smaller = self.words
        more, rounding = C_hand - C_T, C_T / 10**9 + (y**2).sum() / 10**26
        line = larger if more > rounding else smaller if more < -rounding else same
        shown = {"C_hand": C_hand, "C_T": C_T, "more": abs(more)}
        return line.format(**{name: short_text(number, 4) for name, number in shown.items()})

    def cell(self, C_hand: Cells, C_T: Cells, y: Cells) -> str:
        """Return the formula."""
        hand, least = C_hand[()], C_T[()]
        more, rounding = f"({hand}-{least})", f"({least}/10^9+SUMSQ({y.over('row')[()]})/10^26)"
        shown = {"C_hand": short(hand, 4), "C_T": short(least, 4)}
        shown["more"] = short(f"ABS{more}", 4)
        larger, same, smaller = (filled(line, **shown) for line in self.words)
        above, below = f"SIGN({more}-{rounding})", f"SIGN({more}+{rounding})"
        return f"=IF({above}>0,{larger},IF({below}<0,{smaller},{same}))"


def _signed(cell: str) -> str:
    """Return a number as text that follows others, with its sign between."""
    return f'IF({cell}<0," − "," + ")&{fixed(f"ABS({cell})", 4)}'


def _signed_text(x: float) -> str:
    """Return a number as `_signed` writes it."""
    return f"{' − ' if x < 0 else ' + '}{fixed_text(abs(x), 4)}"
