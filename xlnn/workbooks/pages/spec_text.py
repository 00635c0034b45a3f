"""Draw the sheet Spec: the model as text, a line a row."""

from xlnn.layout import FIRST_ROW
from xlnn.workbooks.pages.context import Context
from xlnn.workbooks.spec_text import to_toml
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import NOTE, TEXT_LINE, TITLE


def draw(page: Context) -> Drawing:
    """Draw the lines of the Spec's text."""
    drawing = Drawing(widths={1: 80}, gridlines=False)
    drawing.put(1, 1, page.layout.titles["spec"], TITLE)
    drawing.put(2, 1, page.words("notes", "spec"), NOTE)
    for row, line in enumerate(to_toml(page.spec).splitlines(), start=FIRST_ROW):
        if line:
            drawing.put(row, 1, line, TEXT_LINE)
    return drawing
