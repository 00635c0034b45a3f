"""Signals at random moments of every command, and what each of them leaves behind."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

from xlnn.engines import ENGINES, missing

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

EVERY = (*SIGNALS, signal.SIGKILL)
"""With the one that no program can answer: what it started ends all the same."""

LONG = 60
"""Seconds after which a program that was told to end hangs, on however busy a machine."""

MARK = "XLNN_INTERRUPTED"
"""A variable in the environment of the program, and so of every process that it starts."""


@dataclass(frozen=True)
class Trial:
    """What was interrupted, and what came of it.

    Attributes
    ----------
    command : str
    number : int
        The signal.
    delay : float
        Seconds after which it was sent.
    code : int or None
        What the program ended with; None where it did not.
    seconds : float
        From the signal to the end.
    left : tuple of str
        Files and processes that were there afterwards.
    said : str
        What stood on stderr.
    """

    command: str
    number: int
    delay: float
    code: int | None
    seconds: float
    left: tuple[str, ...]
    said: str

    @property
    def is_clean(self) -> bool:
        """Whether it ended, by the signal or before it, and left nothing."""
        # before the program has begun, the signal ends Python, which says so in its own way
        is_ours = str(Path("xlnn", "cli")) in self.said
        is_interrupt = self.said.endswith("KeyboardInterrupt\n") and not is_ours
        python = is_interrupt and self.code in {1, -signal.SIGINT}
        by_signal = self.code in {128 + self.number, -self.number}
        is_quiet = "Traceback" not in self.said
        return (python or (is_quiet and (by_signal or self.code == 0))) and not self.left


def commands(epochs):
    """Return the commands to interrupt; they stand in a folder with a workbook old.xlsx."""
    checks = [["check", "old.xlsx", "--engine", name] for name in ENGINES if name not in missing()]
    return [["build", "--epochs", str(epochs), "-o", "old.xlsx"], *checks]


def prepare(folder, epochs):
    """Make the workbook that is checked; return how long each command takes."""
    (folder / "temporary").mkdir()
    return [time_of(command, folder) for command in commands(epochs)]


def time_of(command, folder):
    """Return how long a command takes undisturbed."""
    begin = time.monotonic()
    assert start(command, folder, "none").wait() == 0
    return time.monotonic() - begin


def start(command, folder, mark):
    """Start a command in a folder, in a session of its own."""
    temporary = dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(folder / "temporary"))
    with (folder / "said").open("wb") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "xlnn", *command],
            cwd=folder,
            env=os.environ | temporary | {MARK: mark},
            stdout=subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,
            preexec_fn=heed,  # noqa: PLW1509 -- there is no other thread
        )


def heed():
    """Let no signal be ignored because whoever started the tests ignores it, as nohup does."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def interrupt(folder, command, number, delay):
    """Send one signal, and look at what is left."""
    before = (folder / "old.xlsx").read_bytes()
    mark = f"{folder}:{time.monotonic_ns()}"
    process = start(command, folder, mark)
    try:
        process.wait(delay)
    except subprocess.TimeoutExpired:
        process.send_signal(number)
    begin = time.monotonic()
    try:
        code = process.wait(LONG)
    except subprocess.TimeoutExpired:
        code = None
        process.kill()
        process.wait()
    seconds = time.monotonic() - begin
    left = processes(mark)
    if number == signal.SIGKILL:  # nobody can remove what is temporary
        for name in files(folder):
            remove(folder / name)
    left += files(folder)
    if code and (folder / "old.xlsx").read_bytes() != before:
        left += ("old.xlsx was changed",)
    said = (folder / "said").read_text(errors="replace")
    return Trial(" ".join(command), number, delay, code, seconds, left, said)


def files(folder):
    """Return what should not be in the folder."""
    known = {"old.xlsx", "said", "temporary"}
    found = [path for path in folder.rglob("*") if str(path.relative_to(folder)) not in known]
    return tuple(str(path.relative_to(folder)) for path in found)


def remove(path):
    """Remove a file or a folder, if its own folder is not gone yet."""
    if path.is_dir():
        rmtree(path)
    else:
        path.unlink(missing_ok=True)


def processes(mark):
    """Return the processes that still carry the mark; what is just dying may take a moment."""
    for _ in range(20):
        found = tuple(carriers(mark))
        if not found:
            break
        time.sleep(0.05)
    return found


def carriers(mark):
    """Yield the living processes with the mark in their environment, where there is a /proc."""
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={mark}".encode() in (place / "environ").read_bytes().split(b"\0"):
                yield f"{place.name}: {(place / 'cmdline').read_bytes()[:80]}"
        except OSError:  # it has ended, or is not ours
            continue


def trials(folder, rng, number, epochs):
    """Interrupt so many commands in turn, each at a random moment."""
    times = prepare(folder, epochs)
    every = commands(epochs)
    for index in range(number):
        which = index % len(every)
        name = EVERY[int(rng.integers(len(EVERY)))]
        yield interrupt(folder, every[which], name, float(rng.uniform(0, times[which])))
