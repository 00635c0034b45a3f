"""The command ``xlnn templates``."""

import click

from xlnn.cli.saying import say


@click.command()
def templates() -> None:
    """List the templates, a line each.

    Example: xlnn templates
    """
    from xlnn.shipped.templates import names, template  # noqa: PLC0415 -- only what is needed

    width = max(map(len, names()))
    for name in names():
        say(f"{name:{width}}   {template(name).summary}")
