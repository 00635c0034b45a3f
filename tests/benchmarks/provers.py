"""Which engine proves a build best? Time and memory of a check by each, of the same workbooks.

    python tests/benchmarks/provers.py xor digits cnn

A build waits for its engine as a check does: both ask for the workbook as it is and for one probe.
The engines take turns, and of each the quickest of `--rounds` counts. A last line is of a copy with
one formula in other words, which a second engine computes, too.
"""

import argparse
import tempfile
from pathlib import Path

import openpyxl
from test_scale import cost

from xlnn.loading.spec import described

ENGINES = ("formualizer", "ironcalc", "formulas")


BOTH = "formualizer and ironcalc"


def restated(path: Path) -> Path:
    """Copy a workbook with C_T of its first epoch in other words."""
    _, layout = described(path)
    title, *at = layout.place("C_T", (0,))
    book, copy = openpyxl.load_workbook(path), path.with_stem(f"{path.stem}-restated")
    cell = book[title].cell(*at)
    cell.value = f"{cell.value}*2/2"
    book.save(copy)
    return copy


def main() -> None:
    """Print a line of a table for each workbook and engine."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("templates", nargs="*", default=["xor", "digits"])
    parser.add_argument("--rounds", type=int, default=3)
    told = parser.parse_args()
    print(
        "| workbook | engine | processor time | by the clock | peak memory |\n" + "| --- " * 5 + "|"
    )
    for name in told.templates:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{name}.xlsx"
            cost("build", name, "--no-verify", "-o", path)
            checked = {engine: ("check", path, "--engine", engine) for engine in ENGINES}
            checked[BOTH] = "check", restated(path)
            turns = [
                {engine: cost(*words) for engine, words in checked.items()}
                for _ in range(told.rounds)
            ]
        for engine in checked:
            costs = [turn[engine] for turn in turns]
            seconds, clock = (min(getattr(c, what) for c in costs) for what in ("seconds", "clock"))
            megabytes = max(c.megabytes for c in costs)
            print(f"| {name} | {engine} | {seconds:.1f} s | {clock:.1f} s | {megabytes:,.0f} MB |")


if __name__ == "__main__":
    main()
