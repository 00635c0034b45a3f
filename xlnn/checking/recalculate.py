"""Recalculate a workbook and its probes while the file is read."""

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Self

from xlnn import engines
from xlnn.checking.probe import ProbePoints, probe_inputs
from xlnn.engines import UNLIMITED, Allowance
from xlnn.layout import Layout

if TYPE_CHECKING:
    from xlnn.grid import Values


class Work:
    """An engine that has started to compute in the background.

    Parameters
    ----------
    engine : str
    file : Path
    points : ProbePoints
    allowance : Allowance
        Within which it works.

    Attributes
    ----------
    engine : str
        Its name.
    file : Path
        The file with which it began.
    points : ProbePoints
        At which the workbook is compared besides its own.
    own : Future
        Of the values that the workbook has.
    probed : list of Future
        Of the values of each probe, once it has begun with them.
    """

    def __init__(
        self, engine: str, file: Path, points: ProbePoints, allowance: Allowance = UNLIMITED
    ) -> None:
        self.engine, self.file, self.points = engine, file, points
        self._allowance = allowance
        self._begin(file)

    def _begin(self, file: Path) -> None:
        with_twin = self.points.probes > 0
        self._recalculate = engines.load(self.engine, file, self._allowance, with_twin=with_twin)
        self._worker = ThreadPoolExecutor(engines.AT_ONCE)
        self.own = self._worker.submit(self._recalculate, {})
        self.probed: list[Future[Values]] = []

    def begin_anew(self, file: Path, layout: Layout) -> None:
        """Stop the engine, then start it with another file and its probes."""
        engines.cancel(self._recalculate, self._worker)
        self._begin(file)
        self.probe(layout)

    def probe(self, layout: Layout) -> None:
        """Start the probes, which need the layout."""
        self.probed = [
            self._worker.submit(self._recalculate, probe_inputs(layout, self.points.seed, number))
            for number in range(self.points.probes)
        ]

    def end(self) -> None:
        """Let the engine end in the background."""
        self._worker.submit(engines.cancel, self._recalculate, self._worker)

    def __enter__(self) -> Self:
        """Return the work itself."""
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        """End the engine, without waiting if the check was stopped."""
        if error is None:
            self._worker.shutdown()
        engines.cancel(self._recalculate, self._worker)
