"""Everybody's snapshot: who is to get a new one, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from xlcrm.jobs.folder import publish
from xlcrm.jobs.folder import share as shared
from xlcrm.jobs.folder.share import Envelope
from xlcrm.jobs.folder.steward import Steward
from xlcrm.model import snapshot
from xlcrm.rules.rights import Group, Level, Rights, rights_of
from xlcrm.store import news
from xlcrm.store.deliveries import Machine, Sent

HELD_EVERY = timedelta(hours=1)
"""How often a snapshot goes out in which nothing is new but what others hold; what is the member's own goes at once."""


class Post:
    """Brings snapshots to the members' machines; ``urgent`` are those (rids) to whom there is something to say at once."""

    def __init__(self, steward: Steward) -> None:
        self._steward = steward
        self.urgent: set[str] = set()
        self._published: tuple[int, str, int] | None = None
        self._telling = publish.Telling()

    def go(self) -> None:
        """Write the snapshots that say something new."""
        steward, store, ledger = self._steward, self._steward.store, self._steward.ledger
        machines = [one for one in ledger.machines() if one.admitted]
        present, before = (store.position(), steward.now[:13], len(machines)), self._published
        if not self.urgent and present == before:
            return
        # What was held back goes out when the hour is over.
        touched = news.touched(store, before[0]) if before is not None and before[1:] == present[1:] else None
        self._telling.renew(store)
        folders, people = ledger.folders(), store.people()
        for person in publish.recipients(people, folders):
            mine = [one for one in machines if one.person == person.rid]
            rights = rights_of(person, people, steward.now[:10])
            concerned = (
                person.rid in self.urgent
                or touched is None
                or any(rights.level(owner or None, Group.NAME) is not Level.HIDDEN for owner in touched)
            )
            if not mine or not concerned:
                continue
            answers = publish.all_answers(steward.pair, steward.ledger, person.rid)
            context = steward.context(person, steward.language, "")
            found = publish.own(store, ledger, steward.share.id, person, context, answers)
            self._bring(found, rights, folders[person.rid], mine)
        self._published = present
        self.urgent.clear()

    def _bring(self, found: snapshot.Snapshot, rights: Rights, folder: str, machines: Sequence[Machine]) -> None:
        """Publish a snapshot for each of somebody's machines that has not had the same."""
        steward, now = self._steward, self._steward.clock()
        own, late = _digest(replace(found, at="")), []
        for machine in machines:
            before = steward.ledger.sent(machine.public)
            path = steward.share.outbox(folder) / f"{shared.short(machine.public)}{shared.SNAPSHOT}"
            lately = before.at and timedelta(0) <= now - datetime.fromisoformat(before.at) < HELD_EVERY
            if own != before.own or not lately or not path.exists():
                late.append((machine, before, path, own == before.own and path.exists()))
        if not late:
            return
        found.held = publish.held(found, self._telling, rights)
        held = _digest(snapshot.Snapshot("", "", "", "", held=found.held))
        for machine, before, path, same in late:
            if same and held == before.held:
                continue
            # Ahead of what a store that was restored from a backup still remembers.
            number = max(before.number + 1, int(now.timestamp()))
            envelope = Envelope(snapshot.FORMAT, steward.share.id, steward.share.steward, machine.public, str(number))
            content = snapshot.to_bytes(replace(found, number=number))
            shared.put(path, shared.closed(envelope, content, steward.pair.close))
            steward.ledger.send(machine.public, Sent(number, own, held, steward.now))


def _digest(found: snapshot.Snapshot) -> str:
    return sha256(snapshot.to_bytes(found)).hexdigest()
