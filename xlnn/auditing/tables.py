"""Write references to columns of tables, such as Table1[w1], as cells."""

import re
from dataclasses import dataclass
from pathlib import Path

from xlnn.formula import Token, corners, rewritten
from xlnn.grid import letters, quoted
from xlnn.xlsx.archive import Archive
from xlnn.xlsx.markup import elements, unescaped
from xlnn.xlsx.parts import read_workbook, relationships, rels_of

_PART = re.compile(r"\[((?:[^\[\]']|'.)*)\]")
_ESCAPED = re.compile(r"'(.)")


@dataclass(frozen=True)
class ExcelTable:
    """A table of a sheet: its corners, its columns, and how many rows head and end it."""

    title: str
    top: int
    left: int
    bottom: int
    right: int
    columns: tuple[str, ...]
    heads: int
    totals: int

    def cells(self, inside: str, row: int, title: str) -> str | None:
        """Return the cells of a reference in a row of a sheet; None if it is unclear."""
        parts = _PART.findall(inside) or [inside.removeprefix("@")]
        special = {part.casefold() for part in parts if part.startswith("#")}
        if inside.startswith("@"):
            special.add("#this row")
        columns = [
            _ESCAPED.sub(r"\1", part).casefold()
            for part in parts if part and not part.startswith("#")
        ]  # fmt: skip
        rows = {
            "#data": (self.top + self.heads, self.bottom - self.totals),
            "#all": (self.top, self.bottom),
            "#headers": (self.top, self.top),
            "#totals": (self.bottom, self.bottom),
            "#this row": (row, row),
        }.get(" ".join(special) or "#data")
        if rows is None or len(columns) > 2 or not {*columns} <= {*self.columns}:
            return None
        across = [self.left + self.columns.index(c) for c in columns] or [self.left, self.right]
        corners = (rows[0], min(across)), (rows[1], max(across))
        mark = "" if special == {"#this row"} else "$"
        first, last = (f"${letters(c)}{mark}{r}" for r, c in corners)
        sheet = "" if title == self.title else f"{quoted(self.title)}!"
        return f"{sheet}{first}" if first == last else f"{sheet}{first}:{last}"


class Tables:
    """The tables of a workbook that was found safe to read."""

    def __init__(self, path: Path) -> None:
        self._tables: dict[str, ExcelTable] = {}
        with Archive(path) as archive:
            for title, sheet in read_workbook(archive).sheets.items():
                if rels_of(sheet) not in archive.parts:
                    continue
                for kind, part in relationships(archive, sheet).values():
                    if kind == "table" and part in archive.parts:
                        self._add(archive, title, part)

    def _add(self, archive: Archive, title: str, part: str) -> None:
        columns, attributes = [], {}
        for node in elements(archive, part):
            if node.main == "table":
                attributes = node.attributes
            elif node.main == "tableColumn":
                columns.append(unescaped(node.attributes.get("name", "")).casefold())
        if corner_cells := corners(attributes.get("ref", "")):
            heads = int(attributes.get("headerRowCount", "1") != "0")
            totals = int(attributes.get("totalsRowCount", "0") != "0")
            name = attributes.get("displayName", attributes.get("name", "")).casefold()
            self._tables[name] = ExcelTable(title, *corner_cells, tuple(columns), heads, totals)

    def plain(self, formula: str, title: str, row: int) -> str:
        """Return a formula of a row of a sheet with cells in the place of tables' columns."""

        def cells(token: Token) -> str:
            table = self._tables.get((token["of"] or "").casefold())
            return (table and table.cells(token["inside"], row, title)) or token[0]

        return rewritten(formula, cells) if "[" in formula else formula
