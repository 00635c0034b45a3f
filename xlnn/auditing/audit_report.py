"""Hold the result of an audit, and write it as lines, as a table of files, or into a copy."""

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
from openpyxl.comments import Comment
from openpyxl.utils.cell import coordinate_to_tuple

from xlnn.atomic_write import check_place, replacing
from xlnn.errors import OutputError
from xlnn.exercises.class_report import Row, fill, write_as
from xlnn.formula import title_of
from xlnn.registry.text import Text, text

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

RIGHT, WRONG, VAGUE, UNSTATED = "right", "wrong", "vague", "unstated"
"""Verdicts on a stated gradient: vague where the slope cannot be measured."""


@dataclass(frozen=True)
class Judged:
    """A parameter with its stated gradient and its slope.

    Attributes
    ----------
    name : str
        How the sheet calls the parameter.
    parameter, gradient, cost : str
        Their cells.
    stated, slope : float or None
    verdict : str
    """

    name: str
    parameter: str
    gradient: str
    cost: str
    stated: float | None
    slope: float | None
    verdict: str


@dataclass(frozen=True)
class Finding:
    """Something that is wrong, and where it starts.

    Attributes
    ----------
    kind : str
        The key of its sentence.
    said : dict
        What fills the sentence.
    cells : str
        Where it starts.
    names : tuple of str
        The parameters whose gradients are wrong because of it.
    """

    kind: str
    said: dict[str, str]
    cells: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Note:
    """A further remark: the key of a sentence, and what fills it."""

    kind: str
    said: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Audit:
    """What was found in a workbook.

    Attributes
    ----------
    file : str
    judged : tuple of Judged
    findings : tuple of Finding
    notes : tuple of Note
        What was taken for what, and what could not be judged.
    error : str
        Why the file could not be read; "" if it could.
    """

    file: str
    judged: tuple[Judged, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()
    error: str = ""

    def count(self, verdict: str) -> int:
        """Return how many stated gradients have a verdict."""
        return sum(judged.verdict == verdict for judged in self.judged)

    @property
    def agrees(self) -> bool:
        """Tell whether nothing wrong was found, and nothing kept it from being judged."""
        kinds = {note.kind for note in self.notes}
        stopped = kinds & {"unlike", "no_number", "late", "failed"} or any(
            k.startswith("doubt") for k in kinds
        )
        stopped = stopped or ("uncomputed" in kinds and not self.judged)
        return not (self.error or self.findings or stopped)

    def to_json(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self) | {"agrees": self.agrees}


MOST_LINES = 20
"""The most wrong gradients, or slopes, that are printed; JSON has all of them."""

MOST_NAMES = 8


def words_of(lang: str | None) -> Text:
    """Return the words of an audit in a language: English where none is chosen."""
    return text(lang or "en", "auditing")


def note(remark: Note, words: Text) -> str:
    """Return a note as a sentence."""
    filled = dict(remark.said)
    for key, section in (("how", "how"), ("cost", "costs"), ("stage", "stages")):
        if key in filled:
            filled[key] = words(section, filled[key])
    for key in ("what", "why"):
        if key in filled:
            texts = filled[key].split(", ")
            filled[key] = ", ".join(words.of_itself("file", part) for part in texts)
    return words("notes", remark.kind, **filled)


def reason(finding: Finding, words: Text) -> str:
    """Return a sentence on what is wrong, and where it starts."""
    filled = dict(finding.said)
    if "which" in filled:
        filled["which"] = words("which", filled["which"])
    why = words("findings", finding.kind, **filled)
    if not finding.names:
        return words("joined", "finding_bare", reason=why, cells=finding.cells)
    names = ", ".join(finding.names[:MOST_NAMES])
    if len(finding.names) > MOST_NAMES:
        names += f" … ({len(finding.names)})"
    return words("joined", "finding", names=names, reason=why, cells=finding.cells)


def verdict(audit: Audit, words: Text) -> str:
    """Return the result for a workbook in a few words."""
    stated = len(audit.judged) - audit.count(UNSTATED)
    if stated:
        wrong, vague = audit.count(WRONG), audit.count(VAGUE)
        key = "some_vague" if vague else "some_wrong" if wrong else "all_right"
        return words("said", key, count=stated, wrong=wrong, vague=vague)
    if audit.judged:
        return words("said", "slopes", count=len(audit.judged))
    return words("said", "none")


def lines(audit: Audit, words: Text) -> Iterator[str]:
    """Yield the printed lines of an audit."""
    yield f"{audit.file}   {verdict(audit, words)}"
    for remark in audit.notes:
        yield f"    {note(remark, words)}"
    for finding in audit.findings:
        yield f"    {reason(finding, words)}"
    shown = [j for j in audit.judged if j.verdict in {WRONG, UNSTATED}]
    for judged in shown[:MOST_LINES]:
        yield f"        {_case(judged, words)}"
    if len(shown) > MOST_LINES:
        yield f"        {words('said', 'more', count=len(shown) - MOST_LINES)}"


def _case(judged: Judged, words: Text) -> str:
    name = judged.name if judged.name != judged.parameter else ""
    key = "slope" if judged.verdict == UNSTATED else "case"
    sentence = words(
        "said", key, name=name, parameter=judged.parameter, gradient=judged.gradient,
        stated=_number(judged.stated), slope=_number(judged.slope),
    )  # fmt: skip
    return sentence.strip()


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.6g}"


def rows(audits: Sequence[Audit], words: Text) -> Iterator[Row]:
    """Yield a heading, and a row for each file."""
    heads = ("file", "gradients", "right", "wrong", "vague", "found", "notes")
    yield [words("report", key) for key in heads]
    for audit in audits:
        reasons = " ".join(f"{reason(finding, words)}." for finding in audit.findings)
        remarks = audit.error or " ".join(note(remark, words) for remark in audit.notes)
        counts: Row = [audit.count(result) for result in (RIGHT, WRONG, VAGUE)]
        if audit.error:
            yield [audit.file, "", "", "", "", words("report", "error"), audit.error]
        else:
            stated = len(audit.judged) - audit.count(UNSTATED)
            yield [audit.file, stated, *counts, reasons, remarks]


def write_report(path: Path, audits: Sequence[Audit], lang: str | None = None) -> None:
    """Write a table with a row for each file: .xlsx, .csv or .json.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    words = words_of(lang)
    plain = json.dumps([audit.to_json() for audit in audits], indent=1, ensure_ascii=False)

    def workbook() -> openpyxl.Workbook:
        book = openpyxl.Workbook()
        book.active.title = words("report", "sheet")
        fill(book.active, rows(audits, words))
        return book

    write_as(path, [plain], rows(audits, words), workbook)


def copy_path(path: Path) -> Path:
    """Return where the copy with slopes goes: beside the workbook.

    >>> copy_path(Path("net.xlsx")).name
    'net-slopes.xlsx'
    """
    return path.with_name(f"{path.stem}-slopes.xlsx")


def check_copy(path: Path, *, force: bool) -> None:
    """Refuse to replace a file.

    Raises
    ------
    OutputError
        There is one, or nothing can be written there.
    """
    target = copy_path(path)
    if target.exists() and not force:
        raise OutputError(f"{target} exists: move it away, or add --force.")
    check_place(target)


def write_slopes(path: Path, audit: Audit) -> Path:
    """Write a copy of a workbook with the slope beside each parameter.

    A slope stands to the right of its parameter, or of the rectangle of parameters, where the
    cells there are empty; elsewhere it is a comment on the parameter.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    book = openpyxl.load_workbook(path)
    slopes: dict[Worksheet, dict[tuple[int, int], Judged]] = {}
    for judged in audit.judged:
        title, _, cell = judged.parameter.rpartition("!")
        sheet = book[title_of(title)] if title else book.worksheets[0]
        slopes.setdefault(sheet, {}).setdefault(coordinate_to_tuple(cell), judged)
    for sheet, cells in slopes.items():
        columns = [column for _, column in cells]
        shift = max(columns) - min(columns) + 2
        beside = {(r, c): (r, c + shift) for r, c in cells}
        if len(set(columns)) == 1 and all(sheet.cell(r, c + 1).value is None for r, c in cells):
            beside = {(r, c): (r, c + 1) for r, c in cells}
        is_free = all(sheet.cell(*place).value is None for place in beside.values())
        for place, judged in cells.items():
            if is_free:
                sheet.cell(*beside[place], judged.slope)
            else:
                comment = f"slope {_number(judged.slope)}"
                sheet.cell(*place).comment = Comment(comment, "xlnn audit")
    target = copy_path(path)
    saved = io.BytesIO()
    book.save(saved)
    with replacing(target) as file:
        file.write(saved.getvalue())
    return target
