"""Which engine proves a build best? Time and memory of a check by each, of the same workbooks.

    python tests/benchmarks/provers.py xor digits cnn

A build waits for its engine as a check does: both ask for the workbook as it is and for one probe.
The engines take turns, and of each the quickest of `--rounds` counts.
"""

import argparse
import tempfile
from pathlib import Path

from test_scale import cost

ENGINES = ("formualizer", "ironcalc", "formulas")


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
            turns = [
                {engine: cost("check", path, "--engine", engine) for engine in ENGINES}
                for _ in range(told.rounds)
            ]
        for engine in ENGINES:
            costs = [turn[engine] for turn in turns]
            seconds, clock = (min(getattr(c, what) for c in costs) for what in ("seconds", "clock"))
            megabytes = max(c.megabytes for c in costs)
            print(f"| {name} | {engine} | {seconds:.1f} s | {clock:.1f} s | {megabytes:,.0f} MB |")


if __name__ == "__main__":
    main()
