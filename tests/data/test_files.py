"""A file is read as far as its limit, and text is UTF-8."""

import pytest
from files import csv

from xlnn.data import Reading, files, read
from xlnn.errors import DataError


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"none\.csv cannot be read: No such file"):
        read(tmp_path / "none.csv", Reading())


def test_a_name_that_no_file_has_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"cannot be read: .*null"):
        read(tmp_path / "a\0b.csv", Reading())


def test_a_file_without_end_is_read_no_further_than_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LARGEST_FILE", 4)
    assert files.content(csv(tmp_path, "0123")) == b"0123"
    with pytest.raises(DataError, match=r"my\.csv is too large: at most 4 bytes are read"):
        read(csv(tmp_path, "01234"), Reading())
