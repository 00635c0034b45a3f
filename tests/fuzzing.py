"""Files that are broken at random, what is done with each, and what may come of it.

Whatever a file holds: no traceback, no hang, no gigabytes, and no "agrees" of a workbook that two
programs read differently. A case is made by its number, so that each can be made again.
"""

import io
import multiprocessing
import re
import resource
import string
import traceback
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openpyxl
from lxml import etree
from networks import from_template, plan, random_plan, spec, write_plan
from openpyxl.workbook.defined_name import DefinedName
from PIL import Image

from xlnn.building.build import build
from xlnn.checking.check import check
from xlnn.checking.comparison import plainly
from xlnn.data.dataset import ReadOptions
from xlnn.data.load import load
from xlnn.errors import XlnnError
from xlnn.linting import lint
from xlnn.loading.spec import is_in_matrices
from xlnn.options import Options
from xlnn.registry.templates import template
from xlnn.xlsx.package import inspect

HANG = 60
"""Seconds after which a case is given up: a thousand times what one takes."""

MEMORY = 3 << 30
"""Bytes of address space of the process that works: a small file never needs a tenth of them."""

PRINTED = string.printable + "δ²\x7f\x9b\u202e\ufffe"
FORMULAS = (
    *("", "1", "1/0", "A1", "C5", "SUM(A1:A3)", "SUM(A:A)", "SUM(5:5)", "PI(1)", "ISBLANK()", "x"),
    *("SUM(Images!B4:C4*Weights!B4:C4)", "SUMPRODUCT(A1;B1)", "{1,2}", "-" * 99 + "1", "1E+300"),
    *("INDEX(A1:B9,0,1)", "A1:INDEX(A1:A9,3)", "IF(", "#REF!", "[1]x!A1", "NOW()", "xlnn.z2"),
    *("INDEX(A1:A9,1E9)", "MATCH(1,A:A,0)", '"a"&1', "TRUE", "A1:A3", "(A1,B2)", "A1 B2", "1%%"),
    *("CHOOSE(9,1)", "EXP(999)", "LN(0)", "MOD(1,0)", "RANK(1,A1:A2)", 'TEXT(1,"@")', "9^999"),
)  # fmt: skip
VALUES = ("", "0", "1", "-1", "1e300", "1E+308", "1e-320", "nan", "x", "0.1", "TRUE", "9" * 400)


@dataclass(frozen=True)
class Case:
    """A broken file.

    Attributes
    ----------
    kind : str
    number : int
    path : Path
    """

    kind: str
    number: int
    path: Path


def files(folder):
    """Return the contents of the workbooks that are broken: one in cells and one in matrices."""
    small = random_plan(spec([2, 2, 2], images=3, epochs=2), seed=3)
    in_cells = write_plan(Path(folder, "small.xlsx"), small)
    in_matrices = build("xor", Path(folder, "matrices.xlsx"), edition="matrices", epochs=2).path
    return in_cells.read_bytes(), in_matrices.read_bytes()


def parts_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)  # of no date
    return out.getvalue()


def saved(book):
    """Return a workbook as openpyxl saves it, but of no date."""
    out = io.BytesIO()
    book.save(out)
    parts = parts_of(out.getvalue())
    core = "docProps/core.xml"
    parts[core] = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"2000-01-01T00:00:00Z", parts[core])
    return packed(parts)


def mutated_bytes(content, rng):
    """Flip, delete, repeat or insert some bytes."""
    data = bytearray(content)
    for _ in range(int(rng.integers(1, 5))):
        place, length = int(rng.integers(len(data) + 1)), int(rng.integers(1, 9))
        match int(rng.integers(4)):
            case 0 if place < len(data):
                data[place] ^= int(rng.integers(1, 256))
            case 1:
                del data[place : place + length]
            case 2:
                data[place:place] = data[place : place + length * 9]
            case _:
                data[place:place] = rng.bytes(length)
        if not data:
            break
    return bytes(data)


def text_of(rng, length=12):
    return "".join(PRINTED[i] for i in rng.integers(0, len(PRINTED), int(rng.integers(length))))


def pick(rng, things):
    things = list(things)
    return things[int(rng.integers(len(things)))]


def broken_bytes(content, rng):
    return mutated_bytes(content, rng)


def broken_part(content, rng):
    parts = parts_of(content)
    name = pick(rng, parts)
    parts[name] = mutated_bytes(parts[name], rng)
    return packed(parts)


def broken_nodes(content, rng, wanted=(".xml", ".rels")):
    """Delete, repeat, move and rename elements and attributes of a part."""
    parts = parts_of(content)
    name = pick(rng, [each for each in parts if each.endswith(wanted)])
    root = etree.fromstring(parts[name])
    for _ in range(int(rng.integers(1, 4))):
        node = pick(rng, root.iter(etree.Element))
        other = pick(rng, root.iter(etree.Element))
        match int(rng.integers(7)):
            case 0 if node is not root:
                node.getparent().remove(node)
            case 1 if node is not root:
                node.addnext(etree.fromstring(etree.tostring(node)))
            case 2:
                space = pick(rng, ("urn:x", root.nsmap.get(None, "u")))
                node.tag = f"{{{space}}}{etree.QName(str(other.tag)).localname}"
            case 3 if node.attrib:
                key = pick(rng, node.attrib)
                node.attrib[key] = pick(rng, (*VALUES, *other.attrib.values()))
            case 4 if node.attrib:
                key = pick(rng, node.attrib)
                node.attrib["{urn:x}" + etree.QName(key).localname] = node.attrib[key]
            case 5:
                node.text = pick(rng, (*VALUES, *FORMULAS))
            case _:
                if other is not root and node not in other.iter():
                    node.append(other)
    parts[name] = etree.tostring(root)
    return packed(parts)


def broken_wiring(content, rng):
    if rng.random() < 0.5:
        return broken_nodes(content, rng, (".rels", "[Content_Types].xml", "workbook.xml"))
    parts = parts_of(content)
    name = pick(rng, parts)
    change = pick(rng, (str.upper, str.title, "{}.bin".format, "./{}".format, "x{}".format))
    kept = dict(parts) if rng.random() < 0.5 else {n: c for n, c in parts.items() if n != name}
    return packed(kept | {change(name): pick(rng, parts.values())})


def broken_cells(content, rng):
    book = openpyxl.load_workbook(io.BytesIO(content))
    for _ in range(int(rng.integers(1, 4))):
        sheet = book[pick(rng, book.sheetnames)]
        cell = sheet.cell(int(rng.integers(1, 14)), int(rng.integers(1, 14)))
        cell.value = pick(
            rng, ["=" + pick(rng, FORMULAS), pick(rng, (None, True, 0, 1e300, 0.5, "x", "δ"))]
        )
    return saved(book)


def broken_spec(content, rng):
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["Spec"]
    for _ in range(int(rng.integers(1, 3))):
        cell = sheet.cell(int(rng.integers(4, sheet.max_row + 1)), 1)
        line = str(cell.value or "")
        numbers = ("0", "-1", "99999999", "1e9", "[" * 3000, '"est"', "0x" + "f" * 5000, "nan", "")
        numbers += ("1\n" + "a." * 10_000 + "a = 1", "{a = " * 3000)
        match int(rng.integers(3)):
            case 0 if "=" in line:
                cell.value = f"{line.split('=', maxsplit=1)[0]}= {pick(rng, numbers)}"
            case 1:
                place = int(rng.integers(len(line) + 1))
                cell.value = "".join(
                    each
                    for each in line[:place] + text_of(rng) + line[place:]
                    if each.isprintable()
                )
            case _:
                cell.value = sheet.cell(int(rng.integers(4, sheet.max_row + 1)), 1).value
        cell.data_type = "s" if cell.value is not None else "n"
    return saved(book)


def broken_sheets(content, rng):
    """Give some sheets one another's names, and at times one of them no heading."""
    parts = parts_of(content)
    root = etree.fromstring(parts["xl/workbook.xml"])
    sheets = [node for node in root.iter() if etree.QName(node).localname == "sheet"]
    some = rng.permutation(len(sheets))[: int(rng.integers(2, 5))]
    names = [sheets[i].get("name") for i in some]
    for i, name in zip(np.roll(some, 1), names, strict=True):
        sheets[i].set("name", name)
    parts["xl/workbook.xml"] = etree.tostring(root)
    if rng.random() < 0.5:
        return packed(parts)
    book = openpyxl.load_workbook(io.BytesIO(packed(parts)))
    sheet = book[pick(rng, book.sheetnames)]
    for column in range(1, 6):
        sheet.cell(1, column).value = None
    return saved(book)


NAMES = ("rate", "RATE", "n.1", "n.2", "率", "xlnn.eta", "xlnn.W2", "_x", "C4", "R1C1", "SUM")
MEANINGS = (
    *("Play!$C$6", "Play!C6", "$C$4", "Weights!$B$4", "Training!$C$4:$D$6", "0.2", "-1"),
    *(
        "rate",
        "n.1+n.1",
        "-n.2",
        "2*rate",
        "SUM(Training!$C$4:$C$6)",
        "Training!$C$4:$C$6*2",
        '"x"',
    ),
    *(
        "Play!$C$6/2",
        "Training!$C:$C",
        "TRUE",
        "Nowhere!$A$1",
        "#REF!",
        "(",
        "",
        "1=1",
        "xlnn.eta",
    ),
)


def broken_names(content, rng):
    """Define names, for the book or a sheet, and use them in formulas."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for _ in range(int(rng.integers(1, 4))):
        name, sheet = pick(rng, NAMES), book[pick(rng, book.sheetnames)]
        place = book if rng.random() < 0.7 else sheet
        place.defined_names[name] = DefinedName(name, attr_text=pick(rng, MEANINGS))
    cells = [
        cell
        for sheet in book
        for line in sheet.iter_rows()
        for cell in line
        if cell.data_type == "f"
    ]
    for _ in range(int(rng.integers(1, 4))):
        cell, name = pick(rng, cells), pick(rng, NAMES)
        cell.value = pick(
            rng,
            (f"={name}", f"{cell.value}*{name}", f"{cell.value}+0*{name}", f"=SUM({name})",
             str(cell.value).replace("Play!C$6", name).replace("Play!$C$6", name)),
        )  # fmt: skip
    return saved(book)


STRAYS = (
    *("<![CDATA[{}]]>", "<!--{}-->", "<?p {}?>", "<extLst>{}</extLst>", "<v>{}</v>", "<t>{}</t>"),
    *(
        "&#{};",
        "&#x{};",
        "&#48;",
        "&#x2a;",
        "&#10;",
        "&#32;",
        "&#948;",
        "&lt;",
        "&quot;",
        " ",
        "\n",
    ),
)
TEXTS = [
    re.compile(rb"<c [^>]*><v[^>]*>([^<]+)</v>"),
    re.compile(rb"</f><v[^>]*>([^<]+)</v>"),
    *(re.compile(rb"<%b[^>]*>([^<]+)</%b>" % (tag, tag)) for tag in (b"f", b"t", b"formula1?")),
]
"""Numbers, stored values, formulas, texts, and formulas beside the cells."""


def broken_texts(content, rng):
    """Plant comments, CDATA, references and blanks in values, formulas and texts."""
    parts = parts_of(content)
    name = pick(rng, [each for each in parts if each.startswith("xl/worksheets/sheet")])
    data = parts[name]
    for _ in range(int(rng.integers(1, 3))):
        kinds = [kind for kind in TEXTS if kind.search(data)]
        found = pick(rng, pick(rng, kinds).finditer(data))
        at = int(rng.integers(*found.span(1), endpoint=True))
        stray = pick(rng, STRAYS)
        inner = int(rng.integers(33, 100)) if "&" in stray else pick(rng, ("", "0", "*2", "x"))
        data = data[:at] + stray.format(inner).encode() + data[at + int(rng.integers(2)) :]
    parts[name] = data
    return packed(parts)


CSV = "label,a,b,c\n" + "".join(f"{n % 2},{n / 7:.3f},{n % 3},-{n}e-1\n" for n in range(12))
TOML = (template("xor").path / "template.toml").read_text()


def broken_csv(_, rng):
    return mutated_bytes(CSV.encode(), rng)


def broken_toml(_, rng):
    lines = TOML.splitlines()
    number = int(rng.integers(len(lines)))
    lines[number] = pick(rng, (text_of(rng, 40), lines[number] + text_of(rng), pick(rng, lines)))
    return "\n".join(lines).encode("utf-8", "replace")


def broken_picture(_, rng):
    out = io.BytesIO()
    grey = rng.integers(0, 256, (6, 6)).astype(np.uint8)
    Image.fromarray(grey).save(out, pick(rng, ("PNG", "JPEG")))
    return mutated_bytes(out.getvalue(), rng)


KINDS = {
    "bytes": broken_bytes, "part": broken_part, "nodes": broken_nodes, "wiring": broken_wiring,
    "cells": broken_cells, "spec": broken_spec, "csv": broken_csv, "toml": broken_toml,
    "picture": broken_picture, "sheets": broken_sheets, "names": broken_names,
    "texts": broken_texts,
}  # fmt: skip


def drawn(number):
    """Return the kind of the case of a number, and the generator that makes it."""
    rng = np.random.default_rng([20_261, number])
    return pick(rng, KINDS), rng


def make(content, number, folder):
    """Write the case of a number."""
    kind, rng = drawn(number)
    ending = {"csv": "csv", "picture": "png", "toml": "toml"}.get(kind, "xlsx")
    place = Path(folder, kind)
    place.mkdir(exist_ok=True)
    path = place / ("template.toml" if kind == "toml" else f"{number}.{ending}")
    path.write_bytes(KINDS[kind](content, rng))
    return Case(kind, number, path)


def attempt(case):
    """Do with a file what the commands do; return what is wrong with that, or None."""
    new = case.path.with_suffix(f".{case.number}.new.xlsx")
    try:
        match case.kind:
            case "csv":
                return attempted(lambda: load(case.path, ReadOptions(table=True)))
            case "picture":
                folder = case.path.parent / str(case.number) / "label"
                folder.mkdir(parents=True)
                case.path.rename(folder / case.path.name)
                return attempted(lambda: load(folder.parent, ReadOptions()))
            case "toml":
                return attempted(
                    lambda: plan(from_template(template(str(case.path.parent))), Options())
                )
        return (
            attempted(lambda: lint(case.path))
            or attempted(lambda: build(from_workbook=case.path, output=new, epochs=1))
            or attempted(lambda: checked(case.path, OTHERS[case.number % 2]))
        )
    except Exception:  # noqa: BLE001 -- whatever it is, it is what is looked for
        return traceback.format_exc()


MISREAD = "so it computes another workbook"
"""What is said about an engine that holds something else than the file."""


class MisreadError(Exception):
    """Two programs read two workbooks."""


def attempted(work):
    try:
        work()
    except XlnnError as error:
        said = str(error)
        if MISREAD in said:  # the guard should have refused it
            return said
        return None if said.isprintable() and 0 < len(said) < 300 else f"message: {said!r}"
    return None


OTHERS = "ironcalc", "formulas"
"""Engines that recalculate by turns what agrees: the second takes ten times as long."""


def checked(path, other):
    """Check a workbook; where it agrees, another engine and another reader find the same."""
    report = check(path, "formualizer")
    for wrong in report.wrong:
        if wrong.formula == wrong.expected_formula and wrong.reason is None and wrong.got is None:
            raise MisreadError(f"{wrong.cell} is wrong and reads as stated")
    if not report.agrees:
        return
    if not check(path, other).agrees:
        raise MisreadError(f"formualizer agrees, and {other} does not")
    try:
        book = openpyxl.load_workbook(path)
    except Exception:  # noqa: BLE001 -- openpyxl refuses it in its own way
        return
    contents = inspect(path, arrays=is_in_matrices(path))
    for title in contents.sheets:
        for row, column, formula in contents.stated(title):
            other = book[title].cell(row, column).value
            other = getattr(other, "text", other)  # of an array formula
            if not isinstance(other, str) or plainly(other) != plainly(formula):
                raise MisreadError(f"{title} {row} {column}: {formula} is {other} to openpyxl")


def _serve(connection):
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    while (case := connection.recv()) is not None:
        connection.send(attempt(case))


class Worker:
    """A process that attempts cases, and is replaced when it hangs or dies."""

    def __init__(self):
        self._process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._end()

    def _end(self):
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None

    def attempt(self, case):
        """Return what is wrong with a case, or None."""
        if self._process is None:
            here, there = multiprocessing.get_context("spawn").Pipe()
            self._process = multiprocessing.get_context("spawn").Process(
                target=_serve, args=(there,), daemon=True
            )
            self._process.start()
            there.close()
            self._connection = here
        self._connection.send(case)
        try:
            if self._connection.poll(HANG):
                return self._connection.recv()
        except EOFError:
            self._end()
            return "the process died"
        self._end()
        return f"no answer in {HANG} seconds"
