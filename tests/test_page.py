"""A page: what it refuses, what it holds, and that nothing in a workbook's texts can run."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import openpyxl
import pytest

import xlnn
from xlnn.errors import OutputError, OutputNameError, WorkbookError
from xlnn.registry.templates import folder
from xlnn.web import page as pages

HOSTILE = '</script><script>document.title="broken"</script><img src=x onerror=alert(1)>'
TEXTS = folder() / "text" / "page"
LANGUAGES = ("en", "zh", "ja")


@pytest.fixture(scope="module")
def first(workbook):
    return workbook("first").path


@pytest.fixture(scope="module")
def page_of_first(first, tmp_path_factory):
    made = xlnn.page(first, tmp_path_factory.mktemp("page") / "first.html")
    return made.path.read_text(encoding="utf-8")


def part(page, name):
    return re.search(rf'<script type="[^"]*" id="{name}">(.*?)</script>', page, re.DOTALL)[1]


def test_a_page_is_written_beside_its_workbook_and_again_over_itself(first, tmp_path):
    path = shutil.copy(first, tmp_path / "mine.xlsx")
    made = xlnn.page(path)
    assert made.path == tmp_path / "mine.html"
    assert (made.formulas, made.size) == (700, made.path.stat().st_size)
    assert xlnn.page(path).path == made.path


def test_build_writes_the_page_as_well(tmp_path):
    def ran(*arguments):
        command = [sys.executable, "-m", "xlnn", "build", *arguments, "--page"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    built, made = ran("sequences", "-o", "mine.xlsx").stdout.splitlines()
    assert built.startswith("mine.xlsx   127 formulas   all agree with NumPy")
    assert re.fullmatch(r"mine\.html   127 formulas   \d\.\d MB", made)
    refused = ran("all")
    assert refused.returncode == 2
    assert "--page and --json are for one template" in refused.stderr


def test_a_page_replaces_no_file_of_somebody_else(first, tmp_path):
    mine = tmp_path / "mine.html"
    mine.write_text("<p>mine</p>")
    with pytest.raises(OutputError, match="was not written by xlnn"):
        xlnn.page(first, mine)
    assert mine.read_text() == "<p>mine</p>"
    assert xlnn.page(first, mine, force=True).path == mine


def test_a_workbook_of_your_own_model_becomes_a_page_with_its_model(tmp_path):
    double = xlnn.Stated(array=lambda x: 2 * x, cell="=2*{x}")
    model = xlnn.Model((xlnn.Quantity("x"), xlnn.Quantity("y", equation=double.of("x"))))
    xlnn.workbook(model, {"x": 21}, tmp_path / "mine.xlsx")
    made = xlnn.page(tmp_path / "mine.xlsx", model=model)
    assert made.formulas == 1
    with pytest.raises(WorkbookError, match="made from a model in Python"):
        xlnn.page(tmp_path / "mine.xlsx")


def test_a_page_has_a_name_of_html(first, tmp_path):
    with pytest.raises(OutputNameError, match="its name must end in"):
        xlnn.page(first, tmp_path / "first.txt")


def test_no_page_is_written_of_a_workbook_with_a_wrong_formula(first, tmp_path):
    book = openpyxl.load_workbook(first)
    book["Every epoch"]["C4"] = "=1+1"
    book.save(tmp_path / "wrong.xlsx")
    with pytest.raises(WorkbookError, match="'Every epoch'!C4 is wrong, so no page"):
        xlnn.page(tmp_path / "wrong.xlsx")
    assert not (tmp_path / "wrong.html").exists()


BROKEN = {
    "empty": (lambda _: b"", "it is not an .xlsx workbook"),
    "text": (lambda _: b"hello", "it is not an .xlsx workbook"),
    "cut": (lambda data: data[: len(data) // 2], "it was cut off"),
    "changed": (lambda data: data[:9000] + bytes(100) + data[9100:], "is damaged"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_no_page_is_written_of_a_broken_file(first, tmp_path, what):
    broken, said = BROKEN[what]
    (tmp_path / "broken.xlsx").write_bytes(broken(first.read_bytes()))
    with pytest.raises(WorkbookError, match=said):
        xlnn.page(tmp_path / "broken.xlsx")
    assert not (tmp_path / "broken.html").exists()


@pytest.mark.slow
def test_an_exercise_in_matrices_is_refused(tmp_path):
    xlnn.exercise("digits", tmp_path / "ex.xlsx", blank="z2", edition="matrices", epochs=1)
    with pytest.raises(WorkbookError, match=r"an exercise in matrices.* the edition in cells"):
        xlnn.page(tmp_path / "ex.xlsx")


def test_a_page_begins_with_a_whole_sentence(workbook, tmp_path):
    path = workbook("iris", fewer=True, lang="ja", epochs=1, verify=False).path
    rows = [cell.value for cell in openpyxl.load_workbook(path)["ガイド"]["D"] if cell.value]
    assert not rows[0].endswith("。")  # the sentence goes on in the next row
    page = xlnn.page(path, tmp_path / "iris.html").path.read_text(encoding="utf-8")
    assert json.loads(part(page, "facts"))["about"] == [rows[0] + rows[1]]


def test_too_large_a_workbook_is_refused_with_what_to_do(first, tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "MOST_FORMULAS", 699)
    with pytest.raises(WorkbookError, match=r"700 formulas.* at most 699.*--epochs.*digits"):
        xlnn.page(first, tmp_path / "first.html")


def test_a_page_holds_the_workbook_and_names_no_other_place(first, page_of_first):
    import base64  # noqa: PLC0415 -- for this alone

    assert base64.b64decode(part(page_of_first, "workbook")) == first.read_bytes()
    rest = page_of_first.replace(part(page_of_first, "workbook"), "")
    assert set(re.findall(r"https?://[^\"'`\s]+", rest)) == {"http://www.w3.org/2000/svg"}


def test_only_the_pages_own_script_may_run(page_of_first):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page_of_first)[1]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    script = re.search(r"<script>(.*?)</script>", page_of_first, re.DOTALL)[1]
    style = re.search(r"<style>(.*?)</style>", page_of_first, re.DOTALL)[1]
    assert pages.policy(script, style) == policy


def test_a_text_cannot_leave_the_facts(first, tmp_path):
    book = openpyxl.load_workbook(first)
    guide = book["Guide"]
    for row in guide.iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and not cell.value.startswith("="):
                cell.value = HOSTILE
    book.save(tmp_path / "hostile.xlsx")
    page = xlnn.page(tmp_path / "hostile.xlsx").path.read_text(encoding="utf-8")
    assert "<img" not in page
    assert page.count("<script") == page.count("</script") == 3
    assert json.loads(part(page, "facts"))["title"] == HOSTILE


def names_of(module):
    """Return the names that a module declares at its top level."""
    text = (pages.HOME / "js" / f"{module}.js").read_text(encoding="utf-8")
    declared = re.findall(
        r"^(?:export )?(?:async )?(?:const|let|class|function) (\w+|\[[^\]]*\]|\{[^}]*\})",
        text,
        re.MULTILINE,
    )
    more = [
        name
        for line in re.findall(r"^(?:export )?(?:const|let) .*$", text, re.MULTILINE)
        for name in re.findall(r"(?<=, )([A-Z_]+)(?= = )", line)
    ]
    return [name for each in declared for name in re.findall(r"\w+", each)] + more


@pytest.mark.parametrize("modules", [pages.ENGINE, ("formula", *pages.SHOWN)])
def test_modules_that_are_joined_share_no_name(modules):
    names = [name for module in modules for name in names_of(module)]
    assert {name for name in names if names.count(name) > 1} == set()


def test_every_module_is_in_a_page():
    written = {path.stem for path in (pages.HOME / "js").glob("*.js")}
    assert written == {*pages.ENGINE, *pages.SHOWN}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_language_has_all_words_of_a_page_with_the_same_blanks(lang):
    english, own = (
        tomllib.loads((TEXTS / f"{each}.toml").read_text(encoding="utf-8"))["page"]
        for each in ("en", lang)
    )
    blanks = [{k: {*re.findall(r"\{\w+\}", v)} for k, v in each.items()} for each in (english, own)]
    assert blanks[0] == blanks[1]


def test_the_script_asks_for_no_word_that_is_missing():
    scripts = "".join(path.read_text("utf-8") for path in (pages.HOME / "js").glob("*.js"))
    words = tomllib.loads((TEXTS / "en.toml").read_text("utf-8"))["page"]
    words |= tomllib.loads((folder() / "text/explaining/en.toml").read_text("utf-8"))["explain"]
    asked = {*re.findall(r'\bsay\("(\w+)"', scripts), *re.findall(r'\brow\("(\w+)"', scripts)}
    assert asked - words.keys() == set()


def test_the_answers_of_an_exercise_are_not_in_its_page(tmp_path):
    made = xlnn.exercise("first", tmp_path / "ex.xlsx", blank="z")
    assert made[0].path == tmp_path / "ex.xlsx"
    known = openpyxl.load_workbook(tmp_path / "ex.xlsx")["Every epoch"]["C4"].value
    assert known is None
    page = xlnn.page(tmp_path / "ex.xlsx").path.read_text(encoding="utf-8")
    rest = page.replace(part(page, "workbook"), "")
    assert "First!$B$24" not in rest
    assert "B24*First" not in rest
    (z,) = [each for each in json.loads(part(page, "facts"))["quantities"] if each["name"] == "z"]
    assert z["blank"]
    assert Path(tmp_path / "ex.html").exists()
