"""Does the check catch every single error, and name it exactly? Errors planted by the thousand.

    python tests/benchmarks/mutation.py --errors 1000 --seed 0 --engine formualizer

Errors of every kind (`tests/mutants.py`) are planted, one at a time, in random cells of every
sheet of several workbooks, and in array formulas of one in matrices; each goes through the whole
check, as a file. The exit code is 0 if none is silent: each altered cell is named wrong or listed
as restated, and no other cell is; else 1.
"""

import argparse
import os
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mutants import KINDS
from planting import (
    FUNCTIONS,
    NETWORKS,
    Book,
    book_of_digits,
    book_of_functions,
    book_of_maps,
    book_of_network,
    books_of_experiments,
    is_named,
    plant_arrays,
    plant_many,
    try_array,
    try_out,
)

from xlnn.building.build import build
from xlnn.engines import ENGINES

SHOWN = 20
"""Failures that are written out."""

WIDTH = 100
"""Of the tables, in characters."""


def books(folder, seed):
    """Write the workbooks: a third each are random networks, experiments and the book's images."""
    networks = [book_of_network(folder, name, seed) for name in NETWORKS]
    networks += [book_of_functions(folder, name, seed) for name in FUNCTIONS]
    images = [book_of_digits(folder, 2), book_of_digits(folder, 3), book_of_maps(folder, 12)]
    single = networks + books_of_experiments(folder)
    paths = [book.path for book in single + images]
    assert len(set(paths)) == len(paths), "a workbook is written over another one"
    return single + images * (len(networks) // len(images))


class Worker:
    """A process that checks; it reads each workbook once."""

    def __init__(self, paths, engine, probes):
        opened = {path: Book(path) for path in dict.fromkeys(paths)}
        self.books = [opened[path] for path in paths]
        self.engine, self.probes = engine, probes
        self.folder = tempfile.TemporaryDirectory(prefix="xlnn-mutation-")

    def __call__(self, number, planted):
        path = Path(self.folder.name) / "planted.xlsx"
        return try_out(self.books[number], planted, path, self.engine, self.probes)


worker: Worker


def start(*arguments):
    """Begin a process."""
    global worker  # noqa: PLW0603 -- what a process pool gives its functions
    worker = Worker(*arguments)


def work(number, planted):
    """Try out one error."""
    return worker(number, planted)


def table(title, names, outcomes):
    """Count outcomes, a row for each name that one comes with, and sum up."""
    counts = {name: Counter() for name in names}
    for name, outcome in outcomes:
        kept = counts[name]
        kept["planted"] += 1
        kept["same"] += outcome.same
        kept["caught"] += outcome.caught and not outcome.same
        kept["exact"] += outcome.exact and not outcome.same and not outcome.listed
        kept["listed"] += bool(outcome.listed)
        kept["silent"] += not outcome.same and not outcome.caught
    counts["all"] = sum(counts.values(), Counter())
    drawn = Table(title=title, title_justify="left")
    drawn.add_column(no_wrap=True)
    for heading in ("planted", "read as stated", "altered", "named exactly", "restated", "silent"):
        drawn.add_column(heading, justify="right")
    for name, n in counts.items():
        if name == "all":
            drawn.add_section()
        wrong = n["planted"] - n["same"]
        numbers = (n["planted"], n["same"], wrong, n["exact"], n["listed"], n["silent"])
        drawn.add_row(name, *map(str, numbers))
    return drawn


def told(book, outcome):
    """Say what was planted and what the check said of it."""
    planted, (cell, content) = outcome.planted, next(iter(outcome.planted.changes.items()))
    before = book.formulas[planted.sheet, *cell]
    what = "reads as stated" if outcome.same else f"{len(planted.wrong)} wrong"
    said = outcome.refusal or f"named {', '.join(outcome.named[:5]) or 'nothing'}"
    return (
        f"{book.path.name}, {planted.kind}, {planted.sheet} row {cell[0]}, column {cell[1]}: "
        f"{before} -> {content} ({what}); {said}"
    )


def in_matrices(folder, errors, seed):
    """Plant errors in array formulas, print how many are named, and return the others."""
    path = build("digits", folder / "matrices.xlsx", edition="matrices", epochs=2).path
    failures, counts = [], Counter()
    for error in plant_arrays(path, errors, np.random.default_rng(seed)):
        said = try_array(path, error, folder / "planted-matrices.xlsx")
        counts[error.kind] += 1
        if not is_named(error, said):
            failures.append(f"{path.name}, {error.kind}: {error.before} -> {error.after}; {said}")
    print(f"{errors:,} errors in array formulas, {errors - len(failures):,} named: {dict(counts)}")
    return failures


def main():
    """Plant, check and count."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--errors", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--engine", choices=ENGINES, default="formualizer")
    parser.add_argument("--probes", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    progress, result = Console(stderr=True), Console(width=WIDTH)
    with tempfile.TemporaryDirectory(prefix="xlnn-mutation-") as folder:
        planted_in = books(Path(folder), options.seed)
        generator = np.random.default_rng(options.seed)
        errors = list(plant_many(planted_in, options.errors, generator))
        arguments = ([book.path for book in planted_in], options.engine, options.probes)
        with ProcessPoolExecutor(options.jobs, get_context("spawn"), start, arguments) as pool:
            outcomes = list(
                track(
                    pool.map(work, *zip(*errors, strict=True)),
                    f"Checking {options.errors:,} errors",
                    total=options.errors,
                    console=progress,
                    disable=not progress.is_terminal,
                )
            )
        failures = [
            told(planted_in[number], outcome)
            for (number, _), outcome in zip(errors, outcomes, strict=True)
            if not outcome.good
        ]
        failures += in_matrices(Path(folder), max(1, options.errors // 20), options.seed)
    kinds = [(outcome.planted.kind, outcome) for outcome in outcomes]
    names = [planted_in[number].path.stem for number, _ in errors]
    by_book = list(zip(names, outcomes, strict=True))
    title = f"{options.errors:,} planted errors, seed {options.seed}, {options.engine}"
    result.print(table(title, KINDS, kinds))
    result.print(table("The same by workbook", sorted(set(names)), by_book))
    for failure in failures[:SHOWN]:
        result.print(failure, markup=False, highlight=False, soft_wrap=True)
    if failures:
        result.print(f"{len(failures):,} of {options.errors:,} not as they should be.")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
