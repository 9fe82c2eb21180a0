"""xlcrm whoami: who acts, with which roles, in which store, over which way, with keys from where."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal

if TYPE_CHECKING:
    from xlcrm.store.base import Link


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Tell; 0 when the store knows this person."""
    from xlcrm.model.vocabularies import vocabulary

    language = options.lang
    with app.session(None, language, options.store, create=False) as desk:
        person, link, origin = desk.context.actor, desk.store.link(), desk.store.keys_from()
        deputy = next((one.name for one in desk.people if one.rid == person.deputy), "")
    url = app.shown(desk.url)
    roles = vocabulary("role")
    if options.json:
        told = {
            "person": person.name,
            "account": person.account,
            "roles": sorted(person.roles),
            "department": person.department,
            "deputy": deputy,
            "deputy_until": person.deputy_until,
            "store": url,
            "profile": app.profile(desk.url),
            "transport": {"kind": link.kind, "version": link.version, "certificate": list(link.names), "until": link.until},
            "keys": origin,
        }
        terminal.dump(told)
        return 0
    if deputy and person.deputy_until:
        deputy = text("login.deputy_until", language, name=deputy, until=person.deputy_until)
    name, comma = app.profile(desk.url), text("match.and", language)
    said = {
        "person": person.name,
        "account": person.account,
        "roles": comma.join(option.label(language) for option in roles.options if option.code in person.roles),
        "department": person.department or "-",
        "deputy": deputy or "-",
        "store": f"{name}  {url}" if name else url,
        "transport": _way(link, language),
        "keys": text(f"login.keys_{origin}", language),
    }
    print(terminal.table([[text(f"login.{key}", language), value] for key, value in said.items()]))
    return 0


def _way(link: Link, language: str) -> str:
    names = text("match.and", language).join(link.names) or "-"
    return text(f"login.transport_{link.kind}", language, version=link.version, names=names, until=link.until or "-")
