"""The pen of a PostgreSQL store: stages what an operation wants and asks the database to write it (applying.py)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Table

from xlcrm.model.context import Context
from xlcrm.model.fields import Table as Declared
from xlcrm.model.operation import Operation
from xlcrm.store.chunks import chunks
from xlcrm.store.log import Journal
from xlcrm.store.migrations import LATEST
from xlcrm.store.pen import Face, Rows
from xlcrm.store.schema import BLOCKING_KEY, DATA_KEY, ENTRY, FACE, IMPORTED, PHONE_TAIL, SUBMISSION

_FLUSH = 20_000
_FACES = 500  # whose keys are staged at once


class Staged:
    """Rows of records, numbers and kept values are not staged: the database makes them from the log entries.

    ``patient``: take the turn to write at once, so that nobody can be faster.
    """

    def __init__(self, connection: Connection, operation: Operation, patient: bool) -> None:
        self.connection = connection
        self._operation = operation
        self._patient = patient
        self._since: int | None = None
        self._entries: list[tuple[object, ...]] = []
        self._rest: list[tuple[Any, ...]] = []
        self._moves: dict[str, str] = {}
        self._staged: set[str] = set()

    def moment(self, context: Context) -> str:
        asked = "SELECT moment, reached FROM xlcrm.start(%s, %s)"
        row = self.connection.exec_driver_sql(asked, (LATEST, self._patient)).one()
        # What was stored up to here is compared by us, what comes until the turn to write by the database.
        self._since = row.reached if self._operation.compared is not None else None
        return str(row.moment)

    def first(self) -> int:
        return 1

    def insert(self, table: Table, rows: Rows) -> None:
        if table is ENTRY:
            self._entries += rows
        elif table is PHONE_TAIL:
            self._stage(table.name, rows)
        elif table is DATA_KEY:
            self._stage(table.name, ((wrapped, customer, "") for customer, wrapped in rows))
        elif table is SUBMISSION:
            self._stage(table.name, ((token, rid, key) for _, token, rid, key, _ in rows))
        elif table is IMPORTED:
            self._stage(
                table.name, ((token, rid, f"{file} {version} {saved}") for token, file, rid, saved, version, _ in rows)
            )
        if len(self._entries) + len(self._rest) >= _FLUSH:
            self._flush()

    def faces(self, faces: Sequence[Face]) -> None:
        self._stage(FACE.name, ((looks or "", rid, "") for rid, looks, _ in faces))
        for some in chunks(faces, _FACES):
            self._stage(BLOCKING_KEY.name, ((str(key), rid, "") for rid, _, keys in some for key in keys))
            if len(self._rest) >= _FLUSH:
                self._flush()

    def compare(self, keys: Sequence[tuple[int, str]]) -> None:
        self._stage("former_key", ((str(key), rid, "") for key, rid in keys))

    def update(self, table: Declared, rows: Rows) -> None:
        pass

    def forget(self, table: Table, rids: Sequence[str]) -> None:
        if table.name in self._staged:  # of records that are new in this operation
            self._flush()
            whats = [table.name, BLOCKING_KEY.name] if table is FACE else [table.name]
            gone = "DELETE FROM pg_temp.staged WHERE what = ANY(%s) AND rid = ANY(%s)"
            self.connection.exec_driver_sql(gone, (whats, list(rids)))
        self._stage(f"forget {table.name}", (("", rid, "") for rid in rids))

    def move(self, rid: str, customer: str) -> None:
        self._moves[rid] = customer

    def seen(self, workbook: str, rids: Sequence[str]) -> None:
        self._stage("seen", (("", rid, "") for rid in rids))

    def close(self, journal: Journal) -> str:
        self._stage("move", (("", rid, customer) for rid, customer in self._moves.items()))
        self._flush()
        asked = "SELECT xlcrm.apply(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        said = (
            LATEST, journal.id, journal.kind, journal.actor, journal.roles, journal.source, journal.reason, journal.reverses,
            self._operation.workbook, self._since,
        )  # fmt: skip
        return str(last(self.connection, asked, said))

    def _stage(self, what: str, rows: Iterable[tuple[object, ...]]) -> None:
        before = len(self._rest)
        self._rest += [(what, *row) for row in rows]
        if len(self._rest) > before:
            self._staged.add(what)

    def _flush(self) -> None:
        raw: Any = self.connection.connection.dbapi_connection
        for table, rows in (("staged_entry", self._entries), ("staged", self._rest)):
            if rows:
                with raw.cursor() as cursor, cursor.copy(f"COPY pg_temp.{table} FROM STDIN") as copy:
                    if table == "staged" and (block := _block(rows)):
                        copy.write(block)
                    else:
                        for row in rows:
                            copy.write_row(row)
                rows.clear()


def _block(rows: list[tuple[Any, ...]]) -> str:
    """``rows`` of four texts as COPY reads them, made at once; "" where a text has a character that would need escaping."""
    block = "\n".join(map("\t".join, rows))
    plain = "\\" not in block and "\r" not in block and block.count("\t") == 3 * len(rows) and block.count("\n") == len(rows) - 1
    return block + "\n" if plain else ""


def last(connection: Connection, asked: str, said: tuple[object, ...]) -> Any:
    """The one value that the transaction's last statement gives; sent together with its COMMIT.

    Otherwise the turn to write would be held while the answer and the COMMIT travel, and a busy client finds time for them.
    """
    raw: Any = connection.connection.dbapi_connection
    with raw.pipeline(), raw.cursor() as cursor:
        cursor.execute(asked, said)
        raw.commit()
        return cursor.fetchone()[0]
