"""Opening, making and migrating a store: the only place that chooses between the kinds."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

from xlcrm.app import membership
from xlcrm.app.address import FOLDER, SERVERS, SQLITE, exists
from xlcrm.app.terminal import asked, caller, new_passphrase
from xlcrm.app.user import EVERYTHING, account, clock, home
from xlcrm.errors import StoreError, UsageError
from xlcrm.model.context import Context

if TYPE_CHECKING:
    from xlcrm.jobs.outbox.box import Outbox
    from xlcrm.store.base import Store

WAIT = 60.0  # seconds that a command waits for other writers of the store


@contextmanager
def opened(
    url: str,
    create: bool = True,
    busy: Callable[[], None] | None = None,
    language: str = "zh",
    notices: list[str] | None = None,
    keyless: bool = False,
) -> Iterator[Store]:
    """The store at ``url`` as the acting person may see it.

    An embedded one is made on first use where ``create``, who uses it then is its first person; a team's is made on purpose
    (make_store) and knows its people. StoreError for somebody the store does not know.
    ``busy`` is called once somebody else's writing makes this one wait; ``notices``: as ``tell``. ``keyless``: without its keys,
    for somebody who asks to be admitted; nothing encrypted can be read or written then.
    """
    from xlcrm.crypto.cipher import NoKeys
    from xlcrm.store import guard

    ask, cipher = asked(), NoKeys() if keyless else None
    if url.startswith(SERVERS):
        from xlcrm.store.postgres import opening
        from xlcrm.store.postgres.address import parse

        store: Store = opening.open(url, cipher, ask, WAIT, caller(language, notices))
        with suppress(UsageError):  # where nothing can be kept, nothing needs to be remembered
            outbox().note(parse(url).store)
    elif url.startswith(FOLDER):
        store = membership.opened(url, language, notices)
    else:
        from xlcrm.store import sqlite

        if not url.startswith(SQLITE):
            raise UsageError("cli.store_kind", url=url)
        if not create and not exists(url):
            raise UsageError("cli.no_store", url=url)
        store = sqlite.open(url, cipher, ask, wait=WAIT, busy=busy)
    try:
        login, name = account()
        acting = store.ensure_person(store.account or login, name, EVERYTHING, clock())
        yield guard.seen(store, Context(acting, clock))
    finally:
        store.close()


def make_store(url: str, language: str) -> None:
    """Make the store at ``url``, with this person as its first. StoreError: there is one already, or it cannot be made."""
    if url.startswith(FOLDER):
        raise UsageError("folder.elsewhere")
    if not url.startswith(SERVERS):
        if url.startswith(SQLITE) and exists(url):
            raise StoreError("store.exists", path=url)
        with opened(url, language=language):
            return
    from xlcrm.store.postgres import opening

    ask = partial(new_passphrase, language) if sys.stdin and sys.stdin.isatty() else None
    opening.create(url, account()[1], EVERYTHING, clock(), ask=ask, caller=caller(language)).close()


def migrate_store(url: str, language: str) -> tuple[int, int]:
    """Bring the store at ``url`` to this program's version; (version before, version now)."""
    if url.startswith(SERVERS):
        from xlcrm.store.postgres import opening

        return opening.migrate(url, ask=asked(), caller=caller(language))
    if not url.startswith(SQLITE):
        raise UsageError("cli.store_kind", url=url)
    if not exists(url):
        raise UsageError("cli.no_store", url=url)
    from xlcrm.store import sqlite

    before = sqlite.version(url)
    with opened(url, create=False) as store:
        return before, store.status().version


def outbox() -> Outbox:
    """What waits on this machine while a team's store is away."""
    from xlcrm.crypto.seal import Seal
    from xlcrm.jobs.outbox.box import Outbox

    return Outbox(home() / "outbox", Seal(asked()))
