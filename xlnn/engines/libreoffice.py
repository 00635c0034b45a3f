"""The engine ``libreoffice``: LibreOffice without a window, on a copy of the cells.

LibreOffice writes numbers with 15 significant digits, and #VALUE! for its own errors, such as a
circular reference.
"""

from pathlib import Path

from xlnn.engines._external import ExternalProgram

PRECISION = 5e-15
"""The largest relative error of a number that is written with 15 significant digits."""

SETTINGS = (
    ("org.openoffice.Office.Calc/Content/Update", "Link", "2"),  # never
    ("org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),  # very high
    ("org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableActiveContent", "true"),  # OLE, DDE
    ("org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("org.openoffice.Office.Common/Misc", "CrashReport", "false"),
    # FIXED and & depend on the locale, so do not use the user's.
    ("org.openoffice.Setup/L10N", "ooLocale", "en-US"),
    ("org.openoffice.Setup/L10N", "ooSetupSystemLocale", "en-US"),
    # A profile of a later version: searching for older ones to import takes a second.
    ("org.openoffice.Setup/Product", "ooSetupLastVersion", "99.9"),
    # A proxy where nothing listens: nothing in a file reaches the network.
    ("org.openoffice.Inet/Settings", "ooInetProxyType", "2"),  # the proxy below
    ("org.openoffice.Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPSProxyPort", "9"),
)
"""What the private profile sets: (path, property, value)."""


def _arguments(workbook: Path, result: Path, home: Path) -> list[str]:
    profile = home / "profile"
    _write_profile(profile)
    return [
        *(f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"),
        *("--convert-to", "xlsx", "--outdir", str(result.parent), str(workbook)),
    ]


def _environment(home: Path) -> dict[str, str]:
    """Let LibreOffice put its lu….tmp files, which stay if it is killed, where we remove them.

    It computes cell by cell: with threads, LibreOffice 25.2 gives #VALUE! or old numbers in long
    columns, in a recurrence over several sheets.
    """
    return {"TMPDIR": str(home), "TMP": str(home), "TEMP": str(home), **CELL_BY_CELL}


CELL_BY_CELL = {"SC_FORCE_CALCULATION": "core"}


PROGRAM = ExternalProgram(
    name="LibreOffice",
    commands=("soffice", "libreoffice"),
    install="Debian: apt-get install libreoffice-calc-nogui; macOS: brew install libreoffice",
    arguments=_arguments,
    places={
        "darwin": ("/Applications/LibreOffice.app/Contents/MacOS/soffice",),
        "win32": (
            "C:/Program Files/LibreOffice/program/soffice.com",
            "C:/Program Files (x86)/LibreOffice/program/soffice.com",
        ),
    },
    environment=_environment,
)

load = PROGRAM.load


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
