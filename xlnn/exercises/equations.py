"""Write the equation of a quantity in symbols, from its formula, where no book has it."""

import re
from collections.abc import Mapping

from xlnn.checking.references import CellRange
from xlnn.explaining.explain import read_aloud
from xlnn.layout import Layout
from xlnn.quantity import Quantity
from xlnn.workbooks.exercise_drawing import symbol

LONGEST = 150
"""The most characters of an equation."""

_PART = r"((?:[^(),]|\((?:[^()]|\([^()]*\))*\))+)"
"""An argument of a function, with at most two parentheses inside each other."""

_NOTATION = (
    (r"\bPI\(\)", "π"),
    (r"(?<!\w)\(([0-9]+)\)", r"\1"),
    (r"(?<!\w)\((\([^()]*\))\)", r"\1"),
    (r" \^ 2(?![\d.])", "²"),
    (r" \^ 3(?![\d.])", "³"),
    (rf"\bSUMPRODUCT\({_PART}, {_PART}\)", r"Σ [\1] [\2]"),
    (rf"\bSUMPRODUCT\({_PART}, {_PART}, {_PART}\)", r"Σ [\1] [\2] [\3]"),
    (rf"\bSUMXMY2\({_PART}, {_PART}\)", r"Σ ([\1] − [\2])²"),
    (rf"\bSUMSQ\({_PART}\)", r"Σ [\1]²"),
    (rf"\bSUMSQ\({_PART}, ", r"Σ [\1]² + SUMSQ("),
    (rf"\bSUM(?:PRODUCT)?\({_PART}\)", r"Σ [\1]"),
    (r"\[([^][ ]+)\]", r"\1"),
    (r"\[([^][]+)\]", r"(\1)"),
    (rf"\bABS\({_PART}\)", r"|\1|"),
    (rf"\bSIGN\({_PART}\) = 0", r"\1 = 0"),
    (rf"\bEXP\(MIN\(700, {_PART}\)\)", r"exp(\1)"),
    (r"\bIF\(\|(.+)\| < 0\.5 / 10 \^ 12, 0, \(?\1\)?\)", r"\1"),
    (r"\bSQRT\(", "√("),
    *((rf"\b{name}\(", f"{name.lower()}(") for name in ("EXP", "LN", "TANH", "SIN", "COS")),
    *((rf"\b{name}\(", f"{name.lower()}(") for name in ("MAX", "MIN")),
)
"""What a formula writes, and what an equation writes; guards against rounding are left out."""


def equation(layout: Layout, name: str, names: Mapping[str, str]) -> str:
    """Return the equation of a quantity's last unit; empty if its formula is too long for one.

    Parameters
    ----------
    layout : Layout
    name : str
    names : dict
        The names of quantities without a symbol, by kind.
    """
    quantity = layout.model[name]
    last = tuple(length - 1 for length in quantity.lengths)
    here = layout.titles[layout.blocks[name].sheet]
    symbols: list[str] = []

    def mark(area: CellRange) -> str:
        said = _symbol(layout, area, names)
        if said not in symbols:
            symbols.append(said)
        return chr(FIRST + symbols.index(said))

    text = read_aloud(layout.formula(name, last), here, mark)
    before = ""
    while text != before:
        before = text
        for pattern, written in _NOTATION:
            text = re.sub(pattern, written, text)
    if any(" " in said for said in symbols):  # names, which a space does not tell apart
        text = re.sub("([\ue000-\uf8ff]) (?=[\ue000-\uf8ff])", r"\1 × ", text)
    is_alone = len(text) == 1
    for number, said in enumerate(symbols):
        own = chr(FIRST + number)
        is_sum = re.search(" [−+] ", said) and not is_alone
        is_long = is_sum or re.search(r"[ /⁰¹²³⁴⁵⁶⁷⁸⁹]", said)
        for sign in "²³":
            text = text.replace(own + sign, f"({said}){sign}" if is_long else said + sign)
        for pair in ("()", "||"):
            text = text.replace(own.join(pair), said.join(pair))
        text = text.replace(own, f"({said})" if is_sum else said)
    if not text or "…" in text or len(text) > LONGEST:
        return ""
    unit = last[len(quantity.axes) :]
    own = _named(quantity, unit, names) if symbol(quantity) else text
    sign = "←" if name in quantity.sources else "="  # it refers to itself
    return text if own == text else f"{own} {sign} {text}"  # a symbol such as z − h says all


FIRST = 0xE000
"""The first of the characters that belong to nobody: they stand for symbols until the end."""


def _symbol(layout: Layout, area: CellRange, names: Mapping[str, str]) -> str:
    """Return the symbol of an area; "…" if it is not of one quantity."""
    corners = (area.top, area.left), (area.bottom, area.right)
    (first, one), (last, other) = (
        layout.entry(area.sheet, *corner) or ("", ()) for corner in corners
    )
    if not first or first != last:
        return "…"
    quantity = layout.model[first]
    axes = len(quantity.axes)
    return _named(quantity, one[axes:] if one[axes:] == other[axes:] else None, names)


def _named(quantity: Quantity, unit: tuple[int, ...] | None, names: Mapping[str, str]) -> str:
    """Return the symbol of a unit, or of all for None; the name of what has no symbol."""
    plain = symbol(quantity)
    if not plain:
        return names.get(quantity.kind, "") or quantity.name
    return quantity.heading(unit).strip() if unit is not None else plain
