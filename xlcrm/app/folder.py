"""A firm without a server, wired: the machine that owns the store, and what goes out from a member's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm.app.address import FOLDER, SQLITE, exists, store_url
from xlcrm.app.desk import Desk
from xlcrm.app.membership import member
from xlcrm.app.stores import outbox
from xlcrm.app.terminal import asked
from xlcrm.app.user import EVERYTHING, account, clock
from xlcrm.catalogue import text
from xlcrm.errors import Away, UsageError

if TYPE_CHECKING:
    from xlcrm.jobs.folder.member import Member
    from xlcrm.jobs.folder.steward import Steward
    from xlcrm.jobs.submit.draft import Send
    from xlcrm.sheets.base import Book
    from xlcrm.store.base import Done


@contextmanager
def steward(place: Path | None, asked_for: str | None, language: str, create: bool = False) -> Iterator[Steward]:
    """The store of this machine with the share at ``place`` (None: its only one), for somebody who may see all of it.

    With ``create`` store and share are made where there are none. Away where it is not reached, UsageError where the store is no
    embedded one, the share another's, or the person may not.
    """
    from xlcrm.jobs.folder import share
    from xlcrm.jobs.folder import steward as job
    from xlcrm.rules.rights import rights_of
    from xlcrm.store import sqlite
    from xlcrm.store.deliveries import Deliveries

    url = store_url(asked_for)
    if not url.startswith(SQLITE):
        raise UsageError("folder.embedded_only")
    if not (create or exists(url)):
        raise UsageError("cli.no_store", url=url)
    store = sqlite.open(url, None, asked())
    try:
        login, name = account()
        acting = store.ensure_person(login, name, EVERYTHING, clock())
        if not rights_of(acting, store.people(), clock().strftime("%Y-%m-%d")).sees_everything:
            raise UsageError("folder.not_yours")
        ledger = Deliveries(store)
        if place is None:
            known = list(ledger.shares().values())
            if len(known) != 1:
                raise UsageError("folder.which" if known else "folder.no_share")
            place = Path(known[0])
        place = place.expanduser().absolute()
        found = job.make(ledger, (), place) if create else share.read(place)
        yield job.Steward(store, ledger, found, job.found(ledger, found), clock, language)
    finally:
        store.close()


def sending(desk: Desk, book: Book | None = None) -> Send | None:
    """What 提交 does with accepted rows of ``book`` (the desk's own unless given) where the store is a member's copy: they go
    into the outbox. Else None.
    """
    if not desk.url.startswith(FOLDER):
        return None
    from xlcrm.jobs.folder import member as job

    return job.sending(member(desk.url), book or desk.book, outbox(), desk.context.now())


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What 撤销 came to on a member's machine: so many ``rows`` that waited do not go out, or a wish that ``done`` be taken back.

    Nothing, where the person was asked and said no.
    """

    rows: int = 0
    done: Done | None = None

    def said(self, language: str) -> str:
        """The sentence for the person."""
        if self.done is not None:
            return text("folder.wished", language, number=self.done.number)
        return text("folder.withdrawn", language, rows=self.rows) if self.rows else text("undo.not_done", language)


def take_back(desk: Desk, wanted: str, source: str, ask: Callable[[str], bool]) -> TakenBack | None:
    """撤销 where the desk's store is a member's copy, after asking; None for another kind of store.

    Rows of the desk's workbook that wait still come first, else the operation ``wanted`` or the latest of ``source``.
    """
    if not desk.url.startswith(FOLDER):
        return None
    from xlcrm.jobs.folder import wish
    from xlcrm.jobs.undoing import heading

    mine, box, language = member(desk.url), outbox(), desk.language
    if desk._book is not None and not wanted and (rows := wish.waiting(mine, box, desk.book, dealt(mine))):
        if not ask(text("folder.withdraw_ask", language, rows=rows)):
            return TakenBack()
        wish.withdraw(mine, box, desk.book, language)
        return TakenBack(rows)
    done = wish.find(mine, box, desk.store, desk.context, wanted, source)
    if not ask(f"{heading(done, language, desk.rulebook.names)}\n{text('folder.wish_ask', language)}"):
        return TakenBack()
    wish.send(mine, box, done, desk.context)
    return TakenBack(done=done)


def dealt(mine: Member) -> set[str]:
    """The parcels that the copy knows to be dealt with."""
    from xlcrm.jobs.folder import member as job

    with closing(job.opened(mine)) as store:
        return store.done()


def deliver(desk: Desk) -> list[str]:
    """Lay what waits for the desk's shared folder into it; what to say about it, nothing for another kind of store."""
    if not desk.url.startswith(FOLDER) or (box := outbox()).empty():
        return []
    from xlcrm.jobs.folder import member as job
    from xlcrm.jobs.folder import wish

    mine = member(desk.url)
    with closing(job.opened(mine)) as store:
        done, said = store.done(), wish.answered(mine, box, store)
    try:
        _, waiting = job.deliver(mine, box, done)
    except Away as away:
        return [*said, text("folder.kept", desk.language, why=away.sentence(desk.language))]
    return [*said, text("folder.delivered", desk.language, count=waiting)] if waiting else said
