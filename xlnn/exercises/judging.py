"""Judge each quantity of a submission on its own.

A quantity is judged alone in a consistent world: all other cells have NumPy's values for the
world's inputs, and only its own cells keep the student's formulas, along with the student's helper
cells outside the quantities. So one mistake costs one mark, typing numbers upstream does not help,
and every formula that gives the right values is right, except those that do not depend on any
quantity: a number inside a formula is a typed number. The worlds are the file's own inputs, some
random ones, and those at numbers that a formula compares with.

Two engines that know nothing of each other have to find a formula right, unless it is the stated
one, character for character. If only one of them does, a person decides.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import cached_property, partial

import numpy as np
from openpyxl.utils import FORMULAE

from xlnn import reference
from xlnn.checking.comparison import disagreement
from xlnn.checking.formula_text import plainly
from xlnn.checking.probe import probe_arrays
from xlnn.checking.references import CellRange, areas
from xlnn.engines.arrays import FAILED, is_error
from xlnn.engines.functions import unknown
from xlnn.engines.scenarios import Found, Place, Task
from xlnn.exercises.array_formulas import reads_one
from xlnn.exercises.evaluation import Arrays, World, engines_of, evaluated_tasks
from xlnn.exercises.submission import Submission
from xlnn.formula import functions_of, is_sign, parsed, significant
from xlnn.grid import CellError
from xlnn.layout import Layout
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.xlsx.forms import COMPARING, misread
from xlnn.xlsx.guard import FUNCTIONS
from xlnn.xlsx.range_shapes import Unlike, unlike

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

Index = tuple[int, ...]

Values = Mapping[Index, Found]
"""The values of a quantity's cells, by index."""

Fault = tuple[str, str | Unlike | tuple[str, ...]]
"""The kind of a fault, and what is at fault."""

WITNESSES = 2
"""The engines that have to find a formula right."""


class JudgedQuantity:
    """A quantity that was left out, what was filled in, and the result of judging it.

    Parameters
    ----------
    submitted : Submission
    quantity : Quantity
    every : sequence of World

    Attributes
    ----------
    submitted, quantity
    places : dict
        The places of the cells that it computes, by index.
    formulas, typed : dict
        The student's formulas, and the typed values, by index.
    wrong : array of bool
        Of the quantity's shape; False where a part is given.
    got : sequence of dict
        The values of the cells, by index, in each of the worlds; none if all formulas read as
        stated, which makes them right.
    heard : dict of sequences of dict
        The values in each of the worlds, by the engine that computed them.
    worlds : sequence of World
        The worlds in which it was computed, but those in which a formula has an error because
        numbers are extreme.
    faults : dict
        Why formulas are wrong whatever their values, by index, and what is at fault: ``unlike``, a
        pair of ranges of different shapes; ``uncounted``, a function and a truth value in it that
        Excel counts as 0; ``reads_one``, a range in which Excel would use only one cell;
        ``constant``, a formula that depends on no quantity although the stated one does;
        ``circle``, one that depends on its own cell; or ``engines``, a pair of engines of which the
        first finds it right and the second does not.
    by_hand : set of indices
        Formulas that no engine computes, or on which engines differ.
    """

    def __init__(self, submitted: Submission, quantity: Quantity, every: Sequence[World]) -> None:
        self.submitted, self.quantity, self.worlds = submitted, quantity, every
        self.places = dict(submitted.places(quantity))
        given, typed = submitted.formulas, submitted.typed
        self.formulas = {i: given[place] for i, place in self.places.items() if place in given}
        self.typed = {
            index: typed[place]
            for index, place in self.places.items()
            if place in typed and index not in self.formulas
        }
        self.got: Sequence[Values] = ()
        self.heard: dict[str, Sequence[Values]] = {}
        self._off: dict[str, np.ndarray] = {}
        self.wrong = np.zeros(quantity.lengths, dtype=bool)
        self.faults: dict[Index, Fault] = {}
        self.by_hand: AbstractSet[Index] = frozenset()

    def rows(self, unit: Index) -> list[Index]:
        """Return the indices of the cells of a unit."""
        axes = len(self.quantity.axes)
        return [index for index in self.places if index[axes:] == unit]

    def share(self, unit: Index) -> float:
        """Return the share of the rows of a unit that are right."""
        rows = self.rows(unit)
        return sum(not self.wrong[index] for index in rows) / len(rows)

    def right(self, unit: Index) -> bool:
        """Return whether a unit is right in every row."""
        return self.share(unit) == 1

    @cached_property
    def cellwise(self) -> Layout:
        """The layout in which this quantity has a formula for each cell."""
        layout, name = self.submitted.layout, self.quantity.name
        if not self.quantity.sliced:
            return layout
        alone = replace(self.quantity, sliced="")
        every = (alone if q.name == name else q for q in layout.model.quantities)
        blocks = {**layout.blocks, name: replace(layout.blocks[name], quantity=alone)}
        return replace(layout, model=replace(layout.model, quantities=tuple(every)), blocks=blocks)

    def first_of(self, index: Index) -> Place:
        """Return the cell that holds the formula of an entry: for a matrix, its first cell."""
        place = self.places[index]
        return self.submitted.matrices.get(place, (place, ""))[0]

    @cached_property
    def circular(self) -> AbstractSet[Index]:
        """The formulas that read their own cell, directly or through others of the quantity."""
        formulas = {self.places[index]: text for index, text in self.formulas.items()}
        closing = self.submitted.order.on_circles(formulas, [self.submitted.helpers])
        return {index for index in self.formulas if self.places[index] in closing}

    @cached_property
    def _stated(self) -> AbstractSet[Index]:
        """The formulas that are the stated ones."""
        layout = self.submitted.layout
        stated, block = layout.stated(self.quantity.name), layout.blocks[self.quantity.name]
        places = layout.places(self.quantity.name)
        return {
            index
            for index, text in self.formulas.items()
            if self.places[index] in self.submitted.plain
            and plainly(text) == plainly(stated.get(places[block.head(index)], ""))
        }

    @cached_property
    def task(self) -> Task:
        """The formulas for an engine, without those on circles, which would spoil the others."""
        left = self.places.keys() - self.formulas.keys()
        formulas = {i: text for i, text in self.formulas.items() if i not in self.circular}
        return Task(
            formulas={
                place: text
                for index, text in formulas.items()
                if not self.submitted.is_part(place := self.places[index])
            },
            constants={place: self.typed.get(i) for i, place in self.places.items() if i in left},
            wanted=tuple(self.places.values()),
        )

    def hear(self, engine: str, answers: Sequence[Sequence[Found]]) -> None:
        """Note an engine's values of the wanted cells in each world; keep the best ones of all.

        They are better than others if they are right, or at least not an error.
        """
        given = [dict(zip(self.places, values, strict=True)) for values in answers]
        self.heard[engine], self._off[engine] = given, self._wrong_of(given)
        if not self.got:
            self.got = given
            return
        found = []
        for world, one, other in zip(self.worlds, self.got, given, strict=True):
            wrong = wrong_in(self.submitted, self.quantity, world, other)
            failed = {i for i in one if is_error(one[i]) and other[i] not in FAILED}
            found.append({i: other[i] if i in failed or not wrong[i] else one[i] for i in one})
        self.got = found

    @cached_property
    def _asked(self) -> list[Index]:
        """The formulas that more than one engine has to compute."""
        return [i for i in self.formulas if i not in self._stated and i not in self.circular]

    def is_unsure(self) -> bool:
        """Return whether a further engine has to compute it."""
        if len(self.heard) < WITNESSES:
            return not self.heard or bool(self._asked)
        return any(map(self._is_doubtful, self._asked))

    def _is_doubtful(self, index: Index) -> bool:
        """Return whether a third engine may help: one of two has an error where it cannot compute.

        Two different numbers are a difference between programs, which no third one settles.
        """
        against = [engine for engine, off in self._off.items() if off[index]]
        if len(against) < WITNESSES:
            return any(self._fails(engine, index) for engine in against)
        formula = self.formulas[index]
        first, last = (given[0][index] for given in self.heard.values())
        if _is_misspelt(formula) or not _exists(formula):
            return False
        if is_error(first) and is_error(last):
            return not _is_plain(formula) or {first, last} <= FAILED
        return is_error(first) or is_error(last)

    def _fails(self, engine: str, index: Index) -> bool:
        """Return whether an engine has errors wherever it does not find a formula right."""
        counted = (
            values[index]
            for world, values in zip(self.worlds, self.heard[engine], strict=True)
            if self._counted(world, values)[index]
        )
        return all(map(is_error, counted))

    def _wrong_of(self, given: Sequence[Values]) -> np.ndarray:
        """Return which entries are wrong in any world."""
        wrong = np.zeros(self.quantity.lengths, dtype=bool)
        for world, values in zip(self.worlds, given, strict=True):
            wrong |= self._counted(world, values)
        return wrong

    def _counted(self, world: World, values: Values) -> np.ndarray:
        """Return which entries are wrong in a world, apart from effects of extreme numbers."""
        wrong = np.array(wrong_in(self.submitted, self.quantity, world, values))
        if not world.is_extreme:
            return wrong & self._begins(world, values) if wrong.any() else wrong
        quantity, equation = self.quantity, self.quantity.equation
        is_recurring = equation.repeats or quantity.name in quantity.sources
        if quantity.is_text or equation.reads_as_stated or equation.discontinuous or is_recurring:
            return np.zeros_like(wrong)
        for index, value in values.items():
            wrong[index] &= not is_error(value)
        return wrong & np.isfinite(world.arrays[self.quantity.name])

    def _begins(self, world: World, values: Values) -> np.ndarray:
        """Return which entries of a recurrence are wrong given the entries before them."""
        name = self.quantity.name
        if name not in self.quantity.sources or self.quantity.is_text:
            return np.ones(self.quantity.lengths, dtype=bool)
        given = step_by_step(self.submitted.layout.model, self.quantity, values, world)
        here = World({**world.arrays, name: given})
        return wrong_in(self.submitted, self.quantity, here, values) | np.isnan(given)

    def judge(self) -> None:
        """Note what is wrong, once engines have computed the cells in each world."""
        submitted, formulas = self.submitted, self.formulas
        for index, text in formulas.items():
            is_array = self.places[index] in submitted.arrays
            if index in self.circular:
                self.faults[index] = "circle", text
            elif pair := unlike(text):
                self.faults[index] = "unlike", pair
            elif words := self._uncounted(index):
                self.faults[index] = "uncounted", words
            elif one := "" if is_array else reads_one(text):
                self.faults[index] = "reads_one", one
            elif self._is_constant(index):
                self.faults[index] = "constant", text
            elif differing := self._differing(index):
                self.faults[index] = "engines", differing
        self.wrong = np.array(np.logical_and.reduce([*self._off.values()]))
        for index in self.places:
            is_answer = index in formulas or self._is_masked(index)
            self.wrong[index] |= not is_answer or index in self.faults
        self.by_hand = frozenset(
            index
            for index, place in self.places.items()
            if place in submitted.refused
            or (self.wrong[index] and self._is_unread(index))
            or self.faults.get(index, ("",))[0] == "engines"
        )
        # an error with extreme numbers says nothing about the formula, and would hide the reason
        kept = [
            n
            for n, (values, world) in enumerate(zip(self.got, self.worlds, strict=True))
            if not world.is_extreme or not any(map(is_error, values.values()))
        ]
        self.got, self.worlds = [self.got[n] for n in kept], [self.worlds[n] for n in kept]
        self.heard = {name: [given[n] for n in kept] for name, given in self.heard.items()}

    def _differing(self, index: Index) -> tuple[str, str] | None:
        """Return an engine that finds a formula right and one that does not, if only one does."""
        for_it = [engine for engine, off in self._off.items() if not off[index]]
        against = [engine for engine, off in self._off.items() if off[index]]
        if index in self._stated or len(for_it) != 1 or not against:
            return None
        return for_it[0], against[0]

    def _uncounted(self, index: Index) -> tuple[str, ...]:
        """Return the function and the truth value in it that Excel counts as 0, if there is one.

        formualizer counts it as 1, in the formula and in the student's own steps.
        """
        submitted, formula = self.submitted, self.formulas[index]
        reached = _reached(submitted, formula, self.places[index][0]) if submitted.helpers else ()
        texts = (formula, *(text for text, _ in reached))
        found = (misread(text, is_0_in_excel=True) for text in texts)
        return next((form.words for form in found if form), ())

    def _is_constant(self, index: Index) -> bool:
        """Return whether a formula depends on no quantity, although the stated one does.

        One whose values vary between the worlds need not be read.
        """
        first, *others = (values[index] for values in self.got)
        if isinstance(first, CellError) or any(other != first for other in others):
            return False
        title, stated = self.places[index][0], self.submitted.layout.formula
        return not _depends(self.submitted, self.formulas[index], title) and _depends(
            self.submitted, stated(self.quantity.name, index), title
        )

    def _is_masked(self, index: Index) -> bool:
        """Return whether a number was typed where the stated formula is a number, as =0."""
        title = self.places[index][0]
        stated = self.submitted.layout.formula(self.quantity.name, index)
        return index in self.typed and areas(stated, title) == []

    def _is_unread(self, index: Index) -> bool:
        """Return whether no engine computes a formula, although it may be right."""
        formula = self.formulas.get(index)
        if formula is None or index in self.faults:
            return False
        found = [values[index] for values in self.got]
        if all(value in FAILED for value in found) and not _is_misspelt(formula):
            return True
        return bool(self.submitted.refused or not _is_plain(formula)) and all(map(is_error, found))


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
    of_file = submitted.inputs
    chosen = {name: np.asarray(n) for name, n in (selected or {}).items() if _selects(layout, name)}
    draw = partial(probe_arrays, model, seed)
    fit = partial(_fitting, submitted, seed, of_file | chosen)
    if submitted.deleted & of_file.keys():
        of_file |= {name: a for name, a in fit(0, draw(0)).items() if name in submitted.deleted}
    usable = all(
        all(isinstance(entry, str) for entry in array.ravel())
        if model[name].is_text
        else bool(np.isfinite(array).all()) and _is_choice(model[name], array)
        for name, array in of_file.items()
    )
    drawn = [draw(number) for number in range(probes if usable else max(probes, 1))]
    extreme = []
    if probes:  # of four probes the third has only whole numbers
        extreme = [draw(number, size) for number, size in enumerate(SIZES, start=probes + 1)]
        extreme += [draw(0) | _all_of(model, n) for n in (0.0, *_compared_with(submitted))]
    inputs = [of_file] if usable else []
    inputs += [fit(number, arrays) for number, arrays in enumerate(drawn + extreme)]
    first = len(inputs) - len(extreme)
    with np.errstate(all="ignore"):
        runs = [reference.run(model, arrays) for arrays in inputs]
    return [World(run, n >= first, usable and n == 0) for n, run in enumerate(runs)]


def _fitting(
    submitted: Submission, seed: int, of_file: Arrays, number: int, drawn: Arrays
) -> Arrays:
    """Return drawn inputs with the selectors kept, and one-hot targets where they are expected."""
    model = submitted.layout.model
    for name, array in of_file.items():
        quantity = model[name]
        if quantity.is_text:
            drawn[name] = np.full(array.shape, "?", dtype=object)
        elif name not in drawn:
            drawn[name] = np.nan_to_num(array)
        elif _selects(submitted.layout, name) and _is_choice(quantity, array):
            drawn[name] = array
    blanks = submitted.blanks  # an answer for the class of a target may rely on one-hot targets
    some = [
        q
        for q in model.quantities
        if q.equation and (q in blanks or not q.equation.reads_as_stated)
    ]
    for name in {q.uses[role].name for q in some for role in q.equation.one_hot}:
        if name in drawn and _is_one_hot(of_file[name]):
            *rows, outputs = of_file[name].shape
            chosen = np.random.default_rng([seed, number]).integers(outputs, size=rows)
            drawn[name] = np.eye(outputs)[chosen]
    return drawn


def _compared_with(submitted: Submission) -> list[float]:
    """Return the first numbers other than 0 with which the student's formulas compare."""
    asked = [q for q in submitted.blanks if q.name not in submitted.as_stated]
    places = (place for quantity in asked for _, place in submitted.places(quantity))
    answers = (submitted.formulas.get(place, "") for place in places)
    found: dict[float, None] = {}
    for text in (*answers, *submitted.helpers.values()):
        found |= dict.fromkeys(_numbers_compared(text))
    return [number for number in found if number][:COMPARED]


def _numbers_compared(formula: str) -> Iterator[float]:
    """Yield the numbers beside the signs of comparisons.

    >>> [*_numbers_compared("=IF(A1>-0.5,2,IF(1E3<=B1,A1=B2,5))")]
    [-0.5, 1000.0]
    """
    found = [*significant(formula)]
    for at, token in enumerate(found):
        if token["number"]:
            first = at - (found[at - 1][0] == "-" and is_sign(found[at - 1], found[at - 2]))
            beside = (*found[max(1, first - 1) : first], *found[at + 1 : at + 2])
            if any(sign[0] in COMPARING for sign in beside):
                yield float("".join(sign[0] for sign in found[first : at + 1]))


def _all_of(model: Model, value: float) -> Arrays:
    """Return inputs that are all one number, except for zero matrices.

    A weighted input is then the number, too, since it is that of its bias.
    """
    return {
        q.name: np.full(q.input_lengths, 0.0 if len(q.input_lengths) - len(q.axes) > 1 else value)
        for q in model.inputs
        if not (q.is_text or q.choices or q.between or q.is_step_size)
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
    """Judge each blanked quantity; only those with formulas other than stated are computed."""
    is_sure = submitted.as_stated.issuperset(quantity.name for quantity in submitted.blanks)
    every = worlds(submitted, seed, 0 if is_sure else probes, selected)
    blanks = [JudgedQuantity(submitted, quantity, every) for quantity in submitted.blanks]
    others = [blank for blank in blanks if blank.quantity.name not in submitted.as_stated]
    for engine in engines_of(submitted):
        if not (asked := [blank for blank in others if blank.is_unsure()]):
            continue
        tasks = [blank.task for blank in asked]
        answers = evaluated_tasks(submitted, [(world, tasks) for world in every], engine)
        for blank, values in zip(asked, zip(*answers, strict=True), strict=True):
            blank.hear(engine, values)
    for blank in others:
        blank.judge()
    return blanks


def _is_plain(formula: str) -> bool:
    """Return whether a formula has only what all engines compute alike."""
    return functions_of(formula) <= FUNCTIONS and "{" not in formula


def _exists(formula: str) -> bool:
    """Return whether Excel has all functions of a formula; newer ones have a prefix in files."""
    return all(
        name in FORMULAE or f"_xlfn.{name}(" in formula.replace("_XLFN.", "_xlfn.")
        for name in unknown(formula)
    )


def distance(found: Found, expected: object) -> float:
    """Return the distance of two values, relative for large numbers."""
    try:
        off = abs(float(found) - float(expected)) / max(1.0, abs(float(expected)))
    except (TypeError, ValueError):
        off = 0.0 if found == expected else np.inf
    return np.inf if np.isnan(off) else off


def _is_misspelt(formula: str) -> bool:
    """Return whether only a name of cells is missing, for this engine as for any program."""
    return parsed(formula) is not None and not any(unknown(formula)) and areas(formula, "") is None


def wrong_in(submitted: Submission, quantity: Quantity, world: World, values: Values) -> np.ndarray:
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
    off = disagreement(
        submitted.layout.model, quantity, world.arrays, got, expected, tolerance=TOLERANCE
    )
    return ~(off <= TOLERANCE) & ~(np.isnan(expected) & np.isnan(got))


def step_by_step(
    model: Model, quantity: Quantity, got: Mapping[Index, Found], world: World
) -> np.ndarray:
    """Return the right value of each entry; in a recurrence, given the student's ones before it."""
    stated = world.arrays[quantity.name]
    if quantity.name not in quantity.sources:
        return stated
    values = np.array(stated, dtype=float)
    for index, value in got.items():
        is_number = isinstance(value, float) and not isinstance(value, CellError)
        values[index] = value if is_number else np.nan
    return reference.expected(model, quantity, {**world.arrays, quantity.name: values})


def _depends(submitted: Submission, formula: str, here: str) -> bool:
    """Return whether a formula leads to a quantity, directly or through helper cells."""
    return any(
        named is None or any(map(submitted.varies, named))
        for _, named in _reached(submitted, formula, here)
    )


def _reached(
    submitted: Submission, formula: str, here: str
) -> Iterator[tuple[str, list[CellRange] | None]]:
    """Yield a formula and those of the helper cells to which it leads, each with what it names."""
    helpers, left = dict(submitted.helpers), [(formula, here)]
    while left:
        named = areas(*left[-1])
        yield left.pop()[0], named
        reached = [place for place in helpers if any(area.holds(*place) for area in named or ())]
        left += [(helpers.pop(place), place[0]) for place in reached]
