"""Pair gradients with parameters by products, where no heading names them and no step follows.

A parameter w of z = Σ w x and its gradient Σ δ x share the cells x. A cost that no cell states is
known by y − t.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from xlnn.address import address
from xlnn.auditing.book import Book, area_of, factors, parsed, terms
from xlnn.auditing.roles import Pair
from xlnn.engines.cellwise import Held, Place
from xlnn.layout import quoted

if TYPE_CHECKING:
    import formualizer

Matrix = list[list[Place]]

MOST_TERMS = 120
"""Terms of an implied cost: a formula of 8,192 characters."""


def residuals(book: Book, values: Mapping[Place, Held]) -> list[tuple[Place, Place, Place]]:
    """Return cells that are an output minus a typed target, with these two."""
    found = []
    for first, text in book.formulas.items():
        tree = parsed(text) if "-" in text else None
        if tree is None or tree.get_operator() != "-":
            continue
        height, width = book.arrays.get(first, (1, 1))
        sides = [_matrix(book, node, first[0], (height, width)) for node in tree.children()]
        if len(sides) != 2 or not all(sides):  # a sign alone is no difference
            continue
        for down in range(height):
            for right in range(width):
                one, other = (side[down][right] for side in sides)
                for output, target in ((one, other), (other, one)):
                    is_pair = book.formula(output) and not book.formula(target)
                    if is_pair and isinstance(values.get(target), float | int):
                        place = first[0], first[1] + down, first[2] + right
                        found.append((place, output, target))
    return found


def implied(found: Sequence[tuple[Place, Place, Place]]) -> Iterator[tuple[str, str]]:
    """Yield costs of which y − t is the slope by the weighted inputs, and what they are called."""
    if not 0 < len(found) <= MOST_TERMS:
        return

    def written(place: Place) -> str:
        return f"{quoted(place[0])}!{address(*place[1:])}"

    pairs = [(written(y), written(t)) for _, y, t in found]
    entropy = "+".join(f"IF({t}=0,0,{t}*LN({y}))" for y, t in pairs)
    binary = "+".join(f"IF({t}=1,0,(1-{t})*LN(1-{y}))" for y, t in pairs)
    squares = "+".join(f"({y}-{t})^2" for y, t in pairs)
    texts = {
        "entropy": f"=-({entropy})",
        "binary": f"=-({entropy}+{binary})",
        "squares": f"=({squares})/2",
        "whole_squares": f"={squares}",
    }
    count = len(pairs)
    for name, text in texts.items():
        if len(text) < 8_000:
            yield name, text
    for name, text in texts.items():
        if len(text) < 8_000 and count > 1:
            yield f"mean_{name}", f"=({text[1:]})/{count}"


def by_products(  # noqa: C901 -- both sides of each product
    book: Book, forward: set[Place], cost: Place
) -> list[Pair]:
    """Pair the parameters of forward cells with gradients by the cells that multiply both.

    Parameters
    ----------
    book : Book
    forward : set of Place
        The cells that lead to the outputs.
    cost : Place
    """
    partners: dict[Place, set[Place]] = defaultdict(set)
    multiplied: dict[tuple[Place, ...], list[Place]] = defaultdict(list)
    for cell in book.filled_places:
        products = _products(book, cell)
        if not products or book.is_cut(cell):
            continue
        if cell in forward:
            for one, other in products:
                if not book.formula(one):
                    partners[one].add(other)
                if not book.formula(other):
                    partners[other].add(one)
        elif not set(book.readers.get(cell, ())) & forward:
            for side in (0, 1):
                key = tuple(sorted({pair[side] for pair in products}))
                multiplied[key].append(cell)
    alike: dict[tuple[Place, ...], list[Place]] = defaultdict(list)
    for parameter, cells in partners.items():
        alike[tuple(sorted(cells))].append(parameter)
    pairs: list[Pair] = []
    taken: set[Place] = set()
    for key, own in alike.items():
        gradients = sorted({g for g in multiplied.get(key, ()) if g not in taken})
        if len(gradients) == len(own):
            taken |= set(gradients)
            pairs += [
                Pair("", parameter, gradient, cost)
                for parameter, gradient in zip(sorted(own), gradients, strict=True)
            ]
    return pairs


def _products(  # noqa: PLR0911 -- a kind of product each
    book: Book, cell: Place
) -> list[tuple[Place, Place]]:
    """Return the pairs of cells whose products a cell adds up; none if it does anything else."""
    first = book.owner.get(cell, cell)
    text = book.formulas.get(first)
    tree = parsed(text) if text else None
    if tree is None:
        return []
    at = cell[1] - first[1], cell[2] - first[2]
    name = (tree.get_function_name() or "").upper()
    if name in {"MMULT", "SUMPRODUCT"} and len(tree.children()) == 2:
        one, other = (_matrix(book, node, cell[0]) for node in tree.children())
        if not one or not other:
            return []
        if name == "MMULT":
            if len(one[0]) != len(other) or at[0] >= len(one) or at[1] >= len(other[0]):
                return []
            return list(zip(one[at[0]], [row[at[1]] for row in other], strict=True))
        flat = [[place for row in side for place in row] for side in (one, other)]
        return list(zip(*flat, strict=True)) if len(flat[0]) == len(flat[1]) else []
    found = []
    for sign, node in terms(tree):
        own = [_matrix(book, factor, cell[0]) for factor, _ in factors(node)]
        if sign < 0 or not all(m and len(m) == len(m[0]) == 1 for m in own):
            return []
        if len(own) == 2:
            found.append((own[0][0][0], own[1][0][0]))
    return found


def _matrix(
    book: Book, node: "formualizer.ASTNode", title: str, shape: tuple[int, int] | None = None
) -> Matrix | None:
    """Return the cells of a reference, maybe a transposed one; None if some of them are empty."""
    is_turned = (node.get_function_name() or "").upper().endswith("TRANSPOSE")
    if is_turned:
        (node,) = node.children()
    if node.node_type() != "Reference":
        return None
    reference = next(iter(node.walk_refs()), None)
    area = area_of(reference, title)
    if area is None or (area.bottom - area.top + 1) * (area.right - area.left + 1) > 100_000:
        return None
    there = book.filled.get(area.sheet, {})
    rows = [
        [there.get((row, column)) for column in range(area.left, area.right + 1)]
        for row in range(area.top, area.bottom + 1)
    ]
    if any(place is None for row in rows for place in row):
        return None
    if is_turned:
        rows = [list(column) for column in zip(*rows, strict=True)]
    if shape and (len(rows), len(rows[0])) != shape:
        return None
    return rows
