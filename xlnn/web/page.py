"""Write a workbook as a page: one HTML file that works from a disk, without any network.

The page holds the .xlsx file itself, and the scripts in ``js/`` that read and recalculate it. They
are modules, which a browser does not load from a disk, so they are joined into one script; a
Content-Security-Policy allows this script alone, by its hash.
"""

import base64
import hashlib
import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from string import Template

from xlnn.arguments import path_of
from xlnn.atomic_write import check_replaceable, replacing
from xlnn.building.limits import size
from xlnn.checking.check import examined
from xlnn.checking.report import Report
from xlnn.engines import DEFAULT_ENGINE
from xlnn.errors import Message, OutputNameError, WorkbookError
from xlnn.explaining.show import about
from xlnn.loading.spec import described, left_out_of
from xlnn.loading.values import read_arrays
from xlnn.model import Model
from xlnn.registry.text import text
from xlnn.web.describe import facts

HOME = Path(__file__).parent

ENGINE = ("archive", "format", "formula", "functions", "book", "chart_parts", "model", "rules")
ENGINE += ("reference", "worker")
"""The modules that run beside the page, each after those that it needs when it is loaded."""

SHOWN = ("cells", "svg", "network", "charts", "grid", "explain", "main")
"""The modules of the page itself, without the engine."""

MOST_FORMULAS = 450_000
"""Measured in Chromium: spirals, with 368,331 formulas, recalculates within a second and takes 0.7
GB; its page has 10 MB. Larger ones are too large for an e-mail and for a small computer."""

MARK = "<!-- Written by xlnn -->"
"""The second line of a page, by which xlnn recognises it."""

_IMPORT = re.compile(r"^import [^;]*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=const|let|class|function|async)", re.MULTILINE)
_COMMENT = re.compile(r"^[ ]*(?:/\*\*(?:(?!\*/).)*\*/|//[^\n]*)\n", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Page:
    """A page that was written.

    Attributes
    ----------
    path : Path
    formulas : int
        How many formulas it recalculates.
    size : int
        In bytes.
    """

    path: Path
    formulas: int
    size: int


def page(  # noqa: PLR0913 -- the options of the command, and the model
    path: Path | str,
    output: Path | str | None = None,
    *,
    engine: str = DEFAULT_ENGINE,
    force: bool = False,
    model: Model | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Page:
    """Write a workbook as a page for a browser, which recalculates it without any other program.

    Parameters
    ----------
    path : Path
        A workbook of xlnn, or an exercise.
    output : Path
        The page; by default beside the workbook, with its name and ``.html``.
    engine : str
        One of `xlnn.engines.ENGINES`: the engine that checks the workbook first.
    force : bool
        Whether to overwrite a file that xlnn did not write.
    model : Model
        The model, if the workbook was made from your own.
    tell : function
        Called with a description of each step.

    Returns
    -------
    Page

    Raises
    ------
    WorkbookError
        The file is not a workbook of xlnn, `xlnn.check` finds it wrong, or it is too large.
    OutputError
        The page cannot be written, or must not be overwritten.

    Examples
    --------
    >>> import xlnn
    >>> built = xlnn.build("first", "first.xlsx")    # doctest: +SKIP
    >>> xlnn.page("first.xlsx").path                 # doctest: +SKIP
    PosixPath('first.html')
    """
    path = path_of(path)
    target = path.with_suffix(".html") if output is None else path_of(output, "output")
    if target.suffix.lower() not in {".html", ".htm"}:
        raise OutputNameError(f"{target}: the page is HTML, so its name must end in .html.")
    check_replaceable(target, is_page, force=force)
    tell(Message("Recalculating with {engine}", engine=engine))
    content, formulas = written(path, engine, model)
    data = content.encode()
    with replacing(target) as file:
        file.write(data)
    return Page(target, formulas, len(data))


def is_page(path: Path) -> bool:
    """Return whether xlnn wrote a page."""
    try:
        with path.open(encoding="utf-8") as file:
            return MARK in file.readline() + file.readline()
    except (OSError, UnicodeDecodeError):
        return False


def written(path: Path, engine: str, model: Model | None) -> tuple[str, int]:
    """Return the page of a workbook, and the number of formulas in it."""
    blanks = left_out_of(path)
    layout = described(path, model)[1]
    if layout.has_arrays and blanks:
        raise WorkbookError(
            f"{path.name} is an exercise in matrices, and a page takes a formula for each cell: "
            "make the exercise from the edition in cells."
        )
    formulas = size(layout).formulas
    if formulas > MOST_FORMULAS:
        raise WorkbookError(
            f"{path.name} has {formulas:,} formulas, and a page at most {MOST_FORMULAS:,}, since a "
            "browser would need too much memory: train fewer epochs (--epochs), or take a smaller "
            "template, such as digits."
        )
    seen = examined(path, engine, model, probes=1)
    check_right(path, seen.report, blanks)
    spec, layout = seen.spec, seen.layout
    known = facts(spec, layout, read_arrays(layout, seen.values), blanks)
    texts = text(spec.lang, "page").words["page"]
    title, *lines = about(path, layout.titles)
    known |= {"file": path.name, "title": title, "about": lines}
    known["words"] = text(spec.lang, "explaining").words["explain"] | texts
    script, style = script_of(), (HOME / "page.css").read_text(encoding="utf-8")
    template = Template((HOME / "page.html").read_text(encoding="utf-8"))
    return template.substitute(
        mark=MARK,
        lang=spec.lang,
        title=html.escape(title),
        policy=policy(script, style),
        style=style,
        script=script,
        facts=json.dumps(known, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c"),
        workbook=base64.b64encode(path.read_bytes()).decode(),
        noscript=html.escape(texts["noscript"]),
    ), formulas


def check_right(path: Path, report: Report, blanks: tuple[str, ...]) -> None:
    """Refuse a workbook with a wrong formula; in an exercise, one outside its blanks.

    Raises
    ------
    WorkbookError
        The message names the first wrong cell.
    """
    wrong = [cell for cell in report.wrong if cell.quantity not in blanks]
    if report.agrees or (blanks and not wrong):
        return
    fault = f"{wrong[0].cell} is wrong" if wrong else "a gradient is wrong"
    raise WorkbookError(
        f"{path.name}: {fault}, so no page was written; xlnn check lists all that is wrong."
    )


def script_of() -> str:
    """Return the script of a page: its engine as a function, for a Worker, and the rest."""
    engine, shown = (joined(names) for names in (ENGINE, ("formula", *SHOWN)))
    return f'"use strict";\nconst ENGINE = () => {{\n{engine}}};\n(() => {{\n{shown}}})();\n'


def joined(names: tuple[str, ...]) -> str:
    """Join modules into the body of one function: without imports, exports and comments."""
    texts = ((HOME / "js" / f"{name}.js").read_text(encoding="utf-8") for name in names)
    return "".join(_COMMENT.sub("", _EXPORT.sub("", _IMPORT.sub("", module))) for module in texts)


def policy(script: str, style: str) -> str:
    """Return a Content-Security-Policy by which only this script and this style count."""
    hashes = [
        base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        for source in (script, style)
    ]
    return (
        f"default-src 'none'; script-src 'sha256-{hashes[0]}'; style-src 'sha256-{hashes[1]}'; "
        "worker-src blob:; img-src data:; base-uri 'none'; form-action 'none'"
    )
