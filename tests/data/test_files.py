"""A file is read as far as its limit, and text is UTF-8 unless something else is said."""

import os
from pathlib import Path

import pytest
from files import csv

from xlnn.data import files
from xlnn.data.dataset import ReadOptions
from xlnn.data.load import load
from xlnn.errors import DataError


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"none\.csv cannot be read: No such file"):
        load(tmp_path / "none.csv", ReadOptions())


def test_a_name_that_no_file_has_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"cannot be read: .*null"):
        load(tmp_path / "a\0b.csv", ReadOptions())


def test_a_file_without_end_is_read_no_further_than_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LARGEST_FILE", 4)
    assert files.content(csv(tmp_path, "0123")) == b"0123"
    with pytest.raises(DataError, match=r"my\.csv is too large: at most 4 bytes are read"):
        load(csv(tmp_path, "01234"), ReadOptions())


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="such files are Linux's")
def test_a_file_that_is_longer_than_it_says_is_read_whole(monkeypatch):
    path = Path("/proc/version")
    assert not path.stat().st_size
    assert files.content(path) == path.read_bytes() != b""
    monkeypatch.setattr(files, "LARGEST_FILE", 4)
    with pytest.raises(DataError, match=r"version is too large: at most 4 bytes are read"):
        files.content(path)


TABLE = "art,a\ncafé,1\nthé,2\n"


@pytest.mark.parametrize(
    "encoding",
    ["cp1252", "CP1252", "windows-1252", "latin-1", "utf-16", "utf-8", "UTF8", "mac_roman"],
)
def test_other_encodings_are_read_where_they_are_said(tmp_path, encoding):
    path = csv(tmp_path, TABLE, encoding)
    data = load(path, ReadOptions(table=True, encoding=encoding))
    assert data.labels == ("café", "thé")


@pytest.mark.parametrize("encoding", ["gb18030", "cp932", "big5", "euc_kr"])
def test_encodings_of_other_scripts_are_read(tmp_path, encoding):
    path = csv(tmp_path, "山,1\n水,2\n", encoding)
    assert load(path, ReadOptions(table=True, encoding=encoding)).labels == ("山", "水")


@pytest.mark.parametrize(
    ("content", "encoding", "message"),
    [
        (
            TABLE.encode("cp1252") + b"\x81,1\n",
            "",
            r"my\.csv, line 2, is not UTF-8 text.* --encoding cp1252",
        ),
        (
            TABLE.encode("utf-16"),
            "",
            r"my\.csv is not UTF-8 text but UTF-16: add --encoding utf-16",
        ),
        (TABLE.encode("utf-16-le"), "", r"my\.csv, line 2, is not UTF-8|holds NUL bytes"),
        (b"a,\xff\n", "gb18030", r"my\.csv is not gb18030 text \(byte 3\): choose its --encoding"),
        (b"a,1\n", "zlib", r'no encoding "zlib"; choose utf-8, utf-16, cp1252'),
        (b"a,1\n", "unicode_escape", r'no encoding "unicode_escape"'),
        (b"a,1\n", "a\0b", r'no encoding "a\?b"'),
    ],
)
def test_text_in_another_encoding_is_refused_with_the_option(tmp_path, content, encoding, message):
    with pytest.raises(DataError, match=message):
        load(csv(tmp_path, content), ReadOptions(table=True, encoding=encoding))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a pipe with a name")
@pytest.mark.parametrize("name", ["my.csv", "my.npz", "my.json"])
def test_a_pipe_is_not_waited_for(tmp_path, name):
    os.mkfifo(tmp_path / name)
    with pytest.raises(DataError, match=rf"{name} is a pipe or a device: name a file"):
        load(tmp_path / name, ReadOptions())


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs a device without end")
def test_a_device_is_not_read():
    with pytest.raises(DataError, match="zero is a pipe or a device"):
        load(Path("/dev/zero"), ReadOptions())
