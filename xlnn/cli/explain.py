"""The commands ``xlnn explain`` and ``xlnn show``."""

from pathlib import Path
from typing import Any

import click

from xlnn.cli.console import say, say_json
from xlnn.cli.parameters import (
    engine_option,
    file_argument,
    language_option,
    misread,
    with_choices,
)
from xlnn.cli.progress_bar import progress
from xlnn.engines import ENGINES
from xlnn.errors import Message

LATER = {
    "default": None,
    "help": with_choices(
        "Engine that recalculates a workbook even if it is unchanged since it was built", ENGINES
    ),
}
"""What is different in the option ``--engine`` of these commands."""


@click.command()
@file_argument
@click.argument("what", metavar="WHAT")
@click.option("--epoch", type=int, help="For a quantity: the epoch.")
@click.option("--image", type=int, help="For a quantity: the image, or the row of a table.")
@click.option("--unit", metavar="N[,N]", default="", help="For a quantity: the unit, from 1.")
@click.option(
    "--at",
    "places",
    metavar="AXIS=N",
    multiple=True,
    help="For a quantity: the place along any axis, such as step=3.",
)
@click.option(
    "--depth",
    type=click.IntRange(min=1, max=9),
    default=1,
    show_default=True,
    help="How many steps to follow to other cells, in both directions.",
)
@language_option("Language of the explanation, if not the workbook's")
@engine_option(**LATER)
@click.option("--json", "as_json", is_flag=True, help="Print the explanation as JSON.")
def explain(file: Path, what: str, *, as_json: bool, **options: Any) -> None:  # noqa: ANN401 -- each by its name
    """Explain what a cell of a FILE is, and how it is computed.

    WHAT is a cell, such as Training!R7, or the name of a quantity, such as delta3; `xlnn values`
    lists the names. Without options it is the first epoch, image and unit of the quantity.

    Example: xlnn explain output/digits.xlsx delta3 --epoch 1 --image 6 --unit 1
    """
    from xlnn.explaining.explain import explain as explained  # noqa: PLC0415 -- only what is needed
    from xlnn.explaining.explanation import lines_of  # noqa: PLC0415 -- the same

    named = {axis: options.pop(axis) for axis in ("epoch", "image")}
    at = {axis: number for axis, number in named.items() if number is not None}
    at |= dict(map(_place, options.pop("places")))
    unit = _unit(options.pop("unit"))
    with progress() as tell:
        tell(Message("Reading the workbook"))
        explanation = explained(file, what, at=at, unit=unit, **options)
    if as_json:
        say_json(explanation.to_json())
        return
    for line in lines_of(explanation):
        say(line)


def _place(text: str) -> tuple[str, int]:
    axis, _, number = text.partition("=")
    if not axis or not number.strip().isdecimal():
        raise misread("--at", text, Message("an axis and a number, such as step=3"))
    return axis, int(number)


def _unit(text: str) -> tuple[int, ...]:
    numbers = text.split(",") if text else []
    if not all(number.strip().isdecimal() for number in numbers):
        raise misread("--unit", text, Message("numbers, such as 1 or 2,3"))
    return tuple(map(int, numbers))


@click.command()
@file_argument
@language_option("Language of the summary, if not the workbook's")
@engine_option(**LATER)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def show(file: Path, lang: str | None, engine: str | None, *, as_json: bool) -> None:
    """Summarise what a FILE holds, how training went, and changes.

    Example: xlnn show output/digits.xlsx
    """
    from xlnn.explaining.show import lines_of  # noqa: PLC0415 -- the same
    from xlnn.explaining.show import show as contents  # noqa: PLC0415 -- only what is needed

    with progress() as tell:
        tell(Message("Reading the workbook"))
        seen = contents(file, engine)
    if as_json:
        say_json(seen.to_json())
        return
    for line in lines_of(seen, lang):
        say(line)
