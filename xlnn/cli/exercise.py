"""The command ``xlnn exercise``."""

from pathlib import Path
from typing import Any

import click

from xlnn.cli.console import counted, progress, say, say_built
from xlnn.cli.parameters import Choice, declared
from xlnn.options import EXERCISE
from xlnn.registry.templates import DEFAULT, names


@click.command()
@click.argument("template", required=False, type=Choice(names))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The workbook, or the folder with --roster.",
)
@declared(EXERCISE)
def exercise(template: str | None, output: Path | None, **options: Any) -> None:  # noqa: ANN401
    """Leave formulas out of a TEMPLATE or a workbook, for students to fill in.

    The sheet Exercise says what to do, and shows live what is done, wrong or correct. --blank names
    the quantities to leave out (`xlnn values` and `xlnn check --json` list their names). Or use
    --level: level 1 leaves out the first fifth of them in the order of calculation, which in a
    network are weighted inputs and activations, and level 5 leaves out a whole training epoch. With
    --roster, OUTPUT is a folder with one file per student, each with different start weights and
    images, or numbers; the same --seed and name give the same file again.

    Example: xlnn exercise digits --level 2 --epochs 1 --roster names.csv --seed 7 -o class
    """
    from xlnn.exercises.exercise import exercise as write  # noqa: PLC0415 -- only what is needed

    with progress() as tell:
        built = write(template or DEFAULT, output, tell=tell, **options)
    for one in built if options["roster"] is None else ():
        say_built(one)
    if options["roster"] is not None:
        what = counted(len(built), "solution" if options["key"] else "exercise")
        say(f"{built[0].path.parent}   {what}   each verified before formulas were left out")
