"""Show numbers in a notebook as a small HTML table."""

from collections.abc import Iterable, Sequence
from html import escape
from itertools import islice

import numpy as np

MOST_ROWS, MOST_COLUMNS = 10, 12
"""What is shown of a long table."""


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], most: int = MOST_ROWS) -> str:
    """Return a table of texts and numbers.

    >>> table(["a<b"], [[0.123456789]])
    '<table><tr><th>a&lt;b</th></tr><tr><td>0.123457</td></tr></table>'
    """
    shown = [*islice(rows, most + 1)]
    lines = [_line("th", heads), *(_line("td", row) for row in shown[:most])]
    if len(shown) > most:
        lines.append("<tr><td>…</td></tr>")
    return f"<table>{''.join(lines)}</table>"


def described(*lines: str) -> str:
    """Return lines as a paragraph.

    >>> described("W2: weights", "", "w ← w − η ∂C_T/∂w")
    '<p>W2: weights<br>w ← w − η ∂C_T/∂w</p>'
    """
    return f"<p>{'<br>'.join(escape(line) for line in lines if line)}</p>"


def _line(tag: str, cells: Sequence[object]) -> str:
    said = [escape(_said(cell)) for cell in cells[:MOST_COLUMNS]]
    said += ["…"] if len(cells) > MOST_COLUMNS else []
    return f"<tr>{''.join(f'<{tag}>{each}</{tag}>' for each in said)}</tr>"


def _said(cell: object) -> str:
    return f"{cell:.6g}" if isinstance(cell, float | np.floating) else str(cell)
