"""Group formulas that differ only in the texts that they hold.

A sentence for each of 300 units differs from the others in a symbol. Parsing it takes longer than
computing it, and 300 sentences at once take hardly longer than one.
"""

import re
from collections.abc import Iterable
from itertools import count

import numpy as np

from xlnn.engines._programs import Program, compile_shape
from xlnn.engines._shapes import Shape

_TEXT = re.compile(r'"(?:[^"]|"")*+"')

_MARK = "\ue000"
"""With what a mark begins that holds the place of a text: a sign for private use."""


def together(shapes: Iterable[Shape]) -> tuple[list[Shape], dict[str, Program]]:
    """Join the shapes that differ in their texts alone.

    Returns
    -------
    list of Shape
        Those that were joined have marks for texts, and their texts beside.
    dict of Program
        Of those that were joined, by their text.
    """
    alike: dict[tuple, list[Shape]] = {}
    for shape in shapes:
        alike.setdefault((marked(shape.text), shape.sizes), []).append(shape)
    joined, programs = [], {}
    for (text, _), group in alike.items():
        program = _with_places(text) if len(group) > 1 else None
        if program is None:
            joined += group
        else:
            programs[text] = program
            joined.append(_joined(text, group))
    return joined, programs


def marked(text: str) -> str:
    """Return the text of a shape with marks in the place of texts.

    >>> marked('"a"&_s0&"b"').replace(_MARK, "#")
    '"#0"&_s0&"#1"'
    """
    numbers = count()
    return _TEXT.sub(lambda _: f'"{_MARK}{next(numbers)}"', text)


def _with_places(text: str) -> Program | None:
    """Return the program of a shape with marks; None if the marks do not all stand in it."""
    try:
        program = compile_shape(text)
    except ValueError:  # each of them says so by itself
        return None
    marks = [mark[1:-1] for mark in _TEXT.findall(text)]
    # a text from which the parser has computed something stands nowhere as it was
    complete = sorted(marks) == sorted(each for each in program.texts() if each[:1] == _MARK)
    return program.with_places(marks) if complete else None


def _joined(text: str, group: list[Shape]) -> Shape:
    texts = [
        np.tile(np.array(_texts(shape.text), dtype=object), (len(shape.cells), 1))
        for shape in group
    ]
    return Shape(
        text,
        group[0].sizes,
        group[0].example,
        np.concatenate([shape.cells for shape in group]),
        np.concatenate([shape.slots for shape in group]),
        np.concatenate(texts),
    )


def _texts(text: str) -> list[str]:
    """Return the texts in a formula as they are said."""
    return [each[1:-1].replace('""', '"') for each in _TEXT.findall(text)]
