"""A PostgreSQL store as text, table by table, and that text in an SQLite file: what a full backup of a server holds.

Each table is a section "copy:TABLE": a line with the names of its columns (JSON), then the rows as the server's COPY writes
them. It is read without a server, so that a backup of one can be restored and proven on any machine.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, repeat
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.schema import CreateTable

from xlcrm.errors import StoreError
from xlcrm.store import migrations, triggers
from xlcrm.store.schema import metadata, quoted

PREFIX = "copy:"
_PIECE = 1 << 18  # bytes that are handed on at once
_NOTHING = r"\N"
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_MEANT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def dump(connection: Connection) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Every table of the PostgreSQL store behind ``connection``, parents first; each section is read before the next one.

    ``connection`` is in the one snapshot that the backup is of; its login must be able to read the store whole.
    """
    stored = migrations.engine(connection).stored(connection)
    for table in metadata.sorted_tables:
        if table.name in stored:
            yield PREFIX + table.name, _copied(connection, table, stored[table.name])


def _copied(connection: Connection, table: Table, stored: Collection[str]) -> Iterator[bytes]:
    names = [column.name for column in table.columns if column.name in stored]
    listed = ", ".join(map(quoted, names))
    asked = f"SELECT {listed} FROM xlcrm.{quoted(table.name)}"  # noqa: S608 - names are ours
    if not table.dialect_options["sqlite"]["with_rowid"]:  # a file keeps these in order, and takes in order three times as fast
        asked += f" ORDER BY {', '.join(quoted(column.name) for column in table.primary_key.columns)}"
    raw: Any = connection.connection.dbapi_connection
    piece = bytearray(json.dumps(names).encode() + b"\n")
    with raw.cursor() as cursor, cursor.copy(f"COPY ({asked}) TO STDOUT") as copy:
        for line in copy:
            piece += line
            if len(piece) >= _PIECE:
                yield bytes(piece)
                piece.clear()
    yield bytes(piece)


def load(connection: Connection, section: str, content: Iterable[bytes]) -> int:
    """Make the table of ``section`` in an SQLite file that lacks it, and fill it; how many rows. Its indexes: ``settle``.

    The columns are those that the backup knows, so that one of an older schema is migrated like any other old store.
    StoreError for a table or column that this program does not know.
    """
    table = metadata.tables.get(section.removeprefix(PREFIX))
    blocks = _blocks(content)
    first, _, rest = next(blocks, "[]").partition("\n")
    names: list[str] = json.loads(first)
    if table is None or not set(names) <= set(table.columns.keys()):
        raise StoreError("store.newer", path=section, found="?", known=migrations.LATEST)
    connection.execute(CreateTable(table))
    for column in table.columns:
        if column.name not in names:
            connection.exec_driver_sql(f"ALTER TABLE {quoted(table.name)} DROP COLUMN {quoted(column.name)}")
    listed, marks = ", ".join(map(quoted, names)), ", ".join("?" * len(names))
    raw: Any = connection.connection.dbapi_connection
    said = f"INSERT INTO {quoted(table.name)} ({listed}) VALUES ({marks})"  # noqa: S608 - names are ours
    return int(raw.executemany(said, _rows(rest, blocks)).rowcount)


def settle(connection: Connection) -> None:
    """Make the indexes of the loaded tables and what guards them, as they stand in any store of their version."""
    stored = triggers.stored(connection)
    for table in metadata.sorted_tables:
        for index in table.indexes:
            if stored.get(table.name, set()) >= set(index.columns.keys()):
                index.create(connection, checkfirst=True)
    if migrations.version(connection) == migrations.LATEST:
        triggers.create(connection)


def _blocks(content: Iterable[bytes]) -> Iterator[str]:
    """The text in pieces of whole lines, without the last line's end."""
    begun = b""
    for piece in content:
        whole, end, rest = piece.rpartition(b"\n")
        if end:
            yield (begun + whole).decode()
            begun = rest
        else:
            begun += piece
    if begun:
        yield begun.decode()


def _rows(first: str, blocks: Iterator[str]) -> Iterator[Sequence[str | None]]:
    """The rows of whole lines; a backslash may begin something that is not there, or that stands for another letter."""
    for block in chain([first] if first else [], blocks):
        lines = block.split("\n")
        yield from map(_row, lines) if "\\" in block else map(str.split, lines, repeat("\t"))


def _row(line: str) -> list[str | None]:
    return [None if value == _NOTHING else _plain(value) if "\\" in value else value for value in line.split("\t")]


def _plain(value: str) -> str:
    return _ESCAPED.sub(lambda one: _MEANT.get(one[1], one[1]), value)
