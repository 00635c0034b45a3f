"""The class or number that a network predicts, whether it is right, and the confusion matrix.

Classes are counted from 1, as MATCH counts. Of equal outputs the first wins, both in MATCH and in
argmax. Outputs that differ by less than 1e-12 are equal to the MATCH of some engines but not to
NumPy, so either class is accepted.

Shapes of the confusion matrix: truth and answer (samples,), numbers of classes from 1; labels
(classes,). Ties between outputs were decided when the answer was computed.

Shapes of a regression: a, t and off (samples, outputs), middle and factor (outputs,). The network
learns targets t = (y - middle) factor, as it sees inputs that are scaled.
"""

from math import prod

import numpy as np

from xlnn.equations.dense import counted, place_of
from xlnn.equations.lookup import entries, entry_of, flat, looked_up
from xlnn.quantity import Cells, Equation, Sentence, Stated
from xlnn.terms import Term, either, function

EQUAL = 12
"""How far apart two outputs may be, relative to max(1, the larger), to count as equal."""


class LargestUnit(Equation):
    """The number of the unit with the largest value, from 1.   Book: 3-3."""

    coarse = jumps = True
    one_hot = ("a",)

    def array(self, a: np.ndarray) -> np.ndarray:
        """Return the class of each sample, shape (samples,)."""
        return a.argmax(axis=1) + 1

    def cell(self, a: Cells) -> str:
        return "=" + place_of(f"MAX({a[:]})", a[:], always=True)

    def ties(self, got: np.ndarray, tolerance: float, a: np.ndarray) -> np.ndarray:
        """Return for which samples the output of the class is as large as the largest."""
        return _within(-a, got, tolerance)


class Tied(Equation):
    """1 if the two largest values agree to 12 digits, so the answer is undecided; otherwise 0."""

    coarse = jumps = True

    def array(self, a: np.ndarray) -> np.ndarray:
        """Return 0 or 1, shape (1,), from the outputs or targets of one sample."""
        *_, second, largest = np.sort(a, axis=None)
        is_tied = largest - second <= max(1.0, abs(largest)) / 10**EQUAL
        return np.array([np.nan if np.isnan(largest) else float(is_tied)])

    def cell(self, a: Cells) -> str:
        cells = a[...]
        within = f"MAX(1,ABS(MAX({cells})))/10^{EQUAL}"
        return f"=IF(MAX({cells})-LARGE({cells},2)<={within},1,0)"


LABEL_OF = Stated(
    lambda answer, labels: entries(labels, answer),
    lambda answer, labels: looked_up(labels[:], answer[()]),
    says="The label of a class: which digit was recognised.",
    coarse=True,
    jumps=True,
)


class LabelNumber(Equation):
    """The number of the class whose label was chosen, from 1; 1 if none was.

    Differs from MATCH: a label such as ``a*`` is not a pattern. Upper and lower case are equal, as
    with = in a cell.

    Parameters
    ----------
    classes : int
    is_text : bool
        Whether the labels are texts; a program may still turn the choice into a number.
    """

    coarse = jumps = True

    def __init__(self, classes: int, *, is_text: bool) -> None:
        self.classes, self.is_text = classes, is_text

    def array(self, chosen: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Return the number."""
        alike = [str(label).lower() == str(chosen).lower() for label in labels]
        return np.asarray(float(alike.index(True) + 1 if True in alike else 1))

    def cell(self, chosen: Cells, labels: Cells) -> str:
        text = '&""' if self.is_text else ""
        tests = [f"IF({chosen[()]}{text}={labels[k]}{text},{k + 1}," for k in range(self.classes)]
        return f"={''.join(tests)}1{')' * self.classes}"


reads_as = function(
    lambda one, other: float(str(one).lower() == str(other).lower()),
    lambda one, other: f'{one}&""={other}&""',
)
"""Whether two cells show the same, whatever the capitals."""


class AskedLabel(Sentence):
    """What to type if no label was chosen; otherwise empty."""

    def __init__(self, words: str, classes: int) -> None:
        self.words, self.classes = words, classes

    def said(self, *, chosen: Term, labels: Term) -> str:
        said = self.words
        for k in reversed(range(self.classes)):
            said = either(reads_as(chosen, labels[k]), "", said)
        return said


RIGHT = Stated(
    lambda answer, truth: np.where(answer == truth, 1.0, 0.0),
    "=IF({answer}={truth},1,0)",
    says="1 where the network recognised the sample, else 0.",
    coarse=True,
    jumps=True,
)


class Recognised(Equation):
    """How many samples were recognised in an epoch."""

    coarse = jumps = True

    def array(self, right: np.ndarray) -> np.ndarray:
        """Return the number of samples, a number."""
        return right.sum()

    def cell(self, right: Cells) -> str:
        return f"=SUM({right.samples[()]})"


ACCURACY = Stated(
    lambda right: right.mean(),
    lambda right: f"=AVERAGE({right.samples[()]})",
    says="The share of the samples that were recognised in an epoch.",
    coarse=True,
    jumps=True,
)


MEAN_COST = Stated(
    lambda C: C.mean(),
    lambda C: f"=AVERAGE({C.samples[()]})",
    says="The mean of C over the samples.",
)


class SmallestEpoch(Equation):
    """The epoch with the smallest total cost, from 1; the first if equal."""

    coarse = jumps = True

    def array(self, C_T: np.ndarray) -> np.ndarray:
        """Return the epoch, a number."""
        return np.asarray(C_T.argmin() + 1.0)

    def cell(self, C_T: Cells) -> str:
        return "=" + place_of(f"MIN({C_T.epochs[()]})", C_T.epochs[()], always=True)

    def ties(self, got: np.ndarray, tolerance: float, C_T: np.ndarray) -> np.ndarray:
        """Return whether C_T is as small in that epoch."""
        return _within(C_T, got, tolerance)


class FirstAllRight(Equation):
    """The first epoch in which every sample is recognised, counted from 1; 0 if no epoch is."""

    coarse = jumps = True

    def __init__(self, samples: int) -> None:
        self.samples = samples

    def array(self, recognised: np.ndarray) -> np.ndarray:
        """Return the epoch, a number."""
        whole = recognised == self.samples
        return np.asarray(whole.argmax() + 1.0 if whole.any() else 0.0)

    def cell(self, recognised: Cells) -> str:
        return "=" + place_of(self.samples, recognised.epochs[()])


def _within(values: np.ndarray, chosen: np.ndarray, tolerance: float) -> np.ndarray:
    """Return where the chosen entry of the last axis, from 1, is the least apart from rounding.

    Engines compare with 15 digits, or treat numbers that differ by 1e-12 as equal.
    """
    count = values.shape[-1]
    is_one = (chosen >= 1) & (chosen <= count) & (chosen == np.round(chosen))
    position = np.where(is_one, chosen, 1).astype(int) - 1
    taken = np.take_along_axis(values, position[..., np.newaxis], axis=-1)[..., 0]
    least = values.min(axis=-1)
    return is_one & (taken - least <= tolerance * np.maximum(1, np.abs(least)))


class Scaled(Equation):
    """x_i = (raw_i - middle_i) factor_i.

    Parameters
    ----------
    shape : tuple of int
        The shape in which the inputs are shown; middle and factor are lists.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape

    def array(self, raw: np.ndarray, middle: np.ndarray, factor: np.ndarray) -> np.ndarray:
        """Return x, shape (samples, inputs ...)."""
        rows = raw.reshape(-1, prod(self.shape))
        return ((rows - middle) * factor).reshape(raw.shape)

    def cell(self, *unit: int, raw: Cells, middle: Cells, factor: Cells) -> str:
        number = flat(unit, self.shape)
        return f"=({raw[unit]}-{middle[number]})*{factor[number]}"


PREDICTED = Stated(
    # a may hold the first outputs only
    lambda a, middle, factor: middle[: a.shape[-1]] + a / factor[: a.shape[-1]],
    "={middle}+{a}/{factor}",
    says="y_k = middle_k + a_k / factor_k: an output in the units of its target.",
)


OFF = Stated(
    lambda a, t, factor=1.0: np.abs((a - t) / factor),
    lambda k, a, t, factor=None: (
        f"=ABS(({a[k]}-{t[k]})/{factor[k]})" if factor else f"=ABS({a[k]}-{t[k]})"
    ),
    optional=("factor",),
    says="|y_k predicted - y_k|: how far off the prediction is, in the units of the target.",
)
"""Computed as |a_k - t_k| / |factor_k|, without the middle, which may be far larger than the
difference. Targets that are not scaled have no factor."""


ROOT_MEAN_SQUARE = Stated(
    lambda off: np.sqrt((off**2).mean(axis=0)),
    lambda k, off: "=SQRT(SUMSQ({0})/COUNT({0}))".format(off.samples[k]),
    says="The root of the mean squared error over the samples; large errors count for more.",
)


MEAN_ABSOLUTE = Stated(
    lambda off: off.mean(axis=0),
    lambda k, off: f"=AVERAGE({off.samples[k]})",
    says="The mean absolute error over the samples.",
)


class Ends(Equation):
    """The smallest and the largest number among targets and predictions, on both axes.

    The line between them is where both are equal.

    Parameters
    ----------
    roles : tuple of str
        The roles of the targets and predictions.
    """

    repeats = True

    def __init__(self, roles: tuple[str, ...]) -> None:
        self.roles = roles

    def array(self, **rows: np.ndarray) -> np.ndarray:
        """Return both for each output, shape (2, outputs)."""
        everything = np.concatenate(list(rows.values()))
        return np.stack([everything.min(axis=0), everything.max(axis=0)])

    def cell(self, end: int, k: int, **rows: Cells) -> str:
        """Return the formula of one end, of output k."""
        ranges = ",".join(cells.samples[k] for cells in rows.values())
        return f"={('MIN', 'MAX')[end]}({ranges})"


class Counts(Equation):
    """How many samples of each class were assigned to each class."""

    coarse = jumps = True

    def __init__(self, classes: int) -> None:
        self.classes = classes

    def array(self, truth: np.ndarray, answer: np.ndarray) -> np.ndarray:
        """Return the numbers, shape (classes, classes): a row is a class, a column an answer."""
        numbers = np.arange(1, self.classes + 1)
        is_of, taken_for = (each == numbers[:, np.newaxis] for each in (truth, answer))
        return is_of.astype(float) @ taken_for.T

    def cell(self, i: int, j: int, truth: Cells, answer: Cells) -> str:
        classes, answers = truth.samples[()], answer.samples[()]
        if ":" in classes:
            return f"=COUNTIFS({classes},{i + 1},{answers},{j + 1})"
        return f"=IF(AND({classes}={i + 1},{answers}={j + 1}),1,0)"


def of_class(classes: int) -> Stated:
    """Return the equation of the size of each class."""
    return Stated(
        lambda truth: (truth == np.arange(1, classes + 1)[:, np.newaxis]).sum(axis=1),
        lambda i, truth: "=" + counted(truth.samples[()], i + 1),
        says="How many samples there are of each class.",
        coarse=True,
        jumps=True,
    )


SHARE_RIGHT = Stated(
    lambda counts, total: np.where(
        total == 0, 0.0, np.diagonal(counts) / np.where(total == 0, 1, total)
    ),
    lambda i, counts, total: f"=IF({total[i]}=0,0,{counts[i, i]}/{total[i]})",
    says="The share of each class's samples classified correctly; 0 for a class without samples.",
    coarse=True,
    jumps=True,
)


class Key(Equation):
    """A number for each misclassified sample, larger for earlier ones; 0 for the others."""

    coarse = jumps = True

    def __init__(self, samples: int) -> None:
        self.samples = samples

    def array(self, number: np.ndarray, truth: np.ndarray, answer: np.ndarray) -> np.ndarray:
        """Return the keys, shape (samples,)."""
        keys = np.where(answer == truth, 0.0, self.samples + 1 - number)
        return np.where(np.isnan(answer), np.nan, keys)

    def cell(self, number: Cells, truth: Cells, answer: Cells) -> str:
        return f"=IF({answer[()]}={truth[()]},0,{self.samples + 1}-{number[()]})"


class WrongRank(Equation):
    """The place of each misclassified sample in the list, from 1; 0 for the others."""

    coarse = jumps = True

    def __init__(self, samples: int) -> None:
        self.samples = samples

    def array(self, key: np.ndarray) -> np.ndarray:
        """Return the places, shape (samples,)."""
        larger = np.searchsorted(np.sort(-key), -key)
        return np.where(np.isnan(key), np.nan, np.where(key == 0, 0.0, larger + 1.0))

    def cell(self, key: Cells) -> str:
        # Gnumeric saves RANK as another function, of a newer Excel
        larger = f'COUNTIF({key.samples[()]},">"&{key[()]})' if self.samples > 1 else "0"
        return f"=IF({key[()]}=0,0,1+{larger})"


COUNT_WRONG = Stated(
    lambda place: place.max(),
    # COUNTIF would skip an error, as if every sample were right
    lambda place: f"=MAX({place.samples[()]})",
    says="How many samples are misclassified: the last of their places.",
    coarse=True,
    jumps=True,
)


class WrongAtRank(Equation):
    """Which sample is at each place of the list; 0 if there are no more.

    Parameters
    ----------
    places : int
        How many the list has.
    """

    coarse = jumps = True

    def __init__(self, places: int) -> None:
        self.places = places

    def array(self, place: np.ndarray) -> np.ndarray:
        """Return the numbers of the samples, shape (places,)."""
        taken = place == np.arange(1, self.places + 1)[:, np.newaxis]
        return np.where(taken.any(axis=1), taken.argmax(axis=1) + 1.0, 0.0)

    def cell(self, n: int, place: Cells) -> str:
        return "=" + place_of(n + 1, place.samples[()])


class LabelInList(Sentence):
    """The label of a listed sample's class, or of the class that it was assigned to."""

    repeats = True

    def said(self, n: int, *, image: Term, of: Term, labels: Term) -> str:
        label = entry_of(labels[:], entry_of(of.samples, image[n]))
        return either(image[n] == 0, "", f"{label}")


class Mistakes(Sentence):
    """How many samples are misclassified, and how many of them are not in the list.

    Parameters
    ----------
    words : (str, str, str)
        Sentences that none is, that ``{wrong}`` are, and that ``{more}`` of them are not in the
        list.
    places : int
        How many the list has.
    """

    def __init__(self, words: tuple[str, str, str], places: int) -> None:
        self.words, self.places = words, places

    def said(self, *, wrong: Term) -> str:
        shown = {"wrong": wrong, "more": wrong - self.places}
        none, some, many = (line.format(**shown) for line in self.words)
        return either(wrong == 0, none, either(wrong > self.places, many, some))
