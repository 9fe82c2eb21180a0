"""Encryption of single values, and the keyed digests by which they are found again.

A sensitive value is stored as ``v1:KEY:base64(nonce + ciphertext)``: AES-256-GCM under the data key of one customer, bound
to its place ``table|column|rid``, so that nobody can move a value to another row. ``KEY`` is the rid of the customer whose
data key it is; data keys are stored wrapped by the store's key. Destroying a customer's data key erases its values
everywhere it is stored, the log included.

Store keys are counted from 1 on: what the first one seals says ``v1:store:...``, the second one ``v1:store2:...``. While a new
store key takes over (store/keyroom.py) the former one lies in the store, sealed by the new one.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from base64 import b64decode
from binascii import Error as NotBase64
from binascii import b2a_base64
from collections.abc import Iterable, Iterator, Sequence
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
    """The secrets of a store, 32 bytes each: ``wrap``, the store key, wraps the data keys, ``index`` keys the digests.

    ``version`` tells which store key it is. ``later`` are the index keys that came after the first one, in their order: what is
    stored is folded by each of them in turn, so that whoever does not have them all cannot make it.
    """

    wrap: bytes
    index: bytes
    version: int = 1
    later: tuple[bytes, ...] = ()


class Tampered(Exception):
    """A stored value is not what was sealed for its place: edited, cut, or moved from another row."""


class Superseded(Exception):
    """Wrapped by a store key that came after the one at hand."""


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
    """What a store needs of its keys: data keys in and out, and digests.

    ``identity`` is the secret of the person by which the keys were opened (crypto/identity.py), "" where another way was used.
    """

    def __init__(self, keys: Keys, identity: str = "") -> None:
        self.identity = identity
        self.origin = ""  # where the keys came from: crypto/keys.py
        self._wraps: dict[int, AESGCM] = {}
        self.adopt(keys)

    def adopt(self, keys: Keys, former: str | None = None) -> None:
        """Work with these keys from now on; ``former`` is the store key before, as ``successor`` sealed it."""
        self.keys = keys
        self._index = keys.index
        self._shorts = [hashlib.blake2b(digest_size=SHORT // 8, key=key) for key in (keys.index, *keys.later)]
        self._aead = self._wraps[keys.version] = AESGCM(keys.wrap)
        if former:
            self._wraps[keys.version - 1] = AESGCM(_open(self._aead, f"meta|former|{keys.version}", former))

    def successor(self, index: bool = False) -> tuple[Keys, str]:
        """A fresh store key to follow this one, and this one sealed by it, to be kept until all data keys are wrapped anew.

        ``index``: with a fresh index key, too.
        """
        later = (*self.keys.later, os.urandom(_SECRET)) if index else self.keys.later
        fresh = Keys(os.urandom(_SECRET), self.keys.index, self.keys.version + 1, later)
        return fresh, _seal(AESGCM(fresh.wrap), fresh.version, f"meta|former|{fresh.version}", self.keys.wrap)

    def digest(self, text: str) -> str:
        """HMAC-SHA-256 of ``text`` under the first index key, 64 hex digits: equal texts have equal digests, for ever.

        Whoever once had that key can make it, so that what is stored is folded by the later ones.
        """
        return hmac.digest(self._index, text.encode(), "sha256").hex()

    def fold(self, digest: str, index: int) -> str:
        """``digest``, folded before by the index keys up to ``index``, by that one: 32 hex digits."""
        return hmac.digest(self.keys.later[index], digest.encode(), "sha256").hex()[:32]

    def short_digest(self, text: str, folds: int) -> int:
        """A keyed digest of ``SHORT`` bits, six times as fast: for keys of which a store has thirty a customer.

        ``folds``: by how many later index keys.
        """
        return self.short_digests((text,), folds)[0]

    def short_digests(self, texts: Iterable[str], folds: int) -> list[int]:
        """The ``short_digest`` of each text."""
        first, later = self._shorts[0].copy, self._shorts[1 : 1 + folds]
        digests = []
        for text in texts:
            digest = first()
            digest.update(text.encode())
            found = digest.digest()
            for one in later:
                digest = one.copy()
                digest.update(found)
                found = digest.digest()
            digests.append(int.from_bytes(found))
        return digests

    def fold_short(self, found: int) -> int:
        """A short digest that lacks the latest index key only, folded by it."""
        digest = self._shorts[-1].copy()
        digest.update(found.to_bytes(SHORT // 8))
        return int.from_bytes(digest.digest())

    def new_data_keys(self, ids: Sequence[str]) -> list[tuple[DataKey, str]]:
        """A fresh data key for each customer, and its wrapped form to store."""
        secrets = os.urandom(_SECRET * len(ids))
        name, made = _name(self.keys.version), []
        for place, (id, nonce) in enumerate(zip(ids, nonces(len(ids)), strict=True)):
            secret = secrets[_SECRET * place : _SECRET * (place + 1)]
            sealed = nonce + self._aead.encrypt(nonce, secret, f"data_key|wrapped|{id}".encode())
            made.append((DataKey(id, secret), f"{VERSION}:{name}:{_text(sealed)}"))
        return made

    def data_key(self, id: str, wrapped: str) -> DataKey:
        """The data key stored as ``wrapped``; Tampered if it belongs to another customer or store; Superseded."""
        return DataKey(id, self._unwrapped(id, wrapped))

    def rewrapped(self, id: str, wrapped: str) -> str:
        """The data key ``wrapped`` as this store key wraps it. Tampered, Superseded as ``data_key``."""
        return _seal(self._aead, self.keys.version, f"data_key|wrapped|{id}", self._unwrapped(id, wrapped))

    def check(self, store_id: str) -> str:
        """A value to keep in the open: tells later whether all keys are those of this store (see ``confirm``)."""
        return _seal(self._aead, self.keys.version, f"meta|check|{store_id}", self._proof(store_id).encode())

    def confirm(self, store_id: str, check: str) -> None:
        """KeysError if these are not the keys that made ``check`` for the store ``store_id``."""
        try:
            if key_version(check) > self.keys.version:
                raise KeysError("crypto.old_key", version=key_version(check), mine=self.keys.version)
            found = _open(self._aead, f"meta|check|{store_id}", check).decode()
        except Tampered as error:
            raise KeysError("crypto.wrong_key") from error
        if not hmac.compare_digest(found, self._proof(store_id)):
            raise KeysError("crypto.wrong_key")

    def _proof(self, store_id: str) -> str:
        """What only all index keys together make."""
        proof = self.digest(f"check|{store_id}")
        for index in range(len(self.keys.later)):
            proof = self.fold(proof, index)
        return proof

    def _unwrapped(self, id: str, wrapped: str) -> bytes:
        version = key_version(wrapped)
        if version > self.keys.version:
            raise Superseded
        if version not in self._wraps:
            raise Tampered(f"data_key|wrapped|{id}")
        return _open(self._wraps[version], f"data_key|wrapped|{id}", wrapped)


class NoKeys(Cipher):
    """Stands for the keys where somebody asks to be admitted: enough for what is not encrypted, KeysError for the rest."""

    def __init__(self) -> None:
        super().__init__(Keys(bytes(_SECRET), b"", 0))

    def confirm(self, store_id: str, check: str) -> None:
        pass

    def digest(self, text: str) -> str:
        raise KeysError("crypto.not_admitted")

    def new_data_keys(self, ids: Sequence[str]) -> list[tuple[DataKey, str]]:
        raise KeysError("crypto.not_admitted")

    def successor(self, index: bool = False) -> tuple[Keys, str]:
        raise KeysError("crypto.not_admitted")


def key_version(stored: str) -> int:
    """Which of the store's keys sealed ``stored``; Tampered if none did."""
    name = key_id(stored)
    number = name.removeprefix(_STORE)
    if name == _STORE:
        return 1
    if not name.startswith(_STORE) or not number.isdecimal():
        raise Tampered(stored[:40])
    return int(number)


def _name(version: int) -> str:
    return _STORE if version == 1 else f"{_STORE}{version}"


def _seal(aead: AESGCM, version: int, place: str, secret: bytes) -> str:
    nonce = os.urandom(NONCE)
    return f"{VERSION}:{_name(version)}:{_text(nonce + aead.encrypt(nonce, secret, place.encode()))}"


def _text(sealed: bytes) -> str:
    return b2a_base64(sealed, newline=False).decode()


def _open(aead: AESGCM, place: str, stored: str) -> bytes:
    key_id(stored)
    try:
        sealed = b64decode(stored.rpartition(":")[2], validate=True)
        return aead.decrypt(sealed[:NONCE], sealed[NONCE:], place.encode())
    except (InvalidTag, NotBase64, ValueError) as error:
        raise Tampered(place) from error
