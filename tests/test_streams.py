"""Where output goes, and where files are drafted, may be closed, full or missing: no traceback."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from rewriting import edit

from xlnn.errors import LONGEST, DataError, WorkbookError, XlnnError, one_line

COMMAND = (sys.executable, "-m", "xlnn")
CHECK = ("check", "--engine", "formualizer")
posix_only = pytest.mark.skipif(os.name == "nt", reason="there is no such file")


def shell(line, *arguments, **options):
    """Run a line of a shell, in which "$@" is the program with its arguments."""
    command = ["bash", "-c", f"set -o pipefail; {line}", "xlnn", *COMMAND, *map(str, arguments)]
    ran = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=120, **options
    )
    assert "Traceback" not in ran.stderr
    assert "Exception ignored" not in ran.stderr
    return ran


@pytest.fixture
def wrong(short_copy):
    return edit(short_copy, {"Training!C5": "=1+1", "Training!L7": "=2"})


@posix_only
@pytest.mark.parametrize("line", ['"$@" | head -1', '"$@" | true', '"$@" --json | head -1'])
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_reader_that_stops_reading_changes_no_exit_code(wrong, short_path, line):
    assert shell(line, *CHECK, wrong).returncode == 1
    assert shell(line, *CHECK, short_path).returncode == 0


@posix_only
@pytest.mark.parametrize("more", [["--json"], []])
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_full_output_is_one_sentence(short_path, more):
    ran = shell('"$@" > /dev/full', *CHECK, short_path, *more)
    assert ran.returncode == 1
    assert ran.stderr == "Error: The output cannot be written: No space left on device.\n"


@posix_only
@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        ('"$@" > /dev/full', ["--help"]),
        ('"$@" 2> /dev/full', ["check", "none.xlsx"]),
        ('"$@" >&- 2>&-', ["check", "none.xlsx"]),
        ('"$@" 2>&-', ["check", "none.xlsx"]),
    ],
)
def test_an_error_is_exit_code_1_wherever_it_cannot_be_said(line, arguments):
    assert shell(line, *arguments).returncode == 1


@posix_only
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-"])
@pytest.mark.slow
def test_a_closed_output_disturbs_nothing(short_path, tmp_path, closed):
    assert shell(f'"$@" {closed}', *CHECK, short_path).returncode == 0
    saved = tmp_path / "arrays.npz"
    assert shell(f'"$@" {closed}', "values", short_path, "-o", saved).returncode == 0
    assert saved.read_bytes()[:2] == b"PK"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
@pytest.mark.slow
def test_an_encoding_without_a_letter_writes_its_number(short_copy, encoding):
    path = edit(short_copy, {"Training!C5": '="δ"'})
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    for more in ([], ["--json"]):
        ran = subprocess.run(
            [*COMMAND, *CHECK, path, *more], env=environment,
            capture_output=True, check=False, timeout=120,
        )  # fmt: skip
        assert ran.returncode == 1
        assert b"Traceback" not in ran.stderr
        text = ran.stdout.decode(encoding)
        if more:
            wrong = json.loads(text)["wrong"]
            assert any(each["formula"] == '="δ"' for each in wrong)
        else:
            assert ("δ" if encoding == "utf-8" else "\\u03b4") in text


@posix_only
@pytest.mark.parametrize("command", [["check", "--engine", "libreoffice"], ["build"]])
@pytest.mark.first(1)
def test_a_folder_for_drafts_without_space_is_one_sentence(short_path, tmp_path, command):
    """A limit on the size of files is what a full disk is."""

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))

    (tmp_path / "output").mkdir()
    arguments = [*command, *([short_path] if command[0] == "check" else [])]
    ran = shell('"$@"', *arguments, cwd=tmp_path, preexec_fn=limit)
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1
    assert ran.stderr.startswith("Error: ")
    assert not list(Path(tmp_path, "output").iterdir())


@pytest.mark.slow
def test_a_missing_folder_for_drafts_is_no_traceback(short_path):
    ran = shell('"$@"', *CHECK, short_path, env={**os.environ, "TMPDIR": "/nowhere"})
    assert ran.returncode == 0


@pytest.mark.parametrize("error", [XlnnError, DataError, WorkbookError])
@pytest.mark.parametrize(
    "found", ["a" * 10_000, "a\nb\r\n" * 900, "\x1b[2J" * 99, "\x9b\u202e\0\ud800", "δ" * 5_000]
)
def test_a_message_is_one_short_line_whatever_it_quotes(error, found):
    said = str(error(f'book.xlsx holds "{found}"; write it anew.'))
    assert said.isprintable()
    assert len(said) <= LONGEST < 300
    assert said.startswith("book.xlsx holds")
    assert said.endswith("write it anew.")


def test_a_short_message_stays_as_it_is():
    for text in ("", "a  b", "δ²₁ of image 1", "a" * LONGEST):
        assert one_line(text) == text
