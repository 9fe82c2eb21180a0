"""A firm without a server: the steward's machine, a share, and members with a machine each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest

from tests.jobs.conftest import ALL, NOW
from xlcrm.crypto import identity, keys
from xlcrm.crypto.cipher import Cipher
from xlcrm.crypto.seal import Seal
from xlcrm.jobs.folder import member as job
from xlcrm.jobs.folder import steward as stewarding
from xlcrm.jobs.folder.member import Member
from xlcrm.jobs.folder.share import Share
from xlcrm.jobs.folder.steward import Steward
from xlcrm.jobs.folder.verdict import Verdict
from xlcrm.jobs.folder.watch import Watch
from xlcrm.jobs.outbox.box import Outbox
from xlcrm.jobs.refresh import Refreshed, refresh
from xlcrm.jobs.submit import Submission, submit
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Record
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.base import Book
from xlcrm.store import guard, replica, sqlite
from xlcrm.store.base import Store
from xlcrm.store.deliveries import Deliveries
from xlcrm.store.sql import SqlStore


class Place(Protocol):
    """Where the share is, everybody's clock, and the copies to be closed in the end."""

    root: Path
    share: Share
    now: datetime
    opened: list[Store]


@dataclass
class Machine:
    """A colleague at a machine of their own: what the commands and buttons do there."""

    firm: Place
    person: Person
    settings: Path
    secret: str = field(default_factory=identity.new)

    @property
    def outbox(self) -> Outbox:
        return Outbox(self.settings / "outbox", Seal(environ={"XLCRM_IDENTITY": self.secret}))

    @property
    def member(self) -> Member:
        return job.load(self.firm.root, self.settings, self.secret)

    def join(self, folder: str = "", agreed: bool = True) -> Member:
        return job.join(self.firm.root, self.settings, folder or self.person.name, self.secret, "电脑", lambda _: agreed)

    def store(self) -> Store:
        job.fetch(self.member)
        copy = job.opened(self.member)
        self.firm.opened.append(copy)
        return guard.seen(copy, Context(copy.ensure_person(copy.account, "", ALL, self.firm.now), lambda: self.firm.now))

    def submit(self, book: Book, *, deliver: bool = True) -> Submission:
        store = self.store()
        send = job.sending(self.member, book, self.outbox, self.context(store).now())
        done = submit(book, store, self.context(store), self.rulebook(store), send=send)
        assert sum(done.total.values()) == done.rows
        if deliver:
            self.deliver()
        return done

    def deliver(self) -> tuple[int, int]:
        copy = job.opened(self.member)
        self.firm.opened.append(copy)
        return job.deliver(self.member, self.outbox, copy.done())

    def refresh(self, book: Book) -> Refreshed:
        store = self.store()
        done = refresh(book, store, self.context(store), self.rulebook(store))
        self.deliver()
        return done

    def context(self, store: Store) -> Context:
        acting = next(one for one in store.people() if one.rid == self.person.rid)
        return Context(acting, lambda: self.firm.now, "zh", "test")

    def rulebook(self, store: Store) -> Rulebook:
        people = store.people()
        return Rulebook(
            self.firm.now,
            people={name: one.rid for one in people for name in (one.name, one.account)},
            names={one.rid: one.name for one in people},
            settings=dict(store.settings()),
        )

    def customers(self) -> dict[str, Record]:
        return {one.values["name"] or "": one for one in self.store().scan("customer")}

    @property
    def copied(self) -> replica.Facts:
        copy = job.latest(self.member)
        assert copy is not None
        return replica.facts(copy, self.member.mine)

    @property
    def inbox(self) -> Path:
        return self.firm.share.inbox(self.person.name)


@dataclass
class Firm:
    """The steward's machine; ``now`` is the clock of everybody."""

    root: Path
    home: Path
    store: SqlStore
    chief: Person
    now: datetime = NOW
    verdicts: list[Verdict] = field(default_factory=list)
    opened: list[Store] = field(default_factory=list)
    share: Share = field(init=False)
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = Deliveries(self.store)
        self.share = stewarding.make(self.ledger, [self.chief], self.root)
        self.restart()

    @property
    def steward(self) -> Steward:
        pair = stewarding.found(self.ledger, self.share)
        return Steward(self.store, self.ledger, self.share, pair, lambda: self.now)

    def restart(self) -> None:
        self.watch = Watch(self.steward, self.verdicts.append)

    def hire(self, name: str, *roles: str, joined: bool = True) -> Machine:
        context = Context(self.chief, lambda: self.now)
        person = self.store.add_person(Person(new_rid(), name, name, "", frozenset(roles or ("entry",))), context)
        stewarding.add(self.ledger, self.share, person)
        machine = Machine(self, person, self.home / person.rid)
        if joined:
            machine.join()
            self.look()
        return machine

    def look(self, times: int = 1) -> list[str]:
        """The keys of the verdicts of so many looks, some time apart."""
        before = len(self.verdicts)
        for _ in range(times):
            self.watch.look()
            self.now += timedelta(seconds=10)
        return [one.key for one in self.verdicts[before:]]

    def customers(self) -> list[Record]:
        return list(self.store.scan("customer"))

    def said(self) -> str:
        return "\n".join(one.sentence("zh") for one in self.verdicts)


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    root = tmp_path / "共享"
    root.mkdir()
    store = sqlite.open(tmp_path / "store.db", Cipher(keys.parse(keys.new_key())))
    chief = store.ensure_person("zhao", "赵敏", ALL, NOW)
    found = Firm(root, tmp_path / "homes", store, chief)
    yield found
    for one in found.opened:
        one.close()
    store.close()
