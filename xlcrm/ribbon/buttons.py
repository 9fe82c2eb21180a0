"""The buttons of 客户管理 (mission section 14): one table for the Excel ribbon, the LibreOffice toolbar and the tests.

A button is shown to whom one of its roles belongs: the screens are generated from ``shown``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xlcrm.catalogue import text
from xlcrm.model.context import Person
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules.rights import MATRIX, Action, holders

EVERYBODY = frozenset(MATRIX)
WRITERS = holders(Action.CREATE)
SECONDS = holders(Action.APPROVE) | {"admin"}
"""Who answers what others want: on the sheets of what waits, by 提交."""
GROUPS = ("entry", "check", "mine", "change", "data", "report", "system")


@dataclass(frozen=True, slots=True)
class Button:
    """One button: the name of its function in ``xlcrm.ribbon``, its group, and who sees it."""

    name: str
    group: str
    roles: frozenset[str]
    large: bool = False

    def label(self, language: str) -> str:
        """What stands on the button."""
        return text(f"ribbon.{self.name}", language)

    def tip(self, language: str) -> str:
        """What it does, in one sentence."""
        return text(f"ribbon.{self.name}_tip", language)


BUTTONS = (
    Button("find_customer", "entry", EVERYBODY),
    Button("new_customer", "entry", WRITERS),
    Button("log_interaction", "entry", WRITERS),
    Button("import_list", "entry", WRITERS),
    Button("validate", "check", EVERYBODY, large=True),
    Button("repair", "check", WRITERS, large=True),
    Button("dedupe", "check", WRITERS, large=True),
    Button("submit", "check", WRITERS | SECONDS, large=True),
    Button("undo", "check", WRITERS, large=True),
    Button("refresh", "mine", EVERYBODY),
    Button("my_tasks", "mine", EVERYBODY),
    Button("request_change", "change", WRITERS),
    Button("to_verify", "change", holders(Action.APPROVE)),
    Button("to_approve", "change", SECONDS),
    Button("consolidate", "data", frozenset({"steward"})),
    Button("match_fields", "data", frozenset({"steward"})),
    Button("resolve_conflicts", "data", frozenset({"steward"})),
    Button("merge_customers", "data", holders(Action.MERGE)),
    Button("handover", "data", frozenset({"steward", "manager"})),
    Button("tag_library", "data", frozenset({"steward"})),
    Button("dashboard", "report", EVERYBODY),
    Button("monthly_review", "report", WRITERS),
    Button("export", "report", holders(Action.EXPORT)),
    Button("settings", "system", EVERYBODY),
    Button("doctor", "system", EVERYBODY),
    Button("feedback", "system", EVERYBODY),
    Button("help", "system", EVERYBODY),
)
BY_NAME = {button.name: button for button in BUTTONS}


def shown(roles: Iterable[str] = EVERYBODY) -> tuple[Button, ...]:
    """The buttons that somebody with ``roles`` (codes) sees, in the order of the screen."""
    mine = frozenset(roles)
    return tuple(button for button in BUTTONS if button.roles & mine)


def label(person: Person, department: str, language: str) -> str:
    """Who works here, as the ribbon shows it: "张三｜录入员｜销售部客户库"; of several roles the one with the most rights."""
    known = vocabulary("role")
    mine = [option.label(language) for option in known.options if option.code in person.roles]
    store = text("ribbon.store_of", language, department=department) if department else text("ribbon.store_own", language)
    return "｜".join((person.name, *mine[-1:], store))
