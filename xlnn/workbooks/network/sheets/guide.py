"""What is drawn on the sheet Guide: what this is, where to begin, what the colours mean."""

from dataclasses import replace
from string import Formatter

from xlnn.address import address
from xlnn.blocks import FIRST_ROW
from xlnn.equations.activation import ACTIVATIONS
from xlnn.equations.cost import COSTS
from xlnn.equations.layer import WITHOUT_WEIGHTS
from xlnn.layout import quoted
from xlnn.quantity import Quantity
from xlnn.shipped.text import Text
from xlnn.workbooks.network.sheets.bands import layer_title
from xlnn.workbooks.network.sheets.page import Page
from xlnn.workbooks.network.spec import Spec
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import (
    FILLS,
    LABEL,
    LINK,
    NEGATIVE,
    PLAIN,
    POSITIVE,
    SECTION,
    TITLE,
    WHITE,
    Look,
)

TEXT = Look(wrap=True)
COLUMNS = ("symbol", "name", "meaning", "equation", "where", "book")


def draw(page: Page) -> Drawing:
    """Draw the sheet from top to bottom; every place it names is a link."""
    widths = {1: 3, 2: 16, 3: 26, 4: 46, 5: 40, 6: 18, 7: 12}
    drawing = Drawing(gridlines=False, one_page=True, widths=widths, heights={1: 30})
    guide = page.words.words["guide"]
    if any(layer.kind != "dense" for layer in page.spec.layers):
        network = "; ".join(layer_title(page, layer.name) for layer in page.spec.layers)
    else:
        network = "-".join(str(size) for size in _sizes(page))
    drawing.put(1, 2, guide["title"], replace(TITLE, size=18))
    values = {
        "images": page.spec.images,
        "network": network,
        "epochs": page.spec.epochs,
        "labels": page.words("joined", "between").join(page.spec.labels),
        "rows": page.spec.picture[0],
        "columns": page.spec.picture[1],
        "inputs": page.spec.inputs,
    }
    row = 2
    for line in guide["about"]:
        drawing.put(row, 2, line.format(**values), PLAIN)
        row += 1
    row = _steps(drawing, page, row + 1)
    row = _legend(drawing, page.words, row + 1)
    row = _symbols(drawing, page, row + 1)
    _experiments(drawing, page, row + 1)
    return drawing


def _sizes(page: Page) -> list[int]:
    return [page.spec.inputs, *(layer.units for layer in page.spec.layers)]


def _section(drawing: Drawing, row: int, title: str) -> int:
    for column in range(2, 8):
        drawing.put(row, column, title if column == 2 else "", SECTION)
    return row + 1


def _steps(drawing: Drawing, page: Page, row: int) -> int:
    guide, titles = page.words.words["guide"], page.layout.titles
    row = _section(drawing, row, guide["steps_title"])
    steps = [(key, text) for key, text in guide["steps"].items() if key in titles]
    for number, (key, text) in enumerate(steps, start=1):
        drawing.put(row, 2, f"{number}. {titles[key]}", LINK)
        drawing.links[address(row, 2)] = f"{quoted(titles[key])}!A1"
        drawing.put(row, 3, text.format(**titles), PLAIN)
        row += 1
    return row


def _legend(drawing: Drawing, words: Text, row: int) -> int:
    guide = words.words["guide"]
    row = _section(drawing, row, guide["colours_title"])
    for fill in FILLS:
        drawing.put(row, 2, "", Look(fill=fill, border=True))
        drawing.put(row, 3, guide["colours"][fill], PLAIN)
        row += 1
    for colour, key in ((NEGATIVE, "negative"), (WHITE, "zero"), (POSITIVE, "positive")):
        drawing.put(row, 2, "", Look(fill=colour, border=True))
        drawing.put(row, 3, guide["colours"][key], PLAIN)
        row += 1
    return row


def _symbols(drawing: Drawing, page: Page, row: int) -> int:
    guide = page.words.words["guide"]
    row = _section(drawing, row, guide["symbols_title"])
    for column, key in enumerate(COLUMNS, start=2):
        drawing.put(row, column, guide["columns"][key], replace(LABEL, bold=True))
    row += 1
    equations = _equations(page.spec)
    for kind, symbol in guide["symbols"].items():
        quantity = _first(page, kind)
        if quantity is None:
            continue
        block = page.layout.blocks[quantity.name]
        title = page.layout.titles[block.sheet]
        where = address(max(block.row - 1, FIRST_ROW - 1), block.column)
        drawing.put(row, 2, quantity.symbol.replace("{}", "") or "", replace(PLAIN, bold=True))
        drawing.put(row, 3, page.words("quantities", kind), PLAIN)
        drawing.put(row, 4, symbol["meaning"], TEXT)
        drawing.put(row, 5, symbol["equation"].format(**equations), TEXT)
        drawing.put(row, 6, title, LINK)
        drawing.links[address(row, 6)] = f"{quoted(title)}!{where}"
        drawing.put(row, 7, symbol["book"], PLAIN)
        row += 1
    return row


def _equations(spec: Spec) -> dict[str, str]:
    """Return the equations of the functions at hand; of several, each with its name."""
    with_weights = (layer for layer in spec.layers if layer.kind not in WITHOUT_WEIGHTS)
    names = dict.fromkeys(layer.activation for layer in with_weights)
    used = {name: ACTIVATIONS[name] for name in names}
    cost = COSTS[spec.cost]
    delta = cost.delta_formula
    if used[spec.layers[-1].activation].slope is None:
        delta = delta.removesuffix(" a′(z)").strip("()")
    return {
        "activation": "; ".join(activation.formula for activation in used.values()),
        "slope": "; ".join(a.slope_formula for a in used.values() if a.slope_formula),
        "cost": cost.formula,
        "delta": delta,
    }


def _first(page: Page, kind: str) -> Quantity | None:
    """Return the first quantity of a kind on a sheet of training, and so not on Check."""
    quantities = page.layout.model.quantities
    return next((q for q in quantities if q.kind == kind and q.sheet != "check"), None)


def _experiments(drawing: Drawing, page: Page, row: int) -> None:
    guide, titles = page.words.words["guide"], page.layout.titles
    row = _section(drawing, row, guide["experiments_title"])
    experiments = [e for e in guide["experiments"] if _named(e["do"] + e["look"]) <= set(titles)]
    for number, experiment in enumerate(experiments, start=1):
        drawing.put(row, 2, f"{number}. {experiment['do'].format(**titles)}", PLAIN)
        drawing.put(row + 1, 3, experiment["look"].format(**titles), LABEL)
        row += 2
    for line in guide["broken"]:
        row += 1
        drawing.put(row, 2, line.format(**titles), PLAIN)


def _named(text: str) -> set[str]:
    """Return the sheets that a text names, by their keys."""
    return {name for _, name, *_ in Formatter().parse(text) if name}
