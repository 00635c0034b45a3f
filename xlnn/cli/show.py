"""The command ``xlnn show``."""

from pathlib import Path

import click

from xlnn.cli.console import progress, say, say_json
from xlnn.cli.parameters import engine_option, language_option


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@language_option("Language of the summary, if not the workbook's")
@engine_option()
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def show(file: Path, lang: str | None, engine: str, *, as_json: bool) -> None:
    """Summarise a workbook FILE: what it holds, how training went, what was changed.

    Example: xlnn show output/digits.xlsx
    """
    from xlnn.explaining.show import lines_of  # noqa: PLC0415 -- the same
    from xlnn.explaining.show import show as contents  # noqa: PLC0415 -- only what is needed

    with progress() as tell:
        tell(f"Recalculating with {engine}")
        seen = contents(file, engine)
    if as_json:
        say_json(seen.to_json())
        return
    for line in lines_of(seen, lang):
        say(line)
