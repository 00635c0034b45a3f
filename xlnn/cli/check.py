"""The command ``xlnn check``."""

import json
import sys
from pathlib import Path

import click

from xlnn.checking.report import Report, Wrong
from xlnn.cli.saying import counted, progress, proven

SHOWN = 10
"""How many wrong cells the text output lists; --json lists all."""


@click.command()
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

    Each cell is compared where it stands, from the cells that it refers to. Where two outputs are
    equal to 12 digits either class is right, in every epoch. The drift is how far the numbers are
    from a run of NumPy's own, since rounding grows from epoch to epoch; it is measured on numbers
    that move smoothly, not on classes and counts of them, and does not judge.

    Example: xlnn check output/digits.xlsx --engine formualizer
    """
    from xlnn.checking.check import check as check_workbook  # noqa: PLC0415 -- only what is needed
    from xlnn.engines import ENGINES  # noqa: PLC0415 -- the same

    names = [name for choice in chosen or ENGINES[:1] for name in _engines(choice, ENGINES)]
    with progress() as tell:
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


def _print(report: Report) -> None:
    cells = report.compared_cells + report.text_cells
    head = f"{report.file}   {cells:,} formulas"
    if report.agrees:
        click.echo(f"{head}   {proven(report)}   drift {report.drift:.0e}")
    else:
        engine = f"{report.engine}, {counted(report.probes, 'probe')}"
        click.echo(f"{head}   {counted(len(report.wrong), 'cell')} wrong ({engine})")
        for wrong in report.wrong[:SHOWN]:
            click.echo(_describe(wrong))
        if len(report.wrong) > SHOWN:
            click.echo(f"… and {len(report.wrong) - SHOWN:,} more (--json lists all)")
        click.echo(f"{counted(report.consequences, 'other cell')} spoilt by these")
    if report.other_cells:
        click.echo(f"{counted(report.other_cells, 'formula')} outside the model, not compared")


def _describe(wrong: Wrong) -> str:
    place = [wrong.quantity]
    if wrong.epoch is not None:
        place.append(f"epoch {wrong.epoch}")
    if wrong.image is not None:
        place.append(f"image {wrong.image}")
    found = wrong.formula if wrong.formula is not None else "no formula"
    value = "nothing" if wrong.got is None else wrong.got
    # sentences have no other statement, and NumPy no number where there is none
    expected = "" if wrong.expected is None else f"   expected {wrong.expected}"
    return (
        f"{wrong.cell}   {', '.join(place)}\n"
        f"    value    {value}{expected}\n"
        f"    formula  {found}\n"
        f"    expected {wrong.expected_formula}"
    )
