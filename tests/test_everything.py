"""`xlnn build all` writes every template and an index in the book's order, and loses nothing."""

import json
import re
import shutil
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner
from programs import QUICKEST_FIRST, skip_without

import xlnn
from xlnn.building import build_all
from xlnn.building.writing import Built
from xlnn.checking.check import check
from xlnn.cli.console import say_built
from xlnn.cli.main import cli
from xlnn.errors import DataError, OptionsError, OutputError, WorkbookError
from xlnn.linting import lint
from xlnn.options import Options
from xlnn.registry.templates import in_order, names, section_spans, template
from xlnn.registry.text import languages, shown_by, text

pytestmark = pytest.mark.first(folder=1)

QUICK = ("neuron", "sequences", "regression", "descent", "costs", "xor", "clusters")
"""Templates of each part of the index that are built in a second; the others are left out."""

BUILT = [each.name for each in in_order() if each.name in QUICK]
LEFT = [name for name in names() if name not in QUICK]
SHORT = ["--epochs", "2", "--no-verify", *(f"--without={name}" for name in LEFT)]


def run(*arguments):
    """Run the command line; return its exit code, its lines, and those on stderr."""
    result = CliRunner().invoke(cli, [str(each) for each in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout.splitlines(), result.stderr.splitlines()


@pytest.fixture(scope="module", params=languages()[::-1])
def folder(request, tmp_path_factory):
    place = tmp_path_factory.mktemp(request.param) / "new" / "folder"
    code, lines, errors = run("build", "all", "-o", place, "--lang", request.param, *SHORT)
    assert code == 0, errors
    assert [line.split()[0] for line in lines] == [
        str(place / f"{name}.xlsx") for name in [*BUILT, "index"]
    ]
    return request.param, place


def rows(path):
    """Return the lines of an index: section, name, link, what it shows, formulas."""
    sheet = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    for row in sheet.iter_rows(min_row=8, max_row=8 + len(names()) - 1):
        link = row[1].hyperlink.target if row[1].hyperlink else None
        yield row[0].value, row[1].value, link, row[2].value, row[3].value


@pytest.mark.slow
def test_the_index_links_every_workbook_in_the_order_of_the_book(folder):
    lang, place = folder
    words = text(lang, "index")
    found = [*rows(place / "index.xlsx")]
    assert [name for _, name, *_ in found] == [each.name for each in in_order()]
    for section, name, link, shows, formulas in found:
        sections = section_spans(template(name).sections, words("joined", "to"))
        assert section == (sections or words("index", "beyond"))
        assert shows.startswith(shown_by(name, lang))
        if name in LEFT:
            assert (link, formulas) == (None, 0)
            assert f"xlnn build {name}" in shows
        else:
            assert link == f"{name}.xlsx"  # relative, so that the folder may move
            assert (place / link).is_file()
            book = openpyxl.load_workbook(place / link)
            cells = (cell for sheet in book for row in sheet.iter_rows() for cell in row)
            assert formulas == sum(cell.data_type == "f" for cell in cells)


@pytest.mark.slow
def test_the_sections_of_the_index_rise(folder):
    found = [section for section, *_ in rows(folder[1] / "index.xlsx")]
    firsts = [
        tuple(map(int, re.match("([0-9]+)-([0-9]+)", section).groups()))
        for section in found
        if section[0].isdigit()
    ]
    assert firsts == sorted(firsts)
    assert not any(section[0].isdigit() for section in found[len(firsts) :])


@pytest.mark.parametrize("engine", QUICKEST_FIRST)
@pytest.mark.first(1)
@pytest.mark.slow
def test_the_sum_in_the_index_agrees_in(folder, engine):
    skip_without(engine)
    report = check(folder[1] / "index.xlsx", engine)
    assert report.agrees
    assert report.formula_cells == 1


@pytest.mark.ci
def test_a_wrong_sum_in_the_index_is_named(folder, tmp_path):
    book = openpyxl.load_workbook(folder[1] / "index.xlsx")
    cell = book.worksheets[0].cell(8 + len(names()), 4)
    cell.value = cell.value.replace("D8", "D9")
    book.save(tmp_path / "index.xlsx")
    (wrong,) = check(tmp_path / "index.xlsx").wrong
    assert wrong.cell.endswith(f"!{cell.coordinate}")


@pytest.mark.ci
def test_excel_finds_nothing_to_repair_in_the_index(folder):
    assert lint(folder[1] / "index.xlsx") == ()


@pytest.mark.ci
def test_the_links_stand_in_the_file_as_external_ones_without_a_folder(folder):
    with zipfile.ZipFile(folder[1] / "index.xlsx") as archive:
        links = archive.read("xl/worksheets/_rels/sheet1.xml.rels").decode()
    targets = re.findall(r'Target="([^"]*)"', links)
    assert targets == [f"{name}.xlsx" for name in BUILT]
    assert links.count('TargetMode="External"') == len(targets)


@pytest.mark.ci
def test_the_words_of_the_index_are_there_for_every_template_in_every_language():
    for lang in languages():
        shows = {name: shown_by(name, lang) for name in names()}
        assert all(20 < len(words) < 130 for words in shows.values())
        assert lang == "en" or not {*shows.values()} & {shown_by(name, "en") for name in names()}


# --- nothing is lost -------------------------------------------------------------------------


@pytest.fixture
def few(tmp_path):
    """Two experiments and their index."""
    others = [f"--without={name}" for name in names() if name not in {"sequences", "regression"}]
    command = ["build", "all", "-o", tmp_path, *others]
    assert run(*command)[0] == 0
    return tmp_path, command


def typed(path, address, number):
    book = openpyxl.load_workbook(path)
    book.worksheets[0][address] = number
    book.save(path)
    return path.read_bytes()


@pytest.mark.slow
def test_what_a_person_changed_is_not_replaced_and_the_rest_is_built(few):
    place, command = few
    changed = typed(place / "sequences.xlsx", "Z1", 1)
    (place / "regression.xlsx").unlink()
    code, lines, errors = run(*command)
    assert code == 1
    assert len(errors) == 1
    assert re.fullmatch(
        f"Error: {place}/sequences.xlsx .*: choose another folder with -o, or overwrite it with "
        "--force[.]",
        errors[0],
    )
    assert [line.split()[0] for line in lines] == [
        f"{place}/regression.xlsx",
        f"{place}/index.xlsx",
    ]
    assert (place / "sequences.xlsx").read_bytes() == changed
    links = [link for _, _, link, *_ in rows(place / "index.xlsx") if link]
    assert links == ["sequences.xlsx", "regression.xlsx"]  # the older one is there, too
    assert run(*command, "--force")[0] == 0
    assert (place / "sequences.xlsx").read_bytes() != changed


@pytest.mark.slow
def test_an_index_that_a_person_changed_is_not_replaced(few):
    place, command = few
    changed = typed(place / "index.xlsx", "F1", "mine")
    code, lines, errors = run(*command)
    assert code == 1
    assert errors[0].startswith(f"Error: {place}/index.xlsx was changed after")
    assert len(lines) == 2
    assert (place / "index.xlsx").read_bytes() == changed


@pytest.mark.parametrize("name", ["sequences", "index"])
@pytest.mark.slow
@pytest.mark.first(1)
def test_a_file_of_another_kind_stays(few, name):
    place, command = few
    (place / f"{name}.xlsx").write_text("mine")
    code, lines, errors = run(*command)
    assert code == 1
    assert f"{name}.xlsx was not written by xlnn" in errors[0]
    assert len(lines) == 2
    assert (place / f"{name}.xlsx").read_text() == "mine"


def test_a_workbook_of_something_else_is_not_linked(few):
    place, command = few
    shutil.copy(place / "regression.xlsx", place / "costs.xlsx")
    (place / "slopes.xlsx").write_text("mine")
    assert run(*command)[0] == 0
    links = [link for _, _, link, *_ in rows(place / "index.xlsx") if link]
    assert links == ["sequences.xlsx", "regression.xlsx"]


@pytest.mark.slow
def test_an_error_of_one_template_does_not_keep_the_others_from_being_built(few, monkeypatch):
    _, command = few
    usual = build_all.planned

    def failing(source, *more, **options):
        if source.name == "sequences":
            raise DataError("It cannot be.")
        return usual(source, *more, **options)

    monkeypatch.setattr(build_all, "planned", failing)
    code, lines, errors = run(*command)
    assert (code, errors) == (1, ["Error: sequences: It cannot be."])
    assert len(lines) == 2


@pytest.mark.slow
def test_what_takes_minutes_is_said_beforehand_with_how_to_leave_it_out(tmp_path, monkeypatch):
    monkeypatch.setattr(build_all, "carried_out", lambda *_, **__: pytest.fail("not asked for"))
    said = next(build_all.built(Options(), tmp_path))
    sizes = r"cnn \([0-9]{1},[0-9]{3},[0-9]{3} formulas\) and digits-8x8 \([0-9,]{9} formulas\)"
    assert re.match(f"{sizes} will take minutes; ", said)
    assert said.endswith("--without cnn and --without digits-8x8 leave them out.")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            ["--data", "my.csv"],
            OptionsError,
            "--data is not available for all templates .available: -",
        ),
        (["--from", "a.xlsx"], OptionsError, "--from is not available for all"),
        (["--target", "y"], OptionsError, "--target is not available for all templates"),
        (["--eta", "1"], OptionsError, "--eta is not available for all templates"),
        (["--without", "nothing"], DataError, 'There is no template "nothing" to leave out'),
        (["--lang", "xx"], DataError, 'no language "xx"'),
        (["--epochs", "0"], DataError, "epochs is 0: a whole number of at least 1"),
        (["-o", "all.xlsx"], OutputError, "all.xlsx: all templates are written into a folder"),
        (["-o", "file"], OutputError, "The folder file cannot be created: File exists"),
        ([f"--without={name}" for name in names()], DataError, "there is nothing to build"),
    ],
)
@pytest.mark.ci
@pytest.mark.first(4)
def test_what_cannot_be_asked_of_all_is_refused(tmp_path, monkeypatch, arguments, error, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(error, match=message):
        run("build", "all", *arguments)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


STEPPED = {
    **dict.fromkeys(("descent", "regression", "xor-layers", "clusters"), "steps"),
    **dict.fromkeys(("first", "embeddings"), "epochs"),
    "q-learning": "episodes",
}
"""Experiments that train, and what they call their epochs."""


@pytest.mark.slow
def test_the_epochs_of_all_are_the_steps_of_an_experiment(tmp_path):
    others = [f"--without={name}" for name in names() if name not in STEPPED]
    code, _, _ = run("build", "all", "-o", tmp_path, "--epochs", "3", "--no-verify", *others)
    assert code == 0
    for name, steps in STEPPED.items():
        assert xlnn.show(tmp_path / f"{name}.xlsx").sizes["sizes"][steps] == 3


def test_a_note_of_all_names_its_template(capsys):
    built = Built(Path("moons.xlsx"), 2, None, ("C_T rose from 3 to 90.",))
    say_built(built, of="moons: ")
    assert capsys.readouterr().err == "Note: moons: C_T rose from 3 to 90.\n"


def test_without_goes_with_all_alone():
    code, _, errors = run("build", "digits", "--without", "cnn")
    assert code == 2
    assert "--without is only for `xlnn build all`" in errors[-1]


def test_nothing_is_gone_on_from_an_index(few, tmp_path):
    with pytest.raises(DataError, match="An index holds no network"):
        run("build", "--from", few[0] / "index.xlsx", "-o", tmp_path / "new.xlsx")
    with pytest.raises(DataError, match="needs the name index"):
        run("new", tmp_path / "index")


@pytest.mark.ci
def test_a_spec_of_an_index_that_says_something_else_is_refused(few):
    book = openpyxl.load_workbook(few[0] / "index.xlsx")
    sheet = book.worksheets[-1]
    for row in sheet.iter_rows(min_row=4):
        if row[0].value and row[0].value.startswith("is_there"):
            row[0].value = 'is_there = "perhaps"'
    book.save(few[0] / "index.xlsx")
    with pytest.raises(WorkbookError, match="workbooks 1: is_there is 'perhaps': True or False"):
        check(few[0] / "index.xlsx")


def test_values_of_an_index_are_its_numbers(few, tmp_path):
    code, *_ = run("values", few[0] / "index.xlsx", "-o", tmp_path / "index.npz")
    assert code == 0
    with np.load(tmp_path / "index.npz") as saved:
        assert saved["total"] == saved["formulas"].sum() > 100
    code, lines, _ = run("check", few[0] / "index.xlsx", "--json")
    assert code == 0
    assert json.loads("\n".join(lines))["formula_cells"] == 1


@pytest.mark.parametrize("command", ["show", "explain"])
@pytest.mark.ci
def test_an_index_is_shown_and_explained_as_other_workbooks_are(folder, command):
    lang, place = folder
    title = text(lang, "index").sheets["index"]
    total = [f"{title}!D{8 + len(names())}"] if command == "explain" else []
    code, lines, errors = run(command, place / "index.xlsx", *total)
    assert (code, errors) == (0, [])
    assert "index" in lines[0] or title in lines[0]
