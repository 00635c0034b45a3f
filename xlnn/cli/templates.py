"""The command ``xlnn templates``."""

import click


@click.command()
def templates() -> None:
    """List the templates, a line each.

    Example: xlnn templates
    """
    from xlnn.shipped.templates import names, template  # noqa: PLC0415 -- only what is needed

    width = max(map(len, names()))
    for name in names():
        click.echo(f"{name:{width}}   {template(name).summary}")
