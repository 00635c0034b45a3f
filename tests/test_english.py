"""The command line and its errors are English, whatever the language of a workbook is."""

import re
import shutil
import unicodedata

import openpyxl
import pytest
from click.testing import CliRunner

from xlnn.building.build import build
from xlnn.cli import cli

KNOWN = ("LATIN", "GREEK", "DIGIT", "LOW LINE", "SUPERSCRIPT", "SUBSCRIPT")
"""How the names of letters and digits of English sentences and of mathematics begin."""


def printed(*words):
    """Run a command; return what it prints, without the names of sheets and files."""
    done = CliRunner().invoke(cli, [*map(str, words)])
    said = str(done.exception) if done.exception else ""
    return done.output + ("" if isinstance(done.exception, SystemExit) else said)


def foreign(text, allowed=()):
    """Return the letters of a text that are no Latin and no Greek ones, but for allowed words."""
    for word in sorted(allowed, key=len, reverse=True):
        text = text.replace(word, "")
    return {
        sign
        for sign in re.sub(r"[^\w]", "", text)
        if not unicodedata.name(sign, "LATIN").startswith(KNOWN)
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("zh") / "made.xlsx"
    build("xor", path, epochs=2, lang="zh", verify=False)
    return "zh", path, openpyxl.load_workbook(path).sheetnames


@pytest.mark.slow
def test_build_and_check_speak_english(made, tmp_path):
    lang, path, _ = made
    said = printed("build", "xor", "--epochs", "2", "--lang", lang, "-o", tmp_path / "x.xlsx")
    assert "all agree with NumPy" in said
    assert not foreign(said)
    for command in (["check", path, "--engine", "formualizer"], ["lint", path]):
        assert not foreign(printed(*command))


@pytest.mark.slow
def test_a_wrong_cell_is_told_in_english_but_for_the_names_of_sheets(made, tmp_path):
    _, path, sheets = made
    wrong = shutil.copy(path, tmp_path / "wrong.xlsx")
    book = openpyxl.load_workbook(wrong)
    book[sheets[7]]["C5"] = "=1+1"
    book.save(wrong)
    said = printed("check", wrong, "--engine", "formualizer")
    assert "1 cell wrong" in said
    assert f"{sheets[7]}!C5" in said
    assert not foreign(said, sheets)


@pytest.mark.slow
def test_errors_are_english(made, tmp_path):
    lang, path, sheets = made
    csv = tmp_path / "bad.csv"
    csv.write_text("a,0,1\nb,x,1\n", encoding="utf-8")
    foreign_file = shutil.copy(path, tmp_path / "no.xlsx")
    book = openpyxl.load_workbook(foreign_file)
    book[sheets[-1]]["A4"] = "kind = 1"
    book.save(foreign_file)
    for command in (
        ["build", "xor", "--data", csv, "--lang", lang, "-o", tmp_path / "y.xlsx"],
        ["build", "xor", "--lang", lang, "--epochs", "0", "-o", tmp_path / "y.xlsx"],
        ["build", "xor", "--lang", "xx", "-o", tmp_path / "y.xlsx"],
        ["check", foreign_file],
        ["show", foreign_file],
        ["explain", path, "W9"],
        ["explain", path, "nothing!A1"],
        ["check", tmp_path / "nowhere.xlsx"],
    ):
        said = printed(*command)
        assert said
        assert not foreign(said, sheets), command


@pytest.mark.slow
def test_show_and_explain_speak_the_workbooks_language_or_the_one_asked_for(made):
    _, path, sheets = made
    assert foreign(printed("show", path))
    assert foreign(printed("explain", path, "delta3"))
    assert not foreign(printed("explain", path, "delta3", "--lang", "en"), sheets)


def test_a_foreign_word_is_found():
    assert foreign("all agree 一致") == {"一", "致"}
    assert not foreign("η, σ′, ∂C/∂w²₁₁, naïve")
