"""Decide which columns of a table become numbers, which words, and which are left out."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import compress

import numpy as np

from xlnn.data.columns import ColumnRoles, looks_numeric
from xlnn.data.dataset import ReadOptions
from xlnn.data.numbers import (
    CODE,
    MARKS,
    PER_CENT,
    is_absent,
    is_number,
    looks_grouped,
    looks_like_number,
    number,
    plain_numbers,
    united,
    unsigned,
    why_no_number,
)
from xlnn.data.rows import Row, Table
from xlnn.data.totals import is_note, totals
from xlnn.data.wording import LONGEST_NAME, amount, counted, cut, listed, short
from xlnn.data.words import (
    DATE,
    DATES,
    NO,
    are_months,
    is_missing,
    known_words,
    ticked,
    unlike,
    why_no_kinds,
    words,
)
from xlnn.errors import DataError

TRUTHS = ("FALSE", "TRUE")
"""Truth values in sheets: 0 and 1."""

BROKEN = re.compile(r"=.*|[+-]?(inf|infinity)", re.IGNORECASE)
"""A formula or a number that is not finite: not meant as a word."""

CODES = "codes or phone numbers"
"""Why a column of postal codes or phone numbers is left out."""

MOST_LABELS = 20
"""The most distinct numbers of a first column that may be the label, in a table with words."""

MOST_UNITS = 4
"""The most units of a column; with more its values are texts, such as 12 Main Street."""

MOST_EXAMPLES = 3
"""The most wrong columns that a message names."""


def _is_number(text: str) -> bool:
    """Return whether a text is a number, true or false; 31.12.2024 is a date, and 01234 a code."""
    is_like = looks_like_number(text) and not DATE.fullmatch(text) and not CODE.fullmatch(text)
    return text.upper() in TRUTHS or is_like


def is_unlabelled(text: str) -> bool:
    """Return whether a label is missing; + and - are labels."""
    return is_missing(text) and (not text or any(map(str.isalnum, text)))


class Column:
    """A column of inputs or targets: its texts, and what they become.

    "none" is a word among words, but means missing among numbers. Numbers with a unit count as
    wrong unless all have it.

    Parameters
    ----------
    heading, place : str
        Its heading, and how the options name it.
    texts : sequence of str
    is_input, is_dated : bool
        Whether it is an input, and whether the file says that its numbers are dates.

    Attributes
    ----------
    plain : array, shape (rows,), or None
        Its values if all of them are plain numbers.
    missing, wrong : int
        How many values are missing, and how many are not numbers.
    first : str
        The first that is not a number.
    units : list of str
        The units, currencies and signs of per cent of its numbers.
    percent, in_full : str
        A number in per cent, and one with another factor, such as 12k; "" if there is none.
    mixed : str
        Why its numbers cannot be compared: "numbers in kg and g"; "" if they can.
    words : Words or None
        What it becomes if it is one of words.
    is_ticked : bool
        Whether its empty cells mean no.
    why_out : str
        Why it is left out; "" if it is not.
    """

    def __init__(
        self, heading: str, place: str, texts: Sequence[str], *, is_input: bool, is_dated: bool
    ) -> None:
        self.heading, self.place, self.texts, self.is_input = heading, place, texts, is_input
        self.are_days, self.is_dated = is_dated, is_dated or are_months(texts)
        self.plain, self.words, self.why_out = plain_numbers(texts), None, ""
        counts = Counter(texts if self.plain is None else ())

        def total(some: Iterable[str]) -> int:
            return sum(counts[text] for text in some)

        self.kinds = [text for text in counts if not is_missing(text)]
        numbers = [text for text in self.kinds if _is_number(text)]
        wrong = [text for text in self.kinds if not (_is_number(text) or is_absent(text))]
        with_unit = [text for text in wrong if united(text)[1]]
        signs = [unsigned(text)[1] for text in numbers]
        self.units = [*dict.fromkeys(filter(None, (*signs, *(united(t)[1] for t in with_unit))))]
        self.percent = next((text for text in numbers if unsigned(text)[1] == "%"), "")
        factors = {text: unsigned(text)[2] for text in numbers}
        self.in_full = next((text for text in numbers if factors[text] not in {1, PER_CENT}), "")
        bare = (united(text)[0] for text in with_unit)
        self.is_grouped = any(map(looks_grouped, (*numbers, *bare)))
        self.is_broken = any(map(BROKEN.fullmatch, self.kinds))
        self.first = next(iter(wrong), "")
        self.filled, self.numbers, self.wrong = total(self.kinds), total(numbers), total(wrong)
        self.missing = total(counts) - self.filled
        self.codes = total(filter(CODE.fullmatch, wrong))
        self.is_empty = self.plain is None and not self.numbers + self.wrong
        self.is_ticked = False
        is_of_units = self.wrong == total(with_unit)
        self.is_united = is_of_units and self.wrong > 0 == self.numbers and len(self.units) == 1
        are_few = is_of_units and (not self.wrong or len(self.units) <= MOST_UNITS)
        is_mixed = len(self.units) > 1 and are_few
        self.mixed = f"numbers in {listed(self.units, most=4)}" if is_mixed else ""

    @property
    def features(self) -> list[str]:
        """The names of the inputs that it becomes."""
        return self.words.features if self.words else [self.heading]

    def decide(self, reading: ReadOptions) -> bool:
        """Decide whether it becomes words or is left out; return False if it is wrong."""
        known = known_words(self.heading, reading.features) if self.is_input else None
        is_alone = self.missing and len(unlike(self.kinds)) == 1
        usual = known.kinds if known else ()
        if self.is_input and self.missing and (made := ticked(self.heading, self.texts, usual)):
            self.texts, self.kinds, self.missing, self.is_ticked = (
                made,
                [*dict.fromkeys(made)],
                0,
                True,
            )
        if known:
            self.words = known
        elif self.is_input and not reading.columns and self.is_dated:
            self.why_out = DATES
        elif self.is_united or not (self.wrong or self.mixed):
            return True
        elif not self.is_input or self.is_broken or self.numbers > self.wrong > self.codes:
            return False
        elif self.is_ticked or not (
            why := why_no_kinds(self.heading, unlike(self.kinds), self.filled)
        ):
            self.words = words(self.heading, self.kinds)
        else:
            why = f'"{short(self.first)}" or nothing: write no' if is_alone else why
            self.why_out = self.mixed or (CODES if self.codes else why)
        return True

    def bare(self, text: str) -> str:
        """Return a text without the unit that all have."""
        return united(text)[0] if self.is_united else text

    def values(self, mark: str) -> tuple[np.ndarray, list[str]]:
        """Return the values, NaN where one is missing, and the texts that are not numbers.

        Parameters
        ----------
        mark : str
            The decimal mark.

        Returns
        -------
        array, shape (rows,), or (rows, features) of words
        list of str
        """
        if self.plain is not None and mark == "." and not self.words:
            return self.plain, []
        read = self.words.numbers if self.words else lambda text: self.value(text, mark)
        values = {text: read(text) for text in dict.fromkeys(self.texts)}
        wrong = [text for text, value in values.items() if value is None]
        return np.array([values[text] for text in self.texts], dtype=float), wrong

    def value(self, text: str, mark: str) -> float | None:
        """Return a number, true or false; NaN if it is missing, None if it is something else."""
        value = number(self.bare(text), mark)
        if value is None and is_absent(text):
            return np.nan
        truth = text.upper()
        return float(TRUTHS.index(truth)) if truth in TRUTHS else value


class Survey:
    """How a table is read: which rows, and what becomes of each column.

    Parameters
    ----------
    table : Table
    roles : ColumnRoles
    reading : ReadOptions

    Attributes
    ----------
    numbers : list of int
        The numbers of the rows below the headings, without notes and totals.
    labels : sequence of str
        The label of each row; empty without labels.
    inputs, targets : list of Column
        The columns that are not left out.
    is_headless : bool
        Whether the first row is data, since its texts occur below, too.
    notes : list of str
        Notes for the user about anything unexpected.
    blank : list of str
        The headings of the inputs without any value, which are left out.
    aside : list of int
        The rows with a single value, which are left out.
    unlabelled : int
        How many rows without a label are left out.

    Raises
    ------
    DataError
        Numbers are missing or cannot be read: one message names all such columns.
    """

    def __init__(self, table: Table, roles: ColumnRoles, reading: ReadOptions) -> None:
        self.table, self.roles, self._reading = table, roles, reading
        self.notes: list[str] = []
        self.blank: list[str] = []
        rows = table.rows[int(roles.given) :]
        self.aside = [row for row, fields in rows if is_note(fields)]
        rows = [each for each in rows if not is_note(each[1])] if self.aside else rows
        every = rows if roles.is_strict else self._without_totals(rows)
        if not every:
            raise DataError(
                f"{table.name} holds no data: expected a {table.row} for each image or row."
            )
        labels = [] if roles.label is None else [fields[roles.label] for _, fields in every]
        if labels and (made := ticked(roles.headings[roles.label], labels)):
            self.notes.append(f"{table.name}: empty cells mean {NO} in {roles.where(roles.label)}.")
            labels = made
        rows = every
        if reading.missing and labels:
            kept = [not is_unlabelled(label) for label in labels]
            rows, labels = [*compress(every, kept)], [*compress(labels, kept)]
        self.unlabelled = len(every) - len(rows)
        if not rows:
            raise DataError(f"{table.name}: no {table.row} has a label, so none can be kept.")
        self.numbers, self.labels = [row for row, _ in rows], labels
        texts = [*zip(*(fields for _, fields in rows), strict=True)]
        self.inputs, self.targets = (
            [
                Column(
                    roles.headings[n], roles.place(n), texts[n],
                    is_input=is_input, is_dated=n in table.dated,
                )
                for n in chosen
            ]
            for chosen, is_input in ((roles.inputs, True), (roles.targets, False))
        )  # fmt: skip
        heads = table.rows[0][1]
        self.is_headless = (
            (roles.given and table.given is None)
            and any(column.wrong for column in self.every)
            and all(heads[n] in texts[n] for n in roles.inputs)
        )
        if not roles.is_strict and not self.is_headless:
            self._decide()

    @property
    def every(self) -> list[Column]:
        """The inputs and the targets."""
        return [*self.inputs, *self.targets]

    def _without_totals(self, rows: Sequence[Row]) -> list[Row]:
        """Return the rows that hold no totals."""
        roles, name, row = self.roles, self.table.name, self.table.row
        read = (*roles.inputs, *roles.targets, *(() if roles.label is None else (roles.label,)))
        out = {*totals([fields for _, fields in rows], read)}
        told = [f"{row:,}" for n, (row, _) in enumerate(rows) if n in out]
        if len(out) == 1:
            self.notes.append(f"{name}: {row} {told[0]} was left out, since it holds a total.")
        elif out:
            which = listed(told, most=3)
            self.notes.append(f"{name}: {row}s {which} were left out, since they hold totals.")
        return [each for n, each in enumerate(rows) if n not in out]

    def _decide(self) -> None:
        """Decide what becomes of each column."""
        wrong = [column for column in self.every if not column.decide(self._reading)]
        out = [column for column in self.inputs if column.why_out]
        if out or any(c.wrong or c.units or c.is_grouped for c in self.every):
            self._check_label()
        if problems := self._problems(wrong, out):
            if len(problems) == len(wrong) == 1 and not wrong[0].mixed:
                raise self._refusal(wrong[0], wrong[0].first)
            raise self._all_wrong(problems, wrong)
        if len(out) == len(self.inputs) and {column.why_out for column in out} == {DATES}:
            for column in out:  # there is nothing else
                column.why_out = "" if column.is_dated else DATES
            out = [column for column in out if column.why_out]
        kept = [column for column in self.inputs if not column.why_out]
        if not kept:
            told = "; ".join(map(self._why, out[:MOST_EXAMPLES]))
            raise DataError(
                f"{self.table.name}: no column is left to learn from, since none can become "
                f"numbers: {told}. Add a column of numbers, or of a few words that occur again."
            )
        reading, held = self._reading, [column for column in kept if not column.is_empty]
        if held and not (reading.columns or reading.features or reading.bare):
            self.blank = [column.heading for column in kept if column.is_empty]
            kept = held
        self._note(out)
        self.inputs = kept

    def _check_label(self) -> None:
        """Refuse the first column of a table with words as label, if it can hardly be one."""
        held = [text for text in self.labels if not is_missing(text)]
        kinds = {*held}
        if self._reading.label or not all(is_number(k) and not CODE.fullmatch(k) for k in kinds):
            return
        are_whole = all(float(kind) % 1 == 0 for kind in kinds)
        if not held or (are_whole and len(kinds) <= MOST_LABELS and len(kinds) < len(held)):
            return
        of_words = [column.place for column in self.inputs if column.words]
        likely = [self.roles.place(-1), *of_words][-1]
        raise DataError(
            f"{self.table.name}: {self.roles.where(0)} holds numbers and can hardly be the label: "
            f"add --label and the column with the classes, such as --label {likely}, "
            "or --target and a column of numbers."
        )

    def _problems(self, wrong: Sequence[Column], out: Sequence[Column]) -> list[str]:
        """Return all that is wrong, in words; empty if only values are missing."""
        problems = []
        for column in wrong:
            what = column.mixed
            if not what:
                more = f" and {column.wrong - 1:,} more" if column.wrong > 1 else ""
                what = f'"{short(column.first)}" in {self._row(column, column.first)}{more}'
            problems.append(f"{short(column.heading)} has {what}")
        if out and self._reading.columns:
            named = (f"{column.heading} ({column.why_out})" for column in out)
            problems.append(f"{listed(named)} cannot become numbers")
        if not problems or self._reading.missing:
            return problems
        if holes := [c for c in self.every if c.missing and not c.why_out]:
            named = (f"{column.heading} ({column.missing:,})" for column in holes)
            problems.append(f"values are missing in {listed(named, most=3)} (--missing)")
        if unlabelled := sum(map(is_unlabelled, self.labels)):
            problems.append(f"{counted(unlabelled, self.table.row)} without a label")
        return problems

    def _all_wrong(self, problems: Sequence[str], wrong: Sequence[Column]) -> DataError:
        """Return one error for all that is wrong."""
        more = len(problems) - MOST_EXAMPLES - 1
        told = "; ".join(problems[: MOST_EXAMPLES + 1]) + (f"; {more} more" if more > 0 else "")
        drops = " ".join(f'--drop "{short(c.heading)}"' for c in wrong[:2] if c.is_input)
        remedy = f", or leave columns out ({drops} …)" if len(wrong) > 2 else f", or add {drops}"
        if not all(column.is_input for column in wrong):
            drops = remedy = ", or if a target holds classes, use --label instead of --target"
        hint = self._hint(wrong[0], wrong[0].first) if wrong else ""
        return DataError(
            f"{self.table.name} holds what is not a number: {told}. Correct it"
            f"{remedy if drops else ''}.{hint}"
        )

    def _hint(self, column: Column, text: str) -> str:
        """Return a hint that another table may begin in the row of a text; "" if not."""
        row = self.numbers[column.texts.index(text)] if text else 0
        if row <= self.numbers[0] or row - 1 in {number for number, _ in self.table.rows}:
            return ""
        return f" If another table begins in {self.table.row} {row:,}, remove it."

    def _why(self, column: Column) -> str:
        """Return a column that is left out, with an example and the reason."""
        text = column.first
        example = f' has "{short(text)}" in {self._row(column, text)}' if text else ""
        return f"{short(column.heading)}{example} ({column.why_out})"

    def _note(self, out: Sequence[Column]) -> None:
        """Add notes on columns that contain more than numbers."""

        def headings(columns: Iterable[Column]) -> str:
            return listed((column.heading for column in columns), most=6)

        name, every = self.table.name, [column for column in self.every if not column.why_out]
        if out:
            rooms = [max(8, LONGEST_NAME - len(f" ({column.why_out})")) for column in out]
            left = (
                f"{cut(c.heading, room)} ({c.why_out})" for c, room in zip(out, rooms, strict=True)
            )
            told = listed(left, most=6)
            self.notes.append(f"{name}: left out {told}; --columns names those to keep.")
        of_words = [column for column in every if column.words]
        if mixed := [f"{column.heading} ({column.mixed})" for column in of_words if column.mixed]:
            self.notes.append(f"{name}: read as words, since units differ: {listed(mixed)}.")
        if units := [f"{c.heading} ({next(iter(c.units))})" for c in every if c.is_united]:
            told = listed(units, most=6)
            self.notes.append(f"{name}: the numbers were read without their units: {told}.")
        if of_words:
            made = listed((one for c in of_words for one in c.features), most=4)
            told = f"{headings(of_words)} (inputs {made})"
            self.notes.append(f"{name}: words became numbers, 1 or 0: {told}.")
        if ticked := [column for column in of_words if column.is_ticked]:
            self.notes.append(f"{name}: empty cells mean {NO} in {headings(ticked)}.")
        if signs := [column for column in every if column.percent]:
            told = (
                f"{listed(c.heading for c in signs)} was read as a part: {signs[0].percent} / 100"
            )
            self.notes.append(f"{name}: per cent in {told}.")

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the inputs and the targets, NaN where a value is missing.

        Returns
        -------
        x, t : arrays, shapes (rows, inputs) and (rows, targets)

        Raises
        ------
        DataError
            A value is not a number, or numbers can be read in two ways.
        """
        mark = self._mark()
        read = [column.values(mark) for column in self.every]
        wrong = [
            (column.texts.index(text), n)
            for n, (column, (_, texts)) in enumerate(zip(self.every, read, strict=True))
            for text in texts
        ]
        if wrong:
            row, n = min(wrong)
            raise self._refusal(self.every[n], self.every[n].texts[row])
        if full := [column for column in self.every if column.in_full and not column.words]:
            told = (
                f"{c.in_full} in {c.heading} as {amount(c.value(c.in_full, mark))}" for c in full
            )
            self.notes.append(f"{self.table.name}: read {listed(told, most=4)}.")
        empty, values = np.empty((len(self.numbers), 0)), [one for one, _ in read]
        count = len(self.inputs)
        return (
            np.column_stack([empty, *values[:count]]),
            np.column_stack([empty, *values[count:]]),
        )

    def _mark(self) -> str:
        """Return the decimal mark: the given one, or the only one with which all can be read."""
        name, columns = self.table.name, [column for column in self.every if not column.words]
        if self._reading.decimal:
            return self._reading.decimal
        if not any(column.is_grouped for column in columns):
            return "."
        marks, example = [*MARKS], ""
        for column in columns:
            for text in dict.fromkeys(column.texts):
                bare = column.bare(text)
                if not looks_like_number(bare):  # missing, or refused later
                    continue
                values = {mark: number(bare, mark) for mark in marks}
                marks = [mark for mark in marks if values[mark] is not None]
                if not marks:
                    raise DataError(
                        f"{name}, {self._row(column, text)}, column {short(column.heading)}: "
                        f'"{short(bare)}" is written differently from the other numbers: write all '
                        "with a decimal point, or all with a decimal comma."
                    )
                example = example or (bare.strip() if len({*values.values()}) > 1 else "")
        mark = self.table.mark if self.table.mark in marks else marks[0]
        if len(marks) > 1 and example and not self.table.mark:
            readings = " or ".join(f"{number(example, each):.15g}" for each in marks)
            raise DataError(
                f'{name}: "{short(example)}" may be {readings}: add --decimal . or --decimal , to '
                "say which is the decimal mark."
            )
        what = {".": "point, and marks between thousands", ",": "comma"}[mark]
        self.notes.append(f"{name}: numbers were read with a decimal {what} (--decimal {mark}).")
        return mark

    def _refusal(self, column: Column, text: str) -> DataError:
        """Return the error for a value that is not a number: its column may be the label."""
        heading, place, named = short(column.heading), column.place, ()
        drop = f"add --drop {place}" if column.is_input else "choose another target"
        then = f"Correct it, or {drop}."
        if DATE.fullmatch(text):
            then = f"If it is a date, write it as a number of days, or {drop}."
        elif not looks_numeric(text) and not column.is_input:
            named = ("targets",)
            then = "A target is a number to predict: choose another column, or if these are "
            then += f"classes, use --label {place} instead of --target."
        elif not looks_numeric(text) and not self.targets:
            then = f"Correct it, or {drop}, or if it holds the labels add --label {place}."
        return DataError(
            f"{self.table.name}, {self._row(column, text)}, column {heading}: "
            f'"{short(text)}" {why_no_number(text)}{self._hint(column, text)} {then}',
            *named,
        )

    def _row(self, column: Column, text: str) -> str:
        """Return words for the first row that has a text in a column."""
        return f"{self.table.row} {self.numbers[column.texts.index(text)]:,}"
