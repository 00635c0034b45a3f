"""The confusion matrix of one epoch, and the list of misclassified samples.

Shapes: truth and answer (samples,), numbers of classes from 1; labels (classes,). Ties between
outputs were decided when the answer was computed.
"""

import numpy as np

from xlnn.equations.dense import counted, place_of
from xlnn.equations.lookup import looked_up
from xlnn.equations.number import general_text
from xlnn.equations.wording import filled
from xlnn.quantity import Cells, Equation, Sentence, Stated


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
        classes, answers = truth.images[()], answer.images[()]
        if ":" in classes:
            return f"=COUNTIFS({classes},{i + 1},{answers},{j + 1})"
        return f"=IF(AND({classes}={i + 1},{answers}={j + 1}),1,0)"


class OfClass(Equation):
    """How many samples there are of each class."""

    coarse = jumps = True

    def __init__(self, classes: int) -> None:
        self.classes = classes

    def array(self, truth: np.ndarray) -> np.ndarray:
        """Return the numbers, shape (classes,)."""
        return (truth == np.arange(1, self.classes + 1)[:, np.newaxis]).sum(axis=1)

    def cell(self, i: int, truth: Cells) -> str:
        return "=" + counted(truth.images[()], i + 1)


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
        larger = f'COUNTIF({key.images[()]},">"&{key[()]})' if self.samples > 1 else "0"
        return f"=IF({key[()]}=0,0,1+{larger})"


COUNT_WRONG = Stated(
    lambda place: place.max(),
    # COUNTIF would skip an error, as if every sample were right
    lambda place: f"=MAX({place.images[()]})",
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
        return "=" + place_of(n + 1, place.images[()])


class LabelInList(Sentence):
    """The label of a listed sample's class, or of the class that it was assigned to."""

    repeats = True

    def text(self, n: int, *, image: np.ndarray, of: np.ndarray, labels: np.ndarray) -> str:
        number = int(image[n])
        return general_text(labels[int(of[number - 1]) - 1]) if number else ""

    def cell(self, n: int, image: Cells, of: Cells, labels: Cells) -> str:
        number, classes = _entry(of.images[()], image[n]), labels[:]
        return f'=IF({image[n]}=0,"",{_entry(classes, number)}&"")'


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

    def text(self, *, wrong: float) -> str:
        none, some, many = self.words
        line = none if wrong == 0 else many if wrong > self.places else some
        return line.format(wrong=int(wrong), more=int(wrong) - self.places)

    def cell(self, wrong: Cells) -> str:
        shown = {"wrong": wrong[()], "more": f"({wrong[()]}-{self.places})"}
        none, some, many = (filled(line, **shown) for line in self.words)
        return f"=IF({wrong[()]}=0,{none},IF({wrong[()]}>{self.places},{many},{some}))"


def _entry(cells: str, number: str) -> str:
    """Return one of several cells; a single cell, which is not a range, as it is."""
    return looked_up(cells, number).removeprefix("=")
