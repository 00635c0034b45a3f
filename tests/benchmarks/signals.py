"""Does a signal at any moment end each command, with nothing left behind?

    make signals
    python tests/benchmarks/signals.py --number 1000 --seed 7

Each of many runs of `build` and of `check` with every engine that is installed gets one SIGINT,
SIGTERM, SIGHUP or SIGKILL at a random moment. Printed is each that did not end by it, printed a
traceback or left something: after SIGKILL, a process.
"""

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from interruptions import trials

EPOCHS = 20


def main():
    """Interrupt as often as asked; the exit code is 1 if anything was not clean."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--number", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    rng = np.random.default_rng(asked.seed)
    codes, slowest, unclean = Counter(), 0.0, 0
    with tempfile.TemporaryDirectory() as folder:
        for trial in trials(Path(folder), rng, asked.number, EPOCHS):
            codes[trial.code] += 1
            slowest = max(slowest, trial.seconds)
            if not trial.is_clean:
                unclean += 1
                print(trial, flush=True)
    print(f"{asked.number} signals, {unclean} not clean, the slowest end took {slowest:.1f} s")
    print("exit codes:", ", ".join(f"{code}: {n}" for code, n in codes.most_common()))
    return 1 if unclean else 0


if __name__ == "__main__":
    sys.exit(main())
