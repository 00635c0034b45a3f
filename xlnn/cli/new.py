"""The command ``xlnn new``."""

import shlex
from pathlib import Path

import click

from xlnn.cli.saying import say


@click.command()
@click.argument("name", type=click.Path(path_type=Path))
@click.option("--from", "template", default="digits", show_default=True, help="Which template.")
def new(name: Path, template: str) -> None:
    """Copy a template into the folder NAME, to be edited and built.

    Example: xlnn new mine --from digits && xlnn build mine
    """
    from xlnn.shipped.templates import copy  # noqa: PLC0415 -- only what is needed

    copy(template, name)
    quoted = shlex.quote(str(name))
    say(f"{name}   edit template.toml and its files, then: xlnn build {quoted}")
