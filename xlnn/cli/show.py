"""The command ``xlnn show``."""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlnn.cli.saying import counted, progress, say, say_json

if TYPE_CHECKING:
    from xlnn.explaining.show import Contents
    from xlnn.shipped.text import Text

BARS = "▁▂▃▄▅▆▇█"
"""From the least of the numbers to the largest."""

COLUMNS = 50
"""How long a course is drawn."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--lang", help="The language of the words; the workbook's by default.")
@click.option("--engine", default="formualizer", show_default=True, help="Who recalculates it.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def show(file: Path, lang: str | None, engine: str, *, as_json: bool) -> None:
    """Say in a few lines what is in a workbook FILE, how it went, and what was changed.

    Example: xlnn show output/digits.xlsx
    """
    from rich.cells import cell_len  # noqa: PLC0415 -- only what is needed

    from xlnn.explaining.show import show as contents  # noqa: PLC0415 -- the same
    from xlnn.shipped.text import text  # noqa: PLC0415 -- the same

    with progress() as tell:
        tell(f"Recalculating with {engine}")
        seen = contents(file, engine)
    if as_json:
        say_json(seen.to_json())
        return
    words = text(lang or seen.lang, "explaining")
    rows = [(words("show", key), line) for key, line in _rows(seen, words) if line]
    width = max(cell_len(label) for label, _ in rows)
    last = ""
    for label, line in rows:
        said = "" if label == last else label
        say(f"{said}{' ' * (width - cell_len(said))}   {line}")
        last = label


def _rows(seen: "Contents", words: "Text") -> Iterator[tuple[str, str]]:
    """Yield what each line is about, and the line."""
    from xlnn.explaining.explanation import in_words  # noqa: PLC0415 -- only what is needed
    from xlnn.explaining.show import called  # noqa: PLC0415 -- the same

    state = {False: "as_built", True: "changed", None: "unknown"}[seen.changed]
    template = called(seen.template, words)
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
