"""Messages as a person at a terminal reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xlcrm.catalogue import text
from xlcrm.errors import UsageError
from xlcrm.jobs.notify.reminding import LATE, OVER, Reminded
from xlcrm.jobs.notify.sending import Sent
from xlcrm.jobs.notify.wording import Writer
from xlcrm.mail.letter import Letter
from xlcrm.model.context import Person
from xlcrm.model.operation import Change, Record
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules.rulebook import Rulebook
from xlcrm.rules.telling import staff
from xlcrm.store.base import Store

UNSENT = ("pending", "sending", "failed")
"""The states of messages that neither went out nor lie ready for somebody to send."""
_COLUMNS = ("when", "person", "kind", "number", "state", "why")


def counted(sent: Sent) -> dict[str, int]:
    """How much was sent, drafted ..., by name."""
    counts = {"sent": sent.sent, "drafts": sent.drafts, "failed": sent.failed, "later": sent.later, "dropped": sent.dropped}
    return {**counts, "trouble": int(sent.trouble is not None)}


def made(found: Reminded) -> dict[str, int]:
    """How much is overdue, and how many new messages there are about it, by name."""
    return {"count": len(found.late), "reminded": found.count(LATE), "over": found.count(OVER)}


def plain(notices: Iterable[Record]) -> list[dict[str, object]]:
    """Messages for other programs."""
    return [{"rid": one.rid, "at": one.created_at, **one.values} for one in notices]


def table(store: Store, rulebook: Rulebook, notices: Sequence[Record]) -> list[list[str]]:
    """Messages as lines, their headers first."""
    language = rulebook.language
    numbers = _numbers(store, [one.values.get("about") or "" for one in notices], [one.values.get("customer") for one in notices])
    lines = [[text(f"remind.{column}", language) for column in _COLUMNS]]
    for one, number in zip(notices, numbers, strict=True):
        state = text(f"remind.state_{one.values.get('state')}", language)
        who, kind = _person(one.values.get("person"), rulebook), kind_label(one.values.get("kind") or "", language)
        lines.append([one.created_at or "", who, kind, number, state, one.values.get("trouble") or ""])
    return lines


def listed(store: Store, rulebook: Rulebook, changes: Sequence[Change]) -> list[list[str]]:
    """New reminders as lines: who, what, about which number."""
    numbers = _numbers(store, [one.values["about"] or "" for one in changes], [one.values["customer"] for one in changes])
    return [
        [_person(one.values["person"], rulebook), kind_label(one.values["kind"] or "", rulebook.language), number]
        for one, number in zip(changes, numbers, strict=True)
    ]


def letters_about(store: Store, rulebook: Rulebook, people: Sequence[Person], number: str) -> list[Letter]:
    """What the messages about the record with this number say, the last one to each reader. UsageError where there are none."""
    rid = store.find([number]).get(number)
    last = {one.values.get("person"): one for one in store.notices() if rid and one.values.get("about") == rid}
    everybody = staff(people, rulebook.settings, rulebook.day.isoformat())
    order = {person.rid: place for place, person in enumerate(people)}
    wanted = sorted(last.values(), key=lambda one: order.get(one.values.get("person") or "", -1))  # the customer's first
    letters = [one.letter for one in Writer(store, rulebook, everybody, wanted).letters() if one.letter]
    if not letters:
        raise UsageError("remind.none_about", number=number)
    return letters


def kind_label(kind: str, language: str) -> str:
    """What a kind of message is called."""
    for prefix in (LATE, OVER):
        if kind.startswith(prefix):
            task = vocabulary("queue_task").label(kind.removeprefix(prefix), language)
            return text(f"remind.{prefix}kind", language, task=task)
    return text(f"notice.{kind}", language)


def _person(rid: str | None, rulebook: Rulebook) -> str:
    return rulebook.names.get(rid, rid) if rid else text("remind.customer", rulebook.language)


def _numbers(store: Store, abouts: Sequence[str], customers: Sequence[str | None]) -> list[str]:
    """The number of what each message is about; its customer's, where that has none."""
    known = store.records({*abouts, *(rid for rid in customers if rid)})
    found = []
    for about, customer in zip(abouts, customers, strict=True):
        one = known.get(about) or known.get(customer or "")
        found.append((one.number if one else None) or "-")
    return found
