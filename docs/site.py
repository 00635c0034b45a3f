"""Write site/: pages of the templates in three languages, with an index, for any static host.

    make site                                # all templates that fit a page: an hour
    python docs/site.py first xor --lang en  # these alone

Each page is a workbook alive in the browser; the index has its picture, a line about it and its
.xlsx file. The hours of docs/ are pages, too. Needs Chromium or Chrome, and the package playwright,
for the pictures.
"""

import argparse
import html
import re
import shutil
import sys
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from xlnn.building.build import build
from xlnn.errors import WorkbookError, XlnnError
from xlnn.explaining.show import about
from xlnn.loading.spec import described
from xlnn.registry.templates import Template, in_order
from xlnn.registry.text import languages
from xlnn.web.page import page

ROOT = Path(__file__).parent.parent
HOURS = ("learner", "sequences", "generative")
"""The documents of docs/ that are pages, too; NAME.LANG.md is NAME.md in another language."""
WIDE = re.compile(r"(?<=[\u3000-\uffef])\n")
"""A line's end after a Chinese or Japanese character: no blank stands for it."""

WORDS = {
    "en": ("xlnn: neural networks in spreadsheet formulas", "Open in the browser", "English"),
    "zh": ("xlnn：用电子表格公式训练神经网络", "在浏览器中打开", "简体中文"),
    "ja": ("xlnn：表計算の数式で学習するニューラルネットワーク", "ブラウザーで開く", "日本語"),
}
"""By language: the title of the index, the words of a link to a page, and the language's name."""

STYLE = """
body { margin: 0 auto; max-width: 1100px; padding: 20px; color: #1f2933; background: #f5f7f9;
  font: 16px/1.6 system-ui, "Noto Sans", "Noto Sans CJK SC", "Noto Sans CJK JP", sans-serif; }
h1 { line-height: 1.25; } a { color: #1f5c99; } img { width: 100%; border-radius: 6px; }
.all { display: grid; grid-template-columns: repeat(auto-fill, minmax(270px, 1fr)); gap: 16px; }
.one { background: #fff; border: 1px solid #d5dbe1; border-radius: 10px; padding: 12px; }
.one h2 { font-size: 17px; margin: 8px 0 4px; } .one p { margin: 0 0 8px; }
nav { display: flex; gap: 16px; flex-wrap: wrap; }
table { border-collapse: collapse; } td, th { border: 1px solid #d5dbe1; padding: 4px 10px; }
pre { background: #fff; border: 1px solid #d5dbe1; padding: 10px; overflow: auto; }
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the site of the templates that are named, or of all."""
    known = {template.name: template for template in in_order()}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("templates", nargs="*", choices=[[], *known], help="all, if none is named")
    parser.add_argument("--lang", action="append", choices=languages(), help="all, if none is")
    parser.add_argument("--into", type=Path, default=ROOT / "site")
    asked = parser.parse_args(arguments)
    chosen = [known[name] for name in asked.templates or known]
    langs = asked.lang or ["en", *(lang for lang in languages() if lang != "en")]
    shutil.rmtree(asked.into, ignore_errors=True)
    asked.into.mkdir(parents=True)
    for lang in langs:
        write(asked.into, lang, langs, chosen)
    first = f'<meta http-equiv="refresh" content="0; url={langs[0]}/index.html">'
    link = f'<a href="{langs[0]}/index.html">{WORDS[langs[0]][0]}</a>'
    (asked.into / "index.html").write_text(document("xlnn", link, "en", first), encoding="utf-8")
    names = {name for lang in langs for name in hours(lang)}
    for name in names:
        (asked.into / f"{name}.html").write_text(hour(name, names), encoding="utf-8")


def write(site: Path, lang: str, langs: Sequence[str], templates: Sequence[Template]) -> None:
    """Write the workbooks, pages and index of one language."""
    folder = site / lang
    folder.mkdir()
    title, opens, _ = WORDS[lang]
    entries = []
    for template in templates:
        made = workbook_of(template, lang, folder)
        if made is None:
            continue
        path, is_alive = made
        _, layout = described(path)
        name, *lines = about(path, layout.titles)
        entries.append(entry(template, path, opens if is_alive else "", (name, *lines)))
        print(path, flush=True)
    pictures(folder)
    other = " ".join(f'<a href="../{each}/index.html">{WORDS[each][2]}</a>' for each in langs)
    read = " ".join(f'<a href="../{each}.html">{heading(each)}</a>' for each in hours(lang))
    content = f'<nav>{other} {read}</nav><h1>{title}</h1><div class="all">{"".join(entries)}</div>'
    (folder / "index.html").write_text(document(title, content, lang), encoding="utf-8")


def workbook_of(template: Template, lang: str, folder: Path) -> tuple[Path, bool] | None:
    """Build a workbook and, if it fits, its page; None if it is too large to offer."""
    path = folder / f"{template.name}.xlsx"
    try:
        build(template.name, path, lang=lang, verify=False)
    except XlnnError as error:
        print(f"{template.name}: {error}", file=sys.stderr)
        return None
    try:
        page(path)
    except WorkbookError as error:  # too large for a page: the workbook alone
        print(f"{template.name}: {error}", file=sys.stderr)
        return path, False
    return path, True


def entry(template: Template, path: Path, opens: str, said: tuple[str, ...]) -> str:
    """Return a template in the index: its picture, its lines, and its files."""
    name, *lines = map(html.escape, said)
    size = f"{path.stat().st_size / 1e3:,.0f} kB"
    files = f'<a href="{path.name}" download>{path.name}</a> ({size})'
    picture = ""
    if opens:
        target = f"{template.name}.html"
        picture = f'<a href="{target}"><img src="{template.name}.png" alt="{name}"></a>'
        files = f'<a href="{target}">{opens}</a> · {files}'
    line = f"<p>{lines[0]}</p>" if lines else ""
    return f'<div class="one">{picture}<h2>{name}</h2>{line}<p>{files}</p></div>'


def pictures(folder: Path) -> None:
    """Draw the first screen of each page."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- for the site alone

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        view = browser.new_page(viewport={"width": 1100, "height": 720})
        for path in sorted(folder.glob("*.html")):
            view.goto(path.resolve().as_uri())
            view.evaluate("xlnn.ready")
            view.wait_for_timeout(300)
            view.screenshot(path=path.with_suffix(".png"))
        browser.close()


def document(title: str, content: str, lang: str, head: str = "") -> str:
    """Return a whole HTML file."""
    return (
        f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{head}<title>{html.escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main>{content}</main></body></html>\n"
    )


def hours(lang: str) -> list[str]:
    """Return the documents of a language's index: NAME.LANG if it is translated, else NAME."""
    translated = {name: f"{name}.{lang}" for name in HOURS}
    return [
        each if (ROOT / "docs" / f"{each}.md").exists() else name
        for name, each in translated.items()
    ]


def heading(name: str) -> str:
    """Return the title of a document."""
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8").splitlines()[0].strip("# ")


def hour(name: str, names: Collection[str]) -> str:
    """Return a document of docs/ as a page; `names` are those that are on the site."""
    lines = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8").splitlines()
    content = "\n".join(
        block if block.startswith("<pre>") else linked(block, names) for block in blocks(lines)
    )
    return document(heading(name), content, name.partition(".")[2] or "en")


def blocks(lines: Sequence[str]) -> Iterator[str]:
    """Yield the blocks of Markdown as our documents use it: headings, texts, code and tables."""
    text = [*lines, ""]
    while text:
        line = text.pop(0)
        if not line.strip():
            continue
        block = [line]
        is_code = line.startswith("    ")
        while text and (text[0].startswith("    ") or bool(text[0].strip()) != is_code):
            block.append(text.pop(0))
        if line.startswith("#"):
            level = len(line) - len(line.lstrip("#"))
            yield f"<h{level}>{inline(line.strip('# '))}</h{level}>"
        elif is_code:
            yield f"<pre>{html.escape(chr(10).join(each[4:] for each in block).rstrip())}</pre>"
        elif line.startswith("|"):
            rows = [each.strip("| ").split("|") for each in block if not set(each) <= set("|-: ")]
            cells = ("".join(f"<td>{inline(cell.strip())}</td>" for cell in row) for row in rows)
            yield f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"
        elif line.startswith(("- ", "1. ")):
            items = re.split(r"\n(?=- |\d+\. )", "\n".join(block))
            listed = "".join(f"<li>{inline(each.partition(' ')[2])}</li>" for each in items)
            yield f"<ul>{listed}</ul>"
        else:
            yield f"<p>{inline(WIDE.sub('', chr(10).join(block)))}</p>"


def inline(line: str) -> str:
    """Return a line of Markdown as HTML, but for its links."""
    line = html.escape(line, quote=False)
    line = re.sub(r"`([^`]*)`", r"<code>\1</code>", line)
    return re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", line)


def linked(block: str, names: Collection[str]) -> str:
    """Return a block with its links; one to what is not on the site is its text alone."""

    def link(match: re.Match[str]) -> str:
        target = match[2].partition("#")[0].removesuffix(".md")
        if target in names:
            return f'<a href="{target}.html">{match[1]}</a>'
        return f'<a href="{match[2]}">{match[1]}</a>' if match[2].startswith("https:") else match[1]

    return re.sub(r"\[([^\]]*)\]\(([^)]*)\)", link, block)


if __name__ == "__main__":
    try:
        main()
    except XlnnError as error:
        sys.exit(f"Error: {error}")
