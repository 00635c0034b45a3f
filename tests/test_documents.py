"""Every command in a document works, and prints what the document says."""

import re
import shutil

import pytest
from documents import (
    DOCUMENTS,
    ROOT,
    TRANSLATIONS,
    Command,
    blocks,
    commands,
    furnish,
    inline,
    python,
    run,
    shown,
)

from xlnn.cli import cli

EACH = pytest.mark.parametrize(
    "path", DOCUMENTS, ids=[str(path.relative_to(ROOT)) for path in DOCUMENTS]
)
RUN = [path for path in DOCUMENTS if path not in TRANSLATIONS and path.name != "programmer.md"]
"""`test_programmer_page` runs programmer.md."""


@pytest.fixture
def desk(tmp_path, monkeypatch, short_path):
    """A reader's folder, with the book's workbook of few epochs in it, and the reader in it."""
    furnish(tmp_path)
    (tmp_path / "output").mkdir()
    shutil.copy(short_path, tmp_path / "output" / "digits.xlsx")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(
            path,
            id=str(path.relative_to(ROOT)),
            marks=pytest.mark.slow if path.name == "teacher.md" else (),
        )
        for path in (*RUN, *TRANSLATIONS)
    ],
)
@pytest.mark.usefixtures("desk")
@pytest.mark.first(2)
@pytest.mark.ci
def test_every_command_of_a_document_works_in_the_order_in_which_they_stand(path):
    names = {}
    for block in blocks(path.read_text(encoding="utf-8")):
        if block[0].startswith(("import ", "from ")):
            python(block, names)
        for command in commands(block):
            code, printed = run(command)
            assert code == command.code, f"{command.line}\n{printed}"
            missing = shown(command.prints or (), printed)
            assert missing is None, f"{command.line}\nno such line: {missing}\n{printed}"


@EACH
def test_commands_and_options_within_sentences_exist(path):
    options = {
        name: {o for p in each.params for o in p.opts} for name, each in cli.commands.items()
    }
    for command in inline(path.read_text(encoding="utf-8")):
        name = command.split(" ")[1]
        assert name in options, command
        assert set(re.findall(r"(?<= )--?[a-z][a-z0-9-]*", command)) <= options[name], command


def test_the_sentences_about_the_check_are_short():
    text = re.sub(r"`[^`\n]*`", "X", (ROOT / "docs" / "check.md").read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if not re.match(r"#|    | *\| ", line)]
    paragraphs = re.split(r"\n *\n|\n *(?=- |[0-9]\. )", "\n".join(lines))
    said = [each for part in paragraphs for each in re.split(r"(?<=[.:;?!])\s", part)]
    assert len(said) > 150
    assert [each for each in said if len(each.split()) > 21] == []  # 20, and a list's mark


@EACH
def test_targets_of_make_exist(path):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`make ([a-z-]+)[^`]*`", path.read_text(encoding="utf-8")):
        assert f"\n{target}:" in makefile


@EACH
def test_links_and_pictures_lead_to_files(path):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8")):
        assert "://" in target or (path.parent / target).exists(), target


def anchors(path):
    """Return the anchors of a document's headings, as GitHub names them."""
    headings = re.findall(r"(?m)^#+ (.+)", path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


@EACH
def test_links_to_headings_lead_to_them(path):
    for target, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", path.read_text(encoding="utf-8")):
        assert anchor in anchors(path.parent / target if target else path), anchor


def skeleton(path, lang):
    """Return what a document has in common with its translation into a language, by name.

    Of the commands are left out the choice of that language, comments, and text in quotes.
    """
    text = path.read_text(encoding="utf-8")

    def plain(words):
        return " ".join(re.sub(r'"[^"]*"', '""', words).replace(f" --lang {lang}", "").split())

    links = re.findall(r"\]\(([^)#]*)", text)
    return {
        "commands": [
            [(plain(command.words), command.prints is None) for command in commands(block)]
            for block in blocks(text)
        ],
        "commands within sentences": sorted(plain(words) for words in inline(text)),
        "links and pictures": sorted(re.sub(r"\.(zh|ja)\.", ".", each) for each in links),
        "pictures": text.count("!["),
        "headings": re.findall(r"(?m)^#+ ", text),
        "rows of tables": len(re.findall(r"(?m)^\| ", text)),
        "items": len(re.findall(r"(?m)^- ", text)),
        "numbers and cells": {*re.findall(r"(?<![\d.])\d+\.\d+|\b[A-Z]{1,2}\$?\d{1,3}\b", text)},
    }


@pytest.mark.parametrize("path", TRANSLATIONS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_translation_has_the_same_commands_headings_and_links(path):
    lang = path.suffixes[0].strip(".")
    original, translation = skeleton(TRANSLATIONS[path], lang), skeleton(path, lang)
    assert sum(map(len, original["commands"])) + len(original["links and pictures"]) >= 10
    for what, there in original.items():
        assert translation[what] == there, what


@pytest.mark.parametrize("path", sorted(ROOT.glob("README*.md")), ids=lambda path: path.name)
def test_every_readme_is_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) < 75


@pytest.mark.usefixtures("desk")
def test_a_command_that_fails_and_a_line_that_is_not_printed_are_found():
    assert run(Command("xlnn check nowhere.xlsx"))[0] == 1
    assert run(Command("xlnn check --wrong"))[0] == 2
    assert shown(("a", "…", "c"), "a\nb\nc\n") is None
    assert shown(("a", "c"), "a\nb\nc\n") == "c"
    assert shown(("b", "…", "d"), "a\nb\nc\n") == "d"


def test_commands_are_told_from_what_else_a_document_shows():
    text = "a\n\n    xlnn lint x.xlsx  # a word\n    Sheet!A1\n\nb\n\n    $ xlnn show x\n    it\n"
    found = [each for block in blocks(text) for each in commands(block)]
    assert [(each.words, each.prints) for each in found] == [
        ("xlnn lint x.xlsx", None),
        ("xlnn show x", ("it",)),
    ]
