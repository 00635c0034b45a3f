"""Write an HTML page of feedback for each student: points, reasons and where to look."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from xlnn.atomic_write import check_place, folder_for, replacing
from xlnn.exercises.grades import Grade, Grades, QuestionGrade, UnitGrade
from xlnn.exercises.roster import file_names
from xlnn.exercises.sentences import grouped, named_units, notes, said_of
from xlnn.registry.text import Text, text

STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:46em;margin:2em auto;padding:0 1em;color:#222}"
    "table{border-collapse:collapse;width:100%}td,th{border-top:1px solid #ccc;padding:.4em .6em;"
    "text-align:left;vertical-align:top}td:nth-child(2){white-space:nowrap;text-align:right}"
    "ul{margin:0;padding-left:1.2em}"
)


def write_feedback(folder: Path, grades: Grades, lang: str | None = None) -> list[Path]:
    """Write an HTML file for each student, in the language of the exercise.

    It contains nothing about other students.

    Returns
    -------
    list of Path
    """
    graded = [grade for grade in grades if not grade.error]
    names = file_names([grade.student or Path(grade.file).stem for grade in graded])
    written = []
    with folder_for(folder):
        for grade, name in zip(graded, names, strict=True):
            path = folder / f"{name}.html"
            check_place(path)
            page = _page(grade, text(lang or grade.lang, "grading"), lang or grade.lang)
            with replacing(path) as file:
                file.write(page.encode())
            written.append(path)
    return written


def _page(grade: Grade, words: Text, lang: str) -> str:
    own = Grades((grade,), (), 0)
    title = f"{words('report', 'feedback')}: {grade.student or grade.file}"
    total = words("report", "of_points", points=f"{grade.points:.4g}", of=f"{grade.of:g}")
    head = "".join(
        f"<th>{escape(words('report', key))}</th>" for key in ("question", "points", "verdict")
    )
    lines = "".join(_row(grade.file, question, words) for question in grade.questions)
    told = [*notes(grade, own, words), *filter(None, [grade.comment])]
    below = "".join(f"<p>{escape(line)}</p>" for line in told)
    return (
        f'<!doctype html><html lang="{escape(lang)}"><meta charset="utf-8"><title>{escape(title)}'
        f"</title><style>{STYLE}</style><h1>{escape(title)}</h1><p><b>{escape(total)}</b></p>"
        f"<table><tr>{head}</tr>{lines}</table>{below}</html>\n"
    )


def _row(file: str, question: QuestionGrade, words: Text) -> str:
    groups = grouped(question, words).values()
    said = "".join(f"<li>{_reason(file, units, words)}</li>" for units in groups)
    verdict = f"<ul>{said}</ul>" if said else escape(words("reasons", "right"))
    name = f"<b>{escape(question.symbol)}</b> {escape(question.name)}"
    mark = f"{question.points:.4g} / {question.of:g}"
    return f"<tr><td>{name}</td><td>{mark}</td><td>{verdict}</td></tr>"


def _reason(file: str, units: Sequence[UnitGrade], words: Text) -> str:
    """Return a reason, with a link to the first cell that it applies to."""
    (mistake,) = (unit.mistake for unit in units[:1] if unit.mistake)
    link = f'<a href="{escape(quote(Path(file).name))}#{escape(quote(mistake.cell))}">'
    symbols, said = named_units(units, words), said_of(mistake, words)
    return f"{escape(symbols)}: {escape(said)} ({link}{escape(mistake.cell)}</a>)"
