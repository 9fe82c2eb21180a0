"""Boxes between two people: only the other one opens them, and knows by that who sealed them.

Each has a pair of keys (X25519) made from a secret of theirs; what both together give (Diffie-Hellman) seals with AES-256-GCM,
another key for each direction. So a box that opens was made by one of the two, and no signature is needed.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from binascii import Error as NotBase64

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from xlcrm.crypto.cipher import NONCE
from xlcrm.errors import KeysError


class Pair:
    """The keys of whoever holds ``secret`` (a line of text: an identity, or a digest by a store's keys), for ``purpose``.

    ``public`` is the half that others get, as text.
    """

    def __init__(self, secret: str, purpose: str) -> None:
        self._secret = secret
        self._private = X25519PrivateKey.from_private_bytes(self.derived(f"box {purpose}"))
        self.public = b64encode(self._private.public_key().public_bytes_raw()).decode()

    def close(self, content: bytes, to: str, place: str) -> bytes:
        """``content`` for the holder of ``to`` (a public half), bound to ``place``. KeysError for what is no public half."""
        nonce = os.urandom(NONCE)
        return nonce + AESGCM(self._shared(to, self.public, to)).encrypt(nonce, content, place.encode())

    def open(self, sealed: bytes, of: str, place: str) -> bytes:
        """What the holder of ``of`` sealed for this one. KeysError: another's, for somebody else, for another place, changed."""
        try:
            return AESGCM(self._shared(of, of, self.public)).decrypt(sealed[:NONCE], sealed[NONCE:], place.encode())
        except (InvalidTag, ValueError) as error:
            raise KeysError("crypto.other_box") from error

    def derived(self, name: str) -> bytes:
        """32 bytes that follow from the secret, others for each ``name``."""
        return _hkdf(self._secret.strip().encode(), f"xlcrm {name}")

    def _shared(self, other: str, sender: str, recipient: str) -> bytes:
        try:
            theirs = X25519PublicKey.from_public_bytes(b64decode(other, validate=True))
            return _hkdf(self._private.exchange(theirs), f"xlcrm box|{sender}|{recipient}")
        except (ValueError, NotBase64) as error:
            raise KeysError("crypto.other_box") from error


def _hkdf(secret: bytes, info: str) -> bytes:
    return HKDF(SHA256(), 32, None, info.encode()).derive(secret)
