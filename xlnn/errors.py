"""What can go wrong that the person at the keyboard can mend.

A message says where, what was found, what was expected and what to do, in one sentence or two.
The command line prints it and exits with 1; from Python it is raised.
"""

LONGEST = 290
"""Characters of a message: with the word before it, one line of less than 300."""

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


def _cut(words: str) -> str:
    """Leave a word away that may not be whole, unless that were much."""
    whole = words.rpartition(" ")[0]
    return whole if len(whole) > len(words) / 2 else words


class XlnnError(Exception):
    """Something that the user can mend; the message is written for them."""

    def __str__(self) -> str:
        """Return the message as one line, whatever the file holds that it quotes."""
        # of Exception, for an error that is a KeyError, too, would put quotes around it
        return one_line(Exception.__str__(self))


class DataError(XlnnError):
    """The data, the start weights or the template cannot be used."""


class OptionsError(DataError):
    """Two options exclude each other, or one has nothing to apply to: wrong usage."""


class WorkbookError(XlnnError):
    """A file is no workbook of xlnn, or is not safe to open."""


class CircularReferenceError(WorkbookError):
    """A cell depends on itself."""


class OutputError(XlnnError):
    """The output cannot be written where it was asked for."""


class EngineError(XlnnError):
    """An engine is missing, failed or took too long."""


class DisagreementError(XlnnError):
    """A workbook that was built does not agree with NumPy; it was not published."""


MENDABLE = (XlnnError, OSError, MemoryError)
"""What the person at the keyboard can mend; whatever else is raised is an error of ours."""
