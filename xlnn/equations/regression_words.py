"""What is said of a regression: its line, whether all ways agree, and what the data determine."""

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


class Agreement(Sentence):
    """Whether all ways lead to the same plane.

    Parameters
    ----------
    words : (str, str, str)
        That they do; that the descent has not arrived, ``{apart}`` being how far it is off; and
        that the spreadsheet's own function differs.
    """

    optional = ("apart_fitted",)

    def __init__(self, words: tuple[str, str, str]) -> None:
        self.words = words

    def text(self, *, apart: float, d_y: np.ndarray, apart_fitted: float = 0.0) -> str:
        """Return the text."""
        agree, late, differ = self.words
        near = np.sqrt((d_y**2).sum()) / 10**6
        line = differ if apart_fitted > near else late if apart > near else agree
        return line.format(apart=short_text(apart))

    def cell(self, apart: Cells, d_y: Cells, apart_fitted: Cells | None = None) -> str:
        """Return the formula."""
        spread = f"SQRT(SUMSQ({d_y.over('row')[()]}))"
        shown = {"apart": short(apart[()])}
        agree, late, differ = (filled(line, **shown) for line in self.words)
        said = f"IF({apart[()]}<={spread}/10^6,{agree},{late})"
        if apart_fitted is None:
            return f"={said}"
        return f"=IF({apart_fitted[()]}<={spread}/10^6,{said},{differ})"


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
    words : (str, str)
        ``{C_hand}`` is the cost of the line by hand, ``{C_T}`` the least there is.
    """

    def __init__(self, words: tuple[str, str]) -> None:
        self.words = words

    def text(self, *, C_hand: float, C_T: float) -> str:
        """Return the text."""
        more, same = self.words
        line = more if (C_hand - C_T) * 10**4 >= 0.5 else same
        return line.format(C_hand=short_text(C_hand, 4), C_T=short_text(C_T, 4))

    def cell(self, C_hand: Cells, C_T: Cells) -> str:
        """Return the formula."""
        hand, least = C_hand[()], C_T[()]
        shown = {"C_hand": short(hand, 4), "C_T": short(least, 4)}
        more, same = (filled(line, **shown) for line in self.words)
        return f"=IF(({hand}-{least})*10^4>=0.5,{more},{same})"


def _signed(cell: str) -> str:
    """Return a number as text that follows others, with its sign between."""
    return f'IF({cell}<0," − "," + ")&{fixed(f"ABS({cell})", 4)}'


def _signed_text(x: float) -> str:
    """Return a number as `_signed` writes it."""
    return f"{' − ' if x < 0 else ' + '}{fixed_text(abs(x), 4)}"
