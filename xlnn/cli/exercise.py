"""The command ``xlnn exercise``."""

from pathlib import Path

import click

from xlnn.cli.choosing import Choice, language_option
from xlnn.cli.saying import counted, progress, say, say_built
from xlnn.shipped.templates import DEFAULT, names


@click.command()
@click.argument("template", required=False, type=Choice(names))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The workbook, or folder.")
@click.option("--blank", default="", help="What to leave out, such as delta3,delta2.")
@click.option("--level", type=click.IntRange(1, 5), help="How much to leave out, 1 to 5.")
@click.option("--student", default="", help="Whose it is: each gets other numbers.")
@click.option(
    "--roster", type=click.Path(path_type=Path), help="A file a student: a CSV, or a name a line."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, help="Other numbers for all.")
@click.option("--epochs", type=int, help="How many epochs to train.")
@language_option()
@click.option("--key", is_flag=True, help="Write the solution: nothing is left out.")
@click.option("--large", is_flag=True, help="Write also what takes minutes to open.")
@click.option("--force", is_flag=True, help="Replace what xlnn did not make, or you changed.")
def exercise(template: str | None, *, roster: Path | None, key: bool, **options: object) -> None:
    """Leave formulas out of a TEMPLATE or a workbook, for students to fill in.

    The sheet Exercise says what to do, and live what is done, wrong or correct. --blank names the
    quantities that are left out (`xlnn values` and `xlnn check --json` list their names). Or
    --level takes the first fifth of them in the order in which they are computed, of a network
    the weighted inputs and activations, up to 5, all of a training epoch. With --roster OUTPUT is
    a folder with a file for each student, each with start weights and images, or numbers, of their
    own; the same --seed and name give the same again.

    Example: xlnn exercise digits --level 2 --epochs 1 --roster names.csv --seed 7 -o class
    """
    from xlnn.practising.exercise import exercise as write  # noqa: PLC0415 -- only what is needed

    with progress() as tell:
        built = write(template or DEFAULT, roster=roster, key=key, tell=tell, **options)
    for one in built if roster is None else ():
        say_built(one)
    if roster is not None:
        what = counted(len(built), "solution" if key else "exercise")
        say(f"{built[0].path.parent}   {what}   each proven before formulas were left out")
