"""Decide whose submission each file is.

The folder or the file name of the school's system says who handed a file in, and the sheet Spec for
whom it was made. The first decides; a file that was made for somebody else counts for nobody.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from unicodedata import combining, normalize

from xlnn.exercises.collecting import HandedIn
from xlnn.exercises.grades import Grade
from xlnn.exercises.roster import Student, letters, told_apart

SHORTEST = 3
"""Letters of a word by which two names may be of one person; of a Chinese one, 2."""


def same_name(one: str, other: str) -> bool:
    """Return whether two names have the same words, in the same order but for where they begin.

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


def shares_a_word(one: str, other: str) -> bool:
    """Return whether a longer word of one name is in the other, accents aside.

    >>> shares_a_word("José García", "garciajose"), shares_a_word("Bob Li", "Oliver")
    (True, False)
    """
    texts = [normalize("NFKD", " ".join(_words(name))) for name in (one, other)]
    first, second = ("".join(c for c in text if not combining(c)) for text in texts)
    words = (w for w in first.split() if len(w) >= (SHORTEST if w.isascii() else SHORTEST - 1))
    return any(word in second for word in words)


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
        if grade.student and not known.is_theirs(owner, grade.student, file):
            said = {"file": file.path.name, "student": owner.name, "other": grade.student}
            theirs = replace(theirs.not_graded("foreign", **said), lang=grade.lang)
        found[path] = theirs
    return found


class _Class:
    """The students of whom files, downloads or a roster tell.

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
        self._called = dict(zip(told_apart(roster), roster, strict=True))
        self._made_for = {grade.student for grade in grades.values() if grade.student}
        self._folders: dict[tuple[str, str], Student] = {}
        for path in grades:
            if (file := handed[path]).is_known:
                self._folders[file.id, file.name] = self._in_roster(file)
        for key, owner in self._of_one_each(self._folders):  # two folders are of two students
            self._folders[key] = owner or Student(key[1], key[0])
        spelt = {
            (file.id, file.name): replace(own, id=own.id or file.id)
            for path, grade in grades.items()
            if (file := handed[path]).is_known
            and grade.student
            and (own := self._named(grade.student)) in roster
            and own not in self._folders.values()
            and self._folders[file.id, file.name] not in roster
            and shares_a_word(grade.student, file.name)
        }
        self._folders |= {key: own for key, own in self._of_one_each(spelt) if own}

    @staticmethod
    def _of_one_each(
        folders: Mapping[tuple[str, str], Student],
    ) -> list[tuple[tuple[str, str], Student | None]]:
        """Return folders with their students, but None for those who would have several."""
        every = [*folders.values()]
        return [(key, own if every.count(own) == 1 else None) for key, own in folders.items()]

    def _in_roster(self, file: HandedIn) -> Student:
        """Return the student of a download, as the roster has them if it does."""
        named = [own for own in self._called.values() if same_name(own.name, file.name)]
        numbered = [o for o in named or self._called.values() if file.id in {*_numbers(o.id), o.id}]
        for found in (numbered, named):
            if len(found) == 1:
                own = found[0]
                return own if own.id else replace(own, id=file.id)
        return Student(file.name, file.id)

    def owner(self, file: HandedIn, made_for: str) -> Student:
        """Return who handed in a file; without a name if nothing tells."""
        if file.is_known:
            return self._folders[file.id, file.name]
        claims = (file.path.stem, file.path.parent.name)
        for claim in claims:
            for called in (*self._called, *self._made_for):
                if same_name(called, claim):
                    return self._named(called)
        return self._named(made_for)

    def _named(self, called: str) -> Student:
        exact = (own for name, own in self._called.items() if same_name(name, called))
        return next(exact, Student(called))

    def is_theirs(self, owner: Student, made_for: str, file: HandedIn) -> bool:
        """Return whether a file may have been made for who handed it in.

        A name that is nobody else's may be another spelling of theirs if it has a word of it.
        """
        if not file.is_known:
            return self._named(made_for) == owner
        if file.is_anonymous and owner.name == file.name:
            return True
        mine = {owner.name, file.name, *(n for n, own in self._called.items() if own == owner)}
        spelt = {made_for, self._named(made_for).name}
        if any(same_name(name, own) for name in spelt for own in mine):
            return True
        others = [own.name for own in self._folders.values() if own != owner]
        if any(own.name == owner.name for own in self._called.values()):
            others += [*self._called, *(own.name for own in self._called.values())]
        is_others = any(same_name(name, other) for name in spelt for other in others)
        return not is_others and any(shares_a_word(made_for, name) for name in mine)


def _numbers(text: str) -> list[str]:
    """Return the number with which an id ends, as in "Participant 12345"."""
    return re.findall(r"\d+$", text)
