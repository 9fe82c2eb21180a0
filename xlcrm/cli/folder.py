"""xlcrm folder: a firm without a server - the shared folder of the store on this machine, and who is served there."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal
from xlcrm.errors import UsageError

if TYPE_CHECKING:
    from xlcrm.jobs.folder.steward import Steward


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("action", choices=[*ACTIONS], help=text("folder.action", language))
    parser.add_argument("place", nargs="?", metavar="SHARE|NAME", help=text("folder.place", language))
    parser.add_argument("--share", type=Path, metavar="FOLDER", help=text("folder.share", language))
    parser.add_argument("--fingerprint", default="", metavar="DIGITS", help=text("folder.fingerprint", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Do it; 0 when done."""
    making = options.action == "init"
    if options.place is None and options.action != "list":
        raise UsageError("folder.place_needed" if making else "folder.name_needed", action=options.action)
    with app.steward(Path(options.place) if making else options.share, options.store, options.lang, create=making) as steward:
        return ACTIONS[options.action](steward, options)


def _init(steward: Steward, options: argparse.Namespace) -> int:
    from xlcrm.jobs.folder import steward as job

    people = [one for one in steward.store.people() if not one.disabled]
    names = [job.add(steward.ledger, steward.share, one) for one in people]
    print(text("folder.made", options.lang, path=steward.share.root, fingerprint=steward.share.fingerprint))
    print(text("folder.folders", options.lang, count=len(names), names="、".join(names)))
    _advise(steward, {one.account: name for one, name in zip(people, names, strict=True)}, options.lang)
    return 0


def _add(steward: Steward, options: argparse.Namespace) -> int:
    from xlcrm.jobs import people
    from xlcrm.jobs.folder import steward as job

    person = people.named(steward.store.people(), options.place)
    name = job.add(steward.ledger, steward.share, person)
    places = {"inbox": steward.share.inbox(name), "outbox": steward.share.outbox(name)}
    print(text("folder.added", options.lang, name=person.name, **places))
    _advise(steward, {person.account: name}, options.lang)
    return 0


def _list(steward: Steward, options: argparse.Namespace) -> int:
    from xlcrm.jobs.folder import share

    language, machines, folders = options.lang, steward.ledger.machines(), steward.ledger.folders()
    names = {one.rid: one.name for one in steward.store.people()}
    rows = [[names.get(one.person, ""), one.name, share.machine_digits(one.public), one.admitted] for one in machines]
    if options.json:
        told = {"folder": str(steward.share.root), "fingerprint": steward.share.fingerprint}
        keys = ("person", "machine", "fingerprint", "admitted")
        terminal.dump({**told, "people": folders, "machines": [dict(zip(keys, row, strict=True)) for row in rows]})
        return 0
    print(text("folder.made", language, path=steward.share.root, fingerprint=steward.share.fingerprint))
    print(text("folder.folders", language, count=len(folders), names="、".join(sorted(folders.values()))))
    for row in rows:
        row[3] = text("folder.machine_served", language, at=row[3]) if row[3] else text("folder.machine_waiting", language)
    print(terminal.table(rows) if rows else text("folder.no_machines", language))
    return 0


def _admit(steward: Steward, options: argparse.Namespace) -> int:
    from xlcrm.jobs import people
    from xlcrm.jobs.folder import share
    from xlcrm.jobs.folder import steward as job

    language, person = options.lang, people.named(steward.store.people(), options.place)
    machine = job.waiting(steward.ledger, person, options.fingerprint)
    digits = share.machine_digits(machine.public)
    if not options.fingerprint and not terminal.ask(
        text("folder.compare", language, name=person.name, machine=machine.name, fingerprint=digits)
    ):
        raise UsageError("crypto.not_confirmed")
    job.admit(steward.ledger, machine, steward.now)
    print(text("folder.admitted", language, name=person.name, machine=machine.name))
    return 0


def _advise(steward: Steward, folders: dict[str, str], language: str) -> None:
    """How to let each person into the own folder only."""
    print(text("folder.advice", language))
    for account, name in folders.items():
        for place, right in ((steward.share.inbox(name), "M"), (steward.share.outbox(name), "R")):
            print(f'  icacls "{place}" /inheritance:r /grant:r "%USERNAME%:(OI)(CI)F" "{account}:(OI)(CI){right}"')


ACTIONS: dict[str, Callable[[Steward, argparse.Namespace], int]] = {
    "init": _init,
    "add": _add,
    "list": _list,
    "admit": _admit,
}
