"""Sentences that show an equation with its numbers, as a person would write it."""

import re
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from inspect import signature
from itertools import chain
from typing import Any, Self

import numpy as np

from xlnn.equation import Sentence
from xlnn.equations.dense import counted, place_of, written_call
from xlnn.equations.number import factor, fixed, share, short, significant
from xlnn.errors import DataError
from xlnn.terms import Term, among, count, either, function, largest, least, rounded

FACTORS = 4
"""The most terms of a sum that is written out; a longer one is only named."""

LEAST = 300
"""Below 1/10^300 an error has too few digits: the sum that it is computed from is not shown."""

sum_of = function(np.sum, lambda cells: written_call("SUM", cells.split(",")))
"""The sum of cells that need not be one range."""

first_place = function(
    lambda number, x: np.flatnonzero(x == number)[0] + 1,
    lambda number, cells: place_of(number, cells, always=True),
)
"""The place, from 1, of the first of some numbers that equals a number."""

at_least = function(
    lambda x, limit: np.where(np.isnan(limit), np.nan, (x >= limit).sum()),
    lambda cells, limit: f'COUNTIF({cells},">="&({limit}))',
)
at_most = function(
    lambda x, limit: np.where(np.isnan(limit), np.nan, (x <= limit).sum()),
    lambda cells, limit: f'COUNTIF({cells},"<="&({limit}))',
)
"""How many numbers of a range there are on a side of a limit.

COUNTIF takes the limit as a text of 15 digits, so a limit near the largest number must be further
away than their rounding."""

equal_to = function(lambda x, number: (x == number).sum(), counted)
"""How many numbers of a range are equal to one."""

repeated = function(lambda text, times: text * int(times), "REPT")
"""A text, so many times."""


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

    def said(self, j: int, *, below: Term, W: Term, b: Term, z: Term) -> str:
        if len(below.shape) == 1 and below.shape[0] <= FACTORS:
            terms = [f"{factor(W[j, i])} × {factor(below[i])}" for i in range(below.shape[0])]
            summed = " + ".join([*terms, factor(b[j])])
        else:
            summed = f"Σwx + b = {fixed(z[j] - b[j])} + {factor(b[j])}"
        return f"{self.symbols[j]} = {summed} = {fixed(z[j])}"


class ActivationSentence(UnitSentence):
    """a_j = a(z_j), with the numbers; for softmax, its exponential and their sum."""

    def __init__(self, symbols: tuple[str, ...], function: str) -> None:
        super().__init__(symbols)
        self.function = function

    def said(self, j: int, *, z: Term, a: Term, exp: Term | None = None) -> str:
        of = f"{self.function}({fixed(z[j])})" if self.function else "z"
        if exp is not None:
            # the largest term is 1: the sum needs no exponent
            of = f"exp / Σ exp = {fixed(exp[j])} / {share(sum_of(exp.listed))}"
        return f"{self.symbols[j]} = {of} = {fixed(a[j])}"


class CrossEntropySentence(UnitSentence):
    """c_k = -(t_k ln a_k + (1 - t_k) ln(1 - a_k)), with the numbers."""

    def said(self, k: int, *, t: Term, a: Term, loss: Term) -> str:
        first = f"{factor(t[k], 0)} × ln {fixed(a[k])}"
        second = f"{factor(1 - t[k], 0)} × ln {fixed(1 - a[k])}"
        return f"{self.symbols[k]} = −({first} + {second}) = {fixed(loss[k])}"


class CategoricalCrossEntropySentence(UnitSentence):
    """c_k = -t_k ln a_k, with the numbers."""

    def said(self, k: int, *, t: Term, a: Term, loss: Term) -> str:
        product = f"−{factor(t[k], 0)} × ln {fixed(a[k])}"
        return f"{self.symbols[k]} = {product} = {fixed(loss[k])}"


class OutputDeltaSentence(UnitSentence):
    """delta_k = (a_k - t_k) a'(z_k), with the numbers; some costs and units have no a'."""

    def __init__(self, symbols: tuple[str, ...], digits: int) -> None:
        super().__init__(symbols)
        self.digits = digits

    def said(self, k: int, *, a: Term, t: Term, delta: Term, slope: Term | None = None) -> str:
        error = f"{fixed(a[k])} − {factor(t[k], self.digits)}"
        product = error if slope is None else f"({error}) × {fixed(slope[k])}"
        return f"{self.symbols[k]} = {product} = {fixed(delta[k])}"


class HiddenDeltaSentence(UnitSentence):
    """delta_i = (sum_k delta_k w_ki) a'(z_i), with the numbers; a linear unit has no a'."""

    def said(
        self, i: int, *, delta_above: Term, W_above: Term, delta: Term, slope: Term | None = None
    ) -> str:
        units = delta_above.shape[0]
        if units <= FACTORS:
            terms = [f"{factor(delta_above[k])} × {factor(W_above[k, i])}" for k in range(units)]
            summed = " + ".join(terms)
        else:
            total = delta[i] if slope is None else delta[i] / slope[i]
            is_lost = abs(delta[i]) < 1 / 10**LEAST
            summed = f"Σδw{either(is_lost, '', f' = {fixed(total)}')}"
        times = "" if slope is None else f" × {fixed(slope[i])}"
        return f"{self.symbols[i]} = ({summed}){times} = {fixed(delta[i], 4)}"


class CostSentence(Sentence):
    """C = 1/2 sum (t_k - a_k)^2, or C = sum c_k, with the numbers."""

    def __init__(self, digits: int) -> None:
        self.digits = digits

    def said(self, *, t: Term, a: Term, C: Term, loss: Term | None = None) -> str:
        units = range(a.shape[0])
        if len(units) > FACTORS:
            return f"C = {fixed(C)}"
        if loss is not None:
            return f"C = Σ c = {' + '.join(fixed(loss[k]) for k in units)} = {fixed(C)}"
        terms = [f"({factor(t[k], self.digits)} − {factor(a[k])})²" for k in units]
        return f"C = ½ ({' + '.join(terms)}) = {fixed(C)}"


class Name(Sentence):
    """A copy of the label of an output, or of another text."""

    repeats = True

    def said(self, *unit: int, labels: Term) -> str:
        return f"{labels[unit]}"


class Bar(Sentence):
    """A bar as long as an output between 0 and 1, in characters."""

    LENGTH = 20
    FULL = "█" * LENGTH

    def said(self, k: int, *, a: Term) -> str:
        length = rounded(largest(0, least(1, a[k])) * self.LENGTH, 0)
        return f"{repeated('█', length)}{repeated('░', self.LENGTH - length)}"


class Prediction(Sentence):
    """The predictions of a regression, output by output, and the true values if known.

    If there are many outputs, it shows the first `FACTORS`. The words are for one output, with
    ``{label}``, ``{predicted}`` and perhaps ``{actual}``.
    """

    def said(self, *, labels: Term, predicted: Term, actual: Term | None = None) -> str:
        parts = []
        for k in range(min(predicted.shape[0], FACTORS)):
            known = {} if actual is None else {"actual": significant(actual[k])}
            shown = {"label": labels[k], "predicted": significant(predicted[k])} | known
            parts.append(self.words.format(**shown))
        return ";  ".join([*parts, *(["…"] if predicted.shape[0] > FACTORS else [])])


DIGITS = 6
"""Decimals of a number in a sentence; zeros at its end are left out."""

_END = re.compile("_(first|last)$")


class Told(Sentence):
    """Words with a number in each blank: ``{name}`` stands for the quantity with that role.

    ``{name_first}`` and ``{name_last}`` are the ends of a quantity with steps.

    Parameters
    ----------
    lines : str, dict of str or sequence of str
        A text, or several, by their keys in translation files. The key of a single text is the name
        of its quantity. A sequence has translated texts.
    case : str or function
        Which of several lines is shown: the role of a quantity that is its number, from 0; or a
        function of quantities, named as its arguments, that returns a condition for each line but
        the last. The first line whose condition holds is shown.
    digits : int
        The most decimals.
    form : function
        How numbers are written with so many digits, by default `xlnn.equations.number.short`.
    **blanks : int, function or Sentence
        Numbers for braces, besides the sizes of an experiment; functions of quantities that return
        a number or a text; or other sentences.
    """

    def __init__(
        self,
        lines: str | Mapping[str, str] | Sequence[str],
        case: str | Callable[..., Sequence[Term]] = "",
        digits: int = DIGITS,
        form: Callable[..., str] = short,
        **blanks: int | Callable[..., Term | str] | Sentence,
    ) -> None:
        self.case, self.digits, self.form = case, digits, form
        self.made = {name: blank for name, blank in blanks.items() if callable(blank)}
        self.inner = {name: blank for name, blank in blanks.items() if isinstance(blank, Sentence)}
        known = {*self.made, *self.inner}
        self.numbers = {name: blank for name, blank in blanks.items() if name not in known}
        if isinstance(lines, str | Mapping):
            self.english = {"": lines} if isinstance(lines, str) else lines
        else:
            self.words = dict(enumerate(lines))

    @property
    def blanks(self) -> dict[str, str]:
        """The role of the number in each blank that no function and no sentence fills."""
        blanks = re.findall(r"\{(\w+)\}", "".join(self.words.values()))
        filled = {*self.made, *self.inner}
        return {blank: _END.sub("", blank) for blank in blanks if blank not in filled}

    @property
    def roles(self) -> tuple[str, ...]:  # type: ignore[override]
        """The roles of its case, of its blanks, and of what functions and sentences ask for."""
        functions = filter(callable, (*self.made.values(), self.case))
        asked = (signature(function).parameters for function in functions)
        case = [self.case] if isinstance(self.case, str) and self.case else []
        inner = (part.roles for part in self.inner.values())
        return tuple(dict.fromkeys(chain(case, self.blanks.values(), *asked, *inner)))

    def said_by(self, sentence: Callable[..., str]) -> Self:
        changed = super().said_by(sentence)
        changed.inner = {name: part.said_by(sentence) for name, part in self.inner.items()}
        return changed

    def said(self, *unit: int, **known: Term) -> str:
        """Return the sentence; of a quantity with several units it shows this one, or the first."""

        def own(of: Term) -> Term:
            return of[unit or (0,) * len(of.shape)] if of.shape else of

        def of(function: Callable[..., Any]) -> Any:  # noqa: ANN401 -- what it returns
            return function(**{role: known[role] for role in signature(function).parameters})

        filled = {name: of(function) for name, function in self.made.items()}
        for name, part in self.inner.items():
            filled[name] = part.said(*unit, **{role: known[role] for role in part.roles})
        for blank, role in self.blanks.items():
            end = _END.search(blank)
            number = known[role].at(0 if end[1] == "first" else -1) if end else known[role]
            filled[blank] = self.form(own(number), self.digits)
        *others, text = (line.format(**filled) for line in self.words.values())
        if self.case and not callable(self.case):
            return among(1 + own(known[self.case]), [*others, text])
        conditions = tuple(of(self.case)) if callable(self.case) else ()
        if len(conditions) != len(others):
            raise DataError(
                f"{len(others) + 1} lines need {len(others)} conditions, one for each but the "
                f'last, "{text:.40}", but their case returns {len(conditions)}.'
            )
        for condition, other in reversed([*zip(conditions, others, strict=True)]):
            text = either(condition, other, text)
        return text


def plain(of: Term, _: int = 0) -> str:
    """Return a number or a text as its cell shows it, as a form for `Told`."""
    return f"{of}"


class Lines(Sentence):
    """Sentences below each other, each about the unit of its line.

    Parameters
    ----------
    sentences : sequence of Sentence
        The sentence of each line.
    """

    def __init__(self, sentences: Sequence[Sentence]) -> None:
        self.sentences = tuple(sentences)
        self.roles = tuple(dict.fromkeys(chain(*(sentence.roles for sentence in sentences))))

    def said(self, line: int, **known: Term) -> str:
        sentence = self.sentences[line]
        return sentence.said(line, **{role: known[role] for role in sentence.roles})


class Complete(Sentence):
    """A sentence that is shown only if every cell of a table has a number.

    Parameters
    ----------
    sentence : Sentence
        The sentence to show.
    columns : tuple of str
        The roles of the table's columns, along ``row``.
    cells : int
        How many cells they have.
    missing : str
        The text if a number is missing, by default that of ``english``.
    along : tuple of str
        Further axes of the columns.
    """

    english = {"missing": "A number is missing in the data: fill in x and y in every row."}

    def __init__(
        self,
        sentence: Sentence,
        columns: tuple[str, ...],
        cells: int,
        missing: str = "",
        along: tuple[str, ...] = (),
    ) -> None:
        self.sentence, self.columns, self.cells = sentence, columns, cells
        self.missing, self.along = missing, ("row", *along)
        self.words = {"missing": missing} if missing else self.english
        self.optional = sentence.optional

    @property
    def roles(self) -> tuple[str, ...]:  # type: ignore[override]
        """The roles of the sentence and of the columns."""
        return tuple(dict.fromkeys((*self.sentence.roles, *self.columns)))

    def said(self, *unit: int, **known: Term) -> str:
        columns = [known[name].over(*self.along)[...] for name in self.columns]
        own = {name: term for name, term in known.items() if name in self.sentence.roles}
        text = self.sentence.said(*unit, **own)
        return either(count(*columns) < self.cells, self.words["missing"], text)

    def said_by(self, sentence: Callable[..., str]) -> Self:
        changed = copy(self) if self.missing else super().said_by(sentence)
        if self.sentence.english:
            changed.sentence = self.sentence.said_by(sentence)
        return changed
