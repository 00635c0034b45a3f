"""The engine ``libreoffice``: LibreOffice without a window, on a copy of the file."""

import os
import shutil
import signal
import subprocess
import sys
from array import array
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from xlnn.engines import Recalculate
from xlnn.errors import EngineError
from xlnn.grid import CellError, Grid, Inputs, Values
from xlnn.xlsx.cached_values import replace_inputs
from xlnn.xlsx.cells import cells
from xlnn.xlsx.parts import sheet_parts

if TYPE_CHECKING:
    from xlnn.xlsx.cells import Cell

TIME_LIMIT = 600  # seconds; a workbook of 72,000 formulas takes 3

USUAL_PLACES = {
    "darwin": ("/Applications/LibreOffice.app/Contents/MacOS/soffice",),
    "win32": (
        "C:/Program Files/LibreOffice/program/soffice.com",
        "C:/Program Files (x86)/LibreOffice/program/soffice.com",
    ),
}
"""Where LibreOffice's own installers put it, which is not on the PATH."""

SETTINGS = (
    # LibreOffice believes cached values and ignores fullCalcOnLoad, unless it must compute anew.
    ("org.openoffice.Office.Calc/Formula/Load", "OOXMLRecalcMode", "0"),  # always
    ("org.openoffice.Office.Calc/Content/Update", "Link", "2"),  # never
    ("org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),  # very high
    ("org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableActiveContent", "true"),  # OLE, DDE
    ("org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("org.openoffice.Office.Common/Misc", "CrashReport", "false"),
    # FIXED and & write numbers as the locale has them: not as the user's locale has them.
    ("org.openoffice.Setup/L10N", "ooLocale", "en-US"),
    ("org.openoffice.Setup/L10N", "ooSetupSystemLocale", "en-US"),
    # A profile of a later version: the search for older ones to take over lasts a second.
    ("org.openoffice.Setup/Product", "ooSetupLastVersion", "99.9"),
    # A proxy where nobody listens: nothing in a file reaches the network.
    ("org.openoffice.Inet/Settings", "ooInetProxyType", "2"),  # the one named here
    ("org.openoffice.Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPSProxyPort", "9"),
)
"""What the private profile sets: (path, property, value)."""


def load(path: Path) -> Recalculate:
    """Find LibreOffice; each call then opens a copy of the file in a profile of its own.

    LibreOffice writes numbers with 15 significant digits, and writes #VALUE! for its own errors,
    such as a circular reference.

    Raises
    ------
    EngineError
        LibreOffice was not found.
    """
    program = _program()

    return _Conversions(path, program)


class _Conversions:
    """Recalculates a copy of the file at each call."""

    def __init__(self, path: Path, program: str) -> None:
        self._path, self._program = path, program
        self._works = Lock()
        self._running: list[subprocess.Popen[bytes]] = []

    def cancel(self) -> None:
        """End LibreOffice, and wait until what it worked with is removed."""
        for process in self._running:
            _kill(process)
        with self._works:
            pass

    def __call__(self, inputs: Inputs) -> Values:
        """Put the inputs into a copy, and let LibreOffice compute it."""
        # Windows may hold a file for a moment longer than its process lives.
        folder = TemporaryDirectory(prefix="xlnn-", ignore_cleanup_errors=True)
        with self._works, folder as name:
            copy = Path(name, "workbook.xlsx")
            replace_inputs(self._path, copy, inputs)
            result = _convert(self._program, copy, Path(name), self._running)
            return {title: _grid(cells(result, title)) for title in sheet_parts(result)}


def _program() -> str:
    found = shutil.which("soffice") or shutil.which("libreoffice")
    places = (place for place in USUAL_PLACES.get(sys.platform, ()) if Path(place).is_file())
    if not (found or (found := next(places, None))):
        raise EngineError(
            "LibreOffice was not found: install it (Debian: apt-get install"
            " libreoffice-calc-nogui) or choose another engine."
        )
    return found


def _convert(
    program: str, workbook: Path, folder: Path, running: list[subprocess.Popen[bytes]]
) -> Path:
    """Let LibreOffice compute a workbook and save it as .xlsx; meanwhile it is in the list."""
    profile, output = folder / "profile", folder / "output"
    _write_profile(profile)
    command = [
        *(program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"),
        *("--convert-to", "xlsx", "--outdir", str(output), str(workbook)),
    ]
    try:
        process = subprocess.Popen(  # noqa: S603 - the program is LibreOffice, the file our copy
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,  # its own group, so that its children end with it
        )
    except OSError as error:
        raise EngineError(f"LibreOffice cannot be started: {error}") from error
    running.append(process)
    try:
        _, said = process.communicate(timeout=TIME_LIMIT)
    except subprocess.TimeoutExpired as error:
        raise EngineError(
            f"LibreOffice took longer than {TIME_LIMIT} seconds: choose another engine, or take"
            " fewer epochs or images."
        ) from error
    finally:
        running.remove(process)
        _end(process)
    result = output / workbook.name
    if process.returncode != 0 or not result.is_file():
        reason = said.decode(errors="replace").strip() or f"exit code {process.returncode}"
        raise EngineError(f"LibreOffice could not compute the workbook: {reason}")
    return result


def _write_profile(profile: Path) -> None:
    items = "".join(
        f'<item oor:path="/{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, name, value in SETTINGS
    )
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<oor:items xmlns:oor="http://openoffice.org/2001/registry">{items}</oor:items>',
        encoding="utf-8",
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what was started, also after Ctrl-C, which does not reach another process group."""
    if process.poll() is not None:
        return
    _kill(process)
    process.communicate()


def _kill(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        with suppress(ProcessLookupError):  # it has just ended
            os.killpg(process.pid, signal.SIGKILL)


def _grid(cells_of_sheet: Iterable["Cell"]) -> Grid:
    rows, columns, values = array("q"), array("q"), array("d")
    others: dict[tuple[int, int], str | bool | CellError] = {}
    height = width = 0
    for cell in cells_of_sheet:
        height, width = max(height, cell.row), max(width, cell.column)
        if isinstance(cell.value, str | bool):
            others[cell.row, cell.column] = cell.value
        elif cell.value is not None:
            rows.append(cell.row - 1)
            columns.append(cell.column - 1)
            values.append(cell.value)
    numbers = np.full((height, width), np.nan)
    numbers[rows, columns] = values
    return Grid(numbers, others)
