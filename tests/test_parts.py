"""The parts of a workbook are compressed while others are written, and nothing of them is lost."""

from threading import Event
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from xlnn.writing import parts
from xlnn.writing.parts import Parts


@pytest.fixture
def files(tmp_path):
    """Write the files of three sheets, one of them of several chunks."""
    found = {f"xl/worksheets/sheet{n}.xml": tmp_path / f"{n}.xml" for n in (1, 2, 3)}
    for number, path in enumerate(found.values()):
        path.write_bytes(b"<row/>" * 10**number * 7)
    return found


def test_what_was_packed_is_in_the_file_once(files, tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "CHUNK", 100)
    contents = {name: path.read_bytes() for name, path in files.items()}
    with Parts(tmp_path / "book.xlsx") as archive:
        for name, path in files.items():
            archive.pack(path, name)
        archive.writestr("docProps/custom.xml", b"<Properties/>")
        for name, path in files.items():
            archive.write(path, name)
        archive.finish()
    with ZipFile(tmp_path / "book.xlsx") as package:
        assert package.testzip() is None
        assert package.namelist() == [*files, "docProps/custom.xml"]
        for name, content in contents.items():
            assert package.read(name) == content
            assert package.getinfo(name).compress_type == ZIP_DEFLATED
    assert not any(path.exists() for path in files.values())


def test_a_part_that_was_not_packed_is_written(files, tmp_path):
    with Parts(tmp_path / "book.xlsx") as archive:
        for name, path in files.items():
            archive.write(path, name)
        archive.finish()
    with ZipFile(tmp_path / "book.xlsx") as package:
        assert package.namelist() == [*files]


def test_parts_are_taken_while_others_are_packed(files, tmp_path, monkeypatch):
    taken = Event()
    pack = Parts._pack  # noqa: SLF001
    monkeypatch.setattr(Parts, "_pack", lambda *each: taken.wait(60) and pack(*each))
    with Parts(tmp_path / "book.xlsx") as archive:
        for name, path in files.items():
            archive.pack(path, name)
        archive.writestr("docProps/custom.xml", b"<Properties/>")
        taken.set()  # else nothing would be packed
        archive.finish()
    with ZipFile(tmp_path / "book.xlsx") as package:
        assert package.namelist() == [*files, "docProps/custom.xml"]


def test_what_goes_wrong_in_the_other_thread_is_said(tmp_path):
    with Parts(tmp_path / "book.xlsx") as archive:
        archive.pack(tmp_path / "missing.xml", "xl/worksheets/sheet1.xml")
        archive.writestr("a.xml", b"")
        with pytest.raises(FileNotFoundError, match=r"missing\.xml"):
            archive.finish()
