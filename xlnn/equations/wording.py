"""Sentences that show an equation with its numbers, as a person would write it."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import numpy as np

from xlnn.equations.dense import written_call
from xlnn.equations.number import (
    factor,
    factor_text,
    fixed,
    fixed_text,
    general_text,
    share,
    share_text,
    short,
    short_text,
    significant,
    significant_text,
)
from xlnn.quantity import Cells, Sentence

FACTORS = 4
"""The most terms of a sum that is written out; a longer one is only named."""


LEAST = 300
"""Errors below 1/10^300 do not determine their sum."""

RISE = 1.01
"""The ratio of last to first cost that counts as a rise: a cost at its minimum may rise in its last
digits."""


def filled(words: str, **cells: str) -> str:
    """Return the formula of a text with cells or expressions in its blanks.

    >>> filled("{what} is {much}.", what="A1", much="FIXED(B1,1)")
    '""&A1&" is "&FIXED(B1,1)&"."'
    """
    parts = re.split(r"\{(\w+)\}", words)
    return "&".join(cells[part] if n % 2 else f'"{part}"' for n, part in enumerate(parts))


class UnitSentence(Sentence):
    """A sentence about one unit of a layer.

    Parameters
    ----------
    symbols : tuple of str
        The symbol of each unit.
    """

    def __init__(self, symbols: tuple[str, ...]) -> None:
        self.symbols = symbols


class InputSentence(UnitSentence):
    """z_j = w_j1 a_1 + ... + b_j, with the numbers."""

    def text(
        self, j: int, *, below: np.ndarray, W: np.ndarray, b: np.ndarray, z: np.ndarray
    ) -> str:
        if below.ndim == 1 and below.size <= FACTORS:
            terms = [
                f"{factor_text(w)} × {factor_text(x)}" for w, x in zip(W[j], below, strict=True)
            ]
            summed = " + ".join([*terms, factor_text(b[j])])
        else:
            summed = f"Σwx + b = {fixed_text(z[j] - b[j])} + {factor_text(b[j])}"
        return f"{self.symbols[j]} = {summed} = {fixed_text(z[j])}"

    def cell(self, j: int, below: Cells, W: Cells, b: Cells, z: Cells) -> str:
        symbol, last = self.symbols[j], factor(b[j])
        if len(below.shape) == 1 and below.shape[0] <= FACTORS:
            terms = (
                f'{factor(W[j, i])}&" × "&{factor(below[i])}&" + "&' for i in range(below.shape[0])
            )
            return f'="{symbol} = "&{"".join(terms)}{last}&" = "&{fixed(z[j])}'
        total = f"{z[j]}-{b[j]}"
        return f'="{symbol} = Σwx + b = "&{fixed(total)}&" + "&{last}&" = "&{fixed(z[j])}'


class ActivationSentence(UnitSentence):
    """a_j = a(z_j), with the numbers; for softmax, its exponential and their sum."""

    optional = ("exp",)

    def __init__(self, symbols: tuple[str, ...], function: str) -> None:
        super().__init__(symbols)
        self.function = function

    def text(self, j: int, *, z: np.ndarray, a: np.ndarray, exp: np.ndarray | None = None) -> str:
        symbol = self.symbols[j]
        if exp is not None:
            shown = f"{fixed_text(exp[j])} / {share_text(exp.sum())}"
            return f"{symbol} = exp / Σ exp = {shown} = {fixed_text(a[j])}"
        if not self.function:
            return f"{symbol} = z = {fixed_text(a[j])}"
        return f"{symbol} = {self.function}({fixed_text(z[j])}) = {fixed_text(a[j])}"

    def cell(self, j: int, z: Cells, a: Cells, exp: Cells | None = None) -> str:
        if exp:
            # the largest term is 1: the sum needs no exponent
            total = written_call("SUM", exp.listed.split(","))
            terms = f'{fixed(exp[j])}&" / "&{share(total)}'
            return f'="{self.symbols[j]} = exp / Σ exp = "&{terms}&" = "&{fixed(a[j])}'
        if not self.function:
            return f'="{self.symbols[j]} = z = "&{fixed(a[j])}'
        return f'="{self.symbols[j]} = {self.function}("&{fixed(z[j])}&") = "&{fixed(a[j])}'


class CrossEntropySentence(UnitSentence):
    """c_k = -(t_k ln a_k + (1 - t_k) ln(1 - a_k)), with the numbers."""

    def text(self, k: int, *, t: np.ndarray, a: np.ndarray, loss: np.ndarray) -> str:
        first = f"{factor_text(t[k], 0)} × ln {fixed_text(a[k])}"
        second = f"{factor_text(1 - t[k], 0)} × ln {fixed_text(1 - a[k])}"
        return f"{self.symbols[k]} = −({first} + {second}) = {fixed_text(loss[k])}"

    def cell(self, k: int, t: Cells, a: Cells, loss: Cells) -> str:
        first = f'{factor(t[k], 0)}&" × ln "&{fixed(a[k])}'
        second = f'{factor(f"(1-{t[k]})", 0)}&" × ln "&{fixed(f"(1-{a[k]})")}'
        return f'="{self.symbols[k]} = −("&{first}&" + "&{second}&") = "&{fixed(loss[k])}'


class CategoricalCrossEntropySentence(UnitSentence):
    """c_k = -t_k ln a_k, with the numbers."""

    def text(self, k: int, *, t: np.ndarray, a: np.ndarray, loss: np.ndarray) -> str:
        product = f"−{factor_text(t[k], 0)} × ln {fixed_text(a[k])}"
        return f"{self.symbols[k]} = {product} = {fixed_text(loss[k])}"

    def cell(self, k: int, t: Cells, a: Cells, loss: Cells) -> str:
        return (
            f'="{self.symbols[k]} = −"&{factor(t[k], 0)}&" × ln "&{fixed(a[k])}&" = "'
            f"&{fixed(loss[k])}"
        )


class OutputDeltaSentence(UnitSentence):
    """delta_k = (a_k - t_k) a'(z_k), with the numbers; some costs and units have no a'."""

    optional = ("slope",)

    def __init__(self, symbols: tuple[str, ...], digits: int) -> None:
        super().__init__(symbols)
        self.digits = digits

    def text(
        self,
        k: int,
        *,
        a: np.ndarray,
        t: np.ndarray,
        delta: np.ndarray,
        slope: np.ndarray | None = None,
    ) -> str:
        error = f"{fixed_text(a[k])} − {factor_text(t[k], self.digits)}"
        product = error if slope is None else f"({error}) × {fixed_text(slope[k])}"
        return f"{self.symbols[k]} = {product} = {fixed_text(delta[k])}"

    def cell(self, k: int, a: Cells, t: Cells, delta: Cells, slope: Cells | None = None) -> str:
        symbol, target = self.symbols[k], factor(t[k], self.digits)
        if slope is None:
            return f'="{symbol} = "&{fixed(a[k])}&" − "&{target}&" = "&{fixed(delta[k])}'
        return (
            f'="{symbol} = ("&{fixed(a[k])}&" − "&{target}&") × "'
            f'&{fixed(slope[k])}&" = "&{fixed(delta[k])}'
        )


class HiddenDeltaSentence(UnitSentence):
    """delta_i = (sum_k delta_k w_ki) a'(z_i), with the numbers; a linear unit has no a'."""

    optional = ("slope",)

    def text(
        self,
        i: int,
        *,
        delta_above: np.ndarray,
        W_above: np.ndarray,
        delta: np.ndarray,
        slope: np.ndarray | None = None,
    ) -> str:
        if len(delta_above) <= FACTORS:
            pairs = zip(delta_above, W_above[:, i], strict=True)
            summed = " + ".join(f"{factor_text(d)} × {factor_text(w)}" for d, w in pairs)
        else:
            a_slope = 1.0 if slope is None else slope[i]
            is_told = abs(delta[i]) >= 1 / 10**LEAST
            summed = f"Σδw = {fixed_text(delta[i] / a_slope)}" if is_told else "Σδw"
        times = "" if slope is None else f" × {fixed_text(slope[i])}"
        return f"{self.symbols[i]} = ({summed}){times} = {fixed_text(delta[i], 4)}"

    def cell(
        self,
        i: int,
        delta_above: Cells,
        W_above: Cells,
        delta: Cells,
        slope: Cells | None = None,
    ) -> str:
        symbol, units = self.symbols[i], delta_above.shape[0]
        times = f'" × "&{fixed(slope[i])}&' if slope else ""
        last = f'{times}" = "&{fixed(delta[i], 4)}'
        if units <= FACTORS:
            terms = '&" + "&'.join(
                f'{factor(delta_above[k])}&" × "&{factor(W_above[k, i])}' for k in range(units)
            )
            return f'="{symbol} = ("&{terms}&")"&{last}'
        total = f"{delta[i]}/{slope[i]}" if slope else delta[i]
        told = f'IF(ABS({delta[i]})<1/10^{LEAST},""," = "&{fixed(total)})'
        return f'="{symbol} = (Σδw"&{told}&")"&{last}'


class CostSentence(Sentence):
    """C = 1/2 sum (t_k - a_k)^2, or C = sum c_k, with the numbers."""

    optional = ("loss",)

    def __init__(self, digits: int) -> None:
        self.digits = digits

    def text(
        self, *, t: np.ndarray, a: np.ndarray, C: np.ndarray, loss: np.ndarray | None = None
    ) -> str:
        cost = fixed_text(C)
        if len(a) > FACTORS:
            return f"C = {cost}"
        if loss is not None:
            return f"C = Σ c = {' + '.join(map(fixed_text, loss))} = {cost}"
        pairs = zip(t, a, strict=True)
        terms = (f"({factor_text(x, self.digits)} − {factor_text(y)})²" for x, y in pairs)
        return f"C = ½ ({' + '.join(terms)}) = {cost}"

    def cell(self, t: Cells, a: Cells, C: Cells, loss: Cells | None = None) -> str:
        units = a.shape[0]
        if units > FACTORS:
            return f'="C = "&{fixed(C[()])}'
        if loss:
            terms = '&" + "&'.join(fixed(loss[k]) for k in range(units))
            return f'="C = Σ c = "&{terms}&" = "&{fixed(C[()])}'
        terms = '&" + "&'.join(
            f'"("&{factor(t[k], self.digits)}&" − "&{factor(a[k])}&")²"' for k in range(units)
        )
        return f'="C = ½ ("&{terms}&") = "&{fixed(C[()])}'


class Name(Sentence):
    """The label of an output, as text."""

    repeats = True

    def text(self, k: int, *, labels: np.ndarray) -> str:
        return general_text(labels[k])

    def cell(self, k: int, labels: Cells) -> str:
        return f'={labels[k]}&""'


class Bar(Sentence):
    """A bar as long as an output between 0 and 1, in characters."""

    LENGTH = 20
    FULL = "█" * LENGTH

    def text(self, k: int, *, a: np.ndarray) -> str:
        length = int(np.floor(np.clip(a[k], 0, 1) * self.LENGTH + 0.5))
        return "█" * length + "░" * (self.LENGTH - length)

    def cell(self, k: int, a: Cells) -> str:
        length = f"ROUND(MAX(0,MIN(1,{a[k]}))*{self.LENGTH},0)"
        return f'=REPT("█",{length})&REPT("░",{self.LENGTH}-{length})'


class Verdict(Sentence):
    """The predicted class and its output, or that the largest outputs are equal.

    Parameters
    ----------
    words, undecided : str
        With the blanks ``{label}`` and ``{output}``, and ``{output}`` alone.
    is_share : bool
        Whether outputs lie between 0 and 1.
    """

    optional = ("tied",)

    def __init__(self, words: str, undecided: str, *, is_share: bool) -> None:
        self.words, self.undecided = words, undecided
        self.told, self.told_text = (share, share_text) if is_share else (fixed, fixed_text)

    def text(self, *, label: float | str, a: np.ndarray, tied: float = 0) -> str:
        output = self.told_text(a.max())
        if tied == 1:
            return self.undecided.format(output=output)
        return self.words.format(label=general_text(label), output=output)

    def cell(self, label: Cells, a: Cells, tied: Cells | None = None) -> str:
        output = self.told(f"MAX({a[...]})")
        said = filled(self.words, label=label[()], output=output)
        if not tied:
            return f"={said}"
        return f"=IF({tied[()]}=1,{filled(self.undecided, output=output)},{said})"


class Prediction(Sentence):
    """The predictions of a regression, output by output, and the true values if known.

    Parameters
    ----------
    words : str
        The words for an output, with ``{label}``, ``{predicted}`` and perhaps ``{actual}``.
    """

    optional = ("actual",)

    def __init__(self, words: str) -> None:
        self.words = words

    def text(
        self, *, labels: np.ndarray, predicted: np.ndarray, actual: np.ndarray | None = None
    ) -> str:
        """Return the text, for the first outputs if there are many."""
        told = []
        for k in range(min(len(predicted), FACTORS)):
            shown = {"label": general_text(labels[k]), "predicted": significant_text(predicted[k])}
            if actual is not None:
                shown["actual"] = significant_text(actual[k])
            told.append(self.words.format(**shown))
        return ";  ".join([*told, *(["…"] if len(predicted) > FACTORS else [])])

    def cell(self, labels: Cells, predicted: Cells, actual: Cells | None = None) -> str:
        """Return the formula, for the first outputs if there are many."""
        outputs = predicted.shape[0]
        told = []
        for k in range(min(outputs, FACTORS)):
            cells = {"label": labels[k], "predicted": significant(predicted[k])}
            if actual:
                cells["actual"] = significant(actual[k])
            told.append(filled(self.words, **cells))
        more = ["…"] if outputs > FACTORS else []
        return "=" + '&";  "&'.join([*told, *(f'"{text}"' for text in more)])


class Errors(Sentence):
    """How far off the predictions of an output are after the last epoch.

    Parameters
    ----------
    words : str
        With ``{label}``, ``{mae}``, ``{rmse}``, and for held-out data ``{test_mae}`` and
        ``{test_rmse}``.
    roles : tuple of str
        ``labels`` and those that appear in the words.
    """

    def __init__(self, words: str, roles: tuple[str, ...]) -> None:
        self.words, self.roles = words, roles

    def text(self, k: int, *, labels: np.ndarray, **errors: np.ndarray) -> str:
        told = {name: significant_text(each[-1, k]) for name, each in errors.items()}
        return self.words.format(label=general_text(labels[k]), **told)

    def cell(self, k: int, labels: Cells, **errors: Cells) -> str:
        told = {name: significant(cells.at(-1)[k]) for name, cells in errors.items()}
        return "=" + filled(self.words, label=labels[k], **told)


class Diverged(Sentence):
    """A warning that training increased the total cost or made it overflow; otherwise empty.

    Parameters
    ----------
    rose : str
        With ``{first}`` and ``{last}``, the costs.
    lost : str
        The text if the last cost is not a number, although the first is.
    """

    def __init__(self, rose: str, lost: str) -> None:
        self.rose, self.lost = rose, lost

    def text(self, *, C_T: np.ndarray) -> str:
        first, last = C_T[0], C_T[-1]
        if not np.isfinite(first):
            return ""
        if not np.isfinite(last):
            return self.lost
        costs = {"first": significant_text(first), "last": significant_text(last)}
        return self.rose.format(**costs) if last > RISE * first else ""

    def cell(self, C_T: Cells) -> str:
        first, last = C_T.at(0)[()], C_T.at(-1)[()]
        rose = filled(self.rose, first=significant(first), last=significant(last))
        told = f'IF(COUNT({last})=0,"{self.lost}",IF({last}>{RISE}*{first},{rose},""))'
        return f'=IF(COUNT({first})=0,"",{told})'


class Story(Sentence):
    """The results of training, one line each.

    Parameters
    ----------
    words : dict
        The lines by their keys: ``end``, with ``{count}``, or with ``{first}`` and ``{cost}`` where
        there are no classes; and ``tested``, with ``{count}``, where there are classes.
    roles : tuple of str
        The quantities: ``recognised`` or ``C_T``, and ``tested``.
    """

    def __init__(self, words: dict[str, str], roles: tuple[str, ...]) -> None:
        self.words = words
        self.roles = roles
        self.lines = tuple(words)

    def text(self, line: int, **known: np.ndarray) -> str:
        key = self.lines[line]
        if key == "tested":
            shown = {"count": general_text(known["tested"][-1])}
        elif "recognised" in known:
            shown = {"count": general_text(known["recognised"][-1])}
        else:
            costs = known["C_T"]
            shown = {"first": fixed_text(costs[0]), "cost": fixed_text(costs[-1])}
        return self.words[key].format(**shown)

    def cell(self, line: int, **known: Cells) -> str:
        key = self.lines[line]
        if key == "tested":
            return "=" + self._filled(key, count=known["tested"].at(-1)[()])
        if "recognised" in known:
            return "=" + self._filled(key, count=known["recognised"].at(-1)[()])
        C_T = known["C_T"]
        return "=" + self._filled(key, first=fixed(C_T.at(0)[()]), cost=fixed(C_T.at(-1)[()]))

    def _filled(self, key: str, **cells: str) -> str:
        """Return the formula of a text with cells in its blanks."""
        return filled(self.words[key], **cells)


DIGITS = 6
"""Decimals of a number in a sentence; those that are 0 at its end are left out."""

_END = re.compile("_(first|last)$")


class Told(Sentence):
    """Words with a number in each blank: ``{name}`` stands for the quantity with that role.

    ``{name_first}`` and ``{name_last}`` are the ends of a quantity with steps.

    Parameters
    ----------
    lines : str, dict of str or sequence of str
        A text, or the texts for case 0, case 1 and so on, by their keys in translation files. The
        key of a single text is the name of its quantity. A sequence has translated texts.
    case : str
        The role of the case, if there are several lines.
    digits : int
        The most decimals.
    **numbers : int
        Numbers for braces, besides the sizes of an experiment.
    """

    def __init__(
        self,
        lines: str | Mapping[str, str] | Sequence[str],
        case: str = "",
        digits: int = DIGITS,
        **numbers: int,
    ) -> None:
        self.case, self.digits, self.numbers = case, digits, numbers
        if isinstance(lines, str | Mapping):
            self.english = {"": lines} if isinstance(lines, str) else lines
            lines = [*self.english.values()]
        self.lines = tuple(lines)
        blanks = (blank for line in lines for blank in re.findall(r"\{(\w+)\}", line))
        self.blanks = {blank: _END.sub("", blank) for blank in blanks}
        self.roles = tuple(dict.fromkeys((*((case,) if case else ()), *self.blanks.values())))

    def said_by(self, sentence: Callable[..., str]) -> Self:
        """Return it in another language."""
        words = super().said_by(sentence).words
        return type(self)([*words.values()], self.case, self.digits) if words else self

    def text(self, *unit: int, **known: np.ndarray) -> str:
        """Return the text; a quantity of several units gives the unit's own number."""

        def own(values: np.ndarray) -> float:
            return values[unit] if np.ndim(values) else values

        numbers = {}
        for blank, role in self.blanks.items():
            end = _END.search(blank)
            values = known[role][0 if end[1] == "first" else -1] if end else known[role]
            numbers[blank] = short_text(own(values), self.digits)
        line = self.lines[int(own(known[self.case]))] if self.case else self.lines[0]
        return line.format(**numbers)

    def cell(self, *unit: int, **known: Cells) -> str:
        """Return the formula; a quantity of several units gives the unit's own number."""
        numbers = {}
        for blank, role in self.blanks.items():
            cells = known[role]
            if end := _END.search(blank):
                cells = cells.at(0 if end[1] == "first" else -1)
            numbers[blank] = short(cells[unit if cells.shape else ()], self.digits)
        texts = [filled(line, **numbers) for line in self.lines]
        if not self.case:
            return f"={texts[0]}"
        case = known[self.case]
        return f"=CHOOSE(1+{case[unit if case.shape else ()]},{','.join(texts)})"


class Complete(Sentence):
    """A sentence that is shown only if every cell of a table has a number.

    Parameters
    ----------
    said : Sentence
    columns : tuple of str
        The roles of the table's columns, along ``row``.
    cells : int
        How many cells they have.
    """

    english = {"missing": "A number is missing in the data: fill in x and y in every row."}

    def __init__(self, said: Sentence, columns: tuple[str, ...], cells: int) -> None:
        self.said, self.columns, self.cells = said, columns, cells
        self.roles = tuple(dict.fromkeys((*said.roles, *columns)))
        self.optional = said.optional

    def text(self, *unit: int, **known: np.ndarray) -> str:
        if not all(np.isfinite(known[name]).all() for name in self.columns):
            return self.words["missing"]
        return self.said.text(*unit, **self._of_said(known))

    def cell(self, *unit: int, **known: Cells) -> str:
        ranges = ",".join(known[name].over("row")[...] for name in self.columns)
        said = self.said.cell(*unit, **self._of_said(known)).removeprefix("=")
        return f'=IF(COUNT({ranges})<{self.cells},"{self.words["missing"]}",{said})'

    def said_by(self, sentence: Callable[..., str]) -> Self:
        """Return it in another language."""
        said = super().said_by(sentence)
        said.said = self.said.said_by(sentence)
        return said

    def _of_said(self, known: Mapping[str, Any]) -> dict[str, Any]:
        return {name: each for name, each in known.items() if name in self.said.roles}
