"""The end of a Spec says which exercise a workbook is, and an ordinary one says nothing there."""

from dataclasses import replace

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlnn.errors import WorkbookError
from xlnn.exercises.submission import exercise_of
from xlnn.loading.spec import read_spec
from xlnn.options import LARGEST_SEED, LEVELS
from xlnn.workbooks import from_toml
from xlnn.workbooks.entries import to_toml
from xlnn.workbooks.exercise import Exercise

MADE = Exercise(("z2", "delta3"), '李雷 "Lei" & <Co> = \'1', 7, 0)


def with_lines(path, copy, text):
    """Return a copy of a workbook whose Spec has more lines at its end."""
    workbook = openpyxl.load_workbook(path)
    for line in text.splitlines():
        sheet = workbook["Spec"]
        sheet.cell(sheet.max_row + 1, 1).value = line
    workbook.save(copy)
    return copy


def test_an_ordinary_workbook_is_no_exercise(short_path):
    assert exercise_of(short_path) is None


@pytest.mark.slow
def test_an_exercise_is_read_as_it_was_written(short_path, tmp_path):
    path = with_lines(short_path, tmp_path / "copy.xlsx", MADE.to_toml())
    assert exercise_of(path) == MADE
    assert read_spec(path) == read_spec(short_path)


@given(
    st.lists(st.text(min_size=1, max_size=9), min_size=1, max_size=3, unique=True).map(tuple),
    st.text(max_size=9).filter(str.isprintable),
    st.integers(0, LARGEST_SEED),
    st.integers(0, LEVELS),
)
@pytest.mark.slow
def test_the_table_of_an_exercise_lets_the_rest_of_a_spec_stand(digits, blank, name, seed, level):
    text = to_toml(digits.spec) + Exercise(blank, name, seed, level).to_toml()
    assert from_toml(text) == digits.spec


def test_the_own_seed_follows_from_the_name_and_the_teachers_seed():
    assert MADE.own_seed == replace(MADE, blank=("z3",), level=2).own_seed
    others = {replace(MADE, student=f"s{n}").own_seed for n in range(300)}
    others |= {replace(MADE, seed=n).own_seed for n in range(8, 300)}
    assert len(others | {MADE.own_seed}) == 300 + 292 + 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[exercise]\nblank = ['z2']", "exercise does not say its student"),
        ("[exercise]\nblank = 'z2'\nstudent = ''\nseed = 1\nlevel = 1", "blank, student, seed"),
        ("[exercise]\nblank = []\nstudent = ''\nseed = 1\nlevel = 1", "names of quantities"),
        ("[exercise]\nblank = [1]\nstudent = ''\nseed = 1\nlevel = 1", "names of quantities"),
        ("[exercise]\nblank = ['z2']\nstudent = ''\nseed = 1\nlevel = 6", "0 to 5"),
        ("[exercise]\nblank = ['z2']\nstudent = ''\nseed = 1\nlevel = true", "0 to 5"),
        ("[exercise]\nblank = ['z2']\nstudent = ''\nseed = -1\nlevel = 1", "from 0"),
        ("[exercise]\nblank = ['z2']\nstudent = ''\nseed = 1.5\nlevel = 1", "blank, student"),
        ('[exercise]\nblank = ["z2"]\nstudent = "a\\u001b"\nseed = 1\nlevel = 1', "a name of"),
        (f"[exercise]\nblank = ['z2']\nstudent = '{'a' * 201}'\nseed = 1\nlevel = 1", "a name of"),
        ("[exercise]\nblank = ['z2']\nstudent = ''\nseed = 1\nlevel = 1\nmore = 1", "blank, stu"),
        ("[[exercise]]\nblank = ['z2']", "it is no table"),
    ],
)
@pytest.mark.first(1)
@pytest.mark.ci
def test_what_xlnn_does_not_write_is_refused_in_a_sentence(short_path, tmp_path, text, said):
    path = with_lines(short_path, tmp_path / "copy.xlsx", text)
    with pytest.raises(WorkbookError, match=said) as refusal:
        exercise_of(path)
    assert len(str(refusal.value)) < 300
