"""Compound files ([MS-CFB] version 3): the container of a VBA project, written to the letter.

Sectors of 512 bytes, one FAT, streams below 4096 bytes in the mini stream, directory entries as red-black trees.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

SECTOR, MINI, CUTOFF = 512, 64, 4096
FREE, END, FAT, NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
STORAGE, STREAM, ROOT = 1, 2, 5
RED, BLACK = 0, 1
_ENTRY = struct.Struct("<64sHBBIII16sIQQIQ")
_HEADER = struct.Struct("<8s16sHHHHH6sIIIIIIIIII")


@dataclass(slots=True)
class _Entry:
    name: str
    kind: int
    data: bytes = b""
    children: list[int] = field(default_factory=list)
    left: int = NONE
    right: int = NONE
    child: int = NONE
    colour: int = BLACK
    start: int = 0
    size: int = 0


class _Sectors:
    """The file's sectors after the header, with the FAT that chains them."""

    def __init__(self) -> None:
        self.body: list[bytes] = []
        self.fat: list[int] = []

    def add(self, data: bytes) -> int:
        """Append ``data`` as one chain; gives its first sector, END for no data."""
        if not data:
            return END
        first = len(self.body)
        parts = [data[at : at + SECTOR].ljust(SECTOR, b"\0") for at in range(0, len(data), SECTOR)]
        self.body += parts
        self.fat += [*range(first + 1, first + len(parts)), END]
        return first


def write(streams: Mapping[str, bytes]) -> bytes:
    """A compound file with ``streams`` ("PROJECT" or "VBA/dir" -> content); equal streams give equal bytes."""
    entries = _directory(streams)
    sectors, mini, mini_fat = _Sectors(), bytearray(), list[int]()
    for entry in entries:
        if entry.kind != STREAM:
            continue
        entry.size = len(entry.data)
        if entry.size >= CUTOFF or not entry.data:
            entry.start = sectors.add(entry.data)
            continue
        count = -(-entry.size // MINI)
        entry.start = len(mini_fat)
        mini_fat += [*range(entry.start + 1, entry.start + count), END]
        mini += entry.data.ljust(count * MINI, b"\0")
    entries[0].size, entries[0].start = len(mini), sectors.add(bytes(mini))
    mini_table = _padded(struct.pack(f"<{len(mini_fat)}I", *mini_fat), b"\xff")
    first_mini = sectors.add(mini_table)
    blank = _Entry("", 0)
    entries += [blank] * (-len(entries) % (SECTOR // _ENTRY.size))
    first_directory = sectors.add(b"".join(map(_packed, entries)))
    return _closed(sectors, first_directory, first_mini, len(mini_table) // SECTOR)


def _directory(streams: Mapping[str, bytes]) -> list[_Entry]:
    """The entries of root, storages and streams, their trees built."""
    entries, place = [_Entry("Root Entry", ROOT)], {"": 0}
    for path in sorted(streams):
        parent = ""
        *storages, name = path.split("/")
        for storage in storages:
            inner = f"{parent}/{storage}".lstrip("/")
            if inner not in place:
                place[inner] = len(entries)
                entries[place[parent]].children.append(len(entries))
                entries.append(_Entry(storage, STORAGE))
            parent = inner
        entries[place[parent]].children.append(len(entries))
        entries.append(_Entry(name, STREAM, streams[path]))
    for entry in entries:
        ordered = sorted(entry.children, key=lambda at: (len(entries[at].name.encode("utf-16-le")), entries[at].name.upper()))
        perfect = (len(ordered) + 1) & len(ordered) == 0
        entry.child = _tree(entries, ordered, 0, -1 if perfect else len(ordered).bit_length() - 1)
    return entries


def _tree(entries: list[_Entry], ordered: list[int], depth: int, last: int) -> int:
    """A balanced search tree; red only on an incomplete ``last`` level, so every path holds as many black nodes."""
    if not ordered:
        return NONE
    middle = len(ordered) // 2
    node = entries[ordered[middle]]
    node.colour = RED if depth == last else BLACK
    node.left = _tree(entries, ordered[:middle], depth + 1, last)
    node.right = _tree(entries, ordered[middle + 1 :], depth + 1, last)
    return ordered[middle]


def _packed(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le") + b"\0\0" if entry.name else b""
    if len(name) > 64:
        raise ValueError(f"{entry.name}: a name in a compound file holds at most 31 characters")
    colour = entry.colour if entry.kind else 0
    links = (entry.left, entry.right, entry.child)
    return _ENTRY.pack(name, len(name), entry.kind, colour, *links, bytes(16), 0, 0, 0, entry.start, entry.size)


def _closed(sectors: _Sectors, directory: int, mini: int, mini_count: int) -> bytes:
    """Header, sectors, and at the end the FAT, which holds its own sectors too."""
    per = SECTOR // 4
    used, count = len(sectors.body), 1
    while count * per < used + count:
        count += 1
    if count > 109:
        raise ValueError("the VBA project is larger than this writer can hold")
    fat = [*sectors.fat, *[FAT] * count]
    fat += [FREE] * (count * per - len(fat))
    header = _HEADER.pack(
        bytes.fromhex("d0cf11e0a1b11ae1"), bytes(16), 0x3E, 3, 0xFFFE, 9, 6, bytes(6),
        0, count, directory, 0, CUTOFF, mini if mini_count else END, mini_count, END, 0, used,
    )  # fmt: skip
    places = [*range(used + 1, used + count), *[FREE] * (109 - count)]
    return header + struct.pack("<108I", *places) + b"".join(sectors.body) + struct.pack(f"<{len(fat)}I", *fat)


def _padded(data: bytes, filler: bytes) -> bytes:
    return data + filler * (-len(data) % SECTOR)
