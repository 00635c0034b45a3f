"""Write the tables of templates in reference.md and of differences from NumPy in check.md.

    make table                        # checks every template with every engine: half an hour
    python docs/table.py iris costs   # measures these anew and leaves the others' numbers
    python docs/table.py --engine ironcalc    # measures this engine and leaves the others' numbers
    python docs/table.py --words      # measures none: writes the tables in each reference.md

A template is built as it is and checked with one probe, always with the same random numbers.
`tests/test_table.py` holds what can be known quickly against what the table says.
"""

import argparse
import re
import tempfile
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from xlnn.building.build import build
from xlnn.building.limits import size
from xlnn.building.plan import planned, source_of_template
from xlnn.checking.check import check
from xlnn.engines import ENGINES
from xlnn.options import Options
from xlnn.registry.templates import INDEX, Template, in_order, section_spans
from xlnn.registry.text import languages, shown_by, text

DOCS = Path(__file__).parent
PAGES = {
    lang: DOCS / ("reference.md" if lang == "en" else f"reference.{lang}.md")
    for lang in languages()
}
"""The reference of each language."""

MEASURED = DOCS / "check.md"
"""The page with the differences."""

SEED = 0

RULE = "| --- | --- | --- | --: |"

AFTER = {"en": "After the book", "zh": "书中没有", "ja": "本の先へ"}
"""What heads the templates of no section, in each language."""

RULE_OF_DIFFERENCES = "| --- " * (1 + len(ENGINES)) + "|"


def head(lang: str) -> str:
    """Return the headings of the table in a language."""
    words = text(lang, INDEX)
    named = [words("headings", key) for key in ("book", "shows", "formulas")]
    return "| " + " | ".join(["`xlnn templates`", *named]) + " |"


HEAD_OF_DIFFERENCES = "| " + " | ".join(["template", *(f"`{e}`" for e in ENGINES)]) + " |"


@cache
def formulas(name: str) -> int:
    """Return how many formulas the workbook of a template has."""
    source = source_of_template(name)
    return size(planned(source, Options()).layout).formulas


def line(template: Template, lang: str = "en") -> str:
    """Return the line of a template in a reference."""
    words = text(lang, INDEX)
    sections = section_spans(template.sections, words("joined", "to")) or "–"
    shows = shown_by(template.name, lang).rstrip(".。")
    return f"| `{template.name}` | {sections} | {shows} | {formulas(template.name):,} |"


def lines(page: Path, rule: str) -> dict[str, str]:
    """Return the lines of the table below a rule, by the templates' names."""
    table = page.read_text(encoding="utf-8").split(f"\n{rule}\n")[1].split("\n\n")[0]
    return {re.findall("`(.*?)`", line)[0]: line for line in table.splitlines() if "`" in line}


def table_of(lang: str) -> list[str]:
    """Return the lines of the table in a language: those of the book, and those after it."""
    of_book = [line(each, lang) for each in in_order() if each.sections]
    after = [line(each, lang) for each in in_order() if not each.sections]
    return [*of_book, f"| **{AFTER[lang]}** | | | |", *after]


UNMEASURED = "–"
"""What stands where an engine's difference was not measured yet."""


def differences() -> dict[str, dict[str, float]]:
    """Return the largest differences that docs/check.md says, by template and engine."""
    found = {}
    for name, said in lines(MEASURED, RULE_OF_DIFFERENCES).items():
        cells = map(str.strip, said.strip("|").split("|")[1:])
        pairs = zip(ENGINES, cells, strict=True)
        found[name] = {engine: float(cell) for engine, cell in pairs if cell != UNMEASURED}
    return found


def short(number: float) -> str:
    """Write a difference with one digit."""
    return f"{number:.0e}" if number else "0"


def measured(name: str, path: Path, engines: Iterable[str]) -> dict[str, float]:
    """Build a template and return its largest difference in each engine, measured in some."""
    build(name, path, verify=False)
    found = differences().get(name, {})
    for engine in engines:
        report = check(path, engine, seed=SEED)
        if not report.agrees:
            raise SystemExit(f"{name} does not agree with NumPy in {engine}.")
        found[engine] = report.max_difference
        print(f"{name}   {engine}   {found[engine]:.0e}", flush=True)
    return found


def replaced(page: Path, head: str, rule: str, table: Iterable[str]) -> None:
    """Put another table below a rule, and its headings above."""
    above, rest = page.read_text(encoding="utf-8").split(f"\n{rule}\n")
    before, after = above.rsplit("\n", 1)[0], rest.split("\n\n", 1)[1]
    page.write_text("\n".join([before, head, rule, *table]) + f"\n\n{after}", encoding="utf-8")


def written(found: Mapping[str, Mapping[str, float]]) -> None:
    """Write all tables, with new differences for some templates."""
    known = differences() | dict(found)
    for lang, page in PAGES.items():
        replaced(page, head(lang), RULE, table_of(lang))
    table = []
    for each in in_order():
        numbers = known.get(each.name, {})
        cells = (short(numbers[e]) if e in numbers else UNMEASURED for e in ENGINES)
        table.append(f"| `{each.name}` | " + " | ".join(cells) + " |")
    replaced(MEASURED, HEAD_OF_DIFFERENCES, RULE_OF_DIFFERENCES, table)


def main() -> None:
    """Measure the templates that were asked for, and write their lines."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--engine", choices=ENGINES, action="append")
    parser.add_argument("--words", action="store_true")
    told = parser.parse_args()
    asked = told.names
    if told.words:
        written({})
        return
    for template in in_order():
        name = template.name
        if asked and name not in asked:
            continue
        with tempfile.TemporaryDirectory() as folder:
            found = measured(name, Path(folder) / f"{name}.xlsx", told.engine or ENGINES)
        written({name: found})


if __name__ == "__main__":
    main()
