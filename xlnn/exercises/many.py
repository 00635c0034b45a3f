"""Process many files in parts, in several processes or on a cluster, and resume after a stop."""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from xlnn.errors import DataError, OptionsError, OutputError
from xlnn.exercises.grades import Grade, QuestionGrade, UnitGrade
from xlnn.exercises.mistakes import Mistake
from xlnn.exercises.parallel import shared

R = TypeVar("R")

WAITING = 4
"""Files queued per process, so that few are in memory."""


def shared_out(paths: Sequence[Path], shard: tuple[int, int] | None) -> list[Path]:
    """Return one part of some files: (3, 16) is the third of sixteen parts.

    >>> [path.name for path in shared_out([Path(name) for name in "abcde"], (2, 2))]
    ['b', 'd']
    """
    if shard is None:
        return list(paths)
    number, count = shard
    if not 1 <= number <= count:
        raise OptionsError(f"shard is {number}/{count}: 1/{count} to {count}/{count} are expected.")
    return list(paths[number - 1 :: count])


def each_of(
    work: Callable[[Path], R],
    paths: Sequence[Path],
    workers: int | None,
    executor: Executor | None = None,
    *,
    failed: Callable[[Path], R],
) -> Iterator[tuple[Path, R]]:
    """Yield the result of each file as soon as it is known, even if a process dies.

    Parameters
    ----------
    work : function
    paths : sequence of Path
    workers : int or None
        The number of processes; by default one for each processor.
    executor : Executor
        Runs the work instead.
    failed : function
        Returns the result of a file at which a process died.
    """
    if executor is not None:
        yield from _from_executor(executor.submit, work, paths, os.cpu_count() or 1)
        return
    count = min(workers or os.cpu_count() or 1, len(paths))
    if count <= 1:
        for path in paths:
            yield path, work(path)
        return
    left = list(paths)
    with shared(count) as submit, suppress(BrokenExecutor):
        for path, result in _from_executor(submit, work, paths, count):
            left.remove(path)
            yield path, result
    for path in left:  # a process died, and all others with it: each file gets a separate process
        with shared(1) as submit:
            try:
                yield path, submit(work, path).result()
            except BrokenExecutor:
                yield path, failed(path)


def _from_executor(
    submit: Callable[..., "Future[R]"],
    work: Callable[[Path], R],
    paths: Sequence[Path],
    count: int,
) -> Iterator[tuple[Path, R]]:
    """Yield an executor's results, submitting only a few files at a time."""
    left = iter(paths)
    waiting = {submit(work, path): path for path in islice(left, WAITING * count)}
    while waiting:
        ready, _ = wait(waiting, return_when=FIRST_COMPLETED)
        for done in ready:
            path = waiting.pop(done)
            waiting |= {submit(work, further): further for further in islice(left, 1)}
            yield path, done.result()


@dataclass(frozen=True)
class Resumed:
    """The contents of an earlier run's log.

    Attributes
    ----------
    seed : int or None
    grades : dict of Grade
        By path.
    """

    seed: int | None = None
    grades: Mapping[str, Grade] = field(default_factory=dict)


def resumed(log: Path | None, seed: int | None) -> Resumed:
    """Read the log of an earlier run, whose last line may be incomplete.

    Raises
    ------
    DataError
        It is not a log, or has another seed.
    """
    if log is None or not log.exists():
        return Resumed(seed)
    lines = log.read_text(encoding="utf-8").splitlines()
    grades: dict[str, Grade] = {}
    seeds: set[int] = set()
    for number, line in enumerate(lines, start=1):
        try:
            read = json.loads(line)
            if "seed" in read:
                seeds.add(int(read["seed"]))
            else:
                grades[read["path"]] = _grade(read["grade"])
        except (ValueError, KeyError, TypeError):
            if 1 < number == len(lines):
                break
            raise DataError(
                f"{log.name}, line {number:,}, is not a log entry: name another file."
            ) from None
    if len(seeds) > 1:
        raise DataError(f"{log.name} joins logs of several seeds: grade all parts with one --seed.")
    own = next(iter(seeds), seed)
    if seed not in {None, own}:
        raise DataError(f"{log.name} is the log of seed {own}: name another file for seed {seed}.")
    return Resumed(own, grades)


@contextmanager
def logged(log: Path | None, seed: int) -> Iterator[Callable[[Path, Grade], None]]:
    """Yield a function that adds a line to a log."""
    if log is None:
        yield lambda _, __: None
        return
    try:
        whole = log.read_text(encoding="utf-8").splitlines(keepends=True) if log.exists() else []
        if whole and not whole[-1].endswith("\n"):  # the last line is incomplete
            log.write_text("".join(whole[:-1]), encoding="utf-8")
        with log.open("a", encoding="utf-8") as file:

            def write(path: Path, grade: Grade) -> None:
                line = {"path": str(path), "grade": asdict(grade)}
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
                file.flush()

            if not whole:
                file.write(json.dumps({"seed": seed}) + "\n")
            yield write
    except OSError as error:
        raise OutputError(f"{log} cannot be written: {error.strerror}.") from error


def _grade(read: dict[str, Any]) -> Grade:
    """Return a grade from the values in a log."""
    questions = tuple(
        QuestionGrade(**{**each, "units": tuple(map(_unit, each["units"]))})
        for each in read["questions"]
    )
    lists = {key: tuple(read[key]) for key in ("changed", "asked_otherwise")}
    moved = {kind: tuple(titles) for kind, titles in read["moved"].items()}
    return Grade(**{**read, **lists, "questions": questions, "moved": moved})


def _unit(read: dict[str, Any]) -> UnitGrade:
    mistake = read["mistake"] and Mistake(**read["mistake"])
    return UnitGrade(**{**read, "mistake": mistake})
