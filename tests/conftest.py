"""What several tests share: the book's workbook, built once, and random networks."""

import shutil
import zlib
from collections import Counter

import numpy as np
import pytest

from xlnn.building.build import build
from xlnn.checking.check import SEEDS
from xlnn.options import Options
from xlnn.registry.templates import template
from xlnn.workbooks.network.origin import from_template
from xlnn.workbooks.network.recipe import Recipe, recipe


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Of a test marked with ``first(n)``, leave all but n of its parameters to `make test-slow`."""
    met = Counter()
    for item in items:
        mark = item.get_closest_marker("first")
        if mark is None or item.get_closest_marker("slow"):
            continue
        name = item.nodeid.partition("[")[0]
        met[name] += 1
        if met[name] > mark.args[0]:
            item.add_marker("slow")


@pytest.fixture(autouse=True)
def one_seed_a_test(request, monkeypatch):
    """Let a check without a seed draw the same one each time a test runs.

    `make seeds` draws many.
    """
    seed = zlib.crc32(request.node.nodeid.encode()) % SEEDS
    monkeypatch.setattr("xlnn.checking.check.randbelow", lambda below: seed % below)


@pytest.fixture(scope="session")
def digits_path(tmp_path_factory):
    """The book's 64-image workbook. Tests read it and change copies."""
    path = tmp_path_factory.mktemp("digits") / "digits.xlsx"
    build("digits", path)
    return path


@pytest.fixture(scope="session")
def short_path(tmp_path_factory):
    """The book's network and images, 3 epochs of them: small enough to break again and again."""
    path = tmp_path_factory.mktemp("short") / "short.xlsx"
    build("digits", path, epochs=3, verify=False)
    return path


@pytest.fixture
def short_copy(short_path, tmp_path):
    return shutil.copy(short_path, tmp_path / "copy.xlsx")


@pytest.fixture(scope="session")
def digits() -> Recipe:
    """What the book's workbook is built from."""
    return recipe(from_template(template("digits")), Options())


@pytest.fixture
def generator():
    return np.random.default_rng(20_260)
