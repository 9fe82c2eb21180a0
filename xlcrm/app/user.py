"""Who sits at this machine: the folder of their settings, their login and name, their clock."""

from __future__ import annotations

import getpass
import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm.errors import UsageError

if TYPE_CHECKING:
    from xlcrm.jobs.settings import Settings

EVERYTHING = frozenset({"entry", "reviewer", "steward", "manager", "finance", "marketing", "admin"})
"""Alone on a machine every role is yours."""


def home() -> Path:
    """The folder of this user's settings and embedded store: XLCRM_HOME, else ~/.xlcrm."""
    return Path(os.environ.get("XLCRM_HOME") or Path.home() / ".xlcrm")


def settings_path() -> Path:
    """Where this user's settings are kept."""
    return home() / "settings.json"


def settings() -> Settings | None:
    """This user's settings; None before they were made. UsageError when their file is damaged."""
    from xlcrm.jobs.settings import load

    return load(settings_path()) if settings_path().exists() else None


def profiles_path() -> Path:
    """Where the names of this user's stores are kept."""
    return home() / "stores.json"


def account() -> tuple[str, str]:
    """The acting person's login, and the name colleagues know (XLCRM_PERSON, the user's settings, else the login)."""
    login = getpass.getuser()
    own = os.environ.get("XLCRM_PERSON") or getattr(settings(), "name", "")
    return login, (own or login).encode(errors="replace").decode()  # half characters of an environment in another encoding


def clock() -> datetime:
    """The wall clock of this machine; XLCRM_NOW ("2025-03-05 14:30:00") replaces it in demonstrations and tests."""
    fixed = os.environ.get("XLCRM_NOW")
    if not fixed:
        return datetime.now().replace(microsecond=0)
    try:
        return datetime.fromisoformat(fixed).replace(tzinfo=None)
    except ValueError as error:
        raise UsageError("cli.bad_now", value=fixed) from error
