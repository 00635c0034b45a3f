"""How does every visible sheet look? Draws those of all templates, in all languages, into gallery/.

    make gallery                                # everything: some ten minutes
    python docs/gallery.py xor digits --lang zh # these alone

Needs LibreOffice and poppler-utils. A network is built with few epochs, and of many images the
first ones, so that its long tables are short; of each sheet the first pages are drawn.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import openpyxl

from xlnn.building.build import build
from xlnn.errors import XlnnError
from xlnn.registry.templates import Template, in_order
from xlnn.registry.text import languages

GALLERY = Path(__file__).parent.parent / "gallery"

EPOCHS = 5
"""Of a network: enough to see a cost fall."""

ROWS = 60
"""Of a template's data: from so many images on a table is long."""

PAGES = 2
"""Of a sheet."""

PATIENCE = 600
"""Seconds for LibreOffice to draw one workbook."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw the templates that are named, or all."""
    known = {template.name: template for template in in_order()}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("templates", nargs="*", choices=[[], *known], help="all, if none is named")
    parser.add_argument("--lang", action="append", choices=languages(), help="all, if none is")
    parser.add_argument("--dpi", type=int, default=80)
    parser.add_argument("--into", type=Path, default=GALLERY)
    asked = parser.parse_args(arguments)
    programs = [name for name in ("soffice", "pdftoppm", "pdftotext") if not shutil.which(name)]
    if programs:
        sys.exit(f"Install {', '.join(programs)} first: LibreOffice and poppler-utils have them.")
    for name in asked.templates or known:
        for lang in asked.lang or languages():
            with tempfile.TemporaryDirectory(prefix="xlnn-gallery-") as folder:
                path = small(known[name], lang, Path(folder))
                pictures = draw(path, asked.into / f"{name}-{lang}", asked.dpi)
            print(f"{asked.into / f'{name}-{lang}'}   {len(pictures)} pictures", flush=True)


def small(template: Template, lang: str, folder: Path) -> Path:
    """Build a template's workbook, with few epochs and images where it has many."""
    path, options = folder / f"{template.name}.xlsx", {"lang": lang, "verify": False}
    if template.values.get("kind", "network") != "network":
        return build(template.name, path, **options).path
    options["epochs"] = min(EPOCHS, template.values["epochs"])
    data = template.path / template.values["data"]["file"]
    lines = data.read_text(encoding="utf-8").splitlines(keepends=True)
    if len(lines) > ROWS and template.values["data"].get("test_share"):
        few = folder / data.name
        step = len(lines) // ROWS
        few.write_text("".join([lines[0], *lines[1::step]]), encoding="utf-8")
        picture = template.values["data"].get("picture")
        options |= {"data": few} | ({"picture": tuple(picture)} if picture else {})
    return build(template.name, path, **options).path


def draw(path: Path, into: Path, dpi: int) -> list[Path]:
    """Draw the first pages of each sheet that is not hidden, named after it.

    Returns
    -------
    list of Path
        The pictures.
    """
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    drawn = printed(path)
    for page, name in first_pages(path, drawn):
        target = [str(into / name), "-singlefile", "-png", "-r", str(dpi)]
        subprocess.run(["pdftoppm", "-f", str(page), "-l", str(page), drawn, *target], check=True)
    return sorted(into.iterdir())


def printed(path: Path, only: int | None = None) -> Path:
    """Print a workbook, or one of its pages, into a PDF beside it, and return this."""
    profile = f"-env:UserInstallation={(path.parent / 'profile').as_uri()}"
    pages = f':calc_pdf_Export:{{"PageRange":{{"type":"string","value":"{only}-{only}"}}}}'
    convert = ["soffice", profile, "--headless", "--convert-to", f"pdf{pages if only else ''}"]
    command = [*convert, "--outdir", path.parent, path]
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
    return path.with_suffix(".pdf")


def first_pages(path: Path, drawn: Path) -> list[tuple[int, str]]:
    """Return the pages of a printed workbook that are to be drawn, each with its name."""
    sheets = openpyxl.load_workbook(path, read_only=True)
    shown = [sheet.title for sheet in sheets if sheet.sheet_state == "visible"]
    return list(named_pages(drawn, shown))


def named_pages(drawn: Path, titles: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the pages that are to be drawn, and what each is called.

    A sheet begins on the page that begins with its title; the first begins the workbook.
    """
    text = subprocess.run(
        ["pdftotext", "-layout", drawn, "-"], check=True, capture_output=True, text=True
    ).stdout
    number, count = 0, 0
    for page, words in enumerate(text.split("\f")[:-1], start=1):
        following = re.escape(titles[number]) + r"(?!\S)" if number < len(titles) else "(?!)"
        if page == 1 or re.match(following, words.strip()):
            number, count = number + 1, 0
        count += 1
        if count <= PAGES:
            title = titles[number - 1].replace("/", "-")
            yield page, f"{number:02}-{title}" + (f"-{count}" if count > 1 else "")


if __name__ == "__main__":
    try:
        main()
    except XlnnError as error:
        sys.exit(f"Error: {error}")
