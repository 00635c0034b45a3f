"""Find roles in a workbook that xlnn wrote, from the names that it defines for its quantities.

The gradient of a weight ``W`` is ``dC_dW``. Row k of one belongs to row k of the other, as both run
over the same steps. A gradient's name may identify its cost; otherwise the slopes do. A
programmer's own model states the weight and the cost of each gradient. Gradients that a model
states to differ from the slope, as those of a network that shows a mistake, are not judged.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from xlnn.auditing.book import Book
from xlnn.auditing.formula import size
from xlnn.auditing.pairs import Pair
from xlnn.auditing.roles import MOST_COSTS, Finder, Roles
from xlnn.checking.gradients import cost_of
from xlnn.checking.references import CellRange, areas
from xlnn.engines.scenarios import Place
from xlnn.errors import XlnnError
from xlnn.layout import Layout
from xlnn.loading.spec import described
from xlnn.model import Model

PREFIX = "xlnn."

_GRADIENT = re.compile(r"d(?P<of>.+?)_d(?P<parameter>.+)")
_TOTALS = {"cost", "loss", "total_cost", "total_loss"}
_COST = re.compile(r"[CEJL](?:_\w+)?|.*(?:loss|cost|error|entropy).*", re.IGNORECASE)
_MARK = re.compile(r"\.\d+")
"""Ends a name that differs from an earlier one only by capitals (`Layout.names`)."""
_RUN = re.compile(r"(?P<name>.*?)(?P<run>\.run\d+)?", re.DOTALL)


@dataclass(frozen=True)
class _Gradient:
    """A quantity that states gradients, with its cells, its parameters' cells and its cost."""

    name: str
    run: str
    of: str
    area: CellRange
    parameters: CellRange


def by_names(finder: Finder, layout: Layout | None = None) -> Roles:
    """Return the gradients whose parameters are named, each with the likeliest costs.

    The result is empty if xlnn did not write the workbook. Rows that were not read are left out.

    Parameters
    ----------
    finder : Finder
    layout : Layout or None
        The layout of the programmer's own model from which the workbook was made.
    """
    book = finder.book
    places = {} if layout is None else layout.names
    stated = {name: areas(f"={cells}", "") for name, cells in places.items()}
    blocks = {
        _MARK.sub("", name.removeprefix(PREFIX)): ranges[0]
        for name, ranges in (stated | book.names).items()
        if name.startswith(PREFIX) and len(ranges) == 1 and ranges[0].sheet in book.lower
    }
    if not blocks:
        return Roles()
    differing = _differing(layout.model if layout else _model_of(book))
    known = _gradients(book, blocks) if layout is None else _stated(layout.model, blocks)
    gradients, meant = [], list[Place]()
    for gradient in known:
        if gradient.name.removesuffix(gradient.run) in differing:
            meant += book.inside(gradient.area)
        else:
            gradients.append(gradient)
    if not gradients:
        return Roles(meant=tuple(meant))
    inside = (p for gradient in gradients for p in book.inside(gradient.parameters))
    finder.set_parameters({*filter(book.is_number, inside)})
    pairs: dict[Place, Pair] = {}
    for gradient in gradients:
        # if several may be the cost, the gradient's name may identify one
        costs = _costs(finder, gradient, blocks) if layout is None else [((True,), gradient.of)]
        scores = [score for score, _ in costs]
        is_tied = not scores or not any(scores[0][:2])
        likely = [blocks[name] for _, name in costs[:MOST_COSTS]]
        for place in book.inside(gradient.area):
            if pair := _pair(finder, gradient, place, likely):
                pairs[place] = replace(pair, is_tied=is_tied)
    chosen = [pairs[place] for place in finder.sampled(pairs)]
    by = "names" if layout is None else "options"
    return Roles(chosen, chosen_by=by if chosen else "", total=len(pairs), meant=tuple(meant))


def _model_of(book: Book) -> Model | None:
    """Return the model of a workbook that was made from a template."""
    try:
        return described(book.path)[1].model
    except XlnnError:  # it has no Spec, or that of a programmer's own model
        return None


def _differing(model: Model | None) -> set[str]:
    """Return the gradients that a model states to differ from the slope."""
    quantities = model.quantities if model else ()
    return {q.name for q in quantities if q.gradient_of is not None and not q.gradient_of.exact}


def _gradients(book: Book, blocks: Mapping[str, CellRange]) -> Iterator[_Gradient]:
    """Yield the quantities that state gradients with respect to typed quantities."""
    for name, area in blocks.items():
        base, run = _RUN.fullmatch(name).group("name", "run")
        match = _GRADIENT.fullmatch(base)
        parameters = match and blocks.get(match["parameter"] + (run or ""))
        if not parameters:
            continue
        is_known = _COST.fullmatch(match["of"]) or any(
            block.startswith(match["of"]) for block in blocks
        )
        rows, width = size(parameters)
        starts = book.inside(parameters._replace(bottom=parameters.top))
        is_typed = bool(starts) and not any(map(book.formula, starts))
        if is_known and is_typed and width == size(area)[1] and rows >= size(area)[0]:
            yield _Gradient(name, run or "", match["of"], area, parameters)


def _stated(model: Model, blocks: Mapping[str, CellRange]) -> Iterator[_Gradient]:
    """Yield the gradients that a model states to be the slopes of a cost."""
    for quantity in model.quantities:
        if quantity.gradient_of is not None:
            weight, cost = quantity.gradient_of.weight, cost_of(quantity)
            if {quantity.name, weight, cost} <= blocks.keys():
                yield _Gradient(quantity.name, "", cost, blocks[quantity.name], blocks[weight])


def _costs(
    finder: Finder, gradient: _Gradient, blocks: Mapping[str, CellRange]
) -> list[tuple[tuple[bool, ...], str]]:
    """Return the quantities that may be the cost, the likeliest first, with their scores.

    A cost is one number in each step. No gradient is computed from it, unless its name is that of a
    cost.
    """
    book, steps = finder.book, size(gradient.area)[0]
    behind = book.cone(
        book.inside(gradient.area._replace(bottom=gradient.area.top)), finder.known.parameters
    )
    scored = []
    for name, area in blocks.items():
        base, run = _RUN.fullmatch(name).group("name", "run")
        first = _at(book, area, 0, 0)
        is_one = size(area)[1] == 1 and steps % size(area)[0] == 0 and (run or "") == gradient.run
        if not is_one or not book.formula(first) or not book.is_number(first):
            continue
        of = gradient.of
        is_total = base == f"{of}_T" or base.casefold() in _TOTALS
        score = (base == of, is_total, base.startswith(of), bool(_COST.fullmatch(base)))
        if any(score[:2]) or (first not in behind and not _GRADIENT.fullmatch(base)):
            scored.append((score, name))
    return sorted(scored, key=itemgetter(0), reverse=True)


def _pair(
    finder: Finder, gradient: _Gradient, place: Place, costs: Sequence[CellRange]
) -> Pair | None:
    """Return a gradient's cell paired with the cells of its step that may be its cost."""
    book, known, steps = finder.book, finder.known, size(gradient.area)[0]
    row, column = place[1] - gradient.area.top, place[2] - gradient.area.left
    parameter = _at(book, gradient.parameters, row, column)
    costs_here = [_at(book, area, row * size(area)[0] // steps, 0) for area in costs]
    costs_here = [cost for cost in costs_here if known.reach(cost) & known.bits.get(parameter, 0)]
    if not costs_here or any(map(known.depends_on_unread, (place, *costs_here))):
        return None
    after = finder.updates.of.get(parameter)
    heading = book.values.get(finder.headings.above.get(parameter))
    return Pair(
        heading if isinstance(heading, str) else "",
        parameter, place, costs_here[0], after.new if after else None,
        others=tuple(costs_here[1:]), group=gradient.name,
    )  # fmt: skip


def _at(book: Book, area: CellRange, row: int, column: int) -> Place:
    return book.lower[area.sheet], area.top + row, area.left + column
