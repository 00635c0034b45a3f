"""Does every template agree, whatever numbers a check draws?

    make seeds
    python tests/benchmarks/seeds.py --number 300 --first 1000 iris costs

Tests draw the same numbers each time they run. Here each template, a network with two epochs, is
checked with many seeds, at two probes each. Printed is each cell that does not agree.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from xlnn.building.build import build
from xlnn.checking.check import check
from xlnn.registry.templates import names, template

EPOCHS, PROBES = 2, 2


def main():
    """Check each template with each seed; the exit code is 1 if one did not agree."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--number", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--engine", default="formualizer")
    parser.add_argument("templates", nargs="*", default=names())
    asked = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in asked.templates:
            options = {"epochs": EPOCHS} if "epochs" in template(name).values else {}
            path = build(name, Path(folder) / f"{name}.xlsx", verify=False, **options).path
            for seed in range(asked.first, asked.first + asked.number):
                report = check(path, asked.engine, PROBES, seed=seed)
                failed += not report.agrees
                for wrong in report.wrong[:3]:
                    print(f"{name}, seed {seed}: {wrong}", flush=True)
            print(f"{name}: {asked.number} seeds", flush=True)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
