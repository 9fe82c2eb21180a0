"""xlcrm requests: update requests: list them, raise them, take them through their life, print and send their forms."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm import app
from xlcrm.app import Desk
from xlcrm.catalogue import text
from xlcrm.cli import terminal
from xlcrm.errors import UsageError

if TYPE_CHECKING:
    from xlcrm.model.operation import Record
    from xlcrm.model.rows import Cell
    from xlcrm.model.wish import Answer, Wish
    from xlcrm.sheets.memory import MemoryBook

LONGEST = 24  # characters of one cell in the terminal
_LONG = frozenset({"name", "before", "after"})


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("action", choices=[*ACTIONS], help=text("requests.cli_action", language))
    parser.add_argument("which", nargs="*", metavar="NUMBER", help=text("requests.cli_which", language))
    for name, shown in _VALUES.items():
        parser.add_argument(f"--{name}", default="", metavar=shown, help=text(f"requests.cli_{name}", language))
    parser.add_argument("--from", dest="file", type=Path, metavar="FILE", help=text("requests.cli_from", language))
    parser.add_argument("--out", type=Path, metavar="FORM.xlsx", help=text("requests.cli_out", language))
    for name in ("urgent", "reject", "apply", "close", "mine", "overdue", "all"):
        parser.add_argument(f"--{name}", action="store_true", help=text(f"requests.cli_{name}", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Do it; 0 when done, 1 when something was not taken or waits for somebody else's word."""
    with app.session(None, options.lang, options.store, create=False) as desk:
        code = ACTIONS[options.action](desk, options)
    if options.action not in LOOKING:
        terminal.tell(app.deliver(desk))
    return code


def _list(desk: Desk, options: argparse.Namespace) -> int:
    from xlcrm.jobs.requests import reading

    how = {"mine": options.mine, "overdue": options.overdue, "ended": options.all}
    found = reading.listed(desk.store, desk.context, desk.rulebook, **how)
    lines = [reading.line(one, desk.rulebook, options.lang) for one in found]
    if options.json:
        terminal.dump(lines)
    elif not lines:
        print(text("requests.none", options.lang))
    else:
        titles = reading.titles(options.lang)
        keys = [key for key in reading.COLUMNS if any(key in one for one in lines)]
        cells = [[_short(one.get(key, "")) if key in _LONG else one.get(key, "") for key in keys] for one in lines]
        print(terminal.table([[titles[key] for key in keys], *cells], indent=""))
    return 0


def _show(desk: Desk, options: argparse.Namespace) -> int:
    from xlcrm.jobs.requests import reading

    shown = [reading.shown(desk.store, one, desk.rulebook, options.lang) for one in _named(desk, options)]
    if options.json:
        terminal.dump(shown)
    else:
        print("\n\n".join(terminal.table(pairs, indent="") for pairs in shown))
    return 0


def _raise(desk: Desk, options: argparse.Namespace) -> int:
    """Submit the rows of a file that came back, or one row that the command line says."""
    from xlcrm.jobs.requests import forms
    from xlcrm.jobs.submit import Count, submit
    from xlcrm.model.tables import REQUEST

    book = forms.received(options.file, options.lang) if options.file else _row(desk, options)
    done = submit(book, desk.store, desk.context, desk.rulebook, send=app.sending(desk, book))
    rows = book.read(REQUEST)
    lines = [
        {key: str(rows.cell(row, key) or "") for key in ("number", "customer", "field", "after", "submit_status", "problem")}
        for row in range(len(rows))
    ]
    if options.json:
        terminal.dump(lines)
    else:
        for line in lines:
            what = " ".join(line[key] for key in ("number", "customer", "field", "after") if line[key])
            print(text("requests.cli_row", options.lang, what=what, status=line["submit_status"]))
            if line["problem"]:
                print("  " + line["problem"].replace("\n", "\n  "))
    return 1 if done.total[Count.REFUSED] else 0


def _row(desk: Desk, options: argparse.Namespace) -> MemoryBook:
    """A workbook whose sheet of requests has the one row that the options say."""
    from xlcrm.jobs.requests import reading
    from xlcrm.model.tables import REQUEST
    from xlcrm.model.vocabularies import vocabulary
    from xlcrm.sheets.memory import MemoryBook

    if len(options.which) != 1 or not options.field or not options.to:
        raise UsageError("requests.cli_what")
    row: dict[str, Cell] = {
        "customer": options.which[0],
        "field": reading.field(options.field).title(options.lang),
        "before": options.before or None,
        "after": options.to,
        "reason": options.reason or None,
        "urgency": vocabulary("urgency").label("urgent", options.lang) if options.urgent else None,
        "raised_through": options.through or None,
        "initiator": options.initiator or None,
        "consent": options.consent or None,
        "evidence": options.evidence or None,
        "remark": options.remark or None,
    }
    book = MemoryBook({REQUEST.key: [row]}, language=options.lang)
    book.name = text("requests.cli_source", options.lang)
    return book


def _step(step: str) -> Callable[[Desk, argparse.Namespace], int]:
    """The action that takes one step of each request named."""

    def take(desk: Desk, options: argparse.Namespace) -> int:
        from xlcrm.jobs.requests import reading
        from xlcrm.jobs.requests.acting import act
        from xlcrm.model.wish import Wish

        name = step
        if step == "pass" and options.reject:
            name = "fail"
        elif step == "pass" and options.apply:
            name = "pass_apply"
        elif step == "confirm" and options.close:
            name = "confirm_close"
        requests = _named(desk, options)
        customers = desk.store.records({one.values.get("customer") or "" for one in requests})
        wishes = []
        for one in requests:
            customer = customers.get(one.values.get("customer") or "")
            values = reading.typed(_said(options, name), desk.rulebook, one, customer)
            wishes.append(Wish(one.rid, name, values, one.version))
        if send := app.wishing(desk):
            return hand_on(send, wishes, options)
        return tell(act(desk.store, desk.context, desk.rulebook, wishes, terminal.Bar()), options)

    return take


def _said(options: argparse.Namespace, step: str) -> dict[str, str]:
    """What the options say of a step, as typed."""
    said = {
        "after": options.to,
        "evidence": options.evidence,
        "consent": options.consent,
        "remark": options.remark or (options.reason if step in ("reopen", "withdraw", "close", "confirm") else ""),
        "reason": options.reason if step in ("again", "fill") else "",
        "verify_way": options.way,
        "verify_note": options.note,
        "verify_reason": options.reason or options.note if step == "fail" else "",
        "told_on": options.on,
    }
    return {key: value for key, value in said.items() if value}


def hand_on(send: Callable[[Sequence[Wish]], None], wishes: Sequence[Wish], options: argparse.Namespace) -> int:
    """Hand wishes on to the machine that has the store, and say so."""
    send(wishes)
    print(text("queues.sent", options.lang, count=len(wishes)))
    return 0


def tell(answers: Sequence[Answer], options: argparse.Namespace) -> int:
    """Say what became of each wish; 0 when all were done, else 1."""
    told = [(one, text(one.key, options.lang, **one.said)) for one in answers]
    if options.json:
        terminal.dump([{"number": one.number, "done": one.done, "state": one.state, "sentence": said} for one, said in told])
    else:
        print("\n".join(said for _, said in told))
    return 0 if all(one.done for one in answers) else 1


def _form(desk: Desk, options: argparse.Namespace) -> int:
    from xlcrm.jobs.requests import forms

    if options.out is None or len(options.which) != 1:
        raise UsageError("requests.cli_form")
    (request,) = _named(desk, options)
    with app.writing(options.out):
        forms.consent(options.out, desk.store, desk.rulebook, request, options.lang)
    print(text("requests.form_written", options.lang, path=options.out))
    return 0


def _mail_form(desk: Desk, options: argparse.Namespace) -> int:
    from xlcrm.jobs import merge
    from xlcrm.jobs.requests import forms

    if options.out is None:
        raise UsageError("requests.cli_form")
    customers = [merge.named(desk.store, name) for name in options.which]
    with app.writing(options.out):
        forms.mail(options.out, customers, options.lang)
    print(text("requests.mail_written", options.lang, path=options.out))
    return 0


def _named(desk: Desk, options: argparse.Namespace) -> list[Record]:
    from xlcrm.jobs.requests import reading

    if not options.which:
        raise UsageError("requests.cli_which_one")
    return reading.named(desk.store, list(dict.fromkeys(options.which)))


def _short(said: str) -> str:
    plain = " ".join(said.split())
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1] + "…"


_VALUES = {
    "field": "FIELD", "to": "VALUE", "before": "VALUE", "reason": "TEXT", "way": "WAY", "note": "TEXT", "remark": "TEXT",
    "through": "WHO", "initiator": "NAME", "consent": "yes|no", "evidence": "WHERE", "on": "2025-03-12",
}  # fmt: skip
ACTIONS: dict[str, Callable[[Desk, argparse.Namespace], int]] = {
    "list": _list,
    "show": _show,
    "raise": _raise,
    "fill": _step("fill"),
    "take": _step("take"),
    "verify": _step("pass"),
    "apply": _step("apply"),
    "confirm": _step("confirm"),
    "close": _step("close"),
    "told": _step("told"),
    "withdraw": _step("withdraw"),
    "again": _step("again"),
    "reopen": _step("reopen"),
    "form": _form,
    "mail-form": _mail_form,
}
LOOKING = frozenset({"list", "show", "form", "mail-form"})
"""The actions that change nothing."""
