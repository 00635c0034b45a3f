"""Describe a cell as lines of text that a terminal shows as a tree."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rich.cells import cell_len

from xlnn.quantity import superscript
from xlnn.registry.text import Text, text

if TYPE_CHECKING:
    from xlnn.explaining.explanation import Explanation, Part

MOST_PARTS = 10
"""Parts of one cell that the lines list; all are in the JSON."""

Value = float | str | bool | None

Line = tuple[int, str]
"""The depth of a line, and its text."""


def indented(lines: Iterable[Line]) -> Iterator[str]:
    """Yield lines indented by their depth."""
    for depth, line in lines:
        yield "    " * depth + line


def tree_of(said: "Explanation") -> Iterator[Line]:
    """Yield the lines of an explanation, each with its depth."""
    words = text(said.lang, "explaining")
    yield 0, f"{said.cell}   {_named(said.symbol, said.name)}   {_where(said, words)}".rstrip()
    rows = {
        "equation": f"{said.equation}   {_book(said, words)}".strip() if said.equation else "",
        "formula": said.formula,
        "stated": said.remark if said.formula and said.remark.startswith("=") else "",
        "symbols": said.in_symbols,
        "numbers": said.in_numbers,
        "value": f"{in_words(said.value)}   {_judged(said, words)}".rstrip(),
    }
    labels = {key: words("explain", key) for key, row in rows.items() if row}
    width = max(map(cell_len, labels.values()))
    if said.meaning:
        yield 1, said.meaning
    for key, label in labels.items():
        yield 1, f"{label}{' ' * (width - cell_len(label))}   {rows[key]}"
    if said.remark and not said.remark.startswith("="):
        yield 1, said.remark
    for key, parts in (("computed_from", said.computed_from), ("used_for", said.used_for)):
        if parts:
            yield 0, words("explain", key)
            yield from _tree(parts, words, 1)


def _tree(parts: "tuple[Part, ...]", words: Text, depth: int) -> Iterator[Line]:
    for part in parts[:MOST_PARTS]:
        values = ", ".join(in_words(value) for value in part.values)
        more = ", …" if part.count > len(part.values) else ""
        count = f"   ({words('explain', 'cells', count=f'{part.count:,}')})" if more else ""
        yield depth, f"{_named(part.symbol, part.name)}   {part.cells}   {values}{more}{count}"
        yield from _tree(part.parts, words, depth + 1)
    if len(parts) > MOST_PARTS:
        yield depth, words("explain", "more", count=len(parts) - MOST_PARTS)


def _named(symbol: str, name: str) -> str:
    return f"{symbol}   {name}" if name and name != symbol else symbol


def _book(said: "Explanation", words: Text) -> str:
    return words("explain", "book", place=said.book) if said.book else ""


def _where(said: "Explanation", words: Text) -> str:
    """Return layer, unit, epoch and image in words."""
    headings = words.words["headings"]
    axes = (
        words("explain", "place", axis=headings.get(axis, axis), number=number)
        for axis, number in said.place.items()
    )
    layer = words("explain", "layer", name=said.layer) if said.layer else ""
    unit = words("explain", "unit", number=",".join(map(str, said.unit))) if said.unit else ""
    return words("joined", "between").join(filter(None, (layer, unit, *axes)))


def _judged(said: "Explanation", words: Text) -> str:
    if said.role in {"input", "noted"}:
        return words("explain", said.role)
    if not said.agrees:
        if said.expected is None and said.formula is None:
            return words("explain", "not_done")
        if said.expected is None:
            return words("explain", "wrong_reads")
        return words("explain", "wrong", expected=in_words(said.expected))
    return words("explain", "agrees") if said.expected is not None else ""


def in_words(value: Value) -> str:
    """Return a value as in a sentence: six digits, and a true minus sign.

    >>> in_words(-0.12345678), in_words(2.0), in_words("cat"), in_words(None), in_words(-1.5e-7)
    ('−0.123457', '2', '"cat"', '–', '−1.5 × 10⁻⁷')
    """
    if value is None:
        return "–"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, bool):
        return str(value).upper()
    digits, _, power = f"{value:.6g}".partition("e")
    scale = f" × 10{superscript(str(int(power))).replace('-', '⁻')}" if power else ""
    return digits.replace("-", "−") + scale
