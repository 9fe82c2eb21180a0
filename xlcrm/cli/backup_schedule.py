"""xlcrm backup schedule: what lets this machine make the backups by itself."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from pathlib import Path

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.errors import UsageError


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What it takes besides the folder of the backups."""
    parser.add_argument("--write", metavar="FOLDER", type=Path, help=text("backup.schedule_write", language))


def run(options: argparse.Namespace) -> int:
    """Show the files, or write them where ``--write`` says, and what to type then; 0 when done."""
    from xlcrm.crypto import keys
    from xlcrm.jobs.backup import schedule

    language, url = options.lang, app.store_url(options.store)
    folder = app.backup_folder(url, options.folder)
    system = platform.system()
    user = "\\".join(os.environ.get(name, "") for name in ("USERDOMAIN", "USERNAME")).strip("\\")
    whole = system not in (schedule.WINDOWS, schedule.MACOS) and os.geteuid() == 0
    bare = system not in (schedule.WINDOWS, schedule.MACOS) and keys.safe_keyring() is None
    plan = schedule.Plan(
        system, sys.executable, app.shown(url), str(folder.absolute()), whole, whole and bare, user, language
    )  # fmt: skip
    made = schedule.files(plan)
    where = (options.write or Path()).absolute()
    for name, content in made.items():
        if options.write:
            print(text("backup.schedule_written", language, path=_written(where, name, content)))
        else:
            print(f"--- {name}", content.decode("utf-16" if name.endswith(".xml") else "utf-8"), sep="\n")
    hours = {"at": f"{schedule.HOUR}:{schedule.MINUTE}", "proof": f"{schedule.HOUR + 1}:{schedule.MINUTE}"}
    print(text("backup.schedule_note", language, folder=plan.folder, **hours))
    print(text("backup.schedule_then" if options.write else "backup.schedule_how", language))
    for line in schedule.commands(plan, str(where)) if options.write else ():
        print(f"  {line}")
    if plan.store != url:
        print(text("backup.schedule_password", language))
    if bare:
        print(text("backup.schedule_keys" if whole else "backup.schedule_root", language, command=schedule.sealing()))
    return 0


def _written(folder: Path, name: str, content: bytes) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    except OSError as error:
        raise UsageError("backup.schedule_unwritten", path=folder / name, what=error.strerror or "") from error
    return folder / name
