"""Describe a grade, its reasons and its notes in words, and write a page for each student."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from urllib.parse import quote

from xlnn.atomic_write import check_replaceable, folder_for, replacing
from xlnn.exercises.collecting import handed_in
from xlnn.exercises.grades import STRAY, Grade, Grades, QuestionGrade, UnitGrade
from xlnn.exercises.mistakes import Mistake
from xlnn.exercises.owners import same_name
from xlnn.exercises.roster import file_names, letters
from xlnn.registry.text import Text, text

REASONS = 3
"""How many common reasons are listed for a question."""

NAMED = 6
"""The most units listed one by one; otherwise the first ones and the last."""


def words_of(grades: Grades, lang: str | None = None) -> Text:
    """Return the texts of a report, by default in the language of the workbooks."""
    of_files = next((grade.lang for grade in grades if not grade.error), "en")
    return text(lang or of_files, "grading")


def total(grade: Grade, words: Text) -> str:
    """Return how many points a submission has, of how many."""
    return words("report", "of_points", points=f"{grade.points:.4g}", of=f"{grade.of:g}")


def reason(unit: UnitGrade, words: Text) -> str:
    """Return why a unit is wrong, and the first wrong cell."""
    if unit.mistake is None:
        return words("reasons", "right")
    return words("joined", "at", reason=said_of(unit.mistake, words), cell=unit.mistake.cell)


def said_of(mistake: Mistake, words: Text) -> str:
    """Return the sentence for a mistake, without its cell."""
    axis = mistake.said.get("axis", "")
    axis = axis if axis in words.words["axes"] else "step"
    named = {"axis": words("axes", axis), "axes": words("axes", f"many_{axis}")}
    return words("reasons", mistake.kind, **{**mistake.said, **named})


def reasons(question: QuestionGrade, words: Text) -> Iterator[str]:
    """Yield why the units of a question are wrong, each reason with its units and first cell."""
    for units in grouped(question, words).values():
        yield f"{named_units(units, words)}: {reason(units[0], words)}"


def grouped(question: QuestionGrade, words: Text) -> dict[str, list[UnitGrade]]:
    """Return the wrong units of a question, by their reasons in words."""
    found: dict[str, list[UnitGrade]] = {}
    for unit in question.units:
        if unit.mistake:
            found.setdefault(said_of(unit.mistake, words), []).append(unit)
    return found


def named_units(units: Sequence[UnitGrade], words: Text) -> str:
    """Return the symbols of units; if there are many, the first ones and the last."""
    symbols, between = [unit.symbol for unit in units], words("joined", "between")
    if len(symbols) <= NAMED:
        return between.join(symbols)
    return words(
        "joined", "many", first=between.join(symbols[: NAMED - 1]), last=symbols[-1],
        count=len(symbols),
    )  # fmt: skip


VARIED = ("value", "found", "expected")
"""Braces of reasons that seldom have the same value in two submissions."""


def commonest(questions: Sequence[QuestionGrade], words: Text) -> str:
    """Return the most common reasons for a question, over all submissions, and how often each is.

    The braces of each are filled with their most common values.
    """
    found = common_reasons(questions, words)[:REASONS]
    return ", ".join(f"{said} ({count})" for said, count in found)


def common_reasons(questions: Sequence[QuestionGrade], words: Text) -> list[tuple[str, int]]:
    """Return the reasons for a question, the most common first, and how often each is."""
    found: dict[str, list[Mistake]] = {}
    for question in questions:
        first = {
            unit.mistake.kind: unit.mistake for unit in reversed(question.units) if unit.mistake
        }
        for kind, mistake in first.items():
            found.setdefault(kind, []).append(mistake)
    ordered = sorted(found.values(), key=lambda alike: -len(alike))
    return [(_commonly_said(alike, words), len(alike)) for alike in ordered]


def _commonly_said(alike: Sequence[Mistake], words: Text) -> str:
    """Return the sentence for mistakes of one kind."""

    def same(mistake: Mistake) -> tuple[tuple[str, str], ...]:
        return tuple((key, value) for key, value in mistake.said.items() if key not in VARIED)

    (usual, _), *_ = Counter(map(same, alike)).most_common(1)
    every = [mistake for mistake in alike if same(mistake) == usual]
    varied = {
        key: value if all(mistake.said[key] == value for mistake in alike) else "…"
        for key, value in every[0].said.items()
        if key in VARIED
    }
    return said_of(replace(every[0], said={**every[0].said, **varied}), words)


def answer(question: QuestionGrade) -> str:
    """Return the first wrong answer to a question; empty if nothing was filled in."""
    wrong = (unit.answer.partition("\n")[0] for unit in question.units if unit.mistake)
    return next(filter(None, wrong), "")


def shown_file(grade: Grade) -> str:
    """Return a file's name, without the folder of a download that repeats the student's."""
    path = Path(grade.file)
    return path.name if handed_in(path).is_known else grade.file


def problem(grade: Grade, words: Text, *, names_others: bool = True) -> str:
    """Return why a file is not graded, in the language of the report; empty if it is."""
    if not grade.error_kind:
        return grade.error
    is_foreign = grade.error_kind == "foreign" and not names_others
    return words("errors", "not_yours" if is_foreign else grade.error_kind, **grade.error_said)


def notes(grade: Grade, grades: Grades, words: Text) -> Iterator[str]:
    """Yield notes on a submission for the student, besides the reasons."""
    all_right = all(question.right for question in grade.questions)
    if grade.whole is not None and grade.whole != all_right:  # otherwise it follows
        yield words("notes", "whole_right" if grade.whole else "whole_wrong")
    if grade.open:
        yield words("notes", "open", points=f"{grade.open:.4g}")
    if not grade.usable:
        yield words("notes", "unusable")
    for kind, titles in grade.moved.items():
        yield words("notes", kind, names=words("joined", "between").join(titles))
    names = words("joined", "between").join(grade.changed)
    if grade.changed and grade.student:
        yield words("notes", "not_handed_out", student=grade.student, names=names)
    elif grade.changed:
        yield words("notes", "inputs", names=names)
    if grade.penalty:
        yield words("notes", "penalty", late=grade.late, points=f"{grade.penalty:.4g}")
    elif grade.late:
        yield words("notes", "late", late=grade.late)
    if sum(another.person == grade.person for another in grades) > 1:
        counts = (shown_file(e) for e in grades.counted if e.person == grade.person)
        yield words("notes", "twice", student=grade.student, file=next(counts, "–"))


def typed(grade: Grade, words: Text) -> Iterator[str]:
    """Yield what the teacher typed for a student."""
    if grade.by_hand is not None:
        yield f"{words('report', 'by_hand')}: {grade.by_hand:+g}"
    if grade.comment:
        yield grade.comment


def remarks(grade: Grade, grades: Grades, words: Text) -> Iterator[str]:
    """Yield notes on a submission for the teacher only."""
    if grade.error:
        return
    if not grade.intact:
        yield words("notes", "altered")
    if grade.asked_otherwise == STRAY:
        yield words("notes", "stray")
    elif grade.asked_otherwise:
        names = words("joined", "between").join(grade.asked_otherwise)
        yield words("notes", "asked_otherwise", names=names)
    if grade.made_for and not _fits(grade):
        names = {"file": shown_file(grade), "student": grade.made_for}
        yield words("notes", "named_otherwise", **names)
    who = {submission.file: submission.student for submission in grades}
    for pair in grades.copies:
        if grade.file in pair.files:
            one, other = (who.get(file) or file for file in pair.files)
            what = ", ".join(f"{symbol} {answer}" for symbol, answer in pair.answers.items())
            yield words("notes", "copies", one=one, other=other, what=what[:200])


def _fits(grade: Grade) -> bool:
    """Return whether a file is of the student for whom it was made, and named after them."""
    if handed_in(Path(grade.file)).is_known:
        return same_name(grade.made_for, grade.student)
    called = letters(Path(grade.file).stem)
    return all(letters(word) in called for word in grade.made_for.split())


STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:46em;margin:2em auto;padding:0 1em;color:#222}"
    "table{border-collapse:collapse;width:100%}td,th{border-top:1px solid #ccc;padding:.4em .6em;"
    "text-align:left;vertical-align:top}td:nth-child(2){white-space:nowrap;text-align:right}"
    "ul{margin:0;padding-left:1.2em}"
)


def write_feedback(
    folder: Path, grades: Grades, lang: str | None = None, *, force: bool = False
) -> list[Path]:
    """Write an HTML file for each student, in the language of the exercise.

    It is about the file that counts, or what the teacher typed without one, and contains nothing
    about other students.

    Returns
    -------
    list of Path

    Raises
    ------
    OutputError
        A file cannot be written, or, without `force`, is there and xlnn did not write it. Then none
        is written.
    """
    graded = grades.final
    names = file_names([grade.student or Path(grade.file).stem for grade in graded])
    written = [folder / f"{name}.html" for name in names]
    with folder_for(folder):
        for path in written:
            check_replaceable(path, _is_page, force=force)
        for grade, path in zip(graded, written, strict=True):
            page = _page(grade, text(lang or grade.lang, "grading"), lang or grade.lang)
            with replacing(path) as file:
                file.write(page.encode())
    return written


GENERATOR = '<meta name="generator" content="xlnn grade">'
"""The beginning of a page, by which a later run recognises it."""


def _is_page(path: Path) -> bool:
    """Return whether a file is a page that `write_feedback` wrote."""
    with path.open("rb") as file:
        return GENERATOR.encode() in file.read(len(GENERATOR) + MOST_BEFORE)


MOST_BEFORE = 100
"""Bytes before the generator in a page: the document type, the language and the encoding."""


def _page(grade: Grade, words: Text, lang: str) -> str:
    alone = Grades((grade,), (), 0)
    title = f"{words('report', 'feedback')}: {grade.student or grade.file}"
    points = f"<p><b>{escape(total(grade, words))}</b></p>" if grade.of else ""
    head = "".join(
        f"<th>{escape(words('report', key))}</th>" for key in ("question", "points", "verdict")
    )
    lines = "".join(_row(grade.file, question, words) for question in grade.questions)
    lines_told = [*notes(grade, alone, words), *typed(grade, words)]
    below = "".join(f"<p>{escape(line)}</p>" for line in lines_told)
    return (
        f'<!doctype html><html lang="{escape(lang)}"><meta charset="utf-8">{GENERATOR}'
        f"<title>{escape(title)}</title><style>{STYLE}</style><h1>{escape(title)}</h1>{points}"
        + (f"<table><tr>{head}</tr>{lines}</table>" if lines else "")
        + f"{below}</html>\n"
    )


def _row(file: str, question: QuestionGrade, words: Text) -> str:
    groups = grouped(question, words).values()
    said = "".join(f"<li>{_reason(file, units, words)}</li>" for units in groups)
    verdict = f"<ul>{said}</ul>" if said else escape(words("reasons", "right"))
    verdict += f"<p>{escape(question.comment)}</p>" if question.comment else ""
    name = f"<b>{escape(question.symbol)}</b> {escape(question.name)}"
    mark = f"{question.points:.4g} / {question.of:g}"
    return f"<tr><td>{name}</td><td>{mark}</td><td>{verdict}</td></tr>"


def _reason(file: str, units: Sequence[UnitGrade], words: Text) -> str:
    """Return a reason, with a link to the first cell that it applies to."""
    (mistake,) = (unit.mistake for unit in units[:1] if unit.mistake)
    link = f'<a href="{escape(quote(Path(file).name))}#{escape(quote(mistake.cell))}">'
    symbols, said = named_units(units, words), said_of(mistake, words)
    return f"{escape(symbols)}: {escape(said)} ({link}{escape(mistake.cell)}</a>)"
