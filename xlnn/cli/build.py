"""The command ``xlnn build``."""

from pathlib import Path
from typing import Any

import click

from xlnn.cli.console import progress, say_note, say_result
from xlnn.cli.parameters import Choice, declared
from xlnn.options import BUILD
from xlnn.registry.templates import ALL, names


@click.command()
@click.argument("template", required=False, type=Choice(lambda: (*names(), ALL)))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The workbook to write.")
@declared(BUILD)
@click.option(
    "--without",
    type=Choice(names),
    multiple=True,
    help="With 'all': leave out this template; may be repeated.",
)
def build(
    template: str | None,
    output: Path | None,
    without: tuple[str, ...],
    **options: Any,  # noqa: ANN401 -- as declared
) -> None:
    """Write the workbook of a TEMPLATE, verified against NumPy.

    TEMPLATE is a name that `xlnn templates` lists, or your folder. Without one, --data gets a
    network that fits them, and without data the template is digits. `all` writes every template
    into output/, or the folder of -o, with an index; its options are --lang,
    --epochs, --without, --large, --force and --no-verify.

    With --model, a trained PyTorch, Keras or scikit-learn model, saved as .onnx, becomes a workbook
    that predicts the rows of --data (only inputs, or with labels) and agrees with ONNX Runtime:
    xlnn build --model my.onnx --data rows.csv

    Example: xlnn build --data my.csv --label kind
    """
    if template == ALL:
        from xlnn.cli.build_all import build_all  # noqa: PLC0415 -- only what is needed

        build_all(output, without, options)
        return
    if without:
        raise click.UsageError(f"--without is only for `xlnn build {ALL}`.")
    from xlnn.building.build import build_noting  # noqa: PLC0415 -- the same

    for option, typed in (("from_workbook", "--from"), ("model", "--model")):
        if template is not None and options[option] is not None:
            raise click.UsageError(f"A template and {typed} cannot be combined.")
    with progress() as tell:
        built = build_noting(template, output, note=say_note, tell=tell, **options)
    say_result(built)
