"""One thing that waits, as a person reads it: the cells of its line, the same on a sheet and in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from xlcrm.catalogue import text
from xlcrm.jobs.queues.items import Item
from xlcrm.jobs.readback import said
from xlcrm.model.operation import Record
from xlcrm.model.proposal import Proposal
from xlcrm.model.rows import Cell
from xlcrm.model.tables import BY_KEY, CUSTOMER, FEEDBACK, INTERACTION
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules import outside, taglibrary, wanted
from xlcrm.rules.deadlines import Due
from xlcrm.rules.rulebook import Rulebook


def line(item: Item, rulebook: Rulebook, language: str) -> dict[str, Cell]:
    """The cells of an item by the keys of its sheet's columns; what the person may not see is said to be hidden."""
    customer = item.customer
    cells: dict[str, Cell] = {
        "task": vocabulary("queue_task").label(item.task, language),
        "left": left(item.due, rulebook.moment, language),
        "due": until(item.due, language),
        "customer": customer.number if customer else None,
        "name": customer.values.get("name") if customer else None,
        "pair": item.key,
    }
    if item.waits_for:
        roles, names = vocabulary("role").by_code, rulebook.names
        cells["waits_for"] = _joined(
            [roles[one].label(language) if one in roles else names.get(one, one) for one in item.waits_for], language
        )
    if isinstance(item.about, Proposal):
        return cells | _proposal(item, item.about, rulebook.names, language)
    told = {CUSTOMER.key: _wanting, INTERACTION.key: _step, FEEDBACK.key: _feedback}.get(item.about.table, _request)
    return cells | told(item, item.about, rulebook, language)


def _request(item: Item, request: Record, rulebook: Rulebook, language: str) -> dict[str, Cell]:
    values = request.values
    field = wanted.item(values)
    state = vocabulary("request_state").label(values.get("state") or "", language)
    why = values.get("verify_reason") if item.task == "redo" else None
    return {
        "number": request.number,
        "matter": field.title(language) if field else None,
        "before": content(request, "before", rulebook, language),
        "after": content(request, "after", rulebook, language),
        "reason": values.get("reason"),
        "urgency": _option("urgency", values.get("urgency"), language),
        "initiator": _name(values.get("initiator"), rulebook.names),
        "state": text("queues.state_why", language, state=state, why=why) if why else state,
    }


def content(request: Record, key: str, rulebook: Rulebook, language: str) -> str | None:
    """A request's ``before`` or ``after`` as text; a word in its place where it is hidden."""
    if request.values.get(key) is None:
        return text("queues.hidden", language) if key in request.hidden else None
    field = wanted.item(request.values)
    value = request.values[key] or ""
    return said(value, field, language, rulebook.names) if field else value


def _proposal(item: Item, proposal: Proposal, names: Mapping[str, str], language: str) -> dict[str, Cell]:
    merged = [f"{one.number or ''} {one.values.get('name') or ''}".strip() for one in item.others]
    giver, taker = (names.get(str(proposal.about.get(key) or "")) for key in ("from", "to"))  # of a handover
    agreed = [names.get(word.person, word.person) for word in proposal.words if word.verdict == "yes"]
    before, after = _joined(merged, language) or giver, taglibrary.told(proposal.about, language) or taker
    if proposal.kind == "export":
        before, after = outside.whose(proposal.about, language), outside.how(proposal.about, language)
    return {
        "matter": text(f"queues.kind_{proposal.kind}", language),
        "before": before,
        "after": after,
        "reason": proposal.reason or None,
        "initiator": _name(proposal.initiator, names),
        "state": text("queues.agreed", language, names=_joined(agreed, language)) if agreed else text("queues.waits", language),
    }


def _feedback(item: Item, record: Record, rulebook: Rulebook, language: str) -> dict[str, Cell]:
    values = record.values
    return {
        "number": record.number,
        "matter": _option("feedback_type", values.get("type"), language),
        "before": values.get("content"),
        "reason": values.get("progress"),
        "initiator": _name(record.created_by, rulebook.names),
        "state": text("queues.in_sheet", language, sheet=BY_KEY[record.table].title(language)),
    }


def _step(item: Item, record: Record, rulebook: Rulebook, language: str) -> dict[str, Cell]:
    values = record.values
    return {
        "number": record.number,
        "matter": values.get("next_step"),
        "before": values.get("topic"),
        "initiator": _name(values.get("follower"), rulebook.names),
        "state": text("queues.then_record", language),
    }


def _wanting(item: Item, record: Record, rulebook: Rulebook, language: str) -> dict[str, Cell]:
    return {
        "number": record.number,
        "matter": _joined([CUSTOMER[key].title(language) for key in item.fields], language),
        "state": text("queues.incomplete", language),
    }


def left(due: Due | None, moment: datetime, language: str) -> str | None:
    """How long there is still time, or for how long it is late; the words that the sheet's colours look for stand first."""
    if due is None:
        return None
    late = due.passed(moment)
    minutes = int(abs(due.moment - moment).total_seconds()) // 60
    days, hours = minutes // (24 * 60), minutes // 60 % 24
    if days >= 2:
        span = text("queues.days", language, count=days)
    elif days or hours:
        span = text("queues.hours", language, count=days * 24 + hours)
    else:
        span = text("queues.minutes", language, count=minutes)
    if late:
        return text("queues.late", language, span=span)
    return text("queues.today" if due.moment.date() == moment.date() else "queues.left", language, span=span)


def until(due: Due | None, language: str) -> str | None:
    """A deadline as text: the day alone where the whole day counts, with a mark where it is an estimate."""
    if due is None:
        return None
    shown = due.moment.strftime("%Y-%m-%d" if due.moment.hour == 23 and due.moment.second == 59 else "%Y-%m-%d %H:%M")
    return shown + (text("findings.ESTIMATED", language) if due.estimated else "")


def _option(name: str, code: str | None, language: str) -> str | None:
    return vocabulary(name).label(code, language) if code else None


def _name(rid: str | None, names: Mapping[str, str]) -> str | None:
    return names.get(rid, rid) if rid else None


def _joined(words: Sequence[str], language: str) -> str:
    return text("match.and", language).join(words)
