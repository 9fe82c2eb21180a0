"""What a store keeps of its keys, and opening it with them."""

from __future__ import annotations

from sqlalchemy import Connection, select

from xlcrm.crypto import keys
from xlcrm.crypto.cipher import Cipher
from xlcrm.errors import KeysError
from xlcrm.store.schema import KEY_COPY, META, SQL


def lock(connection: Connection) -> keys.Lock:
    """What is kept in the store: the copies of its keys for its members, and which store key is the present one."""
    meta, holder = _meta(connection), SQL["keyholder"].c
    asked = select(KEY_COPY, holder.public, holder.kind).join(SQL["keyholder"], holder.rid == KEY_COPY.c.holder)
    copies = [
        keys.Copy(row.holder, row.public, row.sealed or "", row.copy or "", row.tag or "", row.kind == "recovery")
        for row in connection.execute(asked.where(holder.life == "live").order_by(KEY_COPY.c.holder))
    ]
    return keys.Lock(meta["store_id"] or "", meta.get("passphrase"), copies, version(connection))


def version(connection: Connection) -> int:
    """The number of the present store key."""
    return int(connection.execute(select(META.c.value).where(META.c.name == "key")).scalar() or 1)


def unlock(connection: Connection, cipher: Cipher | None, ask: keys.Ask | None) -> Cipher:
    """The cipher of this store. KeysError if a key is missing or another store's, or the person is not admitted."""
    return _fit(connection, cipher or keys.load(lock(connection), ask))


def recover(connection: Connection, passphrase: str) -> Cipher:
    """The cipher of this store by its printed recovery passphrase. KeysError: mistyped, an old one, or none was made."""
    return _fit(connection, keys.recovered(lock(connection), passphrase))


def renew(connection: Connection, cipher: Cipher) -> None:
    """Let ``cipher`` know the store key that came after its own. KeysError for somebody who does not get the new one."""
    found = keys.renewed(lock(connection), cipher.identity) if cipher.identity else None
    if found is None:
        raise KeysError("crypto.not_admitted")
    _fit(connection, found)
    cipher.adopt(found.keys, _meta(connection).get("former"))


def _fit(connection: Connection, cipher: Cipher) -> Cipher:
    meta = _meta(connection)
    cipher.confirm(meta["store_id"] or "", meta["check"] or "")
    if meta.get("former"):
        cipher.adopt(cipher.keys, meta["former"])
    return cipher


def _meta(connection: Connection) -> dict[str, str | None]:
    return {row.name: row.value for row in connection.execute(select(META))}
