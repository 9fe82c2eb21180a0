"""A firm without a server, wired: the machine that owns the store, and what goes out from a member's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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
    from xlcrm.jobs.folder.steward import Steward
    from xlcrm.jobs.submit.draft import Send


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


def sending(desk: Desk) -> Send | None:
    """What 提交 does with accepted rows where the desk's store is a member's copy: they go into the outbox. Else None."""
    if not desk.url.startswith(FOLDER):
        return None
    from xlcrm.jobs.folder import member as job

    return job.sending(member(desk.url), desk.book, outbox(), desk.context.now())


def deliver(desk: Desk) -> list[str]:
    """Lay what waits for the desk's shared folder into it; what to say about it, nothing for another kind of store."""
    if not desk.url.startswith(FOLDER) or (box := outbox()).empty():
        return []
    from xlcrm.jobs.folder import member as job

    mine = member(desk.url)
    store = job.opened(mine)
    try:
        done = store.done()
    finally:
        store.close()
    try:
        _, waiting = job.deliver(mine, box, done)
    except Away as away:
        return [text("folder.kept", desk.language, why=away.sentence(desk.language))]
    return [text("folder.delivered", desk.language, count=waiting)] if waiting else []
