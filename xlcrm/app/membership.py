"""This machine as a member of a firm's shared folder."""

from __future__ import annotations

import platform
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm.app.address import FOLDER
from xlcrm.app.terminal import tell
from xlcrm.app.user import account, home
from xlcrm.errors import Away, KeysError, StoreError, UsageError

if TYPE_CHECKING:
    from xlcrm.jobs.folder.member import Member
    from xlcrm.store.replica import Replica


def root(url: str) -> Path:
    """The share that an address "folder:PATH" means."""
    return Path(url.removeprefix(FOLDER)).expanduser().absolute()


def member(url: str) -> Member:
    """This machine as a member of the share at ``url``. UsageError where it never joined, KeysError without its identity."""
    from xlcrm.crypto import keys
    from xlcrm.jobs.folder import member as job

    return job.load(root(url), home(), keys.mine())


def join(url: str, folder: str, agreed: Callable[[str], bool]) -> Member:
    """Join the share at ``url`` by the personal folder ``folder`` (jobs.folder.member.join); makes the identity on first use."""
    from xlcrm.crypto import keys
    from xlcrm.jobs.folder import member as job

    secret = keys.mine() or keys.make_identity()
    if not secret:
        raise UsageError("folder.no_place")
    return job.join(root(url), home(), folder or account()[1], secret, platform.node(), agreed)


def opened(url: str, language: str, notices: list[str] | None) -> Replica:
    """The member's copy of the store at ``url``, brought up to date where the share is reached."""
    from xlcrm.jobs.folder import member as job

    mine = member(url)
    failed: StoreError | KeysError | None = None
    try:
        job.fetch(mine)
    except (StoreError, KeysError) as error:  # away, or the file is not what it should be: the copy on this machine is good
        if job.latest(mine) is None and not isinstance(error, Away):
            raise
        failed = error
    store = job.opened(mine)
    if failed is not None:
        tell(language, notices)("folder.as_of", at=store.facts.at, why=failed.sentence(language))
    return store
