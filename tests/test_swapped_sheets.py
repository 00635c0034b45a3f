"""Sheets that have one another's names are the answer, and no check goes on for ever."""

import re
import shutil
import zipfile
from itertools import combinations

import psutil
import pytest
from rewriting import edit

from xlnn import engines
from xlnn.building.build import build
from xlnn.checking import edits
from xlnn.checking.check import check
from xlnn.engines import ENGINES, PROGRAMS
from xlnn.errors import EngineError, WorkbookError
from xlnn.grid import quoted
from xlnn.loading import open_file
from xlnn.loading.values import values
from xlnn.xlsx.parts import WORKBOOK, sheet_parts

EMBEDDED = sorted(set(ENGINES) - {*PROGRAMS})

TITLES = (
    *("Guide", "Map", "Play", "Data", "Lens", "Predict", "Training", "Weights"),
    *("Gradients", "Progress", "Confusion matrix", "Gradient check", "Check", "Map data"),
    *("Drawing", "Spec"),
)

ENDLESS = [
    *(("Data", each) for each in ("Training", "Weights", "Gradients", "Progress", "Map data")),
    *((each, "Weights") for each in ("Predict", "Training")),
    *(("Weights", each) for each in ("Gradients", "Progress", "Map data", "Check")),
]
"""Pairs of which each engine says that a formula depends on itself."""

MOST_TURNS, MOST_PROCESSES = 3, 1


@pytest.fixture(scope="module")
def xor_path(tmp_path_factory):
    path = tmp_path_factory.mktemp("xor") / "xor.xlsx"
    build("xor", path, epochs=2, verify=False)
    return path


@pytest.fixture
def xor_copy(xor_path, tmp_path):
    return shutil.copy(xor_path, tmp_path / "copy.xlsx")


def rename(path, names, *, follow=False):
    """Give sheets other names, all at once; formulas follow in a spreadsheet program alone."""
    titles = {f'name="{old}"': f'name="{new}"' for old, new in names.items()}
    used = {f"{quoted(old)}!": f"{quoted(new)}!" for old, new in names.items()} if follow else {}
    with zipfile.ZipFile(path) as source:
        parts = {entry: source.read(entry) for entry in source.infolist()}
    with zipfile.ZipFile(path, "w") as target:
        for entry, content in parts.items():
            text = content
            if entry.filename == WORKBOOK:
                text = replaced(text, r"(?<=<sheet )[^>]*", titles)
            if entry.filename.endswith(".xml"):
                text = replaced(text, r"(?s).+", used)
            target.writestr(entry, text)
    return path


def replaced(content, where, words):
    """Replace words in the parts of a text that match a pattern."""
    if not words:
        return content
    any_word = re.compile(r"(?<![\w'])(" + "|".join(map(re.escape, words)) + ")")
    return re.sub(
        where,
        lambda found: any_word.sub(lambda word: words[word[0]], found[0]),
        content.decode(),
    ).encode()


def swap(path, first, second, *, follow=False):
    return rename(path, {first: second, second: first}, follow=follow)


PAIRS = list(combinations(TITLES, 2))


def test_the_pairs_are_those_of_the_sheets(xor_path):
    assert tuple(sheet_parts(xor_path)) == TITLES
    assert set(ENDLESS) <= set(PAIRS)


@pytest.mark.parametrize(("first", "second"), PAIRS)
@pytest.mark.parametrize(
    ("engine", "follow"), [*((name, False) for name in EMBEDDED), (EMBEDDED[0], True)]
)
@pytest.mark.slow
def test_every_pair_of_sheets_is_answered_by_its_cause(xor_copy, first, second, follow, engine):
    swapped(xor_copy, first, second, follow, engine)


@pytest.mark.parametrize(
    ("first", "second", "follow"),
    [
        *((*ENDLESS[0], follow) for follow in (False, True)),
        ("Guide", "Weights", True),
        ("Training", "Spec", False),
        ("Guide", "Spec", True),
    ],
)
@pytest.mark.first(1)
def test_two_sheets_that_have_each_others_names_are_the_answer(xor_copy, first, second, follow):
    swapped(xor_copy, first, second, follow, "formualizer")


def swapped(path, first, second, follow, engine):
    swap(path, first, second, follow=follow)
    with pytest.raises(WorkbookError) as said:
        check(path, engine)
    said = str(said.value)
    assert said.startswith(
        f"copy.xlsx: the sheets {second} and {first} have each other's names: swap the names back"
    )
    assert "\n" not in said
    if follow:
        assert said.endswith("names back.")
    elif (first, second) in ENDLESS:
        assert said.endswith(
            " in xl/workbook.xml itself, since a spreadsheet program would change the formulas too."
        )


@pytest.mark.slow
def test_three_sheets_that_have_one_anothers_names_are_the_answer(xor_copy):
    rename(xor_copy, {"Data": "Weights", "Training": "Data", "Weights": "Training"}, follow=True)
    with pytest.raises(WorkbookError) as said:
        check(xor_copy, "formualizer")
    assert str(said.value) == (
        "copy.xlsx: the sheets Weights, Data and Training have one another's names: rename Weights "
        "to Data, Data to Training, Training to Weights."
    )


@pytest.mark.parametrize("template", ["activations", "costs"])
@pytest.mark.parametrize("lang", ["zh", "en", "ja"])
@pytest.mark.first(lang=1)
@pytest.mark.ci
def test_sheets_of_other_kinds_and_languages_are_named_too(template, lang, tmp_path):
    path = build(template, tmp_path / "book.xlsx", lang=lang, verify=False).path
    *_, first, second, _ = sheet_parts(path)
    with pytest.raises(WorkbookError, match=f"the sheets {second} and {first} have each other's"):
        check(swap(path, first, second), "formualizer")


@pytest.mark.ci
def test_values_of_swapped_sheets_are_not_returned(xor_copy):
    with pytest.raises(WorkbookError, match="have each other's names"):
        values(swap(xor_copy, "Data", "Play", follow=True), "formualizer")


@pytest.mark.parametrize(
    "headings",
    [
        {"Data!B1": "Training"},
        {"Data!B1": "Guide"},
        {"Data!B1": "Training", "Training!C1": "Data"},
        {"Play!B1": "Data", "Data!B1": "Play"},
        {"Guide!B1": "Data", "Data!B1": "Guide"},
        {"Guide!B1": None, "Spec!A1": None},
    ],
)
@pytest.mark.first(1)
@pytest.mark.ci
def test_headings_that_a_person_typed_mislead_nobody(xor_copy, headings):
    assert check(edit(xor_copy, headings), "formualizer", probes=0).agrees


@pytest.fixture
def turns(monkeypatch):
    """Count how often an engine begins, and how many processes there are then."""
    found, load, before = [], engines.load, set(psutil.Process().children(recursive=True))

    def counted(*arguments, **options):
        loaded = load(*arguments, **options)
        found.append(len(set(psutil.Process().children(recursive=True)) - before))
        return loaded

    monkeypatch.setattr(engines, "load", counted)
    yield found
    assert set(psutil.Process().children(recursive=True)) == before


@pytest.fixture
def by_formulas_alone(monkeypatch):
    """Let nobody look at headings."""
    monkeypatch.setattr(open_file, "swapped", lambda *_: None)
    monkeypatch.setattr(edits, "by_heading", lambda *_: {})


@pytest.mark.usefixtures("by_formulas_alone")
@pytest.mark.parametrize("engine", EMBEDDED)
@pytest.mark.parametrize(("first", "second"), [*ENDLESS, *PAIRS])
@pytest.mark.first(1)
@pytest.mark.ci
def test_every_check_ends_after_few_turns(xor_copy, first, second, engine, turns):
    swap(xor_copy, first, second)
    try:
        assert not check(xor_copy, engine).agrees
    except (WorkbookError, EngineError) as refusal:
        assert "\n" not in str(refusal)  # noqa: PT017 -- a report will do as well
    assert len(turns) <= MOST_TURNS
    assert max(turns) <= MOST_PROCESSES


@pytest.mark.parametrize("engine", EMBEDDED)
@pytest.mark.first(engine=1)
@pytest.mark.ci
def test_a_circle_and_a_formula_that_stops_the_engine_are_both_found(
    xor_copy, engine, turns, monkeypatch
):
    """The second turn stops at another formula, and the third knows of both."""
    load, times = engines.load, []

    def loaded(name, path, *more, **options):
        recalculate = load(name, path, *more, **options)
        times.append(name)
        turn = len(times)

        def stops(inputs):
            found = recalculate(inputs)
            if turn == 2:
                raise EngineError("It cannot.")
            return found

        stops.cancel = recalculate.cancel
        return stops

    monkeypatch.setattr(engines, "load", loaded)
    own = {"Training!BA5": "=STDEV(C4:C9)"}  # which no engine sees
    edit(xor_copy, {"Training!C4": "=C4+1", "Training!D4": "=Data!B4*1", **own})
    report = check(xor_copy, engine)
    assert {each.cell: each.got for each in report.wrong} == {
        "Training!C4": "#CIRC!",
        "Training!D4": "#N/A",
    }
    assert len(turns) == 3
