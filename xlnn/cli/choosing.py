"""Which values does an option have to choose from? In its help, and where a shell completes it."""

from collections.abc import Callable, Iterable
from functools import partial

import click
from click.shell_completion import CompletionItem

from xlnn.building.called import CHOICES
from xlnn.shipped.text import languages

Known = Callable[[], Iterable[str]]


class Choice(click.ParamType):
    """One of some values; which is right, whoever takes it says, in the same words from Python."""

    name = "TEXT"

    def __init__(self, known: Known) -> None:
        self.known = known

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 -- click's signature
        param: click.Parameter,  # noqa: ARG002 -- the same
        incomplete: str,
    ) -> list[CompletionItem]:
        """Return the values that begin as what was typed, behind the last comma."""
        before, comma, begun = incomplete.rpartition(",")
        return [
            CompletionItem(f"{before}{comma}{value}")
            for value in self.known()
            if value.startswith(begun)
        ]


class Choosing(click.Option):
    """An option whose help ends with the values that there are."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return its line of the help, for which alone the values are looked for."""
        record = super().get_help_record(ctx)
        if record is None or not isinstance(self.type, Choice):
            return record
        said, also, rest = record[1].partition("  [")
        return record[0], f"{said}: {', '.join(self.type.known())}.{also}{rest}"


def engines() -> Iterable[str]:
    """Return the engines."""
    from xlnn.engines import ENGINES  # noqa: PLC0415 -- it brings NumPy

    return ENGINES


def choice(option: str) -> Choice:
    """Return the type of an option of a build that has few values."""
    return Choice(lambda: CHOICES[option])


DEFAULT_ENGINE = "formualizer"
"""That of `xlnn.engines`, which brings NumPy: a test holds them equal."""

engine_option = partial(
    click.option,
    "--engine",
    cls=Choosing,
    type=Choice(engines),
    default=DEFAULT_ENGINE,
    show_default=True,
    help="Engine that recalculates the workbook",
)
"""The option of what takes one engine."""

language_option = partial(
    click.option, "--lang", cls=Choosing, type=Choice(languages), help="The workbook's language"
)
"""The option of what writes in a language, or speaks in one."""
