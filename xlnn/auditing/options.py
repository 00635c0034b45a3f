"""Read which cells a person calls the cost, the parameters and the gradients."""

from collections.abc import Mapping

from xlnn.auditing.book import Book, area_of, parsed
from xlnn.auditing.roles import Finder, Pair, Roles
from xlnn.engines.cellwise import Held, Place
from xlnn.errors import OptionsError
from xlnn.layout import quoted

MOST_CELLS = 5_000

Matrix = list[list[Place]]


def chosen(  # noqa: PLR0913, PLR0917 -- what is asked for
    book: Book,
    values: Mapping[Place, Held],
    finder: Finder,
    cost: str | None,
    parameters: str | None,
    gradients: str | None,
) -> Roles:
    """Return the roles that a person states.

    Raises
    ------
    OptionsError
        Something is missing, is no range of the workbook, or has no number.
    """
    if not cost or not parameters:
        raise OptionsError(
            "--cost and --parameters belong together: the cell of the cost, and the cells of the "
            "parameters; --gradients has the cells that state their gradients."
        )
    ((place,),) = _one(book, "--cost", cost)
    own = _several(book, "--parameters", parameters)
    stated = _several(book, "--gradients", gradients) if gradients else None
    pairs: list[tuple[Place, Place | None]] = []
    if stated is None:
        pairs = [(p, None) for matrix in own for row in matrix for p in row]
    else:
        pairs = _paired(own, stated)
    for each in (place, *(p for pair in pairs for p in pair if p)):
        if not isinstance(values.get(each), float | int) and each != place:
            raise OptionsError(f"{book.at(each)} holds no number: choose cells that do.")
    if not isinstance(values.get(place), float | int):
        raise OptionsError(f"--cost {cost} holds no number: choose the cell of the cost.")
    finder.take({p for p, _ in pairs})
    if not finder.reach(place):
        raise OptionsError(f"{book.at(place)} depends on none of {parameters}: choose their cost.")
    if any(finder.is_cut(p) for p in (place, *(g for _, g in pairs if g))):
        raise OptionsError(
            f"{cost}, or a gradient, depends on rows that an audit of so large a workbook does not "
            "read: save a copy with fewer steps."
        )
    steps = finder.updates
    named = [
        Pair(finder.name(p), p, g, place, steps[p].new if p in steps else None) for p, g in pairs
    ]
    return Roles(named, chosen_by="options", total=len(pairs))


def _paired(own: list[Matrix], stated: list[Matrix]) -> list[tuple[Place, Place | None]]:
    """Pair parameters and gradients: ranges of one shape, transposed ones, or one by one."""
    shapes = [[(len(m), len(m[0])) for m in side] for side in (own, stated)]
    if len(own) == len(stated) and all(
        a == b or a == b[::-1] for a, b in zip(*shapes, strict=True)
    ):
        found = []
        for one, other in zip(own, stated, strict=True):
            if (len(one), len(one[0])) != (len(other), len(other[0])):
                other = [list(column) for column in zip(*other, strict=True)]  # noqa: PLW2901
            found += zip(
                (p for row in one for p in row), (p for row in other for p in row), strict=True
            )
        return found
    flat = [[p for m in side for row in m for p in row] for side in (own, stated)]
    if len(flat[0]) != len(flat[1]):
        raise OptionsError(
            f"--parameters has {len(flat[0])} cells and --gradients {len(flat[1])}: give as many."
        )
    return list(zip(*flat, strict=True))


def _several(book: Book, option: str, text: str) -> list[Matrix]:
    found: list[Matrix] = []
    title = None
    for each in filter(None, map(str.strip, text.split(","))):
        matrix = _range(book, option, each, title)
        title = matrix[0][0][0]
        found.append(matrix)
    if not found:
        raise OptionsError(f"{option} names no cells: give them as Sheet1!B2:D4.")
    return found


def _one(book: Book, option: str, text: str) -> Matrix:
    matrix = _range(book, option, text, None)
    if len(matrix) != 1 or len(matrix[0]) != 1:
        raise OptionsError(f"{option} {text} is a range: give one cell, as Sheet1!B6.")
    return matrix


def _range(book: Book, option: str, text: str, title: str | None) -> Matrix:
    """Return the cells of a range or a name; of a sheet by default that of the range before."""
    names = {name.casefold(): areas for name, areas in book.names.items()}
    sheet, _, cells = text.rpartition("!")
    is_plain = sheet and not sheet.startswith("'")
    tree = parsed(f"={quoted(sheet)}!{cells}" if is_plain else f"={text}")
    references = [*tree.walk_refs()] if tree and tree.node_type() == "Reference" else []
    found = names.get(text.casefold(), ())
    found = found or [area_of(each, title or book.titles[0]) for each in references]
    if len(found) != 1 or found[0] is None:
        raise OptionsError(f'{option} "{text:.60}" is no range of cells: give it as Sheet1!B2:D4.')
    sheet, top, left, bottom, right = found[0]
    if sheet not in book.lower:
        raise OptionsError(
            f'{option}: there is no sheet "{text.rpartition("!")[0]:.40}"; there are '
            f"{', '.join(book.titles)}."
        )
    if (bottom - top + 1) * (right - left + 1) > MOST_CELLS:
        raise OptionsError(f"{option} {text:.60} has more than {MOST_CELLS:,} cells: choose fewer.")
    return [
        [(book.lower[sheet], row, column) for column in range(left, right + 1)]
        for row in range(top, bottom + 1)
    ]
