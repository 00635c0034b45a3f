"""Quote texts, names and numbers from a file in messages."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import reduce
from itertools import chain, count

from xlnn.errors import Message

LONGEST_NAME = 40
"""Characters of a label or heading: a heading or a legend shows no more."""

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def short(text: object) -> str:
    """Return a text from a file, shortened for a message, without line ends or control codes.

    >>> short("a" * 50)
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…'
    """
    text = text if isinstance(text, Message) else printable(text)
    return text if len(text) <= 40 else text[:39] + "…"


def of_system(error: OSError | ValueError) -> Message:
    """Return the reason why the system does not open a file."""
    return Message(getattr(error, "strerror", None) or "{error}", error=str(error))


LONGEST_REASON = 160
"""Characters of another package's message: with the words before it, one line."""


def reason(error: Exception) -> str:
    r"""Return what another package says of a file, as the end of a sentence without its stop.

    >>> reason(ValueError("No operator is called Foo. \n==> Context: Bad node"))
    'No operator is called Foo'
    """
    lines = str(error).strip().splitlines() or [type(error).__name__]
    text = printable(lines[0]).rstrip(" .:")
    if len(text) <= LONGEST_REASON:
        return text
    return f"{text[:LONGEST_REASON].rpartition(' ')[0] or text[:LONGEST_REASON]} …"


def printable(text: object) -> str:
    r"""Return a text without line ends or terminal control codes.

    >>> printable("a\0b")
    'a?b'
    """
    return "".join(character if character.isprintable() else "?" for character in str(text))


def listed(names: Iterable[object], last: str = "and", most: int = 12) -> str:
    """Join names as in a sentence; only the first ones if there are many.

    >>> listed(["W2", "b2", "W3"])
    'W2, b2 and W3'
    """
    *head, end = [short(name) for name in names]
    if not head:
        return end
    before = in_a_row(head[:most])
    if len(head) >= most:
        return Message("{names} and {count} more", names=before, count=f"{len(head) + 1 - most:,}")
    parts = {"names": before, "name": end}
    return Message("{names} or {name}" if last == "or" else "{names} and {name}", **parts)


def in_a_row(names: Iterable[str]) -> str:
    """Join names with commas; none give an empty text.

    >>> in_a_row(["W2", "b2"])
    'W2, b2'
    """
    first, *others = [*names] or [""]
    return reduce(lambda one, other: Message("{one}, {other}", one=one, other=other), others, first)


def fitted(names: Sequence[str], room: int, most: int = 12) -> str:
    """Join names as in a sentence, each without its middle if they are too long for the room.

    They stay apart, even if they need more room.

    >>> fitted(["Adelie penguin (adeliae)", "Adelie penguin (papua)"], 30)
    'Adeli…eliae) and Adeli…papua)'
    """
    text = listed(names, most=most)
    for longest in range(LONGEST_NAME, 7, -1):
        shown = [cut(short(name), longest) for name in names]
        if len(text) <= room or len({*shown}) < len({*names}):
            break
        text = listed(shown, most=most)
    return text


def likely(name: str, known: Iterable[str], otherwise: str = ".", least: float = 0.4) -> str:
    """Return the end of a sentence on an unknown name: the known names like it, if there are any.

    Names are like it if their ratio, as difflib computes it, is at least `ratio`.

    >>> likely("sigmod", ["sigmoid", "relu"]), likely("x", ["relu"])
    (': is it sigmoid?', '.')
    """
    near = get_close_matches(name, [*known], 3, least)
    return Message(": is it {names}?", names=listed(near, "or")) if near else otherwise


def counted(number: int, thing: str) -> str:
    """Return a count with its noun.

    >>> counted(1, "row"), counted(2000, "row")
    ('1 row', '2,000 rows')
    """
    return Message("{number} " + (thing if number == 1 else f"{thing}s"), number=f"{number:,}")


def amount(number: float) -> str:
    """Return a number as written in a sentence.

    >>> amount(0.25), amount(20000.0), amount(952751807406.842), amount(-1e-9)
    ('0.25', '20,000', '9.528 × 10¹¹', '-1 × 10⁻⁹')
    """
    if 1_000 <= abs(number) < 1e6:
        return f"{number:,.0f}"
    digits, _, power = f"{number:.4g}".partition("e")
    return f"{digits} × 10{str(int(power)).translate(_RAISED)}" if power else digits


def cut(text: str, longest: int = LONGEST_NAME) -> str:
    """Return a text without its middle if it is longer than a heading may be.

    >>> cut("How was it, on Friday?", 15)
    'How was…Friday?'
    """
    half = longest // 2
    is_long = len(text) > longest
    return f"{text[: longest - half - 1].rstrip()}…{text[-half:]}" if is_long else text


def named_apart(headings: Sequence[str]) -> list[str]:
    """Return headings as the workbook has them: short, not empty, and each only once.

    >>> named_apart(["score", "", "score"])
    ['score', 'column 2', 'score 3']
    """
    names: dict[str, None] = {}
    for n, heading in enumerate(headings, start=1):
        name = cut(unicodedata.normalize("NFC", printable(heading))) or f"column {n}"
        numbered = (f"{cut(name, LONGEST_NAME - len(str(k)) - 1)} {k}" for k in count(n))
        names[
            next(candidate for candidate in chain([name], numbered) if candidate not in names)
        ] = None
    return list(names)


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key that sorts texts naturally, numbers by their size.

    >>> sorted(["Ada 10", "Ada 9", "ada 2"], key=natural)
    ['ada 2', 'Ada 9', 'Ada 10']
    """
    parts = re.findall(r"\d+|\D+", text.casefold())
    return tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts)
