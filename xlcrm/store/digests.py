"""The keyed digests of one transaction: as they are stored now and, while a new index key takes over, as they were before it.

Jobs name rows and pairs by digests of the first index key, which stay the same for ever. Stored is what the later index keys
have folded them into, one after the other (crypto/cipher.py): whoever was shut out with the keys of his day cannot make it. A
folded text says by how many keys (``2.`` and 32 hex digits); of a blocking key its face's number tells (store/folding.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property

from sqlalchemy import Connection, select

from xlcrm.crypto.cipher import SHORT, Cipher
from xlcrm.store import unlocking
from xlcrm.store.schema import META

FOLDING = "folding"
"""In META while an index key takes over: the highest face whose keys still lack it."""


class Digests:
    """Digests for what is read and written on ``connection``, with the keys that the store has at that moment."""

    def __init__(self, cipher: Cipher, connection: Connection) -> None:
        self._cipher, self._connection = cipher, connection

    @cached_property
    def changing(self) -> bool:
        """Whether an index key is taking over. KeysError where the store's keys are not those of this person any more."""
        asked = select(META).where(META.c.name.in_(("key", FOLDING)))
        meta: dict[str, str | None] = {row.name: row.value for row in self._connection.execute(asked)}
        if int(meta.get("key") or 1) > self._cipher.keys.version:
            unlocking.renew(self._connection, self._cipher)
        return meta.get(FOLDING) is not None

    @cached_property
    def _latest(self) -> int:
        """How many index keys came after the first one."""
        self.changing  # noqa: B018 - the keys may be learnt anew
        return len(self._cipher.keys.later)

    def stored(self, texts: Collection[str]) -> list[int]:
        """Blocking keys as they are to be stored: the kind of each and a short digest.

        Should two have the same, a pair too many is compared.
        """
        return self._short(texts, self._latest)

    def former(self, texts: Collection[str]) -> list[int]:
        """Blocking keys as they were stored before the index key that is taking over."""
        return self._short(texts, self._latest - 1)

    def forms(self, texts: Collection[str]) -> Iterable[tuple[int, ...]]:
        """The forms in which each of some blocking keys may be stored now."""
        if not self.changing:
            return zip(self.stored(texts))
        return zip(self.stored(texts), self.former(texts), strict=True)

    def _short(self, texts: Collection[str], folds: int) -> list[int]:
        found = self._cipher.short_digests(texts, folds)
        return [ord(text[0]) << SHORT | digest for text, digest in zip(texts, found, strict=True)]

    def text(self, digest: str) -> str:
        """``digest`` (by the first index key, or of such ones) as it is to be stored."""
        return self.ever(digest)[-1]

    def texts(self, digest: str) -> list[str]:
        """The forms in which ``digest`` may be stored now."""
        return self.ever(digest)[-2 if self.changing else -1 :]

    def ever(self, digest: str) -> list[str]:
        """``digest`` in every form in which it was ever stored, the latest one last."""
        forms = [digest]
        for number in range(self._latest):
            digest = self._cipher.fold(digest, number)
            forms.append(f"{number + 1}.{digest}")
        return forms
