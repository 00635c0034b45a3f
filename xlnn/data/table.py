"""Make a data set from a table: labels and pixels, or inputs and targets."""

from collections.abc import Sequence
from itertools import compress

import numpy as np

from xlnn.data.classes import as_whole, name, one_hot
from xlnn.data.dataset import (
    ENOUGH,
    Dataset,
    ReadOptions,
    data_told,
    doubt,
    labels_told,
    many_kinds,
    summing,
    targets_told,
)
from xlnn.data.messages import listed
from xlnn.data.numbers import rounded
from xlnn.data.pictures import name_pixels, picture_of
from xlnn.data.preprocessing import IncompleteRows, filled
from xlnn.data.rows import Table
from xlnn.data.survey import Survey
from xlnn.data.words import counts_rows, is_unlabelled, kept_words, unlike
from xlnn.errors import DataError, Message

NUMBERING = Message("which numbers the rows"), Message("which number the rows")
CONSTANT = Message("the same in all rows"), Message("each the same in all rows")
"""Why an input is left out, or several."""

ELSEWHERE = " If the labels are in another column, add --label last, or the column."
"""What to do if the first column does not hold the labels."""


def from_table(table: Table, reading: ReadOptions) -> Dataset:
    """Make a data set from a table.

    Raises
    ------
    DataError
        It cannot be read; the message names row and column.
    """
    survey = Survey(table, reading)
    here, notes, names = survey.roles, table.notes, _labels(survey)
    x, t = survey.arrays()
    holed = IncompleteRows(
        where=table.name,
        row=table.row,
        rows=survey.numbers,
        headings=[column.heading for column in survey.every for _ in column.features],
        x=x,
        t=t,
        unlabelled=survey.unlabelled,
    )
    features = [one for column in survey.inputs for one in column.features]
    if not here.given:
        features = [f"x{feature[1:]}" for feature in features]
    out = np.array([counts_rows(*named_column) for named_column in zip(features, x.T, strict=True)])
    x, kept, treated = filled(holed, reading.missing)
    absent = dict(zip(features, np.isnan(holed.x[kept]).T, strict=True))
    every, names = x, as_whole([*compress(names, kept)])
    is_free = len(x) >= ENOUGH and not (reading.columns or reading.features or reading.bare)
    if is_free and not out.all():
        features, x = _without(table.name, out, NUMBERING, features, x, notes)
    picture, headings = None, features if here.given else ()
    if not here.targets and (name_pixels(headings) or survey.is_plain):
        picture = picture_of(x, headings, reading, table.name, is_named=bool(reading.label))
    if picture:
        features = []
    elif is_free:
        out = (x == x[:1]).all(axis=0)
        features, x = _without(table.name, out, CONSTANT, features, x, notes)
    t, labels, end = _outputs(survey, reading, names, t[kept], every)
    if not picture:
        more = summing(every)
        end = Message("{end}{more}", end=end, more=more if end else more.removeprefix("; "))
    if here.label is not None and len(unlike(labels)) < len(labels):
        notes.append(
            f"{table.name}: labels that differ only in capitals are different classes; if they "
            "mean the same, write them alike."
        )
    return Dataset(
        x=rounded(x),
        t=t,
        labels=labels,
        picture=picture,
        features=tuple(features),
        is_regression=here.label is None,
        told=(
            Message(
                "{file}: {what}.", file=table.name, what=data_told(len(x), picture, features, end)
            ),
            *notes,
            *treated,
        ),
        missing=reading.missing if treated else "",
        words=kept_words((c.words for c in survey.inputs if c.words), features),
        imputed=np.stack([absent[feature] for feature in features], axis=1) if features else None,
    )


def _outputs(
    survey: Survey, reading: ReadOptions, names: Sequence[str], t: np.ndarray, x: np.ndarray
) -> tuple[np.ndarray, tuple[str, ...], str]:
    """Return the targets, the names of the outputs, and what to tell about them."""
    here, name = survey.roles, survey.table.name
    if here.targets:
        labels = tuple(here.headings[n] for n in here.targets)
        return rounded(t), labels, targets_told(labels, t)
    if here.label is None:
        beside = [here.where(n) for n in range(len(here.headings)) if n not in here.inputs]
        return t, (), f"no input: {listed(beside)}" if beside else ""
    t, labels = one_hot(names, reading, name, "" if reading.label else ELSEWHERE)
    end = labels_told(labels, t, Message("in {name}", name=here.where(here.label)))
    more = many_kinds(names, labels) if reading.label else doubt(names, x)
    return t, labels, Message("{end}{more}", end=end, more=more)


def _labels(survey: Survey) -> list[str]:
    """Return the label of each row; [] if there are no labels."""
    table, names = survey.table, {}
    for row, label in zip(survey.numbers, survey.labels, strict=False):
        if label in names:
            continue
        where = f"{table.name}, {table.row} {row}"
        if is_unlabelled(label):
            raise DataError(
                "{where}: the label is {label}; write a word or a number, or leave such {row}s out "
                "with --missing drop.",
                where=where,
                label=label or Message("empty"),
                row=Message(table.row),
            )
        names[label] = name(label, where)
    return [names[label] for label in survey.labels]


def _without(  # noqa: PLR0913, PLR0917 -- the inputs, and the note about them
    name: str,
    out: np.ndarray,
    why: tuple[str, str],
    features: list[str],
    x: np.ndarray,
    notes: list[str],
) -> tuple[list[str], np.ndarray]:
    """Return the inputs without some of them, unless these are all, and add a note."""
    names = f"{listed(compress(features, out), most=6)}" if out.any() else ""
    reason = why[int(out.sum() > 1)]
    if out.all():
        notes.append(f"{name}: {names}: {reason}, so there is nothing to learn from.")
    elif names:
        known = {"file": name, "names": names, "why": reason}
        notes.append(
            Message("{file}: left out {names}, {why}; --columns names those to keep.", **known)
        )
        return [*compress(features, ~out)], x[:, ~out]
    return features, x
