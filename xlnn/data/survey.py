"""Decide which rows and columns of a table are read, and what becomes of each column."""

from collections.abc import Sequence
from functools import reduce
from itertools import compress

import numpy as np

from xlnn.data.column import SENTENCES, Column
from xlnn.data.dataset import ReadOptions
from xlnn.data.messages import counted, listed, short
from xlnn.data.numbers import (
    CODE,
    MARKS,
    is_number,
    looks_like_number,
    number,
    why_no_number,
)
from xlnn.data.roles import roles_in
from xlnn.data.rows import Row, Table
from xlnn.data.totals import is_note, totals
from xlnn.data.words import DATE, DATES, is_missing, is_unlabelled, looks_numeric
from xlnn.errors import DataError, Message

MOST_LABELS = 20
"""The most distinct numbers of a first column that may be the label, in a table with words."""

MOST_EXAMPLES = 3
"""The most wrong columns that a message names."""


class Survey:
    """How a table is read: which rows, and what becomes of each column.

    What is unexpected is added to the table's notes.

    Parameters
    ----------
    table : Table
    reading : ReadOptions

    Attributes
    ----------
    roles : ColumnRoles
    numbers : list of int
        The numbers of the rows below the headings, without notes and totals.
    labels : sequence of str
        The label of each row; empty without labels.
    inputs, targets : list of Column
        The columns that are not left out.
    is_plain : bool
        Whether no totals, words or units were found.
    unlabelled : int
        How many rows without a label are left out.

    Raises
    ------
    DataError
        Numbers are missing or cannot be read: one message names all such columns.
    """

    def __init__(self, table: Table, reading: ReadOptions) -> None:
        self.table, self._reading = table, reading
        self.roles = roles = roles_in(table, reading)
        every = self._without_notes(table.rows[int(roles.given) :])
        rows = every if roles.is_strict else self._without_totals(every)
        self.is_plain = len(rows) == len(every)
        if not rows:
            raise DataError(
                "{file} holds no data: expected a {row} for each image or row.",
                file=table.name,
                row=Message(table.row),
            )
        self.labels = self._labels(rows)
        kept = [not (reading.missing and is_unlabelled(label)) for label in self.labels]
        self.unlabelled = kept.count(False)
        first = rows[kept.index(False)][0] if self.unlabelled else 0
        if self.unlabelled:
            rows, self.labels = [*compress(rows, kept)], [*compress(self.labels, kept)]
        if not rows:
            raise DataError(
                "{file}: no {row} has a label, so none can be kept.",
                file=table.name,
                row=Message(table.row),
            )
        self.numbers = [row for row, _ in rows]
        if hint := self._hint(first):
            table.notes.append(f"{table.name}: {table.row} {first:,} has no label.{hint}")
        texts = [*zip(*(fields for _, fields in rows), strict=True)]
        self.inputs, self.targets = (
            [Column(n, texts[n], roles, reading, is_dated=n in table.dated) for n in chosen]
            for chosen in (roles.inputs, roles.targets)
        )
        self._out: list[Column] = []
        if not roles.is_strict:
            self._decide()
        self.is_plain &= not any(
            c.why_out or c.words or c.units or c.are_days for c in (*self.every, *self._out)
        )

    @property
    def every(self) -> list[Column]:
        """The inputs and the targets."""
        return [*self.inputs, *self.targets]

    def _note(self, note: str) -> None:
        self.table.notes.append(Message("{file}: {what}.", file=self.table.name, what=note))

    def _without_notes(self, rows: list[Row]) -> list[Row]:
        """Return the rows that hold more than a single value."""
        if aside := [row for row, fields in rows if is_note(fields)]:
            first = Message("{row} {number}", row=Message(self.table.row), number=f"{aside[0]:,}")
            count = counted(len(aside), self.table.row)
            self._note(
                Message(
                    "left out {rows} with a single value, the first in {first}",
                    rows=count,
                    first=first,
                )
            )
            return [row for row in rows if not is_note(row[1])]
        return rows

    def _without_totals(self, rows: list[Row]) -> list[Row]:
        """Return the rows that hold no totals."""
        roles, row = self.roles, self.table.row
        read = (*roles.inputs, *roles.targets, *(() if roles.label is None else (roles.label,)))
        out = {*totals([fields for _, fields in rows], read)}
        numbers = [f"{row:,}" for n, (row, _) in enumerate(rows) if n in out]
        if len(out) == 1:
            self._note(f"{row} {numbers[0]} was left out, since it holds a total")
        elif out:
            self._note(f"{row}s {listed(numbers, most=3)} were left out, since they hold totals")
        return [line for n, line in enumerate(rows) if n not in out]

    def _labels(self, rows: list[Row]) -> list[str]:
        """Return the label of each row, or an empty list without labels."""
        label = self.roles.label
        return [] if label is None else [fields[label] for _, fields in rows]

    def _decide(self) -> None:
        """Decide what becomes of each column."""
        wrong = [column for column in self.every if not column.decide()]
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
            told = reduce(
                lambda one, other: Message("{one}; {other}", one=one, other=other),
                map(self._why, out[:MOST_EXAMPLES]),
            )
            raise DataError(
                "{file}: no column is left to learn from, since none can become numbers: {why}. "
                "Add a column of numbers, or of a few words that occur again.",
                file=self.table.name,
                why=told,
            )
        reading, blank = self._reading, [column.heading for column in kept if column.is_empty]
        is_asked = reading.columns or reading.features or reading.bare
        if blank and len(blank) < len(kept) and not is_asked:
            names = listed(blank, most=6)
            self._note(Message("left out {names}, without any value", names=names))
            kept = [column for column in kept if not column.is_empty]
        self.inputs, self._out = kept, out

    def _check_label(self) -> None:
        """Refuse the first column of a table with words as label, if it can hardly be one."""
        held = [text for text in self.labels if not is_missing(text)]
        kinds = {*held}
        if self._reading.label or not all(is_number(k) and not CODE.fullmatch(k) for k in kinds):
            return
        are_whole = all(float(kind) % 1 == 0 for kind in kinds)
        if not held or (are_whole and len(kinds) <= MOST_LABELS and len(kinds) < len(held)):
            return
        count = {
            column.place: len({text for text in column.texts if not is_missing(text)})
            for column in self.inputs
            if not column.why_out
        }
        most = min(MOST_LABELS, len(held) / 2)
        candidates = [place for place, kinds in count.items() if 1 < kinds <= most]
        likely = min(candidates, key=count.__getitem__, default=self.roles.place(-1))
        which = listed(candidates or [likely], "or", most=6)
        raise DataError(
            "{file}: no label is named. Add --label and a column with few different values "
            "({columns}), such as --label {likely}, or --target and a column of numbers.",
            file=self.table.name,
            columns=which,
            likely=likely,
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
        if holes := [c for c in self.every if c.count["missing"] and not c.why_out]:
            named = (f"{column.heading} ({column.count['missing']:,})" for column in holes)
            problems.append(f"values are missing in {listed(named, most=3)} (--missing)")
        if unlabelled := sum(map(is_unlabelled, self.labels)):
            problems.append(f"{counted(unlabelled, self.table.row)} without a label")
        return problems

    def _all_wrong(self, problems: Sequence[str], wrong: Sequence[Column]) -> DataError:
        """Return one error for all that is wrong."""
        more = len(problems) - MOST_EXAMPLES - 1
        sentence = "; ".join(problems[: MOST_EXAMPLES + 1]) + (f"; {more} more" if more > 0 else "")
        drops = " ".join(f'--drop "{short(c.heading)}"' for c in wrong[:2] if c.is_input)
        remedy = f", or leave columns out ({drops} …)" if len(wrong) > 2 else f", or add {drops}"
        if not all(column.is_input for column in wrong):
            drops = remedy = ", or if a target holds classes, use --label instead of --target"
        hint = self._hint(self._number(wrong[0], wrong[0].first)) if wrong else ""
        return DataError(
            f"{self.table.name} holds what is not a number: {sentence}. Correct it"
            f"{remedy if drops else ''}.{hint}"
        )

    def _hint(self, row: int) -> str:
        """Return a hint that another table may begin in a row; "" if not."""
        if row <= self.numbers[0] or row - 1 in {number for number, _ in self.table.rows}:
            return ""
        where = Message("{row} {number}", row=Message(self.table.row), number=f"{row:,}")
        return Message(" If another table begins in {row}, remove it.", row=where)

    def _why(self, column: Column) -> str:
        """Return a column that is left out, with an example and the reason."""
        text = column.first
        known = {"name": short(column.heading), "why": column.why_out}
        if not text:
            return Message("{name} ({why})", **known)
        row = self._row(column, text)
        return Message('{name} has "{text}" in {row} ({why})', **known, text=short(text), row=row)

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
        self._tell()
        empty, values = np.empty((len(self.numbers), 0)), [one for one, _ in read]
        count = len(self.inputs)
        return (
            np.column_stack([empty, *values[:count]]),
            np.column_stack([empty, *values[count:]]),
        )

    def _tell(self) -> None:
        """Add notes on columns that contain more than plain numbers."""
        if self.roles.is_strict:
            return
        notes = [column.told for column in (*self._out, *self.every)]
        made = [name for column in self.inputs if column.words for name in column.features]
        inputs = listed(made, most=4) if made else ""
        for sentence in SENTENCES:
            if named := [note[sentence] for note in notes if sentence in note]:
                self._note(Message(sentence, names=listed(named, most=6), inputs=inputs))

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
            readings = " or ".join(f"{number(example, mark):.15g}" for mark in marks)
            raise DataError(
                f'{name}: "{short(example)}" may be {readings}: add --decimal . or --decimal , to '
                "say which is the decimal mark."
            )
        self._note(
            Message(
                "numbers were read with a decimal comma (--decimal ,)"
                if mark == ","
                else "numbers were read with a decimal point, and marks between thousands "
                "(--decimal .)"
            )
        )
        return mark

    def _refusal(self, column: Column, text: str) -> DataError:
        """Return the error for a value that is not a number: its column may be the label."""
        heading, place, named = short(column.heading), column.place, ()
        known = {"drop": Message("add --drop {place}", place=place), "place": place}
        if not column.is_input:
            known["drop"] = Message("choose another target")
        then = Message("Correct it, or {drop}.", drop=known["drop"])
        if DATE.fullmatch(text):
            then = Message(
                "If it is a date, write it as a number of days, or {drop}.", drop=known["drop"]
            )
        elif not looks_numeric(text) and not column.is_input:
            named = ("targets",)
            then = Message(
                "A target is a number to predict: choose another column, or if these are classes, "
                "use --label {place} instead of --target.",
                place=place,
            )
        elif not looks_numeric(text) and not self.targets:
            then = Message(
                "Correct it, or {drop}, or if it holds the labels add --label {place}.", **known
            )
        return DataError(
            '{file}, {row}, column {column}: "{text}" {why}{hint} {then}',
            *named,
            file=self.table.name,
            row=self._row(column, text),
            column=heading,
            text=short(text),
            why=why_no_number(text),
            hint=self._hint(self._number(column, text)),
            then=then,
        )

    def _row(self, column: Column, text: str) -> str:
        """Return words for the first row that has a text in a column."""
        number = f"{self._number(column, text):,}"
        return Message("{row} {number}", row=Message(self.table.row), number=number)

    def _number(self, column: Column, text: str) -> int:
        """Return the number of the first row that has a text in a column; 0 for no text."""
        return self.numbers[column.texts.index(text)] if text else 0
