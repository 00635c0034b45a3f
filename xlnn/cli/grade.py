"""The commands ``xlnn exercise`` and ``xlnn grade``."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlnn.cli.console import say, say_built, say_json
from xlnn.cli.parameters import (
    PATH,
    Grouped,
    declared,
    files_argument,
    language_option,
    misread,
    offering,
    part_of,
    with_choices,
)
from xlnn.cli.progress_bar import progress
from xlnn.data.messages import counted
from xlnn.errors import Message
from xlnn.options import ATTEMPTS, EXERCISE
from xlnn.registry.templates import DEFAULT, names

if TYPE_CHECKING:
    from xlnn.exercises.grades import Grades


OF_EXERCISE = {
    "What to leave out": ("blank", "level", "key"),
    "For each student": ("student", "roster", "seed"),
    "On the sheet": ("note", "points", "hints"),
    "The files": ("output", "epochs", "edition", "lang", "autograder", "large", "force"),
}
OF_GRADE = {
    "Points": ("points", "partial", "attempt", "late", "penalty"),
    "The class and its exercise": ("roster", "exercise", "level"),
    "Reports": (
        *("output", "feedback", "gradebook", "column", "pseudonyms", "lang", "as_json"),
        "force",
    ),
    "How it runs": ("jobs", "shard", "log", "seed"),
}
"""The options in the help of each command, by heading."""


@click.command(cls=Grouped, groups=OF_EXERCISE)
@click.argument("template", required=False, shell_complete=offering(names))
@click.option(
    "-o",
    "--output",
    type=PATH,
    help="The workbook, or the folder with --roster.",
)
@declared(EXERCISE)
def exercise(template: str | None, output: Path | None, **options: Any) -> None:  # noqa: ANN401
    """Leave formulas out of a TEMPLATE for students to fill in.

    The sheet Exercise says what to do, and shows live what is done, wrong or correct. --blank names
    the quantities to leave out (`xlnn values` and `xlnn check --json` list their names). Or use
    --level: level 1 leaves out the first fifth of them in the order of calculation, which in a
    network are weighted inputs and activations, and level 5 leaves out a whole training epoch. With
    --roster, OUTPUT is a folder with one file per student, each with different start weights and
    images, or numbers; the same --seed and name give the same file again.

    Example: xlnn exercise digits --level 2 --roster names.csv --seed 7 -o class
    """
    from xlnn.exercises.exercise import exercise as write  # noqa: PLC0415 -- only what is needed

    with progress() as tell:
        built = write(template or DEFAULT, output, tell=tell, **options)
    for one in built if options["roster"] is None else ():
        say_built(one)
    if options["roster"] is not None:
        made = counted(len(built), "solution" if options["key"] else "exercise")
        say(f"{built[0].path.parent}   {made}   each verified before formulas were left out")


@click.command(cls=Grouped, groups=OF_GRADE)
@files_argument
@click.option(
    "--points",
    metavar="NAME=N,...",
    default="",
    help="Points per quantity, such as delta3=4,delta2=6; others are worth 1.",
)
@click.option("--partial", is_flag=True, help="Let each right row of a unit earn its share.")
@click.option(
    "-o",
    "--output",
    type=PATH,
    help="Write a report: .xlsx (a sheet for the class, the questions, each student), .csv, .json.",
)
@click.option("--feedback", type=PATH, metavar="FOLDER", help="Write a page for each student.")
@click.option(
    "--gradebook", type=PATH, metavar="CSV", help="Fill in the CSV that Moodle or Canvas exports."
)
@click.option("--column", metavar="HEADING", default="", help="The gradebook's column of grades.")
@click.option("--roster", type=PATH, help="The class: ids, e-mail addresses, and who is missing.")
@click.option("--exercise", type=PATH, help="What you handed out: a file or a folder.")
@click.option("--level", type=click.IntRange(1, 5), default=None, help="The level handed out.")
@click.option(
    "--attempt",
    metavar="WHICH",
    shell_complete=offering(lambda: ATTEMPTS),
    default=ATTEMPTS[0],
    help=with_choices("Which file counts if a student handed in several", ATTEMPTS),
)
@click.option(
    "--late", type=PATH, metavar="CSV", help="Moodle's grading worksheet, to see what is late."
)
@click.option(
    "--penalty",
    type=float,
    default=0.0,
    metavar="PERCENT",
    help="Per cent of the points to take off for each day that a submission is late.",
)
@click.option("--pseudonyms", is_flag=True, help="Replace names, ids and e-mail addresses.")
@click.option("--jobs", type=click.IntRange(min=1), help="Processes; by default one per processor.")
@click.option("--shard", metavar="N/M", default="", help="Grade part N of M, such as 3/16.")
@click.option("--log", type=PATH, help="Log each file as a line of JSON, and resume.")
@click.option(
    "--seed", type=click.IntRange(min=0), help="Seed of the random inputs, to repeat a grading."
)
@language_option("Language of the reasons, if not the workbooks'")
@click.option("--force", is_flag=True, help="Overwrite a file that xlnn grade did not write.")
@click.option("--json", "as_json", is_flag=True, help="Print the grades as JSON.")
def grade(files: tuple[Path, ...], **options: Any) -> None:  # noqa: ANN401 -- each by its name
    """Grade exercises that students filled in.

    Each FILE is a submission or a folder of them. Every quantity is graded on its own, with right
    values in all other cells, at the file's own inputs and at random ones: any formula that gives
    the right values is right, and a mistake costs only its own points. A unit that is right in
    every row earns its share of the points.

    A folder may be a download from Moodle or Canvas. Its folder and file names say who handed in
    what, and a file that was made for another student counts for nobody. If a file cannot be
    graded, a sentence says why, and the others are graded all the same.

    Example: xlnn grade handed-in/*.xlsx --points delta3=4 -o report.xlsx
    """
    from xlnn.exercises import class_report, earlier_report, grading  # noqa: PLC0415 -- only what is needed
    from xlnn.registry.text import text  # noqa: PLC0415 -- the same

    output, lang, as_json = options["output"], options["lang"], options["as_json"]
    if lang:
        text(lang, "grading")
    if output:
        class_report.check_report(output, files, force=options["force"])
    with progress() as tell:
        grades = grading.grade(
            files,
            points=_points(options["points"]),
            seed=options["seed"],
            workers=options["jobs"],
            tell=tell,
            roster=options["roster"],
            exercise=options["exercise"],
            level=options["level"] or 0,
            partial=options["partial"],
            attempt=options["attempt"],
            late=options["late"],
            penalty=options["penalty"],
            lang=lang,
            apart=[path for path in (output, options["gradebook"]) if path],
            shard=part_of(options["shard"]),
            log=options["log"],
        )
    if output:
        grades = earlier_report.carried_on(output, grades)
    shown = class_report.pseudonymous(grades) if options["pseudonyms"] else grades
    if as_json:
        say_json(shown.to_json())
    else:
        _print(shown, lang)
    if output:
        class_report.write_report(output, shown, lang)
        say(f"{output}   {counted(len(grades), 'submission')}", err=as_json)
    _hand_back(grades, options)
    if any(graded.error for graded in grades):
        sys.exit(1)


def _hand_back(grades: "Grades", options: dict[str, Any]) -> None:
    """Write the students' pages, and fill the grades into a gradebook."""
    from xlnn.exercises.feedback import words_of, write_feedback  # noqa: PLC0415 -- when needed
    from xlnn.exercises.gradebook import fill_gradebook  # noqa: PLC0415 -- the same

    quiet = options["as_json"]
    if options["feedback"]:
        pages = write_feedback(options["feedback"], grades, options["lang"], force=options["force"])
        say(f"{options['feedback']}   {counted(len(pages), 'page')}", err=quiet)
    if options["gradebook"]:
        words = words_of(grades, options["lang"])
        filled = fill_gradebook(options["gradebook"], grades, words, options["column"])
        scaled = f", scaled to {filled.scaled:g}" if filled.scaled else ""
        summary = f'{counted(filled.graded, "grade")} in the column "{filled.column}"{scaled}'
        say(f"{options['gradebook']}   {summary}", err=quiet)
        for name in filled.not_found:
            say(f"    not in the gradebook: {name}", err=quiet)
        for name in filled.not_handed_in:
            say(f"    no grade for: {name}", err=quiet)


def _print(grades: "Grades", lang: str | None) -> None:
    from xlnn.exercises import feedback  # noqa: PLC0415 -- as above

    words = feedback.words_of(grades, lang)
    for graded in grades:
        if graded.error:
            say(f"Error: {graded.error}", err=True)
            continue
        say(f"{graded.file}   {graded.student}   {graded.points:.4g} / {graded.of:g}")
        for question in graded.questions:
            mark = f"{question.points:.4g} / {question.of:g}"
            say(f"    {question.symbol}   {question.name}   {mark}")
            for line in feedback.reasons(question, words):
                say(f"        {line}")
        for told in (feedback.notes, feedback.remarks):
            for line in told(graded, grades, words):
                say(f"    {line}")
    for student in grades.missing:
        say(f"not handed in   {student.name}")
    say(f"random inputs   seed {grades.seed}")


def _points(given: str) -> dict[str, float]:
    """Read the points of each quantity."""
    points = {}
    for entry in filter(None, given.split(",")):
        name, _, number = entry.partition("=")
        try:
            points[name.strip()] = float(number)
        except ValueError:
            wanted = Message("names and numbers, such as delta3=4,delta2=6")
            raise misread("--points", entry, wanted) from None
    return points
