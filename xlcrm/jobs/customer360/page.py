"""The page as a whole: who the customer is, how it stands, what to look at; then its own fields and the lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from xlcrm.catalogue import text
from xlcrm.jobs import proposing
from xlcrm.jobs.customer360.belongings import belongings
from xlcrm.jobs.customer360.look import Look, newest
from xlcrm.jobs.customer360.past import decided, history, merged
from xlcrm.jobs.keeping.sheet import hint
from xlcrm.jobs.keeping.states import state
from xlcrm.jobs.readback import family
from xlcrm.model.context import Context
from xlcrm.model.fields import Role
from xlcrm.model.operation import Record
from xlcrm.model.page import GRID, Card, Facts, Page, Tone
from xlcrm.model.tables import CUSTOMER, INTERACTION, REQUEST
from xlcrm.rules import keeping
from xlcrm.rules.rights import NOBODYS
from xlcrm.rules.rulebook import Rulebook
from xlcrm.store.base import Store

_TONES: Mapping[str, Tone] = {"won": "good", "prospect": "due", "lost": "quiet"}
_CARDS = {"status": ("status",), "grade": ("grade",), "owner": ("owner",), "contact": ("contact", "phone")}
"""The cards and the fields that each shows."""
_ABOVE = frozenset({"number", "name", *_CARDS})
"""What stands above the customer's own fields."""


def page(store: Store, context: Context, rulebook: Rulebook, record: Record) -> Page:
    """Everything about the customer ``record`` that the acting person may see. Raises StoreError."""
    beside = {key: store.children(key, [record.rid])[record.rid] for key in (REQUEST.key, "review")}
    look = Look(store, context, rulebook, record, {**family(store, [record]), **beside})
    name, number = record.values.get("name") or "", record.number or ""
    return Page(
        look.say("sheet"),
        name or number,
        look.say("subtitle", number=number, version=record.version),
        [*_cards(look)],
        _warnings(look),
        [
            _details(look, Role.DATA, look.say("basics")),
            *belongings(look),
            *merged(look),
            *decided(look),
            _details(look, Role.AUDIT, text("template.group_system", look.language)),
            history(look),
        ],
        look.say("foot", number=number, name=name, person=context.actor.name, at=context.now()),
    )


def _cards(look: Look) -> Iterator[Card]:
    """Who it is and how it stands, then what was last and what is next."""
    values, hidden = look.record.values, look.record.hidden
    for key, fields in _CARDS.items():
        if key not in hidden or values.get(key) not in (None, NOBODYS):
            shown = "  ".join(filter(None, (look.said(look.record, CUSTOMER, one) for one in fields)))
            tone = _TONES.get(values[key] or "", "") if key == "status" else ""
            yield Card(CUSTOMER[key].title(look.language), shown or "—", tone)
    talks = newest(look.of[INTERACTION.key], "at")
    if talks and not any(one.values.get("at") for one in talks):
        return  # there are some, of which the person may know nothing
    yield Card(look.say("last"), _told(look, talks[:1], "at", "way", "topic") or look.say("never"), width=GRID // 2)
    planned = [one for one in talks if one.values.get("next_step")][:1]
    due = planned[0].values.get("next_due") if planned else None
    late: Tone = "must" if due and due < look.rulebook.day.isoformat() else ""
    told = _told(look, planned, "next_step", "next_by", "next_due")
    yield Card(look.say("next"), told or look.say("nothing_planned"), late, GRID // 2)


def _told(look: Look, talks: list[Record], *keys: str) -> str:
    return "  ".join(filter(None, (look.said(one, INTERACTION, key) for one in talks for key in keys)))


def _warnings(look: Look) -> list[str]:
    """What the reader should know at once."""
    record, language = look.record, look.language
    found = [text(f"jobs.life_{record.state}", language)] if record.state != "live" else []
    missing = [key for key in keeping.wanting(record.values) if key not in record.hidden]
    found += (hint(replace(state(record, look.of, look.rulebook), wanting=missing), language) or "").splitlines()
    waiting = (one for one in look.store.proposals() if one.customer == record.rid)
    return found + [proposing.told(look.store, one, language, look.rulebook.names) for one in waiting]


def _details(look: Look, role: Role, title: str) -> Facts:
    """The customer's own fields; blank and hidden ones are left out."""
    fields = (item for item in CUSTOMER.fields if item.role is role and item.key not in _ABOVE)
    pairs = [(item.title(look.language), look.said(look.record, CUSTOMER, item.key)) for item in fields]
    return Facts(title, [pair for pair in pairs if pair[1]])
