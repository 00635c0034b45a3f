"""Hold the result of an audit."""

from dataclasses import asdict, dataclass, field
from typing import Any

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
    """What else is to be said: the key of a sentence, and what fills it."""

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
        return sum(each.verdict == verdict for each in self.judged)

    @property
    def agrees(self) -> bool:
        """Tell whether nothing wrong was found, and nothing kept it from being judged."""
        kinds = {note.kind for note in self.notes}
        stopped = kinds & {"unlike", "no_number"} or any(k.startswith("doubt") for k in kinds)
        stopped = stopped or ("uncomputed" in kinds and not self.judged)
        return not (self.error or self.findings or stopped)

    def to_json(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self) | {"agrees": self.agrees}
