"""xlcrm refresh: bring a closed workbook up to date from the store, as the button 刷新我的客户 does."""

from __future__ import annotations

import argparse
from pathlib import Path

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("book", metavar="BOOK.xlsx", type=Path, help=text("cli.book", language))
    parser.add_argument("--view", default="", metavar="NAME", help=text("views.refresh_view", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Refresh; 0 when every row is as the store has it, 1 where rows hold edits that were not submitted."""
    from xlcrm.jobs.outbox import say
    from xlcrm.jobs.refresh import refresh

    language = options.lang
    with app.session(options.book, language, options.store, create=False, watch=terminal.Bar()) as desk:
        terminal.tell([*say.sent(app.send(desk), language), *app.deliver(desk)])
        done = refresh(desk.book, desk.store, desk.context, desk.rulebook, options.view)
        app.list_again(desk)
        terminal.tell(desk.said)
    if options.json:
        counts = {key: getattr(done, key) for key in ("rows", "updated", "unchanged", "kept", "added")}
        terminal.dump({**counts, "view": done.view})
    else:
        print("\n".join(done.said(language)))
    return 1 if done.kept else 0
