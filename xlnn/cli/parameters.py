"""Turn declared options into click options, with choices in help and completion."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from xlnn.engines import DEFAULT_ENGINE, ENGINES
from xlnn.option import COLUMNS, FLAG, Option
from xlnn.options import BUILD

F = TypeVar("F", bound=Callable[..., object])
Known = Callable[[], Iterable[str]]


class Choice(click.ParamType):
    """A choice of values; the called function refuses wrong ones, with the same message."""

    name = "TEXT"

    def __init__(self, known: Known) -> None:
        self.known = known

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 -- click's signature
        param: click.Parameter,  # noqa: ARG002 -- the same
        incomplete: str,
    ) -> list[CompletionItem]:
        """Return the values that start with the text after the last comma."""
        before, comma, begun = incomplete.rpartition(",")
        return [
            CompletionItem(f"{before}{comma}{value}")
            for value in self.known()
            if value.startswith(begun)
        ]


class Declared(Choice):
    """The type of a declared option; the function that takes it checks the value."""

    def __init__(self, option: Option) -> None:
        super().__init__(lambda: option.words)
        self.option, self.name = option, option.type.metavar
        if option.several:
            self.name = "VALUE[,VALUE]"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,  # noqa: ARG002 -- click's signature
        ctx: click.Context | None,  # noqa: ARG002 -- the same
    ) -> object:
        """Return the typed value."""
        return self.option.parsed(value) if isinstance(value, str) else value

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the choices that start with the text, or let the shell complete files."""
        if self.name == "PATH":
            return [CompletionItem(incomplete, type="file")]
        return super().shell_complete(ctx, param, incomplete)


def declared(table: Mapping[str, Option]) -> Callable[[F], F]:
    """Return a decorator that adds the options of a table to a command."""

    def declaring(command: F) -> F:
        for option in reversed(table.values()):
            command = declared_option(option)(command)
        return command

    return declaring


def declared_option(option: Option, said: str = "") -> Callable[[F], F]:
    """Return a decorator that adds an option to a command, perhaps with different help."""
    how: dict[str, Any] = {"type": Declared(option)}
    if option.type is FLAG:
        how = {"is_flag": True, "flag_value": not option.usual, "default": None}
    if option.type is COLUMNS:
        how |= {"multiple": True, "callback": lambda _, __, values: values or None}
    said = with_choices(said or option.help, option.words)
    return click.option(option.typed, option.name, help=said, **how)


def with_choices(said: str, choices: Iterable[str]) -> str:
    """Return a help that ends with the choices, unless it has a full stop.

    >>> with_choices("Engine", ["one", "other"])
    'Engine: one, other.'
    """
    named = ", ".join(choices)
    return said if said.endswith(".") or not named else f"{said}: {named}."


engine_option = partial(
    click.option,
    "--engine",
    type=Choice(lambda: ENGINES),
    default=DEFAULT_ENGINE,
    show_default=True,
    help=with_choices("Engine that recalculates the workbook", ENGINES),
)
"""The option of commands that use one engine."""

language_option = partial(declared_option, BUILD["lang"])
"""The option of commands with output in a language."""
