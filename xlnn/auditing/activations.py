"""Find activations: cells that are computed from one other cell on the way to a cost."""

from collections import defaultdict
from functools import cached_property, lru_cache

from xlnn.auditing.book import islands
from xlnn.auditing.chain_rule import ChainRule, Edge
from xlnn.auditing.formula import Pattern
from xlnn.auditing.slopes import close
from xlnn.engines.scenarios import Place


class Activations:
    """The activations between parameters and costs.

    Parameters
    ----------
    chain : ChainRule

    Attributes
    ----------
    adjoints : function
        Returns the derivatives of a cost if those of a layer are raised to a power.
    """

    def __init__(self, chain: ChainRule) -> None:
        self._chain, self._book = chain, chain.book
        self.adjoints = lru_cache(maxsize=None)(self._with_power)

    @cached_property
    def kinds(self) -> dict[tuple[str, Pattern | None], list[Edge]]:
        """Return edges to cells with the same formula of one cell: activations."""
        kinds: dict[tuple[str, Pattern | None], list[Edge]] = defaultdict(list)
        for edge in self._chain.edges:
            if self._only(edge[1]) == edge[0]:
                kinds[edge[1][0], self._book.pattern(edge[1])].append(edge)  # of one layer
        return kinds

    def _only(self, cell: Place) -> Place | None:
        """Return the one cell from which another is computed; None if there are several."""
        reads = {r for r in self._book.reads(cell) if (r, cell) in self._chain.edges}
        moving = reads if len(reads) == 1 else {r for r in reads if self._chain.edges[r, cell]}
        if moving:
            return next(iter(moving)) if len(moving) == 1 else None
        references = self._book.pattern(cell).references if reads else ()
        elements = (self._book.element(reference, cell) for reference in references)
        return next((place for place in elements if place in reads), None)  # a mask that is 0 here

    @cached_property
    def layers(self) -> list[list[Edge]]:
        """Return edges to neighbouring cells with the same formula of one cell."""
        layers = []
        for kind in self.kinds.values():
            edges = {edge[1]: edge for edge in kind}
            layers += [[edges[cell] for cell in cells] for cells in islands(edges)]
        slopes = self._chain.edges  # that of t − y, which is no activation, is 1 or −1
        return [
            layer for layer in layers if not all(close(abs(slopes[edge]), 1.0) for edge in layer)
        ]

    def _with_power(self, cost: Place, layer: int, power: int) -> dict[Place, float]:
        """Return the derivatives of a cost with those of a layer raised to a power."""
        edges = {edge: self._chain.edges[edge] ** power for edge in self.layers[layer]}
        return self._chain.adjoints(cost, edges)
