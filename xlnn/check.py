"""Does a workbook compute what the book says? Every cell against NumPy, where it is born.

Three comparisons. *Local*: each quantity against NumPy's value of the same equation, computed
from the recalculated values of the quantities it depends on, so that a wrong formula is found
where it stands and not in the thousands of cells that it spoils. *Probe*: the same with every
input replaced by a random number, so that nothing agrees by chance. *Drift*: all of it against
an independent NumPy run from the file's own inputs, which is reported but does not judge, since
rounding grows over the epochs.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from xlnn import engines, package, reference
from xlnn.contents import check_inputs, inputs_of, layout_of, read_arrays, read_spec
from xlnn.engines import Inputs, Values
from xlnn.errors import WorkbookError
from xlnn.layout import Block, Layout
from xlnn.package import Contents
from xlnn.quantity import Quantity

TOLERANCE = 1e-12
"""Relative to max(1, |expected|). One formula rounds a few times at 1e-16, and LibreOffice writes
its values with 15 digits; the smallest planted error was a thousand times larger."""

CONSEQUENCE = 1e-6
"""A cell this far from the independent run, relative to max(1, |expected|), was spoilt by a
wrong one rather than by rounding."""


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
        """Return plain values for JSON; what is not finite becomes None."""
        return _plain(asdict(self))

    @property
    def max_difference(self) -> float:
        """The largest relative difference of any number."""
        return max((quantity.max_difference for quantity in self.quantities), default=0.0)


def check(path: Path | str, engine: str = "formulas", probes: int = 1) -> Report:
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
    recalculate = engines.load(engine, path)
    layout = layout_of(read_spec(path))
    _check_sheets(path, contents, layout)
    comparison = _Comparison(layout, contents)
    values = recalculate({})
    arrays = read_arrays(layout, values)
    inputs = inputs_of(layout, arrays)
    check_inputs(layout, values, inputs)
    comparison.typed_over(arrays, values)
    comparison.local(arrays, values)
    for number in range(probes):
        probe = probe_inputs(layout, number)
        values = recalculate(probe)
        comparison.local(read_arrays(layout, values), values)
    run = reference.run(layout.model, inputs)
    return comparison.report(engine, probes, arrays, run)


def _check_sheets(path: Path, contents: Contents, layout: Layout) -> None:
    for title in layout.titles.values():
        if title not in contents.sheets:
            raise WorkbookError(
                f"{path.name}: the sheet {title} is missing; undo its deletion or renaming."
            )


def probe_inputs(layout: Layout, seed: int) -> Inputs:
    """Draw a random number for every input cell that holds a number.

    Their sizes are between a quarter and the whole of the quantity's scale, of either sign.
    """
    generator = np.random.default_rng(seed)
    probe = {}
    for quantity in layout.model.inputs:
        if quantity.is_text:
            continue
        block = layout.blocks[quantity.name]
        size = generator.uniform(0.25, 1.0, quantity.input_lengths)
        sign = generator.choice([-1.0, 1.0], quantity.input_lengths)
        numbers = quantity.scale * size * sign
        for index in np.ndindex(numbers.shape):
            row, column = block.address(index)
            probe[layout.titles[block.sheet], row, column] = float(f"{numbers[index]:.15g}")
    return probe


@dataclass
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

    def __post_init__(self) -> None:
        """Find out which cells of each quantity hold a formula."""
        masks = {}
        for key, title in self.layout.titles.items():
            rows, columns = self.contents.formulas[title]
            extent = self.layout.extents[key]
            mask = np.zeros(extent, dtype=bool)
            inside = (rows <= extent[0]) & (columns <= extent[1])
            mask[rows[inside] - 1, columns[inside] - 1] = True
            masks[key] = mask
        self.has_formula = {
            name: block.window(masks[block.sheet])[block.quantity.given :]
            if block.quantity.given
            else block.window(masks[block.sheet])
            for name, block in self.layout.blocks.items()
            if block.quantity.equation is not None
        }

    @property
    def _computed(self) -> Sequence[Quantity]:
        return [q for q in self.layout.model.quantities if q.equation is not None]

    def typed_over(self, arrays: reference.Arrays, values: Values) -> None:
        """Find computed cells that hold no formula, whatever their value."""
        for quantity in self._computed:
            missing = ~self.has_formula[quantity.name]
            if missing.any():
                expected = reference.expected(self.layout.model, quantity, arrays)
                self._add(quantity, missing, expected, values)

    def local(self, arrays: reference.Arrays, values: Values) -> None:
        """Compare each quantity with its equation, from the values of what it depends on."""
        for quantity in self._computed:
            expected = reference.expected(self.layout.model, quantity, arrays)
            got = (
                arrays[quantity.name][quantity.given or None :]
                if quantity.axes
                else arrays[quantity.name]
            )
            if quantity.is_text:
                wrong = got != expected
            else:
                difference = np.abs(got - expected) / np.maximum(1, np.abs(expected))
                finite = difference[np.isfinite(difference)]
                largest = float(finite.max(initial=0.0))
                self.differences[quantity.name] = max(
                    largest, self.differences.get(quantity.name, 0.0)
                )
                wrong = ~(difference <= TOLERANCE)
                if wrong.any():
                    wrong &= ~(np.isnan(got) & _tainted(self.layout.model, quantity, arrays))
            if np.any(wrong):
                self._add(quantity, wrong, expected, values)

    def _add(
        self, quantity: Quantity, wrong: np.ndarray, expected: np.ndarray, values: Values
    ) -> None:
        block = self.layout.blocks[quantity.name]
        grid = values[self.layout.titles[block.sheet]]
        found = self.found.setdefault(quantity.name, {})
        for position in map(tuple, np.argwhere(wrong)):
            index = _whole_index(quantity, position)
            if index not in found:
                row, column = block.address(index)
                got = grid.others.get((row, column))
                if got is None and row <= grid.numbers.shape[0] and column <= grid.numbers.shape[1]:
                    got = _number(grid.numbers[row - 1, column - 1])
                value = expected[position]
                found[index] = _Finding(value if quantity.is_text else _number(value), got)

    def report(
        self, engine: str, probes: int, arrays: reference.Arrays, run: reference.Arrays
    ) -> Report:
        """Sum up."""
        drift, spoilt = 0.0, 0
        for quantity in self._computed:
            if quantity.is_text:
                continue
            got, expected = arrays[quantity.name], run[quantity.name]
            difference = np.abs(got - expected) / np.maximum(1, np.abs(expected))
            drift = max(drift, float(difference[np.isfinite(difference)].max(initial=0.0)))
            spoilt += int((~(difference <= CONSEQUENCE)).sum())
        wrong = self._wrong()
        numeric = {q.name: not q.is_text for q in self._computed}
        counts = {name: int(mask.sum()) for name, mask in self.has_formula.items()}
        numbers = sum(count for name, count in counts.items() if numeric[name])
        total = sum(len(rows) for rows, _ in self.contents.formulas.values())
        return Report(
            file=str(self.contents.path),
            engine=engine,
            agrees=not wrong,
            formula_cells=numbers,
            compared_cells=numbers,
            text_cells=sum(counts.values()) - numbers,
            other_cells=total - sum(counts.values()),
            probes=probes,
            drift=drift,
            consequences=max(0, spoilt - len(wrong)) if wrong else 0,
            quantities=tuple(
                Compared(
                    name, counts[name], self.differences.get(name, 0.0), name not in self.found
                )
                for name in numeric
            ),
            wrong=wrong,
        )

    def _wrong(self) -> tuple[Wrong, ...]:
        formulas = self._formulas_of_wrong()
        return tuple(
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


def _tainted(model: object, quantity: Quantity, arrays: reference.Arrays) -> np.ndarray:
    """Tell which entries depend on a cell that holds an error: theirs is no cause but a result.

    Returns
    -------
    array of bool
        It broadcasts to the computed part of the quantity.
    """
    tainted = np.zeros((1,) * len(quantity.lengths), dtype=bool)
    for use in quantity.uses.values():
        source = model[use.name]
        if source.is_text:
            continue
        bad = np.isnan(arrays[use.name])
        if source.timed and quantity.timed:
            first = quantity.given - use.lag
            bad = bad[first : first + quantity.lengths[0] - quantity.given]
        shared = [axis.family for axis in quantity.axes]
        keep = [i for i, axis in enumerate(source.axes) if axis.family in shared]
        bad = bad.any(axis=tuple(i for i in range(bad.ndim) if i not in keep), keepdims=True)
        lengths = [1] * len(quantity.lengths)
        for position in keep:
            lengths[shared.index(source.axes[position].family)] = bad.shape[position]
        tainted = tainted | bad.reshape(lengths)
    return tainted


def _whole_index(quantity: Quantity, position: tuple[int, ...]) -> tuple[int, ...]:
    """Turn an index into the computed part into one into the whole array."""
    position = tuple(map(int, position))
    return (position[0] + quantity.given, *position[1:]) if quantity.given else position


def _position(block: Block, index: tuple[int, ...], family: str) -> int | None:
    """Return the epoch or image of an entry, from 1; state 1 is the end of epoch 1."""
    for axis, position in zip(block.quantity.axes, index, strict=False):
        if axis.family == family:
            return position + (axis.name != "state")
    return None


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _plain(value: Any) -> Any:  # noqa: ANN401 -- any value that JSON can hold
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
