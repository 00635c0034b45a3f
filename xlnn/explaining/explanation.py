"""The explanation of a cell, in words and as lines that a terminal shows as a tree."""

import inspect
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.cells import cell_len

from xlnn.equation import Equation, Stated
from xlnn.errors import printed
from xlnn.loading.spec import name_of
from xlnn.quantity import Quantity, superscript
from xlnn.registry.text import Text, text

Value = float | str | bool | None

SHOWN = 8
"""The most values listed, and cells followed, of a range."""


@dataclass(frozen=True)
class Part:
    """Cells of one quantity that a cell is computed from, or that are computed from it.

    Attributes
    ----------
    quantity, name, symbol : str
        The symbol; for several cells, the first and the last.
    cells : str
        An address or a range.
    count : int
        The number of cells.
    values : tuple
        The first `SHOWN` values.
    parts : tuple of Part
        The cells that these are computed from, or used for.
    """

    quantity: str
    name: str
    symbol: str
    cells: str
    count: int
    values: tuple[Value, ...]
    parts: tuple["Part", ...] = ()


@dataclass(frozen=True)
class Explanation:
    """An explanation of a cell.

    Attributes
    ----------
    file, cell : str
    lang : str
        The language of the words.
    quantity, name, symbol, meaning : str
        ``delta2``, its name in the workbook, the book's notation with the unit's index, and its
        meaning; empty if the workbook has none.
    layer : str
        The layer; empty if it belongs to none.
    unit : tuple of int
        From 1.
    place : dict
        Epoch, image and so on, as shown.
    headings : dict
        The names of these axes in the language of the words.
    role : str
        ``input``, ``computed`` or ``noted`` (when the workbook was built).
    equation, book : str
        The equation of its quantity and the book's section, as in the Guide.
    slope : str
        Of a gradient: which cost it is the slope of, and with respect to which cell.
    formula, in_symbols, in_numbers : str or None
        The cell's formula; the same with symbols, and with numbers, instead of addresses.
    value, expected : number, text or None
        The value, and NumPy's for the values of the cells that the formula refers to.
    agrees : bool or None
        Whether `xlnn.check` finds the cell right, or, if nothing was recalculated, whether the
        stored value is NumPy's; None for an input.
    remark : str
        Why it does not, or the stated formula if the cell's reads differently.
    recalculated_by : str
        The engine; empty if the values are those that xlnn stored when it built the workbook.
    computed_from, used_for : tuple of Part
    """

    file: str
    cell: str
    lang: str
    quantity: str
    name: str
    symbol: str
    meaning: str
    layer: str
    unit: tuple[int, ...]
    place: dict[str, int]
    headings: dict[str, str]
    role: str
    equation: str
    book: str
    slope: str
    formula: str | None
    in_symbols: str | None
    in_numbers: str | None
    value: Value
    expected: Value
    agrees: bool | None
    remark: str
    recalculated_by: str
    computed_from: tuple[Part, ...]
    used_for: tuple[Part, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        """Return what ``xlnn explain`` prints."""
        return printed(lines_of(self))

    def __repr__(self) -> str:
        """Return a summary in one line."""
        return f"<Explanation of {self.cell}: {self.symbol or self.quantity} = {self.value}>"


MOST_PARTS = 10
"""Parts of one cell that the lines list; all are in the JSON."""


INDENT = "    "


def aligned(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield texts behind their labels, which are as wide as the widest.

    >>> [*aligned([("value", "1"), ("式", "z")])]
    ['value   1', '式      z']
    """
    width = max(cell_len(label) for label, _ in rows)
    for label, line in rows:
        yield f"{label}{' ' * (width - cell_len(label))}   {line}"


def lines_of(explanation: Explanation) -> Iterator[str]:
    """Yield the lines of an explanation."""
    words = text(explanation.lang, "explaining")
    name = _named(explanation.symbol, explanation.name)
    yield f"{explanation.cell}   {name}   {_where(explanation, words)}".rstrip()
    rows = {
        "equation": f"{explanation.equation}   {_book(explanation, words)}".strip()
        if explanation.equation
        else "",
        "formula": explanation.formula,
        "stated": explanation.remark
        if explanation.formula and explanation.remark.startswith("=")
        else "",
        "symbols": explanation.in_symbols,
        "numbers": explanation.in_numbers,
        "value": f"{in_words(explanation.value)}   {_judged(explanation, words)}".rstrip(),
    }
    if explanation.meaning:
        yield f"{INDENT}{explanation.meaning}"
    if explanation.slope:
        yield f"{INDENT}{explanation.slope}"
    for line in aligned([(words("explain", key), row) for key, row in rows.items() if row]):
        yield f"{INDENT}{line}"
    if not explanation.recalculated_by:
        yield f"{INDENT}{words('show', 'stored')}"
    if explanation.remark and not explanation.remark.startswith("="):
        yield f"{INDENT}{explanation.remark}"
    for key, parts in (
        ("computed_from", explanation.computed_from),
        ("used_for", explanation.used_for),
    ):
        if parts:
            yield words("explain", key)
            yield from _tree(parts, words, INDENT)


def _tree(parts: tuple[Part, ...], words: Text, indent: str) -> Iterator[str]:
    for part in parts[:MOST_PARTS]:
        values = ", ".join(in_words(value) for value in part.values)
        more = ", …" if part.count > len(part.values) else ""
        count = f"   ({words('explain', 'cells', count=f'{part.count:,}')})" if more else ""
        yield f"{indent}{_named(part.symbol, part.name)}   {part.cells}   {values}{more}{count}"
        yield from _tree(part.parts, words, indent + INDENT)
    if len(parts) > MOST_PARTS:
        yield indent + words("explain", "more", count=len(parts) - MOST_PARTS)


def _named(symbol: str, name: str) -> str:
    return f"{symbol}   {name}" if name and name != symbol else symbol


def _book(explanation: "Explanation", words: Text) -> str:
    return (
        words("explain", "book", place=explanation.book)
        if explanation.book[:1].isdigit()
        else explanation.book
    )


def _where(explanation: "Explanation", words: Text) -> str:
    """Return layer, unit, epoch and image in words."""
    axes = (
        words("explain", "place", axis=explanation.headings[axis], number=number)
        for axis, number in explanation.place.items()
    )
    layer = words("explain", "layer", name=explanation.layer) if explanation.layer else ""
    unit = (
        words("explain", "unit", number=",".join(map(str, explanation.unit)))
        if explanation.unit
        else ""
    )
    return words("joined", "between").join(filter(None, (layer, unit, *axes)))


def _judged(explanation: "Explanation", words: Text) -> str:
    if explanation.role in {"input", "noted"}:
        return words("explain", explanation.role)
    if not explanation.agrees:
        if (
            explanation.expected is None
            and explanation.formula is None
            and explanation.value is None
        ):
            return words("explain", "not_done")
        if explanation.expected is None:
            return words("explain", "wrong_reads")
        return words("explain", "wrong", expected=in_words(explanation.expected))
    return words("explain", "agrees") if explanation.expected is not None else ""


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


_BOOK = re.compile(r"\s*Book: (\d-\d+(?:(?:, | to )\d-\d+)*)")


def meaning_of(quantity: Quantity, words: Text, equations: Mapping[str, str]) -> dict[str, str]:
    """Return what a workbook says about a quantity; a text that it lacks is empty.

    Parameters
    ----------
    quantity : Quantity
    words : Text
    equations : mapping
        Replacements for the words in braces in the Guide's equations.

    Returns
    -------
    dict
        Its ``name``, and its line in the Guide: ``meaning``, ``equation`` and ``book``.
    """
    known = words.words.get("guide", {}).get("symbols", {}).get(quantity.kind, {})
    return {
        "name": name_of(quantity, words),
        "meaning": known.get("meaning", ""),
        "equation": known.get("equation", "").format(**equations),
        "book": known.get("book", "").format(**equations),
    }


def equation_text(equation: Equation | None) -> str:
    """Return the equation as an `Equation` says it; empty if it does not.

    >>> from xlnn.equations.dense import DENSE, WEIGHT_GRADIENT
    >>> equation_text(DENSE)
    'z_j = sum_i w_ji a_i + b_j.'
    >>> equation_text(WEIGHT_GRADIENT), section(WEIGHT_GRADIENT)
    ('dC_T/dw_ji = sum over the samples of delta_j a_i.', '4-2')
    """
    first = inspect.cleandoc(_said(equation)).partition("\n\n")[0]
    return _BOOK.split(" ".join(first.split()))[0].strip()


def section(equation: Equation | None) -> str:
    """Return the book's section that an equation or its module names; "" if neither does.

    >>> from xlnn.equations.dense import HIDDEN_DELTA
    >>> section(HIDDEN_DELTA)
    '4-3'
    """
    if not (said := _said(equation)):
        return ""
    home = equation.array.__module__ if isinstance(equation, Stated) else type(equation).__module__
    for said_in in (said, sys.modules[home].__doc__):
        if match := _BOOK.search(said_in or ""):
            return match[1]
    return ""


def _said(equation: Equation | None) -> str:
    """Return what an equation says of itself."""
    if equation is None:
        return ""
    is_own = equation.says or isinstance(equation, Stated)
    return equation.says if is_own else type(equation).__doc__ or ""
