"""Quote texts, names and numbers from a file in messages."""

from collections.abc import Iterable

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def short(text: object) -> str:
    """Return a text from a file, shortened for a message, without line ends or control codes.

    >>> short("a" * 50)
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…'
    """
    text = printable(text)
    return text if len(text) <= 40 else text[:39] + "…"


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
    if len(head) >= most:
        return f"{', '.join(head[:most])} and {len(head) + 1 - most:,} more"
    return f"{', '.join(head)} {last} {end}" if head else end


def counted(number: int, thing: str) -> str:
    """Return a count with its noun.

    >>> counted(1, "row"), counted(2000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def amount(number: float) -> str:
    """Return a number as written in a sentence.

    >>> amount(0.25), amount(20000.0), amount(952751807406.842), amount(-1e-9)
    ('0.25', '20,000', '9.528 × 10¹¹', '-1 × 10⁻⁹')
    """
    if 1_000 <= abs(number) < 1e6:
        return f"{number:,.0f}"
    digits, _, power = f"{number:.4g}".partition("e")
    return f"{digits} × 10{str(int(power)).translate(_RAISED)}" if power else digits
