"""xlcrm store: make a store, bring it to this program's version, or tell how it stands."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal

ACTIONS = ("init", "migrate", "status")


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("action", choices=ACTIONS, help=text("cli.store_action", language))
    parser.add_argument("url", nargs="?", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Do it; 0 when done."""
    language, url = options.lang, app.store_url(options.url)
    if options.action == "init":
        app.make_store(url, language)
        print(text("cli.store_made", language, url=app.shown(url)))
    elif options.action == "migrate":
        before, after = app.migrate_store(url)
        print(text("cli.store_migrated" if after > before else "cli.store_current", language, before=before, version=after))
    return _status(url, options)


def _status(url: str, options: argparse.Namespace) -> int:
    from xlcrm.model.tables import STORED

    with app.opened(url, create=False) as store:
        found = store.status()
    if options.json:
        terminal.dump({"url": app.shown(url), **asdict(found)})
        return 0
    language = options.lang
    log = text("cli.store_entries", language, operations=found.operations, entries=found.entries)
    said = [
        [text("cli.store_engine", language), f"{found.engine}  {app.shown(url)}"],
        [text("cli.store_version", language), str(found.version)],
        [text("cli.store_people", language), str(found.people)],
        *([table.title(language), str(found.records[table.key])] for table in STORED),
        [text("cli.store_log", language), log],
        [text("cli.store_head", language), found.head],
    ]
    print(terminal.table(said))
    return 0
