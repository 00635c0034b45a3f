"""The command ``xlnn page``."""

from pathlib import Path

import click

from xlnn.cli.console import say
from xlnn.cli.parameters import PATH, engine_option, file_argument
from xlnn.cli.progress_bar import progress
from xlnn.engines import DEFAULT_ENGINE

MEGABYTE = 1_000_000


@click.command()
@file_argument
@click.option("-o", "--output", type=PATH, help="The page; by default FILE with .html.")
@engine_option()
@click.option("--force", is_flag=True, help="Overwrite a file that xlnn did not write.")
def page(file: Path, output: Path | None, engine: str, *, force: bool) -> None:
    """Write a workbook FILE as a page that a browser recalculates.

    The page is one file and needs no network: it opens from a disk, an e-mail or a web server.
    It is only written if every formula of the workbook is right.

    Example: xlnn page output/digits.xlsx -o digits.html
    """
    write_page(file, output, engine, force=force)


def write_page(
    file: Path,
    output: Path | None = None,
    engine: str = DEFAULT_ENGINE,
    *,
    force: bool,
    err: bool = False,
) -> None:
    """Write a page, and say so, on stderr if asked."""
    from xlnn.web.page import page as written  # noqa: PLC0415 -- only what is needed

    with progress() as tell:
        made = written(file, output, engine=engine, force=force, tell=tell)
    say(f"{made.path}   {made.formulas:,} formulas   {made.size / MEGABYTE:.1f} MB", err=err)
