"""Writes what a store keeps of its keys: in SQLite's words, within the caller's write transaction."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, select

from xlcrm.store.chunks import chunks
from xlcrm.store.digests import FOLDING
from xlcrm.store.schema import DATA_KEY, FACE, KEY_COPY, META

Copies = Sequence[tuple[str, str, str]]
"""(holder, copy of the keys, tag)."""


class KeyHand:
    """The tables of keys are not logged: what is destroyed must be gone."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def hold(self, holder: str, sealed: str) -> None:
        """Keep an identity under its passphrase."""
        self.connection.execute(KEY_COPY.insert().values(holder=holder, sealed=sealed))

    def admit(self, version: int, holder: str, copy: str, tag: str) -> None:
        """Give ``holder`` a copy of the keys, of the store key ``version``."""
        here = select(KEY_COPY.c.holder).where(KEY_COPY.c.holder == holder)
        if self.connection.execute(here).scalar() is None:
            self.connection.execute(KEY_COPY.insert().values(holder=holder))
        self.connection.execute(KEY_COPY.update().where(KEY_COPY.c.holder == holder).values(copy=copy, tag=tag))

    def shut_out(self, holders: Sequence[str]) -> None:
        """Destroy the copies of ``holders``."""
        self.connection.execute(delete(KEY_COPY).where(KEY_COPY.c.holder.in_(holders)))

    def change(self, version: int, check: str, former: str, copies: Copies, index: bool) -> bool:
        """Make ``version`` the present store key, for the holders of ``copies`` only; ``index``: with a new index key.

        False where another one is taking over at this moment: nothing was written then.
        """
        changing = select(META.c.value).where(META.c.name.in_(("former", FOLDING)), META.c.value.is_not(None))
        if self.connection.execute(changing).first() is not None:
            return False
        values: dict[str, str | None] = {"key": str(version), "check": check, "former": former, "passphrase": None}
        if index:
            values[FOLDING] = str(self.connection.execute(select(func.max(FACE.c.id))).scalar() or 0)
        for name, value in values.items():
            self.connection.execute(delete(META).where(META.c.name == name))
            self.connection.execute(META.insert().values(name=name, value=value))
        kept = [holder for holder, _, _ in copies]
        self.connection.execute(delete(KEY_COPY).where(KEY_COPY.c.copy.is_not(None), KEY_COPY.c.holder.not_in(kept)))
        for holder, copy, tag in copies:
            self.connection.execute(KEY_COPY.update().where(KEY_COPY.c.holder == holder).values(copy=copy, tag=tag))
        return True

    def rewrap(self, rows: Sequence[tuple[str, str, str]]) -> None:
        """Put newly wrapped data keys into the place of old ones: (customer, as it was, as it is to be)."""
        for chunk in chunks(rows):
            statement = "UPDATE data_key SET wrapped = ? WHERE customer = ? AND wrapped = ?"
            self.connection.exec_driver_sql(statement, [(new, customer, old) for customer, old, new in chunk])

    def settle(self, prefix: str) -> bool:
        """Forget the former store key, if each data key is sealed as ``prefix`` says; False where some are not."""
        others = select(DATA_KEY.c.customer).where(~DATA_KEY.c.wrapped.startswith(prefix, autoescape=True)).limit(1)
        if self.connection.execute(others).first() is not None:
            return False
        self.connection.execute(META.update().where(META.c.name == "former").values(value=None))
        return True
