"""Copy a workbook with numbers put into its input cells, for an engine to read."""

from pathlib import Path
from zipfile import ZIP_STORED

from xlnn.address import address
from xlnn.errors import WorkbookError
from xlnn.grid import Inputs
from xlnn.xlsx.copying import Edit, Rewrite, RewrittenCell, copy, rewrite_cells, whole
from xlnn.xlsx.parts import WORKBOOK, sheet_parts
from xlnn.xlsx.texts import unprefix


def replace_inputs(source: Path, target: Path, inputs: Inputs) -> None:
    """Copy a workbook, whoever saved it, with numbers put into some cells, for an engine to read.

    Cached values are left as they were, so they are stale. Formulas are written as all engines
    read them, and iteration is switched off, by which an engine would give the cells of a circle
    numbers. The copy is not compressed.

    Raises
    ------
    WorkbookError
        A cell is not in the file, or it holds a formula that is shared with other cells.
    """
    missing = dict(inputs)

    def put(title: str) -> Rewrite:
        places = {address(*key[1:]): key for key in inputs if key[0] == title}

        def rewrite(cell: RewrittenCell) -> str | None:
            key = places.get(cell.attributes.get("r", ""))
            if key is None:
                return None
            if "ref" in cell.formula_attributes:
                raise WorkbookError(
                    f"{title}!{address(*key[1:])} is an input, but holds a formula that other cells"
                    " share: type a number into it."
                )
            return cell.rebuilt("", "", f">{float(missing.pop(key))!r}")

        return rewrite

    titles = {sheet for sheet, _, _ in inputs}
    parts = sheet_parts(source)
    edits: dict[str, Edit] = {WORKBOOK: whole(_without_iteration)}
    for title, part in parts.items():
        edits[part] = unprefix
        if title in titles:
            edits[part] = _both(unprefix, rewrite_cells(put(title)))
    copy(source, target, edits, ZIP_STORED)
    for sheet, row, column in missing:
        raise WorkbookError(
            f"{source.name}: the input {sheet}!{address(row, column)} is not in the file."
        )


def _both(first: Edit, second: Edit) -> Edit:
    return lambda chunks: second(first(chunks))


def _without_iteration(workbook: bytes) -> bytes:
    """Remove the setting by which programs settle circular references."""
    if b"iterate" not in workbook:
        return workbook
    from lxml import etree  # noqa: PLC0415 - slow

    # `inspect` has limited its size and its depth
    root = etree.fromstring(workbook, etree.XMLParser(resolve_entities=False, huge_tree=True))
    for settings in root.iter("{*}calcPr"):
        for name in list(settings.attrib):
            if etree.QName(name).localname == "iterate":
                del settings.attrib[name]
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)
