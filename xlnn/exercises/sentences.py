"""Describe a grade, its reasons and its notes in words."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from xlnn.exercises.grades import Grade, Grades, QuestionGrade, UnitGrade
from xlnn.registry.text import Text, text

REASONS = 3
"""The commonest reasons that are said of a question."""

NAMED = 6
"""Units that are named one by one; of more with the same reason, the first ones and the last."""


def words_of(grades: Grades, lang: str | None = None) -> Text:
    """Return the words of a report: by default in the language of the workbooks."""
    own = next((grade.lang for grade in grades if not grade.error), "en")
    return text(lang or own, "grading")


def reason(unit: UnitGrade, words: Text) -> str:
    """Say why a unit is wrong, and where first."""
    if unit.mistake is None:
        return words("reasons", "right")
    said = words("reasons", unit.mistake.kind, **unit.mistake.said)
    return words("joined", "at", reason=said, cell=unit.mistake.cell)


def reasons(question: QuestionGrade, words: Text) -> Iterator[str]:
    """Yield why the units of a question are wrong, each reason with its units and where first."""
    found: dict[str, list[UnitGrade]] = {}
    for unit in question.units:
        if unit.mistake:
            said = words("reasons", unit.mistake.kind, **unit.mistake.said)
            found.setdefault(said, []).append(unit)
    for units in found.values():
        symbols = [unit.symbol for unit in units]
        named = ", ".join(symbols)
        if len(symbols) > NAMED:
            named = words(
                "joined", "many", first=", ".join(symbols[: NAMED - 1]), last=symbols[-1],
                count=len(symbols),
            )  # fmt: skip
        yield f"{named}: {reason(units[0], words)}"


def commonest(grades: Sequence[Grade], quantity: str, words: Text) -> str:
    """Say which reasons a question had most often, over all submissions."""
    counted: Counter[str] = Counter()
    for grade in grades:
        for question in grade.questions:
            if question.quantity == quantity:
                kinds = {unit.mistake.kind: unit for unit in question.units if unit.mistake}
                counted.update(kinds.keys())
    return ", ".join(
        f"{_bare(words, kind)} ({count})" for kind, count in counted.most_common(REASONS)
    )


def _bare(words: Text, kind: str) -> str:
    """Return the words of a reason without what is in its braces."""
    blanks = ("filled", "rows", "value", "error", "range", "factor", "offset", "cells", "function")
    dots = dict.fromkeys((*blanks, "symbol", "epoch", "right", "named", "belongs"), "…")
    return words("reasons", kind, **dots, found="…", expected="…")


def notes(grade: Grade, grades: Grades, words: Text) -> Iterator[str]:
    """Yield what else is to be said of a submission."""
    if grade.whole is not None:
        yield words("notes", "whole_right" if grade.whole else "whole_wrong")
    if not grade.usable:
        yield words("notes", "unusable")
    names = words("joined", "between").join(grade.changed)
    if grade.changed and grade.student:
        yield words("notes", "not_handed_out", student=grade.student, names=names)
    elif grade.changed:
        yield words("notes", "inputs", names=names)
    if grade.student and not _fits(grade):
        yield words("notes", "named_otherwise", file=grade.file, student=grade.student)
    same = [each.file for each in grades if grade.student and each.student == grade.student]
    if len(same) > 1:
        yield words("notes", "twice", student=grade.student, files=", ".join(same))
    for pair in grades.copies:
        if grade.file in pair.files:
            one, other = pair.files
            what = ", ".join(f"{symbol} {answer}" for symbol, answer in pair.answers.items())
            yield words("notes", "copies", one=one, other=other, what=what[:200])


def _fits(grade: Grade) -> bool:
    """Tell whether a file is called after its student."""
    stem, name = ("".join(filter(str.isalnum, each.casefold())) for each in (
        Path(grade.file).stem, grade.student,
    ))  # fmt: skip
    return name in stem
