"""The zip file of a workbook: opened with every bound checked, saved whole or not at all."""

from __future__ import annotations

import errno
import io
import os
import struct
import tempfile
import time
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

from xlcrm.errors import BookError
from xlcrm.sheets.files.markup import canonical

LARGEST_FILE = 256 << 20
LARGEST_PART = 512 << 20  # inflated
LARGEST_TOTAL = 1 << 30
RATIO, RATIO_FROM = 200, 16 << 20  # no honest part above 16 MB inflates two hundredfold
MEMBERS = 10_000
_EFFORT = 4  # half the time of the usual 6 for files a few per cent larger
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CENTRAL = struct.Struct("<4s6H3I5H2I")  # one entry of the central directory, without name, extra field and comment
_LOCAL = struct.Struct("<4s5H3I2H")


class Package:
    """The parts of a workbook file, by name; ``put`` buffers changes until ``save``. ``data`` are its bytes if read before."""

    def __init__(self, path: Path, data: bytes | None = None) -> None:
        self.path = path.resolve()
        self._read(data)

    def _read(self, data: bytes | None = None) -> None:
        self._bytes = contents(self.path) if data is None else data
        self._zip = opened(self._bytes, self.path)
        if "[Content_Types].xml" not in self._zip.NameToInfo:
            raise BookError("sheets.not_workbook", path=self.path.name)
        self._changed: dict[str, bytes] = {}
        self._names = {name.lower(): name for name in self._zip.namelist()}

    def has(self, name: str) -> bool:
        """Whether the package has the part."""
        return name.lower() in self._names

    def part(self, name: str) -> bytes:
        """The part in canonical form (markup.canonical), changes included; BookError if it is missing or damaged."""
        name = self._names.get(name.lower(), name)
        if name in self._changed:
            return self._changed[name]
        try:
            data = self._zip.read(name)
        except KeyError as error:
            raise BookError("sheets.part_missing", path=self.path.name, part=name) from error
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
            raise BookError("sheets.damaged", part=name) from error
        return canonical(data, name)

    def put(self, name: str, data: bytes) -> None:
        """Make ``data`` the part's content; only parts that exist can be changed."""
        self._changed[self._names[name.lower()]] = data

    def save(self) -> None:
        """Write the changes through a temporary file next to the workbook; BookError leaves the workbook as it was."""
        if not self._changed:
            return
        self.guard()
        temporary: str | None = None
        try:
            self._sweep()
            handle, temporary = tempfile.mkstemp(prefix=".xlcrm-", suffix=".tmp", dir=self.path.parent)
            with os.fdopen(handle, "w+b") as file:
                self._write(file)
                file.flush()
                os.fsync(file.fileno())
                with zipfile.ZipFile(file) as check:
                    if check.testzip() is not None or check.namelist() != self._zip.namelist():
                        raise BookError("sheets.not_written", path=self.path.name)
            Path(temporary).chmod(self.path.stat().st_mode & 0o7777)
            self.guard()
            Path(temporary).replace(self.path)
            temporary = None
        except OSError as error:
            key = "sheets.disk_full" if error.errno in _FULL else "sheets.not_written"
            raise BookError(key, path=self.path.name) from error
        finally:
            if temporary is not None:
                Path(temporary).unlink(missing_ok=True)
        self._read()

    def _sweep(self) -> None:
        """Take away what killed runs left behind; another run's file of this hour may still be written."""
        for left in self.path.parent.glob(".xlcrm-*.tmp"):
            with suppress(OSError):
                if time.time() - left.stat().st_mtime > 3600:
                    left.unlink()

    def guard(self) -> None:
        """Refuse to overwrite what is open elsewhere, protected, or no longer what was read."""
        name = self.path.name
        for owner in (f"~${name}", f".~lock.{name}#", f".~{name}"):  # Excel and WPS, LibreOffice, WPS on Linux
            if (self.path.parent / owner).exists():
                raise BookError("sheets.open_elsewhere", path=name)
        try:
            if not self.path.stat().st_mode & 0o200 or not os.access(self.path, os.W_OK):
                raise BookError("sheets.read_only", path=name)
            if not os.access(self.path.parent, os.W_OK):  # the new file is made beside the old one
                raise BookError("sheets.not_written", path=name)
            same = self.path.read_bytes() == self._bytes
        except OSError as error:
            raise BookError("sheets.changed", path=name) from error
        if not same:
            raise BookError("sheets.changed", path=name)

    def _write(self, file: io.BufferedRandom) -> None:
        """All members in their order: untouched ones as the very bytes they were, changed ones deflated anew."""
        data = memoryview(self._bytes)
        starts = sorted(info.header_offset for info in self._zip.infolist())
        ends = dict(zip(starts, [*starts[1:], self._zip.start_dir], strict=True))
        entries = []
        for info, entry in zip(self._zip.infolist(), _directory(self._bytes, self._zip.start_dir), strict=True):
            place = file.tell()
            content = self._changed.get(info.filename)
            fields = list(_CENTRAL.unpack_from(entry))
            fields[16] = place
            if content is None:
                file.write(data[info.header_offset : ends[info.header_offset]])
                entries.append(_CENTRAL.pack(*fields) + entry[_CENTRAL.size :])
                continue
            packer = zlib.compressobj(_EFFORT, zlib.DEFLATED, -15)
            packed = packer.compress(content) + packer.flush()
            fields[3], fields[4] = info.flag_bits & ~8, zipfile.ZIP_DEFLATED
            fields[7], fields[8], fields[9] = zlib.crc32(content), len(packed), len(content)
            fields[11] = 0  # no extra field
            name = entry[_CENTRAL.size : _CENTRAL.size + fields[10]]
            comment = entry[len(entry) - fields[12] :] if fields[12] else b""
            file.write(_LOCAL.pack(b"PK\x03\x04", *fields[2:10], len(name), 0) + name + packed)
            entries.append(_CENTRAL.pack(*fields) + name + comment)
        start, directory = file.tell(), b"".join(entries)
        file.write(directory)
        file.write(struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, len(entries), len(entries), len(directory), start, 0))


def contents(path: Path) -> bytes:
    """The file's bytes; BookError when there is none, it cannot be read or is too large."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BookError("sheets.too_large", path=path.name)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise BookError("sheets.not_found", path=str(path)) from error
    except OSError as error:
        raise BookError("sheets.unreadable", path=path.name) from error


def opened(data: bytes, path: Path) -> zipfile.ZipFile:
    """The zip directory of ``data``, every bound checked; BookError says what is wrong with the file."""
    if data.startswith(_OLE2):
        secret = "EncryptedPackage".encode("utf-16-le") in data
        raise BookError("sheets.encrypted" if secret else "sheets.old_format", path=path.name)
    if not data.startswith(b"PK"):
        raise BookError("sheets.not_workbook", path=path.name)
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, EOFError, struct.error, ValueError, NotImplementedError, OverflowError) as error:
        raise BookError("sheets.truncated", path=path.name) from error
    members = package.infolist()
    if len(members) > MEMBERS or sum(member.file_size for member in members) > LARGEST_TOTAL:
        raise BookError("sheets.too_large", path=path.name)
    for member in members:
        size, packed = member.file_size, member.compress_size
        if size > LARGEST_PART or (size > RATIO_FROM and size > RATIO * packed):
            raise BookError("sheets.too_large", path=path.name)
        steps = member.filename.split("/")
        if ".." in steps or steps[0] == "" or "\\" in member.orig_filename or ":" in steps[0] or "\0" in member.orig_filename:
            raise BookError("sheets.unsafe", part=member.filename)
        if member.flag_bits & 1:
            raise BookError("sheets.encrypted", path=path.name)
        if member.header_offset < 0 or member.header_offset + _LOCAL.size + packed > len(data):
            raise BookError("sheets.truncated", path=path.name)
    names, offsets = {member.filename.lower() for member in members}, {member.header_offset for member in members}
    if len(names) != len(members) or len(offsets) != len(members):  # one part twice, or parts laid over each other
        raise BookError("sheets.unsafe", part=path.name)
    return package


def _directory(data: bytes, start: int) -> list[bytes]:
    """The raw entries of the central directory."""
    entries = []
    while data[start : start + 4] == b"PK\x01\x02":
        fields = _CENTRAL.unpack_from(data, start)
        end = start + _CENTRAL.size + fields[10] + fields[11] + fields[12]
        entries.append(data[start:end])
        start = end
    return entries
