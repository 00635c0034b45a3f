"""Describe a workbook as lines of text."""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from xlnn.checking.wording import counted
from xlnn.explaining.cell_text import in_words
from xlnn.registry.text import Text, text
from xlnn.workbooks.network.recipe import OTHER_DATA

if TYPE_CHECKING:
    from xlnn.explaining.show import Contents

BARS = "▁▂▃▄▅▆▇█"
"""From the least of the numbers to the largest."""

COLUMNS = 50
"""How long a course is drawn."""


def lines_of(seen: "Contents", lang: str | None = None) -> Iterator[str]:
    """Yield what is in a workbook, line by line.

    Parameters
    ----------
    seen : Contents
    lang : str
        The language of the words; the workbook's by default.
    """
    words = text(lang or seen.lang, "explaining")
    rows = [(words("show", key), line) for key, line in _rows(seen, words) if line]
    width = max(cell_len(label) for label, _ in rows)
    last = ""
    for label, line in rows:
        said = "" if label == last else label
        yield f"{said}{' ' * (width - cell_len(said))}   {line}"
        last = label


def _rows(seen: "Contents", words: "Text") -> Iterator[tuple[str, str]]:
    """Yield what each line is about, and the line."""
    state = {False: "as_built", True: "changed", None: "unknown"}[seen.changed]
    template = _called(seen.template, words)
    yield "kind", f"{seen.kind}   {words('show', 'from', template=template, lang=seen.lang)}"
    for line in seen.about:
        yield "title", line
    yield "sizes", ", ".join(_flat(seen.sizes))
    yield "settings", "   ".join(f"{name} = {in_words(n)}" for name, n in seen.settings.items())
    if seen.inputs:
        count = f"{sum(seen.inputs.values()):,}"
        yield "inputs", words("show", "of_inputs", count=count, arrays=", ".join(seen.inputs))
    sheets = ", ".join(f"{title} {number:,}" for title, number in seen.formulas.items())
    count = f"{sum(seen.formulas.values()):,}"
    yield "formulas", words("show", "of_formulas", count=count, sheets=sheets)
    if seen.course:
        for name, course in (seen.courses or {"": seen.course}).items():
            line = f"{in_words(course[0])} {sparkline(course)} {in_words(course[-1])}"
            yield "course", "   ".join(filter(None, (seen.course_of, name, line)))
    for sentence in seen.said:
        yield "said", sentence
    yield "built", words("show", state)
    for sentence in seen.check:
        yield "check", sentence
    if seen.wrong:
        yield "check", f"xlnn check: {counted(seen.wrong, 'cell')} wrong"


def _called(template: str, words: Text) -> str:
    """Return what a template is called, in the language of the words, also with other data."""
    own = template.removesuffix(OTHER_DATA)
    return own if own == template else words("show", "other_data", template=own)


def _flat(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield the entries of a Spec as a line has them."""
    for key, value in values.items():
        match value:
            case {**entries}:
                yield from _flat(entries)
            case [{}, *_]:
                each = (" ".join(map(str, filter(None, entry.values()))) for entry in value)
                yield f"{key} ({'; '.join(each)})"
            case [str(), *_]:
                yield f"{key} ({', '.join(value)})"
            case [*entries]:
                yield f"{key} {' × '.join(map(str, entries))}"
            case bool():
                yield from [key] if value else []
            case 0 | "":
                pass
            case _:
                yield f"{key} {value}"


def sparkline(numbers: Sequence[float]) -> str:
    """Draw numbers as a line of bars; of many, some at equal distances.

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
