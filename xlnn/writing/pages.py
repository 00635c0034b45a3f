"""After which columns or rows does another page begin, so that nothing is cut that has room?"""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

import numpy as np

Span = tuple[int, int]
"""The first and the last of some columns or rows."""

FILLED = 0.5
"""How much of a page is filled at least before a group is cut rather than left for the next."""


@dataclass(frozen=True)
class Way:
    """One way over a sheet: its columns from left to right, or its rows from top to bottom.

    Attributes
    ----------
    sizes : tuple of float
        Of the columns or rows, in pixels.
    room : float
        Of a page, in pixels, at the size of the screen.
    repeated : (int, int)
        The first and last of those that are printed again on each page that follows them; (1, 0)
        for none.
    whole : frozenset of (int, int)
        What is not to be cut, such as a chart.
    groups : frozenset of (int, int)
        What is better not cut: columns below one heading, small tables.
    given : tuple of int
        After which another page begins in any case.
    """

    sizes: tuple[float, ...]
    room: float
    repeated: Span = (1, 0)
    whole: frozenset[Span] = frozenset()
    groups: frozenset[Span] = frozenset()
    given: tuple[int, ...] = ()

    def pages(self, scale: float) -> tuple[int, ...]:
        """Return the last column or row of each page.

        >>> Way((100,) * 7, 300).pages(1), Way((100,) * 7, 300, repeated=(1, 1)).pages(1)
        ((3, 6, 7), (3, 5, 7))
        >>> Way((100,) * 7, 300, whole=frozenset({(3, 5)})).pages(1)
        (2, 5, 7)
        """
        last = len(self.sizes)
        whole, groups = self._cuts(self.room / scale)  # what no page has room for is cut anywhere
        found, start, listed = [], 0, self._listed
        while start < last:
            free = self.room / scale - self._again(start + 1)
            most = next((each for each in self.given if each > start), last)
            end = min(max(bisect_right(listed, listed[start] + free) - 1, start + 1), most)
            is_short = listed[end] - listed[start] < FILLED * free
            if end < most and (whole[end] or groups[end] or is_short):  # else none is better
                least = start + 1 if start >= self.repeated[1] else self.repeated[1] + 1
                least = min(least, end)
                ends = np.arange(least, end + 1)
                is_short = self._ends[ends] - self._ends[start] < FILLED * free
                end = int(ends[np.lexsort((-ends, groups[ends], is_short, whole[ends]))[0]])
            found.append(end)
            start = end
        return tuple(found)

    def cost(self, scale: float) -> tuple[int, int, int]:
        """Return how many pages are taken, and how much is cut, of what is whole and of groups."""
        pages = self.pages(scale)
        whole, groups = (int(cuts[[*pages[:-1]]].sum()) for cuts in self._all_cuts)
        return len(pages), whole, groups

    def back(self, last: int, scale: float) -> int:
        """Return the first column or row of a page that is full, by its last."""
        free = self.room / scale - self._again(last)
        return int(np.searchsorted(self._ends, self._ends[last] - free)) + 1

    @cached_property
    def _ends(self) -> np.ndarray:
        """Where each column or row ends, the first being 0."""
        return np.cumsum((0, *self.sizes))

    @cached_property
    def _listed(self) -> list[float]:
        """The same as a list, from which single numbers come sooner."""
        return self._ends.tolist()

    @cached_property
    def _spans(self) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
        """What is whole, and the groups: the first and last of each, and the room that it needs."""
        found = []
        for spans in (self.whole, self.groups):
            corners = np.array([*spans], dtype=int).reshape(-1, 2)
            first, last = corners.T
            found.append((corners, self._ends[last] - self._ends[first - 1] + self._again(first)))
        return tuple(found)

    @cached_property
    def _all_cuts(self) -> tuple[np.ndarray, ...]:
        return self._cuts(np.inf)

    def _again(self, start: int | np.ndarray) -> np.ndarray:
        """Return how much is printed again on a page that begins with a column or row."""
        first, last = self.repeated
        return (start > last) * (self._ends[last] - self._ends[first - 1])

    def _cuts(self, room: float) -> tuple[np.ndarray, ...]:
        """Return how many spans a cut after each column or row goes through; the first is none.

        Of the spans, whole ones and groups, those count for which there is room: nearly always all.
        """
        which = tuple(int(np.count_nonzero(needed <= room)) for _, needed in self._spans)
        if which not in self._found:
            found = []
            for corners, needed in self._spans:
                first, last = corners[needed <= room].T
                more, less = (
                    np.bincount(each, minlength=len(self._ends)) for each in (first, last)
                )
                found.append(np.cumsum(more - less))
            self._found[which] = tuple(found)
        return self._found[which]

    @cached_property
    def _found(self) -> dict[tuple[int, ...], tuple[np.ndarray, ...]]:
        """What `_cuts` returned, by how many spans counted."""
        return {}
