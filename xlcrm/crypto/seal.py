"""Sealing what this machine keeps for itself while a store is away: the key is the person's, and never lies beside it.

It comes from where the keys of the store come from on this machine: ``XLCRM_KEY`` or ``XLCRM_IDENTITY``, the system's keyring,
else the passphrase. What one of them sealed opens as long as it is there; its first line says which one it was.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from xlcrm.crypto.cipher import NONCE
from xlcrm.crypto.keys import SERVICE, Ask, safe_keyring
from xlcrm.errors import KeysError

VARIABLES = ("XLCRM_KEY", "XLCRM_IDENTITY")
_NAME = "outbox"
_SALT = 16
_MAGIC = b"xlcrm sealed 1"

Secret = Callable[[bytes], bytes]
"""The key for a salt of 16 bytes."""


class Seal:
    """Seals and opens bytes with the secrets that this person has here; ``ask`` prompts for a passphrase."""

    def __init__(self, ask: Ask | None = None, environ: Mapping[str, str] = os.environ) -> None:
        self._ask, self._environ = ask, environ

    def close(self, content: bytes, place: str) -> bytes:
        """``content`` sealed for ``place``. KeysError: nothing here to seal with."""
        name, secret = next(self._secrets(make=True), ("", None))
        if secret is None:
            raise KeysError("crypto.no_seal")
        salt, nonce = os.urandom(_SALT), os.urandom(NONCE)
        begin = _MAGIC + f" {name}".encode()
        return begin + b"\n" + salt + nonce + AESGCM(secret(salt)).encrypt(nonce, content, _bound(begin, place))

    def open(self, sealed: bytes, place: str) -> bytes:
        """What ``close`` sealed. KeysError: with another secret than those at hand, for another place, or changed since."""
        line, _, behind = sealed.partition(b"\n")
        salt, nonce, rest = behind[:_SALT], behind[_SALT:][:NONCE], behind[_SALT + NONCE :]
        for _, secret in self._secrets() if line.startswith(_MAGIC) else ():
            try:
                return AESGCM(secret(salt)).decrypt(nonce, rest, _bound(line, place))
            except (InvalidTag, ValueError):
                continue
        raise KeysError("crypto.other_seal")

    def _secrets(self, make: bool = False) -> Iterator[tuple[str, Secret]]:
        for name in VARIABLES:
            if line := self._environ.get(name, "").strip():
                yield name, _quick(line.encode())
        if kept := _kept(make):
            yield "keyring", _quick(b64decode(kept))
        if passphrase := self._environ.get("XLCRM_PASSPHRASE") or (self._ask() if self._ask else ""):
            yield "passphrase", _slow(passphrase.encode())


def sealed_by(sealed: bytes) -> str:
    """Which secret is needed for ``sealed``: one of ``VARIABLES``, "keyring" or "passphrase"; "" where it does not say."""
    line = sealed[:100].partition(b"\n")[0]
    return line.removeprefix(_MAGIC).strip().decode(errors="replace") if line.startswith(_MAGIC) else ""


def _bound(line: bytes, place: str) -> bytes:
    """What nobody may change: the rest of the first line, and where the sealed bytes belong."""
    return line.removeprefix(_MAGIC) + place.encode()


def _quick(secret: bytes) -> Secret:
    return lambda salt: hmac.digest(secret, _NAME.encode() + salt, "sha256")


def _slow(passphrase: bytes) -> Secret:
    # As in keys.py: 32 MB and about 0.1 s a guess.
    return lambda salt: hashlib.scrypt(passphrase, salt=salt, n=2**15, r=8, p=1, maxmem=64 * 1024 * 1024, dklen=32)


def _kept(make: bool) -> str | None:
    """The secret in the keyring, made on first use where ``make``; None without a safe keyring, or where it is locked."""
    keyring = safe_keyring()
    if keyring is None:
        return None
    from keyring.errors import KeyringError

    try:
        line: str | None = keyring.get_password(SERVICE, _NAME)
        if line is None and make:
            line = b64encode(os.urandom(32)).decode()
            keyring.set_password(SERVICE, _NAME, line)
    except KeyringError:
        return None
    return line
