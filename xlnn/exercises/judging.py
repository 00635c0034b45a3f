"""Judge each quantity of a submission on its own.

A quantity is judged alone in a consistent world: all other cells have NumPy's values for the
world's inputs, and only its own cells keep the student's formulas, along with the student's helper
cells outside the quantities. So one mistake costs one mark, typing numbers upstream does not help,
and every formula that gives the right values is right, except those that do not depend on any
quantity: a number inside a formula is a typed number. The worlds are the file's own inputs, some
random ones, and those at numbers that a formula compares with.
"""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain

import numpy as np
from openpyxl.utils import FORMULAE

from xlnn import reference
from xlnn.checking.comparison import relative_difference
from xlnn.checking.probe import probe_arrays
from xlnn.checking.references import CellRange, areas
from xlnn.engines import arrays as arrays_engine
from xlnn.engines import scenarios as scenarios_engine
from xlnn.engines.arrays import FAILED, is_error
from xlnn.engines.functions import functions_of, unknown
from xlnn.engines.scenarios import Found, Place, Task
from xlnn.exercises.array_formulas import reads_one
from xlnn.exercises.evaluation import Arrays, Engine, World, by_libreoffice, evaluated_tasks
from xlnn.exercises.submission import Submission
from xlnn.grid import CellError
from xlnn.layout import Layout
from xlnn.quantity import Constant, Model, Quantity
from xlnn.xlsx.guard import FUNCTIONS
from xlnn.xlsx.range_shapes import Unlike, parsed, unlike

TOLERANCE = 3e-11
"""Relative to the size of the terms. Equivalent formulas differ by up to 1e-12, and a number that
someone adds to a denominator to keep it from 0 is a power of ten: 1E-10 is always wrong, 1E-12
never, and rounding decides about none."""

PROBES = 3
"""Random worlds besides the file's own, and besides those of other sizes."""

SIZES = (100.0, 1e-4)
"""The factors of the inputs of further worlds, since a formula may be right only for numbers of
usual size. Errors there do not count, since an equivalent formula may overflow or divide by zero
earlier. The same holds for worlds whose inputs are all 0, or a number that a formula compares with,
where a branch may hide something else."""

COMPARED = 4
"""The most numbers of comparisons with a world of their own."""

_NUMBER = r"-?[0-9.]+(?:E[-+]?[0-9]+)?"
_COMPARED = re.compile(
    rf"[<>=]\s*({_NUMBER})(?![\w(:!])|(?<![\w.$:])({_NUMBER})\s*[<>=]", re.IGNORECASE
)
"""A number beside the sign of a comparison."""


@dataclass(frozen=True)
class JudgedQuantity:
    """The result of judging one quantity.

    Attributes
    ----------
    quantity : Quantity
    formulas : dict
        The student's formulas, by index.
    typed : dict
        Typed values, by index.
    wrong : array of bool
        Of the quantity's shape; False where a part is given.
    got : tuple of dict
        The values of the cells, by index, in each of the worlds.
    worlds : tuple of World
        The worlds in which it was computed: only the first if it reads as stated.
    reads_one : dict
        Ranges of which Excel would use one cell, by the index of the formula.
    unlike : dict
        Ranges of unlike shape that formulas pair, by index.
    circular : array of bool
        Of the quantity's shape: entries that depend on their own cell, and so are wrong.
    constant : set of indices
        Formulas that depend on no quantity although the stated ones do, and so are wrong.
    by_hand : set of indices
        Formulas that no engine computes.
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
    by_hand: AbstractSet[tuple[int, ...]] = frozenset()

    @cached_property
    def is_empty(self) -> bool:
        """Whether nothing was filled in."""
        return not self.formulas and not self.typed

    def right(self, unit: tuple[int, ...]) -> bool:
        """Return whether a unit is right in every row."""
        rows = (slice(None),) * len(self.quantity.axes)
        return not self.wrong[(*rows, *unit)].any()


def worlds(
    submitted: Submission,
    seed: int,
    probes: int = PROBES,
    selected: Mapping[str, np.ndarray] | None = None,
) -> list[World]:
    """Return the worlds in which a submission is judged.

    Parameters
    ----------
    submitted : Submission
    seed : int
    probes : int
        The number of random worlds besides the file's own; if any, there are those of other sizes
        and of comparisons, too.
    selected : dict
        The selectors' values when the exercise was handed out, by name; by default the current
        ones.

    Returns
    -------
    list of World
        The first has the file's own inputs, unless one of them is not a number; then there is at
        least one random world.
    """
    layout, model = submitted.layout, submitted.layout.model
    own = submitted.inputs
    chosen = {name: np.asarray(n) for name, n in (selected or {}).items() if _selects(layout, name)}
    draw = partial(probe_arrays, model, seed)
    fit = partial(_fitting, submitted, seed, own | chosen)
    if submitted.deleted & own.keys():
        own |= {name: a for name, a in fit(0, draw(0)).items() if name in submitted.deleted}
    usable = all(
        all(isinstance(entry, str) for entry in array.ravel())
        if model[name].is_text
        else bool(np.isfinite(array).all()) and _is_choice(model[name], array)
        for name, array in own.items()
    )
    drawn = [draw(number) for number in range(probes if usable else max(probes, 1))]
    extreme = []
    if probes:  # of four probes the third has only whole numbers
        extreme = [draw(number, size) for number, size in enumerate(SIZES, start=probes + 1)]
        extreme += [draw(0) | _all_of(model, n) for n in (0.0, *_compared_with(submitted))]
    inputs = [own] if usable else []
    inputs += [fit(number, each) for number, each in enumerate(drawn + extreme)]
    first = len(inputs) - len(extreme)
    with np.errstate(all="ignore"):
        runs = [reference.run(model, each) for each in inputs]
    return [World(run, n >= first, usable and n == 0) for n, run in enumerate(runs)]


def _fitting(submitted: Submission, seed: int, own: Arrays, number: int, drawn: Arrays) -> Arrays:
    """Return drawn inputs with the selectors kept, and one-hot targets where they are expected."""
    model = submitted.layout.model
    for name, array in own.items():
        quantity = model[name]
        if quantity.is_text:
            drawn[name] = np.full(array.shape, "?", dtype=object)
        elif name not in drawn:
            drawn[name] = np.nan_to_num(array)
        elif _selects(submitted.layout, name) and _is_choice(quantity, array):
            drawn[name] = array
    blanks = submitted.blanks  # an answer for the class of a target may rely on one-hot targets
    some = [q for q in model.quantities if q.equation and (q in blanks or not q.equation.coarse)]
    for name in {q.uses[role].name for q in some for role in q.equation.one_hot}:
        if name in drawn and _is_one_hot(own[name]):
            *rows, outputs = own[name].shape
            chosen = np.random.default_rng([seed, number]).integers(outputs, size=rows)
            drawn[name] = np.eye(outputs)[chosen]
    return drawn


def _compared_with(submitted: Submission) -> list[float]:
    """Return the first numbers other than 0 with which the student's formulas compare."""
    asked = [q for q in submitted.blanks if q.name not in submitted.as_stated]
    places = (place for quantity in asked for _, place in submitted.places(quantity))
    own = (submitted.formulas.get(place, "") for place in places)
    found: dict[float, None] = {}
    for text in (*own, *submitted.helpers.values()):
        for after, before in _COMPARED.findall(text[1:]):
            with suppress(ValueError):
                found[float(after or before)] = None
    return [number for number in found if number][:COMPARED]


def _all_of(model: Model, value: float) -> Arrays:
    """Return inputs that are all one number, except for zero matrices.

    A weighted input is then the number, too, since it is that of its bias.
    """
    return {
        q.name: np.full(q.input_lengths, 0.0 if len(q.input_lengths) - len(q.axes) > 1 else value)
        for q in model.inputs
        if not (q.is_text or q.choices or q.between or q.calms)
    }


def _selects(layout: Layout, name: str) -> bool:
    """Return whether an input is a selector."""
    quantity = layout.model.by_name.get(name)
    return quantity is not None and not quantity.lengths and quantity.choices is not None


def _is_one_hot(array: np.ndarray) -> bool:
    return bool(((array == 0) | (array == 1)).all() and (array.sum(axis=-1) == 1).all())


def _is_choice(quantity: Quantity, array: np.ndarray) -> bool:
    if not quantity.choices:
        return True
    least, most = quantity.choices
    return bool(((array >= least) & (array <= most) & (array == np.round(array))).all())


def judged(
    submitted: Submission,
    seed: int,
    probes: int = PROBES,
    selected: Mapping[str, np.ndarray] | None = None,
) -> list[JudgedQuantity]:
    """Judge each blanked quantity."""
    is_sure = submitted.as_stated.issuperset(quantity.name for quantity in submitted.blanks)
    every = worlds(submitted, seed, 0 if is_sure else probes, selected)
    filled = {quantity.name: _filled(submitted, quantity) for quantity in submitted.blanks}
    tasks = {
        quantity.name: _task(submitted, quantity, filled[quantity.name])
        for quantity in submitted.blanks
    }
    answers = _answers(submitted, every, tasks, scenarios_engine.beside)
    unsure = {
        quantity.name: tasks[quantity.name]
        for quantity in submitted.blanks
        if quantity.name not in submitted.as_stated
        and filled[quantity.name][0]
        and _off(submitted, quantity, every, answers[quantity.name]).any()
        and _is_doubtful(submitted, tasks[quantity.name], answers[quantity.name])
    }
    if unsure:
        seconds = _answers(submitted, every, unsure, arrays_engine.beside)
        disputed = {}
        for name, second in seconds.items():
            first = answers[name]
            answers[name] = _better(submitted, name, every, first, second)
            off = _off(submitted, submitted.layout.model[name], every, answers[name])
            if _is_disputed(submitted, name, off, first[0], second[0]):
                disputed[name] = unsure[name]
        if disputed:
            for name, third in by_libreoffice(submitted, every, disputed).items():
                answers[name] = _better(submitted, name, every, answers[name], third)
    constants = Constants(submitted)
    result = partial(_result, submitted, every, constants)
    return [result(q, answers[q.name], filled[q.name]) for q in submitted.blanks]


def _result(  # noqa: PLR0913, PLR0917 -- what is known of a quantity
    submitted: Submission,
    every: Sequence[World],
    constants: "Constants",
    quantity: Quantity,
    answers: Sequence[Sequence[Found]],
    filled: tuple[dict[tuple[int, ...], str], dict[tuple[int, ...], object]],
) -> JudgedQuantity:
    formulas, typed = filled
    names = {name.casefold(): text for name, text in submitted.contents.names.items()}
    places = dict(submitted.places(quantity))
    got = tuple(dict(zip(places, found, strict=True)) for found in answers)
    once, pairs, constant = {}, {}, frozenset[tuple[int, ...]]()
    if quantity.name not in submitted.as_stated:
        constant = constants.of(quantity, formulas, got)
        once = {
            index: one
            for index, text in formulas.items()
            if places[index] not in submitted.arrays and (one := reads_one(text))
        }
        pairs = {index: pair for index, text in formulas.items() if (pair := unlike(text, names))}
    wrong = _off(submitted, quantity, every, answers)
    for index in places:
        wrong[index] |= index not in formulas or index in once or index in constant
        wrong[index] |= index in pairs
    # an error with extreme numbers says nothing about the formula, and would hide the reason
    kept = [
        n
        for n, world in enumerate(every[: len(got)])
        if not world.is_extreme or not any(map(is_error, got[n].values()))
    ]
    refused = {index for index, place in places.items() if place in submitted.refused}
    unread = {
        index
        for index in formulas
        if wrong[index]
        and index not in once
        and index not in pairs
        and (
            (all(values[index] in FAILED for values in got) and not _is_misspelt(formulas[index]))
            or (
                (submitted.refused or not _is_plain(formulas[index]))
                and all(is_error(values[index]) for values in got)
            )
        )
    }
    return JudgedQuantity(
        quantity=quantity,
        formulas=formulas,
        typed=typed,
        wrong=wrong,
        got=tuple(got[n] for n in kept),
        worlds=tuple(every[n] for n in kept),
        reads_one=once,
        unlike=pairs,
        circular=np.zeros_like(wrong),
        constant=constant,
        by_hand=frozenset(refused | unread),
    )


def _is_doubtful(submitted: Submission, task: Task, answers: Sequence[Sequence[Found]]) -> bool:
    """Return whether another engine may get a right result where this one does not."""
    if any(map(is_error, chain.from_iterable(answers))) or submitted.arrays & task.formulas.keys():
        return True
    return not all(map(_is_plain, task.formulas.values()))


def _is_disputed(
    submitted: Submission,
    name: str,
    off: np.ndarray,
    first: Sequence[Found],
    second: Sequence[Found],
) -> bool:
    """Return whether no engine computes the wrong entries, or two engines disagree."""
    for (index, place), one, other in zip(
        submitted.places(submitted.layout.model[name]), first, second, strict=True
    ):
        formula = submitted.formulas.get(place, "")
        if not off[index] or not formula or _is_misspelt(formula) or not _exists(formula):
            continue
        if is_error(one) and is_error(other):
            if not _is_plain(formula) or {one, other} <= FAILED:
                return True
        elif not _alike(one, other) and one not in FAILED:
            return True
    return False


def _is_plain(formula: str) -> bool:
    """Return whether a formula has only what all engines compute alike."""
    return functions_of(formula) <= FUNCTIONS and "{" not in formula


def _exists(formula: str) -> bool:
    """Return whether Excel has all functions of a formula; newer ones have a prefix in files."""
    return all(
        name in FORMULAE or f"_xlfn.{name}(" in formula.replace("_XLFN.", "_xlfn.")
        for name in unknown(formula)
    )


def _alike(one: Found, other: Found) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= TOLERANCE * max(1.0, abs(one))
    return one == other


def _is_misspelt(formula: str) -> bool:
    """Return whether only a name of cells is missing, for this engine as for any program."""
    return parsed(formula) is not None and not any(unknown(formula)) and areas(formula, "") is None


def _off(
    submitted: Submission,
    quantity: Quantity,
    every: Sequence[World],
    answers: Sequence[Sequence[Found]],
) -> np.ndarray:
    """Return which entries of a quantity are wrong in any world."""
    places = dict(submitted.places(quantity))
    wrong = np.zeros(quantity.lengths, dtype=bool)
    for world, found in zip(every, answers, strict=False):
        wrong |= _counted(submitted, quantity, world, dict(zip(places, found, strict=True)))
    return wrong


def _counted(
    submitted: Submission, quantity: Quantity, world: World, values: Mapping[tuple[int, ...], Found]
) -> np.ndarray:
    """Return which entries are wrong in a world, apart from effects of extreme numbers."""
    wrong = np.array(wrong_in(submitted, quantity, world, values))
    if not world.is_extreme:
        return wrong
    equation, sources = quantity.equation, quantity.sources
    if quantity.is_text or equation is None or equation.coarse or equation.jumps:
        return np.zeros_like(wrong)
    if equation.repeats or quantity.name in sources:
        return np.zeros_like(wrong)
    for index, value in values.items():
        wrong[index] &= not is_error(value)
    return wrong & np.isfinite(world.arrays[quantity.name])


def _better(
    submitted: Submission,
    name: str,
    every: Sequence[World],
    first: Sequence[Sequence[Found]],
    second: Sequence[Sequence[Found]],
) -> list[list[Found]]:
    """Return the better of two engines' answers: right, or at least not an error."""
    quantity = submitted.layout.model[name]
    places = dict(submitted.places(quantity))
    found = []
    for world, *both in zip(every, first, second, strict=False):
        one, other = (dict(zip(places, values, strict=True)) for values in both)
        wrong = wrong_in(submitted, quantity, world, other)
        failed = {i for i in places if is_error(one[i]) and other[i] not in FAILED}
        found.append([other[i] if i in failed or not wrong[i] else one[i] for i in places])
    return found


def _answers(
    submitted: Submission,
    every: Sequence[World],
    tasks: Mapping[str, Task],
    engine: Engine,
) -> dict[str, list[list[Found]]]:
    """Return the values of each quantity's task, in each world.

    Formulas as stated are right in all worlds, so they are only computed in the first.
    """
    unsure = {name: task for name, task in tasks.items() if name not in submitted.as_stated}
    first, *others = every
    rounds = [(first, tasks), *((world, unsure) for world in others)]
    found = evaluated_tasks(
        submitted, [(world, list(some.values())) for world, some in rounds], engine
    )
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


def wrong_in(
    submitted: Submission, quantity: Quantity, world: World, values: Mapping[tuple[int, ...], Found]
) -> np.ndarray:
    """Return which entries differ from NumPy's values for the world."""
    expected = world.arrays[quantity.name]
    if quantity.is_text:
        wrong = np.zeros(quantity.lengths, dtype=bool)
        for index, value in values.items():
            known = value if quantity.is_sentence else expected[index]
            wrong[index] = not isinstance(value, str) or value != known
        return wrong
    got = np.array(expected, dtype=float)
    for index, value in values.items():
        # Excel's sums of cells ignore truth values
        is_number = isinstance(value, float | int) and not isinstance(value, bool | CellError)
        got[index] = float(value) if is_number else np.nan
    model, arrays = submitted.layout.model, {**world.arrays, quantity.name: got}
    off = relative_difference(got, expected)
    if not (off <= TOLERANCE).all():
        with np.errstate(all="ignore"):
            off = relative_difference(got, expected, reference.terms(model, quantity, world.arrays))
    if not (off <= TOLERANCE).all():
        off = np.where(reference.ties(model, quantity, arrays, TOLERANCE), 0.0, off)
    return ~(off <= TOLERANCE) & ~(np.isnan(expected) & np.isnan(got))


Index = tuple[int, ...]


class Constants:
    """Finds the constant formulas of a submission."""

    def __init__(self, submitted: Submission) -> None:
        self._submitted = submitted
        self._idle: set[Place] = set()  # helper cells that lead to no quantity

    def of(
        self,
        quantity: Quantity,
        formulas: Mapping[Index, str],
        got: Sequence[Mapping[Index, Found]],
    ) -> frozenset[Index]:
        """Return the entries of a quantity whose formulas are constant, and should not be.

        Parameters
        ----------
        quantity : Quantity
        formulas : dict
            The student's formulas, by index.
        got : sequence of dict
            The values in each world: a formula whose values vary need not be read.
        """
        layout = self._submitted.layout
        here = layout.titles[layout.blocks[quantity.name].sheet]
        return frozenset(
            index
            for index, text in formulas.items()
            if not isinstance(got[0][index], CellError)
            and all(values[index] == got[0][index] for values in got)
            and not self._leads(text, here)
            and self._leads(layout.formula(quantity.name, index), here)
        )

    def _leads(self, formula: str, here: str) -> bool:
        """Return whether a formula leads to a quantity, directly or through helper cells."""
        seen: set[Place] = set()
        left = [(formula, here)]
        while left:
            named = areas(*left.pop())
            if named is None or any(_in(area, self._owned) for area in named):
                return True
            steps = {place for area in named for place in _in(area, self._steps)}
            left += [
                (self._steps[place[0]][place], place[0]) for place in steps - seen - self._idle
            ]
            seen |= steps
        self._idle |= seen
        return False

    @cached_property
    def _owned(self) -> "Sheets":
        """The cells of all quantities that depend on inputs, or are some."""
        layout = self._submitted.layout
        fixed = [q.name for q in layout.model.quantities if isinstance(q.equation, Constant)]
        places = (place for name in fixed for place in layout.places(name).values())
        return _by_sheet(dict.fromkeys(self._submitted.owned.difference(places), ""))

    @cached_property
    def _steps(self) -> "Sheets":
        return _by_sheet(self._submitted.helpers)


Sheets = dict[str, dict[Place, str]]
"""Formulas by the title of a sheet in lower case, as in areas, and by place."""


def _by_sheet(formulas: Mapping[Place, str]) -> Sheets:
    found: Sheets = {}
    for (title, row, column), text in formulas.items():
        sheet = title.casefold()
        found.setdefault(sheet, {})[sheet, row, column] = text
    return found


def _in(area: CellRange, sheets: Sheets) -> list[Place]:
    """Return the places in an area."""
    there = sheets.get(area.sheet, {})
    if (area.top, area.left) == (area.bottom, area.right):
        return [place for place in [area[:3]] if place in there]
    return [
        place
        for place in there
        if area.top <= place[1] <= area.bottom and area.left <= place[2] <= area.right
    ]
