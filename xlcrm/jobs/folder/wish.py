"""What a member asks the steward's machine to do beside rows: 撤销, and the actions chosen on the sheets of what waits.

Of 撤销 what waits still comes back at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlcrm.errors import UsageError
from xlcrm.jobs import undo
from xlcrm.jobs.folder import member as membership
from xlcrm.jobs.folder import share as shared
from xlcrm.jobs.folder.member import Member
from xlcrm.jobs.outbox.box import Outbox
from xlcrm.jobs.outbox.keep import QUEUED
from xlcrm.jobs.outbox.parcel import Parcel, having
from xlcrm.jobs.outbox.send import take_along
from xlcrm.model.context import Context
from xlcrm.model.rows import Rows
from xlcrm.model.tables import SUBMITTED
from xlcrm.model.vocabularies import vocabulary
from xlcrm.model.wish import Wish
from xlcrm.sheets.base import Book
from xlcrm.store.base import Done, Store
from xlcrm.store.replica import Replica


def waiting(member: Member, outbox: Outbox, book: Book, done: set[str]) -> int:
    """How many rows of ``book`` wait for the steward's machine; what was ``done`` waits no more."""
    return sum(parcel.rows for name, parcel in outbox.of(book.setting("uid"), member.store) if name not in done)


def withdraw(member: Member, outbox: Outbox, book: Book, language: str) -> None:
    """Send nothing of ``book`` that waits: its rows are as they were before 提交, also those that it held no longer.

    What the steward's machine dealt with meanwhile comes with the next 刷新. Away where the share is not reached, BookError.
    """
    shared.read(member.share.root)
    book.ready()
    words = vocabulary("submit_status")
    names = take_along(book, outbox, member.store)
    for table in SUBMITTED:
        if table in book.tables():
            rows = book.read(table)
            status = list(rows.columns.get("submit_status") or [None] * len(rows))
            for row in having(rows, (QUEUED,)):
                status[row] = words.label("stored" if rows.cell(row, "number") else "unsent", language)
            book.write(rows, {"submit_status": status})
    for name in names:
        shared.drop(membership.lies(member, name))
        outbox.drop(name)
    book.save()


def find(member: Member, outbox: Outbox, store: Store, context: Context, wanted: str, source: str) -> Done:
    """The operation to be taken back, as undo.find. UsageError also where that was asked for already."""
    done = undo.find(store, context, wanted, source)
    asked = (one.parcel for one in outbox.waiting())
    if any(one is not None and (one.store, one.undo) == (member.store, done.id) for one in asked):
        raise UsageError("undo.wished", operation=done.number)
    return done


def send(member: Member, outbox: Outbox, done: Done, context: Context) -> None:
    """Ask the steward's machine to take ``done`` back; the wish waits in the outbox until that was dealt with."""
    outbox.add(Parcel(member.store, member.url, done.source, context.now(), context.language, {}, {}, undo=done.id))


def act(member: Member, outbox: Outbox, wishes: Sequence[Wish], context: Context) -> None:
    """Ask the steward's machine to carry out actions; they wait in the outbox until they were dealt with."""
    at, language = context.now(), context.language
    outbox.add(Parcel(member.store, member.url, context.source, at, language, {}, {}, actions=list(wishes)))


def review(member: Member, outbox: Outbox, book: Book, context: Context, lines: Mapping[str, Rows]) -> None:
    """Ask the steward's machine to carry out answered lines of 月度核对 (table key -> rows)."""
    at, language = context.now(), context.language
    outbox.add(Parcel(member.store, member.url, book.name, at, language, {}, dict(lines), reviews=True))


def asked(member: Member, outbox: Outbox, done: set[str]) -> set[tuple[str, int | None]]:
    """The requests and proposals (rid, version that was seen) about which actions wait; what was ``done`` waits no more."""
    parcels = [one for one in outbox.waiting() if one.parcel is not None and one.name not in done]
    return {
        (wish.about, wish.version)
        for one in parcels
        if one.parcel is not None and one.parcel.store == member.store
        for wish in one.parcel.actions
    }


def answered(member: Member, outbox: Outbox, store: Replica) -> list[str]:
    """What was said to the wishes that wait here still."""
    said = store.replies()
    return [
        said[one.name]
        for one in outbox.waiting()
        if one.parcel is not None and one.parcel.store == member.store and one.parcel.wishes and one.name in said
    ]
