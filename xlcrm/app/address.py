"""Which store is meant: by what the command says, the environment, or the user's settings."""

from __future__ import annotations

import os
from pathlib import Path, PureWindowsPath

from xlcrm.app.user import home, profiles_path, settings

SQLITE = "sqlite:///"
SERVERS = ("postgresql://", "postgres://")
FOLDER = "folder:"


def store_url(asked: str | None = None) -> str:
    """The address of the store that is asked for, or in use: by --store, XLCRM_STORE, the user's settings, else the embedded one.

    Each of them may be a known name, an address or a path. UsageError for a name that nobody added.
    """
    from xlcrm.jobs import profiles

    asked = asked or os.environ.get("XLCRM_STORE") or getattr(settings(), "store", "")
    if not asked or asked in profiles.EMBEDDED:
        return f"{SQLITE}{home() / 'store.db'}"
    if "://" in asked or asked.startswith(FOLDER):
        return asked
    if PureWindowsPath(asked).drive and os.name != "nt":  # another system's path is refused when opened
        return asked
    return profiles.find(profiles_path(), asked) or f"{SQLITE}{asked}"


def profile(url: str) -> str:
    """The name under which this user knows the store at ``url``; "" without one."""
    from xlcrm.jobs import profiles

    return next((name for name, known in profiles.load(profiles_path()).items() if known == url), "")


def shown(url: str) -> str:
    """``url`` without a password."""
    if not url.startswith(SERVERS):
        return url
    from xlcrm.store.postgres import server

    return server.shown(url)


def exists(url: str) -> bool:
    """Whether there is a store at ``url`` already; a server, or a shared folder, is only asked when it is opened."""
    return url.startswith((*SERVERS, FOLDER)) or Path(url.removeprefix(SQLITE)).exists()
