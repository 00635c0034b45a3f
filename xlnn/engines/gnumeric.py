"""The engine ``gnumeric``: Gnumeric's converter ``ssconvert``, on a copy of the cells."""

from pathlib import Path

from xlnn.engines._external import ExternalProgram


def _arguments(workbook: Path, result: Path, _: Path) -> list[str]:
    return [
        *("--import-type", "Gnumeric_Excel:xlsx"),  # whatever format the file resembles
        *("--export-type", "Gnumeric_Excel:xlsx2"),
        *(str(workbook), str(result)),
    ]


def _environment(home: Path) -> dict[str, str]:
    """Give Gnumeric a home without settings, plug-ins or a session, and no network."""
    folders = ("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")
    proxies = ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy")
    return {
        **dict.fromkeys(folders, str(home)),
        **dict.fromkeys(proxies, "http://127.0.0.1:9"),  # where nothing listens
        "GIO_USE_VFS": "local",  # no mounted servers
        "GSETTINGS_BACKEND": "memory",
        "DBUS_SESSION_BUS_ADDRESS": "disabled:",
        "DISPLAY": "",
        "WAYLAND_DISPLAY": "",
        # FIXED and & depend on the locale, so do not use the user's
        "LC_ALL": "C.UTF-8",
        "LANGUAGE": "",
    }


PROGRAM = ExternalProgram(
    name="Gnumeric",
    commands=("ssconvert",),
    install="Debian: apt-get install gnumeric; macOS: brew install gnumeric",
    arguments=_arguments,
    places={},
    environment=_environment,
    unread='#"',
)

load = PROGRAM.load
