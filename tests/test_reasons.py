"""What another package says of a file is quoted as a whole sentence."""

import ast
from pathlib import Path

import pytest

import xlnn
from xlnn.data.messages import LONGEST_REASON, reason

PACKAGE = Path(xlnn.__file__).parent


@pytest.mark.parametrize(
    ("said", "quoted"),
    [
        ("Field 'shape' is required but missing.", "Field 'shape' is required but missing"),
        ("\n one line: \nanother", "one line"),
        ("", "ValueError"),
        ("a\x1bb", "a?b"),
    ],
)
def test_a_reason_is_the_first_line_without_its_stop(said, quoted):
    assert reason(ValueError(said)) == quoted


def test_a_long_reason_ends_after_a_word():
    said = reason(ValueError("word " * 100))
    assert said.endswith("word …")
    assert len(said) <= LONGEST_REASON + 2
    assert len(reason(ValueError("x" * 1000))) <= LONGEST_REASON + 2


def test_no_error_is_quoted_as_if_it_were_a_name():
    """`short` cuts a name after 40 characters, which leaves nothing of most reasons."""
    cut = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "short"
        and any(isinstance(each, ast.Name) and each.id == "error" for each in ast.walk(node))
    ]
    assert cut == []
