"""How far is each template from NumPy, in each engine? Writes the table of templates in README.md.

    make table                        # checks every template with every engine: half an hour
    python docs/table.py iris costs   # measures these anew and leaves the other lines

A template is built as it is and checked with one probe, always with the same random numbers.
`tests/test_table.py` holds what can be known quickly against what the table says.
"""

import argparse
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from xlnn.building.build import begun, build, planned
from xlnn.building.limits import size
from xlnn.checking.check import check
from xlnn.engines import ENGINES
from xlnn.shipped.templates import Template, in_order, shown

README = Path(__file__).parent.parent / "README.md"
SEED = 0

HEAD = [
    "| `xlnn templates` | Book | It shows | Formulas | "
    + " | ".join(f"in `{engine}`" for engine in ENGINES)
    + " |",
    "| --- | --- | --- | --: " + "| --- " * len(ENGINES) + "|",
]


def formulas(template: Template) -> int:
    """Return how many formulas the workbook of a template has."""
    kind, origin, name = begun(template.name)
    return size(planned(kind, origin, name, {}, large=False).layout).formulas


def known(template: Template) -> str:
    """Return the part of a template's line that nobody need measure."""
    sections = shown(template.sections) or "–"
    return f"| `{template.name}` | {sections} | {template.summary} | {formulas(template):,} | "


def lines() -> dict[str, str]:
    """Return the lines of the table in README.md, by the templates' names."""
    table = README.read_text(encoding="utf-8").split(HEAD[1])[1].split("\n\n")[0]
    return {re.findall("`(.*?)`", line)[0]: line for line in table.strip().splitlines()}


def differences(line: str) -> dict[str, float]:
    """Return the largest differences that a line of the table says, by engine."""
    cells = line.strip("|").split("|")[-len(ENGINES) :]
    return dict(zip(ENGINES, map(float, cells), strict=True))


def short(number: float) -> str:
    """Write a difference with one digit."""
    return f"{number:.0e}" if number else "0"


def measured(name: str, path: Path) -> dict[str, float]:
    """Build a template and return its largest difference in each engine."""
    build(name, path, verify=False)
    found = {}
    for engine in ENGINES:
        report = check(path, engine, seed=SEED)
        if not report.agrees:
            raise SystemExit(f"{name} does not agree with NumPy in {engine}.")
        found[engine] = report.max_difference
        print(f"{name}   {engine}   {found[engine]:.0e}", flush=True)
    return found


def written(found: Mapping[str, str]) -> None:
    """Put the lines of some templates into the table, those of the others as they are."""
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(HEAD[0])
    after = rest.split("\n\n", 1)[1]
    every = lines() | dict(found)
    table = [every[each.name] for each in in_order() if each.name in every]
    README.write_text(before + "\n".join([*HEAD, *table]) + "\n\n" + after, encoding="utf-8")


def main() -> None:
    """Measure the templates that were asked for, and write their lines."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*")
    asked = parser.parse_args().names
    for template in in_order():
        name = template.name
        if asked and name not in asked:
            continue
        with tempfile.TemporaryDirectory() as folder:
            numbers = measured(name, Path(folder) / f"{name}.xlsx").values()
        written({name: known(template) + " | ".join(map(short, numbers)) + " |"})


if __name__ == "__main__":
    main()
