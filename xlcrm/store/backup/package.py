"""One package of a backup: a file that tells what it is in its first line, and is sealed from there on.

The first line is JSON: read without any key, bound to everything behind it. Then the content: named sections in one zstd stream,
cut into pieces that are sealed one by one (crypto/chest.py). A piece changed, left out, moved, or taken from another package, and
an end that is missing, are told; nothing unsealed is handed on before its piece was proven.

Every package begins with the section "erased" and ends with "manifest". Between them stands, by ``Head.content``:
"database": the section "database", an SQLite file (full.py); "copies": a section "copy:TABLE" for each table (copies.py);
"log": the section "log" (increment.py), and "standing" where META or KEY_COPY differ from the parent's.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from xlcrm.crypto.chest import Opener, Opening, Strand
from xlcrm.crypto.cipher import Tampered
from xlcrm.errors import KeysError, StoreError

FORMAT = 1
PIECE = 1 << 20  # bytes sealed at once
_LINE = 4 << 20  # bytes of the first line at most: a thousand administrators
_LENGTH = 4  # bytes that say how long something is
_SUM = b',"sum":"'
_SEAL = 16  # bytes by which a sealed piece is longer
_LEVELS = {"log": 9}
"""How hard zstd tries. Of a store its hardest effort saves a hundredth more than its least, at six times the cost."""
_UNFIT = ("crypto.copy_tampered", "crypto.wrong_key", "crypto.old_key")
"""What is said of keys that do not fit what stands in the first line: somebody changed that, or it is another store's."""

Sections = Iterable[tuple[str, Iterable[bytes]]]
"""Names and contents, in order; each is read to its end before the next one."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a log has got: its operations and entries (both are numbered from 1 on without a gap), and its head's 64 digits."""

    operations: int
    entries: int
    head: str


@dataclass(frozen=True, slots=True)
class Head:
    """What a package says of itself in the open.

    ``kind`` is "full" or "inc", ``content`` as above; ``parent`` the id of the package that an increment follows, "" for a full
    one. ``at`` is when it was made, by the machine's clock; ``since`` and ``until``: the log before and after what it holds;
    ``reaches``: when its last operation was done, by the store's clock, "" where there is none. ``basis``: what an increment must
    have in common with its parent (schema, store key, ...); ``standing`` is a digest of META and KEY_COPY; ``erased`` how many
    erased records it knows of.
    """

    store: str
    id: str
    number: int
    kind: str
    content: str
    parent: str
    at: str
    since: Place
    until: Place
    reaches: str
    schema: int
    engine: str
    program: str
    basis: str
    standing: str
    erased: int
    opening: Opening

    def line(self) -> bytes:
        """The first line of the package, with its end. The sum tells damage to those, too, for whom it is not sealed."""
        said = {name: getattr(self, name) for name in self.__slots__}
        said |= {"since": asdict(self.since), "until": asdict(self.until), "opening": self.opening.said()}
        said = {"xlcrm": "backup", "format": FORMAT} | said
        text = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
        return text[:-1] + _SUM + _sum(text) + b'"}\n'


@dataclass(slots=True)
class Manifest:
    """What a package holds: ``counts`` of rows by table (of a full one: all that the store has; of an increment: its own)."""

    counts: dict[str, int] = field(default_factory=dict)


def write(path: Path, head: Head, key: bytes, erased: Iterable[str], sections: Sections, manifest: Manifest) -> int:
    """Write a package to ``path``, which is a fresh file: how many bytes. It is on the disk when this returns, and was read back.

    ``erased`` are the rids of all records that are erased in the store; ``manifest`` may be filled while ``sections`` are read.
    OSError where the folder does not take it, StoreError where the disk gave something else back.
    """
    line = head.line()
    strand, number = Strand(key, sha256(line).digest()), 0
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666), "wb") as file:
        file.write(line)
        waiting = b""
        for piece in _pieces(_framed(erased, sections, manifest), _LEVELS.get(head.content, 1)):
            if waiting:
                _put(file, strand.close(number, False, waiting))
                number += 1
            waiting = piece
        _put(file, strand.close(number, True, waiting))
        file.flush()
        os.fsync(file.fileno())
        size = file.tell()
    _read_back(path, strand)
    return size


def _read_back(path: Path, strand: Strand) -> None:
    try:
        with path.open("rb") as file:
            _first_line(file, path)
            for _ in _unsealed(file, strand, path):
                pass
    except StoreError as error:
        raise StoreError("backup.not_written", path=path.parent) from error


def read_head(path: Path) -> Head:
    """What the package at ``path`` says of itself; proven only by ``opened``. StoreError: no package, damaged, newer."""
    with _telling(path), path.open("rb") as file:
        line = _first_line(file, path)
    return _head(line, path)


class Package:
    """An open package: ``head``, proven by the first section that is read."""

    def __init__(self, head: Head, content: Iterator[tuple[str, Iterator[bytes]]]) -> None:
        self.head, self._content = head, content
        self.manifest = Manifest()
        """Filled when ``sections`` has come to its end."""

    def erased(self) -> list[str]:
        """The rids of the records that were erased when it was written; to be asked before ``sections``, once."""
        _, content = next(self._content)
        found: list[str] = json.loads(b"".join(content))
        return found

    def sections(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Each section but the first and the last: its name and its content. One that is not read is passed over.

        StoreError where the package turns out to be damaged; who has read to the end has read what was written.
        """
        for name, content in self._content:
            if name == "manifest":
                self.manifest = Manifest(json.loads(b"".join(content))["counts"])
            elif name != "erased":
                yield name, content


@contextmanager
def opened(path: Path, opener: Opener) -> Iterator[Package]:
    """The package at ``path``; ``opener`` finds its key. StoreError: gone, no package, damaged, newer. KeysError: not for you."""
    with _telling(path):
        file = path.open("rb")
    with file:
        with _telling(path):
            line = _first_line(file, path)
        head = _head(line, path)
        try:
            key = opener.key(head.id, head.opening)
        except (KeysError, Tampered) as error:
            if isinstance(error, KeysError) and error.key not in _UNFIT:
                raise KeysError(error.key, **error.values | {"path": path}) from error
            raise StoreError("backup.opening_damaged", path=path) from error
        strand = Strand(key, sha256(line).digest())
        yield Package(head, _unframed(_unsealed(file, strand, path), path))


def _framed(erased: Iterable[str], sections: Sections, manifest: Manifest) -> Iterator[bytes]:
    yield from _section("erased", [json.dumps(sorted(erased)).encode()])
    for name, content in sections:
        yield from _section(name, content)
    yield from _section("manifest", [json.dumps(asdict(manifest), sort_keys=True).encode()])
    yield bytes(_LENGTH)


def _section(name: str, content: Iterable[bytes]) -> Iterator[bytes]:
    """Its name, then blocks; each says how long it is, none of no length but the one that ends it."""
    yield _sized(name.encode())
    for block in content:
        if block:
            yield _sized(block)
    yield bytes(_LENGTH)


def _sized(block: bytes) -> bytes:
    return len(block).to_bytes(_LENGTH) + block


def _pieces(blocks: Iterable[bytes], level: int) -> Iterator[bytes]:
    """Compressed, in pieces of ``PIECE`` bytes."""
    import zstandard

    packer = zstandard.ZstdCompressor(level).chunker(chunk_size=PIECE)
    for block in blocks:
        yield from packer.compress(block)
    yield from packer.finish()  # type: ignore[no-untyped-call]  # its stub says nothing of it


def _put(file: BinaryIO, sealed: bytes) -> None:
    file.write(_sized(sealed))


def _first_line(file: BinaryIO, path: Path) -> bytes:
    line = file.readline(_LINE)
    if not line.endswith(b"\n") or not line.startswith(b'{"xlcrm":"backup"'):
        raise StoreError("backup.not_package", path=path)
    return line


def _sum(text: bytes) -> bytes:
    return sha256(text).hexdigest()[:16].encode()


def _head(line: bytes, path: Path) -> Head:
    try:
        said: dict[str, Any] = json.loads(line)
        if said.pop("format") > FORMAT:
            raise StoreError("backup.newer", path=path, program=said.get("program", ""))
        if said.pop("sum").encode() != _sum(line.rpartition(_SUM)[0] + b"}"):
            raise StoreError("backup.damaged", path=path)
        del said["xlcrm"]
        places = {name: Place(**said[name]) for name in ("since", "until")}
        return Head(**{**said, **places, "opening": Opening.read(said["opening"])})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError("backup.damaged", path=path) from error


def _unsealed(file: BinaryIO, strand: Strand, path: Path) -> Iterator[bytes]:
    """The pieces behind the first line. StoreError where one is not what was sealed there, or the end is missing."""
    number, size = 0, _read(file, _LENGTH, path)
    while size:
        length = int.from_bytes(size)
        if len(size) < _LENGTH:
            raise StoreError("backup.cut", path=path)
        if length > PIECE + _SEAL:
            raise StoreError("backup.damaged", path=path)
        sealed, size = _read(file, length, path), _read(file, _LENGTH, path)
        if len(sealed) < length:
            raise StoreError("backup.cut", path=path)
        try:
            yield strand.open(number, not size, sealed)
        except Tampered as error:
            raise StoreError(_fault(strand, number, size, sealed), path=path) from error
        number += 1
    if not number:
        raise StoreError("backup.cut", path=path)


def _read(file: BinaryIO, size: int, path: Path) -> bytes:
    with _telling(path):
        return file.read(size)


def _fault(strand: Strand, number: int, size: bytes, sealed: bytes) -> str:
    """Whether the last piece there is a sound one: then only the rest is missing."""
    try:
        if not size:
            strand.open(number, False, sealed)
            return "backup.cut"
    except Tampered:
        pass
    return "backup.damaged"


class _Source:
    """The pieces as a file to read from."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, size: int = -1) -> bytes:
        """The next piece, however long it is."""
        return next(self._pieces, b"")


def _unframed(pieces: Iterator[bytes], path: Path) -> Iterator[tuple[str, Iterator[bytes]]]:
    import zstandard

    reader = zstandard.ZstdDecompressor().stream_reader(_Source(pieces))  # type: ignore[arg-type]  # it asks for read() only

    def taken(size: int) -> bytes:
        found = b""
        while len(found) < size:
            more = reader.read(size - len(found))
            if not more:
                raise StoreError("backup.damaged", path=path)
            found += more
        return found

    def length() -> int:
        return int.from_bytes(taken(_LENGTH))

    def content() -> Iterator[bytes]:
        while size := length():
            yield taken(size)

    while size := length():
        name, blocks = taken(size).decode(), content()
        yield name, blocks
        for _ in blocks:  # what nobody wanted
            pass
    for _ in pieces:
        pass


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    """What the system says of a package that cannot be read."""
    try:
        yield
    except FileNotFoundError as error:
        raise StoreError("backup.package_gone", path=path) from error
    except OSError as error:
        raise StoreError("backup.package_unreadable", path=path, what=error.strerror or "") from error
