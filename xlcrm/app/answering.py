"""提交 beside the rows: what was chosen on the sheets of what waits, seen from a desk."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from xlcrm.app.address import FOLDER
from xlcrm.app.desk import Desk
from xlcrm.app.folder import dealt
from xlcrm.app.membership import member
from xlcrm.app.stores import outbox
from xlcrm.catalogue import text

if TYPE_CHECKING:
    from xlcrm.jobs.queues.answers import Carried, Send


def answer(desk: Desk, dry_run: bool = False) -> Carried:
    """Carry out the actions that are chosen in the desk's workbook, or hand them on where its store is a member's copy.

    A dry run counts them. Raises BookError, StoreError.
    """
    from xlcrm.jobs.queues.answers import Carried, carry_out, count

    if dry_run:
        return Carried(wanted=count(desk.book))
    return carry_out(desk.book, desk.store, desk.context, desk.rulebook, wishing(desk))


def wishing(desk: Desk) -> Send | None:
    """What hands actions on where the desk's store is a member's copy; None where they are carried out here."""
    if not desk.url.startswith(FOLDER):
        return None
    from xlcrm.jobs.folder import wish

    return partial(wish.act, member(desk.url), outbox(), context=desk.context)


def reviewed(desk: Desk, dry_run: bool = False) -> list[str]:
    """Carry out what was answered on 月度核对 and 次要信息核对, or hand it on where the store is a member's copy; what to say
    about it. A dry run does nothing. Raises BookError, StoreError.
    """
    from xlcrm.jobs.keeping import carry

    if dry_run:
        return []
    send = None
    if desk.url.startswith(FOLDER):
        from xlcrm.jobs.folder import wish

        send = partial(wish.review, member(desk.url), outbox(), desk.book, desk.context)
    return carry.told(carry.carry_out(desk.book, desk.store, desk.context, desk.rulebook, send), desk.language)


def chosen(desk: Desk) -> int:
    """How many actions are chosen in the desk's workbook."""
    from xlcrm.jobs.queues.answers import count

    return count(desk.book)


def list_again(desk: Desk) -> None:
    """Fill the sheets of what waits anew, where they are in use. Raises BookError, StoreError."""
    from xlcrm.jobs.queues import sheets

    if sheets.used(desk.book):
        sheets.show(desk.book, desk.store, desk.context, desk.rulebook, told(desk))


def told(desk: Desk) -> dict[tuple[str, int | None], str]:
    """What stands in 结果 of lines about which actions were handed on: (rid, version) -> sentence."""
    if not desk.url.startswith(FOLDER) or (box := outbox()).empty():
        return {}
    from xlcrm.jobs.folder import wish

    mine = member(desk.url)
    return dict.fromkeys(wish.asked(mine, box, dealt(mine)), text("queues.sent_line", desk.language))
