"""Decide which columns of a table become numbers, which words, and which are left out."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from xlnn.data.columns import ColumnRoles, looks_numeric
from xlnn.data.dataset import ReadOptions
from xlnn.data.numbers import (
    CODE,
    is_absent,
    is_number,
    looks_grouped,
    looks_like_number,
    number,
    plain_numbers,
    proven,
    united,
    unsigned,
    why_no_number,
)
from xlnn.data.rows import Table
from xlnn.data.totals import is_note, totals
from xlnn.data.wording import LONGEST_NAME, counted, cut, listed, short
from xlnn.data.words import (
    DATE,
    DATES,
    Words,
    are_months,
    is_missing,
    known_words,
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
    """The contents of a column: how many values are numbers, and which texts there are.

    "none" is a word among words, but means missing among numbers. Numbers with a unit are counted
    as wrong, too.

    Parameters
    ----------
    texts : sequence of str
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self.kinds: list[str] = []
        self.filled = self.numbers = self.nones = self.wrong = self.codes = self.united = 0
        self.first = self.percent = ""
        self.units: dict[str, None] = {}
        self.is_grouped = self.is_broken = False
        for text, count in Counter(texts).items():
            if not is_missing(text):
                self.kinds.append(text)
                self.filled += count
                self._add(text, count)
        self.missing = len(texts) - self.filled

    def _add(self, text: str, count: int) -> None:
        """Add a text that occurs so many times."""
        self.is_broken = self.is_broken or BROKEN.fullmatch(text) is not None
        if _is_number(text):
            self.numbers += count
            bare, unit = text, unsigned(text)[1]
            self.percent = self.percent or (text if unit == "%" else "")
        elif is_absent(text):
            self.nones += count
            return
        else:
            self.wrong += count
            self.codes += count if CODE.fullmatch(text) else 0
            self.first = self.first or text
            bare, unit = united(text)
            self.united += count if unit else 0
            if not unit:
                return
        self.is_grouped = self.is_grouped or looks_grouped(bare)
        if unit:
            self.units[unit] = None

    @property
    def is_united(self) -> bool:
        """Whether all values are numbers with the same unit, such as 12 kg."""
        return self.wrong == self.united == self.filled - self.nones > 0 and len(self.units) == 1

    @property
    def mixed(self) -> str:
        """Why numbers cannot be compared: "numbers in kg and g"; "" if they can."""
        is_text = self.wrong > self.united or (self.wrong and len(self.units) > MOST_UNITS)
        if len(self.units) < 2 or is_text:
            return ""
        return f"numbers in {listed(self.units, most=4)}"


class Survey:
    """How a table is read: which rows, and what becomes of each column.

    Parameters
    ----------
    table : Table
    roles : ColumnRoles
    reading : ReadOptions

    Attributes
    ----------
    roles : ColumnRoles
        The columns that are not left out.
    rows : list of (int, list of str)
        The rows below the headings, without notes and totals.
    words : dict of Words
        By column, the columns of words that become numbers.
    is_headless : bool
        Whether the first row is data, since its texts occur below, too.
    notes : list of str
        Notes for the user about anything unexpected.
    blank : tuple of str
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
        self.words: dict[int, Words] = {}
        self.blank: tuple[str, ...] = ()
        self._left_out: dict[int, str] = {}
        self.rows, self.aside = [], []
        for row, fields in table.rows[int(roles.given) :]:
            if is_note(fields):
                self.aside.append(row)
            else:
                self.rows.append((row, fields))
        if not roles.is_strict:
            self._leave_out_totals()
        if not self.rows:
            raise DataError(
                f"{table.name} holds no data: expected a {table.row} for each image or row."
            )
        every = self.rows
        if reading.missing and roles.label is not None:
            self.rows = [row for row in every if not is_unlabelled(row[1][roles.label])]
        self.unlabelled = len(every) - len(self.rows)
        if not self.rows:
            raise DataError(f"{table.name}: no {table.row} has a label, so none can be kept.")
        self.texts = [*zip(*(fields for _, fields in self.rows), strict=True)]
        wanted = (*roles.inputs, *roles.targets)
        self._plain = {column: plain_numbers(self.texts[column]) for column in wanted}
        self._found = {c: Column(self.texts[c]) for c in wanted if self._plain[c] is None}
        heads = table.rows[0][1]
        self.is_headless = (
            (roles.given and table.given is None)
            and any(held.wrong for held in self._found.values())
            and all(heads[column] in self.texts[column] for column in roles.inputs)
        )
        if not roles.is_strict and not self.is_headless:
            self._decide()

    def _leave_out_totals(self) -> None:
        """Leave out the rows that hold totals."""
        roles, name, row = self.roles, self.table.name, self.table.row
        read = (*roles.inputs, *roles.targets, *(() if roles.label is None else (roles.label,)))
        out = {*totals([fields for _, fields in self.rows], read)}
        told = [f"{row:,}" for n, (row, _) in enumerate(self.rows) if n in out]
        self.rows = [each for n, each in enumerate(self.rows) if n not in out]
        if len(out) == 1:
            self.notes.append(f"{name}: {row} {told[0]} was left out, since it holds a total.")
        elif out:
            which = listed(told, most=3)
            self.notes.append(f"{name}: {row}s {which} were left out, since they hold totals.")

    def _decide(self) -> None:
        """Decide what becomes of each column."""
        wrong = [column for column in self._plain if self._is_wrong(column)]
        found = self._found.values()
        is_clear = not any(held.wrong or held.units or held.is_grouped for held in found)
        if not (is_clear and not self._left_out):
            self._check_label()
        if problems := self._problems(wrong):
            if len(problems) == len(wrong) == 1 and not self._found[wrong[0]].mixed:
                raise self.refusal(wrong[0], self._found[wrong[0]].first)
            raise self._all_wrong(problems, wrong)
        inputs = self._kept()
        self._note()
        self.roles = replace(self.roles, inputs=inputs)

    def _is_wrong(self, column: int) -> bool:
        """Decide what becomes of a column; return whether it is wrong."""
        held, heading = self._found.get(column), self.roles.headings[column]
        is_input, reading = column in self.roles.inputs, self._reading
        if is_input and (known := known_words(heading, reading.features)):
            self.words[column] = known
        elif is_input and not reading.columns and self._is_dated(column):
            self._left_out[column] = DATES
        elif held is None or held.is_united or not (held.wrong or held.mixed):
            return False
        elif not is_input or held.is_broken or held.numbers > held.wrong > held.codes:
            return True
        elif why := why_no_kinds(heading, unlike(held.kinds), held.filled):
            is_ticked = held.missing and len(held.kinds) == 1
            why = f'"{short(held.first)}" or nothing: write no' if is_ticked else why
            self._left_out[column] = held.mixed or (CODES if held.codes else why)
        else:
            self.words[column] = words(heading, held.kinds)
        return False

    def _is_dated(self, column: int) -> bool:
        """Return whether a column holds dates that could be read as numbers."""
        return column in self.table.dated or are_months(self.texts[column])

    def _check_label(self) -> None:
        """Refuse the first column of a table with words as label, if it can hardly be one."""
        roles, reading = self.roles, self._reading
        if roles.label is None or reading.label:
            return
        held = Column(self.texts[roles.label])
        numbers = [float(text) for text in held.kinds if is_number(text)]
        are_few = len(held.kinds) <= MOST_LABELS and len(held.kinds) < held.filled
        are_few = are_few and all(one % 1 == 0 for one in numbers)
        if held.wrong or len(numbers) < len(held.kinds) or are_few:
            return
        last = len(roles.headings) - 1
        column = last if last in self.words else next(iter(self.words), last)
        raise DataError(
            f"{self.table.name}: {roles.where(0)} holds numbers and can hardly be the label: add "
            f"--label and the column with the classes, such as --label {self._place(column)}, or "
            "--target and a column of numbers."
        )

    def _problems(self, wrong: Sequence[int]) -> list[str]:
        """Return all that is wrong, in words; empty if only values are missing."""
        problems, headings = [], self.roles.headings
        for column in wrong:
            held, heading = self._found[column], short(headings[column])
            more = f" and {held.wrong - 1:,} more" if held.wrong > 1 else ""
            what = held.mixed or f'"{short(held.first)}" in {self._row(column, held.first)}{more}'
            problems.append(f"{heading} has {what}")
        if self._left_out and self._reading.columns:
            named = (f"{headings[column]} ({why})" for column, why in self._left_out.items())
            problems.append(f"{listed(named)} cannot become numbers")
        if not problems or self._reading.missing:
            return problems
        holes = {c: held.missing for c, held in self._found.items() if c not in self._left_out}
        if any(holes.values()):
            named = (f"{headings[c]} ({count:,})" for c, count in holes.items() if count)
            problems.append(f"values are missing in {listed(named, most=3)} (--missing)")
        label = () if self.roles.label is None else self.texts[self.roles.label]
        if unlabelled := sum(map(is_unlabelled, label)):
            problems.append(f"{counted(unlabelled, self.table.row)} without a label")
        return problems

    def _all_wrong(self, problems: Sequence[str], wrong: Sequence[int]) -> DataError:
        """Return one error for all that is wrong."""
        more, inputs = len(problems) - MOST_EXAMPLES - 1, self.roles.inputs
        told = "; ".join(problems[: MOST_EXAMPLES + 1]) + (f"; {more} more" if more > 0 else "")
        headings = [short(self.roles.headings[column]) for column in wrong[:2] if column in inputs]
        drops = " ".join(f'--drop "{heading}"' for heading in headings)
        remedy = f", or leave columns out ({drops} …)" if len(wrong) > 2 else f", or add {drops}"
        if {*wrong} & {*self.roles.targets}:
            drops = remedy = ", or if a target holds classes, use --label instead of --target"
        hint = self._hint(wrong[0], self._found[wrong[0]].first) if wrong else ""
        return DataError(
            f"{self.table.name} holds what is not a number: {told}. Correct it"
            f"{remedy if drops else ''}.{hint}"
        )

    def _hint(self, column: int, text: str) -> str:
        """Return a hint that another table may begin in the row of a text; "" if not."""
        row = self.rows[self.texts[column].index(text)][0] if text else 0
        if row <= self.rows[0][0] or row - 1 in {number for number, _ in self.table.rows}:
            return ""
        return f" If another table begins in {self.table.row} {row:,}, remove it."

    def _kept(self) -> tuple[int, ...]:
        """Return the inputs to keep; dates only if there are no others."""
        roles, reading = self.roles, self._reading
        if {*roles.inputs} == {*self._left_out} and {*self._left_out.values()} == {DATES}:
            for column in filter(self._is_dated, roles.inputs):
                del self._left_out[column]
        inputs = [column for column in roles.inputs if column not in self._left_out]
        if not inputs:
            told = "; ".join(map(self._why, [*self._left_out][:MOST_EXAMPLES]))
            raise DataError(
                f"{self.table.name}: no column is left to learn from, since none can become "
                f"numbers: {told}. Add a column of numbers, or of a few words that occur again."
            )
        found = self._found
        held = [c for c in inputs if c not in found or found[c].numbers or found[c].wrong]
        if held and not (reading.columns or reading.features or reading.bare):
            self.blank = tuple(roles.headings[column] for column in inputs if column not in held)
            inputs = held
        return tuple(inputs)

    def _why(self, column: int) -> str:
        """Return a column that is left out, with an example and the reason."""
        text = self._found[column].first if column in self._found else ""
        example = f' has "{short(text)}" in {self._row(column, text)}' if text else ""
        return f"{short(self.roles.headings[column])}{example} ({self._left_out[column]})"

    def _note(self) -> None:
        """Add notes on columns that contain more than numbers."""
        name, heading, found = self.table.name, self.roles.headings, self._found
        if self._left_out:
            room = LONGEST_NAME - len(" ()")
            left = (
                f"{cut(heading[c], max(8, room - len(w)))} ({w})" for c, w in self._left_out.items()
            )
            told = listed(left, most=6)
            self.notes.append(f"{name}: left out {told}; --columns names those to keep.")
        if mixed := [c for c in self.words if c in found and found[c].mixed]:
            told = listed(f"{heading[c]} ({found[c].mixed})" for c in mixed)
            self.notes.append(f"{name}: read as words, since units differ: {told}.")
        if units := [column for column in found if found[column].is_united]:
            told = listed((f"{heading[c]} ({next(iter(found[c].units))})" for c in units), most=6)
            self.notes.append(f"{name}: the numbers were read without their units: {told}.")
        if self.words:
            told = listed((heading[column] for column in self.words), most=6)
            made = listed((one for each in self.words.values() for one in each.features), most=4)
            self.notes.append(f"{name}: words became numbers, 1 or 0: {told} (inputs {made}).")
        if signs := [column for column in found if found[column].percent]:
            told, example = listed(heading[c] for c in signs), found[signs[0]].percent
            self.notes.append(f"{name}: per cent in {told} was read as a part: {example} / 100.")

    def features(self, column: int) -> list[str]:
        """Return the names of the inputs that a column becomes."""
        words = self.words.get(column)
        return words.features if words else [self.roles.headings[column]]

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
        mark, wrong = self._mark(), []
        known: dict[int, np.ndarray] = {}
        for column in (*self.roles.inputs, *self.roles.targets):
            plain, texts = self._plain[column], self.texts[column]
            if plain is not None and mark == "." and column not in self.words:
                known[column] = plain
                continue
            read = self._reader(column, mark)
            values = {text: read(text) for text in dict.fromkeys(texts)}
            wrong += [(texts.index(text), column) for text, one in values.items() if one is None]
            known[column] = np.array([values[text] for text in texts], dtype=float)
        if wrong:
            row, column = min(wrong)
            raise self.refusal(column, self.texts[column][row])
        empty = np.empty((len(self.rows), 0))
        x, t = (
            np.column_stack([empty, *(known[column] for column in chosen)])
            for chosen in (self.roles.inputs, self.roles.targets)
        )
        return x, t

    def _reader(self, column: int, mark: str) -> Callable[[str], float | list[float] | None]:
        """Return the function that reads the values of a column; None if one is not a number."""
        if column in self.words:
            return self.words[column].numbers
        is_united = column in self._found and self._found[column].is_united

        def read(text: str) -> float | None:
            value = number(united(text)[0] if is_united else text, mark)
            if value is None and is_absent(text):
                return np.nan
            truth = text.upper()
            return float(TRUTHS.index(truth)) if truth in TRUTHS else value

        return read

    def _mark(self) -> str:
        """Return the decimal mark."""
        if self._reading.decimal:
            return self._reading.decimal
        columns = [c for c in (*self.roles.inputs, *self.roles.targets) if c not in self.words]
        if not any(self._found[c].is_grouped for c in columns if c in self._found):
            return "."
        bare = {c: self._found[c].is_united if c in self._found else False for c in columns}
        first: dict[str, str] = {}
        for row, fields in self.rows:
            for column in columns:
                text = united(fields[column])[0] if bare[column] else fields[column]
                if text not in first:
                    heading = short(self.roles.headings[column])
                    first[text] = f"{self.table.row} {row}, column {heading}"
        places = ((where, text) for text, where in first.items())
        mark = proven(places, self.table.name, self.table.mark)
        what = {".": "point, and marks between thousands", ",": "comma"}[mark]
        self.notes.append(
            f"{self.table.name}: numbers were read with a decimal {what} (--decimal {mark})."
        )
        return mark

    def refusal(self, column: int, text: str) -> DataError:
        """Return the error for a value that is not a number: its column may be the label."""
        heading, place = short(self.roles.headings[column]), self._place(column)
        is_target, named = column in self.roles.targets, ()
        drop = "choose another target" if is_target else f"add --drop {place}"
        then = f"Correct it, or {drop}."
        if DATE.fullmatch(text):
            then = f"If it is a date, write it as a number of days, or {drop}."
        elif not looks_numeric(text) and is_target:
            named = ("targets",)
            then = "A target is a number to predict: choose another column, or if these are "
            then += f"classes, use --label {place} instead of --target."
        elif not looks_numeric(text) and not self.roles.targets:
            then = f"Correct it, or {drop}, or if it holds the labels add --label {place}."
        return DataError(
            f"{self.table.name}, {self._row(column, text)}, column {heading}: "
            f'"{short(text)}" {why_no_number(text)}{self._hint(column, text)} {then}',
            *named,
        )

    def _row(self, column: int, text: str) -> str:
        """Return words for the first row that has a text in a column."""
        return f"{self.table.row} {self.rows[self.texts[column].index(text)][0]:,}"

    def _place(self, column: int) -> str:
        """Return a column as the options name it."""
        if self.roles.given:
            return f'"{short(self.roles.headings[column])}"'
        return "last" if column == len(self.roles.headings) - 1 else str(column + 1)
