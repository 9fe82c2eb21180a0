"""Finds out how a store's data is kept. A few quick looks: whatever would take a second belongs to a command of its own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from xlcrm.errors import XlcrmError
from xlcrm.jobs.backup import folder
from xlcrm.jobs.backup.drills import SETTING as DRILL
from xlcrm.jobs.doctor.care import Backup, Care, Room
from xlcrm.model.context import Context
from xlcrm.model.tables import CUSTOMER
from xlcrm.rules import keeping
from xlcrm.rules.rights import NOBODYS, Action, Rights, rights_of
from xlcrm.store.base import Columns, Store
from xlcrm.store.migrations import LATEST

LEAST = 200 << 20  # bytes that a user's own folder should have left: outbox, copies, drafts
COPY = "copy"  # the store is a member's copy: whoever has the original sees to it


def care(store: Store, context: Context, home: Path, file: Path | None, backups: Path | None, verified: str) -> Care:
    """How ``store`` is kept, as far as the acting person has to see to it.

    ``file`` is where an embedded one lies, ``backups`` the folder that this machine backs it up into, ``verified``
    the moment when somebody verified its whole log here ("" = never).
    """
    settings, people = store.settings(), store.people()
    rights = rights_of(context.actor, people, context.now()[:10])
    customers = store.columns(CUSTOMER.key, ["rid", "owner", "created_at"])
    original = store.link().kind != COPY
    audits = original and rights.may(Action.LOG, NOBODYS)
    began = min((one for one in customers["created_at"] if one), default="")
    backup, full = _backup(store, settings, backups) if customers["rid"] and original else (None, 0)
    return Care(
        now=context.clock(),
        backup=backup,
        sealed=store.sealed() if audits else True,
        begun=_moment(began) if audits else None,
        verified=_verified(settings, verified),
        unreviewed=_unreviewed(store, customers, _watched(store, rights, context), context.clock().date()),
        rooms=tuple(_rooms(home, file, backups if full else None, full)),
        schema=LATEST,
    )


def _backup(store: Store, settings: Mapping[str, str], root: Path | None) -> tuple[Backup | None, int]:
    """What is known of the store's backups, and how many bytes the last full one has (0: none); None for who makes none."""
    try:
        source = store.backups
    except XlcrmError:
        return None, 0
    drill = _said(settings, DRILL)
    known = Backup(tried=_moment(drill.get("at")), failed="" if drill.get("ok", True) else str(drill.get("trouble") or "?"))
    if root is None:
        return known, 0
    known = replace(known, folder=str(root))
    try:
        place = next((one for one in folder.stores(root) if one.name == source.store_id()), root)
        shelf = folder.shelf(place)
    except XlcrmError:
        return replace(known, reached=False), 0
    known, chain = replace(known, unreadable=len(shelf.faults)), shelf.newest()
    return (replace(known, last=chain[-1].at), chain[0].size) if chain else (known, 0)


def _watched(store: Store, rights: Rights, context: Context) -> set[str]:
    """Whose reviews the acting person answers for: the own ones, a manager the department's."""
    if not rights.ever(Action.CREATE):
        return set()
    me = context.actor
    if "manager" not in me.roles or not me.department:
        return {me.rid}
    return {me.rid} | {one.rid for one in store.people() if one.department == me.department}


def _unreviewed(store: Store, customers: Columns, owners: set[str], day: date) -> int:
    """How many customers of ``owners`` last month's review passed over."""
    since = keeping.overdue_before(day)
    found = zip(customers["rid"], customers["owner"], customers["created_at"], strict=True)
    mine = {rid for rid, owner, created in found if owner in owners and (created or "") < since}
    if not mine:
        return 0
    reviews = store.columns("review", ["customer", "scope", "created_at"])
    done = zip(reviews["customer"], reviews["scope"], reviews["created_at"], strict=True)
    return len(mine - {customer for customer, scope, at in done if scope == "month" and (at or "") >= since})


def _verified(settings: Mapping[str, str], here: str) -> datetime | None:
    """When the whole log was verified last: on this machine, or in a drill of the backup that passed."""
    drill = _said(settings, DRILL)
    said = (here, drill.get("at") if drill.get("ok") else "")
    return max((moment for one in said if (moment := _moment(one))), default=None)


def _said(settings: Mapping[str, str], name: str) -> dict[str, object]:
    with suppress(ValueError):
        found = json.loads(settings.get(name) or "{}")
        return found if isinstance(found, dict) else {}
    return {}


def _moment(said: object) -> datetime | None:
    with suppress(ValueError):
        return datetime.fromisoformat(said).replace(tzinfo=None) if isinstance(said, str) and said else None
    return None


def _rooms(home: Path, file: Path | None, backups: Path | None, full: int) -> Iterator[Room]:
    """How much room there is, and is needed: a full backup first lies beside the store, as large as that, and grows slowly."""
    wanted = [("home", home, LEAST)]
    if backups is not None:
        wanted.append(("backup", backups, full + full // 4))
    if file is not None and file.exists():
        wanted.append(("store", file.parent, file.stat().st_size + LEAST))
    for what, place, needed in wanted:
        with suppress(OSError):
            yield Room(what, place, shutil.disk_usage(place).free, needed)
