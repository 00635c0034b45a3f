"""Number the classes of a data set and encode its labels."""

import unicodedata
from collections.abc import Sequence

import numpy as np

from xlnn.data.dataset import ReadOptions
from xlnn.data.messages import named_apart, short
from xlnn.data.numbers import is_number
from xlnn.errors import DataError

MOST_CLASSES = 1_000
"""Each class is an output with its own columns; the largest networks in use tell 1,000 apart."""


def name(text: str, where: str) -> str:
    """Return a name without surrounding blanks, in composed Unicode (NFC).

    A text such as ``=1+1`` is a name like any other: it is written as text, never as a formula.

    Raises
    ------
    DataError
        It is empty or contains control characters.
    """
    text = unicodedata.normalize("NFC", text.strip())
    if not text:
        raise DataError("{where}: the label is empty; write a word or a number.", where=where)
    if not text.isprintable():
        raise DataError(
            f'{where}: the label "{short(text)}" holds a character that cannot be printed; '
            "remove it."
        )
    return text


def as_whole(names: Sequence[str]) -> list[str]:
    """Return labels without the ".0" that programs append to whole numbers, if all are whole.

    >>> as_whole(["1.0", "2.000e+00"]), as_whole(["1.5", "2.0"]), as_whole(["007", "1"])
    (['1', '2'], ['1.5', '2.0'], ['007', '1'])
    """
    kinds = dict.fromkeys(names, "")
    for kind in kinds:
        value = float(kind) if is_number(kind) else np.nan
        if not abs(value) < 2**53 or value != np.trunc(value):
            return list(names)
        kinds[kind] = str(int(value)) if {".", "e", "E"} & set(kind) else kind
    return [kinds[kind] for kind in names]


def ordered(names: Sequence[str], wanted: Sequence[str]) -> tuple[str, ...]:
    """Return the classes as wanted if these include all, else by number, else as they appear.

    >>> ordered(["10", "9", "10"], wanted=())
    ('9', '10')
    >>> ordered(["cat", "dog"], wanted=["dog", "cat"])
    ('dog', 'cat')
    """
    known = tuple(dict.fromkeys(names))
    if set(known) <= set(wanted):
        return tuple(label for label in dict.fromkeys(wanted) if label in known)
    if all(is_number(label) for label in known):
        return tuple(sorted(known, key=lambda label: (float(label), label)))
    is_truth = {label.lower() for label in known} == {"false", "true"}
    return tuple(sorted(known, key=str.lower)) if is_truth else known


def one_hot(
    names: Sequence[str], reading: ReadOptions, where: str, hint: str = ""
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return targets (one-hot) from labels.

    Parameters
    ----------
    names : sequence of str
        The label of each sample; one that is too long for a heading is cut.
    reading : ReadOptions
        Its ``labels`` give the order of the classes, if they have all of them.
    where : str
        The file, as a message names it.
    hint : str
        What to do if these are not labels.

    Returns
    -------
    t : array, shape (samples, classes)
        1 for the class of the sample, else 0.
    labels : tuple of str
        The classes in the order of the outputs.

    Raises
    ------
    DataError
        There are too few classes or too many, or more numbers than allowed without ``large``.
    """
    kinds = [*dict.fromkeys(names)]
    check_count(kinds, where, hint)
    reading.check_count(where, len(names), len(names) * len(kinds))
    shown = dict(zip(kinds, named_apart(kinds), strict=True))
    names = [shown[name] for name in names]
    labels = ordered(names, reading.labels)
    column = {label: number for number, label in enumerate(labels)}
    t = np.zeros((len(names), len(labels)))
    t[np.arange(len(names)), [column[label] for label in names]] = 1
    return t, labels


def check_count(labels: Sequence[str], where: str, hint: str = "") -> None:
    """Refuse too few or too many classes.

    Raises
    ------
    DataError
        There is one class, or so many that they cannot be classes.
    """
    if len(labels) < 2:
        raise DataError(
            '{where}: all have the label "{label}"; at least 2 classes are needed.{hint}',
            where=where,
            label=labels[0],
            hint=hint,
        )
    if len(labels) > MOST_CLASSES:
        raise DataError(
            "{where}: {count} different labels were found, and at most {most} classes are read. If "
            "the numbers are to be predicted, name the target columns.{hint}",
            where=where,
            count=f"{len(labels):,}",
            most=f"{MOST_CLASSES:,}",
            hint=hint,
        )
