"""xlcrm restore: a store from its backups, as it was at the last one or at any moment before."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal
from xlcrm.errors import UsageError

if TYPE_CHECKING:
    from xlcrm.jobs.backup.restoring import Restored, Wish


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("folder", nargs="?", metavar="FOLDER", type=Path, help=text("backup.restore_folder", language))
    parser.add_argument("--to", metavar="URL", required=True, help=text("backup.restore_to", language))
    parser.add_argument("--at", metavar="TIME", default="", help=text("backup.restore_at", language))
    parser.add_argument("--anyway", action="store_true", help=text("backup.restore_anyway", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Do it; 0 when done, 1 where packages were not sound that were not needed, or the store itself is not."""
    from xlcrm.jobs.audit import moment
    from xlcrm.jobs.backup.choosing import only
    from xlcrm.jobs.backup.restoring import Wish

    url = app.store_url(options.to)
    if url.startswith(app.SQLITE):  # to be shown so that it holds from everywhere
        url = f"{app.SQLITE}{Path(url.removeprefix(app.SQLITE)).expanduser().absolute()}"
    place = only(app.backup_folder(app.store_url(), options.folder))
    done = _restore(Wish(place, moment(options.at, "23:59:59"), options.anyway), url, options.lang)
    if options.json:
        terminal.dump(_said(done, url))
    else:
        _tell(done, url, options)
    return 0 if done.proof.sound and not done.passed else 1


def _restore(wish: Wish, url: str, language: str) -> Restored:
    from xlcrm.crypto.chest import Opener
    from xlcrm.jobs.backup import restoring

    opener, bar = Opener(app.asked()), terminal.Bar()
    if url.startswith(app.SQLITE):
        return restoring.to_file(wish, opener, Path(url.removeprefix(app.SQLITE)), language, bar)
    if not url.startswith(app.SERVERS):
        raise UsageError("cli.store_kind", url=url)
    room = app.home()
    room.mkdir(parents=True, exist_ok=True)
    return restoring.restore(
        wish, opener, room, "server", lambda built: built.to_server(url, app.caller(language)), language, bar
    )  # fmt: skip


def _tell(done: Restored, url: str, options: argparse.Namespace) -> None:
    language, status = options.lang, done.proof.status
    last = done.chain[-1]
    print(text("backup.restored", language, at=done.at, url=app.shown(url)))
    counts = {"customers": status.records["customer"], "operations": status.operations, "values": done.proof.values}
    if done.proof.sound:
        print(text("backup.restored_counts", language, head=terminal.head(status.head), **counts))
    print(text("backup.restored_from", language, count=len(done.chain), path=last.path))
    if done.wiped:
        print(text("backup.restored_wiped", language, count=done.wiped))
    if not options.at:
        print(text("backup.restored_older", language, at=last.head.at))
    if done.logins:
        print(text("backup.restored_logins", language, logins="、".join(done.logins)))
    print(text("backup.restored_next", language, url=app.shown(url)))
    terminal.tell([text("backup.restored_passed", language, why=one.sentence(language)) for one in done.passed])


def _said(done: Restored, url: str) -> dict[str, object]:
    return {
        "url": app.shown(url), "at": done.at, "packages": [str(one.path) for one in done.chain], "wiped": done.wiped,
        "customers": done.proof.status.records["customer"], "operations": done.proof.status.operations,
        "head": done.proof.status.head, "values": done.proof.values, "sound": done.proof.sound,
        "logins": list(done.logins), "faults": [str(one) for one in done.passed],
    }  # fmt: skip
