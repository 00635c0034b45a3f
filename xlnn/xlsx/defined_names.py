"""Check that a defined name means the same to every program."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from xlnn.xlsx.archive import Archive
from xlnn.xlsx.guard import BUILT_IN, FormulaGuard
from xlnn.xlsx.sheet_stream import COLUMNS, MAX_ROWS

Named = tuple[str, str, Mapping[str, str]]
"""A defined name, its formula, and its attributes."""

_PRINTED = {"_xlnm.Print_Area", "_xlnm.Print_Titles"}
"""Names that nothing computes with. Gnumeric writes #REF! where a sheet is printed whole."""

_NOT_READ = re.compile(r'ERROR\("[^"]*"\)')
"""What Gnumeric writes for ranges with commas between them, such as the cells that Solver changes.
It passes where no formula may use the name: where it belongs to one sheet."""

_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_OTHER = re.compile(r"R[0-9]*|C[0-9]*|R[0-9]+C[0-9]+|TRUE|FALSE|[0-9.]+(?:E[0-9]+)?")


def ambiguous(names: Sequence[Named], *, local: bool = True) -> Mapping[str, str]:
    """Return the names, in lower case, of which programs would choose one or another meaning.

    Parameters
    ----------
    names : sequence
    local : bool
        Whether a name is one of them that is defined for a sheet.

    Returns
    -------
    mapping of str to str
        Why, for the message.
    """
    scopes = Counter((name.casefold(), more.get("localSheetId")) for name, _, more in names)
    counts = Counter(name for name, _ in scopes)
    found = {}
    for (name, sheet), count in scopes.items():
        if name.startswith(BUILT_IN):
            continue
        if count > 1:
            found[name] = "is defined more than once"
        elif reads_otherwise(name):
            found[name] = "reads as a cell or a number"
        elif local and counts[name] > 1:
            found[name] = "is defined for a sheet and defined again"
        elif local and sheet is not None:
            found[name] = "is defined for one sheet alone"
    return found


def check_names(archive: Archive, names: Sequence[Named], formulas: FormulaGuard) -> None:
    """Refuse defined names that belong to macros or whose formulas may not be computed."""
    for name, text, attributes in names:
        where = f'the defined name "{name:.40}"'
        macro = {"xlm", "vbProcedure", "function"} & attributes.keys()
        if any(attributes[key] not in {"0", "false"} for key in macro):
            raise archive.refused(f"{where} belongs to a macro; remove it")
        if _NOT_READ.fullmatch(text) and "localSheetId" in attributes:
            continue
        if name not in _PRINTED or text != "#REF!":
            formulas.check([text], lambda _, where=where: where)


def reads_otherwise(name: str) -> bool:
    """Say whether a name would be taken for a cell or a value.

    >>> [reads_otherwise(name) for name in ("eta", "eta1", "xlnn.z2", "R1C1", "true", "abcd1")]
    [False, True, False, True, True, False]
    """
    cell = _CELL.fullmatch(name.upper())
    if cell and COLUMNS[cell[1]] and 1 <= int(cell[2]) <= MAX_ROWS:
        return True
    return _OTHER.fullmatch(name.upper()) is not None
