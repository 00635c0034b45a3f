"""The command ``xlnn grade``."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlnn.cli.console import counted, progress, say, say_json
from xlnn.cli.parameters import language_option

if TYPE_CHECKING:
    from xlnn.exercises.grades import Grades


@click.command()
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path)
)
@click.option(
    "--points",
    metavar="NAME=N,...",
    default="",
    help="Points per quantity, such as delta3=4,delta2=6; others are worth 1.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Write a report: .xlsx (a sheet for the class, the questions, each student), .csv, .json.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), help="Seed of the random inputs, to repeat a grading."
)
@language_option("Language of the reasons, if not the workbooks'")
@click.option("--force", is_flag=True, help="Overwrite an existing report.")
@click.option("--json", "as_json", is_flag=True, help="Print the grades as JSON.")
def grade(  # noqa: PLR0913, PLR0917 -- click gives each option by its name
    files: tuple[Path, ...],
    points: str,
    output: Path | None,
    seed: int | None,
    lang: str | None,
    force: bool,  # noqa: FBT001 -- the same
    as_json: bool,  # noqa: FBT001 -- the same
) -> None:
    """Grade exercises that students filled in, each FILE one submission.

    Every quantity is graded on its own, with right values in all other cells, at the file's own
    inputs and at random ones: any formula that gives the right values is right, and a mistake costs
    only its own points. A unit that is right in every row earns its share of the points.

    If a file cannot be graded, a sentence says why, and the others are graded all the same.

    Example: xlnn grade handed-in/*.xlsx --points delta3=4,delta2=6 -o report.xlsx
    """
    from xlnn.exercises.grading import grade as graded  # noqa: PLC0415 -- only what is needed
    from xlnn.exercises.report import check_report, write_report  # noqa: PLC0415 -- the same
    from xlnn.registry.text import text  # noqa: PLC0415 -- the same

    if lang:
        text(lang, "grading")
    if output:
        check_report(output, files, force=force)
    with progress() as tell:
        grades = graded(files, points=_points(points), seed=seed, tell=tell)
    if as_json:
        say_json(grades.to_json())
    else:
        _print(grades, lang)
    if output:
        write_report(output, grades, lang)
        say(f"{output}   {counted(len(grades), 'submission')}", err=as_json)
    if any(each.error for each in grades):
        sys.exit(1)


def _print(grades: "Grades", lang: str | None) -> None:
    from xlnn.exercises.sentences import notes, reasons, words_of  # noqa: PLC0415 -- as above

    words = words_of(grades, lang)
    for each in grades:
        if each.error:
            say(f"Error: {each.error}", err=True)
            continue
        say(f"{each.file}   {each.student}   {each.points:.4g} / {each.of:g}")
        for question in each.questions:
            mark = f"{question.points:.4g} / {question.of:g}"
            say(f"    {question.symbol}   {question.name}   {mark}")
            for line in reasons(question, words):
                say(f"        {line}")
        for line in notes(each, grades, words):
            say(f"    {line}")
    say(f"random inputs   seed {grades.seed}")


def _points(given: str) -> dict[str, float]:
    """Read what each quantity is worth."""
    points = {}
    for entry in filter(None, given.split(",")):
        name, _, number = entry.partition("=")
        try:
            points[name.strip()] = float(number)
        except ValueError:
            raise click.UsageError(
                f'--points was given "{entry}": expected names and numbers, such as '
                "delta3=4,delta2=6."
            ) from None
    return points
