"""The command ``xlnn values``."""

from pathlib import Path

import click

from xlnn.cli.console import counted, say
from xlnn.cli.parameters import engine_option


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path))
@engine_option()
@click.option("--force", is_flag=True, help="Overwrite a file that does not hold arrays.")
def values(file: Path, output: Path, engine: str, *, force: bool) -> None:
    """Recalculate a workbook FILE and save its quantities as named NumPy arrays.

    Example: xlnn values output/digits.xlsx -o digits.npz
    """
    from xlnn.loading.values import check_saved, save  # noqa: PLC0415 -- only what is needed
    from xlnn.loading.values import values as workbook_values  # noqa: PLC0415 -- the same

    check_saved(output, force=force)
    arrays = workbook_values(file, engine)
    save(output, arrays, force=force)
    say(f"{output}   {counted(len(arrays), 'array')}   recalculated by {engine}")
