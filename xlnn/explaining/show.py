"""Summarise a workbook: its kind, sizes, settings, results and changes."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from math import isfinite, prod
from pathlib import Path
from typing import Any

import numpy as np

from xlnn.arguments import path_of
from xlnn.data.messages import counted
from xlnn.errors import printed
from xlnn.experiments.network.quantities.network import TEST
from xlnn.explaining.entries import Entries, Entry, seen_by
from xlnn.explaining.explanation import Value, aligned, in_words
from xlnn.explaining.run import CHECK, course_of
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.text import Text, in_language, text
from xlnn.workbooks.entries import to_values
from xlnn.workbooks.exercise_sheet import SHEET
from xlnn.workbooks.pages.confusion import PREFIX, SPLITS
from xlnn.workbooks.runs import RUN, is_of_one, name_of_run
from xlnn.xlsx.cells import cells
from xlnn.xlsx.fingerprint import State, state

COMPARE = "compare"
"""The key of the sheet that compares runs."""


class Runs:
    """The runs of an examined workbook; most have only one."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries
        choices = [q for q in entries.layout.model.quantities if q.kind == RUN and q.choices]
        self._choices = {choice.sheet: f"{choice.name}_used" for choice in choices}
        self._choices |= {
            choice.name.partition("_")[0]: f"{choice.name}_used" for choice in choices
        }

    def named(self, quantity: Quantity, symbol: str, at: tuple[int, ...] = ()) -> str:
        """Return a text about an entry, preceded by the name of its run if there are several."""
        run = self._run_of(quantity, at)
        if run is None:
            return symbol
        words = self._entries.words
        return words("joined", "named", what=name_of_run(run, words), name=symbol)

    def _run_of(self, quantity: Quantity, at: tuple[int, ...]) -> int | None:
        """Return the run of an entry, from 1; sheets with a choice of run show the chosen one."""
        for axis in quantity.each:
            return axis.counts_from + at[0]
        looks = self._choices.get(quantity.sheet) or self._choices.get(quantity.name.split("_")[0])
        if looks:
            chosen = self._entries.value((looks, ()))
            return int(chosen) if isinstance(chosen, float) else None
        return 1 if is_of_one(quantity) else None

    def courses(self, course: Quantity) -> dict[str, tuple[float, ...]]:
        """Return the numbers of each run, by the name of the run."""
        array = self._entries.arrays[course.name]
        if not course.each:
            return {"": tuple(map(float, array))}
        names = map(str, self._entries.arrays[f"{COMPARE}_name"])
        return {
            self.named(course, name, (run,)): tuple(map(float, array[run]))
            for run, name in enumerate(names)
        }


SAID = 4
"""Sentences of the workbook that are shown."""

MOST_ROWS = 3
"""The most rows of the first sheet in which a sentence is looked for."""

_WHOLE = re.compile(r".*(?:\.(?= |$)|。)")
"""The whole sentences of a text, which may end amid one."""

STOPS = (".", "。")
EQUALS = " = "
"""The end of a sentence, and the sign in an equation. Other texts, such as the ends of a picture or
a bar, mean nothing on their own."""


@dataclass(frozen=True)
class Summary:
    """What a workbook contains, and how its training went.

    Attributes
    ----------
    file, kind, template, lang : str
    about : tuple of str
        The first lines of its first sheet.
    changed : bool or None
        Whether it was changed, or saved by another program, since it was built; None if unknown.
    sizes : dict
        The entries of its Spec, as plain values.
    settings : dict
        Single numbers that are inputs, by symbol, preceded by the name of the run or the title of
        the sheet where symbols are the same.
    inputs : dict
        The number of cells of all other inputs, by the names of their arrays.
    formulas : dict
        The number of formulas, by the titles of their sheets.
    course : tuple of float
        The numbers of a quantity along epochs or steps, such as C_T; empty if there is none. For
        several runs, those of the first.
    course_of : str
        The symbol of that quantity.
    courses : dict
        The same for each run, by its name; empty if there is only one.
    said : tuple of str
        Sentences in the workbook; for several runs, preceded by the name of the run.
    check : tuple of str
        Sentences on its sheet Check, likewise; empty if there is none.
    wrong : int
        The number of cells that `xlnn.check` finds wrong, without probes; 0 if it did not run.
    recalculated_by : str
        The engine; empty if the values are those that xlnn stored when it built the workbook.
    """

    file: str
    kind: str
    template: str
    lang: str
    about: tuple[str, ...]
    changed: bool | None
    sizes: Mapping[str, Any]
    settings: Mapping[str, Value]
    inputs: Mapping[str, int]
    formulas: Mapping[str, int]
    course: tuple[float, ...]
    course_of: str
    courses: Mapping[str, tuple[float, ...]]
    said: tuple[str, ...]
    check: tuple[str, ...]
    wrong: int
    recalculated_by: str

    def to_json(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        """Return what ``xlnn show`` prints."""
        return printed(lines_of(self))

    def __repr__(self) -> str:
        """Return a summary in one line."""
        return f"<Summary of {self.file}: {self.template}>"


def show(path: Path | str, engine: str | None = None, model: Model | None = None) -> Summary:
    """Summarise a workbook: its contents, the course of training, and changes.

    Parameters
    ----------
    path : Path
    engine : str
        One of `xlnn.engines.ENGINES`, which recalculates the file. Without one, the stored values
        are read if the file is unchanged since xlnn built it.
    model : Model
        The model, if the workbook was made from your own.

    Raises
    ------
    WorkbookError
        The file is not a workbook of xlnn, or is unsafe to open.
    """
    path = path_of(path)
    seen = seen_by(engine, path, model)
    entries = Entries(seen, None)
    runs = Runs(entries)
    sizes = {key: value for key, value in to_values(seen.spec).items() if value not in ([], "")}
    sizes = {**sizes.pop("sizes", {}), **sizes}
    for left_out in ("kind", "imputed"):  # of cells of Data, which are marked there
        sizes.pop(left_out, None)
    template, lang = (str(sizes.pop(key)) for key in ("template", "lang"))
    single, inputs = _inputs(entries, runs)
    course = course_of(seen.layout, entries.arrays)
    courses = runs.courses(course) if course else {}
    return Summary(
        file=path.name,
        kind=seen.spec.kind,
        template=template,
        lang=lang,
        about=about(path, seen.layout.titles),
        changed={State.AS_BUILT: False, State.CHANGED: True, State.UNKNOWN: None}[state(path)],
        sizes=sizes,
        settings=single,
        inputs=inputs,
        formulas=dict(seen.layout.formula_counts()),
        course=next(iter(courses.values()), ()),
        course_of=entries.symbol((course.name, (0,))) if course else "",
        courses=courses if course and course.each else {},
        said=tuple(islice(_sentences(entries, runs, on_check=False), SAID)),
        check=tuple(_sentences(entries, runs, on_check=True)),
        wrong=0 if seen.report is None else len(seen.report.wrong),
        recalculated_by=entries.recalculated_by,
    )


def about(path: Path, titles: Mapping[str, str]) -> tuple[str, ...]:
    """Return the first texts of the first sheet, which say what the workbook is."""
    first = next(iter(titles.values()))
    texts = (cell.value for cell in cells(path, first) if isinstance(cell.value, str))
    title, *rows = [*islice(texts, 1 + MOST_ROWS)] or [""]
    sentence = ""
    for row in rows:  # a long sentence goes on in the next row
        sentence += f" {row}" if sentence and sentence[-1].isascii() else row
        if whole := _WHOLE.match(sentence):
            return title, whole[0]
    return title, *rows[:1]


def _inputs(entries: Entries, runs: Runs) -> tuple[dict[str, Value], dict[str, int]]:
    """Return the inputs that are one number, and how many cells the others have."""
    inputs = [quantity for quantity in entries.layout.model.quantities if quantity.is_input]
    single = [q for q in inputs if not (q.rows or q.shape) and q.heading(()).strip()]
    symbols = {
        (quantity.name, at): runs.named(quantity, quantity.heading(()), at)
        for quantity in single
        for at in np.ndindex(quantity.lengths)
    }
    for name, at in _alike(symbols):  # sheets may use one symbol for different numbers
        title = entries.layout.titles[entries.layout.model[name].sheet]
        symbols[name, at] = entries.words("joined", "named", what=title, name=symbols[name, at])
    for name, at in _alike(symbols):
        symbols[name, at] = f"{symbols[name, at]} ({name})"
    values = {symbol: entries.value(entry) for entry, symbol in symbols.items()}
    return values, {
        quantity.name: prod(quantity.lengths) - quantity.computed
        for quantity in inputs
        if quantity not in single
    }


def _alike(symbols: Mapping[Entry, str]) -> list[Entry]:
    """Return the numbers that share a symbol with others."""
    counts = Counter(symbols.values())
    return [entry for entry, symbol in symbols.items() if counts[symbol] > 1]


def _sentences(entries: Entries, runs: Runs, *, on_check: bool) -> Iterator[str]:
    """Yield the sentences of the workbook, except those about choices on single sheets."""
    for quantity in entries.layout.model.quantities:
        if not quantity.is_sentence or quantity.rows:
            continue
        if quantity.equation.repeats:  # the name of a class is not a sentence
            continue
        if quantity.sheet in {SHEET, COMPARE}:  # one is about cells, one repeats all of it
            continue
        if (quantity.sheet == CHECK) == on_check:
            for at, sentence in np.ndenumerate(entries.arrays[quantity.name]):
                if isinstance(sentence, str) and (sentence.endswith(STOPS) or EQUALS in sentence):
                    yield runs.named(quantity, _of_part(entries, quantity, sentence), at)


def _of_part(entries: Entries, quantity: Quantity, sentence: str) -> str:
    """Return a sentence about classes, preceded by the kind of rows if some are held out."""
    parts = {f"{PREFIX}{part}mistakes": english for part, english in SPLITS.items()}
    part, words = parts.get(quantity.name), entries.words
    if part is None or f"{PREFIX}{TEST}mistakes" not in entries.layout.model.by_name:
        return sentence
    return words("joined", "named", what=words.of_itself("charts", part), name=sentence)


BARS = "▁▂▃▄▅▆▇█"
"""From the least of the numbers to the largest."""

COLUMNS = 50
"""The length of a drawn course."""


def lines_of(seen: Summary, lang: str | None = None) -> Iterator[str]:
    """Yield the description of a workbook, line by line.

    Parameters
    ----------
    seen : Summary
    lang : str
        The language; the workbook's by default.
    """
    words = text(lang or seen.lang, "explaining")
    rows = [(words("show", key), line) for key, line in _rows(seen, words) if line]
    before = ["", *(label for label, _ in rows)]
    compared = zip(rows, before, strict=False)
    yield from aligned([("" if label == last else label, line) for (label, line), last in compared])


def _rows(seen: Summary, words: Text) -> Iterator[tuple[str, str]]:
    """Yield the heading and the text of each line."""
    state = {False: "as_built", True: "changed", None: "unknown"}[seen.changed]
    template = _called(seen.template, words, is_own=seen.sizes.get("data") == "own")
    kind = words.of_itself("sizes", seen.kind)
    between = words("joined", "between")
    yield "kind", f"{kind}   {words('show', 'from', template=template, lang=seen.lang)}"
    for line in seen.about:
        yield "title", line
    yield "sizes", between.join(_flat(seen.sizes, words))
    yield "settings", "   ".join(f"{name} = {in_words(n)}" for name, n in seen.settings.items())
    if seen.inputs:
        count = f"{sum(seen.inputs.values()):,}"
        yield "inputs", words("show", "of_inputs", count=count, arrays=", ".join(seen.inputs))
    sheets = between.join(f"{title} {number:,}" for title, number in seen.formulas.items())
    count = f"{sum(seen.formulas.values()):,}"
    yield "formulas", words("show", "of_formulas", count=count, sheets=sheets)
    if seen.course:
        for name, course in (seen.courses or {"": seen.course}).items():
            line = f"{in_words(course[0])} {sparkline(course)} {in_words(course[-1])}"
            yield "course", "   ".join(filter(None, (seen.course_of, name, line)))
    for sentence in seen.said:
        yield "said", sentence
    yield "built", words("show", state)
    if not seen.recalculated_by:
        yield "built", words("show", "stored")
    for sentence in seen.check:
        yield "check", sentence
    if seen.wrong:
        cells = in_language(counted(seen.wrong, "cell"), words.lang)
        yield "check", words("show", "wrong", cells=cells)


def _called(template: str, words: Text, *, is_own: bool) -> str:
    """Return the name of a template in a language, even with other data."""
    return words("show", "other_data", template=template) if is_own else template


def _flat(values: Mapping[str, Any], words: Text) -> Iterator[str]:
    """Yield the entries of a Spec, formatted for a line."""
    named = partial(words.of_itself, "sizes")
    for key, value in ((named(key), value) for key, value in values.items()):
        match value:
            case {**entries}:
                yield from _flat(entries, words)
            case [{}, *_]:
                layers = (map(named, map(str, filter(None, entry.values()))) for entry in value)
                yield f"{key} ({'; '.join(map(' '.join, layers))})"
            case [str(), *_]:
                yield f"{key} ({', '.join(value)})"
            case [*entries]:
                yield f"{key} {' × '.join(map(str, entries))}"
            case bool():
                yield from [key] if value else []
            case 0 | "":
                pass
            case _:
                yield f"{key} {named(str(value))}"


def sparkline(numbers: Sequence[float]) -> str:
    """Draw numbers as a line of bars; if there are many, an evenly spaced selection.

    >>> sparkline([0, 7, 3.5])
    '▁█▄'
    """
    if len(numbers) > COLUMNS:
        step = (len(numbers) - 1) / (COLUMNS - 1)
        numbers = [numbers[round(n * step)] for n in range(COLUMNS)]
    finite = [number for number in numbers if isfinite(number)]
    least, most = min(finite, default=0.0), max(finite, default=0.0)
    scale = (len(BARS) - 1) / (most - least) if most > least else 0.0
    return "".join(
        BARS[int((number - least) * scale)] if isfinite(number) else " " for number in numbers
    )
