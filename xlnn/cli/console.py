"""Print for commands: results to stdout, progress and notes to stderr."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import click

from xlnn.checking.report import lines_of_gradients, proven
from xlnn.data.messages import counted
from xlnn.errors import Message, OutputError, printed
from xlnn.registry.text import in_language

LANG, FILE = "xlnn.lang", "xlnn.file"
"""The keys in click's `meta` of the language that was asked for, and of the workbook."""


def mended_by(error: BaseException) -> str:
    """Return what happened, and what to do about it."""
    if isinstance(error, OSError):  # from the system, such as a full disk
        return Message(
            "The system reports an error: {reason}; free some space, or set TMPDIR to a folder "
            "with free space.",
            reason=reason(error),
        )
    if isinstance(error, MemoryError):
        return Message("There is not enough memory: use fewer epochs, images or units.")
    return error.args[0] if error.args else str(error)


def language(file: Path | None = None) -> str:
    """Return the language of a command's output: as asked for, its workbook's, or English."""
    context = click.get_current_context(silent=True)
    known = context.meta if context else {}
    file = file or known.get(FILE)
    if LANG in known or not file:
        return str(known.get(LANG, "en"))
    from xlnn.loading.spec import language_of  # noqa: PLC0415 -- only what is needed

    return language_of(file)


def say_built(built: Any, of: str = "") -> None:  # noqa: ANN401 -- `xlnn.building.writing.Built`, imported late
    """Print what was built, and on stderr the notes on it."""
    for note in built.notes:
        say_note(Message("{of}{note}", of=of, note=note))
    say_result(built)


def say_note(note: str) -> None:
    """Print a note on stderr."""
    say(Message("Note: {note}", note=note), err=True)


def say_error(said: str, of: object = "", lang: str = "") -> None:
    """Print an error on stderr, after the name or path that it is about unless it names that."""
    is_named = Path(str(of)).name in said
    error = said if is_named else Message("{of}: {said}", of=of, said=said)
    say(in_language(Message("Error: {error}", error=error), lang or language()), err=True)


def say_result(built: Any) -> None:  # noqa: ANN401 -- the same
    """Print what was built."""
    known = {"path": built.path, "formulas": counted(built.formulas, "formula")}
    say(Message("{path}   {formulas}   {proven}", **known, proven=proven(built.report)))
    for line in lines_of_gradients(built.report.gradients if built.report else ()):
        say(line)


def say(line: str, *, err: bool = False) -> None:
    """Print one line; text from a file cannot break it or send control codes to the terminal.

    A message is in the language of the command.
    """
    is_open = isinstance(line, Message)
    _print(printed([in_language(line, language()) if is_open else line]), err=err)


def _print(text: str, *, err: bool = False) -> None:
    stream = sys.stderr if err else sys.stdout
    if stream is not None:
        with _writing():  # click's echo writes UTF-8 where the encoding is ASCII
            print(text, file=stream, flush=True)


@contextmanager
def _writing() -> Iterator[None]:
    """Write output, and turn errors into one sentence.

    Raises
    ------
    OutputError
        It cannot be written: the disk is full.
    """
    try:
        yield
    except BrokenPipeError:  # the reader stopped, as after ``| head -1``: not an error
        _give_up()
    except (OSError, ValueError) as error:
        _give_up()
        raise OutputError(f"The output cannot be written: {reason(error)}.") from error


def say_json(result: object) -> None:
    """Print plain values as JSON, without terminal control codes."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    text = json.dumps(result, indent=1, ensure_ascii=not encoding.lower().startswith("utf"))
    _print("".join(char if char.isprintable() or char == "\n" else _escaped(char) for char in text))


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1]


def ready() -> None:
    """Make stdout and stderr usable if they are closed or their encoding lacks characters."""
    with suppress(OSError):
        # a file that is opened later must not get the descriptor of a closed output
        while os.open(os.devnull, os.O_RDWR) <= 2:
            pass
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def finish() -> None:
    """Flush the output; see `_writing`."""
    with _writing():
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()


def _give_up() -> None:
    """Write no more to stdout, neither now nor at exit, since it cannot be written."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def reason(error: BaseException) -> str:
    """Return the system's message and the file it is about."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    name = getattr(error, "filename", None)
    return f"{text} ({name})" if name else text
