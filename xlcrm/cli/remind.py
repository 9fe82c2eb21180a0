"""xlcrm remind: for a daily scheduler: what is overdue is reminded of, once a step and person, and what waits is sent."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm import app
from xlcrm.app import Desk
from xlcrm.catalogue import text
from xlcrm.cli import terminal
from xlcrm.errors import UsageError

if TYPE_CHECKING:
    from xlcrm.jobs.notify.sending import Sent


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("--dry-run", action="store_true", help=text("remind.dry", language))
    parser.add_argument("--days", type=Path, metavar="BOOK", help=text("remind.days", language))
    parser.add_argument("--drafts", type=Path, metavar="FOLDER", help=text("remind.drafts", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Remind and send, or keep days; 0 when done, 1 when something could not be sent."""
    from xlcrm.rules.rights import rights_of

    if options.days is not None:
        return _days(options)
    with app.session(None, options.lang, options.store, create=False) as desk:
        if not rights_of(desk.context.actor, desk.people, desk.context.now()[:10]).sees_everything:
            raise UsageError("remind.not_yours")
        return _foretold(desk, options) if options.dry_run else _reminded(desk, options)


def _reminded(desk: Desk, options: argparse.Namespace) -> int:
    from xlcrm.jobs import feedback
    from xlcrm.jobs.notify import reminding, saying
    from xlcrm.jobs.requests import noticing
    from xlcrm.rules.telling import staff

    language, bar = options.lang, terminal.Bar()
    looking = partial(bar, text("remind.looking", language))
    everybody = staff(desk.people, desk.rulebook.settings, desk.context.now()[:10])
    asked = noticing.notice(desk.store, desk.context, desk.rulebook, looking)
    found = reminding.remind(desk.store, desk.context, desk.rulebook, everybody, watch=looking)
    same = feedback.escalate(desk.store, desk.context, feedback.groups(desk.store, desk.rulebook), everybody)
    sent = app.send_notices(desk, options.drafts, partial(bar, text("remind.sending", language)))
    bar("", 1, 1)
    if options.json:
        terminal.dump({"asked": len(asked), "alike": len(same), **saying.made(found), **saying.counted(sent)})
    else:
        if asked:
            print(text("requests.noticed", language, count=len(asked)))
        print(text("remind.late" if found.late else "remind.nothing_late", language, **saying.made(found)))
        if same:
            print(text("feedback.told", language, count=len(same)))
        tell_sent(sent, options.drafts or app.drafts_folder(), language)
    return 1 if sent.failed or sent.later or sent.trouble else 0


def _foretold(desk: Desk, options: argparse.Namespace) -> int:
    """Say who would be reminded of what."""
    from xlcrm.jobs.notify import reminding, saying
    from xlcrm.rules.telling import staff

    language, bar = options.lang, terminal.Bar()
    everybody = staff(desk.people, desk.rulebook.settings, desk.context.now()[:10])
    looking = partial(bar, text("remind.looking", language))
    found = reminding.remind(desk.store, desk.context, desk.rulebook, everybody, dry=True, watch=looking)
    bar("", 1, 1)
    if options.json:
        terminal.dump(saying.made(found))
        return 0
    print(text("remind.would" if found.late else "remind.nothing_late", language, **saying.made(found)))
    if found.fresh:
        print(terminal.table(saying.listed(desk.store, desk.rulebook, found.fresh)))
    return 0


def _days(options: argparse.Namespace) -> int:
    """Let the store know the days off and the days worked of a workbook's 数据字典."""
    from xlcrm.jobs import daysoff

    with app.session(options.days, options.lang, options.store, create=False) as desk:
        off, worked = daysoff.adopt(desk.store, desk.context, desk.rulebook)
    print(text("remind.days_kept", options.lang, off=off, worked=worked))
    return 0


def tell_sent(sent: Sent, folder: Path, language: str) -> None:
    """Say what became of what waited."""
    counts = {"sent": sent.sent, "drafted": sent.drafts, "failed": sent.failed, "again": sent.later}
    for key, count in counts.items():
        if count:
            print(text(f"remind.{key}", language, count=count, **({"folder": folder} if key == "drafted" else {})))
    if sent.trouble:
        why, hint = sent.trouble.sentence(language), sent.trouble.hint(language)
        terminal.tell([text("remind.trouble", language, why=why), hint])
