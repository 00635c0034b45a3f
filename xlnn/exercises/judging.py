"""Judge each quantity of a submission on its own.

A quantity is judged alone in a consistent world: all other cells hold what NumPy has for the
world's inputs, and only its own keep the student's formulas, with the student's own steps beside
the quantities. So one mistake costs one mark, a number typed upstream helps nobody, and every
formula that gives the right values is right, but for one that is a number in other words
(`xlnn.exercises.constant_formulas`). The worlds are the file's own inputs and some random
ones.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xlnn import reference
from xlnn.checking.comparison import apart
from xlnn.checking.implicit_intersection import intersection
from xlnn.checking.probe import probe_arrays
from xlnn.engines import Allowance
from xlnn.engines import scenarios as worlds_engine
from xlnn.engines.custom_functions import functions_of
from xlnn.engines.scenarios import Found, Place, Task
from xlnn.errors import EngineError
from xlnn.exercises.constant_formulas import Constants
from xlnn.exercises.submission import Submission
from xlnn.grid import CellError
from xlnn.loading.arrays import write_values
from xlnn.quantity import Quantity
from xlnn.xlsx.guard import FUNCTIONS
from xlnn.xlsx.range_shapes import Unlike, unlike

TOLERANCE = 1e-9
"""Relative to the size of the terms: another route to the same value rounds otherwise, and the
smallest mistake that `make grading` plants is a million times larger."""

PROBES = 3
"""Random worlds besides the file's own."""

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class World:
    """What all cells hold for some inputs.

    Attributes
    ----------
    arrays : dict of arrays
        NumPy's run.
    """

    arrays: Arrays


@dataclass(frozen=True)
class Judged:
    """What was found of one quantity.

    Attributes
    ----------
    quantity : Quantity
    formulas : dict
        The student's formulas, by index.
    typed : dict
        What stands without a formula, by index.
    wrong : array of bool
        Of the quantity's shape; False where a part is given.
    got : tuple of dict
        What the cells give, by index, for each of the worlds.
    worlds : tuple of World
        Those in which it was asked for: of what reads as stated, the first alone.
    reads_one : dict
        Formulas of which Excel takes one cell of a range, by index: the range.
    unlike : dict
        The ranges of unlike shape that formulas pair, by index.
    circular : array of bool
        Of the quantity's shape: what leads back to its own cell, so that it is wrong all the same.
    constant : set of indices
        Formulas that lead to no cell of any quantity, as those stated do: wrong all the same.
    """

    quantity: Quantity
    formulas: Mapping[tuple[int, ...], str]
    typed: Mapping[tuple[int, ...], object]
    wrong: np.ndarray
    got: tuple[Mapping[tuple[int, ...], Found], ...]
    worlds: tuple[World, ...]
    reads_one: Mapping[tuple[int, ...], str]
    unlike: Mapping[tuple[int, ...], Unlike]
    circular: np.ndarray
    constant: AbstractSet[tuple[int, ...]] = frozenset()

    @cached_property
    def is_empty(self) -> bool:
        """Whether nothing was filled in."""
        return not self.formulas and not self.typed

    def right(self, unit: tuple[int, ...]) -> bool:
        """Tell whether a unit is right in every row."""
        rows = (slice(None),) * len(self.quantity.axes)
        return not self.wrong[(*rows, *unit)].any()


def worlds(submitted: Submission, seed: int, probes: int = PROBES) -> tuple[list[World], bool]:
    """Return the worlds in which a submission is judged.

    Returns
    -------
    list of World
        The first is that of the file's own inputs, unless one of them is no number; then there is
        a random one, whatever was asked.
    bool
        Whether it is.
    """
    layout = submitted.layout
    own = submitted.inputs
    usable = all(
        all(isinstance(entry, str) for entry in array.ravel())
        if layout.model[name].is_text
        else bool(np.isfinite(array).all()) and _is_choice(layout.model[name], array)
        for name, array in own.items()
    )
    drawn = [
        probe_arrays(layout.model, seed, number)
        for number in range(probes if usable else max(probes, 1))
    ]
    blank = {
        name: np.full(array.shape, "?", dtype=object)
        if layout.model[name].is_text
        else np.nan_to_num(array)
        for name, array in own.items()
    }
    inputs = ([own] if usable else []) + [{**blank, **each} for each in drawn]
    return [World(reference.run(layout.model, each)) for each in inputs], usable


def _is_choice(quantity: Quantity, array: np.ndarray) -> bool:
    if not quantity.choices:
        return True
    least, most = quantity.choices
    return bool(((array >= least) & (array <= most) & (array == np.round(array))).all())


def judged(submitted: Submission, seed: int, probes: int = PROBES) -> tuple[list[Judged], bool]:
    """Judge each quantity that was to be filled in.

    Returns
    -------
    list of Judged
    bool
        Whether the file's own inputs could be used.
    """
    is_sure = submitted.as_stated.issuperset(quantity.name for quantity in submitted.blanks)
    every, usable = worlds(submitted, seed, 0 if is_sure else probes)
    filled = {quantity.name: _filled(submitted, quantity) for quantity in submitted.blanks}
    tasks = {
        quantity.name: _task(submitted, quantity, filled[quantity.name])
        for quantity in submitted.blanks
    }
    answers = _answers(submitted, every, tasks)
    results, constants = [], Constants(submitted)
    names = {name.casefold(): text for name, text in submitted.contents.names.items()}
    for quantity in submitted.blanks:
        formulas, typed = filled[quantity.name]
        places = dict(submitted.places(quantity))
        got = tuple(dict(zip(places, found, strict=True)) for found in answers[quantity.name])
        once, pairs, constant = {}, {}, frozenset[tuple[int, ...]]()
        if quantity.name not in submitted.as_stated:
            constant = constants.of(quantity, formulas, got)
            once = {
                index: one
                for index, text in formulas.items()
                if places[index] not in submitted.arrays and (one := _reads_one(text))
            }
            pairs = {
                index: pair for index, text in formulas.items() if (pair := unlike(text, names))
            }
        wrong = np.zeros(quantity.lengths, dtype=bool)
        asked_in = tuple(every[: len(got)])
        for world, values in zip(asked_in, got, strict=True):
            wrong |= wrong_in(submitted, quantity, world, values)
        for index in places:
            wrong[index] |= index not in formulas or index in once or index in constant
            wrong[index] |= index in pairs
        none = np.zeros_like(wrong)
        results.append(
            Judged(quantity, formulas, typed, wrong, got, asked_in, once, pairs, none, constant)
        )
    return results, usable


def _answers(
    submitted: Submission, every: Sequence[World], tasks: Mapping[str, Task]
) -> dict[str, list[list[Found]]]:
    """Return what the task of each quantity comes to, in each world.

    What reads as the workbook states it is right in all of them, and asked for in the first alone.
    """
    unsure = {name: task for name, task in tasks.items() if name not in submitted.as_stated}
    first, *others = every
    rounds = [(first, tasks), *((world, unsure) for world in others)]
    found = asked(submitted, [(world, list(some.values())) for world, some in rounds])
    answers: dict[str, list[list[Found]]] = {name: [] for name in tasks}
    for (_, some), values in zip(rounds, found, strict=True):
        for name, each in zip(some, values, strict=True):
            answers[name].append(each)
    return answers


def _filled(
    submitted: Submission, quantity: Quantity
) -> tuple[dict[tuple[int, ...], str], dict[tuple[int, ...], object]]:
    formulas, typed = {}, {}
    for index, place in submitted.places(quantity):
        if place in submitted.formulas:
            formulas[index] = submitted.formulas[place]
        elif place in submitted.typed:
            typed[index] = submitted.typed[place]
    return formulas, typed


def _task(
    submitted: Submission,
    quantity: Quantity,
    filled: tuple[dict[tuple[int, ...], str], dict[tuple[int, ...], object]],
) -> Task:
    formulas, typed = filled
    places = dict(submitted.places(quantity))
    return Task(
        formulas={places[index]: text for index, text in formulas.items()},
        constants={
            place: typed.get(index) for index, place in places.items() if index not in formulas
        },
        wanted=tuple(places.values()),
    )


def asked(
    submitted: Submission, questions: Sequence[tuple[World, Sequence[Task]]]
) -> list[list[list[Found]]]:
    """Let the tasks be computed in their worlds, within limits of time and memory."""
    contents = submitted.contents
    size = contents.formula_count * max(1, len(submitted.blanks))
    ask = worlds_engine.beside(contents.path, Allowance.of_size(size, contents.box))
    answers = []
    try:
        for world, tasks in questions:
            titles = _read_by(tasks, submitted)
            values = write_values(submitted.layout, world.arrays)
            answers.append(
                ask(
                    {
                        "sheets": contents.sheets,
                        "beside": _beside(submitted, titles),
                        "formulas": submitted.helpers,
                        "tasks": list(tasks),
                        "values": {title: values[title] for title in titles if title in values},
                    }
                )
            )
    finally:
        ask.cancel()
    return answers


def _read_by(tasks: Sequence[Task], submitted: Submission) -> set[str]:
    """Return the sheets that tasks may read: those that a formula names, and their own."""
    own = {place[0] for task in tasks for place in task.wanted}
    own |= {place[0] for place in submitted.helpers}
    texts = [text for task in tasks for text in task.formulas.values()]
    said = "\n".join((*texts, *submitted.helpers.values())).casefold()
    named = (t for t in submitted.contents.sheets if t.replace("'", "''").casefold() in said)
    return own.union(named)


def _beside(submitted: Submission, titles: set[str]) -> dict[Place, float | str | bool]:
    """Return what is typed into some sheets outside all quantities."""
    return {
        place: value
        for place, value in submitted.typed.items()
        if place[0] in titles and place not in submitted.owned and not isinstance(value, CellError)
    }


def _reads_one(formula: str) -> str:
    """Return the range of which Excel would take one cell.

    Which arguments of a function take a range is known of those in a workbook of ours alone.
    """
    if functions_of(formula) - FUNCTIONS:
        return ""
    try:
        return intersection(formula, {}) or ""
    except (EngineError, ValueError):
        return ""


def wrong_in(
    submitted: Submission, quantity: Quantity, world: World, values: Mapping[tuple[int, ...], Found]
) -> np.ndarray:
    """Tell which entries are not what NumPy has for the world."""
    expected = world.arrays[quantity.name]
    if quantity.is_text:
        wrong = np.zeros(quantity.lengths, dtype=bool)
        for index, value in values.items():
            known = value if quantity.is_sentence else expected[index]
            wrong[index] = not isinstance(value, str) or value != known
        return wrong
    got = np.array(expected, dtype=float)
    for index, value in values.items():
        # Excel's sums of cells leave truth values out
        is_number = isinstance(value, float | int) and not isinstance(value, bool | CellError)
        got[index] = float(value) if is_number else np.nan
    model, arrays = submitted.layout.model, {**world.arrays, quantity.name: got}
    off = apart(got, expected)
    if not (off <= TOLERANCE).all():
        with np.errstate(all="ignore"):
            off = apart(got, expected, reference.terms(model, quantity, world.arrays))
    if not (off <= TOLERANCE).all():
        off = np.where(reference.ties(model, quantity, arrays, TOLERANCE), 0.0, off)
    return ~(off <= TOLERANCE) & ~(np.isnan(expected) & np.isnan(got))
