"""Formulas among given numbers give what they say, in every row, and leave the numbers alone."""

import time
from pathlib import Path

import numpy as np
import pytest
from openpyxl.utils import FORMULAE

from xlnn.engines import arrays, scenarios
from xlnn.engines.formualizer import UNKNOWN
from xlnn.engines.functions import needs_more, unknown
from xlnn.engines.scenarios import Question, Task
from xlnn.grid import CellError, SheetValues


def asked(numbers, *tasks, formulas=None, beside=None, engine=scenarios):
    """Ask for some tasks among the numbers of one sheet."""
    return engine.load(Path("book.xlsx"))(
        Question(("S", "T"), formulas or {}, beside or {}, {"S": SheetValues(numbers)}, tasks=tasks)
    )


@pytest.mark.parametrize("rows", [1, 99, 237, 238, 240, 256, 300, 1000])
def test_every_row_of_a_block_is_computed(rows):
    numbers = np.arange(3.0 * rows).reshape(rows, 3)
    formulas = {("S", row, 2): f"=-A{row}" for row in range(1, rows + 1)}
    (found,) = asked(numbers, Task(formulas, {}, tuple(formulas)))
    assert found == [-number for number in numbers[:, 0]]


def test_after_a_task_the_numbers_are_as_before():
    numbers = np.array([[1.0, 2.0], [3.0, np.nan]])
    first = Task({("S", 1, 1): "=B1*10"}, {("S", 2, 1): None}, (("S", 1, 1), ("S", 2, 1)))
    second = Task({("S", 2, 2): "=A1+A2"}, {}, (("S", 2, 2),))
    assert asked(numbers, first, second) == [[20.0, None], [4.0]]


def test_formulas_beside_are_there_for_every_task_and_follow_it():
    numbers = np.array([[1.0, 2.0]])
    beside = {("T", 1, 1): "=S!A1*2+B1"}
    tasks = [Task({("S", 1, 1): f"={n}"}, {}, (("T", 1, 1),)) for n in (5, 7)]
    assert asked(numbers, *tasks, formulas=beside, beside={("T", 1, 2): 0.5}) == [[10.5], [14.5]]


def test_what_cannot_be_computed_is_an_error_and_spoils_nothing_else():
    numbers = np.array([[1.0, 2.0, 3.0]])
    wrong = Task({("S", 1, 1): "=NOSUCH((", ("S", 1, 2): "=C1+1"}, {}, (("S", 1, 1), ("S", 1, 2)))
    circle = Task({("S", 1, 1): "=A1+1"}, {}, (("S", 1, 1),))
    right = Task({("S", 1, 1): "=C1"}, {}, (("S", 1, 1),))
    found = asked(numbers, wrong, circle, right)
    assert found[0] == [UNKNOWN, 4.0]
    assert isinstance(found[1][0], str)
    assert found[2] == [3.0]


@pytest.mark.ci
def test_a_chain_takes_little_longer_from_its_end_than_from_its_start():
    """Of each cell that is set, formualizer marks all that depend on it, again and again."""
    rows, seconds = 1_000, []
    for step in (-1, 1):
        chain = {
            ("S", row, column): f"=A{row}+(B{row + step}+C{row + step})/4"
            for row in range(2, rows + 2)
            for column in (2, 3)
        }
        begin = time.process_time()
        (found,) = asked(np.ones((rows + 2, 3)), Task(chain, {}, tuple(chain)))
        seconds.append(time.process_time() - begin)
        assert found[rows] == 2.0
    assert seconds[1] < 5 * seconds[0]


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=MMULT(A1:B1,TRANSPOSE(A1:B1))+1", 6.0),
        ("=MDETERM(A1:B2)", -2.0),
        ("=SUM(MINVERSE(A1:B2))", 0.0),
        ("=SUM(_xlfn.MUNIT(3))", 3.0),
        ("=2*_xlfn.SINGLE(A2)", 6.0),
        ("=_xlfn.SINGLE(A1:A2)", 1.0),
        ("=MMULT(A1:B1,A1:B1)", CellError("#VALUE!")),
        ("=_xlfn.BYROW(A1:B1,_xlfn.LAMBDA(_xlpm.x,SUM(_xlpm.x)))", 3.0),
        ("=NOSUCH(A1)", CellError("#NAME?")),
    ],
)
def test_what_formualizer_has_not_ironcalc_computes(formula, value):
    numbers = np.array([[1.0, 2.0], [3.0, 4.0]])
    place = ("S", 1, 4)
    ((found,),) = asked(numbers, Task({place: formula}, {}, (place,)), engine=arrays)
    assert found == pytest.approx(value, abs=1e-12) if isinstance(value, float) else found == value


def test_functions_that_nobody_computes_are_named():
    called = "=NOSUCH(1)+MMULT(A1,_xlfn.SINGLE(B1))+_xlfn.BYROW(A1,1)+SUM(_xlfn.STDEV.S(A1:A9))"
    assert [*unknown(called)] == ["NOSUCH"]


def test_ironcalc_has_every_function_of_formualizer():
    assert not [
        name for name in FORMULAE if not needs_more(f"={name}(A1)") and [*unknown(f"={name}(A1)")]
    ]
