"""Wires everything once: where the store lies, who acts, which clock and language; the only place that chooses."""

from xlcrm.app.address import FOLDER, SERVERS, SQLITE, exists, profile, shown, store_url
from xlcrm.app.desk import Desk, at, connected, matching, session
from xlcrm.app.files import WORKBOOKS, existing, writable, writing
from xlcrm.app.folder import deliver, sending, steward
from xlcrm.app.membership import join
from xlcrm.app.office import attach, office_folders, open_book
from xlcrm.app.stores import make_store, migrate_store, opened, outbox
from xlcrm.app.terminal import caller, tell
from xlcrm.app.user import EVERYTHING, account, clock, home, profiles_path, settings, settings_path
from xlcrm.app.waiting import keep, send, take_along

__all__ = [
    "EVERYTHING",
    "FOLDER",
    "SERVERS",
    "SQLITE",
    "WORKBOOKS",
    "Desk",
    "account",
    "at",
    "attach",
    "caller",
    "clock",
    "connected",
    "deliver",
    "existing",
    "exists",
    "home",
    "join",
    "keep",
    "make_store",
    "matching",
    "migrate_store",
    "office_folders",
    "open_book",
    "opened",
    "outbox",
    "profile",
    "profiles_path",
    "send",
    "sending",
    "session",
    "settings",
    "settings_path",
    "shown",
    "steward",
    "store_url",
    "take_along",
    "tell",
    "writable",
    "writing",
]
