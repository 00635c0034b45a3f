"""The command line is English if that is asked for, whatever the language of a workbook is."""

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
def test_a_report_of_a_workbook_in_chinese_is_english_if_that_is_asked_for(made, tmp_path):
    _, path, sheets = made
    wrong = shutil.copy(path, tmp_path / "wrong.xlsx")
    book = openpyxl.load_workbook(wrong)
    book[sheets[7]]["C5"] = "=1+1"
    book.save(wrong)
    assert foreign(printed("check", wrong), sheets)
    said = printed("check", wrong, "--lang", "en")
    assert "1 cell wrong" in said
    assert f"{sheets[7]}!C5" in said
    for each in (said, printed("check", path, "--lang", "en"), printed("lint", path)):
        assert not foreign(each, sheets)


@pytest.mark.slow
def test_errors_are_english_unless_another_language_is_asked_for(made, tmp_path):
    _, path, sheets = made
    csv = tmp_path / "bad.csv"
    csv.write_text("a,0,1\nb,x,1\n", encoding="utf-8")
    foreign_file = shutil.copy(path, tmp_path / "no.xlsx")
    book = openpyxl.load_workbook(foreign_file)
    book[sheets[-1]]["A4"] = "kind = 1"
    book.save(foreign_file)
    for command in (
        ["build", "xor", "--data", csv, "-o", tmp_path / "y.xlsx"],
        ["build", "xor", "--epochs", "0", "-o", tmp_path / "y.xlsx"],
        ["build", "xor", "--lang", "xx", "-o", tmp_path / "y.xlsx"],
        ["check", foreign_file, "--lang", "en"],
        ["show", foreign_file, "--lang", "en"],
        ["explain", path, "W9", "--lang", "en"],
        ["explain", path, "nothing!A1", "--lang", "en"],
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
