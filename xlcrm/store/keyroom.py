"""Who may open a store, and changing its store key while people work.

A new store key begins in one transaction: copies of it for everybody who stays, the former one sealed by it. From then on new
data keys are wrapped by it, and both open. Batch by batch the older data keys are wrapped anew; when none is left the former
store key is forgotten. Whoever stops it in between loses nothing: the next call goes on. A new index key comes with a new
store key and takes over in the same way (folding.py).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import Connection, select

from xlcrm.crypto import identity, keys, recovery
from xlcrm.crypto.cipher import VERSION, Cipher, Keys, key_id, key_version
from xlcrm.errors import KeysError, StoreError, UsageError
from xlcrm.model.context import Context
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Receipt
from xlcrm.store import unlocking
from xlcrm.store.digests import FOLDING
from xlcrm.store.folding import Done, FoldHand, fold
from xlcrm.store.keyhand import KeyHand
from xlcrm.store.schema import DATA_KEY, META, SQL

_BATCH = 2_000

Transaction = Callable[[], AbstractContextManager[Connection]]
Together = Callable[[Operation, Context, Callable[[KeyHand], None]], Receipt]
"""Applies an operation and writes keys in one transaction, or neither; UsageError where the acting person may not."""


@dataclass(frozen=True, slots=True)
class Holder:
    """An identity that may open the store, or asks to: ``admitted`` when, "" while it waits."""

    rid: str
    person: str
    public: str
    machine: str
    since: str
    admitted: str = ""
    drilled: str = ""
    drill: str = ""
    recovery: bool = False
    genuine: bool = True

    @property
    def fingerprint(self) -> str:
        """30 digits to compare by telephone."""
        return identity.fingerprint(self.public)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a store's keys stand: which store key it has, whether that, and whether a new index key, is still taking over, and
    whether a passphrase opens it.
    """

    version: int
    changing: bool
    folding: bool
    passphrase: bool


class Keyroom:
    """The keys of one open store; ``hand`` writes them."""

    def __init__(
        self,
        cipher: Cipher,
        reading: Transaction,
        writing: Transaction,
        together: Together,
        done: Done,
        hand: Callable[[Connection], KeyHand],
        fold_hand: Callable[[Connection], FoldHand],
    ) -> None:
        self._cipher = cipher
        self._reading = reading
        self._writing = writing
        self._together = together
        self._done = done
        self._hand = hand
        self._fold_hand = fold_hand

    def standing(self) -> Standing:
        """How the keys stand."""
        with self._reading() as connection:
            meta = {row.name: row.value for row in connection.execute(select(META))}
        changing, folding = bool(meta.get("former")), meta.get(FOLDING) is not None
        return Standing(int(meta.get("key") or 1), changing, folding, bool(meta.get("passphrase")))

    def holders(self) -> list[Holder]:
        """Everybody who may open the store or asks to, in the order in which they asked.

        Not ``genuine`` is one whom nobody with the store's keys admitted: somebody wrote into the database by other means.
        """
        with self._reading() as connection:
            return self.within(connection)

    @property
    def open(self) -> bool:
        """Whether the store was opened with its keys, not only to ask for them."""
        return self._cipher.keys.version > 0

    def publish(self, person: str, secret: str, machine: str, context: Context, passphrase: str = "") -> Holder:
        """Let the identity ``secret`` of ``person`` (a rid) ask to be admitted; kept in the store where a passphrase seals it.

        UsageError where that is the team's: whoever knows it could take the identity.
        """
        with self._reading() as connection:
            if passphrase and keys.opens(unlocking.lock(connection), passphrase):
                raise UsageError("crypto.same_passphrase")
        rid = new_rid()
        values = {"kind": "person", "person": person, "public": identity.public(secret), "machine": machine}
        self._together(Operation("key", [Change("keyholder", rid, "", dict(values))]), context, _nothing)
        if passphrase:
            sealed = keys.seal_identity(secret, passphrase, rid)
            with self._writing() as connection:
                self._hand(connection).hold(rid, sealed)
        return self._found(rid)

    def admit(self, holder: Holder, context: Context) -> None:
        """Give ``holder`` a copy of the keys, which only it opens. KeysError for somebody who cannot open the store."""
        present, lock = self._present()
        copy = identity.copy(present, holder.public, lock.store_id, holder.rid)
        tag = identity.tag(present, holder.public, holder.rid)
        change = Change("keyholder", holder.rid, "", {"admitted": context.now()})
        self._together(
            Operation("key", [change]), context, lambda hand: hand.admit(present.version, holder.rid, copy, tag)
        )  # fmt: skip

    def renew(self, context: Context, without: Collection[str] = (), index: bool = False) -> list[Holder]:
        """Begin with a new store key, for every admitted holder but ``without`` (rids), who are shut out at once.

        ``index``: with a new index key, too. The holders that are not genuine get none either, and are returned. UsageError
        where the acting person is not admitted, or a former key is still in use (see ``rewrap`` and ``fold``).
        """
        present, lock = self._present()
        with self._reading() as connection:
            holders = self.within(connection)
        staying = [one for one in holders if one.admitted and one.genuine and one.rid not in without]
        gone = [one for one in holders if one.rid in without or not one.genuine]
        mine = self._cipher.identity or keys.mine()
        if not mine or identity.public(mine) not in [one.public for one in staying if not one.recovery]:
            raise UsageError("crypto.join_first")
        fresh, former = self._cipher.successor(index)
        check = Cipher(fresh).check(lock.store_id)
        copies = [
            (one.rid, identity.copy(fresh, one.public, lock.store_id, one.rid), identity.tag(fresh, one.public, one.rid))
            for one in staying
        ]

        def write(hand: KeyHand) -> None:
            now = unlocking.version(hand.connection)
            if now != present.version or not hand.change(fresh.version, check, former, copies, index):
                raise UsageError("crypto.changed_meanwhile")
            hand.shut_out([one.rid for one in gone])

        changes = [Change("setting", "store_key", "", {"value": str(fresh.version)})]
        changes += [Change("keyholder", one.rid, "", {}, state="void") for one in gone]
        self._together(Operation("key", changes), context, write)
        self._cipher.adopt(fresh, former)
        self._cipher.identity = mine
        return [one for one in gone if not one.genuine]

    def refuse(self, holder: Holder, context: Context) -> None:
        """Take away the question of one who waits."""
        change = Change("keyholder", holder.rid, "", {}, state="void")
        self._together(Operation("key", [change]), context, lambda hand: hand.shut_out([holder.rid]))

    def rewrap(self) -> Iterator[int]:
        """Wrap the data keys anew that a former store key wraps, batch by batch; how many so far. Then forget that key."""
        version, done = self._present()[0].version, 0
        while self.standing().changing:
            last = ""
            while batch := self._batch(last):
                last = batch[-1][0]
                old = [(customer, wrapped) for customer, wrapped in batch if wrapped and key_version(wrapped) < version]
                rows = [(customer, wrapped, self._cipher.rewrapped(customer, wrapped)) for customer, wrapped in old]
                if rows:
                    with self._writing() as connection:
                        self._hand(connection).rewrap(rows)
                    done += len(rows)
                    yield done
            with self._writing() as connection:
                self._hand(connection).settle(f"{VERSION}:{key_id(self._cipher.check(''))}:")

    def fold(self) -> Iterator[int]:
        """Fold what lacks the latest index key, batch by batch; how many rows so far (folding.py)."""
        self._present()
        yield from fold(self._cipher, self._done, self._fold_hand)

    def print_recovery(self, context: Context) -> str:
        """A fresh recovery passphrase, which opens the store from now on instead of the one before."""
        code, secret, rid = recovery.new(), identity.new(), new_rid()
        before = [one.rid for one in self.holders() if one.recovery]
        values: dict[str, str | None] = {"kind": "recovery", "public": identity.public(secret)}
        self._together(Operation("key", [Change("keyholder", rid, "", values)]), context, _nothing)
        with self._writing() as connection:
            self._hand(connection).hold(rid, keys.seal_identity(secret, code, rid))
        self.admit(self._found(rid), context)
        # The former one goes only when this one opens.
        gone = [Change("keyholder", one, "", {}, state="void") for one in before]
        self._together(Operation("key", gone), context, lambda hand: hand.shut_out(before))
        return code

    def drill(self, code: str, context: Context) -> None:
        """Open the store with the recovery passphrase ``code``, down to a customer's data key, and note the result.

        KeysError where it does not open; one that was mistyped is no result.
        """
        holder = next((one for one in self.holders() if one.recovery and one.admitted), None)
        if holder is None:
            raise KeysError("crypto.no_recovery")
        recovery.read(code)
        try:
            with self._reading() as connection:
                opened = unlocking.recover(connection, code)
                wrapped = select(DATA_KEY).where(DATA_KEY.c.wrapped.is_not(None)).limit(1)
                for customer, key in connection.execute(wrapped):
                    opened.data_key(customer, key)
        except (KeysError, StoreError):
            self._drilled(holder, "failed", context)
            raise
        self._drilled(holder, "passed", context)

    def _drilled(self, holder: Holder, result: str, context: Context) -> None:
        change = Change("keyholder", holder.rid, "", {"drilled": context.now(), "drill": result})
        self._together(Operation("drill", [change]), context, _nothing)

    def _present(self) -> tuple[Keys, keys.Lock]:
        """The present keys; learnt anew where the store key was changed since this store was opened."""
        self._cipher.digest("")  # KeysError for somebody without
        with self._reading() as connection:
            lock = unlocking.lock(connection)
            if lock.version > self._cipher.keys.version:
                unlocking.renew(connection, self._cipher)
        return self._cipher.keys, lock

    def within(self, connection: Connection) -> list[Holder]:
        """As ``holders``, in the caller's snapshot."""
        lock = unlocking.lock(connection)
        if 0 < self._cipher.keys.version < lock.version:
            unlocking.renew(connection, self._cipher)
        copies = {one.holder: one for one in lock.copies}
        row = SQL["keyholder"].c
        found = []
        for one in connection.execute(select(SQL["keyholder"]).where(row.life == "live").order_by(row.created_at, row.rid)):
            copy = copies.get(one.rid)
            admitted = one.admitted or "" if copy and copy.copy else ""
            genuine = not admitted or copy is None or self._genuine(one.rid, one.public, copy.tag)
            found.append(Holder(
                one.rid, one.person or "", one.public, one.machine or "", one.created_at, admitted, one.drilled or "",
                one.drill or "", one.kind == "recovery", genuine,
            ))  # fmt: skip
        return found

    def _genuine(self, holder: str, public: str, tag: str) -> bool:
        return not self._cipher.keys.version or hmac.compare_digest(tag, identity.tag(self._cipher.keys, public, holder))

    def _found(self, rid: str) -> Holder:
        return next(one for one in self.holders() if one.rid == rid)

    def _batch(self, after: str) -> list[tuple[str, str | None]]:
        asked = select(DATA_KEY).where(DATA_KEY.c.customer > after).order_by(DATA_KEY.c.customer).limit(_BATCH)
        with self._reading() as connection:
            return [(customer, wrapped) for customer, wrapped in connection.execute(asked)]


def _nothing(hand: KeyHand) -> None:
    pass
