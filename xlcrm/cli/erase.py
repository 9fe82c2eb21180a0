"""xlcrm erase: everything about one customer goes, for good."""

from __future__ import annotations

import argparse
import sys

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("customer", nargs="?", default="", help=text("key.erase_which", language))
    parser.add_argument("--reason", default="", metavar="TEXT", help=text("key.erase_reason", language))
    parser.add_argument("--confirm", default="", metavar="ID", help=text("key.erase_confirm", language))
    parser.add_argument("--list", action="store_true", help=text("key.erase_list", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Erase, or list what was erased; 0 when done, 1 where traces may be left in the file."""
    from xlcrm.errors import UsageError
    from xlcrm.jobs import erase

    language = options.lang
    with app.session(None, language, options.store, create=False) as desk:
        if options.list:
            _list(desk.store.erased(), options.json)
            return 0
        if not options.customer or not options.reason.strip():
            raise UsageError("key.no_reason" if options.customer else "key.no_customer")
        record = erase.wanted(desk.store, desk.context, options.customer)
        number = record.number or record.rid
        question = text("key.erase_type", language, number=number, name=record.values.get("name") or "")
        if record.state != "erased" and (options.confirm or _typed(question)) != number:
            raise UsageError("key.other_number", number=number)
        done = erase.erase(desk.store, desk.context, record, options.reason)
        server = bool(desk.store.account)
    if options.json:
        terminal.dump({"rid": record.rid, "number": number, "records": done.records, "clean": done.clean})
        return 0 if done.clean else 1
    print(text("key.erased" if done.records else "key.erased_before", language, number=number, count=done.records))
    print(text("key.erase_elsewhere", language))
    if server:
        print(text("key.erase_server", language))
    if not done.clean:
        print(text("key.erase_left", language))
    return 0 if done.clean else 1


def _list(rids: list[str], json: bool) -> None:
    if json:
        terminal.dump(rids)
    else:
        print("\n".join(rids))


def _typed(question: str) -> str:
    return input(question).strip() if sys.stdin and sys.stdin.isatty() else ""
