"""Draw the documents' pictures in each language: Play from epoch to epoch, Lens and Progress.

    make pictures
    python docs/pictures.py zh ja    # these languages alone

A frame is the workbook of the template digits with another epoch in Play's yellow cell, as
LibreOffice prints it. Needs LibreOffice, poppler-utils and Arial or Liberation Sans.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from gallery import first_pages, printed
from PIL import Image, ImageChops, ImageOps

from xlnn.building.destination import Destination
from xlnn.building.plan import planned, source_of_template
from xlnn.building.writing import carried_out
from xlnn.options import Options
from xlnn.registry.text import languages

DOCS = Path(__file__).parent
EPOCHS = (*range(1, 9), 10, 13, 17, 23, 33, 50)
"""Early epochs change most; the first has the start weights, before the first update."""
FRAME, LAST = 400, 3000
"""How long a frame is shown, in milliseconds."""
STILLS = ("lens", "progress")
"""Sheets of which there is one picture each, by their keys."""
WIDTH, MARGIN, COLOURS = 1100, 20, 80
NEARLY_WHITE = 246


def draw(lang: str, into: Path = DOCS, epochs: Sequence[int] = EPOCHS) -> list[Path]:
    """Draw the pictures in a language; return their paths, that of Play first."""
    plan = planned(source_of_template("digits"), Options(lang=lang))
    frames: list[Image.Image] = []
    with tempfile.TemporaryDirectory(prefix="xlnn-pictures-") as folder:
        for epoch in epochs:
            plan.cells["play_epoch"] = np.array(float(epoch))
            path = Path(folder) / f"{epoch}.xlsx"
            carried_out(plan, Destination(path), verify=False)
            if not frames:
                drawn = printed(path)
                named = {name.partition("-")[2]: page for page, name in first_pages(path, drawn)}
                page, *others = (named[plan.layout.titles[key]] for key in ("play", *STILLS))
                stills = [drawing(drawn, other) for other in others]
            drawn = printed(path, only=page)
            frames.append(drawing(drawn, 1))
    first, *later = alike(frames)
    long = [*[FRAME] * len(later), LAST]
    paths = [into / f"play{suffix(lang)}.gif"]
    first.save(paths[0], save_all=True, append_images=later, duration=long, loop=0)
    for key, still in zip(STILLS, stills, strict=True):
        paths.append(into / f"{key}{suffix(lang)}.png")
        alike([still])[0].save(paths[-1], optimize=True)
    return paths


def suffix(lang: str) -> str:
    """Return what the names of a language's documents and pictures have before their kind."""
    return "" if lang == "en" else f".{lang}"


def drawing(pdf: Path, page: int) -> Image.Image:
    """Return a page of a PDF without its last line, which is the page's number."""
    cut = ["pdftoppm", "-r", "150", "-f", str(page), "-l", str(page), "-singlefile", "-png", pdf]
    subprocess.run([*cut, pdf.with_suffix("")], check=True)
    with Image.open(pdf.with_suffix(".png")) as whole:
        return whole.convert("RGB").crop((0, 0, whole.width, whole.height - 60))


def alike(pictures: Sequence[Image.Image]) -> list[Image.Image]:
    """Return pictures without their white margins, of one size and with one set of colours."""
    white = Image.new("RGB", pictures[0].size, "white")
    corners = np.array([ImageChops.difference(each, white).getbbox() for each in pictures])
    box = (*corners[:, :2].min(axis=0), *corners[:, 2:].max(axis=0))
    cut = [ImageOps.expand(each.crop(box), MARGIN, "white") for each in pictures]
    size = WIDTH, round(cut[0].height * WIDTH / cut[0].width)
    small = [each.resize(size, Image.Resampling.LANCZOS) for each in cut]
    colours = Image.fromarray(np.concatenate(small)).quantize(COLOURS)
    shades = np.reshape(colours.getpalette(), (-1, 3))
    shades[shades.min(axis=1) > NEARLY_WHITE] = 255  # what stands for white, too
    colours.putpalette(shades.flatten().tolist())
    return [each.quantize(palette=colours, dither=Image.Dither.NONE) for each in small]


if __name__ == "__main__":
    for asked in sys.argv[1:] or languages():
        for made in draw(asked):
            print(made)
