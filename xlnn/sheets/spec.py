"""What is drawn on the sheet Spec: the model as text, a line a row."""

from xlnn.drawing import Drawing
from xlnn.layout import FIRST_ROW, Layout
from xlnn.spec import Spec
from xlnn.style import NOTE, TEXT_LINE, TITLE
from xlnn.text import Text


def spec_sheet(layout: Layout, spec: Spec, text: Text) -> Drawing:
    """Draw the lines of the Spec's text."""
    drawing = Drawing(widths={1: 80}, gridlines=False)
    drawing.put(1, 1, layout.titles["spec"], TITLE)
    drawing.put(2, 1, text("notes", "spec"), NOTE)
    for row, line in enumerate(spec.to_toml().splitlines(), start=FIRST_ROW):
        if line:
            drawing.put(row, 1, line, TEXT_LINE)
    return drawing
