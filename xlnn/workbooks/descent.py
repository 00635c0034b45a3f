"""The kind "descent": a point goes down a surface by gradient descent.   Book: 2-10, 2-11.

The example of an experiment: its quantities, its sheets, and at the end what it is made of. The
sheet of all directions stands in `xlnn.workbooks.steepest`.
"""

from collections.abc import Iterator, Mapping

from xlnn.equations import surface as eq
from xlnn.quantity import Axis, Quantity, previous
from xlnn.shipped.text import Text
from xlnn.workbooks import steepest
from xlnn.workbooks.experiment import Experiment
from xlnn.workbooks.pages.parts import (
    Below,
    Beside,
    Chart,
    Numbers,
    Sentences,
    Table,
    Trace,
    helper_page,
    page,
)
from xlnn.writing.charts import THIN
from xlnn.writing.style import QUIET

LINES, PARTS = 6, 48
"""Level lines, and the parts of the circle along which each is drawn."""

PATH, VALLEY = "C0561C", "1B4F9C"


def quantities(sizes: Mapping[str, int], words: Text) -> Iterator[Quantity]:
    """Yield the settings, the table of steps, the level lines, and what they come to in words."""
    state = Axis("step", sizes["steps"] + 1, "time", counts_from=0)
    level, part = Axis("level", LINES), Axis("part", PARTS + 1, counts_from=0)
    page = {"sheet": "descent"}
    steps = {**page, "axes": (state,)}
    yield Quantity(
        "eta", symbol="η", role="input", number_format="General", scale=0.05, calms=True, **page
    )
    yield Quantity(
        "function", role="input", number_format="0", choices=(1, len(eq.SURFACES)), **page
    )
    used, of_function = eq.UsedChoice(1, len(eq.SURFACES)), {"function": "used_function"}
    yield Quantity(
        "used_function", equation=used, uses={"choice": "function"}, number_format="0", **page
    )
    for x in ("x", "y"):
        yield Quantity(
            x,
            symbol=x,
            equation=eq.Moved(),
            given=1,
            role="weight",
            scale=3,
            uses={"at": previous(x), "by": previous(f"d{x}")},
            **steps,
        )
    for x in ("x", "y"):
        yield Quantity(
            f"dz_d{x}",
            symbol=f"∂z/∂{x}",
            equation=eq.OfSurface(f"dz_d{x}"),
            uses=of_function,
            role="backward",
            **steps,
        )
    for x in ("x", "y"):
        yield Quantity(
            f"d{x}",
            symbol=f"Δ{x}",
            equation=eq.Displacement(),
            uses={"slope": f"dz_d{x}"},
            role="backward",
            **steps,
        )
    height = eq.OfSurface("z")
    yield Quantity("z", symbol="z", equation=height, uses=of_function, role="forward", **steps)
    for name, times in (("swings", 1), ("grows", 2)):
        limit = {"equation": eq.LargestEta(times), "uses": of_function}
        yield Quantity(name, number_format="General", **limit, **page)
    lines = {"sheet": "level_lines", "number_format": "0.000"}
    whole = lines | {"number_format": "0", "counts": True}
    yield Quantity("number", symbol="n", axes=(level,), **whole)
    yield Quantity("part", symbol="k", axes=(part,), **whole)
    yield Quantity("level", symbol="z", axes=(level,), equation=eq.Level(LINES), **lines)
    for name, of in (("u", "COS"), ("v", "SIN")):
        yield Quantity(name, axes=(part,), equation=eq.Direction(PARTS, of), **lines)
    for name, along in (("x", "u"), ("y", "v")):
        on_line = {"axes": (level, part), "equation": eq.OnLevelLine(along), **lines}
        yield Quantity(f"level_{name}", symbol=name, uses=of_function, **on_line)
    names = [f"z = {surface.text}" for surface in eq.SURFACES]
    named = eq.NameOf(names, words.open("sentences", "choose", most=len(names)))
    uses = {"choice": "function", "used": "used_function"}
    yield Quantity("name", equation=named, uses=uses, is_text=True, **page)
    said = {key: words.open("sentences", key) for key in eq.VERDICTS}
    verdict = {"equation": eq.EtaVerdict(words.open("sentences", "eta"), said), "uses": of_function}
    yield Quantity("verdict", is_text=True, **verdict, **page)
    told = {"steps": sizes["steps"], "all": sizes["steps"] + 1}
    course, lost = (words.open("sentences", key, **told) for key in ("course", "lost"))
    course = eq.Course(course, lost, sizes["steps"])
    yield Quantity("course", equation=course, is_text=True, **page)
    yield from steepest.quantities(sizes["steps"], words)


KIND = Experiment(
    name="descent",
    sizes={"steps": (1, 10_000)},
    quantities=quantities,
    sheets={
        "descent": page(
            "descent",
            Beside(
                Below(
                    Numbers(
                        "eta",
                        ("function", "name"),
                        "used_function",
                        "swings",
                        "grows",
                        positive=["eta"],
                        choices={"function": [s.text for s in eq.SURFACES]},
                    ),
                    Sentences("verdict", "course"),
                    Table("x", "y", "dz_dx", "dz_dy", "dx", "dy", "z"),
                ),
                Below(
                    Chart(
                        "path",
                        Trace("level_y", "level_x", QUIET, width=THIN, each="level"),
                        Trace("y", "x", PATH, marker="circle"),
                        x="x",
                        y="y",
                        size_in_cm=(13, 13),
                        is_square=True,  # circles are round
                    ),
                    Chart("z", Trace("z", colour=VALLEY)),
                ),
            ),
        ),
        "steepest": steepest.PAGE,
        "level_lines": helper_page(
            "level_lines",
            Table("level_x", "level_y"),
            Table("number", "level"),
            Table("part", "u", "v"),
        ),
    },
    taken={"epochs": "steps", "eta": "eta"},
)
