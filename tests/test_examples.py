"""Do the examples in docstrings say what happens? Those that write files run in a folder of theirs.

Where pytest collects them by itself they are skipped: there they would write into the project.
"""

import doctest
import shutil

import pytest

import xlnn
from xlnn.explaining.quantity_values import QuantityValues

DOCUMENTED = [xlnn, xlnn.exercise, xlnn.grade, xlnn.explain, xlnn.load, xlnn.export, QuantityValues]


def failures(name, text):
    """Run the examples of a docstring; return what differs, and how many there are."""
    said = []
    test = doctest.DocTestParser().get_doctest(text, {}, name, None, 0)
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(test, out=said.append)
    return said, len(test.examples)


def unskipped(documented):
    return documented.__doc__.replace("# doctest: +SKIP", "")


@pytest.mark.parametrize("documented", DOCUMENTED, ids=lambda each: each.__name__)
@pytest.mark.slow
def test_the_example_says_what_happens(documented, digits_path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "output").mkdir()
    shutil.copy(digits_path, tmp_path / "output")
    said, count = failures(documented.__name__, unskipped(documented))
    assert count
    assert not said, "".join(said)


def test_an_example_that_says_otherwise_is_found():
    said, count = failures("wrong", ">>> 1 + 1\n3\n")
    assert count == 1
    assert "Got:\n    2" in "".join(said)
