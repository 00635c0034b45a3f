"""The command line: ``xlnn build``, ``new``, ``check``, ``values``, ``lint``, ``templates``."""

import atexit
import json
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from xlnn.errors import OptionsError, XlnnError

SHOWN = 10
"""How many wrong cells the text output lists; --json lists all."""


class _Commands(click.Group):
    """Commands in the order in which a newcomer needs them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        return list(self.commands)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="xlnn")
def cli() -> None:
    """Neural networks that train in spreadsheet formulas, each checked against NumPy.

    Example: xlnn build && xlnn check output/digits.xlsx
    """


class _Picture(click.ParamType):
    """Rows and columns, written as 8x8."""

    name = "ROWSxCOLUMNS"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Read what was typed."""
        found = re.fullmatch(r"([0-9]{1,5})[x×]([0-9]{1,5})", value)
        if not found:
            self.fail(
                f"{value} is no size of a picture: write rows and columns as 8x8.", param, ctx
            )
        return int(found[1]), int(found[2])


@cli.command()
@click.argument("template", required=False)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The workbook to write.")
@click.option(
    "--from", "old", type=click.Path(path_type=Path), help="Begin with a workbook made before."
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Your data: a CSV (label first), an .npz, or a folder of pictures.",
)
@click.option("--picture", type=_Picture(), help="The size of the pictures, such as 8x8.")
@click.option("--threshold", type=float, help="Picture files: grey from here on is 1, else 0.")
@click.option("--light-ink", is_flag=True, default=None, help="Picture files: light on dark.")
@click.option("--table", is_flag=True, default=None, help="The data are a table, no pictures.")
@click.option("--label", help="A table's column with the labels; the first if not given.")
@click.option("--target", "targets", multiple=True, help="A column to predict; may be repeated.")
@click.option("--scale", help="Scale the inputs: none, range (0 to 1) or standard.")
@click.option("--test-share", type=float, help="Hold out this part of the data, such as 0.2.")
@click.option(
    "--start", type=click.Path(path_type=Path), help="Start weights: .json or .npz of W2, b2 …"
)
@click.option("--seed", type=click.IntRange(min=0), help="Draw the start weights at random.")
@click.option("--spread", help="How they are drawn: normal (the book) or fan-in.")
@click.option("--epochs", type=int, help="How many epochs to train.")
@click.option("--eta", type=float, help="The learning rate.")
@click.option("--lang", help="The workbook's language: en, zh or ja.")
@click.option("--large", is_flag=True, help="Build also what takes minutes to open.")
@click.option("--force", is_flag=True, help="Replace a file that xlnn did not make.")
@click.option("--no-verify", is_flag=True, help="Do not compare with NumPy before writing.")
def build(
    template: str | None, *, targets: tuple[str, ...], no_verify: bool, **options: object
) -> None:
    """Write the workbook of a TEMPLATE, verified against NumPy.

    TEMPLATE is a name that `xlnn templates` lists (digits if none is given), or your folder.

    Example: xlnn build digits --data my.csv -o my.xlsx
    """
    from xlnn.builder import build as build_workbook  # noqa: PLC0415 -- only what is needed
    from xlnn.templates import DEFAULT  # noqa: PLC0415 -- the same

    if template is not None and options["old"] is not None:
        raise click.UsageError("A template and --from exclude each other.")
    with _progress() as tell:
        built = build_workbook(
            template or DEFAULT,
            targets=targets or None,
            verify=not no_verify,
            tell=tell,
            **options,
        )
    for note in built.notes:
        click.echo(f"Note: {note}", err=True)
    click.echo(f"{built.path}   {built.formulas:,} formulas   {_proven(built.report)}")


@cli.command()
@click.argument("name", type=click.Path(path_type=Path))
@click.option("--from", "template", default="digits", show_default=True, help="Which template.")
def new(name: Path, template: str) -> None:
    """Copy a template into the folder NAME, to be edited and built.

    Example: xlnn new mine --from digits && xlnn build mine
    """
    from xlnn.templates import copy  # noqa: PLC0415 -- only what is needed

    copy(template, name)
    click.echo(f"{name}   edit template.toml and its files, then: xlnn build {name}")


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Show on a terminal's stderr what is being done; give a function that says it."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 -- only where someone looks

    with Console(stderr=True).status("Reading") as status:
        yield lambda stage: status.update(f"{stage} …")


def _proven(report: object) -> str:
    if report is None:
        return "not verified (--no-verify)"
    return (
        f"all agree with NumPy ({report.engine}, {_count(report.probes, 'probe')})   "
        f"max difference {report.max_difference:.0e}"
    )


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--engine",
    "chosen",
    multiple=True,
    help="formulas (default), formualizer, libreoffice or all; may be repeated.",
)
@click.option(
    "--probes",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="How many times to compare with random inputs.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def check(file: Path, chosen: tuple[str, ...], probes: int, *, as_json: bool) -> None:
    """Recalculate a workbook FILE and compare every cell with NumPy.

    Example: xlnn check output/digits.xlsx --engine formualizer
    """
    from xlnn.checker import check as check_workbook  # noqa: PLC0415 -- only what is needed
    from xlnn.engines import ENGINES  # noqa: PLC0415 -- the same

    names = [name for choice in chosen or ENGINES[:1] for name in _engines(choice, ENGINES)]
    with _progress() as tell:
        reports = []
        for name in dict.fromkeys(names):
            tell(f"Recalculating with {name}, and comparing with NumPy")
            reports.append(check_workbook(file, name, probes))
    if as_json:
        plain = [report.to_json() for report in reports]
        result = plain if len(plain) > 1 else plain[0]
        click.echo(json.dumps(result, indent=1, ensure_ascii=False))
    else:
        for report in reports:
            _print(report)
    if not all(report.agrees for report in reports):
        sys.exit(1)


def _engines(choice: str, known: tuple[str, ...]) -> tuple[str, ...]:
    return known if choice == "all" else (choice,)


def _print(report: object) -> None:
    cells = report.compared_cells + report.text_cells
    head = f"{report.file}   {cells:,} formulas"
    if report.agrees:
        click.echo(f"{head}   {_proven(report)}   drift {report.drift:.0e}")
    else:
        engine = f"{report.engine}, {_count(report.probes, 'probe')}"
        click.echo(f"{head}   {_count(len(report.wrong), 'cell')} wrong ({engine})")
        for wrong in report.wrong[:SHOWN]:
            click.echo(_describe(wrong))
        if len(report.wrong) > SHOWN:
            click.echo(f"… and {len(report.wrong) - SHOWN:,} more (--json lists all)")
        click.echo(f"{_count(report.consequences, 'other cell')} spoilt by these")
    if report.other_cells:
        click.echo(f"{_count(report.other_cells, 'formula')} outside the model, not compared")


def _describe(wrong: object) -> str:
    place = [wrong.quantity]
    if wrong.epoch is not None:
        place.append(f"epoch {wrong.epoch}")
    if wrong.image is not None:
        place.append(f"image {wrong.image}")
    found = wrong.formula if wrong.formula is not None else "no formula"
    return (
        f"{wrong.cell}   {', '.join(place)}\n"
        f"    value    {wrong.got}   expected {wrong.expected}\n"
        f"    formula  {found}\n"
        f"    expected {wrong.expected_formula}"
    )


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path))
@click.option("--engine", default="formulas", show_default=True, help="The engine to use.")
@click.option("--force", is_flag=True, help="Replace a file that holds no arrays.")
def values(file: Path, output: Path, engine: str, *, force: bool) -> None:
    """Save every quantity of a workbook FILE, recalculated, as NumPy arrays by name.

    Example: xlnn values output/digits.xlsx -o digits.npz
    """
    from xlnn.contents import check_saved, save  # noqa: PLC0415 -- only what is needed
    from xlnn.contents import values as workbook_values  # noqa: PLC0415 -- the same

    check_saved(output, force=force)
    arrays = workbook_values(file, engine)
    save(output, arrays, force=force)
    click.echo(f"{output}   {_count(len(arrays), 'array')}   recalculated by {engine}")


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
def lint(file: Path) -> None:
    """Look for what would make Excel say that a workbook FILE has a problem.

    Example: xlnn lint output/digits.xlsx
    """
    from xlnn.lint import RULES  # noqa: PLC0415 -- only what is needed
    from xlnn.lint import lint as lint_workbook  # noqa: PLC0415 -- the same

    problems = lint_workbook(file)
    for problem in problems:
        click.echo(f"{problem.where}   {problem.rule}: {problem.message}")
    if problems:
        sys.exit(1)
    click.echo(f"{file}   nothing found by {_count(len(RULES), 'rule')}")


@cli.command()
def templates() -> None:
    """List the templates, a line each.

    Example: xlnn templates
    """
    from xlnn.templates import names, template  # noqa: PLC0415 -- only what is needed

    width = max(map(len, names()))
    for name in names():
        click.echo(f"{name:{width}}   {template(name).summary}")


def main() -> None:
    """Run the command line; what the user can mend is one sentence and exit code 1."""
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    try:
        cli.main(standalone_mode=False)
    except click.UsageError as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        _leave(128 + signal.SIGINT)
    except _StoppedError:
        _leave(128 + signal.SIGTERM)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except XlnnError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2 if isinstance(error, OptionsError) else 1)


def _stop(number: int, _frame: FrameType | None) -> None:
    """Let a stopped command clean up after itself, and say no more than that it stopped."""
    # openpyxl's unfinished writers complain when they are collected; there is nothing to mend
    sys.unraisablehook = lambda _: None
    # what is being cleaned up is not interrupted again
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt if number == signal.SIGINT else _StoppedError


class _StoppedError(BaseException):
    """The program was told to end."""


def _leave(code: int) -> NoReturn:
    """End at once: all is cleaned up, and an engine in another thread may take long to notice."""
    click.echo("Stopped.", err=True)
    sys.stderr.flush()
    atexit._run_exitfuncs()  # noqa: SLF001 -- all that is done at the end but to wait for threads
    os._exit(code)
