"""A new index key takes over: what is stored is folded by it (digests.py), batch by batch, while people work.

Whatever is written from the first moment on is folded by it already; until the end both forms are looked for. A text says by
itself by how many keys it was folded. Blocking keys do not: those of the faces up to the number in META still lack the new one.
Each batch and where it ended is one transaction, so that whoever goes on after a kill does nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Table, delete, select, tuple_

from xlcrm.crypto.cipher import SHORT, Cipher
from xlcrm.store.digests import FOLDING
from xlcrm.store.schema import BLOCKING_KEY, FACE, IMPORTED, META, PHONE_TAIL, SUBMISSION

TEXTS = ((PHONE_TAIL, "tail"), (SUBMISSION, "token"), (IMPORTED, "token"))
"""Where digests stand as texts, as a part of the table's primary key."""
_TEXTS = 5_000  # rows of a batch
_KIND = (1 << SHORT) - 1

Place = tuple[str, ...]
"""A row's primary key."""

Answer = TypeVar("Answer")


class Done(Protocol):
    """Does some work in a write transaction of its own, again where somebody was faster."""

    def __call__(self, work: Callable[[Connection], Answer]) -> Answer: ...


class FoldHand:
    """Reads and writes digests in SQLite's words, within the caller's write transaction.

    ``faces`` at once: each batch writes nearly every page of the table anew, so that on SQLite there should be few.
    """

    faces = 5_000

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def pointer(self) -> int | None:
        """The highest face whose keys lack the latest index key; None where no index key is taking over."""
        found = self.connection.execute(select(META.c.value).where(META.c.name == FOLDING)).scalar()
        return None if found is None else int(found)

    def unfolded(self, table: Table, column: str, done: str, after: Place, count: int) -> list[Place]:
        """The next ``count`` rows behind ``after`` whose ``column`` does not begin with ``done``."""
        of = tuple(table.primary_key.columns)
        asked = select(*of).where(~table.c[column].startswith(done, autoescape=True)).order_by(*of).limit(count)
        if after:
            asked = asked.where(tuple_(*of) > tuple_(*after))
        return [tuple(row) for row in self.connection.execute(asked)]

    def fold(self, table: Table, column: str, rows: Sequence[tuple[str, Place]]) -> None:
        """Set ``column`` to the new text of each row; one that stands there in its new form already stays as it is."""
        here = " AND ".join(f"{one.name} = ?" for one in table.primary_key.columns)
        said = [(text, *place) for text, place in rows]
        self.connection.exec_driver_sql(f"UPDATE OR IGNORE {table.name} SET {column} = ? WHERE {here}", said)  # noqa: S608 - names are ours
        self.connection.exec_driver_sql(f"DELETE FROM {table.name} WHERE {here}", [place for _, place in rows])  # noqa: S608

    def keys(self, pointer: int) -> tuple[int, list[tuple[int, int]]]:
        """The blocking keys (key, face) of the highest faces up to ``pointer``, and the pointer once they are done."""
        least = select(FACE.c.id).where(FACE.c.id <= pointer).order_by(FACE.c.id.desc()).limit(1).offset(self.faces - 1)
        first = self.connection.execute(least).scalar() or 1
        asked = select(BLOCKING_KEY).where(BLOCKING_KEY.c.face.between(first, pointer))
        return first - 1, [(key, face) for key, face in self.connection.execute(asked)]

    def fold_keys(self, pointer: int, after: int, rows: Sequence[tuple[int, int, int]]) -> None:
        """Put new blocking keys into the place of old ones: (new, old, face). Nothing where somebody else moved the pointer."""
        moved = META.update().where(META.c.name == FOLDING, META.c.value == str(pointer)).values(value=str(after))
        if self.connection.execute(moved).rowcount and rows:
            self.connection.exec_driver_sql("UPDATE blocking_key SET key = ? WHERE key = ? AND face = ?", list(rows))

    def settle(self) -> None:
        """Nothing lacks the latest index key any more."""
        self.connection.execute(delete(META).where(META.c.name == FOLDING, META.c.value == "0"))


def fold(cipher: Cipher, done: Done, hand: Callable[[Connection], FoldHand]) -> Iterator[int]:
    """Fold everything that lacks the latest index key, batch by batch: how many rows so far. None takes over: nothing."""
    if done(lambda connection: hand(connection).pointer()) is None:
        return
    count, batch = 0, _Batches(cipher, done, hand)
    for table, column in TEXTS:
        after: Place | None = ()
        while after is not None:
            after, rows = batch.texts(table, column, after)
            count += rows
            yield count
    left = 1
    while left:
        left, rows = batch.keys()
        count += rows
        yield count
    done(lambda connection: hand(connection).settle())


class _Batches:
    def __init__(self, cipher: Cipher, done: Done, hand: Callable[[Connection], FoldHand]) -> None:
        self._cipher, self._done, self._hand = cipher, done, hand
        self._latest = len(cipher.keys.later)

    def texts(self, table: Table, column: str, after: Place) -> tuple[Place | None, int]:
        """Fold the next texts behind ``after``: where to go on, None at the end, and how many there were."""
        at = [one.name for one in table.primary_key.columns].index(column)
        prefix = f"{self._latest}."

        def work(connection: Connection) -> list[Place]:
            hand = self._hand(connection)
            rows = hand.unfolded(table, column, prefix, after, _TEXTS)
            if rows:
                hand.fold(table, column, [(prefix + self._cipher.fold(_digest(row[at]), self._latest - 1), row) for row in rows])
            return rows

        rows = self._done(work)
        return (rows[-1], len(rows)) if rows else (None, 0)

    def keys(self) -> tuple[int, int]:
        """Fold the keys of the next faces: the pointer behind them, and how many keys there were."""

        def work(connection: Connection) -> tuple[int, int]:
            hand = self._hand(connection)
            pointer = hand.pointer() or 0
            left, keys = hand.keys(pointer) if pointer else (0, [])
            new = sorted((key & ~_KIND | self._cipher.fold_short(key & _KIND), key, face) for key, face in keys)
            hand.fold_keys(pointer, left, new)
            return left, len(new)

        return self._done(work)


def _digest(text: str) -> str:
    """A stored digest without the number of the keys that folded it."""
    return text.rpartition(".")[2]
