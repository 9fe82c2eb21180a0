"""xlcrm key: whose machines open the store, and changing its key."""

from __future__ import annotations

import argparse
import getpass
import os
import platform
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal

if TYPE_CHECKING:
    from xlcrm.store.keyroom import Holder

NAMED = ("admit", "remove")
_DIGESTS = 35  # about so many a customer: for the progress only
ACTIONS = ("list", "join", *NAMED, "rotate", "recovery", "drill", "recover", "new")


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("action", nargs="?", choices=ACTIONS, default="list", help=text("key.action", language))
    parser.add_argument("name", nargs="?", default="", metavar="NAME", help=text("key.name", language))
    parser.add_argument("--fingerprint", default="", metavar="DIGITS", help=text("key.fingerprint", language))
    parser.add_argument("--machine", default="", help=text("key.machine", language))
    parser.add_argument("--index", action="store_true", help=text("key.index", language))
    parser.add_argument("--yes", action="store_true", help=text("cli.yes", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Do it; 0 when done, 1 where somebody else has to act first."""
    from xlcrm.errors import UsageError

    if (options.action in NAMED) != bool(options.name):
        raise UsageError("crypto.who" if options.action in NAMED else "crypto.nobody_meant", action=options.action)
    if options.action == "new":
        from xlcrm.crypto import identity

        print(identity.new())
        return 0
    if options.action in ("join", "recover"):
        return _join(options)
    with app.session(None, options.lang, options.store, create=False) as desk:
        return _DO[options.action](desk, options)


def _list(desk: app.Desk, options: argparse.Namespace) -> int:
    from xlcrm.jobs import keys

    language, standing = options.lang, desk.store.keyroom.standing()
    holders = desk.store.keyroom.holders()
    if options.json:
        terminal.dump({**asdict(standing), "holders": [{**asdict(one), "fingerprint": one.fingerprint} for one in holders]})
        return 0
    changing = standing.changing or standing.folding
    print(text("key.changing" if changing else "key.present", language, version=standing.version))
    if standing.passphrase:
        print(text("key.passphrase", language))
    if holders:
        print(terminal.table(keys.listed(desk.store, language)))
    if not any(one.admitted and not one.recovery for one in holders):
        print(text("key.nobody", language))
    if not any(one.recovery for one in holders):
        print(text("key.no_recovery", language))
    return 0


def _join(options: argparse.Namespace) -> int:
    from xlcrm.jobs import keys, people

    language = options.lang
    with ExitStack() as stack:
        desk = _entered(stack, options)
        if options.action == "recover":
            desk.store.recover(_recovery(language))
        own = partial(_own_passphrase, language)
        holder, admitted = keys.join(desk.store, desk.context, options.machine or platform.node(), own)
        admins, me = people.admins(desk.store.people()), desk.context.actor.name
    if options.json:
        terminal.dump({**asdict(holder), "fingerprint": holder.fingerprint, "admitted": admitted})
    elif admitted:
        print(text("key.joined", language, fingerprint=holder.fingerprint))
    else:
        print(text("key.asked", language, fingerprint=holder.fingerprint, admins="、".join(admins), name=me))
    return 0 if admitted else 1


def _entered(stack: ExitStack, options: argparse.Namespace) -> app.Desk:
    """The store with its keys where this machine can have them, else as much of it as asking to be admitted needs."""
    from xlcrm.errors import KeysError

    session = partial(app.session, None, options.lang, options.store, create=False)
    if options.action == "join":
        try:
            return stack.enter_context(session())
        except KeysError as error:
            if error.key not in ("crypto.not_admitted", "crypto.missing", "crypto.passphrase_needed", "crypto.copy_tampered"):
                raise
    return stack.enter_context(session(keyless=True))


def _admit(desk: app.Desk, options: argparse.Namespace) -> int:
    from xlcrm.jobs import keys, people

    language = options.lang
    keys.keeper(desk.store, desk.context)
    person = people.named(desk.people, options.name)
    holder = keys.waiting(desk.store, person, options.fingerprint)
    told = {"name": person.name, "machine": holder.machine}
    if not options.fingerprint:
        _confirm(text("key.compare", language, fingerprint=holder.fingerprint, **told))
    keys.admit(desk.store, desk.context, holder)
    print(text("key.done_admit", language, **told))
    return 0


def _remove(desk: app.Desk, options: argparse.Namespace) -> int:
    from xlcrm.jobs import keys, people

    language = options.lang
    person = people.named(desk.people, options.name)
    gone = keys.machines(desk.store, person, options.fingerprint)
    admitted = any(one.admitted for one in gone)
    if admitted:
        _warn(desk, options)
    dropped = keys.remove(desk.store, desk.context, gone)
    print(text("key.removed" if admitted else "key.done_refuse", language, name=person.name))
    return _finish(desk, language, dropped, "key.changed") if admitted else 0


def _rotate(desk: app.Desk, options: argparse.Namespace) -> int:
    from xlcrm.jobs import keys

    standing = desk.store.keyroom.standing()
    if standing.changing or standing.folding:
        return _finish(desk, options.lang, (), "key.continued")
    _warn(desk, options)
    return _finish(desk, options.lang, keys.change(desk.store, desk.context, index=options.index), "key.changed")


def _finish(desk: app.Desk, language: str, dropped: Sequence[Holder], done: str) -> int:
    """Wrap the data keys anew, fold the digests where a new index key takes over, and say what was done."""
    from xlcrm.jobs import keys

    for one in dropped:
        name = next((person.name for person in desk.people if person.rid == one.person), one.machine)
        print(text("key.dropped", language, name=name, fingerprint=one.fingerprint))
    bar, count, total = terminal.Bar(), 0, desk.store.status().records["customer"]
    for count in keys.rewrap(desk.store, desk.context):
        bar(text("key.rewrapping", language, count=count), count, total)
    digests, most = 0, total * _DIGESTS
    for digests in keys.fold(desk.store, desk.context):
        bar(text("key.folding", language, count=digests), min(digests, most), most)
    bar("", 1, 1)
    print(text(done, language, version=desk.store.keyroom.standing().version, count=count))
    if digests:
        print(text("key.folded", language, count=digests))
    return 0


def _print(desk: app.Desk, options: argparse.Namespace) -> int:
    from xlcrm.jobs import keys

    keys.keeper(desk.store, desk.context)
    print(text("key.print", options.lang, code=desk.store.keyroom.print_recovery(desk.context)))
    return 0


def _drill(desk: app.Desk, options: argparse.Namespace) -> int:
    from xlcrm.jobs import keys

    keys.keeper(desk.store, desk.context)
    desk.store.keyroom.drill(_recovery(options.lang), desk.context)
    print(text("key.drilled", options.lang, at=desk.context.now()))
    return 0


_DO: dict[str, Callable[[app.Desk, argparse.Namespace], int]] = {
    "list": _list, "admit": _admit, "remove": _remove, "rotate": _rotate, "recovery": _print, "drill": _drill,
}  # fmt: skip


def _warn(desk: app.Desk, options: argparse.Namespace) -> None:
    """Whoever has not joined is shut out by a new key: ask first."""
    from xlcrm.jobs import keys

    keys.ready(desk.store, desk.context)
    standing, outside = desk.store.keyroom.standing(), keys.outside(desk.store)
    if standing.version == 1 and outside and not options.yes:
        _confirm(text("key.shut", options.lang, names="、".join(outside)))


def _confirm(question: str) -> None:
    from xlcrm.errors import UsageError

    if not terminal.ask(question):
        raise UsageError("crypto.not_confirmed")


def _recovery(language: str) -> str:
    return os.environ.get("XLCRM_RECOVERY") or _secret(text("key.type_recovery", language))


def _own_passphrase(language: str) -> str:
    from xlcrm.errors import UsageError

    chosen = _secret(text("key.own_passphrase", language))
    if chosen != _secret(text("cli.same_passphrase", language)):
        raise UsageError("cli.passphrase_differs")
    return chosen


def _secret(prompt: str) -> str:
    return getpass.getpass(prompt) if sys.stdin and sys.stdin.isatty() else ""
