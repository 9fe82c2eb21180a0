"""Everything that a store holds, in a form in which two stores can be compared whatever engine they are on."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from xlcrm.match import block
from xlcrm.match.normalise import normalise
from xlcrm.model.tables import MATCHED
from xlcrm.store.digests import Digests
from xlcrm.store.schema import metadata, quoted
from xlcrm.store.sql import SqlStore
from xlcrm.store.vault import Vault

Picture = dict[str, set[tuple[Any, ...]]]

OWN = ("migration", "pinyin", "face", "blocking_key")
"""Each store's own: the list of its migrations, what is made when it is first asked for, and what is looked at in another way."""


def picture(store: SqlStore) -> Picture:
    """Every row of every table; data keys as whatever opens them says, values that lost without their running number."""
    with store._reading() as connection:
        found: Picture = {}
        for name, table in metadata.tables.items():
            if name not in OWN:
                columns = [column.name for column in table.columns if (name, column.name) != ("kept_value", "id")]
                said = f"SELECT {', '.join(map(quoted, columns))} FROM {quoted(name)}"
                found[name] = set(map(tuple, connection.exec_driver_sql(said)))
        vault = Vault(store._cipher, connection)
        found["data_key"] = {(rid, wrapped and vault.key(rid).seal("a|b|c", "", bytes(12))) for rid, wrapped in found["data_key"]}
        found["face"] = set(map(tuple, connection.exec_driver_sql("SELECT rid FROM face")))
        return found


def differences(source: Picture, restored: Picture, ever: Collection[tuple[Any, ...]] = (), lax: bool = False) -> list[str]:
    """How ``restored`` is not what ``source`` was, table by table.

    ``ever``: rows of the table submission that ever stood there: of these more may stand there now. ``lax``: restored was taken
    back to a moment within the log: how the keys stood then is not told, and what files brought in again later is missing.
    """
    wrong = []
    for name, rows in source.items():
        missing, more = rows - restored[name], restored[name] - rows
        if name == "submission":
            more -= set(ever)
            missing = set() if lax else missing
        if lax and name == "imported":
            missing = set()
        if lax and name == "phone_tail":  # the digests are of today's keys
            missing, more = {row[1:] for row in missing} ^ {row[1:] for row in more}, set()
        if lax and name in ("meta", "key_copy"):
            continue
        if missing or more:
            wrong.append(f"{name}: {len(missing)} missing {_shown(missing)}, {len(more)} too many {_shown(more)}")
    return wrong


def unfound(store: SqlStore) -> list[str]:
    """The living customers that a new row which says the same would not be compared with."""
    records = list(store.scan("customer"))
    made = block.keys(normalise({key: [one.values.get(key) for one in records] for key in MATCHED}))
    with store._reading() as connection:
        digests = Digests(store._cipher, connection)
        rows = connection.exec_driver_sql("SELECT f.rid, b.key FROM face f JOIN blocking_key b ON b.face = f.id").all()
        stored: dict[str, set[int]] = {}
        for rid, key in rows:
            stored.setdefault(rid, set()).add(key)
        return [
            one.rid for one, keys in zip(records, made, strict=True)
            if not all({*forms} & stored.get(one.rid, set()) for forms in digests.forms(keys))
        ]  # fmt: skip


def _shown(rows: set[tuple[Any, ...]]) -> str:
    return str(sorted(rows, key=repr)[:1])[:300]
