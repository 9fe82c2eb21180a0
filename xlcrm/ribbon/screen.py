"""What the Excel ribbon shows to whom: the file that the add-in's VBA reads after every click."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from pathlib import Path

from xlcrm.addin import places, screen
from xlcrm.model.context import Person
from xlcrm.ribbon.buttons import BUTTONS, GROUPS, label


def control(name: str) -> str:
    """The ribbon's id of a button: "find_customer" -> "xlcrmFindCustomer"."""
    return "xlcrm" + name.title().replace("_", "")


def group_control(group: str) -> str:
    """The ribbon's id of a group: "entry" -> "xlcrmGroupEntry"."""
    return "xlcrmGroup" + group.title()


def visible(roles: Iterable[str]) -> tuple[str, ...]:
    """The ids of the groups and buttons that somebody with ``roles`` (codes) sees, in the order of the screen.

    A button whose job does not exist yet is grey in its group; a group of nothing but such buttons is hidden.
    """
    mine = frozenset(roles)
    ids: list[str] = []
    for group in GROUPS:
        buttons = [button for button in BUTTONS if button.group == group and button.roles & mine]
        if any(button.ready for button in buttons):
            ids += [group_control(group), *(control(button.name) for button in buttons)]
    return tuple(ids)


def keep(person: Person, department: str, language: str) -> None:
    """Let the Excel ribbon of this machine show ``person`` and what is of use to them; nothing where it is not installed."""
    where = places.find(platform.system(), Path.home(), os.environ)
    if where is not None and where.config.exists():
        screen.write(where.screen, label(person, department, language), visible(person.roles))
