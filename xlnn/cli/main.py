"""How does the program begin, how does it end, and which commands are there?"""

import sys

import click

from xlnn.cli.build import build
from xlnn.cli.check import check
from xlnn.cli.lint import lint
from xlnn.cli.new import new
from xlnn.cli.templates import templates
from xlnn.cli.values import values
from xlnn.errors import OptionsError, XlnnError
from xlnn.leftovers import nothing_left


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


for command in (build, new, check, values, lint, templates):
    cli.add_command(command)


def main() -> None:
    """Run the command line; what the user can mend is one sentence and exit code 1."""
    try:
        with nothing_left():
            cli.main(standalone_mode=False)
    except click.UsageError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except XlnnError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2 if isinstance(error, OptionsError) else 1)
