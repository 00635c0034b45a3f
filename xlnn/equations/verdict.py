"""The class or number that a network predicts, whether it is right, and the confusion matrix.

Classes are counted from 1, as MATCH counts. Of equal outputs the first wins, both in MATCH and in
argmax. Outputs that differ by less than 1e-12 are equal to the MATCH of some engines but not to
NumPy, so either class is accepted.

Shapes of the confusion matrix: truth and answer (samples,), numbers of classes from 1; labels
(classes,). Ties between outputs were decided when the answer was computed.

Shapes of a regression: a, t and off (samples, outputs), middle and factor (outputs,). The network
learns targets t = (y - middle) factor, as it sees inputs that are scaled.
"""

import numpy as np

from xlnn.axis import SAMPLES
from xlnn.equation import Cells, Choice, Equation, Sentence, Stated
from xlnn.equations.dense import counted, place_in, place_of
from xlnn.equations.elementary import mean, root_mean_square, total
from xlnn.equations.lookup import entry, entry_of, flat, looked_up
from xlnn.slices import Slice, chosen, first_largest
from xlnn.terms import Term, either, function

EQUAL = 12
"""How far apart two outputs may be, relative to max(1, the larger), to count as equal."""


class LargestUnit(Equation):
    """The number of the unit with the largest value, from 1.   Book: 3-3."""

    reads_as_stated = discontinuous = True
    one_hot = ("a",)

    def array(self, a: np.ndarray) -> np.ndarray:
        """Return the class of each sample, shape (samples,)."""
        return a.argmax(axis=1) + 1

    def cell(self, a: Cells) -> str:
        return "=" + place_of(f"MAX({a[:]})", a[:], always=True)

    def block(self, a: Slice) -> str:
        """Return the array formula of all samples."""
        return f"={first_largest(a, [*map(str, range(1, a.shape[0] + 1))])}"

    def ties(self, got: np.ndarray, tolerance: float, a: np.ndarray) -> np.ndarray:
        """Return for which samples the output of the class is as large as the largest."""
        return _within(-a, got, tolerance)


class ClassOfTargets(LargestUnit):
    """The number of the unit with the largest target, from 1.   Book: 3-3.

    MATCH does not find an empty cell, which counts as 0 in training: if all targets are 0 or empty,
    the number is 1.
    """

    block = None

    def cell(self, a: Cells) -> str:
        if ":" not in a[:]:
            return super().cell(a)
        return f"=IF(SUMSQ({a[:]})=0,1,{super().cell(a)[1:]})"


class Tied(Equation):
    """1 if the two largest values agree to 12 digits, so the answer is undecided; otherwise 0."""

    reads_as_stated = discontinuous = True

    def array(self, a: np.ndarray) -> np.ndarray:
        """Return 0 or 1, shape (1,), from the outputs or targets of one sample."""
        *_, second, largest = np.sort(a, axis=None)
        is_tied = largest - second <= max(1.0, abs(largest)) / 10**EQUAL
        return np.array([np.nan if np.isnan(largest) else float(is_tied)])

    def cell(self, a: Cells) -> str:
        cells = a[...]
        within = f"MAX(1,ABS(MAX({cells})))/10^{EQUAL}"
        second = f"IFERROR(LARGE({cells},2),0)"  # empty targets are 0
        return f"=IF(MAX({cells})-{second}<={within},1,0)"


LABEL_OF = Choice(
    lambda answer, labels: entry(labels, answer),
    lambda answer, labels: looked_up(labels[:], answer[()]),
    says="The label of a class: which digit was recognised.",
    block=lambda answer, labels: f"={chosen(str(answer), labels.units)}",
)


def label_number(*, is_text: bool) -> Stated:
    """Return the equation of the number of a chosen label.

    With ``is_text``, labels are compared as texts, since a program may turn a text into a number.
    """
    text = '&""' if is_text else ""
    return Choice(
        lambda chosen, labels: place_in(
            np.char.lower(labels.astype(str)), str(chosen).lower()
        ).clip(1),
        lambda chosen, labels: "={}1{}".format(
            "".join(
                f"IF({chosen[()]}{text}={labels[k]}{text},{k + 1}," for k in range(labels.shape[0])
            ),
            ")" * labels.shape[0],
        ),
        says="The number of the class whose label was chosen, from 1; 1 if none was.\n\n"
        "Differs from MATCH: a label such as ``a*`` is not a pattern. Upper and lower case are "
        "equal, as with = in a cell.",
    )


reads_as = function(
    lambda one, other: float(str(one).lower() == str(other).lower()),
    lambda one, other: f'{one}&""={other}&""',
)
"""Whether two cells show the same text, regardless of upper and lower case."""


RIGHT = Choice(
    lambda answer, truth: np.where(answer == truth, 1.0, 0.0),
    "=IF({answer}={truth},1,0)",
    says="1 where the network recognised the sample, else 0.",
)

COUNTED = {"reads_as_stated": True, "discontinuous": True, "number_format": "0"}
"""The fields of an equation that counts recognised samples, as a `Choice` has them."""

RECOGNISED = total(*SAMPLES).restated("right", **COUNTED, says="How many samples were recognised.")

ACCURACY = mean(*SAMPLES).restated(
    "right",
    **COUNTED,
    says="The share of the samples that were recognised in an epoch.",
)

MEAN_COST = mean(*SAMPLES).restated("C", says="The mean of C over the samples.")


class Least(Equation):
    """Which entry along an axis is the smallest; the first of equal ones.

    Parameters
    ----------
    along : str
        The name or family of the axis.
    first : int
        The number of the first entry.
    """

    reads_as_stated = discontinuous = True
    number_format = "0"
    usage = "of (row) → (): the number of the first smallest entry along an axis."

    def __init__(self, along: str, first: int = 1) -> None:
        self.along, self.first = along, first

    def array(self, of: np.ndarray) -> np.ndarray:
        return np.asarray(float(of.argmin() + self.first))

    def cell(self, of: Cells) -> str:
        entries = of.over(self.along)[()]
        place = place_of(f"MIN({entries})", entries, always=True)
        return f"={place}" if self.first == 1 else f"={place}{self.first - 1:+d}"

    def ties(self, got: np.ndarray, tolerance: float, of: np.ndarray) -> np.ndarray:
        """Return whether the entry found is as small as the smallest."""
        return _within(of, got - self.first + 1, tolerance)


def first_all_right(samples: int) -> Stated:
    """Return the equation of the first epoch in which so many samples are recognised."""
    return Choice(
        lambda recognised: place_in(recognised, samples),
        lambda recognised: "=" + place_of(samples, recognised.epochs[()]),
        says="The first epoch in which every sample is recognised, counted from 1; 0 if no epoch "
        "is.",
    )


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


SCALED = Stated(
    lambda raw, middle, factor: ((raw.reshape(-1, len(middle)) - middle) * factor).reshape(
        raw.shape
    ),
    # the inputs may be shown as a picture; middle and factor are lists
    lambda *unit, raw, middle, factor: "=({}-{})*{}".format(
        raw[unit], *(of[flat(unit, raw.shape)] for of in (middle, factor))
    ),
    says="x_i = (raw_i - middle_i) factor_i.",
    block="=({raw}-{middle})*{factor}",
)

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

ROOT_MEAN_SQUARE = root_mean_square(*SAMPLES).restated(
    "off",
    says="The root of the mean squared error over the samples; large errors count for more.",
)

MEAN_ABSOLUTE = mean(*SAMPLES).restated("off", says="The mean absolute error over the samples.")

ENDS = Stated(
    lambda **rows: np.stack(
        [end(np.concatenate([*rows.values()]), axis=0) for end in (np.min, np.max)]
    ),
    lambda end, k, **rows: "={}({})".format(
        ("MIN", "MAX")[end], ",".join(cells.samples[k] for cells in rows.values())
    ),
    says="The smallest and the largest number among targets and predictions, on both axes.",
    repeats=True,
)
"""For each output, shape (2, outputs). The line between them is where both are equal."""


def counts(classes: int) -> Stated:
    """Return the equation of the confusion matrix: a row is a class, a column an answer."""
    numbers = range(1, classes + 1)
    return Choice(
        lambda truth, answer: np.array(
            [[((truth == i) & (answer == j)).sum() for j in numbers] for i in numbers], dtype=float
        ),
        lambda i, j, truth, answer: (
            "=COUNTIFS({0},{2},{1},{3})"
            if ":" in truth.samples[()]
            else "=IF(AND({0}={2},{1}={3}),1,0)"
        ).format(truth.samples[()], answer.samples[()], i + 1, j + 1),
        says="How many samples of each class were assigned to each class.",
    )


def of_class(classes: int) -> Stated:
    """Return the equation of the size of each class."""
    return Choice(
        lambda truth: (truth == np.arange(1, classes + 1)[:, np.newaxis]).sum(axis=1),
        lambda i, truth: "=" + counted(truth.samples[()], i + 1),
        says="How many samples there are of each class.",
    )


SHARE_RIGHT = Choice(
    lambda counts, total: np.where(
        total == 0, 0.0, np.diagonal(counts) / np.where(total == 0, 1, total)
    ),
    lambda i, counts, total: f"=IF({total[i]}=0,0,{counts[i, i]}/{total[i]})",
    says="The share of each class's samples classified correctly; 0 for a class without samples.",
)


def key(samples: int) -> Stated:
    """Return the equation by which misclassified samples are listed in their order."""
    return Choice(
        lambda number, truth, answer: np.where(
            np.isnan(answer), np.nan, np.where(answer == truth, 0.0, samples + 1 - number)
        ),
        f"=IF({{answer}}={{truth}},0,{samples + 1}-{{number}})",
        says="A number for each misclassified sample, larger for earlier ones; 0 for the others.",
    )


WRONG_RANK = Choice(
    lambda key: np.where(
        np.isnan(key), np.nan, np.where(key == 0, 0, np.searchsorted(np.sort(-key), -key) + 1.0)
    ),
    # Gnumeric saves RANK as another function, of a newer Excel; of a single sample none is larger
    lambda key: (
        '=IF({1}=0,0,1+COUNTIF({0},">"&{1}))' if ":" in key.samples[()] else "=IF({1}=0,0,1+0)"
    ).format(key.samples[()], key[()]),
    says="The place of each misclassified sample in the list, from 1; 0 for the others.",
)

COUNT_WRONG = Choice(
    lambda place: place.max(),
    # COUNTIF would skip an error, as if every sample were right
    lambda place: f"=MAX({place.samples[()]})",
    says="How many samples are misclassified: the last of their places.",
)


def wrong_at_rank(places: int) -> Stated:
    """Return the equation of the list of misclassified samples, with so many places."""
    return Choice(
        lambda place: place_in(place, np.arange(1, places + 1)[:, np.newaxis]),
        lambda n, place: "=" + place_of(n + 1, place.samples[()]),
        says="Which sample is at each place of the list; 0 if there are no more.",
    )


class LabelInList(Sentence):
    """The label of a listed sample's class, or of the class that it was assigned to."""

    repeats = True

    def said(self, n: int, *, image: Term, of: Term, labels: Term) -> str:
        label = entry_of(labels[:], entry_of(of.samples, image[n]))
        return either(image[n] == 0, "", f"{label}")
