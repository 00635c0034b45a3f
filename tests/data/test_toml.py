"""TOML from anywhere is parsed in memory that its length bounds, or refused before it is parsed."""

import tomllib
import tracemalloc

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from xlnn.data.files import LONGEST_TOML, MOST_KEYS, MOST_PARTS, parse_toml

A_CHARACTER = 400
"""Bytes of memory that a character takes at the most: of a heading of four parts it is 270."""

KEY = ".".join("a" * (MOST_PARTS + 1))
FILLED = LONGEST_TOML // 10

LARGE = {
    "dots": "a" + ".a" * FILLED + " = 1",
    "dots of a heading": "[a" + ".a" * FILLED + "]",
    "dots between texts": '"a"' + ' . "a"' * FILLED + " = 1",
    "keys": "\n".join(f"k{number}.a.a.a = 1" for number in range(MOST_KEYS)),
    "headings": "\n".join(f"[k{number}.a.a.a]" for number in range(MOST_KEYS)),
    "more keys": "\n".join(f"k{number}.a = 1" for number in range(10 * MOST_KEYS)),
    "more headings": "\n".join(f" [k{number}]" for number in range(10 * MOST_KEYS)),
    "tables": "a = [" + "{}," * FILLED + "]",
    "lists": "a = [" + "[]," * FILLED + "]",
    "deep lists": "a = " + "[" * FILLED,
    "deep tables": "a = " + "{a=" * (MOST_KEYS - 2),
    "numbers": "a = [" + "1.5," * FILLED + "]",
    "digits": "a = " + "9" * FILLED,
    "a long key": "a" * LONGEST_TOML,
    "a long text": "a = '" + "x" * (LONGEST_TOML - 6) + "'",
    "quotes": '"' * LONGEST_TOML,
    "an open text": '"""' + '\\"' * FILLED,
    "too long": "#" * (LONGEST_TOML + 1),
}


@pytest.mark.parametrize("kind", LARGE)
@pytest.mark.slow
@pytest.mark.first(4)
def test_memory_is_bounded_by_the_length(kind):
    tracemalloc.start()
    try:
        parse_toml(LARGE[kind])
    except ValueError as error:
        assert "\n" not in str(error)  # noqa: PT017 -- it may be parsed as well
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < A_CHARACTER * len(LARGE[kind])


@pytest.mark.ci
def test_without_the_bound_a_key_takes_memory_by_the_square_of_its_parts():
    text = "a" + ".a" * 1_000 + " = 1"
    tracemalloc.start()
    tomllib.loads(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak > A_CHARACTER * len(text)


@pytest.mark.parametrize(
    "text",
    [f"{KEY} = 1", f"[{KEY}]", f"[[ {KEY} ]]", f"b = {{{KEY} = 1}}", f"b = '''\n'''\n{KEY} = 1",
     KEY.replace("a", '"a"') + " = 1", KEY.replace("a", "'.'") + " = 1",
     KEY.replace(".", "\t. ") + "=1", f'b = "\\\\"\n{KEY} = 1', f"b = '\\'\n{KEY} = 1"],
)  # fmt: skip
def test_a_key_of_more_parts_is_refused(text):
    tomllib.loads(text)
    with pytest.raises(ValueError, match=f"a key has more than {MOST_PARTS} parts"):
        parse_toml(text)


@pytest.mark.parametrize(
    "text",
    [f'b = "{KEY}"', f"b = '{KEY}'", f'b = """\n{KEY}"""', f"b = '''\n{KEY}'''", f"# {KEY}",
     f'b = "\\"{KEY}"', "b = [1.5,1.5,1.5,1.5,1.5]", f'"{KEY}" = 1', f"b = 1 # {KEY}",
     "a.a.a.a = 1\n[b.b.b.b]"],
)  # fmt: skip
def test_what_is_no_key_has_no_parts(text):
    assert parse_toml(text) == tomllib.loads(text)


VALUES = st.recursive(
    st.text() | st.integers(-(2**60), 2**60) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), st.text() | VALUES, max_size=4))
def test_what_is_within_the_bounds_is_parsed_as_it_is(mapping):
    text = tomli_w.dumps(mapping)
    try:
        assert parse_toml(text) == tomllib.loads(text)
    except ValueError as error:
        assert "more than" in str(error)  # noqa: PT017 -- of tables within tables
