"""xlcrm handover: one colleague's customers go over to another, once the manager agrees."""

from __future__ import annotations

import argparse

from xlcrm import app
from xlcrm.catalogue import text


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("customers", nargs="*", metavar="CUSTOMER", help=text("keeping.cli_which", language))
    parser.add_argument("--from", dest="sender", required=True, metavar="NAME", help=text("keeping.cli_from", language))
    parser.add_argument("--to", dest="receiver", required=True, metavar="NAME", help=text("keeping.cli_to", language))
    parser.add_argument("--reason", default="", metavar="TEXT", help=text("keeping.cli_reason", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))


def run(options: argparse.Namespace) -> int:
    """Propose the handover; 1: the manager has to agree."""
    from xlcrm.jobs import people
    from xlcrm.jobs.keeping import handover

    with app.session(None, options.lang, options.store, create=False) as desk:
        sender, receiver = (people.named(desk.people, name) for name in (options.sender, options.receiver))
        handover.propose(desk.store, desk.context, sender, receiver, options.customers, options.reason)
    print(text("keeping.handover_proposed", options.lang, sender=sender.name, receiver=receiver.name))
    return 1
