"""A short run of `make fuzz`: files broken at random, and what may come of them."""

import pytest
from fuzzing import KINDS, MISREAD, Worker, attempt, drawn, files, make

from xlnn.xlsx import markup

pytestmark = pytest.mark.ci


@pytest.fixture(scope="module")
def contents(tmp_path_factory):
    return dict(zip(("cells", "matrices"), files(tmp_path_factory.mktemp("fuzz")), strict=True))


@pytest.fixture(scope="module")
def content(contents):
    return contents["cells"]


@pytest.mark.parametrize("edition", ["cells", "matrices"])
def test_files_broken_at_random_give_sentences_and_nothing_else(edition, contents, tmp_path):
    """Half of the kinds in each edition."""
    content = contents[edition]
    kinds = [drawn(number)[0] for number in range(60)]
    assert set(kinds) == set(KINDS)
    with Worker() as worker:
        for kind in [*KINDS][edition == "matrices" :: 2]:
            case = make(content, kinds.index(kind), tmp_path)
            assert worker.attempt(case) is None, case


@pytest.mark.slow
def test_a_case_is_made_again_by_its_number(content, tmp_path):
    for number in range(6):
        first = make(content, number, tmp_path)
        before = first.path.read_bytes()
        assert make(content, number, tmp_path).path.read_bytes() == before


def test_a_traceback_is_found(content, tmp_path, monkeypatch):
    def fails(_):
        raise RuntimeError("a mistake of ours")

    number = next(number for number in range(99) if drawn(number)[0] == "cells")
    case = make(content, number, tmp_path)
    monkeypatch.setattr("fuzzing.lint", fails)
    assert "a mistake of ours" in attempt(case)


@pytest.mark.slow
def test_a_text_that_an_engine_reads_in_another_way_is_found(content, tmp_path, monkeypatch):
    numbers = [number for number in range(150) if drawn(number)[0] == "texts"]
    assert not any(attempt(make(content, number, tmp_path)) for number in numbers)
    monkeypatch.setattr(markup, "stray", lambda _: "")
    said = [attempt(make(content, number, tmp_path)) for number in numbers]
    assert any(MISREAD in each for each in said if each)
