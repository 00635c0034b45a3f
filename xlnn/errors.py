"""Errors that a user can correct.

A message tells where, what was found, what was expected and what to do, in one or two sentences.
The command line prints it, and exits with 2 for wrong usage, otherwise with 1.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

LONGEST = 290
"""Characters of a message: with the word before it, one line of less than 300."""

LONGEST_LINE = 299
"""Characters of a line of the output."""

_END = 110
"""The length of the end, which tells what to do."""


def one_line(text: str, longest: int = LONGEST) -> str:
    r"""Return a text as one line that is safe for a terminal.

    >>> one_line("a\nb \x1b[2J")
    'a?b ?[2J'
    >>> one_line("one, two, three, four, five and six", longest=24)
    'one, two, … and six'
    """
    line = "".join(character if character.isprintable() else "?" for character in text)
    if len(line) <= longest:
        return line
    end = min(_END, longest // 3)
    return f"{_cut(line[: longest - end - 3])} … {_cut(line[-end:][::-1])[::-1]}"


def printed(lines: Iterable[str]) -> str:
    r"""Return lines as a command prints them; text from a file cannot break any of them.

    >>> printed(["a", "b\nc"])
    'a\nb?c'
    """
    return "\n".join(one_line(line, LONGEST_LINE) for line in lines)


def _cut(words: str) -> str:
    """Drop a last word that may be incomplete, unless it is long."""
    whole = words.rpartition(" ")[0]
    return whole if len(whole) > len(words) / 2 else words


class Message(str):
    """A sentence in English that can be translated.

    Attributes
    ----------
    template : str
        The sentence with ``{braces}``, which is the key of its translations.
    values : dict
        What the braces hold; messages among them are translated, too.

    >>> Message("{path} is empty.", path="here").translated({"{path} is empty.": "{path} 为空。"})
    'here 为空。'
    """

    __slots__ = ("template", "values")
    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, **values: object) -> Self:
        """Fill in the braces."""
        made = super().__new__(cls, template.format(**values))
        made.template, made.values = template, values
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        """Return the arguments that make a copy, also in another process."""
        return (self.template,), self.values

    def translated(self, sentences: Mapping[str, str]) -> str:
        """Return the sentence in the language of some translations; in English if it has none."""
        values = {name: translated(value, sentences) for name, value in self.values.items()}
        return sentences.get(self.template, self.template).format(**values)


def translated(text: object, sentences: Mapping[str, str]) -> object:
    """Return a message in the language of some translations, and anything else as it is."""
    return text.translated(sentences) if isinstance(text, Message) else text


class XlnnError(Exception):
    """A mistake that the user can correct; the message says how.

    Values fill in its ``{braces}``; a message with values can be translated.
    """

    def __init__(self, message: str = "", **values: object) -> None:
        super().__init__(Message(message, **values) if values else message)

    def __str__(self) -> str:
        """Return the message as one line, even if it quotes a file."""
        # of Exception, since a KeyError would put quotes around it
        return one_line(Exception.__str__(self))


class XlnnWarning(UserWarning):
    """Something unexpected about a workbook, such as data that were left out; from `xlnn.build`."""


class DataError(XlnnError):
    """The data, the start weights or the template cannot be used.

    Attributes
    ----------
    options : tuple of str
        The options that may have the wrong value, which may also come from a template.
    """

    def __init__(self, message: str = "", *options: str, **values: object) -> None:
        super().__init__(message, **values)
        self.options = options


class WidthError(DataError):
    """A sheet would have more columns than there are."""


class OptionsError(DataError):
    """The command line, or a call, is wrong: a value, a name, options that exclude each other."""


@contextmanager
def blamed(given: Mapping[str, object]) -> Iterator[None]:
    """Turn a `DataError` about an option that was given into an `OptionsError`.

    Parameters
    ----------
    given : dict
        The options that were given.

    Raises
    ------
    OptionsError
        One of them has the value that the `DataError` is about.
    """
    try:
        yield
    except DataError as error:
        if isinstance(error, OptionsError) or given.keys().isdisjoint(error.options):
            raise
        raise OptionsError(error.args[0]) from error


class WorkbookError(XlnnError):
    """A file is not a workbook of xlnn, or is unsafe to open."""


class CircularReferenceError(WorkbookError):
    """A cell depends on itself."""


class OutputError(XlnnError):
    """The output cannot be written to its path."""


class OutputNameError(OptionsError, OutputError):
    """The output's name has the wrong extension."""


class EngineError(XlnnError):
    """An engine is missing, failed or took too long."""


class DisagreementError(XlnnError):
    """A new workbook does not agree with NumPy; it was not published."""


MENDABLE = (XlnnError, OSError, MemoryError)
"""Errors that the user can correct; any other exception is a bug."""
