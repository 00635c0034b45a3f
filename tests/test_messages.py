"""Reports and errors are in the language of the workbook or of --lang; JSON is in English."""

import ast
import copy
import json
import os
import pickle
import re
import subprocess
import sys
from dataclasses import fields
from errno import EACCES, EISDIR, ENOENT, ENOSPC, EROFS
from pathlib import Path
from string import Formatter

import click
import openpyxl
import pytest
from click.testing import CliRunner

import xlnn
from xlnn.cli import cli
from xlnn.cli.main import sentence_of
from xlnn.cli.progress_bar import Progress
from xlnn.cli.usage import SENTENCES as USAGE
from xlnn.cli.usage import usage_lines
from xlnn.data.column import SENTENCES
from xlnn.data.messages import listed
from xlnn.errors import DataError, Message
from xlnn.loading.spec import described
from xlnn.options import BUILD
from xlnn.registry.templates import experiments, folder, loaded
from xlnn.registry.text import MESSAGES, in_language, languages, translated
from xlnn.workbooks.spec import Spec

TRANSLATED = [lang for lang in languages() if lang != "en"]

FROM_TABLES = {"row", "line"}
FROM_TABLES |= {*SENTENCES, *USAGE, *BUILD["cost"].choices}
FROM_TABLES |= {option.thing for option in BUILD.values()} - {""}
FROM_TABLES |= {option.wanted or option.type.wanted for option in BUILD.values()}
FROM_TABLES |= {os.strerror(number) for number in (EACCES, EISDIR, ENOENT, ENOSPC, EROFS)}
"""Messages that are no constants where they are made."""


def constants(node):
    """Yield the texts that an expression may be."""
    match node:
        case ast.Constant(str() as text):
            yield text
        case ast.IfExp():
            yield from constants(node.body)
            yield from constants(node.orelse)


def messages(source):
    """Yield the templates of the messages that a module makes."""
    for call in ast.walk(ast.parse(source)):
        match call:
            case ast.Call(func=ast.Name("counted"), args=[_, ast.Constant(str() as noun)]):
                yield from (f"{{number}} {noun}", f"{{number}} {noun}s")
            case ast.Call(func=ast.Name("Form"), args=[_, _, sentence, *_]):
                yield from constants(sentence)
            case ast.Call(func=ast.Name(name), args=[first, *_], keywords=values):
                if name == "Message" or (name.endswith("Error") and values):
                    yield from constants(first)


@pytest.fixture(scope="module")
def made():
    """The messages of all modules."""
    modules = Path(xlnn.__file__).parent.rglob("*.py")
    return {message for path in modules for message in messages(path.read_text("utf-8"))}


def blanks(sentence):
    """Return the names in a sentence's braces."""
    return {name for _, name, *_ in Formatter().parse(sentence) if name is not None}


def wrong_sentences(sentences, made):
    """Return what is not translated, translated although nothing says it, or has other braces."""
    in_words = {each for each in made if re.search("[A-Za-z]{2}", re.sub(r"\{[^}]*\}", "", each))}
    lost = (in_words - sentences.keys()) | (sentences.keys() - made)
    return lost | {k for k in sentences.keys() - lost if blanks(k) != blanks(sentences[k])}


@pytest.mark.parametrize("lang", TRANSLATED)
def test_every_sentence_is_in_every_language_with_the_same_braces(lang, made):
    assert len(made) > 200
    assert wrong_sentences(translated(lang, MESSAGES), made | FROM_TABLES) == set()


def test_a_sentence_that_is_not_translated_or_differs_in_its_braces_is_found():
    made = {*messages('Message("{a} is" if x else "{a} are", a=1)\nDataError("no {b}", b=2)')}
    assert made == {"{a} is", "{a} are", "no {b}"}
    sentences = {"{a} is": "{a}", "no {b}": "{c}", "old": "alt"}
    assert wrong_sentences(sentences, made) == {"{a} are", "no {b}", "old"}


def test_a_message_is_english_and_survives_copies_and_processes():
    error = DataError("{file}: {what}.", "label", file="a.csv", what=listed(["b", "c", "d"]))
    sent = pickle.loads(pickle.dumps(error))  # noqa: S301 -- its own
    for each in (error, copy.deepcopy(error), sent):
        assert str(each) == "a.csv: b, c and d."
        assert in_language(each.args[0], "zh") == "a.csv：b、c 和 d。"
    assert json.dumps(Message("{a}", a=1)) == '"1"'


@pytest.fixture(scope="module", params=TRANSLATED)
def broken(request, tmp_path_factory):
    """A workbook in a language with a wrong formula, a number typed over one, and a remark."""
    folder, lang = tmp_path_factory.mktemp(request.param), request.param
    path = xlnn.build("descent", folder / "a.xlsx", lang=lang, epochs=3, verify=False).path
    _, layout = described(path)
    workbook = openpyxl.load_workbook(path)
    for name, value in (("dx", 3.0), ("z", "=B16^2")):
        sheet, *place = layout.place(name, (1,))
        workbook[sheet].cell(*place).value = value
    workbook[sheet].cell(500, 1, "=1+1")
    workbook.save(path)
    return lang, sheet, path


ALLOWED = {"NumPy", "xlnn", "csv", "xlsx", "template", "toml", "output", "petal", "sepal"}
ALLOWED |= {"formualizer", "width", "length", "species", "digits"}
"""Names of programs, files, templates and columns, in any language."""


def english_in(lines):
    """Return the English words of an output, without formulas, options and the names of arrays."""
    words = re.sub(r"\S*/\S*|=\S.*|--\w+|`[^`]*`", "", "\n".join(lines))
    return {each for each in re.findall("[A-Za-z]{3,}", words) if each not in ALLOWED}


def test_a_broken_workbook_is_reported_in_its_language(broken):
    lang, sheet, path = broken
    result = CliRunner().invoke(cli, ["check", str(path), "--seed", "1"], catch_exceptions=False)
    assert result.exit_code == 1
    wrong = xlnn.check(path, seed=1)
    assert result.stdout == f"{wrong}\n"
    assert [each.cell.partition("!")[0] for each in wrong.wrong] == [sheet, sheet]
    assert english_in(result.stdout.splitlines()) == set()
    for reason in ("no formula", wrong.wrong[1].reason):
        assert in_language(reason, lang) in result.stdout


@pytest.mark.ci
def test_the_same_report_in_another_language_and_as_json_in_english(broken):
    _, sheet, path = broken
    shown = CliRunner().invoke(cli, ["check", "--lang", "en", str(path)], catch_exceptions=False)
    assert "2 cells wrong (recalculated by formualizer, also with random inputs)" in shown.stdout
    plain = CliRunner().invoke(cli, ["check", "--json", str(path)], catch_exceptions=False)
    report = json.loads(plain.stdout)
    assert (
        report["wrong"][1]["reason"] == f"it does not refer to {sheet}!D6, which its equation uses"
    )
    assert report.keys() == vars(xlnn.check(path)).keys() - {"lang", "names", "axes"}


@pytest.fixture
def refused(monkeypatch, tmp_path):
    """Run the program in an empty folder; return what it prints about the error."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        result = CliRunner().invoke(cli, [*map(str, arguments)])
        assert result.exit_code
        return result.stderr or sentence_of(result.exception)

    return run


IRIS = folder() / "iris" / "iris.csv"


@pytest.mark.parametrize("lang", TRANSLATED)
@pytest.mark.parametrize(
    "arguments",
    [
        ["build", "--data", "none.csv"],
        ["build", "digit"],
        ["build", "--data", IRIS, "--label", "spezies"],
        ["build", "--data", IRIS, "--target", "4", "--target", "4"],
        ["build", "xor", "--eta", "-1"],
        ["build", "xor", "--epochs", "2", "-o", "mine.xlsx"],
        ["build", "xor", "--epochs", "2", "-o", "none/mine.xlsx"],
        ["build", "--data", IRIS, "--target", "species"],
        ["build", "--data", IRIS, "--label", "species", "--sheet", "iris"],
        ["build", "--data", "mine.csv", "--label", "mine"],
        ["build", "xor", "--hidden", "0"],
        ["build", "xor", "--activation", "sigmoi"],
        ["build", "--label", "species"],
        ["check", "none.xlsx"],
        ["check", "none.xlsx", "--engine", "mine"],
        ["show", "none.xlsx"],
    ],
)
def test_an_error_is_in_the_language_that_was_asked_for(refused, lang, arguments):
    Path("mine.xlsx").write_text("mine", encoding="utf-8")
    Path("mine.csv").write_text("mine\n1\n2\n", encoding="utf-8")
    said = refused(*arguments, "--lang", lang)
    assert said.startswith(in_language(Message("Error: {error}", error=""), lang).strip())
    assert english_in([said.replace("none", "").replace("mine", "")]) <= {
        "spezies",
        "eta",
        "xor",
        "iris",
        "digit",
        "setosa",
        "sigmoi",
        "sigmoid",
        *("formulas", "ironcalc", "libreoffice", "gnumeric"),
    }
    assert english_in([refused(*arguments)])


@pytest.mark.parametrize("lang", TRANSLATED)
@pytest.mark.parametrize(
    "arguments",
    [
        ["build", "--datta", "a.csv"],
        ["build", "--data"],
        ["build", "xor", "moons"],
        ["build", "--force=3"],
        ["build", "all", "--json"],
        ["build", "xor", "--without", "xor"],
        ["check"],
        ["check", "a.xlsx", "--jobs", "0"],
        ["check", "a.xlsx", "--shard", "9/3"],
        ["export", "a.xlsx"],
        ["explain", "a.xlsx", "--epoch", "x"],
        ["train"],
        ["predict"],
        ["chekc"],
        ["grade", "a.xlsx", "--points", "x"],
    ],
)
def test_a_wrong_option_or_argument_is_named_in_the_language(lang, arguments):
    for more in ((), ("--lang", lang), (f"--lang={lang}",)):
        with pytest.raises(click.UsageError) as raised:
            cli.main(typed := [arguments[0], *more, *arguments[1:]], standalone_mode=False)
        *above, error = usage_lines(raised.value, typed)
        if more:
            for line, text in zip(above, ("Usage: {usage}", "Try '{command}' for help.", "")):  # noqa: B905 -- without a context nothing is above
                assert line.startswith(in_language(Message(text, usage="", command=""), lang))
            assert error.startswith(in_language(Message("Error: {error}", error=""), lang).strip())
            assert english_in([re.sub("'[^']*'|xlnn.*", "", error)]) <= {
                "moons", "xor", "delta", "step", "make", "site", "train", "predict", "check",
            }  # fmt: skip
    assert raised.value.exit_code == 2


def test_the_program_prints_a_wrong_option_in_the_language():
    run = [sys.executable, "-m", "xlnn", "build", "--labell", "a", "--lang", "zh"]
    ended = subprocess.run(run, capture_output=True, encoding="utf-8", check=False)
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[-1] == "错误：没有选项 '--labell'。是不是 --label？"


@pytest.mark.parametrize("lang", TRANSLATED)
def test_the_progress_is_shown_in_the_language(lang):
    times = iter([0.0, 1.0, 8.0, 8.0])
    course = Progress(lambda: next(times), lang)
    course.tell(Message("Writing the formulas, {done:,} of {total:,} rows", done=5, total=10))
    shown = str(course)
    assert "21%" in shown
    assert english_in([shown]) == set()


def test_an_error_about_a_workbook_is_in_its_language(refused, broken):
    lang, sheet, path = broken
    workbook = openpyxl.load_workbook(path)
    del workbook[sheet]
    workbook.save("a.xlsx")
    for command in ("check", "show"):
        lost = Message("{file}: the sheet {sheet} is missing; restore it or its name.",
                       file="a.xlsx", sheet=sheet)  # fmt: skip
        assert in_language(lost, lang) in refused(command, "a.xlsx")


def test_show_names_the_sizes_of_every_workbook_in_every_language():
    sizes = {size for name in experiments() for size in loaded(name).sizes}
    sizes |= {field.name for field in fields(Spec)} - {"sizes", "words", "told", "spare", "imputed"}
    sizes -= {"kind", "template", "lang"}
    for lang in languages():
        assert sizes <= translated(lang, "explaining")["sizes"].keys()
