"""Decide which columns of a table with words become numbers and which are left out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from xlnn.data.columns import ColumnRoles, looks_numeric
from xlnn.data.dataset import ReadOptions
from xlnn.data.numbers import (
    CODE,
    is_absent,
    is_number,
    looks_grouped,
    looks_like_number,
    refusal,
    united,
    unsigned,
)
from xlnn.data.totals import is_note, totals
from xlnn.data.wording import counted, listed, short
from xlnn.data.words import DATE, DATES, Words, is_missing, known_words, unlike, why_no_kinds, words
from xlnn.errors import DataError

MOST_KEPT = 200
"""The most distinct texts of a column that are kept."""

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


@dataclass
class _Column:
    """The contents of a column: how many values are numbers, and which texts there are.

    "none" is a word among words, but means missing among numbers. Numbers with a unit are counted
    as wrong, too.
    """

    numbers: int = 0
    missing: int = 0
    nones: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    wrong: int = 0
    first: tuple[int, str] = (0, "")
    codes: int = 0
    united: int = 0
    units: dict[str, None] = field(default_factory=dict)
    percent: str = ""
    grouped: bool = False
    broken: bool = False

    def add(self, row: int, text: str) -> None:
        """Add one value."""
        text = text.strip()
        if is_missing(text):
            self.missing += 1
            return
        if text in self.kinds or len(self.kinds) < MOST_KEPT:
            self.kinds.setdefault(text, row)
        self.broken = self.broken or BROKEN.fullmatch(text) is not None
        if _is_number(text):
            self.numbers += 1
            self.grouped = self.grouped or looks_grouped(text)
            _, unit = unsigned(text)
            self.percent = self.percent or (text if unit == "%" else "")
        elif is_absent(text):
            self.nones += 1
            return
        else:
            bare, unit = united(text)
            self.codes += CODE.fullmatch(text) is not None
            self.united += bool(unit)
            self.grouped = self.grouped or (bool(unit) and looks_grouped(bare))
            self.wrong += 1
            self.first = self.first if self.wrong > 1 else (row, text)
        if unit and len(self.units) < MOST_KEPT:
            self.units[unit] = None

    @property
    def filled(self) -> int:
        """How many values are not missing."""
        return self.numbers + self.wrong + self.nones

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


@dataclass(frozen=True)
class Survey:
    """How the columns of a table are read.

    Attributes
    ----------
    columns : ColumnRoles
        The columns that are not left out.
    words : dict of Words
        By column, the columns of words that become numbers.
    units : frozenset of int
        The columns whose numbers all have the same unit.
    totals : frozenset of int
        The rows with totals, which are not read.
    grouped : bool
        Whether numbers contain commas or blanks.
    is_headless : bool
        Whether the first row is data, since its texts occur below, too.
    notes : tuple of str
        Notes for the user about anything unexpected.
    """

    columns: ColumnRoles
    words: dict[int, Words]
    units: frozenset[int] = frozenset()
    totals: frozenset[int] = frozenset()
    grouped: bool = False
    is_headless: bool = False
    notes: tuple[str, ...] = ()


def surveyed(  # noqa: PLR0913 -- the data, the options, names for messages
    rows: Iterable[tuple[int, list[str]]],
    here: ColumnRoles,
    reading: ReadOptions,
    *,
    name: str,
    row_name: str,
    dated: frozenset[int] = frozenset(),
) -> Survey:
    """Decide how the columns of a table are read.

    Parameters
    ----------
    rows : iterable
        The number and the fields of each row, without headings; it is read twice.
    here : ColumnRoles
    reading : ReadOptions
    name : str
        The file, as a message names it.
    row_name : str
        The word for a row there.
    dated : frozenset of int
        Columns whose numbers are dates.

    Raises
    ------
    DataError
        Numbers are missing or cannot be read: one message names all such columns.
    """
    wanted = (*here.inputs, *here.targets)
    found = {column: _Column() for column in wanted}
    labels = {} if here.label is None else {here.label: _Column()}
    out = totals(rows, (found | labels).keys())
    for row, fields in rows:
        if not is_note(fields) and row not in out:
            for column, held in (found | labels).items():
                held.add(row, fields[column])
    notes: tuple[str, ...] = ()
    if len(out) == 1:
        notes = (f"{name}: {row_name} {min(out):,} was left out, since it holds a total.",)
    elif out:
        told = listed((f"{row:,}" for row in sorted(out)), most=3)
        notes = (f"{name}: {row_name}s {told} were left out, since they hold totals.",)
    unlabelled = sum(held.missing for held in labels.values())
    as_words, left_out, wrong = _told_apart(found, here, reading, dated)
    if not (reading.label or reading.targets or reading.bare):
        _check_label(name, here, labels[here.label], as_words)
    if problems := _problems(wrong, found, here, row_name, unlabelled, left_out, reading):
        if len(problems) == len(wrong) == 1 and not found[wrong[0]].mixed:
            raise no_number(name, row_name, here, wrong[0], *found[wrong[0]].first)
        raise _all_wrong(name, here, problems, wrong)
    inputs = _kept(name, row_name, here, found, left_out, dated)
    notes += _notes(name, here, found, as_words, left_out)
    columns = replace(here, inputs=inputs)
    numbers = {*inputs, *here.targets} - as_words.keys()
    grouped = any(found[column].grouped for column in numbers)
    units = frozenset(column for column in numbers if found[column].is_united)
    is_headless = here.given and all(here.headings[c] in found[c].kinds for c in here.inputs)
    return Survey(columns, as_words, units, out, grouped, is_headless, notes)


def _kept(  # noqa: PLR0913, PLR0917 -- the data, and names for messages
    name: str,
    row_name: str,
    here: ColumnRoles,
    found: dict[int, _Column],
    left_out: dict[int, str],
    dated: frozenset[int],
) -> tuple[int, ...]:
    """Return the inputs to keep; dates only if there are no others."""
    if {*here.inputs} == {*left_out} and set(left_out.values()) == {DATES}:
        for column in dated:
            left_out.pop(column, None)
    inputs = tuple(column for column in here.inputs if column not in left_out)
    if not inputs:
        left = [(column, why, found[column].first) for column, why in left_out.items()]
        told = "; ".join(
            short(here.headings[c])
            + (f' has "{short(text)}" in {row_name} {row:,}' if text else "")
            + f" ({why})"
            for c, why, (row, text) in left[:MOST_EXAMPLES]
        )
        raise DataError(
            f"{name}: no column is left to learn from, since none can become numbers: {told}. "
            "Add a column of numbers, or of a few words that occur again."
        )
    return inputs


def _notes(
    name: str,
    here: ColumnRoles,
    found: dict[int, _Column],
    as_words: dict[int, Words],
    left_out: dict[int, str],
) -> tuple[str, ...]:
    """Return notes on columns that contain more than numbers."""
    notes: tuple[str, ...] = ()
    if left_out:
        told = listed((f"{here.headings[c]} ({why})" for c, why in left_out.items()), most=6)
        notes += (f"{name}: left out {told}; --columns names those to keep.",)
    if mixed := {column: found[column].mixed for column in as_words if found[column].mixed}:
        told = listed(f"{here.headings[c]} ({why})" for c, why in mixed.items())
        notes += (f"{name}: read as words, since units differ: {told}.",)
    if units := [column for column in found if found[column].is_united]:
        told = listed((f"{here.headings[c]} ({next(iter(found[c].units))})" for c in units), most=6)
        notes += (f"{name}: the numbers were read without their units: {told}.",)
    if as_words:
        told = listed((here.headings[column] for column in as_words), most=6)
        made = listed((one for each in as_words.values() for one in each.features), most=4)
        notes += (f"{name}: words became numbers, 1 or 0: {told} (inputs {made}).",)
    signs = [here.headings[column] for column in found if found[column].percent]
    if signs:
        example = next(each.percent for each in found.values() if each.percent)
        notes += (f"{name}: per cent in {listed(signs)} was read as a part: {example} / 100.",)
    return notes


def _check_label(name: str, here: ColumnRoles, held: _Column, as_words: dict[int, Words]) -> None:
    """Refuse the first column of a table with words as label, if it can hardly be one."""
    kinds = held.kinds
    numbers = [float(text) for text in kinds if is_number(text)]
    are_few = len(kinds) <= MOST_LABELS and len(kinds) < held.filled
    are_few = are_few and all(number == int(number) for number in numbers)
    if held.wrong or len(numbers) < len(kinds) or are_few:
        return
    last = len(here.headings) - 1
    column = last if last in as_words else next(iter(as_words), last)
    label = "last" if column == last and not here.given else str(column + 1)
    label = f'"{short(here.headings[column])}"' if here.given else label
    raise DataError(
        f"{name}: {here.where(0)} holds numbers and can hardly be the label: add --label and the "
        f"column with the classes, such as --label {label}, or --target and a column of numbers."
    )


def _told_apart(
    found: dict[int, _Column], here: ColumnRoles, reading: ReadOptions, dated: frozenset[int]
) -> tuple[dict[int, Words], dict[int, str], list[int]]:
    """Return columns of words, columns left out with the reason, and columns that are wrong."""
    as_words, left_out, wrong = {}, {}, []
    for column, held in found.items():
        heading = here.headings[column]
        if column in here.inputs and (known := known_words(heading, reading.features)):
            as_words[column] = known
        elif column in dated and column in here.inputs and not reading.columns:
            left_out[column] = DATES
        elif held.is_united or not (held.wrong or held.mixed):
            continue
        elif column in here.targets or held.broken or held.numbers > held.wrong > held.codes:
            wrong.append(column)
        elif why := why_no_kinds(heading, unlike(held.kinds), held.filled):
            is_ticked = held.missing and len(held.kinds) == 1
            why = f'"{short(held.first[1])}" or nothing: write no' if is_ticked else why
            left_out[column] = held.mixed or (CODES if held.codes else why)
        else:
            as_words[column] = words(heading, held.kinds)
    return as_words, left_out, wrong


def _problems(  # noqa: PLR0913, PLR0917 -- everything that may be wrong
    wrong: list[int],
    found: dict[int, _Column],
    here: ColumnRoles,
    row_name: str,
    unlabelled: int,
    left_out: dict[int, str],
    reading: ReadOptions,
) -> list[str]:
    """Return all that is wrong, in words; empty if only values are missing."""
    problems = []
    for column in wrong:
        row, text = found[column].first
        more = f" and {found[column].wrong - 1:,} more" if found[column].wrong > 1 else ""
        heading = short(here.headings[column])
        one = f'{heading} has "{short(text)}" in {row_name} {row:,}{more}'
        problems.append(f"{heading} has {found[column].mixed}" if found[column].mixed else one)
    if left_out and reading.columns:
        named = (f"{here.headings[column]} ({why})" for column, why in left_out.items())
        problems.append(f"{listed(named)} cannot become numbers")
    if not problems or reading.missing:
        return problems
    holes = [c for c, held in found.items() if held.missing and c not in left_out]
    if holes:
        named = (f"{here.headings[c]} ({found[c].missing:,})" for c in holes)
        problems.append(f"values are missing in {listed(named, most=3)} (--missing)")
    if unlabelled:
        problems.append(f"{counted(unlabelled, row_name)} without a label")
    return problems


def _all_wrong(name: str, here: ColumnRoles, problems: list[str], wrong: list[int]) -> DataError:
    """Return one error for all that is wrong."""
    more = len(problems) - MOST_EXAMPLES - 1
    told = "; ".join(problems[: MOST_EXAMPLES + 1]) + (f"; {more} more" if more > 0 else "")
    drops = " ".join(f'--drop "{short(here.headings[c])}"' for c in wrong[:2] if c in here.inputs)
    remedy = f", or leave columns out ({drops} …)" if len(wrong) > 2 else f", or add {drops}"
    if {*wrong} & {*here.targets}:
        drops = remedy = ", or if a target holds classes, use --label instead of --target"
    return DataError(
        f"{name} holds what is not a number: {told}. Correct it{remedy if drops else ''}."
    )


def no_number(  # noqa: PLR0913, PLR0917 -- what the message names
    name: str, row_name: str, here: ColumnRoles, column: int, row: int, text: str
) -> DataError:
    """Return the error for a value that is not a number: its column may be the label."""
    heading = short(here.headings[column])
    reason = str(refusal(text, f"{name}, {row_name} {row}, column {heading}"))
    place = f'"{heading}"' if here.given else _place(column, len(here.headings))
    drop = "choose another target" if column in here.targets else f"add --drop {place}"
    if DATE.fullmatch(text.strip()):
        return DataError(f"{reason} If it is a date, write it as a number of days, or {drop}.")
    if looks_numeric(text.strip()):
        return DataError(f"{reason} Correct it, or {drop}.")
    if column in here.targets:
        return DataError(
            f"{reason} A target is a number to predict: choose another column, or if these are "
            f"classes, use --label {place} instead of --target.",
            "targets",
        )
    or_label = "" if here.targets else f", or if it holds the labels add --label {place}"
    return DataError(f"{reason} Correct it, or add --drop {place}{or_label}.")


def _place(column: int, count: int) -> str:
    return "last" if column == count - 1 else str(column + 1)
