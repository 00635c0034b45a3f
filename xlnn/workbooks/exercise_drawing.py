"""A workbook as an exercise: the sheet Exercise, the Guide, and the cells to fill."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from openpyxl.formatting.rule import FormulaRule, Rule
from openpyxl.styles import PatternFill

from xlnn.equations import exercise as eq
from xlnn.errors import DataError
from xlnn.grid import letters, quoted
from xlnn.layout import Layout, lay_out
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.text import Text, text
from xlnn.workbooks.exercise import LEVELS, Exercise
from xlnn.workbooks.exercise_sheet import (
    SHEET,
    WORDS,
    Tasks,
    exercise_title,
    quantities,
    waiting,
)
from xlnn.workbooks.pages.number_parts import Numbers
from xlnn.workbooks.pages.part import GAP, Below, Beside, PagePart, Space
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import Named
from xlnn.workbooks.pages.table_parts import Units
from xlnn.workbooks.pages.text_parts import Label
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

_LAYER = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+(?=\)?$)")
_OUTPUT = re.compile(r"[;；，、。][^;；，、。]*\{delta\}.*")
"""The end of the Guide's equation of δ, which is that of the output layer."""

_LETTER = re.compile(r"(?<![\w′∂])(a′\(z\)|∂C_T/∂\w|[A-Za-zα-ω])(?![\w′(])")


def own_equation(
    quantity: Quantity, model: Model, known: Mapping[str, str], words: Mapping[str, str]
) -> str:
    """Return the equation of a quantity for its layer; empty if neither it nor the Guide has one.

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
    equation = known.get("equation", "") or quantity.written
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
    own, letters = _plain(quantity.symbol), {*_LETTER.findall(equation)} - {_plain(quantity.symbol)}
    spare = [symbol for symbol in full if symbol not in letters and len(symbol) == 1]
    if "a" in letters - full.keys() and {"w", "δ"} & letters and len(spare) == 1:
        full["a"] = full[spare[0]]  # the layer below is the inputs
    left = f"{own} =" if equation.startswith(f"{own} =") else ""
    right = _LETTER.sub(lambda letter: full.get(letter[1], letter[1]), equation.removeprefix(left))
    return left.replace(own, _bare(quantity.symbol)) + right


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
WRAPPED = Look(wrap=True)
QUIET_SUM = Look(number_format="General", ink=QUIET, align="right")
QUIET_STATE = Look(number_format="0", ink=QUIET, align="center")
STATE = Look(border=True, align="center")
BOLD_STATE = replace(STATE, bold=True)
DONE = {"exercise_done": replace(BOLD_STATE, number_format="0")}
TOTAL = replace(HEAD, align="right")
LONGEST = 2
"""Letters of a symbol that is a quantity's name, as AB or C_T; a word of the code has more."""

TABLE = ("number", "symbol", "name", "equation", "book", "cells", "said", "")
AREA, SUMS = ("symbol", "cells", "state", ""), ("COUNT", "SUM", "SQUARES", "ORDERED")
"""The headings of the table of blanks, and of the sums of an area."""

WIDTHS = (*(5, 12, 26, 46, 9, 24, 22, 3), GAP, *(16, 26, 18, 3), *[13] * 2 * eq.SUMS)
"""The widths of the columns of both tables, and of the one between them."""


def _steps(layout: Layout, words: Text) -> list[str]:
    """Return the instructions, which differ for array formulas."""
    steps, others = (words.words["exercise"][key] for key in ("steps", "steps_in_matrices"))
    return [steps[0], *others, *steps[4:]] if layout.has_arrays else steps


def exercised(layout: Layout, blank: Sequence[str], lang: str) -> Layout:
    """Return the layout of a workbook as an exercise.

    Parameters
    ----------
    layout : Layout
    blank : sequence of str
        The names of the quantities whose formulas are left out.
    lang : str

    Raises
    ------
    DataError
        One of them does not exist, or cannot be left out since it computes no number.
    """
    layout = waiting(layout, blank)
    tasks, own = Tasks(layout, tuple(blank)), text(lang, WORDS)
    new = [*quantities(tasks, own)]
    titles: dict[str, str] = {}
    taken = {SHEET, exercise_title(lang).casefold()}
    if same := [title for title in layout.titles.values() if title.casefold() in taken]:
        raise DataError(f"The sheet {same[0]} has the name of the exercise's own: rename it.")
    for key, title in layout.titles.items():  # after the Guide, which comes first
        titles |= {key: title} | ({} if titles else {SHEET: exercise_title(lang)})
    # a rule that gives a number another format would hide, in LibreOffice, the one that colours it
    plain = {name: replace(layout.model[name], number_format="General") for name in blank}
    old = [plain.get(quantity.name, quantity) for quantity in layout.model.quantities]
    blocks = [
        replace(block, quantity=plain.get(name, block.quantity))
        for name, block in layout.blocks.items()
    ]
    model = Model((*old, *new))
    return lay_out(model, titles, [*blocks, *content(tasks, own).blocks(model, 1, 1)])


@dataclass(frozen=True)
class Shown:
    """What a teacher adds to the sheet.

    Attributes
    ----------
    note : str
        Where to hand in, for example.
    points : mapping or None
        The points of quantities by name, 1 by default; None to show none.
    """

    note: str = ""
    points: Mapping[str, float] | None = None

    def check(self, blank: Sequence[str]) -> None:
        """Refuse points of a quantity that is not left out.

        Raises
        ------
        DataError
            The message names it.
        """
        unknown = [name for name in self.points or {} if name not in blank]
        if unknown:
            raise DataError(
                f"There are points for {unknown[0]:.40}, which the exercise does not leave out. It "
                f"leaves out {', '.join(blank)}.",
                "points",
            )


class Hint(NamedTuple):
    """The first cell of a quantity, and the cells and the functions that its formula needs."""

    cell: str
    cells: tuple[str, ...]
    functions: tuple[str, ...]


@dataclass(frozen=True)
class SheetFacts:
    """What the sheet Exercise is about.

    Attributes
    ----------
    tasks : Tasks
    exercise : Exercise
    words : Text
        The texts of the workbook itself.
    equations : function
        Returns the values for words in braces in the Guide's equations, for a layer.
    spoken : mapping
        Formulas in symbols, by the quantities of which the Guide has no equation.
    shown : Shown
    hints : mapping of Hint
        The hints, by the quantities that have one.
    """

    tasks: Tasks
    exercise: Exercise
    words: Text
    equations: Callable[[str], Mapping[str, str]]
    spoken: Mapping[str, str]
    shown: Shown = field(default_factory=Shown)
    hints: Mapping[str, Hint] = field(default_factory=dict)


def content(tasks: Tasks, own: Text) -> PagePart:
    """Return the parts of the sheet Exercise: instructions, the cells to fill in, their state."""
    states = ("exercise_blanks_said", "exercise_blanks")
    return Below(
        Label(_title, look=replace(TITLE, size=18)),
        Label(lambda page: _what(page.spec.exercise, page.words), look=PLAIN),
        Label(_levels, look=NOTE),
        Label("todo", "exercise", SECTION, columns=len(TABLE)),
        *(Label(step, look=PLAIN) for step in _steps(tasks.layout, own)),
        Label(lambda page: page.spec.shown.note, look=replace(PLAIN, bold=True)),
        Beside(
            Label("", look=Look(fill=BLANK, border=True)),
            Label("colour", "exercise", INDENTED),
            apart=0,
        ),
        Beside(
            Below(
                Beside(
                    Label("", columns=TABLE.index("said") - 1),
                    Numbers("exercise_done", named=_done(len(tasks.blank)), at=1, looks=DONE),
                    apart=0,
                ),
                Space(),
                Beside(*(Label(key, "table", HEAD) for key in TABLE), apart=0),
                Beside(
                    Below(*(_task(tasks, number) for number in range(len(tasks.blank)))),
                    Units(
                        "", *states, headed=False,
                        looks=dict(zip(states, (BOLD_STATE, QUIET_STATE), strict=True)),
                    ),
                    apart=0,
                ),
            ),
            Below(*_sums(tasks, tasks.areas, "title"), *_sums(tasks, tasks.inputs, "inputs")),
        ),
    )  # fmt: skip


def _sums(tasks: Tasks, areas: Sequence[eq.JudgedCells], title: str) -> Iterator[PagePart]:
    """Yield the table of the sums of some areas, under its title."""
    if not areas:
        return
    name = f"exercise_{'inputs_' if areas is tasks.inputs else ''}"
    names = tuple(name + kind for kind in ("state_said", "state", "sums", "noted"))
    now = Label("", columns=len(AREA)), Label("now", "sums", HEAD, columns=eq.SUMS)
    yield Label(title, "sums", NOTE, above=1)
    yield Beside(*now, Label("right", "sums", HEAD), apart=0)
    headings = [(key, HEAD) for key in AREA] + [(key, TOTAL) for key in (*SUMS, *SUMS)]
    yield Beside(*(Label(key, "sums", look) for key, look in headings), apart=0)
    yield Beside(
        Below(*(_area(tasks, area) for area in areas)),
        Units(
            "", *names, headed=False,
            looks=dict(zip(names, (STATE, QUIET_STATE, QUIET_SUM, QUIET_SUM), strict=True)),
        ),
        apart=0,
    )  # fmt: skip


def _area(tasks: Tasks, area: eq.JudgedCells) -> Beside:
    """Return the symbols of an area, and its cells."""
    return Beside(
        Label(lambda page: _symbols(tasks, area, page.spec.words), look=PLAIN, fits=True),
        Label(area.cells(), look=LINK, link=area.cells()),
        apart=0,
    )


def drawings_of_exercise(
    drawings: Mapping[str, Drawing], layout: Layout, told: SheetFacts
) -> dict[str, Drawing]:
    """Return what all sheets of an exercise show besides its quantities.

    Parameters
    ----------
    drawings : mapping
        Those of the workbook itself, by the sheets' keys; they are drawn into.
    layout : Layout
        With the sheet Exercise.
    told : SheetFacts
    """
    exercise, own = told.exercise, text(told.words.lang, WORDS)
    page = Drawing(gridlines=False, opens=True, heights={1: 30})
    page.widths |= dict(enumerate(WIDTHS, start=1))
    content(told.tasks, own).draw(page, Context(told, layout, own), 1, 1)
    for name in ("exercise_state", "exercise_inputs_state", "exercise_blanks"):
        if state := layout.blocks.get(name):
            for code, colour in COLOURS.items():
                rule = _coloured(f"${letters(state.column)}{state.row}={code}", colour)
                page.colour(layout.blocks[f"{name}_said"], rule)
    drawn = {key: replace(drawing, opens=False) for key, drawing in drawings.items()}
    drawn[SHEET] = page
    spec = drawn["spec"]
    texts = [str(spec.cells[row][1][0]) for row in sorted(spec.cells) if 1 in spec.cells[row]]
    begin = next(n for n, line in enumerate(texts) if line.startswith("format"))
    table = exercise.marked(texts[begin:]).to_toml()
    for row, line in enumerate(table.splitlines(), start=max(spec.cells) + 1):
        if line:
            spec.put(row, 1, line, TEXT_LINE)
    for number, name in enumerate(exercise.blank, start=1):
        block = layout.blocks[name]
        # not every Excel accepts a rule that refers to another sheet's cells, and not every
        # program an INDEX of a single cell
        states = "xlnn.exercise_blanks"
        state = f"INDEX({states},{number})" if len(exercise.blank) > 1 else states
        for code in (eq.CORRECT, eq.WRONG):
            rule = _coloured(f"{state}={code}", COLOURS[code])
            drawn[block.sheet].colours.append((cell_range(block), rule))
    return drawn


def _coloured(formula: str, colour: str) -> Rule:
    return FormulaRule(formula=[formula], fill=PatternFill(bgColor=colour, fill_type="solid"))


def _title(page: Context[SheetFacts]) -> str:
    name = page.spec.exercise.student
    return page.words("exercise", "title_for" if name else "title", name=name)


def _levels(page: Context[SheetFacts]) -> str:
    return page.words("exercise", "levels", levels=LEVELS) if page.spec.exercise.level else ""


def _done(count: int) -> Named:
    return lambda _, words: words("exercise", "done", count=count)


def _what(exercise: Exercise, own: Text) -> str:
    """Return words for the exercise: its level and student."""
    if not exercise.level:
        return own("exercise", "chosen")
    share = str(len(exercise.blank))
    return own("exercise", "level", level=exercise.level, levels=LEVELS, share=share)


def _task(tasks: Tasks, number: int) -> Beside:
    """Return the line of a quantity that is left out."""
    quantity = tasks.layout.model[tasks.blank[number]]
    own = [area.cells() for area in tasks.areas if area.name == quantity.name]

    def book(page: Context[SheetFacts]) -> str:
        said = _known(quantity, page.spec).get("book", "")
        return said.format(**page.spec.equations(quantity.layer))

    return Beside(
        Label(str(number + 1), look=replace(LABEL, align="center")),
        Label(symbol(quantity), look=replace(WRAPPED, bold=True)),
        Label(lambda page: _named(quantity, page), look=WRAPPED),
        Label(lambda page: _equation(quantity, page) + _hint(quantity, page), look=WRAPPED),
        Label(book, look=WRAPPED),
        Label(_from_to(own[0], own[-1]), look=LINK, link=own[0]),
        apart=0,
    )


def _named(quantity: Quantity, page: Context[SheetFacts]) -> str:
    """Return what a workbook calls a quantity, and its points."""
    name, points = _name(quantity, page.spec.words), page.spec.shown.points
    if points is None:
        return name
    worth = page.words("exercise", "points", points=f"{points.get(quantity.name, 1):g}")
    return f"{name}\n{worth}".strip()


def _hint(quantity: Quantity, page: Context[SheetFacts]) -> str:
    """Return a line with the cells and the functions of a quantity's first formula, or nothing."""
    if quantity.name not in page.spec.hints:
        return ""
    own, hint = page.words, page.spec.hints[quantity.name]
    between = own("joined", "between")
    return "\n" + own(
        "exercise",
        "hint_functions" if hint.functions else "hint",
        cell=hint.cell,
        cells=between.join(hint.cells) or own("exercise", "from_nothing"),
        functions=between.join(hint.functions),
    )


def _known(quantity: Quantity, told: SheetFacts) -> Mapping[str, str]:
    """Return what the Guide says of a quantity."""
    symbols: Mapping[str, Mapping[str, str]] = told.words.words.get("guide", {}).get("symbols", {})
    return symbols.get(quantity.kind, {})


def _equation(quantity: Quantity, page: Context[SheetFacts]) -> str:
    """Return the equation of a quantity, and what its symbol means."""
    told, own, said = page.spec, page.words, _known(quantity, page.spec)
    shown = own_equation(quantity, told.tasks.layout.model, said, told.equations(quantity.layer))
    if shown in {"", symbol(quantity)}:
        shown = told.spoken.get(quantity.name, "")
    shown = shown or _arguments(told.tasks, quantity, own, told.words)
    holds = said.get("meaning", "")
    if "{" in holds or not holds:
        holds = _name(quantity, told.words) if symbol(quantity) else ""
    if holds in {"", symbol(quantity)}:
        return shown
    units = _units(quantity, quantity.units[0], quantity.units[-1])
    return shown + "\n" + own("exercise", "holds", units=units, meaning=holds)


def _units(quantity: Quantity, *ends: Sequence[int]) -> str:
    """Return the symbols of the first and the last of some units."""
    headings = (quantity.heading(tuple(map(int, unit))).strip() for unit in ends)
    return " … ".join(dict.fromkeys(headings))


def symbol(quantity: Quantity) -> str:
    """Return a quantity's symbol without a unit's index; empty if it has only a name."""
    plain = quantity.symbol.replace("{}", "").strip()
    is_word = len(plain.replace("_", "")) > LONGEST
    return "" if plain == quantity.name and is_word else plain


def _symbols(tasks: Tasks, area: eq.JudgedCells, words: Text) -> str:
    """Return the symbols of an area; where it has none its quantity's name, and the units."""
    quantity = tasks.layout.model[area.name]
    ends = (np.unravel_index(area.entries.flat[n], quantity.lengths) for n in (0, -1))
    units = _units(quantity, *(index[len(quantity.axes) :] for index in ends))
    if symbol(quantity):
        return units
    return f"{_name(quantity, words)} {units.replace(quantity.name, '')}".strip()


def _name(quantity: Quantity, words: Text) -> str:
    """Return what a workbook calls a quantity: its own name if it has neither title nor symbol."""
    title = str(words.words["quantities"].get(quantity.kind, ""))
    return title or ("" if symbol(quantity) else quantity.name)


def _from_to(first: str, last: str) -> str:
    """Return the cells from those of a first area to those of a last one."""
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


def told_on_guide(words: Text, exercise: Exercise) -> Text:
    """Return the words of a workbook with what its Guide says of an exercise."""
    own, title = text(words.lang, WORDS), exercise_title(words.lang)
    level = [_what(exercise, own), own("exercise", "levels", levels=LEVELS)]
    said = {
        "begin": own("guide", "begin", exercise=title),
        "link": f"{quoted(title)}!A1",
        "lines": [*(level if exercise.level else ()), own("guide", "rest")],
        "blank": own("guide", "blank"),
    }
    own_check = [own("guide", "check")]
    guide = {**words.words.get("guide", {}), "broken": own_check, "exercise": said}
    return replace(words, words={**words.words, "guide": guide})
