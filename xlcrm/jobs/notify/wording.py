"""What a message says: as its reader may see it, from the catalogue, and nothing sensitive in plain.

A letter leaves the store for good: values of sensitive fields are masked in it even for those who see them plainly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xlcrm.catalogue import area, text
from xlcrm.jobs.notify.making import together
from xlcrm.jobs.notify.reminding import LATE, OVER, outdated, reminds
from xlcrm.jobs.queues.lines import until
from xlcrm.jobs.readback import said
from xlcrm.mail.letter import Letter
from xlcrm.model.operation import Record
from xlcrm.model.proposal import Proposal
from xlcrm.model.tables import CONTACT, CUSTOMER, FEEDBACK, INTERACTION
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules import deadlines, outside
from xlcrm.rules.deadlines import Due
from xlcrm.rules.masking import masked
from xlcrm.rules.rights import Group, Level, Rights
from xlcrm.rules.rulebook import Rulebook
from xlcrm.rules.telling import Staff
from xlcrm.rules.wanted import item
from xlcrm.rules.workflow import field_group
from xlcrm.store.base import Store

THANKS = "thanks"
"""The kind of the customer's letter."""
_LINES = 50
"""How many of what is overdue a letter names."""
_GIVEN = ("verifier", "updater", "initiator")
_WORRIED = ("asked", "verify", "urgent", "carry_out", "failed", "reopened")
"""The kinds that say by when the request is due, as it stands when they are sent: those that go on before it is updated."""
_THEIRS = (Group.NAME, Group.CONTACT, Group.SENSITIVE)
"""The classes of fields that a customer's letter names; what else is kept about a customer is the team's own."""


@dataclass(frozen=True, slots=True)
class Written:
    """One letter and the messages that it brings; None where nothing is left to be said."""

    notices: tuple[Record, ...]
    letter: Letter | None


class Writer:
    """Writes the letters of some messages, having read in one go what they are about; those that are sent again still say
    so (state "sending", and when that was).

    ``store`` as the sender sees it: what is hidden from who sends is in no letter either.
    """

    def __init__(self, store: Store, rulebook: Rulebook, everybody: Staff, notices: Iterable[Record]) -> None:
        self._rulebook, self._everybody, self._language = rulebook, everybody, rulebook.language
        self._notices = list(notices)
        abouts = {_of(one, "about") for one in self._notices}
        self._about: dict[str, Record | Proposal] = {**store.records(abouts)}
        if abouts - self._about.keys():
            self._about |= {one.rid: one for one in store.proposals(outcome="") if one.rid in abouts}
        self._customers = store.records({_of(one, "customer") for one in self._notices} - {""})
        asked = {_of(one, "customer") for one in self._notices if _of(one, "kind") == THANKS}
        self._contacts = store.children(CONTACT.key, asked) if asked else {}

    def letters(self) -> list[Written]:
        """A letter for each message; the reminders of one person go together into one. Those that are outdated go nowhere."""
        written: list[Written] = []
        gathered: dict[tuple[str, str, str], list[Record]] = {}
        for one in self._notices:
            about, kind = self._about.get(_of(one, "about")), _of(one, "kind")
            if about is None or self._needless(one, about):
                written.append(Written((one,), None))
            elif reminds(one):
                # What was lost on the way goes again as it was: its letter is the same, and mail servers may know it.
                again = _of(one, "tried_at") if _of(one, "state") == "sending" else ""
                gathered.setdefault((_of(one, "person"), kind[: len(LATE)], again), []).append(one)
            else:
                written.append(Written((one,), self._single(one, about)))
        return written + [Written(tuple(ones), self._reminder(ones, prefix)) for (_, prefix, _), ones in gathered.items()]

    def _needless(self, notice: Record, about: Record | Proposal) -> bool:
        """Whether nothing is left to be said: about who is gone, to who left, of what went on, or of a later version's kind."""
        rid, kind = _of(notice, "person"), _of(notice, "kind")
        person = self._everybody.by_rid.get(rid)
        if _gone(about) or (rid and (person is None or person.disabled)):
            return True
        return outdated(notice, about) if reminds(notice) else kind not in area("notice")

    def _single(self, notice: Record, about: Record | Proposal) -> Letter | None:
        kind, rid = _of(notice, "kind"), _of(notice, "person")
        customer = self._customers.get(_of(notice, "customer"))
        if not rid:
            return self._thanks(notice, about, customer) if isinstance(about, Record) else None
        reader, rights = self._everybody.by_rid[rid], self._everybody.rights(rid)
        sentence = self._say(f"{kind}_said", **self._names(about), **self._rest(about, customer, rights))
        facts = "\n".join(self._facts(kind, about, customer, rights))
        ask = self._say(f"{kind}_do", **self._names(about))
        body = [self._say("greeting", name=reader.name), "", sentence, "", facts, "", ask, "", "-- ", self._say("foot"), ""]
        heading = self._say("subject", heading=self._say(kind), number=self._named(about, customer, rights))
        return Letter(notice.rid, reader.email, reader.name, heading, "\n".join(body))

    def _reminder(self, notices: Sequence[Record], prefix: str) -> Letter:
        """What is overdue, one line each."""
        reader = self._everybody.by_rid[_of(notices[0], "person")]
        rights, count = self._everybody.rights(reader.rid), len(notices)
        lines = [self._line(one, prefix, rights) for one in notices[:_LINES]]
        lines += [self._say("more", count=count - _LINES)] if count > _LINES else []
        body = [self._say("greeting", name=reader.name), "", self._say(f"{prefix}body", count=count), "", *lines, ""]
        body += [self._say("reminder_do" if prefix == LATE else "over_do"), "", "-- ", self._say("foot"), ""]
        ident = together(one.rid for one in notices)
        return Letter(ident, reader.email, reader.name, self._say(f"{prefix}subject", count=count), "\n".join(body))

    def _line(self, notice: Record, prefix: str, rights: Rights) -> str:
        about, task = self._about[_of(notice, "about")], _of(notice, "kind").removeprefix(prefix)
        customer = self._customers.get(_of(notice, "customer"))
        what = self._named(about, customer, rights)
        label = vocabulary("queue_task").label(task, self._language)
        due = until(self._due(about, task), self._language) or ""
        known = customer.values if customer and "owner" not in customer.hidden else {}
        if prefix == OVER and (owner := known.get("owner")):
            return self._say("line_of", task=label, what=what, due=due, name=self._name(owner))
        return self._say("line", task=label, what=what, due=due)

    def _thanks(self, notice: Record, request: Record, customer: Record | None) -> Letter | None:
        """To the customer who asked for the change: nothing of what stands where, no name of who handled it."""
        field = item(request.values)
        if customer is None or field is None or request.values.get("state") not in ("updated", "confirmed", "closed"):
            return None
        name, address = self._contact(request, customer)
        owner = customer.values.get("owner")
        said = {
            "name": name or self._say("dear"),
            "field": field.title(self._language) if field_group(field.key) in _THEIRS else self._say("details"),
            "day": request.values.get("done_on") or "",
            "owner": self._rulebook.names.get(owner or "") or self._say("us"),
        }
        return Letter(notice.rid, address, name, self._say("thanks"), self._say("thanks_body", **said) + "\n")

    def _contact(self, request: Record, customer: Record) -> tuple[str, str]:
        """Name and address of who asked: the customer's main contact, or another one of that name; an address only if it is
        certain whose it is.
        """
        name = request.values.get("contact") or customer.values.get("contact") or ""
        if name == customer.values.get("contact"):
            return name, "" if "email" in customer.hidden else customer.values.get("email") or ""
        for contact in self._contacts.get(customer.rid, ()):
            if contact.values.get("name") == name:
                return name, "" if "email" in contact.hidden else contact.values.get("email") or ""
        return name, ""

    def _facts(self, kind: str, about: Record | Proposal, customer: Record | None, rights: Rights) -> Iterable[str]:
        owner = customer.values.get("owner") if customer else None
        number = about.number if isinstance(about, Record) else None
        if number:
            yield self._fact("number", number)
        if customer is not None:
            yield self._fact("customer", self._customer(customer, rights))
        if isinstance(about, Proposal):
            if about.kind == "export":
                yield self._fact("export", outside.told(about.about, self._language))
            if about.reason:
                yield self._fact("reason", about.reason)
            return
        if item(about.values) is not None:
            yield self._fact("change", self._change(about, rights, owner))
        if about.values.get("reason") and rights.level(owner, Group.ORDINARY) is Level.PLAIN:
            yield self._fact("reason", about.values["reason"] or "")
        due = self._due(about, "") if kind in (*_WORRIED, "confirm", "assigned", "next_step") else None
        if due is not None:
            yield self._fact("due", until(due, self._language) or "")

    def _change(self, request: Record, rights: Rights, owner: str | None) -> str:
        field = item(request.values)
        assert field is not None, "asked before"
        level = rights.level(owner, field_group(field.key))
        shown = {key: self._value(request, key, level) for key in ("before", "after")}
        return self._say("from_to", field=field.title(self._language), **shown)

    def _value(self, request: Record, key: str, level: Level) -> str:
        """A value of the customer's field as a letter may show it."""
        field, value = item(request.values), request.values.get(key)
        if field is None or level is Level.HIDDEN or (value is None and key in request.hidden):
            return self._say("hidden")
        if value is None:
            return self._say("blank")
        if field.sensitive or level is Level.MASKED:
            return masked(value, field.kind) or self._say("hidden")
        if key in request.hidden:  # masked already
            return value
        return said(value, field, self._language, self._rulebook.names)

    def _due(self, about: Record | Proposal, task: str) -> Due | None:
        settings = self._rulebook.settings
        if isinstance(about, Proposal):
            return deadlines.proposal_due(about.at, settings)
        values = about.values
        if about.table == CUSTOMER.key:
            return deadlines.completing_due(about.created_at, settings) if about.created_at else None
        if about.table in (FEEDBACK.key, INTERACTION.key):
            day = values.get("due") or values.get("next_due")
            return deadlines.end_of(day) if day else None
        return deadlines.telling_due(values, settings) if task == "tell" else deadlines.request_due(values, settings)

    def _named(self, about: Record | Proposal, customer: Record | None, rights: Rights) -> str:
        """What something is called in one line: its number, its customer, and what of it."""
        words = [about.number] if isinstance(about, Record) and about.table != CUSTOMER.key else []
        words += [self._customer(customer, rights)] if customer else []
        if isinstance(about, Proposal):
            words.append(text(f"queues.kind_{about.kind}", self._language))
        elif (field := item(about.values)) is not None:
            words.append(field.title(self._language))
        return " ".join(filter(None, words))

    def _customer(self, customer: Record, rights: Rights) -> str:
        """Number and name of a customer, without the name for who may not know it."""
        known = rights.level(customer.values.get("owner"), Group.NAME) is Level.PLAIN and "name" not in customer.hidden
        return " ".join(filter(None, (customer.number, customer.values.get("name") if known else None)))

    def _names(self, about: Record | Proposal) -> dict[str, str]:
        if isinstance(about, Proposal):
            return {"initiator": self._name(about.initiator)}
        names = {key: self._name(about.values.get(key)) for key in _GIVEN}
        if about.values.get("raised_through") == "system":
            names["initiator"] = self._say("system")
        return names

    def _rest(self, about: Record | Proposal, customer: Record | None, rights: Rights) -> dict[str, str]:
        """What the sentences of single kinds say besides names."""
        if isinstance(about, Proposal):
            return {"matter": text(f"queues.kind_{about.kind}", self._language)}
        values, hidden = about.values, self._say("hidden")
        owner = customer.values.get("owner") if customer else None
        plain = rights.level(owner, Group.ORDINARY) is Level.PLAIN
        found = {"why": values.get("verify_reason") or "-", "remark": values.get("remark") or "-"}
        found = {key: value if plain else hidden for key, value in found.items()}
        return {**found, "type": vocabulary("feedback_type").label(values.get("type") or "", self._language)}

    def _name(self, rid: str | None) -> str:
        return self._rulebook.names.get(rid or "") or self._say("somebody")

    def _fact(self, title: str, value: str) -> str:
        return self._say("fact", title=self._say(title), value=value)

    def _say(self, key: str, **values: object) -> str:
        return text(f"notice.{key}", self._language, **values)


def _of(notice: Record, key: str) -> str:
    return notice.values.get(key) or ""


def _gone(about: Record | Proposal) -> bool:
    return isinstance(about, Record) and about.state in ("void", "erased")
