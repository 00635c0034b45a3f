"""A file is read as far as its limit, and text is UTF-8 unless something else is said."""

import os
from pathlib import Path

import pytest
from files import csv

from xlnn.data import csv_lines, files
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
        (TABLE.encode("utf-16")[:-1], "", r"my\.csv is not utf-16 text"),
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


@pytest.mark.parametrize("order", ["le", "be"])
def test_unicode_text_of_excel_is_read_by_its_mark(tmp_path, order):
    content = "\ufeff" + TABLE.replace(",", "\t").replace("\n", "\r\n")
    data = load(csv(tmp_path, content, f"utf-16-{order}"), ReadOptions(label="art"))
    assert data.labels == ("café", "thé")
    assert len(data.told) == 1


def test_text_that_is_not_utf_8_is_read_from_the_disk_once(tmp_path, monkeypatch):
    read = []
    monkeypatch.setattr(csv_lines, "content", lambda path: read.append(path) or path.read_bytes())
    load(csv(tmp_path, TABLE, "cp1252"), ReadOptions(label="art"))
    assert len(read) == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            b"\x89PNG\r\n\x1a\n\0",
            "a PNG picture, but CSV is expected: name the folder that it is in.",
        ),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF, but CSV is expected: save its table as .csv or .xlsx."),
        (
            b"PAR1\x15\xff",
            "a Parquet file, but CSV is expected: save it as .csv, or read it with pandas.",
        ),
        (b"\x93NUMPY\1", "a NumPy array, but CSV is expected: save x and labels in an .npz."),
        (b"\x1f\x8b\x08", "a gzip file, but CSV is expected: unpack it."),
        (b"PK\3\4\xff", "a zip file, but CSV is expected: name it by its kind, .xlsx or .npz."),
        (
            b'[{"a": 1, "kind": "x"},\n {"a": 2}]',
            "JSON, but CSV is expected: save its table as .csv or .xlsx.",
        ),
        (
            b"\n<!DOCTYPE html>\n<html>a, b</html>",
            "a web page, but CSV is expected: save its table as .csv or .xlsx.",
        ),
    ],
)
def test_a_file_of_another_kind_is_named_by_what_it_is(tmp_path, content, told):
    with pytest.raises(DataError) as refusal:
        load(csv(tmp_path, content), ReadOptions(label="kind"))
    assert str(refusal.value) == f"my.csv is {told}"


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
