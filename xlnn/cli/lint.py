"""The command ``xlnn lint``."""

import sys
from pathlib import Path

import click

from xlnn.cli.console import counted, say


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def lint(file: Path) -> None:
    """Find what would make Excel report a problem in a workbook FILE.

    Example: xlnn lint output/digits.xlsx
    """
    from xlnn.linting import RULES  # noqa: PLC0415 -- only what is needed
    from xlnn.loading.linted import lint as lint_workbook  # noqa: PLC0415 -- the same

    problems = lint_workbook(file)
    for problem in problems:
        say(f"{problem.where}   {problem.rule}: {problem.message}")
    if problems:
        sys.exit(1)
    say(f"{file}   nothing found by {counted(len(RULES), 'rule')}")
