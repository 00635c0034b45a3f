"""Every block of docs/programmer.md is run, from top to bottom: it says what is so."""

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from xlnn.cli import cli

pytestmark = pytest.mark.ci

PAGE = Path(__file__).parent.parent / "docs" / "programmer.md"
EXAMPLES = PAGE.parent / "examples"
BLOCK = re.compile(r"^```python\n(.*?)^```$|^((?:    xlnn [^\n]*\n)+)", re.MULTILINE | re.DOTALL)


def run_page(text):
    """Run the blocks of a page in the current folder; raise what fails."""
    names = {}
    for found in BLOCK.finditer(text):
        block, commands = found.groups()
        line = text[: found.start()].count("\n") + 1
        if commands:
            for command in commands.split("\n")[:-1]:
                arguments = command.split()[1:]
                done = CliRunner().invoke(cli, arguments, catch_exceptions=False)
                assert done.exit_code == 0, done.output
        elif block.startswith("# test_"):
            script = Path(block.split("\n")[0].removeprefix("# "))
            script.write_text(block)
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", script.name]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout
        else:
            test = doctest.DocTestParser().get_doctest(block, names, "page", PAGE.name, line)
            said = []
            runner = doctest.DocTestRunner()
            runner.run(test, out=said.append, clear_globs=False)
            assert runner.failures == 0, "".join(said)
            assert test.examples, block
            names = test.globs


@pytest.mark.slow
def test_the_page_says_what_is_so(tmp_path, monkeypatch):
    pytest.importorskip("matplotlib").use("agg")
    monkeypatch.chdir(tmp_path)
    run_page(PAGE.read_text(encoding="utf-8"))


def test_the_page_begins_with_what_is_wanted_most_in_sixty_lines(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first, _, _ = PAGE.read_text(encoding="utf-8").partition("\n## Reference\n")
    assert re.findall("^## (.*)$", first, re.MULTILINE) == [
        "My equation", "My trained network", "My page"
    ]  # fmt: skip
    assert len(first.splitlines()) <= 60
    run_page(first)
    assert {path.name for path in tmp_path.glob("*.xlsx")} == {
        "level.xlsx",
        "net.xlsx",
        "page.xlsx",
    }


@pytest.mark.parametrize(
    "wrong",
    [
        "```python\n>>> 1 + 1\n3\n```\n",
        "```python\n# test_a.py\ndef test_a():\n    assert False\n```\n",
    ],
)
@pytest.mark.slow
def test_a_block_that_is_wrong_is_found(tmp_path, monkeypatch, wrong):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AssertionError):
        run_page(wrong)


def test_a_command_that_fails_is_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Exception, match="lost"):
        run_page("    xlnn export lost.xlsx -o a.onnx\n")


def test_what_the_page_links_to_is_there():
    for link in re.findall(r"\]\(([^)#]+)\)", PAGE.read_text(encoding="utf-8")):
        assert (PAGE.parent / link).exists(), link


@pytest.mark.slow
def test_a_workbook_goes_out_and_recognises_without_the_sheet(tmp_path):
    pytest.importorskip("onnxruntime")
    script = EXAMPLES / "and_back.py"
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert re.match(r"64 images, max difference \de-\d\d\n", done.stdout)
    assert done.stdout.endswith("63 of 64 images recognised by the model alone\n")
    assert len(script.read_text().splitlines()) < 40
