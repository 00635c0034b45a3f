"""Draw random inputs, with which a workbook is recalculated and compared again."""

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from xlnn import engines, reference
from xlnn.engines import UNLIMITED, Allowance
from xlnn.engines.reading import Reading
from xlnn.grid import Inputs
from xlnn.layout import Layout
from xlnn.model import Model

if TYPE_CHECKING:
    from xlnn.grid import Values


LARGEST = 1e9
"""The largest value of a recurrence: far below overflow, far above its start."""

NEAR, FAR = (-0.3, 0.3), (-1.5, 0.7)
"""Ranges, in powers of 10 times the scale, of inputs in the first probe, with which a network
neither saturates nor diverges, and in the others."""

WHOLE = 3
"""Which of four probes has whole numbers."""

SHRINK, TRIES = 1 / 8, 50
"""The factor and the number of tries for smaller steps; 8^-50 moves nothing."""


def probe_inputs(layout: Layout, seed: int, number: int) -> Inputs:
    """Draw a random number for every input cell that holds a number.

    They are spread around the quantity's scale, with either sign; later probes spread them over two
    orders of magnitude, and every fourth has whole numbers, as data often do. A selector gets one
    of its choices, and an input with bounds a number between them. Step sizes
    (`Quantity.is_step_size`) are reduced where a recurrence would overflow.

    Parameters
    ----------
    layout : Layout
    seed : int
    number : int
        The number of the probe, from 0.
    """
    return {
        layout.place(name, index): float(drawn)
        for name, numbers in probe_arrays(layout.model, seed, number).items()
        for index, drawn in np.ndenumerate(numbers)
    }


def probe_arrays(
    model: Model, seed: int, number: int, larger: float = 1.0
) -> dict[str, np.ndarray]:
    """Draw the same numbers as arrays, by the names of the inputs, multiplied by ``larger``."""
    generator = np.random.default_rng([seed, number])
    low, high = NEAR if number == 0 else FAR
    drawn = {}
    for quantity in model.inputs:
        if quantity.is_text:
            continue
        if quantity.choices:
            least, most = quantity.choices
            numbers = generator.integers(least, most + 1, quantity.input_lengths)
        elif quantity.between:
            numbers = generator.uniform(*quantity.between, quantity.input_lengths)
        else:
            size = generator.uniform(0.25, 1.0, quantity.input_lengths)
            size *= quantity.scale * 10 ** generator.uniform(low, high)
            if number % 4 == WHOLE:
                size = np.ceil(size)
            factor = 1.0 if quantity.is_step_size else larger
            numbers = factor * size * generator.choice([-1.0, 1.0], size.shape)
        drawn[quantity.name] = numbers
    drawn = _calm(model, drawn)
    digits = np.vectorize(lambda number: float(f"{number:.15g}"), otypes=[float])
    return {name: digits(numbers) for name, numbers in drawn.items()}


def _calm(model: Model, drawn: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Scale inputs down until every recurrence stays within bounds."""
    calming = [quantity.name for quantity in model.inputs if quantity.is_step_size]
    if not calming:
        return drawn
    recurring = _recurring(model)
    noted = {q.name: np.zeros(q.input_lengths) for q in recurring.quantities if q.is_record}
    noted |= reference.known(recurring)
    for _ in range(TRIES):
        run = reference.run(recurring, {**noted, **drawn})
        if all((np.abs(run[quantity.name]) < LARGEST).all() for quantity in recurring.quantities):
            break
        drawn = {**drawn, **{name: np.asarray(drawn[name]) * SHRINK for name in calming}}
    return drawn


def _recurring(model: Model) -> Model:
    """Return the recurrences and the quantities they are computed from."""
    needed = model.needed_by(*(quantity.name for quantity in model.quantities if quantity.given))
    return Model(tuple(quantity for quantity in model.quantities if quantity.name in needed))


class Work:
    """An engine that has started to compute in the background.

    Parameters
    ----------
    engine : str
    file : Path
    probes : int
        How many times the workbook is compared besides its own inputs.
    seed : int
        Seed of their random inputs: the same seed gives the same probes.
    allowance : Allowance
        Its limits.
    reading : Reading
        What xlnn has read in the file.

    Attributes
    ----------
    given : Path
        The file that the engine has: `file`, or a copy of it.
    own : Future
        The values with the workbook's own inputs.
    probed : list of Future
        The values of each probe, once started.
    """

    def __init__(  # noqa: PLR0913, PLR0917 -- as a check gives them
        self,
        engine: str,
        file: Path,
        probes: int = 0,
        seed: int = 0,
        allowance: Allowance = UNLIMITED,
        reading: Reading | None = None,
    ) -> None:
        self.engine, self.file, self.probes, self.seed = engine, file, probes, seed
        self.allowance, self.reading = allowance, reading
        self._drawn: list[Inputs] = []
        self._others: dict[str, Work] = {}
        self._begin(file)

    def _begin(self, file: Path) -> None:
        self.given = file
        self._recalculate = engines.load(self.engine, file, self.allowance, reading=self.reading)
        self._worker = ThreadPoolExecutor(1)
        self.own = self.submit({})
        self.probed: list[Future[Values]] = []

    def begin_anew(self, file: Path, layout: Layout) -> None:
        """Stop the engine, then start it with another file and its probes."""
        self.cancel()
        self.reading = self.reading and self.reading.without_formulas()
        self._begin(file)
        self.probe(layout)

    def probe(self, layout: Layout) -> None:
        """Start the probes, which need the layout."""
        numbers = range(self.probes)
        self._start([probe_inputs(layout, self.seed, number) for number in numbers])

    def _start(self, drawn: list[Inputs]) -> None:
        self._drawn, self.probed = drawn, [*map(self.submit, drawn)]

    def beside(self, engine: str) -> "Work":
        """Return another engine that computes the same file and probes, and ends with this one."""
        if engine not in self._others:
            other = Work(engine, self.given, self.probes, self.seed, self.allowance, self.reading)
            other._start(self._drawn)
            self._others[engine] = other
        return self._others[engine]

    def submit(self, inputs: Inputs) -> "Future[Values]":
        """Start a recalculation with some inputs replaced."""
        return self._worker.submit(self._recalculate, inputs)

    def __enter__(self) -> Self:
        """Return the work itself."""
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        """End the engine, without waiting if the check was stopped."""
        if error is None:
            self._worker.shutdown()
        self.cancel()

    def cancel(self) -> None:
        """Cancel the engines in the other threads, and wait until they have ended."""
        while self._others:
            self._others.popitem()[1].cancel()
        self._worker.shutdown(wait=False, cancel_futures=True)
        getattr(self._recalculate, "cancel", lambda: None)()
