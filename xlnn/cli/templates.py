"""The command ``xlnn templates``."""

import click

from xlnn.cli.saying import say


@click.command()
def templates() -> None:
    """List the templates in the order of the book's sections, a line each.

    Example: xlnn templates
    """
    from xlnn.shipped.templates import in_order, shown  # noqa: PLC0415 -- only what is needed

    lines = [(each.name, shown(each.sections) or "-", each.summary) for each in in_order()]
    name, sections = (max(len(line[column]) for line in lines) for column in (0, 1))
    for line in lines:
        say(f"{line[0]:{name}}   {line[1]:{sections}}   {line[2]}")
