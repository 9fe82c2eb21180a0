"""xlcrm people: the colleagues that 负责人 is chosen from."""

from __future__ import annotations

import argparse

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("--add", metavar="NAME", help=text("cli.person_name", language))
    parser.add_argument("--account", help=text("cli.person_account", language))
    parser.add_argument("--department", default="", help=text("cli.person_department", language))
    parser.add_argument("--roles", default="entry", help=text("cli.person_roles", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """List or add people; 0 when done."""
    from xlcrm.jobs import people

    language = options.lang
    with app.session(None, language, options.store) as desk:
        if options.add is not None:
            person = people.add(
                desk.store, desk.context, options.add, options.account or options.add, options.department, options.roles
            )
            print(text("jobs.person_added", language, name=person.name, account=person.account))
            return 0
        listed = [[one.name, one.account, one.department, people.role_labels(one, language)] for one in desk.store.people()]
    if options.json:
        terminal.dump(listed)
    else:
        print(terminal.table(listed, indent=""))
    return 0
