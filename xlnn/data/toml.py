"""Parse untrusted TOML in time and memory bounded by its length."""

import re
import tomllib
from typing import Any

LONGEST = 1_000_000
"""Characters. A Spec has some hundred, and the names of 16,384 inputs half a million."""

MOST_KEYS, MOST_PARTS = 10_000, 4
"""Keys and headings, and the parts of each between dots: memory grows with the square of a key's
parts."""

_ASIDE = re.compile(
    r"""
    "{3} (?:\\.|[^\\])*? (?:"{3}|\Z) | '{3} .*? (?:'{3}|\Z)     # texts of several lines
    | " (?:\\.|[^"\\\n])*+ "? | ' [^'\n]*+ '? | \# [^\n]*+       # texts, comments
    """,
    re.VERBOSE | re.DOTALL,
)
_DOTTED = re.compile(rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{MOST_PARTS}}}")
_KEY = re.compile(r"=|^[ \t]*\[", re.MULTILINE)


def parsed(text: str) -> dict[str, Any]:
    """Parse TOML.

    >>> parsed("a = 1.5")
    {'a': 1.5}

    Raises
    ------
    ValueError
        It is not valid TOML, or too long.
    """
    if len(text) > LONGEST:
        raise ValueError(f"it has over {LONGEST:,} characters")
    bare = _ASIDE.sub("_", text)
    if _DOTTED.search(bare):
        raise ValueError(f"a key has more than {MOST_PARTS} parts")
    if sum(1 for _ in _KEY.finditer(bare)) > MOST_KEYS:
        raise ValueError(f"it has over {MOST_KEYS:,} keys")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
