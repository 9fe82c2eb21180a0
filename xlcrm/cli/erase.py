"""xlcrm erase: everything about one customer goes, for good."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal
from xlcrm.model.vocabularies import vocabulary


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("customer", nargs="?", default="", help=text("key.erase_which", language))
    parser.add_argument("--reason", default="", metavar="TEXT", help=text("key.erase_reason", language))
    parser.add_argument("--confirm", default="", metavar="ID", help=text("key.erase_confirm", language))
    parser.add_argument("--propose", action="store_true", help=text("key.erase_propose", language))
    parser.add_argument("--approve", action="store_true", help=text("key.erase_approve", language))
    parser.add_argument("--list", action="store_true", help=text("key.erase_list", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Propose, agree, erase, or list what was erased; 0 when done, 1 where others have to agree, or traces may be left in the
    file.
    """
    from xlcrm.errors import UsageError
    from xlcrm.jobs import erase

    language = options.lang
    with app.session(None, language, options.store, create=False) as desk:
        if options.list:
            _list(desk.store.erased(), options.json)
            return 0
        if not options.customer or not (options.reason.strip() or options.approve):
            raise UsageError("key.no_reason" if options.customer else "key.no_customer")
        if options.propose or options.approve:
            seats = erase.agree(desk.store, desk.context, desk.rulebook, options.customer, options.reason, options.propose)
            said = {"number": options.customer, "seats": _roles(seats, language)}
            print(text("key.erase_open" if seats else "key.erase_agreed", language, **said))
            return 1 if seats else 0
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


def _roles(seats: Sequence[str], language: str) -> str:
    return text("match.and", language).join(vocabulary("role").label(seat, language) for seat in seats)


def _list(rids: list[str], json: bool) -> None:
    if json:
        terminal.dump(rids)
    else:
        print("\n".join(rids))


def _typed(question: str) -> str:
    return input(question).strip() if sys.stdin and sys.stdin.isatty() else ""
