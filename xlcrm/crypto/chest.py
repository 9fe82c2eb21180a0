"""What locks the packages of a backup: a key for each, which those who keep the store's keys find again on any machine.

The key of a package's content follows from two secrets. One is the package's own, sealed to the identities of the administrators
and of the printed recovery passphrase: of everybody else who opens the store nobody opens its backups. The other is the store
key: who does not have it makes no package that passes for one of this store's. Where no administrator was admitted yet the
package's own secret is sealed by the store key, so that whatever opens the store opens its backups.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from xlcrm.crypto import keys
from xlcrm.crypto.cipher import NONCE, Cipher, Tampered
from xlcrm.errors import KeysError

_SECRET = 32


@dataclass(frozen=True, slots=True)
class Opening:
    """How a package is opened, to stand in it in the open: ``sealed`` is its own secret, ``check`` tells the store's keys.

    ``held``: sealed to the holders of the copies in ``lock``, whose names ``names`` says; else by the store key.
    """

    lock: keys.Lock
    sealed: str
    check: str
    held: bool
    names: tuple[str, ...] = ()

    @property
    def recovery(self) -> bool:
        """Whether the printed recovery passphrase opens it."""
        return any(one.recovery for one in self.lock.copies)

    def said(self) -> dict[str, Any]:
        """As JSON takes it."""
        return asdict(self)

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Opening:
        """What ``said`` gave. KeyError, TypeError for anything else."""
        lock = said["lock"]
        copies = [keys.Copy(**one) for one in lock["copies"]]
        return cls(keys.Lock(**{**lock, "copies": copies}), said["sealed"], said["check"], said["held"], tuple(said["names"]))


def close(package: str, cipher: Cipher, lock: keys.Lock, names: Mapping[str, str]) -> tuple[Opening, bytes]:
    """How the package with this id opens, and the key of its content.

    ``names`` says by which name each administrator's copy (by holder) is shown; without any it is sealed by the store key.
    """
    import pyrage

    secret, check = os.urandom(_SECRET), cipher.check(lock.store_id)
    copies = [one for one in lock.copies if one.copy and (one.recovery or one.holder in names)]
    held = any(not one.recovery for one in copies)
    if held:
        sealed = pyrage.encrypt(secret, [pyrage.x25519.Recipient.from_str(one.public) for one in copies])
    else:
        nonce = os.urandom(NONCE)
        sealed = nonce + AESGCM(cipher.keys.wrap).encrypt(nonce, secret, _place(package))
    lock = replace(lock, passphrase=None if held else lock.passphrase, copies=copies)
    shown = tuple(dict.fromkeys(names[one.holder] for one in copies if not one.recovery))
    return Opening(lock, b64encode(sealed).decode(), check, held, shown), _derived(package, secret, cipher)


class Opener:
    """Finds the keys of packages, and asks for a passphrase once for all of them; ``ask`` prompts for it."""

    def __init__(self, ask: keys.Ask | None = None, environ: Mapping[str, str] = os.environ) -> None:
        self._ask, self._environ = ask, environ
        self._typed = ""
        self._ciphers: dict[str, Cipher] = {}

    def key(self, package: str, opening: Opening) -> bytes:
        """The key of the content. KeysError: nobody here for whom it was sealed, wrong passphrase, other keys; Tampered."""
        cipher = self.cipher(opening)
        try:
            cipher.confirm(opening.lock.store_id, opening.check)
            sealed = b64decode(opening.sealed, validate=True)
            if opening.held:
                secret = _unsealed(sealed, cipher.identity)
            else:
                secret = AESGCM(cipher.keys.wrap).decrypt(sealed[:NONCE], sealed[NONCE:], _place(package))
        except (InvalidTag, NotBase64, ValueError) as error:
            raise Tampered(package) from error
        return _derived(package, secret, cipher)

    def again(self, package: str, opening: Opening) -> tuple[Opening, bytes]:
        """How the package opens once its content was written anew, for the same people, and the key of that. KeysError."""
        names = {one.holder: "" for one in opening.lock.copies if not one.recovery}
        fresh, key = close(package, self.cipher(opening), opening.lock, names)
        return replace(fresh, names=opening.names), key

    def cipher(self, opening: Opening) -> Cipher:
        """The store's keys as they were when the package was written; KeysError as ``key``."""
        lock = opening.lock
        known = f"{lock.version}|{opening.check}|{','.join(one.holder for one in lock.copies)}"
        if known not in self._ciphers:
            self._ciphers[known] = self._held(opening) if opening.held else self._kept(opening)
        return self._ciphers[known]

    def _held(self, opening: Opening) -> Cipher:
        """By an identity: this machine's, one that a passphrase opens, or that of the printed recovery passphrase."""
        mine = keys.mine(self._environ)
        if mine and (found := keys.renewed(opening.lock, mine)):
            return found
        passphrase = self._passphrase() if any(one.sealed for one in opening.lock.copies) else ""
        if not passphrase:
            raise KeysError("backup.not_yours", names="、".join(opening.names))
        return keys.unlocked(opening.lock, passphrase)

    def _kept(self, opening: Opening) -> Cipher:
        """As the store itself opens, or by the printed recovery passphrase."""
        try:
            return keys.load(opening.lock, self._passphrase, self._environ)
        except KeysError:
            if not opening.recovery or not (passphrase := self._passphrase()):
                raise
            return keys.unlocked(opening.lock, passphrase)

    def _passphrase(self) -> str:
        if not self._typed:
            self._typed = self._environ.get("XLCRM_PASSPHRASE") or (self._ask() if self._ask else "")
        return self._typed


class Strand:
    """A content sealed in pieces by its ``key``: which one a piece is, and whether it is the last one, is sealed with it.

    ``bound`` is what stands in the open before them and may not be changed.
    """

    def __init__(self, key: bytes, bound: bytes) -> None:
        self._aead, self._bound = AESGCM(key), bound

    def close(self, number: int, last: bool, piece: bytes) -> bytes:
        """The piece with this number, sealed. A key seals one content only: numbers are its nonces."""
        return self._aead.encrypt(_nonce(number, last), piece, self._bound)

    def open(self, number: int, last: bool, sealed: bytes) -> bytes:
        """What ``close`` sealed. Tampered: changed, another piece, or not the last one where it should be, or the reverse."""
        try:
            return self._aead.decrypt(_nonce(number, last), sealed, self._bound)
        except (InvalidTag, ValueError) as error:
            raise Tampered(str(number)) from error


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(NONCE - 1) + bytes([last])


def _unsealed(sealed: bytes, identity: str) -> bytes:
    import pyrage

    try:
        return bytes(pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(identity.strip())]))
    except (pyrage.DecryptError, pyrage.IdentityError) as error:
        raise ValueError from error


def _place(package: str) -> bytes:
    return f"backup|secret|{package}".encode()


def _derived(package: str, secret: bytes, cipher: Cipher) -> bytes:
    return HKDF(SHA256(), 32, None, f"xlcrm backup {package}".encode()).derive(secret + cipher.keys.wrap)
