"""Turn columns of words into numbers: yes/no into 1/0, categories into a column each."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count

import numpy as np

from xlnn.data.messages import LONGEST_NAME, cut
from xlnn.data.numbers import ABSENT, WORDS_TOO, is_absent, looks_like_number
from xlnn.errors import Message

SOME_KINDS, MOST_KINDS, ROWS_EACH = 12, 50, 5
"""The categories that become columns: some in any table; more if each has some rows on average."""

FEW = 0.7
"""If a larger share of the rows has a unique word, these are names, not categories."""

LEAST_WORDS = 3
"""The words of a sentence, on average: texts with as many may be remarks rather than categories."""

LEAST_RUN = 10
"""The fewest rows, on average, of a numbering that begins anew."""

YES = frozenset({
    "yes", "y", "true", "t", "on", "ja", "wahr", "oui", "vrai", "si", "sí", "sì", "vero",
    "verdadero", "sim", "да", "tak", "evet", "是", "有", "真", "对", "はい", "あり", "예", "네",
    "x", "✓", "✔", "√", "☑", "☒", "●", "•", "*",
})  # fmt: skip
"""Words and marks that become 1 (and the other word 0), whatever their alphabetical order."""

NO = "no"
"""The word for what is empty in a column in which all else means yes."""

DATES = Message("dates")
"""Why a column of dates is left out."""

FREE_TEXT = Message("names or free text")
"""Why a column of other texts is left out."""

_NO_WORDS = ABSENT - WORDS_TOO

BETWEEN = " = "
"""Between a column's heading and the word that is 1 there."""

DATE = re.compile(
    r"[0-9]{1,4}([-/.年])[0-9]{1,2}[-/.月][0-9]{1,4}(?![0-9]).*"
    r"|[0-9]{1,2}[ -]?[a-z]{3,9}[., -]*[0-9]{2,4}"
    r"|[a-z]{3,9}[., ]+[0-9]{1,2}(st|nd|rd|th)?[., ]+[0-9]{4}|[0-9]{4}-[0-9]{2}",
    re.IGNORECASE,
)
_ISO_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
FIRST_DAY = date(1899, 12, 30)
"""The day 0 of sheets, from March 1900 on."""

_TIMES = re.compile(r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?( ?[ap]\.?m\.?)?", re.IGNORECASE)
_MONTH = re.compile(r"(0?[1-9]|1[0-2])[./-](19|20)[0-9]{2}")
_ID = re.compile(
    r"(?i:(.*[ _.-])?(id|ids|no|nr|number|index|row|key|uuid|guid|#|番号|编号|序号)\.?)|.*[a-z]ID",
)
_TIME = re.compile(
    r".*(year|month|week|day|hour|time|date|age|period|epoch|年|月|日).*", re.IGNORECASE
)
_STEP = re.compile("minute|second|cycle|step|lap|round|depth|分|秒|时|時|周|週", re.IGNORECASE)
"""What else may begin anew in each of several series: it says more than the number of the row."""


@dataclass(frozen=True)
class Words:
    """A column of words, as numbers.

    Attributes
    ----------
    heading : str
    kinds : tuple of str
        The words that have a column in which they are 1; only one if there are two words.
    known : frozenset of str
        All words that were found; any other word is 0 in all columns.
    """

    heading: str
    kinds: tuple[str, ...]
    known: frozenset[str] = frozenset()

    @property
    def features(self) -> list[str]:
        """The headings of these columns.

        >>> Words("colour", ("blue", "red")).features
        ['colour = blue', 'colour = red']
        """
        return [joined(self.heading, kind) for kind in self.kinds]

    def numbers(self, text: str) -> list[float]:
        """Return the values of a word in these columns; NaN if it is missing.

        >>> Words("colour", ("blue", "red")).numbers("red")
        [0.0, 1.0]
        """
        text = text.strip()
        if is_missing(text):
            return [np.nan] * len(self.kinds)
        return [float(text.casefold() == kind.casefold()) for kind in self.kinds]


def joined(heading: str, kind: str) -> str:
    """Return the heading of a column that is 1 for one word, cut to the longest allowed."""
    room = LONGEST_NAME - len(BETWEEN)
    kind = cut(kind, room // 2)
    return cut(heading, room - len(kind)) + BETWEEN + kind


def is_missing(text: str) -> bool:
    """Return whether a value among words is missing; "none" is a word there."""
    return text.strip().lower() in _NO_WORDS


def is_unlabelled(text: str) -> bool:
    """Return whether a label is missing; + and - are labels."""
    return is_missing(text) and (not text or any(map(str.isalnum, text)))


def words(heading: str, texts: Iterable[str]) -> Words:
    """Return the columns for some words.

    >>> words("smoker", ["yes", "no"]).features, words("sex", ["M", "F"]).features
    (['smoker = yes'], ['sex = M'])
    >>> words("done", ["✓", "✗"]).features
    ['done = ✓']
    """
    kinds = sorted(unlike(texts), key=str.casefold)
    if len(kinds) == 2:
        positive = [kind for kind in kinds if kind.lower() in YES]
        positive = positive or [kind for kind in kinds if kind.lower() != NO]
        return Words(
            heading, tuple(positive if len(positive) == 1 else kinds[1:]), frozenset(kinds)
        )
    return Words(heading, tuple(kinds), frozenset(kinds))


def ticked(heading: str, texts: Sequence[str], usual: Sequence[str] = ()) -> list[str] | None:
    """Return a column of ticks with "no" in its empty cells; None if it is not one.

    Its only word means yes, or is the end of its heading.

    Parameters
    ----------
    heading : str
    texts : sequence of str
    usual : sequence of str
        The words of the column if all its cells are empty.

    >>> ticked("milk", ["X", ""]), ticked("What do you use? Phone", ["", "Phone"])
    (['X', 'no'], ['no', 'Phone'])
    >>> ticked("notes", ["late", ""]), ticked("grade 5", ["5", ""])
    (None, None)
    """
    kinds = unlike(text for text in dict.fromkeys(texts) if not is_missing(text)) or usual
    if len(kinds) != 1 or looks_like_number(kinds[0]) or not any(map(is_missing, texts)):
        return None
    word = kinds[0].casefold()
    if word not in YES and not heading.casefold().endswith(word):
        return None
    return [NO if is_missing(text) else text for text in texts]


def looks_numeric(field: str) -> bool:
    """Return whether a field of the first line looks like a value rather than a heading.

    >>> [looks_numeric(field) for field in ("0.5", "=1+1", "", "p11", "1st floor", "5k")]
    [True, True, True, False, False, False]
    """
    is_value = looks_like_number(field) or DATE.fullmatch(field) or is_absent(field)
    return bool(is_value) or field.startswith("=") or field.lower().lstrip("+-") == "inf"


def are_months(texts: Sequence[str]) -> bool:
    """Return whether all texts are months such as 03.2024, which could be read as numbers.

    >>> are_months(["10.2024", "03.2024"]), are_months(["10.2024", "3.5"])
    (True, False)
    """
    held = [text for text in texts if text]
    return all(map(_MONTH.fullmatch, held)) and any(text[0] == "0" for text in held)


def unlike(words: Iterable[str]) -> list[str]:
    """Return the words that differ in more than their capitals, as a spreadsheet compares them.

    >>> unlike(["Yes", "no", "YES"])
    ['Yes', 'no']
    """
    folded: dict[str, str] = {}
    for word in words:
        folded.setdefault(word.casefold(), word)
    return list(folded.values())


def known_words(heading: str, features: Sequence[str]) -> Words | None:
    """Return a network's columns for a column of words; None if it was not one of words.

    >>> known_words("colour", ["size", "colour = red"])
    Words(heading='colour', kinds=('red',), known=frozenset())
    """
    kinds = tuple(
        kind
        for base, between, kind in (feature.rpartition(BETWEEN) for feature in features)
        if between and base == heading
    )
    return Words(heading, kinds) if kinds else None


def kept_words(columns: Iterable[Words], features: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return the heading and words of each column of words among the inputs.

    >>> kept_words([words("smoker", ["yes", "no"])], ["age", "smoker = yes"])
    (('smoker', 'yes', 'no'),)
    """
    return tuple(
        (column.heading, *column.kinds, *sorted(column.known.difference(column.kinds)))
        for column in columns
        if {*column.features} & {*features}
    )


def typed_as(
    features: Sequence[str], columns: Sequence[Sequence[str]]
) -> tuple[int | tuple[int, str], ...]:
    """Return for each input the index of its number, or of its column of words and the word.

    Parameters
    ----------
    features : sequence of str
    columns : sequence of sequences of str
        As `kept_words` returns them.

    >>> typed_as(["age", "smoker = yes"], [("smoker", "yes", "no")])
    (0, (0, 'yes'))
    """
    known: dict[str, list[tuple[int, str]]] = {}
    for number, (heading, *kinds) in enumerate(columns):
        for kind in kinds:
            known.setdefault(joined(heading, kind), []).append((number, kind))
    numbers = count()
    return tuple(
        known[feature].pop(0) if known.get(feature) else next(numbers) for feature in features
    )


def bases(features: Sequence[str]) -> list[str]:
    """Return the headings of the columns that a network's inputs were made from.

    >>> bases(["size", "colour = blue", "colour = red"])
    ['size', 'colour']
    """
    return list(dict.fromkeys(feature.rpartition(BETWEEN)[0] or feature for feature in features))


def are_remarks(kinds: Sequence[str], rows: int, empty: int) -> bool:
    """Return whether texts are sentences, and most cells are empty or differ.

    Parameters
    ----------
    kinds : sequence of str
        The texts that were found.
    rows, empty : int
        How many cells there are, and how many of them are empty.

    >>> are_remarks(["No blood was taken.", "Not seen."], 9, 6)
    True
    >>> are_remarks(["No blood was taken.", "Not seen."], 9, 0)
    False
    """
    long = [len(kind.split()) for kind in kinds]
    are_long = sum(long) >= LEAST_WORDS * len(long) and sum(n > 1 for n in long) > len(long) / 2
    return are_long and empty + len(kinds) > rows / 2


def day(text: str) -> float | None:
    """Return the number that a sheet shows as a date; None if a text is no date as ISO 8601 has it.

    >>> day("1970-01-01"), day("1.1.1970")
    (25569.0, None)
    """
    if not _ISO_DATE.fullmatch(text.strip()):
        return None
    try:
        return float((date.fromisoformat(text.strip()) - FIRST_DAY).days)
    except ValueError:  # such as 2023-02-30
        return None


def recur(kinds: Sequence[str], rows: int) -> bool:
    """Return whether a few words occur in several rows each, on average.

    >>> recur(["a", "b"], 10), recur(["a", "b"], 9)
    (True, False)
    """
    return 1 < len(kinds) <= MOST_KINDS and len(kinds) * ROWS_EACH <= rows


def why_no_kinds(heading: str, kinds: Sequence[str], rows: int) -> str:
    """Return why the words of a column are not categories; "" if they are.

    Parameters
    ----------
    heading : str
    kinds : sequence of str
        The words that were found; not all if there are very many.
    rows : int
        How many values there are.

    >>> why_no_kinds("name", ["Ann", "Bob", "Eve"], 3), why_no_kinds("x", ["a", "b"], 9)
    ('names or free text', '')
    """
    for pattern, why in ((DATE, DATES), (_TIMES, Message("times"))):
        if kinds and all(pattern.fullmatch(kind.strip()) for kind in kinds):
            return why
    if len(kinds) == 1:
        return Message("the same word in all rows") if rows > 1 else Message("a single word")
    if recur(kinds, rows) or (len(kinds) <= SOME_KINDS and len(kinds) <= FEW * rows):
        return ""
    if is_id(heading):
        return Message("ids")
    if len(kinds) > rows / 2:
        return FREE_TEXT
    return Message("{kinds:,} categories in {rows:,} rows", kinds=len(kinds), rows=rows)


def is_id(heading: str) -> bool:
    """Return whether a heading suggests that a column numbers the rows.

    >>> is_id("customer_id"), is_id("CustomerID"), is_id("grid")
    (True, True, False)
    """
    return _ID.fullmatch(heading.strip()) is not None


def counts_rows(heading: str, column: np.ndarray) -> bool:
    """Return whether a column only numbers the rows: 1, 2, 3 …, 10000, 10001 …, or ids.

    A numbering may begin anew, as for each of several groups. Groups of the same size may also be
    a grid, such as points of a plane; then the heading decides.

    Parameters
    ----------
    heading : str
    column : array, shape (rows,)

    >>> counts_rows("n", np.arange(5.0)), counts_rows("year", np.arange(5.0))
    (True, False)
    >>> counts_rows("n", np.r_[1:31, 1:21]), counts_rows("x", np.r_[1:31, 1:31])
    (True, False)
    """
    if (column != np.trunc(column)).any():
        return False
    steps = np.diff(column)
    if len(steps) and (steps == 1).all():
        return not _TIME.fullmatch(heading) or is_id(heading)
    if is_id(heading) and len(np.unique(column)) == len(column):
        return True
    begun = np.flatnonzero(steps != 1) + 1
    runs = np.diff(np.r_[0, begun, len(column)])
    if (column[begun] != column[0]).any() or runs.mean() < LEAST_RUN:
        return False
    if _TIME.fullmatch(heading) or _STEP.search(heading):
        return False
    return is_id(heading) or len({*runs.tolist()}) > 1
