"""Which submissions agree where both are wrong?

A common mistake has a common formula, so that a wrong formula tells of a copy only where few have
it. A typed number tells always: each student's numbers are others.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations

from xlnn.practising.grades import Copies, Grade

FEW = 3
"""As many may have a wrong formula before it is a common one; of large classes, a twentieth."""


def copies(grades: Sequence[Grade]) -> tuple[Copies, ...]:
    """Return the pairs that have the same wrong answers."""
    having: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for grade in grades:
        for question in grade.questions:
            for unit in question.units:
                if unit.answer:
                    having[question.quantity, unit.symbol, unit.answer].append(grade.file)
    few = max(FEW, len(grades) // 20)
    pairs: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for (_, symbol, answer), files in having.items():
        if 1 < len(files) <= few or (len(files) > 1 and "=" not in answer):
            for pair in combinations(files, 2):
                pairs[pair][symbol] = answer.partition("\n")[0]
    return tuple(Copies(pair, answers) for pair, answers in pairs.items())
