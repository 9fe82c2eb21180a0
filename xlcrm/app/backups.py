"""Where this machine's backups go: a folder for each store, chosen once."""

from __future__ import annotations

import json
from pathlib import Path

from xlcrm.app.address import shown
from xlcrm.app.user import home
from xlcrm.errors import UsageError


def backup_folder(url: str, chosen: Path | None = None) -> Path:
    """The folder for backups of the store at ``url``: the one that is ``chosen``, else the one kept for it. UsageError: none."""
    if chosen is not None:
        return chosen.expanduser().absolute()
    kept = known_backup_folder(url)
    if kept is None:
        raise UsageError("backup.no_folder")
    return kept


def known_backup_folder(url: str) -> Path | None:
    """The folder kept for the store at ``url``, if there is one."""
    kept = _kept().get(shown(url))
    return Path(kept) if kept else None


def remember_backup_folder(url: str, folder: Path) -> None:
    """Keep ``folder`` for the store at ``url``. UsageError where this user's settings cannot be written."""
    kept, place = _kept(), shown(url)
    if kept.get(place) == str(folder):
        return
    try:
        home().mkdir(parents=True, exist_ok=True)
        fresh = _path().with_suffix(".new")
        fresh.write_text(json.dumps(kept | {place: str(folder)}, ensure_ascii=False, indent=1), "utf-8")
        fresh.replace(_path())
    except OSError as error:
        raise UsageError("cli.unwritable", path=_path()) from error


def _path() -> Path:
    return home() / "backup.json"


def _kept() -> dict[str, str]:
    try:
        found = json.loads(_path().read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UsageError("backup.bad_memory", path=_path()) from error
    return found if isinstance(found, dict) else {}
