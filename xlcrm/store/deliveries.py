"""What a store's machine remembers of a shared folder: whose folder is whose, which machines are served, what came and went.

In the store's own file, so that a store that was restored from a backup takes what came since again. Not logged: the log tells
what became of each row.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Column, Connection, Integer, MetaData, PrimaryKeyConstraint, Table, Text, delete, insert, select, update

from xlcrm.errors import UsageError
from xlcrm.store.sql import SqlStore

_TABLES = MetaData()


def _table(name: str, *names: str, key: int = 1) -> Table:
    columns = [Column(one, Text, nullable=False) for one in names]
    return Table(f"folder_{name}", _TABLES, *columns, PrimaryKeyConstraint(*names[:key]), sqlite_with_rowid=False)


_SHARE = _table("share", "id", "place")
_PERSON = _table("person", "person", "folder")
_MACHINE = _table("machine", "public", "person", "name", "asked", "admitted")
_PARCEL = _table("parcel", "id", "person", "at")
_REPLY = _table("reply", "id", "person", "said", "at")
_FILE = _table("file", "person", "name", "mark", "digest", "verdict", "at", key=2)
_ANSWER = _table("answer", "person", "workbook", "sealed", key=2)
_ROW = _table("row", "person", "workbook", "token", "rid", "table", "at", key=3)
_PAIR = _table("pair", "person", "pair", "verdict", "reason", key=2)
_SENT = Table(
    "folder_sent", _TABLES,
    Column("public", Text, primary_key=True), Column("number", Integer, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("own", "held", "at")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine of ``person`` (a rid) by its public half; ``admitted`` when, "" while it waits for somebody to compare."""

    public: str
    person: str
    name: str
    asked: str
    admitted: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as it was last dealt with: ``mark`` tells size and time, ``digest`` what it held, ``verdict`` a key, "" for none."""

    mark: str
    digest: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Dealt:
    """A parcel that was dealt with: of whom, when, from which workbook, and what is to be said about its rows (sealed).

    ``rows`` were stored: (token, rid, table); ``decisions`` were made: (pair, verdict, reason). Both are told as jobs tell them,
    since the store itself may keep them in another form.
    """

    id: str
    person: str
    at: str
    workbook: str
    sealed: str
    rows: Sequence[tuple[str, str, str]]
    decisions: Sequence[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Sent:
    """A snapshot that went out: its number and moment, digests of what is the member's own in it and of what others hold."""

    number: int
    own: str
    held: str
    at: str


class Deliveries:
    """The shared folder of one embedded store. UsageError for a store on a server."""

    def __init__(self, store: SqlStore) -> None:
        if not isinstance(store, SqlStore) or store.link().kind != "file":
            raise UsageError("folder.embedded_only")
        self._store = store
        with store._writing() as connection:
            _TABLES.create_all(connection)

    def secret(self, share: str) -> str:
        """What the steward's keys for the share are made of: whoever opens the store has it."""
        return self._store.digest(f"folder|{share}")

    def key(self, share: str, person: str) -> str:
        """What a member's digests are made with: 64 hex digits."""
        return self._store.digest(f"folder|{share}|{person}")

    def shares(self) -> dict[str, str]:
        """The place of each share by its id."""
        with self._store._reading() as connection:
            return {row.id: row.place for row in connection.execute(select(_SHARE))}

    def add_share(self, share: str, place: str) -> None:
        """Know a share, or its new place."""
        with self._store._writing() as connection:
            _set(connection, _SHARE, [(share, place)])

    def folders(self) -> dict[str, str]:
        """The personal folder's name by the person's rid."""
        with self._store._reading() as connection:
            return {row.person: row.folder for row in connection.execute(select(_PERSON))}

    def add_person(self, person: str, folder: str) -> None:
        """Give somebody a folder."""
        with self._store._writing() as connection:
            _set(connection, _PERSON, [(person, folder)])

    def machines(self) -> list[Machine]:
        """Every machine that asked, oldest first."""
        with self._store._reading() as connection:
            asked = select(_MACHINE).order_by(_MACHINE.c.asked, _MACHINE.c.public)
            return [Machine(*row) for row in connection.execute(asked)]

    def add_machine(self, machine: Machine) -> None:
        """Know a machine, or that it is admitted now."""
        with self._store._writing() as connection:
            _set(connection, _MACHINE, [(machine.public, machine.person, machine.name, machine.asked, machine.admitted)])

    def done(self, parcel: str) -> bool:
        """Whether this parcel was dealt with."""
        with self._store._reading() as connection:
            return connection.execute(select(_PARCEL.c.id).where(_PARCEL.c.id == parcel)).first() is not None

    def lately(self, person: str, most: int = 500) -> list[str]:
        """The parcels of ``person`` that were dealt with, the latest ones."""
        asked = select(_PARCEL.c.id).where(_PARCEL.c.person == person).order_by(_PARCEL.c.at.desc(), _PARCEL.c.id.desc())
        with self._store._reading() as connection:
            return sorted(connection.execute(asked.limit(most)).scalars())

    def finish(self, parcel: Dealt) -> None:
        """Remember what became of a parcel."""
        of, at = parcel.person, parcel.at
        with self._store._writing() as connection:
            _set(connection, _PARCEL, [(parcel.id, of, at)])
            _set(connection, _ANSWER, [(of, parcel.workbook, parcel.sealed)])
            _set(connection, _ROW, [(of, parcel.workbook, token, rid, table, at) for token, rid, table in parcel.rows])
            _set(connection, _PAIR, [(of, pair, verdict, reason) for pair, verdict, reason in parcel.decisions])

    def reply(self, parcel: str, person: str, at: str, said: str) -> None:
        """Remember that a wish was dealt with, and what is to be said about it."""
        with self._store._writing() as connection:
            _set(connection, _PARCEL, [(parcel, person, at)])
            _set(connection, _REPLY, [(parcel, person, said, at)])

    def replies(self, person: str, most: int = 50) -> list[tuple[str, str]]:
        """What was said to the latest wishes of ``person``, by parcel."""
        reply = _REPLY.c
        asked = select(reply.id, reply.said).where(reply.person == person).order_by(reply.at.desc(), reply.id.desc())
        with self._store._reading() as connection:
            return sorted((parcel, said) for parcel, said in connection.execute(asked.limit(most)))

    def answers(self, person: str) -> dict[str, str]:
        """What is to be said to somebody, sealed, by workbook."""
        with self._store._reading() as connection:
            asked = select(_ANSWER.c.workbook, _ANSWER.c.sealed).where(_ANSWER.c.person == person)
            return {row.workbook: row.sealed for row in connection.execute(asked)}

    def seen(self, person: str) -> dict[str, Seen]:
        """The files of somebody's folder that were dealt with, by name."""
        with self._store._reading() as connection:
            asked = select(_FILE).where(_FILE.c.person == person)
            return {row.name: Seen(row.mark, row.digest, row.verdict) for row in connection.execute(asked)}

    def see(self, person: str, at: str, files: Mapping[str, Seen], gone: Iterable[str] = ()) -> None:
        """Remember files; forget those that are ``gone``."""
        with self._store._writing() as connection:
            _set(connection, _FILE, [(person, name, one.mark, one.digest, one.verdict, at) for name, one in files.items()])
            for name in gone:
                connection.execute(delete(_FILE).where(_FILE.c.person == person, _FILE.c.name == name))

    def sent(self, public: str) -> Sent:
        """The last snapshot for a machine; number 0 for none."""
        with self._store._reading() as connection:
            found = connection.execute(select(_SENT).where(_SENT.c.public == public)).first()
            return Sent(found.number, found.own, found.held, found.at) if found else Sent(0, "", "", "")

    def send(self, public: str, sent: Sent) -> None:
        """Remember the snapshot that went out."""
        with self._store._writing() as connection:
            connection.execute(delete(_SENT).where(_SENT.c.public == public))
            values = {"number": sent.number, "own": sent.own, "held": sent.held, "at": sent.at}
            connection.execute(insert(_SENT).values(public=public, **values))

    def rows(self, person: str, since: str) -> list[tuple[str, str, str, str]]:
        """The rows of ``person``'s parcels that were stored since then: (workbook, token, rid, table)."""
        row = _ROW.c
        asked = select(row.workbook, row.token, row.rid, row.table).where(row.person == person, row.at >= since)
        with self._store._reading() as connection:
            found = connection.execute(asked.order_by(row.workbook, row.token))
            return [(workbook, token, rid, table) for workbook, token, rid, table in found]

    def decisions(self, person: str) -> list[tuple[str, str, str]]:
        """What ``person`` decided about pairs: (pair, verdict, reason)."""
        asked = select(_PAIR.c.pair, _PAIR.c.verdict, _PAIR.c.reason).where(_PAIR.c.person == person).order_by(_PAIR.c.pair)
        with self._store._reading() as connection:
            return [(pair, verdict, reason) for pair, verdict, reason in connection.execute(asked)]


def _set(connection: Connection, table: Table, rows: Iterable[tuple[str, ...]]) -> None:
    for row in rows:
        values = dict(zip(table.c.keys(), row, strict=True))
        mine = [column == values[column.name] for column in table.primary_key]
        if not connection.execute(update(table).where(*mine).values(values)).rowcount:
            connection.execute(insert(table).values(values))


@contextmanager
def turn(path: Path) -> Iterator[None]:
    """Be the only one within the block, by a lock in ``path`` that a killed program gives back. UsageError where another is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None, timeout=0)
    try:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise UsageError("folder.watched") from error
        yield
    finally:
        with suppress(sqlite3.Error):
            connection.close()
