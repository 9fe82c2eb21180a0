"""Writing an older package anew without what erased customers said: same place in the chain, same log, no word of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from xlcrm.crypto.chest import Opener
from xlcrm.store.backup import package, scratch
from xlcrm.store.backup.increment import ABOUT, Block, Sides, decode, pack
from xlcrm.store.backup.package import Head, Manifest, Package
from xlcrm.store.backup.source import counted
from xlcrm.store.batch import Row
from xlcrm.store.erasing import blanked
from xlcrm.store.log import decode as said
from xlcrm.store.schema import DATA_KEY, ENTRY, IMPORTED, LOGGED, SUBMISSION, columns

_BLOCK = 1 << 20
_COLUMNS = ENTRY.c.keys()
_SILENT = dict.fromkeys(("before", "after", "reason", "salt"), "")


def rewrite(old: Path, fresh: Path, room: Path, opener: Opener, erased: Collection[str]) -> Head:
    """Write the package ``old`` to ``fresh`` without what the records ``erased`` (rids) said: what it says of itself now. Its id,
    its place in the log and who opens it are as before, its key is not. ``room`` is a fresh path for a scratch store.

    OSError where it cannot be written; StoreError, KeysError where the old one does not open.
    """
    with package.opened(old, opener) as content:
        head = content.head
        known = sorted({*content.erased(), *erased})
        opening, key = opener.again(head.id, head.opening)
        head = replace(head, erased=len(known), opening=opening)
        if head.kind != "full":
            manifest = Manifest()
            package.write(fresh, head, key, known, _increment(content, set(known), manifest), manifest)
            return head
    with scratch.build(room, [old], opener, erased=known) as built:
        with built.store._reading() as connection:
            manifest = Manifest(counted(connection))
        head = replace(head, content="database", schema=built.store.status().version)
        built.store.close()
        package.write(fresh, head, key, known, [("database", _blocks(room))], manifest)
        return head


def _increment(content: Package, erased: Collection[str], manifest: Manifest) -> Iterator[tuple[str, Iterator[bytes]]]:
    for name, blocks in content.sections():
        if name == "log":
            yield name, pack(purged(decode(blocks, content.head.since), erased), manifest)
        else:
            yield name, blocks


def purged(content: Iterable[Block | Sides], erased: Collection[str]) -> Iterator[Block | Sides]:
    """What an increment holds, without what the records ``erased`` (rids) said; digests stay, so that the log holds as before."""
    left: dict[str, dict[str, Row]] = {}
    for part in content:
        if isinstance(part, Block):
            rows = [_silenced(row, part.about, erased, left) for row in part.entries]
            yield Block(part.about, rows, part.operation)
            continue
        if kept := list(_unlearnt(part, erased)):
            for one in kept if part.table in left else ():
                left[part.table].pop(one["rid"], None)
            yield Sides(part.table, kept)
    yield from (Sides(table, list(others.values())) for table, others in left.items() if others)


def _silenced(
    row: tuple[Any, ...], about: tuple[Any, ...], erased: Collection[str], left: dict[str, dict[str, Row]]
) -> tuple[Any, ...]:  # fmt: skip
    """An entry; of an erased record only what the erasure itself says. Notes in ``left`` what stays of records made here."""
    entry = dict(zip(_COLUMNS, row, strict=True))
    if not entry["salt"]:
        return row
    told = said(entry["after"]) if entry["rid"] in erased or entry["table"] == "access" else {}
    shown = entry["table"] == "access" and entry["reason"] and told.get("customer") in erased
    if not shown and (entry["rid"] not in erased or told.get("life") == "erased"):
        return row
    here = left.setdefault(entry["table"], {}) if entry["table"] in LOGGED else {}
    if entry["table"] in LOGGED and not entry["version_from"]:
        done = dict(zip(ABOUT, about, strict=True))
        who = {"created_by": done["actor"], "created_at": done["at"], "updated_by": done["actor"], "updated_at": done["at"]}
        made = {"rid": entry["rid"], "version": entry["version_to"]}
        here[entry["rid"]] = dict.fromkeys(columns(LOGGED[entry["table"]])) | made | who
    if entry["rid"] in here:
        whole = here[entry["rid"]] | told
        here[entry["rid"]] = whole if shown else blanked(entry["table"], whole)
    return tuple((entry | _SILENT).values())


def _unlearnt(part: Sides, erased: Collection[str]) -> Iterator[Row]:
    """The rows that are still needed, without what erased records said."""
    for row in part.rows:
        if part.table == DATA_KEY.name:
            yield row | {"wrapped": None} if row["customer"] in erased else row
        elif row["rid"] not in erased:
            yield row
        elif part.table not in (IMPORTED.name, SUBMISSION.name):
            yield blanked(part.table, row)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block

