"""Sending what waits: claimed first, so that two machines never send the same, then delivered, then marked.

A claim is a change of the message's version: of two senders one gets it. Who is stopped between sending and marking leaves the
claim behind; an hour later it is sent again as the very same letter (its Message-ID), as nobody can know whether it arrived.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from xlcrm.errors import Delayed, MailError, Undeliverable
from xlcrm.jobs.notify.making import NOTICE
from xlcrm.jobs.notify.reminding import reminds
from xlcrm.jobs.notify.wording import THANKS, Writer, Written
from xlcrm.mail import drafts
from xlcrm.mail.letter import compose
from xlcrm.mail.post import Post
from xlcrm.model.context import Context
from xlcrm.model.operation import Change, Operation, Outcome, Record, Result, Values
from xlcrm.model.tables import REQUEST
from xlcrm.rules.rights import rights_of
from xlcrm.rules.rulebook import Rulebook
from xlcrm.rules.telling import Staff
from xlcrm.rules.workflow import STEPS, may
from xlcrm.store.base import Store

BLOCK = 50
"""Messages that are claimed at once: at most so many are sent twice when a sender is stopped. Somebody's reminders, which one
letter brings, are claimed together, however many they are."""
STALE = timedelta(hours=1)
"""After which a claim that nobody marked is taken over."""
PAUSES = (timedelta(minutes=10), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=8), timedelta(hours=24))
"""How long to wait after each attempt that failed for now; the one after the last pause is the last."""

WAITS = "waits"
"""The fate of what was claimed and not tried, as the server takes nothing: it is as if it had never been claimed."""


@dataclass(slots=True)
class Sent:
    """What became of what waited: letters ``sent``, ``drafts`` laid into the folder, ``failed`` and given up, ``later`` tried
    again, ``dropped`` as there was nothing left to say. ``trouble`` is why the mail server takes nothing at all.
    """

    sent: int = 0
    drafts: int = 0
    failed: int = 0
    later: int = 0
    dropped: int = 0
    trouble: MailError | None = None


@dataclass(frozen=True, slots=True)
class Fate:
    """What is to be marked about the messages of one letter: their new state, and why, in words."""

    notices: tuple[Record, ...]
    state: str
    trouble: str = ""


@dataclass
class Sender:
    """Sends the messages of ``store`` for the acting person: through ``post`` (open), else into the folder ``drafts``."""

    store: Store
    context: Context
    rulebook: Rulebook
    everybody: Staff
    drafts: Path
    post: Post | None = None
    origin: str = ""
    again: bool = False  # also what was given up
    result: Sent = field(default_factory=Sent)
    _claims: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Of each message that is claimed, the version that the claim gave it, and when that was."""

    def run(self, watch: Callable[[int, int], None] | None = None) -> Sent:
        """Send all that waits, in blocks, until it is done or the mail server takes no more."""
        waiting, done = self.waiting(), 0
        for block in _blocks(waiting):
            if watch:
                watch(done, len(waiting))
            self.mark(self.deliver(self.letters(self.claim(block))))
            done += len(block)
            if self.result.trouble:
                break
        return self.result

    def waiting(self) -> list[Record]:
        """What is to be tried now, the oldest first."""
        moment = self.context.clock()
        states = ("pending", "sending", *(("failed",) if self.again else ()))
        return [one for one in self.store.notices(states) if _ripe(one, moment)]

    def claim(self, wanted: Sequence[Record]) -> list[Record]:
        """Take ``wanted`` for oneself; those that are, as they were before. Somebody else was quicker with the others."""
        now = self.context.now()
        claims: list[Values] = [{"state": "sending", "attempts": str(attempts(one) + 1), "tried_at": now} for one in wanted]
        changes = [
            Change(NOTICE, one.rid, _customer(one), values, one.version, {key: one.values.get(key) for key in values})
            for one, values in zip(wanted, claims, strict=True)
        ]
        taken = []
        for one, outcome in zip(wanted, self._applied(changes), strict=True):
            if outcome.result is Result.UPDATED:
                self._claims[one.rid] = (outcome.version, now)
                taken.append(one)
        return taken

    def letters(self, claimed: Sequence[Record]) -> list[Written]:
        """What the claimed messages say."""
        return Writer(self.store, self.rulebook, self.everybody, claimed).letters() if claimed else []

    def deliver(self, written: Iterable[Written]) -> list[Fate]:
        """Hand the letters over, one after the other; after trouble with the server the rest is left as if never claimed."""
        return [self._deliver(one) for one in written]

    def mark(self, fates: Sequence[Fate]) -> None:
        """Write down what became of each message, and that a customer was told; not over the claim of somebody else."""
        changes = []
        for fate in fates:
            for one in fate.notices:
                version, at = self._claims.pop(one.rid)
                values: Values = {"state": fate.state, "tried_at": at, "trouble": fate.trouble or None}
                if fate.state == WAITS:
                    values = {**values, **{key: one.values.get(key) for key in ("attempts", "tried_at", "trouble")}}
                    values["state"] = "pending"
                expected: Values = {"state": "sending", "tried_at": at}
                changes.append(Change(NOTICE, one.rid, _customer(one), values, version, expected))
        self._applied(changes)
        # By itself: what was sent stays marked, whatever stands against the step.
        self._applied(self._told([one for fate in fates if fate.state == "sent" for one in fate.notices]))

    def _deliver(self, written: Written) -> Fate:
        notices, letter = written.notices, written.letter
        if letter is None:
            self.result.dropped += len(notices)
            return Fate(notices, "dropped")
        try:
            message = compose(letter, self.origin, self.context.clock())
            if self.post is None or not letter.to:
                name = f"{self.context.now()[:10]} {letter.subject} {letter.name} {letter.ident[:8]}"
                drafts.save(self.drafts, name, message)
                self.result.drafts += 1
                return Fate(notices, "draft")
            if self.result.trouble:
                return Fate(notices, WAITS)
            self.post.deliver(message)
        except MailError as error:
            if not isinstance(error, Undeliverable | Delayed):
                self.result.trouble = error
            again = not isinstance(error, Undeliverable) and all(attempts(one) < len(PAUSES) for one in notices)
            self.result.later += again
            self.result.failed += not again
            return Fate(notices, "pending" if again else "failed", error.sentence(self.rulebook.language))
        self.result.sent += 1
        return Fate(notices, "sent")

    def _told(self, sent: Sequence[Record]) -> list[Change]:
        """The step "told" of the requests whose customers were written to, where the sender may take it."""
        thanks = [one for one in sent if one.values.get("kind") == THANKS]
        if not thanks:
            return []
        requests = self.store.records({one.values.get("about") or "" for one in thanks})
        customers = self.store.records({one.values.get("customer") or "" for one in requests.values()})
        rights, actor = rights_of(self.context.actor, self.everybody.people, self.context.now()[:10]), self.context.actor.rid
        changes = []
        for one in requests.values():
            values, rid = one.values, one.values.get("customer") or ""
            owner = customers[rid].values.get("owner") if rid in customers else None
            possible = values.get("state") in STEPS["told"].sources and not values.get("told_on")
            if possible and may(STEPS["told"], rights, actor, values, one.created_by, owner):
                told: Values = {"told_on": self.context.now()[:10]}
                changes.append(Change(REQUEST.key, one.rid, rid, told, one.version, {"told_on": None}))
        return changes

    def _applied(self, changes: list[Change]) -> list[Outcome]:
        return self.store.apply(Operation(NOTICE, changes), self.context).outcomes if changes else []


def _blocks(waiting: Sequence[Record]) -> Iterator[list[Record]]:
    steps = [one for one in waiting if not reminds(one)]
    yield from (steps[start : start + BLOCK] for start in range(0, len(steps), BLOCK))
    by_person: dict[str | None, list[Record]] = {}
    for one in filter(reminds, waiting):
        by_person.setdefault(one.values.get("person"), []).append(one)
    yield from by_person.values()


def attempts(notice: Record) -> int:
    """How often it was tried."""
    return int(notice.values.get("attempts") or 0)


def _ripe(notice: Record, moment: datetime) -> bool:
    """Whether it is to be tried at ``moment``: never tried, its pause over, or claimed by somebody who was stopped."""
    tried, state = notice.values.get("tried_at"), notice.values.get("state")
    if not tried or state == "failed":
        return True
    pause = STALE if state == "sending" else PAUSES[min(attempts(notice), len(PAUSES)) - 1]
    return moment - datetime.fromisoformat(tried) >= pause


def _customer(notice: Record) -> str:
    return notice.values.get("customer") or ""
