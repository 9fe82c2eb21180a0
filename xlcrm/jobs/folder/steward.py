"""The steward's machine at work: the whole store, the share, and acting in somebody's name."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from xlcrm.crypto.box import Pair
from xlcrm.errors import UsageError
from xlcrm.jobs.dictionary import own_options
from xlcrm.jobs.folder import share as shared
from xlcrm.jobs.folder.member import PURPOSE
from xlcrm.jobs.folder.share import Share
from xlcrm.jobs.marking import marks
from xlcrm.jobs.submit import Count, Submission
from xlcrm.jobs.tokens import tokens
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.rules.checks.numbers import SETTLED
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.base import Book
from xlcrm.store import guard
from xlcrm.store.base import Store
from xlcrm.store.deliveries import Deliveries, Machine
from xlcrm.store.sql import SqlStore


class _Keyed:
    """A store whose row tokens are made with one member's key: the member's machine makes the same ones."""

    def __init__(self, inner: SqlStore, key: str) -> None:
        self._inner, self._key = inner, bytes.fromhex(key)

    def digest(self, text: str) -> str:
        return hmac.digest(self._key, text.encode(), "sha256").hex()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


@dataclass(frozen=True)
class Steward:
    """What the machine that owns ``store`` (unguarded) works with; ``pair`` are its keys for ``share``."""

    store: SqlStore
    ledger: Deliveries
    share: Share
    pair: Pair
    clock: Callable[[], datetime]
    language: str = "zh"

    @property
    def now(self) -> str:
        """The moment of the clock."""
        return self.clock().strftime("%Y-%m-%d %H:%M:%S")

    def context(self, person: Person, language: str, source: str) -> Context:
        """Acting in the name of ``person``."""
        return Context(person, self.clock, language, source)

    def seen_by(self, context: Context) -> Store:
        """The store as the acting person may see it, with row tokens of this person's."""
        key = self.ledger.key(self.share.id, context.actor.rid)
        return guard.seen(cast(Store, _Keyed(self.store, key)), context)  # everything else is the store's

    def rulebook(self, book: Book, context: Context, moment: datetime) -> Rulebook:
        """The rules for a workbook that was filled in until ``moment``."""
        people = self.store.people()
        return Rulebook(
            moment=moment,
            language=context.language,
            people={name: one.rid for one in people for name in (one.name, one.account)},
            names={one.rid: one.name for one in people},
            options=own_options(book, context.language, self.store.settings()),
            settings=self.store.settings(),
            old=bool(book.setting("import")),
        )


def found(ledger: Deliveries, share: Share) -> Pair:
    """The steward's keys for a share. UsageError where it is another steward's."""
    pair = Pair(ledger.secret(share.id), PURPOSE)
    if pair.public != share.steward:
        raise UsageError("folder.other_steward", path=share.root)
    return pair


def make(ledger: Deliveries, people: Iterable[Person], root: Path) -> Share:
    """Make a share, or complete the one that was made: the steward's public half and a folder for everybody who works here.

    UsageError where it is another steward's; Away where it cannot be written.
    """
    try:
        share = shared.read(root)
        found(ledger, share)
    except UsageError as error:
        if error.key != "folder.none":
            raise
        new = new_rid()
        share = Share(root, new, Pair(ledger.secret(new), PURPOSE).public)
        ledger.add_share(new, str(root))
        shared.publish(share)
    ledger.add_share(share.id, str(root))
    for one in people:
        if not one.disabled:
            add(ledger, share, one)
    return share


def add(ledger: Deliveries, share: Share, person: Person) -> str:
    """Give somebody a personal folder; its name. Away where it cannot be made."""
    known = ledger.folders()
    folder = known.get(person.rid) or shared.folder_name(person.name, set(known.values()))
    ledger.add_person(person.rid, folder)
    for place in (share.inbox(folder), share.outbox(folder)):
        shared.folder(place)
    return folder


def waiting(ledger: Deliveries, person: Person, fingerprint: str = "") -> Machine:
    """The one machine of ``person`` that waits; of several the one with ``fingerprint``. UsageError where there is none."""
    found = [one for one in ledger.machines() if one.person == person.rid and not one.admitted]
    if fingerprint:
        found = [one for one in found if shared.same_digits(shared.machine_digits(one.public), fingerprint)]
    if not found:
        raise UsageError("folder.nobody_waits", name=person.name)
    if len(found) > 1:
        raise UsageError("folder.several_wait", name=person.name)
    return found[0]


def admit(ledger: Deliveries, machine: Machine, at: str) -> None:
    """Serve a machine whose fingerprint was compared."""
    ledger.add_machine(replace(machine, admitted=at))


@dataclass(frozen=True, slots=True)
class Answers:
    """What a submission leaves to be said in its sheet: by row token about rows that are not stored (code of 提交状态, 校验结果,
    问题说明, number), all tokens, and the rows that are stored (token, rid, table).
    """

    told: dict[str, tuple[str, str, str, str]]
    every: set[str]
    stored: list[tuple[str, str, str]]


def answers(done: Submission, digest: Callable[[str], str]) -> Answers:
    """The answers to a submission whose row tokens ``digest`` makes."""
    found = Answers({}, set(), [])
    for key, fates in done.draft.fates.items():
        sheet = done.draft.sheets[key]
        said = tokens(sheet, digest)
        found.every.update(said)
        columns = marks(sheet, done.draft.context.language)
        for row, fate in enumerate(fates):
            if fate.status == "stored" and fate.rid:
                found.stored.append((said[row], fate.rid, key))
            elif fate.count is not Count.UNCHANGED or fate.status in SETTLED:
                result, problem = (str(columns[name][row] or "") for name in ("check_result", "problem"))
                number = fate.record.number or "" if fate.record and fate.status in SETTLED else ""
                found.told[said[row]] = (fate.status, result, problem, number)
    return found
