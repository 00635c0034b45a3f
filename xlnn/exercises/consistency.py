"""Check that a submission computes as a whole, and find circular references.

A quantity that is wrong with right values elsewhere is wrong in the whole, too. One that is right
there is right in the whole unless formulas form a circle, which is impossible where none reads a
cell that is computed later. A formula that depends on its own cell has no value in
any program; it is the one that forms a circle with the stated formulas in all other cells. What it
depends on follows from the cells to which formulas refer, and not from their values.
"""

from collections.abc import Mapping, Sequence

from xlnn.checking.formula_text import Entry
from xlnn.checking.references import taken
from xlnn.engines import arrays
from xlnn.engines.scenarios import Found, Place, Task
from xlnn.exercises.evaluation import IRONCALC, World, engines_of, evaluated_tasks
from xlnn.exercises.judging import JudgedQuantity, wrong_in
from xlnn.exercises.submission import Submission
from xlnn.grid import CellError
from xlnn.quantity import Quantity

FAILED = arrays.FAILED | {CellError("#VALUE!")}
"""The error of a formula that an engine cannot compute, other than a circular reference."""


def as_a_whole(
    handed_in: Submission, results: Sequence[JudgedQuantity]
) -> tuple[list[JudgedQuantity], bool | None]:
    """Return the results with circular references marked, and whether the whole is right.

    The whole is not judged if the file's own inputs cannot be used.

    Parameters
    ----------
    handed_in : Submission
    results : sequence of Judged
        The result of each quantity with right values elsewhere.
    """
    if not results:
        return [], None
    ahead = set()
    for result in results:
        right = {
            result.places[index]: text
            for index, text in result.formulas.items()
            if not result.wrong[index] and result.quantity.name not in handed_in.as_stated
        }
        if any(handed_in.order.is_ahead(place, text) for place, text in right.items()):
            ahead.add(result.quantity.name)
            _mark_circles(handed_in, result, right)
    is_own = results[0].worlds[0].is_own
    whole = _is_right(handed_in, results, may_be_circular=bool(ahead)) if is_own else None
    for result in results:
        if not whole and result.quantity.name in ahead:
            _mark_picking(handed_in, result)
    return list(results), whole


def _mark_circles(
    handed_in: Submission, result: JudgedQuantity, right: Mapping[Place, str]
) -> None:
    """Mark right entries as wrong if the cells to which they refer depend on their own cells."""
    model, layout = handed_in.layout.model, handed_in.layout
    name = result.quantity.name
    later = (q.name for q in model.quantities if q.equation and name in model.needed_by(q.name))
    others = [layout.stated(other) for other in later if other != name]
    formulas = {result.places[index]: text for index, text in result.formulas.items()}
    closing = handed_in.order.on_circles(formulas, [handed_in.helpers, *others])
    for index, place in result.places.items():
        if place in closing and place in right:
            result.wrong[index], result.faults[index] = True, ("circle", right[place])


def _mark_picking(handed_in: Submission, result: JudgedQuantity) -> None:
    """Mark right entries as wrong if INDEX or OFFSET picks cells that depend on them."""
    layout, world = handed_in.layout, result.worlds[0]
    places, order = result.places, handed_in.order
    right = {index: text for index, text in result.formulas.items() if not result.wrong[index]}
    picking = {
        index
        for index, text in right.items()
        if order.is_ahead(places[index], text) and taken(text, places[index][0])[1]
    }
    if not picking:
        return
    formulas = {
        place: text
        for quantity in layout.model.quantities
        if quantity.equation
        for place, text in layout.stated(quantity.name).items()
    }
    right_formulas = {places[index]: text for index, text in right.items()}
    task = Task(formulas | right_formulas, {}, tuple(places.values()))
    off = {index for _, index in _off(handed_in, world, task, [result.quantity])}
    for index in off & picking:
        result.wrong[index], result.faults[index] = True, ("circle", right[index])


def _off(
    handed_in: Submission, world: World, task: Task, quantities: Sequence[Quantity]
) -> set[Entry]:
    """Return the entries that no engine computes as NumPy does, with all formulas in place.

    Engines differ in what they call a circular reference: INDEX may or may not form one.
    """

    def wrong(found: Sequence[Found]) -> set[Entry]:
        values, entries = dict(zip(task.wanted, found, strict=True)), set()
        for quantity in quantities:
            computed = {index: values[place] for index, place in handed_in.places(quantity)}
            mask = wrong_in(handed_in, quantity, world, computed)
            entries |= {(quantity.name, index) for index in computed if mask[index]}
        return entries

    off = {(q.name, index) for q in quantities for index, _ in handed_in.places(q)}
    for engine in engines_of(handed_in):
        found = evaluated_tasks(handed_in, [(world, [task])], engine)[0][0]
        off &= wrong(found)
        if not off or (engine == IRONCALC and FAILED.isdisjoint(found)):
            break
    return off


def _is_right(
    handed_in: Submission, results: Sequence[JudgedQuantity], *, may_be_circular: bool
) -> bool:
    """Return whether the submission as it is agrees with NumPy for its own inputs."""
    world = results[0].worlds[0]
    filled_in = [result for result in results if result.got]
    if any(
        wrong_in(handed_in, result.quantity, world, result.got[0]).any() for result in filled_in
    ):
        return False
    computed = [
        quantity
        for quantity in handed_in.layout.model.quantities
        if quantity.equation is not None and quantity.name not in handed_in.deleted
    ]
    given = {quantity.name for quantity in computed}.difference(handed_in.exercise.blank)
    if handed_in.as_stated >= given and not may_be_circular:
        return True
    compared = [quantity for quantity in computed if not quantity.is_sentence]
    places = [place for quantity in compared for _, place in handed_in.places(quantity)]
    task = Task(
        formulas={
            place: text for place, text in handed_in.formulas.items() if place in handed_in.owned
        },
        constants={
            place: handed_in.typed.get(place) for place in places if place not in handed_in.formulas
        },
        wanted=tuple(places),
    )
    return not _off(handed_in, world, task, compared)
