"""Decide which columns of a table with words become numbers and which are left out."""

import re
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from xlnn.data.columns import ColumnRoles, looks_numeric
from xlnn.data.dataset import ReadOptions
from xlnn.data.numbers import is_absent, is_number, looks_grouped, looks_like_number, refusal
from xlnn.data.wording import counted, listed, short
from xlnn.data.words import DATE, DATES, Words, is_missing, known_words, unlike, why_no_kinds, words
from xlnn.errors import DataError

MOST_KEPT = 200
"""The most distinct texts of a column that are kept."""

TRUTHS = ("FALSE", "TRUE")
"""Truth values in sheets: 0 and 1."""

BROKEN = re.compile(r"=.*|[+-]?(inf|infinity)", re.IGNORECASE)
"""A formula or a number that is not finite: not meant as a word."""

MOST_LABELS = 20
"""The most distinct numbers of a first column that may be the label, in a table with words."""

MOST_EXAMPLES = 3
"""The most wrong columns that a message names."""

TOTALS = frozenset({
    "total", "totals", "grand total", "sum", "subtotal", "average", "mean", "gesamt", "summe",
    "durchschnitt", "mittelwert", "totale", "total général", "somme", "moyenne", "合计", "总计",
    "小计", "平均", "合計", "総計",
})  # fmt: skip
"""Words in a row of totals."""

MOST_TOTALS = 3
"""The most rows of totals at the end of a table."""


def is_note(fields: Sequence[str]) -> bool:
    """Return whether a row has one value in three or more columns, like a note below a table.

    >>> is_note(["Source: our own", "", ""]), is_note(["Ann", "", "3"])
    (True, False)
    """
    return len(fields) > 2 and fields.count("") == len(fields) - 1


def _is_number(text: str) -> bool:
    """Return whether a text is a number, true or false; 31.12.2024 is a date."""
    return text.upper() in TRUTHS or (looks_like_number(text) and not DATE.fullmatch(text))


@dataclass
class _Column:
    """The contents of a column: how many values are numbers, and which texts there are.

    "none" is a word among words, but means missing among numbers.
    """

    numbers: int = 0
    missing: int = 0
    nones: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    wrong: int = 0
    first: tuple[int, str] = (0, "")
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
            self.percent = self.percent or (text if "%" in text else "")
        elif is_absent(text):
            self.nones += 1
        else:
            self.wrong += 1
            self.first = self.first if self.wrong > 1 else (row, text)

    @property
    def filled(self) -> int:
        """How many values are not missing."""
        return self.numbers + self.wrong + self.nones


@dataclass(frozen=True)
class Survey:
    """How the columns of a table are read.

    Attributes
    ----------
    columns : ColumnRoles
        The columns that are not left out.
    words : dict of Words
        By column, the columns of words that become numbers.
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
        The number and the fields of each row, without headings.
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
    count, last = 0, deque[tuple[int, list[str]]](maxlen=MOST_TOTALS)
    for row in rows:
        if is_note(row[1]):
            continue
        count += 1
        last.append(row)
        for column, held in (found | labels).items():
            held.add(row[0], row[1][column])
    notes: tuple[str, ...] = ()
    ends = takewhile(lambda row: _is_total(row, found | labels), reversed(last))
    totals = [*ends] if count > 2 else []
    for row in totals:
        notes += (f"{name}: {row_name} {row[0]:,} was left out, since it holds a total.",)
        _without(found | labels, row)
    unlabelled = sum(held.missing for held in labels.values())
    as_words, left_out, wrong = _told_apart(found, here, reading, dated)
    if not (reading.label or reading.targets or reading.bare):
        _check_label(name, here, labels[here.label], as_words)
    if problems := _problems(wrong, found, here, row_name, unlabelled, left_out, reading):
        if len(problems) == len(wrong) == 1:
            raise no_number(name, row_name, here, wrong[0], *found[wrong[0]].first)
        raise _all_wrong(name, here, problems, wrong)
    inputs = _kept(name, row_name, here, found, left_out, dated)
    notes += _notes(name, here, found, as_words, left_out)
    columns = replace(here, inputs=inputs)
    numbers = {*inputs, *here.targets} - as_words.keys()
    grouped = any(found[column].grouped for column in numbers)
    is_headless = here.given and all(here.headings[c] in found[c].kinds for c in here.inputs)
    left = frozenset(row for row, _ in totals)
    return Survey(columns, as_words, left, grouped=grouped, is_headless=is_headless, notes=notes)


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
        column, why = next(iter(left_out.items()))
        row, text = found[column].first
        where = f"{name}, {row_name} {row}, column {short(here.headings[column])}"
        raise DataError(f"{refusal(text, where)} No column is left to learn from: these are {why}.")
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


def _is_total(last: tuple[int, list[str]], found: dict[int, _Column]) -> bool:
    """Return whether a last row has totals: its word occurs in no other row."""
    row, fields = last
    for column, text in enumerate(fields):
        if text.strip().rstrip(":").lower() in TOTALS:
            others = found[column].kinds if column in found else {}
            return others.get(text.strip(), row) == row
    return False


def _without(found: dict[int, _Column], last: tuple[int, list[str]]) -> None:
    """Remove the last row from the contents of the columns."""
    row, fields = last
    for column, held in found.items():
        text = fields[column].strip()
        if is_missing(text):
            held.missing -= 1
        elif _is_number(text):
            held.numbers -= 1
        else:
            held.wrong -= 1
        if held.kinds.get(text) == row and text.rstrip(":").lower() in TOTALS:
            del held.kinds[text]


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
        elif not held.wrong:
            continue
        elif column in here.targets or held.broken or held.numbers > held.wrong:
            wrong.append(column)
        elif why := why_no_kinds(heading, unlike(held.kinds), held.filled):
            left_out[column] = why
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
        problems.append(f'{heading} has "{short(text)}" in {row_name} {row:,}{more}')
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
    if DATE.fullmatch(text.strip()):
        return DataError(
            f"{reason} If it is a date, remove the column or write it as a number of days."
        )
    if looks_numeric(text.strip()):
        return DataError(reason)
    place = f'"{heading}"' if here.given else _place(column, len(here.headings))
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
