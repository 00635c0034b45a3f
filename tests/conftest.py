"""What several tests share: the book's workbook, built once, and random networks."""

import gc
import os
import pickle
import shutil
import zlib
from collections import Counter
from contextlib import suppress
from importlib.util import find_spec

import numpy as np
import openpyxl
import programs
import pytest
from hypothesis import settings
from networks import FEW, fewer_images, from_template, plan, replace

from xlnn.building.build import build
from xlnn.checking.check import SEEDS
from xlnn.options import Options
from xlnn.registry.templates import template
from xlnn.workbooks.kind import Plan

collect_ignore = [] if os.environ.get("CI") or find_spec("skl2onnx") else ["test_bridge.py"]
"""Modules that are for CI alone, and import what the extra `test` does not install."""


settings.register_profile("xlnn", deadline=None)  # no test depends on the clock
settings.load_profile("xlnn")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark what CI runs beside `make test`, and what is slow, by parameters.

    A parameter that names a program makes a test one of CI. Of a test marked with ``first(n)``, all
    but the first n are slow; with ``first(name=n)``, all but those with the first n values of that
    parameter, which may be a fixture.
    """
    met, values = Counter(), {}
    for item in items:
        params = getattr(getattr(item, "callspec", None), "params", {})
        if programs.NAMES & {value for value in params.values() if isinstance(value, str)}:
            item.add_marker("ci")
        test, marks = item.nodeid.partition("[")[0], [*item.iter_markers("first")]
        for name, n in ((name, n) for mark in marks for name, n in mark.kwargs.items()):
            seen = values.setdefault((test, name), [])
            if name in params and not any(params[name] is value for value in seen):
                seen.append(params[name])
            if name in params and not any(params[name] is value for value in seen[:n]):
                item.add_marker("slow")
        if not item.get_closest_marker("slow"):
            met[test] += 1
            if any(met[test] > n for mark in marks for n in mark.args):
                item.add_marker("slow")


def pytest_collection_finish():
    """Let the garbage collector leave out what lives to the end, and run more rarely."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


def pytest_runtest_setup(item):
    programs.running = item


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    return without_skips((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    return without_skips((yield))


def without_skips(report):
    """Let what a test lacks fail in CI, which installs all; a mark may skip."""
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        *_, reason = report.longrepr
        if "skipif" not in getattr(report, "keywords", {}):
            report.outcome, report.longrepr = "failed", f"In CI nothing is skipped. {reason}"
    return report


@pytest.fixture(autouse=True)
def no_lines_of_progress(monkeypatch):
    """A slow machine must not add lines to what a command prints."""
    monkeypatch.setattr("xlnn.cli.progress_bar.EVERY", 1e6)


@pytest.fixture(autouse=True)
def one_seed_a_test(request, monkeypatch):
    """Let a check without a seed draw the same one each time a test runs.

    `make seeds` draws many.
    """
    seed = zlib.crc32(request.node.nodeid.encode()) % SEEDS
    monkeypatch.setattr("xlnn.checking.check.randbelow", lambda below: seed % below)


@pytest.fixture(scope="session")
def workbook(tmp_path_factory):
    """A function that builds a template with options once for all workers.

    Tests read what it returns and change copies. ``fewer`` makes a large template smaller.
    """
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "workbooks"
    shared.mkdir(exist_ok=True)

    def workbook(template, *, fewer=False, **options):
        fewer = fewer and template in FEW
        options = {name: value for name, value in options.items() if value is not None}
        place = shared / f"{template}-{zlib.crc32(repr([fewer, *options.items()]).encode()):08x}"
        if not place.exists():
            draft = tmp_path_factory.mktemp("draft")
            more = fewer_images(template, draft) if fewer else {}
            made = build(template, draft / f"{template}.xlsx", **options, **more)
            written = made.path.stat().st_mtime_ns
            made = replace(made, path=place / made.path.name)
            (draft / "built.pickle").write_bytes(pickle.dumps((made, written)))
            with suppress(OSError):  # another worker was first
                draft.rename(place)
        made, written = pickle.loads((place / "built.pickle").read_bytes())  # noqa: S301 -- ours
        assert made.path.stat().st_mtime_ns == written, f"a test has changed {made.path}"
        return made

    return workbook


@pytest.fixture(scope="session")
def digits_path(workbook):
    """The book's 64-image workbook. Tests read it and change copies."""
    return workbook("digits").path


@pytest.fixture(scope="session")
def short_path(workbook):
    """The book's network and images, 3 epochs of them: small enough to break again and again."""
    return workbook("digits", epochs=3, verify=False).path


@pytest.fixture(scope="session")
def short_book(short_path):
    """What openpyxl reads of it. Tests change nothing in it."""
    return openpyxl.load_workbook(short_path)


@pytest.fixture
def short_copy(short_path, tmp_path):
    return shutil.copy(short_path, tmp_path / "copy.xlsx")


@pytest.fixture(scope="session")
def digits() -> Plan:
    """What the book's workbook is built from."""
    return plan(from_template(template("digits")), Options())


@pytest.fixture
def generator():
    return np.random.default_rng(20_260)
