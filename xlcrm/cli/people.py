"""xlcrm people: the colleagues that 负责人 is chosen from, and what they may do."""

from __future__ import annotations

import argparse

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--add", metavar="NAME", help=text("cli.person_name", language))
    which.add_argument("--change", metavar="NAME", help=text("cli.person_change", language))
    parser.add_argument("--account", help=text("cli.person_account", language))
    parser.add_argument("--department", help=text("cli.person_department", language))
    parser.add_argument("--email", metavar="ADDRESS", help=text("cli.person_email", language))
    parser.add_argument("--roles", help=text("cli.person_roles", language))
    parser.add_argument("--deputy", metavar="NAME", help=text("cli.person_deputy", language))
    parser.add_argument("--until", metavar="2025-03-31", default="", help=text("cli.person_until", language))
    active = parser.add_mutually_exclusive_group()
    off, on = text("cli.person_disable", language), text("cli.person_enable", language)
    active.add_argument("--disable", dest="disabled", action="store_true", default=None, help=off)
    active.add_argument("--enable", dest="disabled", action="store_false", help=on)
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


_SET = ("account", "department", "email", "roles", "deputy", "disabled")


def run(options: argparse.Namespace) -> int:
    """List, add or change people; 0 when done."""
    from xlcrm.errors import UsageError
    from xlcrm.jobs import people

    language = options.lang
    asked = any(getattr(options, name) is not None for name in _SET) or bool(options.until)
    if options.add is None and options.change is None and asked:
        raise UsageError("jobs.person_which")
    with app.session(None, language, options.store) as desk:
        if options.add is not None:
            account, roles = options.account or options.add, options.roles or "entry"
            said = (options.department or "", roles, options.email or "")
            person = people.add(desk.store, desk.context, options.add, account, *said)
            print(text("jobs.person_added", language, name=person.name, account=person.account))
            return 0
        if options.change is not None:
            changed = people.change(
                desk.store,
                desk.context,
                options.change,
                roles=options.roles,
                department=options.department,
                account=options.account,
                email=options.email,
                deputy=options.deputy,
                until=options.until,
                disabled=options.disabled,
            )
            desk.forget_person()
            print(text("jobs.person_changed", language, name=changed.name))
        listed = people.listed(desk.people, language, desk.context.now()[:10])
    if options.json:
        terminal.dump(listed)
    else:
        print(terminal.table(listed, indent=""))
    return 0
