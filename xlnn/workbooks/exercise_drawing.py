"""Draw a workbook as an exercise: the sheet Exercise, the Guide, and the cells to fill."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from openpyxl.formatting.rule import FormulaRule, Rule
from openpyxl.styles import PatternFill

from xlnn.equations import exercise as eq
from xlnn.grid import address, letters
from xlnn.layout import FIRST_ROW, Layout, quoted
from xlnn.quantity import Model, Quantity
from xlnn.registry.text import Text, text
from xlnn.workbooks.exercise import LEVELS, Exercise
from xlnn.workbooks.exercise_sheet import (
    BESIDE,
    INPUTS_APART,
    SAID,
    SHEET,
    STATE,
    TASKS,
    WORDS,
    Tasks,
)
from xlnn.writing.drawing import Drawing, cell_range
from xlnn.writing.style import (
    BLANK,
    INDENTED,
    LABEL,
    LINK,
    NOTE,
    PLAIN,
    QUIET,
    SECTION,
    TEXT_LINE,
    TITLE,
    Look,
)
from xlnn.writing.text_width import text_width

_LAYER = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+(?=\)?$)")
_OUTPUT = re.compile(r"[;；，、。][^;；，、。]*\{delta\}.*")
"""The end of the Guide's equation of δ, which is that of the output layer."""

_LETTER = re.compile(r"(?<![\w′∂])(a′\(z\)|∂C_T/∂\w|[A-Za-zα-ω])(?![\w′(])")


def own_equation(
    quantity: Quantity, model: Model, known: Mapping[str, str], words: Mapping[str, str]
) -> str:
    """Return the equation of a quantity for its layer; empty if the Guide has none.

    The Guide has ``z = Σ w a + b`` for every layer; for the second one it is ``z² = Σ w² x + b²``.

    Parameters
    ----------
    quantity : Quantity
    model : Model
    known : mapping
        The equations in the Guide, by kind.
    words : mapping
        Values for the words in braces, for the layer of the quantity.
    """
    equation = known.get("equation", "")
    if quantity.kind == "delta" and "delta" in words:
        is_output = "t" in quantity.sources
        equation = "δ = {delta}" if is_output else _OUTPUT.sub("", equation)
    equation = equation.format(**words)
    if quantity.kind == "slope":  # a square beside the number of a layer
        equation = equation.replace("a²", "(a)²")
    if not quantity.layer and not any(model[name].layer for name in quantity.sources):
        return equation
    return _of_layer(equation, quantity, model)


def _of_layer(equation: str, quantity: Quantity, model: Model) -> str:
    """Add layers to the letters of an equation."""
    full = {_plain(model[name].symbol): _bare(model[name].symbol) for name in quantity.sources}
    own = _plain(quantity.symbol)
    named = {own: _bare(quantity.symbol)}
    letters = [letter for letter in _LETTER.findall(equation) if letter not in {own, "i"}]
    spare = [symbol for symbol in full if symbol not in letters and len(symbol) == 1]
    open_letters = [letter for letter in dict.fromkeys(letters) if letter not in full]
    weighs = {"w", "δ"} & {*letters}
    if weighs and "a" in open_letters and len(spare) == 1:  # the layer below is the inputs
        full["a"] = full[spare[0]]
    left, sign, right = equation.partition("=")
    if sign and left.strip() == own:
        left = left.replace(own, named[own])
    else:
        left, right, sign = "", equation, ""
    return left + sign + _LETTER.sub(lambda found: full.get(found[1], found[1]), right)


def _bare(symbol: str) -> str:
    """Return a symbol without the place of its unit."""
    return symbol.replace("{}", "").strip()


def _plain(symbol: str) -> str:
    """Return a symbol without its layer.

    >>> _plain("z²{}"), _plain("a′(z³{})"), _plain("∂C_T/∂w²{}"), _plain("max z³")
    ('z', 'a′(z)', '∂C_T/∂w', 'max z')
    """
    return _LAYER.sub("", _bare(symbol))


GREEN, RED, AMBER = "CDEBD3", "F6C9C4", "FCE8B2"
"""The colours of states: right, wrong, and undecided."""

COLOURS = {eq.CORRECT: GREEN, eq.WRONG: RED, eq.PARTLY: AMBER, eq.OTHER_INPUTS: AMBER}
COLOURS[eq.FIRST_STEP] = AMBER
HEAD = replace(LABEL, bold=True)
CELL = Look(wrap=True)
QUIET_SUM = Look(number_format="General", ink=QUIET, align="right")
QUIET_STATE = Look(number_format="0", ink=QUIET, align="center")
LONGEST = 2
"""Letters of a symbol that is a quantity's name, as AB; a longer one is a word of the code."""

SUMS = ("COUNT", "SUM", "SQUARES", "ORDERED")


def drawings_of_exercise(  # noqa: PLR0913 -- all that the sheets tell of
    drawings: Mapping[str, Drawing],
    *,
    tasks: Tasks,
    layout: Layout,
    exercise: Exercise,
    words: Text,
    equations: Callable[[str], Mapping[str, str]],
    spoken: Mapping[str, str],
    note: str = "",
) -> dict[str, Drawing]:
    """Return what all sheets of an exercise show besides its quantities.

    Parameters
    ----------
    drawings : mapping
        Those of the workbook itself, by the sheets' keys; they are drawn into.
    tasks : Tasks
    layout : Layout
        With the sheet Exercise.
    exercise : Exercise
    words : Text
        Of the workbook itself.
    equations : function
        Returns the values for words in braces in the Guide's equations, for a layer.
    spoken : mapping
        Formulas in symbols, by the quantities of which the Guide has no equation.
    note : str
        What a teacher adds: where to hand in.
    """
    own = text(words.lang, WORDS)
    page = _draw(tasks, layout, exercise, own, words)
    if note:
        steps = len(own.words["exercise"]["steps"])
        page.put(FIRST_ROW + 1 + steps, 1, note, replace(PLAIN, bold=True))
    _table(page, tasks, own, words, equations, spoken)
    drawn = {key: replace(drawing, opens=False) for key, drawing in drawings.items()}
    drawn[SHEET] = page
    if "guide" in drawn:
        _draw_on_guide(drawn["guide"], layout, exercise, own, words)
    spec = drawn["spec"]
    texts = [str(spec.cells[row][1][0]) for row in sorted(spec.cells) if 1 in spec.cells[row]]
    begin = next(n for n, line in enumerate(texts) if line.startswith("format"))
    table = exercise.marked(texts[begin:]).to_toml()
    for row, line in enumerate(table.splitlines(), start=max(spec.cells) + 1):
        if line:
            spec.put(row, 1, line, TEXT_LINE)
    for number, name in enumerate(exercise.blank, start=1):
        block = layout.blocks[name]
        # not every Excel accepts a rule that refers to another sheet's cells
        state = f"INDEX(xlnn.exercise_blanks,{number})"
        for code in (eq.CORRECT, eq.WRONG):
            rule = _coloured(f"{state}={code}", COLOURS[code])
            drawn[block.sheet].colours.append((cell_range(block), rule))
    return drawn


def _coloured(formula: str, colour: str) -> Rule:
    return FormulaRule(formula=[formula], fill=PatternFill(bgColor=colour, fill_type="solid"))


def _draw(tasks: Tasks, layout: Layout, exercise: Exercise, own: Text, words: Text) -> Drawing:
    """Draw the sheet Exercise but for its table."""
    widths = {1: 5, 2: 12, 3: 26, 4: 46, 5: 9, 6: 24, SAID: 22, STATE: 3, 9: 3, 10: 3}
    widths |= {BESIDE: 16, BESIDE + 1: 26, BESIDE + 2: 18, BESIDE + 3: 3}
    widths |= {BESIDE + 4 + n: 13 for n in range(2 * eq.SUMS)}
    drawing = Drawing(
        gridlines=False,
        opens=True,
        widths=widths,
        heights={1: 30},
    )
    title = own("exercise", "title")
    if exercise.student:
        title = own("exercise", "title_for", name=exercise.student)
    drawing.put(1, 1, title, replace(TITLE, size=18))
    drawing.put(2, 1, _what(exercise, own), PLAIN)
    if exercise.level:
        drawing.put(3, 1, own("exercise", "levels", levels=LEVELS), NOTE)
    _section(drawing, FIRST_ROW, own("exercise", "todo"))
    for row, line in enumerate(own.words["exercise"]["steps"], start=FIRST_ROW + 1):
        drawing.put(row, 1, line, PLAIN)
    row = FIRST_ROW + 2 + len(own.words["exercise"]["steps"])
    drawing.put(row, 1, "", Look(fill=BLANK, border=True))
    drawing.put(row, 2, own("exercise", "colour"), INDENTED)
    drawing.looks["exercise_done"] = Look(bold=True, align="center", number_format="0", border=True)
    of = own("exercise", "done", count=len(exercise.blank))
    drawing.put(TASKS - 3, SAID - 1, of, replace(LABEL, align="right"))
    row = TASKS
    for part, areas, title in (
        ("", tasks.areas, own("sums", "title")),
        ("inputs_", tasks.inputs, own("sums", "inputs")),
    ):
        if areas:
            _sums(
                drawing,
                row,
                title,
                [(_symbols(tasks, area, words), area.all_cells) for area in areas],
                own,
            )
            _look(drawing, layout, f"exercise_{part}state", f"exercise_{part}state_said")
            for name in ("sums", "noted"):
                drawing.looks[f"exercise_{part}{name}"] = QUIET_SUM
        row += len(areas) + INPUTS_APART
    _look(drawing, layout, "exercise_blanks", "exercise_blanks_said", bold=True)
    return drawing


def _what(exercise: Exercise, own: Text) -> str:
    """Return words for the exercise: its level and student."""
    if not exercise.level:
        return own("exercise", "chosen")
    share = str(len(exercise.blank))
    return own("exercise", "level", level=exercise.level, levels=LEVELS, share=share)


def _section(drawing: Drawing, row: int, title: str) -> None:
    for column in range(1, STATE + 1):
        drawing.put(row, column, title if column == 1 else "", SECTION)


def _table(  # noqa: PLR0913, PLR0917 -- all that a line tells
    drawing: Drawing,
    tasks: Tasks,
    own: Text,
    words: Text,
    equations: Callable[[str], Mapping[str, str]],
    spoken: Mapping[str, str],
) -> None:
    """Draw a row for each quantity that is left out."""
    for column, key in enumerate(own.words["table"], start=1):
        drawing.put(TASKS - 1, column, own("table", key), HEAD)
    drawing.put(TASKS - 1, STATE, "", HEAD)
    known = words.words.get("guide", {}).get("symbols", {})
    for number, name in enumerate(tasks.blank, start=1):
        row, quantity = TASKS + number - 1, tasks.layout.model[name]
        said = known.get(quantity.kind, {})
        told = equations(quantity.layer)
        equation = own_equation(quantity, tasks.layout.model, said, told)
        if equation in {"", symbol(quantity)}:
            equation = spoken.get(name, "")
        first = tasks.first_steps[number - 1][0]
        link = _cells(tasks, number - 1)
        drawing.put(row, 1, str(number), replace(LABEL, align="center"))
        drawing.put(row, 2, symbol(quantity), replace(CELL, bold=True))
        drawing.put(row, 3, _name(quantity, words), CELL)
        shown = equation or _arguments(tasks, quantity, own, words)
        holds = said.get("meaning", "")
        if "{" in holds or not holds:
            holds = _name(quantity, words) if symbol(quantity) else ""
            holds = "" if holds == symbol(quantity) else holds
        units = " … ".join(
            dict.fromkeys(
                quantity.heading(u).strip() for u in (quantity.units[0], quantity.units[-1])
            )
        )
        if holds:
            shown += "\n" + own("exercise", "holds", units=units or symbol(quantity), meaning=holds)
        drawing.put(row, 4, shown, CELL)
        drawing.put(row, 5, said.get("book", "").format(**told), CELL)
        drawing.put(row, 6, link, LINK)
        drawing.links[address(row, 6)] = first.all_cells
        lines = sum(1 + int(text_width(line) // drawing.widths[4]) for line in shown.split("\n"))
        drawing.heights[row] = 6 + 12 * lines


def symbol(quantity: Quantity) -> str:
    """Return a quantity's symbol without a unit's index; empty if it has only a name."""
    plain = quantity.symbol.replace("{}", "").strip()
    is_word = "_" in plain or len(plain) > LONGEST
    return "" if plain == quantity.name and is_word else plain


def _symbols(tasks: Tasks, area: eq.JudgedCells, words: Text) -> str:
    """Return the symbols of an area; where it has none its quantity's name, and the units."""
    quantity, symbols = tasks.layout.model[area.name], tasks.symbol(area)
    if symbol(quantity):
        return symbols
    return f"{_name(quantity, words)} {symbols.replace(quantity.name, '')}".strip()


def _name(quantity: Quantity, words: Text) -> str:
    """Return what a workbook calls a quantity."""
    return str(words.words["quantities"].get(quantity.kind, ""))


def _cells(tasks: Tasks, number: int) -> str:
    """Return the cells of all areas of a quantity, from the first to the last."""
    areas = (*tasks.first_steps[number], *tasks.later_steps[number])
    first, last = areas[0].all_cells, areas[-1].all_cells
    end = last.rpartition("!")[2].rpartition(":")[2]
    begin = first.rpartition(":")[0] if ":" in first.rpartition("!")[2] else first
    return begin if begin.rpartition("!")[2] == end else f"{begin}:{end}"


def _arguments(tasks: Tasks, quantity: Quantity, own: Text, words: Text) -> str:
    """Say what a quantity is computed from."""
    names = quantity.sources
    known = tasks.layout.model
    symbols = [symbol(known[name]) or _name(known[name], words) for name in names]
    said = (
        own("exercise", "from_nothing") if not symbols else own("joined", "between").join(symbols)
    )
    return own("exercise", "no_equation", symbols=said)


def _sums(
    drawing: Drawing, row: int, title: str, areas: Sequence[tuple[str, str]], own: Text
) -> None:
    """Draw the names around a table of sums."""
    drawing.put(row - 3, BESIDE, title, NOTE)
    sums = BESIDE + 4
    drawing.put(row - 2, sums, own("sums", "now"), HEAD)
    drawing.put(row - 2, sums + eq.SUMS, own("sums", "right"), HEAD)
    for column, key in enumerate(("symbol", "cells", "state"), start=BESIDE):
        drawing.put(row - 1, column, own("sums", key), HEAD)
    for column, key in enumerate((*SUMS, *SUMS), start=sums):
        drawing.put(row - 1, column, own("sums", key), replace(HEAD, align="right"))
    drawing.widths[BESIDE] = max(
        drawing.widths[BESIDE], text_width(*(symbols for symbols, _ in areas))
    )
    for at, (symbols, cells) in enumerate(areas, start=row):
        drawing.put(at, BESIDE, symbols, PLAIN)
        drawing.put(at, BESIDE + 1, cells, LINK)
        drawing.links[address(at, BESIDE + 1)] = cells


def _look(drawing: Drawing, layout: Layout, state: str, said: str, *, bold: bool = False) -> None:
    """Colour states by their value."""
    if state not in layout.blocks:
        return
    drawing.looks[state] = QUIET_STATE
    drawing.looks[said] = Look(bold=bold, border=True, align="center")
    first = layout.blocks[state]
    for code, colour in COLOURS.items():
        formula = f"${letters(first.column)}{first.row}={code}"
        drawing.colour(layout.blocks[said], _coloured(formula, colour))


def _draw_on_guide(
    drawing: Drawing, layout: Layout, exercise: Exercise, own: Text, words: Text
) -> None:
    """Say on the Guide that this is an exercise, of which level, and what its colour means."""
    title = layout.titles[SHEET]
    drawing.make_room(2)
    drawing.put(2, 2, own("guide", "begin", exercise=title), replace(LINK, bold=True))
    drawing.links[address(2, 2)] = f"{quoted(title)}!A1"
    lines = [own("guide", "rest")]
    if exercise.level:
        lines = [_what(exercise, own), own("exercise", "levels", levels=LEVELS), *lines]
    for row, line in enumerate(lines, start=3):
        drawing.make_room(row)
        drawing.put(row, 2, line, NOTE)
    legend = words.words["guide"].get("colours_title")
    row = next((r for r, cells in drawing.cells.items() if cells.get(2, "")[:1] == (legend,)), 0)
    if row:
        drawing.make_room(row + 1)
        drawing.put(row + 1, 2, "", Look(fill=BLANK, border=True))
        drawing.put(row + 1, 3, own("guide", "blank"), INDENTED)
