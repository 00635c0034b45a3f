"""The command ``xlnn build``, of one template or of all."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from xlnn.cli.console import mended_by, say, say_built, say_error, say_json, say_note, say_result
from xlnn.cli.page import write_page
from xlnn.cli.parameters import PATH, Grouped, declared, offering
from xlnn.cli.progress_bar import progress
from xlnn.data.messages import listed
from xlnn.errors import Message, OptionsError
from xlnn.options import BUILD, Options, as_typed
from xlnn.registry.templates import ALL, names

TAKEN = ("lang", "epochs", "large", "force", "verify")
"""The options of ``xlnn build`` that apply to all templates."""


GROUPS = {
    "The workbook": (
        *("output", "lang", "edition", "page", "as_json", "force", "large", "verify"),
        "without",
    ),
    "What it starts from": ("from_workbook", "model", "start", "seed", "spread"),
    "Data": (
        *("data", "label", "targets", "columns", "drop", "header_row", "sheet", "encoding"),
        *("decimal", "missing", "table", "picture", "threshold", "light_ink", "scale"),
        "test_share",
    ),
    "Network": ("hidden", "activation", "output_activation", "cost"),
    "Training": ("epochs", "eta", "optimizer", "l2"),
    "Single templates": ("noise", "solved"),
}
"""The options in the help, by heading."""


@click.command(cls=Grouped, groups=GROUPS)
@click.argument("template", required=False, shell_complete=offering(lambda: (*names(), ALL)))
@click.option("-o", "--output", type=PATH, help="The workbook to write.")
@declared(BUILD)
@click.option(
    "--without",
    shell_complete=offering(names),
    multiple=True,
    help="With 'all': leave out this template; may be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was built as JSON.")
@click.option("--page", is_flag=True, help="Also write it as a page for a browser: see xlnn page.")
def build(
    template: str | None,
    output: Path | None,
    without: tuple[str, ...],
    *,
    as_json: bool,
    page: bool,
    **options: Any,  # noqa: ANN401 -- as declared
) -> None:
    """Write the workbook of a TEMPLATE, verified against NumPy.

    TEMPLATE is a name that `xlnn templates` lists, or your folder. Without one, build
    chooses a network that fits --data, or writes digits if there are no data. `all` writes every
    template into output/, or the folder of -o, with an index; its options are --lang, --epochs,
    --without, --large, --force and --no-verify.

    With --model, a trained PyTorch, Keras or scikit-learn model, saved as .onnx, becomes a workbook
    that predicts the rows of --data (only inputs, or with labels) and agrees with ONNX Runtime.

    Example: xlnn build --data my.csv --label kind

    Example: xlnn build --model my.onnx --data rows.csv
    """
    if template == ALL:
        if page or as_json:
            raise click.UsageError(
                Message("--page and --json are for one template; make site writes all pages.")
            )
        _build_all(output, without, options)
        return
    if without:
        raise click.UsageError(Message("--without is only for `xlnn build all`."))
    from xlnn.building.build import build as build_workbook  # noqa: PLC0415 -- only what is needed

    with progress() as tell:
        built = build_workbook(template, output, note=say_note, tell=tell, **options)
    if as_json:
        say_json(built.to_json())
    else:
        for line in built.results:
            say(line)
        say_result(built)
    if page:
        write_page(built.path, force=bool(options["force"]), err=as_json)


def _build_all(
    output: Path | None, without: tuple[str, ...], options: Mapping[str, object]
) -> None:
    """Build all templates and their index; exit with code 1 if one could not be built.

    Raises
    ------
    OptionsError
        An option does not apply to building all templates.
    """
    from xlnn.building.build_all import built  # noqa: PLC0415 -- the same
    from xlnn.building.destination import OUTPUT  # noqa: PLC0415 -- the same

    given = Options(**options)
    if other := [name for name in given if name not in TAKEN]:
        takes = listed(["--output", "--without", *map(as_typed, TAKEN)])
        raise OptionsError(
            f"{as_typed(other[0])} is not available for all templates (available: {takes})."
        )
    failed: list[str] = []
    with progress() as tell:
        for result in built(given, output or OUTPUT, without, tell):
            if isinstance(result, str):
                say_note(result)
                continue
            name, outcome = result
            if isinstance(outcome, BaseException):
                say_error(mended_by(outcome), name)
                failed.append(name)
            else:
                say_built(outcome, of=f"{name}: ")
    if failed:
        sys.exit(1)
