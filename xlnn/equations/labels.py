"""Move the names of points apart, so that they do not overlap.

Each name has a box beside its point; all boxes have the same size. In each pass a name moves up or
down, away from the names whose boxes overlap with its own; so the names of points in one place end
up below each other.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from xlnn.axis import Axis, previous
from xlnn.equation import Cells, Choice, Equation, Sentence, Stated
from xlnn.equations.dense import written_sum
from xlnn.quantity import Quantity, alike
from xlnn.terms import Term

__all__ = ["Points", "labels"]

WIDE, HIGH = 1 / 4, 1 / 10
"""The size of a box, as shares of the range of the points."""

GAP = 1 / 16
"""How far a name is from its point, as a share of the width of a box."""

PASSES, SHARE = 12, 0.4
"""How often names move, and by which share of an overlap: a smaller share settles them sooner."""

TIE, LEAST = 10**6, 10**9
"""Names of points in one place start apart by the height of a box divided by `TIE`; no box is
smaller than 1 / `LEAST`."""

MOST = 40
"""The most names in a chart: more would be illegible."""


@dataclass(frozen=True)
class Points:
    """Points that have names.

    Attributes
    ----------
    axis : Axis
        The axis of the points.
    of : str
        The quantity with their coordinates, of which the first two are drawn.
    names : str
        The quantity with their names.
    side : int
        Where the names are: 1 for the right, -1 for the left.
    """

    axis: Axis
    of: str
    names: str
    side: int = 1


class NameOf(Sentence):
    """The name of a point.

    Parameters
    ----------
    axis : str
    """

    repeats = True

    def __init__(self, axis: str) -> None:
        self.axis = axis

    def said(self, k: int, *, names: Term) -> str:
        return f"{names.at(k, along=self.axis)}"


def labels(name: str, sheet: str, *groups: Points) -> Iterator[Quantity]:
    """Yield the positions of names, and the passes that find these positions.

    For each axis there are ``label_across_{axis}``, ``label_up_{axis}`` and ``label_{axis}``, the
    name.

    Parameters
    ----------
    name : str
        The page of the chart, which has the names in cells.
    sheet : str
        The sheet of all other numbers.
    *groups : Points
        The groups of points in one chart: their names are moved together.
    """
    drawn = alike(sheet=sheet, number_format="0.00", symbol=" ")
    numbers = [min(group.axis.length, MOST // len(groups)) for group in groups]
    places = [(g, k) for g, n in enumerate(numbers) for k in range(n)]
    roles, total = [f"of{g}" for g in range(len(groups))], len(places)
    use = {role: group.of for role, group in zip(roles, groups, strict=True)}
    sides = np.array([groups[g].side for g, _ in places])

    def array_of(side: int, **of: np.ndarray) -> np.ndarray:
        return np.concatenate([of[r][:n, side] for r, n in zip(roles, numbers, strict=True)])

    def stated(array, cell, *more: str, kind=Stated) -> Equation:  # noqa: ANN001
        return kind(array, cell).taking(*roles, *more)

    def cells_of(side: int, **of: Cells) -> list[str]:
        return [of[roles[g]].at(k, along=groups[g].axis.name)[side] for g, k in places]

    room, start, beside, moved = (f"label_{kind}_{name}" for kind in (
        "room", "start", "beside", "moved"))  # fmt: skip
    shares = (WIDE, HIGH)
    yield drawn(
        room, "size of a box", kind="label_room",
        equation=stated(
            lambda **of: np.array([
                share * np.ptp(array_of(side, **of)) + 1 / LEAST
                for side, share in enumerate(shares)]),
            lambda side, **of: "={}*(MAX({})-MIN({}))+1/{}".format(
                shares[side], *[",".join(cells_of(side, **of))] * 2, LEAST),
        ).of(**use),
        shape=(2,), number_format="0.0000",
    )  # fmt: skip
    yield drawn(
        start, "height at first", kind="label_start",
        equation=stated(
            lambda room, **of: array_of(1, **of) - np.arange(total) * room[1] / TIE,
            lambda k, room, **of: f"={cells_of(1, **of)[k]}-{k}*{room[1]}/{TIE}", "room",
        ).of(room=room, **use),
        shape=(total,),
    )  # fmt: skip

    def are_beside(room: np.ndarray, **of: np.ndarray) -> np.ndarray:
        middle = array_of(0, **of) + sides * room[0] / 2
        near = np.abs(middle[:, np.newaxis] - middle) < room[0]
        return 1.0 * (near & ~np.eye(total, dtype=bool))

    def beside_cell(i: int, j: int, room: Cells, **of: Cells) -> str:
        if i == j:
            return "=0"
        across, apart = cells_of(0, **of), (sides[i] - sides[j]) / 2
        moved = f"{apart:+g}*{room[0]}" if apart else ""
        return f"=IF(ABS({across[i]}-{across[j]}{moved})<{room[0]},1,0)"

    yield drawn(
        beside, "whether boxes are above each other", kind="label_beside",
        equation=stated(are_beside, beside_cell, "room", kind=Choice).of(room=room, **use),
        shape=(total, total), number_format="0",
    )  # fmt: skip

    def pushed(before: np.ndarray, beside: np.ndarray, room: np.ndarray) -> np.ndarray:
        apart = before[:, np.newaxis] - before
        push = beside * np.sign(apart) * np.maximum(0, room[1] - np.abs(apart))
        return before + SHARE * push.sum(axis=1)

    def pushed_cell(i: int, before: Cells, beside: Cells, room: Cells) -> str:
        terms = [
            f"{beside[i, j]}*SIGN({before[i]}-{before[j]})"
            f"*MAX(0,{room[1]}-ABS({before[i]}-{before[j]}))"
            for j in range(total) if j != i
        ]  # fmt: skip
        return f"={before[i]}" + (f"+{SHARE}*({written_sum(terms)})" if terms else "")

    yield drawn(
        moved, "height after each pass", kind="label_moved",
        equation=Stated(pushed, pushed_cell, discontinuous=True).of(
            previous(moved, along="pass", start=start), beside, room),
        axes=(Axis("pass", PASSES, "up"),), shape=(total,),
    )  # fmt: skip
    first = 0
    for group, n in zip(groups, numbers, strict=True):
        axis, begins = group.axis.name, first
        yield drawn(
            f"label_{axis}", "name", kind="label", equation=NameOf(axis).of(group.names), shape=(n,)
        )
        yield drawn(
            f"label_across_{axis}", "to the right", kind="label_across",
            equation=Stated(
                lambda of, room, n=n, s=group.side * GAP: of[:n, 0] + s * room[0],
                lambda k, of, room, a=axis, s=group.side * GAP: (
                    f"={of.at(k, along=a)[0]}{s:+g}*{room[0]}"),
            ).taking("of", "room").of(group.of, room),
            shape=(n,),
        )  # fmt: skip
        yield drawn(
            f"label_up_{axis}", "up", kind="label_up",
            equation=Stated(
                lambda moved, b=begins, n=n: moved[-1, b : b + n],
                lambda k, moved, b=begins: f"={moved.at(-1, along='pass')[b + k]}",
            ).taking("moved").of(moved),
            shape=(n,),
        )  # fmt: skip
        first += n
