"""Open a zip archive of limited size and check that it is sound.

Nothing is inflated before the zip's directory has proved consistent, and inflated bytes are counted
against the sizes that the directory declares.
"""

import mmap
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Self
from zipfile import BadZipFile, ZipFile, ZipInfo

from xlnn.errors import Message, WorkbookError

MAX_FILE = 512 << 20
"""Bytes of a file. Four million formulas take 20 to 40 MB; Excel itself struggles far below."""

MAX_ENTRIES = 10_000
"""Parts of a workbook. Excel writes about ten, and one or two more per sheet and picture."""

MAX_TOTAL = 4 << 30
"""Inflated bytes of all parts. Four million formulas are 0.4 GB, and 0.6 GB with their values."""

MAX_PART = 2 << 30
"""Inflated bytes of one part: a sheet filled to its last row with the longest of our columns."""

MAX_RATIO = 200
"""Inflated to compressed bytes. Filled-down formulas reach 60; deflate can reach 1,032."""

RATIO_COUNTS_ABOVE = 8 << 20
"""Inflated bytes below which no ratio is suspicious: a few empty rows compress without end."""

_CHUNK = 1 << 17
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _SIZES_FOLLOW = 0x1, 0x8  # flag bits of an entry
_DIRECTORY_END = struct.Struct("<4s4H2LH")
_EXTRA, _UNICODE_PATH = struct.Struct("<2H"), 0x7075
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")


class Archive:
    """A zip file whose directory was checked; use it in a ``with`` statement.

    Attributes
    ----------
    path : Path
        The file.
    parts : dict of str to ZipInfo
        The entries by their names, directories left out.
    accepted : frozenset of str
        Values of `xlnn.xlsx.guard.FORBIDDEN` for which the file is not refused.
    brings : set of str
        Those of them that it holds.
    """

    def __init__(self, path: Path, accepted: frozenset[str] = frozenset()) -> None:
        self.path, self.accepted = path, accepted
        self.brings: set[str] = set()
        self._zip: ZipFile | None = None
        try:
            if path.is_dir():
                raise _refused(path, Message("this is a folder; name the workbook inside it"))
            if not path.exists():
                none = Message("there is no such file; check the name and the folder")
                raise _refused(path, none)
            if not path.is_file():
                other = Message("this is not a regular file; name a workbook (.xlsx)")
                raise _refused(path, other)
            self._file = path.open("rb")
        except (OSError, ValueError) as error:
            unread = Message(
                "it cannot be read ({error}); check its name and rights", error=str(error)
            )
            raise _refused(path, unread) from None
        try:
            self._size = path.stat().st_size
            self._check_kind()
            self._directory = self._check_end()
            self._zip = ZipFile(self._file)
            self.parts = self._check_entries(self._zip.infolist())
        except (BadZipFile, NotImplementedError, ValueError, OSError, struct.error) as error:
            self.close()
            raise self.refused(f"its zip directory is damaged ({error}); get a new copy") from None
        except WorkbookError:
            self.close()
            raise

    def __enter__(self) -> Self:
        """Return the archive itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file."""
        if self._zip is not None:
            self._zip.close()
        self._file.close()

    def refused(self, sentence: str) -> WorkbookError:
        """Return an error about this file."""
        return _refused(self.path, sentence)

    def _check_kind(self) -> None:
        """Refuse a file whose first bytes are not those of a zip archive."""
        if self._size > MAX_FILE:
            raise self.refused(
                f"it has {self._size:,} bytes, and xlnn reads workbooks of up to {MAX_FILE:,}; "
                "build it with fewer epochs or images"
            )
        head = self._file.read(len(_OLE))
        if head == _OLE:
            with mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                encrypted = content.find("EncryptedPackage".encode("utf-16-le")) >= 0
            raise self.refused(
                Message("it is protected by a password; open it in Excel and save it without one")
                if encrypted
                else Message("it is in the old .xls format, whatever its name; save it as .xlsx")
            )
        if head[:4] != b"PK\x03\x04":
            raise self.refused(
                Message(
                    "it is not an .xlsx workbook (those begin with PK, as zip files do); open it "
                    "in a spreadsheet program and save it as .xlsx"
                )
            )

    def _check_end(self) -> int:
        """Read the record that ends a zip file; return the offset of the directory."""
        # The record must be the very end, with no comment: a reader that searches for it from
        # elsewhere would find another directory, and with it another workbook.
        self._file.seek(max(0, self._size - _DIRECTORY_END.size - 20))
        tail = self._file.read()
        record = tail[-_DIRECTORY_END.size :]
        if len(record) < _DIRECTORY_END.size or record[:4] != b"PK\x05\x06":
            raise self.refused(
                "the zip directory is not at its end, so it was cut off or something was appended;"
                " get a new copy"
            )
        _, disk, first, here, entries, length, offset, comment = _DIRECTORY_END.unpack(record)
        if tail[:4] == b"PK\x06\x07" or entries > MAX_ENTRIES:
            raise self.refused(
                f"its zip directory claims more than {MAX_ENTRIES:,} parts or more than 4 GiB, "
                "which no workbook needs; save it again in a spreadsheet program"
            )
        end = self._size - _DIRECTORY_END.size
        if disk or first or comment or here != entries:
            raise self.refused("its zip directory contradicts itself; get a new copy")
        if offset + length != end or length > MAX_ENTRIES * 512:
            raise self.refused("its zip directory is not where it should be; get a new copy")
        return offset

    def _check_entries(self, entries: list[ZipInfo]) -> dict[str, ZipInfo]:
        """Check names, sizes and places of all entries; return them by name."""
        seen: set[str] = set()
        for entry in entries:
            name = entry.filename
            if name.casefold() in seen:
                raise self.refused(
                    f'it holds the part "{name}" twice, so two programs may read two different '
                    "workbooks; save it again in a spreadsheet program"
                )
            seen.add(name.casefold())
            self._check_entry(entry)
        self._check_sizes(entries)
        self._check_places(entries)
        return {entry.filename: entry for entry in entries if not entry.is_dir()}

    def _check_entry(self, entry: ZipInfo) -> None:
        name = entry.filename
        # orig_filename still has what zipfile cuts off or replaces: NUL bytes and backslashes
        if (
            entry.orig_filename != name
            or "\\" in name
            or any(piece in {"", ".", ".."} for piece in name.removesuffix("/").split("/"))
            or name.casefold().endswith(".piece")  # a part in pieces, which few programs join
            or _has_second_name(entry.extra)
        ):
            raise self.refused(
                f"the part name {entry.orig_filename!a} is not allowed in a workbook; save it "
                "again in a spreadsheet program"
            )
        if entry.flag_bits & _ENCRYPTED:
            raise self.refused(f'the part "{name}" is encrypted; save it without a password')
        if entry.compress_type not in (_STORED, _DEFLATED):
            raise self.refused(
                f'the part "{name}" is compressed by method {entry.compress_type}, and workbooks '
                "use deflate; save it again in a spreadsheet program"
            )

    def _check_sizes(self, entries: list[ZipInfo]) -> None:
        for entry in entries:
            size, packed = entry.file_size, entry.compress_size
            if size > MAX_PART or (size > RATIO_COUNTS_ABOVE and size > MAX_RATIO * packed):
                raise self.refused(
                    f'the part "{entry.filename}" inflates from {packed:,} to {size:,} bytes, as '
                    "zip bombs do; open it only if you trust whoever made it, and save it anew"
                )
        total = sum(entry.file_size for entry in entries)
        if total > MAX_TOTAL:
            raise self.refused(
                f"it inflates to {total:,} bytes, and xlnn reads up to {MAX_TOTAL:,}; build it "
                "with fewer epochs or images"
            )

    def _check_places(self, entries: list[ZipInfo]) -> None:
        """Check that entries do not overlap and agree with their local headers."""
        free_from = 0
        for entry in sorted(entries, key=lambda entry: entry.header_offset):
            start = self._data_start(entry)
            if entry.header_offset < free_from:
                raise self.refused(
                    f'the part "{entry.filename}" overlaps another one, as zip bombs do; get the '
                    "file from another source"
                )
            free_from = start + entry.compress_size
            if free_from > self._directory:
                raise self.refused(f'the part "{entry.filename}" is cut off; get a new copy')

    def _data_start(self, entry: ZipInfo) -> int:
        """Compare an entry's local header with the directory; return where its data begin."""
        self._file.seek(entry.header_offset)
        signature, _, flags, method, _, _, crc, packed, size, name, extra = _LOCAL_HEADER.unpack(
            self._file.read(_LOCAL_HEADER.size)
        )
        told = entry.filename.encode("utf-8" if entry.flag_bits & 0x800 else "cp437")
        agrees = signature == b"PK\x03\x04" and method == entry.compress_type
        agrees = agrees and self._file.read(name) == told and not flags & _ENCRYPTED
        if not flags & _SIZES_FOLLOW and 0xFFFFFFFF not in (packed, size):
            agrees = agrees and (crc, packed, size) == (
                entry.CRC,
                entry.compress_size,
                entry.file_size,
            )
        if not agrees:
            raise self.refused(
                f'the zip directory and the part "{entry.filename}" contradict each other; get a '
                "new copy"
            )
        if _has_second_name(self._file.read(extra)):
            raise self.refused(
                f'the part "{entry.filename}" has a second name; save the file again in a '
                "spreadsheet program"
            )
        return entry.header_offset + _LOCAL_HEADER.size + name + extra

    def chunks(self, part: str) -> Iterator[bytes]:
        """Inflate a part piece by piece, never more than the directory declared.

        zipfile's own reader stops silently at the declared size, so other readers might find more
        in a part than we do. Here the compressed data must end exactly at the declared size.
        """
        entry = self.parts.get(part)
        if entry is None:
            raise self.refused(f'the part "{part}" is missing; get a new copy')
        inflate = zlib.decompressobj(-zlib.MAX_WBITS) if entry.compress_type == _DEFLATED else None
        count, crc = 0, 0
        try:
            for data in self._inflated(entry, inflate):
                count, crc = count + len(data), zlib.crc32(data, crc)
                if count > entry.file_size:
                    break
                yield data
        except zlib.error as error:
            raise self.refused(f'the part "{part}" is damaged ({error}); get a new copy') from None
        ended = inflate is None or (inflate.eof and not inflate.unused_data)
        if not ended or count != entry.file_size or crc != entry.CRC:
            raise self.refused(
                f'the part "{part}" does not hold the {entry.file_size:,} bytes that the zip '
                "directory declares; get a new copy"
            )

    def _inflated(self, entry: ZipInfo, inflate: "zlib._Decompress | None") -> Iterator[bytes]:
        offset, left = self._data_start(entry), entry.compress_size
        while left:
            self._file.seek(offset)  # several parts may be read in turn
            packed = self._file.read(min(_CHUNK, left))
            if not packed:
                return
            offset, left = offset + len(packed), left - len(packed)
            if inflate is None:
                yield packed
                continue
            data = b"."
            while packed or data:
                data = inflate.decompress(packed, _CHUNK)
                packed = inflate.unconsumed_tail
                yield data


def _has_second_name(extra: bytes) -> bool:
    """Return whether an entry's extra field holds a second name, which some programs use."""
    place = 0
    while place + _EXTRA.size <= len(extra):
        kind, size = _EXTRA.unpack_from(extra, place)
        if kind == _UNICODE_PATH:
            return True
        place += _EXTRA.size + size
    return False


def _refused(path: Path, sentence: str) -> WorkbookError:
    file = path.name or path  # the folder . has no name
    return WorkbookError("{file}: {what}.", file=file, what=sentence)
