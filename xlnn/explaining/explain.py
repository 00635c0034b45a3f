"""Explain a cell: its meaning, equation, formula, and what it depends on."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from itertools import pairwise
from pathlib import Path

from xlnn import reference
from xlnn.arguments import path_of
from xlnn.checking.comparison import shown_position
from xlnn.checking.edges import differ
from xlnn.checking.gradients import cost_of, unmeasurable
from xlnn.checking.references import CellRange, areas
from xlnn.checking.report import Wrong, plain, without_answers
from xlnn.errors import OptionsError
from xlnn.explaining.entries import Entries, Entry, seen_by
from xlnn.explaining.explanation import Explanation, meaning_of
from xlnn.formula import Token, is_sign, significant
from xlnn.loading.spec import left_out_of
from xlnn.model import Model
from xlnn.registry.text import text

SIGNS = {*"+-*/^&=<>,;({", "<=", ">=", "<>"}
"""Tokens after which an operator is a sign, and stands before its operand."""

SIGNS = {"*": " × ", "-": " − ", "+": " + ", "/": " / "}
"""Signs for operators between terms; spaced, since a symbol may have several letters."""


def read_aloud(formula: str, here: str, said: Callable[[CellRange], str]) -> str:
    """Return a formula with each address replaced.

    Parameters
    ----------
    formula : str
    here : str
        The title of its sheet.
    said : function
        Returns the replacement of an area.

    >>> read_aloud("=-$A1*SUM(B2:C2)", "Sheet", lambda area: f"<{area.top}>")
    '−<1> × SUM(<2>)'
    """
    pairs = pairwise(significant(formula))  # without the "=" at its beginning
    return "".join(_said(token, before, here, said) for before, token in pairs).strip()


def _said(token: Token, before: Token, here: str, said: Callable[[CellRange], str]) -> str:
    text = token[0]
    if is_sign(token, before):
        return {"-": "−"}.get(text, text)
    if token["operator"] and text not in {"%", ":"}:
        return SIGNS.get(text, f" {text} ")
    if token["reference"]:
        named = areas(f"={text}", here)
        return said(named[0]) if named else text
    return f"{text} " if token["separator"] else text


def explain(  # noqa: PLR0913 -- the options of the command
    path: Path | str,
    what: str,
    *,
    at: Mapping[str, int] | None = None,
    unit: tuple[int, ...] = (),
    depth: int = 1,
    lang: str | None = None,
    engine: str | None = None,
    model: Model | None = None,
) -> Explanation:
    """Explain a cell of a workbook.

    Parameters
    ----------
    path : Path
    what : str
        A cell (``Training!R7``), or the name of a quantity (``delta3``).
    at : dict
        For a quantity: the epoch, image and so on, as shown; the first by default.
    unit : tuple of int
        For a quantity: the unit, from 1; the first by default.
    depth : int
        How many levels of precedents and dependants to follow.
    lang : str
        The language; the workbook's by default.
    engine : str
        One of `xlnn.engines.ENGINES`, which recalculates the file. Without one, the stored values
        are read if the file is unchanged since xlnn built it.
    model : Model
        The model, if the workbook was made from your own.

    Raises
    ------
    WorkbookError
        The file is not a workbook of xlnn, or is unsafe to open.
    OptionsError
        There is no such cell or quantity.

    Examples
    --------
    >>> import xlnn
    >>> built = xlnn.build("descent", "descent.xlsx")                       # doctest: +SKIP
    >>> said = xlnn.explain("descent.xlsx", "dx", at={"step": 1})           # doctest: +SKIP
    >>> said.cell, said.in_symbols, said.value                              # doctest: +SKIP
    ('Descent!F15', '−η × ∂z/∂x', -0.48)
    """
    if type(depth) is not int or depth < 1:
        raise OptionsError(f"depth is {depth!r}: a whole number of at least 1 was expected.")
    path = path_of(path)
    seen = seen_by(engine, path, model)
    blanks = left_out_of(path)
    if seen.report is not None:
        seen = seen._replace(report=without_answers(seen.report, blanks))
    sheet = Entries(seen, lang)
    entry = sheet.found(what, at or {}, unit)
    return _explained(sheet, path.name, entry, depth, blanks)


def _slope(sheet: Entries, entry: Entry) -> str:
    """Return which slope a gradient is, in words; "" for other quantities."""
    (name, index), model = entry, sheet.layout.model
    gradient = model[name]
    if gradient.gradient_of is None or unmeasurable(model, gradient):
        return ""
    weight, cost = model[gradient.gradient_of.weight], model[cost_of(gradient)]
    of_weight = (weight.name, index[len(index) - len(weight.lengths) :])
    of_cost = (cost.name, (*index[: len(cost.axes)], *(0,) * len(cost.shape)))
    names = {"weight": sheet.symbol(of_weight), "cost": sheet.symbol(of_cost)}
    cells = {
        "weight_cell": sheet.layout.cell(*of_weight),
        "cost_cell": sheet.layout.cell(*of_cost),
    }
    return text(sheet.lang, "explaining")("explain", "slope", **names, **cells)


def _explained(
    sheet: Entries, file: str, entry: Entry, depth: int, blanks: Collection[str]
) -> Explanation:
    name, index = entry
    quantity, block = sheet.layout.model[name], sheet.layout.blocks[name]
    cell, formula = sheet.layout.cell(name, index), sheet.formula(entry)
    role = "computed"
    if quantity.is_typed(index):
        role = "noted" if quantity.is_record else "input"
    title, *_ = sheet.layout.place(*entry)
    aloud = partial(read_aloud, formula, title) if formula else lambda _: None
    altered, remark = sheet.altered.get(sheet.layout.cells(name, index)), ""
    wrong = altered if isinstance(altered, Wrong) else None
    if wrong:
        remark = wrong.reason or wrong.expected_formula
    elif altered:
        remark = altered.stated
    expected = None
    if role == "computed" and not (wrong and name in blanks):  # an exercise keeps its answer
        expected = plain(reference.expected(sheet.layout.model, quantity, sheet.arrays)[index])
    is_other = not sheet.recalculated_by and differ(sheet.value(entry), expected)
    place = shown_position(block, index)
    return Explanation(
        file=file,
        cell=cell,
        lang=sheet.lang,
        quantity=name,
        symbol=sheet.symbol(entry),
        layer=quantity.layer,
        unit=tuple(number + 1 for number in index[len(quantity.axes) :]),
        place=place,
        headings={axis: sheet.words.of_itself("headings", axis) for axis in place},
        role=role,
        slope=_slope(sheet, entry),
        formula=f"{{{formula}}}" if formula and quantity.sliced else formula,
        in_symbols=aloud(sheet.as_symbol),
        in_numbers=aloud(sheet.as_number),
        value=sheet.value(entry),
        expected=expected,
        agrees=None if role != "computed" else wrong is None and not is_other,
        remark=remark,
        recalculated_by=sheet.recalculated_by,
        computed_from=sheet.computed_from(entry, depth),
        used_for=sheet.used_for(entry, depth),
        **meaning_of(quantity, sheet.words, sheet.equations),
    )
