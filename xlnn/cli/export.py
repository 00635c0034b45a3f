"""The commands ``xlnn export`` and ``xlnn values``."""

from pathlib import Path
from typing import Any

import click

from xlnn.checking.report import distance
from xlnn.cli.console import say
from xlnn.cli.parameters import PATH, engine_option, file_argument
from xlnn.cli.progress_bar import progress
from xlnn.data.messages import counted
from xlnn.errors import Message


@click.command()
@file_argument
@click.option(
    "-o", "--output", required=True, type=PATH,
    help="Write a model (.onnx), or weights (.npz, .safetensors).",
)  # fmt: skip
@click.option(
    "--epoch", type=int, help="Weights after this epoch; 0 is the start, the default is the last."
)
@click.option("--run", type=int, help="The run, if the workbook compares several.")
@click.option("--float64", is_flag=True, help="Write numbers with 16 digits instead of 7.")
@engine_option()
@click.option("--force", is_flag=True, help="Overwrite a file that xlnn did not write.")
def export(file: Path, output: Path, **options: Any) -> None:  # noqa: ANN401 -- each by its name
    """Export the trained network of a FILE as a model or as weights.

    The exported file must give the outputs of the sheet for all its images, to 1e-6, or with
    --float64 to 1e-12; otherwise nothing is written.

    Example: xlnn export output/digits.xlsx -o digits.onnx
    """
    from xlnn.onnx.export import export as exported  # noqa: PLC0415 -- only what is needed

    with progress() as tell:
        tell(
            Message(
                "Recalculating with {engine}, and comparing with NumPy", engine=options["engine"]
            )
        )
        done = exported(file, output, **options)
    after = {0: "the start", None: "its weights"}.get(done.epoch, f"after epoch {done.epoch}")
    proven = f"{counted(done.images, 'row')}: the sheet's outputs ({done.proven_by})"
    difference = f"max difference {distance(done.max_difference)}"
    say(f"{output}   {after}   {done.precision}   {proven}   {difference}")


@click.command()
@file_argument
@click.option("-o", "--output", required=True, type=PATH, help="The file to write: .npz.")
@engine_option()
@click.option("--force", is_flag=True, help="Overwrite a file that xlnn did not write.")
def values(file: Path, output: Path, engine: str, *, force: bool) -> None:
    """Recalculate a FILE and save its quantities as NumPy arrays.

    Example: xlnn values output/digits.xlsx -o digits.npz
    """
    from xlnn.loading.values import (  # noqa: PLC0415 -- only what is needed
        check_saved,
        recalculated,
        save,
    )

    check_saved(output, force=force)
    computed = recalculated(file, engine)
    arrays = computed.public
    save(output, arrays, force=force)
    say(f"{output}   {counted(len(arrays), 'array')}   recalculated by {computed.engine}")
