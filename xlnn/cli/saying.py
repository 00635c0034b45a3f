"""What do the commands say, and where: what is going on to stderr, results to stdout?"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Show on a terminal's stderr what is being done; give a function that says it."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 -- only where someone looks

    with Console(stderr=True).status("Reading") as status:
        yield lambda stage: status.update(f"{stage} …")


def proven(report: object) -> str:
    """Say what was proven of a workbook that was built or checked."""
    if report is None:
        return "not verified (--no-verify)"
    return (
        f"all agree with NumPy ({report.engine}, {counted(report.probes, 'probe')})   "
        f"max difference {report.max_difference:.0e}"
    )


def counted(number: int, thing: str) -> str:
    """Say how many of a thing there are."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
