"""What does a workbook say for some inputs? NumPy's run of its whole model, without a file."""

import re
from functools import cache

import numpy as np

from xlnn import reference
from xlnn.building.plan import planned, source_of_template
from xlnn.options import Options
from xlnn.registry.text import text

NO_VALUE = text("en")("validation", "no_value")
"""What a sentence says where a number is too large, or none."""

LOWERED = str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")


@cache
def _made(template, options):
    source = source_of_template(template)
    plan = planned(source, Options(**dict(options), large=True))
    known = reference.known(plan.layout.model)
    return plan.layout, known | plan.cells


def layout_of(template, **options):
    """Return the layout of a template's workbook."""
    return _made(template, tuple(sorted(options.items())))[0]


def arrays_of(template, changed=None, **options):
    """Return every array of a template's workbook, sentences too, with some inputs changed.

    An input that is changed to a single number has it in all its cells.
    """
    layout, inputs = _made(template, tuple(sorted(options.items())))
    for name, value in (changed or {}).items():
        quantity = layout.model[name]
        kind = object if quantity.is_text else float
        array = np.broadcast_to(np.asarray(value, dtype=kind), quantity.input_lengths)
        inputs = inputs | {name: array}
    return reference.run(layout.model, inputs)


def told(lines, said):
    """Return which of some lines a sentence is, and the texts in its blanks by their names.

    Parameters
    ----------
    lines : dict of str
        Words by their keys, with ``{blanks}``.
    said : str
    """
    found = {}
    for key, line in lines.items():
        parts = re.split(r"\{(\w+)\}", line)
        pattern = "".join(
            f"(?P<{part}>.+?)" if n % 2 else re.escape(part) for n, part in enumerate(parts)
        )
        if match := re.fullmatch(pattern, said):
            found[key] = match.groupdict()
    assert len(found) == 1, f"{said!r} is {[*found] or 'none'} of {[*lines]}"
    return found.popitem()


def number(said):
    """Return the number that a text in a sentence is, and how far off it may be for its digits."""
    mantissa, _, power = said.translate(LOWERED).partition(" × 10")
    power = int(power) if power else 0
    digits = len(mantissa.partition(".")[2])
    return float(mantissa) * 10.0**power, 0.6 * 10.0 ** (power - (2 if power else digits))


def is_told(said, value):
    """Tell whether a text in a sentence is a number, to the digits that it shows."""
    told_number, off = number(said)
    return abs(told_number - value) <= off


def false_claims(template, states, quantity, lines, holds):
    """Return the states of a workbook in which a sentence says what is not so.

    Parameters
    ----------
    template : str
    states : iterable of dict
        What is typed into its inputs.
    quantity : str
        The sentence.
    lines : dict of str
        Its words, by the keys of `holds`.
    holds : dict of functions
        Each tells of the arrays, and of what stands in the blanks, whether the line holds.

    Returns
    -------
    list of (dict, str)
        Each state with what is said.
    """
    found, seen = [], set()
    for state in states:
        arrays = arrays_of(template, state)
        said = arrays[quantity].item()
        if said == NO_VALUE:
            continue
        key, blanks = told(lines, said)
        seen.add(key)
        with np.errstate(all="ignore"):  # of what is too large
            holds_here = holds[key](arrays, **blanks)
        if not holds_here:
            found.append((state, said))
    assert found or seen == set(lines), f"never said: {set(lines) - seen}"
    return found
