"""What can go wrong that the person at the keyboard can mend.

A message says where, what was found, what was expected and what to do, in one sentence or two.
The command line prints it and exits with 1; from Python it is raised.
"""


class XlnnError(Exception):
    """Something that the user can mend; the message is written for them."""


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
