"""Decide whose submission each file is.

The school's system writes who handed a file in into the folder's or the file's name, and the sheet
Spec says for whom it was made. The system decides; a file made for somebody else counts for nobody.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from unicodedata import combining, normalize

from xlnn.exercises.collecting import HandedIn
from xlnn.exercises.grades import Grade
from xlnn.exercises.roster import Student, letters, told_apart

SHORTEST = 3
"""The fewest letters of a name that may be a shorter spelling of another; 2 in a Chinese name."""


def same_name(one: str, other: str) -> bool:
    """Return whether two names have the same words in the same order, from whichever word on.

    Systems write "Lovelace, Ada", "lovelaceada" or "王小明" for "王 小明".

    >>> same_name("Ada King Lovelace", "lovelaceadaking"), same_name("Ada", "Ada Lovelace")
    (True, False)
    """
    return any(form in _forms(other) for form in _forms(one))


def _forms(name: str) -> set[str]:
    words = _words(name)
    return {"".join(words[n:] + words[:n]) for n in range(len(words))}


def _words(name: str) -> list[str]:
    return [*filter(None, map(letters, re.split(r"[\s_,]+", name)))]


def may_be_one(one: str, other: str) -> bool:
    """Return whether two names may be one person's, apart from initials or accents, for example.

    Each word of one begins a word of the other, or is in it if the other is written as one word.

    >>> may_be_one("A. García", "Ada Garcia"), may_be_one("Ada", "lovelaceada")
    (True, True)
    >>> may_be_one("Ann Byron", "Bob Byron"), may_be_one("Ann", "Joanna Lee")
    (False, False)
    """
    first, second = ([*map(_bare, _words(name))] for name in (one, other))
    return _covers(first, second) or _covers(second, first)


def _bare(word: str) -> str:
    """Return a word without accents."""
    return "".join(sign for sign in normalize("NFKD", word) if not combining(sign))


def _covers(words: Sequence[str], other: Sequence[str]) -> bool:
    together = "".join(words)
    if len(together) < (SHORTEST if together.isascii() else SHORTEST - 1):
        return False
    if len(other) == 1:
        return all(word in other[0] for word in words)
    return all(any(start.startswith(word) for start in other) for word in words)


def with_owners(
    grades: Mapping[Path, Grade], handed: Mapping[Path, HandedIn], roster: Sequence[Student]
) -> dict[Path, Grade]:
    """Return the grades with the students who handed the files in.

    Parameters
    ----------
    grades : dict of Grade
        Each with the student for whom its file was made.
    handed : dict of HandedIn
    roster : sequence of Student
        The class, if it is known.
    """
    known = _Class(grades, handed, roster)
    latest = sorted(grades, key=lambda path: (handed[path].when, handed[path].label))
    turns = {path: turn for turn, path in enumerate(latest)}
    found = {}
    for path, grade in grades.items():
        file = handed[path]
        owner = known.owner(file, grade.student)
        theirs = replace(
            grade,
            file=file.label,
            student=owner.name,
            id=owner.id,
            email=owner.email,
            made_for="" if owner.name == file.name and file.is_anonymous else grade.student,
            turn=turns[path],
            late="LATE" if file.is_late else "",
        )
        if grade.student and not known.is_theirs(grade.student, file):
            said = {"file": file.path.name, "student": owner.name, "other": grade.student}
            theirs = replace(theirs.not_graded("foreign", **said), lang=grade.lang)
        found[path] = theirs
    return found


class _Names:
    """Students by the forms of their names.

    Parameters
    ----------
    named : iterable of (str, Student)
    """

    def __init__(self, named: Iterable[tuple[str, Student]]) -> None:
        self._found: dict[str, dict[Student, None]] = defaultdict(dict)
        for name, student in named:
            for form in _forms(name):
                self._found[form][student] = None

    def of(self, *names: str) -> list[Student]:
        """Return the students who have one of some names."""
        forms = (form for name in names for form in _forms(name))
        return [*{student: None for form in forms for student in self._found.get(form, ())}]


Folder = tuple[str, str]
"""The id and the name in a download."""


class _Class:
    """The students known from files, downloads or a roster.

    Parameters
    ----------
    grades, handed, roster
        As in `with_owners`.
    """

    def __init__(
        self,
        grades: Mapping[Path, Grade],
        handed: Mapping[Path, HandedIn],
        roster: Sequence[Student],
    ) -> None:
        names = zip(told_apart(roster), roster, strict=True)
        self._roster = _Names([*names, *((student.name, student) for student in roster)])
        self._in_class = {*roster}
        self._by_number: dict[str, list[Student]] = defaultdict(list)
        for student in roster:
            # the end of an id is a number, too, as in "Participant 12345"
            for number in {student.id, *re.findall(r"\d+$", student.id)}:
                self._by_number[number].append(student)
        self._made_for = _Names((grade.student, self._named(grade.student))
                                for grade in grades.values() if grade.student)  # fmt: skip
        found = {
            (file.id, file.name): self._listed(file) for path in grades
            if (file := handed[path]).is_known
        }  # fmt: skip
        self._folders = {
            key: student or Student(key[1], key[0]) for key, student in _of_one_each(found).items()
        }
        self._folders |= self._adopted(grades, handed)
        self._owners = _Names((student.name, student) for student in self._folders.values())

    def _listed(self, file: HandedIn) -> Student | None:
        """Return the student of the roster who has the name of a download, or else its id."""
        named = self._roster.of(file.name)
        numbered = self._by_number.get(file.id, [])
        agreeing = [student for student in numbered if student in named]
        for found in (agreeing, named) if named else (numbered,):
            if len(found) == 1:
                return found[0]
        return None

    def _adopted(
        self, grades: Mapping[Path, Grade], handed: Mapping[Path, HandedIn]
    ) -> dict[Folder, Student]:
        """Return the students of the roster whose names a download spells in another way.

        The exercises in the folders identify them, unless two folders or another student claim
        the same one.
        """
        taken = {*self._folders.values()}
        found: dict[Folder, Student | None] = {}
        for path, grade in grades.items():
            file, student = handed[path], self._named(grade.student)
            key = file.id, file.name
            is_free = file.is_known and student in self._in_class and student not in taken
            is_unlisted = self._folders.get(key) not in self._in_class
            if is_free and is_unlisted and may_be_one(grade.student, file.name):
                found[key] = student
        return {key: student for key, student in _of_one_each(found).items() if student}

    def _named(self, called: str) -> Student:
        """Return the student of the roster with a name, or one who is not on it."""
        found = self._roster.of(called)
        return found[0] if len(found) == 1 else Student(called)

    def owner(self, file: HandedIn, made_for: str) -> Student:
        """Return who handed in a file; a student without a name if that is unknown."""
        if file.is_known:
            student = self._folders[file.id, file.name]
            return student if student.id else replace(student, id=file.id)
        for claim in (file.path.stem, file.path.parent.name):
            for known in (self._roster, self._made_for):
                if len(found := known.of(claim)) == 1:
                    return found[0]
        return self._named(made_for)

    def is_theirs(self, made_for: str, file: HandedIn) -> bool:
        """Return whether a file may have been made for the student who handed it in.

        A name that nobody else has may be another spelling of theirs.
        """
        meant = self._named(made_for)
        if not file.is_known:
            return meant == self.owner(file, made_for)
        owner = self._folders[file.id, file.name]
        if file.is_anonymous and owner.name == file.name:
            return True
        names = made_for, meant.name
        if any(same_name(name, known) for name in names for known in (owner.name, file.name)):
            return True
        others = {*self._owners.of(*names)}
        if owner in self._in_class:
            others |= {*self._roster.of(*names)}
        mine = any(may_be_one(made_for, known) for known in (owner.name, file.name))
        return mine and not others - {owner}


def _of_one_each(folders: Mapping[Folder, Student | None]) -> dict[Folder, Student | None]:
    """Return the folders with their students; None if a student would have several folders."""
    times = Counter(folders.values())
    return {key: student if times[student] == 1 else None for key, student in folders.items()}
