"""Where this machine's backups go and how long they stay: for each store, chosen once."""

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
    kept = _kept().get(shown(url), {}).get("folder")
    return Path(kept) if kept else None


def backup_retention(url: str) -> str:
    """How long backups of the store at ``url`` stay, as --keep said it; "" where it never did."""
    return _kept().get(shown(url), {}).get("keep", "")


def remember_backup(url: str, folder: Path, keep: str) -> None:
    """Keep both for the store at ``url``. UsageError where this user's settings cannot be written."""
    kept, place, said = _kept(), shown(url), {"folder": str(folder), "keep": keep}
    if kept.get(place) == said:
        return
    try:
        home().mkdir(parents=True, exist_ok=True)
        fresh = _path().with_suffix(".new")
        fresh.write_text(json.dumps(kept | {place: said}, ensure_ascii=False, indent=1), "utf-8")
        fresh.replace(_path())
    except OSError as error:
        raise UsageError("cli.unwritable", path=_path()) from error


def _path() -> Path:
    return home() / "backup.json"


def _kept() -> dict[str, dict[str, str]]:
    try:
        found = json.loads(_path().read_text("utf-8"))
        return {str(url): {str(key): str(value) for key, value in said.items()} for url, said in found.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as error:
        raise UsageError("backup.bad_memory", path=_path()) from error
