"""Which claim is a sentence, and with which numbers? Read by the words of the language files."""

import re

from experiments import words_of

_RAISED = str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")


def claim(kind, said, keys, section="sentences", lang="en"):
    """Return the key of a sentence, of some, and what stands in its blanks, by their names."""
    words = words_of(kind, lang).words[section]
    for key in keys:
        parts = re.split(r"(\{\w+\})", words[key])
        pattern = "".join(
            f"(?P<{part[1:-1]}>.*)" if part[:1] == "{" else re.escape(part) for part in parts
        )
        if found := re.fullmatch(pattern, said):
            return key, {name: number(each) for name, each in found.groupdict().items()}
    raise AssertionError(f"{kind} does not say this: {said}")


def number(written):
    """Return the number that a text says, or the text if it says none."""
    mantissa, _, power = written.partition(" × 10")
    try:
        return float(mantissa.translate(_RAISED)) * 10.0 ** int(power.translate(_RAISED) or 0)
    except ValueError:
        return written
