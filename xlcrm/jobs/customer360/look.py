"""One customer as one person reads of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from xlcrm.catalogue import text
from xlcrm.jobs.queues.lines import content
from xlcrm.jobs.readback import said, value_of
from xlcrm.model.context import Context
from xlcrm.model.fields import Kind, Table
from xlcrm.model.operation import Record
from xlcrm.model.tables import REQUEST
from xlcrm.rules.rulebook import Rulebook
from xlcrm.store.base import Store

LATEST = 200
"""So many of the newest lines of a list are shown; how many older ones there are is said."""


@dataclass(frozen=True, slots=True)
class Look:
    """The customer ``record`` with what belongs to it, ``of`` by table key (and "review")."""

    store: Store
    context: Context
    rulebook: Rulebook
    record: Record
    of: Mapping[str, Sequence[Record]]

    @property
    def language(self) -> str:
        return self.context.language

    def say(self, key: str, **values: object) -> str:
        """A text of the page."""
        return text(f"page.{key}", self.language, **values)

    def name(self, rid: str | None) -> str:
        """A colleague's name; "" for none."""
        return self.rulebook.names.get(rid, rid) if rid else ""

    def said(self, record: Record, table: Table, key: str) -> str:
        """A field as text; "" where it is blank or hidden."""
        if table is REQUEST and key in ("before", "after"):
            return content(record, key, self.rulebook, self.language) or ""
        value, item = value_of(record, key), table[key]
        if not value:
            return ""
        return minutes(value) if item.kind is Kind.MOMENT else said(value, item, self.language, self.rulebook.names)

    def note(self, count: int) -> str:
        """What stands below a list of so many."""
        return self.say("older", count=count - LATEST) if count > LATEST else ""


def minutes(moment: str | None) -> str:
    """A moment without its seconds."""
    return (moment or "")[:16]


def newest(records: Iterable[Record], key: str) -> list[Record]:
    """Records by a field or column, the latest first."""
    return sorted(records, key=lambda one: (value_of(one, key) or "", one.rid), reverse=True)
