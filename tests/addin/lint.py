"""A strict reader of compound files and VBA projects, written from the specifications and not from our writer.

``lint(vbaProject.bin)`` gives every departure from [MS-CFB] version 3 and [MS-OVBA], and the modules' sources.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

FREE, END, FAT, NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
MODULE_STREAM, MODULE_OFFSET, PROCEDURAL, OTHER, TERMINATOR = 0x1A, 0x31, 0x21, 0x22, 0x10


@dataclass
class Entry:
    """A directory entry."""

    name: str
    kind: int
    colour: int
    left: int
    right: int
    child: int
    start: int
    size: int


@dataclass
class Compound:
    """A compound file: its streams by path, and what is wrong with it."""

    data: bytes
    problems: list[str] = field(default_factory=list)
    streams: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        header = struct.unpack_from("<8s16sHHHHH6sIIIIIIIII", self.data, 0)
        (
            magic,
            class_id,
            minor,
            major,
            order,
            shift,
            mini,
            reserved,
            directories,
            fats,
            directory,
            _,
            cutoff,
            first,
            count,
            more,
            _,
        ) = header
        self._demand(magic == MAGIC and class_id == bytes(16), "magic or class id")
        self._demand((minor, major, order, shift, mini) == (0x3E, 3, 0xFFFE, 9, 6), "version or sector sizes")
        self._demand((reserved, directories, cutoff, more) == (bytes(6), 0, 4096, END), "reserved header fields")
        self._demand(len(self.data) % 512 == 0, "the file is no whole number of sectors")
        places = [place for place in struct.unpack_from("<109I", self.data, 76) if place != FREE]
        self._demand(len(places) == fats, "number of FAT sectors")
        self.fat = [entry for place in places for entry in struct.unpack("<128I", self._sector(place))]
        self.owners: dict[int, str] = {}
        for place in places:
            self._demand(self.fat[place] == FAT, f"FAT sector {place} is not marked")
            self.owners[place] = "FAT"
        sectors = len(self.data) // 512 - 1
        self._demand(all(entry == FREE for entry in self.fat[sectors:]), "FAT entries beyond the end")
        mini_fat = b"".join(map(self._sector, self._chain(first, "mini FAT", self.fat, self.owners))) if count else b""
        self._demand(len(mini_fat) == count * 512, "number of mini FAT sectors")
        self.mini_fat = list(struct.unpack(f"<{len(mini_fat) // 4}I", mini_fat))
        raw = b"".join(map(self._sector, self._chain(directory, "directory", self.fat, self.owners)))
        self.entries = [self._entry(raw[at : at + 128]) for at in range(0, len(raw), 128)]
        root = self.entries[0]
        self._demand((root.name, root.kind) == ("Root Entry", 5), "root entry")
        self.mini = b"".join(map(self._sector, self._chain(root.start, "mini stream", self.fat, self.owners)))
        self.mini_owners: dict[int, str] = {}
        self._storage(root, "")
        self._demand(all(place in self.owners for place in range(sectors) if self.fat[place] != FREE), "orphaned sectors")
        self._demand(
            all(place in self.mini_owners for place, entry in enumerate(self.mini_fat) if entry != FREE), "orphaned mini sectors"
        )

    def _demand(self, holds: bool, problem: str) -> None:
        if not holds:
            self.problems.append(problem)

    def _sector(self, place: int) -> bytes:
        return self.data[512 + place * 512 : 1024 + place * 512]

    def _chain(self, place: int, who: str, table: list[int], owners: dict[int, str]) -> list[int]:
        found: list[int] = []
        while place != END:
            if place >= len(table) or place in owners:
                self.problems.append(f"{who}: sector {place} is out of range or shared")
                break
            owners[place] = who
            found.append(place)
            place = table[place]
        return found

    def _entry(self, raw: bytes) -> Entry:
        name, length, kind, colour, left, right, child, class_id, state, made, changed, start, size = struct.unpack(
            "<64sHBBIII16sIQQIQ", raw
        )
        text = name[: max(length - 2, 0)].decode("utf-16-le")
        if kind == 0:
            self._demand(
                (left, right, child) == (NONE,) * 3 and not any(raw[:68]) and not any(raw[80:]), "an unused entry is not blank"
            )
        else:
            self._demand(not any(name[length - 2 :]), f"{text}: padding of the name")
            self._demand(
                kind != 2 or (child == NONE and class_id == bytes(16) and not made and not changed), f"{text}: fields of a stream"
            )
            self._demand(kind != 1 or (start == 0 and size == 0), f"{text}: fields of a storage")
            self._demand(colour in (0, 1) and not state and size < 2**32, f"{text}: colour, state or size")
        return Entry(text, kind, colour, left, right, child, start, size)

    def _storage(self, storage: Entry, path: str) -> None:
        members: list[Entry] = []
        self._walk(storage.child, None, None, None, members)
        for entry in members:
            inner = f"{path}/{entry.name}".lstrip("/")
            if entry.kind == 1:
                self._storage(entry, inner)
            else:
                self.streams[inner] = self._content(entry, inner)

    def _walk(
        self, at: int, parent: Entry | None, low: tuple[int, str] | None, high: tuple[int, str] | None, found: list[Entry]
    ) -> int:
        """Visit a red-black tree in order; gives the number of black nodes on a path."""
        if at == NONE:
            return 1
        node = self.entries[at]
        key = (len(node.name.encode("utf-16-le")), node.name.upper())
        self._demand((low is None or low < key) and (high is None or key < high), f"{node.name}: order of the tree")
        self._demand(node.colour == 1 or (parent is not None and parent.colour == 1), f"{node.name}: red below red")
        left = self._walk(node.left, node, low, key, found)
        found.append(node)
        right = self._walk(node.right, node, key, high, found)
        self._demand(left == right, f"{node.name}: unequal black height")
        return left + node.colour

    def _content(self, entry: Entry, path: str) -> bytes:
        if not entry.size:
            return b""
        if entry.size < 4096:
            parts = [
                self.mini[place * 64 : place * 64 + 64]
                for place in self._chain(entry.start, path, self.mini_fat, self.mini_owners)
            ]
            unit = 64
        else:
            parts = [self._sector(place) for place in self._chain(entry.start, path, self.fat, self.owners)]
            unit = 512
        self._demand(len(parts) == -(-entry.size // unit), f"{path}: length of its chain")
        return b"".join(parts)[: entry.size]


def decompress(container: bytes) -> bytes:
    """The content of a compressed container, [MS-OVBA] 2.4.1."""
    assert container[0] == 1
    made, at = bytearray(), 1
    while at < len(container):
        header = int.from_bytes(container[at : at + 2], "little")
        assert header >> 12 & 7 == 3, "signature of a chunk"
        end, at, start = at + (header & 0xFFF) + 3, at + 2, len(made)
        if not header >> 15:
            made += container[at : at + 4096]
            at += 4096
            continue
        assert end <= len(container), "a chunk runs past the end"
        while at < end:
            flags = container[at]
            at += 1
            for bit in range(8):
                if at >= end:
                    break
                if not flags >> bit & 1:
                    made.append(container[at])
                    at += 1
                    continue
                token = int.from_bytes(container[at : at + 2], "little")
                at += 2
                bits = max(4, (len(made) - start - 1).bit_length())
                offset = (token >> (16 - bits)) + 1
                assert offset <= len(made) - start, "a copy from before its chunk"
                for _ in range((token & 0xFFFF >> bits) + 3):
                    made.append(made[-offset])
        assert len(made) - start <= 4096, "a chunk of more than 4096 bytes"
    return bytes(made)


def lint(container: bytes) -> tuple[list[str], dict[str, str]]:
    """What is wrong with vbaProject.bin, and the source of every module (lines ending in CR LF)."""
    file = Compound(container)
    problems, streams = file.problems, file.streams
    if streams.get("VBA/_VBA_PROJECT") != bytes.fromhex("cc61ffff000000"):
        problems.append("_VBA_PROJECT holds a cache")
    modules = _modules(decompress(streams["VBA/dir"]), problems)
    sources = {}
    for name, (offset, kind) in modules.items():
        source = decompress(streams[f"VBA/{name}"][offset:]).decode("ascii")
        sources[name] = source
        if offset or not source.startswith(f'Attribute VB_Name = "{name}"\r\n') or "\n" in source.replace("\r\n", ""):
            problems.append(f"{name}: offset, first line or line ends")
        if kind == OTHER and "Attribute VB_Base" not in source:
            problems.append(f"{name}: a class without its base")
    extra = set(streams) - {"VBA/dir", "VBA/_VBA_PROJECT", "PROJECT", "PROJECTwm"} - {f"VBA/{name}" for name in modules}
    if extra:
        problems.append(f"streams that do not belong: {sorted(extra)}")
    lines = [line.partition("=") for line in streams["PROJECT"].decode("ascii").split("\r\n")]
    declared = {value.split("/")[0]: key for key, _, value in lines if key in ("Module", "Class", "BaseClass", "Document")}
    if {name: key == "Module" for name, key in declared.items()} != {
        name: kind == PROCEDURAL for name, (_, kind) in modules.items()
    }:
        problems.append("PROJECT and dir tell different modules")
    return problems, sources


def _modules(directory: bytes, problems: list[str]) -> dict[str, tuple[int, int]]:
    """name -> (offset of the source in its stream, kind), from the records of the dir stream."""
    at, stream, offset, last = 0, "", -1, 0
    found: dict[str, tuple[int, int]] = {}
    while at + 6 <= len(directory):
        record, size = struct.unpack_from("<HI", directory, at)
        size = 6 if record == 9 else size  # PROJECTVERSION does not tell its length
        value = directory[at + 6 : at + 6 + size]
        at, last = at + 6 + size, record
        if record == MODULE_STREAM:
            stream = value.decode("ascii")
        elif record == MODULE_OFFSET:
            offset = int.from_bytes(value, "little")
        elif record in (PROCEDURAL, OTHER):
            found[stream] = (offset, record)
    if at != len(directory) or last != TERMINATOR:
        problems.append("dir does not end with its terminator")
    return found
