"""xlcrm approvals: what others have to agree to, of every kind: list it, agree, decline, withdraw."""

from __future__ import annotations

import argparse

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal
from xlcrm.errors import UsageError

SHORT = 8
"""The last characters of a proposal's rid: enough to name one of those that wait."""


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    what = ["list", "agree", "decline", "withdraw"]
    parser.add_argument("action", choices=what, help=text("requests.approvals_action", language))
    parser.add_argument("which", nargs="*", metavar="ID", help=text("requests.approvals_which", language))
    parser.add_argument("--reason", default="", metavar="TEXT", help=text("requests.approvals_reason", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """List or answer; 0 when listed or done, 1 where something could not be."""
    from xlcrm.cli.requests import hand_on, tell
    from xlcrm.jobs import proposals
    from xlcrm.jobs.proposing import told
    from xlcrm.model.wish import Wish

    language = options.lang
    with app.session(None, language, options.store, create=False) as desk:
        waiting = desk.store.proposals()
        if options.action == "list":
            lines = [(one.rid[-SHORT:], told(desk.store, one, language, desk.rulebook.names)) for one in waiting]
            if options.json:
                terminal.dump([{"id": short, "sentence": said} for short, said in lines])
            else:
                print(terminal.table(lines, indent="") if lines else text("merge.none_waiting", language))
            return 0
        if not options.which:
            raise UsageError("requests.approvals_none")
        if options.action == "decline" and not options.reason.strip():
            raise UsageError("requests.approvals_why")
        rids = [_one(said, [one.rid for one in waiting]) for said in dict.fromkeys(options.which)]
        wishes = [Wish(rid, options.action, {"reason": options.reason.strip()}) for rid in rids]
        if send := app.wishing(desk):
            code = hand_on(send, wishes, options)
        else:
            code = tell(proposals.act(desk.store, desk.context, desk.rulebook, wishes), options)
    terminal.tell(app.deliver(desk))
    return code


def _one(said: str, rids: list[str]) -> str:
    """The one proposal whose rid ends so."""
    found = [rid for rid in rids if len(said) >= SHORT and rid.endswith(said.lower())]
    if len(found) != 1:
        raise UsageError("requests.approvals_unknown", id=said)
    return found[0]
