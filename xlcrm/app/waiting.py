"""What waits on this machine while a team's store is away, seen from a desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlcrm.app.address import SERVERS
from xlcrm.app.desk import Desk
from xlcrm.app.stores import outbox
from xlcrm.app.terminal import tell
from xlcrm.errors import Away, XlcrmError

if TYPE_CHECKING:
    from xlcrm.jobs.outbox.keep import Kept
    from xlcrm.jobs.outbox.send import Sent
    from xlcrm.rules.rulebook import Rulebook
    from xlcrm.sheets.base import Book


def keep(desk: Desk, away: Away) -> Kept:
    """Keep the rows of the desk's workbook until its store is back; ``away`` again where this machine never reached that store.

    Raises as jobs.outbox.keep.
    """
    from xlcrm.jobs.outbox.keep import keep as job
    from xlcrm.store.postgres.address import parse

    box, address = outbox(), parse(desk.url)
    if address.store not in box.reached():
        raise away
    desk.offline = True
    return job(desk.book, box, address.store, address.shown, desk.context, desk.rulebook)


def send(desk: Desk, *, own: bool = True, returned: bool = False) -> list[Sent]:
    """Send what waits for the desk's store; without ``own`` not the rows of its workbook, with ``returned`` what came back, too.

    Raises Away; what else keeps a parcel from going out is told, and it stays.
    """
    if not desk.url.startswith(SERVERS) or (box := outbox()).empty():
        return []
    from xlcrm.jobs.outbox import say
    from xlcrm.jobs.outbox.send import send as job
    from xlcrm.store.postgres.address import parse

    def rules(book: Book) -> Rulebook:
        return Desk(desk.language, desk.url, book.name, _book=book, _store=desk.store).rulebook

    name, uid, sent = parse(desk.url).store, desk._book.setting("uid") if desk._book else "", []
    waiting = list(box.waiting())
    if not returned:  # xlcrm outbox lists them by itself
        for count, secret in say.closed(waiting, desk.language):
            tell(desk.language, desk.notices)("outbox.closed", count=count, secret=secret)
    for one in waiting:
        parcel = one.parcel
        if parcel is None or parcel.store != name or (parcel.returned and not returned) or (parcel.uid == uid and not own):
            continue
        try:
            sent.append(job(one.name, parcel, box, desk.store, desk.context, rules))
        except Away:
            raise
        except XlcrmError as error:
            tell(desk.language, desk.notices)("outbox.stuck", book=parcel.book, why=error.sentence(desk.language))
    return sent


def take_along(desk: Desk) -> list[str]:
    """Put the rows of the desk's workbook that wait, and are not in it any more, back; what to drop once it is submitted."""
    if not desk.url.startswith(SERVERS) or (box := outbox()).empty():
        return []
    from xlcrm.jobs.outbox.send import take_along as job
    from xlcrm.store.postgres.address import parse

    return job(desk.book, box, parse(desk.url).store)
