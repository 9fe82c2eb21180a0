"""What Excel's ribbon and LibreOffice's toolbar show to whom: the files that they read after every click."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from pathlib import Path

from xlcrm import app
from xlcrm.addin import libreoffice, places, screen
from xlcrm.catalogue import LANGUAGES
from xlcrm.model.context import Person
from xlcrm.ribbon.buttons import BUTTONS, GROUPS, label, shown


def control(name: str) -> str:
    """The ribbon's id of a button: "find_customer" -> "xlcrmFindCustomer"."""
    return "xlcrm" + name.title().replace("_", "")


def group_control(group: str) -> str:
    """The ribbon's id of a group: "entry" -> "xlcrmGroupEntry"."""
    return "xlcrmGroup" + group.title()


def visible(roles: Iterable[str]) -> tuple[str, ...]:
    """The ids of the groups and buttons that somebody with ``roles`` (codes) sees, in the order of the screen."""
    mine = frozenset(roles)
    ids: list[str] = []
    for group in GROUPS:
        buttons = [button for button in BUTTONS if button.group == group and button.roles & mine]
        if buttons:
            ids += [group_control(group), *(control(button.name) for button in buttons)]
    return tuple(ids)


def keep(person: Person, department: str, language: str) -> None:
    """Let ribbon and toolbar of this machine show ``person`` and what is of use to them; nothing where they are not installed.

    The ribbon speaks the language the person chose (XLCRM_LANG), else Excel's own.
    """
    who = label(person, department, language)
    libreoffice.show(app.home(), who, [button.name for button in shown(person.roles)])
    where = places.find(platform.system(), Path.home(), os.environ)
    if where is not None and where.config.exists():
        chosen = os.environ.get("XLCRM_LANG", "")
        known = chosen if chosen in LANGUAGES else ""
        screen.write(where.screen, who, visible(person.roles), known)
