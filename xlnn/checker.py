"""Does a workbook compute what the book says? Every cell against NumPy, where it is born.

Three comparisons. *Local*: each quantity against NumPy's value of the same equation, computed
from the recalculated values of the quantities it depends on, so that a wrong formula is found
where it stands and not in the thousands of cells that it spoils. *Probe*: the same with every
input replaced by a random number, so that nothing agrees by chance. *Drift*: all of it against
an independent NumPy run from the file's own inputs, which is reported but does not judge, since
rounding grows over the epochs.
"""

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cached_property
from itertools import islice
from math import prod
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from xlnn import engines, package, reference
from xlnn.cached_values import replace_inputs
from xlnn.circles import Entry, reading_ahead, replacements
from xlnn.contents import check_inputs, inputs_of, layout_of, read_arrays, read_spec
from xlnn.engines import DEFAULT_ENGINE, Inputs, Recalculate, Values
from xlnn.errors import CircularReferenceError, WorkbookError
from xlnn.layout import Block, Layout
from xlnn.package import Contents
from xlnn.probe import probe_inputs
from xlnn.quantity import Model, Quantity
from xlnn.reference import Arrays

TOLERANCE = 1e-12
"""Relative to max(1, |expected|). One formula rounds a few times at 1e-16, and LibreOffice writes
its values with 15 digits; the smallest planted error was a thousand times larger."""

CONSEQUENCE = 1e-6
"""A cell this far from the independent run, relative to max(1, |expected|), was spoilt by a
wrong one rather than by rounding."""


CIRCULAR = "#CIRC!"
"""What a report shows as the value of a formula that closes a circle."""


@dataclass(frozen=True)
class Wrong:
    """A cell whose formula does not compute its quantity.

    Attributes
    ----------
    cell : str
        Sheet and address: ``Training!R7``.
    quantity : str
    epoch, image : int or None
        From 1.
    expected : float, str or None
        NumPy's value, from the values that the formula refers to.
    got : float, str or None
        The recalculated value; None for an empty cell.
    formula : str or None
        What the cell holds; None where it holds no formula.
    expected_formula : str
    """

    cell: str
    quantity: str
    epoch: int | None
    image: int | None
    expected: float | str | None
    got: float | str | bool | None
    formula: str | None
    expected_formula: str


@dataclass(frozen=True)
class Compared:
    """How one quantity fared.

    Attributes
    ----------
    name : str
    cells : int
        How many formula cells were compared.
    max_difference : float
        The largest |got - expected| / max(1, |expected|) of a number, over all probes.
    agrees : bool
    """

    name: str
    cells: int
    max_difference: float
    agrees: bool


@dataclass(frozen=True)
class Report:
    """What a check found.

    Attributes
    ----------
    file, engine : str
    agrees : bool
    formula_cells : int
        Formulas of xlnn with a numeric result; each is compared.
    compared_cells : int
    text_cells : int
        Formulas of xlnn with a text as result, compared as well.
    other_cells : int
        Formulas that someone added outside the quantities; they are not compared.
    probes : int
    drift : float
        The largest relative difference from the independent NumPy run.
    consequences : int
        Cells spoilt by the wrong ones.
    quantities : tuple of Compared
    wrong : tuple of Wrong
        The causes, in the order in which the quantities are computed.
    """

    file: str
    engine: str
    agrees: bool
    formula_cells: int
    compared_cells: int
    text_cells: int
    other_cells: int
    probes: int
    drift: float
    consequences: int
    quantities: tuple[Compared, ...]
    wrong: tuple[Wrong, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return _plain(asdict(self))

    @property
    def max_difference(self) -> float:
        """The largest relative difference of any number."""
        return max((quantity.max_difference for quantity in self.quantities), default=0.0)


def check(path: Path | str, engine: str = DEFAULT_ENGINE, probes: int = 1) -> Report:
    """Compare every formula of a workbook with NumPy.

    Parameters
    ----------
    path : Path
    engine : str
        One of `xlnn.engines.ENGINES`.
    probes : int
        How many times to repeat the comparison with random inputs.

    Raises
    ------
    WorkbookError
        The file is no workbook of xlnn, or is not safe to open.
    EngineError
        The engine cannot be used.
    """
    path = Path(path)
    contents = package.inspect(path)
    try:
        recalculate = engines.load(engine, path)
    except CircularReferenceError as circle:  # found at once: no value can be had of it
        recalculate = _nothing_but(circle)
    # The engine computes while Python reads the Spec and imports what places its cells
    with _worker(recalculate) as worker:
        first = worker.submit(recalculate, {})
        layout = layout_of(read_spec(path))
        report, _ = _compare(contents, layout, _Work(engine, recalculate, worker, first), probes)
    return report


def compare(
    contents: Contents, layout: Layout, recalculate: Recalculate, engine: str, probes: int
) -> tuple[Report, Values]:
    """Compare a workbook that an engine has loaded with NumPy.

    Returns
    -------
    Report
    Values
        The recalculated workbook, with its own inputs.

    Raises
    ------
    WorkbookError
        A sheet is missing, or an input cell holds no number.
    """
    with _worker(recalculate) as worker:
        first = worker.submit(recalculate, {})
        return _compare(contents, layout, _Work(engine, recalculate, worker, first), probes)


@contextmanager
def _worker(recalculate: Recalculate) -> Iterator[ThreadPoolExecutor]:
    """Give a thread for the engine; whoever stops a check does not wait for it."""
    worker = ThreadPoolExecutor(max_workers=1)
    try:
        yield worker
    except BaseException:
        engines.cancel(recalculate, worker)
        raise
    worker.shutdown()


def _nothing_but(error: CircularReferenceError) -> Recalculate:
    """Return an engine that can say only what is wrong."""

    def recalculate(_: Inputs) -> Values:
        raise error

    return recalculate


@dataclass(frozen=True)
class _Work:
    """An engine at work: the first result is on its way."""

    engine: str
    recalculate: Recalculate
    worker: ThreadPoolExecutor
    first: Future[Values]


def _compare(contents: Contents, layout: Layout, work: _Work, probes: int) -> tuple[Report, Values]:
    _check_sheets(contents, layout)
    comparison = _Comparison(layout, contents)
    waiting = _probing(work, layout, probes)
    comparison.read()  # while the engine computes
    try:
        values = work.first.result()
    except CircularReferenceError:
        for probed in waiting:
            probed.cancel()
        with TemporaryDirectory(prefix="xlnn-") as folder:
            cut = comparison.cut(Path(folder))
            if cut is None:
                raise
            recalculate = engines.load(work.engine, cut)
            first = work.worker.submit(recalculate, {})
            opened = _Work(work.engine, recalculate, work.worker, first)
            return _judge(comparison, opened, first.result(), _probing(opened, layout, probes))
    return _judge(comparison, work, values, waiting)


def _probing(work: _Work, layout: Layout, probes: int) -> list[Future[Values]]:
    """Let the engine begin with the probes."""
    return [
        work.worker.submit(work.recalculate, probe_inputs(layout, number))
        for number in range(probes)
    ]


def _judge(
    comparison: "_Comparison", work: _Work, values: Values, waiting: list[Future[Values]]
) -> tuple[Report, Values]:
    """Make all comparisons of a workbook that has values."""
    layout = comparison.layout
    arrays = read_arrays(layout, values)
    inputs = inputs_of(layout, arrays)
    check_inputs(layout, values, inputs)
    comparison.circular(arrays)
    comparison.typed_over(arrays, values)
    comparison.local(arrays, values)
    comparison.otherwise(arrays, values)
    run = reference.run(layout.model, inputs)
    for probed in waiting:
        comparison.local(read_arrays(layout, probed.result()), probed.result())
    return comparison.report(work.engine, len(waiting), arrays, run), values


def _check_sheets(contents: Contents, layout: Layout) -> None:
    for title in layout.titles.values():
        if title not in contents.sheets:
            raise WorkbookError(
                f"{contents.path.name}: the sheet {title} is missing; bring it back, or its name."
            )


@dataclass(frozen=True)
class _Finding:
    """A wrong entry of a quantity's array."""

    expected: float | str | None
    got: float | str | bool | None


@dataclass
class _Comparison:
    """What was found so far."""

    layout: Layout
    contents: Contents
    found: dict[str, dict[tuple[int, ...], _Finding]] = field(default_factory=dict)
    differences: dict[str, float] = field(default_factory=dict)
    reads_otherwise: dict[Entry, str] = field(default_factory=dict)
    reads_ahead: tuple[Entry, ...] = ()

    @cached_property
    def computed(self) -> tuple[Quantity, ...]:
        """The quantities that have an equation."""
        return tuple(q for q in self.layout.model.quantities if q.equation is not None)

    @cached_property
    def has_formula(self) -> dict[str, np.ndarray]:
        """For each computed quantity: which of its entries hold a formula, beyond the given."""
        masks = {
            key: _mask(self.contents.formulas[title], self.layout.extents[key])
            for key, title in self.layout.titles.items()
        }
        formulas = {}
        for quantity in self.computed:
            block = self.layout.blocks[quantity.name]
            formulas[quantity.name] = block.window(masks[block.sheet]).copy()
            quantity.typed(formulas[quantity.name])[...] = False
        return formulas

    def read(self, *, everything: bool = False) -> None:
        """Find formulas that do not read as the layout states them.

        The values of classes, look-ups and sentences are too coarse to prove their formulas: a
        range that is one row short gives the right class nearly always. Other formulas are free
        to say the same in other words, since their values prove them.
        """
        blocks = [
            self.layout.blocks[quantity.name]
            for quantity in self.computed
            if everything or quantity.is_coarse
        ]
        stated: dict[str, dict[tuple[int, int], str]] = {}
        for block in blocks:
            cells = stated.setdefault(block.sheet, {})
            axes = tuple(axis.length for axis in block.quantity.axes)
            given = block.quantity.given * prod(axes[1:])
            for column in self.layout.columns(block.quantity.name):
                places = islice(block.places(column.unit), given, None)
                cells.update(zip(places, column.down(axes, given), strict=True))
        self.reads_otherwise = {}
        for sheet, cells in stated.items():
            found = self.contents.stated(self.layout.titles[sheet])
            differing = {
                (row, column): formula
                for row, column, formula in found
                if (text := cells.get((row, column), formula)) != formula
                and plainly(text) != plainly(formula)
            }
            if differing:
                owners = _owners(block for block in blocks if block.sheet == sheet)
                self.reads_otherwise |= {owners[at]: text for at, text in differing.items()}

    def otherwise(self, arrays: Arrays, values: Values) -> None:
        """Add the formulas that do not read as stated, with their values."""
        for name, index in self.reads_otherwise:
            quantity = self.layout.model[name]
            wrong = np.zeros(quantity.lengths, dtype=bool)
            wrong[index] = True
            self._add(quantity, wrong, self._expected(quantity, arrays), values)

    def cut(self, folder: Path) -> Path | None:
        """Copy the workbook with numbers instead of the formulas that close circles, if any do."""
        coarse = self.reads_otherwise
        self.read(everything=True)
        self.reads_ahead = reading_ahead(self.layout, self.contents, self.reads_otherwise)
        self.reads_otherwise = coarse
        if not self.reads_ahead:
            return None
        copy = folder / self.contents.path.name
        try:
            replace_inputs(self.contents.path, copy, replacements(self.layout, self.reads_ahead))
        except WorkbookError:  # other cells share the formula, and would be left without it
            return None
        return copy

    def circular(self, arrays: Arrays) -> None:
        """Add the formulas that close circles; they have no values of their own."""
        names = dict.fromkeys(name for name, _ in self.reads_ahead)
        expected = {name: self._expected(self.layout.model[name], arrays) for name in names}
        for name, index in self.reads_ahead:
            finding = _Finding(_plain(expected[name][index]), CIRCULAR)
            self.found.setdefault(name, {})[index] = finding

    def typed_over(self, arrays: Arrays, values: Values) -> None:
        """Find computed cells that hold no formula, whatever their value."""
        for quantity in self.computed:
            missing = ~self.has_formula[quantity.name]
            quantity.typed(missing)[...] = False
            if missing.any():
                self._add(quantity, missing, self._expected(quantity, arrays), values)

    def _expected(self, quantity: Quantity, arrays: Arrays) -> np.ndarray:
        """Return NumPy's value of a quantity; None where NumPy has no statement of it."""
        if not quantity.is_compared:
            return np.full(quantity.lengths, None)
        return reference.expected(self.layout.model, quantity, arrays)

    def local(self, arrays: Arrays, values: Values) -> None:
        """Compare each quantity with its equation, from the values of what it depends on."""
        for quantity in self.computed:
            expected = self._expected(quantity, arrays)
            got = arrays[quantity.name]
            if not quantity.is_compared:
                wrong = np.equal(got, None) & ~_tainted(self.layout.model, quantity, arrays)
            elif quantity.is_text:
                wrong = got != expected
            else:
                difference = _difference(got, expected)
                if not (difference <= TOLERANCE).all():
                    size = reference.terms(self.layout.model, quantity, arrays)
                    difference = _difference(got, expected, size)
                if reference.ties(quantity, arrays, TOLERANCE):
                    difference = np.zeros(quantity.lengths)
                largest = max(_largest(difference), self.differences.get(quantity.name, 0.0))
                self.differences[quantity.name] = largest
                wrong = ~(difference <= TOLERANCE)
                if wrong.any():
                    # no value where NumPy has none either, or none to be had
                    tainted = _tainted(self.layout.model, quantity, arrays)
                    wrong &= ~(np.isnan(expected) & (np.isnan(got) | tainted))
                    wrong &= ~(np.isnan(got) & tainted)
            if wrong.any():
                self._add(quantity, wrong, expected, values)

    def _add(
        self, quantity: Quantity, wrong: np.ndarray, expected: np.ndarray, values: Values
    ) -> None:
        block = self.layout.blocks[quantity.name]
        grid = values[self.layout.titles[block.sheet]]
        found = self.found.setdefault(quantity.name, {})
        for entry in np.argwhere(wrong):
            index = tuple(map(int, entry))
            if index not in found:
                found[index] = _Finding(_plain(expected[index]), grid.at(*block.address(index)))

    def report(self, engine: str, probes: int, arrays: Arrays, run: Arrays) -> Report:
        """Sum up, beside the independent run."""
        numeric = [quantity.name for quantity in self.computed if not quantity.is_text]
        differences = [_difference(arrays[name], run[name]) for name in numeric if arrays]
        spoilt = sum(int((~(difference <= CONSEQUENCE)).sum()) for difference in differences)
        wrong = self._wrong()
        named = {each.quantity for each in wrong}
        cells = {name: int(mask.sum()) for name, mask in self.has_formula.items()}
        compared = sum(cells[name] for name in numeric)
        texts = sum(cells.values()) - compared
        other = self.contents.formula_count - sum(cells.values())
        return Report(
            file=str(self.contents.path),
            engine=engine,
            agrees=not wrong,
            formula_cells=compared,
            compared_cells=compared,
            text_cells=texts,
            other_cells=other,
            probes=probes,
            drift=max(map(_largest, differences), default=0.0),
            consequences=max(0, spoilt - len(wrong)) if wrong else 0,
            quantities=tuple(
                Compared(name, count, self.differences.get(name, 0.0), name not in named)
                for name, count in cells.items()
            ),
            wrong=wrong,
        )

    def _wrong(self) -> tuple[Wrong, ...]:
        """Return what is wrong; where formulas were altered, the ones as stated are victims.

        They were given what no right cell gives them: INDEX and NumPy, say, differ on row 0.5.
        """
        formulas = self._formulas_of_wrong()
        wrong = tuple(
            Wrong(
                cell=self.layout.cell(name, index),
                quantity=name,
                epoch=_position(self.layout.blocks[name], index, "time"),
                image=_position(self.layout.blocks[name], index, "image"),
                expected=finding.expected,
                got=finding.got,
                formula=formulas.get(self.layout.cell(name, index)),
                expected_formula=self.layout.formula(name, index),
            )
            for name, findings in self.found.items()
            for index, finding in sorted(findings.items())
        )
        return tuple(each for each in wrong if _is_altered(each)) or wrong

    def _formulas_of_wrong(self) -> dict[str, str | None]:
        """Read the formulas of the wrong cells; nothing is read where all agree."""
        wanted: dict[str, dict[tuple[int, int], str]] = {}
        for name, findings in self.found.items():
            block = self.layout.blocks[name]
            cells = wanted.setdefault(self.layout.titles[block.sheet], {})
            for index in findings:
                cells[block.address(index)] = self.layout.cell(name, index)
        return {
            cells[cell.row, cell.column]: cell.formula
            for title, cells in wanted.items()
            for cell in package.cells(self.contents.path, title)
            if (cell.row, cell.column) in cells
        }


def _mask(cells: package.FormulaCells, extent: tuple[int, int]) -> np.ndarray:
    """Mark formula cells in an array of a sheet's blocks."""
    mask = np.zeros(extent, dtype=bool)
    inside = (cells.rows <= extent[0]) & (cells.columns <= extent[1])
    mask[cells.rows[inside] - 1, cells.columns[inside] - 1] = True
    return mask


def _owners(
    blocks: Iterable[Block],
) -> dict[tuple[int, int], tuple[str, tuple[int, ...]]]:
    """Return the quantity and the index of every cell of some blocks of one sheet."""
    return {
        block.address(index): (block.quantity.name, index)
        for block in blocks
        for index in np.ndindex(block.quantity.lengths)
    }


def _is_altered(wrong: Wrong) -> bool:
    """Tell whether a cell reads otherwise than stated."""
    return wrong.formula is None or plainly(wrong.formula) != plainly(wrong.expected_formula)


def plainly(formula: str) -> str:
    """Write a formula without what a program that saves it may change: $, quotes, blanks, case.

    >>> plainly("=Sum('Images'!$B$4:B7, C1)")
    '=SUM(IMAGES!B4:B7,C1)'
    """
    # LibreOffice writes TRUE() for TRUE
    return re.sub(r"[\s$']", "", formula).upper().replace("TRUE()", "TRUE")


def _difference(
    got: np.ndarray, expected: np.ndarray, size: np.ndarray | float = 0.0
) -> np.ndarray:
    """Return the difference relative to 1, the expected value or the size of its terms."""
    return np.abs(got - expected) / np.maximum(np.maximum(1, np.abs(expected)), size)


def _largest(difference: np.ndarray) -> float:
    """Return the largest difference of those that are numbers."""
    return float(np.max(difference, initial=0.0, where=np.isfinite(difference)))


def _tainted(model: Model, quantity: Quantity, arrays: Arrays) -> np.ndarray:
    """Tell which entries depend on a cell that holds an error: theirs is a result, no cause.

    Returns
    -------
    array of bool
        Of the quantity's shape.
    """
    tainted = np.zeros(quantity.lengths, dtype=bool)
    units = tuple(range(-len(quantity.shape), 0))
    for use in quantity.uses.values():
        source = model[use.name]
        array = arrays[use.name]
        bad = np.equal(array, None).astype(bool) if source.is_text else np.isnan(array)
        bad = bad.any(axis=tuple(range(len(source.axes), bad.ndim)))
        tainted |= np.expand_dims(_aligned(bad, source, quantity, use.lag), units)
    return tainted


def _aligned(bad: np.ndarray, source: Quantity, quantity: Quantity, lag: int) -> np.ndarray:
    """Bring what is said of a source's epochs and images to those of a quantity that uses it."""
    own = {axis.family: axis for axis in quantity.axes}
    for position, axis in enumerate(source.axes):
        here = own.get(axis.family)
        if here is None or axis.length == 1:
            bad = bad.any(axis=position, keepdims=True)
            continue
        shift = here.first - axis.first - (lag if axis.family == "time" else 0)
        rows = np.arange(here.length) + shift
        inside = (rows >= 0) & (rows < axis.length)
        bad = np.take(bad, np.clip(rows, 0, axis.length - 1), axis=position)
        bad &= inside.reshape([-1 if n == position else 1 for n in range(bad.ndim)])
    families = [axis.family for axis in source.axes]
    dropped = tuple(n for n, family in enumerate(families) if family not in own)
    bad = bad.any(axis=dropped)
    kept = [family for family in families if family in own]
    return np.expand_dims(bad, tuple(n for n, family in enumerate(own) if family not in kept))


def _position(block: Block, index: tuple[int, ...], family: str) -> int | None:
    """Return the epoch or image of an entry, from 1; state 1 is the end of epoch 1."""
    for axis, position in zip(block.quantity.axes, index, strict=False):
        if axis.family == family:
            return position + (axis.name != "state")
    return None


def _plain(value: Any) -> Any:  # noqa: ANN401 -- any value that JSON can hold
    """Return values as JSON has them; a number that is not finite becomes None."""
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, float | np.number):
        return float(value) if np.isfinite(value) else None
    return value
