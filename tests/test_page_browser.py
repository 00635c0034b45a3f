"""Pages in a real Chromium, opened from a disk without any network."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from networks import FEWER_EPOCHS, random_plan, write_plan
from programs import CHROMIUM, skip_without_browser

import xlnn
from xlnn.experiments.network.layers import LayerSpec, network_spec
from xlnn.registry.templates import names

pytestmark = pytest.mark.ci

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
AXE = Path(__file__).parent.parent / ".browser/node_modules/axe-core/axe.min.js"
HOSTILE = "<img src=x onerror=top.broken=1>"
TOLERANCE = 1e-12
"""Relative, of the page's numbers and those of an engine."""


@pytest.fixture(scope="module")
def browser():
    skip_without_browser()
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- it may be missing

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


class Opened:
    """A page in the browser, with what went wrong in it."""

    def __init__(self, browser, path, width=1280, height=900, ready="xlnn.ready", **options):
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, offline=True, accept_downloads=True,
            **options,
        )  # fmt: skip
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.wrong, self.asked = [], []
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", lambda said: self.wrong.append(said.text))
        self.page.on("dialog", lambda dialog: self.wrong.append(dialog.message))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(path.as_uri())
        if ready:
            self.page.evaluate(ready)

    def text(self, selector):
        return self.page.inner_text(selector)

    def until(self, selector, pattern):
        """Wait until an element's text matches."""
        for _ in range(600):
            if re.search(pattern, self.text(selector)):
                return self.text(selector)
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{selector}: {self.text(selector)!r} is not {pattern}")

    def ask(self, kind, **question):
        return self.page.evaluate(
            "([type, question]) => xlnn.ask(type, question)", [kind, question]
        )

    def fill(self, column, formula):
        """Write a formula into the first row of a column of Training, and fill it down."""
        place = {"page": 5 + 1, "row": 4, "column": ord(column) - 64}
        self.page.evaluate("(place) => xlnn.grid().open(place)", place)
        self.until(".formula output", f"Training!{column}4")
        self.page.fill(".bar", formula)
        self.page.press(".bar", "Enter")
        self.until(".status", "Recalculated")
        self.page.click(".formula button")
        self.page.wait_for_timeout(500)

    def saved(self, folder):
        """Download the workbook."""
        with self.page.expect_download() as download:
            self.page.click("#download")
        path = folder / "downloaded.xlsx"
        download.value.save_as(path)
        return path


@pytest.fixture
def opened(browser):
    there = []

    def opened(path, **options):
        there.append(Opened(browser, path, **options))
        return there[-1]

    yield opened
    for each in there:
        each.context.close()
        assert each.wrong == []
        assert {url.partition(":")[0] for url in each.asked} <= {"file", "blob"}


@pytest.fixture(scope="module")
def pages(workbook, tmp_path_factory):
    """A function that returns the page of a template, written once."""
    skip_without_browser()
    folder, made = tmp_path_factory.mktemp("pages"), {}

    def pages(template, **options):
        key = f"{template}-{'-'.join(map(str, options.values()))}"
        if key not in made:
            path = workbook(template, verify=False, **options).path
            made[key] = path, xlnn.page(path, folder / f"{key}.html").path
        return made[key]

    return pages


@pytest.fixture
def digits(pages):
    return pages("digits", epochs=5)


def facts(page):
    """Return what the script of a page knows of its workbook."""
    text = page.read_text(encoding="utf-8")
    return json.loads(re.search(r'id="facts">(.*?)</script>', text, re.DOTALL)[1])


def cell_of(quantity, index, book):
    """Return the cell of an entry in a book of openpyxl, and its place as the page has it."""
    steps = np.array(index, int) @ np.array(quantity["steps"], int)
    row, column = np.add([quantity["row"], quantity["column"]], steps).tolist()
    place = {"page": book.sheetnames.index(quantity["sheet"]), "row": row, "column": column}
    return book[quantity["sheet"]].cell(row, column), place


def agrees_with_numpy(path):
    """Check a downloaded workbook, and the numbers that the page stored in it."""
    assert xlnn.check(path, probes=0).agrees
    stored, arrays = openpyxl.load_workbook(path, data_only=True), xlnn.values(path)
    for name in ("C_T", "W2", "a3"):
        title, _, cells = stored.defined_names[f"xlnn.{name}"].attr_text.partition("!")
        found = [[c.value for c in row] for row in stored[title.strip("'")][cells.replace("$", "")]]
        np.testing.assert_allclose(np.ravel(found), np.ravel(arrays[name]), rtol=TOLERANCE)
    return arrays


def test_learning_rate_pixel_start_weight_and_epoch_by_keyboard(opened, digits, tmp_path):
    there = opened(digits[1])
    page = there.page
    page.focus("#eta")
    page.keyboard.press("Control+A")
    page.keyboard.type("0.7")
    page.keyboard.press("Enter")
    there.until(".status", "Recalculated")
    page.focus("#epoch")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert there.text(".controls output") == "4 / 5"
    for cell, value in (("B4", "0.25"), ("C4", "-1.5")):  # a pixel, then a start weight
        title = "Images" if cell == "B4" else "Weights"
        page.get_by_role("tab", name=title, exact=True).click()
        page.focus(".cells")
        for key in ("ArrowDown",) * 3 + ("ArrowRight",) * (1 if cell == "B4" else 2):
            page.keyboard.press(key)
        there.until(".formula output", f"{title}!{cell}")
        page.keyboard.type(value)
        page.keyboard.press("Enter")
        there.until(".formula output", f"{title}!{cell[0]}5")
    arrays = agrees_with_numpy(there.saved(tmp_path))
    assert (arrays["eta"], arrays["x"][0, 0], arrays["W2"][0, 0, 1]) == (0.7, 0.25, -1.5)
    assert (arrays["play_epoch"], arrays["draw_epoch"]) == (4, 3)  # of weights, from the start on


def test_the_same_by_mouse(opened, digits, tmp_path):
    there = opened(digits[1])
    page = there.page
    page.locator("svg .pixel").nth(4).click()
    there.until(".inspector", "Images!F42")
    page.fill(".inspector input", "0.5")
    page.press(".inspector input", "Enter")
    there.until(".status", "Recalculated")
    page.evaluate("document.getElementById('epoch').value = 0")
    page.locator("#epoch").dispatch_event("input")
    page.locator("svg .reach").first.dispatch_event("click")
    there.until(".inspector", "Weights!B4")
    page.fill(".inspector input", "2")
    page.press(".inspector input", "Enter")
    there.until(".status", "Recalculated")
    arrays = agrees_with_numpy(there.saved(tmp_path))
    assert (arrays["x"][38, 4], arrays["W2"][0, 0, 0]) == (0.5, 2)


def test_changes_are_undone_one_by_one(opened, digits, tmp_path):
    there = opened(digits[1])
    page = there.page
    assert page.is_disabled("#undo")
    for value in ("0.7", "0.9"):
        page.fill("#eta", value)
        page.press("#eta", "Enter")
        there.until(".status", "Recalculated")
    page.click("#undo")
    there.until(".status", "Recalculated")
    assert page.input_value("#eta") == "0.7"
    page.focus(".cells")
    page.keyboard.press("Control+z")
    for _ in range(200):
        if page.input_value("#eta") == "0.2":
            break
        page.wait_for_timeout(50)
    assert page.is_disabled("#undo")
    expected = xlnn.values(digits[0])
    np.testing.assert_array_equal(agrees_with_numpy(there.saved(tmp_path))["W2"], expected["W2"])


def test_a_drawn_weight_shows_its_cell_and_its_formula_with_numbers(opened, digits):
    there = opened(digits[1])
    there.page.locator("svg .reach").nth(1).dispatch_event("click")
    there.until(".inspector", "Weights!C4")
    there.page.focus("#epoch")
    there.page.keyboard.press("End")  # the explanation follows
    said = there.until(".inspector", "Weights!C8")
    arrays = xlnn.values(digits[0])
    before, slope = arrays["W2"][3, 0, 1], arrays["dC_dW2"][3, 0, 1]
    assert "how much weight a unit gives each input" in said
    assert "=C7-Play!C$6*Gradients!C7" in said
    numbers = re.search(r"in numbers\s+(.*)", said)[1].replace("−", "-")
    got = [float(each) for each in re.findall(r"(?<![\d.])-?\d+\.\d+", numbers.replace(" - ", " "))]
    assert got == pytest.approx([before, 0.2, slope], rel=1e-3)


def test_recalculating_is_said_at_once_and_elsewhere_than_in_the_page(opened, digits):
    there = opened(digits[1])
    said = there.page.evaluate(
        """async () => {
            const eta = document.getElementById("eta"), said = [];
            eta.value = "0.4";
            eta.dispatchEvent(new Event("change"));
            return document.querySelector(".status").textContent;
        }"""
    )
    assert said == "recalculating …"
    there.until(".status", "Recalculated")


def test_a_value_that_the_workbook_refuses_changes_nothing(opened, digits):
    there = opened(digits[1])
    there.page.fill("#eta", "-1")
    there.page.press("#eta", "Enter")
    assert there.until(".status", "greater") == "Type a number greater than 0."


PLANTED = {
    "digits": "W2 b3 z2 a2 slope2 z3 a3 C delta3 delta2 dC_dW2 dC_db2 C_T gradient_size",
    "first": "w b z a z3 a3 C delta3 delta dC_dw dC_db C_T",
    "xor": "W2 b3 z2 a2 C delta2 dC_dW3 C_T",
    "cnn": "WF bO zF aF slopeF aP argmaxP zO aO C deltaO deltaP deltaF dC_dWF dC_dbF dC_dWO C_T",
    "digits in matrices": "W2 b3 z2 a2 slope2 z3 C delta3 delta2 dC_dW2 dC_db2 C_T",
}


@pytest.mark.parametrize("case", PLANTED)
@pytest.mark.first(4)
def test_the_check_of_a_page_agrees_and_finds_each_planted_error(pages, opened, case):
    template, _, edition = case.partition(" in ")
    options = {} if template == "first" else {"epochs": 5, "fewer": template == "cnn"}
    path, page = pages(template, **options | ({"edition": edition} if edition else {}))
    there, book = opened(page), openpyxl.load_workbook(path)
    there.page.click("#check")
    there.until(".status", r"^[\d,]+ cells agree")
    rng, known = (
        np.random.default_rng(54),
        {each["name"]: each for each in facts(page)["quantities"]},
    )
    for name in PLANTED[case].split():
        index = [rng.integers(min(at, length - 1), length) for at, length in
                 zip((1,) + (0,) * 9, known[name]["lengths"], strict=False)]  # fmt: skip
        if edition:  # the first cell has the array formula
            index[1:] = [0] * len(index[1:])
        cell, place = cell_of(known[name], index, book)
        formula = getattr(cell.value, "text", cell.value)  # an array formula is an object
        there.ask("edit", edits=[{**place, "text": f"{formula}*1.001+0.001"}])
        there.page.click("#check")
        said = there.until(".status", "cells? differ")
        assert re.search(rf"!{cell.coordinate}\b", said), (name, cell.coordinate, said)
        there.ask("edit", edits=[{**place, "text": formula}])
        there.page.click("#check")
        there.until(".status", r"^[\d,]+ cells agree")


def test_an_array_formula_is_shown_with_braces_and_refers_from_its_first_cell(pages, opened):
    path, page = pages("digits", epochs=5, edition="matrices")
    there = opened(page)
    there.page.get_by_role("tab", name="Matrices", exact=True).click()
    there.page.evaluate("xlnn.grid().open({ page: 5, row: 7, column: 18 })")
    there.until(".formula output", "Matrices!R7")
    text = openpyxl.load_workbook(path)["Matrices"]["Q6"].value.text
    assert there.page.input_value(".bar") == f"{{{text}}}"
    assert there.page.evaluate("document.querySelector('.bar').readOnly")
    (first, *_) = (each for each in there.ask("cell", page=5, row=7, column=18)["pieces"]
                   if isinstance(each, dict))  # fmt: skip
    assert (first["top"], first["left"], first["bottom"]) == (4, 2, 67)


def test_the_check_covers_each_of_several_runs(pages, opened):
    path, page = pages("xor", optimizer=("sgd", "adam"), epochs=3)
    there, book = opened(page), openpyxl.load_workbook(path)
    there.page.click("#check")
    there.until(".status", r"^[\d,]+ cells agree")
    (z2,) = (each for each in facts(page)["quantities"] if each["name"] == "z2")
    cell, place = cell_of(z2, [at - 1 for at in z2["lengths"]], book)
    there.ask("edit", edits=[{**place, "text": "1"}])
    there.page.click("#check")
    assert f"{z2['sheet']}!{cell.coordinate} " in there.until(".status", "cells? differ")


def test_a_network_that_only_predicts_is_checked_too(opened, tmp_path):
    skip_without_browser()
    layers = (LayerSpec("F", 2, "relu", "convolution", (3, 2)), LayerSpec("O", 2, "softmax"))
    spec = network_spec((4, 4), ("0", "1"), *layers, images=3)
    path = write_plan(tmp_path / "net.xlsx", random_plan(spec, 54))
    there = opened(xlnn.page(path).path)
    there.page.click("#check")
    there.until(".status", r"^[\d,]+ cells agree")


def test_a_page_without_a_second_statement_offers_no_check(pages, opened):
    there = opened(pages("descent")[1])
    assert there.page.locator("#check").count() == 0
    assert there.page.locator(".chart svg").count() >= 0


@pytest.mark.slow
@pytest.mark.parametrize("template", names())
def test_the_page_of_every_template_opens_and_its_check_agrees(pages, opened, template):
    there = opened(pages(template, fewer=True, epochs=FEWER_EPOCHS.get(template))[1])
    assert there.text("h1")
    for tab in there.page.locator(".tabs button:visible").all():
        tab.click()
        there.page.wait_for_timeout(200)
    if there.page.locator("#check").count():
        there.page.click("#check")
        there.until(".status", r"^[\d,]+ cells agree")


def test_the_keyboard_alone_reaches_everything(pages, opened):
    there = opened(pages("xor", epochs=5)[1])
    met = set()
    for _ in range(60):
        there.page.keyboard.press("Tab")
        met.add(
            there.page.evaluate(
                """() => {
                    const at = document.activeElement, drawing = at.closest("svg");
                    const name = drawing?.getAttribute("aria-label") ?? at.className;
                    return at.id || at.getAttribute("role") + " " + name;
                }"""
            )
        )
    wanted = {"check", "download", "epoch", "sample", "eta", "grid cells"}
    assert wanted <= met
    drawings = ("The network", "The course", "What the network answers")
    assert all(any(f"button {name}" in each for each in met) for name in drawings)
    assert {"null address", "null play"} <= met
    assert any(each.startswith("tab ") for each in met)
    there.page.locator("svg [tabindex='0']").first.focus()
    before = there.until(".inspector", "Weights!")
    there.page.keyboard.press("ArrowRight")
    there.page.wait_for_timeout(300)
    assert there.text(".inspector") != before


def test_a_narrow_window_is_usable(opened, digits):
    there = opened(digits[1], width=360, height=640)
    widths = there.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1] == 360
    there.page.get_by_role("tab", name="Weights", exact=True).click()
    assert there.page.locator(".view .box.head").count() > 5
    for selector in ("#eta", ".play", "#check", ".bar"):
        assert there.page.locator(selector).bounding_box()["width"] > 20


@pytest.mark.parametrize("template", ["digits", "xor", "descent"])
def test_axe_finds_no_serious_fault(pages, opened, template):
    if not AXE.exists():
        pytest.skip("axe-core is not installed (make browser)")
    there = opened(
        pages(template, **({} if template == "descent" else {"epochs": 5}))[1], bypass_csp=True
    )
    there.page.evaluate(AXE.read_text(encoding="utf-8"))

    def serious():
        found = there.page.evaluate("axe.run()")["violations"]
        return {
            each["id"]: each["nodes"][0]["html"][:200]
            for each in found
            if each["impact"] in {"serious", "critical"}
        }

    assert serious() == {}
    there.page.evaluate("document.querySelector('.bar').removeAttribute('aria-label')")
    assert serious().keys() == {"label"}


def test_nothing_in_a_files_texts_can_run(opened, tmp_path):
    skip_without_browser()
    (tmp_path / "data.csv").write_text(
        f"{HOSTILE},q,kind\n"
        + "".join(f"{k},{k % 3},{HOSTILE if k % 2 else 'b'}\n" for k in range(8))
    )
    made = xlnn.build(
        data=tmp_path / "data.csv", label="kind", output=tmp_path / "net.xlsx", epochs=2,
    )  # fmt: skip
    there = opened(xlnn.page(made.path).path)
    assert HOSTILE[:14] in there.page.text_content("svg")
    for name in ("Data", "Guide"):
        there.page.get_by_role("tab", name=name, exact=True).click()
        there.page.wait_for_timeout(300)
    assert there.page.evaluate("[top.broken, document.images.length]") == [None, 0]
    said = there.page.evaluate(
        """() => new Promise((done) => {
            addEventListener("securitypolicyviolation", (event) => done(event.violatedDirective));
            const script = document.createElement("script");
            script.textContent = "top.broken = 1";
            document.body.append(script);
        })"""
    )
    there.wrong.clear()  # the browser names the refused script
    assert said.startswith("script-src")
    assert there.page.evaluate("top.broken") is None


@pytest.mark.parametrize("damage", [
    lambda held: held[:4000], lambda held: held[:20_000] + "A" * 400 + held[20_400:],
    lambda held: held[:-400] + "%", lambda held: held[:0],
], ids=["cut", "changed", "no base64", "empty"])  # fmt: skip
def test_a_damaged_page_says_so_and_shows_no_numbers(pages, opened, tmp_path, damage):
    page = pages("first")[1].read_text(encoding="utf-8")
    held = re.search(r'id="workbook">(.*?)</script>', page, re.DOTALL)[1]
    (tmp_path / "damaged.html").write_text(page.replace(held, damage(held)), encoding="utf-8")
    there = opened(tmp_path / "damaged.html", ready="")
    there.until(".status", "^The workbook in this page is damaged: get a new copy")
    assert there.page.locator("[role=grid]").count() == 0
    there.wrong.clear()  # the browser names the error


@pytest.mark.parametrize("lang", ["zh", "ja"])
def test_a_page_speaks_the_language_of_its_workbook(pages, opened, lang):
    there = opened(pages("first", lang=lang)[1])
    shown = there.text("main")
    assert there.page.evaluate("document.documentElement.lang") == lang
    assert re.search("[\u4e00-\u9fff\u3040-\u30ff]", there.text("h1"))
    assert not re.search(r"\b(epoch|learning rate|Check|Download|cells)\b", shown)


def test_every_link_of_the_site_opens(opened, tmp_path):
    site, program = tmp_path / "site", Path(__file__).parent.parent / "docs/site.py"
    options = ("--lang", "en", "--lang", "zh", "--into", str(site))
    subprocess.run([sys.executable, program, "first", "descent", *options], check=True)
    written = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    assert {"index.html", "learner.html", "learner.zh.html", "zh/first.html"} <= written
    assert "../learner.zh.html" in (site / "zh" / "index.html").read_text(encoding="utf-8")
    linked = {"index.html"}
    for name in sorted(written):
        if not name.endswith(".html") or name.split("/")[-1] in {"first.html", "descent.html"}:
            continue
        page = opened(site / name, ready="").page
        page.wait_for_timeout(200)
        assert page.locator("h1, a").count()
        for target in page.evaluate(
            "[...document.querySelectorAll('a, img')].map(e => e.href || e.src)"
        ):
            if not target.startswith("https:"):
                place = Path(target.removeprefix("file://")).relative_to(site.resolve())
                linked.add(place.as_posix())
    assert linked == written
    for name in sorted(linked):
        if name.endswith(("first.html", "descent.html")):
            assert opened(site / name).text("h1")


def test_an_exercise_names_the_first_sample_that_is_wrong(opened, tmp_path):
    skip_without_browser()
    made = xlnn.exercise("digits", tmp_path / "ex.xlsx", blank="z2", epochs=1)
    there = opened(xlnn.page(made[0].path).path)
    there.until(".tasks", "not done")
    right = "=SUMPRODUCT(Images!B4:M4,Weights!B$4:M$4)+Weights!AL$4"
    columns = (right, right.replace("B$4:M$4", "N$4:Y$4").replace("AL", "AM"),
               right.replace("B$4:M$4", "Z$4:AK$4").replace("AL", "AN"))  # fmt: skip
    wrong = columns[1].replace("N$4", "N4").replace("Y$4", "Y4")  # right in the first row alone
    for column, formula in zip("CDE", (columns[0], wrong, columns[2]), strict=True):
        there.fill(column, formula)
    said = there.until(".tasks", "wrong")
    assert "unit 2" in said
    assert "image 2" in said
    there.fill("D", columns[1])
    there.until(".tasks", "correct")
    assert xlnn.check(there.saved(tmp_path), probes=0).agrees
