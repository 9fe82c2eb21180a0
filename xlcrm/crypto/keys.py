"""Where a store's keys come from: the environment, the system's keyring, or a passphrase - never a plain file.

The order is the order of trust in what the person arranged:

1. ``XLCRM_KEY``: the keys themselves;
2. the person's identity (``XLCRM_IDENTITY``, a service's ``CREDENTIAL``, else the keyring), where somebody admitted it: it
   opens the copy of the keys that lies in the store for it;
3. the keyring of the machine that made the store;
4. a passphrase, from ``XLCRM_PASSPHRASE`` or a prompt: the team's, the person's own, or the printed recovery passphrase.

Changing the store key ends the ways 1 and 3 and the team's passphrase: what opened the store before opens it no more.
"""

from __future__ import annotations

import hashlib
import json
import os
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from xlcrm.crypto import identity, recovery
from xlcrm.crypto.cipher import NONCE, Cipher, Keys
from xlcrm.errors import KeysError

SERVICE = "xlcrm"
SCRYPT = {"n": 2**15, "r": 8, "p": 1}
_MEMORY = 64 * 1024 * 1024
# Backends that write passwords in the clear, or nowhere: a key there would be a key on a plain file.
_UNSAFE = ("keyrings.alt", "keyring.backends.fail", "keyring.backends.null")

CREDENTIAL = "xlcrm-identity"
"""The name under which systemd hands an identity to a service that it keeps encrypted for it (systemd-creds)."""
_IDENTITY = "identity"  # in the keyring; a store's own keys stand there under the store's id

Ask = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Copy:
    """The keys as one identity (``holder``) can open them; "" while nobody has admitted it.

    ``sealed`` is the identity itself under a passphrase, where it lies in no keyring; ``tag`` shows who admitted it
    (identity.tag), ``recovery`` marks the printed passphrase's.
    """

    holder: str
    public: str
    sealed: str
    copy: str
    tag: str
    recovery: bool


@dataclass(frozen=True, slots=True)
class Lock:
    """What a store keeps of its keys: ``passphrase`` are they under the team's passphrase, ``version`` that of its store key."""

    store_id: str
    passphrase: str | None = None
    copies: Sequence[Copy] = ()
    version: int = 1


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


def load(lock: Lock, ask: Ask | None = None, environ: Mapping[str, str] = os.environ) -> Cipher:
    """The keys of an existing store; ``ask`` prompts for a passphrase.

    KeysError: no key found, not admitted, malformed key, wrong passphrase, keyring locked, a copy that was tampered with.
    """
    if environ.get("XLCRM_KEY"):
        return _from("environment", Cipher(parse(environ["XLCRM_KEY"])))
    admitted = [one for one in lock.copies if one.copy]
    if admitted and (secret := mine(environ)) and (found := renewed(lock, secret)):
        return _from(mine_from(environ), found)
    if lock.version == 1 and (keyring := safe_keyring()) and (line := _read(keyring, lock.store_id)):
        return _from("keyring", Cipher(parse(line)))
    passphrase = environ.get("XLCRM_PASSPHRASE", "")
    if lock.passphrase or any(one.sealed and not one.recovery for one in admitted):
        passphrase = passphrase or (ask() if ask else "")
        if not passphrase:
            raise KeysError("crypto.passphrase_needed")
    if passphrase:
        return _from("passphrase_environment" if environ.get("XLCRM_PASSPHRASE") else "passphrase", unlocked(lock, passphrase))
    raise KeysError("crypto.not_admitted" if admitted else "crypto.missing")


def _from(origin: str, cipher: Cipher) -> Cipher:
    cipher.origin = origin
    return cipher


def mine(environ: Mapping[str, str] = os.environ) -> str:
    """The secret of the person at this machine, "" where there is none. KeysError: keyring locked, malformed line."""
    found = environ.get("XLCRM_IDENTITY", "").strip() or _handed(environ)
    if not found and (keyring := safe_keyring()):
        found = _read(keyring, _IDENTITY) or ""
    if found:
        identity.public(found)
    return found


def mine_from(environ: Mapping[str, str] = os.environ) -> str:
    """Where ``mine`` comes from, as ``Cipher.origin`` tells it."""
    return "identity_environment" if environ.get("XLCRM_IDENTITY") or _handed(environ) else "identity"


def _handed(environ: Mapping[str, str]) -> str:
    """The identity that systemd hands to this service; "" for any other process."""
    folder = environ.get("CREDENTIALS_DIRECTORY")
    path = Path(folder, CREDENTIAL) if folder else None
    return path.read_text("utf-8").strip() if path and path.is_file() else ""


def make_identity() -> str:
    """A fresh identity, laid into the keyring; "" on a machine without a safe one. KeysError: keyring locked."""
    keyring = safe_keyring()
    if keyring is None:
        return ""
    secret = identity.new()
    _keep(keyring, _IDENTITY, secret)
    return secret


def renewed(lock: Lock, secret: str) -> Cipher | None:
    """The keys as the identity ``secret`` opens them now; None where it is not admitted. KeysError: a copy not made for it."""
    public = identity.public(secret)
    for one in lock.copies:
        if one.copy and one.public == public:
            return Cipher(identity.opened(one.copy, secret, lock.store_id, one.holder), secret)
    return None


def recovered(lock: Lock, passphrase: str) -> Cipher:
    """The keys as the printed recovery passphrase opens them. KeysError: mistyped, an old one, or none was made."""
    found = next((one for one in lock.copies if one.recovery and one.copy), None)
    if found is None:
        raise KeysError("crypto.no_recovery")
    secret = _opened(found.sealed, recovery.read(passphrase), found.holder)
    if secret is None:
        raise KeysError("crypto.wrong_recovery")
    return Cipher(identity.opened(found.copy, secret.decode(), lock.store_id, found.holder), secret.decode())


def opens(lock: Lock, passphrase: str) -> bool:
    """Whether ``passphrase`` is the team's."""
    return bool(lock.passphrase and _opened(lock.passphrase, passphrase, lock.store_id))


def seal_identity(secret: str, passphrase: str, holder: str) -> str:
    """An identity under a passphrase, to be kept in the store for ``holder``."""
    return _sealed(secret.encode(), passphrase, holder)


def unlocked(lock: Lock, passphrase: str) -> Cipher:
    """The keys as a passphrase opens them: the printed one, the team's, or an identity's. KeysError where it is none of them."""
    if recovery.looks(passphrase) and any(one.recovery for one in lock.copies):
        return recovered(lock, passphrase)
    if lock.passphrase and (both := _opened(lock.passphrase, passphrase, lock.store_id)):
        return Cipher(Keys(both[:32], both[32:]))
    for one in lock.copies:
        if one.sealed and one.copy and not one.recovery and (secret := _opened(one.sealed, passphrase, one.holder)):
            return Cipher(identity.opened(one.copy, secret.decode(), lock.store_id, one.holder), secret.decode())
    raise KeysError("crypto.wrong_passphrase")


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
        _keep(keyring, store_id, line)
        return parse(line), None
    passphrase = environ.get("XLCRM_PASSPHRASE") or (ask() if ask else "")
    if not passphrase:
        raise KeysError("crypto.team_passphrase" if shared else "crypto.no_keyring")
    keys = parse(line)
    return keys, _sealed(keys.wrap + keys.index, passphrase, store_id)


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


def _keep(keyring: Any, name: str, line: str) -> None:
    from keyring.errors import KeyringError

    try:
        keyring.set_password(SERVICE, name, line)
    except KeyringError as error:
        raise KeysError("crypto.keyring_locked") from error


def _sealed(secret: bytes, passphrase: str, owner: str) -> str:
    """``secret`` under a passphrase (scrypt, AES-256-GCM), as JSON text; ``owner``: the rid of the store, or of an identity."""
    salt, nonce = os.urandom(16), os.urandom(NONCE)
    sealed = AESGCM(_stretch(passphrase, salt, SCRYPT)).encrypt(nonce, secret, f"keys|{owner}".encode())
    return json.dumps({"salt": salt.hex(), "sealed": (nonce + sealed).hex(), **SCRYPT})


def _opened(sealed: str, passphrase: str, owner: str) -> bytes | None:
    """What ``_sealed`` sealed; None for another passphrase, or where it was changed."""
    try:
        found = json.loads(sealed)
        costs = {name: int(found[name]) for name in SCRYPT}
        secret = bytes.fromhex(found["sealed"])
        return AESGCM(_stretch(passphrase, bytes.fromhex(found["salt"]), costs)).decrypt(
            secret[:NONCE], secret[NONCE:], f"keys|{owner}".encode()
        )
    except (InvalidTag, ValueError, KeyError, TypeError):
        return None


def _stretch(passphrase: str, salt: bytes, costs: Mapping[str, int]) -> bytes:
    # 32 MB and about 0.1 s a guess: what an interactive login can bear.
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=costs["n"], r=costs["r"], p=costs["p"], maxmem=_MEMORY, dklen=32)
