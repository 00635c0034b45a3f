"""Find where a fault starts: the first cells behind a wrong gradient that nothing confirms."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import numpy as np

from xlnn.auditing.chain_rule import ChainRule
from xlnn.auditing.pairs import Pair
from xlnn.auditing.slopes import close
from xlnn.engines.scenarios import Place


class Starts:
    """Finds the cells in which faults start.

    Parameters
    ----------
    chain : ChainRule
    values : mapping
        The numbers that cells hold.
    adjoints : function
        Returns the derivatives of a cost with respect to all cells.
    right : sequence of Pair
        Pairs whose stated gradients are the slopes.
    """

    def __init__(
        self,
        chain: ChainRule,
        values: Mapping[Place, float],
        adjoints: Callable[[Place], Mapping[Place, float]],
        right: Sequence[Pair],
    ) -> None:
        self._chain, self._book = chain, chain.book
        self._values, self._adjoints, self._right = values, adjoints, right

    def find(self, pairs: Sequence[Pair], *, is_scaled: bool = False) -> tuple[Place, ...]:
        """Return where the fault of some pairs starts: in cells behind wrong gradients alone.

        Parameters
        ----------
        pairs : sequence of Pair
        is_scaled : bool
            Whether the gradients are multiples of the slopes.
        """
        starts: list[Place] = []
        for pair in pairs:
            adjoint = [v for v in self._adjoints(pair.cost).values() if abs(v) > 1e-12]
            numbers = np.array(adjoint) if adjoint else np.zeros(1)
            behind = self._chain.behind(pair.gradient)
            suspects = {p for p in behind if p not in self._trusted and p != pair.gradient}
            # without right gradients a number of the wrong sign or size may seem to be known
            if not is_scaled or self._trusted:
                suspects = {p for p in suspects if not self._is_known(p, numbers)}
            suspects = {p for p in suspects if not self._is_local(p, suspects)}
            deepest = [p for p in suspects if suspects.isdisjoint({*self._book.reads(p)} - {p})]
            starts += deepest or [pair.gradient]
        return tuple(dict.fromkeys(starts))

    @cached_property
    def _trusted(self) -> set[Place]:
        """Return the cells behind right gradients."""
        behind = (self._chain.behind(p.gradient) for p in self._right if abs(p.slope) > 1e-12)
        return set().union(*behind)

    def _is_known(self, place: Place, numbers: np.ndarray) -> bool:
        """Tell whether a cell holds one of the derivatives of a cost."""
        value = self._values.get(place, np.nan)
        return bool((np.abs(numbers - value) <= 1e-7 * np.abs(numbers)).any())

    def _is_local(self, place: Place, suspects: set[Place]) -> bool:
        """Tell whether a cell holds the right derivative of one forward cell by another."""
        reads = ({*self._book.reads(place)} & self._chain.moving) - self._chain.parameters
        if len(reads) != 1 or suspects & set(self._book.reads(place)):
            return False
        value = self._values.get(place, np.nan)
        near = [s for e, s in self._chain.edges.items() if not reads.isdisjoint(e)]
        return any(close(value, s, 1e-6) for s in near)
