"""The command ``xlnn new``."""

import shlex
from pathlib import Path

import click

from xlnn.cli.console import say
from xlnn.cli.parameters import Choice
from xlnn.registry.templates import DEFAULT, copy, names


@click.command()
@click.argument("name", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "template",
    type=Choice(names),
    default=DEFAULT,
    show_default=True,
    help="The template to copy.",
)
def new(name: Path, template: str) -> None:
    """Copy a template into the folder NAME, for you to edit and build.

    Example: xlnn new mine --from digits && xlnn build mine
    """
    copy(template, name)
    quoted = shlex.quote(str(name))
    say(f"{name}   edit template.toml and its files, then: xlnn build {quoted}")
