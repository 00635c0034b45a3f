"""The entry point of the command line: the list of commands, signals and exit codes."""

import atexit
import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn

import click

from xlnn.cleanup import nothing_left
from xlnn.cli.audit import audit
from xlnn.cli.build import build
from xlnn.cli.check import check, lint
from xlnn.cli.console import finish, language, mended_by, ready, say
from xlnn.cli.explain import explain, show
from xlnn.cli.export import export, values
from xlnn.cli.grade import exercise, grade
from xlnn.cli.page import page
from xlnn.cli.templates import new, templates
from xlnn.cli.usage import say_usage
from xlnn.errors import MENDABLE, Message, OptionsError, OutputError
from xlnn.registry.text import in_language

ELSEWHERE = {
    "train": Message("xlnn build trains a network, such as xlnn build --data my.csv --label kind"),
    "predict": Message(
        "type a row on the sheet Predict of a workbook, or continue from it with xlnn build "
        "--from FILE --data NEW.csv"
    ),
}
"""What other programs have as commands, and the way here."""


class _Commands(click.Group):
    """Commands in the order in which a newcomer needs them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is named first."""
        if way := ELSEWHERE.get(args[0]):
            raise click.UsageError(
                Message("There is no command {name}: {way}", name=args[0], way=way), ctx
            )
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; an error gets the language in which it is printed."""
        try:
            return super().invoke(ctx)
        except MENDABLE as error:
            error.lang = language()
            raise


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="xlnn")
def cli() -> None:
    """Neural networks that train in spreadsheet formulas, each checked against NumPy.

    Example: xlnn build && xlnn check output/digits.xlsx
    """


COMMANDS = (
    *(build, new, page, check, show, explain, exercise, grade, audit, values, export, lint),
    templates,
)

for command in COMMANDS:
    cli.add_command(command)


OBJECTS = 1_000_000
"""The garbage collector's threshold: commands create few reference cycles, and the default of 700
costs a tenth of a build."""


THREADS = "OPENBLAS_NUM_THREADS"
"""Threads for NumPy's products: they are small here, and idle threads would take a twentieth of a
build."""


def main() -> None:
    """Run the command line; a user's mistake gives one sentence and exit code 1 or 2."""
    os.environ.setdefault(THREADS, "1")
    gc.set_threshold(OBJECTS)
    atexit.register(gc.freeze)  # nor at exit, when all memory is freed anyway
    ready()
    try:
        with nothing_left():
            _run()
    except click.ClickException as error:
        of_help = getattr(click.exceptions, "NoArgsIsHelpError", ())  # from click 8.2 on
        if isinstance(error, click.UsageError) and not isinstance(error, of_help):
            say_usage(error)
        else:
            error.show()
        sys.exit(error.exit_code)
    except MENDABLE as error:
        _refuse(sentence_of(error), 2 if isinstance(error, OptionsError) else 1)


def sentence_of(error: BaseException) -> str:
    """Return what is printed about an error, in the language that its command gave it."""
    message = Message("Error: {error}", error=mended_by(error))
    return in_language(message, getattr(error, "lang", "en"))


def _run() -> None:
    """Run the command, and flush its output, however it ended."""
    try:
        cli.main(standalone_mode=False)
    finally:
        finish()


def _refuse(sentence: str, code: int) -> NoReturn:
    # openpyxl's unfinished writers complain when collected; the sentence is enough
    sys.unraisablehook = lambda _: None
    with suppress(OutputError):
        say(sentence, err=True)
    sys.exit(code)
