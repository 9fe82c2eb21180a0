"""Whose machines open the store: joining, admitting, removing, changing the store key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from xlcrm.catalogue import text
from xlcrm.crypto import identity, keys
from xlcrm.errors import UsageError
from xlcrm.model.context import Context, Person
from xlcrm.rules.rights import Action, rights_of
from xlcrm.store.base import Store
from xlcrm.store.keyroom import Holder


def join(store: Store, context: Context, machine: str, chosen: Callable[[], str]) -> tuple[Holder, bool]:
    """Let this machine ask to be admitted; at once admitted where it can open the store already: (holder, admitted).

    Without a safe keyring its identity lies in the store under a passphrase, which ``chosen`` asks for. UsageError without one.
    """
    room = store.keyroom
    secret = keys.mine()
    holder = next((one for one in room.holders() if secret and one.public == identity.public(secret)), None)
    if holder is None:
        passphrase = ""
        if not secret and not (secret := keys.make_identity()):
            secret, passphrase = identity.new(), chosen()
            if not passphrase:
                raise UsageError("crypto.no_place")
        holder = room.publish(context.actor.rid, secret, machine, context, passphrase)
    if not holder.admitted and room.open:
        room.admit(holder, context)
        return holder, True
    return holder, bool(holder.admitted)


def waiting(store: Store, person: Person, fingerprint: str = "") -> Holder:
    """The one machine of ``person`` that waits; with ``fingerprint`` the one that has it. UsageError: none, several, another."""
    found = [one for one in store.keyroom.holders() if one.person == person.rid and not one.admitted]
    if not found:
        raise UsageError("crypto.nobody_waits", name=person.name)
    if fingerprint:
        found = [one for one in found if _digits(one.fingerprint) == _digits(fingerprint)]
        if not found:
            raise UsageError("crypto.other_fingerprint")
    if len(found) > 1:
        raise UsageError("crypto.several_wait", name=person.name, count=len(found))
    return found[0]


def admit(store: Store, context: Context, holder: Holder) -> None:
    """Give a machine whose fingerprint was compared a copy of the keys. UsageError without the right."""
    keeper(store, context)
    store.keyroom.admit(holder, context)


def machines(store: Store, person: Person, fingerprint: str = "") -> list[Holder]:
    """The machines of ``person``, or the one with ``fingerprint``; UsageError where there is none, or it is this one."""
    found = [
        one
        for one in store.keyroom.holders()
        if one.person == person.rid and _digits(fingerprint) in ("", _digits(one.fingerprint))
    ]
    if not found:
        raise UsageError("crypto.no_holder", name=person.name)
    mine = keys.mine()
    if mine and identity.public(mine) in [one.public for one in found]:
        raise UsageError("crypto.not_yourself")
    return found


def remove(store: Store, context: Context, gone: Sequence[Holder]) -> list[Holder]:
    """Shut machines out: their copies are destroyed, and new keys begin (see ``rewrap`` and ``fold``) if any was admitted.

    A change of the key that was stopped before is finished first. The holders whom nobody had admitted go as well and are
    returned. UsageError without the right, without a recovery passphrase, or where the acting person has not joined.
    """
    keeper(store, context)
    room = store.keyroom
    if not any(one.admitted for one in gone):
        for one in gone:
            room.refuse(one, context)
        return []
    return change(store, context, [one.rid for one in gone], index=True)


def change(store: Store, context: Context, without: Sequence[str] = (), index: bool = False) -> list[Holder]:
    """Begin with a new store key (see ``remove``), and with a new ``index`` key; ``rewrap`` and ``fold`` then do the work."""
    ready(store, context)
    room = store.keyroom
    for _ in chain(room.rewrap(), room.fold()):
        pass
    return room.renew(context, without, index)


def ready(store: Store, context: Context) -> None:
    """UsageError where the store key cannot be changed: without the right, or without a recovery passphrase."""
    keeper(store, context)
    if not any(one.recovery and one.admitted for one in store.keyroom.holders()):
        raise UsageError("crypto.recovery_first")


def rewrap(store: Store, context: Context) -> Iterator[int]:
    """Wrap the customers' data keys by the new store key, batch by batch: how many so far. UsageError without the right."""
    keeper(store, context)
    yield from store.keyroom.rewrap()


def fold(store: Store, context: Context) -> Iterator[int]:
    """Fold the stored digests by the new index key, batch by batch: how many so far. UsageError without the right."""
    keeper(store, context)
    yield from store.keyroom.fold()


def outside(store: Store) -> list[str]:
    """The names of those colleagues who have no admitted machine yet: a new store key shuts them out."""
    inside = {one.person for one in store.keyroom.holders() if one.admitted}
    return [one.name for one in store.people() if one.rid not in inside and not one.disabled]


def keeper(store: Store, context: Context) -> None:
    """UsageError for somebody who may not manage keys."""
    if not rights_of(context.actor, store.people(), context.now()[:10]).may(Action.KEYS, None):
        raise UsageError("rights.no_keys")


def listed(store: Store, language: str) -> list[list[str]]:
    """Every machine as (name, machine, fingerprint, state), the recovery passphrase last."""
    names = {one.rid: one.name for one in store.people()}
    holders = store.keyroom.holders()
    rows = [
        [names.get(one.person, ""), one.machine, one.fingerprint, _state(one, language)] for one in holders if not one.recovery
    ]
    return rows + [
        [text("key.recovery", language), "", "", text(f"key.{one.drill or 'undrilled'}", language, at=one.drilled)]
        for one in holders
        if one.recovery
    ]


def _state(holder: Holder, language: str) -> str:
    if not holder.admitted:
        return text("key.waiting", language, at=holder.since)
    return text("key.admitted" if holder.genuine else "key.forged", language, at=holder.admitted)


def _digits(fingerprint: str) -> str:
    return "".join(letter for letter in fingerprint if letter.isdigit())
