"""Every language says all that a workbook says, in words that fit where they stand."""

import ast
import re
import shutil
import zipfile
from copy import copy, deepcopy
from html import unescape
from pathlib import Path
from string import Formatter

import openpyxl
import pytest
from click.testing import CliRunner
from experiments import words_of
from networks import random_plan, replace, spec, write_plan
from programs import skip_without

import xlnn
from xlnn.block import FIRST_ROW
from xlnn.building.build import build
from xlnn.cli import cli
from xlnn.equations.optimiser import OPTIMISERS
from xlnn.errors import DataError
from xlnn.experiments.network.guide_texts import DATA, TRY_TEMPLATE
from xlnn.experiments.network.guide_texts import texts as guide_texts
from xlnn.experiments.network.kind import KIND as NETWORK
from xlnn.experiments.network.layers import LayerSpec, network_spec
from xlnn.experiments.network.quantities.lens import drawn_whole
from xlnn.experiments.network.sheets.images import GALLERY
from xlnn.experiments.network.sheets.layers import DRAW, TYPE
from xlnn.experiments.network.workbook import PAGES as NETWORK_PAGES
from xlnn.experiments.network.workbook import workbook_model
from xlnn.grid import quoted
from xlnn.registry.templates import experiments, folder, loaded
from xlnn.registry.text import (
    MESSAGES,
    TITLES,
    Text,
    languages,
    text,
    translated,
)
from xlnn.workbooks.pages.confusion import MOST_CLASSES
from xlnn.workbooks.pages.page import said as said_of
from xlnn.workbooks.pages.text_parts import Label

TRANSLATED = [lang for lang in languages() if lang != "en"]

SYMBOLS = {"C_T", "wx", "exp", "max", "ln", "sin", "tanh", "ReLU", "softmax", "RMSE", "MAE"}
"""Symbols of more than one letter: the total cost, the product in Σwx, functions and errors."""

OF_A_LAYER = re.compile("([abwz]|max)[A-Z]")
"""Symbols of a layer that has a letter for its name."""

LONGEST_TITLE = 31
FORBIDDEN_IN_TITLES = set("[]:*?/\\")
"""Excel's rules for a sheet's name."""

LONGEST_LITERAL = 255
"""Characters of a text within a formula, in Excel."""

LONGEST_SHOWN = {
    "validation.number_title": 32,
    "validation.choice_title": 32,
    "validation.number": 225,
    "validation.positive": 225,
    "validation.choice": 225,
}
"""Characters that Excel's windows show of a title and a text of an error, of which the file format
would take 255."""

LONGEST_PROMPT = 32, 255
"""Those of a prompt."""

OWN_SIGNS = ("joined.", "sentences.marks")
"""Keys of texts in which a language has signs of its own: Japanese marks what is right by ○."""

NOT_ON_A_SHEET = {
    "joined.held_out",  # of experiments
    *("sheets.matrices", "notes.matrices", "headings.end"),  # of training in matrices
    "notes.spec_of_model",  # of a programmer's model
}
"""What is for those who read the file, or on sheets of other kinds of workbooks."""

ALLOWED_WORDS = {
    "xlnn": "the program's name",
    "check": "its command, as it is typed",
    "NumPy": "a program's name",
    **dict.fromkeys(("ROW", "COLUMN", "MMULT"), "a function of a spreadsheet"),
    **dict.fromkeys(("Adam", "RMSProp"), "a method's name"),
    **dict.fromkeys(("Polyak", "Tieleman", "Hinton", "Kingma", "Ba"), "who found a method"),
    **dict.fromkeys(("Anderson", "Fisher", "Efron"), "who measured"),
}
"""Latin words that stand in every language, and why. A single letter is a symbol, too."""


KINDS_WITH_WORDS = sorted(path.name for path in (folder() / "text").iterdir() if path.is_dir())

PROGRAM = Path(xlnn.__file__).parent


def layers(*sizes_and_functions):
    """Return the layers above the input, of pairs of units and an activation function."""
    return tuple(
        LayerSpec(str(number), *pair) for number, pair in enumerate(sizes_and_functions, start=2)
    )


PICTURES = spec([4, 3, 2])
TABLE = replace(PICTURES, features=("甲", "乙", "丙", "丁"))
SOFTMAX = {
    "layers": layers((3, "tanh"), (2, "softmax")),
    "cost": "categorical cross-entropy",
    "scaled": True,
    "test_samples": 2,
}
REGRESSION = {
    "layers": layers((3, "relu"), (2, "linear")),
    "task": "regression",
    "test_samples": 2,
    "scaled": True,
    "scaled_targets": True,
}
KINDS = {
    "pictures": PICTURES,
    "digits": replace(PICTURES, template="digits", epochs=50),
    "table": TABLE,
    "regression": replace(TABLE, **REGRESSION),
    "maps": replace(
        PICTURES,
        picture=(6, 6),
        layers=(
            LayerSpec("F", 2, "sigmoid", "convolution", (3, 3)),
            LayerSpec("P", 0, "linear", "max pooling", (2, 2)),
            LayerSpec("Q", 0, "linear", "average pooling", (2, 1)),
            LayerSpec("O", 2),
        ),
    ),
    "cross_entropy": replace(PICTURES, cost="cross-entropy"),
    "scaled": replace(TABLE, scaled=True),
    "scaled pictures": replace(PICTURES, scaled=True),
    "scaled_targets": replace(TABLE, **REGRESSION),
    "momentum": replace(PICTURES, optimizer="momentum"),
    "rmsprop": replace(PICTURES, optimizer="rmsprop", regularised=True),
    "compared": replace(
        PICTURES,
        runs=("sgd", "momentum", "rmsprop", "adam"),
        regularised=True,
        compared=("optimizer", "eta", "l2", "seed"),
        seeds=(1, 2, 3, 4),
        test_samples=2,
    ),
    "compared rows": replace(TABLE, runs=("sgd", "sgd"), test_samples=2),
    "compared regressions": replace(TABLE, **REGRESSION | {"runs": ("sgd", "sgd")}),
    "adam": replace(TABLE, optimizer="adam", regularised=True),
}
OWN_LAYERS = {
    "xor": (LayerSpec("2", 3, "tanh"), LayerSpec("3", 2, "tanh")),
    "cnn": (
        LayerSpec("F", 3, "sigmoid", "convolution", (3, 3)),
        LayerSpec("P", 0, "linear", "max pooling", (2, 2)),
        LayerSpec("O", 2),
    ),
}
KINDS |= {
    name: replace(KINDS[like], template=name, layers=OWN_LAYERS[name], epochs=50)
    for name, like in (("xor", "table"), ("cnn", "maps"))
}
KINDS["xor"] = replace(KINDS["xor"], picture=(1, 2), features=("甲", "乙"))
"""A workbook of each kind that has words of its own."""

SHOWING = {
    **KINDS,
    "too large": spec([40, 60, 2], images=1, epochs=1),
    "more than the gallery": spec([4, 3, 2], images=GALLERY + 1, epochs=1),
    "softmax": replace(PICTURES, **SOFTMAX),
    "softmax of a table": replace(TABLE, **SOFTMAX),
    "two inputs": replace(TABLE, picture=(1, 2), features=("甲", "乙")),
    "two inputs of a regression": replace(
        TABLE, picture=(1, 2), features=("甲", "乙"), **REGRESSION
    ),
    "missing values": replace(TABLE, missing="drop"),
    "mean values": replace(TABLE, missing="mean"),
    "many classes": spec([4, 3, MOST_CLASSES + 1], epochs=1),
    "regression of what is not scaled": replace(
        TABLE, **REGRESSION | {"scaled": False, "scaled_targets": False}
    ),
    "regression of all rows": replace(TABLE, **REGRESSION | {"test_samples": 0}),
    "a hidden layer above maps": replace(
        KINDS["maps"], layers=(*KINDS["maps"].layers[:-1], LayerSpec("H", 2), LayerSpec("O", 2))
    ),
}
NORMALISED = {
    "layers": (LayerSpec("H", 2), LayerSpec("N", 0, "sigmoid", "layernorm"), LayerSpec("O", 2))
}
SHOWING["normalised table"] = replace(TABLE, **NORMALISED)
for name in OPTIMISERS:
    SHOWING[f"normalised, {name}"] = replace(PICTURES, optimizer=name, **NORMALISED)
    SHOWING[f"compared, {name}"] = replace(
        PICTURES, optimizer=name, runs=(name, name), compared=("eta",)
    )
"""Workbooks that show, taken together, every text."""


# --- what is compared ------------------------------------------------------------------------


def leaves(words, path=""):
    """Yield the texts of a dictionary by their dotted keys; entries of a list by their number."""
    if isinstance(words, str):
        yield path, words
        return
    entries = words.items() if isinstance(words, dict) else enumerate(words)
    for key, value in entries:
        yield from leaves(value, f"{path}.{key}" if path else str(key))


def put(words, path, value):
    """Return a copy of a dictionary in which one text is another, or is gone (None)."""
    words = deepcopy(words)
    *parents, last = (int(key) if key.isdigit() else key for key in path.split("."))
    table = words
    for key in parents:
        table = table[key]
    if value is None:
        del table[last]
    else:
        table[last] = value
    return words


def blanks(words):
    """Return the names in a text's braces."""
    return sorted(name for _, name, *_ in Formatter().parse(words) if name is not None)


def differences(english, other):
    """Return the keys at which a dictionary says not what the English one says."""
    ours, theirs = dict(leaves(english)), dict(leaves(other))
    found = set(ours) ^ set(theirs)
    for key in set(ours) & set(theirs):
        is_symbols = not latin_words(ours[key]) - SYMBOLS and not key.startswith(OWN_SIGNS)
        same = ours[key] == theirs[key] if is_symbols else blanks(ours[key]) == blanks(theirs[key])
        if not same or bool(ours[key].strip()) != bool(theirs[key].strip()):
            found.add(key)
    return found


def without_titles(words):
    """Return words without those whose keys are English texts, which the program states.

    Those of a kind may have a word of their own.
    """
    return {key: word for key, word in words.items() if key not in {TITLES, "quantities"}}


def keyed(words, english):
    """Return the words that have a key; the others are found by their English text.

    Headings are both.
    """
    of_english = {section: words[section] for section in english}
    headings = {key: word for key, word in words["headings"].items() if key in english["headings"]}
    return {**of_english, "headings": headings}


def latin_words(words):
    """Return the words of two or more Latin letters that no brace holds."""
    return set(re.findall(r"[A-Za-z_]{2,}", re.sub(r"\{\w*\}", "", words)))


def title_problems(titles):
    """Return the titles that Excel does not allow, or not beside the others."""
    wrong = [
        title
        for title in titles
        if not 1 <= len(title) <= LONGEST_TITLE
        or FORBIDDEN_IN_TITLES & set(title)
        or title != title.strip(" '")
        or title.casefold() == "history"
    ]
    return wrong + [title for title in titles if titles.count(title) > 1]


def quoted_titles(titles):
    """Return the titles that a formula has to quote."""
    return [title for title in titles if quoted(title) != title]


def unfit_sentences(words):
    """Return the keys of the texts that a formula cannot take in."""
    sentences = {key: value for key, value in leaves(words) if key.split(".")[0] == "sentences"}
    wrong = {
        key
        for key, value in sentences.items()
        if '"' in value or "\n" in value or len(value) > LONGEST_LITERAL
    }
    verdict = sentences.get("sentences.verdict", "{label} {output}")
    return wrong if re.search(r"\{label\}.*\{output\}", verdict) else {*wrong, "sentences.verdict"}


def too_long(words):
    """Return the keys of the texts that Excel's windows would cut off in some workbook."""
    texts = dict(leaves(words))
    return {
        key
        for key, most in LONGEST_SHOWN.items()
        if len(texts[key].replace("{largest}", "1000000")) > most
    }


@pytest.fixture(scope="module")
def english():
    return text("en").words


@pytest.mark.parametrize("lang", TRANSLATED)
def test_a_language_has_the_keys_braces_and_symbols_of_english(english, lang):
    words = text(lang).words
    assert differences(english, keyed(words, english)) == set()
    assert differences(english, keyed(put(words, "headings.end", None), english)) == {
        "headings.end"
    }
    assert differences(english, keyed(put(words, "notes.more", "?"), english)) == {"notes.more"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("notes.spec", None),
        ("validation.share", None),
        ("sheets", {"spec": "Spec"}),
        ("joined.named", "{what}"),
        ("validation", ["one"]),
        ("notes.other", "more"),
        ("headings.tested", "no name"),
        ("headings.tested", "{name} {images}"),
        ("validation.number", " "),
    ],
)
def test_a_key_a_brace_or_a_symbol_that_differs_is_found(english, key, value):
    assert any(found.startswith(key) for found in differences(english, put(english, key, value)))


def test_a_symbol_that_differs_is_found():
    assert differences({"a": "η = {eta}"}, {"a": "ε = {eta}"}) == {"a"}


def by_their_english(words):
    """Yield the texts of a workbook that are translated by their English."""
    for section in ("quantities", "sheets", "notes", "guide"):
        yield from (word for _, word in leaves(words[section]))


@pytest.fixture(scope="module")
def english_titles():
    """What networks state of quantities, of pages and in the Guide."""
    predicts = network_spec((4, 3), ("0", "1"), *PICTURES.layers)
    named = ("甲", "乙 = 一", "乙 = 二", "丁")
    in_words = replace(TABLE, features=named, words=(("乙", "一", "二"),))
    told = {*(word for _, word in leaves(TRY_TEMPLATE))}
    for each in (*SHOWING.values(), predicts, in_words):
        model = workbook_model(each, text(each.lang))
        told |= {*by_their_english(said_of(model, NETWORK_PAGES, each))}
        told |= {word for _, word in leaves(guide_texts(each))}
    return told


@pytest.fixture(scope="module")
def other_titles():
    """What experiments state: texts of the parts that they share have no other file."""
    return {word for name in experiments() for word in by_their_english(loaded(name).english.words)}


def title_differences(english, titles):
    """Return the English titles that are not translated, or differ in what is in braces."""
    spoken = {word for word in english if latin_words(word) - SYMBOLS - ALLOWED_WORDS.keys()}
    others = {word for word, told in titles.items() if blanks(word) != blanks(told)}
    return (spoken ^ titles.keys() & english) | (titles.keys() - english) | others


@pytest.mark.parametrize("lang", TRANSLATED)
@pytest.mark.ci
def test_a_language_has_the_titles_and_meanings_that_networks_state(
    english_titles, other_titles, lang
):
    titles = text(lang).words[TITLES]
    shared = (titles.keys() & other_titles) - english_titles
    titles = {word: told for word, told in titles.items() if word not in shared}
    assert title_differences(english_titles, titles) == set()
    missing = {word: told for word, told in titles.items() if word != "learning rate"}
    assert title_differences(english_titles, missing) == {"learning rate"}
    assert title_differences(english_titles, {**titles, "of nothing": "?"}) == {"of nothing"}
    decayed = next(word for word in titles if "{decay}" in word)
    assert title_differences(english_titles, {**titles, decayed: "{step}"}) == {decayed}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", languages())
def test_titles_are_sheet_names_and_those_of_formulas_need_no_quotes(lang, kind):
    titles = list(NETWORK.words(replace(KINDS[kind], lang=lang)).sheets.values())
    assert title_problems(titles) == []
    assert lang == "en" or quoted_titles(titles) == []


@pytest.mark.parametrize(
    "titles",
    [["a" * 32], ["a:b"], ["a/b"], [""], [" a"], ["a'"], ["History"], ["a", "b", "a"]],
)
def test_a_title_that_excel_does_not_allow_is_found(titles):
    assert title_problems(titles)


@pytest.mark.parametrize("command", ["build", "exercise"])
def test_the_help_names_every_language(command):
    printed = CliRunner().invoke(cli, [command, "--help"]).output
    assert f"The workbook's language: {', '.join(languages())}." in printed


def test_a_title_that_needs_quotes_is_found():
    assert quoted_titles(["数据", "测试 数据", "1层"]) == ["测试 数据", "1层"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_title_that_a_kind_of_workbook_has_twice_is_found(monkeypatch, kind):
    words = put(text("zh").words, "titles.Lens", text("zh").words[TITLES]["Play"])
    monkeypatch.setattr("xlnn.experiments.network.kind.text", lambda lang: Text(lang, words))
    assert title_problems([*NETWORK.words(replace(KINDS[kind], lang="zh")).sheets.values()])


def test_a_workbook_is_recognised_by_a_title_that_no_other_sheet_has_in_any_language():
    specs = {text(lang).sheets["spec"] for lang in languages()}
    sheets = [
        NETWORK.words(replace(model, lang=lang)).sheets
        for lang in languages()
        for model in KINDS.values()
    ]
    assert len(specs) == len(languages())
    assert {titles["spec"] for titles in sheets} == specs
    assert specs.isdisjoint(titles[key] for titles in sheets for key in titles if key != "spec")


@pytest.mark.parametrize("lang", languages())
def test_sentences_can_stand_in_formulas(lang):
    for model in SHOWING.values():
        assert unfit_sentences(NETWORK.words(replace(model, lang=lang)).words) == set()


@pytest.mark.parametrize("lang", TRANSLATED)
def test_sentences_of_pages_can_stand_in_formulas(lang):
    words = text(lang).words
    assert unfit_sentences(words) == set()
    altered = put(words, "sentences.verdict", "{output} for {label}")
    assert unfit_sentences(altered) == {"sentences.verdict"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("sentences.check_agrees", 'They "agree".'),
        ("sentences.is_wrong", "a" * 256),
        ("sentences.never", "two\nlines"),
    ],
)
def test_a_sentence_that_no_formula_takes_is_found(key, value):
    assert unfit_sentences(put(NETWORK.words(PICTURES).words, key, value)) == {key}


@pytest.mark.parametrize("lang", languages())
@pytest.mark.ci
def test_what_is_said_of_a_wrong_input_is_shown_whole(lang):
    assert too_long(text(lang).words) == set()


@pytest.mark.parametrize("key", LONGEST_SHOWN)
@pytest.mark.ci
def test_what_would_be_cut_off_is_found(english, key):
    assert too_long(put(english, key, "a" * (LONGEST_SHOWN[key] + 1))) == {key}


def cut_off(words, told):
    """Return whether a window would cut off a prompt or its title."""
    said = (words.of_itself("headings", each) for each in told)
    return any(len(each) > most for each, most in zip(said, LONGEST_PROMPT, strict=True))


@pytest.mark.parametrize("told", [DRAW, TYPE])
@pytest.mark.parametrize("lang", languages())
def test_what_is_said_beside_a_grid_is_shown_whole(lang, told):
    words = text(lang)
    assert not cut_off(words, told)
    for each, most in zip(told, LONGEST_PROMPT, strict=True):
        assert cut_off(Text(lang, {"headings": {each: "a" * (most + 1)}}), told)


# --- what is used ----------------------------------------------------------------------------


def unused(words, monkeypatch, folder, models=SHOWING):
    """Return the keys of the texts that are in no workbook.

    Every text carries a mark of its own, and the files are searched for the marks: what is only
    looked up and never written is not used.
    """
    marks = {key: f"«{number}»" for number, (key, _) in enumerate(leaves(words))}
    marked = words
    for key, value in leaves(words):
        is_title = key.startswith("sheets.")
        marked = put(marked, key, marks[key] if is_title else value + marks[key])
    monkeypatch.setattr("xlnn.experiments.network.kind.text", lambda lang: Text(lang, marked))
    written = ""
    for name, model in models.items():
        path = write_plan(folder / f"{name}.xlsx", random_plan(model, seed=1))
        with zipfile.ZipFile(path) as archive:
            written += "".join(unescape(archive.read(part).decode()) for part in archive.namelist())
    return {key for key, mark in marks.items() if mark not in written}


def test_the_workbooks_show_large_networks_and_small_ones():
    assert {name for name, model in SHOWING.items() if not drawn_whole(model)} == {"too large"}


@pytest.mark.slow
def test_every_text_is_used_and_one_that_is_not_is_found(english, monkeypatch, tmp_path):
    planted = {
        "notes.other": "never shown",
        "headings.other": "of an axis that is not there",
    }
    words = english
    for key, said in planted.items():
        words = put(words, key, said)
    explained = {
        f"quantities.{each.kind}"
        for shown in SHOWING.values()
        for each in workbook_model(shown, text(shown.lang)).quantities
    }
    found = unused(words, monkeypatch, tmp_path) - explained
    assert found == NOT_ON_A_SHEET | set(planted)


def looked_up(source):
    """Yield the section and key of every text that a program names in so many words."""
    for call in ast.walk(ast.parse(source)):
        match call:
            case ast.Call(
                func=ast.Name("words") | ast.Attribute(attr="words"),
                args=[ast.Constant(section), ast.Constant(key)],
            ):
                yield section, key


@pytest.mark.ci
def test_every_text_that_is_looked_up_is_there(english):
    asked = {
        named for path in PROGRAM.rglob("*.py") for named in looked_up(path.read_text("utf-8"))
    }
    own = [translated("en", kind) for kind in KINDS_WITH_WORDS]
    own += [words_of(name).words for name in experiments()]
    places = [english, *own]
    assert len(asked) > 40
    for section, key in asked:
        assert any(key in place.get(section, ()) for place in places), (section, key)


def test_a_text_that_is_looked_up_is_seen():
    source = 'page.words("layers", "lettered", layer=layer)\nwords("notes", "a")\nwords("b", c)'
    assert list(looked_up(source)) == [("layers", "lettered"), ("notes", "a")]


LEAST_STATED = 4
"""Letters that a text must have besides what is filled in, so that it does not match any."""


def stated(source):
    """Yield the texts in a program as patterns, and patterns of what becomes of them if filled."""
    for node in ast.walk(ast.parse(source)):
        parts = node.values if isinstance(node, ast.JoinedStr) else [node]
        said = [each.value if isinstance(each, ast.Constant) else "{}" for each in parts]
        if all(isinstance(each, str) for each in said):
            text = "".join(said)
            yield re.escape(text)
            filled = ".*".join(map(re.escape, re.split(r"\{\w*\}", text)))
            if len(re.findall(r"[^\W\d_]", filled)) >= LEAST_STATED:
                yield filled


def left_over(texts, sources):
    """Return the texts that no program states."""
    patterns = {pattern for source in sources for pattern in stated(source)}
    whole = {pattern for pattern in patterns if ".*" not in pattern}
    filled = re.compile("|".join(patterns - whole))
    return {text for text in texts if re.escape(text) not in whole and not filled.fullmatch(text)}


@pytest.mark.ci
def test_every_text_that_the_pages_translate_is_stated_somewhere():
    sources = [path.read_text("utf-8") for path in PROGRAM.rglob("*.py")]
    words = text("zh").words
    sections = ("headings", "charts", "columns", "colours")  # titles: see the test of titles
    texts = {text for section in sections for text in words[section]}
    assert left_over(texts, sources) == set()
    assert left_over({*texts, "a text of nothing"}, sources) == {"a text of nothing"}


def test_a_text_is_stated_with_or_without_what_is_filled_in():
    sources = ['NAME = "over all {samples}"', 'f"middle of each {what}"', '"{what}: {name}"']
    texts = {"over all {samples}", "over all images", "middle of each input", "middle", "of: each"}
    assert left_over(texts, sources) == {"middle", "of: each"}


def test_a_text_that_is_missing_is_found(english, monkeypatch, tmp_path):
    words = put(english, "notes.spec", None)
    with pytest.raises(KeyError, match="spec"):
        unused(words, monkeypatch, tmp_path, {"too large": SHOWING["too large"]})


# --- what is built ---------------------------------------------------------------------------


def shown(path):
    """Yield every text that a workbook shows or may show, and where; not the lines of the Spec."""
    formulas, stored = (openpyxl.load_workbook(path, data_only=value) for value in (False, True))
    for sheet in formulas:
        yield sheet.title, sheet.title
        yield from in_cells(sheet, stored[sheet.title])
        for rule in sheet.data_validations.dataValidation:
            for said in (rule.errorTitle, rule.error, rule.promptTitle, rule.prompt):
                yield f"{sheet.title}!{rule.sqref}", said or ""
    with zipfile.ZipFile(path) as archive:
        for part in archive.namelist():
            if part.startswith("xl/charts/"):
                for said in re.findall(r"<a:t>([^<]*)</a:t>", archive.read(part).decode()):
                    yield part, unescape(said)


def in_cells(sheet, stored):
    """Yield the texts of a sheet's cells, and those within its formulas."""
    is_spec = sheet.title in {text(lang).sheets["spec"] for lang in languages()}
    for row in sheet.iter_rows(max_row=FIRST_ROW - 1 if is_spec else None):
        for cell in row:
            place = f"{sheet.title}!{cell.coordinate}"
            if cell.data_type == "f":
                for literal in re.findall(r'"((?:[^"]|"")*)"', cell.value):
                    yield place, literal
            value = stored[cell.coordinate].value
            if isinstance(value, str):
                yield place, value


def unfilled(path):
    """Return the texts in which a brace is left."""
    return [said for _, said in shown(path) if re.search(r"[{}]", said)]


def english_left(path):
    """Return the Latin words that no language but English should have, by their place."""
    found = {}
    for place, said in shown(path):
        words = latin_words(said) - SYMBOLS - set(ALLOWED_WORDS)
        if words := {word for word in words if not OF_A_LAYER.fullmatch(word)}:
            found[place] = words
    return found


def write_words(words, monkeypatch, folder, model=PICTURES, lang="en"):
    """Write a small workbook with the words of a dictionary, and return its path."""
    monkeypatch.setattr("xlnn.experiments.network.kind.text", lambda lang: Text(lang, words))
    return write_plan(folder / "words.xlsx", random_plan(replace(model, lang=lang), seed=1))


@pytest.fixture(scope="module", params=languages())
def built(request, tmp_path_factory):
    """Two epochs of the book's network, in one language."""
    path = tmp_path_factory.mktemp(request.param) / "short.xlsx"
    arguments = ["build", "--lang", request.param, "--epochs", "2", "-o", str(path)]
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return request.param, path


@pytest.mark.parametrize(
    "engine",
    [
        "formualizer",
        *(pytest.param(e, marks=pytest.mark.slow) for e in ("formulas", "libreoffice")),
    ],
)
@pytest.mark.first(2)
@pytest.mark.ci
def test_a_workbook_agrees_with_numpy_in_every_language(built, engine):
    skip_without(engine)
    arguments = ["check", str(built[1]), "--engine", engine, "--lang", "en"]
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert f"all agree with NumPy (recalculated by {engine}, also with" in result.output


@pytest.mark.first(1)
@pytest.mark.ci
def test_an_altered_cell_is_named_in_every_language(built, tmp_path):
    lang, path = built
    training = NETWORK.words(replace(PICTURES, lang=lang)).sheets["training"]
    workbook = openpyxl.load_workbook(path)
    workbook[training]["C5"] = "=1+1"
    workbook.save(tmp_path / "altered.xlsx")
    result = CliRunner().invoke(cli, ["check", str(tmp_path / "altered.xlsx"), "--lang", "en"])
    assert result.exit_code == 1
    assert f"{training}!C5   z2, epoch 1, image 2" in result.output


@pytest.mark.slow
def test_no_brace_is_left_to_fill_in(built):
    assert unfilled(built[1]) == []


@pytest.mark.ci
def test_a_brace_that_is_left_is_found(english, monkeypatch, tmp_path):
    path = write_words(put(english, "notes.spec", "Of {{what}}."), monkeypatch, tmp_path)
    assert "Of {what}." in unfilled(path)


@pytest.mark.ci
def test_only_names_and_symbols_are_english_in_another_language(built):
    lang, path = built
    assert bool(english_left(path)) == (lang == "en"), english_left(path)


@pytest.mark.parametrize("name", SHOWING)
@pytest.mark.parametrize("lang", TRANSLATED[::-1])
@pytest.mark.first(5, lang=1)
@pytest.mark.ci
@pytest.mark.first(2)
def test_no_workbook_is_partly_english_in_another_language(lang, name, monkeypatch, tmp_path):
    path = write_words(text(lang).words, monkeypatch, tmp_path, SHOWING[name], lang)
    assert english_left(path) == {}
    assert unfilled(path) == []


@pytest.mark.parametrize("lang", TRANSLATED)
def test_no_text_is_english_that_only_larger_workbooks_show(lang):
    words = {key: latin_words(value) for key, value in leaves(text(lang).words)}
    for name, lines in DATA.items():  # which say what the columns of the data are
        columns = latin_words(next((folder() / name).glob("*.csv")).read_text().partition("\n")[0])
        for key in (f"headings.{line}" for line in lines):
            words[key] -= columns
    assert {key for key, found in words.items() if found - SYMBOLS - set(ALLOWED_WORDS)} == set()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("titles.target value", "what to reach"),
        ("titles.Images", "Images"),
        ("titles.A neural network that learns in this workbook", "A title"),
        ("titles.Lens", "Lens"),
        ("notes.spec", "What is this?"),
        ("headings.epoch", "epoch"),
        ("validation.number", "Not a number."),
    ],
)
@pytest.mark.first(2)
@pytest.mark.ci
def test_an_english_text_in_another_language_is_found(monkeypatch, tmp_path, key, value):
    model = KINDS["regression"] if key == "titles.target value" else PICTURES
    path = write_words(put(text("zh").words, key, value), monkeypatch, tmp_path, model, "zh")
    found = set().union(*english_left(path).values())
    assert found
    assert found <= latin_words(value)


def without_unused(words, unused, used):
    """Return the words of a language without those of pages that a kind does not name."""
    if not isinstance(words, dict):
        return words
    return {
        key: without_unused(each, unused.get(key, {}), used.get(key, {}))
        if isinstance(each, dict)
        else each
        for key, each in words.items()
        if key in used or key not in unused
    }


def test_the_pages_that_any_experiment_may_name_have_the_same_words_in_every_language():
    one, *others = (dict(leaves(text(lang).words)) for lang in TRANSLATED)
    for key in one:
        assert all(blanks(one[key]) == blanks(other[key]) for other in others), key
    assert all(one.keys() == other.keys() for other in others)


@pytest.mark.parametrize("kind", [kind for kind in KINDS_WITH_WORDS if kind != MESSAGES])
@pytest.mark.parametrize("lang", TRANSLATED)
def test_a_kind_with_words_of_its_own_has_the_same_ones_in_every_language(kind, lang):
    if kind in experiments():
        english, other = loaded(kind).english, loaded(kind).all_words(lang)
        assert loaded(kind).untranslated(lang) == {}
        unused = text(lang).words
        other = replace(other, words=without_unused(other.words, unused, english.words))
    else:
        words = (without_titles(translated(each, kind)) for each in ("en", lang))
        english, other = map(Text, ("en", lang), words)
    assert differences(english.words, other.words) == set()
    assert title_problems([*other.words.get("sheets", {}).values()]) == []


def test_a_text_that_a_page_looks_up_when_it_is_drawn_is_reported_if_it_is_not_translated():
    kind = loaded("descent")
    assert kind.untranslated("ja") == {}
    first, *others = kind.pages
    page = copy(first)
    page.parts += Label("A new remark", "notes"), Label("α + β", "notes"), Label("A name", "")
    more = replace(kind, pages=(page, *others))
    assert more.untranslated("ja") == {"notes.A new remark": "A new remark"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[reasons\n", "The words in templates/text/grading/eo.toml are not valid TOML: "),
        (b"\xff", "The words in templates/text/grading/eo.toml are not valid TOML: "),
    ],
)
def test_a_language_with_a_file_that_is_broken_names_it(content, said, esperanto):
    (esperanto / "grading" / "eo.toml").write_bytes(content)
    with pytest.raises(DataError, match=f"^{re.escape(said)}"):
        text("eo", "grading")


def test_what_a_language_does_not_say_stands_in_english(esperanto):
    (esperanto / "grading" / "eo.toml").write_text('[report]\nstudent = "studento"\n')
    words = text("eo", "grading")
    assert words("report", "student") == "studento"
    assert words("report", "points") == text("en", "grading")("report", "points")
    assert text("eo", "index").words == text("en", "index").words


@pytest.fixture
def esperanto(tmp_path, monkeypatch):
    """A folder of words with another language, of which it has but the shared ones."""
    words = shutil.copytree(folder() / "text", tmp_path / "templates" / "text")
    shutil.copy(words / "en.toml", words / "eo.toml")
    monkeypatch.setattr("xlnn.registry.text.folder", lambda: tmp_path / "templates")
    return words


SIGN = "[ぁ-ゖァ-ヺー一-鿿々]"
TIGHT = f"{SIGN}[0-9]|[0-9]{SIGN}"
"""A number in Chinese or Japanese without a space beside it."""


@pytest.mark.parametrize("lang", ["zh", "ja"])
def test_numbers_in_chinese_and_japanese_have_one_spacing_throughout(lang):
    # "64 枚", "1枚" and "が1 枚" side by side look careless
    pages = sorted((folder() / "text").rglob(f"{lang}.toml"))
    assert len(pages) == len(KINDS_WITH_WORDS) + 1
    lines = [line for page in pages for line in page.read_text("utf-8").splitlines()]
    told = [line for line in lines if not line.startswith("#")]
    assert [line for line in told if re.search(TIGHT, line)] == []
    assert re.search(TIGHT, "第2层")
    assert re.search(TIGHT, "が1 枚")


@pytest.mark.parametrize("lang", languages())
@pytest.mark.ci
def test_a_meaning_does_not_repeat_its_name(lang):
    # "learning rate: the learning rate: how far a step goes" says one thing twice
    spoken = [NETWORK.words(replace(each, lang=lang)) for each in SHOWING.values()]
    spoken += [words_of(own, lang) if own in experiments() else text(lang, own)
               for own in KINDS_WITH_WORDS]  # fmt: skip
    repeated = set()
    for words in spoken:
        names = words.words.get("quantities", {})
        for kind, said in words.words.get("guide", {}).get("symbols", {}).items():
            name = str(names.get(kind, "")).rpartition(" ")
            for known in {names.get(kind, ""), name[0]} - {""}:
                if re.match(rf"(the )?{re.escape(known)}([:;,：；，、。]|$)", said["meaning"]):
                    repeated.add((kind, said["meaning"]))
    assert repeated == set()


@pytest.mark.parametrize("lang", languages())
def test_a_cost_that_is_a_cross_entropy_is_of_the_section_of_cross_entropy(lang):
    for cost, section in (("squared error", "3-4"), ("cross-entropy", "3-3")):
        words = NETWORK.words(replace(PICTURES, lang=lang, cost=cost))
        assert words.words["guide"]["symbols"]["C"]["book"] == section
    words = NETWORK.words(replace(TABLE, lang=lang, **SOFTMAX))
    assert words.words["guide"]["symbols"]["C"]["book"] == "3-3"


def test_what_is_counted_once_is_singular(tmp_path):
    path = build("descent", tmp_path / "one.xlsx", epochs=1, verify=False).path
    told = " ".join(
        str(cell.value) for sheet in openpyxl.load_workbook(path) for row in sheet for cell in row
    )
    assert "filled down over 1 step." in told
    assert "In 1 step z goes" in told
    assert not re.search("(?<![0-9.,-])1 (steps|epochs)", told)
