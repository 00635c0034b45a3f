"""Read the roles that options name: a cost, its parameters, and their gradients."""

from collections.abc import Sequence
from math import prod

from xlnn.auditing.book import Book
from xlnn.auditing.formula import reference, size
from xlnn.auditing.pairs import Pair
from xlnn.auditing.roles import Finder, Roles
from xlnn.checking.references import CellRange
from xlnn.engines.scenarios import Place
from xlnn.errors import OptionsError

MOST_CHOSEN = 5_000
"""The most cells that an option may name."""


def chosen(
    finder: Finder, cost: str | None, parameters: str | None, gradients: str | None
) -> Roles:
    """Return the roles that the options name.

    Raises
    ------
    OptionsError
        Something is missing, is no range of the workbook, or has no number.
    """
    book = finder.book
    if not cost or not parameters:
        raise OptionsError(
            "--cost and --parameters belong together: the cell of the cost, and the cells of the "
            "parameters; --gradients has the cells that state their gradients."
        )
    one, *more = _matrices(book, "--cost", cost)
    if more or size(one) != (1, 1):
        raise OptionsError(f"--cost {cost} is a range: give one cell, as Sheet1!B6.")
    ((place,),) = _cells(book, one)
    areas = _matrices(book, "--parameters", parameters)
    if gradients:
        pairs = _paired(book, areas, _matrices(book, "--gradients", gradients))
    else:
        pairs = [(p, None) for area in areas for row in _cells(book, area) for p in row]
    for cell in (place, *(p for pair in pairs for p in pair if p)):
        if not book.is_number(cell):
            which = "the cell of the cost" if cell == place else "cells that do"
            raise OptionsError(f"{book.at(cell)} holds no number: choose {which}.")
    finder.set_parameters({p for p, _ in pairs})
    if not finder.reach(place):
        raise OptionsError(f"{book.at(place)} depends on none of {parameters}: choose their cost.")
    if any(finder.known.depends_on_unread(p) for p in (place, *(g for _, g in pairs if g))):
        raise OptionsError(
            f"{cost}, or a gradient, depends on rows that an audit of so large a workbook does not "
            "read: save a copy with fewer steps."
        )
    updates, name = finder.updates.of, finder.headings.name
    named = [Pair(name(p), p, g, place, updates[p].new if p in updates else None) for p, g in pairs]
    return Roles(named, chosen_by="options", total=len(pairs))


def _paired(
    book: Book, parameters: Sequence[CellRange], stated: Sequence[CellRange]
) -> list[tuple[Place, Place]]:
    """Pair parameters and gradients: ranges of one shape, transposed ones, or one by one."""
    sides = [[_cells(book, area) for area in side] for side in (parameters, stated)]
    for n, (one, other) in enumerate(zip(parameters, stated, strict=False)):
        if size(one) == size(other)[::-1] != size(other):
            sides[1][n] = [*zip(*sides[1][n], strict=True)]
    flat = [[p for matrix in side for row in matrix for p in row] for side in sides]
    if len(flat[0]) != len(flat[1]):
        raise OptionsError(
            f"--parameters has {len(flat[0])} cells and --gradients {len(flat[1])}: give as many."
        )
    return list(zip(*flat, strict=True))


def _cells(book: Book, area: CellRange) -> list[list[Place]]:
    title, top, left, bottom, right = book.lower[area.sheet], *area[1:]
    return [[(title, r, c) for c in range(left, right + 1)] for r in range(top, bottom + 1)]


def _matrices(book: Book, option: str, text: str) -> list[CellRange]:
    """Return the ranges that an option lists; each is on the sheet of the one before by default."""
    names = {name.casefold(): areas for name, areas in book.names.items()}
    ranges: list[CellRange] = []
    for written in filter(None, map(str.strip, text.split(","))):
        place = book.lower[ranges[-1].sheet] if ranges else book.titles[0], 1, 1
        named = reference(written, place)
        areas = names.get(written.casefold()) or ([named.area(place)] if named else [])
        if len(areas) != 1:
            raise OptionsError(
                f'{option} "{written:.60}" is no range of cells: give it as Sheet1!B2:D4.'
            )
        if areas[0].sheet not in book.lower:
            sheet = written.rpartition("!")[0]
            raise OptionsError(
                f'{option}: there is no sheet "{sheet:.40}"; there are {", ".join(book.titles)}.'
            )
        if prod(size(areas[0])) > MOST_CHOSEN:
            raise OptionsError(
                f"{option} {written:.60} has more than {MOST_CHOSEN:,} cells: choose fewer."
            )
        ranges += areas
    if not ranges:
        raise OptionsError(f"{option} names no cells: give them as Sheet1!B2:D4.")
    return ranges
