"""Errors that a user can correct.

A message says where, what was found, what was expected and what to do, in one sentence or two.
The command line prints it, and exits with 2 where the command line is wrong, else with 1; from
Python it is raised.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

LONGEST = 290
"""Characters of a message: with the word before it, one line of less than 300."""

LONGEST_LINE = 299
"""Characters of a line of the output."""

_END = 110
"""How many of them are the end, which says what to do."""


def one_line(text: str, longest: int = LONGEST) -> str:
    r"""Write a text as one line that a terminal can show, whatever it was quoted from.

    >>> one_line("a\nb \x1b[2J")
    'a?b ?[2J'
    >>> one_line("one, two, three, four, five and six", longest=24)
    'one, two, … and six'
    """
    line = "".join(each if each.isprintable() else "?" for each in text)
    if len(line) <= longest:
        return line
    end = min(_END, longest // 3)
    return f"{_cut(line[: longest - end - 3])} … {_cut(line[-end:][::-1])[::-1]}"


def printed(lines: Iterable[str]) -> str:
    r"""Return lines as a command prints them: what a file holds makes none of them two.

    >>> printed(["a", "b\nc"])
    'a\nb?c'
    """
    return "\n".join(one_line(line, LONGEST_LINE) for line in lines)


def _cut(words: str) -> str:
    """Leave a word away that may not be whole, unless that were much."""
    whole = words.rpartition(" ")[0]
    return whole if len(whole) > len(words) / 2 else words


class XlnnError(Exception):
    """A mistake that the user can correct; the message says how."""

    def __str__(self) -> str:
        """Return the message as one line, whatever the file holds that it quotes."""
        # of Exception, for an error that is a KeyError, too, would put quotes around it
        return one_line(Exception.__str__(self))


class XlnnWarning(UserWarning):
    """What a person may not expect of something that was built; `xlnn.build` warns of it."""


class DataError(XlnnError):
    """The data, the start weights or the template cannot be used.

    Attributes
    ----------
    options : tuple of str
        The options of a build that may hold the wrong value; a template may hold it as well.
    """

    def __init__(self, message: str = "", *options: str) -> None:
        super().__init__(message)
        self.options = options


class WidthError(DataError):
    """A sheet would have more columns than there are."""


class OptionsError(DataError):
    """The command line, or a call, is wrong: a value, a name, options that exclude each other."""


@contextmanager
def blamed(given: Mapping[str, object]) -> Iterator[None]:
    """Let a wrong value be wrong usage where an option gave it, and not a template or a workbook.

    Parameters
    ----------
    given : dict
        The options of a build.

    Raises
    ------
    OptionsError
        One of them holds the value that a `DataError` is of.
    """
    try:
        yield
    except DataError as error:
        if isinstance(error, OptionsError) or given.keys().isdisjoint(error.options):
            raise
        raise OptionsError(str(error)) from error


class WorkbookError(XlnnError):
    """A file is no workbook of xlnn, or is not safe to open."""


class CircularReferenceError(WorkbookError):
    """A cell depends on itself."""


class OutputError(XlnnError):
    """The output cannot be written where it was asked for."""


class OutputNameError(OptionsError, OutputError):
    """What is written has another ending than the name of the output."""


class EngineError(XlnnError):
    """An engine is missing, failed or took too long."""


class DisagreementError(XlnnError):
    """A workbook that was built does not agree with NumPy; it was not published."""


MENDABLE = (XlnnError, OSError, MemoryError)
"""What the person at the keyboard can mend; whatever else is raised is an error of ours."""
