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
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The workbook, or folder.")
@declared(EXERCISE)
def exercise(template: str | None, output: Path | None, **options: Any) -> None:  # noqa: ANN401
    """Leave formulas out of a TEMPLATE or a workbook, for students to fill in.

    The sheet Exercise says what to do, and live what is done, wrong or correct. --blank names the
    quantities that are left out (`xlnn values` and `xlnn check --json` list their names). Or
    --level takes the first fifth of them in the order in which they are computed, of a network
    the weighted inputs and activations, up to 5, all of a training epoch. With --roster OUTPUT is
    a folder with a file for each student, each with start weights and images, or numbers, of their
    own; the same --seed and name give the same again.

    Example: xlnn exercise digits --level 2 --epochs 1 --roster names.csv --seed 7 -o class
    """
    from xlnn.exercises.exercise import exercise as write  # noqa: PLC0415 -- only what is needed

    with progress() as tell:
        built = write(template or DEFAULT, output, tell=tell, **options)
    for one in built if options["roster"] is None else ():
        say_built(one)
    if options["roster"] is not None:
        what = counted(len(built), "solution" if options["key"] else "exercise")
        say(f"{built[0].path.parent}   {what}   each proven before formulas were left out")
