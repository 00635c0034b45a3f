"""The commands ``xlnn check`` and ``xlnn lint``."""

import sys
from collections.abc import Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from xlnn.checking.report import Report, lines_of
from xlnn.cli.console import language, mended_by, say, say_error, say_json
from xlnn.cli.parameters import (
    PATH,
    file_argument,
    files_argument,
    language_option,
    offering,
    part_of,
    with_choices,
)
from xlnn.cli.progress_bar import progress
from xlnn.data.messages import counted
from xlnn.engines import DEFAULT_ENGINE, ENGINES, check_name, missing
from xlnn.errors import MENDABLE, EngineError, Message, one_line
from xlnn.options import MOST_PROBES

if TYPE_CHECKING:
    from xlnn.exercises.self_check import SelfCheck

Failure = dict[str, str]
"""The file that could not be checked, and the error: a sentence."""

Result: TypeAlias = "Report | SelfCheck | Failure"


@click.command()
@files_argument
@click.option(
    "--engine",
    "chosen",
    multiple=True,
    shell_complete=offering(lambda: (*ENGINES, "all")),
    default=[DEFAULT_ENGINE],
    show_default=True,
    help=with_choices("Engine that recalculates the workbooks; may be repeated", (*ENGINES, "all")),
)
@click.option(
    "--probes",
    type=click.IntRange(min=0, max=MOST_PROBES),
    default=1,
    show_default=True,
    help="How many times to repeat the comparison with random inputs.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), help="Seed of the random inputs, to repeat a check."
)
@click.option(
    "--key", type=PATH, help="Solution of an exercise FILE: compare its formulas, show answers."
)
@language_option("Language of the report, if not the workbook's")
@click.option("--jobs", type=click.IntRange(min=1), default=1, help="How many processes.")
@click.option("--shard", metavar="N/M", default="", help="Check part N of M, such as 3/16.")
@click.option("--log", type=PATH, help="Log each file as a line of JSON, and resume.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def check(files: tuple[Path, ...], chosen: tuple[str, ...], **options: Any) -> None:  # noqa: ANN401 -- each by its name
    """Recalculate each FILE and compare every cell with NumPy.

    NumPy computes each cell from the cells that it refers to, so an error is reported where it
    starts. If two outputs are equal to 12 digits, either class is right. The drift is the distance
    from NumPy's own run. It grows with rounding errors from epoch to epoch, so it is shown and does
    not count as an error; classes and counts are left out of it.

    For an exercise, it says which of the student's formulas are right, judged as `xlnn grade` does,
    and never shows an answer. With --key and its solution, an exercise is checked like any other
    workbook.

    If a file cannot be checked, the others still are, and the exit code is 1. With --json such a
    file is an object with its file and its error; several files or engines give a list.

    Example: xlnn check output/digits.xlsx --engine ironcalc
    """
    absent = missing() if "all" in chosen else {}
    every = [name for name in ENGINES if name not in absent]
    asked = [every if choice == "all" else [choice] for choice in chosen]
    engines = list(dict.fromkeys(chain.from_iterable(asked)))
    for name in engines:
        check_name(name)
    from xlnn.exercises.log import add_to_log, read_log  # noqa: PLC0415 -- only what is needed
    from xlnn.exercises.parallel import each_of, shared_out  # noqa: PLC0415 -- the same

    log, lang, as_json = options["log"], options["lang"], options["as_json"]
    done: dict[str, bool] = {}
    read_log(log, lambda entry: done.update({str(entry["path"]): bool(entry["agrees"])}))
    mine = [file for file in shared_out(files, part_of(options["shard"])) if str(file) not in done]
    outcomes: list[Result] = []
    agree = all(done.values())
    how = {name: options[name] for name in ("probes", "seed", "key")}
    work = partial(_results, engines=engines, **how)
    for file, results in each_of(work, mine, options["jobs"], failed=_ended):
        agrees = _agree(results)
        agree &= agrees
        plain = [*map(_plain, results)]
        add_to_log(log, {"path": str(file), "agrees": agrees, "results": plain})
        for result in results:
            outcomes.append(result)
            if isinstance(result, dict):
                say_error(result["error"], file if len(files) > 1 else "", language(file))
            elif not as_json:
                lines = lines_of if isinstance(result, Report) else type(result).lines
                for line in lines(result, lang):
                    say(line)
    if as_json:
        plain = [*map(_plain, outcomes)]
        say_json(plain if len(files) > 1 or len(engines) > 1 or not plain else plain[0])
    else:
        for name, install in absent.items():
            click.echo(f"Skipped: {name} is not installed ({install}).", err=True)
    if not agree:
        sys.exit(1)


def _agree(results: "Sequence[Result]") -> bool:
    return all(not isinstance(result, dict) and result.agrees for result in results)


def _plain(result: "Result") -> dict[str, Any]:
    if isinstance(result, dict):
        return {key: one_line(value) for key, value in result.items()}
    return result.to_json()


def _ended(file: Path) -> "list[Result]":
    error = Message("{file}: the check ended without a result.", file=file.name)
    return [{"file": str(file), "error": error}]


def _results(
    file: Path, engines: Sequence[str], probes: int, seed: int | None, key: Path | None
) -> "list[Result]":
    """Check a file with each engine; if none can read it, report that once."""
    from xlnn.checking.check import check as check_workbook  # noqa: PLC0415 -- only what is needed
    from xlnn.exercises.self_check import check_solution, is_exercise, self_check  # noqa: PLC0415 -- the same

    results: list[Result] = []
    try:
        if key is not None:
            check_solution(key, file)
        elif is_exercise(file):
            with progress() as tell:
                tell(Message("Computing the formulas with two engines, also with random inputs"))
                return [self_check(file, seed)]
    except MENDABLE as error:
        return [{"file": str(file), "error": mended_by(error)}]
    for name in engines:
        try:
            with progress() as tell:
                tell(Message("Recalculating with {engine}, and comparing with NumPy", engine=name))
                results.append(
                    check_workbook(file, name, probes, seed=seed, answers=key is not None)
                )
        except EngineError as error:  # another engine may succeed
            results.append({"file": str(file), "error": mended_by(error)})
        except MENDABLE as error:
            return [*results, {"file": str(file), "error": mended_by(error)}]
    return results


@click.command()
@file_argument
def lint(file: Path) -> None:
    """Find what Excel would report as a problem in a workbook FILE.

    Example: xlnn lint output/digits.xlsx
    """
    from xlnn.linting import RULES  # noqa: PLC0415 -- only what is needed
    from xlnn.loading.open_file import lint as lint_workbook  # noqa: PLC0415 -- the same

    problems = lint_workbook(file)
    for problem in problems:
        say(f"{problem.where}   {problem.rule}: {problem.message}")
    if problems:
        sys.exit(1)
    say(f"{file}   nothing found by {counted(len(RULES), 'rule')}")
