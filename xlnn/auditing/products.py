"""Pair a parameter w of z = Σ w x with its gradient Σ δ x: both multiply the same cells x."""

from collections import defaultdict
from itertools import chain
from math import prod

from xlnn.auditing.book import Book, is_cell
from xlnn.auditing.formula import Reference, size
from xlnn.auditing.pairs import Pair
from xlnn.engines.scenarios import Place

MOST_IN_MATRIX = 100_000
"""The most cells of a matrix in a product."""


def pairs_by_products(book: Book, forward: set[Place], cost: Place) -> list[Pair]:
    """Pair the parameters of forward cells with gradients by the cells that multiply both."""
    partners: dict[Place, set[Place]] = defaultdict(set)
    multiplied: dict[tuple[Place, ...], list[Place]] = defaultdict(list)
    for cell in book.filled_places:
        factors = [] if book.reads_unread(cell) else _products(book, cell)
        if cell in forward:
            for one, other in (*factors, *(pair[::-1] for pair in factors)):
                if not book.formula(one):
                    partners[one].add(other)
        elif factors and forward.isdisjoint(book.readers.get(cell, ())):
            for side in zip(*factors, strict=True):
                multiplied[tuple(sorted({*side}))].append(cell)
    alike: dict[tuple[Place, ...], list[Place]] = defaultdict(list)
    for parameter, cells in partners.items():
        alike[tuple(sorted(cells))].append(parameter)
    pairs: list[Pair] = []
    taken: set[Place] = set()
    for cells, parameters in alike.items():
        gradients = sorted({*multiplied.get(cells, ())} - taken)
        if len(gradients) == len(parameters):
            taken.update(gradients)
            pairs += [
                Pair("", parameter, gradient, cost)
                for parameter, gradient in zip(sorted(parameters), gradients, strict=True)
            ]
    return pairs


def _products(book: Book, place: Place) -> list[tuple[Place, Place]]:
    """Return the pairs of cells whose products a cell adds up; none if it computes more."""
    pattern = book.pattern(place)
    name, operands = pattern.call if pattern else ("", [])
    first = book.owner.get(place, place)
    if name not in {"MMULT", "SUMPRODUCT"} or len(operands) != 2:
        terms = [(sign, [f.what for f in factors]) for sign, factors in book.terms(place)]
        if not all(sign > 0 and all(map(is_cell, cells)) for sign, cells in terms):
            return []
        return [(cells[0], cells[1]) for _, cells in terms if len(cells) == 2]
    one, other = (_matrix(book, operand, first) for operand in operands)
    if not one or not other:
        return []
    if name == "MMULT":
        row, column = place[1] - first[1], place[2] - first[2]
        if len(one[0]) != len(other) or row >= len(one) or column >= len(other[0]):
            return []
        one, other = [one[row]], [[line[column] for line in other]]
    flat = [[*chain.from_iterable(side)] for side in (one, other)]
    return list(zip(*flat, strict=True)) if len(flat[0]) == len(flat[1]) else []


def _matrix(book: Book, reference: object, place: Place) -> list[list[Place]]:
    """Return the cells of a reference by rows; none if some of them are empty."""
    if not isinstance(reference, Reference):
        return []
    area = reference.area(place)
    if prod(size(area)) > MOST_IN_MATRIX:
        return []
    sheet, top, left, bottom, right = area
    filled = book.filled.get(sheet, {})
    rows = [[filled.get((r, c)) for c in range(left, right + 1)] for r in range(top, bottom + 1)]
    if not all(map(all, rows)):
        return []
    return [list(column) for column in zip(*rows, strict=True)] if reference.is_transposed else rows
