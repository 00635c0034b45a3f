"""Which cells does a formula name? Its references, taken apart and written again."""

import re
from dataclasses import dataclass, replace

from openpyxl.utils import column_index_from_string, get_column_letter

_REFERENCE = re.compile(
    r"""
    (?<![\w.$'!])                                # a function's name ends in no reference
    (?:(?P<sheet>'(?:[^']|'')+'|[^\W\d]\w*)!)?
    \$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?
    (?![\w(])
    """,
    re.VERBOSE,
)
_TEXT = re.compile(r'"(?:[^"]|"")*"')
_CORNER = re.compile(r"(\$?)([A-Z]+)(\$?)(\d+)")


@dataclass(frozen=True)
class Corner:
    """A cell as a formula writes it; the marks are ``$`` or nothing."""

    row: int
    column: int
    row_mark: str = ""
    column_mark: str = ""

    def __str__(self):
        letter = get_column_letter(self.column)
        return f"{self.column_mark}{letter}{self.row_mark}{self.row}"


@dataclass(frozen=True)
class Reference:
    """A cell, or the two corners of a range.

    Attributes
    ----------
    sheet : str
        The sheet's title; "" for that of the formula itself.
    corners : tuple of Corner
        One or two.
    span : (int, int)
        Where it stands in the formula.
    """

    sheet: str
    corners: tuple[Corner, ...]
    span: tuple[int, int] = (0, 0)

    def __str__(self):
        sheet = self.sheet if self.sheet.isidentifier() else f"'{self.sheet}'"
        return (f"{sheet}!" if self.sheet else "") + ":".join(map(str, self.corners))

    @property
    def area(self):
        """Top, left, bottom and right."""
        rows = [corner.row for corner in self.corners]
        columns = [corner.column for corner in self.corners]
        return min(rows), min(columns), max(rows), max(columns)

    def moved(self, rows=0, columns=0, corners=(0, 1)):
        """Return the reference with some of its corners moved; None beyond the sheet's edge."""
        new = [
            replace(corner, row=corner.row + rows, column=corner.column + columns)
            if number in corners
            else corner
            for number, corner in enumerate(self.corners)
        ]
        if any(corner.row < 1 or corner.column < 1 for corner in new):
            return None
        return replace(self, corners=tuple(new))


def references(formula):
    """Return the references of a formula.

    >>> [str(reference) for reference in references('="A1"&SUMXMY2(Images!N4:O4,N$4)/2')]
    ['Images!N4:O4', 'N$4']
    """
    found = _REFERENCE.finditer(without_texts(formula))
    return [reference(match[0], match.span()) for match in found]


def without_texts(formula):
    """Return the formula with blanks for its texts, in which anything could stand.

    >>> without_texts('="δ = A1*"&B2')
    '=         &B2'
    """
    return _TEXT.sub(lambda text: " " * len(text[0]), formula)


def reference(text, span=(0, 0)):
    """Take one reference apart."""
    sheet, _, cells = text.rpartition("!")
    corners = [
        Corner(int(row), column_index_from_string(letters), row_mark, column_mark)
        for column_mark, letters, row_mark, row in _CORNER.findall(cells)
    ]
    return Reference(sheet.strip("'"), tuple(corners), span)


def with_reference(formula, old, new):
    """Return the formula with another reference in the place of one of its own.

    >>> formula = "=A1*A1"
    >>> second = references(formula)[1]
    >>> with_reference(formula, second, second.moved(rows=1))
    '=A1*A2'
    """
    start, end = old.span
    return formula[:start] + str(new) + formula[end:]
