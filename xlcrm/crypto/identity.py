"""A person's own pair of keys (age, X25519), and copies of a store's keys that only this person opens.

Where the secret half lies: crypto/keys.py. The public half stands in the store. Each machine has an identity of its own, so
that a stolen laptop can be shut out while its owner works on elsewhere.
"""

from __future__ import annotations

import hmac
import json
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from hashlib import sha256

from xlcrm.crypto.cipher import Keys
from xlcrm.errors import KeysError

_GROUPS, _DIGITS = 6, 5


def new() -> str:
    """A fresh identity: its secret as one line of text, fit for ``XLCRM_IDENTITY``."""
    from pyrage import x25519

    return str(x25519.Identity.generate())


def public(secret: str) -> str:
    """The public half, as it stands in the store. KeysError for a line that is no identity."""
    from pyrage import IdentityError, x25519

    try:
        return str(x25519.Identity.from_str(secret.strip()).to_public())
    except IdentityError as error:
        raise KeysError("crypto.bad_identity") from error


def fingerprint(public: str) -> str:
    """30 digits in groups, to be compared by telephone: nobody finds another key with the same ones."""
    number = int.from_bytes(sha256(public.encode()).digest()) % 10 ** (_GROUPS * _DIGITS)
    digits = f"{number:0{_GROUPS * _DIGITS}d}"
    return " ".join(digits[start : start + _DIGITS] for start in range(0, len(digits), _DIGITS))


def copy(keys: Keys, public: str, store_id: str, holder: str) -> str:
    """``keys`` for the identity ``holder`` (its rid in the store) only. KeysError where ``public`` is no public key."""
    import pyrage

    said = {"store": store_id, "holder": holder, "version": keys.version, "wrap": keys.wrap.hex(), "index": keys.index.hex()}
    said["later"] = [key.hex() for key in keys.later]
    try:
        recipient = pyrage.x25519.Recipient.from_str(public)
    except pyrage.RecipientError as error:
        raise KeysError("crypto.copy_tampered") from error
    return b64encode(pyrage.encrypt(json.dumps(said).encode(), [recipient])).decode()


def opened(copied: str, secret: str, store_id: str, holder: str) -> Keys:
    """The keys in a copy; KeysError if it was made for somebody else, for another store, or changed since."""
    import pyrage

    try:
        sealed = b64decode(copied, validate=True)
        said = json.loads(pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(secret.strip())]))
        if (said["store"], said["holder"]) != (store_id, holder):
            raise KeysError("crypto.copy_tampered")
        later = tuple(bytes.fromhex(key) for key in said.get("later", ()))
        return Keys(bytes.fromhex(said["wrap"]), bytes.fromhex(said["index"]), int(said["version"]), later)
    except (pyrage.DecryptError, NotBase64, ValueError, KeyError) as error:
        raise KeysError("crypto.copy_tampered") from error


def tag(keys: Keys, public: str, holder: str) -> str:
    """What a holder of ``keys`` notes beside a copy: whoever writes the store without them cannot admit anybody."""
    return hmac.digest(keys.wrap, f"admitted|{keys.version}|{holder}|{public}".encode(), "sha256").hex()
