"""How often is a grade right? Submissions of known truth, graded, in tables by what was planted.

    python tests/benchmarks/grading.py --number 500 --students 300 --seed 0

Each submission is an exercise of some kind, in which every quantity got a right answer, a right one
in other words, or one of the mistakes; several at once. Then a class hands in with all accidents
that happen in one, the teacher types points, and a second regrade must change nothing.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import openpyxl
from rich.console import Console
from rich.progress import track
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parent.parent))

from classroom import ACCIDENTS, Classroom
from submissions import RIGHT, WRONG, blanks, emptied, fill

import xlnn
from xlnn.exercises.grading import grade

EXERCISES = {
    "digits": (
        ("z2", "a2", "z3", "C", "delta3", "delta2", "dC_dW2", "dC_db3", "W3"),
        {"epochs": 3},
    ),
    "iris": (("z2", "a3", "delta3", "delta2", "dC_dW3", "b2"), {"epochs": 2}),
    "descent": (("dz_dx", "dz_dy", "dx", "y", "z"), {}),
    "regression": (("q", "y_new", "e", "C_T"), {}),
}
"""What is blank, and how it is built."""

ALSO = {
    "column": {"missing", "typed", "right", "epoch"},
    "row": {"epoch", "right", "circle"},
    "dragged": {"epoch", "right"},
    "anchor": {"right"},
    "short": {"right"},
    "missing": {"right", "no_factor", "no_slope"},
}
"""What a mistake may be called besides its own name. A formula that was altered and gives the right
values in all worlds is right: the mean of the fitted values is that of the given ones."""


def main() -> int:
    """Make the submissions, grade them, and print what was found."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--number", type=int, default=500)
    arguments.add_argument("--students", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=0)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        truths = list(made(Path(folder), chosen.number, np.random.default_rng(chosen.seed)))
        start = time.perf_counter()
        grades = grade([path for path, _ in truths], seed=chosen.seed)
        seconds = time.perf_counter() - start
    wrong, found = judged(truths, grades)
    table = Table("planted", "quantities", "units", "named so", "otherwise")
    for kind, counts in sorted(found.items()):
        exact = counts[kind if kind in WRONG else "right"]
        others = ", ".join(f"{name} {n}" for name, n in counts.items() if n and name != kind)
        quantities = counts.pop("quantities")
        units = sum(counts.values())
        table.add_row(kind, f"{quantities:,}", f"{units:,}", f"{exact:,}", others)
    Console(width=110).print(table)
    print(f"{len(truths)} submissions, {len(wrong)} with a wrong grade, {seconds:.0f} s")
    for line in wrong[:20]:
        print(line)
    is_right = of_a_class(chosen.students, np.random.default_rng(chosen.seed))
    return 0 if is_right and not wrong else 1


def of_a_class(size, generator):
    """Grade a class with accidents three times; print what came out, and return if all is right."""
    with tempfile.TemporaryDirectory() as folder:
        own = Classroom(Path(folder), size, generator)
        start = time.perf_counter()
        own.graded()
        seconds = time.perf_counter() - start
        own.type_points()
        own.graded()
        shown, wrong = own.shown(), own.mistaken()
        own.graded()
        is_same = own.shown() == shown
    counts = Counter(pupil.accident for pupil in own.pupils)
    table = Table("accident", "students", "grade")
    for accident, points in ACCIDENTS.items():
        table.add_row(accident, f"{counts[accident]}", "–" if points is None else f"{points:g}")
    Console(width=110).print(table)
    changed = "nothing changed" if is_same else "SOMETHING CHANGED"
    print(f"{size} students, {len(wrong)} with a wrong grade, {seconds:.0f} s; regraded: {changed}")
    for line in wrong[:20]:
        print(line)
    return is_same and not wrong


def made(folder, number, generator):
    """Yield submissions and what was planted in each: the kind of each quantity."""
    ready = {}
    for name, (names, options) in EXERCISES.items():
        path = xlnn.build(name, folder / f"{name}.xlsx", **options).path
        every = blanks(path, names)
        arrays = xlnn.values(path, engine="formualizer")
        ready[name] = every, arrays, emptied(path, names, folder / f"{name}-blank.xlsx")
    for at in track(range(number), "Writing", console=Console(stderr=True)):
        name = [*EXERCISES][at % len(EXERCISES)]
        every, arrays, exercise = ready[name]
        path = folder / f"{at:04}.xlsx"
        yield path, filled(exercise, every, arrays, path, generator)


def filled(exercise, every, arrays, path, generator):
    """Fill an exercise in, each quantity by a drawn answer."""
    workbook = openpyxl.load_workbook(exercise)
    truth = {}
    for name in dict.fromkeys(name for name, _ in every):
        own = {unit: blank for (each, unit), blank in every.items() if each == name}
        kinds = [*RIGHT, *WRONG] if generator.random() < 0.6 else [*RIGHT]
        kind = str(generator.choice(kinds))
        answer = RIGHT.get(kind) or WRONG[kind]
        truth[name] = kind, {}
        for unit, blank in own.items():
            given = answer(blank, blank.values(arrays))
            truth[name][1][unit] = given is not None and kind in WRONG
            fill(workbook, blank, blank.stated if given is None else given)
    workbook.save(path)
    return truth


def judged(truths, grades):
    """Return the wrong grades, and how each planted kind was called."""
    wrong, found = [], defaultdict(Counter)
    for (path, truth), each in zip(truths, grades, strict=True):
        if each.error:
            wrong.append(f"{path.name}: {each.error}")
            continue
        for question in each.questions:
            kind, planted = truth[question.quantity]
            found[kind]["quantities"] += 1
            for is_wrong, unit in zip(planted.values(), question.units, strict=True):
                called = unit.mistake.kind if unit.mistake else "right"
                found[kind][called] += 1
                may = {kind, *ALSO.get(kind, ())} if is_wrong else {"right"}
                if called not in may:
                    wrong.append(f"{path.name} {unit.symbol}: {kind} was called {called}")
    return wrong, found


if __name__ == "__main__":
    sys.exit(main())
