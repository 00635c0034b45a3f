"""The command ``xlnn audit``."""

import sys
from pathlib import Path

import click

from xlnn.cli.console import mended_by, say, say_error, say_json
from xlnn.cli.parameters import PATH, files_argument, language_option
from xlnn.cli.progress_bar import progress
from xlnn.data.messages import counted
from xlnn.errors import MENDABLE, Message, OptionsError, one_line


@click.command()
@files_argument
@click.option("--cost", metavar="CELL", help="The cell of the cost: Net!B6.")
@click.option("--parameters", metavar="RANGE,...", help="The cells of the parameters: Net!B2:D4.")
@click.option(
    "--gradients", metavar="RANGE,...", help="The cells that state the gradients, in that order."
)
@click.option(
    "-o",
    "--output",
    type=PATH,
    help="Write a report with a line for each file: .xlsx, .csv or .json.",
)
@click.option("--write", is_flag=True, help="Write NAME-slopes.xlsx: a copy with the slopes.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=120,
    show_default=True,
    help="Time limit for each file; what the audit has found by then is reported.",
)
@language_option("Language of the reasons; English by default")
@click.option("--force", is_flag=True, help="Overwrite a report or a copy that already exists.")
@click.option("--json", "as_json", is_flag=True, help="Print the audits as JSON.")
def audit(  # noqa: C901, PLR0912, PLR0913 -- click gives each option by its name
    files: tuple[Path, ...],
    output: Path | None,
    lang: str | None,
    *,
    write: bool,
    force: bool,
    as_json: bool,
    seconds: float,
    **cells: str | None,
) -> None:
    """Check whether gradients in each FILE are slopes of its cost.

    FILE is a workbook in which a network learns, whoever made it. The audit finds its cost,
    parameters and gradients by formulas, headings and names. It moves each parameter up and down,
    and compares the slope of the cost with the gradient on the sheet. It explains what is wrong,
    and names the cell where the fault starts. If there are no gradients, it gives the slopes.

    The exit code is 1 if something is wrong, or if a file cannot be read or judged.

    Example: xlnn audit homework/*.xlsx -o report.xlsx
    """
    from xlnn.auditing import audit_report  # noqa: PLC0415 -- the same
    from xlnn.auditing.audit import audit as audited  # noqa: PLC0415 -- only what is needed
    from xlnn.exercises.class_report import check_report  # noqa: PLC0415 -- the same

    words = audit_report.words_of(lang)
    if output:
        check_report(output, files, force=force)
    if write:
        for file in files:
            audit_report.check_copy(file, force=force)
    audits: list[audit_report.Audit] = []
    for file in files:
        try:
            with progress() as tell:
                of = f"{file.name}: " if len(files) > 1 else ""
                named = lambda stage, tell=tell, of=of: tell(  # noqa: E731 -- one line
                    Message("{of}{note}", of=of, note=stage)
                )
                result = audited(file, **cells, seconds=seconds, tell=named)
        except OptionsError:
            raise
        except MENDABLE as error:
            reason = mended_by(error)
            result = audit_report.Audit(str(file), error=one_line(reason))
            say_error(reason, file if len(files) > 1 else "")
        else:
            if not as_json:
                for line in audit_report.lines(result, words):
                    say(line)
            if write and result.judged:
                say(f"{audit_report.write_slopes(file, result)}", err=as_json)
        audits.append(result)
    if as_json:
        plain = [result.to_json() for result in audits]
        say_json(plain if len(files) > 1 else plain[0])
    if output:
        audit_report.write_report(output, audits, lang)
        say(f"{output}   {counted(len(audits), 'workbook')}", err=as_json)
    if not all(result.agrees for result in audits):
        sys.exit(1)
