"""Wires everything once: where the store lies, who acts, which clock and language; the only place that chooses."""

from xlcrm.app.address import FOLDER, SERVERS, SQLITE, exists, profile, shown, store_url
from xlcrm.app.answering import answer, chosen, list_again, reviewed, told, wishing
from xlcrm.app.backups import backup_folder, backup_retention, known_backup_folder, remember_backup
from xlcrm.app.desk import Desk, at, connected, matching, session
from xlcrm.app.files import WORKBOOKS, existing, writable, writing
from xlcrm.app.folder import TakenBack, deliver, sending, steward, take_back
from xlcrm.app.health import health, note_verified
from xlcrm.app.mailing import ask_mail_password, drafts_folder, mail_password, mail_path, mail_trouble, send_notices
from xlcrm.app.membership import join
from xlcrm.app.office import attach, office_folders, open_book
from xlcrm.app.stores import make_store, migrate_store, opened, outbox
from xlcrm.app.terminal import asked, caller, tell
from xlcrm.app.user import EVERYTHING, account, clock, home, profiles_path, settings, settings_path
from xlcrm.app.waiting import keep, send, take_along

__all__ = [
    "EVERYTHING",
    "FOLDER",
    "SERVERS",
    "SQLITE",
    "WORKBOOKS",
    "Desk",
    "TakenBack",
    "account",
    "answer",
    "ask_mail_password",
    "asked",
    "at",
    "attach",
    "backup_folder",
    "backup_retention",
    "caller",
    "chosen",
    "clock",
    "connected",
    "deliver",
    "drafts_folder",
    "existing",
    "exists",
    "health",
    "home",
    "join",
    "keep",
    "known_backup_folder",
    "list_again",
    "mail_password",
    "mail_path",
    "mail_trouble",
    "make_store",
    "matching",
    "migrate_store",
    "note_verified",
    "office_folders",
    "open_book",
    "opened",
    "outbox",
    "profile",
    "profiles_path",
    "remember_backup",
    "reviewed",
    "send",
    "send_notices",
    "sending",
    "session",
    "settings",
    "settings_path",
    "shown",
    "steward",
    "store_url",
    "take_along",
    "take_back",
    "tell",
    "told",
    "wishing",
    "writable",
    "writing",
]
