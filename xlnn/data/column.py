"""Find out what a column of a table holds: numbers, words, dates, codes or ticks."""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from xlnn.data.dataset import ReadOptions
from xlnn.data.messages import LONGEST_NAME, cut, listed, short
from xlnn.data.numbers import (
    CODE,
    is_absent,
    looks_grouped,
    looks_like_number,
    number,
    plain_numbers,
    united,
    unsigned,
)
from xlnn.data.roles import ColumnRoles
from xlnn.data.words import (
    DATE,
    DATES,
    FREE_TEXT,
    are_months,
    are_remarks,
    day,
    is_missing,
    known_words,
    recur,
    ticked,
    unlike,
    why_no_kinds,
    words,
)
from xlnn.errors import Message

TRUTHS = ("FALSE", "TRUE")
"""Truth values in sheets: 0 and 1."""

BROKEN = re.compile(r"=.*|[+-]?(inf|infinity)", re.IGNORECASE)
"""A formula or a number that is not finite: not meant as a word."""

CODES = Message("codes or phone numbers")
"""Why a column of postal codes or phone numbers is left out."""

MOST_UNITS = 4
"""The most units of a column; with more its values are texts, such as 12 Main Street."""

SENTENCES = (
    LEFT_OUT := "left out {names}; --columns names those to keep",
    MIXED := "read as words, since units differ: {names}",
    UNITED := "the numbers were read without their units: {names}",
    OF_WORDS := "words became numbers, 1 or 0: {names} (inputs {inputs})",
    TICKED := "empty cells mean no in {names}",
    PARTS := "per cent in {names} was read as a part: 5 % as 0.05",
    DAYS := "dates in {names} were read as numbers of days",
)
"""What is told of columns, with a gap for them and for the inputs made of them."""


def _is_number(text: str) -> bool:
    """Return whether a text is a number, true or false; 31.12.2024 is a date, and 01234 a code."""
    is_like = looks_like_number(text) and not DATE.fullmatch(text) and not CODE.fullmatch(text)
    return text.upper() in TRUTHS or is_like


TESTS = {
    "missing": is_missing,
    "number": _is_number,
    "absent": is_absent,  # "none", which is a word among words
    "broken": BROKEN.fullmatch,
    "code": CODE.fullmatch,
    "united": lambda text: united(text)[1],
    "word": str,
}
"""What a text may be, each with its test: the first that applies decides."""

WRONG = ("broken", "code", "united", "word")
"""What is not a number, though numbers that all have one unit are read."""


class Column:
    """A column of inputs or targets: its texts, and what they become.

    "none" is a word among words, but means missing among numbers. Numbers with a unit count as
    wrong unless all have it.

    Parameters
    ----------
    number : int
        The column, from 0.
    texts : sequence of str
    roles : ColumnRoles
    reading : ReadOptions
    is_dated : bool
        Whether the file says that its numbers are dates.

    Attributes
    ----------
    plain : array, shape (rows,), or None
        Its values if all of them are plain numbers.
    count : Counter
        How many of its texts are of each kind in `TESTS`; empty if they are plain numbers.
    wrong : int
        How many texts are not numbers.
    first : str
        The first text that is not a number.
    units : list of str
        The units, currencies and signs of per cent of its numbers.
    mixed : str
        Why its numbers cannot be compared: "numbers in kg and g"; "" if they can.
    words : Words or None
        What it becomes if it holds words.
    is_ticked : bool
        Whether its empty cells mean no.
    why_out : str
        Why it is left out; "" if it is not.
    """

    def __init__(
        self,
        number: int,
        texts: Sequence[str],
        roles: ColumnRoles,
        reading: ReadOptions,
        *,
        is_dated: bool,
    ) -> None:
        self.heading, self.place = roles.headings[number], roles.place(number)
        self.is_input, self._reading = number in roles.inputs, reading
        self.known = known_words(self.heading, reading.features) if self.is_input else None
        self.are_days, self.is_dated = is_dated, is_dated or are_months(texts)
        self.plain, self.words, self.why_out = plain_numbers(texts), None, ""
        self.texts, self.is_ticked = texts, False
        usual = self.known.kinds if self.known else ()
        if self.is_input and self.plain is None and (made := ticked(self.heading, texts, usual)):
            self.texts, self.is_ticked = made, True
        kind_of = {
            text: next(kind for kind, applies in TESTS.items() if applies(text))
            for text in dict.fromkeys(self.texts if self.plain is None else ())
        }
        self.count = Counter(map(kind_of.get, self.texts) if kind_of else ())
        self.kinds = [text for text, kind in kind_of.items() if kind != "missing"]
        numbers = [text for text, kind in kind_of.items() if kind == "number"]
        with_unit = [united(text) for text, kind in kind_of.items() if kind == "united"]
        units = (*(unsigned(text)[1] for text in numbers), *(unit for _, unit in with_unit))
        self.units = [*dict.fromkeys(filter(None, units))]
        self.is_grouped = any(map(looks_grouped, (*numbers, *(bare for bare, _ in with_unit))))
        self.first = next((text for text, kind in kind_of.items() if kind in WRONG), "")
        self.wrong = sum(self.count[kind] for kind in WRONG)
        self.is_empty = self.plain is None and not self.count["number"] + self.wrong
        is_of_units = self.wrong == self.count["united"]
        is_one = is_of_units and len(self.units) == 1
        self.is_united = is_one and self.wrong > 0 == self.count["number"]
        are_few = is_of_units and (not self.wrong or len(self.units) <= MOST_UNITS)
        is_mixed = len(self.units) > 1 and are_few
        self.mixed = f"numbers in {listed(self.units, most=4)}" if is_mixed else ""

    @property
    def features(self) -> list[str]:
        """The names of the inputs that it becomes."""
        return self.words.features if self.words else [self.heading]

    def decide(self) -> bool:
        """Decide whether it becomes words or is left out; return False if it is wrong."""
        codes = self.count["code"]
        if self.known:
            self.words = self.known
        elif self.is_input and not self._reading.columns and self.is_dated:
            self.why_out = DATES
        elif self._are_dates_to_read():
            self.are_days = True
        elif self.is_united or not (self.wrong or self.mixed):
            return True
        elif not self.is_input or self.count["broken"] or self.count["number"] > self.wrong > codes:
            return False
        elif why := "" if self.is_ticked else self._why_no_words():
            self.why_out = self.mixed or (CODES if codes else why)
        else:
            self.words = words(self.heading, self.kinds)
        return True

    def _are_dates_to_read(self) -> bool:
        """Return whether all texts are dates, which recur or are asked for."""
        asked = self.heading in {*self._reading.columns, *self._reading.features}
        is_meant = asked or recur(self.kinds, len(self.texts))
        is_input = self.is_input and bool(self.kinds)
        return is_input and is_meant and all(day(kind) is not None for kind in self.kinds)

    def _why_no_words(self) -> str:
        """Return why its words are not categories; "" if they are."""
        kinds = unlike(self.kinds)
        if self.count["missing"] and len(kinds) == 1:
            return Message('"{word}" or nothing: write no', word=short(self.first))
        rows, empty = len(self.texts), self.count["missing"]
        why = why_no_kinds(self.heading, kinds, rows - empty)
        is_free = not why and not self._reading.columns and are_remarks(kinds, rows, empty)
        return FREE_TEXT if is_free else why

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
        read = self.words.numbers if self.words else lambda text: self._value(text, mark)
        values = {text: read(text) for text in dict.fromkeys(self.texts)}
        wrong = [text for text, value in values.items() if value is None]
        return np.array([values[text] for text in self.texts], dtype=float), wrong

    def _value(self, text: str, mark: str) -> float | None:
        """Return a number, true or false; NaN if it is missing, None if it is something else."""
        value = day(text) if self.are_days else None
        value = number(self.bare(text), mark) if value is None else value
        if value is None and is_absent(text):
            return np.nan
        truth = text.upper()
        return float(TRUTHS.index(truth)) if truth in TRUTHS else value

    @property
    def told(self) -> dict[str, str]:
        """The column's name in each sentence of `SENTENCES` that applies to it."""
        if self.why_out:
            room = max(8, LONGEST_NAME - len(f" ({self.why_out})"))
            known = {"name": cut(self.heading, room), "why": self.why_out}
            return {LEFT_OUT: Message("{name} ({why})", **known)}
        if self.words:
            mixed = {MIXED: f"{self.heading} ({self.mixed})"} if self.mixed else {}
            ticks = {TICKED: self.heading} if self.is_ticked else {}
            return mixed | {OF_WORDS: self.heading} | ticks
        said = {PARTS: "%" in self.units and self.heading, DAYS: self.are_days and self.heading}
        if self.is_united:
            said[UNITED] = f"{self.heading} ({self.units[0]})"
        return {sentence: named for sentence, named in said.items() if named}
