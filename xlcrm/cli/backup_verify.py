"""xlcrm backup verify: the newest backup is restored, looked at, held against the store, and the result written down."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from typing import TYPE_CHECKING

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal
from xlcrm.errors import StoreError, UsageError
from xlcrm.model.context import Context, Person

if TYPE_CHECKING:
    from xlcrm.jobs.backup.verifying import Verified
    from xlcrm.store.base import Store


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """Nothing beside what every word of ``xlcrm backup`` takes."""


def run(options: argparse.Namespace) -> int:
    """Do it; 0 proven, 1 where something is wrong with the newest backup or with another one."""
    from xlcrm.crypto.chest import Opener
    from xlcrm.jobs.backup.choosing import only
    from xlcrm.jobs.backup.verifying import verify

    language, bar = options.lang, terminal.Bar()
    url = app.store_url(options.store)
    root = app.backup_folder(url, options.folder)
    store: Store | None = None
    acting = Person("", *app.account())
    context = Context(acting, app.clock, language)
    with ExitStack() as stack:
        try:
            desk = stack.enter_context(app.session(None, language, options.store, create=False))
            store, context = desk.store, desk.context
        except (StoreError, UsageError) as error:  # it may be lost: then the backups are all the more looked at
            app.tell(language)("backup.not_compared", why=error.sentence(language))
        place = only(root, store.backups.store_id() if store else "")
        room = app.home()
        room.mkdir(parents=True, exist_ok=True)
        found = verify(place, Opener(app.asked()), room, context, store, language, bar)
    if options.json:
        terminal.dump(_said(found))
    else:
        _tell(found, language)
    return 0 if found.trouble is None and not found.others else 1


def _tell(found: Verified, language: str) -> None:
    drill = found.drill
    if found.trouble is None:
        counts = {"customers": drill.customers, "operations": drill.operations, "values": found.values}
        head = terminal.head(f"{drill.operations}:{drill.head}")
        print(text("backup.proven", language, file=drill.file, seconds=drill.seconds, head=head, **counts))
        if found.compared:
            print(text("backup.behind" if found.behind else "backup.same", language, count=found.behind))
    else:
        print(text("backup.not_proven", language, why=found.trouble.sentence(language)))
        print(found.trouble.hint(language))
    for one in found.others:
        print(text("backup.other_broken", language, why=one.sentence(language)))
    if found.noted:
        terminal.tell([text("backup.not_noted", language, why=found.noted.sentence(language))])


def _said(found: Verified) -> dict[str, object]:
    drill = found.drill
    return {
        "ok": drill.ok, "at": drill.at, "package": drill.package, "file": drill.file, "trouble": drill.trouble,
        "customers": drill.customers, "operations": drill.operations, "head": drill.head, "values": found.values,
        "compared": found.compared, "behind": found.behind, "others": [str(one) for one in found.others],
    }  # fmt: skip
