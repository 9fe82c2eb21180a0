"""Encryption of single values, and the keyed digests by which they are found again.

A sensitive value is stored as ``v1:KEY:base64(nonce + ciphertext)``: AES-256-GCM under the data key of one customer, bound
to its place ``table|column|rid``, so that nobody can move a value to another row. ``KEY`` is the rid of the customer whose
data key it is; data keys are stored wrapped by the store's key. Destroying a customer's data key erases its values
everywhere, log and backups included.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from base64 import b64decode
from binascii import Error as NotBase64
from binascii import b2a_base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from xlcrm.errors import KeysError

VERSION = "v1"
NONCE = 12
SHORT = 56
_SECRET = 32
_STORE = "store"  # stands for the store's own key where a data key's customer would stand


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """The two secrets of a store, 32 bytes each: ``wrap`` wraps the data keys, ``index`` keys the digests."""

    wrap: bytes
    index: bytes


class Tampered(Exception):
    """A stored value is not what was sealed for its place: edited, cut, or moved from another row."""


class DataKey:
    """The key of one customer's sensitive values. ``id`` is the customer's rid."""

    __slots__ = ("_aead", "id")

    def __init__(self, id: str, secret: bytes) -> None:
        self.id = id
        self._aead = AESGCM(secret)

    def seal(self, place: str, text: str, nonce: bytes | None = None) -> str:
        """The stored form of ``text`` at ``place`` ("table|column|rid"). ``nonce``: 12 bytes never used before."""
        nonce = nonce or os.urandom(NONCE)
        sealed = nonce + self._aead.encrypt(nonce, text.encode(), place.encode())
        return f"{VERSION}:{self.id}:{_text(sealed)}"

    def open(self, place: str, stored: str) -> str:
        """The text sealed in ``stored``; Tampered if it was not sealed by this key for this place."""
        return _open(self._aead, place, stored).decode()


def key_id(stored: str) -> str:
    """Which data key a stored form needs; Tampered if it is no stored form."""
    version, _, rest = stored.partition(":")
    name, found, _ = rest.partition(":")
    if version != VERSION or not found:
        raise Tampered(stored[:40])
    return name


def nonces(count: int) -> Iterator[bytes]:
    """``count`` fresh nonces from one call to the system's random source."""
    pool = os.urandom(NONCE * count)
    return (pool[start : start + NONCE] for start in range(0, len(pool), NONCE))


class Cipher:
    """What a store needs of its keys: data keys in and out, and digests."""

    def __init__(self, keys: Keys) -> None:
        self._aead = AESGCM(keys.wrap)
        self._index = keys.index
        self._short = hashlib.blake2b(digest_size=SHORT // 8, key=keys.index)

    def digest(self, text: str) -> str:
        """HMAC-SHA-256 of ``text`` under the index key, 64 hex digits: equal texts have equal digests."""
        return hmac.digest(self._index, text.encode(), "sha256").hex()

    def short_digest(self, text: str) -> int:
        """A keyed digest of ``SHORT`` bits, six times as fast: for keys of which a store has thirty a customer."""
        digest = self._short.copy()
        digest.update(text.encode())
        return int.from_bytes(digest.digest())

    def new_data_keys(self, ids: Sequence[str]) -> list[tuple[DataKey, str]]:
        """A fresh data key for each customer, and its wrapped form to store."""
        secrets = os.urandom(_SECRET * len(ids))
        made = []
        for place, (id, nonce) in enumerate(zip(ids, nonces(len(ids)), strict=True)):
            secret = secrets[_SECRET * place : _SECRET * (place + 1)]
            sealed = nonce + self._aead.encrypt(nonce, secret, f"data_key|wrapped|{id}".encode())
            made.append((DataKey(id, secret), f"{VERSION}:{_STORE}:{_text(sealed)}"))
        return made

    def data_key(self, id: str, wrapped: str) -> DataKey:
        """The data key stored as ``wrapped``; Tampered if it belongs to another customer or store."""
        return DataKey(id, _open(self._aead, f"data_key|wrapped|{id}", wrapped))

    def check(self, store_id: str) -> str:
        """A value to keep in the open: tells later whether both keys are those of this store (see ``confirm``)."""
        nonce = os.urandom(NONCE)
        text = self.digest(f"check|{store_id}")
        sealed = nonce + self._aead.encrypt(nonce, text.encode(), f"meta|check|{store_id}".encode())
        return f"{VERSION}:{_STORE}:{_text(sealed)}"

    def confirm(self, store_id: str, check: str) -> None:
        """KeysError if these are not the keys that made ``check`` for the store ``store_id``."""
        try:
            found = _open(self._aead, f"meta|check|{store_id}", check).decode()
        except Tampered as error:
            raise KeysError("crypto.wrong_key") from error
        if not hmac.compare_digest(found, self.digest(f"check|{store_id}")):
            raise KeysError("crypto.wrong_key")


def _text(sealed: bytes) -> str:
    return b2a_base64(sealed, newline=False).decode()


def _open(aead: AESGCM, place: str, stored: str) -> bytes:
    key_id(stored)
    try:
        sealed = b64decode(stored.rpartition(":")[2], validate=True)
        return aead.decrypt(sealed[:NONCE], sealed[NONCE:], place.encode())
    except (InvalidTag, NotBase64, ValueError) as error:
        raise Tampered(place) from error
