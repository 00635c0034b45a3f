"""Put click's errors about options and arguments in the language that was asked for."""

import re
import sys
from collections.abc import Iterator, Sequence

import click

from xlnn.cli.console import LANG, say
from xlnn.errors import Message
from xlnn.registry.text import in_language, languages

SENTENCES = (
    "Option {name} requires an argument.",
    "Option {name} requires {count} arguments.",
    "Option {name} does not take a value.",
    "No such command {name}.",
    "Missing command.",
    "Got unexpected extra argument ({name})",
    "Got unexpected extra arguments ({name})",
    "{name} is not a valid integer.",
    "{name} is not a valid integer range.",
    "{name} is not a valid float.",
    "{name} is not in the range {range}.",
)
"""What click says, with gaps; what it says in other words stays in English."""


def say_usage(error: click.UsageError) -> None:
    """Print on stderr what is wrong with the command line."""
    for line in usage_lines(error, sys.argv[1:]):
        say(line, err=True)


def usage_lines(error: click.UsageError, arguments: Sequence[str]) -> Iterator[str]:
    """Yield what is printed about a wrong option or argument.

    Parameters
    ----------
    error : click.UsageError
    arguments : sequence of str
        The command line: without a readable one, the language is not among the context's.
    """
    lang = _language(error, arguments)
    if error.ctx:
        usage = re.sub("^Usage: ", "", error.ctx.get_usage())
        command = f"{error.ctx.command_path} --help"
        yield in_language(Message("Usage: {usage}", usage=usage), lang)
        yield in_language(Message("Try '{command}' for help.", command=command), lang)
        yield ""
    yield in_language(Message("Error: {error}", error=message_of(error)), lang)


def _language(error: click.UsageError, arguments: Sequence[str]) -> str:
    """Return the language: of the command, or if it was not read that far, of its --lang."""
    known = error.ctx.meta.get(LANG) if error.ctx else None
    after = zip(arguments, [*arguments[1:], ""], strict=True)
    typed = [e.partition("=")[2] or other for e, other in after if re.match("--lang(=|$)", e)]
    return known or next((word for word in typed if word in languages()), "en")


def message_of(error: click.UsageError) -> str:
    """Return what is wrong, as a message that can be translated where it is known.

    >>> message_of(click.NoSuchOption("--dat", possibilities=["--data"]))
    "No such option '--dat'. Did you mean --data?"
    >>> message_of(click.UsageError("Option '--data' requires an argument.")).values
    {'name': "'--data'"}
    """
    message = error.message if isinstance(error.message, Message) else _known(error.message)
    if isinstance(error, click.NoSuchOption):
        message = Message("No such option {name}.", name=f"'{error.option_name}'")
    elif isinstance(error, click.MissingParameter) and error.param:
        if isinstance(error.param, click.Option):
            return Message("Missing option {name}.", name=f"'{error.param.opts[-1]}'")
        return Message("Missing argument {name}.", name=f"'{error.param.human_readable_name}'")
    elif isinstance(error, click.BadParameter) and error.param:
        hint = error.param.get_error_hint(error.ctx)  # type: ignore[arg-type]
        return Message("Invalid value for {name}: {said}", name=hint, said=message)
    if near := getattr(error, "possibilities", None):
        return Message("{said} Did you mean {name}?", said=message, name=near[0])
    return message


def _known(said: str) -> str:
    """Return an error of click as a message, or as it is if it is not in `SENTENCES`."""
    for sentence in SENTENCES:
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>.*)", re.escape(sentence))
        if match := re.fullmatch(pattern, said):
            return Message(sentence, **match.groupdict())
    return said
