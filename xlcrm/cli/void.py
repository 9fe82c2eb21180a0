"""xlcrm void: a customer becomes void when two colleagues agree."""

from __future__ import annotations

import argparse

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("customer", nargs="?", default="", help=text("merge.void_which", language))
    parser.add_argument("--reason", default="", metavar="TEXT", help=text("merge.void_reason", language))
    parser.add_argument("--approve", action="store_true", help=text("merge.void_approve", language))
    parser.add_argument("--decline", action="store_true", help=text("merge.void_decline", language))
    parser.add_argument("--list", action="store_true", help=text("merge.void_list", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Propose, agree or list; 0 when done or listed, 1 while others have to agree."""
    from xlcrm.errors import UsageError
    from xlcrm.jobs import merge, proposals
    from xlcrm.jobs.proposing import told
    from xlcrm.model.vocabularies import vocabulary

    language = options.lang
    with app.session(None, language, options.store, create=False) as desk:
        store, context = desk.store, desk.context
        if options.list or not options.customer:
            waiting = store.proposals("void")
            lines = [told(store, one, language, desk.rulebook.names) for one in waiting]
            if options.json:
                terminal.dump(lines)
            else:
                print("\n".join(lines) or text("merge.none_waiting", language))
            return 0
        if not (options.approve or options.decline):
            proposals.propose_void(store, context, merge.named(store, options.customer), options.reason)
            print(text("merge.void_proposed", language, number=options.customer))
            return 1
        proposal = proposals.about(store, "void", options.customer)
        if options.decline and not options.reason.strip():
            raise UsageError("merge.no_reason")
        if options.decline:
            answer = proposals.decline(store, context, proposal, options.reason)
        else:
            answer = proposals.approve(store, context, proposal, desk.rulebook, options.reason)
    if answer.outcome == "open":
        roles = [vocabulary("role").label(seat, language) for seat in answer.seats]
        print(text("merge.void_open", language, seats=text("match.and", language).join(roles)))
        return 1
    number = answer.receipt.head.partition(":")[0] if answer.receipt else ""
    key = "merge.void_done" if answer.outcome == "done" else f"merge.now_{answer.outcome}"
    print(text(key, language, number=options.customer, operation=number) if number else text(key, language))
    return 0
