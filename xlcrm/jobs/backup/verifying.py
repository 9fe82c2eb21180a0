"""The drill: the newest backup is restored into a file of its own, looked at, held against the store, and thrown away."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xlcrm.catalogue import text
from xlcrm.crypto.chest import Opener
from xlcrm.errors import StoreError, UsageError, XlcrmError
from xlcrm.jobs.backup import drills
from xlcrm.jobs.backup.choosing import Rebuilt, rebuilt, unreadable
from xlcrm.jobs.backup.drills import Drill
from xlcrm.jobs.backup.folder import Kept, shelf
from xlcrm.jobs.backup.restoring import Unsound, fresh, proven
from xlcrm.jobs.progress import Progress, silent
from xlcrm.model.context import Context
from xlcrm.model.operation import Change, Operation
from xlcrm.store.backup.proving import Proof
from xlcrm.store.base import Store


@dataclass(frozen=True, slots=True)
class Verified:
    """What a drill found. ``trouble`` is what is wrong with the newest backup, None where it is proven; ``others``: with others.

    ``values`` sealed values opened; ``compared`` whether it was held against the store; ``behind``: how many operations the store
    has gone on since; ``noted``: what kept the result from being written down.
    """

    drill: Drill
    trouble: XlcrmError | None
    others: Sequence[XlcrmError]
    values: int
    compared: bool
    behind: int
    noted: XlcrmError | None


def verify(
    place: Path,
    opener: Opener,
    room: Path,
    context: Context,
    store: Store | None = None,
    language: str = "zh",
    progress: Progress = silent,
) -> Verified:
    """Prove the newest backup in the folder ``place``; the scratch store lies in ``room`` meanwhile. The result is noted in the
    folder, and in ``store`` where it is given, which the backup is held against.

    KeysError where nobody here opens it, UsageError where there is none: then nothing was found out.
    """
    begun, there = time.monotonic(), shelf(place)
    last = there.packages[-1] if there.packages else None
    trouble: XlcrmError | None = None
    chain: Sequence[Kept] = ()
    operations, head, customers, values, behind = 0, "", 0, 0, 0
    try:
        with fresh(room, "drill") as path, rebuilt(place, opener, path, "", language, progress) as found:
            chain, last = found.chain, found.chain[-1]
            proof = proven(found, language, progress)
            operations, head, values = proof.status.operations, last.head.until.head, proof.values
            customers = proof.status.records["customer"]
            trouble = None if proof.sound else Unsound(proof)
            if store is not None and trouble is None:
                trouble, behind = _differs(store, found, proof)
    except StoreError as error:
        trouble = error
    others = unreadable(there, opener, chain, lambda done, total: progress(text("backup.reading", language), done, total))
    progress("", 1, 1)
    mine = str(trouble.values.get("path", "")) if trouble else ""
    of = (last.head.id, last.path.name) if last else ("", "")
    seconds = round(time.monotonic() - begun, 1)
    why = trouble.sentence(language) if trouble else ""
    drill = Drill(context.now(), trouble is None, why, *of, operations, head, customers, seconds)
    noted = _note(place, store, context, drill)
    different = [one for one in others if str(one.values.get("path", "")) != mine]
    return Verified(drill, trouble, different, values, store is not None, behind, noted)


def _differs(store: Store, found: Rebuilt, proof: Proof) -> tuple[XlcrmError | None, int]:
    """What tells the rebuilt store from the one that was backed up, at the moment of the backup; how far that has gone on."""
    last = found.chain[-1]
    if store.backups.store_id() != last.head.store:
        return UsageError("backup.another_store", path=last.path), 0
    if not store.backups.holds(last.head.until):
        return StoreError("backup.leads_elsewhere", path=last.path, operation=last.head.until.operations), 0
    now, then = store.status(), proof.status
    same = (now.records, now.people, now.entries) == (then.records, then.people, then.entries)
    if now.operations == then.operations and not same:
        return StoreError("backup.counts_differ", path=last.path), 0
    return None, now.operations - then.operations


def _note(place: Path, store: Store | None, context: Context, drill: Drill) -> XlcrmError | None:
    if store is not None:  # whoever may not set it has proven the backups all the same
        store.apply(Operation("settings", [Change("setting", drills.SETTING, "", {"value": drill.line()})]), context)
    try:
        drills.note(place, drill)
    except UsageError as error:
        return error
    return None
