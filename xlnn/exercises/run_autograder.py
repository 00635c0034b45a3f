"""Grade a submission in a folder laid out as Gradescope's: what its run_autograder runs."""

import json
import sys
from pathlib import Path

from xlnn.exercises.collecting import CONVERTED, WORKBOOKS
from xlnn.exercises.feedback import notes, reasons, remarks, words_of
from xlnn.exercises.grades import Grade, Grades
from xlnn.exercises.grading import grade


def results(grade: Grade, grades: Grades) -> dict[str, object]:
    """Return Gradescope's results: a test for each question, and notes for the teacher only."""
    words = words_of(grades)
    if grade.error:
        return {"score": 0, "output": grade.error}
    tests: list[dict[str, object]] = [
        {
            "name": f"{question.symbol}  {question.name}".strip(),
            "score": question.points,
            "max_score": question.of,
            "output": "\n".join(reasons(question, words)) or words("reasons", "right"),
            "visibility": "visible",
        }
        for question in grade.questions
    ]
    if said := [*remarks(grade, grades, words)]:
        tests.append({
            "name": words("report", "remarks"), "score": 0, "max_score": 0,
            "output": "\n".join(said), "visibility": "hidden",
        })  # fmt: skip
    return {"tests": tests, "output": "\n".join(notes(grade, grades, words))}


def main(root: Path) -> int:
    """Grade the submission in a folder laid out as Gradescope's, and write its results."""
    every = sorted((root / "submission").rglob("*"))
    files = [file for file in every if file.suffix.lower() in {*WORKBOOKS, *CONVERTED}]
    found: dict[str, object]
    if len(files) == 1:
        known = json.loads((root / "source" / "handed_out.json").read_text(encoding="utf-8"))
        grades = grade(files, workers=1, handed=known)
        found = results(grades.grades[0], grades)
    else:
        count = len(files)
        found = {"score": 0, "output": f"{count} workbooks were submitted: hand in one .xlsx."}
    target = root / "results" / "results.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
