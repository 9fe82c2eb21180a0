"""Where a store's keys come from: the environment, the system's keyring, or a passphrase - never a plain file.

The order is the order of trust in what the person arranged: ``XLCRM_KEY`` first, then the keyring; a machine without a
safe keyring (a server) uses a passphrase, from ``XLCRM_PASSPHRASE`` or a prompt. Under a passphrase the keys lie sealed in
the store itself.
"""

from __future__ import annotations

import hashlib
import json
import os
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from xlcrm.crypto.cipher import NONCE, Keys
from xlcrm.errors import KeysError

SERVICE = "xlcrm"
SCRYPT = {"n": 2**15, "r": 8, "p": 1}
_MEMORY = 64 * 1024 * 1024
# Backends that write passwords in the clear, or nowhere: a key there would be a key on a plain file.
_UNSAFE = ("keyrings.alt", "keyring.backends.fail", "keyring.backends.null")

Ask = Callable[[], str]


def new_key() -> str:
    """Fresh keys for a store as one line of text, fit for ``XLCRM_KEY``: base64 of 32 + 32 random bytes."""
    return b64encode(os.urandom(64)).decode()


def parse(line: str) -> Keys:
    """The keys in a line of base64 or hex; KeysError if it is neither or not 64 bytes long."""
    line = line.strip()
    try:
        secret = bytes.fromhex(line) if len(line) == 128 else b64decode(line, validate=True)
    except (ValueError, NotBase64) as error:
        raise KeysError("crypto.bad_key") from error
    if len(secret) != 64:
        raise KeysError("crypto.bad_key")
    return Keys(secret[:32], secret[32:])


def load(store_id: str, sealed: str | None, ask: Ask | None = None, environ: Mapping[str, str] = os.environ) -> Keys:
    """The keys of an existing store.

    ``sealed`` is what ``create`` gave to keep in the store, None where no passphrase was used; ``ask`` prompts for the
    passphrase. KeysError: no key found, malformed key, wrong passphrase, keyring locked.
    """
    if environ.get("XLCRM_KEY"):
        return parse(environ["XLCRM_KEY"])
    if (keyring := safe_keyring()) and (line := _read(keyring, store_id)):
        return parse(line)
    if sealed:
        passphrase = environ.get("XLCRM_PASSPHRASE") or (ask() if ask else "")
        if not passphrase:
            raise KeysError("crypto.passphrase_needed")
        return unseal(sealed, passphrase, store_id)
    raise KeysError("crypto.missing")


def create(
    store_id: str, ask: Ask | None = None, environ: Mapping[str, str] = os.environ, shared: bool = False
) -> tuple[Keys, str | None]:
    """Keys for a new store, and what to keep in the store if a passphrase protects them.

    A fresh key goes into the system's keyring, but for a store ``shared`` by several machines under a passphrase that its
    people know. KeysError if there is neither a key in the environment, nor a safe keyring, nor a passphrase.
    """
    if environ.get("XLCRM_KEY"):
        return parse(environ["XLCRM_KEY"]), None
    line = new_key()
    if not shared and (keyring := safe_keyring()):
        from keyring.errors import KeyringError

        try:
            keyring.set_password(SERVICE, store_id, line)
        except KeyringError as error:
            raise KeysError("crypto.keyring_locked") from error
        return parse(line), None
    passphrase = environ.get("XLCRM_PASSPHRASE") or (ask() if ask else "")
    if not passphrase:
        raise KeysError("crypto.team_passphrase" if shared else "crypto.no_keyring")
    keys = parse(line)
    return keys, seal(keys, passphrase, store_id)


def seal(keys: Keys, passphrase: str, store_id: str) -> str:
    """``keys`` sealed under a passphrase (scrypt, AES-256-GCM), as JSON text."""
    salt, nonce = os.urandom(16), os.urandom(NONCE)
    secret = AESGCM(_stretch(passphrase, salt, SCRYPT)).encrypt(nonce, keys.wrap + keys.index, f"keys|{store_id}".encode())
    return json.dumps({"salt": salt.hex(), "sealed": (nonce + secret).hex(), **SCRYPT})


def unseal(sealed: str, passphrase: str, store_id: str) -> Keys:
    """The keys that ``seal`` sealed; KeysError for a wrong passphrase."""
    try:
        found = json.loads(sealed)
        costs = {name: int(found[name]) for name in SCRYPT}
        secret = bytes.fromhex(found["sealed"])
        opened = AESGCM(_stretch(passphrase, bytes.fromhex(found["salt"]), costs)).decrypt(
            secret[:NONCE], secret[NONCE:], f"keys|{store_id}".encode()
        )
    except (InvalidTag, ValueError, KeyError, TypeError) as error:
        raise KeysError("crypto.wrong_passphrase") from error
    return Keys(opened[:32], opened[32:])


def safe_keyring() -> Any | None:
    """The system's keyring, None where there is none or only one that keeps passwords in the clear."""
    import keyring

    backend = keyring.get_keyring()
    for candidate in getattr(backend, "backends", None) or [backend]:
        kind = type(candidate)
        if not kind.__module__.startswith(_UNSAFE) and "plaintext" not in kind.__name__.lower():
            return candidate
    return None


def _read(keyring: Any, store_id: str) -> str | None:
    from keyring.errors import KeyringError

    try:
        line: str | None = keyring.get_password(SERVICE, store_id)
    except KeyringError as error:
        raise KeysError("crypto.keyring_locked") from error
    return line


def _stretch(passphrase: str, salt: bytes, costs: Mapping[str, int]) -> bytes:
    # 32 MB and about 0.1 s a guess: what an interactive login can bear.
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=costs["n"], r=costs["r"], p=costs["p"], maxmem=_MEMORY, dklen=32)
