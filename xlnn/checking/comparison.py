"""Find cells that differ from their quantity: by value, formula or text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from xlnn import reference
from xlnn.block import Block
from xlnn.checking.circles import reading_ahead, replacements
from xlnn.checking.formula_text import (
    ALIKE_BY_CHANCE,
    Entry,
    Readings,
    is_backwards,
    plainly,
)
from xlnn.checking.references import areas
from xlnn.checking.report import Compared, Report, Restated, Wrong, plain
from xlnn.errors import CircularReferenceError, Message, XlnnError
from xlnn.grid import CellError, Values
from xlnn.layout import Layout
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.reference import TOLERANCE, Arrays
from xlnn.xlsx.copying import copy_cells
from xlnn.xlsx.package import Package

_NUMBER = re.compile(r"[-−]?\d+(?:\.\d+)?(?: × 10⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)?")


_PLAIN = str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")


def unlike(model: Model, quantity: Quantity, arrays: Arrays, expected: np.ndarray) -> np.ndarray:
    """Return which texts of a quantity differ from the expected ones.

    In a sentence, a number on the edge of rounding may be written either way: as for any values
    within the tolerance of the numbers that the sentence is computed from.

    Parameters
    ----------
    model : Model
    quantity : Quantity
        One with texts.
    arrays : dict of arrays
        The values of the quantity and of those that it uses.
    expected : array of str
        The result of `reference.expected`.

    Returns
    -------
    array of bool
        Of the quantity's shape.
    """
    got = arrays[quantity.name]
    wrong = np.array(np.not_equal(got, expected), dtype=bool)
    if not quantity.is_sentence or not wrong.any():
        return wrong
    written = [expected, *reference.nudged(model, quantity, arrays, TOLERANCE)]
    for entry in np.argwhere(wrong):
        index = tuple(entry)
        wrong[index] = not _is_one_of(got[index], [texts[index] for texts in written])
    return wrong


def _is_one_of(text: str | None, written: list[str | None]) -> bool:
    """Return whether each number of a text is within those of the versions, with the same words.

    It may have no more decimals than they have.

    >>> _is_one_of("0.12 of 3", ["0.12 of 4", "0.13 of 3"]), _is_one_of("0.12 of 3", ["0.13 of 3"])
    (True, False)
    >>> _is_one_of("0.125", ["0.12", "0.13"]), _is_one_of("2 × 10⁻³", ["2 × 10⁻⁴", "3 × 10⁻⁴"])
    (False, False)
    """
    words = _NUMBER.sub("#", text or "")
    alike = [_numbers(one) for one in written if one and _NUMBER.sub("#", one) == words]
    return bool(alike) and all(
        min(known)[0] <= value <= max(known)[0]
        and shown_decimals <= max(decimals for _, decimals in known)
        for known, (value, shown_decimals) in zip(
            zip(*alike, strict=True), _numbers(text), strict=True
        )
    )


def _numbers(text: str) -> list[tuple[float, int]]:
    """Return the value of each number in a sentence, and how many decimals it has.

    >>> _numbers("from −2.5 × 10⁻⁴ to 3")
    [(-0.00025, 1), (3.0, 0)]
    """
    parts = (number.translate(_PLAIN).partition(" × 10") for number in _NUMBER.findall(text))
    return [
        (float(f"{mantissa}e{exponent or 0}"), len(mantissa.partition(".")[2]))
        for mantissa, _, exponent in parts
    ]


CONSEQUENCE = 1e-6
"""A cell this far from the independent run, relative to max(1, |expected|), was affected by a wrong
one rather than by rounding."""


AXES = {"state": "epoch"}
"""Axes whose numbers are those of another: state 3 is the end of epoch 3."""

CIRCULAR = "#CIRC!"
"""The value that a report shows for a formula in a circular reference."""

UNREAD = "#N/A"
"""The same for a formula that stopped the engine."""


Finding = tuple[float | str | None, float | str | bool | None]
"""The expected and the recalculated value of a wrong entry."""


def all_foreign(layout: Layout, *, is_ours: bool) -> bool:
    """Return whether a second engine must compute every formula: no test computed them in each."""
    return not is_ours or layout.has_arrays


@dataclass
class Comparison:
    """The findings so far.

    Parameters
    ----------
    layout : Layout
    contents : Package
    is_ours : bool
        Whether the equations are those of xlnn, which its tests compute in every engine.
    """

    layout: Layout
    contents: Package
    is_ours: bool = True
    found: dict[Entry, Finding] = field(default_factory=dict)
    differences: dict[str, float] = field(default_factory=dict)
    reasons: dict[Entry, str] = field(default_factory=dict)
    seconds: dict[Entry, str] = field(default_factory=dict)
    taken_out: dict[Entry, str | None] = field(default_factory=dict)

    @cached_property
    def computed(self) -> tuple[Quantity, ...]:
        """The quantities that have an equation."""
        return tuple(q for q in self.layout.model.quantities if q.equation is not None)

    @cached_property
    def _masks(self) -> dict[str, np.ndarray]:
        """Which cells of a sheet hold formulas, up to the last row and column of its blocks."""
        return {
            key: self.contents.filled(title, np.zeros(self.layout.extents[key], bool))
            for key, title in self.layout.titles.items()
        }

    def formulas_of(self, quantity: Quantity) -> np.ndarray:
        """Return which entries of a quantity contain a formula."""
        block = self.layout.blocks[quantity.name]
        return block.window(self._masks[block.sheet]).copy()

    @cached_property
    def has_formula(self) -> dict[str, np.ndarray]:
        """For each computed quantity: which of its entries hold a formula, beyond the given."""
        formulas = {quantity.name: self.formulas_of(quantity) for quantity in self.computed}
        for quantity in self.computed:
            quantity.typed(formulas[quantity.name])[...] = False
        return formulas

    @cached_property
    def readings(self) -> Readings:
        """The formulas that differ from the layout."""
        return Readings(self.layout, self.contents)

    def otherwise(self, arrays: Arrays, values: Values) -> None:
        """Add the formulas whose text is wrong, with their values, after `local` found others."""
        for entry in self.readings.otherwise:
            fault = self.readings.fault(entry)
            if fault is None:
                continue
            name, index = entry
            if fault != ALIKE_BY_CHANCE or entry not in self.found:
                self.reasons[entry] = fault
            quantity = self.layout.model[name]
            wrong = np.zeros(quantity.lengths, dtype=bool)
            wrong[index] = True
            self._add(quantity, wrong, self._expected(quantity, arrays), values)

    def without(self, stopped: XlnnError, file: Path, folder: Path) -> Path | None:
        """Copy a file with numbers in place of formulas that may have stopped an engine.

        In a circle these are the formulas that close it. Otherwise they are the altered formulas,
        those with a reversed range first. What was found so far is forgotten.

        Parameters
        ----------
        stopped : XlnnError
            The engine's error.
        file : Path
            The file that it was given first.
        folder : Path
            For the copy.

        Returns
        -------
        Path or None
            None if all of them had already been replaced.
        """
        otherwise = self.readings.otherwise
        if isinstance(stopped, CircularReferenceError):
            reason = None
            ahead = reading_ahead(self.layout, self.contents, self.readings.written_out)
            new = [entry for entry in ahead if entry not in self.taken_out]
        else:
            reason = Message("the engine cannot compute it: {error}", error=str(stopped))
            left = [entry for entry in otherwise if entry not in self.taken_out]
            new = [entry for entry in left if is_backwards(otherwise[entry])] or left
        if not new:
            return None
        for found_so_far in (self.found, self.differences, self.reasons, self.seconds):
            found_so_far.clear()
        self.taken_out |= dict.fromkeys(new, reason)
        copy = folder / self.contents.path.name
        copy_cells(file, copy, replacements(self.layout, self.taken_out))
        return copy

    def not_computed(self, arrays: Arrays) -> None:
        """Add the formulas that were removed, which have no values."""
        names = dict.fromkeys(name for name, _ in self.taken_out)
        expected = {name: self._expected(self.layout.model[name], arrays) for name in names}
        for (name, index), reason in self.taken_out.items():
            got = CIRCULAR if reason is None else UNREAD
            self.found[name, index] = plain(expected[name][index]), got
            if reason is not None:
                self.reasons[name, index] = reason

    def typed_over(self, arrays: Arrays, values: Values) -> None:
        """Find computed cells without a formula, whatever their value."""
        for quantity in self.computed:
            missing = ~self.has_formula[quantity.name]
            quantity.typed(missing)[...] = False
            if missing.any():
                self._add(quantity, missing, self._expected(quantity, arrays), values)

    def renumbered(self, known: Arrays, arrays: Arrays, values: Values) -> None:
        """Find altered row numbers: typed numbers that formulas use as the index of a row."""
        for name, numbers in known.items():
            quantity = self.layout.model[name]
            wrong = self.formulas_of(quantity)
            expected = np.full(quantity.lengths, np.nan)
            quantity.typed(expected)[...] = numbers
            wrong &= ~np.isnan(expected)
            quantity.typed(wrong)[...] |= quantity.typed(arrays[name]) != numbers
            if wrong.any():
                self._add(quantity, wrong, expected, values)
                reason = Message("formulas use these numbers, so they must stay as built")
                self.reasons |= {entry: reason for entry in self.found if entry[0] == name}

    def _expected(self, quantity: Quantity, arrays: Arrays) -> np.ndarray:
        """Return NumPy's value of a quantity."""
        return reference.expected(self.layout.model, quantity, arrays)

    def local(self, arrays: Arrays, values: Values) -> None:
        """Compare each quantity with its equation, given the values it depends on."""
        for quantity in self.computed:
            expected = self._expected(quantity, arrays)
            wrong, difference = self._differing(quantity, arrays, expected)
            if not quantity.is_text:
                largest = max(difference, self.differences.get(quantity.name, 0.0))
                self.differences[quantity.name] = largest
            if wrong.any():
                self._add(quantity, wrong, expected, values)

    def _differing(
        self, quantity: Quantity, arrays: Arrays, expected: np.ndarray
    ) -> tuple[np.ndarray, float]:
        """Return which entries differ from the expected ones, and the largest difference."""
        got, largest = arrays[quantity.name], 0.0
        if quantity.is_text:
            wrong = unlike(self.layout.model, quantity, arrays, expected)
        else:
            difference = disagreement(self.layout.model, quantity, arrays, got, expected)
            largest = _largest(difference)
            wrong = ~(difference <= TOLERANCE)
        if wrong.any():
            wrong &= ~(_lost(got) & _lost(expected))
            wrong &= ~self._tainted(quantity, wrong & (_lost(got) | _lost(expected)), arrays)
        return wrong, largest

    @cached_property
    def foreign(self) -> dict[str, np.ndarray]:
        """Which entries of a quantity have a formula that no template of xlnn states.

        Quantities without any are left out, and so are formulas that are wrong whatever they give.
        """
        if all_foreign(self.layout, is_ours=self.is_ours):
            return {name: mask for name, mask in self.has_formula.items() if mask.any()}
        masks: dict[str, np.ndarray] = {}
        for name, index in self.readings.otherwise:
            if self.readings.fault((name, index)) is None:
                none = np.zeros(self.layout.model[name].lengths, dtype=bool)
                masks.setdefault(name, none)[index] = True
        return masks

    def foreign_unlike(self, arrays: Arrays, values: Values) -> Iterator[tuple[Entry, Finding]]:
        """Yield the foreign formulas to which an engine gives another value than NumPy."""
        for name, foreign in self.foreign.items():
            quantity = self.layout.model[name]
            expected = self._expected(quantity, arrays)
            wrong = self._differing(quantity, arrays, expected)[0] & foreign
            for index in map(tuple, np.argwhere(wrong).tolist()):
                title, *place = self.layout.place(name, index)
                yield (name, index), (plain(expected[index]), values[title].at(*place))

    def refute(
        self, entry: Entry, expected: float | str | None, value: object, first: str, second: str
    ) -> None:
        """Add a formula that is right in one engine but has another value in a second one."""
        if entry in self.found:
            return
        self.reasons[entry] = Message(
            "{first} gives NumPy's value and {second} gives {value}: write it so that both compute "
            "it alike",
            first=first,
            second=second,
            value=written(value),
        )
        self.seconds[entry] = second
        self.found[entry] = expected, value

    def not_confirmed(self, arrays: Arrays, values: Values, reason: str) -> None:
        """Add all foreign formulas that were right so far, which no second engine can compute."""
        for name, foreign in self.foreign.items():
            left = {(name, tuple(at)) for at in np.argwhere(foreign).tolist()} - self.found.keys()
            quantity = self.layout.model[name]
            self._add(quantity, foreign, self._expected(quantity, arrays), values)
            self.reasons |= dict.fromkeys(left, reason)
            self.seconds |= dict.fromkeys(left, "")

    def _tainted(self, quantity: Quantity, wrong: np.ndarray, arrays: Arrays) -> np.ndarray:
        """Return which wrong entries depend on a cell without a value: they are not the cause."""
        layout, tainted = self.layout, np.zeros(quantity.lengths, dtype=bool)
        if not wrong.any():
            return tainted
        bad = {
            name: _lost(arrays[name]) if layout.model[name].is_text else ~np.isfinite(arrays[name])
            for name in quantity.sources
        }
        sheets = layout.sheets(bad, empty=False)
        lost = {title.casefold(): mask for title, mask in sheets.items()}
        places, stated = layout.places(quantity.name), layout.stated(quantity.name)
        block = layout.blocks[quantity.name]
        for entry in np.argwhere(wrong):
            place = places[block.head(tuple(entry))]
            tainted[tuple(entry)] = any(
                lost[area.sheet][area.top - 1 : area.bottom, area.left - 1 : area.right].any()
                for area in areas(stated[place], place[0]) or ()
            )
        return tainted

    def _add(
        self, quantity: Quantity, wrong: np.ndarray, expected: np.ndarray, values: Values
    ) -> None:
        for at in np.argwhere(wrong):
            entry = name, index = quantity.name, tuple(map(int, at))
            if entry not in self.found:
                title, *place = self.layout.place(name, index)
                self.found[entry] = plain(expected[index]), values[title].at(*place)

    def report(self, engine: str, probes: int, seed: int, arrays: Arrays, run: Arrays) -> Report:
        """Return the report, compared with the independent run."""
        numeric = [quantity.name for quantity in self.computed if not quantity.is_text]
        differences = {
            name: relative_difference(arrays[name], run[name]) for name in numeric if arrays
        }
        spoilt = sum(int((~(differing <= CONSEQUENCE)).sum()) for differing in differences.values())
        steady = (
            differences.keys() - self.layout.model.discontinuous
        )  # a tie does not count as drift
        wrong = self._wrong()
        named = {entry.quantity for entry in wrong}
        cells = {name: int(mask.sum()) for name, mask in self.has_formula.items()}
        compared = sum(cells.values())
        numbers = sum(cells[name] for name in numeric)
        other = self.contents.computed_count - compared
        return Report(
            file=str(self.contents.path),
            engine=engine,
            agrees=not wrong,
            formula_cells=numbers,
            compared_cells=compared,
            text_cells=compared - numbers,
            other_cells=other,
            probes=probes,
            drift=max((_largest(differences[name]) for name in steady), default=0.0),
            consequences=max(0, spoilt - len(wrong)) if wrong else 0,
            quantities=tuple(
                Compared(name, count, self.differences.get(name, 0.0), name not in named)
                for name, count in cells.items()
            ),
            wrong=wrong,
            restated=self._restated(probes + 1),
            seed=seed,
            left_out={str(cell): name for cell, name in self.contents.left_out.items()},
        )

    def _wrong(self) -> tuple[Wrong, ...]:
        """Return the wrong cells; if formulas were altered, only those, since other cells follow.

        The others got values that no right cell has, on which INDEX and NumPy may differ.
        """
        formulas = self._formulas_of_wrong()
        names = dict.fromkeys(name for name, _ in self.found)
        rank = {name: n for n, name in enumerate(names)}
        first: dict[tuple[str, tuple[int, ...]], tuple[tuple[int, ...], Finding]] = {}
        for name, index in sorted(self.found, key=lambda entry: (rank[entry[0]], entry[1])):
            # of an array formula the first wrong value is shown
            head = self.layout.blocks[name].head(index)
            first.setdefault((name, head), (index, self.found[name, index]))
        wrong = tuple(
            Wrong(
                cell=self.layout.cells(name, index),
                quantity=name,
                epoch=self._number(name, index, "time"),
                image=self._number(name, index, "image"),
                place=shown_position(self.layout.blocks[name], index),
                expected=expected,
                got=got,
                formula=formulas.get((name, index)),
                expected_formula=self._stated(name, index),
                reason=self._reason((name, index), expected, got),
                engine=self.seconds.get((name, index)),
            )
            for (name, _), (index, (expected, got)) in first.items()
        )
        return tuple(entry for entry in wrong if is_altered(entry)) or wrong

    def _number(self, name: str, index: tuple[int, ...], family: str) -> int | None:
        """Return the epoch or image of an entry, from 1; state 1 is the end of epoch 1."""
        axes = zip(self.layout.model[name].axes, index, strict=False)
        return next((at + axis.counts_from for axis, at in axes if axis.family == family), None)

    def _stated(self, name: str, index: tuple[int, ...]) -> str:
        """Return the formula that a cell should have; empty for a noted value."""
        quantity = self.layout.model[name]
        return "" if quantity.is_typed(index) else self.layout.formula(name, index)

    def _reason(self, entry: Entry, expected: object, got: object) -> str | None:
        """Return why a formula is wrong even if its values do not show it."""
        if entry in self.reasons:
            return self.reasons[entry]
        as_stated = entry not in self.readings.otherwise
        if isinstance(got, CellError) and (as_stated or expected is None):
            return Message("a number that it depends on is too large, or is not a number")
        return None

    def _restated(self, points: int) -> tuple[Restated, ...]:
        """Return the formulas that are written differently but gave the same values."""
        return tuple(
            Restated(
                cell=self.layout.cells(name, index),
                quantity=name,
                place=shown_position(self.layout.blocks[name], index),
                formula=formula,
                stated=self.layout.formula(name, index),
                points=points,
            )
            for (name, index), formula in self.readings.otherwise.items()
            if (name, index) not in self.found
        )

    def _formulas_of_wrong(self) -> dict[Entry, str]:
        """Return the formulas of the wrong cells."""
        entries: dict[tuple[str, int, int], list[Entry]] = {}
        for name, index in self.found:
            head = self.layout.place(name, self.layout.blocks[name].head(index))
            entries.setdefault(head, []).append((name, index))
        return {
            entry: formula
            for title in {title for title, *_ in entries}
            for *at, formula in self.contents.stated(title)
            for entry in entries.get((title, *at), ())
        }


def written(value: object) -> str:
    """Return a cell's value for a sentence."""
    if value is None:
        return Message("nothing")
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def is_altered(wrong: Wrong) -> bool:
    """Return whether the formula of a cell was altered."""
    return wrong.formula is None or plainly(wrong.formula) != plainly(wrong.expected_formula)


def relative_difference(
    got: np.ndarray, expected: np.ndarray, size: np.ndarray | float = 0.0
) -> np.ndarray:
    """Return the difference relative to 1, the expected value or the size of its terms."""
    with np.errstate(invalid="ignore"):  # of infinities, which are reported elsewhere
        return np.abs(got - expected) / np.maximum(np.maximum(1, np.abs(expected)), size)


def disagreement(  # noqa: PLR0913 -- what is compared, and how
    model: Model,
    quantity: Quantity,
    arrays: Arrays,
    got: np.ndarray,
    expected: np.ndarray,
    *,
    tolerance: float = TOLERANCE,
) -> np.ndarray:
    """Return the relative differences of a quantity's numbers; 0 for equally good choices.

    They are relative to the size of the terms only if some would be beyond the tolerance otherwise.

    Parameters
    ----------
    model : Model
    quantity : Quantity
    arrays : dict of arrays
        The values of the quantities that it depends on.
    got, expected : array
    tolerance : float
    """
    difference = relative_difference(got, expected)
    if not (difference <= tolerance).all():
        with np.errstate(all="ignore"):  # of infinities
            size = reference.terms(model, quantity, arrays)
        difference = relative_difference(got, expected, size)
    if not (difference <= tolerance).all():
        tied = reference.ties(model, quantity, {**arrays, quantity.name: got}, tolerance)
        difference = np.where(tied, 0.0, difference)
    return difference


def _largest(difference: np.ndarray) -> float:
    """Return the largest of the differences that are numbers."""
    return float(np.max(difference, initial=0.0, where=np.isfinite(difference)))


def _lost(array: np.ndarray) -> np.ndarray:
    """Return which numbers or texts are missing."""
    return np.equal(array, None).astype(bool) if array.dtype == object else np.isnan(array)


def shown_position(block: Block, index: tuple[int, ...]) -> dict[str, int]:
    """Return the position of an entry along its axes, counted from 1 (states from 0)."""
    axes = zip(block.quantity.axes, index, strict=False)
    return {AXES.get(axis.name, axis.name): axis.counts_from + at for axis, at in axes}
