"""Does any file end in a traceback, a hang or a wrong "agrees"? Broken at random, for minutes.

    python tests/benchmarks/fuzz.py --minutes 5 --seed 0

Each case has a number, from `--seed` on; the exit code is 1 if one failed, and its file is kept.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fuzzing import Worker, files, make


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=0, help="The number of the first case.")
    parser.add_argument("--keep", type=Path, default=Path("output/fuzz"))
    options = parser.parse_args()
    tried, failed = Counter(), []
    with tempfile.TemporaryDirectory() as folder, Worker() as worker:
        contents = files(folder)
        number, end = options.seed, time.monotonic() + 60 * options.minutes
        while time.monotonic() < end:
            case = make(contents[number % len(contents)], number, folder)
            tried[case.kind] += 1
            broken = case.path.read_bytes()
            wrong = worker.attempt(case)
            if wrong:
                failed.append(number)
                options.keep.mkdir(parents=True, exist_ok=True)
                (options.keep / f"{number}-{case.path.name}").write_bytes(broken)
                print(f"case {number} ({case.kind}): {wrong}")
            case.path.unlink(missing_ok=True)
            shutil.rmtree(case.path.parent / str(number), ignore_errors=True)
            number += 1
    print(f"{sum(tried.values()):,} cases from {options.seed} on: {len(failed)} failed {failed}")
    for kind, count in sorted(tried.items()):
        print(f"  {kind:8} {count:,}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
