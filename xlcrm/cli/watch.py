"""xlcrm watch: the machine that owns the store takes what lies in the shared folder, answers and publishes, until stopped."""

from __future__ import annotations

import argparse
import signal
import threading
import traceback
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm import app
from xlcrm.catalogue import text

if TYPE_CHECKING:
    from xlcrm.errors import StoreError
    from xlcrm.jobs.folder.verdict import Verdict

_SETTLE = 2.0  # seconds after which a file that has not grown is taken to be whole
_LONGEST = 2_000_000  # bytes of the log before it begins anew


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("place", nargs="?", type=Path, metavar="SHARE", help=text("folder.watch_place", language))
    parser.add_argument("--once", action="store_true", help=text("folder.watch_once", language))
    parser.add_argument("--every", type=float, default=10.0, metavar="SECONDS", help=text("folder.watch_every", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))


def run(options: argparse.Namespace) -> int:
    """Watch until somebody ends it; 0."""
    from xlcrm.jobs.folder.watch import Watch, once, run
    from xlcrm.store.deliveries import turn

    language, stopped, verdicts, post = options.lang, threading.Event(), [], _Post(options)
    with app.steward(options.place, options.store, language) as steward:

        def told(verdict: Verdict) -> None:
            said = {"at": verdict.at, "person": verdict.person, "name": verdict.name, "sentence": verdict.sentence(language)}
            verdicts.append(verdict)
            _say(text("folder.line", language, **said))

        watch = Watch(steward, told, _unexpected)
        with turn(app.home() / "folders" / f"{steward.share.id}.lock"):
            if options.once:
                once(watch, lambda: not stopped.wait(_SETTLE))
                post.go()
                print(text("folder.looked", language, count=len(verdicts)))
                return 0
            for name in ("SIGTERM", "SIGINT"):
                signal.signal(getattr(signal, name), lambda *_: stopped.set())
            print(text("folder.watching", language, path=steward.share.root), flush=True)

            def wait() -> bool:
                post.go()
                return not stopped.wait(max(options.every, 0.1))

            run(watch, wait, partial(_stuck, language))
    return 0


class _Post:
    """Sends the notices that wait in the store, where this machine has a mail server."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options, self._trouble = options, ""

    def go(self) -> None:
        """Send what waits now. What keeps it from going is said once; nothing is lost, the next round tries again."""
        from xlcrm.errors import XlcrmError

        if not app.mail_path().is_file():
            return
        language = self._options.lang
        trouble: XlcrmError | None = None
        try:
            with app.session(None, language, self._options.store, create=False) as desk:
                trouble = app.send_notices(desk).trouble
        except XlcrmError as error:
            trouble = error
        why = trouble.sentence(language) if trouble else ""
        if why and why != self._trouble:
            _say(f"{app.clock():%Y-%m-%d %H:%M:%S}  {text('remind.later', language, why=why)}")
        self._trouble = why


def _say(line: str) -> None:
    """One line for whoever looks, and in the log."""
    print(line, flush=True)
    path = app.home() / "logs" / "watch.log"
    with app.writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > _LONGEST:
            path.replace(path.with_suffix(".old.log"))
        with path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def _stuck(language: str, error: StoreError) -> None:
    _say(f"{app.clock():%Y-%m-%d %H:%M:%S}  {text('folder.stuck', language, why=error.sentence(language))}")


def _unexpected(error: Exception) -> None:
    """The kind of an error that no rule foresaw and where it happened; never a value, which may be somebody's data."""
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    _say(f"{app.clock():%Y-%m-%d %H:%M:%S}  {type(error).__name__}  {' < '.join(reversed(places[-4:]))}")
